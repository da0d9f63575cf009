/* SPDX-License-Identifier: ISC */
/*
 * The post room: files of out/ are given to whoever carries them, again and
 * again until they are taken; what was taken and is not answered is put there
 * once more.  A receiver collapses doubles, so losing count does no harm.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "route/exchange.h"
#include "route/look.h"
#include "route/outbox.h"

#define TRY_FORMAT "edoc-try/1"
#define DAY 86400

#define T(s) dgettext("edoc", s)

/* ---- how often it was tried ---- */

static const char *try_path(struct edoc_desk *desk, const char *agency, const char *name)
{
	return ed_desk_path(desk, "out/%s/try/%s.json", agency, name);
}

static int64_t time_of(const json_t *o, const char *key)
{
	const char *text = ed_json_get_str(o, key);
	int64_t t;

	return text && ed_time_parse(text, &t) ? t : ED_TIME_NONE;
}

void ed_try_read(struct edoc_desk *desk, const char *agency, const char *name, struct ed_try *state)
{
	const char *path = try_path(desk, agency, name), *why;
	json_t *o = NULL;
	struct ed_buf bytes;

	*state = (struct ed_try){.last = ED_TIME_NONE, .next = ED_TIME_NONE};
	ed_buf_init(&bytes, ED_MAX_TRY);
	if (path && !ed_read_path(path, &bytes, NULL) &&
	    !ed_json_parse(bytes.data, bytes.len, path, &o, NULL)) {
		state->tries = json_integer_value(json_object_get(o, "tries"));
		state->sent = json_integer_value(json_object_get(o, "sent"));
		state->last = time_of(o, "last");
		state->next = time_of(o, "next");
		why = ed_json_get_str(o, "why");
		snprintf(state->why, sizeof(state->why), "%s", why ? why : "");
	}
	json_decref(o);
	ed_buf_clear(&bytes);
}

static enum edoc_code try_write(struct edoc_desk *desk, const char *agency, const char *name,
                                const struct ed_try *state, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "out/%s/try", agency);
	const char *path = try_path(desk, agency, name);
	json_t *o = json_object();
	char *line = NULL;

	enum edoc_code code = dir && path ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	if (!code && (ed_json_str(o, "format", TRY_FORMAT) | ed_json_int(o, "tries", state->tries) |
	              ed_json_int(o, "sent", state->sent) | ed_json_time(o, "last", state->last) |
	              ed_json_time(o, "next", state->next) | ed_json_str(o, "why", state->why)))
		code = ed_fail_memory(err);
	if (!code)
		code = ed_json_line(o, &line, err);
	if (!code)
		code = ed_write_file(path, line, strlen(line), true, err);
	edoc_free(line);
	json_decref(o);
	return code;
}

/* 5 minutes, 10, 20 ... 6 hours */
static int64_t back_off(int64_t tries)
{
	int64_t wait = ED_MAIL_BACKOFF;

	while (--tries > 0 && wait < ED_MAIL_BACKOFF_MAX)
		wait *= 2;
	return wait < ED_MAIL_BACKOFF_MAX ? wait : ED_MAIL_BACKOFF_MAX;
}

/* ---- what waits ---- */

static enum edoc_code add_waiting(struct edoc_desk *desk, struct ed_outbox *o, const char *agency,
                                  const char *name, int64_t now, struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "out/%s/new/%s", agency, name);
	struct ed_waiting *v, *w;
	struct stat st;

	if (!path)
		return ed_fail_memory(err);
	/* Gone: another process was quicker.  No file: nothing of ours. */
	if (*name == '.' || lstat(path, &st) || !S_ISREG(st.st_mode))
		return EDOC_OK;
	v = ed_arena_grow(o->arena, o->v, o->n, &o->cap, sizeof(*v));
	if (!v)
		return ed_fail_memory(err);
	o->v = v;
	w = &v[o->n++];
	*w = (struct ed_waiting){.agency = ed_arena_strdup(o->arena, agency),
	                         .name = ed_arena_strdup(o->arena, name),
	                         .path = path,
	                         .since = st.st_ctime < now ? st.st_ctime : now,
	                         .bytes = (uint64_t)st.st_size};
	if (!w->agency || !w->name)
		return ed_fail_memory(err);
	ed_try_read(desk, agency, name, &w->state);
	return EDOC_OK;
}

