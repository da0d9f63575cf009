/* SPDX-License-Identifier: ISC */
/* The keys of the route language, in the order in which fmt writes them: the
 * reader refuses what is not here, and profiles/schemas/route.schema.json says
 * the same for other programs. */
#ifndef ED_ROUTE_LANGUAGE_H
#define ED_ROUTE_LANGUAGE_H

#include "door/yaml.h"

struct ed_shape;

struct ed_shape_key {
	const char *name;
	const struct ed_shape *below; /* of what stands there, if it is a map or holds maps */
};

/* Of a map (or of each item of a list, where a list may stand). */
struct ed_shape {
	const char *name;                /* under $defs of the schema */
	const struct ed_shape_key *keys; /* up to a NULL name; NULL: names that the author gives */
	const struct ed_shape *each;     /* then: of what stands under each of them */
	/* Which of several it is; or NULL. */
	const struct ed_shape *(*pick)(const struct ed_yaml *map);
};

extern const struct ed_shape ed_shape_route, ed_shape_title, ed_shape_count, ed_shape_field,
        ed_shape_condition, ed_shape_role, ed_shape_step, ed_shape_withdraw, ed_shape_clock,
        ed_shape_extend, ed_shape_overdue, ed_shape_work, ed_shape_parallel, ed_shape_each, ed_shape_choose,
        ed_shape_case, ed_shape_steps, ed_shape_join, ed_shape_outcome, ed_shape_book,
        ed_shape_delegate, ed_shape_reassign, ed_shape_service, ed_shape_document, ed_shape_fee,
        ed_shape_result, ed_shape_idef0;
extern const struct ed_shape *const ed_shapes[]; /* all with keys, NULL-ended */

#define ED_MAX_SHAPE_KEYS 63

/* Its names, NULL-ended. */
void ed_shape_names(const struct ed_shape *shape, const char *names[ED_MAX_SHAPE_KEYS + 1]);
/* Only keys of the shape; the error names the nearest of them. */
enum edoc_code ed_shape_only(const struct ed_shape *shape, const struct ed_yaml *map,
                             const char *where, struct edoc_error *err) EDOC_CHECK;
/* The shape of a map that stands where `shape` does; a list's is its items'. */
const struct ed_shape *ed_shape_of(const struct ed_shape *shape, const struct ed_yaml *map);
/* Of what stands under the key. */
const struct ed_shape *ed_shape_below(const struct ed_shape *shape, const char *key);

#endif
