/* SPDX-License-Identifier: ISC */
/*
 * The journal: what was done, append-only, the authority of an archive.
 *
 * journal/YYYY/NNNNNN.log, numbered from 000001 without a gap over all years.
 * A line is canonical JSON (door/json.h), UTF-8, ended by one newline:
 *
 *   v        1
 *   seq      1, 2, 3 ... over all segments
 *   time     RFC 3339, UTC
 *   event    creation ingest naming validation export recovery close
 *   object   urn of the object, or null
 *   facts    an object; what it holds depends on the event
 *   outcome  success, warning or failure (PREMIS eventOutcome)
 *   agent    who, "anna@host"; tool: with what
 *   prev     "sha512:<hex>" of the line before without its newline; of the
 *            empty string in the first line
 *
 * The last line of a finished segment is a `close`.  Bytes after the last
 * newline are a write that did not come to its end: cut, and recorded as
 * `recovery`.  Anything else that is not as it should be is an alarm.
 */
#ifndef ED_ARCHIVE_JOURNAL_H
#define ED_ARCHIVE_JOURNAL_H

#include "door/json.h"

#define ED_JOURNAL_DIGEST 64

/* After a line; all zero: before the first. */
struct ed_journal_pos {
	int64_t seq;
	int64_t time;
	uint32_t segment;
	uint64_t start, end;                     /* of the line in its segment */
	unsigned char digest[ED_JOURNAL_DIGEST]; /* of the line */
	bool closed;                             /* it was a `close` */
};

struct ed_journal;

enum edoc_code ed_journal_open(const char *dir, bool write, uint64_t segment_max,
                               struct ed_journal **journal, struct edoc_error *err) EDOC_CHECK;
void ed_journal_free(struct ed_journal *journal);

typedef enum edoc_code ed_journal_fn(void *arg, const json_t *record,
                                     const struct ed_journal_pos *pos, struct edoc_error *err);

/*
 * Reads every line after *pos, whose own line must still be there, checks the
 * chain and gives each to fn.  *pos is then the head; the writer appends
 * after it.  Broken: EDOC_ERR_INPUT, where = the segment and its line's place.
 */
enum edoc_code ed_journal_replay(struct ed_journal *journal, struct ed_journal_pos *pos,
                                 ed_journal_fn *fn, void *arg, struct edoc_error *err) EDOC_CHECK;
/* EDOC_ERR_VERSION: the first line is of a newer format.  Other faults of it
 * are for the replay to tell. */
enum edoc_code ed_journal_check_format(struct ed_journal *journal,
                                       struct edoc_error *err) EDOC_CHECK;
/* The chain of the segment that *head stands in, up to it. */
enum edoc_code ed_journal_check_tail(struct ed_journal *journal, const struct ed_journal_pos *head,
                                     struct edoc_error *err) EDOC_CHECK;
/* Bytes of the torn line that the first replay met (and the writer cut). */
uint64_t ed_journal_torn(const struct ed_journal *journal);

struct ed_event {
	const char *event;
	const char *id; /* of the object, or NULL */
	const char *outcome;
	const char *agent;
	json_t *facts; /* borrowed; NULL: none */
	int64_t time;
};

/* Chains a line to the head.  It is not durable before ed_journal_flush().
 * The record as it will be read again, and its place, go to fn. */
enum edoc_code ed_journal_add(struct ed_journal *journal, const struct ed_event *event,
                              ed_journal_fn *fn, void *arg, struct edoc_error *err) EDOC_CHECK;
/* The clock must not lie before the head: what is judged and recorded now
 * happened after it.  EDOC_ERR_CONFIG. */
enum edoc_code ed_journal_clock(const struct ed_journal *journal, int64_t now,
                                struct edoc_error *err) EDOC_CHECK;
/* Writes and fdatasyncs.  After a failure nothing of the group is there, and
 * the journal takes no more. */
enum edoc_code ed_journal_flush(struct ed_journal *journal, struct edoc_error *err) EDOC_CHECK;
size_t ed_journal_pending(const struct ed_journal *journal); /* lines not yet durable */

/* The bytes of one line without the newline, checked against its digest. */
enum edoc_code ed_journal_line(struct ed_journal *journal, const struct ed_journal_pos *pos,
                               struct ed_buf *line, struct edoc_error *err) EDOC_CHECK;

/* "edoc-archive/1 ARCHIVE SEQ TIME DIGEST": ARCHIVE is how the digest of the
 * first line begins, in hex; DIGEST the first 200 bits in base32, groups of five, so that it can be
 * copied to paper and typed back. */
#define ED_CHECKPOINT_MAX 128
#define ED_ARCHIVE_NAME 9
void ed_checkpoint_name(const struct ed_journal_pos *first, char name[ED_ARCHIVE_NAME]);
/* The first line of all, the creation. */
enum edoc_code ed_journal_first(struct ed_journal *journal, struct ed_journal_pos *first,
                                struct edoc_error *err) EDOC_CHECK;
void ed_checkpoint_format(const char *name, const struct ed_journal_pos *pos,
                          char line[ED_CHECKPOINT_MAX]);
struct ed_checkpoint {
	char archive[ED_ARCHIVE_NAME];
	int64_t seq, time;
	char digest[41];
};
enum edoc_code ed_checkpoint_parse(const char *line, struct ed_checkpoint *checkpoint,
                                   struct edoc_error *err) EDOC_CHECK;
bool ed_checkpoint_matches(const struct ed_checkpoint *checkpoint, const char *name,
                           const struct ed_journal_pos *pos);

#endif
