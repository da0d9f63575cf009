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
	const char *where; /* of the signature or time-stamp: its entry ... */
	const char *id;    /* ... and Id, or NULL */
	const unsigned char *value_sha256; /* of the signature's value, of the token */
	bool token;
	bool good;         /* its X.509 validation passed, with all answers that a policy asks for */
	const char *lacks; /* the certificate (subject) nobody answered about, or NULL */
	struct ed_blob *v; /* each once, by digest: leaf to anchor, answers, responders */
	size_t n;
};

/*
 * Validates the item (with options->fetch, when there is one) and gives what
 * each signature and each time-stamp leaned on, in the report's arena; blobs
 * that came with the item are among them.
 */
enum edoc_code ed_validate_relied(struct ed_item *item, const struct edoc_verify_options *options,
                                  struct edoc_report *report, struct ed_relied **relied, size_t *n,
                                  struct edoc_error *err) EDOC_CHECK;

#endif
