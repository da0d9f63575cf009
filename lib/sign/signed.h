/* SPDX-License-Identifier: ISC */
/* Whether somebody has signed already what he is about to sign. */
#ifndef ED_SIGN_SIGNED_H
#define ED_SIGN_SIGNED_H

#include "judge/report.h"

/* A signature of the package, as the report has it. */
struct ed_signed {
	const char *id, *where; /* NULL: there is none */
	enum edoc_level level;
	/* Else one that would do but for a word that it does not say, or NULL. */
	const char *unlike, *lacks, *asked;
};

/*
 * The signature of the highest level that is made with the certificate of key
 * and covers all documents, intact, in a report that was not refused.  One by
 * that certificate that covers less does not count, nor one of another role or
 * commitment than the options ask for.  The strings are copied.
 */
enum edoc_code ed_signed_find(const struct edoc_sign_options *options,
                              const struct edoc_report *report, struct ed_arena *arena,
                              struct ed_signed *found, struct edoc_error *err) EDOC_CHECK;

#endif
