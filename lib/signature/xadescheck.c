/* SPDX-License-Identifier: ISC */
/*
 * Reads and checks XAdES (EN 319 132-1, TS 101 903).  What each finding means
 * stands in judge/rules.c.  A signature's elements are reached from its own
 * ds:Signature node downwards only, and what a reference digested is compared
 * with what is read by the address of the node: nothing that stands elsewhere
 * in the document can take its place.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/xades.h"
#include "signature/xadesnames.h"

#define NS_ASIC_OLD "http://uri.etsi.org/2918/v1.1.1#"
#define NS_ODF "urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0"

struct slot { /* a certificate of KeyInfo */
	struct ed_cert *cert;
	const unsigned char *der;
	size_t len;
	unsigned char digest[ED_N_HASHES][ED_HASH_MAX];
	bool digested[ED_N_HASHES];
	bool tried; /* its key on the value */
};

struct cert_ref { /* a Cert of SigningCertificate(V2) */
	xmlNodePtr node;
	bool v2;
	enum ed_hash hash;
	unsigned char digest[ED_HASH_MAX];
};

struct format {         /* a DataObjectFormat */
	xmlNodePtr ref; /* its ds:Reference */
	const char *type;
};

struct reader {
	const struct ed_xml *xml;
	struct ed_arena *arena;
	struct ed_xades *x;
	const char *ns;        /* which XAdES */
	xmlNodePtr properties; /* SignedProperties */
	xmlNodePtr unsigned_properties;
	struct slot *slots;
	size_t n_slots;
	struct cert_ref *cert_refs;
	size_t n_cert_refs, cert_refs_cap;
	bool has_v1, has_v2;
	struct format *formats;
	size_t n_formats, formats_cap;
	unsigned n_roles;
	bool properties_signed;
	bool not_baseline;
};

static void note(struct reader *r, const char *code, const xmlNode *node, const char *a0,
                 const char *a1)
{
	ed_finding(&r->x->findings, code, ed_xml_place(r->xml, node, r->arena), a0, a1, NULL);
}

/* A finding that also takes the level away. */
static void spoil(struct reader *r, const char *code, const xmlNode *node, const char *a0)
{
	note(r, code, node, a0, NULL);
	r->not_baseline = true;
}

/* Text without the white space around it (XML Schema, whiteSpace=collapse). */
static const char *trimmed(struct reader *r, const xmlNode *node)
{
	const char *s = ed_xml_text(node, r->arena);
	size_t n;

	if (!s)
		return NULL;
	s += strspn(s, " \t\r\n");
	for (n = strlen(s); n > 0 && strchr(" \t\r\n", s[n - 1]); n--)
		;
	return ed_arena_strndup(r->arena, s, n);
}

static bool is_property(const struct reader *r, const xmlNode *node, const char *name)
{
	return ed_xml_is(node, r->ns, name);
}

/* The one child so named; several are an error, none is NULL. */
static xmlNodePtr property(struct reader *r, const xmlNode *node, const char *name)
{
	bool several;
	xmlNodePtr child = ed_xml_child(node, r->ns, name, &several);

	if (several)
		spoil(r, "properties.repeated", node, name);
	return child;
}

/* ---- QualifyingProperties and SignedProperties ---- */

static const char *xades_namespace(const xmlNode *node)
{
	static const char *const known[] = {ED_NS_XADES, "http://uri.etsi.org/01903/v1.2.2#",
	                                    "http://uri.etsi.org/01903/v1.1.1#"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ed_xml_is(node, known[i], "QualifyingProperties"))
			return known[i];
	return NULL;
}

static xmlNodePtr find_qualifying(struct reader *r)
{
	xmlNodePtr found = NULL;

	for (xmlNodePtr p = ed_xml_first(r->x->dsig.node); p; p = ed_xml_next(p)) {
		if (!ed_xml_is(p, ED_NS_DS, "Object"))
			continue;
		for (xmlNodePtr q = ed_xml_first(p); q; q = ed_xml_next(q)) {
			const char *ns = xades_namespace(q);

			if (!strcmp((const char *)q->name, "QualifyingPropertiesReference"))
				spoil(r, "properties.elsewhere", q, (const char *)q->name);
			if (!ns)
				continue;
			if (found) {
				spoil(r, "properties.several", q, "QualifyingProperties");
				return NULL;
			}
			found = q;
			r->ns = ns;
		}
	}
	if (!found)
		spoil(r, "properties.missing", r->x->dsig.node, "QualifyingProperties");
	return found;
}

