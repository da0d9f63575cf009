/* SPDX-License-Identifier: ISC */
/*
 * The passport of a service: what a route says to those who ask for it.
 *
 *   service:
 *     owner: adliya
 *     channels: [portal, counter]
 *     applicants: [citizen]
 *     documents:
 *       application: {title: {en: Application}, required: yes}
 *       receipt: {title: {en: Proof of payment}, file: "receipt*.pdf"}
 *     fee: {amount: "30.00", currency: TJS, proof: receipt, signed: yes}
 *     refusals:
 *       incomplete: {en: Something is missing}
 *     standard: incomplete
 *
 * What it asks of a package is asked at the submission, and again by everybody
 * who verifies the first entry: that one names all documents.
 */
#ifndef ED_ROUTE_PASSPORT_H
#define ED_ROUTE_PASSPORT_H

#include "door/json.h"
#include "route/grammar.h"

#define ED_LANGS 5 /* tg, uz, uz-Cyrl, ru, en */

struct ed_titles {
	const char *lang[ED_LANGS + 1], *text[ED_LANGS + 1]; /* NULL-ended */
};

struct ed_paper { /* a document of the list */
	const char *id;
	struct ed_titles title;
	const char *file; /* a pattern of base/like; NULL: its name without the ending is the id */
	bool required;
	int max; /* so many files at most */
};

struct ed_refusal { /* a ground of the closed list */
	const char *id;
	struct ed_titles title;
};

struct ed_passport {
	const char *owner;             /* agency */
	const char *const *basis;      /* NULL-ended, or NULL */
	const char *const *channels;   /* NULL-ended; NULL: any */
	const char *const *applicants; /* "citizen", "person", "entity", "agency"; NULL: any */
	struct ed_paper *papers;       /* NULL: not listed */
	size_t n_papers;
	bool others;                   /* documents that are not listed are accepted */
	const char *amount, *currency; /* of the fee; NULL: none */
	const struct ed_paper *proof;  /* of payment, at the submission; or NULL */
	struct ed_term enter_within; /* what came on paper; no unit: any time */
	bool proof_signed; /* the proof is a signed document itself */
	bool fee_after;
	const char *result_form; /* or NULL */
	struct ed_titles result;
	const char *retention; /* or NULL */
	struct ed_refusal *refusals;
	size_t n_refusals;
	const struct ed_refusal *standard; /* why a submission is refused; or NULL */
	const char *const *idef0[4];       /* inputs, controls, mechanisms, outputs; or NULL */
};

extern const char *const ed_idef0_names[]; /* NULL-ended */

/* The map under "service:" into p->route->passport; none: EDOC_OK. */
enum edoc_code ed_def_passport(struct ed_def *p, const struct ed_yaml *root) EDOC_CHECK;
/* Which of the list a document of a package is, by its name; NULL: none. */
const struct ed_paper *ed_passport_paper(const struct ed_passport *passport, const char *name);
/* The same, of a submission: what its "papers" (entry.h; or NULL) say comes first. */
const struct ed_paper *ed_passport_said(const struct ed_passport *passport, const json_t *papers,
                                        const char *name);
/* By its id, or NULL. */
const struct ed_paper *ed_passport_find(const struct ed_passport *passport, const char *id);
/* Must the first entry say what the applicant's certificate is? */
bool ed_passport_asks_kind(const struct ed_passport *passport);
/* Has nothing to be paid? */
bool ed_passport_free(const struct ed_passport *passport);

#endif
