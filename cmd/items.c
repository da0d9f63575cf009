/* SPDX-License-Identifier: ISC */
/* Operands, lists of names, folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

/* A run over the items. */
struct run {
	struct cmd *cmd;
	cmd_item_fn *fn;
	cmd_idle_fn *idle; /* or NULL */
	void *arg;
	bool walk;
	size_t count;
	int exit;
};

static void visit(struct run *run, const char *item)
{
	if (run->cmd->state->halt)
		return;
	run->count++;
	run->exit = cmd_fold(run->exit, run->fn(run->cmd, item, run->arg));
	cmd_free_texts(run->cmd);
	cmd_flush(run->cmd);
}

/* ---- folders ---- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	char **v;
	size_t n;
};

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

/* The names in a folder, sorted; false with errno. */
static bool read_names(const char *dir, struct names *names)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	*names = (struct names){NULL, 0};
	if (!d)
		return false;
	while (errno = 0, (e = readdir(d)) != NULL) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		names->v = cmd_grow(names->v, names->n + 1, sizeof *names->v);
		names->v[names->n++] = cmd_strdup(e->d_name);
	}
	int saved = errno;
	closedir(d);
	errno = saved;
	if (saved == 0 && names->n > 0)
		qsort(names->v, names->n, sizeof *names->v, compare_names);
	return saved == 0;
}

/* What an interrupted writer of ours may leave beside a file. */
static bool is_temporary(const char *name)
{
	size_t n = strlen(name);

	return n == strlen(".edoc-0123456789abcdef.tmp") && !strncmp(name, ".edoc-", 6) &&
	       !strcmp(name + n - 4, ".tmp");
}

static void walk(struct run *run, const char *dir);

static void walk_entry(struct run *run, const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0 || S_ISREG(st.st_mode)) {
		visit(run, path); /* what vanished is fn's error to tell */
	} else if (S_ISDIR(st.st_mode)) {
		walk(run, path);
	} else {
		cmd_note(run->cmd, path, _("passed over: not a regular file"));
	}
}

static void walk(struct run *run, const char *dir)
{
	struct names names;
	size_t len = strlen(dir);

	if (!read_names(dir, &names)) {
		cmd_error(run->cmd, dir, _("cannot read the folder: %s"), strerror(errno));
		run->exit = cmd_fold(run->exit, errno == EIO ? CMD_IO : CMD_ABSENT);
	}
	for (size_t i = 0; i < names.n && !run->cmd->state->halt; i++) {
		char *path = cmd_printf("%s%s%s", dir, len > 0 && dir[len - 1] == '/' ? "" : "/",
		                        names.v[i]);
		if (is_temporary(names.v[i]))
			cmd_note(run->cmd, path, _("passed over: an unfinished file"));
		else
			walk_entry(run, path);
		free(path);
	}
	free_names(&names);
}

static void take(struct run *run, const char *item)
{
	struct stat st;

	if (run->walk && stat(item, &st) == 0 && S_ISDIR(st.st_mode))
		walk(run, item);
	else
		visit(run, item);
}

/* ---- lists ---- */

int cmd_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), flags;
	struct pollfd writer = {.fd = fd, .events = POLLIN};
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return -1;
	}
	if (S_ISFIFO(st.st_mode)) /* a writer may come a moment later */
		(void)poll(&writer, 1, 1000);
	flags = fcntl(fd, F_GETFL);
	(void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return fd;
}

int cmd_open_exit(int error)
{
	switch (error) {
	case EISDIR:
		return CMD_INPUT;
	case ENOENT:
	case ENOTDIR:
	case EACCES:
	case ELOOP:
	case ENAMETOOLONG:
		return CMD_ABSENT;
	case ENOMEM:
		return CMD_AGAIN;
	default:
		return CMD_IO;
	}
}

struct list {
	struct run *run;
	int fd;
	size_t at, n;
	int error; /* errno of a read that failed */
	char bytes[1 << 16];
};

/* The next byte, or EOF.  Before waiting for more, what is under way may come
 * to its end: who feeds us by a pipe may wait for that. */
static int next_byte(struct list *list)
{
	struct run *run = list->run;
	ssize_t n;

	if (list->at < list->n)
		return (unsigned char)list->bytes[list->at++];
	do {
		if (run->idle)
			run->idle(run->cmd, list->fd, run->arg);
		if (run->cmd->state->halt)
			return EOF;
		n = read(list->fd, list->bytes, sizeof list->bytes);
	} while (n < 0 && (errno == EINTR || (errno == EAGAIN && run->idle)));
	if (n <= 0) {
		list->error = n < 0 ? errno : 0;
		return EOF;
	}
	list->n = (size_t)n;
	list->at = 1;
	return (unsigned char)list->bytes[0];
}

/* The next name of a list, whose number is counted.  1; 0 at its end; -1 when
 * it is no list, with *why.  What is no list may have no end either, as
 * /dev/zero. */
static int next_name(struct list *list, int end, char name[PATH_MAX], size_t *number,
                     const char **why)
{
	size_t n = 0;
	int c;

	++*number;
	while ((c = next_byte(list)) != EOF && c != end) {
		if (c == '\0')
			*why = _("a NUL in a list of lines; is -0 missing?");
		else if (n == PATH_MAX - 1)
			*why = _("a name longer than any file's; is this a list?");
		if (*why)
			return -1;
		name[n++] = (char)c;
	}
	if (end == '\n' && n && name[n - 1] == '\r') /* of a line that ends with CR LF */
		n--;
	name[n] = '\0';
	if (c == '\0' && n == 0) {
		*why = _("an empty name");
		return -1;
	}
	return n > 0 || c != EOF;
}

