/* SPDX-License-Identifier: ISC */
#include "door/cipher.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "base/limits.h"

#define MAX_SHARED 66 /* bytes of a coordinate on P-521 */

/* ---- AES-256-GCM (SP 800-38D) ---------------------------------------------- */

struct ed_aead {
	EVP_CIPHER_CTX *ctx;
	bool encrypt;
};

static EVP_CIPHER_CTX *cipher_new(const char *name, const unsigned char *key,
                                  const unsigned char *nonce, bool encrypt)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(ed_crypto_context(), name, NULL);
	EVP_CIPHER_CTX *ctx = cipher ? EVP_CIPHER_CTX_new() : NULL;

	if (ctx) {
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
		if (EVP_CipherInit_ex2(ctx, cipher, key, nonce, encrypt, NULL) != 1) {
			EVP_CIPHER_CTX_free(ctx);
			ctx = NULL;
		}
	}
	EVP_CIPHER_free(cipher);
	ERR_clear_error();
	return ctx;
}

struct ed_aead *ed_aead_new(const unsigned char key[ED_AEAD_KEY],
                            const unsigned char nonce[ED_AEAD_NONCE], bool encrypt)
{
	struct ed_aead *aead = calloc(1, sizeof(*aead));

	if (!aead)
		return NULL;
	aead->encrypt = encrypt;
	aead->ctx = cipher_new("AES-256-GCM", key, nonce, encrypt);
	if (aead->ctx)
		return aead;
	free(aead);
	return NULL;
}

static bool update(EVP_CIPHER_CTX *ctx, const unsigned char *p, size_t len, unsigned char *out)
{
	int n;

	while (len > 0) {
		int most = len > 1 << 30 ? 1 << 30 : (int)len;

		if (EVP_CipherUpdate(ctx, out, &n, p, most) != 1 || n != most) {
			ERR_clear_error();
			return false;
		}
		p += most;
		len -= (size_t)most;
		if (out)
			out += most;
	}
	return true;
}

bool ed_aead_aad(struct ed_aead *aead, const void *p, size_t len)
{
	return update(aead->ctx, p, len, NULL);
}

bool ed_aead_update(struct ed_aead *aead, const void *p, size_t len, void *out)
{
	return update(aead->ctx, p, len, out);
}

bool ed_aead_tag(struct ed_aead *aead, unsigned char tag[ED_AEAD_TAG])
{
	unsigned char rest[16];
	int n;
	bool good = aead->encrypt && EVP_CipherFinal_ex(aead->ctx, rest, &n) == 1 &&
	            EVP_CIPHER_CTX_ctrl(aead->ctx, EVP_CTRL_AEAD_GET_TAG, ED_AEAD_TAG, tag) == 1;

	ERR_clear_error();
	return good;
}

bool ed_aead_check(struct ed_aead *aead, const unsigned char tag[ED_AEAD_TAG])
{
	unsigned char rest[16], copy[ED_AEAD_TAG];
	int n;
	bool good;

	memcpy(copy, tag, sizeof(copy));
	good = !aead->encrypt &&
	       EVP_CIPHER_CTX_ctrl(aead->ctx, EVP_CTRL_AEAD_SET_TAG, ED_AEAD_TAG, copy) == 1 &&
	       EVP_CipherFinal_ex(aead->ctx, rest, &n) == 1;
	ERR_clear_error();
	return good;
}

void ed_aead_free(struct ed_aead *aead)
{
	if (!aead)
		return;
	EVP_CIPHER_CTX_free(aead->ctx);
	free(aead);
}

/* ---- RSAES-OAEP ---------------------------------------------------------------- */

static EVP_PKEY_CTX *oaep_new(EVP_PKEY *key, const struct ed_oaep *how, bool encrypt)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ed_crypto_context(), key, NULL);
	const char *hash = ed_hash_name(how->hash), *mgf = ed_hash_name(how->mgf);

	if (ctx && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
	    (encrypt ? EVP_PKEY_encrypt_init(ctx) : EVP_PKEY_decrypt_init(ctx)) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, hash, NULL) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, mgf, NULL) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

bool ed_oaep_wrap(EVP_PKEY *to, const struct ed_oaep *how, const unsigned char key[ED_AEAD_KEY],
                  struct ed_buf *wrapped)
{
	unsigned char bytes[ED_MAX_RSA_BITS / 8];
	EVP_PKEY_CTX *ctx = oaep_new(to, how, true);
	size_t n = sizeof(bytes);
	bool good = ctx && EVP_PKEY_get_bits(to) <= ED_MAX_RSA_BITS &&
	            EVP_PKEY_encrypt(ctx, bytes, &n, key, ED_AEAD_KEY) == 1;

