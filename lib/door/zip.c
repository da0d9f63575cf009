/* SPDX-License-Identifier: ISC */
/*
 * Reading entries from the scanned table.  The bytes are inflated by zlib
 * itself, which libzip brings along: libzip would parse the file a second time
 * with rules of its own, and only one reading of a file may count.
 */
#include "door/zip.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/err.h"
#include "base/io.h"
#include "door/zipscan.h"

#define CHUNK (128u << 10)
/* From here on a second thread reads, inflates and counts the CRC-32. */
#define PUMP_FROM (2u << 20)

enum edoc_code ed_zip_open(int fd, const char *name, const struct edoc_limits *limits,
                           struct ed_zip **out, struct edoc_error *err)
{
	struct ed_zip *zip = calloc(1, sizeof(*zip));
	enum edoc_code code;

	*out = NULL;
	if (!zip)
		return ed_fail_memory(err);
	zip->fd = fd;
	zip->limits = *limits;
	zip->arena = ed_arena_new();
	zip->name = zip->arena ? ed_arena_strdup(zip->arena, name) : NULL;
	code = zip->name ? ed_zip_scan(zip, err) : ed_fail_memory(err);
	if (code) {
		ed_zip_free(zip);
		return code;
	}
	*out = zip;
	return EDOC_OK;
}

void ed_zip_free(struct ed_zip *zip)
{
	if (!zip)
		return;
	ed_arena_free(zip->arena);
	free(zip);
}

size_t ed_zip_count(const struct ed_zip *zip)
{
	return zip->n;
}

const struct ed_zip_entry *ed_zip_entry(const struct ed_zip *zip, size_t i)
{
	return i < zip->n ? &zip->entries[i] : NULL;
}

