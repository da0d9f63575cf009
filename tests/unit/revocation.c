/* SPDX-License-Identifier: ISC */
/*
 * What CRLs and OCSP answers say, and what they may not: each refusal differs
 * from an accepted neighbour by one defect.  Rnn: the attack list of the
 * project, "revocation".
 */
#include "pkikit.h"

#include <string.h>

#include <openssl/rsa.h>

#include "base/limits.h"
#include "base/time.h"
#include "trust/chain.h"
#include "trust/revocation.h"

#define NOW (T2020 + YEAR)

static struct who root, other, ca, person, person_dp, sub;

/* One question with some evidence at hand. */
struct scene {
	struct ed_arena *arena;
	struct ed_material m;
	struct edoc_trust *trust;
	struct ed_cert *cert, *issuer;
	char text[1024];
	const struct ed_revocation *first;
	struct ed_pool *pool;
};

static void put(struct scene *s, enum ed_material_kind kind, unsigned char *der, int n)
{
	struct edoc_error err;

	if (n <= 0 || ed_material_add(&s->m, kind, der, (size_t)n, "blob", NULL, &err) != EDOC_OK)
		ok(false, "material");
	OPENSSL_free(der);
}

static void put_cert(struct scene *s, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	put(s, ED_CERT, der, n);
}

static void put_crl(struct scene *s, X509_CRL *crl, const struct who *by)
{
	unsigned char *der = NULL;
	int n;

	X509_CRL_sort(crl);
	X509_CRL_sign(crl, by->key, EVP_sha256());
	n = i2d_X509_CRL(crl, &der);
	X509_CRL_free(crl);
	put(s, ED_CRL, der, n);
}

static void trust(struct scene *s, const struct who *w, unsigned purposes)
{
	unsigned char *der = NULL;
	struct edoc_error err;
	int n = i2d_X509(w->x, &der);

	if (edoc_trust_add_memory(s->trust, der, (size_t)n, purposes, &err) != EDOC_OK)
		ok(false, "trust: %s", err.msg);
	OPENSSL_free(der);
}

static struct scene scene(const struct who *cert, const struct who *issuer)
{
	struct scene s = {.arena = ed_arena_new()};
	struct edoc_error err;

	ed_material_init(&s.m, s.arena);
	if (edoc_trust_new(&s.trust, &err) != EDOC_OK ||
	    ed_cert_of(cert->x, "", s.arena, &s.cert, &err) != EDOC_OK ||
	    ed_cert_of(issuer->x, "", s.arena, &s.issuer, &err) != EDOC_OK)
		ok(false, "scene");
	trust(&s, &root, EDOC_FOR_ALL);
	trust(&s, &other, EDOC_FOR_ALL);
	return s;
}

/* "good revoked:1 revocation.scope": the answers, then the findings. */
static const char *ask(struct scene *s)
{
	static const char *const words[] = {"unknown", "good", "revoked"};
	const struct ed_revocations *r;
	static struct edoc_error err;
	size_t used = 0;

	s->text[0] = '\0';
	if (!s->pool && ed_pool_new(&s->m, s->trust, s->arena, &s->pool, &err) != EDOC_OK)
		return "no pool";
	if (ed_revocation_about(s->pool, s->cert, s->issuer, "there", &r, &err) != EDOC_OK)
		return err.msg;
	s->first = r->n ? &r->v[0] : NULL;
	for (size_t i = 0; i < r->n; i++) {
		used += (size_t)snprintf(s->text + used, sizeof(s->text) - used, "%s%s",
		                         used ? " " : "", words[r->v[i].status]);
		if (r->v[i].reason >= 0)
			used += (size_t)snprintf(s->text + used, sizeof(s->text) - used, ":%d",
			                         r->v[i].reason);
	}
	for (size_t i = 0; i < r->findings.n; i++)
		used += (size_t)snprintf(s->text + used, sizeof(s->text) - used, "%s%s",
		                         used ? " " : "", r->findings.v[i].code);
	return s->text;
}

static void scene_end(struct scene *s)
{
	ed_pool_free(s->pool);
	ed_cert_clear(s->cert);
	ed_cert_clear(s->issuer);
	edoc_trust_free(s->trust);
	ed_arena_free(s->arena);
}

static void says(struct scene *s, const char *want, const char *what)
{
	is_str(ask(s), want, what);
	scene_end(s);
}

/* ---- CRLs ------------------------------------------------------------------------ */

static void crl_says(const struct who *cert, const struct who *issuer, X509_CRL *crl,
                     const struct who *by, const char *want, const char *what)
{
	struct scene s = scene(cert, issuer);

	put_cert(&s, ca.x);
	put_crl(&s, crl, by);
	says(&s, want, what);
}

