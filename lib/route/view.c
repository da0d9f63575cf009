/* SPDX-License-Identifier: ISC */
/* A replayed case for people and for JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "route/replay.h"

#define T(s) dgettext("edoc", s)

void ed_when(char out[ED_WHEN], const struct ed_zone *zone, int64_t t, bool with_time)
{
	static const char *const day[] = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const month[] = {"",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct ed_civil c = ed_zone_civil(zone, t);
	int minutes = c.offset / 60, n;

	n = snprintf(out, ED_WHEN, "%s %d %s %d", day[ed_weekday(c.date)], c.date.day,
	             month[c.date.month], c.date.year);
	if (!with_time)
		return;
	n += snprintf(out + n, ED_WHEN - (size_t)n, " %02d:%02d %c%02d", c.hour, c.minute,
	              minutes < 0 ? '-' : '+', (minutes < 0 ? -minutes : minutes) / 60);
	if (minutes % 60)
		snprintf(out + n, ED_WHEN - (size_t)n, ":%02d",
		         (minutes < 0 ? -minutes : minutes) % 60);
}

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

static void put_named(const char *person, const char *post, const char *agency, struct ed_buf *out)
{
	put_safe(out, person ? person : post ? post : agency);
	if (post && !person) {
		ed_buf_puts(out, T(" of "));
		put_safe(out, agency);
	}
}

/* ": delegated to anvar until 2026-03-31", ": reassigned" */
static void put_hand(const struct ed_entry *e, struct ed_buf *out)
{
	const char *until = ed_entry_get(e, "delegate", "until");

	if (!strcmp(e->event, "step.reassigned"))
		ed_buf_puts(out, T(": given to another"));
	if (strcmp(e->event, "step.delegated"))
		return;
	ed_buf_puts(out, T(": handed on to "));
	put_safe(out, ed_entry_get(e, "delegate", "person"));
	if (until)
		ed_buf_printf(out, T(" until %s"), until);
}

void ed_view_assign(const struct ed_entry *e, struct ed_buf *out)
{
	const json_t *list = json_object_get(e->header, "assign");
	const char *before = "";

	put_hand(e, out);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *role = ed_json_get_str(one, "role");

		if (strcmp(before, role))
			ed_buf_printf(out, ", %s: ", role);
		else
			ed_buf_puts(out, ", ");
		put_named(ed_json_get_str(one, "person"), ed_json_get_str(one, "post"),
		          ed_json_get_str(one, "agency"), out);
		before = role;
	}
}