static void take_list(struct run *run, int fd, const char *name_of_list)
{
	int end = cmd_given(run->cmd, "null") ? '\0' : '\n', more;
	struct list *list = cmd_alloc(sizeof *list);
	const char *why = NULL;
	char name[PATH_MAX];
	size_t number = 0;

	list->run = run;
	list->fd = fd;
	/* What is cut short by an error is no name. */
	while ((more = next_name(list, end, name, &number, &why)) > 0 && !list->error &&
	       !run->cmd->state->halt)
		if (name[0]) /* blank lines are nothing */
			take(run, name);
	int error = list->error;
	free(list);
	if (more >= 0 && !error)
		return;
	char *where = cmd_printf("%s:%zu", name_of_list, number);
	if (error)
		cmd_error(run->cmd, where, _("cannot read the list: %s"), strerror(error));
	else
		cmd_error(run->cmd, where, "%s", why);
	run->exit = cmd_fold(run->exit, error ? CMD_IO : CMD_INPUT);
	free(where);
}

static void take_file(struct run *run, const char *path)
{
	if (!strcmp(path, "-")) {
		if (run->cmd->state->stdin_read)
			return;
		run->cmd->state->stdin_read = true;
		take_list(run, STDIN_FILENO, "-");
		return;
	}
	int fd = cmd_open(path);
	if (fd < 0) {
		int error = errno;
		cmd_error(run->cmd, path, _("cannot open the list: %s"), strerror(error));
		run->exit = cmd_fold(run->exit, cmd_open_exit(error));
		return;
	}
	if (run->idle) /* who waits there waits for signals too */
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	take_list(run, fd, path);
	(void)close(fd);
}

static int each(struct run *run)
{
	const struct cmd *cmd = run->cmd;
	const char *list = cmd_value(cmd, "files-from");
	bool listed = list != NULL;

	for (size_t i = 0; i < cmd->n; i++)
		listed = listed || !strcmp(cmd->operands[i], "-");
	if (cmd->n == 0 && !list)
		return cmd_usage(cmd, _("nothing is named; names on stdin are read with \"-\""));
	if (cmd_given(cmd, "null") && !listed)
		return cmd_usage(cmd, _("-0 goes with --files-from or \"-\""));
	for (size_t i = 0; i < cmd->n; i++) {
		if (!strcmp(cmd->operands[i], "-"))
			take_file(run, "-");
		else
			take(run, cmd->operands[i]);
	}
	if (list)
		take_file(run, list);
	if (run->count == 0 && run->exit == 0) {
		cmd_error(cmd, list ? list : cmd->operands[0],
		          _("no items: the list or folder is empty"));
		return CMD_ABSENT;
	}
	return run->exit;
}

int cmd_each(struct cmd *cmd, cmd_item_fn *fn, void *arg)
{
	struct run run = {.cmd = cmd, .fn = fn, .arg = arg};

	return each(&run);
}

int cmd_each_file(struct cmd *cmd, cmd_item_fn *fn, void *arg)
{
	struct run run = {.cmd = cmd, .fn = fn, .arg = arg, .walk = true};

	return each(&run);
}

int cmd_each_while(struct cmd *cmd, cmd_item_fn *fn, cmd_idle_fn *idle, void *arg)
{
	struct run run = {.cmd = cmd, .fn = fn, .idle = idle, .arg = arg};

	return each(&run);
}

int cmd_each_file_while(struct cmd *cmd, cmd_item_fn *fn, cmd_idle_fn *idle, void *arg)
{
	struct run run = {.cmd = cmd, .fn = fn, .idle = idle, .arg = arg, .walk = true};

	return each(&run);
}

/* ---- how many there will be, for the time left ---- */

static uint64_t count_in(const char *path, bool named)
{
	struct stat st;
	struct names names;
	uint64_t n = 0;

	if ((named ? stat(path, &st) : lstat(path, &st)) != 0 || !S_ISDIR(st.st_mode))
		return 1;
	if (read_names(path, &names))
		for (size_t i = 0; i < names.n; i++) {
			char *inner = cmd_printf("%s/%s", path, names.v[i]);
			n += is_temporary(names.v[i]) ? 0 : count_in(inner, false);
			free(inner);
		}
	free_names(&names);
	return n;
}

uint64_t cmd_count_files(const struct cmd *cmd)
{
	uint64_t n = 0;

	if (cmd_value(cmd, "files-from"))
		return 0;
	for (size_t i = 0; i < cmd->n; i++) {
		if (!strcmp(cmd->operands[i], "-"))
			return 0;
		n += count_in(cmd->operands[i], true);
	}
	return n;
}

static int collect(struct cmd *cmd, const char *item, void *arg)
{
	struct cmd_state *state = cmd->state;
	size_t *cap = arg;

	if (!state->items || state->n_items + 2 > *cap) {
		*cap = *cap ? *cap * 2 : 16;
		state->items = cmd_grow(state->items, *cap, sizeof *state->items);
	}
	state->items[state->n_items++] = cmd_strdup(item);
	state->items[state->n_items] = NULL;
	return 0;
}

int cmd_items(struct cmd *cmd, const char *const **items, size_t *n)
{
	size_t cap = 0;
	int status = cmd->state->items ? 0 : cmd_each(cmd, collect, &cap);

	*items = (const char *const *)cmd->state->items;
	*n = cmd->state->n_items;
	return status;
}
