/* SPDX-License-Identifier: ISC */
/* Trust folders, and from a certificate to an anchor, as the judge goes. */
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "base/io.h"
#include "judge/certificate.h"
#include "trust/anchors.h"

#define Y2026 1780000000 /* 2026-05-28 */
#define Y2025 1735732800 /* 2025-01-01T12:00:00Z */
#define Y2061 2871763200
#define Y2068 3100000000

static char dir[] = "/tmp/edoc-chain.XXXXXX";

static const char *pki(const char *name)
{
	static char path[4][4096];
	static int turn;
	const char *src = getenv("SRCDIR");

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/testdata/pki/%s", src ? src : ".", name);
	return path[turn];
}

static int say_edoc(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	return snprintf(buf, size, "edoc");
}

static struct edoc_trust *trusting(const char *file, unsigned purposes)
{
	struct edoc_trust *trust = NULL;
	struct edoc_error err = {0};

	is_ok(edoc_trust_new(&trust, &err), &err, "trust");
	if (file)
		is_ok(edoc_trust_add(trust, pki(file), purposes, &err), &err, file);
	return trust;
}

/* What comes of a signer's certificate: the codes in order. */
struct outcome {
	char codes[256], args[512];
};

static void note(struct outcome *o, const struct ed_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		const struct edoc_finding *f = &findings->v[i];
		size_t used = strlen(o->codes), argd = strlen(o->args);

		snprintf(o->codes + used, sizeof(o->codes) - used, "%s%s", used ? " " : "",
		         f->code);
		snprintf(o->args + argd, sizeof(o->args) - argd, "%s|%s|", f->args[0], f->args[1]);
	}
}

/* Under the strict policy. */
static void judge(struct ed_cert *leaf, STACK_OF(X509) *embedded, const struct edoc_trust *trust,
                  unsigned purpose, int64_t at, struct ed_arena *arena, struct outcome *o)
{
	struct edoc_verify_options options = {.at = at, .trust = trust};
	struct edoc_policy *policy = NULL;
	struct edoc_error err = {0};
	struct ed_findings findings;

	ed_findings_init(&findings, arena);
	if (is_ok(edoc_policy_builtin("strict", &policy, &err), &err, "a policy")) {
		options.policy = policy;
		is_ok(ed_judge_certificate(leaf, embedded, &options, purpose, "here", arena,
		                           &findings, &err),
		      &err, "judged");
	}
	note(o, &findings);
	edoc_policy_free(policy);
}

static struct outcome check(const char *p12, const struct edoc_trust *trust, unsigned purpose,
                            int64_t at)
{
	struct ed_arena *arena = ed_arena_new();
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};
	struct ed_cert *leaf = NULL;
	struct outcome o = {"", ""};

	if (is_ok(edoc_key_load(pki(p12), NULL, NULL, say_edoc, NULL, &key, &err), &err, p12) &&
	    is_ok(ed_cert_of(ed_key_cert(key), p12, arena, &leaf, &err), &err, "its facts"))
		judge(leaf, ed_key_chain(key), trust, purpose, at, arena, &o);
	ed_cert_clear(leaf);
	edoc_key_free(key);
	ed_arena_free(arena);
	return o;
}

static void gives(const char *p12, const struct edoc_trust *trust, int64_t at, const char *codes,
                  const char *in_args, const char *what)
{
	struct outcome o = check(p12, trust, EDOC_FOR_SIGN, at);

	is_str(o.codes, codes, what);
	ok(strstr(o.args, in_args) != NULL, "its arguments hold \"%s\"", in_args);
}

