/* SPDX-License-Identifier: ISC */
/* Adding a signature to a package, and what is checked before and after. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "judge/verify.h"
#include "package/manifest.h"
#include "sign/sign.h"

/* The certificate's own words: its dates and what its key is for. */
static enum edoc_code fit_cert(const struct ed_cert *cert, int64_t at, struct ed_arena *arena,
                               struct edoc_error *err)
{
	const char *only = ed_cert_unfit(cert, arena);
	char t[ED_TIME_STR];

	if (at < cert->not_before) {
		ed_time_format(t, cert->not_before);
		return ed_fail(err, EDOC_ERR_DENIED, cert->subject,
		               "the certificate is not valid before %s", t);
	}
	if (at > cert->not_after) {
		ed_time_format(t, cert->not_after);
		return ed_fail(err, EDOC_ERR_DENIED, cert->subject,
		               "the certificate expired at %s: sign with a renewed one", t);
	}
	if (only)
		return ed_fail(err, EDOC_ERR_DENIED, cert->subject,
		               "the certificate may not sign documents, its key is for %s only "
		               "(RFC 5280 4.2.1.3, 4.2.1.12): use another certificate",
		               only);
	return EDOC_OK;
}

enum edoc_code ed_sign_fit(const struct edoc_key *key, int64_t at, const struct edoc_policy *policy,
                           struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_cert *cert = NULL;
	struct ed_findings findings;
	enum edoc_code code;

	if (!arena)
		return ed_fail_memory(err);
	ed_findings_init(&findings, arena);
	code = ed_cert_of(ed_key_cert(key), edoc_key_subject(key), arena, &cert, err);
	if (code == EDOC_OK)
		code = fit_cert(cert, at, arena, err);
	if (code == EDOC_OK) {
		ed_policy_key(policy, ed_key_pkey(key), at, "", &findings);
		if (findings.n)
			code = ed_fail(err, EDOC_ERR_DENIED, cert->subject,
			               "the policy %s does not accept the key: %s",
			               edoc_policy_name(policy),
			               findings.v[0].args[0] ? findings.v[0].args[0] : "?");
	}
	ed_cert_clear(cert);
	ed_arena_free(arena);
	return code;
}

enum edoc_code ed_sign_options(const char *path, const struct edoc_sign_options *options,
                               struct edoc_error *err)
{
	static const char *const known[] = {"approval", "origin",   "receipt", "delivery",
	                                    "sender",   "creation", NULL};
	size_t i = 0;

	if (!options || !options->key || !options->policy)
		return ed_fail(err, EDOC_ERR_USAGE, path, "signing needs a key and a policy");
	while (options->commitment && known[i] && strcmp(known[i], options->commitment))
		i++;
	if (!known[i])
		return ed_fail(err, EDOC_ERR_USAGE, options->commitment,
		               "no such commitment: approval, origin, receipt, delivery, sender or "
		               "creation (EN 319 132-1 5.2.3)");
	return ed_sign_fit(options->key, options->at, options->policy, err);
}

static enum edoc_code prepared_name(const struct ed_key_outside *outside, const struct ed_zip *zip,
                                    char out[ED_SIGN_NAME], struct edoc_error *err)
{
	char hex[9] = "";

	if (sscanf(outside->name, "META-INF/signatures-%8[0-9a-f].xml", hex) != 1 ||
	    snprintf(out, ED_SIGN_NAME, "META-INF/signatures-%s.xml", hex) < 0 ||
	    strlen(hex) != 8 || strcmp(out, outside->name) != 0)
		return ed_fail(err, EDOC_ERR_INPUT, outside->name,
		               "is no name for a signature's entry");
	if (zip && ed_zip_find(zip, out) != (size_t)-1)
		return ed_fail(err, EDOC_ERR_EXISTS, out,
		               "its place in the package is taken: was another value attached? "
		               "Make a new request");
	return EDOC_OK;
}

/*
 * Named before it is written, because a package is signed in one pass; the
 * random part keeps copies that are signed apart from colliding.
 */
