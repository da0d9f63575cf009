/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.6.2.3: the set of proofs of existence.  Only the earliest
 * proof of an object is kept; no step of the algorithm asks for another.
 */
#include <string.h>

#include "base/err.h"
#include "judge/validate.h"

#define FIRST_SIZE 64

void ed_poe_init(struct ed_poe *poe, struct ed_arena *arena, int64_t now)
{
	*poe = (struct ed_poe){.arena = arena, .now = now};
}

static size_t hash_of(const struct ed_object *object)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	if (object->kind == ED_OBJECT_DATA) {
		for (const char *p = object->name; *p; p++)
			h = (h ^ (unsigned char)*p) * 1099511628211u;
	} else { /* a digest is hash enough */
		memcpy(&h, object->sha256, sizeof(h));
	}
	return (size_t)(h ^ (uint64_t)object->kind);
}

static bool same(const struct ed_object *a, const struct ed_object *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == ED_OBJECT_DATA ? !strcmp(a->name, b->name)
	                                 : !memcmp(a->sha256, b->sha256, sizeof(a->sha256));
}

/* The object's slot, or the free one where it belongs; size is a power of two. */
static struct ed_poe_entry *slot_of(struct ed_poe_entry *v, size_t size,
                                    const struct ed_object *object)
{
	for (size_t i = hash_of(object) & (size - 1);; i = (i + 1) & (size - 1)) {
		if (!v[i].by || same(&v[i].object, object))
			return &v[i];
	}
}

static bool grow(struct ed_poe *poe)
{
	size_t size = poe->size ? 2 * poe->size : FIRST_SIZE;
	struct ed_poe_entry *v = ed_arena_alloc(poe->arena, size * sizeof(*v));

	if (!v)
		return false;
	for (size_t i = 0; i < poe->size; i++) {
		if (poe->v[i].by)
			*slot_of(v, size, &poe->v[i].object) = poe->v[i];
	}
	poe->v = v;
	poe->size = size;
	return true;
}

enum edoc_code ed_poe_add(struct ed_poe *poe, const struct ed_object *object, int64_t at,
                          const char *by, const char *where, struct edoc_error *err)
{
	struct ed_poe_entry *slot;

	if (2 * poe->n >= poe->size && !grow(poe))
		return ed_fail_memory(err);
	slot = slot_of(poe->v, poe->size, object);
	if (slot->by && slot->at <= at)
		return EDOC_OK;
	poe->n += !slot->by;
	*slot = (struct ed_poe_entry){*object, at, by, where};
	return EDOC_OK;
}

int64_t ed_poe_of(const struct ed_poe *poe, const struct ed_object *object, const char **by,
                  const char **where)
{
	const struct ed_poe_entry *slot = poe->size ? slot_of(poe->v, poe->size, object) : NULL;
	/* Made this very second, or by a clock a little ahead: it is a proof all the same. */
	bool proven = slot && slot->by;

	if (by)
		*by = proven ? slot->by : NULL;
	if (where)
		*where = proven ? slot->where : NULL;
	return proven && slot->at < poe->now ? slot->at : poe->now;
}
