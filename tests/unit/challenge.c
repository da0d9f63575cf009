/* SPDX-License-Identifier: ISC */
/* edoc-challenge/1: read strictly, taken once, and never signed by mistake. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "sign/challenge.h"

#define HERE "https://portal.example"
#define NOW 1795000000

static struct edoc_error err;

static char *folder(void)
{
	static char dir[64];

	snprintf(dir, sizeof(dir), "%s/challenge-XXXXXX", P_tmpdir);
	if (!mkdtemp(dir))
		exit(1);
	return dir;
}

static size_t files(const char *dir)
{
	char **names;
	size_t n = 0;

	if (ed_list_dir(dir, &names, &n, NULL) == EDOC_OK)
		ed_names_free(names);
	return n;
}

static void empty(const char *dir)
{
	char **names, *path;
	size_t n;

	if (ed_list_dir(dir, &names, &n, NULL) != EDOC_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		path = ed_path_join(dir, names[i]);
		unlink(path);
		free(path);
	}
	ed_names_free(names);
	rmdir(dir);
}

static char *made(const char *dir, int64_t at, int64_t lifetime, struct edoc_challenge *c)
{
	char *text = NULL;

	is_ok(edoc_challenge_new(dir, HERE, at, lifetime, NULL, &text, &err), &err, "a challenge");
	is_ok(edoc_challenge_parse(text, strlen(text), c, &err), &err, "is read");
	return text;
}

/* text with one piece of it replaced. */
static char *with(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	char *out = NULL;

	if (!at || asprintf(&out, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)) < 0)
		exit(1);
	return out;
}

static void test_text(void)
{
	static const struct {
		const char *what, *old, *new;
		enum edoc_code code;
	} bad[] = {
	        {"another version", "challenge/1", "challenge/2", EDOC_ERR_VERSION},
	        {"a version that begins with 1", "challenge/1", "challenge/10", EDOC_ERR_VERSION},
	        {"another format", "edoc-challenge/", "edoc-Challenge/", EDOC_ERR_INPUT},
	        {"a sentence changed", "and nothing else", "and much else", EDOC_ERR_INPUT},
	        {"a sentence for another place", "log in at https", "log in at http",
	         EDOC_ERR_INPUT},
	        {"for another place at the end", "audience: https", "audience: http",
	         EDOC_ERR_INPUT},
	        {"a nonce in capitals", "nonce: ", "nonce: A", EDOC_ERR_INPUT},
	        {"a time in another zone", "Z\nexpires", "+00:00\nexpires", EDOC_ERR_INPUT},
	        {"a line more", "issued:", "x: y\nissued:", EDOC_ERR_INPUT},
	        {"CRLF", "\nissued", "\r\nissued", EDOC_ERR_INPUT},
	        {"a blank", "audience: ", "audience:  ", EDOC_ERR_INPUT},
	};
	char *dir = folder(), *text, *changed;
	struct edoc_challenge c;
	size_t n, good = 0;

	text = made(dir, NOW, 300, &c);
	n = strlen(text);
	is_str(c.audience, HERE, "it says for whom");
	is_int(c.issued, NOW, "since when");
	is_int(c.expires, NOW + 300, "and until when");
	ok(strlen(c.nonce) == 64 && strstr(text, c.nonce), "its nonce has 256 bits");
	ok(strstr(text, "To sign this is to log in at " HERE ", and nothing else."),
	   "what signing it does stands in it");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		changed = with(text, bad[i].old, bad[i].new);
		fails(edoc_challenge_parse(changed, strlen(changed), &c, &err), bad[i].code, &err,
		      "challenge", bad[i].what);
		ok(!c.sha256[0], "is none");
		free(changed);
	}
	/* A letter of a nonce or time changed is another challenge, and not ours. */
	for (size_t i = 0; i < n; i++) {
		text[i] ^= 1;
		good += edoc_challenge_parse(text, n, &c, &err) == EDOC_OK && i < 300;
		text[i] ^= 1;
	}
	is_int((int64_t)good, 0, "no letter of its sentences can be changed");
	for (size_t i = 0; i < n; i++)
		good += edoc_challenge_parse(text, i, &c, &err) == EDOC_OK;
	is_int((int64_t)good, 0, "nor can it be cut");
	text[n] = '\n';
	fails(edoc_challenge_parse(text, n + 1, &c, &err), EDOC_ERR_INPUT, &err, "challenge",
	      "nor have a line more");
	edoc_free(text);
	empty(dir);
}

