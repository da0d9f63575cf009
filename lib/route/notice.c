/* SPDX-License-Identifier: ISC */
/*
 * Notices of state changes.  They are made after the entry is written, and
 * only from it: a tick makes up for all that was cut short.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/exchange.h"
#include "route/notice.h"
#include "route/told.h"

#define NOTICE_FORMAT "edoc-notice/1"

#define T(s) dgettext("edoc", s)

/* ---- one of them ---- */

static enum edoc_code notice_id(const struct ed_case *c, const struct ed_notice *n, char id[33],
                                struct edoc_error *err)
{
	json_t *o = json_object();
	char digest[ED_SHA256_REF];
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code =
	        ed_json_str(o, "case", c->id) | ed_json_str(o, "event", n->event) |
	                        ed_json_str(o, "about", n->about) |
	                        ed_json_str(o, "lang", n->lang) |
	                        ed_json_str(o, "to", n->person ? n->person : n->agency)
	                ? ed_fail_memory(err)
	                : ed_json_canonical(o, &bytes, err);
	if (!code && !ed_sha256_ref(bytes.data, bytes.len, digest))
		code = ed_fail_memory(err);
	if (!code)
		snprintf(id, 33, "%.32s", digest + 7);
	ed_buf_clear(&bytes);
	json_decref(o);
	return code;
}

static int put(json_t *o, const char *key, const char *value)
{
	return value && *value ? ed_json_str(o, key, value) : 0;
}

static enum edoc_code notice_json(const struct ed_case *c, const struct ed_notice *n,
                                  const char *id, char **line, struct edoc_error *err)
{
	const struct ed_route *route = c->r.engine.route;
	json_t *o = json_object(), *to = json_object();

	int bad = put(to, "person", n->person) | put(to, "name", n->name) |
	          put(to, "post", n->post) | put(to, "agency", n->agency);
	bad |= ed_json_str(o, "format", NOTICE_FORMAT) | ed_json_str(o, "id", id) |
	       ed_json_str(o, "event", n->event) | ed_json_str(o, "lang", n->lang) |
	       json_object_set_new(o, "to", to) | ed_json_str(o, "case", c->id) |
	       put(o, "number", c->r.state.number) | put(o, "route", route ? route->id : NULL) |
	       ed_json_str(o, "about", n->about) | ed_json_time(o, "time", n->time);
	if (n->visit)
		bad |= ed_json_str(o, "step", n->visit->path) |
		       ed_json_int(o, "visit", n->visit->visit) |
		       ed_json_time(o, "due", n->visit->due);
	bad |= ed_json_str(o, "subject", n->subject) | ed_json_str(o, "text", n->text);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_json_line(o, line, err);
	json_decref(o);
	return code;
}

/* Both files in wait/; one that is there is another's, and as good. */
static enum edoc_code stage(struct ed_case *c, const struct ed_notice *n, const char *id,
                            struct edoc_error *err)
{
	const char *json = ed_desk_path(c->desk, "notice/wait/%s.json", id);
	const char *text = ed_desk_path(c->desk, "notice/wait/%s.txt", id);
	const char *words = ed_arena_printf(c->r.arena, "%s\n\n%s", n->subject, n->text);
	char *line = NULL;
	bool taken;

	if (!json || !text || !words)
		return ed_fail_memory(err);
	enum edoc_code code = notice_json(c, n, id, &line, err);
	if (!code)
		code = ed_desk_put(c->desk, text, words, strlen(words), &taken, err);
	if (!code)
		code = line ? ed_desk_put(c->desk, json, line, strlen(line), &taken, err)
		            : ed_fail_memory(err);
	edoc_free(line);
	return code;
}

static enum edoc_code publish_one(struct edoc_desk *desk, const char *id, const char *suffix,
                                  struct edoc_error *err)
{
	const char *from = ed_desk_path(desk, "notice/wait/%s%s", id, suffix);
	const char *to = ed_desk_path(desk, "notice/new/%s%s", id, suffix);

	if (!from || !to)
		return ed_fail_memory(err);
	/* Gone: another process was quicker. */
	return rename(from, to) && errno != ENOENT ? ed_fail_errno(err, EDOC_ERR_IO, to, "rename")
	                                           : EDOC_OK;
}

static enum edoc_code publish(struct edoc_desk *desk, const char *id, struct edoc_error *err)
{
	const char *from = ed_desk_path(desk, "notice/wait"),
	           *to = ed_desk_path(desk, "notice/new");

