/* SPDX-License-Identifier: ISC */
/* Whom an act names: who does the later steps. */
#include <string.h>

#include "base/err.h"
#include "route/decide.h"
#include "route/places.h"

/* ---- who is named ---- */

const struct ed_named *ed_visit_named(const struct ed_visit *visit, size_t i)
{
	const struct ed_visit *setter = visit->setter;

	if (visit->n_instead)
		return i < visit->n_instead ? &visit->instead[i] : NULL;
	for (size_t k = 0; setter && k < setter->n_named; k++)
		if (!strcmp(setter->named[k].role, visit->step->by->id) && i-- == 0)
			return &setter->named[k];
	return NULL;
}

const char *ed_visit_sent_to(const struct ed_visit *visit, const char *role)
{
	const struct ed_visit *setter = visit->setter;

	for (size_t k = 0; setter && k < setter->n_named; k++)
		if (!strcmp(setter->named[k].role, role))
			return setter->named[k].agency;
	return NULL;
}

void ed_narrow_role(const struct ed_visit *visit, struct ed_role *role)
{
	const struct ed_named *n = ed_visit_named(visit, 0);

	if (!n)
		return;
	role->person = n->person;
	role->agency = n->agency;
	role->post = n->post ? n->post : role->post;
	role->unit = n->unit ? n->unit : role->unit;
}

static bool around(const struct ed_scope *outer, const struct ed_scope *inner)
{
	while (inner && inner != outer)
		inner = inner->owner ? inner->owner->scope : NULL;
	return inner == outer;
}

struct ed_visit *ed_find_setter(const struct ed_state *state, const struct ed_scope *scope,
                                const struct ed_route_step *step)
{
	for (size_t i = state->n_visits; step->set_by && i-- > 0;) {
		struct ed_visit *v = state->visits[i];

		if (v->step == step->set_by && v->n_named && around(v->scope, scope))
			return v;
	}
	return NULL;
}

/* ---- an entry's word ---- */

void ed_read_assign(struct ed_decision *j, const json_t *list)
{
	size_t n = json_array_size(list);
	struct ed_named *v = n ? ed_arena_alloc(j->engine->arena, n * sizeof(*v)) : NULL;
	static const char *const keys[] = {"role", "person", "post", "unit", "agency"};

	j->lost |= n && !v;
	for (size_t i = 0; v && i < n; i++) {
		const char **to[] = {&v[i].role, &v[i].person, &v[i].post, &v[i].unit,
		                     &v[i].agency};

		for (size_t k = 0; k < 5; k++) {
			const char *s = ed_json_get_str(json_array_get(list, i), keys[k]);

			*to[k] = s ? ed_arena_strdup(j->engine->arena, s) : NULL;
			j->lost |= s && !*to[k];
		}
	}
	j->act.assign = j->lost ? NULL : v;
	j->act.n_assign = j->act.assign ? n : 0;
}

/* ---- may they be named? ---- */

static const char *name_of(struct ed_decision *j, const struct ed_named *n)
{
	const char *s = n->person ? n->person
	                : n->post ? ed_arena_printf(j->engine->arena, "%s@%s", n->post, n->agency)
	                          : n->agency;

	return s ? s : "";
}

/* The post in which a person is named, or a holder of the one that is named;
 * places: where it must be, or NULL. */
static const struct ed_post *post_of(struct ed_decision *j, const struct ed_role *role,
                                     const struct ed_named *n, const struct ed_places *places,
                                     struct ed_date on)
{
	struct ed_role wanted = *role;

	wanted.agency = n->agency ? n->agency : role->agency;
	for (size_t i = 0; i < j->directory->n_posts; i++) {
		const struct ed_post *p = &j->directory->posts[i];

		if (ed_span_has(&p->span, on) && ed_post_fits(p, &wanted, false) &&
		    (!role->agency || !strcmp(role->agency, p->agency)) &&
		    (!n->person || !strcmp(p->holder->id, n->person)) &&
		    (!n->post || !strcmp(p->post, n->post)) &&
		    (!n->unit || ed_same(p->unit, n->unit)) &&
		    (!places || ed_places_has(places, p->agency)))
			return p;
	}
	return NULL;
}

/* Who fits only at another agency could never act. */
static const char *elsewhere(struct ed_decision *j, const struct ed_places *places,
                             const struct ed_post *post)
{
	const char *s = ed_arena_printf(
	        j->engine->arena,
	        dgettext("edoc", N_("the step \"%s\" is done at %s, and the post is one of %s")),
	        places->step->path, places->at ? places->at : "-", post->agency);

	return s ? s : "";
}

/* Why not, or NULL; the agency of a person is filled in. */
static const char *unfit(struct ed_decision *j, const struct ed_role *role, struct ed_named *n,
                         const struct ed_places *places, struct ed_date on)
{
	const struct ed_post *there = post_of(j, role, n, places, on);
	const struct ed_post *post = there ? there : post_of(j, role, n, NULL, on);
	const struct ed_agency *agency;

	if (n->person && !ed_directory_person_by_id(j->directory, n->person))
		return dgettext("edoc", N_("the directory has no such person"));
	agency = n->agency ? ed_directory_agency(j->directory, n->agency) : NULL;
	if (n->agency && !agency)
		return dgettext("edoc", N_("the directory has no such agency"));
	if (!post)
		return n->person ? dgettext("edoc", N_("that person holds no post that fits"))
		       : n->post
		               ? dgettext("edoc", N_("nobody holds that post, or it does not fit"))
		               : dgettext("edoc",
		                          N_("nobody of that agency holds a post that fits"));
	if (!n->agency) {
		n->agency = post->agency;
		agency = ed_directory_agency(j->directory, n->agency);
	}
	if (!agency || ed_agency_state(agency, on, NULL) != ED_AGENCY_ACTIVE)
		return dgettext("edoc", N_("the agency is blocked or closed"));
	return there ? NULL : elsewhere(j, places, post);
}

