/* SPDX-License-Identifier: ISC */
/*
 * A signature as the judge gets it: an item put together by hand, with a PKI of
 * its own.  The arithmetic is taken as done; paths, CRLs, OCSP answers are real.
 */
#ifndef JUDGEKIT_H
#define JUDGEKIT_H

#include <openssl/rsa.h>
#include <unistd.h>

#include "base/io.h"
#include "judge/validate.h"
#include "pkikit.h"

#define SIGNED_AT (T2020 + 100 * DAY) /* the signer's certificate is of 2020 and 2021 */
#define LATER (T2020 + 10 * YEAR)     /* long after its end */
#define MAX_STAMPS 6
#define MAX_COVERS 12

static struct who root, ca, ca_dp, signer, signer_dp, signer_sub, weak, unfit;
static struct who tsa, tsa_old, tsa_lax, tsa_other, other, responder, responder_old, responder_dp;

static char path[] = "/tmp/edoc-validate.XXXXXX";

/* ---- one item ---- */

struct scene {
	struct ed_arena *arena;
	struct edoc_trust *trust;
	struct edoc_policy *policy;
	struct edoc_report *report;
	struct ed_item item;
	struct ed_ades sig;
	struct ed_stamp stamps[MAX_STAMPS];
	struct ed_object covers[MAX_STAMPS][MAX_COVERS];
	struct ed_record record;
	struct edoc_verify_options options;
	char text[256];
};

__attribute__((unused)) static void trust(struct scene *s, const struct who *w, unsigned purposes)
{
	unsigned char *der = NULL;
	struct edoc_error err;
	int n = i2d_X509(w->x, &der);

	if (edoc_trust_add_memory(s->trust, der, (size_t)n, purposes, &err) != EDOC_OK)
		ok(false, "trust: %s", err.msg);
	OPENSSL_free(der);
}

__attribute__((unused)) static struct ed_cert *cert_of(struct scene *s, const struct who *w)
{
	struct ed_cert *cert = NULL;
	struct edoc_error err;

	if (ed_cert_of(w->x, "", s->arena, &cert, &err) != EDOC_OK)
		ok(false, "certificate: %s", err.msg);
	return cert;
}

__attribute__((unused)) static struct ed_object put(struct scene *s, enum ed_material_kind kind,
                                                    unsigned char *der, int n)
{
	struct ed_object object = {.kind = ED_OBJECT_MATERIAL, .hash = ED_SHA256};
	struct edoc_error err;
	size_t blob = 0;

	if (n <= 0 || ed_material_add(&s->item.material, kind, der, (size_t)n, "blob", &blob,
	                              &err) != EDOC_OK)
		ok(false, "material");
	else
		memcpy(object.sha256, s->item.material.v[blob].sha256, 32);
	OPENSSL_free(der);
	return object;
}

__attribute__((unused)) static struct ed_object put_cert(struct scene *s, const struct who *w)
{
	unsigned char *der = NULL;
	int n = i2d_X509(w->x, &der);

	return put(s, ED_CERT, der, n);
}

/* A CRL of one day, with an entry when `serial` is not 0. */
__attribute__((unused)) static struct ed_object put_crl_with(struct scene *s, const struct who *by,
                                                             int64_t at, long serial,
                                                             int64_t revoked, int reason,
                                                             const EVP_MD *md)
{
	X509_CRL *crl = new_crl(by, at, (long)((at - T2020) / DAY), "");
	unsigned char *der = NULL;
	int n;

	if (serial)
		list(crl, serial, revoked, reason, NULL);
	X509_CRL_sort(crl);
	X509_CRL_sign(crl, by->key, md);
	n = i2d_X509_CRL(crl, &der);
	X509_CRL_free(crl);
	return put(s, ED_CRL, der, n);
}

__attribute__((unused)) static struct ed_object put_crl(struct scene *s, const struct who *by,
                                                        int64_t at, long serial, int64_t revoked)
{
	return put_crl_with(s, by, at, serial, revoked, serial ? 1 : -1, EVP_sha256());
}

