/* SPDX-License-Identifier: ISC */
/*
 * A XAdES signature in the making.  Private to the files that make it:
 *
 *   xadesmake.c      SignedInfo, value, KeyInfo, and where all of it stands
 *   xadesmakewords.c the signed properties
 */
#ifndef ED_SIGNATURE_XADESMAKE_H
#define ED_SIGNATURE_XADESMAKE_H

#include "signature/xades.h"

struct ed_xm {
	const struct ed_xades_spec *spec;
	const char *countersigned; /* the Id of the value that it is over, or NULL */
	struct ed_sigalg alg;
	char id[2 + 32 + 1];
	struct ed_buf properties_digest, value; /* base64; empty at first */
};

void ed_xm_put_b64(struct ed_buf *out, const char *name, const void *bytes, size_t len);
void ed_xm_put_digest_method(struct ed_buf *out, enum ed_hash hash);
/* SignedProperties, whole. */
enum edoc_code ed_xm_put_properties(const struct ed_xm *m, struct ed_buf *out,
                                    struct edoc_error *err) EDOC_CHECK;

/* A counter-signature's ds:Signature, with its namespaces: over the value with
 * that Id, whose exclusive canonical form has that digest (spec->hash).
 * spec->inputs are not looked at. */
enum edoc_code ed_xm_countersign(const struct ed_xades_spec *spec, const char *value_id,
                                 const unsigned char digest[ED_HASH_MAX], char id[35],
                                 struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;

#endif
