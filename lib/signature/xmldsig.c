/* SPDX-License-Identifier: ISC */
/* What each finding means stands in judge/rules.c. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "signature/xmldsig.h"

struct reader {
	const struct ed_xml *xml;
	struct ed_arena *arena;
	struct ed_findings *findings;
	struct ed_xmldsig *sig;
	bool container;
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

/* ---- references ---- */

/* XAdES 1.1.1, 1.2.2 and 1.3.2 onwards name the type in these ways. */
static bool is_properties_type(const char *type)
{
	static const char *const known[] = {"http://uri.etsi.org/01903#SignedProperties",
	                                    "http://uri.etsi.org/01903/v1.1.1#SignedProperties",
	                                    "http://uri.etsi.org/01903/v1.2.2#SignedProperties",
	                                    "http://uri.etsi.org/01903/v1.3.2#SignedProperties"};

	for (size_t i = 0; type && i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(type, known[i]))
			return true;
	return false;
}

/* Types that give the target a meaning that an object of its own cannot have. */
static bool is_special_type(const char *type)
{
	return is_properties_type(type) ||
	       (type && (!strcmp(type, ED_NS_DS "Manifest") || !strcmp(type, ED_NS_DS "Object")));
}

/* RFC 3986 4.2: neither a scheme nor an authority; then a name that a package
 * may hold. */
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
	*name = out;
	return true;
}

/* Outside a container a name is a hint: what it cannot be decoded to, it is. */
static bool object_name(struct reader *r, const char *uri, const char **name)
{
	if (r->container)
		return entry_name(r, uri, name);
	if (strchr(uri, '#'))
		return false; /* a part of another document */
	if (!entry_name(r, uri, name))
		*name = uri;
	return true;
}

/* #id, #xpointer(/) and #xpointer(id('x')) (4.4.3.3); NULL: another pointer.
 * "": the document. */
static const char *pointer(struct reader *r, const char *uri, bool *comments)
{
	size_t n;

	*comments = !strncmp(uri, "#xpointer(", 10);
	if (!*comments)
		return strpbrk(uri + 1, "()") ? NULL : uri + 1;
	uri += 10;
	if (!strcmp(uri, "/)"))
		return "";
	if (strncmp(uri, "id(", 3) != 0 || (uri[3] != '\'' && uri[3] != '"'))
		return NULL;
	n = strcspn(uri + 4, "'\"");
	if (n == 0 || uri[4 + n] != uri[3] || strcmp(uri + 5 + n, "))") != 0)
		return NULL;
	return ed_arena_strndup(r->arena, uri + 4, n);
}

/* In a container: an Object or the KeyInfo of this very signature, or the value
 * of the one that it counter-signs. */
static bool may_be_target(const struct reader *r, const xmlNode *target)
{
	if (!r->container)
		return true;
	for (const xmlNode *p = target; p; p = p->parent)
		if (p->parent == r->sig->node)
			return ed_xml_is(p, ED_NS_DS, "Object") ||
			       ed_xml_is(p, ED_NS_DS, "KeyInfo");
	return target && ed_xml_is(target, ED_NS_DS, "SignatureValue") &&
	       ed_xml_within(r->sig->node, target->parent);
}

/* In a Signature an Object is its child, and a Manifest an Object's (4.6, 5.1):
 * one that stands deeper was moved there, and another is shown in its place. */
static bool is_misplaced(const struct reader *r, const xmlNode *target)
{
	bool manifest = ed_xml_is(target, ED_NS_DS, "Manifest");

	if (!ed_xml_within(target, r->sig->node))
		return false;
	if (manifest)
		target = target->parent;
	if (!ed_xml_is(target, ED_NS_DS, "Object"))
		return manifest;
	return target->parent != r->sig->node;
}

