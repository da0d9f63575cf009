/* SPDX-License-Identifier: ISC */
/* Evidence records (RFC 4998, RFC 6283): hash trees, renewals, and what of the
 * data at hand they protect since when. */
#ifndef ED_SIGNATURE_EVIDENCE_H
#define ED_SIGNATURE_EVIDENCE_H

#include "signature/ades.h"

/*
 * bytes: DER (also inside PEM undone by the caller) or XML.  data: the objects
 * it may protect; each is digested with the algorithms that the record uses.
 * form: of the first hash, when the record may be over either the DER or the
 * original bytes of a signature the caller passes both as objects.
 * EDOC_ERR_INPUT: no evidence record.
 */
enum edoc_code ed_record_read(const void *bytes, size_t len, const char *where,
                              const struct ed_data *data, struct ed_material *material,
                              struct ed_arena *arena, struct ed_record *record,
                              struct edoc_error *err) EDOC_CHECK;
/* Looks like one, from its first bytes. */
bool ed_record_is_xml(const void *bytes, size_t len);
bool ed_record_is_der(const void *bytes, size_t len);

#endif
