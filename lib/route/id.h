/* SPDX-License-Identifier: ISC */
/* The names of steps, roles, outcomes, books, agencies and people: they stand
 * in ledgers for decades, so they are a-z, 0-9 and "-", a letter first, 64 at
 * most. */
#ifndef ED_ROUTE_ID_H
#define ED_ROUTE_ID_H

#include <stdbool.h>

bool ed_is_id(const char *s);
/* "sha256:" and 64 lower-case hex digits; NULL is not. */
bool ed_is_digest(const char *s);

#endif
