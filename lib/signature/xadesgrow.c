/* SPDX-License-Identifier: ISC */
/*
 * Adding to a XAdES signature (EN 319 132-1 4.3.3) without touching a byte of
 * it: the place is found in the text, and what is added declares its own
 * namespaces, so that it says the same under any prefixes.
 */
#include "signature/xadesgrow.h"

#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "door/xmlscan.h"

#define OPEN_PROPERTIES "<xades:UnsignedProperties xmlns:xades=\"" ED_NS_XADES "\">"
#define CLOSE_PROPERTIES "</xades:UnsignedProperties>"
#define OPEN_SIGNATURE "<xades:UnsignedSignatureProperties xmlns:xades=\"" ED_NS_XADES "\">"
#define CLOSE_SIGNATURE "</xades:UnsignedSignatureProperties>"

/* ---- places ---- */

static void place_init(struct ed_xg_place *place)
{
	place->from = place->until = 0;
	ed_buf_init(&place->before, ED_MAX_XML_BYTES);
	ed_buf_init(&place->after, ED_MAX_XML_BYTES);
}

void ed_xg_place_clear(struct ed_xg_place *place)
{
	ed_buf_clear(&place->before);
	ed_buf_clear(&place->after);
}

static size_t index_of(const struct ed_xml *xml, const xmlNode *node)
{
	xmlNodePtr root = xmlDocGetRootElement(xml->doc);
	size_t n = 0;

	for (xmlNodePtr p = root; p && p != node; p = ed_xml_following(p, root, false))
		n += p->type == XML_ELEMENT_NODE;
	return n;
}

/* The name in the tag, prefix and all, is that of the node: the text and the
 * tree are in step. */
static bool same_name(const char *tag, size_t len, const xmlNode *node)
{
	const char *prefix = node->ns ? (const char *)node->ns->prefix : NULL;
	size_t p = prefix ? strlen(prefix) : 0, n = strlen((const char *)node->name);

	if (prefix && (len <= p || memcmp(tag, prefix, p) != 0 || tag[p] != ':'))
		return false;
	p += prefix != NULL;
	return len == p + n && !memcmp(tag + p, node->name, n);
}

static enum edoc_code span_of(const void *bytes, size_t len, const struct ed_xml *xml,
                              const xmlNode *node, struct ed_xml_span *span, size_t *name_len,
                              struct edoc_error *err)
{
	const char *tag;
	enum edoc_code code = ed_xml_span(bytes, len, xml->where, index_of(xml, node), span, err);

	if (code != EDOC_OK)
		return code;
	tag = (const char *)bytes + span->start + 1;
	*name_len = strcspn(tag, " \t\r\n/>"); /* a tag has its '>' */
	if (!same_name(tag, *name_len, node))
		return ed_fail(err, EDOC_ERR_BUG, xml->where, "an element is not where it stands");
	return EDOC_OK;
}

enum edoc_code ed_xg_inside(const void *bytes, size_t len, const struct ed_xml *xml,
                            xmlNodePtr node, bool first, struct ed_xg_place *place,
                            struct edoc_error *err)
{
	struct ed_xml_span span;
	size_t name_len;
	enum edoc_code code;

	place_init(place);
	code = span_of(bytes, len, xml, node, &span, &name_len, err);
	if (code != EDOC_OK)
		return code;
	if (!span.empty) {
		place->from = place->until = first ? span.inner : span.inner_end;
		return EDOC_OK;
	}
	place->from = span.end - 2; /* "/>" */
	place->until = span.end;
	ed_buf_puts(&place->before, ">");
	ed_buf_puts(&place->after, "</");
	ed_buf_put(&place->after, (const char *)bytes + span.start + 1, name_len);
	ed_buf_puts(&place->after, ">");
	return EDOC_OK;
}

static enum edoc_code behind_it(const struct ed_grow *g, const struct ed_xr *r, xmlNodePtr node,
                                struct ed_xg_place *place, struct edoc_error *err)
{
	struct ed_xml_span span;
	size_t name_len;
	enum edoc_code code;

