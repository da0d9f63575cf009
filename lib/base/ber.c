/* SPDX-License-Identifier: ISC */
#include "base/ber.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"

/* X.690 8.9.1, 8.11.1: always constructed; 8.2 to 8.8, 8.19, 8.20: never. */
#define BIT(tag) (1u << (tag))
#define ALWAYS (BIT(8) | BIT(11) | BIT(ED_BER_SEQUENCE) | BIT(ED_BER_SET))
#define NEVER                                                                                      \
	(BIT(ED_BER_BOOLEAN) | BIT(ED_BER_INTEGER) | BIT(ED_BER_NULL) | BIT(ED_BER_OID) | BIT(9) | \
	 BIT(ED_BER_ENUM) | BIT(13))

/* ---- reading ------------------------------------------------------------- */

void ed_ber_start(struct ed_ber_reader *r, const void *p, size_t len)
{
	*r = (struct ed_ber_reader){.p = p, .left = len};
}

void ed_ber_enter(struct ed_ber_reader *r, const struct ed_ber *e, unsigned depth)
{
	*r = (struct ed_ber_reader){.p = e->p, .left = e->len, .depth = depth};
	r->bad = !e->whole || !e->constructed || depth > ED_MAX_BER_DEPTH;
}

/* 8.1.2.4: base 128, no leading zeros, only for numbers that need it. */
static bool high_tag(const uint8_t **pos, const uint8_t *end, uint32_t *tag)
{
	const uint8_t *p = *pos;
	uint32_t n = 0;

	if (p == end || *p == 0x80)
		return false;
	do {
		if (p == end || n > UINT32_MAX >> 7)
			return false;
		n = n << 7 | (*p & 0x7f);
	} while (*p++ & 0x80);
	*tag = n;
	*pos = p;
	return n >= 31;
}

/* 8.1.3: of the contents; *indefinite has none. */
static bool length(const uint8_t **pos, const uint8_t *end, size_t *len, bool *indefinite)
{
	const uint8_t *p = *pos;
	unsigned n;

	*indefinite = false;
	*len = 0;
	if (p == end)
		return false;
	n = *p++;
	if (n == 0x80) {
		*indefinite = true;
	} else if (n < 0x80) {
		*len = n;
	} else {
		n &= 0x7f;
		if (n == 0x7f || n > (size_t)(end - p)) /* 8.1.3.5 c */
			return false;
		for (; n > 0; n--) {
			if (*len > SIZE_MAX >> 8)
				return false;
			*len = *len << 8 | *p++;
		}
	}
	*pos = p;
	return *len <= (size_t)(end - p);
}

static bool fits_tag(const struct ed_ber *e)
{
	if (e->cls != ED_BER_UNIVERSAL || e->tag >= 31)
		return true;
	if (e->tag == 0) /* end-of-contents where none belongs */
		return false;
	return !(e->constructed ? NEVER & BIT(e->tag) : ALWAYS & BIT(e->tag));
}

/* Identifier and length; e->len is that of the contents unless indefinite. */
static bool head(const uint8_t *p, const uint8_t *end, struct ed_ber *e)
{
	*e = (struct ed_ber){.whole = p};
	if (p == end)
		return false;
	e->cls = (enum ed_ber_class)(*p >> 6);
	e->constructed = *p & 0x20;
	e->tag = *p++ & 0x1f;
	if (e->tag == 31 && !high_tag(&p, end, &e->tag))
		return false;
	if (!length(&p, end, &e->len, &e->indefinite))
		return false;
	e->p = p;
	return fits_tag(e) && (e->constructed || !e->indefinite);
}

/* 8.1.5: where the end-of-contents octets of an indefinite element stand.
 * Elements of definite length are stepped over, not looked into. */
