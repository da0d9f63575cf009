/* SPDX-License-Identifier: ISC */
/* Strings and nodes that die together.  NULL on exhausted memory. */
#ifndef ED_BASE_ARENA_H
#define ED_BASE_ARENA_H

#include <stddef.h>

struct ed_arena;

struct ed_arena *ed_arena_new(void);
void ed_arena_free(struct ed_arena *arena);
void *ed_arena_alloc(struct ed_arena *arena, size_t size); /* zeroed, aligned */
char *ed_arena_strdup(struct ed_arena *arena, const char *s);
char *ed_arena_strndup(struct ed_arena *arena, const char *s, size_t n);
void *ed_arena_memdup(struct ed_arena *arena, const void *p, size_t n);
char *ed_arena_printf(struct ed_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Grows an array of `size`-byte elements kept in the arena: room for n + 1.
 * Returns the (moved) array; call with *cap = 0 and array = NULL at first. */
void *ed_arena_grow(struct ed_arena *arena, void *array, size_t n, size_t *cap, size_t size);

#endif
