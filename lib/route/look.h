/* SPDX-License-Identifier: ISC */
/*
 * One look at the cases of a desk: rows of its index, and of the case folders
 * that the index does not know yet; without an index, of all folders.  Either
 * way it is the same rows in the same order, that of ids.
 */
#ifndef ED_ROUTE_LOOK_H
#define ED_ROUTE_LOOK_H

#include "route/desk.h"
#include "route/index.h"

struct ed_look {
	struct edoc_desk *desk;
	int64_t now;
	struct ed_index *index; /* NULL: there is none, or it may not be used */
	const char *trouble;    /* why an index that is there is not used, or NULL */
	struct ed_arena *arena;
	const char **fresh; /* ids that the folders tell of, sorted */
	size_t n_fresh, cap_fresh;
	struct ed_stray *strays; /* in order */
	size_t n_strays, cap_strays;
};

/* What is no case of ours; below case/. */
struct ed_stray {
	const char *shelf, *path;
};

/* A case that was met. */
struct ed_met {
	const char *id;
	const struct ed_row *row; /* NULL: its log cannot be read */
	const char *warning;      /* then: why */
	bool folder;              /* it was looked at there, whatever was asked for */
};
typedef enum edoc_code ed_met_fn(void *arg, const struct ed_met *met, struct edoc_error *err);

/* walk: without the index.  The index is brought up to date where we may write
 * it and nobody else does. */
enum edoc_code ed_look_open(struct edoc_desk *desk, bool walk, int64_t now, struct ed_look *look,
                            struct edoc_error *err) EDOC_CHECK;
void ed_look_close(struct ed_look *look);
/* Those of a set; words (NULL-ended, or NULL): that have all of them. */
enum edoc_code ed_look_cases(struct ed_look *look, enum ed_cases set, const char *const *words,
                             ed_met_fn *fn, void *arg, struct edoc_error *err) EDOC_CHECK;
/* How many of that phase the index tells of beside those that a look meets in
 * their folders. */
enum edoc_code ed_look_count(struct ed_look *look, enum ed_phase phase, int64_t *n,
                             struct edoc_error *err) EDOC_CHECK;

/* Open, one set, close; where the index fails in the middle all is met again
 * in the folders, after `again` was called, and look->trouble says so. */
struct ed_looking {
	struct edoc_desk *desk;
	int64_t now;
	enum ed_cases set;
	const char *const *words;
	ed_met_fn *met;
	void (*again)(void *arg);
	/* After all cases: strays, trouble, counts; or NULL. */
	enum edoc_code (*end)(void *arg, struct ed_look *look, struct edoc_error *err);
	void *arg;
};
enum edoc_code ed_look(const struct ed_looking *looking, struct edoc_error *err) EDOC_CHECK;
/* Ids for jobs, of those that are wanted (NULL: all that can be read);
 * ed_names_free(). */
typedef bool ed_wanted_fn(struct edoc_desk *desk, const struct ed_met *met);
enum edoc_code ed_look_ids(struct edoc_desk *desk, enum ed_cases set, int64_t now,
                           ed_wanted_fn *wanted, char ***ids, struct edoc_error *err) EDOC_CHECK;
/* Puts the case, as it is in its folder, into the index; *seq of its last
 * entry, 0: broken, or there is none. */
enum edoc_code ed_index_case(struct ed_index *index, struct edoc_desk *desk, const char *id,
                             int64_t *seq, bool *broken, struct edoc_error *err) EDOC_CHECK;
/* The lock of who writes the index; -1: another has it, or we may not. */
int ed_index_lock(struct edoc_desk *desk);

/* The row of a case that is loaded, in its arena; NULL: out of memory. */
struct ed_row *ed_case_row(struct ed_case *c);
/* What it waits for, as far as this desk knows. */
void ed_case_answer(struct ed_case *c, struct ed_buf *out);

#endif
