/* SPDX-License-Identifier: ISC */
/* route/term: where a term ends, and how stops and extensions move that. */
#include "route/term.h"

#include "../tap.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_zone *dushanbe;
static struct ed_calendar *base, *england;

/* 2026: 5 March is a Thursday; 23, 24 are off, Saturday 28 is worked. */
static const char base_text[] = "format: edoc-calendar/1\n"
                                "calendar: xx\n"
                                "issued-by: us\n"
                                "basis: law\n"
                                "date: 2026-01-01\n"
                                "covers: [2025, 2026]\n"
                                "weekend: [sat, sun]\n"
                                "off:\n"
                                "  - {date: 2026-01-01, name: New year, decree: x}\n"
                                "  - {date: 2026-03-23, name: Navruz, decree: x}\n"
                                "  - {date: 2026-03-24, name: Navruz, decree: x}\n"
                                "working:\n"
                                "  - {date: 2026-03-28, name: for the 24th, decree: x}\n";

/* Bank holidays of England and Wales, with the days in lieu of those that fell
 * on a weekend, the early May day moved to 8 May 2020, and the late May day
 * moved to 2 June 2022. */
static const char england_text[] =
        "format: edoc-calendar/1\n"
        "calendar: england\n"
        "issued-by: us\n"
        "basis: Banking and Financial Dealings Act 1971\n"
        "date: 2022-12-31\n"
        "covers: [2018, 2022]\n"
        "weekend: [sat, sun]\n"
        "off:\n"
        "  - {date: 2018-01-01, name: New Year, decree: proclamation}\n"
        "  - {date: 2018-03-30, name: Good Friday, decree: common law}\n"
        "  - {date: 2018-04-02, name: Easter Monday, decree: the Act}\n"
        "  - {date: 2018-05-07, name: Early May, decree: proclamation}\n"
        "  - {date: 2018-05-28, name: Spring, decree: the Act}\n"
        "  - {date: 2018-08-27, name: Summer, decree: the Act}\n"
        "  - {date: 2018-12-25, name: Christmas, decree: common law}\n"
        "  - {date: 2018-12-26, name: Boxing Day, decree: the Act}\n"
        "  - {date: 2019-01-01, name: New Year, decree: proclamation}\n"
        "  - {date: 2019-04-19, name: Good Friday, decree: common law}\n"
        "  - {date: 2019-04-22, name: Easter Monday, decree: the Act}\n"
        "  - {date: 2019-05-06, name: Early May, decree: proclamation}\n"
        "  - {date: 2019-05-27, name: Spring, decree: the Act}\n"
        "  - {date: 2019-08-26, name: Summer, decree: the Act}\n"
        "  - {date: 2019-12-25, name: Christmas, decree: common law}\n"
        "  - {date: 2019-12-26, name: Boxing Day, decree: the Act}\n"
        "  - {date: 2020-01-01, name: New Year, decree: proclamation}\n"
        "  - {date: 2020-04-10, name: Good Friday, decree: common law}\n"
        "  - {date: 2020-04-13, name: Easter Monday, decree: the Act}\n"
        "  - {date: 2020-05-08, name: Early May (VE Day), decree: proclamation}\n"
        "  - {date: 2020-05-25, name: Spring, decree: the Act}\n"
        "  - {date: 2020-08-31, name: Summer, decree: the Act}\n"
        "  - {date: 2020-12-25, name: Christmas, decree: common law}\n"
        "  - {date: 2020-12-28, name: Boxing Day in lieu, decree: the Act}\n"
        "  - {date: 2021-01-01, name: New Year, decree: proclamation}\n"
        "  - {date: 2021-04-02, name: Good Friday, decree: common law}\n"
        "  - {date: 2021-04-05, name: Easter Monday, decree: the Act}\n"
        "  - {date: 2021-05-03, name: Early May, decree: proclamation}\n"
        "  - {date: 2021-05-31, name: Spring, decree: the Act}\n"
        "  - {date: 2021-08-30, name: Summer, decree: the Act}\n"
        "  - {date: 2021-12-27, name: Christmas in lieu, decree: proclamation}\n"
        "  - {date: 2021-12-28, name: Boxing Day in lieu, decree: the Act}\n"
        "  - {date: 2022-01-03, name: New Year in lieu, decree: proclamation}\n"
        "  - {date: 2022-04-15, name: Good Friday, decree: common law}\n"
        "  - {date: 2022-04-18, name: Easter Monday, decree: the Act}\n"
        "  - {date: 2022-05-02, name: Early May, decree: proclamation}\n"
        "  - {date: 2022-06-02, name: Spring (moved), decree: proclamation}\n"
        "  - {date: 2022-06-03, name: Platinum Jubilee, decree: proclamation}\n"
        "  - {date: 2022-08-29, name: Summer, decree: the Act}\n"
        "  - {date: 2022-09-19, name: State funeral, decree: proclamation}\n"
        "  - {date: 2022-12-26, name: Boxing Day, decree: the Act}\n"
        "  - {date: 2022-12-27, name: Christmas in lieu, decree: proclamation}\n";

