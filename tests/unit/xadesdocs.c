/* SPDX-License-Identifier: ISC */
/*
 * XAdES outside of containers: documents that hold their signatures, signatures
 * that hold their documents, files beside.  Each text is sealed with the
 * signer's key, so that nothing but its defect can be what refuses it.  The X
 * numbers are those of the attack catalogue.
 */
#include <unistd.h>

#include "../tap.h"
#include "base/hex.h"
#include "base/limits.h"
#include "judge/rules.h"
#include "signature/xades.h"
#include "signature/xadesnames.h"
#include "signature/xadesread.h"

#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"
#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define FILTER2 "http://www.w3.org/2002/06/xmldsig-filter2"
#define XPATH "http://www.w3.org/TR/1999/REC-xpath-19991116"
#define T(uri) "<ds:Transform Algorithm='" uri "'/>"
#define ENVELOPED T(ED_NS_DS "enveloped-signature")
#define SUBTRACT(path)                                                                             \
	"<ds:Transform Algorithm='" FILTER2 "'><f:XPath xmlns:f='" FILTER2                         \
	"' Filter='subtract'>" path "</f:XPath></ds:Transform>"
#define NOT_SIGNATURE(path)                                                                        \
	"<ds:Transform Algorithm='" XPATH "'><ds:XPath>" path "</ds:XPath></ds:Transform>"
#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define R(attributes, transforms)                                                                  \
	"<ds:Reference " attributes "><ds:Transforms>" transforms "</ds:Transforms>"               \
	"<ds:DigestMethod Algorithm='" SHA256 "'/><ds:DigestValue>" ZEROS "</ds:DigestValue>"      \
	"</ds:Reference>"
#define PLAIN(attributes)                                                                          \
	"<ds:Reference " attributes "><ds:DigestMethod Algorithm='" SHA256                         \
	"'/><ds:DigestValue>" ZEROS "</ds:DigestValue></ds:Reference>"

static struct edoc_error err;
static struct ed_arena *arena;
static struct edoc_key *zarina;
static char *key_info, *named; /* ds:KeyInfo, SigningCertificateV2 */

static struct {
	const char *name, *bytes;
} files[3] = {{"order.txt", "Order 12\n"},
              {"card.xml", "<a><!-- note --><b  x='1'/></a>"},
              {"other.txt", "something else"}};

static const char *file_name(void *arg, size_t i)
{
	(void)arg;
	return files[i].name;
}

static enum edoc_code file_digest(void *arg, size_t i, enum ed_hash hash,
                                  unsigned char out[ED_HASH_MAX], struct edoc_error *e)
{
	(void)arg;
	(void)e;
	return ed_hash_bytes(hash, files[i].bytes, strlen(files[i].bytes), out) ? EDOC_OK
	                                                                        : EDOC_ERR_MEMORY;
}

static enum edoc_code file_read(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *e)
{
	(void)arg;
	ed_buf_puts(buf, files[i].bytes);
	return ed_buf_check(buf, files[i].name, e);
}

static struct ed_data data = {.n = 3, .name = file_name, .digest = file_digest, .read = file_read};

/* ---- making ---- */

/* refs: ds:References; objects: behind the properties. */
static char *signature(const char *id, const char *refs, const char *objects)
{
	char *s = NULL;

	if (asprintf(&s,
	             "<ds:Signature xmlns:ds='" ED_NS_DS "' xmlns:xades='" ED_NS_XADES
	             "' Id='%s'><ds:SignedInfo><ds:CanonicalizationMethod Algorithm='" EXC "'/>"
	             "<ds:SignatureMethod "
	             "Algorithm='http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'/>%s" R(
	                     "Type='http://uri.etsi.org/01903#SignedProperties' URI='#%s-p'",
	                     T(EXC)) "</ds:SignedInfo><ds:SignatureValue Id='%s-v'>AAAA"
	                             "</ds:SignatureValue>%s<ds:Object>"
	                             "<xades:QualifyingProperties Target='#%s'>"
	                             "<xades:SignedProperties Id='%s-p'>"
	                             "<xades:SignedSignatureProperties><xades:SigningTime>"
	                             "2026-03-05T04:11:09Z</xades:SigningTime>%s"
	                             "</xades:SignedSignatureProperties>"
	                             "</xades:SignedProperties></xades:QualifyingProperties>"
	                             "</ds:Object>%s</ds:Signature>",
	             id, refs, id, id, key_info, id, id, named, objects) < 0)
		abort();
	return s;
}

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

