/* SPDX-License-Identifier: ISC */
/* The steps of a route file: what is done, by whom, and what comes of it. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/grammar.h"
#include "route/signstep.h"

/* The verbs, and what a step of each may end in when it does not say: the
 * first goes on; a refusal gives a reason and ends the case. */
static const struct {
	const char *name, *outcome;
	bool refusable;
} verbs[] = {
        [ED_DO_REVIEW] = {"review", "reviewed", true},
        [ED_DO_AGREE] = {"agree", "agreed", true},
        [ED_DO_SIGN] = {"sign", "signed", true},
        [ED_DO_REGISTER] = {"register", "registered", false},
        [ED_DO_RESOLVE] = {"resolve", "resolved", false},
        [ED_DO_EXECUTE] = {"execute", "executed", false},
        [ED_DO_ACKNOWLEDGE] = {"acknowledge", "acknowledged", false},
        [ED_DO_SEND] = {"send", "sent", false},
        [ED_DO_RECEIVE] = {"receive", "received", false},
        [ED_DO_EDIT] = {"edit", "edited", false},
        [ED_DO_ARCHIVE] = {"archive", "archived", false},
        [ED_DO_PARALLEL] = {"parallel", "agreed", true},
        [ED_DO_EACH] = {"each", "agreed", true},
        [ED_DO_CHOOSE] = {"choose", NULL, false},
};
#define N_VERBS (sizeof(verbs) / sizeof(*verbs))

const char *ed_do_name(enum ed_do verb)
{
	return (size_t)verb < N_VERBS ? verbs[verb].name : "";
}

bool ed_step_joins(const struct ed_route_step *step)
{
	return step->verb == ED_DO_PARALLEL || step->verb == ED_DO_EACH;
}

/* ---- outcomes ---- */

static enum edoc_code parse_flow(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_outcome *outcome)
{
	enum edoc_code code = ed_def_id(p, map, "then", false, &outcome->then);

	if (!code)
		code = ed_def_id(p, map, "end", false, &outcome->end);
	if (!code && outcome->then && outcome->end)
		return ed_yaml_fail(ed_yaml_get(map, "end"), p->where, p->err,
		                    "\"then\" goes on, \"end\" ends: only one of the two");
	return code;
}

/* "leave: pass": the branch is over, whatever stands behind. */
static enum edoc_code parse_leave(struct ed_def *p, const struct ed_yaml *map,
                                  const struct ed_route_step *step,
                                  struct ed_route_outcome *outcome)
{
	static const char *const results[] = {"pass", "refuse", NULL};
	const struct ed_yaml *node = ed_yaml_get(map, "leave");
	int choice = 0;

	if (!node)
		return EDOC_OK;
	if (!step->block->owner)
		return ed_yaml_fail(node, p->where, p->err,
		                    "only a branch is left; the case ends with \"end\"");
	if (outcome->then || outcome->end)
		return ed_yaml_fail(node, p->where, p->err,
		                    "\"leave\" leaves the branch: no \"then\" or \"end\" with it");
	enum edoc_code code = ed_def_choice(p, map, "leave", results, &choice);
	if (!code)
		outcome->leave = choice ? ED_RESULT_REFUSE : ED_RESULT_PASS;
	return code;
}

static enum edoc_code parse_outcome(struct ed_def *p, const struct ed_yaml *key,
                                    const struct ed_yaml *map, const struct ed_route_step *step,
                                    struct ed_route_outcome *outcome)
{
	const struct ed_yaml *reason;
	enum edoc_code code;

	code = ed_def_check_id(p, key);
	if (!code && map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "the outcome \"%s\" is a map; \"%s: {}\" simply goes on",
		                    key->text, key->text);
	if (!code)
		code = ed_def_only(p, map, &ed_shape_outcome);
	if (!code)
		code = parse_flow(p, map, outcome);
	if (!code)
		code = parse_leave(p, map, step, outcome);
	if (!code)
		code = ed_def_times(p, map, &outcome->times);
	if (!code)
		code = ed_def_notify(p, map, step->block->item, &outcome->notify);
	if (code)
		return code;
	outcome->id = key->text;
	outcome->line = key->line;
	outcome->column = key->column;
	reason = ed_yaml_get(map, "reason");
	if (!reason)
		return EDOC_OK;
	if (ed_step_joins(step))
		return ed_yaml_fail(reason, p->where, p->err,
		                    "who refuses in a branch gives the reason: write it there");
	outcome->reason = true;
	if (reason->kind == ED_YAML_LIST)
		return ed_def_words(p, reason, true, &outcome->reasons);
	if (reason->kind != ED_YAML_SCALAR || strcmp(reason->text, "required"))
		return ed_yaml_fail(reason, p->where, p->err,
		                    "\"reason\" is \"required\" or a closed list: [a, b]");
	return EDOC_OK;
}

