/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.2.6, X.509 certificate validation, and 5.2.5, freshness of
 * revocation.  Paths and answers are the trust room's, dates and what they
 * mean are decided here.
 */
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/online.h"
#include "judge/validate.h"

#define MAX_RESPONDERS 3 /* answers about who answered about who answered */

static enum ed_about role_of(const struct ed_x509_task *task, size_t i)
{
	if (i > 0)
		return ED_ABOUT_AUTHORITY;
	return task->purpose == EDOC_FOR_TSA ? ED_ABOUT_TSA : ED_ABOUT_SIGNER;
}

/* Whether silence about a certificate is a fault (RFC 6960 4.2.2.2.1, RFC 9608). */
static bool asked(const struct ed_judge *j, enum ed_about role, const struct ed_cert *cert)
{
	if (cert->short_term || (role == ED_ABOUT_RESPONDER && cert->no_check))
		return false;
	switch (j->policy->ask[role]) {
	case ED_ASK_IF_NAMED:
		return cert->names_revocation;
	case ED_ASK_ALWAYS:
		return true;
	case ED_ASK_NEVER:
		break;
	}
	return false;
}

static int64_t material_moment(const struct ed_judge *j, const unsigned char sha256[32],
                               bool proofs)
{
	struct ed_object object = {.kind = ED_OBJECT_MATERIAL};

	if (!proofs)
		return j->now;
	memcpy(object.sha256, sha256, sizeof(object.sha256));
	return ed_poe_of(&j->poe, &object, NULL, NULL);
}

int64_t ed_cert_moment(const struct ed_judge *j, const struct ed_cert *cert, bool proofs)
{
	if (proofs && ed_material_find(&j->item->material, cert->sha256) == (size_t)-1)
		return cert->not_before;
	return material_moment(j, cert->sha256, proofs);
}

/* ---- 5.2.5 ---- */

int64_t ed_answer_fresh_until(const struct ed_judge *j, const struct ed_revocation *answer)
{
	if (j->policy->max_age >= 0)
		return answer->this_update + j->policy->max_age;
	return answer->next_update != ED_TIME_NONE ? answer->next_update : answer->this_update;
}

/* What was issued at the moment or later is fresh for it, whatever it says. */
static bool is_fresh(const struct ed_judge *j, const struct ed_revocation *answer, int64_t t)
{
	return t <= answer->this_update + j->policy->tolerance ||
	       t <= ed_answer_fresh_until(j, answer);
}

/* ---- answers about one certificate ---- */

enum fit { FITS, NOT_PROVEN, TOO_WEAK, FITS_NOT };

/* One certificate whose standing is asked for. */
struct asking {
	struct ed_judge *j;
	const struct ed_x509_task *task;
	enum ed_about role;
	struct ed_cert *cert, *issuer;
	bool anchor; /* the issuer is the trust anchor: its dates end nothing */
	unsigned depth;
};

static enum edoc_code standing_of(const struct asking *a, struct ed_known *known,
                                  struct edoc_error *err);

static bool is_himself(const struct asking *a, const struct ed_revocation *answer)
{
	return !memcmp(answer->signer->sha256, a->cert->sha256, sizeof(a->cert->sha256));
}

/*
 * Nobody answers for himself but the issuer of a CRL whose own certificate
 * says that it is looked up there (RFC 5280 4.2.1.13 cRLIssuer, 6.3.3 (f)):
 * asked once, not for ever.  An OCSP responder has id-pkix-ocsp-nocheck for it
 * (RFC 6960 4.2.2.2.1).
 */
static bool may_be_himself(const struct asking *a, const struct ed_revocation *answer)
{
	return a->role == ED_ABOUT_RESPONDER && answer->kind == ED_CRL;
}

/* The first that leads to an anchor, by its dates at that moment. */
static const struct ed_chain *holding_at(const struct ed_chains *chains, int64_t moment,
                                         const char *where)
{
	for (size_t i = 0; i < chains->n && chains->v[i].trusted; i++)
		if (ed_chain_at(&chains->v[i], moment, where, NULL))
			return &chains->v[i];
	return NULL;
}

