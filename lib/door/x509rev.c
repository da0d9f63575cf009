/* SPDX-License-Identifier: ISC */
#include "door/x509rev.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/ber.h"
#include "base/err.h"
#include "base/limits.h"

/* ---- reading ---------------------------------------------------------------- */

/* Before libcrypto makes objects of them all (RFC 5280 5.1: they follow
 * thisUpdate and nextUpdate); what is no CRL has none. */
static size_t count_entries(const void *der, size_t len)
{
	struct ed_ber e, list;
	struct ed_ber_reader r;
	bool dated = false;
	size_t n = 0;

	if (!ed_ber_one(der, len, &e))
		return 0;
	ed_ber_enter(&r, &e, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e))
		return 0;
	ed_ber_enter(&r, &e, 2);
	while (ed_ber_next(&r, &list)) {
		if (ed_ber_is(&list, ED_BER_UNIVERSAL, ED_BER_UTCTIME) ||
		    ed_ber_is(&list, ED_BER_UNIVERSAL, ED_BER_GENTIME))
			dated = true;
		else if (dated)
			break;
	}
	if (!dated || !ed_ber_is(&list, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return 0;
	ed_ber_enter(&r, &list, 3);
	while (ed_ber_next(&r, &e))
		n++;
	return n;
}

enum edoc_code ed_crl_parse(const void *der, size_t len, const char *where, X509_CRL **p_crl,
                            struct edoc_error *err)
{
	const unsigned char *p = der;
	OSSL_LIB_CTX *old;
	X509_CRL *crl;
	enum edoc_code rc = EDOC_OK;

	*p_crl = NULL;
	if (len > ED_MAX_CRL)
		return ed_fail(err, EDOC_ERR_LIMIT, where, "the CRL is larger than %u bytes",
		               ED_MAX_CRL);
	if (count_entries(der, len) > ED_MAX_CRL_ENTRIES)
		return ed_fail(err, EDOC_ERR_LIMIT, where, "the CRL has more than %d entries",
		               ED_MAX_CRL_ENTRIES);
	old = ed_crypto_enter();
	crl = d2i_X509_CRL(NULL, &p, (long)len);
	if (!crl)
		rc = ed_crypto_fail(err, EDOC_ERR_INPUT, where, "this is no CRL (RFC 5280 5.1)");
	else if (p != (const unsigned char *)der + len)
		rc = ed_fail(err, EDOC_ERR_INPUT, where, "bytes follow the CRL's end");
	ed_crypto_leave(old);
	if (rc == EDOC_OK)
		*p_crl = crl;
	else
		X509_CRL_free(crl);
	return rc;
}

#define NOT_BASIC N_("this is no basic OCSP answer (RFC 6960 4.2.1)")

/* OCSPResponse ::= SEQUENCE { ENUMERATED, [0] { SEQUENCE { OID, OCTET STRING }}}
 * (RFC 6960 4.2.1); *p, *len become those of the BasicOCSPResponse. */
static enum edoc_code unwrap(const uint8_t **p, size_t *len, const char *where,
                             struct edoc_error *err)
{
	struct ed_ber whole, status, explicit, bytes, type, basic;
	struct ed_ber_reader r;
	int64_t v;

	if (!ed_ber_one(*p, *len, &whole) || !ed_ber_is(&whole, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		goto bad;
	ed_ber_enter(&r, &whole, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_ENUM, &status))
		return EDOC_OK; /* already what is in it */
	if (status.len != 1)
		goto bad;
	v = status.p[0];
	if (v != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "the responder gave no answer but an error: %s (RFC 6960 4.2.1)",
		               OCSP_response_status_str((long)v));
	if (!ed_ber_take(&r, ED_BER_CONTEXT, 0, &explicit) || !ed_ber_done(&r) ||
	    !explicit.constructed)
		goto bad;
	ed_ber_enter(&r, &explicit, 2);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &bytes) || !ed_ber_done(&r))
		goto bad;
	ed_ber_enter(&r, &bytes, 3);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &type) ||
	    !ed_ber_oid_is(&type, "1.3.6.1.5.5.7.48.1.1") ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &basic) || !ed_ber_done(&r) ||
	    basic.constructed)
		goto bad;
	*p = basic.p;
	*len = basic.len;
	return EDOC_OK;
bad:
	return ed_fail(err, EDOC_ERR_INPUT, where, "%s", dgettext("edoc", NOT_BASIC));
}

/* BasicOCSPResponse ::= SEQUENCE { tbsResponseData, AlgorithmIdentifier, BIT
 * STRING, certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }. */
static bool split(const uint8_t *p, size_t len, struct ed_ocsp *ocsp, struct ed_ber *alg,
                  struct ed_ber *value)
{
	struct ed_ber whole, explicit;
	struct ed_ber_reader r;

	if (!ed_ber_one(p, len, &whole) || !ed_ber_is(&whole, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, &whole, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &ocsp->tbs) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, alg) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_BITS, value))
		return false;
	if (ed_ber_take(&r, ED_BER_CONTEXT, 0, &explicit)) {
		struct ed_ber_reader in;

		if (!explicit.constructed)
			return false;
		ed_ber_enter(&in, &explicit, 2);
		if (!ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &ocsp->certs) ||
		    !ed_ber_done(&in))
			return false;
	}
	return ed_ber_done(&r);
}

