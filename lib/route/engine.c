/* SPDX-License-Identifier: ISC */
/*
 * One set of checks serves both sides: a command that wants to become an entry
 * is refused by the first rule that it breaks, an entry of a ledger gets a
 * finding for each.  Codes for judge/rules.c; "stops" means that nothing after
 * the entry can be judged.
 *
 *  ledger.first        E stops  a ledger begins with case.submitted, once
 *  ledger.sequence     E stops  entry {0} where {1} was expected
 *  ledger.prev         E stops  it does not follow the entry before: it quotes {0}, not {1}
 *  ledger.case         E stops  it belongs to the case {0}, not {1}
 *  ledger.route        E stops  it was made for the route {0}, this is {1}
 *  ledger.calendar     E stops  it was made with the calendar {0}, this is {1}
 *  ledger.time-order   E        it claims {0}, before the entry before it ({1})
 *  route.after-end     E stops  the case has ended ({0})
 *  route.awaiting      E stops  the case is on its way to {0}: only its receipt may follow
 *  route.not-sent      E stops  a receipt, and nothing was sent
 *  route.return        E stops  {0} comes back to {1}, and the chain that it left is not before it
 *  route.order         E stops  step {0} is done while {1} is open
 *  route.visit         E stops  it says visit {0} of step {1}, this is {2}
 *  route.event         E stops  the step {0} is closed by {1}, not by {2}
 *  route.event-verb    E stops  (an act alone) step {0} is done by the verb {1}
 *  route.outcome       E stops  the step {0} has no outcome {1}
 *  route.times         E        {0} happens more often than the route allows ({1})
 *  route.target        E stops  outcome {1} of step {0} leads nowhere
 *  route.silence       E stops  step {0} is closed by silence, and the route gives that no meaning
 *  route.silence-early E stops  step {0} is closed by silence before its term ends ({1})
 *  route.silence-here  E stops  step {0} is closed by silence, and no branch of it is away
 *  route.clock-none    E stops  there is no clock {0} that could be moved by {1}
 *  route.clock-unknown E stops  (an act alone) no term {0} is under way; there is {1}
 *  route.clock-over    E        the term of {0} was over at {1}
 *  route.clock-stands  E stops  the clock of {0} stands still already
 *  route.clock-runs    E stops  the clock of {0} does not stand still
 *  route.withdraw      E stops  the route lets nobody withdraw a case
 *  route.revised       E stops  step {0} hands in a corrected package with {1}; it may not
 *  route.withdraw-late E stops  the case is withdrawn after step {0} was opened
 *  route.document      E        step {0} hands in "{1}"; the route says "{2}"
 *  route.extension     E        the term of {0} is extended {1} {2}, or less
 *  route.overdue       I        the term {0} of the case was over {1} s before
 *  route.field         E        the field {0} must be {1}
 *  route.field-missing E        the route asks for the field {0}
 *  route.field-unknown E        the route has no field {0}
 *  route.document-missing  E    the package lacks {0}, which the service asks for ({1})
 *  route.document-many E        the package has more of {0} than the service takes ({1})
 *  route.document-unlisted E    the service does not list the document {0} ({1})
 *  route.document-unknown E     the service lists no document {0}, which {1} is said to be
 *  route.document-absent E      {0} is said to be {1}, and is no document of the package
 *  route.fee-unsigned  E        {0}, the proof of payment, is no signed document that holds: {1}
 *  route.fee           E        {0}, the proof that {2} was paid, is missing ({1})
 *  route.channel       E        it came by {0}; the service is asked for by {2} ({1})
 *  route.received      E        it came at {0}, after it was entered ({1})
 *  route.received-by   E        {0} holds no post, and attests when it came
 *  route.received-late E        it came at {0}, and was to be entered until {1}
 *  route.applicant     E        {0} may not ask for the service, only {2} ({1})
 *  route.to            E        sent to {0}; the route says {1}
 *  route.directory     E        the directory {0} that it cites is not here
 *  route.directory-old E        it cites version {0} of the directory, an entry before it {1}
 *  route.person        E        nobody of the directory has the certificate {0} on that day
 *  route.desk          E        the certificate {0} is no desk key on that day
 *  route.at            E        it is submitted at {0}, which is no agency of the directory
 *  route.agency        E        the agency {0} was {1} from {2} on
 *  route.elsewhere     E        done at {0} while the case is at {1}
 *  route.role          E        {0} may not act as {1} on that day
 *  route.initiator     E        {0} did not submit the case, and only the initiator may do {1}
 *  route.four-eyes     E        {0} acts in step {1} and acted as {2}, which must be others
 *  route.reason        E        outcome {0} of step {1} needs a reason
 *  route.reason-list   E        "{0}" is no reason that step {1} allows
 *  route.actor         E        "{0}" of the actor is "{1}"; the directory says "{2}"
 *  route.clock         E        "{0}" of the clock is "{1}"; the route says "{2}"
 *  route.clock-zone    E        the term ends at {0}; by the time zones of this machine at {1}
 *  route.register      E        "{0}" of the register is "{1}"; the route says "{2}"
 *  route.assign        E        {0} can not be {1} on that day: {2}
 *  route.assign-missing E       step {0} names who is {1}, and the entry names nobody
 *  route.assign-unasked E       step {0} names {1}, which it does not set
 *  route.term          E        {0} for step {1}, which has at most {2}
 *  route.term-unasked  E        step {0} says {1}, and sets no term
 *  route.unset         E        nobody is named for {0}, who does step {1}: {2} does that
 *  route.delegate      E stops  step {0} is handed on, and the route does not let it be
 *  route.delegate-who  E        {0} is handed step {1}: {2}
 *  route.delegate-depthE        step {0} is handed on {1} times; the route allows {2}
 *  route.delegate-cycleE        {0} is handed step {1} by somebody who acts in his place
 *  route.delegate-untilE        step {0} is handed on until {1}; {2}
 *  route.delegate-over E        {0} acts in step {1}, which was handed to him until {2}
 *  route.delegate-void E        {0} acts in step {1} for {2}, who may not act there on that day
 *  route.reassign      E stops  step {0} is given to another, and the route does not let it be
 *  route.reassign-who  E        {0} may not give step {1} to another
 *  route.signature     E        a signature is named where the route asks for none
 *  route.calendar      E        the term of step {0} can not be computed: {1}
 *  route.late          I        step {0} was done {1} s after its term
 */
