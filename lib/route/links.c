/* SPDX-License-Identifier: ISC */
#include "route/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/grammar.h"
#include "route/look.h"

struct link {
	char id[ED_CASE_ID];
	const char *relation;
};

static int by_both(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	int d = strcmp(x->id, y->id);

	return d ? d : strcmp(x->relation, y->relation);
}

/* ---- said ---- */

static bool is_whole_id(const char *s)
{
	return strlen(s) == 32 && strspn(s, "0123456789abcdef") == 32;
}

static enum edoc_code read_one(struct edoc_desk *desk, const char *said, const char *own,
                               struct link *link, struct edoc_error *err)
{
	const char *equals = strrchr(said, '=');
	const char *name =
	        equals ? ed_arena_printf(desk->arena, "%.*s", (int)(equals - said), said) : said;
	struct edoc_error why = {0};

	if (!name)
		return ed_fail_memory(err);
	link->relation = equals ? equals + 1 : ed_relations[0];
	if (!ed_def_one_of(link->relation, ed_relations))
		return ed_fail(err, EDOC_ERR_USAGE, "--link",
		               "\"%s\" is none of relates, replies-to, appeals, forwards, part-of",
		               link->relation);
	enum edoc_code code = ed_case_find(desk, name, link->id, &why);
	if (code == EDOC_ERR_ABSENT && is_whole_id(name)) {
		memcpy(link->id, name, sizeof(link->id));
		code = EDOC_OK;
	}
	if (code && err)
		*err = why;
	if (!code && !strcmp(link->id, own))
		code = ed_fail(err, EDOC_ERR_USAGE, "--link",
		               "\"%s\" is the very case that is submitted", name);
	return code;
}

static enum edoc_code list_links(struct link *v, size_t n, json_t **links, struct edoc_error *err)
{
	json_t *list = json_array();
	int bad = !list;

	qsort(v, n, sizeof(*v), by_both);
	for (size_t i = 0; i < n && !bad; i++) {
		json_t *one;

		if (i && !by_both(&v[i - 1], &v[i]))
			continue;
		one = json_object();
		bad |= ed_json_str(one, "case", v[i].id) |
		       ed_json_str(one, "relation", v[i].relation) |
		       json_array_append_new(list, one);
	}
	if (bad) {
		json_decref(list);
		return ed_fail_memory(err);
	}
	*links = list;
	return EDOC_OK;
}

enum edoc_code ed_links_read(struct edoc_desk *desk, const char *const *said, const char *own,
                             json_t **links, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct link *v;
	size_t n = 0;

	while (said && said[n])
		n++;
	if (!n)
		return EDOC_OK;
	if (n > ED_MAX_LINKS)
		return ed_fail(err, EDOC_ERR_LIMIT, "--link", "a case names %d others at most",
		               ED_MAX_LINKS);
	v = calloc(n, sizeof(*v));
	if (!v)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n && !code; i++)
		code = read_one(desk, said[i], own, &v[i], err);
	if (!code)
		code = list_links(v, n, links, err);
	free(v);
	return code;
}

/* ---- shown ---- */

struct naming { /* who names the case */
	struct ed_look look;
	const char *id;
	struct link *v;
	size_t n, cap;
};

static enum edoc_code add_naming(struct naming *g, const char *id, const char *relation,
                                 struct edoc_error *err)
{
	struct link *v = ed_arena_grow(g->look.arena, g->v, g->n, &g->cap, sizeof(*g->v));

	if (!v)
		return ed_fail_memory(err);
	g->v = v;
	snprintf(v[g->n].id, sizeof(v[g->n].id), "%s", id);
	v[g->n].relation = ed_arena_strdup(g->look.arena, relation);
	return v[g->n++].relation ? EDOC_OK : ed_fail_memory(err);
}

