/* SPDX-License-Identifier: ISC */
/* Calendars as callers have them: loaded, checked, and asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/err.h"
#include "base/limits.h"
#include "route/exchange.h"
#include "route/ical.h"
#include "route/term.h"
#include "route/told.h"

#define T(s) dgettext("edoc", s)
#define FOLDER "calendars/"
#define MAX_ICAL ((size_t)16 << 20)

struct edoc_calendar {
	struct ed_arena *arena;
	struct ed_calendar *its;
	char *where; /* for messages, in the arena */
};

/* ---- where they come from ---- */

static enum edoc_code calendar_new(const char *where, struct edoc_calendar **calendar,
                                   struct edoc_error *err)
{
	struct edoc_calendar *c = calloc(1, sizeof(*c));

	*calendar = NULL;
	if (c)
		c->arena = ed_arena_new();
	if (c && c->arena)
		c->where = ed_arena_strdup(c->arena, where);
	if (!c || !c->arena || !c->where) {
		edoc_calendar_free(c);
		return ed_fail_memory(err);
	}
	*calendar = c;
	return EDOC_OK;
}

const struct ed_calendar *ed_calendar_of(const struct edoc_calendar *calendar)
{
	return calendar->its;
}

void edoc_calendar_free(struct edoc_calendar *calendar)
{
	if (!calendar)
		return;
	ed_arena_free(calendar->arena);
	free(calendar);
}

static enum edoc_code parsed(const void *bytes, size_t len, const char *where,
                             struct edoc_calendar **calendar, struct edoc_error *err)
{
	struct edoc_calendar *c;
	enum edoc_code code = calendar_new(where, &c, err);

	*calendar = NULL;
	if (!code)
		code = ed_calendar_parse(bytes, len, where, c->arena, &c->its, err);
	if (!code)
		*calendar = c;
	else
		edoc_calendar_free(c);
	return code;
}

enum edoc_code edoc_calendar_load(const char *path, struct edoc_calendar **calendar,
                                  struct edoc_error *err)
{
	struct ed_buf yaml;
	enum edoc_code code;

	*calendar = NULL;
	ed_buf_init(&yaml, ED_MAX_YAML_BYTES);
	code = ed_read_path(path, &yaml, err);
	if (!code)
		code = parsed(yaml.data, yaml.len, path, calendar, err);
	ed_buf_clear(&yaml);
	return code;
}

const char *edoc_calendar_builtin_name(size_t i)
{
	static const char *const names[] = {"tj", "uz"};

	return i < sizeof(names) / sizeof(*names) ? names[i] : NULL;
}

enum edoc_code edoc_calendar_builtin(const char *name, struct edoc_calendar **calendar,
                                     struct edoc_error *err)
{
	char full[64];

	*calendar = NULL;
	snprintf(full, sizeof(full), FOLDER "%.40s.yaml", name);
	for (const struct ed_embedded *e = ed_embedded_table; e->name; e++)
		if (!strcmp(e->name, full))
			return parsed(e->bytes, e->len, e->name, calendar, err);
	return ed_fail(err, EDOC_ERR_ABSENT, name,
	               "no calendar has this name: those built in are tj and uz");
}

enum edoc_code edoc_desk_calendar(struct edoc_desk *desk, const char *name, int64_t now,
                                  struct edoc_calendar **calendar, struct edoc_error *err)
{
	struct edoc_calendar *c;
	struct ed_pin *pin = NULL;
	enum edoc_code code = calendar_new(name, &c, err);

	*calendar = NULL;
	if (!code)
		code = ed_desk_calendar(desk, name, c->arena, &pin, err);
	if (!code && !pin)
		code = ed_fail(err, EDOC_ERR_ABSENT, name,
		               "no calendar of this name is installed at the desk %s", desk->path);
	if (!code)
		code = ed_desk_believe(desk, pin, now, c->arena, err);
	if (code) {
		edoc_calendar_free(c);
		return code;
	}
	c->its = pin->calendar;
	*calendar = c;
	return EDOC_OK;
}

/* ---- check ---- */

