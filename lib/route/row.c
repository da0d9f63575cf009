/* SPDX-License-Identifier: ISC */
#include "route/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

#define T(s) dgettext("edoc", s)

/* ---- from a ledger ---- */

static bool take_with(struct ed_row_step *to, const struct ed_visit *v, struct ed_arena *arena)
{
	struct ed_named *with;
	size_t n = 0;

	while (ed_visit_named(v, n + 1))
		n++;
	if (!n)
		return true;
	with = ed_arena_alloc(arena, n * sizeof(*with));
	for (size_t i = 0; with && i < n; i++)
		with[i] = *ed_visit_named(v, i + 1);
	to->with = with;
	to->n_with = n;
	return with != NULL;
}

static bool take_step(struct ed_row_step *to, const struct ed_visit *v, struct ed_arena *arena)
{
	*to = (struct ed_row_step){.path = v->path,
	                           .does = ed_do_name(v->step->verb),
	                           .role = ed_visit_role(v),
	                           .visit = v->visit,
	                           .opened = v->opened,
	                           .due = v->due,
	                           .stands = v->clock && ed_clock_stands(v->clock),
	                           .silent = v->step->silent != ED_RESULT_NONE,
	                           .handed = v->delegations,
	                           .n_handed = v->n_delegations};
	return take_with(to, v, arena);
}

static bool take_steps(struct ed_row *row, const struct ed_replay *r, struct ed_arena *arena)
{
	const struct ed_state *s = &r->state;

	if (r->folded < r->ledger.n || s->awaiting_receipt || s->phase == ED_PHASE_ENDED)
		return true;
	row->steps = ed_arena_alloc(arena, (s->n_open + 1) * sizeof(*row->steps));
	for (size_t i = 0; row->steps && i < s->n_open; i++)
		if (!take_step(&row->steps[row->n_steps++], s->open[i], arena))
			return false;
	return row->steps != NULL;
}

static bool take_term(struct ed_row *row, const struct ed_clock *c, struct ed_arena *arena)
{
	struct ed_row_term *to = &row->terms[row->n_terms++];
	char within[16];

	ed_term_text(within, c->def->within);
	*to = (struct ed_row_term){.clock = c->def->id,
	                           .step = c->visit ? c->visit->path : NULL,
	                           .within = ed_arena_strdup(arena, within),
	                           .since = c->start,
	                           .due = c->due,
	                           .extensions = (int64_t)c->n_extensions,
	                           .stands = ed_clock_stands(c)};
	return to->within != NULL;
}

static bool take_terms(struct ed_row *row, const struct ed_replay *r, struct ed_arena *arena)
{
	const struct ed_state *s = &r->state;
	size_t n = s->clocks && r->engine.route ? r->engine.route->n_clocks : 0;
	bool good;

	row->terms = ed_arena_alloc(arena, (n + s->n_visits + 1) * sizeof(*row->terms));
	good = row->terms != NULL;
	for (size_t i = 0; good && i < n; i++)
		if (s->clocks[i].done == ED_TIME_NONE)
			good = take_term(row, &s->clocks[i], arena);
	for (size_t i = 0; good && i < s->n_visits; i++) {
		const struct ed_visit *v = s->visits[i];

		if (v->done == ED_TIME_NONE && v->clock && v->clock->visit == v)
			good = take_term(row, v->clock, arena);
	}
	return good;
}

/* home: the chosen chain waits for it. */
static void take_branch(struct ed_row_away *to, const struct ed_state *s,
                        const struct ed_visit *join, bool home, struct ed_arena *arena)
{
	const struct ed_visit *v = s->awaiting_receipt ? NULL : ed_state_urgent(s);

	*to = (struct ed_row_away){.branch = ed_scope_path(s->root, arena),
	                           .at = s->at_agency,
	                           .sent_to = s->awaiting_receipt ? s->sent_to
	                                      : s->root->over     ? ed_state_home(s)
	                                                          : NULL,
	                           .step = v ? v->path : NULL,
	                           .since = s->time,
	                           .due = v ? v->due : ED_TIME_NONE,
	                           .back = home ? join->due : ED_TIME_NONE,
	                           .silent = home && join->step->join.silent};
}

