/* SPDX-License-Identifier: ISC */
/* XAdES: every seed was signed at one moment with one role.  Whatever is made
 * of the seeds and passes without an error must still say so: no one here has
 * the keys. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "judge/rules.h"
#include "signature/xades.h"

#define AT 1772683869
#define ROLE "Сардор"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum edoc_code digest_entry(void *arg, const char *name, enum ed_hash hash,
                                   unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	(void)arg;
	(void)err;
	if (strcmp(name, "a.txt") && strcmp(name, "b.txt"))
		return EDOC_ERR_ABSENT;
	return ed_hash_bytes(hash, name, strlen(name), out) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static bool has_error(const struct ed_xades *x)
{
	for (size_t i = 0; i < x->findings.n; i++) {
		const struct ed_rule *rule = ed_rule(x->findings.v[i].code);

		if (!rule)
			abort(); /* a code that nothing explains */
		if (rule->severity == EDOC_ERROR)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_xades *sigs = NULL;
	struct edoc_error err;
	size_t n = 0;

	if (ed_xades_check(data, size, "fuzz", ED_MAX_XML_BYTES, arena, digest_entry, NULL, &sigs,
	                   &n, &err) == EDOC_OK)
		for (size_t i = 0; i < n; i++)
			if (sigs[i].intact_data && sigs[i].intact_signature && sigs[i].bound &&
			    !has_error(&sigs[i]) &&
			    (sigs[i].claimed_time != AT || !sigs[i].role ||
			     strcmp(sigs[i].role, ROLE) || sigs[i].n_covers != 2))
				abort();
	ed_xades_clear(sigs, n);
	ed_arena_free(arena);
	return 0;
}
