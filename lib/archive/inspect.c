/* SPDX-License-Identifier: ISC */
/* What stands on the disk, against what the journal says of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/ocfl.h"
#include "archive/store.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "door/crypto.h"

/* One look at an object. */
struct look {
	const char *dir;   /* of the object */
	const char *below; /* the same below ROOT, for findings */
	const struct ed_object *object;
	struct ed_findings *findings;
};

static void note(const struct look *look, const char *code, const char *file, const char *detail)
{
	char *where = ed_path_join(look->below, file);
	ed_finding(look->findings, code, where ? where : "", file, detail, NULL);
	look->findings->lost |= !where;
	free(where);
}

/* What cannot be read is a finding: the other objects can be. */
static enum edoc_code unreadable(const struct look *look, const char *file, enum edoc_code code,
                                 const struct edoc_error *why, struct edoc_error *err)
{
	if (code == EDOC_ERR_MEMORY)
		return ed_fail_memory(err);
	note(look, code == EDOC_ERR_ABSENT ? "archive.missing" : "archive.unreadable", file,
	     why->msg);
	return EDOC_OK;
}

/* OCFL 1.1 E090: a link may lead to anything, tomorrow to something else. */
static enum edoc_code check_link(const struct look *look, const char *file, struct edoc_error *err)
{
	struct stat st;
	char *path = ed_path_join(look->dir, file);
	if (!path)
		return ed_fail_memory(err);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		note(look, "archive.link", file, "");
	free(path);
	return EDOC_OK;
}

static enum edoc_code check_links(const struct look *look, struct edoc_error *err)
{
	static const char *const all[] = {
	        ED_OCFL_OBJECT, "inventory.json",    "inventory.json.sha512",    "v1",
	        "v1/content",   "v1/inventory.json", "v1/inventory.json.sha512", NULL};
	struct stat st;
	char *file = NULL;
	enum edoc_code code = EDOC_OK;
	if (lstat(look->dir, &st) == 0 && S_ISLNK(st.st_mode))
		ed_finding(look->findings, "archive.link", look->below, look->below, "", NULL);
	for (size_t i = 0; code == EDOC_OK && all[i]; i++)
		code = check_link(look, all[i], err);
	if (code == EDOC_OK && asprintf(&file, "v1/content/%s", look->object->name) < 0)
		return ed_fail_memory(err);
	if (code == EDOC_OK)
		code = check_link(look, file, err);
	free(file);
	return code;
}

/* A folder must hold exactly the names of a sorted list. */
static enum edoc_code check_folder(const struct look *look, const char *folder,
                                   const char *const *want, struct edoc_error *err)
{
	struct edoc_error why = {.code = EDOC_OK};
	char **names = NULL;
	size_t n = 0;
	char *dir = ed_path_join(look->dir, folder);
	enum edoc_code code = dir ? ed_list_dir(dir, &names, &n, &why) : ed_fail_memory(err);
	free(dir);
	if (code != EDOC_OK)
		return unreadable(look, folder, code, &why, err);
	size_t i = 0;
	while (i < n || *want) {
		int order = i == n ? 1 : !*want ? -1 : strcmp(names[i], *want);
		char *file = NULL;
		if (order != 0 && asprintf(&file, "%s%s%s", folder, *folder ? "/" : "",
		                           order < 0 ? names[i] : *want) < 0) {
			ed_names_free(names);
			return ed_fail_memory(err);
		}
		if (order != 0)
			note(look, order < 0 ? "archive.stranger" : "archive.missing", file, "");
		free(file);
		i += order <= 0;
		want += order >= 0;
	}
	ed_names_free(names);
	return EDOC_OK;
}

/* The file holds exactly these bytes. */
static enum edoc_code check_small(const struct look *look, const char *file, const char *want,
                                  struct edoc_error *err)
{
	struct edoc_error why = {.code = EDOC_OK};
	struct ed_buf got;
	ed_buf_init(&got, 4096);
	char *path = ed_path_join(look->dir, file);
	enum edoc_code code = path ? ed_read_path(path, &got, &why) : ed_fail_memory(err);
	if (code != EDOC_OK && code != EDOC_ERR_ABSENT) /* missing is said already */
		code = unreadable(look, file, code, &why, err);
	else if (code == EDOC_OK && strcmp(ed_buf_str(&got), want) != 0)
		note(look, "archive.altered", file, "");
	if (code == EDOC_ERR_ABSENT)
		code = EDOC_OK;
	free(path);
	ed_buf_clear(&got);
	return code;
}

