/* SPDX-License-Identifier: ISC */
/* Workers that die, hang, eat memory, lie, open files; and the others, which
 * must not notice. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "base/limits.h"
#include "batch/wire.h"
#include "door/box.h"

static char dir[256];

struct seen {
	size_t n, errors;
	int status[4096];
	char text[64]; /* of the last */
	int last_code;
	char order[4096];
	size_t n_fetches;
	enum edoc_code fetch_says;
	char url[128];
};

/* ---- what goes on in the box ---- */

static void lie(struct edoc_batch_worker *w, const char *how)
{
	struct ed_answer head = {.kind = ED_ANSWER_TEXT, .status = 0, .len = 4};
	struct edoc_error error = {.code = EDOC_OK};
	const char *text = "good";
	struct ed_wish wish = {.kind = EDOC_FETCH_CRL, .url_len = 4, .max = 10};
	size_t n = 4;

	if (!strcmp(how, "kind"))
		head.kind = 9;
	else if (!strcmp(how, "status"))
		head.status = 3;
	else if (!strcmp(how, "length"))
		head.len = ED_MAX_ANSWER + 1;
	else if (!strcmp(how, "escape"))
		text = "\033[2J";
	else if (!strcmp(how, "utf8"))
		text = "a\xff\xfe"
		       "b";
	else if (!strcmp(how, "bidi"))
		text = "\xe2\x80\xae"
		       "x";
	else if (!strcmp(how, "nul"))
		text = "a\0b";
	else if (!strcmp(how, "error")) {
		head.kind = ED_ANSWER_ERROR;
		head.len = n = sizeof(error);
		text = (const char *)&error;
	} else if (!strcmp(how, "unended")) {
		memset(&error, 'x', sizeof(error));
		error.code = EDOC_ERR_INPUT;
		head.kind = ED_ANSWER_ERROR;
		head.len = n = sizeof(error);
		text = (const char *)&error;
	} else if (!strcmp(how, "short")) {
		n = 2;
	} else if (!strcmp(how, "wish")) {
		memcpy(wish.rest, "file", 4);
		(void)ed_wire_send(w->task, &wish, offsetof(struct ed_wish, rest) + 4, -1, 0);
		usleep(10000000);
	} else if (!strcmp(how, "wish-short")) {
		(void)ed_wire_send(w->task, &wish, 3, -1, 0);
		usleep(10000000);
	}
	if (write(w->answer, &head, sizeof(head)) < 0 || write(w->answer, text, n) < 0)
		_exit(1);
	_exit(0);
}

static void say(char **text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(char **text, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(text, fmt, ap) < 0)
		*text = NULL;
	va_end(ap);
}

static const char *denied(long result)
{
	return result < 0 && errno == EACCES ? "denied" : result < 0 ? strerror(errno) : "done";
}

/* Tries what a box forbids. */
static void try_out(const char *what, char **text)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(9)};
	void *p;

	if (!strcmp(what, "open"))
		say(text, "%s", denied(open("/etc/passwd", O_RDONLY)));
	else if (!strcmp(what, "create"))
		say(text, "%s", denied(open("made", O_CREAT | O_WRONLY, 0600)));
	else if (!strcmp(what, "socket"))
		say(text, "%s", denied(socket(AF_INET, SOCK_STREAM, 0)));
	else if (!strcmp(what, "fork"))
		say(text, "%s", denied(fork()));
	else if (!strcmp(what, "exec"))
		say(text, "%s", denied(execl("/bin/true", "true", (char *)NULL)));
	else if (!strcmp(what, "kill"))
		say(text, "%s", denied(kill(getppid(), 0)));
	else if (!strcmp(what, "ptrace"))
		say(text, "%s", denied(syscall(SYS_ptrace, 16, getppid(), 0, 0)));
	else if (!strcmp(what, "unlink"))
		say(text, "%s", denied(unlink("item-001")));
	else if (!strcmp(what, "connect"))
		say(text, "%s", denied(connect(0, (struct sockaddr *)&there, sizeof(there))));
	else if (!strcmp(what, "code")) {
		p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		say(text, "%s", denied(p == MAP_FAILED ? -1 : 0));
	} else if (!strcmp(what, "zone"))
		say(text, "%s", denied(open("/usr/share/zoneinfo/Asia/Tashkent", O_RDONLY)));
	else if (!strcmp(what, "print"))
		say(text, "%s", denied(write(2, "", 0)));
}

