/* SPDX-License-Identifier: ISC */
/*
 * A desk that was restored from a backup knows less than it once did: what it
 * did after the backup may be known to others.  conf/epoch.json says so, and
 * holds the cases of before until somebody says that they are complete.
 */
#ifndef ED_ROUTE_BACKUP_H
#define ED_ROUTE_BACKUP_H

#include "route/desk.h"

/*
 * EDOC_ERR_DENIED: the case is older than the desk's restoration, and nobody
 * has said that its copy here is the newest.  time: of its last entry.
 */
enum edoc_code ed_desk_held(struct edoc_desk *desk, const char *id, int64_t time,
                            struct edoc_error *err) EDOC_CHECK;
/* Was the desk restored from a backup that is older than that? */
bool ed_desk_forgot(struct edoc_desk *desk, int64_t time);

#endif
