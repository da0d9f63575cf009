/* SPDX-License-Identifier: ISC */
/*
 * From a certificate to anchors: several ways, what RFC 5280 6.1 has against
 * each, dates apart, and the same with what a batch remembers.  Pnn: the
 * attack list of the project, "paths".
 */
#include "pkikit.h"

#include <string.h>

#include <openssl/param_build.h>

#include "base/limits.h"
#include "base/time.h"
#include "trust/chain.h"

#define NOW (T2020 + YEAR)

struct scene {
	struct ed_arena *arena;
	struct ed_material m;
	struct edoc_trust *trust;
	struct ed_cert *leaf;
	struct ed_pool *pool;
	const struct ed_chains *chains;
};

static struct scene scene(const struct who *leaf)
{
	struct scene s = {.arena = ed_arena_new()};
	unsigned char *der = NULL;
	int n = i2d_X509(leaf->x, &der);
	struct edoc_error err;

	ed_material_init(&s.m, s.arena);
	if (edoc_trust_new(&s.trust, &err) != EDOC_OK ||
	    ed_cert_parse(der, (size_t)n, "", s.arena, &s.leaf, &err) != EDOC_OK)
		ok(false, "scene: %s", err.msg);
	OPENSSL_free(der);
	return s;
}

static void have(struct scene *s, const struct who *w)
{
	unsigned char *der = NULL;
	struct edoc_error err;
	int n = i2d_X509(w->x, &der);

	if (ed_material_add(&s->m, ED_CERT, der, (size_t)n, "blob", NULL, &err) != EDOC_OK)
		ok(false, "material");
	OPENSSL_free(der);
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

/* "Person CA Root +": the best chain, and + where it is trusted, else why not. */
static const char *build(struct scene *s)
{
	static char text[1024];
	struct edoc_error err;
	const struct ed_chain *c;
	size_t used = 0;

	if ((!s->pool && ed_pool_new(&s->m, s->trust, s->arena, &s->pool, &err) != EDOC_OK) ||
	    ed_chains_build(s->pool, s->leaf, EDOC_FOR_SIGN, NULL, "leaf", &s->chains, &err) !=
	            EDOC_OK)
		return "error";
	c = &s->chains->v[0];
	for (size_t i = 0; i < c->n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s ",
		                         (int)strcspn(c->subjects[i] + 3, ","), c->subjects[i] + 3);
	snprintf(text + used, sizeof(text) - used, "%s",
	         c->trusted          ? "+"
	         : c->findings.n > 0 ? c->findings.v[0].code
	                             : "?");
	return text;
}

static void scene_end(struct scene *s)
{
	ed_pool_free(s->pool);
	ed_cert_clear(s->leaf);
	edoc_trust_free(s->trust);
	ed_arena_free(s->arena);
}

static void says(struct scene *s, const char *want, const char *what)
{
	is_str(build(s), want, what);
	scene_end(s);
}

static void several_ways(void)
{
	struct who root = issue("Root", NULL, 1, CA_EXT), other = issue("Other", NULL, 1, CA_EXT);
	struct who ca = issue("CA", &root, 2, CA_EXT);
	struct who cross = issue_with(ca.key, "CA", &other, 3, T2020, T2020 + YEAR, CA_EXT);
	struct who old = issue_with(ca.key, "CA", &root, 4, T2020 - 9 * YEAR, T2020, CA_EXT);
	struct who namesake = issue("CA", &root, 5, CA_EXT);
	struct who person = issue("Person", &ca, 7, PERSON_EXT "authorityKeyIdentifier=keyid\n");
	struct who plain = issue("Plain", &ca, 8, PERSON_EXT);
	struct scene s = scene(&person);

	have(&s, &ca);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "Person CA Root +", "the one way");

	s = scene(&person);
	have(&s, &ca);
	have(&s, &cross);
	trust(&s, &other, EDOC_FOR_SIGN);
	says(&s, "Person CA Other +", "by a cross-certificate, past one that leads nowhere");

	s = scene(&person);
	have(&s, &ca);
	have(&s, &cross);
	trust(&s, &other, EDOC_FOR_SIGN);
	trust(&s, &root, EDOC_FOR_SIGN);
	is_str(build(&s), "Person CA Root +", "two ways: the younger certificate first");
	is_int((int64_t)s.chains->n, 2, "both are told");
	scene_end(&s);

	s = scene(&person);
	have(&s, &old);
	have(&s, &ca);
	trust(&s, &root, EDOC_FOR_SIGN);
	is_str(build(&s), "Person CA Root +",
	       "an expired twin of the authority beside a fresh one");
	is_int((int64_t)s.chains->n, 2, "both ways hold, but for dates");
	ok(ed_chain_at(&s.chains->v[0], NOW, "", NULL), "the first holds now");
	ok(!ed_chain_at(&s.chains->v[1], NOW, "", NULL), "the second does not");
	ok(!ed_chain_at(&s.chains->v[0], T2020 - YEAR, "", NULL), "nor the first then");
	scene_end(&s);

	s = scene(&person);
	have(&s, &namesake);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "Person chain.not-found", "P06 another key of that name, by its identifier");
	s = scene(&plain);
	have(&s, &namesake);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "Plain chain.signature", "P06 without one: not signed by whose name it bears");
	s = scene(&person);
	have(&s, &namesake);
	have(&s, &ca);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "Person CA Root +", "P06 beside the right one it does not matter");
	s = scene(&person);
	have(&s, &ca);
	have(&s, &root);
	says(&s, "Person CA Root chain.not-found", "P03 a root that came along is not trusted");
	s = scene(&person);
	have(&s, &ca);
	trust(&s, &root, EDOC_FOR_TSA);
	says(&s, "Person CA Root chain.not-found", "P03 trusted for something else");
	s = scene(&root);
	says(&s, "Root chain.not-found", "P03 self-signed and nobody's");
	s = scene(&root);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "Root +", "an anchor itself");
	who_free(&root);
	who_free(&other);
	who_free(&ca);
	who_free(&cross);
	who_free(&old);
	who_free(&namesake);
	who_free(&person);
	who_free(&plain);
}

