/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.4, time-stamp tokens; 5.6.3.4 1) and 5), evidence records and
 * time-stamps in the order in which they protect each other; 5.6.2.3, what
 * they prove.  genTime is the token's word for when it was made: it counts once
 * the TSA is believed as of a moment that is itself proven.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "judge/relied.h"
#include "judge/accept.h"

#define OID_TIME_STAMPING "1.3.6.1.5.5.7.3.8"

const char *ed_stamp_word(enum ed_stamp_kind kind)
{
	static const char *const words[] = {"content", "signature", "references",
	                                    "archive", "container", "token"};

	return words[kind];
}

const char *ed_stamp_title(enum ed_stamp_kind kind)
{
	static const char *const titles[] = {"content time-stamp",       "signature time-stamp",
	                                     "time-stamp on references", "archive time-stamp",
	                                     "container time-stamp",     "time-stamp token"};

	return titles[kind];
}

/* ---- one token ---- */

/* RFC 3161 2.3: a critical ExtendedKeyUsage with timeStamping alone. */
static bool made_for_stamping(const struct ed_cert *tsa)
{
	const uint32_t sign = X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION;

	if (tsa->has_key_usage && !(tsa->key_usage & sign))
		return false;
	return tsa->ext_key_usage && tsa->ext_key_usage_critical && tsa->ext_key_usage[0] &&
	       !tsa->ext_key_usage[1] && !strcmp(tsa->ext_key_usage[0], OID_TIME_STAMPING);
}

static void add_unless_said(struct ed_judge *j, struct ed_findings *findings, const char *code,
                            const char *where)
{
	if (ed_conclude(j, findings).indication == EDOC_TOTAL_PASSED)
		ed_finding(findings, code, where, NULL, NULL, NULL);
}

/* What the reader computed; it has said why in findings, or the rule is here. */
static void check_arithmetic(struct ed_judge *j, const struct ed_stamp *stamp,
                             struct ed_report_stamp *out)
{
	const struct ed_tst *tst = &stamp->tst;

	if (!stamp->found)
		add_unless_said(j, &out->findings, "timestamp.data-absent", stamp->where);
	else if (!stamp->intact)
		add_unless_said(j, &out->findings, "timestamp.imprint", stamp->where);
	if (!tst->intact && tst->signer)
		add_unless_said(j, &out->findings, "timestamp.value", stamp->where);
	if (!tst->signer)
		add_unless_said(j, &out->findings, "timestamp.signer-absent", stamp->where);
	else if (!tst->bound)
		add_unless_said(j, &out->findings, "timestamp.unbound", stamp->where);
	out->intact = stamp->found && stamp->intact && tst->intact;
	ed_explain(j, &out->checks, "EN 319 102-1 5.4",
	           N_("the time-stamp is over what it should be over, and unchanged"),
	           out->intact                     ? ED_YES
	           : stamp->found && stamp->intact ? ED_NO
	                                           : ED_UNSURE,
	           NULL, out->findings.n ? out->findings.v[0].code : NULL,
	           "found=%s; imprint=%s; token=%s; digest=%s", stamp->found ? "yes" : "no",
	           stamp->intact ? "yes" : "no", tst->intact ? "yes" : "no",
	           ed_hash_name(tst->imprint_hash));
}

static void check_tsa(struct ed_judge *j, const struct ed_stamp *stamp, struct ed_report_stamp *out)
{
	const struct ed_cert *tsa = stamp->tst.signer;
	const char *time = ed_say_time(j, stamp->tst.time), *code = NULL;
	bool fit = made_for_stamping(tsa);

	if (!fit)
		ed_finding(&out->findings, "timestamp.tsa-purpose", stamp->where, tsa->subject,
		           NULL, NULL);
	ed_explain(j, &out->checks, "RFC 3161 2.3",
	           N_("the TSA's certificate is for time-stamping alone"), fit ? ED_YES : ED_UNSURE,
	           NULL, fit ? NULL : "timestamp.tsa-purpose", "subject=%s", tsa->subject);
	if (stamp->tst.time < tsa->not_before)
		code = "timestamp.before-certificate";
	else if (stamp->tst.time > tsa->not_after)
		code = "timestamp.after-certificate";
	if (code)
		ed_finding(&out->findings, code, stamp->where, time, tsa->subject, NULL);
	ed_explain(j, &out->checks, "EN 319 102-1 5.4",
	           N_("the token was made while the TSA's certificate was valid"),
	           code ? ED_NO : ED_YES, NULL, code, "time=%s; not-before=%s; not-after=%s", time,
	           ed_say_time(j, tsa->not_before), ed_say_time(j, tsa->not_after));
	if (stamp->tst.time > j->now + j->policy->tolerance)
		ed_finding(&out->findings, "timestamp.future", stamp->where, time, NULL, NULL);
}

