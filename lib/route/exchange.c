/* SPDX-License-Identifier: ISC */
/* What leaves a desk: out/, and acts of the desk's own key. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/x509.h"
#include "route/exchange.h"
#include "route/look.h"
#include "route/outbox.h"
#include "route/receipt.h"

/* ---- out/ ---- */

static bool plain_agency(const char *s)
{
	return *s && *s != '.' && !strchr(s, '/');
}

enum edoc_code ed_desk_post(struct edoc_desk *desk, const char *agency, const char *from,
                            const char *sha256, bool again, struct edoc_error *err)
{
	const char *dir, *sent, *path;
	bool taken;

	if (!plain_agency(agency))
		return ed_fail(err, EDOC_ERR_INPUT, agency,
		               "the agency's id cannot be a folder's name");
	dir = ed_desk_path(desk, "out/%s/new", agency);
	sent = ed_desk_path(desk, "out/%s/sent", agency);
	path = ed_desk_path(desk, "out/%s/new/%s.asice", agency, sha256);
	if (!dir || !sent || !path)
		return ed_fail_memory(err);
	enum edoc_code code = ed_mkdirs(dir, err);
	if (!code)
		code = ed_mkdirs(sent, err);
	if (code)
		return code;
	sent = ed_desk_path(desk, "out/%s/sent/%s.asice", agency, sha256);
	if (!sent)
		return ed_fail_memory(err);
	if (access(sent, F_OK))
		return ed_desk_link(from, path, &taken, err);
	if (!again)
		return EDOC_OK;
	if (rename(sent, path)) /* gone: another process was quicker */
		return errno == ENOENT ? EDOC_OK : ed_fail_errno(err, EDOC_ERR_IO, path, "rename");
	return ed_fsync_dir(dir, err);
}

/* The chosen chain into the recipient's folder; obj/<head>.sent remembers it. */
static enum edoc_code deliver(struct ed_case *c, struct edoc_error *err)
{
	char *mark = ed_case_path(c, "obj/%s.sent", c->r.state.head + 7), digest[ED_SHA256_REF];
	struct ed_copy copy;
	bool taken;

	enum edoc_code code = mark ? ed_case_assemble_chain(c, &copy, err) : ed_fail_memory(err);
	if (code)
		return code;
	snprintf(digest, sizeof(digest), "sha256:%s", copy.sha256);
	code = ed_desk_post(c->desk, c->r.state.sent_to, copy.path, copy.sha256, false, err);
	if (!code)
		code = ed_desk_put(c->desk, mark, digest, strlen(digest), &taken, err);
	ed_copy_clear(&copy);
	return code;
}

/* ---- send ---- */

enum edoc_code ed_passing_decide(struct ed_passing *p, const char *event,
                                 const struct ed_visit *visit, int64_t now, struct edoc_error *err)
{
	bool refuse =
	        visit && !strcmp(event, "step.silent") && visit->step->silent == ED_RESULT_REFUSE;
	bool silent = visit && ed_step_joins(visit->step); /* what is away of it */
	const struct ed_route_outcome *outcome =
	        visit && visit->step->n_outcomes ? &visit->step->outcomes[refuse] : NULL;
	enum edoc_code code = ed_desk_key(p->c->desk, &p->key, err);

	if (!code)
		code = ed_case_directory(p->c, now, &p->directory, err);
	if (code)
		return code;
	snprintf(p->directory_ref, sizeof(p->directory_ref), "sha256:%s", p->directory->sha256);
	p->command = (struct ed_command){.event = event,
	                                 .step = visit ? visit->path : NULL,
	                                 .outcome = silent    ? ed_silence_word(visit)
	                                            : outcome ? outcome->id
	                                                      : NULL,
	                                 .actor_cert = edoc_key_cert_sha256(p->key),
	                                 .desk = true,
	                                 .now = ed_case_moment(p->c, now),
	                                 .returned = p->returned,
	                                 .directory = p->directory_ref,
	                                 .checkpoint =
	                                         ed_desk_newest_head(p->c->desk, p->c->r.arena)};
	p->draft = (struct ed_draft){.case_id = p->c->id,
	                             .state = &p->c->r.state,
	                             .command = &p->command,
	                             .actor = &p->actor};
	return ed_engine_decide(&p->c->r.engine, &p->c->r.state, &p->command, &p->actor, err);
}

static enum edoc_code not_sendable(struct ed_case *c, struct edoc_error *err)
{
	struct ed_buf answer;

	ed_buf_init(&answer, 1024);
	ed_case_answer(c, &answer);
	ed_fail(err, EDOC_ERR_DENIED, c->id, "nothing to send: the case %s", ed_buf_str(&answer));
	ed_buf_clear(&answer);
	return EDOC_ERR_DENIED;
}

/* What the chain is to send: a step, or (*visit NULL) a branch that goes back. */
static bool has_to_send(const struct ed_state *s, const struct ed_visit **visit)
{
	*visit = NULL;
	for (size_t i = 0; i < s->n_open && !*visit; i++)
		if (s->open[i]->step->verb == ED_DO_SEND)
			*visit = s->open[i];
	return s->phase == ED_PHASE_RUNNING && (*visit || s->root->over);
}