#include "route/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/decide.h"
#include "route/flow.h"

/* What a refusal of a command says; {0} {1} {2} are the finding's arguments. */
static const struct {
	const char *rule;
	enum edoc_code code;
	const char *text;
} refusals[] = {
        {"ledger.first", EDOC_ERR_DENIED, N_("a case begins with its submission, once")},
        {"ledger.time-order", EDOC_ERR_CONFIG,
         N_("the last entry was made at {1}: set this machine's clock")},
        {"route.after-end", EDOC_ERR_DENIED, N_("the case has ended ({0})")},
        {"route.awaiting", EDOC_ERR_DENIED,
         N_("the case is on its way to {0}; nobody acts before its receipt is here")},
        {"route.not-sent", EDOC_ERR_DENIED, N_("the case was not sent to anybody")},
        {"route.return", EDOC_ERR_DENIED,
         N_("\"{0}\" was not sent from {1}: it can not come back there")},
        {"route.order", EDOC_ERR_DENIED, N_("the open step is \"{1}\", not \"{0}\"")},
        {"route.event", EDOC_ERR_DENIED, N_("the step \"{0}\" is closed by {1}, not by {2}")},
        {"route.event-verb", EDOC_ERR_DENIED, N_("the step \"{0}\" is done by \"edoc-route {1}\"")},
        {"route.outcome", EDOC_ERR_INPUT,
         N_("the step \"{0}\" has no outcome \"{1}\"; it has {2}")},
        {"route.times", EDOC_ERR_DENIED,
         N_("\"{0}\" may happen {1} times in a case, not once more")},
        {"route.once", EDOC_ERR_DENIED, N_("\"{0}\" may happen once in a case, not again")},
        {"route.target", EDOC_ERR_INPUT, N_("the outcome \"{1}\" of step \"{0}\" leads nowhere")},
        {"route.silence", EDOC_ERR_DENIED,
         N_("the route gives silence at step \"{0}\" no meaning")},
        {"route.silence-early", EDOC_ERR_DENIED, N_("the term of step \"{0}\" ends at {1}")},
        {"route.silence-here", EDOC_ERR_DENIED, N_("no branch of \"{0}\" is at another agency")},
        {"route.clock-none", EDOC_ERR_DENIED,
         N_("the route has no term under way that may be moved so ({0}, {1})")},
        {"route.clock-unknown", EDOC_ERR_DENIED, N_("no term \"{0}\" is under way; there is {1}")},
        {"route.clock-over", EDOC_ERR_DENIED, N_("the term of \"{0}\" was over at {1}")},
        {"route.clock-stands", EDOC_ERR_DENIED, N_("the term of \"{0}\" stands still already")},
        {"route.clock-runs", EDOC_ERR_DENIED, N_("the term of \"{0}\" does not stand still")},
        {"route.revised", EDOC_ERR_DENIED,
         N_("the step \"{0}\" hands in no corrected package with \"{1}\": that is what the first "
            "outcome of a step \"do: edit\" does, outside of branches")},
        {"route.withdraw", EDOC_ERR_DENIED, N_("the route lets nobody withdraw a case")},
        {"route.withdraw-late", EDOC_ERR_DENIED,
         N_("a case is not withdrawn any more once step \"{0}\" is open")},
        {"route.extension", EDOC_ERR_DENIED,
         N_("the term of \"{0}\" is extended {1} {2}, or less")},
        {"route.field", EDOC_ERR_INPUT, N_("the field \"{0}\" must be {1}")},
        {"route.field-missing", EDOC_ERR_INPUT,
         N_("the route asks for the field \"{0}\": give it as --field {0}=VALUE")},
        {"route.field-unknown", EDOC_ERR_INPUT, N_("the route has no field \"{0}\"")},
        {"route.document-missing", EDOC_ERR_DENIED,
         N_("not accepted (\"{1}\"): the service asks for {0}, which the package lacks")},
        {"route.document-many", EDOC_ERR_DENIED,
         N_("not accepted (\"{1}\"): the package has more of {0} than the service takes")},
        {"route.document-unlisted", EDOC_ERR_DENIED,
         N_("not accepted (\"{1}\"): the service does not list {0}")},
        {"route.document-unknown", EDOC_ERR_USAGE,
         N_("--document: the service lists no \"{0}\", which {1} is said to be")},
        {"route.document-absent", EDOC_ERR_USAGE,
         N_("--document: {0} is said to be {1}, and is no document of the package")},
        {"route.fee", EDOC_ERR_DENIED,
         N_("not accepted (\"{1}\"): {0}, the proof that {2} was paid, is missing")},
        {"route.channel", EDOC_ERR_DENIED,
         N_("not accepted (\"{1}\"): the service is asked for by {2}, not by \"{0}\"; "
            "--channel says how")},
        {"route.received", EDOC_ERR_INPUT,
         N_("--received: {0} is later than now ({1}): nothing is entered before it came")},
        {"route.received-by", EDOC_ERR_DENIED,
         N_("{0} holds no post: when a paper came is attested by somebody of an agency")},
        {"route.received-late", EDOC_ERR_DENIED,
         N_("what came at {0} was to be entered until {1}")},
        {"route.applicant", EDOC_ERR_DENIED,
         N_("not accepted (\"{1}\"): \"{0}\" may not ask for the service, only {2}")},
        {"route.calendar", EDOC_ERR_CONFIG,
         N_("the term of step \"{0}\" can not be computed: {1}")},
        {"route.to", EDOC_ERR_DENIED, N_("the route sends the case to {1}, not to {0}")},
        {"route.directory", EDOC_ERR_CONFIG, N_("the directory {0} is not installed here")},
        {"route.directory-old", EDOC_ERR_CONFIG,
         N_("version {0} of the directory is in force here, and the case went on under {1}: "
            "install "
            "that")},
        {"route.person", EDOC_ERR_DENIED,
         N_("nobody of the directory has the certificate {0} today")},
        {"route.desk", EDOC_ERR_DENIED, N_("the certificate {0} is no desk key of the directory")},
        {"route.at", EDOC_ERR_CONFIG, N_("the directory has no agency {0}, whose desk this is")},
        {"route.agency", EDOC_ERR_DENIED,
         N_("the agency {0} is {1} since {2}: its people and its desk do not act")},
        {"route.elsewhere", EDOC_ERR_DENIED, N_("the case is at {1}, not at {0}")},
        {"route.role", EDOC_ERR_DENIED, N_("{0} may not act as \"{1}\" today")},
        {"route.initiator", EDOC_ERR_DENIED,
         N_("only who submitted the case may do \"{1}\", not {0}")},
        {"route.four-eyes", EDOC_ERR_DENIED,
         N_("{0} acted as \"{2}\" in this case; another person must do \"{1}\"")},
        {"route.assign", EDOC_ERR_DENIED, N_("{0} can not be \"{1}\" today: {2}")},
        {"route.assign-missing", EDOC_ERR_INPUT,
         N_("the step \"{0}\" says who is \"{1}\": name the person, post@agency or agency with "
            "--to")},
        {"route.assign-unasked", EDOC_ERR_INPUT,
         N_("the step \"{0}\" with that outcome does not say who is \"{1}\"; it says: {2}")},
        {"route.assign-nobody", EDOC_ERR_INPUT,
         N_("the step \"{0}\" with that outcome names nobody: no --to {1}")},
        {"route.term", EDOC_ERR_DENIED,
         N_("\"{1}\" has {2}: {0} is no shorter term in the same unit")},
        {"route.term-unasked", EDOC_ERR_INPUT,
         N_("the step \"{0}\" with that outcome sets no term: no --within {1}")},
        {"route.unset", EDOC_ERR_DENIED,
         N_("nobody is named for \"{0}\", who does \"{1}\": the step \"{2}\" was passed over")},
        {"route.delegate", EDOC_ERR_DENIED,
         N_("the route does not let \"{0}\" be handed on: the step has no \"delegate:\"")},
        {"route.delegate-who", EDOC_ERR_DENIED, N_("{0} can not be handed \"{1}\": {2}")},
        {"route.delegate-depth", EDOC_ERR_DENIED,
         N_("\"{0}\" may be handed on {2} times, not {1} (\"delegate: depth\")")},
        {"route.delegate-cycle", EDOC_ERR_DENIED,
         N_("\"{1}\" can not be handed to {0}, in whose place it is done")},
        {"route.delegate-until", EDOC_ERR_DENIED,
         N_("\"{0}\" can not be handed on until {1}: {2}")},
        {"route.delegate-over", EDOC_ERR_DENIED, N_("\"{1}\" was handed to {0} until {2}")},
        {"route.delegate-void", EDOC_ERR_DENIED,
         N_("\"{1}\" was handed to {0} by {2}, who may not do it today")},
        {"route.reassign", EDOC_ERR_DENIED,
         N_("the route does not let \"{0}\" be given to another: no step set who does it, and "
            "it has no \"reassign:\"")},
        {"route.reassign-who", EDOC_ERR_DENIED, N_("{0} may not give \"{1}\" to another today")},
        {"route.reason", EDOC_ERR_INPUT, N_("\"{0}\" of \"{1}\" needs a reason: --reason")},
        {"route.reason-list", EDOC_ERR_INPUT,
         N_("\"{0}\" is no reason of \"{1}\"; the reasons are {2}")},
};

