/* SPDX-License-Identifier: ISC */
/* edoc-route: what a desk sends and receives, and what it does by itself. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "route.h"

/* ---- a transport: a program that takes one file ---- */

#define TIMEOUT 300 /* seconds */
#define GRACE 5     /* seconds between asking it to end and ending it */
#define POLL 50     /* milliseconds between two looks, at most */

struct post {
	struct cmd *cmd;
	const char *desk;
	struct edoc_directory *directory; /* in force at the desk, or NULL */
};

struct child {
	pid_t pid;
	int out;        /* what it says */
	char last[512]; /* its last line */
	size_t n;
	bool ended;
	int status;
};

/* "transport.NAME", where edoc.conf has it; else NULL. */
static char *command_of(const struct cmd *cmd, const char *name)
{
	char *key = name ? cmd_printf("transport.%s", name) : NULL;

	if (key && edoc_conf_item(cmd->conf, key, 0))
		return key;
	free(key);
	return NULL;
}

/* The agency's own command, else that of the transport which the directory
 * names for it, else the one for all; the file comes last. */
static const char **words_of(const struct post *post, const char *agency, const char *path)
{
	const struct cmd *cmd = post->cmd;
	char *key = command_of(cmd, agency);
	const char **argv = NULL, *word;
	size_t n = 0;

	if (!key && post->directory)
		key = command_of(cmd, edoc_directory_transport(post->directory, agency, cmd->now));
	while ((word = edoc_conf_item(cmd->conf, key ? key : "transport", n)) != NULL) {
		argv = cmd_grow(argv, n + 1, sizeof(*argv));
		argv[n++] = word;
	}
	free(key);
	if (!n)
		return NULL;
	argv = cmd_grow(argv, n + 2, sizeof(*argv));
	argv[n] = path;
	argv[n + 1] = NULL;
	return argv;
}

static _Noreturn void become(const struct post *post, const char *agency, const char **argv,
                             int out)
{
	int null = open("/dev/null", O_RDWR);

	(void)setpgid(0, 0);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)dup2(null, 0);
	(void)dup2(out, 1);
	(void)dup2(out, 2);
	(void)setenv("EDOC_AGENCY", agency, 1);
	(void)setenv("EDOC_DESK", post->desk, 1);
	execvp(argv[0], (char *const *)argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static bool start(const struct post *post, const char *agency, const char **argv,
                  struct child *child)
{
	int ends[2];

	*child = (struct child){.out = -1};
	if (pipe2(ends, O_CLOEXEC))
		return false;
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK); /* ours alone: what it writes waits for us */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)fflush(NULL);
	child->pid = fork();
	if (child->pid == 0)
		become(post, agency, argv, ends[1]);
	close(ends[1]);
	child->out = ends[0];
	if (child->pid < 0)
		close(ends[0]);
	else
		(void)setpgid(child->pid, child->pid);
	return child->pid > 0;
}

/* Its last line is why it failed, most likely. */
static void listen_to(struct child *child)
{
	char piece[512];
	ssize_t n;

	while ((n = read(child->out, piece, sizeof(piece))) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (child->n && child->last[child->n - 1] == '\n')
				child->n = 0;
			if (child->n < sizeof(child->last) - 1 && (piece[i] != '\n' || child->n))
				child->last[child->n++] = piece[i];
			else if (piece[i] == '\n' && child->n)
				child->last[child->n - 1] = '\n';
		}
}

static int64_t clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool wait_until(struct child *child, int64_t end)
{
	struct pollfd p = {.fd = child->out, .events = POLLIN};

	for (int pause = 1; !child->ended && clock_ms() < end; pause *= pause < POLL ? 2 : 1) {
		(void)poll(&p, 1, pause);
		listen_to(child);
		if (p.revents & POLLHUP) /* it closed its output: poll() no longer waits */
			(void)poll(NULL, 0, pause);
		child->ended = waitpid(child->pid, &child->status, WNOHANG) == child->pid;
	}
	listen_to(child);
	return child->ended;
}

static void stop(struct child *child)
{
	(void)kill(-child->pid, SIGTERM);
	if (!wait_until(child, clock_ms() + (int64_t)GRACE * 1000)) {
		(void)kill(-child->pid, SIGKILL);
		child->ended = waitpid(child->pid, &child->status, 0) == child->pid;
	}
}

