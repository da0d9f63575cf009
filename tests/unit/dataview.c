/* SPDX-License-Identifier: ISC */
/* What signatures can be over: entries, files, bytes; found and digested. */
#include <stdlib.h>

#include "base/hex.h"
#include "base/limits.h"
#include "judge/dataview.h"
#include "zipkit.h"

#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_SHA1 "a9993e364706816aba3e25717850c26c9cd0d89d"

static struct ed_arena *arena;

static void is_digest(const struct ed_data *data, size_t i, enum ed_hash hash, const char *want)
{
	unsigned char out[ED_HASH_MAX];
	char hex[2 * ED_HASH_MAX + 1] = "";

	if (is_ok(data->digest(data->arg, i, hash, out, &err), &err, "a digest"))
		ed_hex(hex, out, ed_hash_size(hash));
	is_str(hex, want, ed_hash_name(hash));
}

static void files(void)
{
	struct ed_view view;
	const struct ed_data *data;
	struct ed_buf buf;
	int fd = scratch_with("abc", 3);

	ed_view_init(&view, arena, NULL);
	is_ok(ed_view_add_file(&view, "a.txt", fd, &err), &err, "a file");
	is_ok(ed_view_add_bytes(&view, "(content)", "abc", 3, &err), &err, "bytes");
	data = ed_view_data(&view);
	ok(!data->container, "no container");
	is_int((int64_t)data->n, 2, "two objects");
	is_str(data->name(data->arg, 0), "a.txt", "a name");
	ok(!data->name(data->arg, 2), "and no third");
	is_int((int64_t)ed_data_find(data, "(content)"), 1, "found");
	is_int((int64_t)ed_data_find(data, "b"), -1, "not found");
	is_digest(data, 0, ED_SHA256, ABC_SHA256);
	is_digest(data, 1, ED_SHA1, ABC_SHA1);
	if (pwrite(fd, "xyz", 3, 0) != 3)
		ok(false, "rewritten");
	is_digest(data, 0, ED_SHA256, ABC_SHA256);
	fails(data->digest(data->arg, 2, ED_SHA256, (unsigned char[ED_HASH_MAX]){0}, &err),
	      EDOC_ERR_BUG, &err, NULL, "a third digest");
	ed_buf_init(&buf, 2);
	fails(data->read(data->arg, 0, &buf, &err), EDOC_ERR_LIMIT, &err, NULL, "too much");
	ed_buf_clear(&buf);
	ed_buf_init(&buf, 3);
	is_ok(data->read(data->arg, 1, &buf, &err), &err, "read whole");
	is_str(ed_buf_str(&buf), "abc", "what was read");
	ed_buf_clear(&buf);
	close(fd);
}

static enum edoc_code gather(void *arg, const void *bytes, size_t len, struct edoc_error *e)
{
	struct ed_buf *buf = arg;

	ed_buf_put(buf, bytes, len);
	return ed_buf_check(buf, "gathered", e);
}

static void is_written(const struct ed_data *data, size_t i, const char *want, const char *what)
{
	struct ed_buf buf;

	ed_buf_init(&buf, 1 << 20);
	is_ok(ed_data_write(data, i, gather, &buf, &err), &err, what);
	is_str(ed_buf_str(&buf), want, what);
	ed_buf_clear(&buf);
}

/* Piece by piece, of any length, but not for ever. */
static void pieces(void)
{
	struct ed_view view;
	struct ed_data data;
	struct ed_buf buf;
	size_t n = 300000;
	char *large = malloc(n + 1);
	int fd;

	memset(large, 'l', n);
	large[n - 1] = 'z';
	large[n] = '\0';
	fd = scratch_with(large, n);
	ed_view_init(&view, arena, NULL);
	is_ok(ed_view_add_file(&view, "a.txt", fd, &err), &err, "a file of several pieces");
	is_ok(ed_view_add_bytes(&view, "(content)", "abc", 3, &err), &err, "bytes");
	data = *ed_view_data(&view);
	is_written(&data, 0, large, "a file");
	is_written(&data, 1, "abc", "bytes");
	ed_buf_init(&buf, 10);
	fails(data.write(data.arg, 0, gather, &buf, &err), EDOC_ERR_LIMIT, &err, "",
	      "the sink stops it");
	ed_buf_clear(&buf);
	fails(data.write(data.arg, 2, gather, &buf, &err), EDOC_ERR_BUG, &err, NULL, "no third");
	view.written = ED_DATA_WORK_FREE + ED_MAX_DATA_PASSES * (n + 3) - 3;
	is_written(&data, 1, "abc", "the last pass");
	ed_buf_init(&buf, 1 << 20);
	view.written += n;
	fails(data.write(data.arg, 1, gather, &buf, &err), EDOC_ERR_LIMIT, &err,
	      "more than 64 times", "one too many");
	is_int((int64_t)buf.len, 0, "nothing is given");
	ed_buf_clear(&buf);
	data.write = NULL;
	is_written(&data, 1, "abc", "by read(), where there is no write()");
	close(fd);
	free(large);
}

