/* SPDX-License-Identifier: ISC */
/*
 * Documents of a case beside its main package: a reply, a refusal, a proof of
 * payment.  Each is a package of its own, complete and signed for itself; what
 * a citizen signed is never extended by what came later.  The entry that hands
 * it in names its digest; the desk keeps it as case/.../ref/<sha256>.asice.
 */
#ifndef ED_ROUTE_ATTACH_H
#define ED_ROUTE_ATTACH_H

#include "route/desk.h"

/*
 * Takes the package at `path` in: TOTAL-PASSED by the desk's anchors, and
 * signed by who acts, at the level of the step (NULL: evidence
 * of a submission), else EDOC_ERR_DENIED.  The header gets "attached".  Unless dry it is kept, before the entry that names it.
 */
enum edoc_code ed_attach(struct ed_case *c, const char *path, const struct ed_route_step *step,
                         const struct edoc_act *act, json_t *header,
                         struct edoc_error *err) EDOC_CHECK;
/* Is everything that entries name still there, with its digest? */
enum edoc_code ed_attached_check(struct ed_case *c, struct edoc_error *err) EDOC_CHECK;

#endif
