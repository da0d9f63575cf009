/* SPDX-License-Identifier: ISC */
/* The door to libcrypto's keys made of numbers: ds:KeyValue. */
#ifndef ED_DOOR_KEYVALUE_H
#define ED_DOOR_KEYVALUE_H

#include <openssl/types.h>
#include <stddef.h>

/* NULL: not a key. */
EVP_PKEY *ed_key_of_rsa(const void *n, size_t n_len, const void *e, size_t e_len);
/* oid: of a named curve, dotted; point: as X9.62 writes it. */
EVP_PKEY *ed_key_of_ec(const char *oid, const void *point, size_t len);
void ed_key_drop(EVP_PKEY *key);

#endif
