/* SPDX-License-Identifier: ISC */
#include "signature/unasked.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"

/* All certificates that came along; what cannot be read is none. */
struct along {
	const struct ed_material *pool;
	struct ed_arena *arena;
	struct ed_cert *v[ED_MAX_UNASKED];
	size_t n;
	bool full; /* there are more */
};

static void add(struct along *c, size_t blob)
{
	const struct ed_blob *b = blob < c->pool->n ? &c->pool->v[blob] : NULL;
	struct edoc_error err = {.code = EDOC_OK};
	struct ed_cert *cert = NULL;

	if (!b || b->kind != ED_CERT || c->full)
		return;
	for (size_t i = 0; i < c->n; i++) {
		if (!memcmp(c->v[i]->sha256, b->sha256, sizeof(b->sha256)))
			return;
	}
	c->full = c->n == ED_MAX_UNASKED;
	if (!c->full && ed_cert_parse_memo(c->pool->memo, b->p, b->len, b->sha256, b->where,
	                                   c->arena, &cert, &err) == EDOC_OK)
		c->v[c->n++] = cert;
}

static void add_all(struct along *c, const struct ed_ades *a)
{
	for (size_t i = 0; i < a->n_material; i++)
		add(c, ed_material_find(c->pool, a->material[i].sha256));
	for (size_t i = 0; i < a->n_stamps; i++) {
		for (size_t k = 0; k < a->stamps[i].tst.n_blobs; k++)
			add(c, a->stamps[i].tst.blobs[k]);
	}
}

static const struct ed_cert *above(const struct along *c, const struct ed_cert *cert)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct ed_cert *one = c->v[i];

		if (one->is_ca && one->subject_hash == cert->issuer_hash &&
		    !strcmp(one->subject, cert->issuer) &&
		    memcmp(one->sha256, cert->sha256, sizeof(one->sha256)) != 0)
			return one;
	}
	return NULL;
}

static bool unasked(const struct along *c, const struct ed_cert *leaf)
{
	const struct ed_cert *at = leaf;

	for (size_t i = 0; at && i < ED_MAX_CHAIN; i++) {
		const struct ed_cert *issuer = at->self_issued ? NULL : above(c, at);

		if (!issuer) /* the last that came along: of an anchor nobody asks */
			return at->self_issued || at != leaf;
		if (at->names_revocation)
			return false;
		at = issuer;
	}
	return false;
}

struct ed_unasked ed_ades_unasked(const struct ed_ades *a, const struct ed_material *pool)
{
	struct along c = {.pool = pool};
	struct ed_unasked is = {.signer = false};

	if (!a->signer || (a->signer->names_revocation && !a->signer->self_issued))
		return is; /* as nearly always: nothing more is looked at */
	c.arena = ed_arena_new();
	if (c.arena)
		add_all(&c, a);
	is.signer = is.stamps = c.arena && !c.full && unasked(&c, a->signer);
	for (size_t i = 0; is.stamps && i < a->n_stamps; i++) {
		if (a->stamps[i].kind != ED_STAMP_ARCHIVE)
			is.stamps = unasked(&c, a->stamps[i].tst.signer);
	}
	for (size_t i = 0; i < c.n; i++)
		ed_cert_clear(c.v[i]);
	ed_arena_free(c.arena);
	return is;
}
