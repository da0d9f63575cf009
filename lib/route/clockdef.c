/* SPDX-License-Identifier: ISC */
/* The grammar of terms: what a step's or a route's clock may live through. */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/grammar.h"

/* "required", or a closed list */
static enum edoc_code parse_reason(struct ed_def *p, const struct ed_yaml *map,
                                   struct ed_prolong *extend)
{
	const struct ed_yaml *node = ed_yaml_get(map, "reason");

	if (!node || (node->kind == ED_YAML_SCALAR && !strcmp(node->text, "required")))
		return EDOC_OK;
	return ed_def_words(p, node, true, &extend->reasons);
}

/* {by: ROLE, to: 1mo} or {by: ROLE, more: 20wd} */
static enum edoc_code parse_extend(struct ed_def *p, const struct ed_yaml *map, bool item,
                                   struct ed_clock_def *c)
{
	static const char *const before[] = {"due", "any", NULL};
	const struct ed_yaml *to, *more;
	struct ed_prolong *e = &c->extend;
	int choice = 0;

	if (!map)
		return EDOC_OK;
	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "\"extend\" is written {by: ROLE, to: 1mo} or {by: ROLE, more: "
		                    "5wd}");
	if (c->within.unit == ED_TERM_NONE)
		return ed_yaml_fail(map, p->where, p->err,
		                    "there is nothing to extend: \"within\" is missing");
	enum edoc_code code = ed_def_only(p, map, &ed_shape_extend);
	to = ed_yaml_get(map, "to");
	more = ed_yaml_get(map, "more");
	if (!code && !to == !more)
		return ed_yaml_fail(
		        map, p->where, p->err,
		        "\"to\" is so much in all, \"more\" so much more at most: one of "
		        "the two");
	if (!code)
		code = ed_def_term(p, to ? to : more, &e->term);
	e->to = to != NULL;
	if (!code && e->to && e->term.unit == c->within.unit && e->term.n <= c->within.n)
		return ed_yaml_fail(to, p->where, p->err, "that is no more than \"within\" gives");
	if (!code)
		code = ed_def_role(p, map, "by", true, &e->by);
	if (!code)
		code = ed_def_times(p, map, &e->times);
	e->times = e->times ? e->times : 1;
	if (!code)
		code = ed_def_choice(p, map, "before", before, &choice);
	e->late = choice == 1;
	if (!code)
		code = parse_reason(p, map, e);
	return code ? code : ed_def_notify(p, map, item, &e->notify);
}

/* stop-on: [reasons], stop-by: ROLE; `by` who does the step, or NULL */
static enum edoc_code parse_stop(struct ed_def *p, const struct ed_yaml *map,
                                 const struct ed_role *by, struct ed_clock_def *c)
{
	const struct ed_yaml *on = ed_yaml_get(map, "stop-on"), *who = ed_yaml_get(map, "stop-by");
	enum edoc_code code;

	if (!on)
		return who ? ed_yaml_fail(who, p->where, p->err,
		                          "for which reasons? \"stop-on: [...]\" is missing")
		           : EDOC_OK;
	if (c->within.unit == ED_TERM_NONE)
		return ed_yaml_fail(on, p->where, p->err,
		                    "there is no term to stop: \"within\" is missing");
	code = ed_def_words(p, on, true, &c->stop_on);
	c->stop_by = by;
	if (!code && who)
		code = ed_def_role(p, map, "stop-by", true, &c->stop_by);
	if (!code && !c->stop_by)
		return ed_yaml_fail(on, p->where, p->err,
		                    "who may stop it? \"stop-by: ROLE\" is missing");
	return code;
}

enum edoc_code ed_def_clock(struct ed_def *p, const struct ed_yaml *map, const struct ed_role *by,
                            bool item, struct ed_clock_def *clock)
{
	enum edoc_code code = parse_extend(p, ed_yaml_get(map, "extend"), item, clock);

	if (!code)
		code = parse_stop(p, map, by, clock);
	return code ? code : ed_def_reminders(p, map, item, clock);
}

static enum edoc_code parse_clock(struct ed_def *p, const struct ed_yaml *key,
                                  const struct ed_yaml *map, struct ed_clock_def *c)
{
	static const char *const from[] = {"received", "submitted", NULL};
	const char *step;
	int choice = 0;

	*c = (struct ed_clock_def){.id = key->text, .line = key->line, .column = key->column};
	enum edoc_code code = ed_def_check_id(p, key);
	if (!code && map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a clock is written {from: received, within: 15d, stops-at: "
		                    "STEP}");
	if (!code)
		code = ed_def_only(p, map, &ed_shape_clock);
	if (!code)
		code = ed_def_choice(p, map, "from", from, &choice);
	c->from = from[choice];
	if (!code && !ed_yaml_get(map, "within"))
		return ed_yaml_fail(map, p->where, p->err, "the key \"within\" is missing");
	if (!code)
		code = ed_def_term(p, ed_yaml_get(map, "within"), &c->within);
	if (!code)
		code = ed_def_id(p, map, "stops-at", true, &step);
	if (code)
		return code;
	c->stops_at = ed_block_step(&p->route->body, step);
	if (!c->stops_at)
		return ed_yaml_fail(ed_yaml_get(map, "stops-at"), p->where, p->err,
		                    "there is no step \"%s\"", step);
	if (!c->stops_at->n_outcomes)
		return ed_yaml_fail(ed_yaml_get(map, "stops-at"), p->where, p->err,
		                    "nobody does \"%s\": name a step that somebody does", step);
	return ed_def_clock(p, map, NULL, false, c);
}

enum edoc_code ed_def_clocks(struct ed_def *p, const struct ed_yaml *map)
{
	struct ed_route *route = p->route;
	enum edoc_code code = EDOC_OK;

	if (!map)
		return EDOC_OK;
	if (map->kind != ED_YAML_MAP || !map->n)
		return ed_yaml_fail(map, p->where, p->err,
		                    "\"clocks\" is a map of names to {from: ..., within: ..., "
		                    "stops-at: ...}");
	if (map->n > ED_MAX_ROUTE_CLOCKS)
		return ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a route may have %d clocks",
		               ED_MAX_ROUTE_CLOCKS);
	route->clocks = ed_arena_alloc(p->arena, map->n * sizeof(*route->clocks));
	if (!route->clocks)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < map->n && !code; i++, route->n_clocks++)
		code = parse_clock(p, map->keys[i], map->items[i], &route->clocks[i]);
	return code;
}
