/* SPDX-License-Identifier: ISC */
/* What is accepted: struct edoc_policy, read from YAML (edoc-profile(5)). */
#ifndef ED_JUDGE_POLICY_H
#define ED_JUDGE_POLICY_H

#include "base/finding.h"
#include "door/crypto.h"
#include "trust/chain.h"

/* Whether an answer about a certificate's revocation is asked for. */
enum ed_ask { ED_ASK_IF_NAMED = 0, ED_ASK_ALWAYS, ED_ASK_NEVER };

/* Of whom it is asked. */
enum ed_about { ED_ABOUT_SIGNER, ED_ABOUT_AUTHORITY, ED_ABOUT_TSA, ED_ABOUT_RESPONDER, ED_N_ABOUT };

enum ed_level { ED_LEVEL_B, ED_LEVEL_T, ED_LEVEL_LT, ED_LEVEL_LTA };

/* Signed properties that may be required: a set of bits. */
#define ED_NEEDS_SIGNING_TIME 0x01u
#define ED_NEEDS_ROLE 0x02u
#define ED_NEEDS_COMMITMENT 0x04u
#define ED_NEEDS_POLICY 0x08u
#define ED_NEEDS_TIME_STAMP 0x10u

enum ed_law { ED_LAW_NONE, ED_LAW_UZ, ED_LAW_TJ };

#define ED_N_SCHEMES (ED_SIG_DSA + 1)

struct ed_policy_key {
	enum ed_key_type type;
	int bits;      /* that many or more; 0: any */
	int64_t until; /* accepted before; INT64_MAX: no end is known */
};

struct ed_policy_weight {
	const char *code;
	enum edoc_severity severity;
};

/* Written by policy.c alone. */
struct edoc_policy {
	struct ed_arena *arena;
	const char *name;
	char sha256[65];
	int64_t hash_until[ED_N_HASHES];    /* accepted before; ED_TIME_NONE: never */
	int64_t scheme_until[ED_N_SCHEMES]; /* by enum ed_sig_kind, the same */
	struct ed_policy_key *keys;
	size_t n_keys;
	enum ed_ask ask[ED_N_ABOUT];
	int64_t max_age;      /* of an answer, seconds; -1: its own nextUpdate */
	bool tsa_then;        /* revocation of a TSA is to be fresh for the token, not for now */
	int64_t delay;        /* of a signature's time-stamp behind the signing time; -1: any */
	int64_t tolerance;    /* by which clocks may differ, seconds */
	enum ed_level level;  /* at least */
	unsigned needs;       /* ED_NEEDS_ */
	const char **formats; /* accepted, NULL-ended; NULL: any */
	enum ed_law law;
	struct ed_policy_weight *weights;
	size_t n_weights;
};

const char *ed_policy_sha256(const struct edoc_policy *policy); /* of the file, 64 hex */
bool ed_level_by_name(const char *name, enum ed_level *level);
const char *ed_level_name(enum ed_level level);
const char *ed_ask_name(enum ed_ask ask);
const char *ed_about_name(enum ed_about role); /* its key in the policy */

/* The first moment at which it is not accepted any more: ED_TIME_NONE: it never
 * was; INT64_MAX: no end is known. */
int64_t ed_policy_hash_until(const struct edoc_policy *policy, enum ed_hash hash);
int64_t ed_policy_scheme_until(const struct edoc_policy *policy, enum ed_sig_kind kind);
int64_t ed_policy_key_until(const struct edoc_policy *policy, enum ed_key_type type, int bits);

/*
 * Findings for what is not accepted at t: algorithm.digest, .scheme, .key where
 * it never was, .digest-ended ... where it was until a day that is past.
 */
void ed_policy_hash(const struct edoc_policy *policy, enum ed_hash hash, int64_t t,
                    const char *where, struct ed_findings *findings);
void ed_policy_scheme(const struct edoc_policy *policy, const struct ed_sigalg *alg, int64_t t,
                      const char *where, struct ed_findings *findings);
void ed_policy_key(const struct edoc_policy *policy, const EVP_PKEY *key, int64_t t,
                   const char *where, struct ed_findings *findings);
/* Findings algorithm.certificate and .certificate-ended for one certificate of
 * a chain: who issued it, and with what; the leaf's own key is ed_policy_key()'s. */
void ed_policy_link(const struct edoc_policy *policy, const struct ed_chain *chain, size_t i,
                    int64_t t, const char *where, struct ed_findings *findings);
/* The severity a policy gives to a finding's code; the rule's own otherwise. */
enum edoc_severity ed_policy_severity(const struct edoc_policy *policy, const char *code,
                                      enum edoc_severity otherwise);

#endif
