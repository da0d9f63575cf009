/* SPDX-License-Identifier: ISC */
/*
 * What the journal says, as tables that can be asked: disposable, made from
 * the journal alone, brought up to it at every opening.  Where the root cannot
 * be written, it is made in memory.
 */
#ifndef ED_ARCHIVE_CATALOGUE_H
#define ED_ARCHIVE_CATALOGUE_H

#include "archive/journal.h"
#include "archive/store.h"

struct ed_verdict {
	enum edoc_indication indication;
	char subindication[48]; /* "" : none */
	int exit;               /* 0 1 2 65 */
};

/* What is known of one object. */
struct ed_known {
	struct ed_object object;
	int64_t kept, checked;              /* times: of intake, of the last look */
	int64_t checked_seq;                /* journal line of the last look */
	struct ed_verdict accepted, latest; /* at intake; when last verified */
	bool intact;                        /* its bits, when last verified */
	char signer[256];                   /* subject of the first signature, or "" */
};

void ed_known_clear(struct ed_known *known);

struct ed_catalogue;

/* fresh: throw an existing one away first. */
enum edoc_code ed_catalogue_open(const char *root, bool fresh, struct ed_catalogue **catalogue,
                                 struct edoc_error *err) EDOC_CHECK;
/* The head that the file on disk knows, which is only read; seq 0: there is
 * none, or it says nothing. */
void ed_catalogue_witness(const char *root, struct ed_journal_pos *pos);
/* No file at all: for fsck, and where the root cannot be written. */
enum edoc_code ed_catalogue_open_memory(struct ed_catalogue **catalogue,
                                        struct edoc_error *err) EDOC_CHECK;
void ed_catalogue_free(struct ed_catalogue *catalogue);

/* Replays what it does not know yet.  pos becomes the head.  EDOC_ERR_ABSENT:
 * the journal is not the one it was made from, so make it anew. */
enum edoc_code ed_catalogue_follow(struct ed_catalogue *catalogue, struct ed_journal *journal,
                                   struct ed_journal_pos *pos, struct edoc_error *err) EDOC_CHECK;
/* Reads all of the journal, its chain too, and compares: an edited catalogue
 * must not hide an object, nor lower what was accepted of it. */
enum edoc_code ed_catalogue_check(struct ed_catalogue *catalogue, struct ed_journal *journal,
                                  bool *same, struct edoc_error *err) EDOC_CHECK;
/* Takes one record, inside a transaction that ed_catalogue_commit() ends.  An
 * ed_journal_fn; arg is the catalogue. */
enum edoc_code ed_catalogue_apply(void *catalogue, const json_t *record,
                                  const struct ed_journal_pos *pos,
                                  struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_catalogue_commit(struct ed_catalogue *catalogue,
                                   struct edoc_error *err) EDOC_CHECK;
/* Forgets what was applied since the last commit. */
void ed_catalogue_rollback(struct ed_catalogue *catalogue);

enum edoc_code ed_catalogue_get(struct ed_catalogue *catalogue, const char *id, bool *found,
                                struct ed_known *known, struct edoc_error *err) EDOC_CHECK;
/* Up to two ids that start with `prefix`, or belong to packages named so. */
enum edoc_code ed_catalogue_match(struct ed_catalogue *catalogue, const char *prefix,
                                  const char *name, char ids[2][65], size_t *n,
                                  struct edoc_error *err) EDOC_CHECK;
/* The object whose last check has the least sequence number above *after and
 * at most `until`. */
enum edoc_code ed_catalogue_oldest(struct ed_catalogue *catalogue, int64_t *after, int64_t until,
                                   char id[65], bool *found, struct edoc_error *err) EDOC_CHECK;
/* Whether the object came under that name already. */
enum edoc_code ed_catalogue_named(struct ed_catalogue *catalogue, const char *id, const char *name,
                                  bool *named, struct edoc_error *err) EDOC_CHECK;
/* Places of the journal lines of one object, in order. */
typedef enum edoc_code ed_catalogue_line_fn(void *arg, const struct ed_journal_pos *pos,
                                            struct edoc_error *err);
enum edoc_code ed_catalogue_lines(struct ed_catalogue *catalogue, const char *id,
                                  ed_catalogue_line_fn *fn, void *arg,
                                  struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_catalogue_count(struct ed_catalogue *catalogue, int64_t *objects,
                                  struct edoc_error *err) EDOC_CHECK;
/* sha256 of the certificate that init pinned, or "". */
enum edoc_code ed_catalogue_pinned(struct ed_catalogue *catalogue, char sha256[65],
                                   struct edoc_error *err) EDOC_CHECK;

#endif
