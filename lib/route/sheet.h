/* SPDX-License-Identifier: ISC */
/*
 * The certificate of a procedure: one sheet for an inspector, a court, a
 * citizen.  It is drawn from a verify report and nothing else (edoc-report(5)),
 * so it says what the replay said.  All text here is as it came: whoever writes
 * it out escapes it.
 */
#ifndef ED_ROUTE_SHEET_H
#define ED_ROUTE_SHEET_H

#include "base/arena.h"
#include "base/time.h"
#include "judge/words.h"

struct ed_sheet_row {
	const char *label, *value;
};

struct ed_sheet_act {
	int64_t seq;
	const char *when, *what, *who;
	const char *why;            /* reason and text, or NULL */
	const char *due, *kept;     /* when its term ended, and "in time"; NULL: it has none */
	const char *after, *before; /* proved: not before, not after; or NULL */
	bool late, bad;             /* bad: an error is about it, or it was not looked at */
};

struct ed_sheet_term {
	const char *what, *within, *since, *due, *state;
	const char *moved; /* its stops and extensions, or NULL */
};

struct ed_sheet_proof {
	const char *what, *when, *of, *where;
};

struct ed_sheet_finding {
	enum edoc_severity severity;
	const char *place, *text, *advice; /* place, advice: or "" */
};

struct ed_sheet {
	struct ed_arena *arena; /* owned */
	const struct edoc_report *report;
	const struct edoc_text_options *options;
	struct ed_zone *zone; /* of the route; NULL: UTC */
	const char *lang;     /* "tg": in which titles are chosen */
	const char *title, *verdict, *sentence;
	const char *class;   /* "passed" "failed" "indeterminate" */
	const char *warning; /* of a sheet that certifies nothing, or NULL */
	struct ed_sheet_row *facts;
	struct ed_sheet_act *acts;
	struct ed_sheet_term *terms;
	struct ed_sheet_proof *proofs;
	struct ed_sheet_finding *findings;
	const char **open, **check; /* lines */
	const char *times;          /* what its times are of */
	size_t n_facts, n_acts, n_terms, n_proofs, n_findings, n_open, n_check;
	size_t n_late;
	bool failed; /* memory ran out */
};

enum edoc_code ed_sheet_make(const struct edoc_report *report,
                             const struct edoc_text_options *options, struct ed_sheet *sheet,
                             struct edoc_error *err) EDOC_CHECK;
void ed_sheet_clear(struct ed_sheet *sheet);
const char *ed_sheet_tr(const struct ed_sheet *s, const char *text) __attribute__((format_arg(2)));

#endif
