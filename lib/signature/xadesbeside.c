/* SPDX-License-Identifier: ISC */
/*
 * One signer more of what others have signed, in their file.  What that is their
 * own references tell (xmldsig-core1 4.4.3): a file beside it by its name, or
 * something in it, which the new signature refers to as they do.
 */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/xadesgrow.h"
#include "signature/xadesmake.h"

enum form {
	OCTETS,    /* what is written in base64 */
	CANONICAL, /* an element */
	WITHOUT    /* one that signatures stand in, and they are left out */
};

struct ed_xades_there {
	const void *bytes;
	size_t len;
	const char *where;
	struct ed_xml *xml;
	struct ed_arena *arena;
	struct ed_xmldsig first; /* one of them: what the others are compared with */
	struct ed_ref ref;       /* its only reference to a document */
	enum form form;
	xmlNodePtr last; /* the new signature stands behind it */
};

/* ---- what they sign ---- */

static enum edoc_code refuse(const struct ed_xades_there *t, const xmlNode *node, const char *why,
                             struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, ed_xml_place(t->xml, node, t->arena),
	               "%s: nobody can sign the same beside it", why);
}

static bool is_files(const struct ed_ref *ref)
{
	return ref->kind == ED_REF_ENTRY || ref->kind == ED_REF_NAMELESS;
}

/* An object, or what stands in one; nothing else of a signature is a document. */
static bool is_document(const xmlNode *target)
{
	for (const xmlNode *p = target; p; p = p->parent) {
		if (ed_xml_is(p, ED_NS_DS, "Manifest") ||
		    (p->name && !strcmp((const char *)p->name, "QualifyingProperties")) ||
		    ed_xml_is(p, ED_NS_DS, "Signature"))
			return false;
		if (ed_xml_is(p, ED_NS_DS, "Object"))
			return true;
	}
	return true;
}

static bool is_about_itself(const struct ed_xmldsig *sig, const struct ed_ref *ref)
{
	return ref->kind == ED_REF_PROPERTIES || (ref->kind == ED_REF_ELEMENT && sig->key_info &&
	                                          ed_xml_within(ref->target, sig->key_info));
}

static enum edoc_code find_only(const struct ed_xades_there *t, const struct ed_xmldsig *sig,
                                struct ed_ref *only, struct edoc_error *err)
{
	const struct ed_ref *found = NULL;

	for (size_t i = 0; i < sig->n_refs; i++) {
		const struct ed_ref *ref = &sig->refs[i];

		if (ref->kind == ED_REF_REFUSED)
			return refuse(t, ref->node, "this reference is none that is followed", err);
		if (is_about_itself(sig, ref))
			continue;
		if (found)
			return refuse(t, ref->node, "this signature is over several documents",
			              err);
		found = ref;
	}
	if (!found)
		return refuse(t, sig->node, "this signature is over no document", err);
	if ((found->type && !strcmp(found->type, ED_NS_DS "Manifest")) ||
	    (found->kind == ED_REF_ELEMENT && !is_document(found->target)))
		return refuse(t, found->node,
		              "this signature is over a signature or a list, not a document", err);
	*only = *found;
	return EDOC_OK;
}

static bool is_same(const struct ed_ref *a, const struct ed_ref *b)
{
	return is_files(a) ? is_files(b) : a->kind == b->kind && a->target == b->target;
}

static enum edoc_code look_at(struct ed_xades_there *t, xmlNodePtr node, struct edoc_error *err)
{
	struct ed_xmldsig sig;
	struct ed_findings findings;
	struct ed_ref ref;
	enum edoc_code code;

	ed_findings_init(&findings, t->arena);
	if (!ed_xmldsig_parse(t->xml, node, false, t->arena, &findings, &sig))
		return findings.lost ? ed_fail_memory(err)
		                     : refuse(t, node, "this signature cannot be read", err);
	code = find_only(t, &sig, &ref, err);
	if (code == EDOC_OK && t->last && !is_same(&t->ref, &ref))
		code = refuse(t, ref.node, "the signatures in this file are over several documents",
		              err);
	if (code != EDOC_OK)
		return code;
	if (!t->last) {
		t->first = sig;
		t->ref = ref;
	}
	t->last = node;
	return EDOC_OK;
}

