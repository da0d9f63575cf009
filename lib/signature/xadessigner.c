/* SPDX-License-Identifier: ISC */
/* Whose certificate the signature is by (EN 319 102-1 5.2.3).  What each finding
 * means stands in judge/rules.c. */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/keyvalue.h"
#include "signature/xadesnames.h"
#include "signature/xadesread.h"

#define NS_DSIG11 "http://www.w3.org/2009/xmldsig11#"

struct slot { /* a certificate that may be the signer's */
	struct ed_cert *cert;
	const unsigned char *der;
	size_t len;
	enum ed_hash hash; /* that digest is by */
	unsigned char digest[ED_HASH_MAX];
	bool tried; /* its key on the value */
};

struct slots {
	struct slot *v;
	size_t n, cap;
};

static enum edoc_code add_slot(struct ed_xr *r, struct slots *s, const unsigned char *der,
                               size_t len, const unsigned char *sha256, struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct slot *slot;
	enum edoc_code code;

	s->v = ed_arena_grow(r->arena, s->v, s->n, &s->cap, sizeof(*s->v));
	if (!s->v) {
		s->n = 0;
		return ed_fail_memory(err);
	}
	slot = &s->v[s->n];
	*slot = (struct slot){.der = der, .len = len};
	code = ed_cert_parse_memo(r->material->memo, der, len, sha256, r->a->where, r->arena,
	                          &slot->cert, &why);
	if (code == EDOC_OK) {
		slot->hash = ED_SHA256;
		memcpy(slot->digest, slot->cert->sha256, sizeof(slot->cert->sha256));
		s->n++;
	} else if (code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT)
		ed_xr_note(r, "signature.certificate-malformed", r->dsig.node, why.msg, NULL);
	else
		return ed_fail_memory(err);
	return EDOC_OK;
}

static enum edoc_code read_key_info(struct ed_xr *r, struct slots *s, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < r->dsig.n_certs && code == EDOC_OK; i++)
		code = add_slot(r, s, r->dsig.certs[i], r->dsig.cert_lens[i], NULL, err);
	return code;
}

static bool names(const struct ed_xr_cert_ref *ref, struct slot *slot)
{
	if (ref->hash == ED_HASH_NONE)
		return false;
	if (slot->hash != ref->hash) {
		slot->hash = ED_HASH_NONE;
		if (ed_hash_bytes(ref->hash, slot->der, slot->len, slot->digest))
			slot->hash = ref->hash;
	}
	return slot->hash == ref->hash &&
	       ed_same_bytes(slot->digest, ref->digest, ed_hash_size(ref->hash));
}

static bool same_number(const char *a, const char *b)
{
	return !strcmp(a + strspn(a, "0"), b + strspn(b, "0"));
}

/* EN 319 132-1 5.2.2 (V2: DER of RFC 5035), TS 101 903 7.2.2 (V1: a name as
 * text, which programs spell differently, and the number). */
static bool issuer_serial_fits(struct ed_xr *r, const struct ed_xr_cert_ref *ref,
                               const struct ed_cert *cert)
{
	xmlNodePtr node = ed_xr_property(r, ref->node, ref->v2 ? "IssuerSerialV2" : "IssuerSerial");
	struct ed_buf want, got;
	const char *serial, *issuer;
	bool fits;

	if (!node)
		return true;
	if (!ref->v2) {
		serial = ed_xr_text(r, ed_xml_child(node, ED_NS_DS, "X509SerialNumber", NULL));
		issuer = ed_xr_text(r, ed_xml_child(node, ED_NS_DS, "X509IssuerName", NULL));
		return serial && same_number(serial, cert->serial) && issuer &&
		       ed_dn_alike(issuer, cert->issuer, r->arena);
	}
	ed_buf_init(&want, ED_MAX_KEY_FILE);
	ed_buf_init(&got, ED_MAX_KEY_FILE);
	fits = ed_cert_issuer_serial(cert->x509, &want, NULL) == EDOC_OK &&
	       ed_xml_b64(node, r->arena, &got) && want.len == got.len &&
	       ed_same_bytes(want.data, got.data, got.len);
	ed_buf_clear(&want);
	ed_buf_clear(&got);
	return fits;
}

