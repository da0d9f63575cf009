/* SPDX-License-Identifier: ISC */
/*
 * One way to write a route.  Keys stand in the order of language.c; what the
 * author named (roles, outcomes, branches) in his, for there it has a meaning.
 * Nothing is changed that another reader of YAML could take for another value.
 */
#include "route/format.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "route/definition.h"
#include "route/language.h"
#include "route/told.h"

#define WIDTH 80
#define INDENT 2

struct writer {
	struct ed_buf *out;
	struct ed_buf line; /* a map or list, tried in one line */
};

/* ---- scalars ---- */

/* Would other readers take these letters for a truth value, a number or a day? */
static bool is_other_type(const char *s)
{
	static const char *const words[] = {"y",     "n",    "yes", "no",   "on",    "off",  "true",
	                                    "false", "null", "~",   ".inf", "-.inf", ".nan", "="};
	const char *digits = s + strspn(s, "+-.");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcasecmp(s, words[i]))
			return true;
	return *digits >= '0' && *digits <= '9' &&
	       !digits[strspn(digits, "0123456789abcdefABCDEFxXoO_.,:+-TtZz ")];
}

/* Can it stand without quotes (YAML 1.2, 7.3.3)? */
static bool is_plain(const char *s, bool flow)
{
	size_t len = strlen(s);

	if (!len || strchr("-?:,[]{}#&*!|>'\"%@`", *s) || strpbrk(s, "\n\t") || *s == ' ' ||
	    s[len - 1] == ' ' || s[len - 1] == ':' || !strcmp(s, "<<") || !strncmp(s, "...", 3))
		return false;
	return !strstr(s, ": ") && !strstr(s, " #") && !(flow && strpbrk(s, ",[]{}"));
}

static void put_scalar(struct ed_buf *out, const struct ed_yaml *node, bool flow)
{
	const char *s = node->text;

	if (is_plain(s, flow) && (node->plain || !is_other_type(s))) {
		ed_buf_puts(out, s);
		return;
	}
	ed_buf_putc(out, '"');
	for (; *s; s++) {
		if (strchr("\n\t\"\\", *s))
			ed_buf_putc(out, '\\');
		ed_buf_putc(out, (char)(*s == '\n' ? 'n' : *s == '\t' ? 't' : *s));
	}
	ed_buf_putc(out, '"');
}

/* ---- the order ---- */

/* The member that stands `at`-th, or one behind; *at counts on.  Keys of the
 * language first, in their order. */
static size_t next_member(const struct ed_yaml *map, const struct ed_shape *shape, size_t *at)
{
	const struct ed_shape_key *keys = shape ? shape->keys : NULL;

	if (!keys || map->kind != ED_YAML_MAP)
		return (*at)++;
	while (keys[*at].name) {
		const char *name = keys[(*at)++].name;

		for (size_t i = 0; i < map->n; i++)
			if (!strcmp(map->keys[i]->text, name))
				return i;
	}
	return map->n;
}

static const struct ed_shape *below(const struct ed_yaml *node, const struct ed_shape *shape,
                                    size_t i)
{
	if (node->kind == ED_YAML_MAP)
		shape = ed_shape_below(shape, node->keys[i]->text);
	return ed_shape_of(shape, node->items[i]);
}

/* ---- in one line ---- */

static const struct ed_yaml *entry_of(const struct ed_yaml *node, size_t i)
{
	return node->kind == ED_YAML_MAP ? node->keys[i] : node->items[i];
}

/* Values, and lists of values: nothing deeper, and no comment. */
static bool is_flat(const struct ed_yaml *node, bool map)
{
	for (size_t i = 0; i < node->n; i++) {
		const struct ed_yaml *item = node->items[i], *entry = entry_of(node, i);

		if (entry->above || entry->behind)
			return false;
		if (item->n && (item->kind == ED_YAML_MAP || !map || !is_flat(item, false)))
			return false;
	}
	return true;
}

static void put_flow(struct ed_buf *out, const struct ed_yaml *node, const struct ed_shape *shape)
{
	bool map = node->kind == ED_YAML_MAP;

	if (node->kind == ED_YAML_SCALAR) {
		put_scalar(out, node, true);
		return;
	}
	ed_buf_putc(out, map ? '{' : '[');
	for (size_t at = 0, n = 0, i; (i = next_member(node, shape, &at)) < node->n; n++) {
		if (n)
			ed_buf_puts(out, ", ");
		if (map) {
			put_scalar(out, node->keys[i], true);
			ed_buf_puts(out, ": ");
		}
		put_flow(out, node->items[i], below(node, shape, i));
	}
	ed_buf_putc(out, map ? '}' : ']');
}

