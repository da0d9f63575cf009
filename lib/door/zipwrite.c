/* SPDX-License-Identifier: ISC */
/*
 * Writing packages: libzip over an output of our own, because zip_close() by
 * itself neither syncs nor leaves the entries of an existing package alone.
 * What a base holds is cloned up to its central directory, and its part of
 * the directory is put back as it was: libzip drops flags and extra fields.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/zipscan.h"

#define COPY (128u << 10)
#define PIECE ((uint64_t)4 << 20) /* of a base, that is cloned at once */
/* The disk is told to begin after so many bytes, so that the fsync at the end
 * waits for little. */
#define WRITE_BEHIND ((uint64_t)8 << 20)
#define DOS_DATE_1980 0x21 /* 1980-01-01, the first that ZIP knows */

/* One entry to be written: where its bytes come from, and how they go. */
struct source {
	struct ed_zip_writer *w;
	struct source *next;
	char *name;
	struct ed_buf bytes; /* of add_bytes, and of add_late once made */
	bool in_file;        /* else in memory */
	int fd;
	uint64_t start, size;            /* in fd */
	const struct ed_zip_entry *copy; /* compressed already: of another package */
	ed_late_fn *late;                /* NULL once it was called */
	ed_tap_fn *tap;
	void *arg;
	uint64_t done; /* bytes taken from fd or memory */
	bool opened;
};

struct ed_zip_writer {
	int fd; /* the caller's */
	char *name;
	struct ed_zip *base; /* the caller's, or NULL */
	bool *kept;          /* which of its pieces are cloned already */
	bool *dropped;       /* of its entries; NULL: none */
	uint64_t cut;        /* up to here it is cloned */
	size_t moved;        /* entries behind the cut that stay */
	zip_t *z;
	struct source *sources, **last;
	size_t n;
	uint64_t read_at, write_at, write_end;
	uint64_t behind;       /* the disk was told to begin up to here */
	enum edoc_code failed; /* of a callback: libzip would blur it */
	struct edoc_error why;
	zip_error_t zerr;
};

/* ---- a source of bytes ------------------------------------------------- */

/* A callback's failure: the first one is what finish() reports. */
static zip_int64_t broken(struct ed_zip_writer *w, enum edoc_code code,
                          const struct edoc_error *why)
{
	if (!w->failed) {
		w->failed = code;
		w->why = *why;
	}
	zip_error_set(&w->zerr, ZIP_ER_WRITE, EIO);
	return -1;
}

static zip_int64_t changed(struct source *s, const char *how)
{
	struct edoc_error why = {0};
	enum edoc_code code =
	        ed_fail(&why, EDOC_ERR_INPUT, s->name,
	                "the file %s while it was read; wait until nobody writes to it and "
	                "try again",
	                how);

	return broken(s->w, code, &why);
}

static zip_int64_t pull_fd(struct source *s, void *p, size_t n)
{
	struct edoc_error why = {0};
	ssize_t got;

	do
		got = pread(s->fd, p, n, (off_t)(s->start + s->done));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return broken(s->w, ed_fail_errno(&why, EDOC_ERR_IO, s->name, "read"), &why);
	return got ? got : changed(s, "became shorter");
}

static zip_int64_t at_end(struct source *s)
{
	char more;

	if (s->in_file && !s->copy && pread(s->fd, &more, 1, (off_t)(s->start + s->size)) > 0)
		return changed(s, "grew");
	return 0;
}

/* At most n of the entry's bytes, 0 at the end. */
static zip_int64_t pull(struct source *s, void *p, size_t n)
{
	zip_int64_t got;

	if (n > s->size - s->done)
		n = (size_t)(s->size - s->done);
	if (n == 0)
		return at_end(s);
	if (s->in_file) {
		got = pull_fd(s, p, n);
	} else {
		memcpy(p, s->bytes.data + s->done, n);
		got = (zip_int64_t)n;
	}
	if (got <= 0)
		return got;
	s->done += (uint64_t)got;
	if (s->tap)
		s->tap(s->arg, p, (size_t)got);
	return got;
}

