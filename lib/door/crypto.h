/* SPDX-License-Identifier: ISC */
/*
 * The door to libcrypto's algorithms: digests, signature values, keys.  One
 * library context of our own (default provider, no openssl.cnf), made once.
 */
#ifndef ED_DOOR_CRYPTO_H
#define ED_DOOR_CRYPTO_H

#include <openssl/types.h>

#include "base/ber.h"
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

enum ed_hash {
	ED_HASH_NONE = 0,
	ED_SHA1,
	ED_SHA224,
	ED_SHA256,
	ED_SHA384,
	ED_SHA512,
	ED_SHA3_224,
	ED_SHA3_256,
	ED_SHA3_384,
	ED_SHA3_512,
	ED_SHAKE256, /* of 64 bytes (RFC 8419 2.3) */
	ED_RIPEMD160,
	ED_MD5, /* to be told by its name; no policy can accept it */
	ED_N_HASHES
};
#define ED_HASH_MAX 64 /* bytes */

size_t ed_hash_size(enum ed_hash hash);
const char *ed_hash_name(enum ed_hash hash);      /* "SHA-256" */
enum ed_hash ed_hash_by_xml_uri(const char *uri); /* RFC 9231 2.1 */
const char *ed_hash_xml_uri(enum ed_hash hash);   /* NULL: it has none */
enum ed_hash ed_hash_by_name(const char *name);
/* An AlgorithmIdentifier whose parameters are absent or NULL (RFC 5754 2). */
enum ed_hash ed_hash_by_der(const struct ed_ber *alg);
const char *ed_hash_oid(enum ed_hash hash); /* dotted */

struct ed_digest;                                   /* a running digest */
struct ed_digest *ed_digest_new(enum ed_hash hash); /* NULL: unknown or memory */
/* One that goes on by itself; NULL: memory. */
struct ed_digest *ed_digest_copy(const struct ed_digest *digest);
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

enum ed_key_type {
	ED_KEY_OTHER = 0,
	ED_KEY_RSA,
	ED_KEY_EC_P256,
	ED_KEY_EC_P384,
	ED_KEY_EC_P521,
	ED_KEY_EC_BP256, /* brainpoolP256r1 (RFC 5639) */
	ED_KEY_EC_BP384,
	ED_KEY_EC_BP512,
	ED_KEY_ED25519,
	ED_KEY_ED448,
	ED_KEY_DSA, /* old signatures are computed; no policy can accept it */
	ED_N_KEYS
};

enum ed_sig_kind {
	ED_SIG_NONE = 0,
	ED_SIG_RSA, /* PKCS#1 v1.5 */
	ED_SIG_PSS,
	ED_SIG_ECDSA,
	ED_SIG_EDDSA, /* pure: over the message, never over its digest */
	ED_SIG_DSA
};

struct ed_sigalg {
	enum ed_sig_kind kind;
	enum ed_key_type type; /* that it needs; of ECDSA: OTHER, any curve */
	enum ed_hash hash;     /* of EdDSA: the one it stands on, SHA-512 or SHAKE256 */
	enum ed_hash mgf;      /* PSS: of MGF1 */
	unsigned salt;         /* PSS: bytes */
	bool plain;            /* ECDSA, DSA: r || s, as in XML and BSI TR-03111; else DER */
};
/* RFC 9231 2.3.  rsa-pss alone means its defaults: parameters beside it are the
 * caller's to refuse. */
bool ed_sigalg_by_xml_uri(const char *uri, struct ed_sigalg *alg);
const char *ed_sigalg_xml_uri(const struct ed_sigalg *alg);
/*
 * An AlgorithmIdentifier.  digest: of the SignerInfo, for those that name a
 * key only (rsaEncryption, id-ecPublicKey, id-dsa: RFC 3370 3, RFC 5753 2.1.1);
 * NONE: they are refused.  So are PSS parameters that are not of RFC 4055 3.1
 * with digests that we know.
 */
bool ed_sigalg_by_der(const struct ed_ber *der, enum ed_hash digest, struct ed_sigalg *alg);
bool ed_sigalg_by_algor(const X509_ALGOR *algor, struct ed_sigalg *alg); /* of X.509 things */
/* Dotted; NULL: it has none of its own (RSA-PSS, r || s). */
const char *ed_sigalg_oid(const struct ed_sigalg *alg);
/* A SignerInfo's two algorithms belong together (RFC 5652 5.3, RFC 4056 3, RFC 8419 3.1). */
bool ed_sigalg_agrees(const struct ed_sigalg *alg, enum ed_hash digest);
/* For people: "RSA-PSS with SHA-256", "Ed25519". */
#define ED_SIGALG_TEXT 64
void ed_sigalg_text(const struct ed_sigalg *alg, char out[ED_SIGALG_TEXT]);

