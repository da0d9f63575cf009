/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.6.2: judging in the past.  What cannot be said of a
 * certificate now may be said as of a moment for which there is proof: of the
 * signature, of the certificates, and of the revocation that was known then.
 */
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/accept.h"

/* What more proof can mend: of 5.5.4 2), and of 5.6.3.4 3). */
static bool mendable(const struct ed_conclusion *c)
{
	static const char *const subs[] = {"REVOKED_NO_POE",
	                                   "REVOKED_CA_NO_POE",
	                                   "OUT_OF_BOUNDS_NO_POE",
	                                   "OUT_OF_BOUNDS_NOT_REVOKED",
	                                   "TRY_LATER",
	                                   "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
	                                   "REVOCATION_OUT_OF_BOUNDS_NO_POE",
	                                   "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"};

	for (size_t i = 0; i < sizeof(subs) / sizeof(*subs); i++) {
		if (ed_concluded(c, subs[i]))
			return true;
	}
	return false;
}

/* The list is asked about when the signature is proven (TS 119 615), and the
 * maker of a token about when it says that it made it. */
static int64_t listed_at(const struct ed_signed *s)
{
	return s->token && s->stamped < s->existed ? s->stamped : s->existed;
}

static enum edoc_code validate_at(struct ed_judge *j, const struct ed_signed *s, int64_t at,
                                  bool proofs, bool then, struct ed_x509 *x,
                                  struct ed_findings *findings, struct ed_conclusion *c,
                                  struct edoc_error *err)
{
	struct ed_x509_task task = {.leaf = s->leaf,
	                            .purpose = s->purpose,
	                            .where = s->where,
	                            .at = at,
	                            .fresh_at = at,
	                            .listed_at = listed_at(s),
	                            .proofs = proofs,
	                            .checks = s->checks};
	enum edoc_code rc;

	if (s->token && then && s->stamped < at)
		task.fresh_at = s->stamped;
	ed_findings_init(findings, j->arena);
	rc = ed_x509_validate(j, &task, x, findings, err);
	*c = ed_conclude(j, findings);
	return rc;
}

/* ---- 5.6.2.2, validation time sliding ---- */

static void slide_to(int64_t *control, int64_t t)
{
	if (t < *control)
		*control = t;
}

/* d): back to when all algorithms of the certificate and of the answer were
 * reliable; false: they never were. */
static bool slide_algorithms(struct ed_judge *j, const struct ed_chain *chain, size_t i,
                             const struct ed_known *known, int64_t *control)
{
	const struct ed_chain_link *link = &chain->links[i];
	int64_t until = ed_policy_hash_until(j->policy, link->signed_with);
	const struct ed_cert *by = known->answer ? known->answer->signer : NULL;
	int64_t ends[] = {
	        i > 0 ? ed_policy_key_until(j->policy, link->key, link->bits) : INT64_MAX,
	        known->answer ? ed_policy_hash_until(j->policy, known->answer->signed_with)
	                      : INT64_MAX,
	        by && ed_cert_key(by) ? ed_policy_key_until(j->policy, by->key_type, by->key_bits)
	                              : INT64_MAX,
	};

	for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++)
		until = ends[k] < until ? ends[k] : until;
	if (until == ED_TIME_NONE)
		return false;
	if (until <= *control) /* `until` is the first moment that is too late */
		*control = until - 1;
	return true;
}

/*
 * One certificate.  c) says to slide to the issuance of an answer that is not
 * fresh; we slide to the last moment that it is fresh for, or an authority's
 * CRL of the week before would undo every proof (edoc-conformance(7)).
 */
static enum edoc_code slide(struct ed_judge *j, const struct ed_signed *s,
                            const struct ed_chain *chain, size_t i, int64_t *control, bool *good,
                            struct edoc_error *err)
{
	struct ed_x509_task task = {.leaf = s->leaf,
	                            .purpose = s->purpose,
	                            .where = s->where,
	                            .at = *control,
	                            .fresh_at = *control,
	                            .listed_at = listed_at(s),
	                            .proofs = true,
	                            .sliding = true};
	struct ed_known known;
	enum edoc_code rc = ed_x509_standing(j, &task, chain, i, &known, err);

	*good = false;
	if (rc != EDOC_OK)
		return rc;
	switch (known.standing) {
	case ED_NOT_NEEDED:
	case ED_GOOD:
		break;
	case ED_REVOKED:
	case ED_HELD:
		slide_to(control, known.answer->revoked_at);
		break;
	case ED_STALE:
		slide_to(control, ed_answer_fresh_until(j, known.answer));
		break;
	case ED_OUT_OF_BOUNDS:
	case ED_WEAK:
	case ED_SILENT:
		return EDOC_OK;
	}
	/* a): the certificate too is proven to be that old, where it matters. */
	if (known.standing != ED_NOT_NEEDED && ed_cert_moment(j, chain->certs[i], true) > *control)
		return EDOC_OK;
	*good = slide_algorithms(j, chain, i, &known, control);
	return EDOC_OK;
}

/*
 * 5.6.2.1, 5.6.2.2: the moment up to which the chain is known to have been
 * good, by revocation that is proven to be that old.  false in *good: there is
 * none, and past.no-proof says why.
 */
