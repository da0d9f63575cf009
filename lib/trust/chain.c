/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.2.6, X.509 certificate validation, but for revocation: the
 * prospective chains, what is wrong with each whatever the date, and what is at
 * a date.  The sub-indications stand in judge/rules.c.
 */
#include "trust/chain.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "trust/inside.h"

/* ---- building ------------------------------------------------------------------ */

struct building {
	struct ed_pool *pool;
	unsigned purpose;
	const struct ed_path_inputs *inputs;
	const char *where;
	struct ed_cert *path[ED_MAX_CHAIN];
	struct ed_chains *out;
	size_t edges; /* issuers tried */
	/* The longest way that leads nowhere, and why: the first of each. */
	struct ed_cert *stump[ED_MAX_CHAIN];
	size_t n_stump;
	const struct ed_cert *forged;  /* not signed by whose name it bears */
	const struct ed_cert *unknown; /* signed by a key that is not known here */
	const struct ed_cert *too_deep;
	bool no_memory;
};

static bool add_chain(struct building *b, struct ed_cert *const *certs, size_t n)
{
	struct ed_arena *arena = b->pool->arena;
	struct ed_chain *chain = &b->out->v[b->out->n];

	*chain = (struct ed_chain){.n = n};
	ed_findings_init(&chain->findings, arena);
	chain->certs = ed_arena_memdup(arena, certs, n * sizeof(struct ed_cert *));
	chain->subjects = ed_arena_alloc(arena, n * sizeof(*chain->subjects));
	chain->links = ed_arena_alloc(arena, n * sizeof(*chain->links));
	if (!chain->certs || !chain->subjects || !chain->links) {
		b->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		const struct ed_cert *cert = certs[i];

		chain->subjects[i] = cert->subject;
		chain->links[i] = (struct ed_chain_link){cert->signed_with, cert->key_type,
		                                         cert->key_bits, cert->key_text};
	}
	b->out->n++;
	return true;
}

/* A way up to an anchor: what RFC 5280 has against it. */
static void finish(struct building *b, size_t n, const struct ed_trust_entry *anchor)
{
	const char *trouble;
	struct ed_chain *chain;
	size_t depth = 0;

	if (!add_chain(b, b->path, n))
		return;
	chain = &b->out->v[b->out->n - 1];
	chain->anchored = true;
	chain->service = anchor->service;
	chain->list_due = anchor->list_due;
	trouble = ed_path_check(b->path, n, b->inputs, &depth);
	if (trouble)
		ed_finding(&chain->findings, "chain.constraints", b->where, b->path[depth]->subject,
		           trouble, NULL);
	chain->trusted = !trouble && !chain->findings.lost;
}

static bool in_path(const struct building *b, size_t n, const struct ed_cert *cert)
{
	for (size_t i = 0; i < n; i++) {
		const struct ed_cert *have = b->path[i];

		/* Another certificate of the same authority leads no further (RFC 4158 2.4.2). */
		if (ed_same_cert(have, cert) ||
		    (i > 0 && have->subject_hash == cert->subject_hash && ed_same_key(have, cert) &&
		     !strcmp(have->subject, cert->subject)))
			return true;
	}
	return false;
}

/* The authority's key identifier speaks for this issuer (1), against it (-1), or not at all. */
static int key_id_says(const struct ed_cert *cert, const struct ed_cert *issuer)
{
	const ASN1_OCTET_STRING *want = X509_get0_authority_key_id(cert->x509);
	const ASN1_OCTET_STRING *have = X509_get0_subject_key_id(issuer->x509);

	if (!want || !have)
		return 0;
	return ASN1_OCTET_STRING_cmp(want, have) == 0 ? 1 : -1;
}

struct candidate {
	struct ed_cert *cert;
	bool anchor;
	int key_id;
};

/* The likelier first: an anchor, the named key, the younger one; else as they came. */
static bool likelier(const struct candidate *a, const struct candidate *b)
{
	if (a->anchor != b->anchor)
		return a->anchor;
	if (a->key_id != b->key_id)
		return a->key_id > b->key_id;
	return a->cert->not_before > b->cert->not_before;
}

#define MAX_CANDIDATES 32 /* of one name */

static size_t find_issuers(struct building *b, size_t n, struct candidate v[MAX_CANDIDATES])
{
	struct ed_cert *cert = b->path[n - 1], *found;
	struct ed_names_walk walk = {.name = X509_get_issuer_name(cert->x509),
	                             .hash = cert->issuer_hash};
	size_t have = 0;

	while (have < MAX_CANDIDATES && (found = ed_pool_named(b->pool, &walk))) {
		unsigned purposes = walk.in_pool ? 0 : walk.entry->purposes;
		struct candidate c = {found, purposes & b->purpose, key_id_says(cert, found)};
		size_t i;

		if (in_path(b, n, found))
			continue;
		for (i = 0; i < have && !ed_same_cert(v[i].cert, found); i++)
			;
		if (i < have) {
			v[i].anchor |= c.anchor;
			continue;
		}
		for (i = have++; i > 0 && likelier(&c, &v[i - 1]); i--)
			v[i] = v[i - 1];
		v[i] = c;
	}
	return have;
}

