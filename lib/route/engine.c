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
 *  route.order         E stops  step {0} is done while {1} is open
 *  route.visit         E stops  it says visit {0} of step {1}, this is {2}
 *  route.event         E stops  the step {0} is closed by {1}, not by {2}
 *  route.outcome       E stops  the step {0} has no outcome {1}
 *  route.times         E        {0} happens more often than the route allows ({1})
 *  route.target        E stops  outcome {1} of step {0} leads nowhere
 *  route.to            E        sent to {0}; the route says {1}
 *  route.directory     E        the directory {0} that it cites is not here
 *  route.directory-old E        it cites version {0} of the directory, an entry before it {1}
 *  route.person        E        nobody of the directory has the certificate {0} on that day
 *  route.desk          E        the certificate {0} is no desk key on that day
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
#include "route/term.h"

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
        {"route.order", EDOC_ERR_DENIED, N_("the open step is \"{1}\", not \"{0}\"")},
        {"route.event", EDOC_ERR_DENIED, N_("the step \"{0}\" is closed by {1}, not by {2}")},
        {"route.outcome", EDOC_ERR_INPUT,
         N_("the step \"{0}\" has no outcome \"{1}\"; it has {2}")},
        {"route.times", EDOC_ERR_DENIED,
         N_("\"{0}\" may happen {1} times in a case, not once more")},
        {"route.target", EDOC_ERR_INPUT, N_("the outcome \"{1}\" of step \"{0}\" leads nowhere")},
        {"route.to", EDOC_ERR_DENIED, N_("the route sends the case to {1}, not to {0}")},
        {"route.directory", EDOC_ERR_CONFIG, N_("the directory {0} is not installed here")},
        {"route.directory-old", EDOC_ERR_CONFIG,
         N_("version {0} of the directory is in force here, and the case went on under {1}: "
            "install "
            "that")},
        {"route.person", EDOC_ERR_DENIED,
         N_("nobody of the directory has the certificate {0} today")},
        {"route.desk", EDOC_ERR_DENIED, N_("the certificate {0} is no desk key of the directory")},
        {"route.agency", EDOC_ERR_DENIED,
         N_("the agency {0} is {1} since {2}: its people and its desk do not act")},
        {"route.elsewhere", EDOC_ERR_DENIED, N_("the case is at {1}, not at {0}")},
        {"route.role", EDOC_ERR_DENIED, N_("{0} may not act as \"{1}\" today")},
        {"route.initiator", EDOC_ERR_DENIED,
         N_("only who submitted the case may do \"{1}\", not {0}")},
        {"route.four-eyes", EDOC_ERR_DENIED,
         N_("{0} acted as \"{2}\" in this case; another person must do \"{1}\"")},
        {"route.reason", EDOC_ERR_INPUT, N_("the outcome \"{0}\" of step \"{1}\" needs a reason")},
        {"route.reason-list", EDOC_ERR_INPUT,
         N_("\"{0}\" is no reason of step \"{1}\"; the reasons are {2}")},
};

/* An act as the checks see it: a command, or an entry. */
struct act {
	const char *event, *step, *outcome, *reason, *cert, *directory, *to;
	bool reason_hidden; /* a body that stayed at home */
	bool said;          /* an entry: step, visit and `to` must be said */
	int64_t time, visit;
};

