/* SPDX-License-Identifier: ISC */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "door/crypto.h"
#include "door/keyvalue.h"

#define MAX_NUMBER 2048 /* bytes */

static EVP_PKEY *from_params(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(ed_crypto_context(), type, NULL);
	EVP_PKEY *key = NULL;

	if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

EVP_PKEY *ed_key_of_rsa(const void *n, size_t n_len, const void *e, size_t e_len)
{
	OSSL_PARAM_BLD *build = NULL;
	BIGNUM *bn_n = NULL, *bn_e = NULL;
	EVP_PKEY *key = NULL;

	if (!ed_crypto_context() || n_len == 0 || n_len > MAX_NUMBER || e_len == 0 || e_len > 8)
		return NULL;
	build = OSSL_PARAM_BLD_new();
	bn_n = BN_bin2bn(n, (int)n_len, NULL);
	bn_e = BN_bin2bn(e, (int)e_len, NULL);
	if (build && bn_n && bn_e && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn_n) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, bn_e))
		key = from_params("RSA", build);
	BN_free(bn_n);
	BN_free(bn_e);
	OSSL_PARAM_BLD_free(build);
	ERR_clear_error();
	return key;
}

EVP_PKEY *ed_key_of_ec(const char *oid, const void *point, size_t len)
{
	OSSL_PARAM_BLD *build = NULL;
	EVP_PKEY *key = NULL;
	const char *group;
	int nid;

	if (!ed_crypto_context() || len < 3 || len > MAX_NUMBER)
		return NULL;
	nid = OBJ_txt2nid(oid);
	group = nid == NID_undef ? NULL : OBJ_nid2sn(nid);
	build = OSSL_PARAM_BLD_new();
	if (group && build &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len))
		key = from_params("EC", build);
	OSSL_PARAM_BLD_free(build);
	ERR_clear_error();
	return key;
}

void ed_key_drop(EVP_PKEY *key)
{
	EVP_PKEY_free(key);
}
