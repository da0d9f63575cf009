/* SPDX-License-Identifier: ISC */
/* BER and DER (X.690): every rule beside its accepted neighbour. */
#include "base/ber.h"

#include "../tap.h"
#include "base/limits.h"
#include "base/time.h"

static struct ed_arena *arena;

struct bytes {
	const char *p;
	size_t n;
};
#define B(s) ((struct bytes){(s), sizeof(s) - 1})

static struct ed_ber one(struct bytes b)
{
	struct ed_ber e;

	if (!ed_ber_one(b.p, b.n, &e))
		e = (struct ed_ber){0};
	return e;
}

/* ---- identifier and length ---------------------------------------------------- */

static void heads(void)
{
	static const struct {
		struct bytes in;
		bool good;
		const char *what;
	} rows[] = {
	        {B("\x05\x00"), true, "NULL"},
	        {B(""), false, "nothing at all"},
	        {B("\x05"), false, "no length"},
	        {B("\x05\x00\x00"), false, "a byte follows"},
	        {B("\x04\x02xy"), true, "two octets"},
	        {B("\x04\x03xy"), false, "a length past the end"},
	        {B("\x04\x81\x02xy"), true, "a long length that needs none"},
	        {B("\x04\x82\x00\x02xy"), true, "with a leading zero"},
	        {B("\x04\x85\x00\x00\x00\x00\x02xy"), true, "with many"},
	        {B("\x04\x8a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02xy"), true, "more than 8"},
	        {B("\x04\x82\x00"), false, "a length cut short"},
	        {B("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff"), false, "2^64 - 1 octets"},
	        {B("\x04\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00"), false, "2^64 octets"},
	        {B("\x04\x89\x01\x00\x00\x00\x00\x00\x00\x00\x02xy"), false, "2^64 + 2 octets"},
	        {B("\x04\x84\x80\x00\x00\x00"), false, "2^31 octets"},
	        {B("\x04\xff\x00"), false, "the reserved length 0xff (8.1.3.5 c)"},
	        {B("\x04\x80\x00\x00"), false, "primitive of indefinite length (8.1.3.2)"},
	        {B("\x24\x80\x00\x00"), true, "constructed of indefinite length"},
	        {B("\x24\x80\x00"), false, "its end cut short"},
	        {B("\x24\x80"), false, "without end"},
	        {B("\x24\x80\x04\x01x\x00\x00"), true, "one piece"},
	        {B("\x24\x80\x04\x01x\x00\x00\x00\x00"), false, "two ends"},
	        {B("\x24\x80\x04\x05x\x00\x00"), false, "a piece past the end"},
	        {B("\x24\x80\x00\x01x\x00\x00"), false, "end-of-contents with contents"},
	        {B("\x30\x80\x30\x80\x30\x80\x00\x00\x00\x00\x00\x00"), true,
	         "three in each other"},
	        {B("\x30\x80\x30\x80\x30\x80\x00\x00\x00\x00"), false, "one end too few"},
	        {B("\x30\x80\x04\x04\x00\x00\x00\x00\x00\x00"), true, "zeros that are contents"},
	        {B("\x00\x00"), false, "end-of-contents alone"},
	        {B("\x20\x00"), false, "tag 0 constructed"},
	        {B("\x9e\x00"), true, "tag 30"},
	        {B("\x9f\x1f\x00"), true, "tag 31"},
	        {B("\x9f\x1e\x00"), false, "tag 30 in the long form (8.1.2.2)"},
	        {B("\x9f\x81\x00\x00"), true, "tag 128"},
	        {B("\x9f\x80\x1f\x00"), false, "a tag with leading zeros (8.1.2.4.2 c)"},
	        {B("\x9f\x8f\xff\xff\xff\x7f\x00"), true, "tag 2^32 - 1"},
	        {B("\x9f\x90\x80\x80\x80\x00\x00"), false, "tag 2^32"},
	        {B("\x9f\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x00"), false, "tag 2^70 - 1"},
	        {B("\x9f\x81"), false, "a tag cut short"},
	        {B("\x9f"), false, "a tag not begun"},
	        {B("\x10\x00"), false, "a primitive SEQUENCE (8.9.1)"},
	        {B("\x11\x00"), false, "a primitive SET (8.11.1)"},
	        {B("\x22\x03\x02\x01\x01"), false, "a constructed INTEGER (8.3.1)"},
	        {B("\x21\x03\x01\x01\x01"), false, "a constructed BOOLEAN (8.2.1)"},
	        {B("\x25\x00"), false, "a constructed NULL (8.8.1)"},
	        {B("\x26\x03\x06\x01\x2a"), false, "a constructed OBJECT IDENTIFIER (8.19.1)"},
	        {B("\x31\x00"), true, "an empty SET"},
	        {B("\x7f\x8f\xff\xff\xff\x7f\x00"), true, "application, constructed"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ed_ber e;

		ok(ed_ber_one(rows[i].in.p, rows[i].in.n, &e) == rows[i].good, "%s: %s",
		   rows[i].what, rows[i].good ? "read" : "refused");
		ok(rows[i].good ? e.whole_len == rows[i].in.n : true, "whole");
	}
}

static void parts(void)
{
	struct bytes in = B("\x30\x80\x02\x01\x05\xa1\x03\x04\x01x\x00\x00\x04\x00");
	struct ed_ber_reader r, inside;
	struct ed_ber e, seq;

	ed_ber_start(&r, in.p, in.n);
	ok(!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SET, &e) && !e.whole, "no SET");
	ok(!ed_ber_take(&r, ED_BER_CONTEXT, ED_BER_SEQUENCE, &e), "nor [16]");
	ok(ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &seq), "but a SEQUENCE");
	ok(seq.constructed && seq.indefinite && seq.len == 8 && seq.whole_len == 12,
	   "contents without, the whole with its end-of-contents");
	ok(!ed_ber_done(&r), "something follows");
	ed_ber_enter(&inside, &seq, 1);
	ok(ed_ber_next(&inside, &e) && ed_ber_is(&e, ED_BER_UNIVERSAL, ED_BER_INTEGER), "5");
	ok(ed_ber_take(&inside, ED_BER_CONTEXT, 1, &e) && e.len == 3, "[1]");
	ok(!ed_ber_next(&inside, &e) && ed_ber_done(&inside), "and no more");
	ok(ed_ber_next(&r, &e) && ed_ber_done(&r), "the octets are the last");
	ok(!ed_ber_next(&r, &e) && !e.whole && ed_ber_done(&r), "the end is no fault");
	ed_ber_enter(&inside, &e, 1);
	ok(!ed_ber_next(&inside, &e) && !ed_ber_done(&inside), "an absent one has no inside");

	ed_ber_start(&r, "\x05\x00\x04\x09", 4);
	ok(ed_ber_next(&r, &e) && !ed_ber_next(&r, &e) && r.bad && !ed_ber_done(&r),
	   "what is bad is told");
	ok(!ed_ber_next(&r, &e) && !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_NULL, &e),
	   "and nothing more is given");
	e = one(B("\x04\x00"));
	ed_ber_enter(&inside, &e, 1);
	ok(!ed_ber_done(&inside), "a primitive element has no inside");
}

