/* SPDX-License-Identifier: ISC */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/err.h"
#include "door/keylegacy.h"

bool ed_legacy_needed(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid = NULL;
	int nid;

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	nid = OBJ_obj2nid(oid);
	return nid == NID_pbe_WithSHA1And40BitRC2_CBC || nid == NID_pbe_WithSHA1And128BitRC2_CBC;
}

/* OPENSSL_MODULES says where to look otherwise: what is run is not for the environment. */
static bool load(struct ed_legacy *l, const char *folder)
{
	l->ctx = OSSL_LIB_CTX_new();
	if (!l->ctx || !OSSL_PROVIDER_set_default_search_path(l->ctx, folder))
		return false;
	l->own = OSSL_PROVIDER_load(l->ctx, "default"); /* the digest and the derivation */
	l->legacy = l->own ? OSSL_PROVIDER_load(l->ctx, "legacy") : NULL;
	return l->legacy != NULL;
}

enum edoc_code ed_legacy_load(struct ed_legacy *legacy, const char *path, struct edoc_error *err)
{
	const char *folder = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);

	if (legacy->ctx)
		return EDOC_OK;
	if (folder && load(legacy, folder))
		return EDOC_OK;
	ERR_clear_error();
	ed_legacy_unload(legacy);
	return ed_fail(err, EDOC_ERR_INPUT, path,
	               "is in RC2, and %s/legacy.so, OpenSSL's provider for it, is not to be had: "
	               "install it or convert elsewhere: openssl pkcs12 -legacy -in OLD -out PEM; "
	               "openssl pkcs12 -export -in PEM -out NEW",
	               folder ? folder : "");
}

void ed_legacy_unload(struct ed_legacy *legacy)
{
	if (legacy->legacy)
		OSSL_PROVIDER_unload(legacy->legacy);
	if (legacy->own)
		OSSL_PROVIDER_unload(legacy->own);
	OSSL_LIB_CTX_free(legacy->ctx);
	*legacy = (struct ed_legacy){NULL, NULL, NULL};
}