/* ---- rows as text ---- */

/* "2026-03-05", "2026-03-05 10:00" or "... 10:00:59", of Dushanbe (+05:00). */
static int64_t at(const char *s)
{
	char text[40];
	size_t len = strlen(s);
	int64_t t = 0;

	snprintf(text, sizeof(text), "%.10sT%.8s%s+05:00", s, len > 10 ? s + 11 : "12:00:00",
	         len == 16 ? ":00" : "");
	if (!ed_time_parse(text, &t))
		ok(false, "%s is a time", text);
	return t;
}

/* "same nwd previous none 17:00"; what is not said is the default. */
static struct ed_count_rules rules_of(const char *s)
{
	struct ed_count_rules r = {0};
	const char *colon = strchr(s, ':');

	r.start = strstr(s, "same")  ? ED_START_SAME_DAY
	          : strstr(s, "nwd") ? ED_START_NEXT_WORKING_DAY
	                             : ED_START_NEXT_DAY;
	r.roll = strstr(s, "previous") ? ED_ROLL_PREVIOUS
	         : strstr(s, "none")   ? ED_ROLL_NONE
	                               : ED_ROLL_NEXT;
	if (colon && !ed_clock_parse(colon - 2, &r.cutoff))
		ok(false, "%s has a time of day", s);
	return r;
}

/* "2026-03-06 10:00/2026-03-09 10:00, 2026-03-12/": n of them. */
static size_t pauses_of(const char *s, struct ed_pause out[8])
{
	size_t n = 0;

	while (*s && n < 8) {
		char from[20] = "", to[20] = "";

		sscanf(s, "%19[^/]/%19[^,]", from, to);
		out[n++] = (struct ed_pause){at(from), *to ? at(to) : ED_TIME_NONE};
		s += strcspn(s, ",");
		s += strspn(s, ", ");
	}
	return n;
}

static struct ed_term term_of(const char *s)
{
	struct ed_term term = {ED_TERM_NONE, 0};

	if (!ed_term_parse(s, &term))
		ok(false, "%s is a term", s);
	return term;
}

/* "2026-03-20", or "never". */
static void is_day(int64_t t, const char *want, const char *what)
{
	struct ed_civil civil = ed_zone_civil(dushanbe, t == ED_TIME_NONE ? 0 : t);
	char got[ED_TIME_STR] = "never";

	if (t != ED_TIME_NONE)
		ed_date_format(got, civil.date);
	is_str(got, want, what);
	if (t != ED_TIME_NONE && (civil.hour != 23 || civil.minute != 59 || civil.second != 59))
		ok(false, "at the end of the day");
}

struct row {
	const char *limit, *rules, *start, *pauses, *want;
};

static void check(const struct ed_calendar *calendar, const struct row *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ed_count_rules rules = rules_of(v[i].rules);
		struct ed_pause pauses[8];
		size_t n_pauses = pauses_of(v[i].pauses, pauses);
		char what[200];
		int64_t t;

		snprintf(what, sizeof(what), "%s from %s (%s) stopped %s", v[i].limit, v[i].start,
		         v[i].rules, *v[i].pauses ? v[i].pauses : "never");
		memset(&err, 0, sizeof(err));
		if (ed_term_project(term_of(v[i].limit), &rules, calendar, dushanbe, at(v[i].start),
		                    pauses, n_pauses, &t, &err))
			is_ok(EDOC_ERR_BUG, &err, what);
		else
			is_day(t, v[i].want, what);
	}
}
#define CHECK(calendar, v) check(calendar, v, sizeof(v) / sizeof(*(v)))

/* ---- terms without stops ---- */

static void words(void)
{
	static const char *const bad[] = {"",   "15",   "d",   "0d",   "015d", "-1d", "1 d",
	                                  "1h", "1wdx", "1WD", "1.5d", "+1d",  "1m",  "99999d"};
	struct ed_term term = {ED_TERM_NONE, 0};

	ok(ed_term_parse("15d", &term) && term.unit == ED_TERM_DAYS && term.n == 15, "15d");
	ok(ed_term_parse("3wd", &term) && term.unit == ED_TERM_WORKING_DAYS && term.n == 3, "3wd");
	ok(ed_term_parse("9999mo", &term) && term.unit == ED_TERM_MONTHS && term.n == 9999,
	   "9999mo");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!ed_term_parse(bad[i], &term), "\"%s\" is no term", bad[i]);
	ok(term.n == 9999, "and leaves what was there");
}

