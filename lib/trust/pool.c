/* SPDX-License-Identifier: ISC */
#include "trust/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/memo.h"
#include "trust/inside.h"

enum edoc_code ed_pool_new(const struct ed_material *material, const struct edoc_trust *trust,
                           struct ed_arena *arena, struct ed_pool **p_pool, struct edoc_error *err)
{
	struct ed_pool *pool = ed_arena_alloc(arena, sizeof(*pool));

	*p_pool = NULL;
	if (!pool)
		return ed_fail_memory(err);
	pool->material = material;
	pool->trust = trust;
	pool->arena = arena;
	*p_pool = pool;
	return EDOC_OK;
}

void ed_pool_free(struct ed_pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->n_certs; i++)
		ed_cert_clear(pool->certs[i]);
	for (size_t i = 0; i < pool->n_crls; i++)
		ed_crl_release(&pool->crls[i]);
	for (size_t i = 0; i < pool->n_answers; i++)
		OCSP_BASICRESP_free(pool->answers[i].ocsp.basic);
	pool->n_certs = pool->n_crls = pool->n_answers = 0;
}

bool ed_same_cert(const struct ed_cert *a, const struct ed_cert *b)
{
	return !memcmp(a->sha256, b->sha256, sizeof(a->sha256));
}

bool ed_same_key(const struct ed_cert *a, const struct ed_cert *b)
{
	const X509_PUBKEY *x = X509_get_X509_PUBKEY(a->x509), *y = X509_get_X509_PUBKEY(b->x509);

	return X509_PUBKEY_eq(x, y) == 1;
}

/* ---- reading ------------------------------------------------------------------ */

static enum edoc_code keep_cert(struct ed_pool *pool, struct ed_cert *cert, struct edoc_error *err)
{
	struct ed_cert **more;

	for (size_t i = 0; i < pool->n_certs; i++) {
		if (ed_same_cert(pool->certs[i], cert)) {
			ed_cert_clear(cert);
			return EDOC_OK;
		}
	}
	more = ed_arena_grow(pool->arena, pool->certs, pool->n_certs, &pool->certs_cap,
	                     sizeof(struct ed_cert *));
	if (!more) {
		ed_cert_clear(cert);
		return ed_fail_memory(err);
	}
	pool->certs = more;
	pool->certs[pool->n_certs++] = cert;
	return EDOC_OK;
}

/* Bytes that are no certificate are no help and no harm. */
static bool unreadable(enum edoc_code rc)
{
	return rc == EDOC_ERR_INPUT || rc == EDOC_ERR_LIMIT;
}

static enum edoc_code read_cert(struct ed_pool *pool, const void *der, size_t len,
                                const unsigned char *sha256, const char *where,
                                struct edoc_error *err)
{
	struct ed_cert *cert;
	enum edoc_code rc = ed_cert_parse_memo(pool->material->memo, der, len, sha256, where,
	                                       pool->arena, &cert, err);

	if (rc == EDOC_OK)
		return keep_cert(pool, cert, err);
	return unreadable(rc) ? EDOC_OK : rc;
}

enum edoc_code ed_pool_read_certs(struct ed_pool *pool, struct edoc_error *err)
{
	const struct ed_material *m = pool->material;
	enum edoc_code rc = EDOC_OK;

	for (; rc == EDOC_OK && pool->seen_certs < m->n; pool->seen_certs++) {
		const struct ed_blob *blob = &m->v[pool->seen_certs];

		if (blob->kind == ED_CERT)
			rc = read_cert(pool, blob->p, blob->len, blob->sha256, blob->where, err);
	}
	return rc;
}

