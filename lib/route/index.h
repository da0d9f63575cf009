/* SPDX-License-Identifier: ISC */
/*
 * The index of a desk: the row of each case (route/row.h) and the words that
 * it is found by, in one SQLite file.  A cache: made from the case folders
 * alone, in the order of ids, so that the same desk gives the same bytes.
 *
 *   index/cases.sqlite   made whole as cases.sqlite.new, then kept up to date
 *   index/lock           flock(2)ed by who writes it
 *   index/touched/<case id>.<n>   entry n of that case may be newer (touched.h)
 *   index/shelves        what case/ looked like (touched.h)
 *
 * Its schema has ED_INDEX_VERSION; the release and the agency that it was made
 * for stand in table desk.  Any other is not used, and made anew.
 */
#ifndef ED_ROUTE_INDEX_H
#define ED_ROUTE_INDEX_H

#include <sys/stat.h>

#include "door/db.h"
#include "route/row.h"

#define ED_INDEX_VERSION 5

enum ed_cases { /* which of them are looked at */
	        ED_CASES_ALL,
	        ED_CASES_RUNNING,  /* run, and are here */
	        ED_CASES_DUE,      /* those, and whose terms run at another desk */
	        ED_CASES_SENT,     /* by this desk, and wait for the receipt */
	        ED_CASES_SENDABLE, /* those, and where a send step is open here */
	        ED_CASES_SILENT,   /* whose silence counts by now */
	        ED_CASES_HEALTH,   /* here and running, sent, or from the future */
};

struct ed_index;

/* state but GOOD: *index is NULL. */
enum edoc_code ed_index_open(const char *path, bool write, const char *agency,
                             struct ed_index **index, enum ed_db_state *state,
                             struct edoc_error *err) EDOC_CHECK;
/* A new file, to be filled in the order of ids; ed_index_seal() ends that. */
enum edoc_code ed_index_create(const char *path, const char *agency, struct ed_index **index,
                               struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_index_seal(struct ed_index *index, struct edoc_error *err) EDOC_CHECK;
void ed_index_free(struct ed_index *index);
/* Does SQLite find nothing wrong with its pages? */
bool ed_index_sound(struct ed_index *index);
/* Is that its file? */
bool ed_index_is(const struct ed_index *index, const struct stat *file);
/* Did it fail since the last begin, whatever of the caller's did not? */
bool ed_index_failed(const struct ed_index *index);

/* A reader's look at one moment, or a writer's change: all of it or nothing. */
enum edoc_code ed_index_begin(struct ed_index *index, bool write,
                              struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_index_end(struct ed_index *index, bool keep, struct edoc_error *err) EDOC_CHECK;

/* words: folded, a line each.  What was there of the case goes first. */
enum edoc_code ed_index_put(struct ed_index *index, const struct ed_row *row, const char *words,
                            struct edoc_error *err) EDOC_CHECK;
/* One whose log cannot be read: it is looked at each time. */
enum edoc_code ed_index_put_broken(struct ed_index *index, const char *id,
                                   struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_index_drop(struct ed_index *index, const char *id,
                             struct edoc_error *err) EDOC_CHECK;
/* A path below case/ that is no case's; shelf: the folder it is in, or itself. */
enum edoc_code ed_index_put_stray(struct ed_index *index, const char *shelf, const char *path,
                                  struct edoc_error *err) EDOC_CHECK;
/* "": those of case/ itself. */
enum edoc_code ed_index_drop_strays(struct ed_index *index, const char *shelf,
                                    struct edoc_error *err) EDOC_CHECK;

/* *row NULL: it has none.  All of it is in the arena but the zone. */
enum edoc_code ed_index_get(struct ed_index *index, const char *id, struct ed_arena *arena,
                            struct ed_row **row, struct edoc_error *err) EDOC_CHECK;
/* Number of the newest entry that it knows; 0: it does not know the case. */
enum edoc_code ed_index_seq(struct ed_index *index, const char *id, int64_t *seq,
                            struct edoc_error *err) EDOC_CHECK;
/* Cases of that phase; id: whether that one is, else 0. */
enum edoc_code ed_index_count(struct ed_index *index, enum ed_phase phase, const char *id,
                              int64_t *n, struct edoc_error *err) EDOC_CHECK;

/* Texts one after the other; a row at least as large as asked for. */
enum ed_index_list {
	ED_INDEX_CASES = ED_CASES_HEALTH + 1, /* ids below a shelf, known or broken; arg: it */
	ED_INDEX_WORDS,                       /* ids, and their words */
	ED_INDEX_BROKEN,                      /* ids */
	ED_INDEX_STRAYS,                      /* paths, and their shelves */
	ED_INDEX_WAKES,                       /* ids that wake by now; arg: the language */
	ED_INDEX_LINKED,                      /* ids of who names the case arg, and how */
	ED_INDEX_LISTS,
};
/* list: one of ed_cases or these.  now: what SILENT, HEALTH and WAKES
 * compare with. */
enum edoc_code ed_index_list(struct ed_index *index, int list, const char *arg, int64_t now,
                             struct edoc_error *err) EDOC_CHECK;
/* The next of the list; *id NULL: there is none.  Valid until the next call. */
enum edoc_code ed_index_next(struct ed_index *index, int list, const char **id, const char **also,
                             struct edoc_error *err) EDOC_CHECK;

/* When each case wakes (route/wakes.h).  What is put wakes at once. */

/* *known: by that language and how it was asked before, no later than now; with
 * write it is from here on, unless now is too early. */
enum edoc_code ed_index_telling(struct ed_index *index, const char *lang, const char *how,
                                int64_t now, bool write, bool *known,
                                struct edoc_error *err) EDOC_CHECK;
/* What follows was found at that moment. */
enum edoc_code ed_index_told(struct ed_index *index, const char *lang, int64_t now,
                             struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_index_wake(struct ed_index *index, const char *id, const char *lang,
                             int64_t wakes, struct edoc_error *err) EDOC_CHECK;

/* Calls fn with the id of each case that the two tell differently. */
enum edoc_code ed_index_compare(struct ed_index *index, const char *other,
                                enum edoc_code (*fn)(void *arg, const char *id,
                                                     struct edoc_error *err),
                                void *arg, struct edoc_error *err) EDOC_CHECK;

#endif
