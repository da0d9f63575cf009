/* SPDX-License-Identifier: ISC */
#include "route/flow.h"

#include <string.h>

#include "route/decide.h"
#define MAX_HOPS 256 /* of choices and passed steps on the way to one that opens */

static void fault(struct ed_flow *f, const char *rule, const char *a0, const char *a1)
{
	if (f->fault)
		f->fault(f->arg, rule, a0, a1);
}

static void stuck(struct ed_flow *f, const char *rule, const char *a0, const char *a1)
{
	fault(f, rule, a0, a1);
	f->stuck = true;
}

static void *take(struct ed_flow *f, size_t size)
{
	void *p = ed_arena_alloc(f->engine->arena, size);

	f->lost |= !p;
	return p;
}

static const char *number(struct ed_flow *f, int n)
{
	const char *s = ed_arena_printf(f->engine->arena, "%d", n);

	return s ? s : "";
}

static int count(const struct ed_state *s, const char *path, const char *outcome)
{
	int n = 0;

	for (size_t i = 0; i < s->n_visits; i++)
		n += !strcmp(s->visits[i]->path, path) &&
		     (!outcome ||
		      (s->visits[i]->outcome && !strcmp(s->visits[i]->outcome, outcome)));
	return n;
}

/* ---- what is open ---- */

static bool push(struct ed_flow *f, struct ed_visit ***list, size_t *n, size_t *cap,
                 struct ed_visit *v)
{
	struct ed_visit **grown =
	        ed_arena_grow(f->engine->arena, *list, *n, cap, sizeof(struct ed_visit *));

	f->lost |= !grown;
	if (!grown)
		return false;
	*list = grown;
	grown[(*n)++] = v;
	return true;
}

bool ed_scope_within(const struct ed_scope *scope, const struct ed_scope *outer)
{
	while (scope != outer && scope->owner)
		scope = scope->owner->scope;
	return scope == outer;
}

/* Open in this chain: what it left behind is another's. */
static bool is_open(const struct ed_state *s, const struct ed_visit *v)
{
	return v->done == ED_TIME_NONE && ed_scope_within(v->scope, s->root);
}

static void list_open(struct ed_flow *f)
{
	struct ed_state *s = f->state;

	s->n_open = 0;
	for (size_t i = 0; i < s->n_visits; i++)
		if (is_open(s, s->visits[i]) && !ed_step_joins(s->visits[i]->step))
			push(f, &s->open, &s->n_open, &s->cap_open, s->visits[i]);
}

static void cancel(struct ed_flow *f, struct ed_visit *v)
{
	v->done = f->now;
	v->cancelled = true;
	v->closing = f->entry;
	if (v->clock && v->clock->visit == v)
		v->clock->done = f->now;
	v->scope->open = NULL;
	for (size_t i = 0; i < v->n_parts; i++)
		if (v->parts[i]->open)
			cancel(f, v->parts[i]->open);
}

/* ---- terms ---- */

/* `received`: of the submission until an exchange gives a later one. */
static int64_t start_of(const struct ed_flow *f, const char *from, int64_t received)
{
	int64_t start = !strcmp(from, "submitted")  ? f->state->submitted
	                : !strcmp(from, "received") ? received
	                                            : f->now;

	return start == ED_TIME_NONE ? f->now : start;
}

static void compute(struct ed_flow *f, struct ed_clock *c, const char *name)
{
	struct edoc_error err = {0};
	const char *why;

	if (!ed_clock_compute(f->engine, f->state, c, &err))
		return;
	why = ed_arena_printf(f->engine->arena, "%s: %s", err.where, err.msg);
	fault(f, "route.calendar", name, why ? why : "");
}

/* The step's clock, with the term that somebody set for it. */
static const struct ed_clock_def *own_term(struct ed_flow *f, const struct ed_visit *v)
{
	struct ed_term within = ed_visit_within(f->state, v);
	struct ed_clock_def *def;

	if (within.n == v->step->clock.within.n)
		return &v->step->clock;
	def = take(f, sizeof(*def));
	if (!def)
		return &v->step->clock;
	*def = v->step->clock;
	def->within = within;
	return def;
}

