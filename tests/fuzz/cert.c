/* SPDX-License-Identifier: ISC */
/* Certificates in PEM or DER: facts, names, IssuerSerial, a chain of what there is. */
#include <stdlib.h>

#include <openssl/err.h>

#include "base/limits.h"
#include "door/x509.h"
#include "judge/certificate.h"
#include "judge/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum edoc_code look(void *arg, X509 *x509, struct edoc_error *err)
{
	STACK_OF(X509) *all = arg;

	(void)err;
	if (X509_up_ref(x509) && !sk_X509_push(all, x509))
		X509_free(x509);
	return EDOC_OK;
}

/* Whoever is trusted, findings have rules; when nobody is, there is one. */
static void judge(struct ed_cert *cert, STACK_OF(X509) *all, const struct edoc_trust *trust,
                  const struct edoc_policy *policy, struct ed_arena *arena)
{
	struct edoc_verify_options options = {.at = 1780000000, .trust = trust, .policy = policy};
	struct ed_findings findings;

	ed_findings_init(&findings, arena);
	if (ed_judge_certificate(cert, all, &options, EDOC_FOR_SIGN, "f", arena, &findings, NULL) !=
	    EDOC_OK)
		return;
	if (edoc_trust_count(trust) == 0 && !findings.n)
		abort();
	for (size_t i = 0; i < findings.n; i++)
		if (!ed_rule(findings.v[i].code))
			abort();
}

static void facts(X509 *x509, STACK_OF(X509) *all, const struct edoc_trust *trust,
                  const struct edoc_trust *nobody, const struct edoc_policy *policy)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_cert *cert = NULL;
	struct ed_buf der;

	ed_buf_init(&der, ED_MAX_CERT);
	if (ed_cert_of(x509, "f", arena, &cert, NULL) == EDOC_OK) {
		(void)ed_cert_unfit(cert, arena);
		if (ed_cert_issuer_serial(x509, &der, NULL) != EDOC_OK && der.failed == EDOC_OK)
			abort();
		judge(cert, all, trust, policy, arena);
		judge(cert, all, nobody, policy, arena);
	}
	ed_cert_clear(cert);
	ed_buf_clear(&der);
	ed_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	struct edoc_trust *trust = NULL, *nobody = NULL;
	struct edoc_policy *policy = NULL;
	struct edoc_error err;

	if (all && edoc_trust_new(&trust, &err) == EDOC_OK &&
	    edoc_trust_new(&nobody, &err) == EDOC_OK &&
	    edoc_policy_builtin("strict", &policy, &err) == EDOC_OK &&
	    ed_certs_read(data, size, "f", look, all, &err) == EDOC_OK) {
		if (edoc_trust_add_memory(trust, data, size, EDOC_FOR_ALL, &err) == EDOC_OK &&
		    edoc_trust_count(trust) > (size_t)sk_X509_num(all))
			abort();
		for (int i = 0; i < sk_X509_num(all) && i < 4; i++)
			facts(sk_X509_value(all, i), all, trust, nobody, policy);
	}
	edoc_policy_free(policy);
	edoc_trust_free(nobody);
	edoc_trust_free(trust);
	sk_X509_pop_free(all, X509_free);
	if (ERR_peek_error())
		abort(); /* an error left behind */
	return 0;
}
