/* SPDX-License-Identifier: ISC */
/*
 * iCalendar (RFC 5545) as a calendar of ours.  Whole-day events, once or every
 * year; what it does not understand it refuses by its line, for a feast that
 * is passed over in silence is a term that ends on the wrong day.
 *
 * Each event is days off, or working days where it has the category WORKING
 * DAY.  Of what programs add (alarms, time zones, X-...) nothing says which
 * days they are, and it is passed over.
 */
#include "route/icalread.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"

#define MAX_EVENT_DAYS 366 /* from DTSTART to DTEND */
#define NO_DAY ((struct ed_date){0, 0, 0})

/* "NAME;PARAM=VALUE:value", unfolded. */
struct line {
	unsigned number; /* of the file, where it begins */
	char *name, *params, *value;
};

struct nth { /* of BYDAY: the n-th such weekday, from the end when negative; 0: each */
	int n, weekday;
};

struct rule {
	bool is;
	int interval, count; /* count 0: for ever */
	struct ed_date until;
	int months[12], monthdays[62];
	struct nth days[60];
	size_t n_months, n_monthdays, n_days;
	unsigned line;
};

struct event {
	unsigned line;
	const char *summary, *description;
	struct ed_date start, end; /* end: exclusive; year 0: none */
	int duration;              /* days, 0: none */
	struct rule rule;
	struct ed_date *except, *more; /* EXDATE, RDATE */
	size_t n_except, cap_except, n_more, cap_more;
	bool working, tentative, cancelled;
};

struct reader {
	const char *where;
	struct ed_arena *arena;
	struct edoc_error *err;
	char *at, *end; /* what is not read yet */
	unsigned number;
	struct line line;
	struct ed_ical *out;
	size_t cap;
	bool version;
};

__attribute__((format(printf, 3, 4))) static enum edoc_code fail_at(const struct reader *r,
                                                                    unsigned number,
                                                                    const char *fmt, ...)
{
	char place[300], msg[512];
	va_list ap;

	snprintf(place, sizeof(place), "%.250s:%u", r->where, number);
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), dgettext("edoc", fmt), ap);
	va_end(ap);
	return ed_fail(r->err, EDOC_ERR_INPUT, place, "%s", msg);
}

/* ---- lines (3.1) ---- */

/* Joins the next content line in place; false: there is none. */
static bool next_raw(struct reader *r, char **line)
{
	char *out = r->at;

	if (r->at == r->end)
		return false;
	*line = r->at;
	r->line.number = r->number + 1;
	for (char *s = r->at; s < r->end;) {
		if (*s != '\n') {
			*out++ = *s++;
			continue;
		}
		r->number++;
		if (out > *line && out[-1] == '\r')
			out--;
		s++;
		if (s == r->end || (*s != ' ' && *s != '\t')) {
			r->at = s;
			*out = '\0';
			return true;
		}
		s++; /* folded */
	}
	r->number++;
	r->at = r->end;
	*out = '\0'; /* the buffer has room for it */
	return true;
}

/* Splits it at the first ":" outside quotes. */
static enum edoc_code next_line(struct reader *r, bool *more)
{
	bool quoted = false;
	char *s, *raw;

	do
		*more = next_raw(r, &raw);
	while (*more && !*raw);
	if (!*more)
		return EDOC_OK;
	r->line.name = raw;
	r->line.params = NULL;
	for (s = raw; *s && (quoted || *s != ':'); s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == ';' && !quoted && !r->line.params) {
			*s = '\0';
			r->line.params = s + 1;
		}
	}
	if (*s != ':' || s == raw || !*raw)
		return fail_at(r, r->line.number, N_("no line \"NAME:value\""));
	*s = '\0';
	r->line.value = s + 1;
	for (s = raw; *s; s++)
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
	for (s = r->line.value; *s; s++)
		if ((unsigned char)*s < 0x20 && *s != '\t')
			return fail_at(r, r->line.number, N_("a control character"));
	return EDOC_OK;
}

