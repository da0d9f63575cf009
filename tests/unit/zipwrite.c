/* SPDX-License-Identifier: ISC */
/* Writing: what libzip and we write, our own strict scan takes; what was there
 * keeps its bytes; what fails says why. */
#include <time.h>
#include <zlib.h>

#include "base/io.h"
#include "door/zipscan.h"
#include "zipkit.h"

#define MIME "application/vnd.etsi.asic-e+zip"

static int out; /* the package being written */
static struct ed_zip_writer *w;

static bool start(struct ed_zip *base)
{
	memset(&err, 0, sizeof(err));
	out = scratch();
	return is_ok(ed_zip_writer_new(out, "out.asice", base, &w, &err), &err, "a writer");
}

static enum edoc_code finish(void)
{
	enum edoc_code code = ed_zip_writer_finish(w, &err);

	ed_zip_writer_free(w);
	w = NULL;
	return code;
}

static struct ed_zip *reopened(const char *what)
{
	struct ed_zip *zip = NULL;

	is_ok(ed_zip_open(out, "out.asice", &limits, &zip, &err), &err, what);
	return zip;
}

static bool same_entry(struct ed_zip *zip, const char *name, const void *bytes, size_t len)
{
	struct ed_buf buf;
	bool same;

	ed_buf_init(&buf, len);
	same = ed_zip_read_buf(zip, ed_zip_find(zip, name), &buf, &err) == EDOC_OK &&
	       buf.len == len && (len == 0 || !memcmp(buf.data, bytes, len));
	ok(same, "%s comes back", name);
	ed_buf_clear(&buf);
	return same;
}

/* Others read it too. */
static void others(void)
{
	char cmd[256];

	snprintf(cmd, sizeof(cmd), "unzip -tqq /proc/%d/fd/%d >/dev/null 2>&1", (int)getpid(), out);
	is_int(system(cmd), 0, "unzip tests it");
	snprintf(cmd, sizeof(cmd),
	         "python3 -c 'import zipfile; exit(zipfile.ZipFile(\"/proc/%d/fd/%d\").testzip() "
	         "is not None)'",
	         (int)getpid(), out);
	is_int(system(cmd), 0, "Python tests it");
}

static void tap_crc(void *arg, const void *bytes, size_t len)
{
	uLong *crc = arg;

	*crc = crc32_z(*crc, bytes, len);
}

struct late {
	uLong *one, *two;
	int calls;
	enum edoc_code fail;
};

/* Writes down what the taps saw: proof that it ran after them. */
static enum edoc_code late(void *arg, struct ed_buf *buf, struct edoc_error *e)
{
	struct late *l = arg;

	l->calls++;
	if (l->fail) {
		e->code = l->fail;
		snprintf(e->msg, sizeof(e->msg), "the key is locked");
		return l->fail;
	}
	ed_buf_printf(buf, "%lx %lx", *l->one, *l->two);
	return EDOC_OK;
}

static unsigned char *noise(size_t n)
{
	unsigned char *p = malloc(n);
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)((x = x * 1664525 + 1013904223) >> 24);
	return p;
}