static enum edoc_code check_inventory(const struct look *look, const char *file,
                                      struct edoc_error *err)
{
	struct edoc_error why = {.code = EDOC_OK};
	struct ed_buf got;
	unsigned char digest[ED_HASH_MAX];
	char hex[129];
	ed_buf_init(&got, ED_MAX_INVENTORY);
	char *path = ed_path_join(look->dir, file);
	enum edoc_code code = path ? ed_read_path(path, &got, &why) : ed_fail_memory(err);
	free(path);
	if (code == EDOC_ERR_ABSENT) {
		code = EDOC_OK; /* said already */
	} else if (code != EDOC_OK) {
		code = unreadable(look, file, code, &why, err);
	} else if (!ed_hash_bytes(ED_SHA512, ed_buf_str(&got), got.len, digest)) {
		code = ed_fail_memory(err);
	} else {
		ed_hex(hex, digest, 64);
		if (strcmp(hex, look->object->inventory) != 0)
			note(look, "archive.altered", file, hex);
	}
	ed_buf_clear(&got);
	return code;
}

static enum edoc_code check_frame(const struct look *look, struct edoc_error *err)
{
	static const char *const top[] = {ED_OCFL_OBJECT, "inventory.json", "inventory.json.sha512",
	                                  "v1", NULL};
	static const char *const version[] = {"content", "inventory.json", "inventory.json.sha512",
	                                      NULL};
	const char *const content[] = {look->object->name, NULL};
	char sidecar[128 + sizeof " inventory.json\n"];
	snprintf(sidecar, sizeof sidecar, "%s inventory.json\n", look->object->inventory);
	enum edoc_code code = check_folder(look, "", top, err);
	if (code == EDOC_OK)
		code = check_folder(look, "v1", version, err);
	if (code == EDOC_OK)
		code = check_folder(look, "v1/content", content, err);
	if (code == EDOC_OK)
		code = check_small(look, ED_OCFL_OBJECT, ED_OCFL_OBJECT_TEXT, err);
	if (code == EDOC_OK)
		code = check_inventory(look, "inventory.json", err);
	if (code == EDOC_OK)
		code = check_inventory(look, "v1/inventory.json", err);
	if (code == EDOC_OK)
		code = check_small(look, "inventory.json.sha512", sidecar, err);
	if (code == EDOC_OK)
		code = check_small(look, "v1/inventory.json.sha512", sidecar, err);
	return code;
}

enum edoc_code ed_store_open(const char *root, const struct ed_object *object, int *content,
                             struct edoc_error *err)
{
	uint64_t size;
	char *path = NULL;
	char *dir = ed_store_path(root, object->id);
	*content = -1;
	enum edoc_code code = dir && asprintf(&path, "%s/v1/content/%s", dir, object->name) >= 0
	                              ? ed_open_read(path, content, &size, err)
	                              : ed_fail_memory(err);
	free(path);
	free(dir);
	return code;
}

/* Every byte of the package; *content stays open when they are the right ones. */
static enum edoc_code check_content(const char *root, const struct look *look, int *content,
                                    struct edoc_error *err)
{
	struct edoc_error why = {.code = EDOC_OK};
	struct ed_object found = {.name = NULL};
	char *file = NULL;
	enum edoc_code code = ed_store_open(root, look->object, content, &why);
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK; /* said already */
	if (asprintf(&file, "v1/content/%s", look->object->name) < 0)
		return ed_fail_memory(err);
	if (code == EDOC_OK)
		code = ed_store_digest(*content, look->object->name, &found, &why);
	bool same = code == EDOC_OK && found.bytes == look->object->bytes &&
	            !strcmp(found.id, look->object->id) &&
	            !strcmp(found.sha512, look->object->sha512);
	if (code != EDOC_OK)
		code = unreadable(look, file, code, &why, err);
	else if (!same)
		note(look, "archive.altered", file, found.id);
	if (!same && *content >= 0) {
		close(*content);
		*content = -1;
	}
	ed_object_clear(&found);
	free(file);
	return code;
}

enum edoc_code ed_store_check(const char *root, const struct ed_object *object,
                              struct ed_findings *findings, int *content, struct edoc_error *err)
{
	struct stat st;
	*content = -1;
	char *dir = ed_store_path(root, object->id);
	if (!dir)
		return ed_fail_memory(err);
	struct look look = {.dir = dir,
	                    .below = dir + strlen(root) + 1,
	                    .object = object,
	                    .findings = findings};
	enum edoc_code code = EDOC_OK;
	if (lstat(dir, &st) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
		ed_finding(findings, "archive.missing", look.below, object->name, "", NULL);
	} else {
		code = check_links(&look, err);
		if (code == EDOC_OK)
			code = check_frame(&look, err);
		if (code == EDOC_OK)
			code = check_content(root, &look, content, err);
	}
	free(dir);
	return code;
}

/* ---- objects that the journal does not know ---- */

