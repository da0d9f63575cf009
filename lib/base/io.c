/* SPDX-License-Identifier: ISC */
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"

#define CHUNK ((size_t)64 << 10)

/* ---- reading ---- */

/* sysexits(3) EX_NOINPUT: "did not exist or was not readable". */
static enum edoc_code absent_or_io(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case EACCES:
	case ELOOP:
	case ENAMETOOLONG:
		return EDOC_ERR_ABSENT;
	default:
		return EDOC_ERR_IO;
	}
}

enum edoc_code ed_open_read(const char *path, int *fd, uint64_t *size, struct edoc_error *err)
{
	struct stat st;

	*fd = -1;
	*size = 0;
	int f = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f < 0)
		return ed_fail_errno(err, absent_or_io(), path, N_("cannot open"));
	if (fstat(f, &st) != 0) {
		enum edoc_code code = ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot open"));
		close(f);
		return code;
	}
	if (!S_ISREG(st.st_mode)) {
		close(f);
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               S_ISDIR(st.st_mode) ? N_("a folder where a file is wanted")
		                                   : N_("not a regular file"));
	}
	*fd = f;
	*size = (uint64_t)st.st_size;
	return EDOC_OK;
}

enum edoc_code ed_read_fd(int fd, const char *where, struct ed_buf *buf, struct edoc_error *err)
{
	unsigned char *chunk = malloc(CHUNK);
	enum edoc_code code = EDOC_OK;
	uint64_t offset = 0;

	if (!chunk)
		return ed_fail_memory(err);
	ed_buf_reset(buf);
	for (;;) {
		ssize_t n = pread(fd, chunk, CHUNK, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			code = ed_fail_errno(err, EDOC_ERR_IO, where, N_("cannot read"));
		if (n <= 0)
			break;
		ed_buf_put(buf, chunk, (size_t)n);
		code = ed_buf_check(buf, where, err);
		if (code != EDOC_OK)
			break;
		offset += (uint64_t)n;
	}
	explicit_bzero(chunk, CHUNK);
	free(chunk);
	return code;
}

enum edoc_code ed_read_path(const char *path, struct ed_buf *buf, struct edoc_error *err)
{
	int fd;
	uint64_t size;
	enum edoc_code code = ed_open_read(path, &fd, &size, err);

	if (code != EDOC_OK)
		return code;
	if (size > buf->max)
		code = ed_fail(err, EDOC_ERR_LIMIT, path, "larger than %zu bytes", buf->max);
	else
		code = ed_read_fd(fd, path, buf, err);
	close(fd);
	return code;
}

enum edoc_code ed_pread_full(int fd, const char *where, void *p, size_t n, uint64_t offset,
                             struct edoc_error *err)
{
	unsigned char *at = p;

