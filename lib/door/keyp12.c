/* SPDX-License-Identifier: ISC */
/* PKCS#12 (RFC 7292), bag by bag: libcrypto's own PKCS12_parse() keeps one key. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/crypto.h"
#include "door/keyfile.h"
#include "door/keylegacy.h"
#include "door/keyrounds.h"

#define MAX_ID 64 /* bytes of a localKeyId that can be asked for */

struct walk {
	struct ed_key_file *file;
	const char *path;
	const char *text; /* the passphrase; NULL: none, which is not the empty one */
	bool sure;        /* that it is the right one */
	size_t bags;
	struct ed_legacy legacy;
	char unknown[80]; /* OID of a key that is not computed here */
	struct edoc_error *err;
};

static enum edoc_code spend(struct walk *w, uint64_t rounds)
{
	return ed_rounds_spend(&w->file->spent, rounds, w->path, w->err);
}

/* Where it is decrypted: NULL is here. */
static enum edoc_code choose_context(struct walk *w, const X509_ALGOR *alg, OSSL_LIB_CTX **ctx)
{
	enum edoc_code rc = EDOC_OK;

	*ctx = NULL;
	if (!ed_legacy_needed(alg))
		return rc;
	rc = ed_legacy_load(&w->legacy, w->path, w->err);
	*ctx = w->legacy.ctx;
	return rc;
}

/* ---- what is in a bag ------------------------------------------------------ */

static enum edoc_code take_pkey(struct walk *w, PKCS12_SAFEBAG *bag, const PKCS8_PRIV_KEY_INFO *p8)
{
	const ASN1_TYPE *id = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
	EVP_PKEY *pkey = EVP_PKCS82PKEY(p8);
	char hex[2 * MAX_ID + 1] = "", *friendly;
	const ASN1_OBJECT *oid = NULL;
	enum edoc_code rc;

	if (!pkey) {
		ERR_clear_error();
		if (PKCS8_pkey_get0(&oid, NULL, NULL, NULL, p8))
			OBJ_obj2txt(w->unknown, sizeof(w->unknown), oid, 1);
		return EDOC_OK;
	}
	if (id && id->type == V_ASN1_OCTET_STRING && id->value.octet_string->length <= MAX_ID)
		ed_hex(hex, id->value.octet_string->data, (size_t)id->value.octet_string->length);
	friendly = PKCS12_get_friendlyname(bag);
	rc = ed_key_file_add(w->file, pkey, friendly, hex, w->err);
	OPENSSL_free(friendly);
	return rc;
}

static enum edoc_code take_shrouded(struct walk *w, PKCS12_SAFEBAG *bag)
{
	const X509_SIG *sig = PKCS12_SAFEBAG_get0_pkcs8(bag);
	const X509_ALGOR *alg = NULL;
	OSSL_LIB_CTX *ctx = NULL;
	PKCS8_PRIV_KEY_INFO *p8;
	enum edoc_code rc;

	X509_SIG_get0(sig, &alg, NULL);
	rc = spend(w, ed_rounds_of(alg));
	if (rc == EDOC_OK)
		rc = choose_context(w, alg, &ctx);
	if (rc != EDOC_OK)
		return rc;
	p8 = PKCS12_decrypt_skey_ex(bag, w->text, -1, ctx, NULL);
	rc = p8 ? take_pkey(w, bag, p8) : ed_key_undecrypted(w->path, w->sure, w->err);
	PKCS8_PRIV_KEY_INFO_free(p8);
	return rc;
}

static enum edoc_code take_cert(struct walk *w, PKCS12_SAFEBAG *bag)
{
	X509 *x509;
	char *friendly;
	enum edoc_code rc;

	if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
		return EDOC_OK; /* SDSI */
	x509 = PKCS12_SAFEBAG_get1_cert(bag);
	if (!x509)
		return ed_key_undecrypted(w->path, true, w->err);
	friendly = PKCS12_get_friendlyname(bag);
	if (friendly && !X509_alias_set1(x509, (const unsigned char *)friendly, -1))
		rc = ed_fail_memory(w->err);
	else
		rc = ed_key_collect(w->file->certs, x509, w->err);
	OPENSSL_free(friendly);
	X509_free(x509);
	return rc;
}

static enum edoc_code take_bags(struct walk *w, const STACK_OF(PKCS12_SAFEBAG) *bags, int depth);

static enum edoc_code take_bag(struct walk *w, PKCS12_SAFEBAG *bag, int depth)
{
	if (++w->bags > ED_MAX_KEY_BAGS)
		return ed_fail(w->err, EDOC_ERR_LIMIT, w->path,
		               "there are more than %d keys and certificates in it",
		               ED_MAX_KEY_BAGS);
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
		return take_pkey(w, bag, PKCS12_SAFEBAG_get0_p8inf(bag));
	case NID_pkcs8ShroudedKeyBag:
		return take_shrouded(w, bag);
	case NID_certBag:
		return take_cert(w, bag);
	case NID_safeContentsBag:
		return take_bags(w, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
	default:
		return EDOC_OK; /* CRLs, secrets */
	}
}

static enum edoc_code take_bags(struct walk *w, const STACK_OF(PKCS12_SAFEBAG) *bags, int depth)
{
	enum edoc_code rc = EDOC_OK;

	if (depth > ED_MAX_KEY_NESTING)
		return ed_fail(w->err, EDOC_ERR_LIMIT, w->path,
		               "its safes stand more than %d deep in each other (RFC 7292 4.2.6)",
		               ED_MAX_KEY_NESTING);
	for (int i = 0; rc == EDOC_OK && i < sk_PKCS12_SAFEBAG_num(bags); i++)
		rc = take_bag(w, sk_PKCS12_SAFEBAG_value(bags, i), depth);
	return rc;
}

