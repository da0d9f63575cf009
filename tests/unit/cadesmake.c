/* SPDX-License-Identifier: ISC */
/* CAdES baseline B made: read by ourselves, then by openssl. */
#include "cadeskit.h"

#include <unistd.h>

#include "base/limits.h"
#include "base/time.h"

#define AT 1780000000
static const char hello[] = "Salom, dunyo!\n";
#define N_HELLO (sizeof(hello) - 1)

static enum ed_hash hash_of(const struct edoc_key *key)
{
	struct ed_sigalg a;

	return ed_key_sigalg(key, &a) ? a.hash : ED_HASH_NONE;
}

static struct ed_cades_spec spec_of(const struct edoc_key *key, bool detached)
{
	static unsigned char digest[ED_HASH_MAX];
	struct ed_cades_spec s = {.words = {.key = key, .at = AT}, .hash = hash_of(key)};

	if (detached) {
		ed_hash_bytes(s.hash, hello, N_HELLO, digest);
		s.digest = digest;
	} else {
		s.content = hello;
		s.content_len = N_HELLO;
	}
	return s;
}

static struct bytes make(const struct ed_cades_spec *s, const char *what)
{
	struct edoc_error err = {0};
	struct ed_buf der;
	struct bytes b = none();

	ed_buf_init(&der, 1 << 20);
	if (is_ok(ed_cades_make(s, &der, &err), &err, what))
		b = raw(der.data, der.len);
	ed_buf_clear(&der);
	return b;
}

static struct kit_result read_made(struct bytes b, bool detached)
{
	static struct kit_files files;

	files = (struct kit_files){.v = {raw(hello, N_HELLO)}, .n = 1};
	return detached ? read_with(b, &files, ED_NO_DATA) : read_cades(b);
}

static void sound(const struct kit_result *r, size_t n, const char *what)
{
	ok(r->rc == EDOC_OK && r->cades.n == n, "%s: read", what);
	for (size_t i = 0; i < r->cades.n; i++) {
		const struct ed_ades *a = &r->cades.sigs[i];

		ok(a->intact_data && a->intact_signature && a->bound && a->signer, "%s: right (%s)",
		   what, a->id);
		is_str(a->level, "CAdES-BASELINE-B", "... baseline B");
		ok(a->findings.n == 0, "... nothing to say");
		for (size_t k = 0; k < a->findings.n; k++)
			printf("# %s %s\n", a->findings.v[k].code,
			       a->findings.v[k].args[0] ? a->findings.v[k].args[0] : "");
	}
}

/* ---- openssl ---------------------------------------------------------------- */

static char dir[] = "/tmp/edoc-cadesmake.XXXXXX";

static void put(const char *name, const void *p, size_t n)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (!f || fwrite(p, 1, n, f) != n || fclose(f))
		printf("Bail out! cannot write %s\n", path);
}

static bool openssl_takes(struct bytes b, bool detached, const char *content, const char *root)
{
	char cmd[8192];

	put("x.p7m", b.p, b.n);
	put("content", content, strlen(content));
	snprintf(cmd, sizeof cmd,
	         "cd %s && openssl cms -verify -binary -cades %s -inform DER -in x.p7m "
	         "-CAfile %s -no_check_time -out out 2>log && cmp out content",
	         dir, detached ? "-content content" : "", root);
	return !system(cmd);
}

static bool openssl_says(struct bytes b, bool detached, const char *content)
{
	return openssl_takes(b, detached, content, pki("root.pem"));
}

/* ---- what is made ------------------------------------------------------------ */

