/* SPDX-License-Identifier: ISC */
/* What a desk shows: inbox, show, log, verify. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/exchange.h"
#include "route/generation.h"
#include "route/receipt.h"
#include "route/list.h"
#include "route/links.h"
#include "route/viewtold.h"

/* ---- inbox ---- */

/* Whose; and the directories that say what is theirs. */
struct mine {
	const char *cert;
	struct ed_pin *of_desk; /* read once, or NULL: none is installed */
	bool read, believed;
};

/* May that person do the open step on that day, by the directory? */
static bool is_for(const struct ed_row *row, const struct ed_row_step *s,
                   const struct ed_directory *directory, const struct ed_person *person,
                   struct ed_date day)
{
	const struct ed_agency *agency;
	const struct ed_post *post;
	bool deputy;

	for (size_t i = 0; i < s->n_with; i++)
		if (s->with[i].person && !strcmp(s->with[i].person, person->id))
			return true;
	if (ed_delegation_to(s->handed, s->n_handed, person->id, day))
		return true;
	if (s->role.initiator)
		return row->initiator && !strcmp(person->id, row->initiator);
	post = ed_directory_post(directory, person, &s->role, day, &deputy);
	agency = post ? ed_directory_agency(directory, post->agency) : NULL;
	return agency && ed_agency_state(agency, day, NULL) == ED_AGENCY_ACTIVE;
}

/* The directory in force, as ed_case_directory() has it. */
static enum edoc_code directory_of(struct ed_listing *l, const struct ed_row *row,
                                   struct ed_arena *arena, const struct ed_directory **directory,
                                   struct ed_pin_held **held, struct edoc_error *err)
{
	struct mine *m = l->arg;
	enum edoc_code code = EDOC_OK;
	const char *path;
	struct ed_pin *pin;

	if (!m->read)
		code = ed_desk_directory(l->desk, l->desk->arena, &m->of_desk, err);
	m->read = true;
	if (code)
		return code;
	if (m->of_desk && row->directory && !strcmp(m->of_desk->sha256, row->directory)) {
		*directory = m->of_desk->directory;
		return EDOC_OK;
	}
	if (row->directory &&
	    (!m->of_desk || row->directory_version >= m->of_desk->directory->version)) {
		path = ed_arena_printf(arena, "%s/case/%.2s/%s/pin/%s.asice", l->desk->path,
		                       row->id, row->id, row->directory);
		code = path ? ed_pin_cache_read(l->desk->pins, path, arena, &pin, held, err)
		            : ed_fail_memory(err);
		*directory = code ? NULL : pin->directory;
		return code;
	}
	if (!m->of_desk)
		return ed_fail(err, EDOC_ERR_CONFIG, l->desk->path,
		               "no directory is installed: install one, it says who may act");
	if (!m->believed)
		code = ed_desk_believe(l->desk, m->of_desk, l->now, l->desk->arena, err);
	m->believed = !code;
	*directory = m->of_desk->directory;
	return code;
}

/* Leaves in the row what waits for the holder of the certificate. */
static enum edoc_code keep_mine(struct ed_listing *l, struct ed_row *row, struct ed_arena *arena,
                                struct edoc_error *err)
{
	const struct mine *m = l->arg;
	struct ed_date day = ed_zone_civil(row->zone, l->now).date;
	const struct ed_directory *directory = NULL;
	const struct ed_person *person;
	struct ed_pin_held *held = NULL;
	struct ed_row_step *steps;
	size_t n = 0;

	enum edoc_code code = directory_of(l, row, arena, &directory, &held, err);
	steps = ed_arena_alloc(arena, row->n_steps * sizeof(*steps));
	if (!code && !steps)
		code = ed_fail_memory(err);
	person = code || !directory ? NULL : ed_directory_person(directory, m->cert, day);
	for (size_t i = 0; person && i < row->n_steps; i++)
		if (is_for(row, &row->steps[i], directory, person, day))
			steps[n++] = row->steps[i];
	row->steps = steps;
	row->n_steps = n;
	ed_pin_release(held);
	return code;
}

static enum edoc_code list_case(struct ed_listing *l, const struct ed_row *row,
                                struct edoc_error *err)
{
	char safe[512];
	const struct ed_row_step *s = ed_row_urgent(row);
	bool late = s && s->due != ED_TIME_NONE && l->now > s->due;
	enum edoc_code code = EDOC_OK;
	json_t *o = NULL;

