/* SPDX-License-Identifier: ISC */
/* When a case came that was on paper: somebody of an agency attests it, and
 * the terms that run from its receipt run from then. */
#include <string.h>

#include "base/err.h"
#include "route/decide.h"
#include "route/passport.h"

int64_t ed_came(const char *received, int64_t submitted)
{
	int64_t t;

	return received && ed_time_parse(received, &t) ? t : submitted;
}

/* The last moment to enter what came on paper; ED_TIME_NONE: the route names none. */
static int64_t last_entering(struct ed_decision *j, int64_t came)
{
	const struct ed_engine *e = j->engine;
	const struct ed_passport *passport = e->route->passport;
	struct edoc_error err = {0};
	int64_t due = ED_TIME_NONE;

	if (!passport || passport->enter_within.unit == ED_TERM_NONE)
		return ED_TIME_NONE;
	if (ed_term_due(passport->enter_within, &e->route->count, e->calendar, e->zone, came, &due,
	                &err))
		ed_broken(j, "route.calendar", "enter-within",
		          ed_arena_printf(e->arena, "%s: %s", err.where, err.msg), NULL);
	return due;
}

void ed_check_came(struct ed_decision *j)
{
	const char *received = j->act.received;
	int64_t came = ed_came(received, j->act.time), last;

	if (!received)
		return;
	if (!j->actor.agency)
		ed_broken(j, "route.received-by", ed_person_id(j), NULL, NULL);
	if (came > j->act.time) {
		ed_broken(j, "route.received", received, ed_time_text(j, j->act.time), NULL);
		return;
	}
	last = last_entering(j, came);
	if (last != ED_TIME_NONE && j->act.time > last)
		ed_broken(j, "route.received-late", received, ed_time_text(j, last), NULL);
}
