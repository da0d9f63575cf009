/* SPDX-License-Identifier: ISC */
/* Who acts: decided by the directory, on the day of the act, about the person
 * who signs and the one in whose place he does. */
#include <string.h>

#include "base/limits.h"
#include "route/decide.h"

static int cited_before(const struct ed_decision *j)
{
	int mine = j->state->directory_version;
	int other = j->act.returned ? j->act.returned->directory_version : 0;

	return other > mine ? other : mine;
}

static bool check_directory(struct ed_decision *j)
{
	j->directory = j->act.directory && j->engine->directory
	                       ? j->engine->directory(j->engine->arg, j->act.directory)
	                       : NULL;
	if (!j->directory)
		return ed_broken(j, "route.directory", j->act.directory, NULL, NULL);
	/* Who lost a post does not get it back by citing an older directory. */
	if (j->directory->version < cited_before(j))
		ed_broken(j, "route.directory-old", ed_number_text(j, j->directory->version),
		          ed_number_text(j, cited_before(j)), NULL);
	return true;
}

/* Where the case is sent: what the route says, or who the step that it names
 * has named. */
static void check_target(struct ed_decision *j)
{
	const char *to = ed_visit_to(j->visit);

	if (!to)
		ed_broken(j, "route.unset", j->visit->step->to->id, j->visit->path,
		          j->visit->step->to->set_by);
	else if (j->act.to && strcmp(j->act.to, to))
		ed_broken(j, "route.to", j->act.to, to, NULL);
}

/* A desk's key sends, receives, and tells that nobody spoke. */
static void check_desk(struct ed_decision *j)
{
	const struct ed_state *s = j->state;
	bool received = !strcmp(j->act.event, "case.received");
	bool send = !strcmp(j->act.event, "case.sent");
	const char *at = received   ? (j->act.returned ? s->at_agency : s->sent_to)
	                 : j->visit ? j->visit->scope->at
	                            : s->at_agency;

	j->actor.agency = ed_directory_desk(j->directory, j->act.cert,
	                                    ed_engine_date(j->engine, j->act.time));
	if (!j->actor.agency)
		ed_broken(j, "route.desk", j->act.cert, NULL, NULL);
	else if (at && strcmp(at, j->actor.agency->id))
		ed_broken(j, "route.elsewhere", j->actor.agency->id, at, NULL);
	if (send && j->visit)
		check_target(j);
}

static const struct ed_role *initiator_role(const struct ed_route *route)
{
	for (size_t i = 0; i < route->n_roles; i++)
		if (route->roles[i].initiator)
			return &route->roles[i];
	return NULL;
}

/* How the ledger knows somebody whom the directory does not know. */
const char *ed_person_id(struct ed_decision *j)
{
	const char *s = j->actor.person ? j->actor.person->id
	                                : ed_arena_printf(j->engine->arena, "cert:%s", j->act.cert);

	return s ? s : "";
}

/* Who submits needs no post: a citizen; an official acts for an agency. */
static void check_submitter(struct ed_decision *j, struct ed_date on)
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
		ed_broken(j, "route.role", ed_person_id(j), role->id, NULL);
	if (j->act.at && !ed_directory_agency(j->directory, j->act.at))
		ed_broken(j, "route.at", j->act.at, NULL, NULL);
	if (!j->visit)
		ed_check_applicant(j);
}

static void check_initiator(struct ed_decision *j, struct ed_date on)
{
	if (strcmp(ed_person_id(j), j->state->initiator_person))
		ed_broken(j, "route.initiator", ed_person_id(j),
		          j->visit ? j->visit->path : j->act.event, NULL);
	check_submitter(j, on);
}

const char *ed_scope_item(const struct ed_scope *scope)
{
	while (scope->owner && scope->owner->step->verb != ED_DO_EACH)
		scope = scope->owner->scope;
	return scope->item;
}

