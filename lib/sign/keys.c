/* SPDX-License-Identifier: ISC */
/* What keys there are: all of a file, or what shows of others without a passphrase. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/keyp11.h"
#include "judge/policy.h"
#include "sign/sign.h"

/* The way from a certificate to the caller. */
struct telling {
	int64_t at;
	const struct edoc_policy *policy;
	edoc_key_facts_fn *fn;
	void *arg;
	struct edoc_key_facts facts;
	const char *module; /* of tokens */
	char place[80];
	char uri[ED_P11_PATH];
	struct ed_buf id; /* of the certificate that is being told */
	size_t told;
};

static void tell_key(struct telling *t, const struct edoc_key *key)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_cert *cert = NULL;
	struct edoc_error why = {0};
	char kind[ED_PKEY_TEXT];
	bool fit;

	ed_pkey_text(ed_key_pkey(key), kind);
	t->facts.subject = edoc_key_subject(key);
	t->facts.sha256 = edoc_key_cert_sha256(key);
	t->facts.kind = kind;
	t->facts.not_before = t->facts.not_after = ED_TIME_NONE;
	(void)ed_asn1_time(X509_get0_notBefore(ed_key_cert(key)), &t->facts.not_before);
	(void)ed_asn1_time(X509_get0_notAfter(ed_key_cert(key)), &t->facts.not_after);
	fit = ed_sign_fit(key, t->at, t->policy, &why) == EDOC_OK;
	if (fit && ed_pkey_type(ed_key_pkey(key)) == ED_KEY_RSA &&
	    ed_pkey_bits(ed_key_pkey(key)) < ED_MIN_RSA_BITS)
		fit = ed_fail(&why, EDOC_ERR_DENIED, "", "its key is too short to sign") == EDOC_OK;
	t->facts.unfit = fit ? NULL : why.msg;
	if (arena && ed_cert_of(ed_key_cert(key), "", arena, &cert, NULL) == EDOC_OK)
		t->facts.serial = cert->serial;
	t->fn(t->arg, &t->facts);
	t->facts.serial = NULL;
	t->told++;
	ed_cert_clear(cert);
	ed_arena_free(arena);
}

static void tell_nothing(struct telling *t, const char *why)
{
	t->facts.subject = t->facts.sha256 = t->facts.kind = NULL;
	t->facts.not_before = t->facts.not_after = ED_TIME_NONE;
	t->facts.unfit = why;
	t->fn(t->arg, &t->facts);
}

/* ---- tokens ---- */

/* All but letters and digits as %XX (RFC 7512 2.3). */
static void put_encoded(struct ed_buf *out, const void *bytes, size_t len, bool all)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++) {
		bool plain = (p[i] >= '0' && p[i] <= '9') || (p[i] >= 'A' && p[i] <= 'Z') ||
		             (p[i] >= 'a' && p[i] <= 'z') || p[i] == '/' || p[i] == '.' ||
		             p[i] == '-' || p[i] == '_';

		ed_buf_printf(out, plain && !all ? "%c" : "%%%02X", p[i]);
	}
}

/* By which this certificate's key is found again. */
static void make_uri(struct telling *t, const struct ed_token_facts *facts)
{
	struct ed_buf text;

	ed_buf_init(&text, sizeof(t->uri) - 1);
	ed_buf_puts(&text, "pkcs11:token=");
	put_encoded(&text, facts->label, strlen(facts->label), false);
	if (facts->serial[0]) {
		ed_buf_puts(&text, ";serial=");
		put_encoded(&text, facts->serial, strlen(facts->serial), false);
	}
	if (t->id.len) {
		ed_buf_puts(&text, ";id=");
		put_encoded(&text, t->id.data, t->id.len, true);
	}
	if (t->module[0]) {
		ed_buf_puts(&text, "?module-path=");
		put_encoded(&text, t->module, strlen(t->module), false);
	}
	snprintf(t->uri, sizeof(t->uri), "%s", text.failed ? "" : ed_buf_str(&text));
	ed_buf_clear(&text);
}

struct token_telling {
	struct telling *t;
	const struct ed_token_facts *facts; /* NULL: of a URI that is known */
};

