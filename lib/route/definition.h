/* SPDX-License-Identifier: ISC */
/* A route: who does what, in which order, within which term (edoc-route(5)). */
#ifndef ED_ROUTE_DEFINITION_H
#define ED_ROUTE_DEFINITION_H

#include "base/arena.h"
#include "base/finding.h"
#include "route/condition.h"

/* A term keeps its own unit: calendar days, working days, months. */
enum ed_term_unit { ED_TERM_NONE = 0, ED_TERM_DAYS, ED_TERM_WORKING_DAYS, ED_TERM_MONTHS };

struct ed_term {
	enum ed_term_unit unit;
	int n;
};

/* How days are counted; parameters of a route, with these defaults (0). */
struct ed_count_rules {
	enum { ED_START_NEXT_DAY = 0, ED_START_SAME_DAY, ED_START_NEXT_WORKING_DAY } start;
	enum { ED_ROLL_NEXT = 0, ED_ROLL_PREVIOUS, ED_ROLL_NONE } roll; /* due on a day off */
	int cutoff; /* minutes of the local day after which it counts as the next; 0: none */
};

struct ed_role;

/* Roles whose people are told of something. */
struct ed_roles {
	const struct ed_role *const *v;
	size_t n;
};

/* A rung of a ladder of reminders: so long before the last day, on it, after it. */
struct ed_rung {
	enum { ED_RUNG_BEFORE, ED_RUNG_DUE, ED_RUNG_AFTER } place;
	struct ed_term lead;
	bool again; /* and again each time that so much has passed */
};

/* Who hears of a term under way, beside those who keep it. */
struct ed_reminders {
	const struct ed_rung *rungs; /* remind: in the order of time */
	size_t n_rungs;
	struct ed_roles escalate; /* overdue: they too, once it is over */
	struct ed_term again;     /* and again each so much; no unit: once */
	unsigned line, column;    /* of "remind", else of "overdue" */
};

/* Who may give a term more time, and how much. */
struct ed_prolong {
	const struct ed_role *by; /* NULL: nobody */
	bool to;                  /* term: so much in all; else so much more, at most, a time */
	struct ed_term term;
	int times;                  /* at most; 1 unless the route says otherwise */
	bool late;                  /* also when the term is over */
	const char *const *reasons; /* closed list, NULL-ended, or NULL: any */
	struct ed_roles notify;
};

/* A term and what may happen to it.  The time itself is computed (term.h). */
struct ed_clock_def {
	const char *id; /* under "clocks:"; NULL: a step's own */
	struct ed_term within;
	const char *from;                     /* "opened" (default), "submitted", "received" */
	const struct ed_route_step *stops_at; /* of a clock: its first outcome ends it */
	struct ed_prolong extend;
	const struct ed_role *stop_by; /* who may let it stand still; NULL: nobody */
	const char *const *stop_on;    /* for which reasons, NULL-ended */
	struct ed_reminders reminders;
	unsigned line, column;
};

enum ed_do { /* what people and desks do */
	     ED_DO_REVIEW,
	     ED_DO_AGREE,
	     ED_DO_SIGN,
	     ED_DO_REGISTER,
	     ED_DO_RESOLVE,
	     ED_DO_EXECUTE,
	     ED_DO_ACKNOWLEDGE,
	     ED_DO_SEND,
	     ED_DO_RECEIVE,
	     ED_DO_EDIT,
	     ED_DO_ARCHIVE,
	     /* what the route does by itself */
	     ED_DO_PARALLEL, /* its branches, all at once */
	     ED_DO_EACH,     /* its steps, at once for each agency of a field */
	     ED_DO_CHOOSE    /* the first of its cases that holds */
};

/* What a branch comes to, for the join above it. */
enum ed_result { ED_RESULT_NONE = 0, ED_RESULT_PASS, ED_RESULT_REFUSE };

struct ed_role {
	const char *id;
	bool initiator;                   /* party: initiator */
	bool item;                        /* agency: $item, the one `each` stands at */
	const char *set_by;               /* the step that names who it is, or NULL */
	bool target;                      /* and a case is sent to the agency that it names */
	const char *agency, *unit, *post; /* directory terms; NULL: any */
	const char *const *deputies;      /* posts, NULL-ended, or NULL */
	const char *person;               /* of a visit: the only one who is meant, or NULL */
};

struct ed_route_outcome {
	const char *id;
	const char *then;           /* step of the same block, or NULL: the next */
	const char *end;            /* name of the end of the case, or NULL */
	enum ed_result leave;       /* leaves the branch with that result */
	bool reason;                /* a reason must be given */
	const char *const *reasons; /* closed list, NULL-ended, or NULL */
	int times;                  /* at most so often a case; 0: no bound */
	struct ed_roles notify;     /* who hears of it */
	unsigned line, column;      /* of the outcome, or of its step */
};

/* Steps in order: the route's own, or a branch's. */
struct ed_route_block {
	const char *id; /* of a branch; NULL: the route's, or an `each` */
	struct ed_route_step *steps;
	size_t n_steps;
	bool item;                         /* each: there is an agency that it stands at */
	bool single;                       /* a branch that is one step and lends it its name */
	const struct ed_route_step *owner; /* the parallel or each; NULL: the route's */
	const struct ed_condition *when;   /* if: of a branch, or NULL */
	unsigned line, column;
};

