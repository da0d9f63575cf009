/* SPDX-License-Identifier: ISC */
/*
 * Makes XAdES baseline B (EN 319 132-1 6).  The text is written three times,
 * each time with one more hole filled: parsed and canonicalised by the same
 * code that verifies, the first gives the digest of SignedProperties, the
 * second that of SignedInfo.
 *
 * Exclusive C14N: what is signed then does not change when another program
 * puts the signature under another root or declares more namespaces there.
 * DSS makes it by default; DigiDoc and xmlsec read it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/time.h"
#include "door/x509.h"
#include "signature/xadesgrow.h"
#include "signature/xadesmake.h"
#include "signature/xadesnames.h"

#define MAX_OUT ED_MAX_XML_BYTES
#define WHERE "the new signature"
#define DOCUMENT "the document"

/* ---- pieces ---- */

void ed_xm_put_b64(struct ed_buf *out, const char *name, const void *bytes, size_t len)
{
	ed_buf_printf(out, "<%s>", name);
	ed_b64_put(out, bytes, len);
	ed_buf_printf(out, "</%s>", name);
}

void ed_xm_put_digest_method(struct ed_buf *out, enum ed_hash hash)
{
	ed_buf_printf(out, "<ds:DigestMethod Algorithm=\"%s\"></ds:DigestMethod>",
	              ed_hash_xml_uri(hash));
}

static enum edoc_code put_uri(struct ed_buf *out, const char *name, struct edoc_error *err)
{
	char uri[3 * ED_MAX_NAME + 1];
	size_t len = strlen(name);

	if (len > ED_MAX_NAME || ed_name_fault(name, len))
		return ed_fail(err, EDOC_ERR_INPUT, name, "not a name for an entry of a package");
	ed_uri_encode(name, uri, sizeof(uri));
	ed_xml_put_attr(out, uri);
	return EDOC_OK;
}

/* What stands before the digest: something of the same document, or a file by its name. */
static enum edoc_code put_source(const struct ed_xm *m, size_t i, struct ed_buf *out,
                                 struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (m->counter) /* EN 319 132-1 5.2.7.2 */
		ed_buf_puts(out, " Type=\"" ED_TYPE_COUNTERSIGNED "\"");
	else if (m->target == m->object) /* xmldsig-core1 4.5 */
		ed_buf_puts(out, " Type=\"" ED_NS_DS "Object\"");
	ed_buf_puts(out, " URI=\"");
	if (m->target) {
		ed_buf_puts(out, *m->target ? "#" : "");
		ed_xml_put_attr(out, m->target);
		ed_buf_printf(out, "\"><ds:Transforms>%s</ds:Transforms>", m->transforms);
	} else {
		code = put_uri(out, m->spec->inputs[i].name, err);
		ed_buf_puts(out, "\">");
	}
	return code;
}

static enum edoc_code put_references(const struct ed_xm *m, struct ed_buf *out,
                                     struct edoc_error *err)
{
	for (size_t i = 0; i < m->spec->n; i++) {
		const struct ed_xades_input *input = &m->spec->inputs[i];
		enum edoc_code code;

		ed_buf_printf(out, "<ds:Reference Id=\"%s-r%zu\"", m->id, i);
		code = put_source(m, i, out, err);
		if (code != EDOC_OK)
			return code;
		ed_xm_put_digest_method(out, m->spec->hash);
		ed_xm_put_b64(out, "ds:DigestValue", input->digest, ed_hash_size(m->spec->hash));
		ed_buf_puts(out, "</ds:Reference>\n");
	}
	return EDOC_OK;
}

static enum edoc_code put_signed_info(const struct ed_xm *m, struct ed_buf *out,
                                      struct edoc_error *err)
{
	const char *c14n = ed_c14n_uri(ED_C14N_EXC, false);
	enum edoc_code code;

	ed_buf_printf(out,
	              "<ds:SignedInfo>\n"
	              "<ds:CanonicalizationMethod Algorithm=\"%s\"></ds:CanonicalizationMethod>\n"
	              "<ds:SignatureMethod Algorithm=\"%s\"></ds:SignatureMethod>\n",
	              c14n, ed_sigalg_xml_uri(&m->alg));
	code = put_references(m, out, err);
	if (code != EDOC_OK)
		return code;
	ed_buf_printf(out,
	              "<ds:Reference Type=\"" ED_TYPE_PROPERTIES "\" URI=\"#%s-p\">"
	              "<ds:Transforms><ds:Transform Algorithm=\"%s\"></ds:Transform>"
	              "</ds:Transforms>",
	              m->id, c14n);
	ed_xm_put_digest_method(out, m->spec->hash);
	ed_buf_printf(out, "<ds:DigestValue>%s</ds:DigestValue></ds:Reference>\n</ds:SignedInfo>\n",
	              ed_buf_str(&m->properties_digest));
	return EDOC_OK;
}

