/* SPDX-License-Identifier: ISC */
/* route/calendar: files, working days, and where a term ends. */
#include "route/calendar.h"

#include "../tap.h"
#include "base/io.h"
#include "base/limits.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_zone *dushanbe;

static const char base[] = "format: edoc-calendar/1\n"
                           "calendar: xx\n"
                           "title: Test\n"
                           "issued-by: us\n"
                           "basis: law\n"
                           "date: 2026-01-01\n"
                           "covers: [2025, 2026]\n"
                           "weekend: [sat, sun]\n"
                           "off:\n"
                           "  - {date: 2026-01-01, name: New year, decree: x}\n"
                           "  - {date: 2026-03-23, name: Navruz, note: x, provisional: yes}\n"
                           "  - {date: 2026-03-24, name: Navruz, decree: x}\n"
                           "working:\n"
                           "  - {date: 2026-03-28, name: for the 24th, decree: x}\n";

static enum edoc_code parse(const char *text, struct ed_calendar **calendar)
{
	memset(&err, 0, sizeof(err));
	return ed_calendar_parse(text, strlen(text), "c.yaml", arena, calendar, &err);
}

static void change(const char *from, const char *to, enum edoc_code want, const char *word)
{
	const char *at = strstr(base, from);
	char text[2000], shown[200];
	struct ed_calendar *c;

	snprintf(text, sizeof(text), "%.*s%s%s", at ? (int)(at - base) : 0, base, to,
	         at ? at + strlen(from) : "");
	snprintf(shown, sizeof(shown), "%s", *to ? to : from);
	shown[strcspn(shown, "\n")] = '\0';
	if (want)
		fails(parse(text, &c), want, &err, word, shown);
	else
		is_ok(parse(text, &c), &err, shown);
}

static void files(void)
{
	struct ed_calendar *c;

	if (!is_ok(parse(base, &c), &err, "a calendar"))
		exit(1);
	is_str(c->name, "xx", "name");
	ok(c->first_year == 2025 && c->last_year == 2026 && c->n_off == 3 && c->n_working == 1,
	   "what it holds");
	ok(c->weekend == (1u << 6 | 1u << 7) && strlen(c->sha256) == 64, "weekend and digest");
	change("edoc-calendar/1", "edoc-calendar/2", EDOC_ERR_VERSION, "edoc-calendar/2");
	change("edoc-calendar/1", "edoc-route/1", EDOC_ERR_INPUT, "no calendar");
	change("calendar: xx\n", "", EDOC_ERR_INPUT, "calendar");
	change("issued-by: us\n", "", EDOC_ERR_INPUT, "issued-by");
	change("basis: law\n", "", EDOC_ERR_INPUT, "basis");
	change("title: Test\n", "", EDOC_OK, NULL);
	change("title: Test\n", "titel: Test\n", EDOC_ERR_INPUT, "\"title\"");
	change("date: 2026-01-01\n", "date: soon\n", EDOC_ERR_INPUT, "day");
	change("[2025, 2026]", "[2026, 2025]", EDOC_ERR_INPUT, "first year");
	change("[2025, 2026]", "2026", EDOC_ERR_INPUT, "years");
	change("[2025, 2026]", "[2025, 26]", EDOC_ERR_INPUT, "year");
	change("[2025, 2026]", "[2024, 2025]", EDOC_ERR_INPUT, "outside");
	change("[sat, sun]", "[sat, sat]", EDOC_ERR_INPUT, "once");
	change("[sat, sun]", "[saturday]", EDOC_ERR_INPUT, "one of");
	change("[sat, sun]", "sun", EDOC_ERR_INPUT, "weekend");
	change("[sat, sun]", "[mon, tue, wed, thu, fri, sat, sun]", EDOC_ERR_INPUT, "somebody");
	change("[sat, sun]", "[mon]", EDOC_ERR_INPUT, "day of the weekend");
	change("2026-03-24", "2026-03-23", EDOC_ERR_INPUT, "order");
	change("2026-03-24", "2026-03-22", EDOC_ERR_INPUT, "order");
	change("2026-03-24", "2026-02-29", EDOC_ERR_INPUT, "no day");
	change("name: Navruz, note: x, ", "name: Navruz, ", EDOC_ERR_INPUT, "decree");
	change("name: Navruz, note", "note", EDOC_ERR_INPUT, "name");
	change("provisional: yes", "provisional: no", EDOC_ERR_INPUT, "yes");
	change("provisional: yes", "provisionl: yes", EDOC_ERR_INPUT, "\"provisional\"");
	change("2026-03-28", "2026-03-27", EDOC_ERR_INPUT, "day of the weekend");
	fails(parse("", &c), EDOC_ERR_INPUT, &err, "format", "an empty file");
	fails(parse("[a]", &c), EDOC_ERR_INPUT, &err, "key", "a list");
}

