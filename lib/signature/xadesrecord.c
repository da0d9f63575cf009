/* SPDX-License-Identifier: ISC */
/* Evidence records that a signature carries (TS 119 132-3 5). */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/evidence.h"
#include "signature/xadesproof.h"

/* The whole signature as one object: its digest is that of the sorted digests
 * of its pieces (RFC 6283 3.2.1, RFC 4998 4.2). */
struct group {
	struct ed_xr_scope *s;
	struct ed_digest *running;
	enum ed_hash hash;
	unsigned char (*digests)[ED_HASH_MAX];
	size_t n, cap;
};

#define WHOLE "(signature)"

static enum edoc_code to_group(void *arg, const void *bytes, size_t len)
{
	struct group *g = arg;

	if (!g->running)
		g->running = ed_digest_new(g->hash);
	g->s->r->stamp_work += g->s->r->in_content ? 0 : len;
	if (g->s->r->stamp_work > ED_MAX_STAMP_WORK)
		return EDOC_ERR_LIMIT;
	return g->running && ed_digest_update(g->running, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code end_of_piece(void *arg)
{
	struct group *g = arg;
	bool good;

	g->digests = ed_arena_grow(g->s->r->arena, g->digests, g->n, &g->cap, sizeof(*g->digests));
	good = g->digests && to_group(g, "", 0) == EDOC_OK &&
	       ed_digest_final(g->running, g->digests[g->n]);
	ed_digest_free(g->running);
	g->running = NULL;
	g->n += good;
	return good ? EDOC_OK : EDOC_ERR_MEMORY;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, ED_HASH_MAX); /* shorter ones are zero behind */
}

static enum edoc_code put_whole(struct ed_xr_scope *s)
{
	enum edoc_code code;

	s->found = true;
	code = ed_xr_put_archive(s);
	for (size_t i = 0; i < s->r->n_entries && code == EDOC_OK; i++)
		code = ed_xr_put_reference(s, &s->r->entries[i]);
	return code;
}

static enum edoc_code whole_digest(void *arg, size_t i, enum ed_hash hash,
                                   unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_xr_scope *s = arg;
	struct group g = {.s = s, .hash = hash};
	struct ed_digest *d = NULL;
	enum edoc_code code;

	(void)i;
	s->sink = to_group;
	s->arg = &g;
	s->piece = end_of_piece;
	s->err = err;
	code = put_whole(s);
	ed_digest_free(g.running);
	if (code != EDOC_OK)
		return code;
	if (g.n == 1) {
		memcpy(out, g.digests[0], ED_HASH_MAX);
		return EDOC_OK;
	}
	qsort(g.digests, g.n, sizeof(*g.digests), by_bytes);
	d = ed_digest_new(hash);
	for (size_t k = 0; d && k < g.n && code == EDOC_OK; k++)
		if (!ed_digest_update(d, g.digests[k], ed_hash_size(hash)))
			code = ed_fail_memory(err);
	if (!d || (code == EDOC_OK && !ed_digest_final(d, out)))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	return code;
}

static const char *whole_name(void *arg, size_t i)
{
	(void)arg;
	(void)i;
	return WHOLE;
}

static enum edoc_code whole_read(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *err)
{
	(void)arg;
	(void)i;
	(void)buf;
	return ed_fail(err, EDOC_ERR_LIMIT, "", "a signature is digested piece by piece");
}

/* All the pieces are here? */
static bool is_whole(const struct ed_xr *r)
{
	bool whole = true;

	for (size_t i = 0; i < r->dsig.n_refs; i++)
		whole = whole && r->refs[i].good;
	for (size_t i = 0; i < r->n_entries; i++)
		whole = whole && r->entries[i].good;
	return whole;
}

static enum edoc_code read_record(struct ed_xr_scope *s, xmlNodePtr node, struct ed_record *record)
{
	const struct ed_data data = {.arg = s,
	                             .n = is_whole(s->r),
	                             .name = whole_name,
	                             .digest = whole_digest,
	                             .read = whole_read};
	struct ed_xr_covers c = {.r = s->r};
	struct edoc_error why = {0};
	const char *where = ed_xr_place(s->r, node);
	enum edoc_code code = EDOC_ERR_INPUT;
	struct ed_buf der;

	if (ed_xml_is(node, ED_NS_XADESEN, "ASN1EvidenceRecord")) {
		ed_buf_init(&der, ED_MAX_XML_BYTES);
		if (ed_xml_b64(node, s->r->arena, &der))
			code = ed_record_read(der.data, der.len, where, &data, s->r->material,
			                      s->r->arena, record, &why);
		ed_buf_clear(&der);
	} else {
		code = ed_record_read_node(s->r->xml, node, where, &data, s->r->material,
		                           s->r->arena, record, &why);
	}
	if (ed_xr_is_input(code)) {
		ed_xr_note(s->r, "xades.record-malformed", node, why.msg, NULL);
		return EDOC_OK;
	}
	if (code != EDOC_OK) {
		if (s->err)
			*s->err = why;
		return code;
	}
	s->r->record_orders[s->r->a->n_records++] = s->order;
	/* All of it is here, and the record is of something else. */
	if (data.n && ed_findings_have(&record->findings, "evidence.data-not-found"))
		ed_finding(&record->findings, "xades.record-omits", where, NULL, NULL, NULL);
	if (!ed_record_covers(record, WHOLE))
		return EDOC_OK;
	c.hash = record->n_covers ? record->covers[0].hash : ED_HASH_NONE;
	ed_xr_cover_signature(&c, true);
	ed_xr_cover_values(&c, s->order);
	ed_xr_cover_stamps(&c, s->order, false);
	record->covers = c.v;
	record->n_covers = c.n;
	return c.lost ? ed_fail_memory(s->err) : EDOC_OK;
}

/* SealingEvidenceRecords: each is over the whole signature before the property. */
enum edoc_code ed_xr_records(struct ed_xr *r, xmlNodePtr property, unsigned order,
                             struct edoc_error *err)
{
	struct ed_xr_scope s = {.r = r, .node = property, .v141 = true, .order = order, .err = err};
	struct ed_ades *a = r->a;
	enum edoc_code code = EDOC_OK;

	s.form = (struct ed_c14n_form){
	        .alg = r->dsig.c14n, .comments = r->dsig.comments, .prefixes = r->dsig.prefixes};
	for (xmlNodePtr p = ed_xml_first(property); p && code == EDOC_OK; p = ed_xml_next(p)) {
		a->records = ed_arena_grow(r->arena, a->records, a->n_records, &r->records_cap,
		                           sizeof(*a->records));
		r->record_orders = ed_arena_grow(r->arena, r->record_orders, a->n_records,
		                                 &r->record_orders_cap, sizeof(*r->record_orders));
		if (!a->records || !r->record_orders)
			return ed_fail_memory(err);
		memset(&a->records[a->n_records], 0, sizeof(*a->records));
		code = read_record(&s, p, &a->records[a->n_records]);
	}
	return code;
}
