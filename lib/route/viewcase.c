/* SPDX-License-Identifier: ISC */
#include "route/viewcase.h"

#include <string.h>

#include "base/err.h"

/* ---- names ---- */

static int put_titles(json_t *o, const struct ed_route *route)
{
	json_t *titles = json_object();
	int bad = !titles;

	for (size_t i = 0; route->title_lang[i]; i++)
		bad |= ed_json_str(titles, route->title_lang[i], route->title[i]);
	return json_object_set_new(o, "title", titles) | bad;
}

static int put_step_title(json_t *steps, const struct ed_route *route, const char *path)
{
	const struct ed_route_step *step = path ? ed_route_step(route, path) : NULL;

	return step && step->title ? ed_json_str(steps, path, step->title) : 0;
}

/* Of those that were done, and those that are waited for. */
static int put_steps(json_t *o, const struct ed_replay *r)
{
	json_t *steps = json_object();
	int bad = !steps;

	for (size_t i = 0; i < r->ledger.n; i++)
		bad |= put_step_title(steps, r->engine.route, r->ledger.v[i].step);
	for (size_t k = 0; k < r->n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(r, k);

		for (size_t i = 0; s && i < s->n_open; i++)
			bad |= put_step_title(steps, r->engine.route, s->open[i]->path);
	}
	return json_object_set_new(o, "steps", steps) | bad;
}

struct names {
	const struct ed_directory *directory; /* the newest; NULL: none is known */
	struct ed_date on;
	json_t *agencies, *people;
	int bad;
};

static void name_agency(struct names *n, const char *id)
{
	const struct ed_agency *a =
	        n->directory && id ? ed_directory_agency(n->directory, id) : NULL;
	const char *title = a ? ed_agency_on(a, n->on).title : NULL;

	if (title)
		n->bad |= ed_json_str(n->agencies, id, title);
}

static void name_person(struct names *n, const char *id)
{
	const struct ed_person *p =
	        n->directory && id ? ed_directory_person_by_id(n->directory, id) : NULL;

	if (p)
		n->bad |= ed_json_str(n->people, id, ed_person_name(p, n->on));
}

static void name_entry(struct names *n, const struct ed_entry *e)
{
	const json_t *assign = json_object_get(e->header, "assign");

	name_agency(n, ed_entry_get(e, "actor", "agency"));
	name_agency(n, ed_json_get_str(e->header, "to"));
	name_person(n, ed_entry_get(e, "acting_for", "person"));
	name_person(n, ed_entry_get(e, "delegate", "person"));
	for (size_t i = 0; i < json_array_size(assign); i++) {
		name_agency(n, ed_json_get_str(json_array_get(assign, i), "agency"));
		name_person(n, ed_json_get_str(json_array_get(assign, i), "person"));
	}
}

static void name_open(struct names *n, const struct ed_state *s)
{
	name_agency(n, s->at_agency);
	name_agency(n, s->sent_to);
	for (size_t i = 0; i < s->n_open; i++) {
		struct ed_role role = ed_visit_role(s->open[i]);

		name_agency(n, role.agency);
		name_person(n, role.person);
	}
}

/* By what the directory says as of the last entry. */
static int put_names(json_t *o, const struct ed_replay *r)
{
	const struct ed_pin *pin = ed_pins_directory(&r->pins);
	struct names n = {.directory = pin ? pin->directory : NULL,
	                  .on = ed_engine_date(&r->engine, r->state.time),
	                  .agencies = json_object(),
	                  .people = json_object()};

	for (size_t i = 0; i < r->ledger.n; i++)
		name_entry(&n, &r->ledger.v[i]);
	for (size_t k = 0; k < r->n_chains; k++)
		if (ed_replay_chain(r, k))
			name_open(&n, ed_replay_chain(r, k));
	for (const struct ed_given *g = r->receipts; g; g = g->next)
		name_agency(&n, g->issuer);
	for (const struct ed_told_point *p = r->points; p; p = p->next)
		name_agency(&n, p->agency);
	return json_object_set_new(o, "agencies", n.agencies) |
	       json_object_set_new(o, "people", n.people) | n.bad;
}

/* ---- terms ---- */

static json_t *pauses_of(const struct ed_clock *c)
{
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; i < c->n_pauses; i++) {
		json_t *one = json_object();

		bad |= ed_json_time(one, "from", c->pauses[i].from) |
		       ed_json_time(one, "until", c->pauses[i].to) |
		       json_array_append_new(list, one);
	}
	if (!bad)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *extensions_of(const struct ed_clock *c)
{
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; i < c->n_extensions; i++) {
		const struct ed_extension *x = &c->extensions[i];
		json_t *one = json_object();
		char term[16];

		ed_term_text(term, x->term);
		bad |= ed_json_str(one, x->kind == ED_EXTEND_TO ? "to" : "by", term) |
		       json_array_append_new(list, one);
	}
	if (!bad)
		return list;
	json_decref(list);
	return NULL;
}

