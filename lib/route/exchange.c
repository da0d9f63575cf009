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

/* The whole case into the recipient's folder; obj/<head>.sent remembers it. */
static enum edoc_code deliver(struct ed_case *c, struct edoc_error *err)
{
	const struct ed_entry *last = &c->r.ledger.v[c->r.ledger.n - 1];
	char *mark = ed_case_path(c, "obj/%s.sent", last->sha256), digest[ED_SHA256_REF];
	struct ed_copy copy;
	bool taken;

	enum edoc_code code = mark ? ed_case_assemble(c, true, &copy, err) : ed_fail_memory(err);
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
	                                 .outcome = outcome ? outcome->id : NULL,
	                                 .actor_cert = edoc_key_cert_sha256(p->key),
	                                 .desk = true,
	                                 .now = ed_case_moment(p->c, now),
	                                 .directory = p->directory_ref};
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
	ed_view_answer(&c->r, &answer);
	ed_fail(err, EDOC_ERR_DENIED, c->id, "nothing to send: the case %s", ed_buf_str(&answer));
	ed_buf_clear(&answer);
	return EDOC_ERR_DENIED;
}

static bool waits_to_be_sent(const struct ed_case *c)
{
	const struct ed_state *s = &c->r.state;

	return s->scope && s->scope->open && s->scope->open->step->verb == ED_DO_SEND &&
	       ed_case_here(c);
}

static bool sent_by_us(const struct ed_case *c)
{
	const struct ed_state *s = &c->r.state;
	const char *agency = ed_entry_get(&c->r.ledger.v[c->r.ledger.n - 1], "actor", "agency");

	return s->awaiting_receipt && agency && !strcmp(agency, c->desk->agency);
}

static enum edoc_code send_entry(struct ed_case *c, const struct edoc_act *act, bool *lost,
                                 struct edoc_error *err)
{
	struct ed_passing p = {.c = c};
	const struct ed_visit *visit = c->r.state.scope->open;
	struct ed_entry entry = {0};
	json_t *header = NULL;
	const char *to;

	to = ed_visit_to(visit);
	if (!to)
		return ed_fail(err, EDOC_ERR_CONFIG, visit->step->id,
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

static enum edoc_code send_once(struct ed_case *c, void *arg, struct ed_told *told, bool *lost,
                                struct edoc_error *err)
{
	const struct edoc_act *act = arg;
	enum edoc_code code = ed_case_prove(c, act->now, err);

	if (code)
		return code;
	told->already = sent_by_us(c);
	if (!told->already && !waits_to_be_sent(c))
		return not_sendable(c, err);
	if (!told->already)
		code = send_entry(c, act, lost, err);
	if (code || *lost)
		return code;
	told->entry = &c->r.ledger.v[c->r.ledger.n - 1];
	if (act->dry)
		return EDOC_OK;
	code = deliver(c, err);
	/* The entry is written: "nothing was changed" would be a lie. */
	if (code == EDOC_ERR_EXISTS && !told->already) {
		code = EDOC_ERR_IO;
		if (err)
			err->code = code;
	}
	return code;
}

enum edoc_code edoc_desk_send(struct edoc_desk *desk, const char *name, const struct edoc_act *act,
                              char **text, char **json, struct edoc_error *err)
{
	struct ed_told told = {.verb = "send", .dry = act->dry};

	return ed_act_of_desk(desk, name, send_once, (void *)act, &told, text, json, err);
}

/* Open send steps, and sendings that were cut short before out/. */
static enum edoc_code wants_sending(struct edoc_desk *desk, const char *id, bool *wanted,
                                    struct edoc_error *err)
{
	struct ed_case c;
	char *mark;

	*wanted = false;
	enum edoc_code code = ed_case_load(desk, id, &c, err);
	if (code == EDOC_ERR_INPUT) {
		*wanted = true; /* sending it will tell what is wrong, and stop no other */
		return EDOC_OK;
	}
	if (code)
		return code;
	if (c.exists && sent_by_us(&c)) {
		mark = ed_case_path(&c, "obj/%s.sent", c.r.ledger.v[c.r.ledger.n - 1].sha256);
		*wanted = mark && access(mark, F_OK);
	} else if (c.exists) {
		*wanted = waits_to_be_sent(&c);
	}
	ed_case_clear(&c);
	return EDOC_OK;
}

enum edoc_code edoc_desk_sendable(struct edoc_desk *desk, int64_t now, char ***out,
                                  struct edoc_error *err)
{
	struct ed_list list = {.arena = ed_arena_new()};
	char **ids = NULL;
	bool wanted;

	(void)now; /* a send step is due as soon as it is open */
	if (!list.arena)
		return ed_fail_memory(err);
	enum edoc_code code = ed_case_list(desk, &ids, NULL, err);
	for (size_t i = 0; !code && ids[i]; i++) {
		code = wants_sending(desk, ids[i], &wanted, err);
		if (!code && wanted)
			code = ed_list_add(&list, ids[i], err);
	}
	if (!code)
		code = ed_list_give(&list, out, err);
	ed_names_free(ids);
	ed_arena_free(list.arena);
	return code;
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
