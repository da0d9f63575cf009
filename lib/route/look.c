/* SPDX-License-Identifier: ISC */
#include "route/look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "route/exchange.h"
#include "route/folder.h"
#include "route/touched.h"

/* ---- a case in its folder ---- */

/* The entry before, on the way that the case took. */
static const struct ed_entry *before(const struct ed_case *c, const struct ed_entry *e)
{
	const char *prev = json_string_value(json_array_get(json_object_get(e->header, "prev"), 0));

	return prev ? ed_ledger_find(&c->r.ledger, prev) : NULL;
}

static void tell_gone(const struct ed_case *c, struct ed_row *row)
{
	const struct ed_entry *e = ed_ledger_find(&c->r.ledger, c->r.state.head);
	int64_t received;

	while (e && strcmp(e->event, "case.received"))
		e = before(c, e);
	if (!e)
		return;
	received = e->time;
	while (e && strcmp(e->event, "case.sent"))
		e = before(c, e);
	if (e)
		ed_row_gone(row, e->time, received);
}

struct ed_row *ed_case_row(struct ed_case *c)
{
	struct ed_row *row = ed_row_of(&c->r, c->r.arena);

	if (!row)
		return NULL;
	row->id = c->id;
	row->here = ed_case_here(c);
	row->sends = ed_case_sends(c);
	if (row->phase == ED_PHASE_RUNNING && !row->awaiting && !row->here)
		tell_gone(c, row);
	for (size_t k = 0; k < c->r.n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(&c->r, k);

		row->sent |= s && s->phase == ED_PHASE_RUNNING && ed_chain_sent(c, s);
	}
	return row;
}

void ed_case_answer(struct ed_case *c, struct ed_buf *out)
{
	const struct ed_row *row = ed_case_row(c);

	if (row)
		ed_row_answer(row, out);
	else
		out->failed = EDOC_ERR_MEMORY;
}

static void add(struct ed_buf *hay, const char *text)
{
	ed_buf_puts(hay, text ? text : "");
	ed_buf_putc(hay, '\n');
}

static void add_documents(struct ed_buf *hay, const json_t *documents)
{
	for (size_t i = 0; i < json_array_size(documents); i++) {
		const char *name = ed_json_get_str(json_array_get(documents, i), "name");

		if (name && strncmp(name, "META-INF/", 9))
			add(hay, name);
	}
}

/* What a person may remember of a case, folded; NULL: out of memory. */
static char *words_of(const struct ed_case *c)
{
	const struct ed_entry *first = &c->r.ledger.v[0];
	const struct ed_route *route = c->r.engine.route;
	struct ed_buf hay;
	char *folded;

	ed_buf_init(&hay, (size_t)1 << 24);
	add(&hay, c->id);
	add(&hay, c->r.state.number);
	add(&hay, ed_entry_get(first, "actor", "person"));
	add(&hay, ed_json_get_str(first->body, "name"));
	add(&hay, ed_json_get_str(first->body, "text"));
	for (size_t i = 0; i < c->r.ledger.n; i++) /* corrections too */
		add_documents(&hay, json_object_get(c->r.ledger.v[i].header, "documents"));
	for (size_t i = 0; i < json_array_size(json_object_get(first->header, "links")); i++)
		add(&hay, ed_json_get_str(
		                  json_array_get(json_object_get(first->header, "links"), i),
		                  "case"));
	add(&hay, route ? route->id : NULL);
	for (size_t i = 0; route && route->title[i]; i++)
		add(&hay, route->title[i]);
	folded = hay.failed ? NULL : ed_name_fold((const char *)hay.data, hay.len);
	ed_buf_clear(&hay);
	return folded;
}

/* Every word stands somewhere, whatever its case. */
static bool fits(const char *folded, char *const *words)
{
	for (; *words; words++)
		if (!strstr(folded, *words))
			return false;
	return true;
}

static bool is_silent(const struct ed_row *row, int64_t now)
{
	for (size_t i = 0; row->here && i < row->n_steps; i++)
		if (row->steps[i].silent && row->steps[i].due != ED_TIME_NONE &&
		    now > row->steps[i].due)
			return true;
	for (size_t i = 0; row->here && i < row->n_away; i++)
		if (row->away[i].silent && row->away[i].back != ED_TIME_NONE &&
		    now > row->away[i].back)
			return true;
	return false;
}