size_t ed_zip_find(const struct ed_zip *zip, const char *name)
{
	size_t lo = 0, hi = zip->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(name, zip->entries[zip->by_name[mid]].name);
		if (c == 0)
			return zip->by_name[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return (size_t)-1;
}

const char *ed_zip_comment(const struct ed_zip *zip)
{
	return zip->comment;
}

/* ---- an entry's bytes -------------------------------------------------- */

struct reader {
	const struct ed_zip *zip;
	const struct ed_zip_entry *e;
	ed_sink_fn *sink;
	void *arg;
	struct edoc_error *err;
	unsigned char *in, *out; /* CHUNK bytes each */
	uint64_t taken, given;   /* compressed bytes read, bytes handed to sink */
	uLong crc;
};

static enum edoc_code fill(struct reader *r, size_t *n)
{
	uint64_t left = r->e->csize - r->taken, from = r->e->data + r->taken;
	enum edoc_code code = EDOC_OK;
	int fd = r->zip->fd;

	*n = left < CHUNK ? (size_t)left : CHUNK;
	if (r->zip->keeper)
		code = ed_zip_keep_up(r->zip->keeper, from, from + *n, &fd, r->err);
	if (!code)
		code = ed_pread_full(fd, r->e->name, r->in, *n, from, r->err);
	r->taken += *n;
	return code;
}

static enum edoc_code give(struct reader *r, const unsigned char *p, size_t n)
{
	if (n > r->e->usize - r->given)
		return ed_fail(r->err, EDOC_ERR_INPUT, r->e->name,
		               "the entry unpacks to more than the %" PRIu64 " bytes it declares "
		               "(APPNOTE 4.4.9); ask the sender to make the package again",
		               r->e->usize);
	r->crc = crc32_z(r->crc, p, n);
	r->given += n;
	return n ? r->sink(r->arg, p, n, r->err) : EDOC_OK;
}

static enum edoc_code read_stored(struct reader *r)
{
	enum edoc_code code = EDOC_OK;
	size_t n;

	while (!code && r->taken < r->e->csize) {
		code = fill(r, &n);
		if (!code)
			code = give(r, r->in, n);
	}
	return code;
}

static enum edoc_code bad_deflate(struct reader *r)
{
	return ed_fail(r->err, EDOC_ERR_INPUT, r->e->name,
	               "the compressed bytes are damaged or do not end where the entry ends "
	               "(RFC 1951, APPNOTE 4.4.8); get a complete, unchanged copy");
}

static enum edoc_code inflate_all(struct reader *r, z_stream *z)
{
	enum edoc_code code;
	size_t n, room;
	int ret;

	do {
		if (z->avail_in == 0 && r->taken < r->e->csize) {
			code = fill(r, &n);
			if (code)
				return code;
			z->next_in = r->in;
			z->avail_in = (uInt)n;
		}
		/* One byte of room past the declared size tells a liar. */
		room = r->e->usize - r->given < CHUNK ? (size_t)(r->e->usize - r->given) + 1
		                                      : CHUNK;
		if (room > CHUNK)
			room = CHUNK;
		z->next_out = r->out;
		z->avail_out = (uInt)room;
		ret = inflate(z, Z_NO_FLUSH);
		if (ret == Z_MEM_ERROR)
			return ed_fail_memory(r->err);
		if (ret != Z_OK && ret != Z_STREAM_END)
			return bad_deflate(r);
		code = give(r, r->out, room - z->avail_out);
		if (code)
			return code;
	} while (ret != Z_STREAM_END);
	return z->avail_in == 0 && r->taken == r->e->csize ? EDOC_OK : bad_deflate(r);
}

static enum edoc_code read_deflated(struct reader *r)
{
	z_stream z = {0};
	enum edoc_code code;

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return ed_fail_memory(r->err);
	code = inflate_all(r, &z);
	inflateEnd(&z);
	return code;
}

static enum edoc_code read_entry(struct reader *r)
{
	enum edoc_code code;

	if (r->e->csize > CHUNK)
		(void)posix_fadvise(r->zip->fd, (off_t)r->e->data, (off_t)r->e->csize,
		                    POSIX_FADV_SEQUENTIAL);
	code = r->e->method ? read_deflated(r) : read_stored(r);
	if (code)
		return code;
	if (r->given != r->e->usize)
		return ed_fail(r->err, EDOC_ERR_INPUT, r->e->name,
		               "the entry unpacks to %" PRIu64 " bytes instead of the %" PRIu64
		               " it declares (APPNOTE 4.4.9); get a complete, unchanged copy",
		               r->given, r->e->usize);
	if (r->crc != r->e->crc)
		return ed_fail(
		        r->err, EDOC_ERR_INPUT, r->e->name,
		        "the bytes do not have the CRC-32 that the entry declares (APPNOTE 4.4.7): "
		        "they were changed or damaged; get an unchanged copy");
	return EDOC_OK;
}

/* An ed_source_fn. */
static enum edoc_code read_to(void *arg, ed_sink_fn *sink, void *sink_arg, struct edoc_error *err)
{
	struct reader *r = arg;

	r->sink = sink;
	r->arg = sink_arg;
	r->err = err;
	return read_entry(r);
}

enum edoc_code ed_zip_read(struct ed_zip *zip, size_t i, ed_sink_fn *sink, void *arg,
                           struct edoc_error *err)
{
	struct reader r = {.zip = zip, .e = ed_zip_entry(zip, i)};
	enum edoc_code code;

	if (!r.e)
		return ed_fail(err, EDOC_ERR_BUG, zip->name, "entry %zu of %zu was asked for", i,
		               zip->n);
	r.in = malloc(2 * (size_t)CHUNK);
	if (!r.in)
		return ed_fail_memory(err);
	r.out = r.in + CHUNK;
	code = r.e->usize < PUMP_FROM ? read_to(&r, sink, arg, err)
	                              : ed_pump(read_to, &r, sink, arg, err);
	free(r.in);
	return code;
}

static enum edoc_code into_buf(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	struct ed_buf *buf = arg;

	ed_buf_put(buf, bytes, len);
	return ed_buf_check(buf, "", err);
}

enum edoc_code ed_zip_read_buf(struct ed_zip *zip, size_t i, struct ed_buf *buf,
                               struct edoc_error *err)
{
	const struct ed_zip_entry *e = ed_zip_entry(zip, i);

	if (e && e->usize > buf->max - buf->len)
		return ed_fail(err, EDOC_ERR_LIMIT, e->name,
		               "%" PRIu64
		               " bytes, more than the limit of %zu for what is read whole; "
		               "ask the sender for a smaller one",
		               e->usize, buf->max);
	return ed_zip_read(zip, i, into_buf, buf, err);
}
