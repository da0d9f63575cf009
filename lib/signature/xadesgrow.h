/* SPDX-License-Identifier: ISC */
/*
 * Where a XAdES signature takes more, in its raw bytes.  Private to the files
 * that make it grow:
 *
 *   xadesgrow.c        where it grows, and that nothing was harmed
 *   xadesgrowstamp.c   time-stamps
 *   xadesgrowvalues.c  certificates, CRLs, OCSP answers
 *   xadesgrowcounter.c counter-signatures
 */
#ifndef ED_SIGNATURE_XADESGROW_H
#define ED_SIGNATURE_XADESGROW_H

#include "signature/grow.h"
#include "signature/xadesread.h"

/* What is put in between: [from, until) of the bytes goes, which is nothing but
 * the "/>" of an empty element. */
struct ed_xg_place {
	size_t from, until;
	struct ed_buf before, after; /* tags around what is added */
};

void ed_xg_place_clear(struct ed_xg_place *place);
/* Behind that unsigned property; NULL: behind them all.  EDOC_ERR_INPUT: this
 * signature has no place for any. */
enum edoc_code ed_xg_find(const struct ed_grow *g, struct ed_xr *r, xmlNodePtr behind,
                          struct ed_xg_place *place, struct edoc_error *err) EDOC_CHECK;
/* Inside an element, behind or (first) before all that is there. */
enum edoc_code ed_xg_inside(const void *bytes, size_t len, const struct ed_xml *xml,
                            xmlNodePtr node, bool first, struct ed_xg_place *place,
                            struct edoc_error *err) EDOC_CHECK;
/* The bytes with `text` there. */
enum edoc_code ed_xg_insert(const void *bytes, size_t len, const char *where,
                            const struct ed_xg_place *place, const struct ed_buf *text,
                            struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;
/*
 * Gives `grown` as the result, once all that was intact in the old bytes is
 * intact in it.  id: of the time-stamp or counter-signature that must be there
 * besides, and hold; or NULL.
 */
enum edoc_code ed_xg_finish(const struct ed_grow *g, const struct ed_buf *grown, const char *id,
                            struct ed_buf *out, struct edoc_error *err) EDOC_CHECK;
/* The document with a signature behind all that its root holds, once it and
 * all that was intact in the document are so. */
enum edoc_code ed_xg_envelop(const void *bytes, size_t len, const char *where,
                             const struct ed_buf *signature, struct ed_buf *out,
                             struct edoc_error *err) EDOC_CHECK;
/* The same with a signature behind that one; the two get a root when that one is it. */
enum edoc_code ed_xg_beside(const struct ed_grow *g, const struct ed_xml *xml, xmlNodePtr last,
                            const struct ed_buf *signature, struct ed_buf *out,
                            struct edoc_error *err) EDOC_CHECK;
/* An Id that the document does not have: "T-" and 32 hex digits of its digest. */
#define ED_XG_ID 35
enum edoc_code ed_xg_id(const struct ed_grow *g, const struct ed_xml *xml, char letter,
                        char id[ED_XG_ID], struct edoc_error *err) EDOC_CHECK;

#endif
