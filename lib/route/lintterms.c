/* SPDX-License-Identifier: ISC */
/*
 * The terms of steps against the clocks of the law.  Everybody does his step
 * in time and in its last second: does the case still come to the step that
 * stops the clock before it is over?  Asked for each day of a year on which
 * the clock may begin.
 *
 * The ways that are looked at: the first outcome of each step, every case of
 * choose, with and without a step that has an "if:"; of branches the slowest.
 * Extensions and stops are not counted.  A clock "from: received" begins anew
 * behind each send, so what stands behind one is looked at for itself.
 *
 *  route.R040 W  clock {0}: it is missed for {1} start dates, worst by {2}
 *  route.R041 W  the calendar {0} does not cover the terms of {1} start dates, from {2} on
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/lint.h"
#include "route/term.h"

/* When a step was opened, and when the body that has it got the case; now:
 * ED_TIME_NONE when no way of so many steps leads to it. */
struct moment {
	int64_t now, received;
};

struct walk {
	const struct ed_route *route;
	const struct ed_calendar *calendar;
	const struct ed_zone *zone;
	const struct ed_clock_def *clock;
	int64_t submitted;
	struct edoc_error *err;
};

/* Both are ends of terms, and a later one never makes an end earlier: of two
 * ways to a step the later moments stand for both. */
static void later(struct moment *m, int64_t now, int64_t received)
{
	if (m->now == ED_TIME_NONE || m->now < now)
		m->now = now;
	if (m->received == ED_TIME_NONE || m->received < received)
		m->received = received;
}

static enum edoc_code run(struct walk *w, const struct ed_route_block *b, size_t first,
                          struct moment start, int64_t above, struct moment *end);

/* The slowest of its branches. */
static enum edoc_code run_branches(struct walk *w, const struct ed_route_step *step,
                                   struct moment *m, int64_t due)
{
	struct moment start = *m;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < step->n_branches && !code; i++) {
		struct moment end;

		code = run(w, &step->branches[i], 0, start, due, &end);
		if (!code && end.now != ED_TIME_NONE)
			later(m, end.now, end.received);
	}
	return code;
}

/* The step takes all its time; what has none of its own has that of the join
 * it stands in. */
static enum edoc_code take(struct walk *w, const struct ed_route_step *step, int64_t above,
                           struct moment *m)
{
	const struct ed_clock_def *c = &step->clock;
	int64_t due = above, start = m->now;
	enum edoc_code code = EDOC_OK;

	if (c->within.unit != ED_TERM_NONE) {
		if (!strcmp(c->from, "received"))
			start = m->received;
		else if (!strcmp(c->from, "submitted"))
			start = w->submitted;
		code = ed_term_due(c->within, &w->route->count, w->calendar, w->zone, start, &due,
		                   w->err);
	}
	if (!code && ed_step_joins(step))
		code = run_branches(w, step, m, due);
	else if (due != ED_TIME_NONE && due > m->now)
		m->now = due;
	if (step->verb == ED_DO_SEND)
		m->received = m->now;
	return code;
}

/* Where one goes on from step i: to a step of the block (*to), or out of it. */
static bool leads(const struct ed_route_block *b, size_t i, const char *then, size_t *to)
{
	const struct ed_route_step *step = then ? ed_block_step(b, then) : NULL;

	if (step)
		*to = (size_t)(step - b->steps);
	else
		*to = i + 1;
	return (step || !then) && *to < b->n_steps;
}

static void go(const struct ed_route_block *b, size_t i, const char *then, struct moment m,
               struct moment *next, struct moment *end)
{
	size_t to;

	if (leads(b, i, then, &to))
		later(&next[to], m.now, m.received);
	else
		later(end, m.now, m.received);
}

/* One step further on all ways from step i. */
static enum edoc_code hop(struct walk *w, const struct ed_route_block *b, size_t i, int64_t above,
                          struct moment m, struct moment *next, struct moment *end)
{
	const struct ed_route_step *s = &b->steps[i];
	const struct ed_route_outcome *first = s->n_outcomes ? &s->outcomes[0] : NULL;
	enum edoc_code code;

