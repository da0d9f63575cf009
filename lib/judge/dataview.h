/* SPDX-License-Identifier: ISC */
/*
 * What signatures can be over, as struct ed_data: entries of a container,
 * files given with --data, bytes in memory.  Each is digested once an
 * algorithm, whoever asks.
 */
#ifndef ED_JUDGE_DATAVIEW_H
#define ED_JUDGE_DATAVIEW_H

#include "base/arena.h"
#include "package/asic.h"
#include "signature/data.h"

struct ed_view_object {
	const char *name; /* in the arena */
	size_t entry;     /* of the container, or ED_NO_DATA */
	int fd;           /* a file's, or -1 */
	const unsigned char *p;
	uint64_t len;
	unsigned char *digest[ED_N_HASHES];   /* of a file or bytes; an entry's are asic's */
};

struct ed_view {
	struct ed_data data; /* to be handed on; made by ed_view_data() */
	struct ed_arena *arena;
	struct ed_asic *asic;
	struct ed_view_object *v;
	size_t n, cap;
	uint64_t total, written; /* bytes of all; given by write() so far */
	size_t *by_entry; /* of the container: its index here, or ED_NO_DATA */
};

/* asic: NULL outside of a container. */
void ed_view_init(struct ed_view *view, struct ed_arena *arena, struct ed_asic *asic);
/* All files of the container, whatever they are; their names are copied. */
enum edoc_code ed_view_add_container(struct ed_view *view, struct edoc_error *err) EDOC_CHECK;
/* The names are borrowed. */
enum edoc_code ed_view_add_entry(struct ed_view *view, const char *name, size_t entry,
                                 struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_view_add_file(struct ed_view *view, const char *name, int fd,
                                struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_view_add_bytes(struct ed_view *view, const char *name, const void *p, size_t len,
                                 struct edoc_error *err) EDOC_CHECK;
/* Once all is added; the view must not move any more. */
const struct ed_data *ed_view_data(struct ed_view *view);

#endif
