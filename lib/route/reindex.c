/* SPDX-License-Identifier: ISC */
/* The index made anew, and held against the case folders. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "route/folder.h"
#include "route/look.h"
#include "route/told.h"
#include "route/touched.h"

#define T(s) dgettext("edoc", s)

struct making {
	struct edoc_desk *desk;
	struct ed_arena *arena;
	struct ed_index *index;
	const char *path;
	int64_t cases, broken, strays;
	const char **empty; /* folders without a case */
	size_t n_empty, cap_empty;
};

/* ---- made ---- */

static enum edoc_code take_case(void *arg, const char *id, struct edoc_error *err)
{
	struct making *m = arg;
	const char **empty;
	bool broken;
	int64_t seq;

	enum edoc_code code = ed_index_case(m->index, m->desk, id, &seq, &broken, err);
	m->cases += seq > 0;
	m->broken += broken;
	if (code || seq || broken)
		return code;
	empty = ed_arena_grow(m->arena, m->empty, m->n_empty, &m->cap_empty, sizeof(*empty));
	if (!empty || !(empty[m->n_empty] = ed_arena_strdup(m->arena, id)))
		return ed_fail_memory(err);
	m->empty = empty;
	m->n_empty++;
	return EDOC_OK;
}

static enum edoc_code take_stray(void *arg, const char *shelf, const char *path,
                                 struct edoc_error *err)
{
	struct making *m = arg;

	m->strays++;
	return ed_index_put_stray(m->index, shelf, path, err);
}

/* All cases in the order of their ids into a file that must not be there. */
static enum edoc_code make(struct making *m, struct edoc_error *err)
{
	struct ed_folders all = {m->desk, take_case, take_stray, m};

	enum edoc_code code = ed_index_create(m->path, m->desk->agency, &m->index, err);
	if (code)
		return code;
	code = ed_folders(&all, NULL, err);
	if (code)
		ed_index_free(m->index);
	else
		code = ed_index_seal(m->index, err);
	m->index = NULL;
	return code;
}

static enum edoc_code lock(struct edoc_desk *desk, int *fd, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "index/touched");

	enum edoc_code code = dir ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	if (code)
		return code;
	*fd = ed_index_lock(desk);
	if (*fd >= 0)
		return EDOC_OK;
	return errno == EWOULDBLOCK
	               ? ed_fail(err, EDOC_ERR_AGAIN, dir, "another process writes the index")
	               : ed_fail_errno(err, EDOC_ERR_EXISTS, dir, "cannot lock the index");
}

static enum edoc_code remove_it(const char *path, struct edoc_error *err)
{
	return !unlink(path) || errno == ENOENT
	               ? EDOC_OK
	               : ed_fail_errno(err, EDOC_ERR_EXISTS, path, "cannot replace it");
}

/* The old one first: a journal of it must never meet the new one. */
static enum edoc_code swap(struct edoc_desk *desk, const char *made, struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "index/cases.sqlite");
	const char *journal = ed_desk_path(desk, "index/cases.sqlite-journal");
	const char *dir = ed_desk_path(desk, "index");

	if (!path || !journal || !dir)
		return ed_fail_memory(err);
	enum edoc_code code = remove_it(path, err);
	if (!code)
		code = remove_it(journal, err);
	if (!code && rename(made, path))
		code = ed_fail_errno(err, EDOC_ERR_IO, path, "rename");
	return code ? code : ed_fsync_dir(dir, err);
}

static enum edoc_code rebuild(struct making *m, struct edoc_error *err)
{
	struct ed_shelf *shelves = NULL;
	size_t n = 0;
	int fd = -1;

	m->path = ed_desk_path(m->desk, "index/cases.sqlite.new");
	enum edoc_code code = m->path ? lock(m->desk, &fd, err) : ed_fail_memory(err);
	if (code)
		return code;
	code = remove_it(m->path, err); /* of one who was killed */
	if (!code)
		code = ed_shelves_read(m->desk, m->arena, &shelves, &n, err);
	if (!code)
		code = make(m, err);
	if (!code)
		code = swap(m->desk, m->path, err);
	/* As they were before we went through them. */
	ed_shelves_know(shelves, n, m->empty, m->n_empty);
	if (!code)
		code = ed_shelves_write(m->desk, shelves, n, err);
	if (code)
		unlink(m->path);
	close(fd);
	return code;
}

