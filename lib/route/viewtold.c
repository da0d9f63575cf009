/* SPDX-License-Identifier: ISC */
/* Who is told of what: of an entry as the route asks, and of a case as it was
 * done at this desk. */
#include "route/viewtold.h"

#include <string.h>

#include "base/err.h"
#include "route/remind.h"

#define T(s) dgettext("edoc", s)

/* ---- what the route asks ---- */

/* The names of all roles that are to hear of an entry, each once. */
struct asking {
	const struct ed_entry *e;
	json_t *list;
	int bad;
};

static bool has(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_string_value(json_array_get(list, i)), id))
			return true;
	return false;
}

static void add_roles(struct asking *a, const struct ed_roles *roles)
{
	for (size_t i = 0; i < roles->n; i++)
		if (!has(a->list, roles->v[i]->id))
			a->bad |= json_array_append_new(a->list, json_string(roles->v[i]->id));
}

static bool is_entry(const struct asking *a, const char *digest)
{
	return digest && !strcmp(digest + 7, a->e->sha256);
}

static void ask_visit(struct asking *a, const struct ed_visit *v)
{
	const struct ed_route_outcome *o;

	if (v->opened == a->e->time && is_entry(a, v->opening))
		add_roles(a, &v->step->notify);
	if (v->done != a->e->time || !v->outcome || !is_entry(a, v->closing))
		return;
	o = ed_route_outcome(v->step, v->outcome);
	if (o)
		add_roles(a, &o->notify);
}

const struct ed_clock_def *ed_entry_clock(const struct ed_replay *r, const struct ed_entry *e,
                                          const struct ed_visit **visit)
{
	const struct ed_route *route = r->engine.route;
	const char *timer = ed_json_get_str(e->header, "timer");

	*visit = NULL;
	for (size_t i = 0; timer && i < route->n_clocks; i++)
		if (!strcmp(route->clocks[i].id, timer))
			return &route->clocks[i];
	for (size_t k = 0; !timer && e->step && k < r->n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(r, k);

		for (size_t i = 0; s && i < s->n_visits; i++) {
			const struct ed_visit *v = s->visits[i];

			if (v->visit == e->visit && !strcmp(v->path, e->step)) {
				*visit = v;
				return &v->step->clock;
			}
		}
	}
	return NULL;
}

static void ask(struct asking *a, const struct ed_replay *r)
{
	const struct ed_clock_def *clock;
	const struct ed_visit *v;

	for (size_t k = 0; k < r->n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(r, k);

		for (size_t i = 0; s && i < s->n_visits; i++)
			ask_visit(a, s->visits[i]);
	}
	if (strcmp(a->e->event, "clock.extended") != 0 || !r->engine.route)
		return;
	clock = ed_entry_clock(r, a->e, &v);
	if (clock)
		add_roles(a, &clock->extend.notify);
}

void ed_view_asked(const struct ed_replay *r, const struct ed_entry *e, struct ed_buf *out)
{
	struct asking a = {.e = e, .list = json_array()};

	ask(&a, r);
	for (size_t i = 0; i < json_array_size(a.list); i++) {
		ed_buf_puts(out, i ? ", " : T("; tells "));
		ed_buf_puts(out, json_string_value(json_array_get(a.list, i)));
	}
	json_decref(a.list);
}

int ed_view_asked_json(const struct ed_replay *r, const struct ed_entry *e, json_t *o)
{
	struct asking a = {.e = e, .list = json_array()};

	a.bad = !a.list;
	ask(&a, r);
	if (json_array_size(a.list))
		a.bad |= json_object_set(o, "tells", a.list);
	json_decref(a.list);
	return a.bad;
}

/* ---- what is to come ---- */

static json_t *rungs_of(const struct ed_engine *engine, const struct ed_clock *c)
{
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; i < c->def->reminders.n_rungs; i++) {
		json_t *one = json_object();
		char name[40];
		int64_t at = ed_remind_rung(c, engine, i, name);

		bad |= ed_json_str(one, "rung", name) | ed_json_time(one, "time", at) |
		       json_array_append_new(list, one);
	}
	if (!bad)
		return list;
	json_decref(list);
	return NULL;
}

static int put_ladder(json_t *list, const struct ed_engine *engine, const struct ed_clock *c)
{
	const struct ed_reminders *r = &c->def->reminders;
	json_t *o, *roles;
	int bad;

	if (c->done != ED_TIME_NONE || (!r->n_rungs && !r->escalate.n))
		return 0;
	o = json_object();
	roles = json_array();
	bad = ed_json_str(o, c->visit ? "step" : "clock", c->visit ? c->visit->path : c->def->id);
	for (size_t i = 0; i < r->escalate.n; i++)
		bad |= json_array_append_new(roles, json_string(r->escalate.v[i]->id));
	bad |= json_object_set_new(o, "remind", rungs_of(engine, c)) |
	       json_object_set_new(o, "escalate", roles);
	return json_array_append_new(list, o) | bad;
}

/* Of the chain that the desk goes on with. */
static int put_ladders(json_t *o, const struct ed_replay *r)
{
	const struct ed_state *s = &r->state;
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; s->clocks && i < r->engine.route->n_clocks; i++)
		bad |= put_ladder(list, &r->engine, &s->clocks[i]);
	for (size_t i = 0; i < s->n_visits; i++) {
		const struct ed_visit *v = s->visits[i];

		if (v->done == ED_TIME_NONE && v->clock && v->clock->visit == v)
			bad |= put_ladder(list, &r->engine, v->clock);
	}
	return json_object_set_new(o, "reminders", list) | bad;
}

/* ---- what this desk has told ---- */

static void put_hearers(const json_t *to, struct ed_buf *out)
{
	char safe[256];

	for (size_t i = 0; i < json_array_size(to); i++) {
		const json_t *one = json_array_get(to, i);
		const char *who = ed_json_get_str(one, "person");

		if (!who)
			who = ed_json_get_str(one, "post");
		if (!who)
			who = ed_json_get_str(one, "agency");
		ed_escape(safe, sizeof(safe), who ? who : "?");
		ed_buf_printf(out, "%s%s", i ? ", " : "", safe);
	}
}

static void put_claim(const struct ed_case *c, const json_t *claim, struct ed_buf *out)
{
	const char *rung = ed_json_get_str(claim, "rung"), *of = ed_json_get_str(claim, "step");
	const char *event = ed_json_get_str(claim, "event"), *told = ed_json_get_str(claim, "told");
	char safe[512], when[ED_WHEN] = "?";
	int64_t t;

	if (told && ed_time_parse(told, &t))
		ed_when(when, c->r.zone, t, true);
	of = of ? of : ed_json_get_str(claim, "timer");
	ed_escape(safe, sizeof(safe), of ? of : "?");
	ed_buf_printf(out, T("  told %s: %s %s: "), when, safe, rung ? rung : event ? event : "?");
	put_hearers(json_object_get(claim, "to"), out);
	ed_buf_putc(out, '\n');
}

enum edoc_code ed_view_told(struct ed_case *c, struct ed_buf *text, json_t *o,
                            struct edoc_error *err)
{
	json_t *list = NULL;
	enum edoc_code code = ed_told_claims(c, &list, err);

	for (size_t i = 0; !code && text && i < json_array_size(list); i++)
		put_claim(c, json_array_get(list, i), text);
	if (!code && o && (put_ladders(o, &c->r) | json_object_set(o, "told", list)))
		code = ed_fail_memory(err);
	json_decref(list);
	return code;
}
