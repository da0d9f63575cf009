/* SPDX-License-Identifier: ISC */
/* What the parts of lint share; ed_route_lint() is in definition.h. */
#ifndef ED_ROUTE_LINT_H
#define ED_ROUTE_LINT_H

#include "route/calendar.h"

struct ed_lint {
	const char *where;
	struct ed_findings *findings;
	const char *retention; /* of the service, or NULL */
	bool archives; /* some step does */
	bool lost;     /* no memory */
};

void ed_lint_report(struct ed_lint *lint, const char *code, unsigned line, unsigned column,
                    const char *a0, const char *a1, const char *a2);
/* The step's conditions against each other (lintfields.c). */
void ed_lint_fields(struct ed_lint *lint, const struct ed_route_step *step);
/* Who is told of the step, and when (lintremind.c); of a clock of the case. */
void ed_lint_reminders(struct ed_lint *lint, const struct ed_route_step *step);
void ed_lint_clock_reminders(struct ed_lint *lint, const struct ed_clock_def *clock);

/* The clocks against the terms of the steps, for all days of the year; calendar
 * NULL: there is none of that name (lintterms.c). */
enum edoc_code ed_lint_terms(const struct ed_route *route, const struct ed_calendar *calendar,
                             const struct ed_zone *zone, int year, struct ed_lint *lint,
                             struct edoc_error *err) EDOC_CHECK;

struct ed_directory;
/* The roles against those who may act on that day (lintpeople.c). */
enum edoc_code ed_lint_people(const struct ed_route *route, const struct ed_directory *directory,
                              struct ed_date on, struct ed_lint *lint,
                              struct edoc_error *err) EDOC_CHECK;

#endif
