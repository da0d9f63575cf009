/* SPDX-License-Identifier: ISC */
/*
 * Lint of who is told.  Codes for judge/rules.c ({0} step or clock):
 *
 *  route.R011 W  {0}: the reminder {1} comes before the term of {2} begins
 *  route.R030 W  step {0}: outcome {1} ends the case as "{2}", and whoever began it is not told
 *  route.R052 W  {0}: who is late is also whom it escalates to: {1}
 */
#include <stdio.h>
#include <string.h>

#include "route/lint.h"
#include "route/term.h"

/* ---- R030 ---- */

static bool negative(const char *name)
{
	static const char *const words[] = {"refused",    "rejected",      "declined",
	                                    "impossible", "not-competent", NULL};

	for (const char *const *w = words; name && *w; w++)
		if (!strcmp(name, *w))
			return true;
	return false;
}

static bool tells_initiator(const struct ed_roles *roles)
{
	for (size_t i = 0; i < roles->n; i++)
		if (roles->v[i]->initiator)
			return true;
	return false;
}

/* Who ends it himself knows. */
static void lint_ends(struct ed_lint *l, const struct ed_route_step *step)
{
	for (size_t i = 0; i < step->n_outcomes; i++) {
		const struct ed_route_outcome *o = &step->outcomes[i];

		if (o->end && (negative(o->id) || negative(o->end)) &&
		    !tells_initiator(&o->notify) && !(step->by && step->by->initiator))
			ed_lint_report(l, "route.R030", o->line, o->column, step->path, o->id,
			               o->end);
	}
}

/* ---- R011 ---- */

/* Days that it takes at least, or, usually, at most. */
static int days(struct ed_term term, bool least)
{
	if (term.unit == ED_TERM_MONTHS)
		return term.n * (least ? 28 : 31);
	return term.unit == ED_TERM_WORKING_DAYS && !least ? (term.n * 7 + 4) / 5 : term.n;
}

static void lint_rungs(struct ed_lint *l, const struct ed_clock_def *c, const char *name)
{
	const struct ed_reminders *r = &c->reminders;
	char rung[20] = "-", within[16];

	ed_term_text(within, c->within);
	for (size_t i = 0; i < r->n_rungs; i++) {
		const struct ed_term lead = r->rungs[i].lead;
		bool early = lead.unit == c->within.unit
		                     ? lead.n >= c->within.n
		                     : days(lead, true) >= days(c->within, false);

		if (r->rungs[i].place != ED_RUNG_BEFORE || !early)
			continue;
		ed_term_text(rung + 1, lead);
		ed_lint_report(l, "route.R011", r->line, r->column, name, rung, within);
	}
}

/* ---- R052 ---- */

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Do the two name the same people? */
static bool same_people(const struct ed_role *a, const struct ed_role *b)
{
	if (a == b || (a->initiator && b->initiator))
		return true;
	return !a->initiator && !b->initiator && !a->set_by && !b->set_by && a->item == b->item &&
	       same(a->agency, b->agency) && same(a->unit, b->unit) && same(a->post, b->post);
}

/* Somebody of the step, or of what it holds without a term of its own. */
static bool keeps(const struct ed_route_step *step, const struct ed_role *role)
{
	if (step->by)
		return same_people(step->by, role);
	for (size_t i = 0; i < step->n_branches; i++)
		for (size_t k = 0; k < step->branches[i].n_steps; k++) {
			const struct ed_route_step *s = &step->branches[i].steps[k];

			if (s->clock.within.unit == ED_TERM_NONE && keeps(s, role))
				return true;
		}
	return false;
}

static void lint_escalation(struct ed_lint *l, const struct ed_clock_def *c, const char *name,
                            const struct ed_route_step *step)
{
	const struct ed_reminders *r = &c->reminders;

	for (size_t i = 0; i < r->escalate.n; i++)
		if (keeps(step, r->escalate.v[i]))
			ed_lint_report(l, "route.R052", r->line, r->column, name,
			               r->escalate.v[i]->id, NULL);
}

void ed_lint_reminders(struct ed_lint *l, const struct ed_route_step *step)
{
	lint_ends(l, step);
	lint_rungs(l, &step->clock, step->path);
	lint_escalation(l, &step->clock, step->path, step);
}

/* A clock of the case is kept by many: above them all somebody stands, unless
 * it goes only to who does the step that ends it. */
void ed_lint_clock_reminders(struct ed_lint *l, const struct ed_clock_def *clock)
{
	lint_rungs(l, clock, clock->id);
	if (clock->reminders.escalate.n == 1)
		lint_escalation(l, clock, clock->id, clock->stops_at);
}