	if (offset > INT64_MAX - (uint64_t)n)
		return ed_fail(err, EDOC_ERR_INPUT, where, "ends too early");
	while (n > 0) {
		ssize_t got = pread(fd, at, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ed_fail_errno(err, EDOC_ERR_IO, where, N_("cannot read"));
		if (got == 0)
			return ed_fail(err, EDOC_ERR_INPUT, where, "ends too early");
		at += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return EDOC_OK;
}

enum edoc_code ed_write_full(int fd, const char *where, const void *p, size_t n,
                             struct edoc_error *err)
{
	const unsigned char *at = p;

	while (n > 0) {
		ssize_t put = write(fd, at, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return ed_fail_errno(err, EDOC_ERR_IO, where, N_("cannot write"));
		at += put;
		n -= (size_t)put;
	}
	return EDOC_OK;
}

/* ---- writing ---- */

static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

char *ed_path_join(const char *dir, const char *name)
{
	char *path = NULL;
	size_t n = strlen(dir);
	const char *between = n > 0 && dir[n - 1] != '/' ? "/" : "";

	return asprintf(&path, "%s%s%s", dir, between, name) < 0 ? NULL : path;
}

/* A path in dir that nobody has; NULL with errno. */
static char *tmp_path(const char *dir)
{
	unsigned char noise[8];
	char name[sizeof ".edoc-.tmp" + 2 * sizeof noise] = ".edoc-";

	if (getrandom(noise, sizeof noise, 0) != (ssize_t)sizeof noise)
		return NULL;
	ed_hex(name + 6, noise, sizeof noise);
	memcpy(name + 6 + 2 * sizeof noise, ".tmp", 5);
	return ed_path_join(dir, name);
}

enum edoc_code ed_tmp_open_in(struct ed_tmp *tmp, const char *dir, const char *final, bool secret,
                              struct edoc_error *err)
{
	*tmp = (struct ed_tmp){.fd = -1};
	tmp->final = strdup(final);
	if (!tmp->final)
		return ed_fail_memory(err);
	for (int tries = 0; tries < 16; tries++) {
		free(tmp->path);
		tmp->path = tmp_path(dir);
		if (!tmp->path)
			break;
		tmp->fd = open(tmp->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		               secret ? 0600 : 0666);
		if (tmp->fd >= 0)
			return EDOC_OK;
		if (errno != EEXIST)
			break;
	}
	int saved = errno;
	free(tmp->path); /* not ours to unlink */
	free(tmp->final);
	*tmp = (struct ed_tmp){.fd = -1};
	errno = saved;
	return ed_fail_errno(err, errno == ENOMEM ? EDOC_ERR_MEMORY : EDOC_ERR_EXISTS, final,
	                     N_("cannot create"));
}

/* A file without a name, that Ctrl-C or kill -9 cannot leave behind; it gets
 * its name by give_name().  Not every file system has them (open(2)). */
static bool open_unnamed(struct ed_tmp *tmp, const char *dir, const char *final, bool secret)
{
	if (access("/proc/self/fd", X_OK) != 0)
		return false;
	tmp->final = strdup(final);
	if (tmp->final)
		tmp->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, secret ? 0600 : 0666);
	if (tmp->fd < 0) {
		free(tmp->final);
		tmp->final = NULL;
	}
	return tmp->fd >= 0;
}

static bool give_name(const struct ed_tmp *tmp, const char *name)
{
	char self[64];

	(void)snprintf(self, sizeof self, "/proc/self/fd/%d", tmp->fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

enum edoc_code ed_tmp_open(struct ed_tmp *tmp, const char *final, bool secret,
                           struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	*tmp = (struct ed_tmp){.fd = -1};
	char *dir = dir_of(final);
	if (!dir)
		return ed_fail_memory(err);
	if (!open_unnamed(tmp, dir, final, secret))
		code = ed_tmp_open_in(tmp, dir, final, secret, err);
	free(dir);
	return code;
}

/* A file without a name comes and goes unseen.  Where there are none, whether one
 * with a name could be made is as much as can be told without making it. */
static bool takes_files(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), saved;
	bool good = fd >= 0;
	char *self;

	if (good) {
		close(fd);
	} else if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL) {
		self = ed_path_join(dir, "."); /* of what is no folder: ENOTDIR */
		good = self && faccessat(AT_FDCWD, self, W_OK | X_OK, AT_EACCESS) == 0;
		saved = errno;
		free(self);
		errno = saved;
	}
	return good;
}

enum edoc_code ed_dir_check(const char *dir, const char *final, struct edoc_error *err)
{
	return takes_files(dir) ? EDOC_OK
	                        : ed_fail_errno(err, EDOC_ERR_EXISTS, final, N_("cannot create"));
}

/* In a folder like /tmp only its owner's and one's own can be replaced. */
static bool is_anothers(const char *dir, const struct stat *old)
{
	uid_t who = geteuid();
	struct stat st;

	return who != 0 && old->st_uid != who && stat(dir, &st) == 0 && (st.st_mode & S_ISVTX) &&
	       st.st_uid != who;
}

enum edoc_code ed_tmp_check(const char *final, bool replace, struct edoc_error *err)
{
	struct stat old;
	bool there = lstat(final, &old) == 0;
	char *dir;
	enum edoc_code code;

	if (!there && errno != ENOENT)
		return ed_fail_errno(err, EDOC_ERR_EXISTS, final, N_("cannot create"));
	if (there && !S_ISREG(old.st_mode))
		return ed_fail(err, EDOC_ERR_EXISTS, final,
		               "is not a regular file; nothing was written");
	if (there && !replace)
		return ed_fail(err, EDOC_ERR_EXISTS, final, "exists already; -f replaces it");
	dir = dir_of(final);
	if (!dir)
		return ed_fail_memory(err);
	code = ed_dir_check(dir, final, err);
	if (code == EDOC_OK && there && is_anothers(dir, &old)) {
		errno = EPERM;
		code = ed_fail_errno(err, EDOC_ERR_EXISTS, final, N_("cannot create"));
	}
	if (code == EDOC_OK && (!*final || final[strlen(final) - 1] == '/')) {
		errno = ENOENT;
		code = ed_fail_errno(err, EDOC_ERR_EXISTS, final, N_("cannot create"));
	}
	free(dir);
	return code;
}

static void close_tmp(struct ed_tmp *tmp)
{
	if (tmp->fd >= 0)
		close(tmp->fd);
	tmp->fd = -1;
}

void ed_tmp_clear(struct ed_tmp *tmp)
{
	close_tmp(tmp);
	if (tmp->path)
		unlink(tmp->path);
	free(tmp->path);
	free(tmp->final);
	*tmp = (struct ed_tmp){.fd = -1};
}

/* Only what has a name can be closed now.  fsync(2) is not repeated: after an
 * error the pages may be gone. */
static enum edoc_code sync_and_close(struct ed_tmp *tmp, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (tmp->fd < 0)
		return ed_fail(err, EDOC_ERR_BUG, tmp->final ? tmp->final : "",
		               "nothing to publish");
	if (fsync(tmp->fd) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, tmp->final, N_("cannot write to the disk"));
	if (!tmp->path)
		return code;
	if (close(tmp->fd) != 0 && code == EDOC_OK)
		code = ed_fail_errno(err, EDOC_ERR_IO, tmp->final, N_("cannot write to the disk"));
	tmp->fd = -1;
	return code;
}

static enum edoc_code fsync_dir_of(const char *path, struct edoc_error *err)
{
	char *dir = dir_of(path);

	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_fsync_dir(dir, err);
	free(dir);
	return code;
}

enum edoc_code ed_fsync_dir(const char *dir, struct edoc_error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ed_fail_errno(err, EDOC_ERR_IO, dir, N_("cannot open"));
	/* EINVAL: a file system that cannot; there is nothing more to do. */
	bool good = fsync(fd) == 0 || errno == EINVAL;
	int saved = errno;
	close(fd);
	errno = saved;
	if (!good)
		return ed_fail_errno(err, EDOC_ERR_IO, dir, N_("cannot write to the disk"));
	return EDOC_OK;
}

enum edoc_code ed_tmp_link(struct ed_tmp *tmp, struct edoc_error *err)
{
	enum edoc_code code = sync_and_close(tmp, err);

	if (code != EDOC_OK)
		return code;
	if (tmp->path ? link(tmp->path, tmp->final) != 0 : !give_name(tmp, tmp->final)) {
		if (errno == EEXIST)
			return ed_fail(err, EDOC_ERR_EXISTS, tmp->final, "exists already");
		return ed_fail_errno(err, EDOC_ERR_EXISTS, tmp->final, N_("cannot create"));
	}
	close_tmp(tmp);
	if (tmp->path)
		unlink(tmp->path); /* a second name left behind harms nobody */
	free(tmp->path);
	tmp->path = NULL;
	return fsync_dir_of(tmp->final, err);
}

/* The new file takes the old one's place: its owner and mode too.  Where the
 * group cannot be kept, its rights go. */
static bool take_over(int fd, const struct stat *old)
{
	struct stat st;
	mode_t mode = old->st_mode & 0777;

	if (fstat(fd, &st) != 0)
		return false;
	if ((st.st_uid != old->st_uid || st.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid) != 0 && st.st_gid != old->st_gid)
		mode &= ~(mode_t)070;
	return fchmod(fd, mode) == 0;
}

/* rename(2) wants a name.  In the result's folder, for a moment. */
static enum edoc_code name_for_rename(struct ed_tmp *tmp, struct edoc_error *err)
{
	char *dir = dir_of(tmp->final), *path = dir ? tmp_path(dir) : NULL;
	enum edoc_code code = EDOC_OK;

	if (!path)
		code = ed_fail_memory(err);
	else if (!give_name(tmp, path))
		code = ed_fail_errno(err, EDOC_ERR_EXISTS, tmp->final, N_("cannot create"));
	free(dir);
	if (code != EDOC_OK) {
		free(path);
		return code;
	}
	tmp->path = path;
	return EDOC_OK;
}

enum edoc_code ed_tmp_rename(struct ed_tmp *tmp, struct edoc_error *err)
{
	struct stat old;

	if (lstat(tmp->final, &old) == 0) {
		if (!S_ISREG(old.st_mode))
			return ed_fail(err, EDOC_ERR_EXISTS, tmp->final,
			               "not a regular file, so it is not replaced");
		if (!take_over(tmp->fd, &old))
			return ed_fail_errno(err, EDOC_ERR_EXISTS, tmp->final,
			                     N_("cannot keep the file's mode"));
	} else if (errno != ENOENT) {
		return ed_fail_errno(err, EDOC_ERR_EXISTS, tmp->final, N_("cannot create"));
	}
	enum edoc_code code = sync_and_close(tmp, err);
	if (code == EDOC_OK && !tmp->path)
		code = name_for_rename(tmp, err);
	if (code != EDOC_OK)
		return code;
	if (rename(tmp->path, tmp->final) != 0)
		return ed_fail_errno(err, EDOC_ERR_EXISTS, tmp->final, N_("cannot create"));
	close_tmp(tmp);
	free(tmp->path);
	tmp->path = NULL;
	return fsync_dir_of(tmp->final, err);
}

enum edoc_code ed_write_file(const char *path, const void *p, size_t n, bool replace,
                             struct edoc_error *err)
{
	struct ed_tmp tmp;
	enum edoc_code code = ed_tmp_open(&tmp, path, false, err);

	if (code == EDOC_OK)
		code = ed_write_full(tmp.fd, path, p, n, err);
	if (code == EDOC_OK)
		code = replace ? ed_tmp_rename(&tmp, err) : ed_tmp_link(&tmp, err);
	ed_tmp_clear(&tmp);
	return code;
}

/* One folder; made tells whether it is new. */
static enum edoc_code make_dir(const char *dir, struct edoc_error *err)
{
	struct stat st;

	if (mkdir(dir, 0777) == 0)
		return fsync_dir_of(dir, err);
	int saved = errno;
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return EDOC_OK;
	errno = saved;
	return ed_fail_errno(err, EDOC_ERR_EXISTS, dir, N_("cannot create the folder"));
}

enum edoc_code ed_mkdirs(const char *dir, struct edoc_error *err)
{
	char *path = strdup(dir);
	enum edoc_code code = EDOC_OK;

	if (!path)
		return ed_fail_memory(err);
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	for (size_t i = 1; i <= n && code == EDOC_OK; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		if (path[i - 1] == '/')
			continue;
		char c = path[i];
		path[i] = '\0';
		code = make_dir(path, err);
		path[i] = c;
	}
	free(path);
	return code;
}

/* The first that is missing is the one that cannot be made. */
enum edoc_code ed_mkdirs_check(const char *dir, struct edoc_error *err)
{
	char *path = strdup(dir), *missing = NULL;
	enum edoc_code code = EDOC_OK;
	struct stat st;

	while (path && path[0] && path[1] && path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	while (path && stat(path, &st) != 0 && errno == ENOENT && strcmp(path, ".") != 0) {
		free(missing);
		missing = path;
		path = dir_of(missing);
	}
	if (!path)
		code = ed_fail_memory(err);
	else if (!takes_files(path))
		code = ed_fail_errno(err, EDOC_ERR_EXISTS, missing ? missing : path,
		                     N_("cannot create the folder"));
	free(missing);
	free(path);
	return code;
}

/* ---- folders ---- */

void ed_names_free(char **names)
{
	free(names);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

#define MAX_DIR_BYTES ((size_t)1 << 30)

/* The names one after the other, each with its NUL. */
static enum edoc_code read_names(DIR *d, const char *dir, struct ed_buf *buf, size_t *n,
                                 struct edoc_error *err)
{
	const struct dirent *e;

	while (errno = 0, (e = readdir(d)) != NULL) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		ed_buf_put(buf, e->d_name, strlen(e->d_name) + 1);
		++*n;
	}
	if (errno != 0)
		return ed_fail_errno(err, EDOC_ERR_IO, dir, N_("cannot read the folder"));
	return ed_buf_check(buf, dir, err);
}

/* One block: the sorted pointers, NULL, then the bytes they point to. */
static char **make_names(const struct ed_buf *buf, size_t n)
{
	size_t head = (n + 1) * sizeof(char *);
	char **names = malloc(head + buf->len);

	if (!names)
		return NULL;
	char *p = (char *)names + head;
	if (n > 0)
		memcpy(p, buf->data, buf->len);
	for (size_t i = 0; i < n; i++, p += strlen(p) + 1)
		names[i] = p;
	names[n] = NULL;
	qsort(names, n, sizeof *names, compare_names);
	return names;
}

enum edoc_code ed_list_dir(const char *dir, char ***names, size_t *n, struct edoc_error *err)
{
	struct ed_buf buf;

	*names = NULL;
	*n = 0;
	DIR *d = opendir(dir);
	if (!d)
		return ed_fail_errno(err, absent_or_io(), dir, N_("cannot open the folder"));
	ed_buf_init(&buf, MAX_DIR_BYTES);
	enum edoc_code code = read_names(d, dir, &buf, n, err);
	if (code == EDOC_OK) {
		*names = make_names(&buf, *n);
		if (!*names)
			code = ed_fail_memory(err);
	}
	ed_buf_clear(&buf);
	closedir(d);
	return code;
}
