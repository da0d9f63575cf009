/* SPDX-License-Identifier: ISC */
/*
 * What CRLs (RFC 5280 5, 6.3) and OCSP answers (RFC 6960) at hand say of a
 * certificate.  Which of them is fresh enough, and what it means at which
 * moment, is the judge's business; nothing here reads a clock.
 */
#ifndef ED_TRUST_REVOCATION_H
#define ED_TRUST_REVOCATION_H

#include "trust/pool.h"

enum ed_revocation_status { ED_REV_UNKNOWN = 0, ED_REV_GOOD, ED_REV_REVOKED };

/* One answer, whose signature verifies, from somebody who may give it. */
struct ed_revocation {
	enum ed_revocation_status status;
	enum ed_material_kind kind;  /* ED_CRL or ED_OCSP */
	const unsigned char *sha256; /* of the CRL or OCSP answer */
	const char *where;
	int64_t this_update, next_update; /* next: ED_TIME_NONE when not said */
	int64_t produced_at;              /* OCSP; of a CRL its thisUpdate */
	int64_t revoked_at;               /* or ED_TIME_NONE */
	int64_t invalid_since; /* invalidityDate of a CRL's entry (RFC 5280 5.3.2), or ED_TIME_NONE
	                        */
	int reason;            /* CRLReason, -1: none; 6 certificateHold, 8 removeFromCRL */
	enum ed_hash signed_with;
	struct ed_cert *signer; /* the CRL issuer or OCSP responder; the pool's */
	bool signer_is_issuer;  /* the CA itself */
	bool no_check;          /* id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1) */
	bool expired_info;      /* expiredCertsOnCRL, archiveCutoff cover the certificate's end */
};

struct ed_revocations {
	struct ed_revocation *v; /* newest thisUpdate first */
	size_t n;
	struct ed_findings findings; /* revocation.*: why the others do not count */
};

/*
 * All answers in the pool's material about `cert` of `issuer`, whatever their
 * dates: right issuer, name and key hashes, scope (IDP, indirect,
 * onlyContains..., reasons, deltas with their base), critical extensions,
 * signature, the responder's right (the CA, or delegated by it with EKU
 * OCSPSigning, or an anchor for EDOC_FOR_OCSP).  The dates and the revocation
 * of a signer who is not the issuer are the judge's to look at: it has a chain
 * (ed_chains_build) that is trusted but for them.  Findings stand at the
 * answer's own place, or at `where` when it has none.
 */
enum edoc_code ed_revocation_about(struct ed_pool *pool, struct ed_cert *cert,
                                   struct ed_cert *issuer, const char *where,
                                   const struct ed_revocations **out,
                                   struct edoc_error *err) EDOC_CHECK;
/* http URLs a certificate names (CRLDistributionPoints; AIA ocsp, caIssuers), in
 * the arena, NULL-ended. */
enum ed_url_kind { ED_URL_CRL, ED_URL_OCSP, ED_URL_ISSUER };
const char **ed_cert_urls(const struct ed_cert *cert, enum ed_url_kind kind,
                          struct ed_arena *arena);
/* OCSPRequest without nonce (RFC 5019: cacheable). */
enum edoc_code ed_ocsp_request(const struct ed_cert *cert, const struct ed_cert *issuer,
                               struct ed_buf *der, struct edoc_error *err) EDOC_CHECK;

#endif
