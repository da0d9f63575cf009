/* SPDX-License-Identifier: ISC */
/* XML-Signature: canonicalisations, limits, and containers that others made. */
#include <zip.h>

#include "../tap.h"
#include "base/limits.h"
#include "judge/rules.h"
#include "signature/xades.h"

#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define ECDSA "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
#define DIGEST                                                                                     \
	"<d:DigestMethod Algorithm='" SHA256 "'/><d:DigestValue>"                                  \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</d:DigestValue>"
#define REF "<d:Reference URI='a'>" DIGEST "</d:Reference>"
#define VALUE "<d:SignatureValue>AAAA</d:SignatureValue>"
#define METHODS(c14n)                                                                              \
	"<d:CanonicalizationMethod Algorithm='" c14n "'/>"                                         \
	"<d:SignatureMethod Algorithm='" ECDSA "'/>"
#define SIGNATURE(info, rest)                                                                      \
	"<d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#' Id='S'>"                        \
	"<d:SignedInfo>" info "</d:SignedInfo>" VALUE rest "</d:Signature>"
#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"

static struct edoc_error err;
static struct ed_arena *arena;

/* Parses s; *xml must be freed. */
static bool parse(const char *s, struct ed_xml **xml, struct ed_findings *findings,
                  struct ed_xmldsig *sig)
{
	ed_findings_init(findings, arena);
	if (ed_xml_parse(s, strlen(s), "s.xml", ED_MAX_XML_BYTES, xml, &err) != EDOC_OK) {
		ok(false, "%s: %s", err.where, err.msg);
		return false;
	}
	return ed_xmldsig_parse(*xml, xmlDocGetRootElement((*xml)->doc), true, arena, findings,
	                        sig);
}

static void is_bad(const char *s, bool want, const char *code, const char *what)
{
	struct ed_findings findings;
	struct ed_xmldsig sig;
	struct ed_xml *xml = NULL;
	bool got = parse(s, &xml, &findings, &sig);

	ok(got == want && ed_findings_have(&findings, code), "%s: %s", what, code);
	for (size_t i = 0; i < findings.n && !ed_findings_have(&findings, code); i++)
		printf("# %s\n", findings.v[i].code);
	ed_xml_free(xml);
}

static void fine(const char *s, size_t refs, size_t certs, const char *what)
{
	struct ed_findings findings;
	struct ed_xmldsig sig;
	struct ed_xml *xml = NULL;

	ok(parse(s, &xml, &findings, &sig) && findings.n == 0, "%s", what);
	is_int((int64_t)sig.n_refs, (int64_t)refs, "references");
	is_int((int64_t)sig.n_certs, (int64_t)certs, "certificates");
	ed_xml_free(xml);
}

static void structure(void)
{
	fine(SIGNATURE(METHODS(EXC) REF REF, ""), 2, 0, "the least");
	fine(SIGNATURE(
	             METHODS(EXC) REF,
	             "<d:KeyInfo><d:X509Data><d:X509Certificate>AAAA</d:X509Certificate>"
	             "<d:X509SubjectName>x</d:X509SubjectName></d:X509Data><d:KeyName>y</d:KeyName>"
	             "</d:KeyInfo><d:Object/>"),
	     1, 1, "a certificate");
	is_bad(SIGNATURE(METHODS(EXC), ""), false, "signature.malformed", "no Reference");
	is_bad(SIGNATURE(REF, ""), false, "signature.malformed", "no methods");
	is_bad(SIGNATURE("<d:SignatureMethod Algorithm='x'/>" REF, ""), false,
	       "signature.malformed", "no canonicalisation");
	is_bad(SIGNATURE("<d:CanonicalizationMethod Algorithm='" EXC "'/>" REF, ""), false,
	       "signature.malformed", "no SignatureMethod");
	is_bad(SIGNATURE("<d:CanonicalizationMethod/>"
	                 "<d:SignatureMethod Algorithm='" ECDSA "'/>" REF,
	                 ""),
	       false, "signature.algorithm-unknown", "no algorithm");
	is_bad(SIGNATURE(METHODS("http://www.w3.org/TR/1999/REC-xslt-19991116") REF, ""), false,
	       "signature.algorithm-unknown", "XSLT as canonicalisation");
	is_bad(SIGNATURE(METHODS(EXC) "<d:Reference URI='a'><d:DigestMethod Algorithm='" SHA256
	                              "'/></d:Reference>",
	                 ""),
	       true, "reference.malformed", "no DigestValue");
	is_bad(SIGNATURE(METHODS(EXC) "<d:Reference URI='a'>" DIGEST "<d:x/></d:Reference>", ""),
	       true, "reference.malformed", "something after DigestValue");
	is_bad(SIGNATURE(METHODS(EXC) "<d:Reference URI='a'/>", ""), true, "reference.malformed",
	       "an empty Reference");
	is_bad(SIGNATURE(METHODS(EXC) "<d:Reference URI='#S'>" DIGEST "</d:Reference>", ""), true,
	       "reference.refused", "a Reference to the Signature");
}

