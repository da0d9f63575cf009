/* SPDX-License-Identifier: ISC */
/*
 * Ladders of reminders.  Where a rung stands is computed from the end of the
 * term as it is now; only that it was told is kept, in the case's folder.
 */
#include "route/remind.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"

#define CLAIM_FORMAT "edoc-told/1"

/* ---- where a rung stands ---- */

/* ED_TIME_NONE: no calendar covers it. */
static int64_t place(const struct ed_engine *e, struct ed_term lead, bool after, int64_t base)
{
	int64_t t;

	if (lead.unit == ED_TERM_WORKING_DAYS && !e->calendar)
		return ED_TIME_NONE;
	return ed_term_rung(lead, after, e->calendar, e->zone, base, &t, NULL) ? ED_TIME_NONE : t;
}

/* What comes each so much after base: the newest that now has reached, *then
 * the one after it.  Months
 * are counted from the base, or the 31st would become the 28th for good. */
static int again(const struct ed_engine *e, struct ed_term lead, int64_t base, int64_t now,
                 int64_t *at, int64_t *then)
{
	bool months = lead.unit == ED_TERM_MONTHS;
	int64_t from = base, t;
	int k = 0;

	*at = ED_TIME_NONE;
	for (;;) {
		struct ed_term so_far = {lead.unit, months ? lead.n * (k + 1) : lead.n};

		t = place(e, so_far, true, from);
		*then = t;
		if (t == ED_TIME_NONE || t > now)
			return k;
		*at = t;
		from = months ? base : t;
		k++;
	}
}

static void name_rung(char name[40], const char *before, struct ed_term lead, int k)
{
	char term[16];

	lead.n *= k;
	ed_term_text(term, lead);
	snprintf(name, 40, "%s%s", before, term);
}

static bool runs(const struct ed_clock *c)
{
	return c->done == ED_TIME_NONE && c->due != ED_TIME_NONE && !ed_clock_stands(c);
}

/* Its newest time that now has reached, and its name. */
static int64_t reach(const struct ed_clock *c, const struct ed_engine *e,
                     const struct ed_rung *rung, int64_t now, char name[40])
{
	const struct ed_term none = {ED_TERM_DAYS, 0};
	int64_t t, then;
	int k = 1;

	if (rung->again)
		k = again(e, rung->lead, c->due, now, &t, &then);
	else
		t = place(e, rung->place == ED_RUNG_DUE ? none : rung->lead,
		          rung->place == ED_RUNG_AFTER, c->due);
	if (rung->place == ED_RUNG_DUE)
		snprintf(name, 40, "due");
	else
		name_rung(name, rung->place == ED_RUNG_AFTER ? "+" : "-", rung->lead, k);
	return t;
}

bool ed_remind_reached(const struct ed_clock *clock, const struct ed_engine *engine, int64_t now,
                       struct ed_reached *rung)
{
	const struct ed_reminders *r = &clock->def->reminders;
	bool any = false;

	for (size_t i = 0; runs(clock) && i < r->n_rungs; i++) {
		struct ed_reached one;

		one.at = reach(clock, engine, &r->rungs[i], now, one.name);
		if (one.at == ED_TIME_NONE || one.at > now || (any && one.at < rung->at))
			continue;
		*rung = one;
		any = true;
	}
	return any;
}

bool ed_overdue_reached(const struct ed_clock *clock, const struct ed_engine *engine, int64_t now,
                        struct ed_reached *rung)
{
	const struct ed_reminders *r = &clock->def->reminders;
	int64_t t, then;
	int k;

	if (!r->escalate.n || !runs(clock) || now <= clock->due)
		return false;
	*rung = (struct ed_reached){"overdue", clock->due + 1};
	if (r->again.unit == ED_TERM_NONE)
		return true;
	k = again(engine, r->again, clock->due + 1, now, &t, &then);
	if (k) {
		name_rung(rung->name, "overdue+", r->again, k);
		rung->at = t;
	}
	return true;
}

static int64_t sooner(int64_t a, int64_t t, int64_t now)
{
	return t != ED_TIME_NONE && t > now && t < a ? t : a;
}

int64_t ed_remind_next(const struct ed_clock *clock, const struct ed_engine *engine, int64_t now)
{
	const struct ed_reminders *r = &clock->def->reminders;
	int64_t next = INT64_MAX, t, then;
	char name[40];

	if (!runs(clock))
		return next;
	for (size_t i = 0; i < r->n_rungs; i++) {
		if (r->rungs[i].again)
			again(engine, r->rungs[i].lead, clock->due, now, &t, &then);
		else
			then = reach(clock, engine, &r->rungs[i], now, name);
		next = sooner(next, then, now);
	}
	/* The first moment after the term is of weight to "remind" as well. */
	next = sooner(next, clock->due + 1, now);
	if (r->escalate.n && r->again.unit != ED_TERM_NONE) {
		again(engine, r->again, clock->due + 1, now, &t, &then);
		next = sooner(next, then, now);
	}
	return next;
}

