/* SPDX-License-Identifier: ISC */
/*
 * ASiCManifest, ASiCArchiveManifest, ASiCEvidenceRecordManifest in a container
 * (EN 319 162-1 4.4.3.3, 4.4.5): whose they are, whether what they refer to is
 * there unchanged, and what a proof over them proves.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/collect.h"
#include "signature/cms.h"

static bool is_manifest(enum ed_asic_kind kind)
{
	return kind == ED_ASIC_DATA_MANIFEST || kind == ED_ASIC_ARCHIVE_MANIFEST ||
	       kind == ED_ASIC_RECORD_MANIFEST;
}

static enum edoc_code read_manifest(struct ed_collect *c, size_t entry, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	const char *name = c->view.v[c->view.by_entry[entry]].name;
	struct ed_collect_manifest m = {
	        .entry = entry, .kind = c->asic->kind[entry], .result = ED_NO_DATA};
	struct edoc_error why = {0};
	struct ed_buf xml;
	enum edoc_code code;

	ed_buf_init(&xml, c->limits.xml_bytes);
	code = ed_zip_read_buf(c->asic->zip, entry, &xml, &why);
	if (!code)
		code = ed_asicmanifest_parse(xml.data, xml.len, name, c->limits.xml_bytes, c->arena,
		                             &item->findings, &m.m, &why);
	ed_buf_clear(&xml);
	if (ed_collect_is_input(code)) {
		ed_finding(&item->findings, "asicmanifest.malformed",
		           why.where[0] ? why.where : name, name, why.msg, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = why;
		return code;
	}
	c->manifests = ed_arena_grow(c->arena, c->manifests, c->n_manifests, &c->manifests_cap,
	                             sizeof(*c->manifests));
	if (!c->manifests)
		return ed_fail_memory(err);
	m.target = ed_zip_find(c->asic->zip, m.m.target);
	if (m.target == ED_NO_DATA)
		ed_finding(&item->findings, "asicmanifest.other", name, name, m.m.target, NULL);
	c->manifests[c->n_manifests++] = m;
	return EDOC_OK;
}

/* By whose they are, so that those of one entry stand together. */
static int by_target(const void *a, const void *b)
{
	const struct ed_collect_manifest *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static void index_manifests(struct ed_collect *c)
{
	if (c->n_manifests)
		qsort(c->manifests, c->n_manifests, sizeof(*c->manifests), by_target);
	for (size_t i = 0; i < c->n_manifests; i++) {
		const struct ed_collect_manifest *m = &c->manifests[i];

		c->at[m->entry].has_manifest = true;
		c->at[m->entry].manifest = i;
		if (m->target == ED_NO_DATA)
			continue;
		if (!c->at[m->target].n_of)
			c->at[m->target].of = i;
		c->at[m->target].n_of++;
	}
}

enum edoc_code ed_collect_manifests(struct ed_collect *c, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < ed_zip_count(c->asic->zip) && !code; i++)
		if (is_manifest(c->asic->kind[i]))
			code = read_manifest(c, i, err);
	index_manifests(c);
	return code;
}

struct ed_collect_manifest *ed_collect_manifest_of(struct ed_collect *c, size_t entry, size_t k)
{
	const struct ed_collect_at *at = &c->at[entry];

	return k < at->n_of ? &c->manifests[at->of + k] : NULL;
}

static enum edoc_code check_ref(struct ed_collect *c, const struct ed_asicmanifest_ref *ref,
                                struct ed_collect_ref *state, struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code code;

	if (state->entry == ED_NO_DATA)
		return EDOC_OK;
	state->state = ED_REF_UNREAD;
	if (ref->hash == ED_HASH_NONE)
		return EDOC_OK;
	code = ed_asic_digest(c->asic, state->entry, ref->hash, digest, err);
	if (!code)
		state->state = ed_same_bytes(digest, ref->digest, ed_hash_size(ref->hash))
		                       ? ED_REF_GOOD
		                       : ED_REF_CHANGED;
	return code;
}

static bool ends(const char *name, const char *ending)
{
	size_t n = strlen(name), k = strlen(ending);

	return n >= k && !strcmp(name + n - k, ending);
}

/* X-Road stamps many messages at once: what its manifest refers to is the
 * result of a hash chain (its profile fixes the names). */
static enum edoc_code follow_chain(struct ed_collect *c, struct ed_collect_manifest *m, size_t i,
                                   struct edoc_error *err)
{
	enum edoc_code code = ed_hashchain_follow(&c->view.data, m->m.refs[i].name, c->arena,
	                                          &m->findings, &m->chain, err);