static X509_CRL *crl_idp(const char *idp)
{
	char text[512];

	snprintf(text, sizeof(text), "issuingDistributionPoint=critical,@idp\n[idp]\n%s\n", idp);
	return new_crl(&ca, NOW, 5, text);
}

static X509_CRL *listing(X509_CRL *crl, long serial, int reason)
{
	list(crl, serial, NOW - DAY, reason, NULL);
	return crl;
}

static void crls(void)
{
	struct who twin = issue("CA", &root, 99, CA_EXT);
	struct who mute =
	        issue_with(ca.key, "CA", &root, 98, T2020, T2020 + YEAR,
	                   "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
	struct scene s;

	crl_says(&person, &ca, new_crl(&ca, NOW, 5, ""), &ca, "good", "not in the list");
	crl_says(&person, &ca, listing(new_crl(&ca, NOW, 5, ""), 7, 1), &ca, "revoked:1",
	         "in the list");
	crl_says(&person, &ca, listing(new_crl(&ca, NOW, 5, ""), 7, -1), &ca, "revoked",
	         "without a reason");
	crl_says(&person, &ca, listing(new_crl(&ca, NOW, 5, ""), 8, 1), &ca, "good",
	         "another is in the list");
	crl_says(&person, &ca, new_crl(&ca, NOW, 5, ""), &other, "revocation.signature",
	         "signed by another");
	crl_says(&person, &ca, new_crl(&other, NOW, 5, ""), &other, "", "of another authority");
	crl_says(&person, &mute, new_crl(&ca, NOW, 5, ""), &ca, "good",
	         "the issuer may sign none, but a twin may");
	s = scene(&person, &mute);
	put_crl(&s, new_crl(&ca, NOW, 5, ""), &ca);
	says(&s, "revocation.signer-unfit", "the issuer may sign no lists");

	s = scene(&person, &ca);
	put_crl(&s, new_crl(&ca, NOW, 5, ""), &twin);
	says(&s, "revocation.signature", "another key of the same name that is not at hand");
	s = scene(&person, &ca);
	put_cert(&s, twin.x);
	put_cert(&s, ca.x);
	put_crl(&s, new_crl(&ca, NOW, 5, ""), &twin);
	is_str(ask(&s), "good", "another key of the same name below the same anchor");
	ok(s.first && !s.first->signer_is_issuer, "is told apart from the issuer");
	scene_end(&s);
	who_free(&twin);
	twin = issue("CA", &other, 99, CA_EXT);
	s = scene(&person, &ca);
	put_cert(&s, twin.x);
	put_cert(&s, ca.x);
	put_crl(&s, new_crl(&ca, NOW, 5, ""), &twin);
	says(&s, "revocation.signer-unfit", "R11 the same name below another anchor");
	who_free(&twin);
	who_free(&mute);

	s = scene(&person, &ca);
	put_crl(&s, listing(new_crl(&ca, NOW, 5, ""), 7, 6), &ca);
	put_crl(&s, new_crl(&ca, NOW + DAY, 6, ""), &ca);
	put_crl(&s, new_crl(&ca, NOW - DAY, 4, ""), &ca);
	is_str(ask(&s), "good revoked:6 good", "all lists answer, the newest first (R10)");
	is_int(s.first->this_update, NOW + DAY, "as old as it says");
	scene_end(&s);
}

static void scopes(void)
{
	crl_says(&person, &ca, crl_idp("onlyuser=TRUE"), &ca, "good", "people only, of a person");
	crl_says(&person, &ca, crl_idp("onlyCA=TRUE"), &ca, "revocation.scope",
	         "R11 authorities only, of a person");
	crl_says(&sub, &ca, crl_idp("onlyCA=TRUE"), &ca, "good", "authorities only, of one");
	crl_says(&sub, &ca, crl_idp("onlyuser=TRUE"), &ca, "revocation.scope",
	         "R11 people only, of an authority");
	crl_says(&person, &ca, crl_idp("onlyAA=TRUE"), &ca, "revocation.scope",
	         "R11 attribute certificates only");
	crl_says(&person, &ca, crl_idp("onlyuser=TRUE\nonlyCA=TRUE"), &ca, "revocation.unusable",
	         "R11 a scope that contradicts itself");
	crl_says(&person_dp, &ca, crl_idp("fullname=URI:http://kit.example/a.crl"), &ca, "good",
	         "the distribution point that the certificate names");
	crl_says(&person_dp, &ca, crl_idp("fullname=URI:http://kit.example/b.crl"), &ca,
	         "revocation.scope", "R11 another distribution point");
	crl_says(&person, &ca, crl_idp("fullname=URI:http://kit.example/a.crl"), &ca,
	         "revocation.scope", "R11 a distribution point, where none is named");
	crl_says(&person_dp, &ca, new_crl(&ca, NOW, 5, ""), &ca, "good",
	         "the whole list serves every distribution point");
	crl_says(&person, &ca, new_crl(&ca, NOW, 5, "1.2.3.4=critical,ASN1:NULL\n"), &ca,
	         "revocation.unusable", "R07 a critical extension that is not known");
	crl_says(&person, &ca, new_crl(&ca, NOW, 5, "1.2.3.4=ASN1:NULL\n"), &ca, "good",
	         "one that is not critical");
	crl_says(&person, &ca, new_crl(&ca, NOW, 5, "issuingDistributionPoint=critical,DER:0500\n"),
	         &ca, "revocation.unusable", "R11 a scope that is none");
}

static void entries(void)
{
	X509_CRL *crl = new_crl(&ca, NOW, 5, "");
	X509_REVOKED *entry = list(crl, 8, NOW, 1, NULL);
	ASN1_NULL *null = ASN1_NULL_new();
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
	ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;
	struct scene s;

	ASN1_OCTET_STRING_set(bytes, (const unsigned char *)"\x05\x00", 2);
	ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, bytes);
	X509_REVOKED_add_ext(entry, ext, -1);
	crl_says(&person, &ca, crl, &ca, "revocation.unusable",
	         "R07 a critical extension in another's entry spoils the list");

	crl = new_crl(&ca, NOW, 5, "");
	entry = list(crl, 7, NOW, 1, NULL);
	ASN1_GENERALIZEDTIME *since = ASN1_GENERALIZEDTIME_set(NULL, NOW - 9 * DAY);
	X509_REVOKED_add1_ext_i2d(entry, NID_invalidity_date, since, 0, 0);
	s = scene(&person, &ca);
	put_crl(&s, crl, &ca);
	ask(&s);
	is_int(s.first->revoked_at, NOW, "the date it was revoked");
	is_int(s.first->invalid_since, NOW - 9 * DAY, "the date since when it is not valid");
	ok(!s.first->expired_info, "nothing is promised of expired certificates");
	scene_end(&s);
	s = scene(&person, &ca);
	put_crl(&s, new_crl(&ca, NOW, 5, "2.5.29.60=DER:180f32303235303130313030303030305a\n"),
	        &ca);
	ask(&s);
	ok(s.first && s.first->expired_info, "expiredCertsOnCRL reaches back far enough");
	scene_end(&s);
	s = scene(&person, &ca);
	put_crl(&s, new_crl(&ca, NOW, 5, "2.5.29.60=DER:180f32303335303130313030303030305a\n"),
	        &ca);
	ask(&s);
	ok(s.first && !s.first->expired_info, "or not");
	scene_end(&s);
	ASN1_GENERALIZEDTIME_free(since);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(bytes);
	ASN1_OBJECT_free(oid);
	ASN1_NULL_free(null);
}

