/* SPDX-License-Identifier: ISC */
#include "door/crypto.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define DSIG11 "http://www.w3.org/2009/xmldsig11#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define MORE07 "http://www.w3.org/2007/05/xmldsig-more#"
#define MORE21 "http://www.w3.org/2021/04/xmldsig-more#"
#define XENC "http://www.w3.org/2001/04/xmlenc#"

#define PKCS1 "1.2.840.113549.1.1."
#define NIST "2.16.840.1.101.3.4."
#define BSI "0.4.0.127.0.7.1.1.4.1." /* ecdsa-plain-... (TR-03111 5.2.1.1) */

#define MAX_PLAIN 256 /* bytes of r || s: far above any curve of OpenSSL */
#define MAX_VALUE 4096 /* bytes of a value that another keeps the key for */
#define MAX_SALT 512  /* bytes: a modulus of 4096 bits */

/* ---- the one context --------------------------------------------------- */

static const struct hash {
	const char *name, *fetch, *uri, *oid; /* RFC 9231 2.1, RFC 8702, RFC 5754 2 */
	size_t size;
} hashes[ED_N_HASHES] = {
        [ED_SHA1] = {"SHA-1", "SHA1", DSIG "sha1", "1.3.14.3.2.26", 20},
        [ED_SHA224] = {"SHA-224", "SHA2-224", MORE "sha224", NIST "2.4", 28},
        [ED_SHA256] = {"SHA-256", "SHA2-256", XENC "sha256", NIST "2.1", 32},
        [ED_SHA384] = {"SHA-384", "SHA2-384", MORE "sha384", NIST "2.2", 48},
        [ED_SHA512] = {"SHA-512", "SHA2-512", XENC "sha512", NIST "2.3", 64},
        [ED_SHA3_224] = {"SHA3-224", "SHA3-224", MORE07 "sha3-224", NIST "2.7", 28},
        [ED_SHA3_256] = {"SHA3-256", "SHA3-256", MORE07 "sha3-256", NIST "2.8", 32},
        [ED_SHA3_384] = {"SHA3-384", "SHA3-384", MORE07 "sha3-384", NIST "2.9", 48},
        [ED_SHA3_512] = {"SHA3-512", "SHA3-512", MORE07 "sha3-512", NIST "2.10", 64},
        [ED_SHAKE256] = {"SHAKE256", "SHAKE-256", NULL, NIST "2.12", 64},
        [ED_RIPEMD160] = {"RIPEMD-160", "RIPEMD-160", XENC "ripemd160", "1.3.36.3.2.1", 20},
        [ED_MD5] = {"MD5", "MD5", MORE "md5", "1.2.840.113549.2.5", 16},
};

/* Made once and never changed after: a constant that needs a call to exist. */
static struct {
	pthread_once_t once;
	OSSL_LIB_CTX *ctx;
	EVP_MD *md[ED_N_HASHES];
} door = {.once = PTHREAD_ONCE_INIT};

static void open_door(void)
{
	OSSL_LIB_CTX *ctx;

	/* Without this even a context of our own reads openssl.cnf. */
	if (!OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL))
		return;
	ctx = OSSL_LIB_CTX_new();
	if (!ctx || !OSSL_PROVIDER_load(ctx, "default")) {
		OSSL_LIB_CTX_free(ctx);
		ERR_clear_error();
		return;
	}
	for (size_t i = ED_SHA1; i < ED_N_HASHES; i++)
		door.md[i] = EVP_MD_fetch(ctx, hashes[i].fetch, NULL);
	ERR_clear_error();
	door.ctx = ctx;
}

OSSL_LIB_CTX *ed_crypto_context(void)
{
	pthread_once(&door.once, open_door);
	return door.ctx;
}

static const EVP_MD *md_of(enum ed_hash hash)
{
	if (hash <= ED_HASH_NONE || hash >= ED_N_HASHES || !ed_crypto_context())
		return NULL;
	return door.md[hash];
}

OSSL_LIB_CTX *ed_crypto_enter(void)
{
	OSSL_LIB_CTX *ctx = ed_crypto_context();

	return ctx ? OSSL_LIB_CTX_set0_default(ctx) : NULL;
}

void ed_crypto_leave(OSSL_LIB_CTX *old)
{
	if (old)
		OSSL_LIB_CTX_set0_default(old);
	ERR_clear_error();
}

enum edoc_code ed_crypto_fail(struct edoc_error *err, enum edoc_code code, const char *where,
                              const char *what)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = e ? ERR_reason_error_string(e) : NULL;

	ERR_clear_error();
	if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
		return ed_fail_memory(err);
	what = dgettext("edoc", what);
	if (reason)
		return ed_fail(err, code, where, "%s (libcrypto: %s)", what, reason);
	return ed_fail(err, code, where, "%s", what);
}

/* ---- digests ----------------------------------------------------------- */

size_t ed_hash_size(enum ed_hash hash)
{
	return hash > ED_HASH_NONE && hash < ED_N_HASHES ? hashes[hash].size : 0;
}

const char *ed_hash_name(enum ed_hash hash)
{
	return ed_hash_size(hash) ? hashes[hash].name : "?";
}

const char *ed_hash_xml_uri(enum ed_hash hash)
{
	return ed_hash_size(hash) ? hashes[hash].uri : NULL;
}

