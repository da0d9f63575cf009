/* SPDX-License-Identifier: ISC */
/*
 * libxml2 2.9 is quadratic in the attributes of one element before any SAX
 * callback runs (400,000 of them: 38 s), and its canonicaliser is worse than
 * linear in the namespaces in scope.  So the caps are enforced here, on the
 * bytes, by a walk from '<' to '<' that counts quoted values.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/xmlscan.h"

struct scan {
	const unsigned char *start, *p, *end;
	const char *where;
	struct edoc_error *err;
	unsigned nodes;
	unsigned work; /* ED_MAX_XML_NAMESPACE_WORK */
	unsigned depth;
	unsigned in_scope;                            /* namespace declarations */
	unsigned char declared[ED_MAX_XML_DEPTH + 1]; /* by each open element */
	size_t elements;          /* begun so far */
	size_t wanted;            /* whose span is asked for ... */
	struct ed_xml_span *span; /* ... or NULL */
	unsigned span_depth;      /* at which it is open; 0: it is not */
};

static void place(const struct scan *s, char out[128])
{
	size_t line = 1;

	for (const unsigned char *p = s->start; p < s->p && p < s->end; p++)
		line += *p == '\n';
	snprintf(out, 128, "%s:%zu", s->where, line);
}

static enum edoc_code malformed(const struct scan *s, const char *what)
{
	char at[128];

	place(s, at);
	return ed_fail(s->err, EDOC_ERR_INPUT, at, "not well-formed XML: %s", what);
}

static enum edoc_code too_many(const struct scan *s, const char *what, unsigned max)
{
	char at[128];

	place(s, at);
	return ed_fail(s->err, EDOC_ERR_LIMIT, at, "XML with more than %u %s is not read", max,
	               what);
}

static bool starts(const struct scan *s, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(s->end - s->p) >= n && !memcmp(s->p, word, n);
}

static bool is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A byte that may begin a name; the parser knows the exact rule. */
static bool begins_name(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
	       c >= 0x80;
}

static enum edoc_code count_node(struct scan *s)
{
	if (++s->nodes > ED_MAX_XML_NODES)
		return too_many(s, "elements and attributes", ED_MAX_XML_NODES);
	return EDOC_OK;
}

/* Moves behind `mark`; `skip` bytes at s->p cannot be part of it. */
static enum edoc_code pass(struct scan *s, size_t skip, const char *mark, const char *what)
{
	const unsigned char *found;

	found = memmem(s->p + skip, (size_t)(s->end - s->p) - skip, mark, strlen(mark));
	if (!found)
		return malformed(s, what);
	s->p = found + strlen(mark);
	return count_node(s);
}

/* One attribute value: s->p is at its opening quote. */
static enum edoc_code pass_value(struct scan *s)
{
	const unsigned char *close = memchr(s->p + 1, *s->p, (size_t)(s->end - s->p) - 1);

	if (!close)
		return malformed(s, "an attribute value without end");
	/* Not allowed by XML 1.0, 3.1; forbidding it keeps this walk and the
	 * parser in step. */
	if (memchr(s->p, '<', (size_t)(close - s->p)))
		return malformed(s, "'<' in an attribute value");
	s->p = close + 1;
	return count_node(s);
}

static void begin_span(struct scan *s, const unsigned char *tag, bool empty)
{
	if (!s->span || s->elements++ != s->wanted)
		return;
	s->span->start = (size_t)(tag - s->start);
	s->span->inner = s->span->inner_end = s->span->end = (size_t)(s->p - s->start);
	s->span->empty = empty;
	if (empty)
		s->span = NULL;
	else
		s->span_depth = s->depth + 1;
}

static void end_span(struct scan *s, const unsigned char *tag)
{
	if (!s->span || s->span_depth != s->depth)
		return;
	s->span->inner_end = (size_t)(tag - s->start);
	s->span->end = (size_t)(s->p - s->start);
	s->span = NULL;
}

static enum edoc_code start_tag(struct scan *s)
{
	const unsigned char *tag = s->p;
	unsigned attributes = 0, namespaces = 0, scope;
	bool empty = false;
	enum edoc_code code = count_node(s);

	for (s->p++; code == EDOC_OK && s->p < s->end && *s->p != '>';) {
		if (*s->p == '"' || *s->p == '\'') {
			if (++attributes > ED_MAX_XML_ATTRIBUTES)
				return too_many(s, "attributes in an element",
				                ED_MAX_XML_ATTRIBUTES);
			code = pass_value(s);
			empty = false;
			continue;
		}
		if (*s->p == '<')
			return malformed(s, "'<' inside a tag");
		if (is_space(s->p[-1]) && starts(s, "xmlns") &&
		    s->in_scope + ++namespaces > ED_MAX_XML_NAMESPACES)
			return too_many(s, "namespaces in scope", ED_MAX_XML_NAMESPACES);
		empty = *s->p++ == '/';
	}
	if (code != EDOC_OK)
		return code;
	if (s->p == s->end)
		return malformed(s, "a tag without end");
	s->p++;
	if (s->depth >= ED_MAX_XML_DEPTH)
		return too_many(s, "levels", ED_MAX_XML_DEPTH);
	scope = s->in_scope + namespaces;
	s->work += scope * (scope + s->depth);
	if (s->work > ED_MAX_XML_NAMESPACE_WORK)
		return too_many(s, "steps through its namespaces", ED_MAX_XML_NAMESPACE_WORK);
	begin_span(s, tag, empty);
	if (!empty) {
		s->declared[++s->depth] = (unsigned char)namespaces;
		s->in_scope += namespaces;
	}
	return EDOC_OK;
}