/* The branches that left the chosen chain, and those that left them. */
static void take_away(struct ed_row *row, const struct ed_replay *r, const struct ed_state *from,
                      struct ed_arena *arena)
{
	for (size_t k = 0; k < r->n_chains && row->n_away < r->n_others; k++) {
		const struct ed_state *s = ed_replay_chain(r, k);

		const struct ed_scope *branch = s && s != from ? ed_state_branch(from, s) : NULL;

		if (!branch || ed_branch_dropped(from, branch))
			continue;
		take_branch(&row->away[row->n_away++], s, branch->owner, from == &r->state,
		            arena);
		take_away(row, r, s, arena);
	}
}

static bool take_links(struct ed_row *row, const struct ed_replay *r, struct ed_arena *arena)
{
	const json_t *links =
	        r->ledger.n ? json_object_get(r->ledger.v[0].header, "links") : NULL;
	size_t n = json_array_size(links);

	if (!n)
		return true;
	row->links = ed_arena_alloc(arena, n * sizeof(*row->links));
	for (size_t i = 0; row->links && i < n; i++) {
		const json_t *one = json_array_get(links, i);

		row->links[row->n_links++] =
		        (struct ed_row_link){.target = ed_json_get_str(one, "case"),
		                             .relation = ed_json_get_str(one, "relation")};
	}
	return row->links != NULL;
}

struct ed_row *ed_row_of(const struct ed_replay *r, struct ed_arena *arena)
{
	struct ed_row *row = ed_arena_alloc(arena, sizeof(*row));
	const struct ed_route *route = r->engine.route;
	const struct ed_pin *directory = ed_pins_directory(&r->pins);
	const struct ed_entry *last = r->ledger.n ? &r->ledger.v[r->ledger.n - 1] : NULL;
	const struct ed_state *s = &r->state;

	if (!row)
		return NULL;
	*row = (struct ed_row){.id = last ? ed_json_get_str(r->ledger.v[0].header, "case") : NULL,
	                       .head = s->head,
	                       .entries = (int64_t)r->ledger.n,
	                       .time = s->time,
	                       .submitted = s->submitted,
	                       .phase = r->folded < r->ledger.n ? ED_PHASE_NONE : s->phase,
	                       .newer = r->ledger.newer != 0,
	                       .awaiting = s->awaiting_receipt,
	                       .end = s->end,
	                       .number = s->number,
	                       .gone_sent = ED_TIME_NONE,
	                       .gone_received = ED_TIME_NONE,
	                       .book = s->book,
	                       .at = s->at_agency,
	                       .sent_to = s->sent_to,
	                       .initiator = s->initiator_person,
	                       .route = route ? route->id : NULL,
	                       .route_sha256 = route ? route->sha256 : NULL,
	                       .route_version = route ? route->version : 0,
	                       .zone_name = route ? route->zone : NULL,
	                       .zone = r->zone,
	                       .directory = directory ? directory->sha256 : NULL,
	                       .directory_version = directory ? directory->directory->version : 0};
	if (s->root && s->root->over && !s->awaiting_receipt)
		row->back_to = ed_state_home(s);
	row->away = ed_arena_alloc(arena, (r->n_others + 1) * sizeof(*row->away));
	if (row->away && row->phase == ED_PHASE_RUNNING)
		take_away(row, r, s, arena);
	return row->away && take_links(row, r, arena) && take_steps(row, r, arena) &&
	                       take_terms(row, r, arena)
	               ? row
	               : NULL;
}

void ed_row_gone(struct ed_row *row, int64_t sent, int64_t received)
{
	size_t n = 0;

	row->gone = row->at;
	row->gone_sent = sent;
	row->gone_received = received;
	row->n_steps = 0;
	for (size_t i = 0; i < row->n_terms; i++)
		if (!row->terms[i].step)
			row->terms[n++] = row->terms[i];
	row->n_terms = n;
}