const char *ed_hash_oid(enum ed_hash hash)
{
	return ed_hash_size(hash) ? hashes[hash].oid : NULL;
}

enum ed_hash ed_hash_by_name(const char *name)
{
	enum ed_hash hash = ED_SHA1;

	while (hash < ED_N_HASHES && strcmp(hashes[hash].name, name) != 0)
		hash++;
	return hash < ED_N_HASHES ? hash : ED_HASH_NONE;
}

enum ed_hash ed_hash_by_xml_uri(const char *uri)
{
	enum ed_hash hash = ED_SHA1;

	while (hash < ED_N_HASHES && (!hashes[hash].uri || strcmp(hashes[hash].uri, uri) != 0))
		hash++;
	return hash < ED_N_HASHES ? hash : ED_HASH_NONE;
}

/* AlgorithmIdentifier; params: absent when there are none. */
static bool read_algorithm(const struct ed_ber *alg, char oid[ED_BER_OID_TEXT],
                           struct ed_ber *params)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	*params = (struct ed_ber){0};
	if (!ed_ber_is(alg, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, alg, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &e) || !ed_ber_oid_text(&e, oid))
		return false;
	if (r.left > 0 && !ed_ber_next(&r, params))
		return false;
	return ed_ber_done(&r);
}

static bool is_null(const struct ed_ber *e)
{
	return ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_NULL) && e->len == 0;
}

enum ed_hash ed_hash_by_der(const struct ed_ber *alg)
{
	enum ed_hash hash = ED_SHA1;
	char oid[ED_BER_OID_TEXT];
	struct ed_ber params;

	if (!read_algorithm(alg, oid, &params) || (params.whole && !is_null(&params)))
		return ED_HASH_NONE;
	while (hash < ED_N_HASHES && strcmp(hashes[hash].oid, oid) != 0)
		hash++;
	return hash < ED_N_HASHES ? hash : ED_HASH_NONE;
}

struct ed_digest {
	EVP_MD_CTX *ctx;
	enum ed_hash hash;
};

struct ed_digest *ed_digest_new(enum ed_hash hash)
{
	const EVP_MD *md = md_of(hash);
	struct ed_digest *digest = md ? calloc(1, sizeof(*digest)) : NULL;

	if (!digest)
		return NULL;
	digest->hash = hash;
	digest->ctx = EVP_MD_CTX_new();
	if (!digest->ctx || !EVP_DigestInit_ex2(digest->ctx, md, NULL)) {
		ed_digest_free(digest);
		ERR_clear_error();
		return NULL;
	}
	return digest;
}

struct ed_digest *ed_digest_copy(const struct ed_digest *digest)
{
	struct ed_digest *copy = ed_digest_new(digest->hash);

	if (copy && !EVP_MD_CTX_copy_ex(copy->ctx, digest->ctx)) {
		ed_digest_free(copy);
		ERR_clear_error();
		return NULL;
	}
	return copy;
}

bool ed_digest_update(struct ed_digest *digest, const void *bytes, size_t len)
{
	return EVP_DigestUpdate(digest->ctx, bytes, len) == 1;
}

bool ed_digest_final(struct ed_digest *digest, unsigned char out[ED_HASH_MAX])
{
	bool good;

	if (digest->hash == ED_SHAKE256)
		good = EVP_DigestFinalXOF(digest->ctx, out, ed_hash_size(ED_SHAKE256)) == 1;
	else
		good = EVP_DigestFinal_ex(digest->ctx, out, NULL) == 1;
	if (!good)
		ERR_clear_error();
	return good;
}

void ed_digest_free(struct ed_digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->ctx);
	free(digest);
}

static bool hash_extendable(const void *bytes, size_t len, unsigned char out[ED_HASH_MAX])
{
	struct ed_digest *digest = ed_digest_new(ED_SHAKE256);
	bool good = digest && ed_digest_update(digest, bytes, len) && ed_digest_final(digest, out);

	ed_digest_free(digest);
	return good;
}

bool ed_hash_bytes(enum ed_hash hash, const void *bytes, size_t len, unsigned char out[ED_HASH_MAX])
{
	const EVP_MD *md = md_of(hash);
	bool good;

	if (hash == ED_SHAKE256)
		return hash_extendable(bytes, len, out);
	good = md && EVP_Digest(bytes, len, out, NULL, md, NULL) == 1;
	if (!good)
		ERR_clear_error();
	return good;
}

bool ed_sha256_ref(const void *bytes, size_t len, char out[ED_SHA256_REF])
{
	unsigned char value[ED_HASH_MAX];
	char hex[65];

	memset(out, 0, ED_SHA256_REF);
	if (!ed_hash_bytes(ED_SHA256, bytes, len, value))
		return false;
	ed_hex(hex, value, 32);
	snprintf(out, ED_SHA256_REF, "sha256:%s", hex);
	return true;
}

bool ed_random(void *out, size_t len)
{
	OSSL_LIB_CTX *ctx = ed_crypto_context();
	bool good = ctx && RAND_bytes_ex(ctx, out, len, 0) == 1;

	ERR_clear_error();
	return good;
}

void ed_wipe(void *p, size_t len)
{
	if (p)
		OPENSSL_cleanse(p, len);
}

