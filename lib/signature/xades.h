/* SPDX-License-Identifier: ISC */
/* XAdES (EN 319 132-1): reading, and making baseline B. */
#ifndef ED_SIGNATURE_XADES_H
#define ED_SIGNATURE_XADES_H

#include "door/x509.h"
#include "signature/signwords.h"
#include "signature/xmldsig.h"

/*
 * XML with signatures in it, wherever they stand (EN 319 132-1, TS 101 903):
 * in a container's entry (data->container), or enveloped, enveloping and
 * detached in a document of its own.  Each is checked by arithmetic: references
 * found and digested, SignedInfo, value, SignedProperties bound by Id and Type,
 * Target, SigningCertificate(V2), time-stamps, counter-signatures.  Trust and
 * time are not looked at.  EDOC_ERR_INPUT: no acceptable XML, or no signature.
 */
enum edoc_code ed_xades_read(const void *bytes, size_t len, const char *where, size_t max_bytes,
			     const struct ed_data *data, struct ed_material *material,
			     struct ed_arena *arena, struct ed_ades **sigs, size_t *n,
			     struct edoc_error *err) EDOC_CHECK;

struct ed_xades_input {
	const char *name;       /* entry name, not encoded */
	const char *media_type;
	unsigned char digest[ED_HASH_MAX];
};

struct ed_xades_spec {
	struct ed_sign_words words;
	enum ed_hash hash;      /* of the references */
	const struct ed_xades_input *inputs;
	size_t n;
	const char *tag; /* 8 hex digits of the entry's name, or NULL */
};

/* A whole META-INF/signatures-*.xml, root asic:XAdESSignatures. */
enum edoc_code ed_xades_make(const struct ed_xades_spec *spec, struct ed_buf *xml,
			     struct edoc_error *err) EDOC_CHECK;

#endif
