/* SPDX-License-Identifier: ISC */
/*
 * What the OCSP answers at hand say of a certificate (RFC 6960 3.2, 4.2.2.2);
 * dates are looked at by who asked.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "trust/inside.h"

#define OID_CERT_HASH "1.3.36.8.3.13"              /* Common PKI 2.0 part 4, 3.1.2 */
#define OID_EXTENDED_REVOKE "1.3.6.1.5.5.7.48.1.9" /* RFC 6960 4.4.8 */

/* ---- an answer by itself --------------------------------------------------------- */

static bool is_oid(const ASN1_OBJECT *oid, const char *dotted)
{
	char text[80];

	return OBJ_obj2txt(text, sizeof(text), oid, 1) > 0 && !strcmp(text, dotted);
}

/* Critical ones that may stay unread: they narrow nothing. */
static bool known_extension(const X509_EXTENSION *ext)
{
	const ASN1_OBJECT *oid = X509_EXTENSION_get_object((X509_EXTENSION *)ext);

	switch (OBJ_obj2nid(oid)) {
	case NID_id_pkix_OCSP_Nonce: /* nobody asks with one (RFC 5019) */
	case NID_id_pkix_OCSP_archiveCutoff:
	case NID_id_pkix_OCSP_CrlID:
	case NID_crl_reason:
	case NID_invalidity_date:
		return true;
	default:
		return is_oid(oid, OID_CERT_HASH) || is_oid(oid, OID_EXTENDED_REVOKE);
	}
}

static const char *const critical = N_("it has a critical extension that is not known");

void ed_answer_read(struct ed_answer *answer)
{
	OCSP_BASICRESP *basic = answer->ocsp.basic;

	answer->signed_with = ed_hash_signed_with(OCSP_resp_get0_tbs_sigalg(basic));
	if (!ed_asn1_time(OCSP_resp_get0_produced_at(basic), &answer->produced_at))
		answer->unusable = N_("producedAt is no time");
	if (OCSP_resp_count(basic) > ED_MAX_OCSP_SINGLES)
		answer->unusable = N_("it is about more than 1000 certificates");
	for (int i = 0; i < OCSP_BASICRESP_get_ext_count(basic); i++) {
		const X509_EXTENSION *ext = OCSP_BASICRESP_get_ext(basic, i);

		if (X509_EXTENSION_get_critical(ext) && !known_extension(ext))
			answer->unusable = critical;
	}
	ERR_clear_error();
}

/* ---- is it about this certificate? ------------------------------------------------ */

static bool hash_is(enum ed_hash hash, const void *p, size_t len, const ASN1_OCTET_STRING *want)
{
	unsigned char value[ED_HASH_MAX];

	return ed_hash_bytes(hash, p, len, value) &&
	       (size_t)ASN1_STRING_length(want) == ed_hash_size(hash) &&
	       !memcmp(ASN1_STRING_get0_data(want), value, ed_hash_size(hash));
}

static bool key_hash_is(enum ed_hash hash, const struct ed_cert *cert,
                        const ASN1_OCTET_STRING *want)
{
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(cert->x509);

	return key &&
	       hash_is(hash, ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key), want);
}

/* CertID (4.1.1): issuer by the hashes of name and key, and the serial number. */
enum about { ANOTHER, THIS, PERHAPS };

static enum about is_about(const OCSP_SINGLERESP *single, const struct ed_cert *cert,
                           const struct ed_cert *issuer)
{
	OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
	ASN1_OCTET_STRING *name_hash, *key_hash;
	ASN1_OBJECT *oid;
	ASN1_INTEGER *serial;
	const unsigned char *name;
	enum ed_hash hash;
	size_t len;

	if (!OCSP_id_get0_info(&name_hash, &oid, &key_hash, &serial, id) ||
	    ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(cert->x509)) != 0)
		return ANOTHER;
	hash = ed_hash_of_oid(oid);
	if (hash == ED_HASH_NONE)
		return PERHAPS;
	return X509_NAME_get0_der(X509_get_issuer_name(cert->x509), &name, &len) &&
	                       hash_is(hash, name, len, name_hash) &&
	                       key_hash_is(hash, issuer, key_hash)
	               ? THIS
	               : ANOTHER;
}

