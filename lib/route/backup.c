/* SPDX-License-Identifier: ISC */
/*
 * backup, and restore from one.
 *
 * A backup is a copy of the folder, made in the order that keeps it whole
 * while others act: logs first, then all that entries name, which is written
 * before them; registers after the claims in the cases.  backup.json comes
 * last: a folder without it is no backup.
 *
 * Two names of one file (a claim in num/ and in reg/) stay two names of one.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "route/backup.h"
#include "route/exchange.h"

#define BACKUP_FORMAT "edoc-backup/1"
#define EPOCH_FORMAT "edoc-epoch/1"
#define CLAIM_FORMAT "edoc-claim/1"

#define EPOCH_GAP 1000 /* where it does not say */
#define DAY 86400

#define T(s) dgettext("edoc", s)

/* ---- copying ---- */

#define BUCKETS 4096

struct linked { /* a file with several names, where its copy is */
	dev_t dev;
	ino_t ino;
	const char *path;
	struct linked *next;
};

struct copying {
	struct ed_arena *arena;
	const char *from, *to;
	const char *skip; /* what is copied by itself, or NULL */
	struct linked *linked[BUCKETS];
	int64_t files;
};

static enum edoc_code copy_bytes(int in, int out, const char *where, struct edoc_error *err)
{
	unsigned char piece[65536];
	ssize_t n;

	while ((n = read(in, piece, sizeof(piece))) != 0) {
		enum edoc_code code;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ed_fail_errno(err, EDOC_ERR_IO, where, "read");
		code = ed_write_full(out, where, piece, (size_t)n, err);
		if (code)
			return code;
	}
	return fsync(out) ? ed_fail_errno(err, EDOC_ERR_IO, where, "fsync") : EDOC_OK;
}

/* The copy that another name of the same file has, or NULL. */
static const char *known_copy(const struct copying *c, const struct stat *st)
{
	for (const struct linked *l = c->linked[st->st_ino % BUCKETS]; l; l = l->next)
		if (l->ino == st->st_ino && l->dev == st->st_dev)
			return l->path;
	return NULL;
}

static enum edoc_code remember(struct copying *c, const struct stat *st, const char *path,
                               struct edoc_error *err)
{
	struct linked *l, **first = &c->linked[st->st_ino % BUCKETS];

	if (st->st_nlink < 2)
		return EDOC_OK;
	l = ed_arena_alloc(c->arena, sizeof(*l));
	if (!l)
		return ed_fail_memory(err);
	*l = (struct linked){st->st_dev, st->st_ino, path, *first};
	*first = l;
	return EDOC_OK;
}

static enum edoc_code copy_file(struct copying *c, const char *from, const char *to,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	const char *same;
	struct stat st;
	int in, out;

	if (!access(to, F_OK)) /* made for the copy: its epoch */
		return EDOC_OK;
	in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (in < 0 && errno == ENOENT) /* it moved on: in/new to in/done */
		return EDOC_OK;
	if (in < 0 || fstat(in, &st)) {
		code = ed_fail_errno(err, EDOC_ERR_IO, from, "open");
		goto out;
	}
	same = known_copy(c, &st);
	if (same && !link(same, to))
		goto out;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777);
	if (out < 0) {
		code = ed_fail_errno(err, EDOC_ERR_IO, to, "open");
		goto out;
	}
	code = copy_bytes(in, out, to, err);
	close(out);
	c->files++;
	if (!code)
		code = remember(c, &st, to, err);
out:
	if (in >= 0)
		close(in);
	return code;
}

static enum edoc_code copy_tree(struct copying *c, const char *sub, struct edoc_error *err);

static enum edoc_code copy_one(struct copying *c, const char *sub, const char *name,
                               struct edoc_error *err)
{
	const char *path = ed_arena_printf(c->arena, "%s/%s", sub, name);
	const char *from = path ? ed_arena_printf(c->arena, "%s/%s", c->from, path) : NULL,
	           *to = path ? ed_arena_printf(c->arena, "%s/%s", c->to, path) : NULL;
	struct stat st;

