/* SPDX-License-Identifier: ISC */
/* The grammar of what a route does by itself: parallel, each, choose. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/grammar.h"

/* ---- branches ---- */

/* A branch is a step, or {if: ..., steps: [...]}. */
static enum edoc_code fill_block(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_block *block)
{
	enum edoc_code code;

	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a branch is a step, {do: ..., by: ...}, or {steps: [...]}");
	if (!ed_yaml_get(map, "steps")) {
		code = ed_def_single(p, map, block);
		if (code)
			return code;
		/* "if:" at a branch of one step asks whether there is the branch. */
		block->when = block->steps[0].when;
		block->steps[0].when = NULL;
		return EDOC_OK;
	}
	code = ed_def_only(p, map, &ed_shape_steps);
	if (!code)
		code = ed_def_condition(p, map, &block->when);
	return code ? code : ed_def_steps(p, ed_yaml_get(map, "steps"), block);
}

static enum edoc_code parse_branches(struct ed_def *p, const struct ed_yaml *map,
                                     struct ed_route_step *step)
{
	const struct ed_yaml *list = ed_yaml_get(map, "branches");
	enum edoc_code code = EDOC_OK;

	if (!list || list->kind != ED_YAML_MAP || list->n < 2)
		return ed_yaml_fail(list ? list : map, p->where, p->err,
		                    "\"do: parallel\" needs \"branches:\", two at least: "
		                    "{finance: {do: agree, by: finance}, ...}");
	if (list->n > ED_MAX_ROUTE_BRANCHES)
		return ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a step may have %d branches",
		               ED_MAX_ROUTE_BRANCHES);
	step->branches = ed_arena_alloc(p->arena, list->n * sizeof(*step->branches));
	if (!step->branches)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++, step->n_branches++) {
		step->branches[i] = (struct ed_route_block){.id = list->keys[i]->text,
		                                            .owner = step,
		                                            .item = step->block->item,
		                                            .line = list->keys[i]->line,
		                                            .column = list->keys[i]->column};
		code = ed_def_check_id(p, list->keys[i]);
		if (!code)
			code = fill_block(p, list->items[i], &step->branches[i]);
	}
	return code;
}

static enum edoc_code find_list(struct ed_def *p, const struct ed_yaml *map,
                                struct ed_route_step *step)
{
	const char *text;
	enum edoc_code code = ed_yaml_text(map, p->where, "in", true, &text, p->err);

	if (code)
		return code;
	step->in = ed_field(&p->route->fields, text);
	if (!step->in)
		return ed_yaml_fail(ed_yaml_get(map, "in"), p->where, p->err,
		                    "the route declares no field \"%s\" under \"fields:\"", text);
	if (step->in->type != ED_FIELD_AGENCIES)
		return ed_yaml_fail(ed_yaml_get(map, "in"), p->where, p->err,
		                    "\"do: each\" goes over a field of \"type: agencies\"");
	return EDOC_OK;
}

/* One block; as many parts at run time as the field has agencies. */
static enum edoc_code parse_each(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	const struct ed_yaml *one = ed_yaml_get(map, "step"), *list = ed_yaml_get(map, "steps");
	enum edoc_code code = find_list(p, map, step);

	if (code)
		return code;
	if (!one == !list)
		return ed_yaml_fail(
		        map, p->where, p->err,
		        "\"do: each\" needs \"step: {do: ...}\" or \"steps: [...]\", one "
		        "of the two");
	step->branches = ed_arena_alloc(p->arena, sizeof(*step->branches));
	if (!step->branches)
		return ed_fail_memory(p->err);
	step->n_branches = 1;
	step->branches[0] = (struct ed_route_block){
	        .owner = step, .item = true, .line = map->line, .column = map->column};
	return one ? ed_def_single(p, one, &step->branches[0])
	           : ed_def_steps(p, list, &step->branches[0]);
}

/* ---- join ---- */

