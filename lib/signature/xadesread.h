/* SPDX-License-Identifier: ISC */
/*
 * One XAdES signature while it is read.  Private to the files that read it:
 *
 *   xades.c       where signatures stand, their structure, their level
 *   xadessigned.c the signed properties
 *   xadesrefs.c   the references: found, brought into form, digested
 *   xadessigner.c whose certificate
 *   xadesvalues.c certificates and revocation that the signature brings along
 *   xadesstamp.c  its time-stamps (and what they are over: xadesproof.h)
 *   hashchain.c   X-Road's chains of digests
 *
 * A signature's elements are reached from its own ds:Signature node downwards
 * only, and what a reference digested is compared with what is read by the
 * address of the node: nothing that stands elsewhere in the document can take
 * its place.
 */
#ifndef ED_SIGNATURE_XADESREAD_H
#define ED_SIGNATURE_XADESREAD_H

#include "signature/xades.h"
#include "signature/xmldsig.h"

#define ED_NS_XADES111 "http://uri.etsi.org/01903/v1.1.1#"
#define ED_NS_XADES122 "http://uri.etsi.org/01903/v1.2.2#"
#define ED_NS_XADESEN "http://uri.etsi.org/19132/v1.1.1#"

struct ed_xr_cert_ref { /* a Cert of SigningCertificate(V2) */
	xmlNodePtr node;
	bool v2;
	enum ed_hash hash;
	unsigned char digest[ED_HASH_MAX];
};

struct ed_xr_ref {
	struct ed_ref *ref;
	size_t object; /* of the data, or ED_NO_DATA */
	bool good;     /* found, and its digest right */
};

struct ed_xr {
	const struct ed_xml *xml;
	struct ed_arena *arena;
	const struct ed_data *data;
	struct ed_material *material;
	struct ed_ades *a;
	const struct ed_xr *parent; /* whom it counter-signs, or NULL */
	unsigned depth;             /* of counter-signatures */
	struct ed_xmldsig dsig;
	const char *ns; /* which XAdES */
	xmlNodePtr qualifying, properties;
	xmlNodePtr unsigned_properties; /* UnsignedSignatureProperties */
	xmlNodePtr policy_transforms;   /* of SignaturePolicyId, or NULL */
	struct ed_xr_ref *refs, *entries; /* of SignedInfo; of the Manifests they name */
	size_t n_entries, entries_cap, covers_cap, uses_cap, stamps_cap, material_cap;
	unsigned *orders; /* of each a->material: 0 KeyInfo, then the n-th unsigned property */
	size_t orders_cap;
	unsigned *stamp_orders, *record_orders; /* the same of a->stamps, a->records */
	uint64_t ref_work, stamp_work; /* octets of XML digested for references, for time-stamps */
	bool in_content;               /* what is given is data, bounded by who gives it */
	size_t n_stamp_covers;
	size_t stamp_orders_cap, record_orders_cap, records_cap;
	struct ed_xr_cert_ref *cert_refs;
	size_t n_cert_refs, cert_refs_cap;
	bool has_v1, has_v2;
	struct ed_xr_format {
		xmlNodePtr ref; /* its ds:Reference */
		const char *type;
	} * formats;
	size_t n_formats, formats_cap, n_data;
	unsigned n_roles;
	bool properties_signed;
	bool not_baseline, not_etsi;
	bool countersigns; /* a reference to the parent's SignatureValue holds */
	bool unproved;     /* what time-stamps are over and counter-signatures: not looked at */
};

/* One signature of a document, with the document still open: for what is added
 * to it.  What its time-stamps and records are over is not digested, and
 * counter-signatures are not read. */
struct ed_xr_one {
	struct ed_xml *xml;
	struct ed_material material;
	struct ed_ades a;
	struct ed_xr r;
};
/* which: of those that ed_xades_read() gives.  To be closed when it succeeded;
 * must not move. */
enum edoc_code ed_xr_open(const void *bytes, size_t len, const char *where, size_t which,
                          const struct ed_data *data, struct ed_arena *arena, struct ed_xr_one *one,
                          struct edoc_error *err) EDOC_CHECK;
void ed_xr_close(struct ed_xr_one *one);

/* The signatures of a document that is no container, none of which stands in another. */
enum edoc_code ed_xr_list(const struct ed_xml *xml, struct ed_arena *arena, xmlNodePtr **nodes,
                          size_t *n, struct edoc_error *err) EDOC_CHECK;

void ed_xr_note(struct ed_xr *r, const char *code, const xmlNode *node, const char *a0,
		const char *a1);
/* A finding that also takes the level away. */
void ed_xr_spoil(struct ed_xr *r, const char *code, const xmlNode *node, const char *a0);
const char *ed_xr_place(struct ed_xr *r, const xmlNode *node);
/* Text without the white space around it (XML Schema, whiteSpace=collapse). */
const char *ed_xr_text(struct ed_xr *r, const xmlNode *node);
/* A finding that makes it no baseline signature. */
void ed_xr_lower(struct ed_xr *r, const char *code, const xmlNode *node, const char *a0);
/* An element of the signature's own XAdES namespace. */
bool ed_xr_is(const struct ed_xr *r, const xmlNode *node, const char *name);
/* The one child so named; several are an error, none is NULL. */
xmlNodePtr ed_xr_property(struct ed_xr *r, const xmlNode *node, const char *name);
/* ds:DigestMethod and ds:DigestValue of a CertDigest and its like. */
bool ed_xr_digest(struct ed_xr *r, const xmlNode *node, enum ed_hash *hash,
		  unsigned char digest[ED_HASH_MAX]);
bool ed_xr_use(struct ed_xr *r, enum ed_hash hash, const char *what);

void ed_xr_signed_properties(struct ed_xr *r);
enum edoc_code ed_xr_references(struct ed_xr *r, struct edoc_error *err) EDOC_CHECK;
/* What a reference digests, octets; a result that is nodes by `otherwise`. */
/* How many references from the first are data as it stands, and what is
 * digested of these.  digest: fresh, and may become another. */
enum edoc_code ed_xr_begin(struct ed_xr *r, enum ed_hash hash, size_t *n, struct ed_digest **digest,
			   struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_xr_write(struct ed_xr *r, const struct ed_xr_ref *ref,
			   const struct ed_c14n_form *otherwise, ed_xml_sink_fn *sink, void *arg,
			   struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_xr_signer(struct ed_xr *r, struct edoc_error *err) EDOC_CHECK;
/* Certificates, CRLs and OCSP answers of KeyInfo and the unsigned properties. */
enum edoc_code ed_xr_values(struct ed_xr *r, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_xr_value_add(struct ed_xr *r, size_t blob, unsigned order,
			       struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_xr_stamps(struct ed_xr *r, struct edoc_error *err) EDOC_CHECK;
/* The name that people know what it signs by; NULL: a part of the signature. */
const char *ed_xr_cover_name(const struct ed_xr *r, const struct ed_xr_ref *x);

#endif
