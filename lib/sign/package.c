/* SPDX-License-Identifier: ISC */
/* Looking into a package, and taking documents out of a verified one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "door/json.h"
#include "sign/package.h"

static enum edoc_code list_documents(struct edoc_package *p, struct edoc_error *err)
{
	size_t all = p->asic->documents + 1;

	p->documents = ed_arena_alloc(p->arena, all * sizeof(*p->documents));
	p->entries = ed_arena_alloc(p->arena, all * sizeof(*p->entries));
	if (!p->documents || !p->entries)
		return ed_fail_memory(err);
	for (size_t i = 0; i < ed_zip_count(p->asic->zip); i++) {
		const struct ed_zip_entry *entry = ed_zip_entry(p->asic->zip, i);

		if (p->asic->kind[i] != ED_ASIC_DOCUMENT)
			continue;
		p->documents[p->n].name = entry->name;
		p->documents[p->n].media_type =
		        p->asic->media_type[i] ? p->asic->media_type[i] : "";
		p->documents[p->n].bytes = entry->usize;
		p->entries[p->n++] = i;
	}
	return EDOC_OK;
}

static enum edoc_code read_card(struct edoc_package *p, struct edoc_error *err)
{
	size_t i = ed_zip_find(p->asic->zip, ED_CARD_NAME);
	struct ed_buf xml;
	enum edoc_code code;

	if (i == (size_t)-1)
		return EDOC_OK;
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	code = ed_zip_read_buf(p->asic->zip, i, &xml, err);
	if (code == EDOC_OK)
		code = ed_card_from_xml(xml.data, xml.len, ED_CARD_NAME, p->arena, &p->card, err);
	p->has_card = code == EDOC_OK;
	ed_buf_clear(&xml);
	return code;
}

enum edoc_code edoc_package_open(const char *path, const struct edoc_limits *given,
                                 struct edoc_package **package, struct edoc_error *err)
{
	struct edoc_limits limits = given ? *given : edoc_limits_default();
	struct edoc_package *p = calloc(1, sizeof(*p));
	uint64_t size;
	enum edoc_code code;

	*package = NULL;
	if (!p)
		return ed_fail_memory(err);
	p->fd = -1;
	p->arena = ed_arena_new();
	p->path = p->arena ? ed_arena_strdup(p->arena, path) : NULL;
	code = p->path ? EDOC_OK : ed_fail_memory(err);
	if (code == EDOC_OK)
		code = ed_open_read(path, &p->fd, &size, err);
	if (code == EDOC_OK) {
		ed_findings_init(&p->findings, p->arena);
		code = ed_asic_open(p->fd, path, &limits, p->arena, &p->findings, &p->asic, err);
	}
	if (code == EDOC_OK)
		code = list_documents(p, err);
	if (code == EDOC_OK)
		code = read_card(p, err);
	if (code == EDOC_OK)
		*package = p;
	else
		edoc_package_free(p);
	return code;
}

void edoc_package_free(struct edoc_package *package)
{
	if (!package)
		return;
	ed_asic_free(package->asic);
	if (package->fd >= 0)
		close(package->fd);
	ed_arena_free(package->arena);
	free(package);
}

size_t edoc_package_documents(const struct edoc_package *package)
{
	return package->n;
}

const struct edoc_document *edoc_package_document(const struct edoc_package *package, size_t i)
{
	return i < package->n ? &package->documents[i] : NULL;
}

enum edoc_code edoc_package_digest(struct edoc_package *package, struct edoc_error *err)
{
	for (size_t i = 0; i < package->n; i++) {
		unsigned char digest[ED_HASH_MAX];
		enum edoc_code code =
		        ed_asic_digest(package->asic, package->entries[i], ED_SHA256, digest, err);

		if (code != EDOC_OK)
			return code;
		ed_hex(package->documents[i].sha256, digest, 32);
	}
	return EDOC_OK;
}

size_t edoc_package_card_fields(const struct edoc_package *package)
{
	return package->card.n;
}

bool edoc_package_card_field(const struct edoc_package *package, size_t i, const char **name,
                             const char **value)
{
	if (i >= package->card.n)
		return false;
	*name = package->card.fields[i].name;
	*value = package->card.fields[i].value;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct edoc_document *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

enum edoc_code ed_package_content_digest(struct edoc_package *package, char hex[65],
                                         struct edoc_error *err)
{
	const struct edoc_document **sorted;
	struct ed_digest *digest = NULL;
	unsigned char out[ED_HASH_MAX];
	enum edoc_code code = edoc_package_digest(package, err);
	bool good;

	if (code != EDOC_OK)
		return code;
	sorted = ed_arena_alloc(package->arena,
	                        (package->n + 1) * sizeof(const struct edoc_document *));
	digest = ed_digest_new(ED_SHA256);
	good = sorted && digest;
	for (size_t i = 0; i < package->n && good; i++)
		sorted[i] = &package->documents[i];
	if (good && package->n)
		qsort(sorted, package->n, sizeof(const struct edoc_document *), by_name);
	for (size_t i = 0; i < package->n && good; i++)
		good = ed_digest_update(digest, sorted[i]->sha256, 64) &&
		       ed_digest_update(digest, "  ", 2) &&
		       ed_digest_update(digest, sorted[i]->name, strlen(sorted[i]->name)) &&
		       ed_digest_update(digest, "\n", 1);
	good = good && ed_digest_final(digest, out);
	if (good)
		ed_hex(hex, out, 32);
	ed_digest_free(digest);
	return good ? EDOC_OK : ed_fail_memory(err);
}

enum edoc_code edoc_package_json(struct edoc_package *package, char **json, struct edoc_error *err)
{
	json_t *o = json_object(), *documents = json_array(), *card = json_array();
	enum edoc_code code = edoc_package_digest(package, err);
	int bad = 0;

	*json = NULL;
	bad |= ed_json_int(o, "v", 1);
	bad |= ed_json_str(o, "path", package->path);
	bad |= ed_json_str(o, "format", package->asic->format);
	bad |= ed_json_int(o, "signatures", (int64_t)package->asic->xades);
	for (size_t i = 0; i < package->n; i++) {
		const struct edoc_document *doc = &package->documents[i];

		bad |= ed_report_document_json(documents, doc->name, doc->media_type, doc->bytes,
		                               doc->sha256);
	}
	bad |= json_object_set_new(o, "documents", documents);
	for (size_t i = 0; i < package->card.n; i++) {
		json_t *f = json_object();

		bad |= ed_json_str(f, "name", package->card.fields[i].name);
		bad |= ed_json_str(f, "value", package->card.fields[i].value);
		bad |= json_array_append_new(card, f);
	}
	bad |= json_object_set_new(o, "card", card);
	if (code == EDOC_OK)
		code = bad ? ed_fail_memory(err) : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

/* ---- taking out ---- */

