/* SPDX-License-Identifier: ISC */
/*
 * What one process has found out and need not compute again in a batch:
 * parsed certificates and verified signatures between them, by SHA-256.  It
 * never holds a verdict, only arithmetic: the answer is the same without it.
 */
#ifndef ED_DOOR_MEMO_H
#define ED_DOOR_MEMO_H

#include "door/x509.h"

/* A parsed certificate and its strings, which several items hold on to. */
struct ed_cert_shared {
	struct ed_arena *arena;
	struct ed_cert cert; /* copied by its holders */
	size_t refs;
};

void ed_cert_shared_free(struct ed_cert_shared *shared); /* drops one reference */

/* Borrowed; NULL: not here.  memo may be NULL everywhere. */
struct ed_cert_shared *ed_memo_cert(struct edoc_memo *memo, const unsigned char sha256[32]);
void ed_memo_keep_cert(struct edoc_memo *memo, struct ed_cert_shared *shared); /* takes another */
/* That `what` (sha256 of a signed certificate, CRL or OCSP answer) verifies with
 * the key of the certificate `by` (its sha256). */
bool ed_memo_verified(struct edoc_memo *memo, const unsigned char what[32],
                      const unsigned char by[32]);
void ed_memo_keep_verified(struct edoc_memo *memo, const unsigned char what[32],
                           const unsigned char by[32]);

#endif
