/* SPDX-License-Identifier: ISC */
/*
 * One entry of the route ledger, format "edoc-entry/1": a header in canonical
 * JSON, signed by a detached CMS, and a body that the header names by salted
 * digest.  Held by others for decades: nothing here changes meaning.
 *
 *   META-INF/edoc/ledger/NNNNNN-<8 hex of the header's sha256>.json  header
 *   META-INF/edoc/ledger/NNNNNN-<8 hex>.cms                          CAdES-B
 *   META-INF/edoc/ledger/NNNNNN-<8 hex>.body.json                    body
 *   META-INF/edoc/route.yaml, calendar.yaml    files the first entry pins
 *   META-INF/edoc/pinned/<8 hex>.asice         signed packages that carry the
 *                                              route, calendar, directories
 *   META-INF/edoc/evidence/<8 hex>.asice       EN 319 522 receipts
 *
 * Header keys (absent rather than null):
 *   format  "edoc-entry/1"       case     32 hex
 *   seq     from 1               prev     list of "sha256:<hex>" of headers
 *   time    RFC 3339 UTC         event    see below
 *   command "sha256:<hex>"       the idempotence key of the act
 *   step, visit, outcome         what was done
 *   actor   {cert, kind: person|desk, person, post, unit, agency, deputy: true}
 *   acting_for {person, post}    the principal when a deputy acts
 *   documents [{name, sha256}]   of the main package, first entry and changes
 *   signature {name, sha256}     the XAdES made in a sign step
 *   register {book, number, year, seq}
 *   evidence "sha256:<hex>"      receipt package
 *   package "sha256:<hex>"       generation sent or received
 *   to      agency               send
 *   clock   {within, started, due}   the step's term, as computed
 *   late    seconds past due     when so
 *   route, calendar, directory   "sha256:<hex>"; first entry all three,
 *                                later ones the directory in force
 *   body    "sha256:<hex>"       of the body's bytes (it holds a salt)
 *
 * Events: case.submitted, step.done, case.sent (SubmissionAcceptance of
 * EN 319 522-1 is its evidence), case.received (RelayAcceptance).
 *
 * Body keys: format "edoc-body/1", salt 32 hex, reason, text, name (of the
 * actor).
 */
#ifndef ED_ROUTE_ENTRY_H
#define ED_ROUTE_ENTRY_H

#include "base/time.h"
#include "door/json.h"

#define ED_CASE_ID 33

struct ed_entry {
	json_t *header;         /* owned */
	json_t *body;           /* owned; NULL: not here */
	struct ed_buf bytes;    /* the header's canonical form */
	struct ed_buf cms;
	struct ed_buf body_bytes;
	char sha256[65];        /* of bytes */
	/* read out of header, borrowed from it: */
	const char *event, *step, *outcome, *actor_cert;
	int64_t seq, time, visit;
};

/* Parses and checks the shape of a header (canonical, known keys, types). */
enum edoc_code ed_entry_parse(const void *bytes, size_t len, const char *where,
			      struct ed_entry *entry, struct edoc_error *err) EDOC_CHECK;
/* Takes a body's bytes; they must have the digest the header names. */
enum edoc_code ed_entry_set_body(struct ed_entry *entry, const void *bytes, size_t len,
				 const char *where, struct edoc_error *err) EDOC_CHECK;
/* From header and body objects (taken over): canonical bytes and digests. */
enum edoc_code ed_entry_make(json_t *header, json_t *body, struct ed_entry *entry,
			     struct edoc_error *err) EDOC_CHECK;
void ed_entry_clear(struct ed_entry *entry);

#endif
