/* SPDX-License-Identifier: ISC */
/* Every rule of the pre-scan: testdata/bad/zip is refused for the reason that
 * expected.tsv names, testdata/good/zip is taken, limits hold. */
#include "door/zipscan.h"
#include "zipkit.h"

static void good(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);

	is_ok(read_all(fd, name), &err, name);
	close(fd);
}

static void bad(const char *name, const char *word)
{
	char path[8192];
	struct ed_zip *zip = NULL;
	enum edoc_code code;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", src("testdata/bad/zip"), name);
	fd = open(path, O_RDONLY);
	code = read_all(fd, name);
	fails(code, strcmp(word, "limit") ? EDOC_ERR_INPUT : EDOC_ERR_LIMIT, &err, word, name);
	ok(err.where[0] && strchr(err.msg, ';'), "%s: says where, and what to do", name);
	/* What the scan can see it refuses before any byte is read. */
	if (strncmp(name, "read-", 5) != 0) {
		code = ed_zip_open(fd, name, &limits, &zip, &err);
		ok(code && !zip, "%s: not opened", name);
		ed_zip_free(zip);
	}
	close(fd);
}

static int listed, found;

static void count(const char *path, const char *name)
{
	(void)path;
	(void)name;
	found++;
}

static void all_bad(void)
{
	FILE *f = fopen(src("testdata/bad/zip/expected.tsv"), "r");
	char line[512];

	ok(f != NULL, "expected.tsv is there");
	while (f && fgets(line, sizeof(line), f)) {
		char *word = strchr(line, '\t');
		line[strcspn(line, "\n")] = 0;
		if (!word)
			continue;
		*word++ = 0;
		bad(line, word);
		listed++;
	}
	if (f)
		fclose(f);
	each(src("testdata/bad/zip"), ".zip", count);
	is_int(found, listed, "every bad file is listed");
}

/* Any cut of a sound package is refused, without a crash. */
static void cuts(void)
{
	unsigned char p[4096];
	int fd = open(src("testdata/good/zip/dd64-signed.zip"), O_RDONLY), cut;
	ssize_t n = read(fd, p, sizeof(p));
	int taken = 0;

	close(fd);
	ok(n > 100, "there is a package to cut");
	for (ssize_t i = 0; i < n; i++) {
		cut = scratch_with(p, (size_t)i);
		taken += read_all(cut, "cut") == EDOC_OK;
		close(cut);
	}
	is_int(taken, 0, "no cut package is taken");
}

/* Flips that say nothing about contents: dates, versions, attributes, and the
 * bits that fill the last byte of a deflate stream. */
static bool may_pass(const struct ed_zip *zip, const unsigned char *p, size_t i, size_t n)
{
	size_t directory = (size_t)zip->directory;
	const struct ed_zip_entry *e;

	for (size_t k = 0; (e = ed_zip_entry(zip, k)); k++) {
		size_t at = (size_t)e->header;
		if ((i >= at + 4 && i < at + 6) || (i >= at + 10 && i < at + 14))
			return true; /* local: version needed, date */
		if (e->method == 8 && i == e->data + e->csize - 1)
			return true;
	}
	for (size_t at = directory; at < n - 20; at++) {
		if (!memcmp(p + at, "PK\1\2", 4) &&
		    ((i >= at + 4 && i < at + 8) || (i >= at + 12 && i < at + 16) ||
		     (i >= at + 36 && i < at + 42)))
			return true; /* central: versions, date, attributes */
		if (!memcmp(p + at, "PK\6\6", 4) && i >= at + 12 && i < at + 16)
			return true; /* ZIP64 end: versions */
	}
	return false;
}

static void flips(const char *name)
{
	char path[4096];
	unsigned char p[4096];
	struct ed_zip *zip = NULL;
	int fd, taken = 0, asked = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", src("testdata/good/zip"), name);
	fd = open(path, O_RDONLY);
	n = read(fd, p, sizeof(p));
	if (!is_ok(ed_zip_open(fd, name, &limits, &zip, &err), &err, name))
		return;
	close(fd);
	for (size_t i = 0; i < (size_t)n; i++) {
		if (may_pass(zip, p, i, (size_t)n))
			continue;
		for (int bit = 0; bit < 8; bit++, asked++) {
			p[i] ^= (unsigned char)(1 << bit);
			fd = scratch_with(p, (size_t)n);
			if (read_all(fd, "flipped") == EDOC_OK) {
				printf("# %s: byte %zu bit %d passes\n", name, i, bit);
				taken++;
			}
			close(fd);
			p[i] ^= (unsigned char)(1 << bit);
		}
	}
	ok(asked > 1000, "%s: %d bits flipped", name, asked);
	is_int(taken, 0, "every flipped bit that means something is refused");
	ed_zip_free(zip);
}

static void with_limits(void)
{
	int fd = open(src("testdata/good/zip/plain.zip"), O_RDONLY);
	struct stat st;
	int deflated = open(src("testdata/bad/zip/bomb-ratio.zip"), O_RDONLY);

	limits.zip_entries = 2;
	is_ok(read_all(fd, "plain"), &err, "as many entries as the limit");
	limits.zip_entries = 1;
	fails(read_all(fd, "plain"), EDOC_ERR_LIMIT, &err, "2 entries", "one entry too many");
	limits = edoc_limits_default();
	limits.zip_total = 31 + 63;
	is_ok(read_all(fd, "plain"), &err, "as many bytes as the limit");
	limits.zip_total = 31 + 62;
	fails(read_all(fd, "plain"), EDOC_ERR_LIMIT, &err, "doc.txt", "one byte too many");
	limits = edoc_limits_default();
	ok(!fstat(deflated, &st) && st.st_size < 4096, "a bomb is small");
	limits.zip_ratio = 2000;
	is_ok(read_all(deflated, "bomb"), &err, "a ratio that the user allows");
	limits = edoc_limits_default();
	close(fd);
	close(deflated);
}

