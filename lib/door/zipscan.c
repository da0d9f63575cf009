/* SPDX-License-Identifier: ISC */
/*
 * The strict pre-scan of a ZIP file (PKWARE APPNOTE 6.3.10).  Readers differ
 * in which of two contradicting statements they believe, so whatever is said
 * twice must be said alike, and every byte of the file must belong to exactly
 * one thing: entries from byte 0 without gaps, the central directory, the end
 * records, the comment.  Memory is a window of 256 KiB and the table.
 */
#include "door/zipscan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"

#define FLAG_ENCRYPTED (1u << 0 | 1u << 6 | 1u << 13) /* APPNOTE 4.4.4 */
#define FLAG_DESCRIPTOR (1u << 3)
#define FLAG_UTF8 (1u << 11)
#define FLAGS_KNOWN (3u << 1 | FLAG_DESCRIPTOR | FLAG_UTF8)
#define EXTRA_ZIP64 0x0001u
#define EXTRA_UNICODE_PATH 0x7075u
#define SAT16 0xffffu /* "look into the ZIP64 record" */
#define SAT32 0xffffffffu
#define WINDOW (1u << 18) /* holds a header with three fields of 65,535 bytes */
#define SMALL (72u << 10) /* holds the end record; what most files never pass */
#define AHEAD_DIRECTORY SMALL
#define AHEAD_LOCAL 4096u

struct scan {
	struct ed_zip *zip;
	struct edoc_error *err;
	uint64_t size;    /* of the file */
	uint64_t count;   /* entries, as the end records say */
	uint64_t dir_end; /* where the first end record starts */
	uint64_t total;   /* bytes of all entries once inflated */
	char place[128];
	enum edoc_code failed; /* of look() */
	unsigned char *bytes;  /* the window: [at, at + len) */
	uint64_t at;
	size_t len, cap;
};

/* "file, byte N": where no entry's name can be told. */
static const char *place(struct scan *s, uint64_t offset)
{
	snprintf(s->place, sizeof(s->place), "%.90s, byte %" PRIu64, s->zip->name, offset);
	return s->place;
}

static bool widen(struct scan *s)
{
	unsigned char *wide = realloc(s->bytes, WINDOW);

	if (!wide) {
		s->failed = ed_fail_memory(s->err);
		return false;
	}
	s->bytes = wide;
	s->cap = WINDOW;
	return true;
}

/* n contiguous bytes at offset, until the next call; NULL: s->failed says why. */
static const unsigned char *look(struct scan *s, uint64_t offset, size_t n, size_t ahead)
{
	size_t want = n > ahead ? n : ahead;

	if (offset > s->size || n > s->size - offset) {
		s->failed = ed_fail(s->err, EDOC_ERR_INPUT, place(s, offset),
		                    "the file ends inside a ZIP record (APPNOTE 4.3); "
		                    "get a complete copy");
		return NULL;
	}
	if (offset < s->at || offset + n > s->at + s->len) {
		if (n > s->cap && !widen(s))
			return NULL;
		if (want > s->size - offset)
			want = (size_t)(s->size - offset);
		s->len = 0;
		s->failed = ed_pread_full(s->zip->fd, s->zip->name, s->bytes, want, offset, s->err);
		if (s->failed)
			return NULL;
		s->at = offset;
		s->len = want;
	}
	return s->bytes + (offset - s->at);
}

/* ---- end records ------------------------------------------------------- */

static bool ends_file(const unsigned char *tail, size_t len, size_t i)
{
	return i + ED_ZIP_END + ed_le16(tail + i + 20) == len;
}

/* The last signature before `i`, or len when there is none. */
static size_t end_before(const unsigned char *tail, size_t len, size_t i)
{
	const unsigned char *p = tail + i;

	while ((p = memrchr(tail, 'P', (size_t)(p - tail))) != NULL)
		if ((size_t)(p - tail) + ED_ZIP_END <= len && ed_le32(p) == ED_ZIP_END_SIG)
			return (size_t)(p - tail);
	return len;
}

static enum edoc_code second_end(struct scan *s, uint64_t offset)
{
	return ed_fail(
	        s->err, EDOC_ERR_INPUT, place(s, offset),
	        "a second end record stands beside the first (APPNOTE 4.3.16): programs would "
	        "see different contents; ask the sender to make the package again");
}

static enum edoc_code bad_comment(struct scan *s, const unsigned char *tail, size_t len, size_t i)
{
	uint64_t start = s->size - len;

