/* SPDX-License-Identifier: ISC */
/*
 * ASiCManifest, ASiCArchiveManifest and ASiCEvidenceRecordManifest (EN 319
 * 162-1 A.4, TS 102 918 6.2): one signature, time-stamp or evidence record,
 * and the digests of what it is to protect.
 */
#ifndef ED_PACKAGE_ASICMANIFEST_H
#define ED_PACKAGE_ASICMANIFEST_H

#include "base/arena.h"
#include "base/finding.h"
#include "door/crypto.h"

struct ed_asicmanifest_ref {
	const char *where;      /* entry:line */
	const char *name;       /* decoded, relative to the container's root */
	const char *media_type; /* or NULL */
	const char *algorithm;  /* the URI */
	enum ed_hash hash;      /* NONE: one that is not read */
	unsigned char digest[ED_HASH_MAX];
	bool root; /* Rootfile: where reading begins */
};

struct ed_asicmanifest {
	const char *target; /* SigReference, decoded */
	const char *target_type;
	struct ed_asicmanifest_ref *refs;
	size_t n;
};

/*
 * Findings: asicmanifest.nested, .duplicate(name), .extension(name).
 * EDOC_ERR_INPUT: no manifest, or not acceptable.  All strings are the arena's.
 */
enum edoc_code ed_asicmanifest_parse(const void *bytes, size_t len, const char *where,
                                     size_t max_bytes, struct ed_arena *arena,
                                     struct ed_findings *findings, struct ed_asicmanifest *manifest,
                                     struct edoc_error *err) EDOC_CHECK;

/*
 * A manifest for `target`, the entry that signs or time-stamps it; the same form
 * in ASiCManifest and ASiCArchiveManifest files.  Of refs: name, media_type, hash
 * and digest are written; root: the index of the Rootfile (of an archive manifest
 * the one before it), or ED_NO_ROOT.  EDOC_ERR_INPUT: a name that no entry may
 * have, twice the same, its own target, or a digest that XML has no name for.
 */
#define ED_NO_ROOT ((size_t)-1)
enum edoc_code ed_asicmanifest_write(struct ed_buf *out, const char *target,
                                     const char *target_type,
                                     const struct ed_asicmanifest_ref *refs, size_t n, size_t root,
                                     struct edoc_error *err) EDOC_CHECK;

#endif
