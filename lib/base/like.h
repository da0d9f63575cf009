/* SPDX-License-Identifier: ISC */
/* Patterns that a clerk can read: "*" any text, "?" one character, "#" one
 * digit; everything else is itself. */
#ifndef ED_BASE_LIKE_H
#define ED_BASE_LIKE_H

#include <stdbool.h>

/* The whole text, which is UTF-8.  Time: the product of the lengths at most. */
bool ed_like(const char *pattern, const char *text);

#endif
