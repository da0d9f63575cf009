/* SPDX-License-Identifier: ISC */
/* The door to libcrypto's CRLs and OCSP answers, and to signatures on them. */
#ifndef ED_DOOR_X509REV_H
#define ED_DOOR_X509REV_H

#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "base/ber.h"
#include "door/x509.h"

/* All bytes are consumed or it is refused. */
enum edoc_code ed_crl_parse(const void *der, size_t len, const char *where, X509_CRL **crl,
                            struct edoc_error *err) EDOC_CHECK;

/* An OCSPResponse, which must be successful and basic, or a BasicOCSPResponse. */
struct ed_ocsp {
	OCSP_BASICRESP *basic; /* owned: OCSP_BASICRESP_free */
	struct ed_ber tbs;     /* what is signed, as it stands in the caller's bytes */
	struct ed_ber certs;   /* SEQUENCE OF Certificate, left alone; or absent */
};
enum edoc_code ed_ocsp_parse(const void *der, size_t len, const char *where, struct ed_ocsp *ocsp,
                             struct edoc_error *err) EDOC_CHECK;

/* The arithmetic of a signature, its two AlgorithmIdentifiers being the same. */
bool ed_cert_verify(X509 *x509, EVP_PKEY *key);
bool ed_crl_verify(X509_CRL *crl, EVP_PKEY *key);
bool ed_ocsp_verify(const struct ed_ocsp *ocsp, EVP_PKEY *key);
/* The digest under a signature with that algorithm; NONE: another one. */
enum ed_hash ed_hash_signed_with(const X509_ALGOR *alg);
/* The digest that an algorithm is; NONE: not known here. */
enum ed_hash ed_hash_of_oid(const ASN1_OBJECT *oid);
enum ed_hash ed_hash_of_alg(const X509_ALGOR *alg);

/* With SHA-1, as RFC 5019 2.1.1 wants it: it names, it proves nothing. */
OCSP_CERTID *ed_ocsp_cert_id(const X509 *cert, const X509 *issuer);

#endif
