/* SPDX-License-Identifier: ISC */
/*
 * An open step in other hands.  Handed on (step.delegated): somebody else may
 * do it too, for that visit, in the place of who hands it on, and only while
 * that one may.  Given to another (step.reassigned): the one before may not.
 */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/decide.h"

bool ed_hand_event(const char *event)
{
	return !strcmp(event, "step.delegated") || !strcmp(event, "step.reassigned");
}

/* ---- what is in force ---- */

/* The newest of each that hands it on holds; the one before is over. */
static const struct ed_delegation *newest_to(const struct ed_delegation *list, size_t n,
                                             const char *person)
{
	for (size_t i = n; i-- > 0;) {
		bool replaced = false;

		for (size_t k = i + 1; k < n; k++)
			replaced |= !strcmp(list[k].from, list[i].from);
		if (!replaced && !strcmp(list[i].to, person))
			return &list[i];
	}
	return NULL;
}

static bool over(const struct ed_delegation *d, struct ed_date on)
{
	return d->has_until && ed_date_compare(on, d->until) > 0;
}

const struct ed_delegation *ed_delegation_to(const struct ed_delegation *list, size_t n,
                                             const char *person, struct ed_date on)
{
	const struct ed_delegation *d = newest_to(list, n, person);

	return d && !over(d, on) ? d : NULL;
}

const struct ed_delegation *ed_visit_delegation(const struct ed_visit *visit, const char *person,
                                                struct ed_date on)
{
	return ed_delegation_to(visit->delegations, visit->n_delegations, person, on);
}

static const char *day_text(struct ed_decision *j, struct ed_date day)
{
	char text[ED_TIME_STR];
	const char *s;

	ed_date_format(text, day);
	s = ed_arena_strdup(j->engine->arena, text);
	return s ? s : "";
}

/* ---- acting because it was handed on ---- */

/* In whose place the chain of delegations that ends in d is: its first one
 * must be able to do the step himself on that day.  behind: all of them. */
static const struct ed_post *climb(struct ed_decision *j, const struct ed_role *role,
                                   struct ed_date on, const struct ed_delegation *d,
                                   const char **behind)
{
	for (size_t n = 0; d && n < ED_MAX_DELEGATION && !over(d, on); n++) {
		const struct ed_person *from = ed_directory_person_by_id(j->directory, d->from);
		const struct ed_post *post;
		bool deputy = false;

		behind[n] = d->from;
		post = from ? ed_directory_post(j->directory, from, role, on, &deputy) : NULL;
		if (post && deputy)
			post = ed_directory_principal(j->directory, role, post, on);
		if (post)
			return post;
		d = newest_to(j->visit->delegations, j->visit->n_delegations, d->from);
	}
	return NULL;
}

bool ed_check_delegate(struct ed_decision *j, const struct ed_role *role, struct ed_date on)
{
	const struct ed_delegation *d = newest_to(j->visit->delegations, j->visit->n_delegations, j->actor.person->id);
	struct ed_role local = {.agency = role->agency};
	const char **behind;
	bool deputy;

	if (!d)
		return false;
	if (over(d, on)) {
		ed_broken(j, "route.delegate-over", j->actor.person->id, j->visit->path,
		          day_text(j, d->until));
		return true;
	}
	behind = ed_arena_alloc(j->engine->arena, (ED_MAX_DELEGATION + 1) * sizeof(*behind));
	j->lost |= !behind;
	j->actor.principal = behind ? climb(j, role, on, d, behind) : NULL;
	j->actor.post = ed_directory_post(j->directory, j->actor.person, &local, on, &deputy);
	if (!j->actor.principal || !j->actor.post) {
		j->actor.principal = NULL;
		ed_broken(j, "route.delegate-void", j->actor.person->id, j->visit->path, d->from);
		return true;
	}
	j->actor.behind = behind;
	j->actor.delegated = true;
	j->actor.agency = ed_directory_agency(j->directory, j->actor.post->agency);
	return true;
}

/* ---- handing on ---- */