static const uint8_t *end_of_contents(const uint8_t *p, const uint8_t *end, unsigned depth)
{
	unsigned open = 1;
	struct ed_ber e;

	for (;;) {
		if (end - p >= 2 && p[0] == 0 && p[1] == 0) {
			if (--open == 0)
				return p;
			p += 2;
			continue;
		}
		if (!head(p, end, &e))
			return NULL;
		p = e.p + e.len;
		if (e.indefinite && ++open + depth > ED_MAX_BER_DEPTH)
			return NULL;
	}
}

bool ed_ber_next(struct ed_ber_reader *r, struct ed_ber *e)
{
	const uint8_t *end, *stop;

	*e = (struct ed_ber){0};
	if (r->bad || r->left == 0)
		return false;
	end = r->p + r->left;
	if (!head(r->p, end, e))
		goto bad;
	stop = e->p + e->len;
	if (e->indefinite) {
		stop = end_of_contents(e->p, end, r->depth);
		if (!stop)
			goto bad;
		e->len = (size_t)(stop - e->p);
		stop += 2;
	}
	e->whole_len = (size_t)(stop - e->whole);
	r->left -= e->whole_len;
	r->p = stop;
	return true;
bad:
	r->bad = true;
	*e = (struct ed_ber){0};
	return false;
}

bool ed_ber_take(struct ed_ber_reader *r, enum ed_ber_class cls, uint32_t tag, struct ed_ber *e)
{
	struct ed_ber_reader before = *r;

	if (!ed_ber_next(r, e))
		return false;
	if (ed_ber_is(e, cls, tag))
		return true;
	*r = before;
	*e = (struct ed_ber){0};
	return false;
}

bool ed_ber_done(const struct ed_ber_reader *r)
{
	return !r->bad && r->left == 0;
}

bool ed_ber_one(const void *p, size_t len, struct ed_ber *e)
{
	struct ed_ber_reader r;

	ed_ber_start(&r, p, len);
	return ed_ber_next(&r, e) && ed_ber_done(&r);
}

bool ed_ber_is(const struct ed_ber *e, enum ed_ber_class cls, uint32_t tag)
{
	return e->whole && e->cls == cls && e->tag == tag;
}

/* ---- OBJECT IDENTIFIER (8.19) ---------------------------------------------- */

/* UUIDs are arcs too (X.667): 128 bits. */
typedef unsigned __int128 arc_t;

static bool next_arc(const uint8_t **pos, const uint8_t *end, arc_t *arc)
{
	const uint8_t *p = *pos;
	arc_t n = 0;

	if (p == end || *p == 0x80)
		return false;
	do {
		if (p == end || n >> 121)
			return false;
		n = n << 7 | (*p & 0x7f);
	} while (*p++ & 0x80);
	*pos = p;
	*arc = n;
	return true;
}

static char *put_arc(char *end, arc_t arc)
{
	do
		*--end = (char)('0' + (int)(arc % 10));
	while (arc /= 10);
	return end;
}

static bool oid_fits(const struct ed_ber *e)
{
	return e->whole && !e->constructed && e->len > 0 && e->len <= ED_BER_OID_OCTETS &&
	       (e->cls != ED_BER_UNIVERSAL || e->tag == ED_BER_OID);
}

bool ed_ber_oid_text(const struct ed_ber *e, char out[ED_BER_OID_TEXT])
{
	const uint8_t *p = e->p, *end = e->p + e->len;
	char number[48], *s, *d = out;
	arc_t arc, top;

	*out = '\0';
	if (!oid_fits(e))
		return false;
	while (p < end) {
		if (!next_arc(&p, end, &arc)) {
			*out = '\0';
			return false;
		}
		if (d == out) { /* two arcs in one number */
			top = arc < 80 ? arc / 40 : 2;
			arc -= top * 40;
			*d++ = (char)('0' + (int)top);
		}
		*d++ = '.';
		s = put_arc(number + sizeof(number), arc);
		memcpy(d, s, (size_t)(number + sizeof(number) - s));
		d += number + sizeof(number) - s;
	}
	*d = '\0';
	return true;
}

