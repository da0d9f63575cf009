/* SPDX-License-Identifier: ISC */
/* The ledger as files: names in a package, drafting and signing an entry. */
#ifndef ED_ROUTE_LEDGER_H
#define ED_ROUTE_LEDGER_H

#include "base/finding.h"
#include "package/asic.h"
#include "route/engine.h"

#define ED_LEDGER_ENTRIES ED_LEDGER_DIR "ledger/"
#define ED_LEDGER_PINNED ED_LEDGER_DIR "pinned/"
#define ED_LEDGER_EVIDENCE ED_LEDGER_DIR "evidence/"
#define ED_LEDGER_CHECKPOINTS ED_LEDGER_DIR "checkpoints/"
#define ED_LEDGER_NAME 64 /* bytes that hold any name of an entry */

/* Entries in the order of seq. */
struct ed_ledger {
	struct ed_entry *v;
	size_t n, cap;
	int64_t newer; /* 0, or the number from which on a newer release wrote it */
};

void ed_ledger_clear(struct ed_ledger *ledger);
/* Moves the entry to the end; on an error it stays the caller's. */
enum edoc_code ed_ledger_add(struct ed_ledger *ledger, struct ed_entry *entry,
                             struct edoc_error *err) EDOC_CHECK;
/* The entry whose header has that digest ("sha256:..." or hex), or NULL. */
const struct ed_entry *ed_ledger_find(const struct ed_ledger *ledger, const char *digest);

/* By their numbers: each stands behind all that it follows. */
void ed_ledger_sort(struct ed_ledger *ledger);
/* Of all that the entry with that digest follows, and itself: held[i] of v[i],
 * where the ledger is sorted.  false: it is not here. */
bool ed_ledger_past(const struct ed_ledger *ledger, const char *digest, bool *held);

/* suffix: ".json", ".cms", ".body.json" */
void ed_ledger_name(char out[ED_LEDGER_NAME], const struct ed_entry *entry, const char *suffix);

/*
 * Reads META-INF/edoc/ledger/ of a package: headers with their CMS and body.
 * What is wrong with the set of files becomes a finding (ledger.stray, ledger.orphan,
 * ledger.malformed, ledger.name, ledger.gap, ledger.fork, ledger.unsigned,
 * ledger.body).  From an entry or body of a newer format on nothing is taken
 * (ledger.newer): what follows it cannot be judged.
 */
enum edoc_code ed_ledger_read(struct ed_asic *asic, struct ed_findings *findings,
                              struct ed_ledger *ledger, struct edoc_error *err) EDOC_CHECK;

/* META-INF/edoc/checkpoints/<8 hex> and a kind of file that we know? */
bool ed_ledger_is_checkpoint(const char *name);

/* The case's id, of the first entry's documents and route (entry.h). */
enum edoc_code ed_case_id(const json_t *documents, const char *route, char id[ED_CASE_ID],
                          struct edoc_error *err) EDOC_CHECK;

/* The idempotence key of an act (entry.h); strings may be NULL, visit 0. */
struct ed_command_key {
	const char *case_id, *event, *step, *outcome, *reason, *text, *actor;
	const json_t *assign, *delegate; /* of the header, or NULL */
	const char *within;              /* as it is, or NULL */
	const char *salt;                /* of the body: short words are not to be guessed */
	int64_t visit;
};
/* Of an entry, without reason, text and salt; extension is written to. */
struct ed_command_key ed_entry_key(const struct ed_entry *entry, char extension[32]);
/* "to 1mo", "by 5wd"; what a command has for an outcome. */
void ed_extension_text(char out[32], const struct ed_extension *extension);
enum edoc_code ed_command_id(const struct ed_command_key *key, char out[ED_SHA256_REF],
                             struct edoc_error *err) EDOC_CHECK;

/*
 * The header that state, command and actor make; the caller adds what else
 * the event carries.  command->reason and text go to the body.
 */
struct ed_draft {
	const char *case_id;
	const struct ed_state *state;
	const struct ed_command *command;
	const struct ed_actor *actor;
	const char *text;
	char command_id[ED_SHA256_REF]; /* filled */
	char salt[33];                  /* filled; "": a desk's act has no body */
};
enum edoc_code ed_draft_header(struct ed_draft *draft, json_t **header,
                               struct edoc_error *err) EDOC_CHECK;
/* Adds the body, makes the bytes, signs them.  Takes the header over. */
enum edoc_code ed_draft_sign(const struct ed_draft *draft, json_t *header,
                             const struct edoc_key *key, struct ed_entry *entry,
                             struct edoc_error *err) EDOC_CHECK;
/* A string of a nested object: "actor", "person".  NULL: absent. */
const char *ed_entry_get(const struct ed_entry *entry, const char *object, const char *key);

#endif