/* Did this one issue it, as far as can be said now? */
static bool issued(struct building *b, struct ed_cert *cert, const struct candidate *c)
{
	if (c->cert->key_bits == 0) {
		if (!b->unknown)
			b->unknown = cert;
		return false;
	}
	if (ed_pool_issued(b->pool, cert, c->cert))
		return true;
	if (!b->forged && c->key_id >= 0)
		b->forged = cert;
	return false;
}

static const struct ed_trust_entry *next_anchor(const struct building *b,
                                                const struct ed_cert *cert,
                                                const struct ed_trust_entry *e)
{
	do
		e = ed_trust_next(b->pool->trust, cert->subject_hash, e);
	while (e && (!(e->purposes & b->purpose) || !ed_same_cert(e->cert, cert)));
	return e;
}

static void remember_stump(struct building *b, size_t n)
{
	if (n <= b->n_stump)
		return;
	memcpy(b->stump, b->path, n * sizeof(struct ed_cert *));
	b->n_stump = n;
}

/* Ways up from path[n - 1]; depth is at most ED_MAX_CHAIN. */
static void climb(struct building *b, size_t n)
{
	struct ed_cert *cert = b->path[n - 1];
	struct candidate v[MAX_CANDIDATES];
	const struct ed_trust_entry *anchor = next_anchor(b, cert, NULL);
	size_t have;

	if (anchor) {
		for (; anchor && b->out->n < ED_MAX_PATHS && !b->no_memory;
		     anchor = next_anchor(b, cert, anchor))
			finish(b, n, anchor);
		return;
	}
	remember_stump(b, n);
	have = find_issuers(b, n, v);
	for (size_t i = 0; i < have && b->out->n < ED_MAX_PATHS && !b->no_memory; i++) {
		if (++b->edges > ED_MAX_PATH_EDGES)
			return;
		if (!issued(b, cert, &v[i]))
			continue;
		if (n == ED_MAX_CHAIN) {
			b->too_deep = b->path[0];
			return;
		}
		b->path[n] = v[i].cert;
		climb(b, n + 1);
	}
}

/* No way leads to an anchor: the longest that was found, and what stopped it. */
static void add_stump(struct building *b)
{
	const struct ed_cert *last = b->stump[b->n_stump - 1];
	struct ed_findings *f;

	if (!add_chain(b, b->stump, b->n_stump))
		return;
	f = &b->out->v[0].findings;
	if (b->forged)
		ed_finding(f, "chain.signature", b->where, b->forged->subject, b->forged->issuer,
		           NULL);
	else if (b->too_deep)
		ed_finding(f, "chain.constraints", b->where, b->too_deep->subject,
		           X509_verify_cert_error_string(X509_V_ERR_CERT_CHAIN_TOO_LONG), NULL);
	else if (b->unknown)
		ed_finding(f, "chain.unknown-algorithm", b->where, b->unknown->subject,
		           b->unknown->issuer, NULL);
	else
		ed_finding(f, "chain.not-found", b->where, b->path[0]->subject, last->issuer, NULL);
}

/* Trusted ones first, else in the order they were found. */
static void sort_chains(struct ed_chains *chains)
{
	size_t good = 0;

	for (size_t i = 0; i < chains->n; i++) {
		struct ed_chain c = chains->v[i];

		if (!c.trusted)
			continue;
		memmove(&chains->v[good + 1], &chains->v[good], (i - good) * sizeof(c));
		chains->v[good++] = c;
	}
}

static struct ed_chains *asked_before(const struct ed_pool *pool, const struct ed_cert *leaf,
                                      unsigned purpose, const struct ed_path_inputs *inputs,
                                      const char *where)
{
	for (size_t i = 0; i < pool->n_chains; i++) {
		const struct ed_asked_chain *a = &pool->chains[i];

		if (!memcmp(a->leaf, leaf->sha256, 32) && a->purpose == purpose &&
		    a->inputs == inputs && a->n_certs == pool->n_certs && a->where == where)
			return a->chains;
	}
	return NULL;
}

static enum edoc_code remember(struct ed_pool *pool, const struct ed_asked_chain *asked,
                               struct edoc_error *err)
{
	struct ed_asked_chain *more = ed_arena_grow(pool->arena, pool->chains, pool->n_chains,
	                                            &pool->chains_cap, sizeof(*more));

	if (!more)
		return ed_fail_memory(err);
	pool->chains = more;
	pool->chains[pool->n_chains++] = *asked;
	return EDOC_OK;
}

