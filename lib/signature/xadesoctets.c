/* SPDX-License-Identifier: ISC */
/* The octets that time-stamps and evidence records of a XAdES signature are over
 * (EN 319 132-1 5.2.8, 5.3, 5.5.2, A.1.5; TS 101 903 1.3.2 7.2 to 7.7). */
#include <string.h>

#include "base/err.h"
#include "signature/xadesproof.h"

bool ed_xr_is_input(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT;
}

static enum edoc_code end_piece(struct ed_xr_scope *s, enum edoc_code code)
{
	return code == EDOC_OK && s->piece ? s->piece(s->arg) : code;
}

static enum edoc_code put_element(struct ed_xr_scope *s, xmlNodePtr node)
{
	if (!node)
		return EDOC_OK;
	return end_piece(s, ed_c14n_write(s->r->xml, node, &s->form, s->sink, s->arg, s->err));
}

/* What a ds:Reference digests; what is not here leaves the time-stamp without
 * its object. */
enum edoc_code ed_xr_put_reference(struct ed_xr_scope *s, const struct ed_xr_ref *x)
{
	struct edoc_error why = {0};
	enum edoc_code code;

	if (x->ref->kind == ED_REF_REFUSED ||
	    (x->object == ED_NO_DATA &&
	     (x->ref->kind == ED_REF_ENTRY || x->ref->kind == ED_REF_NAMELESS))) {
		s->found = false;
		return EDOC_OK;
	}
	code = ed_xr_write(s->r, x, &s->form, s->sink, s->arg, &why);
	if (ed_xr_is_input(code)) {
		s->found = false;
		return EDOC_OK;
	}
	if (code != EDOC_OK && s->err)
		*s->err = why;
	return end_piece(s, code);
}

static enum edoc_code put_references(struct ed_xr_scope *s, bool properties)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = s->begun; i < s->r->dsig.n_refs && code == EDOC_OK; i++)
		if (properties || s->r->refs[i].ref->kind != ED_REF_PROPERTIES)
			code = ed_xr_put_reference(s, &s->r->refs[i]);
	return code;
}

/* The ds:Reference that an Include names, when referencedData says its data. */
const struct ed_xr_ref *ed_xr_reference_at(const struct ed_xr *r, const xmlNode *node)
{
	for (size_t i = 0; i < r->dsig.n_refs; i++)
		if (r->dsig.refs[i].node == node)
			return &r->refs[i];
	return NULL;
}

static enum edoc_code put_include(struct ed_xr_scope *s, const xmlNode *include)
{
	struct ed_arena *arena = s->r->arena;
	const char *uri = ed_xml_attr(include, "URI", arena);
	const char *data = ed_xml_attr(include, "referencedData", arena);
	bool wants_data = data && (!strcmp(data, "true") || !strcmp(data, "1"));
	const struct ed_xr_ref *x;
	xmlNodePtr target;

	if (!uri)
		uri = ed_xml_attr(include, "uri", arena); /* HashDataInfo of 1.1.1, 1.2.2 */
	target = uri && *uri == '#' ? ed_xml_by_id(s->r->xml, uri + 1) : NULL;
	if (!target || !ed_xml_within(target, s->r->dsig.node)) {
		s->found = false;
		return EDOC_OK;
	}
	x = ed_xr_reference_at(s->r, target);
	if (x && wants_data)
		return ed_xr_put_reference(s, x);
	if (s->kind == ED_STAMP_CONTENT) { /* EN 319 132-1 5.2.8.2: data only */
		s->found = false;
		return EDOC_OK;
	}
	return put_element(s, target);
}

bool ed_xr_is_include(const struct ed_xr *r, const xmlNode *p)
{
	return ed_xr_is(r, p, "Include") || ed_xr_is(r, p, "HashDataInfo");
}

bool ed_xr_includes(const struct ed_xr_scope *s)
{
	for (xmlNodePtr p = ed_xml_first(s->node); p; p = ed_xml_next(p))
		if (ed_xr_is_include(s->r, p))
			return true;
	return false;
}

static enum edoc_code put_includes(struct ed_xr_scope *s)
{
	enum edoc_code code = EDOC_OK;

