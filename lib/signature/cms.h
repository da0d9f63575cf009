/* SPDX-License-Identifier: ISC */
/*
 * SignedData (RFC 5652) read slice by slice from BER or DER: CAdES and
 * time-stamp tokens stand on it.  OpenSSL's own CMS would sort, re-encode and
 * forgive; what was signed is digested here as it stands.
 */
#ifndef ED_SIGNATURE_CMS_H
#define ED_SIGNATURE_CMS_H

#include "base/ber.h"
#include "base/finding.h"
#include "door/x509.h"
#include "signature/material.h"

struct ed_cms_attr {
	const char *oid;
	struct ed_ber whole;   /* the Attribute */
	struct ed_ber *values; /* of its SET */
	size_t n;
};

struct ed_cms_signer {
	const char *where;
	struct ed_ber whole; /* the SignerInfo */
	int64_t version;
	struct ed_ber issuer, serial, key_id;    /* IssuerAndSerialNumber, or [0] */
	struct ed_ber digest_alg, signature_alg; /* AlgorithmIdentifiers */
	enum ed_hash digest;
	struct ed_sigalg alg;
	bool alg_known;
	struct ed_ber signed_attrs; /* [0], or absent */
	struct ed_cms_attr *attrs, *unsigned_attrs;
	size_t n_attrs, n_unsigned;
	struct ed_ber unsigned_set; /* [1], or absent */
	const uint8_t *value;       /* signature */
	size_t value_len;
};

struct ed_cms {
	const char *where;
	struct ed_ber whole; /* ContentInfo */
	int64_t version;
	struct ed_ber digest_algs;
	const char *content_type; /* eContentType */
	struct ed_ber content; /* eContent's OCTET STRING, maybe of fragments; absent: detached */
	struct ed_ber certs, crls; /* [0], [1]; absent or as they stand */
	struct ed_cms_signer *signers;
	size_t n_signers;
	size_t *blobs; /* what certs and crls added to the material, by index */
	size_t n_blobs;
};

/*
 * ContentInfo of signedData; the outer type is looked at before anything
 * inner, all bytes are consumed.  Certificates, CRLs and OCSP answers (RFC
 * 5940) go to the material.  EDOC_ERR_INPUT: something else, or malformed.
 */
enum edoc_code ed_cms_read(const void *p, size_t len, const char *where,
                           struct ed_material *material, struct ed_arena *arena, struct ed_cms *cms,
                           struct edoc_error *err) EDOC_CHECK;
/* Of eContent, put together from its fragments.  false: detached, malformed, or
 * an unknown digest. */
bool ed_cms_content_digest(const struct ed_cms *cms, enum ed_hash hash,
                           unsigned char out[ED_HASH_MAX]);
/* One SignerInfo by itself: a counter-signature's (RFC 5652 11.4). */
enum edoc_code ed_cms_signer_read(const struct ed_ber *e, const char *where,
                                  struct ed_arena *arena, struct ed_cms_signer *signer,
                                  struct edoc_error *err) EDOC_CHECK;
/* The one value of the one attribute so named; NULL: none, several, or several
 * values (*count tells how many attributes, may be NULL). */
const struct ed_ber *ed_cms_attr(const struct ed_cms_attr *attrs, size_t n, const char *oid,
                                 size_t *count);
/* The SET OF that [0] or [1] IMPLICIT stands for: as it is signed, and sorted in DER. */
struct ed_ber ed_cms_set(const struct ed_ber *implicit);
/* The SignerInfo names that certificate: by issuer and serial number, or by its key. */
bool ed_cms_names(const struct ed_cms_signer *signer, const struct ed_cert *cert);
/* The certificate a SignerInfo names, among `material`, and where it brought none
 * along among those at hand (EN 319 102-1 5.2.3.2: an input); several that fit are
 * told apart by what ESSCertID(v2) says and by the signature itself. */
enum edoc_code ed_cms_signer_cert(const struct ed_cms_signer *signer,
                                  const struct ed_material *material, struct ed_arena *arena,
                                  struct ed_cert **cert, struct edoc_error *err) EDOC_CHECK;

struct ed_cms_checked {
	bool content_type, message_digest; /* attribute present once and right */
	bool value;                        /* the signature verifies with cert's key */
	bool der;                          /* signedAttrs stand in DER, sorted */
	unsigned char info[ED_HASH_MAX];   /* digest of signedAttrs */
};
/*
 * The arithmetic of one SignerInfo.  content_digest: of the content under
 * signer->digest; NULL: not at hand, message_digest stays false.  cms NULL: a
 * counter-signature (RFC 5652 11.4), whose content_digest is of its parent's
 * value, and whose content_type is right when it is absent.  cert NULL: not
 * found.  A SignerInfo without signedAttrs never has `value` (CMS attribute and
 * content confusion, security.md C01), nor has one whose digest and signature
 * algorithm disagree (RFC 8933 3.1).  signedAttrs that are not DER are tried as
 * they stand and as DER (RFC 5652 5.4).  Makes all findings but those about the
 * content's digest.
 */
enum edoc_code ed_cms_check(const struct ed_cms *cms, const struct ed_cms_signer *signer,
                            const struct ed_cert *cert, const unsigned char *content_digest,
                            struct ed_arena *arena, struct ed_findings *findings,
                            struct ed_cms_checked *out, struct edoc_error *err) EDOC_CHECK;
/* ESSCertID and ESSCertIDv2 (RFC 5035 3, 5) against a certificate: what is there
 * must match, its issuer and serial number too.  hash: the weakest of them. */
enum ed_ess {
	ED_ESS_ABSENT,
	ED_ESS_WRONG,
	ED_ESS_UNKNOWN, /* by a digest that is not calculated here */
	ED_ESS_MATCH
};
enum ed_ess ed_cms_ess(const struct ed_cms_signer *signer, const struct ed_cert *cert,
                       enum ed_hash *hash);

#endif