static enum edoc_code default_outcomes(struct ed_def *p, const struct ed_yaml *map,
                                       struct ed_route_step *step)
{
	step->outcomes = ed_arena_alloc(p->arena, 2 * sizeof(*step->outcomes));
	if (!step->outcomes)
		return ed_fail_memory(p->err);
	step->n_outcomes = verbs[step->verb].refusable ? 2 : 1;
	step->outcomes[0].id = verbs[step->verb].outcome;
	step->outcomes[1] =
	        (struct ed_route_outcome){.id = "refused", .reason = !ed_step_joins(step)};
	if (step->block->owner) {
		step->outcomes[1].leave = ED_RESULT_REFUSE;
	} else {
		step->outcomes[1].end = "refused";
		step->outcomes[1].notify = ed_to_initiator;
	}
	for (size_t i = 0; i < 2; i++) {
		step->outcomes[i].line = map->line;
		step->outcomes[i].column = map->column;
	}
	return parse_flow(p, map, &step->outcomes[0]);
}

static enum edoc_code parse_outcomes(struct ed_def *p, const struct ed_yaml *map,
                                     struct ed_route_step *step)
{
	const struct ed_yaml *list = ed_yaml_get(map, "outcomes");
	static const char *const flow[] = {"then", "end"};
	enum edoc_code code = EDOC_OK;

	if (!list)
		return default_outcomes(p, map, step);
	for (size_t i = 0; i < 2; i++)
		if (ed_yaml_get(map, flow[i]))
			return ed_yaml_fail(
			        ed_yaml_get(map, flow[i]), p->where, p->err,
			        "the step lists its outcomes: write \"%s\" at one of them",
			        flow[i]);
	if (list->kind != ED_YAML_MAP || !list->n)
		return ed_yaml_fail(list, p->where, p->err,
		                    "outcomes are written {agreed: {}, refused: {end: refused}}");
	if (list->n > 1 && (step->verb == ED_DO_SEND || step->verb == ED_DO_RECEIVE))
		return ed_yaml_fail(list, p->where, p->err,
		                    "a desk does this by itself: there is one outcome");
	if (list->n > 2 && ed_step_joins(step))
		return ed_yaml_fail(list, p->where, p->err,
		                    "branches pass or are refused: two outcomes, in that order");
	step->outcomes = ed_arena_alloc(p->arena, list->n * sizeof(*step->outcomes));
	if (!step->outcomes)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++, step->n_outcomes++)
		code = parse_outcome(p, list->keys[i], list->items[i], step, &step->outcomes[i]);
	return code;
}

/* Everything between braces must be {seq}, {seq:1..9} or {year}. */
static bool good_pattern(const char *s)
{
	bool seq = false;

	for (; *s; s++) {
		if (*s == '}')
			return false;
		if (*s != '{')
			continue;
		if (!strncmp(s, "{year}", 6)) {
			s += 5;
		} else if (!strncmp(s, "{seq}", 5)) {
			seq = true;
			s += 4;
		} else if (!strncmp(s, "{seq:", 5) && s[5] >= '1' && s[5] <= '9' && s[6] == '}') {
			seq = true;
			s += 6;
		} else {
			return false;
		}
	}
	return seq;
}

static enum edoc_code parse_book(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	const struct ed_yaml *book = ed_yaml_get(map, "book");
	enum edoc_code code;

	if ((step->verb == ED_DO_REGISTER) != (book != NULL))
		return ed_yaml_fail(
		        book ? book : map, p->where, p->err,
		        book ? "only \"do: register\" has a book"
		             : "\"do: register\" needs \"book: {name: ..., number: ...}\"");
	if (!book)
		return EDOC_OK;
	code = ed_def_only(p, book, &ed_shape_book);
	if (!code)
		code = ed_def_id(p, book, "name", true, &step->book);
	if (!code)
		code = ed_def_text(p, book, "number", true, &step->number);
	if (!code && !good_pattern(step->number))
		return ed_yaml_fail(
		        ed_yaml_get(book, "number"), p->where, p->err,
		        "a number is made of {seq} or {seq:4}, and {year}: \"№ {seq}-{year}\"");
	return code;
}