static bool is_fresh(const struct ed_look *look, const char *id)
{
	for (size_t i = 0; i < look->n_fresh; i++)
		if (!strcmp(look->fresh[i], id))
			return true;
	return false;
}

static enum edoc_code ask_index(struct naming *g, struct edoc_error *err)
{
	struct ed_index *index = g->look.index;
	const char *id, *relation;

	enum edoc_code code = ed_index_begin(index, false, err);
	if (code)
		return code;
	code = ed_index_list(index, ED_INDEX_LINKED, g->id, 0, err);
	while (!code) {
		code = ed_index_next(index, ED_INDEX_LINKED, &id, &relation, err);
		if (code || !id)
			break;
		if (!is_fresh(&g->look, id))
			code = add_naming(g, id, relation, err);
	}
	enum edoc_code end = ed_index_end(index, false, code ? NULL : err);
	return code ? code : end;
}

/* A case that the index does not know yet. */
static enum edoc_code ask_folder(struct naming *g, const char *id, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	const json_t *links;
	struct ed_case c;

	if (ed_case_load(g->look.desk, id, &c, NULL))
		return EDOC_OK; /* status tells */
	links = c.exists ? json_object_get(c.r.ledger.v[0].header, "links") : NULL;
	for (size_t i = 0; i < json_array_size(links) && !code; i++) {
		const json_t *one = json_array_get(links, i);

		if (!strcmp(ed_json_get_str(one, "case"), g->id))
			code = add_naming(g, id, ed_json_get_str(one, "relation"), err);
	}
	ed_case_clear(&c);
	return code;
}

/* An index that fails is told by the lists: here it only knows nobody. */
static enum edoc_code find_naming(struct naming *g, struct edoc_error *err)
{
	struct edoc_error why = {0};

	if (!g->look.index)
		return EDOC_OK;
	enum edoc_code code = ask_index(g, &why);
	if (code == EDOC_ERR_MEMORY)
		return ed_fail_memory(err);
	if (code)
		g->n = 0;
	code = EDOC_OK;
	for (size_t i = 0; i < g->look.n_fresh && !code; i++)
		code = ask_folder(g, g->look.fresh[i], err);
	if (g->n)
		qsort(g->v, g->n, sizeof(*g->v), by_both);
	return code;
}

static bool is_here(struct edoc_desk *desk, const char *id)
{
	const char *first = ed_desk_path(desk, "case/%.2s/%s/log/000001", id, id);

	return first && !access(first, F_OK);
}

static void put_text(const struct naming *g, const struct ed_case *c, struct ed_buf *out)
{
	const json_t *links = json_object_get(c->r.ledger.v[0].header, "links");

	for (size_t i = 0; i < json_array_size(links); i++) {
		const json_t *one = json_array_get(links, i);
		const char *id = ed_json_get_str(one, "case");

		ed_buf_printf(out,
		              is_here(c->desk, id)
		                      ? dgettext("edoc", "  link %s: case %s\n")
		                      : dgettext("edoc", "  link %s: case %s, which is not here\n"),
		              ed_json_get_str(one, "relation"), id);
	}
	for (size_t i = 0; i < g->n; i++)
		ed_buf_printf(out, dgettext("edoc", "  linked by case %s: %s\n"), g->v[i].id,
		              g->v[i].relation);
}

enum edoc_code ed_links_show(struct ed_case *c, int64_t now, struct ed_buf *out, json_t *o,
                             struct edoc_error *err)
{
	struct naming g = {.id = c->id};
	json_t *list = NULL;

	enum edoc_code code = ed_look_open(c->desk, c->desk->walk, now, &g.look, err);
	if (code)
		return code;
	code = find_naming(&g, err);
	if (!code && out)
		put_text(&g, c, out);
	if (!code && o && g.n)
		code = list_links(g.v, g.n, &list, err);
	if (!code && list && json_object_set_new(o, "linked", list))
		code = ed_fail_memory(err);
	ed_look_close(&g.look);
	return code;
}
