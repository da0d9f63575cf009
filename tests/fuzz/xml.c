/* SPDX-License-Identifier: ISC */
/* The XML door: any bytes are read or refused; a canonical form that is read
 * again has itself as canonical form. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "door/xml.h"
#include "door/xmlscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum edoc_code collect(void *arg, const void *bytes, size_t len)
{
	ed_buf_put(arg, bytes, len);
	return EDOC_OK;
}

static bool canon(const struct ed_xml *xml, enum ed_c14n alg, const xmlNode *without,
                  struct ed_buf *out)
{
	struct edoc_error err;

	return ed_c14n(xml, NULL, alg, true, NULL, without, collect, out, &err) == EDOC_OK;
}

static void twice(const struct ed_xml *xml, enum ed_c14n alg)
{
	struct ed_xml *again = NULL;
	struct edoc_error err;
	struct ed_buf one, two;

	ed_buf_init(&one, 4 * ED_MAX_XML_BYTES);
	ed_buf_init(&two, 4 * ED_MAX_XML_BYTES);
	if (canon(xml, alg, NULL, &one) && one.len) {
		enum edoc_code code =
		        ed_xml_parse(one.data, one.len, "again", ED_MAX_XML_BYTES, &again, &err);

		if (code != EDOC_OK && code != EDOC_ERR_LIMIT)
			abort();
		if (again && (!canon(again, alg, NULL, &two) || one.len != two.len ||
		              memcmp(one.data, two.data, one.len)))
			abort();
	}
	ed_xml_free(again);
	ed_buf_clear(&one);
	ed_buf_clear(&two);
}

/* The text and the tree are in step: the n-th start tag has the n-th name. */
static void spans(const struct ed_xml *xml, const uint8_t *data, size_t size)
{
	xmlNodePtr root = xmlDocGetRootElement(xml->doc);
	struct ed_xml_span span;
	struct edoc_error err;
	size_t n = 0;

	for (xmlNodePtr p = root; p && n < 100; p = ed_xml_following(p, root, false)) {
		const uint8_t *tag;
		size_t len;

		if (p->type != XML_ELEMENT_NODE)
			continue;
		len = strlen((const char *)p->name);
		if (ed_xml_span(data, size, "fuzz", n++, &span, &err) != EDOC_OK ||
		    data[span.start] != '<' || data[span.end - 1] != '>' || span.end > size ||
		    span.inner > span.inner_end || span.inner_end > span.end)
			abort();
		tag = data + span.start + 1;
		if (p->ns && p->ns->prefix)
			tag += strlen((const char *)p->ns->prefix) + 1;
		if (tag + len > data + span.end || memcmp(tag, p->name, len) != 0 ||
		    (span.empty && memcmp(data + span.end - 2, "/>", 2) != 0))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_xml *xml = NULL;
	struct edoc_error err;
	struct ed_buf out;

	if (ed_xml_parse(data, size, "fuzz", ED_MAX_XML_BYTES, &xml, &err) == EDOC_OK) {
		xmlNodePtr root = xmlDocGetRootElement(xml->doc);

		spans(xml, data, size);
		ed_buf_init(&out, 4 * ED_MAX_XML_BYTES);
		for (int alg = ED_C14N_10; alg <= ED_C14N_EXC; alg++)
			twice(xml, alg);
		canon(xml, ED_C14N_11, ed_xml_first(root), &out);
		for (xmlNodePtr p = ed_xml_first(root); p; p = ed_xml_next(p)) {
			ed_xml_text(p, arena);
			ed_xml_by_id(xml, ed_xml_attr(p, "Id", arena));
			ed_xml_b64(p, arena, &out);
			ed_buf_reset(&out);
		}
		ed_buf_clear(&out);
	}
	ed_xml_free(xml);
	ed_arena_free(arena);
	return 0;
}
