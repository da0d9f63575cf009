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

/*
 * What was forgotten was given all the same: a book without a number, in a year
 * in which the desk may have begun it after the backup, goes on above *gap, which
 * is put there unless dry; else 0.  And a number that this desk gave by an entry
 * that came back with somebody's copy is not given again.
 */
enum edoc_code ed_desk_gap(struct edoc_desk *desk, const char *book, int64_t year, bool dry,
                           int64_t *gap, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_desk_recall(struct edoc_desk *desk, const struct ed_entry *entry,
                              struct edoc_error *err) EDOC_CHECK;

#endif
