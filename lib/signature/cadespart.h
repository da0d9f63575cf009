/* SPDX-License-Identifier: ISC */
/*
 * What the files of the CAdES reader share: one SignedData while it is read.
 * First everything in it is found (signers, tokens, counter-signatures,
 * certificates, answers about them), each with the place where it stands; then
 * each time-stamp is held against the bytes that it should be over, and what
 * stands within those bytes is what it proves.
 */
#ifndef ED_SIGNATURE_CADESPART_H
#define ED_SIGNATURE_CADESPART_H

#include "signature/cades.h"
#include "signature/cms.h"

/* Attribute types: EN 319 122-1 5 and A.2, TS 101 733, RFC 5652 11, RFC 5035. */
#define OID_DATA "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_SIGNING_TIME "1.2.840.113549.1.9.5"
#define OID_COUNTER_SIGNATURE "1.2.840.113549.1.9.6"
#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define OID_SMIME_AA "1.2.840.113549.1.9.16.2."
#define OID_CONTENT_HINTS OID_SMIME_AA "4"
#define OID_CONTENT_REFERENCE OID_SMIME_AA "10"
#define OID_SIGNING_CERT OID_SMIME_AA "12"
#define OID_SIGNATURE_STAMP OID_SMIME_AA "14"
#define OID_POLICY OID_SMIME_AA "15"
#define OID_COMMITMENT OID_SMIME_AA "16"
#define OID_LOCATION OID_SMIME_AA "17"
#define OID_SIGNER_ATTR OID_SMIME_AA "18"
#define OID_CONTENT_STAMP OID_SMIME_AA "20"
#define OID_CERT_REFS OID_SMIME_AA "21"
#define OID_REVOCATION_REFS OID_SMIME_AA "22"
#define OID_CERT_VALUES OID_SMIME_AA "23"
#define OID_REVOCATION_VALUES OID_SMIME_AA "24"
#define OID_CADES_C_STAMP OID_SMIME_AA "25"
#define OID_REFS_STAMP OID_SMIME_AA "26"
#define OID_ARCHIVE_STAMP OID_SMIME_AA "27"
#define OID_ATTR_CERT_REFS OID_SMIME_AA "44"
#define OID_ATTR_REVOCATION_REFS OID_SMIME_AA "45"
#define OID_SIGNING_CERT_V2 OID_SMIME_AA "47"
#define OID_ARCHIVE_STAMP_V2 OID_SMIME_AA "48"
#define OID_RECORD_INTERNAL OID_SMIME_AA "49"
#define OID_RECORD_EXTERNAL OID_SMIME_AA "50"
#define OID_MIME_TYPE "0.4.0.1733.2.1"
#define OID_LONG_TERM "0.4.0.1733.2.2"
#define OID_ARCHIVE_STAMP_V3 "0.4.0.1733.2.4"
#define OID_INDEX_V1 "0.4.0.1733.2.5"
#define OID_SIGNER_ATTR_V2 "0.4.0.19122.1.1"
#define OID_COMMITMENT_IS "1.2.840.113549.1.9.16.6." /* and 1 to 6: cadeswords.c */
#define OID_SPURI "1.2.840.113549.1.9.16.5.1"
#define OID_POLICY_STORE "0.4.0.19122.1.3"
#define OID_INDEX_V2 "0.4.0.19122.1.4"
#define OID_INDEX_V3 "0.4.0.19122.1.5"

/* A certificate, an answer, a token, a signature value, and where it stands. */
struct ed_cades_place {
	const uint8_t *p;
	size_t len;
	enum ed_object_kind kind;
	unsigned char sha256[32];
};

struct ed_cades_work {
	const char *where;
	const uint8_t *bytes;
	size_t len;
	const struct ed_data *data; /* or NULL */
	size_t only;
	struct ed_material *material;
	struct ed_arena *arena;
	struct ed_cms cms;
	struct ed_ber encap, type; /* EncapsulatedContentInfo, its eContentType */
	const uint8_t *content;    /* attached; NULL: detached */
	size_t content_len;
	unsigned char (*digests)[ED_HASH_MAX]; /* of attached content, by enum ed_hash */
	bool *digested;
	struct ed_cades_place *places; /* sorted by p once all are found */
	size_t n_places, cap_places;
	size_t n_stamps, n_signatures; /* counter-signatures too */
	size_t budget;                 /* bytes that may still be digested for proofs */
	size_t n_covers;               /* of all its time-stamps */
	bool exhausted;                /* that did not do */
	struct ed_cades_table *tables; /* cadesvalues.c: what references name */
};

/* A token, beside the struct ed_stamp of the same index. */
struct ed_cades_token {
	const struct ed_cms_attr *attr;
	const struct ed_ber *value;
	const struct ed_cms_attr *attrs; /* its own unsigned attributes */
	size_t n_attrs;
};

