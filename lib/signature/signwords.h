/* SPDX-License-Identifier: ISC */
/* What a signer says beside the documents, whatever the form: each is a
 * signed attribute or property.  All may be NULL or empty. */
#ifndef ED_SIGNATURE_SIGNWORDS_H
#define ED_SIGNATURE_SIGNWORDS_H

#include "signature/ades.h"

struct ed_sign_words {
	const struct edoc_key *key;
	int64_t at;
	const char *const *roles; /* claimed, NULL-ended */
	const char *commitment;   /* approval origin receipt delivery sender creation */
	const char *ledger_head;  /* qualifies it, so it needs one */
	const struct edoc_sign_place *place;
	const struct edoc_sign_policy *policy;
	/* A token over what will be signed, before it is: content-time-stamp,
	 * AllDataObjectsTimeStamp.  NULL: none. */
	const void *content_token;
	size_t content_token_len;
};

/* What is refused in any form: control characters, unknown commitments, more
 * than ED_MAX_ROLES, a policy whose identifier is neither an OID nor a URI. */
enum edoc_code ed_sign_words_check(const struct ed_sign_words *words,
                                   struct edoc_error *err) EDOC_CHECK;

/* The dotted OID that the policy's identifier is, "urn:oid:" before it or not;
 * NULL: it is a URI of another kind. */
const char *ed_sign_policy_oid(const struct edoc_sign_policy *policy);
/* The digest of the policy's file, as its bytes stand (EN 319 132-1 5.2.9.2,
 * TS 119 172-1 C.1). */
enum edoc_code ed_sign_policy_digest(const struct edoc_sign_policy *policy, enum ed_hash hash,
                                     unsigned char out[ED_HASH_MAX],
                                     struct edoc_error *err) EDOC_CHECK;

#endif
