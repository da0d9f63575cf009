/* SPDX-License-Identifier: ISC */
#include "route/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"

/* ---- cases ---- */

static bool is_folder(const char *dir, const char *name)
{
	char *path = ed_path_join(dir, name);
	struct stat st;
	bool yes = path && !stat(path, &st) && S_ISDIR(st.st_mode);

	free(path);
	return yes;
}

static enum edoc_code go_through_shelf(const struct ed_folders *f, const char *shelf,
                                       struct edoc_error *err)
{
	char dir[ED_PATH_MAX], path[ED_PATH_MAX], **names = NULL;
	enum edoc_code code;
	size_t n;

	snprintf(dir, sizeof(dir), "%s/case/%s", f->desk->path, shelf);
	code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++) {
		bool ours = ed_is_hex(names[i], 32) && !strncmp(names[i], shelf, 2) &&
		            is_folder(dir, names[i]);

		snprintf(path, sizeof(path), "%s/%.255s", shelf, names[i]);
		code = ours ? f->folder(f->arg, names[i], err) : f->stray(f->arg, shelf, path, err);
	}
	ed_names_free(names);
	return code;
}

enum edoc_code ed_folders(const struct ed_folders *f, const char *only, struct edoc_error *err)
{
	char root[ED_PATH_MAX], **names = NULL;
	enum edoc_code code;
	size_t n;

	if (only && *only)
		return go_through_shelf(f, only, err);
	snprintf(root, sizeof(root), "%s/case", f->desk->path);
	code = ed_list_dir(root, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++) {
		bool ours = ed_is_hex(names[i], 2) && is_folder(root, names[i]);

		if (ours && !only)
			code = go_through_shelf(f, names[i], err);
		else if (!ours)
			code = f->stray(f->arg, names[i], names[i], err);
	}
	ed_names_free(names);
	return code;
}

/* ---- books ---- */

enum edoc_code ed_books(struct edoc_desk *desk,
                        enum edoc_code (*year)(void *arg, const char *book, const char *year,
                                               struct edoc_error *err),
                        void *arg, struct edoc_error *err)
{
	char dir[ED_PATH_MAX], **books = NULL, **years;
	size_t n;

	snprintf(dir, sizeof(dir), "%s/reg", desk->path);
	enum edoc_code code = ed_list_dir(dir, &books, &n, err);
	for (size_t i = 0; !code && books[i]; i++) {
		snprintf(dir, sizeof(dir), "%s/reg/%s", desk->path, books[i]);
		code = ed_list_dir(dir, &years, &n, err);
		for (size_t k = 0; !code && years[k]; k++)
			code = year(arg, books[i], years[k], err);
		ed_names_free(years);
	}
	ed_names_free(books);
	return code;
}

/* ---- numbers ---- */

enum edoc_code ed_last_number(const char *dir, int64_t *last, struct edoc_error *err)
{
	struct edoc_error why = {0};
	char **names = NULL;
	size_t n;

	*last = 0;
	enum edoc_code code = dir ? ed_list_dir(dir, &names, &n, &why) : ed_fail_memory(&why);
	for (size_t i = 0; !code && names[i]; i++) {
		char *end;
		int64_t seq = strtoll(names[i], &end, 10);
		if (!*end && seq > *last)
			*last = seq;
	}
	ed_names_free(names);
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK;
	if (code && err)
		*err = why;
	return code;
}