/* A list of several authorities, by one that the certificate's point names. */
static void indirect(void)
{
	static const char person_ext[] =
	        PERSON_EXT "crlDistributionPoints=dp\n[dp]\nfullname=URI:http://kit.example/i.crl\n"
	                   "CRLissuer=dirName:lister\n[lister]\nO=Kit\nCN=Lister\n";
	static const char idp[] = "issuingDistributionPoint=critical,@idp\n[idp]\n"
	                          "fullname=URI:http://kit.example/i.crl\nindirectCRL=TRUE\n";
	static const char direct[] = "issuingDistributionPoint=critical,@idp\n[idp]\n"
	                             "fullname=URI:http://kit.example/i.crl\n";
	struct who lister = issue("Lister", &root, 20, "keyUsage=critical,cRLSign\n");
	struct who unfit = issue_with(lister.key, "Lister", &root, 21, T2020, T2020 + YEAR,
	                              "keyUsage=critical,digitalSignature\n");
	struct who named = issue("Named", &ca, 30, person_ext);
	struct scene s;
	X509_CRL *crl;

	s = scene(&named, &ca);
	put_cert(&s, ca.x);
	put_cert(&s, lister.x);
	put_crl(&s, new_crl(&lister, NOW, 5, idp), &lister);
	says(&s, "good", "an indirect list of who is named");

	s = scene(&named, &ca);
	put_cert(&s, ca.x);
	put_cert(&s, lister.x);
	crl = new_crl(&lister, NOW, 5, idp);
	list(crl, 30, NOW, 1, &ca);
	put_crl(&s, crl, &lister);
	says(&s, "revoked:1", "with an entry of its issuer");

	s = scene(&named, &ca);
	put_cert(&s, ca.x);
	put_cert(&s, lister.x);
	crl = new_crl(&lister, NOW, 5, idp);
	list(crl, 30, NOW, 1, NULL);
	put_crl(&s, crl, &lister);
	says(&s, "good", "with an entry of the list's own issuer: another certificate");

	s = scene(&named, &ca);
	put_cert(&s, ca.x);
	put_cert(&s, lister.x);
	put_crl(&s, new_crl(&lister, NOW, 5, direct), &lister);
	says(&s, "revocation.scope", "R11 it does not say that it is indirect");

	s = scene(&person, &ca);
	put_cert(&s, ca.x);
	put_cert(&s, lister.x);
	put_crl(&s, new_crl(&lister, NOW, 5, idp), &lister);
	says(&s, "", "R11 the certificate names nobody else");

	s = scene(&named, &ca);
	put_cert(&s, ca.x);
	put_cert(&s, unfit.x);
	put_crl(&s, new_crl(&lister, NOW, 5, idp), &lister);
	says(&s, "revocation.signer-unfit", "R11 its certificate is not for lists");

	s = scene(&named, &ca);
	put_cert(&s, ca.x);
	put_crl(&s, new_crl(&lister, NOW, 5, idp), &lister);
	says(&s, "revocation.signer-unknown", "R11 its certificate is not at hand");
	who_free(&named);
	who_free(&unfit);
	who_free(&lister);
}

