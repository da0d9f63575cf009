/* SPDX-License-Identifier: ISC */
/* The network as a stranger's address finds it: a server of our own, on
 * loopback, that misbehaves as it is told. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../tap.h"
#include "base/limits.h"
#include "door/http.h"
#include "trust/cache.h"

static char dir[256], base[64];
static unsigned *hits; /* shared with the server */

/* ---- the server ---- */

static void reply(int fd, const char *head, const void *body, size_t len)
{
	dprintf(fd, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", head, len);
	if (write(fd, body, len) < 0)
		_exit(1);
}

static void serve_one(int fd, int port)
{
	char request[8192], path[256] = "", to[512];
	ssize_t n = 0, got;
	char *end = NULL, *body;

	while (!end && (got = read(fd, request + n, sizeof(request) - 1 - (size_t)n)) > 0) {
		n += got;
		request[n] = '\0';
		end = strstr(request, "\r\n\r\n");
	}
	if (!end || sscanf(request, "%*s %255s", path) != 1)
		return;
	body = end + 4;
	if (!strncmp(path, "http://ca.example/", 18)) /* we are a proxy */
		memmove(path, path + 17, strlen(path + 17) + 1);
	++*hits;
	if (!strcmp(path, "/ok"))
		reply(fd, "200 OK", "a\0b", 3);
	else if (!strcmp(path, "/echo"))
		reply(fd, "200 OK", body, strlen(body));
	else if (!strcmp(path, "/agent"))
		reply(fd, "200 OK", strstr(request, "User-Agent: edoc/") ? "yes" : "no", 2);
	else if (!strcmp(path, "/cookie")) /* asks for one, and looks for one */
		reply(fd, "200 OK\r\nSet-Cookie: a=b", strstr(request, "Cookie:") ? "yes" : "no",
		      2);
	else if (!strcmp(path, "/empty"))
		reply(fd, "200 OK", "", 0);
	else if (!strcmp(path, "/no"))
		reply(fd, "404 No", "gone", 4);
	else if (!strcmp(path, "/count"))
		reply(fd, "200 OK", "x", 1);
	else if (!strcmp(path, "/big"))
		dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx");
	else if (!strcmp(path, "/endless")) {
		char zeros[4096] = {0};

		dprintf(fd, "HTTP/1.1 200 OK\r\n\r\n");
		for (int i = 0; i < 1000 && write(fd, zeros, sizeof(zeros)) > 0; i++)
			;
	} else if (!strcmp(path, "/slow"))
		sleep(5);
	else if (!strcmp(path, "/nine"))
		dprintf(fd, "raw bytes of HTTP/0.9");
	else if (!strncmp(path, "/to/", 4)) {
		static const struct {
			const char *name, *url;
		} there[] = {{"file", "file:///etc/passwd"},
		             {"ftp", "ftp://127.0.0.1/x"},
		             {"loop", "http://ca.example/to/loop"},
		             {"ok", "http://ca.example/ok"},
		             {"gopher", "gopher://127.0.0.1:1/x"}};
		for (size_t i = 0; i < 5; i++)
			if (!strcmp(path + 4, there[i].name)) {
				snprintf(to, sizeof(to), "302 There\r\nLocation: %s", there[i].url);
				reply(fd, to, "", 0);
			}
	}
	(void)port;
}

static pid_t start_server(int *port)
{
	struct sockaddr_in me = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(me);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	if (fd < 0 || bind(fd, (struct sockaddr *)&me, sizeof(me)) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)&me, &len))
		return -1;
	*port = ntohs(me.sin_port);
	pid = fork();
	if (pid) {
		close(fd);
		return pid;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			_exit(1);
		if (!fork()) {
			serve_one(peer, *port);
			_exit(0);
		}
		close(peer);
	}
}

/* ---- asking ---- */

struct came {
	enum edoc_code code;
	char text[64];
	size_t len;
	char why[256];
};

