/* SPDX-License-Identifier: ISC */
/* Time-stamp tokens and responses; what is intact was signed by a certificate
 * at hand, and over the digest that it says.  As an answer to a request it is
 * taken only when it is all that, and answers this one. */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/time.h"
#include "base/limits.h"
#include "signature/tspask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The request that it would answer, or another one. */
static struct ed_tsq request_of(const struct ed_tst *tst)
{
	struct ed_tsq tsq = {.hash = ED_SHA256};

	if (tst && tst->imprint_hash && tst->imprint_len == ed_hash_size(tst->imprint_hash)) {
		tsq.hash = tst->imprint_hash;
		memcpy(tsq.imprint, tst->imprint, tst->imprint_len);
	}
	if (tst && tst->nonce_len && tst->nonce_len <= sizeof(tsq.nonce))
		memcpy(tsq.nonce + sizeof(tsq.nonce) - tst->nonce_len, tst->nonce, tst->nonce_len);
	return tsq;
}

static void answer(const uint8_t *data, size_t size, const struct ed_tst *tst)
{
	struct ed_tsq tsq = request_of(tst);
	struct ed_buf token;
	enum edoc_code code;

	ed_buf_init(&token, ED_MAX_STAMP);
	code = ed_tsr_token(&tsq, data, size, "f", &token, NULL);
	if (code == EDOC_OK &&
	    (!tst || !tst->intact || !tst->bound || !tst->nonce || token.len != tst->len))
		abort();
	if (code != EDOC_OK && token.len)
		abort();
	ed_buf_clear(&token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_material material;
	struct ed_tst tst;

	if (!arena)
		return 0;
	ed_material_init(&material, arena);
	if (ed_tst_read(data, size, "f", &material, arena, &tst, NULL) == EDOC_OK) {
		if (!tst.der || tst.time == ED_TIME_NONE || !tst.policy || !tst.serial)
			abort();
		if ((tst.intact || tst.bound) && !tst.signer)
			abort();
		if (tst.intact && tst.imprint_hash &&
		    tst.imprint_len != ed_hash_size(tst.imprint_hash))
			abort();
		if (!tst.intact && tst.findings.n == 0)
			abort(); /* why not, then? */
		answer(data, size, &tst);
	} else if (tst.signer) {
		abort();
	} else {
		answer(data, size, NULL);
	}
	ed_tst_clear(&tst);
	if (ERR_peek_error())
		abort(); /* an error left behind */
	ed_arena_free(arena);
	return 0;
}