static int put_term(json_t *list, const struct ed_clock *c)
{
	json_t *one = json_object();
	char within[16];
	int bad = !one;

	ed_term_text(within, c->def->within);
	if (c->visit)
		bad |= ed_json_str(one, "step", c->visit->path) |
		       ed_json_int(one, "visit", c->visit->visit);
	else
		bad |= ed_json_str(one, "clock", c->def->id);
	bad |= ed_json_str(one, "within", within) | ed_json_time(one, "since", c->start) |
	       ed_json_time(one, "due", c->due) | ed_json_time(one, "done", c->done) |
	       json_object_set_new(one, "stops", pauses_of(c)) |
	       json_object_set_new(one, "extensions", extensions_of(c));
	return json_array_append_new(list, one) | bad;
}

/* Does this chain tell of the visit, or one that took its branch away? */
static bool is_of(const struct ed_state *s, const struct ed_visit *v)
{
	const struct ed_scope *scope = v->scope;

	while (scope != s->root && scope->owner && !scope->away)
		scope = scope->owner->scope;
	return scope == s->root;
}

/* Of the whole case, then of steps: all that ever ran. */
static int put_terms(json_t *o, const struct ed_replay *r)
{
	const struct ed_state *s = ed_replay_chain(r, 0);
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; s && s->clocks && i < r->engine.route->n_clocks; i++)
		if (s->clocks[i].def)
			bad |= put_term(list, &s->clocks[i]);
	for (size_t k = 0; k < r->n_chains; k++) {
		s = ed_replay_chain(r, k);
		for (size_t i = 0; s && i < s->n_visits; i++) {
			const struct ed_visit *v = s->visits[i];

			if (v->clock && v->clock->visit == v && is_of(s, v))
				bad |= put_term(list, v->clock);
		}
	}
	return json_object_set_new(o, "terms", list) | bad;
}

/* ---- what others prove ---- */

static int put_seq(json_t *o, const char *key, const struct ed_replay *r, const char *digest)
{
	const struct ed_entry *e = ed_ledger_find(&r->ledger, digest);

	return e ? ed_json_int(o, key, e->seq) : ed_json_str(o, key, NULL);
}

/* Those that are believed; head: all up to it was there. */
static int put_receipts(json_t *o, const struct ed_replay *r)
{
	json_t *list = json_array();
	int bad = !list;

	for (const struct ed_given *g = r->receipts; g; g = g->next) {
		json_t *one;

		if (!g->issuer)
			continue;
		one = json_object();
		bad |= ed_json_str(one, "where", g->where) | ed_json_str(one, "by", g->issuer) |
		       ed_json_time(one, "time", g->time) | put_seq(one, "upto", r, g->head) |
		       json_array_insert_new(list, 0, one);
	}
	return json_object_set_new(o, "receipts", list) | bad;
}

static int put_checkpoints(json_t *o, const struct ed_replay *r)
{
	json_t *list = json_array();
	int bad = !list;

	for (const struct ed_told_point *p = r->points; p; p = p->next) {
		json_t *one = json_object();

		bad |= ed_json_str(one, "where", p->where) | ed_json_str(one, "agency", p->agency) |
		       ed_json_int(one, "seq", p->seq) | ed_json_time(one, "time", p->time) |
		       ed_json_time(one, "stamped", p->stamped) |
		       ed_json_str(one, "by", p->stamped == ED_TIME_NONE ? NULL : p->by);
		bad |= p->upto ? ed_json_int(one, "upto", p->upto) : ed_json_str(one, "upto", NULL);
		bad |= json_array_append_new(list, one);
	}
	return json_object_set_new(o, "checkpoints", list) | bad;
}

int ed_view_procedure(const struct ed_replay *r, json_t *o)
{
	const struct ed_route *route = r->engine.route;
	json_t *p;
	int bad;

	if (!route)
		return json_object_set_new(o, "procedure", json_null());
	p = json_object();
	bad = put_titles(p, route) | ed_json_str(p, "basis", route->basis) |
	      ed_json_str(p, "zone", route->zone) | put_steps(p, r) | put_names(p, r) |
	      put_terms(p, r) | put_receipts(p, r) | put_checkpoints(p, r);
	return json_object_set_new(o, "procedure", p) | bad;
}
