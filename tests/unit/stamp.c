/* SPDX-License-Identifier: ISC */
/* A token from one of several TSAs: first with answers made here, then over the
 * network from tests/servers/pki.py, which misbehaves as it is told. */
#include "sign/stamp.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "tsakit.h"

static unsigned char imprint[ED_HASH_MAX];
static char dir[256], base[64];

/* ---- without a network ---- */

struct fake {
	struct edoc_key *key;
	int asked;
	bool garbled;
	char order[64];
};

/* The host's name says what comes: "good", or a code. */
static enum edoc_code fake_fetch(void *arg, const struct edoc_fetch *what, void **bytes,
                                 size_t *len, struct edoc_error *err)
{
	struct fake *fake = arg;
	struct ed_tsq tsq = {.hash = ED_SHA256};
	const unsigned char *body = what->body;
	char host = what->url[7];
	struct reply r;
	struct bytes b;

	fake->asked++;
	strncat(fake->order, &host, 1);
	*bytes = NULL;
	*len = 0;
	*err = (struct edoc_error){.code = EDOC_ERR_AGAIN, .msg = "silence"};
	snprintf(err->where, sizeof(err->where), "%s", what->url);
	if (host == 'd')
		return err->code = EDOC_ERR_DENIED;
	if (host == 'c')
		return err->code = EDOC_ERR_CONFIG;
	if (host == 'm')
		return err->code = EDOC_ERR_MEMORY;
	if (host == 'a' || what->kind != EDOC_FETCH_STAMP)
		return EDOC_ERR_AGAIN;
	/* certReq is last, the nonce of 16 or 17 octets before it */
	memcpy(tsq.nonce, body + what->body_len - 3 - 16, 16);
	memcpy(tsq.imprint, imprint, sizeof(imprint));
	if (host == 'w')
		tsq.nonce[15] ^= 1;
	r = good_reply(fake->key, &tsq);
	b = host == 'g' ? answer_in(&r) : host == 'w' ? answer_in(&r) : raw("x", 1);
	*bytes = malloc(b.n);
	*len = b.n;
	if (*bytes)
		memcpy(*bytes, b.p, b.n);
	return EDOC_OK;
}

struct had {
	enum edoc_code code;
	size_t len, used;
	int asked;
	struct edoc_error err;
	char order[64];
};

/* hosts: one letter a TSA. */
static struct had fake_ask(struct edoc_key *key, const char *hosts)
{
	struct fake fake = {.key = key};
	char urls[8][32];
	struct edoc_tsa tsas[8] = {{.url = NULL}};
	struct edoc_sign_options options = {
	        .tsas = tsas, .n_tsas = strlen(hosts), .fetch = fake_fetch, .fetch_arg = &fake};
	struct ed_stamping s = {.options = &options, .used = 99};
	struct had had = {.code = EDOC_OK};
	struct ed_buf token;

	for (size_t i = 0; i < options.n_tsas; i++) {
		snprintf(urls[i], sizeof(urls[i]), "http://%c%zu.example/", hosts[i], i);
		tsas[i].url = urls[i];
	}
	ed_buf_init(&token, ED_MAX_STAMP);
	had.code = ed_sign_token(&s, ED_SHA256, imprint, &token, &had.err);
	had.len = token.len;
	had.used = s.used;
	had.asked = fake.asked;
	memcpy(had.order, fake.order, sizeof(had.order));
	ed_buf_clear(&token);
	return had;
}

static void refused(struct edoc_key *key, const char *hosts, enum edoc_code code, const char *order,
                    const char *word)
{
	struct had had = fake_ask(key, hosts);

	fails(had.code, code, &had.err, word, hosts);
	ok(had.len == 0, "no token");
	is_str(had.order, order, "who was asked");
}

