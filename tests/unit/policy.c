/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "../tap.h"
#include "base/io.h"
#include "base/time.h"
#include "judge/policy.h"
#include "judge/rules.h"

static char path[] = "/tmp/edoc-policy.XXXXXX";

#define HEAD                                                                                       \
	"format: edoc-policy/1\nname: t\ntitle: T\nissued-by: me\nbasis: none\ndate: 2026-01-02\n"
#define DIGESTS "digests: [SHA-256]\n"
#define KEYS "keys: {rsa-min: 2048, curves: [P-256]}\n"

static enum edoc_code load(const char *yaml, struct edoc_policy **policy, struct edoc_error *err)
{
	if (ed_write_file(path, yaml, strlen(yaml), true, err) != EDOC_OK)
		return EDOC_ERR_BUG;
	return edoc_policy_load(path, policy, err);
}

static void refuses(const char *yaml, enum edoc_code code, const char *place, const char *word)
{
	struct edoc_policy *policy = (struct edoc_policy *)&path;
	struct edoc_error err = {0};

	fails(load(yaml, &policy, &err), code, &err, word, word);
	is_int(err.code, code, "the code stands in the error too");
	ok(strstr(err.where, place) != NULL, "at %s: %s", place, err.where);
	ok(policy == NULL, "and gives nothing");
}

/* Every rule but those that its table marks: a word of any policy to the contrary
 * is refused. */
static void never_lighter(void)
{
	static const char *const never[] = {"revocation.revoked",
	                                    "revocation.revoked-authority",
	                                    "revocation.held",
	                                    "revocation.weak",
	                                    "revocation.out-of-bounds",
	                                    "algorithm.digest",
	                                    "algorithm.digest-ended",
	                                    "algorithm.key",
	                                    "algorithm.scheme",
	                                    "algorithm.certificate",
	                                    "algorithm.certificate-ended",
	                                    "cades.bound-to-another",
	                                    "cades.not-bound",
	                                    "signature.certificate-mismatch",
	                                    "signature.certificate-unbound",
	                                    "timestamp.tsa-purpose",
	                                    "timestamp.unbound",
	                                    "timestamp.order",
	                                    "tsp.bound-to-another",
	                                    "chain.expired",
	                                    "chain.expired-not-revoked",
	                                    "chain.not-yet-valid",
	                                    "chain.not-granted",
	                                    "chain.not-found",
	                                    "chain.signature",
	                                    "chain.constraints",
	                                    "key-usage.unfit",
	                                    "signature.none",
	                                    "signature.repeated",
	                                    "reference.none",
	                                    "reference.absent",
	                                    "container.no-documents",
	                                    "cades.content-missing",
	                                    "record.data-absent"};
	char text[512];

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		ok(ed_rule(never[i]) && !ed_rule(never[i])->weighed, "%s", never[i]);
	}
	for (size_t i = 0; ed_rule_at(i); i++) {
		const struct ed_rule *rule = ed_rule_at(i);
		struct edoc_policy *policy = NULL;
		struct edoc_error err = {0};

		ok(!rule->weighed || rule->indication != EDOC_TOTAL_FAILED,
		   "%s: what fails is not weighed", rule->code);
		snprintf(text, sizeof(text), HEAD DIGESTS KEYS "severity: {%s: warning}\n",
		         rule->code);
		if (rule->weighed)
			is_ok(load(text, &policy, &err), &err, rule->code);
		else
			refuses(text, EDOC_ERR_INPUT, ":9:12", "every policy");
		edoc_policy_free(policy);
	}
}