bool ed_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Notes a broken rule; always false. */
bool ed_broken(struct ed_decision *j, const char *rule, const char *a0, const char *a1,
               const char *a2)
{
	if (j->findings) {
		ed_finding(j->findings, rule, j->where, a0 ? a0 : "-", a1, a2);
	} else if (!j->rule) {
		j->rule = rule;
		j->args[0] = a0;
		j->args[1] = a1;
		j->args[2] = a2;
	}
	return false;
}

const char *ed_number_text(struct ed_decision *j, int64_t n)
{
	const char *s = ed_arena_printf(j->engine->arena, "%" PRId64, n);

	return s ? s : "";
}

const char *ed_time_text(struct ed_decision *j, int64_t t)
{
	char text[ED_TIME_STR];
	const char *s;

	ed_time_format(text, t);
	s = ed_arena_strdup(j->engine->arena, text);
	return s ? s : "";
}

struct ed_date ed_engine_date(const struct ed_engine *engine, int64_t t)
{
	return ed_zone_civil(engine->zone, t).date;
}

/* ---- where the case stands ---- */

static const char *first_outcome(const struct ed_route_step *step)
{
	return step->outcomes[0].id;
}

static const char *closing_event(const struct ed_route_step *step)
{
	return step->verb == ED_DO_SEND      ? "case.sent"
	       : step->verb == ED_DO_RECEIVE ? "case.received"
	                                     : "step.done";
}