static void one_defect(const char *ca_ext, const char *person_ext, const char *want,
                       const char *what)
{
	struct who root = issue("Root", NULL, 1, CA_EXT), ca = issue("CA", &root, 2, ca_ext);
	struct who person = issue("Person", &ca, 7, person_ext);
	struct scene s = scene(&person);

	have(&s, &ca);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, want, what);
	who_free(&root);
	who_free(&ca);
	who_free(&person);
}

#define FINE "Person CA Root +"
#define NO "Person CA Root chain.constraints"
#define ISSUER "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"

static void constraints(void)
{
	one_defect(ISSUER, "", FINE, "an authority, a person");
	one_defect("", "", NO, "no authority");
	one_defect("basicConstraints=critical,CA:FALSE\n", "", NO, "says that it is none");
	one_defect("basicConstraints=CA:TRUE\n", "", FINE, "without key usage");
	one_defect("basicConstraints=CA:TRUE\nkeyUsage=cRLSign\n", "", NO, "not for certificates");
	one_defect(ISSUER, "1.2.3.4=critical,ASN1:NULL\n", NO, "unknown and critical");
	one_defect(ISSUER, "1.2.3.4=ASN1:NULL\n", FINE, "unknown and not critical");
	one_defect(ISSUER, "1.3.6.1.5.5.7.1.3=critical,DER:3000\n", FINE, "critical qcStatements");
	one_defect(ISSUER "1.2.3.4=critical,ASN1:NULL\n", "", NO, "of the authority");
	one_defect(ISSUER "nameConstraints=critical,permitted;dirName:dn\n[dn]\nO=Kit\n", "", FINE,
	           "a permitted name");
	one_defect(ISSUER "nameConstraints=critical,permitted;dirName:dn\n[dn]\nO=Tik\n", "", NO,
	           "a name that is not permitted");
	one_defect(ISSUER "nameConstraints=excluded;dirName:dn\n[dn]\nO=Kit\n", "", NO,
	           "an excluded name, not critical");
	one_defect(ISSUER "nameConstraints=critical,permitted;email:kit.example\n",
	           "subjectAltName=email:a@kit.example\n", FINE, "a permitted address");
	one_defect(ISSUER "nameConstraints=critical,permitted;email:kit.example\n",
	           "subjectAltName=email:a@tik.example\n", NO, "another's address");
	one_defect(ISSUER "nameConstraints=critical,DER:0500\n", "", NO,
	           "constraints that are none");
	one_defect(ISSUER "policyConstraints=critical,requireExplicitPolicy:0\n", "", NO,
	           "policies are required, and none is there");
	one_defect(ISSUER "policyConstraints=critical,requireExplicitPolicy:0\n"
	                  "certificatePolicies=1.2.3\n",
	           "certificatePolicies=1.2.3\n", FINE, "and there is one");
	one_defect(ISSUER "policyConstraints=critical,requireExplicitPolicy:0\n"
	                  "certificatePolicies=1.2.3\n",
	           "certificatePolicies=1.2.4\n", NO, "and there is another");
	one_defect("basicConstraints=critical,CA:TRUE,pathlen:0\n", "", FINE, "nobody between");
}

