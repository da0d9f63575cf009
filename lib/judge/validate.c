/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.3, 5.5 and 5.6.3: from the facts of an item to the report of
 * each signature.
 */
#include "judge/relied.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/time.h"
#include "judge/accept.h"
#include "judge/certificate.h"
#include "judge/law.h"

/* ---- the report's skeleton ---- */

static const char *copy(struct ed_judge *j, const char *text, bool *good)
{
	const char *s = text ? ed_arena_strdup(j->arena, text) : NULL;

	*good = *good && (s || !text);
	return s;
}

static bool stamp_facts(struct ed_judge *j, const struct ed_stamp *stamps, size_t n,
                        struct ed_report_stamp **p_out)
{
	struct ed_report_stamp *out = ed_arena_alloc(j->arena, (n + 1) * sizeof(*out));
	bool good = out != NULL;

	*p_out = out;
	for (size_t i = 0; good && i < n; i++) {
		const struct ed_tst *tst = &stamps[i].tst;

		out[i].kind = ed_stamp_word(stamps[i].kind);
		out[i].type = stamps[i].type;
		out[i].id = stamps[i].id;
		out[i].where = stamps[i].where;
		out[i].time = tst->time;
		out[i].policy = tst->policy;
		out[i].subject = copy(j, tst->signer ? tst->signer->subject : "", &good);
		ed_findings_init(&out[i].findings, j->arena);
		ed_findings_move(&out[i].findings, &stamps[i].findings);
		ed_findings_move(&out[i].findings, &tst->findings);
	}
	return good;
}

static bool record_facts(struct ed_judge *j, const struct ed_record *records, size_t n,
                         struct ed_report_record **p_out)
{
	struct ed_report_record *out = ed_arena_alloc(j->arena, (n + 1) * sizeof(*out));
	bool good = out != NULL;

	*p_out = out;
	for (size_t i = 0; good && i < n; i++) {
		out[i].where = records[i].where;
		out[i].form = records[i].form;
		out[i].intact = records[i].intact;
		out[i].found = records[i].found;
		out[i].renewals = records[i].renewals;
		out[i].oldest_time = ED_TIME_NONE;
		out[i].n_stamps = records[i].n_stamps;
		ed_findings_init(&out[i].findings, j->arena);
		ed_findings_move(&out[i].findings, &records[i].findings);
		good = stamp_facts(j, records[i].stamps, records[i].n_stamps, &out[i].stamps);
	}
	return good;
}

static bool signer_facts(struct ed_judge *j, const struct ed_ades *sig,
                         struct ed_report_signature *out)
{
	const struct ed_cert *signer = sig->signer;
	bool good = true;

	out->pub.subject = copy(j, signer ? signer->subject : "", &good);
	out->pub.issuer = copy(j, signer ? signer->issuer : "", &good);
	out->pub.cert_sha256 = copy(j, signer ? signer->hex : "", &good);
	out->pinfl = copy(j, signer ? signer->pinfl : "", &good);
	out->inn = copy(j, signer ? signer->inn : "", &good);
	out->uid = copy(j, signer ? signer->uid : "", &good);
	return good;
}

static bool signature_facts(struct ed_judge *j, const struct ed_ades *sigs, size_t n,
                            struct ed_report_signature **p_out);