	for (size_t k = end_before(tail, len, i); k < len; k = end_before(tail, len, k))
		if (ends_file(tail, len, k))
			return second_end(s, start + i);
	return ed_fail(
	        s->err, EDOC_ERR_INPUT, place(s, start + i),
	        "the end record announces a comment length of %u bytes, but %zu bytes follow "
	        "(APPNOTE 4.4.12); get a complete, unchanged copy",
	        ed_le16(tail + i + 20), len - i - ED_ZIP_END);
}

/*
 * The one end record.  Signatures inside entries do not count (a stored ZIP in
 * a ZIP has one), unless its comment would reach this file's end too.
 */
static enum edoc_code find_end(struct scan *s, uint64_t *offset)
{
	size_t len = s->size < ED_ZIP_END + SAT16 ? (size_t)s->size : ED_ZIP_END + SAT16, i;
	uint64_t start = s->size - len;
	const unsigned char *tail = look(s, start, len, 0);

	if (!tail)
		return s->failed;
	i = end_before(tail, len, len);
	if (i >= len)
		return ed_fail(s->err, EDOC_ERR_INPUT, s->zip->name,
		               "no ZIP file, or cut off: it has no end of central directory record "
		               "(APPNOTE 4.3.16); get a complete copy");
	if (!ends_file(tail, len, i))
		return bad_comment(s, tail, len, i);
	for (size_t k = end_before(tail, len, i); k < len; k = end_before(tail, len, k))
		if (ends_file(tail, len, k))
			return second_end(s, start + k);
	for (size_t k = i + 4; k + 4 <= len; k++)
		if (ed_le32(tail + k) == ED_ZIP_END_SIG)
			return second_end(s, start + k);
	s->zip->comment = ed_arena_strndup(s->zip->arena, (const char *)tail + i + ED_ZIP_END,
	                                   len - i - ED_ZIP_END);
	s->zip->comment_len = len - i - ED_ZIP_END;
	if (!s->zip->comment)
		return ed_fail_memory(s->err);
	*offset = start + i;
	return EDOC_OK;
}

/* A field of the end record and its ZIP64 twin: alike, or the first is full. */
static bool agrees(uint64_t field, uint64_t full, uint64_t wide)
{
	return field == wide || field == full;
}

static enum edoc_code read_zip64_end(struct scan *s, const unsigned char *end, uint64_t offset,
                                     uint64_t *dir_size)
{
	const unsigned char *p = look(s, offset - ED_ZIP64_LOCATOR, ED_ZIP64_LOCATOR, 0);
	uint64_t z;

	if (!p)
		return s->failed;
	z = ed_le64(p + 8);
	if (ed_le32(p + 4) != 0 || ed_le32(p + 16) != 1)
		return ed_fail(s->err, EDOC_ERR_INPUT, place(s, offset - ED_ZIP64_LOCATOR),
		               "the ZIP64 locator speaks of several disks (APPNOTE 4.3.15); "
		               "ask the sender for one file");
	if (z > s->size || offset - ED_ZIP64_LOCATOR < ED_ZIP64_END ||
	    z != offset - ED_ZIP64_LOCATOR - ED_ZIP64_END)
		return ed_fail(s->err, EDOC_ERR_INPUT, place(s, offset - ED_ZIP64_LOCATOR),
		               "the ZIP64 locator does not point at the record right before it "
		               "(APPNOTE 4.3.15); ask the sender to make the package again");
	p = look(s, z, ED_ZIP64_END, 0);
	if (!p)
		return s->failed;
	if (ed_le32(p) != ED_ZIP64_END_SIG || ed_le64(p + 4) != ED_ZIP64_END - 12)
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, place(s, z),
		        "the ZIP64 end record has a wrong signature or length (APPNOTE 4.3.14); "
		        "ask the sender to make the package again");
	if (!agrees(ed_le16(end + 4), SAT16, ed_le32(p + 16)) ||
	    !agrees(ed_le16(end + 6), SAT16, ed_le32(p + 20)) ||
	    !agrees(ed_le16(end + 8), SAT16, ed_le64(p + 24)) ||
	    !agrees(ed_le16(end + 10), SAT16, ed_le64(p + 32)) ||
	    !agrees(ed_le32(end + 12), SAT32, ed_le64(p + 40)) ||
	    !agrees(ed_le32(end + 16), SAT32, ed_le64(p + 48)))
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, place(s, z),
		        "the ZIP64 end record and the end record disagree (APPNOTE 4.4.1.4): "
		        "programs "
		        "would see different contents; ask the sender to make the package again");
	if (ed_le32(p + 16) || ed_le32(p + 20) || ed_le64(p + 24) != ed_le64(p + 32))
		return ed_fail(s->err, EDOC_ERR_INPUT, place(s, z),
		               "the archive is split over several disks (APPNOTE 4.4.19); "
		               "ask the sender for one file");
	s->count = ed_le64(p + 32);
	*dir_size = ed_le64(p + 40);
	s->zip->directory = ed_le64(p + 48);
	s->dir_end = z;
	return EDOC_OK;
}