static X509_CRL *delta_of(long base, long number)
{
	char text[128];

	snprintf(text, sizeof(text), "2.5.29.27=critical,DER:0201%02lx\n", base);
	return new_crl(&ca, NOW + DAY / 2, number, text);
}

static void deltas(void)
{
	struct scene s = scene(&person, &ca);

	put_crl(&s, delta_of(5, 6), &ca);
	says(&s, "revocation.delta-alone", "R12 a delta without what it continues");

	s = scene(&person, &ca);
	put_crl(&s, new_crl(&ca, NOW, 5, ""), &ca);
	put_crl(&s, listing(delta_of(5, 6), 7, 1), &ca);
	says(&s, "revoked:1 good", "a delta revokes");
	s = scene(&person, &ca);
	put_crl(&s, listing(new_crl(&ca, NOW, 5, ""), 7, 6), &ca);
	put_crl(&s, listing(delta_of(5, 6), 7, 8), &ca);
	says(&s, "good:8 revoked:6", "R12 a delta ends a hold");
	s = scene(&person, &ca);
	put_crl(&s, listing(new_crl(&ca, NOW, 5, ""), 7, 6), &ca);
	put_crl(&s, delta_of(5, 6), &ca);
	says(&s, "revoked:6 revoked:6", "a delta that is silent leaves it");
	s = scene(&person, &ca);
	put_crl(&s, listing(new_crl(&ca, NOW, 5, ""), 7, 8), &ca);
	says(&s, "revoked", "R12 removeFromCRL in a complete list revokes");
	s = scene(&person, &ca);
	put_crl(&s, new_crl(&ca, NOW, 4, ""), &ca);
	put_crl(&s, delta_of(5, 6), &ca);
	says(&s, "good revocation.delta-alone", "R12 the complete list is older than the base");
	s = scene(&person, &ca);
	put_crl(&s, new_crl(&ca, NOW, 6, ""), &ca);
	put_crl(&s, delta_of(5, 6), &ca);
	says(&s, "good revocation.delta-alone", "R12 and is not younger than the delta");
	s = scene(&person, &ca);
	put_crl(&s, crl_idp("onlyuser=TRUE"), &ca);
	put_crl(&s, delta_of(5, 6), &ca);
	says(&s, "good revocation.delta-alone", "R12 and is of the same scope");
}

static void some_reasons(void)
{
	struct scene s = scene(&person, &ca);

	put_crl(&s, crl_idp("onlysomereasons=keyCompromise,CACompromise"), &ca);
	says(&s, "revocation.some-reasons", "R11 a list of some reasons is not enough");
	s = scene(&person, &ca);
	put_crl(&s, crl_idp("onlysomereasons=keyCompromise,CACompromise"), &ca);
	put_crl(&s,
	        crl_idp("onlysomereasons=affiliationChanged,superseded,cessationOfOperation,"
	                "certificateHold,privilegeWithdrawn,AACompromise"),
	        &ca);
	says(&s, "good", "two lists that tell all reasons are");
	s = scene(&person, &ca);
	put_crl(&s, listing(crl_idp("onlysomereasons=keyCompromise"), 7, 1), &ca);
	says(&s, "revoked:1", "revoked for one reason is revoked");
}