static enum form choose_form(const struct ed_xades_there *t, const xmlNodePtr *nodes, size_t n)
{
	if (t->ref.transforms.base64)
		return OCTETS;
	for (size_t i = 0; i < n; i++)
		if (t->ref.kind == ED_REF_ROOT || ed_xml_within(nodes[i], t->ref.target))
			return WITHOUT;
	return CANONICAL;
}

enum edoc_code ed_xades_there_open(const void *bytes, size_t len, const char *where,
                                   struct ed_arena *arena, struct ed_xades_there **there,
                                   struct edoc_error *err)
{
	struct ed_xades_there *t = ed_arena_alloc(arena, sizeof(*t));
	xmlNodePtr *nodes = NULL;
	size_t n = 0;
	enum edoc_code code;

	*there = NULL;
	if (!t)
		return ed_fail_memory(err);
	*t = (struct ed_xades_there){.bytes = bytes, .len = len, .where = where, .arena = arena};
	code = ed_xml_parse_any(bytes, len, where, ED_MAX_XML_BYTES, &t->xml, err);
	if (code == EDOC_OK)
		code = ed_xr_list(t->xml, arena, &nodes, &n, err);
	for (size_t i = 0; i < n && code == EDOC_OK; i++)
		code = look_at(t, nodes[i], err);
	if (code != EDOC_OK) {
		ed_xades_there_free(t);
		return code;
	}
	t->form = choose_form(t, nodes, n);
	*there = t;
	return EDOC_OK;
}

bool ed_xades_there_inside(const struct ed_xades_there *there)
{
	return !is_files(&there->ref);
}

void ed_xades_there_free(struct ed_xades_there *there)
{
	if (there)
		ed_xml_free(there->xml);
}

/* ---- the octets of it ---- */

static bool is_signature(const xmlNode *element)
{
	return ed_xml_is(element, ED_NS_DS, "Signature");
}

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

/* In the form that the new signature signs; top NULL: the whole document. */
static enum edoc_code digest_xml(const struct ed_xml *xml, xmlNodePtr top, bool without,
                                 enum ed_hash hash, unsigned char out[ED_HASH_MAX],
                                 struct edoc_error *err)
{
	const struct ed_c14n_form form = {.alg = ED_C14N_EXC,
	                                  .skip = without ? is_signature : NULL};
	struct ed_digest *d = ed_digest_new(hash);
	enum edoc_code code;

	code = d ? ed_c14n_write(xml, top, &form, to_digest, d, err) : ed_fail_memory(err);
	if (code == EDOC_OK && !ed_digest_final(d, out))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	return code;
}

static xmlNodePtr top_of(const struct ed_xades_there *there)
{
	return there->ref.kind == ED_REF_ROOT ? NULL : there->ref.target;
}

enum edoc_code ed_xm_digest_there(const struct ed_xades_there *there, enum ed_hash hash,
                                  unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_ref ref = there->ref;
	struct ed_digest *d;
	enum edoc_code code;

	if (there->form != OCTETS)
		return digest_xml(there->xml, top_of(there), there->form == WITHOUT, hash, out,
		                  err);
	ref.transforms = (struct ed_transforms){.base64 = true};
	d = ed_digest_new(hash);
	code = d ? ed_xmldsig_write(there->xml, &there->first, &ref, NULL, to_digest, d, err)
	         : ed_fail_memory(err);
	if (code == EDOC_OK && !ed_digest_final(d, out))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	return code;
}

/* ---- whether it is a file's ---- */

/* The one element of an object that holds nothing else. */
static xmlNodePtr only_element(const xmlNode *object)
{
	xmlNodePtr found = ed_xml_first(object);

	for (const xmlNode *p = object ? object->children : NULL; p; p = p->next) {
		const char *text = (const char *)p->content;
		bool words = (p->type == XML_TEXT_NODE || p->type == XML_CDATA_SECTION_NODE) &&
		             text && text[strspn(text, " \t\r\n")];

		if (words || p->type == XML_PI_NODE || (p->type == XML_ELEMENT_NODE && p != found))
			return NULL;
	}
	return found;
}