/* The command that closes a step which "do" does not, or NULL. */
static const char *own_verb(const struct ed_route_step *step)
{
	return step->verb == ED_DO_SEND ? "send" : step->verb == ED_DO_RECEIVE ? "receive" : NULL;
}

static const char *outcome_list(struct ed_decision *j, const struct ed_route_step *step)
{
	const char *list = "";

	for (size_t i = 0; i < step->n_outcomes && list; i++)
		list = ed_arena_printf(j->engine->arena, "%s%s%s", list, i ? ", " : "",
		                       step->outcomes[i].id);
	return list ? list : "";
}

/* A step of the route that has an outcome of this name. */
struct search {
	const char *outcome;
	const struct ed_route_step *found;
};

static void look_at(const struct ed_route_step *step, void *arg)
{
	struct search *s = arg;

	if (!s->found && ed_route_outcome(step, s->outcome))
		s->found = step;
}

static const struct ed_route_step *other_step_with(const struct ed_decision *j, const char *outcome)
{
	struct search s = {.outcome = outcome};

	ed_block_walk(&j->engine->route->body, look_at, &s);
	return s.found;
}

static const char *open_list(struct ed_decision *j)
{
	const struct ed_state *s = j->state;
	const char *list = s->n_open ? "" : "-";

	for (size_t i = 0; i < s->n_open && list; i++) {
		const struct ed_visit *v = s->open[i];

		list = ed_arena_printf(j->engine->arena, "%s%s%s", list, i ? ", " : "",
		                       v ? v->path : "");
	}
	return list ? list : "";
}

/* Nobody spoke within the term: only where the route says what that means. */
static bool check_silence(struct ed_decision *j)
{
	const struct ed_visit *v = j->visit;

	if (v->step->silent == ED_RESULT_NONE)
		return ed_broken(j, "route.silence", v->path, NULL, NULL);
	if (v->due == ED_TIME_NONE || j->act.time <= v->due)
		return ed_broken(j, "route.silence-early", v->path, ed_time_text(j, v->due), NULL);
	j->outcome = &v->step->outcomes[v->step->silent == ED_RESULT_REFUSE];
	if (j->act.said && !ed_same(j->act.outcome, j->outcome->id))
		return ed_broken(j, "route.outcome", v->path, j->act.outcome, j->outcome->id);
	return true;
}

/* May the open step be closed by this event, and with which outcome? */
static bool check_step(struct ed_decision *j)
{
	const struct ed_state *s = j->state;
	const char *outcome = j->act.outcome;
	struct ed_visit *open = !j->act.step && !j->act.said && s->n_open == 1
	                                ? s->open[0]
	                                : ed_state_open(s, j->act.step);

	if (!strcmp(j->act.event, "step.silent") && j->act.step && ed_state_join(s, j->act.step))
		return ed_check_away_silence(j, ed_state_join(s, j->act.step));
	if (!open)
		return ed_broken(j, "route.order", j->act.step, open_list(j), NULL);
	j->visit = open;
	if (j->act.said && j->act.visit != open->visit)
		return ed_broken(j, "route.visit", ed_number_text(j, j->act.visit), open->path,
		                 ed_number_text(j, open->visit));
	if (!strcmp(j->act.event, "step.silent"))
		return check_silence(j);
	if (ed_hand_event(j->act.event))
		return ed_check_hand_place(j);
	if (!j->findings && !strcmp(j->act.event, "step.done") && own_verb(open->step))
		return ed_broken(j, "route.event-verb", open->path, own_verb(open->step), NULL);
	if (strcmp(j->act.event, closing_event(open->step)))
		return ed_broken(j, "route.event", open->path, closing_event(open->step),
		                 j->act.event);
	if (!outcome && !j->act.said && strcmp(j->act.event, "step.done"))
		outcome = first_outcome(open->step);
	j->outcome = outcome ? ed_route_outcome(open->step, outcome) : NULL;
	/* Somebody whose turn has not come yet, rather than a slip of the pen. */
	if (!j->outcome && !j->act.said && outcome && other_step_with(j, outcome))
		return ed_broken(j, "route.order", other_step_with(j, outcome)->path, open_list(j),
		                 NULL);
	if (!j->outcome)
		return ed_broken(j, "route.outcome", open->path, outcome ? outcome : "-",
		                 outcome_list(j, open->step));
	j->needs_reason = j->outcome->reason;
	j->reasons = j->outcome->reasons;
	return ed_check_revised(j);
}

