/* SPDX-License-Identifier: ISC */
/* The storage root, and the way of a package into it. */
#include "archive/store.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/ocfl.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/path.h"
#include "base/time.h"
#include "door/crypto.h"
#include "door/json.h"

#define MARKER "0=edoc_archive_1"
#define MARKER_TEXT "edoc_archive_1\n"
#define LAYOUT "0004-hashed-n-tuple-storage-layout"
#define CHUNK ((size_t)1 << 20)

void ed_object_clear(struct ed_object *object)
{
	free(object->name);
	*object = (struct ed_object){.name = NULL};
}

/* ---- making and opening ---- */

static const char layout_json[] =
        "{\"extension\":\"" LAYOUT "\",\"description\":\"sha256 of the object's id: its first "
        "three digits, then all of it\"}\n";
static const char config_json[] =
        "{\"extensionName\":\"" LAYOUT "\",\"digestAlgorithm\":\"sha256\",\"tupleSize\":3,"
        "\"numberOfTuples\":1,\"shortObjectRoot\":false}\n";

static bool listed(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

/* Refuses a folder that holds anything but the named; absent is fine. */
static enum edoc_code check_only(const char *dir, const char *const *known, struct edoc_error *err)
{
	char **names = NULL;
	size_t n = 0;
	struct stat st;
	if (stat(dir, &st) != 0 && errno == ENOENT)
		return EDOC_OK;
	if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
		return ed_fail(err, EDOC_ERR_EXISTS, dir,
		               "is no folder; an archive is made in an empty folder");
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; code == EDOC_OK && i < n; i++)
		if (!listed(names[i], known))
			code = ed_fail(err, EDOC_ERR_EXISTS, dir,
			               "holds \"%s\"; an archive is made in an empty folder",
			               names[i]);
	ed_names_free(names);
	return code;
}

/* The temporary is made in staging/, where the next writer clears up. */
static enum edoc_code put_below(const char *root, const char *name, const char *bytes,
                                struct edoc_error *err)
{
	struct ed_tmp tmp = {.fd = -1};
	char *staging = ed_path_join(root, "staging");
	char *path = ed_path_join(root, name);
	enum edoc_code code = staging && path ? ed_tmp_open_in(&tmp, staging, path, false, err)
	                                      : ed_fail_memory(err);
	if (code == EDOC_OK)
		code = ed_write_full(tmp.fd, path, bytes, strlen(bytes), err);
	if (code == EDOC_OK)
		code = ed_tmp_rename(&tmp, err);
	ed_tmp_clear(&tmp);
	free(path);
	free(staging);
	return code;
}

static enum edoc_code make_below(const char *dir, const char *name, struct edoc_error *err)
{
	char *path = ed_path_join(dir, name);
	if (!path)
		return ed_fail_memory(err);
	enum edoc_code code = ed_mkdirs(path, err);
	free(path);
	return code;
}

enum edoc_code ed_store_vacant(const char *root, struct edoc_error *err)
{
	static const char *const ours[] = {MARKER,
	                                   "lock",
	                                   "journal",
	                                   "staging",
	                                   "catalogue.sqlite",
	                                   "catalogue.sqlite-shm",
	                                   "catalogue.sqlite-wal",
	                                   "ocfl",
	                                   "lost+found",
	                                   NULL};
	static const char *const storage[] = {"0=ocfl_1.1", "ocfl_layout.json", "extensions", NULL};
	char *ocfl = ed_path_join(root, "ocfl");
	if (!ocfl)
		return ed_fail_memory(err);
	enum edoc_code code = check_only(root, ours, err);
	if (code == EDOC_OK)
		code = check_only(ocfl, storage, err);
	free(ocfl);
	return code;
}

enum edoc_code ed_store_create(const char *root, struct edoc_error *err)
{
	enum edoc_code code = ed_store_vacant(root, err);
	if (code == EDOC_OK)
		code = make_below(root, "journal", err);
	if (code == EDOC_OK)
		code = make_below(root, "staging", err);
	if (code == EDOC_OK)
		code = make_below(root, "ocfl/extensions/" LAYOUT, err);
	if (code == EDOC_OK)
		code = put_below(root, "ocfl/extensions/" LAYOUT "/config.json", config_json, err);
	if (code == EDOC_OK)
		code = put_below(root, "ocfl/ocfl_layout.json", layout_json, err);
	if (code == EDOC_OK)
		code = put_below(root, "ocfl/0=ocfl_1.1", "ocfl_1.1\n", err);
	if (code == EDOC_OK)
		code = put_below(root, MARKER, MARKER_TEXT, err);
	return code;
}