static bool is(const struct reader *r, const char *name, const char *value)
{
	const struct line *line = &r->line;

	return line->name && line->value && !strcmp(line->name, name) &&
	       (!value || !strcasecmp(line->value, value));
}

/* The parameter's value in `text`; false: it is not there, or too long. */
static bool param(const struct reader *r, const char *name, char *text, size_t size)
{
	size_t n = strlen(name);

	for (const char *s = r->line.params; s && *s; s += strcspn(s, ";"), s += *s == ';') {
		size_t len = strcspn(s, ";");

		if (len <= n || strncasecmp(s, name, n) || s[n] != '=' || len - n - 1 >= size)
			continue;
		memcpy(text, s + n + 1, len - n - 1);
		text[len - n - 1] = '\0';
		return true;
	}
	return false;
}

/* A text as one line (3.3.11): "\n" becomes a blank. */
static enum edoc_code get_text(const struct reader *r, const char **text)
{
	char *out = ed_arena_strdup(r->arena, r->line.value), *to = out;

	if (!out)
		return ed_fail_memory(r->err);
	for (const char *s = r->line.value; *s; s++) {
		bool escaped = *s == '\\';

		if (escaped && (!s[1] || !strchr("\\;,nN", s[1])))
			return fail_at(r, r->line.number,
			               N_("\"\\\" stands before \\ ; , or n alone"));
		s += escaped;
		*to++ = *s == '\t' || (escaped && (*s == 'n' || *s == 'N')) ? ' ' : *s;
	}
	*to = '\0';
	if (strlen(out) > ED_MAX_CALENDAR_LINE)
		return fail_at(r, r->line.number,
		               N_("a text is longer than a calendar may have it"));
	*text = out;
	return EDOC_OK;
}

/* ---- days ---- */

static bool parse_day(const char *s, size_t len, struct ed_date *day)
{
	char text[11];

	if (len != 8 || strspn(s, "0123456789") < 8)
		return false;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2s", s, s + 4, s + 6);
	return ed_date_parse(text, day);
}

/* One whole day; a moment is none. */
static enum edoc_code get_day(const struct reader *r, struct ed_date *day)
{
	char value[20];

	if (param(r, "VALUE", value, sizeof(value)) && strcasecmp(value, "DATE"))
		return fail_at(r, r->line.number, N_("%s is no whole day: only VALUE=DATE is read"),
		               r->line.name);
	if (!parse_day(r->line.value, strlen(r->line.value), day))
		return fail_at(r, r->line.number, N_("\"%s\" is no whole day such as 20260321"),
		               r->line.value);
	return EDOC_OK;
}

static enum edoc_code get_days(const struct reader *r, struct ed_date **list, size_t *n,
                               size_t *cap)
{
	char value[20];

	if (param(r, "VALUE", value, sizeof(value)) && strcasecmp(value, "DATE"))
		return fail_at(r, r->line.number, N_("%s is no whole day: only VALUE=DATE is read"),
		               r->line.name);
	for (const char *s = r->line.value;; s++) {
		size_t len = strcspn(s, ",");
		struct ed_date *grown;

		if (*n == ED_MAX_CALENDAR_DAYS)
			return fail_at(r, r->line.number, N_("too many days in %s"), r->line.name);
		grown = ed_arena_grow(r->arena, *list, *n, cap, sizeof(**list));
		if (!grown)
			return ed_fail_memory(r->err);
		*list = grown;
		if (!parse_day(s, len, &grown[*n]))
			return fail_at(r, r->line.number, N_("\"%s\" is no list of whole days"),
			               r->line.value);
		++*n;
		s += len;
		if (!*s)
			return EDOC_OK;
	}
}

