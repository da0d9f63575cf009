/* SPDX-License-Identifier: ISC */
/*
 * Of which cases something may have to be told by now: what a tick looks at.
 *
 * Whoever looked at a case knows when something can be told of it next, if
 * nobody writes it meanwhile; the index keeps that moment for each language
 * (table wakes), and forgets it when the case's row is put anew.  Without an
 * index, with one that may not be written and knows nothing yet, or by a clock
 * that went back, it is all cases: the claims (notice.h, remind.h) see to it
 * that nothing is told twice, so the same is told either way.
 */
#ifndef ED_ROUTE_WAKES_H
#define ED_ROUTE_WAKES_H

#include "route/look.h"

#define ED_WAKES_NEVER INT64_MAX /* not before it is written again */

struct ed_wakes {
	struct ed_look look;
	const char *lang;
	int lock;          /* -1: nothing is noted */
	struct ed_wake *v; /* to be noted */
	size_t n;
	struct ed_arena *arena;
};

/* how: what else it depends on what is told and to whom; another than before
 * wakes all that are not for never.  ids: ed_names_free().  ed_wakes_close()
 * also after an error. */
enum edoc_code ed_wakes_open(struct edoc_desk *desk, const char *lang, const char *how, int64_t now,
                             struct ed_wakes *wakes, char ***ids,
                             struct edoc_error *err) EDOC_CHECK;
/* A cache: what cannot be noted is looked at again. */
void ed_wakes_note(struct ed_wakes *wakes, const char *id, int64_t next);
void ed_wakes_close(struct ed_wakes *wakes);

#endif
