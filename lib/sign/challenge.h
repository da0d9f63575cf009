/* SPDX-License-Identifier: ISC */
/*
 * Entry by signature: edoc-challenge/1, a text that is signed to log in.
 *
 *	DIR/<expires>-<sha256 of the text>.open   remembered
 *	DIR/<expires>-<sha256 of the text>.used   and answered: link(2) decides who
 */
#ifndef ED_SIGN_CHALLENGE_H
#define ED_SIGN_CHALLENGE_H

#include "edoc.h"

/*
 * Before anything is signed that is not signed to log in: EDOC_ERR_DENIED when
 * the bytes begin as a challenge of any version does, and audience (NULL: none
 * was named) is not the one that they are for.  EDOC_ERR_USAGE: an audience is
 * named, and they are no challenge.
 */
enum edoc_code ed_challenge_fit(const void *bytes, size_t len, const char *audience,
                                const char *where, struct edoc_error *err) EDOC_CHECK;

/* The same of an object's first bytes.  A detached CMS becomes an answer by
 * putting the content in, so wherever one is made this is asked. */
struct ed_data;
enum edoc_code ed_challenge_refuse(const struct ed_data *data, size_t object, const char *audience,
                                   const char *where, struct edoc_error *err) EDOC_CHECK;

#endif