/* SigningCertificate and SigningCertificateV2, each when there, name him. */
static void bind_signer(struct ed_xr *r, struct slot *slot)
{
	bool v1 = !r->has_v1, v2 = !r->has_v2;

	for (size_t i = 0; i < r->n_cert_refs; i++) {
		const struct ed_xr_cert_ref *ref = &r->cert_refs[i];

		if (!names(ref, slot))
			continue;
		*(ref->v2 ? &v2 : &v1) = true;
		r->a->bound_by = ref->hash;
		if (!issuer_serial_fits(r, ref, slot->cert))
			ed_xr_spoil(r, "signature.certificate-issuer-serial", ref->node,
			            slot->cert->subject);
	}
	r->a->bound = v1 && v2 && (r->has_v1 || r->has_v2);
	if (!r->has_v1 && !r->has_v2)
		ed_xr_spoil(r, "signature.certificate-unbound", r->dsig.node, slot->cert->subject);
	else if (!r->a->bound)
		ed_xr_spoil(r, "signature.certificate-mismatch", r->dsig.node, slot->cert->subject);
	if (!r->has_v2)
		r->not_baseline = true;
}

/* What the value is over: SignedInfo's digest, and for EdDSA itself. */
struct signed_info {
	unsigned char digest[ED_HASH_MAX];
	struct ed_buf bytes;
};

static bool value_verifies(struct ed_xr *r, EVP_PKEY *key, const struct signed_info *info)
{
	const struct ed_xmldsig *sig = &r->dsig;

	if (!key || !sig->alg_known)
		return false;
	if (sig->alg.kind == ED_SIG_EDDSA)
		return ed_verify_message(key, &sig->alg, info->bytes.data, info->bytes.len,
		                         sig->value, sig->value_len);
	return ed_verify_digest(key, &sig->alg, info->digest, ed_hash_size(sig->alg.hash),
	                        sig->value, sig->value_len);
}

static enum edoc_code make_info(struct ed_xr *r, struct signed_info *info, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (r->dsig.alg_known)
		code = ed_xmldsig_info_digest(r->xml, &r->dsig, info->digest, err);
	if (code == EDOC_OK && r->dsig.alg_known && r->dsig.alg.kind == ED_SIG_EDDSA)
		code = ed_xmldsig_info(r->xml, &r->dsig, &info->bytes, err);
	memcpy(r->a->info, info->digest, sizeof(r->a->info));
	return code;
}

static bool try_slot(struct ed_xr *r, struct slot *slot, const struct signed_info *info)
{
	if (!slot->tried)
		r->a->intact_signature = value_verifies(r, ed_cert_key(slot->cert), info);
	slot->tried = true;
	return r->a->intact_signature;
}

/* Of the certificates that SigningCertificate names (it may name the chain
 * too) the one whose key made the value; when none did, the first. */
static struct slot *choose_named(struct ed_xr *r, struct slots *s, const struct signed_info *info)
{
	struct slot *first = NULL;

	for (size_t i = 0; i < r->n_cert_refs; i++) {
		for (size_t k = 0; k < s->n; k++) {
			struct slot *slot = &s->v[k];

			if (slot->tried || !names(&r->cert_refs[i], slot))
				continue;
			if (try_slot(r, slot, info))
				return slot;
			if (!first)
				first = slot;
		}
	}
	return first;
}

static enum edoc_code add_blob(struct ed_xr *r, struct slots *s, size_t i, bool all,
                               struct edoc_error *err)
{
	const struct ed_blob *blob = &r->material->v[i];
	struct slot probe = {.der = blob->p, .len = blob->len, .hash = ED_SHA256};

	memcpy(probe.digest, blob->sha256, sizeof(blob->sha256));
	if (blob->kind != ED_CERT)
		return EDOC_OK;
	for (size_t k = 0; k < r->n_cert_refs && !all; k++)
		all = names(&r->cert_refs[k], &probe);
	return all ? add_slot(r, s, blob->p, blob->len, blob->sha256, err) : EDOC_OK;
}

/* Certificates that came elsewhere in this signature: those that it names, or
 * when it names none, all.  Where KeyInfo holds none, also those of other
 * signatures: when it does, an exchanged one shall show. */
static enum edoc_code add_elsewhere(struct ed_xr *r, struct slots *s, struct edoc_error *err)
{
	bool all = r->n_cert_refs == 0;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < r->a->n_material && code == EDOC_OK; i++) {
		size_t k = ed_material_find(r->material, r->a->material[i].sha256);

		if (k != (size_t)-1)
			code = add_blob(r, s, k, all, err);
	}
	for (size_t i = 0; i < r->material->n && code == EDOC_OK && s->n == 0; i++)
		code = add_blob(r, s, i, all, err);
	return code;
}