/* "good", by a responder whose certificate comes along; next 0: no nextUpdate. */
__attribute__((unused)) static struct ed_object put_ocsp(struct scene *s, const struct who *about,
                                                         const struct who *issuer,
                                                         const struct who *by, int64_t at,
                                                         int64_t next)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), about->x, issuer->x);
	ASN1_TIME *this = ASN1_TIME_set(NULL, (time_t)at);
	ASN1_TIME *until = next ? ASN1_TIME_set(NULL, (time_t)next) : NULL;
	OCSP_RESPONSE *response;
	unsigned char *der = NULL;
	int n;

	OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, this, until);
	ASN1_GENERALIZEDTIME_set((ASN1_GENERALIZEDTIME *)OCSP_resp_get0_produced_at(basic),
	                         (time_t)at);
	OCSP_basic_sign(basic, by->x, by->key, EVP_sha256(), NULL, OCSP_NOTIME);
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	n = i2d_OCSP_RESPONSE(response, &der);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(this);
	ASN1_TIME_free(until);
	return put(s, ED_OCSP, der, n);
}

__attribute__((unused)) static struct scene *begin(const struct who *by)
{
	static const char *const covers[] = {"a.txt"};
	struct scene *s = calloc(1, sizeof(*s));
	struct edoc_error err = {0};

	is_ok(edoc_policy_strict(&s->policy, &err), &err, "strict");
	is_ok(edoc_trust_new(&s->trust, &err), &err, "trust");
	s->options = (struct edoc_verify_options){.trust = s->trust, .policy = s->policy};
	is_ok(ed_report_new("item", 0, s->policy, &s->report, &err), &err, "report");
	s->arena = s->report->arena;
	s->item.arena = s->arena;
	s->item.format = "XAdES";
	ed_material_init(&s->item.material, s->arena);
	ed_findings_init(&s->item.findings, s->arena);
	trust(s, &root, EDOC_FOR_ALL);
	s->sig = (struct ed_ades){.form = "XAdES",
	                          .packaging = "detached",
	                          .id = "S",
	                          .where = "sig.xml",
	                          .level = "",
	                          .alg = {.kind = ED_SIG_ECDSA, .hash = ED_SHA256},
	                          .alg_known = true,
	                          .value_sha256 = {1},
	                          .info = {2},
	                          .intact_data = true,
	                          .intact_signature = true,
	                          .covers = (const char **)covers,
	                          .n_covers = 1,
	                          .bound = true,
	                          .bound_by = ED_SHA256,
	                          .claimed_time = SIGNED_AT,
	                          .stamps = s->stamps};
	ed_findings_init(&s->sig.findings, s->arena);
	if (by) {
		s->sig.signer = cert_of(s, by);
		put_cert(s, by);
	}
	put_cert(s, &ca);
	put_cert(s, &ca_dp);
	s->item.sigs = &s->sig;
	s->item.n_sigs = 1;
	return s;
}

__attribute__((unused)) static void end(struct scene *s)
{
	ed_cert_clear(s->sig.signer);
	for (size_t i = 0; i < MAX_STAMPS; i++)
		ed_cert_clear(s->stamps[i].tst.signer);
	for (size_t i = 0; i < s->record.n_stamps; i++)
		ed_cert_clear(s->record.stamps[i].tst.signer);
	edoc_report_free(s->report);
	edoc_trust_free(s->trust);
	edoc_policy_free(s->policy);
	free(s);
}

