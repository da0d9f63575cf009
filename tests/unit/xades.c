/* SPDX-License-Identifier: ISC */
/*
 * XAdES: what we make is good; then the same with one defect each, most of
 * them sealed again with the signer's key, so that nothing but the defect can
 * be what refuses it.  The X numbers are those of the attack catalogue.
 */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../tap.h"
#include "signdigest.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "door/x509.h"
#include "door/zip.h"
#include "judge/rules.h"
#include "signature/xades.h"

#define AT 1772683869 /* 2026-03-05T04:11:09Z */
#define ROLE "Сардори шӯъба <1> & \"2\""
#define HEAD "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct edoc_error err;
static struct ed_arena *arena;
static struct edoc_key *zarina, *farrukh;
static char *text; /* the good signature */

static const struct {
	const char *name, *type, *bytes;
} documents[] = {{"order.txt", "text/plain", "Фармоиш №12\n"},
                 {"Замима 1 & <2>.pdf", "application/pdf", "%PDF-"}};

static const char *changed = ""; /* that document has other bytes today */

static const char *bytes_of(size_t i)
{
	return strcmp(documents[i].name, changed) ? documents[i].bytes : "x";
}

static const char *data_name(void *arg, size_t i)
{
	(void)arg;
	return documents[i].name;
}

static enum edoc_code data_digest(void *arg, size_t i, enum ed_hash hash,
                                  unsigned char out[ED_HASH_MAX], struct edoc_error *e)
{
	(void)arg;
	(void)e;
	return ed_hash_bytes(hash, bytes_of(i), strlen(bytes_of(i)), out) ? EDOC_OK
	                                                                  : EDOC_ERR_MEMORY;
}

static enum edoc_code data_read(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *e)
{
	(void)arg;
	ed_buf_puts(buf, bytes_of(i));
	return ed_buf_check(buf, documents[i].name, e);
}

static struct ed_data data = {
        .container = true, .n = 2, .name = data_name, .digest = data_digest, .read = data_read};

/* ---- texts ---- */

/* s with the first `old` replaced; freed by the caller. */
static char *swap(const char *s, const char *old, const char *fresh)
{
	const char *at = strstr(s, old);
	char *out;

	if (!at) {
		ok(false, "the text holds %s", old);
		return strdup(s);
	}
	out = malloc(strlen(s) + strlen(fresh) + 1);
	sprintf(out, "%.*s%s%s", (int)(at - s), s, fresh, at + strlen(old));
	return out;
}

static char *swap_free(char *s, const char *old, const char *fresh)
{
	char *out = swap(s, old, fresh);

	free(s);
	return out;
}

/* What stands between the first `begin` and the next `end`, with both. */
static char *cut(const char *s, const char *begin, const char *end)
{
	const char *a = strstr(s, begin), *b = a ? strstr(a, end) : NULL;

	if (!b) {
		ok(false, "the text holds %s ... %s", begin, end);
		return strdup("");
	}
	return strndup(a, (size_t)(b - a) + strlen(end));
}

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static void digest_node(const struct ed_xml *xml, xmlNodePtr node, unsigned char out[ED_HASH_MAX])
{
	struct ed_digest *d = ed_digest_new(ED_SHA256);

	if (ed_c14n(xml, node, ED_C14N_EXC, false, NULL, NULL, to_digest, d, &err) != EDOC_OK ||
	    !ed_digest_final(d, out))
		ok(false, "digest: %s", err.msg);
	ed_digest_free(d);
}

/* Puts base64 of bytes between the last `open` before `limit` and what follows. */
static char *fill(char *s, const char *from, const char *tag, const void *bytes, size_t len)
{
	char *a = strstr(s, from), *b, *out;
	struct ed_buf b64;

	a = a ? strstr(a, tag) : NULL;
	a = a ? strchr(a, '>') : NULL;
	b = a ? strstr(a, "</") : NULL;
	if (!b) {
		ok(false, "the text holds %s", tag);
		return s;
	}
	ed_buf_init(&b64, 10000);
	ed_b64_put(&b64, bytes, len);
	out = malloc(strlen(s) + b64.len + 1);
	sprintf(out, "%.*s%s%s", (int)(a + 1 - s), s, ed_buf_str(&b64), b);
	ed_buf_clear(&b64);
	free(s);
	return out;
}

/* Makes the arithmetic right again: the digest of the element that the
 * properties' reference names, and the value. */
static char *seal(char *s)
{
	struct ed_xml *xml = NULL;
	unsigned char digest[ED_HASH_MAX];
	struct ed_buf value;
	char *ref = strstr(s, "URI=\"#S-");
	xmlNodePtr node;

	ed_buf_init(&value, 10000);
	if (ref) {
		char id[100];

		snprintf(id, sizeof(id), "%.*s", (int)strcspn(ref + 6, "\""), ref + 6);
		if (ed_xml_parse(s, strlen(s), "seal", ED_MAX_XML_BYTES, &xml, &err) != EDOC_OK)
			ok(false, "seal: %s", err.msg);
		node = xml ? ed_xml_by_id(xml, id) : NULL;
		if (node) {
			digest_node(xml, node, digest);
			s = fill(s, "URI=\"#S-", "<ds:DigestValue", digest, 32);
		}
		ed_xml_free(xml);
	}
	if (ed_xml_parse(s, strlen(s), "seal", ED_MAX_XML_BYTES, &xml, &err) != EDOC_OK)
		ok(false, "seal: %s", err.msg);
	if (xml) {
		node = ed_xml_first(ed_xml_first(xmlDocGetRootElement(xml->doc)));
		digest_node(xml, node, digest);
		if (!sign_digest(zarina, digest, &value))
			ok(false, "seal");
		s = fill(s, "</ds:SignedInfo>", "<ds:SignatureValue", value.data, value.len);
	}
	ed_xml_free(xml);
	ed_buf_clear(&value);
	return s;
}

/* ---- checking ---- */

static struct ed_material material;

