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
#include "sign/challenge.h"
#include "sign/growth.h"
#include "sign/place.h"
#include "sign/profile.h"
#include "sign/signed.h"

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
	enum edoc_code code;
	size_t i = 0;

	if (!options || !options->key || !options->policy)
		return ed_fail(err, EDOC_ERR_USAGE, path, "signing needs a key and a policy");
	while (options->commitment && known[i] && strcmp(known[i], options->commitment))
		i++;
	if (!known[i])
		return ed_fail(err, EDOC_ERR_USAGE, options->commitment,
		               "no such commitment: approval, origin, receipt, delivery, sender or "
		               "creation (EN 319 132-1 5.2.3)");
	code = ed_sign_fit(options->key, options->at, options->policy, err);
	return code == EDOC_OK ? edoc_signing_profile_signer(options, err) : code;
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

/* Findings that other anchors or another moment could mend, or that say no more than the others
 * of one list do: a law's conditions, which refuse_law() looks at. */
static bool about_trust(const char *code)
{
	static const char *const codes[] = {"chain.",
	                                    "revocation.",
	                                    "route.",
	                                    "ledger.",
	                                    "past.",
	                                    "fetch.",
	                                    "law.",
	                                    "timestamp.not-proven",
	                                    "signature.time-future",
	                                    "signature.none"};

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

/* What is said of two signatures of one key, in one file and of one second. */
static bool is_twin(const struct edoc_finding *f)
{
	return !strcmp(f->code, "signature.repeated") || !strcmp(f->code, "signature.id-repeated");
}

enum edoc_code ed_sign_refuse_twin(const char *where, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_AGAIN, where,
	               "the same key has signed it in this very second already: nothing was "
	               "changed; try again");
}

enum edoc_code ed_sign_refuse(const struct edoc_report *report, bool ours, struct edoc_error *err)
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
	if (ours && is_twin(f))
		return ed_sign_refuse_twin(f->where, err);
	code = edoc_finding_text(f, NULL, &text, err);
	if (code == EDOC_OK)
		code = ed_fail(err, bad, *f->where ? f->where : edoc_report_name(report),
		               ours ? "our own result does not verify: %s [%s]"
		                    : "it is not sound, and left as it is: %s [%s]",
		               text, f->code);
	edoc_free(text);
	return code;
}

/*
 * What a law asks of the document and no signature will mend is told before one is made: the
 * report that its reader gets would say the same.  A file that is no package has no card to fill
 * in, and is not held to it.
 */
static enum edoc_code refuse_law(const struct edoc_report *report, struct edoc_error *err)
{
	const struct ed_report_condition *first = NULL;
	enum edoc_code code;
	char *why = NULL;
	size_t n = 0;

	for (size_t i = 0; i < report->n_conditions; i++) {
		const struct ed_report_condition *c = &report->conditions[i];

		if (c->met != ED_NO || c->by_signing)
			continue;
		first = first ? first : c;
		n++;
	}
	if (!first)
		return EDOC_OK;
	code = ed_report_condition_why(first, NULL, &why, err);
	if (code == EDOC_OK)
		code = ed_fail(err, EDOC_ERR_INPUT, edoc_report_name(report),
		               "not signed, conditions of the policy %s that are not met: %zu; the "
		               "first: law %s, article %s: %.120s: %.160s; put the card right "
		               "(edoc-sign new --card, edoc-sign revise --set)",
		               report->policy_name, n, first->law, first->article,
		               dgettext("edoc", first->what), why);
	edoc_free(why);
	return code;
}

/* found: what the key has signed already, in the arena; NULL: no signature is to be made. */
static enum edoc_code judge(struct ed_asic *asic, const struct ed_findings *container,
                            const char *name, const struct edoc_sign_options *options,
                            int64_t moment, bool ours, struct ed_arena *arena,
                            struct ed_signed *found, struct edoc_error *err)
{
	struct edoc_verify_options verify = {.at = moment,
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
		code = ed_sign_refuse(report, ours, err);
	if (code == EDOC_OK && found)
		code = refuse_law(report, err);
	if (code == EDOC_OK && found)
		code = ed_signed_find(options, report, arena, found, err);
	edoc_report_free(report);
	edoc_trust_free(none);
	return code;
}

enum edoc_code ed_sign_sound(struct ed_asic *asic, const struct ed_findings *container,
                             const char *name, const struct edoc_sign_options *options,
                             int64_t moment, bool ours, struct edoc_error *err)
{
	return judge(asic, container, name, options, moment, ours, NULL, NULL, err);
}

enum edoc_code ed_sign_check_result(int fd, const struct ed_asic *kept, uint64_t end,
                                    const char *name, const struct edoc_sign_options *options,
                                    int64_t moment, struct edoc_error *err)
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
		ed_asic_inherit(asic, kept, end);
	if (code == EDOC_OK)
		code = ed_sign_sound(asic, &container, name, options, moment, true, err);
	ed_asic_free(asic);
	ed_arena_free(arena);
	return code;
}

static enum edoc_code place(struct ed_change *c, char **made, struct edoc_error *err)
{
	enum edoc_code code = ed_place_signature(c, err);

	if (code == EDOC_OK)
		code = ed_change_publish(c, err);
	if (code == EDOC_OK && made && !(*made = strdup(c->made)))
		code = ed_fail_memory(err);
	return code;
}