__attribute__((unused)) static void init_stamp(struct scene *s, struct ed_stamp *st,
                                               enum ed_stamp_kind kind, int64_t at,
                                               const struct who *by, unsigned char mark)
{
	*st = (struct ed_stamp){.kind = kind,
	                        .type = "a-time-stamp",
	                        .where = "sig.xml",
	                        .tst = {.where = "sig.xml",
	                                .sha256 = {mark},
	                                .time = at,
	                                .policy = "1.2.3",
	                                .serial = "1",
	                                .imprint_hash = ED_SHA256,
	                                .signer = by ? cert_of(s, by) : NULL,
	                                .alg = {.kind = ED_SIG_ECDSA, .hash = ED_SHA256},
	                                .digest = ED_SHA256,
	                                .bound = true,
	                                .bound_by = ED_SHA256,
	                                .intact = true},
	                        .found = true,
	                        .intact = true};
	ed_findings_init(&st->findings, s->arena);
	ed_findings_init(&st->tst.findings, s->arena);
	if (by)
		put_cert(s, by);
}

__attribute__((unused)) static void cover(struct ed_stamp *st, struct ed_object object)
{
	st->covers[st->n_covers++] = object;
}

__attribute__((unused)) static struct ed_object value_object(const struct scene *s)
{
	struct ed_object object = {.kind = ED_OBJECT_SIGNATURE, .hash = ED_SHA256};

	memcpy(object.sha256, s->sig.value_sha256, 32);
	return object;
}

__attribute__((unused)) static struct ed_object token_object(const struct ed_stamp *st)
{
	struct ed_object object = {.kind = ED_OBJECT_STAMP, .hash = ED_SHA256};

	memcpy(object.sha256, st->tst.sha256, 32);
	return object;
}

/* The next time-stamp; all but content covers the value, later ones the older. */
__attribute__((unused)) static struct ed_stamp *stamp(struct scene *s, enum ed_stamp_kind kind,
                                                      int64_t at, const struct who *by)
{
	size_t i = s->sig.n_stamps++;
	struct ed_stamp *st = &s->stamps[i];

	init_stamp(s, st, kind, at, by, (unsigned char)(10 + i));
	st->covers = s->covers[i];
	if (kind == ED_STAMP_CONTENT)
		return st;
	cover(st, value_object(s));
	for (size_t k = 0; kind == ED_STAMP_ARCHIVE && k < i; k++)
		cover(st, token_object(&s->stamps[k]));
	return st;
}

/* ---- what comes of it ---- */

__attribute__((unused)) static const char *verdict(const struct scene *s,
                                                   const struct ed_report_signature *sig,
                                                   char text[256])
{
	static const char *const words[] = {"INDETERMINATE", "FAILED", "PASSED"};

	(void)s;
	snprintf(text, 256, "%s%s%s", words[sig->pub.indication], sig->pub.subindication ? "/" : "",
	         sig->pub.subindication ? sig->pub.subindication : "");
	return text;
}

__attribute__((unused)) static void judge(struct scene *s, int64_t at)
{
	struct edoc_error err = {0};

	s->options.at = s->report->at = at;
	is_ok(ed_validate(&s->item, &s->options, s->report, &err), &err, "judged");
	ed_report_decide(s->report, s->policy);
}

__attribute__((unused)) static void say_why(const struct scene *s)
{
	const struct ed_report_signature *sig = &s->report->signatures[0];

	for (size_t i = 0; i < sig->findings.n; i++)
		printf("# %d %s %s %s\n", sig->findings.v[i].severity, sig->findings.v[i].code,
		       sig->findings.v[i].args[0] ? sig->findings.v[i].args[0] : "",
		       sig->findings.v[i].args[1] ? sig->findings.v[i].args[1] : "");
	for (size_t i = 0; i < sig->n_stamps; i++) {
		for (size_t k = 0; k < sig->stamps[i].findings.n; k++)
			printf("# stamp %zu: %d %s\n", i, sig->stamps[i].findings.v[k].severity,
			       sig->stamps[i].findings.v[k].code);
	}
}

/* Judges, compares "PASSED" or "INDETERMINATE/SUB", and ends the scene. */
__attribute__((unused)) static void gives(struct scene *s, int64_t at, const char *want,
                                          const char *what)
{
	judge(s, at);
	if (!is_str(verdict(s, &s->report->signatures[0], s->text), want, what))
		say_why(s);
	end(s);
}

