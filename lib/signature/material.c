/* SPDX-License-Identifier: ISC */
#include "signature/material.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/crypto.h"

void ed_material_init(struct ed_material *m, struct ed_arena *arena)
{
	*m = (struct ed_material){.arena = arena};
}

/* Where the digest stands in by_digest, or where it would. */
static size_t place_of(const struct ed_material *m, const unsigned char sha256[32])
{
	size_t low = 0, high = m->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (memcmp(m->v[m->by_digest[mid]].sha256, sha256, 32) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool stands_at(const struct ed_material *m, size_t place, const unsigned char sha256[32])
{
	return place < m->n && !memcmp(m->v[m->by_digest[place]].sha256, sha256, 32);
}

size_t ed_material_find(const struct ed_material *m, const unsigned char sha256[32])
{
	size_t place = place_of(m, sha256);

	return stands_at(m, place, sha256) ? m->by_digest[place] : (size_t)-1;
}

static enum edoc_code grow(struct ed_material *m, struct edoc_error *err)
{
	size_t index_cap = m->cap;
	struct ed_blob *v = ed_arena_grow(m->arena, m->v, m->n, &m->cap, sizeof(*v));
	size_t *index = ed_arena_grow(m->arena, m->by_digest, m->n, &index_cap, sizeof(*index));

	if (!v || !index) {
		m->cap = m->n; /* nothing moved that counts */
		return ed_fail_memory(err);
	}
	m->v = v;
	m->by_digest = index;
	return EDOC_OK;
}

static enum edoc_code check_room(const struct ed_material *m, size_t len, const char *where,
                                 struct edoc_error *err)
{
	if (m->n >= ED_MAX_MATERIAL)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "more than %d certificates, revocation lists and OCSP answers",
		               ED_MAX_MATERIAL);
	if (len > ED_MAX_MATERIAL_BYTES - m->bytes)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "certificates, revocation lists and OCSP answers of more than "
		               "%u bytes",
		               ED_MAX_MATERIAL_BYTES);
	return EDOC_OK;
}

enum edoc_code ed_material_add(struct ed_material *m, enum ed_material_kind kind, const void *p,
                               size_t len, const char *where, size_t *blob, struct edoc_error *err)
{
	unsigned char sha256[ED_HASH_MAX];
	enum edoc_code code;
	struct ed_blob b;
	size_t place;

	if (!ed_hash_bytes(ED_SHA256, p, len, sha256))
		return ed_fail(err, EDOC_ERR_BUG, where, "SHA-256 cannot be computed");
	place = place_of(m, sha256);
	if (stands_at(m, place, sha256)) {
		if (blob)
			*blob = m->by_digest[place];
		return EDOC_OK;
	}
	code = check_room(m, len, where, err);
	if (code == EDOC_OK)
		code = grow(m, err);
	if (code != EDOC_OK)
		return code;
	b = (struct ed_blob){.kind = kind, .len = len};
	b.p = ed_arena_memdup(m->arena, p, len);
	b.where = ed_arena_strdup(m->arena, where);
	memcpy(b.sha256, sha256, 32);
	if (!b.p || !b.where)
		return ed_fail_memory(err);
	memmove(m->by_digest + place + 1, m->by_digest + place,
	        (m->n - place) * sizeof(*m->by_digest));
	m->by_digest[place] = m->n;
	if (blob)
		*blob = m->n;
	m->v[m->n++] = b;
	m->bytes += len;
	return EDOC_OK;
}
