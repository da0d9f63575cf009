/* SPDX-License-Identifier: ISC */
/*
 * Signing in two steps, where the key is another program's: prepare says which
 * octets it has to sign, attach puts the value in.  Both go the way that a key
 * at hand goes (sign.c); the key alone is of another kind (ed_key_outside).
 * What a request says is made again from the package when the value comes, and
 * has to be the same, so that no word of it needs belief.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/json.h"
#include "door/x509.h"
#include "sign/package.h"
#include "sign/profile.h"

#define FORMAT "edoc-request/1"
#define DER_SET 0x31   /* begins signed attributes */
#define MAX_VALUE 4096 /* bytes of a value, and of its base64 */

/* ---- how others call it ------------------------------------------------------ */

/* "sha256", as openssl-dgst(1) has it. */
static void option_name(enum ed_hash hash, char out[16])
{
	const char *name = ed_hash_name(hash);
	size_t n = 0;

	for (; *name && n < 15; name++) {
		if (*name != '-')
			out[n++] = (char)(*name >= 'A' && *name <= 'Z' ? *name + 32 : *name);
	}
	out[n] = '\0';
}

/* A PKCS#11 mechanism over the octets; the digest is part of its name. */
static void mechanism_name(const struct ed_sigalg *alg, char out[40])
{
	char name[16];

	option_name(alg->hash, name);
	for (char *p = name; *p; p++)
		*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
	if (alg->kind == ED_SIG_EDDSA)
		snprintf(out, 40, "CKM_EDDSA");
	else if (alg->kind == ED_SIG_ECDSA)
		snprintf(out, 40, "CKM_ECDSA_%s", name);
	else
		snprintf(out, 40, "CKM_%s_RSA_PKCS%s", name, alg->kind == ED_SIG_PSS ? "_PSS" : "");
}

static void openssl_command(const struct ed_sigalg *alg, char out[200])
{
	char name[16];

	option_name(alg->hash, name);
	if (alg->kind == ED_SIG_EDDSA)
		snprintf(out, 200, "openssl pkeyutl -sign -rawin -inkey KEY -in OCTETS -out VALUE");
	else
		snprintf(out, 200, "openssl dgst -%s%s -sign KEY -out VALUE OCTETS", name,
		         alg->kind == ED_SIG_PSS ? " -sigopt rsa_padding_mode:pss"
		                                   " -sigopt rsa_pss_saltlen:digest"
		                                 : "");
}

static int put_algorithm(json_t *root, const struct ed_sigalg *alg)
{
	char text[ED_SIGALG_TEXT], digest[16], mechanism[40], openssl[200];
	bool rsa = alg->kind == ED_SIG_RSA || alg->kind == ED_SIG_PSS;
	json_t *o = json_object();
	int bad = 0;

	ed_sigalg_text(alg, text);
	option_name(alg->hash, digest);
	mechanism_name(alg, mechanism);
	openssl_command(alg, openssl);
	bad |= ed_json_str(o, "name", text);
	bad |= ed_json_str(o, "digest", alg->kind == ED_SIG_EDDSA ? NULL : digest);
	bad |= ed_json_str(o, "padding", !rsa ? NULL : alg->kind == ED_SIG_PSS ? "pss" : "pkcs1");
	bad |= ed_json_str(o, "openssl", openssl);
	bad |= ed_json_str(o, "pkcs11", mechanism);
	return bad | json_object_set_new(root, "algorithm", o);
}

/* ---- making a request ---------------------------------------------------------- */

static int put_b64(json_t *o, const char *key, const void *bytes, size_t len)
{
	struct ed_buf text;
	int bad;

	ed_buf_init(&text, ED_MAX_JSON_BYTES);
	ed_b64_put(&text, bytes, len);
	bad = text.failed ? -1 : ed_json_str(o, key, ed_buf_str(&text));
	ed_buf_clear(&text);
	return bad;
}

static int add_cert(json_t *list, const X509 *x509)
{
	json_t *o = json_object(), *text;
	struct ed_buf der;
	int bad;

	ed_buf_init(&der, ED_MAX_CERT);
	bad = ed_cert_der(x509, &der, NULL) != EDOC_OK || put_b64(o, "der", der.data, der.len);
	ed_buf_clear(&der);
	text = json_object_get(o, "der");
	bad = bad || json_array_append(list, text);
	json_decref(o);
	return bad;
}

