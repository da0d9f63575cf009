/* SPDX-License-Identifier: ISC */
/* The door to libcrypto's certificates and CMS. */
#ifndef ED_DOOR_X509_H
#define ED_DOOR_X509_H

#include <openssl/x509.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/finding.h"

struct ed_cert {
	X509 *x509;
	unsigned char sha256[32];
	char hex[65];            /* of sha256 */
	const char *subject;     /* RFC 4514, UTF-8 */
	const char *issuer;
	const char *serial;      /* decimal */
	int64_t not_before, not_after;
	bool self_issued;
	bool has_key_usage;
	uint32_t key_usage;      /* OpenSSL's KU_* bits */
	bool has_ext_key_usage;
	bool is_ca;
	int path_length;         /* -1: none */
	/* Identifiers of natural and legal persons, "" when absent. */
	const char *pinfl, *inn, *uid, *serial_number;
};

/* All bytes are consumed or it is refused.  Strings live in the arena; the
 * X509 is owned by the ed_cert (ed_cert_clear). */
enum edoc_code ed_cert_parse(const void *der, size_t len, const char *where,
			     struct ed_arena *arena, struct ed_cert **cert,
			     struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_cert_of(X509 *x509, const char *where, struct ed_arena *arena,
			  struct ed_cert **cert, struct edoc_error *err) EDOC_CHECK; /* up-refs */
void ed_cert_clear(struct ed_cert *cert);
EVP_PKEY *ed_cert_key(const struct ed_cert *cert); /* borrowed; NULL: unsupported */
enum edoc_code ed_cert_der(const X509 *x509, struct ed_buf *der, struct edoc_error *err) EDOC_CHECK;
/* Certificates of PEM or DER bytes; each is given to fn, which up-refs. */
typedef enum edoc_code ed_cert_fn(void *arg, X509 *x509, struct edoc_error *err);
enum edoc_code ed_certs_read(const void *bytes, size_t len, const char *where, ed_cert_fn *fn,
			     void *arg, struct edoc_error *err) EDOC_CHECK;

/* The issuer-and-serial of ESSCertIDv2 (RFC 5035), base64'd for XAdES. */
enum edoc_code ed_cert_issuer_serial(const X509 *x509, struct ed_buf *der,
				     struct edoc_error *err) EDOC_CHECK;

/*
 * Path building and path validation (RFC 5280 6.1) at a given time, auth level 0, no
 * revocation, depth ED_MAX_CHAIN.  anchors and others are borrowed.
 * *chain (leaf first, anchor last) is owned by the caller when EDOC_OK and
 * *trouble == 0; otherwise *trouble is an X509_V_ERR_* and *depth its place.
 */
enum edoc_code ed_chain_build(X509 *leaf, STACK_OF(X509) *anchors, STACK_OF(X509) *others,
			      int64_t at, STACK_OF(X509) **chain, int *trouble, int *depth,
			      struct edoc_error *err) EDOC_CHECK;

/* ---- CMS: detached CAdES baseline B (EN 319 122-1), DER ---- */

/* signed attributes: content-type, message-digest, signing-time `at`,
 * signing-certificate-v2.  The signer's certificate and chain are embedded. */
enum edoc_code ed_cms_sign(const struct edoc_key *key, const void *content, size_t len, int64_t at,
			   struct ed_buf *der, struct edoc_error *err) EDOC_CHECK;

struct ed_cms_facts {
	struct ed_cert *signer;      /* NULL: not found */
	STACK_OF(X509) *others;      /* embedded certificates; freed by ed_cms_facts_clear */
	int64_t claimed_time;        /* signing-time */
	bool intact_data, intact_signature;
	bool bound;                  /* signing-certificate(-v2) matches the signer */
};
/*
 * Structural strictness first (outer type signedData, DER consumed whole, one
 * SignerInfo, signedAttrs present, each once, detached, digest algorithm and
 * signature algorithm agree), then the arithmetic.  EDOC_ERR_INPUT when it is
 * malformed; a wrong signature is in the facts.
 */
enum edoc_code ed_cms_verify(const void *der, size_t der_len, const void *content, size_t len,
			     const char *where, struct ed_arena *arena,
			     struct ed_cms_facts *facts, struct edoc_error *err) EDOC_CHECK;
void ed_cms_facts_clear(struct ed_cms_facts *facts);

#endif