static void fresh(void)
{
	size_t n = 300000;
	unsigned char *p = noise(n), head[64], again[64];
	char text[200000], want[64];
	int a = scratch_with(p, n), b, first = -1;
	uLong one = 0, two = 0;
	struct late l = {&one, &two, 0, EDOC_OK};
	struct ed_zip *zip;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "an order of the ministry\n"[i % 25];
	b = scratch_with(text, sizeof(text));
	for (int round = 0; round < 2; round++) {
		one = two = 0;
		l.calls = 0;
		start(NULL);
		is_ok(ed_zip_add_bytes(w, "mimetype", MIME, 31, &err), &err, "mimetype");
		is_ok(ed_zip_add_fd(w, "noise.bin", a, n, tap_crc, &one, &err), &err, "stored");
		is_ok(ed_zip_add_fd(w, "фармон.txt", b, sizeof(text), tap_crc, &two, &err), &err,
		      "text");
		is_ok(ed_zip_add_bytes(w, "empty", "", 0, &err), &err, "empty");
		is_ok(ed_zip_add_bytes(w, "META-INF/manifest.xml", text, 1000, &err), &err,
		      "bytes");
		is_ok(ed_zip_add_late(w, "META-INF/signatures0.xml", late, &l, &err), &err, "late");
		is_int(l.calls, 0, "not called yet");
		is_ok(finish(), &err, "finished");
		is_int(l.calls, 1, "called once");
		if (round == 0)
			first = out;
	}
	zip = reopened("our scan takes it");
	is_int((int64_t)ed_zip_count(zip), 6, "six entries");
	same_entry(zip, "mimetype", MIME, 31);
	same_entry(zip, "noise.bin", p, n);
	same_entry(zip, "фармон.txt", text, sizeof(text));
	same_entry(zip, "empty", "", 0);
	same_entry(zip, "META-INF/manifest.xml", text, 1000);
	snprintf(want, sizeof(want), "%lx %lx", crc32_z(0, p, n),
	         crc32_z(0, (const void *)text, sizeof(text)));
	same_entry(zip, "META-INF/signatures0.xml", want, strlen(want));
	for (size_t i = 0; i < 6; i++)
		ok(!ed_zip_entry(zip, i)->extra && !(ed_zip_entry(zip, i)->flags & 8),
		   "entry %zu: no extra field, no descriptor", i);
	for (size_t i = 0; i < 6; i++)
		is_int(ed_zip_entry(zip, i)->method, 0, "stored");
	ok(pread(out, head, 64, 0) == 64 && !memcmp(head + 30, "mimetype" MIME, 34),
	   "mimetype first");
	ok(!memcmp(head + 6, "\0\0\0\0\0\0\x21\0", 8), "no flags, stored, 1980-01-01 00:00");
	others();
	ed_zip_free(zip);
	/* The same again, byte for byte. */
	struct stat x, y;
	ok(!fstat(first, &x) && !fstat(out, &y) && x.st_size == y.st_size, "the same size again");
	bool same = true;
	for (off_t at = 0; same && at < x.st_size; at += 64) {
		ssize_t k = pread(first, head, 64, at);
		same = k > 0 && pread(out, again, 64, at) == k && !memcmp(head, again, (size_t)k);
	}
	ok(same, "the same bytes again");
	close(first);
	close(out);
	close(a);
	close(b);
	free(p);
}

static bool same_range(int x, int y, uint64_t at, uint64_t to, uint64_t len)
{
	unsigned char p[8192], q[8192];

	while (len > 0) {
		size_t n = len < sizeof(p) ? (size_t)len : sizeof(p);
		if (pread(x, p, n, (off_t)at) != (ssize_t)n ||
		    pread(y, q, n, (off_t)to) != (ssize_t)n || memcmp(p, q, n) != 0)
			return false;
		at += n;
		to += n;
		len -= n;
	}
	return true;
}

/* A signature is added to every sound package we know of. */
static void append_to(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);
	struct ed_zip *base = NULL, *zip;
	bool same = true;

	if (!is_ok(ed_zip_open(fd, name, &limits, &base, &err), &err, name))
		return;
	start(base);
	is_ok(ed_zip_add_bytes(w, "META-INF/signatures-0a1b2c3d.xml", "<x/>", 4, &err), &err,
	      "add");
	is_ok(ed_zip_add_bytes(w, "META-INF/more.xml", MIME MIME MIME, 93, &err), &err, "add");
	is_ok(finish(), &err, "finished");
	zip = reopened("our scan takes it");
	if (!zip)
		return;
	is_int((int64_t)ed_zip_count(zip), (int64_t)ed_zip_count(base) + 2, "two more");
	ok(same_range(fd, out, 0, 0, base->directory), "every old byte as it was");
	ok(same_range(fd, out, base->directory, zip->directory, base->directory_size),
	   "the old directory as it was");
	is_str(ed_zip_comment(zip), ed_zip_comment(base), "the comment too");
	same_entry(zip, "META-INF/signatures-0a1b2c3d.xml", "<x/>", 4);
	same_entry(zip, "META-INF/more.xml", MIME MIME MIME, 93);
	for (size_t i = 0; i < ed_zip_count(base); i++) {
		const struct ed_zip_entry *x = ed_zip_entry(base, i), *y = ed_zip_entry(zip, i);
		uint64_t n = 0;
		same = same && !strcmp(x->name, y->name) && x->header == y->header &&
		       x->crc == y->crc && ed_zip_read(zip, i, nothing, &n, &err) == EDOC_OK;
	}
	ok(same, "the old entries read as before");
	ed_zip_free(zip);
	ed_zip_free(base);
	close(out);
	close(fd);
}