static void check_algorithms(struct ed_judge *j, const struct ed_stamp *stamp,
                             const struct ed_moments *when, struct ed_report_stamp *out)
{
	const struct ed_tst *tst = &stamp->tst;
	const struct ed_use uses[] = {{tst->imprint_hash, NULL, "imprint"},
	                              {tst->digest, NULL, "content"},
	                              {tst->alg.hash, NULL, "signature"},
	                              {tst->bound_by, NULL, "signing certificate reference"}};
	bool seen[ED_N_HASHES] = {false};

	for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++) {
		if (uses[i].hash == ED_HASH_NONE || seen[uses[i].hash])
			continue;
		seen[uses[i].hash] = true;
		ed_accept_hash(j, uses[i].hash, uses[i].what, when, stamp->where, &out->findings,
		               &out->checks);
	}
	if (tst->alg.kind != ED_SIG_NONE)
		ed_accept_scheme(j, &tst->alg, when, stamp->where, &out->findings, &out->checks);
	if (tst->signer)
		ed_accept_key(j, tst->signer, when, stamp->where, &out->findings, &out->checks);
}

static struct ed_object stamp_object(const struct ed_stamp *stamp)
{
	struct ed_object object = {.kind = ED_OBJECT_STAMP};

	memcpy(object.sha256, stamp->tst.sha256, sizeof(object.sha256));
	return object;
}

/* 5.4, then 5.6.2.4 with the proofs so far. */
static enum edoc_code judge_stamp(struct ed_judge *j, const struct ed_stamp *stamp,
                                  struct ed_report_stamp *out, struct edoc_error *err)
{
	struct ed_object object = stamp_object(stamp);
	struct ed_moments when = {ed_poe_of(&j->poe, &object, NULL, NULL), ED_TIME_NONE};
	struct ed_signed s = {.leaf = stamp->tst.signer,
	                      .purpose = EDOC_FOR_TSA,
	                      .where = stamp->where,
	                      .token = true,
	                      .existed = when.at,
	                      .not_before = ED_TIME_NONE,
	                      .stamped = stamp->tst.time,
	                      .checks = &out->checks};
	struct ed_conclusion c;
	struct ed_x509 x = {0};
	enum edoc_code rc = EDOC_OK;
	int64_t judged_at;

	check_arithmetic(j, stamp, out);
	if (stamp->tst.signer) {
		check_tsa(j, stamp, out);
		rc = ed_signed_validate(j, &s, &x, &judged_at, &out->findings, err);
	}
	check_algorithms(j, stamp, &when, out);
	if (rc == EDOC_OK)
		rc = ed_x509_links(j, &x, &out->links, &out->n_links, err);
	c = ed_conclude(j, &out->findings);
	out->indication = c.indication;
	out->subindication = c.sub;
	return rc == EDOC_OK ? ed_relied_note(j, stamp->tst.sha256, true, stamp->where, s.purpose,
	                                      &x, &c, &out->findings, err)
	                     : rc;
}

static bool is_good(const struct ed_report_stamp *out)
{
	return out->intact && out->indication == EDOC_TOTAL_PASSED;
}

/* ---- 5.6.2.3, what is proven ---- */

struct proving {
	struct ed_judge *j;
	int64_t at;
	const char *by, *where;
	struct edoc_error *err;
};

static enum edoc_code prove(const struct proving *p, enum ed_object_kind kind,
                            const unsigned char sha256[32])
{
	struct ed_object object = {.kind = kind};

	memcpy(object.sha256, sha256, sizeof(object.sha256));
	return ed_poe_add(&p->j->poe, &object, p->at, p->by, p->where, p->err);
}

