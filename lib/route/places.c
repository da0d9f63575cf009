/* SPDX-License-Identifier: ISC */
#include "route/places.h"

#include <string.h>

/* Where the block that owns branches goes on, once they are done: a branch that
 * went to another agency comes back. */
struct home {
	const char *at;
	const struct home *up; /* of the block around it; NULL: none */
};

/* A step that the case may come to, and the agency that has it then; NULL: one
 * that is chosen on the way. */
struct spot {
	const struct ed_route_step *step;
	const char *at;
	const struct home *home; /* NULL: not in a branch */
};

struct tour {
	struct ed_arena *arena;
	const struct ed_route_step *from;
	struct spot *v;
	size_t n, cap;
	bool lost;
};

static bool same_place(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_home(const struct home *a, const struct home *b)
{
	for (; a && b; a = a->up, b = b->up)
		if (!same_place(a->at, b->at))
			return false;
	return a == b;
}

static bool been(const struct tour *t, const struct ed_route_step *step, const char *at)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].step == step && same_place(t->v[i].at, at))
			return true;
	return false;
}

/* The step that names people names them anew: nothing behind it is meant. */
static void come(struct tour *t, const struct ed_route_step *step, const char *at,
                 const struct home *home)
{
	struct spot *grown;

	if (step == t->from)
		return;
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].step == step && same_place(t->v[i].at, at) &&
		    same_home(t->v[i].home, home))
			return;
	grown = ed_arena_grow(t->arena, t->v, t->n, &t->cap, sizeof(*t->v));
	t->lost |= !grown;
	if (!grown)
		return;
	t->v = grown;
	grown[t->n++] = (struct spot){step, at, home};
}

static void go(struct tour *t, const struct spot *from, const char *then, bool leave);

static void leave_block(struct tour *t, const struct spot *from)
{
	const struct ed_route_step *join = from->step->block->owner;
	const struct home *home = from->home;
	struct spot there = {join, home ? home->at : from->at, home ? home->up : NULL};

	for (size_t i = 0; join && i < join->n_outcomes; i++)
		if (!join->outcomes[i].end)
			go(t, &there, join->outcomes[i].then, join->outcomes[i].leave);
}

/* On from the step: to another of its block, or out of it. */
static void go(struct tour *t, const struct spot *from, const char *then, bool leave)
{
	const struct ed_route_step *step = from->step;
	const struct ed_route_block *b = step->block;
	const struct ed_route_step *to = then                               ? ed_block_step(b, then)
	                                 : step + 1 < b->steps + b->n_steps ? step + 1
	                                                                    : NULL;

	if (leave || !to)
		leave_block(t, from);
	else
		come(t, to, from->at, from->home);
}

static void enter_branches(struct tour *t, const struct spot *s)
{
	struct home *home;

	if (!s->step->n_branches)
		return;
	home = ed_arena_alloc(t->arena, sizeof(*home));
	t->lost |= !home;
	if (!home)
		return;
	*home = (struct home){s->at, s->home};
	for (size_t i = 0; i < s->step->n_branches; i++)
		come(t, &s->step->branches[i].steps[0], s->at, home);
}

static void go_on(struct tour *t, struct spot s)
{
	const struct ed_route_step *step = s.step;
	const struct spot still = s;

	if (step->verb == ED_DO_SEND && step->to)
		s.at = step->to->agency;
	enter_branches(t, &s);
	for (size_t i = 0; i < step->n_outcomes; i++)
		if (!step->outcomes[i].end)
			go(t, &s, step->outcomes[i].then, step->outcomes[i].leave);
	for (size_t i = 0; i < step->n_choices; i++)
		if (step->choices[i].then)
			go(t, &s, step->choices[i].then, false);
	if (step->when)
		go(t, &still, NULL, false);
}

/* Those of the branches that the act itself stands in. */
static const struct home *homes_of(struct tour *t, const struct ed_scope *scope, const char *at)
{
	const struct ed_scope *around = scope->owner ? scope->owner->scope : NULL;
	struct home *home = around ? ed_arena_alloc(t->arena, sizeof(*home)) : NULL;

	t->lost |= around && !home;
	if (home)
		*home = (struct home){around->at ? around->at : at, homes_of(t, around, at)};
	return home;
}

static bool asks(const struct tour *t, const struct spot *s, const struct ed_role *role)
{
	return s->step->by == role && s->step->set_by == t->from;
}

/* Every step that asks for the role may be done there, on one way or another. */
static bool everywhere(const struct tour *t, const struct ed_role *role, const char *at)
{
	for (size_t i = 0; i < t->n; i++)
		if (asks(t, &t->v[i], role) && !been(t, t->v[i].step, at))
			return false;
	return true;
}

static void add(struct ed_places *p, const char *at)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i], at))
			return;
	p->v[p->n++] = at;
}

bool ed_places_find(const struct ed_visit *visit, const char *at, const struct ed_role *role,
                    struct ed_arena *arena, struct ed_places *places)
{
	const struct ed_route_step *from = visit->step;
	struct tour t = {.arena = arena, .from = from};
	struct spot here = {from, at, homes_of(&t, visit->scope, at)};
	const struct ed_route_outcome *first = &from->outcomes[0];

	*places = (struct ed_places){.any = !at};
	if (!first->end)
		go(&t, &here, first->then, first->leave);
	for (size_t i = 0; i < t.n && !t.lost; i++)
		go_on(&t, t.v[i]);
	places->v = ed_arena_alloc(arena, (t.n + 1) * sizeof(*places->v));
	if (t.lost || !places->v)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		const struct spot *s = &t.v[i];

		if (!asks(&t, s, role))
			continue;
		if (!places->step) {
			places->step = s->step;
			places->at = s->at;
		}
		places->any |= !s->at;
		if (s->at && everywhere(&t, role, s->at))
			add(places, s->at);
	}
	return true;
}

bool ed_places_has(const struct ed_places *places, const char *agency)
{
	if (places->any || !places->step)
		return true;
	for (size_t i = 0; i < places->n; i++)
		if (!strcmp(places->v[i], agency))
			return true;
	return false;
}
