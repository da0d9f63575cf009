/* SPDX-License-Identifier: ISC */
/* A corrected package that a step hands in (generation.h): `do --with`. */
#ifndef ED_ROUTE_CORRECT_H
#define ED_ROUTE_CORRECT_H

#include "route/desk.h"

struct ed_revision {
	const char *path; /* for messages */
	struct ed_copy copy;
	json_t *documents, *papers;
};

/* A copy of it, and its digest. */
enum edoc_code ed_revision_open(struct ed_case *c, const char *path, struct ed_revision *revision,
                                struct edoc_error *err) EDOC_CHECK;
/*
 * TOTAL-PASSED by the desk's anchors, signed by the holder of the act's key, of
 * a card that says that it replaces what the case has, and has the fields that
 * the route was decided by; else EDOC_ERR_DENIED.
 */
enum edoc_code ed_revision_judge(struct ed_case *c, const struct edoc_act *act,
                                 struct ed_revision *revision, struct edoc_error *err) EDOC_CHECK;
/* Keeps it as pkg/<sha256>.asice, unless dry, and names it in the header. */
enum edoc_code ed_revision_keep(struct ed_case *c, const struct ed_revision *revision, bool dry,
                                json_t *header, struct edoc_error *err) EDOC_CHECK;
void ed_revision_clear(struct ed_revision *revision);
/* Are older generations, and the signatures over them, what the ledger names? */
enum edoc_code ed_generations_check(struct ed_case *c, struct edoc_error *err) EDOC_CHECK;

#endif
