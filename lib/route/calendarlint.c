/* SPDX-License-Identifier: ISC */
/*
 * What is wrong with a calendar beyond its grammar: days that nobody has
 * announced yet, years that end soon, feasts that one year lacks.  Double and
 * unsorted days, and days both off and working, do not even parse.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "route/calendar.h"

struct lint {
	const struct ed_calendar *calendar;
	const char *where;
	struct ed_findings *findings;
};

static void report(const struct lint *l, const char *code, const struct ed_day *day, const char *a0,
                   const char *a1)
{
	char place[4200];

	if (day)
		snprintf(place, sizeof(place), "%s:%u:%u", l->where, day->line, day->column);
	ed_finding(l->findings, code, day ? place : l->where, a0, a1, NULL);
}

static void report_day(const struct lint *l, const char *code, const struct ed_day *day)
{
	char date[ED_TIME_STR];

	ed_date_format(date, day->date);
	report(l, code, day, date, day->name);
}

static void lint_day(const struct lint *l, const struct ed_day *day, struct ed_date today)
{
	if (day->provisional && ed_date_compare(day->date, today) <= 0)
		report_day(l, "calendar.unsettled", day);
	else if (day->provisional)
		report_day(l, "calendar.provisional", day);
	else if (!day->decree)
		report_day(l, "calendar.decree", day);
}

/* The weekend is one stretch of one to three days. */
static void lint_weekend(const struct lint *l)
{
	int days = 0, stretches = 0;

	for (int d = 1; d <= 7; d++) {
		bool off = l->calendar->weekend & 1u << d;
		bool before = l->calendar->weekend & 1u << (d == 1 ? 7 : d - 1);

		days += off;
		stretches += off && !before;
	}
	if (days < 1 || days > 3 || stretches != 1)
		report(l, "calendar.weekend", NULL, NULL, NULL);
}

static void lint_years(const struct lint *l, struct ed_date today)
{
	struct ed_date end = {l->calendar->last_year + 1, 1, 1};
	char last[ED_TIME_STR], year[16];

	ed_date_format(last, ed_date_add_days(end, -1));
	if (ed_date_compare(today, end) >= 0)
		report(l, "calendar.ended", NULL, last, NULL);
	else if (ed_date_compare(ed_date_add_months(today, 12), end) >= 0)
		report(l, "calendar.soon", NULL, last, NULL);
	for (int y = l->calendar->first_year; y <= l->calendar->last_year; y++) {
		size_t i = 0;

		while (i < l->calendar->n_off && l->calendar->off[i].date.year != y)
			i++;
		snprintf(year, sizeof(year), "%d", y);
		if (i == l->calendar->n_off)
			report(l, "calendar.year", NULL, year, NULL);
	}
}

static bool same_feast(const struct ed_day *a, const struct ed_day *b)
{
	return a->date.month == b->date.month && a->date.day == b->date.day &&
	       !strcmp(a->name, b->name);
}

/* A feast of the same day in each year but one, where that day is not off by
 * another name: was it forgotten there? */
static void lint_feast(const struct lint *l, size_t i)
{
	const struct ed_calendar *c = l->calendar;
	int years = c->last_year - c->first_year + 1, met = 0, sum = 0;
	char year[16];

	for (size_t k = 0; k < c->n_off; k++) {
		if (!same_feast(&c->off[i], &c->off[k]))
			continue;
		if (k < i)
			return; /* told with the first */
		met++;
		sum += c->off[k].date.year;
	}
	if (years < 3 || met != years - 1)
		return;
	/* Of all years, the one whose number is missing from the sum. */
	struct ed_date lacking = c->off[i].date;
	lacking.year = (c->first_year + c->last_year) * years / 2 - sum;
	if (!ed_date_valid(lacking) || ed_calendar_day(c, lacking))
		return;
	snprintf(year, sizeof(year), "%d", lacking.year);
	report(l, "calendar.feast", &c->off[i], c->off[i].name, year);
}

enum edoc_code ed_calendar_lint(const struct ed_calendar *calendar, const char *where, int64_t now,
                                struct ed_findings *findings, struct edoc_error *err)
{
	struct ed_date today = ed_zone_civil(NULL, now).date;
	struct lint l = {calendar, where, findings};

	lint_years(&l, today);
	lint_weekend(&l);
	for (size_t i = 0; i < calendar->n_off; i++) {
		lint_day(&l, &calendar->off[i], today);
		lint_feast(&l, i);
	}
	for (size_t i = 0; i < calendar->n_working; i++)
		lint_day(&l, &calendar->working[i], today);
	return findings->lost ? ed_fail_memory(err) : EDOC_OK;
}
