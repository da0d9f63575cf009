/* SPDX-License-Identifier: ISC */
/*
 * No word from another agency: a branch that is away is acted on there alone,
 * but the term of its join runs on at home.  Where the route gives that a
 * meaning ("join: {silent: agree}"), the desk of the join says so when the term
 * is over, once for all branches that have not come back by then.  A branch
 * that comes later is received, and changes nothing (ed_branch_dropped()).
 */
#include "route/decide.h"

static const char *const words[] = {
        [ED_RESULT_NONE] = "-", [ED_RESULT_PASS] = "agree", [ED_RESULT_REFUSE] = "refuse"};

const char *ed_silence_word(const struct ed_visit *join)
{
	return words[join->step->join.silent];
}

bool ed_visit_misses(const struct ed_visit *visit)
{
	for (size_t i = 0; visit->done == ED_TIME_NONE && i < visit->n_parts; i++)
		if (visit->parts[i]->away && visit->parts[i]->result == ED_RESULT_NONE)
			return true;
	return false;
}

bool ed_visit_silent(const struct ed_visit *join, int64_t now)
{
	return join->step->join.silent && join->due != ED_TIME_NONE && now > join->due &&
	       ed_visit_misses(join);
}

struct ed_visit *ed_state_join(const struct ed_state *state, const char *path)
{
	for (size_t i = 0; i < state->n_visits; i++) {
		struct ed_visit *v = state->visits[i];

		if (v->done == ED_TIME_NONE && ed_step_joins(v->step) && ed_same(v->path, path) &&
		    ed_scope_within(v->scope, state->root))
			return v;
	}
	return NULL;
}

bool ed_check_away_silence(struct ed_decision *j, struct ed_visit *join)
{
	j->visit = join;
	if (j->act.said && j->act.visit != join->visit)
		return ed_broken(j, "route.visit", ed_number_text(j, j->act.visit), join->path,
		                 ed_number_text(j, join->visit));
	if (join->step->join.silent == ED_RESULT_NONE)
		return ed_broken(j, "route.silence", join->path, NULL, NULL);
	if (!ed_visit_misses(join))
		return ed_broken(j, "route.silence-here", join->path, NULL, NULL);
	if (join->due == ED_TIME_NONE || j->act.time <= join->due)
		return ed_broken(j, "route.silence-early", join->path, ed_time_text(j, join->due),
		                 NULL);
	if (!ed_same(j->act.outcome, ed_silence_word(join)))
		return ed_broken(j, "route.outcome", join->path,
		                 j->act.outcome ? j->act.outcome : "-", ed_silence_word(join));
	return true;
}
