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

#include "base/err.h"
#include "base/hex.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define XENC "http://www.w3.org/2001/04/xmlenc#"

#define MAX_ECDSA 256 /* bytes of r || s: far above any curve of OpenSSL */

/* ---- the one context --------------------------------------------------- */

static const struct hash {
	const char *name, *fetch;
	size_t size;
	const char *digest_uri, *rsa_uri, *ecdsa_uri; /* RFC 6931 2.1, 2.3 */
} hashes[] = {
        [ED_SHA1] = {"SHA-1", "SHA1", 20, DSIG "sha1", DSIG "rsa-sha1", MORE "ecdsa-sha1"},
        [ED_SHA224] = {"SHA-224", "SHA2-224", 28, MORE "sha224", MORE "rsa-sha224",
                       MORE "ecdsa-sha224"},
        [ED_SHA256] = {"SHA-256", "SHA2-256", 32, XENC "sha256", MORE "rsa-sha256",
                       MORE "ecdsa-sha256"},
        [ED_SHA384] = {"SHA-384", "SHA2-384", 48, MORE "sha384", MORE "rsa-sha384",
                       MORE "ecdsa-sha384"},
        [ED_SHA512] = {"SHA-512", "SHA2-512", 64, XENC "sha512", MORE "rsa-sha512",
                       MORE "ecdsa-sha512"},
};
#define N_HASHES (sizeof(hashes) / sizeof(hashes[0]))

/* Made once and never changed after: a constant that needs a call to exist. */
static struct {
	pthread_once_t once;
	OSSL_LIB_CTX *ctx;
	EVP_MD *md[N_HASHES];
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
	for (size_t i = ED_SHA1; i < N_HASHES; i++)
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
	if (hash <= ED_HASH_NONE || (size_t)hash >= N_HASHES || !ed_crypto_context())
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
	return (size_t)hash < N_HASHES ? hashes[hash].size : 0;
}

const char *ed_hash_name(enum ed_hash hash)
{
	return ed_hash_size(hash) ? hashes[hash].name : "?";
}

enum ed_hash ed_hash_by_name(const char *name)
{
	for (size_t i = ED_SHA1; i < N_HASHES; i++) {
		if (!strcmp(hashes[i].name, name))
			return (enum ed_hash)i;
	}
	return ED_HASH_NONE;
}

enum ed_hash ed_hash_by_xml_uri(const char *uri)
{
	for (size_t i = ED_SHA1; i < N_HASHES; i++) {
		if (!strcmp(hashes[i].digest_uri, uri))
			return (enum ed_hash)i;
	}
	return ED_HASH_NONE;
}

const char *ed_hash_xml_uri(enum ed_hash hash)
{
	return ed_hash_size(hash) ? hashes[hash].digest_uri : NULL;
}

struct ed_digest {
	EVP_MD_CTX *ctx;
};

struct ed_digest *ed_digest_new(enum ed_hash hash)
{
	const EVP_MD *md = md_of(hash);
	struct ed_digest *digest = md ? calloc(1, sizeof(*digest)) : NULL;

	if (!digest)
		return NULL;
	digest->ctx = EVP_MD_CTX_new();
	if (!digest->ctx || !EVP_DigestInit_ex2(digest->ctx, md, NULL)) {
		ed_digest_free(digest);
		ERR_clear_error();
		return NULL;
	}
	return digest;
}

bool ed_digest_update(struct ed_digest *digest, const void *bytes, size_t len)
{
	return EVP_DigestUpdate(digest->ctx, bytes, len) == 1;
}