bool ed_same_bytes(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

/* ---- algorithms and keys ----------------------------------------------- */

/* RFC 9231 2.3; RFC 3279 2.2, 4055, 5753, 5754, 5758, 8419, 8702; BSI TR-03111. */
static const struct row {
	enum ed_sig_kind kind;
	enum ed_hash hash;
	const char *uri, *oid;
} rows[] = {
        {ED_SIG_RSA, ED_SHA1, DSIG "rsa-sha1", PKCS1 "5"},
        {ED_SIG_RSA, ED_SHA1, NULL, "1.3.14.3.2.29"},
        {ED_SIG_RSA, ED_SHA224, MORE "rsa-sha224", PKCS1 "14"},
        {ED_SIG_RSA, ED_SHA256, MORE "rsa-sha256", PKCS1 "11"},
        {ED_SIG_RSA, ED_SHA384, MORE "rsa-sha384", PKCS1 "12"},
        {ED_SIG_RSA, ED_SHA512, MORE "rsa-sha512", PKCS1 "13"},
        {ED_SIG_RSA, ED_SHA3_224, NULL, NIST "3.13"},
        {ED_SIG_RSA, ED_SHA3_256, NULL, NIST "3.14"},
        {ED_SIG_RSA, ED_SHA3_384, NULL, NIST "3.15"},
        {ED_SIG_RSA, ED_SHA3_512, NULL, NIST "3.16"},
        {ED_SIG_RSA, ED_RIPEMD160, MORE "rsa-ripemd160", "1.3.36.3.3.1.2"},
        {ED_SIG_RSA, ED_MD5, MORE "rsa-md5", PKCS1 "4"},
        {ED_SIG_PSS, ED_SHA1, MORE07 "sha1-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_SHA224, MORE07 "sha224-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_SHA256, MORE07 "sha256-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_SHA256, MORE07 "rsa-pss", NULL}, /* 2.3.9: its defaults */
        {ED_SIG_PSS, ED_SHA384, MORE07 "sha384-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_SHA512, MORE07 "sha512-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_SHA3_224, MORE07 "sha3-224-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_SHA3_256, MORE07 "sha3-256-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_SHA3_384, MORE07 "sha3-384-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_SHA3_512, MORE07 "sha3-512-rsa-MGF1", NULL},
        {ED_SIG_PSS, ED_RIPEMD160, MORE07 "ripemd160-rsa-MGF1", NULL},
        {ED_SIG_ECDSA, ED_SHA1, MORE "ecdsa-sha1", "1.2.840.10045.4.1"},
        {ED_SIG_ECDSA, ED_SHA224, MORE "ecdsa-sha224", "1.2.840.10045.4.3.1"},
        {ED_SIG_ECDSA, ED_SHA256, MORE "ecdsa-sha256", "1.2.840.10045.4.3.2"},
        {ED_SIG_ECDSA, ED_SHA384, MORE "ecdsa-sha384", "1.2.840.10045.4.3.3"},
        {ED_SIG_ECDSA, ED_SHA512, MORE "ecdsa-sha512", "1.2.840.10045.4.3.4"},
        {ED_SIG_ECDSA, ED_SHA3_224, MORE21 "ecdsa-sha3-224", NIST "3.9"},
        {ED_SIG_ECDSA, ED_SHA3_256, MORE21 "ecdsa-sha3-256", NIST "3.10"},
        {ED_SIG_ECDSA, ED_SHA3_384, MORE21 "ecdsa-sha3-384", NIST "3.11"},
        {ED_SIG_ECDSA, ED_SHA3_512, MORE21 "ecdsa-sha3-512", NIST "3.12"},
        {ED_SIG_ECDSA, ED_RIPEMD160, MORE07 "ecdsa-ripemd160", NULL},
        {ED_SIG_ECDSA, ED_SHA1, NULL, BSI "1"},
        {ED_SIG_ECDSA, ED_SHA224, NULL, BSI "2"},
        {ED_SIG_ECDSA, ED_SHA256, NULL, BSI "3"},
        {ED_SIG_ECDSA, ED_SHA384, NULL, BSI "4"},
        {ED_SIG_ECDSA, ED_SHA512, NULL, BSI "5"},
        {ED_SIG_ECDSA, ED_RIPEMD160, NULL, BSI "6"},
        {ED_SIG_ECDSA, ED_SHA3_224, NULL, BSI "8"},
        {ED_SIG_ECDSA, ED_SHA3_256, NULL, BSI "9"},
        {ED_SIG_ECDSA, ED_SHA3_384, NULL, BSI "10"},
        {ED_SIG_ECDSA, ED_SHA3_512, NULL, BSI "11"},
        {ED_SIG_EDDSA, ED_SHA512, MORE21 "eddsa-ed25519", "1.3.101.112"},
        {ED_SIG_EDDSA, ED_SHAKE256, MORE21 "eddsa-ed448", "1.3.101.113"},
        {ED_SIG_DSA, ED_SHA1, DSIG "dsa-sha1", "1.2.840.10040.4.3"},
        {ED_SIG_DSA, ED_SHA224, NULL, NIST "3.1"},
        {ED_SIG_DSA, ED_SHA256, DSIG11 "dsa-sha256", NIST "3.2"},
        {ED_SIG_DSA, ED_SHA384, NULL, NIST "3.3"},
        {ED_SIG_DSA, ED_SHA512, NULL, NIST "3.4"},
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void set_sigalg(struct ed_sigalg *alg, enum ed_sig_kind kind, enum ed_hash hash)
{
	*alg = (struct ed_sigalg){.kind = kind, .hash = hash};
	switch (kind) {
	case ED_SIG_PSS: /* RFC 9231 2.3.10: one digest, and a salt as long */
		alg->mgf = hash;
		alg->salt = (unsigned)ed_hash_size(hash);
		alg->type = ED_KEY_RSA;
		break;
	case ED_SIG_RSA:
		alg->type = ED_KEY_RSA;
		break;
	case ED_SIG_EDDSA:
		alg->type = hash == ED_SHA512 ? ED_KEY_ED25519 : ED_KEY_ED448;
		break;
	case ED_SIG_DSA:
		alg->type = ED_KEY_DSA;
		break;
	case ED_SIG_ECDSA:
	case ED_SIG_NONE:
		break;
	}
}

bool ed_sigalg_by_xml_uri(const char *uri, struct ed_sigalg *alg)
{
	memset(alg, 0, sizeof(*alg));
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!rows[i].uri || strcmp(rows[i].uri, uri) != 0)
			continue;
		set_sigalg(alg, rows[i].kind, rows[i].hash);
		alg->plain = alg->kind == ED_SIG_ECDSA || alg->kind == ED_SIG_DSA;
		return true;
	}
	return false;
}

const char *ed_sigalg_xml_uri(const struct ed_sigalg *alg)
{
	bool pair = alg->kind == ED_SIG_ECDSA || alg->kind == ED_SIG_DSA;

	if (pair != alg->plain || (alg->kind == ED_SIG_PSS &&
	                           (alg->mgf != alg->hash || alg->salt != ed_hash_size(alg->hash))))
		return NULL;
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].kind == alg->kind && rows[i].hash == alg->hash && rows[i].uri)
			return rows[i].uri;
	}
	return NULL;
}