	if (!from || !to)
		return ed_fail_memory(err);
	if (lstat(from, &st) || (c->skip && !strcmp(path, c->skip))) /* or: it moved on */
		return EDOC_OK;
	if (S_ISDIR(st.st_mode))
		return copy_tree(c, path, err);
	return S_ISREG(st.st_mode) ? copy_file(c, from, to, err) : EDOC_OK;
}

/* What lies below <from>/<sub>; a folder that is not there is empty. */
static enum edoc_code copy_tree(struct copying *c, const char *sub, struct edoc_error *err)
{
	const char *from = ed_arena_printf(c->arena, "%s/%s", c->from, sub),
	           *to = ed_arena_printf(c->arena, "%s/%s", c->to, sub);
	char **names = NULL;
	size_t n;

	if (!from || !to)
		return ed_fail_memory(err);
	if (access(from, F_OK))
		return EDOC_OK;
	enum edoc_code code = ed_mkdirs(to, err);
	if (!code)
		code = ed_list_dir(from, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++)
		code = copy_one(c, sub, names[i], err);
	ed_names_free(names);
	return code ? code : ed_fsync_dir(to, err);
}

/*
 * Folders come sorted, so in each case "log" is read before "obj", "peer", "pin",
 * "pkg", "rcpt", "ref" and "sig", which hold what its entries name; and registers after the
 * claims in "case".  Checkpoints come before the cases: what they say is in the copy.
 */
static enum edoc_code copy_desk(struct copying *c, struct edoc_error *err)
{
	static const char *const folders[] = {"conf", "head", "case", "reg", "out", "in", "notice"};
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !code; i++)
		code = copy_tree(c, folders[i], err);
	return code;
}

/* What was begun and failed goes again: the folder is ours. */
static void remove_tree(const char *dir);

static void empty_tree(const char *dir, const char *but)
{
	char **names = NULL;
	size_t n = 0;

	if (ed_list_dir(dir, &names, &n, NULL))
		n = 0;
	for (size_t i = 0; i < n; i++) {
		char *path = but && !strcmp(names[i], but) ? NULL : ed_path_join(dir, names[i]);
		if (path && unlink(path) && errno != ENOENT)
			remove_tree(path);
		free(path);
	}
	ed_names_free(names);
}

static void remove_tree(const char *dir)
{
	empty_tree(dir, NULL);
	rmdir(dir);
}

/*
 * A new folder: what is there already is nobody's to write into, but for what
 * another of us began, and left when it was killed.  The file "unfinished" says
 * so, from before anything else is written until all is; who writes holds its
 * lock, which dies with him.
 */
struct place {
	const char *dir;
	char *mark; /* <dir>/unfinished */
	int fd;     /* of it, locked */
};