static struct came ask_max(struct edoc_fetcher *f, const char *path, const char *body, size_t max)
{
	struct came came = {0};
	struct edoc_error err = {0};
	char url[256];
	void *bytes = NULL;
	struct edoc_fetch what = {.kind = body ? EDOC_FETCH_OCSP : EDOC_FETCH_CRL,
	                          .url = url,
	                          .body = body,
	                          .body_len = body ? strlen(body) : 0,
	                          .max = max};

	snprintf(url, sizeof(url), "%s%s", path[0] == '/' ? base : "", path);
	came.code = edoc_fetcher_fetch(f, &what, &bytes, &came.len, &err);
	if (bytes)
		snprintf(came.text, sizeof(came.text), "%.*s", (int)(came.len < 60 ? came.len : 60),
		         (char *)bytes);
	snprintf(came.why, sizeof(came.why), "%s", err.msg);
	free(bytes);
	return came;
}

static struct came ask(struct edoc_fetcher *f, const char *path)
{
	return ask_max(f, path, NULL, 1000);
}

static struct edoc_fetcher *fetcher(bool online, const char *cache, bool inner, int64_t now)
{
	static const char *const hosts[] = {"127.0.0.1", NULL};
	struct edoc_fetcher_options options = {.cache = cache,
	                                       .online = online,
	                                       .now = now,
	                                       .intranet = inner ? hosts : NULL,
	                                       .seconds = 2,
	                                       .stop = -1};
	struct edoc_fetcher *f = NULL;
	struct edoc_error err = {0};

	if (edoc_fetcher_new(&options, &f, &err) != EDOC_OK)
		printf("# %s: %s\n", err.where, err.msg);
	return f;
}

static void refused(struct edoc_fetcher *f, const char *path, const char *word, const char *what)
{
	struct came came = ask(f, path);

	ok(came.code == EDOC_ERR_AGAIN && strstr(came.why, word), "%s: no answer", what);
	if (came.code != EDOC_ERR_AGAIN || !strstr(came.why, word))
		printf("# %d %s\n", came.code, came.why);
}

static void test_answers(void)
{
	struct edoc_fetcher *f = fetcher(true, NULL, true, 0);
	struct came came = ask(f, "/ok");

	ok(came.code == EDOC_OK && came.len == 3, "a GET, bytes as they are");
	came = ask_max(f, "/echo", "request", 1000);
	is_str(came.text, "request", "a POST");
	came = ask(f, "/agent");
	is_str(came.text, "ye", "we say who we are");
	(void)ask(f, "/cookie");
	came = ask_max(f, "/cookie", "again", 1000);
	is_str(came.text, "no", "no cookie is kept");
	came = ask(f, "/empty");
	ok(came.code == EDOC_OK && came.len == 0, "an empty answer");
	refused(f, "/no", "404", "404");
	refused(f, "/nine", "", "HTTP/0.9");
	came = ask(f, "/big");
	is_int(came.code, EDOC_ERR_LIMIT, "an answer that says it is too long");
	came = ask(f, "/endless");
	is_int(came.code, EDOC_ERR_LIMIT, "one that does not say");
	edoc_fetcher_free(f);
}

static void test_once(void)
{
	struct edoc_fetcher *f = fetcher(true, NULL, true, 0);
	unsigned before = *hits;
	struct came came;

	(void)ask(f, "/ok");
	came = ask(f, "/ok");
	ok(came.code == EDOC_OK && came.len == 3 && *hits == before + 1, "one fetch per address");
	(void)ask_max(f, "/echo", "one", 1000);
	came = ask_max(f, "/echo", "two", 1000);
	is_str(came.text, "two", "another request is another thing");
	is_int(*hits, before + 3, "and fetched");
	(void)ask(f, "/no");
	before = *hits;
	refused(f, "/no", "before", "what failed");
	is_int(*hits, before, "is not asked again");
	edoc_fetcher_free(f);
}

