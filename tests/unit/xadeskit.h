/* SPDX-License-Identifier: ISC */
/* XAdES outside of containers, written by hand and sealed with the signer's key. */
#ifndef XADESKIT_H
#define XADESKIT_H

#include "cadeskit.h"
#include "base/hex.h"
#include "base/limits.h"
#include "judge/rules.h"
#include "signature/xades.h"
#include "signature/xadesnames.h"
#include "signature/xadesread.h"
#include "signdigest.h"

#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"
#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define XML_SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
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
	"<ds:DigestMethod Algorithm='" XML_SHA256 "'/><ds:DigestValue>" ZEROS "</ds:DigestValue>"  \
	"</ds:Reference>"
#define PLAIN(attributes)                                                                          \
	"<ds:Reference " attributes "><ds:DigestMethod Algorithm='" XML_SHA256                     \
	"'/><ds:DigestValue>" ZEROS "</ds:DigestValue></ds:Reference>"

static struct edoc_error err;
static char *key_info, *named; /* ds:KeyInfo, SigningCertificateV2 */

static struct {
	const char *name, *bytes;
} files[3] = {{"order.txt", "Order 12\n"},
              {"card.xml", "<a><!-- note --><b  x='1'/></a>"},
              {"other.txt", "something else"}};

__attribute__((unused)) static const char *file_name(void *arg, size_t i)
{
	(void)arg;
	return files[i].name;
}

__attribute__((unused)) static enum edoc_code file_digest(void *arg, size_t i, enum ed_hash hash,
                                                          unsigned char out[ED_HASH_MAX],
                                                          struct edoc_error *e)
{
	(void)arg;
	(void)e;
	return ed_hash_bytes(hash, files[i].bytes, strlen(files[i].bytes), out) ? EDOC_OK
	                                                                        : EDOC_ERR_MEMORY;
}

__attribute__((unused)) static enum edoc_code file_read(void *arg, size_t i, struct ed_buf *buf,
                                                        struct edoc_error *e)
{
	(void)arg;
	ed_buf_puts(buf, files[i].bytes);
	return ed_buf_check(buf, files[i].name, e);
}

static struct ed_data data = {.n = 3, .name = file_name, .digest = file_digest, .read = file_read};

/* ---- making ---- */

/* refs: ds:References; objects: behind the properties. */
__attribute__((unused)) static char *signature(const char *id, const char *refs,
                                               const char *objects)
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

__attribute__((unused)) static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

/* What a reference digests, by the functions that are tested: corpora and
 * xmlsec1 tell whether they are right. */
