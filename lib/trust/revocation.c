/* SPDX-License-Identifier: ISC */
#include "trust/revocation.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "trust/inside.h"

enum edoc_code ed_revocation_append(struct ed_asking *a, const struct ed_revocation *r,
                                    struct edoc_error *err)
{
	struct ed_revocations *out = a->out;
	struct ed_revocation *more =
	        ed_arena_grow(a->pool->arena, out->v, out->n, &a->cap, sizeof(*more));

	if (!more)
		return ed_fail_memory(err);
	out->v = more;
	out->v[out->n++] = *r;
	return EDOC_OK;
}

void ed_revocation_note(struct ed_asking *a, const char *where, const char *code, const char *why)
{
	ed_finding(&a->out->findings, code, where[0] ? where : a->where, a->cert->subject, why,
	           NULL);
}

const char *ed_revocation_unverified(const char *code, const struct ed_cert *by)
{
	if (!strcmp(code, "revocation.signer-unfit"))
		return code; /* known already: somebody else's signature verified */
	if (by->key_bits == 0)
		return !strcmp(code, "revocation.signature") ? code
		                                             : "revocation.unknown-algorithm";
	return "revocation.signature";
}

/* Newest first; of one moment an answer that says revoked. */
static int newer(const void *x, const void *y)
{
	const struct ed_revocation *a = x, *b = y;

	if (a->this_update != b->this_update)
		return a->this_update < b->this_update ? 1 : -1;
	if (a->status != b->status)
		return a->status < b->status ? 1 : -1;
	return memcmp(a->sha256, b->sha256, 32);
}

static void note_unreadable(struct ed_asking *a)
{
	for (size_t i = 0; i < a->pool->n_bad; i++)
		ed_revocation_note(a, a->pool->bad[i].where, "revocation.unreadable",
		                   a->pool->bad[i].why);
}

static const struct ed_revocations *asked_before(const struct ed_pool *pool,
                                                 const struct ed_cert *cert,
                                                 const struct ed_cert *issuer)
{
	for (size_t i = 0; i < pool->n_revocations; i++) {
		const struct ed_asked_revocation *a = &pool->revocations[i];

		if (!memcmp(a->cert, cert->sha256, 32) && !memcmp(a->issuer, issuer->sha256, 32) &&
		    a->n_material == pool->seen_revocation)
			return a->answers;
	}
	return NULL;
}

static enum edoc_code remember(struct ed_asking *asking, struct edoc_error *err)
{
	struct ed_pool *pool = asking->pool;
	struct ed_asked_revocation *more =
	        ed_arena_grow(pool->arena, pool->revocations, pool->n_revocations,
	                      &pool->revocations_cap, sizeof(*more));

	if (!more)
		return ed_fail_memory(err);
	pool->revocations = more;
	more += pool->n_revocations++;
	memcpy(more->cert, asking->cert->sha256, 32);
	memcpy(more->issuer, asking->issuer->sha256, 32);
	more->n_material = pool->seen_revocation;
	more->answers = asking->out;
	return EDOC_OK;
}

enum edoc_code ed_revocation_about(struct ed_pool *pool, struct ed_cert *cert,
                                   struct ed_cert *issuer, const char *where,
                                   const struct ed_revocations **out, struct edoc_error *err)
{
	struct ed_asking a = {pool, cert, issuer, where, NULL, 0};
	enum edoc_code rc = ed_pool_read_revocation(pool, err);

	*out = NULL;
	if (rc != EDOC_OK)
		return rc;
	*out = asked_before(pool, cert, issuer);
	if (*out)
		return EDOC_OK;
	a.out = ed_arena_alloc(pool->arena, sizeof(*a.out));
	if (!a.out)
		return ed_fail_memory(err);
	ed_findings_init(&a.out->findings, pool->arena);
	note_unreadable(&a);
	rc = ed_answers_about(&a, err);
	if (rc == EDOC_OK)
		rc = ed_crls_about(&a, err);
	if (rc == EDOC_OK)
		rc = remember(&a, err);
	if (rc != EDOC_OK)
		return rc;
	if (a.out->n > 1)
		qsort(a.out->v, a.out->n, sizeof(*a.out->v), newer);
	*out = a.out;
	return EDOC_OK;
}