static void read_element_target(struct reader *r, struct ed_ref *ref)
{
	ref->name = pointer(r, ref->uri, &ref->comments);
	if (ref->name && !*ref->name && ref->uri[1] && !r->container) {
		ref->kind = ED_REF_ROOT;
		return;
	}
	ref->target = ed_xml_by_id(r->xml, ref->name);
	if (is_properties_type(ref->type) && ref->name) {
		ref->kind = ED_REF_PROPERTIES;
		return;
	}
	if (ed_xml_id_repeated(r->xml, ref->name)) {
		note(r, "reference.id-repeated", ref->node, ref->name, NULL);
		return;
	}
	if (!ref->target || !may_be_target(r, ref->target)) {
		note(r, "reference.refused", ref->node, ref->uri, NULL);
		return;
	}
	ref->kind = ED_REF_ELEMENT;
	if (!strcmp((const char *)ref->target->name, "SignedProperties"))
		note(r, "properties.type", ref->node, ref->uri, ref->type ? ref->type : "");
	if (is_misplaced(r, ref->target)) {
		note(r, "reference.misplaced", ref->node, ref->uri,
		     (const char *)ref->target->name);
		ref->kind = ED_REF_REFUSED;
	}
}

static void read_target(struct reader *r, struct ed_ref *ref, const char *uri)
{
	if (uri && *uri == '#')
		read_element_target(r, ref);
	else if (!uri && !r->container)
		ref->kind = ED_REF_NAMELESS;
	else if (uri && !*uri && !r->container && !is_properties_type(ref->type))
		ref->kind = ED_REF_ROOT;
	else if (uri && *uri && !is_special_type(ref->type) && object_name(r, uri, &ref->name))
		ref->kind = ED_REF_ENTRY;
	else
		note(r, "reference.refused", ref->node, ref->uri, NULL);
}

static void refuse(struct reader *r, struct ed_ref *ref, const char *code, const char *what)
{
	note(r, code, ref->node, ref->uri, what);
	ref->kind = ED_REF_REFUSED;
}

static void read_digest(struct reader *r, struct ed_ref *ref, const xmlNode *p)
{
	const char *method = ed_xml_attr(p, "Algorithm", r->arena);
	struct ed_buf value;

	if (!ed_xml_is(p, ED_NS_DS, "DigestMethod")) {
		refuse(r, ref, "reference.malformed", "ds:DigestMethod");
		return;
	}
	ref->hash = method ? ed_hash_by_xml_uri(method) : ED_HASH_NONE;
	if (ref->hash == ED_HASH_NONE) {
		refuse(r, ref, "reference.algorithm-unknown", method ? method : "");
		return;
	}
	p = ed_xml_next(p);
	ed_buf_init(&value, ED_HASH_MAX);
	if (ed_xml_is(p, ED_NS_DS, "DigestValue") && !ed_xml_next(p) &&
	    ed_xml_b64(p, r->arena, &value) && value.len == ed_hash_size(ref->hash))
		memcpy(ref->value, value.data, value.len);
	else
		refuse(r, ref, "reference.malformed", "ds:DigestValue");
	ed_buf_clear(&value);
}

/* Of a container a signatures file may be countersigned in part: one value of
 * it, by a reference of that Type.  Which file it is the references are asked. */
static bool is_countersigning(struct reader *r, struct ed_ref *ref, const xmlNode *transforms)
{
	static const char type[] = "http://uri.etsi.org/01903#CountersignedSignature";

	return r->container && ref->kind == ED_REF_ENTRY && ref->type && !strcmp(ref->type, type) &&
	       ref->node->parent == r->sig->signed_info &&
	       ed_transforms_countersigned(transforms, r->arena, &ref->transforms);
}

static void read_transforms(struct reader *r, struct ed_ref *ref, const xmlNode *transforms)
{
	const xmlNode *at = transforms;
	const char *algorithm;

	if (is_countersigning(r, ref, transforms) ||
	    ed_transforms_read(transforms, r->container, r->arena, &ref->transforms, &at))
		return;
	algorithm = ed_xml_attr(at, "Algorithm", r->arena);
	note(r, "reference.transform-refused", at, ref->uri, algorithm ? algorithm : "");
	ref->kind = ED_REF_REFUSED;
}