static enum edoc_code put_certificate(struct ed_buf *out, const X509 *x509, struct edoc_error *err)
{
	enum edoc_code code;
	struct ed_buf der;

	ed_buf_init(&der, ED_MAX_KEY_FILE);
	code = ed_cert_der(x509, &der, err);
	if (code == EDOC_OK)
		ed_xm_put_b64(out, "ds:X509Certificate", der.data, der.len);
	ed_buf_clear(&der);
	return code;
}

static enum edoc_code put_key_info(const struct ed_xm *m, struct ed_buf *out,
                                   struct edoc_error *err)
{
	const STACK_OF(X509) *chain = ed_key_chain(m->spec->words.key);
	enum edoc_code code;

	ed_buf_puts(out, "<ds:KeyInfo><ds:X509Data>");
	code = put_certificate(out, ed_key_cert(m->spec->words.key), err);
	for (int i = 0; i < sk_X509_num(chain) && code == EDOC_OK; i++)
		code = put_certificate(out, sk_X509_value(chain, i), err);
	ed_buf_puts(out, "</ds:X509Data></ds:KeyInfo>\n");
	return code;
}

#define NAMESPACES "xmlns:ds=\"" ED_NS_DS "\" xmlns:xades=\"" ED_NS_XADES "\""

static bool is_alone(const struct ed_xm *m)
{
	return m->counter || m->spec->packaging != ED_XADES_CONTAINER;
}

/* The document that will hold it has a beginning and an end already. */
static bool is_part(const struct ed_xm *m)
{
	return m->counter || m->spec->packaging == ED_XADES_ENVELOPED ||
	       m->spec->packaging == ED_XADES_BESIDE;
}

static void put_begin(const struct ed_xm *m, struct ed_buf *out)
{
	if (!is_part(m))
		ed_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	if (is_alone(m))
		ed_buf_printf(out, "<ds:Signature " NAMESPACES " Id=\"%s\">\n", m->id);
	else
		ed_buf_printf(out,
		              "<asic:XAdESSignatures xmlns:asic=\"" ED_NS_ASIC "\" " NAMESPACES
		              ">\n<ds:Signature Id=\"%s\">\n",
		              m->id);
}

/* What its kind is stands in the signed properties; here nobody would sign it. */
static void put_object(const struct ed_xm *m, struct ed_buf *out)
{
	ed_buf_printf(out, "<ds:Object Id=\"%s\">", m->object);
	ed_b64_put(out, m->spec->document, m->spec->document_len);
	ed_buf_puts(out, "</ds:Object>\n");
}

static enum edoc_code put_all(const struct ed_xm *m, struct ed_buf *out, struct edoc_error *err)
{
	enum edoc_code code;

	ed_buf_reset(out);
	put_begin(m, out);
	code = put_signed_info(m, out, err);
	ed_buf_printf(out, "<ds:SignatureValue Id=\"%s-v\">%s</ds:SignatureValue>\n", m->id,
	              ed_buf_str(&m->value));
	if (code == EDOC_OK)
		code = put_key_info(m, out, err);
	ed_buf_printf(out, "<ds:Object><xades:QualifyingProperties Target=\"#%s\">\n", m->id);
	if (code == EDOC_OK)
		code = ed_xm_put_properties(m, out, err);
	ed_buf_puts(out, "</xades:QualifyingProperties></ds:Object>\n");
	if (m->target == m->object)
		put_object(m, out);
	ed_buf_puts(out, "</ds:Signature>");
	if (!is_alone(m))
		ed_buf_puts(out, "\n</asic:XAdESSignatures>");
	if (!is_part(m))
		ed_buf_puts(out, "\n");
	return code != EDOC_OK ? code : ed_buf_check(out, WHERE, err);
}

/* ---- digests and the value ---- */

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code to_buf(void *buf, const void *bytes, size_t len)
{
	ed_buf_put(buf, bytes, len);
	return ((const struct ed_buf *)buf)->failed;
}