/* n elements in each other, of definite or indefinite length. */
static struct bytes nest(size_t n, bool indefinite)
{
	char *p = ed_arena_alloc(arena, 8 * n + 2), *q = p + 8 * n + 2, *end = q;

	if (indefinite) {
		for (size_t i = 0; i < n; i++)
			memcpy(p + 2 * i, "\x30\x80", 2); /* the ends are zeros already */
		return (struct bytes){p, 4 * n};
	}
	for (size_t i = 0; i < n; i++) {
		size_t len = (size_t)(end - q);

		*--q = (char)(len & 0xff);
		*--q = (char)(len >> 8);
		*--q = (char)0x82;
		*--q = 0x30;
	}
	return (struct bytes){q, (size_t)(end - q)};
}

static void depth(void)
{
	struct ed_ber e;
	struct ed_buf out;
	struct bytes in;

	ed_buf_init(&out, 1 << 20);
	for (int indefinite = 0; indefinite < 2; indefinite++) {
		in = nest(ED_MAX_BER_DEPTH, indefinite);
		e = one(in);
		ok(e.whole && ed_ber_to_der(&e, true, &out), "%d levels", ED_MAX_BER_DEPTH);
		in = nest(ED_MAX_BER_DEPTH + 1, indefinite);
		e = one(in);
		ok(!e.whole || !ed_ber_to_der(&e, true, &out), "not %d", ED_MAX_BER_DEPTH + 1);
		in = nest(12000, indefinite);
		e = one(in);
		ok(!e.whole || !ed_ber_to_der(&e, true, &out), "far too many");
		ok(!e.whole || !ed_ber_is_der(&e, true), "are no DER");
	}
	in = nest(12000, false);
	memset((char *)in.p, 0x24, 1); /* pieces of pieces */
	for (size_t i = 0; i < in.n - 2; i += 4)
		((char *)in.p)[i] = 0x24;
	e = one(in);
	ok(e.whole && !ed_ber_to_der(&e, true, &out), "strings in strings");
	ed_buf_clear(&out);
}