static void find_properties(struct reader *r)
{
	xmlNodePtr qualifying = find_qualifying(r);
	const char *id = r->x->dsig.id, *target;
	bool several;

	if (!qualifying)
		return;
	if (strcmp(r->ns, ED_NS_XADES) != 0)
		spoil(r, "properties.older-xades", qualifying, r->ns);
	target = ed_xml_attr(qualifying, "Target", r->arena);
	if (!id || !*id || !target || target[0] != '#' || strcmp(target + 1, id) != 0)
		spoil(r, "properties.target", qualifying, target ? target : "");
	r->properties = ed_xml_child(qualifying, r->ns, "SignedProperties", &several);
	if (!r->properties)
		spoil(r, several ? "properties.several" : "properties.missing", qualifying,
		      "SignedProperties");
	r->unsigned_properties = property(r, qualifying, "UnsignedProperties");
}

/* ---- references ---- */

static bool add_cover(struct reader *r, const char *name)
{
	struct ed_xades *x = r->x;

	if (!x->covers)
		x->covers = ed_arena_alloc(r->arena, x->dsig.n_refs * sizeof(*x->covers));
	if (!x->covers)
		return false;
	x->covers[x->n_covers++] = name;
	return true;
}

/* The SignedProperties reference digests exactly the element that is read. */
static enum edoc_code check_properties_ref(struct reader *r, const struct ed_ref *ref, bool *good,
                                           struct edoc_error *err)
{
	xmlNodePtr target = ed_xml_by_id(r->xml, ref->name);
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code code;

	if (!target || target != r->properties) {
		spoil(r, "properties.reference-elsewhere", ref->node, ref->name);
		return EDOC_OK;
	}
	code = ed_xmldsig_element_digest(r->xml, ref, target, digest, err);
	if (code != EDOC_OK)
		return code;
	*good = ed_same_bytes(digest, ref->value, ed_hash_size(ref->hash));
	if (!*good)
		note(r, "properties.digest", ref->node, NULL, NULL);
	r->properties_signed = *good;
	return EDOC_OK;
}

static enum edoc_code check_entry_ref(struct reader *r, const struct ed_ref *ref, bool *good,
                                      ed_entry_digest_fn *fn, void *arg, struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code code = fn(arg, ref->name, ref->hash, digest, err);

	if (code == EDOC_ERR_ABSENT) {
		note(r, "reference.absent", ref->node, ref->name, NULL);
		return EDOC_OK;
	}
	if (code != EDOC_OK)
		return code;
	*good = ed_same_bytes(digest, ref->value, ed_hash_size(ref->hash));
	if (!*good)
		note(r, "reference.digest", ref->node, ref->name, NULL);
	else if (!add_cover(r, ref->name))
		return ed_fail_memory(err);
	return EDOC_OK;
}

static enum edoc_code check_references(struct reader *r, ed_entry_digest_fn *fn, void *arg,
                                       struct edoc_error *err)
{
	size_t n_good = 0, n_properties = 0, n_entries = 0;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < r->x->dsig.n_refs && code == EDOC_OK; i++) {
		const struct ed_ref *ref = &r->x->dsig.refs[i];
		bool good = false;

		if (ref->kind == ED_REF_ENTRY) {
			n_entries++;
			code = check_entry_ref(r, ref, &good, fn, arg, err);
		} else if (ref->kind == ED_REF_PROPERTIES && n_properties++ == 0) {
			code = check_properties_ref(r, ref, &good, err);
		}
		n_good += good;
	}
	if (n_properties == 0)
		spoil(r, "properties.reference-missing", r->x->dsig.signed_info, NULL);
	if (n_properties > 1)
		spoil(r, "properties.several", r->x->dsig.signed_info, "ds:Reference");
	if (n_entries == 0)
		spoil(r, "reference.none", r->x->dsig.signed_info, NULL);
	r->x->intact_data = code == EDOC_OK && n_good > 0 && n_good == r->x->dsig.n_refs;
	return code;
}

