/* SPDX-License-Identifier: ISC */
/* Reading entries from the scanned table. */
#include "door/zipscan.h"
#include "zipkit.h"

static struct ed_zip *opened(const char *name, int *fd)
{
	char path[8192];
	struct ed_zip *zip = NULL;

	snprintf(path, sizeof(path), "%s/%s", src("testdata/good/zip"), name);
	*fd = open(path, O_RDONLY);
	is_ok(ed_zip_open(*fd, name, &limits, &zip, &err), &err, name);
	return zip;
}

static void table(void)
{
	int fd;
	struct ed_zip *zip = opened("dd32-signed.zip", &fd);
	const struct ed_zip_entry *e = ed_zip_entry(zip, 0);

	is_int((int64_t)ed_zip_count(zip), 3, "entries");
	is_str(e->name, "mimetype", "the first");
	is_int(e->method, 0, "stored");
	is_int((int64_t)e->header, 0, "at byte 0");
	is_int((int64_t)e->data, 38, "its bytes after header and name");
	is_int((int64_t)e->end, 38 + 31, "its end");
	ok(!e->extra && !e->folder, "no extra field, no folder");
	e = ed_zip_entry(zip, 1);
	is_int(e->method, 8, "deflated");
	is_int((int64_t)(e->end - e->data - e->csize), 16, "the descriptor counts to its entry");
	is_int((int64_t)ed_zip_entry(zip, 2)->header, (int64_t)e->end, "the next follows");
	is_int((int64_t)ed_zip_entry(zip, 2)->end, (int64_t)zip->directory,
	       "then the directory");
	ok(!ed_zip_entry(zip, 3), "no fourth");
	is_int((int64_t)ed_zip_find(zip, "b"), 2, "found by name");
	is_int((int64_t)ed_zip_find(zip, "B"), -1, "case counts");
	is_int((int64_t)ed_zip_find(zip, ""), -1, "an empty name is no name");
	is_str(ed_zip_comment(zip), "", "no comment");
	ed_zip_free(zip);
	close(fd);
	zip = opened("archive-comment.zip", &fd);
	is_str(ed_zip_comment(zip), "mimetype=application/vnd.etsi.asic-e+zip", "the comment");
	ed_zip_free(zip);
	close(fd);
	zip = opened("cp437-name.zip", &fd);
	is_str(ed_zip_entry(zip, 1)->name, "r\xc3\xa9sum\xc3\xa9.txt", "code page 437 as UTF-8");
	is_str(ed_zip_entry(zip, 1)->raw, "r\x82sum\x82.txt", "and as it stands");
	ed_zip_free(zip);
	close(fd);
	zip = opened("folder-deflated.zip", &fd);
	ok(ed_zip_entry(zip, 1)->folder, "a folder");
	ed_zip_free(zip);
	close(fd);
	zip = opened("extra-unknown.zip", &fd);
	ok(ed_zip_entry(zip, 1)->extra, "an extra field is told");
	ed_zip_free(zip);
	close(fd);
	ed_zip_free(NULL);
}

static void contents(void)
{
	const char *want = "Hello, signed world.\nHello, signed world.\nHello, signed world.\n";
	static const char *const names[] = {"plain.zip", "deflated.zip", "dd64.zip",
	                                    "zip64-both.zip"};
	struct ed_buf buf;

	for (size_t i = 0; i < 4; i++) {
		int fd;
		struct ed_zip *zip = opened(names[i], &fd);
		ed_buf_init(&buf, 63);
		is_ok(ed_zip_read_buf(zip, 1, &buf, &err), &err, names[i]);
		is_str(ed_buf_str(&buf), want, "its bytes");
		ed_buf_clear(&buf);
		ed_buf_init(&buf, 62);
		fails(ed_zip_read_buf(zip, 1, &buf, &err), EDOC_ERR_LIMIT, &err, "62",
		      "past the limit");
		is_int((int64_t)buf.len, 0, "nothing was read");
		ed_buf_clear(&buf);
		ed_buf_init(&buf, 1000);
		fails(ed_zip_read_buf(zip, 99, &buf, &err), EDOC_ERR_BUG, &err, "99",
		      "no such entry");
		ed_buf_clear(&buf);
		ed_zip_free(zip);
		close(fd);
	}
}

static enum edoc_code tired(void *arg, const void *bytes, size_t len, struct edoc_error *e)
{
	(void)arg;
	(void)bytes;
	(void)len;
	if (e)
		e->code = EDOC_ERR_DENIED;
	return EDOC_ERR_DENIED;
}

/* The sink's own error comes out; a liar's extra bytes do not reach it. */
static void sinks(void)
{
	static const char *const liars[] = {"read-bomb-liar", "read-yields-more",
	                                    "read-empty-liar"};
	static const uint64_t most[] = {63, 10, 0};
	char path[8192];
	int fd;
	struct ed_zip *zip = opened("deflated.zip", &fd);

	is_int(ed_zip_read(zip, 1, tired, NULL, &err), EDOC_ERR_DENIED, "the sink's error");
	ed_zip_free(zip);
	close(fd);
	for (size_t i = 0; i < 3; i++) {
		uint64_t n = 0;
		zip = NULL;
		snprintf(path, sizeof(path), "%s/%s.zip", src("testdata/bad/zip"), liars[i]);
		fd = open(path, O_RDONLY);
		is_ok(ed_zip_open(fd, liars[i], &limits, &zip, &err), &err, liars[i]);
		fails(ed_zip_read(zip, 1, nothing, &n, &err), EDOC_ERR_INPUT, &err, "more than",
		      "a liar");
		ok(n <= most[i], "%" PRIu64 " bytes reached the sink", n);
		ed_zip_free(zip);
		close(fd);
	}
}

/* The file changes between the scan and the reading. */
static void changing(void)
{
	unsigned char p[4096];
	struct ed_zip *zip = NULL;
	uint64_t sum = 0;
	int from = open(src("testdata/good/zip/plain.zip"), O_RDONLY), fd;
	ssize_t n = read(from, p, sizeof(p));

	close(from);
	fd = scratch_with(p, (size_t)n);
	is_ok(ed_zip_open(fd, "p", &limits, &zip, &err), &err, "opened");
	p[150]++;
	ok(pwrite(fd, p, (size_t)n, 0) == n, "a byte changes");
	fails(ed_zip_read(zip, 1, nothing, &sum, &err), EDOC_ERR_INPUT, &err, "CRC-32", "noticed");
	ok(!ftruncate(fd, 120), "the file is cut");
	fails(ed_zip_read(zip, 1, nothing, &sum, &err), EDOC_ERR_INPUT, &err, NULL, "noticed");
	ed_zip_free(zip);
	close(fd);
	fails(ed_zip_open(-1, "closed", &limits, &zip, &err), EDOC_ERR_IO, &err, "closed",
	      "no descriptor");
	ok(!zip, "and no package");
	fd = open("/", O_RDONLY | O_DIRECTORY);
	ok(ed_zip_open(fd, "folder", &limits, &zip, &err) != EDOC_OK && !zip,
	   "a folder is no package");
	close(fd);
}

int main(void)
{
	limits = edoc_limits_default();
	table();
	contents();
	sinks();
	changing();
	return done();
}
