/* SPDX-License-Identifier: ISC */
/*
 * The checkpoints of a desk (headfile.h), in head/:
 *
 *   000001 ...        checkpoints; a number exists or it does not
 *   <sha256>.cms      the desk's signature of the one with that digest
 *   <sha256>.leaves   the leaves that are new or other in it, a line each
 *   <sha256>.tst      its time-stamp, once a TSA gave one
 *
 * A checkpoint whose time-stamp is still to come is not quoted, so what is
 * quoted never changes.
 */
#ifndef ED_ROUTE_HEADS_H
#define ED_ROUTE_HEADS_H

#include "package/asic.h"
#include "route/desk.h"
#include "route/headfile.h"

struct ed_heads_one {
	struct ed_head head;
	bool complete; /* it has its time-stamp, or is to have none */
};

struct ed_leaf_line {
	const char *leaf;
	size_t key; /* length of what says what it is of */
	int64_t seq;
};

struct ed_heads {
	struct ed_arena *arena; /* borrowed */
	struct ed_heads_one *v; /* in the order of seq */
	size_t n, cap;
	struct ed_leaf_line *lines; /* by key, the older first */
	size_t n_lines, cap_lines;
};

/* EDOC_ERR_INPUT: one is gone, or follows another than the one before it. */
enum edoc_code ed_heads_read(struct edoc_desk *desk, struct ed_arena *arena, struct ed_heads *heads,
                             struct edoc_error *err) EDOC_CHECK;
/* Without their leaves: what a day without a checkpoint needs of them. */
enum edoc_code ed_heads_list(struct edoc_desk *desk, struct ed_arena *arena, struct ed_heads *heads,
                             struct edoc_error *err) EDOC_CHECK;
void ed_heads_clear(struct ed_heads *heads);
/* Those of one thing, the older first; key: how its leaves begin, up to the comma. */
const struct ed_leaf_line *ed_heads_of(const struct ed_heads *heads, const char *key, size_t *n);
/* The leaves of one of them, in the order of its tree; in the arena. */
enum edoc_code ed_heads_leaves(struct ed_heads *heads, int64_t seq, const char ***leaves, size_t *n,
                               struct edoc_error *err) EDOC_CHECK;
/* Its tree: is that the root it signs? */
enum edoc_code ed_heads_hashes(struct ed_heads *heads, const char *const *leaves, size_t n,
                               struct ed_merkle_hash **hashes, struct edoc_error *err) EDOC_CHECK;

/* The newest checkpoint that an entry may quote: "sha256:..." in the arena; or
 * NULL: there is none. */
const char *ed_desk_newest_head(struct edoc_desk *desk, struct ed_arena *arena);

/* Numbers of a year of a book as "1-12,14", in the arena. */
enum edoc_code ed_book_numbers(struct edoc_desk *desk, const char *book, const char *year,
                               struct ed_arena *arena, const char **numbers,
                               struct edoc_error *err) EDOC_CHECK;

/* ---- what a case takes along (headproof.c) ---- */

enum ed_proofs {
	ED_PROOFS_NONE = 0,
	ED_PROOFS_QUOTED, /* what its entries quote: as it leaves, the same each time */
	ED_PROOFS_ALL     /* and what proves of each entry that it was there by then */
};
/* Keeps what a package that came has of the checkpoints that its entries quote: a
 * peer's are nowhere else. */
enum edoc_code ed_proofs_keep(struct ed_case *c, const struct ed_ledger *ledger,
                              struct ed_asic *asic, struct edoc_error *err) EDOC_CHECK;
/* Adds files named as in a package: fn is called with each once.  held: which
 * entries go along, by their place in the ledger. */
typedef enum edoc_code ed_proof_fn(void *arg, const char *name, const void *bytes, size_t len,
                                   struct edoc_error *err);
enum edoc_code ed_case_proofs(struct ed_case *c, enum ed_proofs which, const bool *held,
                              ed_proof_fn *fn, void *arg, struct edoc_error *err) EDOC_CHECK;

#endif