/* P3D, P2W: whole days. */
static enum edoc_code get_duration(const struct reader *r, int *days)
{
	const char *s = r->line.value;
	size_t n = *s == 'P' ? strspn(s + 1, "0123456789") : 0;
	int count = n && n <= 3 ? (int)strtol(s + 1, NULL, 10) : 0;

	if (!count || (strcmp(s + 1 + n, "D") && strcmp(s + 1 + n, "W")))
		return fail_at(r, r->line.number, N_("\"%s\" is no number of whole days"), s);
	*days = s[1 + n] == 'W' ? 7 * count : count;
	return EDOC_OK;
}

/* ---- rules (3.3.10) ---- */

static enum edoc_code get_numbers(const struct reader *r, const char *s, int min, int max,
                                  bool negative, int *list, size_t *n, size_t room)
{
	for (;; s++) {
		char *end;
		long v = strtol(s, &end, 10);
		long size = v < 0 ? -v : v;

		if (end == s || end - s > 4 || *s == ' ' || (*end && *end != ',') || size < min ||
		    size > max || (v < 0 && !negative) || *n == room)
			return fail_at(r, r->line.number,
			               N_("numbers that a yearly rule can not have: \"%s\""), s);
		list[(*n)++] = (int)v;
		s = end;
		if (!*s)
			return EDOC_OK;
	}
}

static enum edoc_code get_weekdays(const struct reader *r, struct rule *rule, const char *s)
{
	static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

	for (;; s++) {
		char *end = (char *)s;
		long n = *s >= 'A' ? 0 : strtol(s, &end, 10);
		int d = 0;

		while (d < 7 && strncmp(end, names[d], 2))
			d++;
		if (d == 7 || (end[2] && end[2] != ',') || n < -53 || n > 53 || end - s > 3 ||
		    (end != s && !n) || rule->n_days == sizeof(rule->days) / sizeof(*rule->days))
			return fail_at(r, r->line.number,
			               N_("\"%s\" are no weekdays such as MO, 2TU or -1SU"), s);
		rule->days[rule->n_days++] = (struct nth){(int)n, d + 1};
		s = end + 2;
		if (!*s)
			return EDOC_OK;
	}
}

static enum edoc_code get_part(struct reader *r, struct rule *rule, const char *key,
                               const char *value)
{
	int one[1] = {0};
	size_t n = 0;
	enum edoc_code code;

	if (!strcmp(key, "FREQ"))
		return strcmp(value, "YEARLY")
		               ? fail_at(r, r->line.number,
		                         N_("only yearly rules are read, not %s"), value)
		               : EDOC_OK;
	if (!strcmp(key, "BYMONTH"))
		return get_numbers(r, value, 1, 12, false, rule->months, &rule->n_months, 12);
	if (!strcmp(key, "BYMONTHDAY"))
		return get_numbers(r, value, 1, 31, true, rule->monthdays, &rule->n_monthdays, 62);
	if (!strcmp(key, "BYDAY"))
		return get_weekdays(r, rule, value);
	if (!strcmp(key, "UNTIL"))
		return parse_day(value, strlen(value), &rule->until)
		               ? EDOC_OK
		               : fail_at(r, r->line.number,
		                         N_("\"%s\" is no whole day such as 20260321"), value);
	if (!strcmp(key, "WKST")) /* says nothing to a rule without weeks */
		return EDOC_OK;
	if (strcmp(key, "INTERVAL") && strcmp(key, "COUNT"))
		return fail_at(r, r->line.number, N_("%s of a rule is not read here"), key);
	code = get_numbers(r, value, 1, 999, false, one, &n, 1);
	if (!code && !strcmp(key, "COUNT"))
		rule->count = one[0];
	else if (!code)
		rule->interval = one[0];
	return code;
}

static enum edoc_code get_rule(struct reader *r, struct rule *rule)
{
	static const char *const once[] = {"FREQ",  "BYMONTH", "BYMONTHDAY", "BYDAY",
	                                   "UNTIL", "COUNT",   "INTERVAL",   "WKST"};
	unsigned seen = 0;
	char *save = NULL, *copy = ed_arena_strdup(r->arena, r->line.value);
	enum edoc_code code = EDOC_OK;