	if (s->when)
		go(b, i, NULL, m, next, end);
	for (size_t k = 0; k < s->n_choices; k++)
		if (s->choices[k].then)
			go(b, i, s->choices[k].then, m, next, end);
	if (s->verb == ED_DO_CHOOSE)
		return EDOC_OK;
	code = take(w, s, above, &m);
	if (code || (!b->owner && s == w->clock->stops_at)) {
		if (!code)
			later(end, m.now, m.received);
		return code;
	}
	if (s->verb == ED_DO_SEND && !strcmp(w->clock->from, "received"))
		return EDOC_OK; /* it begins anew there */
	if (first && first->leave)
		later(end, m.now, m.received);
	else if (first && !first->end)
		go(b, i, first->then, m, next, end);
	return EDOC_OK;
}

static void clear(struct moment *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = (struct moment){ED_TIME_NONE, ED_TIME_NONE};
}

/*
 * When the branch is over at the latest, or the route's own block has come to
 * the step that stops the clock; end->now ED_TIME_NONE: it never does.  All
 * ways go on step by step together; one longer than the block has steps goes
 * in a circle, which no case does on first outcomes.
 */
static enum edoc_code run(struct walk *w, const struct ed_route_block *b, size_t first,
                          struct moment start, int64_t above, struct moment *end)
{
	struct moment *now = calloc(2 * b->n_steps, sizeof(*now)), *next, out;
	enum edoc_code code = EDOC_OK;
	bool inner = b->owner != NULL;

	*end = (struct moment){ED_TIME_NONE, ED_TIME_NONE};
	if (!now)
		return ed_fail_memory(w->err);
	next = now + b->n_steps;
	clear(now, b->n_steps);
	now[first] = start;
	for (size_t hops = 0; hops < b->n_steps && !code; hops++) {
		clear(next, b->n_steps);
		for (size_t i = 0; i < b->n_steps && !code; i++) {
			bool stops = !inner && &b->steps[i] == w->clock->stops_at;

			if (now[i].now == ED_TIME_NONE)
				continue;
			out = (struct moment){ED_TIME_NONE, ED_TIME_NONE};
			code = hop(w, b, i, above, now[i], next, &out);
			/* Past the last step of the route lies a fault, R004's. */
			if (!code && out.now != ED_TIME_NONE && (inner || stops))
				later(end, out.now, out.received);
		}
		memcpy(now, next, b->n_steps * sizeof(*now));
	}
	free(now);
	return code;
}

/* ---- where the clock begins ---- */

static void reach(const struct ed_route_block *b, size_t i, const struct ed_route_step *stop,
                  bool *seen)
{
	size_t todo[ED_MAX_ROUTE_STEPS + 1], n = 0, to;

	seen[i] = true;
	todo[n++] = i;
	while (n) {
		size_t at = todo[--n];
		const struct ed_route_step *s = &b->steps[at];

		for (size_t k = 0; k < s->n_outcomes + s->n_choices + (s->when != NULL); k++) {
			const struct ed_route_outcome *o =
			        k < s->n_outcomes ? &s->outcomes[k] : NULL;
			const struct ed_choice *c = !o && k - s->n_outcomes < s->n_choices
			                                    ? &s->choices[k - s->n_outcomes]
			                                    : NULL;

			if ((o && (o->end || (s == stop && !k))) || (c && c->end))
				continue;
			if (!leads(b, at, o ? o->then : c ? c->then : NULL, &to) || seen[to])
				continue;
			seen[to] = true;
			todo[n++] = to;
		}
	}
}

/* The steps with which it begins: the first, and, when it counts from receipt,
 * those behind the sends that come before its end. */
static void find_begins(const struct ed_route *route, const struct ed_clock_def *clock,
                        bool *begins)
{
	bool seen[ED_MAX_ROUTE_STEPS] = {false};
	const struct ed_route_block *b = &route->body;
	size_t to;

	begins[0] = true;
	if (strcmp(clock->from, "received"))
		return;
	reach(b, 0, clock->stops_at, seen);
	for (size_t i = 0; i < b->n_steps; i++) {
		const struct ed_route_step *s = &b->steps[i];
		const struct ed_route_outcome *o = s->n_outcomes ? &s->outcomes[0] : NULL;

		if (seen[i] && s->verb == ED_DO_SEND && s != clock->stops_at && o && !o->end &&
		    leads(b, i, o->then, &to))
			begins[to] = true;
	}
}

