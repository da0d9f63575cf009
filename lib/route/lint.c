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
 *  route.R012 W  step {0}: role {1} keeps the term and gives it more time itself
 *  route.R023 W  step {0}: "refuse: {1}" changes nothing, {2} refusals refuse already
 *  route.R024 E  a case can get stuck in step {0}: "times:" leaves it no outcome
 *  route.R031 W  step {0} sends and asks for no receipt: write "needs: receipt"
 *  route.R032 W  step {0}: outcome {1} refuses and asks for no reason
 *  route.R060 W  step {0} signs at level {1}, and the case is kept {2}
 *  route.R061 W  no step of the route archives
 *  route.R070 W  {0} of the service has no words in {1}, in which the rest is said
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/lint.h"
#include "route/passport.h"
#include "route/signstep.h"

#define NO_STEP ((size_t)-1) /* an end, or nowhere */

void ed_lint_report(struct ed_lint *l, const char *code, unsigned line, unsigned column,
                    const char *a0, const char *a1, const char *a2)
{
	char place[300];

	snprintf(place, sizeof(place), "%.250s:%u:%u", l->where, line, column);
	ed_finding(l->findings, code, place, a0, a1, a2);
}

static void report_step(struct ed_lint *l, const char *code, const struct ed_route_step *step)
{
	ed_lint_report(l, code, step->line, step->column, step->path, NULL, NULL);
}

/* ---- the ways of one block ---- */

/*
 * A way out of a step: an outcome, a case of choose, or on past a step whose
 * "if:" does not hold.  Branches are blocks of their own: what happens in them
 * comes back as the join's outcomes.
 */
struct way {
	const char *then, *end;
	enum ed_result leave;
	int times;
	const struct ed_route_outcome *outcome; /* or NULL */
};

static size_t n_ways(const struct ed_route_step *s)
{
	return s->n_outcomes + s->n_choices + (s->when != NULL);
}

static struct way way(const struct ed_route_step *s, size_t k)
{
	struct way w = {0};

	if (k < s->n_outcomes) {
		const struct ed_route_outcome *o = &s->outcomes[k];
		w = (struct way){o->then, o->end, o->leave, o->times, o};
	} else if (k - s->n_outcomes < s->n_choices) {
		const struct ed_choice *c = &s->choices[k - s->n_outcomes];
		w = (struct way){.then = c->then, .end = c->end};
	}
	return w;
}

/* Behind the last step of a branch its join goes on. */
static bool over(const struct ed_route_block *b, size_t i, const struct way *w)
{
	return w->end || w->leave || (b->owner && !w->then && i + 1 == b->n_steps);
}

/* The step it goes to; NO_STEP for an end or a fault. */
static size_t target(const struct ed_route_block *b, size_t i, const struct way *w)
{
	const struct ed_route_step *step;

	if (over(b, i, w))
		return NO_STEP;
	if (!w->then)
		return i + 1 < b->n_steps ? i + 1 : NO_STEP;
	step = ed_block_step(b, w->then);
	return step ? (size_t)(step - b->steps) : NO_STEP;
}

/* Marks what can be reached from step i over ways that `follow` allows. */
typedef bool follow_fn(const struct ed_route_step *to, const struct way *w);

static bool any_way(const struct ed_route_step *to, const struct way *w)
{
	(void)to;
	(void)w;
	return true;
}

static bool unbounded_way(const struct ed_route_step *to, const struct way *w)
{
	return !w->times && !to->times;
}

/* Depth first without recursion; seen[] starts empty, so i itself is marked
 * only when a way leads back to it. */
static void reach(const struct ed_route_block *b, size_t i, follow_fn *follow, bool *seen)
{
	size_t todo[ED_MAX_ROUTE_STEPS + 1], n = 0;

	todo[n++] = i;
	while (n) {
		size_t at = todo[--n];

		for (size_t k = 0; k < n_ways(&b->steps[at]); k++) {
			struct way w = way(&b->steps[at], k);
			size_t to = target(b, at, &w);

			if (to == NO_STEP || seen[to] || !follow(&b->steps[to], &w))
				continue;
			seen[to] = true;
			todo[n++] = to;
		}
	}
}

static bool ends(const struct ed_route_block *b, size_t i)
{
	for (size_t k = 0; k < n_ways(&b->steps[i]); k++) {
		struct way w = way(&b->steps[i], k);

		if (over(b, i, &w))
			return true;
	}
	return false;
}

static void lint_graph(struct ed_lint *l, const struct ed_route_block *b)
{
	bool seen[ED_MAX_ROUTE_STEPS] = {false}, told[ED_MAX_ROUTE_STEPS] = {false};

	reach(b, 0, any_way, seen);
	for (size_t i = 1; i < b->n_steps; i++)
		if (!seen[i])
			report_step(l, "route.R005", &b->steps[i]);
	for (size_t i = 0; i < b->n_steps; i++) {
		bool end = ends(b, i);

		memset(seen, 0, sizeof(seen));
		reach(b, i, any_way, seen);
		for (size_t k = 0; k < b->n_steps && !end; k++)
			end = seen[k] && ends(b, k);
		if (!end)
			report_step(l, "route.R006", &b->steps[i]);
		memset(seen, 0, sizeof(seen));
		reach(b, i, unbounded_way, seen);
		if (!seen[i] || told[i])
			continue;
		/* One finding a loop: the others on it are told by the first. */
		report_step(l, "route.R007", &b->steps[i]);
		for (size_t k = i; k < b->n_steps; k++)
			told[k] |= seen[k];
	}
}

