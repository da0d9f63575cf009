/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "door/xml.h"
#include "door/xmlscan.h"

/* An index of our own: libxml2's ID table follows a DTD, and disagrees with
 * the tree when it is fooled (CVE-2025-23369). */
struct ed_xml_ids {
	struct ed_arena *arena;
	struct ed_xml_id {
		const char *id;
		xmlNodePtr node;
	} * v;
	size_t n, cap;
	uintptr_t mark; /* of the last canonicalisation; see mark_subtree() */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void)
{
	xmlInitParser();
}

/* ---- libxml2 speaks through a thread-global handler unless one is set ---- */

struct quiet {
	xmlStructuredErrorFunc handler;
	void *context;
	xmlGenericErrorFunc generic;
	void *generic_context;
};

static void say_nothing(void *arg, xmlErrorPtr error)
{
	(void)arg;
	(void)error;
}

__attribute__((format(printf, 2, 3))) static void print_nothing(void *arg, const char *fmt, ...)
{
	(void)arg;
	(void)fmt;
}

static struct quiet hush(void)
{
	struct quiet q = {xmlStructuredError, xmlStructuredErrorContext, xmlGenericError,
	                  xmlGenericErrorContext};

	xmlSetStructuredErrorFunc(NULL, say_nothing);
	xmlSetGenericErrorFunc(NULL, print_nothing);
	return q;
}

static void unhush(struct quiet q)
{
	xmlSetStructuredErrorFunc(q.context, q.handler);
	xmlSetGenericErrorFunc(q.generic_context, q.generic);
}

/* ---- parsing ---- */

/* The scan refused DOCTYPE already; this is the second lock. */
static void refuse_dtd(void *arg, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	xmlStopParser(arg);
}

static enum edoc_code parse_failed(xmlParserCtxtPtr ctx, const char *where, struct edoc_error *err)
{
	char at[128], msg[160];
	size_t n;

	if (ctx->errNo == XML_ERR_NO_MEMORY)
		return ed_fail_memory(err);
	snprintf(at, sizeof(at), "%s:%d", where, ctx->lastError.line);
	snprintf(msg, sizeof(msg), "%s", ctx->lastError.message ? ctx->lastError.message : "");
	for (n = strlen(msg); n > 0 && msg[n - 1] == '\n'; n--)
		msg[n - 1] = '\0';
	return ed_fail(err, EDOC_ERR_INPUT, at, "not well-formed XML: %s", msg);
}

/* Never NOENT, DTDLOAD, DTDATTR, XINCLUDE, HUGE or RECOVER. */
static enum edoc_code parse(const void *bytes, size_t len, const char *where, xmlDocPtr *out,
                            struct edoc_error *err)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
	                    XML_PARSE_COMPACT | XML_PARSE_BIG_LINES;
	xmlParserCtxtPtr ctx = xmlNewParserCtxt();
	enum edoc_code code = EDOC_OK;
	xmlDocPtr doc;

	if (!ctx)
		return ed_fail_memory(err);
	ctx->sax->internalSubset = refuse_dtd;
	ctx->sax->externalSubset = refuse_dtd;
	doc = xmlCtxtReadMemory(ctx, bytes, (int)len, NULL, "UTF-8", options);
	if (!doc || !ctx->wellFormed || !ctx->nsWellFormed || doc->intSubset || doc->extSubset)
		code = parse_failed(ctx, where, err);
	xmlFreeParserCtxt(ctx);
	if (code == EDOC_OK)
		*out = doc;
	else
		xmlFreeDoc(doc);
	return code;
}

/* ---- walking ---- */

xmlNodePtr ed_xml_following(xmlNodePtr node, const xmlNode *top, bool over)
{
	if (!over && node->type == XML_ELEMENT_NODE && node->children)
		return node->children;
	for (; node && node != top; node = node->parent)
		if (node->next)
			return node->next;
	return NULL;
}

bool ed_xml_is(const xmlNode *node, const char *ns, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE && node->ns && node->ns->href &&
	       !strcmp((const char *)node->name, name) && !strcmp((const char *)node->ns->href, ns);
}