static bool waits_to_receive(const struct ed_state *s)
{
	const struct ed_visit *v = s->root ? s->root->open : NULL;

	return v && v->step->verb == ED_DO_RECEIVE;
}

/* The receipt of a branch at the desk that it left; j->state is of that desk. */
static bool check_return(struct ed_decision *j)
{
	const struct ed_state *chain = j->act.returned ? j->act.returned : j->state;
	const char *home = ed_state_home(chain);

	if (j->act.step)
		return ed_broken(j, "route.order", j->act.step, open_list(j), NULL);
	if (!j->act.returned || !chain->awaiting_receipt || !ed_same(chain->sent_to, home) ||
	    !ed_state_branch(j->state, chain))
		return ed_broken(j, "route.return", ed_scope_path(chain->root, j->engine->arena),
		                 home, NULL);
	return true;
}

/* A branch that is over goes back, without a step. */
static bool check_send_back(struct ed_decision *j)
{
	const char *home = ed_state_home(j->state);

	if (j->act.step)
		return ed_broken(j, "route.order", j->act.step, open_list(j), NULL);
	if (j->act.said && !ed_same(j->act.to, home))
		return ed_broken(j, "route.to", j->act.to, home, NULL);
	return true;
}

static bool check_withdraw(struct ed_decision *j)
{
	const struct ed_withdraw *w = &j->engine->route->withdraw;

	if (!w->by)
		return ed_broken(j, "route.withdraw", NULL, NULL, NULL);
	if (ed_state_home(j->state))
		return ed_broken(j, "route.elsewhere", j->state->at_agency, ed_state_home(j->state),
		                 NULL);
	for (size_t i = 0; w->before && i < j->state->n_visits; i++) {
		const struct ed_route_step *step = j->state->visits[i]->step;

		if (step == w->before)
			return ed_broken(j, "route.withdraw-late", step->path, NULL, NULL);
	}
	j->by = w->by;
	j->needs_reason = true;
	j->reasons = w->reasons;
	return true;
}

/* The place of the act in the route; false: nothing can be made of it. */
static bool check_place(struct ed_decision *j)
{
	const struct ed_state *s = j->state;
	bool submit = !strcmp(j->act.event, "case.submitted");
	bool received = !strcmp(j->act.event, "case.received");

	if (submit != (s->phase == ED_PHASE_NONE))
		return ed_broken(j, "ledger.first", NULL, NULL, NULL);
	if (s->phase == ED_PHASE_ENDED)
		return ed_broken(j, "route.after-end", s->end, NULL, NULL);
	if (s->awaiting_receipt && !received)
		return ed_broken(j, "route.awaiting", s->sent_to, NULL, NULL);
	if (received && (j->act.returned || (s->awaiting_receipt && ed_state_home(s) &&
	                                     ed_same(s->sent_to, ed_state_home(s)))))
		return check_return(j);
	if (received && !s->awaiting_receipt)
		return ed_broken(j, "route.not-sent", NULL, NULL, NULL);
	if (!submit && s->root->over && !strcmp(j->act.event, "case.sent"))
		return check_send_back(j);
	if (received && (s->n_open || s->root->over) && !waits_to_receive(s)) {
		if (j->act.step)
			return ed_broken(j, "route.order", j->act.step, open_list(j), NULL);
		return true; /* what is open now waits at the other agency */
	}
	if (ed_clock_event(j->act.event))
		return ed_check_clock_act(j);
	if (!strcmp(j->act.event, "case.withdrawn"))
		return check_withdraw(j);
	if (submit) {
		ed_check_fields(j);
		ed_check_passport(j);
	}
	return submit || check_step(j);
}

/* ---- commands ---- */

/* Rules whose text to a person depends on what they are about. */
static const char *plain_rule(const struct ed_decision *j)
{
	if (!strcmp(j->rule, "route.times") && ed_same(j->args[1], "1"))
		return "route.once";
	if (!strcmp(j->rule, "route.assign-unasked") &&
	    (!j->args[2] || !*j->args[2] || !strcmp(j->args[2], "-")))
		return "route.assign-nobody";
	return j->rule;
}

/* The refusal's text with its arguments in place of {0} {1} {2}. */
static enum edoc_code refuse(const struct ed_decision *j, struct edoc_error *err)
{
	const char *rule = plain_rule(j);
	struct ed_buf text;
	size_t i = 0;
	enum edoc_code code;

