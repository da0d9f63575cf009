/* SPDX-License-Identifier: ISC */
/* What is accepted: struct edoc_policy, read from YAML (edoc-profile(5)). */
#ifndef ED_JUDGE_POLICY_H
#define ED_JUDGE_POLICY_H

#include "base/finding.h"
#include "door/crypto.h"
#include "trust/chain.h"

const char *ed_policy_sha256(const struct edoc_policy *policy); /* of the file, 64 hex */
/* Findings algorithm.digest / algorithm.key for what is not accepted at t. */
void ed_policy_hash(const struct edoc_policy *policy, enum ed_hash hash, int64_t t,
                    const char *where, struct ed_findings *findings);
void ed_policy_key(const struct edoc_policy *policy, const EVP_PKEY *key, int64_t t,
                   const char *where, struct ed_findings *findings);
/* Findings algorithm.certificate for the digests and keys of a chain: who
 * issued it, and with what; the leaf's own key is ed_policy_key()'s. */
void ed_policy_chain(const struct edoc_policy *policy, const struct ed_chain *chain, int64_t t,
                     const char *where, struct ed_findings *findings);
/* The severity a policy gives to a finding's code; the rule's own otherwise. */
enum edoc_severity ed_policy_severity(const struct edoc_policy *policy, const char *code,
                                      enum edoc_severity otherwise);

#endif