static enum edoc_code add_agency(struct edoc_desk *desk, struct ed_outbox *o, const char *agency,
                                 int64_t now, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "out/%s/new", agency);
	char **names = NULL;
	struct stat st;
	size_t n;

	if (!dir)
		return ed_fail_memory(err);
	if (*agency == '.' || stat(dir, &st) || !S_ISDIR(st.st_mode))
		return EDOC_OK;
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++)
		code = add_waiting(desk, o, agency, names[i], now, err);
	ed_names_free(names);
	return code;
}

static int by_age(const void *a, const void *b)
{
	const struct ed_waiting *x = a, *y = b;

	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return strcmp(x->path, y->path);
}

enum edoc_code ed_outbox_read(struct edoc_desk *desk, int64_t now, struct ed_outbox *outbox,
                              struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "out");
	char **agencies = NULL;
	size_t n;

	enum edoc_code code = dir ? ed_list_dir(dir, &agencies, &n, err) : ed_fail_memory(err);
	for (size_t i = 0; !code && agencies[i]; i++)
		code = add_agency(desk, outbox, agencies[i], now, err);
	ed_names_free(agencies);
	if (!code && outbox->n)
		qsort(outbox->v, outbox->n, sizeof(*outbox->v), by_age);
	return code;
}

/* ---- what is told of it ---- */

struct telling {
	struct edoc_desk *desk;
	const struct edoc_mail *mail;
	struct ed_buf text, json;
	bool want_text, want_json;
	size_t n; /* failed, or late */
};

static void telling_init(struct telling *t, struct edoc_desk *desk, const struct edoc_mail *mail,
                         char **text, char **json)
{
	*t = (struct telling){
	        .desk = desk, .mail = mail, .want_text = text != NULL, .want_json = json != NULL};
	ed_buf_init(&t->text, (size_t)64 << 20);
	ed_buf_init(&t->json, (size_t)64 << 20);
}

static enum edoc_code telling_give(struct telling *t, char **text, char **json,
                                   struct edoc_error *err)
{
	enum edoc_code code = text ? ed_buf_steal(&t->text, "text", text, err) : EDOC_OK;

	if (t->json.len)
		t->json.data[--t->json.len] = '\0'; /* the caller ends the line */
	if (!code && json)
		code = ed_buf_steal(&t->json, "json", json, err);
	ed_buf_clear(&t->text);
	ed_buf_clear(&t->json);
	return code;
}

static void put_safe(struct ed_buf *out, const char *s)
{
	char safe[512];

	ed_escape(safe, sizeof(safe), s);
	ed_buf_puts(out, safe);
}

/* One object a line: what is common to all of them, then `more`. */
static enum edoc_code put_json(struct telling *t, const char *cmd, const char *state,
                               const char *agency, const struct ed_try *tried, json_t *more,
                               struct edoc_error *err)
{
	char safe[512];
	char *line = NULL;
	json_t *o;

	if (!t->want_json)
		return EDOC_OK;
	ed_escape(safe, sizeof(safe), agency);
	o = json_object();
	int bad = ed_json_int(o, "v", 1) | ed_json_str(o, "cmd", cmd) |
	          ed_json_bool(o, "ok", true) | ed_json_str(o, "state", state) |
	          ed_json_str(o, "agency", safe) | json_object_update(o, more);
	bad |= ed_json_int(o, "tries", tried->tries) | ed_json_int(o, "sent", tried->sent) |
	       ed_json_time(o, "last", tried->last) | ed_json_time(o, "next", tried->next);
	ed_escape(safe, sizeof(safe), tried->why);
	bad |= ed_json_str(o, "why", *safe ? safe : NULL);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_json_line(o, &line, err);
	if (!code) {
		ed_buf_puts(&t->json, line);
		ed_buf_putc(&t->json, '\n');
	}
	edoc_free(line);
	json_decref(o);
	return code;
}

static enum edoc_code json_file(struct telling *t, const char *state, const struct ed_waiting *w,
                                struct edoc_error *err)
{
	json_t *more = t->want_json ? json_object() : NULL;
	char safe[512];

