/* SPDX-License-Identifier: ISC */
/* The checkpoints that a case's package takes along: what its entries quote, and
 * what says that they were there by then. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "route/heads.h"
#include "route/ledger.h"

struct giving {
	struct ed_case *c;
	const bool *held;
	struct ed_heads heads;
	bool *wanted; /* by seq */
	ed_proof_fn *fn;
	void *arg;
};

/* ---- which ---- */

static void want_quoted(struct giving *g)
{
	const struct ed_ledger *ledger = &g->c->r.ledger;

	for (size_t i = 0; i < ledger->n; i++) {
		const char *ref = ed_json_get_str(ledger->v[i].header, "checkpoint");

		for (size_t k = 0; ref && g->held[i] && k < g->heads.n; k++)
			if (!strcmp(g->heads.v[k].head.sha256, ref + 7))
				g->wanted[k] = true;
	}
}

/* The oldest that has its time-stamp and says as much of the case as this. */
static void want_from(struct giving *g, int64_t seq)
{
	for (size_t k = (size_t)seq - 1; k < g->heads.n; k++)
		if (g->heads.v[k].complete) {
			g->wanted[k] = true;
			return;
		}
}

static void want_covering(struct giving *g)
{
	char id[ED_CASE_ID];
	int64_t entries;

	for (size_t i = 0; i < g->heads.n_lines; i++) {
		ed_leaf_read(g->heads.lines[i].leaf, id, &entries);
		if (!strcmp(id, g->c->id))
			want_from(g, g->heads.lines[i].seq);
	}
}

/* ---- given ---- */

static enum edoc_code give(struct giving *g, const struct ed_head *head, const char *suffix,
                           const struct ed_buf *bytes, struct edoc_error *err)
{
	char name[ED_LEDGER_NAME];

	snprintf(name, sizeof(name), ED_LEDGER_CHECKPOINTS "%.8s%s", head->sha256, suffix);
	return g->fn(g->arg, name, bytes->data, bytes->len, err);
}

/* Absent: there is none yet. */
static enum edoc_code give_file(struct giving *g, const struct ed_head *head, const char *suffix,
                                struct edoc_error *err)
{
	const char *path = ed_desk_path(g->c->desk, "head/%s%s", head->sha256, suffix);
	struct ed_buf bytes;

	if (!path)
		return ed_fail_memory(err);
	if (access(path, F_OK))
		return EDOC_OK;
	ed_buf_init(&bytes, ED_MAX_CMS);
	enum edoc_code code = ed_read_path(path, &bytes, err);
	if (!code)
		code = give(g, head, suffix, &bytes, err);
	ed_buf_clear(&bytes);
	return code;
}

static bool of_case(const char *leaf, const char *id)
{
	char of[ED_CASE_ID];
	int64_t entries;

	ed_leaf_read(leaf, of, &entries);
	return !strcmp(of, id);
}

/* A tree that is not the signed one any more proves nothing: no path. */
static enum edoc_code give_path(struct giving *g, const struct ed_head *head,
                                struct edoc_error *err)
{
	struct ed_merkle_hash *hashes = NULL, root, path[ED_MERKLE_DEPTH];
	char ref[ED_SHA256_REF];
	const char **leaves = NULL;
	struct ed_buf out;
	size_t n = 0, i = 0, len = 0;

	enum edoc_code code = ed_heads_leaves(&g->heads, head->seq, &leaves, &n, err);
	while (!code && i < n && !of_case(leaves[i], g->c->id))
		i++;
	if (code || i == n)
		return code;
	code = ed_heads_hashes(&g->heads, leaves, n, &hashes, err);
	if (!code &&
	    (!ed_merkle_root(hashes, n, &root) || !ed_merkle_path(hashes, n, i, path, &len)))
		code = ed_fail_memory(err);
	if (code || (int64_t)n != head->size || memcmp(&root, &head->root, sizeof(root)) != 0)
		return code;
	snprintf(ref, sizeof(ref), "sha256:%s", head->sha256);
	ed_buf_init(&out, ED_MAX_JSON_BYTES);
	code = ed_inclusion_make(ref, leaves[i], i, path, len, &out, err);
	if (!code)
		code = give(g, head, ".path.json", &out, err);
	ed_buf_clear(&out);
	return code;
}

static enum edoc_code give_one(struct giving *g, const struct ed_head *head, struct edoc_error *err)
{
	enum edoc_code code = give(g, head, ".json", &head->bytes, err);

	if (!code)
		code = give_file(g, head, ".cms", err);
	if (!code)
		code = give_file(g, head, ".tst", err);
	return code ? code : give_path(g, head, err);
}

/* ---- of others ---- */

