/* SPDX-License-Identifier: ISC */
/* What a time-stamp proves to have existed (EN 319 102-1 5.6.2.3): what stands
 * in the bytes it is over, and what those bytes hold the digest of. */
#include <string.h>

#include "base/limits.h"
#include "signature/cadespart.h"

enum ed_hash ed_cades_weaker(enum ed_hash a, enum ed_hash b)
{
	return ed_hash_size(a) <= ed_hash_size(b) ? a : b;
}

void ed_cades_cover_object(struct ed_cades_cover *c, enum ed_object_kind kind,
                           const unsigned char sha256[32], const char *name, enum ed_hash hash)
{
	struct ed_cades_work *work = c->sig->work;
	struct ed_stamp *stamp = c->stamp;
	struct ed_object *v;

	if (work->n_covers >= ED_MAX_STAMP_COVERS) {
		work->exhausted = true;
		return;
	}
	work->n_covers++;
	v = ed_arena_grow(work->arena, stamp->covers, stamp->n_covers, &c->cap, sizeof *v);
	if (!v) {
		c->memory = true;
		return;
	}
	stamp->covers = v;
	v += stamp->n_covers++;
	*v = (struct ed_object){.kind = kind, .name = name, .hash = hash};
	if (sha256)
		memcpy(v->sha256, sha256, sizeof v->sha256);
}

/* The content, in its own right or through the signer's digest of it. */
void ed_cades_cover_content(struct ed_cades_cover *c, enum ed_hash hash)
{
	const struct ed_cades_sig *sig = c->sig;

	if (sig->parent)
		ed_cades_cover_object(c, ED_OBJECT_SIGNATURE, sig->parent->ades->value_sha256, NULL,
		                      hash);
	else if (sig->ades->intact_data)
		for (size_t i = 0; i < sig->ades->n_covers; i++)
			ed_cades_cover_object(c, ED_OBJECT_DATA, NULL, sig->ades->covers[i], hash);
}

void ed_cades_cover_signature(struct ed_cades_cover *c, enum ed_hash hash)
{
	const struct ed_ades *ades = c->sig->ades;
	const struct ed_cms_signer *si = c->sig->si;
	enum ed_hash through = ed_cades_weaker(hash, si->digest);

	ed_cades_cover_object(c, ED_OBJECT_SIGNATURE, ades->value_sha256, NULL, hash);
	if (!ades->intact_signature)
		return;
	ed_cades_cover_content(c, through);
	if (si->signed_attrs.whole)
		ed_cades_cover_range(c, si->signed_attrs.whole, si->signed_attrs.whole_len,
		                     through);
	if (ades->bound)
		ed_cades_cover_object(c, ED_OBJECT_MATERIAL, ades->signer->sha256, NULL,
		                      ed_cades_weaker(through, ades->bound_by));
}

void ed_cades_cover_range(struct ed_cades_cover *c, const void *p, size_t len, enum ed_hash hash)
{
	const struct ed_cades_work *work = c->sig->work;
	const struct ed_cades_place *v = work->places;
	const uint8_t *from = p, *end = len ? from + len : from; /* p may be NULL */
	size_t low = 0, high = work->n_places;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (v[mid].p < from)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < work->n_places && v[low].p < end && !work->exhausted; low++)
		if (v[low].len <= (size_t)(end - v[low].p))
			ed_cades_cover_object(c, v[low].kind, v[low].sha256, NULL, hash);
}
