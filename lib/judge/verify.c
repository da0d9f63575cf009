/* SPDX-License-Identifier: ISC */
/*
 * Judging one package (EN 319 102-1): format, then each signature's facts,
 * chain and algorithms, then what the signatures cover.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "judge/verify.h"
#include "package/card.h"
#include "signature/xades.h"
#include "trust/chain.h"

struct judge {
	const struct edoc_verify_options *options;
	struct edoc_limits limits;
	struct edoc_report *report;
	struct ed_arena *arena;
	struct ed_asic *asic;
	size_t signature_cap;
};

/* An error that speaks of the package, not of our work. */
static bool is_the_input(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT || code == EDOC_ERR_VERSION;
}

static enum edoc_code entry_digest(void *arg, const char *name, enum ed_hash hash,
                                   unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct judge *j = arg;
	size_t i = ed_zip_find(j->asic->zip, name);

	if (i == (size_t)-1 || j->asic->kind[i] != ED_ASIC_DOCUMENT)
		return ed_fail(err, EDOC_ERR_ABSENT, name, "no such document in the package");
	return ed_asic_digest(j->asic, i, hash, out, err);
}

static const char *hex32(struct judge *j, const unsigned char digest[32])
{
	char hex[65];

	ed_hex(hex, digest, 32);
	return ed_arena_strdup(j->arena, hex);
}

/* Certificate, chain and algorithms of one signature, at the asked moment. */
static enum edoc_code judge_signer(struct judge *j, struct ed_xades *x,
                                   struct ed_report_signature *sig, struct edoc_error *err)
{
	const struct edoc_policy *policy = j->options->policy;
	int64_t at = j->options->at;
	const char *where = x->where;
	struct ed_chain chain = {0};
	enum edoc_code code;

	if (x->dsig.alg_known)
		ed_policy_hash(policy, x->dsig.alg.hash, at, where, &sig->findings);
	for (size_t i = 0; i < x->dsig.n_refs; i++) {
		if (x->dsig.refs[i].hash != ED_HASH_NONE &&
		    x->dsig.refs[i].hash != x->dsig.alg.hash)
			ed_policy_hash(policy, x->dsig.refs[i].hash, at, where, &sig->findings);
	}
	if (x->bound_by != ED_HASH_NONE && x->bound_by != x->dsig.alg.hash)
		ed_policy_hash(policy, x->bound_by, at, where, &sig->findings);
	if (x->claimed_time != ED_TIME_NONE && x->claimed_time > at) {
		char text[ED_TIME_STR];

		ed_time_format(text, x->claimed_time);
		ed_finding(&sig->findings, "signature.time-future", where, text, NULL, NULL);
	}
	if (!x->signer)
		return EDOC_OK;
	sig->pub.subject = x->signer->subject;
	sig->pub.issuer = x->signer->issuer;
	sig->pub.cert_sha256 = hex32(j, x->signer->sha256);
	sig->pinfl = x->signer->pinfl;
	sig->inn = x->signer->inn;
	sig->uid = x->signer->uid;
	if (ed_cert_key(x->signer))
		ed_policy_key(policy, ed_cert_key(x->signer), at, where, &sig->findings);
	code = ed_chain_check(x->signer, x->others, j->options->trust, EDOC_FOR_SIGN, at, where,
	                      j->arena, &sig->findings, &chain, err);
	sig->chain = chain.subjects;
	sig->n_chain = chain.n;
	ed_policy_chain(policy, &chain, at, where, &sig->findings);
	return code;
}

/*
 * The manifest is not signed: a media type that contradicts the signed
 * DataObjectFormat makes somebody's program open the document as something else.
 */
static void judge_media_types(struct judge *j, const struct ed_xades *x,
                              struct ed_findings *findings)
{
	for (size_t i = 0; i < x->dsig.n_refs; i++) {
		const struct ed_ref *ref = &x->dsig.refs[i];
		size_t entry = ref->media_type ? ed_zip_find(j->asic->zip, ref->name) : (size_t)-1;
		const char *other = entry == (size_t)-1 ? NULL : j->asic->media_type[entry];

		if (other && strcasecmp(other, ref->media_type) != 0)
			ed_finding(findings, "manifest.media-type", ref->name, ref->name, other,
			           ref->media_type);
	}
}

/* One signature under two names is one signature. */
static void judge_repeated(const struct edoc_report *report, struct ed_report_signature *sig)
{
	static const unsigned char none[ED_HASH_MAX];

	for (size_t i = 0; i < report->n_signatures; i++) {
		const struct ed_report_signature *other = &report->signatures[i];

		if (memcmp(sig->info, none, sizeof(none)) != 0 &&
		    memcmp(sig->info, other->info, sizeof(none)) == 0) {
			ed_finding(&sig->findings, "signature.repeated", sig->pub.where,
			           other->pub.where, NULL, NULL);
			return;
		}
	}
}

