/* SPDX-License-Identifier: ISC */
/* A calendar of ours out of an iCalendar file: text that somebody looks through,
 * completes and signs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "route/calendar.h"
#include "route/icalread.h"
#include "route/id.h"

static void put_quoted(struct ed_buf *out, const char *text)
{
	ed_buf_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			ed_buf_putc(out, '\\');
		ed_buf_putc(out, *text);
	}
	ed_buf_putc(out, '"');
}

static void put_rows(struct ed_buf *out, const struct ed_ical *ical, bool working,
                     const char *source)
{
	bool any = false;

	for (size_t i = 0; i < ical->n; i++) {
		const struct ed_ical_day *day = &ical->v[i];
		char date[ED_TIME_STR];

		if (day->working != working)
			continue;
		if (!any)
			ed_buf_puts(out, working ? "working:\n" : "off:\n");
		any = true;
		ed_date_format(date, day->date);
		ed_buf_printf(out, "  - {date: %s, name: ", date);
		put_quoted(out, day->name);
		ed_buf_puts(out, ", note: ");
		put_quoted(out, day->note && *day->note ? day->note : source);
		ed_buf_puts(out, day->provisional ? ", provisional: yes}\n" : "}\n");
	}
}

static void put_calendar(struct ed_buf *out, const struct edoc_ical_import *how,
                         const struct ed_ical *ical, const char *source)
{
	char today[ED_TIME_STR];

	ed_time_format(today, how->now);
	ed_buf_printf(out, "format: edoc-calendar/1\ncalendar: %s\n", how->name);
	if (ical->title && *ical->title) {
		ed_buf_puts(out, "title: ");
		put_quoted(out, ical->title);
		ed_buf_putc(out, '\n');
	}
	ed_buf_puts(out, "issued-by: ");
	put_quoted(out, ical->product && *ical->product ? ical->product : source);
	ed_buf_puts(out, "\nbasis: ");
	put_quoted(out, source);
	ed_buf_printf(out, "\ndate: %.10s\ncovers: [%d, %d]\nweekend: [%s]\n", today,
	              ical->first_year, ical->last_year, how->weekend ? how->weekend : "sat, sun");
	put_rows(out, ical, false, source);
	put_rows(out, ical, true, source);
}

/* "2026" or "2026-2027" */
static bool parse_years(const char *text, int *first, int *last)
{
	size_t len = text ? strlen(text) : 0;

	if ((len != 4 && len != 9) || strspn(text, "0123456789") != 4 || *text < '1' ||
	    (len == 9 && (text[4] != '-' || strspn(text + 5, "0123456789") != 4)))
		return false;
	*first = (int)strtol(text, NULL, 10);
	*last = len == 9 ? (int)strtol(text + 5, NULL, 10) : *first;
	return *first <= *last && *last - *first < 100;
}

/* The last part of the path, which is what a reader knows it by. */
static const char *source_of(const char *path, struct ed_arena *arena)
{
	const char *slash = strrchr(path, '/');
	char safe[200];

	ed_escape(safe, sizeof(safe), slash ? slash + 1 : path);
	return ed_arena_printf(arena, "%s, iCalendar", safe);
}

static enum edoc_code import(const char *path, const struct edoc_ical_import *how,
                             struct ed_arena *arena, struct ed_buf *yaml, struct edoc_error *err)
{
	const char *source = source_of(path, arena);
	struct ed_calendar *calendar;
	struct ed_ical ical = {0};
	struct ed_buf bytes;

	if (!source)
		return ed_fail_memory(err);
	if (!how->name || !ed_is_id(how->name))
		return ed_fail(err, EDOC_ERR_USAGE, how->name ? how->name : "--name",
		               "a calendar is called by a-z, 0-9 and \"-\", a letter first");
	if (!parse_years(how->covers, &ical.first_year, &ical.last_year))
		return ed_fail(err, EDOC_ERR_USAGE, how->covers ? how->covers : "--covers",
		               "the years are said as 2026 or 2026-2027, 100 at most");
	if (how->weekend && how->weekend[strspn(how->weekend, "adefhimnorstuw, ")])
		return ed_fail(err, EDOC_ERR_USAGE, how->weekend,
		               "a weekend is written as sat,sun");
	ed_buf_init(&bytes, ED_MAX_ICAL);
	enum edoc_code code = ed_read_path(path, &bytes, err);
	if (!code)
		code = ed_ical_read(bytes.data, bytes.len, path, arena, &ical, err);
	ed_buf_clear(&bytes);
	if (code)
		return code;
	put_calendar(yaml, how, &ical, source);
	code = ed_buf_check(yaml, path, err);
	/* What our own reader would refuse is no calendar. */
	return code ? code : ed_calendar_parse(yaml->data, yaml->len, path, arena, &calendar, err);
}

enum edoc_code edoc_calendar_import(const char *path, const struct edoc_ical_import *how,
                                    char **text, struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_buf yaml;
	enum edoc_code code;

	*text = NULL;
	if (!arena)
		return ed_fail_memory(err);
	ed_buf_init(&yaml, ED_MAX_YAML_BYTES);
	code = import(path, how, arena, &yaml, err);
	if (!code)
		code = ed_buf_steal(&yaml, path, text, err);
	ed_buf_clear(&yaml);
	ed_arena_free(arena);
	return code;
}