static void test_audiences(void)
{
	static const char *const bad[] = {"",
	                                  "portal.example",
	                                  "://x",
	                                  "https://",
	                                  "https:x",
	                                  "HTTPS://portal.example",
	                                  "https://portal.example\n",
	                                  "https://portal example",
	                                  "https://портал.tj",
	                                  "https://x\xe2\x80\xae",
	                                  "https://x\"y",
	                                  "https://x, and pay at http://y"};
	char *dir = folder(), *text, large[ED_MAX_AUDIENCE + 32];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fails(edoc_challenge_new(dir, bad[i], NOW, 300, NULL, &text, &err), EDOC_ERR_USAGE,
		      &err, "audience", "no audience");
	snprintf(large, sizeof(large), "https://%0*d", ED_MAX_AUDIENCE - 8, 1);
	is_ok(edoc_challenge_new(dir, large, NOW, 300, NULL, &text, &err), &err, "one of 200");
	edoc_free(text);
	snprintf(large, sizeof(large), "https://%0*d", ED_MAX_AUDIENCE - 7, 1);
	fails(edoc_challenge_new(dir, large, NOW, 300, NULL, &text, &err), EDOC_ERR_USAGE, &err,
	      "200", "not of 201");
	fails(edoc_challenge_new(dir, HERE, NOW, 0, NULL, &text, &err), EDOC_ERR_USAGE, &err,
	      "lives", "a life of nothing");
	fails(edoc_challenge_new(dir, HERE, NOW, 86401, NULL, &text, &err), EDOC_ERR_USAGE, &err,
	      "lives", "a life of more than a day");
	is_int((int64_t)files(dir), 1, "what was refused is not remembered");
	fails(edoc_challenge_new("/nonexistent", HERE, NOW, 300, NULL, &text, &err),
	      EDOC_ERR_ABSENT, &err, NULL, "no folder, no challenge");
	empty(dir);
}

static void test_take(void)
{
	char *dir = folder(), *text;
	struct edoc_challenge c, other;

	text = made(dir, NOW, 300, &c);
	fails(edoc_challenge_take(dir, &c, "https://portal.example.evil", NOW, &err),
	      EDOC_ERR_DENIED, &err, "not for", "another audience");
	fails(edoc_challenge_take(dir, &c, HERE, NOW + 300, &err), EDOC_ERR_DENIED, &err,
	      "too late", "in the second in which it expires");
	fails(edoc_challenge_take(dir, &c, HERE, NOW - ED_CLOCK_SKEW - 1, &err), EDOC_ERR_DENIED,
	      &err, "too early", "before it was made");
	other = c;
	other.sha256[5] ^= 1;
	fails(edoc_challenge_take(dir, &other, HERE, NOW, &err), EDOC_ERR_DENIED, &err, "made here",
	      "one that was not made here");
	other = c;
	other.expires += 5;
	fails(edoc_challenge_take(dir, &other, HERE, NOW, &err), EDOC_ERR_DENIED, &err, "made here",
	      "one that lives longer than it was given");
	is_ok(edoc_challenge_take(dir, &c, HERE, NOW + 299, &err), &err, "in its last second");
	fails(edoc_challenge_take(dir, &c, HERE, NOW + 299, &err), EDOC_ERR_DENIED, &err, "before",
	      "but not twice");
	fails(edoc_challenge_take("/nonexistent", &c, HERE, NOW, &err), EDOC_ERR_ABSENT, &err, NULL,
	      "nor in a folder that is not there");
	edoc_free(text);
	empty(dir);
}

/* Killed between link and unlink, or .open restored from a backup: it is used. */
static void test_killed(void)
{
	char *dir = folder(), *text, open[256], used[256];
	struct edoc_challenge c;

	text = made(dir, NOW, 300, &c);
	snprintf(open, sizeof(open), "%s/%lld-%s.open", dir, (long long)c.expires, c.sha256);
	snprintf(used, sizeof(used), "%s/%lld-%s.used", dir, (long long)c.expires, c.sha256);
	ok(access(open, F_OK) == 0 && link(open, used) == 0, "a life ends in the middle");
	fails(edoc_challenge_take(dir, &c, HERE, NOW, &err), EDOC_ERR_DENIED, &err, "before",
	      "what is used and still open is used");
	edoc_free(text);
	empty(dir);
}

struct racer {
	const char *dir;
	const struct edoc_challenge *challenge;
	pthread_barrier_t *start;
	bool won;
};

static void *race(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(r->start);
	r->won = edoc_challenge_take(r->dir, r->challenge, HERE, NOW, NULL) == EDOC_OK;
	return NULL;
}

static void test_race(void)
{
	char *dir = folder(), *text;
	struct edoc_challenge c;
	size_t rounds = 0, single = 0;

	for (; rounds < 20; rounds++) {
		pthread_barrier_t start;
		struct racer r[8];
		pthread_t threads[8];
		size_t won = 0;

		text = made(dir, NOW + (int64_t)rounds, 300, &c);
		pthread_barrier_init(&start, NULL, 8);
		for (size_t i = 0; i < 8; i++) {
			r[i] = (struct racer){dir, &c, &start, false};
			if (pthread_create(&threads[i], NULL, race, &r[i]))
				exit(1);
		}
		for (size_t i = 0; i < 8; i++) {
			pthread_join(threads[i], NULL);
			won += r[i].won;
		}
		single += won == 1;
		pthread_barrier_destroy(&start);
		edoc_free(text);
	}
	is_int((int64_t)single, (int64_t)rounds, "of eight at once one enters, each time");
	empty(dir);
}