static void tell_end(struct child *child, bool hung, int seconds, char *why, size_t size)
{
	char said[256];
	int n;

	while (child->n && strchr(" \t\r\n", child->last[child->n - 1]))
		child->n--;
	child->last[child->n] = '\0';
	snprintf(said, sizeof(said), "%s%.200s", child->n ? ": " : "", child->last);
	if (hung)
		n = snprintf(why, size, _("no end after %d s"), seconds);
	else if (WIFSIGNALED(child->status))
		n = snprintf(why, size, _("killed by signal %d"), WTERMSIG(child->status));
	else
		n = snprintf(why, size, _("exit %d"), WEXITSTATUS(child->status));
	if (n > 0 && (size_t)n < size)
		snprintf(why + n, size - (size_t)n, "%s", said);
}

static int number_of(const struct cmd *cmd, const char *key, int otherwise)
{
	const char *text = edoc_conf_get(cmd->conf, key);

	return text ? (int)strtol(text, NULL, 10) : otherwise;
}

static enum edoc_carried carry(void *arg, const char *agency, const char *path, char *why,
                               size_t size)
{
	struct post *post = arg;
	int seconds = number_of(post->cmd, "transport-timeout", TIMEOUT);
	char *full = realpath(path, NULL); /* no name begins with "-", wherever it runs */
	enum edoc_carried result = EDOC_CARRY_FAILED;
	const char **argv = NULL;
	struct child child;
	bool hung;

	if (full)
		argv = words_of(post, agency, full);
	if (!full || (argv && !start(post, agency, argv, &child))) {
		snprintf(why, size, "%s", strerror(errno));
	} else if (!argv) {
		result = EDOC_CARRY_NONE;
	} else {
		hung = !wait_until(&child, clock_ms() + (int64_t)seconds * 1000);
		if (hung)
			stop(&child);
		close(child.out);
		tell_end(&child, hung, seconds, why, size);
		if (!hung && WIFEXITED(child.status) && WEXITSTATUS(child.status) == 0)
			result = EDOC_CARRIED;
	}
	free(argv);
	free(full);
	return result;
}

/* A desk without a directory that it can believe still has its own commands. */
static struct post post_of(struct cmd *cmd, const struct route_run *run)
{
	struct post post = {.cmd = cmd, .desk = edoc_desk_folder(run->desk)};

	if (edoc_desk_directory(run->desk, cmd->now, &post.directory, NULL) != EDOC_OK)
		post.directory = NULL;
	return post;
}

static struct edoc_mail mail_of(struct cmd *cmd, struct post *post)
{
	return (struct edoc_mail){.now = cmd->now,
	                          .dry = cmd->dry_run,
	                          .carry = carry,
	                          .carry_arg = post,
	                          .receipt = number_of(cmd, "receipt-within", 0)};
}

/* ---- items ---- */

