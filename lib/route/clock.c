/* SPDX-License-Identifier: ISC */
/*
 * A term that is given more time, stands still, or runs on.  Nothing of it is
 * a stored date: each entry says what was done, and everybody computes.
 */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/decide.h"
#include "route/flow.h"

bool ed_clock_event(const char *event)
{
	return !strncmp(event, "clock.", 6);
}

enum edoc_code ed_clock_compute(const struct ed_engine *engine, struct ed_state *state,
                                struct ed_clock *c, struct edoc_error *err)
{
	const struct ed_count_rules *count = &engine->route->count;
	int64_t due = ED_TIME_NONE;

	enum edoc_code code = ed_term_project(c->def->within, count, engine->calendar, engine->zone,
	                                      c->start, c->pauses, c->n_pauses, &due, err);
	for (size_t i = 0; !code && i < c->n_extensions; i++)
		code = ed_term_extend(c->extensions[i], count, engine->calendar, engine->zone,
		                      c->start, c->pauses, c->n_pauses, due, &due, err);
	c->due = code ? ED_TIME_NONE : due;
	if (c->visit)
		c->visit->due = c->due;
	for (size_t i = 0; c->visit && i < state->n_visits; i++)
		if (state->visits[i]->clock == c && state->visits[i]->done == ED_TIME_NONE)
			state->visits[i]->due = c->due;
	return code;
}

bool ed_clock_stands(const struct ed_clock *c)
{
	return c->n_pauses && c->pauses[c->n_pauses - 1].to == ED_TIME_NONE;
}

const char *ed_clock_name(const struct ed_clock *c)
{
	return c->visit ? c->visit->path : c->def->id;
}

/* ---- which clock is meant ---- */

static bool takes(const struct ed_clock *c, const char *event)
{
	const struct ed_role *by =
	        strcmp(event, "clock.extended") ? c->def->stop_by : c->def->extend.by;

	return c->done == ED_TIME_NONE && by;
}

/* A branch that was sent elsewhere moves no term of the whole case. */
static size_t n_of_route(const struct ed_decision *j)
{
	return j->state->clocks && !ed_state_home(j->state) ? j->engine->route->n_clocks : 0;
}

static struct ed_clock *of_route(const struct ed_decision *j, const char *id)
{
	for (size_t i = 0; i < n_of_route(j); i++)
		if (!strcmp(j->state->clocks[i].def->id, id))
			return &j->state->clocks[i];
	return NULL;
}

static struct ed_clock *of_step(const struct ed_decision *j, const char *path)
{
	for (size_t i = 0; i < j->state->n_visits; i++) {
		struct ed_visit *v = j->state->visits[i];

		if (v->done == ED_TIME_NONE && !strcmp(v->path, path) && v->clock &&
		    v->clock->visit == v && ed_scope_within(v->scope, j->state->root))
			return v->clock;
	}
	return NULL;
}

/* A command that names none means the one that can be meant. */
static struct ed_clock *only_one(struct ed_decision *j)
{
	struct ed_clock *found = NULL;
	const char *list = "";
	size_t n = 0;

	for (size_t i = 0; i < n_of_route(j); i++)
		if (takes(&j->state->clocks[i], j->act.event)) {
			found = &j->state->clocks[i];
			list = ed_arena_printf(j->engine->arena, "%s%s--clock %s", list,
			                       n++ ? ", " : "", found->def->id);
		}
	for (size_t i = 0; i < j->state->n_visits; i++) {
		struct ed_visit *v = j->state->visits[i];

		if (v->done != ED_TIME_NONE || !v->clock || v->clock->visit != v ||
		    !ed_scope_within(v->scope, j->state->root) || !takes(v->clock, j->act.event))
			continue;
		found = v->clock;
		list = ed_arena_printf(j->engine->arena, "%s%s--step %s", list ? list : "",
		                       n++ ? ", " : "", v->path);
	}
	if (n > 1)
		j->which = list ? list : "";
	return n == 1 ? found : NULL;
}

/* The terms that run or stand, as options; "-": none. */
static const char *term_list(struct ed_decision *j)
{
	struct ed_arena *arena = j->engine->arena;
	const char *list = "";

	for (size_t i = 0; list && i < n_of_route(j); i++)
		list = ed_arena_printf(arena, "%s%s--clock %s", list, *list ? ", " : "",
		                       j->state->clocks[i].def->id);
	for (size_t i = 0; list && i < j->state->n_visits; i++) {
		const struct ed_visit *v = j->state->visits[i];
		const struct ed_clock *c = of_step(j, v->path);

		if (c && c->visit == v)
			list = ed_arena_printf(arena, "%s%s--step %s", list, *list ? ", " : "",
			                       v->path);
	}
	return list && *list ? list : "-";
}

static bool no_such_term(struct ed_decision *j, const char *name)
{
	if (j->findings)
		return ed_broken(j, "route.clock-none", name, j->act.event, NULL);
	return ed_broken(j, "route.clock-unknown", name, term_list(j), NULL);
}

