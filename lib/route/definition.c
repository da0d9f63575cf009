/* SPDX-License-Identifier: ISC */
/*
 * The grammar of edoc-route/1: the head of the file, its roles and fields.
 * Keys of later versions are refused by name, never passed over: a route that
 * asks for a quorum must not run without one.
 */
#include "route/definition.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/crypto.h"
#include "route/grammar.h"
#include "route/passport.h"
#include "route/term.h"

#define FORMAT "edoc-route/"

/* ---- roles ---- */

/* A name of the directory, or "$item": the agency that an `each` stands at. */
static enum edoc_code parse_agency(struct ed_def *p, const struct ed_yaml *map,
                                   struct ed_role *role)
{
	const struct ed_yaml *node = ed_yaml_get(map, "agency");

	role->item = node && node->kind == ED_YAML_SCALAR && !strcmp(node->text, "$item");
	return role->item ? EDOC_OK : ed_def_id(p, map, "agency", false, &role->agency);
}

static enum edoc_code parse_role(struct ed_def *p, const struct ed_yaml *key,
                                 const struct ed_yaml *map, struct ed_role *role)
{
	const struct ed_yaml *deputy;
	const char *party;
	enum edoc_code code;

	code = ed_def_check_id(p, key);
	if (!code)
		code = ed_def_only(p, map, &ed_shape_role);
	if (!code)
		code = ed_yaml_text(map, p->where, "party", false, &party, p->err);
	if (!code)
		code = parse_agency(p, map, role);
	if (!code)
		code = ed_def_text(p, map, "unit", false, &role->unit);
	if (!code)
		code = ed_def_text(p, map, "post", false, &role->post);
	if (!code)
		code = ed_def_id(p, map, "set-by", false, &role->set_by);
	if (code)
		return code;
	role->id = key->text;
	role->initiator = party != NULL;
	deputy = ed_yaml_get(map, "deputy");
	if (party && strcmp(party, "initiator"))
		return ed_yaml_fail(ed_yaml_get(map, "party"), p->where, p->err,
		                    "the only party of this version is \"initiator\"");
	if (party && (role->unit || role->post || deputy || role->item || role->set_by))
		return ed_yaml_fail(
		        key, p->where, p->err,
		        "the initiator is whoever submits: no unit, post, deputy or step says who");
	if (role->set_by && role->item)
		return ed_yaml_fail(ed_yaml_get(map, "agency"), p->where, p->err,
		                    "the step \"%s\" names who it is, not \"do: each\"",
		                    role->set_by);
	if (!party && !role->agency && !role->unit && !role->post && !role->set_by)
		return ed_yaml_fail(
		        key, p->where, p->err,
		        "the role \"%s\" says nobody: give an agency, a unit, a post or a party",
		        key->text);
	if (deputy && !role->post)
		return ed_yaml_fail(deputy, p->where, p->err, "only a post has deputies");
	return deputy ? ed_def_words(p, deputy, false, &role->deputies) : EDOC_OK;
}

static enum edoc_code parse_roles(struct ed_def *p, const struct ed_yaml *map)
{
	struct ed_route *route = p->route;
	enum edoc_code code = EDOC_OK;

	if (!map || map->kind != ED_YAML_MAP || !map->n)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a route needs \"roles:\" with who is who");
	if (map->n > ED_MAX_ROUTE_ROLES)
		return ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a route may have %d roles",
		               ED_MAX_ROUTE_ROLES);
	route->roles = ed_arena_alloc(p->arena, map->n * sizeof(*route->roles));
	if (!route->roles)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < map->n && !code; i++, route->n_roles++)
		code = parse_role(p, map->keys[i], map->items[i], &route->roles[i]);
	return code;
}

static enum edoc_code parse_separate(struct ed_def *p, const struct ed_yaml *list)
{
	struct ed_route *route = p->route;
	enum edoc_code code = EDOC_OK;

	if (!list)
		return EDOC_OK;
	if (list->kind != ED_YAML_LIST || !list->n)
		return ed_yaml_fail(list, p->where, p->err,
		                    "\"separate\" is a list of pairs: [[author, head]]");
	route->separate = ed_arena_alloc(p->arena, list->n * sizeof(*route->separate));
	if (!route->separate)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++, route->n_separate++) {
		const struct ed_yaml *pair = list->items[i];

		if (pair->kind != ED_YAML_LIST || pair->n != 2)
			return ed_yaml_fail(pair, p->where, p->err, "two roles must stand here");
		code = ed_def_role_at(p, pair->items[0], &route->separate[i][0]);
		if (!code)
			code = ed_def_role_at(p, pair->items[1], &route->separate[i][1]);
		if (!code && route->separate[i][0] == route->separate[i][1])
			code = ed_yaml_fail(pair, p->where, p->err,
			                    "a role can not be separate from itself");
	}
	return code;
}

/* ---- the head of the file ---- */

