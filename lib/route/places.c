/* SPDX-License-Identifier: ISC */
#include "route/places.h"

#include <string.h>

/* A step that the case may come to, and the agency that has it then; NULL: one
 * that is chosen on the way. */
struct spot {
	const struct ed_route_step *step;
	const char *at;
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

static bool been(const struct tour *t, const struct ed_route_step *step, const char *at)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].step == step && same_place(t->v[i].at, at))
			return true;
	return false;
}

/* The step that names people names them anew: nothing behind it is meant. */
static void come(struct tour *t, const struct ed_route_step *step, const char *at)
{
	struct spot *grown;

	if (step == t->from || been(t, step, at))
		return;
	grown = ed_arena_grow(t->arena, t->v, t->n, &t->cap, sizeof(*t->v));
	t->lost |= !grown;
	if (!grown)
		return;
	t->v = grown;
	grown[t->n++] = (struct spot){step, at};
}

static void go(struct tour *t, const struct ed_route_step *step, const char *then, bool leave,
               const char *at);

static void leave_block(struct tour *t, const struct ed_route_block *b, const char *at)
{
	const struct ed_route_step *join = b->owner;

	for (size_t i = 0; join && i < join->n_outcomes; i++)
		if (!join->outcomes[i].end)
			go(t, join, join->outcomes[i].then, join->outcomes[i].leave, at);
}

/* On from the step: to another of its block, or out of it. */
static void go(struct tour *t, const struct ed_route_step *step, const char *then, bool leave,
               const char *at)
{
	const struct ed_route_block *b = step->block;
	const struct ed_route_step *to = then                               ? ed_block_step(b, then)
	                                 : step + 1 < b->steps + b->n_steps ? step + 1
	                                                                    : NULL;

	if (leave || !to)
		leave_block(t, b, at);
	else
		come(t, to, at);
}

static void go_on(struct tour *t, struct spot s)
{
	const struct ed_route_step *step = s.step;
	const char *at = step->verb == ED_DO_SEND && step->to ? step->to->agency : s.at;

	for (size_t i = 0; i < step->n_branches; i++)
		come(t, &step->branches[i].steps[0], at);
	for (size_t i = 0; i < step->n_outcomes; i++)
		if (!step->outcomes[i].end)
			go(t, step, step->outcomes[i].then, step->outcomes[i].leave, at);
	for (size_t i = 0; i < step->n_choices; i++)
		if (step->choices[i].then)
			go(t, step, step->choices[i].then, false, at);
	if (step->when)
		go(t, step, NULL, false, s.at);
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

bool ed_places_find(const struct ed_route_step *from, const char *at, const struct ed_role *role,
                    struct ed_arena *arena, struct ed_places *places)
{
	struct tour t = {.arena = arena, .from = from};
	const struct ed_route_outcome *first = &from->outcomes[0];

	*places = (struct ed_places){.any = !at};
	if (!first->end)
		go(&t, from, first->then, first->leave, at);
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