	place_init(place);
	code = span_of(g->bytes, g->len, r->xml, node, &span, &name_len, err);
	if (code == EDOC_OK)
		place->from = place->until = span.end;
	return code;
}

/* With tags that are missing around what is added. */
static void wrap(struct ed_xg_place *place, const char *open, const char *close)
{
	struct ed_buf outer = place->after;

	ed_buf_puts(&place->before, open);
	ed_buf_init(&place->after, ED_MAX_XML_BYTES);
	ed_buf_puts(&place->after, close);
	ed_buf_put(&place->after, outer.data, outer.len);
	ed_buf_clear(&outer);
}

/* EN 319 132-1 4.3.3 is about 1.3.2; one of each. */
static enum edoc_code check_room(struct ed_xr *r, xmlNodePtr *properties, xmlNodePtr *of_signature,
                                 struct edoc_error *err)
{
	const char *where = r->a->where;
	bool several, more = false;

	if (!r->qualifying || !r->properties)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "this signature has no xades:SignedProperties (EN 319 132-1 4.3.2): "
		               "there is no place for what would be added");
	if (strcmp(r->ns, ED_NS_XADES) != 0)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "this signature is of an older XAdES (%s): only one of 1.3.2 can be "
		               "added to",
		               r->ns);
	*properties = ed_xml_child(r->qualifying, r->ns, "UnsignedProperties", &several);
	*of_signature = ed_xml_child(*properties, r->ns, "UnsignedSignatureProperties", &more);
	if (several || more)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "this signature has xades:%s twice: what is added to one of them "
		               "would be read by some",
		               several ? "UnsignedProperties" : "UnsignedSignatureProperties");
	return EDOC_OK;
}

enum edoc_code ed_xg_find(const struct ed_grow *g, struct ed_xr *r, xmlNodePtr behind,
                          struct ed_xg_place *place, struct edoc_error *err)
{
	xmlNodePtr properties, of_signature, in;
	enum edoc_code code;

	place_init(place);
	code = check_room(r, &properties, &of_signature, err);
	if (code != EDOC_OK)
		return code;
	if (behind)
		return behind_it(g, r, behind, place, err);
	in = of_signature ? of_signature : properties ? properties : r->qualifying;
	code = ed_xg_inside(g->bytes, g->len, r->xml, in, in == properties, place, err);
	if (code != EDOC_OK)
		return code;
	if (!properties)
		wrap(place, OPEN_PROPERTIES, CLOSE_PROPERTIES);
	if (!of_signature)
		wrap(place, OPEN_SIGNATURE, CLOSE_SIGNATURE);
	return place->before.failed || place->after.failed ? ed_fail_memory(err) : EDOC_OK;
}

enum edoc_code ed_xg_insert(const void *bytes, size_t len, const char *where,
                            const struct ed_xg_place *place, const struct ed_buf *text,
                            struct ed_buf *out, struct edoc_error *err)
{
	ed_buf_reset(out);
	ed_buf_put(out, bytes, place->from);
	ed_buf_put(out, place->before.data, place->before.len);
	ed_buf_put(out, text->data, text->len);
	ed_buf_put(out, place->after.data, place->after.len);
	ed_buf_put(out, (const char *)bytes + place->until, len - place->until);
	return ed_buf_check(out, where, err);
}

/* ---- nothing was harmed ---- */

static bool kept_stamps(const struct ed_ades *was, const struct ed_ades *is)
{
	size_t found = 0, wanted = 0;

	for (size_t i = 0; i < was->n_stamps; i++) {
		if (!was->stamps[i].intact)
			continue;
		wanted++;
		for (size_t k = 0; k < is->n_stamps; k++) {
			if (!is->stamps[k].intact ||
			    memcmp(was->stamps[i].tst.sha256, is->stamps[k].tst.sha256, 32) != 0)
				continue;
			found++;
			break;
		}
	}
	return found == wanted;
}

static bool kept_records(const struct ed_ades *was, const struct ed_ades *is)
{
	if (was->n_records != is->n_records)
		return false;
	for (size_t i = 0; i < was->n_records; i++)
		if (was->records[i].intact && !is->records[i].intact)
			return false;
	return true;
}