static void lengths(void)
{
	struct who root = issue("Root", NULL, 1, CA_EXT);
	struct who top = issue("Top", &root, 2, "basicConstraints=critical,CA:TRUE,pathlen:0\n");
	struct who mid = issue("Mid", &top, 3, CA_EXT), person = issue("Person", &mid, 7, "");
	struct who self = issue("Top", &top, 4, CA_EXT), near = issue("Near", &self, 8, "");
	struct scene s = scene(&person);

	have(&s, &top);
	have(&s, &mid);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "Person Mid Top Root chain.constraints", "one between, where none may be");
	s = scene(&near);
	have(&s, &top);
	have(&s, &self);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "Near Top Top Root +", "self-issued ones do not count (6.1.4 l)");
	who_free(&root);
	who_free(&top);
	who_free(&mid);
	who_free(&person);
	who_free(&self);
	who_free(&near);
}

/* A hundred certificates of one name that certify each other. */
static void maze(void)
{
	struct who root = issue("Root", NULL, 1, CA_EXT), w[40];
	struct scene s;

	w[0] = issue("Maze", NULL, 100, "basicConstraints=CA:TRUE\n");
	for (int i = 1; i < 40; i++)
		w[i] = issue("Maze", &w[i - 1], 100 + i, "basicConstraints=CA:TRUE\n");
	s = scene(&w[39]);
	for (int i = 0; i < 39; i++)
		have(&s, &w[i]);
	trust(&s, &root, EDOC_FOR_SIGN);
	ok(strstr(build(&s), "chain.") != NULL, "P04 a maze leads nowhere, and ends");
	scene_end(&s);
	for (int i = 0; i < 40; i++)
		who_free(&w[i]);
	who_free(&root);
}

static void weird_keys(void)
{
	struct who root = issue("Root", NULL, 1, CA_EXT);
	EVP_PKEY *key = new_key();
	struct who fake, person;
	struct scene s;

	EVP_PKEY_set_utf8_string_param(key, "encoding", "explicit");
	fake = issue_with(key, "CA", &root, 2, T2020, T2020 + YEAR, CA_EXT);
	person = issue("Person", &fake, 7, "");
	s = scene(&person);
	have(&s, &fake);
	trust(&s, &root, EDOC_FOR_SIGN);
	ok(strstr(build(&s), "chain.") != NULL, "P01 an authority on a curve given by numbers");
	scene_end(&s);
	s = scene(&fake);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "CA Root chain.constraints", "P01 a signer on one");
	who_free(&person);
	who_free(&fake);
	EVP_PKEY_free(key);
	who_free(&root);
}

