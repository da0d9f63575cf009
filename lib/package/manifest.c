/* SPDX-License-Identifier: ISC */
#include "package/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/xml.h"

#define NS_MANIFEST "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"

/* manifest:name, or the bare name that some writers use; both at once is one
 * too many.  NULL: absent, or *bad. */
static const char *attribute(const xmlNode *node, const char *name, struct ed_arena *arena,
                             bool *bad)
{
	const char *bare = ed_xml_attr(node, name, arena), *copy;
	xmlChar *value = xmlGetNsProp(node, BAD_CAST name, BAD_CAST NS_MANIFEST);

	if (!value)
		return bare;
	copy = ed_arena_strdup(arena, (const char *)value);
	xmlFree(value);
	*bad = *bad || bare || !copy;
	return copy;
}

static enum edoc_code read_item(const struct ed_xml *xml, const xmlNode *node,
                                struct ed_arena *arena, struct ed_manifest_item *item,
                                struct edoc_error *err)
{
	const char *place = ed_xml_place(xml, node, arena), *fault;
	bool bad = false;

	item->name = attribute(node, "full-path", arena, &bad);
	item->media_type = attribute(node, "media-type", arena, &bad);
	if (bad || !item->name)
		return ed_fail(err, EDOC_ERR_INPUT, place,
		               "a file-entry needs one full-path (OpenDocument 1.2 part 3, 4.3); "
		               "ask the sender to make the package again");
	fault = strcmp(item->name, "/") != 0 ? ed_name_fault(item->name, strlen(item->name)) : NULL;
	if (fault)
		return ed_fail(
		        err, EDOC_ERR_INPUT, place,
		        "no acceptable name in the manifest: %s (OpenDocument 1.2 part 3, 4.3); "
		        "ask the sender to make the package again",
		        fault);
	if (!item->media_type)
		item->media_type = "";
	return EDOC_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ed_manifest_item *)a)->name,
	              ((const struct ed_manifest_item *)b)->name);
}

static enum edoc_code read_items(const struct ed_xml *xml, const xmlNode *root,
                                 struct ed_arena *arena, struct ed_manifest *manifest,
                                 struct edoc_error *err)
{
	struct ed_manifest_item *v = NULL;
	size_t n = 0, cap = 0;

	for (const xmlNode *node = ed_xml_first(root); node; node = ed_xml_next(node)) {
		enum edoc_code code;
		if (!ed_xml_is(node, NS_MANIFEST, "file-entry"))
			continue;
		v = ed_arena_grow(arena, v, n, &cap, sizeof(*v));
		if (!v)
			return ed_fail_memory(err);
		code = read_item(xml, node, arena, &v[n], err);
		if (code)
			return code;
		n++;
	}
	if (n)
		qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 1; i < n && !manifest->duplicate; i++)
		if (!strcmp(v[i - 1].name, v[i].name))
			manifest->duplicate = v[i].name;
	manifest->items = v;
	manifest->n = n;
	return EDOC_OK;
}

enum edoc_code ed_manifest_parse(const void *bytes, size_t len, const char *where,
                                 struct ed_arena *arena, struct ed_manifest *manifest,
                                 struct edoc_error *err)
{
	struct ed_xml *xml;
	const xmlNode *root;
	enum edoc_code code = ed_xml_parse(bytes, len, where, ED_MAX_XML_BYTES, &xml, err);

	memset(manifest, 0, sizeof(*manifest));
	if (code)
		return code;
	root = xmlDocGetRootElement(xml->doc);
	if (root && ed_xml_is(root, NS_MANIFEST, "manifest"))
		code = read_items(xml, root, arena, manifest, err);
	else
		code = ed_fail(err, EDOC_ERR_INPUT, where,
		               "the root element is no manifest of " NS_MANIFEST
		               " (OpenDocument 1.2 part 3, 4.2); ask the sender to make the "
		               "package again");
	ed_xml_free(xml);
	return code;
}

static void put_item(struct ed_buf *out, const char *name, const char *media_type)
{
	ed_buf_puts(out, "  <manifest:file-entry manifest:full-path=\"");
	ed_xml_put_attr(out, name);
	ed_buf_puts(out, "\" manifest:media-type=\"");
	ed_xml_put_attr(out, media_type);
	ed_buf_puts(out, "\"/>\n");
}

void ed_manifest_write(struct ed_buf *out, const char *package_type,
                       const struct ed_manifest_item *items, size_t n)
{
	ed_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                 "<manifest:manifest xmlns:manifest=\"" NS_MANIFEST
	                 "\" manifest:version=\"1.2\">\n");
	put_item(out, "/", package_type);
	for (size_t i = 0; i < n; i++)
		put_item(out, items[i].name, items[i].media_type);
	ed_buf_puts(out, "</manifest:manifest>\n");
}

const char *ed_media_type(const char *name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
	        {"asice", "application/vnd.etsi.asic-e+zip"},
	        {"asics", "application/vnd.etsi.asic-s+zip"},
	        {"csv", "text/csv"},
	        {"doc", "application/msword"},
	        {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	        {"eml", "message/rfc822"},
	        {"gif", "image/gif"},
	        {"htm", "text/html"},
	        {"html", "text/html"},
	        {"jpeg", "image/jpeg"},
	        {"jpg", "image/jpeg"},
	        {"json", "application/json"},
	        {"md", "text/markdown"},
	        {"mp3", "audio/mpeg"},
	        {"mp4", "video/mp4"},
	        {"odp", "application/vnd.oasis.opendocument.presentation"},
	        {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
	        {"odt", "application/vnd.oasis.opendocument.text"},
	        {"pdf", "application/pdf"},
	        {"png", "image/png"},
	        {"ppt", "application/vnd.ms-powerpoint"},
	        {"pptx",
	         "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	        {"rtf", "application/rtf"},
	        {"svg", "image/svg+xml"},
	        {"tif", "image/tiff"},
	        {"tiff", "image/tiff"},
	        {"txt", "text/plain"},
	        {"webp", "image/webp"},
	        {"xls", "application/vnd.ms-excel"},
	        {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	        {"xml", "text/xml"},
	        {"yaml", "application/yaml"},
	        {"zip", "application/zip"},
	};
	const char *base = ed_basename(name), *dot = strrchr(base, '.');

	for (size_t i = 0; dot && dot != base && i < sizeof(types) / sizeof(*types); i++)
		if (!strcasecmp(dot + 1, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}
