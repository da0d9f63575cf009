/* SPDX-License-Identifier: ISC */
/* Evidence records (RFC 4998, RFC 6283): hash trees, renewals, and what of the
 * data at hand they protect since when. */
#ifndef ED_SIGNATURE_EVIDENCE_H
#define ED_SIGNATURE_EVIDENCE_H

#include "door/xml.h"
#include "signature/ades.h"

/*
 * bytes: DER, BER (PEM undone by the caller) or XML.  data: the objects it may
 * protect; each is digested with the algorithms that the record uses.  Objects
 * of one name are one object in several codings (a signature as DER and as it
 * stands): one of them is enough.  XML is tried in its canonical form too.
 * What is wrong with one time-stamp stands in its findings, the rest in the
 * record's.  EDOC_ERR_INPUT: no evidence record.
 */
enum edoc_code ed_record_read(const void *bytes, size_t len, const char *where,
                              const struct ed_data *data, struct ed_material *material,
                              struct ed_arena *arena, struct ed_record *record,
                              struct edoc_error *err) EDOC_CHECK;
/* An EvidenceRecord element within a document, whose namespaces it inherits
 * when it is made canonical.  record->sha256 is of its exclusive canonical form. */
enum edoc_code ed_record_read_node(const struct ed_xml *xml, xmlNodePtr node, const char *where,
                                   const struct ed_data *data, struct ed_material *material,
                                   struct ed_arena *arena, struct ed_record *record,
                                   struct edoc_error *err) EDOC_CHECK;
/* Is the object of that name protected? */
bool ed_record_covers(const struct ed_record *record, const char *name);
/* Looks like one, from its first bytes. */
bool ed_record_is_xml(const void *bytes, size_t len);
bool ed_record_is_der(const void *bytes, size_t len);

#endif