const char *ed_sigalg_oid(const struct ed_sigalg *alg)
{
	for (size_t i = 0; i < N_ROWS && !alg->plain; i++) {
		if (rows[i].kind == alg->kind && rows[i].hash == alg->hash && rows[i].oid)
			return rows[i].oid;
	}
	return NULL;
}

/* [n] EXPLICIT of RSASSA-PSS-params: the one element inside. */
static bool take_explicit(struct ed_ber_reader *r, uint32_t tag, struct ed_ber *inner, bool *absent)
{
	struct ed_ber_reader inside;
	struct ed_ber e;

	*absent = !ed_ber_take(r, ED_BER_CONTEXT, tag, &e);
	if (*absent)
		return !r->bad;
	ed_ber_enter(&inside, &e, 2);
	return ed_ber_next(&inside, inner) && ed_ber_done(&inside);
}

static enum ed_hash mgf1_hash(const struct ed_ber *mgf)
{
	char oid[ED_BER_OID_TEXT];
	struct ed_ber params;

	if (!read_algorithm(mgf, oid, &params) || strcmp(oid, PKCS1 "8") != 0)
		return ED_HASH_NONE;
	return ed_hash_by_der(&params);
}

/* RFC 4055 3.1: RSASSA-PSS-params, whose defaults are of another age. */
static bool pss_params(const struct ed_ber *params, struct ed_sigalg *alg)
{
	struct ed_ber_reader r;
	int64_t salt = 20, trailer = 1;
	struct ed_ber e;
	bool absent;

	set_sigalg(alg, ED_SIG_PSS, ED_SHA1);
	if (!ed_ber_is(params, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, params, 1);
	if (!take_explicit(&r, 0, &e, &absent))
		return false;
	if (!absent)
		alg->hash = ed_hash_by_der(&e);
	if (!take_explicit(&r, 1, &e, &absent))
		return false;
	if (!absent)
		alg->mgf = mgf1_hash(&e);
	if (!take_explicit(&r, 2, &e, &absent) || (!absent && !ed_ber_int(&e, &salt)))
		return false;
	if (!take_explicit(&r, 3, &e, &absent) || (!absent && !ed_ber_int(&e, &trailer)))
		return false;
	alg->salt = (unsigned)salt;
	return ed_ber_done(&r) && alg->hash && alg->mgf && alg->hash != ED_SHAKE256 &&
	       alg->mgf != ED_SHAKE256 && salt >= 0 && salt <= MAX_SALT && trailer == 1;
}

/* Those that name a key and leave the digest to the SignerInfo. */
static enum ed_sig_kind kind_of_key(const char *oid)
{
	if (!strcmp(oid, PKCS1 "1"))
		return ED_SIG_RSA;
	if (!strcmp(oid, "1.2.840.10045.2.1"))
		return ED_SIG_ECDSA;
	return !strcmp(oid, "1.2.840.10040.4.1") ? ED_SIG_DSA : ED_SIG_NONE;
}

static bool by_der(const struct ed_ber *der, enum ed_hash digest, struct ed_sigalg *alg)
{
	char oid[ED_BER_OID_TEXT];
	struct ed_ber params;
	enum ed_sig_kind kind;

	if (!read_algorithm(der, oid, &params))
		return false;
	if (!strcmp(oid, PKCS1 "10"))
		return pss_params(&params, alg);
	kind = kind_of_key(oid);
	/* A curve beside id-ecPublicKey changes nothing: the key has its own. */
	if (params.whole && !is_null(&params) &&
	    !(kind == ED_SIG_ECDSA && ed_ber_is(&params, ED_BER_UNIVERSAL, ED_BER_OID)))
		return false;
	if (kind != ED_SIG_NONE) {
		set_sigalg(alg, kind, digest);
		return digest != ED_HASH_NONE && digest != ED_SHAKE256;
	}
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!rows[i].oid || strcmp(rows[i].oid, oid) != 0)
			continue;
		set_sigalg(alg, rows[i].kind, rows[i].hash);
		alg->plain = !strncmp(oid, BSI, strlen(BSI));
		return alg->kind != ED_SIG_EDDSA || !params.whole; /* RFC 8410 3 */
	}
	return false;
}

