/* SPDX-License-Identifier: ISC */
/* The report: facts and findings of one item, decided by the rules. */
#ifndef ED_JUDGE_REPORT_H
#define ED_JUDGE_REPORT_H

#include <jansson.h>

#include "base/finding.h"
#include "judge/policy.h"
#include "judge/rules.h"

struct ed_report_signature {
	struct edoc_signature pub;
	const char **covers;
	size_t n_covers;
	const char **chain; /* subjects, leaf first */
	size_t n_chain;
	const char *pinfl, *inn, *uid;   /* "" or the identifier */
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
	struct ed_report_document *documents;
	size_t n_documents;
	bool has_ledger;        /* entries below META-INF/edoc/ */
	json_t *route;          /* set by lib/route, or NULL */
	const char *route_text; /* lines for people, or NULL */
	struct ed_findings findings;
};

/* One member of a list "documents": 0, or -1 when memory ran out. */
int ed_report_document_json(json_t *list, const char *name, const char *media_type, uint64_t bytes,
                            const char *sha256);
enum edoc_code ed_report_new(const char *name, int64_t at, const struct edoc_policy *policy,
                             struct edoc_report **report, struct edoc_error *err) EDOC_CHECK;
/* Folds findings into indications; called by the judge and again by the route
 * room after it added its own findings. */
void ed_report_decide(struct edoc_report *report, const struct edoc_policy *policy);
/* Takes back a finding of the whole item, once what it said is done. */
void ed_report_drop(struct edoc_report *report, const char *code);

#endif
