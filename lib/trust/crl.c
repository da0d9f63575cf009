/* SPDX-License-Identifier: ISC */
/*
 * What the CRLs at hand say of a certificate: RFC 5280 6.3.3, but that dates
 * are looked at by who asked.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/time.h"
#include "trust/inside.h"

#define ALL_REASONS 0x807fu /* keyCompromise ... aACompromise, in the order of the bytes */

/* ---- a CRL by itself ---------------------------------------------------------- */

static const char *unknown_entry_extension(X509_CRL *crl)
{
	STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(crl);

	for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
		const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);

		for (int k = 0; k < X509_REVOKED_get_ext_count(entry); k++) {
			X509_EXTENSION *ext = X509_REVOKED_get_ext(entry, k);

			if (!X509_EXTENSION_get_critical(ext))
				continue;
			switch (OBJ_obj2nid(X509_EXTENSION_get_object(ext))) {
			case NID_crl_reason:
			case NID_certificate_issuer:
			case NID_invalidity_date:
				break;
			default: /* 5.3: the CRL must not be used for anybody */
				return N_("an entry has a critical extension that is not known");
			}
		}
	}
	return NULL;
}

static const char *unknown_extension(X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
		X509_EXTENSION *ext = X509_CRL_get_ext(crl, i);
		const ASN1_OBJECT *oid = X509_EXTENSION_get_object(ext);

		if (X509_CRL_get_ext_by_OBJ(crl, oid, i) >= 0)
			return N_("an extension stands in it twice");
		if (!X509_EXTENSION_get_critical(ext))
			continue;
		switch (OBJ_obj2nid(oid)) {
		case NID_issuing_distribution_point:
		case NID_delta_crl:
		case NID_authority_key_identifier:
		case NID_crl_number:
			break;
		default: /* 5.2 */
			return N_("it has a critical extension that is not known");
		}
	}
	return NULL;
}

/* *value: the extension, or NULL when it is absent; false: it cannot be read. */
static bool read_extension(X509_CRL *crl, int nid, void *value)
{
	void *found = X509_CRL_get_ext_d2i(crl, nid, NULL, NULL);
	bool good = found || X509_CRL_get_ext_by_NID(crl, nid, -1) < 0;

	memcpy(value, &found, sizeof(found));
	ERR_clear_error();
	return good;
}

/* expiredCertsOnCRL (X.509 9.5.2.8): GeneralizedTime. */
static void read_keeps_expired(struct ed_crl *crl)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("2.5.29.60", 1);
	int i = oid ? X509_CRL_get_ext_by_OBJ(crl->crl, oid, -1) : -1;
	ASN1_TIME *time = NULL;

	crl->keeps_expired = ED_TIME_NONE;
	if (i >= 0) {
		const ASN1_OCTET_STRING *bytes =
		        X509_EXTENSION_get_data(X509_CRL_get_ext(crl->crl, i));

		time = ASN1_item_unpack(bytes, ASN1_ITEM_rptr(ASN1_GENERALIZEDTIME));
	}
	if (time && !ed_asn1_time(time, &crl->keeps_expired))
		crl->keeps_expired = ED_TIME_NONE;
	ASN1_TIME_free(time);
	ASN1_OBJECT_free(oid);
	ERR_clear_error();
}

static const char *read_dates(struct ed_crl *crl)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl->crl);

	crl->next_update = ED_TIME_NONE;
	if (!ed_asn1_time(X509_CRL_get0_lastUpdate(crl->crl), &crl->this_update) ||
	    (next && !ed_asn1_time(next, &crl->next_update)))
		return N_("thisUpdate or nextUpdate is no time");
	if (next && crl->next_update < crl->this_update)
		return N_("nextUpdate lies before thisUpdate");
	return NULL;
}

