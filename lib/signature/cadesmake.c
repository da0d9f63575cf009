/* SPDX-License-Identifier: ISC */
/*
 * CAdES baseline B made (EN 319 122-1 6.3, RFC 5652): each attribute of a
 * signer, its SignerInfo, and a SignedData around one of them.
 */
#include <stdio.h>
#include <string.h>

#include "base/der.h"
#include "base/err.h"
#include "base/limits.h"
#include "signature/cadespart.h"

#define OID_TITLE "2.5.4.12"            /* X.520: what somebody is in an organisation */
#define OID_PSS "1.2.840.113549.1.1.10" /* RFC 4055 3.1 */
#define OID_MGF1 "1.2.840.113549.1.1.8" /* RFC 4055 2.1 */
#define MAX_SIGNER ((size_t)4 << 20)    /* a SignerInfo: roles, and a token of any size */

/* ---- algorithms ------------------------------------------------------------ */

/* RFC 5754 2, RFC 8419 2: parameters are absent. */
void ed_cades_put_hash(struct ed_der *der, enum ed_hash hash)
{
	ed_der_open(der, 0x30);
	ed_der_oid(der, ed_hash_oid(hash));
	ed_der_close(der);
}

/* RFC 4055 3.1, RFC 4056 2.2: trailerField stands by its default. */
static void put_pss(struct ed_der *der, const struct ed_sigalg *alg)
{
	ed_der_oid(der, OID_PSS);
	ed_der_open(der, 0x30);
	ed_der_open(der, 0xa0);
	ed_cades_put_hash(der, alg->hash);
	ed_der_close(der);
	ed_der_open(der, 0xa1);
	ed_der_open(der, 0x30);
	ed_der_oid(der, OID_MGF1);
	ed_cades_put_hash(der, alg->mgf);
	ed_der_close(der);
	ed_der_close(der);
	ed_der_open(der, 0xa2);
	ed_der_int(der, alg->salt);
	ed_der_close(der);
	ed_der_close(der);
}

/* RFC 5754 3.2: NULL behind RSA; 3.3, RFC 8419 2: nothing behind the others. */
static void put_sigalg(struct ed_der *der, const struct ed_sigalg *alg)
{
	ed_der_open(der, 0x30);
	if (alg->kind == ED_SIG_PSS)
		put_pss(der, alg);
	else
		ed_der_oid(der, ed_sigalg_oid(alg));
	if (alg->kind == ED_SIG_RSA)
		ed_der_null(der);
	ed_der_close(der);
}

enum edoc_code ed_cades_signer_alg(const struct edoc_key *key, struct ed_sigalg *alg,
                                   struct edoc_error *err)
{
	bool good = ed_key_sigalg(key, alg);

	alg->plain = false; /* RFC 5753 7.2: in DER */
	good = good && ed_hash_oid(alg->hash) && (alg->kind == ED_SIG_PSS || ed_sigalg_oid(alg));
	if (good)
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_INPUT, edoc_key_subject(key),
	               "a key of this kind does not sign CMS");
}

/* By which what is named beside the content is digested; nobody looks for
 * SHAKE256 there. */
static enum ed_hash hash_beside(const struct ed_sigalg *alg)
{
	return alg->hash == ED_SHAKE256 ? ED_SHA512 : alg->hash;
}

/* ---- signed attributes ----------------------------------------------------- */

static void open_attr(struct ed_der *der, const char *type)
{
	ed_der_open(der, 0x30);
	ed_der_oid(der, type);
	ed_der_open(der, 0x31);
}

static void close_attr(struct ed_der *der)
{
	ed_der_close_set(der);
	ed_der_close(der);
}

static void put_text(struct ed_der *der, const char *text)
{
	ed_der_put(der, ED_BER_UTF8, text, strlen(text));
}

/* ESSCertIDv2 (RFC 5035 4): hashAlgorithm stands where it is not the default. */
static enum edoc_code put_binding(struct ed_der *der, const X509 *x509, enum ed_hash hash,
                                  struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_buf buf;
	enum edoc_code code;

	ed_buf_init(&buf, ED_MAX_KEY_FILE);
	code = ed_cert_der(x509, &buf, err);
	if (code == EDOC_OK && !ed_hash_bytes(hash, buf.data, buf.len, digest))
		code = ed_crypto_fail(err, EDOC_ERR_BUG, "", ed_hash_name(hash));
	ed_buf_reset(&buf);
	if (code == EDOC_OK)
		code = ed_cert_issuer_serial(x509, &buf, err);
	if (code == EDOC_OK) {
		open_attr(der, OID_SIGNING_CERT_V2);
		for (int i = 0; i < 3; i++) /* SigningCertificateV2, certs, ESSCertIDv2 */
			ed_der_open(der, 0x30);
		if (hash != ED_SHA256)
			ed_cades_put_hash(der, hash);
		ed_der_put(der, ED_BER_OCTETS, digest, ed_hash_size(hash));
		ed_der_raw(der, buf.data, buf.len);
		for (int i = 0; i < 3; i++)
			ed_der_close(der);
		close_attr(der);
	}
	ed_buf_clear(&buf);
	return code;
}

