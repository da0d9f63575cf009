/* SPDX-License-Identifier: ISC */
/*
 * Reads XAdES (EN 319 132-1, TS 101 903): where signatures stand in a document,
 * how each is built, and which level that makes.  What each finding means
 * stands in judge/rules.c.
 */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/xadesnames.h"
#include "signature/unasked.h"
#include "signature/xadesread.h"

#define NS_ASIC_OLD "http://uri.etsi.org/2918/v1.1.1#"
#define NS_ASIC_111 "http://uri.etsi.org/02918/v1.1.1#"
#define NS_ODF "urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0"

/* ---- what the readers share ---- */

const char *ed_xr_place(struct ed_xr *r, const xmlNode *node)
{
	const char *place = ed_xml_place(r->xml, node, r->arena);

	return place == r->xml->where ? r->a->where : place; /* the document is freed */
}

void ed_xr_note(struct ed_xr *r, const char *code, const xmlNode *node, const char *a0,
                const char *a1)
{
	ed_finding(&r->a->findings, code, ed_xr_place(r, node), a0, a1, NULL);
}

void ed_xr_lower(struct ed_xr *r, const char *code, const xmlNode *node, const char *a0)
{
	ed_xr_note(r, code, node, a0, NULL);
	r->not_baseline = true;
}

void ed_xr_spoil(struct ed_xr *r, const char *code, const xmlNode *node, const char *a0)
{
	ed_xr_lower(r, code, node, a0);
	r->not_etsi = true;
}

const char *ed_xr_text(struct ed_xr *r, const xmlNode *node)
{
	const char *s = ed_xml_text(node, r->arena);
	size_t n;

	if (!s)
		return NULL;
	s += strspn(s, " \t\r\n");
	for (n = strlen(s); n > 0 && strchr(" \t\r\n", s[n - 1]); n--)
		;
	return ed_arena_strndup(r->arena, s, n);
}

bool ed_xr_is(const struct ed_xr *r, const xmlNode *node, const char *name)
{
	return ed_xml_is(node, r->ns, name);
}

xmlNodePtr ed_xr_property(struct ed_xr *r, const xmlNode *node, const char *name)
{
	bool several;
	xmlNodePtr child = ed_xml_child(node, r->ns, name, &several);

	if (several)
		ed_xr_spoil(r, "properties.repeated", node, name);
	return child;
}

static xmlNodePtr digest_part(struct ed_xr *r, const xmlNode *node, const char *name)
{
	xmlNodePtr p = ed_xml_child(node, ED_NS_DS, name, NULL);

	return p ? p : ed_xml_child(node, r->ns, name, NULL); /* XAdES 1.1.1 */
}

bool ed_xr_digest(struct ed_xr *r, const xmlNode *node, enum ed_hash *hash,
                  unsigned char digest[ED_HASH_MAX])
{
	const char *uri = ed_xml_attr(digest_part(r, node, "DigestMethod"), "Algorithm", r->arena);
	struct ed_buf value;
	bool good;

	ed_buf_init(&value, ED_HASH_MAX);
	*hash = uri ? ed_hash_by_xml_uri(uri) : ED_HASH_NONE;
	good = *hash != ED_HASH_NONE &&
	       ed_xml_b64(digest_part(r, node, "DigestValue"), r->arena, &value) &&
	       value.len == ed_hash_size(*hash);
	if (good)
		memcpy(digest, value.data, value.len);
	else
		*hash = ED_HASH_NONE;
	ed_buf_clear(&value);
	return good;
}

bool ed_xr_use(struct ed_xr *r, enum ed_hash hash, const char *what)
{
	struct ed_ades *a = r->a;

	if (hash == ED_HASH_NONE)
		return true;
	for (size_t i = 0; i < a->n_uses; i++)
		if (a->uses[i].hash == hash && !strcmp(a->uses[i].what, what))
			return true;
	a->uses = ed_arena_grow(r->arena, a->uses, a->n_uses, &r->uses_cap, sizeof(*a->uses));
	if (!a->uses) {
		a->n_uses = 0;
		return false;
	}
	a->uses[a->n_uses++] = (struct ed_use){hash, a->where, what};
	return true;
}

/* ---- QualifyingProperties ---- */

static const char *xades_namespace(const xmlNode *node)
{
	static const char *const known[] = {ED_NS_XADES, ED_NS_XADES122, ED_NS_XADES111};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ed_xml_is(node, known[i], "QualifyingProperties"))
			return known[i];
	return NULL;
}