/* RSASSA-PSS (RFC 4055), and a bit of it. */
static void pss(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	struct who rsa = issue_with(key, "PSS", &root, 70, T2020, T2020 + YEAR, CA_EXT);
	struct who w = issue("Below", &rsa, 7, PERSON_EXT);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	X509_CRL *crl = new_crl(&rsa, NOW, 5, "");
	EVP_PKEY_CTX *how;
	struct scene s = scene(&w, &rsa);
	unsigned char *der = NULL, *bad;
	int n;

	EVP_DigestSignInit(ctx, &how, EVP_sha384(), NULL, key);
	EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING);
	EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST);
	X509_CRL_sign_ctx(crl, ctx);
	n = i2d_X509_CRL(crl, &der);
	bad = OPENSSL_memdup(der, (size_t)n);
	bad[n - 9] ^= 1;
	put(&s, ED_CRL, der, n);
	is_str(ask(&s), "good", "a list signed with RSASSA-PSS");
	is_int((int64_t)s.first->signed_with, ED_SHA384, "and its digest is told");
	scene_end(&s);
	s = scene(&w, &rsa);
	put(&s, ED_CRL, bad, n);
	says(&s, "revocation.signature", "a bit of it");
	X509_CRL_free(crl);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	who_free(&rsa);
	who_free(&w);
}

static void malformed(void)
{
	struct scene s = scene(&person, &ca);
	X509_CRL *crl = new_crl(&ca, NOW, 5, "");
	unsigned char *der = NULL;
	int n;

	X509_CRL_sign(crl, ca.key, EVP_sha256());
	n = i2d_X509_CRL(crl, &der);
	put(&s, ED_CRL, OPENSSL_memdup(der, (size_t)n + 0), n - 1);
	put(&s, ED_OCSP, OPENSSL_memdup(der, (size_t)n), n);
	put(&s, ED_CERT, OPENSSL_memdup(der, (size_t)n), n);
	says(&s, "revocation.unreadable revocation.unreadable", "R13 what is cut, what is another");
	OPENSSL_free(der);
	/* Ends before it begins. */
	ASN1_TIME *t = ASN1_TIME_set(NULL, NOW - DAY);
	X509_CRL_set1_nextUpdate(crl, t);
	ASN1_TIME_free(t);
	s = scene(&person, &ca);
	put_crl(&s, crl, &ca);
	says(&s, "revocation.unusable", "R13 nextUpdate before thisUpdate");
}

static void large(void)
{
	X509_CRL *crl = new_crl(&ca, NOW, 5, "");
	struct scene s = scene(&person, &ca);

	for (long i = 1000; i < 101000; i++)
		list(crl, i, NOW - DAY, i % 2 ? 1 : -1, NULL);
	put_crl(&s, listing(crl, 7, 4), &ca);
	says(&s, "revoked:4", "among a hundred thousand");
}

static void too_large(void)
{
	X509_CRL *crl = new_crl(&ca, NOW, 5, "");
	struct scene s = scene(&person, &ca);

	for (long i = 0; i <= ED_MAX_CRL_ENTRIES; i++)
		list(crl, 1000 + i, NOW - DAY, -1, NULL);
	put_crl(&s, crl, &ca);
	says(&s, "revocation.unreadable", "R13 more entries than are read");
}

/* ---- OCSP ------------------------------------------------------------------------- */

struct answer {
	const EVP_MD *id_md;      /* of the CertID; NULL: SHA-1 */
	const struct who *about;  /* NULL: person */
	const struct who *issuer; /* NULL: ca */
	const struct who *by;     /* who signs; NULL: ca */
	const struct who *embed;  /* a certificate that comes along */
	int status;
	bool by_key;
	int64_t at;
	const char *extension; /* of the single response, critical */
	bool critical_whole;   /* an unknown critical one of the whole */
	bool bare;
	int more; /* a second single: status, 0: none, -1: good */
	const EVP_MD *more_md;
	const EVP_MD *sign_md;
};

static ASN1_TIME *moment(int64_t t)
{
	return ASN1_TIME_set(NULL, (time_t)t);
}

static void add_single(OCSP_BASICRESP *basic, const struct answer *a, const EVP_MD *md, int status)
{
	const struct who *about = a->about ? a->about : &person, *iss = a->issuer ? a->issuer : &ca;
	OCSP_CERTID *id = OCSP_cert_to_id(md ? md : EVP_sha1(), about->x, iss->x);
	int64_t at = a->at ? a->at : NOW;
	ASN1_TIME *this = moment(at), *next = moment(at + DAY), *rev = moment(at - DAY);
	OCSP_SINGLERESP *single = OCSP_basic_add1_status(
	        basic, id, status, status == V_OCSP_CERTSTATUS_REVOKED ? 1 : 0, rev, this, next);

	if (a->extension) {
		CONF *conf = conf_of("");
		X509_EXTENSION *ext = X509V3_EXT_nconf(conf, NULL, "1.2.3.4", a->extension);

		OCSP_SINGLERESP_add_ext(single, ext, -1);
		X509_EXTENSION_free(ext);
		NCONF_free(conf);
	}
	ASN1_TIME_free(this);
	ASN1_TIME_free(next);
	ASN1_TIME_free(rev);
	OCSP_CERTID_free(id);
}

