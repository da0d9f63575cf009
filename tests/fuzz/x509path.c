/* SPDX-License-Identifier: ISC */
/* Paths: an anchor, a certificate, others between; as they are, and as if each
 * were signed by all, to come to what lies behind signatures. */
#include "elements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void believe(struct edoc_memo *memo, const struct ed_material *m)
{
	for (size_t i = 0; i < m->n; i++) {
		for (size_t k = 0; k < m->n; k++)
			ed_memo_keep_verified(memo, m->v[i].sha256, m->v[k].sha256);
	}
}

static void look(const struct ed_chains *chains)
{
	if (chains->n == 0)
		abort();
	for (size_t i = 0; i < chains->n; i++) {
		const struct ed_chain *c = &chains->v[i];

		if (c->n == 0 || c->n > ED_MAX_CHAIN || (c->trusted && !c->anchored) ||
		    (!c->trusted && c->findings.n == 0))
			abort(); /* a chain that is not trusted says why */
		(void)ed_chain_at(c, 1780000000, "f", NULL);
	}
}

static int build(const struct elements *e, struct edoc_memo *memo, bool trusting)
{
	struct ed_arena *arena = ed_arena_new();
	const struct ed_chains *chains;
	struct edoc_trust *trust = NULL;
	struct ed_pool *pool = NULL;
	struct ed_cert *leaf = NULL;
	struct ed_material m;
	int trusted = -1;

	ed_material_init(&m, arena);
	m.memo = memo;
	if (edoc_trust_new(&trust, NULL) != EDOC_OK ||
	    edoc_trust_add_memory(trust, e->v[0].whole, e->v[0].whole_len, EDOC_FOR_ALL, NULL) !=
	            EDOC_OK ||
	    ed_cert_parse(e->v[1].whole, e->v[1].whole_len, "f", arena, &leaf, NULL) != EDOC_OK)
		goto out;
	for (size_t i = 0; i < e->n; i++) {
		if (ed_material_add(&m, ED_CERT, e->v[i].whole, e->v[i].whole_len, "f", NULL,
		                    NULL) != EDOC_OK)
			goto out;
	}
	if (trusting)
		believe(memo, &m);
	if (ed_pool_new(&m, trust, arena, &pool, NULL) == EDOC_OK &&
	    ed_chains_build(pool, leaf, EDOC_FOR_SIGN, NULL, "f", &chains, NULL) == EDOC_OK) {
		look(chains);
		trusted = chains->v[0].trusted;
	}
out:
	ed_pool_free(pool);
	ed_cert_clear(leaf);
	edoc_trust_free(trust);
	ed_arena_free(arena);
	return trusted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elements e = split(data, size);
	struct edoc_memo *memo = NULL;
	int plain;

	if (e.n < 2 || edoc_memo_new(&memo, NULL) != EDOC_OK)
		return 0;
	plain = build(&e, NULL, false);
	if (build(&e, memo, false) != plain || build(&e, memo, false) != plain)
		abort(); /* a memo changes no answer */
	(void)build(&e, memo, true);
	edoc_memo_free(memo);
	if (ERR_peek_error())
		abort(); /* an error left behind */
	return 0;
}
