/* SPDX-License-Identifier: ISC */
#include "signature/tsp.h"

void ed_tst_clear(struct ed_tst *tst)
{
	ed_cert_clear(tst->signer);
}
