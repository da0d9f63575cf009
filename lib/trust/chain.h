/* SPDX-License-Identifier: ISC */
/* From a certificate to an anchor, at a moment, as findings. */
#ifndef ED_TRUST_CHAIN_H
#define ED_TRUST_CHAIN_H

#include "door/x509.h"

/* What a policy wants to know about a certificate of the chain. */
struct ed_chain_link {
	enum ed_hash signed_with; /* NONE: a digest that is not known */
	enum ed_key_type key;
	int bits;
	const char *key_text;
};

struct ed_chain {
	const char **subjects; /* leaf first, anchor last; in the arena */
	struct ed_chain_link *links;
	size_t n;
	bool trusted;
};

/*
 * Findings: chain.not-found, chain.expired, chain.not-yet-valid,
 * chain.signature, chain.constraints, key-usage.unfit at `where`; digests and
 * key sizes are the policy's (ed_policy_chain).  Revocation: a certificate of
 * the chain (not the anchor) that names a source gets revocation.not-checked,
 * one that names none gets nothing.
 */
enum edoc_code ed_chain_check(const struct ed_cert *leaf, STACK_OF(X509) *embedded,
                              const struct edoc_trust *trust, unsigned purpose, int64_t at,
                              const char *where, struct ed_arena *arena,
                              struct ed_findings *findings, struct ed_chain *chain,
                              struct edoc_error *err) EDOC_CHECK;

#endif