static void start_clock(struct ed_flow *f, struct ed_visit *v)
{
	const struct ed_visit *above = v->scope->owner;
	const struct ed_clock_def *def = &v->step->clock;

	v->due = ED_TIME_NONE;
	if (def->within.unit == ED_TERM_NONE) {
		v->clock = above ? above->clock : NULL;
		v->due = v->clock ? v->clock->due : ED_TIME_NONE;
		return;
	}
	v->clock = take(f, sizeof(*v->clock));
	if (!v->clock)
		return;
	*v->clock = (struct ed_clock){.def = own_term(f, v),
	                              .visit = v,
	                              .opened = f->now,
	                              .start = start_of(f, def->from, v->scope->received),
	                              .done = ED_TIME_NONE};
	compute(f, v->clock, v->path);
}

/* Those of the route run from the submission; what counts from receipt begins
 * again when another body gets the case, as its law counts. */
static void start_clocks(struct ed_flow *f, bool again)
{
	const struct ed_route *route = f->engine->route;

	if (!again)
		f->state->clocks = take(f, (route->n_clocks + 1) * sizeof(struct ed_clock));
	for (size_t i = 0; f->state->clocks && i < route->n_clocks; i++) {
		const struct ed_clock_def *def = &route->clocks[i];
		struct ed_clock *c = &f->state->clocks[i];

		if (again && (c->done != ED_TIME_NONE || strcmp(def->from, "received")))
			continue;
		*c = (struct ed_clock){.def = def,
		                       .opened = f->now,
		                       .start = start_of(f, def->from, f->state->received),
		                       .done = ED_TIME_NONE};
		compute(f, c, def->id);
	}
}

static void stop_clocks(struct ed_flow *f, const struct ed_route_step *step)
{
	for (size_t i = 0; f->state->clocks && i < f->engine->route->n_clocks; i++) {
		struct ed_clock *c = &f->state->clocks[i];

		if (c->done == ED_TIME_NONE && (!step || c->def->stops_at == step))
			c->done = f->now;
	}
}

/* ---- joins ---- */

static void leave(struct ed_flow *f, struct ed_scope *scope, enum ed_result result);
static void open_step(struct ed_flow *f, struct ed_scope *scope, const struct ed_route_step *step);

static bool named(const char *const *list, const char *id)
{
	for (; list && id && *list; list++)
		if (!strcmp(*list, id))
			return true;
	return false;
}

struct tally {
	int all, pass, refuse, running;
	bool missing; /* a branch that must pass has not yet */
	bool veto;
};

static struct tally tally(const struct ed_visit *v)
{
	const struct ed_join *join = &v->step->join;
	struct tally t = {0};

	for (size_t i = 0; i < v->n_parts; i++) {
		const struct ed_scope *p = v->parts[i];
		bool must = named(join->must, p->item);

		t.all++;
		t.pass += p->result == ED_RESULT_PASS;
		t.refuse += p->result == ED_RESULT_REFUSE;
		t.running += p->result == ED_RESULT_NONE;
		t.missing |= must && p->result != ED_RESULT_PASS;
		t.veto |= p->result == ED_RESULT_REFUSE && (must || named(join->veto, p->item));
	}
	return t;
}

/* A percentage is rounded up: 60 % of 4 are 3. */
static int needed(const struct ed_join *join, int all)
{
	if (!join->pass)
		return all;
	return join->percent ? (all * join->pass + 99) / 100 : join->pass;
}

/* Refusal first: whoever must agree and did not is not outvoted. */
static enum ed_result decide(const struct ed_visit *v)
{
	struct tally t = tally(v);
	int need = needed(&v->step->join, t.all);

	if (t.veto || (v->step->join.refuse && t.refuse >= v->step->join.refuse) ||
	    t.pass + t.running < need)
		return ED_RESULT_REFUSE;
	return t.pass >= need && !t.missing ? ED_RESULT_PASS : ED_RESULT_NONE;
}

