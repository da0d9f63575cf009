/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.2.2 to 5.2.4, 5.2.7 and 5.2.8: what a signature needs beside a
 * good certificate.  The readers of each form have done the arithmetic and
 * left findings; here they are counted, and algorithms and signed properties
 * are held against the policy.
 */
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/accept.h"

/* What findings of one sub-indication say of the block that gives it. */
static enum ed_outcome block_outcome(struct ed_judge *j, const struct ed_findings *findings,
                                     const char *const *subs, const char **code)
{
	for (size_t i = 0; i < findings->n; i++) {
		const struct ed_rule *rule = ed_rule(findings->v[i].code);
		enum edoc_severity severity = rule ? rule->severity : EDOC_ERROR;

		if (!rule || !rule->subindication ||
		    ed_policy_severity(j->policy, rule->code, severity) != EDOC_ERROR)
			continue;
		for (size_t k = 0; subs[k]; k++) {
			if (strcmp(rule->subindication, subs[k]) != 0)
				continue;
			*code = rule->code;
			return rule->indication == EDOC_TOTAL_FAILED ? ED_NO : ED_UNSURE;
		}
	}
	*code = NULL;
	return ED_YES;
}

void ed_explain_readers(struct ed_judge *j, const struct ed_ades *sig,
                        const struct ed_findings *findings, struct ed_report_checks *checks)
{
	static const char *const format[] = {"FORMAT_FAILURE", NULL};
	static const char *const ident[] = {"NO_SIGNING_CERTIFICATE_FOUND", NULL};
	static const char *const arith[] = {"HASH_FAILURE", "SIG_CRYPTO_FAILURE",
	                                    "SIGNED_DATA_NOT_FOUND", NULL};
	enum ed_outcome outcome;
	const char *code;

	if (!j->options->explain)
		return;
	outcome = block_outcome(j, findings, format, &code);
	ed_explain(j, checks, "EN 319 102-1 5.2.2", N_("the signature keeps to its format"),
	           outcome, NULL, code, "form=%s; level=%s", sig->form,
	           sig->level[0] ? sig->level : "-");
	outcome = block_outcome(j, findings, ident, &code);
	ed_explain(j, checks, "EN 319 102-1 5.2.3",
	           N_("the signing certificate is there and the signer named it"),
	           sig->signer ? outcome : ED_UNSURE, NULL, code, "subject=%s; named-by=%s",
	           sig->signer ? sig->signer->subject : "-",
	           sig->bound ? ed_hash_name(sig->bound_by) : "-");
	outcome = block_outcome(j, findings, arith, &code);
	if (outcome == ED_YES && (!sig->intact_data || !sig->intact_signature))
		outcome = ED_UNSURE;
	ed_explain(j, checks, "EN 319 102-1 5.2.7",
	           N_("all that was signed is there and unchanged, and the value is the key's"),
	           outcome, NULL, code, "data=%s; signature=%s; objects=%zu",
	           sig->intact_data ? "yes" : "no", sig->intact_signature ? "yes" : "no",
	           sig->n_covers);
}

/* 5.2.4.  The validation policy is ours; the signer's own is told, and its
 * digest checked where the document came along. */
void ed_accept_policy(struct ed_judge *j, const struct ed_ades *sig, struct ed_findings *findings,
                      struct ed_report_checks *checks)
{
	const char *id = sig->policy_id ? sig->policy_id : "";
	const char *code = NULL;

	switch (sig->policy_kind) {
	case ED_POLICY_NONE:
		break;
	case ED_POLICY_IMPLIED:
		code = "policy.implied";
		ed_finding(findings, code, sig->where, NULL, NULL, NULL);
		break;
	case ED_POLICY_EXPLICIT:
		code = !sig->policy_held    ? "policy.not-held"
		       : sig->policy_intact ? NULL
		                            : "policy.digest";
		if (code)
			ed_finding(findings, code, sig->where, id, NULL, NULL);
		break;
	}
	ed_explain(j, checks, "EN 319 102-1 5.2.4",
	           N_("the signature policy that the signer names is at hand and unchanged"),
	           sig->policy_kind == ED_POLICY_NONE ? ED_SKIPPED
	           : code                             ? ED_UNSURE
	                                              : ED_YES,
	           NULL, code, "policy=%s", id);
}

/* An algorithm as of the moment that its material is proven for.  What was
 * certainly made after its end (lower bound) has no proof to wait for. */
static int64_t moment_of(int64_t until, const struct ed_moments *when)
{
	bool too_late = when->not_before != ED_TIME_NONE && when->not_before >= until;

	return too_late ? INT64_MAX : when->at;
}

void ed_accept_hash(struct ed_judge *j, enum ed_hash hash, const char *what,
                    const struct ed_moments *when, const char *where, struct ed_findings *findings,
                    struct ed_report_checks *checks)
{
	int64_t until = ed_policy_hash_until(j->policy, hash);
	size_t before = findings->n;

	if (moment_of(until, when) == INT64_MAX && until != INT64_MAX)
		ed_finding(findings, "algorithm.digest", where, ed_hash_name(hash), NULL, NULL);
	else
		ed_policy_hash(j->policy, hash, when->at, where, findings);
	ed_explain(j, checks, "TS 119 312 5", N_("the digest is accepted at that moment"),
	           findings->n > before ? ED_UNSURE : ED_YES, "digests",
	           findings->n > before ? findings->v[before].code : NULL,
	           "digest=%s; of=%s; at=%s; until=%s", ed_hash_name(hash), what,
	           ed_say_time(j, when->at), ed_say_time(j, until));
}