static enum edoc_code parse_title(struct ed_def *p, const struct ed_yaml *map)
{
	struct ed_route *route = p->route;
	enum edoc_code code;

	if (!map)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a route needs \"title: {tg: ..., en: ...}\"");
	code = ed_def_only(p, map, &ed_shape_title);
	for (size_t i = 0; !code && i < map->n; i++) {
		route->title_lang[i] = map->keys[i]->text;
		code = ed_def_text(p, map, map->keys[i]->text, true, &route->title[i]);
	}
	if (!code && !map->n)
		code = ed_yaml_fail(map, p->where, p->err, "a title in one language at least");
	return code;
}

static enum edoc_code parse_count(struct ed_def *p, const struct ed_yaml *map)
{
	struct ed_count_rules *count = &p->route->count;
	const char *cutoff = NULL;
	enum edoc_code code;
	int choice = 0;

	if (!map)
		return EDOC_OK;
	code = ed_def_only(p, map, &ed_shape_count);
	if (!code)
		code = ed_def_choice(p, map, "start", ed_start_names, &choice);
	count->start = choice == 1   ? ED_START_SAME_DAY
	               : choice == 2 ? ED_START_NEXT_WORKING_DAY
	                             : ED_START_NEXT_DAY;
	if (!code)
		code = ed_def_choice(p, map, "roll", ed_roll_names, &choice);
	count->roll = choice == 1 ? ED_ROLL_PREVIOUS : choice == 2 ? ED_ROLL_NONE : ED_ROLL_NEXT;
	if (!code)
		code = ed_yaml_text(map, p->where, "cutoff", false, &cutoff, p->err);
	if (!code && cutoff && !ed_clock_parse(cutoff, &count->cutoff))
		return ed_yaml_fail(ed_yaml_get(map, "cutoff"), p->where, p->err,
		                    "\"cutoff\" is a time of day such as \"18:00\"");
	return code;
}

static enum edoc_code parse_format(struct ed_def *p, const struct ed_yaml *root)
{
	const char *format, *digits;
	enum edoc_code code = ed_yaml_text(root, p->where, "format", true, &format, p->err);

	if (code)
		return code;
	digits = format + strlen(FORMAT);
	if (strncmp(format, FORMAT, strlen(FORMAT)) || !*digits ||
	    digits[strspn(digits, "0123456789")])
		return ed_yaml_fail(ed_yaml_get(root, "format"), p->where, p->err,
		                    "\"%s\" is no route; \"format: edoc-route/1\" is one", format);
	if (strcmp(digits, "1"))
		return ed_fail(p->err, EDOC_ERR_VERSION, p->where,
		               "the route is written in %s; this release reads edoc-route/1",
		               format);
	return EDOC_OK;
}

static bool is_route_id(const char *s)
{
	return *s >= 'a' && *s <= 'z' && strlen(s) <= 128 && !strstr(s, "..") &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0';
}

static enum edoc_code parse_head(struct ed_def *p, const struct ed_yaml *root)
{
	struct ed_route *route = p->route;
	struct ed_date date;
	int64_t version = 0;
	enum edoc_code code;

	code = ed_def_text(p, root, "route", true, &route->id);
	if (!code && !is_route_id(route->id))
		code = ed_yaml_fail(
		        ed_yaml_get(root, "route"), p->where, p->err,
		        "a route's id is made of a-z, 0-9, \".\" and \"-\": tj.farmoish");
	if (!code)
		code = ed_yaml_integer(root, p->where, "version", 1, 1000000, &version, NULL,
		                       p->err);
	route->version = (int)version;
	if (!code)
		code = parse_title(p, ed_yaml_get(root, "title"));
	if (!code)
		code = ed_def_text(p, root, "basis", false, &route->basis);
	if (!code)
		code = ed_def_text(p, root, "issued-by", false, &route->issued_by);
	if (!code)
		code = ed_def_text(p, root, "date", false, &route->date);
	if (!code && route->date && !ed_date_parse(route->date, &date))
		code = ed_yaml_fail(ed_yaml_get(root, "date"), p->where, p->err,
		                    "\"date\" is a day such as 2026-03-05");
	if (!code)
		code = ed_def_id(p, root, "calendar", true, &route->calendar);
	if (!code)
		code = ed_def_text(p, root, "zone", true, &route->zone);
	if (!code) {
		route->zone_line = ed_yaml_get(root, "zone")->line;
		route->zone_column = ed_yaml_get(root, "zone")->column;
	}
	return code ? code : parse_count(p, ed_yaml_get(root, "count"));
}

