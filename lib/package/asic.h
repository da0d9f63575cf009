/* SPDX-License-Identifier: ISC */
/* ASiC containers (EN 319 162-1): what each entry is, and what it holds. */
#ifndef ED_PACKAGE_ASIC_H
#define ED_PACKAGE_ASIC_H

#include "base/finding.h"
#include "door/crypto.h"
#include "door/zip.h"

#define ED_MIME_ASICE "application/vnd.etsi.asic-e+zip"
#define ED_MIME_ASICS "application/vnd.etsi.asic-s+zip"
#define ED_CARD_NAME "metadata/card.xml"
#define ED_MANIFEST_NAME "META-INF/manifest.xml"
#define ED_LEDGER_DIR "META-INF/edoc/"

enum ed_asic_kind {
	ED_ASIC_MIMETYPE,
	ED_ASIC_DOCUMENT, /* any file outside META-INF, the card among them */
	ED_ASIC_MANIFEST, /* META-INF/manifest.xml */
	ED_ASIC_XADES,    /* META-INF/ *signatures*.xml */
	ED_ASIC_CADES,    /* META-INF/ *signature*.p7s */
	ED_ASIC_LEDGER,   /* META-INF/edoc/ ... */
	ED_ASIC_FOLDER,
	ED_ASIC_STAMP,            /* META-INF/ *timestamp*.tst */
	ED_ASIC_RECORD,           /* META-INF/ *evidencerecord*.ers, .xml */
	ED_ASIC_DATA_MANIFEST,    /* META-INF/ASiCManifest*.xml */
	ED_ASIC_ARCHIVE_MANIFEST, /* META-INF/ASiCArchiveManifest*.xml */
	ED_ASIC_RECORD_MANIFEST,  /* META-INF/ASiCEvidenceRecordManifest*.xml */
	ED_ASIC_OTHER             /* anything else in META-INF */
};

/* What a container says it is. */
enum ed_asic_type {
	ED_ASIC_PLAIN,  /* a ZIP and nothing more */
	ED_ASIC_E,      /* EN 319 162-1 4.4 */
	ED_ASIC_S,      /* 4.3: one document */
	ED_ASIC_OFFICE, /* OpenDocument 1.2 part 3 */
};

struct ed_asic {
	struct ed_zip *zip;
	struct ed_arena *arena;
	enum ed_asic_kind *kind; /* an entry each */
	const char **media_type; /* of the manifest, or NULL */
	enum ed_asic_type type;
	const char *format;      /* "ASiC-E/XAdES", "ASiC-S/CAdES", "ASiC-E/TST", "ASiC-E/ERS",
	                          * "ASiC-E", "ODF/XAdES", "ODF", "ZIP" */
	size_t documents, xades; /* counts */
	struct ed_asic_digest *digests; /* made once an entry and algorithm */
	struct ed_asic_run *runs;       /* the newest first */
	size_t n_runs;
};

/* Opens and classifies; findings about the container (mimetype late, deflated,
 * with an extra field, wrong; manifest missing an entry, naming an absent one,
 * malformed) go to the list.  EDOC_ERR_INPUT: no ZIP or not acceptable. */
enum edoc_code ed_asic_open(int fd, const char *name, const struct edoc_limits *limits,
                            struct ed_arena *arena, struct ed_findings *findings,
                            struct ed_asic **asic, struct edoc_error *err) EDOC_CHECK;
void ed_asic_free(struct ed_asic *asic);
/* Digests an entry once for all that ask.  Several algorithms wanted for one
 * entry are made in one pass when ed_asic_want() was called before. */
void ed_asic_want(struct ed_asic *asic, size_t i, enum ed_hash hash);
enum edoc_code ed_asic_digest(struct ed_asic *asic, size_t i, enum ed_hash hash,
                              unsigned char out[ED_HASH_MAX], struct edoc_error *err) EDOC_CHECK;

/*
 * A digest that has taken whole entries, one after another, and nothing else:
 * what begins with them, as an archive time-stamp does, goes on from there
 * instead of reading them again.  Kept when they are long; a digest of a long
 * entry by itself is kept as it is made.
 */
void ed_asic_keep_run(struct ed_asic *asic, const size_t *entries, size_t n, enum ed_hash hash,
                      const struct ed_digest *running);
/* The caller's copy of the one that has most of these entries from the first;
 * *have: how many.  NULL: none. */
struct ed_digest *ed_asic_run(const struct ed_asic *asic, const size_t *entries, size_t n,
                              enum ed_hash hash, size_t *have);

/*
 * Takes over what `from` has digested of the same bytes: `to` is the file that
 * from's entries were read from (ed_zip_writer_keep()), and begins with those
 * that stand before `end`.
 */
void ed_asic_inherit(struct ed_asic *to, const struct ed_asic *from, uint64_t end);

#endif
