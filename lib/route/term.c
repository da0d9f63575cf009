/* SPDX-License-Identifier: ISC */
#include "route/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define LAST_TIME INT64_C(253402300799) /* 9999-12-31T23:59:59Z; what ends later never does */

/* One count: what it goes by, and where it stands. */
struct counter {
	const struct ed_count_rules *rules;
	const struct ed_calendar *calendar;
	const struct ed_zone *zone;
	struct ed_pause *still; /* merged, in order; to: INT64_MAX for ever */
	size_t n_still;
	ed_term_watch_fn *watch; /* or NULL */
	void *arg;
	struct ed_date event, first, last; /* it began; day 1; the end */
	bool never;                        /* it has no end: the clock stands still */
	struct edoc_error *err;
};

bool ed_term_parse(const char *text, struct ed_term *term)
{
	static const struct {
		const char *suffix;
		enum ed_term_unit unit;
	} units[] = {{"d", ED_TERM_DAYS}, {"wd", ED_TERM_WORKING_DAYS}, {"mo", ED_TERM_MONTHS}};
	size_t n = strspn(text, "0123456789");

	for (size_t i = 0; i < 3 && n >= 1 && n <= 4 && *text != '0'; i++)
		if (!strcmp(text + n, units[i].suffix)) {
			*term = (struct ed_term){units[i].unit, (int)strtol(text, NULL, 10)};
			return true;
		}
	return false;
}

void ed_term_text(char out[16], struct ed_term term)
{
	static const char *const unit[] = {"", "d", "wd", "mo"};

	if (term.unit == ED_TERM_NONE)
		out[0] = '\0';
	else
		snprintf(out, 16, "%d%s", term.n, unit[term.unit]);
}

bool ed_clock_parse(const char *text, int *minutes)
{
	static const char shape[] = "dd:dd";

	if (strlen(text) != 5)
		return false;
	for (int i = 0; i < 5; i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != ':')
			return false;
	*minutes =
	        ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
	return text[3] < '6' && *minutes > 0 && *minutes < 24 * 60;
}

const char *const ed_start_names[] = {"next-day", "same-day", "next-working-day", NULL};
const char *const ed_roll_names[] = {"next", "previous", "none", NULL};

static void tell(const struct counter *c, enum ed_counted how, struct ed_date day, int64_t n)
{
	if (c->watch)
		c->watch(c->arg, day, how, n);
}

/* ---- stops ---- */

