/* SPDX-License-Identifier: ISC */
/*
 * A signature grows (EN 319 122-1, 319 132-1): time-stamps, validation
 * material and counter-signatures are added to what is not signed.  What was
 * there keeps its bytes, but for the lengths and end tags around it.
 *
 *   B  --stamp(SIGNATURE)-->  T  --values-->  LT  --stamp(ARCHIVE)-->  LTA
 *                                 ^---------- values of its TSA -------'
 *
 * The same three verbs for each form.  What an archive time-stamp is over is
 * found by the code that will verify it, in the very bytes that it will stand in.
 */
#ifndef ED_SIGNATURE_GROW_H
#define ED_SIGNATURE_GROW_H

#include "signature/ades.h"

struct ed_grow {
	const void *bytes; /* a signatures entry, an XML document, a SignedData */
	size_t len;
	const char *where;
	size_t which;               /* of the signatures that reading them gives */
	const struct ed_data *data; /* what they were read with, or NULL */
	size_t only;                /* CAdES: the object that it is over, or ED_NO_DATA */
	struct ed_arena *arena;     /* for what is read on the way */
};

/* Gets a time-stamp token over that digest: a TSA's, by the caller's ways. */
typedef enum edoc_code ed_token_fn(void *arg, enum ed_hash hash,
                                   const unsigned char imprint[ED_HASH_MAX], struct ed_buf *token,
                                   struct edoc_error *err);

/* kind: ED_STAMP_SIGNATURE or ED_STAMP_ARCHIVE.  EDOC_ERR_INPUT: the form of
 * this signature has no place for it (says why). */
enum edoc_code ed_xades_add_stamp(const struct ed_grow *g, enum ed_stamp_kind kind,
                                  enum ed_hash hash, ed_token_fn *token, void *arg,
                                  struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_cades_add_stamp(const struct ed_grow *g, enum ed_stamp_kind kind,
                                  enum ed_hash hash, ed_token_fn *token, void *arg,
                                  struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;

/*
 * Certificates, CRLs and OCSP answers that are not in it yet; those that are
 * are passed over.  about: of which time-stamp they are (index into
 * ed_ades.stamps), or ED_NO_STAMP: of the signature.  XAdES: CertificateValues
 * and RevocationValues, or TimeStampValidationData right behind that stamp
 * (EN 319 132-1 5.4, 5.5.1); CAdES: SignedData.certificates and .crls (EN 319
 * 122-1 6.3), OCSP answers as RFC 5940 says.
 */
#define ED_NO_STAMP ((size_t)-1)
enum edoc_code ed_xades_add_values(const struct ed_grow *g, size_t about,
                                   const struct ed_blob *const *values, size_t n,
                                   struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_cades_add_values(const struct ed_grow *g, size_t about,
                                   const struct ed_blob *const *values, size_t n,
                                   struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;

/* A counter-signature over the value (EN 319 132-1 5.2.7.2, EN 319 122-1
 * 5.2.7): baseline B, at that moment. */
struct ed_counter_spec {
	const struct edoc_key *key;
	int64_t at;
	const char *role;                   /* or NULL */
	const struct edoc_sign_place *place; /* or NULL */
};
enum edoc_code ed_xades_add_counter(const struct ed_grow *g, const struct ed_counter_spec *spec,
                                    struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_cades_add_counter(const struct ed_grow *g, const struct ed_counter_spec *spec,
                                    struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;

#endif