static enum edoc_code place_of(struct place *p, const char *dir, struct edoc_error *err)
{
	*p = (struct place){.dir = dir, .mark = ed_path_join(dir, "unfinished"), .fd = -1};
	return p->mark ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code mark_place(struct place *p, struct edoc_error *err)
{
	p->fd = open(p->mark, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->fd < 0)
		return ed_fail_errno(err, EDOC_ERR_IO, p->mark, "open");
	if (flock(p->fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? ed_fail(err, EDOC_ERR_AGAIN, p->dir,
		                                      "another process is writing it; try again")
		                            : ed_fail_errno(err, EDOC_ERR_IO, p->mark, "flock");
	return EDOC_OK;
}

/* Empty, or only begun: nothing there but what we wrote. */
static bool is_begun(const struct place *p, const char *last)
{
	char *done = ed_path_join(p->dir, last), **names = NULL;
	bool ours = false;
	size_t n;

	if (done && access(done, F_OK) && errno == ENOENT && !ed_list_dir(p->dir, &names, &n, NULL))
		ours = !n || !access(p->mark, F_OK);
	ed_names_free(names);
	free(done);
	return ours;
}

/* last: the file by which it is whole. */
static enum edoc_code take_place(struct place *p, const char *dir, const char *last,
                                 struct edoc_error *err)
{
	bool made = !mkdir(dir, 0777);

	if (!made && errno != EEXIST)
		return ed_fail_errno(err, EDOC_ERR_EXISTS, dir, "mkdir");
	enum edoc_code code = place_of(p, dir, err);
	if (!code && !made && !is_begun(p, last))
		code = ed_fail(err, EDOC_ERR_EXISTS, dir, "is there already");
	if (!code)
		code = mark_place(p, err);
	if (code || made)
		return code;
	if (!is_begun(p, last)) /* its writer has just finished */
		return ed_fail(err, EDOC_ERR_EXISTS, dir, "is there already");
	empty_tree(dir, "unfinished");
	return EDOC_OK;
}

/* Told before a backup is read. */
static enum edoc_code check_place(const char *dir, const char *last, struct edoc_error *err)
{
	struct place p;
	struct stat st;
	enum edoc_code code = place_of(&p, dir, err);

	if (!code && lstat(dir, &st)) {
		if (errno != ENOENT)
			code = ed_fail_errno(err, EDOC_ERR_EXISTS, dir, "lstat");
	} else if (!code && !is_begun(&p, last)) {
		code = ed_fail(err, EDOC_ERR_EXISTS, dir, "is there already");
	}
	free(p.mark);
	return code;
}

/* Whole now, or removed. */
static enum edoc_code leave_place(struct place *p, enum edoc_code code, struct edoc_error *err)
{
	if (code)
		remove_tree(p->dir);
	else if (unlink(p->mark))
		code = ed_fail_errno(err, EDOC_ERR_IO, p->mark, "unlink");
	else
		code = ed_fsync_dir(p->dir, err);
	return code;
}

static void clear_place(struct place *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->mark);
}

/* Empty: what lay there was in the making. */
static enum edoc_code make_tmp(const struct copying *c, struct edoc_error *err)
{
	const char *tmp = ed_arena_printf(c->arena, "%s/tmp", c->to);

	return tmp ? ed_mkdirs(tmp, err) : ed_fail_memory(err);
}

static enum edoc_code write_json(const char *path, json_t *o, struct edoc_error *err)
{
	char *line = NULL;

	enum edoc_code code = ed_json_line(o, &line, err);
	if (!code)
		code = ed_write_file(path, line, strlen(line), false, err);
	edoc_free(line);
	return code;
}

/* The times in a small file of ours; absent: EDOC_ERR_ABSENT. */
static enum edoc_code read_json(const char *path, const char *format, json_t **o,
                                struct edoc_error *err)
{
	const char *said;
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_read_path(path, &bytes, err);
	if (!code)
		code = ed_json_parse(bytes.data, bytes.len, path, o, err);
	ed_buf_clear(&bytes);
	said = code ? NULL : ed_json_get_str(*o, "format");
	if (!code && (!said || strcmp(said, format))) {
		json_decref(*o);
		*o = NULL;
		code = ed_fail(err, EDOC_ERR_VERSION, path, "format %s is not %s", said ? said : "",
		               format);
	}
	return code;
}

static bool get_time(const json_t *o, const char *key, int64_t *t)
{
	const char *text = ed_json_get_str(o, key);

	return text && ed_time_parse(text, t);
}

static enum edoc_code tell(const char *verb, const char *dir, int64_t files, const char *words,
                           char **text, char **json, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	char safe[ED_PATH_MAX];
	struct ed_buf out;
	json_t *o;

	ed_escape(safe, sizeof(safe), dir);
	if (text) {
		ed_buf_init(&out, ED_PATH_MAX + 1024);
		ed_buf_printf(&out, T("%s: %" PRId64 " files\n%s"), safe, files, words);
		code = ed_buf_steal(&out, dir, text, err);
	}
	if (code || !json)
		return code;
	o = json_object();
	code = ed_json_int(o, "v", 1) | ed_json_str(o, "cmd", verb) | ed_json_bool(o, "ok", true) |
	                       ed_json_str(o, "folder", safe) | ed_json_int(o, "files", files)
	               ? ed_fail_memory(err)
	               : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

/* ---- backup ---- */

/* A copy inside of what is copied would be in the next one, and grow. */
static enum edoc_code check_outside(const char *desk, const char *dir, struct edoc_error *err)
{
	size_t len = strlen(dir);

	while (len && dir[len - 1] == '/')
		len--;
	while (len && dir[len - 1] != '/')
		len--;
	char *up = len ? strndup(dir, len) : strdup(".");
	char *whole = realpath(desk, NULL), *into = up ? realpath(up, NULL) : NULL;
	size_t n = whole ? strlen(whole) : 0;
	enum edoc_code code = EDOC_OK;

	if (whole && into && !strncmp(into, whole, n) && (into[n] == '/' || !into[n]))
		code = ed_fail(err, EDOC_ERR_USAGE, dir,
		               "it lies in the desk itself: name a folder elsewhere");
	free(into);
	free(whole);
	free(up);
	return code;
}

enum edoc_code edoc_desk_backup(struct edoc_desk *desk, const char *dir, int64_t now, char **text,
                                char **json, struct edoc_error *err)
{
	struct copying *c = calloc(1, sizeof(*c));
	char *last = ed_path_join(dir, "backup.json");
	struct place place = {.fd = -1};
	json_t *o = json_object();
	enum edoc_code code = EDOC_OK;

	if (c)
		c->arena = ed_arena_new();
	if (!c || !c->arena || !last || !o) {
		code = ed_fail_memory(err);
		goto out;
	}
	c->from = desk->path;
	c->to = dir;
	code = check_outside(desk->path, dir, err);
	if (!code)
		code = take_place(&place, dir, "backup.json", err);
	if (code)
		goto out;
	code = make_tmp(c, err);
	if (!code)
		code = copy_desk(c, err);
	if (!code &&
	    (ed_json_str(o, "format", BACKUP_FORMAT) | ed_json_str(o, "agency", desk->agency) |
	     ed_json_time(o, "time", now) | ed_json_int(o, "files", c->files)))
		code = ed_fail_memory(err);
	if (!code)
		code = write_json(last, o, err);
	code = leave_place(&place, code, err);
	if (!code)
		code = tell("backup", dir, c->files, "", text, json, err);
out:
	clear_place(&place);
	json_decref(o);
	free(last);
	if (c)
		ed_arena_free(c->arena);
	free(c);
	return code;
}

/* ---- restore ---- */

struct restoring {
	struct edoc_desk *from; /* the backup is a desk to look at */
	struct copying *c;
	int64_t now, taken, gap;
};

/* A broken backup is told before it is a desk. */
static enum edoc_code check_cases(struct restoring *r, struct edoc_error *err)
{
	char **ids = NULL;

	enum edoc_code code = ed_case_list(r->from, &ids, NULL, err);
	for (size_t i = 0; !code && ids[i]; i++) {
		struct ed_case c;
		code = ed_case_load(r->from, ids[i], &c, err);
		if (!code)
			ed_case_clear(&c);
	}
	ed_names_free(ids);
	return code;
}

/* Comes first: from then on what is there is no desk that may simply go on. */
static enum edoc_code write_epoch(struct restoring *r, struct edoc_error *err)
{
	const char *old = ed_desk_path(r->from, "conf/epoch.json");
	const char *dir = ed_arena_printf(r->c->arena, "%s/conf", r->c->to),
	           *path = ed_arena_printf(r->c->arena, "%s/conf/epoch.json", r->c->to);
	json_t *before = NULL, *o = json_object();
	struct edoc_error why = {0};
	json_int_t n = 0;

	enum edoc_code code = old && dir && path ? read_json(old, EPOCH_FORMAT, &before, &why)
	                                         : ed_fail_memory(&why);
	if (!code)
		n = json_integer_value(json_object_get(before, "epoch"));
	else if (code == EDOC_ERR_ABSENT)
		code = EDOC_OK;
	if (code && err)
		*err = why;
	if (!code && (ed_json_str(o, "format", EPOCH_FORMAT) | ed_json_int(o, "epoch", n + 1) |
	              ed_json_int(o, "gap", r->gap) | ed_json_time(o, "backup", r->taken) |
	              ed_json_time(o, "restored", r->now)))
		code = ed_fail_memory(err);
	if (!code)
		code = ed_mkdirs(dir, err);
	if (!code)
		code = write_json(path, o, err);
	json_decref(before);
	json_decref(o);
	return code;
}

/* A number of nobody. */
static json_t *claim_of_nobody(const char *book, int64_t year, int64_t restored)
{
	json_t *o = json_object();

	if (ed_json_str(o, "format", CLAIM_FORMAT) | ed_json_str(o, "book", book) |
	    ed_json_int(o, "year", year) | ed_json_time(o, "restored", restored)) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* A number that nobody gets, so far above the last that is known that those
 * which were given after the backup lie below it. */
static enum edoc_code leave_gap(struct restoring *r, const char *book, int64_t year,
                                struct edoc_error *err)
{
	const char *dir = ed_arena_printf(r->c->arena, "%s/reg/%s/%" PRId64, r->c->to, book, year);
	json_t *o = claim_of_nobody(book, year, r->now);
	int64_t highest = 0;
	char **names = NULL;
	const char *path;
	size_t n;

	enum edoc_code code = dir ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	if (!code)
		code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++) {
		char *end;
		int64_t seq = strtoll(names[i], &end, 10);
		if (!*end && seq > highest)
			highest = seq;
	}
	ed_names_free(names);
	path = ed_arena_printf(r->c->arena, "%s/%06" PRId64, dir, highest + r->gap);
	if (!code && (!path || !o))
		code = ed_fail_memory(err);
	if (!code)
		code = write_json(path, o, err);
	json_decref(o);
	return code;
}

/* In the last year of each book, and in this one. */
static enum edoc_code leave_gaps(struct restoring *r, struct edoc_error *err)
{
	int64_t year = ed_zone_civil(r->from->zone, r->now).date.year;
	const char *root = ed_desk_path(r->from, "reg");
	char **books = NULL;
	size_t n;

	enum edoc_code code = root ? ed_list_dir(root, &books, &n, err) : ed_fail_memory(err);
	for (size_t i = 0; !code && books[i]; i++) {
		const char *dir = ed_desk_path(r->from, "reg/%s", books[i]);
		char **years = NULL;
		code = dir ? ed_list_dir(dir, &years, &n, err) : ed_fail_memory(err);
		if (!code && n && strtoll(years[n - 1], NULL, 10) != year)
			code = leave_gap(r, books[i], strtoll(years[n - 1], NULL, 10), err);
		ed_names_free(years);
		if (!code)
			code = leave_gap(r, books[i], year, err);
	}
	ed_names_free(books);
	return code;
}

static enum edoc_code check_backup(struct restoring *r, const char *from, struct edoc_error *err)
{
	const char *path = ed_desk_path(r->from, "backup.json");
	json_t *o = NULL;

	enum edoc_code code = path ? read_json(path, BACKUP_FORMAT, &o, err) : ed_fail_memory(err);
	if (code == EDOC_ERR_ABSENT)
		code = ed_fail(err, EDOC_ERR_INPUT, from,
		               "no backup, or one that was cut short: it has no backup.json");
	if (!code && !get_time(o, "time", &r->taken))
		code = ed_fail(err, EDOC_ERR_INPUT, path, "it does not say when it was made");
	json_decref(o);
	return code ? code : check_cases(r, err);
}

static enum edoc_code restore(struct restoring *r, struct edoc_error *err)
{
	const char *from = ed_desk_path(r->from, "conf/desk.yaml"),
	           *to = ed_arena_printf(r->c->arena, "%s/conf/desk.yaml", r->c->to);
	struct place place = {.fd = -1};
	struct ed_buf conf;

	enum edoc_code code = from && to ? take_place(&place, r->c->to, "conf/desk.yaml", err)
	                                 : ed_fail_memory(err);
	if (code) {
		clear_place(&place);
		return code;
	}
	code = write_epoch(r, err);
	if (!code)
		code = make_tmp(r->c, err);
	ed_buf_init(&conf, ED_MAX_YAML_BYTES);
	r->c->skip = "conf/desk.yaml";
	if (!code)
		code = copy_desk(r->c, err);
	if (!code)
		code = leave_gaps(r, err);
	if (!code)
		code = ed_read_path(from, &conf, err);
	if (!code) /* last, and at once: now it is a desk */
		code = ed_write_file(to, conf.data, conf.len, false, err);
	ed_buf_clear(&conf);
	code = leave_place(&place, code, err);
	clear_place(&place);
	return code;
}

enum edoc_code edoc_desk_restore(const char *from, const char *to, const struct edoc_policy *policy,
                                 int64_t gap, int64_t now, char **text, char **json,
                                 struct edoc_error *err)
{
	struct restoring r = {.now = now, .gap = gap, .c = calloc(1, sizeof(*r.c))};
	enum edoc_code code = EDOC_OK;

	if (r.c)
		r.c->arena = ed_arena_new();
	if (!r.c || !r.c->arena) {
		code = ed_fail_memory(err);
		goto out;
	}
	r.c->from = from;
	r.c->to = to;
	code = check_place(to, "conf/desk.yaml", err);
	if (!code)
		code = edoc_desk_open(from, policy, &r.from, err);
	if (!code)
		code = check_backup(&r, from, err);
	if (!code)
		code = restore(&r, err);
	if (!code)
		code = tell("restore", to, r.c->files,
		            T("cases of before are held: receive what others have of them, then "
		              "confirm\n"),
		            text, json, err);
out:
	edoc_desk_free(r.from);
	if (r.c)
		ed_arena_free(r.c->arena);
	free(r.c);
	return code;
}

/* ---- held cases ---- */

struct epoch {
	int64_t n, backup, restored, gap;
};

static enum edoc_code read_epoch(struct edoc_desk *desk, struct epoch *e, struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "conf/epoch.json");
	json_t *o = NULL;

	*e = (struct epoch){0};
	if (!path)
		return ed_fail_memory(err);
	if (access(path, F_OK) && errno == ENOENT)
		return EDOC_OK;
	enum edoc_code code = read_json(path, EPOCH_FORMAT, &o, err);
	if (!code) {
		e->n = json_integer_value(json_object_get(o, "epoch"));
		e->gap = json_integer_value(json_object_get(o, "gap"));
		if (e->gap < 1)
			e->gap = EPOCH_GAP;
		if (e->n < 1 || !get_time(o, "backup", &e->backup) ||
		    !get_time(o, "restored", &e->restored))
			code = ed_fail(err, EDOC_ERR_CONFIG, path,
			               "epoch, backup or restored is missing");
	}
	json_decref(o);
	return code;
}

static const char *mark_of(struct edoc_desk *desk, const struct epoch *e, const char *id)
{
	return ed_desk_path(desk, "conf/confirmed-%" PRId64 "/%s", e->n, id);
}

enum edoc_code ed_desk_held(struct edoc_desk *desk, const char *id, int64_t time,
                            struct edoc_error *err)
{
	char backup[ED_WHEN], restored[ED_WHEN];
	const char *one, *all;
	struct epoch e;

	enum edoc_code code = read_epoch(desk, &e, err);
	if (code || !e.n || time > e.restored)
		return code;
	one = mark_of(desk, &e, id);
	all = mark_of(desk, &e, "all");
	if (!one || !all)
		return ed_fail_memory(err);
	if (!access(one, F_OK) || !access(all, F_OK))
		return EDOC_OK;
	ed_when(backup, desk->zone, e.backup, true);
	ed_when(restored, desk->zone, e.restored, true);
	return ed_fail(
	        err, EDOC_ERR_DENIED, id,
	        "this desk was restored at %s from a backup of %s, and the case may have gone "
	        "on in between: receive the newest copy from whoever has one, then confirm it",
	        restored, backup);
}

bool ed_desk_forgot(struct edoc_desk *desk, int64_t time)
{
	struct epoch e;

	return !read_epoch(desk, &e, NULL) && e.n && time >= e.backup;
}

/* ---- numbers ---- */

static enum edoc_code put_claim(struct edoc_desk *desk, const char *book, int64_t year, int64_t seq,
                                json_t *claim, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "reg/%s/%" PRId64, book, year),
	           *path = ed_desk_path(desk, "reg/%s/%" PRId64 "/%06" PRId64, book, year, seq);
	char *line = NULL;
	bool taken;

	enum edoc_code code = dir && path ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	if (!code)
		code = ed_json_line(claim, &line, err);
	if (!code)
		code = ed_desk_put(desk, path, line, strlen(line), &taken, err);
	edoc_free(line);
	return code;
}

/* Does the book have numbers of that year? */
static enum edoc_code is_used(struct edoc_desk *desk, const char *book, int64_t year, bool *used,
                              struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "reg/%s/%" PRId64, book, year);
	char **names = NULL;
	size_t n = 0;