static enum edoc_code keep_bad(struct ed_pool *pool, const struct ed_blob *blob,
                               const struct edoc_error *why, struct edoc_error *err)
{
	struct ed_bad_blob *more;

	more = ed_arena_grow(pool->arena, pool->bad, pool->n_bad, &pool->bad_cap, sizeof(*more));
	if (!more)
		return ed_fail_memory(err);
	pool->bad = more;
	pool->bad[pool->n_bad].where = blob->where;
	pool->bad[pool->n_bad].why = ed_arena_strdup(pool->arena, why->msg);
	if (!pool->bad[pool->n_bad].why)
		return ed_fail_memory(err);
	pool->n_bad++;
	return EDOC_OK;
}

static enum edoc_code read_crl(struct ed_pool *pool, const struct ed_blob *blob,
                               struct edoc_error *err)
{
	struct ed_crl *crl;
	struct edoc_error why;
	X509_CRL *x;
	enum edoc_code rc = ed_crl_parse(blob->p, blob->len, blob->where, &x, &why);

	if (unreadable(rc))
		return keep_bad(pool, blob, &why, err);
	if (rc != EDOC_OK)
		return ed_fail_memory(err);
	crl = ed_arena_grow(pool->arena, pool->crls, pool->n_crls, &pool->crls_cap, sizeof(*crl));
	if (!crl) {
		X509_CRL_free(x);
		return ed_fail_memory(err);
	}
	pool->crls = crl;
	crl = &pool->crls[pool->n_crls++];
	*crl = (struct ed_crl){.crl = x, .where = blob->where};
	ed_crl_read(crl);
	crl->sha256 = ed_arena_memdup(pool->arena, blob->sha256, sizeof(blob->sha256));
	return crl->sha256 ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code read_answer(struct ed_pool *pool, const struct ed_blob *blob,
                                  struct edoc_error *err)
{
	struct ed_ber_reader certs;
	struct ed_ber cert;
	struct ed_answer *answer;
	struct edoc_error why;
	struct ed_ocsp ocsp;
	enum edoc_code rc = ed_ocsp_parse(blob->p, blob->len, blob->where, &ocsp, &why);

	if (unreadable(rc))
		return keep_bad(pool, blob, &why, err);
	if (rc != EDOC_OK)
		return ed_fail_memory(err);
	answer = ed_arena_grow(pool->arena, pool->answers, pool->n_answers, &pool->answers_cap,
	                       sizeof(*answer));
	if (!answer) {
		OCSP_BASICRESP_free(ocsp.basic);
		return ed_fail_memory(err);
	}
	pool->answers = answer;
	answer = &pool->answers[pool->n_answers++];
	*answer = (struct ed_answer){.ocsp = ocsp, .where = blob->where};
	ed_answer_read(answer);
	answer->sha256 = ed_arena_memdup(pool->arena, blob->sha256, sizeof(blob->sha256));
	rc = answer->sha256 ? EDOC_OK : ed_fail_memory(err);
	if (!ocsp.certs.whole)
		return rc;
	ed_ber_enter(&certs, &ocsp.certs, 1);
	for (int i = 0; rc == EDOC_OK && i < ED_MAX_KEYINFO_CERTS && ed_ber_next(&certs, &cert);
	     i++)
		rc = read_cert(pool, cert.whole, cert.whole_len, NULL, blob->where, err);
	return rc;
}

enum edoc_code ed_pool_read_revocation(struct ed_pool *pool, struct edoc_error *err)
{
	const struct ed_material *m = pool->material;
	enum edoc_code rc = ed_pool_read_certs(pool, err);

	for (; rc == EDOC_OK && pool->seen_revocation < m->n; pool->seen_revocation++) {
		const struct ed_blob *blob = &m->v[pool->seen_revocation];

		if (blob->kind == ED_CRL)
			rc = read_crl(pool, blob, err);
		else if (blob->kind == ED_OCSP)
			rc = read_answer(pool, blob, err);
	}
	return rc;
}

static void note_issued(const struct ed_material *m, int64_t *issued, const unsigned char *sha256,
                        int64_t at)
{
	size_t blob = ed_material_find(m, sha256);

	if (blob != (size_t)-1)
		issued[blob] = at;
}

enum edoc_code ed_pool_moments(struct ed_pool *pool, int64_t **p_issued, struct edoc_error *err)
{
	const struct ed_material *m = pool->material;
	int64_t *issued = ed_arena_alloc(pool->arena, (m->n + 1) * sizeof(*issued));
	enum edoc_code rc = ed_pool_read_revocation(pool, err);