static bool find(struct ed_decision *j)
{
	const char *name = j->act.timer ? j->act.timer : j->act.step;

	if (j->act.timer)
		j->clock = of_route(j, j->act.timer);
	else if (j->act.step)
		j->clock = of_step(j, j->act.step);
	else if (!j->act.said)
		j->clock = only_one(j);
	if (!j->clock && name)
		return no_such_term(j, name);
	if (!j->clock && !j->which)
		return ed_broken(j, "route.clock-none", "-", j->act.event, NULL);
	if (!j->clock)
		return false;
	if (j->act.said && j->clock->visit && j->act.visit != j->clock->visit->visit)
		return ed_broken(j, "route.visit", ed_number_text(j, j->act.visit),
		                 j->clock->visit->path, ed_number_text(j, j->clock->visit->visit));
	if (!takes(j->clock, j->act.event))
		return ed_broken(j, "route.clock-none", ed_clock_name(j->clock), j->act.event,
		                 NULL);
	return true;
}

/* ---- what is asked of the act ---- */

static void check_in_time(struct ed_decision *j)
{
	const struct ed_clock *c = j->clock;

	if (c->due != ED_TIME_NONE && j->act.time > c->due)
		ed_broken(j, "route.clock-over", ed_clock_name(c), ed_time_text(j, c->due), NULL);
}

/* So much in all is what the route says; so much more is that or less. */
static void check_extension(struct ed_decision *j)
{
	const struct ed_prolong *rule = &j->clock->def->extend;
	struct ed_extension said = {rule->to ? ED_EXTEND_TO : ED_EXTEND_BY, rule->term};
	char most[16];

	if (j->act.extension) {
		said = *j->act.extension;
		ed_term_text(most, rule->term);
		if (said.kind != (rule->to ? ED_EXTEND_TO : ED_EXTEND_BY) ||
		    said.term.unit != rule->term.unit || said.term.n < 1 ||
		    (rule->to ? said.term.n != rule->term.n : said.term.n > rule->term.n))
			ed_broken(j, "route.extension", ed_clock_name(j->clock),
			          rule->to ? N_("to") : N_("by"),
			          ed_arena_strdup(j->engine->arena, most));
	}
	j->actor.extension = said;
	if (j->clock->n_extensions >= (size_t)rule->times)
		ed_broken(j, "route.times", ed_clock_name(j->clock), ed_number_text(j, rule->times),
		          NULL);
	if (!rule->late)
		check_in_time(j);
}

bool ed_check_clock_act(struct ed_decision *j)
{
	bool extended = !strcmp(j->act.event, "clock.extended");
	bool resumed = !strcmp(j->act.event, "clock.resumed");

	if (!find(j))
		return false;
	j->by = extended ? j->clock->def->extend.by : j->clock->def->stop_by;
	j->needs_reason = !resumed;
	j->reasons = extended ? j->clock->def->extend.reasons : j->clock->def->stop_on;
	if (extended)
		check_extension(j);
	else if (resumed != ed_clock_stands(j->clock))
		return ed_broken(j, resumed ? "route.clock-runs" : "route.clock-stands",
		                 ed_clock_name(j->clock), NULL, NULL);
	else if (!resumed)
		check_in_time(j);
	return true;
}

/* ---- what comes of it ---- */

/* The same clock of another copy of the state. */
static struct ed_clock *in(const struct ed_decision *j, struct ed_state *s)
{
	if (j->clock->visit)
		return s->visits[j->clock->visit->index]->clock;
	return &s->clocks[j->clock->def - j->engine->route->clocks];
}

static bool add_extension(struct ed_decision *j, struct ed_clock *c)
{
	size_t n = c->n_extensions;
	struct ed_extension *list =
	        ed_arena_alloc(j->engine->arena, (n + 1) * sizeof(struct ed_extension));

	if (!list)
		return false;
	if (n)
		memcpy(list, c->extensions, n * sizeof(struct ed_extension));
	list[n] = j->actor.extension;
	c->extensions = list;
	c->n_extensions = n + 1;
	return true;
}

static bool add_pause(struct ed_decision *j, struct ed_clock *c, bool resumed)
{
	size_t n = c->n_pauses + !resumed;
	struct ed_pause *list = ed_arena_alloc(j->engine->arena, n * sizeof(struct ed_pause));

	if (!list)
		return false;
	if (c->n_pauses)
		memcpy(list, c->pauses, c->n_pauses * sizeof(struct ed_pause));
	if (resumed)
		list[n - 1].to = j->act.time;
	else
		list[n - 1] = (struct ed_pause){j->act.time, ED_TIME_NONE};
	c->pauses = list;
	c->n_pauses = n;
	return true;
}

bool ed_apply_clock_act(struct ed_decision *j, struct ed_state *s)
{
	struct ed_clock *c = in(j, s);
	struct edoc_error err = {0};
	bool extended = !strcmp(j->act.event, "clock.extended");

	if (extended ? !add_extension(j, c)
	             : !add_pause(j, c, !strcmp(j->act.event, "clock.resumed"))) {
		j->lost = true;
		return false;
	}
	bool bad = ed_clock_compute(j->engine, s, c, &err) != EDOC_OK;
	j->actor.due = c->due;
	if (bad)
		ed_broken(j, "route.calendar", ed_clock_name(c),
		          ed_arena_printf(j->engine->arena, "%s: %s", err.where, err.msg), NULL);
	return true;
}
