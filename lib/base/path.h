/* SPDX-License-Identifier: ISC */
/* Names of entries in packages: what may be one, and when two are alike. */
#ifndef ED_BASE_PATH_H
#define ED_BASE_PATH_H

#include "edoc.h"

/* NULL when `name` (len bytes) may be an entry's name, else what is wrong
 * with it, in a few words: empty, absolute, "..", backslash, drive letter,
 * control, bidirectional-override or zero-width character, a dot or a space
 * at a segment's end, not UTF-8, too long. */
const char *ed_name_fault(const char *name, size_t len);

/* A malloc'd key: equal for names that a case-folding or normalising file
 * system, or a reader, would take for one (full case folding and canonical
 * form of Latin, Greek, Cyrillic, Armenian and Georgian letters; ligatures,
 * full-width forms and spaces; what is not seen).  NULL: out of memory. */
char *ed_name_fold(const char *name, size_t len);

bool ed_utf8_valid(const char *s, size_t len);
/* The bytes of the first character (RFC 3629), 0 when it is none. */
size_t ed_utf8_next(const char *s, size_t len, uint32_t *rune);
/* C0, DEL, C1, bidirectional controls, line separators: never shown as is. */
bool ed_rune_steers(uint32_t rune);

/* RFC 3986 5.2.4-free: percent-decodes a relative reference into a name.
 * false on a bad escape, %00, %2F, or a byte that must be escaped. */
bool ed_uri_decode(const char *uri, char *out, size_t size);
/* Percent-encodes all but unreserved characters and '/'; out has 3n + 1. */
void ed_uri_encode(const char *name, char *out, size_t size);

const char *ed_basename(const char *path);

#endif
