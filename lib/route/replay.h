/* SPDX-License-Identifier: ISC */
/* A ledger folded into a state; and the proof, from a package and anchors
 * alone, that it was made by those it names and followed its route. */
#ifndef ED_ROUTE_REPLAY_H
#define ED_ROUTE_REPLAY_H

#include "judge/report.h"
#include "route/ledger.h"
#include "route/pin.h"

/* A receipt in the package: of an acceptance, and one that can be read. */
struct ed_given {
	const char *where;
	char entry[65], evidence[65]; /* digests of the entry and evidence.json */
	const char *issuer, *head; /* of one that is believed, else NULL */
	int64_t time;
	struct ed_given *next;
};

/* A checkpoint in the package, signed by a desk that the directory lists. */
struct ed_told_point {
	const char *where, *agency;
	int64_t seq, time;
	int64_t stamped; /* ED_TIME_NONE: no TSA says when */
	const char *by;  /* that TSA */
	int64_t upto;    /* the newest entry that it holds; 0: it proves none of them */
	struct ed_told_point *next;
};

/* A moment, and who says so: a TSA, or another agency. */
struct ed_bound {
	int64_t time; /* ED_TIME_NONE: nobody does */
	const char *by, *where;
};
struct ed_proved { /* of an entry (proved.h) */
	struct ed_bound after, before;
};

struct ed_replay {
	struct ed_arena *arena; /* owned */
	struct ed_ledger ledger;
	struct ed_pins pins;
	struct ed_zone *zone;
	struct ed_engine engine;
	struct ed_state state;     /* of the chain that was chosen; the case's own to begin with */
	struct ed_state **others;  /* the other chains under way */
	size_t n_others, cap_others;
	size_t n_chains;           /* that were ever begun */
	struct ed_findings findings;
	size_t folded;             /* entries that are in the state */
	struct ed_given *receipts; /* that a package brought */
	struct ed_told_point *points; /* likewise, the oldest first */
	struct ed_proved *proved;  /* by its place in the ledger; NULL: nothing was looked at */
};

enum edoc_code ed_replay_init(struct ed_replay *replay, struct edoc_error *err) EDOC_CHECK;
void ed_replay_clear(struct ed_replay *replay);
/* Takes route, calendar and zone as the first entry (or digests) pin them; a
 * pin that is not there is the finding pin.missing and *ready false. */
enum edoc_code ed_replay_start(struct ed_replay *replay, const char *route, const char *calendar,
                               bool *ready, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_replay_start_ledger(struct ed_replay *replay, bool *ready,
                                      struct edoc_error *err) EDOC_CHECK;
/* Folds what is not folded yet; false: a finding says why it stopped. */
bool ed_replay_fold(struct ed_replay *replay);
/* Of k from 0 below n_chains; NULL: that chain ended, as its branch came back. */
struct ed_state *ed_replay_chain(const struct ed_replay *replay, size_t k);
/* Makes that one replay->state; pointers to states are worth nothing then. */
void ed_replay_choose(struct ed_replay *replay, size_t k);
/* The entry that the chosen chain ends with, so far; NULL: it has none. */
const struct ed_entry *ed_replay_head(const struct ed_replay *replay);

/*
 * Reads everything below META-INF/edoc/ of an open package and checks it all;
 * `report` is what edoc_verify made of the package, and only read.  Findings
 * are in replay->findings.  A package without ledger has replay->ledger.n 0
 * and, when a signature quotes a head, the finding ledger.removed.
 */
enum edoc_code ed_replay_package(struct ed_replay *replay, struct ed_asic *asic,
                                 const struct edoc_verify_options *options,
                                 const struct edoc_report *report,
                                 struct edoc_error *err) EDOC_CHECK;
/* The first finding that is an error, or NULL; a case is no worse for being
 * unfinished (route.unfinished), older than a tzdata (route.clock-zone), or for
 * our not having what proves a level (route.level-unproven). */
const struct edoc_finding *ed_replay_fault(const struct ed_replay *replay);

/* ---- for people and reports (view.c) ---- */

#define ED_WHEN 80
/* "Mon 23 Nov 2026 09:12 +05"; with_time false: "Mon 23 Nov 2026" */
void ed_when(char out[ED_WHEN], const struct ed_zone *zone, int64_t t, bool with_time);
/* Text, and blanks up to that many letters. */
void ed_put_column(struct ed_buf *out, const char *text, size_t width);
/* The word for what is late, or as many blanks. */
void ed_put_late(struct ed_buf *out, bool late);
/* What the case waits for, a line a step without the last line end; "ended: signed". */
void ed_view_answer(const struct ed_replay *replay, struct ed_buf *out);
/* ", executor: farrukh, anvar", whom the entry names. */
void ed_view_assign(const struct ed_entry *entry, struct ed_buf *out);
/* A line of text an entry. */
void ed_view_entry(const struct ed_replay *replay, const struct ed_entry *entry,
                   struct ed_buf *out);
enum edoc_code ed_view_json(const struct ed_replay *replay, bool entries, json_t **out,
                            struct edoc_error *err) EDOC_CHECK;
/* The same of a row that says what a desk knows. */
struct ed_row;
enum edoc_code ed_view_row_json(const struct ed_replay *replay, const struct ed_row *row,
                                bool entries, json_t **out, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_view_entry_json(const struct ed_replay *replay, const struct ed_entry *entry,
                                  json_t **out, struct edoc_error *err) EDOC_CHECK;

#endif