/* A token, what it carries, and the TSA's certificate that it names by digest. */
static enum edoc_code prove_stamp(const struct proving *p, const struct ed_stamp *stamp)
{
	const struct ed_material *material = &p->j->item->material;
	const struct ed_tst *tst = &stamp->tst;
	enum edoc_code rc = prove(p, ED_OBJECT_STAMP, tst->sha256);

	for (size_t i = 0; rc == EDOC_OK && i < tst->n_blobs; i++)
		rc = prove(p, ED_OBJECT_MATERIAL, material->v[tst->blobs[i]].sha256);
	if (rc == EDOC_OK && tst->signer && tst->bound)
		rc = prove(p, ED_OBJECT_MATERIAL, tst->signer->sha256);
	return rc;
}

static enum edoc_code prove_record(const struct proving *p, const struct ed_record *record)
{
	enum edoc_code rc = prove(p, ED_OBJECT_RECORD, record->sha256);

	for (size_t i = 0; rc == EDOC_OK && i < record->n_stamps; i++)
		rc = prove_stamp(p, &record->stamps[i]);
	return rc;
}

/* A value, and the signer's certificate that it names by digest. */
static enum edoc_code prove_value(const struct proving *p, const struct ed_ades *sig)
{
	enum edoc_code rc = prove(p, ED_OBJECT_SIGNATURE, sig->value_sha256);

	if (rc == EDOC_OK && sig->signer && sig->bound)
		rc = prove(p, ED_OBJECT_MATERIAL, sig->signer->sha256);
	return rc;
}

/* All that a signature brings along: its file, or the whole of it, is covered. */
static enum edoc_code prove_whole(const struct proving *p, const struct ed_ades *sig)
{
	enum edoc_code rc = prove_value(p, sig);

	for (size_t i = 0; rc == EDOC_OK && i < sig->n_material; i++)
		rc = ed_poe_add(&p->j->poe, &sig->material[i], p->at, p->by, p->where, p->err);
	for (size_t i = 0; rc == EDOC_OK && i < sig->n_stamps; i++)
		rc = prove_stamp(p, &sig->stamps[i]);
	for (size_t i = 0; rc == EDOC_OK && i < sig->n_records; i++)
		rc = prove_record(p, &sig->records[i]);
	for (size_t i = 0; rc == EDOC_OK && i < sig->n_counter; i++)
		rc = prove_whole(p, &sig->counter[i]);
	return rc;
}

/* An entry: the signatures, tokens and records that stand in it. */
static enum edoc_code prove_entry(const struct proving *p, const char *name)
{
	const struct ed_item *item = p->j->item;
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < item->n_sigs; i++) {
		if (!strcmp(item->sigs[i].where, name))
			rc = prove_whole(p, &item->sigs[i]);
	}
	for (size_t i = 0; rc == EDOC_OK && i < item->n_stamps; i++) {
		if (!strcmp(item->stamps[i].where, name))
			rc = prove_stamp(p, &item->stamps[i]);
	}
	for (size_t i = 0; rc == EDOC_OK && i < item->n_records; i++) {
		if (!strcmp(item->records[i].where, name))
			rc = prove_record(p, &item->records[i]);
	}
	return rc;
}

/* The signature, token or record of that digest, wherever it stands. */
static enum edoc_code prove_inside(const struct proving *p, const struct ed_object *object,
                                   const struct ed_ades *sigs, size_t n)
{
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < n; i++) {
		const struct ed_ades *sig = &sigs[i];

		if (object->kind == ED_OBJECT_SIGNATURE &&
		    !memcmp(sig->value_sha256, object->sha256, 32))
			rc = prove_value(p, sig);
		for (size_t k = 0; rc == EDOC_OK && k < sig->n_stamps; k++) {
			if (object->kind == ED_OBJECT_STAMP &&
			    !memcmp(sig->stamps[k].tst.sha256, object->sha256, 32))
				rc = prove_stamp(p, &sig->stamps[k]);
		}
		for (size_t k = 0; rc == EDOC_OK && k < sig->n_records; k++) {
			if (object->kind == ED_OBJECT_RECORD &&
			    !memcmp(sig->records[k].sha256, object->sha256, 32))
				rc = prove_record(p, &sig->records[k]);
		}
		if (rc == EDOC_OK)
			rc = prove_inside(p, object, sig->counter, sig->n_counter);
	}
	return rc;
}