static enum edoc_code check_marker(const char *root, struct edoc_error *err)
{
	struct ed_buf text;
	ed_buf_init(&text, 4096);
	char *path = ed_path_join(root, MARKER);
	enum edoc_code code = path ? ed_read_path(path, &text, err) : ed_fail_memory(err);
	if (code == EDOC_OK && strcmp(ed_buf_str(&text), MARKER_TEXT) != 0)
		code = ed_fail(
		        err, EDOC_ERR_INPUT, path,
		        "does not hold the line edoc_archive_1; bring it back from a backup");
	ed_buf_clear(&text);
	free(path);
	return code;
}

enum edoc_code ed_store_probe(const char *root, struct edoc_error *err)
{
	char **names = NULL;
	size_t n = 0;
	enum edoc_code code = ed_list_dir(root, &names, &n, err);
	if (code != EDOC_OK)
		return code;
	code = ed_fail(err, EDOC_ERR_ABSENT, root, "is no archive; edoc-archive init makes one");
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(names[i], MARKER)) {
			code = check_marker(root, err);
			break;
		}
		if (!strncmp(names[i], MARKER, strlen(MARKER) - 1))
			code = ed_fail(err, EDOC_ERR_VERSION, root,
			               "is an archive of format %s; this release reads 1",
			               names[i] + strlen(MARKER) - 1);
	}
	ed_names_free(names);
	return code;
}

enum edoc_code ed_store_lock(const char *root, int *fd, struct edoc_error *err)
{
	char *path = ed_path_join(root, "lock");
	enum edoc_code code = EDOC_OK;
	*fd = -1;
	if (!path)
		return ed_fail_memory(err);
	int f = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (f < 0)
		code = ed_fail_errno(
		        err, EDOC_ERR_EXISTS, path,
		        N_("cannot write to the archive (show, fsck and -n only read)"));
	else if (flock(f, LOCK_EX | LOCK_NB) != 0)
		code = errno == EWOULDBLOCK
		               ? ed_fail(err, EDOC_ERR_AGAIN, root,
		                         "another process writes to the archive; try again")
		               : ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot lock"));
	if (code == EDOC_OK)
		*fd = f;
	else if (f >= 0)
		close(f);
	free(path);
	return code;
}

/* ---- places ---- */

bool ed_ocfl_place(const char *id, char place[ED_OCFL_PLACE])
{
	char urn[sizeof ED_OBJECT_URN + 64];
	unsigned char digest[ED_HASH_MAX];
	int n = snprintf(urn, sizeof urn, ED_OBJECT_URN "%s", id);
	if (n != (int)sizeof urn - 1 || !ed_hash_bytes(ED_SHA256, urn, (size_t)n, digest))
		return false;
	ed_hex(place + 4, digest, 32);
	memcpy(place, place + 4, 3);
	place[3] = '/';
	return true;
}

char *ed_store_path(const char *root, const char *id)
{
	char place[ED_OCFL_PLACE];
	char *path = NULL;
	if (!ed_ocfl_place(id, place) || asprintf(&path, "%s/ocfl/%s", root, place) < 0)
		return NULL;
	return path;
}

bool ed_store_has(const char *root, const char *id)
{
	struct stat st;
	char *path = ed_store_path(root, id);
	bool there = path && lstat(path, &st) == 0;
	free(path);
	return there;
}

static char *staging_path(const char *root, const char *name)
{
	char *path = NULL;
	return asprintf(&path, "%s/staging/%s", root, name) < 0 ? NULL : path;
}

bool ed_store_busy(const char *root, const char *id)
{
	struct stat st;
	char *intent = staging_path(root, id);
	char *path = ed_path_join(root, "lock");
	bool busy = false;
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (fd >= 0) {
		busy = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
		close(fd);
	}
	busy = busy && intent && lstat(intent, &st) == 0;
	free(path);
	free(intent);
	return busy;
}

/* ---- receiving ---- */

/* Digests and counts all of fd; copies it when out is not -1. */
static enum edoc_code pump(int fd, const char *where, int out, struct ed_object *object,
                           struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_digest *sha256 = ed_digest_new(ED_SHA256);
	struct ed_digest *sha512 = ed_digest_new(ED_SHA512);
	unsigned char *chunk = malloc(CHUNK);
	enum edoc_code code = EDOC_ERR_MEMORY;
	uint64_t at = 0;
	if (!sha256 || !sha512 || !chunk) {
		code = ed_fail_memory(err);
		goto out;
	}
	for (;;) {
		ssize_t n = pread(fd, chunk, CHUNK, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			code = ed_fail_errno(err, EDOC_ERR_IO, where, N_("cannot read"));
			goto out;
		}
		if (n == 0)
			break;
		if (!ed_digest_update(sha256, chunk, (size_t)n) ||
		    !ed_digest_update(sha512, chunk, (size_t)n)) {
			code = ed_fail_memory(err);
			goto out;
		}
		code = out < 0 ? EDOC_OK : ed_write_full(out, where, chunk, (size_t)n, err);
		if (code != EDOC_OK)
			goto out;
		at += (uint64_t)n;
	}
	if (!ed_digest_final(sha256, digest)) {
		code = ed_fail_memory(err);
		goto out;
	}
	ed_hex(object->id, digest, 32);
	if (!ed_digest_final(sha512, digest)) {
		code = ed_fail_memory(err);
		goto out;
	}
	ed_hex(object->sha512, digest, 64);
	object->bytes = at;
	code = EDOC_OK;
out:
	ed_digest_free(sha256);
	ed_digest_free(sha512);
	free(chunk);
	return code;
}

