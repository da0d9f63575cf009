/* SPDX-License-Identifier: ISC */
/* A certificate by itself, for who lets people act: routes, desks. */
#ifndef ED_JUDGE_CERTIFICATE_H
#define ED_JUDGE_CERTIFICATE_H

#include "trust/chain.h"

/*
 * EN 319 102-1 5.2.6 at options->at: path, dates, revocation by what came along
 * (and by options->fetch), the policy's algorithms for the path and for the
 * leaf's own key.  embedded: further certificates, or NULL.
 */
enum edoc_code ed_judge_certificate(struct ed_cert *leaf, STACK_OF(X509) *embedded,
                                    const struct edoc_verify_options *options, unsigned purpose,
                                    const char *where, struct ed_arena *arena,
                                    struct ed_findings *findings,
                                    struct edoc_error *err) EDOC_CHECK;

#endif