/* Does an entry quote the checkpoint whose digest begins so?  held: NULL for all. */
static bool is_quoted(const struct ed_ledger *ledger, const bool *held, const char *name)
{
	for (size_t i = 0; i < ledger->n; i++) {
		const char *ref = ed_json_get_str(ledger->v[i].header, "checkpoint");

		if (ref && (!held || held[i]) && !strncmp(ref + 7, name, 8))
			return true;
	}
	return false;
}

static enum edoc_code keep_one(struct ed_case *c, struct ed_asic *asic, size_t i, const char *name,
                               struct edoc_error *err)
{
	char *path = ed_case_path(c, "peer/%s", name);
	struct ed_buf bytes;
	bool taken;

	ed_buf_init(&bytes, ED_MAX_CMS);
	enum edoc_code code =
	        path ? ed_zip_read_buf(asic->zip, i, &bytes, err) : ed_fail_memory(err);
	if (!code)
		code = ed_desk_put(c->desk, path, bytes.data, bytes.len, &taken, err);
	ed_buf_clear(&bytes);
	return code;
}

enum edoc_code ed_proofs_keep(struct ed_case *c, const struct ed_ledger *ledger,
                              struct ed_asic *asic, struct edoc_error *err)
{
	const char *dir = ed_case_path(c, "peer");
	enum edoc_code code = dir ? EDOC_OK : ed_fail_memory(err);

	for (size_t i = 0; !code && i < ed_zip_count(asic->zip); i++) {
		const char *name = ed_zip_entry(asic->zip, i)->name;

		if (!ed_ledger_is_checkpoint(name))
			continue;
		name += sizeof(ED_LEDGER_CHECKPOINTS) - 1;
		if (!is_quoted(ledger, NULL, name))
			continue;
		code = ed_mkdirs(dir, err);
		if (!code)
			code = keep_one(c, asic, i, name, err);
	}
	return code;
}

static bool is_given(const struct giving *g, const char *name)
{
	for (size_t k = 0; k < g->heads.n; k++)
		if (g->wanted[k] && !strncmp(g->heads.v[k].head.sha256, name, 8))
			return true;
	return false;
}

static enum edoc_code give_kept(struct giving *g, struct edoc_error *err)
{
	const char *dir = ed_case_path(g->c, "peer"), *path;
	char whole[ED_LEDGER_NAME], **names = NULL;
	struct ed_buf bytes;
	size_t n;

	if (!dir)
		return ed_fail_memory(err);
	if (access(dir, F_OK))
		return EDOC_OK;
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++) {
		snprintf(whole, sizeof(whole), ED_LEDGER_CHECKPOINTS "%.32s", names[i]);
		if (!ed_ledger_is_checkpoint(whole) || is_given(g, names[i]) ||
		    !is_quoted(&g->c->r.ledger, g->held, names[i]))
			continue;
		path = ed_case_path(g->c, "peer/%s", names[i]);
		ed_buf_init(&bytes, ED_MAX_CMS);
		code = path ? ed_read_path(path, &bytes, err) : ed_fail_memory(err);
		if (!code)
			code = g->fn(g->arg, whole, bytes.data, bytes.len, err);
		ed_buf_clear(&bytes);
	}
	ed_names_free(names);
	return code;
}

static bool quotes_any(const struct ed_ledger *ledger)
{
	for (size_t i = 0; i < ledger->n; i++)
		if (ed_json_get_str(ledger->v[i].header, "checkpoint"))
			return true;
	return false;
}

enum edoc_code ed_case_proofs(struct ed_case *c, enum ed_proofs which, const bool *held,
                              ed_proof_fn *fn, void *arg, struct edoc_error *err)
{
	struct giving g = {.c = c, .held = held, .fn = fn, .arg = arg};
	struct edoc_error why = {0};

	if (which == ED_PROOFS_NONE || (which == ED_PROOFS_QUOTED && !quotes_any(&c->r.ledger)))
		return EDOC_OK;
	enum edoc_code code = ed_heads_read(c->desk, c->r.arena, &g.heads, &why);
	/* A case is not held up by checkpoints that are damaged: tick tells, and audit. */
	if (code == EDOC_ERR_INPUT || code == EDOC_ERR_ABSENT || code == EDOC_ERR_VERSION)
		return EDOC_OK;
	if (code && err)
		*err = why;
	if (!code && !(g.wanted = calloc(g.heads.n + 1, sizeof(*g.wanted))))
		code = ed_fail_memory(err);
	if (!code)
		want_quoted(&g);
	if (!code && which == ED_PROOFS_ALL)
		want_covering(&g);
	for (size_t k = 0; k < g.heads.n && !code; k++)
		if (g.wanted[k])
			code = give_one(&g, &g.heads.v[k].head, err);
	if (!code)
		code = give_kept(&g, err);
	free(g.wanted);
	ed_heads_clear(&g.heads);
	return code;
}