static void read_reference(struct reader *r, struct ed_ref *ref)
{
	const char *uri = ed_xml_attr(ref->node, "URI", r->arena);
	xmlNodePtr p = ed_xml_first(ref->node);

	ref->kind = ED_REF_REFUSED;
	ref->uri = uri ? uri : "(no URI)";
	ref->id = ed_xml_attr(ref->node, "Id", r->arena);
	ref->type = ed_xml_attr(ref->node, "Type", r->arena);
	if (!r->container && uri && !*uri && is_properties_type(ref->type) &&
	    (ref->target = ed_transforms_properties(r->xml, p, r->arena, &ref->name))) {
		ref->kind = ED_REF_PROPERTIES;
		p = ed_xml_next(p);
	} else {
		read_target(r, ref, uri);
	}
	if (ed_xml_is(p, ED_NS_DS, "Transforms")) {
		read_transforms(r, ref, p);
		p = ed_xml_next(p);
	}
	read_digest(r, ref, p);
}

void ed_xmldsig_reference(const struct ed_xml *xml, const struct ed_xmldsig *sig, xmlNodePtr node,
                          bool container, struct ed_arena *arena, struct ed_findings *findings,
                          struct ed_ref *ref)
{
	struct reader r = {xml, arena, findings, (struct ed_xmldsig *)sig, container};

	memset(ref, 0, sizeof(*ref));
	ref->node = node;
	read_reference(&r, ref);
}

/* ---- SignedInfo, SignatureValue, KeyInfo ---- */

#define NS_PSS "http://www.w3.org/2007/05/xmldsig-more#"
#define MGF1 NS_PSS "MGF1"

/* RFC 9231 2.3.10: RSAPSSParams; what it leaves out is RFC 8017's default of the
 * schema: SHA-256, MGF1 with the same, a salt as long, trailer 1. */
static bool read_pss(struct reader *r, const xmlNode *params)
{
	struct ed_sigalg *alg = &r->sig->alg;
	bool fine = ed_xml_is(params, NS_PSS, "RSAPSSParams") && !ed_xml_next(params);
	const char *text;
	char *end;

	alg->hash = alg->mgf = ED_SHA256;
	alg->salt = 32;
	for (xmlNodePtr p = ed_xml_first(params); p && fine; p = ed_xml_next(p)) {
		const char *uri = ed_xml_attr(p, "Algorithm", r->arena);

		if (ed_xml_is(p, ED_NS_DS, "DigestMethod")) {
			alg->hash = alg->mgf = uri ? ed_hash_by_xml_uri(uri) : ED_HASH_NONE;
			alg->salt = (unsigned)ed_hash_size(alg->hash);
		} else if (ed_xml_is(p, NS_PSS, "MaskGenerationFunction")) {
			xmlNodePtr q = ed_xml_first(p);

			fine = uri && !strcmp(uri, MGF1);
			uri = q ? ed_xml_attr(q, "Algorithm", r->arena) : NULL;
			if (uri)
				alg->mgf = ed_hash_by_xml_uri(uri);
		} else if (ed_xml_is(p, NS_PSS, "SaltLength")) {
			text = ed_xml_text(p, r->arena);
			alg->salt = text && *text ? (unsigned)strtoul(text, &end, 10) : 0;
			fine = text && *text && !*end && alg->salt <= ED_HASH_MAX;
		} else {
			text = ed_xml_text(p, r->arena);
			fine = ed_xml_is(p, NS_PSS, "TrailerField") && text && !strcmp(text, "1");
		}
	}
	return fine && alg->hash != ED_HASH_NONE && alg->mgf != ED_HASH_NONE;
}