static enum edoc_code read_plain_end(struct scan *s, const unsigned char *end, uint64_t offset,
                                     uint64_t *dir_size)
{
	s->count = ed_le16(end + 10);
	*dir_size = ed_le32(end + 12);
	s->zip->directory = ed_le32(end + 16);
	s->dir_end = offset;
	if (s->count == SAT16 || *dir_size == SAT32 || s->zip->directory == SAT32)
		return ed_fail(s->err, EDOC_ERR_INPUT, place(s, offset),
		               "the end record refers to a ZIP64 end record, but there is none "
		               "(APPNOTE 4.4.1.4); get a complete copy");
	if (ed_le16(end + 4) || ed_le16(end + 6) || ed_le16(end + 8) != s->count)
		return ed_fail(s->err, EDOC_ERR_INPUT, place(s, offset),
		               "the archive is split over several disks (APPNOTE 4.4.19); "
		               "ask the sender for one file");
	return EDOC_OK;
}

static enum edoc_code read_end(struct scan *s)
{
	unsigned char end[ED_ZIP_END];
	const unsigned char *p;
	uint64_t offset = 0, dir_size = 0;
	bool zip64 = false;
	enum edoc_code code = find_end(s, &offset);

	if (code)
		return code;
	p = look(s, offset, ED_ZIP_END, 0);
	if (!p)
		return s->failed;
	memcpy(end, p, sizeof(end));
	if (offset >= ED_ZIP64_LOCATOR) {
		p = look(s, offset - ED_ZIP64_LOCATOR, ED_ZIP64_LOCATOR, 0);
		if (!p)
			return s->failed;
		zip64 = ed_le32(p) == ED_ZIP64_LOCATOR_SIG;
	}
	code = zip64 ? read_zip64_end(s, end, offset, &dir_size)
	             : read_plain_end(s, end, offset, &dir_size);
	if (code)
		return code;
	if (s->count > s->zip->limits.zip_entries)
		return ed_fail(s->err, EDOC_ERR_LIMIT, s->zip->name,
		               "%" PRIu64
		               " entries, more than the limit of %u; raise it with --limits "
		               "if you trust the sender",
		               s->count, s->zip->limits.zip_entries);
	if (s->zip->directory > s->dir_end || dir_size > s->dir_end - s->zip->directory)
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, place(s, offset),
		        "the central directory would overlap its end record (APPNOTE 4.4.23, "
		        "4.4.24); get a complete, unchanged copy");
	if (dir_size != s->dir_end - s->zip->directory)
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, place(s, s->zip->directory + dir_size),
		        "%" PRIu64
		        " bytes belong to nothing: before the first entry, or between the "
		        "central directory and its end record (APPNOTE 4.3.6); ask for it again",
		        s->dir_end - s->zip->directory - dir_size);
	s->zip->directory_size = dir_size;
	return EDOC_OK;
}

/* ---- one entry --------------------------------------------------------- */

/* A header's sizes: what the fixed part says, then what ZIP64 says. */
struct sizes {
	uint64_t usize, csize, offset;
	uint32_t disk;
	bool local;
};

static enum edoc_code bad_zip64(struct scan *s, const char *name)
{
	return ed_fail(s->err, EDOC_ERR_INPUT, name,
	               "the ZIP64 extra field does not fit the sizes it completes (APPNOTE 4.5.3); "
	               "ask the sender to make the package again");
}