static int put_signer(json_t *root, const struct edoc_key *key)
{
	const STACK_OF(X509) *chain = ed_key_chain(key);
	json_t *o = json_object(), *list = json_array();
	char text[ED_PKEY_TEXT];
	int bad = 0;

	ed_pkey_text(ed_key_pkey(key), text);
	bad |= ed_json_str(o, "subject", edoc_key_subject(key));
	bad |= ed_json_str(o, "key", text);
	bad |= add_cert(list, ed_key_cert(key));
	for (int i = 0; i < sk_X509_num(chain); i++)
		bad |= add_cert(list, sk_X509_value(chain, i));
	bad |= json_object_set_new(o, "certificates", list);
	return bad | json_object_set_new(root, "signer", o);
}

static int put_documents(json_t *root, const struct edoc_package *package)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < package->n; i++) {
		const struct edoc_document *doc = &package->documents[i];
		json_t *o = json_object();

		bad |= ed_json_str(o, "name", doc->name);
		bad |= ed_json_int(o, "bytes", (int64_t)doc->bytes);
		bad |= ed_json_str(o, "sha256", doc->sha256);
		bad |= json_array_append_new(list, o);
	}
	return bad | json_object_set_new(root, "documents", list);
}

static int put_octets(json_t *root, const struct ed_key_outside *o)
{
	unsigned char digest[ED_HASH_MAX];
	char hex[2 * ED_HASH_MAX + 1];

	if (!ed_hash_bytes(o->alg.hash, o->octets.data, o->octets.len, digest))
		return -1;
	ed_hex(hex, digest, ed_hash_size(o->alg.hash));
	return put_b64(root, "octets", o->octets.data, o->octets.len) |
	       ed_json_str(root, "digest", o->alg.kind == ED_SIG_EDDSA ? NULL : hex);
}

/* Said in a request only where it is said in the signature. */
static const char *const place_parts[] = {"street",      "city",    "region",
                                          "postal-code", "country", NULL};

static int put_place(json_t *root, const struct edoc_sign_place *place)
{
	const char *const parts[] = {place->street, place->city, place->region, place->postal_code,
	                             place->country};
	json_t *o = json_object();
	int bad = 0;

	for (size_t i = 0; place_parts[i]; i++)
		bad |= ed_json_str(o, place_parts[i], parts[i]);
	return bad | json_object_set_new(root, "place", o);
}

static int put_policy(json_t *root, const struct edoc_sign_policy *policy)
{
	json_t *o = json_object();
	int bad = ed_json_str(o, "id", policy->id) | ed_json_str(o, "url", policy->url);

	return bad | json_object_set_new(root, "signature-policy", o);
}

/* XAdES signs the text of an element, CAdES a SET of attributes. */
static const char *form_of(const struct ed_buf *octets)
{
	return octets->len && octets->data[0] == '<' ? "xades" : "cades";
}

/* All that is told of a signature that is wanted of the package as it is now. */
static enum edoc_code describe(const char *path, const struct edoc_sign_options *options,
                               json_t **request, struct edoc_error *err)
{
	const struct ed_key_outside *o = ed_key_outside(options->key);
	struct edoc_package *package = NULL;
	json_t *root = json_object();
	enum edoc_code code = edoc_package_open(path, options->limits, &package, err);
	int bad = 0;

	*request = NULL;
	if (code == EDOC_OK)
		code = edoc_package_digest(package, err);
	if (code != EDOC_OK)
		goto out;
	bad |= ed_json_str(root, "format", FORMAT);
	bad |= put_documents(root, package);
	bad |= put_signer(root, options->key);
	bad |= ed_json_time(root, "time", options->at);
	bad |= ed_json_str(root, "role", options->role);
	bad |= ed_json_str(root, "commitment", options->commitment);
	if (options->place)
		bad |= put_place(root, options->place);
	if (options->signed_policy)
		bad |= put_policy(root, options->signed_policy);
	if (options->content_stamp)
		bad |= put_b64(root, "content-timestamp", o->token.data, o->token.len);
	bad |= ed_json_str(root, "form", form_of(&o->octets));
	bad |= ed_json_str(root, "entry", o->name[0] ? o->name : NULL);
	bad |= put_algorithm(root, &o->alg);
	bad |= put_octets(root, o);
	code = bad ? ed_fail_memory(err) : EDOC_OK;
out:
	if (code == EDOC_OK)
		*request = root;
	else
		json_decref(root);
	edoc_package_free(package);
	return code;
}

