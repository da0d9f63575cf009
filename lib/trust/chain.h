/* SPDX-License-Identifier: ISC */
/* From a certificate to an anchor, and what is wrong with it at a moment. */
#ifndef ED_TRUST_CHAIN_H
#define ED_TRUST_CHAIN_H

#include "trust/pool.h"

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
	/* It reaches an anchor, and at no date is anything wrong with it (RFC 5280 6.1). */
	bool trusted;
	struct ed_cert **certs;      /* borrowed from the leaf's owner, pool and trust set */
	bool anchored;               /* it ends at an anchor; else it is as long as was found */
	struct ed_findings findings; /* why it is not trusted, whatever the date */
	/* The anchor, as a trusted list has it; NULL: it is believed always. */
	const struct ed_trust_service *service;
	int64_t list_due; /* when a newer issue of that list was promised, or ED_TIME_NONE */
};

struct ed_chains {
	struct ed_chain *v; /* trusted ones first, the best first */
	size_t n;           /* at least 1: the leaf alone is a chain that leads nowhere */
};

/* The inputs of RFC 5280 6.1.1 beside path, date and anchors. */
struct ed_path_inputs {
	const char **policies; /* user-initial-policy-set: dotted OIDs, NULL-ended; NULL: any */
	bool explicit_policy, inhibit_mapping, inhibit_any;
};

/*
 * All prospective chains (EN 319 102-1 5.2.6.4 1) from the leaf to an anchor for
 * that purpose, validated as RFC 5280 6.1 says but for dates and revocation.
 * Findings: chain.not-found, chain.signature, chain.unknown-algorithm,
 * chain.constraints.  `where` is the leaf's.  inputs: NULL is any policy, nothing required.
 */
enum edoc_code ed_chains_build(struct ed_pool *pool, struct ed_cert *leaf, unsigned purpose,
                               const struct ed_path_inputs *inputs, const char *where,
                               const struct ed_chains **chains, struct edoc_error *err) EDOC_CHECK;
/*
 * An anchor of a trusted list that is not believed at a moment: false, and why:
 * chain.not-granted, chain.granted-later, chain.service-unusable.
 */
bool ed_chain_granted(const struct ed_chain *chain, int64_t at, const char *where,
                      struct ed_findings *findings);
/*
 * What is wrong with a chain at a moment, by dates alone: chain.expired and
 * chain.not-yet-valid of its certificates, ed_chain_granted() of its anchor;
 * false when something is.  chain.list-overdue is a warning.  The dates of the anchor's own
 * certificate end nothing (RFC 5280 6.1: it is no part of the path):
 * chain.anchor-expired is a warning.  findings may be NULL.
 */
bool ed_chain_at(const struct ed_chain *chain, int64_t at, const char *where,
                 struct ed_findings *findings);

#endif
