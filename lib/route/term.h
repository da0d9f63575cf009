/* SPDX-License-Identifier: ISC */
/*
 * Terms: the last instant of so many days or months, and how stops and
 * extensions move it.  A clock is a budget and what happened to it, never a
 * stored date, so all of this is computed anew each time.
 *
 * Days are days of the route's zone.  Day 1 is what `start` of the rules says;
 * the term ends at 23:59:59 of its last day.  Working days count on working
 * days alone.  Calendar days and months end by the roll rule when the last day
 * is off; "previous" never goes back before day 1, because a term that ends
 * before it began could not be kept: it goes on to the next working day then.
 *
 * A clock that stands still: a day counts when the clock ran at any moment of
 * it; a day does not count when the clock stood still from its first moment to
 * its last.  So the days of the stop and of the resumption count, a stop that
 * is over on the same day moves nothing, and no row of short stops at midnight
 * can stretch a term that was promised to a citizen (the Dutch General
 * Administrative Law Act, art. 4:15, suspends in just this way, from the day
 * after the stop until the day of the resumption).  For the same reason a term
 * whose last day came before the clock stopped, or on that day, ends then: a
 * stop does not mend what is late.  In a term of months every such day moves
 * the end by one day.  Where the end falls on a day that does not count, it
 * goes the way of a day off.
 */
#ifndef ED_ROUTE_TERM_H
#define ED_ROUTE_TERM_H

#include "route/calendar.h"

/* The clock stands still from `from` on, and runs again at `to`. */
struct ed_pause {
	int64_t from, to; /* to: ED_TIME_NONE: it still stands */
};

struct ed_extension {
	enum {
		ED_EXTEND_BY, /* so much more, from the day after the old end on */
		ED_EXTEND_TO  /* so much in all, from the same start; never less than before */
	} kind;
	struct ed_term term;
};

/* "15d", "3wd", "1mo" with 1 to 9999; false: anything else. */
bool ed_term_parse(const char *text, struct ed_term *term);
/* "3wd"; "" without a term. */
void ed_term_text(char out[16], struct ed_term term);
/* "18:00" as minutes; 00:00 is refused, no day would be left. */
bool ed_clock_parse(const char *text, int *minutes);
/* As people write the rules, in the order of their values; NULL-ended. */
extern const char *const ed_start_names[], *const ed_roll_names[];

/* Without stops.  A term of no unit is never due: ED_TIME_NONE. */
enum edoc_code ed_term_due(struct ed_term term, const struct ed_count_rules *count,
                           const struct ed_calendar *calendar, const struct ed_zone *zone,
                           int64_t start, int64_t *due, struct edoc_error *err) EDOC_CHECK;
/*
 * With stops, in any order, overlapping or not; one that ends before it begins
 * is none.  ED_TIME_NONE: the clock stands still before the term could end.
 * calendar NULL: no working day is asked for (days or months that do not roll,
 * no cutoff).  EDOC_ERR_CONFIG: the calendar does not cover a day.
 */
enum edoc_code ed_term_project(struct ed_term limit, const struct ed_count_rules *count,
                               const struct ed_calendar *calendar, const struct ed_zone *zone,
                               int64_t start, const struct ed_pause *pauses, size_t n, int64_t *due,
                               struct edoc_error *err) EDOC_CHECK;
/*
 * The end after an extension; due_before is the end without it, as computed
 * with the same start and stops (ED_TIME_NONE stays it).  Several extensions
 * are applied in their order, each to the end that the one before gave.
 */
enum edoc_code ed_term_extend(struct ed_extension extension, const struct ed_count_rules *count,
                              const struct ed_calendar *calendar, const struct ed_zone *zone,
                              int64_t start, const struct ed_pause *pauses, size_t n,
                              int64_t due_before, int64_t *due, struct edoc_error *err) EDOC_CHECK;

/*
 * The first moment of the day that lies so many days, working days or months
 * before or after the day of `due`: where a rung of a ladder of reminders
 * stands.  The day before a Monday's is, in working days, the Friday's.
 */
enum edoc_code ed_term_rung(struct ed_term lead, bool after, const struct ed_calendar *calendar,
                            const struct ed_zone *zone, int64_t due, int64_t *t,
                            struct edoc_error *err) EDOC_CHECK;

/* ---- how it was counted ---- */

enum ed_counted {
	ED_COUNTED_START,   /* before day 1: it came, or began, here */
	ED_COUNTED,         /* day n of the term */
	ED_COUNTED_OFF,     /* a day off: does not count, or cannot be the last */
	ED_COUNTED_STOPPED, /* the clock stood still all day */
	ED_COUNTED_LAST     /* the end was moved here */
};
typedef void ed_term_watch_fn(void *arg, struct ed_date day, enum ed_counted how, int64_t n);
/* ed_term_project that tells each day, in the order in which it was met. */
enum edoc_code ed_term_explain(struct ed_term limit, const struct ed_count_rules *count,
                               const struct ed_calendar *calendar, const struct ed_zone *zone,
                               int64_t start, const struct ed_pause *pauses, size_t n,
                               ed_term_watch_fn *watch, void *arg, int64_t *due,
                               struct edoc_error *err) EDOC_CHECK;
/* ed_term_extend that does; ED_EXTEND_TO counts from the start again. */
enum edoc_code ed_term_extend_explain(struct ed_extension extension,
                                      const struct ed_count_rules *count,
                                      const struct ed_calendar *calendar,
                                      const struct ed_zone *zone, int64_t start,
                                      const struct ed_pause *pauses, size_t n, int64_t due_before,
                                      ed_term_watch_fn *watch, void *arg, int64_t *due,
                                      struct edoc_error *err) EDOC_CHECK;

#endif