	while (i < sizeof(refusals) / sizeof(*refusals) && strcmp(refusals[i].rule, rule))
		i++;
	if (i == sizeof(refusals) / sizeof(*refusals))
		return ed_fail(err, EDOC_ERR_BUG, "", "no text for %s", j->rule);
	ed_buf_init(&text, 4096);
	for (const char *s = dgettext("edoc", refusals[i].text); *s; s++) {
		if (*s == '{' && s[1] >= '0' && s[1] <= '2' && s[2] == '}') {
			const char *a = j->args[s[1] - '0'];

			ed_buf_puts(&text, a ? a : "-");
			s += 2;
		} else {
			ed_buf_putc(&text, *s);
		}
	}
	code = ed_fail(err, refusals[i].code, j->visit ? j->visit->path : "", "%s",
	               ed_buf_str(&text));
	ed_buf_clear(&text);
	return code;
}

static bool apply(struct ed_decision *j, struct ed_state *s, const struct ed_entry *entry);

static bool desk_event(const char *event)
{
	return !strcmp(event, "case.sent") || !strcmp(event, "case.received") ||
	       !strcmp(event, "step.silent");
}

/* Everything that is asked of an act, and of what would follow from it: on a
 * copy of the state, by the same code that folds the entry later. */
static void try(struct ed_decision *j)
{
	struct ed_state copy;

	if (check_place(j))
		ed_check_actor(j);
	if (j->rule || j->which)
		return;
	if (!ed_state_copy(&copy, j->state, j->engine->route->n_clocks, j->engine->arena)) {
		j->lost = true;
		return;
	}
	j->lost = !apply(j, &copy, NULL) && !j->rule;
}

static void ask(struct ed_decision *j, const struct ed_engine *engine, const struct ed_state *state,
                const struct ed_command *command, const char *step)
{
	*j = (struct ed_decision){.engine = engine, .state = state};
	j->act = (struct ed_asked){.event = command->event,
	                           .step = step,
	                           .outcome = command->outcome,
	                           .reason = command->reason,
	                           .cert = command->actor_cert,
	                           .directory = command->directory,
	                           .fields = command->fields,
	                           .documents = command->documents,
	                           .returned = command->returned,
	                           .at = command->at,
	                           .channel = command->channel,
	                           .papers = command->papers,
	                           .applicant = command->applicant,
	                           .received = command->received,
	                           .assign = command->assign,
	                           .n_assign = command->n_assign,
	                           .timer = command->timer,
	                           .extension = command->extension,
	                           .until = command->until,
	                           .within = command->within,
	                           .by_desk = desk_event(command->event),
	                           .time = command->now};
	try(j);
}

/* Of several open steps the one that the actor may bring to that outcome. */
static enum edoc_code pick(const struct ed_engine *engine, const struct ed_state *state,
                           const struct ed_command *command, struct ed_decision *j,
                           struct edoc_error *err)
{
	const char *fit = NULL, *list = "";
	struct ed_decision other;
	size_t n = 0;

	for (size_t i = 0; i < state->n_open && list; i++) {
		ask(&other, engine, state, command, state->open[i]->path);
		if (other.lost)
			return ed_fail_memory(err);
		/* The first refusal is told, but sooner that of a step that has
		 * the outcome than that of one that has not. */
		if (!i || (other.rule && j->rule && other.outcome && !j->outcome))
			*j = other;
		if (other.rule)
			continue;
		list = ed_arena_printf(engine->arena, "%s%s%s", list, n++ ? ", " : "",
		                       state->open[i]->path);
		fit = state->open[i]->path;
		*j = other;
	}
	if (!list)
		return ed_fail_memory(err);
	if (n > 1)
		return ed_fail(err, EDOC_ERR_USAGE, "--step",
		               "several steps could be meant: name one of %s", list);
	if (fit)
		ask(j, engine, state, command, fit);
	return EDOC_OK;
}

enum edoc_code ed_engine_decide(const struct ed_engine *engine, const struct ed_state *state,
                                const struct ed_command *command, struct ed_actor *actor,
                                struct edoc_error *err)
{
	struct ed_decision j = {0};
	enum edoc_code code = EDOC_OK;

	*actor = (struct ed_actor){0};
	if (command->desk != desk_event(command->event))
		return ed_fail(err, EDOC_ERR_DENIED, "",
		               "a person submits and does steps; a desk's key sends and receives");
	if (!command->step && state->n_open > 1 &&
	    (!strcmp(command->event, "step.done") || ed_hand_event(command->event)))
		code = pick(engine, state, command, &j, err);
	else
		ask(&j, engine, state, command, command->step);
	if (code)
		return code;
	if (j.lost)
		return ed_fail_memory(err);
	if (j.which)
		return ed_fail(err, EDOC_ERR_USAGE, "--clock",
		               "several terms could be meant: name one of %s", j.which);
	if (j.rule)
		return refuse(&j, err);
	*actor = j.actor;
	actor->visit = j.visit ? j.visit : j.clock ? j.clock->visit : NULL;
	actor->clock = j.clock;
	return EDOC_OK;
}

/* ---- entries: the chain ---- */