/* 5.2.6.4: the issuer of the answer was itself valid and not revoked then. */
static enum edoc_code responder_fits(const struct asking *a, const struct ed_revocation *answer,
                                     int64_t moment, enum fit *fit, struct edoc_error *err)
{
	struct asking next = *a;
	struct ed_x509_task task = *a->task;
	const struct ed_chain *chain;
	const struct ed_chains *chains;
	struct ed_known known = {0};
	enum edoc_code rc;

	*fit = FITS_NOT;
	rc = ed_chains_build(a->j->pool, answer->signer, a->task->purpose | EDOC_FOR_OCSP, NULL,
	                     answer->where, &chains, err);
	if (rc != EDOC_OK || !chains->v[0].trusted)
		return rc;
	chain = holding_at(chains, moment, answer->where);
	if (!chain) {
		*fit = NOT_PROVEN;
		return EDOC_OK;
	}
	*fit = FITS;
	if (chain->n < 2) /* an anchor for OCSP */
		return EDOC_OK;
	task.at = moment;
	task.fresh_at = answer->produced_at;
	next.task = &task;
	next.role = ED_ABOUT_RESPONDER;
	next.cert = answer->signer;
	next.issuer = chain->certs[1];
	next.anchor = chain->n == 2;
	next.depth++;
	if (!asked(a->j, next.role, next.cert))
		return EDOC_OK;
	if (is_himself(a, answer)) {
		*fit = may_be_himself(a, answer) ? FITS : FITS_NOT;
		return EDOC_OK;
	}
	rc = standing_of(&next, &known, err);
	if (known.standing != ED_GOOD && known.standing != ED_NOT_NEEDED)
		*fit = FITS_NOT;
	return rc;
}

static enum edoc_code answer_fits(const struct asking *a, const struct ed_revocation *answer,
                                  enum fit *fit, struct edoc_error *err)
{
	const struct edoc_policy *policy = a->j->policy;
	const struct ed_cert *signer = answer->signer;
	int64_t latest = a->j->now + policy->tolerance;
	int64_t moment = material_moment(a->j, answer->sha256, a->task->proofs);
	const EVP_PKEY *key = ed_cert_key(signer);

	*fit = FITS_NOT;
	if (answer->status == ED_REV_UNKNOWN || answer->this_update > latest ||
	    answer->produced_at > latest || answer->this_update < a->cert->not_before)
		return EDOC_OK;
	/* Nobody needs to answer about what has ended (RFC 5280 3.3, 5.2.6.4). */
	if (answer->status == ED_REV_GOOD && answer->this_update > a->cert->not_after &&
	    !answer->expired_info)
		return EDOC_OK;
	if (a->task->sliding && answer->this_update > a->task->at)
		return EDOC_OK;
	if (a->task->sliding && moment > a->task->at) {
		*fit = NOT_PROVEN;
		return EDOC_OK;
	}
	if (!(answer->signer_is_issuer && a->anchor)) {
		if (answer->produced_at < signer->not_before ||
		    answer->produced_at > signer->not_after)
			return EDOC_OK;
		if (moment < signer->not_before || moment > signer->not_after) {
			*fit = NOT_PROVEN;
			return EDOC_OK;
		}
	}
	if (moment >= ed_policy_hash_until(policy, answer->signed_with) || !key ||
	    moment >= ed_policy_key_until(policy, signer->key_type, signer->key_bits)) {
		*fit = TOO_WEAK;
		return EDOC_OK;
	}
	if (!answer->signer_is_issuer)
		return responder_fits(a, answer, moment, fit, err);
	*fit = FITS;
	return EDOC_OK;
}

/* The answers that fit, by what they say. */
struct said {
	const struct ed_revocation *good, *fresh, *held, *revoked;
	bool unproven, weak;
};

/* Newest first: among equals the first counts; a revocation is for ever, so
 * the earliest one counts whatever is newer. */