bool ed_check_hand_place(struct ed_decision *j)
{
	const struct ed_visit *v = j->visit;
	bool people = v->step->by && v->step->verb != ED_DO_SEND && v->step->verb != ED_DO_RECEIVE;

	if (!strcmp(j->act.event, "step.delegated"))
		return people && v->step->delegate
		               ? true
		               : ed_broken(j, "route.delegate", v->path, NULL, NULL);
	j->needs_reason = true;
	return people && (v->setter || v->step->n_reassign)
	               ? true
	               : ed_broken(j, "route.reassign", v->path, NULL, NULL);
}

static int depth_of(const struct ed_decision *j)
{
	int n = 0;

	while (j->actor.behind && j->actor.behind[n])
		n++;
	return n;
}

static bool acts_already(const struct ed_decision *j, const char *person)
{
	for (size_t i = 0; j->actor.behind && j->actor.behind[i]; i++)
		if (!strcmp(j->actor.behind[i], person))
			return true;
	return (j->actor.person && !strcmp(j->actor.person->id, person)) ||
	       (j->actor.principal && !strcmp(j->actor.principal->holder->id, person));
}

/* Why that person is not the one to hand it to, or NULL. */
static const char *stranger(struct ed_decision *j, const char *person, struct ed_date on)
{
	const struct ed_person *p = ed_directory_person_by_id(j->directory, person);
	struct ed_role local = {.agency = j->visit->scope->at};
	bool deputy;

	if (!p)
		return dgettext("edoc", N_("the directory has no such person"));
	if (!ed_directory_post(j->directory, p, &local, on, &deputy))
		return dgettext("edoc", N_("that person holds no post at this agency"));
	return NULL;
}

/* A day that is not over, and none beyond one's own. */
static void check_until(struct ed_decision *j, struct ed_date on)
{
	const struct ed_delegation *own =
	        j->actor.delegated ? newest_to(j->visit->delegations, j->visit->n_delegations, j->actor.person->id) : NULL;
	const char *text = j->act.until, *why = NULL;
	struct ed_date until;

	if (!text && own && own->has_until && !j->act.said)
		text = day_text(j, own->until);
	j->actor.until = text;
	if (text && !ed_date_parse(text, &until))
		why = dgettext("edoc", N_("it is no day such as 2026-03-05"));
	else if (text && ed_date_compare(until, on) < 0)
		why = dgettext("edoc", N_("that day is over"));
	else if (own && own->has_until && (!text || ed_date_compare(until, own->until) > 0))
		why = ed_arena_printf(
		        j->engine->arena,
		        dgettext("edoc", N_("who hands it on may do it himself until %s")),
		        day_text(j, own->until));
	if (why)
		ed_broken(j, "route.delegate-until", j->visit->path, text ? text : "-", why);
}

static void check_delegated(struct ed_decision *j, struct ed_date on)
{
	const char *person = j->act.n_assign == 1 ? j->act.assign[0].person : NULL, *why;
	int depth = depth_of(j) + 1;

	if (!person) { /* the command line saw to it, and the shape of entries */
		ed_broken(j, "route.delegate-who", "-", j->visit->path, "-");
		return;
	}
	if (!j->actor.post) /* told already */
		return;
	why = stranger(j, person, on);
	if (depth > j->visit->step->delegate)
		ed_broken(j, "route.delegate-depth", j->visit->path, ed_number_text(j, depth),
		          ed_number_text(j, j->visit->step->delegate));
	if (acts_already(j, person))
		ed_broken(j, "route.delegate-cycle", person, j->visit->path, NULL);
	if (why)
		ed_broken(j, "route.delegate-who", person, j->visit->path, why);
	check_until(j, on);
	j->actor.assign = j->act.assign;
	j->actor.n_assign = 1;
}

/* ---- giving to another ---- */

static bool acts_as(struct ed_decision *j, struct ed_role role, struct ed_date on)
{
	const char *at = j->visit->scope->at;

	role.agency = role.agency ? role.agency : at;
	if (role.initiator || (role.agency && at && strcmp(role.agency, at)))
		return false;
	j->actor.post =
	        ed_directory_post(j->directory, j->actor.person, &role, on, &j->actor.deputy);
	if (j->actor.post && j->actor.deputy)
		j->actor.principal = ed_directory_principal(j->directory, &role, j->actor.post, on);
	return j->actor.post != NULL;
}

