/* SPDX-License-Identifier: ISC */
/* What people do at a desk: submit, and the steps of a route. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "judge/verify.h"
#include "judge/dataview.h"
#include "route/attach.h"
#include "route/exchange.h"
#include "route/hearers.h"
#include "route/grammar.h"
#include "route/links.h"
#include "route/papers.h"
#include "route/correct.h"
#include "route/signstep.h"
#include "route/whom.h"
#include "sign/sign.h"

/* ---- telling ---- */

static enum edoc_code tell_text(const struct ed_case *c, const struct ed_told *t, char **text,
                                struct edoc_error *err)
{
	const struct ed_entry *e = t->entry;
	struct ed_buf out;

	ed_buf_init(&out, 65536);
	ed_buf_printf(&out, "%s", c->id);
	if (e && e->step)
		ed_buf_printf(&out, e->outcome ? " %s: %s" : " %s", e->step, e->outcome);
	else if (e)
		ed_buf_printf(&out, " %s", e->event);
	if (e && ed_entry_get(e, "register", "number"))
		ed_buf_printf(&out, dgettext("edoc", ", number %s"),
		              ed_entry_get(e, "register", "number"));
	if (e)
		ed_view_assign(e, &out);
	if (t->already)
		ed_buf_puts(&out, dgettext("edoc", " (already done)"));
	else if (t->dry)
		ed_buf_puts(&out, dgettext("edoc", " (would be done)"));
	if (t->note)
		ed_buf_printf(&out, " %s", t->note);
	if (!t->dry) {
		ed_buf_puts(&out, "; ");
		ed_view_answer(&c->r, &out);
	}
	ed_buf_putc(&out, '\n');
	return ed_buf_steal(&out, c->id, text, err);
}

static int put_entry(json_t *o, const struct ed_case *c, const struct ed_entry *e, bool dry,
                     struct edoc_error *err)
{
	json_t *one = NULL;

	if (!e || ed_view_entry_json(&c->r, e, &one, err))
		return e ? -1 : 0;
	if (dry) /* its digest is of no entry that will ever be */
		json_object_del(one, "entry");
	int bad = json_object_update(o, one);
	json_decref(one);
	return bad;
}

