/* SPDX-License-Identifier: ISC */
/* Time-stamp tokens (RFC 3161, RFC 5816, EN 319 422): read and checked
 * arithmetically.  Whether the TSA is believed is the judge's business. */
#ifndef ED_SIGNATURE_TSP_H
#define ED_SIGNATURE_TSP_H

#include "base/finding.h"
#include "door/x509.h"
#include "signature/material.h"

struct ed_tst {
	const char *where;
	const unsigned char *der; /* the token, in the arena: ContentInfo */
	size_t len;
	unsigned char sha256[32];
	int64_t time;     /* genTime, seconds */
	int64_t accuracy; /* seconds, rounded up; 0 when it says none */
	const char *policy, *serial;
	const unsigned char *nonce; /* contents of its INTEGER, or NULL */
	size_t nonce_len;
	enum ed_hash imprint_hash; /* NONE: one we do not know */
	const unsigned char *imprint;
	size_t imprint_len;
	struct ed_cert *signer; /* NULL: not among the certificates at hand */
	struct ed_sigalg alg;   /* of the token's own signature */
	enum ed_hash digest;    /* over its content */
	bool bound;             /* ESSCertID(v2) names the signer (RFC 5816) */
	enum ed_hash bound_by;
	size_t *blobs; /* what came inside it, by index in the material */
	size_t n_blobs;
	bool intact;                 /* the token's own signature and digests */
	struct ed_findings findings; /* tsp.* */
};

/*
 * A ContentInfo, or a whole TimeStampResp (.tsr) whose status is granted.
 * Certificates and revocation it carries go to `material`, where the signer is
 * looked for as well.  EDOC_ERR_INPUT: no token.
 */
enum edoc_code ed_tst_read(const void *der, size_t len, const char *where,
                           struct ed_material *material, struct ed_arena *arena, struct ed_tst *tst,
                           struct edoc_error *err) EDOC_CHECK;
void ed_tst_clear(struct ed_tst *tst); /* OpenSSL objects */

#endif
