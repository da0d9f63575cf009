/* SPDX-License-Identifier: ISC */
/*
 * What national laws ask of an electronic document and of its signatures, as
 * lists of conditions in the report; policies name the law (`law: uz`).
 */
#ifndef ED_JUDGE_LAW_H
#define ED_JUDGE_LAW_H

#include "judge/validate.h"

/* certificate: what X.509 validation came to. */
enum edoc_code ed_law_signature(struct ed_judge *j, const struct ed_ades *sig,
                                const struct ed_conclusion *certificate,
                                struct ed_report_signature *out, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_law_item(struct ed_judge *j, struct edoc_error *err) EDOC_CHECK;

#endif