/* Counter-signatures keep their order; a new one is the last. */
static bool kept(const struct ed_ades *was, const struct ed_ades *is)
{
	if ((was->intact_data && !is->intact_data) ||
	    (was->intact_signature && !is->intact_signature) || (was->bound && !is->bound) ||
	    !kept_stamps(was, is) || !kept_records(was, is) || was->n_counter > is->n_counter)
		return false;
	for (size_t i = 0; i < was->n_counter; i++)
		if (!kept(&was->counter[i], &is->counter[i]))
			return false;
	return true;
}

static bool is_sound(const struct ed_ades *a)
{
	return a->intact_data && a->intact_signature && a->bound;
}

static bool holds_new(const struct ed_ades *a, const char *id)
{
	for (size_t i = 0; i < a->n_stamps; i++)
		if (a->stamps[i].id && !strcmp(a->stamps[i].id, id))
			return a->stamps[i].intact && a->stamps[i].tst.intact;
	for (size_t i = 0; i < a->n_counter; i++)
		if (!strcmp(a->counter[i].id, id))
			return is_sound(&a->counter[i]);
	return false;
}

struct reading {
	const void *bytes;
	size_t len;
	const char *where;
	const struct ed_data *data;
	struct ed_arena *arena;
	struct ed_material material;
	struct ed_ades *sigs;
	size_t n;
};

static enum edoc_code read_all(struct reading *r, struct edoc_error *err)
{
	ed_material_init(&r->material, r->arena);
	return ed_xades_read(r->bytes, r->len, r->where, ED_MAX_XML_BYTES, r->data, &r->material,
	                     r->arena, &r->sigs, &r->n, err);
}

static enum edoc_code compare(const struct reading *was, const struct reading *is, size_t more,
                              struct edoc_error *err)
{
	bool all = was->n + more == is->n;

	for (size_t i = 0; i < was->n && all; i++)
		all = kept(&was->sigs[i], &is->sigs[i]);
	return all ? EDOC_OK
	           : ed_fail(err, EDOC_ERR_INPUT, was->where,
	                     "a signature that is there signs what would change: nothing can be "
	                     "added without breaking it");
}

enum edoc_code ed_xg_finish(const struct ed_grow *g, const struct ed_buf *grown, const char *id,
                            struct ed_buf *out, struct edoc_error *err)
{
	struct reading was = {g->bytes, g->len, g->where, g->data, g->arena, {0}, NULL, 0};
	struct reading is = {grown->data, grown->len, g->where, g->data, g->arena, {0}, NULL, 0};
	enum edoc_code code = read_all(&was, err);

	if (code == EDOC_OK)
		code = read_all(&is, err);
	if (code == EDOC_OK)
		code = compare(&was, &is, 0, err);
	if (code == EDOC_OK && id && !holds_new(&is.sigs[g->which], id))
		code = ed_fail(err, EDOC_ERR_INPUT, g->where,
		               "what would be added is not over this signature, or broken");
	ed_ades_clear(was.sigs, was.n);
	ed_ades_clear(is.sigs, is.n);
	if (code != EDOC_OK)
		return code;
	ed_buf_reset(out);
	ed_buf_put(out, grown->data, grown->len);
	return ed_buf_check(out, g->where, err);
}

/* ---- into a document ---- */

/* The document may hold no signature at all. */
static enum edoc_code check_enveloped(struct reading *was, struct reading *is,
                                      struct edoc_error *err)
{
	struct edoc_error none;
	enum edoc_code code = read_all(was, &none);

	if (code != EDOC_OK && code != EDOC_ERR_INPUT) {
		if (err)
			*err = none;
		return code;
	}
	code = read_all(is, err);
	if (code == EDOC_OK)
		code = compare(was, is, 1, err);
	if (code == EDOC_OK && !is_sound(&is->sigs[is->n - 1]))
		code = ed_fail(err, EDOC_ERR_BUG, was->where, "the new signature does not hold");
	ed_ades_clear(was->sigs, was->n);
	ed_ades_clear(is->sigs, is->n);
	return code;
}