/* `n` times `piece` in the middle. */
static char *many(const char *head, const char *piece, size_t n, const char *tail)
{
	char *s = malloc(strlen(head) + n * strlen(piece) + strlen(tail) + 1), *p = s;

	p = stpcpy(p, head);
	while (n--)
		p = stpcpy(p, piece);
	strcpy(p, tail);
	return s;
}

static void limits(void)
{
	static const char head[] = "<d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#'>"
	                           "<d:SignedInfo>" METHODS(EXC);
	static const char tail[] = "</d:SignedInfo>" VALUE "</d:Signature>";
	static const char keys[] =
	        "<d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#'>"
	        "<d:SignedInfo>" METHODS(EXC) REF "</d:SignedInfo>" VALUE "<d:KeyInfo><d:X509Data>";
	char *s = many(head, REF, ED_MAX_ZIP_ENTRIES + 2, tail);

	fine(s, ED_MAX_ZIP_ENTRIES + 2, 0, "as many references as entries, and two");
	free(s);
	s = many(head, REF, ED_MAX_ZIP_ENTRIES + 3, tail);
	is_bad(s, false, "signature.malformed", "one reference more");
	free(s);
	s = many(keys, "<d:X509Certificate>AAAA</d:X509Certificate>", ED_MAX_KEYINFO_CERTS,
	         "</d:X509Data></d:KeyInfo></d:Signature>");
	fine(s, 1, ED_MAX_KEYINFO_CERTS, "100 certificates");
	free(s);
	s = many(keys, "<d:X509Certificate>AAAA</d:X509Certificate>", ED_MAX_KEYINFO_CERTS + 1,
	         "</d:X509Data></d:KeyInfo></d:Signature>");
	is_bad(s, false, "signature.malformed", "101 certificates");
	free(s);
}

static bool info_digest(const char *s, unsigned char out[ED_HASH_MAX])
{
	struct ed_findings findings;
	struct ed_xmldsig sig;
	struct ed_xml *xml = NULL;
	bool good = parse(s, &xml, &findings, &sig) &&
	            ed_xmldsig_info_digest(xml, &sig, out, &err) == EDOC_OK;

	ed_xml_free(xml);
	return good;
}

/* SignedInfo under each canonicalisation: what changes its digest. */
static void canonicalisations(void)
{
	static const struct {
		const char *plain, *comment, *wrapped, *uri;
		bool comments, inherits;
	} all[] = {
#define FORMS(uri)                                                                                 \
	SIGNATURE(METHODS(uri) REF, ""), SIGNATURE(METHODS(uri) "<!-- c -->" REF, ""),             \
	        "<d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#' xmlns:x='urn:x'>"       \
	        "<d:SignedInfo>" METHODS(uri) REF "</d:SignedInfo>" VALUE "</d:Signature>",        \
	        uri
	        {FORMS("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"), false, true},
	        {FORMS("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"), true, true},
	        {FORMS("http://www.w3.org/2006/12/xml-c14n11"), false, true},
	        {FORMS("http://www.w3.org/2006/12/xml-c14n11#WithComments"), true, true},
	        {FORMS("http://www.w3.org/2001/10/xml-exc-c14n#"), false, false},
	        {FORMS("http://www.w3.org/2001/10/xml-exc-c14n#WithComments"), true, false},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		unsigned char a[ED_HASH_MAX], b[ED_HASH_MAX], c[ED_HASH_MAX];

		ok(info_digest(all[i].plain, a) && info_digest(all[i].comment, b) &&
		           info_digest(all[i].wrapped, c),
		   "%s", all[i].uri);
		is_int(memcmp(a, b, 32) != 0, all[i].comments, "a comment changes it");
		is_int(memcmp(a, c, 32) != 0, all[i].inherits, "a namespace above changes it");
	}
}