/* What a reference digests, by the functions that are tested: corpora and
 * xmlsec1 tell whether they are right. */
static bool reference_digest(const struct ed_xml *xml, const struct ed_xmldsig *sig,
                             const struct ed_ref *ref, unsigned char out[ED_HASH_MAX])
{
	struct ed_digest *d = ed_digest_new(ED_SHA256);
	enum edoc_code code = EDOC_OK;
	const char *slash = ref->name ? strrchr(ref->name, '/') : NULL;
	size_t i = ref->name ? ed_data_find(&data, slash ? slash + 1 : ref->name) : 0;
	bool outside = ref->kind == ED_REF_ENTRY || ref->kind == ED_REF_NAMELESS;

	if (ref->kind == ED_REF_REFUSED || (outside && i == ED_NO_DATA))
		code = EDOC_ERR_ABSENT;
	else if (outside)
		code = ed_xmldsig_write_bytes(ref, files[i].bytes, strlen(files[i].bytes),
		                              to_digest, d, &err);
	else
		code = ed_xmldsig_write(xml, sig, ref, NULL, to_digest, d, &err);
	if (!ed_digest_final(d, out))
		abort();
	ed_digest_free(d);
	return code == EDOC_OK;
}

/* Puts base64 in the place of the `was` bytes at `at`. */
static char *put(char *s, char *at, size_t was, const void *bytes, size_t len)
{
	struct ed_buf b64;
	char *out;

	ed_buf_init(&b64, 10000);
	ed_b64_put(&b64, bytes, len);
	out = malloc(strlen(s) + b64.len + 1);
	sprintf(out, "%.*s%s%s", (int)(at - s), s, ed_buf_str(&b64), at + was);
	ed_buf_clear(&b64);
	free(s);
	return out;
}

static bool is_open(xmlNodePtr ref)
{
	const char *value = ed_xml_text(ed_xml_child(ref, ED_NS_DS, "DigestValue", NULL), arena);

	return value && !strcmp(value, ZEROS);
}

/* The first reference of SignedInfo or of the Manifests without its digest. */
static xmlNodePtr open_reference(const struct ed_xmldsig *sig, bool manifest)
{
	xmlNodePtr top = manifest ? sig->node : sig->signed_info;

	for (xmlNodePtr p = top; p; p = ed_xml_following(p, top, false))
		if (ed_xml_is(p, ED_NS_DS, "Reference") && is_open(p) &&
		    (!manifest || ed_xml_is(p->parent, ED_NS_DS, "Manifest")))
			return p;
	return NULL;
}

static char *seal_references(char *s, const char *id, bool manifest)
{
	char start[100];

	snprintf(start, sizeof(start), "<ds:Signature xmlns:ds='" ED_NS_DS "'");
	for (;;) {
		unsigned char digest[ED_HASH_MAX];
		struct ed_findings findings;
		struct ed_xmldsig sig;
		struct ed_xml *xml;
		struct ed_ref ref;
		xmlNodePtr node;
		char *at = strstr(s, start);

		ed_findings_init(&findings, arena);
		if (!at || ed_xml_parse_any(s, strlen(s), "seal", ED_MAX_XML_BYTES, &xml, &err))
			return s;
		while (at && strncmp(strstr(at, " Id='") + 5, id, strlen(id)))
			at = strstr(at + 1, start);
		(void)ed_xmldsig_parse(xml, ed_xml_by_id(xml, id), false, arena, &findings, &sig);
		node = open_reference(&sig, manifest);
		if (node) {
			ed_xmldsig_reference(xml, &sig, node, false, arena, &findings, &ref);
			memset(digest, 1, sizeof(digest));
			(void)reference_digest(xml, &sig, &ref, digest);
		}
		ed_xml_free(xml);
		if (!node)
			return s;
		at = strstr(manifest ? strstr(at, "<ds:Manifest") : at, ZEROS);
		s = put(s, at, strlen(ZEROS), digest, 32);
	}
}

