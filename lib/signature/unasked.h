/* SPDX-License-Identifier: ISC */
/*
 * Level LT holds the full sets of certificates and of answers that judging
 * leans on (EN 319 122-1, 319 132-1 6.3).  Where no certificate says where to
 * ask, the set of answers is full with none in it: then that all certificates
 * are there is what tells LT from T.
 */
#ifndef ED_SIGNATURE_UNASKED_H
#define ED_SIGNATURE_UNASKED_H

#include "signature/ades.h"

/* The certificates above came along, at least one, and none but the last, the
 * anchor, names a source of revocation. */
struct ed_unasked {
	bool signer;
	bool stamps; /* and of all who stamped the signature, archive time-stamps left out */
};

/* Of ED_MAX_UNASKED certificates at most: with more it is neither. */
struct ed_unasked ed_ades_unasked(const struct ed_ades *a, const struct ed_material *pool);

#endif
