/* SPDX-License-Identifier: ISC */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)8 << 10)
#define ALIGN alignof(max_align_t)

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

struct ed_arena {
	struct block *all;
	struct block *open; /* the one that is being filled */
};

struct ed_arena *ed_arena_new(void)
{
	return calloc(1, sizeof(struct ed_arena));
}

void ed_arena_free(struct ed_arena *arena)
{
	if (!arena)
		return;
	for (struct block *b = arena->all, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(arena);
}

void *ed_arena_alloc(struct ed_arena *arena, size_t size)
{
	struct block *b = arena->open;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = size == 0 ? ALIGN : (size + ALIGN - 1) / ALIGN * ALIGN;
	if (!b || size > b->size - b->used) {
		bool large = size > BLOCK / 4; /* gets a block of its own */
		size_t room = large ? size : BLOCK;
		b = calloc(1, sizeof *b + room);
		if (!b)
			return NULL;
		b->size = room;
		b->next = arena->all;
		arena->all = b;
		if (!large)
			arena->open = b;
	}
	void *p = b->bytes + b->used;
	b->used += size;
	return p;
}

char *ed_arena_strdup(struct ed_arena *arena, const char *s)
{
	return ed_arena_memdup(arena, s, strlen(s) + 1);
}

char *ed_arena_strndup(struct ed_arena *arena, const char *s, size_t n)
{
	n = strnlen(s, n);
	char *p = ed_arena_alloc(arena, n + 1);
	if (p)
		memcpy(p, s, n);
	return p;
}

void *ed_arena_memdup(struct ed_arena *arena, const void *p, size_t n)
{
	void *q = ed_arena_alloc(arena, n);

	if (q && n > 0)
		memcpy(q, p, n);
	return q;
}

char *ed_arena_printf(struct ed_arena *arena, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : ed_arena_alloc(arena, (size_t)n + 1);
	if (!p)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void *ed_arena_grow(struct ed_arena *arena, void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	size_t more = n < 4 ? 8 : n * 2;
	if (more < n || more > SIZE_MAX / 2 / size)
		return NULL;
	void *moved = ed_arena_alloc(arena, more * size);
	if (!moved)
		return NULL;
	if (n > 0)
		memcpy(moved, array, n * size);
	*cap = more;
	return moved;
}