/* Our own signatures hold the name of their entry, signed. */
static void judge_name(const struct ed_xades *x, struct ed_report_signature *sig)
{
	char name[64];

	if (!x->tag)
		return;
	sig->ours = true;
	(void)snprintf(name, sizeof(name), "META-INF/signatures-%s.xml", x->tag);
	if (strcmp(name, x->where) != 0)
		ed_finding(&sig->findings, "signature.renamed", x->where, name, NULL, NULL);
}

static enum edoc_code judge_signature(struct judge *j, struct ed_xades *x, struct edoc_error *err)
{
	struct edoc_report *report = j->report;
	struct ed_report_signature *sig;
	enum edoc_code code;

	report->signatures = ed_arena_grow(j->arena, report->signatures, report->n_signatures,
	                                   &j->signature_cap, sizeof(*sig));
	if (!report->signatures)
		return ed_fail_memory(err);
	sig = &report->signatures[report->n_signatures];
	memset(sig, 0, sizeof(*sig));
	sig->findings = x->findings;
	sig->pub.id = x->id;
	sig->pub.where = x->where;
	sig->pub.form = "XAdES";
	sig->pub.level = x->level;
	sig->pub.intact_data = x->intact_data;
	sig->pub.intact_signature = x->intact_signature;
	sig->pub.subject = sig->pub.issuer = sig->pub.cert_sha256 = "";
	sig->pinfl = sig->inn = sig->uid = "";
	sig->pub.claimed_time = x->claimed_time;
	sig->pub.commitment = x->commitment;
	sig->pub.role = x->role;
	sig->ledger_head = x->ledger_head;
	sig->covers = x->covers;
	sig->n_covers = x->n_covers;
	memcpy(sig->info, x->info, sizeof(sig->info));
	judge_repeated(report, sig);
	judge_name(x, sig);
	judge_media_types(j, x, &sig->findings);
	code = judge_signer(j, x, sig, err);
	if (code == EDOC_OK && !sig->pub.cert_sha256)
		code = ed_fail_memory(err);
	report->n_signatures++;
	return code;
}

static enum edoc_code judge_xades_entry(struct judge *j, size_t i, struct edoc_error *err)
{
	const char *name = ed_zip_entry(j->asic->zip, i)->name;
	struct edoc_error why = {0};
	struct ed_xades *sigs = NULL;
	struct ed_buf xml;
	size_t n = 0;
	enum edoc_code code;

	ed_buf_init(&xml, j->limits.xml_bytes);
	code = ed_zip_read_buf(j->asic->zip, i, &xml, &why);
	if (code == EDOC_OK)
		code = ed_xades_check(xml.data, xml.len, name, j->limits.xml_bytes, j->arena,
		                      entry_digest, j, &sigs, &n, &why);
	/* A document that cannot be read is no fault of the signature. */
	if (is_the_input(code) && strcmp(why.where, name) != 0 &&
	    ed_zip_find(j->asic->zip, why.where) != (size_t)-1) {
		if (err)
			*err = why;
	} else if (code == EDOC_ERR_LIMIT) { /* our limit proves nothing */
		ed_finding(&j->report->findings, "signature.entry-limit",
		           why.where[0] ? why.where : name, why.msg, NULL, NULL);
		code = EDOC_OK;
		n = 0;
	} else if (is_the_input(code)) {
		ed_finding(&j->report->findings, "signature.entry-malformed",
		           why.where[0] ? why.where : name, name, why.msg, NULL);
		code = EDOC_OK;
		n = 0;
	} else if (code != EDOC_OK && err) {
		*err = why;
	}
	for (size_t k = 0; k < n && code == EDOC_OK; k++) {
		if (j->report->n_signatures >= ED_MAX_SIGNATURES) {
			ed_finding(&j->report->findings, "signature.too-many", name, "1000", NULL,
			           NULL);
			break;
		}
		code = judge_signature(j, &sigs[k], err);
	}
	ed_xades_clear(sigs, n);
	ed_buf_clear(&xml);
	return code;
}

static void judge_card(struct judge *j, size_t i)
{
	struct edoc_error why = {0};
	struct ed_card *card = ed_arena_alloc(j->arena, sizeof(*card));
	struct ed_buf xml;
	enum edoc_code code;

	ed_buf_init(&xml, j->limits.xml_bytes);
	code = card ? ed_zip_read_buf(j->asic->zip, i, &xml, &why) : ed_fail_memory(&why);
	if (code == EDOC_OK)
		code = ed_card_from_xml(xml.data, xml.len, ED_CARD_NAME, j->arena, card, &why);
	if (code == EDOC_OK)
		j->report->card = card;
	else
		ed_finding(&j->report->findings, "card.malformed",
		           why.where[0] ? why.where : ED_CARD_NAME, why.msg, NULL, NULL);
	ed_buf_clear(&xml);
}

