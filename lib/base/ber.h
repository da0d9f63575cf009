/* SPDX-License-Identifier: ISC */
/*
 * BER read where it lies (X.690): slices of the caller's bytes, nothing is
 * copied or decoded, so that what was signed is digested as it stands.
 */
#ifndef ED_BASE_BER_H
#define ED_BASE_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum ed_ber_class {
	ED_BER_UNIVERSAL = 0,
	ED_BER_APPLICATION = 1,
	ED_BER_CONTEXT = 2,
	ED_BER_PRIVATE = 3
};

#define ED_BER_BOOLEAN 1u
#define ED_BER_INTEGER 2u
#define ED_BER_BITS 3u
#define ED_BER_OCTETS 4u
#define ED_BER_NULL 5u
#define ED_BER_OID 6u
#define ED_BER_ENUM 10u
#define ED_BER_UTF8 12u
#define ED_BER_SEQUENCE 16u
#define ED_BER_SET 17u
#define ED_BER_UTCTIME 23u
#define ED_BER_GENTIME 24u

/* One element.  A zeroed one is "absent": whole is NULL. */
struct ed_ber {
	const uint8_t *whole; /* from its tag ... */
	size_t whole_len;     /* ... to its end, end-of-contents octets included */
	const uint8_t *p;     /* its contents, without end-of-contents octets */
	size_t len;
	enum ed_ber_class cls;
	bool constructed, indefinite;
	uint32_t tag;
};

/* What is left to read of some contents. */
struct ed_ber_reader {
	const uint8_t *p;
	size_t left;
	unsigned depth; /* of what is read; ED_MAX_BER_DEPTH */
	bool bad;       /* something malformed was met: nothing more is given */
};

void ed_ber_start(struct ed_ber_reader *r, const void *p, size_t len);
/* The inside of a constructed element. */
void ed_ber_enter(struct ed_ber_reader *r, const struct ed_ber *e, unsigned depth);
/* The next element; false at the end or when bad. */
bool ed_ber_next(struct ed_ber_reader *r, struct ed_ber *e);
/* The next element if it is that one; else nothing is taken. */
bool ed_ber_take(struct ed_ber_reader *r, enum ed_ber_class cls, uint32_t tag, struct ed_ber *e);
/* Read to the end and nothing was bad. */
bool ed_ber_done(const struct ed_ber_reader *r);
/* One element that is all of the bytes. */
bool ed_ber_one(const void *p, size_t len, struct ed_ber *e);
bool ed_ber_is(const struct ed_ber *e, enum ed_ber_class cls, uint32_t tag);
/* DER all the way down (X.690 10, 11): definite minimal lengths, primitive
 * strings, minimal integers, SET OF sorted where `sets`. */
bool ed_ber_is_der(const struct ed_ber *e, bool sets);
/* The order of a SET OF (X.690 11.6): as octet strings, the shorter one padded
 * with zeros. */
int ed_ber_compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);

/* Dotted text of an OBJECT IDENTIFIER, in the arena; NULL: malformed. */
const char *ed_ber_oid(const struct ed_ber *e, struct ed_arena *arena);
/* The same into a buffer; false: malformed. */
#define ED_BER_OID_TEXT 264
bool ed_ber_oid_text(const struct ed_ber *e, char out[ED_BER_OID_TEXT]);
bool ed_ber_oid_is(const struct ed_ber *e, const char *dotted);
/* The contents of dotted text; 0: it is no OID (X.660), or too long. */
#define ED_BER_OID_OCTETS 64
size_t ed_ber_oid_octets(const char *dotted, uint8_t out[ED_BER_OID_OCTETS]);
bool ed_ber_int(const struct ed_ber *e, int64_t *v); /* false: none, or too large */
/* UTCTime (RFC 5280 4.1.2.5.1) or GeneralizedTime, Z only; fractions are cut. */
bool ed_ber_time(const struct ed_ber *e, int64_t *t);
/* The octets of a string that may be constructed (of fragments): given piece
 * by piece.  false: malformed. */
typedef bool ed_ber_octets_fn(void *arg, const void *p, size_t n);
bool ed_ber_octets(const struct ed_ber *e, ed_ber_octets_fn *fn, void *arg);
/* In one piece: a slice when it is primitive, else put together in the arena. */
bool ed_ber_octet_slice(const struct ed_ber *e, struct ed_arena *arena, const uint8_t **p,
                        size_t *len);
/* The same element in DER, as its signer encoded it before a relay made it
 * BER: lengths, strings, SET OF in order (X.690 11.6) where `sets`. */
bool ed_ber_to_der(const struct ed_ber *e, bool sets, struct ed_buf *out);

#endif
