/* SPDX-License-Identifier: ISC */
#include "signature/signwords.h"

#include <unistd.h>

#include "../tap.h"
#include "base/io.h"
#include "base/limits.h"

static struct edoc_error err;

static void refused(const struct ed_sign_words *words, const char *word, const char *what)
{
	fails(ed_sign_words_check(words, &err), EDOC_ERR_USAGE, &err, word, what);
}

static void taken(const struct ed_sign_words *words, const char *what)
{
	is_ok(ed_sign_words_check(words, &err), &err, what);
}

static void roles(void)
{
	const char *many[ED_MAX_ROLES + 2] = {NULL};
	char longest[ED_MAX_ROLE + 2];
	const char *const bad[] = {"",
	                           "two\nlines",
	                           "\x1b[31mred",
	                           "caf\xe9",
	                           "del\x7f",
	                           "\xe2\x80\xae"
	                           "evil",
	                           "\xc2\x9b"
	                           "c1",
	                           longest};
	const char *one[2] = {"Chief accountant", NULL};

	taken(&(struct ed_sign_words){0}, "no words at all");
	taken(&(struct ed_sign_words){.roles = one}, "a role");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		one[0] = bad[i];
		refused(&(struct ed_sign_words){.roles = one}, "role",
		        "a role that steers or is none");
	}
	longest[ED_MAX_ROLE] = '\0';
	one[0] = longest;
	taken(&(struct ed_sign_words){.roles = one}, "the longest role");
	for (size_t i = 0; i < ED_MAX_ROLES; i++)
		many[i] = "x";
	taken(&(struct ed_sign_words){.roles = many}, "as many roles as there may be");
	many[ED_MAX_ROLES] = "x";
	refused(&(struct ed_sign_words){.roles = many}, "roles", "and one more");
}

static void commitments(void)
{
	taken(&(struct ed_sign_words){.commitment = "approval", .ledger_head = "sha256:00"},
	      "a ledger head qualifies a commitment");
	refused(&(struct ed_sign_words){.ledger_head = "sha256:00"}, "none is given",
	        "a ledger head alone");
	refused(&(struct ed_sign_words){.commitment = "love"}, "love", "an unknown commitment");
}

static void places(void)
{
	struct edoc_sign_place place = {.city = "Dushanbe"};
	struct ed_sign_words words = {.place = &place};

	taken(&words, "a city is a place");
	place.country = "";
	refused(&words, "place", "an empty part");
	place.country = "T\nJ";
	refused(&words, "place", "a part of two lines");
	place = (struct edoc_sign_place){0};
	refused(&words, "no part", "a place of nothing");
}

static void policies(void)
{
	static const char *const good[] = {"1.2.3", "urn:oid:2.999.7", "https://example.org/p",
	                                   "urn:example:p",
	                                   "2.25.329800735698586629295641978511506172918"};
	static const char *const bad[] = {
	        "",       "1",     "3.1",  "1.40",        "1.2.",  "1..2",        "1.02",
	        "policy", "a b:c", "urn:", "http://x/\n", "1.2.x", "urn:oid:1.x", "http://\xff/"};
	struct edoc_sign_policy policy = {.path = "/etc/passwd"};
	struct ed_sign_words words = {.policy = &policy};

	refused(&words, "identifier", "a policy without identifier");
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		policy.id = good[i];
		taken(&words, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		policy.id = bad[i];
		refused(&words, "identifier", "neither OID nor URI");
	}
	policy.id = "urn:oid:1.2.3";
	is_str(ed_sign_policy_oid(&policy), "1.2.3", "the OID of an URN");
	policy.url = "not one";
	refused(&words, "URI", "a place that is no URI");
	policy.url = NULL;
	policy.path = NULL;
	refused(&words, "file", "a policy without its file");
	policy.id = "urn:x:y";
	ok(!ed_sign_policy_oid(&policy), "another URN is no OID");
}

static void digests(void)
{
	char path[] = "/tmp/signwords.XXXXXX";
	struct edoc_sign_policy policy = {.id = "1.2.3", .path = path};
	unsigned char got[ED_HASH_MAX], want[ED_HASH_MAX];
	static char bytes[200000];
	int fd = mkstemp(path);

	memset(bytes, 'p', sizeof(bytes));
	is_ok(ed_write_full(fd, path, bytes, sizeof(bytes), &err), &err, "a policy's file");
	close(fd);
	is_ok(ed_sign_policy_digest(&policy, ED_SHA384, got, &err), &err, "its digest");
	ok(ed_hash_bytes(ED_SHA384, bytes, sizeof(bytes), want) && !memcmp(got, want, 48),
	   "is that of its bytes");
	unlink(path);
	ok(ed_sign_policy_digest(&policy, ED_SHA384, got, &err) == EDOC_ERR_ABSENT,
	   "no file, no digest");
}

int main(void)
{
	roles();
	commitments();
	places();
	policies();
	digests();
	return done();
}
