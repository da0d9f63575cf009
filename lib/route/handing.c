/* SPDX-License-Identifier: ISC */
/* An open step is handed on, or given to another, at a desk. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "route/exchange.h"
#include "route/whom.h"

struct handing {
	struct ed_case *c;
	const char *event;
	const struct edoc_act *act;
	struct ed_command command;
	struct ed_actor actor;
	struct ed_draft draft;
	struct ed_pin *directory;
	char directory_ref[ED_SHA256_REF];
	struct ed_whom_said said;
};

/* A post means whoever holds it: a step is handed on to a person. */
static enum edoc_code to_person(struct handing *h, struct edoc_error *err)
{
	const struct ed_directory *d = h->directory->directory;
	struct ed_date on = ed_engine_date(&h->c->r.engine, h->act->now);
	struct ed_named *n = &h->said.v[0];
	const char *holder = NULL;

	if (n->role || h->said.n != 1 || (!n->person && !n->post))
		return ed_fail(err, EDOC_ERR_USAGE, "--to",
		               "a step is handed on to one person: name that one, or a post");
	for (size_t i = 0; n->post && i < d->n_posts; i++) {
		const struct ed_post *p = &d->posts[i];

		if (strcmp(p->post, n->post) || strcmp(p->agency, n->agency) ||
		    (n->unit && (!p->unit || strcmp(p->unit, n->unit))) ||
		    !ed_span_has(&p->span, on))
			continue;
		if (holder && strcmp(holder, p->holder->id))
			return ed_fail(err, EDOC_ERR_USAGE, "--to",
			               "several people hold that post (%s, %s): name one", holder,
			               p->holder->id);
		holder = p->holder->id;
	}
	if (n->post && !holder)
		return ed_fail(err, EDOC_ERR_DENIED, "--to", "nobody holds the post %s of %s today",
		               n->post, n->agency);
	if (n->post)
		*n = (struct ed_named){.person = holder};
	return EDOC_OK;
}

static enum edoc_code prepare(struct handing *h, struct edoc_error *err)
{
	struct ed_case *c = h->c;
	enum edoc_code code = ed_case_prove(c, h->act->now, err);

	if (!code && !ed_case_here(c) && !c->r.state.awaiting_receipt)
		code = ed_fail(err, EDOC_ERR_DENIED, c->id,
		               "the case is at %s: it is acted on there", c->r.state.at_agency);
	if (!code)
		code = ed_case_directory(c, h->act->now, &h->directory, err);
	if (!code)
		code = ed_whom_list(h->directory->directory, h->act->to, c->r.arena, &h->said, err);
	if (!code && !h->said.n)
		code = ed_fail(err, EDOC_ERR_USAGE, "--to", "to whom?");
	if (!code && !strcmp(h->event, "step.delegated"))
		code = to_person(h, err);
	if (code)
		return code;
	snprintf(h->directory_ref, sizeof(h->directory_ref), "sha256:%s", h->directory->sha256);
	h->command = (struct ed_command){.event = h->event,
	                                 .step = h->act->step,
	                                 .reason = h->act->reason,
	                                 .actor_cert = edoc_key_cert_sha256(h->act->key),
	                                 .now = ed_case_moment(h->c, h->act->now),
	                                 .directory = h->directory_ref,
	                                 .checkpoint = ed_desk_newest_head(c->desk, c->r.arena),
	                                 .assign = h->said.v,
	                                 .n_assign = h->said.n,
	                                 .until = h->act->until};
	h->draft = (struct ed_draft){.case_id = c->id,
	                             .state = &c->r.state,
	                             .command = &h->command,
	                             .actor = &h->actor,
	                             .text = h->act->text};
	return EDOC_OK;
}

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Did the entry do what the line says, at a visit that is open still? */
static bool is_it(const struct handing *h, const struct ed_entry *e)
{
	const struct ed_visit *v = ed_state_open(&h->c->r.state, e->step);
	const char *person = ed_entry_get(e, "delegate", "person");
	const char *until = ed_entry_get(e, "delegate", "until");

	if (!v || v->visit != e->visit || (h->act->step && !same(h->act->step, e->step)) ||
	    !same(h->act->reason, ed_json_get_str(e->body, "reason")) ||
	    !same(h->act->text, ed_json_get_str(e->body, "text")))
		return false;
	if (!strcmp(h->event, "step.reassigned"))
		return ed_whom_is(&h->said, json_object_get(e->header, "assign"));
	return same(person, h->said.v[0].person) && (!h->act->until || same(until, h->act->until));
}

/* The same line twice does it once: the newest such act of that person counts,
 * where nothing was done with the step since. */
static const struct ed_entry *done_already(const struct handing *h)
{
	const struct ed_ledger *l = &h->c->r.ledger;

	for (size_t i = l->n; i-- > 0;) {
		const struct ed_entry *e = &l->v[i];

		if (same(e->event, h->event) && same(e->actor_cert, h->command.actor_cert))
			return is_it(h, e) ? e : NULL;
	}
	return NULL;
}

static enum edoc_code hand_once(struct ed_case *c, void *arg, struct ed_told *told, bool *lost,
                                struct edoc_error *err)
{
	struct handing *h = arg;
	struct ed_entry entry = {0};
	json_t *header = NULL;
	enum edoc_code code;

	h->c = c;
	code = prepare(h, err);

	if (code)
		return code;
	told->entry = done_already(h);
	told->already = told->entry != NULL;
	if (told->already)
		return EDOC_OK;
	code = ed_engine_decide(&h->c->r.engine, &h->c->r.state, &h->command, &h->actor, err);
	if (!code)
		code = ed_draft_header(&h->draft, &header, err);
	if (!code)
		code = ed_draft_sign(&h->draft, header, h->act->key, &entry, err);
	if (!code && !h->act->dry)
		code = ed_case_pin(h->c, h->directory, err);
	if (!code)
		code = ed_case_commit(h->c, &entry, h->act->dry, lost, err);
	if (!code && !*lost)
		told->entry = &h->c->r.ledger.v[h->c->r.ledger.n - 1];
	ed_entry_clear(&entry);
	return code;
}

static enum edoc_code hand(struct edoc_desk *desk, const char *event, const char *verb,
                           const char *name, const struct edoc_act *act, char **text, char **json,
                           struct edoc_error *err)
{
	struct handing h = {.event = event, .act = act};
	struct ed_told told = {.verb = verb, .dry = act->dry};

	return ed_act_of_person(desk, name, act, hand_once, &h, &told, text, json, err);
}

enum edoc_code edoc_desk_delegate(struct edoc_desk *desk, const char *name,
                                  const struct edoc_act *act, char **text, char **json,
                                  struct edoc_error *err)
{
	return hand(desk, "step.delegated", "delegate", name, act, text, json, err);
}

enum edoc_code edoc_desk_reassign(struct edoc_desk *desk, const char *name,
                                  const struct edoc_act *act, char **text, char **json,
                                  struct edoc_error *err)
{
	return hand(desk, "step.reassigned", "reassign", name, act, text, json, err);
}