/* ---- all days of a year ---- */

struct tally {
	int days, missed, uncovered;
	int64_t worst; /* days */
	struct ed_date worst_day, first_uncovered;
};

/* By how many days it is missed, when it begins on that day; 0: it is not. */
static enum edoc_code miss(struct walk *w, const bool *begins, struct ed_date day, int64_t *days)
{
	int64_t start = ed_zone_instant(w->zone, (struct ed_civil){.date = day}), due = 0;
	const struct ed_route_block *b = &w->route->body;
	enum edoc_code code = ed_term_due(w->clock->within, &w->route->count, w->calendar, w->zone,
	                                  start, &due, w->err);

	*days = 0;
	w->submitted = start;
	for (size_t i = 0; i < b->n_steps && !code; i++) {
		struct moment end;
		int64_t late;

		if (!begins[i])
			continue;
		code = run(w, b, i, (struct moment){start, start}, ED_TIME_NONE, &end);
		if (code || end.now == ED_TIME_NONE || end.now <= due)
			continue;
		late = ed_days(ed_zone_civil(w->zone, end.now).date) -
		       ed_days(ed_zone_civil(w->zone, due).date);
		*days = late > *days ? late : *days;
	}
	return code;
}

static void tell_missed(struct ed_lint *l, const struct ed_clock_def *c, const struct tally *t)
{
	char dates[48], worst[120], day[ED_TIME_STR];

	if (!t->missed)
		return;
	ed_date_format(day, t->worst_day);
	snprintf(dates, sizeof(dates), dgettext("edoc", N_("%d of %d")), t->missed, t->days);
	snprintf(worst, sizeof(worst), dgettext("edoc", N_("%d d, e.g. from %s")), (int)t->worst,
	         day);
	ed_lint_report(l, "route.R040", c->line, c->column, c->id, dates, worst);
}

static void tell_uncovered(struct ed_lint *l, const struct ed_route *route, const struct tally *t)
{
	const struct ed_clock_def *c = &route->clocks[0];
	char dates[48], day[ED_TIME_STR];

	if (!t->uncovered)
		return;
	ed_date_format(day, t->first_uncovered);
	snprintf(dates, sizeof(dates), dgettext("edoc", N_("%d of %d")), t->uncovered, t->days);
	ed_lint_report(l, "route.R041", c->line, c->column, route->calendar, dates, day);
}

static enum edoc_code year_of(struct walk *w, int year, struct tally *t)
{
	struct ed_date day = {year, 1, 1};
	bool begins[ED_MAX_ROUTE_STEPS] = {false};
	enum edoc_code code = EDOC_OK;

	find_begins(w->route, w->clock, begins);
	for (; day.year == year && !code; day = ed_date_add_days(day, 1)) {
		int64_t late = 0;

		t->days++;
		code = w->calendar ? miss(w, begins, day, &late) : EDOC_ERR_CONFIG;
		t->missed += late > 0;
		if (late > t->worst) {
			t->worst = late;
			t->worst_day = day;
		}
		if (code != EDOC_ERR_CONFIG)
			continue;
		/* A calendar says so for the days that it does not cover. */
		if (!t->uncovered++)
			t->first_uncovered = day;
		code = EDOC_OK;
	}
	return code;
}

enum edoc_code ed_lint_terms(const struct ed_route *route, const struct ed_calendar *calendar,
                             const struct ed_zone *zone, int year, struct ed_lint *l,
                             struct edoc_error *err)
{
	struct tally widest = {0};

	for (size_t i = 0; i < route->n_clocks; i++) {
		struct edoc_error uncovered = {0};
		struct walk w = {route, calendar, zone, &route->clocks[i], 0, &uncovered};
		struct tally t = {0};

		if (year_of(&w, year, &t))
			return ed_fail_memory(err);
		tell_missed(l, &route->clocks[i], &t);
		if (t.uncovered > widest.uncovered)
			widest = t;
	}
	tell_uncovered(l, route, &widest);
	return l->findings->lost ? ed_fail_memory(err) : EDOC_OK;
}