static size_t columns(const struct ed_buf *buf, size_t from)
{
	size_t n = 0;

	for (; from < buf->len; from++)
		n += (buf->data[from] & 0xc0) != 0x80;
	return n;
}

/* Into w->line, when it may be in one line and fits behind `used` columns. */
static bool fits(struct writer *w, const struct ed_yaml *node, const struct ed_shape *shape,
                 bool item, size_t used)
{
	ed_buf_reset(&w->line);
	if (node->kind == ED_YAML_SCALAR) {
		put_scalar(&w->line, node, false);
		return true;
	}
	if (!is_flat(node, true) || (item && shape == &ed_shape_work))
		return false; /* a step has a line for each key */
	put_flow(&w->line, node, shape);
	return !node->n || used + 1 + columns(&w->line, 0) <= WIDTH;
}

/* ---- in lines ---- */

static void put_indent(struct ed_buf *out, unsigned indent)
{
	ed_buf_printf(out, "%*s", (int)indent, "");
}

/* Lines of comments, where the key or item will stand. */
static void put_above(struct ed_buf *out, const char *text, unsigned indent)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");

		if (n)
			put_indent(out, indent);
		ed_buf_put(out, text, n);
		ed_buf_putc(out, '\n');
		text += n + (text[n] == '\n');
	}
}

/* "- id: x": what would stand between the dash and the key, or behind a dash
 * that lines follow, goes above the dash. */
static void put_above_dash(struct writer *w, const struct ed_yaml *item,
                           const struct ed_shape *shape, unsigned indent)
{
	for (unsigned deep = indent; !fits(w, item, shape, true, deep + 1); deep += INDENT) {
		const struct ed_yaml *entry;
		size_t at = 0, i = next_member(item, shape, &at);

		put_above(w->out, item->behind, indent);
		entry = entry_of(item, i);
		put_above(w->out, entry->above, indent);
		if (item->kind == ED_YAML_MAP)
			return;
		shape = below(item, shape, i);
		item = entry;
	}
}

/* An empty line sets off parts of the head, and each step of the route. */
static bool is_apart(const struct ed_yaml *node, size_t i, const struct ed_shape *shape,
                     unsigned indent)
{
	static const char *const parts[] = {"service", "fields",   "roles", "separate",
	                                    "clocks",  "withdraw", "steps"};

	if (node->kind == ED_YAML_LIST)
		return i && shape && indent == INDENT;
	for (size_t k = 0; indent == 0 && k < sizeof(parts) / sizeof(*parts); k++)
		if (!strcmp(node->keys[i]->text, parts[k]))
			return true;
	return false;
}

/* Lines for each member; begun: the first one's place is written, behind a dash. */
static void put_block(struct writer *w, const struct ed_yaml *node, const struct ed_shape *shape,
                      unsigned indent, bool begun)
{
	bool map = node->kind == ED_YAML_MAP;

	for (size_t at = 0, n = 0, i; (i = next_member(node, shape, &at)) < node->n; n++) {
		const struct ed_yaml *entry = entry_of(node, i), *value = node->items[i];
		const struct ed_shape *inner = below(node, shape, i);
		size_t from;

		if (!(begun && !n)) {
			if (is_apart(node, i, inner, indent))
				ed_buf_putc(w->out, '\n');
			put_above(w->out, entry->above, indent);
			if (!map)
				put_above_dash(w, value, inner, indent);
			put_indent(w->out, indent);
		}
		from = w->out->len;
		if (map)
			put_scalar(w->out, entry, true);
		ed_buf_putc(w->out, map ? ':' : '-');
		bool one = fits(w, value, inner, !map, indent + columns(w->out, from));
		if (one)
			ed_buf_printf(w->out, " %s", ed_buf_str(&w->line));
		if (entry->behind && (map || one))
			ed_buf_printf(w->out, "  %s", entry->behind);
		ed_buf_putc(w->out, !map && !one ? ' ' : '\n');
		if (!one)
			put_block(w, value, inner, indent + INDENT, !map);
	}
}

