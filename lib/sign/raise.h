/* SPDX-License-Identifier: ISC */
/*
 * Levels: B -> T -> LT -> LTA, and LTA again (EN 319 122-1, 319 132-1 clause
 * 6).  One signature at a time, in memory; whoever calls puts the bytes where
 * they belong and has the whole result judged before it gets its name.
 */
#ifndef ED_SIGN_RAISE_H
#define ED_SIGN_RAISE_H

#include "sign/stamp.h"
#include "signature/grow.h"

/*
 * The signature `at` (whose data and arena stay) to options->level.  *bytes
 * become those with it raised; they are left alone when no step was needed.
 * Steps that are done already are passed over: a T becomes LT by values alone.
 * LTA on LTA is one more archive time-stamp, after what the last one's TSA
 * needs.  outside: what is archived at LTA is the container: no step here.
 * *moment becomes no earlier than options->at, nor than any token that came:
 * the result is to be judged as of then.  EDOC_ERR_AGAIN: no TSA gave a token,
 * nobody answered about a certificate; EDOC_ERR_CONFIG: a chain that leads to
 * no anchor; EDOC_ERR_DENIED: the validation failed (revoked, expired).
 */
enum edoc_code ed_raise(enum edoc_form form, const struct ed_grow *at, bool outside,
                        const struct edoc_sign_options *options, struct ed_buf *bytes,
                        int64_t *moment, struct edoc_error *err) EDOC_CHECK;
/* How many signatures are in those bytes; at->which is not looked at. */
enum edoc_code ed_raise_count(enum edoc_form form, const struct ed_grow *at, size_t *n,
                              struct edoc_error *err) EDOC_CHECK;
/* Is it read as of that level?  LTA of a container is not in it. */
bool ed_raise_reached(const struct ed_ades *sig, enum edoc_level level);

/* Why what a validation leaned on is not kept: the error of that. */
struct ed_relied;
enum edoc_code ed_raise_refuse(const char *where, const struct ed_relied *relied,
                               struct edoc_error *err) EDOC_CHECK;

#endif