/* When branches are enough (WCP-3, 9, 29, 30, 32, 34, 35). */
struct ed_join {
	int pass; /* so many; with percent, of a hundred; 0: all */
	bool percent;
	const char *const *must; /* branches that must pass, NULL-ended, or NULL */
	int refuse;              /* so many refusals refuse; 0: when it can not pass any more */
	const char *const *veto; /* one of these refusing refuses, NULL-ended, or NULL */
	bool finish;             /* the rest is finished, for nothing; else cancelled */
	bool keep;               /* what passed is not asked again when the step comes again */
	enum ed_result silent;   /* of a branch that is away when the step's own term is over */
};

struct ed_choice {                       /* of choose */
	const struct ed_condition *when; /* NULL: else */
	const char *then, *end;
	unsigned line, column;
};

struct ed_route_step {
	const char *id;
	const char *path; /* in the ledger: "agree/justice"; what `each` stands at is "*" */
	enum ed_do verb;
	const struct ed_route_block *block; /* it stands in */
	const struct ed_role *by;           /* NULL: the route does it by itself */
	const struct ed_role *not_by;       /* four eyes, or NULL */
	const struct ed_route_step *set_by; /* names who acts here, or to whom it sends, or NULL */
	const struct ed_role **sets;        /* roles that its first outcome names, or NULL */
	size_t n_sets;
	const char *sets_term;               /* the step whose term its first outcome may set */
	const struct ed_route_step *terms;   /* that one, or NULL */
	const struct ed_route_step *term_by; /* that sets this one's term, or NULL */
	int delegate;                    /* so often it is handed on; 0: not at all */
	const struct ed_role **reassign; /* who may name another one, beside who set it */
	size_t n_reassign;
	const char *title;               /* or NULL */
	const struct ed_condition *when; /* if: else it is passed over; or NULL */
	struct ed_clock_def clock;
	enum ed_result silent;     /* no word within the term counts as that */
	const struct ed_role *to;  /* send: who receives */
	const char *book, *number; /* register: book and pattern "{seq:4}/{year}" */
	const char *document; /* kind of the package that its first outcome hands in, or NULL */
	enum edoc_level level; /* sign: of the signature, at least */
	bool levelled;         /* the route says so */
	bool needs_receipt;
	struct ed_roles notify;            /* who hears that it was opened */
	bool internal;                     /* visibility: internal; bodies stay home */
	int times;                         /* visits at most; 0: no bound */
	struct ed_route_outcome *outcomes; /* of a join: passed, then refused */
	size_t n_outcomes;
	struct ed_route_block *branches; /* parallel: some; each: one */
	size_t n_branches;
	const struct ed_field *in; /* each: what it goes over */
	struct ed_join join;
	struct ed_choice *choices; /* choose */
	size_t n_choices;
	unsigned line, column;
};

/* Who may take a case back, and until when. */
struct ed_withdraw {
	const struct ed_role *by;           /* NULL: nobody */
	const struct ed_route_step *before; /* not once it was opened; NULL: while it runs */
	const char *const *reasons;         /* closed list, NULL-ended, or NULL: any */
};
struct ed_passport;

struct ed_route {
	const char *id;
	int version;
	const char *title_lang[8], *title[8]; /* "tg", "Фармоиш..."; NULL-ended */
	const char *basis, *issued_by, *date;
	const char *calendar; /* the calendar's name */
	const char *zone;     /* tzdata name */
	unsigned zone_line, zone_column;
	struct ed_count_rules count;
	struct ed_role *roles;
	size_t n_roles;
	const struct ed_role *(*separate)[2]; /* pairs never one person */
	size_t n_separate;
	struct ed_fields fields;
	struct ed_clock_def *clocks;
	size_t n_clocks;
	struct ed_withdraw withdraw;
	const struct ed_passport *passport; /* service: what it asks and gives; or NULL */
	struct ed_route_block body;
	char sha256[65]; /* of the file's bytes */
};

/* Syntax and schema: an error with line and column, the nearest known key. */
enum edoc_code ed_route_parse(const void *bytes, size_t len, const char *where,
                              struct ed_arena *arena, struct ed_route **route,
                              struct edoc_error *err) EDOC_CHECK;
/* Meaning: route.R002 ... findings with "file:line:column". */
enum edoc_code ed_route_lint(const struct ed_route *route, const char *where,
                             struct ed_findings *findings, struct edoc_error *err) EDOC_CHECK;
/* By its path in the ledger: "sign", "agree/justice", "answer/moliya/execute". */
const struct ed_route_step *ed_route_step(const struct ed_route *route, const char *path);
/* A step of the block, by its id. */
const struct ed_route_step *ed_block_step(const struct ed_route_block *block, const char *id);
/* The steps that hold others: parallel, each. */
bool ed_step_joins(const struct ed_route_step *step);
/* Calls visit for every step of the block and below, in the file's order. */
void ed_block_walk(const struct ed_route_block *block,
                   void (*visit)(const struct ed_route_step *step, void *arg), void *arg);
const struct ed_route_outcome *ed_route_outcome(const struct ed_route_step *step, const char *id);
const char *ed_do_name(enum ed_do verb);

#endif
