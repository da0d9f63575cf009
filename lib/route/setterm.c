/* SPDX-License-Identifier: ISC */
/* "sets-term": whoever does a step may give a later one less time. */
#include <string.h>

#include "base/limits.h"
#include "route/decide.h"
#include "route/grammar.h"
#include "route/term.h"

/* ---- the grammar ---- */

struct linking {
	struct ed_def *p;
	enum edoc_code code;
};

static void link_term(const struct ed_route_step *step, void *arg)
{
	struct linking *l = arg;
	const struct ed_yaml at = {.line = step->line, .column = step->column};
	const struct ed_route_step *later;

	if (l->code || !step->sets_term)
		return;
	later = ed_block_step(step->block, step->sets_term);
	if (!later || later <= step) {
		l->code = ed_yaml_fail(&at, l->p->where, l->p->err,
		                       "\"sets-term: %s\": no such step stands behind \"%s\"",
		                       step->sets_term, step->id);
		return;
	}
	if (later->clock.within.unit == ED_TERM_NONE)
		l->code = ed_yaml_fail(&at, l->p->where, l->p->err,
		                       "\"sets-term: %s\": that step has no \"within:\", than "
		                       "which a term may be shorter",
		                       step->sets_term);
	else if (later->term_by)
		l->code = ed_yaml_fail(&at, l->p->where, l->p->err,
		                       "the term of \"%s\" is set by \"%s\" already",
		                       step->sets_term, later->term_by->id);
	if (l->code)
		return;
	((struct ed_route_step *)step)->terms = later; /* the walk shows what is being read */
	((struct ed_route_step *)later)->term_by = step;
}

enum edoc_code ed_def_terms(struct ed_def *p)
{
	struct linking l = {.p = p};

	ed_block_walk(&p->route->body, link_term, &l);
	return l.code;
}

/* ---- the act ---- */

/* Other units can not be compared without a day to begin on. */
static bool is_shorter(struct ed_term term, struct ed_term limit)
{
	return term.unit == limit.unit && term.n <= limit.n;
}

void ed_check_set_term(struct ed_decision *j)
{
	const struct ed_route_step *step = j->visit ? j->visit->step : NULL;
	struct ed_term term = {ED_TERM_NONE, 0};
	char limit[16];

	if (!j->act.within)
		return;
	if (!step || !step->terms || j->outcome != step->outcomes) {
		ed_broken(j, "route.term-unasked", j->visit ? j->visit->path : j->act.event,
		          j->act.within, NULL);
		return;
	}
	ed_term_text(limit, step->terms->clock.within);
	if (ed_term_parse(j->act.within, &term) && is_shorter(term, step->terms->clock.within))
		j->actor.within = term;
	else
		ed_broken(j, "route.term", j->act.within, step->terms->path,
		          ed_arena_strdup(j->engine->arena, limit));
}

struct ed_term ed_visit_within(const struct ed_state *state, const struct ed_visit *visit)
{
	const struct ed_route_step *by = visit->step->term_by;

	for (size_t i = state->n_visits; by && i-- > 0;) {
		const struct ed_visit *v = state->visits[i];

		if (v->step != by || !v->outcome || strcmp(v->outcome, by->outcomes[0].id) != 0 ||
		    v->scope != visit->scope)
			continue;
		if (v->within.unit != ED_TERM_NONE)
			return v->within;
		break; /* named anew without a term: the route's */
	}
	return visit->step->clock.within;
}
