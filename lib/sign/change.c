/* SPDX-License-Identifier: ISC */
#include "sign/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/recognise.h"

/* Without a lock the later of two signers would replace the file that holds
 * the other's signature, and nobody would be told: not signed then. */
static enum edoc_code lock(int fd, const char *path, struct edoc_error *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return EDOC_OK;
	if (errno == EWOULDBLOCK || errno == EINTR)
		return ed_fail(err, EDOC_ERR_AGAIN, path,
		               "another program is signing this package: try again");
	return ed_fail(err, EDOC_ERR_EXISTS, path,
	               "its file system has no locks (%s), and two signers at a time would lose "
	               "a signature: nothing was changed; sign it in a local folder",
	               strerror(errno));
}

/*
 * Opens the package and locks it against another signer.  A lock on a file
 * that somebody has meanwhile replaced by rename guards nothing: compare.
 */
enum edoc_code ed_change_lock(const char *path, int *p_fd, struct stat *was, struct edoc_error *err)
{
	struct stat named;
	uint64_t size;
	enum edoc_code code;
	int fd;

	*p_fd = -1;
	code = ed_open_read(path, &fd, &size, err);
	if (code != EDOC_OK)
		return code;
	/* rename(2) would put a file in its place: told before anybody is asked. */
	if (lstat(path, &named) == 0 && S_ISLNK(named.st_mode)) {
		close(fd);
		return ed_fail(err, EDOC_ERR_EXISTS, path,
		               "not a regular file, so it is not replaced");
	}
	code = lock(fd, path, err);
	if (code == EDOC_OK && (fstat(fd, was) || stat(path, &named) ||
	                        was->st_ino != named.st_ino || was->st_dev != named.st_dev))
		code = ed_fail(err, EDOC_ERR_AGAIN, path,
		               "another program has just replaced this package: try again");
	if (code != EDOC_OK) {
		close(fd);
		return code;
	}
	*p_fd = fd;
	return EDOC_OK;
}

/* What it is then, and how that is signed. */
static enum edoc_code no_package(const struct ed_change *c, struct edoc_error *err)
{
	struct ed_recognised what = {.kind = ED_ITEM_ZIP};
	struct ed_buf bytes;
	enum edoc_code code;

	ed_buf_init(&bytes, ED_MAX_ITEM_BYTES);
	code = ed_item_recognise(c->fd, c->path, &bytes, &what, NULL);
	ed_buf_clear(&bytes);
	if (code != EDOC_OK || what.kind == ED_ITEM_ZIP)
		return EDOC_ERR_INPUT; /* cut off, perhaps: as was said */
	if (what.kind == ED_ITEM_CMS)
		return ed_fail(
		        err, EDOC_ERR_INPUT, c->path,
		        "this is a signature by itself, not a package: edoc-sign countersign "
		        "signs it, extend raises it, cms and xades sign a document");
	if (what.kind == ED_ITEM_XML)
		return ed_fail(err, EDOC_ERR_INPUT, c->path,
		               "this is XML, not a package: edoc-sign xades signs it, countersign "
		               "and extend are for signatures that are in it");
	return ed_fail(err, EDOC_ERR_INPUT, c->path,
	               "this is no package: edoc-sign new -o PKG, or sign -o PKG, makes one of it");
}

static enum edoc_code look(struct ed_change *c, struct edoc_error *err)
{
	const struct edoc_limits *given = c->options->limits;
	struct edoc_limits limits = given ? *given : edoc_limits_default();
	enum edoc_code code;

	code = ed_asic_open(c->fd, c->path, &limits, c->arena, &c->findings, &c->asic, err);
	if (code == EDOC_ERR_INPUT)
		code = no_package(c, err);
	if (code != EDOC_OK)
		return code;
	ed_view_init(&c->view, c->arena, c->asic);
	code = ed_view_add_container(&c->view, err);
	(void)ed_view_data(&c->view);
	return code;
}