	l->n++;
	if (l->tale.want_text) {
		ed_buf_printf(&l->tale.text, "%.12s  ", row->id);
		ed_put_late(&l->tale.text, late);
		ed_buf_puts(&l->tale.text, "  ");
		if (row->number) {
			ed_escape(safe, sizeof(safe), row->number);
			ed_buf_printf(&l->tale.text, "%s  ", safe);
		}
		ed_row_answer(row, &l->tale.text);
		ed_buf_putc(&l->tale.text, '\n');
	}
	if (l->tale.want_json) {
		code = ed_row_json(row, &o, err);
		if (!code && ed_json_bool(o, "late", late))
			code = ed_fail_memory(err);
		if (!code)
			code = ed_tale_json(&l->tale, "inbox", o, err);
		json_decref(o);
	}
	return code ? code : ed_tale_row(&l->tale, s ? s->due : ED_TIME_NONE, err);
}

/* What cannot be listed is told in its place: it hides no other case. */
static enum edoc_code list_warning(struct ed_listing *l, const char *path, const char *warning,
                                   struct edoc_error *err)
{
	enum edoc_code code;
	char safe[ED_PATH_MAX];
	json_t *o;

	if (l->tale.want_text) {
		ed_escape(safe, sizeof(safe), path);
		ed_buf_printf(&l->tale.text, "%s: %s\n", safe, warning);
	}
	if (!l->tale.want_json)
		return ed_tale_row(&l->tale, ED_TIME_NONE, err);
	ed_escape(safe, sizeof(safe), path); /* a name on disk need not be UTF-8 */
	o = json_object();
	code = ed_json_str(o, "where", safe) | ed_json_str(o, "warning", warning)
	               ? ed_fail_memory(err)
	               : ed_tale_json(&l->tale, l->verb, o, err);
	json_decref(o);
	return code ? code : ed_tale_row(&l->tale, ED_TIME_NONE, err);
}

static enum edoc_code met(void *arg, const struct ed_met *met, struct edoc_error *err)
{
	struct ed_listing *l = arg;

	return met->row ? l->list(l, met->row, err) : list_warning(l, met->id, met->warning, err);
}

static void again(void *arg)
{
	struct ed_listing *l = arg;
	bool text = l->tale.want_text, json = l->tale.want_json;

	ed_tale_clear(&l->tale);
	ed_tale_init(&l->tale, text, json);
	l->n = 0;
}

static enum edoc_code list_strays(void *arg, struct ed_look *look, struct edoc_error *err)
{
	struct ed_listing *l = arg;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; !code && i < look->n_strays; i++) {
		const char *path = ed_arena_printf(look->arena, "%s/case/%s", l->desk->path,
		                                   look->strays[i].path);
		code = path ? list_warning(l, path, dgettext("edoc", "no case; passed over"), err)
		            : ed_fail_memory(err);
	}
	return code || !look->trouble ? code
	                              : list_warning(l, "index/cases.sqlite", look->trouble, err);
}

enum edoc_code ed_listing_run(struct ed_listing *l, char **text, char **json,
                              struct edoc_error *err)
{
	struct ed_looking looking = {.desk = l->desk,
	                             .now = l->now,
	                             .set = l->set,
	                             .words = l->words,
	                             .met = met,
	                             .again = again,
	                             .end = list_strays,
	                             .arg = l};

	ed_tale_init(&l->tale, text, json);
	enum edoc_code code = ed_look(&looking, err);
	if (!code)
		code = ed_tale_sort(&l->tale, err);
	if (!code)
		code = ed_tale_give(&l->tale, text, json, err);
	ed_tale_clear(&l->tale);
	return code;
}

static enum edoc_code list_waiting(struct ed_listing *l, const struct ed_row *row,
                                   struct edoc_error *err)
{
	struct ed_arena *arena;
	struct ed_row mine = *row;

	if (!row->n_steps || !l->arg)
		return row->n_steps ? list_case(l, row, err) : EDOC_OK;
	arena = ed_arena_new();
	enum edoc_code code = arena ? keep_mine(l, &mine, arena, err) : ed_fail_memory(err);
	if (!code && mine.n_steps)
		code = list_case(l, &mine, err);
	ed_arena_free(arena);
	return code;
}

