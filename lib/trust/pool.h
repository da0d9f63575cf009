/* SPDX-License-Identifier: ISC */
/*
 * Everything at hand when one item is judged, parsed once: the certificates,
 * CRLs and OCSP answers of its material and of the trust set.  Paths and
 * revocation are looked up in it as often as the algorithm asks; answers are
 * remembered, and asked anew when material was added (fetched) meanwhile.
 */
#ifndef ED_TRUST_POOL_H
#define ED_TRUST_POOL_H

#include "signature/material.h"
#include "trust/anchors.h"

struct ed_pool;

/* All are borrowed and outlive the pool; what the pool gives lives as long as
 * pool and arena.  material->memo may be NULL; trust too. */
enum edoc_code ed_pool_new(const struct ed_material *material, const struct edoc_trust *trust,
                           struct ed_arena *arena, struct ed_pool **pool,
                           struct edoc_error *err) EDOC_CHECK;
void ed_pool_free(struct ed_pool *pool);
/* When each blob of the material says that it was made: thisUpdate of a CRL,
 * producedAt of an OCSP answer; ED_TIME_NONE of all else. */
enum edoc_code ed_pool_moments(struct ed_pool *pool, int64_t **issued,
                               struct edoc_error *err) EDOC_CHECK;

#endif