const char *ed_ber_oid(const struct ed_ber *e, struct ed_arena *arena)
{
	char text[ED_BER_OID_TEXT];

	return ed_ber_oid_text(e, text) ? ed_arena_strdup(arena, text) : NULL;
}

/* One decimal arc, without leading zeros. */
static bool read_arc(const char **pos, arc_t *arc)
{
	const char *p = *pos;
	arc_t n = 0;

	if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		arc_t digit = (arc_t)(*p - '0');

		if (n > (~(arc_t)0 - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*pos = p;
	*arc = n;
	return true;
}

size_t ed_ber_oid_octets(const char *dotted, uint8_t out[ED_BER_OID_OCTETS])
{
	arc_t top, arc;
	size_t n = 0;

	if (!read_arc(&dotted, &top) || top > 2 || *dotted != '.')
		return 0;
	for (bool first = true; *dotted == '.'; first = false) {
		unsigned shift = 0;

		dotted++;
		if (!read_arc(&dotted, &arc) || (first && arc > (top < 2 ? 39 : ~(arc_t)0 - 80)))
			return 0;
		if (first)
			arc += top * 40;
		while (arc >> shift > 0x7f)
			shift += 7;
		if (n + shift / 7 + 1 > ED_BER_OID_OCTETS)
			return 0;
		for (; shift > 0; shift -= 7)
			out[n++] = (uint8_t)(0x80 | (arc >> shift & 0x7f));
		out[n++] = (uint8_t)(arc & 0x7f);
	}
	return *dotted ? 0 : n;
}

bool ed_ber_oid_is(const struct ed_ber *e, const char *dotted)
{
	uint8_t want[ED_BER_OID_OCTETS];
	size_t n = ed_ber_oid_octets(dotted, want);

	return oid_fits(e) && n > 0 && n == e->len && !memcmp(want, e->p, n);
}

/* ---- numbers and times ------------------------------------------------------ */

/* 8.3.2: the first nine bits are not all alike. */
static bool int_minimal(const uint8_t *p, size_t len)
{
	return len == 1 ||
	       (len > 1 && !(p[0] == 0 && p[1] < 0x80) && !(p[0] == 0xff && p[1] >= 0x80));
}

bool ed_ber_int(const struct ed_ber *e, int64_t *v)
{
	uint64_t n;

	*v = 0;
	if (!e->whole || e->constructed || e->len > 8 || !int_minimal(e->p, e->len))
		return false;
	if (e->cls == ED_BER_UNIVERSAL && e->tag != ED_BER_INTEGER && e->tag != ED_BER_ENUM)
		return false;
	n = e->p[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < e->len; i++)
		n = n << 8 | e->p[i];
	*v = (int64_t)n;
	return true;
}

static bool digits(const uint8_t **p, int n, int *v)
{
	for (*v = 0; n > 0; n--, ++*p) {
		if (**p < '0' || **p > '9')
			return false;
		*v = *v * 10 + (**p - '0');
	}
	return true;
}

/* 11.7.3: a point, digits, the last of them no zero where DER is asked for. */
static bool fraction(const uint8_t **pos, const uint8_t *end)
{
	const uint8_t *p = *pos;

	if (p < end && *p == '.') {
		const uint8_t *first = ++p;

		while (p < end && *p >= '0' && *p <= '9')
			p++;
		if (p == first)
			return false;
	}
	*pos = p;
	return true;
}

bool ed_ber_time(const struct ed_ber *e, int64_t *t)
{
	bool utc = ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_UTCTIME);
	int hour, minute, second, width = utc ? 2 : 4;
	const uint8_t *p = e->p, *end = e->p + e->len;
	struct ed_date date;

	*t = ED_TIME_NONE;
	if ((!utc && !ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_GENTIME)) || e->constructed ||
	    e->len < (size_t)width + 11)
		return false;
	if (!digits(&p, width, &date.year) || !digits(&p, 2, &date.month) ||
	    !digits(&p, 2, &date.day) || !digits(&p, 2, &hour) || !digits(&p, 2, &minute) ||
	    !digits(&p, 2, &second))
		return false;
	if (utc)
		date.year += date.year < 50 ? 2000 : 1900;
	else if (!fraction(&p, end))
		return false;
	if (end - p != 1 || *p != 'Z' || !ed_date_valid(date) || hour > 23 || minute > 59 ||
	    second > 59)
		return false;
	*t = ((ed_days(date) * 24 + hour) * 60 + minute) * 60 + second;
	return true;
}

