/* SPDX-License-Identifier: ISC */
#include "route/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "door/yaml.h"

struct parser {
	const char *where;
	struct ed_arena *arena;
	struct edoc_error *err;
	struct ed_calendar *calendar;
};

static int compare(const void *key, const void *day)
{
	return ed_date_compare(*(const struct ed_date *)key, ((const struct ed_day *)day)->date);
}

static const struct ed_day *find(const struct ed_day *days, size_t n, struct ed_date date)
{
	return n ? bsearch(&date, days, n, sizeof(*days), compare) : NULL;
}

/* What people read in lists, and in the reasons of a term. */
static enum edoc_code get_line(const struct parser *p, const struct ed_yaml *map, const char *key,
                               bool required, const char **line)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, line, p->err);

	if (!code && *line &&
	    (!**line || strlen(*line) > ED_MAX_CALENDAR_LINE || strpbrk(*line, "\n\t")))
		return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
		                    "\"%s\" must be one line of at most %d bytes", key,
		                    ED_MAX_CALENDAR_LINE);
	return code;
}

/* {date: 2026-03-21, name: Наврӯз, decree: ..., note: ..., provisional: yes} */
static enum edoc_code parse_day(struct parser *p, const struct ed_yaml *map, struct ed_day *day)
{
	static const char *const known[] = {"date", "name", "decree", "note", "provisional", NULL};
	const char *date, *text = NULL;
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = ed_yaml_text(map, p->where, "date", true, &date, p->err);
	if (!code && !ed_date_parse(date, &day->date))
		code = ed_yaml_fail(ed_yaml_get(map, "date"), p->where, p->err,
		                    "\"%s\" is no day such as 2026-03-21", date);
	if (!code)
		code = get_line(p, map, "name", true, &day->name);
	if (!code)
		code = get_line(p, map, "decree", false, &day->decree);
	if (!code)
		code = get_line(p, map, "note", false, &day->note);
	if (!code)
		code = ed_yaml_text(map, p->where, "provisional", false, &text, p->err);
	if (!code && text && strcmp(text, "yes"))
		code = ed_yaml_fail(ed_yaml_get(map, "provisional"), p->where, p->err,
		                    "\"provisional\" is \"yes\" or left out");
	if (!code && !day->decree && !day->note)
		code = ed_yaml_fail(
		        map, p->where, p->err,
		        "a day needs its \"decree\", or a \"note\" where it comes from");
	if (!code &&
	    (day->date.year < p->calendar->first_year || day->date.year > p->calendar->last_year))
		code = ed_yaml_fail(ed_yaml_get(map, "date"), p->where, p->err,
		                    "%s lies outside the years that the calendar covers", date);
	day->provisional = text != NULL;
	day->line = map->line;
	day->column = map->column;
	return code;
}

static enum edoc_code parse_days(struct parser *p, const struct ed_yaml *list, struct ed_day **days,
                                 size_t *n)
{
	enum edoc_code code = EDOC_OK;

	if (!list)
		return EDOC_OK;
	if (list->kind != ED_YAML_LIST)
		return ed_yaml_fail(list, p->where, p->err, "a list of days must stand here");
	if (list->n > ED_MAX_CALENDAR_DAYS)
		return ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "more than %d days in a list",
		               ED_MAX_CALENDAR_DAYS);
	*days = ed_arena_alloc(p->arena, list->n * sizeof(**days));
	if (!*days)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++) {
		code = parse_day(p, list->items[i], &(*days)[i]);
		if (!code && i && ed_date_compare((*days)[i - 1].date, (*days)[i].date) >= 0)
			code = ed_yaml_fail(list->items[i], p->where, p->err,
			                    "days stand in order of time, each once");
	}
	*n = list->n;
	return code;
}

static enum edoc_code parse_weekend(struct parser *p, const struct ed_yaml *list)
{
	static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	if (!list || list->kind != ED_YAML_LIST)
		return ed_yaml_fail(list, p->where, p->err,
		                    "a calendar needs \"weekend: [sat, sun]\"");
	for (size_t i = 0; i < list->n; i++) {
		const struct ed_yaml *item = list->items[i];
		int d = 0;

		while (d < 7 && (item->kind != ED_YAML_SCALAR || strcmp(item->text, names[d])))
			d++;
		if (d == 7 || (p->calendar->weekend & 1u << (d + 1)))
			return ed_yaml_fail(item, p->where, p->err,
			                    "one of mon, tue, wed, thu, fri, sat, sun, each once");
		p->calendar->weekend |= 1u << (d + 1);
	}
	if (list->n == 7)
		return ed_yaml_fail(list, p->where, p->err, "somebody must work on some day");
	return EDOC_OK;
}

static enum edoc_code parse_covers(struct parser *p, const struct ed_yaml *list)
{
	int year[2] = {0, 0};