static bool check_pin(struct ed_decision *j, const struct ed_entry *entry, const char *key,
                      const char *rule, const char *sha256)
{
	const char *said = ed_header_text(entry, NULL, key);
	const char *right = ed_arena_printf(j->engine->arena, "sha256:%s", sha256 ? sha256 : "");

	return ed_same(said, right) ? true : ed_broken(j, rule, said ? said : "-", right, NULL);
}

static bool check_chain(struct ed_decision *j, const struct ed_entry *entry)
{
	const struct ed_state *s = j->state;
	const struct ed_state *other = j->act.returned;
	const json_t *prev = json_array_get(json_object_get(entry->header, "prev"), 0);
	const char *head = prev ? json_string_value(prev) : "";
	const char *id = ed_header_text(entry, NULL, "case");
	int64_t seq = (other && other->seq > s->seq ? other->seq : s->seq) + 1;

	if (entry->seq != seq)
		return ed_broken(j, "ledger.sequence", ed_number_text(j, entry->seq),
		                 ed_number_text(j, seq), NULL);
	if (!ed_same(head, s->head))
		return ed_broken(j, "ledger.prev", *head ? head : "-", *s->head ? s->head : "-",
		                 NULL);
	if (s->seq && !ed_same(id, s->case_id))
		return ed_broken(j, "ledger.case", id, s->case_id, NULL);
	if (s->seq)
		return true;
	return check_pin(j, entry, "route", "ledger.route", j->engine->route->sha256) &&
	       check_pin(j, entry, "calendar", "ledger.calendar",
	                 j->engine->calendar ? j->engine->calendar->sha256 : NULL);
}

/* ---- entries: the fold ---- */

void ed_state_init(struct ed_state *state)
{
	*state = (struct ed_state){
	        .submitted = ED_TIME_NONE, .received = ED_TIME_NONE, .time = ED_TIME_NONE};
}

static const char *kept(struct ed_decision *j, const char *text)
{
	const char *s = text ? ed_arena_strdup(j->engine->arena, text) : NULL;

	j->lost |= text && !s;
	return s;
}

/* Where the case is from now on, and so everything of it that is open. */
static void move_to(struct ed_state *s, const char *agency)
{
	s->at_agency = agency;
	if (s->root)
		s->root->at = agency;
	for (size_t i = 0; i < s->n_visits; i++)
		if (s->visits[i]->done == ED_TIME_NONE &&
		    ed_scope_within(s->visits[i]->scope, s->root))
			s->visits[i]->scope->at = agency;
}

static void receive_at(struct ed_state *s, int64_t time)
{
	s->received = time;
	move_to(s, s->sent_to);
	if (s->root)
		s->root->received = time;
	for (size_t i = 0; i < s->n_visits; i++)
		if (s->visits[i]->done == ED_TIME_NONE &&
		    ed_scope_within(s->visits[i]->scope, s->root))
			s->visits[i]->scope->received = time;
	s->awaiting_receipt = false;
	s->sent_to = NULL;
}

/* A branch leaves the desk where the others of it stay. */
static bool leaves(const struct ed_decision *j)
{
	return !strcmp(j->act.event, "case.sent") && j->visit && j->visit->scope != j->state->root;
}

static void apply_event(struct ed_decision *j, struct ed_state *s)
{
	if (!strcmp(j->act.event, "case.submitted")) {
		s->phase = ED_PHASE_RUNNING;
		s->submitted = j->act.time;
		s->received = ed_came(j->act.received, j->act.time);
		s->initiator_cert = kept(j, j->act.cert);
		s->initiator_person = kept(j, ed_person_id(j));
		s->fields = j->act.fields;
		if (!j->actor.agency)
			s->at_agency = kept(j, j->act.at);
	} else if (!strcmp(j->act.event, "case.sent") && !leaves(j)) {
		s->awaiting_receipt = true;
		s->sent_to = j->visit ? ed_visit_to(j->visit) : ed_state_home(s);
	} else if (!strcmp(j->act.event, "case.received") && !j->act.returned) {
		receive_at(s, j->act.time);
	}
	if (!s->at_agency && j->actor.agency)
		move_to(s, kept(j, j->actor.agency->id));
}

static void fault(void *arg, const char *rule, const char *a0, const char *a1)
{
	ed_broken(arg, rule, a0, a1, NULL);
}

static void apply_leave(struct ed_decision *j, struct ed_flow *flow, struct ed_visit *v)
{
	struct ed_state *s = flow->state, *left = ed_arena_alloc(j->engine->arena, sizeof(*left));

	if (!left || !ed_state_copy(left, s, j->engine->route->n_clocks, j->engine->arena)) {
		j->lost = true;
		return;
	}
	left->awaiting_receipt = true;
	left->sent_to = ed_visit_to(v);
	left->at_agency = v->scope->at;
	ed_flow_leave(flow, v, j->outcome, left);
	s->left = left;
}

static void apply_return(struct ed_decision *j, struct ed_flow *flow)
{
	const struct ed_state *ended = j->act.returned;

	if (!flow->state->number && ended->number) {
		flow->state->number = ended->number;
		flow->state->book = ended->book;
	}
	ed_flow_return(flow, ended);
}