enum edoc_code ed_sign_entry_name(const struct edoc_key *key, int64_t at, const struct ed_zip *zip,
                                  char out[ED_SIGN_NAME], struct edoc_error *err)
{
	struct {
		int64_t at;
		unsigned char random[16];
		char cert[64];
	} seed;
	struct ed_key_outside *outside = ed_key_outside(key);
	unsigned char digest[ED_HASH_MAX];
	char hex[9];

	if (outside && outside->name[0]) /* the second of two steps */
		return prepared_name(outside, zip, out, err);
	memset(&seed, 0, sizeof(seed));
	seed.at = at;
	memcpy(seed.cert, edoc_key_cert_sha256(key), sizeof(seed.cert));
	for (int attempt = 0; attempt < 100; attempt++) {
		if (!ed_random(seed.random, sizeof(seed.random)) ||
		    !ed_hash_bytes(ED_SHA256, &seed, sizeof(seed), digest))
			return ed_fail(err, EDOC_ERR_BUG, "", "no random numbers to be had");
		ed_hex(hex, digest, 4);
		snprintf(out, ED_SIGN_NAME, "META-INF/signatures-%s.xml", hex);
		if (zip && ed_zip_find(zip, out) != (size_t)-1)
			continue;
		if (outside)
			snprintf(outside->name, sizeof(outside->name), "%s", out);
		return EDOC_OK;
	}
	return ed_fail(err, EDOC_ERR_BUG, "", "no free name for a signature");
}

const char *ed_sign_tag(const char *name)
{
	return name + strlen("META-INF/signatures-");
}

enum edoc_code ed_sign_make(struct ed_asic *asic, const struct edoc_sign_options *options,
                            const char *name, struct ed_arena *arena, struct ed_buf *xml,
                            struct edoc_error *err)
{
	const char *const roles[] = {options->role, NULL};
	struct ed_xades_spec spec = {.words = {.key = options->key,
	                                       .at = options->at,
	                                       .roles = roles,
	                                       .commitment = options->commitment,
	                                       .ledger_head = options->ledger_head},
	                             .tag = name ? ed_sign_tag(name) : NULL};
	struct ed_xades_input *inputs;
	struct ed_sigalg alg;
	enum edoc_code code;

	if (!ed_key_sigalg(options->key, &alg))
		return ed_fail(err, EDOC_ERR_INPUT, edoc_key_subject(options->key),
		               "this kind of key cannot sign");
	spec.hash = alg.hash;
	inputs = ed_arena_alloc(arena, (asic->documents + 1) * sizeof(*inputs));
	if (!inputs)
		return ed_fail_memory(err);
	spec.inputs = inputs;
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		struct ed_xades_input *input = &inputs[spec.n];

		if (asic->kind[i] != ED_ASIC_DOCUMENT)
			continue;
		input->name = ed_zip_entry(asic->zip, i)->name;
		input->media_type =
		        asic->media_type[i] ? asic->media_type[i] : ed_media_type(input->name);
		code = ed_asic_digest(asic, i, spec.hash, input->digest, err);
		if (code != EDOC_OK)
			return code;
		spec.n++;
	}
	if (!spec.n)
		return ed_fail(err, EDOC_ERR_INPUT, "", "there is no document to sign");
	return ed_xades_make(&spec, xml, err);
}

/* Findings that other anchors or another moment could mend. */
static bool about_trust(const char *code)
{
	static const char *const codes[] = {"chain.",  "revocation.",           "route.",
	                                    "ledger.", "signature.time-future", "signature.none"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (!strncmp(code, codes[i], strlen(codes[i])))
			return true;
	}
	return false;
}

static const struct edoc_finding *unsound(const struct edoc_report *report)
{
	/* What a signature says of a document comes before what it leaves out. */
	for (size_t i = 0; i <= edoc_report_signatures(report); i++) {
		size_t which = i < edoc_report_signatures(report) ? i : EDOC_WHOLE;

		for (size_t k = 0; k < edoc_report_findings(report, which); k++) {
			const struct edoc_finding *f = edoc_report_finding(report, which, k);

			if (f->severity == EDOC_ERROR && !about_trust(f->code))
				return f;
		}
	}
	return NULL;
}

static enum edoc_code refuse_unsound(const struct edoc_report *report, bool ours,
                                     struct edoc_error *err)
{
	enum edoc_code bad = ours ? EDOC_ERR_BUG : EDOC_ERR_INPUT;
	const struct edoc_finding *f = unsound(report);
	char *text = NULL;
	enum edoc_code code;

