/* SPDX-License-Identifier: ISC */
/* Judging a package that is open already, so that its digests are shared. */
#ifndef ED_JUDGE_VERIFY_H
#define ED_JUDGE_VERIFY_H

#include "judge/report.h"
#include "package/asic.h"

/* `container` are the findings of ed_asic_open().  As edoc_verify_fd(). */
enum edoc_code ed_judge_asic(struct ed_asic *asic, const struct ed_findings *container,
                             const char *name, const struct edoc_verify_options *options,
                             struct edoc_report **report, struct edoc_error *err) EDOC_CHECK;

/*
 * The work ended with an error.  When that speaks of the item and not of our
 * work: no verdict on a part, but a report that only says why it cannot be read.
 */
enum edoc_code ed_judge_unreadable(const char *finding, const char *name,
                                   const struct edoc_verify_options *options, enum edoc_code code,
                                   const struct edoc_error *why, struct edoc_report **report,
                                   struct edoc_error *err) EDOC_CHECK;

#endif