	enum edoc_code code = from && to ? publish_one(desk, id, ".txt", err) : ed_fail_memory(err);
	if (!code)
		code = ed_fsync_dir(to, err);
	if (!code)
		code = publish_one(desk, id, ".json", err);
	if (!code)
		code = ed_fsync_dir(to, err);
	return code ? code : ed_fsync_dir(from, err);
}

static void drop(struct edoc_desk *desk, const char *id)
{
	static const char *const suffixes[] = {".json", ".txt"};

	for (size_t i = 0; i < 2; i++) {
		const char *path = ed_desk_path(desk, "notice/wait/%s%s", id, suffixes[i]);
		if (path)
			unlink(path);
	}
}

/* The claim is there: is what waits of that claim, or a later double? */
static enum edoc_code finish(struct ed_case *c, const char *claim, const char *id,
                             struct edoc_error *err)
{
	const char *json = ed_desk_path(c->desk, "notice/wait/%s.json", id);
	struct stat a, b;

	if (!json)
		return ed_fail_memory(err);
	if (stat(json, &a) || stat(claim, &b))
		return EDOC_OK;
	if (a.st_ino == b.st_ino && a.st_dev == b.st_dev)
		return publish(c->desk, id, err);
	drop(c->desk, id);
	return EDOC_OK;
}

static enum edoc_code make_folders(struct ed_case *c, struct edoc_error *err)
{
	static const char *const folders[] = {"notice/wait", "notice/new"};
	char *claims = ed_case_path(c, "note");

	enum edoc_code code = claims ? ed_mkdirs(claims, err) : ed_fail_memory(err);
	for (size_t i = 0; i < 2 && !code; i++) {
		const char *dir = ed_desk_path(c->desk, "%s", folders[i]);
		code = dir ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	}
	return code;
}

enum edoc_code ed_notice_put(struct ed_case *c, const struct ed_notice *notice, bool *made,
                             struct edoc_error *err)
{
	struct edoc_error why = {0};
	const char *json;
	char id[33], *claim;
	bool taken = false;

	*made = false;
	enum edoc_code code = notice_id(c, notice, id, err);
	if (code)
		return code;
	claim = ed_case_path(c, "note/%s.json", id);
	json = ed_desk_path(c->desk, "notice/wait/%s.json", id);
	if (!claim || !json)
		return ed_fail_memory(err);
	if (!access(claim, F_OK))
		return finish(c, claim, id, err);
	code = make_folders(c, &why);
	if (!code)
		code = stage(c, notice, id, &why);
	if (!code)
		code = ed_desk_link(json, claim, &taken, &why);
	if (code && !access(claim, F_OK)) { /* another process published it meanwhile */
		code = EDOC_OK;
		taken = true;
	}
	if (code && err)
		*err = why;
	*made = !code && !taken;
	return code ? code : finish(c, claim, id, err);
}

/* ---- what is worth one ---- */

struct noticing {
	struct edoc_desk *desk;
	const char *lang;
	int64_t now;
	struct ed_case one, *c; /* the case, and where it is */
	const struct ed_directory *directory;
	struct ed_tale tale;
	size_t made;
};

/* "2026-11-23 18:00", in the desk's zone; the same in each language. */
static void put_time(struct ed_buf *out, const struct ed_zone *zone, int64_t t)
{
	struct ed_civil v = ed_zone_civil(zone, t);

	ed_buf_printf(out, "%04d-%02d-%02d %02d:%02d", v.date.year, v.date.month, v.date.day,
	              v.hour, v.minute);
}

static void put_line(struct ed_buf *out, const char *label, const char *value)
{
	char safe[512];

	if (!value || !*value)
		return;
	ed_escape(safe, sizeof(safe), value);
	ed_buf_printf(out, "%s: %s\n", label, safe);
}

/* The route's title in that language, else its first. */
static const char *route_title(const struct ed_route *route, const char *lang)
{
	for (size_t i = 0; route->title_lang[i]; i++)
		if (!strcmp(route->title_lang[i], lang))
			return route->title[i];
	return route->title[0] ? route->title[0] : route->id;
}

static void put_text(struct noticing *n, const struct ed_notice *notice, const char *outcome,
                     struct ed_buf *out)
{
	const struct ed_state *s = &n->c->r.state;
	const struct ed_visit *v = notice->visit;

	put_line(out, T("case"), n->c->id);
	put_line(out, T("number"), s->number);
	put_line(out, T("route"), route_title(n->c->r.engine.route, n->lang));
	if (v)
		put_line(out, T("step"), v->step->title ? v->step->title : v->path);
	put_line(out, T("outcome"), outcome);
	ed_buf_printf(out, "%s: ", T("time"));
	put_time(out, n->desk->zone, notice->time);
	ed_buf_putc(out, '\n');
	if (v && v->due != ED_TIME_NONE) {
		ed_buf_printf(out, "%s: ", T("due"));
		put_time(out, n->desk->zone, v->due);
		ed_buf_putc(out, '\n');
	}
}