static size_t count_cover(const struct edoc_report *report, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n_signatures; i++) {
		const struct ed_report_signature *sig = &report->signatures[i];

		for (size_t k = 0; k < sig->n_covers; k++) {
			if (!strcmp(sig->covers[k], name)) {
				n++;
				break;
			}
		}
	}
	return n;
}

/* We make no folder entries; one in a package of ours was put there later. */
static void judge_folders(struct judge *j)
{
	bool ours = false;

	for (size_t i = 0; i < j->report->n_signatures; i++)
		ours = ours || j->report->signatures[i].ours;
	for (size_t i = 0; ours && i < ed_zip_count(j->asic->zip); i++) {
		const char *name = ed_zip_entry(j->asic->zip, i)->name;

		if (j->asic->kind[i] == ED_ASIC_FOLDER &&
		    !ed_findings_have(&j->report->findings, "container.empty-folder"))
			ed_finding(&j->report->findings, "container.added-folder", name, name, NULL,
			           NULL);
	}
}

/* What exactly was signed: every document, by every signature. */
static enum edoc_code judge_documents(struct judge *j, struct edoc_error *err)
{
	struct edoc_report *report = j->report;
	char have[24], all[24];

	report->documents =
	        ed_arena_alloc(j->arena, (j->asic->documents + 1) * sizeof(*report->documents));
	if (!report->documents)
		return ed_fail_memory(err);
	for (size_t i = 0; i < ed_zip_count(j->asic->zip); i++) {
		const struct ed_zip_entry *entry = ed_zip_entry(j->asic->zip, i);
		struct ed_report_document *doc = &report->documents[report->n_documents];
		unsigned char digest[ED_HASH_MAX];
		enum edoc_code code;

		if (j->asic->kind[i] != ED_ASIC_DOCUMENT)
			continue;
		code = ed_asic_digest(j->asic, i, ED_SHA256, digest, err);
		if (code != EDOC_OK)
			return code;
		ed_hex(doc->sha256, digest, 32);
		doc->name = ed_arena_strdup(j->arena, entry->name);
		doc->media_type = ed_arena_strdup(
		        j->arena, j->asic->media_type[i] ? j->asic->media_type[i] : "");
		doc->bytes = entry->usize;
		doc->covered = count_cover(report, entry->name);
		if (!doc->name || !doc->media_type)
			return ed_fail_memory(err);
		report->n_documents++;
		if (!report->n_signatures)
			continue;
		snprintf(have, sizeof(have), "%zu", doc->covered);
		snprintf(all, sizeof(all), "%zu", report->n_signatures);
		if (!doc->covered)
			ed_finding(&report->findings, "document.uncovered", doc->name, doc->name,
			           NULL, NULL);
		else if (doc->covered < report->n_signatures)
			ed_finding(&report->findings, "document.partly-covered", doc->name,
			           doc->name, have, all);
	}
	judge_folders(j);
	if (!report->n_documents)
		ed_finding(&report->findings, "container.no-documents", "", NULL, NULL, NULL);
	return EDOC_OK;
}

static enum edoc_code judge_package(struct judge *j, struct edoc_error *err)
{
	struct ed_asic *asic = j->asic;
	enum edoc_code code;

	j->report->format = ed_arena_strdup(j->arena, asic->format);
	if (!j->report->format)
		return ed_fail_memory(err);
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		const char *name = ed_zip_entry(asic->zip, i)->name;

		if (asic->kind[i] == ED_ASIC_DOCUMENT)
			ed_asic_want(asic, i, ED_SHA256); /* for the report */
		if (asic->kind[i] == ED_ASIC_CADES)
			ed_finding(&j->report->findings, "signature.form-not-judged", name, name,
			           NULL, NULL);
		if (asic->kind[i] == ED_ASIC_LEDGER && !j->report->has_ledger) {
			j->report->has_ledger = true;
			ed_finding(&j->report->findings, "route.not-replayed", name, NULL, NULL,
			           NULL);
		}
		if (!strcmp(name, ED_CARD_NAME))
			judge_card(j, i);
	}
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		if (asic->kind[i] != ED_ASIC_XADES)
			continue;
		code = judge_xades_entry(j, i, err);
		if (code != EDOC_OK)
			return code;
	}
	if (!j->report->n_signatures &&
	    !ed_findings_have(&j->report->findings, "signature.form-not-judged"))
		ed_finding(&j->report->findings, "signature.none", "", NULL, NULL, NULL);
	return judge_documents(j, err);
}

