/* SPDX-License-Identifier: ISC */
/* A fuzz target's input as DER elements one after another: certificates first,
 * then what is said about them. */
#ifndef ELEMENTS_H
#define ELEMENTS_H

#include <stdlib.h>

#include <openssl/err.h>

#include "base/ber.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/memo.h"
#include "trust/chain.h"
#include "trust/revocation.h"

#define MAX_ELEMENTS 12

struct elements {
	struct ed_ber v[MAX_ELEMENTS];
	size_t n;
};

__attribute__((unused)) static struct elements split(const uint8_t *data, size_t size)
{
	struct elements e = {.n = 0};
	struct ed_ber_reader r;

	ed_ber_start(&r, data, size);
	while (e.n < MAX_ELEMENTS && ed_ber_next(&r, &e.v[e.n]))
		e.n++;
	return e;
}

__attribute__((unused)) static size_t count(const struct ed_revocations *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (!r->v[i].signer || !r->v[i].sha256 ||
		    (r->v[i].status == ED_REV_REVOKED) != (r->v[i].revoked_at != ED_TIME_NONE))
			abort();
		if (i > 0 && r->v[i].this_update > r->v[i - 1].this_update)
			abort(); /* newest first */
	}
	return r->n;
}

/* The first element is the issuer, the second its certificate, the others are
 * of that kind.  trusting: as if all signatures of the issuer verified, to
 * come to what lies behind them. */
__attribute__((unused)) static size_t evidence(const struct elements *e, enum ed_material_kind kind,
                                               struct edoc_memo *memo, bool trusting)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_cert *issuer = NULL, *cert = NULL;
	const struct ed_revocations *r = NULL, *again;
	struct edoc_trust *trust = NULL;
	struct ed_pool *pool = NULL;
	struct ed_material m;
	size_t n = 0;

	ed_material_init(&m, arena);
	m.memo = memo;
	if (edoc_trust_new(&trust, NULL) != EDOC_OK ||
	    edoc_trust_add_memory(trust, e->v[0].whole, e->v[0].whole_len, EDOC_FOR_ALL, NULL) !=
	            EDOC_OK ||
	    ed_cert_parse(e->v[0].whole, e->v[0].whole_len, "f", arena, &issuer, NULL) != EDOC_OK ||
	    ed_cert_parse(e->v[1].whole, e->v[1].whole_len, "f", arena, &cert, NULL) != EDOC_OK)
		goto out;
	for (size_t i = 2; i < e->n; i++) {
		size_t blob;

		if (ed_material_add(&m, kind, e->v[i].whole, e->v[i].whole_len, "f", &blob, NULL) !=
		    EDOC_OK)
			goto out;
		if (trusting)
			ed_memo_keep_verified(memo, m.v[blob].sha256, issuer->sha256);
	}
	if (ed_pool_new(&m, trust, arena, &pool, NULL) != EDOC_OK)
		goto out;
	if (ed_revocation_about(pool, cert, issuer, "f", &r, NULL) == EDOC_OK) {
		n = count(r);
		if (ed_revocation_about(pool, cert, issuer, "f", &again, NULL) != EDOC_OK ||
		    again != r)
			abort();
	}
	(void)ed_cert_urls(cert, ED_URL_CRL, arena);
	(void)ed_cert_urls(cert, ED_URL_OCSP, arena);
	(void)ed_cert_urls(cert, ED_URL_ISSUER, arena);
out:
	ed_pool_free(pool);
	ed_cert_clear(issuer);
	ed_cert_clear(cert);
	edoc_trust_free(trust);
	ed_arena_free(arena);
	return n;
}

__attribute__((unused)) static int answers(const uint8_t *data, size_t size,
                                           enum ed_material_kind kind)
{
	struct elements e = split(data, size);
	struct edoc_memo *memo = NULL;
	size_t plain;

	if (e.n < 3 || edoc_memo_new(&memo, NULL) != EDOC_OK)
		return 0;
	plain = evidence(&e, kind, NULL, false);
	if (evidence(&e, kind, memo, false) != plain || evidence(&e, kind, memo, false) != plain)
		abort(); /* a memo changes no answer */
	if (evidence(&e, kind, memo, true) < plain)
		abort();
	edoc_memo_free(memo);
	if (ERR_peek_error())
		abort(); /* an error left behind */
	return 0;
}

#endif
