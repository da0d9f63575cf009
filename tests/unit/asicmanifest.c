/* SPDX-License-Identifier: ISC */
/* ASiCManifest: what is read, and what is refused, one defect at a time. */
#include "../tap.h"
#include "package/asicmanifest.h"

#define NS "http://uri.etsi.org/02918/v1.2.1#"
#define DS "http://www.w3.org/2000/09/xmldsig#"
#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define ROOT "<a:ASiCManifest xmlns:a=\"" NS "\" xmlns:ds=\"" DS "\">"
#define END "</a:ASiCManifest>"
#define TARGET "<a:SigReference URI=\"META-INF/signature.p7s\"/>"
#define DIGEST(alg, value)                                                                         \
	"<ds:DigestMethod Algorithm=\"" alg "\"/><ds:DigestValue>" value "</ds:DigestValue>"
#define GOOD DIGEST(SHA256, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
#define REF(uri) "<a:DataObjectReference URI=\"" uri "\">" GOOD "</a:DataObjectReference>"

static struct edoc_error err;
static struct ed_arena *arena;
static struct ed_findings findings;
static struct ed_asicmanifest m;

static enum edoc_code parse(const char *xml)
{
	memset(&err, 0, sizeof(err));
	ed_findings_init(&findings, arena);
	return ed_asicmanifest_parse(xml, strlen(xml), "META-INF/ASiCManifest.xml", 1 << 20, arena,
	                             &findings, &m, &err);
}

static void accepted(const char *xml, const char *code, const char *what)
{
	if (!is_ok(parse(xml), &err, what))
		return;
	ok(code ? findings.n == 1 && !strcmp(findings.v[0].code, code) : findings.n == 0, "%s: %s",
	   what, code ? code : "no finding");
}

static void refused(const char *xml, const char *word, const char *what)
{
	fails(parse(xml), EDOC_ERR_INPUT, &err, word, what);
}

static void reading(void)
{
	accepted(ROOT "<a:SigReference URI=\"META-INF/signature001.p7s\" MimeType=\"x/y\"/>"
	              "<a:DataObjectReference URI=\"a%20b.txt\" MimeType=\"text/plain\" "
	              "Rootfile=\"true\">" GOOD "</a:DataObjectReference>" REF("c/d") END,
	         NULL, "two documents");
	is_str(m.target, "META-INF/signature001.p7s", "whose it is");
	is_str(m.target_type, "x/y", "its type");
	is_int((int64_t)m.n, 2, "two references");
	is_str(m.refs[0].name, "a b.txt", "a name is decoded");
	is_str(m.refs[0].media_type, "text/plain", "a media type");
	ok(m.refs[0].root && !m.refs[1].root, "where reading begins");
	is_int(m.refs[0].hash, ED_SHA256, "the algorithm");
	is_int(m.refs[0].digest[0], 0xe3, "the digest");
	is_str(m.refs[1].where, "META-INF/ASiCManifest.xml:1", "the place");
	accepted(ROOT TARGET REF("hello+world.txt") REF("фармон 1.txt") REF("/x") END, NULL,
	         "names as they come");
	is_str(m.refs[0].name, "hello+world.txt", "plus is no space");
	is_str(m.refs[1].name, "фармон 1.txt", "letters and spaces stand for themselves");
	is_str(m.refs[2].name, "x", "container-absolute");
	accepted(ROOT TARGET END, NULL, "nothing protected");
	is_int((int64_t)m.n, 0, "no reference");
	accepted("<ASiCManifest xmlns=\"http://uri.etsi.org/2918/v1.1.1#\">"
	         "<SigReference URI=\"a\"/></ASiCManifest>",
	         NULL, "the namespace of 2010");
	accepted(ROOT TARGET "<a:DataObjectReference URI=\"a\">" DIGEST(
	                 "urn:x", "AAAA") "</a:DataObjectReference>" END,
	         NULL, "an algorithm that is not known");
	is_int(m.refs[0].hash, ED_HASH_NONE, "is none");
}

static void noted(void)
{
	accepted(ROOT "<a:SigReference URI=\"s\">" REF("a") REF("b") "</a:SigReference>" END,
	         "asicmanifest.nested", "references inside SigReference");
	is_int((int64_t)m.n, 2, "are read");
	accepted(ROOT TARGET REF("a") REF("b") REF("a") END, "asicmanifest.duplicate",
	         "one name twice");
	accepted(ROOT TARGET "<a:ASiCManifestExtensions><a:Extension Critical=\"true\"/>"
	                     "</a:ASiCManifestExtensions>" END,
	         "asicmanifest.extension", "a critical extension");
	accepted(ROOT TARGET "<a:ASiCManifestExtensions><a:Extension Critical=\"false\"/>"
	                     "</a:ASiCManifestExtensions>" END,
	         NULL, "another extension");
}

