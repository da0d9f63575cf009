/* SPDX-License-Identifier: ISC */
/* What each finding means stands in judge/rules.c. */
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "signature/xmldsig.h"

#define NS_EXC "http://www.w3.org/2001/10/xml-exc-c14n#"

struct reader {
	const struct ed_xml *xml;
	struct ed_arena *arena;
	struct ed_findings *findings;
	struct ed_xmldsig *sig;
};

static void note(struct reader *r, const char *code, const xmlNode *node, const char *a0,
                 const char *a1)
{
	ed_finding(r->findings, code, ed_xml_place(r->xml, node, r->arena), a0, a1, NULL);
}

static bool malformed(struct reader *r, const xmlNode *node, const char *element)
{
	note(r, "signature.malformed", node, element, NULL);
	return false;
}

static bool no_memory(struct reader *r)
{
	r->findings->lost = true;
	return false;
}

/* ---- canonicalisation methods ---- */

static bool split_prefixes(struct reader *r, const char *list, char ***out)
{
	char *copy = ed_arena_strdup(r->arena, list), *save = NULL;
	char **v = ed_arena_alloc(r->arena, (ED_MAX_XML_PREFIXES + 1) * sizeof(*v));
	size_t n = 0;

	if (!copy || !v)
		return no_memory(r);
	for (char *p = strtok_r(copy, " \t\r\n", &save); p; p = strtok_r(NULL, " \t\r\n", &save)) {
		if (n == ED_MAX_XML_PREFIXES)
			return false;
		v[n++] = p;
	}
	*out = n ? v : NULL;
	return true;
}

/* CanonicalizationMethod, or a Transform: one of the six, with nothing inside
 * but the InclusiveNamespaces of exclusive C14N. */
static bool read_c14n(struct reader *r, const xmlNode *node, enum ed_c14n *alg, bool *comments,
                      char ***prefixes)
{
	xmlNodePtr child = ed_xml_first(node);
	const char *list;

	*prefixes = NULL;
	if (!ed_c14n_by_uri(ed_xml_attr(node, "Algorithm", r->arena), alg, comments))
		return false;
	if (!child)
		return true;
	if (*alg != ED_C14N_EXC || !ed_xml_is(child, NS_EXC, "InclusiveNamespaces") ||
	    ed_xml_next(child) || ed_xml_first(child))
		return false;
	list = ed_xml_attr(child, "PrefixList", r->arena);
	return list && split_prefixes(r, list, prefixes);
}

/* ---- references ---- */

/* XAdES 1.1.1, 1.2.2 and 1.3.2 onwards name the type in three ways. */
static bool is_properties_type(const char *type)
{
	return type && (!strcmp(type, "http://uri.etsi.org/01903#SignedProperties") ||
	                !strcmp(type, "http://uri.etsi.org/01903/v1.1.1#SignedProperties") ||
	                !strcmp(type, "http://uri.etsi.org/01903/v1.2.2#SignedProperties"));
}

/* Types that give the target a meaning of its own: Manifest, Object,
 * CountersignedSignature.  An entry has none of them. */
static bool is_special_type(const char *type)
{
	return type && (!strncmp(type, ED_NS_DS, strlen(ED_NS_DS)) ||
	                !strncmp(type, "http://uri.etsi.org/01903", 25));
}

/* RFC 3986 4.2: neither a scheme nor an authority; then a name that a package
 * may hold, outside META-INF. */
static bool entry_name(struct reader *r, const char *uri, const char **name)
{
	char *out;

	if (*uri == '/')
		uri++; /* container-absolute, as X-Road writes it */
	if (*uri == '\0' || *uri == '/' || uri[strcspn(uri, ":/")] == ':')
		return false;
	out = ed_arena_alloc(r->arena, strlen(uri) + 1);
	if (!out)
		return no_memory(r);
	if (!ed_uri_decode(uri, out, strlen(uri) + 1) || ed_name_fault(out, strlen(out)))
		return false;
	if (!strcasecmp(out, "mimetype") || !strcasecmp(out, "META-INF") ||
	    !strncasecmp(out, "META-INF/", 9))
		return false;
	*name = out;
	return true;
}

