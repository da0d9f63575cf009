/* SPDX-License-Identifier: ISC */
/* Many items, in many processes: what the tools say while and after. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

struct run {
	struct cmd *cmd;
	const struct cmd_batch *what;
	struct edoc_batch *batch; /* NULL: here, one after the other */
	void *names;              /* tsearch(3): files that were given already */
	uint64_t done, total;
	int exit;
	bool cut; /* the batch ends before its items */
};

/* ---- stopping ---- */

/* What a signal handler may touch. */
static volatile sig_atomic_t caught;
static int stop_pipe[2] = {-1, -1};

static void on_signal(int number)
{
	int saved = errno;

	caught = number;
	if (write(stop_pipe[1], "", 1) < 0) {
		/* full: they have been told */
	}
	errno = saved;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

/* What is being printed is printed; who does not want to wait for its reader
 * says it twice. */
int cmd_stop(void)
{
	struct sigaction now,
	        act = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};

	if (stop_pipe[0] >= 0 || pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK))
		return stop_pipe[0];
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		/* nohup(1) is not to be undone */
		if (!sigaction(signals[i], NULL, &now) && now.sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &act, NULL);
	return stop_pipe[0];
}

/* The end that the signal asked for, so that a shell's loop ends too. */
static void obey(struct cmd *cmd, const struct run *run)
{
	cmd_warn(cmd, NULL, _("stopped after %llu items"), (unsigned long long)run->done);
	cmd_flush(cmd);
	(void)signal(caught, SIG_DFL);
	(void)raise(caught);
}

/* ---- results ---- */

static void on_done(void *arg, const struct edoc_batch_result *result)
{
	struct run *run = arg;
	int status = result->status;

	if (result->error)
		status = cmd_fail_item(run->cmd, result->name, result->error);
	else if (result->text)
		cmd_put(run->cmd, result->text, result->len);
	run->exit = cmd_fold(run->exit, status);
	run->done++;
	cmd_untold(run->cmd, result->name, status ? NULL : run->what->done);
	cmd_flush(run->cmd);
	cmd_untold(run->cmd, NULL, NULL);
	cmd_progress(run->cmd, run->done, run->total);
}

static void give_up(struct run *run, const struct edoc_error *err)
{
	run->cmd->state->halt = run->cut = true;
	if (!caught)
		run->exit = cmd_fold(run->exit, cmd_fail(run->cmd, err));
}

/* ---- one file, several names ---- */

static int compare_keys(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Whether the key is new; it is kept. */
static bool first_time(struct run *run, char *key)
{
	char **found = tsearch(key, &run->names, compare_keys);

	if (!found)
		cmd_die_memory();
	else if (*found == key)
		return true;
	free(key);
	return false;
}

/* A symbolic link is not written through: the file that it leads to is still to be
 * done under its own name. */
static bool is_symlink(const char *item)
{
	struct stat st;

	return lstat(item, &st) == 0 && S_ISLNK(st.st_mode);
}

/* The last link of a file that had several is asked for too: the first may have
 * been replaced already. */
static bool is_other_link(struct run *run, const struct stat *st)
{
	char *key = cmd_printf("%llx:%llx", (unsigned long long)st->st_dev,
	                       (unsigned long long)st->st_ino);
	bool other;

	if (st->st_nlink > 1)
		return !first_time(run, key);
	other = tfind(key, &run->names, compare_keys) != NULL;
	free(key);
	return other;
}

/*
 * Names of one file: signed once.  Hard links are told apart only until the
 * first is replaced; the others would then be files of their own, without it.
 */
static bool is_repeated(struct run *run, const char *item)
{
	char *real = realpath(item, NULL);
	struct edoc_error err = {.code = EDOC_ERR_EXISTS};
	struct stat st;

	if (!real || stat(real, &st) != 0 || /* work tells what is wrong with it */
	    (is_symlink(item) && !tfind(real, &run->names, compare_keys))) {
		free(real);
		return false;
	}
	if (!first_time(run, real)) {
		cmd_warn(run->cmd, item, _("is named twice, and done once"));
		return true;
	}
	if (!is_other_link(run, &st))
		return false;
	snprintf(err.msg, sizeof err.msg, "%s",
	         _("a hard link of a file that was named before: left as it is; copy it first"));
	run->exit = cmd_fold(run->exit, cmd_fail_item(run->cmd, item, &err));
	return true;
}

/* ---- items ---- */

/* In this process. */
static void work_here(struct run *run, const char *item)
{
	struct edoc_batch_result result = {.name = item};
	struct edoc_error err = {0};
	char *text = NULL;
	enum edoc_code code =
	        run->what->work(run->what->arg, NULL, item, -1, &text, &result.status, &err);

	err.code = code;
	result.error = code == EDOC_OK ? NULL : &err;
	result.text = text;
	result.len = text ? strlen(text) : 0;
	on_done(run, &result);
	free(text);
	if (caught)
		run->cmd->state->halt = true;
}

/* Results fold their statuses themselves, when they come. */
static int hand_on(struct cmd *cmd, const char *item, void *arg)
{
	struct run *run = arg;
	struct edoc_error err = {0};

	(void)cmd;
	if (run->what->writes && is_repeated(run, item))
		return 0;
	if (!run->batch)
		work_here(run, item);
	else if (edoc_batch_add(run->batch, item, &err) != EDOC_OK)
		give_up(run, &err);
	return 0;
}

static void on_idle(struct cmd *cmd, int fd, void *arg)
{
	struct run *run = arg;
	struct pollfd either[] = {{.fd = fd, .events = POLLIN},
	                          {.fd = stop_pipe[0], .events = POLLIN}};
	struct edoc_error err = {0};
	int wait = -1;

	if (run->batch && edoc_batch_wait(run->batch, fd, &err) != EDOC_OK)
		give_up(run, &err);
	/* Nothing is under way: then a signal ends the waiting for names.  That a
	 * FIFO has no writer only a read tells, of which there is one a second. */
	if (fcntl(fd, F_GETFL) & O_NONBLOCK)
		wait = 1000;
	while (!caught && poll(either, 2, wait) < 0 && errno == EINTR)
		;
	if (caught)
		cmd->state->halt = true;
}

static int jobs(const struct cmd *cmd, unsigned *n)
{
	const char *text = cmd_value(cmd, "jobs");
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	char *end;
	unsigned long value;

	*n = cores > 0 ? (unsigned)cores : 1;
	if (!text)
		return 0;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || value < 1 || value > 256)
		return cmd_usage(cmd, _("-j takes a number from 1 to 256, not \"%s\""), text);
	*n = (unsigned)value;
	return 0;
}

