/* SPDX-License-Identifier: ISC */
#include "route/merkle.h"

#include <string.h>

#include "door/crypto.h"

static bool hash(unsigned char kind, const void *a, size_t len_a, const void *b, size_t len_b,
                 struct ed_merkle_hash *out)
{
	struct ed_digest *running = ed_digest_new(ED_SHA256);
	unsigned char digest[ED_HASH_MAX];
	bool done = running && ed_digest_update(running, &kind, 1) &&
	            ed_digest_update(running, a, len_a) && ed_digest_update(running, b, len_b) &&
	            ed_digest_final(running, digest);

	if (done)
		memcpy(out->v, digest, sizeof(out->v));
	ed_digest_free(running);
	return done;
}

bool ed_merkle_leaf(const void *bytes, size_t len, struct ed_merkle_hash *out)
{
	return hash(0, bytes, len, "", 0, out);
}

static bool node(const struct ed_merkle_hash *left, const struct ed_merkle_hash *right,
                 struct ed_merkle_hash *out)
{
	return hash(1, left->v, sizeof(left->v), right->v, sizeof(right->v), out);
}

/* The largest power of two smaller than n > 1. */
static size_t split(size_t n)
{
	size_t k = 1;

	while (k < n - k)
		k *= 2;
	return k;
}

bool ed_merkle_root(const struct ed_merkle_hash *leaves, size_t n, struct ed_merkle_hash *root)
{
	struct ed_merkle_hash left, right;
	unsigned char digest[ED_HASH_MAX];

	if (n == 0) {
		if (!ed_hash_bytes(ED_SHA256, "", 0, digest))
			return false;
		memcpy(root->v, digest, sizeof(root->v));
		return true;
	}
	if (n == 1) {
		*root = leaves[0];
		return true;
	}
	size_t k = split(n);
	return ed_merkle_root(leaves, k, &left) && ed_merkle_root(leaves + k, n - k, &right) &&
	       node(&left, &right, root);
}

bool ed_merkle_path(const struct ed_merkle_hash *leaves, size_t n, size_t i,
                    struct ed_merkle_hash path[ED_MERKLE_DEPTH], size_t *n_path)
{
	struct ed_merkle_hash other;

	if (n <= 1) {
		*n_path = 0;
		return true;
	}
	size_t k = split(n);
	bool left = i < k;
	if (!ed_merkle_path(left ? leaves : leaves + k, left ? k : n - k, left ? i : i - k, path,
	                    n_path) ||
	    !ed_merkle_root(left ? leaves + k : leaves, left ? n - k : k, &other))
		return false;
	path[(*n_path)++] = other;
	return true;
}

bool ed_merkle_proves(const struct ed_merkle_hash *leaf, size_t i, size_t n,
                      const struct ed_merkle_hash *path, size_t n_path,
                      const struct ed_merkle_hash *root)
{
	struct ed_merkle_hash r = *leaf;
	size_t fn = i, sn = n ? n - 1 : 0;

	if (i >= n)
		return false;
	for (size_t p = 0; p < n_path; p++) {
		bool right = (fn & 1) || fn == sn;

		if (sn == 0 || !node(right ? &path[p] : &r, right ? &r : &path[p], &r))
			return false;
		while (right && !(fn & 1) && fn) {
			fn >>= 1;
			sn >>= 1;
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && !memcmp(r.v, root->v, sizeof(r.v));
}