/* ---- strings in pieces (8.6.4, 8.7.3) ---------------------------------------- */

static bool pieces(const struct ed_ber *e, unsigned depth, ed_ber_octets_fn *fn, void *arg)
{
	struct ed_ber_reader r;
	struct ed_ber piece;

	if (!e->constructed)
		return fn(arg, e->p, e->len);
	ed_ber_enter(&r, e, depth);
	while (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &piece)) {
		if (!pieces(&piece, depth + 1, fn, arg))
			return false;
	}
	return ed_ber_done(&r);
}

bool ed_ber_octets(const struct ed_ber *e, ed_ber_octets_fn *fn, void *arg)
{
	return e->whole && pieces(e, 1, fn, arg);
}

static bool add_length(void *arg, const void *p, size_t n)
{
	(void)p;
	*(size_t *)arg += n;
	return true;
}

static bool append(void *arg, const void *p, size_t n)
{
	uint8_t **to = arg;

	if (n > 0)
		memcpy(*to, p, n);
	*to += n;
	return true;
}

bool ed_ber_octet_slice(const struct ed_ber *e, struct ed_arena *arena, const uint8_t **p,
                        size_t *len)
{
	uint8_t *to;

	*p = NULL;
	*len = 0;
	if (e->whole && !e->constructed) {
		*p = e->p;
		*len = e->len;
		return true;
	}
	if (!ed_ber_octets(e, add_length, len))
		return false;
	to = ed_arena_alloc(arena, *len);
	*p = to;
	return to && ed_ber_octets(e, append, &to);
}

/* ---- DER (10, 11) -------------------------------------------------------------- */

static size_t tag_size(uint32_t tag)
{
	size_t n = 1;

	if (tag < 31)
		return 1;
	for (; tag > 0; tag >>= 7)
		n++;
	return n;
}

static size_t length_size(size_t len)
{
	size_t n = 1;

	if (len < 0x80)
		return 1;
	for (; len > 0; len >>= 8)
		n++;
	return n;
}

int ed_ber_compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int c = memcmp(a, b, n);

	for (size_t i = n; c == 0 && i < a_len; i++)
		c = a[i] != 0;
	for (size_t i = n; c == 0 && i < b_len; i++)
		c = -(b[i] != 0);
	return c;
}

static bool bits_are_der(const struct ed_ber *e)
{
	unsigned unused = e->len > 0 ? e->p[0] : 8;

	if (unused > 7 || (e->len == 1 && unused > 0))
		return false;
	return e->len == 1 || !(e->p[e->len - 1] & ((1u << unused) - 1)); /* 11.2.1 */
}

static bool oid_is_sound(const struct ed_ber *e)
{
	const uint8_t *p = e->p, *end = e->p + e->len;

	if (e->len == 0 || end[-1] & 0x80)
		return false;
	for (bool first = true; p < end; first = !(*p++ & 0x80)) {
		if (first && *p == 0x80)
			return false;
	}
	return true;
}

static bool value_is_der(const struct ed_ber *e)
{
	int64_t t;

	if (e->cls != ED_BER_UNIVERSAL)
		return true;
	switch (e->tag) {
	case ED_BER_BOOLEAN: /* 11.1 */
		return e->len == 1 && (e->p[0] == 0 || e->p[0] == 0xff);
	case ED_BER_INTEGER:
	case ED_BER_ENUM:
		return int_minimal(e->p, e->len);
	case ED_BER_BITS:
		return bits_are_der(e);
	case ED_BER_NULL:
		return e->len == 0;
	case ED_BER_OID:
		return oid_is_sound(e);
	case ED_BER_UTCTIME: /* 11.8 */
		return ed_ber_time(e, &t);
	case ED_BER_GENTIME: /* 11.7 */
		return ed_ber_time(e, &t) && (e->len == 15 || e->p[e->len - 2] != '0');
	default:
		return true;
	}
}