/* 5.2.3 */
static void put_commitment(struct ed_der *der, const char *word)
{
	char oid[sizeof(OID_COMMITMENT_IS) + 4] = "";

	for (unsigned i = 0; i < ED_CADES_COMMITMENTS; i++) {
		if (!strcmp(word, ed_cades_commitments[i]))
			(void)snprintf(oid, sizeof(oid), OID_COMMITMENT_IS "%u", i + 1);
	}
	open_attr(der, OID_COMMITMENT);
	ed_der_open(der, 0x30);
	ed_der_oid(der, oid);
	ed_der_close(der);
	close_attr(der);
}

/* SignerAttributeV2 (5.2.6.1): claimedAttributes [0], one attribute of all roles. */
static void put_roles(struct ed_der *der, const char *const *roles)
{
	open_attr(der, OID_SIGNER_ATTR_V2);
	ed_der_open(der, 0x30);
	ed_der_open(der, 0xa0);
	ed_der_open(der, 0x30);
	open_attr(der, OID_TITLE);
	for (; *roles; roles++)
		put_text(der, *roles);
	close_attr(der);
	ed_der_close(der);
	ed_der_close(der);
	ed_der_close(der);
	close_attr(der);
}

static void put_tagged_text(struct ed_der *der, unsigned tag, const char *text)
{
	if (!text)
		return;
	ed_der_open(der, tag);
	put_text(der, text);
	ed_der_close(der);
}

/* SignerLocation (5.2.5.1): country [0], locality [1], postalAddress [2]. */
static void put_place(struct ed_der *der, const struct edoc_sign_place *place)
{
	open_attr(der, OID_LOCATION);
	ed_der_open(der, 0x30);
	put_tagged_text(der, 0xa0, place->country);
	put_tagged_text(der, 0xa1, place->city);
	if (place->street || place->region || place->postal_code) {
		ed_der_open(der, 0xa2);
		ed_der_open(der, 0x30);
		if (place->street)
			put_text(der, place->street);
		if (place->region)
			put_text(der, place->region);
		if (place->postal_code)
			put_text(der, place->postal_code);
		ed_der_close(der);
		ed_der_close(der);
	}
	ed_der_close(der);
	close_attr(der);
}

/* SignaturePolicyId (5.2.9.1): identifier, digest, where it is. */
static enum edoc_code put_policy(struct ed_der *der, const struct edoc_sign_policy *policy,
                                 enum ed_hash hash, struct edoc_error *err)
{
	const char *oid = ed_sign_policy_oid(policy);
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code code;

	if (!oid)
		return ed_fail(err, EDOC_ERR_USAGE, policy->id,
		               "a CMS signature names its policy by an OID (EN 319 122-1 5.2.9.1)");
	code = ed_sign_policy_digest(policy, hash, digest, err);
	if (code != EDOC_OK)
		return code;
	open_attr(der, OID_POLICY);
	ed_der_open(der, 0x30);
	ed_der_oid(der, oid);
	ed_der_open(der, 0x30);
	ed_cades_put_hash(der, hash);
	ed_der_put(der, ED_BER_OCTETS, digest, ed_hash_size(hash));
	ed_der_close(der);
	if (policy->url) {
		ed_der_open(der, 0x30);
		ed_der_open(der, 0x30);
		ed_der_oid(der, OID_SPURI);
		ed_der_put(der, 22, policy->url, strlen(policy->url)); /* IA5String */
		ed_der_close(der);
		ed_der_close(der);
	}
	ed_der_close(der);
	close_attr(der);
	return EDOC_OK;
}

static void put_element(struct ed_der *der, const char *type, const void *p, size_t len)
{
	open_attr(der, type);
	ed_der_raw(der, p, len);
	close_attr(der);
}

/* What RFC 5652 11 and 5.2.1 to 5.2.2 ask for. */
static enum edoc_code put_required(struct ed_der *der, const struct ed_cades_signer *s,
                                   struct edoc_error *err)
{
	if (s->content_type) { /* RFC 5652 11.4: no counter-signature has one */
		open_attr(der, OID_CONTENT_TYPE);
		ed_der_oid(der, s->content_type);
		close_attr(der);
	}
	open_attr(der, OID_MESSAGE_DIGEST);
	ed_der_put(der, ED_BER_OCTETS, s->digest, ed_hash_size(s->alg.hash));
	close_attr(der);
	open_attr(der, OID_SIGNING_TIME);
	ed_der_time(der, s->words->at);
	close_attr(der);
	return put_binding(der, ed_key_cert(s->words->key), hash_beside(&s->alg), err);
}