bool ed_sigalg_by_der(const struct ed_ber *der, enum ed_hash digest, struct ed_sigalg *alg)
{
	bool good;

	memset(alg, 0, sizeof(*alg));
	good = by_der(der, digest, alg);
	if (!good)
		memset(alg, 0, sizeof(*alg));
	return good;
}

bool ed_sigalg_by_algor(const X509_ALGOR *algor, struct ed_sigalg *alg)
{
	unsigned char *der = NULL;
	int n = i2d_X509_ALGOR(algor, &der);
	struct ed_ber e;
	bool good;

	memset(alg, 0, sizeof(*alg));
	good = n > 0 && ed_ber_one(der, (size_t)n, &e) && ed_sigalg_by_der(&e, ED_HASH_NONE, alg);
	OPENSSL_free(der);
	ERR_clear_error();
	return good;
}

bool ed_sigalg_agrees(const struct ed_sigalg *alg, enum ed_hash digest)
{
	return alg->kind != ED_SIG_NONE && digest != ED_HASH_NONE && alg->hash == digest;
}

void ed_sigalg_text(const struct ed_sigalg *alg, char out[ED_SIGALG_TEXT])
{
	static const char *const kinds[] = {[ED_SIG_RSA] = "RSA",
	                                    [ED_SIG_PSS] = "RSA-PSS",
	                                    [ED_SIG_ECDSA] = "ECDSA",
	                                    [ED_SIG_DSA] = "DSA"};

	if (alg->kind == ED_SIG_NONE)
		snprintf(out, ED_SIGALG_TEXT, "?");
	else if (alg->kind == ED_SIG_EDDSA)
		snprintf(out, ED_SIGALG_TEXT, "%s",
		         alg->type == ED_KEY_ED25519 ? "Ed25519" : "Ed448");
	else
		snprintf(out, ED_SIGALG_TEXT, "%s with %s", kinds[alg->kind],
		         ed_hash_name(alg->hash));
}

bool ed_pkey_explicit_curve(const EVP_PKEY *key)
{
	int explicit = 1;

	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC)
		return false;
	if (!EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
	                            &explicit))
		return true; /* an answer is owed */
	return explicit;
}

bool ed_pkey_sham_exponent(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool sham;

	if (ed_pkey_type(key) != ED_KEY_RSA)
		return false;
	sham = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1 || BN_num_bits(e) < 2 ||
	       !BN_is_odd(e);
	BN_free(e);
	return sham;
}

static bool is_named_ec(const EVP_PKEY *key)
{
	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && !ed_pkey_explicit_curve(key);
}

static enum ed_key_type curve_type(const EVP_PKEY *key)
{
	static const struct {
		const char *group;
		enum ed_key_type type;
	} curves[] = {
	        {"prime256v1", ED_KEY_EC_P256},       {"secp384r1", ED_KEY_EC_P384},
	        {"secp521r1", ED_KEY_EC_P521},        {"brainpoolP256r1", ED_KEY_EC_BP256},
	        {"brainpoolP384r1", ED_KEY_EC_BP384}, {"brainpoolP512r1", ED_KEY_EC_BP512},
	};
	enum ed_key_type type = ED_KEY_OTHER;
	char group[32];

	if (is_named_ec(key) && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1) {
		for (size_t i = 0; i < sizeof(curves) / sizeof(*curves); i++) {
			if (!strcmp(group, curves[i].group))
				type = curves[i].type;
		}
	}
	ERR_clear_error();
	return type;
}

enum ed_key_type ed_pkey_type(const EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		return ED_KEY_RSA;
	case EVP_PKEY_EC:
		return curve_type(key);
	case EVP_PKEY_ED25519:
		return ED_KEY_ED25519;
	case EVP_PKEY_ED448:
		return ED_KEY_ED448;
	case EVP_PKEY_DSA:
		return ED_KEY_DSA;
	default:
		return ED_KEY_OTHER;
	}
}

int ed_pkey_bits(const EVP_PKEY *key)
{
	return EVP_PKEY_get_bits(key);
}