static enum edoc_code choose_signer(struct ed_xr *r, struct slots *s,
                                    const struct signed_info *info, struct slot **signer,
                                    struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	*signer = choose_named(r, s, info);
	if (!*signer && (r->n_cert_refs || s->n == 0)) {
		code = add_elsewhere(r, s, err);
		*signer = choose_named(r, s, info);
	}
	/* None is named: that of KeyInfo whose key made the value, or the first. */
	for (size_t i = 0; i < s->n && !*signer; i++)
		if (try_slot(r, &s->v[i], info))
			*signer = &s->v[i];
	if (!*signer && s->n)
		*signer = &s->v[0];
	return code;
}

/* ---- ds:KeyValue (xmldsig-core1 4.5.2) ---- */

static EVP_PKEY *rsa_value(const xmlNode *node, struct ed_arena *arena)
{
	struct ed_buf n, e;
	EVP_PKEY *key = NULL;

	ed_buf_init(&n, ED_MAX_KEY_FILE);
	ed_buf_init(&e, ED_MAX_KEY_FILE);
	if (ed_xml_b64(ed_xml_child(node, ED_NS_DS, "Modulus", NULL), arena, &n) &&
	    ed_xml_b64(ed_xml_child(node, ED_NS_DS, "Exponent", NULL), arena, &e))
		key = ed_key_of_rsa(n.data, n.len, e.data, e.len);
	ed_buf_clear(&n);
	ed_buf_clear(&e);
	return key;
}

static EVP_PKEY *ec_value(const xmlNode *node, struct ed_arena *arena)
{
	const char *curve =
	        ed_xml_attr(ed_xml_child(node, NS_DSIG11, "NamedCurve", NULL), "URI", arena);
	struct ed_buf point;
	EVP_PKEY *key = NULL;

	ed_buf_init(&point, ED_MAX_KEY_FILE);
	if (curve && !strncmp(curve, "urn:oid:", 8) &&
	    ed_xml_b64(ed_xml_child(node, NS_DSIG11, "PublicKey", NULL), arena, &point))
		key = ed_key_of_ec(curve + 8, point.data, point.len);
	ed_buf_clear(&point);
	return key;
}

/* A key alone proves arithmetic, and nobody. */
static void try_key_value(struct ed_xr *r, const struct signed_info *info)
{
	xmlNodePtr value = ed_xml_first(r->dsig.key_value);
	EVP_PKEY *key = NULL;

	ed_xr_spoil(r, "signature.certificate-missing", r->dsig.node, NULL);
	if (r->dsig.alg_known && ed_xml_is(value, ED_NS_DS, "RSAKeyValue"))
		key = rsa_value(value, r->arena);
	else if (r->dsig.alg_known && ed_xml_is(value, NS_DSIG11, "ECKeyValue"))
		key = ec_value(value, r->arena);
	r->a->intact_signature = value_verifies(r, key, info);
	if (key && !r->a->intact_signature)
		ed_xr_note(r, "signature.value", r->dsig.node, "ds:KeyValue", NULL);
	ed_key_drop(key);
}

static enum edoc_code check_signer(struct ed_xr *r, struct slots *s, struct signed_info *info,
                                   struct edoc_error *err)
{
	struct slot *signer = NULL;
	enum edoc_code code = read_key_info(r, s, err);

	if (code == EDOC_OK)
		code = make_info(r, info, err);
	if (code == EDOC_OK)
		code = choose_signer(r, s, info, &signer, err);
	if (code != EDOC_OK)
		return code;
	if (!signer) {
		try_key_value(r, info);
		return EDOC_OK;
	}
	if (r->properties)
		bind_signer(r, signer);
	if (!ed_cert_key(signer->cert))
		ed_xr_note(r, "signature.key-unknown", r->dsig.node, signer->cert->subject, NULL);
	else if (!r->a->intact_signature && r->dsig.alg_known)
		ed_xr_note(r, "signature.value", r->dsig.node, signer->cert->subject, NULL);
	r->a->signer = signer->cert;
	signer->cert = NULL;
	return EDOC_OK;
}

enum edoc_code ed_xr_signer(struct ed_xr *r, struct edoc_error *err)
{
	struct signed_info info = {.digest = {0}};
	struct slots s = {0};
	enum edoc_code code;

	ed_buf_init(&info.bytes, ED_MAX_XML_BYTES);
	code = check_signer(r, &s, &info, err);
	ed_buf_clear(&info.bytes);
	for (size_t i = 0; i < s.n; i++)
		ed_cert_clear(s.v[i].cert);
	return code;
}