	ed_escape(safe, sizeof(safe), w->name);
	int bad = t->want_json &&
	          (ed_json_str(more, "file", safe) | ed_json_int(more, "bytes", (int64_t)w->bytes) |
	           ed_json_time(more, "since", w->since));
	enum edoc_code code = bad ? ed_fail_memory(err)
	                          : put_json(t, "outbox", state, w->agency, &w->state, more, err);
	json_decref(more);
	return code;
}

static void put_when(struct telling *t, int64_t at)
{
	char when[ED_WHEN];

	ed_when(when, t->desk->zone, at, true);
	ed_buf_puts(&t->text, when);
}

/* "moliya  1f2e3d4c5b6a.asice  " */
static void put_name(struct telling *t, const char *agency, const char *name)
{
	put_safe(&t->text, agency);
	ed_buf_puts(&t->text, "  ");
	if (strlen(name) == 70 && !strcmp(name + 64, ".asice"))
		ed_buf_printf(&t->text, "%.12s", name);
	else
		put_safe(&t->text, name);
	ed_buf_puts(&t->text, "  ");
}

static void put_failure(struct telling *t, const struct ed_try *state)
{
	ed_buf_printf(&t->text, T("not taken, try %" PRId64 ": "), state->tries);
	put_safe(&t->text, state->why);
	ed_buf_puts(&t->text, T("; again after "));
	put_when(t, state->next);
}

static enum edoc_code tell_file(struct telling *t, const char *state, const struct ed_waiting *w,
                                struct edoc_error *err)
{
	if (t->want_text) {
		put_name(t, w->agency, w->name);
		if (!strcmp(state, "failed")) {
			put_failure(t, &w->state);
		} else if (!strcmp(state, "sent")) {
			ed_buf_puts(&t->text, t->mail->dry ? T("would be sent") : T("sent"));
		} else {
			ed_buf_puts(&t->text, T("waits since "));
			put_when(t, w->since);
		}
		ed_buf_putc(&t->text, '\n');
	}
	return json_file(t, state, w, err);
}

/* ---- giving it away ---- */

static enum edoc_code move(const char *from, const char *to_dir, const char *from_dir,
                           const char *to, struct edoc_error *err)
{
	enum edoc_code code = ed_mkdirs(to_dir, err);

	if (code)
		return code;
	if (rename(from, to)) /* gone: another process was quicker */
		return errno == ENOENT ? EDOC_OK : ed_fail_errno(err, EDOC_ERR_IO, to, "rename");
	code = ed_fsync_dir(to_dir, err);
	return code ? code : ed_fsync_dir(from_dir, err);
}

/* out/<agency>/<from>/<name> to <to>/<name> */
static enum edoc_code move_mail(struct edoc_desk *desk, const char *agency, const char *from,
                                const char *to, const char *name, struct edoc_error *err)
{
	const char *from_dir = ed_desk_path(desk, "out/%s/%s", agency, from),
	           *to_dir = ed_desk_path(desk, "out/%s/%s", agency, to);
	const char *a = ed_desk_path(desk, "out/%s/%s/%s", agency, from, name),
	           *b = ed_desk_path(desk, "out/%s/%s/%s", agency, to, name);

	return from_dir && to_dir && a && b ? move(a, to_dir, from_dir, b, err)
	                                    : ed_fail_memory(err);
}

static enum edoc_code took(struct telling *t, struct ed_waiting *w, struct edoc_error *err)
{
	w->state.tries = 0;
	w->state.sent++;
	w->state.last = t->mail->now;
	w->state.next = ED_TIME_NONE;
	w->state.why[0] = '\0';
	enum edoc_code code = move_mail(t->desk, w->agency, "new", "sent", w->name, err);
	if (!code)
		code = try_write(t->desk, w->agency, w->name, &w->state, err);
	return code ? code : tell_file(t, "sent", w, err);
}

static enum edoc_code failed(struct telling *t, struct ed_waiting *w, struct edoc_error *err)
{
	t->n++;
	w->state.tries++;
	w->state.last = t->mail->now;
	w->state.next = t->mail->now + back_off(w->state.tries);
	enum edoc_code code = try_write(t->desk, w->agency, w->name, &w->state, err);
	return code ? code : tell_file(t, "failed", w, err);
}

