/* SPDX-License-Identifier: ISC */
/*
 * What a submission says beside its package: which document is which, what its
 * proof of payment is worth, and whose certificate the applicant's is.
 */
#ifndef ED_ROUTE_PAPERS_H
#define ED_ROUTE_PAPERS_H

#include "judge/report.h"
#include "package/asic.h"
#include "route/passport.h"

/* "documents" of an entry: every document and signature of the package, by name. */
enum edoc_code ed_papers_list(struct ed_asic *asic, struct ed_arena *arena, json_t **documents,
                              struct edoc_error *err) EDOC_CHECK;
/* "papers" of the first entry, of NULL-ended "ID=NAME" (or NULL); *papers NULL:
 * nothing is said. */
enum edoc_code ed_papers_read(const char *const *said, struct ed_arena *arena, json_t **papers,
                              struct edoc_error *err) EDOC_CHECK;
/*
 * Where the service asks for a signed proof of payment: is each document that
 * is one TOTAL-PASSED by itself?  *why NULL: yes, or nothing is asked; else what
 * is wrong with the one called *name.
 */
enum edoc_code ed_papers_payment(struct ed_asic *asic, const struct ed_passport *passport,
                                 const json_t *papers, const struct edoc_verify_options *options,
                                 struct ed_arena *arena, const char **name, const char **why,
                                 struct edoc_error *err) EDOC_CHECK;
/* The same, where it is to be handed in: EDOC_ERR_DENIED, telling why not. */
enum edoc_code ed_papers_paid(struct ed_asic *asic, const struct ed_passport *passport,
                              const json_t *papers, const struct edoc_verify_options *options,
                              const char *path, struct ed_arena *arena,
                              struct edoc_error *err) EDOC_CHECK;
/* "entity": it names a legal entity, by its INN (STIR) of Uzbekistan or the
 * organizationIdentifier of EN 319 412-1 5.1.4; else "person".  NULL: no memory. */
struct ed_cert;
const char *ed_papers_applicant(const struct ed_cert *cert, struct ed_arena *arena);

#endif
