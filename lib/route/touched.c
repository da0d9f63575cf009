/* SPDX-License-Identifier: ISC */
#include "route/touched.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"

/* ---- marks ---- */

/* The cache must not stop an act: what cannot be told of the case is taken
 * away.  Called with errno of the mark. */
static enum edoc_code give_up(struct edoc_desk *desk, const char *path, struct edoc_error *err)
{
	const char *file = ed_desk_path(desk, "index/cases.sqlite");
	int saved = errno;

	if (file && (saved == EACCES || saved == EPERM) && (!unlink(file) || errno == ENOENT))
		return EDOC_OK;
	errno = saved;
	return ed_fail_errno(err, EDOC_ERR_EXISTS, path, "cannot mark the case for the index");
}

static enum edoc_code mark(struct edoc_desk *desk, const char *path, bool *marked,
                           struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "index/touched");
	int fd;

	*marked = false;
	if (!dir || !path)
		return ed_fail_memory(err);
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0 && errno == ENOENT)
		return EDOC_OK;
	/* There: another user's, who was before us with the same entry. */
	if (fd < 0 && access(path, F_OK))
		return give_up(desk, path, err);
	if (fd >= 0)
		close(fd);
	*marked = true;
	return ed_fsync_dir(dir, err);
}

enum edoc_code ed_touch(struct edoc_desk *desk, const char *id, size_t entry, bool *marked,
                        struct edoc_error *err)
{
	return mark(desk, ed_desk_path(desk, "index/touched/%s.%zu", id, entry), marked, err);
}

enum edoc_code ed_touch_also(struct edoc_desk *desk, const char *id, const char *sha256,
                             struct edoc_error *err)
{
	bool marked;

	return mark(desk, ed_desk_path(desk, "index/touched/%s.0.%.16s", id, sha256), &marked, err);
}

void ed_touch_late(struct edoc_desk *desk, const char *id, size_t entry)
{
	struct edoc_error ignored;
	bool marked;

	if (ed_touch(desk, id, entry, &marked, &ignored) != EDOC_OK)
		return; /* the entry is written: that is what counts */
}

/* "<32 hex>.<number>", "<32 hex>.0.<16 hex>" */
static bool read_mark(const char *name, struct ed_touched *mark)
{
	char *end;

	if (strspn(name, "0123456789abcdef") != 32 || name[32] != '.')
		return false;
	snprintf(mark->id, sizeof(mark->id), "%.32s", name);
	mark->entry = strtoll(name + 33, &end, 10);
	mark->name = name;
	return mark->entry > 0 ? !*end : mark->entry == 0 && *end == '.';
}

enum edoc_code ed_touched_list(struct edoc_desk *desk, struct ed_arena *arena,
                               struct ed_touched **list, size_t *n, bool *there,
                               struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "index/touched");
	struct edoc_error why = {0};
	char **names = NULL;
	size_t all;

	*n = 0;
	*there = false;
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_list_dir(dir, &names, &all, &why);
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK;
	if (code && err)
		*err = why;
	if (code)
		return code;
	*list = ed_arena_alloc(arena, (all + 1) * sizeof(**list));
	for (size_t i = 0; *list && i < all; i++)
		*n += read_mark(names[i], &(*list)[*n]);
	for (size_t i = 0; *list && i < *n; i++)
		if (!((*list)[i].name = ed_arena_strdup(arena, (*list)[i].name)))
			*list = NULL;
	ed_names_free(names);
	*there = true;
	return *list ? EDOC_OK : ed_fail_memory(err);
}