/* ---- where to look ------------------------------------------------------------------ */

struct urls {
	struct ed_arena *arena;
	const char **v; /* room for ED_MAX_URLS and NULL */
	size_t n;
};

/* Visible ASCII that begins as a web address does: a fetcher sees nothing else. */
static void take_url(struct urls *urls, const GENERAL_NAME *name)
{
	const char *p;
	int len;

	if (name->type != GEN_URI || urls->n == ED_MAX_URLS)
		return;
	p = (const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
	len = ASN1_STRING_length(name->d.uniformResourceIdentifier);
	if (len <= 8 || len > ED_MAX_URL ||
	    (strncasecmp(p, "http://", 7) != 0 && strncasecmp(p, "https://", 8) != 0))
		return;
	for (int i = 0; i < len; i++) {
		if (p[i] <= ' ' || p[i] > '~')
			return;
	}
	urls->v[urls->n] = ed_arena_strndup(urls->arena, p, (size_t)len);
	urls->n += urls->v[urls->n] != NULL;
}

static void crl_urls(struct urls *urls, X509 *x509)
{
	CRL_DIST_POINTS *points = X509_get_ext_d2i(x509, NID_crl_distribution_points, NULL, NULL);

	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT_NAME *at = sk_DIST_POINT_value(points, i)->distpoint;

		for (int k = 0; at && at->type == 0 && k < sk_GENERAL_NAME_num(at->name.fullname);
		     k++)
			take_url(urls, sk_GENERAL_NAME_value(at->name.fullname, k));
	}
	CRL_DIST_POINTS_free(points);
}

static void access_urls(struct urls *urls, X509 *x509, int method)
{
	AUTHORITY_INFO_ACCESS *info = X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(info); i++) {
		const ACCESS_DESCRIPTION *ad = sk_ACCESS_DESCRIPTION_value(info, i);

		if (OBJ_obj2nid(ad->method) == method)
			take_url(urls, ad->location);
	}
	AUTHORITY_INFO_ACCESS_free(info);
}

const char **ed_cert_urls(const struct ed_cert *cert, enum ed_url_kind kind, struct ed_arena *arena)
{
	struct urls urls = {.arena = arena};

	urls.v = ed_arena_alloc(arena, (ED_MAX_URLS + 1) * sizeof(*urls.v));
	if (!urls.v)
		return NULL;
	switch (kind) {
	case ED_URL_CRL:
		crl_urls(&urls, cert->x509);
		break;
	case ED_URL_OCSP:
		access_urls(&urls, cert->x509, NID_ad_OCSP);
		break;
	case ED_URL_ISSUER:
		access_urls(&urls, cert->x509, NID_ad_ca_issuers);
		break;
	}
	ERR_clear_error();
	return urls.v;
}

/* ---- asking a responder -------------------------------------------------------------- */

enum edoc_code ed_ocsp_request(const struct ed_cert *cert, const struct ed_cert *issuer,
                               struct ed_buf *der, struct edoc_error *err)
{
	OCSP_REQUEST *request = OCSP_REQUEST_new();
	OCSP_CERTID *id = ed_ocsp_cert_id(cert->x509, issuer->x509);
	unsigned char *bytes = NULL;
	int n = -1;

	if (request && id && OCSP_request_add0_id(request, id)) {
		id = NULL; /* the request's */
		n = i2d_OCSP_REQUEST(request, &bytes);
	}
	if (n > 0)
		ed_buf_put(der, bytes, (size_t)n);
	OPENSSL_free(bytes);
	OCSP_CERTID_free(id);
	OCSP_REQUEST_free(request);
	if (n <= 0)
		return ed_crypto_fail(err, EDOC_ERR_MEMORY, "", "no OCSP request can be made");
	return ed_buf_check(der, "", err);
}
