/* SPDX-License-Identifier: ISC */
/* A lexical look at raw XML before a parser sees it; only door/xml.c uses it. */
#ifndef ED_DOOR_XMLSCAN_H
#define ED_DOOR_XMLSCAN_H

#include "edoc.h"

/* Linear in len.  Refuses what libxml2 would be slow at (caps of limits.h) or
 * must never see: DOCTYPE and other declarations, NUL, any encoding but UTF-8.
 * What it lets through need not be well-formed: that is the parser's part. */
enum edoc_code ed_xml_scan(const void *bytes, size_t len, const char *where, size_t max_bytes,
                           struct edoc_error *err) EDOC_CHECK;

#endif