static enum edoc_code end_tag(struct scan *s)
{
	const unsigned char *tag = s->p, *close = memchr(s->p, '>', (size_t)(s->end - s->p));

	if (!close)
		return malformed(s, "a tag without end");
	if (s->depth == 0)
		return malformed(s, "an end tag without its start");
	s->p = close + 1;
	end_span(s, tag);
	s->in_scope -= s->declared[s->depth--];
	return EDOC_OK;
}

static enum edoc_code markup(struct scan *s)
{
	char at[128];

	if (starts(s, "<!--"))
		return pass(s, 4, "-->", "a comment without end");
	if (starts(s, "<![CDATA["))
		return pass(s, 9, "]]>", "a CDATA section without end");
	if (starts(s, "<!")) {
		place(s, at);
		return ed_fail(s->err, EDOC_ERR_INPUT, at,
		               "XML with a document type declaration is never read");
	}
	if (starts(s, "<?"))
		return pass(s, 2, "?>", "a processing instruction without end");
	if (starts(s, "</"))
		return end_tag(s);
	if (s->p + 1 < s->end && begins_name(s->p[1]))
		return start_tag(s);
	return malformed(s, "'<' that begins no tag");
}

/* The value of version or encoding in the XML declaration [p, end); false:
 * there is none.  *n counts its bytes. */
static const char *pseudo(const struct scan *s, const unsigned char *end, const char *name,
                          size_t *n)
{
	const unsigned char *p = memmem(s->p, (size_t)(end - s->p), name, strlen(name));
	const unsigned char *close;

	if (!p || !is_space(p[-1]))
		return NULL;
	for (p += strlen(name); p < end && (is_space(*p) || *p == '='); p++)
		;
	if (p == end || (*p != '"' && *p != '\''))
		return NULL;
	close = memchr(p + 1, *p, (size_t)(end - p) - 1);
	if (!close)
		return NULL;
	*n = (size_t)(close - p) - 1;
	return (const char *)p + 1;
}

/* XML 1.0, 2.8: version 1.0, and no encoding but UTF-8. */
static enum edoc_code declaration(struct scan *s)
{
	const unsigned char *end;
	const char *value;
	char at[128];
	size_t n;

	if (!starts(s, "<?xml") || s->end - s->p < 6 || !is_space(s->p[5]))
		return EDOC_OK;
	end = memmem(s->p, (size_t)(s->end - s->p), "?>", 2);
	if (!end)
		return malformed(s, "an XML declaration without end");
	place(s, at);
	value = pseudo(s, end, "version", &n);
	if (!value || n != 3 || memcmp(value, "1.0", 3) != 0)
		return ed_fail(s->err, EDOC_ERR_INPUT, at, "XML of a version other than 1.0");
	value = pseudo(s, end, "encoding", &n);
	if (value && (n != 5 || strncasecmp(value, "UTF-8", 5) != 0))
		return ed_fail(s->err, EDOC_ERR_INPUT, at,
		               "XML in encoding %.*s: only UTF-8 is read", (int)(n < 40 ? n : 40),
		               value);
	s->p = end + 2;
	return EDOC_OK;
}

static enum edoc_code encoding(struct scan *s)
{
	size_t len = (size_t)(s->end - s->start);
	const unsigned char *nul;

	if (len >= 3 && !memcmp(s->p, "\xef\xbb\xbf", 3))
		s->p += 3;
	/* libxml2 takes a NUL after the root for the end of the input.  UTF-16
	 * and UTF-32 of any kind hold one, or begin with FE or FF. */
	nul = memchr(s->start, 0, len);
	if (nul || !ed_utf8_valid((const char *)s->start, len)) {
		return ed_fail(s->err, EDOC_ERR_INPUT, s->where,
		               "XML that is not in UTF-8, or with a NUL byte, is not read");
	}
	return declaration(s);
}

static enum edoc_code scan(struct scan *s, size_t len)
{
	enum edoc_code code;

	s->end = s->start + len;
	code = encoding(s);
	while (code == EDOC_OK && s->p < s->end) {
		s->p = memchr(s->p, '<', (size_t)(s->end - s->p));
		if (!s->p)
			break;
		code = markup(s);
	}
	return code;
}

enum edoc_code ed_xml_scan(const void *bytes, size_t len, const char *where, size_t max_bytes,
                           struct edoc_error *err)
{
	struct scan s = {.start = bytes, .p = bytes, .where = where, .err = err};

	if (len > max_bytes)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "XML of %zu bytes: more than %zu are not read (raise xml-bytes)",
		               len, max_bytes);
	if (len == 0)
		return ed_fail(err, EDOC_ERR_INPUT, where, "empty, where XML was expected");
	return scan(&s, len);
}

enum edoc_code ed_xml_span(const void *bytes, size_t len, const char *where, size_t n,
                           struct ed_xml_span *span, struct edoc_error *err)
{
	struct scan s = {
	        .start = bytes, .p = bytes, .where = where, .err = err, .wanted = n, .span = span};
	enum edoc_code code = len ? scan(&s, len) : EDOC_OK;

	if (code == EDOC_OK && (len == 0 || s.span))
		return ed_fail(err, EDOC_ERR_BUG, where, "no element %zu in this XML", n);
	return code;
}