static bool one_signature_facts(struct ed_judge *j, const struct ed_ades *sig,
                                struct ed_report_signature *out)
{
	out->pub.id = sig->id;
	out->pub.where = sig->where;
	out->pub.form = sig->form;
	out->pub.level = sig->level;
	out->pub.intact_data = sig->intact_data;
	out->pub.intact_signature = sig->intact_signature;
	out->pub.claimed_time = sig->claimed_time;
	out->pub.commitment = sig->commitment;
	out->pub.role = sig->role;
	out->packaging = sig->packaging;
	out->policy_id = sig->policy_id;
	out->covers = sig->covers;
	out->n_covers = sig->n_covers;
	out->ledger_head = sig->ledger_head;
	out->proved_not_after = out->judged_at = j->now;
	out->proved_not_before = ED_TIME_NONE;
	out->n_stamps = sig->n_stamps;
	out->n_records = sig->n_records;
	out->n_counter = sig->n_counter;
	memcpy(out->info, sig->info, sizeof(out->info));
	ed_findings_init(&out->findings, j->arena);
	ed_findings_move(&out->findings, &sig->findings);
	return signer_facts(j, sig, out) &&
	       stamp_facts(j, sig->stamps, sig->n_stamps, &out->stamps) &&
	       record_facts(j, sig->records, sig->n_records, &out->records) &&
	       signature_facts(j, sig->counter, sig->n_counter, &out->counter);
}

static bool signature_facts(struct ed_judge *j, const struct ed_ades *sigs, size_t n,
                            struct ed_report_signature **p_out)
{
	struct ed_report_signature *out = ed_arena_alloc(j->arena, (n + 1) * sizeof(*out));
	bool good = out != NULL;

	*p_out = out;
	for (size_t i = 0; good && i < n; i++)
		good = one_signature_facts(j, &sigs[i], &out[i]);
	return good;
}

static bool document_facts(struct ed_judge *j)
{
	const struct ed_item *item = j->item;
	struct edoc_report *report = j->report;

	report->documents =
	        ed_arena_alloc(j->arena, (item->n_documents + 1) * sizeof(*report->documents));
	for (size_t i = 0; report->documents && i < item->n_documents; i++) {
		const struct ed_item_document *from = &item->documents[i];
		struct ed_report_document *doc = &report->documents[i];

		doc->name = from->name;
		doc->media_type = from->media_type ? from->media_type : "";
		doc->bytes = from->bytes;
		doc->covered = from->covered;
		if (from->digested)
			ed_hex(doc->sha256, from->sha256, sizeof(from->sha256));
		report->n_documents++;
	}
	return report->documents != NULL;
}

static enum edoc_code skeleton(struct ed_judge *j, struct edoc_error *err)
{
	const struct ed_item *item = j->item;
	struct edoc_report *report = j->report;

	if (!signature_facts(j, item->sigs, item->n_sigs, &report->signatures) ||
	    !stamp_facts(j, item->stamps, item->n_stamps, &report->stamps) ||
	    !record_facts(j, item->records, item->n_records, &report->records) ||
	    !document_facts(j))
		return ed_fail_memory(err);
	report->format = item->format;
	report->n_signatures = item->n_sigs;
	report->n_stamps = item->n_stamps;
	report->n_records = item->n_records;
	report->card = item->card;
	report->has_ledger = item->has_ledger;
	ed_findings_move(&report->findings, &item->findings);
	return EDOC_OK;
}

/* ---- what only a container's other parts can show ---- */

/*
 * The manifest is not signed: a media type that contradicts the signed
 * DataObjectFormat makes somebody's program open the document as something else.
 */
static void find_media_types(struct ed_judge *j, const struct ed_ades *sig,
                             struct ed_findings *findings)
{
	const struct ed_asic *asic = j->item->asic;

	for (size_t i = 0; asic && i < sig->n_formats; i++) {
		const struct ed_ades_format *format = &sig->formats[i];
		size_t entry = format->name ? ed_zip_find(asic->zip, format->name) : (size_t)-1;
		const char *other = entry == (size_t)-1 ? NULL : asic->media_type[entry];

		if (other && format->media_type && strcasecmp(other, format->media_type) != 0)
			ed_finding(findings, "manifest.media-type", format->name, format->name,
			           other, format->media_type);
	}
}