/* 5.2.5: at most one of the onlyContains..., and not an empty scope. */
static const char *read_scope(struct ed_crl *crl)
{
	const ISSUING_DIST_POINT *idp;

	if (!read_extension(crl->crl, NID_issuing_distribution_point, &crl->idp))
		return N_("issuingDistributionPoint cannot be read");
	idp = crl->idp;
	if (!idp)
		return NULL;
	if ((idp->onlyuser > 0) + (idp->onlyCA > 0) + (idp->onlyattr > 0) > 1)
		return N_("issuingDistributionPoint contradicts itself");
	if (idp->distpoint && !DIST_POINT_set_dpname(idp->distpoint, X509_CRL_get_issuer(crl->crl)))
		return N_("issuingDistributionPoint cannot be read");
	return NULL;
}

void ed_crl_read(struct ed_crl *crl)
{
	AUTHORITY_KEYID *authority = NULL;
	OSSL_LIB_CTX *old = ed_crypto_enter();
	const X509_ALGOR *alg;

	crl->issuer_hash =
	        X509_NAME_hash_ex(X509_CRL_get_issuer(crl->crl), ed_crypto_context(), NULL, NULL);
	X509_CRL_get0_signature(crl->crl, NULL, &alg);
	crl->signed_with = ed_hash_signed_with(alg);
	crl->unusable = read_dates(crl);
	if (!crl->unusable)
		crl->unusable = read_scope(crl);
	if (!crl->unusable && (!read_extension(crl->crl, NID_crl_number, &crl->number) ||
	                       !read_extension(crl->crl, NID_delta_crl, &crl->base) ||
	                       !read_extension(crl->crl, NID_authority_key_identifier, &authority)))
		crl->unusable = N_("an extension cannot be read");
	if (!crl->unusable)
		crl->unusable = unknown_extension(crl->crl);
	if (!crl->unusable)
		crl->unusable = unknown_entry_extension(crl->crl);
	if (authority && authority->keyid)
		crl->key_id = ASN1_OCTET_STRING_dup(authority->keyid);
	AUTHORITY_KEYID_free(authority);
	read_keeps_expired(crl);
	ed_crypto_leave(old);
}

void ed_crl_release(struct ed_crl *crl)
{
	X509_CRL_free(crl->crl);
	ISSUING_DIST_POINT_free(crl->idp);
	ASN1_INTEGER_free(crl->number);
	ASN1_INTEGER_free(crl->base);
	ASN1_OCTET_STRING_free(crl->key_id);
}

/* ---- is it about this certificate? ----------------------------------------------- */

static unsigned reasons_of(const ASN1_BIT_STRING *bits)
{
	unsigned mask = 0;

	if (!bits)
		return ALL_REASONS;
	if (bits->length > 0)
		mask |= bits->data[0];
	if (bits->length > 1)
		mask |= (unsigned)bits->data[1] << 8;
	return mask & ALL_REASONS;
}

static bool has_directory_name(const GENERAL_NAMES *names, const X509_NAME *name)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);

		if (n->type == GEN_DIRNAME && X509_NAME_cmp(n->d.directoryName, name) == 0)
			return true;
	}
	return false;
}

static bool share_name(const GENERAL_NAMES *a, const GENERAL_NAMES *b)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(a); i++) {
		for (int k = 0; k < sk_GENERAL_NAME_num(b); k++) {
			if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a, i),
			                     sk_GENERAL_NAME_value(b, k)) == 0)
				return true;
		}
	}
	return false;
}

/* Two distribution point names have one name in common; dpname: a name relative
 * to the issuer, put together by DIST_POINT_set_dpname(). */
static bool same_point(const DIST_POINT_NAME *a, const DIST_POINT_NAME *b)
{
	if (a->dpname && b->dpname)
		return X509_NAME_cmp(a->dpname, b->dpname) == 0;
	if (a->dpname)
		return b->type == 0 && has_directory_name(b->name.fullname, a->dpname);
	if (b->dpname)
		return a->type == 0 && has_directory_name(a->name.fullname, b->dpname);
	return a->type == 0 && b->type == 0 && share_name(a->name.fullname, b->name.fullname);
}

