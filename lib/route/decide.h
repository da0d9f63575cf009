/* SPDX-License-Identifier: ISC */
/* The decision about one act: what the engine's parts hand to each other. */
#ifndef ED_ROUTE_DECIDE_H
#define ED_ROUTE_DECIDE_H

#include "route/engine.h"

/* An act as the checks see it: a command, or an entry. */
struct ed_asked {
	const char *event, *step, *outcome, *reason, *cert, *directory, *to, *timer;
	const struct ed_extension *extension;
	bool reason_hidden; /* a body that stayed at home */
	bool said;          /* an entry: step, visit and `to` must be said */
	bool by_desk;       /* by its event */
	const struct ed_state *returned; /* of a return: the chain that ends */
	const json_t *fields, *documents, *papers; /* of a submission */
	const char *channel, *applicant, *received, *at;
	const struct ed_named *assign;
	size_t n_assign;
	const char *until, *within;
	int64_t time, visit;
};

struct ed_decision {
	const struct ed_engine *engine;
	const struct ed_state *state;
	struct ed_asked act;
	struct ed_findings *findings; /* NULL: a command */
	const char *where;
	bool lost;        /* no memory */
	const char *rule; /* command: the first broken one */
	const char *args[3];
	/* decided on the way: */
	struct ed_actor actor;
	const struct ed_directory *directory;
	struct ed_visit *visit;     /* the one that is closed, or NULL */
	struct ed_clock *clock;     /* the one that is moved, or NULL */
	const char *which;          /* command: of these one must be named; or NULL */
	const struct ed_role *by;   /* whom the act asks for; NULL: the step's */
	const char *const *reasons; /* closed list, or NULL */
	bool needs_reason;
	const struct ed_route_outcome *outcome;
};

/* ---- engine.c ---- */

/* Notes a broken rule; always false. */
bool ed_broken(struct ed_decision *j, const char *rule, const char *a0, const char *a1,
               const char *a2);
bool ed_same(const char *a, const char *b); /* or both NULL */
/* In the arena. */
const char *ed_number_text(struct ed_decision *j, int64_t n);
const char *ed_time_text(struct ed_decision *j, int64_t t);

/* ---- clock.c: what may be done to a term, and what comes of it ---- */

bool ed_clock_event(const char *event);
bool ed_check_clock_act(struct ed_decision *j);
/* On that state, of which j->state may be the original; false: no memory, or
 * (told) no calendar. */
bool ed_apply_clock_act(struct ed_decision *j, struct ed_state *s);

/* ---- actor.c: who acts ---- */

void ed_check_actor(struct ed_decision *j);
/* How the ledger knows somebody whom the directory does not know. */
const char *ed_person_id(struct ed_decision *j);

/* ---- people.c: whom an act names ---- */

/* What the act names becomes the actor's, to be filled in; NULL: it names
 * nobody, or (lost) no memory. */
struct ed_named *ed_own_assign(struct ed_decision *j);

/* "assign" of a header, in the arena. */
void ed_read_assign(struct ed_decision *j, const json_t *list);
/* May the named ones be named?  Fills actor.assign. */
void ed_check_assign(struct ed_decision *j);
/* The newest visit, around that scope, that named who acts at the step. */
struct ed_visit *ed_find_setter(const struct ed_state *state, const struct ed_scope *scope,
                                const struct ed_route_step *step);
/* May that one be named for the role on that day?  Fills in what is open. */
void ed_check_named(struct ed_decision *j, const struct ed_role *role, struct ed_named *v,
                    size_t i);
/* The agency that was named for that role, to which the visit sends; or NULL. */
const char *ed_visit_sent_to(const struct ed_visit *visit, const char *role);
/* Narrows the role to who is named. */
void ed_narrow_role(const struct ed_visit *visit, struct ed_role *role);

/* ---- awaysilence.c: branches at other agencies that nothing is heard of ---- */

/* May those of the open join be taken for silent? */
bool ed_check_away_silence(struct ed_decision *j, struct ed_visit *join);

/* ---- setterm.c: a later step is given less time ---- */

void ed_check_set_term(struct ed_decision *j);

/* ---- hands.c: a step handed on, or given to another ---- */

/* May the open step be handed on at all? */
bool ed_check_hand_place(struct ed_decision *j);
/* Whether somebody acts because it was handed on to him; fills the actor, or
 * tells why not.  false: it was not. */
bool ed_check_delegate(struct ed_decision *j, const struct ed_role *role, struct ed_date on);
/* Who names another: the one who set the role, or whom the step lists. */
void ed_check_reassigner(struct ed_decision *j, struct ed_date on);
/* Whom it is given to; once the actor is known. */
void ed_check_hand(struct ed_decision *j);
void ed_apply_hand(struct ed_decision *j, struct ed_state *s, struct ed_visit *v);
/* "delegate" of a header. */
void ed_read_delegate(struct ed_decision *j, const json_t *delegate);

/* ---- facts.c: what an entry says beside the act ---- */

const char *ed_header_text(const struct ed_entry *entry, const char *object, const char *key);
void ed_check_facts(struct ed_decision *j, const struct ed_entry *entry);
/* clock.*: the end of the term as it is after the act. */
void ed_check_moved(struct ed_decision *j, const struct ed_entry *entry);
/* The values of the route's fields: in the first entry, or in a command. */
void ed_check_fields(struct ed_decision *j);

/* ---- came.c: what was on paper ---- */

/* When it really came; "received" of the first entry, or NULL. */
int64_t ed_came(const char *received, int64_t submitted);
void ed_check_came(struct ed_decision *j); /* once the directory said who acts */

/* ---- generation.c: a corrected package ---- */

/* false: the step hands none in, and there is one. */
bool ed_check_revised(struct ed_decision *j);

/* ---- passportcheck.c: what a service asks of a submission ---- */

void ed_check_passport(struct ed_decision *j);
void ed_check_documents(struct ed_decision *j); /* of a submission, or a correction */
void ed_check_applicant(struct ed_decision *j); /* once the directory said who acts */

#endif
