/* SPDX-License-Identifier: ISC */
/*
 * A route against the people of a directory on one day.
 *
 *  route.R050 E  at {1} today's people cannot be {0}, who must be different: {2}
 *  route.R051 W  deputies stand in for each other in a circle: {0}
 *  route.R053 W  nobody of the directory may act as {0} (step {1}) that day
 *
 * Who acts as a deputy counts as himself and as the one in whose place he acts,
 * so "different" is no matter of persons but of pairs: seats are filled one
 * after the other, and emptied again where the next one finds nobody.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/directory.h"
#include "route/lint.h"

struct candidate {
	const struct ed_person *person, *principal; /* principal: or NULL */
};

/* A role, at the agency that is looked at. */
struct seat {
	const struct ed_role *role;
	struct candidate *v;
	size_t n, cap;
	size_t own; /* of them act in their own place */
	bool free;  /* of so many that the others can never take all */
};

struct staff {
	struct ed_lint *lint;
	const struct ed_route *route;
	const struct ed_directory *directory;
	struct ed_date on;
	struct ed_arena *arena;
	struct seat *seats; /* of the route's roles */
	bool *apart;        /* n_roles * n_roles */
	size_t n, tries;
	bool lost;
};

/* ---- who may act ---- */

static bool signs(const struct ed_person *p, struct ed_date on)
{
	for (size_t i = 0; i < p->n_certs; i++)
		if (ed_span_has(&p->certs[i].span, on))
			return true;
	return false;
}

static void add(struct staff *s, struct seat *seat, const struct ed_person *person,
                const struct ed_person *principal)
{
	struct candidate *grown;

	if (seat->free || !signs(person, s->on))
		return;
	for (size_t i = 0; i < seat->n; i++)
		if (seat->v[i].person == person)
			return;
	grown = ed_arena_grow(s->arena, seat->v, seat->n, &seat->cap, sizeof(*seat->v));
	s->lost |= !grown;
	if (!grown)
		return;
	seat->v = grown;
	grown[seat->n++] = (struct candidate){person, principal};
	/* Each of the others takes two of these at most. */
	seat->own += !principal;
	seat->free = seat->own > 2 * s->n;
}

static void add_deputies(struct staff *s, struct seat *seat, const struct ed_role *role)
{
	const struct ed_directory *d = s->directory;
	const struct ed_post *whose;

	for (size_t i = 0; i < d->n_posts && role->deputies; i++)
		if (ed_span_has(&d->posts[i].span, s->on) &&
		    ed_post_fits(&d->posts[i], role, true)) {
			whose = ed_directory_principal(d, role, &d->posts[i], s->on);
			add(s, seat, d->posts[i].holder, whose ? whose->holder : NULL);
		}
	for (size_t i = 0; i < d->n_deputies; i++) {
		const struct ed_post *p = &d->deputies[i].post;

		if (!ed_span_has(&p->span, s->on) || !ed_post_fits(p, role, false))
			continue;
		whose = ed_directory_principal(d, role, p, s->on);
		add(s, seat, p->holder, whose ? whose->holder : NULL);
	}
}

/* In the order in which the engine takes somebody: in his own post first. */
static void fill(struct staff *s, struct seat *seat, const char *agency)
{
	const struct ed_directory *d = s->directory;
	struct ed_role role = *seat->role;

	seat->n = seat->own = 0;
	seat->free = role.initiator && !role.agency; /* anybody, also a citizen */
	if (!role.agency && !role.item)
		role.agency = agency;
	for (size_t i = 0; i < d->n_posts && !seat->free; i++)
		if (ed_span_has(&d->posts[i].span, s->on) &&
		    ed_post_fits(&d->posts[i], &role, false))
			add(s, seat, d->posts[i].holder, NULL);
	if (!seat->free && !role.initiator)
		add_deputies(s, seat, &role);
}

/* ---- can they be different? ---- */

static bool stands_for(const struct candidate *c, const struct ed_person *p)
{
	return p && (c->person == p || c->principal == p);
}

static bool clash(const struct candidate *a, const struct candidate *b)
{
	return stands_for(a, b->person) || stands_for(a, b->principal);
}

static bool sits(struct staff *s, const size_t *which, const struct candidate **taken, size_t i,
                 const struct candidate *c)
{
	for (size_t k = 0; k < i; k++)
		if (s->apart[which[k] * s->n + which[i]] && taken[k] && clash(taken[k], c))
			return false;
	return true;
}

/* Seats i to n of those; after too many tries it is left open, as if they
 * could. */
static bool seated(struct staff *s, const size_t *which, const struct candidate **taken, size_t i,
                   size_t n)
{
	const struct seat *seat = i < n ? &s->seats[which[i]] : NULL;

	if (!seat)
		return true;
	taken[i] = NULL;
	if (seat->free)
		return seated(s, which, taken, i + 1, n);
	for (size_t k = 0; k < seat->n; k++) {
		if (++s->tries > ED_MAX_ROUTE_STATES)
			return true;
		taken[i] = &seat->v[k];
		if (sits(s, which, taken, i, taken[i]) && seated(s, which, taken, i + 1, n))
			return true;
	}
	return false;
}