struct judge {
	const struct ed_engine *engine;
	const struct ed_state *state;
	struct act act;
	struct ed_findings *findings; /* NULL: a command */
	const char *where;
	const char *rule; /* command: the first broken one */
	const char *args[3];
	/* decided on the way: */
	struct ed_actor actor;
	const struct ed_directory *directory;
	const struct ed_visit *visit; /* the one that is closed, or NULL */
	const struct ed_route_outcome *outcome;
	const struct ed_route_step *next; /* NULL: the case ends, or nothing opens */
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Notes a broken rule; always false. */
static bool broken(struct judge *j, const char *rule, const char *a0, const char *a1,
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

static const char *number_text(struct judge *j, int64_t n)
{
	const char *s = ed_arena_printf(j->engine->arena, "%" PRId64, n);

	return s ? s : "";
}

static const char *time_text(struct judge *j, int64_t t)
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

static const char *outcome_list(struct judge *j, const struct ed_route_step *step)
{
	const char *list = "";

	for (size_t i = 0; i < step->n_outcomes && list; i++)
		list = ed_arena_printf(j->engine->arena, "%s%s%s", list, i ? ", " : "",
		                       step->outcomes[i].id);
	return list ? list : "";
}

static int visits_of(const struct ed_state *state, const struct ed_route_step *step,
                     const char *outcome)
{
	int n = 0;

	for (size_t i = 0; i < state->n_visits; i++)
		n += state->visits[i].step == step &&
		     (!outcome || same(state->visits[i].outcome, outcome));
	return n;
}

/* A step of the route that has an outcome of this name. */
static const struct ed_route_step *other_step_with(const struct judge *j, const char *outcome)
{
	for (size_t i = 0; i < j->engine->route->n_steps; i++)
		if (ed_route_outcome(&j->engine->route->steps[i], outcome))
			return &j->engine->route->steps[i];
	return NULL;
}

/* May the open step be closed by this event, and with which outcome? */
static bool check_step(struct judge *j)
{
	const struct ed_visit *open = j->state->open;
	const char *step = j->act.step ? j->act.step : j->act.said || !open ? NULL : open->step->id;
	const char *outcome;

	if (!open || !same(step, open->step->id))
		return broken(j, "route.order", step, open ? open->step->id : "-", NULL);
	if (strcmp(j->act.event, closing_event(open->step)))
		return broken(j, "route.event", open->step->id, closing_event(open->step),
		              j->act.event);
	if (j->act.said && j->act.visit != open->visit)
		return broken(j, "route.visit", number_text(j, j->act.visit), open->step->id,
		              number_text(j, open->visit));
	outcome = j->act.outcome;
	if (!outcome && !j->act.said && strcmp(j->act.event, "step.done"))
		outcome = first_outcome(open->step);
	j->visit = open;
	j->outcome = outcome ? ed_route_outcome(open->step, outcome) : NULL;
	/* Somebody whose turn has not come yet, rather than a slip of the pen. */
	if (!j->outcome && !j->act.said && outcome && other_step_with(j, outcome))
		return broken(j, "route.order", other_step_with(j, outcome)->id, open->step->id,
		              NULL);
	if (!j->outcome)
		return broken(j, "route.outcome", open->step->id, outcome ? outcome : "-",
		              outcome_list(j, open->step));
	return true;
}

/* What opens once the outcome is in: j->next, or the end. */
static bool check_next(struct judge *j)
{
	const struct ed_route *route = j->engine->route;
	const struct ed_route_step *step = j->visit ? j->visit->step : NULL;
	const struct ed_route_outcome *o = j->outcome;

	if (o && o->end)
		return true;
	if (!step) {
		j->next = &route->steps[0];
		return true;
	}
	if (o->then)
		j->next = ed_route_step(route, o->then);
	else if (step + 1 < route->steps + route->n_steps)
		j->next = step + 1;
	return j->next ? true : broken(j, "route.target", step->id, o->id, NULL);
}

static void check_times(struct judge *j)
{
	const struct ed_route_step *next = j->next;

	if (j->outcome && j->outcome->times &&
	    visits_of(j->state, j->visit->step, j->outcome->id) >= j->outcome->times)
		broken(j, "route.times", j->outcome->id, number_text(j, j->outcome->times), NULL);
	if (next && next->times && visits_of(j->state, next, NULL) >= next->times)
		broken(j, "route.times", next->id, number_text(j, next->times), NULL);
}

/* The place of the act in the route; false: nothing can be made of it. */
static bool check_place(struct judge *j)
{
	const struct ed_state *s = j->state;
	bool submit = !strcmp(j->act.event, "case.submitted");
	bool received = !strcmp(j->act.event, "case.received");

	if (submit != (s->phase == ED_PHASE_NONE))
		return broken(j, "ledger.first", NULL, NULL, NULL);
	if (s->phase == ED_PHASE_ENDED)
		return broken(j, "route.after-end", s->end, NULL, NULL);
	if (s->awaiting_receipt && !received)
		return broken(j, "route.awaiting", s->sent_to, NULL, NULL);
	if (received && !s->awaiting_receipt)
		return broken(j, "route.not-sent", NULL, NULL, NULL);
	if (received && s->open && s->open->step->verb != ED_DO_RECEIVE) {
		if (j->act.step)
			return broken(j, "route.order", j->act.step, s->open->step->id, NULL);
		return true; /* the open step now waits at the other agency */
	}
	if (!submit && !check_step(j))
		return false;
	if (!check_next(j))
		return false;
	check_times(j);
	return true;
}

/* ---- who acts ---- */

static bool check_directory(struct judge *j)
{
	j->directory = j->act.directory && j->engine->directory
	                       ? j->engine->directory(j->engine->arg, j->act.directory)
	                       : NULL;
	if (!j->directory)
		return broken(j, "route.directory", j->act.directory, NULL, NULL);
	/* Who lost a post does not get it back by citing an older directory. */
	if (j->directory->version < j->state->directory_version)
		broken(j, "route.directory-old", number_text(j, j->directory->version),
		       number_text(j, j->state->directory_version), NULL);
	return true;
}

/* A desk's key sends and receives. */
static void check_desk(struct judge *j)
{
	const struct ed_state *s = j->state;
	bool send = !strcmp(j->act.event, "case.sent");
	const char *at = send ? s->at_agency : s->sent_to;

	j->actor.agency = ed_directory_desk(j->directory, j->act.cert,
	                                    ed_engine_date(j->engine, j->act.time));
	if (!j->actor.agency)
		broken(j, "route.desk", j->act.cert, NULL, NULL);
	else if (at && strcmp(at, j->actor.agency->id))
		broken(j, "route.elsewhere", j->actor.agency->id, at, NULL);
	if (send && j->act.to && strcmp(j->act.to, j->visit->step->to->agency))
		broken(j, "route.to", j->act.to, j->visit->step->to->agency, NULL);
}

static const struct ed_role *initiator_role(const struct ed_route *route)
{
	for (size_t i = 0; i < route->n_roles; i++)
		if (route->roles[i].initiator)
			return &route->roles[i];
	return NULL;
}

/* How the ledger knows somebody whom the directory does not know. */
static const char *person_id(struct judge *j)
{
	const char *s = j->actor.person ? j->actor.person->id
	                                : ed_arena_printf(j->engine->arena, "cert:%s", j->act.cert);

	return s ? s : "";
}

/* Who submits needs no post: a citizen; an official acts for an agency. */
static void check_submitter(struct judge *j, struct ed_date on)
{
	const struct ed_role *role = initiator_role(j->engine->route);
	struct ed_role any = {.agency = role ? role->agency : NULL};
	const struct ed_post *post = NULL;
	bool deputy;

	if (j->actor.person)
		post = ed_directory_post(j->directory, j->actor.person, &any, on, &deputy);
	if (post)
		j->actor.agency = ed_directory_agency(j->directory, post->agency);
	if (any.agency && !post)
		broken(j, "route.role", person_id(j), role->id, NULL);
}

static void check_initiator(struct judge *j, struct ed_date on)
{
	if (strcmp(person_id(j), j->state->initiator_person))
		broken(j, "route.initiator", person_id(j), j->visit->step->id, NULL);
	check_submitter(j, on);
}

static void check_role(struct judge *j, struct ed_date on)
{
	struct ed_role role = *j->visit->step->by;
	const char *at = j->state->at_agency;

	if (role.agency && at && strcmp(role.agency, at)) {
		broken(j, "route.elsewhere", role.agency, at, NULL);
		return;
	}
	if (!role.agency)
		role.agency = at;
	j->actor.post =
	        ed_directory_post(j->directory, j->actor.person, &role, on, &j->actor.deputy);
	if (!j->actor.post) {
		broken(j, "route.role", person_id(j), role.id, NULL);
		return;
	}
	j->actor.agency = ed_directory_agency(j->directory, j->actor.post->agency);
	if (j->actor.deputy)
		j->actor.principal = ed_directory_principal(j->directory, &role, j->actor.post, on);
}

static bool is_person(const struct judge *j, const char *id, const char *mine)
{
	if (!id)
		return false;
	return !strcmp(id, mine) ||
	       (j->actor.principal && !strcmp(id, j->actor.principal->holder->id));
}

/* Did the actor, or whom he stands for, act in that role before? */
static bool acted_as(struct judge *j, const struct ed_role *role)
{
	const char *mine = person_id(j);

	if (role->initiator && is_person(j, j->state->initiator_person, mine))
		return true;
	for (size_t i = 0; i < j->state->n_visits; i++) {
		const struct ed_visit *v = &j->state->visits[i];

		if (v->step->by == role && v->done != ED_TIME_NONE &&
		    (is_person(j, v->person, mine) || is_person(j, v->principal, mine)))
			return true;
	}
	return false;
}

static void check_four_eyes(struct judge *j)
{
	const struct ed_route *route = j->engine->route;
	const struct ed_route_step *step = j->visit->step;

	if (step->not_by && acted_as(j, step->not_by))
		broken(j, "route.four-eyes", person_id(j), step->id, step->not_by->id);
	for (size_t i = 0; i < route->n_separate; i++)
		for (int k = 0; k < 2; k++) {
			const struct ed_role *other = route->separate[i][1 - k];

			if (route->separate[i][k] == step->by && acted_as(j, other))
				broken(j, "route.four-eyes", person_id(j), step->id, other->id);
		}
}

static void check_person(struct judge *j)
{
	struct ed_date on = ed_engine_date(j->engine, j->act.time);
	bool initiator = !j->visit || j->visit->step->by->initiator;

	j->actor.person = ed_directory_person(j->directory, j->act.cert, on);
	if (!j->actor.person && !initiator) {
		broken(j, "route.person", j->act.cert, NULL, NULL);
		return;
	}
	if (j->actor.person)
		j->actor.name = ed_person_name(j->actor.person, on);
	if (!j->visit)
		check_submitter(j, on);
	else if (initiator)
		check_initiator(j, on);
	else
		check_role(j, on);
	if (j->visit)
		check_four_eyes(j);
}

static void check_reason(struct judge *j)
{
	const struct ed_route_outcome *o = j->outcome;
	const char *const *r, *list = "";

	if (!o || !o->reason || j->act.reason_hidden)
		return;
	if (!j->act.reason || !*j->act.reason) {
		broken(j, "route.reason", o->id, j->visit->step->id, NULL);
		return;
	}
	for (r = o->reasons; r && *r && strcmp(*r, j->act.reason); r++)
		;
	if (!r || *r)
		return;
	for (r = o->reasons; *r && list; r++)
		list = ed_arena_printf(j->engine->arena, "%s%s%s", list, *list ? ", " : "", *r);
	broken(j, "route.reason-list", j->act.reason, j->visit->step->id, list);
}

/* The entry before was made by the clock of another desk. */
static bool from_another_desk(const struct judge *j)
{
	return !strcmp(j->act.event, "case.received") &&
	       !same(j->state->sent_to, j->state->at_agency);
}

/* People and desk of an agency that is blocked or closed act no more; what they
 * did before stays good. */
static void check_agency(struct judge *j)
{
	const struct ed_agency *agency = j->actor.agency;
	const struct ed_change *since;
	enum ed_agency_state state;
	char day[ED_TIME_STR];

	if (!agency)
		return;
	state = ed_agency_state(agency, ed_engine_date(j->engine, j->act.time), &since);
	if (state == ED_AGENCY_ACTIVE)
		return;
	ed_date_format(day, since->from);
	broken(j, "route.agency", agency->id, ed_agency_state_name(state),
	       ed_arena_printf(j->engine->arena, "%s (%s)", day, since->reason));
}

static void check_actor(struct judge *j)
{
	int64_t skew = from_another_desk(j) ? ED_CLOCK_SKEW : 0;

	if (j->state->phase != ED_PHASE_NONE && j->act.time < j->state->time - skew)
		broken(j, "ledger.time-order", time_text(j, j->act.time),
		       time_text(j, j->state->time), NULL);
	check_reason(j);
	if (!check_directory(j))
		return;
	if (!strcmp(j->act.event, "case.sent") || !strcmp(j->act.event, "case.received"))
		check_desk(j);
	else
		check_person(j);
	check_agency(j);
}

/* ---- terms ---- */

/* `received`: of the submission until an exchange gives a later one. */
static enum edoc_code open_visit(const struct ed_engine *engine, const struct ed_state *state,
                                 const struct ed_route_step *step, int64_t now,
                                 struct ed_visit *visit, struct edoc_error *err)
{
	int64_t start = now;

	*visit = (struct ed_visit){.step = step,
	                           .opened = now,
	                           .due = ED_TIME_NONE,
	                           .done = ED_TIME_NONE,
	                           .visit = visits_of(state, step, NULL) + 1};
	if (!strcmp(step->from, "submitted"))
		start = state->submitted;
	else if (!strcmp(step->from, "received"))
		start = state->received;
	if (start == ED_TIME_NONE)
		start = now;
	return ed_term_due(step->within, &engine->route->count, engine->calendar, engine->zone,
	                   start, &visit->due, err);
}

/* ---- commands ---- */

/* The refusal's text with its arguments in place of {0} {1} {2}. */
static enum edoc_code refuse(const struct judge *j, struct edoc_error *err)
{
	struct ed_buf text;
	size_t i = 0;
	enum edoc_code code;

	while (i < sizeof(refusals) / sizeof(*refusals) && strcmp(refusals[i].rule, j->rule))
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
	code = ed_fail(err, refusals[i].code, j->visit ? j->visit->step->id : "", "%s",
	               ed_buf_str(&text));
	ed_buf_clear(&text);
	return code;
}

enum edoc_code ed_engine_decide(const struct ed_engine *engine, const struct ed_state *state,
                                const struct ed_command *command, struct ed_actor *actor,
                                struct edoc_error *err)
{
	struct judge j = {.engine = engine, .state = state};
	struct ed_visit next;
	enum edoc_code code;

	*actor = (struct ed_actor){0};
	j.act = (struct act){.event = command->event,
	                     .step = command->step,
	                     .outcome = command->outcome,
	                     .reason = command->reason,
	                     .cert = command->actor_cert,
	                     .directory = command->directory,
	                     .time = command->now};
	if (command->desk !=
	    (!strcmp(command->event, "case.sent") || !strcmp(command->event, "case.received")))
		return ed_fail(err, EDOC_ERR_DENIED, "",
		               "a person submits and does steps; a desk's key sends and receives");
	if (check_place(&j))
		check_actor(&j);
	if (j.rule)
		return refuse(&j, err);
	if (j.next) {
		code = open_visit(engine, state, j.next, command->now, &next, err);
		if (code)
			return code;
	}
	*actor = j.actor;
	return EDOC_OK;
}

/* ---- entries: what they say beside the act ---- */

static const char *header_text(const struct ed_entry *entry, const char *object, const char *key)
{
	const json_t *o = object ? json_object_get(entry->header, object) : entry->header;

	return o ? ed_json_get_str(o, key) : NULL;
}

static void check_fact(struct judge *j, const char *rule, const char *name, const char *said,
                       const char *right)
{
	if (!same(said, right))
		broken(j, rule, name, said ? said : "-", right ? right : "-");
}

static void check_actor_facts(struct judge *j, const struct ed_entry *entry)
{
	const struct ed_actor *a = &j->actor;
	const struct ed_post *p = a->principal;
	const json_t *actor = json_object_get(entry->header, "actor");

	if (!j->directory)
		return;
	check_fact(j, "route.actor", "person", header_text(entry, "actor", "person"),
	           a->person ? a->person->id : NULL);
	check_fact(j, "route.actor", "post", header_text(entry, "actor", "post"),
	           a->post ? a->post->post : NULL);
	check_fact(j, "route.actor", "unit", header_text(entry, "actor", "unit"),
	           a->post ? a->post->unit : NULL);
	check_fact(j, "route.actor", "agency", header_text(entry, "actor", "agency"),
	           a->agency ? a->agency->id : NULL);
	check_fact(j, "route.actor", "deputy", json_object_get(actor, "deputy") ? "true" : NULL,
	           a->deputy ? "true" : NULL);
	check_fact(j, "route.actor", "acting_for.person",
	           header_text(entry, "acting_for", "person"), p ? p->holder->id : NULL);
	check_fact(j, "route.actor", "acting_for.post", header_text(entry, "acting_for", "post"),
	           p ? p->post : NULL);
}

static const char *term_text(struct judge *j, struct ed_term term)
{
	static const char *const unit[] = {"", "d", "wd", "mo"};
	const char *s = ed_arena_printf(j->engine->arena, "%d%s", term.n, unit[term.unit]);

	return s ? s : "";
}

/*
 * When the term ends.  Where that is a day or less from what we count, and the
 * rest agrees, the machines may have different tzdata: the entry's word holds.
 */
static int64_t said_due(struct judge *j, const struct ed_entry *entry)
{
	const char *text = header_text(entry, "clock", "due");
	int64_t due = j->visit->due, said;

	if (!text || !ed_time_parse(text, &said) || said == due || said < due - ED_ZONE_CHANGE ||
	    said > due + ED_ZONE_CHANGE)
		return due;
	broken(j, "route.clock-zone", text, time_text(j, due), NULL);
	return said;
}

static void check_clock(struct judge *j, const struct ed_entry *entry)
{
	const struct ed_visit *v = j->visit;
	bool timed = v && v->due != ED_TIME_NONE;
	int64_t due = timed ? said_due(j, entry) : ED_TIME_NONE;
	const json_t *late = json_object_get(entry->header, "late");
	const char *seconds = NULL;

	check_fact(j, "route.clock", "within", header_text(entry, "clock", "within"),
	           timed ? term_text(j, v->step->within) : NULL);
	check_fact(j, "route.clock", "started", header_text(entry, "clock", "started"),
	           timed ? time_text(j, v->opened) : NULL);
	check_fact(j, "route.clock", "due", header_text(entry, "clock", "due"),
	           timed ? time_text(j, due) : NULL);
	if (timed && entry->time > due)
		seconds = number_text(j, entry->time - due);
	check_fact(j, "route.clock", "late", late ? number_text(j, json_integer_value(late)) : NULL,
	           seconds);
	if (seconds)
		broken(j, "route.late", v->step->id, seconds, NULL);
}

const char *ed_register_number(struct ed_arena *arena, const char *pattern, int64_t year,
                               int64_t seq)
{
	const char *out = "";

	while (*pattern && out) {
		size_t n = strcspn(pattern, "{");

		if (n)
			out = ed_arena_printf(arena, "%s%.*s", out, (int)n, pattern);
		pattern += n;
		if (!*pattern || !out)
			break;
		if (!strncmp(pattern, "{year}", 6))
			out = ed_arena_printf(arena, "%s%" PRId64, out, year);
		else if (pattern[4] == ':') /* the parser saw to its shape */
			out = ed_arena_printf(arena, "%s%0*" PRId64, out, pattern[5] - '0', seq);
		else
			out = ed_arena_printf(arena, "%s%" PRId64, out, seq);
		pattern = strchr(pattern, '}') + 1;
	}
	return out;
}

/* The first outcome of a register step gives a number, that of a sign step a
 * signature; nothing else does. */
static void check_made(struct judge *j, const struct ed_entry *entry)
{
	const struct ed_route_step *step = j->visit ? j->visit->step : NULL;
	const json_t *r = json_object_get(entry->header, "register");
	bool first = step && j->outcome == &step->outcomes[0];
	int64_t year = ed_engine_date(j->engine, entry->time).year;
	int64_t seq = json_integer_value(json_object_get(r, "seq"));

	if (json_object_get(entry->header, "signature") && !(first && step->verb == ED_DO_SIGN))
		broken(j, "route.signature", NULL, NULL, NULL);
	if (!first || step->verb != ED_DO_REGISTER) {
		if (r)
			broken(j, "route.register", "register", "there", "-");
		return;
	}
	check_fact(j, "route.register", "book", header_text(entry, "register", "book"), step->book);
	check_fact(j, "route.register", "number", header_text(entry, "register", "number"),
	           ed_register_number(j->engine->arena, step->number, year, seq));
	if (json_integer_value(json_object_get(r, "year")) != year)
		broken(j, "route.register", "year",
		       number_text(j, json_integer_value(json_object_get(r, "year"))),
		       number_text(j, year));
}

/* ---- entries: the chain ---- */

static bool check_pin(struct judge *j, const struct ed_entry *entry, const char *key,
                      const char *rule, const char *sha256)
{
	const char *said = header_text(entry, NULL, key);
	const char *right = ed_arena_printf(j->engine->arena, "sha256:%s", sha256 ? sha256 : "");

	return same(said, right) ? true : broken(j, rule, said ? said : "-", right, NULL);
}

static bool check_chain(struct judge *j, const struct ed_entry *entry)
{
	const struct ed_state *s = j->state;
	const json_t *prev = json_array_get(json_object_get(entry->header, "prev"), 0);
	const char *head = prev ? json_string_value(prev) : "";
	const char *id = header_text(entry, NULL, "case");

	if (entry->seq != s->seq + 1)
		return broken(j, "ledger.sequence", number_text(j, entry->seq),
		              number_text(j, s->seq + 1), NULL);
	if (!same(head, s->head))
		return broken(j, "ledger.prev", *head ? head : "-", *s->head ? s->head : "-", NULL);
	if (s->seq && !same(id, s->case_id))
		return broken(j, "ledger.case", id, s->case_id, NULL);
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

static void term_fault(struct judge *j, const struct ed_route_step *step,
                       const struct edoc_error *err)
{
	const char *why = ed_arena_printf(j->engine->arena, "%s: %s", err->where, err->msg);

	broken(j, "route.calendar", step->id, why, NULL);
}

static bool push_visit(struct judge *j, struct ed_state *s, int64_t now)
{
	struct ed_visit visit, *v;
	struct edoc_error err = {0};

	if (open_visit(j->engine, s, j->next, now, &visit, &err))
		term_fault(j, j->next, &err);
	v = ed_arena_grow(j->engine->arena, s->visits, s->n_visits, &s->cap_visits, sizeof(*v));
	if (!v)
		return false;
	s->visits = v;
	v[s->n_visits] = visit;
	s->open = &v[s->n_visits++];
	return true;
}

/* The step that waited during the exchange is open from its receipt on. */
static void reopen(struct judge *j, struct ed_state *s, int64_t now)
{
	struct ed_visit *v = &s->visits[s->n_visits - 1], again;
	struct edoc_error err = {0};

	s->n_visits--; /* not a visit more */
	if (open_visit(j->engine, s, v->step, now, &again, &err))
		term_fault(j, v->step, &err);
	*v = again;
	s->n_visits++;
}

static void close_visit(struct judge *j, struct ed_state *s, const struct ed_entry *entry)
{
	struct ed_visit *v = &s->visits[s->n_visits - 1];

	v->done = entry->time;
	v->outcome = j->outcome->id;
	v->person = !strcmp(entry->event, "step.done") ? person_id(j) : NULL;
	v->principal = j->actor.principal ? j->actor.principal->holder->id : NULL;
	s->open = NULL;
}

static const char *kept(struct judge *j, const char *text)
{
	const char *s = text ? ed_arena_strdup(j->engine->arena, text) : NULL;

	j->findings->lost |= text && !s;
	return s;
}

static void apply_event(struct judge *j, struct ed_state *s, const struct ed_entry *entry)
{
	if (!strcmp(entry->event, "case.submitted")) {
		s->phase = ED_PHASE_RUNNING;
		s->submitted = s->received = entry->time;
		s->initiator_cert = kept(j, entry->actor_cert);
		s->initiator_person = kept(j, person_id(j));
		snprintf(s->case_id, sizeof(s->case_id), "%s", header_text(entry, NULL, "case"));
	} else if (!strcmp(entry->event, "case.sent")) {
		s->awaiting_receipt = true;
		s->sent_to = j->visit->step->to->agency;
	} else if (!strcmp(entry->event, "case.received")) {
		s->received = entry->time;
		s->at_agency = s->sent_to;
		s->awaiting_receipt = false;
		s->sent_to = NULL;
	}
	if (!s->at_agency && j->actor.agency)
		s->at_agency = kept(j, j->actor.agency->id);
	if (j->visit && json_object_get(entry->header, "register")) {
		s->book = kept(j, header_text(entry, "register", "book"));
		s->number = kept(j, header_text(entry, "register", "number"));
	}
}

static bool apply(struct judge *j, struct ed_state *s, const struct ed_entry *entry)
{
	bool closes = j->visit != NULL;

	apply_event(j, s, entry);
	if (closes)
		close_visit(j, s, entry);
	if (j->directory && j->directory->version > s->directory_version)
		s->directory_version = j->directory->version;
	s->seq = entry->seq;
	s->time = entry->time;
	snprintf(s->head, sizeof(s->head), "sha256:%s", entry->sha256);
	if (j->next)
		return push_visit(j, s, entry->time);
	if (closes) {
		s->phase = ED_PHASE_ENDED;
		s->end = j->outcome->end;
	} else if (s->open) {
		reopen(j, s, entry->time);
	}
	return true;
}

bool ed_engine_fold(const struct ed_engine *engine, struct ed_state *state,
                    const struct ed_entry *entry, struct ed_findings *findings)
{
	struct judge j = {.engine = engine, .state = state, .findings = findings};
	char place[64];

	snprintf(place, sizeof(place), "META-INF/edoc/ledger/%06" PRId64 "-%.8s.json", entry->seq,
	         entry->sha256);
	j.where = place;
	j.act = (struct act){.event = entry->event,
	                     .step = entry->step,
	                     .outcome = entry->outcome,
	                     .cert = entry->actor_cert,
	                     .time = entry->time,
	                     .visit = entry->visit,
	                     .directory = header_text(entry, NULL, "directory"),
	                     .to = header_text(entry, NULL, "to"),
	                     .said = true,
	                     .reason = entry->body ? ed_json_get_str(entry->body, "reason") : NULL,
	                     .reason_hidden = !entry->body && header_text(entry, NULL, "body")};
	if (!check_chain(&j, entry) || !check_place(&j))
		return false;
	check_actor(&j);
	check_actor_facts(&j, entry);
	check_clock(&j, entry);
	check_made(&j, entry);
	if (!apply(&j, state, entry))
		findings->lost = true;
	return !findings->lost;
}
