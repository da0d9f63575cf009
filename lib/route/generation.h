/* SPDX-License-Identifier: ISC */
/*
 * The generations of a case's package.  A correction is a package of its own,
 * made by `edoc-sign revise`, signed by who hands it in, and handed in by the
 * first outcome of a `do: edit` step.  Its entry has
 *   documents, package   as the first entry: what it holds, and its digest
 *   papers               likewise, where somebody said which file is which
 * and the ledger goes on in it.  Its card says what it replaces: the digest of
 * `edoc-sign revise` over the documents of the generation before, which the
 * ledger lists; so nobody needs the older package to see that.
 *
 * A case travels in its newest generation.  The older ones stay at the desks
 * that have them, with the signatures that steps made over them: entries name
 * both by digest.  What the ledger proves of the steps before a correction, it
 * proves by the entries' own signatures.
 */
#ifndef ED_ROUTE_GENERATION_H
#define ED_ROUTE_GENERATION_H

#include "package/card.h"
#include "route/ledger.h"

/* The newest entry that hands in the case's package; of a ledger that has one. */
size_t ed_generation(const struct ed_ledger *ledger);
/* The one before that entry. */
size_t ed_generation_before(const struct ed_ledger *ledger, size_t i);
/* How many there are. */
size_t ed_generation_count(const struct ed_ledger *ledger);
/* Is it a correction? */
bool ed_entry_revises(const struct ed_entry *entry);
/* What `replaces` of the next one's card must be: "sha256:..." */
enum edoc_code ed_generation_digest(const struct ed_entry *entry, char out[ED_SHA256_REF],
                                    struct edoc_error *err) EDOC_CHECK;

/* Does a card (or NULL) say that it replaces that?  *said: what it says instead, or NULL. */
bool ed_card_replaces(const struct ed_card *card, const char *digest, const char **said);

#endif
