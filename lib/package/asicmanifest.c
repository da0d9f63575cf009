/* SPDX-License-Identifier: ISC */
#include "package/asicmanifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/xml.h"

/* TS 102 918 v1.1.1; what X-Road writes. */
static const char *const namespaces[] = {ED_NS_ASIC, "http://uri.etsi.org/2918/v1.1.1#",
                                         "http://uri.etsi.org/2918/v1.2.1#"};

struct reading {
	const struct ed_xml *xml;
	struct ed_arena *arena;
	struct ed_findings *findings;
	struct ed_asicmanifest *manifest;
	size_t cap;
	const char *ns;
	struct edoc_error *err;
};

static enum edoc_code refuse(struct reading *r, const xmlNode *node, const char *why)
{
	return ed_fail(r->err, EDOC_ERR_INPUT, ed_xml_place(r->xml, node, r->arena),
	               "%s (EN 319 162-1 A.4); ask the sender for the package again", why);
}

/*
 * xs:anyURI may hold spaces and letters beyond ASCII as they are (XML Schema
 * 3.2.17); they are escaped here, so that one decoder judges all names.
 */
static const char *decode(struct ed_arena *arena, const char *uri)
{
	size_t n = strlen(uri), k = 0;
	char *escaped = ed_arena_alloc(arena, 3 * n + 1), *name = ed_arena_alloc(arena, n + 1);

	if (!escaped || !name)
		return NULL;
	for (const char *p = uri; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x80 && !strchr(" \"<>\\^`{|}", c))
			escaped[k++] = *p;
		else
			k += (size_t)snprintf(escaped + k, 4, "%%%02X", c);
	}
	escaped[k] = '\0';
	if (!ed_uri_decode(escaped[0] == '/' ? escaped + 1 : escaped, name, n + 1) ||
	    ed_name_fault(name, strlen(name)))
		return NULL;
	return name;
}

static bool is(const struct reading *r, const xmlNode *node, const char *name)
{
	return ed_xml_is(node, r->ns, name);
}

static const char *uri_of(struct reading *r, const xmlNode *node)
{
	const char *uri = ed_xml_attr(node, "URI", r->arena);

	return uri ? decode(r->arena, uri) : NULL;
}

/* An extension that must be understood, and none is (EN 319 162-1 A.4). */
static void read_extensions(struct reading *r, const xmlNode *list)
{
	for (const xmlNode *e = ed_xml_first(list); e; e = ed_xml_next(e)) {
		const char *critical = ed_xml_attr(e, "Critical", r->arena);

		if (critical && (!strcmp(critical, "true") || !strcmp(critical, "1")))
			ed_finding(r->findings, "asicmanifest.extension",
			           ed_xml_place(r->xml, e, r->arena), (const char *)e->name, NULL,
			           NULL);
	}
}

static enum edoc_code read_digest(struct reading *r, const xmlNode *node,
                                  struct ed_asicmanifest_ref *ref)
{
	const xmlNode *method = ed_xml_child(node, ED_NS_DS, "DigestMethod", NULL);
	const xmlNode *value = ed_xml_child(node, ED_NS_DS, "DigestValue", NULL);
	struct ed_buf digest;
	bool good;

	ref->algorithm = method ? ed_xml_attr(method, "Algorithm", r->arena) : NULL;
	if (!ref->algorithm || !value)
		return refuse(r, node, "a DataObjectReference has no single digest");
	ref->hash = ed_hash_by_xml_uri(ref->algorithm);
	ed_buf_init(&digest, ED_HASH_MAX);
	good = ed_xml_b64(value, r->arena, &digest) && digest.len > 0;
	if (good && ref->hash != ED_HASH_NONE)
		good = digest.len == ed_hash_size(ref->hash);
	if (good)
		memcpy(ref->digest, digest.data, digest.len);
	ed_buf_clear(&digest);
	return good ? EDOC_OK : refuse(r, value, "a DigestValue is no digest of its algorithm");
}