/* ---- told ---- */

static enum edoc_code tell(struct ed_tale *tale, const struct making *m, const char *done,
                           const size_t *differ, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	json_t *o;

	if (tale->want_text) {
		ed_buf_printf(&tale->text, T("index: %" PRId64 " cases"), m->cases);
		if (m->broken)
			ed_buf_printf(&tale->text, T(", %" PRId64 " broken"), m->broken);
		if (m->strays)
			ed_buf_printf(&tale->text, T(", %" PRId64 " that are none"), m->strays);
		if (differ)
			ed_buf_printf(&tale->text, T(", %zu told otherwise"), *differ);
		ed_buf_putc(&tale->text, '\n');
	}
	if (!tale->want_json)
		return EDOC_OK;
	o = json_object();
	if (ed_json_str(o, "done", done) | ed_json_int(o, "cases", m->cases) |
	    ed_json_int(o, "broken", m->broken) | ed_json_int(o, "strays", m->strays) |
	    (differ ? ed_json_int(o, "differ", (int64_t)*differ) : 0))
		code = ed_fail_memory(err);
	else
		code = ed_tale_json(tale, "index", o, err);
	json_decref(o);
	return code;
}

/* ---- brought up to date ---- */

static enum edoc_code count_folder(void *arg, const struct ed_met *met, struct edoc_error *err)
{
	struct making *m = arg;

	(void)err;
	if (met->folder && met->row)
		m->cases++;
	if (!met->row)
		m->broken++;
	return EDOC_OK;
}

static enum edoc_code count_look(struct making *m, struct ed_look *look, struct edoc_error *err)
{
	static const enum ed_phase phases[] = {ED_PHASE_NONE, ED_PHASE_RUNNING, ED_PHASE_ENDED};
	enum edoc_code code = ed_look_cases(look, ED_CASES_HEALTH, NULL, count_folder, m, err);

	for (size_t i = 0; !code && i < 3; i++) {
		int64_t n;

		code = ed_look_count(look, phases[i], &n, err);
		m->cases += n;
	}
	m->strays = (int64_t)look->n_strays;
	return code;
}

/* *none: there is none that can be used. */
static enum edoc_code update(struct making *m, bool thorough, bool *none, struct edoc_error *err)
{
	struct ed_look look;

	/* None is from the future. */
	enum edoc_code code = ed_look_open(m->desk, false, INT64_MAX / 2, &look, err);
	if (code)
		return code;
	*none = !look.index || (thorough && !ed_index_sound(look.index));
	if (!*none)
		code = count_look(m, &look, err);
	*none |= look.index && ed_index_failed(look.index);
	ed_look_close(&look);
	return *none ? EDOC_OK : code;
}

/* There is an index, and it is not to be used. */
static enum edoc_code wants_mending(struct making *m, bool *yes, struct edoc_error *err)
{
	struct ed_touched *marks;
	struct ed_look look;
	size_t n;

	*yes = false;
	enum edoc_code code = ed_touched_list(m->desk, m->arena, &marks, &n, yes, err);
	if (code || !*yes)
		return code;
	code = ed_look_open(m->desk, false, INT64_MAX / 2, &look, err);
	*yes = !code && !look.index;
	if (!code)
		ed_look_close(&look);
	return code;
}

/* ---- checked ---- */

struct differences {
	struct making *m;
	struct ed_list list;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum edoc_code add_difference(void *arg, const char *id, struct edoc_error *err)
{
	struct differences *d = arg;

	return ed_list_add(&d->list, id, err);
}

static bool is_marked(const struct ed_touched *marks, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(marks[i].id, id))
			return true;
	return false;
}