void ed_accept_scheme(struct ed_judge *j, const struct ed_sigalg *alg,
                      const struct ed_moments *when, const char *where,
                      struct ed_findings *findings, struct ed_report_checks *checks)
{
	int64_t until = ed_policy_scheme_until(j->policy, alg->kind);
	size_t before = findings->n;
	char text[ED_SIGALG_TEXT];

	ed_sigalg_text(alg, text);
	if (moment_of(until, when) == INT64_MAX && until != INT64_MAX)
		ed_finding(findings, "algorithm.scheme", where, text, NULL, NULL);
	else
		ed_policy_scheme(j->policy, alg, when->at, where, findings);
	ed_explain(j, checks, "TS 119 312 6", N_("the signature scheme is accepted at that moment"),
	           findings->n > before ? ED_UNSURE : ED_YES, "schemes",
	           findings->n > before ? findings->v[before].code : NULL,
	           "scheme=%s; at=%s; until=%s", text, ed_say_time(j, when->at),
	           ed_say_time(j, until));
}

void ed_accept_key(struct ed_judge *j, const struct ed_cert *signer, const struct ed_moments *when,
                   const char *where, struct ed_findings *findings, struct ed_report_checks *checks)
{
	const EVP_PKEY *key = ed_cert_key(signer);
	size_t before = findings->n;
	int64_t until;

	if (!key) /* the reader could not compute with it and said so */
		return;
	until = ed_policy_key_until(j->policy, signer->key_type, signer->key_bits);
	if (moment_of(until, when) == INT64_MAX && until != INT64_MAX)
		ed_finding(findings, "algorithm.key", where, signer->key_text, NULL, NULL);
	else if (when->at >= until)
		ed_policy_key(j->policy, key, when->at, where, findings);
	ed_explain(j, checks, "TS 119 312 6", N_("the signer's key is accepted at that moment"),
	           findings->n > before ? ED_UNSURE : ED_YES, "keys",
	           findings->n > before ? findings->v[before].code : NULL,
	           "key=%s; at=%s; until=%s", signer->key_text, ed_say_time(j, when->at),
	           ed_say_time(j, until));
}

/* 5.2.8 for the algorithms: of the value, of each reference, of the reference
 * to the certificate; each digest once. */
void ed_accept_algorithms(struct ed_judge *j, const struct ed_ades *sig,
                          const struct ed_moments *when, struct ed_findings *findings,
                          struct ed_report_checks *checks)
{
	bool seen[ED_N_HASHES] = {false};

	if (sig->alg_known) {
		seen[sig->alg.hash] = true;
		ed_accept_scheme(j, &sig->alg, when, sig->where, findings, checks);
		ed_accept_hash(j, sig->alg.hash, "signature", when, sig->where, findings, checks);
	}
	for (size_t i = 0; i < sig->n_uses; i++) {
		const struct ed_use *use = &sig->uses[i];

		if (use->hash == ED_HASH_NONE || seen[use->hash])
			continue; /* one that is not known has a finding of its own */
		seen[use->hash] = true;
		ed_accept_hash(j, use->hash, use->what, when, sig->where, findings, checks);
	}
	if (sig->bound_by != ED_HASH_NONE && !seen[sig->bound_by])
		ed_accept_hash(j, sig->bound_by, "signing certificate reference", when, sig->where,
		               findings, checks);
	if (sig->signer)
		ed_accept_key(j, sig->signer, when, sig->where, findings, checks);
}

static void need(struct ed_judge *j, const struct ed_ades *sig, unsigned bit, bool there,
                 const char *name, struct ed_findings *findings, struct ed_report_checks *checks)
{
	if (!(j->policy->needs & bit))
		return;
	if (!there)
		ed_finding(findings, "require.property", sig->where, name, NULL, NULL);
	ed_explain(j, checks, "EN 319 102-1 5.2.8",
	           N_("a property that the policy asks for is there"), there ? ED_YES : ED_UNSURE,
	           "require.properties", there ? NULL : "require.property", "property=%s", name);
}

/* 5.2.8 for the signed properties. */
void ed_accept_properties(struct ed_judge *j, const struct ed_ades *sig,
                          struct ed_findings *findings, struct ed_report_checks *checks)
{
	bool claims = sig->claimed_time != ED_TIME_NONE;
	bool future = claims && sig->claimed_time > j->now + j->policy->tolerance;

	if (future)
		ed_finding(findings, "signature.time-future", sig->where,
		           ed_say_time(j, sig->claimed_time), NULL, NULL);
	if (claims)
		ed_explain(j, checks, "EN 319 102-1 5.2.8",
		           N_("the claimed signing time is not after the moment of judgement"),
		           future ? ED_UNSURE : ED_YES, "clock-tolerance",
		           future ? "signature.time-future" : NULL, "claimed=%s; at=%s",
		           ed_say_time(j, sig->claimed_time), ed_say_time(j, j->now));
	need(j, sig, ED_NEEDS_SIGNING_TIME, claims, "signing-time", findings, checks);
	need(j, sig, ED_NEEDS_ROLE, sig->role != NULL, "role", findings, checks);
	need(j, sig, ED_NEEDS_COMMITMENT, sig->commitment != NULL, "commitment", findings, checks);
	need(j, sig, ED_NEEDS_POLICY, sig->policy_kind != ED_POLICY_NONE, "signature-policy",
	     findings, checks);
}