/* Without its certificates: to parse one costs libcrypto more than all the
 * rest, and a memo may know it. */
static OCSP_BASICRESP *decode_answer(const struct ed_ocsp *ocsp, const struct ed_ber *alg,
                                     const struct ed_ber *value)
{
	size_t inner = ocsp->tbs.whole_len + alg->whole_len + value->whole_len;
	size_t len = (size_t)ASN1_object_size(1, (int)inner, V_ASN1_SEQUENCE);
	unsigned char *bytes = OPENSSL_malloc(len), *p = bytes;
	const unsigned char *q = bytes;
	OCSP_BASICRESP *basic = NULL;

	if (!bytes)
		return NULL;
	ASN1_put_object(&p, 1, (int)inner, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	memcpy(p, ocsp->tbs.whole, ocsp->tbs.whole_len);
	p += ocsp->tbs.whole_len;
	memcpy(p, alg->whole, alg->whole_len);
	p += alg->whole_len;
	memcpy(p, value->whole, value->whole_len);
	basic = d2i_OCSP_BASICRESP(NULL, &q, (long)len);
	OPENSSL_free(bytes);
	return basic;
}

enum edoc_code ed_ocsp_parse(const void *der, size_t len, const char *where, struct ed_ocsp *ocsp,
                             struct edoc_error *err)
{
	const uint8_t *p = der;
	struct ed_ber alg, value;
	OSSL_LIB_CTX *old;
	enum edoc_code rc;

	*ocsp = (struct ed_ocsp){0};
	if (len > ED_MAX_OCSP)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "the OCSP answer is larger than %u bytes", ED_MAX_OCSP);
	rc = unwrap(&p, &len, where, err);
	if (rc != EDOC_OK)
		return rc;
	if (!split(p, len, ocsp, &alg, &value))
		return ed_fail(err, EDOC_ERR_INPUT, where, "%s", dgettext("edoc", NOT_BASIC));
	old = ed_crypto_enter();
	ocsp->basic = decode_answer(ocsp, &alg, &value);
	if (!ocsp->basic)
		rc = ed_crypto_fail(err, EDOC_ERR_INPUT, where, NOT_BASIC);
	ed_crypto_leave(old);
	return rc;
}

/* ---- signatures ------------------------------------------------------------- */

bool ed_cert_verify(X509 *x509, EVP_PKEY *key)
{
	OSSL_LIB_CTX *old = ed_crypto_enter();
	bool good = X509_verify(x509, key) == 1;

	ed_crypto_leave(old);
	return good;
}

bool ed_crl_verify(X509_CRL *crl, EVP_PKEY *key)
{
	OSSL_LIB_CTX *old = ed_crypto_enter();
	bool good = X509_CRL_verify(crl, key) == 1;

	ed_crypto_leave(old);
	return good;
}

/* Over the bytes as they came: libcrypto would encode them anew. */
bool ed_ocsp_verify(const struct ed_ocsp *ocsp, EVP_PKEY *key)
{
	OSSL_LIB_CTX *old = ed_crypto_enter();
	ASN1_STRING *bytes = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
	ASN1_TYPE *tbs = ASN1_TYPE_new();
	bool good = false;

	if (tbs && bytes && ASN1_STRING_set(bytes, ocsp->tbs.whole, (int)ocsp->tbs.whole_len)) {
		ASN1_TYPE_set(tbs, V_ASN1_SEQUENCE, bytes); /* takes it */
		bytes = NULL;
		good = ASN1_item_verify_ex(ASN1_ITEM_rptr(ASN1_ANY),
		                           OCSP_resp_get0_tbs_sigalg(ocsp->basic),
		                           OCSP_resp_get0_signature(ocsp->basic), tbs, NULL, key,
		                           ed_crypto_context(), NULL) == 1;
	}
	ASN1_STRING_free(bytes);
	ASN1_TYPE_free(tbs);
	ed_crypto_leave(old);
	return good;
}

enum ed_hash ed_hash_signed_with(const X509_ALGOR *algor)
{
	struct ed_sigalg alg;

	return ed_sigalg_by_algor(algor, &alg) ? alg.hash : ED_HASH_NONE;
}

enum ed_hash ed_hash_of_oid(const ASN1_OBJECT *oid)
{
	char text[80];

	if (OBJ_obj2txt(text, sizeof(text), oid, 1) <= 0)
		return ED_HASH_NONE;
	for (enum ed_hash hash = ED_SHA1; hash < ED_N_HASHES; hash++) {
		const char *its = ed_hash_oid(hash);

		if (its && !strcmp(its, text))
			return hash;
	}
	return ED_HASH_NONE;
}

enum ed_hash ed_hash_of_alg(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	return ed_hash_of_oid(oid);
}

/* ---- asking ------------------------------------------------------------------- */

OCSP_CERTID *ed_ocsp_cert_id(const X509 *cert, const X509 *issuer)
{
	OSSL_LIB_CTX *old = ed_crypto_enter();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), cert, issuer);

	ed_crypto_leave(old);
	return id;
}
