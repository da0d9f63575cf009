/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "../tap.h"
#include "base/io.h"
#include "base/time.h"
#include "judge/policy.h"

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
	                "severity: {chain.expired: warning, document.partly-covered: info, "
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
	is_int(ed_policy_severity(policy, "chain.expired", EDOC_ERROR), EDOC_WARNING, "weighed");
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
	ed_policy_chain(policy, &c, 0, "", &list);
	is_str(codes(&list), "", "a chain; an anchor's own signature does not count");
	c.trusted = false;
	ed_policy_chain(policy, &c, 0, "", &list);
	is_str(codes(&list), "algorithm.certificate(root,SHA-1) ", "it counts where it is none");
	ed_findings_init(&list, arena);
	c.trusted = true;
	links[0].signed_with = ED_SHA1;
	links[1].signed_with = ED_HASH_NONE;
	links[1].key = ED_KEY_OTHER;
	links[1].key_text = "ED25519";
	links[2].bits = 1024;
	links[2].key_text = "RSA-1024";
	ed_policy_chain(policy, &c, 0, "", &list);
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
	digests();
	refusals();
	unlink(path);
	return done();
}