static enum edoc_code check(const char *s, struct ed_ades **sigs, size_t *n)
{
	memset(&err, 0, sizeof(err));
	ed_material_init(&material, arena);
	return ed_xades_read(s, strlen(s), "META-INF/signatures-1.xml", ED_MAX_XML_BYTES, &data,
	                     &material, arena, sigs, n, &err);
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

/* Frees s.  The finding is there, a rule explains it, and it does not pass. */
static void bad(char *s, const char *code, const char *what)
{
	struct ed_ades *sigs;
	size_t n;

	if (is_ok(check(s, &sigs, &n), &err, what) && n >= 1) {
		bool found = ed_findings_have(&sigs[0].findings, code);

		if (!ok(found && ed_rule(code) && !clean(&sigs[0]), "%s: %s", what, code))
			show(&sigs[0]);
		if ((!strcmp(code, "properties.reference-elsewhere") ||
		     !strcmp(code, "properties.digest")) &&
		    sigs[0].role)
			ok(false, "%s: what is not signed comes out: %s", what, sigs[0].role);
	}
	ed_ades_clear(sigs, n);
	free(s);
}

/* Frees s.  It passes; code, when given, is among its findings. */
static void good(char *s, const char *code, const char *level, const char *what)
{
	struct ed_ades *sigs;
	size_t n;

	if (is_ok(check(s, &sigs, &n), &err, what) && n >= 1) {
		if (!ok(clean(&sigs[0]), "%s: passes", what))
			show(&sigs[0]);
		if (code)
			ok(ed_findings_have(&sigs[0].findings, code), "%s: %s", what, code);
		is_str(sigs[0].level, level, what);
	}
	ed_ades_clear(sigs, n);
	free(s);
}

static void refused(char *s, const char *word, const char *what)
{
	struct ed_ades *sigs;
	size_t n;

	fails(check(s, &sigs, &n), EDOC_ERR_INPUT, &err, word, what);
	ok(n == 0 && !sigs, "%s: nothing comes out", what);
	free(s);
}

/* ---- making ---- */

static char *make(const struct edoc_key *key, const char *role, const char *commitment,
                  const char *head)
{
	struct ed_xades_input inputs[2];
	const char *const roles[] = {role, NULL};
	struct ed_xades_spec spec = {.words = {.key = key,
	                                       .at = AT,
	                                       .roles = roles,
	                                       .commitment = commitment,
	                                       .ledger_head = head},
	                             .hash = ED_SHA256,
	                             .inputs = inputs,
	                             .n = 2};
	struct ed_buf xml;
	char *s = NULL;

	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	for (size_t i = 0; i < 2; i++) {
		inputs[i].name = documents[i].name;
		inputs[i].media_type = documents[i].type;
		data_digest(NULL, i, ED_SHA256, inputs[i].digest, NULL);
	}
	if (ed_xades_make(&spec, &xml, &err) == EDOC_OK)
		s = strdup(ed_buf_str(&xml));
	ed_buf_clear(&xml);
	return s;
}

static void made(void)
{
	struct ed_ades *sigs;
	size_t n;
	char *again;

	is_ok(check(text, &sigs, &n), &err, "what we made is read");
	if (!is_int(n, 1, "one signature"))
		return;
	if (!ok(clean(&sigs[0]), "it passes"))
		show(&sigs[0]);
	is_str(sigs[0].level, "XAdES-BASELINE-B", "level");
	is_int(sigs[0].findings.n, 0, "no finding at all");
	is_int(sigs[0].claimed_time, AT, "time");
	is_str(sigs[0].role, ROLE, "role");
	is_str(sigs[0].commitment, "approval", "commitment");
	is_str(sigs[0].ledger_head, HEAD, "ledger head");
	is_int(sigs[0].n_covers, 2, "two documents covered");
	is_str(sigs[0].covers[1], documents[1].name, "by their names");
	ok(strstr(sigs[0].signer->subject, "Зарина") != NULL, "the signer");
	is_int(sigs[0].n_material, 2, "the chain came along");
	is_str(sigs[0].where, "META-INF/signatures-1.xml", "the entry");
	ed_ades_clear(sigs, n);

	again = make(zarina, ROLE, "approval", HEAD);
	char *a = cut(text, "<asic:", "</ds:SignedInfo>"),
	     *b = cut(again, "<asic:", "</ds:SignedInfo>");
	is_str(b, a, "the same input gives the same SignedInfo");
	free(a);
	free(b);
	free(again);
	good(make(farrukh, NULL, NULL, NULL), NULL, "XAdES-BASELINE-B", "RSA, nothing claimed");
	ok(!make(zarina, NULL, "revenge", NULL) && err.code == EDOC_ERR_USAGE,
	   "no such commitment");
	ok(!make(zarina, NULL, NULL, HEAD) && err.code == EDOC_ERR_USAGE,
	   "a head without commitment");
	ok(!make(zarina, "a\033[2J", NULL, NULL) && err.code == EDOC_ERR_USAGE, "ESC in a role");
	ok(!make(zarina, "a\xff", NULL, NULL) && err.code == EDOC_ERR_USAGE, "no UTF-8 in a role");
	ok(!make(zarina, "", NULL, NULL) && err.code == EDOC_ERR_USAGE, "an empty role");
}

/* ---- one defect each ---- */

static void documents_changed(void)
{
	struct ed_ades *sigs;
	size_t n;

	changed = "order.txt";
	is_ok(check(text, &sigs, &n), &err, "a document changed");
	ok(!sigs[0].intact_data && sigs[0].intact_signature && sigs[0].n_covers == 1,
	   "one covered, the value still right");
	ok(ed_findings_have(&sigs[0].findings, "reference.digest"), "reference.digest");
	ed_ades_clear(sigs, n);
	changed = "";
	bad(seal(swap(text, "URI=\"order.txt\"", "URI=\"gone.txt\"")), "reference.absent",
	    "a document that is not there");
	bad(seal(swap(text, "URI=\"order.txt\"", "URI=\"ORDER.TXT\"")), "reference.absent",
	    "X35 another case");
	bad(seal(swap(text, "URI=\"%D0%97", "URI=\"%d0%97%CC%86")), "reference.absent",
	    "X35 another composition");
	bad(seal(swap(text, "%201%20", "+1%20")), "reference.absent", "X35 plus is no space");
	good(seal(swap(text, "URI=\"order.txt\"", "URI=\"/order.txt\"")), NULL, "XAdES-BASELINE-B",
	     "container-absolute, as X-Road writes");
	good(seal(swap(text, "URI=\"order.txt\"", "URI=\"%6Frder.txt\"")), NULL, "XAdES-BASELINE-B",
	     "an escape that was not needed");
}

static void uris(void)
{
	static const char *const uris[] = {"",
	                                   "#",
	                                   "http://example.org/order.txt",
	                                   "file:///etc/passwd",
	                                   "file:order.txt",
	                                   "//order.txt",
	                                   "../order.txt",
	                                   "a/../order.txt",
	                                   "./order.txt",
	                                   "%2e%2e/order.txt",
	                                   "order.txt#part",
	                                   "order.txt?x",
	                                   "order%2Ftxt",
	                                   "order%00.txt",
	                                   "order%ZZ.txt",
	                                   "a\\order.txt",
	                                   "order .txt",
	                                   "#xpointer(/)",
	                                   "#xpointer(id('x'))",
	                                   "#nothing",
	                                   "C:order.txt",
	                                   "%E2%80%AEtxt"};

	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		char fresh[200], what[200];

		snprintf(fresh, sizeof(fresh), "URI=\"%s\"", uris[i]);
		snprintf(what, sizeof(what), "X34/X35 URI %s", uris[i]);
		bad(seal(swap(text, "URI=\"order.txt\"", fresh)), "reference.refused", what);
	}
	/* OpenDocument signs these; here they are not there. */
	bad(seal(swap(text, "URI=\"order.txt\"", "URI=\"META-INF/manifest.xml\"")),
	    "reference.absent", "X34 an entry of META-INF that is not there");
	bad(seal(swap(text, "URI=\"order.txt\"", "URI=\"/mimetype\"")), "reference.absent",
	    "X34 mimetype");
	bad(seal(swap(text, " URI=\"order.txt\"", "")), "reference.refused", "no URI");
	bad(seal(swap(text, "URI=\"order.txt\"",
	              "Type=\"http://www.w3.org/2000/09/xmldsig#Manifest\" URI=\"order.txt\"")),
	    "reference.refused", "a Manifest");
	bad(seal(swap(text, "URI=\"order.txt\"",
	              "Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"order.txt\"")),
	    "reference.refused", "an entry as SignedProperties");
}