static void refusals(void)
{
	refuses(DIGESTS KEYS, EDOC_ERR_INPUT, ":1:1", "format");
	refuses("- a\n", EDOC_ERR_INPUT, ":1:1", "map");
	refuses("format: edoc-policy/2\n", EDOC_ERR_VERSION, ":1:9", "edoc-policy/2");
	refuses("format: other/1\n", EDOC_ERR_INPUT, ":1:9", "other/1");
	refuses(HEAD DIGESTS KEYS "more: x\n", EDOC_ERR_INPUT, ":9:1", "more");
	refuses(HEAD KEYS, EDOC_ERR_INPUT, ":1:1", "digests");
	refuses(HEAD DIGESTS, EDOC_ERR_INPUT, ":1:1", "keys");
	refuses(HEAD "digests: []\n" KEYS, EDOC_ERR_INPUT, ":7:10", "at least one");
	refuses(HEAD "digests: SHA-256\n" KEYS, EDOC_ERR_INPUT, ":7:10", "list");
	refuses(HEAD "digests: [SHA256]\n" KEYS, EDOC_ERR_INPUT, ":7:11", "a digest is one of");
	refuses(HEAD "digests: [MD5]\n" KEYS, EDOC_ERR_INPUT, ":7:11", "MD5 is accepted by no");
	refuses(HEAD "digests: [[SHA-256]]\n" KEYS, EDOC_ERR_INPUT, ":7:11", "a digest is one of");
	refuses(HEAD "digests: [SHA-256, SHA-256]\n" KEYS, EDOC_ERR_INPUT, ":7:20", "twice");
	refuses(HEAD "digests: [{name: SHA-1, til: 2030-01-01}]\n" KEYS, EDOC_ERR_INPUT, ":7:25",
	        "til");
	refuses(HEAD "digests: [{name: SHA-1, until: 2030-02-30}]\n" KEYS, EDOC_ERR_INPUT, ":7:32",
	        "YYYY-MM-DD");
	refuses(HEAD "digests: [{until: 2030-02-03}]\n" KEYS, EDOC_ERR_INPUT, ":7:11",
	        "a digest is one of");
	refuses(HEAD DIGESTS "keys: [P-256]\n", EDOC_ERR_INPUT, ":8:7", "map");
	refuses(HEAD DIGESTS "keys: {rsa-min: 512, curves: [P-256]}\n", EDOC_ERR_INPUT,
	        ":8:", "1024");
	refuses(HEAD DIGESTS "keys: {rsa-min: many, curves: [P-256]}\n", EDOC_ERR_INPUT,
	        ":8:", "many");
	refuses(HEAD DIGESTS "keys: {curves: [P-256]}\n", EDOC_ERR_INPUT, ":8:", "rsa-min");
	refuses(HEAD DIGESTS "keys: {rsa-min: 2048}\n", EDOC_ERR_INPUT, ":8:", "curves");
	refuses(HEAD DIGESTS "keys: {rsa-min: 2048, curves: [P-224]}\n", EDOC_ERR_INPUT, ":8:32",
	        "a curve is one of");
	refuses(HEAD DIGESTS "keys: {rsa-min: 2048, curves: [P-256, P-256]}\n", EDOC_ERR_INPUT,
	        ":8:39", "twice");
	refuses(HEAD DIGESTS "keys: {rsa-min: 2048, curves: [P-256], dsa: 1}\n", EDOC_ERR_INPUT,
	        ":8:40", "dsa");
	refuses(HEAD DIGESTS KEYS "severity: [a]\n", EDOC_ERR_INPUT, ":9:11", "map");
	refuses(HEAD DIGESTS KEYS "severity: {chain.nonsense: info}\n", EDOC_ERR_INPUT, ":9:12",
	        "chain.nonsense");
	refuses(HEAD DIGESTS KEYS "severity: {chain.expired: mild}\n", EDOC_ERR_INPUT, ":9:27",
	        "error, warning, info");
	refuses(HEAD DIGESTS KEYS "severity: {container.malformed: info}\n", EDOC_ERR_INPUT,
	        ":9:12", "every policy");
	never_lighter();
	refuses(HEAD DIGESTS KEYS "severity: {internal.memory: warning}\n", EDOC_ERR_INPUT, ":9:12",
	        "every policy");
	refuses("format: edoc-policy/1\nname: t\ntitle: T\nissued-by: me\nbasis: none\n"
	        "date: soon\n" DIGESTS KEYS,
	        EDOC_ERR_INPUT, ":6:7", "YYYY-MM-DD");
	refuses("format: edoc-policy/1\ntitle: T\n" DIGESTS KEYS, EDOC_ERR_INPUT, ":1:1", "name");
	refuses("", EDOC_ERR_INPUT, "", "");
}

static const char *codes(const struct ed_findings *list)
{
	static char s[512];

	s[0] = '\0';
	for (size_t i = 0; i < list->n; i++)
		snprintf(s + strlen(s), sizeof(s) - strlen(s), "%s(%s,%s) ", list->v[i].code,
		         list->v[i].args[0], list->v[i].args[1] ? list->v[i].args[1] : "");
	return s;
}