static int by_from(const void *a, const void *b)
{
	const struct ed_pause *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Sorted, and one where they overlap or touch. */
static enum edoc_code merge(struct counter *c, const struct ed_pause *pauses, size_t n)
{
	if (n == 0)
		return EDOC_OK;
	c->still = calloc(n, sizeof(*c->still));
	if (!c->still)
		return ed_fail_memory(c->err);
	for (size_t i = 0; i < n; i++) {
		struct ed_pause p = pauses[i];

		if (p.to == ED_TIME_NONE || p.to > LAST_TIME)
			p.to = INT64_MAX;
		if (p.from < p.to)
			c->still[c->n_still++] = p;
	}
	qsort(c->still, c->n_still, sizeof(*c->still), by_from);
	size_t kept = 0;
	for (size_t i = 1; i < c->n_still; i++)
		if (c->still[i].from > c->still[kept].to)
			c->still[++kept] = c->still[i];
		else if (c->still[i].to > c->still[kept].to)
			c->still[kept].to = c->still[i].to;
	c->n_still = c->n_still ? kept + 1 : 0;
	return EDOC_OK;
}

static int64_t begins(const struct counter *c, struct ed_date day)
{
	return ed_zone_instant(c->zone, (struct ed_civil){.date = day});
}

/* Did the clock stand still all that day?  Sets never when it does so for good. */
static bool stopped(struct counter *c, struct ed_date day)
{
	size_t low = 0, high = c->n_still;

	if (high == 0)
		return false;
	int64_t from = begins(c, day), to = begins(c, ed_date_add_days(day, 1));
	while (low < high) { /* the last that begins no later than the day */
		size_t mid = (low + high) / 2;

		if (c->still[mid].from <= from)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 || c->still[low - 1].to < to)
		return false;
	c->never = c->never || c->still[low - 1].to == INT64_MAX;
	return true;
}

/* ---- counting ---- */

static enum edoc_code works(const struct counter *c, struct ed_date day, bool *working)
{
	return ed_calendar_working(c->calendar, day, working, c->err);
}

/* From *day on the first that is worked. */
static enum edoc_code next_working(const struct counter *c, struct ed_date *day)
{
	bool working;
	enum edoc_code code = works(c, *day, &working);

	while (!code && !working) {
		tell(c, ED_COUNTED_OFF, *day, 0);
		*day = ed_date_add_days(*day, 1);
		code = works(c, *day, &working);
	}
	return code;
}

/* What begins a term, and the day that is counted first. */
static enum edoc_code find_first(struct counter *c, int64_t start)
{
	struct ed_civil civil = ed_zone_civil(c->zone, start);
	enum edoc_code code = EDOC_OK;

	c->event = civil.date;
	/* What comes after the cutoff came on the next working day. */
	if (c->rules->cutoff && civil.hour * 60 + civil.minute >= c->rules->cutoff) {
		tell(c, ED_COUNTED_START, c->event, 0);
		c->event = ed_date_add_days(c->event, 1);
		code = next_working(c, &c->event);
	}
	c->first = c->event;
	if (code || c->rules->start == ED_START_SAME_DAY)
		return code;
	tell(c, ED_COUNTED_START, c->event, 0);
	c->first = ed_date_add_days(c->event, 1);
	return c->rules->start == ED_START_NEXT_WORKING_DAY ? next_working(c, &c->first) : EDOC_OK;
}

/* The n-th day from day 1 on that counts. */
static enum edoc_code count_days(struct counter *c, int64_t n, bool working_only)
{
	int64_t counted = 0;

	for (c->last = c->first;; c->last = ed_date_add_days(c->last, 1)) {
		bool working = true;
		enum edoc_code code = EDOC_OK;

		if (stopped(c, c->last)) {
			if (c->never)
				return EDOC_OK;
			tell(c, ED_COUNTED_STOPPED, c->last, counted);
			continue;
		}
		if (working_only)
			code = works(c, c->last, &working);
		if (code)
			return code;
		counted += working;
		tell(c, working ? ED_COUNTED : ED_COUNTED_OFF, c->last, counted);
		if (working && counted == n)
			return EDOC_OK;
	}
}

/* Can the term end on that day? */
static enum edoc_code can_end(struct counter *c, struct ed_date day, bool *can)
{
	enum edoc_code code = works(c, day, can);

	if (!code && stopped(c, day))
		*can = false;
	return code;
}

static enum edoc_code roll_back(struct counter *c, bool *done)
{
	struct ed_date day = c->last;
	enum edoc_code code = EDOC_OK;

	*done = false;
	while (!code && !*done && ed_date_compare(day, c->first) > 0) {
		day = ed_date_add_days(day, -1);
		code = can_end(c, day, done);
		if (!code && !*done)
			tell(c, ED_COUNTED_OFF, day, 0);
	}
	if (*done)
		c->last = day;
	return code;
}

static enum edoc_code roll(struct counter *c)
{
	bool can;
	enum edoc_code code;

	if (c->rules->roll == ED_ROLL_NONE)
		return EDOC_OK;
	code = can_end(c, c->last, &can);
	if (code || can)
		return code;
	tell(c, ED_COUNTED_OFF, c->last, 0);
	if (c->rules->roll == ED_ROLL_PREVIOUS)
		code = roll_back(c, &can);
	while (!code && !can && !c->never) {
		c->last = ed_date_add_days(c->last, 1);
		code = can_end(c, c->last, &can);
		if (!code && !can)
			tell(c, stopped(c, c->last) ? ED_COUNTED_STOPPED : ED_COUNTED_OFF, c->last,
			     0);
	}
	if (can)
		tell(c, ED_COUNTED_LAST, c->last, 0);
	return code;
}

/* From c->first on; months are added to base. */
static enum edoc_code find_last(struct counter *c, struct ed_term term, struct ed_date base)
{
	int64_t n = term.n;
	enum edoc_code code;

	if (term.unit == ED_TERM_WORKING_DAYS)
		return count_days(c, n, true);
	/* A month ends on the day of the same number as the day that it is
	 * counted from, the last of the month where there is none. */
	if (term.unit == ED_TERM_MONTHS)
		n = ed_days(ed_date_add_months(base, term.n)) - ed_days(c->first) + 1;
	code = count_days(c, n, false);
	return code || c->never ? code : roll(c);
}

static int64_t end_of(const struct counter *c)
{
	struct ed_civil end = {.date = c->last, .hour = 23, .minute = 59, .second = 59};

	return c->never ? ED_TIME_NONE : ed_zone_instant(c->zone, end);
}

enum edoc_code ed_term_explain(struct ed_term limit, const struct ed_count_rules *count,
                               const struct ed_calendar *calendar, const struct ed_zone *zone,
                               int64_t start, const struct ed_pause *pauses, size_t n,
                               ed_term_watch_fn *watch, void *arg, int64_t *due,
                               struct edoc_error *err)
{
	struct counter c = {.rules = count,
	                    .calendar = calendar,
	                    .zone = zone,
	                    .watch = watch,
	                    .arg = arg,
	                    .err = err};
	enum edoc_code code;

	*due = ED_TIME_NONE;
	if (limit.unit == ED_TERM_NONE)
		return EDOC_OK;
	code = merge(&c, pauses, n);
	if (!code)
		code = find_first(&c, start);
	if (!code)
		code = find_last(&c, limit,
		                 count->start == ED_START_SAME_DAY ? c.first
		                                                   : ed_date_add_days(c.first, -1));
	if (!code)
		*due = end_of(&c);
	free(c.still);
	return code;
}

enum edoc_code ed_term_project(struct ed_term limit, const struct ed_count_rules *count,
                               const struct ed_calendar *calendar, const struct ed_zone *zone,
                               int64_t start, const struct ed_pause *pauses, size_t n, int64_t *due,
                               struct edoc_error *err)
{
	return ed_term_explain(limit, count, calendar, zone, start, pauses, n, NULL, NULL, due,
	                       err);
}

enum edoc_code ed_term_due(struct ed_term term, const struct ed_count_rules *count,
                           const struct ed_calendar *calendar, const struct ed_zone *zone,
                           int64_t start, int64_t *due, struct edoc_error *err)
{
	return ed_term_project(term, count, calendar, zone, start, NULL, 0, due, err);
}

/* So much more, from the day after the old end on. */
static enum edoc_code extend_by(struct counter *c, struct ed_term term, int64_t due_before,
                                const struct ed_pause *pauses, size_t n, int64_t *due)
{
	enum edoc_code code = merge(c, pauses, n);

	c->event = ed_zone_civil(c->zone, due_before).date;
	c->first = ed_date_add_days(c->event, 1);
	if (!code)
		code = find_last(c, term, c->event);
	if (!code)
		*due = end_of(c);
	free(c->still);
	return code;
}

enum edoc_code ed_term_extend_explain(struct ed_extension extension,
                                      const struct ed_count_rules *count,
                                      const struct ed_calendar *calendar,
                                      const struct ed_zone *zone, int64_t start,
                                      const struct ed_pause *pauses, size_t n, int64_t due_before,
                                      ed_term_watch_fn *watch, void *arg, int64_t *due,
                                      struct edoc_error *err)
{
	struct counter c = {.rules = count,
	                    .calendar = calendar,
	                    .zone = zone,
	                    .watch = watch,
	                    .arg = arg,
	                    .err = err};
	enum edoc_code code;

	*due = ED_TIME_NONE;
	if (due_before == ED_TIME_NONE || extension.term.unit == ED_TERM_NONE) {
		*due = due_before;
		return EDOC_OK;
	}
	if (extension.kind == ED_EXTEND_BY)
		return extend_by(&c, extension.term, due_before, pauses, n, due);
	code = ed_term_explain(extension.term, count, calendar, zone, start, pauses, n, watch, arg,
	                       due, err);
	/* What is granted takes nothing away: "to: 1mo" of 30d in February. */
	if (!code && *due != ED_TIME_NONE && *due < due_before) {
		*due = due_before;
		tell(&c, ED_COUNTED_LAST, ed_zone_civil(zone, due_before).date, 0);
	}
	return code;
}

enum edoc_code ed_term_extend(struct ed_extension extension, const struct ed_count_rules *count,
                              const struct ed_calendar *calendar, const struct ed_zone *zone,
                              int64_t start, const struct ed_pause *pauses, size_t n,
                              int64_t due_before, int64_t *due, struct edoc_error *err)
{
	return ed_term_extend_explain(extension, count, calendar, zone, start, pauses, n,
	                              due_before, NULL, NULL, due, err);
}

enum edoc_code ed_term_rung(struct ed_term lead, bool after, const struct ed_calendar *calendar,
                            const struct ed_zone *zone, int64_t due, int64_t *t,
                            struct edoc_error *err)
{
	struct ed_civil at = {.date = ed_zone_civil(zone, due).date};
	int n = after ? lead.n : -lead.n, step = after ? 1 : -1;
	enum edoc_code code = EDOC_OK;

	*t = ED_TIME_NONE;
	if (lead.unit == ED_TERM_DAYS)
		at.date = ed_date_add_days(at.date, n);
	else if (lead.unit == ED_TERM_MONTHS)
		at.date = ed_date_add_months(at.date, n);
	for (int left = lead.unit == ED_TERM_WORKING_DAYS ? lead.n : 0; left > 0 && !code;) {
		bool working = false;

		at.date = ed_date_add_days(at.date, step);
		code = ed_calendar_working(calendar, at.date, &working, err);
		left -= working;
	}
	if (!code)
		*t = ed_zone_instant(zone, at);
	return code;
}