	if (good)
		ed_buf_put(wrapped, bytes, n);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

bool ed_oaep_unwrap(EVP_PKEY *own, const struct ed_oaep *how, const void *wrapped, size_t len,
                    unsigned char key[ED_AEAD_KEY])
{
	unsigned char bytes[ED_MAX_RSA_BITS / 8];
	EVP_PKEY_CTX *ctx = oaep_new(own, how, false);
	size_t n = sizeof(bytes);
	bool good = ctx && EVP_PKEY_get_bits(own) <= ED_MAX_RSA_BITS &&
	            EVP_PKEY_decrypt(ctx, bytes, &n, wrapped, len) == 1 && n == ED_AEAD_KEY;

	if (good)
		memcpy(key, bytes, ED_AEAD_KEY);
	ed_wipe(bytes, sizeof(bytes));
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

/* ---- ECDH -------------------------------------------------------------------------- */

static const char *curve_of(const EVP_PKEY *key)
{
	switch (ed_pkey_type(key)) {
	case ED_KEY_EC_P256:
		return "P-256";
	case ED_KEY_EC_P384:
		return "P-384";
	case ED_KEY_EC_P521:
		return "P-521";
	default:
		return NULL;
	}
}

/* A point that is on own's curve and is no point of small order: else what is
 * agreed on would tell of the private key. */
static EVP_PKEY *peer_of(EVP_PKEY *own, const unsigned char *point, size_t len)
{
	const char *curve = curve_of(own);
	OSSL_PARAM params[] = {
	        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)curve, 0),
	        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point, len),
	        OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx =
	        curve ? EVP_PKEY_CTX_new_from_name(ed_crypto_context(), "EC", NULL) : NULL;
	EVP_PKEY_CTX *check = NULL;
	EVP_PKEY *peer = NULL;
	bool good;

	good = ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	       EVP_PKEY_fromdata(ctx, &peer, EVP_PKEY_PUBLIC_KEY, params) == 1;
	if (good)
		check = EVP_PKEY_CTX_new_from_pkey(ed_crypto_context(), peer, NULL);
	good = good && check && EVP_PKEY_public_check(check) == 1;
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	if (good)
		return peer;
	EVP_PKEY_free(peer);
	return NULL;
}

static bool agree(EVP_PKEY *own, EVP_PKEY *peer, unsigned char shared[MAX_SHARED], size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ed_crypto_context(), own, NULL);
	bool good;

	*len = MAX_SHARED;
	good = ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
	       EVP_PKEY_derive(ctx, shared, len) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static bool derive(const struct ed_ecdh *how, unsigned char *shared, size_t len,
                   unsigned char kek[ED_AEAD_KEY])
{
	const char *hash = ed_hash_name(how->kdf);
	OSSL_PARAM params[] = {
	        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)hash, 0),
	        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, shared, len),
	        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)how->info,
	                                          how->info_len),
	        OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(ed_crypto_context(), "X963KDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool good = ctx && EVP_KDF_derive(ctx, kek, ED_AEAD_KEY, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return good;
}

/* What both sides know, and nobody else. */
static bool agreed_key(EVP_PKEY *own, EVP_PKEY *peer, const struct ed_ecdh *how,
                       unsigned char kek[ED_AEAD_KEY])
{
	unsigned char shared[MAX_SHARED];
	size_t len = 0;
	bool good = agree(own, peer, shared, &len) && derive(how, shared, len, kek);

	ed_wipe(shared, sizeof(shared));
	return good;
}

/* RFC 3394; unwrapping checks its own integrity value. */
static bool key_wrap(const unsigned char kek[ED_AEAD_KEY], bool encrypt, const unsigned char *in,
                     size_t len, unsigned char *out, size_t out_len)
{
	EVP_CIPHER_CTX *ctx = cipher_new("AES-256-WRAP", kek, NULL, encrypt);
	unsigned char bytes[ED_ECDH_WRAPPED + 16];
	int n = 0;
	bool good = ctx && EVP_CipherUpdate(ctx, bytes, &n, in, (int)len) == 1 && n >= 0 &&
	            (size_t)n == out_len;

	if (good)
		memcpy(out, bytes, out_len);
	ed_wipe(bytes, sizeof(bytes));
	EVP_CIPHER_CTX_free(ctx);
	return good;
}

bool ed_ecdh_wrap(EVP_PKEY *to, const struct ed_ecdh *how, const unsigned char key[ED_AEAD_KEY],
                  struct ed_ecdh_wrapped *wrapped)
{
	const char *curve = curve_of(to);
	unsigned char kek[ED_AEAD_KEY];
	EVP_PKEY *own = NULL;
	bool good;

	if (curve)
		own = EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "EC", curve);
	good = own &&
	       EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_PUB_KEY, wrapped->point,
	                                       sizeof(wrapped->point), &wrapped->point_len) == 1;
	good = good && agreed_key(own, to, how, kek) &&
	       key_wrap(kek, true, key, ED_AEAD_KEY, wrapped->key, ED_ECDH_WRAPPED);
	ed_wipe(kek, sizeof(kek));
	EVP_PKEY_free(own);
	ERR_clear_error();
	return good;
}

bool ed_ecdh_unwrap(EVP_PKEY *own, const struct ed_ecdh *how, const struct ed_ecdh_wrapped *wrapped,
                    unsigned char key[ED_AEAD_KEY])
{
	EVP_PKEY *peer = peer_of(own, wrapped->point, wrapped->point_len);
	unsigned char kek[ED_AEAD_KEY];
	bool good = peer && agreed_key(own, peer, how, kek) &&
	            key_wrap(kek, false, wrapped->key, ED_ECDH_WRAPPED, key, ED_AEAD_KEY);

	ed_wipe(kek, sizeof(kek));
	EVP_PKEY_free(peer);
	ERR_clear_error();
	return good;
}
