/* SPDX-License-Identifier: ISC */
#include "base/arena.h"

#include <stddef.h>

#include "../tap.h"

int main(void)
{
	struct ed_arena *arena = ed_arena_new();
	size_t cap = 0;
	int *v = NULL;

	if (!ok(arena != NULL, "an arena"))
		return done();
	is_str(ed_arena_strdup(arena, "abc"), "abc", "strdup");
	is_str(ed_arena_strndup(arena, "abcdef", 3), "abc", "strndup cuts");
	is_str(ed_arena_strndup(arena, "ab", 30), "ab", "and stops at the end");
	is_str(ed_arena_printf(arena, "%d-%s", 5, "x"), "5-x", "printf");
	ok(!memcmp(ed_arena_memdup(arena, "a\0b", 3), "a\0b", 3), "memdup");

	bool aligned = true, zeroed = true;
	unsigned char *kept[2000];
	for (size_t i = 0; i < 2000; i++) {
		size_t n = i * 7 % 5000;
		kept[i] = ed_arena_alloc(arena, n);
		if (!kept[i])
			return 1;
		aligned = aligned && (uintptr_t)kept[i] % _Alignof(max_align_t) == 0;
		for (size_t k = 0; k < n; k++)
			zeroed = zeroed && kept[i][k] == 0;
		memset(kept[i], (int)(i & 0xff), n);
	}
	bool whole = true;
	for (size_t i = 0; i < 2000; i++)
		for (size_t k = 0; k < i * 7 % 5000; k++)
			whole = whole && kept[i][k] == (i & 0xff);
	ok(aligned, "everything is aligned");
	ok(zeroed, "and zeroed");
	ok(whole, "and nothing overlaps, large or small");
	ok(ed_arena_alloc(arena, 0) != NULL, "nothing is something");
	ok(ed_arena_alloc(arena, SIZE_MAX - 3) == NULL, "too much is NULL");

	for (size_t i = 0; i < 10000; i++) {
		int *moved = ed_arena_grow(arena, v, i, &cap, sizeof *v);
		if (!moved)
			return 1;
		v = moved;
		v[i] = (int)i;
	}
	whole = true;
	for (size_t i = 0; i < 10000; i++)
		whole = whole && v[i] == (int)i;
	ok(whole, "an array grows and keeps its elements");
	cap = 0;
	ok(!ed_arena_grow(arena, NULL, SIZE_MAX / 4, &cap, 8) && cap == 0,
	   "one too large does not");
	ed_arena_free(arena);
	ed_arena_free(NULL);
	return done();
}
