/* SPDX-License-Identifier: ISC */
#include "route/grammar.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/id.h"
#include "route/term.h"

#define MAX_TIMES 1000

/* What routing.md plans and this version does not run. */
static const char *const later[] = {"accept", "pick", "call",      "fixed",
                                    "forward", "wait", "exhausted", NULL};

bool ed_def_later(const char *key)
{
	return ed_def_one_of(key, later);
}

bool ed_def_one_of(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(text, *list))
			return true;
	return false;
}

enum edoc_code ed_def_only(struct ed_def *p, const struct ed_yaml *map,
                           const struct ed_shape *shape)
{
	const char *known[ED_MAX_SHAPE_KEYS + 1];

	ed_shape_names(shape, known);
	for (size_t i = 0; map->kind == ED_YAML_MAP && i < map->n; i++)
		if (!ed_def_one_of(map->keys[i]->text, known) &&
		    ed_def_one_of(map->keys[i]->text, later))
			return ed_yaml_fail(map->keys[i], p->where, p->err,
			                    "\"%s\" is not in this version of the route language "
			                    "(edoc-route/1)",
			                    map->keys[i]->text);
	return ed_yaml_only(map, p->where, known, p->err);
}

enum edoc_code ed_def_check_id(struct ed_def *p, const struct ed_yaml *node)
{
	if (node->kind == ED_YAML_SCALAR && ed_is_id(node->text))
		return EDOC_OK;
	return ed_yaml_fail(node, p->where, p->err,
	                    "\"%s\" is no name: a-z, 0-9 and \"-\", a letter first, 64 at most",
	                    node->kind == ED_YAML_SCALAR ? node->text : "[...]");
}

/* An optional name under key. */
enum edoc_code ed_def_id(struct ed_def *p, const struct ed_yaml *map, const char *key,
                         bool required, const char **out)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, out, p->err);

	return code || !*out ? code : ed_def_check_id(p, ed_yaml_get(map, key));
}

enum edoc_code ed_def_text(struct ed_def *p, const struct ed_yaml *map, const char *key,
                           bool required, const char **out)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, out, p->err);

	if (!code && *out && (!**out || strlen(*out) > 1000 || strpbrk(*out, "\n\t")))
		return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
		                    "\"%s\" must be one line of at most 1000 bytes", key);
	return code;
}

enum edoc_code ed_def_term(struct ed_def *p, const struct ed_yaml *node, struct ed_term *term)
{
	const char *text = node->kind == ED_YAML_SCALAR ? node->text : "";

	if (ed_term_parse(text, term))
		return EDOC_OK;
	return ed_yaml_fail(node, p->where, p->err,
	                    "\"%s\" is no term: 15d calendar days, 3wd working days, 1mo months",
	                    text);
}

/* A list of names or texts as a NULL-ended array. */
enum edoc_code ed_def_words(struct ed_def *p, const struct ed_yaml *node, bool ids,
                            const char *const **out)
{
	const char **words;

	if (node->kind != ED_YAML_LIST || !node->n)
		return ed_yaml_fail(node, p->where, p->err,
		                    "a list such as [a, b] must stand here");
	words = ed_arena_alloc(p->arena, (node->n + 1) * sizeof(*words));
	if (!words)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < node->n; i++) {
		const struct ed_yaml *item = node->items[i];

		if (item->kind != ED_YAML_SCALAR || !*item->text ||
		    (ids && ed_def_check_id(p, item) != EDOC_OK))
			return ed_yaml_fail(item, p->where, p->err, "a name must stand here");
		if (ed_def_one_of(item->text, words))
			return ed_yaml_fail(item, p->where, p->err,
			                    "\"%s\" stands twice in this list", item->text);
		words[i] = item->text;
	}
	*out = words;
	return EDOC_OK;
}

enum edoc_code ed_def_times(struct ed_def *p, const struct ed_yaml *map, int *times)
{
	int64_t v = 0;
	bool present;
	enum edoc_code code =
	        ed_yaml_integer(map, p->where, "times", 1, MAX_TIMES, &v, &present, p->err);

	*times = !code && present ? (int)v : 0;
	return code;
}

/* One of the words, by its place in the list; absent: 0. */
enum edoc_code ed_def_choice(struct ed_def *p, const struct ed_yaml *map, const char *key,
                             const char *const *words, int *choice)
{
	const char *text;
	enum edoc_code code = ed_yaml_text(map, p->where, key, false, &text, p->err);

	*choice = 0;
	if (code || !text)
		return code;
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], text)) {
			*choice = i;
			return EDOC_OK;
		}
	return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
	                    "\"%s\" can not be \"%s\"; one of: %s, %s%s%s", key, text, words[0],
	                    words[1], words[2] ? ", " : "", words[2] ? words[2] : "");
}

static struct ed_role *find_role(const struct ed_route *route, const char *id)
{
	for (size_t i = 0; i < route->n_roles; i++)
		if (!strcmp(route->roles[i].id, id))
			return &route->roles[i];
	return NULL;
}

/* An error, not a finding of lint (R003 of the list): a step without its role
 * means nothing. */
enum edoc_code ed_def_role_at(struct ed_def *p, const struct ed_yaml *node,
                              const struct ed_role **role)
{
	const char *known[ED_MAX_ROUTE_ROLES + 1], *near, *text;
	size_t n = 0;

	text = node->kind == ED_YAML_SCALAR ? node->text : "";
	*role = find_role(p->route, text);
	if (*role)
		return EDOC_OK;
	for (; n < p->route->n_roles && n < ED_MAX_ROUTE_ROLES; n++)
		known[n] = p->route->roles[n].id;
	known[n] = NULL;
	near = ed_nearest(text, known);
	if (near)
		return ed_yaml_fail(node, p->where, p->err,
		                    "there is no role \"%s\"; the nearest one is \"%s\"", text,
		                    near);
	return ed_yaml_fail(node, p->where, p->err, "there is no role \"%s\"", text);
}

enum edoc_code ed_def_role(struct ed_def *p, const struct ed_yaml *map, const char *key,
                           bool required, const struct ed_role **role)
{
	const struct ed_yaml *node = ed_yaml_get(map, key);

	if (!node && required)
		return ed_yaml_fail(map, p->where, p->err, "the key \"%s\" is missing", key);
	return node ? ed_def_role_at(p, node, role) : EDOC_OK;
}

enum edoc_code ed_def_condition(struct ed_def *p, const struct ed_yaml *map,
                                const struct ed_condition **condition)
{
	const struct ed_yaml *node = ed_yaml_get(map, "if");

	return node ? ed_condition_parse(node, p->where, &p->route->fields, p->arena, condition,
	                                 p->err)
	            : EDOC_OK;
}