static void bad(void)
{
	refused("bla", NULL, "no XML");
	refused("<a/>", "root element", "another root");
	refused("<a:ASiCManifest xmlns:a=\"urn:x\"/>", "root element", "another namespace");
	refused(ROOT END, "SigReference", "nobody's");
	refused(ROOT TARGET TARGET END, "several", "two owners");
	refused(ROOT "<a:SigReference/>" END, "SigReference", "an owner without a name");
	refused(ROOT "<a:SigReference URI=\"../x\"/>" END, "SigReference", "out of the package");
	refused(ROOT TARGET REF("a%2Fb") END, "acceptable", "an escaped slash");
	refused(ROOT TARGET REF("a%zz") END, "acceptable", "a bad escape");
	refused(ROOT TARGET REF("a/../b") END, "acceptable", "dots");
	refused(ROOT TARGET REF("") END, "acceptable", "no name");
	refused(ROOT TARGET REF("http://x/y") END, "acceptable", "elsewhere");
	refused(ROOT TARGET "<a:DataObjectReference>" GOOD "</a:DataObjectReference>" END,
	        "acceptable", "no URI");
	refused(ROOT TARGET "<a:DataObjectReference URI=\"a\"/>" END, "digest", "no digest");
	refused(ROOT TARGET "<a:DataObjectReference URI=\"a\">" GOOD GOOD
	                    "</a:DataObjectReference>" END,
	        "digest", "two digests");
	refused(ROOT TARGET "<a:DataObjectReference URI=\"a\">" DIGEST(
	                SHA256, "AAAA") "</a:DataObjectReference>" END,
	        "DigestValue", "a digest too short");
	refused(ROOT TARGET "<a:DataObjectReference URI=\"a\">" DIGEST(
	                SHA256, "!") "</a:DataObjectReference>" END,
	        "DigestValue", "no base64");
	refused(ROOT TARGET "<b/>" END, "belongs to no manifest", "a stray element");
}

/* ---- writing --------------------------------------------------------------- */

static struct ed_buf out;

static enum edoc_code put(const char *target, const struct ed_asicmanifest_ref *refs, size_t n,
                          size_t root)
{
	ed_buf_clear(&out);
	ed_buf_init(&out, 1 << 20);
	return ed_asicmanifest_write(&out, target, "application/pkcs7-signature", refs, n, root,
	                             &err);
}

static void writing(void)
{
	static const char *const names[] = {"a b.txt", "Фармон & <1>.pdf", "dir/100%.txt",
	                                    "x+y#z?"};
	struct ed_asicmanifest_ref refs[4] = {0};

	for (size_t i = 0; i < 4; i++) {
		refs[i].name = names[i];
		refs[i].hash = i % 2 ? ED_SHA512 : ED_SHA256;
		memset(refs[i].digest, 0x40 + (int)i, ED_HASH_MAX);
	}
	refs[1].media_type = "text/\"x\"; a=<&>";
	is_ok(put("META-INF/signature001.p7s", refs, 4, 2), &err, "written");
	accepted(ed_buf_str(&out), NULL, "read again");
	is_str(m.target, "META-INF/signature001.p7s", "whose it is");
	is_str(m.target_type, "application/pkcs7-signature", "its type");
	is_int((int64_t)m.n, 4, "all references");
	for (size_t i = 0; i < m.n; i++) {
		is_str(m.refs[i].name, names[i], "name");
		ok(m.refs[i].hash == refs[i].hash && m.refs[i].root == (i == 2) &&
		           !memcmp(m.refs[i].digest, refs[i].digest, ed_hash_size(refs[i].hash)),
		   "... digest and Rootfile");
		is_str(m.refs[i].media_type, refs[i].media_type, "... media type");
	}
	ok(strstr(ed_buf_str(&out), "URI=\"a%20b.txt\"") != NULL, "a blank is escaped");
	is_ok(put("t", refs, 0, ED_NO_ROOT), &err, "of nothing");
	accepted(ed_buf_str(&out), NULL, "read again");
	is_ok(put("t", refs, 2, ED_NO_ROOT), &err, "without Rootfile");
	ok(!strstr(ed_buf_str(&out), "Rootfile"), "... says none");
	fails(put("a b.txt", refs, 4, 0), EDOC_ERR_INPUT, &err, "twice", "its own target");
	fails(put("../x", refs, 4, 0), EDOC_ERR_INPUT, &err, "name", "a target outside");
	refs[3].name = names[0];
	fails(put("t", refs, 4, 0), EDOC_ERR_INPUT, &err, "twice", "one name twice");
	refs[3].name = "a/../b";
	fails(put("t", refs, 4, 0), EDOC_ERR_INPUT, &err, "name", "a name outside");
	refs[3].name = "c";
	refs[3].hash = ED_SHAKE256;
	fails(put("t", refs, 4, 0), EDOC_ERR_INPUT, &err, "no name in XML",
	      "a digest without a name");
	refs[3].hash = ED_SHA256;
	ed_buf_clear(&out);
	ed_buf_init(&out, 100);
	fails(ed_asicmanifest_write(&out, "t", NULL, refs, 4, 0, &err), EDOC_ERR_LIMIT, &err, "",
	      "no room");
	ed_buf_clear(&out);
}

int main(void)
{
	arena = ed_arena_new();
	writing();
	reading();
	noted();
	bad();
	ed_arena_free(arena);
	return done();
}
