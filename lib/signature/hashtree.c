/* SPDX-License-Identifier: ISC */
#include "signature/hashtree.h"

#include <stdlib.h>
#include <string.h>

/* Binary ascending order (RFC 4998 4.2, 2); a prefix comes first. */
static int compare(const void *a, const void *b)
{
	const struct ed_hash_value *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int order = n ? memcmp(x->p, y->p, n) : 0;

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* The list in order, and one value more when there is one. */
static struct ed_hash_value *sorted(const struct ed_hashes *list, const unsigned char *more,
                                    size_t size, struct ed_arena *arena)
{
	size_t n = list->n + (more != NULL);
	struct ed_hash_value *v = ed_arena_alloc(arena, (n + 1) * sizeof(*v));

	if (!v)
		return NULL;
	if (list->n)
		memcpy(v, list->v, list->n * sizeof(*v));
	if (more)
		v[list->n] = (struct ed_hash_value){more, size};
	qsort(v, n, sizeof(*v), compare);
	return v;
}

bool ed_hashtree_sizes(enum ed_hash hash, const struct ed_hashes *lists, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < lists[i].n; k++)
			if (lists[i].v[k].len != ed_hash_size(hash))
				return false;
	return true;
}

bool ed_hashtree_repeats(const struct ed_hashes *lists, size_t n, struct ed_arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct ed_hash_value *v = sorted(&lists[i], NULL, 0, arena);

		for (size_t k = 1; v && k < lists[i].n; k++)
			if (!compare(&v[k - 1], &v[k]))
				return true;
	}
	return false;
}

static bool digest_list(enum ed_hash hash, const struct ed_hash_value *v, size_t n,
                        unsigned char out[ED_HASH_MAX])
{
	struct ed_digest *digest = ed_digest_new(hash);
	bool good = digest != NULL;

	for (size_t i = 0; good && i < n; i++)
		good = ed_digest_update(digest, v[i].p, v[i].len);
	good = good && ed_digest_final(digest, out);
	ed_digest_free(digest);
	return good;
}

bool ed_hashtree_root(enum ed_hash hash, const struct ed_hashes *lists, size_t n, bool alone,
                      struct ed_arena *arena, unsigned char out[ED_HASH_MAX])
{
	size_t size = ed_hash_size(hash);
	unsigned char above[ED_HASH_MAX];

	if (!n || !size || !ed_hashtree_sizes(hash, lists, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct ed_hash_value *v = sorted(&lists[i], i ? above : NULL, size, arena);
		unsigned char made[ED_HASH_MAX];

		if (!v || lists[i].n == 0)
			return false;
		if (i == 0 && alone && lists[0].n == 1)
			memcpy(made, v[0].p, size);
		else if (!digest_list(hash, v, lists[i].n + (i > 0), made))
			return false;
		memcpy(above, made, size);
	}
	memcpy(out, above, size);
	return true;
}

bool ed_hash_set_make(struct ed_hash_set *set, const struct ed_hashes *list, struct ed_arena *arena)
{
	set->n = list->n;
	set->v = sorted(list, NULL, 0, arena);
	set->met = ed_arena_alloc(arena, list->n + 1);
	return set->v && set->met;
}

bool ed_hash_set_meet(struct ed_hash_set *set, const unsigned char *p, size_t len)
{
	struct ed_hash_value key = {p, len}, *found;
	size_t i;

	if (set->n == 0)
		return false;
	found = bsearch(&key, set->v, set->n, sizeof(key), compare);
	if (!found)
		return false;
	if (set->met[found - set->v]) /* and so are its equals */
		return true;
	for (i = (size_t)(found - set->v); i > 0 && !compare(&set->v[i - 1], &key); i--)
		;
	for (; i < set->n && !compare(&set->v[i], &key); i++)
		set->met[i] = true;
	return true;
}

size_t ed_hash_set_unmet(const struct ed_hash_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		n += !set->met[i];
	return n;
}
