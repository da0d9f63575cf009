/* SPDX-License-Identifier: ISC */
/* A new signature's place in a container. */
#ifndef ED_SIGN_PLACE_H
#define ED_SIGN_PLACE_H

#include "sign/change.h"

/* The form that a new signature there has: the container's own, else the one
 * that is wanted, else XAdES. */
enum edoc_code ed_place_form(const struct ed_change *c, enum edoc_form *form,
                             struct edoc_error *err) EDOC_CHECK;
/* Makes it at c->options->level; c->made names its entry. */
enum edoc_code ed_place_signature(struct ed_change *c, struct edoc_error *err) EDOC_CHECK;
/*
 * archivestamp.c: ASiC-E with CAdES, as it will be with all that was put: one more
 * archive time-stamp over it.  Signatures that it would keep below LT are raised
 * first; leave: those that cannot be stay.  Fails as ed_raise() does.
 */
enum edoc_code ed_place_archive(struct ed_change *c, bool leave, struct edoc_error *err) EDOC_CHECK;
/* Is that entry under an archive manifest? */
enum edoc_code ed_place_sealed(struct ed_change *c, const char *name, bool *sealed,
                               struct edoc_error *err) EDOC_CHECK;

#endif