static enum edoc_code put_in_root(const void *bytes, size_t len, const char *where,
                                  const struct ed_buf *signature, struct ed_buf *out,
                                  struct edoc_error *err)
{
	struct ed_xg_place place = {0};
	struct ed_xml *xml;
	enum edoc_code code;

	code = ed_xml_parse_any(bytes, len, where, ED_MAX_XML_BYTES, &xml, err);
	if (code != EDOC_OK)
		return code;
	code = ed_xg_inside(bytes, len, xml, xmlDocGetRootElement(xml->doc), false, &place, err);
	if (code == EDOC_OK)
		code = ed_xg_insert(bytes, len, where, &place, signature, out, err);
	ed_xg_place_clear(&place);
	ed_xml_free(xml);
	return code;
}

enum edoc_code ed_xg_envelop(const void *bytes, size_t len, const char *where,
                             const struct ed_buf *signature, struct ed_buf *out,
                             struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct reading was = {bytes, len, where, NULL, arena, {0}, NULL, 0};
	struct reading is = {NULL, 0, where, NULL, arena, {0}, NULL, 0};
	enum edoc_code code;

	if (!arena)
		return ed_fail_memory(err);
	code = put_in_root(bytes, len, where, signature, out, err);
	is.bytes = out->data;
	is.len = out->len;
	if (code == EDOC_OK)
		code = check_enveloped(&was, &is, err);
	if (code != EDOC_OK)
		ed_buf_reset(out);
	ed_arena_free(arena);
	return code;
}

/*
 * A root without a namespace: whatever is declared on one would go into the canonical
 * form (C14N 1.0 2.4) of what the signature that is there signs, and break it.
 */
static enum edoc_code put_behind(const struct ed_grow *g, const struct ed_xml *xml, xmlNodePtr last,
                                 const struct ed_buf *signature, struct ed_buf *out,
                                 struct edoc_error *err)
{
	const bool root = last == xmlDocGetRootElement(xml->doc);
	const char *bytes = g->bytes;
	struct ed_xml_span span;
	size_t name_len;
	enum edoc_code code = span_of(bytes, g->len, xml, last, &span, &name_len, err);

	if (code != EDOC_OK)
		return code;
	ed_buf_reset(out);
	ed_buf_put(out, bytes, span.start);
	ed_buf_puts(out, root ? "<Signatures>\n" : "");
	ed_buf_put(out, bytes + span.start, span.end - span.start);
	ed_buf_puts(out, root ? "\n" : ""); /* elsewhere it may be signed */
	ed_buf_put(out, signature->data, signature->len);
	ed_buf_puts(out, root ? "\n</Signatures>" : "");
	ed_buf_put(out, bytes + span.end, g->len - span.end);
	return ed_buf_check(out, g->where, err);
}

enum edoc_code ed_xg_beside(const struct ed_grow *g, const struct ed_xml *xml, xmlNodePtr last,
                            const struct ed_buf *signature, struct ed_buf *out,
                            struct edoc_error *err)
{
	struct reading was = {g->bytes, g->len, g->where, g->data, g->arena, {0}, NULL, 0};
	struct reading is = {NULL, 0, g->where, g->data, g->arena, {0}, NULL, 0};
	enum edoc_code code = put_behind(g, xml, last, signature, out, err);

	is.bytes = out->data;
	is.len = out->len;
	if (code == EDOC_OK)
		code = check_enveloped(&was, &is, err);
	if (code != EDOC_OK)
		ed_buf_reset(out);
	return code;
}

enum edoc_code ed_xg_id(const struct ed_grow *g, const struct ed_xml *xml, char letter,
                        char id[ED_XG_ID], struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_digest *d = ed_digest_new(ED_SHA256);
	bool good = d && ed_digest_update(d, &g->which, sizeof(g->which)) &&
	            ed_digest_update(d, g->bytes, g->len) && ed_digest_final(d, digest);

	ed_digest_free(d);
	if (!good)
		return ed_fail_memory(err);
	id[0] = letter;
	id[1] = '-';
	ed_hex(id + 2, digest, 16);
	if (ed_xml_by_id(xml, id))
		return ed_fail(err, EDOC_ERR_INPUT, g->where, "the Id %s is taken", id);
	return EDOC_OK;
}