static enum edoc_code begin(struct ed_change *c, const char *path,
                            const struct edoc_sign_options *options, struct edoc_error *err)
{
	memset(c, 0, sizeof(*c));
	c->path = path;
	c->options = options;
	c->moment = options->at;
	c->fd = c->tmp.fd = -1;
	c->arena = ed_arena_new();
	if (!c->arena)
		return ed_fail_memory(err);
	ed_findings_init(&c->findings, c->arena);
	return EDOC_OK;
}

enum edoc_code ed_change_open(struct ed_change *c, const char *path,
                              const struct edoc_sign_options *options, struct edoc_error *err)
{
	enum edoc_code code = begin(c, path, options, err);

	if (code == EDOC_OK)
		code = ed_change_lock(path, &c->fd, &c->was, err);
	return code == EDOC_OK ? look(c, err) : code;
}

enum edoc_code ed_change_fresh(struct ed_change *c, int fd, const char *out,
                               const struct edoc_sign_options *options, bool overwrite,
                               struct edoc_error *err)
{
	enum edoc_code code = begin(c, out, options, err);

	c->fresh = true;
	c->overwrite = overwrite;
	c->fd = fd;
	return code == EDOC_OK ? look(c, err) : code;
}

static enum edoc_code open_writer(struct ed_change *c, struct edoc_error *err)
{
	enum edoc_code code = ed_tmp_open(&c->tmp, c->path, false, err);

	return code == EDOC_OK
	               ? ed_zip_writer_new(c->tmp.fd, c->path, c->asic->zip, &c->writer, err)
	               : code;
}

/*
 * The copy comes first: the disk writes it while it is digested, and what is
 * verified and signed are the bytes that will be there.
 */
enum edoc_code ed_change_copy(struct ed_change *c, struct edoc_error *err)
{
	enum edoc_code code = open_writer(c, err);

	return code == EDOC_OK ? ed_zip_writer_keep(c->writer, err) : code;
}

static struct ed_changed *find(const struct ed_change *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!strcmp(c->v[i].name, name))
			return &c->v[i];
	}
	return NULL;
}

/* A place for that entry's bytes. */
static enum edoc_code place(struct ed_change *c, const char *name, struct ed_changed **out,
                            struct edoc_error *err)
{
	struct ed_changed *list = ed_arena_grow(c->arena, c->v, c->n, &c->cap, sizeof(*list));

	if (!list)
		return ed_fail_memory(err);
	c->v = list;
	*out = &c->v[c->n];
	(*out)->name = ed_arena_strdup(c->arena, name);
	(*out)->entry = ed_zip_find(c->asic->zip, name);
	ed_buf_init(&(*out)->bytes, ED_MAX_XML_BYTES);
	if (!(*out)->name)
		return ed_fail_memory(err);
	c->n++;
	return EDOC_OK;
}

/* NULL: none yet. */
static enum edoc_code want(struct ed_change *c, const char *name, struct ed_changed **changed,
                           struct edoc_error *err)
{
	*changed = find(c, name);
	return *changed ? EDOC_OK : place(c, name, changed, err);
}

enum edoc_code ed_change_put(struct ed_change *c, const char *name, struct ed_buf *bytes,
                             struct edoc_error *err)
{
	struct ed_changed *changed;
	enum edoc_code code = want(c, name, &changed, err);

	if (code != EDOC_OK)
		return code;
	ed_buf_clear(&changed->bytes);
	changed->bytes = *bytes;
	changed->put = true;
	ed_buf_init(bytes, bytes->max);
	return EDOC_OK;
}

enum edoc_code ed_change_get(struct ed_change *c, const char *name, const struct ed_buf **bytes,
                             struct edoc_error *err)
{
	struct ed_changed *changed;
	enum edoc_code code = want(c, name, &changed, err);

	*bytes = NULL;
	if (code == EDOC_OK && !changed->put && !changed->bytes.len) {
		if (changed->entry == ED_NO_DATA)
			return ed_fail(err, EDOC_ERR_ABSENT, name, "no such entry");
		changed->bytes.max = ED_MAX_ITEM_BYTES;
		code = ed_zip_read_buf(c->asic->zip, changed->entry, &changed->bytes, err);
		if (code != EDOC_OK)
			ed_buf_clear(&changed->bytes); /* half of it */
	}
	if (code == EDOC_OK)
		*bytes = &changed->bytes;
	return code;
}