static void put_ocsp(struct scene *s, const struct answer *a)
{
	const struct who *by = a->by ? a->by : &ca;
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	STACK_OF(X509) *certs = sk_X509_new_null();
	unsigned char *der = NULL;
	OCSP_RESPONSE *response;
	int n;

	add_single(basic, a, a->id_md, a->status);
	if (a->more)
		add_single(basic, a, a->more_md, a->more < 0 ? 0 : a->more);
	if (a->critical_whole) {
		CONF *conf = conf_of("");
		X509_EXTENSION *ext = X509V3_EXT_nconf(conf, NULL, "1.2.3.4", "critical,ASN1:NULL");

		OCSP_BASICRESP_add_ext(basic, ext, -1);
		X509_EXTENSION_free(ext);
		NCONF_free(conf);
	}
	if (a->embed)
		sk_X509_push(certs, a->embed->x);
	OCSP_basic_sign(basic, by->x, by->key, a->sign_md ? a->sign_md : EVP_sha256(), certs,
	                OCSP_NOCERTS * !a->embed | (a->by_key ? OCSP_RESPID_KEY : 0));
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	n = a->bare ? i2d_OCSP_BASICRESP(basic, &der) : i2d_OCSP_RESPONSE(response, &der);
	put(s, ED_OCSP, der, n);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	sk_X509_free(certs);
}

static void ocsp_says(struct answer a, const char *want, const char *what)
{
	struct scene s = scene(&person, &ca);

	put_cert(&s, ca.x);
	put_ocsp(&s, &a);
	says(&s, want, what);
}

#define GOOD V_OCSP_CERTSTATUS_GOOD
#define REVOKED V_OCSP_CERTSTATUS_REVOKED
#define UNKNOWN V_OCSP_CERTSTATUS_UNKNOWN

static void answers(void)
{
	struct who person8 = issue("Eight", &ca, 8, PERSON_EXT);
	struct who fake = issue("CA", NULL, 1, CA_EXT);

	ocsp_says((struct answer){.status = GOOD}, "good", "good");
	ocsp_says((struct answer){.status = GOOD, .bare = true}, "good", "a BasicOCSPResponse");
	ocsp_says((struct answer){.status = GOOD, .by_key = true}, "good", "named by key");
	ocsp_says((struct answer){.status = GOOD, .id_md = EVP_sha256()}, "good", "by SHA-256");
	ocsp_says((struct answer){.status = GOOD, .id_md = EVP_sha512()}, "good", "by SHA-512");
	ocsp_says((struct answer){.status = REVOKED}, "revoked:1", "revoked");
	ocsp_says((struct answer){.status = UNKNOWN}, "unknown", "R05 unknown is not good");
	ocsp_says((struct answer){.about = &person8}, "", "R01 of another certificate");
	ocsp_says((struct answer){.issuer = &other}, "", "R01 of another issuer");
	ocsp_says((struct answer){.issuer = &fake}, "", "R01 of an issuer of that name");
	ocsp_says((struct answer){.by = &fake}, "revocation.signature", "R08 signed by a namesake");
	ocsp_says((struct answer){.status = GOOD, .more = REVOKED, .more_md = EVP_sha256()},
	          "revoked:1", "R06 revoked behind good");
	ocsp_says((struct answer){.status = REVOKED, .more = -1, .more_md = EVP_sha256()},
	          "revoked:1", "R06 revoked before good");
	ocsp_says((struct answer){.status = GOOD, .more = UNKNOWN}, "unknown",
	          "R06 unknown behind good");
	ocsp_says((struct answer){.status = GOOD, .more = REVOKED, .more_md = EVP_blake2s256()},
	          "revocation.unusable", "R06 hidden behind a digest that is not known");
	ocsp_says((struct answer){.extension = "critical,ASN1:NULL"}, "revocation.unusable",
	          "R07 a critical extension of the single answer");
	ocsp_says((struct answer){.extension = "ASN1:NULL"}, "good", "one that is not critical");
	ocsp_says((struct answer){.critical_whole = true}, "revocation.unusable",
	          "R07 a critical extension of the whole");
	who_free(&person8);
	who_free(&fake);
}