/* No more than there are items, as far as that is known. */
int cmd_jobs(const struct cmd *cmd, unsigned *n)
{
	bool lists = cmd_value(cmd, "files-from") != NULL;
	int status = jobs(cmd, n);

	for (size_t i = 0; i < cmd->n; i++)
		lists = lists || !strcmp(cmd->operands[i], "-");
	if (!status && !lists && cmd->n < *n)
		*n = cmd->n ? (unsigned)cmd->n : 1;
	return status;
}

static int writers(const struct cmd *cmd, const struct cmd_batch *what, unsigned *n)
{
	int status = cmd_jobs(cmd, n);

	if (!status && what->alone && cmd_given(cmd, "jobs") && *n > 1)
		return cmd_usage(cmd, _("-j: a key in a token is used by one process at a time"));
	if (what->alone)
		*n = 1;
	return status;
}

int cmd_batch(struct cmd *cmd, const struct cmd_batch *what)
{
	struct run run = {.cmd = cmd, .what = what};
	struct edoc_batch_options options = {.ordered = cmd_given(cmd, "ordered"),
	                                     .color = cmd_color(cmd),
	                                     .seconds = what->seconds,
	                                     .memory = what->memory,
	                                     .work = what->work,
	                                     .work_arg = what->arg,
	                                     .done = on_done,
	                                     .done_arg = &run,
	                                     .fetch = what->fetch,
	                                     .fetch_arg = what->fetch_arg,
	                                     .keep = what->keep,
	                                     .n_keep = what->n_keep,
	                                     .unboxed = what->writes};
	struct edoc_error err = {0};
	int status =
	        what->writes ? writers(cmd, what, &options.workers) : jobs(cmd, &options.workers);
	bool here = what->writes && options.workers == 1;

	if (status)
		return status;
	/* Here a signal ends us at once: what is being written has no name yet. */
	options.stop = here ? -1 : cmd_stop();
	if (options.stop < 0 && !here) {
		cmd_error(cmd, NULL, "pipe: %s", strerror(errno));
		return CMD_IO;
	}
	/* Without it libc looks at /etc/localtime for every time it is asked, and
	 * a worker, which cannot, would take UTC. */
	(void)setenv("TZ", ":/etc/localtime", 0);
	if (!here && edoc_batch_new(&options, &run.batch, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	if (what->head)
		cmd_put(cmd, what->head, strlen(what->head));
	run.total = cmd->state->progress ? cmd_count_files(cmd) : 0;
	status = what->writes ? cmd_each_while(cmd, hand_on, on_idle, &run)
	                      : cmd_each_file_while(cmd, hand_on, on_idle, &run);
	if (run.batch && !cmd->state->halt && edoc_batch_wait(run.batch, -1, &err) != EDOC_OK)
		give_up(&run, &err);
	edoc_batch_free(run.batch);
	tdestroy(run.names, free);
	if (what->end)
		what->end(cmd, run.done, run.cut || caught);
	if (caught)
		obey(cmd, &run);
	return cmd_fold(status, run.exit);
}