static void test_fresh(void)
{
	static const char *const hosts[] = {"127.0.0.1", NULL};
	char path[300];
	struct edoc_fetcher_options options = {.cache = path,
	                                       .online = true,
	                                       .fresh = true,
	                                       .now = time(NULL),
	                                       .intranet = hosts,
	                                       .stop = -1};
	struct edoc_fetcher *f = NULL;
	struct edoc_error err = {0};
	unsigned before = *hits;

	snprintf(path, sizeof(path), "%s/fresh", dir);
	is_ok(edoc_fetcher_new(&options, &f, &err), &err, "what was signed just now");
	(void)ask_max(f, "/echo", "one", 1000);
	is_str(ask_max(f, "/echo", "one", 1000).text, "one", "wants a new OCSP answer");
	is_int(*hits, before + 2, "each time, whatever is remembered or kept");
	(void)ask(f, "/ok");
	(void)ask(f, "/ok");
	is_int(*hits, before + 3, "a CRL is fetched once");
	(void)ask_max(f, "/no", "x", 1000);
	(void)ask_max(f, "/no", "x", 1000);
	is_int(*hits, before + 4, "and who gives none is not asked again");
	edoc_fetcher_free(f);
}

static void test_redirections(void)
{
	struct edoc_fetcher *f = fetcher(true, NULL, true, 0);

	refused(f, "/to/ok", "", "a redirection of a host of the intranet");
	refused(f, "/to/file", "", "to a file");
	edoc_fetcher_free(f);
}

/* What needs a proxy to be seen: through it every host is our server. */
static void test_proxy(void)
{
	struct edoc_fetcher_options options = {
	        .online = true, .http_proxy = base, .seconds = 2, .stop = -1};
	static const char *const bad[] = {"file", "ftp", "gopher", "loop"};
	struct edoc_fetcher *f = NULL;
	struct edoc_error err = {0};
	struct came came;

	is_ok(edoc_fetcher_new(&options, &f, &err), &err, "a proxy");
	/* Our server sees the whole URL as the path. */
	came = ask(f, "http://ca.example/ok");
	ok(came.code == EDOC_OK && came.len == 3, "it is asked");
	came = ask(f, "http://ca.example/to/ok");
	ok(came.code == EDOC_OK && came.len == 3, "a redirection is followed");
	came = ask_max(f, "http://ca.example/to/ok", "body", 1000);
	is_int(came.code, EDOC_ERR_AGAIN, "but not with a request that is posted");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char url[64];

		snprintf(url, sizeof(url), "http://ca.example/to/%s", bad[i]);
		came = ask(f, url);
		is_int(came.code, EDOC_ERR_AGAIN, url);
	}
	edoc_fetcher_free(f);
}

static void test_private(void)
{
	struct edoc_fetcher *f = fetcher(true, NULL, false, 0);
	unsigned before = *hits;
	char url[64];
	int port = atoi(strrchr(base, ':') + 1);

	refused(f, "/ok", "intranet", "loopback");
	snprintf(url, sizeof(url), "http://[::ffff:127.0.0.1]:%d/ok", port);
	refused(f, url, "", "loopback in an IPv6 dress");
	snprintf(url, sizeof(url), "http://2130706433:%d/ok", port);
	refused(f, url, "intranet", "loopback as a number");
	snprintf(url, sizeof(url), "http://0:%d/ok", port);
	refused(f, url, "intranet", "this host");
	snprintf(url, sizeof(url), "http://localhost:%d/ok", port);
	refused(f, url, "intranet", "localhost");
	is_int(*hits, before, "nobody was asked");
	edoc_fetcher_free(f);
}

