/* SPDX-License-Identifier: ISC */
/* Who is told of what, for people and for JSON. */
#ifndef ED_ROUTE_VIEWTOLD_H
#define ED_ROUTE_VIEWTOLD_H

#include "route/desk.h"

/* Whose term an act moved; *visit NULL: the whole case's.  NULL: nobody's. */
const struct ed_clock_def *ed_entry_clock(const struct ed_replay *r, const struct ed_entry *e,
                                          const struct ed_visit **visit);
/* "; tells applicant, control", or nothing; "tells": [roles].  0, or no memory. */
void ed_view_asked(const struct ed_replay *r, const struct ed_entry *e, struct ed_buf *out);
int ed_view_asked_json(const struct ed_replay *r, const struct ed_entry *e, json_t *o);
/* What this desk has told of the case: a line each; "told": [claims], and
 * "reminders": [{step | clock, remind: [{rung, time}], escalate: [roles]}] of
 * terms under way.  Either may be NULL. */
enum edoc_code ed_view_told(struct ed_case *c, struct ed_buf *text, json_t *o,
                            struct edoc_error *err) EDOC_CHECK;

#endif