static void terms(void)
{
	static const struct row v[] = {
	        {"1wd", "", "2026-03-05", "", "2026-03-06"},
	        {"2wd", "", "2026-03-05", "", "2026-03-09"},
	        {"1wd", "same", "2026-03-05", "", "2026-03-05"},
	        {"1wd", "same", "2026-03-07", "", "2026-03-09"},
	        {"1wd", "", "2026-03-20", "", "2026-03-25"},
	        {"4wd", "", "2026-03-20", "", "2026-03-28"},
	        {"5wd", "", "2026-03-20", "", "2026-03-30"},
	        {"1wd", "nwd", "2026-03-20", "", "2026-03-25"},
	        /* the last second of a day, and the first of the next */
	        {"1wd", "", "2026-03-05 23:59:59", "", "2026-03-06"},
	        {"1wd", "", "2026-03-06 00:00:00", "", "2026-03-09"},
	        /* the cutoff itself is late */
	        {"1wd", "17:00", "2026-03-05 16:59:59", "", "2026-03-06"},
	        {"1wd", "17:00", "2026-03-05 17:00:00", "", "2026-03-09"},
	        {"1d", "17:00", "2026-03-06 17:00:00", "", "2026-03-10"},
	        {"1wd", "same 17:00", "2026-03-06 17:00:00", "", "2026-03-09"},
	        /* calendar days roll over days off, and onto a Saturday that is worked */
	        {"1d", "", "2026-03-05", "", "2026-03-06"},
	        {"2d", "", "2026-03-05", "", "2026-03-09"},
	        {"2d", "previous", "2026-03-05", "", "2026-03-06"},
	        {"2d", "none", "2026-03-05", "", "2026-03-07"},
	        {"15d", "", "2026-03-07", "", "2026-03-25"},
	        {"1d", "same", "2026-03-05", "", "2026-03-05"},
	        {"15d", "nwd", "2026-03-06", "", "2026-03-25"},
	        {"21d", "", "2026-03-07", "", "2026-03-28"},
	        {"4d", "previous", "2026-03-20", "", "2026-03-25"}, /* 21 to 24 are all off */
	        {"1d", "previous", "2026-03-06", "", "2026-03-09"},
	        {"1d", "same previous", "2026-03-07", "", "2026-03-09"},
	        /* months clamp to the end of the month: 28 February 2026 is a Saturday */
	        {"1mo", "none", "2026-01-31", "", "2026-02-28"},
	        {"1mo", "", "2026-01-31", "", "2026-03-02"},
	        {"1mo", "previous", "2026-01-31", "", "2026-02-27"},
	        {"1mo", "none", "2026-03-15", "", "2026-04-15"},
	        {"3mo", "none", "2025-11-30", "", "2026-02-28"},
	        {"1mo", "same", "2026-03-15", "", "2026-04-15"},
	        {"1mo", "17:00", "2026-01-30 18:00", "", "2026-03-02"},
	        {"1mo", "none", "2026-02-28", "", "2026-03-28"},
	        {"12mo", "none", "2025-03-24", "", "2026-03-24"},
	        {"12mo", "", "2025-03-24", "", "2026-03-25"},
	};
	static const struct row leap[] = {
	        {"1mo", "none", "2028-01-31", "", "2028-02-29"},
	        {"12mo", "none", "2028-02-29", "", "2029-02-28"},
	        {"48mo", "none", "2028-02-29", "", "2032-02-29"},
	        {"1d", "none", "2028-02-28", "", "2028-02-29"},
	        {"1d", "none", "2026-02-28", "", "2026-03-01"},
	};

	CHECK(base, v);
	CHECK(NULL, leap);
}

/* The kinds of cases of the British Ministry of Justice's three calculators:
 * 20 and 10 working days, calendar days, calendar months, over Easter,
 * Christmas, days in lieu and moved holidays. */