static enum edoc_code check_preparing(const char *path, const struct edoc_sign_options *options,
                                      struct edoc_error *err)
{
	if (!options->key || !ed_key_outside(options->key))
		return ed_fail(err, EDOC_ERR_USAGE, path,
		               "a request is made with a key of a certificate only");
	if (options->ledger_head)
		return ed_fail(err, EDOC_ERR_USAGE, path, "a request carries no ledger's head");
	return EDOC_OK;
}

static enum edoc_code give_octets(const struct ed_key_outside *o, char **octets, size_t *len,
                                  struct edoc_error *err)
{
	struct ed_buf copy;

	ed_buf_init(&copy, ED_MAX_XML_BYTES);
	ed_buf_put(&copy, o->octets.data, o->octets.len);
	*len = o->octets.len;
	return ed_buf_steal(&copy, "", octets, err);
}

enum edoc_code edoc_package_prepare(const char *path, const struct edoc_sign_options *options,
                                    char **request, char **octets, size_t *len,
                                    struct edoc_error *err)
{
	struct edoc_sign_options plain = *options;
	struct ed_key_outside *o;
	struct edoc_error stopped = {0};
	json_t *root = NULL;
	struct ed_buf text;
	enum edoc_code code = check_preparing(path, options, err);

	*request = *octets = NULL;
	*len = 0;
	if (code != EDOC_OK)
		return code;
	o = ed_key_outside(options->key);
	ed_buf_reset(&o->octets);
	ed_buf_clear(&o->value);
	ed_buf_reset(&o->token);
	o->name[0] = '\0';
	plain.level = EDOC_LEVEL_B; /* what comes after is added when the value is */
	code = edoc_package_sign(path, &plain, NULL, &stopped);
	if (code == EDOC_OK || !o->octets.len) {
		if (err)
			*err = stopped;
		return code != EDOC_OK ? code : ed_fail(err, EDOC_ERR_BUG, path, "signed alone");
	}
	ed_buf_init(&text, ED_MAX_JSON_BYTES);
	code = describe(path, options, &root, err);
	if (code == EDOC_OK && options->profile &&
	    ed_json_str(root, "profile", options->profile->name))
		code = ed_fail_memory(err);
	if (code == EDOC_OK)
		code = ed_json_canonical(root, &text, err);
	ed_buf_putc(&text, '\n');
	if (code == EDOC_OK)
		code = give_octets(o, octets, len, err);
	if (code == EDOC_OK)
		code = ed_buf_steal(&text, path, request, err);
	if (code != EDOC_OK) {
		edoc_free(*octets);
		*octets = NULL;
	}
	ed_buf_clear(&text);
	json_decref(root);
	return code;
}

/* ---- reading a request ---------------------------------------------------------- */

struct request {
	const char *where;
	json_t *root;
	struct edoc_key *key;
	struct ed_key_outside *o; /* of the key */
	struct edoc_sign_options options;
	struct edoc_sign_place place;
};

static enum edoc_code altered(const struct request *r, const char *field, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, r->where,
	               "its \"%s\" is not what edoc-sign prepare wrote: make a new request", field);
}

static enum edoc_code load(const char *path, json_t **root, struct edoc_error *err)
{
	struct ed_buf bytes;
	enum edoc_code code;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	code = ed_read_path(path, &bytes, err);
	if (code == EDOC_OK)
		code = ed_json_parse(ed_buf_str(&bytes), bytes.len, path, root, err);
	ed_buf_clear(&bytes);
	return code;
}

static enum edoc_code parse(struct request *r, struct edoc_error *err)
{
	static const char *const rare[] = {"place", "signature-policy", "profile",
	                                   "content-timestamp"};
	const char *known[] = {"format", "documents", "signer",    "time",   "role",   "commitment",
	                       "form",   "entry",     "algorithm", "octets", "digest", NULL,
	                       NULL,     NULL,        NULL,        NULL};
	const char *format;
	enum edoc_code code = load(r->where, &r->root, err);
	size_t n = 11;

