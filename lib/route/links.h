/* SPDX-License-Identifier: ISC */
/* Other cases that a case names: in its first entry, so who submitted it signed
 * that.  What names a case stands in the index of the desk. */
#ifndef ED_ROUTE_LINKS_H
#define ED_ROUTE_LINKS_H

#include "route/desk.h"

/* "links" of the first entry of case `own`, of NULL-ended "CASE[=RELATION]" (or
 * NULL); a CASE that is not at the desk is named by its whole id.  *links NULL:
 * nothing is said. */
enum edoc_code ed_links_read(struct edoc_desk *desk, const char *const *said, const char *own,
                             json_t **links, struct edoc_error *err) EDOC_CHECK;
/* For `show`: both directions, to out or into o (either NULL).  Who names the
 * case is told where the desk has an index. */
enum edoc_code ed_links_show(struct ed_case *c, int64_t now, struct ed_buf *out, json_t *o,
                             struct edoc_error *err) EDOC_CHECK;

#endif
