/* SPDX-License-Identifier: ISC */
/* What the signer says and signs (EN 319 132-1 5.2).  What each finding means
 * stands in judge/rules.c. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "signature/xadesnames.h"
#include "signature/xadesread.h"

/* ---- of the signature ---- */

static void read_time(struct ed_xr *r, const xmlNode *node)
{
	const char *text = ed_xr_text(r, node);

	if (!node)
		ed_xr_lower(r, "properties.time-missing", r->properties, NULL);
	else if (!text || !ed_time_parse(text, &r->a->claimed_time))
		ed_xr_spoil(r, "properties.malformed", node, "SigningTime");
}

static void read_signing_certificate(struct ed_xr *r, const xmlNode *node, bool v2)
{
	const char *name = v2 ? "SigningCertificateV2" : "SigningCertificate";

	for (xmlNodePtr p = ed_xml_first(node); p; p = ed_xml_next(p)) {
		struct ed_xr_cert_ref *ref;

		if (r->n_cert_refs >= ED_MAX_KEYINFO_CERTS || !ed_xr_is(r, p, "Cert")) {
			ed_xr_spoil(r, "properties.malformed", p, name);
			return;
		}
		r->cert_refs = ed_arena_grow(r->arena, r->cert_refs, r->n_cert_refs,
		                             &r->cert_refs_cap, sizeof(*ref));
		if (!r->cert_refs) {
			r->n_cert_refs = 0;
			r->a->findings.lost = true;
			return;
		}
		ref = &r->cert_refs[r->n_cert_refs++];
		*ref = (struct ed_xr_cert_ref){.node = p, .v2 = v2};
		if (!ed_xr_digest(r, ed_xml_child(p, r->ns, "CertDigest", NULL), &ref->hash,
		                  ref->digest))
			ed_xr_spoil(r, "properties.malformed", p, name);
	}
}

/* Roles are joined by "; ".  One of elements is for other programs; text with
 * a comment inside is made to be read in two ways. */
static void read_claimed_role(struct ed_xr *r, const xmlNode *node)
{
	const char *text = ed_xr_text(r, node), *old = r->a->role;

	if (text && r->n_roles < ED_MAX_ROLES && strlen(text) <= ED_MAX_ROLE) {
		r->n_roles++;
		r->a->role = old ? ed_arena_printf(r->arena, "%s; %s", old, text) : text;
		if (!r->a->role)
			r->a->findings.lost = true;
	} else if (!text && ed_xml_first(node)) {
		ed_xr_note(r, "properties.not-judged", node, (const char *)node->name, NULL);
	} else {
		ed_xr_spoil(r, "properties.malformed", node, (const char *)node->name);
	}
}

static void read_role(struct ed_xr *r, const xmlNode *node, bool v2)
{
	for (xmlNodePtr p = ed_xml_first(node); p; p = ed_xml_next(p)) {
		if (!ed_xr_is(r, p, "ClaimedRoles")) {
			ed_xr_note(r, "properties.not-judged", p, (const char *)p->name, NULL);
			continue;
		}
		for (xmlNodePtr q = ed_xml_first(p); q; q = ed_xml_next(q))
			read_claimed_role(r, q);
	}
	if (node && !v2)
		r->not_baseline = true; /* EN 319 132-1 6.3: SignerRoleV2 only */
}

/* Its parts, joined by ", " as they stand. */
static void read_place(struct ed_xr *r, const xmlNode *node)
{
	struct ed_ades *a = r->a;
	unsigned n = 0;

	for (xmlNodePtr p = ed_xml_first(node); p; p = ed_xml_next(p)) {
		const char *text = ed_xr_text(r, p);

		if (!text || strlen(text) > ED_MAX_ROLE || ++n > ED_MAX_ROLES) {
			ed_xr_note(r, "properties.not-judged", p, (const char *)p->name, NULL);
			return;
		}
		if (!*text)
			continue;
		a->place = a->place ? ed_arena_printf(r->arena, "%s, %s", a->place, text) : text;
		if (!a->place)
			a->findings.lost = true;
	}
}

/* EN 319 132-1 5.2.9: SPURI among the qualifiers tells where the text is. */
static void read_policy_url(struct ed_xr *r, const xmlNode *qualifiers)
{
	for (xmlNodePtr p = ed_xml_first(qualifiers); p && !r->a->policy_url; p = ed_xml_next(p))
		r->a->policy_url = ed_xr_text(r, ed_xml_child(p, r->ns, "SPURI", NULL));
}