static void by_key(const struct edoc_key *key)
{
	for (int detached = 0; detached < 2; detached++) {
		const char *what = detached ? "detached" : "attached";
		struct ed_cades_spec s = spec_of(key, detached);
		struct bytes b = make(&s, edoc_key_subject(key));
		struct kit_result r = read_made(b, detached);
		struct ed_ber e;

		sound(&r, 1, what);
		if (r.cades.n == 1) {
			is_str(r.cades.sigs->packaging, what, "... packaging");
			is_int(r.cades.sigs->claimed_time, AT, "... signing-time");
			is_int((int64_t)r.cades.sigs->n_material,
			       sk_X509_num(ed_key_chain(key)) + 1, "... certificates");
			ok(!r.cades.sigs->role && !r.cades.sigs->place &&
			           !r.cades.sigs->commitment && r.cades.sigs->n_stamps == 0,
			   "... no words that nobody said");
		}
		ok(ed_ber_one(b.p, b.n, &e) && ed_ber_is_der(&e, true), "%s: DER", what);
		ok(openssl_says(b, detached, hello), "%s: openssl takes it", what);
		if (detached)
			ok(!openssl_says(b, detached, "Salom!\n"), "... not for another content");
		forget(&r);
	}
}

/* Keys of all kinds, made on the spot; RSA by PSS as well. */
static struct edoc_key *new_key(const char *name, const char *kind)
{
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};
	char cmd[1024], path[256];

	snprintf(cmd, sizeof cmd,
	         "cd %s && openssl genpkey -quiet %s -out %s.key 2>log || openssl genpkey %s -out "
	         "%s.key 2>log && openssl req -x509 -new -key %s.key -subj /CN=%s -days 20000 "
	         "-addext keyUsage=digitalSignature,keyCertSign -out %s.crt 2>log && cat %s.crt "
	         ">>%s.key",
	         dir, kind, name, kind, name, name, name, name, name, name);
	if (!ok(!system(cmd), "a key: %s", name))
		return NULL;
	snprintf(path, sizeof path, "%s/%s.key", dir, name);
	is_ok(edoc_key_load(path, NULL, NULL, say_edoc, NULL, &key, &err), &err, name);
	return key;
}

/* Arithmetic by openssl where its CMS does not know the algorithm (RFC 8419). */
static bool pkeyutl_takes(struct bytes b, const char *name)
{
	struct kit_result r = {0};
	struct ed_cms cms;
	struct ed_ber set;
	char cmd[1024];

	ed_material_init(&r.material, arena);
	if (ed_cms_read(b.p, b.n, "x", &r.material, arena, &cms, &r.err) || cms.n_signers != 1)
		return false;
	set = cms.signers[0].signed_attrs;
	put("attrs", set.whole, set.whole_len);
	put("value", cms.signers[0].value, cms.signers[0].value_len);
	snprintf(cmd, sizeof cmd,
	         "cd %s && printf '\\061' | dd of=attrs bs=1 conv=notrunc 2>log && openssl x509 "
	         "-in %s.crt -pubkey -noout >pub && openssl pkeyutl -verify -rawin -pubin -inkey "
	         "pub -in attrs -sigfile value >log 2>&1",
	         dir, name);
	return !system(cmd);
}

static void by_kind(const char *name, const char *kind, enum ed_sig_kind sig, enum ed_hash h,
                    bool pss)
{
	struct edoc_key *key = new_key(name, kind);
	struct edoc_error err = {0};

	if (!key)
		return;
	if (pss)
		is_ok(edoc_key_use_pss(key, &err), &err, "padded by PSS");
	for (int detached = 0; detached < 2; detached++) {
		struct ed_cades_spec s = spec_of(key, detached);
		struct bytes b = make(&s, name);
		struct kit_result r = read_made(b, detached);
		char cmd[1024];

		sound(&r, 1, name);
		ok(r.cades.n == 1 && r.cades.sigs->alg.kind == sig && r.cades.sigs->alg.hash == h,
		   "... by the algorithm that it should be");
		snprintf(cmd, sizeof cmd, "cp %s/%s.crt %s/root.pem", dir, name, dir);
		ok(!system(cmd) &&
		           (sig == ED_SIG_EDDSA ? pkeyutl_takes(b, name)
		                                : openssl_takes(b, detached, hello, "root.pem")),
		   "... openssl takes it");
		forget(&r);
	}
	edoc_key_free(key);
}