static bool read_method(struct reader *r, const xmlNode *node)
{
	const char *uri = ed_xml_attr(node, "Algorithm", r->arena);
	const xmlNode *params;

	/* 6.1: algorithms are named by URIs, so there is a scheme. */
	if (!ed_xml_is(node, ED_NS_DS, "SignatureMethod") || !uri || !strchr(uri, ':'))
		return malformed(r, node, "ds:SignatureMethod");
	r->sig->alg_known = ed_sigalg_by_xml_uri(uri, &r->sig->alg);
	params = ed_xml_first(node);
	if (params && !strcmp(uri, NS_PSS "rsa-pss") && read_pss(r, params))
		params = NULL;
	if (strstr(uri, "#hmac-"))
		note(r, "signature.algorithm-refused", node, uri, NULL);
	else if (params)
		note(r, "signature.algorithm-refused", node, (const char *)params->name, NULL);
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
	if (!ed_c14n_read(p, r->arena, &sig->c14n, &sig->comments, &sig->prefixes)) {
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
		if (ed_xml_is(p, ED_NS_DS, "KeyValue"))
			r->sig->key_value = p;
		if (!ed_xml_is(p, ED_NS_DS, "X509Data"))
			continue;
		for (xmlNodePtr q = ed_xml_first(p); q; q = ed_xml_next(q))
			if (ed_xml_is(q, ED_NS_DS, "X509Certificate") && !add_cert(r, q))
				return false;
	}
	return true;
}

bool ed_xmldsig_parse(const struct ed_xml *xml, xmlNodePtr node, bool container,
                      struct ed_arena *arena, struct ed_findings *findings, struct ed_xmldsig *sig)
{
	struct reader r = {xml, arena, findings, sig, container};
	xmlNodePtr p = ed_xml_first(node);

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
	sig->value_node = p;
	for (xmlNodePtr q = ed_xml_next(p); q; q = ed_xml_next(q)) {
		if (ed_xml_is(q, ED_NS_DS, "KeyInfo") && !sig->key_info)
			sig->key_info = q;
		else if (!ed_xml_is(q, ED_NS_DS, "Object"))
			return malformed(&r, q, (const char *)q->name);
	}
	return read_signed_info(&r) && read_value(&r, p) && read_key_info(&r, sig->key_info);
}

/* ---- octets ---- */

static bool leaves_nothing(const struct ed_xmldsig *sig, const struct ed_ref *ref,
                           const xmlNode *top)
{
	if (ref->transforms.enveloped && ed_xml_within(top, sig->node))
		return true;
	for (; ref->transforms.skip && top; top = top->parent)
		if (top->type == XML_ELEMENT_NODE && ref->transforms.skip(top))
			return true;
	return false;
}

/* xmldsig-core1 6.6.2: of nodes their text is taken. */
static enum edoc_code write_base64(const void *text, size_t len, const char *where,
                                   ed_xml_sink_fn *sink, void *arg, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct ed_buf out;

	ed_buf_init(&out, len);
	if (!ed_b64_get(text, len, &out))
		code = ed_fail(err, EDOC_ERR_INPUT, where, "not base64 (xmldsig-core1 6.6.2)");
	else if (out.len)
		code = sink(arg, out.data, out.len);
	ed_buf_clear(&out);
	return code;
}

static struct ed_c14n_form form_of(const struct ed_ref *ref, const struct ed_c14n_form *otherwise)
{
	struct ed_c14n_form form = {.alg = ED_C14N_10};

	if (ref->transforms.c14n_given) {
		form.alg = ref->transforms.c14n;
		form.comments = ref->transforms.comments;
		form.prefixes = ref->transforms.prefixes;
	} else if (otherwise) {
		form = *otherwise;
	}
	return form;
}

enum edoc_code ed_xmldsig_write(const struct ed_xml *xml, const struct ed_xmldsig *sig,
                                const struct ed_ref *ref, const struct ed_c14n_form *otherwise,
                                ed_xml_sink_fn *sink, void *arg, struct edoc_error *err)
{
	xmlNodePtr top = ref->kind == ED_REF_ROOT ? xmlDocGetRootElement(xml->doc) : ref->target;
	struct ed_c14n_form form = form_of(ref, otherwise);

	if (!top || leaves_nothing(sig, ref, top))
		return ed_fail(err, EDOC_ERR_INPUT, xml->where, "the reference digests nothing");
	if (ref->transforms.base64) {
		struct ed_arena *arena = ed_arena_new();
		const char *text = arena ? ed_xml_string(top, arena) : NULL;
		enum edoc_code code =
		        text ? write_base64(text, strlen(text), xml->where, sink, arg, err)
		             : ed_fail_memory(err);

		ed_arena_free(arena);
		return code;
	}
	form.comments = form.comments && ref->comments;
	form.without = (const xmlNode *const *)&sig->node;
	form.n_without = ref->transforms.enveloped;
	form.skip = ref->transforms.skip;
	return ed_c14n_write(xml, ref->kind == ED_REF_ROOT ? NULL : top, &form, sink, arg, err);
}

