/* SPDX-License-Identifier: ISC */
#include "route/id.h"

#include <string.h>

bool ed_is_id(const char *s)
{
	return *s >= 'a' && *s <= 'z' && strlen(s) <= 64 &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}
