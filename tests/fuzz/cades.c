/* SPDX-License-Identifier: ISC */
/* CAdES: every seed is over one content, given beside it too, and those that
 * hold were signed at one moment.  Whatever is made of them and passes without
 * an error must still say so: no one here has the keys. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "judge/rules.h"
#include "signature/cades.h"

#define AT 1780000000
static const char content[] = "Salom, dunyo!\n";
#define LEN (sizeof content - 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *name_it(void *arg, size_t i)
{
	(void)arg;
	(void)i;
	return "letter.txt";
}

static enum edoc_code digest_it(void *arg, size_t i, enum ed_hash hash,
                                unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	(void)arg;
	(void)i;
	(void)err;
	return ed_hash_bytes(hash, content, LEN, out) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code read_it(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *err)
{
	(void)arg;
	(void)i;
	ed_buf_put(buf, content, LEN);
	return ed_buf_check(buf, "letter.txt", err);
}

static bool has_error(const struct ed_findings *findings)
{
	bool error = findings->lost;

	for (size_t i = 0; i < findings->n; i++) {
		const struct ed_rule *rule = ed_rule(findings->v[i].code);

		if (!rule)
			abort(); /* a code that nothing explains */
		error |= rule->severity == EDOC_ERROR;
	}
	return error;
}

static void look(const struct ed_ades *s, bool counter)
{
	bool good = s->intact_data && s->intact_signature && s->bound && !has_error(&s->findings);

	if (good && (s->claimed_time != AT || !s->signer))
		abort();
	if (good && !counter &&
	    (s->n_covers == 0 || strcmp(s->covers[s->n_covers - 1], "letter.txt") != 0))
		abort();
	for (size_t i = 0; i < s->n_stamps; i++) {
		const struct ed_stamp *t = &s->stamps[i];
		(void)has_error(&t->findings);
		if (!t->intact && t->n_covers > 0)
			abort(); /* what fails proves nothing */
	}
	for (size_t i = 0; i < s->n_records; i++)
		(void)has_error(&s->records[i].findings);
	for (size_t i = 0; i < s->n_counter; i++)
		look(&s->counter[i], true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ed_data beside = {
	        .n = 1, .name = name_it, .digest = digest_it, .read = read_it};
	struct ed_arena *arena = ed_arena_new();
	struct ed_material material;
	struct ed_cades cades;
	struct edoc_error err;

	ed_material_init(&material, arena);
	if (ed_cades_read(data, size, "fuzz", &beside, ED_NO_DATA, &material, arena, &cades,
	                  &err) == EDOC_OK) {
		for (size_t i = 0; i < cades.n; i++)
			look(&cades.sigs[i], false);
		ed_ades_clear(cades.sigs, cades.n);
	}
	ed_arena_free(arena);
	return 0;
}