static enum edoc_code tell_cert(void *arg, X509 *x509, struct edoc_error *err)
{
	struct token_telling *tt = arg;
	struct edoc_key *key = NULL;
	struct ed_buf der;
	enum edoc_code code;

	ed_buf_init(&der, ED_MAX_CERT);
	code = ed_cert_der(x509, &der, err);
	if (code == EDOC_OK && tt->facts)
		make_uri(tt->t, tt->facts);
	if (code == EDOC_OK &&
	    ed_key_outside_der(&der, 1, tt->t->facts.token, &key, NULL) == EDOC_OK)
		tell_key(tt->t, key);
	edoc_key_free(key);
	ed_buf_clear(&der);
	return code;
}

static enum edoc_code tell_token(void *arg, const struct ed_token_facts *facts,
                                 struct edoc_error *err)
{
	struct telling *t = arg;
	struct token_telling tt = {t, facts};
	struct ed_p11_uri uri = {.has_slot = true, .slot = facts->slot};
	struct ed_token *token = NULL;
	enum edoc_code code;

	snprintf(t->place, sizeof(t->place), "%s %s %s", facts->manufacturer, facts->model,
	         facts->serial);
	t->facts = (struct edoc_key_facts){
	        .token = facts->label, .place = t->place, .pin = facts->pin};
	tell_nothing(t, NULL);
	t->facts.key = t->uri;
	snprintf(uri.module, sizeof(uri.module), "%s", t->module);
	code = ed_token_open(&uri, &token, err);
	if (code == EDOC_OK)
		code = ed_token_certs(token, NULL, &t->id, tell_cert, &tt, err);
	ed_token_free(token);
	return code;
}

enum edoc_code edoc_token_list(const char *module, int64_t at, const struct edoc_policy *policy,
                               edoc_key_facts_fn *fn, void *arg, struct edoc_error *err)
{
	struct telling t = {.at = at, .policy = policy, .fn = fn, .arg = arg, .module = module};
	enum edoc_code code;

	ed_buf_init(&t.id, ED_P11_TEXT);
	code = ed_token_each(module, tell_token, &t, err);
	ed_buf_clear(&t.id);
	return code;
}

/* ---- a file ---- */

static void tell_one(void *arg, const char *path, const struct edoc_key *key, const char *why)
{
	struct telling *t = arg;

	t->facts.key = path;
	if (key)
		tell_key(t, key);
	else
		tell_nothing(t, why);
}

enum edoc_code edoc_key_list(const char *path, edoc_passphrase_fn *ask, void *ask_arg, int64_t at,
                             const struct edoc_policy *policy, edoc_key_facts_fn *fn, void *arg,
                             struct edoc_error *err)
{
	struct telling t = {.at = at, .policy = policy, .fn = fn, .arg = arg};

	return ed_key_each(path, ask, ask_arg, tell_one, &t, err);
}

/* ---- one key ---- */

static enum edoc_code look_in_token(struct telling *t, const char *path, struct edoc_error *err)
{
	struct token_telling tt = {t, NULL};
	struct ed_token *token = NULL;
	struct ed_p11_uri uri;
	struct ed_buf id;
	enum edoc_code code = ed_p11_uri_parse(path, &uri, err);

	if (code == EDOC_OK)
		code = ed_token_open(&uri, &token, err);
	if (code != EDOC_OK)
		return code;
	ed_buf_init(&id, ED_P11_TEXT);
	ed_buf_put(&id, uri.id, uri.id_len);
	t->facts.token = ed_token_name(token);
	if (uri.id_len) /* else the PIN alone shows which key it is */
		code = ed_token_certs(token, &id, NULL, tell_cert, &tt, err);
	if (code == EDOC_OK && !t->told)
		tell_nothing(t, NULL);
	ed_buf_clear(&id);
	ed_token_free(token);
	return code;
}