const struct ed_row_step *ed_row_urgent(const struct ed_row *row)
{
	const struct ed_row_step *first = NULL;

	for (size_t i = 0; i < row->n_steps; i++) {
		const struct ed_row_step *s = &row->steps[i];

		if (!first ||
		    (s->due != ED_TIME_NONE && (first->due == ED_TIME_NONE || s->due < first->due)))
			first = s;
	}
	return first;
}

/* ---- for people ---- */

/* Text that came with a package must not steer a terminal. */
static void put_safe(struct ed_buf *out, const char *s)
{
	char safe[512];

	ed_escape(safe, sizeof(safe), s ? s : "?");
	ed_buf_puts(out, safe);
}

/* Who a step waits for: a post, a unit, or the one who began it. */
static const char *role_name(const struct ed_role *role)
{
	if (role->initiator)
		return T("the initiator");
	return role->person ? role->person
	       : role->post ? role->post
	       : role->unit ? role->unit
	                    : role->id;
}

static void put_named(const struct ed_named *who, struct ed_buf *out)
{
	put_safe(out, who->person ? who->person : who->post ? who->post : who->agency);
	if (who->post && !who->person) {
		ed_buf_puts(out, T(" of "));
		put_safe(out, who->agency);
	}
}

/* All that were made: which of them is in force, the day says. */
static void put_handed(const struct ed_row_step *step, struct ed_buf *out)
{
	char day[ED_TIME_STR];

	for (size_t i = 0; i < step->n_handed; i++) {
		const struct ed_delegation *d = &step->handed[i];

		ed_buf_puts(out, T(", handed on by "));
		put_safe(out, d->from);
		ed_buf_puts(out, T(" to "));
		put_safe(out, d->to);
		if (d->has_until) {
			ed_date_format(day, d->until);
			ed_buf_printf(out, T(" until %s"), day);
		}
	}
}

static void put_step(const struct ed_row *row, const struct ed_row_step *step, struct ed_buf *out)
{
	const char *agency = step->role.agency ? step->role.agency : row->at;
	char when[ED_WHEN];

	ed_buf_puts(out, T("waits for "));
	put_safe(out, role_name(&step->role));
	if (agency) {
		ed_buf_puts(out, T(" of "));
		put_safe(out, agency);
	}
	for (size_t i = 0; i < step->n_with; i++) {
		ed_buf_puts(out, i ? ", " : T(" with "));
		put_named(&step->with[i], out);
	}
	ed_buf_printf(out, " (%s)", step->path);
	ed_when(when, row->zone, step->opened, false);
	ed_buf_printf(out, T(" since %s"), when);
	if (step->due != ED_TIME_NONE) {
		ed_when(when, row->zone, step->due, false);
		ed_buf_printf(out, T(", due %s"), when);
	} else if (step->stands) {
		ed_buf_puts(out, T(", its term stands still"));
	}
	put_handed(step, out);
}

/* What is due first stands first; each on a line of its own. */
static void put_steps(const struct ed_row *row, struct ed_buf *out)
{
	const struct ed_row_step *first = ed_row_urgent(row);

	if (first)
		put_step(row, first, out);
	for (size_t i = 0; i < row->n_steps; i++) {
		if (&row->steps[i] == first)
			continue;
		ed_buf_puts(out, "\n  ");
		put_step(row, &row->steps[i], out);
	}
}

