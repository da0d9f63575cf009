/* SPDX-License-Identifier: ISC */
/* All cases of a desk, in an order that their rows ask for. */
#ifndef ED_ROUTE_LIST_H
#define ED_ROUTE_LIST_H

#include "route/desk.h"
#include "route/told.h"

struct ed_listing {
	struct edoc_desk *desk;
	int64_t now;
	const char *verb;
	/* Tells of the case, as rows of the tale (ed_tale_row()), and counts them. */
	enum edoc_code (*list)(struct ed_listing *l, struct ed_case *c, struct edoc_error *err);
	const void *arg;
	struct ed_tale tale;
	size_t n;
};

/* What is no case, or a broken one, is told last and hides no other. */
enum edoc_code ed_listing_run(struct ed_listing *l, char **text, char **json,
                              struct edoc_error *err) EDOC_CHECK;
/* Runs here, and somebody of this desk is waited for, or could be. */
bool ed_listing_runs(const struct ed_case *c);

#endif