/* Takes the ZIP64 value for each full field, in the order of 4.5.3. */
static enum edoc_code resolve_zip64(struct scan *s, const char *name, const unsigned char *p,
                                    size_t len, struct sizes *z)
{
	uint64_t *wide[3] = {&z->usize, &z->csize, &z->offset};
	size_t full = 0, used = 0, n = z->local ? 2 : 3;

	for (size_t i = 0; i < n; i++)
		full += *wide[i] == SAT32;
	/* Local headers carry both sizes; where both are said, both must agree. */
	if (z->local && len == 16 && full == 0)
		return ed_le64(p) == z->usize && ed_le64(p + 8) == z->csize ? EDOC_OK
		                                                            : bad_zip64(s, name);
	for (size_t i = 0; i < n; i++) {
		if (*wide[i] != SAT32)
			continue;
		if (len - used < 8)
			return bad_zip64(s, name);
		*wide[i] = ed_le64(p + used);
		used += 8;
	}
	if (!z->local && z->disk == SAT16) {
		if (len - used < 4)
			return bad_zip64(s, name);
		z->disk = ed_le32(p + used);
		used += 4;
	}
	return used == len ? EDOC_OK : bad_zip64(s, name);
}

/* Info-ZIP Unicode Path (APPNOTE 4.6.9): a second name must be the same. */
static bool same_unicode_path(const unsigned char *p, size_t len, const char *name)
{
	return len >= 5 && len - 5 == strlen(name) && !memcmp(p + 5, name, len - 5);
}

static enum edoc_code read_extra(struct scan *s, const char *name, const unsigned char *p,
                                 size_t len, struct sizes *z)
{
	bool zip64 = false;
	enum edoc_code code;

	for (size_t size; len > 0; p += 4 + size, len -= 4 + size) {
		if (len < 4 || ed_le16(p + 2) > len - 4)
			return ed_fail(s->err, EDOC_ERR_INPUT, name,
			               "the extra field is cut off (APPNOTE 4.5.1); "
			               "ask the sender to make the package again");
		size = ed_le16(p + 2);
		if (ed_le16(p) == EXTRA_UNICODE_PATH && !same_unicode_path(p + 4, size, name))
			return ed_fail(
			        s->err, EDOC_ERR_INPUT, name,
			        "the Unicode path extra field holds another name (APPNOTE 4.6.9): "
			        "programs would show different names; ask for the package again");
		if (ed_le16(p) != EXTRA_ZIP64)
			continue;
		if (zip64)
			return bad_zip64(s, name);
		code = resolve_zip64(s, name, p + 4, size, z);
		if (code)
			return code;
		zip64 = true;
	}
	if (!zip64 && (z->usize == SAT32 || z->csize == SAT32 || z->offset == SAT32))
		return ed_fail(s->err, EDOC_ERR_INPUT, name,
		               "the ZIP64 extra field is missing (APPNOTE 4.5.3); "
		               "ask the sender to make the package again");
	return EDOC_OK;
}

static enum edoc_code check_method(struct scan *s, const struct ed_zip_entry *e)
{
	if (e->flags & FLAG_ENCRYPTED)
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, e->name,
		        "the entry is encrypted (APPNOTE 4.4.4), which a signed package must not "
		        "be; ask for it without a password");
	if (e->flags & ~FLAGS_KNOWN)
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, e->name,
		        "the entry has flags 0x%04x, of which some are reserved (APPNOTE 4.4.4); "
		        "ask the sender to make the package again",
		        e->flags);
	if (e->method != 0 && e->method != 8)
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, e->name,
		        "compression method %u: only stored (0) and deflated (8) are accepted "
		        "(APPNOTE 4.4.5, ISO/IEC 21320-1); ask the sender to make it again",
		        e->method);
	if (e->method == 0 && e->csize != e->usize)
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, e->name,
		        "the entry is stored, but its two sizes differ (APPNOTE 4.4.8, 4.4.9); "
		        "ask the sender to make the package again");
	return EDOC_OK;
}

/* An empty deflate stream takes up to five bytes; nothing else is a folder's. */
static enum edoc_code check_kind(struct scan *s, const struct ed_zip_entry *e, uint32_t attributes)
{
	uint32_t type = attributes >> 16 & S_IFMT;

	if (e->folder && (e->usize || e->crc || e->csize > (e->method ? 5u : 0u)))
		return ed_fail(s->err, EDOC_ERR_INPUT, e->name,
		               "a folder with bytes of its own (APPNOTE 4.4.17.1); "
		               "ask the sender to make the package again");
	if (type && type != S_IFREG && type != S_IFDIR)
		return ed_fail(
		        s->err, EDOC_ERR_INPUT, e->name,
		        "the entry is a symbolic link or a special file (mode %o, APPNOTE 4.4.15); "
		        "ask for a package of plain files",
		        type);
	return EDOC_OK;
}

static enum edoc_code check_limits(struct scan *s, const struct ed_zip_entry *e)
{
	const struct edoc_limits *l = &s->zip->limits;