/* 6.3.3 (b) (2) (i): the CRL's distribution point is one that the certificate means. */
static bool right_point(const struct ed_crl *crl, DIST_POINT *dp, X509_NAME *issuer)
{
	const DIST_POINT_NAME *have = crl->idp ? crl->idp->distpoint : NULL;

	if (!have)
		return true;
	if (!dp) /* none is named: the issuer's name stands for it */
		return have->dpname
		               ? X509_NAME_cmp(have->dpname, issuer) == 0
		               : have->type == 0 && has_directory_name(have->name.fullname, issuer);
	if (dp->distpoint)
		return same_point(have, dp->distpoint);
	if (have->dpname)
		return has_directory_name(dp->CRLissuer, have->dpname);
	return have->type == 0 && share_name(have->name.fullname, dp->CRLissuer);
}

/* 6.3.3 (b) (1): is the CRL from whom the distribution point names? */
static bool right_issuer(const struct ed_crl *crl, const DIST_POINT *dp, const X509_NAME *issuer)
{
	const X509_NAME *by = X509_CRL_get_issuer(crl->crl);

	if (dp && dp->CRLissuer)
		return crl->idp && crl->idp->indirectCRL > 0 &&
		       has_directory_name(dp->CRLissuer, by);
	return X509_NAME_cmp(by, issuer) == 0;
}

/* The reasons for which the CRL answers about that certificate; 0: it does not. */
static unsigned answers_for(const struct ed_crl *crl, const struct ed_cert *cert,
                            CRL_DIST_POINTS *points)
{
	X509_NAME *issuer = X509_get_issuer_name(cert->x509);
	unsigned scope = ALL_REASONS, mask = 0;

	if (crl->idp) {
		if (crl->idp->onlyattr > 0 || (crl->idp->onlyuser > 0 && cert->is_ca) ||
		    (crl->idp->onlyCA > 0 && !cert->is_ca))
			return 0;
		scope = reasons_of(crl->idp->onlysomereasons);
	}
	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		DIST_POINT *dp = sk_DIST_POINT_value(points, i);

		if (right_issuer(crl, dp, issuer) && right_point(crl, dp, issuer))
			mask |= scope & reasons_of(dp->reasons);
	}
	if (right_issuer(crl, NULL, issuer) && right_point(crl, NULL, issuer))
		mask |= scope;
	return mask;
}

/* Is it from somebody whose word could count for the certificate at all? */
static bool concerns(const struct ed_crl *crl, const struct ed_cert *cert, CRL_DIST_POINTS *points)
{
	X509_NAME *issuer = X509_get_issuer_name(cert->x509);
	const X509_NAME *by = X509_CRL_get_issuer(crl->crl);

	if (crl->issuer_hash == cert->issuer_hash && X509_NAME_cmp(by, issuer) == 0)
		return true;
	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		if (has_directory_name(sk_DIST_POINT_value(points, i)->CRLissuer, by))
			return true;
	}
	return false;
}

/* ---- whose is it? ------------------------------------------------------------------ */

static bool verify_crl(void *crl, EVP_PKEY *key)
{
	return ed_crl_verify(crl, key);
}

/* 6.3.3 (f): another than the certificate's issuer leads to the same anchor. */
static enum edoc_code same_anchor(struct ed_asking *a, struct ed_cert *signer, bool *same,
                                  struct edoc_error *err)
{
	const struct ed_chains *his, *theirs;
	enum edoc_code rc;

	*same = false;
	rc = ed_chains_build(a->pool, signer, EDOC_FOR_ALL, NULL, "", &his, err);
	if (rc == EDOC_OK)
		rc = ed_chains_build(a->pool, a->issuer, EDOC_FOR_ALL, NULL, "", &theirs, err);
	for (size_t i = 0; rc == EDOC_OK && i < his->n && his->v[i].trusted; i++) {
		const struct ed_chain *x = &his->v[i];

		for (size_t k = 0; k < theirs->n && theirs->v[k].anchored; k++) {
			const struct ed_chain *y = &theirs->v[k];

			/* Trusted or not is said of the certificate's own chain. */
			*same |= ed_same_cert(x->certs[x->n - 1], y->certs[y->n - 1]);
		}
	}
	return rc;
}