static enum edoc_code put_words(struct ed_der *der, const struct ed_cades_signer *s,
                                struct edoc_error *err)
{
	const struct ed_sign_words *w = s->words;

	if (w->ledger_head)
		return ed_fail(err, EDOC_ERR_USAGE, "",
		               "only XAdES has a place for the head of a ledger");
	if (s->media_type) {
		open_attr(der, OID_MIME_TYPE);
		put_text(der, s->media_type);
		close_attr(der);
	}
	if (w->commitment)
		put_commitment(der, w->commitment);
	if (w->roles && *w->roles)
		put_roles(der, w->roles);
	if (w->place)
		put_place(der, w->place);
	if (w->content_token)
		put_element(der, OID_CONTENT_STAMP, w->content_token, w->content_token_len);
	return w->policy ? put_policy(der, w->policy, hash_beside(&s->alg), err) : EDOC_OK;
}

/* ---- SignerInfo (RFC 5652 5.3) --------------------------------------------- */

/* IssuerAndSerialNumber, as they stand in the certificate. */
static bool put_identifier(struct ed_der *der, const void *cert, size_t len)
{
	struct ed_ber_reader r;
	struct ed_ber e, tbs, serial, issuer;

	if (!ed_ber_one(cert, len, &e))
		return false;
	ed_ber_enter(&r, &e, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &tbs))
		return false;
	ed_ber_enter(&r, &tbs, 2);
	(void)ed_ber_take(&r, ED_BER_CONTEXT, 0, &e);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &serial) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &issuer))
		return false;
	ed_der_open(der, 0x30);
	ed_der_raw(der, issuer.whole, issuer.whole_len);
	ed_der_raw(der, serial.whole, serial.whole_len);
	ed_der_close(der);
	return true;
}

/* The SET OF, as it is signed (5.4). */
static enum edoc_code write_attrs(const struct ed_cades_signer *s, struct ed_buf *set,
                                  struct edoc_error *err)
{
	enum edoc_code code;
	struct ed_der der;

	ed_der_init(&der, set);
	ed_der_open(&der, 0x31);
	code = put_required(&der, s, err);
	if (code == EDOC_OK)
		code = put_words(&der, s, err);
	ed_der_close_set(&der);
	if (code == EDOC_OK)
		code = ed_buf_check(set, edoc_key_subject(s->words->key), err);
	if (code == EDOC_OK && !ed_der_done(&der))
		code = ed_fail(err, EDOC_ERR_USAGE, edoc_key_subject(s->words->key),
		               "what is to be signed has no encoding: a time past the year 9999, "
		               "or an OID that is none");
	return code;
}

static enum edoc_code write_info(const struct ed_cades_signer *s, const struct ed_buf *cert,
                                 const struct ed_buf *set, const struct ed_buf *value,
                                 struct ed_buf *out, struct edoc_error *err)
{
	struct ed_der der;
	size_t at = 0;
	bool good;

	ed_der_init(&der, out);
	ed_der_open(&der, 0x30);
	ed_der_int(&der, 1);
	good = put_identifier(&der, cert->data, cert->len);
	ed_cades_put_hash(&der, s->alg.hash);
	at = out->len;
	ed_der_raw(&der, set->data, set->len);
	if (out->failed == EDOC_OK)
		out->data[at] = 0xa0; /* [0] IMPLICIT */
	put_sigalg(&der, &s->alg);
	ed_der_put(&der, ED_BER_OCTETS, value->data, value->len);
	ed_der_close(&der);
	if (out->failed == EDOC_OK && (!good || !ed_der_done(&der)))
		return ed_fail(err, EDOC_ERR_BUG, edoc_key_subject(s->words->key),
		               "the SignerInfo was not written");
	return ed_buf_check(out, edoc_key_subject(s->words->key), err);
}

enum edoc_code ed_cades_signer_write(const struct ed_cades_signer *signer, struct ed_buf *der,
                                     struct edoc_error *err)
{
	const struct edoc_key *key = signer->words->key;
	struct ed_buf set, value, cert;
	enum edoc_code code;

	ed_buf_init(&set, MAX_SIGNER);
	ed_buf_init(&value, ED_MAX_KEY_FILE);
	ed_buf_init(&cert, ED_MAX_KEY_FILE);
	code = ed_sign_words_check(signer->words, err);
	if (code == EDOC_OK)
		code = ed_cert_der(ed_key_cert(key), &cert, err);
	if (code == EDOC_OK)
		code = write_attrs(signer, &set, err);
	if (code == EDOC_OK)
		code = ed_sign_value(key, &signer->alg, set.data, set.len, &value, err);
	if (code == EDOC_OK)
		code = write_info(signer, &cert, &set, &value, der, err);
	ed_buf_clear(&set);
	ed_buf_clear(&value);
	ed_buf_clear(&cert);
	return code;
}

