/* SPDX-License-Identifier: ISC */
/*
 * The door to libyaml: a subset of YAML as a small tree with line and column.
 * No anchors, aliases, tags, merge keys, several documents, duplicate keys,
 * complex keys, tabs as indentation; every scalar is a string; caps of
 * limits.h.  A file of nothing but comments is an empty map.
 */
#ifndef ED_DOOR_YAML_H
#define ED_DOOR_YAML_H

#include "base/arena.h"
#include "base/buf.h"

enum ed_yaml_kind { ED_YAML_SCALAR, ED_YAML_MAP, ED_YAML_LIST };

struct ed_yaml {
	enum ed_yaml_kind kind;
	unsigned line, column;  /* from 1 */
	bool plain;             /* scalar without quotes */
	const char *text;       /* scalar: NUL-ended, no NUL inside */
	size_t n;               /* members */
	struct ed_yaml **keys;  /* map: scalars */
	struct ed_yaml **items; /* map values or list items */
	/* Comments, for ed_yaml_parse_commented(), each "#..." to its line's end:
	 * above a key or item (lines; an empty one is a gap), behind it, and at
	 * the root what stands above and below everything. */
	const char *above, *behind, *below;
};

struct ed_yaml_limits {
	size_t bytes;
	unsigned nodes;
};

/* `where` is the file's name for messages "where:line:column". */
enum edoc_code ed_yaml_parse(const void *bytes, size_t len, const char *where,
			     struct ed_arena *arena, struct ed_yaml **root,
			     struct edoc_error *err) EDOC_CHECK;
/* As that, and every comment of the file stands at a node: at the one that it
 * is behind, else at the next one. */
enum edoc_code ed_yaml_parse_commented(const void *bytes, size_t len, const char *where,
				       struct ed_arena *arena, struct ed_yaml **root,
				       struct edoc_error *err) EDOC_CHECK;
/* The same of a format that has limits of its own. */
enum edoc_code ed_yaml_parse_within(const void *bytes, size_t len,
				    const struct ed_yaml_limits *limits, const char *where,
				    struct ed_arena *arena, struct ed_yaml **root,
				    struct edoc_error *err) EDOC_CHECK;
const struct ed_yaml *ed_yaml_get(const struct ed_yaml *map, const char *key); /* NULL: absent */
/* Fails at a node: place is "where:line:column". */
enum edoc_code ed_yaml_fail(const struct ed_yaml *node, const char *where, struct edoc_error *err,
			    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Refuses a key not in known[] (NULL-ended), naming the nearest known one. */
enum edoc_code ed_yaml_only(const struct ed_yaml *map, const char *where,
			    const char *const *known, struct edoc_error *err) EDOC_CHECK;
/* A required or optional scalar under key; *text NULL when absent. */
enum edoc_code ed_yaml_text(const struct ed_yaml *map, const char *where, const char *key,
			    bool required, const char **text, struct edoc_error *err) EDOC_CHECK;
/* A whole number; present NULL: required. */
enum edoc_code ed_yaml_integer(const struct ed_yaml *map, const char *where, const char *key,
			       int64_t min, int64_t max, int64_t *value, bool *present,
			       struct edoc_error *err) EDOC_CHECK;
/* The entry of known[] nearest to text (edit distance at most 3), or NULL. */
const char *ed_nearest(const char *text, const char *const *known);

#endif