static void container(void)
{
	struct ed_zip_writer *w;
	struct ed_findings findings;
	struct ed_asic *asic = NULL;
	struct ed_view view;
	const struct ed_data *data;
	int fd = scratch();

	ed_findings_init(&findings, arena);
	if (!is_ok(ed_zip_writer_new(fd, "t", NULL, &w, &err), &err, "a writer"))
		return;
	is_ok(ed_zip_add_bytes(w, "mimetype", ED_MIME_ASICE, strlen(ED_MIME_ASICE), &err), &err,
	      "mimetype");
	is_ok(ed_zip_add_bytes(w, "a.txt", "abc", 3, &err), &err, "a document");
	is_ok(ed_zip_writer_finish(w, &err), &err, "a container");
	ed_zip_writer_free(w);
	is_ok(ed_asic_open(fd, "t", &limits, arena, &findings, &asic, &err), &err, "opened");
	ed_view_init(&view, arena, asic);
	is_ok(ed_view_add_container(&view, &err), &err, "its entries");
	data = ed_view_data(&view);
	ok(data->container, "a container");
	is_int((int64_t)ed_data_find(data, "a.txt"), 1, "found by name");
	is_int((int64_t)ed_data_find(data, "b.txt"), -1, "or not");
	is_written(data, 1, "abc", "an entry, piece by piece");
	is_digest(data, 1, ED_SHA256, ABC_SHA256);
	ed_asic_free(asic);
	is_str(data->name(data->arg, 1), "a.txt", "names outlive the container");
	close(fd);
}

/* ---- digests that go on from what others have taken ---- */

/* Bytes that are nowhere twice the same. */
static unsigned char *unlike(size_t n)
{
	unsigned char *p = malloc(n);
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		p[i] = (unsigned char)(x >> 24);
	}
	return p;
}

/* mimetype, small, a, b, c; the last three are long. */
static int three_documents(const unsigned char *p, size_t n)
{
	static const char *const names[] = {"a.bin", "b.bin", "c.bin"};
	struct ed_zip_writer *w;
	int fd = scratch();

	is_ok(ed_zip_writer_new(fd, "t", NULL, &w, &err), &err, "a writer");
	is_ok(ed_zip_add_bytes(w, "mimetype", ED_MIME_ASICE, strlen(ED_MIME_ASICE), &err), &err,
	      "mimetype");
	is_ok(ed_zip_add_bytes(w, "small.txt", "abc", 3, &err), &err, "a small one");
	for (size_t i = 0; i < 3; i++)
		is_ok(ed_zip_add_bytes(w, names[i], p + i * n, n, &err), &err, names[i]);
	is_ok(ed_zip_writer_finish(w, &err), &err, "a container");
	ed_zip_writer_free(w);
	return fd;
}

/* What begin() gives has the digest of the objects read one by one; *read: bytes
 * that it went through for that. */
static void is_begun(struct ed_view *view, const char *which, enum ed_hash hash, uint64_t read)
{
	const struct ed_data *data = ed_view_data(view);
	struct ed_digest *d = ed_digest_new(hash);
	unsigned char got[ED_HASH_MAX] = {0}, want[ED_HASH_MAX] = {1};
	uint64_t before = view->written;
	size_t objects[8], n = strlen(which);
	struct ed_buf all;

	ed_buf_init(&all, 64u << 20);
	for (size_t i = 0; i < n; i++) {
		objects[i] = which[i] == 's' ? 1 : (size_t)(which[i] - 'a') + 2;
		is_ok(data->read(data->arg, objects[i], &all, &err), &err, "read");
	}
	ok(ed_hash_bytes(hash, all.data, all.len, want), "digested at once");
	is_ok(ed_data_begin(data, objects, n, hash, &d, &err), &err, which);
	ok(ed_digest_final(d, got) && !memcmp(got, want, ed_hash_size(hash)), "the same");
	is_int((int64_t)(view->written - before), (int64_t)read, "gone through");
	ed_digest_free(d);
	ed_buf_clear(&all);
}