static bool possible(struct staff *s, const size_t *which, size_t n)
{
	const struct candidate *taken[ED_MAX_ROUTE_ROLES];

	s->tries = 0;
	return seated(s, which, taken, 0, n);
}

/* "zarina", "anvar for madina". */
static const char *people_of(struct staff *s, const size_t *which, size_t n)
{
	const char *list = "";

	for (size_t i = 0; i < n && list; i++)
		for (size_t k = 0; k < s->seats[which[i]].n && list; k++) {
			const struct candidate *c = &s->seats[which[i]].v[k];
			bool told = false;

			for (size_t m = 0; m < i && !told; m++)
				for (size_t o = 0; o < s->seats[which[m]].n; o++)
					told |= s->seats[which[m]].v[o].person == c->person;
			if (!told)
				list = ed_arena_printf(s->arena, "%s%s%s%s%s", list,
				                       *list ? ", " : "", c->person->id,
				                       c->principal ? "/" : "",
				                       c->principal ? c->principal->id : "");
		}
	s->lost |= !list;
	return list ? list : "";
}

struct search {
	const struct ed_role *role;
	const struct ed_route_step *found;
};

static void look(const struct ed_route_step *step, void *arg)
{
	struct search *s = arg;

	if (!s->found && step->by == s->role)
		s->found = step;
}

static const struct ed_route_step *step_by(const struct staff *s, size_t role)
{
	struct search search = {&s->route->roles[role], NULL};

	ed_block_walk(&s->route->body, look, &search);
	return search.found;
}

static void tell(struct staff *s, const size_t *which, size_t n, const char *agency)
{
	const struct ed_route_step *step = NULL;
	const char *roles = "";

	for (size_t i = 0; i < n && roles; i++) {
		roles = ed_arena_printf(s->arena, "%s%s%s", roles, i ? ", " : "",
		                        s->route->roles[which[i]].id);
		step = step ? step : step_by(s, which[i]);
	}
	s->lost |= !roles;
	ed_lint_report(s->lint, "route.R050", step ? step->line : 1, step ? step->column : 1, roles,
	               agency ? agency : "-", people_of(s, which, n));
}

/* The roles that somebody must be apart from, all of them filled. */
static size_t bound(struct staff *s, size_t *which)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		bool any = false;

		for (size_t k = 0; k < s->n; k++)
			any |= s->apart[i * s->n + k];
		if (any && (s->seats[i].n || s->seats[i].free))
			which[n++] = i;
	}
	return n;
}

/* At an agency, or (NULL) with the roles that name theirs: first two by two, so
 * that what is told is as little as can be. */
static void try_apart(struct staff *s, const char *agency)
{
	size_t which[ED_MAX_ROUTE_ROLES], n, pair[2];
	bool told = false, any_open = false;

	n = bound(s, which);
	for (size_t i = 0; i < n; i++)
		any_open |= !s->route->roles[which[i]].agency;
	if (any_open != (agency != NULL))
		return;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			bool open = s->route->roles[which[i]].agency == NULL ||
			            s->route->roles[which[k]].agency == NULL;

			pair[0] = which[i];
			pair[1] = which[k];
			if (open != (agency != NULL) || !s->apart[pair[0] * s->n + pair[1]] ||
			    possible(s, pair, 2))
				continue;
			tell(s, pair, 2, agency);
			told = true;
		}
	if (!told && n > 2 && !possible(s, which, n))
		tell(s, which, n, agency);
}

/* ---- which must be different ---- */

static size_t index_of(const struct staff *s, const struct ed_role *role)
{
	return (size_t)(role - s->route->roles);
}

static void set_apart(struct staff *s, const struct ed_role *a, const struct ed_role *b)
{
	size_t i = index_of(s, a), k = index_of(s, b);

	if (i != k)
		s->apart[i * s->n + k] = s->apart[k * s->n + i] = true;
}

static void not_by(const struct ed_route_step *step, void *arg)
{
	if (step->by && step->not_by)
		set_apart(arg, step->by, step->not_by);
}

static bool listed(const struct staff *s, size_t role)
{
	return s->seats[role].n || s->seats[role].free || !step_by(s, role);
}

/* A role without an agency is one of people of whoever has the case: it is
 * enough that somebody is, somewhere. */
static void tell_empty(struct staff *s, const bool *anywhere)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct ed_route_step *step = step_by(s, i);

		if (!anywhere[i] && step)
			ed_lint_report(s->lint, "route.R053", step->line, step->column,
			               s->route->roles[i].id, step->path, NULL);
	}
}

