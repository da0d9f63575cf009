/* SPDX-License-Identifier: ISC */
/* What the HTML report and the copy sheet share: one self-contained page. */
#ifndef ED_JUDGE_MARKUP_H
#define ED_JUDGE_MARKUP_H

#include "judge/words.h"

#define ED_HTML_MAX (64u << 20)

struct ed_page {
	const struct edoc_text_options *options;
	struct ed_buf out;
};

/* What `put` writes of a report, as a string of the caller's. */
typedef enum edoc_code ed_page_fn(struct ed_page *page, const struct edoc_report *report,
                                  struct edoc_error *err);
enum edoc_code ed_page_make(ed_page_fn *put, const struct edoc_report *report,
                            const struct edoc_text_options *options, char **html,
                            struct edoc_error *err) EDOC_CHECK;

const char *ed_page_tr(const struct ed_page *page, const char *s) __attribute__((format_arg(2)));
/* Text from anywhere: what steers a terminal or a reader's eye (controls,
 * bidirectional overrides) as \xNN, markup as entities. */
void ed_page_text(struct ed_page *page, const char *s);
/* The same for several lines. */
void ed_page_lines(struct ed_page *page, const char *s);
void ed_page_time(struct ed_page *page, int64_t t);
/* "judged as of TIME under policy NAME" */
void ed_page_judged(struct ed_page *page, const struct edoc_report *report);
/* <tr><th>label</th><td>value</td></tr>; nothing when value is NULL or "". */
void ed_page_row(struct ed_page *page, const char *label, const char *value);
/* "passed" "failed" "indeterminate": the class of its colour. */
const char *ed_page_class(const struct edoc_report *report, enum edoc_indication indication);
enum edoc_code ed_page_findings(struct ed_page *page, const struct ed_findings *findings,
                                struct edoc_error *err) EDOC_CHECK;

/* What a law asks for, met or not, and why. */
enum edoc_code ed_page_conditions(struct ed_page *page,
                                  const struct ed_report_condition *conditions, size_t n,
                                  struct edoc_error *err) EDOC_CHECK;

/* ---- timeline.c ---- */

/* An SVG of what a signature rests on over time: certificates, revocation
 * answers, time-stamps, the moment of judging. */
enum edoc_code ed_timeline(struct ed_page *page, const struct edoc_report *report,
                           const struct ed_report_signature *sig,
                           struct edoc_error *err) EDOC_CHECK;

#endif