static xmlNodePtr element_from(xmlNodePtr node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

xmlNodePtr ed_xml_first(const xmlNode *node)
{
	return node ? element_from(node->children) : NULL;
}

xmlNodePtr ed_xml_next(const xmlNode *node)
{
	return node ? element_from(node->next) : NULL;
}

xmlNodePtr ed_xml_child(const xmlNode *node, const char *ns, const char *name, bool *several)
{
	xmlNodePtr found = NULL;

	if (several)
		*several = false;
	for (xmlNodePtr p = ed_xml_first(node); p; p = ed_xml_next(p)) {
		if (!ed_xml_is(p, ns, name))
			continue;
		if (found) {
			if (several)
				*several = true;
			return NULL;
		}
		found = p;
	}
	return found;
}

/* The text and CDATA below, joined; NULL when there is anything else. */
static char *join(const xmlNode *first, struct ed_arena *arena)
{
	size_t n = 0;
	char *s;

	for (const xmlNode *p = first; p; p = p->next) {
		if (p->type != XML_TEXT_NODE && p->type != XML_CDATA_SECTION_NODE)
			return NULL;
		n += p->content ? strlen((const char *)p->content) : 0;
	}
	s = ed_arena_alloc(arena, n + 1);
	if (!s)
		return NULL;
	n = 0;
	for (const xmlNode *p = first; p; p = p->next) {
		size_t len = p->content ? strlen((const char *)p->content) : 0;

		if (len)
			memcpy(s + n, p->content, len);
		n += len;
	}
	return s;
}

const char *ed_xml_string(const xmlNode *node, struct ed_arena *arena)
{
	size_t n = 0;
	char *s = NULL;

	/* Twice: to count, then to copy. */
	for (int pass = 0; node && pass < 2; pass++) {
		if (pass == 1 && !(s = ed_arena_alloc(arena, n + 1)))
			return NULL;
		n = 0;
		for (const xmlNode *p = node; p; p = ed_xml_following((xmlNodePtr)p, node, false)) {
			size_t len;

			if ((p->type != XML_TEXT_NODE && p->type != XML_CDATA_SECTION_NODE) ||
			    !p->content)
				continue;
			len = strlen((const char *)p->content);
			if (s)
				memcpy(s + n, p->content, len);
			n += len;
		}
	}
	return s;
}

const char *ed_xml_namespace(const xmlNode *node, const char *prefix)
{
	for (; node && node->type == XML_ELEMENT_NODE; node = node->parent)
		for (const xmlNs *ns = node->nsDef; ns; ns = ns->next)
			if (ns->prefix && !strcmp((const char *)ns->prefix, prefix))
				return (const char *)ns->href;
	return NULL;
}

bool ed_xml_within(const xmlNode *node, const xmlNode *top)
{
	for (; node; node = node->parent)
		if (node == top)
			return true;
	return false;
}

const char *ed_xml_text(const xmlNode *node, struct ed_arena *arena)
{
	return node && node->type == XML_ELEMENT_NODE ? join(node->children, arena) : NULL;
}

const char *ed_xml_attr(const xmlNode *node, const char *name, struct ed_arena *arena)
{
	if (!node || node->type != XML_ELEMENT_NODE)
		return NULL;
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (!a->ns && !strcmp((const char *)a->name, name))
			return join(a->children, arena);
	return NULL;
}

bool ed_xml_b64(const xmlNode *node, struct ed_arena *arena, struct ed_buf *out)
{
	const char *text = ed_xml_text(node, arena);

	return text && ed_b64_get(text, strlen(text), out);
}

const char *ed_xml_place(const struct ed_xml *xml, const xmlNode *node, struct ed_arena *arena)
{
	long line = node ? xmlGetLineNo(node) : 0;
	const char *s;

	if (line <= 0)
		return xml->where;
	s = ed_arena_printf(arena, "%s:%ld", xml->where, line);
	return s ? s : xml->where;
}

/* ---- the Id index ---- */

static bool is_id(const xmlAttr *a)
{
	const char *name = (const char *)a->name;

	if (a->ns)
		return !strcmp(name, "id") && a->ns->href &&
		       !strcmp((const char *)a->ns->href, (const char *)XML_XML_NAMESPACE);
	return !strcmp(name, "Id") || !strcmp(name, "ID") || !strcmp(name, "id");
}

static enum edoc_code add_id(struct ed_xml_ids *ids, const xmlAttr *a, xmlNodePtr node,
                             struct edoc_error *err)
{
	const char *id = join(a->children, ids->arena);

	if (!id)
		return ed_fail_memory(err);
	if (!*id) /* nothing can refer to it */
		return EDOC_OK;
	ids->v = ed_arena_grow(ids->arena, ids->v, ids->n, &ids->cap, sizeof(*ids->v));
	if (!ids->v)
		return ed_fail_memory(err);
	ids->v[ids->n++] = (struct ed_xml_id){id, node};
	return EDOC_OK;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct ed_xml_id *)a)->id, ((const struct ed_xml_id *)b)->id);
}

