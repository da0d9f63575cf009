/* SPDX-License-Identifier: ISC */
/* Who hears of something: people of the directory, by the roles of a route. */
#ifndef ED_ROUTE_HEARERS_H
#define ED_ROUTE_HEARERS_H

#include "route/desk.h"

struct ed_hearer {
	const char *person, *name; /* NULL: nobody holds the post on that day */
	const char *post, *agency; /* NULL: of whoever began the case */
	bool waits;                /* he is waited for */
};

struct ed_hearing { /* each once */
	const struct ed_case *c;
	const struct ed_state *state;         /* of the chain that it is about */
	const struct ed_directory *directory; /* NULL: not known */
	int64_t now;
	struct ed_arena *arena;
	struct ed_hearer *v;
	size_t n, cap;
	bool lost; /* no memory */
};

void ed_hear_initiator(struct ed_hearing *h);
/* Those who may do the open step at this desk; where nobody holds its post his
 * deputies, and where there are none, with `vacant`, the post. */
void ed_hear_waited(struct ed_hearing *h, const struct ed_visit *visit, bool vacant);
/* The same for roles, of this desk's agency unless they say another; scope is
 * where an `each` stands.  A role that no step has named yet is nobody. */
void ed_hear_roles(struct ed_hearing *h, const struct ed_roles *roles,
                   const struct ed_scope *scope);

/* [{person, name, post, agency, waits}], and back, borrowing from the list. */
json_t *ed_hearing_json(const struct ed_hearing *h);
void ed_hear_json(struct ed_hearing *h, const json_t *list);

#endif