static enum edoc_code tell_made(struct noticing *n, const struct ed_notice *notice,
                                struct edoc_error *err)
{
	const char *to = notice->person ? notice->person : notice->agency;
	enum edoc_code code = EDOC_OK;
	char safe[256];
	json_t *o;

	n->made++;
	ed_escape(safe, sizeof(safe), to);
	if (n->tale.want_text)
		ed_buf_printf(&n->tale.text, T("notice %s to %s: case %.12s\n"), notice->event,
		              safe, n->c->id);
	if (!n->tale.want_json)
		return EDOC_OK;
	o = json_object();
	if (ed_json_bool(o, "ok", true) | ed_json_str(o, "event", notice->event) |
	    ed_json_str(o, "to", safe) | ed_json_str(o, "lang", n->lang) |
	    ed_json_str(o, "case", n->c->id))
		code = ed_fail_memory(err);
	else
		code = ed_tale_json(&n->tale, "notice", o, err);
	json_decref(o);
	return code;
}

static enum edoc_code notify(struct noticing *n, struct ed_notice *notice, const char *outcome,
                             struct edoc_error *err)
{
	struct ed_buf text;
	bool made = false;

	notice->lang = n->lang;
	ed_buf_init(&text, 65536);
	put_text(n, notice, outcome, &text);
	enum edoc_code code = ed_buf_check(&text, n->c->id, err);
	notice->text = ed_buf_str(&text);
	if (!code)
		code = ed_notice_put(n->c, notice, &made, err);
	if (!code && made)
		code = tell_made(n, notice, err);
	ed_buf_clear(&text);
	return code;
}

static const struct ed_person *person_of(const struct noticing *n, const char *id)
{
	for (size_t i = 0; id && n->directory && i < n->directory->n_people; i++)
		if (!strcmp(n->directory->people[i].id, id))
			return &n->directory->people[i];
	return NULL;
}

/* Whoever handed the case in is told by the desk that took it. */
static bool began_here(const struct ed_case *c)
{
	const char *agency = ed_entry_get(&c->r.ledger.v[0], "actor", "agency");

	for (size_t i = 1; i < c->r.ledger.n && !agency; i++)
		if (!strcmp(c->r.ledger.v[i].event, "case.sent"))
			agency = ed_entry_get(&c->r.ledger.v[i], "actor", "agency");
	return !agency || !strcmp(agency, c->desk->agency);
}

static enum edoc_code to_initiator(struct noticing *n, const char *event, const char *subject,
                                   const struct ed_entry *e, struct edoc_error *err)
{
	const char *id = n->c->r.state.initiator_person;
	const struct ed_person *person = person_of(n, id);
	char about[ED_SHA256_REF];
	struct ed_notice notice = {.event = event,
	                           .about = about,
	                           .person = id,
	                           .name = person ? person->name : NULL,
	                           .subject = subject,
	                           .time = e->time};
	const char *to = ed_json_get_str(e->header, "to");

	if (!id)
		return EDOC_OK;
	snprintf(about, sizeof(about), "sha256:%s", e->sha256);
	return notify(n, &notice, e->outcome ? e->outcome : to, err);
}

static enum edoc_code about_entry(struct noticing *n, const struct ed_entry *e, bool last,
                                  struct edoc_error *err)
{
	const struct ed_state *s = &n->c->r.state;
	enum edoc_code code = EDOC_OK;

	if (!strcmp(e->event, "case.submitted"))
		code = to_initiator(n, "submitted", T("Your case is accepted for work"), e, err);
	else if (!strcmp(e->event, "case.sent"))
		code = to_initiator(n, "sent", T("Your case was sent to another agency"), e, err);
	else if (!strcmp(e->event, "case.received"))
		code = to_initiator(n, "received", T("Your case arrived at the other agency"), e,
		                    err);
	else if (!strcmp(e->event, "step.done"))
		code = to_initiator(n, "done", T("A step of your case was done"), e, err);
	if (!code && last && s->phase == ED_PHASE_ENDED)
		code = to_initiator(n, "ended", T("Your case has ended"), e, err);
	return code;
}