/* All of it is copied as it is read. */
static bool kept_and_read(struct ed_zip *base)
{
	bool good = !ed_zip_writer_keep(w, &err);

	for (size_t i = 0; good && i < ed_zip_count(base); i++) {
		uint64_t n = 0;

		good = !ed_zip_read(base, i, nothing, &n, &err);
	}
	return good;
}

/* Entry k of every sound package is made anew (a signature that has grown): the
 * entries before it keep place and bytes, those behind it their bytes.  kept: the
 * whole was copied before anybody knew. */
static bool anew(int fd, const char *name, struct ed_zip *base, size_t k, bool kept)
{
	const char *entry = ed_zip_entry(base, k)->name;
	uint64_t cut = ed_zip_entry(base, k)->header;
	struct ed_zip *zip;
	bool same;

	out = scratch();
	base->keeper = NULL;
	if (!is_ok(ed_zip_writer_new(out, name, base, &w, &err), &err, name))
		return false;
	same = !kept || kept_and_read(base);
	same = same && !ed_zip_writer_drop(w, &k, 1, &err) && ed_zip_writer_cut(w) == cut;
	for (size_t i = 0; same && kept && i < ed_zip_count(base); i++) {
		uint64_t n = 0;

		same = !ed_zip_read(base, i, nothing, &n, &err); /* as before */
	}
	same = same && !ed_zip_add_bytes(w, entry, "<grown/>", 8, &err) && !finish();
	zip = same ? reopened("our scan takes it") : NULL;
	same = zip && ed_zip_count(zip) == ed_zip_count(base) && same_range(fd, out, 0, 0, cut) &&
	       !strcmp(ed_zip_comment(zip), ed_zip_comment(base));
	for (size_t i = 0; same && i < ed_zip_count(base); i++) {
		const struct ed_zip_entry *x = ed_zip_entry(base, i);
		const struct ed_zip_entry *y = ed_zip_entry(zip, ed_zip_find(zip, x->name));
		uint64_t n = 0;

		if (i == k)
			same = y->usize == 8;
		else
			same = x->crc == y->crc && x->csize == y->csize &&
			       (x->header > cut || x->header == y->header) &&
			       same_range(fd, out, x->data, y->data, x->csize);
		same = same && !ed_zip_read(zip, ed_zip_find(zip, x->name), nothing, &n, &err);
	}
	ed_zip_free(zip);
	close(out);
	return ok(same, "%s: %s anew, the others as they were%s", name, entry,
	          kept ? ", copied first" : "");
}

static void anew_twice(int fd, const char *name, struct ed_zip *base, size_t k)
{
	anew(fd, name, base, k, false);
	anew(fd, name, base, k, true);
	base->keeper = NULL;
}

static void made_anew(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);
	struct ed_zip *base = NULL;
	size_t n;

	if (!is_ok(ed_zip_open(fd, name, &limits, &base, &err), &err, name))
		return;
	n = ed_zip_count(base);
	if (n && n < 100 && !ed_zip_entry(base, n - 1)->folder)
		anew_twice(fd, name, base, n - 1);
	if (n > 1 && n < 100 && !ed_zip_entry(base, n / 2)->folder)
		anew_twice(fd, name, base, n / 2);
	if (n > 1 && n < 100 && !ed_zip_entry(base, 0)->folder)
		anew_twice(fd, name, base, 0);
	ed_zip_free(base);
	close(fd);
}

