/* SPDX-License-Identifier: ISC */
/* What a time-stamp proves to have existed (EN 319 102-1 5.6.2.3). */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/xadesproof.h"

static enum ed_hash weaker(enum ed_hash a, enum ed_hash b)
{
	if (a == ED_HASH_NONE || b == ED_HASH_NONE)
		return a == ED_HASH_NONE ? b : a;
	return ed_hash_size(a) <= ed_hash_size(b) ? a : b;
}

static void cover(struct ed_xr_covers *c, enum ed_object_kind kind, const unsigned char *sha256,
                  const char *name, enum ed_hash hash)
{
	struct ed_object *o;

	if (c->r->n_stamp_covers++ > ED_MAX_STAMP_COVERS)
		return; /* so much less is proved */
	c->v = ed_arena_grow(c->r->arena, c->v, c->n, &c->cap, sizeof(*c->v));
	if (!c->v) {
		c->n = 0;
		c->lost = true;
		return;
	}
	o = &c->v[c->n++];
	*o = (struct ed_object){.kind = kind, .name = name};
	o->hash = weaker(hash, c->hash);
	if (sha256)
		memcpy(o->sha256, sha256, sizeof(o->sha256));
}

/* Data through the digests of the references, or (direct) as it is. */
static void cover_data(struct ed_xr_covers *c, const struct ed_xr_ref *refs, size_t n, bool direct)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = refs[i].good ? ed_xr_cover_name(c->r, &refs[i]) : NULL;

		if (name && !refs[i].ref->transforms.value_id) /* not all of that file */
			cover(c, ED_OBJECT_DATA, NULL, name,
			      direct ? ED_HASH_NONE : refs[i].ref->hash);
	}
}

/* The signature's value: with it SignedInfo, so what is signed, and whom
 * SigningCertificate names. */
void ed_xr_cover_signature(struct ed_xr_covers *c, bool direct)
{
	const struct ed_xr *r = c->r;

	cover(c, ED_OBJECT_SIGNATURE, r->a->value_sha256, NULL, ED_HASH_NONE);
	cover_data(c, r->refs, r->dsig.n_refs, direct);
	cover_data(c, r->entries, r->n_entries, false);
	if (r->a->signer && r->a->bound)
		cover(c, ED_OBJECT_MATERIAL, r->a->signer->sha256, NULL,
		      direct ? ED_HASH_NONE : r->a->bound_by);
}

/* Certificates and revocation that stand in KeyInfo and in properties before. */
void ed_xr_cover_values(struct ed_xr_covers *c, unsigned order)
{
	const struct ed_ades *a = c->r->a;

	for (size_t i = 0; i < a->n_material; i++)
		if (c->r->orders[i] < order)
			cover(c, ED_OBJECT_MATERIAL, a->material[i].sha256, NULL, ED_HASH_NONE);
}

void ed_xr_cover_stamps(struct ed_xr_covers *c, unsigned order, bool signature_only)
{
	const struct ed_xr *r = c->r;

	for (size_t i = 0; i < r->a->n_stamps; i++)
		if (r->stamp_orders[i] < order &&
		    (!signature_only || r->a->stamps[i].kind == ED_STAMP_SIGNATURE))
			cover(c, ED_OBJECT_STAMP, r->a->stamps[i].tst.sha256, NULL, ED_HASH_NONE);
	for (size_t i = 0; i < r->a->n_records && !signature_only; i++)
		if (r->record_orders[i] < order)
			cover(c, ED_OBJECT_RECORD, r->a->records[i].sha256, NULL, ED_HASH_NONE);
}

/* Of the material at hand that which a digest in the property names. */
static void cover_named(struct ed_xr_covers *c, xmlNodePtr property)
{
	const struct ed_material *m = c->r->material;
	unsigned char want[ED_HASH_MAX], got[ED_HASH_MAX];
	unsigned n = 0;

	for (xmlNodePtr p = property; p; p = ed_xml_following(p, property, false)) {
		enum ed_hash hash;

		if (!ed_xr_is(c->r, p, "CertDigest") && !ed_xr_is(c->r, p, "DigestAlgAndValue"))
			continue;
		if (++n > ED_MAX_KEYINFO_CERTS || !ed_xr_digest(c->r, p, &hash, want))
			continue;
		for (size_t i = 0; i < m->n; i++)
			if (ed_hash_bytes(hash, m->v[i].p, m->v[i].len, got) &&
			    ed_same_bytes(got, want, ed_hash_size(hash)))
				cover(c, ED_OBJECT_MATERIAL, m->v[i].sha256, NULL, hash);
	}
}

static void cover_refs(struct ed_xr_covers *c, const struct ed_xr_scope *s)
{
	for (xmlNodePtr p = ed_xml_first(s->r->unsigned_properties); p && p != s->node;
	     p = ed_xml_next(p))
		if (ed_xr_is_refs(s, p))
			cover_named(c, p);
}

static void cover_content(struct ed_xr_covers *c, const struct ed_xr_scope *s)
{
	bool all = !strcmp((const char *)s->node->name, "AllDataObjectsTimeStamp");

	if (all)
		cover_data(c, c->r->refs, c->r->dsig.n_refs, true);
	for (xmlNodePtr p = ed_xml_first(s->node); p && !all; p = ed_xml_next(p)) {
		const char *uri = ed_xml_attr(p, "URI", c->r->arena);
		const struct ed_xr_ref *x =
		        uri && *uri == '#'
		                ? ed_xr_reference_at(c->r, ed_xml_by_id(c->r->xml, uri + 1))
		                : NULL;

		if (x && ed_xr_is_include(c->r, p))
			cover_data(c, x, 1, true);
	}
}

/* With Include only what it names is certain; then the signature alone. */
enum edoc_code ed_xr_give_covers(const struct ed_xr_scope *s, struct ed_stamp *stamp)
{
	struct ed_xr_covers c = {.r = s->r, .hash = stamp->tst.imprint_hash};
	bool sig_and_refs = !strncmp((const char *)s->node->name, "SigAndRefs", 10);
	bool implied = !ed_xr_includes(s);

	if (s->kind == ED_STAMP_CONTENT) {
		cover_content(&c, s);
	} else if (s->kind == ED_STAMP_ARCHIVE) {
		ed_xr_cover_signature(&c, true);
		if (implied) {
			ed_xr_cover_values(&c, s->order);
			ed_xr_cover_stamps(&c, s->order, false);
		}
	} else if (s->kind == ED_STAMP_SIGNATURE || sig_and_refs) {
		ed_xr_cover_signature(&c, false);
		if (sig_and_refs && implied)
			ed_xr_cover_stamps(&c, s->order, true);
	}
	if (s->kind == ED_STAMP_REFS && implied)
		cover_refs(&c, s);
	stamp->covers = c.v;
	stamp->n_covers = c.n;
	return c.lost ? ed_fail_memory(s->err) : EDOC_OK;
}
