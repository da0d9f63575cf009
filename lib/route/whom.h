/* SPDX-License-Identifier: ISC */
/* Whom a command line means. */
#ifndef ED_ROUTE_WHOM_H
#define ED_ROUTE_WHOM_H

#include "route/engine.h"

/* PERSON (id or "scheme:value"), POST@AGENCY[/UNIT] or AGENCY; the role stays. */
enum edoc_code ed_whom(const struct ed_directory *directory, const char *text,
                       struct ed_arena *arena, struct ed_named *out,
                       struct edoc_error *err) EDOC_CHECK;
/* What "--to" said; n_words more than n: not all of it could be read. */
struct ed_whom_said {
	struct ed_named *v;
	size_t n, n_words;
};
/* A NULL-ended list (or NULL) of these, each with "ROLE=" before it or not. */
enum edoc_code ed_whom_list(const struct ed_directory *directory, const char *const *texts,
                            struct ed_arena *arena, struct ed_whom_said *said,
                            struct edoc_error *err) EDOC_CHECK;
/* Could "assign" of an entry have been made of it? */
bool ed_whom_is(const struct ed_whom_said *said, const json_t *assign);

#endif
