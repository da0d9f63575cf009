/* SPDX-License-Identifier: ISC */
/* All cases of a desk, in an order that their rows ask for. */
#ifndef ED_ROUTE_LIST_H
#define ED_ROUTE_LIST_H

#include "route/look.h"
#include "route/told.h"

struct ed_listing {
	struct edoc_desk *desk;
	int64_t now;
	const char *verb;
	enum ed_cases set;
	const char *const *words; /* that cases must have, NULL-ended; or NULL */
	/* Tells of the case, as rows of the tale (ed_tale_row()), and counts them. */
	enum edoc_code (*list)(struct ed_listing *l, const struct ed_row *row,
	                       struct edoc_error *err);
	void *arg;
	struct ed_tale tale;
	size_t n;
};

/* What is no case, or a broken one, is told last and hides no other. */
enum edoc_code ed_listing_run(struct ed_listing *l, char **text, char **json,
                              struct edoc_error *err) EDOC_CHECK;

#endif