/* One signature under two names is one signature. */
static void find_repeated(struct ed_judge *j, size_t n)
{
	static const unsigned char none[ED_HASH_MAX];
	struct ed_report_signature *sig = &j->report->signatures[n];

	for (size_t i = 0; i < n; i++) {
		const struct ed_report_signature *other = &j->report->signatures[i];

		if (memcmp(sig->info, none, sizeof(none)) != 0 &&
		    !memcmp(sig->info, other->info, sizeof(none))) {
			ed_finding(&sig->findings, "signature.repeated", sig->pub.where,
			           other->pub.where, NULL, NULL);
			return;
		}
	}
}

/* Our own signatures hold the name of their entry, signed. */
static void find_renamed(const struct ed_ades *sig, struct ed_report_signature *out)
{
	char name[64];

	if (!sig->tag)
		return;
	out->ours = true;
	(void)snprintf(name, sizeof(name), "META-INF/signatures-%s.xml", sig->tag);
	if (strcmp(name, sig->where) != 0)
		ed_finding(&out->findings, "signature.renamed", sig->where, name, NULL, NULL);
}

/* ---- 5.5.4, time ---- */

static bool is_good(const struct ed_report_stamp *stamp)
{
	return stamp->intact && stamp->indication == EDOC_TOTAL_PASSED;
}

/* 5.5.4 1), 3), 5.6.3.4 6): best-signature-time, and what it is not before. */
static void find_times(struct ed_judge *j, const struct ed_ades *sig,
                       struct ed_report_signature *out)
{
	struct ed_object object = {.kind = ED_OBJECT_SIGNATURE};

	memcpy(object.sha256, sig->value_sha256, sizeof(object.sha256));
	out->proved_not_after = ed_poe_of(&j->poe, &object, &out->proved_by, &out->proved_where);
	for (size_t i = 0; i < sig->n_stamps; i++) {
		const struct ed_stamp *stamp = &sig->stamps[i];

		if (stamp->kind == ED_STAMP_CONTENT && is_good(&out->stamps[i]) &&
		    stamp->tst.time - stamp->tst.accuracy > out->proved_not_before)
			out->proved_not_before = stamp->tst.time - stamp->tst.accuracy;
	}
	ed_explain(j, &out->checks, "EN 319 102-1 5.5.4 3)",
	           N_("the earliest moment at which the signature is proven to have existed"),
	           out->proved_by ? ED_YES : ED_SKIPPED, NULL, NULL,
	           "best-signature-time=%s; by=%s; not-before=%s",
	           ed_say_time(j, out->proved_not_after), out->proved_by ? out->proved_by : "-",
	           ed_say_time(j, out->proved_not_before));
}

/* 5.5.4 5) and 5.6.3.4 8).  Without a proof best-signature-time is now (5.5.4 1)). */
static void find_delay(struct ed_judge *j, const struct ed_ades *sig,
                       struct ed_report_signature *out)
{
	int64_t delay = j->policy->delay;
	const char *code = NULL;

	if (delay < 0)
		return;
	if (sig->claimed_time == ED_TIME_NONE)
		code = "timestamp.delay-unknown";
	else if (out->proved_not_after > sig->claimed_time + delay)
		code = "timestamp.delay";
	if (code)
		ed_finding(&out->findings, code, sig->where, ed_say_time(j, out->proved_not_after),
		           ed_say_time(j, sig->claimed_time), NULL);
	ed_explain(j, &out->checks, "EN 319 102-1 5.5.4 5)",
	           N_("the signature is proven for soon enough after the claimed signing time"),
	           code ? ED_UNSURE : ED_YES, "time-stamps.delay", code,
	           "claimed=%s; proven=%s; delay=%llds", ed_say_time(j, sig->claimed_time),
	           ed_say_time(j, out->proved_not_after), (long long)delay);
}