enum edoc_code ed_chains_build(struct ed_pool *pool, struct ed_cert *leaf, unsigned purpose,
                               const struct ed_path_inputs *inputs, const char *where,
                               const struct ed_chains **chains, struct edoc_error *err)
{
	struct building b = {pool, purpose, inputs, where, .path = {leaf}};
	struct ed_asked_chain asked = {.purpose = purpose, .inputs = inputs, .where = where};
	enum edoc_code rc = ed_pool_read_certs(pool, err);

	*chains = NULL;
	if (rc != EDOC_OK)
		return rc;
	*chains = asked_before(pool, leaf, purpose, inputs, where);
	if (*chains)
		return EDOC_OK;
	b.out = ed_arena_alloc(pool->arena, sizeof(*b.out));
	if (b.out)
		b.out->v = ed_arena_alloc(pool->arena, ED_MAX_PATHS * sizeof(*b.out->v));
	if (!b.out || !b.out->v)
		return ed_fail_memory(err);
	climb(&b, 1);
	if (b.out->n == 0 && !b.no_memory)
		add_stump(&b);
	if (b.no_memory)
		return ed_fail_memory(err);
	sort_chains(b.out);
	memcpy(asked.leaf, leaf->sha256, 32);
	asked.n_certs = pool->n_certs;
	asked.chains = b.out;
	rc = remember(pool, &asked, err);
	if (rc == EDOC_OK)
		*chains = b.out;
	return rc;
}

/* ---- dates ---------------------------------------------------------------------- */

static void find_time(struct ed_findings *findings, const char *code, const char *where,
                      const char *subject, int64_t t)
{
	char text[ED_TIME_STR];

	if (!findings)
		return;
	ed_time_format(text, t);
	ed_finding(findings, code, where, subject, text, NULL);
}

static bool cert_at(const struct ed_cert *cert, int64_t at, const char *where,
                    struct ed_findings *findings)
{
	if (at > cert->not_after)
		find_time(findings, "chain.expired", where, cert->subject, cert->not_after);
	else if (at < cert->not_before)
		find_time(findings, "chain.not-yet-valid", where, cert->subject, cert->not_before);
	else
		return true;
	return false;
}

static const struct ed_trust_status *granted_after(const struct ed_trust_service *service,
                                                   int64_t at)
{
	for (size_t i = 0; i < service->n; i++)
		if (service->status[i].granted && service->status[i].from > at)
			return &service->status[i];
	return NULL;
}

/* "withdrawn (2022-01-01T00:00:00Z), granted (2024-01-01T00:00:00Z)" */
static const char *say_statuses(struct ed_arena *arena, const struct ed_trust_status *then,
                                const struct ed_trust_status *later)
{
	char since[ED_TIME_STR], from[ED_TIME_STR];
	const char *words;

	ed_time_format(from, later->from);
	if (then) {
		ed_time_format(since, then->from);
		words = ed_arena_printf(arena, "%s (%s), %s (%s)", then->word, since, later->word,
		                        from);
	} else {
		words = ed_arena_printf(arena, "%s (%s)", later->word, from);
	}
	return words ? words : later->word;
}

bool ed_chain_granted(const struct ed_chain *chain, int64_t at, const char *where,
                      struct ed_findings *findings)
{
	const struct ed_trust_service *service = chain->service;
	const struct ed_trust_status *then, *later;
	char moment[ED_TIME_STR];

	if (!service)
		return true;
	then = ed_trust_status_at(service, at);
	if (then && then->granted)
		return true;
	if (!findings)
		return false;
	later = granted_after(service, at);
	if (then && then->why) {
		ed_time_format(moment, then->from);
		ed_finding(findings, "chain.service-unusable", where, service->name, moment,
		           then->why);
		return false;
	}
	ed_time_format(moment, at);
	if (later) {
		ed_finding(findings, "chain.granted-later", where, service->name,
		           say_statuses(findings->arena, then, later), moment);
	} else {
		ed_finding(findings, "chain.not-granted", where, chain->subjects[chain->n - 1],
		           moment, NULL);
	}
	return false;
}

bool ed_chain_at(const struct ed_chain *chain, int64_t at, const char *where,
                 struct ed_findings *findings)
{
	size_t below = chain->anchored ? chain->n - 1 : chain->n;
	const struct ed_cert *anchor = chain->certs[chain->n - 1];
	bool good = true;

	for (size_t i = 0; i < below; i++)
		good &= cert_at(chain->certs[i], at, where, findings);
	if (!chain->anchored)
		return good;
	if (at > anchor->not_after)
		find_time(findings, "chain.anchor-expired", where, anchor->subject,
		          anchor->not_after);
	good &= ed_chain_granted(chain, at, where, findings);
	if (chain->service && chain->list_due != ED_TIME_NONE && at > chain->list_due)
		find_time(findings, "chain.list-overdue", where, anchor->subject, chain->list_due);
	return good;
}