enum edoc_code edoc_desk_inbox(struct edoc_desk *desk, const char *cert_sha256, int64_t now,
                               char **text, char **json, size_t *n, struct edoc_error *err)
{
	struct mine mine = {.cert = cert_sha256};
	struct ed_listing l = {.desk = desk,
	                       .now = now,
	                       .verb = "inbox",
	                       .set = ED_CASES_RUNNING,
	                       .list = list_waiting,
	                       .arg = cert_sha256 ? &mine : NULL};
	enum edoc_code code = ed_listing_run(&l, text, json, err);

	*n = l.n;
	return code;
}

static void listing_init(struct ed_listing *l, struct edoc_desk *desk, char **text, char **json)
{
	*l = (struct ed_listing){.desk = desk};
	ed_tale_init(&l->tale, text, json);
}

/* ---- show, log ---- */

static enum edoc_code load_named(struct edoc_desk *desk, const char *name, struct ed_case *c,
                                 struct edoc_error *err)
{
	char id[ED_CASE_ID];

	enum edoc_code code = ed_case_find(desk, name, id, err);
	if (!code)
		code = ed_case_load(desk, id, c, err);
	if (!code && !c->exists) {
		ed_case_clear(c);
		code = ed_fail(err, EDOC_ERR_ABSENT, name, "no such case at this desk");
	}
	return code;
}

/* "yes" of others that did not come: rejections, newest last. */
static enum edoc_code put_rejections(struct ed_case *c, struct ed_buf *out, struct edoc_error *err)
{
	char *dir = ed_case_path(c, "rcpt"), **names = NULL;
	size_t n;

	enum edoc_code code = dir ? ed_list_dir(dir, &names, &n, err) : ed_fail_memory(err);
	for (size_t i = 0; !code && names[i]; i++)
		if (!strncmp(names[i], "rejected-", 9))
			ed_buf_printf(out, dgettext("edoc", "  rejected: see rcpt/%s\n"), names[i]);
	ed_names_free(names);
	return code;
}

/* How it ended: once the case is over, that is what is asked of it. */
static void put_ended_clock(const struct ed_case *c, const struct ed_clock *k, struct ed_buf *out)
{
	char due[ED_WHEN], done[ED_WHEN];

	if (k->due == ED_TIME_NONE)
		return;
	ed_when(due, c->r.zone, k->due, false);
	ed_when(done, c->r.zone, k->done, false);
	ed_buf_printf(out,
	              k->done > k->due
	                      ? dgettext("edoc", "  term %s: was over %s, ended after it, %s\n")
	                      : dgettext("edoc", "  term %s: until %s, ended in time, %s\n"),
	              k->def->id, due, done);
}

/* The terms that the law gives the whole case. */
static void put_route_clocks(struct ed_case *c, int64_t now, struct ed_buf *out)
{
	char when[ED_WHEN];

	for (size_t i = 0; c->r.state.clocks && i < c->r.engine.route->n_clocks; i++) {
		const struct ed_clock *k = &c->r.state.clocks[i];

		if (!k->def)
			continue;
		if (k->done != ED_TIME_NONE) {
			put_ended_clock(c, k, out);
			continue;
		}
		if (k->due == ED_TIME_NONE) {
			ed_buf_printf(out, dgettext("edoc", "  term %s: stands still\n"),
			              k->def->id);
			continue;
		}
		ed_when(when, c->r.zone, k->due, false);
		ed_buf_printf(out,
		              now > k->due ? dgettext("edoc", "  term %s: was over %s\n")
		                           : dgettext("edoc", "  term %s: until %s\n"),
		              k->def->id, when);
	}
}