/* With the agency filled in: the one that it is at. */
static struct ed_role role_in(const struct ed_role *by, const struct ed_visit *visit,
                              const struct ed_scope *scope)
{
	struct ed_role role = *by;

	if (role.item)
		role.agency = ed_scope_item(scope);
	if (visit)
		ed_narrow_role(visit, &role);
	if (!role.agency && !role.initiator)
		role.agency = scope->at;
	return role;
}

struct ed_role ed_visit_role(const struct ed_visit *visit)
{
	return role_in(visit->step->by, visit, visit->scope);
}

const char *ed_visit_to(const struct ed_visit *visit)
{
	const struct ed_role *to = visit->step->to;

	if (to && to->set_by)
		return ed_visit_sent_to(visit, to->id);
	return !to ? NULL : to->item ? ed_scope_item(visit->scope) : to->agency;
}

/* Whom the act asks for, and where; NULL: the submitter. */
static const struct ed_role *asked_for(const struct ed_decision *j)
{
	return j->by ? j->by : j->visit ? j->visit->step->by : NULL;
}

static const struct ed_scope *scope_of(const struct ed_decision *j)
{
	if (j->visit)
		return j->visit->scope;
	return j->clock && j->clock->visit ? j->clock->visit->scope : j->state->scope;
}

/* The visit whose role that is: it knows who is named for it. */
static const struct ed_visit *visit_in_role(const struct ed_decision *j, const struct ed_role *by)
{
	const struct ed_visit *v = j->visit ? j->visit : j->clock ? j->clock->visit : NULL;

	return v && v->step->by == by ? v : NULL;
}

static void check_role(struct ed_decision *j, struct ed_date on)
{
	const struct ed_role *by = asked_for(j);
	const struct ed_visit *v = visit_in_role(j, by);
	struct ed_role role = role_in(by, v, scope_of(j));
	const char *at = scope_of(j)->at;

	if (!strcmp(j->act.event, "step.reassigned")) {
		ed_check_reassigner(j, on);
		return;
	}
	if (by->set_by && !(v && ed_visit_named(v, 0))) {
		ed_broken(j, "route.unset", role.id, v ? v->path : j->act.event, by->set_by);
		return;
	}
	if (role.agency && at && strcmp(role.agency, at)) {
		ed_broken(j, "route.elsewhere", role.agency, at, NULL);
		return;
	}
	j->actor.post =
	        ed_directory_post(j->directory, j->actor.person, &role, on, &j->actor.deputy);
	if (!j->actor.post && j->visit && ed_check_delegate(j, &role, on))
		return;
	if (!j->actor.post) {
		ed_broken(j, "route.role", ed_person_id(j), role.id, NULL);
		return;
	}
	j->actor.agency = ed_directory_agency(j->directory, j->actor.post->agency);
	if (j->actor.deputy)
		j->actor.principal = ed_directory_principal(j->directory, &role, j->actor.post, on);
}

static bool is_person(const struct ed_decision *j, const char *id, const char *mine)
{
	if (!id)
		return false;
	for (size_t i = 0; j->actor.behind && j->actor.behind[i]; i++)
		if (!strcmp(id, j->actor.behind[i]))
			return true;
	return !strcmp(id, mine) ||
	       (j->actor.principal && !strcmp(id, j->actor.principal->holder->id));
}

/* Did the person who acts now, or one whom he stands for, do that visit? */
static bool did(const struct ed_decision *j, const struct ed_visit *v, const char *mine)
{
	for (size_t i = 0; v->behind && v->behind[i]; i++)
		if (is_person(j, v->behind[i], mine))
			return true;
	return is_person(j, v->person, mine) || is_person(j, v->principal, mine);
}

/* Did the actor, or whom he stands for, act in that role before? */
static bool acted_as(struct ed_decision *j, const struct ed_role *role)
{
	const char *mine = ed_person_id(j);

	if (role->initiator && is_person(j, j->state->initiator_person, mine))
		return true;
	for (size_t i = 0; i < j->state->n_visits; i++) {
		const struct ed_visit *v = j->state->visits[i];

		if (v->step->by == role && v->done != ED_TIME_NONE && did(j, v, mine))
			return true;
	}
	return false;
}

