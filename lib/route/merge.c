/* SPDX-License-Identifier: ISC */
/*
 * Copies of one case that agencies took further apart, united: all entries, all
 * signatures, receipts and pins of any of them.  Which copy comes first on the
 * command line changes no byte of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/verify.h"
#include "route/exchange.h"
#include "route/generation.h"
#include "route/told.h"

#define T(text) dgettext("edoc", text)

struct merged { /* a copy, or what they make */
	const char *path;
	int fd;
	char sha256[65];
	size_t generations;
	struct ed_asic *asic;
	struct ed_replay r;
	size_t brought; /* entries that no copy before it has */
};

struct part { /* of the package that is made */
	struct merged *from;
	size_t i; /* there */
	const char *name;
};

struct merging {
	const struct edoc_merge *what;
	const struct edoc_verify_options *options;
	struct merged *v; /* the best first */
	size_t n;
	struct part *parts;
	size_t n_parts, cap_parts;
	struct ed_arena *arena;
	struct ed_tale tale;
	bool sound;
};

/* ---- one package ---- */

static void clear_merged(struct merged *m)
{
	ed_asic_free(m->asic);
	ed_replay_clear(&m->r);
	if (m->fd >= 0)
		close(m->fd);
	*m = (struct merged){.fd = -1};
}

/* What stands against it is told; *right false: something does. */
static enum edoc_code tell_faults(struct merging *g, const struct merged *m, const char *why,
                                  bool *right, struct edoc_error *err)
{
	const struct edoc_finding *fault = ed_replay_fault(&m->r);
	struct ed_findings all;
	size_t errors = 0;

	*right = !why && !fault;
	if (*right)
		return EDOC_OK;
	if (g->tale.want_text)
		ed_buf_printf(&g->tale.text, T("%s: not united: %s\n"), m->path,
		              why ? why : T("its ledger does not hold"));
	ed_findings_init(&all, g->arena);
	for (size_t i = 0; fault && i < m->r.findings.n; i++) {
		const struct edoc_finding *f = &m->r.findings.v[i];
		const char *where = ed_arena_printf(g->arena, "%s: %s", m->path, f->where);

		if (!where)
			return ed_fail_memory(err);
		if (strcmp(f->code, "route.unfinished") != 0)
			ed_finding(&all, f->code, where, f->args[0], f->args[1], f->args[2]);
	}
	if (all.lost)
		return ed_fail_memory(err);
	return ed_tale_findings(&g->tale, "merge", &all, "", &errors, err);
}

/* As receive judges what comes: signatures TOTAL-PASSED, the ledger right. */
static enum edoc_code judge_merged(struct merging *g, struct merged *m, bool *right,
                                   struct edoc_error *err)
{
	struct edoc_report *report = NULL;
	struct ed_findings container;

	*right = false;
	enum edoc_code code = ed_replay_init(&m->r, err);
	if (code)
		return code;
	ed_findings_init(&container, m->r.arena);
	code = ed_package_open(m->fd, m->path, NULL, m->r.arena, &container, &m->asic, err);
	if (!code)
		code = edoc_verify_fd(m->fd, m->path, g->options, &report, err);
	if (!code)
		code = ed_replay_package(&m->r, m->asic, g->options, report, err);
	if (!code && !m->r.ledger.n && !ed_replay_fault(&m->r))
		code = ed_fail(err, EDOC_ERR_INPUT, m->path,
		               "it has no route ledger: there is nothing to unite");
	if (!code)
		code = tell_faults(g, m, ed_report_why(report, m->r.arena), right, err);
	edoc_report_free(report);
	return code;
}

static const char *case_of(const struct merged *m)
{
	return m->r.ledger.n ? ed_json_get_str(m->r.ledger.v[0].header, "case") : NULL;
}

static enum edoc_code check_case(const struct merged *m, const struct merged *first,
                                 struct edoc_error *err)
{
	const char *id = case_of(m), *other = case_of(first);

