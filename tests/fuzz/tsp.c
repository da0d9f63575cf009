/* SPDX-License-Identifier: ISC */
/* Time-stamp tokens and responses; what is intact was signed by a certificate
 * at hand, and over the digest that it says. */
#include <stdlib.h>

#include <openssl/err.h>

#include "base/time.h"
#include "signature/tsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	} else if (tst.signer) {
		abort();
	}
	ed_tst_clear(&tst);
	if (ERR_peek_error())
		abort(); /* an error left behind */
	ed_arena_free(arena);
	return 0;
}