static void runs(void)
{
	size_t n = ED_RUN_FROM, late[] = {2, 9};
	unsigned char *p = unlike(3 * n);
	int fd = three_documents(p, n);
	struct ed_findings findings;
	struct ed_asic *asic = NULL;
	struct ed_digest *d;
	struct ed_view view;

	ed_findings_init(&findings, arena);
	is_ok(ed_asic_open(fd, "t", &limits, arena, &findings, &asic, &err), &err, "opened");
	ed_view_init(&view, arena, asic);
	is_ok(ed_view_add_container(&view, &err), &err, "its entries");
	is_begun(&view, "a", ED_SHA256, n);
	is_begun(&view, "a", ED_SHA256, 0);
	is_begun(&view, "a", ED_SHA512, n);
	is_begun(&view, "abc", ED_SHA256, 2 * n);
	is_begun(&view, "abc", ED_SHA256, 0);
	is_begun(&view, "abca", ED_SHA256, n);
	is_begun(&view, "ab", ED_SHA256, n);
	is_begun(&view, "acb", ED_SHA256, 2 * n);
	is_begun(&view, "", ED_SHA256, 0);
	is_begun(&view, "s", ED_SHA256, 3);
	is_begun(&view, "s", ED_SHA256, 3);
	is_begun(&view, "sb", ED_SHA256, 3 + n);
	is_begun(&view, "sb", ED_SHA256, 0);
	is_begun(&view, "bs", ED_SHA256, 3 + n);
	ok(ed_asic_digest(asic, 4, ED_SHA384, (unsigned char[ED_HASH_MAX]){0}, &err) == EDOC_OK,
	   "the digest of an entry");
	is_begun(&view, "c", ED_SHA384, 0);
	is_begun(&view, "cs", ED_SHA384, 3);
	d = ed_digest_new(ED_SHA256);
	fails(ed_data_begin(ed_view_data(&view), late, 2, ED_SHA256, &d, &err), EDOC_ERR_BUG, &err,
	      NULL, "no tenth object");
	ed_digest_free(d);
	for (size_t i = 0; i < 2 * ED_MAX_RUNS; i++) {
		size_t many[4] = {2 + i % 3, 2 + i / 3 % 3, 2 + i / 9 % 3, 2 + i / 27 % 3};

		d = ed_digest_new(ED_SHA1);
		is_ok(ed_data_begin(ed_view_data(&view), many, 4, ED_SHA1, &d, &err), &err, "one");
		ed_digest_free(d);
	}
	is_int((int64_t)asic->n_runs, ED_MAX_RUNS, "not all are kept");
	is_begun(&view, "a", ED_SHA256, 0);
	ed_asic_free(asic);
	close(fd);
	free(p);
}

/* Long documents that are damaged end it, and leave nothing to go on from. */
static void damaged_runs(void)
{
	size_t n = ED_RUN_FROM, both[] = {2, 3};
	unsigned char *p = unlike(3 * n);
	int fd = three_documents(p, n);
	struct ed_findings findings;
	struct ed_asic *asic = NULL;
	struct ed_digest *d = ed_digest_new(ED_SHA256);
	struct ed_view view;
	size_t have;

	ed_findings_init(&findings, arena);
	is_ok(ed_asic_open(fd, "t", &limits, arena, &findings, &asic, &err), &err, "opened");
	ed_view_init(&view, arena, asic);
	is_ok(ed_view_add_container(&view, &err), &err, "its entries");
	if (pwrite(fd, p + 1, 1, (off_t)ed_zip_entry(asic->zip, 3)->data) != 1)
		ok(false, "b.bin is damaged");
	fails(ed_data_begin(ed_view_data(&view), both, 2, ED_SHA256, &d, &err), EDOC_ERR_INPUT,
	      &err, "CRC-32", "the second is damaged");
	ed_digest_free(d);
	d = ed_asic_run(asic, both, 2, ED_SHA256, &have);
	ok(d && have == 1, "only the first is kept");
	ed_digest_free(d);
	ok(ed_asic_digest(asic, 3, ED_SHA384, (unsigned char[ED_HASH_MAX]){0}, &err) != EDOC_OK,
	   "no digest of it");
	ok(!ed_asic_run(asic, both, 1, ED_SHA384, &have) && have == 0, "none of that kind");
	ok(!ed_asic_run(asic, both + 1, 1, ED_SHA384, &have), "nor of the damaged one");
	ed_asic_free(asic);
	close(fd);
	free(p);
}

int main(void)
{
	limits = edoc_limits_default();
	arena = ed_arena_new();
	files();
	pieces();
	container();
	runs();
	damaged_runs();
	ed_arena_free(arena);
	return done();
}
