/* SPDX-License-Identifier: ISC */
/* struct edoc_package: what a package holds, without judging it. */
#ifndef ED_SIGN_PACKAGE_H
#define ED_SIGN_PACKAGE_H

#include "judge/verify.h"
#include "package/card.h"
#include "sign/sign.h"

struct edoc_package {
	struct ed_arena *arena;
	const char *path;
	int fd;
	struct ed_findings findings;
	struct ed_asic *asic;
	struct ed_card card;
	bool has_card;
	struct edoc_document *documents;
	size_t *entries; /* a document's place in the ZIP */
	size_t n;
};

/*
 * The digest that a successor's card quotes in `replaces`: SHA-256 over a line
 * "<sha256 hex>  <name>\n" a document, in name order; what
 * `sha256sum $(ls | sort) | sha256sum` gives in a folder of them.
 */
enum edoc_code ed_package_content_digest(struct edoc_package *package, char hex[65],
                                         struct edoc_error *err) EDOC_CHECK;

#endif