/* How long the best chain is. */
static size_t length(const char *p12, const struct edoc_trust *trust)
{
	struct ed_arena *arena = ed_arena_new();
	const struct ed_chains *chains = NULL;
	struct ed_material material;
	struct edoc_key *key = NULL;
	struct ed_pool *pool = NULL;
	struct ed_cert *leaf = NULL;
	struct edoc_error err = {0};
	struct ed_buf der;
	size_t n = 0;

	ed_material_init(&material, arena);
	is_ok(edoc_key_load(pki(p12), NULL, NULL, say_edoc, NULL, &key, &err), &err, p12);
	is_ok(ed_cert_of(ed_key_cert(key), p12, arena, &leaf, &err), &err, "its facts");
	for (int i = 0; i < sk_X509_num(ed_key_chain(key)); i++) {
		ed_buf_init(&der, 65536);
		is_ok(ed_cert_der(sk_X509_value(ed_key_chain(key), i), &der, &err), &err, "one");
		is_ok(ed_material_add(&material, ED_CERT, der.data, der.len, "", NULL, &err), &err,
		      "added");
		ed_buf_clear(&der);
	}
	if (is_ok(ed_pool_new(&material, trust, arena, &pool, &err), &err, "a pool") &&
	    is_ok(ed_chains_build(pool, leaf, EDOC_FOR_SIGN, NULL, "", &chains, &err), &err,
	          "its chains"))
		n = chains->v[0].n;
	ed_pool_free(pool);
	ed_cert_clear(leaf);
	edoc_key_free(key);
	ed_arena_free(arena);
	return n;
}

static void chains(void)
{
	struct edoc_trust *trust = trusting("root.pem", EDOC_FOR_ALL);

	gives("zarina.p12", trust, Y2026, "", "", "a good signer");
	gives("farrukh.p12", trust, Y2026, "", "", "RSA");
	gives("deep.p12", trust, Y2026, "", "", "ten certificates");
	is_int((int64_t)length("deep.p12", trust), 10, "are all named");
	is_int((int64_t)length("zarina.p12", trust), 3, "three are named");
	gives("toodeep.p12", trust, Y2026, "chain.constraints", "too long", "eleven are too many");
	gives("stranger.p12", trust, Y2026, "chain.not-found", "Boshqa ildiz markazi",
	      "another root");
	gives("expired.p12", trust, Y2026, "chain.expired", "2025-12-31T00:00:00Z", "expired");
	gives("expired.p12", trust, Y2025, "", "", "not expired then");
	gives("zarina.p12", trust, Y2025, "chain.not-yet-valid", "2026-01-01T00:00:00Z",
	      "not valid yet then");
	gives("future.p12", trust, Y2026, "chain.not-yet-valid", "2060-01-01T00:00:00Z",
	      "begins in the future");
	gives("future.p12", trust, Y2061, "", "", "the future has begun");
	gives("zarina.p12", trust, Y2068, "chain.expired", "2066-01-01T00:00:00Z", "long after");
	gives("unfit.p12", trust, Y2026, "key-usage.unfit", "keyEncipherment", "not for signing");
	gives("crl.p12", trust, Y2026, "revocation.not-checked", "рӯйхати бозхонд",
	      "names a revocation list");
	gives("crl.p12", trust, Y2068, "chain.expired", "рӯйхати", "expired, revocation is idle");
	gives("notca.p12", trust, Y2026, "chain.constraints", "Имзокунанда",
	      "issued by a person (no keyCertSign)");
	gives("noca.p12", trust, Y2026, "chain.constraints", "Бе нишони марказ",
	      "issued without basicConstraints");
	gives("weak.p12", trust, Y2026, "algorithm.key", "RSA-1024", "a weak key is not accepted");
	is_str(check("unfit.p12", trust, EDOC_FOR_TSA, Y2026).codes, "",
	       "who may sign documents is not asked of a time-stamp's certificate");
	is_str(check("unfit.p12", trust, EDOC_FOR_ROUTE, Y2026).codes, "key-usage.unfit",
	       "but of a desk's");
	edoc_trust_free(trust);
}

static void trusts(void)
{
	struct edoc_trust *trust = trusting(NULL, 0);

	gives("zarina.p12", trust, Y2026, "chain.not-found", "Маркази аслии", "nobody is trusted");
	gives("zarina.p12", NULL, Y2026, "chain.not-found", "Маркази аслии", "no trust at all");
	gives("expired.p12", trust, Y2026, "chain.not-found chain.expired", "2025-12-31",
	      "nobody is trusted, and it has expired");
	edoc_trust_free(trust);
	trust = trusting("other-root.pem", EDOC_FOR_ALL);
	gives("zarina.p12", trust, Y2026, "chain.not-found", "Маркази аслии", "the wrong root");
	gives("stranger.p12", trust, Y2026, "", "", "its own root");
	edoc_trust_free(trust);
	trust = trusting("ca.pem", EDOC_FOR_ALL);
	is_int((int64_t)edoc_trust_count(trust), 0, "an authority below a root is no anchor");
	gives("zarina.p12", trust, Y2026, "chain.not-found", "Маркази аслии", "without the root");
	edoc_trust_free(trust);
	trust = trusting("root.pem", EDOC_FOR_TSA | EDOC_FOR_ROUTE);
	gives("zarina.p12", trust, Y2026, "chain.not-found", "", "trusted for other things");
	is_str(check("zarina.p12", trust, EDOC_FOR_ROUTE, Y2026).codes, "", "for those it is");
	edoc_trust_free(trust);
	trust = trusting("desk-justice.crt", EDOC_FOR_ROUTE);
	is_str(check("desk-justice.pem", trust, EDOC_FOR_ROUTE, Y2026).codes, "",
	       "a desk's own certificate");
	is_str(check("desk-finance.pem", trust, EDOC_FOR_ROUTE, Y2026).codes, "chain.not-found",
	       "another desk's");
	edoc_trust_free(trust);
}