void ed_pkey_text(const EVP_PKEY *key, char out[ED_PKEY_TEXT])
{
	const char *type = EVP_PKEY_get0_type_name(key);
	char group[32] = "";

	switch (ed_pkey_type(key)) {
	case ED_KEY_EC_P256:
	case ED_KEY_EC_P384:
	case ED_KEY_EC_P521:
		snprintf(out, ED_PKEY_TEXT, "P-%d", ed_pkey_bits(key));
		return;
	case ED_KEY_RSA:
		snprintf(out, ED_PKEY_TEXT, "RSA-%d", ed_pkey_bits(key));
		return;
	case ED_KEY_DSA:
		snprintf(out, ED_PKEY_TEXT, "DSA-%d", ed_pkey_bits(key));
		return;
	case ED_KEY_ED25519:
	case ED_KEY_ED448:
		snprintf(out, ED_PKEY_TEXT, "Ed%s", type + 2);
		return;
	default:
		break;
	}
	if (ed_pkey_explicit_curve(key))
		snprintf(group, sizeof(group), "EC on a curve given by numbers");
	else if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1)
		group[0] = '\0';
	ERR_clear_error();
	snprintf(out, ED_PKEY_TEXT, "%s", group[0] ? group : type ? type : "?");
}

static bool key_fits(const EVP_PKEY *key, const struct ed_sigalg *alg)
{
	enum ed_key_type type = ed_pkey_type(key);

	switch (alg->kind) {
	case ED_SIG_RSA: /* a key that is for PSS alone (RFC 4055 1.2) is not */
		return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && !ed_pkey_sham_exponent(key);
	case ED_SIG_PSS:
		return type == ED_KEY_RSA && !ed_pkey_sham_exponent(key);
	case ED_SIG_ECDSA:
		return is_named_ec(key) && (alg->type == ED_KEY_OTHER || alg->type == type);
	case ED_SIG_EDDSA:
		return (type == ED_KEY_ED25519 || type == ED_KEY_ED448) && alg->type == type;
	case ED_SIG_DSA:
		return type == ED_KEY_DSA;
	case ED_SIG_NONE:
		break;
	}
	return false;
}

/* Bytes of each of r || s: the curve's length (RFC 9231 2.3.6), of DSA that of q. */
static size_t plain_half(const EVP_PKEY *key)
{
	BIGNUM *q = NULL;
	int bits = EVP_PKEY_get_bits(key);

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_DSA) {
		bits = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_Q, &q) ? BN_num_bits(q) : 0;
		BN_free(q);
	}
	return bits > 0 ? ((size_t)bits + 7) / 8 : 0;
}

/* DER that libcrypto wants, from r || s; freed by OPENSSL_free.  That of DSA
 * is the same (RFC 3279 2.2.2, 2.2.3). */
static int plain_to_der(const unsigned char *value, size_t half, unsigned char **der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(value, (int)half, NULL),
	       *s = BN_bin2bn(value + half, (int)half, NULL);
	int n = -1;

	*der = NULL;
	if (!sig || !r || !s || !ECDSA_SIG_set0(sig, r, s)) {
		BN_free(r);
		BN_free(s);
	} else {
		n = i2d_ECDSA_SIG(sig, der);
	}
	ECDSA_SIG_free(sig);
	return n;
}

static bool set_padding(EVP_PKEY_CTX *ctx, const struct ed_sigalg *alg)
{
	if (alg->kind == ED_SIG_RSA)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_signature_md(ctx, md_of(alg->hash)) == 1;
	if (alg->kind == ED_SIG_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_signature_md(ctx, md_of(alg->hash)) == 1 &&
		       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md_of(alg->mgf)) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)alg->salt) == 1;
	return true; /* the digest is cut to the group's length, whatever made it */
}

