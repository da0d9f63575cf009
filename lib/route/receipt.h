/* SPDX-License-Identifier: ISC */
/*
 * Receipts: evidence of EN 319 522-1 that one desk gives to another, a package
 * signed by the desk key.  Documents:
 *
 *   evidence.json   format "edoc-evidence/1", canonical JSON (door/json.h)
 *   entry.json, entry.cms   of an acceptance: the ledger entry that the issuer
 *                   made of it (route/entry.h), for the sender's own copy
 *
 * Keys of evidence.json (EN 319 522-1 table 2, EN 319 522-3 names):
 *   format     "edoc-evidence/1"
 *   id         EvidenceIdentifier: 32 hex, the first half of the sha256 of the
 *              canonical {"event", "issuer", "package"}: one package is
 *              accepted or rejected once by an agency
 *   event      ERDSEventId: "http://uri.etsi.org/19522/Event/RelayAcceptance"
 *              or ".../RelayRejection"
 *   time       EventTime, RFC 3339 UTC
 *   issuer     EvidenceIssuerDetails: {agency, cert}: cert is the desk
 *              certificate's sha256, 64 hex
 *   sender     SenderDetails: agency; absent when unknown
 *   recipient  RecipientDetails: agency
 *   case       32 hex; absent when unknown
 *   package    digest of the package file that came
 *   head       digest of the ledger's last header in it; absent when unknown
 *   reasons    EventReasons: list of texts; of a rejection, else absent
 */
#ifndef ED_ROUTE_RECEIPT_H
#define ED_ROUTE_RECEIPT_H

#include "package/asic.h"
#include "route/ledger.h"

#define ED_EVENT_URI "http://uri.etsi.org/19522/Event/"
#define ED_EVENT_ACCEPTED ED_EVENT_URI "RelayAcceptance"
#define ED_EVENT_REJECTED ED_EVENT_URI "RelayRejection"

struct ed_evidence {  /* strings borrowed from json */
	json_t *json; /* owned */
	struct ed_buf bytes;
	char sha256[65];
	bool accepted;
	const char *id, *event, *issuer, *cert, *sender, *recipient, *case_id, *package, *head;
	int64_t time;
};

struct ed_evidence_facts {
	const char *issuer, *cert, *sender, *recipient, *case_id, *package, *head;
	const char *reason; /* NULL: acceptance */
	int64_t time;
};

/* What an agency calls its evidence of an event on a package. */
enum edoc_code ed_evidence_id(const char *event, const char *issuer, const char *package,
                              char id[33], struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_evidence_make(const struct ed_evidence_facts *facts, struct ed_evidence *evidence,
                                struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_evidence_parse(const void *bytes, size_t len, const char *where,
                                 struct ed_evidence *evidence, struct edoc_error *err) EDOC_CHECK;
void ed_evidence_clear(struct ed_evidence *evidence);

/* Signs a receipt package at `out`, which must not exist; `dir` is an empty
 * folder for its parts, emptied again.  entry NULL: a rejection. */
enum edoc_code ed_receipt_write(const char *out, const char *dir,
                                const struct ed_evidence *evidence, const struct ed_entry *entry,
                                struct edoc_key *key, const struct edoc_policy *policy, int64_t now,
                                struct edoc_error *err) EDOC_CHECK;

struct ed_receipt {
	struct ed_evidence evidence;
	struct ed_entry entry; /* of an acceptance */
	bool has_entry;
};

/* Does the package hold a document evidence.json and no ledger? */
bool ed_receipt_looks(const struct ed_asic *asic);
/*
 * Reads and judges a receipt: TOTAL-PASSED under the issuer's desk
 * certificate, which the directory must list for that agency on that day.
 * *why tells in the arena what is wrong with it, NULL: nothing.
 */
enum edoc_code ed_receipt_read(int fd, const char *where, const struct ed_directory *directory,
                               const struct edoc_verify_options *options, struct ed_arena *arena,
                               struct ed_receipt *receipt, const char **why,
                               struct edoc_error *err) EDOC_CHECK;
void ed_receipt_clear(struct ed_receipt *receipt);

#endif
