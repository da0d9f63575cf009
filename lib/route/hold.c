/* SPDX-License-Identifier: ISC */
/* What people do beside the steps: extend, stop, resume a term; withdraw. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "route/exchange.h"

struct holding {
	struct ed_case *c;
	const char *event;
	const struct edoc_act *act;
	struct ed_extension extension;
	struct ed_command command;
	struct ed_actor actor;
	struct ed_draft draft;
	struct ed_pin *directory;
	char directory_ref[ED_SHA256_REF];
};

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Was that entry made by this very line? */
static bool is_this(const struct holding *h, const struct ed_entry *e)
{
	char extension[32], asked[32], id[ED_SHA256_REF];
	struct ed_command_key key = ed_entry_key(e, extension);
	const char *said = ed_json_get_str(e->header, "command");

	if (!same(e->event, h->event) || (h->act->step && !same(h->act->step, e->step)) ||
	    (h->act->clock && !same(h->act->clock, ed_json_get_str(e->header, "timer"))))
		return false;
	if (h->act->more) {
		ed_extension_text(asked, &h->extension);
		if (!same(asked, key.outcome))
			return false;
	}
	key.reason = h->act->reason;
	key.text = h->act->text;
	key.salt = e->body ? ed_json_get_str(e->body, "salt") : NULL;
	key.actor = edoc_key_cert_sha256(h->act->key);
	return said && !ed_command_id(&key, id, NULL) && !strcmp(id, said);
}

/* The same line twice does it once: where it is the newest act of people. */
static const struct ed_entry *done_already(const struct holding *h)
{
	const struct ed_ledger *l = &h->c->r.ledger;

	for (size_t i = l->n; i-- > 0;)
		if (same(ed_entry_get(&l->v[i], "actor", "kind"), "person"))
			return is_this(h, &l->v[i]) ? &l->v[i] : NULL;
	return NULL;
}

/* --more 5wd is of the kind that the route gives: the engine compares. */
static enum edoc_code read_more(struct holding *h, struct edoc_error *err)
{
	if (!h->act->more)
		return EDOC_OK;
	h->extension.kind = ED_EXTEND_BY;
	return ed_term_parse(h->act->more, &h->extension.term)
	               ? EDOC_OK
	               : ed_fail(err, EDOC_ERR_USAGE, "--more",
	                         "\"%s\" is no term: 15d calendar days, 3wd working days, 1mo "
	                         "months",
	                         h->act->more);
}

static enum edoc_code decide(struct holding *h, struct edoc_error *err)
{
	enum edoc_code code = ed_case_directory(h->c, h->act->now, &h->directory, err);

	if (!code && !ed_case_here(h->c))
		code = ed_fail(err, EDOC_ERR_DENIED, h->c->id,
		               "the case is not here: it is acted on where it is");
	if (code)
		return code;
	snprintf(h->directory_ref, sizeof(h->directory_ref), "sha256:%s", h->directory->sha256);
	h->command = (struct ed_command){.event = h->event,
	                                 .step = h->act->step,
	                                 .timer = h->act->clock,
	                                 .extension = h->act->more ? &h->extension : NULL,
	                                 .reason = h->act->reason,
	                                 .actor_cert = edoc_key_cert_sha256(h->act->key),
	                                 .now = ed_case_moment(h->c, h->act->now),
	                                 .directory = h->directory_ref,
	                                 .checkpoint =
	                                         ed_desk_newest_head(h->c->desk, h->c->r.arena)};
	h->draft = (struct ed_draft){.case_id = h->c->id,
	                             .state = &h->c->r.state,
	                             .command = &h->command,
	                             .actor = &h->actor,
	                             .text = h->act->text};
	return ed_engine_decide(&h->c->r.engine, &h->c->r.state, &h->command, &h->actor, err);
}