static enum edoc_code compare_xml(const struct ed_xades_there *there, xmlNodePtr top,
                                  const void *bytes, size_t len, const char *name, bool *same,
                                  struct edoc_error *err)
{
	const bool without = there->form == WITHOUT;
	unsigned char a[ED_HASH_MAX] = {0}, b[ED_HASH_MAX] = {1};
	struct ed_xml *xml;
	enum edoc_code code = ed_xml_parse_any(bytes, len, name, ED_MAX_XML_BYTES, &xml, err);

	if (code != EDOC_OK)
		return code;
	code = digest_xml(there->xml, top, without, ED_SHA256, a, err);
	if (code == EDOC_OK)
		code = digest_xml(xml, top ? xmlDocGetRootElement(xml->doc) : NULL, without,
		                  ED_SHA256, b, err);
	ed_xml_free(xml);
	*same = code == EDOC_OK && !memcmp(a, b, 32);
	return code;
}

static enum edoc_code compare_octets(const struct ed_xades_there *there, const void *bytes,
                                     size_t len, bool *same, struct edoc_error *err)
{
	unsigned char a[ED_HASH_MAX] = {0}, b[ED_HASH_MAX] = {1};
	enum edoc_code code = ed_xm_digest_there(there, ED_SHA256, a, err);

	if (code == EDOC_OK && !ed_hash_bytes(ED_SHA256, bytes, len, b))
		code = ed_fail_memory(err);
	*same = code == EDOC_OK && !memcmp(a, b, 32);
	return code;
}

enum edoc_code ed_xades_there_same(const struct ed_xades_there *there, const void *bytes,
                                   size_t len, const char *name, struct edoc_error *err)
{
	xmlNodePtr target = top_of(there);
	const bool object = ed_xml_is(target, ED_NS_DS, "Object");
	xmlNodePtr top = object ? only_element(target) : target;
	bool same = false;
	enum edoc_code code = EDOC_OK;

	if (there->form == OCTETS) {
		code = compare_octets(there, bytes, len, &same, err);
	} else if (object && !top) {
		const char *text = ed_xml_text(target, there->arena);

		same = text && strlen(text) == len && !memcmp(text, bytes, len);
	} else {
		code = compare_xml(there, top, bytes, len, name, &same, err);
	}
	if (code == EDOC_OK && !same)
		code = ed_fail(err, EDOC_ERR_INPUT, name,
		               "is not the document that %s holds and its signatures are over",
		               there->where);
	return code;
}

/* ---- the signature ---- */

static enum edoc_code describe(const struct ed_xades_there *there, struct ed_xm *m,
                               struct ed_xades_input *input, struct edoc_error *err)
{
	static const char *const transforms[] = {ED_XM_BASE64, ED_XM_EXCLUSIVE, ED_XM_WITHOUT};

	if (!ed_xades_there_inside(there))
		return EDOC_OK;
	m->target = there->ref.kind == ED_REF_ROOT ? "" : there->ref.name;
	m->transforms = transforms[there->form];
	return ed_xm_digest_there(there, m->spec->hash, input->digest, err);
}

enum edoc_code ed_xm_beside(const struct ed_xades_spec *spec, struct ed_buf *xml,
                            struct edoc_error *err)
{
	const struct ed_xades_there *there = spec->there;
	const struct ed_grow g = {.bytes = there->bytes,
	                          .len = there->len,
	                          .where = there->where,
	                          .data = spec->beside,
	                          .arena = there->arena};
	struct ed_xades_input input = spec->inputs[0];
	struct ed_xades_spec one = *spec;
	struct ed_xm m = {.spec = &one};
	struct ed_buf signature;
	enum edoc_code code;

	one.inputs = &input;
	one.n = 1;
	ed_buf_init(&signature, ED_MAX_XML_BYTES);
	code = describe(there, &m, &input, err);
	if (code == EDOC_OK)
		code = ed_xm_make(&m, &signature, err);
	if (code == EDOC_OK && ed_xml_by_id(there->xml, m.id))
		code = ed_fail(err, EDOC_ERR_AGAIN, there->where,
		               "the same key has signed it in this very second already: nothing "
		               "was changed; try again");
	if (code == EDOC_OK)
		code = ed_xg_beside(&g, there->xml, there->last, &signature, xml, err);
	ed_buf_clear(&signature);
	return code;
}
