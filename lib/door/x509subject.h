/* SPDX-License-Identifier: ISC */
/* Parts of a certificate's subject by names that people know. */
#ifndef ED_DOOR_X509SUBJECT_H
#define ED_DOOR_X509SUBJECT_H

#include "door/x509.h"

#define ED_SUBJECT_PARTS 16
/* "organization" "country" "title" "pinfl" ... */
const char *ed_subject_part(size_t i);
/* Its i-th value; *value is NULL past the last.  What is no UTF-8 is none. */
enum edoc_code ed_subject_value(const struct ed_cert *cert, const char *part, size_t i,
                                struct ed_arena *arena, const char **value,
                                struct edoc_error *err) EDOC_CHECK;

#endif
