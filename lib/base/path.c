/* SPDX-License-Identifier: ISC */
#include "base/path.h"

#include <stdlib.h>
#include <string.h>

#include <stdint.h>

#include "base/fold.h"
#include "base/limits.h"

size_t ed_utf8_next(const char *s, size_t len, uint32_t *rune)
{
	const unsigned char *p = (const unsigned char *)s;

	*rune = 0;
	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*rune = p[0];
		return 1;
	}
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || len < n)
		return 0;
	uint32_t r = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		r = r << 6 | (p[i] & 0x3f);
	}
	/* RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF. */
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	if (r < least[n] || r > 0x10ffff || (r >= 0xd800 && r <= 0xdfff))
		return 0;
	*rune = r;
	return n;
}

bool ed_utf8_valid(const char *s, size_t len)
{
	while (len > 0) {
		uint32_t rune;
		uint64_t eight;
		if (len >= sizeof eight) { /* ASCII, mostly */
			memcpy(&eight, s, sizeof eight);
			if (!(eight & 0x8080808080808080u)) {
				s += sizeof eight;
				len -= sizeof eight;
				continue;
			}
		}
		size_t n = ed_utf8_next(s, len, &rune);
		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

static bool is_control(uint32_t r)
{
	return r < 0x20 || (r >= 0x7f && r <= 0x9f);
}

/* UAX #9's formatting characters, and the line separators. */
static bool is_bidi(uint32_t r)
{
	return r == 0x061c || r == 0x200e || r == 0x200f || (r >= 0x2028 && r <= 0x202e) ||
	       (r >= 0x2066 && r <= 0x2069);
}

/* Neither seen nor kept by every file system: two names would look as one. */
static bool is_zero_width(uint32_t r)
{
	return (r >= 0x200b && r <= 0x200d) || (r >= 0x2060 && r <= 0x206f) || r == 0xfeff;
}

bool ed_rune_steers(uint32_t rune)
{
	return is_control(rune) || is_bidi(rune);
}

static const char *segments_fault(const char *name, size_t len)
{
	for (size_t i = 0, start = 0; i <= len; i++) {
		if (i < len && name[i] != '/')
			continue;
		size_t n = i - start;
		if (n == 0 && i < len)
			return "an empty path segment";
		if ((n == 1 || n == 2) && !memcmp(name + start, "..", n))
			return "a \".\" or \"..\" path segment";
		if (n > 0 && (name[i - 1] == '.' || name[i - 1] == ' '))
			return "a dot or a space at the end of the name (Windows drops it)";
		start = i + 1;
	}
	return NULL; /* one '/' at the end names a folder */
}

const char *ed_name_fault(const char *name, size_t len)
{
	if (len == 0)
		return "an empty name";
	if (len > ED_MAX_NAME)
		return "a name that is too long";
	for (size_t i = 0; i < len;) {
		uint32_t rune;
		size_t n = ed_utf8_next(name + i, len - i, &rune);
		if (n == 0)
			return "a name that is not UTF-8";
		if (is_control(rune))
			return "a control character in the name";
		if (is_bidi(rune))
			return "a bidirectional control character in the name";
		if (is_zero_width(rune))
			return "a zero-width character in the name (it would look like another)";
		if (rune == '\\')
			return "a backslash in the name";
		i += n;
	}
	if (name[0] == '/')
		return "an absolute name";
	if (len >= 2 && name[1] == ':' && ((name[0] | 32) >= 'a' && (name[0] | 32) <= 'z'))
		return "a drive letter in the name";
	return segments_fault(name, len);
}

static int compare_fold(const void *a, const void *b)
{
	uint16_t x = ((const struct fold *)a)->from, y = ((const struct fold *)b)->from;

	return x < y ? -1 : x > y;
}

/* The canonical combining class of a mark; 0 for a starter.  The table
 * ascends, and most runes are below it. */
static unsigned mark_order(uint32_t rune)
{
	const size_t n = sizeof mark_table / sizeof *mark_table;

	for (size_t i = 0; i < n && rune >= mark_table[i].first; i++)
		if (rune <= mark_table[i].last)
			return mark_table[i].order;
	return 0;
}

/* Runes are kept with their class above them, so that sorting is cheap. */
#define CLASS_SHIFT 24
#define RUNE(packed) ((packed)&0xffffffu)

/* Appends a rune, bringing marks into canonical order (UAX #15). */
static void put_rune(uint32_t *runes, size_t *n, uint32_t rune)
{
	uint32_t order = mark_order(rune);
	size_t at = *n;

	while (order != 0 && at > 0 && runes[at - 1] >> CLASS_SHIFT > order) {
		runes[at] = runes[at - 1];
		at--;
	}
	runes[at] = order << CLASS_SHIFT | rune;
	++*n;
}

static void put_folded(uint32_t *runes, size_t *n, uint32_t rune)
{
	const struct fold *fold = NULL;

	if (rune <= 0xffff) {
		const struct fold want = {.from = (uint16_t)rune};
		fold = bsearch(&want, fold_table, sizeof fold_table / sizeof *fold_table,
		               sizeof *fold_table, compare_fold);
	}
	if (!fold) {
		put_rune(runes, n, rune);
		return;
	}
	for (size_t i = 0; i < 4 && fold->to[i]; i++)
		put_rune(runes, n, fold->to[i]);
}

static size_t put_utf8(char *out, uint32_t r)
{
	if (r < 0x80) {
		out[0] = (char)r;
		return 1;
	}
	size_t n = r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, r >>= 6)
		out[i] = (char)(0x80 | (r & 0x3f));
	out[0] = (char)((0xf00u >> n & 0xffu) | r);
	return n;
}

/* A byte that is no UTF-8 stands for itself, past the last rune. */
#define RAW_BYTE 0x110000u

char *ed_name_fold(const char *name, size_t len)
{
	if (len > SIZE_MAX / 32)
		return NULL;
	uint32_t *runes = calloc(4 * len + 1, sizeof *runes);
	char *out = malloc(16 * len + 1);
	if (!runes || !out) {
		free(runes);
		free(out);
		return NULL;
	}
	size_t n = 0, used = 0;
	for (size_t i = 0; i < len;) {
		uint32_t rune;
		size_t step = ed_utf8_next(name + i, len - i, &rune);
		if (step == 0) {
			runes[n++] = RAW_BYTE | (unsigned char)name[i++];
			continue;
		}
		put_folded(runes, &n, rune);
		i += step;
	}
	for (size_t i = 0; i < n; i++) {
		if (RUNE(runes[i]) >= RAW_BYTE)
			out[used++] = (char)(runes[i] & 0xff);
		else
			used += put_utf8(out + used, RUNE(runes[i]));
	}
	out[used] = '\0';
	free(runes);
	return out;
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != 0 && strchr("-._~", c));
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

bool ed_uri_decode(const char *uri, char *out, size_t size)
{
	size_t n = 0;

	for (; *uri; uri++) {
		unsigned char c = (unsigned char)*uri;
		if (n + 1 >= size)
			return false;
		if (c == '%') {
			int high = hex_value(uri[1]);
			int low = high < 0 ? -1 : hex_value(uri[2]);
			if (low < 0)
				return false;
			c = (unsigned char)(high << 4 | low);
			if (c == 0 || c == '/')
				return false;
			uri += 2;
		} else if (c < 0x80 && !is_unreserved(c) && !strchr("!$&'()*+,;=:@/", c)) {
			return false; /* RFC 3986 3.3: no pchar; IRI letters may stand */
		}
		out[n++] = (char)c;
	}
	if (size == 0)
		return false;
	out[n] = '\0';
	return true;
}

void ed_uri_encode(const char *name, char *out, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	if (size == 0)
		return;
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;
		bool plain = is_unreserved(c) || c == '/';
		if (n + (plain ? 1 : 3) >= size)
			break;
		if (plain) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	out[n] = '\0';
}

const char *ed_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