static enum edoc_code work(void *arg, struct edoc_batch_worker *w, const char *name, int fd,
                           char **text, int *status, struct edoc_error *err)
{
	const char *base = strrchr(name, '/') + 1;
	struct edoc_fetch what = {.kind = EDOC_FETCH_OCSP,
	                          .url = "http://ocsp.example/",
	                          .body = "please",
	                          .body_len = 6,
	                          .max = 100};
	void *bytes = NULL;
	size_t len = 0;
	char first = '?';

	(void)arg;
	if (!strcmp(base, "crash"))
		raise(SIGSEGV);
	if (!strcmp(base, "abort"))
		abort();
	if (!strcmp(base, "leave"))
		_exit(0);
	if (!strcmp(base, "hang"))
		for (;;)
			usleep(100000);
	if (!strcmp(base, "spin"))
		for (volatile unsigned i = 0;; i = i + 1)
			;
	if (!strncmp(base, "lie-", 4))
		lie(w, base + 4);
	if (!strncmp(base, "try-", 4))
		try_out(base + 4, text);
	if (!strcmp(base, "greedy")) {
		for (;;) {
			char *p = malloc(1 << 20);

			if (!p)
				return EDOC_ERR_MEMORY;
			memset(p, 1, 1 << 20);
		}
	}
	if (!strcmp(base, "refuse")) {
		*err = (struct edoc_error){.code = EDOC_ERR_IO, .where = "x", .msg = "no"};
		return EDOC_ERR_IO;
	}
	if (!strcmp(base, "long")) {
		*text = malloc((3u << 20) + 1);
		memset(*text, 'l', 3u << 20);
		(*text)[3u << 20] = '\0';
	}
	if (!strncmp(base, "slow-", 5))
		usleep(20000);
	if (!strcmp(base, "fetch")) {
		enum edoc_code code = edoc_batch_fetch(w, &what, &bytes, &len, err);

		say(text, "%d %zu %.*s", code, len, (int)len, (char *)bytes);
		free(bytes);
	}
	*status = pread(fd, &first, 1, 0) == 1 && first == 'b' ? 1 : 0;
	if (!*text)
		say(text, "%s", base);
	return EDOC_OK;
}

/* ---- and outside ---- */

static void note(void *arg, const struct edoc_batch_result *result)
{
	struct seen *seen = arg;
	const char *base = strrchr(result->name, '/') + 1;

	seen->status[seen->n] = result->status;
	seen->order[seen->n] = base[strlen(base) - 1];
	seen->n++;
	seen->errors += result->error != NULL;
	seen->last_code = result->error ? (int)result->error->code : 0;
	snprintf(seen->text, sizeof(seen->text), "%.*s", (int)(result->len < 60 ? result->len : 60),
	         result->text ? result->text : "");
}

static enum edoc_code serve(void *arg, const struct edoc_fetch *what, void **bytes, size_t *len,
                            struct edoc_error *err)
{
	struct seen *seen = arg;

	seen->n_fetches++;
	snprintf(seen->url, sizeof(seen->url), "%s %.*s", what->url, (int)what->body_len,
	         (const char *)what->body);
	if (seen->fetch_says != EDOC_OK) {
		*err = (struct edoc_error){.code = seen->fetch_says, .msg = "silent"};
		return seen->fetch_says;
	}
	*bytes = strdup("pong");
	*len = 4;
	return EDOC_OK;
}

static void make(const char *name, char first)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	if (fd < 0 || write(fd, &first, 1) != 1)
		_exit(1);
	close(fd);
}

