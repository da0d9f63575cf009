/* SPDX-License-Identifier: ISC */
/* Packages for the eyes of some: encrypted for certificates, and decrypted. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "judge/certificate.h"
#include "judge/policy.h"
#include "judge/rules.h"
#include "package/envelope.h"
#include "sign/new.h"

#define MIN_RSA_BITS 2048 /* TS 119 312 8.4 */

struct recipients {
	struct ed_arena *arena;
	const char *where; /* the file that is read */
	struct ed_envelope_recipient *v;
	size_t n, cap;
};

/* ---- whom ------------------------------------------------------------------------ */

static enum edoc_code add(void *arg, X509 *x509, struct edoc_error *err)
{
	struct recipients *to = arg;
	struct ed_cert *cert;
	enum edoc_code code = ed_cert_of(x509, to->where, to->arena, &cert, err);

	if (code != EDOC_OK)
		return code;
	for (size_t i = 0; i < to->n; i++) {
		if (!strcmp(to->v[i].cert->hex, cert->hex)) {
			ed_cert_clear(cert);
			return EDOC_OK;
		}
	}
	to->v = ed_arena_grow(to->arena, to->v, to->n, &to->cap, sizeof(*to->v));
	if (!to->v) {
		to->n = 0;
		ed_cert_clear(cert);
		return ed_fail_memory(err);
	}
	to->v[to->n].cert = cert;
	to->v[to->n].where = ed_arena_printf(to->arena, "%s (%s)", to->where, cert->subject);
	return to->v[to->n++].where ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code read_recipients(struct recipients *to, const char *const *paths,
                                      struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct ed_buf bytes;

	for (; paths && *paths && code == EDOC_OK; paths++) {
		to->where = *paths;
		ed_buf_init(&bytes, ED_MAX_KEY_FILE);
		code = ed_read_path(*paths, &bytes, err);
		if (code == EDOC_OK)
			code = ed_certs_read(bytes.data, bytes.len, *paths, add, to, err);
		ed_buf_clear(&bytes);
	}
	if (code == EDOC_OK && !to->n)
		code = ed_fail(err, EDOC_ERR_USAGE, "",
		               "encrypting needs a recipient's certificate");
	return code;
}

/* keyUsage, where there is one, allows it (RFC 5280 4.2.1.3). */
static bool usage_fits(const struct ed_cert *cert)
{
	if (!cert->has_key_usage)
		return true;
	if (cert->key_type == ED_KEY_RSA)
		return cert->key_usage & X509v3_KU_KEY_ENCIPHERMENT;
	return (cert->key_usage & X509v3_KU_KEY_AGREEMENT) &&
	       !(cert->key_usage & X509v3_KU_DECIPHER_ONLY);
}

static bool key_fits(const struct ed_cert *cert)
{
	switch (cert->key_type) {
	case ED_KEY_RSA:
		return cert->key_bits >= MIN_RSA_BITS && cert->key_bits <= ED_MAX_RSA_BITS &&
		       !cert->sham_exponent;
	case ED_KEY_EC_P256:
	case ED_KEY_EC_P384:
	case ED_KEY_EC_P521:
		return !cert->explicit_curve;
	default:
		return false;
	}
}

static enum edoc_code fit(const struct ed_envelope_recipient *to, int64_t at,
                          struct edoc_error *err)
{
	const struct ed_cert *cert = to->cert;
	char t[ED_TIME_STR];

	ed_time_format(t, at < cert->not_before ? cert->not_before : cert->not_after);
	if (at < cert->not_before)
		return ed_fail(err, EDOC_ERR_DENIED, to->where,
		               "the certificate is not valid before %s", t);
	if (at > cert->not_after)
		return ed_fail(err, EDOC_ERR_DENIED, to->where,
		               "the certificate expired at %s: ask for the renewed one", t);
	if (cert->is_ca)
		return ed_fail(err, EDOC_ERR_DENIED, to->where,
		               "an authority's certificate, which is nobody's to encrypt for (RFC "
		               "5280 4.2.1.9): give the recipient's own");
	if (!key_fits(cert))
		return ed_fail(
		        err, EDOC_ERR_DENIED, to->where,
		        "its key %s is not one to encrypt for: RSA of 2048 bits or more, or EC "
		        "on P-256, P-384 or P-521",
		        cert->key_text);
	if (!usage_fits(cert))
		return ed_fail(err, EDOC_ERR_DENIED, to->where,
		               "its keyUsage does not allow %s (RFC 5280 4.2.1.3): ask for the "
		               "certificate that is for encryption",
		               cert->key_type == ED_KEY_RSA ? "keyEncipherment" : "keyAgreement");
	return EDOC_OK;
}

/* What the policy takes for an error is one here, but for what the key may sign:
 * that is not asked of it. */
static enum edoc_code believed(const struct ed_envelope_recipient *to,
                               const struct edoc_encrypt_options *options, struct ed_arena *arena,
                               struct edoc_error *err)
{
	struct edoc_verify_options how = {.at = options->at,
	                                  .trust = options->trust,
	                                  .policy = options->policy,
	                                  .fetch = options->fetch,
	                                  .fetch_arg = options->fetch_arg};
	struct ed_findings findings;
	enum edoc_code code;
	char *text = NULL;

