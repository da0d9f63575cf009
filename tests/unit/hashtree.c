/* SPDX-License-Identifier: ISC */
/* Reduced hash trees by hand; the E numbers are those of the attack catalogue. */
#include "../tap.h"

#include "base/hex.h"
#include "signature/hashtree.h"

static struct ed_arena *arena;
static unsigned char leaf[4][ED_HASH_MAX]; /* of "a" "b" "c" "d" */

/* A list of the leaves that are named: "ab". */
static struct ed_hashes list(const char *names)
{
	struct ed_hashes l = {0};

	for (; *names; names++) {
		l.v = ed_arena_grow(arena, l.v, l.n, &l.cap, sizeof(*l.v));
		l.v[l.n++] = (struct ed_hash_value){leaf[*names - 'a'], 32};
	}
	return l;
}

static void root_is(const struct ed_hashes *lists, size_t n, bool alone, const char *want,
                    const char *what)
{
	unsigned char root[ED_HASH_MAX];
	char hex[2 * ED_HASH_MAX + 1];

	if (!ok(ed_hashtree_root(ED_SHA256, lists, n, alone, arena, root), "%s: a root", what))
		return;
	ed_hex(hex, root, 32);
	is_str(hex, want, what);
}

static void hash2(const unsigned char *x, const unsigned char *y, unsigned char *out)
{
	unsigned char both[64];
	bool turn = memcmp(x, y, 32) > 0;

	memcpy(both, turn ? y : x, 32);
	memcpy(both + 32, turn ? x : y, 32);
	ed_hash_bytes(ED_SHA256, both, 64, out);
}

static void roots(void)
{
	struct ed_hashes lists[3] = {list("ba"), list("c"), list("d")};
	unsigned char ab[64], abc[64], abcd[64], a[64];
	char hex[129];

	hash2(leaf[0], leaf[1], ab);
	hash2(ab, leaf[2], abc);
	hash2(abc, leaf[3], abcd);
	ed_hex(hex, abcd, 32);
	root_is(lists, 3, true, hex, "three lists, the first not in order");
	lists[0] = list("ab");
	root_is(lists, 3, true, hex, "the order within a list is of no matter");
	lists[0] = list("a");
	lists[1] = list("b");
	ed_hex(hex, ab, 32);
	root_is(lists, 2, true, hex, "one value alone is passed on");
	ed_hash_bytes(ED_SHA256, leaf[0], 32, a);
	hash2(a, leaf[1], ab);
	ed_hex(hex, ab, 32);
	root_is(lists, 2, false, hex, "or digested");
	ed_hex(hex, leaf[0], 32);
	root_is(lists, 1, true, hex, "a tree of one value");
}

static void refusals(void)
{
	struct ed_hashes lists[2] = {list("ab"), list("c")};
	unsigned char root[ED_HASH_MAX];

	ok(!ed_hashtree_root(ED_SHA256, lists, 0, true, arena, root), "no list, no root");
	ok(!ed_hashtree_root(ED_HASH_NONE, lists, 2, true, arena, root), "no algorithm, no root");
	ok(!ed_hashtree_root(ED_SHA512, lists, 2, true, arena, root), "values of another length");
	ok(ed_hashtree_sizes(ED_SHA256, lists, 2), "the sizes are right");
	/* The same bytes, cut elsewhere: the concatenation would be the same. */
	lists[0].v[0].len = 31;
	lists[0].v[1].p--;
	lists[0].v[1].len = 33;
	ok(!ed_hashtree_sizes(ED_SHA256, lists, 2), "E05: values of 31 and 33 bytes");
	ok(!ed_hashtree_root(ED_SHA256, lists, 2, true, arena, root), "E05: make no root");
	lists[0] = list("ab");
	lists[1].n = 0;
	ok(!ed_hashtree_root(ED_SHA256, lists, 2, true, arena, root), "an empty list");
}

static void sets(void)
{
	struct ed_hashes l = list("cabba");
	struct ed_hashes lists[2] = {list("abc"), list("d")};
	struct ed_hash_set set;

	ok(ed_hashtree_repeats(&l, 1, arena), "values that stand twice are seen");
	ok(!ed_hashtree_repeats(lists, 2, arena), "and are not seen where they do not");
	ok(ed_hash_set_make(&set, &l, arena), "a set");
	is_int((int64_t)ed_hash_set_unmet(&set), 5, "nothing is met");
	ok(!ed_hash_set_meet(&set, leaf[3], 32), "d is not there");
	ok(!ed_hash_set_meet(&set, leaf[0], 31), "nor is a piece of a");
	ok(ed_hash_set_meet(&set, leaf[1], 32), "b is there");
	is_int((int64_t)ed_hash_set_unmet(&set), 3, "both of it");
	ok(ed_hash_set_meet(&set, leaf[1], 32), "b is met again");
	ok(ed_hash_set_meet(&set, leaf[0], 32) && ed_hash_set_meet(&set, leaf[2], 32), "a and c");
	is_int((int64_t)ed_hash_set_unmet(&set), 0, "all are met");
	l.n = 0;
	ok(ed_hash_set_make(&set, &l, arena) && !ed_hash_set_meet(&set, leaf[0], 32),
	   "nothing is in an empty set");
}

int main(void)
{
	arena = ed_arena_new();
	for (int i = 0; i < 4; i++)
		ed_hash_bytes(ED_SHA256, &"abcd"[i], 1, leaf[i]);
	roots();
	refusals();
	sets();
	ed_arena_free(arena);
	return done();
}
