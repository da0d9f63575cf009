/* SPDX-License-Identifier: ISC */
/* What the signer says: the signed properties (EN 319 132-1 5.2), in the order
 * of the schema. */
#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/xadesmake.h"
#include "signature/xadesnames.h"

static void put_text_element(struct ed_buf *out, const char *name, const char *text)
{
	ed_buf_printf(out, "<%s>", name);
	ed_xml_put_text(out, text);
	ed_buf_printf(out, "</%s>", name);
}

/* EN 319 132-1 5.2.2: the digest of the certificate, and its issuer and serial. */
static enum edoc_code put_signing_certificate(const struct ed_xm *m, struct ed_buf *out,
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
		ed_xm_put_digest_method(out, m->spec->hash);
		ed_xm_put_b64(out, "ds:DigestValue", digest, ed_hash_size(m->spec->hash));
		ed_buf_puts(out, "</xades:CertDigest>");
		ed_buf_reset(&der);
		code = ed_cert_issuer_serial(x509, &der, err);
		ed_xm_put_b64(out, "xades:IssuerSerialV2", der.data, der.len);
		ed_buf_puts(out, "</xades:Cert></xades:SigningCertificateV2>\n");
	}
	ed_buf_clear(&der);
	return code;
}

static void put_commitment(const struct ed_xm *m, struct ed_buf *out)
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
static enum edoc_code put_policy(const struct ed_xm *m, struct ed_buf *out, struct edoc_error *err)
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
	ed_xm_put_digest_method(out, m->spec->hash);
	ed_xm_put_b64(out, "ds:DigestValue", digest, ed_hash_size(m->spec->hash));
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
static void put_place(const struct ed_xm *m, struct ed_buf *out)
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

static void put_roles(const struct ed_xm *m, struct ed_buf *out)
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
static void put_content_stamp(const struct ed_xm *m, struct ed_buf *out)
{
	const struct ed_sign_words *words = &m->spec->words;

	if (!words->content_token)
		return;
	ed_buf_printf(out,
	              "<xades:AllDataObjectsTimeStamp Id=\"%s-t\">"
	              "<ds:CanonicalizationMethod Algorithm=\"%s\"></ds:CanonicalizationMethod>",
	              m->id, ed_c14n_uri(ED_C14N_EXC, false));
	ed_xm_put_b64(out, "xades:EncapsulatedTimeStamp", words->content_token,
	              words->content_token_len);
	ed_buf_puts(out, "</xades:AllDataObjectsTimeStamp>\n");
}

static void put_data_properties(const struct ed_xm *m, struct ed_buf *out)
{
	const struct ed_xades_spec *spec = m->spec;

	if (m->counter) /* a value is no document, and has no format */
		return;
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

enum edoc_code ed_xm_put_properties(const struct ed_xm *m, struct ed_buf *out,
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
