/* SPDX-License-Identifier: ISC */
#include "signature/unasked.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"

/* One certificate that is climbed from; what is read on the way is forgotten. */
struct climb {
	const struct ed_ades *a;
	const struct ed_material *pool;
	struct ed_arena *arena;
	struct ed_cert *at, *above; /* above: of ours, or NULL */
};

static bool is_issuer(const struct ed_cert *cert, const struct ed_cert *of)
{
	return cert->is_ca && cert->subject_hash == of->issuer_hash &&
	       !strcmp(cert->subject, of->issuer) && memcmp(cert->sha256, of->sha256, 32) != 0;
}

/* If that blob is the certificate above: onto it.  What cannot be read is not. */
static bool step(struct climb *c, size_t blob)
{
	const struct ed_blob *b = blob < c->pool->n ? &c->pool->v[blob] : NULL;
	struct ed_cert *cert = NULL;
	struct edoc_error err = {0};

	if (!b || b->kind != ED_CERT ||
	    ed_cert_parse_memo(c->pool->memo, b->p, b->len, b->sha256, b->where, c->arena, &cert,
	                       &err) != EDOC_OK)
		return false;
	if (!is_issuer(cert, c->at)) {
		ed_cert_clear(cert);
		return false;
	}
	ed_cert_clear(c->above);
	c->at = c->above = cert;
	return true;
}

static bool find_above(struct climb *c)
{
	for (size_t i = 0; i < c->a->n_material; i++) {
		if (step(c, ed_material_find(c->pool, c->a->material[i].sha256)))
			return true;
	}
	for (size_t i = 0; i < c->a->n_stamps; i++) {
		const struct ed_tst *tst = &c->a->stamps[i].tst;

		for (size_t k = 0; k < tst->n_blobs; k++) {
			if (step(c, tst->blobs[k]))
				return true;
		}
	}
	return false;
}

static bool unasked(const struct ed_ades *a, const struct ed_material *pool, struct ed_cert *leaf)
{
	struct climb c = {.a = a, .pool = pool, .at = leaf};
	bool quiet = leaf && !leaf->names_revocation, top = quiet && leaf->self_issued;

	if (quiet && !top) {
		c.arena = ed_arena_new();
		quiet = c.arena && find_above(&c);
	}
	/* Of the last that came along, the anchor, nobody asks. */
	for (size_t i = 0; quiet && !top && i < ED_MAX_CHAIN; i++) {
		bool asked = c.at->names_revocation;

		top = c.at->self_issued || !find_above(&c);
		quiet = top || !asked;
	}
	ed_cert_clear(c.above);
	ed_arena_free(c.arena);
	return quiet && top;
}

bool ed_signer_unasked(const struct ed_ades *a, const struct ed_material *pool)
{
	return unasked(a, pool, a->signer);
}

bool ed_stamps_unasked(const struct ed_ades *a, const struct ed_material *pool)
{
	for (size_t i = 0; i < a->n_stamps; i++) {
		if (a->stamps[i].kind != ED_STAMP_ARCHIVE &&
		    !unasked(a, pool, a->stamps[i].tst.signer))
			return false;
	}
	return true;
}