	if (!id || !other || !strcmp(id, other))
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_INPUT, m->path,
	               "it is a copy of case %s, and %s is one of case %s: copies of one case are "
	               "united",
	               id, first->path, other);
}

/* The case's package as it is by now, then who knows most; else by its bytes. */
static int best_first(const void *a, const void *b)
{
	const struct merged *x = a, *y = b;

	if (x->generations != y->generations)
		return x->generations > y->generations ? -1 : 1;
	if (x->r.ledger.n != y->r.ledger.n)
		return x->r.ledger.n > y->r.ledger.n ? -1 : 1;
	return strcmp(x->sha256, y->sha256);
}

static enum edoc_code open_copies(struct merging *g, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	uint64_t size;
	bool right;

	for (size_t i = 0; i < g->what->n && !code; i++) {
		struct merged *m = &g->v[g->n++];

		*m = (struct merged){.path = g->what->paths[i], .fd = -1};
		code = ed_open_read(m->path, &m->fd, &size, err);
		if (!code)
			code = judge_merged(g, m, &right, err);
		if (!code)
			code = ed_file_sha256(m->fd, m->path, m->sha256, err);
		if (code)
			break;
		g->sound &= right;
		if (m->r.ledger.n)
			m->generations = ed_generation_count(&m->r.ledger);
		code = check_case(m, &g->v[0], err);
	}
	if (!code)
		qsort(g->v, g->n, sizeof(*g->v), best_first);
	return code;
}

/* ---- one ledger of all ---- */

/* The entry of that name, and in which copy it is. */
static const struct ed_entry *find_entry(const struct merging *g, const char *name,
                                         const struct merged **in)
{
	char own[ED_LEDGER_NAME];

	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < g->v[i].r.ledger.n; k++) {
			ed_ledger_name(own, &g->v[i].r.ledger.v[k], ".json");
			if (strcmp(own, name) != 0)
				continue;
			*in = &g->v[i];
			return &g->v[i].r.ledger.v[k];
		}
	return NULL;
}

/* Header and CMS lie in a copy that was found right: whoever asks checks them. */
static enum edoc_code tell_proof(struct merging *g, const char *name, struct edoc_error *err)
{
	const struct merged *in = NULL;
	const struct ed_entry *e = find_entry(g, name, &in);
	const char *agency = e ? ed_entry_get(e, "actor", "agency") : NULL;
	const char *person = e ? ed_entry_get(e, "actor", "person") : NULL;
	char cms[ED_LEDGER_NAME], time[ED_TIME_STR];
	enum edoc_code code = EDOC_OK;

	if (!e)
		return EDOC_OK;
	ed_ledger_name(cms, e, ".cms");
	ed_time_format(time, e->time);
	if (g->tale.want_text)
		ed_buf_printf(&g->tale.text,
		              T("  proof: %s: %s with %s: %s%s%s, %s %s, sha256:%s\n"), in->path,
		              name, cms, person ? person : T("the desk of"),
		              agency ? (person ? "@" : " ") : "", agency ? agency : "",
		              e->outcome ? e->outcome : e->event, time, e->sha256);
	if (g->tale.want_json) {
		json_t *o = json_object();
		int bad = ed_json_bool(o, "ok", false) | ed_json_str(o, "path", in->path) |
		          ed_json_str(o, "entry", e->sha256) | ed_json_str(o, "header", name) |
		          ed_json_str(o, "cms", cms) | ed_json_str(o, "cert", e->actor_cert) |
		          ed_json_str(o, "time", time) | ed_json_str(o, "event", e->event);

		if (person)
			bad |= ed_json_str(o, "person", person);
		if (agency)
			bad |= ed_json_str(o, "agency", agency);
		if (e->step)
			bad |= ed_json_str(o, "step", e->step);
		if (e->outcome)
			bad |= ed_json_str(o, "outcome", e->outcome);
		code = bad ? ed_fail_memory(err) : ed_tale_json(&g->tale, "merge", o, err);
		json_decref(o);
	}
	return code;
}

