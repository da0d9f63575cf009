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

struct ed_raise {
	enum edoc_form form; /* not AUTO */
	struct ed_grow at;   /* the bytes as they are now: each step makes others */
	struct ed_buf bytes; /* which are here once there was a step */
	const struct edoc_sign_options *options;
	bool outside; /* what is archived at LTA is the container: no step here */
	/* No earlier than options->at, nor than any token that came since: what a
	 * step leans on is judged as of then. */
	int64_t moment;
	size_t steps; /* that were taken */
};

/* at: of the bytes, with a data and an arena that stay. */
void ed_raise_init(struct ed_raise *r, enum edoc_form form, const struct ed_grow *at,
                   const struct edoc_sign_options *options);
void ed_raise_clear(struct ed_raise *r);
/*
 * Steps that are done already are passed over: a T becomes LT by values alone.
 * LTA on LTA is one more archive time-stamp, after what the last one's TSA
 * needs.  EDOC_ERR_AGAIN: no TSA gave a token, nobody answered about a
 * certificate; EDOC_ERR_CONFIG: a chain that leads to no anchor;
 * EDOC_ERR_DENIED: the validation failed (revoked, expired).
 */
enum edoc_code ed_raise(struct ed_raise *r, enum edoc_level level,
                        struct edoc_error *err) EDOC_CHECK;
/* Why what a validation leaned on is not kept: the error of that. */
struct ed_relied;
enum edoc_code ed_raise_refuse(const char *where, const struct ed_relied *relied,
                               struct edoc_error *err) EDOC_CHECK;

#endif