static void bank_holidays(void)
{
	static const struct row v[] = {
	        /* working days */
	        {"20wd", "", "2018-04-03", "", "2018-05-01"}, /* none between */
	        {"20wd", "", "2018-04-20", "", "2018-05-21"}, /* over early May */
	        {"20wd", "", "2018-03-29", "", "2018-04-30"}, /* over Easter */
	        {"20wd", "", "2018-12-24", "", "2019-01-24"}, /* over Christmas and New Year */
	        {"20wd", "", "2019-12-20", "", "2020-01-22"},
	        {"20wd", "", "2020-12-24", "", "2021-01-26"}, /* Boxing Day in lieu */
	        {"20wd", "", "2021-12-24", "", "2022-01-26"}, /* three days in lieu */
	        {"20wd", "", "2020-05-01", "", "2020-06-02"}, /* 4 May worked, 8 May off */
	        {"20wd", "", "2022-05-27", "", "2022-06-28"}, /* 30 May worked, 2, 3 June off */
	        {"1wd", "", "2022-05-27", "", "2022-05-30"},
	        {"4wd", "", "2022-05-27", "", "2022-06-06"},
	        {"10wd", "", "2022-09-12", "", "2022-09-27"}, /* over 19 September */
	        {"2wd", "", "2018-03-29", "", "2018-04-04"},
	        {"20wd", "", "2018-03-31", "", "2018-04-30"}, /* begins on a Saturday */
	        {"20wd", "", "2018-04-01", "", "2018-04-30"}, /* ... on a Sunday */
	        {"20wd", "", "2018-03-30", "", "2018-04-30"}, /* ... on a bank holiday */
	        {"20wd", "nwd", "2018-03-30", "", "2018-04-30"},
	        {"20wd", "same", "2018-03-30", "", "2018-04-30"},
	        {"20wd", "same", "2018-03-29", "", "2018-04-27"},
	        {"20wd", "18:00", "2018-03-29 18:00", "", "2018-05-01"},
	        /* calendar days */
	        {"30d", "none", "2018-03-01", "", "2018-03-31"},
	        {"30d", "", "2018-03-01", "", "2018-04-03"}, /* Saturday, then Easter Monday */
	        {"30d", "previous", "2018-03-01", "", "2018-03-29"}, /* before Good Friday */
	        {"40d", "none", "2018-11-15", "", "2018-12-25"},
	        {"40d", "", "2018-11-15", "", "2018-12-27"},
	        {"40d", "previous", "2018-11-15", "", "2018-12-24"},
	        {"30d", "", "2021-11-26", "", "2021-12-29"},     /* Sunday 26, in lieu 27 and 28 */
	        {"30d", "nwd", "2021-12-03", "", "2022-01-04"},  /* day 1 is 6 December */
	        {"30d", "none", "2020-02-01", "", "2020-03-02"}, /* through 29 February */
	        {"30d", "none", "2019-02-01", "", "2019-03-03"},
	        /* calendar months */
	        {"1mo", "none", "2018-01-31", "", "2018-02-28"},
	        {"1mo", "none", "2020-01-31", "", "2020-02-29"},
	        {"1mo", "", "2020-01-31", "", "2020-03-02"}, /* 29 February was a Saturday */
	        {"1mo", "none", "2020-01-30", "", "2020-02-29"},
	        {"1mo", "none", "2020-02-29", "", "2020-03-29"},
	        {"1mo", "none", "2018-02-28", "", "2018-03-28"},
	        {"1mo", "", "2018-03-02", "", "2018-04-03"}, /* Easter Monday */
	        {"1mo", "previous", "2018-03-02", "", "2018-03-29"},
	        {"2mo", "", "2018-12-31", "", "2019-02-28"},
	        {"3mo", "none", "2019-11-30", "", "2020-02-29"},
	        {"3mo", "", "2018-09-25", "", "2018-12-27"},
	        {"12mo", "none", "2020-02-29", "", "2021-02-28"},
	        {"1mo", "", "2019-11-25", "", "2019-12-27"},
	};

	CHECK(england, v);
}

/* ---- stops ---- */