static enum edoc_code tell_split(struct merging *g, const struct ed_replay *all,
                                 struct edoc_error *err)
{
	struct ed_findings errors;
	size_t n = 0;

	ed_findings_init(&errors, g->arena);
	for (size_t i = 0; i < all->findings.n; i++) {
		const struct edoc_finding *f = &all->findings.v[i];
		const struct ed_rule *rule = ed_rule(f->code);

		if (!rule || rule->severity == EDOC_ERROR)
			ed_finding(&errors, f->code, f->where, f->args[0], f->args[1], f->args[2]);
	}
	enum edoc_code code = errors.lost
	                              ? ed_fail_memory(err)
	                              : ed_tale_findings(&g->tale, "merge", &errors, "", &n, err);
	for (size_t i = 0; i < errors.n && !code; i++) {
		const struct edoc_finding *f = &errors.v[i];

		if (strcmp(f->code, "ledger.equivocation") != 0 &&
		    strcmp(f->code, "ledger.fork") != 0)
			continue;
		code = tell_proof(g, f->where, err);
		if (!code)
			code = tell_proof(g, f->args[0], err);
	}
	return code;
}

static enum edoc_code add_entries(struct ed_replay *all, struct merged *m, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < m->r.pins.n && !code; i++)
		code = ed_pins_add(&all->pins, m->r.pins.v[i], err);
	for (size_t i = 0; i < m->r.ledger.n && !code; i++) {
		const struct ed_entry *own = &m->r.ledger.v[i];
		struct ed_entry entry = {0};

		if (ed_ledger_find(&all->ledger, own->sha256))
			continue;
		m->brought++;
		code = ed_entry_parse(own->bytes.data, own->bytes.len, m->path, &entry, err);
		if (!code)
			code = ed_ledger_add(&all->ledger, &entry, err);
		ed_entry_clear(&entry);
	}
	return code;
}

/* Before a byte is written: do the entries of all make one ledger? */
static enum edoc_code fold_all(struct merging *g, struct edoc_error *err)
{
	struct ed_replay all;
	bool ready = false;

	enum edoc_code code = ed_replay_init(&all, err);
	if (code)
		return code;
	for (size_t i = 0; i < g->n && !code; i++)
		code = add_entries(&all, &g->v[i], err);
	if (!code) {
		ed_ledger_sort(&all.ledger);
		code = ed_replay_start_ledger(&all, &ready, err);
	}
	if (!code && (!ready || !ed_replay_fold(&all) || ed_replay_fault(&all))) {
		g->sound = false;
		code = tell_split(g, &all, err);
	}
	ed_replay_clear(&all);
	return code;
}

/* ---- the package ---- */

/* A copy of before a correction has other documents: its entries alone count. */
static bool counts(const struct merging *g, const struct merged *m, size_t i)
{
	enum ed_asic_kind kind = m->asic->kind[i];

	return kind == ED_ASIC_LEDGER ||
	       (m->generations == g->v[0].generations && kind != ED_ASIC_MIMETYPE &&
	        kind != ED_ASIC_MANIFEST && kind != ED_ASIC_FOLDER);
}

/* One header signed twice in a second, one checkpoint stamped by two TSAs: each
 * was found right, and one of them says it. */
static bool may_differ(const char *name)
{
	size_t n = strlen(name);

	return !strncmp(name, ED_LEDGER_CHECKPOINTS, strlen(ED_LEDGER_CHECKPOINTS)) ||
	       (!strncmp(name, ED_LEDGER_ENTRIES, strlen(ED_LEDGER_ENTRIES)) && n > 4 &&
	        !strcmp(name + n - 4, ".cms"));
}

