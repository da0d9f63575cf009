/* SPDX-License-Identifier: ISC */
/*
 * The door to libxml2: hardened parsing of untrusted documents and
 * canonicalisation.  Floors above may walk xmlNode; they never create or
 * configure a parser, never use XPath, schemas or xmlGetID.
 */
#ifndef ED_DOOR_XML_H
#define ED_DOOR_XML_H

#include <libxml/tree.h>

#include "base/arena.h"
#include "base/buf.h"

#define ED_NS_DS "http://www.w3.org/2000/09/xmldsig#"
#define ED_NS_XADES "http://uri.etsi.org/01903/v1.3.2#"
#define ED_NS_XADES141 "http://uri.etsi.org/01903/v1.4.1#"
#define ED_NS_ASIC "http://uri.etsi.org/02918/v1.2.1#"

struct ed_xml {
	xmlDocPtr doc;
	const char *where; /* the entry's name, for messages */
	struct ed_xml_ids *ids;
};

/* UTF-8 only, no DOCTYPE, no network, the caps of limits.h enforced by a
 * lexical pre-scan (xmlscan.c) before libxml2 sees a byte; duplicate Ids (Id,
 * ID, id, xml:id in any mixture) are refused.  where = "entry:line". */
enum edoc_code ed_xml_parse(const void *bytes, size_t len, const char *where, size_t max_bytes,
			    struct ed_xml **xml, struct edoc_error *err) EDOC_CHECK;
void ed_xml_free(struct ed_xml *xml);
/* The next node of top in document order; NULL: none.  `over` its own children. */
xmlNodePtr ed_xml_following(xmlNodePtr node, const xmlNode *top, bool over);

/* The same of a document that others wrote, whose attributes named id may be no
 * Ids: one that is given twice names nothing (ed_xml_by_id). */
enum edoc_code ed_xml_parse_any(const void *bytes, size_t len, const char *where, size_t max_bytes,
				struct ed_xml **xml, struct edoc_error *err) EDOC_CHECK;

/* The element with that Id, or NULL. */
xmlNodePtr ed_xml_by_id(const struct ed_xml *xml, const char *id);
bool ed_xml_id_repeated(const struct ed_xml *xml, const char *id);
bool ed_xml_is(const xmlNode *node, const char *ns, const char *name);
/* The one child element so named; NULL when there is none or several
 * (*several tells, may be NULL). */
xmlNodePtr ed_xml_child(const xmlNode *node, const char *ns, const char *name, bool *several);
xmlNodePtr ed_xml_first(const xmlNode *node);      /* first child element */
xmlNodePtr ed_xml_next(const xmlNode *node);       /* next sibling element */
/* An attribute without namespace; borrowed from arena copy; NULL absent. */
const char *ed_xml_attr(const xmlNode *node, const char *name, struct ed_arena *arena);
/* The text of all that stands in an element, tags left out (XPath string-value). */
const char *ed_xml_string(const xmlNode *node, struct ed_arena *arena);
/* The namespace that a prefix has at a node, or NULL. */
const char *ed_xml_namespace(const xmlNode *node, const char *prefix);
/* node is top or stands in it. */
bool ed_xml_within(const xmlNode *node, const xmlNode *top);
/* The text of an element that holds nothing but text (a comment or PI inside
 * makes it NULL: attacks X23, X24 of the catalogue). */
const char *ed_xml_text(const xmlNode *node, struct ed_arena *arena);
bool ed_xml_b64(const xmlNode *node, struct ed_arena *arena, struct ed_buf *out);
/* "entry:line" for messages, in the arena. */
const char *ed_xml_place(const struct ed_xml *xml, const xmlNode *node, struct ed_arena *arena);

enum ed_c14n { ED_C14N_10, ED_C14N_11, ED_C14N_EXC };

typedef enum edoc_code ed_xml_sink_fn(void *arg, const void *bytes, size_t len);

/* The algorithm an URI names; *comments for the #WithComments ones. */
bool ed_c14n_by_uri(const char *uri, enum ed_c14n *alg, bool *comments);
const char *ed_c14n_uri(enum ed_c14n alg, bool comments);
/* What of a document goes into its canonical form, and how. */
struct ed_c14n_form {
	enum ed_c14n alg;
	bool comments;
	char *const *prefixes; /* InclusiveNamespaces PrefixList, NULL-ended, or NULL */
	/* Elements left out with all that they hold: these, and those that `skip` names. */
	const xmlNode *const *without;
	size_t n_without;
	bool (*skip)(const xmlNode *element);
};
/*
 * Canonical form of the subtree at top (NULL: the whole document), given to
 * sink piece by piece.
 */
enum edoc_code ed_c14n_write(const struct ed_xml *xml, xmlNodePtr top,
			     const struct ed_c14n_form *form, ed_xml_sink_fn *sink, void *arg,
			     struct edoc_error *err) EDOC_CHECK;
/* The same of a form without `skip`. */
enum edoc_code ed_c14n(const struct ed_xml *xml, xmlNodePtr top, enum ed_c14n alg, bool comments,
		       char *const *prefixes, const xmlNode *without, ed_xml_sink_fn *sink,
		       void *arg, struct edoc_error *err) EDOC_CHECK;
/* The same without several descendants of top, none inside another. */
enum edoc_code ed_c14n_without(const struct ed_xml *xml, xmlNodePtr top, enum ed_c14n alg,
                               bool comments, char *const *prefixes, const xmlNode *const *without,
                               size_t n_without, ed_xml_sink_fn *sink, void *arg,
                               struct edoc_error *err) EDOC_CHECK;

/* Escapes text for element content and attribute values. */
void ed_xml_put_text(struct ed_buf *out, const char *text);
void ed_xml_put_attr(struct ed_buf *out, const char *text);

#endif