/* An RSA key of that many bits that nobody has the other half of. */
static EVP_PKEY *huge_key(int bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_new(), *e = BN_new();
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	BN_set_bit(n, bits - 1);
	BN_set_bit(n, 0);
	BN_set_word(e, 65537);
	OSSL_PARAM_BLD_push_BN(bld, "n", n);
	OSSL_PARAM_BLD_push_BN(bld, "e", e);
	params = OSSL_PARAM_BLD_to_param(bld);
	ok(EVP_PKEY_fromdata_init(ctx) == 1 &&
	           EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1,
	   "an RSA key of %d bits", bits);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void huge_keys(void)
{
	struct who root = issue("Root", NULL, 1, CA_EXT);

	for (int bits = 16384; bits <= 16385; bits++) {
		EVP_PKEY *key = huge_key(bits);
		struct who w = issue_with(key, "Huge", &root, 2, T2020, T2020 + YEAR, "");
		struct scene s = scene(&w);

		trust(&s, &root, EDOC_FOR_SIGN);
		says(&s, bits > 16384 ? "Huge Root chain.constraints" : "Huge Root +",
		     "P05 a key that is too large, beside the largest");
		who_free(&w);
		EVP_PKEY_free(key);
	}
	who_free(&root);
}

static void twice(void)
{
	struct who root = issue("Root", NULL, 1, CA_EXT), person = issue("P", &root, 2, PERSON_EXT);
	struct scene s;

	X509_add_ext(person.x, X509_get_ext(person.x, 0), -1);
	X509_sign(person.x, root.key, EVP_sha256());
	s = scene(&person);
	trust(&s, &root, EDOC_FOR_SIGN);
	says(&s, "P Root chain.constraints", "an extension that stands there twice (4.2)");
	who_free(&root);
	who_free(&person);
}

static void services(void)
{
	struct who root = issue("Root", NULL, 1, CA_EXT), ca = issue("CA", &root, 2, CA_EXT);
	struct who person = issue("Person", &ca, 7, PERSON_EXT);
	static const struct ed_trust_status statuses[] = {
	        {T2020, "granted", true, NULL},
	        {T2020 + DAY, "withdrawn", false, NULL},
	        {NOW, "granted", true, NULL},
	        {NOW + YEAR, "granted", false, "a reason"},
	        {NOW + 2 * YEAR, "withdrawn", false, NULL},
	};
	static const struct ed_trust_service service = {"Issuing", statuses, 5};
	struct scene s = scene(&person);
	struct ed_findings f;
	struct edoc_error err;

	is_ok(ed_trust_add_service(s.trust, ca.x, EDOC_FOR_SIGN, "list", &service, &err), &err,
	      "a service of a trusted list");
	is_str(build(&s), "Person CA +", "is an anchor, whoever signed it");
	ed_findings_init(&f, s.arena);
	ok(ed_chain_at(&s.chains->v[0], T2020 + 9, "", &f) && f.n == 0, "T10 granted then");
	ok(!ed_chain_at(&s.chains->v[0], T2020 + DAY, "", &f), "T10 withdrawn");
	is_str(f.v[0].code, "chain.granted-later", "is told");
	is_str(f.v[0].args[0], "Issuing", "of which service");
	ok(strstr(f.v[0].args[1], "withdrawn (2020-01-02") && strstr(f.v[0].args[1], ", granted ("),
	   "what it was then, and later: %s", f.v[0].args[1]);
	ed_findings_init(&f, s.arena);
	ok(!ed_chain_granted(&s.chains->v[0], T2020 - 1, "", &f), "T10 before all of it");
	is_str(f.v[0].code, "chain.granted-later", "is told");
	ok(!strncmp(f.v[0].args[1], "granted (2020-01-01", 19), "since when: %s", f.v[0].args[1]);
	is_str(f.v[0].args[2], "2019-12-31T23:59:59Z", "and the moment");
	ed_findings_init(&f, s.arena);
	ok(!ed_chain_granted(&s.chains->v[0], NOW + YEAR, "", &f), "T10 not taken");
	is_str(f.v[0].code, "chain.service-unusable", "is told");
	is_str(f.v[0].args[2], "a reason", "and why");
	ed_findings_init(&f, s.arena);
	ok(!ed_chain_granted(&s.chains->v[0], NOW + 3 * YEAR, "", &f), "T10 withdrawn for good");
	is_str(f.v[0].code, "chain.not-granted", "is told");
	ed_findings_init(&f, s.arena);
	ok(ed_chain_at(&s.chains->v[0], NOW + DAY, "", &f), "T10 granted again");
	is_int((int64_t)edoc_trust_count(s.trust), 1, "one anchor");
	scene_end(&s);

	/* an anchor's own end is told, and ends nothing */
	s = scene(&person);
	struct who brief = issue_with(root.key, "Root", NULL, 9, T2020, T2020 + DAY, CA_EXT);
	have(&s, &ca);
	trust(&s, &brief, EDOC_FOR_SIGN);
	is_str(build(&s), "Person CA Root +", "a short root");
	ed_findings_init(&f, s.arena);
	ok(ed_chain_at(&s.chains->v[0], NOW, "", &f), "is believed after its end");
	is_str(f.n ? f.v[0].code : "", "chain.anchor-expired", "and that is told");
	scene_end(&s);
	who_free(&brief);
	who_free(&root);
	who_free(&ca);
	who_free(&person);
}

static void facts(void)
{
	struct who root = issue("Root", NULL, 1, CA_EXT);
	struct who w =
	        issue("W", &root, 2,
	              "extendedKeyUsage=critical,timeStamping\n1.3.6.1.5.5.7.48.1.5=DER:0500\n"
	              "0.4.0.194121.2.1=DER:0500\n");
	struct who v = issue("V", &root, 3, "extendedKeyUsage=OCSPSigning,clientAuth\n");
	struct ed_arena *arena = ed_arena_new();
	struct edoc_memo *memo = NULL;
	struct edoc_error err;
	struct ed_cert *a, *b, *c;
	unsigned char *der = NULL;
	int n = i2d_X509(w.x, &der);

	is_ok(edoc_memo_new(&memo, &err), &err, "a memo");
	is_ok(ed_cert_parse(der, (size_t)n, "", arena, &a, &err), &err, "parsed");
	ok(a->has_ext_key_usage && a->ext_key_usage_critical && a->ext_key_usage[0] &&
	           !a->ext_key_usage[1],
	   "one critical purpose");
	is_str(a->ext_key_usage[0], "1.3.6.1.5.5.7.3.8", "time-stamping");
	ok(a->no_check && a->short_term && !a->names_revocation, "nocheck, short-term");
	is_str(a->key_text, "P-256", "its key");
	is_int(a->signed_with, ED_SHA256, "signed with");
	is_ok(ed_cert_of(v.x, "", arena, &b, &err), &err, "another");
	ok(!b->ext_key_usage_critical && b->ext_key_usage[1] && !b->no_check && !b->short_term,
	   "two purposes, not critical");
	ed_cert_clear(b);
	is_ok(ed_cert_parse_memo(memo, der, (size_t)n, NULL, "", arena, &b, &err), &err, "kept");
	is_ok(ed_cert_parse_memo(memo, der, (size_t)n, b->sha256, "", arena, &c, &err), &err,
	      "found again");
	ok(b->x509 == c->x509 && b->subject == c->subject, "the same");
	edoc_memo_free(memo);
	ed_cert_clear(b);
	is_str(c->subject, a->subject, "lives on without memo and twin");
	ed_cert_clear(c);
	ed_cert_clear(a);
	is_ok(ed_cert_parse_memo(NULL, der, (size_t)n, NULL, "", arena, &c, &err), &err, "no memo");
	ed_cert_clear(c);
	fails(ed_cert_parse_memo(NULL, der, (size_t)n - 1, NULL, "w", arena, &c, &err),
	      EDOC_ERR_INPUT, &err, "w", "cut");
	OPENSSL_free(der);
	ed_arena_free(arena);
	who_free(&root);
	who_free(&w);
	who_free(&v);
}

int main(void)
{
	several_ways();
	constraints();
	lengths();
	maze();
	weird_keys();
	huge_keys();
	twice();
	services();
	facts();
	return done();
}