/* A directory of many entries, as bytes: name "N", stored, empty. */
static int many(unsigned n)
{
	size_t each_local = 30 + 6, each_central = 46 + 6,
	       len = n * (each_local + each_central) + 22 + 76;
	unsigned char *p = calloc(1, len), *at = p, *dir;
	char name[16];
	int fd;

	for (unsigned i = 0; i < n; i++, at += each_local) {
		memcpy(at, "PK\3\4", 4);
		at[26] = 6;
		snprintf(name, sizeof(name), "%06u", i);
		memcpy(at + 30, name, 6);
	}
	dir = at;
	for (unsigned i = 0; i < n; i++, at += each_central) {
		uint32_t off = (uint32_t)(i * each_local);
		memcpy(at, "PK\1\2", 4);
		at[28] = 6;
		memcpy(at + 42, &off, 4);
		snprintf(name, sizeof(name), "%06u", i);
		memcpy(at + 46, name, 6);
	}
	uint32_t start = (uint32_t)(dir - p), size = (uint32_t)(at - dir);
	memcpy(at, "PK\5\6", 4);
	memcpy(at + 8, &n, 2);
	memcpy(at + 10, &n, 2);
	memcpy(at + 12, &size, 4);
	memcpy(at + 16, &start, 4);
	fd = scratch_with(p, (size_t)(at - p) + 22);
	free(p);
	return fd;
}

static void large(void)
{
	int fd = many(10000);
	struct ed_zip *zip = NULL;

	is_ok(ed_zip_open(fd, "many", &limits, &zip, &err), &err, "10,000 entries");
	is_int(zip ? (int64_t)ed_zip_count(zip) : -1, 10000, "all of them");
	is_int(zip ? (int64_t)ed_zip_find(zip, "007777") : -1, 7777, "one is found by name");
	ed_zip_free(zip);
	close(fd);
	fd = many(10001);
	fails(ed_zip_open(fd, "many", &limits, &zip, &err), EDOC_ERR_LIMIT, &err, "10001",
	      "10,001");
	close(fd);
}

/* Many small bombs, none of them past the entry's rule. */
static void swarm(void)
{
	unsigned char p[4096], *q, *at;
	int fd = open(src("testdata/good/zip/ratio-below-a-mebibyte.zip"), O_RDONLY), n = 12;
	ssize_t len = read(fd, p, sizeof(p));
	size_t body = 30 + 7, one, name = 30;
	uint32_t csize, off, start, size;

	close(fd);
	ok(len > 100, "there is a small bomb");
	/* The second entry (doc.txt), n times with other names. */
	at = memmem(p + 4, (size_t)len - 4, "PK\3\4", 4);
	memcpy(&csize, at + 18, 4);
	one = body + csize;
	q = calloc(1, (size_t)n * (one + 46 + 7) + 22);
	unsigned char *central = memmem(at, (size_t)(p + len - at), "PK\1\2", 4);
	central = memmem(central + 4, (size_t)(p + len - central - 4), "PK\1\2", 4);
	unsigned char *o = q;
	for (int i = 0; i < n; i++, o += one) {
		memcpy(o, at, one);
		o[name] = (unsigned char)('a' + i);
	}
	start = (uint32_t)(o - q);
	for (int i = 0; i < n; i++, o += 46 + 7) {
		memcpy(o, central, 46 + 7);
		o[46] = (unsigned char)('a' + i);
		off = (uint32_t)((size_t)i * one);
		memcpy(o + 42, &off, 4);
	}
	size = (uint32_t)(o - q) - start;
	memcpy(o, "PK\5\6", 4);
	o[8] = o[10] = (unsigned char)n;
	memcpy(o + 12, &size, 4);
	memcpy(o + 16, &start, 4);
	fd = scratch_with(q, (size_t)(o + 22 - q));
	fails(read_all(fd, "swarm"), EDOC_ERR_LIMIT, &err, "ratio", "many small bombs");
	close(fd);
	free(q);
}

static void corpus_file(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);
	enum edoc_code code = read_all(fd, name);

	if (!strncmp(name, "00-", 3) || !strncmp(name, "01-", 3) ||
	    !strncmp(name, "d4-mimetype", 11))
		is_ok(code, &err, name);
	else
		ok(code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT, "%s is refused", name);
	close(fd);
}

int main(void)
{
	limits = edoc_limits_default();
	ok(each(src("testdata/good/zip"), ".zip", good) >= 30, "the good ones are there");
	all_bad();
	cuts();
	flips("plain.zip");
	flips("dd32-signed.zip");
	flips("dd64.zip");
	flips("zip64-both.zip");
	flips("zip64-end-full.zip");
	with_limits();
	large();
	swarm();
	if (each(src("../shared/corpora/zip"), ".asice", corpus_file) == 0)
		printf("ok %d # SKIP ../shared/corpora/zip is absent\n", ++tap_n);
	return done();
}
