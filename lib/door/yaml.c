/* SPDX-License-Identifier: ISC */
/*
 * libyaml's events become a tree.  What a route, a policy or a card does not
 * need is refused by name; what libyaml lets pass against the YAML 1.2
 * grammar is refused by yamlscan.c before libyaml sees a byte.
 */
#include "door/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/yamlscan.h"

struct frame { /* a collection that is not closed yet */
	struct ed_yaml *node;
	bool flow;             /* in brackets */
	unsigned least;        /* how far its lines inside brackets or quotes are indented */
	struct ed_yaml *key;   /* map: waits for its value */
	struct ed_yaml *entry; /* the key or item that it is the value of, or NULL */
	size_t cap_keys, cap_items;
};

struct builder {
	const char *where;
	struct ed_arena *arena;
	struct edoc_error *err;
	struct ed_yaml *root;
	struct ed_yaml_walk walk;
	struct frame stack[ED_MAX_YAML_DEPTH];
	unsigned depth, nodes, max_nodes, documents;
	bool ended;
	/* Comments: whom one belongs to that stands behind the last event, in its
	 * line, and those that wait for the next key or item. */
	struct ed_yaml *entry;
	unsigned line, last;
	struct ed_buf waiting;
};

/* ---- comments ---- */

static void on_comment(void *arg, struct ed_yaml_mark mark, const char *text, size_t len)
{
	struct builder *b = arg;

	if (b->entry && mark.line == b->line && !b->entry->behind) {
		b->entry->behind = ed_arena_strndup(b->arena, text, len);
		if (!b->entry->behind)
			b->waiting.failed = EDOC_ERR_MEMORY;
		return;
	}
	if (b->waiting.len)
		ed_buf_puts(&b->waiting, mark.line > b->last + 1 ? "\n\n" : "\n");
	ed_buf_put(&b->waiting, text, len);
	b->last = mark.line;
}

/* What waits stands above this one. */
static enum edoc_code take_comments(struct builder *b, const char **above)
{
	if (!b->waiting.len && !b->waiting.failed)
		return EDOC_OK;
	enum edoc_code code = ed_buf_check(&b->waiting, b->where, b->err);
	if (!code) {
		*above = ed_arena_strndup(b->arena, ed_buf_str(&b->waiting), b->waiting.len);
		if (!*above)
			code = ed_fail_memory(b->err);
	}
	ed_buf_reset(&b->waiting);
	return code;
}

/* A node was attached: a key or item takes what waits; whom a comment behind
 * it belongs to. */
static enum edoc_code comment_on(struct builder *b, struct ed_yaml *node, struct ed_yaml *entry,
                                 bool flow, const yaml_event_t *ev)
{
	/* A block begins where its first key or dash does: nothing is behind it. */
	if (node->kind == ED_YAML_SCALAR || flow) {
		b->entry = entry;
		b->line = (unsigned)ev->end_mark.line + 1;
	}
	return node == entry || node == b->root ? take_comments(b, &node->above) : EDOC_OK;
}

/* ---- the tree ---- */

__attribute__((format(printf, 5, 6))) static enum edoc_code fail_at(struct edoc_error *err,
                                                                    enum edoc_code code,
                                                                    const char *where,
                                                                    struct ed_yaml_mark mark,
                                                                    const char *fmt, ...)
{
	char place[sizeof(err->where)], msg[512];
	va_list ap;

	/* The line survives a long path: the path is cut, from its left. */
	size_t len = strlen(where);
	snprintf(place, sizeof(place), "%s:%u:%u", len > 100 ? where + len - 100 : where, mark.line,
	         mark.column);
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), dgettext("edoc", fmt), ap);
	va_end(ap);
	return ed_fail(err, code, place, "%s", msg);
}

enum edoc_code ed_yaml_fail(const struct ed_yaml *node, const char *where, struct edoc_error *err,
                            const char *fmt, ...)
{
	struct ed_yaml_mark mark = {node ? node->line : 1, node ? node->column : 1};
	char msg[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), dgettext("edoc", fmt), ap);
	va_end(ap);
	return fail_at(err, EDOC_ERR_INPUT, where, mark, "%s", msg);
}

static struct ed_yaml_mark mark_of(yaml_mark_t m)
{
	return (struct ed_yaml_mark){(unsigned)m.line + 1, (unsigned)m.column + 1};
}