static zip_int64_t open_source(struct source *s)
{
	struct edoc_error why = {0};

	/* A tap could not take its bytes back. */
	if (s->opened)
		return broken(s->w, ed_fail(&why, EDOC_ERR_BUG, s->name, "opened twice"), &why);
	s->opened = true;
	return 0;
}

/* libzip asks for the first time when the entry's turn has come. */
static int make_late(struct source *s)
{
	struct edoc_error why = {0};
	ed_late_fn *late = s->late;
	enum edoc_code code;

	s->late = NULL;
	code = late(s->arg, &s->bytes, &why);
	if (!code)
		code = ed_buf_check(&s->bytes, s->name, &why);
	s->size = s->bytes.len;
	return code ? (int)broken(s->w, code, &why) : 0;
}

/* With a size libzip needs no ZIP64 extra field; with a method it takes the
 * bytes as compressed already. */
static zip_int64_t stat_source(struct source *s, zip_stat_t *st)
{
	if (s->late && make_late(s) < 0)
		return -1;
	zip_stat_init(st);
	st->valid = ZIP_STAT_SIZE;
	st->size = s->copy ? s->copy->usize : s->size;
	if (s->copy && s->copy->method) {
		st->valid |= ZIP_STAT_COMP_METHOD | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC;
		st->comp_method = s->copy->method;
		st->comp_size = s->copy->csize;
		st->crc = s->copy->crc;
	}
	return sizeof(*st);
}

