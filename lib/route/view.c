/* SPDX-License-Identifier: ISC */
/* A replayed case for people and for JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "route/generation.h"
#include "route/row.h"
#include "route/viewtold.h"

#define T(s) dgettext("edoc", s)

void ed_when(char out[ED_WHEN], const struct ed_zone *zone, int64_t t, bool with_time)
{
	static const char *const day[] = {"",        N_("Mon"), N_("Tue"), N_("Wed"),
	                                  N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")};
	static const char *const month[] = {"",        N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"),
	                                    N_("May"), N_("Jun"), N_("Jul"), N_("Aug"), N_("Sep"),
	                                    N_("Oct"), N_("Nov"), N_("Dec")};
	struct ed_civil c = ed_zone_civil(zone, t);
	int minutes = c.offset / 60, n;

	/* Bounds for what a catalogue may say: the rest fits. */
	n = snprintf(out, ED_WHEN, "%.20s %d %.20s %d", T(day[ed_weekday(c.date)]), c.date.day,
	             T(month[c.date.month]), c.date.year);
	if (!with_time)
		return;
	n += snprintf(out + n, ED_WHEN - (size_t)n, " %02d:%02d %c%02d", c.hour, c.minute,
	              minutes < 0 ? '-' : '+', (minutes < 0 ? -minutes : minutes) / 60);
	if (minutes % 60)
		snprintf(out + n, ED_WHEN - (size_t)n, ":%02d",
		         (minutes < 0 ? -minutes : minutes) % 60);
}

/* Letters of UTF-8, not bytes. */
static size_t letters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

void ed_put_column(struct ed_buf *out, const char *text, size_t width)
{
	ed_buf_puts(out, text);
	for (size_t n = letters(text); n < width; n++)
		ed_buf_putc(out, ' ');
}

void ed_put_late(struct ed_buf *out, bool late)
{
	ed_put_column(out, late ? T("LATE") : "", letters(T("LATE")));
}

/* Text that came with a package must not steer a terminal. */
static void put_safe(struct ed_buf *out, const char *s)
{
	char safe[512];

	ed_escape(safe, sizeof(safe), s ? s : "?");
	ed_buf_puts(out, safe);
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
	const char *before = "", *within = ed_json_get_str(e->header, "within");

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
	if (within)
		ed_buf_printf(out, T(", within %s"), within);
}