/*
 * R024 by walking every state that a block can be in: the open step, and how
 * often each bounded step and outcome has happened.  The bounds are the digits
 * of a number, so a state is one.
 */
struct walk {
	const struct ed_route_block *block;
	size_t total, n;
	uint32_t *todo;
	bool *seen;
};

/* Bounded things in a fixed order: step i, then its outcomes.  Gives the place
 * value of the one asked for. */
static size_t place_of(const struct ed_route_block *b, const struct ed_route_step *step,
                       const struct ed_route_outcome *outcome)
{
	size_t place = b->n_steps;

	for (size_t i = 0; i < b->n_steps && place <= ED_MAX_ROUTE_STATES; i++) {
		const struct ed_route_step *s = &b->steps[i];

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
	size_t place = place_of(w->block, step, outcome);

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

/* Every way that is allowed in the state; false: none is. */
static bool go_on(struct walk *w, size_t state)
{
	size_t i = state % w->block->n_steps;
	const struct ed_route_step *step = &w->block->steps[i];
	bool any = false;

	for (size_t k = 0; k < n_ways(step); k++) {
		struct way out = way(step, k);
		size_t to = target(w->block, i, &out), next = state;

		if (out.outcome && !count(w, &next, step, out.outcome))
			continue;
		if (to == NO_STEP) /* an end; a lost target is R002's or R004's */
			any = true;
		else if (count(w, &next, &w->block->steps[to], NULL))
			any = visit(w, next - i + to);
	}
	return any;
}

static enum edoc_code lint_stuck(struct ed_lint *l, const struct ed_route_block *b,
                                 struct edoc_error *err)
{
	struct walk w = {.block = b, .total = place_of(b, NULL, NULL)};
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
	else if (count(&w, &first, &b->steps[0], NULL))
		visit(&w, first);
	while (!code && w.n) {
		size_t state = w.todo[--w.n];

		if (!go_on(&w, state))
			stuck[state % b->n_steps] = true;
	}
	for (size_t i = 0; i < b->n_steps && !code; i++)
		if (stuck[i])
			report_step(l, "route.R024", &b->steps[i]);
	free(w.seen);
	free(w.todo);
	return code;
}

/* Says no, or sends back; "again" of an edit step is what editing is for, and
 * what desks send begins again elsewhere: nobody is there to give a reason. */
static bool refuses(const struct ed_route_block *b, size_t i, const struct way *w)
{
	enum ed_do verb = b->steps[i].verb;
	static const char *const words[] = {"refused",   "rejected",   "returned",      "declined",
	                                    "withdrawn", "impossible", "not-competent", NULL};
	size_t to = target(b, i, w);

	for (const char *const *word = words; *word; word++)
		if (!strcmp(w->outcome->id, *word))
			return true;
	return w->leave == ED_RESULT_REFUSE || (to != NO_STEP && to <= i && verb != ED_DO_EDIT &&
	                                        verb != ED_DO_SEND && verb != ED_DO_RECEIVE);
}

static void lint_ways(struct ed_lint *l, const struct ed_route_block *b, size_t i)
{
	const struct ed_route_step *step = &b->steps[i];

	for (size_t k = 0; k < n_ways(step); k++) {
		struct way w = way(step, k);
		const struct ed_choice *c = k - step->n_outcomes < step->n_choices
		                                    ? &step->choices[k - step->n_outcomes]
		                                    : NULL;
		unsigned line = w.outcome ? w.outcome->line : c ? c->line : step->line;
		unsigned column = w.outcome ? w.outcome->column : c ? c->column : step->column;
		const char *name = w.outcome ? w.outcome->id : c ? "case" : "if";

		if (w.then && !ed_block_step(b, w.then))
			ed_lint_report(l, "route.R002", line, column, step->path, name, w.then);
		if (!w.then && !over(b, i, &w) && i + 1 == b->n_steps)
			ed_lint_report(l, "route.R004", line, column, step->path, name, NULL);
		if (w.outcome && !w.outcome->reason && !ed_step_joins(step) && refuses(b, i, &w))
			ed_lint_report(l, "route.R032", line, column, step->path, name, NULL);
	}
}

/* So many refusals never come: it cannot pass any more before. */
static void lint_join(struct ed_lint *l, const struct ed_route_step *s)
{
	const struct ed_join *j = &s->join;
	int n = (int)s->n_branches, need = j->percent ? (n * j->pass + 99) / 100 : j->pass;
	char says[24], refused[24];

	if (s->verb != ED_DO_PARALLEL)
		return;
	need = need ? need : n;
	snprintf(says, sizeof(says), "%d", j->refuse);
	snprintf(refused, sizeof(refused), "%d", n - need + 1);
	if (j->refuse > n - need + 1)
		ed_lint_report(l, "route.R023", s->line, s->column, s->path, says, refused);
}

/* Who has to keep a term and gives it more time himself has none.  A clock of
 * the whole case is another matter: laws let the head who signs extend it. */
static void lint_extension(struct ed_lint *l, const struct ed_route_step *step)
{
	if (step->by && step->clock.extend.by == step->by)
		ed_lint_report(l, "route.R012", step->line, step->column, step->path, step->by->id,
		               NULL);
}

/* A route that chose a level for what is kept for ever; where it chose none, the
 * archive sees to that. */
static void lint_level(struct ed_lint *l, const struct ed_route_step *step)
{
	if (l->retention && !strcmp(l->retention, "permanent") && step->levelled &&
	    step->level < EDOC_LEVEL_LTA)
		ed_lint_report(l, "route.R060", step->line, step->column, step->path,
		               ed_step_level(step->level), l->retention);
}

static void lint_step(const struct ed_route_step *step, void *arg)
{
	struct ed_lint *l = arg;
	bool desk = step->verb == ED_DO_SEND || step->verb == ED_DO_RECEIVE;
	bool timed = step->clock.within.unit != ED_TERM_NONE;

	for (const struct ed_route_step *s = step->block->owner; s && !timed; s = s->block->owner)
		timed = s->clock.within.unit != ED_TERM_NONE;
	lint_ways(l, step->block, (size_t)(step - step->block->steps));
	if (!timed && !desk && step->by)
		report_step(l, "route.R010", step);
	if (step->verb == ED_DO_SEND && !step->needs_receipt)
		report_step(l, "route.R031", step);
	lint_join(l, step);
	lint_extension(l, step);
	lint_level(l, step);
	ed_lint_fields(l, step);
	ed_lint_reminders(l, step);
	l->archives |= step->verb == ED_DO_ARCHIVE;
}

/* ---- languages ---- */

/* What a service says, a row each; those of the passport in one order. */
struct saying {
	const char *what;
	const char *const *lang; /* NULL-ended */
};

static size_t sayings(const struct ed_route *route, struct saying *v)
{
	const struct ed_passport *p = route->passport;
	size_t n = 0;

	v[n++] = (struct saying){"title", route->title_lang};
	for (size_t i = 0; i < p->n_papers; i++)
		v[n++] = (struct saying){p->papers[i].id, p->papers[i].title.lang};
	for (size_t i = 0; i < p->n_refusals; i++)
		v[n++] = (struct saying){p->refusals[i].id, p->refusals[i].title.lang};
	if (p->result.lang[0])
		v[n++] = (struct saying){"result", p->result.lang};
	return n;
}

static bool said_in(const struct saying *s, const char *lang)
{
	for (size_t i = 0; s->lang[i]; i++)
		if (!strcmp(s->lang[i], lang))
			return true;
	return false;
}

/* A passport that says one thing in a language says all in it.  The route's
 * title may have more: lists of services are read by more people. */
static void lint_languages(struct ed_lint *l, const struct ed_route *route)
{
	static const char *const langs[] = {"tg", "uz", "uz-Cyrl", "ru", "en"};
	struct saying v[2 * ED_MAX_SERVICE_LIST + 2];
	size_t n = route->passport ? sayings(route, v) : 0;

	for (size_t k = 0; k < sizeof(langs) / sizeof(*langs); k++) {
		bool used = false;

		for (size_t i = 1; i < n; i++)
			used |= said_in(&v[i], langs[k]);
		for (size_t i = 0; i < n && used; i++)
			if (!said_in(&v[i], langs[k]))
				ed_lint_report(l, "route.R070", 1, 1, v[i].what, langs[k], NULL);
	}
}

static enum edoc_code lint_block(struct ed_lint *l, const struct ed_route_block *b,
                                 struct edoc_error *err)
{
	enum edoc_code code;

	lint_graph(l, b);
	code = lint_stuck(l, b, err);
	for (size_t i = 0; i < b->n_steps && !code; i++)
		for (size_t k = 0; k < b->steps[i].n_branches && !code; k++)
			code = lint_block(l, &b->steps[i].branches[k], err);
	return code;
}

enum edoc_code ed_route_lint(const struct ed_route *route, const char *where,
                             struct ed_findings *findings, struct edoc_error *err)
{
	struct ed_lint l = {.where = where,
	                    .findings = findings,
	                    .retention = route->passport ? route->passport->retention : NULL};
	enum edoc_code code;

	ed_block_walk(&route->body, lint_step, &l);
	for (size_t i = 0; i < route->n_clocks; i++)
		ed_lint_clock_reminders(&l, &route->clocks[i]);
	code = lint_block(&l, &route->body, err);
	lint_languages(&l, route);
	if (!l.archives)
		ed_lint_report(&l, "route.R061", 1, 1, NULL, NULL, NULL);
	if (code)
		return code;
	return findings->lost || l.lost ? ed_fail_memory(err) : EDOC_OK;
}