static void test_addresses(void)
{
	static const struct {
		const char *address;
		bool private;
	} all[] = {{"127.0.0.1", true},
	           {"10.1.2.3", true},
	           {"172.16.0.1", true},
	           {"172.32.0.1", false},
	           {"192.168.1.1", true},
	           {"169.254.169.254", true},
	           {"100.64.0.1", true},
	           {"100.128.0.1", false},
	           {"8.8.8.8", false},
	           {"224.0.0.1", true},
	           {"255.255.255.255", true},
	           {"0.0.0.0", true},
	           {"::1", true},
	           {"::", true},
	           {"fe80::1", true},
	           {"fc00::1", true},
	           {"fd12::1", true},
	           {"ff02::1", true},
	           {"2001:db8::1", false},
	           {"::ffff:10.0.0.1", true},
	           {"::ffff:8.8.8.8", false},
	           {"64:ff9b::7f00:1", true},
	           {"2002:7f00:1::", true},
	           {"2002:808:808::", false}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct sockaddr_in in = {.sin_family = AF_INET};
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
		const void *address = strchr(all[i].address, ':') ? (void *)&in6 : (void *)&in;

		if (address == &in)
			inet_pton(AF_INET, all[i].address, &in.sin_addr);
		else
			inet_pton(AF_INET6, all[i].address, &in6.sin6_addr);
		ok(ed_http_is_private(address) == all[i].private, "%s is %s", all[i].address,
		   all[i].private ? "private" : "public");
	}
}

static void test_urls(void)
{
	char host[ED_HTTP_HOST];

	ok(ed_http_host("http://A.Example:80/x", host) && !strcmp(host, "a.example"), "a host");
	ok(ed_http_host("https://[::1]:8/", host) && !strcmp(host, "::1"), "an IPv6 host");
	ok(!ed_http_host("ldap://a/x", host) && !ed_http_host("http://:80/", host), "none");
}

static void test_slow(void)
{
	struct edoc_fetcher *f = fetcher(true, NULL, true, 0);
	struct timeval before, after;

	gettimeofday(&before, NULL);
	refused(f, "/slow", "", "a slow server");
	gettimeofday(&after, NULL);
	ok(after.tv_sec - before.tv_sec < 4, "is given up after two seconds");
	refused(f, "/ok", "not asked again", "its other pages");
	edoc_fetcher_free(f);
}

static void test_stop(void)
{
	int ends[2];
	static const char *const hosts[] = {"127.0.0.1", NULL};
	struct edoc_fetcher_options options = {.online = true, .intranet = hosts, .seconds = 20};
	struct edoc_fetcher *f = NULL;
	struct edoc_error err = {0};
	struct timeval before, after;

	if (pipe(ends) || write(ends[1], "", 1) != 1)
		_exit(1);
	options.stop = ends[0];
	is_ok(edoc_fetcher_new(&options, &f, &err), &err, "one that is stopped");
	gettimeofday(&before, NULL);
	refused(f, "/slow", "", "while it waits");
	gettimeofday(&after, NULL);
	ok(after.tv_sec - before.tv_sec < 3, "ends at once");
	edoc_fetcher_free(f);
	close(ends[0]);
	close(ends[1]);
}

static size_t files(const char *path)
{
	char command[300];
	FILE *f;
	size_t n = 0;

	snprintf(command, sizeof(command), "ls -1 '%s' | wc -l", path);
	f = popen(command, "r");
	if (!f || fscanf(f, "%zu", &n) != 1)
		n = 999;
	if (f)
		pclose(f);
	return n;
}