	if (code != EDOC_OK)
		return code;
	format = json_is_object(r->root) ? ed_json_get_str(r->root, "format") : NULL;
	if (!format || strcmp(format, FORMAT) != 0)
		return ed_fail(err, EDOC_ERR_INPUT, r->where,
		               "not a request of edoc-sign prepare (%s)", FORMAT);
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
		if (json_object_get(r->root, rare[i]))
			known[n++] = rare[i];
	return ed_json_only(r->root, r->where, known, err);
}

static enum edoc_code read_key(struct request *r, struct edoc_error *err)
{
	const json_t *list = json_object_get(json_object_get(r->root, "signer"), "certificates");
	const char *padding = ed_json_get_str(json_object_get(r->root, "algorithm"), "padding");
	size_t n = json_array_size(list);
	struct ed_buf der[ED_MAX_CHAIN + 1];
	enum edoc_code code = EDOC_OK;

	if (n == 0 || n > ED_MAX_CHAIN + 1)
		return altered(r, "signer", err);
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		ed_buf_init(&der[i], ED_MAX_CERT);
		if (!text || !ed_b64_get(text, strlen(text), &der[i]))
			code = altered(r, "signer", err);
	}
	if (code == EDOC_OK)
		code = ed_key_outside_der(der, n, r->where, &r->key, err);
	for (size_t i = 0; i < n; i++)
		ed_buf_clear(&der[i]);
	if (code == EDOC_OK && padding && !strcmp(padding, "pss"))
		code = edoc_key_use_pss(r->key, err);
	return code;
}

static enum edoc_code read_octets(struct request *r, struct edoc_error *err)
{
	const char *text = ed_json_get_str(r->root, "octets");
	const char *entry = ed_json_get_str(r->root, "entry");

	if (!text || !ed_b64_get(text, strlen(text), &r->o->octets) || !r->o->octets.len)
		return altered(r, "octets", err);
	if (entry && strlen(entry) >= sizeof(r->o->name))
		return altered(r, "entry", err);
	snprintf(r->o->name, sizeof(r->o->name), "%s", entry ? entry : "");
	if (!ed_key_sigalg(r->key, &r->o->alg))
		return altered(r, "signer", err);
	r->o->alg.plain = r->o->alg.kind == ED_SIG_ECDSA && r->o->octets.data[0] == '<';
	return EDOC_OK;
}

static enum edoc_code read_place(struct request *r, struct edoc_error *err)
{
	json_t *o = json_object_get(r->root, "place");
	const char *parts[5];
	enum edoc_code code;

	if (!o)
		return EDOC_OK;
	if (!json_is_object(o))
		return altered(r, "place", err);
	code = ed_json_only(o, r->where, place_parts, err);
	for (size_t i = 0; place_parts[i]; i++)
		parts[i] = ed_json_get_str(o, place_parts[i]);
	r->place = (struct edoc_sign_place){parts[0], parts[1], parts[2], parts[3], parts[4]};
	r->options.place = &r->place;
	return code;
}

/* The token that is among what was signed. */
static enum edoc_code read_token(struct request *r, struct edoc_error *err)
{
	static const char field[] = "content-timestamp";
	const char *text = ed_json_get_str(r->root, field);

	r->options.content_stamp = json_object_get(r->root, field) != NULL;
	if (!r->options.content_stamp)
		return EDOC_OK;
	if (!text || !ed_b64_get(text, strlen(text), &r->o->token) || !r->o->token.len)
		return altered(r, field, err);
	return EDOC_OK;
}

/* Which of the two was changed: the digest and the entry's name are witnesses. */
static enum edoc_code check_form(const struct request *r, const char *form, struct edoc_error *err)
{
	const char *told = ed_json_get_str(r->root, "digest");
	bool cades = form && !strcmp(form, "cades"), xades = form && !strcmp(form, "xades");
	unsigned char first = r->o->octets.data[0], digest[ED_HASH_MAX];
	char hex[2 * ED_HASH_MAX + 1] = "";

