/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1: the algorithm, in its own steps and words.
 *
 *   validate.c   5.3, 5.5, 5.6.3: the processes for basic signatures, for
 *                signatures with time and with long-term material, per signature
 *   blocks.c     5.2.6 and 5.2.5: X.509 validation, freshness of revocation
 *   accept.c     5.2.2 to 5.2.4, 5.2.7, 5.2.8: what else a signature needs
 *   stamps.c     5.4: time-stamp tokens, evidence records, what they prove
 *   past.c       5.6.2: past certificate validation (sliding time), past
 *                signature validation
 *   poe.c        5.6.2.3: proofs of existence
 *   stamporder.c 5.5.4 4) e): proofs in an order in which they can be made
 *   law.c        what national laws ask for beside it
 *   online.c     revocation and issuers from the network, when asked to
 *
 * A step leaves findings; the heaviest of them is its conclusion (rules.c says
 * which indication and sub-indication a code stands for), so what a report
 * says and what decided are one thing.  What fails at one moment may hold at a
 * proven earlier one: a step's findings go to the report only once no later
 * step can mend them.
 */
#ifndef ED_JUDGE_VALIDATE_H
#define ED_JUDGE_VALIDATE_H

#include "judge/item.h"
#include "judge/report.h"
#include "trust/chain.h"
#include "trust/revocation.h"

/* ---- poe.c ---- */

struct ed_poe_entry {
	struct ed_object object;
	int64_t at;        /* it existed then */
	const char *by;    /* "signature time-stamp", "archive time-stamp" ...; NULL: a free slot */
	const char *where; /* of what proves it */
};

struct ed_poe {
	struct ed_arena *arena;
	struct ed_poe_entry *v; /* open addressing, at most half full */
	size_t n, size;
	int64_t now; /* everything at hand exists then */
};

void ed_poe_init(struct ed_poe *poe, struct ed_arena *arena, int64_t now);
/* Keeps the earliest proof of each object. */
enum edoc_code ed_poe_add(struct ed_poe *poe, const struct ed_object *object, int64_t at,
                          const char *by, const char *where, struct edoc_error *err) EDOC_CHECK;
/* The earliest proof; poe->now where there is none (*by is then NULL).  by and
 * where may be NULL. */
int64_t ed_poe_of(const struct ed_poe *poe, const struct ed_object *object, const char **by,
                  const char **where);

/* ---- one item being judged ---- */

struct ed_judge_fetched { /* asked for already */
	enum edoc_fetch_kind kind;
	unsigned char sha256[32]; /* of the certificate */
};

struct ed_judge {
	struct ed_item *item;
	const struct edoc_verify_options *options;
	const struct edoc_policy *policy;
	struct edoc_report *report;
	struct ed_arena *arena; /* the report's, and the item's too */
	struct ed_pool *pool;
	struct ed_poe poe;
	int64_t now;       /* options->at */
	size_t n_embedded; /* of the item's material: the rest was fetched */
	struct ed_judge_fetched *fetched;
	size_t n_fetched, fetched_cap;
	const unsigned char **came; /* options->anew: digests of the answers that were fetched */
	size_t n_came, came_cap;
	struct ed_relied_list *relied; /* who wants to know (relied.h), or NULL */
};

/* PASSED, FAILED or INDETERMINATE, and why (EN 319 102-1 5.1.3). */
struct ed_conclusion {
	enum edoc_indication indication;
	const char *sub; /* of rules.c, or NULL */
};

/* The heaviest of the findings under the policy. */
struct ed_conclusion ed_conclude(const struct ed_judge *j, struct ed_findings *findings);
bool ed_concluded(const struct ed_conclusion *c, const char *sub); /* INDETERMINATE/sub */
void ed_findings_move(struct ed_findings *to, const struct ed_findings *from);
/* --explain: inputs is a format; nothing happens unless it was asked for. */
void ed_explain(const struct ed_judge *j, struct ed_report_checks *checks, const char *clause,
                const char *what, enum ed_outcome outcome, const char *rule, const char *code,
                const char *inputs, ...) __attribute__((format(printf, 8, 9)));
const char *ed_say_time(const struct ed_judge *j, int64_t t); /* RFC 3339 in the arena; "-" */

/* ---- blocks.c ---- */

/* How a certificate of a path stands, by the answers at hand. */
enum ed_standing {
	ED_NOT_NEEDED, /* no answer, and none is asked for */
	ED_GOOD,
	ED_REVOKED,       /* at the moment asked about */
	ED_HELD,          /* suspended (certificateHold) */
	ED_STALE,         /* good, but the answer is too old for the moment */
	ED_OUT_OF_BOUNDS, /* who answered may not have been there any more (no proof) */
	ED_WEAK,          /* answered with an algorithm that is not accepted */
	ED_SILENT         /* nobody answers */
};