static enum edoc_code to_file(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	const struct ed_tmp *tmp = arg;

	return ed_write_full(tmp->fd, tmp->final, bytes, len, err);
}

/* What a taking out has made, to be taken back if it fails. */
struct taking {
	struct ed_arena *arena;
	int dirfd;
	bool overwrite;
	struct made {
		const char *name;
		bool folder;
	} * made;
	size_t n, cap;
};

static bool note_made(struct taking *t, const char *name, size_t len, bool folder)
{
	struct made *made = ed_arena_grow(t->arena, t->made, t->n, &t->cap, sizeof(*made));
	const char *copy = ed_arena_strndup(t->arena, name, len);

	if (!made || !copy)
		return false;
	t->made = made;
	t->made[t->n++] = (struct made){copy, folder};
	return true;
}

/* Told by the document's name, and not by what it is opened by. */
static enum edoc_code rename_error(enum edoc_code code, const char *where, struct edoc_error *err)
{
	if (code != EDOC_OK && err && !strncmp(err->where, "/proc/self/fd/", 14))
		snprintf(err->where, sizeof(err->where), "%.120s", where);
	return code;
}

static enum edoc_code can_make(int fd, const char *where, struct edoc_error *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/.", fd);
	return ed_dir_check(path, where, err);
}

/*
 * Walks (and makes) the folders of a document's name below dirfd, never
 * through a symbolic link: what lies in the output folder is not ours to
 * believe.  *name is left at the last component; the result is a new fd, or
 * -1 when a folder is missing and not to be made.
 */
