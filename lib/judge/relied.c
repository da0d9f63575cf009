/* SPDX-License-Identifier: ISC */
#include "judge/relied.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"

#define MAX_ANSWERERS 3 /* who answered about who answered */

/* One item of the list while it is filled. */
struct noting {
	struct ed_judge *j;
	struct ed_relied *r;
	unsigned purpose;
};

static enum edoc_code add(struct noting *n, enum ed_material_kind kind, const void *p, size_t len,
                          const unsigned char sha256[32], const char *where, struct edoc_error *err)
{
	struct ed_blob *v;
	struct ed_relied *r = n->r;

	for (size_t i = 0; i < r->n; i++) {
		if (!memcmp(r->v[i].sha256, sha256, 32))
			return EDOC_OK;
	}
	v = ed_arena_grow(n->j->arena, r->v, r->n, &r->cap, sizeof(*v));
	if (!v)
		return ed_fail_memory(err);
	r->v = v;
	v[r->n] = (struct ed_blob){.kind = kind, .len = len, .where = where};
	v[r->n].p = ed_arena_memdup(n->j->arena, p, len);
	memcpy(v[r->n].sha256, sha256, 32);
	if (!v[r->n].p)
		return ed_fail_memory(err);
	r->n++;
	return EDOC_OK;
}

static enum edoc_code add_cert(struct noting *n, const struct ed_cert *cert, struct edoc_error *err)
{
	enum edoc_code code;
	struct ed_buf der;

	ed_buf_init(&der, ED_MAX_CERT);
	code = ed_cert_der(cert->x509, &der, err);
	if (code == EDOC_OK)
		code = add(n, ED_CERT, der.data, der.len, cert->sha256, cert->subject, err);
	ed_buf_clear(&der);
	return code;
}

static enum edoc_code add_chain(struct noting *n, const struct ed_chain *chain,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; code == EDOC_OK && i < chain->n; i++)
		code = add_cert(n, chain->certs[i], err);
	return code;
}

static enum edoc_code add_answer(struct noting *n, const struct ed_revocation *answer,
                                 unsigned depth, struct edoc_error *err);

/* Nobody says of himself by OCSP that he is not revoked (RFC 6960 4.2.2.2.1). */
static bool could_decide(const struct ed_revocation *answer, const struct ed_cert *cert)
{
	bool himself = !memcmp(answer->signer->sha256, cert->sha256, sizeof(cert->sha256));

	return answer->status == ED_REV_GOOD && !(himself && answer->kind == ED_OCSP);
}

/* The newest good answer about a certificate of a path that holds already. */
static enum edoc_code add_about(struct noting *n, struct ed_cert *cert, struct ed_cert *issuer,
                                unsigned depth, struct edoc_error *err)
{
	const struct ed_revocations *all = NULL;
	enum edoc_code code;

	code = ed_revocation_about(n->j->pool, cert, issuer, n->r->where, &all, err);
	for (size_t i = 0; code == EDOC_OK && i < all->n; i++) {
		if (could_decide(&all->v[i], cert))
			return add_answer(n, &all->v[i], depth, err);
	}
	return code;
}

/* Whoever gave it: his certificate, the way to an anchor, answers about them. */
static enum edoc_code add_answerer(struct noting *n, const struct ed_revocation *answer,
                                   unsigned depth, struct edoc_error *err)
{
	const struct ed_chains *chains = NULL;
	const struct ed_chain *chain;
	enum edoc_code code;

	code = ed_chains_build(n->j->pool, answer->signer, n->purpose | EDOC_FOR_OCSP, NULL,
	                       answer->where, &chains, err);
	if (code != EDOC_OK || !chains->v[0].trusted)
		return code;
	chain = &chains->v[0];
	code = add_chain(n, chain, err);
	for (size_t i = 0; code == EDOC_OK && i + 1 < chain->n; i++) {
		if (i > 0 || (chain->certs[0]->names_revocation && !chain->certs[0]->no_check))
			code = add_about(n, chain->certs[i], chain->certs[i + 1], depth + 1, err);
	}
	return code;
}