static void check_four_eyes(struct ed_decision *j)
{
	const struct ed_route *route = j->engine->route;
	const struct ed_route_step *step = j->visit->step;

	if (step->not_by && acted_as(j, step->not_by))
		ed_broken(j, "route.four-eyes", ed_person_id(j), step->id, step->not_by->id);
	for (size_t i = 0; i < route->n_separate; i++)
		for (int k = 0; k < 2; k++) {
			const struct ed_role *other = route->separate[i][1 - k];

			if (route->separate[i][k] == step->by && acted_as(j, other))
				ed_broken(j, "route.four-eyes", ed_person_id(j), step->id,
				          other->id);
		}
}

static void check_person(struct ed_decision *j)
{
	struct ed_date on = ed_engine_date(j->engine, j->act.time);
	const struct ed_role *role = asked_for(j);
	bool initiator = !role || role->initiator;

	j->actor.person = ed_directory_person(j->directory, j->act.cert, on);
	if (!j->actor.person && !initiator) {
		ed_broken(j, "route.person", j->act.cert, NULL, NULL);
		return;
	}
	if (j->actor.person)
		j->actor.name = ed_person_name(j->actor.person, on);
	if (!role)
		check_submitter(j, on);
	else if (initiator)
		check_initiator(j, on);
	else
		check_role(j, on);
	if (j->visit && strcmp(j->act.event, "step.reassigned"))
		check_four_eyes(j);
}

static void check_reason(struct ed_decision *j)
{
	const char *what = j->outcome ? j->outcome->id : j->act.event;
	const char *where = j->visit ? j->visit->path : j->clock ? ed_clock_name(j->clock) : "-";
	const char *const *r, *list = "";

	if (!j->needs_reason || j->act.reason_hidden || j->act.by_desk)
		return;
	if (!j->act.reason || !*j->act.reason) {
		ed_broken(j, "route.reason", what, where, NULL);
		return;
	}
	for (r = j->reasons; r && *r && strcmp(*r, j->act.reason); r++)
		;
	if (!r || *r)
		return;
	for (r = j->reasons; *r && list; r++)
		list = ed_arena_printf(j->engine->arena, "%s%s%s", list, *list ? ", " : "", *r);
	ed_broken(j, "route.reason-list", j->act.reason, where, list);
}

/* The entry before was made by the clock of another desk. */
static bool from_another_desk(const struct ed_decision *j)
{
	return !strcmp(j->act.event, "case.received") && !j->act.returned &&
	       !ed_same(j->state->sent_to, j->state->at_agency);
}

/* People and desk of an agency that is blocked or closed act no more; what they
 * did before stays good. */
static void check_agency(struct ed_decision *j)
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
	ed_broken(j, "route.agency", agency->id, ed_agency_state_name(state),
	          ed_arena_printf(j->engine->arena, "%s (%s)", day, since->reason));
}

static void check_after(struct ed_decision *j, const struct ed_state *before, int64_t skew)
{
	if (before && before->phase != ED_PHASE_NONE && j->act.time < before->time - skew)
		ed_broken(j, "ledger.time-order", ed_time_text(j, j->act.time),
		          ed_time_text(j, before->time), NULL);
}

void ed_check_actor(struct ed_decision *j)
{
	check_after(j, j->state, from_another_desk(j) ? ED_CLOCK_SKEW : 0);
	check_after(j, j->act.returned, ED_CLOCK_SKEW);
	check_reason(j);
	if (!check_directory(j))
		return;
	if (j->act.by_desk)
		check_desk(j);
	else
		check_person(j);
	check_agency(j);
	if (ed_hand_event(j->act.event))
		ed_check_hand(j);
	else
		ed_check_assign(j);
	ed_check_set_term(j);
}
