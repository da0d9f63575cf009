/* SPDX-License-Identifier: ISC */
/* A step whose term is over and whose silence the route gives a meaning
 * ("silent: agree"), and branches that are not back from another agency when the
 * term of their join is over: the desk that holds it says so in the ledger. */
#include "base/err.h"
#include "route/exchange.h"
#include "route/look.h"

/* The first such step or join, or NULL. */
static const struct ed_visit *gone_silent(const struct ed_case *c, int64_t now)
{
	const struct ed_state *s = &c->r.state;

	for (size_t i = 0; ed_case_here(c) && i < s->n_open; i++) {
		const struct ed_visit *v = s->open[i];

		if (v->step->silent && v->due != ED_TIME_NONE && now > v->due)
			return v;
	}
	for (size_t i = 0; ed_case_here(c) && i < s->n_visits; i++)
		if (ed_scope_within(s->visits[i]->scope, s->root) &&
		    ed_visit_silent(s->visits[i], now))
			return s->visits[i];
	return NULL;
}

static enum edoc_code silence_once(struct ed_case *c, const struct edoc_act *act, bool *lost,
                                   struct ed_told *told, struct edoc_error *err)
{
	const struct ed_visit *v = gone_silent(c, act->now);
	struct ed_passing p = {.c = c};
	struct ed_entry entry = {0};
	json_t *header = NULL;

	if (!v)
		return told->entry ? EDOC_OK
		                   : ed_fail(err, EDOC_ERR_DENIED, c->id,
		                             "no step of the case counts as done by silence now");
	enum edoc_code code = ed_passing_decide(&p, "step.silent", v, act->now, err);
	if (!code)
		code = ed_draft_header(&p.draft, &header, err);
	if (!code)
		code = ed_draft_sign(&p.draft, header, p.key, &entry, err);
	if (!code && !act->dry)
		code = ed_case_pin(c, p.directory, err);
	if (!code)
		code = ed_case_commit(c, &entry, act->dry, lost, err);
	if (!code && !*lost)
		told->entry = &c->r.ledger.v[c->r.ledger.n - 1];
	ed_entry_clear(&entry);
	return code;
}

/* All that are silent, one entry each: one may open the next join. */
static enum edoc_code silence_all(struct ed_case *c, void *arg, struct ed_told *told, bool *lost,
                                  struct edoc_error *err)
{
	const struct edoc_act *act = arg;
	enum edoc_code code = ed_case_prove(c, act->now, err);

	told->entry = NULL;
	do
		code = code ? code : silence_once(c, act, lost, told, err);
	while (!code && !*lost && !act->dry && gone_silent(c, act->now));
	return code;
}

enum edoc_code edoc_desk_silence(struct edoc_desk *desk, const char *name,
                                 const struct edoc_act *act, char **text, char **json,
                                 struct edoc_error *err)
{
	struct ed_told told = {.verb = "silence", .dry = act->dry};

	return ed_act_of_desk(desk, name, silence_all, (void *)act, &told, text, json, err);
}

enum edoc_code edoc_desk_silent(struct edoc_desk *desk, int64_t now, char ***out,
                                struct edoc_error *err)
{
	return ed_look_ids(desk, ED_CASES_SILENT, now, NULL, out, err);
}
