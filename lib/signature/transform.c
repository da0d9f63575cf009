/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/limits.h"
#include "signature/transform.h"

#define NS_EXC "http://www.w3.org/2001/10/xml-exc-c14n#"
#define NS_FILTER2 "http://www.w3.org/2002/06/xmldsig-filter2"
#define XPATH "http://www.w3.org/TR/1999/REC-xpath-19991116"
#define BASE64 ED_NS_DS "base64"
#define ENVELOPED ED_NS_DS "enveloped-signature"

/* ---- canonicalisation ---- */

static bool split_prefixes(struct ed_arena *arena, const char *list, char ***out)
{
	char *copy = ed_arena_strdup(arena, list), *save = NULL;
	char **v = ed_arena_alloc(arena, (ED_MAX_XML_PREFIXES + 1) * sizeof(*v));
	size_t n = 0;

	if (!copy || !v)
		return false;
	for (char *p = strtok_r(copy, " \t\r\n", &save); p; p = strtok_r(NULL, " \t\r\n", &save)) {
		if (n == ED_MAX_XML_PREFIXES)
			return false;
		v[n++] = p;
	}
	*out = n ? v : NULL;
	return true;
}

bool ed_c14n_read(const xmlNode *node, struct ed_arena *arena, enum ed_c14n *alg, bool *comments,
                  char ***prefixes)
{
	xmlNodePtr child = ed_xml_first(node);
	const char *list;

	*prefixes = NULL;
	if (!ed_c14n_by_uri(ed_xml_attr(node, "Algorithm", arena), alg, comments))
		return false;
	if (!child)
		return true;
	if (*alg != ED_C14N_EXC || !ed_xml_is(child, NS_EXC, "InclusiveNamespaces") ||
	    ed_xml_next(child) || ed_xml_first(child))
		return false;
	list = ed_xml_attr(child, "PrefixList", arena);
	return list && split_prefixes(arena, list, prefixes);
}

static bool add_c14n(const xmlNode *node, struct ed_arena *arena, struct ed_transforms *t)
{
	enum ed_c14n alg;
	bool comments;
	char **prefixes;

	if (t->base64 || !ed_c14n_read(node, arena, &alg, &comments, &prefixes))
		return false;
	if (t->c14n_given && (alg != t->c14n || prefixes || t->prefixes))
		return false;
	t->comments = comments && (!t->c14n_given || t->comments);
	t->c14n_given = true;
	t->c14n = alg;
	t->prefixes = prefixes;
	return true;
}

/* ---- what leaves signatures out ---- */

static bool is_signature(const xmlNode *element)
{
	return ed_xml_is(element, ED_NS_DS, "Signature");
}

static bool is_child_signature(const xmlNode *element)
{
	const xmlNode *parent = element->parent;

	return is_signature(element) && parent && parent->parent &&
	       parent->parent->type == XML_DOCUMENT_NODE;
}

/* *[name()='ds:Signature'] goes by the prefix; only the signatures among them
 * are left out here, so one of another namespace breaks the digest. */
static bool is_ds_signature(const xmlNode *element)
{
	return is_signature(element) && element->ns->prefix &&
	       !strcmp((const char *)element->ns->prefix, "ds");
}

static char *without_space(const char *s, struct ed_arena *arena)
{
	char *out = s ? ed_arena_alloc(arena, strlen(s) + 1) : NULL, *p = out;

	for (; out && *s; s++)
		if (!strchr(" \t\r\n", *s))
			*p++ = *s;
	return out;
}

/* text is `before`, a prefix that means XML-DSig at node, ":Signature", `after`. */
static bool names_signature(const xmlNode *node, const char *text, const char *before,
                            const char *after, struct ed_arena *arena)
{
	size_t b = strlen(before), colon;
	const char *prefix, *ns;

	if (strncmp(text, before, b) != 0)
		return false;
	text += b;
	colon = strcspn(text, ":");
	if (strncmp(text + colon, ":Signature", 10) != 0 || strcmp(text + colon + 10, after) != 0)
		return false;
	prefix = ed_arena_strndup(arena, text, colon);
	ns = prefix ? ed_xml_namespace(node, prefix) : NULL;
	return ns && !strcmp(ns, ED_NS_DS);
}