/* The file's own name, which becomes part of the object's. */
static enum edoc_code take_name(const char *where, struct ed_object *object, struct edoc_error *err)
{
	const char *name = ed_basename(where);
	const char *fault = ed_name_fault(name, strlen(name));
	if (fault)
		return ed_fail(err, EDOC_ERR_INPUT, where, "cannot be kept under this name: %s",
		               dgettext("edoc", fault));
	object->name = strdup(name);
	return object->name ? EDOC_OK : ed_fail_memory(err);
}

enum edoc_code ed_store_digest(int fd, const char *where, struct ed_object *object,
                               struct edoc_error *err)
{
	*object = (struct ed_object){.name = NULL};
	enum edoc_code code = take_name(where, object, err);
	return code == EDOC_OK ? pump(fd, where, -1, object, err) : code;
}

enum edoc_code ed_store_receive(const char *root, int fd, const char *where,
                                struct ed_object *object, int *copy, struct edoc_error *err)
{
	*copy = -1;
	*object = (struct ed_object){.name = NULL};
	enum edoc_code code = take_name(where, object, err);
	if (code != EDOC_OK)
		return code;
	char *path = staging_path(root, "incoming");
	if (!path)
		return ed_fail_memory(err);
	unlink(path);
	int out = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (out < 0)
		code = ed_fail_errno(err, EDOC_ERR_EXISTS, path, N_("cannot write to the archive"));
	else
		code = pump(fd, where, out, object, err);
	if (code == EDOC_OK)
		*copy = out;
	else if (out >= 0) {
		close(out);
		unlink(path);
	}
	free(path);
	return code;
}

/* ---- staging ---- */

