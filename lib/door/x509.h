/* SPDX-License-Identifier: ISC */
/* The door to libcrypto's certificates. */
#ifndef ED_DOOR_X509_H
#define ED_DOOR_X509_H

#include <openssl/x509.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/finding.h"
#include "door/crypto.h"

struct edoc_memo;      /* of the public header */
struct ed_cert_shared; /* door/memo.h */

struct ed_cert {
	X509 *x509;
	unsigned char sha256[32];
	char hex[65];        /* of sha256 */
	const char *subject; /* RFC 4514, UTF-8 */
	const char *issuer;
	const char *serial; /* decimal */
	int64_t not_before, not_after;
	bool self_issued;
	bool has_key_usage;
	uint32_t key_usage; /* OpenSSL's KU_* bits */
	bool has_ext_key_usage, ext_key_usage_critical;
	const char **ext_key_usage; /* dotted OIDs, NULL-ended; NULL: no such extension */
	bool is_ca;
	int path_length;       /* -1: none */
	bool names_revocation; /* CRLDistributionPoints or AIA ocsp */
	bool no_check;         /* id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1) */
	bool short_term;       /* never revoked by design: EN 319 412-1 5.2, RFC 9608 noRevAvail */
	enum ed_hash signed_with; /* NONE: a digest that is not known */
	enum ed_key_type key_type;
	int key_bits;                            /* 0: a key that is not known */
	const char *key_text;                    /* for people; "?" */
	bool explicit_curve;                     /* CVE-2020-0601 */
	bool sham_exponent;                      /* RSA with e = 1: anybody's signature */
	unsigned long subject_hash, issuer_hash; /* equal names have equal ones */
	/* Identifiers of natural and legal persons, "" when absent. */
	const char *pinfl, *inn, *uid, *serial_number;
	struct ed_cert_shared *shared; /* where the strings live when a memo keeps them */
};

/* All bytes are consumed or it is refused.  Strings live in the arena; the
 * X509 is owned by the ed_cert (ed_cert_clear). */
enum edoc_code ed_cert_parse(const void *der, size_t len, const char *where, struct ed_arena *arena,
                             struct ed_cert **cert, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_cert_of(X509 *x509, const char *where, struct ed_arena *arena,
                          struct ed_cert **cert, struct edoc_error *err) EDOC_CHECK; /* up-refs */
/* The same, looked up in the memo first (which may be NULL) and kept there.
 * sha256 of the bytes when it is known already, else NULL. */
enum edoc_code ed_cert_parse_memo(struct edoc_memo *memo, const void *der, size_t len,
                                  const unsigned char *sha256, const char *where,
                                  struct ed_arena *arena, struct ed_cert **cert,
                                  struct edoc_error *err) EDOC_CHECK;
void ed_cert_clear(struct ed_cert *cert);
/* Its own issuer, by name, key identifier and algorithm; the value is not computed. */
bool ed_cert_self_signed(X509 *x509);
/* What the certificate's key may not be used for when documents are signed:
 * NULL when fit, else the usages it is limited to, for people. */
const char *ed_cert_unfit(const struct ed_cert *cert, struct ed_arena *arena);
EVP_PKEY *ed_cert_key(const struct ed_cert *cert); /* borrowed; NULL: unsupported */
enum edoc_code ed_cert_der(const X509 *x509, struct ed_buf *der, struct edoc_error *err) EDOC_CHECK;
bool ed_asn1_time(const ASN1_TIME *time, int64_t *t); /* false: no time */
/* RFC 4514 text: UTF-8 as it is, control characters escaped, values of types
 * without a short name as text too.  Look at the
 * buffer's state afterwards. */
void ed_name_put(const X509_NAME *name, struct ed_buf *text);
/* The same of a Name's DER (or BER); false: it is none. */
bool ed_name_text(const void *der, size_t len, struct ed_buf *text);
/* The DER (or BER) of a Name means that one (RFC 5280 7.1: case and runs of
 * blanks do not count). */
bool ed_name_same(const X509_NAME *name, const void *der, size_t len);
/* Certificates of PEM or DER bytes (none at all: EDOC_ERR_INPUT); each is given to fn, which
 * up-refs. */
typedef enum edoc_code ed_cert_fn(void *arg, X509 *x509, struct edoc_error *err);
enum edoc_code ed_certs_read(const void *bytes, size_t len, const char *where, ed_cert_fn *fn,
                             void *arg, struct edoc_error *err) EDOC_CHECK;

/* IssuerSerial of ESSCertIDv2 (RFC 5035 5), DER; XAdES carries it in base64. */
enum edoc_code ed_cert_issuer_serial(const X509 *x509, struct ed_buf *der,
                                     struct edoc_error *err) EDOC_CHECK;

#endif