static bool belongs(const struct ed_row *row, enum ed_cases set, int64_t now)
{
	bool running = row->phase == ED_PHASE_RUNNING && row->here;

	switch (set) {
	case ED_CASES_ALL:
		return true;
	case ED_CASES_RUNNING:
		return running;
	case ED_CASES_DUE:
		return running || (row->gone && row->n_terms);
	case ED_CASES_SENT:
		return row->sent;
	case ED_CASES_SENDABLE:
		return row->sent || row->sends;
	case ED_CASES_SILENT:
		return is_silent(row, now);
	case ED_CASES_HEALTH:
		return running || row->sent || row->time > now + ED_CLOCK_SKEW;
	}
	return false;
}

/* ---- what is looked for ---- */

struct asked {
	struct ed_look *look;
	enum ed_cases set;
	char **words; /* folded, NULL-ended; or NULL */
	ed_met_fn *fn;
	void *arg;
	size_t next_fresh;
};

static enum edoc_code meet_loaded(struct asked *a, struct ed_case *c, struct edoc_error *err)
{
	struct ed_met met = {.id = c->id, .row = ed_case_row(c), .folder = true};
	char *words = a->words ? words_of(c) : NULL;
	enum edoc_code code = EDOC_OK;

	if (!met.row || (a->words && !words))
		code = ed_fail_memory(err);
	else if (!a->words || fits(words, a->words))
		if (belongs(met.row, a->set, a->look->now) || a->set == ED_CASES_HEALTH)
			code = a->fn(a->arg, &met, err);
	free(words);
	return code;
}

static enum edoc_code meet_folder(struct asked *a, const char *id, struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_met met = {.id = id, .folder = true, .warning = why.msg};
	struct ed_case c;

	enum edoc_code code = ed_case_load(a->look->desk, id, &c, &why);
	if (code == EDOC_ERR_INPUT)
		return a->fn(a->arg, &met, err);
	if (code && err)
		*err = why;
	if (code)
		return code;
	if (c.exists)
		code = meet_loaded(a, &c, err);
	ed_case_clear(&c);
	return code;
}

static enum edoc_code meet_row(struct asked *a, const char *id, struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_row *row = NULL;
	struct ed_met met = {.id = id};
	enum edoc_code code =
	        arena ? ed_index_get(a->look->index, id, arena, &row, err) : ed_fail_memory(err);

	met.row = row;
	if (!code && row && belongs(row, a->set, a->look->now))
		code = a->fn(a->arg, &met, err);
	ed_arena_free(arena);
	return code;
}

/* Those that only the folders tell of, up to that id; NULL: all. */
static enum edoc_code meet_fresh(struct asked *a, const char *until, bool *same,
                                 struct edoc_error *err)
{
	struct ed_look *look = a->look;
	enum edoc_code code = EDOC_OK;

	*same = false;
	while (!code && a->next_fresh < look->n_fresh && !*same) {
		const char *id = look->fresh[a->next_fresh];
		int order = until ? strcmp(id, until) : -1;

		if (order > 0)
			break;
		*same = order == 0;
		a->next_fresh++;
		code = meet_folder(a, id, err);
	}
	return code;
}

static enum edoc_code meet_indexed(struct asked *a, struct edoc_error *err)
{
	struct ed_index *index = a->look->index;
	int list = a->words ? (int)ED_INDEX_WORDS : (int)a->set;
	const char *id, *words = NULL;
	int64_t now = a->set == ED_CASES_HEALTH ? a->look->now + ED_CLOCK_SKEW : a->look->now;
	bool same;

	enum edoc_code code = ed_index_list(index, list, NULL, now, err);
	for (;;) {
		char own[ED_CASE_ID];

		if (!code)
			code = ed_index_next(index, list, &id, a->words ? &words : NULL, err);
		if (code || !id)
			break;
		if (a->words && (!words || !fits(words, a->words)))
			continue;
		snprintf(own, sizeof(own), "%s", id);
		code = meet_fresh(a, own, &same, err);
		if (!code && !same)
			code = meet_row(a, own, err);
	}
	return code ? code : meet_fresh(a, NULL, &same, err);
}

/* ---- what the index does not know yet ---- */

static enum edoc_code add_fresh(struct ed_look *look, const char *id, struct edoc_error *err)
{
	const char **v = ed_arena_grow(look->arena, look->fresh, look->n_fresh, &look->cap_fresh,
	                               sizeof(*v));

	if (v)
		look->fresh = v;
	if (!v || !(v[look->n_fresh] = ed_arena_strdup(look->arena, id)))
		return ed_fail_memory(err);
	look->n_fresh++;
	return EDOC_OK;
}