/* ---- the signer ---- */

static enum edoc_code read_certs(struct reader *r, struct edoc_error *err)
{
	const struct ed_xmldsig *sig = &r->x->dsig;
	struct edoc_error why = {0};

	if (sig->n_certs == 0)
		return EDOC_OK;
	r->slots = ed_arena_alloc(r->arena, sig->n_certs * sizeof(*r->slots));
	if (!r->slots)
		return ed_fail_memory(err);
	for (size_t i = 0; i < sig->n_certs; i++) {
		struct slot *slot = &r->slots[r->n_slots];
		enum edoc_code code = ed_cert_parse(sig->certs[i], sig->cert_lens[i], r->xml->where,
		                                    r->arena, &slot->cert, &why);

		if (code == EDOC_ERR_MEMORY)
			return ed_fail_memory(err);
		if (code != EDOC_OK) {
			note(r, "signature.certificate-malformed", sig->node, why.msg, NULL);
			continue;
		}
		slot->der = sig->certs[i];
		slot->len = sig->cert_lens[i];
		r->n_slots++;
	}
	return EDOC_OK;
}

static bool names(const struct cert_ref *ref, struct slot *slot)
{
	if (ref->hash == ED_HASH_NONE)
		return false;
	if (!slot->digested[ref->hash])
		slot->digested[ref->hash] =
		        ed_hash_bytes(ref->hash, slot->der, slot->len, slot->digest[ref->hash]);
	return slot->digested[ref->hash] &&
	       ed_same_bytes(slot->digest[ref->hash], ref->digest, ed_hash_size(ref->hash));
}

/* EN 319 132-1 5.2.2 (V2: DER of RFC 5035), TS 101 903 7.2.2 (V1: a name as
 * text, which programs spell differently, and the number). */