/* ---- safes ------------------------------------------------------------------- */

static enum edoc_code unpack_encrypted(struct walk *w, const PKCS7 *p7,
                                       STACK_OF(PKCS12_SAFEBAG) **bags)
{
	const PKCS7_ENC_CONTENT *content = p7->d.encrypted->enc_data;
	OSSL_LIB_CTX *ctx = NULL;
	enum edoc_code rc = spend(w, ed_rounds_of(content->algorithm));

	if (rc == EDOC_OK)
		rc = choose_context(w, content->algorithm, &ctx);
	if (rc == EDOC_OK)
		*bags = PKCS12_item_decrypt_d2i_ex(content->algorithm,
		                                   ASN1_ITEM_rptr(PKCS12_SAFEBAGS), w->text, -1,
		                                   content->enc_data, 1, ctx, NULL);
	return rc;
}

static enum edoc_code take_safe(struct walk *w, PKCS7 *p7)
{
	int kind = OBJ_obj2nid(p7->type);
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	enum edoc_code rc = EDOC_OK;

	if (kind == NID_pkcs7_data) {
		bags = PKCS12_unpack_p7data(p7);
	} else if (kind == NID_pkcs7_encrypted && p7->d.encrypted) {
		rc = unpack_encrypted(w, p7, &bags);
		if (rc != EDOC_OK)
			return rc;
	} else {
		return EDOC_OK; /* for a certificate's owner (RFC 7292 4.1), as libcrypto has it */
	}
	rc = bags ? take_bags(w, bags, 0) : ed_key_undecrypted(w->path, w->sure, w->err);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return rc;
}

static enum edoc_code take_safes(struct walk *w, const PKCS12 *p12)
{
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	enum edoc_code rc = safes ? EDOC_OK : ed_key_undecrypted(w->path, w->sure, w->err);

	for (int i = 0; rc == EDOC_OK && i < sk_PKCS7_num(safes); i++)
		rc = take_safe(w, sk_PKCS7_value(safes, i));
	sk_PKCS7_pop_free(safes, PKCS7_free);
	if (rc != EDOC_OK || w->file->n)
		return rc;
	if (w->unknown[0])
		return ed_fail(w->err, EDOC_ERR_INPUT, w->path,
		               "its key is of an algorithm that is not computed here (%s)",
		               w->unknown);
	return ed_fail(w->err, EDOC_ERR_INPUT, w->path, "the PKCS#12 file holds no private key");
}

/* ---- the MAC (RFC 7292 5.1) -------------------------------------------------- */

static uint64_t mac_rounds(const PKCS12 *p12)
{
	const ASN1_INTEGER *iterations = NULL;
	const X509_ALGOR *alg = NULL;
	uint64_t rounds = 1, own;

	PKCS12_get0_mac(NULL, &alg, NULL, &iterations, p12);
	if (iterations && !ASN1_INTEGER_get_uint64(&rounds, iterations))
		rounds = UINT64_MAX;
	ERR_clear_error();
	own = alg ? ed_rounds_of(alg) : 0; /* RFC 9579 has them here */
	return own > rounds ? own : rounds;
}

static enum edoc_code verify_mac(struct walk *w, PKCS12 *p12, const char *text, bool *good)
{
	enum edoc_code rc = spend(w, mac_rounds(p12));

	*good = rc == EDOC_OK && PKCS12_verify_mac(p12, text, text ? (int)strlen(text) : 0);
	w->sure = *good;
	w->text = text;
	return rc;
}

/* The MAC tells a wrong passphrase from damage; no passphrase and the empty
 * one are tried before anybody is asked. */
static enum edoc_code open_mac(struct walk *w, PKCS12 *p12, struct ed_passphrase *pass)
{
	enum edoc_code rc;
	bool good = false;

	if (!PKCS12_mac_present(p12)) {
		if (!ed_passphrase_get(pass))
			return ed_key_no_passphrase(w->path, w->err);
		w->text = pass->text;
		return EDOC_OK;
	}
	rc = verify_mac(w, p12, NULL, &good);
	if (rc == EDOC_OK && !good)
		rc = verify_mac(w, p12, "", &good);
	if (rc != EDOC_OK || good)
		return rc;
	if (ERR_peek_error()) /* not a mismatch: the MAC itself is bad or unknown */
		return ed_crypto_fail(w->err, EDOC_ERR_INPUT, w->path,
		                      "the PKCS#12 file's integrity check (RFC 7292 5.1) "
		                      "is not of a known kind");
	if (!ed_passphrase_get(pass))
		return ed_key_no_passphrase(w->path, w->err);
	if (pass->len == strlen(pass->text))
		rc = verify_mac(w, p12, pass->text, &good);
	return rc != EDOC_OK || good ? rc : ed_key_undecrypted(w->path, false, w->err);
}

enum edoc_code ed_p12_read(const struct ed_buf *bytes, const char *path, struct ed_passphrase *pass,
                           struct ed_key_file *file, struct edoc_error *err)
{
	struct walk w = {.file = file, .path = path, .err = err};
	const unsigned char *p = bytes->data;
	PKCS12 *p12 = bytes->len > 0 ? d2i_PKCS12(NULL, &p, (long)bytes->len) : NULL;
	enum edoc_code rc = EDOC_ERR_INPUT;

	ERR_clear_error();
	if (!p12 || p != bytes->data + bytes->len)
		rc = ed_key_none(path, err);
	else
		rc = open_mac(&w, p12, pass);
	if (rc == EDOC_OK)
		rc = take_safes(&w, p12);
	PKCS12_free(p12);
	ed_legacy_unload(&w.legacy);
	return rc;
}