/* An agency that the route knows, or one that a step names. */
static enum edoc_code check_to(struct ed_def *p, const struct ed_yaml *at,
                               const struct ed_route_step *step)
{
	const struct ed_role *to = step->to;

	if (to->item && !step->block->item)
		return ed_yaml_fail(at, p->where, p->err,
		                    "the role \"%s\" is of the agency that \"do: each\" stands "
		                    "at, and this step is in none",
		                    to->id);
	if (!to->agency && !to->item && !to->set_by)
		return ed_yaml_fail(at, p->where, p->err,
		                    "the role \"%s\" names no agency to send to", to->id);
	if (to->set_by && step->block->owner)
		return ed_yaml_fail(at, p->where, p->err,
		                    "a branch is sent to an agency that the route names, and "
		                    "\"%s\" is named by a step",
		                    to->id);
	if (to->set_by && step->by->set_by && strcmp(to->set_by, step->by->set_by) != 0)
		return ed_yaml_fail(at, p->where, p->err,
		                    "one step names who sends and to whom: \"%s\" or \"%s\"",
		                    step->by->set_by, to->set_by);
	return EDOC_OK;
}

static enum edoc_code parse_exchange(struct ed_def *p, const struct ed_yaml *map,
                                     struct ed_route_step *step)
{
	bool send = step->verb == ED_DO_SEND;
	const char *needs;

	if (step->verb == ED_DO_RECEIVE && step->block->owner)
		return ed_yaml_fail(
		        map, p->where, p->err,
		        "a branch that was sent goes on by itself where it is received: "
		        "\"do: receive\" stands in none");
	const struct ed_yaml *remind = ed_yaml_get(map, "remind");

	if (!remind)
		remind = ed_yaml_get(map, "overdue");
	if (remind && (send || step->verb == ED_DO_RECEIVE))
		return ed_yaml_fail(remind, p->where, p->err,
		                    "a desk does this by itself: there is nobody to remind");
	enum edoc_code code = ed_def_role(p, map, "to", send, &step->to);

	if (!code)
		code = ed_yaml_text(map, p->where, "needs", false, &needs, p->err);
	if (code)
		return code;
	if (!send && step->to)
		return ed_yaml_fail(ed_yaml_get(map, "to"), p->where, p->err,
		                    "only \"do: send\" goes to somebody");
	if (send)
		code = check_to(p, ed_yaml_get(map, "to"), step);
	if (code)
		return code;
	if (needs && (!send || strcmp(needs, "receipt")))
		return ed_yaml_fail(ed_yaml_get(map, "needs"), p->where, p->err,
		                    "\"needs: receipt\" of \"do: send\" is all this version knows");
	step->needs_receipt = needs != NULL;
	return EDOC_OK;
}

enum edoc_code ed_def_silent(struct ed_def *p, const struct ed_yaml *map, enum ed_result *silent)
{
	static const char *const words[] = {"agree", "refuse", NULL};
	const struct ed_yaml *node = ed_yaml_get(map, "silent");
	int choice = 0;

	*silent = ED_RESULT_NONE;
	if (!node)
		return EDOC_OK;
	if (!p->route->basis)
		return ed_yaml_fail(node, p->where, p->err,
		                    "silence counts only where a law says so: write it under "
		                    "\"basis:\"");
	enum edoc_code code = ed_def_choice(p, map, "silent", words, &choice);
	if (!code)
		*silent = choice ? ED_RESULT_REFUSE : ED_RESULT_PASS;
	return code;
}

