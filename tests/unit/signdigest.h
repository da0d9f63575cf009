/* SPDX-License-Identifier: ISC */
/* A value over a digest, which the library does not give: for tests that make
 * a spoiled document's arithmetic right again.  P-256 keys. */
#ifndef TESTS_SIGNDIGEST_H
#define TESTS_SIGNDIGEST_H

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "door/crypto.h"

static bool sign_digest(const struct edoc_key *key, const unsigned char digest[32],
                        struct ed_buf *value)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ed_crypto_context(), ed_key_pkey(key), NULL);
	unsigned char der[128], rs[64];
	const unsigned char *p = der;
	size_t len = sizeof(der);
	ECDSA_SIG *sig = NULL;
	bool good = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
	            EVP_PKEY_sign(ctx, der, &len, digest, 32) == 1 &&
	            (sig = d2i_ECDSA_SIG(NULL, &p, (long)len)) &&
	            BN_bn2binpad(ECDSA_SIG_get0_r(sig), rs, 32) == 32 &&
	            BN_bn2binpad(ECDSA_SIG_get0_s(sig), rs + 32, 32) == 32;

	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(ctx);
	if (good)
		ed_buf_put(value, rs, sizeof(rs));
	return good;
}

#endif