/* The canonical form of SignedProperties, or of SignedInfo. */
static enum edoc_code write_part(const struct ed_xm *m, const struct ed_buf *text, bool properties,
                                 ed_xml_sink_fn *sink, void *arg, struct edoc_error *err)
{
	char id[sizeof(m->id) + 2];
	struct ed_xml *xml;
	xmlNodePtr node;
	enum edoc_code code;

	code = ed_xml_parse(text->data, text->len, WHERE, MAX_OUT, &xml, err);
	if (code != EDOC_OK)
		return code;
	snprintf(id, sizeof(id), "%s-p", m->id);
	node = xmlDocGetRootElement(xml->doc);
	node = properties    ? ed_xml_by_id(xml, id)
	       : is_alone(m) ? ed_xml_first(node)
	                     : ed_xml_first(ed_xml_first(node));
	code = ed_c14n(xml, node, ED_C14N_EXC, false, NULL, NULL, sink, arg, err);
	ed_xml_free(xml);
	return code;
}

static enum edoc_code fill_digest(struct ed_xm *m, const struct ed_buf *text,
                                  struct edoc_error *err)
{
	struct ed_digest *d = ed_digest_new(m->spec->hash);
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code code;

	code = d ? write_part(m, text, true, to_digest, d, err) : ed_fail_memory(err);
	if (code == EDOC_OK && !ed_digest_final(d, digest))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	if (code == EDOC_OK)
		ed_b64_put(&m->properties_digest, digest, ed_hash_size(m->spec->hash));
	return code;
}

static enum edoc_code fill_value(struct ed_xm *m, const struct ed_buf *text, struct edoc_error *err)
{
	struct ed_buf info, value;
	enum edoc_code code;

	ed_buf_init(&info, MAX_OUT);
	ed_buf_init(&value, ED_MAX_KEY_FILE);
	code = write_part(m, text, false, to_buf, &info, err);
	if (code == EDOC_OK)
		code = ed_sign_value(m->spec->words.key, &m->alg, info.data, info.len, &value, err);
	if (code == EDOC_OK)
		ed_b64_put(&m->value, value.data, value.len);
	ed_buf_clear(&info);
	ed_buf_clear(&value);
	return code;
}

/* An Id that no co-signature has: from all that is signed, and by whom. */
static bool add_word(struct ed_digest *digest, const char *word)
{
	return ed_digest_update(digest, word ? word : "", word ? strlen(word) + 1 : 1);
}

/* What few say goes in only where it is said, so that others' Ids stay. */
static bool add_rare_words(struct ed_digest *digest, const struct ed_sign_words *words)
{
	const struct edoc_sign_place *p = words->place;
	const char *const *roles = words->roles;
	bool good = true;

	for (size_t i = 1; good && roles && roles[0] && roles[i]; i++)
		good = add_word(digest, roles[i]);
	if (p)
		good = good && add_word(digest, p->street) && add_word(digest, p->city) &&
		       add_word(digest, p->region) && add_word(digest, p->postal_code) &&
		       add_word(digest, p->country);
	if (words->policy)
		good = good && add_word(digest, words->policy->id);
	if (words->content_token)
		good = good &&
		       ed_digest_update(digest, words->content_token, words->content_token_len);
	return good;
}

static bool make_id(struct ed_xm *m)
{
	const struct ed_xades_spec *spec = m->spec;
	const struct ed_sign_words *words = &spec->words;
	struct ed_digest *digest = ed_digest_new(ED_SHA256);
	unsigned char value[ED_HASH_MAX];
	char time[ED_TIME_STR];
	bool good;

	ed_time_format(time, words->at);
	good = digest && add_word(digest, time) &&
	       add_word(digest, words->roles ? words->roles[0] : NULL) &&
	       add_word(digest, words->commitment) && add_word(digest, words->ledger_head) &&
	       add_word(digest, edoc_key_cert_sha256(words->key));
	for (size_t i = 0; good && i < spec->n; i++)
		good = add_word(digest, spec->inputs[i].name) &&
		       ed_digest_update(digest, spec->inputs[i].digest, ed_hash_size(spec->hash));
	good = good && add_rare_words(digest, words) && ed_digest_final(digest, value);
	ed_digest_free(digest);
	if (!good)
		return false;
	memcpy(m->id, "S-", 2);
	ed_hex(m->id + 2, value, 16);
	/* The name of the entry, signed with the Id of SignedProperties: a
	 * renamed signature shows. */
	if (spec->tag) {
		memcpy(m->id + 2, spec->tag, 8);
		m->id[10] = '-';
	}
	return true;
}

enum edoc_code ed_xm_check(const struct ed_xades_spec *spec, struct edoc_error *err)
{
	bool inside =
	        spec->packaging == ED_XADES_ENVELOPED || spec->packaging == ED_XADES_ENVELOPING;