static enum edoc_code past_certificate(struct ed_judge *j, const struct ed_signed *s,
                                       const struct ed_chain *chain, int64_t *control, bool *good,
                                       struct ed_findings *findings, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	*control = j->now;
	*good = chain->trusted;
	/* 1): the anchor's sunset */
	for (size_t i = 1; chain->service && i < chain->service->n; i++) {
		const struct ed_trust_status *status = &chain->service->status[i];

		if (status[-1].granted && !status->granted && status->from < *control &&
		    status->from > s->existed)
			*control = status->from;
	}
	for (size_t i = chain->n - 1; rc == EDOC_OK && *good && i-- > 0;) {
		rc = slide(j, s, chain, i, control, good, err);
		ed_explain(j, s->checks, "EN 319 102-1 5.6.2.2",
		           N_("revocation that is proven old enough says since when all is known"),
		           *good ? ED_YES : ED_UNSURE, NULL, *good ? NULL : "past.no-proof",
		           "subject=%s; control-time=%s", chain->subjects[i],
		           ed_say_time(j, *control));
		if (!*good)
			ed_finding(findings, "past.no-proof", s->where, chain->subjects[i],
			           ed_say_time(j, *control), NULL);
	}
	return rc;
}

/* ---- 5.6.2.4 ---- */

static enum edoc_code past_signature(struct ed_judge *j, const struct ed_signed *s,
                                     struct ed_x509 *x, struct ed_findings *findings,
                                     struct ed_conclusion *c, struct edoc_error *err)
{
	struct ed_findings list;
	int64_t control;
	enum edoc_code rc;
	bool good;

	/* 2) */
	rc = past_certificate(j, s, x->chain, &control, &good, findings, err);
	if (rc != EDOC_OK || !good)
		return rc;
	/* 3) */
	ed_explain(j, s->checks, "EN 319 102-1 5.6.2.4",
	           N_("the signature is proven to be older than what is not known any more"),
	           s->existed <= control ? ED_YES : ED_UNSURE, NULL, NULL,
	           "existed=%s; control-time=%s", ed_say_time(j, s->existed),
	           ed_say_time(j, control));
	if (s->existed > control)
		return EDOC_OK;
	/* 1), 3) to 5): dates, revocation, its issuers, freshness and algorithms, each as
	 * of the moment that there is a proof for. */
	rc = validate_at(j, s, s->existed, true, j->policy->tsa_then, x, &list, c, err);
	if (c->indication != EDOC_TOTAL_PASSED && c->sub)
		ed_finding(findings, "past.not-good", s->where, ed_say_time(j, s->existed), c->sub,
		           NULL);
	else if (c->indication == EDOC_TOTAL_PASSED)
		ed_findings_move(findings, &list); /* warnings */
	return rc;
}

/* A moment at which it passes; x and c say how. */
static enum edoc_code try_moments(struct ed_judge *j, const struct ed_signed *s, struct ed_x509 *x,
                                  struct ed_conclusion *c, struct ed_findings *list,
                                  struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	if (!s->token) /* 5.5.4 4) and 6): revocation, dates and freshness then */
		rc = validate_at(j, s, s->existed, false, false, x, list, c, err);
	if (rc != EDOC_OK || (!s->token && c->indication == EDOC_TOTAL_PASSED))
		return rc;
	ed_findings_init(list, j->arena);
	*c = (struct ed_conclusion){EDOC_INDETERMINATE, NULL};
	return past_signature(j, s, x, list, c, err);
}

/*
 * 5.2.5 leaves to the policy how old an answer may be.  Ours wants one of today about a
 * TSA, and has asked whoever can be asked.  Where nobody answers, what came along counts
 * if it was fresh for the token: else level LT would hold for as long as an OCSP answer
 * does, and not, as it is for, after all services have ended.  That is told.
 */
static enum edoc_code lean_on_then(struct ed_judge *j, const struct ed_signed *s,
                                   const struct ed_findings *now, struct ed_x509 *x,
                                   struct ed_conclusion *c, struct ed_findings *findings,
                                   struct edoc_error *err)
{
	struct ed_findings list;
	enum edoc_code rc = validate_at(j, s, j->now, false, true, x, &list, c, err);

	for (size_t i = 0; rc == EDOC_OK && i < now->n; i++) {
		const struct edoc_finding *f = &now->v[i];

		if (!strcmp(f->code, "revocation.stale"))
			ed_finding(&list, "timestamp.tsa-stale", f->where, f->args[0], f->args[1],
			           f->args[2]);
	}
	if (c->indication == EDOC_TOTAL_PASSED)
		*c = ed_conclude(j, &list); /* the policy may weigh it */
	if (c->indication == EDOC_TOTAL_PASSED)
		ed_findings_move(findings, &list);
	return rc;
}

enum edoc_code ed_signed_validate(struct ed_judge *j, const struct ed_signed *s, struct ed_x509 *x,
                                  int64_t *judged_at, struct ed_findings *findings,
                                  struct edoc_error *err)
{
	struct ed_conclusion c, first;
	struct ed_findings now, then;
	struct ed_x509 past;
	enum edoc_code rc = validate_at(j, s, j->now, false, j->policy->tsa_then, x, &now, &c, err);

	*judged_at = j->now;
	ed_findings_init(&then, j->arena);
	if (rc != EDOC_OK || !mendable(&c)) {
		ed_findings_move(findings, &now);
		return rc;
	}
	first = c;
	past = *x;
	if (s->existed < j->now) {
		rc = try_moments(j, s, &past, &c, &then, err);
		*judged_at = s->existed;
	}
	if (rc == EDOC_OK && s->token && ed_concluded(&first, "TRY_LATER") &&
	    c.indication != EDOC_TOTAL_PASSED) {
		past = *x;
		rc = lean_on_then(j, s, &now, &past, &c, &then, err);
		*judged_at = j->now;
	}
	if (c.indication == EDOC_TOTAL_PASSED) {
		*x = past;
	} else {
		*judged_at = j->now;
		ed_findings_move(findings, &now);
	}
	ed_findings_move(findings, &then);
	return rc;
}
