/* SPDX-License-Identifier: ISC */
/* CRLs: an issuer, its certificate, lists that may be about it. */
#include "elements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return answers(data, size, ED_CRL);
}
