/* SPDX-License-Identifier: ISC */
/* The report: facts and findings of one item, decided by the rules. */
#ifndef ED_JUDGE_REPORT_H
#define ED_JUDGE_REPORT_H

#include <jansson.h>

#include "base/finding.h"
#include "judge/policy.h"
#include "judge/rules.h"
#include "package/card.h"

/*
 * --explain: a constraint that was checked, and how it came out.  Sentences are
 * English, marked for the catalogue; the renderer looks them up.  Lists are
 * empty unless options->explain.
 */
enum ed_outcome { ED_UNSURE = 0, ED_NO, ED_YES, ED_SKIPPED };

struct ed_report_check {
	const char *clause; /* "EN 319 102-1 5.2.6" */
	const char *what;   /* "the certificate's dates hold at that moment" */
	const char *inputs; /* "subject=CN=..; at=2026-03-05T04:11:09Z": no language; or "" */
	enum ed_outcome outcome;
	const char
	        *rule; /* of the policy, "revocation.signer: required"; NULL: the standard's own */
	const char *code; /* the finding that came of it, or NULL */
};

struct ed_report_checks {
	struct ed_report_check *v; /* in the order in which they were made */
	size_t n, cap;
};

/* What a law asks for (policies with `law:`), met or not, and why. */
struct ed_report_condition {
	const char *law, *article;
	const char *what; /* English, for the catalogue */
	enum ed_outcome met;
	const char *why; /* English with {0} {1}, for the catalogue; "" */
	const char *args[2];
	bool by_signing; /* what is missing is a signature: the next one will meet it */
};

/* A certificate of a chain, and what was believed of it. */
struct ed_report_link {
	const char *subject, *sha256;
	int64_t not_before, not_after;
	/* The revocation answer that decided; NULL: none was needed or found. */
	const char *revocation;                           /* "OCSP" "CRL" */
	const char *revocation_where, *revocation_status; /* "good" "revoked" "unknown" */
	int64_t this_update, next_update, revoked_at;     /* ED_TIME_NONE: not said */
};

struct ed_report_stamp {
	const char *kind; /* "signature" "archive" "content" "references" "container" "token" */
	const char *type; /* the property's or attribute's own name */
	const char *id, *where;
	int64_t time;
	bool intact;
	enum edoc_indication indication; /* of the time-stamp: PASSED FAILED INDETERMINATE */
	const char *subindication;
	const char *subject, *policy;
	const struct ed_report_link *links; /* the TSA's chain, leaf first */
	size_t n_links;
	struct ed_report_checks checks;
	struct ed_findings findings;
};

struct ed_report_record {
	const char *where, *form;
	bool intact; /* trees, chains and tokens hold, over something at hand */
	bool found;  /* something at hand is what it protects */
	size_t renewals;
	int64_t oldest_time; /* proved by it; ED_TIME_NONE */
	enum edoc_indication indication;
	const char *subindication;
	struct ed_report_stamp *stamps;
	size_t n_stamps;
	struct ed_report_checks checks;
	struct ed_findings findings;
};

struct ed_report_signature {
	struct edoc_signature pub;
	const char *packaging;
	const char *policy_id; /* of the signature policy, or NULL */
	const char **covers;
	size_t n_covers;
	const char **chain; /* subjects, leaf first */
	size_t n_chain;
	const struct ed_report_link *links; /* the same chain, with dates */
	size_t n_links;
	/* Best-signature-time (EN 319 102-1 5.5.4): it existed then, and what
	 * proves it; by is NULL when nothing but our having it now does. */
	int64_t proved_not_after;
	const char *proved_by, *proved_where;
	/* It did not exist before then (content time-stamps); ED_TIME_NONE. */
	int64_t proved_not_before;
	/* The moment that certificates and algorithms were judged at in the end. */
	int64_t judged_at;
	struct ed_report_checks checks;
	struct ed_report_condition *conditions;
	size_t n_conditions;
	struct ed_report_stamp *stamps;
	size_t n_stamps;
	struct ed_report_record *records;
	size_t n_records;
	struct ed_report_signature *counter;
	size_t n_counter;
	const char *pinfl, *inn, *uid;   /* "" or the identifier */
	enum edoc_level formed, proven;  /* what stands there, what it was proven to */
	const char *ledger_head;         /* the head of a route ledger it quotes, or NULL */
	unsigned char info[ED_HASH_MAX]; /* digest of SignedInfo: the same one, the same
	                                  * signature, whatever its value */
	bool ours;                       /* made by this suite: its entry's name is signed */
	struct ed_findings findings;
};

struct ed_report_document {
	const char *name, *media_type;
	uint64_t bytes;
	char sha256[65];
	size_t covered; /* by how many signatures, their digests right */
};

struct edoc_report {
	struct ed_arena *arena;
	const char *name;
	const char *format; /* NULL: malformed */
	enum edoc_indication indication;
	const char *subindication;
	int exit;
	int64_t at;
	const char *policy_name, *policy_sha256;
	struct ed_report_signature *signatures;
	size_t n_signatures;
	struct ed_report_stamp *stamps; /* the container's own, or a bare token */
	size_t n_stamps;
	struct ed_report_record *records;
	size_t n_records;
	struct ed_report_document *documents;
	size_t n_documents;
	const struct ed_card *card;             /* metadata/card.xml, or NULL */
	struct ed_report_condition *conditions; /* on the document, beside the signatures' own */
	size_t n_conditions;
	bool has_ledger;        /* entries below META-INF/edoc/ */
	json_t *route;          /* set by lib/route, or NULL */
	const char *route_text; /* lines for people, or NULL */
	struct ed_findings findings;
};

/* Why a law's condition is met or not, filled in and translated. */
enum edoc_code ed_report_condition_why(const struct ed_report_condition *condition,
                                       const char *lang, char **text,
                                       struct edoc_error *err) EDOC_CHECK;
/* One member of a list "documents": 0, or -1 when memory ran out. */
int ed_report_document_json(json_t *list, const char *name, const char *media_type, uint64_t bytes,
                            const char *sha256);
enum edoc_code ed_report_new(const char *name, int64_t at, const struct edoc_policy *policy,
                             struct edoc_report **report, struct edoc_error *err) EDOC_CHECK;
/* What the findings of one list come to under the policy; PASSED when empty. */
void ed_report_fold(struct ed_findings *list, const struct edoc_policy *policy,
                    enum edoc_indication *indication, const char **subindication);
/* Folds findings into indications; called by the judge and again by the route
 * room after it added its own findings. */
void ed_report_decide(struct edoc_report *report, const struct edoc_policy *policy);
/* Takes back a finding of the whole item, once what it said is done. */
void ed_report_drop(struct edoc_report *report, const char *code);

#endif