	for (size_t i = 0; !f && i < edoc_report_signatures(report); i++) {
		const struct edoc_signature *sig = edoc_report_signature(report, i);

		if (!sig->intact_data || !sig->intact_signature)
			return ed_fail(err, bad, sig->where, "this signature is broken");
	}
	if (!f)
		return EDOC_OK;
	code = edoc_finding_text(f, NULL, &text, err);
	if (code == EDOC_OK)
		code = ed_fail(err, bad, *f->where ? f->where : edoc_report_name(report),
		               ours ? "our own result does not verify: %s [%s]"
		                    : "not signed, the package is not sound: %s [%s]",
		               text, f->code);
	edoc_free(text);
	return code;
}

enum edoc_code ed_sign_sound(struct ed_asic *asic, const struct ed_findings *container,
                             const char *name, const struct edoc_sign_options *options, bool ours,
                             struct edoc_error *err)
{
	struct edoc_verify_options verify = {.at = options->at,
	                                     .trust = options->trust,
	                                     .policy = options->policy,
	                                     .limits = options->limits};
	struct edoc_report *report = NULL;
	struct edoc_trust *none = NULL;
	enum edoc_code code;

	code = edoc_trust_new(&none, err);
	if (code != EDOC_OK)
		return code;
	if (!verify.trust)
		verify.trust = none;
	code = ed_judge_asic(asic, container, name, &verify, &report, err);
	if (code == EDOC_OK)
		code = refuse_unsound(report, ours, err);
	edoc_report_free(report);
	edoc_trust_free(none);
	return code;
}

enum edoc_code ed_sign_check_result(int fd, const struct ed_asic *kept, const char *name,
                                    const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct edoc_limits limits = options->limits ? *options->limits : edoc_limits_default();
	struct ed_arena *arena = ed_arena_new();
	struct ed_asic *asic = NULL;
	struct ed_findings container;
	enum edoc_code code;

	if (!arena)
		return ed_fail_memory(err);
	ed_findings_init(&container, arena);
	code = ed_asic_open(fd, name, &limits, arena, &container, &asic, err);
	if (code == EDOC_OK && kept)
		ed_asic_inherit(asic, kept);
	if (code == EDOC_OK)
		code = ed_sign_sound(asic, &container, name, options, true, err);
	ed_asic_free(asic);
	ed_arena_free(arena);
	return code;
}

static enum edoc_code check_form(const struct ed_asic *asic, const char *path,
                                 struct edoc_error *err)
{
	if (strcmp(asic->format, "ASiC-E") && strcmp(asic->format, "ASiC-E/XAdES"))
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               "this is %s; signatures are added to ASiC-E/XAdES only",
		               asic->format);
	if (asic->xades >= ED_MAX_SIGNATURES)
		return ed_fail(err, EDOC_ERR_LIMIT, path, "there are %zu signatures already",
		               asic->xades);
	return EDOC_OK;
}

/* Without a lock the later of two signers would replace the file that holds
 * the other's signature, and nobody would be told: not signed then. */
static enum edoc_code lock(int fd, const char *path, struct edoc_error *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return EDOC_OK;
	if (errno == EWOULDBLOCK || errno == EINTR)
		return ed_fail(err, EDOC_ERR_AGAIN, path,
		               "another program is signing this package: try again");
	return ed_fail(err, EDOC_ERR_EXISTS, path,
	               "its file system has no locks (%s), and two signers at a time would lose "
	               "a signature: nothing was changed; sign it in a local folder",
	               strerror(errno));
}

/*
 * Opens the package and locks it against another signer.  A lock on a file
 * that somebody has meanwhile replaced by rename guards nothing: compare.
 */
static enum edoc_code open_locked(const char *path, int *p_fd, struct edoc_error *err)
{
	struct stat mine, named;
	uint64_t size;
	enum edoc_code code;
	int fd;

	*p_fd = -1;
	code = ed_open_read(path, &fd, &size, err);
	if (code != EDOC_OK)
		return code;
	code = lock(fd, path, err);
	if (code == EDOC_OK && (fstat(fd, &mine) || stat(path, &named) ||
	                        mine.st_ino != named.st_ino || mine.st_dev != named.st_dev))
		code = ed_fail(err, EDOC_ERR_AGAIN, path,
		               "another program has just replaced this package: try again");
	if (code != EDOC_OK) {
		close(fd);
		return code;
	}
	*p_fd = fd;
	return EDOC_OK;
}