/* Digests and value made right. */
static char *seal(char *s, const char *id)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_findings findings;
	struct ed_sigalg alg;
	struct ed_xmldsig sig;
	struct ed_xml *xml;
	struct ed_buf value;
	char mark[100];

	s = seal_references(s, id, true);
	s = seal_references(s, id, false);
	ed_findings_init(&findings, arena);
	if (ed_xml_parse_any(s, strlen(s), "seal", ED_MAX_XML_BYTES, &xml, &err)) {
		ok(false, "seal: %s", err.msg);
		return s;
	}
	(void)ed_xmldsig_parse(xml, ed_xml_by_id(xml, id), false, arena, &findings, &sig);
	ed_key_sigalg(zarina, &alg);
	ed_buf_init(&value, 10000);
	if (ed_xmldsig_info_digest(xml, &sig, digest, &err) ||
	    ed_sign_xml(zarina, &alg, digest, 32, &value, &err))
		ok(false, "seal: %s", err.msg);
	snprintf(mark, sizeof(mark), "Id='%s-v'>AAAA", id);
	s = put(s, strstr(s, mark) + strlen(mark) - 4, 4, value.data, value.len);
	ed_buf_clear(&value);
	ed_xml_free(xml);
	return s;
}

/* before, the signature, after: sealed. */
static char *document(const char *before, const char *refs, const char *objects, const char *after)
{
	char *sig = signature("S", refs, objects), *s;

	if (asprintf(&s, "%s%s%s", before, sig, after) < 0)
		abort();
	free(sig);
	return seal(s, "S");
}

static char *swap(char *s, const char *old, const char *fresh)
{
	char *at = strstr(s, old), *out;

	if (!at) {
		ok(false, "the text holds %s", old);
		return s;
	}
	if (asprintf(&out, "%.*s%s%s", (int)(at - s), s, fresh, at + strlen(old)) < 0)
		abort();
	free(s);
	return out;
}

/* ---- checking ---- */

static enum edoc_code check(const char *s, struct ed_ades **sigs, size_t *n)
{
	static struct ed_material material;

	memset(&err, 0, sizeof(err));
	ed_material_init(&material, arena);
	return ed_xades_read(s, strlen(s), "doc.xml", ED_MAX_XML_BYTES, &data, &material, arena,
	                     sigs, n, &err);
}

static bool clean(const struct ed_ades *x)
{
	for (size_t i = 0; i < x->findings.n; i++) {
		const struct ed_rule *rule = ed_rule(x->findings.v[i].code);

		if (!rule || rule->severity == EDOC_ERROR)
			return false;
	}
	return x->intact_data && x->intact_signature && x->bound && x->signer && !x->findings.lost;
}

static void show(const struct ed_ades *x)
{
	printf("#      data %d value %d bound %d level %s\n", x->intact_data, x->intact_signature,
	       x->bound, x->level);
	for (size_t i = 0; i < x->findings.n; i++)
		printf("#      %s (%s) %s %s\n", x->findings.v[i].code, x->findings.v[i].where,
		       x->findings.v[i].args[0] ? x->findings.v[i].args[0] : "",
		       x->findings.v[i].args[1] ? x->findings.v[i].args[1] : "");
}

/* Frees s.  It passes, and covers that. */
static void good(char *s, const char *packaging, const char *covers, const char *what)
{
	struct ed_ades *sigs;
	size_t n;

	if (is_ok(check(s, &sigs, &n), &err, what) && n >= 1) {
		if (!ok(clean(&sigs[0]), "%s: passes", what))
			show(&sigs[0]);
		is_str(sigs[0].packaging, packaging, what);
		is_str(sigs[0].n_covers ? sigs[0].covers[0] : "", covers, what);
	}
	ed_ades_clear(sigs, n);
	free(s);
}

/* Frees s.  It does not pass, and says why. */
static void bad(char *s, const char *code, const char *what)
{
	struct ed_ades *sigs;
	size_t n;

	if (is_ok(check(s, &sigs, &n), &err, what) && n >= 1) {
		bool found = ed_findings_have(&sigs[0].findings, code);

		if (!ok(found && ed_rule(code) && !clean(&sigs[0]), "%s: %s", what, code))
			show(&sigs[0]);
	}
	ed_ades_clear(sigs, n);
	free(s);
}

/* ---- tests ---- */

#define DOC "<doc><!-- a --><p>Order</p>"
#define END "<q/></doc>"