enum edoc_code edoc_calendar_check(const struct edoc_calendar *calendar, int64_t now,
                                   const char *lang, char **text, char **json, size_t *errors,
                                   struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_findings findings;
	struct ed_tale tale;
	enum edoc_code code;

	*errors = 0;
	if (!arena)
		return ed_fail_memory(err);
	ed_tale_init(&tale, text, json);
	ed_findings_init(&findings, arena);
	code = ed_calendar_lint(calendar->its, calendar->where, now, &findings, err);
	if (!code)
		code = ed_tale_findings(&tale, "calendar check", &findings, lang, errors, err);
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	ed_tale_clear(&tale);
	ed_arena_free(arena);
	return code;
}

enum edoc_code edoc_calendar_ical(const struct edoc_calendar *calendar, char **text,
                                  struct edoc_error *err)
{
	struct ed_buf out;
	enum edoc_code code;

	*text = NULL;
	ed_buf_init(&out, MAX_ICAL);
	ed_ical_write(calendar->its, &out);
	code = ed_buf_steal(&out, calendar->where, text, err);
	ed_buf_clear(&out);
	return code;
}

/* ---- days in words ---- */

static const char *weekday(struct ed_date date)
{
	static const char *const names[] = {"", "mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	return names[ed_weekday(date)];
}

static void put_safe(struct ed_buf *out, const char *s)
{
	char safe[512];

	ed_escape(safe, sizeof(safe), s);
	ed_buf_puts(out, safe);
}

/* "2026-03-23 mon  ", then what it is by the calendar: "Navruz (decree)". */
static void put_date(struct ed_buf *out, struct ed_date date)
{
	char text[ED_TIME_STR];

	ed_date_format(text, date);
	ed_buf_printf(out, "%s %s  ", text, weekday(date));
}

static void put_row(struct ed_buf *out, const struct ed_day *row)
{
	if (!row) {
		ed_buf_puts(out, T("weekend"));
		return;
	}
	put_safe(out, row->name);
	ed_buf_puts(out, " (");
	put_safe(out, row->decree ? row->decree : row->note);
	ed_buf_printf(out, "%s)", row->provisional ? T("; expected, not announced") : "");
}

static int json_row(json_t *o, const struct ed_day *row)
{
	if (!row)
		return 0;
	return ed_json_str(o, "name", row->name) |
	       (row->decree ? ed_json_str(o, "decree", row->decree) : 0) |
	       (row->note ? ed_json_str(o, "note", row->note) : 0) |
	       (row->provisional ? ed_json_bool(o, "provisional", true) : 0);
}

/* ---- due ---- */

struct due {
	const struct ed_calendar *calendar; /* or NULL */
	const struct edoc_term_question *q;
	struct ed_arena *arena;
	struct ed_zone *own;        /* loaded for this */
	const struct ed_zone *zone; /* that, or the desk's; NULL: UTC */
	struct ed_count_rules rules;
	struct ed_term limit;
	int64_t start;
	struct ed_pause *pauses;
	size_t n_pauses;
	struct ed_buf *text; /* each day; NULL: not wanted */
	json_t *days;        /* or NULL */
	size_t extension;    /* which is being counted; 0: the term itself */
	bool expected;       /* a day off that is not announced moved the end */
	int bad;             /* of days */
	struct edoc_error *err;
};

/* A day, taken as its noon, or a time with its offset; a time needs a zone, for
 * without one nobody knows which day it is. */
static enum edoc_code read_moment(const struct due *d, const char *s, bool *timed, int64_t *t)
{
	struct ed_civil civil = {.hour = 12};

	*timed = false;
	if (ed_date_parse(s, &civil.date)) {
		*t = ed_zone_instant(d->zone, civil);
		return EDOC_OK;
	}
	if (!ed_time_parse(s, t))
		return ed_fail(d->err, EDOC_ERR_USAGE, s,
		               "neither a day such as 2026-03-05 nor a time such as "
		               "2026-03-05T17:30:00+05:00");
	if (!d->zone)
		return ed_fail(d->err, EDOC_ERR_USAGE, s,
		               "in which time zone? a day of one is not a day of another");
	*timed = true;
	return EDOC_OK;
}

static enum edoc_code read_choice(const struct due *d, const char *s, const char *const *names,
                                  unsigned *choice)
{
	*choice = 0;
	for (unsigned i = 0; s && names[i]; i++)
		if (!strcmp(s, names[i])) {
			*choice = i;
			return EDOC_OK;
		}
	if (!s)
		return EDOC_OK;
	return ed_fail(d->err, EDOC_ERR_USAGE, s, "this is none of %s, %s and %s", names[0],
	               names[1], names[2]);
}

static enum edoc_code read_term(const struct due *d, const char *s, struct ed_term *term)
{
	if (ed_term_parse(s, term))
		return EDOC_OK;
	return ed_fail(d->err, EDOC_ERR_USAGE, s,
	               "no term: 15d calendar days, 3wd working days, 1mo months");
}

static enum edoc_code read_rules(struct due *d, bool timed)
{
	const struct edoc_term_question *q = d->q;
	unsigned start, roll;
	enum edoc_code code = read_choice(d, q->start, ed_start_names, &start);

	if (!code)
		code = read_choice(d, q->roll, ed_roll_names, &roll);
	if (code)
		return code;
	d->rules.start = start;
	d->rules.roll = roll;
	if (!q->cutoff)
		return EDOC_OK;
	if (!ed_clock_parse(q->cutoff, &d->rules.cutoff))
		return ed_fail(d->err, EDOC_ERR_USAGE, q->cutoff, "no time of day such as 18:00");
	return timed ? EDOC_OK
	             : ed_fail(d->err, EDOC_ERR_USAGE, q->from,
	                       "a cutoff asks for the time of day when it began");
}

/* "FROM/TO", or "FROM/": it stands still yet. */
static enum edoc_code read_pause(const struct due *d, const char *s, struct ed_pause *pause)
{
	const char *slash = strchr(s, '/');
	char *from;
	bool timed;
	enum edoc_code code;

	if (!slash)
		return ed_fail(d->err, EDOC_ERR_USAGE, s,
		               "a stop is FROM/TO, or FROM/ when it lasts");
	from = ed_arena_strndup(d->arena, s, (size_t)(slash - s));
	if (!from)
		return ed_fail_memory(d->err);
	pause->to = ED_TIME_NONE;
	code = read_moment(d, from, &timed, &pause->from);
	if (!code && slash[1])
		code = read_moment(d, slash + 1, &timed, &pause->to);
	if (!code && slash[1] && pause->to < pause->from)
		return ed_fail(d->err, EDOC_ERR_USAGE, s, "a stop does not end before it begins");
	return code;
}

static enum edoc_code read_question(struct due *d)
{
	const struct edoc_term_question *q = d->q;
	enum edoc_code code = EDOC_OK;
	bool timed = false;
	size_t n = 0;

	if (q->zone)
		code = ed_zone_load(NULL, q->zone, &d->own, d->err);
	d->zone = d->own ? d->own : q->desk ? q->desk->zone : NULL;
	if (!code)
		code = read_moment(d, q->from, &timed, &d->start);
	if (!code)
		code = read_term(d, q->within, &d->limit);
	if (!code)
		code = read_rules(d, timed);
	while (q->stopped && q->stopped[n])
		n++;
	d->pauses = ed_arena_alloc(d->arena, (n + 1) * sizeof(*d->pauses));
	if (!code && !d->pauses)
		code = ed_fail_memory(d->err);
	for (; d->n_pauses < n && !code; d->n_pauses++)
		code = read_pause(d, q->stopped[d->n_pauses], &d->pauses[d->n_pauses]);
	return code;
}

/* The calendar's row, when that is why the day does not count, or does. */
static const struct ed_day *row_of(const struct due *d, struct ed_date day)
{
	return d->calendar ? ed_calendar_day(d->calendar, day) : NULL;
}

static void put_day(struct due *d, struct ed_date day, enum ed_counted how, int64_t n)
{
	const struct ed_day *row = row_of(d, day);

	put_date(d->text, day);
	switch (how) {
	case ED_COUNTED_START:
		ed_buf_puts(d->text, T("not counted"));
		break;
	case ED_COUNTED:
		ed_buf_printf(d->text, "%d", (int)n);
		break;
	case ED_COUNTED_OFF:
		ed_buf_puts(d->text, T("off: "));
		put_row(d->text, row);
		break;
	case ED_COUNTED_STOPPED:
		ed_buf_puts(d->text, T("the clock stood still"));
		break;
	default:
		ed_buf_puts(d->text, T("the last day"));
	}
	if (how != ED_COUNTED_OFF && row) {
		ed_buf_puts(d->text, "  ");
		put_row(d->text, row);
	}
	ed_buf_putc(d->text, '\n');
}

static void tell_day(void *arg, struct ed_date day, enum ed_counted how, int64_t n)
{
	static const char *const names[] = {"before", "counted", "off", "stopped", "last"};
	struct due *d = arg;
	const struct ed_day *row = row_of(d, day);
	char text[ED_TIME_STR];

	if (row && row->provisional && how == ED_COUNTED_OFF)
		d->expected = true;
	if (d->text)
		put_day(d, day, how, n);
	if (!d->days)
		return;
	json_t *o = json_object();
	ed_date_format(text, day);
	d->bad |= ed_json_str(o, "date", text) | ed_json_str(o, "how", names[how]) |
	          (how == ED_COUNTED ? ed_json_int(o, "n", n) : 0) | json_row(o, row) |
	          (d->extension ? ed_json_int(o, "extension", (int64_t)d->extension) : 0) |
	          json_array_append_new(d->days, o);
}

/* "by 20wd", "to 1mo" */
static enum edoc_code extend(struct due *d, const char *s, int64_t *t)
{
	struct ed_extension more = {ED_EXTEND_BY, {ED_TERM_NONE, 0}};
	int64_t before = *t;

	if (!strncmp(s, "to ", 3))
		more.kind = ED_EXTEND_TO;
	else if (strncmp(s, "by ", 3) != 0)
		return ed_fail(d->err, EDOC_ERR_USAGE, s,
		               "an extension is \"to 1mo\" in all, or \"by 5wd\" more");
	enum edoc_code code = read_term(d, s + 3, &more.term);
	if (code)
		return code;
	d->extension++;
	if (d->text)
		ed_buf_printf(d->text, T("extended %s:\n"), s);
	return ed_term_extend_explain(more, &d->rules, d->calendar, d->zone, d->start, d->pauses,
	                              d->n_pauses, before, tell_day, d, t, d->err);
}

static enum edoc_code tell_due(struct due *d, struct ed_tale *tale, int64_t t)
{
	char day[ED_TIME_STR] = "";
	json_t *o;
	int bad;

	if (t != ED_TIME_NONE)
		ed_date_format(day, ed_zone_civil(d->zone, t).date);
	if (tale->want_text)
		ed_buf_printf(&tale->text, "%s\n",
		              *day ? day : T("no end: the clock stands still"));
	if (!tale->want_json)
		return EDOC_OK;
	o = json_object();
	bad = d->bad | ed_json_str(o, "from", d->q->from) | ed_json_str(o, "within", d->q->within);
	if (d->calendar)
		bad |= ed_json_str(o, "calendar", d->calendar->name) |
		       ed_json_str(o, "sha256", d->calendar->sha256);
	if (*day)
		bad |= ed_json_str(o, "due", day);
	if (*day && d->zone)
		bad |= ed_json_time(o, "due_time", t);
	if (d->expected)
		bad |= ed_json_bool(o, "provisional", true);
	if (d->days)
		bad |= json_object_set(o, "days", d->days);
	enum edoc_code code =
	        bad ? ed_fail_memory(d->err) : ed_tale_json(tale, "calendar due", o, d->err);
	json_decref(o);
	return code;
}

static enum edoc_code find_due(struct due *d, int64_t *t)
{
	enum edoc_code code = read_question(d);

	if (!code && !d->calendar &&
	    (d->limit.unit == ED_TERM_WORKING_DAYS || d->rules.roll != ED_ROLL_NONE))
		return ed_fail(d->err, EDOC_ERR_USAGE, d->q->within, "by which calendar?");
	if (!code)
		code = ed_term_explain(d->limit, &d->rules, d->calendar, d->zone, d->start,
		                       d->pauses, d->n_pauses, tell_day, d, t, d->err);
	for (size_t i = 0; !code && d->q->extended && d->q->extended[i]; i++)
		code = extend(d, d->q->extended[i], t);
	return code;
}

enum edoc_code edoc_calendar_due(const struct edoc_calendar *calendar,
                                 const struct edoc_term_question *question,
                                 struct edoc_term_answer *answer, char **text, char **json,
                                 struct edoc_error *err)
{
	struct due d = {.calendar = calendar ? calendar->its : NULL, .q = question, .err = err};
	struct ed_tale tale;
	int64_t t = ED_TIME_NONE;
	enum edoc_code code = EDOC_OK;

	*answer = (struct edoc_term_answer){.ends = false};
	ed_tale_init(&tale, text, json);
	d.arena = ed_arena_new();
	if (question->days && text)
		d.text = &tale.text;
	if (question->days && json)
		d.days = json_array();
	if (!d.arena || (question->days && json && !d.days))
		code = ed_fail_memory(err);
	if (!code)
		code = find_due(&d, &t);
	if (!code)
		code = tell_due(&d, &tale, t);
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	answer->ends = !code && t != ED_TIME_NONE;
	answer->provisional = !code && d.expected;
	json_decref(d.days);
	ed_zone_free(d.own);
	ed_arena_free(d.arena);
	ed_tale_clear(&tale);
	return code;
}

/* ---- count ---- */

static enum edoc_code read_day(const char *s, struct ed_date *day, struct edoc_error *err)
{
	return ed_date_parse(s, day) ? EDOC_OK
	                             : ed_fail(err, EDOC_ERR_USAGE, s, "no day such as 2026-03-05");
}

struct tally {
	const struct ed_calendar *calendar;
	struct ed_date from, to;
	int64_t days, working;
	bool each;
	json_t *off; /* or NULL */
};

static enum edoc_code count_one(struct tally *t, struct ed_tale *tale, struct ed_date day,
                                struct edoc_error *err)
{
	const struct ed_day *row = ed_calendar_day(t->calendar, day);
	char text[ED_TIME_STR];
	bool working;
	int bad = 0;
	enum edoc_code code = ed_calendar_working(t->calendar, day, &working, err);

	if (code)
		return code;
	t->days++;
	t->working += working;
	if (!t->each || working)
		return EDOC_OK;
	if (tale->want_text) {
		put_date(&tale->text, day);
		put_row(&tale->text, row);
		ed_buf_putc(&tale->text, '\n');
	}
	if (t->off) {
		json_t *o = json_object();

		ed_date_format(text, day);
		bad = ed_json_str(o, "date", text) | json_row(o, row) |
		      json_array_append_new(t->off, o);
	}
	return bad ? ed_fail_memory(err) : EDOC_OK;
}

static enum edoc_code tell_tally(const struct tally *t, struct ed_tale *tale,
                                 struct edoc_error *err)
{
	char from[ED_TIME_STR], to[ED_TIME_STR];
	json_t *o;

	if (tale->want_text)
		ed_buf_printf(&tale->text, T("%d calendar days, %d working days\n"), (int)t->days,
		              (int)t->working);
	if (!tale->want_json)
		return EDOC_OK;
	o = json_object();
	ed_date_format(from, t->from);
	ed_date_format(to, t->to);
	int bad = ed_json_str(o, "from", from) | ed_json_str(o, "to", to) |
	          ed_json_str(o, "calendar", t->calendar->name) |
	          ed_json_str(o, "sha256", t->calendar->sha256) | ed_json_int(o, "days", t->days) |
	          ed_json_int(o, "working_days", t->working);
	if (t->off)
		bad |= json_object_set(o, "off", t->off);
	enum edoc_code code =
	        bad ? ed_fail_memory(err) : ed_tale_json(tale, "calendar count", o, err);
	json_decref(o);
	return code;
}

enum edoc_code edoc_calendar_count(const struct edoc_calendar *calendar, const char *from,
                                   const char *to, bool days, char **text, char **json,
                                   struct edoc_error *err)
{
	struct tally t = {.calendar = calendar->its, .each = days};
	struct ed_tale tale;
	enum edoc_code code;

	ed_tale_init(&tale, text, json);
	code = read_day(from, &t.from, err);
	if (!code)
		code = read_day(to, &t.to, err);
	if (!code && ed_date_compare(t.to, t.from) < 0)
		code = ed_fail(err, EDOC_ERR_USAGE, to, "this day comes before %s", from);
	if (!code && days && json && !(t.off = json_array()))
		code = ed_fail_memory(err);
	for (struct ed_date day = t.from; !code && ed_date_compare(day, t.to) < 0;) {
		day = ed_date_add_days(day, 1);
		code = count_one(&t, &tale, day, err);
	}
	if (!code)
		code = tell_tally(&t, &tale, err);
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	json_decref(t.off);
	ed_tale_clear(&tale);
	return code;
}
