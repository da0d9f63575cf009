/* SPDX-License-Identifier: ISC */
/*
 * What the index (route/index.h) may not know yet.
 *
 * Before the log of a case gets its number n, whoever writes it makes the empty
 * file index/touched/<case id>.<n>.  It goes once the index has a row of that
 * entry or a later one; a process that died in between leaves a mark, and so
 * at most a case that is looked at once too often.  Whoever asks the index
 * reads the marks first: an entry that came before the question is in the
 * index, or marked.  Without the folder there is no index, and no mark.
 *
 * index/shelves says when each folder of case/ was last changed as far as the
 * index knows: a case that was copied there, or taken away, by other hands is
 * seen by that.
 */
#ifndef ED_ROUTE_TOUCHED_H
#define ED_ROUTE_TOUCHED_H

#include <time.h>

#include "route/desk.h"

struct ed_touched {
	char id[ED_CASE_ID];
	int64_t entry; /* 0: something else came, and is there */
	const char *name;
};

/* *marked false: there is no index.  It is on the disk before the entry is. */
enum edoc_code ed_touch(struct edoc_desk *desk, const char *id, size_t entry, bool *marked,
                        struct edoc_error *err) EDOC_CHECK;
/* What changes a case without an entry is marked once it is there: sha256, of
 * what.  Who takes such things in says that he has only after that. */
enum edoc_code ed_touch_also(struct edoc_desk *desk, const char *id, const char *sha256,
                             struct edoc_error *err) EDOC_CHECK;
/* Where it could not be marked before: an index may have been begun since. */
void ed_touch_late(struct edoc_desk *desk, const char *id, size_t entry);
/* All marks, by id; *there false: there is no index. */
enum edoc_code ed_touched_list(struct edoc_desk *desk, struct ed_arena *arena,
                               struct ed_touched **list, size_t *n, bool *there,
                               struct edoc_error *err) EDOC_CHECK;
/* What cannot be removed does no harm. */
void ed_touched_drop(struct edoc_desk *desk, const struct ed_touched *mark);

struct ed_shelf { /* a folder of case/; "" is case/ itself */
	char name[3];
	struct timespec changed;
	bool known; /* as the index knew it */
};

/* As they are now, sorted; known by index/shelves. */
enum edoc_code ed_shelves_read(struct edoc_desk *desk, struct ed_arena *arena,
                               struct ed_shelf **list, size_t *n,
                               struct edoc_error *err) EDOC_CHECK;
/* All are known by now, but those with a folder that holds no case: a copy of
 * one may be on its way into it. */
void ed_shelves_know(struct ed_shelf *list, size_t n, const char *const *empty, size_t n_empty);
/* Those that are known. */
enum edoc_code ed_shelves_write(struct edoc_desk *desk, const struct ed_shelf *list, size_t n,
                                struct edoc_error *err) EDOC_CHECK;

#endif