static void put_away(const struct ed_row *row, const struct ed_row_away *a, struct ed_buf *out)
{
	char when[ED_WHEN];

	put_safe(out, a->branch);
	ed_buf_puts(out, a->sent_to ? T(" is on its way to ") : T(" is at "));
	put_safe(out, a->sent_to ? a->sent_to : a->at);
	ed_when(when, row->zone, a->since, false);
	ed_buf_printf(out, T(" since %s"), when);
	if (a->step) {
		ed_buf_puts(out, T(", waits there for "));
		put_safe(out, a->step);
	}
	if (a->due != ED_TIME_NONE) {
		ed_when(when, row->zone, a->due, false);
		ed_buf_printf(out, T(", due %s"), when);
	}
	if (a->back != ED_TIME_NONE) {
		ed_when(when, row->zone, a->back, false);
		ed_buf_printf(out, T(", to be back by %s"), when);
	}
}

static void put_gone(const struct ed_row *row, struct ed_buf *out)
{
	char when[ED_WHEN];

	ed_buf_puts(out, T("was sent to "));
	put_safe(out, row->gone);
	ed_when(when, row->zone, row->gone_sent, false);
	ed_buf_printf(out, T(" on %s"), when);
	ed_when(when, row->zone, row->gone_received, false);
	ed_buf_printf(out, T(", received there on %s; what became of it since is known there"),
	              when);
}

static void put_running(const struct ed_row *row, struct ed_buf *out)
{
	char when[ED_WHEN];

	if (row->back_to) {
		ed_when(when, row->zone, row->time, false);
		ed_buf_puts(out, T("is to be sent back to "));
		put_safe(out, row->back_to);
		ed_buf_printf(out, T(" since %s"), when);
	}
	put_steps(row, out);
	for (size_t i = 0; i < row->n_away; i++) {
		if (i || row->n_steps || row->back_to)
			ed_buf_puts(out, "\n  ");
		put_away(row, &row->away[i], out);
	}
}

void ed_row_answer(const struct ed_row *row, struct ed_buf *out)
{
	char when[ED_WHEN];

	if (row->newer) {
		ed_buf_puts(out, T("cannot be told: a newer release wrote what follows"));
	} else if (row->phase == ED_PHASE_ENDED) {
		ed_buf_puts(out, T("ended: "));
		put_safe(out, row->end);
	} else if (row->gone) {
		put_gone(row, out);
	} else if (row->phase == ED_PHASE_NONE ||
	           (!row->awaiting && !row->n_steps && !row->n_away && !row->back_to)) {
		ed_buf_puts(out, T("cannot be told: the ledger is broken"));
	} else if (row->awaiting) {
		ed_when(when, row->zone, row->time, false);
		ed_buf_puts(out, T("waits for the receipt of "));
		put_safe(out, row->sent_to);
		ed_buf_printf(out, T(" since %s"), when);
	} else {
		put_running(row, out);
	}
}

/* ---- for programs ---- */

static int put(json_t *o, const char *key, const char *value)
{
	return value && *value ? ed_json_str(o, key, value) : 0;
}

static json_t *handed_json(const struct ed_row_step *step)
{
	json_t *list = json_array();
	char day[ED_TIME_STR];

	for (size_t i = 0; i < step->n_handed; i++) {
		const struct ed_delegation *d = &step->handed[i];
		json_t *o = json_object();

		ed_date_format(day, d->until);
		if (put(o, "from", d->from) | put(o, "to", d->to) |
		    (d->has_until ? put(o, "until", day) : 0) | json_array_append_new(list, o)) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *step_json(const struct ed_row *row, const struct ed_row_step *step)
{
	json_t *w = json_object();
	int bad = !w || ed_json_str(w, "step", step->path) ||
	          ed_json_int(w, "visit", step->visit) || ed_json_str(w, "do", step->does) ||
	          ed_json_str(w, "role", step->role.id);

	bad |= put(w, "person", step->role.person) | put(w, "post", step->role.post) |
	       put(w, "unit", step->role.unit) |
	       put(w, "agency", step->role.agency ? step->role.agency : row->at);
	if (step->n_handed)
		bad |= json_object_set_new(w, "delegated", handed_json(step));
	bad |= ed_json_time(w, "since", step->opened) | ed_json_time(w, "due", step->due);
	if (bad) {
		json_decref(w);
		return NULL;
	}
	return w;
}

/* waits: what is due first; open: all that is waited for. */
static int put_waits(json_t *o, const struct ed_row *row)
{
	const struct ed_row_step *first = ed_row_urgent(row);
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; i < row->n_steps; i++)
		bad |= json_array_append_new(list, step_json(row, &row->steps[i]));
	bad |= json_object_set_new(o, "waits", first ? step_json(row, first) : json_null());
	return json_object_set_new(o, "open", list) | bad;
}

static int put_branches(json_t *o, const struct ed_row *row)
{
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; i < row->n_away; i++) {
		const struct ed_row_away *a = &row->away[i];
		json_t *one = json_object();

		bad |= (one == NULL) | put(one, "branch", a->branch) | put(one, "at", a->at) |
		       put(one, "sent_to", a->sent_to) | put(one, "step", a->step) |
		       ed_json_time(one, "since", a->since) | ed_json_time(one, "due", a->due) |
		       ed_json_time(one, "back", a->back) | ed_json_bool(one, "silent", a->silent) |
		       json_array_append_new(list, one);
	}
	return json_object_set_new(o, "away", list) | bad;
}

