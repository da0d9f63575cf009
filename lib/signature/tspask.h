/* SPDX-License-Identifier: ISC */
/* Asking a TSA (RFC 3161 2.4): the request, and what of its answer is ours. */
#ifndef ED_SIGNATURE_TSPASK_H
#define ED_SIGNATURE_TSPASK_H

#include "signature/tsp.h"

struct ed_tsq {
	enum ed_hash hash;
	unsigned char imprint[ED_HASH_MAX];
	unsigned char nonce[16]; /* random; sent, and wanted back */
	const char *policy;      /* dotted, or NULL: any */
};

/* TimeStampReq, certReq TRUE. */
enum edoc_code ed_tsq_write(const struct ed_tsq *tsq, struct ed_buf *der,
                            struct edoc_error *err) EDOC_CHECK;
/*
 * TimeStampResp to that request: status granted (or with modifications), one
 * token, its imprint, nonce and policy those that were asked for, its own
 * signature right, its signer's certificate inside.  EDOC_ERR_AGAIN with the
 * TSA's own words when it refused; EDOC_ERR_INPUT when it answered something else.
 */
enum edoc_code ed_tsr_token(const struct ed_tsq *tsq, const void *der, size_t len, const char *url,
                            struct ed_buf *token, struct edoc_error *err) EDOC_CHECK;

#endif