struct ed_cades_sig {
	struct ed_cades_work *work;
	const struct ed_cms_signer *si;
	struct ed_ades *ades;
	const struct ed_cades_sig *parent; /* of a counter-signature, else NULL */
	unsigned depth;
	size_t object;       /* of work->data: what it is over; ED_NO_DATA: not at hand */
	size_t external_len; /* of detached content, once all of it was read */
	struct ed_cades_token *tokens;
	struct ed_cades_sig *counter; /* beside ades->counter */
};

/* cadescontent.c */
/* Which object it is.  *conflict: attached content is none of those given. */
enum edoc_code ed_cades_resolve(struct ed_cades_sig *sig, bool *conflict,
                                struct edoc_error *err) EDOC_CHECK;
/* Of what the signature is over; *found false: not at hand. */
enum edoc_code ed_cades_digest(const struct ed_cades_sig *sig, enum ed_hash hash, bool *found,
                               unsigned char out[ED_HASH_MAX], struct edoc_error *err) EDOC_CHECK;

/* cades.c */
/* As ed_cades_read(), of work's first seven members; the rest of it, and
 * *parts beside cades->sigs, stay as long as the arena. */
enum edoc_code ed_cades_open(struct ed_cades_work *work, struct ed_cades *cades,
                             struct ed_cades_sig **parts, struct edoc_error *err) EDOC_CHECK;
/* Each archive time-stamp is over all there is: what that costs is bounded by
 * the size of it.  false: it is used up. */
bool ed_cades_spend(struct ed_cades_work *work, size_t bytes);
bool ed_cades_place(struct ed_cades_work *work, enum ed_object_kind kind, const void *p, size_t len,
                    const unsigned char sha256[32]);
/* A certificate or an answer that stands at [p, p + len): to the material and
 * to the places. */
enum edoc_code ed_cades_add_material(struct ed_cades_sig *sig, enum ed_material_kind kind,
                                     const struct ed_ber *value, const void *p, size_t len,
                                     struct edoc_error *err) EDOC_CHECK;
void ed_cades_finding(const struct ed_cades_sig *sig, const char *code, const char *a0,
                      const char *a1);

/* cadeswords.c: what the signer says in signed attributes. */
#define ED_CADES_COMMITMENTS 6
extern const char *const ed_cades_commitments[ED_CADES_COMMITMENTS]; /* behind OID_COMMITMENT_IS */
enum edoc_code ed_cades_words(struct ed_cades_sig *sig, struct edoc_error *err) EDOC_CHECK;

/* cadespolicy.c */
bool ed_cades_policy(struct ed_cades_sig *sig, const struct ed_ber *value);
bool ed_cades_policy_store(struct ed_cades_sig *sig); /* false: memory */

/* cadesvalues.c */
/* certificate-values and revocation-values among attrs.  place: where they
 * stand, when they are not where they lie (a token's own), else NULL. */
enum edoc_code ed_cades_values(struct ed_cades_sig *sig, const struct ed_cms_attr *attrs, size_t n,
                               const struct ed_ber *place, struct edoc_error *err) EDOC_CHECK;
/* RFC 6960 4.2.1: the BasicOCSPResponse within an OCSPResponse; false: it is none. */
bool ed_cades_basic_response(const struct ed_blob *blob, const uint8_t **p, size_t *len);
/* Calls fn for each certificate, CRL and answer that is referred to by digest;
 * false: malformed. */
typedef void ed_cades_ref_fn(void *arg, enum ed_hash hash, const uint8_t *digest, size_t len);
bool ed_cades_refs(const struct ed_cms_attr *attrs, size_t n, struct ed_arena *arena,
                   ed_cades_ref_fn *fn, void *arg);
/* The blob of a digest, or (size_t)-1. */
size_t ed_cades_ref_blob(struct ed_cades_work *work, enum ed_hash hash, const uint8_t *digest,
                         size_t len);
void ed_cades_check_refs(struct ed_cades_sig *sig);

/* cadeslevel.c */
const char *ed_cades_level(const struct ed_cades_sig *sig);

/* cadesrecord.c: evidence records in unsigned attributes. */
enum edoc_code ed_cades_records(struct ed_cades_sig *sig, struct edoc_error *err) EDOC_CHECK;