static void enveloped(void)
{
	static const struct {
		const char *refs, *what;
	} forms[] = {
	        {R("URI=''", ENVELOPED), "enveloped"},
	        {R("URI=''", ENVELOPED T(EXC)), "enveloped, exclusive"},
	        {R("URI=''", ENVELOPED T(C14N)), "enveloped, C14N 1.0"},
	        {R("URI=''", ENVELOPED T("http://www.w3.org/2006/12/xml-c14n11")),
	         "enveloped, C14N 1.1"},
	        {R("URI=''", ENVELOPED T(EXC "WithComments")), "with comments, that are left out"},
	        {R("URI='#xpointer(/)'", ENVELOPED T(EXC "WithComments")), "with comments"},
	        {R("URI='#xpointer(/)'", ENVELOPED), "an XPointer to the root"},
	        {R("URI=''", SUBTRACT("/descendant::ds:Signature") T(EXC)), "filter 2"},
	        {R("URI=''", SUBTRACT(" /descendant::ds:Signature ")), "filter 2 with spaces"},
	        {R("URI=''", SUBTRACT("/*/ds:Signature")), "filter 2, the root's children"},
	        {R("URI=''", SUBTRACT("/descendant::*[name()='ds:Signature']")),
	         "filter 2, by the prefix"},
	        {R("URI=''", NOT_SIGNATURE("not(ancestor-or-self::ds:Signature)") T(EXC)),
	         "XPath of all signatures"},
	        {R("URI=''", ENVELOPED SUBTRACT("/descendant::ds:Signature") T(EXC)),
	         "two that leave signatures out"},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		good(document(DOC, forms[i].refs, "", END), "enveloped", "doc.xml", forms[i].what);
	good(document("<doc Id='r'>", R("URI='#r'", ENVELOPED), "", END), "enveloped", "doc.xml",
	     "the root by its Id");
	good(document("<doc Id='r'>", R("URI=\"#xpointer(id('r'))\"", ENVELOPED), "", END),
	     "enveloped", "doc.xml", "the root by an XPointer");
	bad(swap(document(DOC, forms[0].refs, "", END), "Order", "Odder"), "reference.digest",
	    "the document changed");
	good(swap(document(DOC, forms[0].refs, "", END), "<!-- a -->", "<!-- b -->"), "enveloped",
	     "doc.xml", "a comment changed that is not signed");
	bad(swap(document(DOC, forms[5].refs, "", END), "<!-- a -->", "<!-- b -->"),
	    "reference.digest", "a comment changed that is signed");
	good(swap(document(DOC, forms[7].refs, "", END), "<q/>",
	          "<ds:Signature xmlns:ds='" ED_NS_DS "'/><q/>"),
	     "enveloped", "doc.xml", "another signature added, that this one leaves out");
	bad(swap(document(DOC, forms[9].refs, "", END), "<q/>",
	         "<q><ds:Signature xmlns:ds='" ED_NS_DS "'/></q>"),
	    "reference.digest", "one added deeper than its form leaves out");
	bad(swap(document(DOC, forms[10].refs, "", END), "<q/>",
	         "<q/><ds:Signature xmlns:ds='urn:evil'>x</ds:Signature>"),
	    "reference.digest", "an element that only bears the name");
}

static void refused(void)
{
	static const char *const forms[] = {
	        T("http://www.w3.org/TR/1999/REC-xslt-19991116"),
	        NOT_SIGNATURE("not(ancestor-or-self::ds:Object)"),
	        NOT_SIGNATURE("ancestor-or-self::p"),
	        NOT_SIGNATURE("not(ancestor-or-self::Signature)"),
	        NOT_SIGNATURE("not(ancestor-or-self::xades:Signature)"),
	        SUBTRACT("/descendant::p"),
	        SUBTRACT("/descendant::ds:Object"),
	        SUBTRACT("/descendant::ds:Signature | //p"),
	        SUBTRACT("/descendant::none:Signature"),
	        "<ds:Transform Algorithm='" FILTER2 "'><f:XPath xmlns:f='" FILTER2
	        "' Filter='intersect'>//p</f:XPath></ds:Transform>",
	        "<ds:Transform Algorithm='" FILTER2 "'><f:XPath xmlns:f='" FILTER2
	        "' Filter='subtract'>/descendant::ds:Signature</f:XPath><f:XPath xmlns:f='" FILTER2
	        "' Filter='subtract'>//p</f:XPath></ds:Transform>",
	        SUBTRACT("/descendant::ds:Signature") SUBTRACT("/descendant::ds:Signature"),
	        ENVELOPED ENVELOPED,
	        T(EXC) ENVELOPED,
	        ENVELOPED T(EXC) T(C14N),
	        ENVELOPED T(ED_NS_DS "base64"),
	        T(ED_NS_DS "base64") T(ED_NS_DS "base64"),
	        T("http://www.w3.org/2002/07/decrypt#XML"),
	        T("http://schemas.openxmlformats.org/package/2006/RelationshipTransform"),
	        T("urn:unknown"),
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		char refs[2000], what[100];

		snprintf(refs, sizeof(refs), R("URI=''", "%s"), forms[i]);
		snprintf(what, sizeof(what), "X27-X29 transform %zu", i);
		bad(document(DOC, refs, "", END), "reference.transform-refused", what);
	}
	bad(document(DOC, R("URI='#xpointer(//p)'", ENVELOPED), "", END), "reference.refused",
	    "X27 another XPointer");
	bad(document(DOC, R("URI='doc.xml#p'", ENVELOPED), "", END), "reference.refused",
	    "X34 a part of another document");
	bad(document(DOC, R("URI='http://example.org/'", T(EXC)), "", END), "reference.absent",
	    "X34 nothing is fetched");
	bad(document(DOC, R("URI='file:///etc/passwd'", T(EXC)), "", END), "reference.absent",
	    "X34 nor opened");
	bad(document(DOC, R("URI='#S'", ENVELOPED), "", END), "reference.unreadable",
	    "a reference that leaves nothing");
	bad(document(DOC, R("URI='card.xml'", ENVELOPED), "", END), "reference.unreadable",
	    "enveloped in another document");
	bad(document(DOC, R("URI='order.txt'", T(EXC)), "", END), "reference.unreadable",
	    "canonical form of text");
}

static void enveloping(void)
{
	good(document("", PLAIN("URI='#o'"), "<ds:Object Id='o'><p>Order</p></ds:Object>", ""),
	     "enveloping", "#o", "an Object");
	good(document("", R("URI='#o'", T(EXC)), "<ds:Object Id='o'><p>Order</p></ds:Object>", ""),
	     "enveloping", "#o", "an Object, exclusive");
	good(document("", R("URI='#o'", T(ED_NS_DS "base64")),
	              "<ds:Object Id='o'>T3Jk\nZXI=</ds:Object>", ""),
	     "enveloping", "#o", "base64");
	good(document("", R("URI='#p'", T(EXC)), "<ds:Object><p Id='p'>Order</p></ds:Object>", ""),
	     "enveloping", "#p", "what an Object holds");
	bad(document("", R("URI='#o'", T(ED_NS_DS "base64")), "<ds:Object Id='o'>!</ds:Object>",
	             ""),
	    "reference.unreadable", "no base64");
	bad(document("", PLAIN("URI='#o'"),
	             "<ds:Object Id='o'>a</ds:Object><ds:Object>b</ds:Object>", ""),
	    "signature.object-unsigned", "X12 another Object, that is not signed");
	bad(swap(document("", PLAIN("URI='#o'"), "<ds:Object Id='o'><p/></ds:Object>", ""), "<p/>",
	         "<r/>"),
	    "reference.digest", "the Object changed");
	bad(swap(document("", PLAIN("URI='#o'"), "<ds:Object Id='o'>a</ds:Object>", ""),
	         "<ds:Object Id='o'>a</ds:Object>",
	         "<ds:Object Id='e'>b</ds:Object><ds:Object><w><ds:Object "
	         "Id='o'>a</ds:Object></w></ds:Object>"),
	    "reference.misplaced", "X11 the signed Object moved, another in its place");
	bad(swap(document("", PLAIN("URI='#o'"), "<ds:Object Id='o'>a</ds:Object>", ""),
	         "<ds:Object Id='o'>a</ds:Object>",
	         "<ds:Object Id='o'>b</ds:Object><ds:Object ID='o'>a</ds:Object>"),
	    "reference.refused", "X14 two Objects with one Id");
}

/* X01-X08 of a part of the document and of its root. */
static void wrapping(void)
{
	static const char part[] = "<p Id='p'>Order</p>";
	static const char *const homes[] = {
	        "<p>Evil</p><w><p Id='p'>Order</p></w>", "<w><p Id='p'>Order</p></w><p>Evil</p>",
	        "<p Id='e'>Evil<p Id='p'>Order</p></p>", "<p>Evil</p><p Id='p'>Order</p>"};
	char *s;

	for (size_t i = 0; i < sizeof(homes) / sizeof(*homes); i++)
		bad(swap(document("<doc><p Id='p'>Order</p>", R("URI='#p'", T(EXC)), "", "</doc>"),
		         part, homes[i]),
		    "document.part-unsigned", "X01-X04 the signed part beside a false one");
	bad(swap(document("<doc><p Id='p'>Order</p>", R("URI='#p'", T(EXC)), "", "</doc>"), part,
	         "<p Id='p'>Evil</p>"),
	    "reference.digest", "the part exchanged");
	bad(swap(document("<doc><p Id='p'>Order</p>", R("URI='#p'", T(EXC)), "", "</doc>"), part,
	         "<p Id='p'>Evil</p><p id='p'>Order</p>"),
	    "reference.refused", "X14 the Id twice");
	good(document("<doc><p Id='p'>Order</p>", R("URI='#p'", T(EXC)), "", "</doc>"), "detached",
	     "#p", "a part that is all there is");
	/* The root with its signature, moved into another document. */
	s = document("<doc Id='r'><p>Order</p>", R("URI='#r'", ENVELOPED), "", "</doc>");
	s = swap(s, "<doc Id='r'>", "<evil><p>Evil</p><doc Id='r'>");
	bad(swap(s, "</doc>", "</doc></evil>"), "document.part-unsigned",
	    "X05-X08 a document around the signed one");
	s = document("<doc Id='r'><p>Order</p>", R("URI='#r'", ENVELOPED T(EXC)), "", "</doc>");
	s = swap(s, "<doc Id='r'>", "<doc Id='e'><p>Evil</p><w><doc Id='r'>");
	bad(swap(s, "</doc>", "</doc></w></doc>"), "document.part-unsigned",
	    "X05-X08 a document of its own kind around it");
	s = document("<doc><p>Order</p>", R("URI=''", ENVELOPED), "", "</doc>");
	bad(swap(swap(s, "<doc>", "<doc><w><doc>"), "</doc>", "</doc></w></doc>"),
	    "reference.digest", "a whole document wrapped");
}

static void detached(void)
{
	good(document("", PLAIN("URI='order.txt'"), "", ""), "detached", "order.txt", "by name");
	good(document("", PLAIN("URI='folder/order.txt'"), "", ""), "detached", "order.txt",
	     "in another folder");
	good(document("", PLAIN("URI='order%2Etxt'"), "", ""), "detached", "order.txt", "escaped");
	good(document("", PLAIN(""), "", ""), "detached", "order.txt", "without a name");
	good(swap(document("", PLAIN("URI='order.txt'"), "", ""), "<ds:KeyInfo>",
	          "<ds:KeyInfo><ds:KeyName>x</ds:KeyName>"),
	     "detached", "order.txt", "a KeyName");
	good(document("", R("URI='card.xml'", T(EXC)), "", ""), "detached", "card.xml",
	     "the canonical form of a file");
	files[0].name = "renamed.txt";
	{
		char *s = document("", PLAIN("URI='renamed.txt'"), "", "");

		files[0].name = "again.txt";
		good(s, "detached", "again.txt", "renamed: found by its digest");
	}
	files[0].name = "order.txt";
	{
		char *s = document("", PLAIN("URI='order.txt'"), "", "");

		files[0].bytes = "Order 13\n";
		bad(strdup(s), "reference.digest", "the file changed");
		files[0].name = "x";
		bad(strdup(s), "reference.absent", "changed and renamed");
		files[0].name = "order.txt";
		data.n = 0;
		bad(s, "reference.absent", "no file given");
		data.n = 3;
		files[0].bytes = "Order 12\n";
	}
	bad(document("", PLAIN("URI='none.txt'"), "", ""), "reference.absent", "not given");
}

#define MANIFEST(entries) "<ds:Object><ds:Manifest Id='m'>" entries "</ds:Manifest></ds:Object>"

static void manifests(void)
{
	static const char refs[] = PLAIN("Type='" ED_NS_DS "Manifest' URI='#m'");
	static const char two[] = MANIFEST(PLAIN("URI='order.txt'") PLAIN("URI='card.xml'"));
	struct ed_ades *sigs;
	size_t n;
	char *s;

	good(document("", refs, two, ""), "enveloping", "order.txt", "a manifest of two files");
	s = document("", refs, two, "");
	files[0].bytes = "Order 13\n";
	bad(strdup(s), "reference.digest", "a file of it changed");
	files[0].bytes = "Order 12\n";
	data.n = 1;
	is_ok(check(s, &sigs, &n), &err, "a file of it not given");
	ok(n == 1 && sigs[0].intact_data && !clean(&sigs[0]) &&
	           ed_findings_have(&sigs[0].findings, "reference.absent"),
	   "leaves the signature as it is, and is told");
	ed_ades_clear(sigs, n);
	data.n = 3;
	bad(swap(s, "URI='card.xml'", "URI='order.txt'"), "reference.digest", "the list changed");
	bad(document("", refs,
	             MANIFEST(R("URI='order.txt'",
	                        T("http://www.w3.org/TR/1999/REC-xslt-19991116"))),
	             ""),
	    "reference.transform-refused", "a transform in it");
	bad(document("", refs,
	             MANIFEST(PLAIN("URI='#twice'")) "<ds:Object "
	                                             "Id='twice'>a</ds:Object><ds:Object "
	                                             "Id='twice'>b</ds:Object>",
	             ""),
	    "reference.refused", "an Id in it that is given twice");
	bad(swap(document("", refs, two, ""), "<ds:Object><ds:Manifest Id='m'>",
	         "<ds:Object><w/><ds:Manifest Id='m'>"),
	    "signature.object-unsigned", "something beside the manifest");
}

static void several(void)
{
	char *a = signature("A", R("URI=''", SUBTRACT("/descendant::ds:Signature")), "");
	char *b = signature("B", R("URI=''", SUBTRACT("/descendant::ds:Signature")), "");
	struct ed_ades *sigs;
	char *s = NULL;
	size_t n;

	if (asprintf(&s, "<doc><p>Order</p>%s%s</doc>", a, b) < 0)
		abort();
	s = seal(seal(s, "A"), "B");
	is_ok(check(s, &sigs, &n), &err, "X44 two signatures in a document");
	ok(n == 2 && clean(&sigs[0]) && clean(&sigs[1]), "both pass");
	ed_ades_clear(sigs, n);
	s = swap(s, "Id='A-v'>", "Id='A-v'>AAAA");
	is_ok(check(s, &sigs, &n), &err, "X44 the first broken");
	ok(n == 2 && !clean(&sigs[0]) && clean(&sigs[1]), "the other is judged by itself");
	ed_ades_clear(sigs, n);
	free(s);
	free(a);
	free(b);
}

#define COUNTER(type)                                                                              \
	"<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>%s"  \
	"</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties>" \
	"</xades:QualifyingProperties>"

static void counter(void)
{
	static const char *const types[] = {
	        "Type='http://uri.etsi.org/01903#CountersignedSignature' URI='#S-v'", "URI='#S-v'",
	        "URI='order.txt'"};

	for (size_t i = 0; i < 3; i++) {
		char refs[1000], *sig, *property = NULL, *s;
		struct ed_ades *sigs;
		size_t n;

		snprintf(refs, sizeof(refs), PLAIN("%s"), types[i]);
		sig = signature("C", refs, "");
		if (asprintf(&property, COUNTER(""), sig) < 0)
			abort();
		s = document("", PLAIN("URI='order.txt'"), "", "");
		s = seal(swap(s, "</xades:QualifyingProperties>", property), "C");
		is_ok(check(s, &sigs, &n), &err, types[i]);
		if (!ok(n == 1 && clean(&sigs[0]) && sigs[0].n_counter == 1, "the parent passes"))
			show(&sigs[0]);
		if (!ok(clean(&sigs[0].counter[0]) == (i < 2), "%s: the counter-signature %s",
		        types[i], i < 2 ? "passes" : "does not"))
			show(&sigs[0].counter[0]);
		if (i == 2)
			ok(ed_findings_have(&sigs[0].counter[0].findings, "counter.not-parent"),
			   "X39 it signs something else");
		ed_ades_clear(sigs, n);
		free(s);
		free(sig);
		free(property);
	}
}

static void names(void)
{
	static const char *const same[][2] = {
	        {"CN=Test CA,O=Test", "CN=Test CA,O=Test"},
	        {"CN=Test CA, O=Test", "O=Test,CN=Test CA"},
	        {"cn=test  ca,o=TEST", "CN=Test CA,O=Test"},
	        {"E=a@b.c,CN=x", "1.2.840.113549.1.9.1=a@b.c,CN=x"},
	        {"EMAILADDRESS=a@b.c,CN=x", "OID.1.2.840.113549.1.9.1=#16056140622e63,CN=x"},
	        {"CN=a\\, b", "CN=\"a, b\""},
	        {"CN=\\C4\\8Cesk\\C3\\A1", "CN=Česká"},
	        {"ST=x+CN=y", "CN=y,S=x"},
	        {"2.5.4.97=#0c03616263", "organizationIdentifier=abc"},
	};
	static const char *const other[][2] = {
	        {"CN=Test CA,O=Test", "CN=Test CA"},
	        {"CN=a,CN=a", "CN=a,CN=b"},
	        {"CN=a", "O=a"},
	        {"", ""},
	        {"CN", "CN"},
	        {"CN=a,O=b", "CN=b,O=a"},
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		ok(ed_dn_alike(same[i][0], same[i][1], arena), "%s is %s", same[i][0], same[i][1]);
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		ok(!ed_dn_alike(other[i][0], other[i][1], arena), "%s is not %s", other[i][0],
		   other[i][1]);
}

/* ---- others' eyes ---- */

static bool xmlsec_likes(const char *s)
{
	const char *tmp = getenv("TMPDIR"), *src = getenv("SRCDIR");
	char path[2048], command[8192];
	FILE *f;
	int status;

	snprintf(path, sizeof(path), "%s/xadesdocs-%ld.xml", tmp ? tmp : "/tmp", (long)getpid());
	f = fopen(path, "wb");
	if (!f || fputs(s, f) < 0 || fclose(f))
		return false;
	snprintf(command, sizeof(command),
	         "xmlsec1 --verify --verification-time '2026-03-05 04:11:09' "
	         "--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties "
	         "--trusted-pem '%s/testdata/pki/root.pem' '%s' >/dev/null 2>&1",
	         src ? src : ".", path);
	status = system(command);
	unlink(path);
	return status == 0;
}

static void xmlsec(void)
{
	static const char *const refs[] = {
	        R("URI=''", ENVELOPED),
	        R("URI=''", ENVELOPED T(EXC)),
	        R("URI=''", SUBTRACT("/descendant::ds:Signature") T(EXC)),
	        R("URI=''", NOT_SIGNATURE("not(ancestor-or-self::ds:Signature)")),
	        R("URI='#xpointer(/)'", ENVELOPED T(C14N "#WithComments")),
	};

	if (system("command -v xmlsec1 >/dev/null 2>&1")) {
		printf("ok %d - xmlsec1 # SKIP not installed\n", ++tap_n);
		return;
	}
	for (size_t i = 0; i < sizeof(refs) / sizeof(*refs); i++) {
		char *s = document(DOC, refs[i], "", END);

		ok(xmlsec_likes(s), "xmlsec1 verifies form %zu", i);
		s = swap(s, "Order", "Odder");
		ok(!xmlsec_likes(s), "and sees the change");
		free(s);
	}
}

static int passphrase(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	snprintf(buf, size, "edoc");
	return 4;
}

/* KeyInfo and SigningCertificateV2 as xadesmake.c writes them. */
static char *part(const char *s, const char *begin, const char *end)
{
	const char *a = strstr(s, begin), *b = strstr(a, end);

	return strndup(a, (size_t)(b - a) + strlen(end));
}

static bool set_up(void)
{
	const char *src = getenv("SRCDIR");
	struct ed_xades_input input = {.name = "x", .media_type = "text/plain"};
	struct ed_xades_spec spec = {.at = 1772683869, .hash = ED_SHA256, .inputs = &input, .n = 1};
	struct ed_buf xml;
	char path[4096];

	arena = ed_arena_new();
	snprintf(path, sizeof(path), "%s/testdata/pki/zarina.p12", src ? src : ".");
	if (!is_ok(edoc_key_load(path, NULL, NULL, passphrase, NULL, &zarina, &err), &err, path))
		return false;
	spec.key = zarina;
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	if (!is_ok(ed_xades_make(&spec, &xml, &err), &err, "a signature to take parts from"))
		return false;
	key_info = part(ed_buf_str(&xml), "<ds:KeyInfo>", "</ds:KeyInfo>");
	named = part(ed_buf_str(&xml), "<xades:SigningCertificateV2>",
	             "</xades:SigningCertificateV2>");
	ed_buf_clear(&xml);
	return true;
}

int main(void)
{
	if (set_up()) {
		enveloped();
		refused();
		enveloping();
		wrapping();
		detached();
		manifests();
		several();
		counter();
		names();
		xmlsec();
	}
	free(key_info);
	free(named);
	edoc_key_free(zarina);
	ed_arena_free(arena);
	return done();
}
