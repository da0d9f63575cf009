/* SPDX-License-Identifier: ISC */
/* Reduced hash trees (RFC 4998 4.2, 4.3; RFC 6283 3.2): lists of digests, and
 * the root that they make. */
#ifndef ED_SIGNATURE_HASHTREE_H
#define ED_SIGNATURE_HASHTREE_H

#include "base/arena.h"
#include "door/crypto.h"

struct ed_hash_value {
	const unsigned char *p;
	size_t len;
};

struct ed_hashes {
	struct ed_hash_value *v;
	size_t n, cap;
};

/* Every value of every list is as long as the algorithm makes them: else their
 * concatenation could be cut in several ways. */
bool ed_hashtree_sizes(enum ed_hash hash, const struct ed_hashes *lists, size_t n);
/* A value stands twice in one list. */
bool ed_hashtree_repeats(const struct ed_hashes *lists, size_t n, struct ed_arena *arena);
/*
 * The root of the tree: each list, with what the list before made, in binary
 * ascending order, concatenated and digested.  alone: a first list of one value
 * is passed on as it is (RFC 6283 3.2.1), not digested (RFC 4998 4.3, step 2,
 * to the letter).  false: no lists, no such algorithm, or no memory.
 */
bool ed_hashtree_root(enum ed_hash hash, const struct ed_hashes *lists, size_t n, bool alone,
                      struct ed_arena *arena, unsigned char out[ED_HASH_MAX]);

/* A list in order, for looking things up in it. */
struct ed_hash_set {
	struct ed_hash_value *v;
	bool *met;
	size_t n;
};
bool ed_hash_set_make(struct ed_hash_set *set, const struct ed_hashes *list,
                      struct ed_arena *arena);
/* Is it there?  Then all that are the same are met. */
bool ed_hash_set_meet(struct ed_hash_set *set, const unsigned char *p, size_t len);
size_t ed_hash_set_unmet(const struct ed_hash_set *set);

#endif
