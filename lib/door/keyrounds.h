/* SPDX-License-Identifier: ISC */
/* How much work a file may ask for before its passphrase is known to be right. */
#ifndef ED_DOOR_KEYROUNDS_H
#define ED_DOOR_KEYROUNDS_H

#include <openssl/types.h>
#include <stdint.h>

#include "edoc.h"

/* What deriving a key by this AlgorithmIdentifier costs (RFC 8018, RFC 7292
 * appendix B, RFC 7914, RFC 9579); UINT64_MAX: a count that is none. */
uint64_t ed_rounds_of(const X509_ALGOR *alg);
/* Adds to what the file has cost; EDOC_ERR_LIMIT above ED_MAX_KEY_ROUNDS. */
enum edoc_code ed_rounds_spend(uint64_t *spent, uint64_t rounds, const char *path,
                               struct edoc_error *err) EDOC_CHECK;

#endif