bool ed_case_sends(const struct ed_case *c)
{
	const struct ed_visit *visit;

	for (size_t k = 0; k < c->r.n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(&c->r, k);

		if (s && ed_chain_here(c, s) && has_to_send(s, &visit))
			return true;
	}
	return false;
}

/* Chooses the next chain that has something to send; false: none has. */
static bool next_to_send(struct ed_case *c, const struct ed_visit **visit)
{
	for (size_t k = 0; k < c->r.n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(&c->r, k);

		if (!s || !ed_chain_here(c, s) || !has_to_send(s, visit))
			continue;
		ed_replay_choose(&c->r, k);
		return true;
	}
	return false;
}

static enum edoc_code send_entry(struct ed_case *c, const struct ed_visit *visit,
                                 const struct edoc_act *act, bool *lost, struct edoc_error *err)
{
	struct ed_passing p = {.c = c};
	struct ed_entry entry = {0};
	json_t *header = NULL;
	const char *to;

	to = visit ? ed_visit_to(visit) : ed_state_home(&c->r.state);
	if (!to)
		return ed_fail(err, EDOC_ERR_CONFIG, visit ? visit->path : c->id,
		               "the route does not say to which agency this step sends");
	enum edoc_code code = ed_passing_decide(&p, "case.sent", visit, act->now, err);
	if (!code)
		code = ed_draft_header(&p.draft, &header, err);
	if (code)
		return code;
	if (ed_json_str(header, "to", to)) {
		json_decref(header);
		return ed_fail_memory(err);
	}
	code = ed_draft_sign(&p.draft, header, p.key, &entry, err);
	if (!code && !act->dry)
		code = ed_case_pin(c, p.directory, err);
	if (!code)
		code = ed_case_commit(c, &entry, act->dry, lost, err);
	ed_entry_clear(&entry);
	return code;
}

/* All that is to be sent, then all that was sent into out/. */
static enum edoc_code send_once(struct ed_case *c, void *arg, struct ed_told *told, bool *lost,
                                struct edoc_error *err)
{
	const struct edoc_act *act = arg;
	const struct ed_visit *visit;
	enum edoc_code code = ed_case_prove(c, act->now, err);
	size_t before = c->r.ledger.n, k = 0;
	bool any;

	while (!code && !*lost && next_to_send(c, &visit))
		code = send_entry(c, visit, act, lost, err);
	if (code || *lost)
		return code;
	told->already = c->r.ledger.n == before;
	any = ed_case_unanswered(c, &k);
	if (!any)
		return not_sendable(c, err);
	told->entry = ed_replay_head(&c->r);
	for (; any && !act->dry && !code; any = ed_case_unanswered(c, &k)) {
		told->entry = ed_replay_head(&c->r);
		code = deliver(c, err);
	}
	/* The entry is written: "nothing was changed" would be a lie. */
	if (code == EDOC_ERR_EXISTS && !told->already) {
		code = EDOC_ERR_IO;
		if (err)
			err->code = code;
	}
	ed_case_choose(c, NULL);
	return code;
}

enum edoc_code edoc_desk_send(struct edoc_desk *desk, const char *name, const struct edoc_act *act,
                              char **text, char **json, struct edoc_error *err)
{
	struct ed_told told = {.verb = "send", .dry = act->dry};

	return ed_act_of_desk(desk, name, send_once, (void *)act, &told, text, json, err);
}

/* Open send steps, and sendings that were cut short before out/; sending a
 * broken one will tell what is wrong, and stop no other. */
static bool wants_sending(struct edoc_desk *desk, const struct ed_met *met)
{
	struct ed_case c;
	bool wanted = false;
	char *mark;
	size_t k = 0;

	if (!met->row || met->row->sends || ed_case_load(desk, met->id, &c, NULL))
		return true;
	while (c.exists && !wanted && ed_case_unanswered(&c, &k)) {
		mark = ed_case_path(&c, "obj/%s.sent", c.r.state.head + 7);
		wanted = mark && access(mark, F_OK);
	}
	ed_case_clear(&c);
	return wanted;
}

enum edoc_code edoc_desk_sendable(struct edoc_desk *desk, int64_t now, char ***out,
                                  struct edoc_error *err)
{
	return ed_look_ids(desk, ED_CASES_SENDABLE, now, wants_sending, out, err);
}

enum edoc_code edoc_desk_incoming(struct edoc_desk *desk, char ***out, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "in/new"), *path;
	struct ed_list list = {.arena = ed_arena_new()};
	char **names = NULL;
	size_t n;

	if (!list.arena)
		return ed_fail_memory(err);
	enum edoc_code code = dir ? ed_list_dir(dir, &names, &n, err) : ed_fail_memory(err);
	for (size_t i = 0; !code && names[i]; i++) {
		if (*names[i] == '.')
			continue; /* a transport is still writing it, as rsync does */
		path = ed_arena_printf(list.arena, "%s/%s", dir, names[i]);
		code = path ? ed_list_add(&list, path, err) : ed_fail_memory(err);
	}
	if (!code)
		code = ed_list_give(&list, out, err);
	ed_names_free(names);
	ed_arena_free(list.arena);
	return code;
}