	if (form && !strcmp(form, form_of(&r->o->octets)) && (xades || first == DER_SET))
		return EDOC_OK;
	if (ed_hash_bytes(r->o->alg.hash, r->o->octets.data, r->o->octets.len, digest))
		ed_hex(hex, digest, ed_hash_size(r->o->alg.hash));
	if ((cades || xades) &&
	    ((told && strcmp(told, hex) != 0) || (first != '<' && first != DER_SET)))
		return altered(r, "octets", err);
	return altered(r, "form", err);
}

/* Its file is the caller's to give: no request says which file is read. */
static enum edoc_code check_policy(const struct request *r, struct edoc_error *err)
{
	const json_t *o = json_object_get(r->root, "signature-policy");
	const char *id = o ? ed_json_get_str(o, "id") : NULL;

	if (o && !id)
		return altered(r, "signature-policy", err);
	if (o && !r->options.signed_policy)
		return ed_fail(err, EDOC_ERR_USAGE, r->where,
		               "is under a signature policy: give its file again, "
		               "--signature-policy %.160s=FILE",
		               id);
	if (!o && r->options.signed_policy)
		return ed_fail(err, EDOC_ERR_USAGE, r->where, "is under no signature policy");
	return EDOC_OK;
}

/* What was asked for by rules is put in by the same: they say its level, too. */
static enum edoc_code check_profile(const struct request *r, struct edoc_error *err)
{
	const struct edoc_signing_profile *profile = r->options.profile;
	const char *name;

	if (!json_object_get(r->root, "profile"))
		return EDOC_OK;
	name = ed_json_get_str(r->root, "profile");
	if (!name)
		return altered(r, "profile", err);
	if (!profile || strcmp(profile->name, name) != 0)
		return ed_fail(err, EDOC_ERR_USAGE, r->where,
		               "was made by the rules of the profile %.100s: give the same again, "
		               "by --profile",
		               name);
	return EDOC_OK;
}

/* Whose signature it asks for, and of when. */
static enum edoc_code read_signer(struct request *r, struct edoc_error *err)
{
	enum edoc_code code = parse(r, err);
	const char *time;

	if (code == EDOC_OK)
		code = read_key(r, err);
	if (code != EDOC_OK)
		return code;
	time = ed_json_get_str(r->root, "time");
	return time && ed_time_parse(time, &r->options.at) ? EDOC_OK : altered(r, "time", err);
}

static enum edoc_code read_request(struct request *r, struct edoc_error *err)
{
	enum edoc_code code = read_signer(r, err);
	const char *form;

	if (code != EDOC_OK)
		return code;
	r->o = ed_key_outside(r->key);
	code = read_octets(r, err);
	form = ed_json_get_str(r->root, "form");
	if (code == EDOC_OK)
		code = read_place(r, err);
	if (code == EDOC_OK)
		code = check_policy(r, err);
	if (code == EDOC_OK)
		code = check_profile(r, err);
	if (code == EDOC_OK)
		code = read_token(r, err);
	if (code == EDOC_OK)
		code = check_form(r, form, err);
	r->options.key = r->key;
	r->options.form = form && !strcmp(form, "cades") ? EDOC_CADES : EDOC_XADES;
	r->options.role = ed_json_get_str(r->root, "role");
	r->options.commitment = ed_json_get_str(r->root, "commitment");
	return code;
}

/* ---- the value -------------------------------------------------------------------- */

static bool verifies(const struct request *r, const struct ed_buf *der)
{
	struct ed_sigalg alg = r->o->alg;

	alg.plain = false;
	return ed_verify_message(ed_key_pkey(r->key), &alg, r->o->octets.data, r->o->octets.len,
	                         der->data, der->len);
}

/* As it is, or r || s: whichever verifies. */
static bool take(struct request *r, const void *bytes, size_t len)
{
	if (!len)
		return false;
	ed_buf_reset(&r->o->value);
	ed_buf_put(&r->o->value, bytes, len);
	if (verifies(r, &r->o->value))
		return true;
	ed_buf_reset(&r->o->value);
	return r->o->alg.kind == ED_SIG_ECDSA &&
	       ed_value_der(ed_key_pkey(r->key), bytes, len, &r->o->value) &&
	       verifies(r, &r->o->value);
}

static enum edoc_code take_value(struct request *r, const char *path, struct edoc_error *err)
{
	char text[ED_SIGALG_TEXT];
	struct ed_buf given, raw;
	enum edoc_code code;

