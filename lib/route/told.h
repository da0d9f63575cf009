/* SPDX-License-Identifier: ISC */
/* What is told of things that are looked at: lines for people, JSON Lines for programs. */
#ifndef ED_ROUTE_TOLD_H
#define ED_ROUTE_TOLD_H

#include "base/buf.h"
#include "base/finding.h"
#include "door/json.h"

/* What was told since the row before. */
struct ed_tale_row {
	int64_t key;
	size_t i, text, json; /* its number; where it begins */
	size_t text_len, json_len;
};

/* What is not wanted stays empty. */
struct ed_tale {
	struct ed_buf text, json;
	bool want_text, want_json;
	struct ed_tale_row *rows;
	size_t n_rows;
};

void ed_tale_init(struct ed_tale *tale, bool want_text, bool want_json);
void ed_tale_clear(struct ed_tale *tale);
/* {"v":1,"cmd":verb, then o's members}; o may be NULL when memory ran out. */
enum edoc_code ed_tale_json(struct ed_tale *tale, const char *verb, json_t *o,
                            struct edoc_error *err) EDOC_CHECK;
/* "where: severity: code: sentence" for each, *errors counts those that are. */
enum edoc_code ed_tale_findings(struct ed_tale *tale, const char *verb,
                                const struct ed_findings *findings, const char *lang,
                                size_t *errors, struct edoc_error *err) EDOC_CHECK;
/* What was told since the last row is one; when they are sorted the lowest key
 * comes first, equal ones as they were told, ED_TIME_NONE last. */
enum edoc_code ed_tale_row(struct ed_tale *tale, int64_t key, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_tale_sort(struct ed_tale *tale, struct edoc_error *err) EDOC_CHECK;
/* For the caller's `char **`s, NULL when not wanted; the last line of JSON is
 * the caller's to end. */
enum edoc_code ed_tale_give(struct ed_tale *tale, char **text, char **json,
                            struct edoc_error *err) EDOC_CHECK;

#endif