static void days(const struct ed_calendar *c)
{
	static const struct {
		struct ed_date date;
		bool working;
	} v[] = {{{2026, 1, 1}, false},  {{2026, 1, 2}, true},   {{2026, 3, 21}, false},
	         {{2026, 3, 22}, false}, {{2026, 3, 23}, false}, {{2026, 3, 24}, false},
	         {{2026, 3, 25}, true},  {{2026, 3, 28}, true},  {{2026, 3, 29}, false},
	         {{2025, 1, 1}, true},   {{2026, 12, 31}, true}};
	char day[ED_TIME_STR];
	bool working;

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		ed_date_format(day, v[i].date);
		is_ok(ed_calendar_working(c, v[i].date, &working, &err), &err, day);
		ok(working == v[i].working, "%s %s", day, v[i].working ? "is worked" : "is off");
	}
	fails(ed_calendar_working(c, (struct ed_date){2027, 1, 1}, &working, &err), EDOC_ERR_CONFIG,
	      &err, "2027-01-01", "after the covered years");
	fails(ed_calendar_working(c, (struct ed_date){2024, 12, 31}, &working, &err),
	      EDOC_ERR_CONFIG, &err, "2024-12-31", "before them");
	fails(ed_calendar_working(NULL, (struct ed_date){2026, 1, 1}, &working, &err),
	      EDOC_ERR_CONFIG, &err, "calendar", "no calendar");
}

#define D ED_TERM_DAYS
#define WD ED_TERM_WORKING_DAYS
#define MO ED_TERM_MONTHS

/* Times are written as Dushanbe's (+05:00). */
static void due(const struct ed_calendar *c, struct ed_term term, struct ed_count_rules rules,
                const char *start, const char *want)
{
	char got[ED_TIME_STR], text[64];
	struct ed_civil civil;
	int64_t from, t;

	snprintf(text, sizeof(text), "%s+05:00", start);
	if (!ed_time_parse(text, &from)) {
		ok(false, "%s is a time", text);
		return;
	}
	if (!is_ok(ed_term_due(term, &rules, c, dushanbe, from, &t, &err), &err, start))
		return;
	civil = ed_zone_civil(dushanbe, t);
	ed_date_format(got, civil.date);
	is_str(got, want, "  is due");
	ok(civil.hour == 23 && civil.minute == 59 && civil.second == 59, "  at the end of the day");
}

static void terms(const struct ed_calendar *c)
{
	const struct ed_count_rules plain = {0}, same = {.start = ED_START_SAME_DAY},
	                            next_wd = {.start = ED_START_NEXT_WORKING_DAY},
	                            back = {.roll = ED_ROLL_PREVIOUS},
	                            none = {.roll = ED_ROLL_NONE}, cut = {.cutoff = 17 * 60};

	/* 2026: 5 March is a Thursday; 23, 24 are off, Saturday 28 is worked */
	due(c, (struct ed_term){WD, 1}, plain, "2026-03-05T10:00:00", "2026-03-06");
	due(c, (struct ed_term){WD, 2}, plain, "2026-03-05T10:00:00", "2026-03-09");
	due(c, (struct ed_term){WD, 1}, same, "2026-03-05T10:00:00", "2026-03-05");
	due(c, (struct ed_term){WD, 1}, same, "2026-03-07T10:00:00", "2026-03-09");
	due(c, (struct ed_term){WD, 1}, plain, "2026-03-20T10:00:00", "2026-03-25");
	due(c, (struct ed_term){WD, 4}, plain, "2026-03-20T10:00:00", "2026-03-28");
	due(c, (struct ed_term){WD, 5}, plain, "2026-03-20T10:00:00", "2026-03-30");
	due(c, (struct ed_term){WD, 1}, next_wd, "2026-03-20T10:00:00", "2026-03-25");
	/* the last second of a day, and the first of the next */
	due(c, (struct ed_term){WD, 1}, plain, "2026-03-05T23:59:59", "2026-03-06");
	due(c, (struct ed_term){WD, 1}, plain, "2026-03-06T00:00:00", "2026-03-09");
	/* the cutoff itself is late */
	due(c, (struct ed_term){WD, 1}, cut, "2026-03-05T16:59:59", "2026-03-06");
	due(c, (struct ed_term){WD, 1}, cut, "2026-03-05T17:00:00", "2026-03-09");
	due(c, (struct ed_term){D, 1}, cut, "2026-03-06T17:00:00", "2026-03-10");
	/* calendar days roll over days off */
	due(c, (struct ed_term){D, 1}, plain, "2026-03-05T10:00:00", "2026-03-06");
	due(c, (struct ed_term){D, 2}, plain, "2026-03-05T10:00:00", "2026-03-09");
	due(c, (struct ed_term){D, 2}, back, "2026-03-05T10:00:00", "2026-03-06");
	due(c, (struct ed_term){D, 2}, none, "2026-03-05T10:00:00", "2026-03-07");
	due(c, (struct ed_term){D, 15}, plain, "2026-03-07T10:00:00", "2026-03-25");
	due(c, (struct ed_term){D, 1}, same, "2026-03-05T10:00:00", "2026-03-05");
	due(c, (struct ed_term){D, 15}, next_wd, "2026-03-06T10:00:00", "2026-03-25");
	due(c, (struct ed_term){D, 21}, plain, "2026-03-07T10:00:00", "2026-03-28");
	/* months clamp to the end of the month: 28 February 2026 is a Saturday */
	due(c, (struct ed_term){MO, 1}, none, "2026-01-31T10:00:00", "2026-02-28");
	due(c, (struct ed_term){MO, 1}, plain, "2026-01-31T10:00:00", "2026-03-02");
	due(c, (struct ed_term){MO, 1}, back, "2026-01-31T10:00:00", "2026-02-27");
	due(c, (struct ed_term){MO, 1}, none, "2026-03-15T10:00:00", "2026-04-15");
	due(c, (struct ed_term){MO, 3}, none, "2025-11-30T10:00:00", "2026-02-28");
	due(c, (struct ed_term){MO, 1}, same, "2026-03-15T10:00:00", "2026-04-15");
	due(c, (struct ed_term){MO, 1}, cut, "2026-01-30T18:00:00", "2026-03-02");
}

