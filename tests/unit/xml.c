/* SPDX-License-Identifier: ISC */
/* The XML door: what it reads, and what it refuses one defect at a time. */
#include <time.h>

#include "../tap.h"
#include "base/limits.h"
#include "door/xml.h"
#include "door/xmlscan.h"

static struct edoc_error err;
static struct ed_arena *arena;

/* Sanitizers walk all that memmem() may see. */
static int patience(void)
{
	const char *san = getenv("SAN");

	return san && *san ? 20 : 1;
}

static enum edoc_code parse_n(const void *bytes, size_t len, struct ed_xml **xml)
{
	memset(&err, 0, sizeof(err));
	return ed_xml_parse(bytes, len, "META-INF/s.xml", ED_MAX_XML_BYTES, xml, &err);
}

static enum edoc_code parse(const char *s, struct ed_xml **xml)
{
	return parse_n(s, strlen(s), xml);
}

static void good(const char *s, const char *what)
{
	struct ed_xml *xml;

	is_ok(parse(s, &xml), &err, what);
	ed_xml_free(xml);
}

static void bad_n(const void *bytes, size_t len, const char *word, const char *what)
{
	struct ed_xml *xml;

	fails(parse_n(bytes, len, &xml), EDOC_ERR_INPUT, &err, word, what);
	ok(xml == NULL, "%s: nothing comes out", what);
}

static void bad(const char *s, const char *word, const char *what)
{
	bad_n(s, strlen(s), word, what);
}

/* `n` times `piece` between head and tail: refused as too much, and at once. */
static void bomb(const char *head, const char *piece, size_t n, const char *tail, const char *word,
                 const char *what)
{
	size_t len = strlen(head), each = strlen(piece) + 12;
	char *s = malloc(len + n * each + strlen(tail) + 1);
	struct ed_xml *xml;
	clock_t begin;

	memcpy(s, head, len + 1);
	for (size_t i = 0; i < n; i++) {
		/* '@' in the piece is a running number. */
		for (const char *p = piece; *p; p++)
			len += *p == '@' ? (size_t)sprintf(s + len, "%zu", i)
			                 : (size_t)sprintf(s + len, "%c", *p);
	}
	strcpy(s + len, tail);
	len += strlen(tail);
	begin = clock();
	if (word)
		fails(parse_n(s, len, &xml), EDOC_ERR_LIMIT, &err, word, what);
	else
		is_ok(parse_n(s, len, &xml), &err, what);
	ed_xml_free(xml);
	ok(clock() - begin < CLOCKS_PER_SEC / 2 * patience(),
	   "%s: in less than half a second (%zu bytes, %ld ms)", what, len,
	   (long)(clock() - begin) * 1000 / CLOCKS_PER_SEC);
	free(s);
}

static void encodings(void)
{
	static const char utf16[] = "\xff\xfe<\0a\0/\0>\0";
	static const char utf16be[] = "\xfe\xff\0<\0a\0/\0>";
	static const char utf16nobom[] = "<\0?\0x\0m\0l\0 \0v\0=\0'\0a\0'\0";
	static const char nul_after[] = "<a/>\0<b/>";

	good("<a/>", "no declaration");
	good("<?xml version=\"1.0\"?><a/>", "a declaration without encoding");
	good("<?xml version='1.0' encoding='utf-8' standalone=\"no\"?>\n<a/>", "utf-8 declared");
	good("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>", "an UTF-8 mark");
	good("<a>\xd0\xa2\xd0\xbe\xd2\xb7\xd0\xb8\xd0\xba\xd3\xa3</a>", "Tajik text");
	bad("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", "UTF-16", "X43 UTF-16 declared");
	bad("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>", "UTF-7", "X43 UTF-7 declared");
	bad("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", "ISO", "X43 Latin-1 declared");
	bad("<?xml version=\"1.0\" encoding=\"windows-1251\"?><a/>", "1251", "X43 windows-1251");
	bad("<?xml version=\"1.0\"\nencoding = 'EBCDIC-CP-US'?><a/>", "EBCDIC", "X43 EBCDIC");
	bad("<?xml version=\"1.1\"?><a/>", "1.0", "XML 1.1");
	bad_n(utf16, sizeof(utf16) - 1, "UTF-8", "X43 UTF-16 with a mark");
	bad_n(utf16be, sizeof(utf16be) - 1, "UTF-8", "X43 UTF-16BE with a mark");
	bad_n(utf16nobom, sizeof(utf16nobom) - 1, "UTF-8", "X43 UTF-16 without a mark");
	bad_n(nul_after, sizeof(nul_after) - 1, "NUL", "a NUL after the root hides what follows");
	bad("<a>\xc0\xaf</a>", "UTF-8", "an overlong form");
	bad("<a>\xff</a>", "UTF-8", "a stray byte");
	bad("<a>\xed\xa0\x80</a>", "UTF-8", "a surrogate");
}