static void kinds(void)
{
	by_kind("p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521", ED_SIG_ECDSA, ED_SHA512,
	        false);
	by_kind("bp384", "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1", ED_SIG_ECDSA,
	        ED_SHA384, false);
	by_kind("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", ED_SIG_RSA, ED_SHA256,
	        false);
	by_kind("rsapss", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", ED_SIG_PSS, ED_SHA256,
	        true);
	by_kind("pssonly", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", ED_SIG_PSS,
	        ED_SHA256, false);
	by_kind("ed25519", "-algorithm ED25519", ED_SIG_EDDSA, ED_SHA512, false);
	by_kind("ed448", "-algorithm ED448", ED_SIG_EDDSA, ED_SHAKE256, false);
}

/* ---- what the signer says ------------------------------------------------------ */

static const char *const roles[] = {"Бош ҳисобчи", "Deputy", NULL};

static void words(void)
{
	struct edoc_sign_place place = {.street = "Istiqlol 5",
	                                .city = "Toshkent",
	                                .region = "Yunusobod",
	                                .postal_code = "100000",
	                                .country = "UZ"};
	struct edoc_sign_policy policy = {.id = "urn:oid:1.2.3.4.5",
	                                  .url = "https://example.org/p"};
	struct ed_cades_spec s = spec_of(anvar, false);
	struct bytes stamp = token(raw(hello, N_HELLO), "20260528202640Z", none()), b, pol;
	unsigned char imprint[ED_HASH_MAX];
	const struct ed_ades *a;
	struct kit_result r;
	char path[256];

	put("policy", "be honest", 9);
	snprintf(path, sizeof path, "%s/policy", dir);
	policy.path = path;
	ok(ed_cades_content_imprint(&s, ED_SHA256, imprint) &&
	           !memcmp(imprint, hash(ED_SHA256, raw(hello, N_HELLO)).p, 32),
	   "what a content-time-stamp is to be over");
	s.words.roles = roles;
	s.words.commitment = "approval";
	s.words.place = &place;
	s.words.policy = &policy;
	s.words.content_token = stamp.p;
	s.words.content_token_len = stamp.n;
	s.media_type = "text/plain";
	b = keep("made-words.p7m", make(&s, "all that can be said"));
	r = read_made(b, false);
	sound(&r, 1, "words");
	if (r.cades.n == 1) {
		a = r.cades.sigs;
		/* of one SET OF: in the order of their octets */
		is_str(a->role, "Deputy; Бош ҳисобчи", "roles");
		is_str(a->commitment, "approval", "commitment");
		is_str(a->place, "UZ, Toshkent, Istiqlol 5, Yunusobod, 100000", "place");
		is_str(a->policy_id, "1.2.3.4.5", "policy");
		is_str(a->policy_url, "https://example.org/p", "where it is");
		pol = hash(ED_SHA384, raw("be honest", 9));
		ok(a->policy_hash == ED_SHA384 && a->policy_digest_len == pol.n &&
		           !memcmp(a->policy_digest, pol.p, pol.n),
		   "its digest, by the key's algorithm");
		ok(a->n_formats == 1 && !strcmp(a->formats[0].media_type, "text/plain"),
		   "media type");
		ok(a->n_stamps == 1 && a->stamps[0].kind == ED_STAMP_CONTENT &&
		           a->stamps[0].intact && a->stamps[0].tst.intact,
		   "content-time-stamp over the content");
		ok(a->n_stamps == 1 && a->stamps[0].tst.len == stamp.n &&
		           !memcmp(a->stamps[0].tst.der, stamp.p, stamp.n),
		   "... the token's own bytes");
	}
	ok(openssl_says(b, false, hello), "openssl takes it");
	forget(&r);
	place = (struct edoc_sign_place){.country = "TJ"};
	s = spec_of(zarina, true);
	s.words.place = &place;
	r = read_made(make(&s, "a country alone"), true);
	is_str(r.cades.n ? r.cades.sigs->place : NULL, "TJ", "... is read");
	forget(&r);
}