static void transforms(void)
{
	static const char *const algorithms[] = {
	        "http://www.w3.org/TR/1999/REC-xslt-19991116",
	        "http://www.w3.org/TR/1999/REC-xpath-19991116",
	        "http://www.w3.org/2002/06/xmldsig-filter2",
	        "http://www.w3.org/2000/09/xmldsig#base64",
	        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
	        "http://www.w3.org/2002/07/decrypt#XML",
	        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
	        "urn:unknown",
	        ""};
	static const char own[] = "<ds:Transforms><ds:Transform "
	                          "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></"
	                          "ds:Transform></ds:Transforms>";

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		char fresh[400];

		snprintf(fresh, sizeof(fresh),
		         "URI=\"order.txt\"><ds:Transforms><ds:Transform "
		         "Algorithm=\"%s\"/></ds:Transforms>",
		         algorithms[i]);
		bad(seal(swap(text, "URI=\"order.txt\">", fresh)),
		    strstr(algorithms[i], "c14n") ? "reference.unreadable"
		                                  : "reference.transform-refused",
		    algorithms[i]);
		if (strstr(algorithms[i], "c14n"))
			continue;
		snprintf(fresh, sizeof(fresh),
		         "<ds:Transforms><ds:Transform Algorithm=\"%s\"/></ds:Transforms>",
		         algorithms[i]);
		bad(seal(swap(text, own, fresh)), "reference.transform-refused", algorithms[i]);
	}
	good(seal(swap(text, own,
	               "<ds:Transforms><ds:Transform "
	               "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
	               "<ds:Transform "
	               "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>")),
	     NULL, "XAdES-BASELINE-B", "one canonicalisation twice");
	good(seal(swap(text, own,
	               "<ds:Transforms><ds:Transform "
	               "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\"/></"
	               "ds:Transforms>")),
	     NULL, "XAdES-BASELINE-B", "with comments: a bare name leaves them out all the same");
	bad(seal(swap(text, own,
	              "<ds:Transforms><ds:Transform "
	              "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
	              "<ds:Transform "
	              "Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/></ds:Transforms>")),
	    "reference.transform-refused", "two canonicalisations that differ");
	bad(seal(swap(text, own,
	              "<ds:Transforms><ds:Transform "
	              "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"
	              "<ds:XPath>1</ds:XPath></ds:Transform></ds:Transforms>")),
	    "reference.transform-refused", "a parameter where none belongs");
	bad(seal(swap(
	            text, own,
	            "<ds:Transforms><ds:Transform "
	            "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"
	            "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" "
	            "PrefixList=\"a b c d e f g h i j k l m n o p "
	            "q\"/></ds:Transform></ds:Transforms>")),
	    "reference.transform-refused", "17 prefixes");
}