/* 5.4 4): a signature is not older than what it was made over. */
static void find_claim(struct ed_judge *j, const struct ed_ades *sig,
                       struct ed_report_signature *out)
{
	if (sig->claimed_time == ED_TIME_NONE || !out->proved_by ||
	    sig->claimed_time <= out->proved_not_after + j->policy->tolerance)
		return;
	ed_finding(&out->findings, "signature.time-after-proof", sig->where,
	           ed_say_time(j, sig->claimed_time), ed_say_time(j, out->proved_not_after), NULL);
}

/*
 * A time-stamp that proves nothing.  What is broken is told as such; what is
 * not believed weighs when nothing else proves the time: the signer, or
 * somebody for him, wanted it proven.
 */
static void find_useless_stamps(const struct ed_report_stamp *stamps, size_t n, bool proven,
                                struct ed_findings *findings)
{
	for (size_t i = 0; i < n; i++) {
		const char *why = stamps[i].subindication ? stamps[i].subindication : "";
		bool failed = stamps[i].indication == EDOC_TOTAL_FAILED;

		if (is_good(&stamps[i]))
			continue;
		ed_finding(findings,
		           failed   ? "timestamp.failed"
		           : proven ? "timestamp.ignored"
		                    : "timestamp.not-proven",
		           stamps[i].where, stamps[i].type ? stamps[i].type : stamps[i].kind, why,
		           NULL);
	}
}

static bool has_failed(const struct ed_judge *j, struct ed_report_record *record)
{
	bool failed = ed_conclude(j, &record->findings).indication == EDOC_TOTAL_FAILED;

	for (size_t i = 0; i < record->n_stamps; i++)
		failed = failed || record->stamps[i].indication == EDOC_TOTAL_FAILED;
	return failed;
}

static void find_useless_records(const struct ed_judge *j, struct ed_report_record *records,
                                 size_t n, struct ed_findings *findings)
{
	for (size_t i = 0; i < n; i++) {
		if (records[i].oldest_time == ED_TIME_NONE)
			ed_finding(findings,
			           has_failed(j, &records[i]) ? "record.failed" : "record.ignored",
			           records[i].where, records[i].form, NULL, NULL);
	}
}

/* ---- 5.3, the signature ---- */

/* 5.3 4): what is known to have been signed after the end is no longer open. */
static void find_too_late(struct ed_judge *j, const struct ed_ades *sig, const struct ed_x509 *x,
                          struct ed_findings *findings, const struct ed_report_signature *out)
{
	const struct ed_known *leaf = x->n ? &x->known[0] : NULL;
	const struct ed_cert *signer = sig->signer;
	int64_t since = out->proved_not_before;

	if (since != ED_TIME_NONE && leaf && leaf->standing == ED_REVOKED &&
	    leaf->answer->revoked_at < since)
		ed_finding(findings, "revocation.revoked-before", sig->where, signer->subject,
		           ed_say_time(j, leaf->answer->revoked_at), ed_say_time(j, since));
	if (since != ED_TIME_NONE && signer->not_after < since)
		ed_finding(findings, "chain.expired-before", sig->where, signer->subject,
		           ed_say_time(j, signer->not_after), ed_say_time(j, since));
	if (out->proved_by && out->proved_not_after < signer->not_before)
		ed_finding(findings, "signature.before-certificate", sig->where, signer->subject,
		           ed_say_time(j, signer->not_before),
		           ed_say_time(j, out->proved_not_after));
}

static enum edoc_code judge_signer(struct ed_judge *j, const struct ed_ades *sig,
                                   struct ed_report_signature *out, struct ed_x509 *x,
                                   struct ed_conclusion *certificate, struct edoc_error *err)
{
	struct ed_signed s = {.leaf = sig->signer,
	                      .purpose = EDOC_FOR_SIGN,
	                      .where = sig->where,
	                      .existed = out->proved_not_after,
	                      .not_before = out->proved_not_before,
	                      .checks = &out->checks};
	struct ed_findings list;
	enum edoc_code rc;