/* revise: entries are copied as they are compressed. */
static void copy_of(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);
	struct ed_zip *from = NULL, *zip;
	bool same = true;

	is_ok(ed_zip_open(fd, name, &limits, &from, &err), &err, name);
	if (!from || ed_zip_count(from) == 0) {
		ed_zip_free(from);
		close(fd);
		return;
	}
	start(NULL);
	for (size_t i = 0; i < ed_zip_count(from); i++)
		same = same && !ed_zip_add_copy(w, ed_zip_entry(from, i)->name, from, i, &err);
	ok(same, "added");
	is_ok(finish(), &err, "finished");
	zip = reopened("our scan takes it");
	for (size_t i = 0; zip && i < ed_zip_count(from); i++) {
		const struct ed_zip_entry *x = ed_zip_entry(from, i), *y = ed_zip_entry(zip, i);
		uint64_t n = 0;
		same = same && !strcmp(x->name, y->name) && x->crc == y->crc &&
		       x->method == y->method && x->csize == y->csize &&
		       same_range(fd, out, x->data, y->data, x->csize) &&
		       ed_zip_read(zip, i, nothing, &n, &err) == EDOC_OK;
	}
	ok(same, "the same compressed bytes");
	ed_zip_free(zip);
	ed_zip_free(from);
	close(out);
	close(fd);
}

/* Zeros deflate 1,000:1; what we write must not look like a bomb. */
static void zeros(void)
{
	static const uint64_t sizes[] = {5 << 20, (1 << 20) + 1, 1 << 20, 64 << 10, 9 << 10};

	start(NULL);
	for (size_t i = 0; i < 5; i++) {
		char name[16];
		int fd = scratch();
		snprintf(name, sizeof(name), "z%zu", i);
		ok(!ftruncate(fd, (off_t)sizes[i]), "zeros");
		is_ok(ed_zip_add_fd(w, name, fd, sizes[i], NULL, NULL, &err), &err, name);
	}
	is_ok(finish(), &err, "finished");
	is_ok(read_all(out, "zeros"), &err, "no bomb");
	others();
	close(out);
}

/* Sizes past 32 bits: an entry that declares 17 GiB is copied and appended to.
 * Nobody inflates it here. */
static void zip64_sizes(void)
{
	int fd = open(src("testdata/bad/zip/bomb-declared-total.zip"), O_RDONLY);
	struct ed_zip *from = NULL, *zip;

	limits.zip_total = (uint64_t)32 << 30;
	limits.zip_ratio = UINT32_MAX;
	if (!is_ok(ed_zip_open(fd, "17 GiB", &limits, &from, &err), &err, "limits are raised"))
		return;
	start(NULL);
	is_ok(ed_zip_add_copy(w, "doc.txt", from, 1, &err), &err, "copied");
	is_ok(finish(), &err, "finished");
	zip = reopened("our scan takes it");
	is_int(zip ? (int64_t)ed_zip_entry(zip, 0)->usize : 0, (int64_t)17 << 30, "its size");
	ok(zip && ed_zip_entry(zip, 0)->extra, "in a ZIP64 extra field");
	ed_zip_free(zip);
	close(out);
	start(from);
	is_ok(ed_zip_add_bytes(w, "x", "", 0, &err), &err, "appended");
	is_ok(finish(), &err, "finished");
	zip = reopened("our scan takes it");
	is_int(zip ? (int64_t)ed_zip_entry(zip, 1)->usize : 0, (int64_t)17 << 30, "its size");
	ed_zip_free(zip);
	ed_zip_free(from);
	close(out);
	close(fd);
	limits = edoc_limits_default();
}