static void join(struct ed_flow *f, struct ed_visit *v)
{
	enum ed_result result = decide(v);
	const struct ed_route_outcome *outcome =
	        &v->step->outcomes[result == ED_RESULT_REFUSE && v->step->n_outcomes > 1];

	if (result == ED_RESULT_NONE || v->done != ED_TIME_NONE)
		return;
	for (size_t i = 0; i < v->n_parts && !v->step->join.finish; i++)
		if (v->parts[i]->open)
			cancel(f, v->parts[i]->open);
	ed_flow_close(f, v, outcome);
}

static void leave(struct ed_flow *f, struct ed_scope *scope, enum ed_result result)
{
	scope->open = NULL;
	scope->result = result;
	if (scope == f->state->root)
		scope->over = true; /* what stands above it is where it goes back to */
	else
		join(f, scope->owner);
}

/* Of a join that has long been decided: it is finished, for nothing. */
static bool idle(const struct ed_scope *scope)
{
	for (const struct ed_visit *v = scope->owner; v; v = v->scope->owner)
		if (v->done != ED_TIME_NONE)
			return true;
	return false;
}

/* ---- opening ---- */

static struct ed_scope *add_part(struct ed_flow *f, struct ed_visit *v,
                                 const struct ed_route_block *block, const char *item)
{
	struct ed_scope *p = take(f, sizeof(*p));

	if (!p)
		return NULL;
	*p = (struct ed_scope){.block = block,
	                       .owner = v,
	                       .index = v->n_parts,
	                       .item = item,
	                       .at = v->scope->at,
	                       .received = v->scope->received};
	v->parts[v->n_parts++] = p;
	return p;
}

/* Branches that passed when the step was there before, where the join keeps
 * that; any? */
static bool keep_parts(const struct ed_state *s, struct ed_visit *v)
{
	const struct ed_visit *before = NULL;
	bool any = false;

	for (size_t i = v->index; i-- > 0 && !before && v->step->join.keep;)
		if (!strcmp(s->visits[i]->path, v->path))
			before = s->visits[i];
	for (size_t i = 0; before && i < v->n_parts; i++)
		for (size_t k = 0; k < before->n_parts; k++) {
			const struct ed_scope *p = before->parts[k];

			if (p->result == ED_RESULT_PASS && !strcmp(p->item, v->parts[i]->item)) {
				v->parts[i]->result = ED_RESULT_PASS;
				any = true;
			}
		}
	return any;
}

static void open_parts(struct ed_flow *f, struct ed_visit *v)
{
	const struct ed_route_step *step = v->step;
	const json_t *fields = f->state->fields;
	const json_t *items = step->in ? json_object_get(fields, step->in->id) : NULL;
	size_t most = step->in ? json_array_size(items) : step->n_branches, n;
	bool kept;

	v->parts = take(f, (most + 1) * sizeof(struct ed_scope *));
	if (!v->parts)
		return;
	for (size_t i = 0; i < most; i++) {
		const struct ed_route_block *b = &step->branches[step->in ? 0 : i];

		if (!b->when || ed_condition_holds(b->when, fields))
			add_part(f, v, b,
			         step->in ? json_string_value(json_array_get(items, i)) : b->id);
	}
	/* All parts stand before the first is opened: one that is over at once
	 * must not decide for those that were not there yet. */
	n = v->n_parts;
	kept = keep_parts(f->state, v);
	for (size_t i = 0; i < n && v->done == ED_TIME_NONE && !f->lost; i++)
		if (!v->parts[i]->result)
			open_step(f, v->parts[i], &v->parts[i]->block->steps[0]);
	if (!n || kept)
		join(f, v);
}