	if (!sig->signer)
		return EDOC_OK;
	ed_findings_init(&list, j->arena);
	rc = ed_signed_validate(j, &s, x, &out->judged_at, &list, err);
	if (rc != EDOC_OK)
		return rc;
	find_too_late(j, sig, x, &list, out);
	*certificate = ed_conclude(j, &list);
	ed_findings_move(&out->findings, &list);
	rc = ed_relied_note(j, sig->value_sha256, false, sig->where, s.purpose, x, certificate, &list,
	                    err);
	if (rc == EDOC_OK)
		rc = ed_x509_links(j, x, &out->links, &out->n_links, err);
	out->chain = ed_arena_alloc(j->arena, (out->n_links + 1) * sizeof(*out->chain));
	if (rc == EDOC_OK && !out->chain)
		return ed_fail_memory(err);
	for (size_t i = 0; rc == EDOC_OK && i < out->n_links; i++)
		out->chain[out->n_chain++] = out->links[i].subject;
	return rc;
}

/* ---- levels ---- */

/* What the form's own rules make of it, by what stands there. */
static enum ed_level level_of_form(const char *name)
{
	static const struct {
		const char *end;
		enum ed_level level;
	} forms[] = {{"-LTA", ED_LEVEL_LTA}, {"-A", ED_LEVEL_LTA}, {"-ERS", ED_LEVEL_LTA},
	             {"-LT", ED_LEVEL_LT},   {"-XL", ED_LEVEL_LT}, {"-T", ED_LEVEL_T},
	             {"-C", ED_LEVEL_T},     {"-X", ED_LEVEL_T}};
	const char *end = strrchr(name, '-');

	for (size_t i = 0; end && i < sizeof(forms) / sizeof(*forms); i++) {
		if (!strcmp(end, forms[i].end))
			return forms[i].level;
	}
	return ED_LEVEL_B;
}

/* All revocation that was needed came along.  Where none was, nothing is missing,
 * but only the form can say that there is validation data. */
static bool came_along(const struct ed_judge *j, const struct ed_ades *sig, const struct ed_x509 *x)
{
	bool some = level_of_form(sig->level) >= ED_LEVEL_LT;

	for (size_t i = 0; i < x->n; i++) {
		const struct ed_known *known = &x->known[i];
		size_t blob;

		if (known->standing != ED_GOOD)
			continue;
		blob = ed_material_find(&j->item->material, known->answer->sha256);
		if (blob == (size_t)-1 || blob >= j->n_embedded)
			return false;
		some = true;
	}
	return some && x->chain && x->chain->trusted;
}

static bool has_archive_proof(const struct ed_judge *j, const struct ed_ades *sig,
                              const struct ed_report_signature *out)
{
	for (size_t i = 0; i < sig->n_stamps; i++) {
		if (sig->stamps[i].kind == ED_STAMP_ARCHIVE && is_good(&out->stamps[i]))
			return true;
	}
	for (size_t i = 0; i < sig->n_records; i++) {
		if (out->records[i].oldest_time != ED_TIME_NONE)
			return true;
	}
	/* An ASiCArchiveManifest or record of the container covers the signature's file. */
	for (size_t i = 0; i < j->item->n_stamps; i++) {
		const struct ed_stamp *stamp = &j->item->stamps[i];

		if (stamp->kind != ED_STAMP_ARCHIVE || !is_good(&j->report->stamps[i]))
			continue;
		for (size_t k = 0; k < stamp->n_covers; k++) {
			if (stamp->covers[k].kind == ED_OBJECT_DATA &&
			    !strcmp(stamp->covers[k].name, sig->where))
				return true;
		}
	}
	return out->proved_by && !strcmp(out->proved_by, "evidence record");
}

/* EN 319 132-1 6, EN 319 122-1 6: what the levels are for, as far as it is
 * proven; the reader says what stands there. */