static int put_extension(json_t *header, const struct ed_extension *extension)
{
	char term[16];
	json_t *o = json_object();

	ed_term_text(term, extension->term);
	return ed_json_str(o, extension->kind == ED_EXTEND_TO ? "to" : "by", term) |
	       json_object_set_new(header, "extension", o);
}

/* The end of the term from now on, as the engine has computed it. */
static int put_clock(json_t *header, const struct ed_clock *def, int64_t due)
{
	char term[16];
	json_t *o;

	if (due == ED_TIME_NONE)
		return 0;
	o = json_object();
	ed_term_text(term, def->def->within);
	return ed_json_str(o, "within", term) | ed_json_time(o, "started", def->opened) |
	       ed_json_time(o, "due", due) | json_object_set_new(header, "clock", o);
}

static enum edoc_code perform(struct holding *h, bool *lost, struct edoc_error *err)
{
	const struct ed_clock *clock = h->actor.clock;
	struct ed_entry entry = {0};
	json_t *header = NULL;

	enum edoc_code code = ed_draft_header(&h->draft, &header, err);
	if (code)
		return code;
	if (clock &&
	    ((!clock->visit && ed_json_str(header, "timer", clock->def->id)) ||
	     (!strcmp(h->event, "clock.extended") && put_extension(header, &h->actor.extension)) ||
	     put_clock(header, clock, h->actor.due))) {
		json_decref(header);
		return ed_fail_memory(err);
	}
	code = ed_draft_sign(&h->draft, header, h->act->key, &entry, err);
	if (!code && !h->act->dry)
		code = ed_case_pin(h->c, h->directory, err);
	if (!code)
		code = ed_case_commit(h->c, &entry, h->act->dry, lost, err);
	ed_entry_clear(&entry);
	return code;
}

static enum edoc_code hold_once(struct ed_case *c, void *arg, struct ed_told *told, bool *lost,
                                struct edoc_error *err)
{
	struct holding *h = arg;
	enum edoc_code code = ed_case_prove(c, h->act->now, err);

	if (code)
		return code;
	h->c = c;
	told->entry = done_already(h);
	told->already = told->entry != NULL;
	if (told->already)
		return EDOC_OK;
	code = decide(h, err);
	if (!code)
		code = perform(h, lost, err);
	if (!code && !*lost)
		told->entry = &h->c->r.ledger.v[h->c->r.ledger.n - 1];
	return code;
}

static enum edoc_code hold(struct edoc_desk *desk, const char *verb, const char *event,
                           const char *name, const struct edoc_act *act, char **text, char **json,
                           struct edoc_error *err)
{
	struct holding h = {.event = event, .act = act};
	struct ed_told told = {.verb = verb, .dry = act->dry};
	enum edoc_code code = read_more(&h, err);

	return code ? code
	            : ed_act_of_person(desk, name, act, hold_once, &h, &told, text, json, err);
}

enum edoc_code edoc_desk_extend(struct edoc_desk *desk, const char *name,
                                const struct edoc_act *act, char **text, char **json,
                                struct edoc_error *err)
{
	return hold(desk, "extend", "clock.extended", name, act, text, json, err);
}

enum edoc_code edoc_desk_stop(struct edoc_desk *desk, const char *name, const struct edoc_act *act,
                              char **text, char **json, struct edoc_error *err)
{
	return hold(desk, "stop", "clock.stopped", name, act, text, json, err);
}

enum edoc_code edoc_desk_resume(struct edoc_desk *desk, const char *name,
                                const struct edoc_act *act, char **text, char **json,
                                struct edoc_error *err)
{
	return hold(desk, "resume", "clock.resumed", name, act, text, json, err);
}

enum edoc_code edoc_desk_withdraw(struct edoc_desk *desk, const char *name,
                                  const struct edoc_act *act, char **text, char **json,
                                  struct edoc_error *err)
{
	return hold(desk, "withdraw", "case.withdrawn", name, act, text, json, err);
}