/* Offsets past 32 bits take 8 GiB of disk and a minute: with EDOC_BIG=1. */
static void zip64_offsets(void)
{
	uint64_t n = ((uint64_t)4 << 30) + 12345;
	struct ed_zip *base, *zip;
	int fd, first;

	if (!getenv("EDOC_BIG")) {
		printf("ok %d # SKIP 4 GiB entries are tested with EDOC_BIG=1\n", ++tap_n);
		return;
	}
	fd = scratch();
	ok(!ftruncate(fd, (off_t)n), "a sparse file past 4 GiB");
	start(NULL);
	is_ok(ed_zip_add_fd(w, "big", fd, n, NULL, NULL, &err), &err, "stored");
	is_ok(ed_zip_add_bytes(w, "behind", "x", 1, &err), &err, "one behind it");
	is_ok(finish(), &err, "finished");
	base = reopened("our scan takes it");
	first = out;
	start(base);
	is_ok(ed_zip_add_bytes(w, "appended", "y", 1, &err), &err, "appended");
	is_ok(finish(), &err, "finished");
	zip = reopened("our scan takes it");
	is_int(zip ? (int64_t)ed_zip_entry(zip, 0)->usize : 0, (int64_t)n, "its size");
	same_entry(zip, "behind", "x", 1);
	same_entry(zip, "appended", "y", 1);
	ok(ed_zip_entry(zip, ed_zip_find(zip, "appended"))->header > n, "an offset past 4 GiB");
	others();
	ed_zip_free(zip);
	ed_zip_free(base);
	close(first);
	close(out);
	close(fd);
}

/* The output on another file system than the base. */
static void across(void)
{
	int fd = open(src("testdata/good/zip/dd64.zip"), O_RDONLY);
	struct ed_zip *base = NULL;

	is_ok(ed_zip_open(fd, "p", &limits, &base, &err), &err, "a base");
	out = memfd_create("out", 0);
	is_ok(ed_zip_writer_new(out, "out", base, &w, &err), &err, "a writer");
	is_ok(ed_zip_add_bytes(w, "x", "1", 1, &err), &err, "added");
	is_ok(finish(), &err, "finished");
	ok(base && same_range(fd, out, 0, 0, base->directory), "every old byte as it was");
	is_ok(read_all(out, "out"), &err, "and all reads");
	ed_zip_free(base);
	close(out);
	close(fd);
}