static bool add(struct edoc_batch *batch, const char *name)
{
	struct edoc_error err = {0};
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return edoc_batch_add(batch, path, &err) == EDOC_OK;
}

static struct seen run(const struct edoc_batch_options *how, const char *const *names)
{
	struct seen seen = {0};
	struct edoc_batch_options options = *how;
	struct edoc_error err = {0};
	struct edoc_batch *batch = NULL;
	bool good;

	options.work = work;
	options.done = note;
	options.done_arg = &seen;
	if (!options.stop)
		options.stop = -1;
	if (options.fetch) {
		options.fetch_arg = &seen;
		seen.fetch_says = options.memory ? EDOC_ERR_AGAIN : EDOC_OK;
	}
	good = edoc_batch_new(&options, &batch, &err) == EDOC_OK;
	for (size_t i = 0; good && names[i]; i++) {
		make(names[i], strstr(names[i], "bad") ? 'b' : 'a');
		good = add(batch, names[i]);
	}
	good = good && edoc_batch_wait(batch, -1, &err) == EDOC_OK;
	if (!good)
		printf("# %s\n", err.msg);
	edoc_batch_free(batch);
	return seen;
}

static void one(const char *name, int status, const char *what)
{
	const char *names[] = {"good", name, "other", NULL};
	struct edoc_batch_options how = {.workers = 1, .seconds = 1, .ordered = true};
	struct seen seen = run(&how, names);

	ok(seen.n == 3 && seen.errors == 1 && seen.status[1] == status && !seen.status[0] &&
	           !seen.status[2],
	   "%s: %d for it, and the others have their answers", what, status);
	if (seen.n != 3 || seen.errors != 1 || seen.status[1] != status)
		printf("# %zu results, %zu errors, %d %d %d\n", seen.n, seen.errors, seen.status[0],
		       seen.status[1], seen.status[2]);
}

static void test_harm(void)
{
	static const char *const lies[] = {"kind",    "status", "length", "escape",
	                                   "utf8",    "bidi",   "nul",    "error",
	                                   "unended", "short",  "wish",   "wish-short"};

	one("crash", 70, "a worker crashes");
	one("abort", 70, "a worker aborts");
	one("leave", 70, "a worker leaves");
	one("hang", 65, "a worker sleeps for ever");
	one("spin", 65, "a worker runs for ever");
	one("refuse", 74, "an item that cannot be worked on");
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "lie-%s", lies[i]);
		one(name, 70, name);
	}
#ifdef ED_INSTRUMENTED
	ok(true, "a worker eats memory # SKIP a sanitizer's shadow has no limit");
#else
	one("greedy", 65, "a worker eats memory");
#endif
}

static void try_one(const char *what, const char *want)
{
	char name[32];
	const char *names[] = {name, NULL};
	struct edoc_batch_options how = {.workers = 1};

	snprintf(name, sizeof(name), "try-%s", what);
#ifdef ED_INSTRUMENTED
	(void)names;
	(void)how;
	ok(true, "the box: %s: %s # SKIP no fences under a sanitizer", what, want);
#else
	struct seen seen = run(&how, names);

	ok(!strcmp(seen.text, want), "the box: %s: %s", what, want);
	if (strcmp(seen.text, want) != 0)
		printf("# %s\n", seen.text);
#endif
}

static void test_box(void)
{
	static const char *const no[] = {"open", "create", "socket",  "fork",   "exec",
	                                 "kill", "ptrace", "connect", "unlink", "code"};
	char text[ED_BOX_TEXT];

	ed_box_text(text);
	printf("# %s\n", text);
#ifndef ED_INSTRUMENTED
	if (strncmp(text, "seccomp, Landlock", 17) != 0) {
		ok(true, "the box # SKIP this kernel has not all fences");
		return;
	}
#endif
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		try_one(no[i], "denied");
	try_one("zone", "done");
	try_one("print", "done"); /* into /dev/null */
}

