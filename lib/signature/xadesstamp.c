/* SPDX-License-Identifier: ISC */
/* The time-stamps of a XAdES signature.  What each finding means stands in
 * judge/rules.c. */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/cms.h"
#include "signature/xadesproof.h"

struct counted {
	struct ed_digest *digest;
	struct ed_xr *r;
};

/* Each archive time-stamp is over all before it: many are quadratic. */
static enum edoc_code to_digest(void *arg, const void *bytes, size_t len)
{
	struct counted *c = arg;

	c->r->stamp_work += c->r->in_content ? 0 : len;
	if (c->r->stamp_work > ED_MAX_STAMP_WORK)
		return EDOC_ERR_LIMIT;
	return ed_digest_update(c->digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

/* Long documents that it begins with have been digested before, most times. */
static enum edoc_code begin_stamped(struct ed_xr_scope *s, enum ed_hash hash, struct ed_digest **d)
{
	struct edoc_error why = {0};
	enum edoc_code code = EDOC_OK;

	s->begun = 0;
	if (s->kind == ED_STAMP_ARCHIVE ||
	    !strcmp((const char *)s->node->name, "AllDataObjectsTimeStamp"))
		code = ed_xr_begin(s->r, hash, &s->begun, d, &why);
	if (code != EDOC_OK && !ed_xr_is_input(code) && s->err)
		*s->err = why;
	return code;
}

/* digest: of what the property is over; s->found tells whether it is there.
 * Frees d. */
static enum edoc_code digest_stamped(struct ed_xr_scope *s, enum ed_hash hash, struct ed_digest *d,
                                     unsigned char digest[ED_HASH_MAX])
{
	enum edoc_code code = begin_stamped(s, hash, &d);
	struct counted counted = {d, s->r};

	s->sink = to_digest;
	s->arg = &counted;
	if (code == EDOC_OK)
		code = ed_xr_put_stamped(s);
	s->arg = NULL;
	if (code == EDOC_OK && !ed_digest_final(d, digest))
		code = ed_fail_memory(s->err);
	ed_digest_free(d);
	if (ed_xr_is_input(code)) {
		s->found = false;
		code = EDOC_OK;
	}
	return code;
}

static enum edoc_code check_imprint(struct ed_xr_scope *s, struct ed_stamp *stamp)
{
	enum ed_hash hash = stamp->tst.imprint_hash;
	struct ed_digest *d = ed_digest_new(hash);
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code code;

	if (!d) /* a digest that we do not know: the token's findings tell */
		return EDOC_OK;
	code = digest_stamped(s, hash, d, digest);
	stamp->found = s->found;
	stamp->intact = code == EDOC_OK && s->found &&
	                stamp->tst.imprint_len == ed_hash_size(hash) &&
	                ed_same_bytes(digest, stamp->tst.imprint, stamp->tst.imprint_len);
	return code;
}

/* ---- tokens ---- */

static struct ed_stamp *add_stamp(struct ed_xr *r, unsigned order)
{
	struct ed_ades *a = r->a;

	a->stamps =
	        ed_arena_grow(r->arena, a->stamps, a->n_stamps, &r->stamps_cap, sizeof(*a->stamps));
	r->stamp_orders = ed_arena_grow(r->arena, r->stamp_orders, a->n_stamps,
	                                &r->stamp_orders_cap, sizeof(*r->stamp_orders));
	if (!a->stamps || !r->stamp_orders)
		return NULL;
	r->stamp_orders[a->n_stamps] = order;
	memset(&a->stamps[a->n_stamps], 0, sizeof(*a->stamps));
	return &a->stamps[a->n_stamps];
}

/* What the token brings along stands, like the token, in the property. */
static enum edoc_code add_token_values(struct ed_xr *r, const struct ed_tst *tst, unsigned order,
                                       struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_cms cms;
	enum edoc_code code =
	        ed_cms_read(tst->der, tst->len, tst->where, r->material, r->arena, &cms, &why);

	if (code != EDOC_OK) /* ed_tst_read() has told */
		return code == EDOC_ERR_MEMORY ? ed_fail_memory(err) : EDOC_OK;
	for (size_t i = 0; i < cms.n_blobs && code == EDOC_OK; i++)
		code = ed_xr_value_add(r, cms.blobs[i], order, err);
	return code;
}

static enum edoc_code read_token(struct ed_xr_scope *s, xmlNodePtr node)
{
	struct ed_xr *r = s->r;
	const char *where = ed_xr_place(r, node);
	struct edoc_error why = {0};
	struct ed_stamp *stamp;
	enum edoc_code code;
	struct ed_buf der;

	if (r->a->n_stamps >= ED_MAX_STAMPS)
		return ed_fail(s->err, EDOC_ERR_LIMIT, where,
		               "more than %d time-stamps in a signature are not read",
		               ED_MAX_STAMPS);
	stamp = add_stamp(r, s->order);
	if (!stamp)
		return ed_fail_memory(s->err);
	ed_buf_init(&der, ED_MAX_XML_BYTES);
	code = ed_xml_b64(node, r->arena, &der) ? ed_tst_read(der.data, der.len, where, r->material,
	                                                      r->arena, &stamp->tst, &why)
	                                        : EDOC_ERR_INPUT;
	ed_buf_clear(&der);
	if (ed_xr_is_input(code)) {
		ed_xr_note(r, "xades.stamp-malformed", node, (const char *)s->node->name, why.msg);
		return EDOC_OK;
	}
	if (code != EDOC_OK) {
		if (s->err)
			*s->err = why;
		return code;
	}
	r->a->n_stamps++;
	stamp->kind = s->kind;
	stamp->type = ed_arena_strdup(r->arena, (const char *)s->node->name);
	stamp->id = ed_xml_attr(s->node, "Id", r->arena);
	stamp->where = where;
	ed_findings_init(&stamp->findings, r->arena);
	if (!stamp->type)
		return ed_fail_memory(s->err);
	if (r->unproved)
		return add_token_values(r, &stamp->tst, s->order, s->err);
	code = check_imprint(s, stamp);
	if (code != EDOC_OK)
		return code;
	if (!stamp->found)
		ed_finding(&stamp->findings, "xades.stamp-data-missing", where, stamp->type, NULL,
		           NULL);
	else if (!stamp->intact && stamp->tst.imprint_hash != ED_HASH_NONE)
		ed_finding(&stamp->findings, "xades.stamp-over-other", where, stamp->type, NULL,
		           NULL);
	code = ed_xr_give_covers(s, stamp);
	return code == EDOC_OK ? add_token_values(r, &stamp->tst, s->order, s->err) : code;
}

/* ---- properties ---- */

/* false: its CanonicalizationMethod is of no known form. */
static bool begin_scope(struct ed_xr_scope *s, const xmlNode **method)
{
	xmlNodePtr p = ed_xml_child(s->node, ED_NS_DS, "CanonicalizationMethod", NULL);
	char **prefixes = NULL;

	*method = p;
	s->v141 = ed_xml_is(s->node, ED_NS_XADES141, (const char *)s->node->name);
	s->form.alg = ED_C14N_10; /* EN 319 132-1 4.5 */
	if (p && !ed_c14n_read(p, s->r->arena, &s->form.alg, &s->form.comments, &prefixes))
		return false;
	s->form.prefixes = prefixes;
	return true;
}

static enum edoc_code read_property(struct ed_xr *r, xmlNodePtr node, enum ed_stamp_kind kind,
                                    unsigned order, struct edoc_error *err)
{
	struct ed_xr_scope s = {.r = r, .node = node, .kind = kind, .order = order, .err = err};
	enum edoc_code code = EDOC_OK;
	const xmlNode *method;
	size_t n = 0;

	if (!begin_scope(&s, &method)) {
		ed_xr_note(r, "xades.stamp-malformed", method, (const char *)node->name,
		           "ds:CanonicalizationMethod");
		return EDOC_OK;
	}
	for (xmlNodePtr p = ed_xml_first(node); p && code == EDOC_OK; p = ed_xml_next(p)) {
		if (ed_xr_is(r, p, "XMLTimeStamp"))
			ed_xr_note(r, "xades.stamp-xml", p, (const char *)node->name, NULL);
		else if (ed_xr_is(r, p, "EncapsulatedTimeStamp") && ++n)
			code = read_token(&s, p);
	}
	return code;
}

enum edoc_code ed_xr_imprint(struct ed_xr *r, xmlNodePtr property, enum ed_stamp_kind kind,
                             enum ed_hash hash, unsigned char imprint[ED_HASH_MAX],
                             struct edoc_error *err)
{
	struct ed_xr_scope s = {.r = r, .node = property, .kind = kind, .err = err};
	struct ed_digest *d = ed_digest_new(hash);
	const xmlNode *method;
	enum edoc_code code;

	if (!d)
		return ed_fail(err, EDOC_ERR_USAGE, r->a->where, "no such digest algorithm");
	if (!begin_scope(&s, &method)) {
		ed_digest_free(d);
		return ed_fail(err, EDOC_ERR_BUG, r->a->where, "no canonical form for a stamp");
	}
	code = digest_stamped(&s, hash, d, imprint);
	if (code == EDOC_OK && !s.found)
		return ed_fail(err, EDOC_ERR_INPUT, r->a->where,
		               "not all that the time-stamp would be over is at hand, or it is "
		               "more than is read");
	return code;
}

static const struct kind {
	const char *name;
	bool v132, v141; /* in which namespaces */
	enum ed_stamp_kind kind;
} kinds[] = {
        {"SignatureTimeStamp", true, false, ED_STAMP_SIGNATURE},
        {"SigAndRefsTimeStamp", true, false, ED_STAMP_REFS},
        {"SigAndRefsTimeStampV2", false, true, ED_STAMP_REFS},
        {"RefsOnlyTimeStamp", true, false, ED_STAMP_REFS},
        {"RefsOnlyTimeStampV2", false, true, ED_STAMP_REFS},
        {"ArchiveTimeStamp", true, true, ED_STAMP_ARCHIVE},
};

static const struct kind *kind_of(const struct ed_xr *r, const xmlNode *p)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if ((kinds[i].v132 && ed_xr_is(r, p, kinds[i].name)) ||
		    (kinds[i].v141 && ed_xml_is(p, ED_NS_XADES141, kinds[i].name)))
			return &kinds[i];
	return NULL;
}

static enum edoc_code read_content(struct ed_xr *r, struct edoc_error *err)
{
	xmlNodePtr data = ed_xml_child(r->properties, r->ns, "SignedDataObjectProperties", NULL);
	enum edoc_code code = EDOC_OK;

	for (xmlNodePtr p = ed_xml_first(data); p && code == EDOC_OK; p = ed_xml_next(p))
		if (ed_xr_is(r, p, "AllDataObjectsTimeStamp") ||
		    ed_xr_is(r, p, "IndividualDataObjectsTimeStamp"))
			code = read_property(r, p, ED_STAMP_CONTENT, 0, err);
	return code;
}

enum edoc_code ed_xr_stamps(struct ed_xr *r, struct edoc_error *err)
{
	enum edoc_code code = r->qualifying ? read_content(r, err) : EDOC_OK;
	unsigned order = 0;

	for (xmlNodePtr p = ed_xml_first(r->unsigned_properties); p && code == EDOC_OK;
	     p = ed_xml_next(p)) {
		const struct kind *kind = kind_of(r, p);

		order++;
		if (kind)
			code = read_property(r, p, kind->kind, order, err);
		else if (ed_xml_is(p, ED_NS_XADESEN, "SealingEvidenceRecords") && !r->unproved)
			code = ed_xr_records(r, p, order, err);
	}
	return code;
}
