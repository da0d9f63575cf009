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

/*
 * Making baseline B (EN 319 122-1 6.3), DER: one signer, issuer and serial
 * number for its identifier, its certificate and chain along.
 */
struct ed_cades_spec {
	struct ed_sign_words words;
	enum ed_hash hash;           /* of the content; ed_key_sigalg()'s, no other */
	const unsigned char *digest; /* of the content, detached; or NULL and ... */
	const void *content;         /* ... attached, up to ED_MAX_CMS_CONTENT */
	size_t content_len;
	const char *media_type; /* mime-type attribute, or NULL */
};
/* words.ledger_head and a policy that is named by no OID are EDOC_ERR_USAGE: CMS
 * has no place for them. */
enum edoc_code ed_cades_make(const struct ed_cades_spec *spec, struct ed_buf *der,
                             struct edoc_error *err) EDOC_CHECK;
/*
 * One more signer of the same content, whose type and whether it is attached
 * are those of `bytes`; what is there keeps its bytes.  EDOC_ERR_INPUT: there is
 * nobody whom to join, the content is another one, or what is there would not
 * stand it (an evidence record, an archive-time-stamp-v2).
 */
enum edoc_code ed_cades_cosign(const void *bytes, size_t len, const char *where,
                               const struct ed_cades_spec *spec, struct ed_buf *out,
                               struct edoc_error *err) EDOC_CHECK;
/* What a content-time-stamp of spec is to be over (5.2.8: the content's octets).
 * Detached: by spec->hash alone.  false: by that hash it cannot be told. */
bool ed_cades_content_imprint(const struct ed_cades_spec *spec, enum ed_hash hash,
                              unsigned char out[ED_HASH_MAX]);

#endif