static void stops(void)
{
	static const struct row v[] = {
	        /* within a day, and over one midnight: nothing stood still all day */
	        {"2wd", "", "2026-03-10", "2026-03-11 09:00/2026-03-11 17:00", "2026-03-12"},
	        {"2wd", "", "2026-03-10", "2026-03-11 00:00/2026-03-11 23:59:59", "2026-03-12"},
	        {"2wd", "", "2026-03-10", "2026-03-11 23:00/2026-03-12 01:00", "2026-03-12"},
	        {"2wd", "", "2026-03-10", "2026-03-11 00:00:01/2026-03-12 23:59:59", "2026-03-12"},
	        /* from one midnight to the next it did */
	        {"2wd", "", "2026-03-10", "2026-03-11 00:00/2026-03-12 00:00", "2026-03-13"},
	        {"2wd", "", "2026-03-10", "2026-03-11 00:00:01/2026-03-12 00:00", "2026-03-12"},
	        {"2wd", "", "2026-03-10", "2026-03-11 00:00/2026-03-12 00:00:01", "2026-03-13"},
	        /* the days of stop and resumption count, those between do not */
	        {"5d", "", "2026-03-09", "2026-03-10 10:00/2026-03-13 10:00", "2026-03-16"},
	        {"5wd", "", "2026-03-09", "2026-03-10 10:00/2026-03-13 10:00", "2026-03-18"},
	        {"5wd", "", "2026-03-09", "2026-03-13 10:00/2026-03-16 10:00", "2026-03-16"},
	        /* over days off: they cost working days nothing, calendar days one each */
	        {"5wd", "", "2026-03-19", "2026-03-20 18:00/2026-03-25 08:00", "2026-03-28"},
	        {"5d", "none", "2026-03-19", "2026-03-20 18:00/2026-03-25 08:00", "2026-03-28"},
	        {"5d", "", "2026-03-19", "2026-03-20 18:00/2026-03-25 08:00", "2026-03-28"},
	        /* two stops, overlapping, touching, one inside the other, out of order */
	        {"5wd", "", "2026-03-02",
	         "2026-03-03 10:00/2026-03-05 10:00, "
	         "2026-03-09 10:00/2026-03-11 10:00",
	         "2026-03-11"},
	        {"5wd", "", "2026-03-02",
	         "2026-03-09 10:00/2026-03-11 10:00, "
	         "2026-03-03 10:00/2026-03-05 10:00",
	         "2026-03-11"},
	        {"5wd", "", "2026-03-02",
	         "2026-03-03 10:00/2026-03-05 10:00, "
	         "2026-03-04 10:00/2026-03-06 10:00",
	         "2026-03-11"},
	        {"5wd", "", "2026-03-02",
	         "2026-03-03 10:00/2026-03-04 12:00, "
	         "2026-03-04 12:00/2026-03-05 10:00",
	         "2026-03-10"},
	        {"5wd", "", "2026-03-02",
	         "2026-03-03 10:00/2026-03-04 12:00, "
	         "2026-03-04 12:00:01/2026-03-05 10:00",
	         "2026-03-09"},
	        {"5wd", "", "2026-03-02",
	         "2026-03-03 10:00/2026-03-06 10:00, "
	         "2026-03-04 10:00/2026-03-05 10:00",
	         "2026-03-11"},
	        /* one that ends before it begins, or at once, is none */
	        {"5wd", "", "2026-03-02", "2026-03-06 10:00/2026-03-03 10:00", "2026-03-09"},
	        {"5wd", "", "2026-03-02", "2026-03-06 10:00/2026-03-06 10:00", "2026-03-09"},
	        /* before the start and after the end: nothing */
	        {"5wd", "", "2026-03-02", "2026-02-01 10:00/2026-02-10 10:00", "2026-03-09"},
	        {"5wd", "", "2026-03-02", "2026-03-10 10:00/2026-03-20 10:00", "2026-03-09"},
	        /* it stood still already when the term began */
	        {"2wd", "", "2026-03-02", "2026-02-27 10:00/2026-03-05 10:00", "2026-03-06"},
	        {"1wd", "same", "2026-03-02", "2026-02-27 10:00/2026-03-05 10:00", "2026-03-05"},
	        /* on the last day it is too late to stop */
	        {"2wd", "", "2026-03-10", "2026-03-12 08:00/2026-03-20 10:00", "2026-03-12"},
	        {"2wd", "", "2026-03-10", "2026-03-11 23:59:59/2026-03-20 10:00", "2026-03-20"},
	        {"2wd", "", "2026-03-10", "2026-03-12 00:00/2026-03-20 10:00", "2026-03-20"},
	        /* still stopped: no end, unless it came before */
	        {"2wd", "", "2026-03-10", "2026-03-11 10:00/", "never"},
	        {"2d", "", "2026-03-10", "2026-03-11 10:00/", "never"},
	        {"1mo", "", "2026-03-10", "2026-03-11 10:00/", "never"},
	        {"2wd", "", "2026-03-10", "2026-03-12 10:00/", "2026-03-12"},
	        {"2wd", "", "2026-03-10", "2026-03-12 00:00/", "never"},
	        {"2wd", "", "2026-03-10", "2026-03-05 10:00/", "never"},
	        {"2d", "none", "2026-03-10", "2026-03-13 10:00/", "2026-03-12"},
	        {"2wd", "", "2026-03-10",
	         "2026-03-11 10:00/, "
	         "2026-03-11 11:00/2026-03-12 10:00",
	         "never"},
	        /* months: a day for each day; 31 January to 28 February is 28 days */
	        {"1mo", "none", "2026-01-31", "2026-02-10 10:00/2026-02-13 10:00", "2026-03-02"},
	        {"1mo", "none", "2026-03-15", "2026-03-20 10:00/2026-03-20 18:00", "2026-04-15"},
	        {"1mo", "none", "2026-03-15", "2026-03-20 10:00/2026-04-10 10:00", "2026-05-05"},
	        {"1mo", "none", "2026-03-15", "2026-04-14 10:00/2026-04-20 10:00", "2026-04-20"},
	        {"1mo", "none", "2026-03-15", "2026-04-15 10:00/2026-04-20 10:00", "2026-04-15"},
	        {"1mo", "same none", "2026-03-15", "2026-03-20 10:00/2026-03-23 10:00",
	         "2026-04-17"},
	        /* the last day is off: it rolls to a day on which the clock runs */
	        {"4d", "", "2026-03-10", "2026-03-15 10:00/2026-03-18 10:00", "2026-03-18"},
	        {"4d", "", "2026-03-10", "2026-03-16 10:00/2026-03-18 10:00", "2026-03-16"},
	        {"4d", "", "2026-03-10", "2026-03-15 10:00/", "never"},
	        {"4d", "previous", "2026-03-10", "2026-03-15 10:00/", "2026-03-13"},
	        {"4d", "previous", "2026-03-10", "2026-03-12 10:00/2026-03-14 10:00",
	         "2026-03-12"}, /* 13 stood still; 14, 15 are off */
	        {"2d", "previous", "2026-03-19", "", "2026-03-20"},
	        /* cutoff and stop */
	        {"2wd", "17:00", "2026-03-10 17:00", "2026-03-11 10:00/2026-03-13 10:00",
	         "2026-03-16"},
	        {"2wd", "17:00", "2026-03-10 16:59", "2026-03-11 10:00/2026-03-13 10:00",
	         "2026-03-13"},
	};

	CHECK(base, v);
}