	*used = false;
	if (!dir)
		return ed_fail_memory(err);
	if (access(dir, F_OK) && errno == ENOENT)
		return EDOC_OK;
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	ed_names_free(names);
	*used = n > 0;
	return code;
}

/* A day more to either side: the years of a book are of its route's zone. */
static bool was_open(const struct edoc_desk *desk, const struct epoch *e, int64_t year)
{
	return year >= ed_zone_civil(desk->zone, e->backup - DAY).date.year &&
	       year <= ed_zone_civil(desk->zone, e->restored + DAY).date.year;
}

enum edoc_code ed_desk_gap(struct edoc_desk *desk, const char *book, int64_t year, bool dry,
                           int64_t *gap, struct edoc_error *err)
{
	json_t *claim = NULL;
	struct epoch e;
	bool used = true;

	*gap = 0;
	enum edoc_code code = read_epoch(desk, &e, err);
	if (!code && e.n && was_open(desk, &e, year))
		code = is_used(desk, book, year, &used, err);
	if (code || used)
		return code;
	*gap = e.gap;
	if (dry)
		return EDOC_OK;
	claim = claim_of_nobody(book, year, e.restored);
	code = claim ? put_claim(desk, book, year, e.gap, claim, err) : ed_fail_memory(err);
	json_decref(claim);
	return code;
}