static enum ed_level level_of(const struct ed_judge *j, const struct ed_ades *sig,
                              const struct ed_report_signature *out, const struct ed_x509 *x)
{
	if (!out->proved_by)
		return ED_LEVEL_B;
	if (!came_along(j, sig, x))
		return ED_LEVEL_T;
	return has_archive_proof(j, sig, out) ? ED_LEVEL_LTA : ED_LEVEL_LT;
}

static void require(struct ed_judge *j, const struct ed_ades *sig, const struct ed_x509 *x,
                    struct ed_report_signature *out)
{
	enum ed_level level = level_of(j, sig, out, x), least = j->policy->level, asked;
	out->formed = (enum edoc_level)level_of_form(sig->level);
	out->proven = (enum edoc_level)level;
	bool own = j->options->require && ed_level_by_name(j->options->require, &asked) &&
	           asked > least;

	if (own)
		least = asked;
	if (level < least)
		ed_finding(&out->findings, "require.level", sig->where, ed_level_name(level),
		           ed_level_name(least), NULL);
	ed_explain(j, &out->checks, "EN 319 102-1 5.2.8",
	           N_("the level that is required is proven"), level < least ? ED_UNSURE : ED_YES,
	           own ? "--require" : "require.level", level < least ? "require.level" : NULL,
	           "level=%s; proven=%s; required=%s", sig->level[0] ? sig->level : "-",
	           ed_level_name(level), ed_level_name(least));
	if ((j->policy->needs & ED_NEEDS_TIME_STAMP) && !out->proved_by)
		ed_finding(&out->findings, "require.property", sig->where, "time-stamp", NULL,
		           NULL);
}

static enum edoc_code judge_signatures(struct ed_judge *j, const struct ed_ades *sigs, size_t n,
                                       bool counter, struct ed_report_signature *out,
                                       struct edoc_error *err);

static enum edoc_code judge_signature(struct ed_judge *j, const struct ed_ades *sig, bool counter,
                                      struct ed_report_signature *out, struct edoc_error *err)
{
	struct ed_conclusion certificate = {EDOC_INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND"};
	struct ed_moments when;
	struct ed_x509 x = {0};
	enum edoc_code rc;

	/* 5.2.3; a reader that found none has said more about it. */
	if (!sig->signer && ed_conclude(j, &out->findings).indication == EDOC_TOTAL_PASSED)
		ed_finding(&out->findings, "signature.certificate-missing", sig->where, NULL, NULL,
		           NULL);
	ed_explain_readers(j, sig, &out->findings, &out->checks);
	find_renamed(sig, out);
	find_media_types(j, sig, &out->findings);
	ed_accept_policy(j, sig, &out->findings, &out->checks);
	find_times(j, sig, out);
	rc = judge_signer(j, sig, out, &x, &certificate, err);
	if (rc != EDOC_OK)
		return rc;
	rc = ed_order_signature(j, sig, out, err);
	if (rc != EDOC_OK)
		return rc;
	find_delay(j, sig, out);
	find_claim(j, sig, out);
	when = (struct ed_moments){out->proved_not_after, out->proved_not_before};
	ed_accept_algorithms(j, sig, &when, &out->findings, &out->checks);
	ed_accept_properties(j, sig, &out->findings, &out->checks);
	find_useless_stamps(out->stamps, out->n_stamps, out->proved_by != NULL, &out->findings);
	find_useless_records(j, out->records, out->n_records, &out->findings);
	if (!counter) /* which its signature's time-stamps keep */
		require(j, sig, &x, out);
	rc = ed_law_signature(j, sig, &certificate, out, err);
	if (rc == EDOC_OK)
		rc = judge_signatures(j, sig->counter, sig->n_counter, true, out->counter, err);
	return rc;
}

static enum edoc_code judge_signatures(struct ed_judge *j, const struct ed_ades *sigs, size_t n,
                                       bool counter, struct ed_report_signature *out,
                                       struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < n; i++)
		rc = judge_signature(j, &sigs[i], counter, &out[i], err);
	return rc;
}