static void test_sweep(void)
{
	char *dir = folder(), path[256];
	struct edoc_challenge used, open, late;

	edoc_free(made(dir, NOW, 300, &used));
	is_ok(edoc_challenge_take(dir, &used, HERE, NOW, &err), &err, "one is used");
	edoc_free(made(dir, NOW, 300, &open));
	edoc_free(made(dir, NOW + 1000, 300, &late));
	snprintf(path, sizeof(path), "%s/note.txt", dir);
	is_ok(ed_write_file(path, "x", 1, false, &err), &err, "and a file of somebody's");
	is_int((int64_t)files(dir), 4, "four files");
	edoc_free(made(dir, NOW + 300 + 86400, 300, &late));
	is_int((int64_t)files(dir), 5, "a day after it expired nothing goes");
	edoc_free(made(dir, NOW + 300 + 86401, 300, &late));
	is_int((int64_t)files(dir), 4, "a second later what expired does, used or not");
	ok(access(path, F_OK) == 0, "what is not ours stays");
	fails(edoc_challenge_take(dir, &used, HERE, NOW, &err), EDOC_ERR_DENIED, &err, "made here",
	      "what was swept is not taken by a clock that was set back");
	empty(dir);
}

static void test_out(void)
{
	char *dir = folder(), *text, path[256];

	snprintf(path, sizeof(path), "%s/out", dir);
	is_ok(edoc_challenge_new(dir, HERE, NOW, 300, path, &text, &err), &err, "into a file");
	edoc_free(text);
	is_int((int64_t)files(dir), 2, "that is there");
	fails(edoc_challenge_new(dir, HERE, NOW, 300, path, &text, &err), EDOC_ERR_EXISTS, &err,
	      "exists", "a file that is taken");
	is_int((int64_t)files(dir), 2, "and then no challenge is remembered");
	snprintf(path, sizeof(path), "%s/nowhere/out", dir);
	fails(edoc_challenge_new(dir, HERE, NOW, 300, path, &text, &err), EDOC_ERR_EXISTS, &err,
	      "create", "a folder that is not there");
	is_int((int64_t)files(dir), 2, "neither");
	empty(dir);
}

static void test_fit(void)
{
	char *dir = folder(), *text;
	struct edoc_challenge c;

	text = made(dir, NOW, 300, &c);
	is_ok(ed_challenge_fit("a contract", 10, NULL, "f", &err), &err, "a document is signed");
	fails(ed_challenge_fit("a contract", 10, HERE, "f", &err), EDOC_ERR_USAGE, &err,
	      "no challenge", "but not as a challenge");
	fails(ed_challenge_fit(text, strlen(text), NULL, "f", &err), EDOC_ERR_DENIED, &err, HERE,
	      "a challenge is not signed by mistake");
	fails(ed_challenge_fit(text, strlen(text), "https://other.example", "f", &err),
	      EDOC_ERR_DENIED, &err, "in your name", "nor for another place than was meant");
	is_ok(ed_challenge_fit(text, strlen(text), HERE, "f", &err), &err, "for the one that was");
	text[20] ^= 1;
	fails(ed_challenge_fit(text, strlen(text), HERE, "f", &err), EDOC_ERR_DENIED, &err,
	      "none that can be read", "one that looks like a challenge is not signed at all");
	fails(ed_challenge_fit("edoc-challenge/9\n", 17, NULL, "f", &err), EDOC_ERR_DENIED, &err,
	      "none that can be read", "of whatever version");
	fails(ed_challenge_fit("\n edoc-challenge/1\n", 19, NULL, "f", &err), EDOC_ERR_DENIED,
	      &err, "none that can be read", "behind white space");
	fails(ed_challenge_fit("\xEF\xBB\xBF" "edoc-challenge/1", 19, HERE, "f", &err),
	      EDOC_ERR_DENIED, &err, "none that can be read", "behind a mark of order");
	fails(ed_challenge_fit("\0e\0d\0o\0c\0-\0c\0h\0a\0l\0l\0e\0n\0g\0e\0/", 30, NULL, "f", &err),
	      EDOC_ERR_DENIED, &err, "none that can be read", "in UTF-16");
	is_ok(ed_challenge_fit("\n edoc-challenge", 16, NULL, "f", &err), &err, "a part of it");
	is_ok(ed_challenge_fit("\xD0\xBE edoc-challenge/1", 19, NULL, "f", &err), &err,
	      "a word before it");
	is_ok(ed_challenge_fit("\n \n", 3, NULL, "f", &err), &err, "nothing");
	edoc_free(text);
	empty(dir);
}

int main(void)
{
	test_text();
	test_audiences();
	test_take();
	test_killed();
	test_race();
	test_sweep();
	test_out();
	test_fit();
	return done();
}