static bool issuer_serial_fits(struct reader *r, const struct cert_ref *ref,
                               const struct ed_cert *cert)
{
	xmlNodePtr node = property(r, ref->node, ref->v2 ? "IssuerSerialV2" : "IssuerSerial");
	struct ed_buf want, got;
	const char *serial;
	bool fits;

	if (!node)
		return true;
	if (!ref->v2) {
		serial = trimmed(r, ed_xml_child(node, ED_NS_DS, "X509SerialNumber", NULL));
		return serial && !strcmp(serial, cert->serial);
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
static void bind_signer(struct reader *r, struct slot *slot)
{
	bool v1 = !r->has_v1, v2 = !r->has_v2;

	for (size_t i = 0; i < r->n_cert_refs; i++) {
		const struct cert_ref *ref = &r->cert_refs[i];

		if (!names(ref, slot))
			continue;
		*(ref->v2 ? &v2 : &v1) = true;
		r->x->bound_by = ref->hash;
		if (!issuer_serial_fits(r, ref, slot->cert))
			spoil(r, "signature.certificate-issuer-serial", ref->node,
			      slot->cert->subject);
	}
	r->x->bound = v1 && v2 && (r->has_v1 || r->has_v2);
	if (!r->has_v1 && !r->has_v2)
		spoil(r, "signature.certificate-unbound", r->x->dsig.node, slot->cert->subject);
	else if (!r->x->bound)
		spoil(r, "signature.certificate-mismatch", r->x->dsig.node, slot->cert->subject);
	if (!r->has_v2)
		r->not_baseline = true;
}

static bool value_verifies(struct reader *r, const struct slot *slot,
                           const unsigned char info[ED_HASH_MAX])
{
	const struct ed_xmldsig *sig = &r->x->dsig;
	EVP_PKEY *key = ed_cert_key(slot->cert);

	return key && sig->alg_known &&
	       ed_verify_digest(key, &sig->alg, info, ed_hash_size(sig->alg.hash), sig->value,
	                     sig->value_len);
}

/* Of the certificates that SigningCertificate names (it may name the chain
 * too) the one whose key made the value; when none did, the first; when none is
 * named, the first of KeyInfo. */
static struct slot *choose_signer(struct reader *r, const unsigned char info[ED_HASH_MAX])
{
	struct slot *first = NULL;

	for (size_t i = 0; i < r->n_cert_refs; i++) {
		for (size_t k = 0; k < r->n_slots; k++) {
			struct slot *slot = &r->slots[k];

			if (slot->tried || !names(&r->cert_refs[i], slot))
				continue;
			slot->tried = true;
			r->x->intact_signature = value_verifies(r, slot, info);
			if (r->x->intact_signature)
				return slot;
			if (!first)
				first = slot;
		}
	}
	if (!first) {
		first = &r->slots[0];
		r->x->intact_signature = value_verifies(r, first, info);
	}
	return first;
}

static enum edoc_code check_signer(struct reader *r, struct edoc_error *err)
{
	unsigned char info[ED_HASH_MAX] = {0};
	struct slot *signer;
	enum edoc_code code = read_certs(r, err);

	if (code != EDOC_OK)
		return code;
	if (r->n_slots == 0) {
		spoil(r, "signature.certificate-missing", r->x->dsig.node, NULL);
		return EDOC_OK;
	}
	if (r->x->dsig.alg_known) {
		code = ed_xmldsig_info_digest(r->xml, &r->x->dsig, info, err);
		if (code != EDOC_OK)
			return code;
	}
	memcpy(r->x->info, info, sizeof(info));
	signer = choose_signer(r, info);
	bind_signer(r, signer);
	if (!ed_cert_key(signer->cert))
		note(r, "signature.key-unknown", r->x->dsig.node, signer->cert->subject, NULL);
	else if (!r->x->intact_signature && r->x->dsig.alg_known)
		note(r, "signature.value", r->x->dsig.node, signer->cert->subject, NULL);
	for (size_t i = 0; i < r->n_slots; i++) {
		X509 *x509 = r->slots[i].cert->x509;

		if (&r->slots[i] == signer)
			continue;
		if (!r->x->others && !(r->x->others = sk_X509_new_null()))
			return ed_fail_memory(err);
		if (!X509_up_ref(x509))
			return ed_fail_memory(err);
		if (!sk_X509_push(r->x->others, x509)) {
			X509_free(x509);
			return ed_fail_memory(err);
		}
	}
	r->x->signer = signer->cert;
	signer->cert = NULL;
	return EDOC_OK;
}

/* ---- signed signature properties ---- */

static void read_time(struct reader *r, const xmlNode *node)
{
	const char *text = trimmed(r, node);

	if (!node)
		spoil(r, "properties.time-missing", r->properties, NULL);
	else if (!text || !ed_time_parse(text, &r->x->claimed_time))
		spoil(r, "properties.malformed", node, "SigningTime");
}

static xmlNodePtr digest_part(struct reader *r, const xmlNode *node, const char *name)
{
	xmlNodePtr p = ed_xml_child(node, ED_NS_DS, name, NULL);

	return p ? p : ed_xml_child(node, r->ns, name, NULL); /* XAdES 1.1.1 */
}

static bool read_cert_ref(struct reader *r, struct cert_ref *ref)
{
	xmlNodePtr digest = ed_xml_child(ref->node, r->ns, "CertDigest", NULL);
	const char *uri =
	        ed_xml_attr(digest_part(r, digest, "DigestMethod"), "Algorithm", r->arena);
	struct ed_buf value;
	bool good;

	ed_buf_init(&value, ED_HASH_MAX);
	ref->hash = uri ? ed_hash_by_xml_uri(uri) : ED_HASH_NONE;
	good = ref->hash != ED_HASH_NONE &&
	       ed_xml_b64(digest_part(r, digest, "DigestValue"), r->arena, &value) &&
	       value.len == ed_hash_size(ref->hash);
	if (good)
		memcpy(ref->digest, value.data, value.len);
	else
		ref->hash = ED_HASH_NONE;
	ed_buf_clear(&value);
	return good;
}

static void read_signing_certificate(struct reader *r, const xmlNode *node, bool v2)
{
	const char *name = v2 ? "SigningCertificateV2" : "SigningCertificate";

	for (xmlNodePtr p = ed_xml_first(node); p; p = ed_xml_next(p)) {
		struct cert_ref *ref;

		if (r->n_cert_refs >= ED_MAX_KEYINFO_CERTS || !is_property(r, p, "Cert")) {
			spoil(r, "properties.malformed", p, name);
			return;
		}
		r->cert_refs = ed_arena_grow(r->arena, r->cert_refs, r->n_cert_refs,
		                             &r->cert_refs_cap, sizeof(*ref));
		if (!r->cert_refs) {
			r->n_cert_refs = 0;
			r->x->findings.lost = true;
			return;
		}
		ref = &r->cert_refs[r->n_cert_refs++];
		*ref = (struct cert_ref){.node = p, .v2 = v2};
		if (!read_cert_ref(r, ref))
			spoil(r, "properties.malformed", p, name);
	}
}

/* Roles are joined by "; ".  One of elements is for other programs; text with
 * a comment inside is made to be read in two ways. */
static void read_claimed_role(struct reader *r, const xmlNode *node)
{
	const char *text = trimmed(r, node), *old = r->x->role;

	if (text && r->n_roles < ED_MAX_ROLES && strlen(text) <= ED_MAX_ROLE) {
		r->n_roles++;
		r->x->role = old ? ed_arena_printf(r->arena, "%s; %s", old, text) : text;
		if (!r->x->role)
			r->x->findings.lost = true;
	} else if (!text && ed_xml_first(node)) {
		note(r, "properties.not-judged", node, (const char *)node->name, NULL);
	} else {
		spoil(r, "properties.malformed", node, (const char *)node->name);
	}
}

static void read_role(struct reader *r, const xmlNode *node, bool v2)
{
	for (xmlNodePtr p = ed_xml_first(node); p; p = ed_xml_next(p)) {
		if (!is_property(r, p, "ClaimedRoles")) {
			note(r, "properties.not-judged", p, (const char *)p->name, NULL);
			continue;
		}
		for (xmlNodePtr q = ed_xml_first(p); q; q = ed_xml_next(q))
			read_claimed_role(r, q);
	}
	if (node && !v2)
		r->not_baseline = true; /* EN 319 132-1 6.3: SignerRoleV2 only */
}

static void read_policy(struct reader *r, const xmlNode *node)
{
	xmlNodePtr id = ed_xml_child(node, r->ns, "SignaturePolicyId", NULL);
	const char *text;

	if (!node || ed_xml_child(node, r->ns, "SignaturePolicyImplied", NULL))
		return;
	id = ed_xml_child(id, r->ns, "SigPolicyId", NULL);
	text = trimmed(r, ed_xml_child(id, r->ns, "Identifier", NULL));
	note(r, "signature.policy-not-judged", node, text ? text : "", NULL);
}

static void read_signature_properties(struct reader *r)
{
	xmlNodePtr p = property(r, r->properties, "SignedSignatureProperties"), v1, v2;

	if (!p) {
		spoil(r, "properties.missing", r->properties, "SignedSignatureProperties");
		return;
	}
	read_time(r, property(r, p, "SigningTime"));
	v1 = property(r, p, "SigningCertificate");
	v2 = property(r, p, "SigningCertificateV2");
	r->has_v1 = v1 != NULL;
	r->has_v2 = v2 != NULL;
	read_signing_certificate(r, v1, false);
	read_signing_certificate(r, v2, true);
	read_role(r, property(r, p, "SignerRole"), false);
	read_role(r, property(r, p, "SignerRoleV2"), true);
	read_policy(r, property(r, p, "SignaturePolicyIdentifier"));
}

/* ---- signed data object properties ---- */

/* The ds:Reference of this very signature that ObjectReference="#id" names. */
static xmlNodePtr own_reference(struct reader *r, const char *uri)
{
	xmlNodePtr node = uri && uri[0] == '#' ? ed_xml_by_id(r->xml, uri + 1) : NULL;

	return node && node->parent == r->x->dsig.signed_info &&
	                       ed_xml_is(node, ED_NS_DS, "Reference")
	               ? node
	               : NULL;
}

static void read_format(struct reader *r, const xmlNode *node)
{
	const char *uri = ed_xml_attr(node, "ObjectReference", r->arena);
	xmlNodePtr ref = own_reference(r, uri), type = property(r, node, "MimeType");
	const char *text = trimmed(r, type);

	if (!ref) {
		spoil(r, "properties.object-reference", node, uri ? uri : "");
		return;
	}
	if (!type)
		return;
	if (!text)
		spoil(r, "properties.malformed", type, "MimeType");
	r->formats = ed_arena_grow(r->arena, r->formats, r->n_formats, &r->formats_cap,
	                           sizeof(*r->formats));
	if (r->formats) {
		r->formats[r->n_formats++] = (struct format){ref, text};
	} else {
		r->n_formats = 0;
		r->x->findings.lost = true;
	}
}

static bool is_ledger_head(const char *s)
{
	return s && !strncmp(s, "sha256:", 7) && strlen(s) == 7 + 64 &&
	       strspn(s + 7, "0123456789abcdef") == 64;
}

static void read_qualifiers(struct reader *r, const xmlNode *qualifiers)
{
	for (xmlNodePtr p = ed_xml_first(qualifiers); p; p = ed_xml_next(p)) {
		for (xmlNodePtr q = ed_xml_first(p); q; q = ed_xml_next(q)) {
			const char *text = trimmed(r, q);

			if (!ed_xml_is(q, ED_NS_LEDGER, "LedgerHead"))
				continue;
			if (is_ledger_head(text) && !r->x->ledger_head)
				r->x->ledger_head = text;
			else
				spoil(r, "properties.malformed", q, "LedgerHead");
		}
	}
}

static void read_commitment(struct reader *r, const xmlNode *node)
{
	xmlNodePtr id = property(r, node, "CommitmentTypeId");
	const char *text = trimmed(r, ed_xml_child(id, r->ns, "Identifier", NULL)), *word;

	if (!text || !*text) {
		spoil(r, "properties.malformed", node, "CommitmentTypeIndication");
		return;
	}
	word = ed_commitment_by_uri(text);
	if (!r->x->commitment)
		r->x->commitment = word ? word : text;
	else
		note(r, "properties.commitment-several", node, word ? word : text, NULL);
	for (xmlNodePtr p = ed_xml_first(node); p; p = ed_xml_next(p)) {
		const char *uri;

		if (!is_property(r, p, "ObjectReference"))
			continue;
		uri = trimmed(r, p);
		if (own_reference(r, uri))
			note(r, "properties.commitment-partial", p, uri, NULL);
		else
			spoil(r, "properties.object-reference", p, uri ? uri : "");
	}
	read_qualifiers(r, property(r, node, "CommitmentTypeQualifiers"));
}

static int by_address(const void *a, const void *b)
{
	const struct format *x = a, *y = b;

	return x->ref < y->ref ? -1 : x->ref > y->ref;
}

/* EN 319 132-1 6.3: a DataObjectFormat with MimeType for each document. */
static void check_formats(struct reader *r)
{
	if (r->n_formats)
		qsort(r->formats, r->n_formats, sizeof(*r->formats), by_address);
	for (size_t i = 0; i < r->x->dsig.n_refs; i++) {
		struct ed_ref *ref = &r->x->dsig.refs[i];
		const struct format key = {ref->node, NULL}, *found = NULL;

		if (ref->kind != ED_REF_ENTRY)
			continue;
		if (r->n_formats)
			found = bsearch(&key, r->formats, r->n_formats, sizeof(key), by_address);
		if (found)
			ref->media_type = found->type;
		else
			spoil(r, "properties.format-missing", ref->node, ref->name);
	}
}

static void read_data_properties(struct reader *r)
{
	xmlNodePtr data = property(r, r->properties, "SignedDataObjectProperties");

	for (xmlNodePtr p = ed_xml_first(data); p; p = ed_xml_next(p)) {
		if (is_property(r, p, "DataObjectFormat"))
			read_format(r, p);
		else if (is_property(r, p, "CommitmentTypeIndication"))
			read_commitment(r, p);
		else
			note(r, "properties.not-judged", p, (const char *)p->name, NULL);
	}
	check_formats(r);
}

/* ---- one signature, one file ---- */

/* What nobody signed is not passed on as the signer's words. */
static void forget_claims(struct ed_xades *x)
{
	x->claimed_time = ED_TIME_NONE;
	x->role = x->commitment = x->ledger_head = x->tag = NULL;
	for (size_t i = 0; i < x->dsig.n_refs; i++)
		x->dsig.refs[i].media_type = NULL;
}

/* "S-<8 hex>-<23 hex>-p", as xadesmake.c writes it. */
static const char *own_tag(struct reader *r)
{
	static const char hex[] = "0123456789abcdef";
	const char *id = ed_xml_attr(r->properties, "Id", r->arena);

	if (!id || strncmp(id, "S-", 2) || strspn(id + 2, hex) != 8 || id[10] != '-' ||
	    strspn(id + 11, hex) != 23 || strcmp(id + 34, "-p"))
		return NULL;
	return ed_arena_strndup(r->arena, id + 2, 8);
}

static enum edoc_code check_signature(struct reader *r, xmlNodePtr node, ed_entry_digest_fn *fn,
                                      void *arg, struct edoc_error *err)
{
	struct ed_xades *x = r->x;
	enum edoc_code code;
	bool well_formed;

	x->where = ed_arena_strdup(r->arena, r->xml->where);
	x->level = "";
	x->claimed_time = ED_TIME_NONE;
	ed_findings_init(&x->findings, r->arena);
	if (!x->where)
		return ed_fail_memory(err);
	r->ns = ED_NS_XADES;
	well_formed = ed_xmldsig_parse(r->xml, node, true, r->arena, &x->findings, &x->dsig);
	x->id = x->dsig.id ? x->dsig.id : ed_xml_place(r->xml, node, r->arena);
	if (x->id == r->xml->where)
		x->id = x->where; /* the document is freed before the caller reads it */
	if (!well_formed)
		return EDOC_OK;
	find_properties(r);
	if (r->properties) {
		read_signature_properties(r);
		read_data_properties(r);
		x->tag = own_tag(r);
	}
	if (ed_xml_first(r->unsigned_properties))
		note(r, "signature.unsigned-properties-not-judged", r->unsigned_properties, NULL,
		     NULL);
	code = check_references(r, fn, arg, err);
	if (code == EDOC_OK)
		code = check_signer(r, err);
	if (!r->properties_signed || !x->intact_signature)
		forget_claims(x);
	if (code == EDOC_OK && x->signer && x->bound && !r->not_baseline)
		x->level = "XAdES-BASELINE-B";
	return code;
}

/* The document is freed; what came from it for others is in the arena. */
static void forget_nodes(struct ed_xades *x)
{
	x->dsig.node = x->dsig.signed_info = NULL;
	for (size_t i = 0; i < x->dsig.n_refs; i++)
		x->dsig.refs[i].node = NULL;
}

static enum edoc_code check_one(const struct ed_xml *xml, xmlNodePtr node, struct ed_arena *arena,
                                ed_entry_digest_fn *fn, void *arg, struct ed_xades *x,
                                struct edoc_error *err)
{
	struct reader r = {.xml = xml, .arena = arena, .x = x};
	enum edoc_code code = check_signature(&r, node, fn, arg, err);

	for (size_t i = 0; i < r.n_slots; i++)
		ed_cert_clear(r.slots[i].cert);
	return code;
}

static bool is_blank(const xmlNode *node)
{
	const char *text = (const char *)node->content;

	return !text || !text[strspn(text, " \t\r\n")];
}

/*
 * Text that stands between the elements of a structure has no meaning, and
 * outside SignedInfo and SignedProperties nothing protects it.  The elements
 * below which anything may stand (an Object's own) are not entered.
 */
static const xmlNode *stray_text(const xmlNode *node)
{
	static const char *const structure[] = {
	        "XAdESSignatures", "document-signatures", "Signature", "KeyInfo", "X509Data",
	        "Object",          "QualifyingProperties"};
	const xmlNode *found = NULL;
	bool entered = false;

	for (size_t i = 0; i < sizeof(structure) / sizeof(*structure) && !entered; i++)
		entered = !strcmp((const char *)node->name, structure[i]);
	for (const xmlNode *p = node->children; p && entered && !found; p = p->next) {
		if (p->type == XML_ELEMENT_NODE)
			found = stray_text(p);
		else if ((p->type == XML_TEXT_NODE || p->type == XML_CDATA_SECTION_NODE) &&
		         !is_blank(p))
			found = node;
	}
	return found;
}

/* The list of signatures; NULL: an element that holds none.  *older: a form
 * before EN 319 162-1. */
static xmlNodePtr first_signature(xmlNodePtr root, bool *bare, bool *older)
{
	*bare = ed_xml_is(root, ED_NS_DS, "Signature");
	*older = *bare || ed_xml_is(root, NS_ASIC_OLD, "XAdESSignatures") ||
	         ed_xml_is(root, NS_ODF, "document-signatures");
	if (*bare)
		return root;
	return *older || ed_xml_is(root, ED_NS_ASIC, "XAdESSignatures") ? ed_xml_first(root) : NULL;
}

static enum edoc_code check_all(const struct ed_xml *xml, struct ed_arena *arena,
                                ed_entry_digest_fn *fn, void *arg, struct ed_xades **sigs,
                                size_t *n, struct edoc_error *err)
{
	xmlNodePtr root = xmlDocGetRootElement(xml->doc), first;
	const xmlNode *stray = stray_text(root);
	enum edoc_code code = EDOC_OK;
	xmlNodePtr foreign = NULL;
	size_t count = 0;
	bool bare, older;

	first = first_signature(root, &bare, &older);
	for (xmlNodePtr p = first; p; p = bare ? NULL : ed_xml_next(p)) {
		if (ed_xml_is(p, ED_NS_DS, "Signature"))
			count++;
		else
			foreign = p;
	}
	if (count == 0)
		return ed_fail(err, EDOC_ERR_INPUT, xml->where,
		               "no ds:Signature in an asic:XAdESSignatures (EN 319 162-1 A.4)");
	if (count > ED_MAX_SIGNATURES)
		return ed_fail(err, EDOC_ERR_LIMIT, xml->where,
		               "more than %d signatures in one entry are not read",
		               ED_MAX_SIGNATURES);
	*sigs = ed_arena_alloc(arena, count * sizeof(**sigs));
	if (!*sigs)
		return ed_fail_memory(err);
	for (xmlNodePtr p = first; p && code == EDOC_OK; p = bare ? NULL : ed_xml_next(p)) {
		struct ed_xades *x = &(*sigs)[*n];

		if (!ed_xml_is(p, ED_NS_DS, "Signature"))
			continue;
		++*n;
		code = check_one(xml, p, arena, fn, arg, x, err);
		if (code == EDOC_OK && older)
			ed_finding(&x->findings, "signature.older-root",
			           ed_xml_place(xml, root, arena), (const char *)root->name, NULL,
			           NULL);
		if (code == EDOC_OK && stray)
			ed_finding(&x->findings, "signature.stray-text",
			           ed_xml_place(xml, stray, arena), (const char *)stray->name, NULL,
			           NULL);
		if (code == EDOC_OK && foreign)
			ed_finding(&x->findings, "signature.foreign-element",
			           ed_xml_place(xml, foreign, arena), (const char *)foreign->name,
			           NULL, NULL);
		forget_nodes(x);
	}
	return code;
}

enum edoc_code ed_xades_check(const void *bytes, size_t len, const char *where, size_t max_bytes,
                              struct ed_arena *arena, ed_entry_digest_fn *fn, void *arg,
                              struct ed_xades **sigs, size_t *n, struct edoc_error *err)
{
	struct ed_xml *xml = NULL;
	enum edoc_code code;

	*sigs = NULL;
	*n = 0;
	code = ed_xml_parse(bytes, len, where, max_bytes, &xml, err);
	if (code == EDOC_OK)
		code = check_all(xml, arena, fn, arg, sigs, n, err);
	if (code != EDOC_OK) {
		ed_xades_clear(*sigs, *n);
		*sigs = NULL;
		*n = 0;
	}
	ed_xml_free(xml);
	return code;
}

void ed_xades_clear(struct ed_xades *sigs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ed_cert_clear(sigs[i].signer);
		sk_X509_pop_free(sigs[i].others, X509_free);
		sigs[i].signer = NULL;
		sigs[i].others = NULL;
	}
}