/* Digests that are broken by the moment the proof itself is proven for bind
 * nothing to it any more. */
static enum edoc_code prove_covers(const struct proving *p, const struct ed_object *covers,
                                   size_t n, int64_t moment)
{
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < n; i++) {
		const struct ed_object *object = &covers[i];

		if (object->hash != ED_HASH_NONE &&
		    moment >= ed_policy_hash_until(p->j->policy, object->hash))
			continue;
		rc = ed_poe_add(&p->j->poe, object, p->at, p->by, p->where, p->err);
		if (rc == EDOC_OK && object->kind == ED_OBJECT_DATA)
			rc = prove_entry(p, object->name);
		else if (rc == EDOC_OK && object->kind != ED_OBJECT_MATERIAL)
			rc = prove_inside(p, object, p->j->item->sigs, p->j->item->n_sigs);
	}
	return rc;
}

/* ---- evidence records ---- */

/* Do the digests in its tree still hold when the time-stamp is renewed?  A
 * renewal after their end ties nothing to it any more (RFC 4998 5.1). */
static bool ties_hold(const struct ed_judge *j, const struct ed_stamp *stamp, int64_t renewed)
{
	for (size_t i = 0; i < stamp->n_covers; i++)
		if (stamp->covers[i].hash != ED_HASH_NONE &&
		    renewed >= ed_policy_hash_until(j->policy, stamp->covers[i].hash))
			return false;
	return true;
}

/* The time-stamp before, and the material in and beside it. */
static enum edoc_code prove_renewed(const struct proving *p, const struct ed_stamp *renewal)
{
	enum edoc_code rc = prove_stamp(p, renewal - 1);

	for (size_t i = 0; rc == EDOC_OK && i < renewal->n_covers; i++)
		if (renewal->covers[i].kind == ED_OBJECT_MATERIAL)
			rc = ed_poe_add(&p->j->poe, &renewal->covers[i], p->at, p->by, p->where,
			                p->err);
	return rc;
}

/*
 * RFC 4998 5.3, RFC 6283 5: the last ArchiveTimeStamp is judged as of now (or
 * as of what protects the record), each older one as of the one after it.
 */
static enum edoc_code judge_record(struct ed_judge *j, const struct ed_ades *of,
                                   const struct ed_record *record, struct ed_report_record *out,
                                   struct edoc_error *err)
{
	struct proving p = {.j = j, .by = "evidence record", .where = record->where, .err = err};
	struct ed_object whole = {.kind = ED_OBJECT_RECORD};
	bool good = record->intact && record->found;
	enum edoc_code rc = EDOC_OK;
	int64_t moment;

	memcpy(whole.sha256, record->sha256, sizeof(whole.sha256));
	moment = ed_poe_of(&j->poe, &whole, NULL, NULL);
	if (!record->found)
		add_unless_said(j, &out->findings, "record.data-absent", record->where);
	else if (!record->intact)
		add_unless_said(j, &out->findings, "record.broken", record->where);
	for (size_t i = record->n_stamps; rc == EDOC_OK && i-- > 0;) {
		rc = judge_stamp(j, &record->stamps[i], &out->stamps[i], err);
		good = good && is_good(&out->stamps[i]);
		p.at = record->stamps[i].tst.time;
		if (rc == EDOC_OK && good && i > 0 && ties_hold(j, &record->stamps[i], moment))
			rc = prove_renewed(&p, &record->stamps[i]);
		if (i > 0) /* what stands in the one before is as good as it was by then */
			moment = p.at;
	}
	good = good && record->n_stamps &&
	       ed_conclude(j, &out->findings).indication == EDOC_TOTAL_PASSED;
	ed_explain(j, &out->checks, "EN 319 102-1 5.6.3.4",
	           N_("the evidence record holds, and proves what it covers"),
	           good ? ED_YES : ED_UNSURE, NULL,
	           out->findings.n ? out->findings.v[0].code : NULL, "form=%s; renewals=%zu",
	           record->form, record->renewals);
	if (rc != EDOC_OK || !good)
		return rc;
	out->oldest_time = record->stamps[0].tst.time;
	p.at = out->oldest_time;
	if (of && ties_hold(j, record->stamps, moment))
		rc = prove_value(&p, of);
	return rc == EDOC_OK ? prove_covers(&p, record->covers, record->n_covers, moment) : rc;
}