static enum edoc_code check_options(const struct edoc_verify_options *options, const char *name,
                                    struct edoc_error *err)
{
	if (!options || !options->trust || !options->policy)
		return ed_fail(err, EDOC_ERR_USAGE, name, "verifying needs trust and a policy");
	return EDOC_OK;
}

/* No verdict on a part: a report that only says why nothing can be read. */
static void make_malformed(struct edoc_report *report, const struct edoc_error *why)
{
	report->format = NULL;
	report->n_signatures = report->n_documents = 0;
	ed_finding(&report->findings, "container.malformed", why->where, why->msg, NULL, NULL);
}

enum edoc_code ed_judge_asic(struct ed_asic *asic, const struct ed_findings *container,
                             const char *name, const struct edoc_verify_options *options,
                             struct edoc_report **p_report, struct edoc_error *err)
{
	struct judge j = {.options = options, .asic = asic};
	struct edoc_error why = {0};
	enum edoc_code code = check_options(options, name, err);

	*p_report = NULL;
	if (code != EDOC_OK)
		return code;
	j.limits = options->limits ? *options->limits : edoc_limits_default();
	code = ed_report_new(name, options->at, options->policy, &j.report, err);
	if (code != EDOC_OK)
		return code;
	j.arena = j.report->arena;
	for (size_t i = 0; i < container->n; i++) {
		const struct edoc_finding *f = &container->v[i];

		ed_finding(&j.report->findings, f->code, f->where, f->args[0], f->args[1],
		           f->args[2]);
	}
	code = judge_package(&j, &why);
	if (is_the_input(code)) { /* found late: a wrong CRC in a document */
		make_malformed(j.report, &why);
		code = EDOC_OK;
	}
	if (code == EDOC_OK) {
		ed_report_decide(j.report, options->policy);
		*p_report = j.report;
		return EDOC_OK;
	}
	if (err)
		*err = why;
	edoc_report_free(j.report);
	return code;
}

static enum edoc_code report_malformed(const char *name, const struct edoc_verify_options *options,
                                       const struct edoc_error *why, struct edoc_report **p_report,
                                       struct edoc_error *err)
{
	enum edoc_code code = ed_report_new(name, options->at, options->policy, p_report, err);

	if (code != EDOC_OK)
		return code;
	make_malformed(*p_report, why);
	ed_report_decide(*p_report, options->policy);
	return EDOC_OK;
}

enum edoc_code edoc_verify_fd(int fd, const char *name, const struct edoc_verify_options *options,
                              struct edoc_report **report, struct edoc_error *err)
{
	struct edoc_limits limits;
	struct edoc_error why = {0};
	struct ed_findings container;
	struct ed_asic *asic = NULL;
	struct ed_arena *arena;
	enum edoc_code code = check_options(options, name, err);

	*report = NULL;
	if (code != EDOC_OK)
		return code;
	arena = ed_arena_new();
	if (!arena)
		return ed_fail_memory(err);
	limits = options->limits ? *options->limits : edoc_limits_default();
	ed_findings_init(&container, arena);
	code = ed_asic_open(fd, name, &limits, arena, &container, &asic, &why);
	if (is_the_input(code))
		code = report_malformed(name, options, &why, report, err);
	else if (code == EDOC_OK)
		code = ed_judge_asic(asic, &container, name, options, report, err);
	else if (err)
		*err = why;
	ed_asic_free(asic);
	ed_arena_free(arena);
	return code;
}

enum edoc_code edoc_verify_path(const char *path, const struct edoc_verify_options *options,
                                struct edoc_report **report, struct edoc_error *err)
{
	uint64_t size;
	enum edoc_code code;
	int fd;

	*report = NULL;
	code = ed_open_read(path, &fd, &size, err);
	if (code != EDOC_OK)
		return code;
	code = edoc_verify_fd(fd, path, options, report, err);
	close(fd);
	return code;
}

enum edoc_code edoc_verify_memory(const void *bytes, size_t len, const char *name,
                                  const struct edoc_verify_options *options,
                                  struct edoc_report **report, struct edoc_error *err)
{
	enum edoc_code code;
	int fd;

	*report = NULL;
	fd = memfd_create("edoc", MFD_CLOEXEC);
	if (fd < 0)
		return ed_fail_errno(err, EDOC_ERR_IO, name, "cannot hold the bytes");
	code = ed_write_full(fd, name, bytes, len, err);
	if (code == EDOC_OK)
		code = edoc_verify_fd(fd, name, options, report, err);
	close(fd);
	return code;
}