static void digests(void)
{
	struct ed_arena *arena = ed_arena_new();
	struct edoc_policy *policy = NULL;
	struct edoc_error err = {0};
	struct ed_findings list;
	int64_t end;

	ed_findings_init(&list, arena);
	ok(ed_time_parse("2030-01-01T00:00:00Z", &end), "a moment");
	is_ok(load(HEAD "digests: [SHA-256, {name: SHA-1, until: 2029-12-31}]\n" KEYS
	                "severity: {revocation.stale: warning, document.partly-covered: info, "
	                "container.malformed: error}\n",
	           &policy, &err),
	      &err, "a policy with a last day");
	if (!policy)
		return;
	is_str(edoc_policy_name(policy), "t", "its name");
	ed_policy_hash(policy, ED_SHA256, INT64_MAX - 1, "", &list);
	ed_policy_hash(policy, ED_SHA1, end - 1, "", &list);
	ed_policy_hash(policy, ED_SHA1, INT64_MIN + 1, "", &list);
	is_str(codes(&list), "", "accepted: for ever, on the last day, long before");
	ed_policy_hash(policy, ED_SHA1, end, "", &list);
	is_str(codes(&list), "algorithm.digest-ended(SHA-1,2029-12-31) ", "not on the day after");
	ed_policy_hash(policy, ED_SHA384, end, "", &list);
	ed_policy_hash(policy, ED_HASH_NONE, end, "", &list);
	is_int((int64_t)list.n, 3, "nor what is not named");
	is_int(ed_policy_severity(policy, "revocation.stale", EDOC_ERROR), EDOC_WARNING, "weighed");
	is_int(ed_policy_severity(policy, "document.partly-covered", EDOC_ERROR), EDOC_INFO,
	       "weighed");
	is_int(ed_policy_severity(policy, "chain.not-found", EDOC_ERROR), EDOC_ERROR,
	       "not weighed");
	edoc_policy_free(policy);
	ed_arena_free(arena);
}

static int say_edoc(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	return snprintf(buf, size, "edoc");
}

static void key(const struct edoc_policy *policy, const char *file, const char *want)
{
	struct ed_arena *arena = ed_arena_new();
	const char *src = getenv("SRCDIR");
	struct edoc_key *k = NULL;
	struct edoc_error err = {0};
	struct ed_findings list;
	char name[4096];

	ed_findings_init(&list, arena);
	snprintf(name, sizeof(name), "%s/testdata/pki/%s", src ? src : ".", file);
	is_ok(edoc_key_load(name, NULL, NULL, say_edoc, NULL, &k, &err), &err, file);
	if (k)
		ed_policy_key(policy, ed_key_pkey(k), 0, "", &list);
	is_str(codes(&list), want, file);
	edoc_key_free(k);
	ed_arena_free(arena);
}

static void links_of(const struct edoc_policy *policy, const struct ed_chain *c,
                     struct ed_findings *list)
{
	for (size_t i = 0; i < c->n; i++)
		ed_policy_link(policy, c, i, 0, "", list);
}

static void chain(const struct edoc_policy *policy)
{
	struct ed_chain_link links[3] = {
	        {ED_SHA256, ED_KEY_RSA, 1024, "RSA-1024"}, /* the leaf's key: ed_policy_key() */
	        {ED_SHA384, ED_KEY_EC_P256, 256, "P-256"},
	        {ED_SHA1, ED_KEY_RSA, 2048, "RSA-2048"},
	};
	const char *subjects[] = {"leaf", "ca", "root"};
	struct ed_chain c = {.subjects = subjects, .links = links, .n = 3, .trusted = true};
	struct ed_arena *arena = ed_arena_new();
	struct ed_findings list;

	ed_findings_init(&list, arena);
	links_of(policy, &c, &list);
	is_str(codes(&list), "", "a chain; an anchor's own signature does not count");
	c.trusted = false;
	links_of(policy, &c, &list);
	is_str(codes(&list), "algorithm.certificate(root,SHA-1) ", "it counts where it is none");
	ed_findings_init(&list, arena);
	c.trusted = true;
	links[0].signed_with = ED_SHA1;
	links[1].signed_with = ED_HASH_NONE;
	links[1].key = ED_KEY_OTHER;
	links[1].key_text = "ED25519";
	links[2].bits = 1024;
	links[2].key_text = "RSA-1024";
	links_of(policy, &c, &list);
	is_str(codes(&list),
	       "algorithm.certificate(leaf,SHA-1) algorithm.certificate(ca,?) "
	       "algorithm.certificate(ca,ED25519) algorithm.certificate(root,RSA-1024) ",
	       "each weakness is named");
	ed_arena_free(arena);
}

