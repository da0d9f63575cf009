/* SPDX-License-Identifier: ISC */
/*
 * How an item is read, in rooms: item.c (what it is, and who reads it), bare.c
 * (CMS, XML, tokens, records, certificates by themselves), container.c (what
 * stands in META-INF), manifests.c (ASiC manifests and what they protect),
 * cover.c (what exactly is signed).
 */
#ifndef ED_JUDGE_COLLECT_H
#define ED_JUDGE_COLLECT_H

#include "judge/item.h"
#include "judge/dataview.h"
#include "package/asicmanifest.h"
#include "signature/hashchain.h"

enum ed_ref_state { ED_REF_ABSENT = 0, ED_REF_CHANGED, ED_REF_UNREAD, ED_REF_GOOD };

struct ed_collect_ref {
	enum ed_ref_state state;
	size_t entry; /* or ED_NO_DATA */
};

/* An ASiCManifest of any kind, and how it stands. */
struct ed_collect_manifest {
	size_t entry;
	enum ed_asic_kind kind;
	struct ed_asicmanifest m;
	size_t target;               /* the entry it is of, or ED_NO_DATA */
	struct ed_collect_ref *refs; /* of m.refs; NULL: not looked at yet */
	struct ed_hashchain chain;   /* X-Road: that it refers to the result of; n may be 0 */
	size_t result;               /* the entry of that result; ED_NO_DATA: there is none */
	struct ed_findings findings; /* about the chain */
};

/* What was read from an entry: indices into the item's lists. */
struct ed_collect_at {
	size_t sig, n_sigs;
	size_t stamp, record, manifest;
	size_t stamped; /* an intact token: the entry whose digest it holds */
	size_t of, n_of; /* the manifests that are this entry's */
	bool has_stamp, has_record, has_manifest;
	bool chain;    /* a file of an X-Road hash chain over which a time-stamp is */
	bool result;   /* of them the result: what follows from it is in a manifest */
	size_t result_of;
};

struct ed_collect {
	struct ed_item *item;
	const struct edoc_verify_options *options;
	struct edoc_limits limits;
	struct ed_arena *arena; /* the item's */
	struct ed_view view;    /* all files of the container, or --data */
	struct ed_view records; /* of --data: evidence records over the item */
	struct ed_asic *asic;
	struct ed_collect_manifest *manifests;
	size_t n_manifests, manifests_cap;
	struct ed_collect_at *at; /* an entry each */
	size_t sigs_cap, stamps_cap, records_cap, documents_cap;
	size_t objects; /* that stamps and records cover, all in all */
};

/* An error that speaks of the item, not of our work. */
bool ed_collect_is_input(enum edoc_code code);
/* A document that cannot be read is the container's fault, not of what refers to it. */
bool ed_collect_is_other_entry(const struct ed_collect *c, const struct edoc_error *why,
                               const char *name);

/* ---- item.c ---- */

/* The signatures become the item's; those past ED_MAX_SIGNATURES are dropped
 * with a finding. */
enum edoc_code ed_collect_add_sigs(struct ed_collect *c, struct ed_ades *sigs, size_t n,
                                   const char *where, struct edoc_error *err) EDOC_CHECK;
/* Too many of them: a finding, and nothing is added. */
enum edoc_code ed_collect_add_stamp(struct ed_collect *c, const struct ed_stamp *stamp,
                                    struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_collect_add_record(struct ed_collect *c, const struct ed_record *record,
                                     struct edoc_error *err) EDOC_CHECK;
/* An object of the view is a document; media_type may be NULL. */
enum edoc_code ed_collect_add_document(struct ed_collect *c, size_t object, const char *media_type,
                                       size_t covered, struct edoc_error *err) EDOC_CHECK;

/* ---- bare.c ---- */

enum edoc_code ed_collect_cms(struct ed_collect *c, int fd, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_collect_xml(struct ed_collect *c, int fd, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_collect_token(struct ed_collect *c, int fd, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_collect_record(struct ed_collect *c, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_collect_x509(struct ed_collect *c, struct edoc_error *err) EDOC_CHECK;

/* ---- container.c ---- */

enum edoc_code ed_collect_container(struct ed_collect *c, struct edoc_error *err) EDOC_CHECK;

/* ---- manifests.c ---- */

/* Reads all manifests; asicmanifest.malformed for those that cannot be. */
enum edoc_code ed_collect_manifests(struct ed_collect *c, struct edoc_error *err) EDOC_CHECK;
/* Looks at what it refers to, once. */
enum edoc_code ed_collect_check(struct ed_collect *c, struct ed_collect_manifest *m,
                                struct edoc_error *err) EDOC_CHECK;
/* Findings for what is not there or not the same; true: there is none. */
bool ed_collect_note(const struct ed_collect_manifest *m, struct ed_findings *findings);
/* The k-th manifest of an entry, or NULL. */
struct ed_collect_manifest *ed_collect_manifest_of(struct ed_collect *c, size_t entry, size_t k);
/*
 * What a proof over entries proves, through manifests and into signatures,
 * tokens and records: appended to *objects.  hash: the weakest digest so far.
 */
enum edoc_code ed_collect_protect(struct ed_collect *c, size_t entry, enum ed_hash hash,
                                  struct ed_object **objects, size_t *n,
                                  struct edoc_error *err) EDOC_CHECK;

/* ---- cover.c ---- */

/* Documents, and findings about what nobody protects. */
enum edoc_code ed_collect_cover(struct ed_collect *c, struct edoc_error *err) EDOC_CHECK;
/* The shape that the container's kind asks for (EN 319 162-1 4.3, 4.4). */
enum edoc_code ed_collect_shape(struct ed_collect *c, struct edoc_error *err) EDOC_CHECK;

#endif
