/* SPDX-License-Identifier: ISC */
/* OCSP answers: an issuer, its certificate, answers that may be about it. */
#include "elements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return answers(data, size, ED_OCSP);
}
