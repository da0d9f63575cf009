/* SPDX-License-Identifier: ISC */
/*
 * What a route means, beyond its grammar.  Codes for judge/rules.c (route
 * files only; {0} step, {1} what else):
 *
 *  route.R002 E  step {0}: outcome {1} goes to "{2}", and there is no such step
 *  route.R004 E  step {0} is the last: outcome {1} needs "then:" or "end:"
 *  route.R005 E  no way leads to step {0}
 *  route.R006 E  from step {0} no way leads to an end
 *  route.R007 E  the way from step {0} back to it has no bound: write "times:" on it
 *  route.R010 W  step {0} has no term: write "within:"
 *  route.R024 E  a case can get stuck in step {0}: "times:" leaves it no outcome
 *  route.R031 W  step {0} sends and asks for no receipt: write "needs: receipt"
 *  route.R032 W  step {0}: outcome {1} refuses and asks for no reason
 *  route.R061 W  no step of the route archives
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/definition.h"

#define NO_STEP ((size_t)-1) /* an end, or nowhere */

struct lint {
	const struct ed_route *route;
	const char *where;
	struct ed_findings *findings;
};

static void report(struct lint *l, const char *code, unsigned line, unsigned column, const char *a0,
                   const char *a1, const char *a2)
{
	char place[300];

	snprintf(place, sizeof(place), "%.250s:%u:%u", l->where, line, column);
	ed_finding(l->findings, code, place, a0, a1, a2);
}

static void report_step(struct lint *l, const char *code, const struct ed_route_step *step)
{
	report(l, code, step->line, step->column, step->id, NULL, NULL);
}

/* The step an outcome of step i goes to; NO_STEP for an end or a fault. */
static size_t target(const struct ed_route *route, size_t i, const struct ed_route_outcome *o)
{
	const struct ed_route_step *step;

	if (o->end)
		return NO_STEP;
	if (!o->then)
		return i + 1 < route->n_steps ? i + 1 : NO_STEP;
	step = ed_route_step(route, o->then);
	return step ? (size_t)(step - route->steps) : NO_STEP;
}

/* Marks what can be reached from step i over edges that `follow` allows. */
typedef bool follow_fn(const struct ed_route_step *to, const struct ed_route_outcome *o);

static bool any_edge(const struct ed_route_step *to, const struct ed_route_outcome *o)
{
	(void)to;
	(void)o;
	return true;
}

static bool unbounded_edge(const struct ed_route_step *to, const struct ed_route_outcome *o)
{
	return !o->times && !to->times;
}

/* Depth first without recursion; seen[] starts empty, so i itself is marked
 * only when a way leads back to it. */
static void reach(const struct ed_route *route, size_t i, follow_fn *follow, bool *seen)
{
	size_t todo[ED_MAX_ROUTE_STEPS + 1], n = 0;

	todo[n++] = i;
	while (n) {
		size_t at = todo[--n];

		for (size_t k = 0; k < route->steps[at].n_outcomes; k++) {
			const struct ed_route_outcome *o = &route->steps[at].outcomes[k];
			size_t to = target(route, at, o);

			if (to == NO_STEP || seen[to] || !follow(&route->steps[to], o))
				continue;
			seen[to] = true;
			todo[n++] = to;
		}
	}
}

static bool ends(const struct ed_route_step *step)
{
	for (size_t k = 0; k < step->n_outcomes; k++)
		if (step->outcomes[k].end)
			return true;
	return false;
}

static void lint_graph(struct lint *l)
{
	const struct ed_route *route = l->route;
	bool seen[ED_MAX_ROUTE_STEPS] = {false}, told[ED_MAX_ROUTE_STEPS] = {false};

	reach(route, 0, any_edge, seen);
	for (size_t i = 1; i < route->n_steps; i++)
		if (!seen[i])
			report_step(l, "route.R005", &route->steps[i]);
	for (size_t i = 0; i < route->n_steps; i++) {
		bool end = ends(&route->steps[i]);

		memset(seen, 0, sizeof(seen));
		reach(route, i, any_edge, seen);
		for (size_t k = 0; k < route->n_steps && !end; k++)
			end = seen[k] && ends(&route->steps[k]);
		if (!end)
			report_step(l, "route.R006", &route->steps[i]);
		memset(seen, 0, sizeof(seen));
		reach(route, i, unbounded_edge, seen);
		if (!seen[i] || told[i])
			continue;
		/* One finding a loop: the others on it are told by the first. */
		report_step(l, "route.R007", &route->steps[i]);
		for (size_t k = i; k < route->n_steps; k++)
			told[k] |= seen[k];
	}
}

/*
 * R024 by walking every state that a case can be in: the open step, and how
 * often each bounded step and outcome has happened.  The bounds are the digits
 * of a number, so a state is one.
 */
struct walk {
	const struct ed_route *route;
	size_t total, n;
	uint32_t *todo;
	bool *seen;
};

/* Bounded things in a fixed order: step i, then its outcomes.  Gives the place
 * value of the one asked for. */