static enum edoc_code open_parent(struct taking *t, const char *where, bool make, const char **name,
                                  int *p_fd, struct edoc_error *err)
{
	char part[ED_MAX_NAME + 1];
	int fd = dup(t->dirfd);
	enum edoc_code code = EDOC_OK;

	for (const char *slash; fd >= 0 && (slash = strchr(*name, '/')); *name = slash + 1) {
		int next, error;

		snprintf(part, sizeof(part), "%.*s", (int)(slash - *name), *name);
		if (make && !mkdirat(fd, part, 0777)) {
			(void)fsync(fd);
			(void)note_made(t, where, (size_t)(slash - where), true);
		}
		next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		error = errno;
		if (next < 0 && !make && error == ENOENT)
			code = can_make(fd, where, err);
		close(fd);
		errno = error;
		fd = next;
	}
	*p_fd = fd;
	if (fd < 0 && !make && errno == ENOENT)
		return code;
	return fd >= 0 ? EDOC_OK
	               : ed_fail_errno(err, EDOC_ERR_EXISTS, where,
	                               "cannot make its folder (symbolic links are not followed)");
}

/* What stands in a document's way is told before the first one is written. */
static enum edoc_code check_free(struct taking *t, const char *where, struct edoc_error *err)
{
	char path[ED_MAX_NAME + 64];
	const char *name = where;
	struct stat st;
	bool there;
	int fd;
	enum edoc_code code = open_parent(t, where, false, &name, &fd, err);

	if (code != EDOC_OK || fd < 0)
		return code;
	there = fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (there && S_ISREG(st.st_mode) && !t->overwrite) {
		close(fd);
		return ed_fail(err, EDOC_ERR_EXISTS, where,
		               "exists already; nothing was written; -f replaces it");
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd, name);
	code = rename_error(ed_tmp_check(path, t->overwrite, err), where, err);
	close(fd);
	return code;
}

/* The latest first, so that folders are empty when their turn comes.  A
 * document that took an old one's place is whole, and stays. */
static void take_back(struct taking *t)
{
	while (t->n > 0) {
		const struct made *made = &t->made[--t->n];
		const char *name = made->name;
		int fd = -1;

		if (open_parent(t, made->name, false, &name, &fd, NULL) != EDOC_OK || fd < 0)
			continue;
		(void)unlinkat(fd, name, made->folder ? AT_REMOVEDIR : 0);
		close(fd);
	}
}

static enum edoc_code extract_one(struct taking *t, struct ed_asic *asic, size_t i,
                                  struct edoc_error *err)
{
	const char *where = ed_zip_entry(asic->zip, i)->name, *name = where;
	char path[ED_MAX_NAME + 64];
	struct ed_tmp tmp = {.fd = -1};
	enum edoc_code code;
	int fd = -1;

	code = open_parent(t, where, true, &name, &fd, err);
	if (code != EDOC_OK)
		return code;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd, name);
	code = ed_tmp_open(&tmp, path, false, err);
	if (code == EDOC_OK)
		code = ed_zip_read(asic->zip, i, to_file, &tmp, err);
	if (code == EDOC_OK)
		code = t->overwrite ? ed_tmp_rename(&tmp, err) : ed_tmp_link(&tmp, err);
	if (code == EDOC_OK && !t->overwrite && !note_made(t, where, strlen(where), false))
		code = ed_fail_memory(err);
	ed_tmp_clear(&tmp);
	close(fd);
	return rename_error(code, where, err);
}

