/* SPDX-License-Identifier: ISC */
/*
 * What a validation leaned on: the certificates of the chain that was taken,
 * the answers about each, and the same of whoever gave the answers.  Kept
 * beside a signature it lets others come to the same verdict later (LT).
 */
#ifndef ED_JUDGE_RELIED_H
#define ED_JUDGE_RELIED_H

#include "judge/validate.h"

struct ed_relied {
	const unsigned char *value_sha256; /* of the signature's value, of the token */
	const char *where;
	bool token;
	bool good; /* the certificate's validation passed, or a token's as a whole */
	const struct edoc_finding *why; /* what weighs most against it, when not good */
	const char *lacks; /* the certificate that nobody gave a fresh answer about, or NULL */
	bool unanswered;   /* not good, and an answer that nobody gave is all that it lacks */
	struct ed_blob *v; /* each once: leaf to anchor, answers, who gave them */
	size_t n, cap;
};

struct ed_relied_list {
	struct ed_relied *v;
	size_t n, cap;
};

/*
 * ed_validate() that also tells what each signature and each time-stamp leaned
 * on, in the report's arena, which is the item's; blobs that came with the
 * item are among them.
 */
enum edoc_code ed_validate_relied(struct ed_item *item, const struct edoc_verify_options *options,
                                  struct edoc_report *report, struct ed_relied_list *list,
                                  struct edoc_error *err) EDOC_CHECK;

/* For the rooms that validate: remembers one, when somebody wants to know.
 * findings: those that decided; folded already. */
enum edoc_code ed_relied_note(struct ed_judge *j, const unsigned char value_sha256[32], bool token,
                              const char *where, unsigned purpose, const struct ed_x509 *x,
                              const struct ed_conclusion *c, const struct ed_findings *findings,
                              struct edoc_error *err) EDOC_CHECK;

#endif
