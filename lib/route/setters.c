/* SPDX-License-Identifier: ISC */
/* Roles that a step names ("set-by"): which step that is for each that uses
 * one, and that it stands before. */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/grammar.h"

struct setting {
	struct ed_def *p;
	const struct ed_role *role;
	const struct ed_yaml *node; /* "set-by" of the role */
	const char *ids[ED_MAX_ROUTE_STEPS + 1];
	size_t n;
	enum edoc_code code;
};

/* The step of that name before this one, in its block or in one around it. */
static struct ed_route_step *step_before(const struct ed_route_step *step, const char *id)
{
	for (; step; step = step->block->owner)
		for (size_t i = 0; &step->block->steps[i] < step; i++)
			if (!strcmp(step->block->steps[i].id, id))
				return &step->block->steps[i];
	return NULL;
}

static bool sets(const struct ed_route_step *setter, const struct ed_role *role)
{
	for (size_t i = 0; i < setter->n_sets; i++)
		if (setter->sets[i] == role)
			return true;
	return false;
}

static enum edoc_code add_role(struct setting *s, struct ed_route_step *setter)
{
	size_t n = setter->n_sets;
	const struct ed_role **grown;

	if (sets(setter, s->role))
		return EDOC_OK;
	grown = ed_arena_alloc(s->p->arena, (n + 1) * sizeof(const struct ed_role *));
	if (!grown)
		return ed_fail_memory(s->p->err);
	if (n)
		memcpy(grown, setter->sets, n * sizeof(const struct ed_role *));
	grown[n] = s->role;
	setter->sets = grown;
	setter->n_sets = n + 1;
	return EDOC_OK;
}

/* user: the step that asks for the role; "" none does. */
static enum edoc_code no_setter(struct setting *s, const char *user)
{
	const char *id = s->role->set_by, *near;

	if (ed_def_one_of(id, s->ids))
		return ed_yaml_fail(s->node, s->p->where, s->p->err,
		                    "the step \"%s\" does not stand before \"%s\", which asks for "
		                    "who it names",
		                    id, user);
	near = ed_nearest(id, s->ids);
	return ed_yaml_fail(s->node, s->p->where, s->p->err, "there is no step \"%s\"%s%s%s", id,
	                    near ? "; the nearest one is \"" : "", near ? near : "",
	                    near ? "\"" : "");
}

static void use(const struct ed_route_step *step, void *arg)
{
	struct setting *s = arg;
	struct ed_route_step *setter;

	if (s->code || (step->by != s->role && step->to != s->role))
		return;
	if (step->to == s->role)
		s->p->route->roles[s->role - s->p->route->roles].target = true;
	setter = step_before(step, s->role->set_by);
	if (!setter)
		s->code = no_setter(s, step->path);
	else if (!setter->by || setter->verb == ED_DO_SEND || setter->verb == ED_DO_RECEIVE)
		s->code = ed_yaml_fail(s->node, s->p->where, s->p->err,
		                       "the step \"%s\" is not done by people, and names nobody",
		                       setter->path);
	else if (setter->silent == ED_RESULT_PASS)
		s->code = ed_yaml_fail(s->node, s->p->where, s->p->err,
		                       "silence names nobody: no \"silent: agree\" at the step "
		                       "\"%s\"",
		                       setter->path);
	else
		s->code = add_role(s, setter);
	if (!s->code) /* the walk shows what is being read */
		((struct ed_route_step *)step)->set_by = setter;
}

static void list_id(const struct ed_route_step *step, void *arg)
{
	struct setting *s = arg;

	if (s->n < ED_MAX_ROUTE_STEPS)
		s->ids[s->n++] = step->id;
}

enum edoc_code ed_def_setters(struct ed_def *p, const struct ed_yaml *root)
{
	const struct ed_yaml *roles = ed_yaml_get(root, "roles");
	struct setting s = {.p = p};

	ed_block_walk(&p->route->body, list_id, &s);
	for (size_t i = 0; i < p->route->n_roles && !s.code; i++) {
		s.role = &p->route->roles[i];
		if (!s.role->set_by)
			continue;
		s.node = ed_yaml_get(ed_yaml_get(roles, s.role->id), "set-by");
		ed_block_walk(&p->route->body, use, &s);
		if (!s.code && !ed_def_one_of(s.role->set_by, s.ids))
			s.code = no_setter(&s, "");
	}
	return s.code;
}

/* ---- handing on ---- */

static enum edoc_code parse_delegate(struct ed_def *p, const struct ed_yaml *map,
                                     struct ed_route_step *step)
{
	const char *keep = NULL;
	int64_t depth = 1;
	bool present;
	enum edoc_code code = EDOC_OK;

	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "\"delegate\" is written {depth: 1, keep: responsible}");
	code = ed_def_only(p, map, &ed_shape_delegate);
	if (!code)
		code = ed_yaml_integer(map, p->where, "depth", 1, ED_MAX_DELEGATION, &depth,
		                       &present, p->err);
	if (!code)
		code = ed_yaml_text(map, p->where, "keep", true, &keep, p->err);
	if (code)
		return code;
	if (strcmp(keep, "responsible"))
		return ed_yaml_fail(
		        ed_yaml_get(map, "keep"), p->where, p->err,
		        "\"keep: responsible\": who delegates still answers, and may act");
	step->delegate = present ? (int)depth : 1;
	return EDOC_OK;
}

/* {by: head} or {by: [head, control]} */
static enum edoc_code parse_reassign(struct ed_def *p, const struct ed_yaml *map,
                                     struct ed_route_step *step)
{
	const struct ed_yaml *by = map->kind == ED_YAML_MAP ? ed_yaml_get(map, "by") : NULL;
	size_t n = by && by->kind == ED_YAML_LIST ? by->n : 1;
	enum edoc_code code;

	if (!by || !n)
		return ed_yaml_fail(map, p->where, p->err,
		                    "\"reassign\" is written {by: head} or {by: [head, control]}");
	code = ed_def_only(p, map, &ed_shape_reassign);
	step->reassign = ed_arena_alloc(p->arena, n * sizeof(const struct ed_role *));
	if (!step->reassign)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < n && !code; i++) {
		const struct ed_yaml *node = by->kind == ED_YAML_LIST ? by->items[i] : by;

		code = ed_def_role_at(p, node, &step->reassign[i]);
		if (!code && step->reassign[i]->initiator)
			code = ed_yaml_fail(node, p->where, p->err,
			                    "who submitted the case does not say who works on it");
		if (!code && step->reassign[i]->set_by)
			code = ed_yaml_fail(node, p->where, p->err,
			                    "the role \"%s\" is itself named by a step",
			                    step->reassign[i]->id);
		step->n_reassign += !code;
	}
	return code;
}

enum edoc_code ed_def_hands(struct ed_def *p, const struct ed_yaml *map, struct ed_route_step *step)
{
	const struct ed_yaml *delegate = ed_yaml_get(map, "delegate");
	const struct ed_yaml *reassign = ed_yaml_get(map, "reassign");
	const struct ed_yaml *any = delegate ? delegate : reassign;
	enum edoc_code code = EDOC_OK;

	if (any && (step->verb == ED_DO_SEND || step->verb == ED_DO_RECEIVE))
		return ed_yaml_fail(any, p->where, p->err,
		                    "a desk does this by itself: nobody hands it on");
	if (any && step->by->initiator)
		return ed_yaml_fail(any, p->where, p->err,
		                    "only who submitted the case may do this: nobody hands it on");
	if (delegate)
		code = parse_delegate(p, delegate, step);
	if (!code && reassign)
		code = parse_reassign(p, reassign, step);
	return code;
}
