/* SPDX-License-Identifier: ISC */
/*
 * Validation material: every certificate, CRL and OCSP answer that an item
 * brings along or that was fetched, once each, known by its SHA-256.
 */
#ifndef ED_SIGNATURE_MATERIAL_H
#define ED_SIGNATURE_MATERIAL_H

#include "base/arena.h"
#include "base/buf.h"

struct ed_cert;

enum ed_material_kind { ED_CERT, ED_CRL, ED_OCSP };

struct ed_blob {
	enum ed_material_kind kind;
	const unsigned char *p; /* DER; an OCSP answer is an OCSPResponse or a BasicOCSPResponse */
	size_t len;
	unsigned char sha256[32];
	const char *where; /* the first place that it was found at, or its URL */
};

struct ed_material {
	struct ed_arena *arena; /* borrowed; holds all of it */
	struct ed_blob *v;
	size_t n, cap;
	size_t *by_digest; /* indices, sorted by sha256 */
	size_t bytes;      /* of them all */
	/* Certificates that the item need not bring along: the i-th, NULL after the
	 * last.  They prove nothing of it.  at_hand NULL: there are none. */
	const struct ed_cert *(*at_hand)(const void *hand, size_t i);
	const void *hand;
	struct edoc_memo *memo; /* of a batch (ed_cert_parse_memo), or NULL */
};

void ed_material_init(struct ed_material *m, struct ed_arena *arena);
/* Copies the bytes unless they are there already; *blob: which one it is (may
 * be NULL).  EDOC_ERR_LIMIT past ED_MAX_MATERIAL. */
enum edoc_code ed_material_add(struct ed_material *m, enum ed_material_kind kind, const void *p,
                               size_t len, const char *where, size_t *blob,
                               struct edoc_error *err) EDOC_CHECK;
/* Its index, or (size_t)-1. */
size_t ed_material_find(const struct ed_material *m, const unsigned char sha256[32]);

#endif