	if (!copy)
		return ed_fail_memory(r->err);
	*rule = (struct rule){.is = true, .interval = 1, .line = r->line.number};
	for (char *s = strtok_r(copy, ";", &save); s && !code; s = strtok_r(NULL, ";", &save)) {
		char *value = strchr(s, '=');

		if (!value || !value[1])
			return fail_at(r, r->line.number, N_("\"%s\" is no part of a rule"), s);
		*value++ = '\0';
		for (size_t i = 0; i < sizeof(once) / sizeof(*once); i++) {
			if (!strcmp(once[i], s) && (seen & 1u << i))
				return fail_at(r, r->line.number, N_("%s stands twice in the rule"),
				               s);
			seen |= !strcmp(once[i], s) ? 1u << i : 0;
		}
		code = get_part(r, rule, s, value);
	}
	if (!code && !(seen & 1))
		return fail_at(r, r->line.number, N_("a rule without FREQ"));
	if (!code && rule->count && rule->until.year)
		return fail_at(r, r->line.number, N_("COUNT and UNTIL are not both said"));
	for (size_t i = 0; i < rule->n_days && !code; i++)
		if (rule->days[i].n && rule->n_monthdays)
			return fail_at(r, r->line.number, N_("BYDAY with a number and BYMONTHDAY"));
	return code;
}

static bool has_number(const int *list, size_t n, int v)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == v)
			return true;
	return false;
}

/* Is the day the n-th of its weekday between those days? */
static bool is_nth(struct ed_date day, int n, struct ed_date first, struct ed_date last)
{
	int from_start = (int)(ed_days(day) - ed_days(first)) / 7 + 1;
	int from_end = (int)(ed_days(last) - ed_days(day)) / 7 + 1;

	return !n || (n > 0 ? from_start == n : from_end == -n);
}

static bool fits_weekday(const struct rule *rule, struct ed_date day)
{
	bool months = rule->n_months > 0;
	struct ed_date first = {day.year, months ? day.month : 1, 1};
	struct ed_date last = ed_date_add_days(ed_date_add_months(first, months ? 1 : 12), -1);

	for (size_t i = 0; i < rule->n_days; i++)
		if (rule->days[i].weekday == ed_weekday(day) &&
		    is_nth(day, rule->days[i].n, first, last))
			return true;
	return false;
}

/* Is it a day of the rule, in a year that counts? */
static bool fits(const struct rule *rule, struct ed_date start, struct ed_date day)
{
	struct ed_date first = {day.year, day.month, 1};
	int length = ed_date_add_days(ed_date_add_months(first, 1), -1).day;

	if (rule->n_months && !has_number(rule->months, rule->n_months, day.month))
		return false;
	if (rule->n_monthdays && !has_number(rule->monthdays, rule->n_monthdays, day.day) &&
	    !has_number(rule->monthdays, rule->n_monthdays, day.day - length - 1))
		return false;
	if (rule->n_days)
		return fits_weekday(rule, day);
	if (rule->n_monthdays)
		return true;
	return day.day == start.day && (rule->n_months || day.month == start.month);
}

/* ---- what becomes of an event ---- */

static enum edoc_code add_day(struct reader *r, const struct event *e, struct ed_date day)
{
	struct ed_ical *out = r->out;
	struct ed_ical_day *grown;

	if (day.year < out->first_year || day.year > out->last_year)
		return EDOC_OK;
	if (out->n == ED_MAX_CALENDAR_DAYS)
		return fail_at(r, e->line, N_("more days than a calendar may have"));
	grown = ed_arena_grow(r->arena, out->v, out->n, &r->cap, sizeof(*grown));
	if (!grown)
		return ed_fail_memory(r->err);
	out->v = grown;
	grown[out->n++] = (struct ed_ical_day){.date = day,
	                                       .name = e->summary,
	                                       .note = e->description,
	                                       .working = e->working,
	                                       .provisional = e->tentative,
	                                       .line = e->line};
	return EDOC_OK;
}