static void test_order(void)
{
	char list[300][16];
	const char *names[301] = {NULL};
	struct edoc_batch_options how = {.workers = 3, .ordered = true};
	struct seen seen;
	size_t right = 0, failed = 0;

	for (size_t i = 0; i < 300; i++) {
		snprintf(list[i], sizeof(list[i]), "%s%03zu%c", i % 50 ? "i" : "slow-", i,
		         (char)('a' + i % 26));
		names[i] = list[i];
	}
	snprintf(list[7], sizeof(list[7]), "bad-7h");
	seen = run(&how, names);
	for (size_t i = 0; i < seen.n; i++) {
		right += seen.order[i] == (char)('a' + i % 26);
		failed += seen.status[i] == 1;
	}
	ok(seen.n == 300 && right == 300, "300 items, 3 workers: in order");
	ok(failed == 1 && seen.status[7] == 1, "each with its own status");
	how.ordered = false;
	seen = run(&how, names);
	ok(seen.n == 300 && !seen.errors, "as they come: all of them");
	right = 0;
	for (size_t i = 0; i < seen.n; i++)
		right += seen.order[i] == (char)('a' + i % 26);
	ok(right < 300, "and not in order, as slow ones are among them");
}

static void test_long(void)
{
	const char *names[] = {"long", "good", "long", NULL};
	struct edoc_batch_options how = {.workers = 2};
	struct seen seen = run(&how, names);

	ok(seen.n == 3 && !seen.errors, "texts longer than a pipe");
}

static void test_fetch(void)
{
	const char *names[] = {"fetch", NULL};
	struct edoc_batch_options how = {.workers = 1};
	struct seen seen = run(&how, names);

	is_str(seen.text, "8 0 ", "no fetching was given: AGAIN");
	how.fetch = serve;
	seen = run(&how, names);
	is_str(seen.text, "0 4 pong", "fetched by the caller");
	is_str(seen.url, "http://ocsp.example/ please", "who saw address and request");
	how.memory = (uint64_t)1 << 30;
	seen = run(&how, names);
	is_str(seen.text, "8 0 ", "a silent server is AGAIN");
}

static void test_absent(void)
{
	struct seen seen = {0};
	struct edoc_batch_options options = {
	        .workers = 2, .work = work, .done = note, .done_arg = &seen, .stop = -1};
	struct edoc_error err = {0};
	struct edoc_batch *batch = NULL;

	is_ok(edoc_batch_new(&options, &batch, &err), &err, "a batch");
	ok(add(batch, "nowhere") && seen.n == 1 && seen.status[0] == 66, "an absent item: 66");
	ok(add(batch, "."), "a folder is no item");
	is_int(seen.status[1], 65, "65");
	is_ok(edoc_batch_wait(batch, -1, &err), &err, "waiting for nothing");
	edoc_batch_free(batch);
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left");
	options.work = NULL;
	fails(edoc_batch_new(&options, &batch, &err), EDOC_ERR_USAGE, &err, NULL,
	      "no work: no batch");
}

static void test_stop(void)
{
	struct seen seen = {0};
	int ends[2];
	struct edoc_batch_options options = {
	        .workers = 2, .work = work, .done = note, .done_arg = &seen};
	struct edoc_error err = {0};
	struct edoc_batch *batch = NULL;

	if (pipe(ends))
		_exit(1);
	options.stop = ends[0];
	is_ok(edoc_batch_new(&options, &batch, &err), &err, "a batch that can be stopped");
	make("hang", 'a');
	ok(add(batch, "hang"), "hangs");
	ok(write(ends[1], "", 1) == 1, "stop");
	fails(edoc_batch_wait(batch, -1, &err), EDOC_ERR_AGAIN, &err, "stopped",
	      "it stops at once");
	edoc_batch_free(batch);
	ok(!seen.n, "and says nothing of what was not done");
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left");
	close(ends[0]);
	close(ends[1]);
}

