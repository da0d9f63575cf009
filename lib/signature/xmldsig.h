/* SPDX-License-Identifier: ISC */
/* XML-Signature core (W3C xmldsig-core1), the part that XAdES in ASiC uses. */
#ifndef ED_SIGNATURE_XMLDSIG_H
#define ED_SIGNATURE_XMLDSIG_H

#include "base/finding.h"
#include "door/crypto.h"
#include "door/xml.h"

enum ed_ref_kind {
	ED_REF_ENTRY,      /* a container entry, by relative or container-absolute name */
	ED_REF_PROPERTIES, /* #id of the SignedProperties, with its Type */
	ED_REF_REFUSED     /* anything else: a finding was made */
};

struct ed_ref {
	xmlNodePtr node;
	enum ed_ref_kind kind;
	const char *id;   /* or NULL */
	const char *name; /* the entry's decoded name, or the Id without '#' */
	const char *media_type; /* of its DataObjectFormat, or NULL */
	enum ed_hash hash;
	unsigned char value[ED_HASH_MAX];
	bool c14n_given;
	enum ed_c14n c14n;
	bool comments;
	char **prefixes;
};

struct ed_xmldsig {
	xmlNodePtr node;        /* ds:Signature */
	xmlNodePtr signed_info;
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
};

/* Findings tell what is refused; false: so malformed that nothing can be
 * computed (findings say why). */
bool ed_xmldsig_parse(const struct ed_xml *xml, xmlNodePtr node, struct ed_arena *arena,
		      struct ed_findings *findings, struct ed_xmldsig *sig);
/* Digest of SignedInfo's canonical form, for the value. */
enum edoc_code ed_xmldsig_info_digest(const struct ed_xml *xml, const struct ed_xmldsig *sig,
				      unsigned char out[ED_HASH_MAX], struct edoc_error *err) EDOC_CHECK;
/* Digest of a same-document element under a reference's canonicalisation. */
enum edoc_code ed_xmldsig_element_digest(const struct ed_xml *xml, const struct ed_ref *ref,
					 xmlNodePtr element, unsigned char out[ED_HASH_MAX],
					 struct edoc_error *err) EDOC_CHECK;

#endif