static enum edoc_code parse_time(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	static const char *const from[] = {"opened", "submitted", "received", NULL};
	static const char *const visibility[] = {"parties", "internal", NULL};
	const struct ed_yaml *within = ed_yaml_get(map, "within");
	enum edoc_code code = EDOC_OK;
	int choice = 0;

	if (within)
		code = ed_def_term(p, within, &step->clock.within);
	if (!code)
		code = ed_def_choice(p, map, "from", from, &choice);
	if (code)
		return code;
	step->clock.from = from[choice];
	if (ed_yaml_get(map, "from") && !within)
		return ed_yaml_fail(ed_yaml_get(map, "from"), p->where, p->err,
		                    "\"from\" says where \"within\" begins, and that is missing");
	code = ed_def_silent(p, map, &step->silent);
	if (!code)
		code = ed_def_choice(p, map, "visibility", visibility, &choice);
	step->internal = choice == 1;
	return code ? code : ed_def_times(p, map, &step->times);
}

static enum edoc_code parse_verb(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	const char *names[N_VERBS + 1] = {NULL}, *text, *near;
	enum edoc_code code = ed_yaml_text(map, p->where, "do", true, &text, p->err);

	if (code)
		return code;
	for (size_t i = 0; i < N_VERBS; i++) {
		names[i] = verbs[i].name;
		if (!strcmp(names[i], text)) {
			step->verb = (enum ed_do)i;
			return EDOC_OK;
		}
	}
	if (ed_def_later(text))
		return ed_yaml_fail(ed_yaml_get(map, "do"), p->where, p->err,
		                    "\"do: %s\" is not in this version of the route language "
		                    "(edoc-route/1)",
		                    text);
	near = ed_nearest(text, names);
	return ed_yaml_fail(ed_yaml_get(map, "do"), p->where, p->err, "there is no \"do: %s\"%s%s",
	                    text, near ? "; the nearest is " : "", near ? near : "");
}

/* Silence needs a term to be silent in, and something to come to that nobody
 * has to make. */
enum edoc_code ed_def_check_silent(struct ed_def *p, const struct ed_yaml *at,
                                   const struct ed_route_step *step)
{
	bool timed = step->clock.within.unit != ED_TERM_NONE;
	bool makes = step->document || step->verb == ED_DO_SIGN || step->verb == ED_DO_REGISTER;

	if (step->silent == ED_RESULT_NONE)
		return EDOC_OK;
	for (const struct ed_route_step *s = step->block->owner; s && !timed; s = s->block->owner)
		timed = s->clock.within.unit != ED_TERM_NONE;
	if (makes && step->silent == ED_RESULT_PASS)
		return ed_yaml_fail(at, p->where, p->err,
		                    "silence makes no signature, number or document: it can not "
		                    "agree here");
	if (!timed)
		return ed_yaml_fail(at, p->where, p->err,
		                    "\"silent\" needs a term: write \"within:\"");
	if (step->silent == ED_RESULT_REFUSE && step->n_outcomes < 2)
		return ed_yaml_fail(at, p->where, p->err,
		                    "\"silent: refuse\" needs a second outcome to come to");
	return EDOC_OK;
}

static enum edoc_code parse_work(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	enum edoc_code code = ed_def_role(p, map, "by", true, &step->by);

	if (!code)
		code = ed_def_role(p, map, "not-by", false, &step->not_by);
	if (!code && step->not_by == step->by)
		code = ed_yaml_fail(ed_yaml_get(map, "not-by"), p->where, p->err,
		                    "the same role can not act and not act");
	if (!code && step->by->item && !step->block->item)
		code = ed_yaml_fail(ed_yaml_get(map, "by"), p->where, p->err,
		                    "the role \"%s\" is of the agency that \"do: each\" stands "
		                    "at, and this step is in none",
		                    step->by->id);
	if (!code)
		code = ed_def_id(p, map, "document", false, &step->document);
	if (!code && step->document &&
	    (step->verb == ED_DO_SEND || step->verb == ED_DO_RECEIVE ||
	     step->verb == ED_DO_REGISTER))
		return ed_yaml_fail(ed_yaml_get(map, "document"), p->where, p->err,
		                    "\"do: %s\" hands in no document", ed_do_name(step->verb));
	if (!code)
		code = ed_def_id(p, map, "sets-term", false, &step->sets_term);
	if (!code && step->sets_term &&
	    (step->verb == ED_DO_SEND || step->verb == ED_DO_RECEIVE ||
	     step->silent == ED_RESULT_PASS))
		return ed_yaml_fail(ed_yaml_get(map, "sets-term"), p->where, p->err,
		                    "a term is set by a person: no \"do: %s\", no silence",
		                    ed_do_name(step->verb));
	if (!code)
		code = ed_def_level(p, map, step);
	if (!code)
		code = parse_book(p, map, step);
	if (!code)
		code = parse_exchange(p, map, step);
	if (!code)
		code = ed_def_hands(p, map, step);
	return code;
}