/* ---- values --------------------------------------------------------------------- */

static void oids(void)
{
	static const struct {
		struct bytes in;
		const char *dotted;
	} rows[] = {
	        {B("\x06\x03\x2a\x03\x04"), "1.2.3.4"},
	        {B("\x06\x01\x00"), "0.0"},
	        {B("\x06\x01\x27"), "0.39"},
	        {B("\x06\x01\x28"), "1.0"},
	        {B("\x06\x01\x4f"), "1.39"},
	        {B("\x06\x01\x50"), "2.0"},
	        {B("\x06\x02\x88\x37"), "2.999"},
	        {B("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), "1.2.840.113549.1.7.2"},
	        {B("\x06\x0b\x2a\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
	         "1.2.18446744073709551615"},
	        {B("\x86\x01\x2a"), "1.2"},
	};
	static const struct bytes bad[] = {
	        B("\x06\x00"),             /* empty */
	        B("\x06\x02\x2a\x83"),     /* cut short */
	        B("\x06\x03\x2a\x80\x01"), /* leading zeros (8.19.2) */
	        B("\x06\x02\x80\x2a"),     /* at the front */
	        B("\x04\x01\x2a"),         /* not one */
	        B("\x06\x14\x2a\x87\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	          "\xff\xff\xff\x7f"), /* an arc past 2^128 */
	};
	char uuid[] = "\x06\x14\x69\x83\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	              "\xff\xff\x7f";
	struct ed_ber e;
	char many[67];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		e = one(rows[i].in);
		is_str(ed_ber_oid(&e, arena), rows[i].dotted, rows[i].dotted);
		ok(ed_ber_oid_is(&e, rows[i].dotted), "is told");
		ok(!ed_ber_oid_is(&e, "1.2.3") && !ed_ber_oid_is(&e, "1.2.3.4.5") &&
		           !ed_ber_oid_is(&e, ""),
		   "from others");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		e = one(bad[i]);
		ok(!ed_ber_oid(&e, arena) && !ed_ber_oid_is(&e, "1.2.3"), "no identifier %zu", i);
	}
	e = one(B("\x05\x00"));
	ok(!ed_ber_oid(&e, arena), "NULL is none");
	uuid[1] = 20;
	e = one((struct bytes){uuid, 22});
	is_str(ed_ber_oid(&e, arena), "2.25.340282366920938463463374607431768211455", "a UUID");
	memset(many, 1, sizeof(many));
	many[0] = 6;
	many[1] = 64;
	e = one((struct bytes){many, 66});
	ok(ed_ber_oid(&e, arena) != NULL, "64 octets");
	many[1] = 65;
	e = one((struct bytes){many, 67});
	ok(!ed_ber_oid(&e, arena), "not 65");
}

static void numbers(void)
{
	static const struct {
		struct bytes in;
		bool good;
		int64_t v;
	} rows[] = {
	        {B("\x02\x01\x00"), true, 0},
	        {B("\x02\x01\x7f"), true, 127},
	        {B("\x02\x01\x80"), true, -128},
	        {B("\x02\x02\x00\x80"), true, 128},
	        {B("\x02\x01\xff"), true, -1},
	        {B("\x0a\x01\x02"), true, 2},
	        {B("\x80\x02\x01\x00"), true, 256},
	        {B("\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff"), true, INT64_MAX},
	        {B("\x02\x08\x80\x00\x00\x00\x00\x00\x00\x00"), true, INT64_MIN},
	        {B("\x02\x09\x00\x80\x00\x00\x00\x00\x00\x00\x00"), false, 0},
	        {B("\x02\x00"), false, 0},             /* empty */
	        {B("\x02\x02\x00\x7f"), false, 0},     /* 8.3.2 */
	        {B("\x02\x02\xff\x80"), false, 0},     /* 8.3.2 */
	        {B("\x04\x01\x01"), false, 0},         /* not one */
	        {B("\xa0\x03\x02\x01\x01"), false, 0}, /* one inside */
	};
	int64_t v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ed_ber e = one(rows[i].in);

		ok(ed_ber_int(&e, &v) == rows[i].good && v == rows[i].v, "number %zu", i);
	}
	ok(!ed_ber_int(&(struct ed_ber){0}, &v), "an absent one");
}

static void times(void)
{
	static const struct {
		struct bytes in;
		const char *text; /* NULL: none */
	} rows[] = {
	        {B("\x17\x0d"
	           "260305041109Z"),
	         "2026-03-05T04:11:09Z"},
	        {B("\x17\x0d"
	           "500101000000Z"),
	         "1950-01-01T00:00:00Z"},
	        {B("\x17\x0d"
	           "491231235959Z"),
	         "2049-12-31T23:59:59Z"},
	        {B("\x18\x0f"
	           "20260305041109Z"),
	         "2026-03-05T04:11:09Z"},
	        {B("\x18\x0f"
	           "19500101000000Z"),
	         "1950-01-01T00:00:00Z"},
	        {B("\x18\x11"
	           "20260305041109.9Z"),
	         "2026-03-05T04:11:09Z"},
	        {B("\x18\x14"
	           "20260305041109.1234Z"),
	         "2026-03-05T04:11:09Z"},
	        {B("\x18\x0f"
	           "20240229000000Z"),
	         "2024-02-29T00:00:00Z"},
	        {B("\x18\x0f"
	           "20230229000000Z"),
	         NULL},
	        {B("\x18\x0f"
	           "20260305241109Z"),
	         NULL},
	        {B("\x18\x0f"
	           "20260305046009Z"),
	         NULL},
	        {B("\x18\x0f"
	           "20260305041160Z"),
	         NULL},
	        {B("\x18\x0f"
	           "20260005041109Z"),
	         NULL},
	        {B("\x18\x0f"
	           "2026030504110aZ"),
	         NULL},
	        {B("\x18\x0e"
	           "20260305041109"),
	         NULL},
	        {B("\x18\x10"
	           "20260305041109.Z"),
	         NULL},
	        {B("\x18\x11"
	           "20260305041109,9Z"),
	         NULL},
	        {B("\x18\x10"
	           "20260305041109.9"),
	         NULL},
	        {B("\x18\x13"
	           "20260305041109+0500"),
	         NULL},
	        {B("\x18\x0d"
	           "202603050411Z"),
	         NULL},
	        {B("\x18\x10"
	           "20260305041109ZZ"),
	         NULL},
	        {B("\x17\x0b"
	           "2603050411Z"),
	         NULL},
	        {B("\x17\x11"
	           "260305041109+0500"),
	         NULL},
	        {B("\x17\x0c"
	           "260305041109"),
	         NULL},
	        {B("\x17\x0f"
	           "260305041109.1Z"),
	         NULL},
	        {B("\x17\x00"), NULL},
	        {B("\x0c\x0f"
	           "20260305041109Z"),
	         NULL},
	        {B("\x38\x11\x04\x0f"
	           "20260305041109Z"),
	         NULL},
	};
	char text[ED_TIME_STR];
	int64_t t;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ed_ber e = one(rows[i].in);
		bool good = ed_ber_time(&e, &t);

		ok(good == (rows[i].text != NULL), "time %s", rows[i].in.p + 2);
		if (good) {
			ed_time_format(text, t);
			is_str(text, rows[i].text, "is");
		} else {
			ok(t == ED_TIME_NONE, "no time");
		}
	}
}

static bool stop_at_b(void *arg, const void *p, size_t n)
{
	*(size_t *)arg += n;
	return !memchr(p, 'b', n);
}

static void strings(void)
{
	static const struct {
		struct bytes in;
		const char *text; /* NULL: malformed */
	} rows[] = {
	        {B("\x04\x02"
	           "ab"),
	         "ab"},
	        {B("\x04\x00"), ""},
	        {B("\x24\x00"), ""},
	        {B("\x24\x80\x00\x00"), ""},
	        {B("\x24\x06\x04\x01"
	           "a\x04\x01"
	           "b"),
	         "ab"},
	        {B("\x24\x80\x04\x01"
	           "a\x24\x80\x04\x01"
	           "b\x00\x00\x04\x01"
	           "c\x00\x00"),
	         "abc"},
	        {B("\xa0\x03\x04\x01"
	           "a"),
	         "a"},
	        {B("\x2c\x03\x04\x01"
	           "a"),
	         "a"}, /* 8.23.6: pieces are OCTET STRINGs */
	        {B("\x2c\x03\x0c\x01"
	           "a"),
	         NULL},
	        {B("\x24\x03\x03\x01\x00"), NULL}, /* a BIT STRING in it */
	        {B("\x24\x05\x04\x01"
	           "a\x05\x00"),
	         NULL}, /* a NULL behind */
	        {B("\x24\x03\x04\x02"
	           "a"),
	         NULL}, /* past the end */
	        {B("\x24\x03\x80\x01"
	           "a"),
	         NULL},
	};
	struct ed_ber e;
	const uint8_t *p;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		e = one(rows[i].in);
		bool good = ed_ber_octet_slice(&e, arena, &p, &n);

		ok(good == (rows[i].text != NULL), "string %zu", i);
		if (good)
			ok(n == strlen(rows[i].text) && !memcmp(p, rows[i].text, n), "is \"%s\"",
			   rows[i].text);
	}
	e = one(rows[0].in);
	ok(ed_ber_octet_slice(&e, arena, &p, &n) && p == e.p, "a primitive one is a slice");
	ok(!ed_ber_octet_slice(&(struct ed_ber){0}, arena, &p, &n), "an absent one is none");
	n = 0;
	e = one(rows[5].in);
	ok(!ed_ber_octets(&e, stop_at_b, &n) && n == 2, "the reader may stop");
}