/* "all", 2, "60%" */
static enum edoc_code parse_pass(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	struct ed_join *join = &step->join;
	const char *text;
	size_t n;
	enum edoc_code code = ed_yaml_text(map, p->where, "pass", false, &text, p->err);

	if (code || !text || !strcmp(text, "all"))
		return code;
	n = strspn(text, "0123456789");
	join->percent = !strcmp(text + n, "%");
	join->pass = n && n <= 3 ? (int)strtol(text, NULL, 10) : 0;
	if (join->pass < 1 || (text[n] && !join->percent) || (join->percent && join->pass > 100))
		return ed_yaml_fail(ed_yaml_get(map, "pass"), p->where, p->err,
		                    "\"pass\" is all, a number of branches, or a part such as "
		                    "\"60%%\"");
	if (!join->percent && !step->in && (size_t)join->pass > step->n_branches)
		return ed_yaml_fail(ed_yaml_get(map, "pass"), p->where, p->err,
		                    "%d must pass, and there are %zu branches", join->pass,
		                    step->n_branches);
	return EDOC_OK;
}

/* Names that the join weighs: branches, or agencies of an each. */
static enum edoc_code parse_names(struct ed_def *p, const struct ed_yaml *node,
                                  const struct ed_route_step *step, const char *const **out)
{
	enum edoc_code code = ed_def_words(p, node, true, out);

	for (size_t i = 0; !code && !step->in && i < node->n; i++) {
		bool found = false;

		for (size_t k = 0; k < step->n_branches; k++)
			found |= !strcmp(step->branches[k].id, node->items[i]->text);
		if (!found)
			return ed_yaml_fail(node->items[i], p->where, p->err,
			                    "there is no branch \"%s\"", node->items[i]->text);
	}
	return code;
}

/* "any", 2, or [finance]: who must not refuse */
static enum edoc_code parse_refuse(struct ed_def *p, const struct ed_yaml *map,
                                   struct ed_route_step *step)
{
	const struct ed_yaml *node = ed_yaml_get(map, "refuse");
	size_t n;

	if (!node)
		return EDOC_OK;
	if (node->kind == ED_YAML_LIST)
		return parse_names(p, node, step, &step->join.veto);
	n = node->kind == ED_YAML_SCALAR ? strspn(node->text, "0123456789") : 0;
	if (n && n <= 3 && !node->text[n])
		step->join.refuse = (int)strtol(node->text, NULL, 10);
	else if (node->kind == ED_YAML_SCALAR && !strcmp(node->text, "any"))
		step->join.refuse = 1;
	if (step->join.refuse < 1)
		return ed_yaml_fail(node, p->where, p->err,
		                    "\"refuse\" is any, a number of branches, or a list of those "
		                    "that have a veto");
	return EDOC_OK;
}

/* One of its own steps sends it to another agency. */
static bool is_sent(const struct ed_route_block *branch)
{
	for (size_t i = 0; i < branch->n_steps; i++)
		if (branch->steps[i].verb == ED_DO_SEND)
			return true;
	return false;
}

/* "silent:" of a join is that of its branches of one step; and of those that
 * are sent away, which are not back when the join's own term is over. */
static enum edoc_code hand_down_silence(struct ed_def *p, const struct ed_yaml *map,
                                        struct ed_route_step *step)
{
	const struct ed_yaml *node = ed_yaml_get(map, "silent");
	enum ed_result silent;
	enum edoc_code code = ed_def_silent(p, map, &silent);

	for (size_t i = 0; !code && silent && i < step->n_branches; i++) {
		struct ed_route_step *s = &step->branches[i].steps[0];

		if (is_sent(&step->branches[i])) {
			if (step->clock.within.unit == ED_TERM_NONE)
				return ed_yaml_fail(node, p->where, p->err,
				                    "\"silent\" of a branch that is sent away "
				                    "needs a term of its join: write \"within:\"");
			step->join.silent = silent;
			continue;
		}
		if (!step->branches[i].single || ed_step_joins(s))
			return ed_yaml_fail(node, p->where, p->err,
			                    "a branch of several steps is not silent as a whole: "
			                    "write \"silent:\" at its steps");
		/* Theirs or the join's: an outer join's is not meant by this word. */
		if (s->clock.within.unit == ED_TERM_NONE && step->clock.within.unit == ED_TERM_NONE)
			return ed_yaml_fail(node, p->where, p->err,
			                    "\"silent\" needs a term: write \"within:\"");
		if (!s->silent)
			s->silent = silent;
		code = ed_def_check_silent(p, node, s);
	}
	return code;
}

static void find_signing(const struct ed_route_step *step, void *arg)
{
	const struct ed_route_step **found = arg;

	if (step->verb == ED_DO_SIGN && !step->document)
		*found = step;
}