static bool has_day(const struct ed_date *list, size_t n, struct ed_date day)
{
	for (size_t i = 0; i < n; i++)
		if (!ed_date_compare(list[i], day))
			return true;
	return false;
}

/* All days of the event that begins on that one. */
static enum edoc_code occurs(struct reader *r, const struct event *e, struct ed_date day, int days)
{
	enum edoc_code code = EDOC_OK;

	if (has_day(e->except, e->n_except, day))
		return EDOC_OK;
	for (int i = 0; i < days && !code; i++)
		code = add_day(r, e, ed_date_add_days(day, i));
	return code;
}

static enum edoc_code recurs(struct reader *r, const struct event *e, int days)
{
	const struct rule *rule = &e->rule;
	struct ed_date day = e->start;
	int count = 0;
	enum edoc_code code = EDOC_OK;

	if (!fits(rule, e->start, e->start))
		return fail_at(r, rule->line, N_("the event's first day is none of its rule"));
	while (day.year <= r->out->last_year && !code) {
		if (rule->until.year && ed_date_compare(day, rule->until) > 0)
			break;
		if ((day.year - e->start.year) % rule->interval) {
			day = (struct ed_date){day.year + 1, 1, 1};
			continue;
		}
		if (fits(rule, e->start, day)) {
			code = occurs(r, e, day, days);
			if (rule->count && ++count == rule->count)
				break;
		}
		day = ed_date_add_days(day, 1);
	}
	return code;
}

static enum edoc_code end_event(struct reader *r, struct event *e)
{
	int64_t days = e->duration ? e->duration : 1;
	enum edoc_code code;

	if (!e->start.year)
		return fail_at(r, e->line, N_("an event without DTSTART"));
	if (e->end.year && e->duration)
		return fail_at(r, e->line, N_("DTEND and DURATION are not both said"));
	if (e->end.year)
		days = ed_days(e->end) - ed_days(e->start);
	if (days < 1 || days > MAX_EVENT_DAYS)
		return fail_at(r, e->line, N_("an event lasts 1 to 366 days"));
	if (e->cancelled)
		return EDOC_OK;
	if (!e->summary || !*e->summary)
		return fail_at(r, e->line, N_("an event without SUMMARY has no name"));
	code = e->rule.is ? recurs(r, e, (int)days) : occurs(r, e, e->start, (int)days);
	for (size_t i = 0; i < e->n_more && !code; i++)
		code = occurs(r, e, e->more[i], (int)days);
	return code;
}

/* ---- components (3.6) ---- */

/* Up to its END, with all that it holds. */
static enum edoc_code pass_over(struct reader *r)
{
	char name[40];
	unsigned number = r->line.number, depth = 1;
	bool more;

	snprintf(name, sizeof(name), "%.39s", r->line.value);
	while (depth) {
		enum edoc_code code = next_line(r, &more);

		if (code)
			return code;
		if (!more)
			return fail_at(r, number, N_("BEGIN:%s has no END"), name);
		depth += is(r, "BEGIN", NULL);
		depth -= is(r, "END", NULL);
	}
	return is(r, "END", name) ? EDOC_OK
	                          : fail_at(r, r->line.number, N_("END:%s ends something else"),
	                                    r->line.value);
}

static enum edoc_code once(const struct reader *r, bool there)
{
	return there ? fail_at(r, r->line.number, N_("%s stands twice in one event"), r->line.name)
	             : EDOC_OK;
}

