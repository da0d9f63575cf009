/* SPDX-License-Identifier: ISC */
/*
 * The door to libcrypto's algorithms: digests, signature values, keys.  One
 * library context of our own (default provider, no openssl.cnf), made once.
 */
#ifndef ED_DOOR_CRYPTO_H
#define ED_DOOR_CRYPTO_H

#include <openssl/types.h>

#include "base/buf.h"

OSSL_LIB_CTX *ed_crypto_context(void); /* NULL: could not be made */
/* Some calls (PKCS12_*, CMS, X509_verify) know no context and take the thread's
 * default one: make it ours and give the old one back.  NULL: no context. */
OSSL_LIB_CTX *ed_crypto_enter(void);
void ed_crypto_leave(OSSL_LIB_CTX *old);
/* ed_fail() with libcrypto's own last reason behind `what`; empties its queue,
 * as every function of this door does on the way out. */
enum edoc_code ed_crypto_fail(struct edoc_error *err, enum edoc_code code, const char *where,
                              const char *what);

enum ed_hash { ED_HASH_NONE = 0, ED_SHA1, ED_SHA224, ED_SHA256, ED_SHA384, ED_SHA512 };
#define ED_HASH_MAX 64 /* bytes */

size_t ed_hash_size(enum ed_hash hash);
const char *ed_hash_name(enum ed_hash hash);      /* "SHA-256" */
enum ed_hash ed_hash_by_xml_uri(const char *uri); /* RFC 6931 */
const char *ed_hash_xml_uri(enum ed_hash hash);
enum ed_hash ed_hash_by_name(const char *name);

struct ed_digest;                                   /* a running digest */
struct ed_digest *ed_digest_new(enum ed_hash hash); /* NULL: unknown or memory */
bool ed_digest_update(struct ed_digest *digest, const void *bytes, size_t len);
bool ed_digest_final(struct ed_digest *digest, unsigned char out[ED_HASH_MAX]);
void ed_digest_free(struct ed_digest *digest);
bool ed_hash_bytes(enum ed_hash hash, const void *bytes, size_t len,
                   unsigned char out[ED_HASH_MAX]);
/* "sha256:<hex>" of bytes; out has 72 bytes. */
#define ED_SHA256_REF 72
bool ed_sha256_ref(const void *bytes, size_t len, char out[ED_SHA256_REF]);
bool ed_random(void *out, size_t len);
void ed_wipe(void *p, size_t len);
bool ed_same_bytes(const void *a, const void *b, size_t len); /* constant time */

enum ed_key_type { ED_KEY_OTHER = 0, ED_KEY_RSA, ED_KEY_EC_P256, ED_KEY_EC_P384, ED_KEY_EC_P521 };

struct ed_sigalg {
	enum ed_key_type type; /* ED_KEY_RSA: PKCS#1 v1.5; with ec, OTHER means any curve */
	bool ec;
	enum ed_hash hash;
};
/* RFC 6931 URIs: rsa-sha1..512, ecdsa-sha1..512. */
bool ed_sigalg_by_xml_uri(const char *uri, struct ed_sigalg *alg);
const char *ed_sigalg_xml_uri(const struct ed_sigalg *alg);

/* OTHER also for an EC key whose curve came as numbers. */
enum ed_key_type ed_pkey_type(const EVP_PKEY *key);
/* An EC key whose curve came as numbers, not as a name: anybody can choose
 * numbers under which a known public key is his (CVE-2020-0601). */
bool ed_pkey_explicit_curve(const EVP_PKEY *key);
int ed_pkey_bits(const EVP_PKEY *key);
/* For people: "RSA-2048", "P-256", "secp256k1", "ED25519". */
#define ED_PKEY_TEXT 64
void ed_pkey_text(const EVP_PKEY *key, char out[ED_PKEY_TEXT]);

/* XML form: ECDSA values are r || s of exactly the curve's length twice.
 * true only when the value verifies.  `hash_value` is the digest of what was
 * signed. */
bool ed_verify_xml(EVP_PKEY *key, const struct ed_sigalg *alg, const unsigned char *hash_value,
                   size_t hash_len, const void *value, size_t len);

/* The private half; edoc_key in the public header is this struct. */
EVP_PKEY *ed_key_pkey(const struct edoc_key *key);
X509 *ed_key_cert(const struct edoc_key *key);
STACK_OF(X509) *ed_key_chain(const struct edoc_key *key); /* may be NULL */
/* SHA-256 for RSA and P-256, SHA-384 for P-384, SHA-512 for P-521. */
bool ed_key_sigalg(const struct edoc_key *key, struct ed_sigalg *alg);
enum edoc_code ed_sign_xml(const struct edoc_key *key, const struct ed_sigalg *alg,
                           const unsigned char *hash_value, size_t hash_len, struct ed_buf *value,
                           struct edoc_error *err) EDOC_CHECK;

#endif
