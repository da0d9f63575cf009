/* SPDX-License-Identifier: ISC */
/* An evidence record once read, whatever its syntax: what ers.c and xmlers.c
 * fill and evidence.c checks.  Only those three use it. */
#ifndef ED_SIGNATURE_RECORD_H
#define ED_SIGNATURE_RECORD_H

#include "base/ber.h"
#include "door/xml.h"
#include "signature/evidence.h"
#include "signature/hashtree.h"

/* ArchiveTimeStamp */
struct ed_ats {
	const char *where;
	enum ed_hash hash;       /* of its tree; NONE: not said, or not known */
	const char *hash_name;   /* as it stands there; NULL: not said */
	struct ed_hashes *lists; /* the reduced hash tree, from the data up */
	size_t n_lists;          /* 0: no tree */
	size_t lists_cap;
	const uint8_t *token; /* NULL: of a type that is not read */
	size_t token_len;
	const char *token_type; /* of a token that is not read */
	xmlNodePtr node;        /* its TimeStamp element */
	long order;
	size_t *blobs; /* of the material, what lies beside the token */
	size_t n_blobs, blobs_cap;
};

/* ArchiveTimeStampChain */
struct ed_ats_chain {
	struct ed_ats *v;
	size_t n, cap;
	enum ed_hash hash; /* of all its trees */
	const char *hash_name;
	bool c14n_known;
	enum ed_c14n c14n;
	bool comments;
	const char *c14n_uri;
	struct ed_ber ber;
	bool der; /* as it stands */
	xmlNodePtr node;
	long order;
};

struct ed_record_reading;

/* What the two syntaxes do differently. */
struct ed_record_form {
	const char *name;
	/* A new chain is over H(H(data) || H(sequence)) (RFC 4998 5.2), not over
	 * both beside each other (RFC 6283 4.2.2). */
	bool joined;
	/* The digest that a renewal has of a time-stamp, and of the chains
	 * before `chain`.  The syntaxes leave room for a second and third way:
	 * *have false: there is no such way. */
	enum edoc_code (*stamp)(struct ed_record_reading *r, size_t chain, const struct ed_ats *ats,
	                        unsigned way, unsigned char out[ED_HASH_MAX], bool *have,
	                        struct edoc_error *err);
	enum edoc_code (*sequence)(struct ed_record_reading *r, size_t chain, unsigned way,
	                           unsigned char out[ED_HASH_MAX], bool *have,
	                           struct edoc_error *err);
};
#define ED_RECORD_WAYS 3

struct ed_record_reading {
	const struct ed_record_form *form;
	struct ed_arena *arena;
	struct ed_material *material;
	const struct ed_data *data;
	struct ed_record *record;
	struct ed_ats_chain *chains;
	size_t n, cap;
	size_t stamps, hashes;    /* so far, for the limits */
	uint64_t work;            /* bytes digested beside the data */
	bool broken;              /* something is wrong with it as a whole */
	const struct ed_xml *xml; /* RFC 6283 */
	xmlNodePtr sequence;
};

/* A finding about the record that makes it worthless. */
void ed_record_broken(struct ed_record_reading *r, const char *where, const char *code,
                      const char *a0, const char *a1);
/* Of where `r` stands: counted, and refused past the limits. */
enum edoc_code ed_record_count_stamp(struct ed_record_reading *r, struct edoc_error *err);
enum edoc_code ed_record_count_work(struct ed_record_reading *r, uint64_t n,
                                    struct edoc_error *err);
/* One more value in a list, a slice that lasts. */
enum edoc_code ed_record_add_hash(struct ed_record_reading *r, struct ed_hashes *list,
                                  const uint8_t *p, size_t len, struct edoc_error *err);
struct ed_hashes *ed_record_add_list(struct ed_record_reading *r, struct ed_ats *ats);
struct ed_ats *ed_record_add_stamp(struct ed_record_reading *r, struct ed_ats_chain *chain);
struct ed_ats_chain *ed_record_add_chain(struct ed_record_reading *r);
enum edoc_code ed_record_add_blob(struct ed_record_reading *r, struct ed_ats *ats,
                                  enum ed_material_kind kind, const void *p, size_t len,
                                  struct edoc_error *err);

/* They fill r->chains; form and xml are set before. */
enum edoc_code ed_ers_parse(struct ed_record_reading *r, const void *bytes, size_t len,
                            struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_xmlers_parse(struct ed_record_reading *r, xmlNodePtr root,
                               struct edoc_error *err) EDOC_CHECK;
extern const struct ed_record_form ed_ers_form, ed_xmlers_form;

#define ED_NS_ERS "urn:ietf:params:xml:ns:ers"

#endif