/* The certificate that signed it and may; else *code is the finding that says
 * what is missing. */
static enum edoc_code find_signer(struct ed_asking *a, struct ed_crl *crl, struct ed_cert **signer,
                                  const char **code, struct edoc_error *err)
{
	struct ed_names_walk walk = {.name = X509_CRL_get_issuer(crl->crl),
	                             .hash = crl->issuer_hash};
	struct ed_cert *next = a->issuer, *c;
	enum edoc_code rc = EDOC_OK;
	bool same = false;

	*signer = NULL;
	*code = "revocation.signer-unknown";
	if (a->issuer->subject_hash != crl->issuer_hash ||
	    X509_NAME_cmp(X509_get_subject_name(a->issuer->x509), walk.name) != 0)
		next = ed_pool_named(a->pool, &walk);
	for (; rc == EDOC_OK && next; next = ed_pool_named(a->pool, &walk)) {
		c = next;
		if (!ed_pool_verify(a->pool, crl->sha256, verify_crl, crl->crl, c)) {
			*code = ed_revocation_unverified(*code, c);
			continue;
		}
		*code = "revocation.signer-unfit";
		if (c->has_key_usage && !(c->key_usage & X509v3_KU_CRL_SIGN))
			continue;
		same = ed_same_cert(c, a->issuer);
		if (!same)
			rc = same_anchor(a, c, &same, err);
		if (same) {
			*signer = c;
			break;
		}
	}
	return rc;
}

/* ---- what it says ------------------------------------------------------------------ */

static void read_entry(const X509_REVOKED *entry, struct ed_revocation *r)
{
	ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	ASN1_GENERALIZEDTIME *since =
	        X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);

	r->status = ED_REV_REVOKED;
	if (!ed_asn1_time(X509_REVOKED_get0_revocationDate(entry), &r->revoked_at))
		r->revoked_at = r->this_update; /* by then at the latest */
	r->reason = reason ? (int)ASN1_ENUMERATED_get(reason) : -1;
	if (since && !ed_asn1_time(since, &r->invalid_since))
		r->invalid_since = ED_TIME_NONE;
	ASN1_ENUMERATED_free(reason);
	ASN1_GENERALIZEDTIME_free(since);
	ERR_clear_error();
}

static struct ed_revocation heading(const struct ed_asking *a, const struct ed_crl *crl,
                                    struct ed_cert *signer)
{
	return (struct ed_revocation){
	        .status = ED_REV_GOOD,
	        .kind = ED_CRL,
	        .sha256 = crl->sha256,
	        .where = crl->where,
	        .this_update = crl->this_update,
	        .next_update = crl->next_update,
	        .produced_at = crl->this_update,
	        .revoked_at = ED_TIME_NONE,
	        .invalid_since = ED_TIME_NONE,
	        .reason = -1,
	        .signed_with = crl->signed_with,
	        .signer = signer,
	        .signer_is_issuer = ed_same_cert(signer, a->issuer),
	        .expired_info = crl->keeps_expired != ED_TIME_NONE &&
	                        crl->keeps_expired <= a->cert->not_after,
	};
}

/* 0: not in the list, 1: revoked, 2: taken off the list (removeFromCRL). */
static int look_up(const struct ed_crl *crl, const struct ed_cert *cert, struct ed_revocation *r)
{
	X509_REVOKED *entry = NULL;
	int found = X509_CRL_get0_by_cert(crl->crl, &entry, cert->x509);

	if (found && entry)
		read_entry(entry, r);
	return found;
}