/* Which entries get others in their place. */
static enum edoc_code drop(struct ed_change *c, struct edoc_error *err)
{
	size_t *old = ed_arena_alloc(c->arena, (c->n + 1) * sizeof(*old)), n = 0;

	if (!old)
		return ed_fail_memory(err);
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].put && c->v[i].entry != ED_NO_DATA)
			old[n++] = c->v[i].entry;
	}
	return n ? ed_zip_writer_drop(c->writer, old, n, err) : EDOC_OK;
}

static enum edoc_code write_all(struct ed_change *c, struct edoc_error *err)
{
	enum edoc_code code = c->writer ? EDOC_OK : open_writer(c, err);

	if (code == EDOC_OK)
		code = drop(c, err);
	for (size_t i = 0; code == EDOC_OK && i < c->n; i++)
		if (c->v[i].put)
			code = ed_zip_add_bytes(c->writer, c->v[i].name, c->v[i].bytes.data,
			                        c->v[i].bytes.len, err);
	return code == EDOC_OK ? ed_zip_writer_finish(c->writer, err) : code;
}

/* The lock is on the file that we opened: whoever saves by rename has put
 * another in its place, with a signature in it perhaps. */
enum edoc_code ed_change_named(int fd, const char *path, struct edoc_error *err)
{
	struct stat mine, named;

	if (fstat(fd, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino &&
	    mine.st_dev == named.st_dev)
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_AGAIN, path,
	               "another program has replaced or removed it meanwhile: nothing was changed; "
	               "try again");
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool ed_change_touched(int fd, const struct stat *was)
{
	struct stat now;

	return fstat(fd, &now) || now.st_size != was->st_size ||
	       !same_time(now.st_mtim, was->st_mtim) || !same_time(now.st_ctim, was->st_ctim);
}

enum edoc_code ed_change_lost(const char *path, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_AGAIN, path,
	               "was written to meanwhile: nothing was done; try again");
}

/* cp and editors write into the file that is there, and know no locks. */
enum edoc_code ed_change_still(int fd, const struct stat *was, const char *path,
                               struct edoc_error *err)
{
	enum edoc_code code = ed_change_named(fd, path, err);

	return code == EDOC_OK && ed_change_touched(fd, was) ? ed_change_lost(path, err) : code;
}

enum edoc_code ed_change_publish(struct ed_change *c, struct edoc_error *err)
{
	const struct ed_asic *kept = c->writer ? c->asic : NULL;
	enum edoc_code code;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].put;
	if (!n)
		return EDOC_OK;
	code = write_all(c, err);
	if (code == EDOC_OK)
		code = ed_sign_check_result(c->tmp.fd, kept, ed_zip_writer_cut(c->writer), c->path,
		                            c->options, c->moment, err);
	if (code == EDOC_OK && !c->fresh)
		code = ed_change_still(c->fd, &c->was, c->path, err);
	if (code != EDOC_OK)
		return code;
	code = c->fresh && !c->overwrite ? ed_tmp_link(&c->tmp, err) : ed_tmp_rename(&c->tmp, err);
	for (size_t i = 0; code == EDOC_OK && c->options->beside && i < c->n_beside; i++)
		c->options->beside(c->options->beside_arg, c->path, c->beside[i].where,
		                   c->beside[i].why);
	return code;
}

void ed_change_clear(struct ed_change *c)
{
	for (size_t i = 0; i < c->n; i++)
		ed_buf_clear(&c->v[i].bytes);
	ed_zip_writer_free(c->writer);
	ed_tmp_clear(&c->tmp);
	ed_asic_free(c->asic);
	ed_arena_free(c->arena);
	if (c->fd >= 0 && !c->fresh)
		close(c->fd); /* and with it the lock */
	memset(c, 0, sizeof(*c));
	c->fd = c->tmp.fd = -1;
}