/* ---- DER -------------------------------------------------------------------------- */

static void der(void)
{
	static const struct {
		struct bytes in;
		bool is_der, as_sets; /* with `sets` */
		struct bytes der;     /* with `sets`; p NULL: impossible */
	} rows[] = {
	        {B("\x04\x01x"), true, true, B("\x04\x01x")},
	        {B("\x04\x81\x01x"), false, false, B("\x04\x01x")},
	        {B("\x24\x80\x04\x01x\x04\x01y\x00\x00"), false, false, B("\x04\x02xy")},
	        {B("\x24\x03\x04\x01x"), false, false, B("\x04\x01x")},
	        {B("\x24\x00"), false, false, B("\x04\x00")},
	        {B("\x2c\x03\x04\x01x"), false, false, B("\x0c\x01x")},
	        {B("\xa0\x03\x04\x01x"), true, true, B("\xa0\x03\x04\x01x")},
	        {B("\x30\x80\x05\x00\x00\x00"), false, false, B("\x30\x02\x05\x00")},
	        {B("\x30\x03\x02\x01\x05"), true, true, B("\x30\x03\x02\x01\x05")},
	        {B("\x01\x01\xff"), true, true, B("\x01\x01\xff")},
	        {B("\x01\x01\x00"), true, true, B("\x01\x01\x00")},
	        {B("\x01\x01\x01"), false, false, B("\x01\x01\xff")},
	        {B("\x01\x00"), false, false, {0}},
	        {B("\x01\x02\x00\x00"), false, false, {0}},
	        {B("\x02\x02\x00\x05"), false, false, B("\x02\x01\x05")},
	        {B("\x02\x03\xff\xff\x80"), false, false, B("\x02\x01\x80")},
	        {B("\x02\x02\x00\x80"), true, true, B("\x02\x02\x00\x80")},
	        {B("\x02\x00"), false, false, {0}},
	        {B("\x0a\x02\x00\x05"), false, false, B("\x0a\x01\x05")},
	        {B("\x05\x01\x00"), false, false, {0}},
	        {B("\x03\x02\x04\xf0"), true, true, B("\x03\x02\x04\xf0")},
	        {B("\x03\x02\x04\xf1"), false, false, B("\x03\x02\x04\xf0")},
	        {B("\x03\x01\x00"), true, true, B("\x03\x01\x00")},
	        {B("\x03\x01\x01"), false, false, {0}},
	        {B("\x03\x02\x08\x00"), false, false, {0}},
	        {B("\x03\x00"), false, false, {0}},
	        {B("\x23\x80\x03\x02\x00\xab\x03\x02\x04\xcf\x00\x00"), false, false,
	         B("\x03\x03\x04\xab\xc0")},
	        {B("\x23\x80\x03\x02\x04\xab\x03\x02\x00\xcf\x00\x00"), false, false, {0}},
	        {B("\x23\x80\x03\x02\x09\xab\x00\x00"), false, false, {0}},
	        {B("\x23\x80\x04\x01\xab\x00\x00"), false, false, {0}},
	        {B("\x06\x03\x2a\x80\x01"), false, false, {0}},
	        {B("\x06\x00"), false, false, {0}},
	        {B("\x31\x06\x02\x01\x01\x02\x01\x02"), true, true,
	         B("\x31\x06\x02\x01\x01\x02\x01\x02")},
	        {B("\x31\x06\x02\x01\x02\x02\x01\x01"), true, false,
	         B("\x31\x06\x02\x01\x01\x02\x01\x02")},
	        {B("\x31\x06\x02\x01\x01\x02\x01\x01"), true, true,
	         B("\x31\x06\x02\x01\x01\x02\x01\x01")},
	        {B("\x31\x80\x04\x02zz\x04\x01z\x24\x03\x04\x01y\x00\x00"), false, false,
	         B("\x31\x0a\x04\x01y\x04\x01z\x04\x02zz")},
	        {B("\x30\x06\x02\x01\x02\x02\x01\x01"), true, true,
	         B("\x30\x06\x02\x01\x02\x02\x01\x01")},
	        {B("\x18\x11"
	           "20260305041109.9Z"),
	         true, true,
	         B("\x18\x11"
	           "20260305041109.9Z")},
	        {B("\x18\x12"
	           "20260305041109.90Z"),
	         false,
	         false,
	         {0}},
	        {B("\x17\x0d"
	           "260305041109Z"),
	         true, true,
	         B("\x17\x0d"
	           "260305041109Z")},
	        {B("\x17\x0b"
	           "2603050411Z"),
	         false,
	         false,
	         {0}},
	        {B("\x9f\x81\x00\x01x"), true, true, B("\x9f\x81\x00\x01x")},
	        {B("\xbf\x1f\x80\x05\x00\x00\x00"), false, false, B("\xbf\x1f\x02\x05\x00")},
	        {B("\x30\x03\x05\x00\x05"), false, false, {0}}, /* bad inside */
	};
	struct ed_buf out;

	ed_buf_init(&out, 1 << 16);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ed_ber e = one(rows[i].in);
		bool good;

		ed_buf_reset(&out);
		good = e.whole && ed_ber_to_der(&e, true, &out);
		ok(e.whole && ed_ber_is_der(&e, false) == rows[i].is_der &&
		           ed_ber_is_der(&e, true) == rows[i].as_sets,
		   "DER or not %zu", i);
		ok(good == (rows[i].der.p != NULL) &&
		           (!good || (out.len == rows[i].der.n &&
		                      !memcmp(out.data, rows[i].der.p, out.len))),
		   "into DER %zu", i);
	}
	ok(!ed_ber_is_der(&(struct ed_ber){0}, true) &&
	           !ed_ber_to_der(&(struct ed_ber){0}, true, &out),
	   "nothing is not DER");
	ed_buf_clear(&out);
	ed_buf_init(&out, 3);
	struct ed_ber e = one(B("\x04\x02xy"));
	ok(!ed_ber_to_der(&e, true, &out), "no room");
	ed_buf_clear(&out);
}