static enum edoc_code new_node(struct builder *b, const yaml_event_t *ev, enum ed_yaml_kind kind,
                               struct ed_yaml **out)
{
	struct ed_yaml_mark mark = mark_of(ev->start_mark);
	struct ed_yaml *node;

	if (++b->nodes > b->max_nodes)
		return fail_at(b->err, EDOC_ERR_LIMIT, b->where, mark,
		               "more than %u values in one YAML file", b->max_nodes);
	node = ed_arena_alloc(b->arena, sizeof(*node));
	if (!node)
		return ed_fail_memory(b->err);
	node->kind = kind;
	node->line = mark.line;
	node->column = mark.column;
	*out = node;
	return EDOC_OK;
}

/* A node is complete (scalar) or begins (collection): put it where it belongs.
 * *entry: the key or item that it is, or is the value of. */
static enum edoc_code attach(struct builder *b, struct ed_yaml *node, bool block_scalar,
                             struct ed_yaml **entry)
{
	struct frame *f = b->depth ? &b->stack[b->depth - 1] : NULL;
	struct ed_yaml *parent = f ? f->node : NULL;

	*entry = NULL;
	if (!f) {
		b->root = node;
		return EDOC_OK;
	}
	*entry = f->key ? f->key : node;
	if (parent->kind == ED_YAML_MAP && !f->key) {
		if (node->kind != ED_YAML_SCALAR || block_scalar)
			return ed_yaml_fail(
			        node, b->where, b->err,
			        "a key must be one plain or quoted word, not a list, map or block");
		if (!*node->text)
			return ed_yaml_fail(node, b->where, b->err,
			                    "a key is missing before \":\"");
		if (node->plain && !strcmp(node->text, "<<"))
			return ed_yaml_fail(node, b->where, b->err,
			                    "merge keys (\"<<\") are not part of this format; "
			                    "write the keys out");
		f->key = node;
		return EDOC_OK;
	}
	parent->items = ed_arena_grow(b->arena, parent->items, parent->n, &f->cap_items,
	                              sizeof(struct ed_yaml *));
	if (!parent->items)
		return ed_fail_memory(b->err);
	if (f->key) {
		parent->keys = ed_arena_grow(b->arena, parent->keys, parent->n, &f->cap_keys,
		                             sizeof(struct ed_yaml *));
		if (!parent->keys)
			return ed_fail_memory(b->err);
		parent->keys[parent->n] = f->key;
		f->key = NULL;
	}
	parent->items[parent->n++] = node;
	return EDOC_OK;
}

