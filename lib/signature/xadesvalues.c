/* SPDX-License-Identifier: ISC */
/*
 * What a signature brings along for its validation: certificates of KeyInfo,
 * CertificateValues, RevocationValues and their like (EN 319 132-1 5.4, 5.5.1).
 */
#include <string.h>

#include "base/ber.h"
#include "base/err.h"
#include "base/limits.h"
#include "signature/xadesread.h"

enum edoc_code ed_xr_value_add(struct ed_xr *r, size_t blob, unsigned order, struct edoc_error *err)
{
	struct ed_ades *a = r->a;
	struct ed_object *o;

	for (size_t i = 0; i < a->n_material; i++)
		if (!memcmp(a->material[i].sha256, r->material->v[blob].sha256, 32))
			return EDOC_OK;
	a->material = ed_arena_grow(r->arena, a->material, a->n_material, &r->material_cap,
	                            sizeof(*a->material));
	r->orders = ed_arena_grow(r->arena, r->orders, a->n_material, &r->orders_cap,
	                          sizeof(*r->orders));
	if (!a->material || !r->orders) {
		a->n_material = 0;
		return ed_fail_memory(err);
	}
	r->orders[a->n_material] = order;
	o = &a->material[a->n_material++];
	*o = (struct ed_object){.kind = ED_OBJECT_MATERIAL, .hash = ED_HASH_NONE};
	memcpy(o->sha256, r->material->v[blob].sha256, 32);
	return EDOC_OK;
}

static enum edoc_code add_bytes(struct ed_xr *r, enum ed_material_kind kind, const unsigned char *p,
                                size_t len, const xmlNode *node, unsigned order,
                                struct edoc_error *err)
{
	enum edoc_code code;
	struct ed_ber e;
	size_t blob;

	if (!ed_ber_one(p, len, &e)) {
		ed_xr_note(r, "values.malformed", node, (const char *)node->name, NULL);
		return EDOC_OK;
	}
	code = ed_material_add(r->material, kind, p, len, ed_xr_place(r, node), &blob, err);
	return code != EDOC_OK ? code : ed_xr_value_add(r, blob, order, err);
}

static enum edoc_code add_b64(struct ed_xr *r, enum ed_material_kind kind, const xmlNode *node,
                              unsigned order, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct ed_buf der;

	ed_buf_init(&der, ED_MAX_XML_BYTES);
	if (ed_xml_b64(node, r->arena, &der))
		code = add_bytes(r, kind, der.data, der.len, node, order, err);
	else
		ed_xr_note(r, "values.malformed", node, (const char *)node->name, NULL);
	ed_buf_clear(&der);
	return code;
}

/* EncapsulatedX509Certificate, -CRLValue, -OCSPValue, wherever they stand in a
 * property for values; OtherCertificate and OtherValues are of no known form. */
static enum edoc_code read_values(struct ed_xr *r, xmlNodePtr top, unsigned order,
                                  struct edoc_error *err)
{
	static const struct {
		const char *name;
		enum ed_material_kind kind;
	} known[] = {{"EncapsulatedX509Certificate", ED_CERT},
	             {"EncapsulatedCRLValue", ED_CRL},
	             {"EncapsulatedOCSPValue", ED_OCSP}};
	enum edoc_code code = EDOC_OK;
	bool over = false;

	for (xmlNodePtr p = top; p && code == EDOC_OK; p = ed_xml_following(p, top, over)) {
		over = false;
		for (size_t i = 0; i < sizeof(known) / sizeof(*known) && !over; i++) {
			over = ed_xr_is(r, p, known[i].name);
			if (over)
				code = add_b64(r, known[i].kind, p, order, err);
		}
		if (ed_xr_is(r, p, "OtherCertificate") || ed_xr_is(r, p, "OtherValues"))
			ed_xr_note(r, "properties.not-judged", p, (const char *)p->name, NULL);
	}
	return code;
}

static bool holds_values(const struct ed_xr *r, const xmlNode *p)
{
	return ed_xr_is(r, p, "CertificateValues") || ed_xr_is(r, p, "RevocationValues") ||
	       ed_xr_is(r, p, "AttrAuthoritiesCertValues") ||
	       ed_xr_is(r, p, "AttributeRevocationValues") ||
	       ed_xml_is(p, ED_NS_XADES141, "TimeStampValidationData") ||
	       ed_xml_is(p, ED_NS_XADES141, "AnyValidationData");
}