	if (inside ? !spec->document : spec->n == 0)
		return ed_fail(err, EDOC_ERR_USAGE, "", "there is nothing to sign");
	if (!ed_hash_xml_uri(spec->hash))
		return ed_fail(err, EDOC_ERR_USAGE, "", "no digest algorithm given");
	return ed_sign_words_check(&spec->words, err);
}

/* Written, digested, written, signed, written. */
enum edoc_code ed_xm_make(struct ed_xm *m, struct ed_buf *xml, struct edoc_error *err)
{
	enum edoc_code code;

	if (!ed_key_sigalg(m->spec->words.key, &m->alg) || !ed_sigalg_xml_uri(&m->alg))
		return ed_fail(err, EDOC_ERR_INPUT, edoc_key_subject(m->spec->words.key),
		               "this kind of key cannot make XML signatures");
	if (!make_id(m))
		return ed_fail_memory(err);
	snprintf(m->object, sizeof(m->object), "%s-o", m->id);
	ed_buf_init(&m->properties_digest, MAX_OUT);
	ed_buf_init(&m->value, MAX_OUT);
	code = put_all(m, xml, err);
	if (code == EDOC_OK)
		code = fill_digest(m, xml, err);
	if (code == EDOC_OK)
		code = put_all(m, xml, err);
	if (code == EDOC_OK)
		code = fill_value(m, xml, err);
	if (code == EDOC_OK)
		code = put_all(m, xml, err);
	if (code != EDOC_OK)
		ed_buf_reset(xml);
	ed_buf_clear(&m->properties_digest);
	ed_buf_clear(&m->value);
	return code;
}

enum edoc_code ed_xm_countersign(const struct ed_xades_spec *spec, const char *value_id,
                                 const unsigned char digest[ED_HASH_MAX], char id[35],
                                 struct ed_buf *out, struct edoc_error *err)
{
	struct ed_xades_input value = {.name = value_id};
	struct ed_xades_spec counter = *spec;
	struct ed_xm m = {.spec = &counter,
	                  .counter = true,
	                  .target = value_id,
	                  .transforms = ED_XM_EXCLUSIVE};
	enum edoc_code code;

	memcpy(value.digest, digest, sizeof(value.digest));
	counter.inputs = &value;
	counter.n = 1;
	counter.tag = NULL;
	code = ed_xm_check(&counter, err);
	if (code == EDOC_OK)
		code = ed_xm_make(&m, out, err);
	if (code == EDOC_OK)
		memcpy(id, m.id, sizeof(m.id));
	return code;
}

/* ---- in a document ---- */

/* The document as it is signed: this signature is not in it yet. */
static enum edoc_code write_document(const struct ed_xades_spec *spec, ed_xml_sink_fn *sink,
                                     void *arg, struct edoc_error *err)
{
	struct ed_xml *xml;
	enum edoc_code code;

	code = ed_xml_parse_any(spec->document, spec->document_len, DOCUMENT, MAX_OUT, &xml, err);
	if (code != EDOC_OK)
		return code;
	if (ed_xml_is(xmlDocGetRootElement(xml->doc), ED_NS_DS, "Signature"))
		code = ed_fail(
		        err, EDOC_ERR_INPUT, DOCUMENT,
		        "is itself a signature: there is nothing that would envelop another");
	else
		code = ed_c14n(xml, NULL, ED_C14N_EXC, false, NULL, NULL, sink, arg, err);
	ed_xml_free(xml);
	return code;
}

static enum edoc_code digest_document(const struct ed_xades_spec *spec, enum ed_hash hash,
                                      unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_digest *d = ed_digest_new(hash);
	enum edoc_code code;

	code = d ? write_document(spec, to_digest, d, err) : ed_fail_memory(err);
	if (code == EDOC_OK && !ed_digest_final(d, out))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	return code;
}

/* What is signed in a signature that is there would be left out with it: then only
 * the new one is (xmldsig-core1 6.6.4). */
static enum edoc_code choose_transforms(const struct ed_xades_spec *spec, const char **transforms,
                                        struct edoc_error *err)
{
	static const char itself[] =
	        ED_XM_TRANSFORM(ED_NS_DS "enveloped-signature") ED_XM_EXCLUSIVE;
	static const char all[] = ED_XM_WITHOUT;
	struct ed_xml *xml;
	xmlNodePtr root;
	enum edoc_code code;

