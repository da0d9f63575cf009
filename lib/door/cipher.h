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

#endif