	m->result = m->refs[i].entry;
	c->at[m->result].chain = c->at[m->result].result = true;
	c->at[m->result].result_of = (size_t)(m - c->manifests);
	for (size_t k = 0; !code && k < m->chain.n; k++) {
		size_t entry = ed_zip_find(c->asic->zip, m->chain.v[k].name);

		if (entry != ED_NO_DATA && ends(m->chain.v[k].name, "hashchain.xml"))
			c->at[entry].chain = true;
	}
	return code;
}

enum edoc_code ed_collect_check(struct ed_collect *c, struct ed_collect_manifest *m,
                                struct edoc_error *err)
{
	struct ed_collect_ref *refs;
	enum edoc_code code = EDOC_OK;

	if (m->refs)
		return EDOC_OK;
	refs = ed_arena_alloc(c->arena, (m->m.n + 1) * sizeof(*refs));
	if (!refs)
		return ed_fail_memory(err);
	for (size_t i = 0; i < m->m.n; i++) {
		refs[i].entry = ed_zip_find(c->asic->zip, m->m.refs[i].name);
		if (refs[i].entry != ED_NO_DATA)
			ed_asic_want(c->asic, refs[i].entry, m->m.refs[i].hash);
	}
	for (size_t i = 0; i < m->m.n && !code; i++)
		code = check_ref(c, &m->m.refs[i], &refs[i], err);
	m->refs = refs;
	ed_findings_init(&m->findings, c->arena);
	for (size_t i = 0; i < m->m.n && !code; i++)
		if (refs[i].state == ED_REF_GOOD && m->result == ED_NO_DATA &&
		    ends(m->m.refs[i].name, "hashchainresult.xml"))
			code = follow_chain(c, m, i, err);
	return code;
}

bool ed_collect_note(const struct ed_collect_manifest *m, struct ed_findings *findings)
{
	bool good = true;

	for (size_t i = 0; i < m->findings.n; i++) {
		const struct edoc_finding *f = &m->findings.v[i];

		ed_finding(findings, f->code, f->where, f->args[0], f->args[1], f->args[2]);
		good = good && m->chain.intact;
	}
	for (size_t i = 0; i < m->m.n; i++) {
		const struct ed_asicmanifest_ref *ref = &m->m.refs[i];

		switch (m->refs[i].state) {
		case ED_REF_GOOD:
			continue;
		case ED_REF_ABSENT:
			ed_finding(findings, "reference.absent", ref->where, ref->name, NULL, NULL);
			break;
		case ED_REF_CHANGED:
			ed_finding(findings, "reference.digest", ref->where, ref->name, NULL, NULL);
			break;
		case ED_REF_UNREAD:
			ed_finding(findings, "reference.algorithm-unknown", ref->where, ref->name,
			           ref->algorithm, NULL);
			break;
		}
		good = false;
	}
	return good;
}

/* ---- what a proof proves ---- */

static enum ed_hash weaker(enum ed_hash a, enum ed_hash b)
{
	return ed_hash_size(a) <= ed_hash_size(b) ? a : b;
}

struct protecting {
	struct ed_collect *c;
	struct ed_object **objects;
	size_t *n;
	size_t cap;
	unsigned depth;
	unsigned char *seen; /* an entry each: the strength of the best digest so far */
	struct edoc_error *err;
};

static enum edoc_code put(struct protecting *p, const struct ed_object *object)
{
	struct ed_object *v;

	if (p->c->objects >= ED_MAX_PROTECTED)
		return EDOC_OK; /* what is not said to be proved is only not proved */
	v = ed_arena_grow(p->c->arena, *p->objects, *p->n, &p->cap, sizeof(*v));
	if (!v)
		return ed_fail_memory(p->err);
	*p->objects = v;
	v[(*p->n)++] = *object;
	p->c->objects++;
	return EDOC_OK;
}

static enum edoc_code put_digest(struct protecting *p, enum ed_object_kind kind,
                                 const unsigned char sha256[32], enum ed_hash hash)
{
	struct ed_object object = {.kind = kind, .hash = hash};

	memcpy(object.sha256, sha256, sizeof(object.sha256));
	return put(p, &object);
}

/* A token, and the certificates and revocation in it. */
static enum edoc_code put_token(struct protecting *p, const struct ed_tst *tst, enum ed_hash hash)
{
	struct ed_material *material = &p->c->item->material;
	struct ed_cms cms;
	enum edoc_code code;

	if (!tst->der)
		return EDOC_OK;
	code = put_digest(p, ED_OBJECT_STAMP, tst->sha256, hash);
	if (!code)
		code = ed_cms_read(tst->der, tst->len, tst->where, material, p->c->arena, &cms,
		                   p->err);
	for (size_t i = 0; !code && i < cms.n_blobs; i++)
		code = put_digest(p, ED_OBJECT_MATERIAL, material->v[cms.blobs[i]].sha256, hash);
	return code;
}