/* Those who hold the step's post; nobody: the deputies. */
static enum edoc_code to_holders(struct noticing *n, struct ed_notice *notice, bool deputies,
                                 size_t *told, struct edoc_error *err)
{
	struct ed_role role = ed_visit_role(notice->visit), here = {.agency = n->desk->agency};
	struct ed_date day = ed_engine_date(&n->c->r.engine, n->now);
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n->directory->n_people && !code; i++) {
		const struct ed_person *p = &n->directory->people[i];
		bool deputy = false;
		const struct ed_post *post =
		        ed_directory_post(n->directory, p, &role, day, &deputy);

		if (!post && ed_visit_delegation(notice->visit, p->id, day)) /* handed on */
			post = ed_directory_post(n->directory, p, &here, day, &deputy);
		if (!post || deputy != deputies || strcmp(post->agency, n->desk->agency))
			continue;
		notice->person = p->id;
		notice->name = p->name;
		notice->post = post->post;
		notice->agency = post->agency;
		++*told;
		code = notify(n, notice, NULL, err);
	}
	return code;
}

static enum edoc_code to_step(struct noticing *n, const char *event, const char *subject,
                              const struct ed_visit *v, int64_t time, struct edoc_error *err)
{
	const struct ed_state *s = &n->c->r.state;
	const struct ed_person *person = person_of(n, s->initiator_person);
	const char *about = ed_arena_printf(n->c->r.arena, "%s.%" PRId64, v->path, v->visit);
	struct ed_notice notice = {
	        .event = event, .about = about, .subject = subject, .visit = v, .time = time};
	enum edoc_code code = EDOC_OK;
	size_t told = 0;

	if (!about)
		return ed_fail_memory(err);
	if (v->step->verb == ED_DO_SEND || v->step->verb == ED_DO_RECEIVE)
		return EDOC_OK; /* desks do these */
	if (v->step->by->initiator) {
		notice.person = s->initiator_person;
		notice.name = person ? person->name : NULL;
		return notice.person && began_here(n->c) ? notify(n, &notice, NULL, err) : EDOC_OK;
	}
	if (!n->directory)
		return EDOC_OK;
	code = to_holders(n, &notice, false, &told, err);
	return code || told ? code : to_holders(n, &notice, true, &told, err);
}

static enum edoc_code about_steps(struct noticing *n, struct edoc_error *err)
{
	const struct ed_state *s = &n->c->r.state;
	const int64_t old = (int64_t)ED_NOTICE_DAYS * 86400;
	enum edoc_code code = EDOC_OK;

	if (s->phase != ED_PHASE_RUNNING || !ed_case_here(n->c))
		return EDOC_OK;
	for (size_t i = 0; i < s->n_open && !code; i++) {
		const struct ed_visit *v = s->open[i];

		if (n->now - v->opened < old)
			code = to_step(n, "opened", T("A step waits for you"), v, v->opened, err);
		if (!code && v->due != ED_TIME_NONE && n->now > v->due && n->now - v->due < old)
			code = to_step(n, "late", T("A step that waits for you is late"), v, v->due,
			               err);
	}
	return code;
}

static enum edoc_code about_case(struct noticing *n, const char *id, struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_pin *pin = NULL;
	struct ed_case *c = n->c = &n->one;

	enum edoc_code code = ed_case_load(n->desk, id, c, &why);
	if (code == EDOC_ERR_INPUT) /* broken: other verbs say so, and it hides no other */
		return EDOC_OK;
	if (code && err)
		*err = why;
	if (code)
		return code;
	if (c->exists)
		code = ed_case_directory(c, n->now, &pin, err);
	n->directory = pin ? pin->directory : NULL;
	for (size_t i = 0; c->exists && began_here(c) && i < c->r.ledger.n && !code; i++)
		if (n->now - c->r.ledger.v[i].time < (int64_t)ED_NOTICE_DAYS * 86400)
			code = about_entry(n, &c->r.ledger.v[i], i + 1 == c->r.ledger.n, err);
	if (!code && c->exists)
		code = about_steps(n, err);
	ed_case_clear(c);
	return code;
}

enum edoc_code edoc_desk_notices(struct edoc_desk *desk, const char *lang, int64_t now, char **text,
                                 char **json, struct edoc_error *err)
{
	struct noticing n = {.desk = desk, .lang = lang, .now = now};
	char **ids = NULL;

	ed_tale_init(&n.tale, text != NULL, json != NULL);
	enum edoc_code code = ed_case_list(desk, &ids, NULL, err);
	for (size_t i = 0; !code && ids[i]; i++)
		code = about_case(&n, ids[i], err);
	if (!code)
		code = ed_tale_give(&n.tale, text, json, err);
	ed_names_free(ids);
	ed_tale_clear(&n.tale);
	return code;
}