/* {by: ROLE, before: STEP, reason: required | [a, b]} */
static enum edoc_code parse_withdraw(struct ed_def *p, const struct ed_yaml *map)
{
	const struct ed_yaml *reason = ed_yaml_get(map, "reason");
	struct ed_withdraw *w = &p->route->withdraw;
	const char *step;
	enum edoc_code code;

	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "\"withdraw\" is written {by: ROLE, before: STEP}");
	code = ed_def_only(p, map, &ed_shape_withdraw);
	if (!code)
		code = ed_def_role(p, map, "by", true, &w->by);
	if (!code)
		code = ed_def_id(p, map, "before", false, &step);
	if (!code && step) {
		w->before = ed_block_step(&p->route->body, step);
		if (!w->before)
			return ed_yaml_fail(ed_yaml_get(map, "before"), p->where, p->err,
			                    "there is no step \"%s\"", step);
	}
	if (code || !reason ||
	    (reason->kind == ED_YAML_SCALAR && !strcmp(reason->text, "required")))
		return code;
	return ed_def_words(p, reason, true, &w->reasons);
}

enum edoc_code ed_route_parse(const void *bytes, size_t len, const char *where,
                              struct ed_arena *arena, struct ed_route **route,
                              struct edoc_error *err)
{
	struct ed_def p = {.where = where, .arena = arena, .err = err};
	char ref[ED_SHA256_REF];
	struct ed_yaml *root;
	enum edoc_code code;

	*route = NULL;
	p.route = ed_arena_alloc(arena, sizeof(*p.route));
	if (!p.route || !ed_sha256_ref(bytes ? bytes : "", len, ref))
		return ed_fail_memory(err);
	memcpy(p.route->sha256, ref + 7, 65);
	code = ed_yaml_parse(bytes, len, where, arena, &root, err);
	if (!code && root->kind != ED_YAML_MAP)
		code = ed_yaml_fail(root, where, err, "a route is made of \"key: value\" lines");
	if (!code)
		code = parse_format(&p, root);
	if (!code)
		code = ed_def_only(&p, root, &ed_shape_route);
	if (!code)
		code = parse_head(&p, root);
	if (!code)
		code = ed_fields_parse(ed_yaml_get(root, "fields"), where, arena, &p.route->fields,
		                       err);
	if (!code)
		code = ed_def_passport(&p, root);
	if (!code)
		code = parse_roles(&p, ed_yaml_get(root, "roles"));
	if (!code)
		code = parse_separate(&p, ed_yaml_get(root, "separate"));
	if (!code && !ed_yaml_get(root, "steps"))
		code = ed_yaml_fail(root, where, err, "a route needs \"steps:\", a list");
	if (!code)
		code = ed_def_steps(&p, ed_yaml_get(root, "steps"), &p.route->body);
	if (!code)
		code = ed_def_setters(&p, root);
	if (!code)
		code = ed_def_terms(&p);
	if (!code)
		code = ed_def_clocks(&p, ed_yaml_get(root, "clocks"));
	if (!code && ed_yaml_get(root, "withdraw"))
		code = parse_withdraw(&p, ed_yaml_get(root, "withdraw"));
	if (!code)
		*route = p.route;
	return code;
}

const struct ed_route_step *ed_block_step(const struct ed_route_block *block, const char *id)
{
	for (size_t i = 0; block->steps && i < block->n_steps; i++)
		if (!strcmp(block->steps[i].id, id))
			return &block->steps[i];
	return NULL;
}

/* The branch of that name; of an each there is one, for whatever it stands at. */
static const struct ed_route_block *branch(const struct ed_route_step *step, const char *id,
                                           size_t len)
{
	for (size_t i = 0; i < step->n_branches; i++) {
		const struct ed_route_block *b = &step->branches[i];

		if (!b->id || (strlen(b->id) == len && !memcmp(b->id, id, len)))
			return b;
	}
	return NULL;
}

const struct ed_route_step *ed_route_step(const struct ed_route *route, const char *path)
{
	const struct ed_route_block *block = &route->body;
	const struct ed_route_step *step = NULL;
	char id[65];

	while (*path) {
		size_t n = strcspn(path, "/");

		if (!n || n >= sizeof(id))
			return NULL;
		memcpy(id, path, n);
		id[n] = '\0';
		if (step) { /* the part of a join */
			block = branch(step, id, n);
			step = block && block->single ? &block->steps[0] : NULL;
			if (!block)
				return NULL;
		} else {
			step = ed_block_step(block, id);
			if (!step)
				return NULL;
		}
		path += n;
		if (*path == '/' && !*++path)
			return NULL;
	}
	return step;
}

void ed_block_walk(const struct ed_route_block *block,
                   void (*visit)(const struct ed_route_step *step, void *arg), void *arg)
{
	for (size_t i = 0; i < block->n_steps; i++) {
		const struct ed_route_step *step = &block->steps[i];

		visit(step, arg);
		for (size_t k = 0; k < step->n_branches; k++)
			ed_block_walk(&step->branches[k], visit, arg);
	}
}

const struct ed_route_outcome *ed_route_outcome(const struct ed_route_step *step, const char *id)
{
	for (size_t i = 0; i < step->n_outcomes; i++)
		if (!strcmp(step->outcomes[i].id, id))
			return &step->outcomes[i];
	return NULL;
}
