/* SPDX-License-Identifier: ISC */
/*
 * The engine: a pure function over the ledger.  State is a fold of entries;
 * nothing else is stored.  The same checks run when an act is made and when
 * anyone verifies it.
 *
 * A case that is in one place at a time is one chain of entries.  A branch that
 * is sent to another agency goes on there as a chain of its own, with a state
 * of its own: what its desk knows.  When it is over it is sent back, and the
 * entry of that receipt has two before it; by it the chain that the branch left
 * takes over what was done there.
 *
 *   submitted - sent A - sent B - step ------- received A - received B
 *                  |        |                     |            |
 *                  |        +- received - sent ---(------------+
 *                  +- received - step - sent -----+
 *
 * Nothing is done twice: a branch that is away is acted on in its own chain
 * alone, and that chain touches nothing else.
 */
#ifndef ED_ROUTE_ENGINE_H
#define ED_ROUTE_ENGINE_H

#include "route/term.h"
#include "route/directory.h"
#include "route/entry.h"

enum ed_phase { ED_PHASE_NONE = 0, ED_PHASE_RUNNING, ED_PHASE_ENDED };

struct ed_scope;

/* Whom an entry names for a role: a person, a post or an agency. */
struct ed_named {
	const char *role;        /* its id; NULL in a command: the only one there is */
	const char *person;      /* or NULL */
	const char *post, *unit; /* or NULL */
	const char *agency;      /* NULL in a command: that of the person's post */
};

/* A term under way: a budget and what happened to it (route/term.h). */
struct ed_clock {
	const struct ed_clock_def *def;
	struct ed_visit *visit;        /* whose; NULL: one of the route's clocks */
	int64_t opened, start;         /* when it was set; from when it counts */
	int64_t due;                   /* ED_TIME_NONE: it stands still */
	int64_t done;                  /* ED_TIME_NONE: it is under way */
	const struct ed_pause *pauses; /* never changed in place: states share them */
	size_t n_pauses;
	const struct ed_extension *extensions;
	size_t n_extensions;
};

/* An open step handed on for that visit; both are people of the directory. */
struct ed_delegation {
	const char *from, *to;
	struct ed_date until; /* inclusive */
	bool has_until;
};

/* A step that was opened. */
struct ed_visit {
	size_t index; /* in the state's visits */
	const struct ed_route_step *step;
	const char *path;    /* "agree/justice", "answer/moliya/execute" */
	int64_t visit;       /* from 1, of this path */
	int64_t opened_by;   /* the entry's number */
	int64_t opened, due; /* due: ED_TIME_NONE without a term */
	/* Its own, or that of the join above; NULL: it has no term. */
	struct ed_clock *clock;
	int64_t done;   /* ED_TIME_NONE: open */
	bool cancelled; /* by a join above it, or the end of the case */
	/* The entries that did it, as in ed_state.head; NULL: not yet. */
	const char *opening, *closing;
	const char *outcome, *person;
	const char *principal;        /* whose place the person took, or NULL */
	struct ed_visit *setter;      /* that names who acts here, or NULL */
	const struct ed_named *named; /* whom its own entry names, or NULL */
	size_t n_named;
	struct ed_term within; /* its own entry sets that of another step, or ED_TERM_NONE */
	const struct ed_named *instead; /* whom somebody named in place of the role's, or NULL */
	size_t n_instead;
	const struct ed_delegation *delegations; /* of it, oldest first */
	size_t n_delegations;
	const char *const *behind; /* who handed it on to the person, NULL-ended, or NULL */
	struct ed_scope *scope;    /* it stands in */
	struct ed_scope **parts;   /* of a parallel or each: one a branch */
	size_t n_parts;
};

/* Steps that are under way, one after the other: the case's, or a branch's.
 * Each is at one desk at a time. */
struct ed_scope {
	const struct ed_route_block *block;
	struct ed_visit *owner; /* NULL: the case's */
	size_t index;           /* in its parts */
	const char *item;       /* each: the agency it stands at; a branch's id; NULL */
	const char *at;         /* agency whose desk holds it */
	int64_t received;       /* when that desk got it */
	struct ed_visit *open;  /* where it stands; NULL: it is over, or away */
	bool away;              /* it goes on in a chain of its own */
	bool over;              /* of a chain's own branch: it waits to go back */
	const char *end;        /* over: of the case, by that name; or NULL */
	enum ed_result result;  /* once it is over; NONE: cancelled */
};

