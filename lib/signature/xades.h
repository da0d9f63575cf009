/* SPDX-License-Identifier: ISC */
/* XAdES (EN 319 132-1): reading, checking and making baseline B. */
#ifndef ED_SIGNATURE_XADES_H
#define ED_SIGNATURE_XADES_H

#include "door/x509.h"
#include "signature/ades.h"
#include "signature/xmldsig.h"

/* Tells the digest of a container entry.  EDOC_ERR_ABSENT: no such document. */
typedef enum edoc_code ed_entry_digest_fn(void *arg, const char *name, enum ed_hash hash,
					  unsigned char out[ED_HASH_MAX], struct edoc_error *err);

struct ed_xades {
	struct ed_xmldsig dsig;      /* its nodes are NULL: the document is gone */
	const char *where;           /* the entry */
	const char *id;
	const char *level;           /* "XAdES-BASELINE-B" or "" */
	/* The signer's words; absent too when what stands there is not signed. */
	int64_t claimed_time;        /* ED_TIME_NONE: absent */
	const char *role;            /* several are joined by "; "; NULL: none */
	const char *commitment;      /* the word, or an unknown identifier; NULL: none */
	const char *ledger_head;
	struct ed_cert *signer;      /* NULL: no certificate */
	STACK_OF(X509) *others;      /* further certificates of KeyInfo */
	bool bound;                  /* SigningCertificate(V2) names the signer */
	enum ed_hash bound_by;       /* with this digest */
	unsigned char info[ED_HASH_MAX]; /* digest of SignedInfo */
	const char *tag;             /* the 8 digits of the entry's name that our own
	                              * signatures hold signed, or NULL */
	bool intact_data, intact_signature;
	const char **covers;         /* entry names whose digests match */
	size_t n_covers;
	struct ed_findings findings;
};

/*
 * All ds:Signature elements of one entry, each parsed and checked
 * cryptographically: references found and digested through fn, SignedInfo,
 * SignatureValue, SignedProperties bound by Id and Type, Target,
 * SigningCertificate(V2), DataObjectFormat.  Trust and time are not looked
 * at.  EDOC_ERR_INPUT: the entry is no acceptable XML or has no signature.
 */
enum edoc_code ed_xades_check(const void *bytes, size_t len, const char *where, size_t max_bytes,
			      struct ed_arena *arena, ed_entry_digest_fn *fn, void *arg,
			      struct ed_xades **sigs, size_t *n, struct edoc_error *err) EDOC_CHECK;
void ed_xades_clear(struct ed_xades *sigs, size_t n); /* OpenSSL objects */

/*
 * XML with signatures in it, wherever they stand (EN 319 132-1, TS 101 903):
 * in a container's entry, or enveloped, enveloping and detached in a document
 * of its own.  Takes the place of ed_xades_check().
 */
enum edoc_code ed_xades_read(const void *bytes, size_t len, const char *where, size_t max_bytes,
			     const struct ed_data *data, struct ed_material *material,
			     struct ed_arena *arena, struct ed_ades **sigs, size_t *n,
			     struct edoc_error *err) EDOC_CHECK;

struct ed_xades_input {
	const char *name;       /* entry name, not encoded */
	const char *media_type;
	unsigned char digest[ED_HASH_MAX];
};

struct ed_xades_spec {
	const struct edoc_key *key;
	int64_t at;
	enum ed_hash hash;      /* of the references */
	const struct ed_xades_input *inputs;
	size_t n;
	/* Or NULL.  commitment: approval origin receipt delivery sender creation;
	 * ledger_head qualifies it, so it needs one. */
	const char *role, *commitment, *ledger_head;
	const char *tag; /* 8 hex digits of the entry's name, or NULL */
};

/* A whole META-INF/signatures-*.xml, root asic:XAdESSignatures. */
enum edoc_code ed_xades_make(const struct ed_xades_spec *spec, struct ed_buf *xml,
			     struct edoc_error *err) EDOC_CHECK;

#endif