/* ---- all of them, in order ---- */

struct proof {
	const struct ed_stamp *stamp;
	struct ed_report_stamp *out;
	size_t place;
};

struct proofs {
	struct ed_judge *j;
	struct proof *v;
	size_t n, cap;
};

static enum edoc_code gather(struct proofs *all, const struct ed_stamp *stamps,
                             struct ed_report_stamp *out, size_t n, struct edoc_error *err)
{
	for (size_t i = 0; i < n; i++) {
		all->v = ed_arena_grow(all->j->arena, all->v, all->n, &all->cap, sizeof(*all->v));
		if (!all->v)
			return ed_fail_memory(err);
		all->v[all->n] = (struct proof){&stamps[i], &out[i], all->n};
		all->n++;
	}
	return EDOC_OK;
}

static enum edoc_code gather_signatures(struct proofs *all, const struct ed_ades *sigs,
                                        struct ed_report_signature *out, size_t n,
                                        struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < n; i++) {
		rc = gather(all, sigs[i].stamps, out[i].stamps, sigs[i].n_stamps, err);
		for (size_t k = 0; rc == EDOC_OK && k < sigs[i].n_records; k++)
			rc = judge_record(all->j, &sigs[i], &sigs[i].records[k], &out[i].records[k],
			                  err);
		if (rc == EDOC_OK)
			rc = gather_signatures(all, sigs[i].counter, out[i].counter,
			                       sigs[i].n_counter, err);
	}
	return rc;
}

/* In one second (T05) an archive time-stamp protects the others, and what
 * stands further back was added later. */
static int newest_first(const void *a, const void *b)
{
	const struct proof *x = a, *y = b;
	bool archive_x = x->stamp->kind == ED_STAMP_ARCHIVE;
	bool archive_y = y->stamp->kind == ED_STAMP_ARCHIVE;

	if (x->stamp->tst.time != y->stamp->tst.time)
		return x->stamp->tst.time < y->stamp->tst.time ? 1 : -1;
	if (archive_x != archive_y)
		return archive_x ? -1 : 1;
	return x->place < y->place ? 1 : -1;
}

static enum edoc_code judge_proof(struct ed_judge *j, const struct proof *proof,
                                  struct edoc_error *err)
{
	const struct ed_stamp *stamp = proof->stamp;
	struct proving p = {.j = j,
	                    .at = stamp->tst.time,
	                    .by = ed_stamp_title(stamp->kind),
	                    .where = stamp->where,
	                    .err = err};
	struct ed_object object = stamp_object(stamp);
	int64_t moment = ed_poe_of(&j->poe, &object, NULL, NULL);
	enum edoc_code rc = judge_stamp(j, stamp, proof->out, err);

	if (rc != EDOC_OK || !is_good(proof->out))
		return rc;
	return prove_covers(&p, stamp->covers, stamp->n_covers, moment);
}

enum edoc_code ed_judge_stamps(struct ed_judge *j, struct edoc_error *err)
{
	struct ed_item *item = j->item;
	struct edoc_report *report = j->report;
	struct proofs all = {.j = j};
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < item->n_records; i++)
		rc = judge_record(j, NULL, &item->records[i], &report->records[i], err);
	if (rc == EDOC_OK)
		rc = gather_signatures(&all, item->sigs, report->signatures, item->n_sigs, err);
	if (rc == EDOC_OK)
		rc = gather(&all, item->stamps, report->stamps, item->n_stamps, err);
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), newest_first);
	for (size_t i = 0; rc == EDOC_OK && i < all.n; i++)
		rc = judge_proof(j, &all.v[i], err);
	return rc;
}