static enum edoc_code put_record(struct protecting *p, const struct ed_record *record,
                                 enum ed_hash hash)
{
	enum edoc_code code = put_digest(p, ED_OBJECT_RECORD, record->sha256, hash);

	for (size_t i = 0; i < record->n_stamps && !code; i++)
		code = put_token(p, &record->stamps[i].tst, hash);
	return code;
}

static enum edoc_code put_signature(struct protecting *p, const struct ed_ades *a,
                                    enum ed_hash hash)
{
	enum edoc_code code = put_digest(p, ED_OBJECT_SIGNATURE, a->value_sha256, hash);

	for (size_t i = 0; i < a->n_material && !code; i++)
		code = put_digest(p, ED_OBJECT_MATERIAL, a->material[i].sha256, hash);
	for (size_t i = 0; i < a->n_stamps && !code; i++)
		code = put_token(p, &a->stamps[i].tst, hash);
	for (size_t i = 0; i < a->n_records && !code; i++)
		code = put_record(p, &a->records[i], hash);
	for (size_t i = 0; i < a->n_counter && !code; i++)
		code = put_signature(p, &a->counter[i], hash);
	return code;
}

static enum edoc_code put_contents(struct protecting *p, size_t entry, enum ed_hash hash)
{
	struct ed_collect *c = p->c;
	struct ed_item *item = c->item;
	const struct ed_collect_at *at = &c->at[entry];
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < at->n_sigs && !code; i++)
		code = put_signature(p, &item->sigs[at->sig + i], hash);
	if (at->has_stamp && !code)
		code = put_token(p, &item->stamps[at->stamp].tst, hash);
	if (at->has_record && !code)
		code = put_record(p, &item->records[at->record], hash);
	return code;
}

static enum edoc_code protect(struct protecting *p, size_t entry, enum ed_hash hash);

static enum edoc_code protect_refs(struct protecting *p, struct ed_collect_manifest *m,
                                   enum ed_hash hash)
{
	enum edoc_code code = ed_collect_check(p->c, m, p->err);

	if (++p->depth < ED_MAX_PROTECT_DEPTH)
		for (size_t i = 0; i < m->m.n && !code; i++)
			if (m->refs[i].state == ED_REF_GOOD)
				code = protect(p, m->refs[i].entry,
				               weaker(hash, m->m.refs[i].hash));
	p->depth--;
	return code;
}

/* The result of a hash chain: what its steps digest. */
static enum edoc_code protect_chain(struct protecting *p, const struct ed_hashchain *chain,
                                    enum ed_hash hash)
{
	enum edoc_code code = EDOC_OK;

	if (++p->depth < ED_MAX_PROTECT_DEPTH)
		for (size_t i = 0; i < chain->n && !code && chain->intact; i++) {
			size_t entry = chain->v[i].present
			                       ? ed_zip_find(p->c->asic->zip, chain->v[i].name)
			                       : ED_NO_DATA;

			if (entry != ED_NO_DATA)
				code = protect(p, entry, weaker(hash, chain->v[i].hash));
		}
	p->depth--;
	return code;
}

/* A manifest cannot hold its own digest, so this ends; an entry is gone
 * through again only when it is reached by a stronger digest. */
static enum edoc_code protect(struct protecting *p, size_t entry, enum ed_hash hash)
{
	struct ed_collect *c = p->c;
	struct ed_object data = {.kind = ED_OBJECT_DATA, .hash = hash};
	enum edoc_code code;

	if (c->view.by_entry[entry] == ED_NO_DATA || p->seen[entry] >= ed_hash_size(hash))
		return EDOC_OK;
	p->seen[entry] = (unsigned char)ed_hash_size(hash);
	data.name = c->view.v[c->view.by_entry[entry]].name;
	code = put(p, &data);
	if (!code && c->asic->kind[entry] != ED_ASIC_DOCUMENT)
		code = put_contents(p, entry, hash);
	if (!code && c->at[entry].has_manifest)
		code = protect_refs(p, &c->manifests[c->at[entry].manifest], hash);
	if (!code && c->at[entry].result)
		code = protect_chain(p, &c->manifests[c->at[entry].result_of].chain, hash);
	return code;
}

enum edoc_code ed_collect_protect(struct ed_collect *c, size_t entry, enum ed_hash hash,
                                  struct ed_object **objects, size_t *n, struct edoc_error *err)
{
	struct protecting p = {.c = c, .objects = objects, .n = n, .cap = *n, .err = err};

	p.seen = ed_arena_alloc(c->arena, ed_zip_count(c->asic->zip) + 1);
	return p.seen ? protect(&p, entry, hash) : ed_fail_memory(err);
}