static void test_urls(void)
{
	static const struct {
		const char *url;
		bool good;
	} urls[] = {{"http://a.example/x", true},
	            {"https://a.example", true},
	            {"HTTP://A.EXAMPLE/x?y=1", true},
	            {"http://[::1]:80/", true},
	            {"ftp://a.example/x", false},
	            {"file:///etc/passwd", false},
	            {"ldap://a.example/x", false},
	            {"http://", false},
	            {"http:///x", false},
	            {"http://u@a.example/", false},
	            {"http://u:p@a.example/", false},
	            {"http://a.example/a b", false},
	            {"http://a.example/\n", false},
	            {"http://a.example/\xc3\xa9", false},
	            {"http://a.example/a@b", true},
	            {"", false}};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct ed_wish wish = {.kind = EDOC_FETCH_CRL, .max = 1};

		wish.url_len = (uint32_t)strlen(urls[i].url);
		memcpy(wish.rest, urls[i].url, wish.url_len);
		ok(ed_wish_sound(&wish, offsetof(struct ed_wish, rest) + wish.url_len) ==
		           urls[i].good,
		   "%s is %sfetched",
		   urls[i].url[0] ? strtok(strdupa(urls[i].url), "\n") : "nothing",
		   urls[i].good ? "" : "not ");
	}
}

static void test_plain(void)
{
	ok(ed_answer_plain("a\tb\n\xd0\xb0", 6, false), "letters, tab, newline");
	ok(!ed_answer_plain("\033[32mx\033[0m", 11, false), "colours only when they are on");
	ok(ed_answer_plain("\033[32mx\033[0m", 10, true), "then they are");
	ok(!ed_answer_plain("\033[32", 4, true), "a cut one is not");
	ok(!ed_answer_plain("\033[2J", 4, true), "nor is another sequence");
	ok(!ed_answer_plain("\x9b"
	                    "1m",
	                    3, true),
	   "nor C1");
	ok(!ed_answer_plain("\x7f", 1, true) && !ed_answer_plain("\r", 1, true), "nor DEL, CR");
}

/* ---- work that keeps its rights ---- */

/* Writes a file beside the item, in two steps with time between them. */
static enum edoc_code change(void *arg, struct edoc_batch_worker *w, const char *name, int fd,
                             char **text, int *status, struct edoc_error *err)
{
	char path[600];
	FILE *made;

	(void)arg;
	(void)w;
	if (strstr(name, "crash"))
		raise(SIGSEGV);
	if (strstr(name, "refuse")) {
		*err = (struct edoc_error){.code = EDOC_ERR_AGAIN, .where = "x", .msg = "no"};
		return EDOC_ERR_AGAIN;
	}
	snprintf(path, sizeof(path), "%s.made", name);
	made = fopen(path, "w");
	if (!made)
		return EDOC_ERR_IO;
	fputs("begun ", made);
	fflush(made);
	usleep(strstr(name, "late") ? 2500000 : strstr(name, "slow") ? 300000 : 1000);
	fputs("finished", made);
	fclose(made);
	*status = fd == -1 ? 0 : 70;
	say(text, "%s", strrchr(name, '/') + 1);
	return EDOC_OK;
}

static struct edoc_batch *unboxed(struct edoc_batch_options how, struct seen *seen)
{
	struct edoc_batch *batch = NULL;
	struct edoc_error err = {0};

	how.unboxed = true;
	how.work = change;
	how.done = note;
	how.done_arg = seen;
	return edoc_batch_new(&how, &batch, &err) == EDOC_OK ? batch : NULL;
}

/* How many of dir/NAME*.made there are, and whether each is whole. */
static size_t made(const char *const *names, bool *whole)
{
	size_t n = 0;

	*whole = true;
	for (size_t i = 0; names[i]; i++) {
		char path[600], text[32] = "";
		FILE *in;

		snprintf(path, sizeof(path), "%s/%s.made", dir, names[i]);
		in = fopen(path, "r");
		if (!in)
			continue;
		n++;
		if (!fgets(text, sizeof(text), in) || strcmp(text, "begun finished") != 0)
			*whole = false;
		fclose(in);
		(void)unlink(path);
	}
	return n;
}