struct ed_state {
	enum ed_phase phase;
	size_t chain;             /* which of the case's; 0: its own */
	const char *end;          /* name of the end */
	struct ed_visit **visits; /* in the order of opening */
	size_t n_visits, cap_visits;
	struct ed_visit **open; /* what is waited for: no parallel, no each */
	size_t n_open, cap_open;
	struct ed_clock *clocks;     /* the route's, in its order; n of the route */
	struct ed_scope *scope;      /* the case's */
	struct ed_scope *root;     /* what this chain goes on with: that, or a branch */
	struct ed_state *left;     /* a chain that begins with the last entry, or NULL */
	int64_t seq;                 /* of the last entry */
	char head[72];               /* "sha256:<hex>" of the last entry, "" */
	int64_t submitted, received; /* times of those events */
	const char *initiator_cert, *initiator_person;
	const json_t *fields;  /* of the first entry, borrowed from it; or NULL */
	const char *at_agency; /* whose desk holds the case */
	bool awaiting_receipt;
	const char *sent_to;       /* while awaiting_receipt: where it goes */
	const char *number, *book; /* register number, or NULL */
	char case_id[33];          /* of the first entry */
	int directory_version;     /* the newest that an entry cites */
	int64_t time;              /* of the last entry */
};

struct ed_engine { /* what the fold reads; all borrowed */
	const struct ed_route *route;
	const struct ed_calendar *calendar;
	const struct ed_zone *zone;
	/* The directory that an entry cites; NULL: not known. */
	const struct ed_directory *(*directory)(void *arg, const char *sha256);
	void *arg;
	struct ed_arena *arena;
};

/* What somebody wants to do. */
struct ed_command {
	const char *event; /* case.submitted, step.done, case.sent, case.received */
	const char *step;  /* a path; NULL: the one open step that the actor may do */
	const char *outcome;
	const char *reason;
	const char *actor_cert; /* sha256 hex */
	bool desk;              /* the desk's own key acts */
	int64_t now;
	const char *directory; /* "sha256:<hex>" of the one in force */
	const char *checkpoint; /* the newest that the desk knows, likewise; or NULL */
	const char *timer;     /* clock.*: one of the route's clocks, or NULL: of the step */
	const struct ed_extension *extension; /* clock.extended; NULL: what the route says */
	const struct ed_state *returned;      /* case.received: the chain that ends, or NULL */
	const json_t *fields;                 /* case.submitted: what the route declares, or NULL */
	const json_t *documents;              /* case.submitted: as the entry lists them */
	const char *channel;                  /* case.submitted: how it came, or NULL */
	const char *at;                       /* case.submitted: the agency whose desk takes it */
	const json_t *papers;  /* case.submitted: which document is which, or NULL */
	const char *applicant; /* case.submitted: whose certificate it is, or NULL */
	const char *received;  /* case.submitted: RFC 3339, when it came on paper, or NULL */
	/* step.done: who acts at later steps; step.reassigned: who acts at this
	 * one; step.delegated: the person; or NULL */
	const struct ed_named *assign;
	size_t n_assign;
	const char *until;  /* step.delegated: the last day, or NULL */
	const char *within; /* step.done: the term of a later step, or NULL */
};

/* Who acted, decided by the directory. */
struct ed_actor {
	const struct ed_person *person; /* NULL for a desk */
	const char *name;               /* the person's on that day, or NULL */
	const struct ed_post *post;     /* NULL for initiator and desk */
	const struct ed_agency *agency;
	bool deputy;
	const struct ed_post *principal; /* deputy: whose place is taken (acting_for), or NULL */
	const struct ed_visit *visit;    /* what the act closes, or whose clock it moves; or NULL */
	const struct ed_named *assign;   /* as the entry is to say it, or NULL */
	size_t n_assign;
	struct ed_term within;         /* step.done: the term that it sets, or ED_TERM_NONE */
	const struct ed_clock *clock;  /* clock.*: as it stood before */
	struct ed_extension extension; /* clock.extended */
	int64_t due;                   /* clock.*: as it stands after */
	bool delegated;            /* principal: whose place is taken, by delegation */
	const char *const *behind; /* through whom, NULL-ended, or NULL */
	const char *until;         /* step.delegated: as the entry is to say it */
};

/* The local day of the route's zone: directory rows are read on that day. */
struct ed_date ed_engine_date(const struct ed_engine *engine, int64_t t);

