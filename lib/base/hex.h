/* SPDX-License-Identifier: ISC */
/* Base64 (RFC 4648, padded) and hex. */
#ifndef ED_BASE_HEX_H
#define ED_BASE_HEX_H

#include "base/buf.h"

/* out has 2 * len + 1 bytes. */
void ed_hex(char *out, const void *bytes, size_t len);
/* Exactly len lower-case hex digits?  NULL is not. */
bool ed_is_hex(const char *text, size_t len);
/* Lower-case hex of exactly 2 * len digits; false when it is not. */
bool ed_unhex(const char *hex, void *out, size_t len);

void ed_b64_put(struct ed_buf *out, const void *bytes, size_t len);
/* Strict: XML white space between digits is skipped, padding must be right,
 * no stray bits, nothing after.  false when it is not base64. */
bool ed_b64_get(const char *text, size_t len, struct ed_buf *out);

#endif