enum edoc_code ed_act_tell(const struct ed_case *c, const struct ed_told *t, char **text,
                           char **json, struct edoc_error *err)
{
	enum edoc_code code = text ? tell_text(c, t, text, err) : EDOC_OK;
	json_t *o, *state = NULL;

	if (code || !json)
		return code;
	o = json_object();
	int bad = ed_json_int(o, "v", 1) | ed_json_str(o, "cmd", t->verb) |
	          ed_json_bool(o, "ok", true) | ed_json_str(o, "case", c->id) |
	          ed_json_bool(o, "already", t->already) | ed_json_bool(o, "dry", t->dry);
	bad |= put_entry(o, c, t->entry, t->dry, err);
	if (t->note)
		bad |= ed_json_str(o, "note", t->note);
	if (!bad && !t->dry && c->r.ledger.n && !ed_view_json(&c->r, false, &state, err)) {
		bad |= json_object_set(o, "phase", json_object_get(state, "phase")) |
		       json_object_set(o, "waits", json_object_get(state, "waits")) |
		       json_object_set(o, "open", json_object_get(state, "open"));
	}
	json_decref(state);
	code = bad ? ed_fail_memory(err) : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

/* ---- submit ---- */

struct submission {
	struct edoc_desk *desk;
	const struct edoc_act *act;
	const char *path, *route;
	struct ed_copy copy;
	struct ed_arena *arena;
	struct ed_pin *pins[3]; /* by kind */
	json_t *documents;
	json_t *fields;        /* that the route declares */
	json_t *papers;        /* which document is which, or NULL */
	json_t *links;         /* other cases, or NULL */
	const char *applicant; /* where the service asks for it, or NULL */
	const char *received;  /* in UTC, or NULL */
	char id[ED_CASE_ID];
};

/* "NAME=VALUE" */
static enum edoc_code said_field(struct submission *s, const char *said, struct edoc_error *err)
{
	const struct ed_route *route = s->pins[ED_PIN_ROUTE]->route;
	const char *equals = strchr(said, '='), *name;
	const struct ed_field *field;
	json_t *value = NULL;

	name = equals ? ed_arena_printf(s->arena, "%.*s", (int)(equals - said), said) : said;
	if (!name)
		return ed_fail_memory(err);
	if (!equals || !*name)
		return ed_fail(err, EDOC_ERR_USAGE, "--field", "\"%s\" is not NAME=VALUE", said);
	field = ed_field(&route->fields, name);
	if (!field)
		return ed_fail(err, EDOC_ERR_USAGE, "--field", "the route %s has no field \"%s\"",
		               route->id, name);
	if (json_object_get(s->fields, name))
		return ed_fail(err, EDOC_ERR_USAGE, "--field", "\"%s\" is given twice", name);
	enum edoc_code code = ed_field_value(field, equals + 1, &value, err);
	return !code && json_object_set_new(s->fields, name, value) ? ed_fail_memory(err) : code;
}

/* What the card says holds; --field may only repeat it. */
static enum edoc_code list_fields(struct submission *s, const struct ed_card *card,
                                  struct edoc_error *err)
{
	const struct ed_fields *fields = &s->pins[ED_PIN_ROUTE]->route->fields;
	enum edoc_code code = EDOC_OK;

	s->fields = json_object();
	if (!s->fields)
		return ed_fail_memory(err);
	for (const char *const *f = s->act->fields; !code && f && *f; f++)
		code = said_field(s, *f, err);
	for (size_t i = 0; !code && i < fields->n; i++) {
		const struct ed_field *f = &fields->v[i];
		const json_t *said = json_object_get(s->fields, f->id);
		json_t *value = NULL;

		code = ed_field_of_card(f, card, &value, err);
		if (!code && said && f->card && (!value || !json_equal(value, said)))
			code = ed_fail(err, EDOC_ERR_DENIED, s->path,
			               "the card says otherwise of \"%s\" (%s)", f->id, f->card);
		if (!code && value && json_object_set(s->fields, f->id, value))
			code = ed_fail_memory(err);
		json_decref(value);
	}
	return code;
}

/* What the service asks beside the names of the documents. */
static enum edoc_code judge_papers(struct submission *s, struct ed_asic *asic,
                                   struct edoc_error *err)
{
	const struct ed_passport *passport = s->pins[ED_PIN_ROUTE]->route->passport;
	struct edoc_verify_options options = ed_desk_options(s->desk, s->act->now);
	struct ed_cert *cert = NULL;

	enum edoc_code code = ed_papers_read(s->act->documents, s->arena, &s->papers, err);
	if (!code)
		code = ed_papers_paid(asic, passport, s->papers, &options, s->path, s->arena, err);
	if (code || !passport || !ed_passport_asks_kind(passport))
		return code;
	code = ed_cert_of(ed_key_cert(s->act->key), "--key", s->arena, &cert, err);
	if (code)
		return code;
	s->applicant = ed_papers_applicant(cert, s->arena);
	ed_cert_clear(cert);
	return s->applicant ? EDOC_OK : ed_fail_memory(err);
}

/* TOTAL-PASSED by the desk's anchors, and new to routes. */
static enum edoc_code judge_submission(struct submission *s, struct edoc_error *err)
{
	struct edoc_verify_options options = ed_desk_options(s->desk, s->act->now);
	struct edoc_report *report = NULL;
	struct ed_asic *asic = NULL;
	struct ed_findings container;
	const char *why;

	ed_findings_init(&container, s->arena);
	enum edoc_code code =
	        ed_package_open(s->copy.fd, s->path, NULL, s->arena, &container, &asic, err);
	for (size_t i = 0; !code && i < ed_zip_count(asic->zip); i++)
		if (asic->kind[i] == ED_ASIC_LEDGER)
			code = ed_fail(
			        err, EDOC_ERR_INPUT, s->path,
			        "it has a route ledger already: receive it, do not submit it");
	if (!code)
		code = ed_judge_asic(asic, &container, s->path, &options, &report, err);
	why = code ? NULL : ed_report_why(report, s->arena);
	if (why)
		code = ed_fail(err, EDOC_ERR_DENIED, s->path, "not accepted: the package is %s",
		               why);
	if (!code)
		code = ed_papers_list(asic, s->arena, &s->documents, err);
	if (!code)
		code = list_fields(s, report->card, err);
	if (!code)
		code = judge_papers(s, asic, err);
	edoc_report_free(report);
	ed_asic_free(asic);
	return code;
}

/* When it came, on paper: said with what shows it. */
static enum edoc_code read_received(struct submission *s, struct edoc_error *err)
{
	const struct edoc_act *act = s->act;
	char text[ED_TIME_STR];
	int64_t t;

	if (!act->received && !act->evidence)
		return EDOC_OK;
	if (!act->received)
		return ed_fail(err, EDOC_ERR_USAGE, "--evidence",
		               "of what? --received says when the paper came");
	if (!act->evidence)
		return ed_fail(err, EDOC_ERR_USAGE, "--received",
		               "name what shows it: --evidence, a package that you signed, with a "
		               "scan of the paper");
	if (!act->channel || !strcmp(act->channel, "portal"))
		return ed_fail(err, EDOC_ERR_USAGE, "--received",
		               "is said of --channel post, counter or paper");
	if (!ed_time_parse(act->received, &t))
		return ed_fail(err, EDOC_ERR_USAGE, "--received",
		               "\"%s\" is no time such as 2026-03-05T09:11:09+05:00",
		               act->received);
	ed_time_format(text, t);
	s->received = ed_arena_strdup(s->arena, text);
	return s->received ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code find_pins(struct submission *s, struct edoc_error *err)
{
	enum edoc_code code =
	        ed_desk_route(s->desk, s->route, s->arena, &s->pins[ED_PIN_ROUTE], err);

	if (!code && !s->pins[ED_PIN_ROUTE])
		return ed_fail(err, EDOC_ERR_ABSENT, s->route, "no such route is installed here");
	if (!code)
		code = ed_desk_calendar(s->desk, s->pins[ED_PIN_ROUTE]->route->calendar, s->arena,
		                        &s->pins[ED_PIN_CALENDAR], err);
	if (!code && !s->pins[ED_PIN_CALENDAR])
		return ed_fail(err, EDOC_ERR_CONFIG, s->route,
		               "its calendar %s is not installed here",
		               s->pins[ED_PIN_ROUTE]->route->calendar);
	if (!code)
		code = ed_desk_directory(s->desk, s->arena, &s->pins[ED_PIN_DIRECTORY], err);
	if (!code && !s->pins[ED_PIN_DIRECTORY])
		return ed_fail(err, EDOC_ERR_CONFIG, s->desk->path,
		               "no directory is installed: install one, it says who may act");
	for (size_t i = 0; i < 3 && !code; i++)
		code = ed_desk_believe(s->desk, s->pins[i], s->act->now, s->arena, err);
	return code;
}

static void reference(char out[ED_SHA256_REF], const char *hex)
{
	snprintf(out, ED_SHA256_REF, "sha256:%s", hex);
}

static enum edoc_code first_header(struct submission *s, struct ed_draft *draft, json_t **header,
                                   struct edoc_error *err)
{
	char route[ED_SHA256_REF], calendar[ED_SHA256_REF], package[ED_SHA256_REF];
	json_t *h = NULL;

	reference(route, s->pins[ED_PIN_ROUTE]->sha256);
	reference(calendar, s->pins[ED_PIN_CALENDAR]->sha256);
	reference(package, s->copy.sha256);
	enum edoc_code code = ed_draft_header(draft, &h, err);
	if (!code &&
	    (ed_json_str(h, "route", route) | ed_json_str(h, "calendar", calendar) |
	     ed_json_str(h, "package", package) | json_object_set(h, "documents", s->documents) |
	     (s->act->channel ? ed_json_str(h, "channel", s->act->channel) : 0) |
	     (s->desk->agency ? ed_json_str(h, "at", s->desk->agency) : 0) |
	     (s->papers ? json_object_set(h, "papers", s->papers) : 0) |
	     (s->links ? json_object_set(h, "links", s->links) : 0) |
	     (s->applicant ? ed_json_str(h, "applicant", s->applicant) : 0) |
	     (s->received ? ed_json_str(h, "received", s->received) : 0) |
	     (json_object_size(s->fields) ? json_object_set(h, "fields", s->fields) : 0))) {
		json_decref(h);
		return ed_fail_memory(err);
	}
	*header = h;
	return code;
}

static enum edoc_code store_submission(struct submission *s, struct ed_case *c,
                                       struct edoc_error *err)
{
	bool taken;

	enum edoc_code code = ed_case_folders(c, err);
	for (size_t i = 0; i < 3 && !code; i++)
		code = ed_case_pin(c, s->pins[i], err);
	if (!code) {
		char *path = ed_case_path(c, "pkg/%s.asice", s->copy.sha256);
		code = path ? ed_desk_link(s->copy.path, path, &taken, err) : ed_fail_memory(err);
	}
	return code;
}

/* A fresh case: decide, draft, sign, store. */
static enum edoc_code begin(struct submission *s, struct ed_case *c, bool *lost,
                            struct edoc_error *err)
{
	struct ed_entry entry = {0};
	struct ed_command command = {.event = "case.submitted",
	                             .actor_cert = edoc_key_cert_sha256(s->act->key),
	                             .reason = s->act->reason,
	                             .fields = s->fields,
	                             .documents = s->documents,
	                             .channel = s->act->channel,
	                             .at = s->desk->agency,
	                             .papers = s->papers,
	                             .applicant = s->applicant,
	                             .received = s->received,
	                             .now = s->act->now};
	struct ed_actor actor = {0};
	struct ed_draft draft = {.case_id = s->id,
	                         .state = &c->r.state,
	                         .command = &command,
	                         .actor = &actor,
	                         .text = s->act->text};
	char directory[ED_SHA256_REF], route[ED_SHA256_REF], calendar[ED_SHA256_REF];
	json_t *header = NULL;
	bool ready;
	enum edoc_code code = EDOC_OK;

	reference(directory, s->pins[ED_PIN_DIRECTORY]->sha256);
	reference(route, s->pins[ED_PIN_ROUTE]->sha256);
	reference(calendar, s->pins[ED_PIN_CALENDAR]->sha256);
	command.directory = directory;
	command.checkpoint = ed_desk_newest_head(c->desk, c->r.arena);
	for (size_t i = 0; i < 3 && !code; i++)
		code = ed_pins_add(&c->r.pins, s->pins[i], err);
	if (!code)
		code = ed_replay_start(&c->r, route, calendar, &ready, err);
	if (!code)
		code = ed_engine_decide(&c->r.engine, &c->r.state, &command, &actor, err);
	if (!code)
		code = first_header(s, &draft, &header, err);
	if (!code && s->received)
		code = ed_attach(c, s->act->evidence, NULL, s->act, header, err);
	if (code) {
		json_decref(header);
		return code;
	}
	code = ed_draft_sign(&draft, header, s->act->key, &entry, err);
	if (!code && !s->act->dry)
		code = store_submission(s, c, err);
	if (!code)
		code = ed_case_commit(c, &entry, s->act->dry, lost, err);
	ed_entry_clear(&entry);
	return code;
}

static enum edoc_code tell_submitted(const struct ed_case *c, const struct ed_told *told,
                                     char **text, char **json, struct edoc_error *err)
{
	struct ed_buf out;
	enum edoc_code code = EDOC_OK;

	if (text) {
		ed_buf_init(&out, 64);
		ed_buf_printf(&out, "%s\n", c->id);
		code = ed_buf_steal(&out, c->id, text, err);
	}
	return code ? code : ed_act_tell(c, told, NULL, json, err);
}

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static bool same_json(const json_t *a, const json_t *b)
{
	return json_equal(a, b) || (!json_object_size(a) && !json_array_size(a) &&
	                            !json_object_size(b) && !json_array_size(b));
}

/* The same documents on the same route are the same case: once, by one, with one
 * set of words.  What else is said of them now would be lost without a sound. */
static enum edoc_code same_submission(const struct submission *s, const struct ed_case *c,
                                      struct edoc_error *err)
{
	const struct ed_entry *e = &c->r.ledger.v[0];
	const char *who = ed_entry_get(e, "actor", "person"), *other = NULL;

	if (strcmp(e->actor_cert, edoc_key_cert_sha256(s->act->key)) != 0)
		return ed_fail(err, EDOC_ERR_DENIED, s->path,
		               "it is case %s already, which %s submitted: nothing was done", c->id,
		               who ? who : e->actor_cert);
	if (!same(ed_json_get_str(e->header, "channel"), s->act->channel))
		other = "--channel";
	else if (!same_json(json_object_get(e->header, "fields"), s->fields))
		other = "--field";
	else if (!same_json(json_object_get(e->header, "papers"), s->papers))
		other = "--document";
	else if (!same_json(json_object_get(e->header, "links"), s->links))
		other = "--link";
	else if (!same(ed_json_get_str(e->header, "received"), s->received))
		other = "--received";
	else if (e->body && !same(ed_json_get_str(e->body, "text"), s->act->text))
		other = "--text";
	else if (e->body && !same(ed_json_get_str(e->body, "reason"), s->act->reason))
		other = "--reason";
	return other ? ed_fail(err, EDOC_ERR_EXISTS, s->path,
	                       "it is case %s already, submitted with another %s: nothing was "
	                       "changed; \"edoc-route show\" tells what was said",
	                       c->id, other)
	             : EDOC_OK;
}

static enum edoc_code submit(struct submission *s, char **text, char **json, struct edoc_error *err)
{
	struct ed_told told = {.verb = "submit", .dry = s->act->dry};
	char route[ED_SHA256_REF];
	struct ed_case c = {0};
	bool lost = false;

	enum edoc_code code = read_received(s, err);
	if (!code)
		code = find_pins(s, err);
	if (!code)
		code = judge_submission(s, err);
	if (code)
		return code;
	reference(route, s->pins[ED_PIN_ROUTE]->sha256);
	code = ed_case_id(s->documents, route, s->id, err);
	if (!code)
		code = ed_links_read(s->desk, s->act->links, s->id, &s->links, err);
	if (!code)
		code = ed_case_load(s->desk, s->id, &c, err);
	if (code)
		return code;
	told.already = c.exists;
	if (c.exists)
		code = ed_case_prove(&c, s->act->now, err);
	else
		code = begin(s, &c, &lost, err);
	if (!code && lost) { /* another submitted the same at the same moment */
		ed_case_clear(&c);
		code = ed_case_load(s->desk, s->id, &c, err);
		told.already = true;
	}
	told.entry = c.r.ledger.n ? &c.r.ledger.v[0] : NULL;
	if (!code && told.already && told.entry)
		code = same_submission(s, &c, err);
	if (!code)
		code = tell_submitted(&c, &told, text, json, err);
	ed_case_clear(&c);
	return code;
}

/* What is said goes into JSON, which is UTF-8 (RFC 8259 8.1), and stands in
 * one line of what is told. */
static enum edoc_code check_said(const char *text, const char *where, struct edoc_error *err)
{
	if (!text)
		return EDOC_OK;
	if (!ed_utf8_valid(text, strlen(text)))
		return ed_fail(err, EDOC_ERR_INPUT, where, "not UTF-8");
	for (const char *s = text; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return ed_fail(err, EDOC_ERR_USAGE, where,
			               "one line, without control characters");
	return EDOC_OK;
}

/* Who acts, and may he; are the words UTF-8? */
static enum edoc_code check_act(const struct edoc_desk *desk, const struct edoc_act *act,
                                struct edoc_error *err)
{
	enum edoc_code code =
	        act->key ? EDOC_OK
	                 : ed_fail(err, EDOC_ERR_USAGE, "--key", "who acts? name the key");
	if (!code)
		code = check_said(act->reason, "--reason", err);
	if (!code && act->channel && !ed_def_one_of(act->channel, ed_channels))
		code = ed_fail(err, EDOC_ERR_USAGE, "--channel",
		               "\"%s\" is none of portal, post, counter, paper", act->channel);
	for (const char *const *to = act->to; !code && to && *to; to++)
		code = check_said(*to, "--to", err);
	if (!code)
		code = check_said(act->text, "--text", err);
	if (!code)
		code = ed_sign_fit(act->key, act->now, desk->policy, err);
	return code ? code : ed_desk_knows(desk, act, err);
}

static enum edoc_code run(struct edoc_desk *desk, const char *name, ed_act_fn *once, void *arg,
                          struct ed_told *told, const char *busy, char **text, char **json,
                          struct edoc_error *err)
{
	char id[ED_CASE_ID];
	bool lost = true;

	enum edoc_code code = ed_case_find(desk, name, id, err);
	for (int tries = 0; !code && lost && tries < ED_TRIES; tries++) {
		struct ed_case c;

		lost = false;
		code = ed_case_load(desk, id, &c, err);
		if (code)
			break;
		code = once(&c, arg, told, &lost, err);
		if (!code && !lost)
			code = ed_act_tell(&c, told, text, json, err);
		ed_case_clear(&c);
	}
	return !code && lost ? ed_fail(err, EDOC_ERR_AGAIN, id, "%s", dgettext("edoc", busy))
	                     : code;
}

enum edoc_code ed_act_of_desk(struct edoc_desk *desk, const char *name, ed_act_fn *once, void *arg,
                              struct ed_told *told, char **text, char **json,
                              struct edoc_error *err)
{
	return run(desk, name, once, arg, told, N_("others act on this case; try again"), text,
	           json, err);
}

enum edoc_code ed_act_of_person(struct edoc_desk *desk, const char *name,
                                const struct edoc_act *act, ed_act_fn *once, void *arg,
                                struct ed_told *told, char **text, char **json,
                                struct edoc_error *err)
{
	enum edoc_code code = check_act(desk, act, err);

	if (!code)
		code = run(desk, name, once, arg, told,
		           N_("others act on this case all the time; nothing was done, try again"),
		           text, json, err);
	return code;
}

enum edoc_code edoc_desk_submit(struct edoc_desk *desk, const char *path, const char *route,
                                const struct edoc_act *act, char **text, char **json,
                                struct edoc_error *err)
{
	struct submission s = {
	        .desk = desk, .act = act, .path = path, .route = route, .copy = {.fd = -1}};

	enum edoc_code code = check_act(desk, act, err);
	if (code)
		return code;
	s.arena = ed_arena_new();
	code = s.arena ? EDOC_OK : ed_fail_memory(err);
	if (!code)
		code = ed_copy_make(desk, path, &s.copy, err);
	if (!code)
		code = submit(&s, text, json, err);
	ed_copy_clear(&s.copy);
	json_decref(s.documents);
	json_decref(s.fields);
	json_decref(s.papers);
	json_decref(s.links);
	ed_arena_free(s.arena);
	return code;
}

/* ---- do ---- */

struct doing {
	struct ed_case *c;
	const char *outcome;
	const struct edoc_act *act;
	struct ed_command command;
	struct ed_actor actor;
	struct ed_draft draft;
	const struct ed_visit *visit;
	struct ed_pin *directory;
	char directory_ref[ED_SHA256_REF];
	struct ed_whom_said said;    /* --to */
	struct ed_revision revision; /* --with */
};

/* What the same command line would have made of that entry. */
static bool same_act(const struct doing *d, const struct ed_entry *e)
{
	const struct edoc_act *act = d->act;
	struct ed_command_key key = {.case_id = d->c->id,
	                             .event = "step.done",
	                             .step = e->step,
	                             .outcome = d->outcome,
	                             .reason = act->reason,
	                             .text = act->text,
	                             .assign = json_object_get(e->header, "assign"),
	                             .within = act->within,
	                             .actor = edoc_key_cert_sha256(act->key),
	                             .salt = e->body ? ed_json_get_str(e->body, "salt") : NULL,
	                             .visit = e->visit};
	const char *command = ed_json_get_str(e->header, "command");
	const char *package = ed_json_get_str(e->header, "package");
	char id[ED_SHA256_REF];

	return e->step && same(e->event, "step.done") && ed_whom_is(&d->said, key.assign) &&
	       (!act->step || same(act->step, e->step)) && command &&
	       same(d->revision.copy.sha256, package ? package + 7 : NULL) &&
	       !ed_command_id(&key, id, NULL) && !strcmp(id, command);
}

/* A step that leads to itself: nobody but who did it has opened it again. */
static bool reopened(const struct ed_state *s, const struct ed_entry *e)
{
	const struct ed_visit *open = ed_state_open(s, e->step);

	return open && open->opened_by == e->seq;
}

/*
 * The same line twice does it once.  Without --step the second line would
 * otherwise fall on the next step, where the same person may be asked again:
 * so the newest act of people in the case counts.  An older one, others having
 * acted in other branches since, counts where the line names its step and that
 * is open by this very act; or while its step is not open, where the line names
 * it or the route has just refused to take the line for a new act.
 */
static const struct ed_entry *done_already(const struct doing *d, bool refused)
{
	const struct ed_case *c = d->c;
	bool newest = true;

	for (size_t i = c->r.ledger.n; i-- > 0;) {
		const struct ed_entry *e = &c->r.ledger.v[i];
		bool closed = !ed_state_open(&c->r.state, e->step);
		if (!same(e->event, "step.done"))
			continue;
		if (same_act(d, e) && (newest || (closed && (refused || d->act->step)) ||
		                       (d->act->step && reopened(&c->r.state, e))))
			return e;
		newest = false;
	}
	return NULL;
}

static enum edoc_code step_register(struct doing *d, json_t *header, struct edoc_error *err)
{
	struct ed_number number = {0};
	json_t *o;

	enum edoc_code code = ed_number_claim(d->c, d->visit, d->command.now, d->draft.command_id,
	                                      d->act->dry, &number, err);
	if (code)
		return code;
	o = json_object();
	return ed_json_str(o, "book", number.book) | ed_json_str(o, "number", number.text) |
	                       ed_json_int(o, "year", number.year) |
	                       ed_json_int(o, "seq", number.seq) |
	                       json_object_set_new(header, "register", o)
	               ? ed_fail_memory(err)
	               : EDOC_OK;
}

/* The first outcome of sign and register steps carries what they make. */
static enum edoc_code step_work(struct doing *d, json_t *header, struct edoc_error *err)
{
	const struct ed_route_step *step = d->visit->step;

	bool first = step->n_outcomes && !strcmp(step->outcomes[0].id, d->outcome);

	if (d->revision.documents)
		return ed_revision_keep(d->c, &d->revision, d->act->dry, header, err);
	if (d->act->stamped &&
	    !(first && step->verb == ED_DO_SIGN && !step->document && step->level))
		return ed_fail(err, EDOC_ERR_USAGE, "--tsa",
		               "step \"%s\" asks for no time-stamp with \"%s\"", d->visit->path,
		               d->outcome);
	if (d->act->attach && !(first && step->document))
		return ed_fail(err, EDOC_ERR_DENIED, d->act->attach,
		               "the route has step \"%s\" hand in nothing with \"%s\"",
		               d->visit->path, d->outcome);
	if (!first)
		return EDOC_OK;
	if (step->document && !d->act->attach)
		return ed_fail(err, EDOC_ERR_USAGE, "--attach",
		               "step \"%s\" hands in a document (%s): name its signed package",
		               d->visit->path, step->document);
	if (step->document)
		return ed_attach(d->c, d->act->attach, step, d->act, header, err);
	if (step->verb == ED_DO_SIGN)
		return ed_sign_step(d->c, d->act, &d->actor, header, err);
	if (step->verb == ED_DO_REGISTER)
		return step_register(d, header, err);
	return EDOC_OK;
}

static enum edoc_code decide(struct doing *d, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (!ed_case_here(d->c) && !d->c->r.state.awaiting_receipt)
		code = ed_fail(err, EDOC_ERR_DENIED, d->c->id,
		               "the case is at %s: it is acted on there", d->c->r.state.at_agency);
	if (!code)
		code = ed_whom_list(d->directory->directory, d->act->to, d->c->r.arena, &d->said,
		                    err);
	if (!code && d->act->with)
		code = ed_revision_judge(d->c, d->act, &d->revision, err);
	if (code)
		return code;
	reference(d->directory_ref, d->directory->sha256);
	d->command =
	        (struct ed_command){.event = "step.done",
	                            .step = d->act->step,
	                            .outcome = d->outcome,
	                            .reason = d->act->reason,
	                            .actor_cert = edoc_key_cert_sha256(d->act->key),
	                            .now = ed_case_moment(d->c, d->act->now),
	                            .directory = d->directory_ref,
	                            .documents = d->revision.documents,
	                            .papers = d->revision.papers,
	                            .checkpoint = ed_desk_newest_head(d->c->desk, d->c->r.arena),
	                            .assign = d->said.v,
	                            .n_assign = d->said.n,
	                            .within = d->act->within};
	d->draft = (struct ed_draft){.case_id = d->c->id,
	                             .state = &d->c->r.state,
	                             .command = &d->command,
	                             .actor = &d->actor,
	                             .text = d->act->text};
	code = ed_engine_decide(&d->c->r.engine, &d->c->r.state, &d->command, &d->actor, err);
	d->visit = d->actor.visit;
	return code;
}

static enum edoc_code perform(struct doing *d, bool *lost, struct edoc_error *err)
{
	struct ed_entry entry = {0};
	json_t *header = NULL;

	enum edoc_code code = ed_draft_header(&d->draft, &header, err);
	if (!code)
		code = step_work(d, header, err);
	if (code) {
		json_decref(header);
		return code;
	}
	code = ed_draft_sign(&d->draft, header, d->act->key, &entry, err);
	if (!code && !d->act->dry)
		code = ed_case_pin(d->c, d->directory, err);
	if (!code)
		code = ed_case_commit(d->c, &entry, d->act->dry, lost, err);
	ed_entry_clear(&entry);
	return code;
}

static bool has_outcome(const struct ed_route_step *step, const char *outcome)
{
	for (size_t i = 0; step && i < step->n_outcomes; i++)
		if (!strcmp(step->outcomes[i].id, outcome))
			return true;
	return false;
}

/* The step that a line of before was meant for, when somebody else was quicker. */
struct aim {
	const char *step; /* NULL: not tried yet */
	int64_t visit;
};

static enum edoc_code take_aim(const struct doing *d, struct aim *aim, struct edoc_error *err)
{
	aim->step = ed_arena_strdup(d->c->desk->arena, d->visit->path);
	aim->visit = d->visit->visit;
	return aim->step ? EDOC_OK : ed_fail_memory(err);
}

static bool open_has_outcome(const struct ed_state *s, const char *outcome)
{
	for (size_t i = 0; i < s->n_open; i++)
		if (has_outcome(s->open[i]->step, outcome))
			return true;
	return false;
}

/* Whoever comes second is told who was first, not what the next step wants;
 * a line that lost its race never falls on the next step. */
static enum edoc_code tell_who_was_first(const struct ed_case *c, const char *outcome,
                                         const struct edoc_act *act, const struct aim *aim,
                                         enum edoc_code refused, struct edoc_error *err)
{
	const struct ed_state *s = &c->r.state;
	const struct ed_visit *aimed = aim->step ? ed_state_open(s, aim->step) : NULL;
	const struct ed_entry *last = NULL;
	bool moved = aim->step && (!aimed || aimed->visit != aim->visit);

	for (size_t i = c->r.ledger.n; i-- > 0 && !last;)
		if (same(c->r.ledger.v[i].event, "step.done"))
			last = &c->r.ledger.v[i];
	if (!last || (act->step && !same(act->step, last->step)))
		return refused;
	if (!moved && (refused == EDOC_OK || !s->n_open || ed_state_open(s, last->step) ||
	               open_has_outcome(s, outcome) ||
	               !has_outcome(ed_route_step(c->r.engine.route, last->step), outcome)))
		return refused;
	return ed_fail(err, EDOC_ERR_DENIED, c->id, "step \"%s\" was just done by %s: %s",
	               last->step, ed_entry_get(last, "actor", "person"), last->outcome);
}

static enum edoc_code try_once(struct doing *d, struct aim *aim, bool *lost, struct ed_told *told,
                               struct edoc_error *err)
{
	const struct edoc_act *act = d->act;
	struct ed_case *c = d->c;
	enum edoc_code code = EDOC_OK;

	if (act->with)
		code = ed_revision_open(c, act->with, &d->revision, err);
	if (code)
		return code;
	/* Who is not known, is refused below; an entry names others. */
	if (ed_whom_list(d->directory->directory, act->to, c->r.arena, &d->said, err))
		d->said.n = 0;
	told->entry = done_already(d, false);
	told->already = told->entry != NULL;
	if (told->already)
		return EDOC_OK;
	if (aim->step)
		code = tell_who_was_first(c, d->outcome, act, aim, EDOC_OK, err);
	if (!code)
		code = decide(d, err);
	if (code == EDOC_ERR_DENIED || code == EDOC_ERR_INPUT || code == EDOC_ERR_ABSENT) {
		told->entry = done_already(d, true);
		told->already = told->entry != NULL;
		if (told->already)
			return EDOC_OK;
		return tell_who_was_first(c, d->outcome, act, aim, code, err);
	}
	if (!code && !aim->step)
		code = take_aim(d, aim, err);
	if (!code)
		code = perform(d, lost, err);
	if (!code && !*lost)
		told->entry = &c->r.ledger.v[c->r.ledger.n - 1];
	return code;
}

static enum edoc_code do_once(struct ed_case *c, const char *outcome, const struct edoc_act *act,
                              struct aim *aim, bool *lost, struct ed_told *told,
                              struct edoc_error *err)
{
	struct doing d = {.c = c, .outcome = outcome, .act = act};
	enum edoc_code code = ed_case_prove(c, act->now, err);

	if (!code)
		code = ed_case_directory(c, act->now, &d.directory, err);
	if (!code)
		code = try_once(&d, aim, lost, told, err);
	ed_revision_clear(&d.revision);
	return code;
}

/* A second "already done" on the open step is not what was meant: say how. */
static const char *name_the_step(const struct ed_case *c, const struct ed_told *told,
                                 const struct edoc_act *act)
{
	const struct ed_visit *open = ed_state_urgent(&c->r.state);

	if (!told->already || act->step || !open || !told->entry->step ||
	    ed_state_open(&c->r.state, told->entry->step))
		return NULL;
	return ed_arena_printf(c->r.arena, dgettext("edoc", "(for the next step: --step %s)"),
	                       open->path);
}

/* A line of the verb do, through all its tries. */
struct line {
	const char *outcome;
	const struct edoc_act *act;
	struct aim aim;
};

/* Whoever is refused is told whom the step waits for: three at most. */
static void name_who_may(struct ed_case *c, const struct edoc_act *act, struct edoc_error *err)
{
	const struct ed_state *s = &c->r.state;
	const struct ed_visit *meant = act->step ? ed_state_open(s, act->step) : NULL;
	const struct ed_visit *open = meant ? meant : s->n_open == 1 ? s->open[0] : NULL;
	const char *cert = edoc_key_cert_sha256(act->key);
	struct ed_hearing h = {.c = c, .state = s, .now = act->now, .arena = c->r.arena};
	struct ed_pin *directory = NULL;
	struct edoc_error ignored;
	const char *comma = "";
	struct ed_buf out;
	size_t n = 0;

	if (!open || ed_case_directory(c, act->now, &directory, &ignored) || !directory)
		return;
	h.directory = directory->directory;
	ed_hear_waited(&h, open, false);
	ed_buf_init(&out, sizeof(err->msg));
	ed_buf_printf(&out, dgettext("edoc", "%s; \"%s\" waits for "), err->msg, open->path);
	for (size_t i = 0; i < h.n && n < 3; i++) {
		const struct ed_person *p =
		        h.v[i].person ? ed_directory_person_by_id(h.directory, h.v[i].person)
		                      : NULL;

		if (!p || ed_directory_person(h.directory, cert,
		                              ed_engine_date(&c->r.engine, act->now)) == p)
			continue;
		ed_buf_printf(&out, "%s%s (%s)", comma, p->id, p->name);
		comma = ", ";
		n++;
	}
	/* What does not fit is left as it is: a name that is cut names nobody. */
	if (n && !ed_buf_check(&out, "", &ignored) && out.len < sizeof(err->msg))
		snprintf(err->msg, sizeof(err->msg), "%s", ed_buf_str(&out));
	ed_buf_clear(&out);
}

static enum edoc_code do_line(struct ed_case *c, void *arg, struct ed_told *told, bool *lost,
                              struct edoc_error *err)
{
	struct line *l = arg;
	enum edoc_code code = do_once(c, l->outcome, l->act, &l->aim, lost, told, err);

	if (!code && !*lost)
		told->note = name_the_step(c, told, l->act);
	if (code == EDOC_ERR_DENIED && err)
		name_who_may(c, l->act, err);
	return code;
}

enum edoc_code edoc_desk_do(struct edoc_desk *desk, const char *outcome, const char *name,
                            const struct edoc_act *act, char **text, char **json,
                            struct edoc_error *err)
{
	struct ed_told told = {.verb = "do", .dry = act->dry};
	struct line line = {.outcome = outcome, .act = act};

	return ed_act_of_person(desk, name, act, do_line, &line, &told, text, json, err);
}
