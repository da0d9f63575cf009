/* SPDX-License-Identifier: ISC */
/* Who is believed, and for what: struct edoc_trust of the public header. */
#ifndef ED_TRUST_ANCHORS_H
#define ED_TRUST_ANCHORS_H

#include "door/x509.h"

/* Anchors for a purpose, and certificates that help to build paths; new
 * stacks, freed by the caller with their references (sk_X509_pop_free). */
enum edoc_code ed_trust_stacks(const struct edoc_trust *trust, unsigned purpose,
                               STACK_OF(X509) **anchors, STACK_OF(X509) **others,
                               struct edoc_error *err) EDOC_CHECK;

#endif
