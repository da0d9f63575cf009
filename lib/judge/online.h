/* SPDX-License-Identifier: ISC */
/* Revocation and issuers' certificates through options->fetch, into the item's
 * material.  Without a fetch function nothing happens. */
#ifndef ED_JUDGE_ONLINE_H
#define ED_JUDGE_ONLINE_H

#include "judge/validate.h"

/* EDOC_FETCH_OCSP or _CRL: of the URLs that the certificate names (RFC 5280
 * 4.2.1.13, 4.2.2.1); about each certificate each is asked once an item.  *more:
 * something new is at hand. */
enum edoc_code ed_fetch_answers(struct ed_judge *j, struct ed_cert *cert, struct ed_cert *issuer,
                                enum edoc_fetch_kind kind, bool *more,
                                struct edoc_error *err) EDOC_CHECK;
/* Whether that answer, by its digest, was fetched; options->anew. */
bool ed_fetch_gave(const struct ed_judge *j, const unsigned char sha256[32]);
/* Issuers by AIA caIssuers, up to ED_MAX_CHAIN of them, while the path leads nowhere. */
enum edoc_code ed_fetch_issuers(struct ed_judge *j, const struct ed_x509_task *task,
                                const struct ed_chains **chains, struct edoc_error *err) EDOC_CHECK;

#endif