/* A wrong signature under a right name */
static void forged(void)
{
	struct edoc_trust *trust = trusting("root.pem", EDOC_FOR_ALL);
	struct ed_arena *arena = ed_arena_new();
	struct edoc_error err = {0};
	struct edoc_key *key = NULL;
	struct ed_cert *leaf = NULL;
	struct outcome o = {"", ""};
	struct ed_buf der;

	ed_buf_init(&der, 65536);
	is_ok(edoc_key_load(pki("zarina.pem"), NULL, NULL, NULL, NULL, &key, &err), &err, "a key");
	is_ok(ed_cert_der(ed_key_cert(key), &der, &err), &err, "its certificate");
	der.data[der.len - 1] ^= 1;
	is_ok(ed_cert_parse(der.data, der.len, "", arena, &leaf, &err), &err,
	      "with a bad signature");
	judge(leaf, ed_key_chain(key), trust, EDOC_FOR_SIGN, Y2026, arena, &o);
	is_str(o.codes, "chain.signature", "not trusted, one finding");
	ed_cert_clear(leaf);
	ed_buf_clear(&der);
	edoc_key_free(key);
	edoc_trust_free(trust);
	ed_arena_free(arena);
}

/* CVE-2020-0601: the authority signed it, the curve is the signer's invention. */
static void explicit_curve(void)
{
	struct edoc_trust *trust = trusting("root.pem", EDOC_FOR_ALL);
	struct ed_arena *arena = ed_arena_new();
	struct edoc_error err = {0};
	struct ed_cert *leaf = NULL;
	struct outcome o = {"", ""};
	struct ed_buf der;
	char text[ED_PKEY_TEXT];

	is_ok(edoc_trust_add(trust, pki("ca.pem"), EDOC_FOR_ALL, &err), &err, "with its authority");
	ed_buf_init(&der, 65536);
	is_ok(ed_read_path(pki("../fuzz/cert/explicit.der"), &der, &err), &err, "explicit.der");
	is_ok(ed_cert_parse(der.data, der.len, "", arena, &leaf, &err), &err, "parses");
	judge(leaf, NULL, trust, EDOC_FOR_SIGN, Y2026, arena, &o);
	is_str(o.codes, "chain.constraints algorithm.key", "not trusted, nor accepted");
	ok(!strncmp(o.args, leaf->subject, strlen(leaf->subject)), "about the signer");
	ok(ed_pkey_explicit_curve(ed_cert_key(leaf)), "for its curve");
	is_int(ed_pkey_type(ed_cert_key(leaf)), ED_KEY_OTHER, "which is none of ours");
	ed_pkey_text(ed_cert_key(leaf), text);
	is_str(text, "EC on a curve given by numbers", "in words");
	ed_cert_clear(leaf);
	ed_buf_clear(&der);
	edoc_trust_free(trust);
	ed_arena_free(arena);
}

static void copy(const char *from, const char *to)
{
	struct edoc_error err = {0};
	struct ed_buf bytes;
	char path[256];

	ed_buf_init(&bytes, 1 << 20);
	snprintf(path, sizeof(path), "%s/%s", dir, to);
	if (ed_read_path(pki(from), &bytes, &err) != EDOC_OK ||
	    ed_write_file(path, bytes.data, bytes.len, true, &err) != EDOC_OK)
		printf("Bail out! %s: %s\n", err.where, err.msg);
	ed_buf_clear(&bytes);
}

