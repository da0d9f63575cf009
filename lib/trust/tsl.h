/* SPDX-License-Identifier: ISC */
/*
 * Trusted lists (TS 119 612 v2.1.1 to v2.3.1) of one scheme: signed XML, whose
 * signer must be pinned; services become anchors for a purpose, with the
 * periods in which they were granted.
 */
#ifndef ED_TRUST_TSL_H
#define ED_TRUST_TSL_H

#include "trust/anchors.h"

struct ed_tsl_service {
	X509 *cert;        /* owned */
	unsigned purposes; /* CA/QC, CA/PKC: SIGN; TSA*: TSA; OCSP*: OCSP */
	const char *name, *provider, *type;
	struct ed_tsl_period {
		int64_t from, until;
	} * granted; /* until: ED_TIME_NONE open */
	size_t n_granted;
};

struct ed_tsl {
	const char *territory, *operator_name;
	int64_t issued, next_update; /* ED_TIME_NONE: closed list */
	int64_t sequence;
	unsigned char sha256[32];
	struct ed_tsl_service *services;
	size_t n;
};

/* Verified as an enveloped XAdES whose signer is one of `signers` (PEM given by
 * the administrator); never by what the list says of itself. */
enum edoc_code ed_tsl_read(const void *xml, size_t len, const char *where, STACK_OF(X509) *signers,
                           struct ed_arena *arena, struct ed_tsl *tsl,
                           struct edoc_error *err) EDOC_CHECK;
void ed_tsl_clear(struct ed_tsl *tsl);

#endif
