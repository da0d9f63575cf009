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
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/time.h"
#include "door/x509.h"
#include "signature/xades.h"
#include "signature/xadesnames.h"

#define MAX_OUT ED_MAX_XML_BYTES
#define WHERE "the new signature"

struct maker {
	const struct ed_xades_spec *spec;
	struct ed_sigalg alg;
	char id[2 + 32 + 1];
	struct ed_buf properties_digest, value; /* base64; empty at first */
};

/* ---- pieces ---- */

static void put_b64_element(struct ed_buf *out, const char *name, const void *bytes, size_t len)
{
	ed_buf_printf(out, "<%s>", name);
	ed_b64_put(out, bytes, len);
	ed_buf_printf(out, "</%s>", name);
}

static void put_text_element(struct ed_buf *out, const char *name, const char *text)
{
	ed_buf_printf(out, "<%s>", name);
	ed_xml_put_text(out, text);
	ed_buf_printf(out, "</%s>", name);
}

static void put_digest_method(struct ed_buf *out, enum ed_hash hash)
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

static enum edoc_code put_references(const struct maker *m, struct ed_buf *out,
                                     struct edoc_error *err)
{
	for (size_t i = 0; i < m->spec->n; i++) {
		const struct ed_xades_input *input = &m->spec->inputs[i];
		enum edoc_code code;

		ed_buf_printf(out, "<ds:Reference Id=\"%s-r%zu\" URI=\"", m->id, i);
		code = put_uri(out, input->name, err);
		if (code != EDOC_OK)
			return code;
		ed_buf_puts(out, "\">");
		put_digest_method(out, m->spec->hash);
		put_b64_element(out, "ds:DigestValue", input->digest, ed_hash_size(m->spec->hash));
		ed_buf_puts(out, "</ds:Reference>\n");
	}
	return EDOC_OK;
}

static enum edoc_code put_signed_info(const struct maker *m, struct ed_buf *out,
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
	put_digest_method(out, m->spec->hash);
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
		put_b64_element(out, "ds:X509Certificate", der.data, der.len);
	ed_buf_clear(&der);
	return code;
}

