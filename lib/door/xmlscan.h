/* SPDX-License-Identifier: ISC */
/* A lexical look at raw XML: before a parser sees it, and for who adds to it
 * without touching what is there. */
#ifndef ED_DOOR_XMLSCAN_H
#define ED_DOOR_XMLSCAN_H

#include "edoc.h"

/* Linear in len.  Refuses what libxml2 would be slow at (caps of limits.h) or
 * must never see: DOCTYPE and other declarations, NUL, any encoding but UTF-8.
 * What it lets through need not be well-formed: that is the parser's part. */
enum edoc_code ed_xml_scan(const void *bytes, size_t len, const char *where, size_t max_bytes,
                           struct edoc_error *err) EDOC_CHECK;

/* Where an element stands in the raw bytes. */
struct ed_xml_span {
	size_t start, end;       /* from '<' of its start tag to behind the '>' that ends it */
	size_t inner, inner_end; /* its contents; both at the end of an empty tag */
	bool empty;              /* <a/> */
};

/*
 * Of the n-th element, counted from 0 in document order.  No document type
 * declaration is ever accepted, so the n-th start tag in the text is the n-th
 * element of the tree.  bytes: what a parser took.
 */
enum edoc_code ed_xml_span(const void *bytes, size_t len, const char *where, size_t n,
                           struct ed_xml_span *span, struct edoc_error *err) EDOC_CHECK;

#endif
