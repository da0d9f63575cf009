/* SPDX-License-Identifier: ISC */
/*
 * What time-stamps and evidence records of a XAdES signature are over, and what
 * that proves.  Private to the files that read it:
 *
 *   xadesoctets.c the octets, in their order
 *   xadescover.c  what existed when they did
 *   xadesstamp.c  time-stamps
 *   xadesrecord.c evidence records
 */
#ifndef ED_SIGNATURE_XADESPROOF_H
#define ED_SIGNATURE_XADESPROOF_H

#include "signature/xadesread.h"

/* One property and the octets it stands for. */
struct ed_xr_scope {
	struct ed_xr *r;
	xmlNodePtr node;     /* the property */
	enum ed_stamp_kind kind;
	bool v141;           /* of the namespace 1.4.1 */
	unsigned order;      /* n-th unsigned property; 0: a signed one */
	struct ed_c14n_form form;
	ed_xml_sink_fn *sink;
	void *arg;
	/* After each piece, where pieces are digested one by one; or NULL. */
	enum edoc_code (*piece)(void *arg);
	struct edoc_error *err;
	bool found; /* what it should be over is there */
	size_t begun; /* so many references are digested already */
};

struct ed_xr_covers {
	struct ed_xr *r;
	struct ed_object *v;
	size_t n, cap;
	enum ed_hash hash; /* of the proof itself */
	bool lost;
};

/* A limit of ours, or input that cannot be brought into form: not our error. */
bool ed_xr_is_input(enum edoc_code code);

bool ed_xr_is_include(const struct ed_xr *r, const xmlNode *p);
bool ed_xr_includes(const struct ed_xr_scope *s);
/* The ds:Reference that stands there, or NULL. */
const struct ed_xr_ref *ed_xr_reference_at(const struct ed_xr *r, const xmlNode *node);
/* References to validation data, of the same version as the time-stamp (A.1.5). */
bool ed_xr_is_refs(const struct ed_xr_scope *s, const xmlNode *p);
enum edoc_code ed_xr_put_reference(struct ed_xr_scope *s, const struct ed_xr_ref *x) EDOC_CHECK;
enum edoc_code ed_xr_put_archive(struct ed_xr_scope *s) EDOC_CHECK;
/* What the time-stamp property is over, by its name. */
enum edoc_code ed_xr_put_stamped(struct ed_xr_scope *s) EDOC_CHECK;

/* The digest of it, for a property that has no token yet.  EDOC_ERR_INPUT: not
 * all of it is at hand. */
enum edoc_code ed_xr_imprint(struct ed_xr *r, xmlNodePtr property, enum ed_stamp_kind kind,
			     enum ed_hash hash, unsigned char imprint[ED_HASH_MAX],
			     struct edoc_error *err) EDOC_CHECK;

void ed_xr_cover_signature(struct ed_xr_covers *c, bool direct);
void ed_xr_cover_values(struct ed_xr_covers *c, unsigned order);
void ed_xr_cover_stamps(struct ed_xr_covers *c, unsigned order, bool signature_only);
enum edoc_code ed_xr_give_covers(const struct ed_xr_scope *s, struct ed_stamp *stamp) EDOC_CHECK;

enum edoc_code ed_xr_records(struct ed_xr *r, xmlNodePtr property, unsigned order,
			     struct edoc_error *err) EDOC_CHECK;

#endif
