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
	grown = ed_arena_alloc(s->p->arena, (n + 1) * sizeof(*grown));
	if (!grown)
		return ed_fail_memory(s->p->err);
	if (n)
		memcpy(grown, setter->sets, n * sizeof(*grown));
	grown[n] = s->role;
	setter->sets = grown;
	setter->n_sets = n + 1;
	return EDOC_OK;
}

static enum edoc_code no_setter(struct setting *s, const struct ed_route_step *step)
{
	const char *id = s->role->set_by, *near;

	if (ed_def_one_of(id, s->ids))
		return ed_yaml_fail(s->node, s->p->where, s->p->err,
		                    "the step \"%s\" does not stand before \"%s\", which asks for "
		                    "who it names",
		                    id, step->path);
	near = ed_nearest(id, s->ids);
	return ed_yaml_fail(s->node, s->p->where, s->p->err, "there is no step \"%s\"%s%s%s", id,
	                    near ? "; the nearest one is \"" : "", near ? near : "",
	                    near ? "\"" : "");
}

static void use(const struct ed_route_step *step, void *arg)
{
	struct setting *s = arg;
	struct ed_route_step *setter;

	if (s->code || step->by != s->role)
		return;
	setter = step_before(step, s->role->set_by);
	if (!setter)
		s->code = no_setter(s, step);
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
			s.code = no_setter(&s, NULL);
	}
	return s.code;
}
