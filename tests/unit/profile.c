/* SPDX-License-Identifier: ISC */
/* Signing profiles: read, refused one defect at a time, and held. */
#include "sign/profile.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "base/io.h"

static char dir[] = "/tmp/edoc-profile.XXXXXX", path[64], pkg[64];
static struct edoc_error err;

#define HEAD                                                                                       \
	"format: edoc-signing/1\nname: t\ntitle: T\nissued-by: me\nbasis: none\ndate: "            \
	"2026-01-02\n"

static enum edoc_code load(const char *yaml, size_t len, struct edoc_signing_profile **profile)
{
	memset(&err, 0, sizeof(err));
	*profile = NULL;
	if (ed_write_file(path, yaml, len, true, &err) != EDOC_OK)
		return EDOC_ERR_BUG;
	return edoc_signing_profile_load(path, profile, &err);
}

static void good(const char *body)
{
	struct edoc_signing_profile *profile;
	char yaml[4096];

	snprintf(yaml, sizeof(yaml), HEAD "%s", body);
	is_ok(load(yaml, strlen(yaml), &profile), &err, body);
	edoc_signing_profile_free(profile);
}

/* place: "line:column". */
static void bad(const char *body, const char *place, const char *word)
{
	struct edoc_signing_profile *profile;
	char yaml[4096], where[128];

	snprintf(yaml, sizeof(yaml), HEAD "%s", body);
	snprintf(where, sizeof(where), "%s:%s", path, place);
	fails(load(yaml, strlen(yaml), &profile), EDOC_ERR_INPUT, &err, word, body);
	is_str(err.where, where, "  where it stands");
	ok(!profile, "  and nothing is given");
	edoc_signing_profile_free(profile);
}

static void reading(void)
{
	good("");
	good("level: LTA\nform: cades\ncontainer: asic-s\ntsa: [state, \"http://tsa.example/\"]\n");
	good("tsa: state\nrole: head\ncommitment: approval\ncontent-timestamp: yes\n");
	good("place: {city: Душанбе, country: TJ}\npolicy: tj\nmay: []\n");
	good("signature-policy: {id: 1.2.3, file: p.pdf, url: \"http://x.example/\"}\n");
	good("card: [number, addressee.name, {field: kind, like: [order, reply]}]\n");
	good("card: [{any-of: [sender.stir, sender.pinfl], like: \"#########*\"}]\n");
	good("documents: [{name: \"*.pdf\", media-type: application/pdf, min: 1, max: 2}, {max: "
	     "0}]\n");
	good("signer: {organization: [A, B], country: UZ, key-usage: content-commitment}\n");
	good("signer: {rsa-min: 3072, curves: [P-256]}\nrequire: [role, place]\n");

	bad("levle: T\n", "7:1", "\"level\"");
	bad("level: C\n", "7:8", "B T LT LTA");
	bad("level: [B]\n", "7:8", "B T LT LTA");
	bad("form: pades\n", "7:7", "xades or cades");
	bad("container: zip\n", "7:12", "asic-e");
	bad("content-timestamp: true\n", "7:20", "yes or no");
	bad("role: \"\"\n", "7:7", "text");
	bad("role: [a]\n", "7:7", "text");
	bad("policy: {a: b}\n", "7:9", "text");
	bad("commitment: agreement\n", "7:13", "approval");
	bad("tsa: {a: b}\n", "7:6", "\"tsa\"");
	bad("tsa: []\n", "7:6", "\"tsa\"");
	bad("tsa: ftp://x.example/\n", "7:6", "http");
	bad("tsa: http://u:p@x.example/\n", "7:6", "password");
	bad("place: Dushanbe\n", "7:8", "map");
	bad("place: {town: X}\n", "7:9", "town");
	bad("signature-policy: 1.2.3\n", "7:19", "map");
	bad("signature-policy: {id: 1.2.3}\n", "7:19", "file");
	bad("may: [leval]\n", "7:7", "one of level");
	bad("may: [key]\n", "7:7", "one of level");
	bad("may: level\n", "7:6", "list");
	bad("card: number\n", "7:7", "list");
	bad("card: []\n", "7:7", "list");
	bad("card: [numbre]\n", "7:8", "\"number\"");
	bad("card: [sender.nmae]\n", "7:8", "\"name\"");
	bad("card: [sender]\n", "7:8", "no field \"sender\"");
	bad("card: [\"addressee[1].name\"]\n", "7:8", "no field");
	bad("card: [{field: number, any-of: [date]}]\n", "7:8", "an entry of \"card\"");
	bad("card: [{like: x}]\n", "7:8", "an entry of \"card\"");
	bad("card: [{field: number, like: {a: b}}]\n", "7:30", "pattern");
	bad("card: [{field: number, pattern: x}]\n", "7:24", "pattern");
	bad("card: [[number]]\n", "7:8", "an entry of \"card\"");
	bad("documents: \"*.pdf\"\n", "7:12", "list");
	bad("documents: [\"*.pdf\"]\n", "7:13", "map");
	bad("documents: [{min: 2, max: 1}]\n", "7:13", "more than");
	bad("documents: [{min: -1}]\n", "7:19", "min");
	bad("documents: [{mim: 1}]\n", "7:14", "\"min\"");
	bad("signer: {organisation: A}\n", "7:10", "\"organization\"");
	bad("signer: UZ\n", "7:9", "map");
	bad("signer: {country: {a: b}}\n", "7:19", "pattern");
	bad("signer: {key-usage: cert-sign}\n", "7:21", "digital-signature");
	bad("signer: {rsa-min: 512}\n", "7:19", "rsa-min");
	bad("signer: {curves: [P-224]}\n", "7:18", "P-256");
	bad("require: [name]\n", "7:11", "role, commitment, place");
	bad("require: role\n", "7:10", "list");
	bad("level: B\nlevel: T\n", "8:1", "level");
}