bool ed_digest_final(struct ed_digest *digest, unsigned char out[ED_HASH_MAX])
{
	bool good = EVP_DigestFinal_ex(digest->ctx, out, NULL) == 1;

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

bool ed_hash_bytes(enum ed_hash hash, const void *bytes, size_t len, unsigned char out[ED_HASH_MAX])
{
	const EVP_MD *md = md_of(hash);
	bool good = md && EVP_Digest(bytes, len, out, NULL, md, NULL) == 1;

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

bool ed_sigalg_by_xml_uri(const char *uri, struct ed_sigalg *alg)
{
	memset(alg, 0, sizeof(*alg));
	for (size_t i = ED_SHA1; i < N_HASHES; i++) {
		bool ec = !strcmp(hashes[i].ecdsa_uri, uri);
		if (!ec && strcmp(hashes[i].rsa_uri, uri) != 0)
			continue;
		alg->type = ec ? ED_KEY_OTHER : ED_KEY_RSA;
		alg->ec = ec;
		alg->hash = (enum ed_hash)i;
		return true;
	}
	return false;
}

const char *ed_sigalg_xml_uri(const struct ed_sigalg *alg)
{
	if (!ed_hash_size(alg->hash))
		return NULL;
	if (alg->ec)
		return hashes[alg->hash].ecdsa_uri;
	return alg->type == ED_KEY_RSA ? hashes[alg->hash].rsa_uri : NULL;
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

static bool is_named_ec(const EVP_PKEY *key)
{
	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && !ed_pkey_explicit_curve(key);
}

enum ed_key_type ed_pkey_type(const EVP_PKEY *key)
{
	enum ed_key_type type = ED_KEY_OTHER;
	char group[32];

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		return ED_KEY_RSA;
	if (is_named_ec(key) && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1) {
		if (!strcmp(group, "prime256v1"))
			type = ED_KEY_EC_P256;
		else if (!strcmp(group, "secp384r1"))
			type = ED_KEY_EC_P384;
		else if (!strcmp(group, "secp521r1"))
			type = ED_KEY_EC_P521;
	}
	ERR_clear_error();
	return type;
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
	case ED_KEY_OTHER:
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
	if (!alg->ec)
		return alg->type == ED_KEY_RSA && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	return is_named_ec(key) && (alg->type == ED_KEY_OTHER || alg->type == ed_pkey_type(key));
}

/* RFC 6931 2.3.6: r || s, each of the curve's length. */
static size_t ecdsa_half(const EVP_PKEY *key)
{
	return ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
}

/* DER that libcrypto wants, from r || s; freed by OPENSSL_free. */
static int ecdsa_to_der(const unsigned char *value, size_t half, unsigned char **der)
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

static EVP_PKEY_CTX *value_ctx(EVP_PKEY *key, const struct ed_sigalg *alg, bool sign)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ed_crypto_context(), key, NULL);

	if (ctx && (sign ? EVP_PKEY_sign_init(ctx) : EVP_PKEY_verify_init(ctx)) == 1 &&
	    (alg->ec || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1) &&
	    EVP_PKEY_CTX_set_signature_md(ctx, md_of(alg->hash)) == 1)
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

bool ed_verify_xml(EVP_PKEY *key, const struct ed_sigalg *alg, const unsigned char *hash_value,
                   size_t hash_len, const void *value, size_t len)
{
	unsigned char *der = NULL;
	bool good = false;
	size_t half;
	int n;

	if (!key || !md_of(alg->hash) || hash_len != ed_hash_size(alg->hash))
		return false;
	if (!key_fits(key, alg)) {
		/* nothing */
	} else if (!alg->ec) {
		good = len == (size_t)EVP_PKEY_get_size(key) &&
		       verify_value(key, alg, hash_value, hash_len, value, len);
	} else {
		half = ecdsa_half(key);
		if (half > 0 && len == 2 * half && len <= MAX_ECDSA) {
			n = ecdsa_to_der(value, half, &der);
			good = n > 0 &&
			       verify_value(key, alg, hash_value, hash_len, der, (size_t)n);
			OPENSSL_free(der);
		}
	}
	ERR_clear_error();
	return good;
}

/* ---- signing ----------------------------------------------------------- */

bool ed_key_sigalg(const struct edoc_key *key, struct ed_sigalg *alg)
{
	memset(alg, 0, sizeof(*alg));
	alg->type = ed_pkey_type(ed_key_pkey(key));
	alg->ec = alg->type != ED_KEY_RSA;
	switch (alg->type) {
	case ED_KEY_RSA:
	case ED_KEY_EC_P256:
		alg->hash = ED_SHA256;
		return true;
	case ED_KEY_EC_P384:
		alg->hash = ED_SHA384;
		return true;
	case ED_KEY_EC_P521:
		alg->hash = ED_SHA512;
		return true;
	case ED_KEY_OTHER:
		break;
	}
	return false;
}

/* r || s of exactly the curve's length, from libcrypto's DER. */
static bool ecdsa_from_der(const unsigned char *der, size_t len, size_t half, unsigned char *value)
{
	const unsigned char *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
	bool good = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), value, (int)half) > 0 &&
	            BN_bn2binpad(ECDSA_SIG_get0_s(sig), value + half, (int)half) > 0;

	ECDSA_SIG_free(sig);
	return good;
}

enum edoc_code ed_sign_xml(const struct edoc_key *key, const struct ed_sigalg *alg,
                           const unsigned char *hash_value, size_t hash_len, struct ed_buf *value,
                           struct edoc_error *err)
{
	EVP_PKEY *pkey = ed_key_pkey(key);
	unsigned char raw[2048], rs[MAX_ECDSA];
	EVP_PKEY_CTX *ctx = NULL;
	size_t len = sizeof(raw), half = 0;
	bool good = false;

	if (!md_of(alg->hash) || hash_len != ed_hash_size(alg->hash) || !key_fits(pkey, alg))
		return ed_fail(err, EDOC_ERR_BUG, edoc_key_subject(key),
		               "the key does not fit the signature algorithm");
	if (EVP_PKEY_get_size(pkey) <= (int)sizeof(raw))
		ctx = value_ctx(pkey, alg, true);
	if (ctx && EVP_PKEY_sign(ctx, raw, &len, hash_value, hash_len) == 1) {
		half = ecdsa_half(pkey);
		good = !alg->ec || (2 * half <= sizeof(rs) && ecdsa_from_der(raw, len, half, rs));
	}
	EVP_PKEY_CTX_free(ctx);
	if (!good)
		return ed_crypto_fail(err, EDOC_ERR_INPUT, edoc_key_subject(key),
		                      "the key cannot sign");
	if (alg->ec)
		ed_buf_put(value, rs, 2 * half);
	else
		ed_buf_put(value, raw, len);
	return ed_buf_check(value, edoc_key_subject(key), err);
}