/* OTHER also for an EC key whose curve came as numbers. */
enum ed_key_type ed_pkey_type(const EVP_PKEY *key);
/* An EC key whose curve came as numbers, not as a name: anybody can choose
 * numbers under which a known public key is his (CVE-2020-0601). */
bool ed_pkey_explicit_curve(const EVP_PKEY *key);
/* An RSA key whose exponent is 1 (or 2, or even): the padded digest is then its
 * own signature, and anybody can write it down (FIPS 186-4 B.3.1). */
bool ed_pkey_sham_exponent(const EVP_PKEY *key);
int ed_pkey_bits(const EVP_PKEY *key);
/* For people: "RSA-2048", "P-256", "secp256k1", "ED25519". */
#define ED_PKEY_TEXT 64
void ed_pkey_text(const EVP_PKEY *key, char out[ED_PKEY_TEXT]);

/*
 * true only when the value verifies.  hash_value: the digest of what was
 * signed; EdDSA has none, so it needs the message.  r || s of any other length
 * than the curve's twice is refused, as is an RSA value not of the modulus's.
 */
bool ed_verify_digest(EVP_PKEY *key, const struct ed_sigalg *alg, const unsigned char *hash_value,
                      size_t hash_len, const void *value, size_t len);
bool ed_verify_message(EVP_PKEY *key, const struct ed_sigalg *alg, const void *message,
                       size_t message_len, const void *value, size_t len);

/*
 * The private half; edoc_key in the public header is this struct.  Where the
 * private key is elsewhere (a token, another program), ed_key_pkey() is the
 * certificate's public one and `sign` makes values: a pair as DER.
 */
struct ed_key_elsewhere {
	enum edoc_code (*sign)(void *arg, const struct edoc_key *key, const struct ed_sigalg *alg,
	                       const void *octets, size_t len, struct ed_buf *value,
	                       struct edoc_error *err);
	void (*free)(void *arg);
	void *arg;
};
EVP_PKEY *ed_key_pkey(const struct edoc_key *key);
X509 *ed_key_cert(const struct edoc_key *key);
STACK_OF(X509) *ed_key_chain(const struct edoc_key *key); /* may be NULL */
const struct ed_key_elsewhere *ed_key_elsewhere(const struct edoc_key *key); /* NULL: here */
bool ed_key_wants_pss(const struct edoc_key *key);
/* Each key of a file, or the one of "FILE#NAME"; path: what edoc_key_load() takes
 * for it; key NULL: why it is of no use. */
typedef void ed_key_each_fn(void *arg, const char *path, const struct edoc_key *key,
                            const char *why);
enum edoc_code ed_key_each(const char *path, edoc_passphrase_fn *ask, void *ask_arg,
                           ed_key_each_fn *fn, void *arg, struct edoc_error *err) EDOC_CHECK;

/*
 * A key of a certificate only, for two steps.  Asked for a value it keeps the
 * octets and stops with EDOC_ERR_AGAIN, until it is given the value for exactly
 * these: other octets are EDOC_ERR_INPUT then.  name: what the new signature's
 * entry was called at the first step ("" until then).
 */
#define ED_OUTSIDE_NAME 64
struct ed_key_outside {
	struct ed_buf octets, value; /* value: a pair as DER */
	struct ed_buf token;         /* the content time-stamp that is signed, if any */
	struct ed_sigalg alg;        /* that was asked for */
	char name[ED_OUTSIDE_NAME];
};
struct ed_key_outside *ed_key_outside(const struct edoc_key *key); /* NULL: another kind */
/* Such a key of certificates in DER: the signer's, then those above it. */
enum edoc_code ed_key_outside_der(const struct ed_buf *der, size_t n, const char *where,
                                  struct edoc_key **key, struct edoc_error *err) EDOC_CHECK;

/*
 * ECDSA: SHA-256 on 256 bits of P and brainpool, SHA-384, SHA-512 as they grow;
 * Ed25519, Ed448; RSA with SHA-256, padded by PKCS#1 1.5, or by PSS where the
 * key is for PSS alone or edoc_key_use_pss() said so.  false: a key that we do
 * not sign with.
 */
bool ed_key_sigalg(const struct edoc_key *key, struct ed_sigalg *alg);
/* A value over octets, in the shape that alg says (r || s where plain). */
enum edoc_code ed_sign_value(const struct edoc_key *key, const struct ed_sigalg *alg,
                             const void *octets, size_t len, struct ed_buf *value,
                             struct edoc_error *err) EDOC_CHECK;
/* DER of r || s, which has to be of the curve's length; false: it is not. */
bool ed_value_der(const EVP_PKEY *pkey, const unsigned char *plain, size_t len,
                  struct ed_buf *value);

#endif