static void heads(void)
{
	struct edoc_signing_profile *profile;
	static const struct {
		const char *yaml, *word;
		enum edoc_code code;
	} cases[] = {
	        {"", "format", EDOC_ERR_INPUT},
	        {"- a\n", "edoc-signing/1", EDOC_ERR_INPUT},
	        {"format: edoc-policy/1\n", "edoc-signing/1", EDOC_ERR_INPUT},
	        {"format: edoc-signing/2\n", "edoc-signing/1", EDOC_ERR_VERSION},
	        {"format: edoc-signing/1\n", "name", EDOC_ERR_INPUT},
	        {"format: edoc-signing/1\nname: t\ntitle: T\nissued-by: me\nbasis: x\ndate: "
	         "today\n",
	         "YYYY-MM-DD", EDOC_ERR_INPUT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fails(load(cases[i].yaml, strlen(cases[i].yaml), &profile), cases[i].code, &err,
		      cases[i].word, cases[i].yaml);
		ok((int)err.code == (int)cases[i].code && !profile, "  and nothing is given");
	}
	fails(edoc_signing_profile_load("/nowhere/p.yaml", &profile, &err), EDOC_ERR_ABSENT, &err,
	      NULL, "a profile that is not there");
	fails(edoc_signing_profile_builtin("../policies/strict", &profile, &err), EDOC_ERR_ABSENT,
	      &err, "uz, tj", "a name that is none");
	fails(edoc_signing_profile_builtin("", &profile, &err), EDOC_ERR_ABSENT, &err, NULL,
	      "no name");
}

/* The door's refusals, as far as profiles lean on them. */
static void hostile(void)
{
	static const char *const bombs[] = {
	        HEAD "card: &a [number]\nmay: *a\n",
	        HEAD "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n",
	        HEAD "role: !!python/object:os.system x\n",
	        HEAD "<<: {role: x}\n",
	        HEAD "---\nrole: x\n",
	        HEAD "role: \"a\\0b\"\n",
	        HEAD "\trole: x\n",
	};
	struct edoc_signing_profile *profile;
	char *deep = malloc(1u << 20);
	enum edoc_code code;

	for (size_t i = 0; i < sizeof(bombs) / sizeof(*bombs); i++) {
		code = load(bombs[i], strlen(bombs[i]), &profile);
		ok(code == EDOC_ERR_INPUT && !profile, "refused: %s", bombs[i] + strlen(HEAD));
	}
	memcpy(deep, HEAD "card: ", strlen(HEAD) + 6);
	memset(deep + strlen(HEAD) + 6, '[', 100000);
	code = load(deep, strlen(HEAD) + 100006, &profile);
	ok((code == EDOC_ERR_LIMIT || code == EDOC_ERR_INPUT) && !profile, "100,000 deep");
	memset(deep, '#', 1u << 20);
	code = load(deep, 1u << 20, &profile);
	ok(code == EDOC_ERR_LIMIT && !profile, "a megabyte of comment is too long");
	free(deep);
	if (truncate(path, (off_t)1 << 30) != 0)
		return;
	ok(edoc_signing_profile_load(path, &profile, &err) == EDOC_ERR_LIMIT && !profile,
	   "a gigabyte is not read");
}

/* ---- holding to it ---- */

static struct {
	size_t n;
	char what[4096], rule[64], where[128];
} told;

static void note(void *arg, const struct edoc_missing *missing)
{
	size_t used = strlen(told.what);

	(void)arg;
	told.n++;
	snprintf(told.what + used, sizeof(told.what) - used, "%s|", missing->what);
	snprintf(told.rule, sizeof(told.rule), "%s", strstr(missing->rule, ".yaml"));
	snprintf(told.where, sizeof(told.where), "%s", missing->where);
	if (!missing->advice || !*missing->advice)
		told.n += 100;
}

static enum edoc_code holds(const char *body, struct edoc_sign_options *options, bool signer)
{
	struct edoc_signing_profile *profile;
	char yaml[4096];
	enum edoc_code code;

	snprintf(yaml, sizeof(yaml), HEAD "%s", body);
	memset(&told, 0, sizeof(told));
	code = load(yaml, strlen(yaml), &profile);
	if (!is_ok(code, &err, body))
		return code;
	options->profile = profile;
	options->missing = note;
	code = signer ? edoc_signing_profile_signer(options, &err)
	              : edoc_signing_profile_package(pkg, options, &err);
	options->profile = NULL;
	edoc_signing_profile_free(profile);
	return code;
}

static void keeps(const char *body, struct edoc_sign_options *options, bool signer)
{
	is_ok(holds(body, options, signer), &err, "  is held");
	is_int((int64_t)told.n, 0, "  nothing is told");
}

static void breaks(const char *body, struct edoc_sign_options *options, bool signer, size_t n,
                   const char *place, const char *word)
{
	enum edoc_code code = holds(body, options, signer);

	fails(code, signer ? EDOC_ERR_DENIED : EDOC_ERR_INPUT, &err, NULL, "  is not held");
	is_int((int64_t)told.n, (int64_t)n, "  told as often");
	ok(strstr(told.what, word) != NULL, "  %s", word);
	if (!strstr(told.what, word))
		printf("# %s\n", told.what);
	ok(strstr(told.rule, place) != NULL, "  by the rule at %s: %s", place, told.rule);
}

static void packages(void)
{
	struct edoc_sign_options o = {0};

	keeps("", &o, false);
	keeps("card: [number, addressee.name, {any-of: [sender.pinfl, sender.stir]}]\n", &o, false);
	keeps("card: [{field: number, like: [\"№ ##-Ф\", x]}, {field: addressee.name, like: "
	      "\"*\"}]\n",
	      &o, false);
	keeps("documents: [{name: \"*.txt\", media-type: text/plain, min: 2, max: 2}, "
	      "{name: \"*.exe\", max: 0}]\n",
	      &o, false);
	keeps("documents: [{name: \"*.xml\", max: 0}]\n", &o, false); /* the card is none */
	breaks("card: [retention]\n", &o, false, 1, "7:8", "lacks the field \"retention\"");
	breaks("card: [{any-of: [sender.pinfl, sender.iin]}]\n", &o, false, 1, "7:8",
	       "sender.pinfl, sender.iin");
	breaks("card:\n  - {field: number, like: \"№ ###-Ф\"}\n", &o, false, 1, "8:5", "№ 12-Ф");
	/* each of a list */
	breaks("card: [{field: addressee.name, like: \"A*\"}]\n", &o, false, 1, "7:8",
	       "addressee[2].name");
	breaks("documents: [{name: \"*.pdf\"}]\n", &o, false, 1, "7:13", "at least 1");
	breaks("documents: [{name: \"*.txt\", max: 1}]\n", &o, false, 1, "7:13", "at most 1");
	breaks("documents: [{media-type: application/pdf}]\n", &o, false, 1, "7:13",
	       "application/pdf");
	/* all at once */
	breaks("card: [retention, reply-to]\ndocuments: [{name: a, min: 1}, {name: b, min: 1}]\n",
	       &o, false, 4, "8:", "reply-to");
	ok(strstr(err.msg, "4 rules") != NULL, "  and counted: %s", err.msg);
}

static void signers(struct edoc_key *key)
{
	struct edoc_sign_options o = {.key = key};
	struct edoc_sign_place place = {.city = "Душанбе"};

	keeps("", &o, true);
	keeps("signer: {common-name: \"*\", country: [UZ, TJ], rsa-min: 4096, curves: [P-256]}\n",
	      &o, true);
	breaks("signer: {country: [UZ, KZ]}\n", &o, true, 1, "7:10", "TJ");
	breaks("signer: {title: \"*\"}\n", &o, true, 1, "7:10", "no title");
	breaks("signer: {curves: [P-384, Ed25519]}\n", &o, true, 1, "7:18", "P-256");
	breaks("signer:\n  country: UZ\n  title: X\n  curves: Ed448\n", &o, true, 3,
	       ".yaml:", "UZ");
	breaks("require: [role]\n", &o, true, 1, "7:11", "role");
	breaks("require: [commitment, place]\n", &o, true, 2, "7:23", "--place");
	o.role = "head";
	o.commitment = "approval";
	o.place = &place;
	keeps("require: [role, commitment, place]\n", &o, true);
	place.city = NULL;
	breaks("require: [place]\n", &o, true, 1, "7:11", "place");
	o.key = NULL; /* what is known before it is unlocked */
	keeps("require: [role]\nsigner: {country: UZ}\n", &o, true);
}

static void settings(void)
{
	struct edoc_signing_profile *p = NULL;
	const char *name;
	static const char yaml[] =
	        HEAD "level: T\ntsa: [a, \"http://b/\"]\nmay: [level]\nplace: {city: X}\n"
	             "signature-policy: {id: 1.2, file: p.pdf}\n";

	is_ok(load(yaml, strlen(yaml), &p), &err, "settings");
	is_str(edoc_signing_profile_get(p, "name"), "t", "its name");
	is_str(edoc_signing_profile_get(p, "level"), "T", "its level");
	is_str(edoc_signing_profile_item(p, "tsa", 1), "http://b/", "its second TSA");
	is_str(edoc_signing_profile_item(p, "tsa", 2), NULL, "there is no third");
	is_str(edoc_signing_profile_get(p, "place.city"), "X", "its city");
	is_str(edoc_signing_profile_get(p, "role"), NULL, "no role");
	name = edoc_signing_profile_get(p, "signature-policy.file");
	ok(name && !strncmp(name, dir, strlen(dir)), "a file is looked for beside it: %s", name);
	edoc_signing_profile_free(p);
	for (size_t i = 0; (name = edoc_signing_profile_builtin_name(i)); i++) {
		is_ok(edoc_signing_profile_builtin(name, &p, &err), &err, name);
		is_str(p ? edoc_signing_profile_get(p, "name") : NULL, name, "  is called so");
		edoc_signing_profile_free(p);
	}
	is_int((int64_t)edoc_code_exit(EDOC_ERR_DENIED), 77, "a signer that may not is 77");
}

static int ask(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	snprintf(buf, size, "edoc");
	return 4;
}

int main(void)
{
	static const char card[] = "kind: order\ntitle: T\nlanguage: tg\ncreated: 2026-03-05\n"
	                           "sender: {name: S, stir: \"201122919\"}\nnumber: \"№ 12-Ф\"\n"
	                           "addressee: [{name: A}, {name: B}]\n";
	const char *src = getenv("SRCDIR");
	char file[2][64], cardpath[64], keypath[512];
	const char *files[] = {file[0], file[1]};
	struct edoc_new_options new = {.card_path = cardpath};
	struct edoc_key *key = NULL;

	if (!mkdtemp(dir) || !src)
		return 1;
	snprintf(path, sizeof(path), "%s/p.yaml", dir);
	snprintf(pkg, sizeof(pkg), "%s/p.asice", dir);
	snprintf(cardpath, sizeof(cardpath), "%s/card.yaml", dir);
	for (int i = 0; i < 2; i++) {
		snprintf(file[i], sizeof(file[i]), "%s/%d.txt", dir, i);
		if (ed_write_file(file[i], "text", 4, true, &err) != EDOC_OK)
			return 1;
	}
	if (ed_write_file(cardpath, card, strlen(card), true, &err) != EDOC_OK)
		return 1;
	is_ok(edoc_package_new(pkg, files, 2, &new, NULL, NULL, &err), &err, "a package");
	snprintf(keypath, sizeof(keypath), "%s/testdata/pki/zarina.p12", src);
	is_ok(edoc_key_load(keypath, NULL, NULL, ask, NULL, &key, &err), &err, "a key");
	reading();
	heads();
	settings();
	hostile();
	packages();
	if (key)
		signers(key);
	edoc_key_free(key);
	for (int i = 0; i < 2; i++)
		unlink(file[i]);
	unlink(cardpath);
	unlink(path);
	unlink(pkg);
	rmdir(dir);
	return done();
}
