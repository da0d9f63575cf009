/* SPDX-License-Identifier: ISC */
/* A token from the first TSA that gives a good one. */
#ifndef ED_SIGN_STAMP_H
#define ED_SIGN_STAMP_H

#include "signature/grow.h"

/* The arg of ed_sign_token(). */
struct ed_stamping {
	const struct edoc_tsa *tsas;
	size_t n;
	edoc_fetch_fn *fetch;
	void *fetch_arg;
	/* Our own clock: a TSA whose clock is not within ED_CLOCK_SKEW of it gave no
	 * good time-stamp.  0: not looked at. */
	int64_t at;
	size_t used;  /* the TSA that answered last */
	int64_t time; /* of its token */
};

/* An ed_token_fn.  Each TSA in its order; EDOC_ERR_AGAIN when none gave a token
 * (says what each said), EDOC_ERR_USAGE when there is none to ask. */
enum edoc_code ed_sign_token(void *arg, enum ed_hash hash, const unsigned char imprint[ED_HASH_MAX],
                             struct ed_buf *token, struct edoc_error *err) EDOC_CHECK;

#endif