struct ed_known {
	struct ed_cert *cert;
	enum ed_standing standing;
	const struct ed_revocation *answer; /* the one that decides, or NULL */
	const struct ed_revocations *all;   /* NULL: not asked */
};

struct ed_x509 {
	const struct ed_chain *chain; /* the one that was taken */
	struct ed_known *known;       /* of each certificate but the anchor; NULL: no path */
	size_t n;
};

struct ed_x509_task {
	struct ed_cert *leaf;
	unsigned purpose;
	const char *where;
	int64_t at;       /* the moment of validation */
	int64_t fresh_at; /* the moment that revocation must be fresh for */
	/* A trusted list must stand behind the anchor then too; that it did before
	 * or after makes nobody's signature better. */
	int64_t listed_at;
	bool proofs;      /* material existed when proofs say so (5.6.2), else only now */
	bool sliding;     /* only answers that were issued and proven by `at` (5.6.2.2) */
	const struct ed_path_inputs *inputs; /* RFC 5280 6.1.1; NULL: any policy will do */
	struct ed_report_checks *checks;     /* or NULL */
};

/* 5.2.6.  Tries the prospective chains and takes the first that passes, else
 * the first; its findings are appended. */
enum edoc_code ed_x509_validate(struct ed_judge *j, const struct ed_x509_task *task,
                                struct ed_x509 *out, struct ed_findings *findings,
                                struct edoc_error *err) EDOC_CHECK;
/* 5.2.5: the last moment that an answer is fresh for; its issuance when it says no end. */
int64_t ed_answer_fresh_until(const struct ed_judge *j, const struct ed_revocation *answer);
/* How certificate i of a chain stands, by the answers at hand. */
enum edoc_code ed_x509_standing(struct ed_judge *j, const struct ed_x509_task *task,
                                const struct ed_chain *chain, size_t i, struct ed_known *known,
                                struct edoc_error *err) EDOC_CHECK;
/* When a certificate existed: now, or what a proof says.  One that came with the trust set and not
 * with the item is vouched for by who gave it: it is as old as it says. */
int64_t ed_cert_moment(const struct ed_judge *j, const struct ed_cert *cert, bool proofs);
/* The chain for the report, with dates and answers. */
enum edoc_code ed_x509_links(struct ed_judge *j, const struct ed_x509 *x,
                             const struct ed_report_link **links, size_t *n,
                             struct edoc_error *err) EDOC_CHECK;

/* ---- past.c ---- */

/* A signature value, of a signature or of a time-stamp token. */
struct ed_signed {
	struct ed_cert *leaf;
	unsigned purpose;
	const char *where;
	bool token;         /* 5.4 and not 5.5: no time-stamps of its own */
	int64_t existed;    /* proven; the moment of judgement where there is no proof */
	int64_t not_before; /* it did not exist before then; ED_TIME_NONE */
	int64_t stamped;    /* genTime of a token */
	struct ed_report_checks *checks;
};

/*
 * X.509 validation now; else as of the proven moment (5.5.4 4); else past
 * signature validation (5.6.2.4).  What stands in the way, as of now, goes to
 * the findings when none of them passes.  *judged_at: as of when.
 */
enum edoc_code ed_signed_validate(struct ed_judge *j, const struct ed_signed *s, struct ed_x509 *x,
                                  int64_t *judged_at, struct ed_findings *findings,
                                  struct edoc_error *err) EDOC_CHECK;
/* ---- stamps.c ---- */

/* 5.4 and 5.6.3.4 1), 5): every time-stamp and record of the item, records
 * first, then the newest; what is good proves what it covers (5.6.2.3). */
enum edoc_code ed_judge_stamps(struct ed_judge *j, struct edoc_error *err) EDOC_CHECK;
const char *ed_stamp_word(enum ed_stamp_kind kind);  /* "signature", for the report */
const char *ed_stamp_title(enum ed_stamp_kind kind); /* "signature time-stamp" */

/* ---- stamporder.c ---- */

/* 5.5.4 4) e): what a proof covers is older than the proof: the signature's own
 * time-stamps and material, under its proofs and those of the container. */
enum edoc_code ed_order_signature(struct ed_judge *j, const struct ed_ades *sig,
                                  struct ed_report_signature *out,
                                  struct edoc_error *err) EDOC_CHECK;
void ed_order_item(struct ed_judge *j); /* the container's own time-stamps */

/* ---- the whole ---- */

/*
 * Judges every signature, time-stamp and record of the item into the report,
 * which has the same arena.  ed_report_decide() is the caller's.
 */
enum edoc_code ed_validate(struct ed_item *item, const struct edoc_verify_options *options,
                           struct edoc_report *report, struct edoc_error *err) EDOC_CHECK;

#endif