/* An ed_folders stray. */
static enum edoc_code add_stray(void *arg, const char *shelf, const char *path,
                                struct edoc_error *err)
{
	struct ed_look *look = arg;
	struct ed_stray *v = ed_arena_grow(look->arena, look->strays, look->n_strays,
	                                   &look->cap_strays, sizeof(*v));

	if (!v)
		return ed_fail_memory(err);
	look->strays = v;
	v += look->n_strays;
	v->shelf = ed_arena_strdup(look->arena, shelf);
	v->path = ed_arena_strdup(look->arena, path);
	look->n_strays += v->shelf && v->path;
	return v->shelf && v->path ? EDOC_OK : ed_fail_memory(err);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_place(const void *a, const void *b)
{
	const struct ed_stray *x = a, *y = b;
	int order = strcmp(x->shelf, y->shelf);

	return order ? order : strcmp(x->path, y->path);
}

static void sort_fresh(struct ed_look *look)
{
	size_t n = 0;

	if (look->n_fresh)
		qsort(look->fresh, look->n_fresh, sizeof(*look->fresh), by_text);
	for (size_t i = 0; i < look->n_fresh; i++)
		if (!n || strcmp(look->fresh[n - 1], look->fresh[i]))
			look->fresh[n++] = look->fresh[i];
	look->n_fresh = n;
}

struct opening {
	struct ed_look *look;
	struct ed_touched *marks;
	size_t n_marks;
	struct ed_shelf *shelves;
	size_t n_shelves;
	size_t n_broken;    /* of the fresh ones, those that always are */
	const char **there; /* cases of the shelf that is compared */
	size_t n_there, cap_there;
	struct stat file; /* the index, before it was opened */
	bool folded;
};

static enum edoc_code note_there(void *arg, const char *id, struct edoc_error *err)
{
	struct opening *o = arg;
	const char **v =
	        ed_arena_grow(o->look->arena, o->there, o->n_there, &o->cap_there, sizeof(*v));

	if (v)
		o->there = v;
	if (!v || !(v[o->n_there] = ed_arena_strdup(o->look->arena, id)))
		return ed_fail_memory(err);
	o->n_there++;
	return EDOC_OK;
}

static enum edoc_code note_stray(void *arg, const char *shelf, const char *path,
                                 struct edoc_error *err)
{
	const struct opening *o = arg;

	return add_stray(o->look, shelf, path, err);
}

/* Cases that only one of the two knows: the folder, or the index. */
static enum edoc_code compare_shelf(struct opening *o, const char *shelf, struct edoc_error *err)
{
	struct ed_folders folders = {o->look->desk, note_there, note_stray, o};
	struct ed_index *index = o->look->index;
	const char *id = NULL;
	size_t i = 0;

	o->n_there = 0;
	enum edoc_code code = ed_folders(&folders, shelf, err);
	if (code || !*shelf)
		return code;
	code = ed_index_list(index, ED_INDEX_CASES, shelf, 0, err);
	if (!code)
		code = ed_index_next(index, ED_INDEX_CASES, &id, NULL, err);
	while (!code && (id || i < o->n_there)) {
		int order = !id ? -1 : i == o->n_there ? 1 : strcmp(o->there[i], id);

		if (order)
			code = add_fresh(o->look, order < 0 ? o->there[i] : id, err);
		i += order <= 0;
		if (!code && order >= 0)
			code = ed_index_next(index, ED_INDEX_CASES, &id, NULL, err);
	}
	return code;
}

static bool is_known(const struct opening *o, const char *shelf, const char *path)
{
	const char *of = strcmp(shelf, path) ? shelf : "";

	for (size_t i = 0; i < o->n_shelves; i++)
		if (!strcmp(o->shelves[i].name, of))
			return o->shelves[i].known;
	return false;
}

static enum edoc_code find_strays(struct opening *o, struct edoc_error *err)
{
	struct ed_look *look = o->look;
	const char *path, *shelf;

	enum edoc_code code = ed_index_list(look->index, ED_INDEX_STRAYS, NULL, 0, err);
	while (!code) {
		code = ed_index_next(look->index, ED_INDEX_STRAYS, &path, &shelf, err);
		if (code || !path)
			break;
		if (is_known(o, shelf, path))
			code = add_stray(look, shelf, path, err);
	}
	if (!code && look->n_strays)
		qsort(look->strays, look->n_strays, sizeof(*look->strays), by_place);
	return code;
}

static enum edoc_code find_broken(struct opening *o, struct edoc_error *err)
{
	struct ed_look *look = o->look;
	const char *id;