/* CertHash ::= SEQUENCE { AlgorithmIdentifier, OCTET STRING }: which certificate
 * the responder means.  X509_SIG has that very shape. */
static bool means_another(OCSP_SINGLERESP *single, const struct ed_cert *cert)
{
	for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(single); i++) {
		X509_EXTENSION *ext = OCSP_SINGLERESP_get_ext(single, i);
		const ASN1_OCTET_STRING *value;
		const X509_ALGOR *alg;
		struct ed_buf der;
		enum ed_hash hash;
		X509_SIG *given;
		bool same;

		if (!is_oid(X509_EXTENSION_get_object(ext), OID_CERT_HASH))
			continue;
		given = ASN1_item_unpack(X509_EXTENSION_get_data(ext), ASN1_ITEM_rptr(X509_SIG));
		if (!given)
			return true;
		X509_SIG_get0(given, &alg, &value);
		hash = ed_hash_of_alg(alg);
		ed_buf_init(&der, ED_MAX_CERT);
		same = hash == ED_HASH_NONE || /* a digest that is not known proves nothing */
		       (ed_cert_der(cert->x509, &der, NULL) == EDOC_OK &&
		        hash_is(hash, der.data, der.len, value));
		ed_buf_clear(&der);
		X509_SIG_free(given);
		if (!same)
			return true;
	}
	return false;
}

/* ---- whose is it? ------------------------------------------------------------------ */

static bool verify_answer(void *ocsp, EVP_PKEY *key)
{
	return ed_ocsp_verify(ocsp, key);
}

static bool is_responder(const struct ed_answer *answer, const struct ed_cert *cert)
{
	const ASN1_OCTET_STRING *key_hash;
	const X509_NAME *name;

	if (!OCSP_resp_get0_id(answer->ocsp.basic, &key_hash, &name))
		return false;
	if (name)
		return X509_NAME_cmp(name, X509_get_subject_name(cert->x509)) == 0;
	return key_hash_is(ED_SHA1, cert, key_hash); /* 4.2.1: KeyHash is SHA-1 */
}

static bool may_answer(const struct ed_cert *cert)
{
	const uint32_t signing = X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION;

	if (cert->has_key_usage && !(cert->key_usage & signing))
		return false;
	for (const char **oid = cert->ext_key_usage; oid && *oid; oid++) {
		if (!strcmp(*oid, "1.3.6.1.5.5.7.3.9"))
			return true;
	}
	return false;
}

/* Named by the administrator for OCSP, and not because it is trusted for
 * everything: a root could else answer for another's certificates. */
static bool named_for_ocsp(const struct edoc_trust *trust, const struct ed_cert *cert)
{
	const struct ed_trust_entry *e = NULL;

	while ((e = ed_trust_next(trust, cert->subject_hash, e))) {
		if ((e->purposes & EDOC_FOR_OCSP) && !(e->purposes & EDOC_FOR_SIGN) &&
		    ed_same_cert(e->cert, cert))
			return true;
	}
	return false;
}

/* A responder below an authority that is trusted for OCSP alone. */
static enum edoc_code below_ocsp_anchor(struct ed_asking *a, struct ed_cert *cert, bool *may,
                                        struct edoc_error *err)
{
	const struct ed_chains *chains;
	enum edoc_code rc = ed_chains_build(a->pool, cert, EDOC_FOR_OCSP, NULL, "", &chains, err);

	for (size_t i = 0; rc == EDOC_OK && i < chains->n && chains->v[i].trusted; i++)
		*may |= named_for_ocsp(a->pool->trust, chains->v[i].certs[chains->v[i].n - 1]);
	return rc;
}