/* "agree", "agree/justice", "answer/<any>/execute" */
static const char *path_of(struct ed_def *p, const struct ed_route_step *step)
{
	const struct ed_route_block *b = step->block;

	if (!b->owner)
		return step->id;
	if (b->single)
		return ed_arena_printf(p->arena, "%s/%s", b->owner->path, b->id ? b->id : "*");
	return ed_arena_printf(p->arena, "%s/%s/%s", b->owner->path, b->id ? b->id : "*", step->id);
}

/* What the step has by its verb, and no other. */
static enum edoc_code parse_kind(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	enum edoc_code code = ed_def_only(p, map, ed_shape_of(&ed_shape_step, map));

	if (step->verb == ED_DO_CHOOSE)
		return code ? code : ed_def_choose(p, map, step);
	if (!code)
		code = parse_time(p, map, step);
	if (!code)
		code = ed_def_condition(p, map, &step->when);
	if (!code && !ed_step_joins(step))
		code = parse_work(p, map, step);
	if (!code)
		code = ed_def_notify(p, map, step->block->item, &step->notify);
	if (!code)
		code = ed_def_clock(p, map, step->by, step->block->item, &step->clock);
	if (!code)
		code = parse_outcomes(p, map, step);
	if (!code && ed_step_joins(step))
		code = ed_def_join(p, map, step);
	return code ? code : ed_def_check_silent(p, map, step);
}

static enum edoc_code parse_step(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	enum edoc_code code;

	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a step is a map: {id: ..., do: ..., by: ...}");
	if (++p->n_steps > ED_MAX_ROUTE_STEPS)
		return ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a route may have %d steps",
		               ED_MAX_ROUTE_STEPS);
	step->line = map->line;
	step->column = map->column;
	step->path = path_of(p, step);
	if (!step->path)
		return ed_fail_memory(p->err);
	code = parse_verb(p, map, step);
	if (!code)
		code = ed_def_text(p, map, "title", false, &step->title);
	return code ? code : parse_kind(p, map, step);
}

enum edoc_code ed_def_single(struct ed_def *p, const struct ed_yaml *map,
                             struct ed_route_block *block)
{
	struct ed_route_step *step = ed_arena_alloc(p->arena, sizeof(*step));
	const struct ed_yaml *id = ed_yaml_get(map, "id");

	if (!step)
		return ed_fail_memory(p->err);
	*step = (struct ed_route_step){.id = block->id ? block->id : block->owner->id,
	                               .block = block};
	if (id)
		return ed_yaml_fail(id, p->where, p->err, "a branch lends its step the name");
	block->single = true;
	block->steps = step;
	block->n_steps = 1;
	return parse_step(p, map, step);
}

enum edoc_code ed_def_steps(struct ed_def *p, const struct ed_yaml *list,
                            struct ed_route_block *block)
{
	enum edoc_code code = EDOC_OK;

	if (!list || list->kind != ED_YAML_LIST || !list->n)
		return ed_yaml_fail(list, p->where, p->err, "\"steps:\" must stand here, a list");
	if (list->n > ED_MAX_ROUTE_STEPS)
		return ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a route may have %d steps",
		               ED_MAX_ROUTE_STEPS);
	block->steps = ed_arena_alloc(p->arena, list->n * sizeof(*block->steps));
	if (!block->steps)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++) {
		const struct ed_yaml *map = list->items[i];
		struct ed_route_step *step = &block->steps[i];

		*step = (struct ed_route_step){.block = block};
		if (map->kind == ED_YAML_MAP)
			code = ed_def_id(p, map, "id", true, &step->id);
		if (!code && step->id && ed_block_step(block, step->id))
			code = ed_yaml_fail(ed_yaml_get(map, "id"), p->where, p->err,
			                    "a step \"%s\" stands above already", step->id);
		if (!code)
			code = parse_step(p, map, step);
		block->n_steps += !code;
	}
	return code;
}
