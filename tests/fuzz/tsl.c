/* SPDX-License-Identifier: ISC */
/* Trusted lists, as XML and compiled.  What is read is written, and what is
 * written is read back the same. */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/limits.h"
#include "trust/tsl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct ed_tsl *tsl, struct ed_arena *arena)
{
	struct ed_buf text, again;
	struct ed_tsl back;

	ed_buf_init(&text, 2 * ED_MAX_XML_BYTES);
	ed_buf_init(&again, 2 * ED_MAX_XML_BYTES);
	if (ed_tsl_write(tsl, &text, NULL) != EDOC_OK)
		abort();
	if (ed_tsl_load(text.data, text.len, "f", arena, &back, NULL) != EDOC_OK)
		abort();
	if (ed_tsl_write(&back, &again, NULL) != EDOC_OK || again.len != text.len ||
	    memcmp(again.data, text.data, text.len) != 0)
		abort();
	ed_tsl_clear(&back);
	ed_buf_clear(&text);
	ed_buf_clear(&again);
}

static void check_order(const struct ed_trust_service *service)
{
	if (!service->n)
		abort();
	for (size_t i = 0; i < service->n; i++)
		if ((i && service->status[i].from <= service->status[i - 1].from) ||
		    (service->status[i].granted && service->status[i].why))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_tsl tsl;
	enum edoc_code rc;

	if (!arena)
		return 0;
	rc = ed_tsl_is_text(data, size) ? ed_tsl_load(data, size, "f", arena, &tsl, NULL)
	                                : ed_tsl_parse(data, size, "f", arena, &tsl, NULL);
	if (rc == EDOC_OK) {
		for (size_t i = 0; i < tsl.n; i++)
			check_order(&tsl.services[i].listed);
		round_trip(&tsl, arena);
		ed_tsl_clear(&tsl);
	}
	if (ERR_peek_error())
		abort();
	ed_arena_free(arena);
	return 0;
}