static void read_policy(struct ed_xr *r, const xmlNode *node)
{
	unsigned char digest[ED_HASH_MAX];
	xmlNodePtr id;

	if (!node)
		return;
	r->a->policy_kind = ED_POLICY_IMPLIED;
	if (ed_xr_property(r, node, "SignaturePolicyImplied"))
		return;
	node = ed_xr_property(r, node, "SignaturePolicyId");
	id = ed_xr_property(r, ed_xr_property(r, node, "SigPolicyId"), "Identifier");
	r->a->policy_kind = ED_POLICY_EXPLICIT;
	r->policy_transforms = ed_xml_child(node, ED_NS_DS, "Transforms", NULL);
	r->a->policy_id = ed_xr_text(r, id);
	if (!r->a->policy_id) {
		ed_xr_spoil(r, "properties.malformed", node, "SignaturePolicyIdentifier");
		return;
	}
	if (ed_xr_digest(r, ed_xr_property(r, node, "SigPolicyHash"), &r->a->policy_hash, digest)) {
		r->a->policy_digest_len = ed_hash_size(r->a->policy_hash);
		r->a->policy_digest = ed_arena_memdup(r->arena, digest, r->a->policy_digest_len);
		if (!r->a->policy_digest)
			r->a->findings.lost = true;
	} else {
		ed_xr_spoil(r, "properties.malformed", node, "SigPolicyHash");
	}
	read_policy_url(r, ed_xr_property(r, node, "SigPolicyQualifiers"));
}

static void read_signature_properties(struct ed_xr *r)
{
	xmlNodePtr p = ed_xr_property(r, r->properties, "SignedSignatureProperties"), v1, v2;

	if (!p) {
		ed_xr_spoil(r, "properties.missing", r->properties, "SignedSignatureProperties");
		return;
	}
	read_time(r, ed_xr_property(r, p, "SigningTime"));
	v1 = ed_xr_property(r, p, "SigningCertificate");
	v2 = ed_xr_property(r, p, "SigningCertificateV2");
	r->has_v1 = v1 != NULL;
	r->has_v2 = v2 != NULL;
	read_signing_certificate(r, v1, false);
	read_signing_certificate(r, v2, true);
	read_role(r, ed_xr_property(r, p, "SignerRole"), false);
	read_role(r, ed_xr_property(r, p, "SignerRoleV2"), true);
	read_policy(r, ed_xr_property(r, p, "SignaturePolicyIdentifier"));
	read_place(r, ed_xr_property(r, p, "SignatureProductionPlace"));
	if (!r->a->place)
		read_place(r, ed_xr_property(r, p, "SignatureProductionPlaceV2"));
}

/* ---- of the data objects ---- */

/* The ds:Reference of this very signature, or of a Manifest in it, that
 * ObjectReference="#id" names. */
static xmlNodePtr own_reference(struct ed_xr *r, const char *uri)
{
	xmlNodePtr node = uri && uri[0] == '#' ? ed_xml_by_id(r->xml, uri + 1) : NULL;

	if (!node || !ed_xml_is(node, ED_NS_DS, "Reference"))
		return NULL;
	if (node->parent == r->dsig.signed_info)
		return node;
	return ed_xml_is(node->parent, ED_NS_DS, "Manifest") && ed_xml_within(node, r->dsig.node)
	               ? node
	               : NULL;
}

static void read_format(struct ed_xr *r, const xmlNode *node)
{
	const char *uri = ed_xml_attr(node, "ObjectReference", r->arena);
	xmlNodePtr ref = own_reference(r, uri), type = ed_xr_property(r, node, "MimeType");
	const char *text = ed_xr_text(r, type);

	if (!ref) {
		ed_xr_spoil(r, "properties.object-reference", node, uri ? uri : "");
		return;
	}
	if (!type)
		return;
	if (!text)
		ed_xr_spoil(r, "properties.malformed", type, "MimeType");
	r->formats = ed_arena_grow(r->arena, r->formats, r->n_formats, &r->formats_cap,
	                           sizeof(*r->formats));
	if (r->formats) {
		r->formats[r->n_formats++] = (struct ed_xr_format){ref, text};
	} else {
		r->n_formats = 0;
		r->a->findings.lost = true;
	}
}

static bool is_ledger_head(const char *s)
{
	return s && !strncmp(s, "sha256:", 7) && strlen(s) == 7 + 64 &&
	       strspn(s + 7, "0123456789abcdef") == 64;
}