static void hear(const struct asking *a, const struct ed_revocation *answer, struct said *said)
{
	bool revoked = answer->status == ED_REV_REVOKED && answer->reason != 8;

	if (revoked && answer->reason == 6) {
		if (!said->good && !said->held)
			said->held = answer;
	} else if (revoked) {
		if (!said->revoked || answer->revoked_at < said->revoked->revoked_at)
			said->revoked = answer;
	} else if (!a->j->options->anew || ed_fetch_gave(a->j, answer->sha256)) {
		if (!said->good)
			said->good = answer;
		if (!said->fresh && is_fresh(a->j, answer, a->task->fresh_at))
			said->fresh = answer;
	}
}

/* 5.2.6.4 2): what the answers mean at the moment. */
static void weigh(const struct asking *a, const struct said *said, struct ed_known *known)
{
	int64_t at = a->task->at;

	if (said->revoked) {
		known->answer = said->revoked;
		known->standing = said->revoked->revoked_at <= at ? ED_REVOKED : ED_GOOD;
	} else if (said->held) {
		known->answer = said->held;
		known->standing = said->held->revoked_at <= at ? ED_HELD : ED_GOOD;
	} else if (said->good) {
		known->answer = said->fresh ? said->fresh : said->good;
		known->standing = said->fresh ? ED_GOOD : ED_STALE;
	} else if (said->unproven) {
		known->standing = ED_OUT_OF_BOUNDS;
	} else {
		known->standing = said->weak ? ED_WEAK : ED_SILENT;
	}
	if (known->standing >= ED_STALE && !asked(a->j, a->role, a->cert))
		known->standing = ED_NOT_NEEDED;
}

static enum edoc_code hear_all(const struct asking *a, struct ed_known *known,
                               struct edoc_error *err)
{
	struct said said = {0};
	enum edoc_code rc;

	known->cert = a->cert;
	known->answer = NULL;
	known->standing = ED_SILENT;
	rc = ed_revocation_about(a->j->pool, a->cert, a->issuer, a->task->where, &known->all, err);
	for (size_t i = 0; rc == EDOC_OK && i < known->all->n; i++) {
		const struct ed_revocation *answer = &known->all->v[i];
		enum fit fit;

		rc = answer_fits(a, answer, &fit, err);
		if (fit == FITS)
			hear(a, answer, &said);
		said.unproven = said.unproven || fit == NOT_PROVEN;
		said.weak = said.weak || fit == TOO_WEAK;
	}
	if (rc == EDOC_OK)
		weigh(a, &said, known);
	return rc;
}

/* Material that came along first, the network only when that does not do, and a
 * CRL when what an OCSP responder says does not do either. */
static enum edoc_code standing_of(const struct asking *a, struct ed_known *known,
                                  struct edoc_error *err)
{
	static const enum edoc_fetch_kind kinds[] = {EDOC_FETCH_OCSP, EDOC_FETCH_CRL};
	enum edoc_code rc;
	bool more = false;

	if (a->depth > MAX_RESPONDERS) {
		*known = (struct ed_known){.cert = a->cert, .standing = ED_SILENT};
		return EDOC_OK;
	}
	rc = hear_all(a, known, err);
	for (size_t i = 0; i < 2 && rc == EDOC_OK && known->standing >= ED_STALE; i++) {
		rc = ed_fetch_answers(a->j, a->cert, a->issuer, kinds[i], &more, err);
		if (rc == EDOC_OK && more)
			rc = hear_all(a, known, err);
	}
	return rc;
}

/* ---- a chain ---- */

static void find_about(const struct ed_x509_task *task, const char *code,
                       const struct ed_known *known, int64_t t, const char *more,
                       struct ed_findings *findings)
{
	char text[ED_TIME_STR] = "?";

	if (t != ED_TIME_NONE)
		ed_time_format(text, t);
	ed_finding(findings, code, task->where, known->cert->subject, text, more);
}