static bool is_der(const struct ed_ber *e, bool sets, unsigned depth)
{
	size_t head_size = (size_t)(e->p - e->whole);
	struct ed_ber last = {0}, child;
	struct ed_ber_reader r;

	if (e->indefinite || head_size != tag_size(e->tag) + length_size(e->len))
		return false;
	if (!e->constructed)
		return value_is_der(e);
	if (e->cls == ED_BER_UNIVERSAL && !(e->tag < 31 && ALWAYS & BIT(e->tag)))
		return false; /* 10.2 */
	ed_ber_enter(&r, e, depth);
	while (ed_ber_next(&r, &child)) {
		if (!is_der(&child, sets, depth + 1))
			return false;
		if (sets && last.whole && ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_SET) &&
		    ed_ber_compare(last.whole, last.whole_len, child.whole, child.whole_len) > 0)
			return false;
		last = child;
	}
	return ed_ber_done(&r);
}

bool ed_ber_is_der(const struct ed_ber *e, bool sets)
{
	return e->whole && is_der(e, sets, 1);
}

/* ---- into DER -------------------------------------------------------------------- */

static void put_head(struct ed_buf *out, const struct ed_ber *e, bool constructed, size_t len)
{
	unsigned char first = (unsigned char)((unsigned)e->cls << 6 | (constructed ? 0x20 : 0));
	size_t n = tag_size(e->tag);

	ed_buf_putc(out, (char)(first | (e->tag < 31 ? e->tag : 31)));
	for (; n > 1; n--)
		ed_buf_putc(out, (char)((n > 2 ? 0x80 : 0) | (e->tag >> 7 * (n - 2) & 0x7f)));
	n = length_size(len);
	ed_buf_putc(out, (char)(n == 1 ? len : 0x80 | (n - 1)));
	for (; n > 1; n--)
		ed_buf_putc(out, (char)(len >> 8 * (n - 2)));
}

static bool put_primitive(const struct ed_ber *e, struct ed_buf *out)
{
	bool universal = e->cls == ED_BER_UNIVERSAL;
	struct ed_ber v = *e;
	unsigned char last;

	if (universal && e->tag == ED_BER_BOOLEAN && v.len == 1) {
		put_head(out, e, false, 1);
		ed_buf_putc(out, (char)(v.p[0] ? 0xff : 0));
		return true;
	}
	if (universal && (e->tag == ED_BER_INTEGER || e->tag == ED_BER_ENUM)) {
		for (; v.len > 1 && !int_minimal(v.p, v.len); v.len--)
			v.p++;
	} else if (universal && e->tag == ED_BER_BITS && v.len > 1 && v.p[0] < 8) {
		put_head(out, e, false, v.len);
		ed_buf_put(out, v.p, v.len - 1);
		last = (unsigned char)(v.p[v.len - 1] & (0xffu << v.p[0]));
		ed_buf_put(out, &last, 1);
		return true;
	}
	if (!value_is_der(&v))
		return false;
	put_head(out, &v, false, v.len);
	ed_buf_put(out, v.p, v.len);
	return true;
}

static bool into_buf(void *arg, const void *p, size_t n)
{
	struct ed_buf *buf = arg;

	ed_buf_put(buf, p, n);
	return buf->failed == EDOC_OK;
}

/* 8.6.4: only the last piece has unused bits. */
static bool join_bits(const struct ed_ber *e, unsigned depth, struct ed_buf *bits, uint8_t *unused)
{
	struct ed_ber_reader r;
	struct ed_ber piece;

	if (!e->constructed) {
		if (*unused > 0 || e->len == 0 || e->p[0] > 7)
			return false;
		*unused = e->p[0];
		ed_buf_put(bits, e->p + 1, e->len - 1);
		return e->len > 1 || *unused == 0;
	}
	ed_ber_enter(&r, e, depth);
	while (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_BITS, &piece)) {
		if (!join_bits(&piece, depth + 1, bits, unused))
			return false;
	}
	return ed_ber_done(&r);
}