static xmlNodePtr find_qualifying(struct ed_xr *r)
{
	xmlNodePtr found = NULL;

	for (xmlNodePtr p = ed_xml_first(r->dsig.node); p; p = ed_xml_next(p)) {
		if (!ed_xml_is(p, ED_NS_DS, "Object"))
			continue;
		for (xmlNodePtr q = ed_xml_first(p); q; q = ed_xml_next(q)) {
			const char *ns = xades_namespace(q);

			if (!strcmp((const char *)q->name, "QualifyingPropertiesReference"))
				ed_xr_spoil(r, "properties.elsewhere", q, (const char *)q->name);
			if (!ns)
				continue;
			if (found) {
				ed_xr_spoil(r, "properties.several", q, "QualifyingProperties");
				return NULL;
			}
			found = q;
			r->ns = ns;
		}
	}
	if (!found) {
		r->a->form = "XML-DSig";
		ed_xr_spoil(r, "properties.missing", r->dsig.node, "QualifyingProperties");
	}
	return found;
}

static void find_properties(struct ed_xr *r)
{
	const char *id = r->dsig.id, *target;
	bool several;

	r->qualifying = find_qualifying(r);
	if (!r->qualifying)
		return;
	if (strcmp(r->ns, ED_NS_XADES) != 0)
		ed_xr_lower(r, "properties.older-xades", r->qualifying, r->ns);
	target = ed_xml_attr(r->qualifying, "Target", r->arena);
	if (!id || !*id || !target || target[0] != '#' || strcmp(target + 1, id) != 0)
		ed_xr_spoil(r, "properties.target", r->qualifying, target ? target : "");
	r->properties = ed_xml_child(r->qualifying, r->ns, "SignedProperties", &several);
	if (!r->properties)
		ed_xr_spoil(r, several ? "properties.several" : "properties.missing", r->qualifying,
		            "SignedProperties");
	r->unsigned_properties =
	        ed_xr_property(r, ed_xr_property(r, r->qualifying, "UnsignedProperties"),
	                       "UnsignedSignatureProperties");
}

/* ---- the level, by what is there (EN 319 132-1 6.3, EN 319 132-2) ---- */

static bool has(const struct ed_xr *r, const char *name)
{
	for (xmlNodePtr p = ed_xml_first(r->unsigned_properties); p; p = ed_xml_next(p))
		if (!strcmp((const char *)p->name, name) &&
		    (ed_xr_is(r, p, name) || ed_xml_is(p, ED_NS_XADES141, name)))
			return true;
	return false;
}

static bool has_refs(const struct ed_xr *r)
{
	return has(r, "CompleteCertificateRefs") || has(r, "CompleteCertificateRefsV2") ||
	       has(r, "CompleteRevocationRefs");
}

static bool has_values(const struct ed_xr *r)
{
	return has(r, "CertificateValues") || has(r, "RevocationValues") ||
	       has(r, "AnyValidationData");
}

/* EN 319 132-1 6.3: the answers about the signer, in RevocationValues or later in
 * AnyValidationData, and about who stamped it; unless there is nobody to ask. */
static bool has_answers(const struct ed_xr *r)
{
	struct ed_unasked is;

	if (has(r, "RevocationValues") || has(r, "AnyValidationData"))
		return true;
	is = ed_ades_unasked(r->a, r->material);
	return is.stamps || (is.signer && has(r, "TimeStampValidationData"));
}

static const char *baseline(const struct ed_xr *r)
{
	bool archive = false;

	for (xmlNodePtr p = ed_xml_first(r->unsigned_properties); p; p = ed_xml_next(p))
		archive = archive || ed_xml_is(p, ED_NS_XADES141, "ArchiveTimeStamp");
	if (!has(r, "SignatureTimeStamp"))
		return "XAdES-BASELINE-B";
	if (!has_answers(r))
		return "XAdES-BASELINE-T";
	return archive ? "XAdES-BASELINE-LTA" : "XAdES-BASELINE-LT";
}

static const char *extended(const struct ed_xr *r)
{
	if (!has(r, "SignatureTimeStamp"))
		return r->a->policy_kind == ED_POLICY_NONE ? "XAdES-BES" : "XAdES-EPES";
	if (has(r, "ArchiveTimeStamp"))
		return "XAdES-A";
	if (!has_refs(r))
		return has_values(r) ? "XAdES-LT" : "XAdES-T";
	if (has(r, "SigAndRefsTimeStamp") || has(r, "SigAndRefsTimeStampV2") ||
	    has(r, "RefsOnlyTimeStamp") || has(r, "RefsOnlyTimeStampV2"))
		return has_values(r) ? "XAdES-XL" : "XAdES-X";
	return "XAdES-C";
}