	if (e->usize > l->zip_total - s->total)
		return ed_fail(
		        s->err, EDOC_ERR_LIMIT, e->name,
		        "with this entry the package unpacks to more than the limit of %" PRIu64
		        " bytes; raise it with --limits if you trust the sender",
		        l->zip_total);
	s->total += e->usize;
	if (e->usize > ED_ZIP_RATIO_FREE && e->usize / l->zip_ratio >= e->csize)
		return ed_fail(
		        s->err, EDOC_ERR_LIMIT, e->name,
		        "the entry unpacks to %" PRIu64 " bytes from %" PRIu64
		        ": more than the limit ratio of %u; raise it with --limits if you trust "
		        "the sender",
		        e->usize, e->csize, l->zip_ratio);
	return EDOC_OK;
}

/* The upper half of IBM code page 437, as Unicode. */
static const uint16_t cp437[128] = {
        0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8,
        0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5, 0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2,
        0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192, 0x00e1,
        0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd,
        0x00bc, 0x00a1, 0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562,
        0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534,
        0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560,
        0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b,
        0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x03b1, 0x00df, 0x0393,
        0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6,
        0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248, 0x00b0,
        0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};

static char *from_cp437(struct ed_arena *arena, const unsigned char *p, size_t len)
{
	char *out = ed_arena_alloc(arena, 3 * len + 1), *o = out;

	for (size_t i = 0; out && i < len; i++) {
		uint16_t c = p[i] < 0x80 ? p[i] : cp437[p[i] - 0x80];
		if (c < 0x80) {
			*o++ = (char)c;
		} else if (c < 0x800) {
			*o++ = (char)(0xc0 | c >> 6);
			*o++ = (char)(0x80 | (c & 0x3f));
		} else {
			*o++ = (char)(0xe0 | c >> 12);
			*o++ = (char)(0x80 | (c >> 6 & 0x3f));
			*o++ = (char)(0x80 | (c & 0x3f));
		}
	}
	return out;
}

/*
 * APPNOTE D.1, D.2: UTF-8 with flag bit 11, else code page 437.  Many programs
 * write UTF-8 without the flag, so code page 437 is for what is no UTF-8.
 */
static enum edoc_code take_name(struct scan *s, struct ed_zip_entry *e, const unsigned char *name,
                                size_t len, uint64_t at)
{
	const char *fault;
	char *raw = ed_arena_strndup(s->zip->arena, (const char *)name, len), *decoded = raw;

	e->raw = raw;
	if (!(e->flags & FLAG_UTF8) && !memchr(name, 0, len) &&
	    !ed_utf8_valid((const char *)name, len)) {
		decoded = from_cp437(s->zip->arena, name, len);
		len = decoded ? strlen(decoded) : 0;
	}
	e->name = decoded;
	if (!raw || !decoded)
		return ed_fail_memory(s->err);
	fault = ed_name_fault(decoded == raw ? (const char *)name : decoded, len);
	if (fault)
		return ed_fail(s->err, EDOC_ERR_INPUT, *decoded ? decoded : place(s, at),
		               "no acceptable name for an entry: %s (APPNOTE 4.4.17); "
		               "ask the sender to make the package again",
		               fault);
	e->folder = decoded[len - 1] == '/';
	return EDOC_OK;
}

static enum edoc_code no_local(struct scan *s, const struct ed_zip_entry *e)
{
	return ed_fail(s->err, EDOC_ERR_INPUT, e->name,
	               "no local header stands at byte %" PRIu64 " (APPNOTE 4.3.7, 4.4.16); "
	               "get a complete, unchanged copy",
	               e->header);
}

static enum edoc_code no_central(struct scan *s, uint64_t at)
{
	return ed_fail(s->err, EDOC_ERR_INPUT, place(s, at),
	               "the central directory does not hold the %" PRIu64
	               " entries that the end record "
	               "counts (APPNOTE 4.4.22); get a complete, unchanged copy",
	               s->count);
}

/* APPNOTE 4.3.12.  *at moves behind the header. */
static enum edoc_code read_central(struct scan *s, struct ed_zip_entry *e, uint64_t *at)
{
	const unsigned char *p;
	struct sizes z = {0};
	size_t nlen, xlen, clen, all;
	uint32_t attributes;
	enum edoc_code code;