static enum edoc_code put_file(const char *dir, const char *name, const void *bytes, size_t len,
                               struct edoc_error *err)
{
	char *path = ed_path_join(dir, name);
	if (!path)
		return ed_fail_memory(err);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	enum edoc_code code = fd < 0 ? ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot create"))
	                             : ed_write_full(fd, path, bytes, len, err);
	if (code == EDOC_OK && fsync(fd) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot write"));
	if (fd >= 0 && close(fd) != 0 && code == EDOC_OK)
		code = ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot write"));
	free(path);
	return code;
}

/* inventory.json and its side-car into one folder. */
static enum edoc_code put_inventory(const char *dir, const struct ed_object *object,
                                    const char *inventory, struct edoc_error *err)
{
	char sidecar[128 + sizeof " inventory.json\n"];
	int n = snprintf(sidecar, sizeof sidecar, "%s inventory.json\n", object->inventory);
	enum edoc_code code = put_file(dir, "inventory.json", inventory, strlen(inventory), err);
	if (code == EDOC_OK)
		code = put_file(dir, "inventory.json.sha512", sidecar, (size_t)n, err);
	return code;
}

/* The received file gets its place in the object. */
static enum edoc_code move_content(const char *root, const char *content,
                                   const struct ed_object *object, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	char *from = staging_path(root, "incoming");
	char *to = ed_path_join(content, object->name);
	if (!from || !to) {
		code = ed_fail_memory(err);
		goto out;
	}
	int fd = open(from, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fsync(fd) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, from, N_("cannot write"));
	if (fd >= 0)
		close(fd);
	if (code == EDOC_OK && rename(from, to) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, to, N_("cannot create"));
out:
	free(from);
	free(to);
	return code;
}

/* The object's files below `dir`; its folders exist. */
static enum edoc_code fill_object(const char *root, const char *dir, struct ed_object *object,
                                  const char *inventory, struct edoc_error *err)
{
	char *version = ed_path_join(dir, "v1");
	char *content = version ? ed_path_join(version, "content") : NULL;
	enum edoc_code code = content ? ed_mkdirs(content, err) : ed_fail_memory(err);
	if (code == EDOC_OK)
		code = move_content(root, content, object, err);
	if (code == EDOC_OK)
		code = ed_fsync_dir(content, err);
	if (code == EDOC_OK)
		code = put_inventory(version, object, inventory, err);
	if (code == EDOC_OK)
		code = ed_fsync_dir(version, err);
	if (code == EDOC_OK)
		code = put_inventory(dir, object, inventory, err);
	if (code == EDOC_OK)
		code = put_file(dir, ED_OCFL_OBJECT, ED_OCFL_OBJECT_TEXT,
		                strlen(ED_OCFL_OBJECT_TEXT), err);
	if (code == EDOC_OK)
		code = ed_fsync_dir(dir, err);
	free(content);
	free(version);
	return code;
}

enum edoc_code ed_store_stage(const char *root, struct ed_object *object, int64_t now,
                              const char *agent, struct edoc_error *err)
{
	char place[ED_OCFL_PLACE];
	unsigned char digest[ED_HASH_MAX];
	char *stage = NULL;
	char *dir = NULL;
	char *inventory = NULL;
	enum edoc_code code = ed_store_settle(root, object->id, err); /* of a refused try */
	if (code != EDOC_OK)
		return code;
	code = ed_ocfl_inventory(object, now, agent, &inventory, err);
	if (code != EDOC_OK)
		return code;
	stage = staging_path(root, object->id);
	if (!stage || !ed_ocfl_place(object->id, place) || !(dir = ed_path_join(stage, place)) ||
	    !ed_hash_bytes(ED_SHA512, inventory, strlen(inventory), digest)) {
		code = ed_fail_memory(err);
		goto out;
	}
	ed_hex(object->inventory, digest, 64);
	code = ed_mkdirs(dir, err); /* makes each new folder durable in its parent */
	if (code == EDOC_OK)
		code = fill_object(root, dir, object, inventory, err);
out:
	edoc_free(inventory);
	free(dir);
	free(stage);
	return code;
}

/* ---- publishing ---- */

/* from -> to, EDOC_ERR_ABSENT when the folder that `to` is in is not there. */
static enum edoc_code rename_new(const char *from, const char *to, struct edoc_error *err)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return EDOC_OK;
	/* File systems without the flag; we hold the lock, so looking is enough. */
	struct stat st;
	if (errno == EINVAL && lstat(to, &st) != 0 && errno == ENOENT && rename(from, to) == 0)
		return EDOC_OK;
	if (errno == ENOENT)
		return ed_fail(err, EDOC_ERR_ABSENT, to, "no such folder");
	return ed_fail_errno(err, EDOC_ERR_IO, to, N_("cannot create"));
}

static void cut_last(char *path)
{
	*strrchr(path, '/') = '\0';
}

enum edoc_code ed_store_publish(const char *root, const struct ed_object *object,
                                struct edoc_error *err)
{
	char place[ED_OCFL_PLACE];
	char *stage = staging_path(root, object->id);
	char *ocfl = ed_path_join(root, "ocfl");
	char *from = NULL;
	char *to = NULL;
	enum edoc_code code = EDOC_ERR_MEMORY;
	if (!stage || !ocfl || !ed_ocfl_place(object->id, place) ||
	    !(from = ed_path_join(stage, place)) || !(to = ed_path_join(ocfl, place))) {
		code = ed_fail_memory(err);
		goto out;
	}
	code = rename_new(from, to, err);
	cut_last(from);
	cut_last(to);
	if (code == EDOC_ERR_ABSENT) {
		/* The first object of its tuple brings the tuple's folder along: a
		 * storage root must not hold an empty one (OCFL 1.1 E073). */
		code = rename_new(from, to, err);
		cut_last(to);
	}
	if (code == EDOC_OK)
		code = ed_fsync_dir(to, err);
out:
	free(from);
	free(to);
	free(ocfl);
	free(stage);
	return code;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

enum edoc_code ed_store_settle(const char *root, const char *id, struct edoc_error *err)
{
	char *path = staging_path(root, id);
	enum edoc_code code = EDOC_OK;
	if (!path)
		return ed_fail_memory(err);
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
		code = ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot clear up"));
	free(path);
	return code;
}

enum edoc_code ed_store_leftovers(const char *root, char ***ids, size_t *n, struct edoc_error *err)
{
	unsigned char digest[32];
	*ids = NULL;
	*n = 0;
	char *dir = ed_path_join(root, "staging");
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_list_dir(dir, ids, n, err);
	for (size_t i = 0; code == EDOC_OK && i < *n; i++)
		if (strlen((*ids)[i]) != 64 || !ed_unhex((*ids)[i], digest, 32))
			code = ed_store_settle(root, (*ids)[i], err);
	ed_names_free(*ids);
	*ids = NULL;
	*n = 0;
	/* What is left now are ids. */
	if (code == EDOC_OK)
		code = ed_list_dir(dir, ids, n, err);
	free(dir);
	return code;
}