/* One signature on its way into one package. */
struct adding {
	const char *path;
	const struct edoc_sign_options *options;
	int fd;
	struct ed_arena *arena;
	struct ed_findings findings;
	struct ed_asic *asic;
	struct ed_tmp tmp;
	struct ed_zip_writer *writer;
	struct ed_buf xml;
	char name[ED_SIGN_NAME];
};

/* The certificate fits, the package can take a signature. */
static enum edoc_code look(struct adding *a, struct edoc_error *err)
{
	const struct edoc_limits *given = a->options ? a->options->limits : NULL;
	struct edoc_limits limits = given ? *given : edoc_limits_default();
	enum edoc_code code = ed_sign_options(a->path, a->options, err);

	if (code == EDOC_OK)
		code = open_locked(a->path, &a->fd, err);
	if (code == EDOC_OK)
		code = ed_asic_open(a->fd, a->path, &limits, a->arena, &a->findings, &a->asic, err);
	return code == EDOC_OK ? check_form(a->asic, a->path, err) : code;
}

/*
 * The copy comes first: the disk writes it while it is digested, and what is
 * verified and signed are the bytes that will be there.
 */
static enum edoc_code keep(struct adding *a, struct edoc_error *err)
{
	enum edoc_code code = ed_tmp_open(&a->tmp, a->path, false, err);

	if (code == EDOC_OK)
		code = ed_zip_writer_new(a->tmp.fd, a->path, a->asic->zip, &a->writer, err);
	return code == EDOC_OK ? ed_zip_writer_keep(a->writer, err) : code;
}

static enum edoc_code add(struct adding *a, struct edoc_error *err)
{
	const struct edoc_sign_options *options = a->options;
	enum edoc_code code;

	code = ed_sign_entry_name(options->key, options->at, a->asic->zip, a->name, err);
	if (code == EDOC_OK)
		code = ed_sign_make(a->asic, options, a->name, a->arena, &a->xml, err);
	if (code == EDOC_OK)
		code = ed_zip_add_bytes(a->writer, a->name, a->xml.data, a->xml.len, err);
	if (code == EDOC_OK)
		code = ed_zip_writer_finish(a->writer, err);
	if (code == EDOC_OK)
		code = ed_sign_check_result(a->tmp.fd, a->asic, a->path, options, err);
	return code == EDOC_OK ? ed_tmp_rename(&a->tmp, err) : code;
}

static enum edoc_code with_package(const char *path, const struct edoc_sign_options *options,
                                   bool act, char **made, struct edoc_error *err)
{
	struct adding a = {.path = path, .options = options, .fd = -1, .tmp = {.fd = -1}};
	enum edoc_code code;

	ed_buf_init(&a.xml, ED_MAX_XML_BYTES);
	a.arena = ed_arena_new();
	if (!a.arena)
		return ed_fail_memory(err);
	ed_findings_init(&a.findings, a.arena);
	code = look(&a, err);
	if (code == EDOC_OK && act)
		code = keep(&a, err);
	if (code == EDOC_OK) /* before the key is touched */
		code = ed_sign_sound(a.asic, &a.findings, path, options, false, err);
	if (code == EDOC_OK && act)
		code = add(&a, err);
	if (code == EDOC_OK && act && made && !(*made = strdup(a.name)))
		code = ed_fail_memory(err);
	ed_zip_writer_free(a.writer);
	ed_tmp_clear(&a.tmp);
	ed_asic_free(a.asic);
	ed_buf_clear(&a.xml);
	ed_arena_free(a.arena);
	if (a.fd >= 0)
		close(a.fd); /* and with it the lock */
	return code;
}

enum edoc_code edoc_package_sign(const char *path, const struct edoc_sign_options *options,
                                 char **made, struct edoc_error *err)
{
	if (made)
		*made = NULL;
	return with_package(path, options, true, made, err);
}

enum edoc_code edoc_package_preflight(const char *path, const struct edoc_sign_options *options,
                                      struct edoc_error *err)
{
	return with_package(path, options, false, NULL, err);
}