void ed_touched_drop(struct edoc_desk *desk, const struct ed_touched *mark)
{
	char path[ED_PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/index/touched/%s", desk->path, mark->name);

	if (n > 0 && (size_t)n < sizeof(path))
		unlink(path);
}

/* ---- shelves ---- */

#define LINE 32
#define MAX_SHELVES 257 /* 256, and case/ itself */

/* "ab 1764000000.123456789": a line of what was written; false: none. */
static bool was_known(const char *text, const struct ed_shelf *shelf)
{
	char line[LINE + 16];
	const char *at;

	snprintf(line, sizeof(line), "\n%s %lld.%09ld\n", *shelf->name ? shelf->name : ".",
	         (long long)shelf->changed.tv_sec, shelf->changed.tv_nsec);
	at = strstr(text, line);
	return at != NULL;
}

static bool look_at(struct edoc_desk *desk, const char *name, struct ed_shelf *shelf)
{
	char path[ED_PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s/case/%s", desk->path, name);

	if (n < 0 || (size_t)n >= sizeof(path) || stat(path, &st) || !S_ISDIR(st.st_mode))
		return false;
	snprintf(shelf->name, sizeof(shelf->name), "%s", name);
	shelf->changed = st.st_mtim;
	return true;
}

enum edoc_code ed_shelves_read(struct edoc_desk *desk, struct ed_arena *arena,
                               struct ed_shelf **list, size_t *n, struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "index/shelves"), *text = "";
	const char *dir = ed_desk_path(desk, "case");
	struct ed_buf bytes;
	char **names = NULL;
	size_t all = 0;

	*n = 0;
	*list = ed_arena_alloc(arena, MAX_SHELVES * sizeof(**list));
	if (!*list || !path || !dir)
		return ed_fail_memory(err);
	ed_buf_init(&bytes, (size_t)MAX_SHELVES * LINE);
	if (ed_read_path(path, &bytes, NULL) == EDOC_OK) /* else nothing is known */
		text = ed_buf_str(&bytes);
	enum edoc_code code = EDOC_OK;
	/* Before its names are read: what comes later is another change. */
	*n += look_at(desk, "", &(*list)[*n]);
	code = ed_list_dir(dir, &names, &all, err);
	for (size_t i = 0; !code && i < all && *n < MAX_SHELVES; i++)
		if (strlen(names[i]) == 2 && strspn(names[i], "0123456789abcdef") == 2)
			*n += look_at(desk, names[i], &(*list)[*n]);
	for (size_t i = 0; !code && i < *n; i++)
		(*list)[i].known = was_known(text, &(*list)[i]);
	ed_names_free(names);
	ed_buf_clear(&bytes);
	return code;
}

void ed_shelves_know(struct ed_shelf *list, size_t n, const char *const *empty, size_t n_empty)
{
	for (size_t i = 0; i < n; i++)
		list[i].known = true;
	for (size_t k = 0; k < n_empty; k++)
		for (size_t i = 0; i < n; i++)
			if (*list[i].name && !strncmp(list[i].name, empty[k], 2))
				list[i].known = false;
}

enum edoc_code ed_shelves_write(struct edoc_desk *desk, const struct ed_shelf *list, size_t n,
                                struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "index/shelves"), *dir = ed_desk_path(desk, "tmp");
	struct ed_tmp tmp = {.fd = -1};
	struct ed_buf text;

	if (!path || !dir)
		return ed_fail_memory(err);
	ed_buf_init(&text, (size_t)MAX_SHELVES * LINE);
	ed_buf_puts(&text, "edoc-shelves/1\n");
	for (size_t i = 0; i < n; i++)
		if (list[i].known)
			ed_buf_printf(&text, "%s %lld.%09ld\n", *list[i].name ? list[i].name : ".",
			              (long long)list[i].changed.tv_sec, list[i].changed.tv_nsec);
	enum edoc_code code = ed_buf_check(&text, path, err);
	if (!code)
		code = ed_tmp_open_in(&tmp, dir, path, false, err);
	if (!code)
		code = ed_write_full(tmp.fd, path, text.data, text.len, err);
	if (!code && rename(tmp.path, path))
		code = ed_fail_errno(err, EDOC_ERR_IO, path, "rename");
	ed_tmp_clear(&tmp);
	ed_buf_clear(&text);
	return code;
}