static const char *find_standing(const struct ed_judge *j, const struct ed_x509_task *task,
                                 const struct ed_known *known, bool leaf,
                                 struct ed_findings *findings)
{
	const struct ed_revocation *answer = known->answer;
	const char *code = NULL;

	switch (known->standing) {
	case ED_NOT_NEEDED:
	case ED_GOOD:
		break;
	case ED_REVOKED:
		code = leaf ? "revocation.revoked" : "revocation.revoked-authority";
		find_about(task, code, known, answer->revoked_at, answer->where, findings);
		break;
	case ED_HELD:
		code = "revocation.held";
		find_about(task, code, known, answer->revoked_at, answer->where, findings);
		break;
	case ED_STALE:
		code = "revocation.stale";
		find_about(task, code, known, ed_answer_fresh_until(j, answer), answer->where,
		           findings);
		break;
	case ED_OUT_OF_BOUNDS:
		code = "revocation.out-of-bounds";
		break;
	case ED_WEAK:
		code = "revocation.weak";
		break;
	case ED_SILENT:
		code = "revocation.not-checked";
		break;
	}
	if (known->standing >= ED_OUT_OF_BOUNDS) {
		ed_finding(findings, code, task->where, known->cert->subject, NULL, NULL);
		if (known->all)
			ed_findings_move(findings, &known->all->findings);
	}
	return code;
}

static enum ed_outcome outcome_of(enum ed_standing standing)
{
	if (standing == ED_NOT_NEEDED)
		return ED_SKIPPED;
	if (standing == ED_GOOD)
		return ED_YES;
	return standing == ED_REVOKED ? ED_NO : ED_UNSURE;
}

static void explain_standing(const struct ed_judge *j, const struct ed_x509_task *task, size_t i,
                             const struct ed_known *known, const char *code)
{
	enum ed_about role = role_of(task, i);
	const struct ed_revocation *a = known->answer;
	const char *rule;

	if (!j->options->explain || !task->checks)
		return;
	rule = ed_arena_printf(j->arena, "revocation.%s: %s", ed_about_name(role),
	                       ed_ask_name(j->policy->ask[role]));
	if (a)
		ed_explain(j, task->checks, "EN 319 102-1 5.2.6.4",
		           N_("the certificate is not revoked, by an answer that is fresh"),
		           outcome_of(known->standing), rule, code,
		           "subject=%s; at=%s; answer=%s; this-update=%s; next-update=%s; "
		           "revoked=%s; where=%s",
		           known->cert->subject, ed_say_time(j, task->at),
		           a->kind == ED_CRL ? "CRL" : "OCSP", ed_say_time(j, a->this_update),
		           ed_say_time(j, a->next_update), ed_say_time(j, a->revoked_at), a->where);
	else
		ed_explain(j, task->checks, "EN 319 102-1 5.2.6.4",
		           N_("the certificate is not revoked, by an answer that is fresh"),
		           outcome_of(known->standing), rule, code,
		           "subject=%s; at=%s; answers=%zu", known->cert->subject,
		           ed_say_time(j, task->at), known->all ? known->all->n : 0);
}

/* Dates: what is over but known not to have been revoked needs a proof only
 * (5.2.6.4: OUT_OF_BOUNDS_NOT_REVOKED). */
static bool find_dates(struct ed_judge *j, const struct ed_x509_task *task, const struct ed_x509 *x,
                       struct ed_findings *findings)
{
	struct ed_findings dates;
	bool good, known = x->n > 0 && x->known[0].standing == ED_GOOD;