/* The lock dies with its holder, and the file is the same under any name: who
 * has it asks once more where the file is. */
static enum edoc_code give(struct telling *t, struct ed_waiting *w, bool *in_vain,
                           struct edoc_error *err)
{
	char why[ED_MAX_WHY + 1] = "";
	enum edoc_code code = EDOC_OK;
	int fd;

	*in_vain = false;
	if (t->mail->dry)
		return tell_file(t, "sent", w, err);
	fd = open(w->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? EDOC_OK : ed_fail_errno(err, EDOC_ERR_IO, w->path, "open");
	if (flock(fd, LOCK_EX | LOCK_NB) || access(w->path, F_OK)) {
		close(fd);
		return EDOC_OK;
	}
	ed_try_read(t->desk, w->agency, w->name, &w->state);
	switch (t->mail->carry(t->mail->carry_arg, w->agency, w->path, why, sizeof(why))) {
	case EDOC_CARRIED:
		code = took(t, w, err);
		break;
	case EDOC_CARRY_FAILED:
		snprintf(w->state.why, sizeof(w->state.why), "%s", why);
		code = failed(t, w, err);
		*in_vain = true;
		break;
	case EDOC_CARRY_NONE:
		break;
	}
	close(fd);
	return code;
}

/* A clock that was set back makes nothing wait. */
static bool is_due(const struct ed_try *state, int64_t now)
{
	return state->next == ED_TIME_NONE || state->next <= now ||
	       state->last > now + ED_CLOCK_SKEW;
}

/* Behind one that failed the agency's others wait for the next call: who does
 * not answer is asked once. */
static bool was_silent(const struct ed_outbox *o, const bool *silent, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (silent[k] && !strcmp(o->v[k].agency, o->v[i].agency))
			return true;
	return false;
}

enum edoc_code edoc_desk_flush(struct edoc_desk *desk, const struct edoc_mail *mail, char **text,
                               char **json, size_t *n, struct edoc_error *err)
{
	struct ed_outbox o = {.arena = ed_arena_new()};
	struct telling t;
	bool *silent;

	*n = 0;
	if (!o.arena)
		return ed_fail_memory(err);
	if (!mail->dry)
		ed_desk_sweep(desk);
	telling_init(&t, desk, mail, text, json);
	enum edoc_code code = ed_outbox_read(desk, mail->now, &o, err);
	silent = ed_arena_alloc(o.arena, o.n + 1);
	if (!code && !silent)
		code = ed_fail_memory(err);
	for (size_t i = 0; !code && mail->carry && i < o.n; i++)
		if (is_due(&o.v[i].state, mail->now) && !was_silent(&o, silent, i))
			code = give(&t, &o.v[i], &silent[i], err);
	*n = t.n;
	if (!code)
		code = telling_give(&t, text, json, err);
	ed_buf_clear(&t.text);
	ed_buf_clear(&t.json);
	ed_arena_free(o.arena);
	return code;
}

/* ---- what is not answered ---- */

bool ed_case_unanswered(struct ed_case *c, size_t *k)
{
	for (; *k < c->r.n_chains; (*k)++) {
		const struct ed_state *s = ed_replay_chain(&c->r, *k);

		if (!s || s->phase != ED_PHASE_RUNNING || !ed_chain_sent(c, s))
			continue;
		ed_replay_choose(&c->r, (*k)++);
		return true;
	}
	return false;
}

enum edoc_code ed_case_unanswered_read(struct ed_case *c, const struct edoc_mail *mail,
                                       struct ed_unanswered *u, struct edoc_error *err)
{
	const char *mark = ed_case_path(c, "obj/%s.sent", c->r.state.head + 7), *waits, *name;
	struct ed_buf sent;

