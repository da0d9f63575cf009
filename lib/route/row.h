/* SPDX-License-Identifier: ISC */
/*
 * What is told of a case wherever cases are told of: taken from its ledger
 * (row.c) or from the desk's index (index.c), so that both tell the same.
 */
#ifndef ED_ROUTE_ROW_H
#define ED_ROUTE_ROW_H

#include "route/replay.h"

struct ed_row_step {             /* that is waited for */
	const char *path, *does; /* "agree/justice", "agree" */
	struct ed_role role;     /* ed_visit_role() */
	int64_t visit, opened, due;
	bool stands;                 /* its term stands still */
	bool silent;                 /* no word within the term counts as one */
	const struct ed_named *with; /* who is named beside the first */
	size_t n_with;
	const struct ed_delegation *handed; /* all that were made, oldest first */
	size_t n_handed;
};

struct ed_row_term {                       /* under way: the route's, then those of steps */
	const char *clock, *step, *within; /* clock or step */
	int64_t since, due, extensions;
	bool stands;
};

struct ed_row_away {              /* a branch at another desk, as far as it is known */
	const char *branch;       /* "answer/moliya" */
	const char *at, *sent_to; /* where it is; sent_to: where it goes, on its way; or NULL */
	const char *step;         /* what is due first there, or NULL */
	int64_t since, due;
	int64_t back; /* when the term of its join ends at home, or ED_TIME_NONE */
	bool silent;  /* and no word until then counts as one */
};

struct ed_row_link {
	const char *target, *relation; /* another case, known here or not */
};

struct ed_row {
	const char *id, *head; /* "sha256:..." of the last entry of the chosen chain */
	int64_t entries, time; /* how many the ledger has; of the last */
	int64_t submitted;
	enum ed_phase phase; /* NONE: it cannot be told */
	bool newer;          /* for a newer release wrote it */
	bool awaiting;       /* a receipt */
	bool sent;           /* by this desk, in whole or in part, and no receipt came */
	bool here;           /* ed_case_here() */
	bool sends;          /* a step that sends is open here, or a branch goes back */
	const char *back_to; /* the desk's part of it is over, and goes there; or NULL */
	const char *end, *number, *book, *at, *sent_to, *initiator;
	const char *gone; /* the desk that received it from this one, and knows the rest; or NULL */
	int64_t gone_sent, gone_received;
	const char *route, *route_sha256; /* or NULL */
	int64_t route_version;
	const char *zone_name;
	const struct ed_zone *zone;
	const char *directory; /* digest of the newest that it pins, or NULL; its version */
	int64_t directory_version;
	struct ed_row_step *steps;
	size_t n_steps;
	struct ed_row_term *terms;
	size_t n_terms;
	struct ed_row_away *away;
	size_t n_away;
	struct ed_row_link *links;
	size_t n_links;
};

/* NULL: out of memory.  What a desk knows of it (sent, here, sends) is false. */
struct ed_row *ed_row_of(const struct ed_replay *replay, struct ed_arena *arena);
/* What a desk knows of a case ends with the receipt of the next: leaves the
 * route's terms, and no steps. */
void ed_row_gone(struct ed_row *row, int64_t sent, int64_t received);
/* The one that is due first; of those without a term, the oldest.  NULL: none. */
const struct ed_row_step *ed_row_urgent(const struct ed_row *row);
/* "waits for ...", a line for each step without the last line end; "ended: signed". */
void ed_row_answer(const struct ed_row *row, struct ed_buf *out);
enum edoc_code ed_row_json(const struct ed_row *row, json_t **out,
                           struct edoc_error *err) EDOC_CHECK;

#endif
