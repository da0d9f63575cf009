/* SPDX-License-Identifier: ISC */
/* The canonical form of a route file (edoc-route(5), THE FORM). */
#ifndef ED_ROUTE_FORMAT_H
#define ED_ROUTE_FORMAT_H

#include "base/buf.h"

/* A route that can be read, comments and all, in that form.  The result was
 * read again and says the same. */
enum edoc_code ed_route_format(const void *bytes, size_t len, const char *where,
                               struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;

#endif