static const char *path_of(struct ed_flow *f, const struct ed_scope *scope,
                           const struct ed_route_step *step)
{
	const char *above = scope->owner ? scope->owner->path : NULL, *s = step->id;

	if (scope->block->single)
		s = ed_arena_printf(f->engine->arena, "%s/%s", above, scope->item);
	else if (above)
		s = ed_arena_printf(f->engine->arena, "%s/%s/%s", above, scope->item, step->id);
	f->lost |= !s;
	return s ? s : "";
}

static void visit(struct ed_flow *f, struct ed_scope *scope, const struct ed_route_step *step)
{
	const char *path = path_of(f, scope, step);
	int before = count(f->state, path, NULL);
	struct ed_visit *v = take(f, sizeof(*v));

	if (!v)
		return;
	if (step->times && before >= step->times)
		fault(f, "route.times", path, number(f, step->times));
	*v = (struct ed_visit){.index = f->state->n_visits,
	                       .step = step,
	                       .path = path,
	                       .visit = before + 1,
	                       .opened_by = f->state->seq,
	                       .opened = f->now,
	                       .opening = f->entry,
	                       .done = ED_TIME_NONE,
	                       .setter = ed_find_setter(f->state, scope, step),
	                       .scope = scope};
	start_clock(f, v);
	scope->open = v;
	if (push(f, &f->state->visits, &f->state->n_visits, &f->state->cap_visits, v) &&
	    ed_step_joins(step))
		open_parts(f, v);
}

/* Where a way leads inside its block: a step, or *end. */
static const struct ed_route_step *choose(struct ed_flow *f, const struct ed_scope *scope,
                                          const struct ed_route_step *step, const char **end)
{
	const struct ed_route_step *to = NULL;

	for (size_t i = 0; i < step->n_choices; i++) {
		const struct ed_choice *c = &step->choices[i];

		if (c->when && !ed_condition_holds(c->when, f->state->fields))
			continue;
		*end = c->end;
		if (c->then)
			to = ed_block_step(scope->block, c->then);
		break; /* the last one has no condition */
	}
	if (!to && !*end)
		stuck(f, "route.target", step->id, NULL);
	return to;
}

static const struct ed_route_step *after(const struct ed_scope *scope,
                                         const struct ed_route_step *step)
{
	return step + 1 < scope->block->steps + scope->block->n_steps ? step + 1 : NULL;
}

/* Nothing is sent to where it is: of several bodies one may be our own. */
static bool is_there(const struct ed_scope *scope, const struct ed_route_step *step)
{
	const struct ed_visit v = {.step = step, .scope = (struct ed_scope *)scope};
	const char *to = step->verb == ED_DO_SEND && scope->owner ? ed_visit_to(&v) : NULL;

	return to && scope->at && !strcmp(to, scope->at);
}

static bool passed_over(const struct ed_flow *f, const struct ed_scope *scope,
                        const struct ed_route_step *step)
{
	return (step->when && !ed_condition_holds(step->when, f->state->fields)) ||
	       is_there(scope, step);
}

/* Opens the step, or the first one behind it that is not passed over. */
static void open_step(struct ed_flow *f, struct ed_scope *scope, const struct ed_route_step *step)
{
	const char *end = NULL;
	int hops = 0;

	while (step && !f->stuck) {
		if (++hops > MAX_HOPS) {
			stuck(f, "route.target", step->id, step->id);
		} else if (step->verb == ED_DO_CHOOSE) {
			step = choose(f, scope, step, &end);
		} else if (passed_over(f, scope, step)) {
			const struct ed_route_step *next = after(scope, step);

			if (!next && !scope->owner)
				stuck(f, "route.target", step->id, NULL);
			step = next;
		} else {
			visit(f, scope, step);
			return;
		}
	}
	if (end && !idle(scope))
		ed_flow_end(f, end);
	else if (!f->stuck && scope->owner)
		leave(f, scope, ED_RESULT_PASS);
}

/* ---- the four ways in ---- */