/* What was agreed may stand for the corrected package; a signature is over the
 * documents, and those are others. */
static enum edoc_code parse_change(struct ed_def *p, const struct ed_yaml *map,
                                   struct ed_route_step *step)
{
	static const char *const words[] = {"agree-again", "keep", NULL};
	const struct ed_route_step *signing = NULL;
	int choice = 0;
	enum edoc_code code = ed_def_choice(p, map, "on-change", words, &choice);

	step->join.keep = choice == 1;
	for (size_t i = 0; step->join.keep && i < step->n_branches; i++)
		ed_block_walk(&step->branches[i], find_signing, &signing);
	return code || !signing ? code
	                        : ed_yaml_fail(ed_yaml_get(map, "on-change"), p->where, p->err,
	                                       "\"keep\" can not keep what step \"%s\" signs: the "
	                                       "signature is over the documents of before",
	                                       signing->id);
}

static enum edoc_code parse_join(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	static const char *const rest[] = {"cancel", "finish", NULL};
	const struct ed_yaml *must;
	enum edoc_code code;
	int choice = 0;

	if (!map)
		return EDOC_OK;
	if (map->kind != ED_YAML_MAP || !map->n)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a join is written {pass: 2, must: [justice], refuse: any}");
	code = ed_def_only(p, map, &ed_shape_join);
	if (!code)
		code = parse_pass(p, map, step);
	must = ed_yaml_get(map, "must");
	if (!code && must)
		code = parse_names(p, must, step, &step->join.must);
	if (!code)
		code = parse_refuse(p, map, step);
	if (!code)
		code = ed_def_choice(p, map, "rest", rest, &choice);
	step->join.finish = choice == 1;
	if (!code)
		code = parse_change(p, map, step);
	return code ? code : hand_down_silence(p, map, step);
}

enum edoc_code ed_def_join(struct ed_def *p, const struct ed_yaml *map, struct ed_route_step *step)
{
	enum edoc_code code;

	if (++p->depth > ED_MAX_ROUTE_DEPTH)
		return ed_yaml_fail(map, p->where, p->err,
		                    "branches stand in branches %d deep at most",
		                    ED_MAX_ROUTE_DEPTH);
	code = step->verb == ED_DO_EACH ? parse_each(p, map, step) : parse_branches(p, map, step);
	p->depth--;
	return code ? code : parse_join(p, ed_yaml_get(map, "join"), step);
}

/* ---- choose ---- */

static enum edoc_code parse_case(struct ed_def *p, const struct ed_yaml *map, bool last,
                                 struct ed_choice *c)
{
	enum edoc_code code;

	*c = (struct ed_choice){.line = map->line, .column = map->column};
	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a case is written {if: {field: ..., is: ...}, then: STEP}");
	code = ed_def_only(p, map, &ed_shape_case);
	if (!code)
		code = ed_def_condition(p, map, &c->when);
	if (!code)
		code = ed_def_id(p, map, "then", false, &c->then);
	if (!code)
		code = ed_def_id(p, map, "end", false, &c->end);
	if (!code && !c->then == !c->end)
		return ed_yaml_fail(map, p->where, p->err,
		                    "\"then\" goes to a step, \"end\" ends: one of the two");
	if (!code && last != !c->when)
		return ed_yaml_fail(map, p->where, p->err,
		                    last ? "what happens when none of these holds? the last case "
		                           "has no \"if\""
		                         : "only the last case may be without \"if\": what stands "
		                           "behind would never happen");
	return code;
}

enum edoc_code ed_def_choose(struct ed_def *p, const struct ed_yaml *map,
                             struct ed_route_step *step)
{
	const struct ed_yaml *list = ed_yaml_get(map, "cases");
	enum edoc_code code = EDOC_OK;

	if (!list || list->kind != ED_YAML_LIST || list->n < 2)
		return ed_yaml_fail(list ? list : map, p->where, p->err,
		                    "\"do: choose\" needs \"cases:\", two at least: "
		                    "[{if: {...}, then: STEP}, {then: STEP}]");
	step->choices = ed_arena_alloc(p->arena, list->n * sizeof(*step->choices));
	if (!step->choices)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++, step->n_choices++)
		code = parse_case(p, list->items[i], i + 1 == list->n, &step->choices[i]);
	return code;
}