	enum edoc_code code = ed_index_list(look->index, ED_INDEX_BROKEN, NULL, 0, err);
	while (!code) {
		code = ed_index_next(look->index, ED_INDEX_BROKEN, &id, NULL, err);
		if (code || !id)
			break;
		code = add_fresh(look, id, err);
		o->n_broken++;
	}
	return code;
}

static enum edoc_code find_fresh(struct opening *o, struct edoc_error *err)
{
	struct ed_look *look = o->look;
	int64_t seq;

	enum edoc_code code =
	        ed_shelves_read(look->desk, look->arena, &o->shelves, &o->n_shelves, err);
	for (size_t i = 0; !code && i < o->n_shelves; i++)
		if (!o->shelves[i].known)
			code = compare_shelf(o, o->shelves[i].name, err);
	for (size_t i = 0; !code && i < o->n_marks; i++) {
		code = ed_index_seq(look->index, o->marks[i].id, &seq, err);
		if (!code && (!o->marks[i].entry || seq < o->marks[i].entry))
			code = add_fresh(look, o->marks[i].id, err);
	}
	if (!code)
		code = find_broken(o, err);
	if (!code)
		code = find_strays(o, err);
	sort_fresh(look);
	return code;
}

/* ---- bringing it up to date ---- */

int ed_index_lock(struct edoc_desk *desk)
{
	const char *path = ed_desk_path(desk, "index/lock");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666) : -1;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		int saved = errno;

		close(fd);
		errno = saved;
		fd = -1;
	}
	return fd;
}

enum edoc_code ed_index_case(struct ed_index *index, struct edoc_desk *desk, const char *id,
                             int64_t *seq, bool *broken, struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_row *row = NULL;
	char *words = NULL;
	struct ed_case c;

	*seq = 0;
	enum edoc_code code = ed_case_load(desk, id, &c, &why);
	*broken = code == EDOC_ERR_INPUT;
	if (*broken)
		return ed_index_put_broken(index, id, err);
	if (code && err)
		*err = why;
	if (code)
		return code;
	if (c.exists) {
		row = ed_case_row(&c);
		words = words_of(&c);
		code = row && words ? ed_index_put(index, row, words, err) : ed_fail_memory(err);
		*seq = row ? row->entries : 0;
	} else {
		code = ed_index_drop(index, id, err);
	}
	free(words);
	ed_case_clear(&c);
	return code;
}

static enum edoc_code fold_strays(struct opening *o, struct edoc_error *err)
{
	struct ed_look *look = o->look;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; !code && i < o->n_shelves; i++)
		if (!o->shelves[i].known)
			code = ed_index_drop_strays(look->index, o->shelves[i].name, err);
	for (size_t i = 0; !code && i < look->n_strays; i++)
		if (!is_known(o, look->strays[i].shelf, look->strays[i].path))
			code = ed_index_put_stray(look->index, look->strays[i].shelf,
			                          look->strays[i].path, err);
	return code;
}

/* kept: those of the fresh that are to be looked at even so. */
static enum edoc_code fold_cases(struct opening *o, const char **kept, size_t *n_kept,
                                 struct edoc_error *err)
{
	struct ed_look *look = o->look;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0, k = 0; !code && i < look->n_fresh; i++) {
		const char *id = look->fresh[i];
		bool later = false, broken;
		int64_t seq;

		code = ed_index_case(look->index, look->desk, id, &seq, &broken, err);
		for (; k < o->n_marks && strcmp(o->marks[k].id, id) <= 0; k++)
			later |= !strcmp(o->marks[k].id, id) && o->marks[k].entry > seq;
		if (!seq || later)
			kept[(*n_kept)++] = id;
	}
	return code;
}

/* All that is in the index by now, whoever brought it there. */
static enum edoc_code drop_marks(struct opening *o, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; !code && i < o->n_marks; i++) {
		int64_t seq;

		code = ed_index_seq(o->look->index, o->marks[i].id, &seq, err);
		if (!code && seq && o->marks[i].entry <= seq)
			ed_touched_drop(o->look->desk, &o->marks[i]);
	}
	return code;
}

static enum edoc_code fold(struct opening *o, struct edoc_error *err)
{
	struct ed_look *look = o->look;
	const char **kept = ed_arena_alloc(look->arena, (look->n_fresh + 1) * sizeof(*kept));
	size_t n_kept = 0;