/* What follows from the act; false: nothing can be folded any more. */
static bool apply_flow(struct ed_decision *j, struct ed_state *s)
{
	struct ed_flow flow = {.engine = j->engine,
	                       .state = s,
	                       .now = j->act.time,
	                       .entry = j->act.said ? kept(j, s->head) : NULL,
	                       .fault = fault,
	                       .arg = j};
	struct ed_visit *v = j->visit ? s->visits[j->visit->index] : NULL;

	if (v && ed_hand_event(j->act.event)) {
		ed_apply_hand(j, s, v);
	} else if (v && ed_step_joins(v->step)) {
		ed_flow_silence(&flow, v);
	} else if (v && leaves(j)) {
		apply_leave(j, &flow, v);
	} else if (v) {
		v->behind = j->actor.behind;
		v->person = strcmp(j->act.event, "step.done") ? NULL : kept(j, ed_person_id(j));
		v->principal = j->actor.principal ? j->actor.principal->holder->id : NULL;
		v->named = j->actor.assign;
		v->n_named = j->actor.n_assign;
		v->within = j->actor.within;
		ed_flow_close(&flow, v, j->outcome);
	} else if (j->clock) {
		return ed_apply_clock_act(j, s);
	} else if (!strcmp(j->act.event, "case.withdrawn")) {
		ed_flow_end(&flow, "withdrawn");
	} else if (!strcmp(j->act.event, "case.submitted")) {
		ed_flow_begin(&flow);
	} else if (j->act.returned) {
		apply_return(j, &flow);
	} else if (!strcmp(j->act.event, "case.received")) {
		ed_flow_reopen(&flow);
	}
	j->lost |= flow.lost;
	return !flow.stuck && !j->lost;
}

static void apply_entry(struct ed_decision *j, struct ed_state *s, const struct ed_entry *entry)
{
	if (!s->seq)
		snprintf(s->case_id, sizeof(s->case_id), "%s", ed_header_text(entry, NULL, "case"));
	if (j->visit && json_object_get(entry->header, "register")) {
		s->book = kept(j, ed_header_text(entry, "register", "book"));
		s->number = kept(j, ed_header_text(entry, "register", "number"));
	}
	s->seq = entry->seq;
	snprintf(s->head, sizeof(s->head), "sha256:%s", entry->sha256);
}

/* entry NULL: a command is tried. */
static bool apply(struct ed_decision *j, struct ed_state *s, const struct ed_entry *entry)
{
	s->left = NULL;
	apply_event(j, s);
	if (j->act.returned && j->act.returned->directory_version > s->directory_version)
		s->directory_version = j->act.returned->directory_version;
	if (j->directory && j->directory->version > s->directory_version)
		s->directory_version = j->directory->version;
	s->time = j->act.time;
	if (entry)
		apply_entry(j, s, entry);
	return apply_flow(j, s);
}

bool ed_engine_fold(const struct ed_engine *engine, struct ed_state *state,
                    const struct ed_entry *entry, struct ed_findings *findings)
{
	return ed_engine_fold_return(engine, state, NULL, entry, findings);
}

bool ed_engine_fold_return(const struct ed_engine *engine, struct ed_state *state,
                           const struct ed_state *returned, const struct ed_entry *entry,
                           struct ed_findings *findings)
{
	struct ed_decision j = {.engine = engine, .state = state, .findings = findings};
	struct ed_extension extension;
	char place[64];

	snprintf(place, sizeof(place), "META-INF/edoc/ledger/%06" PRId64 "-%.8s.json", entry->seq,
	         entry->sha256);
	j.where = place;
	j.act = (struct ed_asked){
	        .event = entry->event,
	        .step = entry->step,
	        .outcome = entry->outcome,
	        .cert = entry->actor_cert,
	        .time = entry->time,
	        .visit = entry->visit,
	        .directory = ed_header_text(entry, NULL, "directory"),
	        .to = ed_header_text(entry, NULL, "to"),
	        .said = true,
	        .by_desk = desk_event(entry->event),
	        .fields = json_object_get(entry->header, "fields"),
	        .timer = ed_header_text(entry, NULL, "timer"),
	        .extension = ed_entry_extension(entry, &extension) ? &extension : NULL,
	        .documents = json_object_get(entry->header, "documents"),
	        .returned = returned,
	        .at = ed_header_text(entry, NULL, "at"),
	        .channel = ed_header_text(entry, NULL, "channel"),
	        .papers = json_object_get(entry->header, "papers"),
	        .applicant = ed_header_text(entry, NULL, "applicant"),
	        .received = ed_header_text(entry, NULL, "received"),
	        .within = ed_header_text(entry, NULL, "within"),
	        .reason = entry->body ? ed_json_get_str(entry->body, "reason") : NULL,
	        .reason_hidden = !entry->body && ed_header_text(entry, NULL, "body")};
	if (json_object_get(entry->header, "delegate"))
		ed_read_delegate(&j, json_object_get(entry->header, "delegate"));
	else
		ed_read_assign(&j, json_object_get(entry->header, "assign"));
	if (!check_chain(&j, entry) || !check_place(&j))
		return false;
	ed_check_actor(&j);
	ed_check_facts(&j, entry);
	bool on = apply(&j, state, entry);
	if (on && j.clock)
		ed_check_moved(&j, entry);
	findings->lost |= j.lost;
	return on && !findings->lost;
}
