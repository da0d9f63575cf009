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
 * the bytes begin, behind white space and the like, as a challenge of any version
 * does, and audience (NULL: none was named) is not the one that they are for.
 * EDOC_ERR_USAGE: an audience is named, and they are no challenge.
 */
enum edoc_code ed_challenge_fit(const void *bytes, size_t len, const char *audience,
                                const char *where, struct edoc_error *err) EDOC_CHECK;

/* The same of an object's first bytes.  A signature of any form may do as an answer
 * somewhere, a detached CMS by putting the content in: this is asked wherever one is
 * made. */
struct ed_data;
enum edoc_code ed_challenge_refuse(const struct ed_data *data, size_t object, const char *audience,
                                   const char *where, struct edoc_error *err) EDOC_CHECK;
/* Of a file, whose offset stays. */
enum edoc_code ed_challenge_refuse_file(int fd, const char *where,
                                        struct edoc_error *err) EDOC_CHECK;
/* Of each document of a container. */
struct ed_asic;
enum edoc_code ed_challenge_refuse_asic(struct ed_asic *asic, struct edoc_error *err) EDOC_CHECK;

#endif