enum edoc_code edoc_key_look(const char *path, const char *cert_path, int64_t at,
                             const struct edoc_policy *policy, edoc_key_facts_fn *fn, void *arg,
                             struct edoc_error *err)
{
	struct telling t = {
	        .at = at, .policy = policy, .fn = fn, .arg = arg, .facts = {.key = path}};
	struct edoc_key *key = NULL;
	char *file;
	enum edoc_code code;

	if (ed_p11_is_uri(path) && !cert_path)
		return look_in_token(&t, path, err);
	code = ed_p11_is_uri(path) ? EDOC_ERR_DENIED
	                           : edoc_key_load(path, cert_path, NULL, NULL, NULL, &key, err);
	if (code == EDOC_ERR_DENIED) { /* the key is locked, its certificate need not be */
		file = strndup(path, edoc_key_path(path));
		if (!file)
			return ed_fail_memory(err);
		code = edoc_key_outside(cert_path ? cert_path : file, NULL, &key, NULL);
		free(file);
	} else if (code != EDOC_OK) {
		return code;
	}
	if (code == EDOC_OK)
		tell_key(&t, key);
	else
		tell_nothing(&t, NULL);
	edoc_key_free(key);
	return EDOC_OK;
}

/* ---- before anybody is asked ---- */

/* Where a file has several certificates the key alone tells whose it is, unless all
 * others are authorities'. */
static bool is_only_signer(const struct edoc_key *key, struct ed_arena *arena)
{
	const STACK_OF(X509) *chain = ed_key_chain(key);
	bool only = true;

	for (int i = 0; only && i < sk_X509_num(chain); i++) {
		struct ed_cert *cert = NULL;

		only = ed_cert_of(sk_X509_value(chain, i), "", arena, &cert, NULL) == EDOC_OK &&
		       cert->is_ca;
		ed_cert_clear(cert);
	}
	return only;
}

/* The certificate that shows without the key; NULL: none, or another may be meant. */
static struct edoc_key *see_certificate(const char *path, const char *cert_path)
{
	struct ed_arena *arena = ed_arena_new();
	const char *file = cert_path ? cert_path : path;
	struct edoc_key *key = NULL;

	if (arena && (cert_path || (!ed_p11_is_uri(path) && !path[edoc_key_path(path)])) &&
	    edoc_key_outside(file, NULL, &key, NULL) == EDOC_OK && !is_only_signer(key, arena)) {
		edoc_key_free(key);
		key = NULL;
	}
	ed_arena_free(arena);
	return key;
}

enum edoc_code edoc_signer_check(const char *path, const char *cert_path,
                                 const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct edoc_sign_options seen = *options;
	enum edoc_code code = EDOC_OK;
	struct edoc_key *key = see_certificate(path, cert_path);

	seen.key = key;
	if (key)
		code = ed_sign_fit(key, options->at, options->policy, err);
	if (code == EDOC_OK)
		code = edoc_signing_profile_signer(&seen, err);
	edoc_key_free(key);
	return code;
}

/* ---- how long it will do ---- */

bool edoc_key_ends(const struct edoc_key *key, const struct edoc_policy *policy,
                   struct edoc_key_end *end)
{
	EVP_PKEY *pkey = ed_key_pkey(key);
	struct ed_sigalg alg;
	int64_t of_key, of_scheme, of_hash, first;

	if (!ed_key_sigalg(key, &alg))
		return false;
	of_key = ed_policy_key_until(policy, ed_pkey_type(pkey), ed_pkey_bits(pkey));
	of_scheme = ed_policy_scheme_until(policy, alg.kind);
	of_hash = ed_policy_hash_until(policy, alg.hash);
	first = of_scheme < of_hash ? of_scheme : of_hash;
	if (of_key <= first)
		ed_pkey_text(pkey, end->what);
	else
		ed_sigalg_text(&alg, end->what);
	if (of_key < first)
		first = of_key;
	end->padding = alg.kind == ED_SIG_RSA && of_key > of_scheme && of_hash > of_scheme &&
	               ed_policy_scheme_until(policy, ED_SIG_PSS) > of_scheme;
	if (first == ED_TIME_NONE || first == INT64_MAX)
		return false;
	ed_date_format(end->day, ed_date_of(first / 86400 - 1));
	return true;
}