static void test_folder(void)
{
	char path[300];
	int64_t now = time(NULL);
	struct edoc_fetcher *f = NULL;
	struct came came;
	unsigned before;

	snprintf(path, sizeof(path), "%s/kept", dir);
	f = fetcher(false, path, true, now);
	ok(f && !edoc_fetcher_useful(f), "no folder and offline: of no use");
	ok(access(path, F_OK) != 0, "offline no folder is made");
	edoc_fetcher_free(f);

	f = fetcher(true, path, true, now);
	came = ask(f, "/ok");
	is_int(came.code, EDOC_OK, "fetched");
	is_int((int64_t)files(path), 1, "and kept");
	refused(f, "/no", "404", "what failed");
	is_int((int64_t)files(path), 1, "is not");
	edoc_fetcher_free(f);

	before = *hits;
	f = fetcher(false, path, true, now + 1000000);
	ok(edoc_fetcher_useful(f), "offline, with a folder");
	came = ask(f, "/ok");
	ok(came.code == EDOC_OK && came.len == 3, "answers, however old");
	refused(f, "/count", "offline", "but nothing else");
	edoc_fetcher_free(f);
	f = fetcher(true, path, true, now + 10);
	(void)ask(f, "/ok");
	is_int(*hits, before, "online: a new one is not fetched again");
	edoc_fetcher_free(f);
	f = fetcher(true, path, true, now + ED_FETCH_CRL_AGE + 10);
	came = ask(f, "/ok");
	is_int(*hits, before + 1, "an old one is");
	(void)ask(f, "/ok");
	is_int(*hits, before + 1, "once");
	edoc_fetcher_free(f);
	f = fetcher(true, path, false, now + 1000000);
	came = ask(f, "/ok");
	ok(came.code == EDOC_OK && came.len == 3, "an old one is better than no answer");
	came = ask(f, "/ok");
	is_int(came.code, EDOC_OK, "the second time too");
	came = ask_max(f, "/ok", NULL, 2);
	ok(came.code != EDOC_OK, "but not when it is too long");
	edoc_fetcher_free(f);
}

static void test_cache(void)
{
	char path[300];
	unsigned char key[32] = {0};
	struct ed_cache *cache = NULL;
	struct edoc_error err = {0};
	struct ed_buf bytes;
	struct timeval old[2] = {{1000, 0}, {1000, 0}};
	char name[400];
	int64_t at = 0;

	snprintf(path, sizeof(path), "%s/cache", dir);
	is_ok(ed_cache_open(path, true, &cache, &err), &err, "a cache");
	ed_buf_init(&bytes, 10);
	ok(!ed_cache_get(cache, key, &bytes, &at), "has nothing");
	ok(ed_cache_put(cache, key, "12345", 5) && ed_cache_get(cache, key, &bytes, &at) &&
	           bytes.len == 5,
	   "then something");
	ed_buf_clear(&bytes);
	ed_buf_init(&bytes, 4);
	ok(!ed_cache_get(cache, key, &bytes, &at), "not when it is too long");
	ed_cache_free(cache);
	/* A file of another's is not counted and not removed. */
	snprintf(name, sizeof(name), "%s/notes", path);
	close(open(name, O_CREAT | O_WRONLY, 0600));
	snprintf(name, sizeof(name), "%s/%064d", path, 0);
	ok(!truncate(name, (off_t)ED_MAX_CACHE_BYTES), "a file as large as all may be");
	(void)utimes(name, old);
	is_ok(ed_cache_open(path, true, &cache, &err), &err, "opened again");
	key[0] = 1;
	ok(ed_cache_put(cache, key, "new", 3), "a new one");
	ok(access(name, F_OK) != 0, "the oldest goes");
	is_int((int64_t)files(path), 2, "the others stay");
	ed_cache_free(cache);
	ok(!ed_cache_put(NULL, key, "", 0) && !ed_cache_get(NULL, key, &bytes, &at),
	   "NULL is a cache");
	ed_buf_clear(&bytes);
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	char command[300];
	int port = 0;
	pid_t server;

	signal(SIGPIPE, SIG_IGN);
	snprintf(dir, sizeof(dir), "%s/edoc-fetch-XXXXXX", tmp ? tmp : "/tmp");
	hits = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!mkdtemp(dir) || hits == MAP_FAILED)
		return 1;
	server = start_server(&port);
	snprintf(base, sizeof(base), "http://127.0.0.1:%d", port);
	test_addresses();
	test_urls();
	test_cache();
	test_answers();
	test_once();
	test_fresh();
	test_redirections();
	test_proxy();
	test_private();
	test_folder();
	test_slow();
	test_stop();
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command))
		return 1;
	return done();
}