static void decide_level(struct ed_xr *r)
{
	if (!r->properties || r->not_etsi || !r->a->signer || !r->a->bound)
		return;
	if (has_refs(r)) /* EN 319 132-1 6.3: not in a baseline signature */
		r->not_baseline = true;
	r->a->level = r->not_baseline ? extended(r) : baseline(r);
}

static const char *packaging(const struct ed_xr *r)
{
	for (size_t i = 0; i < r->dsig.n_refs; i++) {
		const struct ed_ref *ref = &r->dsig.refs[i];

		if (ref->kind == ED_REF_ROOT ||
		    (ref->kind == ED_REF_ELEMENT && ed_xml_within(r->dsig.node, ref->target)))
			return "enveloped";
		if (ref->kind == ED_REF_ELEMENT && ed_xml_within(ref->target, r->dsig.node) &&
		    ref->target != r->dsig.key_info)
			return "enveloping";
	}
	return "detached";
}

/* ---- one signature ---- */

/* What nobody signed is not passed on as the signer's words. */
static void forget_claims(struct ed_xr *r)
{
	struct ed_ades *a = r->a;

	a->claimed_time = ED_TIME_NONE;
	a->role = a->commitment = a->ledger_head = a->tag = a->place = NULL;
	a->policy_kind = ED_POLICY_NONE;
	a->policy_id = a->policy_url = NULL;
	a->policy_held = a->policy_intact = false;
	for (size_t i = 0; i < r->dsig.n_refs; i++)
		r->dsig.refs[i].media_type = NULL;
}

static bool give_formats(struct ed_xr *r)
{
	struct ed_ades *a = r->a;

	a->formats = ed_arena_alloc(r->arena, (r->dsig.n_refs + 1) * sizeof(*a->formats));
	for (size_t i = 0; a->formats && i < r->dsig.n_refs; i++) {
		const struct ed_ref *ref = &r->dsig.refs[i];

		if (ref->media_type && ref->kind == ED_REF_ENTRY) {
			a->formats[a->n_formats].name = ref->name;
			a->formats[a->n_formats++].media_type = ref->media_type;
		}
	}
	return a->formats && ed_xr_use(r, a->bound_by, "signing certificate reference");
}

static enum edoc_code read_one(struct ed_xr *r, xmlNodePtr node, struct edoc_error *err);

/* EN 319 132-1 5.2.7.2: it signs the value of its parent, and is judged by
 * itself: what it says changes nothing for the parent. */
static enum edoc_code read_counter(struct ed_xr *parent, xmlNodePtr property,
                                   struct edoc_error *err)
{
	struct ed_ades *a = parent->a, *counter;
	xmlNodePtr node = ed_xml_child(property, ED_NS_DS, "Signature", NULL);
	enum edoc_code code;

	if (!node || parent->depth >= ED_MAX_COUNTER) {
		ed_xr_note(parent, "counter.malformed", property, NULL, NULL);
		return EDOC_OK;
	}
	counter = &a->counter[a->n_counter++];
	struct ed_xr r = {.xml = parent->xml,
	                  .arena = parent->arena,
	                  .data = parent->data,
	                  .material = parent->material,
	                  .a = counter,
	                  .parent = parent,
	                  .depth = parent->depth + 1};
	code = read_one(&r, node, err);
	if (code == EDOC_OK && !r.countersigns) {
		ed_xr_note(&r, "counter.not-parent", node, NULL, NULL);
		counter->intact_data = false;
	}
	return code;
}

static enum edoc_code read_counters(struct ed_xr *r, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	size_t n = 0;

	for (xmlNodePtr p = ed_xml_first(r->unsigned_properties); p; p = ed_xml_next(p))
		n += ed_xr_is(r, p, "CounterSignature");
	if (n == 0)
		return EDOC_OK;
	if (n > ED_MAX_SIGNATURES)
		return ed_fail(err, EDOC_ERR_LIMIT, r->a->where,
		               "more than %d counter-signatures are not read", ED_MAX_SIGNATURES);
	r->a->counter = ed_arena_alloc(r->arena, n * sizeof(*r->a->counter));
	if (!r->a->counter)
		return ed_fail_memory(err);
	for (xmlNodePtr p = ed_xml_first(r->unsigned_properties); p && code == EDOC_OK;
	     p = ed_xml_next(p))
		if (ed_xr_is(r, p, "CounterSignature"))
			code = read_counter(r, p, err);
	return code;
}

