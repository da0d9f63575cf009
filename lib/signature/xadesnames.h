/* SPDX-License-Identifier: ISC */
/* Names that the reader and the maker of XAdES share. */
#ifndef ED_SIGNATURE_XADESNAMES_H
#define ED_SIGNATURE_XADESNAMES_H

#include <stdbool.h>

#include "base/arena.h"

/* Our CommitmentTypeQualifier: <edoc:LedgerHead>sha256:...</edoc:LedgerHead> */
#define ED_NS_LEDGER "urn:edoc:ledger:1"
#define ED_TYPE_PROPERTIES "http://uri.etsi.org/01903#SignedProperties"
#define ED_TYPE_COUNTERSIGNED "http://uri.etsi.org/01903#CountersignedSignature"

/* approval origin receipt delivery sender creation (EN 319 132-1 5.2.3), NULL
 * when it is none of them. */
const char *ed_commitment_by_uri(const char *uri);
const char *ed_commitment_uri(const char *word);

/* Two distinguished names as text (RFC 4514 and what came before it) that say
 * the same: attributes in any order, however their types and values are
 * spelled. */
bool ed_dn_alike(const char *a, const char *b, struct ed_arena *arena);

#endif