static enum edoc_code index_ids(struct ed_xml *xml, bool any, struct edoc_error *err)
{
	struct ed_xml_ids *ids = xml->ids;
	enum edoc_code code = EDOC_OK;
	xmlNodePtr root = xmlDocGetRootElement(xml->doc);

	for (xmlNodePtr p = root; p && code == EDOC_OK; p = ed_xml_following(p, root, false))
		if (p->type == XML_ELEMENT_NODE)
			for (xmlAttrPtr a = p->properties; a && code == EDOC_OK; a = a->next)
				if (is_id(a))
					code = add_id(ids, a, p, err);
	if (code != EDOC_OK || ids->n < 2)
		return code;
	qsort(ids->v, ids->n, sizeof(*ids->v), compare_ids);
	for (size_t i = 1; i < ids->n; i++) {
		char at[128];

		if (strcmp(ids->v[i - 1].id, ids->v[i].id) != 0)
			continue;
		if (any) {
			ids->v[i - 1].node = ids->v[i].node = NULL;
			continue;
		}
		snprintf(at, sizeof(at), "%s:%ld", xml->where, xmlGetLineNo(ids->v[i].node));
		return ed_fail(err, EDOC_ERR_INPUT, at,
		               "the Id \"%s\" is given twice (XML 1.0, 3.3.1): what it names is "
		               "not certain",
		               ids->v[i].id);
	}
	return EDOC_OK;
}

static const struct ed_xml_id *find_id(const struct ed_xml *xml, const char *id)
{
	const struct ed_xml_id key = {.id = id};

	if (!id || !*id || xml->ids->n == 0)
		return NULL;
	return bsearch(&key, xml->ids->v, xml->ids->n, sizeof(key), compare_ids);
}

xmlNodePtr ed_xml_by_id(const struct ed_xml *xml, const char *id)
{
	const struct ed_xml_id *found = find_id(xml, id);

	return found ? found->node : NULL;
}

bool ed_xml_id_repeated(const struct ed_xml *xml, const char *id)
{
	const struct ed_xml_id *found = find_id(xml, id);

	return found && !found->node;
}

/* ---- opening and closing ---- */

static enum edoc_code open_document(const void *bytes, size_t len, const char *where,
                                    size_t max_bytes, bool any, struct ed_xml **out,
                                    struct edoc_error *err)
{
	struct ed_xml *xml = NULL;
	enum edoc_code code;
	struct quiet q;

	*out = NULL;
	code = ed_xml_scan(bytes, len, where, max_bytes < INT_MAX ? max_bytes : INT_MAX, err);
	if (code != EDOC_OK)
		return code;
	pthread_once(&once, init);
	xml = calloc(1, sizeof(*xml));
	if (!xml || !(xml->ids = calloc(1, sizeof(*xml->ids))) ||
	    !(xml->ids->arena = ed_arena_new()) || !(xml->where = strdup(where))) {
		code = ed_fail_memory(err);
		goto out;
	}
	q = hush();
	code = parse(bytes, len, where, &xml->doc, err);
	if (code == EDOC_OK)
		code = index_ids(xml, any, err);
	unhush(q);
	if (code == EDOC_OK) {
		*out = xml;
		xml = NULL;
	}
out:
	ed_xml_free(xml);
	return code;
}