	for (xmlNodePtr p = ed_xml_first(s->node); p && code == EDOC_OK; p = ed_xml_next(p))
		if (ed_xr_is_include(s->r, p))
			code = put_include(s, p);
	return code;
}

/* A.1.5: the references to validation data that stand before, of the same
 * version as the time-stamp. */
bool ed_xr_is_refs(const struct ed_xr_scope *s, const xmlNode *p)
{
	const char *ns = s->v141 ? ED_NS_XADES141 : s->r->ns;

	return ed_xml_is(p, ns,
	                 s->v141 ? "CompleteCertificateRefsV2" : "CompleteCertificateRefs") ||
	       ed_xml_is(p, ns,
	                 s->v141 ? "AttributeCertificateRefsV2" : "AttributeCertificateRefs") ||
	       ed_xr_is(s->r, p, "CompleteRevocationRefs") ||
	       ed_xr_is(s->r, p, "AttributeRevocationRefs");
}

static enum edoc_code put_refs(struct ed_xr_scope *s, bool stamps)
{
	enum edoc_code code = EDOC_OK;

	for (xmlNodePtr p = ed_xml_first(s->r->unsigned_properties);
	     p && p != s->node && code == EDOC_OK; p = ed_xml_next(p))
		if (ed_xr_is_refs(s, p) || (stamps && ed_xr_is(s->r, p, "SignatureTimeStamp")))
			code = put_element(s, p);
	return code;
}

static bool is_referenced(const struct ed_xr *r, const xmlNode *object)
{
	for (size_t i = 0; i < r->dsig.n_refs; i++)
		if (r->dsig.refs[i].target == object)
			return true;
	return false;
}

/* 1.3.2: those objects that no reference names; 1.4.1: all.  Never that of the
 * properties. */
static enum edoc_code put_objects(struct ed_xr_scope *s)
{
	enum edoc_code code = EDOC_OK;

	for (xmlNodePtr p = ed_xml_first(s->r->dsig.node); p && code == EDOC_OK;
	     p = ed_xml_next(p)) {
		if (!ed_xml_is(p, ED_NS_DS, "Object") || s->r->qualifying->parent == p)
			continue;
		if (s->v141 || !is_referenced(s->r, p))
			code = put_element(s, p);
	}
	return code;
}

/* EN 319 132-1 5.5.2.2, TS 101 903 1.3.2 7.7.1; with Include 5.5.2.3, 7.7.2. */
enum edoc_code ed_xr_put_archive(struct ed_xr_scope *s)
{
	enum edoc_code code = put_references(s, true);

	if (code == EDOC_OK)
		code = put_element(s, s->r->dsig.signed_info);
	if (code == EDOC_OK)
		code = put_element(s, s->r->dsig.value_node);
	if (code == EDOC_OK)
		code = put_element(s, s->r->dsig.key_info);
	if (code == EDOC_OK && ed_xr_includes(s))
		code = put_includes(s);
	else
		for (xmlNodePtr p = ed_xml_first(s->r->unsigned_properties);
		     p && p != s->node && code == EDOC_OK; p = ed_xml_next(p))
			code = put_element(s, p);
	return code == EDOC_OK ? put_objects(s) : code;
}

static enum edoc_code put_signature_and_refs(struct ed_xr_scope *s)
{
	enum edoc_code code = put_element(s, s->r->dsig.value_node);

	if (code != EDOC_OK)
		return code;
	return ed_xr_includes(s) ? put_includes(s) : put_refs(s, true);
}

enum edoc_code ed_xr_put_stamped(struct ed_xr_scope *s)
{
	const char *name = (const char *)s->node->name;

	s->found = true;
	if (!strcmp(name, "AllDataObjectsTimeStamp"))
		return put_references(s, false);
	if (!strcmp(name, "IndividualDataObjectsTimeStamp"))
		return put_includes(s);
	if (!strcmp(name, "SignatureTimeStamp"))
		return put_element(s, s->r->dsig.value_node);
	if (!strncmp(name, "SigAndRefs", 10))
		return put_signature_and_refs(s);
	if (!strncmp(name, "RefsOnly", 8))
		return ed_xr_includes(s) ? put_includes(s) : put_refs(s, false);
	return ed_xr_put_archive(s);
}