/* 4.2.2.2: the issuer itself, whom it delegated to, or who is known for it. */
static enum edoc_code has_right(struct ed_asking *a, struct ed_cert *cert, bool *issuer, bool *may,
                                struct edoc_error *err)
{
	*issuer = ed_same_cert(cert, a->issuer) ||
	          (cert->subject_hash == a->issuer->subject_hash &&
	           X509_NAME_cmp(X509_get_subject_name(cert->x509),
	                         X509_get_subject_name(a->issuer->x509)) == 0 &&
	           ed_same_key(cert, a->issuer));
	*may = *issuer || named_for_ocsp(a->pool->trust, cert);
	if (*may || !may_answer(cert))
		return EDOC_OK;
	*may = cert->issuer_hash == a->issuer->subject_hash &&
	       X509_NAME_cmp(X509_get_issuer_name(cert->x509),
	                     X509_get_subject_name(a->issuer->x509)) == 0 &&
	       ed_pool_issued(a->pool, cert, a->issuer);
	return *may ? EDOC_OK : below_ocsp_anchor(a, cert, may, err);
}

struct responder {
	struct ed_cert *cert; /* NULL: nobody who may */
	bool is_issuer;
	const char *code; /* the finding that says why there is none */
};

static enum edoc_code try_responder(struct ed_asking *a, struct ed_answer *answer,
                                    struct ed_cert *cert, struct responder *who,
                                    struct edoc_error *err)
{
	bool may = false;
	enum edoc_code rc;

	if (who->cert || !is_responder(answer, cert))
		return EDOC_OK;
	if (!ed_pool_verify(a->pool, answer->sha256, verify_answer, &answer->ocsp, cert)) {
		who->code = ed_revocation_unverified(who->code, cert);
		return EDOC_OK;
	}
	rc = has_right(a, cert, &who->is_issuer, &may, err);
	if (rc == EDOC_OK && may)
		who->cert = cert;
	else
		who->code = "revocation.signer-unfit";
	return rc;
}

/* The issuer, those of the answer and the material, those trusted for OCSP. */
static enum edoc_code find_responder(struct ed_asking *a, struct ed_answer *answer,
                                     struct responder *who, struct edoc_error *err)
{
	enum edoc_code rc;

	*who = (struct responder){.code = "revocation.signer-unknown"};
	rc = try_responder(a, answer, a->issuer, who, err);
	for (size_t i = 0; rc == EDOC_OK && !who->cert && i < a->pool->n_certs; i++)
		rc = try_responder(a, answer, a->pool->certs[i], who, err);
	for (size_t i = 0; rc == EDOC_OK && !who->cert; i++) {
		const struct ed_trust_entry *e = ed_trust_at(a->pool->trust, i);

		if (!e)
			break;
		rc = try_responder(a, answer, e->cert, who, err);
	}
	return rc;
}

/* ---- what it says ------------------------------------------------------------------ */

static void read_cutoff(OCSP_SINGLERESP *single, const struct ed_cert *cert,
                        struct ed_revocation *r)
{
	ASN1_GENERALIZEDTIME *cutoff =
	        OCSP_SINGLERESP_get1_ext_d2i(single, NID_id_pkix_OCSP_archiveCutoff, NULL, NULL);
	int64_t t;

	if (cutoff && ed_asn1_time(cutoff, &t) && t <= cert->not_after)
		r->expired_info = true; /* 4.4.4 */
	ASN1_GENERALIZEDTIME_free(cutoff);
}

