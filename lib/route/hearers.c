/* SPDX-License-Identifier: ISC */
#include "route/hearers.h"

#include <string.h>

#include "base/err.h"
#include "route/decide.h"

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void add(struct ed_hearing *h, struct ed_hearer one)
{
	struct ed_hearer *grown;

	for (size_t i = 0; i < h->n; i++) {
		const struct ed_hearer *v = &h->v[i];

		if (one.person ? same(v->person, one.person)
		               : !v->person && same(v->post, one.post) &&
		                         same(v->agency, one.agency)) {
			h->v[i].waits |= one.waits;
			return;
		}
	}
	grown = ed_arena_grow(h->arena, h->v, h->n, &h->cap, sizeof(*h->v));
	h->lost |= !grown;
	if (!grown)
		return;
	h->v = grown;
	h->v[h->n++] = one;
}

static void add_person(struct ed_hearing *h, const struct ed_person *p, const struct ed_post *post,
                       bool waits)
{
	add(h, (struct ed_hearer){.person = p->id,
	                          .name = p->name,
	                          .post = post ? post->post : NULL,
	                          .agency = post ? post->agency : NULL,
	                          .waits = waits});
}

/* ---- one role ---- */

struct asked {
	const struct ed_role *role;
	const struct ed_visit *visit; /* that may have been handed on, or NULL */
	const char *agency;           /* only people of it; NULL: of any */
	bool waits;
};

/* Under which post he may act, as its holder or (deputies) in his place. */
static const struct ed_post *post_for(const struct ed_hearing *h, const struct asked *a,
                                      const struct ed_person *p, bool deputies)
{
	struct ed_date day = ed_engine_date(&h->c->r.engine, h->now);
	struct ed_role here = {.agency = h->c->desk->agency};
	bool deputy = false;
	const struct ed_post *post = ed_directory_post(h->directory, p, a->role, day, &deputy);

	if (!post && a->visit && ed_visit_delegation(a->visit, p->id, day)) /* handed on */
		post = ed_directory_post(h->directory, p, &here, day, &deputy);
	return post && deputy == deputies && (!a->agency || same(post->agency, a->agency)) ? post
	                                                                                   : NULL;
}

static size_t hear(struct ed_hearing *h, const struct asked *a, bool deputies)
{
	size_t told = 0;

	for (size_t i = 0; h->directory && i < h->directory->n_people; i++) {
		const struct ed_person *p = &h->directory->people[i];
		const struct ed_post *post = post_for(h, a, p, deputies);

		if (!post)
			continue;
		add_person(h, p, post, a->waits);
		told++;
	}
	return told;
}

static void hear_role(struct ed_hearing *h, const struct asked *a, bool vacant)
{
	const struct ed_role *role = a->role;

	if (!hear(h, a, false) && !hear(h, a, true) && vacant)
		add(h, (struct ed_hearer){.post = role->post ? role->post : role->unit,
		                          .agency = role->agency,
		                          .waits = a->waits});
}

static void hear_submitter(struct ed_hearing *h, bool waits)
{
	const char *id = h->state->initiator_person;
	const struct ed_person *p =
	        id && h->directory ? ed_directory_person_by_id(h->directory, id) : NULL;

	if (p)
		add_person(h, p, NULL, waits);
	else if (id)
		add(h, (struct ed_hearer){.person = id, .waits = waits});
}

void ed_hear_initiator(struct ed_hearing *h)
{
	hear_submitter(h, false);
}

/* Those whom a step named beside the first, who is the role's. */
static void hear_named(struct ed_hearing *h, const struct ed_visit *visit, struct asked asked)
{
	const struct ed_named *also;

	for (size_t i = 1; (also = ed_visit_named(visit, i)) != NULL; i++) {
		struct ed_role role = *visit->step->by;

		role.person = also->person;
		role.agency = also->agency;
		role.post = also->post ? also->post : role.post;
		role.unit = also->unit ? also->unit : role.unit;
		asked.role = &role;
		asked.visit = NULL;
		hear_role(h, &asked, false);
	}
}

void ed_hear_waited(struct ed_hearing *h, const struct ed_visit *visit, bool vacant)
{
	struct ed_role role;
	struct asked asked = {
	        .role = &role, .visit = visit, .agency = h->c->desk->agency, .waits = true};

	if (!visit->step->by || visit->step->verb == ED_DO_SEND ||
	    visit->step->verb == ED_DO_RECEIVE)
		return; /* desks do these */
	role = ed_visit_role(visit);
	if (role.initiator) {
		hear_submitter(h, true);
		return;
	}
	hear_role(h, &asked, vacant && same(role.agency, h->c->desk->agency));
	hear_named(h, visit, asked);
}

/* ---- roles of notify and escalate ---- */

/* The newest visit that knows who was named for the role: one that it does, or
 * the one that named. */
static void hear_set(struct ed_hearing *h, const struct ed_role *role)
{
	const struct ed_state *s = h->state;
	struct ed_visit as = {.step = &(struct ed_route_step){.by = role}};
	struct ed_role narrowed;

	for (size_t i = s->n_visits; i-- > 0;) {
		struct ed_visit *v = s->visits[i];

		if (v->step->by == role && ed_visit_named(v, 0))
			as = *v;
		else if (v->n_named && same(v->named[0].role, role->id))
			as.setter = v;
		else
			continue;
		break;
	}
	if (!ed_visit_named(&as, 0))
		return;
	narrowed = *role;
	ed_narrow_role(&as, &narrowed);
	hear_role(h, &(struct asked){.role = &narrowed}, true);
	hear_named(h, &as, (struct asked){0});
}

void ed_hear_roles(struct ed_hearing *h, const struct ed_roles *roles, const struct ed_scope *scope)
{
	for (size_t i = 0; i < roles->n; i++) {
		struct ed_role role = *roles->v[i];

		if (role.initiator) {
			hear_submitter(h, false);
		} else if (role.set_by) {
			hear_set(h, roles->v[i]);
		} else {
			if (role.item)
				role.agency = ed_scope_item(scope);
			if (!role.agency)
				role.agency = h->c->desk->agency;
			hear_role(h, &(struct asked){.role = &role}, true);
		}
	}
}

/* ---- as JSON ---- */

static int put(json_t *o, const char *key, const char *value)
{
	return value ? ed_json_str(o, key, value) : 0;
}

json_t *ed_hearing_json(const struct ed_hearing *h)
{
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; i < h->n; i++) {
		const struct ed_hearer *v = &h->v[i];
		json_t *o = json_object();

		bad |= put(o, "person", v->person) | put(o, "name", v->name) |
		       put(o, "post", v->post) | put(o, "agency", v->agency) |
		       (v->waits ? ed_json_bool(o, "waits", true) : 0);
		bad |= json_array_append_new(list, o);
	}
	if (!bad)
		return list;
	json_decref(list);
	return NULL;
}

void ed_hear_json(struct ed_hearing *h, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);

		if (ed_json_get_str(o, "person") || ed_json_get_str(o, "agency"))
			add(h,
			    (struct ed_hearer){.person = ed_json_get_str(o, "person"),
			                       .name = ed_json_get_str(o, "name"),
			                       .post = ed_json_get_str(o, "post"),
			                       .agency = ed_json_get_str(o, "agency"),
			                       .waits = json_is_true(json_object_get(o, "waits"))});
	}
}