static void doctypes(void)
{
	good("<a><!-- <!DOCTYPE a> --><![CDATA[<!ENTITY]]></a>", "in a comment it is only text");
	bad("<!DOCTYPE a><a/>", "document type", "X32 DOCTYPE");
	bad("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "document type", "X32 entity");
	bad("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "document type", "X33 external DTD");
	bad("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", "document type",
	    "X33 external entity");
	bad("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://x/'>%p;]><a/>", "document type",
	    "X33 parameter entity");
	bad("<!DOCTYPE a [<!ATTLIST a n ID #IMPLIED>]><a n='x' Id='x'/>", "document type",
	    "X20 an Id that a DTD declares");
	bad("<!doctype a><a/>", "document type", "small letters too");
	bad("<a><!ELEMENT b></a>", "document type", "a declaration inside");
	bad("<a>&x;</a>", "well-formed", "an entity that nothing declares");
	bad("<a b='&x;'/>", "well-formed", "the same in an attribute");
	good("<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd'/></a>",
	     "X33 XInclude stays an element");
}

static void ids(void)
{
	struct ed_xml *xml;

	is_ok(parse("<a Id='1'><b ID='2'/><c id='3' xml:id='n4' n:Id='1' xmlns:n='urn:n'/></a>",
	            &xml),
	      &err, "four spellings of Id");
	is_str((const char *)ed_xml_by_id(xml, "2")->name, "b", "ID names its element");
	is_str((const char *)ed_xml_by_id(xml, "n4")->name, "c", "xml:id too");
	ok(ed_xml_by_id(xml, "5") == NULL, "an unknown Id names nothing");
	ok(ed_xml_by_id(xml, "") == NULL, "the empty Id names nothing");
	ed_xml_free(xml);
	good("<a Id=''><b Id=''/></a>", "empty Ids are not Ids");
	bad("<a Id='x'><b Id='x'/></a>", "twice", "X19 Id twice");
	bad("<a Id='x'><b ID='x'/></a>", "twice", "X19 Id and ID");
	bad("<a Id='x'><b id='x'/></a>", "twice", "X19 Id and id");
	bad("<a Id='x'><b xml:id='x'/></a>", "twice", "X19 Id and xml:id");
	bad("<a Id='x'><b Id='&#120;'/></a>", "twice", "X19 a character reference in one");
	bad("<a Id='x' ID='x'/>", "twice", "X19 on one element");
	bad("<a Id='x' Id='y'/>", "well-formed", "one attribute twice");
}

static void texts(void)
{
	struct ed_xml *xml;
	xmlNodePtr root, p;
	struct ed_buf buf;

	ed_buf_init(&buf, 100);
	is_ok(parse("<a x='1&amp;2' n:x='3' xmlns:n='urn:n' xmlns='urn:d'>\n"
	            "<t>one &lt;<![CDATA[&two]]>&#13;</t><t>A<!-- B -->C</t><t>A<?p B?>C</t>"
	            "<t>A<u/>C</t><t/><n:u>QUI&#13;\nD</n:u><v/><v/></a>",
	            &xml),
	      &err, "texts");
	root = xmlDocGetRootElement(xml->doc);
	is_str(ed_xml_attr(root, "x", arena), "1&2", "an attribute without namespace");
	ok(ed_xml_attr(root, "y", arena) == NULL, "an attribute that is not there");
	p = ed_xml_first(root);
	is_str(ed_xml_text(p, arena), "one <&two\r", "text, CDATA and references together");
	is_str(ed_xml_place(xml, p, arena), "META-INF/s.xml:2", "its place");
	ok(!ed_xml_text(p = ed_xml_next(p), arena), "X23 a comment inside: no text");
	ok(!ed_xml_text(p = ed_xml_next(p), arena), "X24 an instruction inside: no text");
	ok(!ed_xml_text(p = ed_xml_next(p), arena), "an element inside: no text");
	is_str(ed_xml_text(p = ed_xml_next(p), arena), "", "empty");
	p = ed_xml_next(p);
	ok(ed_xml_is(p, "urn:n", "u") && !ed_xml_is(p, "urn:d", "u") && !ed_xml_is(p, "urn:n", "v"),
	   "namespace and name");
	ok(ed_xml_b64(p, arena, &buf) && buf.len == 3 && !memcmp(buf.data, "AB\x03", 3),
	   "base64 over two lines with &#13;");
	bool several = false;
	ok(!ed_xml_child(root, "urn:d", "v", &several) && several, "two children of one name");
	ok(ed_xml_child(root, "urn:n", "u", &several) == p && !several, "one child");
	ok(!ed_xml_child(root, "urn:n", "z", &several) && !several, "no child");
	ed_buf_clear(&buf);
	ed_xml_free(xml);
}

static void malformed(void)
{
	struct ed_xml *xml;

	bad("", "empty", "empty");
	bad("   ", "well-formed", "white space");
	bad("hello", "well-formed", "no XML");
	bad("<a>", "well-formed", "no end tag");
	bad("</a>", "end tag", "no start tag");
	bad("<a></b>", "well-formed", "crossed tags");
	bad("<a/><b/>", "well-formed", "two roots");
	bad("<a/>x", "well-formed", "text after the root");
	bad("<a b=c/>", "well-formed", "no quotes");
	bad("<a b='c/>", "without end", "no closing quote");
	bad("<a b='<'/>", "attribute value", "'<' in a value");
	bad("<a <b/>", "inside a tag", "'<' in a tag");
	bad("<a>< /a>", "begins no tag", "a space after '<'");
	bad("<a><!-- ", "comment", "a comment without end");
	bad("<a><![CDATA[ ]]", "CDATA", "CDATA without end");
	bad("<a><?x ", "instruction", "an instruction without end");
	bad("<a", "without end", "half a tag");
	bad("<a><n:b/></a>", "well-formed", "a prefix that nothing declares");
	bad("<a>\x01</a>", "well-formed", "a control character");
	bad("<a>&#0;</a>", "well-formed", "a reference to NUL");
	bad("<a>&#x1;</a>", "well-formed", "a reference to a control character");
	parse("<a>\n\n<b></c></a>", &xml);
	is_str(err.where, "META-INF/s.xml:3", "the line is named");
	fails(ed_xml_parse("<a/>", 4, "x", 3, &xml, &err), EDOC_ERR_LIMIT, &err, "bytes",
	      "the caller's limit");
	is_ok(ed_xml_parse("<a/>", 4, "x", 4, &xml, &err), &err, "exactly the limit");
	ed_xml_free(xml);
}

static void limits(void)
{
	bomb("<a ", "x@='' ", 256, "/>", NULL, "256 attributes");
	bomb("<a ", "x@='' ", 257, "/>", "256 attributes", "257 attributes");
	bomb("<a ", "x@='' ", 400000, "/>", "attributes", "X31 400,000 attributes");
	bomb("<a ", "xmlns:x@='urn:@' ", 64, "/>", NULL, "64 namespaces");
	bomb("<a ", "xmlns:x@='urn:@' ", 65, "/>", "namespaces", "65 namespaces");
	bomb("<a>", "<b\nxmlns:x@='urn:@'>", 65, "", "namespaces", "65 namespaces one in another");
	bomb("<a>", "<b xmlns:x@='urn:@'/>", 8000, "</a>", NULL, "8,000 one after another");
	bomb("<a ", "xmlns:x@='urn:@' ", 8000, "/>", "64 namespaces", "X30 8,000 namespaces");
	bomb("<a>", "<b>", 128, "", "128 levels", "129 levels");
	bomb("", "<b>", 200000, "", "levels", "200,000 levels");
	bomb("<a>", "<b/>", 149999, "</a>", NULL, "150,000 elements");
	bomb("<a>", "<b/>", 150000, "</a>", "150000", "150,001 elements");
	bomb("<a>", "<b c=''/>", 75000, "</a>", "150000", "attributes count too");
	bomb("<a>", "<?p?>", 150000, "</a>", "150000", "instructions count too");
	bomb("<a>", "<!---->", 150000, "</a>", "150000", "comments count too");
	bomb("<a>", "<![CDATA[]]>", 150000, "</a>", "150000", "CDATA counts too");
	bomb("<a>", "&#13;", 1000000, "</a>", NULL, "a million character references");
	bomb("<a>", "0123456789", 900000, "</a>", NULL, "a text of 9 MB");
	bomb("<a b='", "&#x41;", 100000, "'/>", NULL, "100,000 references in an attribute");
	bomb("<a>", "a", ED_MAX_XML_BYTES, "</a>", "bytes", "more than 10 MiB");
}

static void writing(void)
{
	struct ed_buf buf;

	ed_buf_init(&buf, 1000);
	ed_xml_put_text(&buf, "a<b>&\"c\"\r\n\td");
	is_str(ed_buf_str(&buf), "a&lt;b&gt;&amp;\"c\"&#xD;\n\td", "text as C14N writes it");
	ed_buf_reset(&buf);
	ed_xml_put_attr(&buf, "a<b>&\"c'\r\n\td");
	is_str(ed_buf_str(&buf), "a&lt;b&gt;&amp;&quot;c'&#xD;&#xA;&#x9;d", "an attribute's value");
	ed_buf_clear(&buf);
}

/* The n-th start tag is the n-th element, whatever looks like a tag between. */
static void spans(void)
{
	static const char text[] =
	        "\xef\xbb\xbf<?xml version='1.0'?>\r\n<!-- <a> --><a x='>' y=\"/>\"><?pi <b> ?>"
	        "<b\n/><![CDATA[</a><c>]]><c><d x='/'></d\t></c>\r\n</a ><!-- </a> -->";
	static const struct {
		const char *all, *inner;
		bool empty;
	} want[] = {
	        {"<a x='>' y=\"/>\"><?pi <b> ?><b\n/><![CDATA[</a><c>]]><c><d x='/'></d\t></c>\r\n"
	         "</a >",
	         "<?pi <b> ?><b\n/><![CDATA[</a><c>]]><c><d x='/'></d\t></c>\r\n", false},
	        {"<b\n/>", "", true},
	        {"<c><d x='/'></d\t></c>", "<d x='/'></d\t>", false},
	        {"<d x='/'></d\t>", "", false},
	};
	size_t n = sizeof(want) / sizeof(*want);
	struct ed_xml_span span;

	for (size_t i = 0; i < n; i++) {
		is_ok(ed_xml_span(text, strlen(text), "s", i, &span, &err), &err, want[i].all);
		ok(span.end - span.start == strlen(want[i].all) &&
		           !memcmp(text + span.start, want[i].all, span.end - span.start),
		   "element %zu, whole", i);
		ok(span.inner_end - span.inner == strlen(want[i].inner) &&
		           !memcmp(text + span.inner, want[i].inner, span.inner_end - span.inner),
		   "element %zu, inside", i);
		ok(span.empty == want[i].empty, "element %zu, a tag alone or not", i);
	}
	fails(ed_xml_span(text, strlen(text), "s", n, &span, &err), EDOC_ERR_BUG, &err, "",
	      "no fifth");
	fails(ed_xml_span("", 0, "s", 0, &span, &err), EDOC_ERR_BUG, &err, "", "nothing");
}

int main(void)
{
	arena = ed_arena_new();
	encodings();
	doctypes();
	ids();
	texts();
	malformed();
	limits();
	writing();
	ed_arena_free(arena);
	spans();
	return done();
}