/* What the signer's own rules say, and whether all that is there holds. */
static enum edoc_code look(struct ed_change *c, struct ed_signed *found, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (c->options->profile)
		code = ed_profile_conform_asic(c->options, c->asic, c->path, err);
	if (code == EDOC_OK)
		code = judge(c->asic, &c->findings, c->path, c->options, c->moment, false, c->arena,
		             found, err);
	return code == EDOC_OK ? ed_challenge_refuse_asic(c->asic, err) : code;
}

/* Looks at it all before the key is touched; act: and signs. */
static enum edoc_code with_package(struct ed_change *c, bool act, char **made,
                                   struct edoc_error *err)
{
	struct ed_signed found = {0};
	enum edoc_form form;
	enum edoc_code code = ed_place_form(c, &form, err);

	if (code == EDOC_OK)
		code = act ? ed_change_copy(c, err) : ed_tmp_check(c->path, true, err);
	if (code == EDOC_OK)
		code = look(c, &found, err);
	return code == EDOC_OK && act ? place(c, made, err) : code;
}

static bool unsigned_yet(const struct ed_asic *asic)
{
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		if (asic->kind[i] == ED_ASIC_XADES || asic->kind[i] == ED_ASIC_CADES)
			return false;
	}
	return true;
}

/* To pass it over would say that all is done; to sign once more was not asked for. */
static enum edoc_code refuse_unlike(const struct ed_change *c, const struct ed_signed *found,
                                    struct edoc_error *err)
{
	if (found->where || !found->unlike)
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_DENIED, c->path,
	               "the signature %.160s of this certificate does not say the %s that is asked "
	               "for (%.80s): neither passed over nor signed; sign it without --skip-signed",
	               found->unlike, found->lacks, found->asked);
}

/* The same under one lock with the question whether it is done already. */
static enum edoc_code with_package_once(struct ed_change *c, bool act, enum edoc_signed *what,
                                        char **made, struct edoc_error *err)
{
	struct ed_signed found = {0};
	enum edoc_form form;
	enum edoc_code code = ed_place_form(c, &form, err);

	if (code == EDOC_OK && act && unsigned_yet(c->asic))
		code = ed_change_copy(c, err);
	if (code == EDOC_OK)
		code = look(c, &found, err);
	if (code == EDOC_OK)
		code = refuse_unlike(c, &found, err);
	if (code != EDOC_OK)
		return code;
	*what = !found.where                       ? EDOC_SIGNED_NOW
	        : found.level >= c->options->level ? EDOC_SIGNED_BEFORE
	                                           : EDOC_SIGNED_RAISED;
	if (*what == EDOC_SIGNED_BEFORE)
		return EDOC_OK;
	if (!act)
		return ed_tmp_check(c->path, true, err);
	return *what == EDOC_SIGNED_NOW ? place(c, made, err)
	                                : ed_growth_raise(c, found.where, found.id, err);
}

/* what: NULL: signed whoever signed before. */
static enum edoc_code in_place(const char *path, const struct edoc_sign_options *options, bool act,
                               enum edoc_signed *what, char **made, struct edoc_error *err)
{
	struct ed_change change;
	enum edoc_code code = ed_sign_options(path, options, err);

	if (code != EDOC_OK)
		return code;
	code = ed_change_open(&change, path, options, err);
	if (code == EDOC_OK)
		code = what ? with_package_once(&change, act, what, made, err)
		            : with_package(&change, act, made, err);
	ed_change_clear(&change);
	return code;
}

/* A place in a package that never got its name says nothing without that. */
static enum edoc_code name_it(struct ed_change *c, enum edoc_code code, struct edoc_error *err)
{
	const struct edoc_error was = err ? *err : (struct edoc_error){.code = code};
	const char *where;

	if (!c->arena || !was.where[0] || !strncmp(was.where, c->path, sizeof(was.where) / 2))
		return code;
	where = ed_arena_printf(c->arena, "%s: %s", c->path, was.where);
	return where ? ed_fail(err, code, where, "%s", was.msg) : ed_fail_memory(err);
}

enum edoc_code ed_sign_fresh(int fd, const char *out, const struct edoc_sign_options *options,
                             bool overwrite, char **made, struct edoc_error *err)
{
	struct ed_change change;
	enum edoc_code code = ed_change_fresh(&change, fd, out, options, overwrite, err);

	if (code == EDOC_OK)
		code = with_package(&change, true, made, err);
	if (code != EDOC_OK)
		code = name_it(&change, code, err);
	ed_change_clear(&change);
	return code;
}

enum edoc_code edoc_package_sign(const char *path, const struct edoc_sign_options *options,
                                 char **made, struct edoc_error *err)
{
	if (made)
		*made = NULL;
	return in_place(path, options, true, NULL, made, err);
}

enum edoc_code edoc_package_sign_once(const char *path, const struct edoc_sign_options *options,
                                      enum edoc_signed *what, char **made, struct edoc_error *err)
{
	*what = EDOC_SIGNED_NOW;
	if (made)
		*made = NULL;
	return in_place(path, options, !options->dry_run, what, made, err);
}

enum edoc_code edoc_package_preflight(const char *path, const struct edoc_sign_options *options,
                                      struct edoc_error *err)
{
	return in_place(path, options, false, NULL, NULL, err);
}