static zip_int64_t source_call(void *arg, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
	struct source *s = arg;

	switch (cmd) {
	case ZIP_SOURCE_OPEN:
		return open_source(s);
	case ZIP_SOURCE_READ:
		return pull(s, data, (size_t)len);
	case ZIP_SOURCE_CLOSE:
		return 0;
	case ZIP_SOURCE_STAT:
		return stat_source(s, data);
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&s->w->zerr, data, len);
	case ZIP_SOURCE_FREE:
		return 0; /* the writer's */
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ,
		                                      ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
		                                      ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
	default:
		zip_error_set(&s->w->zerr, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

static void free_source(struct source *s)
{
	ed_buf_clear(&s->bytes);
	free(s->name);
	free(s);
}

/* ---- the output -------------------------------------------------------- */

static zip_int64_t io_broken(struct ed_zip_writer *w, const char *what)
{
	struct edoc_error why = {0};

	return broken(w, ed_fail_errno(&why, EDOC_ERR_IO, w->name, what), &why);
}

static zip_int64_t write_out(struct ed_zip_writer *w, const void *p, size_t n)
{
	const char *at = p;
	size_t left = n;

	while (left > 0) {
		ssize_t put = pwrite(w->fd, at, left, (off_t)w->write_at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return io_broken(w, "write");
		at += put;
		left -= (size_t)put;
		w->write_at += (uint64_t)put;
	}
	if (w->write_end < w->write_at)
		w->write_end = w->write_at;
	if (w->write_end - w->behind >= WRITE_BEHIND) {
		(void)sync_file_range(w->fd, (off_t)w->behind, 0, SYNC_FILE_RANGE_WRITE);
		w->behind = w->write_end;
	}
	return (zip_int64_t)n;
}

/* Where the kernel cannot copy between these two files. */
static zip_int64_t copy_slowly(struct ed_zip_writer *w, uint64_t from, uint64_t end)
{
	unsigned char *p = malloc(COPY);
	struct edoc_error why = {0};
	enum edoc_code code = p ? EDOC_OK : ed_fail_memory(&why);
	zip_int64_t ret = 0;

	while (!code && ret >= 0 && from < end) {
		size_t n = end - from < COPY ? (size_t)(end - from) : COPY;
		code = ed_pread_full(w->base->fd, w->base->name, p, n, from, &why);
		if (!code)
			ret = write_out(w, p, n);
		from += n;
	}
	free(p);
	return code ? broken(w, code, &why) : ret < 0 ? -1 : 0;
}

/* The base's bytes [from, end) to where the output stands. */
static zip_int64_t copy_base(struct ed_zip_writer *w, uint64_t from, uint64_t end)
{
	off_t in = (off_t)from, out = (off_t)w->write_at;

	while ((uint64_t)in < end) {
		ssize_t n = copy_file_range(w->base->fd, &in, w->fd, &out,
		                            (size_t)(end - (uint64_t)in), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == ENOSPC || errno == EIO || errno == EDQUOT || errno == EFBIG))
			return io_broken(w, "write");
		if (n <= 0)
			break;
	}
	w->write_at = (uint64_t)out;
	if (w->write_end < w->write_at)
		w->write_end = w->write_at;
	return copy_slowly(w, (uint64_t)in, end);
}

static zip_int64_t read_base(struct ed_zip_writer *w, void *p, size_t n)
{
	ssize_t got;

	if (!w->base || w->dropped)
		return 0;
	do
		got = pread(w->base->fd, p, n, (off_t)w->read_at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return io_broken(w, "read");
	w->read_at += (uint64_t)got;
	return got;
}

static zip_int64_t stat_base(struct ed_zip_writer *w, zip_stat_t *st)
{
	if (!w->base || w->dropped) {
		zip_error_set(&w->zerr, ZIP_ER_READ, ENOENT); /* a new archive */
		return -1;
	}
	zip_stat_init(st);
	st->valid = ZIP_STAT_SIZE;
	st->size = w->base->size;
	return sizeof(*st);
}

static zip_int64_t seek_to(struct ed_zip_writer *w, uint64_t *at, uint64_t size, void *data,
                           zip_uint64_t len)
{
	zip_int64_t to = zip_source_seek_compute_offset(*at, size, data, len, &w->zerr);

	if (to < 0)
		return -1;
	*at = (uint64_t)to;
	return 0;
}

static uint64_t pieces(const struct ed_zip_writer *w)
{
	return (w->cut + PIECE - 1) / PIECE;
}

/* The pieces of the base that hold any of [from, end), once each. */
static zip_int64_t clone_pieces(struct ed_zip_writer *w, uint64_t from, uint64_t end)
{
	for (uint64_t i = from / PIECE; i * PIECE < end; i++) {
		uint64_t last = i + 1 < pieces(w) ? (i + 1) * PIECE : w->cut;

		if (w->kept[i])
			continue;
		w->write_at = i * PIECE;
		if (copy_base(w, w->write_at, last) < 0)
			return -1;
		w->kept[i] = true;
		/* Only a hint: the disk works while the processor digests. */
		(void)sync_file_range(w->fd, (off_t)(i * PIECE), PIECE, SYNC_FILE_RANGE_WRITE);
	}
	return 0;
}

/* libzip's idea of where the base's entries end is eight bytes short after a
 * ZIP64 data descriptor; ours is the scan's. */
static zip_int64_t clone_base(struct ed_zip_writer *w)
{
	zip_int64_t ret = w->cut ? clone_pieces(w, 0, w->cut) : 0;

	w->write_at = w->write_end = w->behind = w->cut;
	return ret;
}

static zip_int64_t output_call(void *arg, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
	struct ed_zip_writer *w = arg;
	uint64_t size = w->base ? w->base->size : 0;

	switch (cmd) {
	case ZIP_SOURCE_OPEN:
		w->read_at = 0;
		return 0;
	case ZIP_SOURCE_READ:
		return read_base(w, data, (size_t)len);
	case ZIP_SOURCE_STAT:
		return stat_base(w, data);
	case ZIP_SOURCE_SEEK:
		return seek_to(w, &w->read_at, size, data, len);
	case ZIP_SOURCE_TELL:
		return (zip_int64_t)w->read_at;
	case ZIP_SOURCE_BEGIN_WRITE: /* libzip knows of no base: it goes on behind it */
	case ZIP_SOURCE_BEGIN_WRITE_CLONING:
		return clone_base(w);
	case ZIP_SOURCE_WRITE:
		return write_out(w, data, (size_t)len);
	case ZIP_SOURCE_SEEK_WRITE:
		return seek_to(w, &w->write_at, w->write_end, data, len);
	case ZIP_SOURCE_TELL_WRITE:
		return (zip_int64_t)w->write_at;
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&w->zerr, data, len);
	case ZIP_SOURCE_CLOSE:
	case ZIP_SOURCE_COMMIT_WRITE:   /* finish() syncs, once all is in place */
	case ZIP_SOURCE_ROLLBACK_WRITE: /* the caller drops its temporary */
	case ZIP_SOURCE_REMOVE:
	case ZIP_SOURCE_FREE:
		return 0;
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(
		        ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
		        ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
		        ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_BEGIN_WRITE_CLONING, ZIP_SOURCE_WRITE,
		        ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_COMMIT_WRITE,
		        ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_REMOVE, -1);
	default:
		zip_error_set(&w->zerr, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

/* ---- adding ------------------------------------------------------------ */

static enum edoc_code zip_failed(struct ed_zip_writer *w, const char *where, zip_error_t *e,
                                 struct edoc_error *err)
{
	if (w->failed) {
		if (err)
			*err = w->why;
		return w->failed;
	}
	if (zip_error_code_zip(e) == ZIP_ER_MEMORY)
		return ed_fail_memory(err);
	if (zip_error_code_zip(e) == ZIP_ER_EXISTS)
		return ed_fail(err, EDOC_ERR_USAGE, where,
		               "the package has an entry of this name already");
	return ed_fail(err, EDOC_ERR_IO, where, "the package cannot be written: %s",
	               zip_error_strerror(e));
}

/* libzip's part: an archive of its own where it must not see the base. */
static enum edoc_code open_output(struct ed_zip_writer *w, struct edoc_error *err)
{
	bool fresh = !w->base || w->dropped;
	zip_source_t *src;
	zip_error_t e;
	enum edoc_code code;

	zip_error_init(&e);
	src = zip_source_function_create(output_call, w, &e);
	w->z = src ? zip_open_from_source(src, fresh ? ZIP_CREATE | ZIP_TRUNCATE : 0, &e) : NULL;
	if (w->z)
		return EDOC_OK;
	code = zip_failed(w, w->name, &e, err);
	zip_source_free(src);
	zip_error_fini(&e);
	return code;
}

enum edoc_code ed_zip_writer_new(int fd, const char *name, struct ed_zip *base,
                                 struct ed_zip_writer **out, struct edoc_error *err)
{
	struct ed_zip_writer *w = calloc(1, sizeof(*w));
	enum edoc_code code;

	*out = NULL;
	if (!w)
		return ed_fail_memory(err);
	w->fd = fd;
	w->base = base;
	w->cut = base ? base->directory : 0;
	w->last = &w->sources;
	zip_error_init(&w->zerr);
	w->name = strdup(name);
	w->kept = base ? calloc((size_t)pieces(w) + 1, sizeof(*w->kept)) : NULL;
	code = w->name && (w->kept || !base) ? open_output(w, err) : ed_fail_memory(err);
	if (code)
		ed_zip_writer_free(w);
	else
		*out = w;
	return code;
}

/* What stands behind the first entry that is left out moves. */
static enum edoc_code move_rest(struct ed_zip_writer *w, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < w->base->n && !code; i++) {
		const struct ed_zip_entry *entry = &w->base->entries[i];

		if (entry->header < w->cut || w->dropped[i])
			continue;
		code = ed_zip_add_copy(w, entry->name, w->base, i, err);
		w->moved++;
	}
	return code;
}

/* Where the first entry of those that are left out stands. */
static enum edoc_code leave_out(struct ed_zip_writer *w, const size_t *drop, size_t n,
                                struct edoc_error *err)
{
	w->dropped = calloc(w->base->n + 1, sizeof(*w->dropped));
	if (!w->dropped)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n; i++) {
		w->dropped[drop[i]] = true;
		if (w->base->entries[drop[i]].header < w->cut)
			w->cut = w->base->entries[drop[i]].header;
	}
	return EDOC_OK;
}

enum edoc_code ed_zip_writer_drop(struct ed_zip_writer *w, const size_t *drop, size_t n,
                                  struct edoc_error *err)
{
	enum edoc_code code;

	if (!w->base || w->dropped || w->n)
		return ed_fail(err, EDOC_ERR_BUG, w->name, "nothing can be left out any more");
	code = leave_out(w, drop, n, err);
	if (code)
		return code;
	/* libzip begins anew, since now it must not see the base. */
	zip_discard(w->z);
	w->z = NULL;
	code = open_output(w, err);
	return code ? code : move_rest(w, err);
}

uint64_t ed_zip_writer_cut(const struct ed_zip_writer *w)
{
	return w->cut;
}

enum edoc_code ed_zip_writer_keep(struct ed_zip_writer *w, struct edoc_error *err)
{
	if (!w->base || w->dropped)
		return ed_fail(err, EDOC_ERR_BUG, w->name, "there is nothing to keep");
	w->base->keeper = w;
	return EDOC_OK;
}

/* What stands behind the cut will move, and its place in the copy is written over. */
enum edoc_code ed_zip_keep_up(struct ed_zip_writer *w, uint64_t from, uint64_t end, int *fd,
                              struct edoc_error *err)
{
	*fd = end <= w->cut ? w->fd : w->base->fd;
	if (*fd != w->fd || clone_pieces(w, from, end) >= 0)
		return EDOC_OK;
	return zip_failed(w, w->name, &w->zerr, err);
}

static struct source *new_source(struct ed_zip_writer *w, const char *name, enum edoc_code *code,
                                 struct edoc_error *err)
{
	const char *fault = ed_name_fault(name, strlen(name));
	struct source *s = fault ? NULL : calloc(1, sizeof(*s));

	if (s)
		s->name = strdup(name);
	if (!s || !s->name) {
		free(s);
		*code = fault ? ed_fail(err, EDOC_ERR_USAGE, name,
		                        "no acceptable name for an entry: %s", fault)
		              : ed_fail_memory(err);
		return NULL;
	}
	s->w = w;
	s->fd = -1;
	ed_buf_init(&s->bytes, ED_MAX_XML_BYTES);
	return s;
}

/* s is the writer's, or freed. */
static enum edoc_code add(struct ed_zip_writer *w, struct source *s, bool stored,
                          struct edoc_error *err)
{
	zip_source_t *src = zip_source_function(w->z, source_call, s);
	zip_int64_t i = src ? zip_file_add(w->z, s->name, src, ZIP_FL_ENC_UTF_8) : -1;
	enum edoc_code code;

	if (i >= 0 && zip_file_set_dostime(w->z, (zip_uint64_t)i, 0, DOS_DATE_1980, 0) == 0 &&
	    zip_set_file_compression(w->z, (zip_uint64_t)i, stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE,
	                             0) == 0) {
		*w->last = s;
		w->last = &s->next;
		w->n++;
		return EDOC_OK;
	}
	code = zip_failed(w, s->name, zip_get_error(w->z), err);
	if (i < 0) {
		zip_source_free(src);
		free_source(s);
		return code;
	}
	/* libzip holds it: keep it until the writer goes, and never finish. */
	*w->last = s;
	w->last = &s->next;
	w->failed = code;
	if (err)
		w->why = *err;
	return code;
}

enum edoc_code ed_zip_add_bytes(struct ed_zip_writer *w, const char *name, const void *bytes,
                                size_t len, struct edoc_error *err)
{
	enum edoc_code code;
	struct source *s = new_source(w, name, &code, err);

	if (!s)
		return code;
	s->bytes.max = len;
	ed_buf_put(&s->bytes, bytes, len);
	code = ed_buf_check(&s->bytes, name, err);
	if (code) {
		free_source(s);
		return code;
	}
	s->size = len;
	return add(w, s, true, err);
}

enum edoc_code ed_zip_add_fd(struct ed_zip_writer *w, const char *name, int fd, uint64_t size,
                             ed_tap_fn *tap, void *arg, struct edoc_error *err)
{
	enum edoc_code code;
	struct source *s = new_source(w, name, &code, err);

	if (!s)
		return code;
	s->in_file = true;
	s->fd = fd;
	s->size = size;
	s->tap = tap;
	s->arg = arg;
	return add(w, s, true, err);
}

enum edoc_code ed_zip_add_copy(struct ed_zip_writer *w, const char *name, struct ed_zip *from,
                               size_t i, struct edoc_error *err)
{
	enum edoc_code code;
	struct source *s = new_source(w, name, &code, err);

	if (!s)
		return code;
	s->copy = &from->entries[i];
	s->in_file = true;
	s->fd = from->fd;
	s->start = s->copy->data;
	s->size = s->copy->csize;
	return add(w, s, s->copy->method == 0, err);
}

enum edoc_code ed_zip_add_late(struct ed_zip_writer *w, const char *name, ed_late_fn *late,
                               void *arg, struct edoc_error *err)
{
	enum edoc_code code;
	struct source *s = new_source(w, name, &code, err);

	if (!s)
		return code;
	s->late = late;
	s->arg = arg;
	return add(w, s, true, err);
}

/* ---- finishing --------------------------------------------------------- */

static enum edoc_code names_apart(struct ed_zip_writer *w, struct edoc_error *err)
{
	size_t n = w->base ? w->base->n : 0;
	const char **names = calloc(n + w->n + 1, sizeof(*names));
	enum edoc_code code;

	if (!names)
		return ed_fail_memory(err);
	n = 0;
	for (size_t i = 0; w->base && i < w->base->n; i++)
		if (w->base->entries[i].header < w->cut)
			names[n++] = w->base->entries[i].name;
	for (struct source *s = w->sources; s; s = s->next)
		names[n++] = s->name;
	code = ed_zip_names_apart(names, n, err);
	free(names);
	return code;
}

static void put16(unsigned char *p, uint64_t v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
}

static void put32(unsigned char *p, uint64_t v)
{
	put16(p, v);
	put16(p + 2, v >> 16);
}

static void put64(unsigned char *p, uint64_t v)
{
	put32(p, v);
	put32(p + 4, v >> 32);
}

/* APPNOTE 4.3.14 to 4.3.16, the ZIP64 records only when needed. */
static zip_int64_t write_end(struct ed_zip_writer *w, uint64_t count, uint64_t start)
{
	unsigned char end[ED_ZIP64_END + ED_ZIP64_LOCATOR + ED_ZIP_END] = {0}, *p = end;
	uint64_t at = w->write_at, size = at - start;

	if (count >= 0xffff || size >= 0xffffffff || start >= 0xffffffff) {
		put32(p, ED_ZIP64_END_SIG);
		put64(p + 4, ED_ZIP64_END - 12);
		put16(p + 12, 45);
		put16(p + 14, 45);
		put64(p + 24, count);
		put64(p + 32, count);
		put64(p + 40, size);
		put64(p + 48, start);
		p += ED_ZIP64_END;
		put32(p, ED_ZIP64_LOCATOR_SIG);
		put64(p + 8, at);
		put32(p + 16, 1);
		p += ED_ZIP64_LOCATOR;
	}
	put32(p, ED_ZIP_END_SIG);
	put16(p + 8, count < 0xffff ? count : 0xffff);
	put16(p + 10, count < 0xffff ? count : 0xffff);
	put32(p + 12, size < 0xffffffff ? size : 0xffffffff);
	put32(p + 16, start < 0xffffffff ? start : 0xffffffff);
	put16(p + 20, w->base->comment_len);
	p += ED_ZIP_END;
	return write_out(w, end, (size_t)(p - end));
}

/* Where libzip's directory starts, and where in it the added entries do. */
static enum edoc_code find_added(struct ed_zip_writer *w, uint64_t *start, uint64_t *added,
                                 uint64_t *end, struct edoc_error *err)
{
	unsigned char p[ED_ZIP_CENTRAL];
	uint64_t comment = w->dropped ? 0 : w->base->comment_len; /* libzip has seen */
	uint64_t at = w->write_end - comment - ED_ZIP_END;
	enum edoc_code code = ed_pread_full(w->fd, w->name, p, ED_ZIP_END, at, err);

	*start = ed_le32(p + 16);
	*end = *start + ed_le32(p + 12);
	/* A full count, size or offset: the ZIP64 record has them all. */
	if (!code && at != *end) {
		at -= ED_ZIP64_LOCATOR + ED_ZIP64_END;
		*end = at;
		code = ed_pread_full(w->fd, w->name, p, 8, at + 48, err);
		*start = ed_le64(p);
	}
	*added = *start;
	for (size_t i = 0; !code && !w->dropped && i < w->base->n; i++) {
		code = ed_pread_full(w->fd, w->name, p, sizeof(p), *added, err);
		*added += ED_ZIP_CENTRAL + ed_le16(p + 28) + ed_le16(p + 30) + ed_le16(p + 32);
	}
	return code;
}

/* The records of the base's entries that stand where they stood. */
static zip_int64_t copy_directory(struct ed_zip_writer *w, size_t *kept)
{
	const struct ed_zip *base = w->base;
	uint64_t at = base->directory;

	*kept = 0;
	for (size_t i = 0; i < base->n; i++) {
		unsigned char p[ED_ZIP_CENTRAL];
		struct edoc_error why = {0};
		enum edoc_code code = ed_pread_full(base->fd, base->name, p, sizeof(p), at, &why);
		uint64_t end =
		        at + ED_ZIP_CENTRAL + ed_le16(p + 28) + ed_le16(p + 30) + ed_le16(p + 32);

		if (code)
			return broken(w, code, &why);
		if (base->entries[i].header < w->cut) {
			if (copy_base(w, at, end) < 0)
				return -1;
			++*kept;
		}
		at = end;
	}
	return 0;
}

/* The base's directory as it was, the added entries', the end. */
static enum edoc_code restore_directory(struct ed_zip_writer *w, struct edoc_error *err)
{
	const struct ed_zip *base = w->base;
	uint64_t start, added, end;
	size_t kept = 0;
	unsigned char *fresh;
	enum edoc_code code = find_added(w, &start, &added, &end, err);
	zip_int64_t ret;

	if (code)
		return code;
	fresh = malloc((size_t)(end - added) + 1);
	if (!fresh)
		return ed_fail_memory(err);
	code = ed_pread_full(w->fd, w->name, fresh, (size_t)(end - added), added, err);
	w->write_at = start;
	ret = code ? -1 : copy_directory(w, &kept);
	if (ret >= 0)
		ret = write_out(w, fresh, (size_t)(end - added));
	if (ret >= 0)
		ret = write_end(w, kept + w->n, start);
	if (ret >= 0)
		ret = write_out(w, base->comment, base->comment_len);
	if (ret >= 0 && ftruncate(w->fd, (off_t)w->write_at))
		ret = io_broken(w, "ftruncate");
	free(fresh);
	if (code || ret >= 0)
		return code;
	return zip_failed(w, w->name, &w->zerr, err);
}

enum edoc_code ed_zip_writer_finish(struct ed_zip_writer *w, struct edoc_error *err)
{
	enum edoc_code code = w->failed ? zip_failed(w, w->name, &w->zerr, err) : EDOC_OK;

	if (!code && w->n == w->moved)
		code = ed_fail(err, EDOC_ERR_USAGE, w->name, "nothing was added to the package");
	if (!code)
		code = names_apart(w, err);
	if (code)
		return code;
	if (zip_close(w->z))
		return zip_failed(w, w->name, zip_get_error(w->z), err);
	w->z = NULL;
	/* When cloning fails libzip goes on by copying, by its own rules. */
	if (w->failed)
		return zip_failed(w, w->name, &w->zerr, err);
	if (w->base && w->base->n)
		code = restore_directory(w, err);
	if (!code && fsync(w->fd))
		code = ed_fail_errno(err, EDOC_ERR_IO, w->name, "fsync");
	return code;
}

void ed_zip_writer_free(struct ed_zip_writer *w)
{
	struct source *next;

	if (!w)
		return;
	if (w->z)
		zip_discard(w->z);
	for (struct source *s = w->sources; s; s = next) {
		next = s->next;
		free_source(s);
	}
	zip_error_fini(&w->zerr);
	free(w->dropped);
	free(w->kept);
	free(w->name);
	free(w);
}
