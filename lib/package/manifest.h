/* SPDX-License-Identifier: ISC */
/* META-INF/manifest.xml: OpenDocument 1.2 part 3, as EN 319 162-1 6.2.2 uses it. */
#ifndef ED_PACKAGE_MANIFEST_H
#define ED_PACKAGE_MANIFEST_H

#include "base/arena.h"
#include "base/buf.h"

struct ed_manifest_item {
	const char *name; /* "/" for the package itself */
	const char *media_type;
};

struct ed_manifest {
	struct ed_manifest_item *items; /* sorted bytewise by name */
	size_t n;
	const char *duplicate; /* a name that stands twice, or NULL */
};

/* Unclean names are refused, and whatever is no manifest. */
enum edoc_code ed_manifest_parse(const void *bytes, size_t len, const char *where,
                                 struct ed_arena *arena, struct ed_manifest *manifest,
                                 struct edoc_error *err) EDOC_CHECK;
/* items are the documents; the "/" line comes by itself. */
void ed_manifest_write(struct ed_buf *out, const char *package_type,
                       const struct ed_manifest_item *items, size_t n);
/* By the name's ending; "application/octet-stream" when unknown. */
const char *ed_media_type(const char *name);

#endif