/* ---- the item ---- */

static void find_format(struct ed_judge *j)
{
	const char *format = j->report->format;

	if (!j->policy->formats || !format)
		return;
	for (size_t i = 0; j->policy->formats[i]; i++) {
		if (!strcmp(j->policy->formats[i], format))
			return;
	}
	ed_finding(&j->report->findings, "require.format", "", format, NULL, NULL);
}

/* A certificate or CRL for an item: no document is signed by it; of the
 * certificate its path, dates and revocation are told. */
static enum edoc_code judge_x509(struct ed_judge *j, struct edoc_error *err)
{
	const struct ed_blob *blob = &j->item->material.v[0];
	struct ed_findings *findings = &j->report->findings;
	struct ed_cert *cert = NULL;
	struct edoc_error why;
	enum edoc_code rc;

	ed_finding(findings, "item.no-document", "", j->item->format, NULL, NULL);
	if (j->item->kind != ED_ITEM_CERT)
		return EDOC_OK;
	rc = ed_cert_parse(blob->p, blob->len, blob->where, j->arena, &cert, &why);
	if (rc == EDOC_OK)
		rc = ed_judge_certificate(cert, NULL, j->options, EDOC_FOR_SIGN, blob->where,
		                          j->arena, findings, err);
	else if (err)
		*err = why;
	ed_cert_clear(cert);
	return rc;
}

static enum edoc_code judge_item(struct ed_judge *j, struct edoc_error *err)
{
	struct edoc_report *report = j->report;
	bool proven = false;
	enum edoc_code rc = skeleton(j, err);

	if (rc == EDOC_OK)
		rc = ed_judge_stamps(j, err);
	if (rc != EDOC_OK)
		return rc;
	for (size_t i = 0; i < report->n_signatures; i++)
		find_repeated(j, i);
	rc = judge_signatures(j, j->item->sigs, j->item->n_sigs, false, report->signatures, err);
	if (rc != EDOC_OK)
		return rc;
	find_format(j);
	ed_order_item(j);
	if (j->item->kind == ED_ITEM_CERT || j->item->kind == ED_ITEM_CRL)
		rc = judge_x509(j, err);
	if (rc != EDOC_OK)
		return rc;
	for (size_t i = 0; i < report->n_stamps; i++)
		proven = proven || is_good(&report->stamps[i]);
	if (report->n_signatures) {
		find_useless_stamps(report->stamps, report->n_stamps, proven, &report->findings);
		find_useless_records(j, report->records, report->n_records, &report->findings);
	}
	return ed_law_item(j, err);
}

enum edoc_code ed_validate_relied(struct ed_item *item, const struct edoc_verify_options *options,
                                  struct edoc_report *report, struct ed_relied_list *list,
                                  struct edoc_error *err)
{
	struct ed_judge j = {.item = item,
	                     .options = options,
	                     .policy = options->policy,
	                     .report = report,
	                     .arena = report->arena,
	                     .n_embedded = item->material.n,
	                     .now = options->at,
	                     .relied = list};
	enum ed_level level;
	enum edoc_code rc;

	if (options->require && !ed_level_by_name(options->require, &level))
		return ed_fail(err, EDOC_ERR_USAGE, options->require,
		               "a level is one of B, T, LT, LTA");
	ed_poe_init(&j.poe, j.arena, j.now);
	item->material.memo = options->memo;
	rc = ed_pool_new(&item->material, options->trust, j.arena, &j.pool, err);
	if (rc != EDOC_OK)
		return rc;
	rc = judge_item(&j, err);
	ed_pool_free(j.pool);
	return rc;
}

enum edoc_code ed_validate(struct ed_item *item, const struct edoc_verify_options *options,
                           struct edoc_report *report, struct edoc_error *err)
{
	return ed_validate_relied(item, options, report, NULL, err);
}
