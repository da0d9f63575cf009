/* SPDX-License-Identifier: ISC */
/* What a verify report tells of a whole procedure beside its entries: all that
 * the certificate (sheet.h) is drawn from. */
#ifndef ED_ROUTE_VIEWCASE_H
#define ED_ROUTE_VIEWCASE_H

#include "route/replay.h"

/* "procedure" of edoc-report(5), into o.  0, or no memory. */
int ed_view_procedure(const struct ed_replay *replay, json_t *o);

#endif
