/* SPDX-License-Identifier: ISC */
/* CAdES (EN 319 122-1, TS 101 733): every signer of a SignedData, with its
 * attributes, time-stamps, archive time-stamps, counter-signatures. */
#ifndef ED_SIGNATURE_CADES_H
#define ED_SIGNATURE_CADES_H

#include "signature/ades.h"

/*
 * bytes: BER or DER (PEM and base64 are undone by the caller).  data: for
 * detached content: the objects it may be over; `only`: the one that it must be
 * over (an ASiCManifest, a lone file), or ED_NO_DATA to go by the digest.
 * Attached content up to ED_MAX_CMS_CONTENT is digested in place, and becomes
 * *content (a slice; NULL: detached).  EDOC_ERR_INPUT: no SignedData.
 */
enum edoc_code ed_cades_read(const void *bytes, size_t len, const char *where,
                             const struct ed_data *data, size_t only, struct ed_material *material,
                             struct ed_arena *arena, struct ed_ades **sigs, size_t *n,
                             struct ed_buf *content, struct edoc_error *err) EDOC_CHECK;

#endif