static void strict(void)
{
	struct edoc_policy *policy = NULL, *same = NULL;
	struct edoc_error err = {0};
	const char *src = getenv("SRCDIR");
	char name[4096];

	is_ok(edoc_policy_strict(&policy, &err), &err, "strict, of the library");
	snprintf(name, sizeof(name), "%s/profiles/policies/strict.yaml", src ? src : ".");
	is_ok(edoc_policy_load(name, &same, &err), &err, "strict, of the file");
	if (!policy || !same)
		return;
	is_str(edoc_policy_name(policy), "strict", "its name");
	is_str(ed_policy_sha256(policy), ed_policy_sha256(same), "the same bytes");
	is_int((int64_t)strlen(ed_policy_sha256(policy)), 64, "a digest");
	key(policy, "zarina.p12", "");
	key(policy, "anvar.p12", "");
	key(policy, "farrukh.p12", "");
	key(policy, "weak.p12", "algorithm.key(RSA-1024,) ");
	chain(policy);
	edoc_policy_free(policy);
	edoc_policy_free(same);
}

/* The library carries what is shipped, by name. */
static void builtin(void)
{
	struct edoc_policy *policy = NULL;
	struct edoc_error err = {0};
	size_t n = 0;

	for (const char *name; (name = edoc_policy_builtin_name(n)); n++) {
		if (is_ok(edoc_policy_builtin(name, &policy, &err), &err, name))
			is_str(edoc_policy_name(policy), name, "is called so");
		edoc_policy_free(policy);
	}
	is_int((int64_t)n, 5, "strict, eu, uz, tj, archive");
	fails(edoc_policy_builtin("stric", &policy, &err), EDOC_ERR_ABSENT, &err, "stric",
	      "no other");
	ok(policy == NULL, "gives nothing");
}

static void says(const struct edoc_policy *policy, enum ed_hash hash, const char *day,
                 const char *what)
{
	int64_t t;

	ok(ed_time_parse(day, &t), "%s", day);
	is_int(ed_policy_hash_until(policy, hash), t, what);
}

/* The dates that edoc-profile(5) promises. */
static void lifetimes(void)
{
	struct edoc_policy *eu = NULL, *archive = NULL;
	struct edoc_error err = {0};
	int64_t end = 0;

	if (!is_ok(edoc_policy_builtin("eu", &eu, &err), &err, "eu") ||
	    !is_ok(edoc_policy_builtin("archive", &archive, &err), &err, "archive"))
		return;
	says(eu, ED_SHA224, "2029-01-01T00:00:00Z", "SHA-224 in the EU");
	says(archive, ED_SHA1, "2012-08-02T00:00:00Z", "SHA-1 in an archive");
	is_int(ed_policy_hash_until(eu, ED_SHA1), ED_TIME_NONE, "never in the EU");
	is_int(ed_policy_hash_until(eu, ED_SHAKE256), ED_TIME_NONE, "nor SHAKE256, nor Ed448");
	is_int(ed_policy_hash_until(archive, ED_SHAKE256), INT64_MAX, "which come together");
	ok(ed_time_parse("2029-01-01T00:00:00Z", &end), "a day");
	is_int(ed_policy_key_until(eu, ED_KEY_RSA, 2048), end, "RSA-2048");
	is_int(ed_policy_key_until(eu, ED_KEY_RSA, 3072), INT64_MAX, "RSA-3072");
	is_int(ed_policy_key_until(eu, ED_KEY_RSA, 1024), ED_TIME_NONE, "RSA-1024");
	is_int(ed_policy_key_until(eu, ED_KEY_ED25519, 253), ED_TIME_NONE, "Ed25519");
	is_int(ed_policy_key_until(eu, ED_KEY_OTHER, 4096), ED_TIME_NONE, "what is not known");
	is_int(ed_policy_scheme_until(eu, ED_SIG_RSA), end, "PKCS#1 v1.5");
	is_int(ed_policy_scheme_until(eu, ED_SIG_PSS), INT64_MAX, "PSS");
	is_int(ed_policy_scheme_until(eu, ED_SIG_EDDSA), ED_TIME_NONE, "EdDSA");
	edoc_policy_free(eu);
	edoc_policy_free(archive);
}

