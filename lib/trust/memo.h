/* SPDX-License-Identifier: ISC */
/*
 * What one process has found out and need not compute again in a batch:
 * parsed certificates and verified signatures between them, by SHA-256.  It
 * never holds a verdict, only arithmetic: the answer is the same without it.
 */
#ifndef ED_TRUST_MEMO_H
#define ED_TRUST_MEMO_H

#include "door/x509.h"

struct edoc_memo; /* of the public header */

/* A certificate parsed before, up-referenced; NULL: not here.  memo may be NULL. */
X509 *ed_memo_cert(struct edoc_memo *memo, const void *der, size_t len);
void ed_memo_keep_cert(struct edoc_memo *memo, const void *der, size_t len, X509 *x509);
/* That `what` (sha256 of a signed certificate, CRL or OCSP answer) verifies with
 * the key of the certificate `by` (its sha256). */
bool ed_memo_verified(struct edoc_memo *memo, const unsigned char what[32],
                      const unsigned char by[32]);
void ed_memo_keep_verified(struct edoc_memo *memo, const unsigned char what[32],
                           const unsigned char by[32]);

#endif