/* ---- SignedData (RFC 5652 5.1) --------------------------------------------- */

static enum edoc_code put_cert(struct ed_der *der, const X509 *x509, struct edoc_error *err)
{
	struct ed_buf buf;
	enum edoc_code code;

	ed_buf_init(&buf, ED_MAX_KEY_FILE);
	code = ed_cert_der(x509, &buf, err);
	ed_der_raw(der, buf.data, code == EDOC_OK ? buf.len : 0);
	ed_buf_clear(&buf);
	return code;
}

static enum edoc_code put_certs(struct ed_der *der, const struct edoc_key *key,
                                struct edoc_error *err)
{
	const STACK_OF(X509) *chain = ed_key_chain(key);
	enum edoc_code code;

	ed_der_open(der, 0xa0);
	code = put_cert(der, ed_key_cert(key), err);
	for (int i = 0; code == EDOC_OK && i < sk_X509_num(chain); i++)
		code = put_cert(der, sk_X509_value(chain, i), err);
	ed_der_close_set(der);
	return code;
}

static enum edoc_code write_data(const struct ed_cades_spec *spec, const struct ed_sigalg *alg,
                                 const struct ed_buf *info, struct ed_buf *out,
                                 struct edoc_error *err)
{
	const char *subject = edoc_key_subject(spec->words.key);
	enum edoc_code code;
	struct ed_der der;

	ed_der_init(&der, out);
	ed_der_open(&der, 0x30);
	ed_der_oid(&der, OID_SIGNED_DATA);
	ed_der_open(&der, 0xa0);
	ed_der_open(&der, 0x30);
	ed_der_int(&der, 1); /* id-data, certificates alone, issuers and serial numbers */
	ed_der_open(&der, 0x31);
	ed_cades_put_hash(&der, alg->hash);
	ed_der_close(&der);
	ed_der_open(&der, 0x30);
	ed_der_oid(&der, OID_DATA);
	if (!spec->digest) {
		ed_der_open(&der, 0xa0);
		ed_der_put(&der, ED_BER_OCTETS, spec->content, spec->content_len);
		ed_der_close(&der);
	}
	ed_der_close(&der);
	code = put_certs(&der, spec->words.key, err);
	ed_der_open(&der, 0x31);
	ed_der_raw(&der, info->data, info->len);
	for (int i = 0; i < 4; i++)
		ed_der_close(&der);
	if (code == EDOC_OK)
		code = ed_buf_check(out, subject, err);
	if (code == EDOC_OK && !ed_der_done(&der))
		code = ed_fail(err, EDOC_ERR_BUG, subject, "the SignedData was not written");
	return code;
}

bool ed_cades_content_imprint(const struct ed_cades_spec *spec, enum ed_hash hash,
                              unsigned char out[ED_HASH_MAX])
{
	if (!spec->digest)
		return ed_hash_bytes(hash, spec->content, spec->content_len, out);
	if (hash == ED_HASH_NONE || hash != spec->hash)
		return false;
	memcpy(out, spec->digest, ed_hash_size(hash));
	return true;
}

enum edoc_code ed_cades_make(const struct ed_cades_spec *spec, struct ed_buf *der,
                             struct edoc_error *err)
{
	const char *subject = edoc_key_subject(spec->words.key);
	unsigned char digest[ED_HASH_MAX];
	struct ed_cades_signer signer = {.words = &spec->words,
	                                 .digest = digest,
	                                 .content_type = OID_DATA,
	                                 .media_type = spec->media_type};
	struct ed_buf info;
	enum edoc_code code;

	code = ed_cades_signer_alg(spec->words.key, &signer.alg, err);
	if (code != EDOC_OK)
		return code;
	if (!spec->digest && spec->content_len > ED_MAX_CMS_CONTENT)
		return ed_fail(err, EDOC_ERR_LIMIT, subject,
		               "content of over %zu bytes is not attached: make a detached "
		               "signature",
		               ED_MAX_CMS_CONTENT);
	if (spec->hash != signer.alg.hash ||
	    !ed_cades_content_imprint(spec, signer.alg.hash, digest))
		return ed_fail(err, EDOC_ERR_BUG, subject,
		               "the content's digest is not of the key's algorithm");
	ed_buf_init(&info, MAX_SIGNER);
	code = ed_cades_signer_write(&signer, &info, err);
	if (code == EDOC_OK)
		code = write_data(spec, &signer.alg, &info, der, err);
	ed_buf_clear(&info);
	return code;
}