static enum edoc_code put_key_info(const struct maker *m, struct ed_buf *out,
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

/* EN 319 132-1 5.2.2: the digest of the certificate, and its issuer and serial. */
static enum edoc_code put_signing_certificate(const struct maker *m, struct ed_buf *out,
                                              struct edoc_error *err)
{
	const X509 *x509 = ed_key_cert(m->spec->words.key);
	unsigned char digest[ED_HASH_MAX];
	struct ed_buf der;
	enum edoc_code code;

	ed_buf_init(&der, ED_MAX_KEY_FILE);
	code = ed_cert_der(x509, &der, err);
	if (code == EDOC_OK && !ed_hash_bytes(m->spec->hash, der.data, der.len, digest))
		code = ed_fail_memory(err);
	if (code == EDOC_OK) {
		ed_buf_puts(out, "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>");
		put_digest_method(out, m->spec->hash);
		put_b64_element(out, "ds:DigestValue", digest, ed_hash_size(m->spec->hash));
		ed_buf_puts(out, "</xades:CertDigest>");
		ed_buf_reset(&der);
		code = ed_cert_issuer_serial(x509, &der, err);
		put_b64_element(out, "xades:IssuerSerialV2", der.data, der.len);
		ed_buf_puts(out, "</xades:Cert></xades:SigningCertificateV2>\n");
	}
	ed_buf_clear(&der);
	return code;
}

static void put_commitment(const struct maker *m, struct ed_buf *out)
{
	const struct ed_sign_words *words = &m->spec->words;

	if (!words->commitment)
		return;
	ed_buf_puts(out, "<xades:CommitmentTypeIndication><xades:CommitmentTypeId>");
	put_text_element(out, "xades:Identifier", ed_commitment_uri(words->commitment));
	ed_buf_puts(out, "</xades:CommitmentTypeId>"
	                 "<xades:AllSignedDataObjects></xades:AllSignedDataObjects>");
	if (words->ledger_head) {
		ed_buf_puts(out, "<xades:CommitmentTypeQualifiers><xades:CommitmentTypeQualifier>"
		                 "<edoc:LedgerHead xmlns:edoc=\"" ED_NS_LEDGER "\">");
		ed_xml_put_text(out, words->ledger_head);
		ed_buf_puts(out, "</edoc:LedgerHead></xades:CommitmentTypeQualifier>"
		                 "</xades:CommitmentTypeQualifiers>");
	}
	ed_buf_puts(out, "</xades:CommitmentTypeIndication>\n");
}

/* EN 319 132-1 5.2.9.1: an OID is an URN there (TS 101 903 7.1.2). */
static enum edoc_code put_policy(const struct maker *m, struct ed_buf *out, struct edoc_error *err)
{
	const struct edoc_sign_policy *policy = m->spec->words.policy;
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code code;
	const char *oid;

	if (!policy)
		return EDOC_OK;
	code = ed_sign_policy_digest(policy, m->spec->hash, digest, err);
	if (code != EDOC_OK)
		return code;
	oid = ed_sign_policy_oid(policy);
	ed_buf_puts(out, "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId>"
	                 "<xades:SigPolicyId>");
	if (oid)
		ed_buf_printf(out,
		              "<xades:Identifier Qualifier=\"OIDAsURN\">urn:oid:%s"
		              "</xades:Identifier>",
		              oid);
	else
		put_text_element(out, "xades:Identifier", policy->id);
	ed_buf_puts(out, "</xades:SigPolicyId><xades:SigPolicyHash>");
	put_digest_method(out, m->spec->hash);
	put_b64_element(out, "ds:DigestValue", digest, ed_hash_size(m->spec->hash));
	ed_buf_puts(out, "</xades:SigPolicyHash>");
	if (policy->url) {
		ed_buf_puts(out, "<xades:SigPolicyQualifiers><xades:SigPolicyQualifier>");
		put_text_element(out, "xades:SPURI", policy->url);
		ed_buf_puts(out, "</xades:SigPolicyQualifier></xades:SigPolicyQualifiers>");
	}
	ed_buf_puts(out, "</xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>\n");
	return EDOC_OK;
}

/* EN 319 132-1 5.2.5.2, in the order of its schema. */
static void put_place(const struct maker *m, struct ed_buf *out)
{
	const struct edoc_sign_place *place = m->spec->words.place;

	if (!place)
		return;
	ed_buf_puts(out, "<xades:SignatureProductionPlaceV2>");
	if (place->city)
		put_text_element(out, "xades:City", place->city);
	if (place->street)
		put_text_element(out, "xades:StreetAddress", place->street);
	if (place->region)
		put_text_element(out, "xades:StateOrProvince", place->region);
	if (place->postal_code)
		put_text_element(out, "xades:PostalCode", place->postal_code);
	if (place->country)
		put_text_element(out, "xades:CountryName", place->country);
	ed_buf_puts(out, "</xades:SignatureProductionPlaceV2>\n");
}

static void put_roles(const struct maker *m, struct ed_buf *out)
{
	const char *const *roles = m->spec->words.roles;

	if (!roles || !*roles)
		return;
	ed_buf_puts(out, "<xades:SignerRoleV2><xades:ClaimedRoles>");
	for (; *roles; roles++)
		put_text_element(out, "xades:ClaimedRole", *roles);
	ed_buf_puts(out, "</xades:ClaimedRoles></xades:SignerRoleV2>\n");
}

/* EN 319 132-1 5.2.8.1 */
static void put_content_stamp(const struct maker *m, struct ed_buf *out)
{
	const struct ed_sign_words *words = &m->spec->words;

	if (!words->content_token)
		return;
	ed_buf_printf(out,
	              "<xades:AllDataObjectsTimeStamp Id=\"%s-t\">"
	              "<ds:CanonicalizationMethod Algorithm=\"%s\"></ds:CanonicalizationMethod>",
	              m->id, ed_c14n_uri(ED_C14N_EXC, false));
	put_b64_element(out, "xades:EncapsulatedTimeStamp", words->content_token,
	                words->content_token_len);
	ed_buf_puts(out, "</xades:AllDataObjectsTimeStamp>\n");
}

static void put_data_properties(const struct maker *m, struct ed_buf *out)
{
	const struct ed_xades_spec *spec = m->spec;

	ed_buf_puts(out, "<xades:SignedDataObjectProperties>\n");
	for (size_t i = 0; i < spec->n; i++) {
		const char *type = spec->inputs[i].media_type;

		ed_buf_printf(out, "<xades:DataObjectFormat ObjectReference=\"#%s-r%zu\">", m->id,
		              i);
		put_text_element(out, "xades:MimeType",
		                 type && *type ? type : "application/octet-stream");
		ed_buf_puts(out, "</xades:DataObjectFormat>\n");
	}
	put_commitment(m, out);
	put_content_stamp(m, out);
	ed_buf_puts(out, "</xades:SignedDataObjectProperties>\n");
}

static enum edoc_code put_properties(const struct maker *m, struct ed_buf *out,
                                     struct edoc_error *err)
{
	char time[ED_TIME_STR];
	enum edoc_code code;

	ed_time_format(time, m->spec->words.at);
	ed_buf_printf(out,
	              "<xades:SignedProperties Id=\"%s-p\">\n<xades:SignedSignatureProperties>\n"
	              "<xades:SigningTime>%s</xades:SigningTime>\n",
	              m->id, time);
	code = put_signing_certificate(m, out, err);
	if (code == EDOC_OK)
		code = put_policy(m, out, err);
	put_place(m, out);
	put_roles(m, out);
	ed_buf_puts(out, "</xades:SignedSignatureProperties>\n");
	put_data_properties(m, out);
	ed_buf_puts(out, "</xades:SignedProperties>");
	return code;
}

static enum edoc_code put_all(const struct maker *m, struct ed_buf *out, struct edoc_error *err)
{
	enum edoc_code code;

	ed_buf_reset(out);
	ed_buf_printf(out,
	              "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	              "<asic:XAdESSignatures xmlns:asic=\"" ED_NS_ASIC "\" xmlns:ds=\"" ED_NS_DS
	              "\" xmlns:xades=\"" ED_NS_XADES "\">\n<ds:Signature Id=\"%s\">\n",
	              m->id);
	code = put_signed_info(m, out, err);
	ed_buf_printf(out, "<ds:SignatureValue Id=\"%s-v\">%s</ds:SignatureValue>\n", m->id,
	              ed_buf_str(&m->value));
	if (code == EDOC_OK)
		code = put_key_info(m, out, err);
	ed_buf_printf(out, "<ds:Object><xades:QualifyingProperties Target=\"#%s\">\n", m->id);
	if (code == EDOC_OK)
		code = put_properties(m, out, err);
	ed_buf_puts(out, "</xades:QualifyingProperties></ds:Object>\n"
	                 "</ds:Signature>\n</asic:XAdESSignatures>\n");
	return code != EDOC_OK ? code : ed_buf_check(out, WHERE, err);
}

/* ---- digests and the value ---- */

static enum edoc_code to_buf(void *buf, const void *bytes, size_t len)
{
	ed_buf_put(buf, bytes, len);
	return EDOC_OK;
}

/* The canonical octets of the element with that Id, or without one of SignedInfo. */
static enum edoc_code octets_of(const struct ed_buf *text, const char *id, struct ed_buf *out,
                                struct edoc_error *err)
{
	struct ed_xml *xml = NULL;
	xmlNodePtr node;
	enum edoc_code code;

	code = ed_xml_parse(text->data, text->len, WHERE, MAX_OUT, &xml, err);
	if (code != EDOC_OK)
		return code;
	node = id ? ed_xml_by_id(xml, id)
	          : ed_xml_first(ed_xml_first(xmlDocGetRootElement(xml->doc)));
	code = ed_c14n(xml, node, ED_C14N_EXC, false, NULL, NULL, to_buf, out, err);
	ed_xml_free(xml);
	return code == EDOC_OK ? ed_buf_check(out, WHERE, err) : code;
}

static enum edoc_code fill_digest(struct maker *m, const struct ed_buf *text,
                                  struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	char id[sizeof(m->id) + 2];
	struct ed_buf octets;
	enum edoc_code code;

	ed_buf_init(&octets, MAX_OUT);
	snprintf(id, sizeof(id), "%s-p", m->id);
	code = octets_of(text, id, &octets, err);
	if (code == EDOC_OK && !ed_hash_bytes(m->spec->hash, octets.data, octets.len, digest))
		code = ed_fail_memory(err);
	if (code == EDOC_OK)
		ed_b64_put(&m->properties_digest, digest, ed_hash_size(m->spec->hash));
	ed_buf_clear(&octets);
	return code;
}

static enum edoc_code fill_value(struct maker *m, const struct ed_buf *text, struct edoc_error *err)
{
	struct ed_buf octets, value;
	enum edoc_code code;

	ed_buf_init(&octets, MAX_OUT);
	ed_buf_init(&value, ED_MAX_KEY_FILE);
	code = octets_of(text, NULL, &octets, err);
	if (code == EDOC_OK)
		code = ed_sign_value(m->spec->words.key, &m->alg, octets.data, octets.len, &value, err);
	if (code == EDOC_OK)
		ed_b64_put(&m->value, value.data, value.len);
	ed_buf_clear(&value);
	ed_buf_clear(&octets);
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

static bool make_id(struct maker *m)
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

static enum edoc_code check_spec(const struct ed_xades_spec *spec, struct edoc_error *err)
{
	if (spec->n == 0)
		return ed_fail(err, EDOC_ERR_USAGE, "", "there is nothing to sign");
	if (!ed_hash_xml_uri(spec->hash))
		return ed_fail(err, EDOC_ERR_USAGE, "", "no digest algorithm given");
	return ed_sign_words_check(&spec->words, err);
}

enum edoc_code ed_xades_make(const struct ed_xades_spec *spec, struct ed_buf *xml,
                             struct edoc_error *err)
{
	struct maker m = {.spec = spec};
	enum edoc_code code = check_spec(spec, err);

	if (code != EDOC_OK)
		return code;
	if (!ed_key_sigalg(spec->words.key, &m.alg))
		return ed_fail(err, EDOC_ERR_INPUT, edoc_key_subject(spec->words.key),
		               "this kind of key cannot make XML signatures");
	if (!make_id(&m))
		return ed_fail_memory(err);
	ed_buf_init(&m.properties_digest, MAX_OUT);
	ed_buf_init(&m.value, MAX_OUT);
	code = put_all(&m, xml, err);
	if (code == EDOC_OK)
		code = fill_digest(&m, xml, err);
	if (code == EDOC_OK)
		code = put_all(&m, xml, err);
	if (code == EDOC_OK)
		code = fill_value(&m, xml, err);
	if (code == EDOC_OK)
		code = put_all(&m, xml, err);
	if (code != EDOC_OK)
		ed_buf_reset(xml);
	ed_buf_clear(&m.properties_digest);
	ed_buf_clear(&m.value);
	return code;
}