/* ---- X-Road ---- */

static const char *entry_name(void *zip, size_t i)
{
	return zip_get_name(zip, i, 0);
}

static enum edoc_code read_entry(void *zip, size_t i, struct ed_buf *buf, struct edoc_error *e)
{
	zip_file_t *f = zip_fopen_index(zip, i, 0);
	char block[4096];
	zip_int64_t n = -1;

	while (f && (n = zip_fread(f, block, sizeof(block))) > 0)
		ed_buf_put(buf, block, (size_t)n);
	if (f)
		zip_fclose(f);
	return n == 0 ? ed_buf_check(buf, entry_name(zip, i), e) : EDOC_ERR_INPUT;
}

static enum edoc_code digest_entry(void *zip, size_t i, enum ed_hash hash,
                                   unsigned char out[ED_HASH_MAX], struct edoc_error *e)
{
	struct ed_buf buf;
	enum edoc_code code;

	ed_buf_init(&buf, 1 << 20);
	code = read_entry(zip, i, &buf, e);
	if (code == EDOC_OK && !ed_hash_bytes(hash, buf.data, buf.len, out))
		code = EDOC_ERR_MEMORY;
	ed_buf_clear(&buf);
	return code;
}

static bool passes(const struct ed_ades *x)
{
	for (size_t i = 0; i < x->findings.n; i++) {
		const struct ed_rule *rule = ed_rule(x->findings.v[i].code);

		if (!rule || rule->severity == EDOC_ERROR)
			return false;
	}
	return x->intact_data && x->intact_signature && x->bound;
}

static void one_container(const char *path, bool want)
{
	zip_t *zip = zip_open(path, ZIP_RDONLY, NULL);
	const struct ed_data data = {.arg = zip,
	                             .container = true,
	                             .n = zip ? (size_t)zip_get_num_entries(zip, 0) : 0,
	                             .name = entry_name,
	                             .digest = digest_entry,
	                             .read = read_entry};
	size_t at = zip ? ed_data_find(&data, "META-INF/signatures.xml") : ED_NO_DATA;
	struct ed_material material;
	struct ed_ades *sigs = NULL;
	enum edoc_code code;
	struct ed_buf xml;
	size_t n = 0;

	if (!ok(at != ED_NO_DATA, "%s is read", path))
		return;
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	ed_material_init(&material, arena);
	code = read_entry(zip, at, &xml, &err);
	if (code == EDOC_OK)
		code = ed_xades_read(xml.data, xml.len, "META-INF/signatures.xml", ED_MAX_XML_BYTES,
		                     &data, &material, arena, &sigs, &n, &err);
	ok((code == EDOC_OK && n == 1 && passes(&sigs[0])) == want, "and %s",
	   want ? "passes" : "does not pass");
	ed_ades_clear(sigs, n);
	ed_buf_clear(&xml);
	zip_discard(zip);
}