static void times(void)
{
	static const int64_t at[] = {2524607999,
	                             2524608000}; /* the last of 2049, the first of 2050 */
	struct ed_cades_spec s = spec_of(zarina, true);
	struct kit_result r;

	for (size_t i = 0; i < 2; i++) {
		s.words.at = at[i];
		r = read_made(make(&s, "a time"), true);
		is_int(r.cades.n ? r.cades.sigs->claimed_time : 0, at[i], "... is read");
		forget(&r);
	}
}

static void sizes(void)
{
	size_t n = ED_MAX_CMS_CONTENT + 1;
	struct ed_cades_spec s = spec_of(zarina, false);
	struct edoc_error err = {0};
	struct kit_result r;
	struct ed_buf der;
	char *big = calloc(1, n);

	ed_buf_init(&der, 2 * ED_MAX_CMS_CONTENT);
	s.content = big;
	s.content_len = 0;
	r = read_cades(make(&s, "nothing attached"));
	ok(r.cades.n == 1 && r.cades.sigs->intact_data && r.cades.content_len == 0, "... is read");
	forget(&r);
	s.content_len = n;
	fails(ed_cades_make(&s, &der, &err), EDOC_ERR_LIMIT, &err, "detached",
	      "too large to attach");
	ok(der.len == 0, "... and nothing was written");
	s.content_len = 8 << 20;
	is_ok(ed_cades_make(&s, &der, &err), &err, "8 MiB attached");
	r = read_cades(raw(der.data, der.len));
	ok(r.cades.n == 1 && r.cades.sigs->intact_data && r.cades.content_len == 8 << 20,
	   "... is read");
	forget(&r);
	ed_buf_clear(&der);
	ed_buf_init(&der, 100);
	fails(ed_cades_make(&s, &der, &err), EDOC_ERR_LIMIT, &err, "", "no room");
	ed_buf_clear(&der);
	free(big);
}

static void refuses(struct ed_cades_spec s, enum edoc_code code, const char *word, const char *what)
{
	struct edoc_error err = {0};
	struct ed_buf der;

	ed_buf_init(&der, 1 << 20);
	fails(ed_cades_make(&s, &der, &err), code, &err, word, what);
	ok(der.len == 0, "... and nothing was written");
	ed_buf_clear(&der);
}

static void refusals(void)
{
	struct edoc_sign_policy policy = {.id = "https://example.org/policy", .path = pki("pass")};
	struct edoc_sign_place nowhere = {0};
	const char *const odd[] = {"a\nb", NULL};
	struct ed_cades_spec s = spec_of(zarina, true);

	s.hash = ED_SHA512;
	refuses(s, EDOC_ERR_BUG, "digest", "a digest of another algorithm than the key's");
	s = spec_of(zarina, true);
	s.words.policy = &policy;
	refuses(s, EDOC_ERR_USAGE, "OID", "a policy named by a URI");
	policy.id = "1.2.3";
	policy.path = "/nonexistent";
	refuses(s, EDOC_ERR_ABSENT, "", "a policy whose file is not there");
	s = spec_of(zarina, true);
	s.words.roles = odd;
	refuses(s, EDOC_ERR_USAGE, "role", "a role of two lines");
	s = spec_of(zarina, true);
	s.words.commitment = "love";
	refuses(s, EDOC_ERR_USAGE, "commitment", "a commitment that is none");
	s = spec_of(zarina, true);
	s.words.place = &nowhere;
	refuses(s, EDOC_ERR_USAGE, "place", "a place without parts");
	s = spec_of(zarina, true);
	s.words.commitment = "approval";
	s.words.ledger_head = "sha256:00";
	refuses(s, EDOC_ERR_USAGE, "ledger", "the head of a ledger");
	s = spec_of(zarina, true);
	s.words.at = INT64_MAX;
	refuses(s, EDOC_ERR_USAGE, "9999", "a time past the year 9999");
}

int main(void)
{
	char cmd[64];

	kit_open();
	if (!mkdtemp(dir))
		return 1;
	by_key(zarina);
	by_key(farrukh);
	by_key(anvar);
	kinds();
	words();
	times();
	sizes();
	refusals();
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	ok(!system(cmd), "cleaned");
	kit_close();
	return done();
}
