/* SPDX-License-Identifier: ISC */
/*
 * Certificates, CRLs and OCSP answers put into a XAdES signature (EN 319 132-1
 * 5.4, 5.5.1): CertificateValues and RevocationValues where there are none,
 * since one of each is allowed; AnyValidationData for what comes later;
 * TimeStampValidationData right behind a time-stamp, unless something there is
 * already time-stamped in its order: then behind it all, with the stamp's Id.
 */
#include <string.h>

#include "base/der.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "signature/xadesgrow.h"

struct fresh {
	const struct ed_grow *g;
	struct ed_xr *r;
	const struct ed_blob **v; /* that are not there yet */
	size_t n;
	const char *uri;    /* the stamp's Id, or NULL */
	struct ed_buf text; /* what is added */
	struct edoc_error *err;
};

/* ---- OCSP ---- */

/* EncapsulatedOCSPValue holds an OCSPResponse (EN 319 132-1 5.4.2), whose first
 * element is its status; a BasicOCSPResponse alone begins with what was signed. */
static bool is_whole_answer(const struct ed_blob *b)
{
	struct ed_ber_reader in;
	struct ed_ber e, first;

	if (!ed_ber_one(b->p, b->len, &e))
		return false;
	ed_ber_enter(&in, &e, 0);
	return ed_ber_next(&in, &first) && ed_ber_is(&first, ED_BER_UNIVERSAL, ED_BER_ENUM);
}

/* RFC 6960 4.2.1: status successful, id-pkix-ocsp-basic. */
static void wrap_answer(const struct ed_blob *b, struct ed_buf *out)
{
	struct ed_der der;

	ed_der_init(&der, out);
	ed_der_open(&der, 0x30);
	ed_der_put(&der, 0x0a, "", 1);
	ed_der_open(&der, 0xa0);
	ed_der_open(&der, 0x30);
	ed_der_oid(&der, "1.3.6.1.5.5.7.48.1.1");
	ed_der_put(&der, 0x04, b->p, b->len);
	ed_der_close(&der);
	ed_der_close(&der);
	ed_der_close(&der);
}

static enum edoc_code put_answer(struct fresh *f, const struct ed_blob *b)
{
	enum edoc_code code;
	struct ed_buf whole;

	if (is_whole_answer(b)) {
		ed_b64_put(&f->text, b->p, b->len);
		return EDOC_OK;
	}
	ed_buf_init(&whole, 2 * ED_MAX_OCSP);
	wrap_answer(b, &whole);
	code = ed_buf_check(&whole, b->where, f->err);
	if (code == EDOC_OK)
		ed_b64_put(&f->text, whole.data, whole.len);
	ed_buf_clear(&whole);
	return code;
}

/* ---- what is there already ---- */

static bool holds_digest(const struct ed_ades *a, const unsigned char *sha256)
{
	for (size_t i = 0; i < a->n_material; i++)
		if (!memcmp(a->material[i].sha256, sha256, 32))
			return true;
	return false;
}

/* As it is, or a BasicOCSPResponse as it would be put in. */
static enum edoc_code is_there(const struct fresh *f, const struct ed_blob *b, bool *there)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_buf whole;
	enum edoc_code code = EDOC_OK;

	*there = holds_digest(f->r->a, b->sha256);
	if (*there || b->kind != ED_OCSP || is_whole_answer(b))
		return EDOC_OK;
	ed_buf_init(&whole, 2 * ED_MAX_OCSP);
	wrap_answer(b, &whole);
	code = ed_buf_check(&whole, b->where, f->err);
	if (code == EDOC_OK && !ed_hash_bytes(ED_SHA256, whole.data, whole.len, digest))
		code = ed_fail_memory(f->err);
	if (code == EDOC_OK)
		*there = holds_digest(f->r->a, digest);
	ed_buf_clear(&whole);
	return code;
}

static bool is_given_before(const struct fresh *f, const struct ed_blob *b)
{
	for (size_t i = 0; i < f->n; i++)
		if (!memcmp(f->v[i]->sha256, b->sha256, sizeof(b->sha256)))
			return true;
	return false;
}

