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
 * <8 hex> of an .asice: of its own sha256.  A digest is "sha256:<64 hex>"; of
 * a route, calendar or directory it is that of the YAML file's bytes, not of
 * the package around it.  Times are RFC 3339 in UTC, whole seconds.
 *
 * Header keys (absent rather than null; all strings but seq, visit, late,
 * deputy, register.year, register.seq):
 *   format     "edoc-entry/1"
 *   case       32 hex: the first half of the sha256 of the canonical JSON
 *              {"documents": [...], "format": "edoc-case/1", "route": "sha256:..."}
 *              with documents and route of the first header
 *   seq        from 1; one more than the highest of what it follows
 *   prev       list of digests of headers; [] in the first, else one; two in the
 *              receipt of a branch that comes back: what its desk did, and the
 *              last entry of the branch
 *   time       of the act, as the actor's clock tells
 *   event      see below
 *   command    digest: the idempotence key, of the canonical JSON {"actor",
 *              "assign", "case", "delegate", "event", "outcome", "reason", "salt",
 *              "step", "text", "visit", "within"} (absent where there is none; the
 *              body's salt where there is a reason or text)
 *   step, visit, outcome   what was done; visit counts from 1.  A step in a
 *              branch is "agree/justice", in one of several steps
 *              "agree/justice/review"; what a "do: each" stands at is the
 *              branch; none in the case.sent of a branch that goes back
 *   actor      {cert, kind, person, post, unit, agency, deputy}: cert is the
 *              certificate's sha256 (64 hex), kind "person" or "desk", person
 *              the directory's id (no desk has one), post and unit (of a role
 *              that names them), agency, deputy true or
 *              absent, delegated likewise (the post is then the person\'s own)
 *   acting_for {person, post}: the principal when a deputy acts, or somebody to
 *              whom the step was handed on
 *   delegate   {person, until}: to whom the step is handed on for this visit,
 *              and the last day of it, a day of the route's zone (step.delegated)
 *   assign     (step.reassigned: of the step itself)
 *              [{role, person | post, unit, agency}]: who does the later steps
 *              of the roles that this step sets, the responsible one of a role
 *              first; agency always: of a person, the one of whose post he is
 *              named; neither person nor post: whoever of that agency fits
 *   documents  [{name, sha256}] sorted by name: every document of the package
 *              as submitted and every META-INF/signatures*.xml it came with
 *              (first entry, and one that hands in a corrected package, which
 *              has package and papers, too: generation.h); sha256 is 64 hex
 *   package    digest of the package file submitted (first entry) or received
 *   signature  {name, sha256}: the XAdES file made in a sign step, 64 hex
 *   attached   {kind, sha256}: the package that the step hands in, complete and
 *              signed for itself (attach.h); 64 hex
 *   register   {book, number, year, seq}: number as printed
 *   channel    portal, post, counter or paper: how it came (first entry), where
 *              that was said
 *   papers     [{id, name}] sorted by name: which document that the service
 *              lists a file is, where somebody said it (first entry)
 *   received   when it came on paper, by post or at the counter: as who enters it
 *              attests; attached is then his evidence, of kind "evidence" (first
 *              entry)
 *   links      [{case, relation}] sorted by both, each once: other cases, which its
 *              desk need not have; relation relates, replies-to, appeals,
 *              forwards or part-of (first entry)
 *   applicant  "person" or "entity": what the certificate of who submits names,
 *              where the service asks for that (first entry)
 *   at         agency whose desk took it (first entry); a submitter who has a post
 *              is at the agency of that
 *   fields     {name: value}: what the route declares and the case has, of the
 *              types that the route gives them (first entry)
 *   evidence   digest of the evidence.json of the receipt (case.received)
 *   to         agency (case.sent)
 *   timer      of clock.*: which of the route's clocks; else step and visit say
 *              whose term it is
 *   extension  of clock.extended: {"to": "1mo"}, so much in all, or {"by":
 *              "5wd"}, so much more
 *   clock      {within, started, due}: the step's term as the route writes it
 *              ("3wd"), the instants when the step opened and when the term
 *              ends (where a step with a term is closed)
 *   late       seconds past due, from 1
 *   route, calendar, directory  digests; the first entry all three, later
 *              ones the directory in force
 *   checkpoint digest of the newest checkpoint (headfile.h) that the desk knew:
 *              the entry was made after it
 *   body       digest of the body's bytes (it holds a salt)
 *
 * Events, and who makes them:
 *   case.submitted  a person, in the role of the party initiator; seq 1
 *   step.done       a person in the step's role
 *   case.sent       the desk key of the agency that holds the case; only while
 *                   a `do: send` step is open, which it closes (step, visit,
 *                   outcome the step's first, "sent" unless the route says
 *                   otherwise).  Then nobody acts until the receipt.  Of a step
 *                   in a branch it takes that branch away alone: the branch is
 *                   a chain of its own from here on (engine.h), and when it is
 *                   over another case.sent, without a step, sends it back.  Its
 *                   evidence is SubmissionAcceptance of EN 319 522-1.
 *   case.received   the desk key of the agency `to`; the case is there now, or
 *                   that branch of it; of one that comes back, what was done
 *                   in it counts from here on for the chain that it had left.
 *                   Where a `do: receive` step is open it closes it, with step,
 *                   visit and outcome as above; else it has none.
 *                   RelayAcceptance of EN 319 522-1.
 *
 *   clock.extended, clock.stopped, clock.resumed   a person in the role that
 *                   the route names for it; clock, where there is one, tells
 *                   the end of the term from then on
 *   case.withdrawn  a person in the role that the route names for it; it ends
 *                   the case as "withdrawn"
 *   step.delegated  a person who may do the open step, to another one of the
 *                   agency, who may do it too from then on
 *   step.reassigned a person in the role of the step that set who does this
 *                   one, or in a role that "reassign" of the step names
 *   step.silent     the desk key of the agency that holds the case: the term of
 *                   a step whose silence the route gives a meaning is over;
 *                   of a join: its branches that are away count as that
 *
 * Body keys: format "edoc-body/1", salt 32 hex, reason, text, name (of the
 * actor).
 */
#ifndef ED_ROUTE_ENTRY_H
#define ED_ROUTE_ENTRY_H

#include "base/time.h"
#include "door/json.h"

#define ED_CASE_ID 33

/* How a case may come: "portal", "post", "counter", "paper"; NULL-ended. */
extern const char *const ed_channels[];
/* What a case may be to another: "relates" first; NULL-ended. */
extern const char *const ed_relations[];

struct ed_entry {
	json_t *header;      /* owned */
	json_t *body;        /* owned; NULL: not here */
	struct ed_buf bytes; /* the header's canonical form */
	struct ed_buf cms;
	struct ed_buf body_bytes;
	char sha256[65]; /* of bytes */
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
struct ed_extension;
/* Of a clock.extended; false: of nothing else. */
bool ed_entry_extension(const struct ed_entry *entry, struct ed_extension *extension);
void ed_entry_clear(struct ed_entry *entry);

#endif