void ed_flow_begin(struct ed_flow *flow)
{
	struct ed_state *s = flow->state;

	s->scope = take(flow, sizeof(*s->scope));
	if (!s->scope)
		return;
	*s->scope = (struct ed_scope){
	        .block = &flow->engine->route->body, .at = s->at_agency, .received = s->received};
	s->root = s->scope;
	start_clocks(flow, false);
	open_step(flow, s->scope, &s->scope->block->steps[0]);
	list_open(flow);
}

static void follow(struct ed_flow *f, struct ed_visit *v, const struct ed_route_outcome *o)
{
	struct ed_scope *scope = v->scope;
	const struct ed_route_step *to =
	        o->then ? ed_block_step(scope->block, o->then) : after(scope, v->step);
	enum ed_result result = o == v->step->outcomes ? ED_RESULT_PASS : ED_RESULT_REFUSE;

	if (o->end && !idle(scope))
		ed_flow_end(f, o->end);
	else if (o->end || o->leave)
		leave(f, scope, o->leave ? o->leave : result);
	else if (to)
		open_step(f, scope, to);
	else if (scope->owner && !o->then)
		leave(f, scope, result);
	else
		stuck(f, "route.target", v->path, o->id);
}

static void close_visit(struct ed_flow *f, struct ed_visit *v,
                        const struct ed_route_outcome *outcome)
{
	v->done = f->now;
	v->closing = f->entry;
	v->outcome = outcome->id;
	v->scope->open = NULL;
	if (v->clock && v->clock->visit == v)
		v->clock->done = f->now;
	if (outcome == v->step->outcomes)
		stop_clocks(f, v->step);
}

void ed_flow_close(struct ed_flow *flow, struct ed_visit *visit,
                   const struct ed_route_outcome *outcome)
{
	if (outcome->times && count(flow->state, visit->path, outcome->id) >= outcome->times)
		fault(flow, "route.times", outcome->id, number(flow, outcome->times));
	close_visit(flow, visit, outcome);
	follow(flow, visit, outcome);
	list_open(flow);
}

/* A join stands before its parts, whose clocks may be its own. */
static void reopen(struct ed_flow *f, const struct ed_scope *scope)
{
	struct ed_state *s = f->state;

	for (size_t i = 0; i < s->n_visits; i++) {
		struct ed_visit *v = s->visits[i];

		if (v->done != ED_TIME_NONE || !ed_scope_within(v->scope, scope))
			continue;
		v->opened = f->now;
		v->opening = f->entry;
		start_clock(f, v);
	}
}

void ed_flow_reopen(struct ed_flow *flow)
{
	start_clocks(flow, true);
	reopen(flow, flow->state->root);
	list_open(flow);
}

void ed_flow_end(struct ed_flow *flow, const char *end)
{
	struct ed_state *s = flow->state;

	for (size_t i = 0; i < s->n_visits; i++)
		if (is_open(s, s->visits[i]))
			cancel(flow, s->visits[i]);
	if (s->root->owner) { /* the case ends where the branch goes back to */
		s->root->over = true;
		s->root->end = end;
	} else {
		stop_clocks(flow, NULL);
		s->phase = ED_PHASE_ENDED;
		s->end = end;
	}
	list_open(flow);
}

/* ---- branches that go to another agency, and come back ---- */

void ed_flow_leave(struct ed_flow *flow, struct ed_visit *visit,
                   const struct ed_route_outcome *outcome, struct ed_state *left)
{
	struct ed_visit *theirs = left->visits[visit->index];
	struct ed_flow on = *flow;

	on.state = left;
	left->root = theirs->scope;
	ed_flow_close(&on, theirs, outcome);
	flow->lost |= on.lost;
	flow->stuck |= on.stuck;
	close_visit(flow, visit, outcome);
	visit->scope->away = true;
	list_open(flow);
}

/* One visit of the chain that ended, which was a copy of `mine` when it left:
 * in the place of ours, or behind all of ours. */
static void take_over(struct ed_flow *f, struct ed_scope *mine, const struct ed_scope *theirs,
                      struct ed_visit *v)
{
	struct ed_state *s = f->state;
	bool known = v->index < s->n_visits && ed_scope_within(s->visits[v->index]->scope, mine);
	const struct ed_visit *timed = v->clock ? v->clock->visit : NULL;