static int send_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_desk_send(run->desk, item, &run->act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

static int send_again_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_desk_send_again(run->desk, item, &run->act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

static int receive_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_desk_receive(run->desk, item, &run->act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

/* All that the desk itself finds; nothing to do is fine. */
static int each_found(struct cmd *cmd, struct route_run *run, char **found, cmd_item_fn *fn)
{
	int status = 0;

	for (size_t i = 0; found[i]; i++) {
		status = cmd_fold(status, fn(cmd, found[i], run));
		cmd_flush(cmd);
	}
	edoc_names_free(found);
	return status;
}

/* ---- jobs: what a desk does by itself, one after the other ---- */

static int job_receive(struct cmd *cmd, struct route_run *run)
{
	struct edoc_error err = {0};
	char **paths = NULL;

	if (edoc_desk_incoming(run->desk, &paths, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	return each_found(cmd, run, paths, receive_one);
}

static int job_send(struct cmd *cmd, struct route_run *run)
{
	struct edoc_error err = {0};
	char **ids = NULL;

	if (edoc_desk_sendable(run->desk, cmd->now, &ids, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	return each_found(cmd, run, ids, send_one);
}

static int silence_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_desk_silence(run->desk, item, &run->act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

/* Steps whose term is over and whose silence the route gives a meaning. */
static int job_silence(struct cmd *cmd, struct route_run *run)
{
	struct edoc_error err = {0};
	char **ids = NULL;

	if (edoc_desk_silent(run->desk, cmd->now, &ids, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	return each_found(cmd, run, ids, silence_one);
}

static int job_resend(struct cmd *cmd, struct route_run *run)
{
	struct post post = post_of(cmd, run);
	struct edoc_mail mail = mail_of(cmd, &post);
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code = edoc_desk_resend(run->desk, &mail, TEXT(cmd), JSON(cmd), &err);

	edoc_directory_free(post.directory);
	return route_tell(cmd, NULL, code, &err, text, json);
}

static int job_flush(struct cmd *cmd, struct route_run *run)
{
	struct post post = post_of(cmd, run);
	struct edoc_mail mail = mail_of(cmd, &post);
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	size_t failed = 0;
	enum edoc_code code =
	        edoc_desk_flush(run->desk, &mail, TEXT(cmd), JSON(cmd), &failed, &err);

	edoc_directory_free(post.directory);
	int status = route_tell(cmd, NULL, code, &err, text, json);

	return status ? status : failed ? CMD_AGAIN : 0;
}

/* In that language; then as before. */
static int notice_in(struct cmd *cmd, struct route_run *run, const char *lang, bool all)
{
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code;

	cmd_speak(lang);
	code = (all ? edoc_desk_notices : edoc_desk_demanded)(run->desk, lang, cmd->now, TEXT(cmd),
	                                                      JSON(cmd), &err);
	cmd_speak(cmd_lang(cmd));
	return route_tell(cmd, NULL, code, &err, text, json);
}

/* In each language that edoc.conf names.  With none, what routes ask for, in
 * the desk's own language: that of whoever runs us changes. */
static int job_notice(struct cmd *cmd, struct route_run *run)
{
	const char *lang = edoc_conf_get(cmd->conf, "lang");
	int status = 0;

	if (cmd->dry_run)
		return 0;
	if (!edoc_conf_item(cmd->conf, "notice", 0))
		return notice_in(cmd, run, lang ? lang : "en", false);
	for (size_t i = 0; (lang = edoc_conf_item(cmd->conf, "notice", i)) != NULL; i++)
		status = cmd_fold(status, notice_in(cmd, run, lang, true));
	return status;
}

/* ---- verbs ---- */

int route_send(struct cmd *cmd)
{
	bool named = cmd->n || cmd_given(cmd, "files-from"), again = cmd_given(cmd, "again");
	struct route_run run = {0};

	if (again && !named)
		return cmd_usage(cmd, _("--again needs the cases"));
	int status = route_open(cmd, &run);
	if (!status)
		status = named ? cmd_each(cmd, again ? send_again_one : send_one, &run)
		               : job_send(cmd, &run);
	if (run.desk && status != CMD_USAGE)
		status = cmd_fold(status, job_flush(cmd, &run));
	route_close(&run);
	return status;
}

int route_receive(struct cmd *cmd)
{
	struct route_run run = {0};
	int status = route_open(cmd, &run);

	if (!status)
		status = cmd->n || cmd_given(cmd, "files-from") ? cmd_each(cmd, receive_one, &run)
		                                                : job_receive(cmd, &run);
	route_close(&run);
	return status;
}

int route_tick(struct cmd *cmd)
{
	static int (*const jobs[])(struct cmd *, struct route_run *) = {
	        route_mend_index,       job_receive, job_silence, job_send,
	        route_checkpoint_daily, job_resend,  job_flush,   job_notice,
	};
	struct route_run run = {0};
	int status = route_open(cmd, &run);

	for (size_t i = 0; run.desk && i < sizeof(jobs) / sizeof(jobs[0]); i++)
		status = cmd_fold(status, jobs[i](cmd, &run));
	route_close(&run);
	return status;
}

#define DAYS 30 /* before its end a certificate is told */

int route_status(struct cmd *cmd)
{
	const char *days = cmd_value(cmd, "days");
	bool prometheus = cmd_given(cmd, "prometheus");
	char *text = NULL, *json = NULL, *lines = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};
	size_t problems = 0;

	if (days && (!*days || strlen(days) > 4 || days[strspn(days, "0123456789")]))
		return cmd_usage(cmd, _("--days takes a number of days, up to 9999"));
	if (prometheus && cmd->json)
		return cmd_usage(cmd, _("--prometheus and --json contradict each other"));
	int status = route_open_lists(cmd, &run);
	if (!status) {
		struct edoc_mail mail = mail_of(cmd, NULL);
		enum edoc_code code =
		        edoc_desk_status(run.desk, &mail, days ? (int)strtol(days, NULL, 10) : DAYS,
		                         cmd->json || prometheus ? NULL : &text, JSON(cmd),
		                         prometheus ? &lines : NULL, &problems, &err);
		status = route_tell(cmd, NULL, code, &err, prometheus ? lines : text, json);
	}
	route_close(&run);
	return status ? status : problems > 0;
}

int route_outbox(struct cmd *cmd)
{
	struct route_run run = {0};
	struct edoc_error err = {0};
	char *text = NULL, *json = NULL;
	size_t late = 0;
	int status = route_open(cmd, &run);

	if (!status) {
		struct edoc_mail mail = mail_of(cmd, NULL);
		enum edoc_code code =
		        edoc_desk_outbox(run.desk, &mail, TEXT(cmd), JSON(cmd), &late, &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
	}
	route_close(&run);
	return status ? status : late > 0;
}