static enum edoc_code choose(struct fresh *f, const struct ed_blob *const *values, size_t n)
{
	enum edoc_code code = EDOC_OK;

	f->v = ed_arena_alloc(f->g->arena, (n + 1) * sizeof(struct ed_blob *));
	if (!f->v)
		return ed_fail_memory(f->err);
	for (size_t i = 0; i < n && code == EDOC_OK; i++) {
		bool there = is_given_before(f, values[i]);

		if (!there)
			code = is_there(f, values[i], &there);
		if (!there)
			f->v[f->n++] = values[i];
	}
	return code;
}

static bool has_kind(const struct fresh *f, enum ed_material_kind kind)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i]->kind == kind)
			return true;
	return false;
}

/* ---- the text ---- */

static enum edoc_code put_values(struct fresh *f, enum ed_material_kind kind, const char *name)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < f->n && code == EDOC_OK; i++) {
		if (f->v[i]->kind != kind)
			continue;
		ed_buf_printf(&f->text, "<xades:%s>", name);
		if (kind == ED_OCSP)
			code = put_answer(f, f->v[i]);
		else
			ed_b64_put(&f->text, f->v[i]->p, f->v[i]->len);
		ed_buf_printf(&f->text, "</xades:%s>\n", name);
	}
	return code;
}

static enum edoc_code put_revocation(struct fresh *f, enum ed_material_kind kind, const char *list,
                                     const char *name)
{
	enum edoc_code code;

	if (!has_kind(f, kind))
		return EDOC_OK;
	ed_buf_printf(&f->text, "<xades:%s>", list);
	code = put_values(f, kind, name);
	ed_buf_printf(&f->text, "</xades:%s>", list);
	return code;
}

/* CertificateValues, RevocationValues: by themselves, or in something else that
 * has declared their namespace. */
static enum edoc_code put_both(struct fresh *f, const char *ns)
{
	enum edoc_code code = EDOC_OK;

	if (has_kind(f, ED_CERT)) {
		ed_buf_printf(&f->text, "<xades:CertificateValues%s>", ns);
		code = put_values(f, ED_CERT, "EncapsulatedX509Certificate");
		ed_buf_puts(&f->text, "</xades:CertificateValues>\n");
	}
	if (code != EDOC_OK || (!has_kind(f, ED_CRL) && !has_kind(f, ED_OCSP)))
		return code;
	ed_buf_printf(&f->text, "<xades:RevocationValues%s>", ns);
	code = put_revocation(f, ED_CRL, "CRLValues", "EncapsulatedCRLValue");
	if (code == EDOC_OK)
		code = put_revocation(f, ED_OCSP, "OCSPValues", "EncapsulatedOCSPValue");
	ed_buf_puts(&f->text, "</xades:RevocationValues>\n");
	return code;
}

/* ValidationDataType of the schema 1.4.1. */
static enum edoc_code put_data(struct fresh *f, const char *name)
{
	enum edoc_code code;

	ed_buf_printf(&f->text,
	              "<xades141:%s xmlns:xades141=\"" ED_NS_XADES141
	              "\" xmlns:xades=\"" ED_NS_XADES "\"",
	              name);
	if (f->uri) {
		ed_buf_puts(&f->text, " URI=\"#");
		ed_xml_put_attr(&f->text, f->uri);
		ed_buf_puts(&f->text, "\"");
	}
	ed_buf_puts(&f->text, ">\n");
	code = put_both(f, "");
	ed_buf_printf(&f->text, "</xades141:%s>\n", name);
	return code;
}

/* ---- where, and as what ---- */

static bool has_property(const struct ed_xr *r, const char *name)
{
	for (xmlNodePtr p = ed_xml_first(r->unsigned_properties); p; p = ed_xml_next(p))
		if (ed_xr_is(r, p, name))
			return true;
	return false;
}

