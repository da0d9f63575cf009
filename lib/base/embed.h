/* SPDX-License-Identifier: ISC */
/* Files of profiles/ that the library carries (made by embed.sh). */
#ifndef ED_BASE_EMBED_H
#define ED_BASE_EMBED_H

#include <stddef.h>

struct ed_embedded {
	const char *name;           /* "policies/strict.yaml"; NULL ends the table */
	const unsigned char *bytes; /* NUL follows */
	size_t len;
};

extern const struct ed_embedded ed_embedded_table[];

#endif