	if (timed && !ed_scope_within(timed->scope, theirs)) {
		v->clock = s->visits[timed->index]->clock;
		v->due = v->clock ? v->clock->due : ED_TIME_NONE;
	}
	if (known) {
		s->visits[v->index] = v;
		return;
	}
	v->index = s->n_visits;
	push(f, &s->visits, &s->n_visits, &s->cap_visits, v);
}

static void graft(struct ed_flow *f, struct ed_scope *mine, struct ed_state *from)
{
	struct ed_scope *theirs = from->root;

	for (size_t i = 0; i < from->n_visits && !f->lost; i++)
		if (ed_scope_within(from->visits[i]->scope, theirs))
			take_over(f, mine, theirs, from->visits[i]);
	for (size_t i = 0; i < f->state->n_visits; i++)
		if (f->state->visits[i]->scope == theirs)
			f->state->visits[i]->scope = mine;
	mine->open = theirs->open;
}

void ed_flow_silence(struct ed_flow *flow, struct ed_visit *v)
{
	for (size_t i = 0; i < v->n_parts; i++)
		if (v->parts[i]->away && v->parts[i]->result == ED_RESULT_NONE)
			v->parts[i]->result = v->step->join.silent;
	join(flow, v);
	list_open(flow);
}

bool ed_branch_dropped(const struct ed_state *state, const struct ed_scope *branch)
{
	const struct ed_visit *v = branch->owner;

	return state->phase == ED_PHASE_ENDED || branch->result != ED_RESULT_NONE ||
	       (v->done != ED_TIME_NONE && (v->cancelled || !v->step->join.finish));
}

void ed_flow_return(struct ed_flow *flow, const struct ed_state *ended)
{
	const struct ed_engine *engine = flow->engine;
	struct ed_scope *mine = ed_state_branch(flow->state, ended);
	struct ed_state from;

	if (!mine || ed_branch_dropped(flow->state, mine))
		return;
	if (!ed_state_copy(&from, ended, engine->route->n_clocks, engine->arena)) {
		flow->lost = true;
		return;
	}
	graft(flow, mine, &from);
	mine->away = false;
	mine->at = mine->owner->scope->at;
	mine->received = flow->now;
	if (from.root->end && !idle(mine))
		ed_flow_end(flow, from.root->end);
	else if (from.root->over)
		leave(flow, mine, from.root->result);
	else
		reopen(flow, mine);
	list_open(flow);
}

const char *ed_state_home(const struct ed_state *state)
{
	const struct ed_visit *v = state->root ? state->root->owner : NULL;

	return v ? v->scope->at : NULL;
}

struct ed_scope *ed_state_branch(const struct ed_state *state, const struct ed_state *chain)
{
	const struct ed_visit *theirs = chain->root ? chain->root->owner : NULL, *v;

	if (!theirs || theirs->index >= state->n_visits)
		return NULL;
	v = state->visits[theirs->index];
	if (strcmp(v->path, theirs->path) || v->visit != theirs->visit ||
	    chain->root->index >= v->n_parts || !ed_scope_within(v->scope, state->root))
		return NULL;
	return v->parts[chain->root->index]->away ? v->parts[chain->root->index] : NULL;
}

const char *ed_scope_path(const struct ed_scope *scope, struct ed_arena *arena)
{
	const char *s = scope->owner
	                        ? ed_arena_printf(arena, "%s/%s", scope->owner->path, scope->item)
	                        : "";

	return s ? s : "";
}

/* ---- states ---- */

static struct ed_visit *copied(const struct ed_state *to, const struct ed_visit *v)
{
	return v ? to->visits[v->index] : NULL;
}

static struct ed_scope *copied_scope(const struct ed_state *to, const struct ed_scope *s)
{
	return s->owner ? to->visits[s->owner->index]->parts[s->index] : to->scope;
}