static enum edoc_code entry_of(const struct edoc_package *p, const char *name, size_t *entry,
                               struct edoc_error *err)
{
	for (size_t i = 0; i < p->n; i++) {
		if (!strcmp(p->documents[i].name, name)) {
			*entry = p->entries[i];
			return EDOC_OK;
		}
	}
	return ed_fail(err, EDOC_ERR_ABSENT, name, "no such document in %s", p->path);
}

/* The entries of the named documents, of all when there are no names. */
static enum edoc_code choose(const struct edoc_package *p, const char *const *names, size_t *n,
                             size_t **wanted, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	*wanted = p->entries;
	if (!names) {
		*n = p->n;
		return EDOC_OK;
	}
	*wanted = ed_arena_alloc(p->arena, (*n + 1) * sizeof(**wanted));
	if (!*wanted)
		return ed_fail_memory(err);
	for (size_t i = 0; i < *n && code == EDOC_OK; i++) {
		code = entry_of(p, names[i], &(*wanted)[i], err);
		for (size_t k = 0; k < i && code == EDOC_OK; k++)
			if ((*wanted)[k] == (*wanted)[i])
				code = ed_fail(err, EDOC_ERR_USAGE, names[i], "is named twice");
	}
	return code;
}

static enum edoc_code open_folder(struct taking *t, const char *dir, bool make,
                                  struct edoc_error *err)
{
	enum edoc_code code = make ? ed_mkdirs(dir, err) : EDOC_OK;

	if (code != EDOC_OK)
		return code;
	t->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->dirfd < 0 && (make || errno != ENOENT))
		return ed_fail_errno(err, EDOC_ERR_EXISTS, dir, "cannot open the folder");
	return EDOC_OK;
}

static enum edoc_code write_all(struct taking *t, struct ed_asic *asic, const size_t *wanted,
                                size_t n, const char *dir, struct edoc_error *err)
{
	bool ours = t->dirfd < 0;
	enum edoc_code code = ours ? open_folder(t, dir, true, err) : EDOC_OK;

	for (size_t i = 0; i < n && code == EDOC_OK; i++)
		code = extract_one(t, asic, wanted[i], err);
	if (code != EDOC_OK)
		take_back(t);
	if (code != EDOC_OK && ours)
		(void)rmdir(dir);
	return code;
}

static enum edoc_code extract_all(struct edoc_package *p, const char *dir, const char *const *names,
                                  size_t n, bool overwrite, bool dry, struct edoc_error *err)
{
	struct taking t = {.arena = p->arena, .dirfd = -1, .overwrite = overwrite};
	size_t *wanted = NULL;
	enum edoc_code code = choose(p, names, &n, &wanted, err);

	if (code == EDOC_OK)
		code = open_folder(&t, dir, false, err);
	for (size_t i = 0; t.dirfd >= 0 && i < n && code == EDOC_OK; i++)
		code = check_free(&t, ed_zip_entry(p->asic->zip, wanted[i])->name, err);
	if (code == EDOC_OK && dry && t.dirfd < 0)
		code = ed_mkdirs_check(dir, err);
	if (code == EDOC_OK && !dry)
		code = write_all(&t, p->asic, wanted, n, dir, err);
	if (t.dirfd >= 0)
		close(t.dirfd);
	return code;
}

enum edoc_code edoc_package_extract(const char *path, const char *dir, const char *const *names,
                                    size_t n, const struct edoc_verify_options *verify,
                                    bool overwrite, bool dry_run, struct edoc_report **report,
                                    struct edoc_error *err)
{
	struct edoc_package *p = NULL;
	enum edoc_code code;

	*report = NULL;
	code = edoc_package_open(path, verify->limits, &p, err);
	if (code != EDOC_OK)
		return code;
	code = ed_judge_asic(p->asic, &p->findings, path, verify, report, err);
	if (code == EDOC_OK && edoc_report_indication(*report) == EDOC_TOTAL_PASSED)
		code = extract_all(p, dir, names, n, overwrite, dry_run, err);
	edoc_package_free(p);
	return code;
}
