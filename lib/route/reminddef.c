/* SPDX-License-Identifier: ISC */
/* The grammar of who is told: "notify", "remind" and "overdue". */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/grammar.h"
#include "route/term.h"

static const struct ed_role initiator = {.id = "initiator", .initiator = true};
static const struct ed_role *const initiators[] = {&initiator};
const struct ed_roles ed_to_initiator = {initiators, 1};

/* ---- roles ---- */

static enum edoc_code parse_role(struct ed_def *p, const struct ed_yaml *node, bool item,
                                 const struct ed_role **role)
{
	enum edoc_code code = EDOC_OK;

	*role = &initiator;
	/* A role of the route may have that name too, and is nobody else. */
	if (node->kind != ED_YAML_SCALAR || strcmp(node->text, initiator.id))
		code = ed_def_role_at(p, node, role);
	if (!code && (*role)->item && !item)
		code = ed_yaml_fail(node, p->where, p->err,
		                    "the role \"%s\" is of the agency that \"do: each\" stands "
		                    "at, and this is in none",
		                    (*role)->id);
	return code;
}

/* ROLE or [ROLE, ROLE], each once */
static enum edoc_code parse_roles(struct ed_def *p, const struct ed_yaml *node, bool item,
                                  struct ed_roles *roles)
{
	bool list = node->kind == ED_YAML_LIST;
	size_t n = list ? node->n : 1;
	const struct ed_role **v;
	enum edoc_code code = EDOC_OK;

	if (!n || n > ED_MAX_ROUTE_ROLES || node->kind == ED_YAML_MAP)
		return ed_yaml_fail(node, p->where, p->err,
		                    "a role, or a list of roles such as [head, control], must "
		                    "stand here");
	v = ed_arena_alloc(p->arena, n * sizeof(const struct ed_role *));
	if (!v)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < n && !code; i++) {
		const struct ed_yaml *at = list ? node->items[i] : node;

		code = parse_role(p, at, item, &v[i]);
		for (size_t k = 0; k < i && !code; k++)
			if (v[k] == v[i])
				code = ed_yaml_fail(at, p->where, p->err,
				                    "\"%s\" stands twice in this list", v[i]->id);
	}
	*roles = (struct ed_roles){v, n};
	return code;
}

enum edoc_code ed_def_notify(struct ed_def *p, const struct ed_yaml *map, bool item,
                             struct ed_roles *roles)
{
	const struct ed_yaml *node = ed_yaml_get(map, "notify");

	*roles = (struct ed_roles){0};
	return node ? parse_roles(p, node, item, roles) : EDOC_OK;
}

/* ---- remind ---- */

/* "-3wd", "due", "+1wd", "+1wd.." */
static bool rung_of(const char *text, struct ed_rung *rung)
{
	size_t len = strlen(text);
	char term[16];

	*rung = (struct ed_rung){.place = ED_RUNG_DUE};
	if (!strcmp(text, "due"))
		return true;
	if ((*text != '-' && *text != '+') || len > sizeof(term))
		return false;
	rung->place = *text == '-' ? ED_RUNG_BEFORE : ED_RUNG_AFTER;
	rung->again = len > 2 && *text == '+' && !strcmp(text + len - 2, "..");
	memcpy(term, text + 1, len - 1);
	term[len - 1 - (rung->again ? 2 : 0)] = '\0';
	return ed_term_parse(term, &rung->lead);
}

/* Does it come after the other?  Of different units the calendar decides. */
static bool behind(const struct ed_rung *a, const struct ed_rung *b)
{
	if (a->place != b->place)
		return a->place > b->place;
	if (a->place == ED_RUNG_DUE)
		return false;
	if (a->lead.unit != b->lead.unit)
		return true;
	return a->place == ED_RUNG_BEFORE ? a->lead.n < b->lead.n : a->lead.n > b->lead.n;
}

static enum edoc_code parse_rung(struct ed_def *p, const struct ed_yaml *node,
                                 const struct ed_rung *before, struct ed_rung *rung)
{
	const char *text = node->kind == ED_YAML_SCALAR ? node->text : "[...]";

	if (!rung_of(text, rung))
		return ed_yaml_fail(node, p->where, p->err,
		                    "\"%s\" is no reminder: -3wd before the last day, due on it, "
		                    "+1wd after it, +1wd.. again and again",
		                    text);
	if (before && before->again)
		return ed_yaml_fail(node, p->where, p->err,
		                    "nothing stands behind what comes again and again");
	if (before && !behind(rung, before))
		return ed_yaml_fail(node, p->where, p->err,
		                    "reminders stand in the order of time, each once: [-3wd, "
		                    "-1wd, due, +1wd..]");
	return EDOC_OK;
}

static enum edoc_code parse_remind(struct ed_def *p, const struct ed_yaml *list,
                                   struct ed_reminders *r)
{
	struct ed_rung *rungs;
	enum edoc_code code = EDOC_OK;

	if (list->kind != ED_YAML_LIST || !list->n)
		return ed_yaml_fail(list, p->where, p->err,
		                    "\"remind\" is a list such as [-3wd, -1wd, due, +1wd..]");
	if (list->n > ED_MAX_ROUTE_RUNGS)
		return ed_yaml_fail(list, p->where, p->err, "at most %d reminders",
		                    ED_MAX_ROUTE_RUNGS);
	rungs = ed_arena_alloc(p->arena, list->n * sizeof(*rungs));
	if (!rungs)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++)
		code = parse_rung(p, list->items[i], i ? &rungs[i - 1] : NULL, &rungs[i]);
	r->rungs = rungs;
	r->n_rungs = list->n;
	return code;
}

/* ---- overdue ---- */

/* {escalate: [ROLE, ...], again: 1wd} */
static enum edoc_code parse_overdue(struct ed_def *p, const struct ed_yaml *map, bool item,
                                    struct ed_reminders *r)
{
	const struct ed_yaml *escalate = ed_yaml_get(map, "escalate"),
	                     *again = ed_yaml_get(map, "again");
	enum edoc_code code;

	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "\"overdue\" is written {escalate: [ROLE], again: 1wd}");
	code = ed_def_only(p, map, &ed_shape_overdue);
	if (!code && !escalate)
		return ed_yaml_fail(map, p->where, p->err, "the key \"escalate\" is missing");
	if (!code)
		code = parse_roles(p, escalate, item, &r->escalate);
	if (!code && again)
		code = ed_def_term(p, again, &r->again);
	return code;
}

enum edoc_code ed_def_reminders(struct ed_def *p, const struct ed_yaml *map, bool item,
                                struct ed_clock_def *clock)
{
	const struct ed_yaml *remind = ed_yaml_get(map, "remind"),
	                     *overdue = ed_yaml_get(map, "overdue"), *any;
	struct ed_reminders *r = &clock->reminders;
	enum edoc_code code = EDOC_OK;

	any = remind ? remind : overdue;
	if (!any)
		return EDOC_OK;
	if (clock->within.unit == ED_TERM_NONE)
		return ed_yaml_fail(any, p->where, p->err,
		                    "there is no term to remind of: \"within\" is missing");
	r->line = any->line;
	r->column = any->column;
	if (remind)
		code = parse_remind(p, remind, r);
	if (!code && overdue)
		code = parse_overdue(p, overdue, item, r);
	return code;
}