static enum edoc_code read_ref(struct reading *r, const xmlNode *node)
{
	struct ed_asicmanifest *m = r->manifest;
	struct ed_asicmanifest_ref *ref;
	const char *root;

	m->refs = ed_arena_grow(r->arena, m->refs, m->n, &r->cap, sizeof(*m->refs));
	if (!m->refs)
		return ed_fail_memory(r->err);
	ref = &m->refs[m->n];
	memset(ref, 0, sizeof(*ref));
	ref->where = ed_xml_place(r->xml, node, r->arena);
	ref->name = uri_of(r, node);
	if (!ref->name)
		return refuse(r, node, "a DataObjectReference names no acceptable entry");
	ref->media_type = ed_xml_attr(node, "MimeType", r->arena);
	root = ed_xml_attr(node, "Rootfile", r->arena);
	ref->root = root && (!strcmp(root, "true") || !strcmp(root, "1"));
	for (const xmlNode *e = ed_xml_first(node); e; e = ed_xml_next(e))
		if (is(r, e, "DataObjectReferenceExtensions"))
			read_extensions(r, e);
	m->n++;
	return read_digest(r, node, ref);
}

static enum edoc_code read_target(struct reading *r, const xmlNode *node)
{
	enum edoc_code code = EDOC_OK;

	if (r->manifest->target)
		return refuse(r, node, "there are several SigReference");
	r->manifest->target = uri_of(r, node);
	r->manifest->target_type = ed_xml_attr(node, "MimeType", r->arena);
	if (!r->manifest->target)
		return refuse(r, node, "the SigReference names no acceptable entry");
	/* Some writers put what is protected inside of it. */
	for (const xmlNode *e = ed_xml_first(node); e && !code; e = ed_xml_next(e)) {
		if (!is(r, e, "DataObjectReference"))
			continue;
		if (!ed_findings_have(r->findings, "asicmanifest.nested"))
			ed_finding(r->findings, "asicmanifest.nested",
			           ed_xml_place(r->xml, e, r->arena), NULL, NULL, NULL);
		code = read_ref(r, e);
	}
	return code;
}

static enum edoc_code read_root(struct reading *r, const xmlNode *root)
{
	enum edoc_code code = EDOC_OK;

	for (const xmlNode *e = ed_xml_first(root); e && !code; e = ed_xml_next(e)) {
		if (is(r, e, "SigReference"))
			code = read_target(r, e);
		else if (is(r, e, "DataObjectReference"))
			code = read_ref(r, e);
		else if (is(r, e, "ASiCManifestExtensions"))
			read_extensions(r, e);
		else
			code = refuse(r, e, "an element that belongs to no manifest");
	}
	if (!code && !r->manifest->target)
		code = refuse(r, root, "there is no SigReference");
	return code;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum edoc_code find_duplicate(struct reading *r, const char *where)
{
	size_t n = r->manifest->n;
	const char **names = ed_arena_alloc(r->arena, (n + 1) * sizeof(*names));

	if (!names)
		return ed_fail_memory(r->err);
	for (size_t i = 0; i < n; i++)
		names[i] = r->manifest->refs[i].name;
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(names[i - 1], names[i]))
			ed_finding(r->findings, "asicmanifest.duplicate", where, names[i], NULL,
			           NULL);
	return EDOC_OK;
}

enum edoc_code ed_asicmanifest_parse(const void *bytes, size_t len, const char *where,
                                     size_t max_bytes, struct ed_arena *arena,
                                     struct ed_findings *findings, struct ed_asicmanifest *manifest,
                                     struct edoc_error *err)
{
	struct reading r = {.arena = arena, .findings = findings, .manifest = manifest, .err = err};
	struct ed_xml *xml;
	const xmlNode *root;
	enum edoc_code code = ed_xml_parse(bytes, len, where, max_bytes, &xml, err);