	*u = (struct ed_unanswered){.agency = c->r.state.sent_to,
	                            .since = c->r.state.time,
	                            .handed = c->r.state.time,
	                            .state = {.last = ED_TIME_NONE, .next = ED_TIME_NONE}};
	ed_buf_init(&sent, ED_SHA256_REF);
	enum edoc_code code = mark ? ed_read_path(mark, &sent, err) : ed_fail_memory(err);
	if (code == EDOC_ERR_ABSENT) /* cut short before out/: send puts it there */
		return EDOC_OK;
	if (!code && sent.len == ED_SHA256_REF - 1)
		snprintf(u->sha256, sizeof(u->sha256), "%s", ed_buf_str(&sent) + 7);
	ed_buf_clear(&sent);
	if (code || !*u->sha256)
		return code;
	name = ed_arena_printf(c->r.arena, "%s.asice", u->sha256);
	waits = ed_desk_path(c->desk, "out/%s/new/%s.asice", u->agency, u->sha256);
	if (!name || !waits)
		return ed_fail_memory(err);
	ed_try_read(c->desk, u->agency, name, &u->state);
	u->waits = !access(waits, F_OK);
	if (u->state.sent && u->state.last != ED_TIME_NONE && u->state.last > u->handed)
		u->handed = u->state.last;
	u->late = mail->now - u->handed >
	          (int64_t)(mail->receipt ? mail->receipt : ED_MAIL_RECEIPT) * DAY;
	return EDOC_OK;
}

/* The very bytes that left: sent/ has them, else they are made again. */
static enum edoc_code post_again(struct ed_case *c, const struct ed_unanswered *u,
                                 struct edoc_error *err)
{
	struct ed_copy copy;

	enum edoc_code code = ed_case_assemble_chain(c, &copy, err);
	if (code)
		return code;
	if (strcmp(copy.sha256, u->sha256))
		code = ed_fail(err, EDOC_ERR_ABSENT, c->id,
		               "the package that left is gone from out/%s/sent, and cannot be made "
		               "again: bring %.12s... back from a backup",
		               u->agency, u->sha256);
	if (!code)
		code = ed_desk_post(c->desk, u->agency, copy.path, copy.sha256, true, err);
	ed_copy_clear(&copy);
	return code;
}

/* Noted first: where no transport tells when it was taken, the receipt is late
 * again only after as many days. */
static enum edoc_code send_again(struct ed_case *c, const struct ed_unanswered *u, int64_t now,
                                 struct edoc_error *err)
{
	const char *sent = ed_desk_path(c->desk, "out/%s/sent/%s.asice", u->agency, u->sha256);
	const char *name = ed_arena_printf(c->r.arena, "%s.asice", u->sha256);
	struct ed_try state = u->state;

	if (!sent || !name)
		return ed_fail_memory(err);
	if (u->waits)
		return EDOC_OK;
	state.sent = state.sent ? state.sent : 1;
	state.last = now;
	enum edoc_code code = try_write(c->desk, u->agency, name, &state, err);
	if (code)
		return code;
	return access(sent, F_OK) ? post_again(c, u, err)
	                          : move_mail(c->desk, u->agency, "sent", "new", name, err);
}

enum edoc_code edoc_desk_send_again(struct edoc_desk *desk, const char *name,
                                    const struct edoc_act *act, char **text, char **json,
                                    struct edoc_error *err)
{
	struct ed_told told = {.verb = "send", .dry = act->dry};
	struct edoc_mail mail = {.now = act->now};
	struct ed_unanswered u = {0};
	bool any = false, put = false;
	char id[ED_CASE_ID];
	struct ed_case c;
	size_t k = 0;

	enum edoc_code code = ed_case_find(desk, name, id, err);
	if (!code)
		code = ed_case_load(desk, id, &c, err);
	if (code)
		return code;
	told.already = true;
	while (!code && c.exists && ed_case_unanswered(&c, &k)) {
		any = true;
		code = ed_case_unanswered_read(&c, &mail, &u, err);
		if (code || !*u.sha256)
			continue;
		put = true;
		told.already &= u.waits;
		told.entry = ed_replay_head(&c.r);
		if (!act->dry)
			code = send_again(&c, &u, act->now, err);
	}
	if (!code && !put)
		code = ed_fail(err, EDOC_ERR_DENIED, id,
		               any ? "it was never put into out/: send it first"
		                   : "nothing to send again: the case waits for no receipt here");
	if (!code) {
		ed_case_choose(&c, NULL);
		told.note = dgettext("edoc", "(put into out/ again)");
		code = ed_act_tell(&c, &told, text, json, err);
	}
	ed_case_clear(&c);
	return code;
}

/* ---- over all cases ---- */

static enum edoc_code tell_case(struct telling *t, const char *cmd, const struct ed_case *c,
                                const struct ed_unanswered *u, const char *state,
                                struct edoc_error *err)
{
	json_t *more = NULL;

