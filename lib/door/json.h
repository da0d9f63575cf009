/* SPDX-License-Identifier: ISC */
/* The door to jansson.  Floors above may walk json_t (jansson.h's getters and
 * json_pack-free setters) but load and dump only here. */
#ifndef ED_DOOR_JSON_H
#define ED_DOOR_JSON_H

#include <jansson.h>

#include "base/buf.h"

/* Strict UTF-8, no duplicate keys, no trailing bytes, caps of limits.h.
 * An error names line and column. */
enum edoc_code ed_json_parse(const void *bytes, size_t len, const char *where, json_t **value,
			     struct edoc_error *err) EDOC_CHECK;
/*
 * Canonical JSON: the subset of RFC 8785 where keys are [a-z0-9_.-], strings
 * hold no control character, numbers are integers up to 2^53 - 1.  Anything
 * outside the subset is EDOC_ERR_INPUT.
 */
enum edoc_code ed_json_canonical(const json_t *value, struct ed_buf *out,
				 struct edoc_error *err) EDOC_CHECK;
/* Parses, and refuses bytes that are not their own canonical form. */
enum edoc_code ed_json_parse_canonical(const void *bytes, size_t len, const char *where,
				       json_t **value, struct edoc_error *err) EDOC_CHECK;
/* One line, keys in the order they were set, for reports. */
enum edoc_code ed_json_line(const json_t *value, char **out, struct edoc_error *err) EDOC_CHECK;

/* Setters that note a failed allocation by returning -1 as jansson's do;
 * a NULL string sets null. */
int ed_json_str(json_t *object, const char *key, const char *value);
int ed_json_int(json_t *object, const char *key, int64_t value);
int ed_json_bool(json_t *object, const char *key, bool value);
int ed_json_time(json_t *object, const char *key, int64_t t); /* RFC 3339, NONE = null */

/* Getters for formats where unknown and missing keys are refused. */
enum edoc_code ed_json_only(const json_t *object, const char *where, const char *const *known,
			    struct edoc_error *err) EDOC_CHECK;
const char *ed_json_get_str(const json_t *object, const char *key); /* NULL: absent or no string */

#endif