	if (s->dir_end - *at < ED_ZIP_CENTRAL)
		return no_central(s, *at);
	p = look(s, *at, ED_ZIP_CENTRAL, AHEAD_DIRECTORY);
	if (!p)
		return s->failed;
	if (ed_le32(p) != ED_ZIP_CENTRAL_SIG)
		return no_central(s, *at);
	nlen = ed_le16(p + 28);
	xlen = ed_le16(p + 30);
	clen = ed_le16(p + 32);
	all = ED_ZIP_CENTRAL + nlen + xlen + clen;
	if (all > s->dir_end - *at)
		return ed_fail(s->err, EDOC_ERR_INPUT, place(s, *at),
		               "an entry of the central directory runs into the end record "
		               "(APPNOTE 4.3.12); get a complete, unchanged copy");
	p = look(s, *at, all, AHEAD_DIRECTORY);
	if (!p)
		return s->failed;
	e->flags = ed_le16(p + 8);
	code = take_name(s, e, p + ED_ZIP_CENTRAL, nlen, *at);
	if (code)
		return code;
	e->method = ed_le16(p + 10);
	e->crc = ed_le32(p + 16);
	z.csize = ed_le32(p + 20);
	z.usize = ed_le32(p + 24);
	z.disk = ed_le16(p + 34);
	attributes = ed_le32(p + 38);
	z.offset = ed_le32(p + 42);
	e->extra = xlen > 0;
	code = read_extra(s, e->name, p + ED_ZIP_CENTRAL + nlen, xlen, &z);
	if (code)
		return code;
	if (z.disk)
		return ed_fail(s->err, EDOC_ERR_INPUT, e->name,
		               "the entry stands on disk %u of several (APPNOTE 4.4.13); "
		               "ask the sender for one file",
		               z.disk);
	/* A fake end record in an extra field or a comment of the directory. */
	for (size_t i = ED_ZIP_CENTRAL + nlen; i + 4 <= all; i++)
		if (ed_le32(p + i) == ED_ZIP_END_SIG)
			return second_end(s, *at + i);
	e->csize = z.csize;
	e->usize = z.usize;
	e->header = z.offset;
	*at += all;
	if (e->header >= s->zip->directory)
		return no_local(s, e);
	code = check_method(s, e);
	if (!code)
		code = check_kind(s, e, attributes);
	return code ? code : check_limits(s, e);
}

static enum edoc_code differs(struct scan *s, const struct ed_zip_entry *e, const char *what)
{
	return ed_fail(
	        s->err, EDOC_ERR_INPUT, e->name,
	        "the local header and the central directory differ in the %s (APPNOTE 4.3.7, "
	        "4.3.12): programs would see different contents; ask for the package again",
	        what);
}

/* With a data descriptor the local header may say 0 (APPNOTE 4.4.4 bit 3). */
static bool said_alike(const struct ed_zip_entry *e, uint64_t local, uint64_t central)
{
	return local == central || ((e->flags & FLAG_DESCRIPTOR) && local == 0);
}

/* APPNOTE 4.3.9: with or without signature, with sizes of 4 or 8 bytes; which
 * of the four follows from the room up to the next header. */
static enum edoc_code check_descriptor(struct scan *s, const struct ed_zip_entry *e, uint64_t at,
                                       uint64_t room)
{
	const unsigned char *p;
	uint64_t csize, usize;

	if (room != 12 && room != 16 && room != 20 && room != 24)
		return ed_fail(s->err, EDOC_ERR_INPUT, e->name,
		               "no data descriptor fits the %" PRIu64
		               " bytes between this entry and what "
		               "follows (APPNOTE 4.3.9); get a complete, unchanged copy",
		               room);
	p = look(s, at, (size_t)room, AHEAD_LOCAL);
	if (!p)
		return s->failed;
	if (room == 16 || room == 24) {
		if (ed_le32(p) != ED_ZIP_DESCRIPTOR_SIG)
			return differs(s, e, "data descriptor");
		p += 4;
	}
	csize = room >= 20 ? ed_le64(p + 4) : ed_le32(p + 4);
	usize = room >= 20 ? ed_le64(p + 12) : ed_le32(p + 8);
	if (ed_le32(p) != e->crc || csize != e->csize || usize != e->usize)
		return differs(s, e, "data descriptor");
	return EDOC_OK;
}

/* What stands between an entry's bytes and the next header. */
static enum edoc_code check_room(struct scan *s, struct ed_zip_entry *e, uint64_t next)
{
	uint64_t end = e->data + e->csize;