static bool same_octets(const ASN1_OCTET_STRING *a, const ASN1_OCTET_STRING *b)
{
	return a && b ? ASN1_OCTET_STRING_cmp(a, b) == 0 : a == b;
}

static bool same_extension(const X509_CRL *a, const X509_CRL *b, int nid)
{
	int i = X509_CRL_get_ext_by_NID(a, nid, -1), k = X509_CRL_get_ext_by_NID(b, nid, -1);

	if (i < 0 || k < 0)
		return i < 0 && k < 0;
	return same_octets(X509_EXTENSION_get_data(X509_CRL_get_ext(a, i)),
	                   X509_EXTENSION_get_data(X509_CRL_get_ext(b, k)));
}

/* 5.2.4, 6.3.3 (c): a complete CRL that the delta continues: of the same issuer,
 * key and scope, not older than its base, and older than itself. */
static bool continues(const struct ed_crl *delta, const struct ed_crl *full)
{
	return !full->base && !full->unusable && full->number && delta->number &&
	       full->issuer_hash == delta->issuer_hash &&
	       X509_NAME_cmp(X509_CRL_get_issuer(full->crl), X509_CRL_get_issuer(delta->crl)) ==
	               0 &&
	       same_octets(full->key_id, delta->key_id) &&
	       same_extension(full->crl, delta->crl, NID_issuing_distribution_point) &&
	       ASN1_INTEGER_cmp(full->number, delta->base) >= 0 &&
	       ASN1_INTEGER_cmp(full->number, delta->number) < 0;
}

static void note(struct ed_asking *a, const struct ed_crl *crl, const char *code, const char *why)
{
	ed_revocation_note(a, crl->where, code, why);
}

/* A delta and the newest complete CRL that it continues, signed by one key. */
static bool look_up_both(struct ed_asking *a, const struct ed_crl *delta, struct ed_cert *signer,
                         struct ed_revocation *r)
{
	const struct ed_crl *full = NULL;

	for (size_t i = 0; i < a->pool->n_crls; i++) {
		const struct ed_crl *c = &a->pool->crls[i];

		if (continues(delta, c) && (!full || c->this_update > full->this_update) &&
		    ed_pool_verify(a->pool, c->sha256, verify_crl, c->crl, signer))
			full = c;
	}
	if (!full)
		return false;
	r->expired_info |=
	        full->keeps_expired != ED_TIME_NONE && full->keeps_expired <= a->cert->not_after;
	if (ed_hash_size(full->signed_with) < ed_hash_size(r->signed_with))
		r->signed_with = full->signed_with;
	switch (look_up(delta, a->cert, r)) {
	case 0:
		(void)look_up(full, a->cert, r);
		break;
	case 2: /* the hold is over */
		r->status = ED_REV_GOOD;
		r->revoked_at = r->invalid_since = ED_TIME_NONE;
		break;
	default:
		break;
	}
	return true;
}

/* CRLs that answer for some reasons only; together they may answer for all. */
struct partial {
	unsigned reasons;
	struct ed_revocation r;
};

struct partials {
	struct partial *v;
	size_t n, cap;
};

static int newer(const void *x, const void *y)
{
	int64_t a = ((const struct partial *)x)->r.this_update;
	int64_t b = ((const struct partial *)y)->r.this_update;

	return a < b ? 1 : a > b ? -1 : 0;
}

/* As old as the oldest that it takes. */
static enum edoc_code put_together(struct ed_asking *a, struct partials *parts,
                                   struct edoc_error *err)
{
	struct ed_revocation r = {0};
	unsigned have = 0;

	if (parts->n == 0)
		return EDOC_OK;
	qsort(parts->v, parts->n, sizeof(*parts->v), newer);
	for (size_t i = 0; i < parts->n && have != ALL_REASONS; i++) {
		const struct ed_revocation *p = &parts->v[i].r;
		int64_t until = i > 0 ? r.next_update : ED_TIME_NONE;

		if (!(parts->v[i].reasons & ~have))
			continue; /* nothing new */
		have |= parts->v[i].reasons;
		r = *p;
		if (until != ED_TIME_NONE &&
		    (p->next_update == ED_TIME_NONE || until < p->next_update))
			r.next_update = until;
	}
	if (have == ALL_REASONS)
		return ed_revocation_append(a, &r, err);
	ed_revocation_note(a, parts->v[0].r.where, "revocation.some-reasons", NULL);
	return EDOC_OK;
}