static void put_facts(struct ed_case *c, int64_t now, struct ed_buf *out)
{
	const struct ed_state *s = &c->r.state;
	const struct ed_route *route = c->r.engine.route;
	const struct ed_ledger *ledger = &c->r.ledger;
	const json_t *documents =
	        json_object_get(ledger->v[ed_generation(ledger)].header, "documents");
	const char *received = ed_json_get_str(ledger->v[0].header, "received");
	size_t generations = ed_generation_count(ledger);
	int64_t came;
	char safe[512], when[ED_WHEN];

	const struct ed_visit *first = ed_state_urgent(s);

	if (first && ed_case_here(c) && first->due != ED_TIME_NONE && now > first->due)
		ed_buf_puts(out, dgettext("edoc", "  late\n"));
	ed_buf_printf(out, dgettext("edoc", "  case %s"), c->id);
	if (s->number) {
		ed_escape(safe, sizeof(safe), s->number);
		ed_buf_printf(out, dgettext("edoc", ", number %s"), safe);
	}
	ed_when(when, c->r.zone, s->submitted, true);
	ed_buf_printf(out, dgettext("edoc", "\n  submitted %s\n"), when);
	if (received && ed_time_parse(received, &came)) {
		ed_when(when, c->r.zone, came, true);
		ed_buf_printf(out, dgettext("edoc", "  came %s by %s\n"), when,
		              ed_json_get_str(ledger->v[0].header, "channel"));
	}
	if (generations > 1)
		ed_buf_printf(out, dgettext("edoc", "  corrections: %zu\n"), generations - 1);
	put_route_clocks(c, now, out);
	ed_escape(safe, sizeof(safe), route->title[0] ? route->title[0] : "");
	ed_buf_printf(out, dgettext("edoc", "  route %s, version %d: %s\n"), route->id,
	              route->version, safe);
	for (size_t i = 0; i < json_array_size(documents); i++) {
		const char *name = ed_json_get_str(json_array_get(documents, i), "name");
		if (!name || !strncmp(name, "META-INF/", 9))
			continue;
		ed_escape(safe, sizeof(safe), name);
		ed_buf_printf(out, dgettext("edoc", "  document %s\n"), safe);
	}
}

enum edoc_code edoc_desk_show(struct edoc_desk *desk, const char *name, int64_t now, char **text,
                              char **json, struct edoc_error *err)
{
	struct ed_listing l;
	struct ed_case c;
	json_t *o = NULL;

	enum edoc_code code = load_named(desk, name, &c, err);
	if (code)
		return code;
	listing_init(&l, desk, text, json);
	if (text) {
		ed_case_answer(&c, &l.tale.text);
		ed_buf_putc(&l.tale.text, '\n');
		put_facts(&c, now, &l.tale.text);
		code = put_rejections(&c, &l.tale.text, err);
		if (!code)
			code = ed_links_show(&c, now, &l.tale.text, NULL, err);
		if (!code)
			code = ed_view_told(&c, &l.tale.text, NULL, err);
	}
	if (!code && json)
		code = ed_view_row_json(&c.r, ed_case_row(&c), true, &o, err);
	if (!code && json)
		code = ed_links_show(&c, now, NULL, o, err);
	if (!code && json)
		code = ed_view_told(&c, NULL, o, err);
	if (!code && json)
		code = ed_tale_json(&l.tale, "show", o, err);
	if (!code)
		code = ed_tale_give(&l.tale, text, json, err);
	json_decref(o);
	ed_tale_clear(&l.tale);
	ed_case_clear(&c);
	return code;
}

enum edoc_code edoc_desk_log(struct edoc_desk *desk, const char *name, char **text, char **json,
                             struct edoc_error *err)
{
	struct ed_listing l;
	struct ed_case c;

	enum edoc_code code = load_named(desk, name, &c, err);
	if (code)
		return code;
	listing_init(&l, desk, text, json);
	for (size_t i = 0; i < c.r.ledger.n && !code; i++) {
		json_t *o = NULL;
		if (text)
			ed_view_entry(&c.r, &c.r.ledger.v[i], &l.tale.text);
		if (!json)
			continue;
		code = ed_view_entry_json(&c.r, &c.r.ledger.v[i], &o, err);
		if (!code)
			code = ed_json_str(o, "case", c.id) ? ed_fail_memory(err)
			                                    : ed_tale_json(&l.tale, "log", o, err);
		json_decref(o);
	}
	if (!code)
		code = ed_tale_give(&l.tale, text, json, err);
	ed_tale_clear(&l.tale);
	ed_case_clear(&c);
	return code;
}

/* ---- verify ---- */

enum edoc_code edoc_desk_verify(struct edoc_desk *desk, const char *name,
                                const struct edoc_verify_options *options,
                                struct edoc_report **report, struct edoc_error *err)
{
	struct ed_copy copy = {.fd = -1};
	struct ed_case c;

	*report = NULL;
	enum edoc_code code = load_named(desk, name, &c, err);
	if (code)
		return code;
	code = ed_case_assemble(&c, false, ED_PROOFS_ALL, &copy, err);
	if (!code)
		code = edoc_verify_fd(copy.fd, c.id, options, report, err);
	if (!code)
		code = edoc_route_judge(copy.fd, options, *report, err);
	if (code) {
		edoc_report_free(*report);
		*report = NULL;
	}
	ed_copy_clear(&copy);
	ed_case_clear(&c);
	return code;
}