static void read_target(struct reader *r, struct ed_ref *ref, const char *uri)
{
	const char *type = ed_xml_attr(ref->node, "Type", r->arena);
	xmlNodePtr target;

	if (uri && *uri == '#') {
		ref->name = uri + 1;
		target = ed_xml_by_id(r->xml, ref->name);
		if (is_properties_type(type))
			ref->kind = ED_REF_PROPERTIES;
		else if (target && !strcmp((const char *)target->name, "SignedProperties"))
			note(r, "properties.type", ref->node, uri, type ? type : "");
		else
			note(r, "reference.refused", ref->node, uri, NULL);
		return;
	}
	if (uri && *uri && !is_special_type(type) && entry_name(r, uri, &ref->name))
		ref->kind = ED_REF_ENTRY;
	else
		note(r, "reference.refused", ref->node, uri ? uri : "(no URI)", NULL);
}

/* One canonicalisation, perhaps repeated: to repeat it changes nothing.  An
 * entry is digested as it is. */
static void read_transforms(struct reader *r, struct ed_ref *ref, const xmlNode *transforms,
                            const char *uri)
{
	unsigned n = 0;

	for (xmlNodePtr p = ed_xml_first(transforms); p; p = ed_xml_next(p)) {
		const char *algorithm = ed_xml_attr(p, "Algorithm", r->arena);
		enum ed_c14n alg;
		bool comments, fine;
		char **prefixes;

		fine = ed_xml_is(p, ED_NS_DS, "Transform") && ++n <= ED_MAX_XML_TRANSFORMS &&
		       ref->kind != ED_REF_ENTRY && read_c14n(r, p, &alg, &comments, &prefixes) &&
		       (!ref->c14n_given || (alg == ref->c14n && !prefixes && !ref->prefixes));
		if (!fine) {
			note(r, "reference.transform-refused", p, uri, algorithm ? algorithm : "");
			ref->kind = ED_REF_REFUSED;
			return;
		}
		ref->c14n_given = true;
		ref->c14n = alg;
		ref->prefixes = prefixes;
	}
}

static void refuse(struct reader *r, struct ed_ref *ref, const char *code, const char *uri,
                   const char *what)
{
	note(r, code, ref->node, uri, what);
	ref->kind = ED_REF_REFUSED;
}

static void read_reference(struct reader *r, struct ed_ref *ref)
{
	const char *uri = ed_xml_attr(ref->node, "URI", r->arena), *method;
	const char *shown = uri ? uri : "(no URI)";
	xmlNodePtr p = ed_xml_first(ref->node);
	struct ed_buf value;

	ref->kind = ED_REF_REFUSED;
	ref->id = ed_xml_attr(ref->node, "Id", r->arena);
	/* xmldsig-core1 4.4.3.2: the default for a node-set; 4.4.3.3: and a bare
	 * name leaves comments out, whatever the transform says. */
	ref->c14n = ED_C14N_10;
	ref->comments = false;
	read_target(r, ref, uri);
	if (ed_xml_is(p, ED_NS_DS, "Transforms")) {
		read_transforms(r, ref, p, shown);
		p = ed_xml_next(p);
	}
	if (!ed_xml_is(p, ED_NS_DS, "DigestMethod")) {
		refuse(r, ref, "reference.malformed", shown, "ds:DigestMethod");
		return;
	}
	method = ed_xml_attr(p, "Algorithm", r->arena);
	ref->hash = method ? ed_hash_by_xml_uri(method) : ED_HASH_NONE;
	if (ref->hash == ED_HASH_NONE) {
		refuse(r, ref, "reference.algorithm-unknown", shown, method ? method : "");
		return;
	}
	p = ed_xml_next(p);
	ed_buf_init(&value, ED_HASH_MAX);
	if (ed_xml_is(p, ED_NS_DS, "DigestValue") && !ed_xml_next(p) &&
	    ed_xml_b64(p, r->arena, &value) && value.len == ed_hash_size(ref->hash))
		memcpy(ref->value, value.data, value.len);
	else
		refuse(r, ref, "reference.malformed", shown, "ds:DigestValue");
	ed_buf_clear(&value);
}

