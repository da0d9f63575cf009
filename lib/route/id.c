/* SPDX-License-Identifier: ISC */
#include "route/id.h"

#include <string.h>

#include "base/hex.h"

bool ed_is_id(const char *s)
{
	return *s >= 'a' && *s <= 'z' && strlen(s) <= 64 &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

bool ed_is_digest(const char *s)
{
	return s && !strncmp(s, "sha256:", 7) && ed_is_hex(s + 7, 64);
}
