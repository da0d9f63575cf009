/* SPDX-License-Identifier: ISC */
/* What every form of a report for people says alike, whatever its markup. */
#ifndef ED_JUDGE_WORDS_H
#define ED_JUDGE_WORDS_H

#include "judge/report.h"

#define ED_WHEN 64 /* an instant for people */

/* s in the language; NULL and "en": as it stands. */
const char *ed_words(const char *lang, const char *s) __attribute__((format_arg(2)));
/* "PASSED"; format NULL: nothing could be read. */
const char *ed_words_verdict(const char *lang, const char *format, enum edoc_indication indication);
/* "note" "warning" "error" */
const char *ed_words_severity(const char *lang, enum edoc_severity severity);
/* "yes" "no" "unknown" "not looked at" */
const char *ed_words_outcome(const char *lang, enum ed_outcome outcome);
/* The entry in which one of report's signatures stands; where several stand in it, what
 * tells it from them: either is what --signature takes. */
const char *ed_words_signature(const struct edoc_report *report,
                               const struct ed_report_signature *sig);
/* The error that a verdict is told by: of the item, else of a signature.  Where a
 * time-stamp or evidence record is all there is, what is wrong with it comes before
 * that nobody signed.  NULL: there is none. */
const struct edoc_finding *ed_words_reason(const struct edoc_report *report);
/* As options->time says it, else in UTC. */
void ed_words_when(const struct edoc_text_options *options, int64_t t, char out[ED_WHEN]);

#endif