	if (!kept)
		return ed_fail_memory(err);
	enum edoc_code code = ed_index_begin(look->index, true, err);
	if (code)
		return code;
	code = fold_strays(o, err);
	if (!code)
		code = fold_cases(o, kept, &n_kept, err);
	if (code) {
		struct edoc_error ignored;

		return ed_index_end(look->index, false, &ignored) == EDOC_ERR_MEMORY
		               ? ed_fail_memory(err)
		               : code;
	}
	code = ed_index_end(look->index, true, err);
	if (code)
		return code;
	look->fresh = kept;
	look->n_fresh = n_kept;
	ed_shelves_know(o->shelves, o->n_shelves, kept, n_kept);
	code = drop_marks(o, err);
	return code ? code : ed_shelves_write(look->desk, o->shelves, o->n_shelves, err);
}

static bool anything_new(const struct opening *o)
{
	for (size_t i = 0; i < o->n_shelves; i++)
		if (!o->shelves[i].known)
			return true;
	return o->n_marks || o->look->n_fresh > o->n_broken;
}

static bool is_still_it(const struct opening *o)
{
	const char *path = ed_desk_path(o->look->desk, "index/cases.sqlite");
	struct stat st;

	return path && !stat(path, &st) && st.st_ino == o->file.st_ino &&
	       st.st_dev == o->file.st_dev;
}

/* Whatever fails leaves the look as it is: what is not in the index is looked
 * at in its folder. */
static void bring_up_to_date(struct opening *o)
{
	struct edoc_error ignored;
	int lock = anything_new(o) ? ed_index_lock(o->look->desk) : -1;

	if (lock < 0)
		return;
	/* Else another made it anew since we opened it. */
	o->folded = is_still_it(o) && fold(o, &ignored) == EDOC_OK;
	close(lock);
}

/* ---- a look ---- */

static const char *why_not(enum ed_db_state state)
{
	switch (state) {
	case ED_DB_OTHER:
		return dgettext("edoc", "made by another release: run index; not used");
	case ED_DB_DAMAGED:
		return dgettext("edoc", "damaged, or not ours to read: run index; not used");
	case ED_DB_GOOD:
	case ED_DB_ABSENT:
		break;
	}
	return NULL;
}

static enum edoc_code open_index(struct opening *o, struct edoc_error *err)
{
	struct ed_look *look = o->look;
	const char *path = ed_desk_path(look->desk, "index/cases.sqlite");
	struct edoc_error why = {0};
	enum ed_db_state state;
	bool write, there;

	enum edoc_code code =
	        path ? ed_touched_list(look->desk, look->arena, &o->marks, &o->n_marks, &there, err)
	             : ed_fail_memory(err);
	if (code || !there)
		return code;
	write = !stat(path, &o->file) && !access(path, W_OK);
	code = ed_index_open(path, write, look->desk->agency, &look->index, &state, &why);
	if (!code && look->index)
		code = find_fresh(o, &why);
	if (!code && look->index && write)
		bring_up_to_date(o);
	if (!code)
		look->trouble = look->index ? NULL : why_not(state);
	if (code == EDOC_ERR_MEMORY)
		return ed_fail_memory(err);
	if (code) { /* a cache that cannot be read hides nothing */
		look->trouble = ed_arena_strdup(look->arena, why.msg);
		ed_index_free(look->index);
		look->index = NULL;
		look->n_fresh = look->n_strays = 0;
	}
	return look->trouble || !code ? EDOC_OK : ed_fail_memory(err);
}

enum edoc_code ed_look_open(struct edoc_desk *desk, bool walk, int64_t now, struct ed_look *look,
                            struct edoc_error *err)
{
	struct opening o = {.look = look};

	*look = (struct ed_look){.desk = desk, .now = now, .arena = ed_arena_new()};
	if (!look->arena)
		return ed_fail_memory(err);
	enum edoc_code code = walk ? EDOC_OK : open_index(&o, err);
	if (code)
		ed_look_close(look);
	return code;
}

void ed_look_close(struct ed_look *look)
{
	ed_index_free(look->index);
	ed_arena_free(look->arena);
	*look = (struct ed_look){.desk = look->desk};
}