static EVP_PKEY_CTX *value_ctx(EVP_PKEY *key, const struct ed_sigalg *alg, bool sign)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ed_crypto_context(), key, NULL);

	if (ctx && (sign ? EVP_PKEY_sign_init(ctx) : EVP_PKEY_verify_init(ctx)) == 1 &&
	    set_padding(ctx, alg))
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static bool verify_value(EVP_PKEY *key, const struct ed_sigalg *alg,
                         const unsigned char *hash_value, size_t hash_len,
                         const unsigned char *value, size_t len)
{
	EVP_PKEY_CTX *ctx = value_ctx(key, alg, false);
	bool good = ctx && EVP_PKEY_verify(ctx, value, len, hash_value, hash_len) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

static bool verify_plain(EVP_PKEY *key, const struct ed_sigalg *alg,
                         const unsigned char *hash_value, size_t hash_len,
                         const unsigned char *value, size_t len)
{
	size_t half = plain_half(key);
	unsigned char *der = NULL;
	bool good;
	int n;

	if (half == 0 || len != 2 * half || len > MAX_PLAIN)
		return false;
	n = plain_to_der(value, half, &der);
	good = n > 0 && verify_value(key, alg, hash_value, hash_len, der, (size_t)n);
	OPENSSL_free(der);
	return good;
}

bool ed_verify_digest(EVP_PKEY *key, const struct ed_sigalg *alg, const unsigned char *hash_value,
                      size_t hash_len, const void *value, size_t len)
{
	bool good = false;

	if (!key || !md_of(alg->hash) || hash_len != ed_hash_size(alg->hash) ||
	    alg->kind == ED_SIG_EDDSA)
		return false;
	if (!key_fits(key, alg)) {
		/* nothing */
	} else if (alg->plain) {
		good = verify_plain(key, alg, hash_value, hash_len, value, len);
	} else { /* RFC 8017 8.1.2, 8.2.2: of exactly the modulus's length */
		good = (alg->type != ED_KEY_RSA || len == (size_t)EVP_PKEY_get_size(key)) &&
		       verify_value(key, alg, hash_value, hash_len, value, len);
	}
	ERR_clear_error();
	return good;
}

static bool verify_pure(EVP_PKEY *key, const void *message, size_t message_len, const void *value,
                        size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx &&
	            EVP_DigestVerifyInit_ex(ctx, NULL, NULL, ed_crypto_context(), NULL, key,
	                                    NULL) == 1 &&
	            EVP_DigestVerify(ctx, value, len, message, message_len) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

bool ed_verify_message(EVP_PKEY *key, const struct ed_sigalg *alg, const void *message,
                       size_t message_len, const void *value, size_t len)
{
	unsigned char hash[ED_HASH_MAX];

	if (!key || alg->kind == ED_SIG_NONE)
		return false;
	if (alg->kind == ED_SIG_EDDSA)
		return key_fits(key, alg) && verify_pure(key, message, message_len, value, len);
	return ed_hash_bytes(alg->hash, message, message_len, hash) &&
	       ed_verify_digest(key, alg, hash, ed_hash_size(alg->hash), value, len);
}

/* ---- signing ----------------------------------------------------------- */

/* RFC 4055 1.2, 3.1: what a key that is for PSS alone may be used with; one
 * that is not limited goes with SHA-256. */
static bool pss_of_key(const EVP_PKEY *key, struct ed_sigalg *alg)
{
	char name[32] = "", mask[32] = "";
	enum ed_hash hash = ED_SHA256;
	int salt = 0;

	if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_RSA_DIGEST, name, sizeof(name),
	                                   NULL) == 1) {
		(void)EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_RSA_PSS_SALTLEN, &salt);
		if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_RSA_MGF1_DIGEST, mask,
		                                   sizeof(mask), NULL) != 1)
			snprintf(mask, sizeof(mask), "SHA1"); /* the default of RFC 4055 */
		for (hash = ED_SHA256; hash < ED_N_HASHES; hash++)
			if (md_of(hash) && EVP_MD_is_a(md_of(hash), name))
				break;
	}
	ERR_clear_error();
	if (hash == ED_N_HASHES || salt > (int)ed_hash_size(hash))
		return false;
	set_sigalg(alg, ED_SIG_PSS, hash);
	return !mask[0] || EVP_MD_is_a(md_of(hash), mask);
}

static bool ecdsa_of_key(enum ed_key_type type, struct ed_sigalg *alg)
{
	static const enum ed_hash hash[ED_N_KEYS] = {
	        [ED_KEY_EC_P256] = ED_SHA256,  [ED_KEY_EC_P384] = ED_SHA384,
	        [ED_KEY_EC_P521] = ED_SHA512,  [ED_KEY_EC_BP256] = ED_SHA256,
	        [ED_KEY_EC_BP384] = ED_SHA384, [ED_KEY_EC_BP512] = ED_SHA512,
	};

	if (!hash[type])
		return false;
	set_sigalg(alg, ED_SIG_ECDSA, hash[type]);
	alg->type = type;
	alg->plain = true;
	return true;
}

bool ed_key_sigalg(const struct edoc_key *key, struct ed_sigalg *alg)
{
	const EVP_PKEY *pkey = ed_key_pkey(key);
	enum ed_key_type type = ed_pkey_type(pkey);

	memset(alg, 0, sizeof(*alg));
	switch (type) {
	case ED_KEY_RSA:
		if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA_PSS)
			return pss_of_key(pkey, alg);
		set_sigalg(alg, ed_key_wants_pss(key) ? ED_SIG_PSS : ED_SIG_RSA, ED_SHA256);
		return true;
	case ED_KEY_ED25519:
		set_sigalg(alg, ED_SIG_EDDSA, ED_SHA512);
		return true;
	case ED_KEY_ED448:
		set_sigalg(alg, ED_SIG_EDDSA, ED_SHAKE256);
		return true;
	default:
		return ecdsa_of_key(type, alg);
	}
}

/* r || s of exactly the curve's length, from DER with nothing behind it. */
static bool plain_from_der(const unsigned char *der, size_t len, size_t half, unsigned char *value)
{
	const unsigned char *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
	bool good = sig && p == der + len &&
	            BN_bn2binpad(ECDSA_SIG_get0_r(sig), value, (int)half) > 0 &&
	            BN_bn2binpad(ECDSA_SIG_get0_s(sig), value + half, (int)half) > 0;

	ECDSA_SIG_free(sig);
	return good;
}

/* A value as it came, DER for a pair, in the shape that alg says. */
static bool put_shaped(const EVP_PKEY *pkey, const struct ed_sigalg *alg, const unsigned char *raw,
                       size_t len, struct ed_buf *value)
{
	unsigned char rs[MAX_PLAIN];
	size_t half = plain_half(pkey);

	if (!alg->plain) {
		ed_buf_put(value, raw, len);
		return true;
	}
	if (half == 0 || 2 * half > sizeof(rs) || !plain_from_der(raw, len, half, rs))
		return false;
	ed_buf_put(value, rs, 2 * half);
	return true;
}