	if (e->data > next || e->csize > next - e->data)
		return ed_fail(s->err, EDOC_ERR_INPUT, e->name,
		               "the entry's %" PRIu64 " bytes overlap what follows it in the file "
		               "(APPNOTE 4.3.6); ask the sender to make the package again",
		               e->csize);
	e->end = next;
	if (e->flags & FLAG_DESCRIPTOR)
		return check_descriptor(s, e, end, next - end);
	if (end != next)
		return ed_fail(s->err, EDOC_ERR_INPUT, place(s, end),
		               "%" PRIu64
		               " bytes between entries belong to nothing (APPNOTE 4.3.6); "
		               "ask the sender to make the package again",
		               next - end);
	return EDOC_OK;
}

/* APPNOTE 4.3.7; next: where the following header or the directory starts. */
static enum edoc_code check_local(struct scan *s, struct ed_zip_entry *e, uint64_t next)
{
	const unsigned char *p = look(s, e->header, ED_ZIP_LOCAL, AHEAD_LOCAL);
	struct sizes z = {.local = true};
	size_t nlen, xlen;
	enum edoc_code code;

	if (!p)
		return s->failed;
	if (ed_le32(p) != ED_ZIP_LOCAL_SIG)
		return no_local(s, e);
	nlen = ed_le16(p + 26);
	xlen = ed_le16(p + 28);
	p = look(s, e->header, ED_ZIP_LOCAL + nlen + xlen, AHEAD_LOCAL);
	if (!p)
		return s->failed;
	if (nlen != strlen(e->raw) || memcmp(p + ED_ZIP_LOCAL, e->raw, nlen) != 0)
		return differs(s, e, "name");
	if (ed_le16(p + 6) != e->flags)
		return differs(s, e, "flags");
	if (ed_le16(p + 8) != e->method)
		return differs(s, e, "method");
	z.csize = ed_le32(p + 18);
	z.usize = ed_le32(p + 22);
	code = read_extra(s, e->name, p + ED_ZIP_LOCAL + nlen, xlen, &z);
	if (code)
		return code;
	if (!said_alike(e, ed_le32(p + 14), e->crc))
		return differs(s, e, "CRC-32");
	if (!said_alike(e, z.csize, e->csize) || !said_alike(e, z.usize, e->usize))
		return differs(s, e, "size");
	e->extra = e->extra || xlen > 0;
	e->data = e->header + ED_ZIP_LOCAL + nlen + xlen;
	return check_room(s, e, next);
}

/* ---- all entries ------------------------------------------------------- */

static enum edoc_code read_directory(struct scan *s)
{
	struct ed_zip *zip = s->zip;
	uint64_t at = zip->directory;
	enum edoc_code code = EDOC_OK;

	if (s->count > zip->directory_size / ED_ZIP_CENTRAL)
		return no_central(s, zip->directory);
	/* One more, so that an empty archive has a table too. */
	zip->entries = ed_arena_alloc(zip->arena, (s->count + 1) * sizeof(*zip->entries));
	if (!zip->entries)
		return ed_fail_memory(s->err);
	for (; !code && zip->n < s->count; zip->n++)
		code = read_central(s, &zip->entries[zip->n], &at);
	if (!code && at != s->dir_end)
		code = no_central(s, at);
	/* Many small bombs are a big one. */
	if (!code && s->total > ED_ZIP_RATIO_FREE && s->total / zip->limits.zip_ratio >= s->size)
		code = ed_fail(
		        s->err, EDOC_ERR_LIMIT, zip->name,
		        "the entries unpack to %" PRIu64 " bytes from a file of %" PRIu64
		        ": more than the limit ratio of %u; raise it with --limits if you trust "
		        "the sender",
		        s->total, s->size, zip->limits.zip_ratio);
	return code;
}

static int by_offset(const void *a, const void *b, void *arg)
{
	const struct ed_zip_entry *e = arg;
	uint64_t x = e[*(const size_t *)a].header, y = e[*(const size_t *)b].header;

	return x < y ? -1 : x > y;
}

static int by_name(const void *a, const void *b, void *arg)
{
	const struct ed_zip_entry *e = arg;

	return strcmp(e[*(const size_t *)a].name, e[*(const size_t *)b].name);
}

static size_t *sorted(struct ed_zip *zip, int (*cmp)(const void *, const void *, void *))
{
	size_t *v = ed_arena_alloc(zip->arena, (zip->n + 1) * sizeof(*v));

	for (size_t i = 0; v && i < zip->n; i++)
		v[i] = i;
	if (v)
		qsort_r(v, zip->n, sizeof(*v), cmp, zip->entries);
	return v;
}