/*
 * May this be done now?  EDOC_OK fills actor and the step's facts; a refusal
 * is EDOC_ERR_DENIED (role, order, four eyes, reason), EDOC_ERR_INPUT (no
 * such outcome, reason missing), EDOC_ERR_CONFIG (calendar).  Without a step,
 * of the open ones the one that the actor may bring to that outcome; several:
 * EDOC_ERR_USAGE, naming them.
 */
enum edoc_code ed_engine_decide(const struct ed_engine *engine, const struct ed_state *state,
                                const struct ed_command *command, struct ed_actor *actor,
                                struct edoc_error *err) EDOC_CHECK;
/*
 * Folds one entry into the state, running the same checks.  What is broken
 * becomes a finding (ledger.*, route.*) at the entry's place; false: the
 * entry cannot be folded and the fold must stop.
 */
bool ed_engine_fold(const struct ed_engine *engine, struct ed_state *state,
                    const struct ed_entry *entry, struct ed_findings *findings);
/* The same of an entry that ends another chain: case.received of its return. */
bool ed_engine_fold_return(const struct ed_engine *engine, struct ed_state *state,
                           const struct ed_state *returned, const struct ed_entry *entry,
                           struct ed_findings *findings);
void ed_state_init(struct ed_state *state);
/* To try an act on; strings are shared; n_clocks of the route.  false: no memory. */
bool ed_state_copy(struct ed_state *to, const struct ed_state *from, size_t n_clocks,
                   struct ed_arena *arena);
/* Where a send step sends: an agency of the directory. */
const char *ed_visit_to(const struct ed_visit *visit);
/* The agency that the nearest `each` around stands at. */
const char *ed_scope_item(const struct ed_scope *scope);
/* Whom the visit waits for: its role, with the agency filled in. */
struct ed_role ed_visit_role(const struct ed_visit *visit);
/* Who is named for the visit: the responsible one first.  NULL: the route says. */
const struct ed_named *ed_visit_named(const struct ed_visit *visit, size_t i);
/* Of a clock its id, of a step's term the step's path. */
const char *ed_clock_name(const struct ed_clock *clock);
bool ed_clock_stands(const struct ed_clock *clock);
/* The delegation to that person that is in force on that day, or NULL. */
const struct ed_delegation *ed_visit_delegation(const struct ed_visit *visit, const char *person,
                                                struct ed_date on);
/* The agency from which a chain's branch was sent, and to which it goes back;
 * NULL: the chain is the case's own. */
const char *ed_state_home(const struct ed_state *state);
/* Is the scope that one, or part of a step in it? */
bool ed_scope_within(const struct ed_scope *scope, const struct ed_scope *outer);
/* The branch of `state` that is away as that chain, or NULL. */
struct ed_scope *ed_state_branch(const struct ed_state *state, const struct ed_state *chain);
/* Is it waited for no more: cancelled, or the case is over?  It may come back. */
bool ed_branch_dropped(const struct ed_state *state, const struct ed_scope *branch);
/* "answer/moliya" of a branch; in the arena. */
const char *ed_scope_path(const struct ed_scope *scope, struct ed_arena *arena);
const struct ed_delegation *ed_delegation_to(const struct ed_delegation *list, size_t n,
                                             const char *person, struct ed_date on);
/* step.delegated, step.reassigned: the step stays open, and others act. */
bool ed_hand_event(const char *event);
/* The step's term, or the shorter one that was set for it (setterm.c). */
struct ed_term ed_visit_within(const struct ed_state *state, const struct ed_visit *visit);
/* Is a branch of the open join away, and not decided without it? */
bool ed_visit_misses(const struct ed_visit *visit);
/* And its term over, and that given a meaning, "agree" or "refuse"? */
bool ed_visit_silent(const struct ed_visit *join, int64_t now);
const char *ed_silence_word(const struct ed_visit *join);
/* The open join of a path, in this chain; or NULL. */
struct ed_visit *ed_state_join(const struct ed_state *state, const char *path);
/* The open visit of a path, or NULL. */
struct ed_visit *ed_state_open(const struct ed_state *state, const char *path);
/* The one that is due first; of those without a term, the oldest.  NULL: none. */
struct ed_visit *ed_state_urgent(const struct ed_state *state);
/* "№ {seq:4}-{year}" filled in; NULL: out of memory. */
const char *ed_register_number(struct ed_arena *arena, const char *pattern, int64_t year,
                               int64_t seq);

#endif