static const struct ed_role *role_set(const struct ed_route_step *step, const char *id)
{
	if (!id) /* a command: there is no other */
		return step->n_sets == 1 ? step->sets[0] : NULL;
	for (size_t i = 0; i < step->n_sets; i++)
		if (!strcmp(step->sets[i]->id, id))
			return step->sets[i];
	return NULL;
}

static const char *roles_set(struct ed_decision *j, const struct ed_route_step *step, bool sets)
{
	const char *list = step->n_sets && sets ? "" : "-";

	for (size_t i = 0; sets && i < step->n_sets && list; i++)
		list = ed_arena_printf(j->engine->arena, "%s%s%s", list, i ? ", " : "",
		                       step->sets[i]->id);
	return list ? list : "";
}

static bool names(const struct ed_named *v, size_t n, const char *role)
{
	for (size_t i = 0; i < n; i++)
		if (ed_same(v[i].role, role))
			return true;
	return false;
}

static bool has_desk(const struct ed_agency *agency, struct ed_date on)
{
	for (size_t i = 0; i < agency->n_keys; i++)
		if (ed_span_has(&agency->keys[i].span, on))
			return true;
	return false;
}

/* Can a case be sent there?  It goes to a desk that others know by its key. */
static const char *unreachable(const struct ed_decision *j, const struct ed_named *v, size_t i,
                               struct ed_date on)
{
	const struct ed_agency *agency = ed_directory_agency(j->directory, v[i].agency);

	if (v[i].person || v[i].post)
		return dgettext("edoc", N_("a case is sent to an agency: name that"));
	if (names(v, i, v[i].role))
		return dgettext("edoc", N_("a case is sent to one agency"));
	if (ed_same(v[i].agency, j->visit->scope->at) ||
	    (j->actor.agency && ed_same(v[i].agency, j->actor.agency->id)))
		return dgettext("edoc", N_("the case is there"));
	return agency && has_desk(agency, on)
	               ? NULL
	               : dgettext("edoc", N_("the agency has no desk key in the directory"));
}

static bool same_named(const struct ed_named *a, const struct ed_named *b)
{
	return ed_same(a->role, b->role) && ed_same(a->person, b->person) &&
	       ed_same(a->post, b->post) && ed_same(a->unit, b->unit) &&
	       ed_same(a->agency, b->agency);
}

/* Where who is named for the role will act: at the open step that is given to
 * another, or at those that ask for him later. */
static bool find_places(struct ed_decision *j, const struct ed_role *role, struct ed_places *p)
{
	const struct ed_visit *v = j->visit;
	const char *at = v->scope->at;

	if (!strcmp(j->act.event, "step.reassigned")) {
		*p = (struct ed_places){.v = &v->scope->at, .n = 1, .any = !at};
		p->step = v->step;
		p->at = at;
		return true;
	}
	if (!at && j->actor.agency) /* the first official who acts has the case */
		at = j->actor.agency->id;
	return ed_places_find(v, at, role, j->engine->arena, p);
}

void ed_check_named(struct ed_decision *j, const struct ed_role *role, struct ed_named *v, size_t i)
{
	struct ed_date on = ed_engine_date(j->engine, j->act.time);
	struct ed_places places;
	const char *why;

	v[i].role = role->id;
	if (!find_places(j, role, &places)) {
		j->lost = true;
		return;
	}
	why = unfit(j, role, &v[i], &places, on);
	if (!why && role->target)
		why = unreachable(j, v, i, on);
	for (size_t k = 0; k < i && !why; k++)
		if (same_named(&v[i], &v[k]))
			why = dgettext("edoc", N_("named twice"));
	if (why)
		ed_broken(j, "route.assign", name_of(j, &v[i]), role->id, why);
}

static void check_set(struct ed_decision *j, const struct ed_route_step *step, bool sets,
                      struct ed_named *v, size_t i)
{
	const struct ed_role *role = sets ? role_set(step, v[i].role) : NULL;

	if (role)
		ed_check_named(j, role, v, i);
	else
		ed_broken(j, "route.assign-unasked", j->visit->path,
		          v[i].role ? v[i].role : name_of(j, &v[i]), roles_set(j, step, sets));
}

struct ed_named *ed_own_assign(struct ed_decision *j)
{
	size_t n = j->act.n_assign;
	struct ed_named *v = n ? ed_arena_alloc(j->engine->arena, n * sizeof(*v)) : NULL;

	j->lost |= n && !v;
	if (v)
		memcpy(v, j->act.assign, n * sizeof(*v));
	j->actor.assign = v;
	j->actor.n_assign = v ? n : 0;
	return v;
}

void ed_check_assign(struct ed_decision *j)
{
	const struct ed_route_step *step = j->visit ? j->visit->step : NULL;
	bool sets = step && step->n_sets && j->outcome == step->outcomes;
	size_t n = j->act.n_assign;
	struct ed_named *v;

	if (!step || (!n && !sets))
		return;
	v = ed_own_assign(j);
	if (n && !v)
		return;
	for (size_t i = 0; i < n; i++)
		check_set(j, step, sets, v, i);
	for (size_t i = 0; sets && i < step->n_sets; i++)
		if (!names(v, n, step->sets[i]->id))
			ed_broken(j, "route.assign-missing", j->visit->path, step->sets[i]->id,
			          NULL);
}