static void free_words(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

static char **fold_words(const char *const *words, struct edoc_error *err)
{
	size_t n = 0;
	char **folded;
	bool good = true;

	while (words[n])
		n++;
	folded = calloc(n + 1, sizeof(*folded));
	for (size_t i = 0; folded && good && i < n; i++)
		good = (folded[i] = ed_name_fold(words[i], strlen(words[i]))) != NULL;
	if (folded && good)
		return folded;
	free_words(folded);
	ed_fail_memory(err);
	return NULL;
}

static enum edoc_code meet_one(void *arg, const char *id, struct edoc_error *err)
{
	return meet_folder(arg, id, err);
}

static enum edoc_code stray_of_asked(void *arg, const char *shelf, const char *path,
                                     struct edoc_error *err)
{
	const struct asked *a = arg;

	return add_stray(a->look, shelf, path, err);
}

enum edoc_code ed_look_cases(struct ed_look *look, enum ed_cases set, const char *const *words,
                             ed_met_fn *fn, void *arg, struct edoc_error *err)
{
	struct asked a = {.look = look, .set = set, .fn = fn, .arg = arg};
	struct ed_folders all = {look->desk, meet_one, stray_of_asked, &a};
	struct edoc_error ignored;
	enum edoc_code code = EDOC_OK;

	a.words = words ? fold_words(words, err) : NULL;
	if (words && !a.words)
		return EDOC_ERR_MEMORY;
	if (!look->index)
		look->n_strays = 0;
	if (!look->index)
		code = ed_folders(&all, NULL, err);
	else
		code = ed_index_begin(look->index, false, err);
	if (!code && look->index) {
		code = meet_indexed(&a, err);
		if (ed_index_end(look->index, false, &ignored) && !code)
			code = ed_fail(err, EDOC_ERR_IO, "index/cases.sqlite", "%s", ignored.msg);
	}
	free_words(a.words);
	return code;
}

enum edoc_code ed_look_count(struct ed_look *look, enum ed_phase phase, int64_t *n,
                             struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	*n = 0;
	if (look->index)
		code = ed_index_count(look->index, phase, NULL, n, err);
	for (size_t i = 0; look->index && !code && i < look->n_fresh; i++) {
		int64_t one;

		code = ed_index_count(look->index, phase, look->fresh[i], &one, err);
		*n -= one;
	}
	return code;
}

enum edoc_code ed_look(const struct ed_looking *l, struct edoc_error *err)
{
	struct ed_look look;
	const char *trouble = NULL;

	enum edoc_code code = ed_look_open(l->desk, l->desk->walk, l->now, &look, err);
	if (code)
		return code;
	code = ed_look_cases(&look, l->set, l->words, l->met, l->arg, err);
	if (code && look.index && ed_index_failed(look.index)) {
		ed_look_close(&look);
		trouble = dgettext("edoc", "damaged: run index --rebuild; not used");
		l->again(l->arg);
		code = ed_look_open(l->desk, true, l->now, &look, err);
		if (code)
			return code;
		look.trouble = trouble;
		code = ed_look_cases(&look, l->set, l->words, l->met, l->arg, err);
	}
	if (!code && l->end)
		code = l->end(l->arg, &look, err);
	ed_look_close(&look);
	return code;
}

/* ---- ids for jobs ---- */

struct ids {
	struct edoc_desk *desk;
	ed_wanted_fn *wanted;
	struct ed_list list;
};

static enum edoc_code add_id(void *arg, const struct ed_met *met, struct edoc_error *err)
{
	struct ids *ids = arg;
	bool yes = ids->wanted ? ids->wanted(ids->desk, met) : met->row != NULL;

	return yes ? ed_list_add(&ids->list, met->id, err) : EDOC_OK;
}

static void drop_ids(void *arg)
{
	struct ids *ids = arg;

	ids->list.n = ids->list.bytes = 0;
}

enum edoc_code ed_look_ids(struct edoc_desk *desk, enum ed_cases set, int64_t now,
                           ed_wanted_fn *wanted, char ***out, struct edoc_error *err)
{
	struct ids ids = {.desk = desk, .wanted = wanted, .list = {.arena = ed_arena_new()}};
	struct ed_looking l = {.desk = desk,
	                       .now = now,
	                       .set = set,
	                       .met = add_id,
	                       .again = drop_ids,
	                       .arg = &ids};

	if (!ids.list.arena)
		return ed_fail_memory(err);
	enum edoc_code code = ed_look(&l, err);
	if (!code)
		code = ed_list_give(&ids.list, out, err);
	ed_arena_free(ids.list.arena);
	return code;
}