static enum edoc_code tell_difference(struct ed_tale *tale, const char *id, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	json_t *o;

	if (tale->want_text)
		ed_buf_printf(&tale->text, "%s: %s\n", id, T("the index tells it otherwise"));
	if (!tale->want_json)
		return EDOC_OK;
	o = json_object();
	code = ed_json_str(o, "case", id) | ed_json_bool(o, "same", false)
	               ? ed_fail_memory(err)
	               : ed_tale_json(tale, "index", o, err);
	json_decref(o);
	return code;
}

/* What somebody acts on meanwhile is marked, and no difference. */
static enum edoc_code tell_differences(struct differences *d, struct ed_tale *tale, size_t *n,
                                       struct edoc_error *err)
{
	struct ed_touched *marks = NULL;
	size_t n_marks = 0;
	bool there;

	enum edoc_code code =
	        ed_touched_list(d->m->desk, d->m->arena, &marks, &n_marks, &there, err);
	if (!code && d->list.n)
		qsort(d->list.v, d->list.n, sizeof(*d->list.v), by_text);
	for (size_t i = 0; !code && i < d->list.n; i++) {
		if ((i && !strcmp(d->list.v[i - 1], d->list.v[i])) ||
		    is_marked(marks, n_marks, d->list.v[i]))
			continue;
		++*n;
		code = tell_difference(tale, d->list.v[i], err);
	}
	return code;
}

static enum edoc_code compare(struct making *m, struct ed_tale *tale, size_t *n,
                              struct edoc_error *err)
{
	const char *path = ed_desk_path(m->desk, "index/cases.sqlite");
	struct differences d = {.m = m, .list = {.arena = m->arena}};
	struct ed_index *index = NULL;
	enum ed_db_state state;

	enum edoc_code code =
	        path ? ed_index_open(path, false, m->desk->agency, &index, &state, err)
	             : ed_fail_memory(err);
	if (!code && !index)
		code = ed_fail(err, EDOC_ERR_AGAIN, path, "was replaced meanwhile; try again");
	if (!code)
		code = ed_index_compare(index, m->path, add_difference, &d, err);
	ed_index_free(index);
	return code ? code : tell_differences(&d, tale, n, err);
}

static enum edoc_code check(struct making *m, struct ed_tale *tale, size_t *n,
                            struct edoc_error *err)
{
	struct making before = {.desk = m->desk, .arena = m->arena};
	char name[64];
	bool none;

	enum edoc_code code = update(&before, false, &none, err);
	if (!code && none)
		code = ed_fail(err, EDOC_ERR_ABSENT, m->desk->path,
		               "there is no index that could be checked; make one: index");
	if (code)
		return code;
	snprintf(name, sizeof(name), "tmp/index.%ld", (long)getpid());
	m->path = ed_desk_path(m->desk, "%s", name);
	code = m->path ? remove_it(m->path, err) : ed_fail_memory(err);
	if (code)
		return code;
	code = make(m, err);
	if (!code)
		code = compare(m, tale, n, err);
	unlink(m->path);
	return code ? code : tell(tale, m, "checked", n, err);
}

enum edoc_code edoc_desk_index(struct edoc_desk *desk, enum edoc_index_what what, char **text,
                               char **json, size_t *differ, struct edoc_error *err)
{
	struct making m = {.desk = desk, .arena = ed_arena_new()};
	struct ed_tale tale;
	bool none = true;

	*differ = 0;
	if (!m.arena)
		return ed_fail_memory(err);
	ed_tale_init(&tale, text != NULL, json != NULL);
	enum edoc_code code = EDOC_OK;
	if (what == EDOC_INDEX_CHECK)
		code = check(&m, &tale, differ, err);
	if (what == EDOC_INDEX_UPDATE)
		code = update(&m, true, &none, err);
	if (what == EDOC_INDEX_MEND)
		code = wants_mending(&m, &none, err);
	if (!code && what == EDOC_INDEX_UPDATE && !none)
		code = tell(&tale, &m, "updated", NULL, err);
	else if (!code && what != EDOC_INDEX_CHECK && none) {
		m.cases = m.broken = m.strays = 0;
		code = rebuild(&m, err);
		if (!code)
			code = tell(&tale, &m, "made", NULL, err);
	}
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	ed_tale_clear(&tale);
	ed_arena_free(m.arena);
	return code;
}