static void responder_says(struct who w, bool embed, unsigned anchor, const char *want,
                           const char *what)
{
	struct scene s = scene(&person, &ca);
	struct answer a = {.status = GOOD, .by = &w, .embed = embed ? &w : NULL};

	put_cert(&s, ca.x);
	if (anchor)
		trust(&s, &w, anchor);
	put_ocsp(&s, &a);
	says(&s, want, what);
	who_free(&w);
}

static void responders(void)
{
	struct scene s;
	struct who w;

	responder_says(issue("R", &ca, 50, RESPONDER_EXT), true, 0, "good", "delegated by the CA");
	responder_says(issue("R", &ca, 50, RESPONDER_EXT), false, 0, "revocation.signer-unknown",
	               "R02 its certificate is not at hand");
	responder_says(issue("R", &ca, 50, "keyUsage=digitalSignature\n"), true, 0,
	               "revocation.signer-unfit", "R02 without OCSPSigning");
	responder_says(issue("R", &ca, 50, "extendedKeyUsage=timeStamping\n"), true, 0,
	               "revocation.signer-unfit", "R02 with another purpose");
	responder_says(issue("R", &ca, 50, "extendedKeyUsage=anyExtendedKeyUsage\n"), true, 0,
	               "revocation.signer-unfit", "R02 any purpose is not this one");
	responder_says(issue("R", &ca, 50, "extendedKeyUsage=OCSPSigning\nkeyUsage=keyAgreement\n"),
	               true, 0, "revocation.signer-unfit", "R02 a key that may not sign");
	responder_says(issue("R", &root, 50, RESPONDER_EXT), true, 0, "revocation.signer-unfit",
	               "R02 delegated by the root, not by the CA");
	responder_says(issue("R", &other, 50, RESPONDER_EXT), true, 0, "revocation.signer-unfit",
	               "R08 of another authority that is trusted");
	responder_says(issue("R", NULL, 50, RESPONDER_EXT), true, 0, "revocation.signer-unfit",
	               "R08 of nobody");
	responder_says(issue("R", &other, 50, RESPONDER_EXT), true, EDOC_FOR_OCSP, "good",
	               "named by the administrator for OCSP");
	responder_says(issue("R", &other, 50, RESPONDER_EXT), false, EDOC_FOR_OCSP, "good",
	               "and found there");
	responder_says(issue("R", NULL, 50, CA_EXT), true, EDOC_FOR_ALL, "revocation.signer-unfit",
	               "R08 a root for everything does not answer for others' certificates");

	/* below an authority that the administrator trusts for OCSP */
	w = issue("R", &other, 50, RESPONDER_EXT);
	s = (struct scene){.arena = ed_arena_new()};
	scene_end(&s);
	s = scene(&person, &ca);
	struct who desk = issue("OCSP root", NULL, 1, CA_EXT),
	           below = issue("R2", &desk, 2, RESPONDER_EXT);
	trust(&s, &desk, EDOC_FOR_OCSP);
	put_ocsp(&s, &(struct answer){.status = GOOD, .by = &below, .embed = &below});
	says(&s, "good", "below an authority for OCSP alone");
	who_free(&desk);
	who_free(&below);
	who_free(&w);

	/* what the judge wants to know of it */
	w = issue("R", &ca, 50, RESPONDER_EXT);
	s = scene(&person, &ca);
	put_ocsp(&s, &(struct answer){.status = GOOD, .by = &w, .embed = &w});
	ask(&s);
	ok(s.first && s.first->no_check && !s.first->signer_is_issuer && s.first->signer,
	   "nocheck");
	is_str(s.first->signer->subject, "CN=R,O=Kit", "R03 the responder is told, with its dates");
	is_int(s.first->this_update, NOW, "R04 and the answer's moments");
	is_int(s.first->next_update, NOW + DAY, "R04 as they stand");
	is_int((int64_t)s.first->signed_with, ED_SHA256, "and its digest (R09)");
	scene_end(&s);
	who_free(&w);
}

static void damaged(void)
{
	struct scene s = scene(&person, &ca);
	OCSP_RESPONSE *r = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, NULL);
	unsigned char *der = NULL, *copy;
	int n = i2d_OCSP_RESPONSE(r, &der);

	put(&s, ED_OCSP, der, n);
	says(&s, "revocation.unreadable", "an error is no answer");
	OCSP_RESPONSE_free(r);

	s = scene(&person, &ca);
	put_ocsp(&s, &(struct answer){.status = GOOD});
	n = (int)s.m.v[s.m.n - 1].len;
	copy = OPENSSL_malloc((size_t)n + 1);
	memcpy(copy, s.m.v[s.m.n - 1].p, (size_t)n);
	copy[n] = 0;
	scene_end(&s);
	s = scene(&person, &ca);
	put(&s, ED_OCSP, OPENSSL_memdup(copy, (size_t)n + 1), n + 1);
	says(&s, "revocation.unreadable", "a byte follows");
	copy[n - 5] ^= 1;
	s = scene(&person, &ca);
	put(&s, ED_OCSP, copy, n);
	says(&s, "revocation.signature", "a bit of its signature");
}

