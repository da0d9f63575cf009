/* SPDX-License-Identifier: ISC */
/* Where later steps are done: the agencies to which a route's ways lead. */
#ifndef ED_ROUTE_PLACES_H
#define ED_ROUTE_PLACES_H

#include "base/arena.h"
#include "route/engine.h"

struct ed_places {
	const char **v; /* each agency at which all those steps may come to be done */
	size_t n;
	bool any; /* the route does not say: one is chosen when the case is sent */
	/* One of the steps that ask for the role; NULL: no way leads to one. */
	const struct ed_route_step *step;
	const char *at; /* where that one is done, on one of the ways */
};

/* Of the steps whose role the visit's step sets, once it is done at the agency `at`.
 * false: no memory. */
bool ed_places_find(const struct ed_visit *visit, const char *at, const struct ed_role *role,
                    struct ed_arena *arena, struct ed_places *places);
bool ed_places_has(const struct ed_places *places, const char *agency);

#endif