/* ---- extensions ---- */

static void extensions(void)
{
	static const struct {
		const char *limit, *rules, *start, *pauses;
		bool by;
		const char *more, *want;
	} v[] = {
	        {"15d", "", "2026-03-05", "", false, "1mo", "2026-04-06"},
	        {"15d", "none", "2026-03-05", "", false, "1mo", "2026-04-05"},
	        {"15d", "", "2026-01-31", "", false, "1mo", "2026-03-02"},
	        {"30d", "none", "2026-01-31", "", false, "1mo",
	         "2026-03-02"}, /* 28 February is less */
	        {"15d", "", "2026-03-05", "", false, "10d", "2026-03-20"},
	        {"5wd", "", "2026-03-02", "", true, "20wd", "2026-04-07"}, /* 28 March is worked */
	        {"5wd", "same 17:00", "2026-03-02 18:00", "", true, "1wd", "2026-03-10"},
	        {"15d", "", "2026-03-06", "", true, "1d", "2026-03-26"}, /* from the rolled 25th */
	        {"15d", "none", "2026-03-06", "", true, "1d", "2026-03-22"},
	        {"15d", "none", "2026-03-06", "", true, "1mo", "2026-04-21"},
	        {"1mo", "none", "2025-12-31", "", true, "1mo", "2026-02-28"},
	        {"1d", "previous", "2026-03-12", "", true, "1d", "2026-03-16"},
	        /* stops count on: those before the old end once, those behind it too */
	        {"5wd", "", "2026-03-02", "2026-03-03 10:00/2026-03-06 10:00", true, "1wd",
	         "2026-03-12"},
	        {"5wd", "", "2026-03-02", "2026-03-10 10:00/2026-03-13 10:00", true, "2wd",
	         "2026-03-13"},
	        {"15d", "none", "2026-03-05", "2026-03-10 10:00/2026-03-13 10:00", false, "1mo",
	         "2026-04-07"},
	        {"15d", "none", "2026-03-05", "2026-03-25 10:00/", false, "1mo", "never"},
	        {"15d", "none", "2026-03-05", "2026-03-10 10:00/", false, "1mo", "never"},
	        {"15d", "none", "2026-03-05", "2026-03-10 10:00/", true, "20wd", "never"},
	        {"5wd", "", "2026-03-02", "2026-03-10 10:00/", true, "2wd", "never"},
	        {"5wd", "", "2026-03-02", "2026-03-10 10:00/", true, "1wd", "2026-03-10"},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct ed_extension more = {v[i].by ? ED_EXTEND_BY : ED_EXTEND_TO,
		                            term_of(v[i].more)};
		struct ed_count_rules rules = rules_of(v[i].rules);
		struct ed_pause pauses[8];
		size_t n = pauses_of(v[i].pauses, pauses);
		int64_t start = at(v[i].start), before, t = 0;
		char what[200];

		snprintf(what, sizeof(what), "%s from %s %s %s", v[i].limit, v[i].start,
		         v[i].by ? "by" : "to", v[i].more);
		if (is_ok(ed_term_project(term_of(v[i].limit), &rules, base, dushanbe, start,
		                          pauses, n, &before, &err),
		          &err, what) &&
		    is_ok(ed_term_extend(more, &rules, base, dushanbe, start, pauses, n, before, &t,
		                         &err),
		          &err, what))
			is_day(t, v[i].want, what);
	}
}