void ed_view_answer(const struct ed_replay *r, struct ed_buf *out)
{
	const struct ed_row *row = ed_row_of(r, r->arena);

	if (row)
		ed_row_answer(row, out);
	else
		out->failed = EDOC_ERR_MEMORY;
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

/* The terms of the law that the entry ended too late: its own may have been kept. */
static void put_overdue(const struct ed_replay *r, const struct ed_entry *e, struct ed_buf *out)
{
	const struct ed_route *route = r->engine.route;
	const struct ed_route_step *step =
	        route && e->step ? ed_route_step(route, e->step) : NULL;
	const struct ed_state *s = step ? ed_replay_chain(r, 0) : NULL;

	for (size_t i = 0; s && s->clocks && i < route->n_clocks; i++) {
		const struct ed_clock *c = &s->clocks[i];

		if (!c->def || c->def->stops_at != step || c->due == ED_TIME_NONE ||
		    c->done != e->time || c->done <= c->due)
			continue;
		ed_buf_puts(out, T("; after the term "));
		put_safe(out, c->def->id);
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

static void put_bound(const struct ed_replay *r, const char *words, const struct ed_bound *bound,
                      struct ed_buf *out)
{
	char when[ED_WHEN];

	if (bound->time == ED_TIME_NONE)
		return;
	ed_when(when, r->zone, bound->time, true);
	ed_buf_printf(out, "        %s %s (", words, when);
	put_safe(out, bound->by);
	ed_buf_puts(out, ")\n");
}

/* What others prove of its time, a line each. */
static void put_proved(const struct ed_replay *r, const struct ed_entry *e, struct ed_buf *out)
{
	const struct ed_proved *proved = r->proved ? &r->proved[e - r->ledger.v] : NULL;

	if (!proved)
		return;
	put_bound(r, T("proved: not before"), &proved->after, out);
	put_bound(r, T("proved: not after"), &proved->before, out);
}

void ed_view_entry(const struct ed_replay *r, const struct ed_entry *e, struct ed_buf *out)
{
	const char *number = ed_entry_get(e, "register", "number");
	const char *attached = ed_entry_get(e, "attached", "kind");
	const char *to = ed_json_get_str(e->header, "to");
	const char *received = ed_json_get_str(e->header, "received");
	const char *reason = ed_json_get_str(e->body, "reason"),
	           *text = ed_json_get_str(e->body, "text");
	char when[ED_WHEN];
	int64_t came;

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
	if (received && ed_time_parse(received, &came)) {
		ed_when(when, r->zone, came, true);
		ed_buf_printf(out, T(", came %s by %s"), when,
		              ed_json_get_str(e->header, "channel"));
	}
	if (ed_entry_revises(e)) {
		ed_buf_puts(out, T(", with a corrected package"));
		ed_buf_printf(out, " %.8s", ed_json_get_str(e->header, "package") + 7);
	}
	if (to) {
		ed_buf_puts(out, T(", to "));
		put_safe(out, to);
	}
	ed_view_assign(e, out);
	ed_buf_puts(out, T(", by "));
	put_actor(r, e, out);
	if (strncmp(e->event, "clock.", 6)) {
		put_clock(e, out);
		put_overdue(r, e, out);
	} else {
		put_moved(r, e, out);
	}
	ed_view_asked(r, e, out);
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
	put_proved(r, e, out);
}

/* ---- JSON ---- */

static int put(json_t *o, const char *key, const char *value)
{
	return value && *value ? ed_json_str(o, key, value) : 0;
}

static int put_bound_json(json_t *o, const char *key, const struct ed_bound *bound)
{
	json_t *b;

	if (bound->time == ED_TIME_NONE)
		return 0;
	b = json_object();
	return ed_json_time(b, "time", bound->time) | ed_json_str(b, "by", bound->by) |
	       ed_json_str(b, "where", bound->where) | json_object_set_new(o, key, b);
}

static int put_proved_json(json_t *o, const struct ed_replay *r, const struct ed_entry *e)
{
	const struct ed_proved *proved = r->proved ? &r->proved[e - r->ledger.v] : NULL;
	json_t *p;

	if (!proved || (proved->after.time == ED_TIME_NONE && proved->before.time == ED_TIME_NONE))
		return 0;
	p = json_object();
	return put_bound_json(p, "not_before", &proved->after) |
	       put_bound_json(p, "not_after", &proved->before) |
	       json_object_set_new(o, "proved", p);
}

enum edoc_code ed_view_entry_json(const struct ed_replay *r, const struct ed_entry *e, json_t **out,
                                  struct edoc_error *err)
{
	static const char *const copied[] = {"prev",     "actor",    "acting_for", "register",
	                                     "clock",    "evidence", "to",         "package",
	                                     "late",     "timer",    "extension",  "assign",
	                                     "attached", "delegate", "channel",    "papers",
	                                     "applicant", "checkpoint", "received",
	                                     "within",    "links",    NULL};
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
	bad |= put_proved_json(o, r, e);
	bad |= put(o, "signature", ed_entry_get(e, "signature", "name"));
	bad |= put(o, "reason", ed_json_get_str(e->body, "reason"));
	bad |= put(o, "text", ed_json_get_str(e->body, "text"));
	bad |= ed_view_asked_json(r, e, o);
	if (bad) {
		json_decref(o);
		return ed_fail_memory(err);
	}
	*out = o;
	return EDOC_OK;
}

enum edoc_code ed_view_json(const struct ed_replay *r, bool entries, json_t **out,
                            struct edoc_error *err)
{
	return ed_view_row_json(r, ed_row_of(r, r->arena), entries, out, err);
}

enum edoc_code ed_view_row_json(const struct ed_replay *r, const struct ed_row *row, bool entries,
                                json_t **out, struct edoc_error *err)
{
	json_t *o = NULL, *list = NULL, *one;
	enum edoc_code code = row ? ed_row_json(row, &o, err) : ed_fail_memory(err);
	int bad = 0;

	if (!code && entries) {
		list = json_array();
		bad = json_object_set_new(o, "entries", list);
	}
	for (size_t i = 0; !code && entries && i < r->ledger.n && !bad; i++) {
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