static void edges(const struct ed_calendar *c)
{
	struct ed_count_rules rules = {0};
	int64_t from = 0, t = 0;

	is_ok(ed_term_due((struct ed_term){ED_TERM_NONE, 0}, &rules, c, dushanbe, from, &t, &err),
	      &err, "no term");
	ok(t == ED_TIME_NONE, "is never due");
	ok(ed_time_parse("2026-12-30T10:00:00+05:00", &from), "near the end of the calendar");
	is_ok(ed_term_due((struct ed_term){WD, 1}, &rules, c, dushanbe, from, &t, &err), &err,
	      "the last covered day");
	fails(ed_term_due((struct ed_term){WD, 2}, &rules, c, dushanbe, from, &t, &err),
	      EDOC_ERR_CONFIG, &err, "2027-01-01", "one day more");
	ok(t == ED_TIME_NONE, "gives no date");
	fails(ed_term_due((struct ed_term){D, 2}, &rules, c, dushanbe, from, &t, &err),
	      EDOC_ERR_CONFIG, &err, "2025 to 2026", "calendar days too");
	fails(ed_term_due((struct ed_term){MO, 1}, &rules, c, dushanbe, from, &t, &err),
	      EDOC_ERR_CONFIG, &err, "covers", "months too");
	rules.roll = ED_ROLL_NONE;
	is_ok(ed_term_due((struct ed_term){MO, 1}, &rules, NULL, dushanbe, from, &t, &err), &err,
	      "without rolling no calendar is needed");
	fails(ed_term_due((struct ed_term){WD, 1}, &rules, NULL, dushanbe, from, &t, &err),
	      EDOC_ERR_CONFIG, &err, "calendar", "working days need one");
}

/* A leap year has its own day. */
static void leap(void)
{
	const struct ed_count_rules none = {.roll = ED_ROLL_NONE};

	due(NULL, (struct ed_term){MO, 1}, none, "2028-01-31T10:00:00", "2028-02-29");
	due(NULL, (struct ed_term){MO, 12}, none, "2028-02-29T10:00:00", "2029-02-28");
	due(NULL, (struct ed_term){D, 1}, none, "2028-02-28T10:00:00", "2028-02-29");
	due(NULL, (struct ed_term){D, 1}, none, "2026-02-28T10:00:00", "2026-03-01");
}

/* Every file of profiles/calendars. */
static void shipped(void)
{
	const char *src = getenv("SRCDIR");
	char dir[4096], path[8192], **names;
	bool working;
	size_t n;

	snprintf(dir, sizeof(dir), "%s/profiles/calendars", src ? src : ".");
	if (!is_ok(ed_list_dir(dir, &names, &n, &err), &err, dir))
		return;
	ok(n >= 2, "%zu calendars", n);
	for (size_t i = 0; i < n; i++) {
		struct ed_calendar *c = NULL;
		struct ed_buf buf;

		ed_buf_init(&buf, ED_MAX_YAML_BYTES);
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		is_ok(ed_read_path(path, &buf, &err), &err, names[i]);
		if (is_ok(ed_calendar_parse(buf.data, buf.len, path, arena, &c, &err), &err,
		          "parses")) {
			ok(!strncmp(names[i], c->name, strlen(c->name)), "by its name");
			is_ok(ed_calendar_working(c, (struct ed_date){2027, 3, 22}, &working, &err),
			      &err, "covers 2027");
			ok(working != !strcmp(c->name, "tj"), "22 March is off in TJ alone");
		}
		ed_buf_clear(&buf);
	}
	ed_names_free(names);
}

int main(void)
{
	struct ed_calendar *c;

	arena = ed_arena_new();
	is_ok(ed_zone_load(NULL, "Asia/Dushanbe", &dushanbe, &err), &err, "the zone");
	files();
	if (parse(base, &c))
		return 1;
	days(c);
	terms(c);
	edges(c);
	leap();
	shipped();
	ed_zone_free(dushanbe);
	ed_arena_free(arena);
	return done();
}
