/* SPDX-License-Identifier: ISC */
/* The hash tree of RFC 9162 2.1 with SHA-256: the root over a list, and the proof
 * that something stands in it.  Digests only, no files. */
#ifndef ED_ROUTE_MERKLE_H
#define ED_ROUTE_MERKLE_H

#include <stdbool.h>
#include <stddef.h>

#define ED_MERKLE_HASH 32
#define ED_MERKLE_DEPTH 63 /* of a tree with as many leaves as a number of JSON counts */

struct ed_merkle_hash {
	unsigned char v[ED_MERKLE_HASH];
};

/* All return false when a digest could not be made. */

/* SHA-256(0x00 || bytes) */
bool ed_merkle_leaf(const void *bytes, size_t len, struct ed_merkle_hash *out);
/* MTH over leaves; of none SHA-256(). */
bool ed_merkle_root(const struct ed_merkle_hash *leaves, size_t n, struct ed_merkle_hash *root);
/* 2.1.3.1: the path of leaf i < n, the lowest first. */
bool ed_merkle_path(const struct ed_merkle_hash *leaves, size_t n, size_t i,
                    struct ed_merkle_hash path[ED_MERKLE_DEPTH], size_t *n_path);
/* 2.1.3.2: does leaf number i of n under that root have this path? */
bool ed_merkle_proves(const struct ed_merkle_hash *leaf, size_t i, size_t n,
                      const struct ed_merkle_hash *path, size_t n_path,
                      const struct ed_merkle_hash *root);

#endif
