/* SPDX-License-Identifier: ISC */
/*
 * A folder of answers from the network: one file each, named by the SHA-256 of
 * what was asked.  Nothing here is believed: CRLs, OCSP answers, certificates
 * and lists carry their own signatures.  It can be deleted at any time.
 */
#ifndef ED_TRUST_CACHE_H
#define ED_TRUST_CACHE_H

#include "base/buf.h"

struct ed_cache; /* NULL is a cache that keeps nothing */

/* create: the folder is made when it is absent; else an absent one is an empty
 * cache. */
enum edoc_code ed_cache_open(const char *dir, bool create, struct ed_cache **cache,
                             struct edoc_error *err) EDOC_CHECK;
void ed_cache_free(struct ed_cache *cache);
/* false: not there, not readable, longer than bytes->max.  *at: when it came. */
bool ed_cache_get(const struct ed_cache *cache, const unsigned char key[32], struct ed_buf *bytes,
                  int64_t *at);
/* Whole or not at all; the oldest go when there are too many.  A full disk is
 * false and no reason to stop. */
bool ed_cache_put(struct ed_cache *cache, const unsigned char key[32], const void *bytes,
                  size_t len);

#endif