bool ed_value_der(const EVP_PKEY *pkey, const unsigned char *plain, size_t len,
                  struct ed_buf *value)
{
	size_t half = plain_half(pkey);
	unsigned char *der = NULL;
	int n = -1;

	if (half && len == 2 * half)
		n = plain_to_der(plain, half, &der);
	if (n > 0)
		ed_buf_put(value, der, (size_t)n);
	OPENSSL_free(der);
	ERR_clear_error();
	return n > 0;
}

static enum edoc_code fail_sign(const struct edoc_key *key, struct edoc_error *err)
{
	return ed_crypto_fail(err, EDOC_ERR_INPUT, edoc_key_subject(key), "the key cannot sign");
}

static enum edoc_code sign_hash(const struct edoc_key *key, const struct ed_sigalg *alg,
                                const unsigned char *hash_value, struct ed_buf *value,
                                struct edoc_error *err)
{
	EVP_PKEY *pkey = ed_key_pkey(key);
	EVP_PKEY_CTX *ctx = NULL;
	unsigned char raw[2048];
	size_t len = sizeof(raw);
	bool good;

	if (EVP_PKEY_get_size(pkey) <= (int)sizeof(raw))
		ctx = value_ctx(pkey, alg, true);
	good = ctx && EVP_PKEY_sign(ctx, raw, &len, hash_value, ed_hash_size(alg->hash)) == 1 &&
	       put_shaped(pkey, alg, raw, len, value);
	EVP_PKEY_CTX_free(ctx);
	return good ? ed_buf_check(value, edoc_key_subject(key), err) : fail_sign(key, err);
}

/* Pure EdDSA is over the octets themselves (RFC 8419 3.1). */
static enum edoc_code sign_pure(const struct edoc_key *key, const void *octets, size_t len,
                                struct ed_buf *value, struct edoc_error *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char raw[128];
	size_t n = sizeof(raw);
	bool good = ctx &&
	            EVP_DigestSignInit_ex(ctx, NULL, NULL, ed_crypto_context(), NULL,
	                                  ed_key_pkey(key), NULL) == 1 &&
	            EVP_DigestSign(ctx, raw, &n, octets, len) == 1;

	EVP_MD_CTX_free(ctx);
	if (!good)
		return fail_sign(key, err);
	ed_buf_put(value, raw, n);
	return ed_buf_check(value, edoc_key_subject(key), err);
}

/* What came from outside is believed once it verifies under the certificate. */
static enum edoc_code sign_elsewhere(const struct edoc_key *key, const struct ed_sigalg *alg,
                                     const void *octets, size_t len, struct ed_buf *value,
                                     struct edoc_error *err)
{
	const struct ed_key_elsewhere *elsewhere = ed_key_elsewhere(key);
	struct ed_sigalg as_der = *alg;
	struct ed_buf raw;
	enum edoc_code code;

	as_der.plain = false;
	ed_buf_init(&raw, MAX_VALUE);
	code = elsewhere->sign(elsewhere->arg, key, &as_der, octets, len, &raw, err);
	if (code == EDOC_OK)
		code = ed_buf_check(&raw, edoc_key_subject(key), err);
	if (code == EDOC_OK &&
	    (!ed_verify_message(ed_key_pkey(key), &as_der, octets, len, raw.data, raw.len) ||
	     !put_shaped(ed_key_pkey(key), alg, raw.data, raw.len, value)))
		code = ed_fail(err, EDOC_ERR_IO, edoc_key_subject(key),
		               "what the key's keeper gave does not verify under this certificate");
	ed_buf_clear(&raw);
	return code == EDOC_OK ? ed_buf_check(value, edoc_key_subject(key), err) : code;
}

enum edoc_code ed_sign_value(const struct edoc_key *key, const struct ed_sigalg *alg,
                             const void *octets, size_t len, struct ed_buf *value,
                             struct edoc_error *err)
{
	unsigned char hash[ED_HASH_MAX];

	if (!md_of(alg->hash) || !key_fits(ed_key_pkey(key), alg))
		return ed_fail(err, EDOC_ERR_BUG, edoc_key_subject(key),
		               "the key does not fit the signature algorithm");
	/* Whatever the policy: such a signature is worth nothing before it is read. */
	if (alg->type == ED_KEY_RSA && ed_pkey_bits(ed_key_pkey(key)) < ED_MIN_RSA_BITS)
		return ed_fail(err, EDOC_ERR_DENIED, edoc_key_subject(key),
		               "an RSA key of %d bits is too short for new signatures, %d are the "
		               "least (TS 119 312 8.4): get a new key",
		               ed_pkey_bits(ed_key_pkey(key)), ED_MIN_RSA_BITS);
	if (ed_key_elsewhere(key))
		return sign_elsewhere(key, alg, octets, len, value, err);
	if (alg->kind == ED_SIG_EDDSA)
		return sign_pure(key, octets, len, value, err);
	if (!ed_hash_bytes(alg->hash, octets, len, hash))
		return ed_crypto_fail(err, EDOC_ERR_BUG, edoc_key_subject(key),
		                      ed_hash_name(alg->hash));
	return sign_hash(key, alg, hash, value, err);
}
