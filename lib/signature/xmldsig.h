/* SPDX-License-Identifier: ISC */
/* XML-Signature core (W3C xmldsig-core1), the part that documents use: what a
 * ds:Signature says of itself, and the octets that its references digest. */
#ifndef ED_SIGNATURE_XMLDSIG_H
#define ED_SIGNATURE_XMLDSIG_H

#include "base/finding.h"
#include "door/crypto.h"
#include "door/xml.h"
#include "signature/transform.h"

enum ed_ref_kind {
	ED_REF_REFUSED = 0, /* a finding was made */
	ED_REF_ENTRY,       /* an object of struct ed_data, by its name */
	ED_REF_NAMELESS,    /* an object of struct ed_data: no URI */
	ED_REF_PROPERTIES,  /* #id of the SignedProperties, with its Type */
	ED_REF_ELEMENT,     /* #id of another element */
	ED_REF_ROOT         /* the document that the signature stands in */
};

struct ed_ref {
	xmlNodePtr node;
	enum ed_ref_kind kind;
	const char *id;         /* or NULL */
	const char *uri;        /* as it stands; "(no URI)" */
	const char *type;       /* or NULL */
	const char *name;       /* the entry's decoded name, or the Id without '#' */
	const char *media_type; /* of its DataObjectFormat, or NULL */
	xmlNodePtr target;      /* the element that the Id names, or NULL */
	bool comments;          /* the node-set holds comments (4.4.3.3: an XPointer) */
	enum ed_hash hash;
	unsigned char value[ED_HASH_MAX];
	struct ed_transforms transforms;
};

struct ed_xmldsig {
	xmlNodePtr node;        /* ds:Signature */
	xmlNodePtr signed_info, value_node, key_info;
	const char *id;         /* or NULL */
	struct ed_sigalg alg;
	bool alg_known;
	enum ed_c14n c14n;
	bool comments;
	char **prefixes;
	const unsigned char *value;
	size_t value_len;
	struct ed_ref *refs;
	size_t n_refs;
	const unsigned char **certs; /* X509Certificate of KeyInfo, DER */
	size_t *cert_lens;
	size_t n_certs;
	xmlNodePtr key_value;   /* ds:KeyValue, or NULL */
};

/* Findings tell what is refused; false: so malformed that nothing can be
 * computed (findings say why).  container: the rules of an ASiC: names are
 * entries', elements are the signature's own, transforms canonicalise. */
bool ed_xmldsig_parse(const struct ed_xml *xml, xmlNodePtr node, bool container,
		      struct ed_arena *arena, struct ed_findings *findings, struct ed_xmldsig *sig);
/* One ds:Reference: of a ds:Manifest of that signature. */
void ed_xmldsig_reference(const struct ed_xml *xml, const struct ed_xmldsig *sig, xmlNodePtr node,
			  bool container, struct ed_arena *arena, struct ed_findings *findings,
			  struct ed_ref *ref);
/* Digest of SignedInfo's canonical form, for the value. */
enum edoc_code ed_xmldsig_info_digest(const struct ed_xml *xml, const struct ed_xmldsig *sig,
				      unsigned char out[ED_HASH_MAX], struct edoc_error *err) EDOC_CHECK;
/* The form itself, which EdDSA signs. */
enum edoc_code ed_xmldsig_info(const struct ed_xml *xml, const struct ed_xmldsig *sig,
			       struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;
/*
 * What a reference to the document or an element of it digests (4.4.3.2), given
 * to sink.  An empty result, because all was left out: EDOC_ERR_INPUT.
 * otherwise: how a result that is still nodes becomes octets; NULL: C14N 1.0.
 */
enum edoc_code ed_xmldsig_write(const struct ed_xml *xml, const struct ed_xmldsig *sig,
				const struct ed_ref *ref, const struct ed_c14n_form *otherwise,
				ed_xml_sink_fn *sink, void *arg, struct edoc_error *err) EDOC_CHECK;
/* The same of an object's bytes: base64 is undone, XML canonicalised, or they
 * are given as they are. */
enum edoc_code ed_xmldsig_write_bytes(const struct ed_ref *ref, const void *bytes, size_t len,
				      ed_xml_sink_fn *sink, void *arg,
				      struct edoc_error *err) EDOC_CHECK;

#endif