	if (!list || list->kind != ED_YAML_LIST || list->n != 2)
		return ed_yaml_fail(list, p->where, p->err,
		                    "a calendar says its years: \"covers: [2025, 2027]\"");
	for (size_t i = 0; i < 2; i++) {
		const char *s = list->items[i]->kind == ED_YAML_SCALAR ? list->items[i]->text : "";

		if (strlen(s) != 4 || strspn(s, "0123456789") != 4 || *s < '1')
			return ed_yaml_fail(list->items[i], p->where, p->err,
			                    "a year must stand here");
		year[i] = (int)strtol(s, NULL, 10);
	}
	if (year[0] > year[1])
		return ed_yaml_fail(list, p->where, p->err, "the first year comes first");
	p->calendar->first_year = year[0];
	p->calendar->last_year = year[1];
	return EDOC_OK;
}

static enum edoc_code parse_head(struct parser *p, const struct ed_yaml *root)
{
	const char *format, *text = NULL;
	struct ed_calendar *c = p->calendar;
	enum edoc_code code = ed_yaml_text(root, p->where, "format", true, &format, p->err);

	if (!code && strncmp(format, "edoc-calendar/", 14))
		return ed_yaml_fail(ed_yaml_get(root, "format"), p->where, p->err,
		                    "\"%s\" is no calendar; \"format: edoc-calendar/1\" is one",
		                    format);
	if (!code && strcmp(format, "edoc-calendar/1"))
		return ed_fail(p->err, EDOC_ERR_VERSION, p->where,
		               "the calendar is written in %s; this release reads edoc-calendar/1",
		               format);
	if (!code)
		code = get_line(p, root, "calendar", true, &c->name);
	if (!code)
		code = get_line(p, root, "title", false, &c->title);
	if (!code)
		code = get_line(p, root, "issued-by", true, &text);
	if (!code)
		code = get_line(p, root, "basis", true, &text);
	if (!code)
		code = get_line(p, root, "date", true, &text);
	if (!code && !ed_date_parse(text, &c->date))
		code = ed_yaml_fail(ed_yaml_get(root, "date"), p->where, p->err,
		                    "\"date\" is a day such as 2026-03-05");
	return code;
}

enum edoc_code ed_calendar_parse(const void *bytes, size_t len, const char *where,
                                 struct ed_arena *arena, struct ed_calendar **calendar,
                                 struct edoc_error *err)
{
	static const char *const known[] = {"format", "calendar", "title",  "issued-by",
	                                    "basis",  "date",     "covers", "weekend",
	                                    "off",    "working",  NULL};
	struct parser p = {where, arena, err, ed_arena_alloc(arena, sizeof(*p.calendar))};
	struct ed_calendar *c = p.calendar;
	char ref[ED_SHA256_REF];
	struct ed_yaml *root;
	enum edoc_code code;

	*calendar = NULL;
	if (!c || !ed_sha256_ref(bytes ? bytes : "", len, ref))
		return ed_fail_memory(err);
	memcpy(c->sha256, ref + 7, 65);
	code = ed_yaml_parse(bytes, len, where, arena, &root, err);
	if (!code && root->kind != ED_YAML_MAP)
		code = ed_yaml_fail(root, where, err, "a calendar is made of \"key: value\" lines");
	if (!code)
		code = parse_head(&p, root);
	if (!code)
		code = ed_yaml_only(root, where, known, err);
	if (!code)
		code = parse_covers(&p, ed_yaml_get(root, "covers"));
	if (!code)
		code = parse_weekend(&p, ed_yaml_get(root, "weekend"));
	if (!code)
		code = parse_days(&p, ed_yaml_get(root, "off"), &c->off, &c->n_off);
	if (!code)
		code = parse_days(&p, ed_yaml_get(root, "working"), &c->working, &c->n_working);
	for (size_t i = 0; i < c->n_working && !code; i++)
		if (find(c->off, c->n_off, c->working[i].date) ||
		    !(c->weekend & 1u << ed_weekday(c->working[i].date)))
			code = ed_yaml_fail(
			        ed_yaml_get(root, "working")->items[i], where, err,
			        "a moved working day must be a day of the weekend, and not off");
	if (!code)
		*calendar = c;
	return code;
}

enum edoc_code ed_calendar_working(const struct ed_calendar *calendar, struct ed_date date,
                                   bool *working, struct edoc_error *err)
{
	char day[ED_TIME_STR];

	*working = false;
	ed_date_format(day, date);
	if (!calendar)
		return ed_fail(err, EDOC_ERR_CONFIG, day, "no calendar to count working days by");
	if (date.year < calendar->first_year || date.year > calendar->last_year)
		return ed_fail(
		        err, EDOC_ERR_CONFIG, day,
		        "the calendar \"%s\" covers %d to %d; install one that reaches this day",
		        calendar->name, calendar->first_year, calendar->last_year);
	*working = find(calendar->working, calendar->n_working, date) ||
	           (!(calendar->weekend & 1u << ed_weekday(date)) &&
	            !find(calendar->off, calendar->n_off, date));
	return EDOC_OK;
}

const struct ed_day *ed_calendar_day(const struct ed_calendar *calendar, struct ed_date date)
{
	const struct ed_day *day = find(calendar->off, calendar->n_off, date);

	return day ? day : find(calendar->working, calendar->n_working, date);
}