	*p_issued = issued;
	if (rc == EDOC_OK && !issued)
		return ed_fail_memory(err);
	for (size_t i = 0; rc == EDOC_OK && i < m->n; i++)
		issued[i] = ED_TIME_NONE;
	for (size_t i = 0; rc == EDOC_OK && i < pool->n_crls; i++) {
		if (!pool->crls[i].unusable)
			note_issued(m, issued, pool->crls[i].sha256, pool->crls[i].this_update);
	}
	for (size_t i = 0; rc == EDOC_OK && i < pool->n_answers; i++) {
		if (!pool->answers[i].unusable)
			note_issued(m, issued, pool->answers[i].sha256,
			            pool->answers[i].produced_at);
	}
	return rc;
}

/* ---- looking up ---------------------------------------------------------------- */

static bool is_named(const struct ed_cert *cert, const struct ed_names_walk *walk)
{
	return cert->subject_hash == walk->hash &&
	       X509_NAME_cmp(X509_get_subject_name(cert->x509), walk->name) == 0;
}

struct ed_cert *ed_pool_named(const struct ed_pool *pool, struct ed_names_walk *walk)
{
	while (!walk->in_pool) {
		walk->entry = ed_trust_next(pool->trust, walk->hash, walk->entry);
		if (!walk->entry)
			walk->in_pool = true;
		else if (is_named(walk->entry->cert, walk))
			return walk->entry->cert;
	}
	while (walk->i < pool->n_certs) {
		struct ed_cert *cert = pool->certs[walk->i++];

		if (is_named(cert, walk))
			return cert;
	}
	return NULL;
}

/* ---- signatures ---------------------------------------------------------------- */

static const struct ed_pair *find_pair(const struct ed_pool *pool, const unsigned char what[32],
                                       const unsigned char by[32])
{
	for (size_t i = 0; i < pool->n_pairs; i++) {
		if (!memcmp(pool->pairs[i].what, what, 32) && !memcmp(pool->pairs[i].by, by, 32))
			return &pool->pairs[i];
	}
	return NULL;
}

bool ed_pool_verify(struct ed_pool *pool, const unsigned char what[32], ed_verify_fn *fn,
                    void *signed_object, const struct ed_cert *by)
{
	struct edoc_memo *memo = pool->material->memo;
	EVP_PKEY *key = ed_cert_key(by);
	const struct ed_pair *pair;
	struct ed_pair *more;
	bool good;

	if (!key || by->explicit_curve || by->sham_exponent || by->key_bits > ED_MAX_RSA_BITS)
		return false;
	if (ed_memo_verified(memo, what, by->sha256))
		return true;
	pair = find_pair(pool, what, by->sha256);
	if (pair)
		return pair->good;
	if (pool->n_pairs >= ED_MAX_TRUST_WORK)
		return false;
	more = ed_arena_grow(pool->arena, pool->pairs, pool->n_pairs, &pool->pairs_cap,
	                     sizeof(*more));
	if (!more)
		return false;
	pool->pairs = more;
	good = fn(signed_object, key);
	more += pool->n_pairs++;
	memcpy(more->what, what, 32);
	memcpy(more->by, by->sha256, 32);
	more->good = good;
	if (good)
		ed_memo_keep_verified(memo, what, by->sha256);
	return good;
}

static bool verify_cert(void *x509, EVP_PKEY *key)
{
	return ed_cert_verify(x509, key);
}

bool ed_pool_issued(struct ed_pool *pool, const struct ed_cert *cert, const struct ed_cert *by)
{
	return ed_pool_verify(pool, cert->sha256, verify_cert, cert->x509, by);
}