enum edoc_code ed_xml_parse(const void *bytes, size_t len, const char *where, size_t max_bytes,
                            struct ed_xml **xml, struct edoc_error *err)
{
	return open_document(bytes, len, where, max_bytes, false, xml, err);
}

enum edoc_code ed_xml_parse_any(const void *bytes, size_t len, const char *where, size_t max_bytes,
                                struct ed_xml **xml, struct edoc_error *err)
{
	return open_document(bytes, len, where, max_bytes, true, xml, err);
}

void ed_xml_free(struct ed_xml *xml)
{
	if (!xml)
		return;
	xmlFreeDoc(xml->doc);
	if (xml->ids)
		ed_arena_free(xml->ids->arena);
	free(xml->ids);
	free((char *)xml->where);
	free(xml);
}

/* ---- canonical XML ---- */

static const struct algorithm {
	const char *uri;
	enum ed_c14n alg;
	bool comments;
} algorithms[] = {
        {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", ED_C14N_10, false},
        {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", ED_C14N_10, true},
        {"http://www.w3.org/2006/12/xml-c14n11", ED_C14N_11, false},
        {"http://www.w3.org/2006/12/xml-c14n11#WithComments", ED_C14N_11, true},
        {"http://www.w3.org/2001/10/xml-exc-c14n#", ED_C14N_EXC, false},
        {"http://www.w3.org/2001/10/xml-exc-c14n#WithComments", ED_C14N_EXC, true},
};
#define N_ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

bool ed_c14n_by_uri(const char *uri, enum ed_c14n *alg, bool *comments)
{
	for (size_t i = 0; uri && i < N_ALGORITHMS; i++) {
		if (strcmp(uri, algorithms[i].uri) != 0)
			continue;
		*alg = algorithms[i].alg;
		*comments = algorithms[i].comments;
		return true;
	}
	return false;
}

const char *ed_c14n_uri(enum ed_c14n alg, bool comments)
{
	for (size_t i = 0; i < N_ALGORITHMS; i++)
		if (algorithms[i].alg == alg && algorithms[i].comments == comments)
			return algorithms[i].uri;
	return NULL;
}

struct pipe {
	ed_xml_sink_fn *sink;
	void *arg;
	enum edoc_code code;
};

static int to_sink(void *arg, const char *bytes, int len)
{
	struct pipe *pipe = arg;

	if (pipe->code == EDOC_OK && len > 0)
		pipe->code = pipe->sink(pipe->arg, bytes, (size_t)len);
	return pipe->code == EDOC_OK ? len : -1;
}

/*
 * The canonicaliser asks of every node, attribute and namespace whether it is
 * in the node-set.  Asking the ancestors each time would cost the depth again;
 * so the subtree's nodes carry a mark, in the field that libxml2 leaves to the
 * application.  Each run takes a new mark, so none needs to be wiped.
 */
static void mark_subtree(xmlNodePtr top, const struct ed_c14n_form *form, void *mark)
{
	bool out;

	for (xmlNodePtr p = top; p; p = ed_xml_following(p, top, out)) {
		out = p->type == XML_ELEMENT_NODE && form->skip && form->skip(p);
		p->_private = out ? NULL : mark;
	}
}

static void unmark_subtree(xmlNodePtr top)
{
	for (xmlNodePtr p = top; p; p = ed_xml_following(p, top, false))
		p->_private = NULL;
}

static int visible(void *mark, xmlNodePtr node, xmlNodePtr parent)
{
	if (node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE)
		node = parent;
	return node && node->_private == mark;
}

static int to_libxml(enum ed_c14n alg)
{
	return alg == ED_C14N_EXC  ? XML_C14N_EXCLUSIVE_1_0
	       : alg == ED_C14N_11 ? XML_C14N_1_1
	                           : XML_C14N_1_0;
}

/*
 * libxml2 walks from doc->children, so for a time top stands there alone: the
 * cost is the subtree's and not the document's, which a file with a thousand
 * signatures would pay a thousand times.  Its parents stay, for the namespaces
 * and xml: attributes that it inherits.
 */
static int execute(xmlDocPtr doc, xmlNodePtr top, void *mark, const struct ed_c14n_form *form,
                   xmlOutputBufferPtr out)
{
	xmlNodePtr children = doc->children, next = top ? top->next : NULL;
	int n;

	if (top) {
		doc->children = top;
		top->next = NULL;
	}
	n = xmlC14NExecute(doc, visible, mark, to_libxml(form->alg), (xmlChar **)form->prefixes,
	                   form->comments, out);
	if (top) {
		doc->children = children;
		top->next = next;
	}
	return n;
}

enum edoc_code ed_c14n_write(const struct ed_xml *xml, xmlNodePtr top,
                             const struct ed_c14n_form *form, ed_xml_sink_fn *sink, void *arg,
                             struct edoc_error *err)
{
	struct pipe pipe = {sink, arg, EDOC_OK};
	void *mark = (void *)++xml->ids->mark;
	struct quiet q = hush();
	xmlOutputBufferPtr out;
	int done = -1, closed = -1;

	out = xmlOutputBufferCreateIO(to_sink, NULL, &pipe, NULL);
	if (out) {
		if (top)
			mark_subtree(top, form, mark);
		else
			for (xmlNodePtr p = xml->doc->children; p; p = p->next)
				mark_subtree(p, form, mark);
		for (size_t i = 0; i < form->n_without; i++)
			unmark_subtree((xmlNodePtr)form->without[i]);
		done = execute(xml->doc, top, mark, form, out);
		closed = xmlOutputBufferClose(out);
	}
	unhush(q);
	if (!out)
		return ed_fail_memory(err);
	if (pipe.code != EDOC_OK)
		return ed_fail(err, pipe.code, xml->where, "the canonical form cannot be used");
	if (done < 0 || closed < 0)
		return ed_fail(err, EDOC_ERR_INPUT, xml->where,
		               "has no canonical form (a relative namespace name?)");
	return EDOC_OK;
}

enum edoc_code ed_c14n_without(const struct ed_xml *xml, xmlNodePtr top, enum ed_c14n alg,
                               bool comments, char *const *prefixes, const xmlNode *const *without,
                               size_t n_without, ed_xml_sink_fn *sink, void *arg,
                               struct edoc_error *err)
{
	const struct ed_c14n_form form = {alg, comments, prefixes, without, n_without, NULL};

	return ed_c14n_write(xml, top, &form, sink, arg, err);
}

enum edoc_code ed_c14n(const struct ed_xml *xml, xmlNodePtr top, enum ed_c14n alg, bool comments,
                       char *const *prefixes, const xmlNode *without, ed_xml_sink_fn *sink,
                       void *arg, struct edoc_error *err)
{
	return ed_c14n_without(xml, top, alg, comments, prefixes, &without, without != NULL, sink,
	                       arg, err);
}

/* ---- writing ---- */

static void put(struct ed_buf *out, const char *text, const char *special)
{
	size_t n;

	for (; *text; text += n) {
		n = strcspn(text, special);
		ed_buf_put(out, text, n);
		if (!text[n])
			break;
		if (text[n] == '&')
			ed_buf_puts(out, "&amp;");
		else if (text[n] == '<')
			ed_buf_puts(out, "&lt;");
		else if (text[n] == '>')
			ed_buf_puts(out, "&gt;");
		else if (text[n] == '"')
			ed_buf_puts(out, "&quot;");
		else
			ed_buf_printf(out, "&#x%X;", (unsigned char)text[n]);
		n++;
	}
}

/* As canonical XML writes them (C14N 1.0, 2.3), so that what we write is what
 * we sign. */
void ed_xml_put_text(struct ed_buf *out, const char *text)
{
	put(out, text, "&<>\r");
}

void ed_xml_put_attr(struct ed_buf *out, const char *text)
{
	put(out, text, "&<>\"\t\n\r");
}