/* The value of a signature that is the document's own: one that stands deeper
 * was moved there, and another is shown in its place. */
static xmlNodePtr value_of(const struct ed_xml *xml, const char *id)
{
	xmlNodePtr node = ed_xml_by_id(xml, id), sig = node ? node->parent : NULL;
	xmlChar *own = node ? xmlGetNoNsProp(node, (const xmlChar *)"Id") : NULL;
	bool named = own && !strcmp((const char *)own, id);

	xmlFree(own);
	return named && ed_xml_is(node, ED_NS_DS, "SignatureValue") &&
	                       ed_xml_is(sig, ED_NS_DS, "Signature") && sig->parent &&
	                       sig->parent == xmlDocGetRootElement(xml->doc)
	               ? node
	               : NULL;
}

enum edoc_code ed_xmldsig_write_bytes(const struct ed_ref *ref, const void *bytes, size_t len,
                                      ed_xml_sink_fn *sink, void *arg, struct edoc_error *err)
{
	struct ed_c14n_form form = form_of(ref, NULL);
	struct ed_xml *xml = NULL;
	xmlNodePtr top = NULL;
	enum edoc_code code;

	if (ref->transforms.enveloped || ref->transforms.skip)
		return ed_fail(err, EDOC_ERR_INPUT, ref->uri,
		               "a transform of signatures on another document");
	if (ref->transforms.base64)
		return write_base64(bytes, len, ref->uri, sink, arg, err);
	if (!ref->transforms.c14n_given)
		return len ? sink(arg, bytes, len) : EDOC_OK;
	code = ed_xml_parse_any(bytes, len, ref->uri, ED_MAX_XML_BYTES, &xml, err);
	if (code == EDOC_OK && ref->transforms.value_id &&
	    !(top = value_of(xml, ref->transforms.value_id)))
		code = ed_fail(err, EDOC_ERR_INPUT, ref->uri,
		               "no signature of it has one value with the Id %s",
		               ref->transforms.value_id);
	if (code == EDOC_OK)
		code = ed_c14n_write(xml, top, &form, sink, arg, err);
	ed_xml_free(xml);
	return code;
}

/* ---- digests ---- */

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code digest(const struct ed_xml *xml, xmlNodePtr node,
                             const struct ed_c14n_form *form, enum ed_hash hash,
                             unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_digest *d = ed_digest_new(hash);
	enum edoc_code code;

	if (!d)
		return ed_fail_memory(err);
	code = ed_c14n_write(xml, node, form, to_digest, d, err);
	if (code == EDOC_OK && !ed_digest_final(d, out))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	return code;
}

enum edoc_code ed_xmldsig_info_digest(const struct ed_xml *xml, const struct ed_xmldsig *sig,
                                      unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	const struct ed_c14n_form form = {
	        .alg = sig->c14n, .comments = sig->comments, .prefixes = sig->prefixes};

	return digest(xml, sig->signed_info, &form, sig->alg.hash, out, err);
}

static enum edoc_code to_buf(void *buf, const void *bytes, size_t len)
{
	ed_buf_put(buf, bytes, len);
	return ((struct ed_buf *)buf)->failed;
}

enum edoc_code ed_xmldsig_info(const struct ed_xml *xml, const struct ed_xmldsig *sig,
                               struct ed_buf *out, struct edoc_error *err)
{
	const struct ed_c14n_form form = {
	        .alg = sig->c14n, .comments = sig->comments, .prefixes = sig->prefixes};

	return ed_c14n_write(xml, sig->signed_info, &form, to_buf, out, err);
}
