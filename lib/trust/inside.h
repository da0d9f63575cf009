/* SPDX-License-Identifier: ISC */
/* What the files of this room share: the inside of struct ed_pool. */
#ifndef ED_TRUST_INSIDE_H
#define ED_TRUST_INSIDE_H

#include "door/x509rev.h"
#include "trust/chain.h"
#include "trust/revocation.h"

/* A CRL of the material; what was found out about it once. */
struct ed_crl {
	X509_CRL *crl;
	const unsigned char *sha256;
	const char *where;
	unsigned long issuer_hash;
	int64_t this_update, next_update; /* next: ED_TIME_NONE */
	enum ed_hash signed_with;
	ISSUING_DIST_POINT *idp;     /* or NULL */
	ASN1_INTEGER *number, *base; /* CRLNumber; of a delta BaseCRLNumber; or NULL */
	ASN1_OCTET_STRING *key_id;   /* of the authority's key identifier, or NULL */
	int64_t keeps_expired;       /* expiredCertsOnCRL, ED_TIME_NONE: it does not say */
	const char *unusable;        /* why it says nothing about anybody, or NULL */
};

struct ed_answer { /* an OCSP answer */
	struct ed_ocsp ocsp;
	const unsigned char *sha256;
	const char *where;
	int64_t produced_at;
	enum ed_hash signed_with;
	const char *unusable;
};

struct ed_bad_blob { /* no CRL, no OCSP answer */
	const char *where, *why;
};

struct ed_pool {
	const struct ed_material *material;
	const struct edoc_trust *trust;
	struct ed_arena *arena;
	struct ed_cert **certs; /* each once; OCSP answers' own too */
	size_t n_certs, certs_cap;
	size_t seen_certs, seen_revocation; /* of the material's blobs */
	struct ed_crl *crls;
	size_t n_crls, crls_cap;
	struct ed_answer *answers;
	size_t n_answers, answers_cap;
	struct ed_bad_blob *bad;
	size_t n_bad, bad_cap;
	struct ed_pair { /* signatures computed, good and bad */
		unsigned char what[32], by[32];
		bool good;
	} * pairs;
	size_t n_pairs, pairs_cap;
	struct ed_asked_chain {
		unsigned char leaf[32];
		unsigned purpose;
		const struct ed_path_inputs *inputs;
		const char *where;
		size_t n_certs;
		struct ed_chains *chains;
	} * chains;
	size_t n_chains, chains_cap;
	struct ed_asked_revocation {
		unsigned char cert[32], issuer[32];
		size_t n_material;
		struct ed_revocations *answers;
	} * revocations;
	size_t n_revocations, revocations_cap;
};

/* Parse what the material got since; revocation is left alone until asked for. */
enum edoc_code ed_pool_read_certs(struct ed_pool *pool, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_pool_read_revocation(struct ed_pool *pool, struct edoc_error *err) EDOC_CHECK;

/* Certificates at hand with that subject, those of the trust set first. */
struct ed_names_walk {
	const X509_NAME *name;
	unsigned long hash;
	const struct ed_trust_entry *entry; /* where the certificate came from, or NULL */
	bool in_pool;
	size_t i;
};
struct ed_cert *ed_pool_named(const struct ed_pool *pool, struct ed_names_walk *walk);

bool ed_same_cert(const struct ed_cert *a, const struct ed_cert *b);
bool ed_same_key(const struct ed_cert *a, const struct ed_cert *b);

/* The arithmetic of one signature by a certificate's key, done once.  When too
 * many were asked for nothing verifies any more: an item that needs them is an attack. */
typedef bool ed_verify_fn(void *signed_object, EVP_PKEY *key);
bool ed_pool_verify(struct ed_pool *pool, const unsigned char what[32], ed_verify_fn *fn,
                    void *signed_object, const struct ed_cert *by);
bool ed_pool_issued(struct ed_pool *pool, const struct ed_cert *cert, const struct ed_cert *by);

/* RFC 5280 6.1 but for signatures, dates and revocation: NULL, or what is
 * wrong with certs[*depth].  certs: leaf first, anchor last. */
const char *ed_path_check(struct ed_cert *const *certs, size_t n,
                          const struct ed_path_inputs *inputs, size_t *depth);

/* What one CRL or OCSP answer says; appended to `out`. */
struct ed_asking {
	struct ed_pool *pool;
	struct ed_cert *cert, *issuer;
	const char *where;
	struct ed_revocations *out;
	size_t cap;
};
enum edoc_code ed_revocation_append(struct ed_asking *a, const struct ed_revocation *r,
                                    struct edoc_error *err) EDOC_CHECK;
void ed_revocation_note(struct ed_asking *a, const char *where, const char *code, const char *why);
/* The finding when an answer is by that certificate's subject and does not
 * verify with its key; code: the one so far. */
const char *ed_revocation_unverified(const char *code, const struct ed_cert *by);
void ed_crl_read(struct ed_crl *crl);
void ed_crl_release(struct ed_crl *crl);
enum edoc_code ed_crls_about(struct ed_asking *a, struct edoc_error *err) EDOC_CHECK;
void ed_answer_read(struct ed_answer *answer);
enum edoc_code ed_answers_about(struct ed_asking *a, struct edoc_error *err) EDOC_CHECK;

#endif