/* ---- SignaturePolicyStore (EN 319 132-1 5.2.10) ---- */

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

/* The digest was made of the document, or of its canonical form where the
 * signer's SignaturePolicyId has ds:Transforms. */
static bool is_the_policy(struct ed_xr *r, const struct ed_buf *document)
{
	const struct ed_ades *a = r->a;
	unsigned char digest[ED_HASH_MAX];
	struct ed_ref ref = {.uri = "SignaturePolicyDocument"};
	struct ed_digest *d;
	const xmlNode *at;
	bool good;

	if (r->policy_transforms &&
	    !ed_transforms_read(r->policy_transforms, true, r->arena, &ref.transforms, &at))
		return false;
	d = a->policy_digest ? ed_digest_new(a->policy_hash) : NULL;
	good = d &&
	       ed_xmldsig_write_bytes(&ref, document->data, document->len, to_digest, d, NULL) ==
	               EDOC_OK &&
	       ed_digest_final(d, digest) &&
	       ed_same_bytes(digest, a->policy_digest, a->policy_digest_len);
	ed_digest_free(d);
	return good;
}

/* The document stands there, or elsewhere by SigPolDocLocalURI, where nobody
 * looks. */
static void read_policy_store(struct ed_xr *r, const xmlNode *store)
{
	xmlNodePtr node = ed_xml_child(store, ED_NS_XADES141, "SignaturePolicyDocument", NULL);
	struct ed_buf document;

	if (!node || r->a->policy_kind != ED_POLICY_EXPLICIT) {
		ed_xr_note(r, "properties.not-judged", store, "SignaturePolicyStore", NULL);
		return;
	}
	ed_buf_init(&document, ED_MAX_XML_BYTES);
	r->a->policy_held = ed_xml_b64(node, r->arena, &document) && document.len;
	r->a->policy_intact = r->a->policy_held && is_the_policy(r, &document);
	ed_buf_clear(&document);
	if (!r->a->policy_intact)
		ed_xr_note(r, "xades.policy-differs", store, r->a->policy_id, NULL);
}

/* Those that are read here or elsewhere; the rest is told, and proves nothing. */
static bool is_known(const struct ed_xr *r, const xmlNode *p)
{
	static const char *const known[] = {
	        "SignatureTimeStamp",      "CompleteCertificateRefs",  "CompleteCertificateRefsV2",
	        "CompleteRevocationRefs",  "AttributeCertificateRefs", "AttributeCertificateRefsV2",
	        "AttributeRevocationRefs", "SigAndRefsTimeStamp",      "SigAndRefsTimeStampV2",
	        "RefsOnlyTimeStamp",       "RefsOnlyTimeStampV2",      "ArchiveTimeStamp",
	        "CounterSignature",        "SignaturePolicyStore"};

	if (holds_values(r, p) || ed_xml_is(p, ED_NS_XADESEN, "SealingEvidenceRecords"))
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (ed_xr_is(r, p, known[i]) || ed_xml_is(p, ED_NS_XADES141, known[i]))
			return true;
	return false;
}

enum edoc_code ed_xr_values(struct ed_xr *r, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	unsigned order = 0;

	for (size_t i = 0; i < r->dsig.n_certs && code == EDOC_OK; i++)
		code = add_bytes(r, ED_CERT, r->dsig.certs[i], r->dsig.cert_lens[i],
		                 r->dsig.key_info, 0, err);
	for (xmlNodePtr p = ed_xml_first(r->unsigned_properties); p && code == EDOC_OK;
	     p = ed_xml_next(p)) {
		order++;
		if (holds_values(r, p))
			code = read_values(r, p, order, err);
		if (ed_xml_is(p, ED_NS_XADES141, "SignaturePolicyStore"))
			read_policy_store(r, p);
		if (!is_known(r, p))
			ed_xr_note(r, "signature.unsigned-properties-not-judged", p,
			           (const char *)p->name, NULL);
	}
	return code;
}
