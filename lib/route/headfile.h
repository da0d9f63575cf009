/* SPDX-License-Identifier: ISC */
/*
 * A checkpoint of a desk, format "edoc-checkpoint/1": how far all its cases and
 * registers were, in one root; and the proof that a case stands in it, format
 * "edoc-inclusion/1".  Held by others for decades: nothing here changes meaning.
 *
 * Both are canonical JSON (door/json.h).  Keys of a checkpoint:
 *   format    "edoc-checkpoint/1"
 *   agency    whose desk it is
 *   cert      sha256 of the desk's certificate, 64 hex
 *   seq       from 1, without gaps
 *   time      RFC 3339 in UTC, as the desk's clock tells
 *   date      the same as a day of the desk's zone
 *   previous  digest of the checkpoint before; absent in the first
 *   size      how many leaves the tree has
 *   root      of the tree, 64 hex
 *   stamp     true: it is to be time-stamped, and is not quoted before
 *
 * The CMS (signature/cmsledger.h) is over these bytes, by the desk's key; the
 * time-stamp token's imprint is SHA-256 of the CMS.
 *
 * The tree is that of RFC 9162 2.1 with SHA-256.  A leaf is the canonical JSON of
 *   {"case": 32 hex, "entries": n, "heads": [digest, ...]}  the case's entries here,
 *             and those of them that no other follows, sorted
 *   {"book": "orders/2026", "numbers": "1-12,14"}  the numbers given in that year
 * Leaves are sorted by their bytes up to the first ",", and each case and each
 * year of a book has one; what was there once is never left out.
 *
 * Keys of an inclusion: format, checkpoint (digest), leaf (the object), index
 * (from 0), path (list of 64 hex, the lowest first).
 *
 * In a package: META-INF/edoc/checkpoints/<8 hex of the checkpoint>.json, .cms,
 * .tst, and .path.json, the inclusion of that package's case.
 */
#ifndef ED_ROUTE_HEADFILE_H
#define ED_ROUTE_HEADFILE_H

#include "door/json.h"
#include "route/entry.h"
#include "route/merkle.h"

struct ed_head {             /* strings borrowed from json */
	json_t *json;        /* owned */
	struct ed_buf bytes; /* its canonical form */
	char sha256[65];     /* of bytes */
	const char *agency, *cert, *date, *previous;
	struct ed_merkle_hash root;
	int64_t seq, size, time;
	bool stamp;
};

enum edoc_code ed_head_parse(const void *bytes, size_t len, const char *where, struct ed_head *head,
                             struct edoc_error *err) EDOC_CHECK;
void ed_head_clear(struct ed_head *head);
struct ed_head_facts {
	const char *agency, *cert, *date, *previous; /* previous: "sha256:..." or NULL */
	struct ed_merkle_hash root;
	int64_t seq, size, time;
	bool stamp;
};
enum edoc_code ed_head_make(const struct ed_head_facts *facts, struct ed_head *head,
                            struct edoc_error *err) EDOC_CHECK;

/* A leaf's bytes. */
enum edoc_code ed_leaf_case(const char *id, int64_t entries, const char *const *heads, size_t n,
                            struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_leaf_book(const char *book, const char *numbers, struct ed_buf *out,
                            struct edoc_error *err) EDOC_CHECK;
/* How much of a leaf says what it is of. */
size_t ed_leaf_key(const char *leaf);
/* Of a leaf of a case: its id ("" of a book) and how many entries. */
void ed_leaf_read(const char *leaf, char id[ED_CASE_ID], int64_t *entries);

struct ed_inclusion { /* strings borrowed from json */
	json_t *json; /* owned */
	const char *checkpoint, *case_id;
	const json_t *heads; /* list of "sha256:..." */
	int64_t index, entries;
	struct ed_merkle_hash leaf, path[ED_MERKLE_DEPTH];
	size_t n_path;
};

enum edoc_code ed_inclusion_parse(const void *bytes, size_t len, const char *where,
                                  struct ed_inclusion *inclusion,
                                  struct edoc_error *err) EDOC_CHECK;
void ed_inclusion_clear(struct ed_inclusion *inclusion);
enum edoc_code ed_inclusion_make(const char *checkpoint, const char *leaf, size_t index,
                                 const struct ed_merkle_hash *path, size_t n_path,
                                 struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;

#endif
