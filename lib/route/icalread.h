/* SPDX-License-Identifier: ISC */
/* Days off out of an iCalendar file (RFC 5545). */
#ifndef ED_ROUTE_ICALREAD_H
#define ED_ROUTE_ICALREAD_H

#include "base/arena.h"
#include "base/time.h"

struct ed_ical_day {
	struct ed_date date;
	const char *name, *note; /* note: or NULL */
	bool working, provisional;
	unsigned line; /* of its event */
};

struct ed_ical {
	int first_year, last_year;   /* asked for: rules go on for ever */
	const char *title, *product; /* or NULL */
	struct ed_ical_day *v;       /* in their order, each once */
	size_t n;
};

/* EDOC_ERR_INPUT at "where:line": what is not understood, or hostile. */
enum edoc_code ed_ical_read(const void *bytes, size_t len, const char *where,
                            struct ed_arena *arena, struct ed_ical *ical,
                            struct edoc_error *err) EDOC_CHECK;

#endif