	code = ed_xml_parse_any(spec->document, spec->document_len, DOCUMENT, MAX_OUT, &xml, err);
	if (code != EDOC_OK)
		return code;
	root = xmlDocGetRootElement(xml->doc);
	*transforms = all;
	for (xmlNodePtr p = root; p; p = ed_xml_following(p, root, false))
		if (ed_xml_is(p, ED_NS_DS, "Signature"))
			*transforms = itself;
	ed_xml_free(xml);
	return EDOC_OK;
}

static enum edoc_code make_enveloped(const struct ed_xades_spec *spec, struct ed_buf *xml,
                                     struct edoc_error *err)
{
	struct ed_xades_input document = {.name = "", .media_type = "text/xml"};
	struct ed_xades_spec whole = *spec;
	struct ed_xm m = {.spec = &whole, .target = ""};
	struct ed_buf signature;
	enum edoc_code code;

	if (spec->n && spec->inputs[0].media_type)
		document.media_type = spec->inputs[0].media_type;
	whole.inputs = &document;
	whole.n = 1;
	ed_buf_init(&signature, MAX_OUT);
	code = choose_transforms(spec, &m.transforms, err);
	if (code == EDOC_OK)
		code = digest_document(spec, spec->hash, document.digest, err);
	if (code == EDOC_OK)
		code = ed_xm_make(&m, &signature, err);
	if (code == EDOC_OK)
		code = ed_xg_envelop(spec->document, spec->document_len, DOCUMENT, &signature, xml,
		                     err);
	ed_buf_clear(&signature);
	return code;
}

/* The document within the signature: in base64, every byte of it. */
static enum edoc_code make_enveloping(const struct ed_xades_spec *spec, struct ed_buf *xml,
                                      struct edoc_error *err)
{
	struct ed_xades_input document = {.name = "", .media_type = "application/octet-stream"};
	struct ed_xades_spec whole = *spec;
	struct ed_xm m = {.spec = &whole, .transforms = ED_XM_BASE64};

	m.target = m.object;
	if (spec->n)
		document = spec->inputs[0];
	whole.inputs = &document;
	whole.n = 1;
	if (!ed_hash_bytes(spec->hash, spec->document, spec->document_len, document.digest))
		return ed_fail_memory(err);
	return ed_xm_make(&m, xml, err);
}

enum edoc_code ed_xades_make(const struct ed_xades_spec *spec, struct ed_buf *xml,
                             struct edoc_error *err)
{
	struct ed_xm m = {.spec = spec};
	enum edoc_code code = ed_xm_check(spec, err);

	if (code != EDOC_OK)
		return code;
	switch (spec->packaging) {
	case ED_XADES_ENVELOPED:
		return make_enveloped(spec, xml, err);
	case ED_XADES_ENVELOPING:
		return make_enveloping(spec, xml, err);
	case ED_XADES_BESIDE:
		return ed_xm_beside(spec, xml, err);
	case ED_XADES_CONTAINER:
	case ED_XADES_DETACHED:
		break;
	}
	return ed_xm_make(&m, xml, err);
}

/* ---- the content's time-stamp ---- */

/* One after another, as SignedInfo will refer to them. */
static enum edoc_code write_inputs(const struct ed_xades_spec *spec, const struct ed_data *data,
                                   enum ed_hash hash, struct ed_digest **d, struct edoc_error *err)
{
	size_t *objects = calloc(spec->n + 1, sizeof(*objects));
	enum edoc_code code = objects ? EDOC_OK : ed_fail_memory(err);

	for (size_t i = 0; i < spec->n && code == EDOC_OK; i++) {
		const char *name = spec->inputs[i].name;

		objects[i] = data ? ed_data_find(data, name) : ED_NO_DATA;
		if (objects[i] == ED_NO_DATA)
			code = ed_fail(err, EDOC_ERR_ABSENT, name, "is to be signed and not there");
	}
	if (code == EDOC_OK && spec->n)
		code = ed_data_begin(data, objects, spec->n, hash, d, err);
	free(objects);
	return code;
}

enum edoc_code ed_xades_content_imprint(const struct ed_xades_spec *spec,
                                        const struct ed_data *data, enum ed_hash hash,
                                        unsigned char imprint[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_digest *d;
	enum edoc_code code;

	if (spec->packaging == ED_XADES_ENVELOPED)
		return digest_document(spec, hash, imprint, err);
	if (spec->packaging == ED_XADES_BESIDE && ed_xades_there_inside(spec->there))
		return ed_xm_digest_there(spec->there, hash, imprint, err);
	d = ed_digest_new(hash);
	code = d ? write_inputs(spec, data, hash, &d, err) : ed_fail_memory(err);
	if (code == EDOC_OK && !ed_digest_final(d, imprint))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	return code;
}