/* ---- SignedInfo, SignatureValue, KeyInfo ---- */

static bool read_method(struct reader *r, const xmlNode *node)
{
	const char *uri = ed_xml_attr(node, "Algorithm", r->arena);

	if (!ed_xml_is(node, ED_NS_DS, "SignatureMethod") || !uri)
		return malformed(r, node, "ds:SignatureMethod");
	r->sig->alg_known = ed_sigalg_by_xml_uri(uri, &r->sig->alg);
	if (strstr(uri, "#hmac-"))
		note(r, "signature.algorithm-refused", node, uri, NULL);
	else if (ed_xml_first(node))
		note(r, "signature.algorithm-refused", node, (const char *)ed_xml_first(node)->name,
		     NULL);
	else if (!r->sig->alg_known)
		note(r, "signature.algorithm-unknown", node, uri, NULL);
	else
		return true;
	r->sig->alg_known = false;
	return true;
}

static bool read_signed_info(struct reader *r)
{
	struct ed_xmldsig *sig = r->sig;
	xmlNodePtr p = ed_xml_first(sig->signed_info);
	bool good = true;
	size_t n = 0;

	if (!ed_xml_is(p, ED_NS_DS, "CanonicalizationMethod"))
		return malformed(r, sig->signed_info, "ds:CanonicalizationMethod");
	if (!read_c14n(r, p, &sig->c14n, &sig->comments, &sig->prefixes)) {
		const char *uri = ed_xml_attr(p, "Algorithm", r->arena);

		note(r, "signature.algorithm-unknown", p, uri ? uri : "", NULL);
		good = false;
	}
	p = ed_xml_next(p);
	if (!read_method(r, p))
		return false;
	for (xmlNodePtr q = p; (q = ed_xml_next(q)); n++)
		if (!ed_xml_is(q, ED_NS_DS, "Reference"))
			return malformed(r, q, (const char *)q->name);
	if (n == 0 || n > ED_MAX_ZIP_ENTRIES + 2)
		return malformed(r, sig->signed_info, "ds:Reference");
	sig->refs = ed_arena_alloc(r->arena, n * sizeof(*sig->refs));
	if (!sig->refs)
		return no_memory(r);
	while ((p = ed_xml_next(p))) {
		sig->refs[sig->n_refs].node = p;
		read_reference(r, &sig->refs[sig->n_refs++]);
	}
	return good;
}

static bool read_value(struct reader *r, const xmlNode *node)
{
	struct ed_buf value;
	bool good;

	ed_buf_init(&value, ED_MAX_KEY_FILE);
	good = ed_xml_b64(node, r->arena, &value) && value.len > 0;
	if (good) {
		r->sig->value = ed_arena_memdup(r->arena, value.data, value.len);
		r->sig->value_len = value.len;
		good = r->sig->value || no_memory(r);
	} else {
		malformed(r, node, "ds:SignatureValue");
	}
	ed_buf_clear(&value);
	return good;
}

static bool add_cert(struct reader *r, const xmlNode *node)
{
	struct ed_xmldsig *sig = r->sig;
	size_t n = sig->n_certs;
	struct ed_buf der;

	if (n == ED_MAX_KEYINFO_CERTS)
		return malformed(r, node, "ds:X509Certificate");
	if (!sig->certs) {
		sig->certs = ed_arena_alloc(r->arena, ED_MAX_KEYINFO_CERTS * sizeof(*sig->certs));
		sig->cert_lens =
		        ed_arena_alloc(r->arena, ED_MAX_KEYINFO_CERTS * sizeof(*sig->cert_lens));
		if (!sig->certs || !sig->cert_lens)
			return no_memory(r);
	}
	ed_buf_init(&der, ED_MAX_KEY_FILE);
	if (ed_xml_b64(node, r->arena, &der) && der.len > 0) {
		sig->certs[n] = ed_arena_memdup(r->arena, der.data, der.len);
		sig->cert_lens[n] = der.len;
		sig->n_certs += sig->certs[n] != NULL;
	}
	ed_buf_clear(&der);
	return sig->n_certs > n || malformed(r, node, "ds:X509Certificate");
}