static void edges(void)
{
	struct ed_count_rules rules = {0}, cut = {.cutoff = 60};
	struct ed_extension none = {ED_EXTEND_BY, {ED_TERM_NONE, 0}};
	struct ed_pause far = {at("2026-03-10 10:00"), INT64_MAX - 1};
	int64_t from = at("2026-12-30"), t = 0;

	is_ok(ed_term_due((struct ed_term){ED_TERM_NONE, 0}, &rules, base, dushanbe, from, &t,
	                  &err),
	      &err, "no term");
	ok(t == ED_TIME_NONE, "is never due");
	is_ok(ed_term_extend(none, &rules, base, dushanbe, from, NULL, 0, from, &t, &err), &err,
	      "no extension");
	ok(t == from, "moves nothing");
	is_ok(ed_term_due(term_of("1wd"), &rules, base, dushanbe, from, &t, &err), &err,
	      "the last covered day");
	fails(ed_term_due(term_of("2wd"), &rules, base, dushanbe, from, &t, &err), EDOC_ERR_CONFIG,
	      &err, "2027-01-01", "one day more");
	ok(t == ED_TIME_NONE, "gives no date");
	fails(ed_term_due(term_of("2d"), &rules, base, dushanbe, from, &t, &err), EDOC_ERR_CONFIG,
	      &err, "2025 to 2026", "calendar days too");
	fails(ed_term_due(term_of("1mo"), &rules, base, dushanbe, from, &t, &err), EDOC_ERR_CONFIG,
	      &err, "covers", "months too");
	fails(ed_term_project(term_of("1wd"), &rules, base, dushanbe, at("2026-12-29"),
	                      &(struct ed_pause){at("2026-12-29 10:00"), at("2027-01-05 10:00")}, 1,
	                      &t, &err),
	      EDOC_ERR_CONFIG, &err, "2027-01-05", "a stop that reaches beyond");
	fails(ed_term_extend((struct ed_extension){ED_EXTEND_BY, {ED_TERM_WORKING_DAYS, 3}}, &rules,
	                     base, dushanbe, from, NULL, 0, at("2026-12-30"), &t, &err),
	      EDOC_ERR_CONFIG, &err, "2027-01-01", "an extension that reaches beyond");
	ok(t == ED_TIME_NONE, "gives no date");
	is_ok(ed_term_project(term_of("1d"), &rules, base, dushanbe, at("2026-03-10"), &far, 1, &t,
	                      &err),
	      &err, "a stop that ends after all time");
	ok(t == ED_TIME_NONE, "never ends");
	rules.roll = cut.roll = ED_ROLL_NONE;
	is_ok(ed_term_due(term_of("1mo"), &rules, NULL, dushanbe, from, &t, &err), &err,
	      "without rolling no calendar is needed");
	fails(ed_term_due(term_of("1wd"), &rules, NULL, dushanbe, from, &t, &err), EDOC_ERR_CONFIG,
	      &err, "calendar", "working days need one");
	fails(ed_term_due(term_of("1d"), &cut, NULL, dushanbe, from, &t, &err), EDOC_ERR_CONFIG,
	      &err, "calendar", "a cutoff needs one");
}

static void rungs(void)
{
	static const struct {
		const char *lead;
		bool after;
		const char *due, *want;
	} v[] = {
	        {"1wd", false, "2026-03-09 23:59:59", "2026-03-06"},
	        {"3wd", false, "2026-03-25 23:59:59", "2026-03-18"},
	        {"1wd", false, "2026-03-29 23:59:59", "2026-03-28"}, /* the worked Saturday */
	        {"1wd", true, "2026-03-20 23:59:59", "2026-03-25"},
	        {"2wd", true, "2026-03-25 23:59:59", "2026-03-27"},
	        {"1d", false, "2026-03-09 23:59:59", "2026-03-08"},
	        {"5d", true, "2026-03-09 00:00:00", "2026-03-14"},
	        {"1mo", false, "2026-03-31 23:59:59", "2026-02-28"},
	        {"1mo", true, "2026-01-31 23:59:59", "2026-02-28"},
	};
	int64_t t = 0;

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		char begin[32], what[80];

		snprintf(what, sizeof(what), "%s %s %s", v[i].lead, v[i].after ? "after" : "before",
		         v[i].due);
		snprintf(begin, sizeof(begin), "%s 00:00", v[i].want);
		if (is_ok(ed_term_rung(term_of(v[i].lead), v[i].after, base, dushanbe, at(v[i].due),
		                       &t, &err),
		          &err, what))
			is_int(t, at(begin), v[i].want);
	}
	is_ok(ed_term_rung((struct ed_term){ED_TERM_NONE, 0}, false, NULL, dushanbe,
	                   at("2026-03-09 23:59:59"), &t, &err),
	      &err, "no lead");
	is_int(t, at("2026-03-09 00:00"), "is the day itself");
	fails(ed_term_rung(term_of("2wd"), true, base, dushanbe, at("2026-12-30 10:00"), &t, &err),
	      EDOC_ERR_CONFIG, &err, "2027-01-01", "a rung beyond the years");
	ok(t == ED_TIME_NONE, "gives no date");
}

/* ---- against a count by the hour ---- */

static unsigned seed = 20261123;

static unsigned draw(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % below;
}

#define DAYS 300

/* Days of 2026 from 1 January on; hours in which the clock stands still. */
struct naive {
	bool still[DAYS][24];
};