static void folders(void)
{
	struct edoc_trust *trust = NULL;
	struct edoc_anchor anchor;
	struct edoc_error err = {0};
	char sub[256];

	is_ok(edoc_trust_new(&trust, &err), &err, "trust");
	fails(edoc_trust_add(trust, dir, EDOC_FOR_ALL, &err), EDOC_ERR_ABSENT, &err, dir,
	      "an empty folder");
	copy("pass", "notes.txt");
	copy("root.pem", ".hidden.pem");
	fails(edoc_trust_add(trust, dir, EDOC_FOR_ALL, &err), EDOC_ERR_ABSENT, &err, dir,
	      "a folder with other files");
	copy("zarina.der", "z.DER");
	is_ok(edoc_trust_add(trust, dir, EDOC_FOR_ALL, &err), &err, "a helper is a certificate");
	is_int((int64_t)edoc_trust_count(trust), 0, "but no anchor");
	copy("root.pem", "root.pem");
	copy("ca.pem", "ca.crt");
	snprintf(sub, sizeof(sub), "%s/directory", dir);
	is_int(mkdir(sub, 0700), 0, "a sub-folder");
	copy("other-root.pem", "directory/other.cer");
	snprintf(sub, sizeof(sub), "%s/elsewhere", dir);
	is_int(mkdir(sub, 0700), 0, "a sub-folder without a meaning");
	copy("desk-finance.crt", "elsewhere/desk.crt");
	is_ok(edoc_trust_add(trust, dir, EDOC_FOR_SIGN | EDOC_FOR_DIRECTORY, &err), &err,
	      "the whole folder");
	is_int((int64_t)edoc_trust_count(trust), 2, "two anchors");
	ok(edoc_trust_anchor(trust, 0, &anchor), "the first");
	is_str(anchor.subject, "CN=Boshqa ildiz markazi,O=Sinov,C=UZ", "of the sub-folder");
	is_int(anchor.purposes, EDOC_FOR_DIRECTORY, "for the directory only");
	ok(strstr(anchor.source, "directory/other.cer") != NULL, "and where it is from");
	ok(edoc_trust_anchor(trust, 1, &anchor), "the second");
	is_int(anchor.purposes, EDOC_FOR_SIGN | EDOC_FOR_DIRECTORY, "for what was asked");
	is_int((int64_t)strlen(anchor.sha256), 64, "its fingerprint");
	ok(anchor.not_before < Y2025 && anchor.not_after > Y2061, "its dates");
	ok(!edoc_trust_anchor(trust, 2, &anchor), "no third");
	is_ok(edoc_trust_add(trust, pki("root.pem"), EDOC_FOR_TSA, &err), &err, "the root again");
	is_int((int64_t)edoc_trust_count(trust), 2, "is no third either");
	edoc_trust_anchor(trust, 1, &anchor);
	is_int(anchor.purposes, EDOC_FOR_SIGN | EDOC_FOR_DIRECTORY | EDOC_FOR_TSA, "but for more");
	fails(edoc_trust_add(trust, pki("root.pem"), 0, &err), EDOC_ERR_USAGE, &err, "purpose",
	      "for nothing");
	fails(edoc_trust_add(trust, pki("root.pem"), 0x20, &err), EDOC_ERR_USAGE, &err, "purpose",
	      "for something unknown");
	fails(edoc_trust_add(trust, pki("absent"), EDOC_FOR_ALL, &err), EDOC_ERR_ABSENT, &err,
	      "absent", "no such file");
	fails(edoc_trust_add(trust, pki("pass"), EDOC_FOR_ALL, &err), EDOC_ERR_INPUT, &err,
	      "no certificate", "a file without a certificate");
	copy("pass", "bad.pem");
	fails(edoc_trust_add(trust, dir, EDOC_FOR_ALL, &err), EDOC_ERR_INPUT, &err, "bad.pem",
	      "a folder with a bad file names it");
	fails(edoc_trust_add_memory(trust, "x", 1, EDOC_FOR_ALL, &err), EDOC_ERR_INPUT, &err,
	      "no certificate", "bytes that are none");
	edoc_trust_free(trust);
}

int main(void)
{
	char cmd[64];

	if (!mkdtemp(dir))
		return 1;
	chains();
	trusts();
	forged();
	explicit_curve();
	folders();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (system(cmd))
		return 1;
	return done();
}