int64_t ed_remind_rung(const struct ed_clock *clock, const struct ed_engine *engine, size_t i,
                       char name[40])
{
	struct ed_rung rung = clock->def->reminders.rungs[i];
	const char *more = rung.again ? ".." : "";
	char first[40] = "";
	int64_t t = ED_TIME_NONE;

	rung.again = false;
	if (runs(clock))
		t = reach(clock, engine, &rung, 0, first);
	snprintf(name, 40, "%.37s%s", first, more);
	return t;
}

bool ed_reminds_late(const struct ed_clock_def *clock)
{
	const struct ed_reminders *r = &clock->reminders;

	return r->n_rungs && r->rungs[r->n_rungs - 1].place == ED_RUNG_AFTER;
}

/* ---- that it was told ---- */

/* "execute", "answer+moliya+execute"; a path that no folder could hold is its
 * digest. */
static const char *path_name(struct ed_arena *arena, const char *path)
{
	char digest[ED_SHA256_REF];
	char *name;

	if (strlen(path) > 128)
		return ed_sha256_ref(path, strlen(path), digest)
		               ? ed_arena_printf(arena, "%.32s", digest + 7)
		               : NULL;
	name = ed_arena_strdup(arena, path);
	for (char *s = name; s && *s; s++)
		if (*s == '/')
			*s = '+';
	return name;
}

const char *ed_told_visit(struct ed_case *c, const struct ed_visit *visit, const char *event)
{
	const char *step = path_name(c->r.arena, visit->path);

	return step ? ed_arena_printf(c->r.arena, "%s.%" PRId64 ".%s", step, visit->visit, event)
	            : NULL;
}

const char *ed_told_rung(struct ed_case *c, const struct ed_clock *clock,
                         const struct ed_reached *rung)
{
	const struct ed_visit *v = clock->visit;
	const char *step = path_name(c->r.arena, v ? v->path : clock->def->id);
	char due[ED_TIME_STR], *to = due;

	/* 2027-01-07T18:59:59Z without what stands between the digits */
	ed_time_format(due, clock->due);
	for (const char *s = due; *s; s++)
		if (*s != '-' && *s != ':')
			*to++ = *s;
	*to = '\0';
	return step ? ed_arena_printf(c->r.arena, "%s.%" PRId64 ".%s.%s", step, v ? v->visit : 0,
	                              due, rung->name)
	            : NULL;
}

static enum edoc_code read_claim(const char *path, json_t **claim, struct edoc_error *err)
{
	struct ed_buf bytes;

	*claim = NULL;
	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_read_path(path, &bytes, err);
	if (!code)
		code = ed_json_parse(bytes.data, bytes.len, path, claim, err);
	ed_buf_clear(&bytes);
	if (!code && (!ed_json_get_str(*claim, "format") ||
	              strcmp(ed_json_get_str(*claim, "format"), CLAIM_FORMAT))) {
		json_decref(*claim);
		*claim = NULL;
		code = ed_fail(err, EDOC_ERR_INPUT, path, "this is no claim of what was told (%s)",
		               CLAIM_FORMAT);
	}
	return code;
}

static enum edoc_code put_claim(struct ed_case *c, const char *path, json_t *what, json_t *to,
                                int64_t now, struct edoc_error *err)
{
	char *dir = ed_case_path(c, "told");
	struct ed_buf bytes;
	bool taken;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = dir ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	if (!code && (ed_json_str(what, "format", CLAIM_FORMAT) | ed_json_str(what, "case", c->id) |
	              ed_json_time(what, "told", now) | json_object_set(what, "to", to)))
		code = ed_fail_memory(err);
	if (!code)
		code = ed_json_canonical(what, &bytes, err);
	if (!code)
		code = ed_desk_put(c->desk, path, bytes.data, bytes.len, &taken, err);
	ed_buf_clear(&bytes);
	return code;
}

enum edoc_code ed_told_claim(struct ed_case *c, const char *name, json_t *what, json_t *to,
                             int64_t now, json_t **claim, struct edoc_error *err)
{
	char *path = name ? ed_case_path(c, "told/%s", name) : NULL;
	enum edoc_code code = path && what && to ? EDOC_OK : ed_fail_memory(err);

	*claim = NULL;
	bool there = !code && !access(path, F_OK), any = json_array_size(to) > 0;
	if (!code && !there && any)
		code = put_claim(c, path, what, to, now, err);
	if (!code && (there || any))
		code = read_claim(path, claim, err);
	json_decref(what);
	json_decref(to);
	return code;
}

enum edoc_code ed_told_claims(struct ed_case *c, json_t **list, struct edoc_error *err)
{
	char *dir = ed_case_path(c, "told"), **names = NULL;
	size_t n;

	*list = json_array();
	enum edoc_code code =
	        dir && *list ? ed_list_dir(dir, &names, &n, err) : ed_fail_memory(err);
	if (code == EDOC_ERR_ABSENT) /* none was told yet */
		return EDOC_OK;
	for (size_t i = 0; !code && names[i]; i++) {
		char *path = ed_case_path(c, "told/%s", names[i]);
		json_t *one = NULL;

		code = path ? read_claim(path, &one, err) : ed_fail_memory(err);
		if (!code && json_array_append_new(*list, one))
			code = ed_fail_memory(err);
	}
	ed_names_free(names);
	if (code) {
		json_decref(*list);
		*list = NULL;
	}
	return code;
}