	ed_findings_init(&dates, j->arena);
	good = ed_chain_at(x->chain, task->at, task->where, &dates);
	if (task->listed_at != task->at)
		good &= ed_chain_granted(x->chain, task->listed_at, task->where, &dates);
	for (size_t i = 0; i < x->n; i++)
		known = known && x->known[i].standing <= ED_GOOD;
	for (size_t i = 0; i < dates.n; i++) {
		const struct edoc_finding *f = &dates.v[i];
		bool over = !strcmp(f->code, "chain.expired");

		ed_finding(findings, over && known ? "chain.expired-not-revoked" : f->code,
		           f->where, f->args[0], f->args[1], f->args[2]);
	}
	ed_explain(j, task->checks, "RFC 5280 6.1.3 (a)(2)",
	           N_("all certificates of the path are valid at that moment"),
	           good ? ED_YES : ED_UNSURE, NULL, dates.n ? dates.v[0].code : NULL,
	           "at=%s; subject=%s; not-before=%s; not-after=%s", ed_say_time(j, task->at),
	           task->leaf->subject, ed_say_time(j, task->leaf->not_before),
	           ed_say_time(j, task->leaf->not_after));
	return good;
}

/* 5.2.6.4 3) and 5.5.4 10): algorithms of the path, as old as it is proven. */
static void find_algorithms(struct ed_judge *j, const struct ed_x509_task *task,
                            const struct ed_chain *chain, struct ed_findings *findings)
{
	for (size_t i = 0; i < chain->n; i++) {
		int64_t moment = chain->certs
		                         ? material_moment(j, chain->certs[i]->sha256, task->proofs)
		                         : j->now;
		size_t before = findings->n;

		ed_policy_link(j->policy, chain, i, moment, task->where, findings);
		ed_explain(j, task->checks, "TS 119 312 5, 6",
		           N_("the certificate's algorithms are accepted at that moment"),
		           findings->n > before ? ED_UNSURE : ED_YES, "digests, keys",
		           findings->n > before ? findings->v[before].code : NULL,
		           "subject=%s; at=%s; digest=%s; key=%s", chain->subjects[i],
		           ed_say_time(j, moment), ed_hash_name(chain->links[i].signed_with),
		           chain->links[i].key_text);
	}
}

enum edoc_code ed_x509_standing(struct ed_judge *j, const struct ed_x509_task *task,
                                const struct ed_chain *chain, size_t i, struct ed_known *known,
                                struct edoc_error *err)
{
	struct asking a = {.j = j,
	                   .task = task,
	                   .role = role_of(task, i),
	                   .cert = chain->certs[i],
	                   .issuer = chain->certs[i + 1],
	                   .anchor = i + 2 == chain->n};

	return standing_of(&a, known, err);
}

static enum edoc_code ask_chain(struct ed_judge *j, const struct ed_x509_task *task,
                                const struct ed_chain *chain, struct ed_x509 *x,
                                struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	*x = (struct ed_x509){.chain = chain};
	if (!chain->trusted || chain->n < 2)
		return EDOC_OK;
	x->known = ed_arena_alloc(j->arena, chain->n * sizeof(*x->known));
	if (!x->known)
		return ed_fail_memory(err);
	for (size_t i = 0; rc == EDOC_OK && i + 1 < chain->n; i++) {
		rc = ed_x509_standing(j, task, chain, i, &x->known[i], err);
		x->n++;
	}
	return rc;
}

static void find_purpose(struct ed_judge *j, const struct ed_x509_task *task,
                         struct ed_findings *findings)
{
	const char *unfit;

	if (!(task->purpose & (EDOC_FOR_SIGN | EDOC_FOR_DIRECTORY | EDOC_FOR_ROUTE)))
		return;
	unfit = ed_cert_unfit(task->leaf, j->arena);
	if (unfit)
		ed_finding(findings, "key-usage.unfit", task->where, task->leaf->subject, unfit,
		           NULL);
	ed_explain(j, task->checks, "RFC 5280 4.2.1.3",
	           N_("the certificate's key is for signing documents"), unfit ? ED_UNSURE : ED_YES,
	           NULL, unfit ? "key-usage.unfit" : NULL, "subject=%s; limited-to=%s",
	           task->leaf->subject, unfit ? unfit : "-");
}

/* The order is the standard's: what is wrong for ever, revocation, dates,
 * silence, algorithms. */
static void find_all(struct ed_judge *j, const struct ed_x509_task *task, const struct ed_x509 *x,
                     struct ed_findings *findings)
{
	const struct ed_chain *chain = x->chain;
	bool in_time;