/* A visit's own clock; what hangs on it stands behind it, and finds the copy. */
static bool copy_clock(struct ed_state *to, const struct ed_visit *v, struct ed_arena *arena)
{
	const struct ed_clock *c = v->clock;
	struct ed_visit *mine = to->visits[v->index];

	if (!c || c->visit != v) {
		mine->clock = c ? to->visits[c->visit->index]->clock : NULL;
		return true;
	}
	mine->clock = ed_arena_alloc(arena, sizeof(*c));
	if (!mine->clock)
		return false;
	*mine->clock = *c;
	mine->clock->visit = mine;
	return true;
}

static bool copy_clocks(struct ed_state *to, const struct ed_state *from, size_t n,
                        struct ed_arena *arena)
{
	if (!from->clocks)
		return true;
	to->clocks = ed_arena_alloc(arena, (n + 1) * sizeof(struct ed_clock));
	if (to->clocks)
		memcpy(to->clocks, from->clocks, n * sizeof(struct ed_clock));
	return to->clocks != NULL;
}

static bool copy_parts(struct ed_state *to, const struct ed_visit *v, struct ed_arena *arena)
{
	struct ed_visit *mine = to->visits[v->index];

	mine->parts = ed_arena_alloc(arena, (v->n_parts + 1) * sizeof(struct ed_scope *));
	for (size_t i = 0; mine->parts && i < v->n_parts; i++) {
		struct ed_scope *p = ed_arena_alloc(arena, sizeof(*p));

		if (!p)
			return false;
		*p = *v->parts[i];
		p->owner = mine;
		p->open = copied(to, p->open);
		mine->parts[i] = p;
	}
	return mine->parts != NULL;
}

bool ed_state_copy(struct ed_state *to, const struct ed_state *from, size_t n_clocks,
                   struct ed_arena *arena)
{
	size_t n = from->n_visits;

	*to = *from;
	to->left = NULL;
	to->cap_visits = to->cap_open = n + 1;
	to->visits = ed_arena_alloc(arena, (n + 1) * sizeof(struct ed_visit *));
	to->open = ed_arena_alloc(arena, (n + 1) * sizeof(struct ed_visit *));
	to->scope = from->scope ? ed_arena_alloc(arena, sizeof(*to->scope)) : NULL;
	if (!to->visits || !to->open || (from->scope && !to->scope) ||
	    !copy_clocks(to, from, n_clocks, arena))
		return false;
	for (size_t i = 0; i < n; i++) {
		to->visits[i] = ed_arena_alloc(arena, sizeof(struct ed_visit));
		if (!to->visits[i])
			return false;
		*to->visits[i] = *from->visits[i];
	}
	for (size_t i = 0; i < n; i++)
		if (!copy_parts(to, from->visits[i], arena) ||
		    !copy_clock(to, from->visits[i], arena))
			return false;
	for (size_t i = 0; i < n; i++) {
		to->visits[i]->scope = copied_scope(to, from->visits[i]->scope);
		to->visits[i]->setter = copied(to, from->visits[i]->setter);
	}
	for (size_t i = 0; i < from->n_open; i++)
		to->open[i] = to->visits[from->open[i]->index];
	if (to->scope && from->scope) {
		*to->scope = *from->scope;
		to->scope->open = copied(to, from->scope->open);
	}
	if (from->root)
		to->root = copied_scope(to, from->root);
	return true;
}

struct ed_visit *ed_state_open(const struct ed_state *state, const char *path)
{
	for (size_t i = 0; i < state->n_open; i++)
		if (path && !strcmp(state->open[i]->path, path))
			return state->open[i];
	return NULL;
}

struct ed_visit *ed_state_urgent(const struct ed_state *state)
{
	struct ed_visit *first = NULL;

	for (size_t i = 0; i < state->n_open; i++) {
		struct ed_visit *v = state->open[i];

		if (!first ||
		    (v->due != ED_TIME_NONE && (first->due == ED_TIME_NONE || v->due < first->due)))
			first = v;
	}
	return first;
}
