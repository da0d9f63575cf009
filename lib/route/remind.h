/* SPDX-License-Identifier: ISC */
/* Reminders of a term under way: which is due to be told, and that it was. */
#ifndef ED_ROUTE_REMIND_H
#define ED_ROUTE_REMIND_H

#include "route/desk.h"

/* A rung whose time has come: "-3wd", "due", "+2wd"; "overdue", "overdue+1wd". */
struct ed_reached {
	char name[40];
	int64_t at; /* its time: the first moment of its day, or that after the term */
};

/*
 * The newest rung of "remind" that the time has reached, or of "overdue":
 * what was missed is told by it.  false: none, or the clock stands still or is
 * over.  A rung that the calendar cannot place is not there.
 */
bool ed_remind_reached(const struct ed_clock *clock, const struct ed_engine *engine, int64_t now,
                       struct ed_reached *rung);
bool ed_overdue_reached(const struct ed_clock *clock, const struct ed_engine *engine, int64_t now,
                        struct ed_reached *rung);
/* When another rung comes after now, if nothing is done meanwhile; INT64_MAX: none. */
int64_t ed_remind_next(const struct ed_clock *clock, const struct ed_engine *engine, int64_t now);
/* When the i-th rung of "remind" comes (the first time), and its name as the
 * route writes it; ED_TIME_NONE: it does not. */
int64_t ed_remind_rung(const struct ed_clock *clock, const struct ed_engine *engine, size_t i,
                       char name[40]);
/* Does "remind" go on after the term? */
bool ed_reminds_late(const struct ed_clock_def *clock);

/*
 * case/.../told/<name>, format "edoc-told/1": that something was told that the
 * route asks to tell, and to whom.  It is put there once, by link(2), before
 * the notices, which are made from it, each once (notice.h), by whoever finds
 * it: killed in between, nothing is lost and nothing told twice.
 *
 *   <step>.<visit>.<due>.<rung>    a reminder; a route's clock is its name and
 *                                  visit 0; a term that moved has another end,
 *                                  and so other rungs
 *   <step>.<visit>.<event>         opened, done, ended
 *   extended.<16 hex of the entry>
 */
const char *ed_told_rung(struct ed_case *c, const struct ed_clock *clock,
                         const struct ed_reached *rung);
const char *ed_told_visit(struct ed_case *c, const struct ed_visit *visit, const char *event);
/* what: an object, to: a list of {person, name, post, agency, waits}; both are
 * taken over.  *claim is ours, or the one that is there; NULL: nobody is to
 * hear of it yet. */
enum edoc_code ed_told_claim(struct ed_case *c, const char *name, json_t *what, json_t *to,
                             int64_t now, json_t **claim, struct edoc_error *err) EDOC_CHECK;
/* All claims of the case, a list in the order of their names. */
enum edoc_code ed_told_claims(struct ed_case *c, json_t **list, struct edoc_error *err) EDOC_CHECK;

#endif