static void algorithms(void)
{
	static const char *const hmac[] = {"http://www.w3.org/2000/09/xmldsig#hmac-sha1",
	                                   "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"};
	static const char ecdsa[] = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

	for (size_t i = 0; i < 2; i++)
		bad(seal(swap(text, ecdsa, hmac[i])), "signature.algorithm-refused", "X25 HMAC");
	bad(seal(swap(text, "#ecdsa-sha256\">",
	              "#ecdsa-sha256\"><ds:HMACOutputLength>8</ds:HMACOutputLength>")),
	    "signature.algorithm-refused", "X26 HMACOutputLength");
	bad(seal(swap(text, ecdsa, "urn:unknown")), "signature.algorithm-unknown", "X41 a method");
	bad(seal(swap(text, ecdsa, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")),
	    "signature.value", "another kind of key");
	bad(seal(swap(text, ecdsa, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512")),
	    "signature.value", "another digest");
	bad(swap(text,
	         "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"",
	         "<ds:CanonicalizationMethod "
	         "Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\""),
	    "signature.algorithm-unknown", "X41 a canonicalisation");
	bad(seal(swap(text, "http://www.w3.org/2001/04/xmlenc#sha256", "urn:none")),
	    "reference.algorithm-unknown", "X41 a digest");
	bad(seal(swap(text, "http://www.w3.org/2001/04/xmlenc#sha256",
	              "http://www.w3.org/2001/04/xmldsig-more#md2")),
	    "reference.algorithm-unknown", "MD2");
	bad(seal(swap(text, "http://www.w3.org/2001/04/xmlenc#sha256",
	              "http://www.w3.org/2001/04/xmlenc#sha512")),
	    "reference.malformed", "a digest of another length");
}

static void structure(void)
{
	char *info = cut(text, "<ds:SignedInfo>", "</ds:SignedInfo>"), *value, *s;

	s = malloc(2 * strlen(info) + 100);
	sprintf(s, "%s%s", info, info);
	bad(swap(text, info, s), "signature.malformed", "X21 two SignedInfo, with their Ids");
	sprintf(s, "%s<ds:SignedInfo/>", info);
	bad(swap(text, info, s), "signature.malformed", "X21 two SignedInfo");
	sprintf(s, "<ds:SignedInfo/>%s", info);
	bad(swap(text, info, s), "signature.malformed", "X21 the false one first");
	sprintf(s, "<ds:Object>%s</ds:Object>", info);
	bad(swap(text, info, s), "signature.malformed", "X22 a wrapped SignedInfo");
	sprintf(s, "<e>%s</e>", info);
	bad(swap(text, info, s), "signature.malformed", "X22 wrapped in something else");
	bad(swap(text, info, ""), "signature.malformed", "no SignedInfo");
	free(s);
	free(info);
	value = cut(text, "<ds:SignatureValue", "</ds:SignatureValue>");
	bad(swap(text, value, ""), "signature.malformed", "no SignatureValue");
	s = malloc(2 * strlen(value) + 100);
	sprintf(s, "%s<ds:SignatureValue>AAAA</ds:SignatureValue>", value);
	bad(swap(text, value, s), "signature.malformed", "two SignatureValues");
	free(s);
	free(value);
	bad(swap(text, "</ds:SignatureValue>", "<!-- x --></ds:SignatureValue>"),
	    "signature.malformed", "X23 a comment in SignatureValue");
	bad(swap(text, "</ds:DigestValue>", "<!-- x --></ds:DigestValue>"), "reference.malformed",
	    "X23 a comment in DigestValue");
	bad(swap(text, "<ds:DigestValue>", "<ds:DigestValue><?x y?>"), "reference.malformed",
	    "X23 an instruction in DigestValue");
	bad(swap(text, "<ds:KeyInfo>", "<ds:KeyInfo/><ds:KeyInfo>"), "signature.malformed",
	    "two KeyInfos");
	bad(swap(text, "<ds:KeyInfo>", "<e/><ds:KeyInfo>"), "signature.malformed",
	    "a foreign element");
	bad(seal(swap(text, "</ds:SignedInfo>", "<e/></ds:SignedInfo>")), "signature.malformed",
	    "a foreign element in SignedInfo");
	bad(swap(text, "</ds:SignatureValue>", "!</ds:SignatureValue>"), "signature.malformed",
	    "no base64");
	good(swap(text, "</ds:Object>", "</ds:Object><ds:Object><any/></ds:Object>"), NULL,
	     "XAdES-BASELINE-B", "another ds:Object does no harm");
	good(swap(text, "<ds:X509Data>", "<ds:KeyName>x</ds:KeyName><ds:X509Data>"), NULL,
	     "XAdES-BASELINE-B", "a KeyName is passed over");
}

/* X01-X14: the signed properties stay, signed, but elsewhere; others stand in
 * their place. */
static void wrapping(void)
{
	char *real = cut(text, "<xades:SignedProperties ", "</xades:SignedProperties>");
	char *evil = swap(real, "Id=\"S-", "Id=\"E-"), *s = malloc(2 * strlen(text)), *outer;
	static const struct {
		const char *old, *fresh, *what;
	} homes[] = {
	        {"</ds:Object>", "</ds:Object><ds:Object>%s</ds:Object>", "X01 in an Object after"},
	        {"<ds:Object>", "<ds:Object>%s</ds:Object><ds:Object>", "X02 in an Object before"},
	        {"<ds:Signature ", "<e>%s</e><ds:Signature ", "X03 before the Signature"},
	        {"</ds:Signature>", "</ds:Signature><e>%s</e>", "X04 after the Signature"},
	        {"<xades:QualifyingProperties ", "<e>%s</e><xades:QualifyingProperties ",
	         "X05 beside QualifyingProperties"},
	        {"</xades:QualifyingProperties>",
	         "<xades:UnsignedProperties>%s</xades:UnsignedProperties></"
	         "xades:QualifyingProperties>",
	         "X06 in UnsignedProperties"},
	        {"</xades:SignedProperties>", "<e>%s</e></xades:SignedProperties>",
	         "X07 inside the false ones"},
	        {"</ds:KeyInfo>", "<ds:KeyValue>%s</ds:KeyValue></ds:KeyInfo>", "X08 in KeyInfo"},
	};

	evil = swap_free(evil, "2026-03-05", "2020-01-01");
	for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
		char *home = swap(homes[i].fresh, "%s", real);
		char *without = swap(text, real, evil);

		bad(swap(without, homes[i].old, home), "properties.reference-elsewhere",
		    homes[i].what);
		free(home);
		free(without);
	}
	sprintf(s,
	        "<ds:Object><xades:QualifyingProperties "
	        "Target=\"#S\">%s</xades:QualifyingProperties></ds:Object><ds:Object>",
	        evil);
	bad(swap(text, "<ds:Object>", s), "properties.several", "X09 false properties before");
	sprintf(s,
	        "</ds:Object><ds:Object><xades:QualifyingProperties "
	        "Target=\"#S\">%s</xades:QualifyingProperties></ds:Object>",
	        evil);
	bad(swap(text, "</ds:Object>", s), "properties.several", "X10 false properties after");
	sprintf(s, "%s%s", evil, real);
	bad(swap(text, real, s), "properties.several", "X18 two SignedProperties");
	sprintf(s, "%s%s", real, evil);
	bad(swap(text, real, s), "properties.several", "X18 two, the false one last");
	sprintf(s, "<e>%s</e>", real);
	bad(swap(text, real, s), "properties.missing", "X13 misplaced");
	bad(swap(text, real, ""), "properties.missing", "X16 SignedProperties removed");
	bad(swap(text, real, evil), "properties.reference-elsewhere", "other properties");
	/* The whole signature, wrapped into one of the attacker. */
	outer = cut(text, "<ds:Signature ", "</ds:Signature>");
	sprintf(s,
	        "<ds:Signature "
	        "Id=\"E\"><ds:SignedInfo/><ds:SignatureValue/><ds:Object>%s</ds:Object></"
	        "ds:Signature>",
	        outer);
	bad(swap(text, outer, s), "signature.malformed", "the root retargeted");
	sprintf(s, "<e>%s</e>", outer);
	refused(swap(text, outer, s), "no ds:Signature", "a signature deeper is not one");
	free(outer);
	free(s);
	free(evil);
	free(real);
}

static void properties(void)
{
	char *s, *part;

	bad(swap(text, "Target=\"#S-", "Target=\"#T-"), "properties.target", "X17 another Target");
	bad(swap(text, "Target=\"#S-", "Target=\"S-"), "properties.target", "X17 Target without #");
	bad(seal(swap(text, "Type=\"http://uri.etsi.org/01903#SignedProperties\" ", "")),
	    "properties.type", "X17 no Type");
	bad(seal(swap(text, "01903#SignedProperties", "01903#Something")), "properties.type",
	    "X17 another Type");
	part = cut(text, "<ds:Reference Type=", "</ds:Reference>");
	bad(seal(swap(text, part, "")), "properties.reference-missing", "X15 not signed");
	s = malloc(2 * strlen(part) + 1);
	sprintf(s, "%s%s", part, part);
	bad(seal(swap(text, part, s)), "properties.several", "signed twice");
	free(s);
	free(part);
	bad(swap(text, "<xades:QualifyingProperties ",
	         "<xades:QualifyingPropertiesReference/><xades:QualifyingProperties "),
	    "properties.elsewhere", "properties elsewhere");
	bad(swap(text, "2026-03-05", "2026-03-06"), "properties.digest", "another time");
	bad(swap(text, "Сардори", "Муовини"), "properties.digest", "another role");
	bad(swap(text, "<xades:SigningTime>2026", "<xades:SigningTime>20<!-- -->26"),
	    "properties.malformed", "X24 a comment in the time");
	bad(swap(text, "Сардори", "Сар<!-- -->дори"), "properties.malformed",
	    "X24 a comment in the role");
	bad(swap(text, "Сардори", "Сар<?x?>дори"), "properties.malformed",
	    "X24 an instruction in the role");
	bad(swap(text, "sha256:0011", "sha256:<!-- -->0011"), "properties.malformed",
	    "X24 a comment in the ledger head");
	bad(swap(text, "text/plain", "text<!-- -->/plain"), "properties.malformed",
	    "X24 a comment in a type");
	bad(swap(text, "ProofOfApproval", "ProofOf<!-- -->Approval"), "properties.malformed",
	    "X24 a comment in the commitment");
	bad(seal(swap(text, "T04:11:09Z", "T04:11:09")), "properties.malformed",
	    "a time without zone");
	bad(seal(swap(text, "sha256:0011", "sha256:00")), "properties.malformed", "half a head");
	bad(seal(swap(text, "<xades:SigningTime>",
	              "<xades:SigningTime>2020-01-01T00:00:00Z</"
	              "xades:SigningTime><xades:SigningTime>")),
	    "properties.repeated", "two times");
	bad(seal(swap(text, "<xades:SignerRoleV2>", "<xades:SignerRoleV2/><xades:SignerRoleV2>")),
	    "properties.repeated", "two roles");
	bad(seal(swap(text, "ObjectReference=\"#S-", "ObjectReference=\"#T-")),
	    "properties.object-reference", "a format of nothing");
	part = cut(text, "<xades:DataObjectFormat", "</xades:DataObjectFormat>");
	good(seal(swap(text, part, "")), "properties.format-missing", "XAdES-BES", "no format");
	free(part);
	part = cut(text, "<xades:IssuerSerialV2>", "</xades:IssuerSerialV2>");
	s = malloc(2 * strlen(part) + 1);
	sprintf(s, "%s%s", part, part);
	bad(seal(swap(text, part, s)), "properties.repeated", "two IssuerSerialV2");
	free(s);
	free(part);
	bad(swap(text, "</xades:QualifyingProperties>",
	         "<xades:UnsignedProperties/><xades:UnsignedProperties/></"
	         "xades:QualifyingProperties>"),
	    "properties.repeated", "two UnsignedProperties");
	part = cut(text, "<xades:SigningTime>", "</xades:SigningTime>");
	good(seal(swap(text, part, "")), "properties.time-missing", "XAdES-BES", "no time");
	free(part);
	s = swap(text, "<xades:SignerRoleV2>", "<xades:SignerRole>");
	good(seal(swap_free(s, "</xades:SignerRoleV2>", "</xades:SignerRole>")), NULL, "XAdES-BES",
	     "SignerRole of XAdES 1.3.2 is read, not baseline");
	good(seal(swap(text, "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval",
	               "urn:oid:1.2.840.113549.1.9.16.6.5")),
	     NULL, "XAdES-BASELINE-B", "the commitment as an OID");
	bad(seal(swap(text, "http://uri.etsi.org/01903/v1.3.2#", "urn:other")),
	    "properties.missing", "another namespace");
	good(seal(swap(text, "http://uri.etsi.org/01903/v1.3.2#",
	               "http://uri.etsi.org/01903/v1.2.2#")),
	     "properties.older-xades", "XAdES-BES", "XAdES 1.2.2");
}

static void certificates(void)
{
	char *own = cut(text, "<ds:X509Certificate>", "</ds:X509Certificate>"), *part, *s, *other;
	char *theirs_text = make(farrukh, NULL, NULL, NULL);
	char *theirs = cut(theirs_text, "<ds:X509Certificate>", "</ds:X509Certificate>");

	bad(swap(text, own, theirs), "signature.certificate-mismatch", "X37 another certificate");
	s = malloc(strlen(own) + strlen(theirs) + 1);
	sprintf(s, "%s%s", theirs, own);
	good(swap(text, own, s), NULL, "XAdES-BASELINE-B",
	     "another certificate first: the named one counts");
	free(s);
	bad(swap(text, own, "<ds:X509Certificate>AAAA</ds:X509Certificate>"),
	    "signature.certificate-malformed", "no certificate");
	bad(swap(text, own, "<ds:X509Certificate>!</ds:X509Certificate>"), "signature.malformed",
	    "no base64");
	part = cut(text, "<ds:KeyInfo>", "</ds:KeyInfo>");
	bad(swap(text, part, ""), "signature.certificate-missing", "no KeyInfo");
	free(part);
	bad(swap(text, "<ds:X509Data>", "<ds:RetrievalMethod URI=\"#x\"/><ds:X509Data>"),
	    "signature.key-info-refused", "X40 RetrievalMethod");
	bad(swap(text, "<ds:X509Data>",
	         "<dsig11:KeyInfoReference xmlns:dsig11=\"http://www.w3.org/2009/xmldsig11#\" "
	         "URI=\"#x\"/><ds:X509Data>"),
	    "signature.key-info-refused", "X40 KeyInfoReference");
	part = cut(text, "<xades:SigningCertificateV2>", "</xades:SigningCertificateV2>");
	other = cut(theirs_text, "<xades:SigningCertificateV2>", "</xades:SigningCertificateV2>");
	bad(seal(swap(text, part, "")), "signature.certificate-unbound",
	    "X38 no SigningCertificate");
	bad(seal(swap(text, part, other)), "signature.certificate-mismatch",
	    "X37 another is named");
	s = malloc(2 * strlen(part) + strlen(other) + 200);
	sprintf(s, "%s%s", part, other);
	bad(seal(swap(text, part, s)), "properties.repeated", "two SigningCertificateV2");
	free(other);
	other = cut(theirs_text, "<xades:IssuerSerialV2>", "</xades:IssuerSerialV2>");
	free(part);
	part = cut(text, "<xades:IssuerSerialV2>", "</xades:IssuerSerialV2>");
	bad(seal(swap(text, part, other)), "signature.certificate-issuer-serial",
	    "X37 another issuer and serial");
	good(seal(swap(text, part, "")), NULL, "XAdES-BASELINE-B",
	     "no issuer and serial: optional");
	free(part);
	free(other);
	part = cut(text, "<xades:CertDigest>", "</xades:CertDigest>");
	other = cut(text, "<xades:SigningCertificateV2>", "</xades:SigningCertificateV2>");
	sprintf(s,
	        "<xades:SigningCertificate><xades:Cert>%s</xades:Cert></xades:SigningCertificate>",
	        part);
	good(seal(swap(text, other, s)), NULL, "XAdES-BES",
	     "SigningCertificate of old: bound, not baseline");
	sprintf(s,
	        "<xades:SigningCertificate><xades:Cert>%s<xades:IssuerSerial><ds:X509IssuerName>x</"
	        "ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></"
	        "xades:IssuerSerial></xades:Cert></xades:SigningCertificate>",
	        part);
	bad(seal(swap(text, other, s)), "signature.certificate-issuer-serial",
	    "another serial, of old");
	free(s);
	free(part);
	free(other);
	free(own);
	free(theirs);
	free(theirs_text);
}

static void value(void)
{
	char *part = cut(text, "-v\">", "</ds:SignatureValue>"), *s = strdup(part);

	s[10] = s[10] == 'A' ? 'B' : 'A';
	bad(swap(text, part, s), "signature.value", "the value changed");
	bad(swap(text, part, "-v\">AAAA</ds:SignatureValue>"), "signature.value", "a short value");
	free(s);
	free(part);
	part = cut(text, "<ds:DigestValue>", "</ds:DigestValue>");
	bad(swap(text, part,
	         "<ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:DigestValue>"),
	    "signature.value", "a digest changed");
	free(part);
}

static void whole_file(void)
{
	char *sig = cut(text, "<ds:Signature ", "</ds:Signature>"), *s, *other, *theirs;
	struct ed_ades *sigs;
	size_t n;

	refused(strdup(""), "empty", "empty");
	refused(strndup(text, strlen(text) / 2), "XML", "half a file");
	refused(strdup("<a/>"), "no ds:Signature", "another root");
	refused(swap(text, sig, ""), "no ds:Signature", "no signature");
	refused(swap(text, "02918/v1.2.1#", "02918/v9#"), "no ds:Signature", "another namespace");
	refused(swap(text, "<asic:", "<!DOCTYPE a><asic:"), "document type", "X20 DOCTYPE");
	refused(swap(text, "encoding=\"UTF-8\"", "encoding=\"UTF-16\""), "UTF-8", "X43 encoding");
	s = malloc(3 * strlen(text));
	sprintf(s, "%s%s", sig, sig);
	bad(swap(text, sig, s), "signature.id-repeated", "X19 one signature twice: its Ids too");
	other = cut(text, "\"S-", "\">");
	sprintf(s, "<ds:Object><e id=%s</e></ds:Object><ds:Object>", other);
	bad(swap(text, "<ds:Object>", s), "signature.id-repeated", "X19 the Signature's Id again");
	free(other);
	other = cut(strstr(text, "<xades:SignedProperties "), "\"S-", "-p\">");
	sprintf(s, "<ds:Object><e xml:id=%s</e></ds:Object><ds:Object>", other);
	bad(swap(text, "<ds:Object>", s), "properties.reference-elsewhere",
	    "X19 the properties' Id as xml:id");
	sprintf(s, "<ds:Signature ID=%s</ds:Signature><ds:Signature ", other);
	bad(swap(text, "<ds:Signature ", s), "signature.malformed", "X14 as ID in another Signature");
	free(other);

	theirs = make(farrukh, NULL, NULL, NULL);
	other = cut(theirs, "<ds:Signature ", "</ds:Signature>");
	sprintf(s, "%s%s", sig, other);
	char *two = swap(text, sig, s);
	changed = "";
	is_ok(check(two, &sigs, &n), &err, "X44 two signatures in a file");
	ok(n == 2 && clean(&sigs[0]) && clean(&sigs[1]), "both pass");
	ed_ades_clear(sigs, n);
	two = swap_free(two, "-v\">", "-v\">AAAA");
	is_ok(check(two, &sigs, &n), &err, "X44 the first broken");
	ok(n == 2 && !clean(&sigs[0]) && clean(&sigs[1]), "the other is judged by itself");
	ed_ades_clear(sigs, n);
	free(two);

	sprintf(s,
	        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:"
	        "CounterSignature>%s"
	        "</xades:CounterSignature></xades:UnsignedSignatureProperties></"
	        "xades:UnsignedProperties></xades:QualifyingProperties>",
	        other);
	two = swap(text, "</xades:QualifyingProperties>", s);
	is_ok(check(two, &sigs, &n), &err, "X39 a counter-signature injected");
	ok(n == 1 && clean(&sigs[0]) && strstr(sigs[0].signer->subject, "Зарина"),
	   "it is no signature of the package");
	ok(sigs[0].n_counter == 1 && !sigs[0].counter[0].intact_data &&
	           ed_findings_have(&sigs[0].counter[0].findings, "counter.not-parent"),
	   "nor a counter-signature: it signs something else");
	ed_ades_clear(sigs, n);
	free(two);
	sprintf(s, "<ds:Object>%s</ds:Object><ds:Object>", other);
	good(swap(text, "<ds:Object>", s), NULL, "XAdES-BASELINE-B",
	     "X39 a signature in an Object");
	bad(swap(text, "<ds:Signature ", "<e/><ds:Signature "), "signature.foreign-element",
	    "a foreign element beside");
	bad(swap(text, "<ds:Signature ", "AAAA<ds:Signature "), "signature.stray-text",
	    "text beside");
	bad(swap(text, "</ds:SignatureValue>", "</ds:SignatureValue>AAAA"), "signature.stray-text",
	    "text behind the value");
	bad(swap(text, "<ds:X509Data>", "<ds:X509Data>x"), "signature.stray-text",
	    "text in KeyInfo");
	good(swap(text, "<ds:Object>", "<ds:Object>\n "), NULL, "XAdES-BASELINE-B",
	     "white space is no text");
	free(other);
	free(theirs);

	/* A bare ds:Signature, and the root of TS 102 918. */
	sprintf(s, "<?xml version=\"1.0\"?>%s", sig);
	other = swap(s, "<ds:Signature ",
	             "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" "
	             "xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\" ");
	good(other, "signature.older-root", "XAdES-BASELINE-B", "a bare ds:Signature");
	good(swap(text, "http://uri.etsi.org/02918/v1.2.1#", "http://uri.etsi.org/2918/v1.1.1#"),
	     "signature.older-root", "XAdES-BASELINE-B", "the root of TS 102 918");
	free(s);
	free(sig);
}

/* As many as a package may hold, and one signature too many. */
static void many(void)
{
	struct ed_xades_input *inputs = calloc(ED_MAX_ZIP_ENTRIES, sizeof(*inputs));
	struct ed_xades_spec spec = {.words = {.key = zarina, .at = AT},
	                             .hash = ED_SHA512,
	                             .inputs = inputs,
	                             .n = ED_MAX_ZIP_ENTRIES};
	struct ed_ades *sigs;
	struct ed_buf xml;
	clock_t begin = clock();
	size_t n;

	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	for (size_t i = 0; i < spec.n; i++) {
		inputs[i].name = documents[i % 2].name;
		inputs[i].media_type = documents[i % 2].type;
		data_digest(NULL, i % 2, ED_SHA512, inputs[i].digest, NULL);
	}
	is_ok(ed_xades_make(&spec, &xml, &err), &err, "10,000 documents are signed");
	is_ok(check(ed_buf_str(&xml), &sigs, &n), &err, "and checked");
	ok(n == 1 && clean(&sigs[0]) && sigs[0].n_covers == spec.n, "and pass");
	is_str(sigs[0].level, "XAdES-BASELINE-B", "with every format given");
	printf("# %zu bytes, %ld ms\n", xml.len, (long)(clock() - begin) * 1000 / CLOCKS_PER_SEC);
	ed_ades_clear(sigs, n);
	inputs[1].name = "../x";
	ok(ed_xades_make(&spec, &xml, &err) == EDOC_ERR_INPUT && xml.len == 0,
	   "a name that no entry may have");
	spec.n = 0;
	ok(ed_xades_make(&spec, &xml, &err) == EDOC_ERR_USAGE, "nothing to sign");
	ed_buf_reset(&xml);
	ed_buf_puts(&xml, "<asic:XAdESSignatures xmlns:asic=\"" ED_NS_ASIC "\" xmlns:ds=\"" ED_NS_DS
	                  "\">");
	for (int i = 0; i <= ED_MAX_SIGNATURES; i++)
		ed_buf_puts(&xml, "<ds:Signature/>");
	ed_buf_puts(&xml, "</asic:XAdESSignatures>");
	fails(check(ed_buf_str(&xml), &sigs, &n), EDOC_ERR_LIMIT, &err, "1000 signatures",
	      "1,001 signatures");
	ed_buf_clear(&xml);
	free(inputs);
}

static void roles(void)
{
	static const char one[] = "<xades:ClaimedRole>Сардори шӯъба";
	char *s = malloc(100000), *p = s;

	for (int i = 0; i < ED_MAX_ROLES - 1; i++)
		p += sprintf(p, "<xades:ClaimedRole>%d</xades:ClaimedRole>", i);
	strcpy(p, one);
	good(seal(swap(text, one, s)), NULL, "XAdES-BASELINE-B", "16 roles");
	p += sprintf(p, "<xades:ClaimedRole>x</xades:ClaimedRole>");
	strcpy(p, one);
	bad(seal(swap(text, one, s)), "properties.malformed", "17 roles");
	p = s + sprintf(s, "<xades:ClaimedRole>");
	memset(p, 'x', ED_MAX_ROLE + 1);
	strcpy(p + ED_MAX_ROLE + 1, "</xades:ClaimedRole>");
	strcat(s, one);
	bad(seal(swap(text, one, s)), "properties.malformed", "a role of 1,025 bytes");
	good(seal(swap(text, one,
	               "<xades:ClaimedRole><x:r xmlns:x=\"urn:x\">y</x:r></xades:ClaimedRole>"
	               "<xades:ClaimedRole>Сардори шӯъба")),
	     "properties.not-judged", "XAdES-BASELINE-B", "a role of elements");
	free(s);
}

/* Where a flipped bit may pass: nothing there is signed or means anything.  (In
 * a package the CRC-32 of the entry catches these too.) */
static bool means_nothing(size_t i)
{
	static const struct {
		const char *from, *to, *why;
	} places[] = {
	        {"<?xml", "?>", "the XML declaration"},
	        {"<ds:SignatureValue Id=", ">", "an Id that nothing refers to"},
	        {"</ds:X509Certificate><ds:X509Certificate>", "</ds:X509Certificate></ds:X509Data>",
	         "the issuer's certificate: the chain is judged later"},
	};

	if (strchr(" \n", text[i]) && (text[i - 1] == '>' || text[i + 1] == '<'))
		return true; /* white space between elements */
	for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
		const char *from = strstr(text, places[k].from), *to = strstr(from, places[k].to);

		if (text + i >= from && text + i < to)
			return true;
	}
	return false;
}

static void flips(void)
{
	size_t len = strlen(text), passed = 0, wrong = 0;
	char *copy = strdup(text);

	for (size_t i = 0; i < len; i++) {
		struct ed_ades *sigs;
		bool pass;
		size_t n;

		copy[i] ^= 1;
		pass = check(copy, &sigs, &n) == EDOC_OK && clean(&sigs[0]);
		passed += pass;
		if (pass && !means_nothing(i)) {
			printf("# byte %zu: %.*s\n", i, 30, text + i);
			wrong++;
		}
		ed_ades_clear(sigs, n);
		copy[i] ^= 1;
	}
	ok(wrong == 0, "of %zu flipped bits %zu pass, none where it matters", len, passed);
	free(copy);
}

/* ---- others' eyes ---- */

static bool write_file(const char *dir, const char *name, const char *bytes)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	return f && fputs(bytes, f) >= 0 && fclose(f) == 0;
}

static void xmlsec_one(const char *dir, const struct edoc_key *key, const char *who)
{
	char command[8192], *s = make(key, "Сардор", "approval", HEAD);
	const char *src = getenv("SRCDIR");

	ok(s && write_file(dir, "s.xml", s), "%s signed into a file", who);
	snprintf(command, sizeof(command),
	         "cd '%s' && xmlsec1 --verify --verification-time '2026-03-05 04:11:09' "
	         "--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties "
	         "--trusted-pem '%s/testdata/pki/root.pem' s.xml >out 2>&1",
	         dir, src ? src : ".");
	ok(system(command) == 0, "xmlsec1 verifies %s", who);
	ok(write_file(dir, "order.txt", "other"), "a document changed");
	ok(system(command) != 0, "xmlsec1 sees it");
	ok(write_file(dir, documents[0].name, documents[0].bytes), "and back");
	free(s);
}

static void xmlsec(void)
{
	const char *names[] = {documents[0].name, documents[1].name, "s.xml", "out"};
	const char *tmp = getenv("TMPDIR");
	char dir[2048];

	if (system("command -v xmlsec1 >/dev/null 2>&1")) {
		printf("ok %d - xmlsec1 # SKIP not installed\n", ++tap_n);
		return;
	}
	snprintf(dir, sizeof(dir), "%s/xades-%ld", tmp ? tmp : "/tmp", (long)getpid());
	mkdir(dir, 0700);
	ok(write_file(dir, documents[0].name, documents[0].bytes) &&
	           write_file(dir, documents[1].name, documents[1].bytes),
	   "documents in %s", dir);
	xmlsec_one(dir, zarina, "zarina");
	xmlsec_one(dir, farrukh, "farrukh");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void speed(void)
{
	struct ed_ades *sigs;
	struct timespec a, b;
	size_t n;
	double us;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < 200; i++) {
		if (check(text, &sigs, &n) != EDOC_OK)
			ok(false, "check");
		ed_ades_clear(sigs, n);
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	us = ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / 200e3;
	printf("# one check of %zu bytes: %.0f us\n", strlen(text), us);
}

static int passphrase(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	snprintf(buf, size, "edoc");
	return 4;
}

static struct edoc_key *load(const char *name)
{
	const char *src = getenv("SRCDIR");
	struct edoc_key *key = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/testdata/pki/%s", src ? src : ".", name);
	is_ok(edoc_key_load(path, NULL, NULL, passphrase, NULL, &key, &err), &err, name);
	return key;
}

int main(void)
{
	arena = ed_arena_new();
	zarina = load("zarina.p12");
	farrukh = load("farrukh.p12");
	text = make(zarina, ROLE, "approval", HEAD);
	if (ok(text != NULL, "a signature is made")) {
		made();
		documents_changed();
		uris();
		transforms();
		algorithms();
		structure();
		wrapping();
		properties();
		certificates();
		value();
		whole_file();
		roles();
		many();
		flips();
		xmlsec();
		speed();
	} else {
		printf("# %s: %s\n", err.where, err.msg);
	}
	free(text);
	edoc_key_free(zarina);
	edoc_key_free(farrukh);
	ed_arena_free(arena);
	return done();
}
