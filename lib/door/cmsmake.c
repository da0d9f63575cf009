/* SPDX-License-Identifier: ISC */
/* Detached CAdES baseline B for the ledger (EN 319 122-1 6, RFC 5652). */
#include <string.h>

#include <openssl/cms.h>

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