/* The entries in file order must tile [0, directory). */
static enum edoc_code check_locals(struct scan *s)
{
	struct ed_zip *zip = s->zip;
	size_t *order = sorted(zip, by_offset);
	uint64_t first = zip->directory;
	enum edoc_code code = EDOC_OK;

	if (!order)
		return ed_fail_memory(s->err);
	if (zip->n)
		first = zip->entries[order[0]].header;
	if (first != 0)
		return ed_fail(s->err, EDOC_ERR_INPUT, place(s, 0),
		               "%" PRIu64
		               " bytes before the first entry belong to nothing (APPNOTE 4.3.6); "
		               "ask the sender to make the package again",
		               first);
	for (size_t i = 0; !code && i < zip->n; i++)
		code = check_local(s, &zip->entries[order[i]],
		                   i + 1 < zip->n ? zip->entries[order[i + 1]].header
		                                  : zip->directory);
	return code;
}

struct folded {
	char *key;
	const char *name;
};

/* Bytewise, but '/' before all else: a folder's names follow the folder. */
static int by_key(const void *a, const void *b)
{
	const unsigned char *x = (const unsigned char *)((const struct folded *)a)->key;
	const unsigned char *y = (const unsigned char *)((const struct folded *)b)->key;

	for (; *x && *x == *y; x++, y++)
		continue;
	return (*x == '/' ? 1 : *x ? *x + 1 : 0) - (*y == '/' ? 1 : *y ? *y + 1 : 0);
}

static enum edoc_code check_pair(const struct folded *a, const struct folded *b,
                                 struct edoc_error *err)
{
	size_t n = strlen(a->key);

	if (!strcmp(a->name, b->name))
		return ed_fail(err, EDOC_ERR_INPUT, a->name,
		               "duplicate name: two entries have it (EN 319 162-1 4.2); "
		               "ask the sender to make the package again");
	if (!strcmp(a->key, b->key))
		return ed_fail(err, EDOC_ERR_INPUT, a->name,
		               "duplicate name: on some systems it is the same as \"%.80s\" (case "
		               "or Unicode "
		               "form differ); ask the sender to rename one",
		               b->name);
	/* A folder's own entry is no file in the way of its contents. */
	if (n && a->key[n - 1] != '/' && !strncmp(a->key, b->key, n) && b->key[n] == '/')
		return ed_fail(err, EDOC_ERR_INPUT, a->name,
		               "duplicate name: a file here, a folder in \"%.80s\"; "
		               "ask the sender to rename one",
		               b->name);
	return EDOC_OK;
}

enum edoc_code ed_zip_names_apart(const char *const *names, size_t n, struct edoc_error *err)
{
	struct folded *v = calloc(n + 1, sizeof(*v));
	enum edoc_code code = EDOC_OK;

	if (!v)
		return ed_fail_memory(err);
	for (size_t i = 0; !code && i < n; i++) {
		v[i].name = names[i];
		v[i].key = ed_name_fold(names[i], strlen(names[i]));
		if (!v[i].key)
			code = ed_fail_memory(err);
	}
	if (!code)
		qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 1; !code && i < n; i++)
		code = check_pair(&v[i - 1], &v[i], err);
	for (size_t i = 0; i < n; i++)
		free(v[i].key);
	free(v);
	return code;
}

static enum edoc_code check_names(struct scan *s)
{
	struct ed_zip *zip = s->zip;
	const char **names = calloc(zip->n + 1, sizeof(*names));
	enum edoc_code code;

	zip->by_name = sorted(zip, by_name);
	if (!names || !zip->by_name) {
		free(names);
		return ed_fail_memory(s->err);
	}
	for (size_t i = 0; i < zip->n; i++)
		names[i] = zip->entries[i].name;
	code = ed_zip_names_apart(names, zip->n, s->err);
	free(names);
	return code;
}

enum edoc_code ed_zip_scan(struct ed_zip *zip, struct edoc_error *err)
{
	struct scan s = {.zip = zip, .err = err};
	struct stat st;
	enum edoc_code code;

	if (fstat(zip->fd, &st))
		return ed_fail_errno(err, EDOC_ERR_IO, zip->name, "fstat");
	s.size = zip->size = (uint64_t)st.st_size;
	s.bytes = malloc(SMALL);
	if (!s.bytes)
		return ed_fail_memory(err);
	s.cap = SMALL;
	code = read_end(&s);
	if (!code)
		code = read_directory(&s);
	if (!code)
		code = check_names(&s);
	if (!code)
		code = check_locals(&s);
	free(s.bytes);
	return code;
}