static size_t place_of(const struct ed_route *route, const struct ed_route_step *step,
                       const struct ed_route_outcome *outcome)
{
	size_t place = route->n_steps;

	for (size_t i = 0; i < route->n_steps && place <= ED_MAX_ROUTE_STATES; i++) {
		const struct ed_route_step *s = &route->steps[i];

		if (s == step && !outcome)
			return place;
		place *= (size_t)s->times + 1;
		for (size_t k = 0; k < s->n_outcomes && place <= ED_MAX_ROUTE_STATES; k++) {
			if (s == step && &s->outcomes[k] == outcome)
				return place;
			place *= (size_t)s->outcomes[k].times + 1;
		}
	}
	return place; /* nothing asked for: the number of all states */
}

/* Counts one more of a bounded thing; false when the bound is met. */
static bool count(const struct walk *w, size_t *state, const struct ed_route_step *step,
                  const struct ed_route_outcome *outcome)
{
	size_t times = (size_t)(outcome ? outcome->times : step->times);
	size_t place = place_of(w->route, step, outcome);

	if (times && *state / place % (times + 1) == times)
		return false;
	*state += times ? place : 0;
	return true;
}

static bool visit(struct walk *w, size_t state)
{
	if (w->seen[state])
		return true;
	w->seen[state] = true;
	w->todo[w->n++] = (uint32_t)state;
	return true;
}

/* Every outcome that is allowed in the state; false: none is. */
static bool go_on(struct walk *w, size_t state)
{
	size_t i = state % w->route->n_steps;
	const struct ed_route_step *step = &w->route->steps[i];
	bool any = false;

	for (size_t k = 0; k < step->n_outcomes; k++) {
		const struct ed_route_outcome *o = &step->outcomes[k];
		size_t to = target(w->route, i, o), next = state;

		if (!count(w, &next, step, o))
			continue;
		if (to == NO_STEP) /* an end; a lost target is R002's or R004's */
			any = true;
		else if (count(w, &next, &w->route->steps[to], NULL))
			any = visit(w, next - i + to);
	}
	return any;
}

static enum edoc_code lint_stuck(struct lint *l, struct edoc_error *err)
{
	struct walk w = {.route = l->route, .total = place_of(l->route, NULL, NULL)};
	bool stuck[ED_MAX_ROUTE_STEPS] = {false};
	enum edoc_code code = EDOC_OK;
	size_t first = 0;

	if (!w.total || w.total > ED_MAX_ROUTE_STATES)
		return ed_fail(err, EDOC_ERR_LIMIT, l->where,
		               "too many \"times:\" to see whether a case can get stuck");
	w.seen = calloc(w.total, sizeof(*w.seen));
	w.todo = calloc(w.total, sizeof(*w.todo));
	if (!w.seen || !w.todo)
		code = ed_fail_memory(err);
	else if (count(&w, &first, &l->route->steps[0], NULL))
		visit(&w, first);
	while (!code && w.n) {
		size_t state = w.todo[--w.n];

		if (!go_on(&w, state))
			stuck[state % l->route->n_steps] = true;
	}
	for (size_t i = 0; i < l->route->n_steps && !code; i++)
		if (stuck[i])
			report_step(l, "route.R024", &l->route->steps[i]);
	free(w.seen);
	free(w.todo);
	return code;
}

/* Says no, or sends back; "again" of an edit step is what editing is for. */
static bool refuses(const struct ed_route *route, size_t i, const struct ed_route_outcome *o)
{
	static const char *const words[] = {"refused",   "rejected",   "returned",      "declined",
	                                    "withdrawn", "impossible", "not-competent", NULL};
	size_t to = target(route, i, o);

	for (const char *const *w = words; *w; w++)
		if (!strcmp(o->id, *w))
			return true;
	return to != NO_STEP && to <= i && route->steps[i].verb != ED_DO_EDIT;
}

static void lint_outcomes(struct lint *l, size_t i)
{
	const struct ed_route_step *step = &l->route->steps[i];

	for (size_t k = 0; k < step->n_outcomes; k++) {
		const struct ed_route_outcome *o = &step->outcomes[k];

		if (o->then && !ed_route_step(l->route, o->then))
			report(l, "route.R002", o->line, o->column, step->id, o->id, o->then);
		if (!o->then && !o->end && i + 1 == l->route->n_steps)
			report(l, "route.R004", o->line, o->column, step->id, o->id, NULL);
		if (!o->reason && refuses(l->route, i, o))
			report(l, "route.R032", o->line, o->column, step->id, o->id, NULL);
	}
}

enum edoc_code ed_route_lint(const struct ed_route *route, const char *where,
                             struct ed_findings *findings, struct edoc_error *err)
{
	struct lint l = {route, where, findings};
	bool archives = false;
	enum edoc_code code;

	for (size_t i = 0; i < route->n_steps; i++) {
		const struct ed_route_step *step = &route->steps[i];
		bool desk = step->verb == ED_DO_SEND || step->verb == ED_DO_RECEIVE;

		lint_outcomes(&l, i);
		if (step->within.unit == ED_TERM_NONE && !desk)
			report_step(&l, "route.R010", step);
		if (step->verb == ED_DO_SEND && !step->needs_receipt)
			report_step(&l, "route.R031", step);
		archives = archives || step->verb == ED_DO_ARCHIVE;
	}
	lint_graph(&l);
	if (!archives)
		report(&l, "route.R061", 1, 1, NULL, NULL, NULL);
	code = lint_stuck(&l, err);
	if (code)
		return code;
	return findings->lost ? ed_fail_memory(err) : EDOC_OK;
}