enum edoc_code ed_desk_recall(struct edoc_desk *desk, const struct ed_entry *e,
                              struct edoc_error *err)
{
	const json_t *said = json_object_get(e->header, "register");
	const char *agency = ed_entry_get(e, "actor", "agency"),
	           *book = ed_entry_get(e, "register", "book"),
	           *number = ed_entry_get(e, "register", "number");
	int64_t seq = json_integer_value(json_object_get(said, "seq")),
	        year = json_integer_value(json_object_get(said, "year"));
	struct epoch epoch;
	json_t *claim;

	if (!book || !number || !agency || strcmp(agency, desk->agency))
		return EDOC_OK;
	enum edoc_code code = read_epoch(desk, &epoch, err);
	if (code || !epoch.n)
		return code;
	claim = claim_of_nobody(book, year, epoch.restored);
	if (!claim || ed_json_str(claim, "case", ed_json_get_str(e->header, "case")) |
	                      ed_json_str(claim, "pattern", number))
		code = ed_fail_memory(err);
	else
		code = put_claim(desk, book, year, seq, claim, err);
	json_decref(claim);
	return code;
}

enum edoc_code edoc_desk_confirm(struct edoc_desk *desk, const char *name,
                                 const struct edoc_act *act, char **text, char **json,
                                 struct edoc_error *err)
{
	struct ed_told told = {.verb = "confirm", .dry = act->dry};
	char id[ED_CASE_ID] = "all";
	const char *path, *dir;
	struct ed_case c = {0};
	struct epoch e;

	enum edoc_code code = name ? ed_case_find(desk, name, id, err) : EDOC_OK;
	if (!code)
		code = read_epoch(desk, &e, err);
	if (!code && !e.n)
		code = ed_fail(err, EDOC_ERR_DENIED, desk->path,
		               "nothing to confirm: this desk was never restored");
	if (!code && name)
		code = ed_case_load(desk, id, &c, err);
	if (code)
		return code;
	dir = ed_desk_path(desk, "conf/confirmed-%" PRId64, e.n);
	path = mark_of(desk, &e, id);
	code = dir && path ? EDOC_OK : ed_fail_memory(err);
	if (!code && !act->dry)
		code = ed_mkdirs(dir, err);
	if (!code && !act->dry)
		code = ed_desk_put(desk, path, "\n", 1, &told.already, err);
	if (!code && name)
		code = ed_act_tell(&c, &told, text, json, err);
	else if (!code)
		code = tell("confirm", desk->path, 0, "", NULL, json, err);
	if (name)
		ed_case_clear(&c);
	return code;
}
