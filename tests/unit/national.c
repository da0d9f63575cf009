/* SPDX-License-Identifier: ISC */
/*
 * Certificates, CRLs and OCSP answers with algorithms that are not known here
 * are read all the same: an unknown key is a fact.  They are others' files:
 * without ../shared/corpora/national this is skipped.
 */
#include "../tap.h"

#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "trust/chain.h"
#include "trust/revocation.h"

static char root[4096];

struct seen {
	struct ed_arena *arena;
	struct ed_cert *cert;
};

static enum edoc_code keep(void *arg, X509 *x509, struct edoc_error *err)
{
	struct seen *seen = arg;

	ed_cert_clear(seen->cert);
	return ed_cert_of(x509, "", seen->arena, &seen->cert, err);
}

static bool slurp(const char *name, struct ed_buf *bytes)
{
	struct edoc_error err = {0};
	char path[8192];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	ed_buf_init(bytes, ED_MAX_KEY_FILE);
	return is_ok(ed_read_path(path, bytes, &err), &err, name);
}

static struct ed_cert *cert(const char *name, struct ed_arena *arena)
{
	struct seen seen = {.arena = arena};
	struct edoc_error err = {0};
	struct ed_buf bytes;

	if (slurp(name, &bytes))
		is_ok(ed_certs_read(bytes.data, bytes.len, name, keep, &seen, &err), &err,
		      "parses");
	ed_buf_clear(&bytes);
	return seen.cert;
}

static void reads(const char *name, const char *in_subject, bool known_key)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_cert *c = cert(name, arena);

	ok(c && strstr(c->subject, in_subject), "its subject holds %s", in_subject);
	ok(c && (c->key_bits > 0) == known_key && c->not_before < c->not_after, "its key: %s",
	   c ? c->key_text : "");
	ed_cert_clear(c);
	ed_arena_free(arena);
}

/* The issuer is there, but what it signed with cannot be calculated. */
static void unknown_algorithm(const char *leaf_name, const char *issuer_name)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_cert *leaf = cert(leaf_name, arena), *issuer = cert(issuer_name, arena);
	const struct ed_chains *chains = NULL;
	struct edoc_trust *trust = NULL;
	struct ed_material none;
	struct ed_pool *pool = NULL;
	struct edoc_error err = {0};
	struct ed_buf bytes;

	is_ok(edoc_trust_new(&trust, &err), &err, "trust");
	if (slurp(issuer_name, &bytes))
		is_ok(edoc_trust_add_memory(trust, bytes.data, bytes.len, EDOC_FOR_ALL, &err), &err,
		      "the issuer is trusted");
	ed_buf_clear(&bytes);
	ed_material_init(&none, arena);
	is_ok(ed_pool_new(&none, trust, arena, &pool, &err), &err, "a pool");
	if (leaf && issuer &&
	    is_ok(ed_chains_build(pool, leaf, EDOC_FOR_SIGN, NULL, "", &chains, &err), &err,
	          "asked"))
		is_str(chains->v[0].findings.v[0].code, "chain.unknown-algorithm",
		       "not forged, but not known");
	ed_pool_free(pool);
	edoc_trust_free(trust);
	ed_cert_clear(leaf);
	ed_cert_clear(issuer);
	ed_arena_free(arena);
}

static void evidence(const char *name, enum ed_material_kind kind, const char *leaf_name,
                     const char *issuer_name, const char *code)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_cert *leaf = cert(leaf_name, arena), *issuer = cert(issuer_name, arena);
	const struct ed_revocations *r = NULL;
	struct ed_pool *pool = NULL;
	struct edoc_error err = {0};
	struct ed_material m;
	struct ed_buf bytes;

	ed_material_init(&m, arena);
	if (slurp(name, &bytes))
		is_ok(ed_material_add(&m, kind, bytes.data, bytes.len, name, NULL, &err), &err,
		      name);
	ed_buf_clear(&bytes);
	is_ok(ed_pool_new(&m, NULL, arena, &pool, &err), &err, "a pool");
	if (leaf && issuer &&
	    is_ok(ed_revocation_about(pool, leaf, issuer, "", &r, &err), &err, "asked"))
		is_str(r->findings.n ? r->findings.v[0].code : "", code, "what comes of it");
	ok(r && r->n == 0, "nothing is believed");
	ed_pool_free(pool);
	ed_cert_clear(leaf);
	ed_cert_clear(issuer);
	ed_arena_free(arena);
}

int main(void)
{
	const char *src = getenv("SRCDIR");
	char path[8192];

	snprintf(root, sizeof(root), "%s/../shared/corpora/national", src ? src : ".");
	snprintf(path, sizeof(path), "%s/uz/root-2016.cer", root);
	if (access(path, R_OK)) {
		printf("ok 1 # SKIP national certificates: no %s\n1..1\n", path);
		return 0;
	}
	reads("uz/root-2016.cer", "O=", false);
	reads("kz/ceo_valid_sign_2004_gost.cer", "CN=", false);
	reads("kz/nca_gost2015_test.cer", "CN=", false);
	reads("kz/nca_gost_test.crt", "CN=", false);
	reads("kz/nca_rsa_test.crt", "CN=", true);
	reads("ru/root256_cert.pem", "CN=", false);
	reads("ru/sender256_cert.pem", "CN=", false);
	unknown_algorithm("kz/ceo_valid_sign_2004_gost.cer", "kz/nca_gost_test.crt");
	unknown_algorithm("ru/sender256_cert.pem", "ru/root256_cert.pem");
	evidence("kz/nca_gost_test.crl", ED_CRL, "kz/ceo_valid_sign_2004_gost.cer",
	         "kz/nca_gost_test.crt", "revocation.unknown-algorithm");
	evidence("kz/nca_gost2022_test.crl", ED_CRL, "kz/nca_gost2015_test.cer",
	         "kz/nca_gost2015_test.cer", "");
	evidence("kz/ocsp_response_individual_2015.bin", ED_OCSP, "kz/nca_gost2015_test.cer",
	         "kz/nca_gost2015_test.cer", "");
	return done();
}