static enum edoc_code put_of_signature(struct fresh *f)
{
	bool certs = has_kind(f, ED_CERT) && has_property(f->r, "CertificateValues");
	bool revocation = (has_kind(f, ED_CRL) || has_kind(f, ED_OCSP)) &&
	                  has_property(f->r, "RevocationValues");

	if (certs || revocation)
		return put_data(f, "AnyValidationData");
	return put_both(f, " xmlns:xades=\"" ED_NS_XADES "\"");
}

/* The n-th unsigned property, counted from 1. */
static xmlNodePtr property_at(const struct ed_xr *r, unsigned order)
{
	xmlNodePtr p = ed_xml_first(r->unsigned_properties);

	while (p && --order)
		p = ed_xml_next(p);
	return p;
}

/* EN 319 132-1 5.5.2.2: an archive time-stamp is over all that stands before. */
static bool is_sealed_behind(xmlNodePtr property)
{
	for (xmlNodePtr p = ed_xml_next(property); p; p = ed_xml_next(p))
		if (!strcmp((const char *)p->name, "ArchiveTimeStamp") ||
		    !strcmp((const char *)p->name, "SealingEvidenceRecords"))
			return true;
	return false;
}

static enum edoc_code put_of_stamp(struct fresh *f, size_t about, xmlNodePtr *behind)
{
	const struct ed_stamp *stamp = &f->r->a->stamps[about];
	unsigned order = f->r->stamp_orders[about]; /* 0: a signed property */

	*behind = order ? property_at(f->r, order) : NULL;
	if (*behind && is_sealed_behind(*behind))
		*behind = NULL;
	f->uri = stamp->id && *stamp->id ? stamp->id : NULL;
	return put_data(f, *behind || f->uri ? "TimeStampValidationData" : "AnyValidationData");
}

static enum edoc_code grow(struct fresh *f, size_t about, struct ed_buf *grown)
{
	const struct ed_grow *g = f->g;
	struct ed_xg_place place = {0};
	xmlNodePtr behind = NULL;
	enum edoc_code code;

	ed_buf_init(&f->text, ED_MAX_XML_BYTES);
	code = about == ED_NO_STAMP ? put_of_signature(f) : put_of_stamp(f, about, &behind);
	if (code == EDOC_OK)
		code = ed_buf_check(&f->text, g->where, f->err);
	if (code == EDOC_OK)
		code = ed_xg_find(g, f->r, behind, &place, f->err);
	if (code == EDOC_OK)
		code = ed_xg_insert(g->bytes, g->len, g->where, &place, &f->text, grown, f->err);
	ed_xg_place_clear(&place);
	ed_buf_clear(&f->text);
	return code;
}

static enum edoc_code unchanged(const struct ed_grow *g, struct ed_buf *out, struct edoc_error *err)
{
	ed_buf_reset(out);
	ed_buf_put(out, g->bytes, g->len);
	return ed_buf_check(out, g->where, err);
}

enum edoc_code ed_xades_add_values(const struct ed_grow *g, size_t about,
                                   const struct ed_blob *const *values, size_t n,
                                   struct ed_buf *out, struct edoc_error *err)
{
	struct fresh f = {.g = g, .err = err};
	struct ed_xr_one one;
	struct ed_buf grown;
	enum edoc_code code;

	code = ed_xr_open(g->bytes, g->len, g->where, g->which, g->data, g->arena, &one, err);
	if (code != EDOC_OK)
		return code;
	f.r = &one.r;
	ed_buf_init(&grown, ED_MAX_XML_BYTES);
	if (about != ED_NO_STAMP && about >= one.a.n_stamps)
		code = ed_fail(err, EDOC_ERR_USAGE, g->where, "no time-stamp %zu in it", about + 1);
	if (code == EDOC_OK)
		code = choose(&f, values, n);
	if (code == EDOC_OK && f.n)
		code = grow(&f, about, &grown);
	ed_xr_close(&one);
	if (code == EDOC_OK)
		code = f.n ? ed_xg_finish(g, &grown, NULL, out, err) : unchanged(g, out, err);
	ed_buf_clear(&grown);
	return code;
}
