/* SPDX-License-Identifier: ISC */
/*
 * Trusted lists (TS 119 612 v2.1.1 to v2.3.1) of one scheme: signed XML, whose
 * signer must be pinned; services become anchors for a purpose, while they
 * were granted.  Once verified, a list may be kept as lines of text that are
 * read back fast (edoc-tsl/2).
 */
#ifndef ED_TRUST_TSL_H
#define ED_TRUST_TSL_H

#include "trust/anchors.h"

/* A certificate of a service; a service with several is here several times. */
struct ed_tsl_service {
	struct ed_cert *cert;
	unsigned purposes; /* CA/QC, CA/PKC: SIGN; TSA*: TSA; OCSP*: OCSP */
	const char *provider;
	const char *type;               /* "CA/QC": what follows .../Svctype/ */
	struct ed_trust_service listed; /* its name, and its status since when */
};

struct ed_tsl {
	const char *territory, *operator_name;
	int64_t issued, next_update; /* next: ED_TIME_NONE: closed list */
	int64_t sequence;
	unsigned char sha256[32]; /* of the XML */
	unsigned char signer[32]; /* sha256 of the certificate that signed it */
	struct ed_tsl_service *services;
	size_t n, cap;
	size_t skipped; /* certificates that cannot be read */
};

/* Verified as an enveloped XAdES whose signer is one of `signers` (PEM given by
 * the administrator); never by what the list says of itself. */
enum edoc_code ed_tsl_read(const void *xml, size_t len, const char *where, STACK_OF(X509) *signers,
                           struct ed_arena *arena, struct ed_tsl *tsl,
                           struct edoc_error *err) EDOC_CHECK;
/* Its services alone, from XML that was verified. */
enum edoc_code ed_tsl_parse(const void *xml, size_t len, const char *where, struct ed_arena *arena,
                            struct ed_tsl *tsl, struct edoc_error *err) EDOC_CHECK;
void ed_tsl_clear(struct ed_tsl *tsl);

/* edoc-tsl/2: deterministic; what is not byte for byte what ed_tsl_write()
 * makes is refused. */
enum edoc_code ed_tsl_write(const struct ed_tsl *tsl, struct ed_buf *text,
                            struct edoc_error *err) EDOC_CHECK;
bool ed_tsl_is_text(const void *bytes, size_t len);
enum edoc_code ed_tsl_load(const void *text, size_t len, const char *where, struct ed_arena *arena,
                           struct ed_tsl *tsl, struct edoc_error *err) EDOC_CHECK;

#endif