static int compare_keys(const void *a, const void *b)
{
	const struct ed_yaml *x = *(struct ed_yaml *const *)a, *y = *(struct ed_yaml *const *)b;
	int c = strcmp(x->text, y->text);

	if (c)
		return c;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

/* Sorted, so that a hostile map of 10,000 keys costs n log n. */
static enum edoc_code refuse_duplicates(struct builder *b, const struct ed_yaml *map)
{
	struct ed_yaml **sorted;

	if (map->n < 2)
		return EDOC_OK;
	sorted = ed_arena_memdup(b->arena, map->keys, map->n * sizeof(struct ed_yaml *));
	if (!sorted)
		return ed_fail_memory(b->err);
	qsort(sorted, map->n, sizeof(struct ed_yaml *), compare_keys);
	for (size_t i = 1; i < map->n; i++)
		if (!strcmp(sorted[i - 1]->text, sorted[i]->text))
			return ed_yaml_fail(sorted[i], b->where, b->err,
			                    "\"%s\" stands twice in this map; first in line %u",
			                    sorted[i]->text, sorted[i - 1]->line);
	return EDOC_OK;
}

static enum edoc_code plain_node(struct builder *b, const yaml_event_t *ev,
                                 const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		return fail_at(b->err, EDOC_ERR_INPUT, b->where, mark_of(ev->start_mark),
		               "anchors (\"&%s\") are not part of this format; write the value out",
		               (const char *)anchor);
	if (tag)
		return fail_at(b->err, EDOC_ERR_INPUT, b->where, mark_of(ev->start_mark),
		               "tags (\"%s\") are not part of this format; every value is text",
		               (const char *)tag);
	return EDOC_OK;
}

static bool node_is_dash(const yaml_event_t *ev)
{
	return ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       !strcmp((const char *)ev->data.scalar.value, "-");
}

static enum edoc_code on_scalar(struct builder *b, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	yaml_scalar_style_t style = ev->data.scalar.style;
	bool block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
	struct ed_yaml *node = NULL, *entry;
	enum edoc_code code;

	code = plain_node(b, ev, ev->data.scalar.anchor, ev->data.scalar.tag);
	if (!code)
		code = new_node(b, ev, ED_YAML_SCALAR, &node);
	if (code || !node)
		return code;
	if (node_is_dash(ev))
		return ed_yaml_fail(
		        node, b->where, b->err,
		        "a lone \"-\" inside brackets; quote it if it is meant as text");
	if (block && strspn(text, "\n") == len)
		return ed_yaml_fail(node, b->where, b->err, "a block of text without text");
	/* Escapes of double quotes can write what may not stand in the file. */
	if (!ed_yaml_text_clean(text, len))
		return ed_yaml_fail(node, b->where, b->err,
		                    "an escape makes a NUL, control character or noncharacter");
	node->plain = style == YAML_PLAIN_SCALAR_STYLE;
	node->text = ed_arena_strndup(b->arena, text, len);
	if (!node->text)
		return ed_fail_memory(b->err);
	code = attach(b, node, block, &entry);
	return code ? code : comment_on(b, node, entry, false, ev);
}

static enum edoc_code on_open(struct builder *b, const yaml_event_t *ev, enum ed_yaml_kind kind,
                              bool flow, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	unsigned least = b->depth ? b->stack[b->depth - 1].least : 0;
	struct ed_yaml *node = NULL, *entry = NULL;
	enum edoc_code code;

	code = plain_node(b, ev, anchor, tag);
	if (!code)
		code = new_node(b, ev, kind, &node);
	if (!code)
		code = attach(b, node, false, &entry);
	if (code || !node)
		return code;
	code = comment_on(b, node, entry, flow, ev);
	if (code)
		return code;
	if (b->depth == ED_MAX_YAML_DEPTH)
		return fail_at(b->err, EDOC_ERR_LIMIT, b->where, mark_of(ev->start_mark),
		               "lists and maps lie more than %d deep", ED_MAX_YAML_DEPTH);
	b->stack[b->depth++] = (struct frame){
	        .node = node, .flow = flow, .entry = entry, .least = flow ? least : node->column};
	return EDOC_OK;
}

static enum edoc_code on_close(struct builder *b, const yaml_event_t *ev)
{
	const struct frame *f = &b->stack[--b->depth];

	if (f->flow) { /* a block ends where the next thing begins */
		b->entry = f->entry;
		b->line = (unsigned)ev->end_mark.line + 1;
	}
	return f->node->kind == ED_YAML_MAP ? refuse_duplicates(b, f->node) : EDOC_OK;
}

static enum edoc_code on_document(struct builder *b, const yaml_event_t *ev)
{
	const yaml_event_t *d = ev;

	if (d->data.document_start.version_directive ||
	    d->data.document_start.tag_directives.start !=
	            d->data.document_start.tag_directives.end)
		return fail_at(b->err, EDOC_ERR_INPUT, b->where, mark_of(ev->start_mark),
		               "directives (\"%%YAML\", \"%%TAG\") are not part of this format");
	if (b->documents++)
		return fail_at(b->err, EDOC_ERR_INPUT, b->where, mark_of(ev->start_mark),
		               "a second document begins; a file holds one");
	return EDOC_OK;
}

static enum edoc_code on_event(struct builder *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(b, ev);
	case YAML_ALIAS_EVENT:
		return fail_at(b->err, EDOC_ERR_INPUT, b->where, mark_of(ev->start_mark),
		               "aliases (\"*%s\") are not part of this format; write the value out",
		               (const char *)ev->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		return on_scalar(b, ev);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(b, ev, ED_YAML_LIST,
		               ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
		               ev->data.sequence_start.anchor, ev->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return on_open(b, ev, ED_YAML_MAP,
		               ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
		               ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return on_close(b, ev);
	case YAML_STREAM_END_EVENT:
		b->ended = true;
		return EDOC_OK;
	default:
		return EDOC_OK;
	}
}

static enum edoc_code fail_parser(const struct builder *b, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return ed_fail_memory(b->err);
	return fail_at(b->err, EDOC_ERR_INPUT, b->where, mark_of(parser->problem_mark),
	               "not YAML: %s", parser->problem ? parser->problem : "malformed");
}

/* Walks the bytes that the event stands for: what libyaml does not mind. */
static enum edoc_code walk_event(struct builder *b, const yaml_event_t *ev)
{
	const struct frame *f = b->depth ? &b->stack[b->depth - 1] : NULL;
	unsigned least = f ? f->least : 0;
	enum ed_yaml_style style = ED_YAML_BLOCK;
	const char *fault;

	fault = ed_yaml_walk_gap(&b->walk, ev->start_mark.index, f && f->flow ? least : 0);
	if (!fault && ev->type == YAML_SCALAR_EVENT) {
		if (ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
			style = ED_YAML_PLAIN;
		else if (ev->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
		         ev->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
			style = ED_YAML_QUOTED;
		fault = ed_yaml_walk_scalar(&b->walk, ev->end_mark.index, style, least);
	}
	if (!fault && ev->type == YAML_STREAM_END_EVENT)
		fault = ed_yaml_walk_gap(&b->walk, SIZE_MAX, 0);
	if (!fault)
		return EDOC_OK;
	return fail_at(b->err, EDOC_ERR_INPUT, b->where, b->walk.mark, "%s",
	               dgettext("edoc", fault));
}

/* Feeds events until the stream ends or something is refused. */
static enum edoc_code pump(struct builder *b, yaml_parser_t *parser)
{
	enum edoc_code code = EDOC_OK;
	yaml_event_t ev;

	while (!code && !b->ended) {
		if (!yaml_parser_parse(parser, &ev))
			return fail_parser(b, parser);
		code = walk_event(b, &ev);
		if (!code)
			code = on_event(b, &ev);
		yaml_event_delete(&ev);
	}
	return code;
}

static const struct ed_yaml_limits usual = {ED_MAX_YAML_BYTES, ED_MAX_YAML_NODES};

static enum edoc_code parse(const void *bytes, size_t len, const struct ed_yaml_limits *limits,
                            const char *where, struct ed_arena *arena, bool commented,
                            struct ed_yaml **root, struct edoc_error *err)
{
	struct builder b = {
	        .where = where, .arena = arena, .err = err, .max_nodes = limits->nodes};
	struct ed_yaml_mark mark = {1, 1};
	yaml_parser_t parser;
	const unsigned char *p = bytes ? bytes : (const unsigned char *)"";
	const char *fault;
	enum edoc_code code;
	size_t skip;

	*root = NULL;
	if (len > limits->bytes)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "a YAML file may have %zu bytes, this has %zu", limits->bytes, len);
	fault = ed_yaml_scan(p, len, &skip, &mark);
	if (fault)
		return fail_at(err, EDOC_ERR_INPUT, where, mark, "%s", dgettext("edoc", fault));
	if (!yaml_parser_initialize(&parser))
		return ed_fail_memory(err);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, p + skip, len - skip);
	ed_yaml_walk_init(&b.walk, p + skip, len - skip);
	ed_buf_init(&b.waiting, ED_MAX_YAML_BYTES);
	b.walk.comment = commented ? on_comment : NULL;
	b.walk.arg = &b;
	code = pump(&b, &parser);
	yaml_parser_delete(&parser);
	if (!code && !b.root) { /* nothing but comments: an empty map */
		b.root = ed_arena_alloc(arena, sizeof(*b.root));
		if (b.root)
			*b.root = (struct ed_yaml){.kind = ED_YAML_MAP, .line = 1, .column = 1};
		else
			code = ed_fail_memory(err);
	}
	if (!code)
		code = take_comments(&b, &b.root->below);
	ed_buf_clear(&b.waiting);
	if (!code)
		*root = b.root;
	return code;
}

enum edoc_code ed_yaml_parse(const void *bytes, size_t len, const char *where,
                             struct ed_arena *arena, struct ed_yaml **root, struct edoc_error *err)
{
	return parse(bytes, len, &usual, where, arena, false, root, err);
}

enum edoc_code ed_yaml_parse_within(const void *bytes, size_t len,
                                    const struct ed_yaml_limits *limits, const char *where,
                                    struct ed_arena *arena, struct ed_yaml **root,
                                    struct edoc_error *err)
{
	return parse(bytes, len, limits, where, arena, false, root, err);
}

enum edoc_code ed_yaml_parse_commented(const void *bytes, size_t len, const char *where,
                                       struct ed_arena *arena, struct ed_yaml **root,
                                       struct edoc_error *err)
{
	return parse(bytes, len, &usual, where, arena, true, root, err);
}

const struct ed_yaml *ed_yaml_get(const struct ed_yaml *map, const char *key)
{
	if (!map || map->kind != ED_YAML_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (!strcmp(map->keys[i]->text, key))
			return map->items[i];
	return NULL;
}

/* Levenshtein over bytes, two rows; strings past 63 bytes are never near. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[64], diagonal, above;
	size_t la = strlen(a), lb = strlen(b);

	if (la > 63 || lb > 63)
		return 64;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned d = diagonal + (a[i - 1] != b[j - 1]);

			above = row[j];
			if (above + 1 < d)
				d = above + 1;
			if (row[j - 1] + 1 < d)
				d = row[j - 1] + 1;
			diagonal = above;
			row[j] = d;
		}
	}
	return row[lb];
}

const char *ed_nearest(const char *text, const char *const *known)
{
	const char *best = NULL;
	unsigned least = 4, d;

	for (; *known; known++) {
		d = distance(text, *known);
		/* "x" is not nearly "by": something must remain of the word. */
		if (d < least && d < strlen(text)) {
			least = d;
			best = *known;
		}
	}
	return best;
}

enum edoc_code ed_yaml_only(const struct ed_yaml *map, const char *where, const char *const *known,
                            struct edoc_error *err)
{
	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, where, err, "\"key: value\" lines must stand here");
	for (size_t i = 0; i < map->n; i++) {
		const char *const *k = known, *near;

		while (*k && strcmp(*k, map->keys[i]->text))
			k++;
		if (*k)
			continue;
		near = ed_nearest(map->keys[i]->text, known);
		if (near)
			return ed_yaml_fail(map->keys[i], where, err,
			                    "unknown key \"%s\"; the nearest known one is \"%s\"",
			                    map->keys[i]->text, near);
		return ed_yaml_fail(map->keys[i], where, err, "unknown key \"%s\"",
		                    map->keys[i]->text);
	}
	return EDOC_OK;
}

enum edoc_code ed_yaml_text(const struct ed_yaml *map, const char *where, const char *key,
                            bool required, const char **text, struct edoc_error *err)
{
	const struct ed_yaml *v = ed_yaml_get(map, key);

	*text = NULL;
	if (!v && required)
		return ed_yaml_fail(map, where, err, "the key \"%s\" is missing", key);
	if (!v)
		return EDOC_OK;
	if (v->kind != ED_YAML_SCALAR)
		return ed_yaml_fail(v, where, err, "\"%s\" must be one value, not a list or map",
		                    key);
	if (v->plain && !*v->text)
		return ed_yaml_fail(v, where, err,
		                    "\"%s\" has no value; write one or leave the line out", key);
	*text = v->text;
	return EDOC_OK;
}

enum edoc_code ed_yaml_integer(const struct ed_yaml *map, const char *where, const char *key,
                               int64_t min, int64_t max, int64_t *value, bool *present,
                               struct edoc_error *err)
{
	const char *text, *digits;
	enum edoc_code code;
	long long v;
	char *end;

	if (present)
		*present = false;
	code = ed_yaml_text(map, where, key, !present, &text, err);
	if (code || !text)
		return code;
	digits = text + (*text == '-');
	errno = 0;
	v = strtoll(text, &end, 10);
	/* One spelling a number: no "+1", " 1", "01", "1e3", "0x1", "-0". */
	if (!*digits || strspn(digits, "0123456789") != strlen(digits) ||
	    (*digits == '0' && (digits[1] || digits != text)))
		return ed_yaml_fail(ed_yaml_get(map, key), where, err,
		                    "\"%s\" must be a whole number, not \"%s\"", key, text);
	if (errno || v < min || v > max)
		return ed_yaml_fail(ed_yaml_get(map, key), where, err,
		                    "\"%s\" must lie between %lld and %lld", key, (long long)min,
		                    (long long)max);
	*value = v;
	if (present)
		*present = true;
	return EDOC_OK;
}
