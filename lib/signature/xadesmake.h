/* SPDX-License-Identifier: ISC */
/*
 * A XAdES signature in the making.  Private to the files that make it:
 *
 *   xadesmake.c      SignedInfo, value, KeyInfo, and where all of it stands
 *   xadesmakewords.c the signed properties
 *   xadesbeside.c    one signer more of what others have signed
 */
#ifndef ED_SIGNATURE_XADESMAKE_H
#define ED_SIGNATURE_XADESMAKE_H

#include "signature/xades.h"

struct ed_xm {
	const struct ed_xades_spec *spec;
	bool counter;           /* it is over a signature's value */
	/* The Id of what it is over in the same document, "": all of that; NULL: what
	 * stands beside it, by its name. */
	const char *target;
	const char *transforms; /* of that: ds:Transform elements */
	struct ed_sigalg alg;
	char id[2 + 32 + 1];
	char object[2 + 32 + 2 + 1]; /* enveloping: the Id of the document */
	struct ed_buf properties_digest, value; /* base64; empty at first */
};

void ed_xm_put_b64(struct ed_buf *out, const char *name, const void *bytes, size_t len);
void ed_xm_put_digest_method(struct ed_buf *out, enum ed_hash hash);
#define ED_XM_TRANSFORM(uri) "<ds:Transform Algorithm=\"" uri "\"></ds:Transform>"
#define ED_XM_EXCLUSIVE ED_XM_TRANSFORM("http://www.w3.org/2001/10/xml-exc-c14n#")
#define ED_XM_BASE64 ED_XM_TRANSFORM(ED_NS_DS "base64")
/* Without any signature: whoever signs the same next changes nothing of it. */
#define ED_XM_WITHOUT                                                                              \
	"<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"                \
	"<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>" ED_XM_EXCLUSIVE

enum edoc_code ed_xm_check(const struct ed_xades_spec *spec, struct edoc_error *err) EDOC_CHECK;
/* The ds:Signature, with what stands around it in a file of its own. */
enum edoc_code ed_xm_make(struct ed_xm *m, struct ed_buf *xml, struct edoc_error *err) EDOC_CHECK;
/* SignedProperties, whole. */
enum edoc_code ed_xm_put_properties(const struct ed_xm *m, struct ed_buf *out,
                                    struct edoc_error *err) EDOC_CHECK;

/* A counter-signature's ds:Signature, with its namespaces: over the value with
 * that Id, whose exclusive canonical form has that digest (spec->hash).
 * spec->inputs are not looked at. */
enum edoc_code ed_xm_countersign(const struct ed_xades_spec *spec, const char *value_id,
                                 const unsigned char digest[ED_HASH_MAX], char id[35],
                                 struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;

/* ED_XADES_BESIDE: the document of spec->there with one signature more. */
enum edoc_code ed_xm_beside(const struct ed_xades_spec *spec, struct ed_buf *xml,
                            struct edoc_error *err) EDOC_CHECK;
/* What is signed within it, as it will be signed. */
enum edoc_code ed_xm_digest_there(const struct ed_xades_there *there, enum ed_hash hash,
                                  unsigned char out[ED_HASH_MAX], struct edoc_error *err) EDOC_CHECK;

#endif
