/* SPDX-License-Identifier: ISC */
/* The hash tree of RFC 9162, by the roots that Certificate Transparency's
 * implementations test theirs with. */
#include "../tap.h"
#include "base/hex.h"
#include "route/merkle.h"

#define N 8

static const struct {
	const char *bytes;
	size_t len;
	const char *root; /* of the leaves up to this one */
} given[N] = {
        {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"@ABC", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"PQRSTUVW", 8, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"`abcdefghijklmno", 16,
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

static bool is(const struct ed_merkle_hash *hash, const char *want)
{
	char hex[2 * ED_MERKLE_HASH + 1];

	ed_hex(hex, hash->v, sizeof(hash->v));
	return !strcmp(hex, want);
}

/* A path proves its own leaf at its own place, and nothing else. */
static void paths(const struct ed_merkle_hash *leaves, size_t n)
{
	struct ed_merkle_hash path[ED_MERKLE_DEPTH], root, wrong;
	size_t len, bad = 0, passed = 0;

	if (!ed_merkle_root(leaves, n, &root))
		return;
	for (size_t i = 0; i < n; i++) {
		if (!ed_merkle_path(leaves, n, i, path, &len))
			break;
		passed += ed_merkle_proves(&leaves[i], i, n, path, len, &root);
		for (size_t k = 0; k < n; k++)
			bad += k != i && ed_merkle_proves(&leaves[i], k, n, path, len, &root);
		for (size_t k = 0; k < n; k++)
			bad += k != i && ed_merkle_proves(&leaves[k], i, n, path, len, &root);
		bad += len && ed_merkle_proves(&leaves[i], i, n, path, len - 1, &root);
		path[len] = root;
		bad += ed_merkle_proves(&leaves[i], i, n, path, len + 1, &root);
		bad += ed_merkle_proves(&leaves[i], n, n, path, len, &root);
		wrong = root;
		wrong.v[31] ^= 1;
		bad += ed_merkle_proves(&leaves[i], i, n, path, len, &wrong);
		for (size_t k = 0; k < len; k++) {
			path[k].v[0] ^= 1;
			bad += ed_merkle_proves(&leaves[i], i, n, path, len, &root);
			path[k].v[0] ^= 1;
		}
	}
	ok(passed == n, "each of %zu leaves is proved", n);
	ok(bad == 0, "of %zu leaves none elsewhere, by another path or root", n);
}

int main(void)
{
	struct ed_merkle_hash leaves[N], root;
	struct ed_merkle_hash many[100];

	ok(ed_merkle_root(NULL, 0, &root) &&
	           is(&root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
	   "the root of nothing");
	for (size_t i = 0; i < N; i++) {
		ok(ed_merkle_leaf(given[i].bytes, given[i].len, &leaves[i]), "a leaf");
		ok(ed_merkle_root(leaves, i + 1, &root) && is(&root, given[i].root),
		   "the root of %zu", i + 1);
	}
	for (size_t n = 1; n <= N; n++)
		paths(leaves, n);
	for (size_t i = 0; i < 100; i++)
		if (!ed_merkle_leaf(&i, sizeof(i), &many[i]))
			return 1;
	paths(many, 64);
	paths(many, 65);
	paths(many, 100);
	return done();
}