static void sections(void)
{
	struct edoc_policy *policy = NULL;
	struct edoc_error err = {0};

	is_ok(load(HEAD DIGESTS KEYS
	           "schemes: [ECDSA]\n"
	           "revocation: {signer: always, authorities: never, max-age: 36h}\n"
	           "time-stamps: {tsa-as-of: stamp, delay: 90s}\n"
	           "require: {level: LT, properties: [role, time-stamp]}\n"
	           "formats: [CAdES, ASiC-E/XAdES]\nclock-tolerance: 0s\nlaw: uz\n",
	           &policy, &err),
	      &err, "all sections");
	if (!policy)
		return;
	is_int(policy->ask[ED_ABOUT_SIGNER], ED_ASK_ALWAYS, "about the signer");
	is_int(policy->ask[ED_ABOUT_AUTHORITY], ED_ASK_NEVER, "about authorities");
	is_int(policy->ask[ED_ABOUT_TSA], ED_ASK_IF_NAMED, "about a TSA");
	is_int(policy->max_age, 36 * 3600, "max-age");
	ok(policy->tsa_then, "tsa-as-of");
	is_int(policy->delay, 90, "delay");
	is_int(policy->level, ED_LEVEL_LT, "level");
	is_int(policy->needs, ED_NEEDS_ROLE | ED_NEEDS_TIME_STAMP, "properties");
	is_str(policy->formats[1], "ASiC-E/XAdES", "formats");
	is_int(policy->tolerance, 0, "tolerance");
	is_int(policy->law, ED_LAW_UZ, "law");
	is_int(ed_policy_scheme_until(policy, ED_SIG_RSA), ED_TIME_NONE, "schemes");
	edoc_policy_free(policy);
}

static void section_refusals(void)
{
	static const struct {
		const char *yaml, *place, *word;
	} bad[] = {
	        {"schemes: [DSA]\n", ":9:11", "a scheme is one of"},
	        {"schemes: [ECDSA, ECDSA]\n", ":9:18", "twice"},
	        {"revocation: [signer]\n", ":9:13", "map"},
	        {"revocation: {signers: always}\n", ":9:14", "signer"},
	        {"revocation: {signer: maybe}\n", ":9:22", "if-named always never"},
	        {"revocation: {max-age: 1 day}\n", ":9:23", "length of time"},
	        {"revocation: {max-age: d}\n", ":9:23", "length of time"},
	        {"revocation: {max-age: 99999999d}\n", ":9:23", "length of time"},
	        {"time-stamps: {tsa-as-of: then}\n", ":9:26", "now stamp"},
	        {"require: {level: C}\n", ":9:18", "B T LT LTA"},
	        {"require: {properties: [colour]}\n", ":9:24", "a property is one of"},
	        {"require: {properties: []}\n", ":9:23", "at least one"},
	        {"formats: [PAdES]\n", ":9:11", "a format is one of"},
	        {"formats: [CAdES, CAdES]\n", ":9:18", "twice"},
	        {"clock-tolerance: 5\n", ":9:18", "length of time"},
	        {"law: fr\n", ":9:6", "none uz tj"},
	};
	char yaml[1024];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(yaml, sizeof(yaml), "%s%s", HEAD DIGESTS KEYS, bad[i].yaml);
		refuses(yaml, EDOC_ERR_INPUT, bad[i].place, bad[i].word);
	}
	refuses(HEAD DIGESTS "keys: {rsa: [2048], curves: [P-256]}\n", EDOC_ERR_INPUT, ":8:14",
	        "map");
	refuses(HEAD DIGESTS "keys: {rsa: [{min: 512}], curves: [P-256]}\n", EDOC_ERR_INPUT,
	        ":8:", "1024");
	refuses(HEAD DIGESTS "keys: {rsa-min: 2048, rsa: [{min: 2048}], curves: [P-256]}\n",
	        EDOC_ERR_INPUT, ":8:17", "one of them");
}

/* Every policy that is shipped can be read, and is called what its file is. */
static void shipped(void)
{
	const char *src = getenv("SRCDIR");
	struct edoc_error err = {0};
	char dir[2048], **names = NULL;
	size_t n = 0;

	snprintf(dir, sizeof(dir), "%s/profiles/policies", src ? src : ".");
	is_ok(ed_list_dir(dir, &names, &n, &err), &err, dir);
	ok(n > 0, "there are some");
	for (size_t i = 0; i < n; i++) {
		struct edoc_policy *policy = NULL;
		char *file = ed_path_join(dir, names[i]), want[256];

		if (is_ok(edoc_policy_load(file, &policy, &err), &err, names[i])) {
			snprintf(want, sizeof(want), "%s.yaml", edoc_policy_name(policy));
			is_str(names[i], want, "its name");
		}
		edoc_policy_free(policy);
		free(file);
	}
	ed_names_free(names);
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	strict();
	shipped();
	builtin();
	lifetimes();
	sections();
	digests();
	refusals();
	section_refusals();
	unlink(path);
	return done();
}