static bool naive_still(const struct naive *w, int day)
{
	for (int h = 0; h < 24; h++)
		if (!w->still[day][h])
			return false;
	return true;
}

static bool naive_works(int day)
{
	bool working = false;

	if (ed_calendar_working(base, ed_date_add_days((struct ed_date){2026, 1, 1}, day), &working,
	                        &err))
		ok(false, "day %d is covered", day);
	return working;
}

/* The end of so many days after day `start`, or -1: not in these days. */
static int naive_end(const struct naive *w, struct ed_term term, int start)
{
	int day = start;

	for (int n = 0; n < term.n;) {
		if (++day >= DAYS)
			return -1;
		n += !naive_still(w, day) && (term.unit == ED_TERM_DAYS || naive_works(day));
	}
	while (day < DAYS && (naive_still(w, day) || !naive_works(day)))
		day++;
	return day < DAYS ? day : -1;
}

static void by_the_hour(void)
{
	const int64_t zero = at("2026-01-01 00:00");
	const struct ed_count_rules rules = {0};
	int bad = 0, later = 0;

	for (int round = 0; round < 2000; round++) {
		static struct naive w;
		struct ed_pause pauses[6];
		struct ed_term term = {draw(2) ? ED_TERM_DAYS : ED_TERM_WORKING_DAYS,
		                       1 + (int)draw(20)};
		int start = 40 + (int)draw(60);
		size_t n = draw(7);
		int64_t t = 0, plain = 0;

		memset(&w, 0, sizeof(w));
		for (size_t i = 0; i < n; i++) {
			int from = (start - 3) * 24 + (int)draw(30 * 24),
			    to = from + (int)draw(120);

			pauses[i] = (struct ed_pause){zero + from * 3600, zero + to * 3600};
			for (int h = from; h < to; h++)
				w.still[h / 24][h % 24] = true;
		}
		int64_t begun = zero + start * 86400 + (int64_t)draw(86400);
		int want = naive_end(&w, term, start);
		if (ed_term_project(term, &rules, base, dushanbe, begun, pauses, n, &t, &err) ||
		    ed_term_due(term, &rules, base, dushanbe, begun, &plain, &err) || want < 0 ||
		    t != zero + want * 86400 + 86399 || t < plain)
			bad++;
		later += t > plain;
	}
	is_int(bad, 0, "2,000 terms with stops end as counted by the hour");
	ok(later > 500, "of which %d were moved", later);
}

/* ---- how it was counted ---- */

static char told[2000];

static void write_down(void *arg, struct ed_date day, enum ed_counted how, int64_t n)
{
	static const char *const names[] = {"start", "day", "off", "stopped", "last"};
	size_t len = strlen(told);
	char text[ED_TIME_STR];

	(void)arg;
	ed_date_format(text, day);
	snprintf(told + len, sizeof(told) - len, "%s %s %d\n", text + 5, names[how], (int)n);
}

static void explained(void)
{
	struct ed_pause pause = {at("2026-03-19 10:00"), at("2026-03-21 10:00")};
	struct ed_count_rules cut = {.cutoff = 17 * 60};
	int64_t t;

	*told = '\0';
	is_ok(ed_term_explain(term_of("4d"), &cut, base, dushanbe, at("2026-03-17 17:30"), &pause,
	                      1, write_down, NULL, &t, &err),
	      &err, "explained");
	is_str(told,
	       "03-17 start 0\n03-18 start 0\n03-19 day 1\n03-20 stopped 1\n03-21 day 2\n"
	       "03-22 day 3\n03-23 day 4\n03-23 off 0\n03-24 off 0\n03-25 last 0\n",
	       "calendar days");
	*told = '\0';
	cut.cutoff = 0;
	is_ok(ed_term_explain(term_of("2wd"), &cut, base, dushanbe, at("2026-03-20 17:30"), NULL, 0,
	                      write_down, NULL, &t, &err),
	      &err, "explained");
	is_str(told,
	       "03-20 start 0\n03-21 off 0\n03-22 off 0\n03-23 off 0\n03-24 off 0\n03-25 day 1\n"
	       "03-26 day 2\n",
	       "working days");
}

static struct ed_calendar *load(const char *text)
{
	struct ed_calendar *c = NULL;

	if (!is_ok(ed_calendar_parse(text, strlen(text), "c.yaml", arena, &c, &err), &err,
	           "a calendar"))
		exit(1);
	return c;
}

int main(void)
{
	arena = ed_arena_new();
	if (!is_ok(ed_zone_load(NULL, "Asia/Dushanbe", &dushanbe, &err), &err, "the zone"))
		return 1;
	base = load(base_text);
	england = load(england_text);
	words();
	terms();
	bank_holidays();
	stops();
	extensions();
	edges();
	rungs();
	by_the_hour();
	explained();
	ed_zone_free(dushanbe);
	ed_arena_free(arena);
	return done();
}
