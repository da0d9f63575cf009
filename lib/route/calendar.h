/* SPDX-License-Identifier: ISC */
/* Working days of a country: profiles/calendars, and terms counted on them. */
#ifndef ED_ROUTE_CALENDAR_H
#define ED_ROUTE_CALENDAR_H

#include "base/time.h"
#include "route/definition.h"

struct ed_calendar {
	const char *name;
	int first_year, last_year;     /* covered */
	unsigned weekend;              /* bit d: ISO weekday d is off */
	struct ed_date *off, *working; /* sorted: holidays; moved working days */
	size_t n_off, n_working;
	char sha256[65]; /* of the file's bytes */
};

enum edoc_code ed_calendar_parse(const void *bytes, size_t len, const char *where,
                                 struct ed_arena *arena, struct ed_calendar **calendar,
                                 struct edoc_error *err) EDOC_CHECK;
/* EDOC_ERR_CONFIG when the calendar does not cover the date's year. */
enum edoc_code ed_calendar_working(const struct ed_calendar *calendar, struct ed_date date,
                                   bool *working, struct edoc_error *err) EDOC_CHECK;
/*
 * The last instant of a term that starts at `start`: 23:59:59 local of the
 * due date.  Working days count on working days only; calendar days and
 * months end by the roll rule when the last day is off.
 */
enum edoc_code ed_term_due(struct ed_term term, const struct ed_count_rules *count,
                           const struct ed_calendar *calendar, const struct ed_zone *zone,
                           int64_t start, int64_t *due, struct edoc_error *err) EDOC_CHECK;

#endif