static int put_terms(json_t *o, const struct ed_row *row)
{
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; i < row->n_terms; i++) {
		const struct ed_row_term *t = &row->terms[i];
		json_t *one = json_object();

		bad |= (one == NULL) | put(one, "clock", t->clock) | put(one, "step", t->step) |
		       ed_json_str(one, "within", t->within) |
		       ed_json_time(one, "since", t->since) | ed_json_time(one, "due", t->due) |
		       ed_json_int(one, "extensions", t->extensions) |
		       ed_json_bool(one, "stands", t->stands) | json_array_append_new(list, one);
	}
	return json_object_set_new(o, "clocks", list) | bad;
}

static int put_gone_json(json_t *o, const struct ed_row *row)
{
	json_t *one;

	if (!row->gone)
		return 0;
	one = json_object();
	return ed_json_str(one, "agency", row->gone) | ed_json_time(one, "sent", row->gone_sent) |
	       ed_json_time(one, "received", row->gone_received) |
	       json_object_set_new(o, "gone", one);
}

static int put_route(json_t *o, const struct ed_row *row)
{
	json_t *w;

	if (!row->route)
		return json_object_set_new(o, "route", json_null());
	w = json_object();
	return ed_json_str(w, "id", row->route) | ed_json_int(w, "version", row->route_version) |
	       ed_json_str(w, "sha256", row->route_sha256) | json_object_set_new(o, "route", w);
}

static int put_links(json_t *o, const struct ed_row *row)
{
	json_t *list = row->n_links ? json_array() : NULL;
	int bad = 0;

	for (size_t i = 0; i < row->n_links; i++) {
		json_t *one = json_object();

		bad |= ed_json_str(one, "case", row->links[i].target) |
		       ed_json_str(one, "relation", row->links[i].relation) |
		       json_array_append_new(list, one);
	}
	return row->n_links ? json_object_set_new(o, "links", list) | bad : 0;
}

enum edoc_code ed_row_json(const struct ed_row *row, json_t **out, struct edoc_error *err)
{
	static const char *const phase[] = {"unknown", "running", "ended"};
	json_t *o = json_object();
	int bad = !o;

	bad |= put(o, "case", row->id);
	bad |= put_route(o, row);
	bad |= ed_json_str(o, "phase", phase[row->phase]) | put(o, "end", row->end);
	bad |= put(o, "number", row->number) | put(o, "book", row->book) | put(o, "at", row->at);
	bad |= ed_json_bool(o, "awaiting_receipt", row->awaiting) | put(o, "head", row->head);
	bad |= put_waits(o, row) | put_branches(o, row) | put_terms(o, row) | put_links(o, row) |
	       put_gone_json(o, row);
	if (bad) {
		json_decref(o);
		return ed_fail_memory(err);
	}
	*out = o;
	return EDOC_OK;
}
