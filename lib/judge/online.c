/* SPDX-License-Identifier: ISC */
#include "judge/online.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"

/* Asks once about each certificate, and for each kind of thing. */
static enum edoc_code first_time(struct ed_judge *j, const struct ed_cert *cert,
                                 enum edoc_fetch_kind kind, bool *first, struct edoc_error *err)
{
	struct ed_judge_fetched *list;

	*first = false;
	for (size_t i = 0; i < j->n_fetched; i++) {
		if (j->fetched[i].kind == kind &&
		    !memcmp(j->fetched[i].sha256, cert->sha256, sizeof(cert->sha256)))
			return EDOC_OK;
	}
	list = ed_arena_grow(j->arena, j->fetched, j->n_fetched, &j->fetched_cap, sizeof(*list));
	if (!list)
		return ed_fail_memory(err);
	j->fetched = list;
	list[j->n_fetched].kind = kind;
	memcpy(list[j->n_fetched++].sha256, cert->sha256, sizeof(cert->sha256));
	*first = true;
	return EDOC_OK;
}

bool ed_fetch_gave(const struct ed_judge *j, const unsigned char sha256[32])
{
	for (size_t i = 0; i < j->n_came; i++) {
		if (!memcmp(j->came[i], sha256, 32))
			return true;
	}
	return false;
}

/* It may be what came along, too, that is said once more: it counts from now on. */
static enum edoc_code note_came(struct ed_judge *j, size_t blob, bool *more, struct edoc_error *err)
{
	const unsigned char *sha256 = j->item->material.v[blob].sha256, **list;
	unsigned char *kept;

	if (ed_fetch_gave(j, sha256))
		return EDOC_OK;
	list = ed_arena_grow(j->arena, j->came, j->n_came, &j->came_cap,
	                     sizeof(const unsigned char *));
	kept = ed_arena_alloc(j->arena, 32);
	if (!list || !kept)
		return ed_fail_memory(err);
	j->came = list;
	memcpy(kept, sha256, 32);
	list[j->n_came++] = kept;
	*more = true;
	return EDOC_OK;
}

/* What came is added to the material; what did not come is told. */
static enum edoc_code fetch(struct ed_judge *j, const struct edoc_fetch *what,
                            enum ed_material_kind kind, bool *more, struct edoc_error *err)
{
	size_t before = j->item->material.n, len = 0, blob = 0;
	struct edoc_error why = {0};
	void *bytes = NULL;
	enum edoc_code rc = j->options->fetch(j->options->fetch_arg, what, &bytes, &len, &why);

	if (rc == EDOC_OK)
		rc = ed_material_add(&j->item->material, kind, bytes, len, what->url, &blob, &why);
	free(bytes);
	if (rc == EDOC_ERR_MEMORY)
		return ed_fail_memory(err);
	if (rc != EDOC_OK)
		ed_finding(&j->report->findings, "fetch.failed", what->url, what->url, why.msg,
		           NULL);
	else if (j->options->anew && kind != ED_CERT)
		return note_came(j, blob, more, err);
	*more = *more || j->item->material.n > before;
	return EDOC_OK;
}

/* The strings that the pool keeps point here: URLs are the arena's already. */
static enum edoc_code fetch_ocsp(struct ed_judge *j, struct ed_cert *cert, struct ed_cert *issuer,
                                 bool *more, struct edoc_error *err)
{
	const char **urls = ed_cert_urls(cert, ED_URL_OCSP, j->arena);
	struct ed_buf request;
	enum edoc_code rc = EDOC_OK;

	ed_buf_init(&request, ED_MAX_CERT);
	if (urls && urls[0])
		rc = ed_ocsp_request(cert, issuer, &request, err);
	for (size_t i = 0; rc == EDOC_OK && urls && urls[i] && !*more; i++) {
		struct edoc_fetch what = {.kind = EDOC_FETCH_OCSP,
		                          .url = urls[i],
		                          .body = request.data,
		                          .body_len = request.len,
		                          .max = ED_MAX_FETCH};

		rc = fetch(j, &what, ED_OCSP, more, err);
	}
	ed_buf_clear(&request);
	return rc;
}

static enum edoc_code fetch_urls(struct ed_judge *j, struct ed_cert *cert, enum ed_url_kind urls_of,
                                 enum edoc_fetch_kind kind, enum ed_material_kind material,
                                 bool *more, struct edoc_error *err)
{
	const char **urls = ed_cert_urls(cert, urls_of, j->arena);
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && urls && urls[i] && !*more; i++) {
		struct edoc_fetch what = {.kind = kind, .url = urls[i], .max = ED_MAX_FETCH};

		rc = fetch(j, &what, material, more, err);
	}
	return rc;
}

enum edoc_code ed_fetch_answers(struct ed_judge *j, struct ed_cert *cert, struct ed_cert *issuer,
                                enum edoc_fetch_kind kind, bool *more, struct edoc_error *err)
{
	enum edoc_code rc;
	bool first;

	*more = false;
	if (!j->options->fetch)
		return EDOC_OK;
	rc = first_time(j, cert, kind, &first, err);
	if (rc != EDOC_OK || !first)
		return rc;
	return kind == EDOC_FETCH_OCSP
	               ? fetch_ocsp(j, cert, issuer, more, err)
	               : fetch_urls(j, cert, ED_URL_CRL, EDOC_FETCH_CRL, ED_CRL, more, err);
}

enum edoc_code ed_fetch_issuers(struct ed_judge *j, const struct ed_x509_task *task,
                                const struct ed_chains **chains, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	for (int i = 0; rc == EDOC_OK && j->options->fetch && i < ED_MAX_CHAIN; i++) {
		const struct ed_chain *chain = &(*chains)->v[0];
		struct ed_cert *last = chain->certs[chain->n - 1];
		bool first, more = false;

		if (chain->anchored)
			break;
		rc = first_time(j, last, EDOC_FETCH_CERT, &first, err);
		if (rc == EDOC_OK && first)
			rc = fetch_urls(j, last, ED_URL_ISSUER, EDOC_FETCH_CERT, ED_CERT, &more,
			                err);
		if (rc != EDOC_OK || !more)
			break;
		rc = ed_chains_build(j->pool, task->leaf, task->purpose, task->inputs, task->where,
		                     chains, err);
	}
	return rc;
}
