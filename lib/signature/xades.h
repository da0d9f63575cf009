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
	const char *name;       /* entry name, or a file's, not encoded */
	const char *media_type;
	unsigned char digest[ED_HASH_MAX];
};

enum ed_xades_packaging {
	ED_XADES_CONTAINER, /* a whole META-INF/signatures-*.xml, root asic:XAdESSignatures */
	ED_XADES_DETACHED,  /* ds:Signature alone, over files beside it, by name */
	ED_XADES_ENVELOPED, /* a document with the signature as its root's last child */
	ED_XADES_ENVELOPING, /* ds:Signature alone, with the document's bytes in it */
	ED_XADES_BESIDE      /* one signature more of what others have signed, in their file */
};

/*
 * A file with XAdES signatures, all over one and the same: a file beside it, or
 * something inside: all of it, an element, what a ds:Object holds.  EDOC_ERR_INPUT:
 * they are over something else, or cannot be told.
 */
struct ed_xades_there;
enum edoc_code ed_xades_there_open(const void *bytes, size_t len, const char *where,
                                   struct ed_arena *arena, struct ed_xades_there **there,
                                   struct edoc_error *err) EDOC_CHECK;
bool ed_xades_there_inside(const struct ed_xades_there *there);
/* Inside: it is what those bytes are, signatures left out of both where they are left
 * out of what is signed; else EDOC_ERR_INPUT. */
enum edoc_code ed_xades_there_same(const struct ed_xades_there *there, const void *bytes,
                                   size_t len, const char *name,
                                   struct edoc_error *err) EDOC_CHECK;
void ed_xades_there_free(struct ed_xades_there *there);

struct ed_xades_spec {
	struct ed_sign_words words;
	enum ed_xades_packaging packaging;
	enum ed_hash hash;      /* of the references */
	/* Enveloped: none, or one, of which the media type is used. */
	const struct ed_xades_input *inputs;
	size_t n;
	const void *document;   /* enveloped, enveloping: what is signed, and is given back too */
	size_t document_len;
	const struct ed_xades_there *there; /* beside */
	const struct ed_data *beside;       /* and what may stand beside it */
	const char *tag; /* 8 hex digits of the entry's name, or NULL */
};

/* Enveloped, beside: EDOC_ERR_INPUT when a signature that is there would break;
 * EDOC_ERR_AGAIN: beside one that the same key made of the same in this second. */
enum edoc_code ed_xades_make(const struct ed_xades_spec *spec, struct ed_buf *xml,
			     struct edoc_error *err) EDOC_CHECK;

/* What words.content_token has to be over (EN 319 132-1 5.2.8.1): the inputs as
 * `data` has them (enveloped: NULL), one after another. */
enum edoc_code ed_xades_content_imprint(const struct ed_xades_spec *spec,
                                        const struct ed_data *data, enum ed_hash hash,
                                        unsigned char imprint[ED_HASH_MAX],
                                        struct edoc_error *err) EDOC_CHECK;

#endif
