/* SPDX-License-Identifier: ISC */
/* CAdES (EN 319 122-1, TS 101 733): every signer of a SignedData, with its
 * attributes, time-stamps, archive time-stamps, counter-signatures. */
#ifndef ED_SIGNATURE_CADES_H
#define ED_SIGNATURE_CADES_H

#include "signature/ades.h"
#include "signature/signwords.h"

/* The name that attached content has in ed_ades.covers and ed_object.name: it
 * brings none of its own. */
#define ED_CADES_CONTENT "(content)"

struct ed_cades {
	struct ed_ades *sigs; /* one a SignerInfo; none at all: only certificates */
	size_t n;
	const char *content_type; /* eContentType, dotted */
	const uint8_t *content;   /* attached, in one piece; NULL: detached */
	size_t content_len;
};

/*
 * bytes: BER or DER (PEM and base64 are undone by the caller); they stay as long
 * as the result.  data: the objects that detached content may be, or NULL;
 * `only`: the one that it must be (an ASiCManifest, a lone file), or ED_NO_DATA
 * to go by the digest.  Attached content is up to ED_MAX_CMS_CONTENT, and where
 * data is given as well it must be one of it.  EDOC_ERR_INPUT: no SignedData.
 */
enum edoc_code ed_cades_read(const void *bytes, size_t len, const char *where,
                             const struct ed_data *data, size_t only, struct ed_material *material,
                             struct ed_arena *arena, struct ed_cades *cades,
                             struct edoc_error *err) EDOC_CHECK;

/* Making baseline B (EN 319 122-1 6), DER: one signer. */
struct ed_cades_spec {
	struct ed_sign_words words;
	enum ed_hash hash;                          /* of the content */
	const unsigned char *digest;                /* of the content, detached; or NULL and ... */
	const void *content;                        /* ... attached */
	size_t content_len;
	const char *media_type;                     /* mime-type attribute, or NULL */
};
enum edoc_code ed_cades_make(const struct ed_cades_spec *spec, struct ed_buf *der,
                             struct edoc_error *err) EDOC_CHECK;
/* One more signer of the same content; what is there keeps its bytes. */
enum edoc_code ed_cades_cosign(const void *bytes, size_t len, const char *where,
                               const struct ed_cades_spec *spec, struct ed_buf *out,
                               struct edoc_error *err) EDOC_CHECK;

#endif