/* A string in pieces becomes one. */
static bool put_string(const struct ed_ber *e, unsigned depth, struct ed_buf *out)
{
	struct ed_ber whole = {.whole = e->whole, .cls = e->cls, .tag = e->tag};
	struct ed_buf text;
	uint8_t unused = 0;
	bool good;

	ed_buf_init(&text, out->max);
	if (e->tag == ED_BER_BITS) {
		ed_buf_putc(&text, 0);
		good = join_bits(e, depth, &text, &unused);
	} else {
		good = pieces(e, depth, into_buf, &text);
	}
	good = good && text.failed == EDOC_OK;
	if (good) {
		if (e->tag == ED_BER_BITS)
			text.data[0] = unused;
		whole.p = (const uint8_t *)ed_buf_str(&text);
		whole.len = text.len;
		good = put_primitive(&whole, out);
	}
	ed_buf_clear(&text);
	return good;
}

struct piece {
	const uint8_t *p;
	size_t at, len;
};

static int by_octets(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return ed_ber_compare(x->p, x->len, y->p, y->len);
}

static void sort_pieces(struct ed_buf *inner, struct piece *v, size_t n, struct ed_buf *out)
{
	for (size_t i = 0; i < n; i++)
		v[i].p = inner->data + v[i].at;
	if (n > 1)
		qsort(v, n, sizeof(*v), by_octets);
	for (size_t i = 0; i < n; i++)
		ed_buf_put(out, v[i].p, v[i].len);
}

static bool to_der(const struct ed_ber *e, bool sets, unsigned depth, struct ed_arena *arena,
                   struct ed_buf *out);

static bool put_constructed(const struct ed_ber *e, bool sets, unsigned depth,
                            struct ed_arena *arena, struct ed_buf *out)
{
	bool sort = sets && ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_SET), good = true;
	size_t n = 0, cap = 0;
	struct piece *v = NULL;
	struct ed_ber_reader r;
	struct ed_buf inner;
	struct ed_ber child;

	ed_buf_init(&inner, out->max);
	ed_ber_enter(&r, e, depth);
	while (good && ed_ber_next(&r, &child)) {
		size_t at = inner.len;

		good = to_der(&child, sets, depth + 1, arena, &inner);
		if (!sort || !good)
			continue;
		v = ed_arena_grow(arena, v, n, &cap, sizeof(*v));
		good = v != NULL;
		if (good)
			v[n++] = (struct piece){.at = at, .len = inner.len - at};
	}
	good = good && ed_ber_done(&r) && inner.failed == EDOC_OK;
	if (good) {
		put_head(out, e, true, inner.len);
		if (sort)
			sort_pieces(&inner, v, n, out);
		else
			ed_buf_put(out, ed_buf_str(&inner), inner.len);
	}
	ed_buf_clear(&inner);
	return good;
}

static bool to_der(const struct ed_ber *e, bool sets, unsigned depth, struct ed_arena *arena,
                   struct ed_buf *out)
{
	if (!e->constructed)
		return put_primitive(e, out);
	if (depth > ED_MAX_BER_DEPTH)
		return false;
	if (e->cls == ED_BER_UNIVERSAL && !(e->tag < 31 && ALWAYS & BIT(e->tag)))
		return put_string(e, depth, out);
	return put_constructed(e, sets, depth, arena, out);
}

bool ed_ber_to_der(const struct ed_ber *e, bool sets, struct ed_buf *out)
{
	struct ed_arena *arena = ed_arena_new();
	bool good = arena && e->whole && to_der(e, sets, 1, arena, out);

	ed_arena_free(arena);
	return good && out->failed == EDOC_OK;
}
