/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.2.6, X.509 certificate validation, but for revocation: what
 * path building answers becomes findings.  The sub-indications stand in
 * judge/rules.c.
 */
#include "trust/chain.h"

#include <openssl/x509_vfy.h>

#include "base/err.h"
#include "base/time.h"
#include "trust/anchors.h"

struct checking {
	const struct ed_cert *leaf;
	unsigned purpose;
	int64_t at;
	const char *where;
	struct ed_arena *arena;
	struct ed_findings *findings;
	struct ed_chain *out;
	bool unreadable; /* a certificate of the chain cannot be described */
};

static void find_time(struct checking *c, const char *code, const char *subject, int64_t t)
{
	char text[ED_TIME_STR];

	ed_time_format(text, t);
	ed_finding(c->findings, code, c->where, subject, text, NULL);
}

/* What OpenSSL stopped at, about certificate `cert` of the chain. */
static void find_trouble(struct checking *c, int trouble, const struct ed_cert *cert,
                         const struct ed_cert *last)
{
	switch (trouble) {
	case X509_V_OK:
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		find_time(c, "chain.expired", cert->subject, cert->not_after);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		find_time(c, "chain.not-yet-valid", cert->subject, cert->not_before);
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		ed_finding(c->findings, "chain.not-found", c->where, c->leaf->subject, last->issuer,
		           NULL);
		break;
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
	case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
		ed_finding(c->findings, "chain.signature", c->where, cert->subject, cert->issuer,
		           NULL);
		break;
	default:
		ed_finding(c->findings, "chain.constraints", c->where, cert->subject,
		           X509_verify_cert_error_string(trouble), NULL);
		break;
	}
}

/* A path that was not found says nothing about the leaf's own dates. */
static void find_leaf_dates(struct checking *c, int trouble)
{
	if (trouble == X509_V_OK || ed_findings_have(c->findings, "chain.expired") ||
	    ed_findings_have(c->findings, "chain.not-yet-valid"))
		return;
	if (c->at > c->leaf->not_after)
		find_time(c, "chain.expired", c->leaf->subject, c->leaf->not_after);
	else if (c->at < c->leaf->not_before)
		find_time(c, "chain.not-yet-valid", c->leaf->subject, c->leaf->not_before);
}

static bool describe_link(struct ed_chain_link *link, const struct ed_cert *cert,
                          struct ed_arena *arena)
{
	const EVP_PKEY *key = ed_cert_key(cert);
	char text[ED_PKEY_TEXT] = "?";

	link->signed_with = ed_cert_signed_with(cert->x509);
	if (key) {
		link->key = ed_pkey_type(key);
		link->bits = ed_pkey_bits(key);
		ed_pkey_text(key, text);
	}
	link->key_text = ed_arena_strdup(arena, text);
	return link->key_text != NULL;
}

/* Facts of every certificate; *at_trouble and *last outlive the chain in the
 * arena, but for their X509. */
static enum edoc_code describe(struct checking *c, STACK_OF(X509) *chain, int depth,
                               const struct ed_cert **at_trouble, const struct ed_cert **last,
                               struct edoc_error *err)
{
	size_t n = (size_t)sk_X509_num(chain);
	struct ed_chain *out = c->out;
	struct edoc_error why;
	struct ed_cert *cert;
	enum edoc_code rc;

	out->subjects = ed_arena_alloc(c->arena, (n + 1) * sizeof(*out->subjects));
	out->links = ed_arena_alloc(c->arena, (n + 1) * sizeof(*out->links));
	if (!out->subjects || !out->links)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n; i++) {
		rc = ed_cert_of(sk_X509_value(chain, (int)i), c->where, c->arena, &cert, &why);
		if (rc == EDOC_ERR_INPUT || rc == EDOC_ERR_LIMIT) { /* the signer's doing */
			c->unreadable = true;
			ed_finding(c->findings, "chain.constraints", c->where, (*last)->issuer,
			           why.msg, NULL);
			return EDOC_OK;
		}
		if (rc != EDOC_OK)
			return ed_fail_memory(err);
		if (!describe_link(&out->links[i], cert, c->arena))
			rc = ed_fail_memory(err);
		ed_cert_clear(cert);
		if (rc != EDOC_OK)
			return rc;
		out->subjects[i] = cert->subject;
		*last = cert;
		if ((int)i == depth)
			*at_trouble = cert;
		out->n++;
	}
	return EDOC_OK;
}

static enum edoc_code judge(struct checking *c, STACK_OF(X509) *chain, int trouble, int depth,
                            struct edoc_error *err)
{
	const struct ed_cert *at_trouble = c->leaf, *last = c->leaf;
	const char *unfit = NULL;
	enum edoc_code rc = describe(c, chain, depth, &at_trouble, &last, err);

	if (rc != EDOC_OK)
		return rc;
	find_trouble(c, trouble, at_trouble, last);
	find_leaf_dates(c, trouble);
	if (c->purpose & (EDOC_FOR_SIGN | EDOC_FOR_DIRECTORY | EDOC_FOR_ROUTE))
		unfit = ed_cert_unfit(c->leaf, c->arena);
	if (unfit)
		ed_finding(c->findings, "key-usage.unfit", c->where, c->leaf->subject, unfit, NULL);
	for (size_t i = 0; trouble == X509_V_OK && i + 1 < c->out->n; i++) {
		if (ed_cert_names_revocation(sk_X509_value(chain, (int)i)))
			ed_finding(c->findings, "revocation.not-checked", c->where,
			           c->out->subjects[i], NULL, NULL);
	}
	c->out->trusted = trouble == X509_V_OK && !c->unreadable && c->out->n > 0;
	return EDOC_OK;
}

static enum edoc_code gather(const struct edoc_trust *trust, unsigned purpose,
                             STACK_OF(X509) *embedded, STACK_OF(X509) **anchors,
                             STACK_OF(X509) **others, struct edoc_error *err)
{
	enum edoc_code rc = ed_trust_stacks(trust, purpose, anchors, others, err);

	for (int i = 0; rc == EDOC_OK && i < sk_X509_num(embedded); i++) {
		X509 *x509 = sk_X509_value(embedded, i);

		if (!X509_up_ref(x509))
			return ed_fail_memory(err);
		if (!sk_X509_push(*others, x509)) {
			X509_free(x509);
			return ed_fail_memory(err);
		}
	}
	return rc;
}

enum edoc_code ed_chain_check(const struct ed_cert *leaf, STACK_OF(X509) *embedded,
                              const struct edoc_trust *trust, unsigned purpose, int64_t at,
                              const char *where, struct ed_arena *arena,
                              struct ed_findings *findings, struct ed_chain *out,
                              struct edoc_error *err)
{
	struct checking c = {leaf, purpose, at, where, arena, findings, out, false};
	STACK_OF(X509) *anchors = NULL, *others = NULL, *chain = NULL;
	int trouble, depth;
	enum edoc_code rc;

	*out = (struct ed_chain){0};
	rc = gather(trust, purpose, embedded, &anchors, &others, err);
	if (rc == EDOC_OK)
		rc = ed_chain_build(leaf->x509, anchors, others, at, &chain, &trouble, &depth, err);
	if (rc == EDOC_OK)
		rc = judge(&c, chain, trouble, depth, err);
	sk_X509_pop_free(chain, X509_free);
	sk_X509_pop_free(anchors, X509_free);
	sk_X509_pop_free(others, X509_free);
	return rc;
}