/* NULL, or why this single answer counts for nothing. */
static const char *read_single(OCSP_SINGLERESP *single, const struct ed_cert *cert,
                               struct ed_revocation *r)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next = NULL;
	int reason = -1, status;

	for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(single); i++) {
		const X509_EXTENSION *ext = OCSP_SINGLERESP_get_ext(single, i);

		if (X509_EXTENSION_get_critical(ext) && !known_extension(ext))
			return critical;
	}
	status = OCSP_single_get0_status(single, &reason, &revoked, &this_update, &next);
	r->next_update = r->revoked_at = r->invalid_since = ED_TIME_NONE;
	r->reason = -1;
	if (!ed_asn1_time(this_update, &r->this_update) ||
	    (next && !ed_asn1_time(next, &r->next_update)))
		return N_("thisUpdate or nextUpdate is no time");
	if (next && r->next_update < r->this_update)
		return N_("nextUpdate lies before thisUpdate");
	if (means_another(single, cert))
		return N_("its CertHash is another certificate's");
	read_cutoff(single, cert, r);
	switch (status) {
	case V_OCSP_CERTSTATUS_GOOD:
		r->status = ED_REV_GOOD;
		break;
	case V_OCSP_CERTSTATUS_REVOKED:
		r->status = ED_REV_REVOKED;
		r->reason = reason;
		if (!ed_asn1_time(revoked, &r->revoked_at))
			r->revoked_at = r->this_update; /* by then at the latest */
		break;
	default:
		r->status = ED_REV_UNKNOWN;
		break;
	}
	return NULL;
}

/* Of several answers about one certificate in one response the worst counts
 * (revoked, unknown, good), and of equals the newest. */
static bool worse(const struct ed_revocation *a, const struct ed_revocation *b)
{
	static const int weight[] = {[ED_REV_GOOD] = 0, [ED_REV_UNKNOWN] = 1, [ED_REV_REVOKED] = 2};

	if (a->status != b->status)
		return weight[a->status] > weight[b->status];
	if (a->status == ED_REV_REVOKED)
		return a->revoked_at < b->revoked_at;
	return a->this_update > b->this_update;
}

static void note(struct ed_asking *a, const struct ed_answer *answer, const char *code,
                 const char *why)
{
	ed_revocation_note(a, answer->where, code, why);
}

static enum edoc_code ask(struct ed_asking *a, struct ed_answer *answer, struct ed_revocation *r,
                          struct edoc_error *err)
{
	struct responder who;
	enum edoc_code rc = find_responder(a, answer, &who, err);

	if (rc != EDOC_OK)
		return rc;
	if (!who.cert) {
		note(a, answer, who.code, NULL);
		return EDOC_OK;
	}
	r->kind = ED_OCSP;
	r->sha256 = answer->sha256;
	r->where = answer->where;
	r->produced_at = answer->produced_at;
	r->signed_with = answer->signed_with;
	r->signer = who.cert;
	r->signer_is_issuer = who.is_issuer;
	r->no_check = !who.is_issuer && who.cert->no_check;
	return ed_revocation_append(a, r, err);
}

static enum edoc_code answer_about(struct ed_asking *a, struct ed_answer *answer,
                                   struct edoc_error *err)
{
	struct ed_revocation worst = {0};
	bool about = false, usable = false;
	const char *why = answer->unusable;

	for (int i = 0; i < OCSP_resp_count(answer->ocsp.basic) && i < ED_MAX_OCSP_SINGLES; i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(answer->ocsp.basic, i);
		enum about whose = is_about(single, a->cert, a->issuer);
		struct ed_revocation r = {0};

		if (whose == ANOTHER)
			continue;
		about = true;
		if (!why && whose == PERHAPS)
			why = N_("a CertID in it is made with a digest that is not known");
		if (!why)
			why = read_single(single, a->cert, &r);
		if (!why && (!usable || worse(&r, &worst)))
			worst = r;
		usable = true;
	}
	if (!about)
		return EDOC_OK;
	if (why) { /* one that is wrong spoils the others */
		note(a, answer, "revocation.unusable", why);
		return EDOC_OK;
	}
	return ask(a, answer, &worst, err);
}

enum edoc_code ed_answers_about(struct ed_asking *a, struct edoc_error *err)
{
	OSSL_LIB_CTX *old = ed_crypto_enter();
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < a->pool->n_answers; i++)
		rc = answer_about(a, &a->pool->answers[i], err);
	ed_crypto_leave(old);
	return rc;
}