__attribute__((unused)) static bool has(const struct scene *s, const char *code)
{
	return ed_findings_have(&s->report->signatures[0].findings, code);
}

__attribute__((unused)) static void use_policy(struct scene *s, const char *more)
{
	char yaml[2048];
	struct edoc_error err = {0};

	snprintf(yaml, sizeof(yaml),
	         "format: edoc-policy/1\nname: t\ntitle: T\nissued-by: me\nbasis: none\n"
	         "date: 2026-01-02\n%s",
	         more);
	edoc_policy_free(s->policy);
	s->policy = NULL;
	is_ok(ed_write_file(path, yaml, strlen(yaml), true, &err), &err, "written");
	is_ok(edoc_policy_load(path, &s->policy, &err), &err, "a policy");
	s->options.policy = s->policy;
}

#define ALGORITHMS "digests: [SHA-256]\nkeys: {rsa-min: 2048, curves: [P-256]}\n"

/* ---- the PKI ---- */

__attribute__((unused)) static struct who make(const char *cn, const struct who *by, long serial,
                                               int64_t from, int64_t until, const char *ext)
{
	EVP_PKEY *key = new_key();
	struct who w = issue_with(key, cn, by, serial, from, until, ext);

	EVP_PKEY_free(key);
	return w;
}

#define DP "crlDistributionPoints=URI:http://kit.example/a.crl\n"
#define STAMPING "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
#define FOREVER (T2020 + 40 * (int64_t)YEAR)

__attribute__((unused)) static void make_pki(void)
{
	EVP_PKEY *rsa = EVP_RSA_gen(1024);
	const int64_t begin_all = T2020 - 5 * YEAR, two = T2020 + 2 * YEAR;

	root = make("Root", NULL, 1, begin_all, FOREVER, CA_EXT);
	other = make("Other", NULL, 1, begin_all, FOREVER, CA_EXT);
	ca = make("CA", &root, 2, begin_all, FOREVER, CA_EXT);
	ca_dp = make("CA with a source", &root, 3, begin_all, FOREVER, CA_EXT DP);
	signer = make("Signer", &ca, 10, T2020, two, PERSON_EXT);
	signer_dp = make("Signer with a source", &ca, 11, T2020, two, PERSON_EXT DP);
	signer_sub = make("Signer below", &ca_dp, 13, T2020, two, PERSON_EXT);
	weak = issue_with(rsa, "Weak", &ca, 14, T2020, two, PERSON_EXT);
	unfit = make("Unfit", &ca, 15, T2020, two, "keyUsage=critical,keyEncipherment\n");
	tsa = make("TSA", &ca, 20, begin_all, FOREVER, STAMPING);
	tsa_old = make("Old TSA", &ca, 21, T2020, T2020 + 3 * YEAR, STAMPING);
	tsa_lax = make("Lax TSA", &ca, 22, T2020, FOREVER,
	               "keyUsage=critical,digitalSignature\nextendedKeyUsage=timeStamping\n");
	tsa_other = make("Other TSA", &other, 2, T2020, FOREVER, STAMPING);
	responder = make("Responder", &ca, 24, T2020, FOREVER, RESPONDER_EXT);
	responder_old = make("Old responder", &ca, 25, T2020, T2020 + 10 * DAY, RESPONDER_EXT);
	responder_dp =
	        make("Responder with a source", &ca, 23, T2020, FOREVER,
	             "keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\n" DP);
	EVP_PKEY_free(rsa);
}

__attribute__((unused)) static void free_pki(void)
{
	struct who *all[] = {&root,      &ca,         &ca_dp,         &signer,
	                     &signer_dp, &signer_sub, &weak,          &unfit,
	                     &tsa,       &tsa_old,    &tsa_lax,       &tsa_other,
	                     &other,     &responder,  &responder_old, &responder_dp};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		who_free(all[i]);
}

#endif
