/* SPDX-License-Identifier: ISC */
/* A route: who does what, in which order, within which term (edoc-route(5)). */
#ifndef ED_ROUTE_DEFINITION_H
#define ED_ROUTE_DEFINITION_H

#include "base/arena.h"
#include "base/finding.h"

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

enum ed_do { /* of routing.md; those a sequential route needs */
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
	     ED_DO_ARCHIVE
};

struct ed_role {
	const char *id;
	bool initiator;                   /* party: initiator */
	const char *agency, *unit, *post; /* directory terms; NULL: any */
	const char *const *deputies;      /* posts, NULL-ended, or NULL */
};

struct ed_route_outcome {
	const char *id;
	const char *then;           /* step id, or NULL: the next */
	const char *end;            /* name of the end, or NULL */
	bool reason;                /* a reason must be given */
	const char *const *reasons; /* closed list, NULL-ended, or NULL */
	int times;                  /* at most so often a case; 0: no bound */
	unsigned line, column;      /* of the outcome, or of its step */
};

struct ed_route_step {
	const char *id;
	enum ed_do verb;
	const struct ed_role *by;
	const struct ed_role *not_by; /* four eyes, or NULL */
	const char *title;            /* or NULL */
	struct ed_term within;
	const char *from;          /* "opened" (default), "submitted", "received" */
	const struct ed_role *to;  /* send: who receives */
	const char *book, *number; /* register: book and pattern "{seq:4}/{year}" */
	bool needs_receipt;
	bool internal; /* visibility: internal; bodies stay home */
	int times;     /* visits at most; 0: no bound */
	struct ed_route_outcome *outcomes;
	size_t n_outcomes;
	unsigned line, column;
};

struct ed_route {
	const char *id;
	int version;
	const char *title_lang[8], *title[8]; /* "tg", "Фармоиш..."; NULL-ended */
	const char *basis, *issued_by, *date;
	const char *calendar; /* the calendar's name */
	const char *zone;     /* tzdata name */
	struct ed_count_rules count;
	struct ed_role *roles;
	size_t n_roles;
	const struct ed_role *(*separate)[2]; /* pairs never one person */
	size_t n_separate;
	struct ed_route_step *steps;
	size_t n_steps;
	char sha256[65]; /* of the file's bytes */
};

/* Syntax and schema: an error with line and column, the nearest known key. */
enum edoc_code ed_route_parse(const void *bytes, size_t len, const char *where,
                              struct ed_arena *arena, struct ed_route **route,
                              struct edoc_error *err) EDOC_CHECK;
/* Meaning: route.R002 ... findings with "file:line:column". */
enum edoc_code ed_route_lint(const struct ed_route *route, const char *where,
                             struct ed_findings *findings, struct edoc_error *err) EDOC_CHECK;
const struct ed_route_step *ed_route_step(const struct ed_route *route, const char *id);
const struct ed_route_outcome *ed_route_outcome(const struct ed_route_step *step, const char *id);
const char *ed_do_name(enum ed_do verb);

#endif