static enum edoc_code hold_against(const struct part *a, const struct part *b,
                                   struct edoc_error *err)
{
	unsigned char x[ED_HASH_MAX], y[ED_HASH_MAX];

	if (may_differ(a->name))
		return EDOC_OK;
	enum edoc_code code = ed_asic_digest(a->from->asic, a->i, ED_SHA256, x, err);
	if (!code)
		code = ed_asic_digest(b->from->asic, b->i, ED_SHA256, y, err);
	if (!code && memcmp(x, y, 32) != 0)
		code = ed_fail(err, EDOC_ERR_INPUT, b->from->path,
		               "\"%s\" has other bytes here than in %s: the two are no copies of "
		               "one package",
		               b->name, a->from->path);
	return code;
}

static int by_part(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	return d ? d : (x->from > y->from) - (x->from < y->from);
}

static enum edoc_code list_parts(struct merging *g, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t k = 0; k < g->n; k++)
		for (size_t i = 0; i < ed_zip_count(g->v[k].asic->zip); i++) {
			struct part *v;

			if (!counts(g, &g->v[k], i))
				continue;
			v = ed_arena_grow(g->arena, g->parts, g->n_parts, &g->cap_parts,
			                  sizeof(*g->parts));
			if (!v)
				return ed_fail_memory(err);
			g->parts = v;
			v[g->n_parts++] =
			        (struct part){.from = &g->v[k],
			                      .i = i,
			                      .name = ed_zip_entry(g->v[k].asic->zip, i)->name};
		}
	if (g->n_parts)
		qsort(g->parts, g->n_parts, sizeof(*g->parts), by_part);
	for (size_t i = 1; i < g->n_parts && !code; i++)
		if (!strcmp(g->parts[i - 1].name, g->parts[i].name))
			code = hold_against(&g->parts[i - 1], &g->parts[i], err);
	return code;
}

/* Is it what the best copy lacks, as the first that has it? */
static bool is_added(const struct merging *g, size_t i)
{
	return g->parts[i].from != &g->v[0] &&
	       (!i || strcmp(g->parts[i - 1].name, g->parts[i].name) != 0);
}

/* What was there stays byte for byte; nothing to add: the file as it is. */
static enum edoc_code write_all(struct merging *g, struct ed_tmp *tmp, struct edoc_error *err)
{
	struct ed_zip_writer *writer = NULL;
	size_t n = 0;

	for (size_t i = 0; i < g->n_parts; i++)
		n += is_added(g, i);
	if (!n)
		return ed_copy_bytes(g->v[0].fd, tmp->fd, g->what->out, err);
	enum edoc_code code =
	        ed_zip_writer_new(tmp->fd, g->what->out, g->v[0].asic->zip, &writer, err);
	for (size_t i = 0; i < g->n_parts && !code; i++)
		if (is_added(g, i))
			code = ed_zip_add_copy(writer, g->parts[i].name,
			                       g->parts[i].from->asic->zip, g->parts[i].i, err);
	if (!code)
		code = ed_zip_writer_finish(writer, err);
	ed_zip_writer_free(writer);
	return code;
}

/* ---- told ---- */

static int put_copies(const struct merging *g, json_t *o)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < g->n; i++) {
		json_t *one = json_object();

		bad |= ed_json_str(one, "path", g->v[i].path) |
		       ed_json_int(one, "entries", (int64_t)g->v[i].r.ledger.n) |
		       ed_json_int(one, "brought", (int64_t)g->v[i].brought) |
		       json_array_append_new(list, one);
	}
	return bad | json_object_set_new(o, "copies", list);
}

static enum edoc_code tell_united(struct merging *g, const struct merged *m, struct edoc_error *err)
{
	json_t *state = NULL, *o;
	struct ed_buf answer;