static enum edoc_code begin(struct ed_xr *r, xmlNodePtr node, bool *good, struct edoc_error *err)
{
	struct ed_ades *a = r->a;
	unsigned char digest[ED_HASH_MAX];
	bool container = r->data && r->data->container;

	memset(a, 0, sizeof(*a));
	a->form = "XAdES";
	a->level = "";
	a->packaging = "detached";
	a->claimed_time = ED_TIME_NONE;
	a->where = ed_arena_strdup(r->arena, r->xml->where);
	ed_findings_init(&a->findings, r->arena);
	if (!a->where)
		return ed_fail_memory(err);
	r->ns = ED_NS_XADES;
	*good = ed_xmldsig_parse(r->xml, node, container, r->arena, &a->findings, &r->dsig);
	a->id = r->dsig.id ? r->dsig.id : ed_xr_place(r, node);
	if (r->dsig.id && *r->dsig.id && ed_xml_by_id(r->xml, r->dsig.id) != node)
		ed_xr_spoil(r, "signature.id-repeated", node, r->dsig.id);
	a->alg = r->dsig.alg;
	a->alg_known = r->dsig.alg_known;
	if (!ed_hash_bytes(ED_SHA256, r->dsig.value, r->dsig.value_len, digest))
		return ed_fail_memory(err);
	memcpy(a->value_sha256, digest, sizeof(a->value_sha256));
	return EDOC_OK;
}

static enum edoc_code read_one(struct ed_xr *r, xmlNodePtr node, struct edoc_error *err)
{
	bool good = false;
	enum edoc_code code = begin(r, node, &good, err);

	if (code != EDOC_OK || !good)
		return code;
	r->a->packaging = packaging(r);
	find_properties(r);
	if (r->properties)
		ed_xr_signed_properties(r);
	code = ed_xr_references(r, err);
	if (code == EDOC_OK)
		code = ed_xr_values(r, err);
	if (code == EDOC_OK)
		code = ed_xr_signer(r, err);
	if (code == EDOC_OK)
		code = ed_xr_stamps(r, err);
	if (code == EDOC_OK && !r->unproved)
		code = read_counters(r, err);
	decide_level(r);
	if (!r->properties_signed || !r->a->intact_signature)
		forget_claims(r);
	if (code == EDOC_OK && !give_formats(r))
		code = ed_fail_memory(err);
	return code;
}

/* ---- one document ---- */

struct document {
	const struct ed_xml *xml;
	struct ed_arena *arena;
	xmlNodePtr *nodes; /* ds:Signature, in document order */
	size_t n, cap;
	bool list; /* their parent is a list of signatures, and nothing else */
	bool older;
	const xmlNode *foreign, *stray, *rest;
};

static bool is_blank(const xmlNode *node)
{
	const char *text = (const char *)node->content;

	return !text || !text[strspn(text, " \t\r\n")];
}