static void test_order(void)
{
	struct edoc_key *key = key_of("TSA", TSA_EXT);
	struct had had = fake_ask(key, "g");
	struct edoc_sign_options none = {.fetch = fake_fetch};
	struct edoc_sign_options silent = {.tsas = &(struct edoc_tsa){.url = "http://x/"},
	                                   .n_tsas = 1};
	struct ed_stamping nobody = {.options = &none}, offline = {.options = &silent};
	struct edoc_error err = {0};
	struct ed_buf token;

	is_ok(had.code, &had.err, "one that answers");
	ok(had.len > 100 && had.used == 0, "its token");
	had = fake_ask(key, "gg");
	ok(had.code == EDOC_OK && had.asked == 1, "the second is not asked when the first is good");
	had = fake_ask(key, "axwdg");
	is_ok(had.code, &had.err, "the fifth is good");
	is_str(had.order, "axwdg", "after the others");
	is_int((int64_t)had.used, 4, "and said so");
	refused(key, "a", EDOC_ERR_AGAIN, "a", "silence");
	refused(key, "x", EDOC_ERR_AGAIN, "x", "no TimeStampResp");
	refused(key, "w", EDOC_ERR_AGAIN, "w", "nonce");
	refused(key, "d", EDOC_ERR_DENIED, "d", "silence");
	refused(key, "dd", EDOC_ERR_DENIED, "dd", "any of 2");
	refused(key, "da", EDOC_ERR_AGAIN, "da", "any of 2");
	refused(key, "xa", EDOC_ERR_AGAIN, "xa", "a1.example: silence");
	refused(key, "xa", EDOC_ERR_AGAIN, "xa", "x0.example: the answer is no TimeStampResp");
	refused(key, "aaaa", EDOC_ERR_AGAIN, "aaaa", "a3.example: silence");
	refused(key, "xxxx", EDOC_ERR_AGAIN, "xxxx", "x3.example: the answer");
	refused(key, "acg", EDOC_ERR_CONFIG, "ac", "silence");
	refused(key, "mg", EDOC_ERR_MEMORY, "m", "");
	ed_buf_init(&token, 100000);
	fails(ed_sign_token(&nobody, ED_SHA256, imprint, &token, &err), EDOC_ERR_USAGE, &err,
	      "--tsa", "nobody to ask");
	fails(ed_sign_token(&offline, ED_SHA256, imprint, &token, &err), EDOC_ERR_AGAIN, &err,
	      "network", "no network");
	ed_buf_clear(&token);
	edoc_key_free(key);
}

/* ---- over the network ---- */

static pid_t start(void)
{
	const char *src = getenv("SRCDIR");
	char path[512];
	FILE *f = NULL;
	char line[16];
	long port = 0;
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(path, sizeof(path), "%s/tests/servers/pki.py", src ? src : ".");
		execlp("python3", "python3", path, dir, (char *)NULL);
		_exit(127);
	}
	snprintf(path, sizeof(path), "%s/port", dir);
	for (int i = 0; i < 600 && !(f = fopen(path, "r")); i++)
		usleep(50000);
	if (!f || !fgets(line, sizeof(line), f) || (port = strtol(line, NULL, 10)) <= 0)
		printf("Bail out! no server\n");
	if (f)
		fclose(f);
	snprintf(base, sizeof(base), "http://127.0.0.1:%ld", port);
	return pid;
}