	memset(manifest, 0, sizeof(*manifest));
	if (code)
		return code;
	r.xml = xml;
	root = xmlDocGetRootElement(xml->doc);
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++)
		if (root && ed_xml_is(root, namespaces[i], "ASiCManifest"))
			r.ns = namespaces[i];
	if (r.ns)
		code = read_root(&r, root);
	else
		code = ed_fail(err, EDOC_ERR_INPUT, where,
		               "the root element is no ASiCManifest (EN 319 162-1 A.4); ask the "
		               "sender for the package again");
	if (!code)
		code = find_duplicate(&r, where);
	ed_xml_free(xml);
	return code;
}

/* ---- writing --------------------------------------------------------------- */

static enum edoc_code put_uri(struct ed_buf *out, const char *name, struct edoc_error *err)
{
	char uri[3 * ED_MAX_NAME + 1];
	size_t len = strlen(name);

	if (len > ED_MAX_NAME || ed_name_fault(name, len))
		return ed_fail(err, EDOC_ERR_INPUT, name, "not a name for an entry of a package");
	ed_uri_encode(name, uri, sizeof(uri));
	ed_buf_puts(out, " URI=\"");
	ed_xml_put_attr(out, uri);
	ed_buf_putc(out, '"');
	return EDOC_OK;
}

static void put_type(struct ed_buf *out, const char *type)
{
	if (!type)
		return;
	ed_buf_puts(out, " MimeType=\"");
	ed_xml_put_attr(out, type);
	ed_buf_putc(out, '"');
}

static enum edoc_code put_ref(struct ed_buf *out, const struct ed_asicmanifest_ref *ref, bool root,
                              struct edoc_error *err)
{
	const char *algorithm = ed_hash_xml_uri(ref->hash);
	enum edoc_code code;

	if (!algorithm)
		return ed_fail(err, EDOC_ERR_INPUT, ref->name,
		               "%s has no name in XML (RFC 9231 2.1)", ed_hash_name(ref->hash));
	ed_buf_puts(out, "  <asic:DataObjectReference");
	code = put_uri(out, ref->name, err);
	if (code)
		return code;
	put_type(out, ref->media_type);
	ed_buf_puts(out, root ? " Rootfile=\"true\">" : ">");
	ed_buf_printf(out,
	              "<ds:DigestMethod Algorithm=\"%s\"></ds:DigestMethod>"
	              "<ds:DigestValue>",
	              algorithm);
	ed_b64_put(out, ref->digest, ed_hash_size(ref->hash));
	ed_buf_puts(out, "</ds:DigestValue></asic:DataObjectReference>\n");
	return EDOC_OK;
}

/* Each once, and nothing protects itself. */
static enum edoc_code check_names(const char *target, const struct ed_asicmanifest_ref *refs,
                                  size_t n, struct edoc_error *err)
{
	const char **names = calloc(n + 1, sizeof(*names));
	enum edoc_code code = EDOC_OK;

	if (!names)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n; i++)
		names[i] = refs[i].name;
	names[n] = target;
	qsort(names, n + 1, sizeof(*names), by_name);
	for (size_t i = 1; i <= n && !code; i++)
		if (!strcmp(names[i - 1], names[i]))
			code = ed_fail(err, EDOC_ERR_INPUT, names[i],
			               "a manifest cannot name an entry twice");
	free(names);
	return code;
}

enum edoc_code ed_asicmanifest_write(struct ed_buf *out, const char *target,
                                     const char *target_type,
                                     const struct ed_asicmanifest_ref *refs, size_t n, size_t root,
                                     struct edoc_error *err)
{
	enum edoc_code code = check_names(target, refs, n, err);

	if (code)
		return code;
	ed_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                 "<asic:ASiCManifest xmlns:asic=\"" ED_NS_ASIC "\" xmlns:ds=\"" ED_NS_DS
	                 "\">\n  <asic:SigReference");
	code = put_uri(out, target, err);
	if (code)
		return code;
	put_type(out, target_type);
	ed_buf_puts(out, "></asic:SigReference>\n");
	for (size_t i = 0; i < n && !code; i++)
		code = put_ref(out, &refs[i], i == root, err);
	ed_buf_puts(out, "</asic:ASiCManifest>\n");
	return code ? code : ed_buf_check(out, target, err);
}