static enum edoc_code keep_partial(struct ed_asking *a, struct partials *parts, unsigned reasons,
                                   const struct ed_revocation *r, struct edoc_error *err)
{
	struct partial *more =
	        ed_arena_grow(a->pool->arena, parts->v, parts->n, &parts->cap, sizeof(*more));

	if (!more)
		return ed_fail_memory(err);
	parts->v = more;
	parts->v[parts->n++] = (struct partial){reasons, *r};
	return EDOC_OK;
}

static enum edoc_code ask(struct ed_asking *a, struct ed_crl *crl, unsigned reasons,
                          struct partials *parts, struct edoc_error *err)
{
	struct ed_cert *signer;
	struct ed_revocation r;
	const char *code;
	enum edoc_code rc = find_signer(a, crl, &signer, &code, err);

	if (rc != EDOC_OK)
		return rc;
	if (!signer) {
		note(a, crl, code, NULL);
		return EDOC_OK;
	}
	r = heading(a, crl, signer);
	if (!crl->base) {
		/* removeFromCRL has no place here (5.3.1): what is listed is revoked. */
		if (look_up(crl, a->cert, &r) == 2)
			r.reason = -1;
	} else if (!look_up_both(a, crl, signer, &r)) {
		note(a, crl, "revocation.delta-alone", NULL);
		return EDOC_OK;
	}
	if (r.status == ED_REV_REVOKED || reasons == ALL_REASONS)
		return ed_revocation_append(a, &r, err);
	return keep_partial(a, parts, reasons, &r, err);
}

/* Names relative to the CRL's issuer are put together (4.2.1.13). */
static CRL_DIST_POINTS *read_points(const struct ed_cert *cert)
{
	CRL_DIST_POINTS *points =
	        X509_get_ext_d2i(cert->x509, NID_crl_distribution_points, NULL, NULL);

	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *dp = sk_DIST_POINT_value(points, i);
		const X509_NAME *issuer = X509_get_issuer_name(cert->x509);

		for (int k = 0; k < sk_GENERAL_NAME_num(dp->CRLissuer); k++) {
			const GENERAL_NAME *name = sk_GENERAL_NAME_value(dp->CRLissuer, k);

			if (name->type == GEN_DIRNAME)
				issuer = name->d.directoryName;
		}
		if (dp->distpoint)
			(void)DIST_POINT_set_dpname(dp->distpoint, issuer);
	}
	return points;
}

enum edoc_code ed_crls_about(struct ed_asking *a, struct edoc_error *err)
{
	OSSL_LIB_CTX *old = ed_crypto_enter();
	CRL_DIST_POINTS *points = NULL;
	struct partials parts = {0};
	enum edoc_code rc = EDOC_OK;

	if (a->pool->n_crls > 0)
		points = read_points(a->cert);
	for (size_t i = 0; rc == EDOC_OK && i < a->pool->n_crls; i++) {
		struct ed_crl *crl = &a->pool->crls[i];
		unsigned reasons;

		if (!concerns(crl, a->cert, points))
			continue;
		if (crl->unusable) {
			note(a, crl, "revocation.unusable", crl->unusable);
			continue;
		}
		reasons = answers_for(crl, a->cert, points);
		if (reasons)
			rc = ask(a, crl, reasons, &parts, err);
		else
			note(a, crl, "revocation.scope", NULL);
	}
	if (rc == EDOC_OK)
		rc = put_together(a, &parts, err);
	CRL_DIST_POINTS_free(points);
	ed_crypto_leave(old);
	return rc;
}