/* ---- the whole ---- */

/* The same keys with the same values; of what is in an order, the same order. */
static bool is_same(const struct ed_yaml *a, const struct ed_yaml *b, const struct ed_shape *shape)
{
	size_t at_a = 0, at_b = 0;

	if (a->kind != b->kind || a->n != b->n)
		return false;
	if (a->kind == ED_YAML_SCALAR)
		return !strcmp(a->text, b->text);
	for (size_t n = 0; n < a->n; n++) {
		size_t i = next_member(a, shape, &at_a), k = next_member(b, shape, &at_b);

		if (i >= a->n || k >= b->n)
			return false;
		if (a->kind == ED_YAML_MAP && strcmp(a->keys[i]->text, b->keys[k]->text))
			return false;
		if (!is_same(a->items[i], b->items[k], below(a, shape, i)))
			return false;
	}
	return true;
}

/* Whoever rewrites what somebody wrote looks whether it says the same. */
static enum edoc_code check(const struct ed_yaml *was, const struct ed_buf *out, const char *where,
                            struct ed_arena *arena, struct edoc_error *err)
{
	struct ed_yaml *is;
	enum edoc_code code = ed_buf_check(out, where, err);

	if (!code)
		code = ed_yaml_parse(out->data, out->len, where, arena, &is, err);
	if (!code && !is_same(was, is, &ed_shape_route))
		code = ed_fail(err, EDOC_ERR_BUG, where,
		               "the form of this route does not say what the route says");
	return code;
}

enum edoc_code ed_route_format(const void *bytes, size_t len, const char *where, struct ed_buf *out,
                               struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct writer w = {.out = out};
	struct ed_route *route;
	struct ed_yaml *root;

	if (!arena)
		return ed_fail_memory(err);
	ed_buf_init(&w.line, ED_MAX_YAML_BYTES);
	enum edoc_code code = ed_route_parse(bytes, len, where, arena, &route, err);
	if (!code)
		code = ed_yaml_parse_commented(bytes, len, where, arena, &root, err);
	if (!code) {
		put_above(out, root->above, 0);
		put_block(&w, root, &ed_shape_route, 0, false);
		put_above(out, root->below, 0);
		code = ed_buf_check(&w.line, where, err);
	}
	if (!code)
		code = check(root, out, where, arena, err);
	ed_buf_clear(&w.line);
	ed_arena_free(arena);
	return code;
}

static enum edoc_code tell(struct ed_tale *tale, const char *path, bool same, bool write,
                           const char *text, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	json_t *o;

	if (tale->want_text && text)
		ed_buf_puts(&tale->text, text);
	else if (tale->want_text && !same)
		ed_buf_printf(&tale->text, "%s\n", path);
	if (!tale->want_json)
		return code;
	o = json_object();
	if (ed_json_str(o, "path", path) | ed_json_bool(o, "canonical", same) |
	    (text ? ed_json_str(o, "text", text) : ed_json_bool(o, "written", write && !same)))
		code = ed_fail_memory(err);
	if (!code)
		code = ed_tale_json(tale, "fmt", o, err);
	json_decref(o);
	return code;
}

enum edoc_code edoc_route_format(const char *path, enum edoc_format_how how, char **text,
                                 char **json, bool *differs, struct edoc_error *err)
{
	struct ed_buf was, is;
	struct ed_tale tale;
	bool same, write = how == EDOC_FORMAT_WRITE;

	*differs = false;
	ed_buf_init(&was, ED_MAX_YAML_BYTES);
	ed_buf_init(&is, ED_MAX_YAML_BYTES);
	ed_tale_init(&tale, text, json);
	enum edoc_code code = ed_read_path(path, &was, err);
	if (!code)
		code = ed_route_format(was.data, was.len, path, &is, err);
	same = !code && was.len == is.len && !memcmp(was.data, is.data, is.len);
	if (!code && !same && write)
		code = ed_write_file(path, is.data, is.len, true, err);
	if (!code)
		code = tell(&tale, path, same, write,
		            how == EDOC_FORMAT_PRINT ? ed_buf_str(&is) : NULL, err);
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	if (!code)
		*differs = !same;
	ed_tale_clear(&tale);
	ed_buf_clear(&is);
	ed_buf_clear(&was);
	return code;
}