void ed_check_reassigner(struct ed_decision *j, struct ed_date on)
{
	const struct ed_visit *v = j->visit;
	bool may = v->setter && acts_as(j, ed_visit_role(v->setter), on);

	for (size_t i = 0; i < v->step->n_reassign && !may; i++)
		may = acts_as(j, *v->step->reassign[i], on);
	if (may)
		j->actor.agency = ed_directory_agency(j->directory, j->actor.post->agency);
	else
		ed_broken(j, "route.reassign-who", j->actor.person->id, v->path, NULL);
}

static void check_reassigned(struct ed_decision *j)
{
	const struct ed_role *role = j->visit->step->by;
	size_t n = j->act.n_assign;
	struct ed_named *v = ed_own_assign(j);

	for (size_t i = 0; v && i < n; i++)
		if (v[i].role && strcmp(v[i].role, role->id))
			ed_broken(j, "route.assign-unasked", j->visit->path, v[i].role, role->id);
		else
			ed_check_named(j, role, v, i);
	if (!n)
		ed_broken(j, "route.assign-missing", j->visit->path, role->id, NULL);
}

void ed_check_hand(struct ed_decision *j)
{
	if (!strcmp(j->act.event, "step.delegated"))
		check_delegated(j, ed_engine_date(j->engine, j->act.time));
	else
		check_reassigned(j);
}

void ed_read_delegate(struct ed_decision *j, const json_t *delegate)
{
	const char *person = delegate ? ed_json_get_str(delegate, "person") : NULL;
	const char *until = delegate ? ed_json_get_str(delegate, "until") : NULL;
	struct ed_named *v = person ? ed_arena_alloc(j->engine->arena, sizeof(*v)) : NULL;

	if (!v) {
		j->lost |= person != NULL;
		return;
	}
	*v = (struct ed_named){.person = ed_arena_strdup(j->engine->arena, person)};
	j->act.until = until ? ed_arena_strdup(j->engine->arena, until) : NULL;
	j->lost |= !v->person || (until && !j->act.until);
	j->act.assign = v;
	j->act.n_assign = 1;
}

/* ---- what comes of it ---- */

static void apply_delegated(struct ed_decision *j, struct ed_visit *v)
{
	size_t n = v->n_delegations;
	struct ed_delegation *list = ed_arena_alloc(j->engine->arena, (n + 1) * sizeof(*list));

	j->lost |= !list;
	if (!list || !j->actor.n_assign || !j->actor.person)
		return;
	if (n)
		memcpy(list, v->delegations, n * sizeof(*list));
	list[n] = (struct ed_delegation){.from = j->actor.person->id,
	                                 .to = j->actor.assign[0].person};
	list[n].has_until = j->actor.until && ed_date_parse(j->actor.until, &list[n].until);
	v->delegations = list;
	v->n_delegations = n + 1;
}

/* The role's part of what the setter named is replaced: for its later visits
 * and its other steps too. */
static void replace_named(struct ed_decision *j, struct ed_visit *setter, const char *role)
{
	size_t n = 0, more = j->actor.n_assign;
	struct ed_named *list =
	        ed_arena_alloc(j->engine->arena, (setter->n_named + more + 1) * sizeof(*list));

	j->lost |= !list;
	if (!list)
		return;
	for (size_t i = 0; i < setter->n_named; i++)
		if (strcmp(setter->named[i].role, role))
			list[n++] = setter->named[i];
	memcpy(list + n, j->actor.assign, more * sizeof(*list));
	setter->named = list;
	setter->n_named = n + more;
}

void ed_apply_hand(struct ed_decision *j, struct ed_state *s, struct ed_visit *v)
{
	if (!strcmp(j->act.event, "step.delegated")) {
		apply_delegated(j, v);
		return;
	}
	if (!j->actor.n_assign)
		return;
	v->n_delegations = 0; /* they were of the one before */
	if (v->setter) {
		replace_named(j, s->visits[v->setter->index], v->step->by->id);
	} else {
		v->instead = j->actor.assign;
		v->n_instead = j->actor.n_assign;
	}
}