static enum edoc_code get_status(const struct reader *r, struct event *e)
{
	e->tentative = is(r, "STATUS", "TENTATIVE");
	e->cancelled = is(r, "STATUS", "CANCELLED");
	return e->tentative || e->cancelled || is(r, "STATUS", "CONFIRMED")
	               ? EDOC_OK
	               : fail_at(r, r->line.number, N_("\"%s\" is no status of an event"),
	                         r->line.value);
}

/* What says nothing about which days they are. */
static bool says_nothing(const char *name)
{
	static const char *const names[] = {
	        "UID",     "DTSTAMP",   "CREATED",    "LAST-MODIFIED", "SEQUENCE", "TRANSP",
	        "CLASS",   "LOCATION",  "URL",        "PRIORITY",      "GEO",      "COMMENT",
	        "CONTACT", "ORGANIZER", "RELATED-TO", "COLOR",         "IMAGE",    "ATTACH"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return true;
	return !strncmp(name, "X-", 2);
}

static enum edoc_code read_property(struct reader *r, struct event *e)
{
	enum edoc_code code;

	if (is(r, "DTSTART", NULL)) {
		code = once(r, e->start.year);
		return code ? code : get_day(r, &e->start);
	}
	if (is(r, "DTEND", NULL)) {
		code = once(r, e->end.year);
		return code ? code : get_day(r, &e->end);
	}
	if (is(r, "DURATION", NULL)) {
		code = once(r, e->duration);
		return code ? code : get_duration(r, &e->duration);
	}
	if (is(r, "SUMMARY", NULL)) {
		code = once(r, e->summary);
		return code ? code : get_text(r, &e->summary);
	}
	if (is(r, "DESCRIPTION", NULL)) {
		code = once(r, e->description);
		return code ? code : get_text(r, &e->description);
	}
	if (is(r, "RRULE", NULL)) {
		code = once(r, e->rule.is);
		return code ? code : get_rule(r, &e->rule);
	}
	if (is(r, "EXDATE", NULL))
		return get_days(r, &e->except, &e->n_except, &e->cap_except);
	if (is(r, "RDATE", NULL))
		return get_days(r, &e->more, &e->n_more, &e->cap_more);
	if (is(r, "STATUS", NULL))
		return get_status(r, e);
	if (is(r, "CATEGORIES", NULL)) {
		e->working |= is(r, "CATEGORIES", "WORKING DAY");
		return EDOC_OK;
	}
	return says_nothing(r->line.name)
	               ? EDOC_OK
	               : fail_at(r, r->line.number, N_("%s of an event is not read here"),
	                         r->line.name);
}

static enum edoc_code read_event(struct reader *r)
{
	struct event e = {.line = r->line.number};
	enum edoc_code code = EDOC_OK;
	bool more;

	while (!code) {
		code = next_line(r, &more);
		if (code)
			return code;
		if (!more)
			return fail_at(r, e.line, N_("BEGIN:VEVENT has no END"));
		if (is(r, "END", "VEVENT"))
			return end_event(r, &e);
		if (is(r, "BEGIN", "VALARM"))
			code = pass_over(r);
		else if (is(r, "BEGIN", NULL) || is(r, "END", NULL))
			code = fail_at(r, r->line.number, N_("%s in an event is not read here"),
			               r->line.value);
		else
			code = read_property(r, &e);
	}
	return code;
}

static enum edoc_code read_head(struct reader *r)
{
	if (is(r, "VERSION", NULL)) {
		r->version = is(r, "VERSION", "2.0");
		return r->version ? EDOC_OK
		                  : fail_at(r, r->line.number,
		                            N_("version %s of iCalendar is not read here"),
		                            r->line.value);
	}
	if (is(r, "CALSCALE", NULL) && !is(r, "CALSCALE", "GREGORIAN"))
		return fail_at(r, r->line.number, N_("the calendar %s is not read here"),
		               r->line.value);
	if (is(r, "NAME", NULL) || (is(r, "X-WR-CALNAME", NULL) && !r->out->title))
		return get_text(r, &r->out->title);
	if (is(r, "PRODID", NULL))
		return get_text(r, &r->out->product);
	return EDOC_OK;
}

static enum edoc_code read_component(struct reader *r)
{
	if (is(r, "BEGIN", "VEVENT"))
		return read_event(r);
	if (is(r, "BEGIN", "VTIMEZONE") ||
	    (is(r, "BEGIN", NULL) && !strncasecmp(r->line.value, "X-", 2)))
		return pass_over(r);
	return fail_at(r, r->line.number, N_("%s is not read here: only events are days off"),
	               r->line.value);
}

static enum edoc_code read_calendar(struct reader *r)
{
	enum edoc_code code;
	unsigned number;
	bool more;

	code = next_line(r, &more);
	if (!code && (!more || !is(r, "BEGIN", "VCALENDAR")))
		code = fail_at(r, r->line.number,
		               N_("no iCalendar begins here: BEGIN:VCALENDAR is missing"));
	number = r->line.number;
	while (!code) {
		code = next_line(r, &more);
		if (!code && !more)
			return fail_at(r, number, N_("BEGIN:VCALENDAR has no END"));
		if (code || is(r, "END", "VCALENDAR"))
			break;
		if (is(r, "END", NULL))
			return fail_at(r, r->line.number, N_("END:%s ends something else"),
			               r->line.value);
		code = is(r, "BEGIN", NULL) ? read_component(r) : read_head(r);
	}
	if (!code && !r->version)
		return fail_at(r, number, N_("a calendar without VERSION:2.0"));
	if (!code)
		code = next_line(r, &more);
	if (!code && more)
		return fail_at(r, r->line.number, N_("something stands behind the calendar"));
	return code;
}

/* ---- the days in their order ---- */

static int by_date(const void *a, const void *b)
{
	const struct ed_ical_day *x = a, *y = b;
	int c = ed_date_compare(x->date, y->date);

	return c ? c : x->line < y->line ? -1 : x->line > y->line;
}

/* Two feasts on one day are one row with both names. */
static enum edoc_code merge(struct reader *r)
{
	struct ed_ical *out = r->out;
	size_t n = 0;

	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_date);
	for (size_t i = 0; i < out->n; i++) {
		struct ed_ical_day *last = n ? &out->v[n - 1] : NULL, *day = &out->v[i];

		if (!last || ed_date_compare(last->date, day->date)) {
			out->v[n++] = *day;
			continue;
		}
		if (last->working != day->working)
			return fail_at(r, day->line,
			               N_("a day off is a working day of another event"));
		last->provisional |= day->provisional;
		if (strcmp(last->name, day->name))
			last->name = ed_arena_printf(r->arena, "%s; %s", last->name, day->name);
		if (!last->name)
			return ed_fail_memory(r->err);
		if (strlen(last->name) > ED_MAX_CALENDAR_LINE)
			return fail_at(r, day->line,
			               N_("a text is longer than a calendar may have it"));
	}
	out->n = n;
	return EDOC_OK;
}

enum edoc_code ed_ical_read(const void *bytes, size_t len, const char *where,
                            struct ed_arena *arena, struct ed_ical *out, struct edoc_error *err)
{
	struct reader r = {.where = where, .arena = arena, .err = err, .out = out};
	char *copy = ed_arena_alloc(arena, len + 1);
	enum edoc_code code;

	if (!copy)
		return ed_fail_memory(err);
	if (len)
		memcpy(copy, bytes, len);
	if (memchr(copy, '\0', len) || !ed_utf8_valid(copy, len))
		return ed_fail(err, EDOC_ERR_INPUT, where, "iCalendar is text in UTF-8");
	r.at = copy;
	r.end = copy + len;
	if (len >= 3 && !memcmp(copy, "\xef\xbb\xbf", 3))
		r.at += 3;
	code = read_calendar(&r);
	return code ? code : merge(&r);
}