/* ---- asking, addresses, remembering ------------------------------------------------- */

static void asking(void)
{
	struct ed_arena *arena = ed_arena_new();
	struct who w =
	        issue("W", &ca, 60,
	              "authorityInfoAccess=OCSP;URI:http://o.example/,caIssuers;URI:"
	              "http://i.example/ca.cer,OCSP;URI:ldap://no.example/\n"
	              "crlDistributionPoints=URI:http://c.example/1.crl,URI:file:///etc/passwd\n");
	struct ed_cert *cert, *issuer;
	struct edoc_error err;
	struct ed_buf der;
	const unsigned char *p;
	OCSP_REQUEST *request;
	OCSP_CERTID *want;
	const char **urls;

	is_ok(ed_cert_of(w.x, "", arena, &cert, &err), &err, "a certificate");
	is_ok(ed_cert_of(ca.x, "", arena, &issuer, &err), &err, "its issuer");
	urls = ed_cert_urls(cert, ED_URL_OCSP, arena);
	is_str(urls[0], "http://o.example/", "where OCSP is asked");
	is_str(urls[1], NULL, "http only");
	urls = ed_cert_urls(cert, ED_URL_ISSUER, arena);
	is_str(urls[0], "http://i.example/ca.cer", "where its issuer is");
	urls = ed_cert_urls(cert, ED_URL_CRL, arena);
	is_str(urls[0], "http://c.example/1.crl", "where the list is");
	is_str(urls[1], NULL, "no files");
	is_str(ed_cert_urls(issuer, ED_URL_CRL, arena)[0], NULL, "none");
	ok(cert->names_revocation && !issuer->names_revocation, "and that it names any");
	ed_buf_init(&der, 4096);
	is_ok(ed_ocsp_request(cert, issuer, &der, &err), &err, "a request");
	p = der.data;
	request = d2i_OCSP_REQUEST(NULL, &p, (long)der.len);
	want = OCSP_cert_to_id(EVP_sha1(), w.x, ca.x);
	ok(request && OCSP_request_onereq_count(request) == 1 &&
	           OCSP_id_cmp(want, OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, 0))) ==
	                   0,
	   "about that certificate");
	ok(request && OCSP_REQUEST_get_ext_count(request) == 0, "without a nonce (RFC 5019)");
	OCSP_REQUEST_free(request);
	OCSP_CERTID_free(want);
	ed_buf_clear(&der);
	ed_cert_clear(cert);
	ed_cert_clear(issuer);
	who_free(&w);
	ed_arena_free(arena);
}

static void remembering(void)
{
	struct scene s = scene(&person, &ca);
	struct edoc_memo *memo = NULL;
	struct edoc_error err;

	is_ok(edoc_memo_new(&memo, &err), &err, "a memo");
	s.m.memo = memo;
	is_str(ask(&s), "", "nothing at hand");
	put_crl(&s, new_crl(&ca, NOW, 5, ""), &ca);
	is_str(ask(&s), "good", "what was added meanwhile (fetched) is seen");
	is_str(ask(&s), "good", "and is the same when asked again");
	put_ocsp(&s, &(struct answer){.status = REVOKED, .at = NOW + 9});
	is_str(ask(&s), "revoked:1 good", "once more");
	scene_end(&s);
	s = scene(&person, &ca);
	s.m.memo = memo;
	put_crl(&s, new_crl(&ca, NOW, 5, ""), &other);
	says(&s, "revocation.signature", "a memo makes no signature good");
	edoc_memo_free(memo);
}

int main(void)
{
	root = issue("Root", NULL, 1, CA_EXT);
	other = issue("Other", NULL, 1, CA_EXT);
	ca = issue("CA", &root, 2, CA_EXT);
	sub = issue("Sub", &ca, 3, CA_EXT);
	person = issue("Person", &ca, 7, PERSON_EXT);
	person_dp = issue("Person", &ca, 9,
	                  PERSON_EXT "crlDistributionPoints=URI:http://kit.example/a.crl\n");
	crls();
	scopes();
	entries();
	indirect();
	deltas();
	some_reasons();
	pss();
	malformed();
	large();
	too_large();
	answers();
	responders();
	damaged();
	asking();
	remembering();
	who_free(&root);
	who_free(&other);
	who_free(&ca);
	who_free(&sub);
	who_free(&person);
	who_free(&person_dp);
	return done();
}