/* All that were made: which of them is in force, the day says. */
static void put_delegations(const struct ed_visit *v, struct ed_buf *out)
{
	char day[ED_TIME_STR];

	for (size_t i = 0; i < v->n_delegations; i++) {
		const struct ed_delegation *d = &v->delegations[i];

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

void ed_view_visit(const struct ed_replay *r, const struct ed_visit *v, struct ed_buf *out)
{
	struct ed_role role = ed_visit_role(v);
	const struct ed_named *also;
	char when[ED_WHEN];

	ed_buf_puts(out, T("waits for "));
	put_safe(out, role_name(&role));
	if (!role.agency)
		role.agency = r->state.at_agency;
	if (role.agency) {
		ed_buf_puts(out, T(" of "));
		put_safe(out, role.agency);
	}
	for (size_t i = 1; (also = ed_visit_named(v, i)) != NULL; i++) {
		ed_buf_puts(out, i > 1 ? ", " : T(" with "));
		put_named(also->person, also->post, also->agency, out);
	}
	ed_buf_printf(out, " (%s)", v->path);
	ed_when(when, r->zone, v->opened, false);
	ed_buf_printf(out, T(" since %s"), when);
	if (v->due != ED_TIME_NONE) {
		ed_when(when, r->zone, v->due, false);
		ed_buf_printf(out, T(", due %s"), when);
	} else if (v->clock && ed_clock_stands(v->clock)) {
		ed_buf_puts(out, T(", its term stands still"));
	}
	put_delegations(v, out);
}

/* What is due first stands first; each on a line of its own. */
static void put_open(const struct ed_replay *r, struct ed_buf *out)
{
	const struct ed_visit *first = ed_state_urgent(&r->state);

	ed_view_visit(r, first, out);
	for (size_t i = 0; i < r->state.n_open; i++) {
		if (r->state.open[i] == first)
			continue;
		ed_buf_puts(out, "\n  ");
		ed_view_visit(r, r->state.open[i], out);
	}
}

void ed_view_answer(const struct ed_replay *r, struct ed_buf *out)
{
	const struct ed_state *s = &r->state;
	bool ended = s->phase == ED_PHASE_ENDED;

	if (r->ledger.newer) {
		ed_buf_puts(out, T("cannot be told: a newer release wrote what follows"));
	} else if (r->folded < r->ledger.n || (!ended && !s->awaiting_receipt && !s->n_open)) {
		ed_buf_puts(out, T("cannot be told: the ledger is broken"));
	} else if (ended) {
		ed_buf_puts(out, T("ended: "));
		put_safe(out, s->end);
	} else if (s->awaiting_receipt) {
		const struct ed_entry *last = &r->ledger.v[r->ledger.n - 1];
		char when[ED_WHEN];
		ed_when(when, r->zone, last->time, false);
		ed_buf_puts(out, T("waits for the receipt of "));
		put_safe(out, s->sent_to);
		ed_buf_printf(out, T(" since %s"), when);
	} else {
		put_open(r, out);
	}
}

/* "2 d 3 h", "5 min" */
static void put_span(struct ed_buf *out, int64_t seconds)
{
	int64_t d = seconds / 86400, h = seconds / 3600 % 24, m = seconds / 60 % 60;

	if (d)
		ed_buf_printf(out, "%" PRId64 " d %" PRId64 " h", d, h);
	else if (h)
		ed_buf_printf(out, "%" PRId64 " h %" PRId64 " min", h, m);
	else
		ed_buf_printf(out, "%" PRId64 " min", m + 1);
}

static const char *person_name(const struct ed_replay *r, const struct ed_entry *e, const char *id)
{
	const char *directory = ed_json_get_str(e->header, "directory");
	const struct ed_pin *pin =
	        directory ? ed_pins_find(&r->pins, ED_PIN_DIRECTORY, directory) : NULL;
	const struct ed_person *person =
	        pin && id ? ed_directory_person_by_id(pin->directory, id) : NULL;

	return person ? ed_person_name(person, ed_engine_date(&r->engine, e->time)) : id;
}

static void put_actor(const struct ed_replay *r, const struct ed_entry *e, struct ed_buf *out)
{
	const char *kind = ed_entry_get(e, "actor", "kind"),
	           *post = ed_entry_get(e, "actor", "post");
	const char *agency = ed_entry_get(e, "actor", "agency");
	const char *principal = ed_entry_get(e, "acting_for", "person");

	if (kind && !strcmp(kind, "desk")) {
		ed_buf_puts(out, T("the desk of "));
		put_safe(out, agency);
		return;
	}
	put_safe(out, person_name(r, e, ed_entry_get(e, "actor", "person")));
	if (post || agency) {
		ed_buf_puts(out, ", ");
		put_safe(out, post ? post : agency);
		if (post && agency) {
			ed_buf_puts(out, T(" of "));
			put_safe(out, agency);
		}
	}
	if (principal) {
		ed_buf_puts(out, T(", for "));
		put_safe(out, person_name(r, e, principal));
	}
}

static void put_clock(const struct ed_entry *e, struct ed_buf *out)
{
	json_int_t late = json_integer_value(json_object_get(e->header, "late"));

	if (late > 0) {
		ed_buf_puts(out, T("; late by "));
		put_span(out, late);
	} else if (json_object_get(e->header, "clock")) {
		ed_buf_puts(out, T("; in time"));
	}
}

/* The step; of an act on a term what was done to whose. */
static void put_what(const struct ed_entry *e, struct ed_buf *out)
{
	const char *timer = ed_json_get_str(e->header, "timer");
	struct ed_extension extension;
	char text[32];

	if (strncmp(e->event, "clock.", 6)) {
		put_safe(out, e->step ? e->step : e->event);
		return;
	}
	put_safe(out, e->event);
	ed_buf_putc(out, ' ');
	put_safe(out, timer ? timer : e->step);
	if (ed_entry_extension(e, &extension)) {
		ed_extension_text(text, &extension);
		ed_buf_printf(out, " %s", text);
	}
}

/* The end of the term after an act on it. */
static void put_moved(const struct ed_replay *r, const struct ed_entry *e, struct ed_buf *out)
{
	const char *due = ed_entry_get(e, "clock", "due");
	char when[ED_WHEN];
	int64_t t;

	if (!due || !ed_time_parse(due, &t))
		return;
	ed_when(when, r->zone, t, false);
	ed_buf_printf(out, T("; now due %s"), when);
}

void ed_view_entry(const struct ed_replay *r, const struct ed_entry *e, struct ed_buf *out)
{
	const char *number = ed_entry_get(e, "register", "number");
	const char *attached = ed_entry_get(e, "attached", "kind");
	const char *to = ed_json_get_str(e->header, "to");
	const char *reason = ed_json_get_str(e->body, "reason"),
	           *text = ed_json_get_str(e->body, "text");
	char when[ED_WHEN];

	ed_when(when, r->zone, e->time, true);
	ed_buf_printf(out, "%4" PRId64 "  %s  ", e->seq, when);
	put_what(e, out);
	if (e->visit > 1)
		ed_buf_printf(out, " #%" PRId64, e->visit);
	if (e->outcome) {
		ed_buf_puts(out, ": ");
		put_safe(out, e->outcome);
	}
	if (number) {
		ed_buf_puts(out, T(", number "));
		put_safe(out, number);
	}
	if (attached) {
		ed_buf_puts(out, T(", with "));
		put_safe(out, attached);
		ed_buf_printf(out, " %.8s", ed_entry_get(e, "attached", "sha256"));
	}
	if (to) {
		ed_buf_puts(out, T(", to "));
		put_safe(out, to);
	}
	ed_view_assign(e, out);
	ed_buf_puts(out, T(", by "));
	put_actor(r, e, out);
	if (strncmp(e->event, "clock.", 6))
		put_clock(e, out);
	else
		put_moved(r, e, out);
	ed_buf_putc(out, '\n');
	if (reason || text) {
		ed_buf_puts(out, "        ");
		if (reason)
			put_safe(out, reason);
		if (reason && text)
			ed_buf_puts(out, ": ");
		if (text)
			put_safe(out, text);
		ed_buf_putc(out, '\n');
	}
}

/* ---- JSON ---- */

static int put(json_t *o, const char *key, const char *value)
{
	return value && *value ? ed_json_str(o, key, value) : 0;
}

enum edoc_code ed_view_entry_json(const struct ed_replay *r, const struct ed_entry *e, json_t **out,
                                  struct edoc_error *err)
{
	static const char *const copied[] = {"prev",     "actor",    "acting_for", "register",
	                                     "clock",    "evidence", "to",         "package",
	                                     "late",     "timer",    "extension",  "assign",
	                                     "attached", "delegate", "channel",    NULL};
	char digest[ED_SHA256_REF];
	json_t *o = json_object();
	int bad = !o;

	snprintf(digest, sizeof(digest), "sha256:%s", e->sha256);
	bad |= ed_json_int(o, "seq", e->seq) | ed_json_str(o, "entry", digest) |
	       ed_json_time(o, "time", e->time) | ed_json_str(o, "event", e->event);
	bad |= put(o, "step", e->step) | put(o, "outcome", e->outcome);
	if (e->step)
		bad |= ed_json_int(o, "visit", e->visit);
	bad |= put(o, "name", person_name(r, e, ed_entry_get(e, "actor", "person")));
	for (size_t i = 0; copied[i]; i++) {
		json_t *value = json_object_get(e->header, copied[i]);
		if (value)
			bad |= json_object_set(o, copied[i], value);
	}
	bad |= put(o, "signature", ed_entry_get(e, "signature", "name"));
	bad |= put(o, "reason", ed_json_get_str(e->body, "reason"));
	bad |= put(o, "text", ed_json_get_str(e->body, "text"));
	if (bad) {
		json_decref(o);
		return ed_fail_memory(err);
	}
	*out = o;
	return EDOC_OK;
}

static json_t *delegations_json(const struct ed_visit *v)
{
	json_t *list = json_array();
	char day[ED_TIME_STR];

	for (size_t i = 0; i < v->n_delegations; i++) {
		const struct ed_delegation *d = &v->delegations[i];
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

static json_t *visit_json(const struct ed_replay *r, const struct ed_visit *v)
{
	struct ed_role role = ed_visit_role(v);
	json_t *w = json_object();
	int bad = !w || ed_json_str(w, "step", v->path) || ed_json_int(w, "visit", v->visit) ||
	          ed_json_str(w, "do", ed_do_name(v->step->verb)) ||
	          ed_json_str(w, "role", role.id);

	bad |= put(w, "person", role.person) | put(w, "post", role.post) |
	       put(w, "unit", role.unit) |
	       put(w, "agency", role.agency ? role.agency : r->state.at_agency);
	if (v->n_delegations)
		bad |= json_object_set_new(w, "delegated", delegations_json(v));
	bad |= ed_json_time(w, "since", v->opened) | ed_json_time(w, "due", v->due);
	if (bad) {
		json_decref(w);
		return NULL;
	}
	return w;
}

/* waits: what is due first; open: all that is waited for. */
static int put_waits(json_t *o, const struct ed_replay *r)
{
	bool none = !r->state.n_open || r->state.awaiting_receipt ||
	            r->state.phase == ED_PHASE_ENDED || r->folded < r->ledger.n;
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; !none && i < r->state.n_open; i++)
		bad |= json_array_append_new(list, visit_json(r, r->state.open[i]));
	bad |= json_object_set_new(o, "waits",
	                           none ? json_null() : visit_json(r, ed_state_urgent(&r->state)));
	return json_object_set_new(o, "open", list) | bad;
}

static int put_one_clock(json_t *list, const struct ed_clock *c)
{
	json_t *o = json_object();
	char within[16];
	int bad = !o;

	ed_term_text(within, c->def->within);
	bad |= put(o, "clock", c->def->id) | put(o, "step", c->visit ? c->visit->path : NULL) |
	       ed_json_str(o, "within", within) | ed_json_time(o, "since", c->start) |
	       ed_json_time(o, "due", c->due) |
	       ed_json_int(o, "extensions", (int64_t)c->n_extensions) |
	       ed_json_bool(o, "stands", ed_clock_stands(c));
	return json_array_append_new(list, o) | bad;
}

/* The terms under way: the route's, then those of steps. */
static int put_clocks(json_t *o, const struct ed_replay *r)
{
	const struct ed_state *s = &r->state;
	json_t *list = json_array();
	int bad = !list;

	for (size_t i = 0; s->clocks && i < r->engine.route->n_clocks; i++)
		if (s->clocks[i].done == ED_TIME_NONE)
			bad |= put_one_clock(list, &s->clocks[i]);
	for (size_t i = 0; i < s->n_visits; i++) {
		const struct ed_visit *v = s->visits[i];

		if (v->done == ED_TIME_NONE && v->clock && v->clock->visit == v)
			bad |= put_one_clock(list, v->clock);
	}
	return json_object_set_new(o, "clocks", list) | bad;
}

static int put_route(json_t *o, const struct ed_replay *r)
{
	const struct ed_route *route = r->engine.route;
	json_t *w;

	if (!route)
		return json_object_set_new(o, "route", json_null());
	w = json_object();
	return ed_json_str(w, "id", route->id) | ed_json_int(w, "version", route->version) |
	       ed_json_str(w, "sha256", route->sha256) | json_object_set_new(o, "route", w);
}

enum edoc_code ed_view_json(const struct ed_replay *r, bool entries, json_t **out,
                            struct edoc_error *err)
{
	static const char *const phase[] = {"unknown", "running", "ended"};
	const struct ed_state *s = &r->state;
	json_t *o = json_object(), *list = NULL, *one;
	enum edoc_code code = EDOC_OK;
	int bad = !o;

	bad |= put(o, "case", ed_json_get_str(r->ledger.v[0].header, "case"));
	bad |= put_route(o, r);
	bad |= ed_json_str(o, "phase", phase[r->folded < r->ledger.n ? ED_PHASE_NONE : s->phase]) |
	       put(o, "end", s->end);
	bad |= put(o, "number", s->number) | put(o, "book", s->book) | put(o, "at", s->at_agency);
	bad |= ed_json_bool(o, "awaiting_receipt", s->awaiting_receipt) | put(o, "head", s->head);
	bad |= put_waits(o, r) | put_clocks(o, r);
	if (entries) {
		list = json_array();
		bad |= json_object_set_new(o, "entries", list);
	}
	for (size_t i = 0; entries && i < r->ledger.n && !bad && !code; i++) {
		code = ed_view_entry_json(r, &r->ledger.v[i], &one, err);
		if (!code)
			bad |= json_array_append_new(list, one);
	}
	if (bad && !code)
		code = ed_fail_memory(err);
	if (code) {
		json_decref(o);
		return code;
	}
	*out = o;
	return EDOC_OK;
}
