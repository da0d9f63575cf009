/* SPDX-License-Identifier: ISC */
/* What an entry says beside the act, against what the route, the directory and
 * the calendar say. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/decide.h"

const char *ed_header_text(const struct ed_entry *entry, const char *object, const char *key)
{
	const json_t *o = object ? json_object_get(entry->header, object) : entry->header;

	return o ? ed_json_get_str(o, key) : NULL;
}

static void check_fact(struct ed_decision *j, const char *rule, const char *name, const char *said,
                       const char *right)
{
	if (!ed_same(said, right))
		ed_broken(j, rule, name, said ? said : "-", right ? right : "-");
}

static void check_actor_facts(struct ed_decision *j, const struct ed_entry *entry)
{
	const struct ed_actor *a = &j->actor;
	const struct ed_post *p = a->principal;
	const json_t *actor = json_object_get(entry->header, "actor");

	if (!j->directory)
		return;
	check_fact(j, "route.actor", "person", ed_header_text(entry, "actor", "person"),
	           a->person ? a->person->id : NULL);
	check_fact(j, "route.actor", "post", ed_header_text(entry, "actor", "post"),
	           a->post ? a->post->post : NULL);
	check_fact(j, "route.actor", "unit", ed_header_text(entry, "actor", "unit"),
	           a->post ? a->post->unit : NULL);
	check_fact(j, "route.actor", "agency", ed_header_text(entry, "actor", "agency"),
	           a->agency ? a->agency->id : NULL);
	check_fact(j, "route.actor", "deputy", json_object_get(actor, "deputy") ? "true" : NULL,
	           a->deputy ? "true" : NULL);
	check_fact(j, "route.actor", "delegated",
	           json_object_get(actor, "delegated") ? "true" : NULL,
	           a->delegated ? "true" : NULL);
	check_fact(j, "route.actor", "acting_for.person",
	           ed_header_text(entry, "acting_for", "person"), p ? p->holder->id : NULL);
	check_fact(j, "route.actor", "acting_for.post", ed_header_text(entry, "acting_for", "post"),
	           p ? p->post : NULL);
}

/* In the arena: a finding keeps it. */
static const char *term_text(struct ed_decision *j, struct ed_term term)
{
	char text[16];
	const char *s;

	ed_term_text(text, term);
	s = ed_arena_strdup(j->engine->arena, text);
	return s ? s : "";
}

/*
 * When the term ends.  Where that is a day or less from what we count, and the
 * rest agrees, the machines may have different tzdata: the entry's word holds.
 */
static int64_t said_due(struct ed_decision *j, const struct ed_entry *entry, int64_t due)
{
	const char *text = ed_header_text(entry, "clock", "due");
	int64_t said;

	if (!text || !ed_time_parse(text, &said) || said == due || said < due - ED_ZONE_CHANGE ||
	    said > due + ED_ZONE_CHANGE)
		return due;
	ed_broken(j, "route.clock-zone", text, ed_time_text(j, due), NULL);
	return said;
}

static void check_clock(struct ed_decision *j, const struct ed_entry *entry)
{
	const struct ed_visit *v = j->visit;
	bool timed = v && v->due != ED_TIME_NONE && !ed_hand_event(j->act.event);
	const struct ed_clock *clock = timed ? v->clock : NULL;
	int64_t due = timed ? said_due(j, entry, v->due) : ED_TIME_NONE;
	const json_t *late = json_object_get(entry->header, "late");
	const char *seconds = NULL;

	check_fact(j, "route.clock", "within", ed_header_text(entry, "clock", "within"),
	           timed ? term_text(j, clock->def->within) : NULL);
	check_fact(j, "route.clock", "started", ed_header_text(entry, "clock", "started"),
	           timed ? ed_time_text(j, clock->opened) : NULL);
	check_fact(j, "route.clock", "due", ed_header_text(entry, "clock", "due"),
	           timed ? ed_time_text(j, due) : NULL);
	if (timed && entry->time > due)
		seconds = ed_number_text(j, entry->time - due);
	check_fact(j, "route.clock", "late",
	           late ? ed_number_text(j, json_integer_value(late)) : NULL, seconds);
	/* Whose time zones are right is not known: what is late by ours is told. */
	if (!seconds && timed && entry->time > v->due)
		seconds = ed_number_text(j, entry->time - v->due);
	if (seconds)
		ed_broken(j, "route.late", v->path, seconds, NULL);
}