static void test_unboxed(void)
{
	const char *names[] = {"w1", "w2-refuse", "w3-crash", "w4-late", "w5", "w6", "w7", NULL};
	struct edoc_batch *batch;
	struct edoc_error err = {0};
	struct seen seen = {0};
	bool whole, good;
	size_t n;

	batch = unboxed(
	        (struct edoc_batch_options){
	                .workers = 3, .seconds = 1, .ordered = true, .stop = -1},
	        &seen);
	good = batch != NULL;
	for (size_t i = 0; good && names[i]; i++)
		good = add(batch, names[i]); /* not there: nobody opens it */
	good = good && edoc_batch_wait(batch, -1, &err) == EDOC_OK;
	edoc_batch_free(batch);
	n = made(names, &whole);
	ok(good && seen.n == 7 && seen.errors == 2, "unboxed: each item has its result");
	ok(seen.status[1] == 75 && seen.status[2] == 70 && !seen.status[0] && !seen.status[6],
	   "in order; a refusal and a crash cost their item alone");
	ok(n == 5 && whole, "the others wrote their files");
	ok(!seen.status[3], "one took longer than its seconds, and was let");
}

static void test_unboxed_stop(void)
{
	const char *names[] = {"s1-slow", "s2-slow", "s3-slow", "s4-slow", "s5-slow", NULL};
	struct edoc_batch *batch;
	struct edoc_error err = {0};
	struct seen seen = {0};
	bool whole, stopped;
	int stop[2];
	size_t n;

	if (pipe(stop))
		return;
	batch = unboxed((struct edoc_batch_options){.workers = 2, .stop = stop[0]}, &seen);
	ok(batch && add(batch, names[0]) && add(batch, names[1]), "two are under way");
	usleep(50000);
	if (write(stop[1], "", 1) != 1)
		return;
	stopped = batch && !add(batch, names[2]);
	ok(stopped, "no third is begun after a stop");
	edoc_batch_free(batch);
	n = made(names, &whole);
	ok(n == 2 && whole && seen.n == 2 && !seen.errors,
	   "the two are finished, and told: %zu files, %zu results", n, seen.n);

	/* Stopped while all are given and waited for. */
	memset(&seen, 0, sizeof(seen));
	batch = unboxed((struct edoc_batch_options){.workers = 2, .stop = stop[0], .ordered = true},
	                &seen);
	(void)(batch && add(batch, names[3]));
	stopped = batch && edoc_batch_wait(batch, -1, &err) != EDOC_OK;
	edoc_batch_free(batch);
	n = made(names, &whole);
	ok(stopped && err.code == EDOC_ERR_AGAIN && n == 1 && whole && seen.n == 1,
	   "a stop at the end waits, too");
	close(stop[0]);
	close(stop[1]);
}

/* Who kills the caller kills the workers: nobody signs on behind his back. */
static void test_unboxed_killed(void)
{
	const char *names[] = {"k1-late", NULL};
	struct seen seen = {0};
	char path[600], text[32] = "";
	pid_t pid = fork();
	FILE *in;

	if (!pid) {
		struct edoc_batch *batch =
		        unboxed((struct edoc_batch_options){.workers = 2, .stop = -1}, &seen);

		(void)(batch && add(batch, names[0]));
		usleep(200000);
		(void)kill(getpid(), SIGKILL);
	}
	(void)waitpid(pid, NULL, 0);
	usleep(2700000);
	snprintf(path, sizeof(path), "%s/%s.made", dir, names[0]);
	in = fopen(path, "r");
	ok(in && fgets(text, sizeof(text), in) && !strcmp(text, "begun "),
	   "a worker goes with its caller");
	if (in)
		fclose(in);
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/edoc-batch-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	test_plain();
	test_urls();
	test_absent();
	test_order();
	test_long();
	test_fetch();
	test_stop();
	test_harm();
	test_box();
	test_unboxed();
	test_unboxed_stop();
	test_unboxed_killed();
	if (chdir(dir) == 0 && system("rm -f -- *") == 0)
		(void)rmdir(dir);
	return done();
}
