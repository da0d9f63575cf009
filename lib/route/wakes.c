/* SPDX-License-Identifier: ISC */
#include "route/wakes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define AT_ONCE 1024 /* noted in one transaction */

struct ed_wake {
	char id[ED_CASE_ID];
	int64_t next;
};

/* Is the file that was opened still the desk's?  Asked under the lock. */
static bool is_still_it(struct ed_wakes *w)
{
	const char *path = ed_desk_path(w->look.desk, "index/cases.sqlite");
	struct stat st;

	return path && !stat(path, &st) && !access(path, W_OK) && ed_index_is(w->look.index, &st);
}

static void begin_noting(struct ed_wakes *w)
{
	w->v = ed_arena_alloc(w->arena, AT_ONCE * sizeof(*w->v));
	w->lock = w->v ? ed_index_lock(w->look.desk) : -1;
	if (w->lock >= 0 && !is_still_it(w)) {
		close(w->lock);
		w->lock = -1;
	}
}

static enum edoc_code add_all(struct ed_wakes *w, struct ed_list *list, struct edoc_error *err)
{
	const char *id;

	enum edoc_code code =
	        ed_index_list(w->look.index, ED_INDEX_WAKES, w->lang, w->look.now, err);
	while (!code) {
		code = ed_index_next(w->look.index, ED_INDEX_WAKES, &id, NULL, err);
		if (code || !id)
			break;
		code = ed_list_add(list, id, err);
	}
	return code;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those that the folders tell of as well, in the order of ids, each once. */
static enum edoc_code add_fresh(struct ed_wakes *w, struct ed_list *list, struct edoc_error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < w->look.n_fresh; i++) {
		enum edoc_code code = ed_list_add(list, w->look.fresh[i], err);

		if (code)
			return code;
	}
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_text);
	for (size_t i = 0; i < list->n; i++)
		if (!n || strcmp(list->v[n - 1], list->v[i]))
			list->v[n++] = list->v[i];
	list->n = n;
	return EDOC_OK;
}

/* *known false: the index cannot tell. */
static enum edoc_code ask(struct ed_wakes *w, const char *how, bool *known, char ***ids,
                          struct edoc_error *err)
{
	struct ed_list list = {.arena = ed_arena_new()};
	bool write = w->lock >= 0;

	if (!list.arena)
		return ed_fail_memory(err);
	enum edoc_code code = ed_index_begin(w->look.index, write, err);
	if (!code) {
		code = ed_index_telling(w->look.index, w->lang, how, w->look.now, write, known,
		                        err);
		if (!code && *known)
			code = add_all(w, &list, err);
		if (ed_index_end(w->look.index, write && !code, code ? NULL : err) && !code)
			code = EDOC_ERR_IO;
	}
	if (!code && *known)
		code = add_fresh(w, &list, err);
	if (!code && *known)
		code = ed_list_give(&list, ids, err);
	ed_arena_free(list.arena);
	return code;
}

static void stop_noting(struct ed_wakes *w)
{
	if (w->lock >= 0)
		close(w->lock);
	w->lock = -1;
}

enum edoc_code ed_wakes_open(struct edoc_desk *desk, const char *lang, const char *how, int64_t now,
                             struct ed_wakes *w, char ***ids, struct edoc_error *err)
{
	struct edoc_error why = {0};
	bool known = false;

	*w = (struct ed_wakes){.lang = lang, .lock = -1, .arena = ed_arena_new()};
	if (!w->arena)
		return ed_fail_memory(err);
	enum edoc_code code = ed_look_open(desk, desk->walk || !how, now, &w->look, err);
	if (code)
		return code;
	if (w->look.index) {
		begin_noting(w);
		code = ask(w, how, &known, ids, &why);
	}
	if (code == EDOC_ERR_MEMORY)
		return ed_fail_memory(err);
	if (!code && known)
		return EDOC_OK;
	stop_noting(w); /* a cache that cannot be asked hides nothing */
	return ed_case_list(desk, ids, NULL, err);
}

static void note_all(struct ed_wakes *w)
{
	struct ed_index *index = w->look.index;
	enum edoc_code code = w->n ? ed_index_begin(index, true, NULL) : EDOC_OK;

	if (!code && w->n) {
		code = ed_index_told(index, w->lang, w->look.now, NULL);
		for (size_t i = 0; !code && i < w->n; i++)
			code = ed_index_wake(index, w->v[i].id, w->lang, w->v[i].next, NULL);
		if (ed_index_end(index, !code, NULL))
			code = EDOC_ERR_IO;
	}
	w->n = 0;
	if (code)
		stop_noting(w);
}

void ed_wakes_note(struct ed_wakes *w, const char *id, int64_t next)
{
	if (w->lock < 0)
		return;
	snprintf(w->v[w->n].id, sizeof(w->v[w->n].id), "%s", id);
	w->v[w->n++].next = next;
	if (w->n == AT_ONCE)
		note_all(w);
}

void ed_wakes_close(struct ed_wakes *w)
{
	if (w->lock >= 0)
		note_all(w);
	stop_noting(w);
	if (w->look.arena)
		ed_look_close(&w->look);
	ed_arena_free(w->arena);
	*w = (struct ed_wakes){.lock = -1};
}