static bool is_text(const xmlNode *node)
{
	return (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
	       !is_blank(node);
}

/*
 * Text that stands between the elements of a structure has no meaning, and
 * outside SignedInfo and SignedProperties nothing protects it.  The elements
 * below which anything may stand are not entered.
 */
static const xmlNode *stray_text(const xmlNode *node)
{
	static const char *const structure[] = {"XAdESSignatures", "document-signatures",
	                                        "Signature",       "KeyInfo",
	                                        "X509Data",        "QualifyingProperties"};
	const xmlNode *found = NULL;
	bool entered = xades_namespace(ed_xml_first(node)) != NULL; /* its ds:Object */

	for (size_t i = 0; i < sizeof(structure) / sizeof(*structure) && !entered; i++)
		entered = !strcmp((const char *)node->name, structure[i]);
	for (const xmlNode *p = node->children; p && entered && !found; p = p->next) {
		if (p->type == XML_ELEMENT_NODE)
			found = stray_text(p);
		else if (is_text(p))
			found = node;
	}
	return found;
}

static bool add_node(struct document *d, xmlNodePtr node)
{
	d->nodes = ed_arena_grow(d->arena, d->nodes, d->n, &d->cap, sizeof(xmlNodePtr));
	if (!d->nodes) {
		d->n = 0;
		return false;
	}
	d->nodes[d->n++] = node;
	return true;
}

/* EN 319 162-1 A.4, and the forms before it. */
static bool is_list(struct document *d, xmlNodePtr root)
{
	d->older = ed_xml_is(root, NS_ASIC_OLD, "XAdESSignatures") ||
	           ed_xml_is(root, NS_ASIC_111, "XAdESSignatures") ||
	           ed_xml_is(root, NS_ODF, "document-signatures");
	return d->older || ed_xml_is(root, ED_NS_ASIC, "XAdESSignatures");
}

/* The signatures of a list are its children; elsewhere they stand anywhere, but
 * one inside another is that one's own business. */
static bool find_signatures(struct document *d, bool container)
{
	xmlNodePtr root = xmlDocGetRootElement(d->xml->doc), next;

	d->list = is_list(d, root);
	if (d->list) {
		for (xmlNodePtr p = ed_xml_first(root); p; p = ed_xml_next(p)) {
			if (!ed_xml_is(p, ED_NS_DS, "Signature"))
				d->foreign = p;
			else if (!add_node(d, p))
				return false;
		}
	} else if (container) {
		d->older = ed_xml_is(root, ED_NS_DS, "Signature");
		if (d->older && !add_node(d, root))
			return false;
	} else {
		for (xmlNodePtr p = root; p; p = next) {
			bool found = ed_xml_is(p, ED_NS_DS, "Signature");

			if (found && !add_node(d, p))
				return false;
			next = ed_xml_following(p, root, found);
		}
	}
	d->stray = d->list ? stray_text(root) : NULL;
	for (size_t i = 0; i < d->n && !d->stray; i++)
		d->stray = stray_text(d->nodes[i]);
	return true;
}

/* ---- what of the document nobody signed ---- */

/* inside: it stands in the signature, which what signs the root leaves out. */
static bool is_signed(const struct ed_xr *r, const xmlNode *node, bool inside)
{
	for (size_t i = 0; i < r->dsig.n_refs; i++) {
		const struct ed_xr_ref *x = &r->refs[i];

		if (x->good && ((x->ref->kind == ED_REF_ROOT && !inside) ||
		                (x->ref->kind == ED_REF_ELEMENT && x->ref->target == node)))
			return true;
	}
	return false;
}

/* Text, attributes or elements outside what this signature signs, and outside
 * signatures.  An element that only leads to what is signed says nothing. */
static const xmlNode *unsigned_part(const struct ed_xr *r, const xmlNode *top)
{
	const xmlNode *p = top;

	while (p) {
		bool over = is_signed(r, p, false) || ed_xml_is(p, ED_NS_DS, "Signature");

		if (!over && p->type == XML_ELEMENT_NODE && (p->properties || !p->children))
			return p;
		if (!over && is_text(p))
			return p->parent;
		p = ed_xml_following((xmlNodePtr)p, top, over);
	}
	return NULL;
}

/* All that stands in it is signed, or the properties, or white space. */
static bool holds_signed(const struct ed_xr *r, const xmlNode *object)
{
	for (const xmlNode *p = object->children; p; p = p->next)
		if (is_text(p) ||
		    (p->type == XML_ELEMENT_NODE && !is_signed(r, p, true) && !xades_namespace(p)))
			return false;
	return true;
}

static const xmlNode *unsigned_object(const struct ed_xr *r)
{
	for (xmlNodePtr p = ed_xml_first(r->dsig.node); p; p = ed_xml_next(p))
		if (ed_xml_is(p, ED_NS_DS, "Object") && !is_signed(r, p, true) &&
		    !holds_signed(r, p))
			return p;
	return NULL;
}

static void note_unsigned_parts(struct ed_xr *r)
{
	const xmlNode *p;

	if (r->data && r->data->container)
		return;
	p = unsigned_part(r, xmlDocGetRootElement(r->xml->doc));
	if (p && r->a->n_covers) {
		r->a->partly = true;
		ed_xr_note(r, "document.part-unsigned", p, (const char *)p->name, NULL);
	}
	p = unsigned_object(r);
	if (p) {
		r->a->partly = true;
		ed_xr_note(r, "signature.object-unsigned", p, NULL, NULL);
	}
}

static enum edoc_code read_signature(const struct document *d, size_t i, const struct ed_data *data,
                                     struct ed_material *material, struct ed_ades *a,
                                     struct edoc_error *err)
{
	struct ed_xr r = {
	        .xml = d->xml, .arena = d->arena, .data = data, .material = material, .a = a};
	xmlNodePtr root = xmlDocGetRootElement(d->xml->doc);
	enum edoc_code code = read_one(&r, d->nodes[i], err);

	if (code != EDOC_OK)
		return code;
	if (r.refs)
		note_unsigned_parts(&r);
	if (d->older)
		ed_xr_note(&r, "signature.older-root", root, (const char *)root->name, NULL);
	if (d->stray)
		ed_xr_note(&r, "signature.stray-text", d->stray, (const char *)d->stray->name,
		           NULL);
	if (d->foreign)
		ed_xr_note(&r, "signature.foreign-element", d->foreign,
		           (const char *)d->foreign->name, NULL);
	return EDOC_OK;
}

/* At least one, and no more than are read. */
static enum edoc_code find_some(struct document *d, const struct ed_data *data,
                                struct edoc_error *err)
{
	if (!find_signatures(d, data && data->container))
		return ed_fail_memory(err);
	if (d->n == 0)
		return ed_fail(err, EDOC_ERR_INPUT, d->xml->where,
		               data && data->container
		                       ? N_("no ds:Signature in an asic:XAdESSignatures "
		                            "(EN 319 162-1 A.4)")
		                       : N_("no ds:Signature in this document"));
	if (d->n > ED_MAX_SIGNATURES)
		return ed_fail(err, EDOC_ERR_LIMIT, d->xml->where,
		               "more than %d signatures in one entry are not read",
		               ED_MAX_SIGNATURES);
	return EDOC_OK;
}

enum edoc_code ed_xr_list(const struct ed_xml *xml, struct ed_arena *arena, xmlNodePtr **nodes,
                          size_t *n, struct edoc_error *err)
{
	struct document d = {.xml = xml, .arena = arena};
	enum edoc_code code = find_some(&d, NULL, err);

	*nodes = d.nodes;
	*n = d.n;
	return code;
}

static enum edoc_code read_document(struct document *d, const struct ed_data *data,
                                    struct ed_material *material, struct ed_ades **sigs, size_t *n,
                                    struct edoc_error *err)
{
	enum edoc_code code = find_some(d, data, err);

	if (code != EDOC_OK)
		return code;
	*sigs = ed_arena_alloc(d->arena, d->n * sizeof(**sigs));
	if (!*sigs)
		return ed_fail_memory(err);
	for (size_t i = 0; i < d->n && code == EDOC_OK; i++)
		code = read_signature(d, i, data, material, &(*sigs)[(*n)++], err);
	return code;
}

enum edoc_code ed_xr_open(const void *bytes, size_t len, const char *where, size_t which,
                          const struct ed_data *data, struct ed_arena *arena, struct ed_xr_one *one,
                          struct edoc_error *err)
{
	struct document d = {.arena = arena};
	enum edoc_code code;

	memset(one, 0, sizeof(*one));
	ed_material_init(&one->material, arena);
	code = ed_xml_parse_any(bytes, len, where, ED_MAX_XML_BYTES, &one->xml, err);
	if (code != EDOC_OK)
		return code;
	d.xml = one->xml;
	code = find_some(&d, data, err);
	if (code == EDOC_OK && which >= d.n)
		code = ed_fail(err, EDOC_ERR_USAGE, where, "no signature %zu in it", which + 1);
	if (code == EDOC_OK) {
		one->r = (struct ed_xr){.xml = one->xml,
		                        .arena = arena,
		                        .data = data,
		                        .material = &one->material,
		                        .a = &one->a,
		                        .unproved = true};
		code = read_one(&one->r, d.nodes[which], err);
	}
	if (code != EDOC_OK)
		ed_xr_close(one);
	return code;
}

void ed_xr_close(struct ed_xr_one *one)
{
	ed_ades_clear(&one->a, 1);
	ed_xml_free(one->xml);
	one->xml = NULL;
}

enum edoc_code ed_xades_read(const void *bytes, size_t len, const char *where, size_t max_bytes,
                             const struct ed_data *data, struct ed_material *material,
                             struct ed_arena *arena, struct ed_ades **sigs, size_t *n,
                             struct edoc_error *err)
{
	struct document d = {.arena = arena};
	struct ed_xml *xml = NULL;
	enum edoc_code code;

	*sigs = NULL;
	*n = 0;
	code = ed_xml_parse_any(bytes, len, where, max_bytes, &xml, err);
	d.xml = xml;
	if (code == EDOC_OK)
		code = read_document(&d, data, material, sigs, n, err);
	if (code != EDOC_OK) {
		ed_ades_clear(*sigs, *n);
		*sigs = NULL;
		*n = 0;
	}
	ed_xml_free(xml);
	return code;
}