/* cadesstamp.c: the tokens of all attributes; then what each is over. */
enum edoc_code ed_cades_tokens(struct ed_cades_sig *sig, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_cades_prove(struct ed_cades_sig *sig, struct edoc_error *err) EDOC_CHECK;

/* Bytes that are digested one after the other. */
struct ed_cades_pieces {
	struct ed_cades_work *work;
	struct ed_cades_piece {
		const uint8_t *p;
		size_t len;
	} * v;
	size_t n, cap;
	bool failed;                   /* memory */
	const struct ed_digest *after; /* of what comes before them, or NULL */
};
void ed_cades_put(struct ed_cades_pieces *pieces, const void *p, size_t len);
/* As it stands, or in DER. */
void ed_cades_put_element(struct ed_cades_pieces *pieces, const struct ed_ber *e, bool der);
bool ed_cades_pieces_digest(const struct ed_cades_pieces *pieces, enum ed_hash hash,
                            unsigned char out[ED_HASH_MAX]); /* false: memory, or too much */
bool ed_cades_fits(const struct ed_cades_pieces *pieces, const struct ed_tst *tst);

/* cadescover.c: what a time-stamp proves. */
struct ed_cades_cover {
	struct ed_cades_sig *sig;
	struct ed_stamp *stamp;
	size_t cap;
	bool memory; /* ran out */
};
void ed_cades_cover_object(struct ed_cades_cover *c, enum ed_object_kind kind,
                           const unsigned char sha256[32], const char *name, enum ed_hash hash);
void ed_cades_cover_content(struct ed_cades_cover *c, enum ed_hash hash);
/* The signature value, and with it what it is over. */
void ed_cades_cover_signature(struct ed_cades_cover *c, enum ed_hash hash);
void ed_cades_cover_range(struct ed_cades_cover *c, const void *p, size_t len, enum ed_hash hash);
enum ed_hash ed_cades_weaker(enum ed_hash a, enum ed_hash b);

/* cadesarchive.c: archive-time-stamps, what they are over and what they cover. */
enum edoc_code ed_cades_archive(struct ed_cades_sig *sig, size_t i, struct ed_cades_cover *cover,
                                struct edoc_error *err) EDOC_CHECK;

/* What an archive-time-stamp-v3 that is made now is over.  content: its digest. */
bool ed_cades_archive_imprint(const struct ed_cades_sig *sig, enum ed_hash hash,
                              const unsigned char *content, const struct ed_ber *index,
                              unsigned char out[ED_HASH_MAX]);

/* cadesindex.c: ats-hash-index of an archive-time-stamp-v3. */
struct ed_cades_index {
	const struct ed_ber *value; /* ATSHashIndex, all of it */
	enum ed_hash hash;
	size_t n, n_unmatched;          /* entries; those that nothing here has the digest of */
	struct ed_cades_piece *matched; /* what is in it */
	size_t n_matched;
};
/* false: none, several or malformed; err tells only of memory. */
enum edoc_code ed_cades_index_read(const struct ed_cades_sig *sig,
                                   const struct ed_cades_token *token, struct ed_cades_index *index,
                                   bool *ok, struct edoc_error *err) EDOC_CHECK;

/* ATSHashIndexV3 over all there is now (5.5.2). */
enum edoc_code ed_cades_index_write(const struct ed_cades_sig *sig, enum ed_hash hash,
                                    struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;

/* cadesedit.c: elements put into BER or DER that is there; whatever is not around
 * them keeps its bytes. */
struct ed_cades_edit {
	const uint8_t *in; /* the element (its `whole`) whose contents change ... */
	const uint8_t *at; /* ... before what stands here, or at their end */
	const uint8_t *p;  /* what comes */
	size_t len;
	bool instead; /* what stands there goes */
};
struct ed_cades_edits {
	struct ed_arena *arena;
	struct ed_cades_edit *v;
	size_t n, cap;
	bool failed; /* memory */
};
/* p is copied.  before: a child of in; NULL: the end. */
void ed_cades_edit_insert(struct ed_cades_edits *edits, const struct ed_ber *in,
                          const struct ed_ber *before, const void *p, size_t len);
void ed_cades_edit_replace(struct ed_cades_edits *edits, const struct ed_ber *in,
                           const struct ed_ber *child, const void *p, size_t len);
/* One element more: a SET OF in order stays so, else it becomes the last. */
void ed_cades_edit_set(struct ed_cades_edits *edits, const struct ed_ber *set, const void *p,
                       size_t len);
/* Lengths around what changed are made anew, definite or not as they were.
 * false: e is malformed (out tells of room). */
bool ed_cades_edit_write(const struct ed_cades_edits *edits, const struct ed_ber *e,
                         struct ed_buf *out);

/* The parts of a SignedData that may grow; those that are not there are zero. */
struct ed_cades_body {
	struct ed_ber data, version, digests, encap, certs, crls, signers;
};
bool ed_cades_body(const struct ed_ber *content_info, struct ed_cades_body *body);

/* cadesmake.c: one SignerInfo. */
struct ed_der;
struct ed_cades_signer {
	const struct ed_sign_words *words;
	struct ed_sigalg alg;        /* by ed_cades_signer_alg() */
	const unsigned char *digest; /* of what is signed, by alg.hash */
	const char *content_type;    /* dotted; NULL: a counter-signature */
	const char *media_type;      /* or NULL */
};
/* That the key signs with, in the shape that CMS has it. */
enum edoc_code ed_cades_signer_alg(const struct edoc_key *key, struct ed_sigalg *alg,
                                   struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_cades_signer_write(const struct ed_cades_signer *signer, struct ed_buf *der,
                                     struct edoc_error *err) EDOC_CHECK;
void ed_cades_put_hash(struct ed_der *der, enum ed_hash hash); /* AlgorithmIdentifier */

#endif
