/* SPDX-License-Identifier: ISC */
/*
 * RC2, in which old programs encrypt PKCS#12 files, and which OpenSSL 3 keeps in a
 * provider of its own.  It is loaded into a context that nobody else sees, where such
 * a file is read, and from the folder that OpenSSL was built with alone.
 */
#ifndef ED_DOOR_KEYLEGACY_H
#define ED_DOOR_KEYLEGACY_H

#include <openssl/provider.h>
#include <openssl/x509.h>

#include "edoc.h"

struct ed_legacy { /* zeroed: not loaded */
	OSSL_LIB_CTX *ctx;
	OSSL_PROVIDER *own, *legacy;
};

/* Whether PBES1 of PKCS#12 with RC2 (RFC 7292 C). */
bool ed_legacy_needed(const X509_ALGOR *alg);
/* Once; EDOC_ERR_INPUT: it is not there, and what to do about the file at path. */
enum edoc_code ed_legacy_load(struct ed_legacy *legacy, const char *path,
                              struct edoc_error *err) EDOC_CHECK;
void ed_legacy_unload(struct ed_legacy *legacy);

#endif
