/* SPDX-License-Identifier: ISC */
/*
 * Detached CAdES baseline B for the ledger (EN 319 122-1 6, RFC 5652).  What
 * is read is stricter than CAdES at large: these are signatures of edoc's own
 * kind, so everything unusual is an attack or a fault.
 */
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/crypto.h"
#include "door/x509.h"

/* ---- signing --------------------------------------------------------------- */

static const EVP_MD *md_for(const struct ed_sigalg *alg)
{
	switch (alg->hash) {
	case ED_SHA384:
		return EVP_sha384();
	case ED_SHA512:
		return EVP_sha512();
	default:
		return EVP_sha256();
	}
}

/* RFC 5652 11.3; without ours OpenSSL would ask the clock. */
static bool add_signing_time(CMS_SignerInfo *si, int64_t at)
{
	ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)at);
	bool good = time && CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime,
	                                                ASN1_STRING_type(time), time, -1);

	ASN1_TIME_free(time);
	return good;
}

static CMS_ContentInfo *sign(const struct edoc_key *key, const struct ed_sigalg *alg, BIO *content,
                             int64_t at)
{
	unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP | CMS_PARTIAL;
	CMS_ContentInfo *cms =
	        CMS_sign_ex(NULL, NULL, ed_key_chain(key), NULL, flags, ed_crypto_context(), NULL);
	CMS_SignerInfo *si = NULL;

	if (cms)
		si = CMS_add1_signer(cms, ed_key_cert(key), ed_key_pkey(key), md_for(alg), flags);
	if (si && add_signing_time(si, at) && CMS_final(cms, content, NULL, flags))
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

enum edoc_code ed_cms_sign(const struct edoc_key *key, const void *content, size_t len, int64_t at,
                           struct ed_buf *der, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_ERR_BUG;
	OSSL_LIB_CTX *old = ed_crypto_enter();
	CMS_ContentInfo *cms = NULL;
	unsigned char *bytes = NULL;
	struct ed_sigalg alg;
	BIO *bio = NULL;
	int n = -1;

	if (len > ED_MAX_CMS || !ed_key_sigalg(key, &alg)) {
		rc = ed_fail(err, EDOC_ERR_BUG, edoc_key_subject(key),
		             "the key or the content does not fit a CMS of the ledger");
		goto out;
	}
	bio = BIO_new_mem_buf(content, (int)len);
	cms = bio ? sign(key, &alg, bio, at) : NULL;
	if (cms)
		n = i2d_CMS_ContentInfo(cms, &bytes);
	if (n <= 0) {
		rc = ed_crypto_fail(err, EDOC_ERR_INPUT, edoc_key_subject(key),
		                    "the key cannot sign");
		goto out;
	}
	ed_buf_put(der, bytes, (size_t)n);
	rc = ed_buf_check(der, edoc_key_subject(key), err);
out:
	OPENSSL_free(bytes);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	ed_crypto_leave(old);
	return rc;
}

/* ---- the encoding: before libcrypto sees it --------------------------------- */

#define MAX_DER_DEPTH 32

struct tlv {
	bool universal, constructed;
	unsigned tag; /* of the first byte; 31 stands for all long ones */
	size_t len;
};

/* One identifier and length (X.690 8.1.2, 10.1: definite and shortest). */
static bool der_head(const unsigned char **pos, const unsigned char *end, struct tlv *tlv)
{
	const unsigned char *p = *pos;
	unsigned n;

	if (end - p < 2)
		return false;
	tlv->universal = !(*p & 0xc0);
	tlv->constructed = *p & 0x20;
	tlv->tag = *p++ & 0x1f;
	if (tlv->tag == 0x1f) {
		while (p < end && *p & 0x80)
			p++;
		if (++p >= end)
			return false;
	}
	tlv->len = *p++;
	if (tlv->len & 0x80) {
		n = tlv->len & 0x7f;
		if (n < 1 || n > 4 || (size_t)(end - p) < n || !*p)
			return false;
		for (tlv->len = 0; n > 0; n--)
			tlv->len = tlv->len << 8 | *p++;
		if (tlv->len < 0x80)
			return false;
	}
	*pos = p;
	return tlv->len <= (size_t)(end - p);
}

/* Nested whole, at most MAX_DER_DEPTH deep, no strings in pieces: nothing for
 * libcrypto's BER reader to recurse into (C14). */
static bool is_der(const unsigned char *p, size_t len)
{
	const unsigned char *end[MAX_DER_DEPTH];
	size_t depth = 0;
	struct tlv tlv;

	end[0] = p + len;
	for (;;) {
		while (p == end[depth]) {
			if (depth-- == 0)
				return true;
		}
		if (!der_head(&p, end[depth], &tlv))
			return false;
		if (!tlv.constructed) {
			p += tlv.len;
			continue;
		}
		if (tlv.universal && tlv.tag != V_ASN1_SEQUENCE && tlv.tag != V_ASN1_SET)
			return false;
		if (++depth == MAX_DER_DEPTH)
			return false;
		end[depth] = p + tlv.len;
	}
}

/* RFC 5652 3: SEQUENCE of the whole length, then id-signedData; what else a
 * ContentInfo may hold (EnvelopedData, CompressedData) is never parsed. */
static const char *outer_fault(const unsigned char *der, size_t len)
{
	static const unsigned char signed_data[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
	                                            0xf7, 0x0d, 0x01, 0x07, 0x02};
	const unsigned char *p = der;
	struct tlv tlv;

	if (len < 2 || der[0] != 0x30)
		return N_("it is no CMS (RFC 5652 3)");
	if (der[1] == 0x80 || !der_head(&p, der + len, &tlv))
		return N_("it is cut short or not in DER (RFC 5652 3)");
	if (tlv.len != (size_t)(der + len - p))
		return N_("bytes follow its end (RFC 5652 3)");
	if (tlv.len < sizeof(signed_data) || memcmp(p, signed_data, sizeof(signed_data)) != 0)
		return N_("it is no SignedData (RFC 5652 5.1)");
	if (!is_der(der, len))
		return N_("it is not in DER (EN 319 122-1 4.7.1)");
	return NULL;
}

/* At an element with that first byte?  Goes into it. */
static bool enter(const unsigned char **p, const unsigned char **end, unsigned first)
{
	struct tlv tlv;

	if (*p == *end || **p != first || !der_head(p, *end, &tlv))
		return false;
	*end = *p + tlv.len;
	return true;
}

static bool skip(const unsigned char **p, const unsigned char *end, unsigned first)
{
	if (!enter(p, &end, first))
		return false;
	*p = end;
	return true;
}

static bool version_1(const unsigned char **p, const unsigned char *end)
{
	static const unsigned char one[] = {0x02, 0x01, 0x01};

	if (end - *p < 3 || memcmp(*p, one, 3) != 0)
		return false;
	*p += 3;
	return true;
}

/* Both version numbers are 1 (RFC 5652 5.1, 5.3: issuer and serial number), and
 * SignedData lists the signer's digest and no other: nobody else looks. */
static bool preamble(const unsigned char *der, size_t len, const X509_ALGOR *digest)
{
	const unsigned char *p = der, *end = der + len, *digests;
	unsigned char *want = NULL;
	int n = i2d_X509_ALGOR(digest, &want);
	bool good;

	good = n > 0 && enter(&p, &end, 0x30) && skip(&p, end, 0x06) && enter(&p, &end, 0xa0) &&
	       enter(&p, &end, 0x30) && version_1(&p, end);
	digests = p;
	good = good && skip(&p, end, 0x31) && p - digests == n + 2 && digests[1] == n &&
	       !memcmp(digests + 2, want, (size_t)n) && skip(&p, end, 0x30);
	if (good) {
		(void)skip(&p, end, 0xa0); /* certificates */
		(void)skip(&p, end, 0xa1); /* revocation lists */
		good = enter(&p, &end, 0x31) && enter(&p, &end, 0x30) && version_1(&p, end);
	}
	OPENSSL_free(want);
	return good;
}

/* ---- the structure ------------------------------------------------------------ */

struct parts {
	CMS_ContentInfo *cms;
	CMS_SignerInfo *si;
	STACK_OF(X509) *certs;
	bool no_memory;
	enum ed_hash hash;
	int key_nid;                     /* what the signature algorithm wants */
	const ASN1_OBJECT *content_type; /* of the signed attributes, as all below */
	const ASN1_OCTET_STRING *message_digest;
	const ASN1_TIME *signing_time;
	const ASN1_STRING *signing_certificate; /* -v2; NULL: none */
};

static bool same_encoding(CMS_ContentInfo *cms, const unsigned char *der, size_t len)
{
	unsigned char *again = NULL;
	int n = i2d_CMS_ContentInfo(cms, &again);
	bool same = n > 0 && (size_t)n == len && !memcmp(again, der, len);

	OPENSSL_free(again);
	return same;
}

static const char *decode(const unsigned char *der, size_t len, struct parts *parts)
{
	CMS_ContentInfo *cms = CMS_ContentInfo_new_ex(ed_crypto_context(), NULL);
	const unsigned char *p = der;
	STACK_OF(CMS_SignerInfo) *infos;
	ASN1_OCTET_STRING **content;

	parts->no_memory = !cms;
	if (!cms)
		return N_("there is no memory for it");
	if (!d2i_CMS_ContentInfo(&cms, &p, (long)len)) /* frees cms */
		return N_("it is malformed (RFC 5652 5)");
	parts->cms = cms;
	if (p != der + len)
		return N_("bytes follow its end (RFC 5652 3)");
	/* SET OF unsorted, defaults written out and the like (C06) */
	if (!same_encoding(cms, der, len))
		return N_("it is not in DER (EN 319 122-1 4.7.1)");
	if (OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data)
		return N_("what it signs is not of the type id-data (RFC 5652 4)");
	content = CMS_get0_content(cms);
	if (!content || *content)
		return N_("it carries a content of its own (RFC 5652 5.2: detached is needed)");
	infos = CMS_get0_SignerInfos(cms);
	if (sk_CMS_SignerInfo_num(infos) != 1)
		return N_("it has not exactly one signer (RFC 5652 5.1)");
	parts->si = sk_CMS_SignerInfo_value(infos, 0);
	return NULL;
}

static bool plain(const X509_ALGOR *alg, int *nid)
{
	const ASN1_OBJECT *oid;
	int type;

	X509_ALGOR_get0(&oid, &type, NULL, alg);
	*nid = OBJ_obj2nid(oid);
	return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

/* OpenSSL does not compare the two (C13). */
static const char *algorithms(const unsigned char *der, size_t len, struct parts *parts)
{
	X509_ALGOR *digest, *signature;
	int hash_nid, sig_nid, sig_hash;

	CMS_SignerInfo_get0_algs(parts->si, NULL, NULL, &digest, &signature);
	if (!preamble(der, len, digest))
		return N_("its versions are not 1 or its digests not the signer's (RFC 5652 5.1)");
	if (!plain(digest, &hash_nid) || !plain(signature, &sig_nid))
		return N_("an algorithm has parameters (RFC 5754 2, 3)");
	parts->hash = hash_nid == NID_sha256   ? ED_SHA256
	              : hash_nid == NID_sha384 ? ED_SHA384
	              : hash_nid == NID_sha512 ? ED_SHA512
	                                       : ED_HASH_NONE;
	if (!parts->hash)
		return N_("its digest is none of SHA-256, SHA-384, SHA-512 (RFC 5754 2)");
	if (sig_nid == NID_rsaEncryption) { /* RFC 3370 3.2: the digest stands beside */
		parts->key_nid = NID_rsaEncryption;
		return NULL;
	}
	if (!OBJ_find_sigid_algs(sig_nid, &sig_hash, &parts->key_nid) ||
	    (parts->key_nid != NID_rsaEncryption && parts->key_nid != NID_X9_62_id_ecPublicKey))
		return N_("its signature is neither RSA PKCS#1 v1.5 nor ECDSA (RFC 5754 3)");
	if (sig_hash != hash_nid)
		return N_("digest and signature algorithm do not agree (RFC 5652 5.3)");
	return NULL;
}

#define MAX_ATTRIBUTES 64

static const char *take_attribute(const ASN1_TYPE *value, int nid, struct parts *parts)
{
	int type = ASN1_TYPE_get(value);

	switch (nid) {
	case NID_pkcs9_contentType:
		if (type != V_ASN1_OBJECT)
			return N_("content-type is malformed (RFC 5652 11.1)");
		parts->content_type = value->value.object;
		break;
	case NID_pkcs9_messageDigest:
		if (type != V_ASN1_OCTET_STRING)
			return N_("message-digest is malformed (RFC 5652 11.2)");
		parts->message_digest = value->value.octet_string;
		break;
	case NID_pkcs9_signingTime:
		if (type != V_ASN1_UTCTIME && type != V_ASN1_GENERALIZEDTIME)
			return N_("signing-time is malformed (RFC 5652 11.3)");
		parts->signing_time = (const ASN1_TIME *)value->value.asn1_string;
		break;
	case NID_id_smime_aa_signingCertificateV2:
		if (type != V_ASN1_SEQUENCE)
			return N_("signing-certificate-v2 is malformed (RFC 5035 3)");
		parts->signing_certificate = value->value.sequence;
		break;
	default: /* others are signed and mean nothing here (RFC 5652 5.3) */
		break;
	}
	return NULL;
}

/* Each type once and with one value (RFC 5652 5.3, 11; C02 C03 C04 C05 C09). */
static const char *attributes(struct parts *parts)
{
	int n = CMS_signed_get_attr_count(parts->si);
	const char *fault = NULL;

	if (n <= 0)
		return N_("it has no signed attributes (RFC 5652 5.3, EN 319 122-1 6.3)");
	if (n > MAX_ATTRIBUTES)
		return N_("it has more than 64 signed attributes");
	for (int i = 0; i < n && !fault; i++) {
		X509_ATTRIBUTE *attr = CMS_signed_get_attr(parts->si, i);
		ASN1_OBJECT *type = X509_ATTRIBUTE_get0_object(attr);

		if (X509_ATTRIBUTE_count(attr) != 1)
			return N_("a signed attribute has not exactly one value (RFC 5652 "
			          "11)");
		for (int k = 0; k < i; k++) {
			if (!OBJ_cmp(type,
			             X509_ATTRIBUTE_get0_object(CMS_signed_get_attr(parts->si, k))))
				return N_("a signed attribute stands twice (RFC 5652 5.3)");
		}
		fault = take_attribute(X509_ATTRIBUTE_get0_type(attr, 0), OBJ_obj2nid(type), parts);
	}
	if (fault)
		return fault;
	if (!parts->content_type || OBJ_obj2nid(parts->content_type) != NID_pkcs7_data)
		return N_("content-type is missing or is not the content's (RFC 5652 11.1)");
	if (!parts->message_digest)
		return N_("message-digest is missing (RFC 5652 11.2)");
	if (!parts->signing_time)
		return N_("signing-time is missing (EN 319 122-1 6.3)");
	return NULL;
}

/* ---- who signed, and whether it is true ------------------------------------------ */

static const char *find_signer(const struct parts *parts, X509 **signer)
{
	*signer = NULL;
	for (int i = 0; i < sk_X509_num(parts->certs); i++) {
		X509 *x509 = sk_X509_value(parts->certs, i);

		if (CMS_SignerInfo_cert_cmp(parts->si, x509))
			continue;
		if (*signer)
			return N_("two of its certificates may be the signer's (RFC 5652 5.3)");
		*signer = x509;
	}
	return NULL;
}

/* RFC 5035 3: the first names the signer, the others stand in the CMS. */
static bool is_bound(const struct parts *parts, X509 *signer)
{
	const ASN1_STRING *value = parts->signing_certificate;
	STACK_OF(X509) *certs = sk_X509_new_null();
	ESS_SIGNING_CERT_V2 *v2 = NULL;
	const unsigned char *p;
	bool good;

	if (value) {
		p = ASN1_STRING_get0_data(value);
		v2 = d2i_ESS_SIGNING_CERT_V2(NULL, &p, ASN1_STRING_length(value));
	}
	good = v2 && certs && sk_X509_push(certs, signer);
	for (int i = 0; good && i < sk_X509_num(parts->certs); i++) {
		X509 *x509 = sk_X509_value(parts->certs, i);

		good = x509 == signer || sk_X509_push(certs, x509);
	}
	good = good && OSSL_ESS_check_signing_certs(NULL, v2, certs, 1) == 1;
	ESS_SIGNING_CERT_V2_free(v2);
	sk_X509_free(certs);
	return good;
}

static bool data_is_right(const struct parts *parts, const void *content, size_t len)
{
	unsigned char value[ED_HASH_MAX];
	size_t n = ed_hash_size(parts->hash);

	return ASN1_STRING_length(parts->message_digest) == (int)n &&
	       ed_hash_bytes(parts->hash, content, len, value) &&
	       ed_same_bytes(value, ASN1_STRING_get0_data(parts->message_digest), n);
}

static bool signature_is_right(const struct parts *parts, X509 *signer)
{
	EVP_PKEY *key = X509_get0_pubkey(signer);

	if (!key || EVP_PKEY_get_base_id(key) != parts->key_nid || ed_pkey_explicit_curve(key))
		return false;
	CMS_SignerInfo_set1_signer_cert(parts->si, signer);
	return CMS_SignerInfo_verify(parts->si) == 1;
}

static enum edoc_code refuse(const char *fault, const char *where, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, where, "a CMS signature is refused: %s",
	               dgettext("edoc", fault));
}

static enum edoc_code compute(struct parts *parts, const void *content, size_t len,
                              const char *where, struct ed_arena *arena, struct ed_cms_facts *facts,
                              struct edoc_error *err)
{
	enum edoc_code rc;
	X509 *signer;
	const char *fault = find_signer(parts, &signer);

	if (!fault && !ed_asn1_time(parts->signing_time, &facts->claimed_time))
		fault = N_("signing-time is malformed (RFC 5652 11.3)");
	if (fault)
		return refuse(fault, where, err);
	facts->hash = parts->hash;
	facts->intact_data = data_is_right(parts, content, len);
	if (!signer)
		return EDOC_OK;
	rc = ed_cert_of(signer, where, arena, &facts->signer, err);
	if (rc != EDOC_OK)
		return rc;
	facts->bound = is_bound(parts, signer);
	facts->intact_signature = signature_is_right(parts, signer);
	return EDOC_OK;
}

static enum edoc_code verify(const unsigned char *der, size_t der_len, const void *content,
                             size_t len, const char *where, struct ed_arena *arena,
                             struct ed_cms_facts *facts, struct edoc_error *err)
{
	struct parts parts = {0};
	enum edoc_code rc = EDOC_ERR_INPUT;
	const char *fault = outer_fault(der, der_len);

	if (!fault)
		fault = decode(der, der_len, &parts);
	if (!fault)
		fault = algorithms(der, der_len, &parts);
	if (!fault)
		fault = attributes(&parts);
	if (fault) {
		rc = parts.no_memory ? ed_fail_memory(err) : refuse(fault, where, err);
		goto out;
	}
	parts.certs = CMS_get1_certs(parts.cms);
	rc = compute(&parts, content, len, where, arena, facts, err);
	if (rc == EDOC_OK) {
		facts->others = parts.certs;
		parts.certs = NULL;
	}
out:
	sk_X509_pop_free(parts.certs, X509_free);
	CMS_ContentInfo_free(parts.cms);
	return rc;
}

enum edoc_code ed_cms_verify(const void *der, size_t der_len, const void *content, size_t len,
                             const char *where, struct ed_arena *arena, struct ed_cms_facts *facts,
                             struct edoc_error *err)
{
	OSSL_LIB_CTX *old;
	enum edoc_code rc;

	memset(facts, 0, sizeof(*facts));
	facts->claimed_time = ED_TIME_NONE;
	if (der_len > ED_MAX_CMS)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "a CMS signature is larger than %u bytes", ED_MAX_CMS);
	old = ed_crypto_enter();
	rc = verify(der, der_len, content, len, where, arena, facts, err);
	ed_crypto_leave(old);
	if (rc != EDOC_OK)
		ed_cms_facts_clear(facts);
	return rc;
}

void ed_cms_facts_clear(struct ed_cms_facts *facts)
{
	ed_cert_clear(facts->signer);
	sk_X509_pop_free(facts->others, X509_free);
	memset(facts, 0, sizeof(*facts));
	facts->claimed_time = ED_TIME_NONE;
}
