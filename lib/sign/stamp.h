/* SPDX-License-Identifier: ISC */
/* A token from the first TSA that gives a good one. */
#ifndef ED_SIGN_STAMP_H
#define ED_SIGN_STAMP_H

#include "signature/grow.h"

/* The arg of ed_sign_token(). */
struct ed_stamping {
	/* The TSAs, who fetches, trust and policy.  ->at is our own clock: a TSA whose
	 * clock is not within ED_CLOCK_SKEW of it gave no good time-stamp; 0: not looked at. */
	const struct edoc_sign_options *options;
	bool answered; /* somebody has to say that the TSA's certificate is not revoked */
	size_t used;   /* the TSA that answered last */
	int64_t time;  /* of its token */
};

/*
 * An ed_token_fn.  Each TSA in its order.  Where somebody is trusted about time, a
 * token that proves none is refused like one that does not come, and the next TSA is
 * asked.  EDOC_ERR_AGAIN when none gave a token (says what each said);
 * EDOC_ERR_CONFIG when no chain of any leads to an anchor, EDOC_ERR_DENIED when none
 * may (login, revoked, expired); EDOC_ERR_USAGE when there is none to ask.
 */
enum edoc_code ed_sign_token(void *arg, enum ed_hash hash, const unsigned char imprint[ED_HASH_MAX],
                             struct ed_buf *token, struct edoc_error *err) EDOC_CHECK;

/*
 * Judges a token by itself as of that moment, what it is over taken as right; what it
 * leaned on is in the report's arena.  along (or NULL): it is about to be time-stamped
 * itself, so answers are asked for now, whatever came with it (EN 319 102-1 5.6.2.4);
 * of what is along, certificates help.
 */
struct ed_relied;
enum edoc_code ed_stamp_relied(const struct edoc_sign_options *options, int64_t moment,
                               const char *where, const void *token, size_t len,
                               const struct ed_material *along, struct edoc_report *report,
                               struct ed_relied *relied, struct edoc_error *err) EDOC_CHECK;

#endif
