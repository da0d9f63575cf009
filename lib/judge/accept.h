/* SPDX-License-Identifier: ISC */
/* EN 319 102-1 5.2.2 to 5.2.4, 5.2.7, 5.2.8: acceptance. */
#ifndef ED_JUDGE_ACCEPT_H
#define ED_JUDGE_ACCEPT_H

#include "judge/validate.h"

/* When the material in question existed at the latest, and at the earliest. */
struct ed_moments {
	int64_t at;         /* proven, or now */
	int64_t not_before; /* proven by a content time-stamp; ED_TIME_NONE */
};

/* --explain: what the readers of the form found (5.2.2, 5.2.3, 5.2.7). */
void ed_explain_readers(struct ed_judge *j, const struct ed_ades *sig,
                        const struct ed_findings *findings, struct ed_report_checks *checks);
void ed_accept_policy(struct ed_judge *j, const struct ed_ades *sig, struct ed_findings *findings,
                      struct ed_report_checks *checks);
void ed_accept_hash(struct ed_judge *j, enum ed_hash hash, const char *what,
                    const struct ed_moments *when, const char *where, struct ed_findings *findings,
                    struct ed_report_checks *checks);
void ed_accept_scheme(struct ed_judge *j, const struct ed_sigalg *alg,
                      const struct ed_moments *when, const char *where,
                      struct ed_findings *findings, struct ed_report_checks *checks);
void ed_accept_key(struct ed_judge *j, const struct ed_cert *signer, const struct ed_moments *when,
                   const char *where, struct ed_findings *findings,
                   struct ed_report_checks *checks);
void ed_accept_algorithms(struct ed_judge *j, const struct ed_ades *sig,
                          const struct ed_moments *when, struct ed_findings *findings,
                          struct ed_report_checks *checks);
void ed_accept_properties(struct ed_judge *j, const struct ed_ades *sig,
                          struct ed_findings *findings, struct ed_report_checks *checks);

#endif
