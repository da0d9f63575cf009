/* SPDX-License-Identifier: ISC */
/*
 * What cases pin, parsed once: many cases cite the same few packages.  A case
 * holds what it got until it is cleared; the least used of the others goes
 * when the cache is full.  The key is the digest of the package's bytes, which
 * are read each time: a file that changed is another one.
 */
#ifndef ED_ROUTE_PINCACHE_H
#define ED_ROUTE_PINCACHE_H

#include "route/pin.h"

struct ed_pin_cache;
struct ed_pin_held; /* one of it, in use */

struct ed_pin_cache *ed_pin_cache_new(void); /* NULL: out of memory */
void ed_pin_cache_free(struct ed_pin_cache *cache);
/* As ed_pin_read(); *pin is a copy in the arena that says where it was read. */
enum edoc_code ed_pin_cache_read(struct ed_pin_cache *cache, const char *path,
                                 struct ed_arena *arena, struct ed_pin **pin,
                                 struct ed_pin_held **held, struct edoc_error *err) EDOC_CHECK;
void ed_pin_release(struct ed_pin_held *held); /* NULL is nothing */

#endif