static enum edoc_code add_answer(struct noting *n, const struct ed_revocation *answer,
                                 unsigned depth, struct edoc_error *err)
{
	const struct ed_material *material = &n->j->item->material;
	size_t blob = ed_material_find(material, answer->sha256), before = n->r->n;
	enum edoc_code code;

	if (blob == (size_t)-1)
		return ed_fail(err, EDOC_ERR_BUG, n->r->where, "an answer is not where it was");
	code = add(n, answer->kind, material->v[blob].p, material->v[blob].len, answer->sha256,
	           material->v[blob].where, err);
	if (code != EDOC_OK || n->r->n == before || answer->signer_is_issuer ||
	    depth >= MAX_ANSWERERS)
		return code;
	return add_answerer(n, answer, depth, err);
}

static enum edoc_code add_all(struct noting *n, const struct ed_x509 *x, struct edoc_error *err)
{
	enum edoc_code code = x->chain ? add_chain(n, x->chain, err) : EDOC_OK;

	for (size_t i = 0; code == EDOC_OK && i < x->n; i++) {
		const struct ed_known *known = &x->known[i];

		if (known->answer && known->standing == ED_GOOD)
			code = add_answer(n, known->answer, 0, err);
		else if (known->standing >= ED_STALE && !n->r->lacks)
			n->r->lacks = known->cert->subject;
	}
	return code;
}

/* What a finding makes of it under the policy, were it the only one. */
static enum edoc_indication weigh(const struct ed_judge *j, const struct edoc_finding *f)
{
	struct ed_findings one;

	ed_findings_init(&one, j->arena);
	ed_finding(&one, f->code, "", NULL, NULL, NULL);
	return ed_conclude(j, &one).indication;
}

/* What weighs most stands first among what weighs. */
static const struct edoc_finding *heaviest(const struct ed_judge *j,
                                           const struct ed_findings *findings)
{
	const struct edoc_finding *first = NULL;

	for (size_t i = 0; i < findings->n; i++) {
		enum edoc_indication indication = weigh(j, &findings->v[i]);

		if (indication == EDOC_TOTAL_FAILED)
			return &findings->v[i];
		if (indication == EDOC_INDETERMINATE && !first)
			first = &findings->v[i];
	}
	return first;
}

/* Nothing that weighs says more than that a good answer is missing. */
static bool only_unanswered(const struct ed_judge *j, const struct ed_findings *findings)
{
	static const char *const silence[] = {"revocation.not-checked", "revocation.stale",
	                                      "revocation.out-of-bounds", "revocation.weak"};

	for (size_t i = 0; i < findings->n; i++) {
		size_t k = 0;

		while (k < 4 && strcmp(findings->v[i].code, silence[k]) != 0)
			k++;
		if (k == 4 && weigh(j, &findings->v[i]) != EDOC_TOTAL_PASSED)
			return false;
	}
	return true;
}

enum edoc_code ed_relied_note(struct ed_judge *j, const unsigned char value_sha256[32], bool token,
                              const char *where, unsigned purpose, const struct ed_x509 *x,
                              const struct ed_conclusion *c, const struct ed_findings *findings,
                              struct edoc_error *err)
{
	struct ed_relied_list *list = j->relied;
	struct noting n = {.j = j, .purpose = purpose};
	struct ed_relied *v;

	if (!list)
		return EDOC_OK;
	v = ed_arena_grow(j->arena, list->v, list->n, &list->cap, sizeof(*v));
	if (!v)
		return ed_fail_memory(err);
	list->v = v;
	n.r = &v[list->n++];
	*n.r = (struct ed_relied){.value_sha256 = value_sha256,
	                          .where = where,
	                          .token = token,
	                          .good = c->indication == EDOC_TOTAL_PASSED};
	if (!n.r->good)
		n.r->why = heaviest(j, findings);
	n.r->unanswered = n.r->why && only_unanswered(j, findings);
	return add_all(&n, x, err);
}