/* A body of people that works by the route has somebody for each of its roles. */
static void lint_agency(struct staff *s, const struct ed_agency *agency, bool *anywhere)
{
	bool works = true;

	for (size_t i = 0; i < s->n; i++) {
		bool fixed = s->route->roles[i].agency || s->route->roles[i].item;

		if (fixed == !agency)
			fill(s, &s->seats[i], agency ? agency->id : NULL);
		else if (!agency)
			s->seats[i].n = 0;
		anywhere[i] |= listed(s, i);
		works &= fixed || !agency || listed(s, i);
	}
	if (works)
		try_apart(s, agency ? agency->id : NULL);
}

static void lint_agencies(struct staff *s, bool *anywhere)
{
	const struct ed_directory *d = s->directory;

	lint_agency(s, NULL, anywhere);
	for (size_t a = 0; a < d->n_agencies && !s->lost; a++)
		if (ed_agency_state(&d->agencies[a], s->on, NULL) == ED_AGENCY_ACTIVE)
			lint_agency(s, &d->agencies[a], anywhere);
}

/* ---- deputies ---- */

/* The holder of a post, and who acts in it beside him. */
struct place {
	const struct ed_person *holder, *deputy;
};

struct places {
	struct place *v;
	size_t n, cap;
};

static bool of_route(const struct staff *s, const struct ed_post *post)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->route->roles[i].initiator && ed_post_fits(post, &s->route->roles[i], false))
			return true;
	return false;
}

static void find_places(struct staff *s, struct places *p)
{
	const struct ed_directory *d = s->directory;

	for (size_t i = 0; i < d->n_deputies; i++) {
		const struct ed_post *deputy = &d->deputies[i].post, *whose;
		const struct ed_role any = {.agency = deputy->agency};
		struct place *grown;

		if (!ed_span_has(&deputy->span, s->on) || !of_route(s, deputy))
			continue;
		whose = ed_directory_principal(d, &any, deputy, s->on);
		grown = whose ? ed_arena_grow(s->arena, p->v, p->n, &p->cap, sizeof(*p->v)) : NULL;
		s->lost |= whose && !grown;
		if (!grown)
			continue;
		p->v = grown;
		grown[p->n++] = (struct place){whose->holder, deputy->holder};
	}
}

/* The shortest way from deputy to deputy, from place i back to its holder:
 * behind[k] is the place before k; the last place, or p->n without one. */
static size_t circle(const struct places *p, size_t i, size_t *behind, size_t *todo)
{
	size_t n = 0;

	for (size_t k = 0; k < p->n; k++)
		behind[k] = p->n;
	behind[i] = i;
	todo[n++] = i;
	for (size_t at = 0; at < n; at++) {
		if (p->v[todo[at]].deputy == p->v[i].holder)
			return todo[at];
		for (size_t k = 0; k < p->n; k++)
			if (behind[k] == p->n && p->v[k].holder == p->v[todo[at]].deputy) {
				behind[k] = todo[at];
				todo[n++] = k;
			}
	}
	return p->n;
}

static void lint_circles(struct staff *s)
{
	struct places p = {0};
	size_t *behind, *todo;
	bool *told;

	find_places(s, &p);
	behind = ed_arena_alloc(s->arena, (p.n + 1) * sizeof(*behind));
	todo = ed_arena_alloc(s->arena, (p.n + 1) * sizeof(*todo));
	told = ed_arena_alloc(s->arena, (p.n + 1) * sizeof(*told));
	s->lost |= !behind || !todo || !told;
	for (size_t i = 0; i < p.n && !s->lost; i++) {
		size_t at = told[i] ? p.n : circle(&p, i, behind, todo);
		const char *list = at < p.n ? p.v[i].holder->id : NULL;

		for (; list && at < p.n; at = at == i ? p.n : behind[at]) {
			told[at] = true;
			list = ed_arena_printf(s->arena, "%s > %s", p.v[at].holder->id, list);
		}
		if (list)
			ed_lint_report(s->lint, "route.R051", 1, 1, list, NULL, NULL);
	}
}

enum edoc_code ed_lint_people(const struct ed_route *route, const struct ed_directory *directory,
                              struct ed_date on, struct ed_lint *lint, struct edoc_error *err)
{
	size_t n = route->n_roles;
	struct staff s = {.lint = lint,
	                  .route = route,
	                  .directory = directory,
	                  .on = on,
	                  .arena = lint->findings->arena,
	                  .n = n};
	bool *anywhere = ed_arena_alloc(s.arena, n * sizeof(*anywhere));

	s.seats = ed_arena_alloc(s.arena, n * sizeof(*s.seats));
	s.apart = ed_arena_alloc(s.arena, n * n * sizeof(*s.apart));
	if (!anywhere || !s.seats || !s.apart)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n; i++)
		s.seats[i].role = &route->roles[i];
	for (size_t i = 0; i < route->n_separate; i++)
		set_apart(&s, route->separate[i][0], route->separate[i][1]);
	ed_block_walk(&route->body, not_by, &s);
	lint_agencies(&s, anywhere);
	tell_empty(&s, anywhere);
	lint_circles(&s);
	return s.lost || lint->findings->lost ? ed_fail_memory(err) : EDOC_OK;
}
