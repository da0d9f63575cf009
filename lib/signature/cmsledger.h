/* SPDX-License-Identifier: ISC */
/*
 * The ledger's signatures, and those of an archive's checkpoints: detached CAdES
 * baseline B as ed_cms_sign() makes it.  What is read is stricter than CAdES at
 * large: these are signatures of edoc's own kind, so everything unusual is an
 * attack or a fault.
 */
#ifndef ED_SIGNATURE_CMSLEDGER_H
#define ED_SIGNATURE_CMSLEDGER_H

#include "door/x509.h"

struct ed_cms_facts {
	struct ed_cert *signer; /* NULL: not found */
	STACK_OF(X509) *others; /* embedded certificates; freed by ed_cms_facts_clear */
	int64_t claimed_time;   /* signing-time; required (EN 319 122-1 6.3) */
	bool intact_data, intact_signature;
	bool bound;        /* signing-certificate-v2 names the signer */
	enum ed_hash hash; /* SHA-256, SHA-384 or SHA-512: nothing else is read */
};
/*
 * Content-type, message-digest, signing-time `at`, signing-certificate-v2; the
 * signer's certificate and chain come along.  Only by keys whose signatures
 * ed_cms_verify() reads.
 */
enum edoc_code ed_cms_sign(const struct edoc_key *key, const void *content, size_t len, int64_t at,
                           struct ed_buf *der, struct edoc_error *err) EDOC_CHECK;
/*
 * Structural strictness first (outer type signedData before anything inner is
 * parsed, DER and not BER, consumed whole, one SignerInfo, signedAttrs
 * present, each once and with one value, detached, digest and signature
 * algorithm agree), then the arithmetic.  EDOC_ERR_INPUT when it is
 * malformed; a wrong signature is in the facts.
 */
enum edoc_code ed_cms_verify(const void *der, size_t der_len, const void *content, size_t len,
                             const char *where, struct ed_arena *arena, struct ed_cms_facts *facts,
                             struct edoc_error *err) EDOC_CHECK;
void ed_cms_facts_clear(struct ed_cms_facts *facts);

#endif