static void read_qualifiers(struct ed_xr *r, const xmlNode *qualifiers)
{
	for (xmlNodePtr p = ed_xml_first(qualifiers); p; p = ed_xml_next(p)) {
		for (xmlNodePtr q = ed_xml_first(p); q; q = ed_xml_next(q)) {
			const char *text = ed_xr_text(r, q);

			if (!ed_xml_is(q, ED_NS_LEDGER, "LedgerHead"))
				continue;
			if (is_ledger_head(text) && !r->a->ledger_head)
				r->a->ledger_head = text;
			else
				ed_xr_spoil(r, "properties.malformed", q, "LedgerHead");
		}
	}
}

static void read_commitment(struct ed_xr *r, const xmlNode *node)
{
	xmlNodePtr id = ed_xr_property(r, node, "CommitmentTypeId");
	const char *text = ed_xr_text(r, ed_xml_child(id, r->ns, "Identifier", NULL)), *word;

	if (!text || !*text) {
		ed_xr_spoil(r, "properties.malformed", node, "CommitmentTypeIndication");
		return;
	}
	word = ed_commitment_by_uri(text);
	if (!r->a->commitment)
		r->a->commitment = word ? word : text;
	else
		ed_xr_note(r, "properties.commitment-several", node, word ? word : text, NULL);
	for (xmlNodePtr p = ed_xml_first(node); p; p = ed_xml_next(p)) {
		const char *uri;

		if (!ed_xr_is(r, p, "ObjectReference"))
			continue;
		uri = ed_xr_text(r, p);
		if (own_reference(r, uri))
			ed_xr_note(r, "properties.commitment-partial", p, uri, NULL);
		else
			ed_xr_spoil(r, "properties.object-reference", p, uri ? uri : "");
	}
	read_qualifiers(r, ed_xr_property(r, node, "CommitmentTypeQualifiers"));
}

static int by_address(const void *a, const void *b)
{
	const struct ed_xr_format *x = a, *y = b;

	return x->ref < y->ref ? -1 : x->ref > y->ref;
}

/* What a signer signs, and not a part of the signature itself. */
static bool is_document(const struct ed_xr *r, const struct ed_ref *ref)
{
	if (ref->kind == ED_REF_ELEMENT)
		return ref->target != r->dsig.key_info && !r->parent &&
		       (!ref->type || strcmp(ref->type, ED_NS_DS "Manifest") != 0);
	return ref->kind == ED_REF_ENTRY || ref->kind == ED_REF_NAMELESS ||
	       ref->kind == ED_REF_ROOT;
}

/* EN 319 132-1 6.3: a DataObjectFormat with MimeType for each document. */
static void check_formats(struct ed_xr *r)
{
	if (r->n_formats)
		qsort(r->formats, r->n_formats, sizeof(*r->formats), by_address);
	for (size_t i = 0; i < r->dsig.n_refs; i++) {
		struct ed_ref *ref = &r->dsig.refs[i];
		const struct ed_xr_format key = {ref->node, NULL}, *found = NULL;

		if (!is_document(r, ref))
			continue;
		r->n_data++;
		if (r->n_formats)
			found = bsearch(&key, r->formats, r->n_formats, sizeof(key), by_address);
		if (found)
			ref->media_type = found->type;
		else
			ed_xr_lower(r, "properties.format-missing", ref->node,
			            ref->name ? ref->name : ref->uri);
	}
}

static void read_data_properties(struct ed_xr *r)
{
	xmlNodePtr data = ed_xr_property(r, r->properties, "SignedDataObjectProperties");

	for (xmlNodePtr p = ed_xml_first(data); p; p = ed_xml_next(p)) {
		if (ed_xr_is(r, p, "DataObjectFormat"))
			read_format(r, p);
		else if (ed_xr_is(r, p, "CommitmentTypeIndication"))
			read_commitment(r, p);
		else if (!ed_xr_is(r, p, "AllDataObjectsTimeStamp") &&
		         !ed_xr_is(r, p, "IndividualDataObjectsTimeStamp"))
			ed_xr_note(r, "properties.not-judged", p, (const char *)p->name, NULL);
	}
	check_formats(r);
}

/* "S-<8 hex>-<23 hex>-p", as xadesmake.c writes it. */
static const char *own_tag(struct ed_xr *r)
{
	static const char hex[] = "0123456789abcdef";
	const char *id = ed_xml_attr(r->properties, "Id", r->arena);

	if (!id || strncmp(id, "S-", 2) || strspn(id + 2, hex) != 8 || id[10] != '-' ||
	    strspn(id + 11, hex) != 23 || strcmp(id + 34, "-p"))
		return NULL;
	return ed_arena_strndup(r->arena, id + 2, 8);
}

void ed_xr_signed_properties(struct ed_xr *r)
{
	read_signature_properties(r);
	read_data_properties(r);
	r->a->tag = own_tag(r);
}