static void refusals(void)
{
	int fd = scratch_with("12345", 5), full = open("/dev/full", O_RDWR), base_fd;
	struct late l = {.fail = EDOC_ERR_DENIED};
	struct ed_zip *base = NULL;

	start(NULL);
	fails(ed_zip_add_bytes(w, "../x", "", 0, &err), EDOC_ERR_USAGE, &err, "name", "a bad name");
	is_ok(ed_zip_add_bytes(w, "x", "1", 1, &err), &err, "a good one");
	fails(ed_zip_add_bytes(w, "x", "2", 1, &err), EDOC_ERR_USAGE, &err, "already", "twice");
	is_ok(finish(), &err, "the good one is written");
	is_ok(read_all(out, "out"), &err, "and reads");
	close(out);

	start(NULL);
	is_ok(ed_zip_add_bytes(w, "Фармон", "1", 1, &err), &err, "one");
	is_ok(ed_zip_add_bytes(w, "фармон", "1", 1, &err), &err, "its twin");
	fails(finish(), EDOC_ERR_INPUT, &err, "duplicate name", "twins");
	close(out);

	start(NULL);
	fails(finish(), EDOC_ERR_USAGE, &err, "nothing", "nothing added");
	close(out);

	start(NULL);
	is_ok(ed_zip_add_bytes(w, "a", "1", 1, &err), &err, "one");
	is_ok(ed_zip_add_late(w, "b", late, &l, &err), &err, "late");
	fails(finish(), EDOC_ERR_DENIED, &err, "the key is locked", "the late one's own error");
	close(out);

	start(NULL);
	is_ok(ed_zip_add_fd(w, "a", fd, 6, NULL, NULL, &err), &err, "said to be 6 bytes");
	fails(finish(), EDOC_ERR_INPUT, &err, "shorter", "it has 5");
	close(out);
	start(NULL);
	is_ok(ed_zip_add_fd(w, "a", fd, 4, NULL, NULL, &err), &err, "said to be 4 bytes");
	fails(finish(), EDOC_ERR_INPUT, &err, "grew", "it has 5");
	close(out);
	start(NULL);
	is_ok(ed_zip_add_fd(w, "a", fd, 0, NULL, NULL, &err), &err, "said to be empty");
	fails(finish(), EDOC_ERR_INPUT, &err, "grew", "it has 5");
	close(out);
	start(NULL);
	is_ok(ed_zip_add_fd(w, "a", -2, 4, NULL, NULL, &err), &err, "no descriptor");
	ok(finish() != EDOC_OK, "is an error");
	close(out);

	is_ok(ed_zip_writer_new(full, "full", NULL, &w, &err), &err, "a full disk");
	is_ok(ed_zip_add_fd(w, "a", fd, 5, NULL, NULL, &err), &err, "added");
	fails(finish(), EDOC_ERR_IO, &err, "No space", "and told");
	base_fd = open(src("testdata/good/zip/plain.zip"), O_RDONLY);
	is_ok(ed_zip_open(base_fd, "p", &limits, &base, &err), &err, "a base");
	is_ok(ed_zip_writer_new(full, "full", base, &w, &err), &err, "a full disk");
	is_ok(ed_zip_add_fd(w, "a", fd, 5, NULL, NULL, &err), &err, "added");
	fails(finish(), EDOC_ERR_IO, &err, "No space", "and told");
	start(base);
	fails(ed_zip_add_bytes(w, "doc.txt", "", 0, &err), EDOC_ERR_USAGE, &err, "already",
	      "the base has it");
	is_ok(ed_zip_add_bytes(w, "DOC.txt", "", 0, &err), &err, "its twin");
	fails(finish(), EDOC_ERR_INPUT, &err, "duplicate name", "the base has a twin");
	close(out);
	ed_zip_writer_free(NULL);
	start(base);
	is_ok(ed_zip_add_bytes(w, "n", "", 0, &err), &err, "added");
	ed_zip_writer_free(w); /* never finished: nothing is left */
	ed_zip_free(base);
	close(base_fd);
	close(out);
	close(full);
	close(fd);
}

static bool same_file(int a, int b, uint64_t from, uint64_t end)
{
	unsigned char x[4096], y[4096];
	bool same = true;

	for (; same && from < end; from += sizeof(x)) {
		size_t n = end - from < sizeof(x) ? (size_t)(end - from) : sizeof(x);

		same = pread(a, x, n, (off_t)from) == (ssize_t)n &&
		       pread(b, y, n, (off_t)from) == (ssize_t)n && !memcmp(x, y, n);
	}
	return same;
}

/* A large base of which the first or the last entry goes, after the copy was made. */
static void dropped_late(void)
{
	size_t n = (size_t)9 << 20;
	unsigned char *p = noise(n);
	struct ed_zip *base, *zip;
	int base_fd;

	start(NULL);
	is_ok(ed_zip_add_bytes(w, "first", "1", 1, &err), &err, "a first one");
	is_ok(ed_zip_add_bytes(w, "noise.bin", p, n, &err), &err, "9 MiB");
	is_ok(ed_zip_add_bytes(w, "last", "z", 1, &err), &err, "a last one");
	is_ok(finish(), &err, "a base");
	base_fd = out;
	base = reopened("opened");
	for (size_t k = 0; k < 3; k += 2) {
		const struct ed_zip_entry *e = ed_zip_entry(base, k);

		base->keeper = NULL;
		start(base);
		ok(kept_and_read(base), "copied and read");
		ok(same_file(base_fd, out, 0, base->directory), "the copy is there");
		is_ok(ed_zip_writer_drop(w, &k, 1, &err), &err, e->name);
		fails(ed_zip_writer_drop(w, &k, 1, &err), EDOC_ERR_BUG, &err, NULL, "once");
		fails(ed_zip_writer_keep(w, &err), EDOC_ERR_BUG, &err, NULL, "and then not kept");
		is_int((int64_t)ed_zip_writer_cut(w), (int64_t)e->header, "untouched before it");
		is_ok(ed_zip_add_bytes(w, e->name, "anew", 4, &err), &err, "added");
		fails(ed_zip_writer_drop(w, &k, 1, &err), EDOC_ERR_BUG, &err, NULL, "too late");
		is_ok(finish(), &err, "finished");
		ok(same_file(base_fd, out, 0, e->header), "what stood before it stands");
		zip = reopened("our scan takes it");
		same_entry(zip, e->name, "anew", 4);
		same_entry(zip, "noise.bin", p, n);
		is_int((int64_t)ed_zip_count(zip), 3, "three entries");
		ed_zip_free(zip);
		others();
		close(out);
	}
	ed_zip_free(base);
	close(base_fd);
	free(p);
}

