/* SPDX-License-Identifier: ISC */
/*
 * Evidence records in both syntaxes over two
 * fixed objects.  What is intact has time-stamps that all hold, and covers
 * nothing but the objects.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "signature/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const objects[] = {"Fermer xo'jaligi, 1-son\n", "<a b='1'/>"};

static const char *name(void *arg, size_t i)
{
	(void)arg;
	return i ? "a.xml" : "one.txt";
}

static enum edoc_code digest(void *arg, size_t i, enum ed_hash hash, unsigned char out[ED_HASH_MAX],
                             struct edoc_error *err)
{
	(void)arg;
	(void)err;
	return ed_hash_bytes(hash, objects[i], strlen(objects[i]), out) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code read_object(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *err)
{
	(void)arg;
	ed_buf_puts(buf, objects[i]);
	return ed_buf_check(buf, "o", err);
}

static void check(const struct ed_record *record)
{
	if (record->n_stamps == 0 || record->renewals != record->n_stamps - 1)
		abort();
	if (record->intact && (!record->found || record->n_covers == 0))
		abort();
	for (size_t i = 0; record->intact && i < record->n_stamps; i++)
		if (!record->stamps[i].intact || !record->stamps[i].found ||
		    !record->stamps[i].tst.intact)
			abort();
	for (size_t i = 0; i < record->n_covers; i++)
		if (record->covers[i].kind != ED_OBJECT_DATA ||
		    !ed_record_covers(record, record->covers[i].name))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ed_data things = {.n = 2, .name = name, .digest = digest, .read = read_object};
	struct ed_arena *arena = ed_arena_new();
	struct ed_material material;
	struct ed_record record;

	if (!arena)
		return 0;
	ed_material_init(&material, arena);
	ed_record_is_der(data, size);
	if (ed_record_read(data, size, "f", &things, &material, arena, &record, NULL) == EDOC_OK) {
		check(&record);
		ed_record_clear(&record);
	}
	if (ERR_peek_error())
		abort();
	ed_arena_free(arena);
	return 0;
}
