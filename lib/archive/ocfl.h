/* SPDX-License-Identifier: ISC */
/* What OCFL 1.1 asks of one object of one version. */
#ifndef ED_ARCHIVE_OCFL_H
#define ED_ARCHIVE_OCFL_H

#include "archive/store.h"
#include "base/buf.h"

#define ED_OCFL_OBJECT "0=ocfl_object_1.1"
#define ED_OCFL_OBJECT_TEXT "ocfl_object_1.1\n"
#define ED_OCFL_PLACE (3 + 1 + 64 + 1)

/* "<3 digits>/<digest>" below the storage root (extension 0004). */
bool ed_ocfl_place(const char *id, char place[ED_OCFL_PLACE]);

/* The inventory's bytes; agent "anna@host" (RFC 7565 acct:) is its user. */
enum edoc_code ed_ocfl_inventory(const struct ed_object *object, int64_t now, const char *agent,
                                 char **json, struct edoc_error *err) EDOC_CHECK;
/* Reads id, sha512 and name back; EDOC_ERR_INPUT when it is not such an
 * inventory.  Not inventory and bytes. */
enum edoc_code ed_ocfl_read(const struct ed_buf *json, const char *where, struct ed_object *object,
                            struct edoc_error *err) EDOC_CHECK;

#endif
