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
	free(g.wanted);
	ed_heads_clear(&g.heads);
	return code;
}
