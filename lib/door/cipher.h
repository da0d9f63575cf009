/* SPDX-License-Identifier: ISC */
/*
 * The door to libcrypto's ciphers: AES-256-GCM piece by piece, and a key for
 * somebody's certificate: RSA-OAEP (RFC 8017 7.1), ephemeral-static ECDH with
 * X9.63 KDF and AES key wrap (RFC 5753), of which each part is named here and
 * none is chosen by a file.
 */
#ifndef ED_DOOR_CIPHER_H
#define ED_DOOR_CIPHER_H

#include "door/crypto.h"

#define ED_AEAD_KEY 32
#define ED_AEAD_NONCE 12
#define ED_AEAD_TAG 16

struct ed_aead;
struct ed_aead *ed_aead_new(const unsigned char key[ED_AEAD_KEY],
                            const unsigned char nonce[ED_AEAD_NONCE], bool encrypt);
bool ed_aead_aad(struct ed_aead *aead, const void *p, size_t len);
bool ed_aead_update(struct ed_aead *aead, const void *p, size_t len, void *out);
bool ed_aead_tag(struct ed_aead *aead, unsigned char tag[ED_AEAD_TAG]);         /* encrypting */
bool ed_aead_check(struct ed_aead *aead, const unsigned char tag[ED_AEAD_TAG]); /* decrypting */
void ed_aead_free(struct ed_aead *aead);                                        /* wipes */

/* RSAES-OAEP with an empty label (RFC 8017 7.1, RFC 4055 4). */
struct ed_oaep {
	enum ed_hash hash, mgf;
};
bool ed_oaep_wrap(EVP_PKEY *to, const struct ed_oaep *how, const unsigned char key[ED_AEAD_KEY],
                  struct ed_buf *wrapped);
bool ed_oaep_unwrap(EVP_PKEY *own, const struct ed_oaep *how, const void *wrapped, size_t len,
                    unsigned char key[ED_AEAD_KEY]);

/*
 * ECDH on P-256, P-384, P-521 between a certificate's key and one that is made
 * for it alone; X9.63 KDF over info; AES-256 key wrap (RFC 3394).
 */
#define ED_ECDH_POINT 133 /* uncompressed, of P-521 */
#define ED_ECDH_WRAPPED (ED_AEAD_KEY + 8)
struct ed_ecdh {
	enum ed_hash kdf;
	const void *info; /* ECC-CMS-SharedInfo (RFC 5753 7.2) */
	size_t info_len;
};
struct ed_ecdh_wrapped {
	unsigned char point[ED_ECDH_POINT]; /* the public half of what was made */
	size_t point_len;
	unsigned char key[ED_ECDH_WRAPPED];
};
bool ed_ecdh_wrap(EVP_PKEY *to, const struct ed_ecdh *how, const unsigned char key[ED_AEAD_KEY],
                  struct ed_ecdh_wrapped *wrapped);
bool ed_ecdh_unwrap(EVP_PKEY *own, const struct ed_ecdh *how, const struct ed_ecdh_wrapped *wrapped,
                    unsigned char key[ED_AEAD_KEY]);

#endif
