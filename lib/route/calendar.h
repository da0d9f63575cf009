/* SPDX-License-Identifier: ISC */
/* Working days of a country: profiles/calendars.  Terms are counted in term.h. */
#ifndef ED_ROUTE_CALENDAR_H
#define ED_ROUTE_CALENDAR_H

#include "base/time.h"
#include "route/definition.h"

/* A day that is not what its weekday is. */
struct ed_day {
	struct ed_date date;
	const char *name;
	const char *decree, *note; /* one of them, or both; else NULL */
	bool provisional;          /* expected, not announced yet */
	unsigned line, column;
};

struct ed_calendar {
	const char *name, *title; /* title: NULL when not said */
	struct ed_date date;      /* of the file */
	int first_year, last_year;     /* covered */
	unsigned weekend;              /* bit d: ISO weekday d is off */
	struct ed_day *off, *working;  /* sorted: holidays; moved working days */
	size_t n_off, n_working;
	char sha256[65]; /* of the file's bytes */
};

enum edoc_code ed_calendar_parse(const void *bytes, size_t len, const char *where,
                                 struct ed_arena *arena, struct ed_calendar **calendar,
                                 struct edoc_error *err) EDOC_CHECK;
/* What a caller's calendar holds. */
const struct ed_calendar *ed_calendar_of(const struct edoc_calendar *calendar);
/* EDOC_ERR_CONFIG when the calendar does not cover the date's year. */
enum edoc_code ed_calendar_working(const struct ed_calendar *calendar, struct ed_date date,
                                   bool *working, struct edoc_error *err) EDOC_CHECK;
/* The calendar's own row of that day, or NULL: it is what its weekday is. */
const struct ed_day *ed_calendar_day(const struct ed_calendar *calendar, struct ed_date date);
/* calendar.* findings, as of now. */
enum edoc_code ed_calendar_lint(const struct ed_calendar *calendar, const char *where, int64_t now,
                                struct ed_findings *findings, struct edoc_error *err) EDOC_CHECK;

#endif
