/* SPDX-License-Identifier: ISC */
/*
 * DER written (X.690 10, 11): each opened element is closed, its length is
 * filled in then.  What was read is put back as it stood.
 */
#ifndef ED_BASE_DER_H
#define ED_BASE_DER_H

#include "base/ber.h"

#define ED_DER_DEPTH 32

struct ed_der {
	struct ed_buf *out; /* the caller's; its state tells of memory and limits */
	size_t open[ED_DER_DEPTH];
	unsigned depth;
	bool bad; /* opened too deep, closed too often, no OID */
};

/* Identifier and length octets, by themselves. */
#define ED_DER_HEAD (2 + sizeof(size_t))
size_t ed_der_head(uint8_t out[ED_DER_HEAD], unsigned tag, size_t len);

void ed_der_init(struct ed_der *der, struct ed_buf *out);
/* tag: as in one identifier octet: 0x30, 0x31, 0xa0 | n. */
void ed_der_open(struct ed_der *der, unsigned tag);
void ed_der_close(struct ed_der *der);
/* Closes a SET OF, its elements sorted (X.690 11.6). */
void ed_der_close_set(struct ed_der *der);
void ed_der_put(struct ed_der *der, unsigned tag, const void *p, size_t len);
void ed_der_oid(struct ed_der *der, const char *dotted);
void ed_der_int(struct ed_der *der, int64_t v);
/* Of an unsigned number of any size, big-endian. */
void ed_der_uint(struct ed_der *der, const void *p, size_t len);
void ed_der_null(struct ed_der *der);
/* UTCTime through 2049, GeneralizedTime after (RFC 5652 11.3). */
void ed_der_time(struct ed_der *der, int64_t t);
/* Elements that are encoded already. */
void ed_der_raw(struct ed_der *der, const void *p, size_t len);
/* All was closed and nothing was bad. */
bool ed_der_done(const struct ed_der *der);

#endif