	if (g->tale.want_text) {
		ed_buf_init(&answer, 65536);
		ed_view_answer(&m->r, &answer);
		ed_buf_printf(&g->tale.text, T("%s: %zu entries of %zu copies%s; %s\n"), m->path,
		              m->r.ledger.n, g->n, g->what->dry ? T(" (would be written)") : "",
		              ed_buf_str(&answer));
		ed_buf_clear(&answer);
	}
	if (!g->tale.want_json)
		return EDOC_OK;
	enum edoc_code code = ed_view_json(&m->r, false, &state, err);
	if (code)
		return code;
	o = json_object();
	int bad = ed_json_bool(o, "ok", true) | ed_json_str(o, "case", case_of(m)) |
	          ed_json_bool(o, "dry", g->what->dry) | ed_json_str(o, "path", m->path) |
	          ed_json_int(o, "entries", (int64_t)m->r.ledger.n) | put_copies(g, o) |
	          json_object_set(o, "phase", json_object_get(state, "phase")) |
	          json_object_set(o, "waits", json_object_get(state, "waits")) |
	          json_object_set(o, "open", json_object_get(state, "open"));
	code = bad ? ed_fail_memory(err) : ed_tale_json(&g->tale, "merge", o, err);
	json_decref(state);
	json_decref(o);
	return code;
}

/* What was made is judged like what it was made of, before it has a name. */
static enum edoc_code unite(struct merging *g, struct edoc_error *err)
{
	struct merged made = {.path = g->what->out, .fd = -1};
	struct ed_tmp tmp = {.fd = -1};
	bool right = false;

	enum edoc_code code = list_parts(g, err);
	if (!code)
		code = ed_tmp_check(g->what->out, g->what->overwrite, err);
	if (!code)
		code = ed_tmp_open(&tmp, g->what->out, false, err);
	if (!code)
		code = write_all(g, &tmp, err);
	made.fd = code ? -1 : dup(tmp.fd);
	if (!code && made.fd < 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, g->what->out, "dup");
	if (!code)
		code = judge_merged(g, &made, &right, err);
	g->sound &= right;
	if (!code && g->sound && !g->what->dry)
		code = g->what->overwrite ? ed_tmp_rename(&tmp, err) : ed_tmp_link(&tmp, err);
	if (!code && g->sound)
		code = tell_united(g, &made, err);
	clear_merged(&made);
	ed_tmp_clear(&tmp);
	return code;
}

enum edoc_code edoc_route_merge(const struct edoc_merge *what,
                                const struct edoc_verify_options *options, char **text, char **json,
                                bool *sound, struct edoc_error *err)
{
	struct merging g = {
	        .what = what, .options = options, .arena = ed_arena_new(), .sound = true};

	*sound = false;
	ed_tale_init(&g.tale, text != NULL, json != NULL);
	g.v = calloc(what->n + 1, sizeof(*g.v));
	enum edoc_code code = g.v && g.arena ? open_copies(&g, err) : ed_fail_memory(err);
	if (!code && g.sound)
		code = fold_all(&g, err);
	if (!code && g.sound)
		code = unite(&g, err);
	if (!code)
		code = ed_tale_give(&g.tale, text, json, err);
	*sound = !code && g.sound;
	for (size_t i = 0; g.v && i < g.n; i++)
		clear_merged(&g.v[i]);
	free(g.v);
	ed_tale_clear(&g.tale);
	ed_arena_free(g.arena);
	return code;
}

enum edoc_code edoc_desk_merge(struct edoc_desk *desk, const char *name, const char *path,
                               const struct edoc_act *act, char **text, char **json,
                               struct edoc_error *err)
{
	char id[ED_CASE_ID], of[ED_CASE_ID];

	enum edoc_code code = ed_case_find(desk, name, id, err);
	if (!code)
		code = ed_case_find(desk, path, of, err);
	if (!code && strcmp(id, of) != 0)
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               "it is a copy of case %s, and %s is case %s: copies of one case are "
		               "united",
		               of, name, id);
	return code ? code : edoc_desk_receive(desk, path, act, text, json, err);
}
