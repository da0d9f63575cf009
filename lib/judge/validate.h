/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1: the algorithm, in its own steps and words.
 *
 *   validate.c   5.3, 5.5, 5.6.3: the processes for basic signatures, for
 *                signatures with time and with long-term material, per signature
 *   blocks.c     5.2: building blocks (format, identification of the signing
 *                certificate, context, X.509 validation, cryptographic
 *                verification, acceptance, freshness)
 *   stamps.c     5.4: time-stamp tokens
 *   past.c       5.6.2: past certificate validation (sliding time), past
 *                signature validation
 *   poe.c        5.6.2.3: proofs of existence
 */
#ifndef ED_JUDGE_VALIDATE_H
#define ED_JUDGE_VALIDATE_H

#include "judge/item.h"
#include "judge/report.h"
#include "trust/revocation.h"

/* ---- poe.c ---- */

struct ed_poe_entry {
	struct ed_object object;
	int64_t at;        /* it existed then */
	const char *by;    /* "signature time-stamp", "archive time-stamp" ... */
	const char *where; /* of what proves it */
};

struct ed_poe {
	struct ed_arena *arena;
	struct ed_poe_entry *v; /* sorted by object */
	size_t n, cap;
	int64_t now; /* everything at hand exists then */
};

void ed_poe_init(struct ed_poe *poe, struct ed_arena *arena, int64_t now);
enum edoc_code ed_poe_add(struct ed_poe *poe, const struct ed_object *object, int64_t at,
                          const char *by, const char *where, struct edoc_error *err) EDOC_CHECK;
/* The earliest proof; poe->now where there is none (*by is then NULL). */
int64_t ed_poe_of(const struct ed_poe *poe, const struct ed_object *object, const char **by,
                  const char **where);

/* ---- the whole ---- */

/* Judges every signature, time-stamp and record of the item into the report. */
enum edoc_code ed_validate(struct ed_item *item, const struct edoc_verify_options *options,
                           struct edoc_report *report, struct edoc_error *err) EDOC_CHECK;

#endif