/* Those that X-Road's verifier accepts pass, and no other. */
static void xroad(void)
{
	static const struct {
		const char *name;
		bool passes;
	} all[] = {{"valid-signed-message", true},
	           {"valid-signed-message-with-attachments", true},
	           {"valid-non-batch-rest", true},
	           {"valid-non-batch-soap-attachments", true},
	           {"valid-signed-hashchain", true},
	           {"valid-batch-ts", true},
	           {"invalid-not-signed-hashchain", true}, /* the name misleads */
	           {"wrong-message", false},
	           {"invalid-digest", false},
	           {"invalid-signed-hashchain", false},
	           {"invalid-hashchain-modified-message", false},
	           {"invalid-incorrect-references", false},
	           {"invalid-ts-hashchainresult", false}};
	const char *src = getenv("SRCDIR");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/../shared/corpora/xroad/expected.tsv", src ? src : ".");
	f = fopen(path, "r");
	if (!f) {
		printf("ok %d - X-Road's containers # SKIP no %s\n", ++tap_n, path);
		return;
	}
	fclose(f);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(path, sizeof(path), "%s/../shared/corpora/xroad/%s.asice", src ? src : ".",
		         all[i].name);
		one_container(path, all[i].passes);
	}
}

/* RFC 9231 2.3.10: the parameters of RSASSA-PSS, or another element there. */
static void pss(void)
{
#define PSS "http://www.w3.org/2007/05/xmldsig-more#"
#define PSS_SIGNATURE(params)                                                                      \
	SIGNATURE("<d:CanonicalizationMethod Algorithm='" EXC                                      \
	          "'/><d:SignatureMethod Algorithm='" PSS "rsa-pss'>" params                       \
	          "</d:SignatureMethod>" REF,                                                      \
	          "")
#define SHA512 "http://www.w3.org/2001/04/xmlenc#sha512"
	static const struct {
		const char *s;
		bool known;
		enum ed_hash hash, mgf;
		unsigned salt;
	} cases[] = {
	        {PSS_SIGNATURE("<p:RSAPSSParams xmlns:p='" PSS "'/>"), true, ED_SHA256, ED_SHA256,
	         32},
	        {PSS_SIGNATURE("<p:RSAPSSParams xmlns:p='" PSS "'><d:DigestMethod "
	                       "Algorithm='" SHA512 "'/></p:RSAPSSParams>"),
	         true, ED_SHA512, ED_SHA512, 64},
	        {PSS_SIGNATURE("<p:RSAPSSParams xmlns:p='" PSS "'><d:DigestMethod "
	                       "Algorithm='" SHA512 "'/><p:MaskGenerationFunction Algorithm='" PSS
	                       "MGF1'><d:DigestMethod Algorithm='" SHA256
	                       "'/></p:MaskGenerationFunction><p:SaltLength>20</p:SaltLength>"
	                       "<p:TrailerField>1</p:TrailerField></p:RSAPSSParams>"),
	         true, ED_SHA512, ED_SHA256, 20},
	        {PSS_SIGNATURE("<p:RSAPSSParams xmlns:p='" PSS
	                       "'><p:TrailerField>2</p:TrailerField></p:RSAPSSParams>"),
	         false, 0, 0, 0},
	        {PSS_SIGNATURE("<p:RSAPSSParams xmlns:p='" PSS
	                       "'><p:SaltLength>-1</p:SaltLength></p:RSAPSSParams>"),
	         false, 0, 0, 0},
	        {PSS_SIGNATURE("<p:RSAPSSParams xmlns:p='" PSS "'><d:DigestMethod "
	                       "Algorithm='urn:none'/></p:RSAPSSParams>"),
	         false, 0, 0, 0},
	        {PSS_SIGNATURE("<p:Other xmlns:p='" PSS "'/>"), false, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ed_findings findings;
		struct ed_xmldsig sig;
		struct ed_xml *xml = NULL;

		if (!parse(cases[i].s, &xml, &findings, &sig))
			ok(false, "PSS %zu is read: %s", i, err.msg);
		ok(sig.alg_known == cases[i].known &&
		           (!cases[i].known ||
		            (sig.alg.hash == cases[i].hash && sig.alg.mgf == cases[i].mgf &&
		             sig.alg.salt == cases[i].salt)),
		   "PSS parameters %zu", i);
		ed_xml_free(xml);
	}
}

int main(void)
{
	arena = ed_arena_new();
	pss();
	structure();
	limits();
	canonicalisations();
	xroad();
	ed_arena_free(arena);
	return done();
}