/* A tag is what the element says: [0] IMPLICIT becomes the SET it stands for. */
static void implicit(void)
{
	struct ed_ber e = one(B("\xa0\x80\x02\x01\x02\x02\x01\x01\x00\x00"));
	struct ed_buf out;

	ed_buf_init(&out, 100);
	e.cls = ED_BER_UNIVERSAL;
	e.tag = ED_BER_SET;
	ok(ed_ber_to_der(&e, true, &out) && out.len == 8 &&
	           !memcmp(out.data, "\x31\x06\x02\x01\x01\x02\x01\x02", 8),
	   "sorted, under the tag it was given");
	ed_buf_clear(&out);
}

/* Lengths around the places where they need another octet. */
static void lengths(void)
{
	static const size_t sizes[] = {127, 128, 255, 256, 65535, 65536};
	struct ed_buf in, out;

	ed_buf_init(&in, 1 << 20);
	ed_buf_init(&out, 1 << 20);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t n = sizes[i];
		struct ed_ber e;

		ed_buf_reset(&in);
		ed_buf_reset(&out);
		ed_buf_put(&in, "\x04\x84", 2);
		for (int k = 24; k >= 0; k -= 8)
			ed_buf_putc(&in, (char)(n >> k));
		for (size_t k = 0; k < n; k++)
			ed_buf_putc(&in, 'x');
		ok(ed_ber_one(in.data, in.len, &e) && !ed_ber_is_der(&e, true) &&
		           ed_ber_to_der(&e, true, &out) && ed_ber_one(out.data, out.len, &e) &&
		           ed_ber_is_der(&e, true) && e.len == n,
		   "%zu octets", n);
	}
	ed_buf_clear(&in);
	ed_buf_clear(&out);
}

int main(void)
{
	arena = ed_arena_new();
	heads();
	parts();
	depth();
	oids();
	numbers();
	times();
	strings();
	der();
	implicit();
	lengths();
	ed_arena_free(arena);
	return done();
}