__attribute__((unused)) static bool reference_digest(const struct ed_xml *xml,
                                                     const struct ed_xmldsig *sig,
                                                     const struct ed_ref *ref,
                                                     unsigned char out[ED_HASH_MAX])
{
	struct ed_digest *d = ed_digest_new(ED_SHA256);
	enum edoc_code code = EDOC_OK;
	const char *slash = ref->name ? strrchr(ref->name, '/') : NULL;
	size_t i = ref->name ? ed_data_find(&data, ref->name) : 0;
	bool outside = ref->kind == ED_REF_ENTRY || ref->kind == ED_REF_NAMELESS;

	if (i == ED_NO_DATA && slash)
		i = ed_data_find(&data, slash + 1);
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
__attribute__((unused)) static char *put(char *s, char *at, size_t was, const void *bytes,
                                         size_t len)
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

__attribute__((unused)) static bool is_open(xmlNodePtr ref)
{
	const char *value = ed_xml_text(ed_xml_child(ref, ED_NS_DS, "DigestValue", NULL), arena);

	return value && !strcmp(value, ZEROS);
}

/* The first reference of SignedInfo or of the Manifests without its digest. */
__attribute__((unused)) static xmlNodePtr open_reference(const struct ed_xmldsig *sig,
                                                         bool manifest)
{
	xmlNodePtr top = manifest ? sig->node : sig->signed_info;

	for (xmlNodePtr p = top; p; p = ed_xml_following(p, top, false))
		if (ed_xml_is(p, ED_NS_DS, "Reference") && is_open(p) &&
		    (!manifest || ed_xml_is(p->parent, ED_NS_DS, "Manifest")))
			return p;
	return NULL;
}

__attribute__((unused)) static char *seal_references(char *s, const char *id, bool manifest)
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
		(void)ed_xmldsig_parse(xml, ed_xml_by_id(xml, id), data.container, arena, &findings, &sig);
		node = open_reference(&sig, manifest);
		if (node) {
			ed_xmldsig_reference(xml, &sig, node, data.container, arena, &findings,
			                     &ref);
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
__attribute__((unused)) static char *seal(char *s, const char *id)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_findings findings;
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
	(void)ed_xmldsig_parse(xml, ed_xml_by_id(xml, id), data.container, arena, &findings, &sig);
	ed_buf_init(&value, 10000);
	if (ed_xmldsig_info_digest(xml, &sig, digest, &err) ||
	    !sign_digest(zarina, digest, &value))
		ok(false, "seal: %s", err.msg);
	snprintf(mark, sizeof(mark), "Id='%s-v'>AAAA", id);
	s = put(s, strstr(s, mark) + strlen(mark) - 4, 4, value.data, value.len);
	ed_buf_clear(&value);
	ed_xml_free(xml);
	return s;
}

/* before, the signature, after: sealed. */
__attribute__((unused)) static char *document(const char *before, const char *refs,
                                              const char *objects, const char *after)
{
	char *sig = signature("S", refs, objects), *s;

	if (asprintf(&s, "%s%s%s", before, sig, after) < 0)
		abort();
	free(sig);
	return seal(s, "S");
}

__attribute__((unused)) static char *change(char *s, const char *old, const char *fresh)
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

/* XADES_KEEP=testdata/fuzz/xadesdoc build/tests/unit/xadesdocs.t writes seeds. */
__attribute__((unused)) static void keep_text(const char *s)
{
	const char *folder = getenv("XADES_KEEP");
	static unsigned n;
	char path[4096];
	FILE *f;

	if (!folder)
		return;
	snprintf(path, sizeof(path), "%s/%03u.xml", folder, n++);
	f = fopen(path, "wb");
	ok(f && fputs(s, f) >= 0 && fclose(f) == 0, "%s", path);
}

__attribute__((unused)) static enum edoc_code check(const char *s, struct ed_ades **sigs, size_t *n)
{
	static struct ed_material material;

	keep_text(s);
	memset(&err, 0, sizeof(err));
	ed_material_init(&material, arena);
	return ed_xades_read(s, strlen(s), "doc.xml", ED_MAX_XML_BYTES, &data, &material, arena,
	                     sigs, n, &err);
}

__attribute__((unused)) static bool clean(const struct ed_ades *x)
{
	for (size_t i = 0; i < x->findings.n; i++) {
		const struct ed_rule *rule = ed_rule(x->findings.v[i].code);

		if (!rule || rule->severity == EDOC_ERROR)
			return false;
	}
	return x->intact_data && x->intact_signature && x->bound && x->signer && !x->findings.lost;
}

__attribute__((unused)) static void show(const struct ed_ades *x)
{
	printf("#      data %d value %d bound %d level %s\n", x->intact_data, x->intact_signature,
	       x->bound, x->level);
	for (size_t i = 0; i < x->findings.n; i++)
		printf("#      %s (%s) %s %s\n", x->findings.v[i].code, x->findings.v[i].where,
		       x->findings.v[i].args[0] ? x->findings.v[i].args[0] : "",
		       x->findings.v[i].args[1] ? x->findings.v[i].args[1] : "");
}

/* Frees s.  It passes, and covers that. */
__attribute__((unused)) static void good(char *s, const char *packaging, const char *covers,
                                         const char *what)
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
__attribute__((unused)) static void bad(char *s, const char *code, const char *what)
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

/* KeyInfo and SigningCertificateV2 as xadesmake.c writes them. */
__attribute__((unused)) static char *part(const char *s, const char *begin, const char *end)
{
	const char *a = strstr(s, begin), *b = strstr(a, end);

	return strndup(a, (size_t)(b - a) + strlen(end));
}

__attribute__((unused)) static bool set_up(void)
{
	struct ed_xades_input input = {.name = "x", .media_type = "text/plain"};
	struct ed_xades_spec spec = {.words = {.at = 1772683869}, .hash = ED_SHA256, .inputs = &input, .n = 1};
	struct ed_buf xml;

	kit_open();
	spec.words.key = zarina;
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	if (!is_ok(ed_xades_make(&spec, &xml, &err), &err, "a signature to take parts from"))
		return false;
	key_info = part(ed_buf_str(&xml), "<ds:KeyInfo>", "</ds:KeyInfo>");
	named = part(ed_buf_str(&xml), "<xades:SigningCertificateV2>",
	             "</xades:SigningCertificateV2>");
	ed_buf_clear(&xml);
	return true;
}

__attribute__((unused)) static void tear_down(void)
{
	free(key_info);
	free(named);
	kit_close();
}

#endif
