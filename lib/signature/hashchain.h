/* SPDX-License-Identifier: ISC */
/*
 * X-Road's hash chains (schema http://cyber.ee/hashchain): one signature or
 * time-stamp over the last digest of a chain holds for every document that a
 * step of the chain digests.
 */
#ifndef ED_SIGNATURE_HASHCHAIN_H
#define ED_SIGNATURE_HASHCHAIN_H

#include "base/finding.h"
#include "signature/data.h"

struct ed_hashchain {
	bool intact;       /* every step computes and every document at hand has its digest */
	struct ed_hashlink {
		const char *name;   /* of a document, or of the chain's own file */
		enum ed_hash hash;  /* the weakest on the way from the result */
		bool present;       /* at hand */
	} * v;
	size_t n;
};

/*
 * From the entry that holds the HashChainResult, whose own digest the caller
 * has checked.  What is wrong becomes findings (hashchain.*) and intact false.
 */
enum edoc_code ed_hashchain_follow(const struct ed_data *data, const char *result,
				   struct ed_arena *arena, struct ed_findings *findings,
				   struct ed_hashchain *chain, struct edoc_error *err) EDOC_CHECK;

#endif
