/* SPDX-License-Identifier: ISC */
/* route/calendar: files and working days.  Terms are in term.c. */
#include "route/calendar.h"

#include "../tap.h"
#include "base/io.h"
#include "base/limits.h"

static struct ed_arena *arena;
static struct edoc_error err;

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
	change("name: Navruz, note", "name: \"\", note", EDOC_ERR_INPUT, "one line");
	change("name: Navruz, note", "name: \"a\\nb\", note", EDOC_ERR_INPUT, "one line");
	change("note: x", "note: \"\"", EDOC_ERR_INPUT, "one line");
	change("decree: x", "decree: \"\"", EDOC_ERR_INPUT, "one line");
	change("calendar: xx", "calendar: \"\"", EDOC_ERR_INPUT, "one line");
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

static void rows(const struct ed_calendar *c)
{
	const struct ed_day *day = ed_calendar_day(c, (struct ed_date){2026, 3, 23});
	if (ok(day != NULL, "a row of its own")) {
		is_str(day->name, "Navruz", "name");
		ok(day->note && !day->decree && day->provisional, "a note, no decree, provisional");
		ok(day->line == 11 && day->column == 5, "line %u, column %u", day->line,
		   day->column);
	}
	day = ed_calendar_day(c, (struct ed_date){2026, 3, 28});
	ok(day && day->decree && !day->note && !day->provisional, "a moved working day");
	ok(!ed_calendar_day(c, (struct ed_date){2026, 3, 22}), "an ordinary Sunday has none");
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
			is_ok(ed_calendar_working(c, (struct ed_date){2027, 3, 23}, &working, &err),
			      &err, "covers 2027");
			ok(working != !strcmp(c->name, "tj"), "23 March is off in TJ alone");
		}
		ed_buf_clear(&buf);
	}
	ed_names_free(names);
}

int main(void)
{
	struct ed_calendar *c;

	arena = ed_arena_new();
	files();
	if (parse(base, &c))
		return 1;
	days(c);
	rows(c);
	shipped();
	ed_arena_free(arena);
	return done();
}