	ed_findings_move(findings, &chain->findings);
	ed_explain(j, task->checks, "RFC 5280 6.1", N_("a path leads to a trusted certificate"),
	           chain->trusted ? ED_YES : ED_UNSURE, NULL,
	           chain->findings.n ? chain->findings.v[0].code : NULL,
	           "subject=%s; certificates=%zu", task->leaf->subject, chain->n);
	find_purpose(j, task, findings);
	for (size_t i = 0; i < x->n; i++) {
		if (x->known[i].standing < ED_STALE)
			explain_standing(j, task, i, &x->known[i],
			                 find_standing(j, task, &x->known[i], i == 0, findings));
	}
	in_time = find_dates(j, task, x, findings);
	for (size_t i = 0; in_time && i < x->n; i++) {
		if (x->known[i].standing >= ED_STALE)
			explain_standing(j, task, i, &x->known[i],
			                 find_standing(j, task, &x->known[i], i == 0, findings));
	}
	find_algorithms(j, task, chain, findings);
}

enum edoc_code ed_x509_validate(struct ed_judge *j, const struct ed_x509_task *task,
                                struct ed_x509 *out, struct ed_findings *findings,
                                struct edoc_error *err)
{
	struct ed_findings first, list;
	const struct ed_chains *chains;
	enum edoc_code rc = ed_chains_build(j->pool, task->leaf, task->purpose, task->inputs,
	                                    task->where, &chains, err);

	*out = (struct ed_x509){0};
	if (rc == EDOC_OK && !chains->v[0].anchored)
		rc = ed_fetch_issuers(j, task, &chains, err);
	if (rc != EDOC_OK)
		return rc;
	for (size_t i = 0; i < chains->n; i++) {
		struct ed_x509 x;
		bool passed;

		ed_findings_init(&list, j->arena);
		rc = ask_chain(j, task, &chains->v[i], &x, err);
		if (rc != EDOC_OK)
			return rc;
		find_all(j, task, &x, &list);
		passed = ed_conclude(j, &list).indication == EDOC_TOTAL_PASSED;
		if (i == 0 || passed) {
			first = list;
			*out = x;
		}
		if (passed)
			break;
	}
	ed_findings_move(findings, &first);
	return EDOC_OK;
}

/* ---- for the report ---- */

static bool link_of(struct ed_judge *j, struct ed_report_link *link, const struct ed_cert *cert,
                    const struct ed_known *known)
{
	const struct ed_revocation *a = known ? known->answer : NULL;
	static const char *const words[] = {"unknown", "good", "revoked"};

	link->subject = ed_arena_strdup(j->arena, cert->subject);
	link->sha256 = ed_arena_strdup(j->arena, cert->hex);
	link->not_before = cert->not_before;
	link->not_after = cert->not_after;
	link->this_update = link->next_update = link->revoked_at = ED_TIME_NONE;
	if (a) {
		link->revocation = a->kind == ED_CRL ? "CRL" : "OCSP";
		link->revocation_where = a->where ? ed_arena_strdup(j->arena, a->where) : "";
		link->revocation_status = words[a->status];
		link->this_update = a->this_update;
		link->next_update = a->next_update;
		link->revoked_at = a->revoked_at;
	}
	return link->subject && link->sha256 && (!a || link->revocation_where);
}

enum edoc_code ed_x509_links(struct ed_judge *j, const struct ed_x509 *x,
                             const struct ed_report_link **links, size_t *n, struct edoc_error *err)
{
	size_t all = x->chain && x->chain->certs ? x->chain->n : 0;
	struct ed_report_link *list = ed_arena_alloc(j->arena, (all + 1) * sizeof(*list));

	*n = 0;
	*links = list;
	if (!list)
		return ed_fail_memory(err);
	for (size_t i = 0; i < all; i++) {
		if (!link_of(j, &list[i], x->chain->certs[i], i < x->n ? &x->known[i] : NULL))
			return ed_fail_memory(err);
	}
	*n = all;
	return EDOC_OK;
}