/* xmldsig-filter2 3: one filter, that subtracts. */
static bool add_filter(const xmlNode *node, struct ed_arena *arena, struct ed_transforms *t)
{
	xmlNodePtr p = ed_xml_first(node);
	const char *filter = ed_xml_attr(p, "Filter", arena);
	const char *text = without_space(ed_xml_text(p, arena), arena);

	if (!ed_xml_is(p, NS_FILTER2, "XPath") || ed_xml_next(p) || !filter || !text ||
	    strcmp(filter, "subtract") != 0)
		return false;
	if (names_signature(p, text, "/descendant::", "", arena) ||
	    names_signature(p, text, "//", "", arena))
		t->skip = is_signature;
	else if (names_signature(p, text, "/*/", "", arena))
		t->skip = is_child_signature;
	else if (!strcmp(text, "/descendant::*[name()='ds:Signature']"))
		t->skip = is_ds_signature;
	else
		return false;
	return true;
}

static bool add_xpath(const xmlNode *node, struct ed_arena *arena, struct ed_transforms *t)
{
	xmlNodePtr p = ed_xml_first(node);
	const char *text = without_space(ed_xml_text(p, arena), arena);

	if (!ed_xml_is(p, ED_NS_DS, "XPath") || ed_xml_next(p) || !text ||
	    !names_signature(p, text, "not(ancestor-or-self::", ")", arena))
		return false;
	t->skip = is_signature;
	return true;
}

static bool add(const xmlNode *node, bool strict, struct ed_arena *arena, struct ed_transforms *t)
{
	const char *uri = ed_xml_attr(node, "Algorithm", arena);
	bool open = !strict && !t->c14n_given && !t->base64; /* still the document's nodes */

	if (!uri)
		return false;
	if (open && !strcmp(uri, ENVELOPED) && !ed_xml_first(node))
		return !t->enveloped && (t->enveloped = true);
	if (open && !t->skip && !strcmp(uri, NS_FILTER2))
		return add_filter(node, arena, t);
	if (open && !t->skip && !strcmp(uri, XPATH))
		return add_xpath(node, arena, t);
	if (open && !t->enveloped && !t->skip && !strcmp(uri, BASE64) && !ed_xml_first(node))
		return (t->base64 = true);
	return add_c14n(node, arena, t);
}

bool ed_transforms_read(const xmlNode *transforms, bool strict, struct ed_arena *arena,
                        struct ed_transforms *t, const xmlNode **at)
{
	unsigned n = 0;

	for (xmlNodePtr p = ed_xml_first(transforms); p; p = ed_xml_next(p)) {
		*at = p;
		if (!ed_xml_is(p, ED_NS_DS, "Transform") || ++n > ED_MAX_XML_TRANSFORMS ||
		    !add(p, strict, arena, t))
			return false;
	}
	return true;
}

/* text is `before` and a name up to `end`; gives the name and what follows. */
static const char *word(const char **text, const char *before, const char *end,
                        struct ed_arena *arena)
{
	size_t b = strlen(before), n;
	const char *s;

	if (!*text || strncmp(*text, before, b) != 0)
		return *text = NULL;
	n = strcspn(*text + b, end);
	s = ed_arena_strndup(arena, *text + b, n);
	*text += b + n;
	return s;
}

xmlNodePtr ed_transforms_properties(const struct ed_xml *xml, const xmlNode *transforms,
                                    struct ed_arena *arena, const char **id)
{
	xmlNodePtr t = ed_xml_first(transforms), p = ed_xml_first(t), node;
	const char *uri = ed_xml_attr(t, "Algorithm", arena);
	const char *filter = ed_xml_attr(p, "Filter", arena), *a, *b, *ns, *own;
	const char *text = without_space(ed_xml_text(p, arena), arena);