static int hits(void)
{
	char path[300];
	FILE *f;
	int n = 0, c;

	snprintf(path, sizeof(path), "%s/hits", dir);
	f = fopen(path, "r");
	while (f && (c = fgetc(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

static struct edoc_fetcher *fetcher(unsigned seconds)
{
	struct edoc_fetcher_options options = {.online = true, .seconds = seconds, .stop = -1};
	struct edoc_fetcher *f = NULL;
	struct edoc_error err = {0};

	if (edoc_fetcher_new(&options, &f, &err) != EDOC_OK)
		printf("# %s: %s\n", err.where, err.msg);
	return f;
}

static struct had ask_with(struct edoc_fetcher *f, const char *path, const struct edoc_tsa *like)
{
	char url[256];
	struct edoc_tsa tsa = like ? *like : (struct edoc_tsa){.url = NULL};
	struct edoc_sign_options options = {
	        .tsas = &tsa, .n_tsas = 1, .fetch = edoc_fetcher_fetch, .fetch_arg = f};
	struct ed_stamping s = {.options = &options};
	struct had had = {.code = EDOC_OK};
	struct ed_buf token;
	int before = hits();

	snprintf(url, sizeof(url), "%s%s", path[0] == '/' ? base : "", path);
	tsa.url = url;
	ed_buf_init(&token, ED_MAX_STAMP);
	had.code = ed_sign_token(&s, ED_SHA256, imprint, &token, &had.err);
	had.len = token.len;
	had.asked = hits() - before;
	ed_buf_clear(&token);
	return had;
}

static void gives(struct edoc_fetcher *f, const char *path, const struct edoc_tsa *like, int asked)
{
	struct had had = ask_with(f, path, like);

	is_ok(had.code, &had.err, path);
	is_int(had.asked, asked, "requests for it");
}

static void fails_with(struct edoc_fetcher *f, const char *path, const struct edoc_tsa *like,
                       enum edoc_code code, const char *word, int asked)
{
	struct had had = ask_with(f, path, like);

	fails(had.code, code, &had.err, word, path);
	is_int(had.asked, asked, "requests for it");
	ok(had.len == 0, "and no token");
}

static int64_t now(void)
{
	struct timeval t;

	gettimeofday(&t, NULL);
	return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

static void test_answers(void)
{
	struct edoc_fetcher *f = fetcher(0);
	struct edoc_tsa policy = {.policy = "1.3.6.1.4.1.99999.7"}, strange = {.policy = "1.2.3"};
	int64_t t;

	gives(f, "/tsa", NULL, 1);
	gives(f, "/tsa", NULL, 1); /* the same imprint again: nothing is remembered */
	gives(f, "/tsa2", NULL, 1);
	gives(f, "/tsa", &policy, 1);
	fails_with(f, "/tsa", &strange, EDOC_ERR_AGAIN, "unacceptedPolicy", 1);
	fails_with(f, "/tsa-policy", &policy, EDOC_ERR_AGAIN, "and 1.3.6.1.4.1.99999.7 was asked",
	           1);
	gives(f, "/tsa-policy", NULL, 1);
	fails_with(f, "/tsa-nonce", NULL, EDOC_ERR_AGAIN, "nonce", 1);
	fails_with(f, "/tsa-imprint", NULL, EDOC_ERR_AGAIN, "messageImprint", 1);
	fails_with(f, "/tsa-reject", NULL, EDOC_ERR_AGAIN, "badAlg", 1);
	fails_with(f, "/tsa-nocert", NULL, EDOC_ERR_AGAIN, "not in the token", 1);
	fails_with(f, "/tsa-garbage", NULL, EDOC_ERR_AGAIN, "no TimeStampResp", 1);
	fails_with(f, "/tsa-empty", NULL, EDOC_ERR_AGAIN, "no TimeStampResp", 1);
	fails_with(f, "/tsa-truncated", NULL, EDOC_ERR_AGAIN, "no TimeStampResp", 1);
	fails_with(f, "/tsa-behind", NULL, EDOC_ERR_AGAIN, "not only one", 1);
	fails_with(f, "/tsa-html", NULL, EDOC_ERR_AGAIN,
	           "text/html, and not application/timestamp-reply", 1);
	fails_with(f, "/tsa-redirect", NULL, EDOC_ERR_AGAIN, "307", 1);
	fails_with(f, "/nowhere", NULL, EDOC_ERR_AGAIN, "404", 1);
	fails_with(f, "/tsa-503-later", NULL, EDOC_ERR_AGAIN, "503", 1);
	gives(f, "/tsa-500-once", NULL, 2);
	t = now();
	gives(f, "/tsa-429-once", NULL, 2);
	ok(now() - t >= 1000, "not before Retry-After");
	gives(f, "/tsa-slow", NULL, 1);
	edoc_fetcher_free(f);
}

static void test_retries(void)
{
	struct edoc_fetcher *f = fetcher(0);
	int64_t t = now();

	fails_with(f, "/tsa-500", NULL, EDOC_ERR_AGAIN, "500", 4);
	ok(now() - t >= 3500, "after 0.5, 1 and 2 seconds");
	edoc_fetcher_free(f);
	f = fetcher(3);
	fails_with(f, "/tsa-cut", NULL, EDOC_ERR_AGAIN, "", 3); /* three seconds are over */
	fails_with(f, "/tsa-timeout", NULL, EDOC_ERR_AGAIN, "", 2); /* each had its half */
	fails_with(f, "/tsa-timeout", NULL, EDOC_ERR_AGAIN, "", 1); /* was silent before */
	gives(f, "/tsa", NULL, 1);                                 /* it lives again */
	fails_with(f, "/tsa-500", NULL, EDOC_ERR_AGAIN, "500", 1); /* no more patience */
	fails_with(f, "http://127.0.0.1:1/", NULL, EDOC_ERR_AGAIN, "", 0);
	edoc_fetcher_free(f);
}

/* A proxy that hears everything: base, whose every page is then "nowhere". */
static void test_proxy(void)
{
	static const char *const hosts[] = {"tsa.invalid", NULL};
	struct edoc_fetcher_options options = {
	        .online = true, .http_proxy = base, .intranet = hosts, .seconds = 1, .stop = -1};
	struct edoc_tsa login = {.login = "clerk:se:cret"};
	struct edoc_fetcher *f = NULL;
	struct edoc_error err = {0};

	is_ok(edoc_fetcher_new(&options, &f, &err), &err, "behind a proxy");
	fails_with(f, "http://tsa.invalid/", NULL, EDOC_ERR_AGAIN, "404", 1);
	fails_with(f, "http://tsa.invalid/", &login, EDOC_ERR_AGAIN, "", 0); /* not through it */
	edoc_fetcher_free(f);
}

/* Somebody said stop: nothing is waited for. */
static void test_stop(void)
{
	struct edoc_fetcher_options options = {.online = true};
	struct edoc_fetcher *f = NULL;
	struct edoc_error err = {0};
	int ends[2];
	int64_t t;

	if (pipe(ends) || write(ends[1], "", 1) != 1)
		_exit(1);
	options.stop = ends[0];
	is_ok(edoc_fetcher_new(&options, &f, &err), &err, "one that is stopped");
	t = now();
	ok(ask_with(f, "/tsa-500", NULL).code == EDOC_ERR_AGAIN, "asks no more");
	ok(now() - t < 400, "and does not wait");
	edoc_fetcher_free(f);
	close(ends[0]);
	close(ends[1]);
}

static void test_login(void)
{
	static const char *const hosts[] = {"tsa.invalid", NULL};
	struct edoc_fetcher_options inner = {
	        .online = true, .intranet = hosts, .seconds = 1, .stop = -1};
	struct edoc_tsa right = {.login = "clerk:se:cret"}, wrong = {.login = "clerk:secret"};
	struct edoc_fetcher *f = fetcher(0);
	struct edoc_error err = {0};

	gives(f, "/tsa-auth", &right, 2);
	gives(f, "/tsa-digest", &right, 2);
	fails_with(f, "/tsa-auth", NULL, EDOC_ERR_DENIED, "wants a login", 1);
	fails_with(f, "/tsa-auth", &wrong, EDOC_ERR_DENIED, "refuses this login", 2);
	fails_with(f, "/tsa-digest", &wrong, EDOC_ERR_DENIED, "refuses this login", 2);
	fails_with(f, "http://tsa.invalid/", &right, EDOC_ERR_CONFIG, "plain http", 0);
	fails_with(f, "http://localhost.tsa.invalid/", &right, EDOC_ERR_CONFIG, "plain http", 0);
	fails_with(f, "http://127.0.0.1.tsa.invalid/", &right, EDOC_ERR_CONFIG, "plain http", 0);
	edoc_fetcher_free(f);
	is_ok(edoc_fetcher_new(&inner, &f, &err), &err, "where it is of the house");
	fails_with(f, "http://tsa.invalid/", &right, EDOC_ERR_AGAIN, "", 0); /* asked, not there */
	edoc_fetcher_free(f);
}

/* Where the user's own TSA lies says nothing of where strangers may send us. */
static void test_strangers(void)
{
	struct edoc_fetcher *f = fetcher(0);
	char url[128];
	struct edoc_fetch crl = {.kind = EDOC_FETCH_CRL, .url = url, .max = 10000};
	struct edoc_error err = {0};
	void *bytes = NULL;
	size_t len = 0;

	snprintf(url, sizeof(url), "%s/crl/ca.crl", base);
	gives(f, "/tsa", NULL, 1);
	fails(edoc_fetcher_fetch(f, &crl, &bytes, &len, &err), EDOC_ERR_AGAIN, &err, "intranet",
	      "a CRL at the same place, over the same connection");
	free(bytes);
	edoc_fetcher_free(f);
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	char command[300];
	pid_t server;

	arena = ed_arena_new();
	for (int i = 0; i < ED_HASH_MAX; i++)
		imprint[i] = (unsigned char)i;
	snprintf(dir, sizeof(dir), "%s/edoc-stamp-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	test_order();
	server = start();
	test_answers();
	test_retries();
	test_proxy();
	test_stop();
	test_login();
	test_strangers();
	kill(server, SIGTERM);
	waitpid(server, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command))
		return 1;
	ed_arena_free(arena);
	return done();
}