	ed_buf_init(&given, MAX_VALUE);
	ed_buf_init(&raw, MAX_VALUE);
	code = ed_read_path(path, &given, err);
	ed_sigalg_text(&r->o->alg, text);
	if (code == EDOC_OK && !take(r, given.data, given.len) &&
	    (!ed_b64_get(ed_buf_str(&given), given.len, &raw) || !take(r, raw.data, raw.len)))
		code = ed_fail(err, EDOC_ERR_INPUT, path,
		               "the value is not %s over the request's octets, by the key of %.80s",
		               text, edoc_key_subject(r->key));
	ed_buf_clear(&given);
	ed_buf_clear(&raw);
	return code;
}

/* The value as the entry of such a form has it. */
static enum edoc_code value_there(const struct request *r, struct ed_buf *there,
                                  struct edoc_error *err)
{
	struct ed_buf value;
	enum edoc_code code;

	ed_buf_init(&value, MAX_VALUE);
	code = ed_sign_value(r->key, &r->o->alg, r->o->octets.data, r->o->octets.len, &value, err);
	if (code == EDOC_OK && r->options.form == EDOC_XADES)
		ed_b64_put(there, value.data, value.len);
	else if (code == EDOC_OK)
		ed_buf_put(there, value.data, value.len);
	ed_buf_clear(&value);
	return code == EDOC_OK ? ed_buf_check(there, "", err) : code;
}

/* Another program may have broken the base64 into lines. */
static void join_lines(struct ed_buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++) {
		if (!strchr(" \t\r\n", text->data[i]) || !text->data[i])
			text->data[n++] = text->data[i];
	}
	text->len = n;
}

static enum edoc_code has_value(const struct request *r, struct ed_asic *asic,
                                const struct ed_buf *value, bool *there, struct edoc_error *err)
{
	bool xades = r->options.form == EDOC_XADES;
	enum edoc_code code = EDOC_OK;
	struct ed_buf entry;

	*there = false;
	ed_buf_init(&entry, ED_MAX_XML_BYTES);
	for (size_t i = 0; i < ed_zip_count(asic->zip) && code == EDOC_OK && !*there; i++) {
		if (asic->kind[i] != (xades ? ED_ASIC_XADES : ED_ASIC_CADES))
			continue;
		ed_buf_reset(&entry);
		code = ed_zip_read_buf(asic->zip, i, &entry, err);
		if (xades)
			join_lines(&entry);
		*there = code == EDOC_OK && entry.len &&
		         memmem(entry.data, entry.len, value->data, value->len);
	}
	ed_buf_clear(&entry);
	return code;
}

static enum edoc_code is_attached(const struct request *r, const char *path, bool *there,
                                  struct edoc_error *err)
{
	struct edoc_package *package = NULL;
	struct ed_buf value;
	enum edoc_code code = edoc_package_open(path, r->options.limits, &package, err);

	*there = false;
	ed_buf_init(&value, 2 * MAX_VALUE);
	if (code == EDOC_OK)
		code = value_there(r, &value, err);
	if (code == EDOC_OK)
		code = has_value(r, package->asic, &value, there, err);
	ed_buf_clear(&value);
	edoc_package_free(package);
	return code;
}

/* ---- the same again ------------------------------------------------------------------ */

static const json_t *named(const json_t *documents, const char *name)
{
	for (size_t i = 0; i < json_array_size(documents); i++) {
		const json_t *doc = json_array_get(documents, i);
		const char *other = ed_json_get_str(doc, "name");

		if (other && !strcmp(other, name))
			return doc;
	}
	return NULL;
}

/* Which document, and what happened to it. */
static enum edoc_code compare_documents(const struct request *r, const json_t *now,
                                        struct edoc_error *err)
{
	const json_t *then = json_object_get(r->root, "documents");
	const char *name;