/* The copy is made piece by piece, in whatever order the entries are read. */
static void kept_as_it_is_read(void)
{
	size_t n = (size_t)13 << 20;
	unsigned char *p = noise(n);
	int a = scratch_with(p, n), base_fd, no;
	uint64_t seen = 0, directory;
	struct ed_zip *base, *zip;

	start(NULL);
	is_ok(ed_zip_add_bytes(w, "mimetype", MIME, 31, &err), &err, "mimetype");
	is_ok(ed_zip_add_fd(w, "noise.bin", a, n, NULL, NULL, &err), &err, "13 MiB");
	is_ok(ed_zip_add_bytes(w, "last", "z", 1, &err), &err, "a last one");
	is_ok(finish(), &err, "a base");
	base_fd = out;
	base = reopened("opened");
	directory = base->directory;
	for (int round = 0; round < 3; round++) {
		base->keeper = NULL;
		start(base);
		is_ok(ed_zip_writer_keep(w, &err), &err, "kept");
		same_entry(base, "last", "z", 1);
		if (round == 1) {
			is_ok(ed_zip_read(base, ed_zip_find(base, "noise.bin"), nothing, &seen,
			                  &err),
			      &err, "and the long one");
			is_int((int64_t)seen, (int64_t)n, "all of it");
			ok(same_file(base_fd, out, 0, directory), "the copy is there already");
		}
		if (round == 2) { /* what is read is the copy, and it can fail */
			no = base->fd;
			base->fd = -1;
			fails(ed_zip_read(base, ed_zip_find(base, "noise.bin"), nothing, &seen,
			                  &err),
			      EDOC_ERR_IO, &err, "", "a copy that fails is told");
			base->fd = no;
			fails(ed_zip_writer_finish(w, &err), EDOC_ERR_IO, &err, "",
			      "and nothing is published");
			ed_zip_writer_free(w);
			close(out);
			continue;
		}
		is_ok(ed_zip_add_bytes(w, "added", "a", 1, &err), &err, "added");
		is_ok(finish(), &err, "finished");
		ok(same_file(base_fd, out, 0, directory), "the base's bytes, unread or read");
		zip = reopened("our scan takes it");
		same_entry(zip, "noise.bin", p, n);
		ed_zip_free(zip);
		others();
		close(out);
	}
	ed_zip_free(base);
	close(base_fd);
	close(a);
	free(p);
}

int main(void)
{
	limits = edoc_limits_default();
	kept_as_it_is_read();
	dropped_late();
	fresh();
	ok(each(src("testdata/good/zip"), ".zip", append_to) >= 30, "appended to the good ones");
	ok(each(src("testdata/good/zip"), ".zip", copy_of) >= 30, "copied the good ones");
	ok(each(src("testdata/good/zip"), ".zip", made_anew) >= 30, "entries made anew");
	zeros();
	across();
	zip64_sizes();
	zip64_offsets();
	refusals();
	return done();
}
