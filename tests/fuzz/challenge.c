/* SPDX-License-Identifier: ISC */
/* Any bytes as a challenge to log in: what reads as one is signed for its own
 * audience only, and what begins as one and does not read is signed for none. */
#include <stdlib.h>
#include <string.h>

#include "sign/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool fit(const uint8_t *data, size_t size, const char *audience)
{
	struct edoc_error err = {0};
	enum edoc_code code = ed_challenge_fit(data, size, audience, "f", &err);

	if (code != EDOC_OK && (!*err.msg || err.code != code))
		abort();
	return code == EDOC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edoc_challenge c;
	struct edoc_error err = {0};
	uint8_t *copy;

	if (edoc_challenge_parse(data, size, &c, &err) != EDOC_OK) {
		if (!*err.msg || c.audience[0] || c.nonce[0] || c.sha256[0])
			abort();
		if (fit(data, size, "https://portal.example"))
			abort();
		(void)fit(data, size, NULL);
		return 0;
	}
	if (!c.audience[0] || strlen(c.nonce) != 64 || strlen(c.sha256) != 64)
		abort();
	if (!fit(data, size, c.audience) || fit(data, size, NULL) ||
	    fit(data, size, "https://portal.example.org"))
		abort();
	/* One text for each of these values: a byte more is none. */
	copy = malloc(size + 1);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\n';
	if (edoc_challenge_parse(copy, size + 1, &c, &err) == EDOC_OK ||
	    fit(copy, size + 1, "https://portal.example") || fit(copy, size + 1, NULL))
		abort();
	free(copy);
	return 0;
}