	if (t->want_text) {
		put_safe(&t->text, u->agency);
		ed_buf_printf(&t->text, "  %.12s  ", c->id);
		ed_buf_puts(&t->text, !strcmp(cmd, "resend")
		                              ? T("no receipt, sent again; sent first ")
		                      : u->late ? T("LATE: no receipt since ")
		                                : T("waits for the receipt since "));
		put_when(t, !strcmp(cmd, "resend") ? u->since : u->handed);
		ed_buf_putc(&t->text, '\n');
	}
	if (!t->want_json)
		return EDOC_OK;
	more = json_object();
	enum edoc_code code =
	        ed_json_str(more, "case", c->id) | ed_json_time(more, "since", u->since)
	                ? ed_fail_memory(err)
	                : put_json(t, cmd, state, u->agency, &u->state, more, err);
	json_decref(more);
	return code;
}

static enum edoc_code look_at_sent(struct telling *t, const char *cmd, struct ed_case *c,
                                   struct edoc_error *err)
{
	struct ed_unanswered u;

	enum edoc_code code = ed_case_unanswered_read(c, t->mail, &u, err);
	if (code || !*u.sha256 || u.waits)
		return code;
	t->n += u.late;
	if (!strcmp(cmd, "outbox"))
		return tell_case(t, cmd, c, &u, u.late ? "overdue" : "unanswered", err);
	if (!u.late)
		return EDOC_OK;
	code = t->mail->dry ? EDOC_OK : send_again(c, &u, t->mail->now, err);
	return code ? code : tell_case(t, cmd, c, &u, "again", err);
}

static enum edoc_code look_at_case(struct telling *t, const char *cmd, const char *id,
                                   struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_case c;
	size_t k = 0;

	enum edoc_code code = ed_case_load(t->desk, id, &c, &why);
	if (code == EDOC_ERR_INPUT) /* broken: other verbs say so, and it hides no other */
		return EDOC_OK;
	if (code && err)
		*err = why;
	if (code)
		return code;
	while (!code && c.exists && ed_case_unanswered(&c, &k))
		code = look_at_sent(t, cmd, &c, err);
	ed_case_clear(&c);
	return code;
}

static enum edoc_code look_at_cases(struct telling *t, const char *cmd, struct edoc_error *err)
{
	char **ids = NULL;

	enum edoc_code code =
	        ed_look_ids(t->desk, ED_CASES_SENT, t->mail->now, NULL, &ids, err);
	for (size_t i = 0; !code && ids[i]; i++)
		code = look_at_case(t, cmd, ids[i], err);
	ed_names_free(ids);
	return code;
}

enum edoc_code edoc_desk_resend(struct edoc_desk *desk, const struct edoc_mail *mail, char **text,
                                char **json, struct edoc_error *err)
{
	struct telling t;

	telling_init(&t, desk, mail, text, json);
	enum edoc_code code = look_at_cases(&t, "resend", err);
	if (!code)
		code = telling_give(&t, text, json, err);
	ed_buf_clear(&t.text);
	ed_buf_clear(&t.json);
	return code;
}

enum edoc_code edoc_desk_outbox(struct edoc_desk *desk, const struct edoc_mail *mail, char **text,
                                char **json, size_t *late, struct edoc_error *err)
{
	struct ed_outbox o = {.arena = ed_arena_new()};
	struct telling t;

	*late = 0;
	if (!o.arena)
		return ed_fail_memory(err);
	telling_init(&t, desk, mail, text, json);
	enum edoc_code code = ed_outbox_read(desk, mail->now, &o, err);
	for (size_t i = 0; !code && i < o.n; i++) {
		t.n += o.v[i].state.tries > 0;
		code = tell_file(&t, o.v[i].state.tries ? "failed" : "waits", &o.v[i], err);
	}
	if (!code)
		code = look_at_cases(&t, "outbox", err);
	*late = t.n;
	if (!code)
		code = telling_give(&t, text, json, err);
	ed_buf_clear(&t.text);
	ed_buf_clear(&t.json);
	ed_arena_free(o.arena);
	return code;
}