	ed_findings_init(&findings, arena);
	code = ed_judge_certificate(to->cert, NULL, &how, EDOC_FOR_SIGN, to->where, arena,
	                            &findings, err);
	if (code == EDOC_OK && findings.lost)
		code = ed_fail_memory(err);
	for (size_t i = 0; i < findings.n && code == EDOC_OK; i++) {
		const struct ed_rule *rule = ed_rule(findings.v[i].code);

		if (!strcmp(findings.v[i].code, "key-usage.unfit"))
			continue;
		if (rule &&
		    ed_policy_severity(options->policy, rule->code, rule->severity) != EDOC_ERROR)
			continue;
		code = edoc_finding_text(&findings.v[i], "", &text, err);
		if (code == EDOC_OK)
			code = ed_fail(err, EDOC_ERR_DENIED, to->where, "%s (%s)", text,
			               findings.v[i].code);
		edoc_free(text);
	}
	return code;
}

static enum edoc_code check_recipients(const struct recipients *to,
                                       const struct edoc_encrypt_options *options,
                                       struct edoc_error *err)
{
	bool trust = options->trust && edoc_trust_count(options->trust) > 0;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < to->n && code == EDOC_OK; i++) {
		code = fit(&to->v[i], options->at, err);
		if (code == EDOC_OK && trust)
			code = believed(&to->v[i], options, to->arena, err);
	}
	return code;
}

static enum edoc_code list(const struct recipients *to, char **text, struct edoc_error *err)
{
	struct ed_buf buf;

	ed_buf_init(&buf, ED_MAX_RECIPIENTS * ED_MAX_CERT);
	for (size_t i = 0; i < to->n; i++)
		ed_buf_printf(&buf, "%s %s\n", to->v[i].cert->hex, to->v[i].cert->subject);
	return ed_buf_steal(&buf, "", text, err);
}

/* ---- files ----------------------------------------------------------------------- */

/* Told before an hour of work, and again by link(2). */
static enum edoc_code check_output(const char *out, int fd, bool overwrite, struct edoc_error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ed_fail_errno(err, EDOC_ERR_IO, out, N_("cannot read"));
	enum edoc_code code = ed_making_apart(out, &st, err);
	return code == EDOC_OK ? ed_tmp_check(out, overwrite, err) : code;
}

static enum edoc_code publish(struct ed_tmp *tmp, bool overwrite, struct edoc_error *err)
{
	return overwrite ? ed_tmp_rename(tmp, err) : ed_tmp_link(tmp, err);
}

static enum edoc_code encrypt(const char *path, const char *out, const struct recipients *to,
                              const struct edoc_encrypt_options *options, struct edoc_error *err)
{
	struct ed_tmp tmp = {.fd = -1};
	uint64_t size;
	int fd;
	enum edoc_code code = ed_open_read(path, &fd, &size, err);

	if (code == EDOC_OK)
		code = check_output(out, fd, options->overwrite, err);
	if (code == EDOC_OK && !options->dry_run)
		code = ed_tmp_open(&tmp, out, false, err);
	if (code == EDOC_OK && !options->dry_run)
		code = ed_envelope_write(fd, size, path, to->v, to->n, tmp.fd, err);
	if (code == EDOC_OK && !options->dry_run)
		code = publish(&tmp, options->overwrite, err);
	ed_tmp_clear(&tmp);
	if (fd >= 0)
		close(fd);
	return code;
}

enum edoc_code edoc_package_encrypt(const char *path, const char *out, const char *const *to,
                                    const struct edoc_encrypt_options *options, char **text,
                                    struct edoc_error *err)
{
	struct recipients r = {.arena = ed_arena_new()};
	enum edoc_code code = EDOC_OK;

	if (text)
		*text = NULL;
	if (!r.arena)
		return ed_fail_memory(err);
	if (options->trust && !options->policy)
		code = ed_fail(err, EDOC_ERR_USAGE, "", "trust needs a policy");
	if (code == EDOC_OK)
		code = read_recipients(&r, to, err);
	if (code == EDOC_OK)
		code = check_recipients(&r, options, err);
	if (code == EDOC_OK)
		code = encrypt(path, out, &r, options, err);
	if (code == EDOC_OK && text)
		code = list(&r, text, err);
	for (size_t i = 0; i < r.n; i++)
		ed_cert_clear(r.v[i].cert);
	ed_arena_free(r.arena);
	return code;
}

enum edoc_code edoc_package_decrypt(const char *path, const char *out, const struct edoc_key *key,
                                    bool overwrite, bool dry_run, struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_envelope *envelope = NULL;
	struct ed_tmp tmp = {.fd = -1};
	enum edoc_code code;
	uint64_t size;
	int fd = -1;

	code = arena ? ed_open_read(path, &fd, &size, err) : ed_fail_memory(err);
	if (code == EDOC_OK)
		code = check_output(out, fd, overwrite, err);
	if (code == EDOC_OK)
		code = ed_envelope_open(fd, size, path, arena, &envelope, err);
	if (code == EDOC_OK && !dry_run) /* a secret, until its owner says otherwise */
		code = ed_tmp_open(&tmp, out, true, err);
	if (code == EDOC_OK)
		code = ed_envelope_read(envelope, key, tmp.fd, err);
	if (code == EDOC_OK && !dry_run)
		code = publish(&tmp, overwrite, err);
	ed_tmp_clear(&tmp);
	if (fd >= 0)
		close(fd);
	ed_arena_free(arena);
	return code;
}
