/* SPDX-License-Identifier: ISC */
/* What the readers of a route file's parts share: names, terms, lists, and
 * errors with line and column. */
#ifndef ED_ROUTE_GRAMMAR_H
#define ED_ROUTE_GRAMMAR_H

#include "door/yaml.h"
#include "route/definition.h"
#include "route/language.h"

struct ed_def {
	const char *where;
	struct ed_arena *arena;
	struct edoc_error *err;
	struct ed_route *route;
	size_t n_steps; /* in all */
	int depth;      /* of blocks in blocks */
};

/* Only keys of the shape; a key that routing.md plans and this release does not run
 * is refused by name. */
enum edoc_code ed_def_only(struct ed_def *p, const struct ed_yaml *map,
                           const struct ed_shape *shape) EDOC_CHECK;
bool ed_def_later(const char *key);
bool ed_def_one_of(const char *text, const char *const *list);
enum edoc_code ed_def_check_id(struct ed_def *p, const struct ed_yaml *node) EDOC_CHECK;
enum edoc_code ed_def_id(struct ed_def *p, const struct ed_yaml *map, const char *key,
                         bool required, const char **out) EDOC_CHECK;
/* One line of at most 1000 bytes. */
enum edoc_code ed_def_text(struct ed_def *p, const struct ed_yaml *map, const char *key,
                           bool required, const char **out) EDOC_CHECK;
enum edoc_code ed_def_term(struct ed_def *p, const struct ed_yaml *node,
                           struct ed_term *term) EDOC_CHECK;
/* A list, each once, as a NULL-ended array; ids: names. */
enum edoc_code ed_def_words(struct ed_def *p, const struct ed_yaml *node, bool ids,
                            const char *const **out) EDOC_CHECK;
enum edoc_code ed_def_times(struct ed_def *p, const struct ed_yaml *map, int *times) EDOC_CHECK;
/* One of the words, by its place in the list; absent: 0. */
enum edoc_code ed_def_choice(struct ed_def *p, const struct ed_yaml *map, const char *key,
                             const char *const *words, int *choice) EDOC_CHECK;
enum edoc_code ed_def_role_at(struct ed_def *p, const struct ed_yaml *node,
                              const struct ed_role **role) EDOC_CHECK;
enum edoc_code ed_def_role(struct ed_def *p, const struct ed_yaml *map, const char *key,
                           bool required, const struct ed_role **role) EDOC_CHECK;
enum edoc_code ed_def_condition(struct ed_def *p, const struct ed_yaml *map,
                                const struct ed_condition **condition) EDOC_CHECK;

/* The list under "steps:" into the block, which knows its owner. */
enum edoc_code ed_def_steps(struct ed_def *p, const struct ed_yaml *list,
                            struct ed_route_block *block) EDOC_CHECK;
/* A branch that is one step: its map, into the block's only step. */
enum edoc_code ed_def_single(struct ed_def *p, const struct ed_yaml *map,
                             struct ed_route_block *block) EDOC_CHECK;
/* "extend", "stop-on", "stop-by", "remind" and "overdue" of a step that `by`
 * does (NULL: nobody by himself), or of a clock; `item` as in ed_def_notify();
 * the map under "clocks:" (clockdef.c). */
enum edoc_code ed_def_clock(struct ed_def *p, const struct ed_yaml *map, const struct ed_role *by,
                            bool item, struct ed_clock_def *clock) EDOC_CHECK;
enum edoc_code ed_def_clocks(struct ed_def *p, const struct ed_yaml *map) EDOC_CHECK;
/* "silent: agree | refuse", of a step or of a join's branches; only in a route
 * with a basis.  NONE: it is not there. */
enum edoc_code ed_def_silent(struct ed_def *p, const struct ed_yaml *map,
                             enum ed_result *silent) EDOC_CHECK;
/* Can the step come to its silence?  `at` is for the place of an error. */
enum edoc_code ed_def_check_silent(struct ed_def *p, const struct ed_yaml *at,
                                   const struct ed_route_step *step) EDOC_CHECK;
/* "notify: ROLE" or a list of roles, into *roles; "initiator" is always one.
 * `item`: there is an agency that `each` stands at (reminddef.c). */
enum edoc_code ed_def_notify(struct ed_def *p, const struct ed_yaml *map, bool item,
                             struct ed_roles *roles) EDOC_CHECK;
/* "remind" and "overdue" of a step or a clock. */
enum edoc_code ed_def_reminders(struct ed_def *p, const struct ed_yaml *map, bool item,
                                struct ed_clock_def *clock) EDOC_CHECK;
/* Whoever submitted the case, alone. */
extern const struct ed_roles ed_to_initiator;
/* What parallel, each and choose have beside other steps (joins.c). */
enum edoc_code ed_def_join(struct ed_def *p, const struct ed_yaml *map,
                           struct ed_route_step *step) EDOC_CHECK;
enum edoc_code ed_def_choose(struct ed_def *p, const struct ed_yaml *map,
                             struct ed_route_step *step) EDOC_CHECK;

/* "delegate" and "reassign" of a step (setters.c). */
enum edoc_code ed_def_hands(struct ed_def *p, const struct ed_yaml *map,
                            struct ed_route_step *step) EDOC_CHECK;
/* Which steps set the terms of others ("sets-term"), once all are read (setterm.c). */
enum edoc_code ed_def_terms(struct ed_def *p) EDOC_CHECK;
/* Which steps name who acts at others ("set-by"), once all are read (setters.c). */
enum edoc_code ed_def_setters(struct ed_def *p, const struct ed_yaml *root) EDOC_CHECK;

#endif