	for (size_t i = 0; i < json_array_size(now); i++) {
		const json_t *doc = json_array_get(now, i), *old;

		name = ed_json_get_str(doc, "name");
		old = named(then, name);
		if (!old)
			return ed_fail(err, EDOC_ERR_INPUT, name,
			               "is not among the documents of the request");
		if (!json_equal(doc, old))
			return ed_fail(err, EDOC_ERR_INPUT, name,
			               "is not as it was when the request was made");
	}
	for (size_t i = 0; i < json_array_size(then); i++) {
		name = ed_json_get_str(json_array_get(then, i), "name");
		if (!name || !named(now, name))
			return ed_fail(err, EDOC_ERR_INPUT, name ? name : r->where,
			               "was to be signed, and is not in the package any more");
	}
	return json_equal(then, now) ? EDOC_OK : altered(r, "documents", err);
}

static enum edoc_code compare(const struct request *r, const char *path, struct edoc_error *err)
{
	json_t *now = NULL;
	const char *key;
	json_t *value;
	enum edoc_code code = describe(path, &r->options, &now, err);

	if (code == EDOC_OK)
		code = compare_documents(r, json_object_get(now, "documents"), err);
	if (code == EDOC_OK) {
		json_object_foreach(now, key,
		                    value) if (code == EDOC_OK &&
		                               !json_equal(value, json_object_get(r->root, key)))
		        code = altered(r, key, err);
	}
	json_decref(now);
	return code;
}

/* Somebody signs with it now, whatever the request's own time. */
static enum edoc_code check_moment(const struct request *r, int64_t now, struct edoc_error *err)
{
	char t[ED_TIME_STR];

	if (r->options.at > now + ED_CLOCK_SKEW) {
		ed_time_format(t, r->options.at);
		return ed_fail(err, EDOC_ERR_INPUT, r->where,
		               "is of %s, which is still to come: is a clock wrong?", t);
	}
	return ed_sign_fit(r->key, now, r->options.policy, err);
}

/* It is in the package: raised as --skip-signed would, and never put in twice. */
static enum edoc_code raise_attached(struct request *r, const char *path, enum edoc_signed *what,
                                     struct edoc_error *err)
{
	enum edoc_code code;

	*what = EDOC_SIGNED_BEFORE;
	if (r->options.level == EDOC_LEVEL_B)
		return EDOC_OK;
	r->options.dry_run = true;
	code = edoc_package_sign_once(path, &r->options, what, NULL, err);
	if (code == EDOC_OK && *what == EDOC_SIGNED_NOW)
		return ed_fail(err, EDOC_ERR_USAGE, path,
		               "has this signature, and not over all that is in it: raise it by "
		               "edoc-sign extend");
	r->options.dry_run = false;
	return code == EDOC_OK && *what == EDOC_SIGNED_RAISED
	               ? edoc_package_sign_once(path, &r->options, what, NULL, err)
	               : code;
}

static enum edoc_code attach(struct request *r, const char *path, const char *value_path,
                             int64_t now, enum edoc_signed *what, char **made,
                             struct edoc_error *err)
{
	enum edoc_code code = take_value(r, value_path, err);
	bool already = false;

	if (code == EDOC_OK)
		code = compare(r, path, err);
	if (code == EDOC_OK)
		code = is_attached(r, path, &already, err);
	if (code == EDOC_OK && already)
		return raise_attached(r, path, what, err);
	if (code != EDOC_OK)
		return code;
	code = check_moment(r, now, err);
	return code == EDOC_OK ? edoc_package_sign(path, &r->options, made, err) : code;
}

enum edoc_code edoc_package_attach(const char *path, const char *request_path,
                                   const char *value_path, const struct edoc_sign_options *options,
                                   enum edoc_signed *what, char **made, struct edoc_error *err)
{
	struct request r = {.where = request_path, .options = *options};
	enum edoc_code code = read_request(&r, err);

	*what = EDOC_SIGNED_NOW;
	*made = NULL;
	if (code == EDOC_OK)
		code = attach(&r, path, value_path, options->at, what, made, err);
	json_decref(r.root);
	edoc_key_free(r.key);
	return code;
}

enum edoc_code edoc_request_signer(const char *request_path, struct edoc_key **key, int64_t *at,
                                   struct edoc_error *err)
{
	struct request r = {.where = request_path};
	enum edoc_code code = read_signer(&r, err);

	*key = NULL;
	if (code == EDOC_OK) {
		*key = r.key;
		*at = r.options.at;
		r.key = NULL;
	}
	json_decref(r.root);
	edoc_key_free(r.key);
	return code;
}