const char *ed_register_number(struct ed_arena *arena, const char *pattern, int64_t year,
                               int64_t seq)
{
	const char *out = "";

	while (*pattern && out) {
		size_t n = strcspn(pattern, "{");

		if (n)
			out = ed_arena_printf(arena, "%s%.*s", out, (int)n, pattern);
		pattern += n;
		if (!*pattern || !out)
			break;
		if (!strncmp(pattern, "{year}", 6))
			out = ed_arena_printf(arena, "%s%" PRId64, out, year);
		else if (pattern[4] == ':') /* the parser saw to its shape */
			out = ed_arena_printf(arena, "%s%0*" PRId64, out, pattern[5] - '0', seq);
		else
			out = ed_arena_printf(arena, "%s%" PRId64, out, seq);
		pattern = strchr(pattern, '}') + 1;
	}
	return out;
}

/* The first outcome of a register step gives a number, that of a sign step a
 * signature; nothing else does. */
static void check_made(struct ed_decision *j, const struct ed_entry *entry)
{
	const struct ed_route_step *step = j->visit ? j->visit->step : NULL;
	const json_t *r = json_object_get(entry->header, "register");
	bool first = step && j->outcome == &step->outcomes[0];
	int64_t year = ed_engine_date(j->engine, entry->time).year;
	int64_t seq = json_integer_value(json_object_get(r, "seq"));

	if (json_object_get(entry->header, "signature") &&
	    !(first && step->verb == ED_DO_SIGN && !step->document))
		ed_broken(j, "route.signature", NULL, NULL, NULL);
	check_fact(j, "route.document", step ? step->path : "-",
	           ed_header_text(entry, "attached", "kind"),
	           first             ? step->document
	           : j->act.received ? "evidence"
	                             : NULL);
	if (!first || step->verb != ED_DO_REGISTER) {
		if (r)
			ed_broken(j, "route.register", "register", "there", "-");
		return;
	}
	check_fact(j, "route.register", "book", ed_header_text(entry, "register", "book"),
	           step->book);
	check_fact(j, "route.register", "number", ed_header_text(entry, "register", "number"),
	           ed_register_number(j->engine->arena, step->number, year, seq));
	if (json_integer_value(json_object_get(r, "year")) != year)
		ed_broken(j, "route.register", "year",
		          ed_number_text(j, json_integer_value(json_object_get(r, "year"))),
		          ed_number_text(j, year));
}

void ed_check_moved(struct ed_decision *j, const struct ed_entry *entry)
{
	const struct ed_clock *c = j->clock;
	bool timed = c->due != ED_TIME_NONE;

	check_fact(j, "route.clock", "within", ed_header_text(entry, "clock", "within"),
	           timed ? term_text(j, c->def->within) : NULL);
	check_fact(j, "route.clock", "started", ed_header_text(entry, "clock", "started"),
	           timed ? ed_time_text(j, c->opened) : NULL);
	check_fact(j, "route.clock", "due", ed_header_text(entry, "clock", "due"),
	           timed ? ed_time_text(j, said_due(j, entry, c->due)) : NULL);
}

/* The clocks of the route that the act ends too late. */
static void check_overdue(struct ed_decision *j)
{
	const struct ed_state *s = j->state;

	for (size_t i = 0; s->clocks && i < j->engine->route->n_clocks; i++) {
		const struct ed_clock *c = &s->clocks[i];

		if (c->done == ED_TIME_NONE && c->def->stops_at == j->visit->step &&
		    j->outcome == j->visit->step->outcomes && c->due != ED_TIME_NONE &&
		    j->act.time > c->due)
			ed_broken(j, "route.overdue", c->def->id,
			          ed_number_text(j, j->act.time - c->due), NULL);
	}
}

void ed_check_facts(struct ed_decision *j, const struct ed_entry *entry)
{
	check_actor_facts(j, entry);
	if (!j->clock)
		check_clock(j, entry);
	if (j->visit)
		check_overdue(j);
	check_made(j, entry);
}

void ed_check_fields(struct ed_decision *j)
{
	const struct ed_fields *fields = &j->engine->route->fields;
	json_t *values = (json_t *)j->act.fields;

	for (size_t i = 0; i < fields->n; i++) {
		const struct ed_field *f = &fields->v[i];
		const json_t *value = json_object_get(values, f->id);
		const char *fault = value ? ed_field_fault(f, value) : NULL;

		if (fault)
			ed_broken(j, "route.field", f->id, dgettext("edoc", fault), NULL);
		else if (!value && f->required)
			ed_broken(j, "route.field-missing", f->id, NULL, NULL);
	}
	for (void *it = json_object_iter(values); it; it = json_object_iter_next(values, it))
		if (!ed_field(fields, json_object_iter_key(it)))
			ed_broken(j, "route.field-unknown", json_object_iter_key(it), NULL, NULL);
}