static enum edoc_code read_inventory(const char *dir, struct ed_object *object,
                                     struct edoc_error *err)
{
	struct ed_buf bytes;
	unsigned char digest[ED_HASH_MAX];
	*object = (struct ed_object){.name = NULL};
	ed_buf_init(&bytes, ED_MAX_INVENTORY);
	char *path = ed_path_join(dir, "inventory.json");
	enum edoc_code code = path ? ed_read_path(path, &bytes, err) : ed_fail_memory(err);
	if (code == EDOC_OK)
		code = ed_ocfl_read(&bytes, path, object, err);
	if (code == EDOC_OK && !ed_hash_bytes(ED_SHA512, bytes.data, bytes.len, digest))
		code = ed_fail_memory(err);
	if (code == EDOC_OK)
		ed_hex(object->inventory, digest, 64);
	ed_buf_clear(&bytes);
	free(path);
	return code;
}

enum edoc_code ed_store_describe(const char *root, const char *id, struct ed_object *object,
                                 struct edoc_error *err)
{
	struct stat st;
	int fd = -1;
	char *dir = ed_store_path(root, id);
	enum edoc_code code = dir ? read_inventory(dir, object, err) : ed_fail_memory(err);
	if (code == EDOC_OK && strcmp(object->id, id) != 0)
		code = ed_fail(err, EDOC_ERR_INPUT, dir, "is the object of another package");
	if (code == EDOC_OK)
		code = ed_store_open(root, object, &fd, err);
	if (code == EDOC_OK && fstat(fd, &st) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, dir, N_("cannot read"));
	if (code == EDOC_OK)
		object->bytes = (uint64_t)st.st_size;
	if (fd >= 0)
		close(fd);
	free(dir);
	return code;
}

struct walk {
	const char *root;
	ed_store_walk_fn *fn;
	void *arg;
	struct ed_findings *findings;
};

static bool is_hex(const char *s, size_t n)
{
	return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

static enum edoc_code walk_object(const struct walk *walk, const char *tuple, const char *name,
                                  struct edoc_error *err)
{
	struct ed_object object;
	char place[ED_OCFL_PLACE];
	char below[8 + ED_OCFL_PLACE + 256];
	snprintf(below, sizeof below, "ocfl/%s/%s", tuple, name);
	char *dir = ed_path_join(walk->root, below);
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = read_inventory(dir, &object, NULL);
	bool ours = code == EDOC_OK && ed_ocfl_place(object.id, place) &&
	            !strcmp(place, below + strlen("ocfl/"));
	free(dir);
	if (code != EDOC_ERR_MEMORY)
		code = walk->fn(walk->arg, below, ours ? object.id : NULL, err);
	else
		code = ed_fail_memory(err);
	ed_object_clear(&object);
	return code;
}

static enum edoc_code walk_tuple(const struct walk *walk, const char *tuple, struct edoc_error *err)
{
	char below[5 + 256 + 1];
	char **names = NULL;
	size_t n = 0;
	snprintf(below, sizeof below, "ocfl/%s", tuple);
	char *dir = is_hex(tuple, 3) ? ed_path_join(walk->root, below) : NULL;
	struct stat st;
	bool folder = dir && lstat(dir, &st) == 0 && S_ISDIR(st.st_mode);
	enum edoc_code code = folder ? ed_list_dir(dir, &names, &n, err) : EDOC_OK;
	if (!folder || (code == EDOC_OK && n == 0))
		ed_finding(walk->findings, "archive.stranger", below, tuple, "", NULL);
	for (size_t i = 0; code == EDOC_OK && i < n; i++) {
		if (is_hex(names[i], 64) && !strncmp(names[i], tuple, 3)) {
			code = walk_object(walk, tuple, names[i], err);
			continue;
		}
		char *where = ed_path_join(below, names[i]);
		ed_finding(walk->findings, "archive.stranger", where ? where : below, names[i], "",
		           NULL);
		free(where);
	}
	ed_names_free(names);
	free(dir);
	return code;
}

enum edoc_code ed_store_walk(const char *root, ed_store_walk_fn *fn, void *arg,
                             struct ed_findings *findings, struct edoc_error *err)
{
	struct walk walk = {root, fn, arg, findings};
	static const char *const declared[] = {"0=ocfl_1.1", "extensions", "ocfl_layout.json",
	                                       NULL};
	char **names = NULL;
	size_t n = 0;
	size_t seen = 0;
	char *dir = ed_path_join(root, "ocfl");
	enum edoc_code code = dir ? ed_list_dir(dir, &names, &n, err) : ed_fail_memory(err);
	for (size_t i = 0; code == EDOC_OK && i < n; i++) {
		size_t k = 0;
		while (declared[k] && strcmp(declared[k], names[i]) != 0)
			k++;
		seen += declared[k] != NULL;
		if (!declared[k])
			code = walk_tuple(&walk, names[i], err);
	}
	if (code == EDOC_OK && seen != 3)
		ed_finding(findings, "archive.missing", "ocfl",
		           "0=ocfl_1.1 extensions ocfl_layout.json", "", NULL);
	ed_names_free(names);
	free(dir);
	return code;
}