	if (!uri || strcmp(uri, NS_FILTER2) != 0 || ed_xml_next(t) ||
	    !ed_xml_is(p, NS_FILTER2, "XPath") || ed_xml_next(p) || !filter ||
	    strcmp(filter, "intersect") != 0)
		return NULL;
	*id = word(&text, "//*[@Id='", "'", arena);
	a = word(&text, "']/", ":/[", arena);
	b = word(&text, ":QualifyingProperties/", ":/[", arena);
	if (!*id || !a || !b || strcmp(a, b) != 0 || strcmp(text, ":SignedProperties") != 0)
		return NULL;
	ns = ed_xml_namespace(p, a);
	node = ed_xml_by_id(xml, *id);
	own = ed_xml_attr(node, "Id", arena);
	if (!ns || !own || strcmp(own, *id) != 0)
		return NULL;
	return ed_xml_child(ed_xml_child(node, ns, "QualifyingProperties", NULL), ns,
	                    "SignedProperties", NULL);
}

/* text is `axis`, a prefix that means XML-DSig at node, `name`, [@Id='x']: x. */
static const char *value_named(const xmlNode *node, const char *text, struct ed_arena *arena)
{
	static const char axis[] = "ancestor-or-self::", name[] = ":SignatureValue[@Id=";
	const char *prefix, *ns, *id;
	size_t n;

	if (strncmp(text, axis, sizeof(axis) - 1) != 0)
		return NULL;
	text += sizeof(axis) - 1;
	n = strcspn(text, ":");
	prefix = ed_arena_strndup(arena, text, n);
	ns = prefix ? ed_xml_namespace(node, prefix) : NULL;
	text += n;
	if (!ns || strcmp(ns, ED_NS_DS) != 0 || strncmp(text, name, sizeof(name) - 1) != 0)
		return NULL;
	id = text + sizeof(name) - 1;
	if (*id != '\'' && *id != '"')
		return NULL;
	n = strcspn(id + 1, "'\"[]()|/*@=:,<>& \t\r\n"); /* none of them is in an Id */
	if (n == 0 || id[n + 1] != *id || strcmp(id + n + 2, "]") != 0)
		return NULL;
	return ed_arena_strndup(arena, id + 1, n);
}

/* Text without the white space around it: inside, the form is literal. */
static const char *trimmed(const char *s, struct ed_arena *arena)
{
	size_t n;

	if (!s)
		return NULL;
	s += strspn(s, " \t\r\n");
	for (n = strlen(s); n && strchr(" \t\r\n", s[n - 1]);)
		n--;
	return ed_arena_strndup(arena, s, n);
}

bool ed_transforms_countersigned(const xmlNode *transforms, struct ed_arena *arena,
                                 struct ed_transforms *t)
{
	xmlNodePtr select = ed_xml_first(transforms), form = ed_xml_next(select);
	xmlNodePtr p = ed_xml_first(select);
	const char *uri = ed_xml_attr(select, "Algorithm", arena);
	const char *text = trimmed(ed_xml_text(p, arena), arena), *id;
	char **prefixes;
	enum ed_c14n alg;
	bool comments;

	if (!ed_xml_is(select, ED_NS_DS, "Transform") || !uri || strcmp(uri, XPATH) != 0 ||
	    !ed_xml_is(p, ED_NS_DS, "XPath") || ed_xml_next(p) || !text)
		return false;
	if (!ed_xml_is(form, ED_NS_DS, "Transform") || ed_xml_next(form) ||
	    !ed_c14n_read(form, arena, &alg, &comments, &prefixes) || alg != ED_C14N_EXC ||
	    comments || prefixes)
		return false;
	id = value_named(p, text, arena);
	if (!id)
		return false;
	t->value_id = id;
	t->c14n_given = true;
	t->c14n = alg;
	return true;
}
