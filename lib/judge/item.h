/* SPDX-License-Identifier: ISC */
/*
 * One item, whatever it is, read and checked arithmetically: the recogniser
 * and the readers of each form fill this, the validation judges it.
 *
 *   bytes -> recognise (by content) -> collect (container, CMS, XML, token,
 *   record) -> struct ed_item -> validate (EN 319 102-1) -> report
 */
#ifndef ED_JUDGE_ITEM_H
#define ED_JUDGE_ITEM_H

#include "package/asic.h"
#include "package/card.h"
#include "signature/ades.h"
#include "signature/data.h"

enum ed_item_kind {
	ED_ITEM_UNKNOWN = 0,
	ED_ITEM_ZIP,    /* a container */
	ED_ITEM_CMS,    /* SignedData: CAdES, PKCS#7 */
	ED_ITEM_TST,    /* a time-stamp token or response */
	ED_ITEM_XML,    /* with ds:Signature somewhere */
	ED_ITEM_RECORD, /* an evidence record, DER or XML */
	ED_ITEM_CERT,
	ED_ITEM_CRL
};

struct ed_item_document {
	const char *name, *media_type;
	uint64_t bytes;
	unsigned char sha256[32];
	bool digested;
	size_t covered; /* by how many signatures, their digests right */
};

struct ed_item {
	struct ed_arena *arena;
	const char *name;
	const char *format; /* "ASiC-E/XAdES" "ASiC-S/CAdES" "CAdES" "XAdES" "TST" ... */
	enum ed_item_kind kind;
	struct ed_asic *asic; /* a container's, or NULL */
	bool owns_asic;
	struct ed_buf bytes;         /* of what is no container; PEM and base64 are undone */
	struct ed_material material; /* all that the item brings along */
	struct ed_ades *sigs;
	size_t n_sigs;
	struct ed_stamp *stamps; /* the container's own, or a bare token */
	size_t n_stamps;
	struct ed_record *records; /* the container's own, or a bare one */
	size_t n_records;
	struct ed_item_document *documents;
	size_t n_documents;
	const struct ed_card *card; /* metadata/card.xml, for the report; or NULL */
	bool has_ledger;
	struct ed_findings findings;
};

/* Reads everything.  EDOC_ERR_INPUT: malformed as a whole. */
enum edoc_code ed_item_collect(int fd, const char *name, const struct edoc_verify_options *options,
                               struct ed_arena *arena, struct ed_item *item,
                               struct edoc_error *err) EDOC_CHECK;
/* A container that is open already, so that its digests are shared; `container`
 * are the findings of ed_asic_open(). */
enum edoc_code ed_item_collect_asic(struct ed_asic *asic, const struct ed_findings *container,
                                    const char *name, const struct edoc_verify_options *options,
                                    struct ed_arena *arena, struct ed_item *item,
                                    struct edoc_error *err) EDOC_CHECK;
void ed_item_clear(struct ed_item *item);

#endif