/* Certificates only.  What points elsewhere is refused (loops, files, other
 * signatures); what is merely not needed (KeyName, KeyValue, X509IssuerSerial)
 * is passed over: the key comes from the certificate alone. */
static bool read_key_info(struct reader *r, const xmlNode *key_info)
{
	for (xmlNodePtr p = ed_xml_first(key_info); p; p = ed_xml_next(p)) {
		if (!strcmp((const char *)p->name, "RetrievalMethod") ||
		    !strcmp((const char *)p->name, "KeyInfoReference")) {
			note(r, "signature.key-info-refused", p, (const char *)p->name, NULL);
			continue;
		}
		if (!ed_xml_is(p, ED_NS_DS, "X509Data"))
			continue;
		for (xmlNodePtr q = ed_xml_first(p); q; q = ed_xml_next(q))
			if (ed_xml_is(q, ED_NS_DS, "X509Certificate") && !add_cert(r, q))
				return false;
	}
	return true;
}

bool ed_xmldsig_parse(const struct ed_xml *xml, xmlNodePtr node, struct ed_arena *arena,
                      struct ed_findings *findings, struct ed_xmldsig *sig)
{
	struct reader r = {xml, arena, findings, sig};
	xmlNodePtr p = ed_xml_first(node), key_info = NULL;

	memset(sig, 0, sizeof(*sig));
	sig->node = node;
	sig->id = ed_xml_attr(node, "Id", arena);
	/* xmldsig-core1 4.2: SignedInfo, SignatureValue, KeyInfo?, Object*.  A
	 * second one of the first three is an attack (CVE-2025-29774). */
	if (!ed_xml_is(p, ED_NS_DS, "SignedInfo"))
		return malformed(&r, node, "ds:SignedInfo");
	sig->signed_info = p;
	p = ed_xml_next(p);
	if (!ed_xml_is(p, ED_NS_DS, "SignatureValue"))
		return malformed(&r, node, "ds:SignatureValue");
	for (xmlNodePtr q = ed_xml_next(p); q; q = ed_xml_next(q)) {
		if (ed_xml_is(q, ED_NS_DS, "KeyInfo") && !key_info)
			key_info = q;
		else if (!ed_xml_is(q, ED_NS_DS, "Object"))
			return malformed(&r, q, (const char *)q->name);
	}
	return read_signed_info(&r) && read_value(&r, p) && read_key_info(&r, key_info);
}

/* ---- digests ---- */

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code digest(const struct ed_xml *xml, xmlNodePtr node, enum ed_c14n c14n,
                             bool comments, char *const *prefixes, enum ed_hash hash,
                             unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_digest *d = ed_digest_new(hash);
	enum edoc_code code;

	if (!d)
		return ed_fail_memory(err);
	code = ed_c14n(xml, node, c14n, comments, prefixes, NULL, to_digest, d, err);
	if (code == EDOC_OK && !ed_digest_final(d, out))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	return code;
}

enum edoc_code ed_xmldsig_info_digest(const struct ed_xml *xml, const struct ed_xmldsig *sig,
                                      unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	return digest(xml, sig->signed_info, sig->c14n, sig->comments, sig->prefixes, sig->alg.hash,
	              out, err);
}

enum edoc_code ed_xmldsig_element_digest(const struct ed_xml *xml, const struct ed_ref *ref,
                                         xmlNodePtr element, unsigned char out[ED_HASH_MAX],
                                         struct edoc_error *err)
{
	return digest(xml, element, ref->c14n, ref->comments, ref->prefixes, ref->hash, out, err);
}
