/* SPDX-License-Identifier: ISC */
/* Passphrases: from a file, a variable or the terminal, never from argv. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cmd.h"

/* Whoever asked is told only that there is none: the frame keeps the reason. */
static int none(const struct cmd *cmd, int status)
{
	cmd->state->no_passphrase = status;
	return -1;
}

/* A key may have an empty passphrase; a token counts an empty PIN as a wrong one. */
static bool is_no_pin(const struct cmd *cmd, size_t len)
{
	return cmd->state->pin && len == 0;
}

/* Bytes up to the first line's end, or all; -1 with errno. */
static ssize_t read_line(int fd, char *line, size_t size)
{
	size_t n = 0;
	ssize_t got = 1;

	while (n < size && got != 0 && !memchr(line, '\n', n)) {
		got = read(fd, line + n, size - n);
		if (got < 0 && errno != EINTR)
			return -1;
		n += got > 0 ? (size_t)got : 0;
	}
	const char *end = memchr(line, '\n', n);
	size_t len = end ? (size_t)(end - line) : n;
	if (end && len > 0 && line[len - 1] == '\r')
		len--;
	return (ssize_t)len;
}

/* The mode that a secret's file has at most is 0640. */
static const char open_to_others[] =
        N_("holds a secret, and can be read by others, or changed by a group: chmod 600");

static bool is_open_to_others(const struct stat *st)
{
	return st->st_mode & (S_IRWXO | S_IWGRP);
}

void cmd_warn_open(const struct cmd *cmd, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && is_open_to_others(&st))
		cmd_warn(cmd, path, "%s", _(open_to_others));
}

void cmd_warn_open_key(const struct cmd *cmd, const char *key)
{
	char *file = cmd_printf("%.*s", (int)edoc_key_path(key), key);

	cmd_warn_open(cmd, file); /* a token's URI names none */
	free(file);
}

/* How long the mark is that some editors put before the text (U+FEFF). */
static size_t byte_order_mark(const char *line, size_t len)
{
	return len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* The first line of a file, without its end. */
static int from_file(const struct cmd *cmd, const char *path, char *buf, size_t size)
{
	char line[4096] = "";
	int fd = cmd_open(path), result = -1;

	if (fd < 0) {
		int error = errno;
		cmd_error(cmd, path, _("cannot open the passphrase file: %s"), strerror(error));
		return none(cmd, cmd_open_exit(error));
	}
	ssize_t len = read_line(fd, line, sizeof line);
	if (len < 0) {
		cmd_error(cmd, path, _("cannot read the passphrase file: %s"), strerror(errno));
		result = none(cmd, CMD_IO);
	}
	close(fd);
	size_t mark = len > 0 ? byte_order_mark(line, (size_t)len) : 0;
	if (len >= 0 && is_no_pin(cmd, (size_t)len - mark)) {
		cmd_error(cmd, path, "%s", _("its first line is empty, so there is no PIN"));
		result = none(cmd, CMD_INPUT);
	} else if (len >= 0 && (size_t)len - mark <= size && (size_t)len < sizeof line) {
		cmd_warn_open(cmd, path);
		memcpy(buf, line + mark, (size_t)len - mark);
		result = (int)((size_t)len - mark);
	} else if (len >= 0) {
		cmd_error(cmd, path, _("the passphrase is too long"));
		result = none(cmd, CMD_INPUT);
	}
	explicit_bzero(line, sizeof line);
	return result;
}

/* "user:password", visible or not ASCII: it becomes a header. */
static bool is_login(const char *line, ssize_t len, size_t size)
{
	if (len <= 0 || (size_t)len >= size || line[0] == ':' || !memchr(line, ':', (size_t)len))
		return false;
	for (ssize_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return false;
	return true;
}

int cmd_login(struct cmd *cmd, const char *path, const char **login)
{
	char line[256] = "";
	int fd = cmd_open(path), status = CMD_CONFIG;
	struct stat st;
	ssize_t len;

	*login = NULL;
	if (fd < 0) {
		cmd_error(cmd, path, _("cannot open the file with the TSA's login: %s"),
		          strerror(errno));
		return CMD_CONFIG;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || is_open_to_others(&st)) {
		cmd_error(cmd, path, "%s", _(open_to_others));
	} else if (len = read_line(fd, line, sizeof line), !is_login(line, len, sizeof line)) {
		cmd_error(cmd, path, _("the first line is not USER:PASSWORD"));
	} else {
		*login = cmd_keep(cmd, cmd_printf("%.*s", (int)len, line));
		status = 0;
	}
	close(fd);
	explicit_bzero(line, sizeof line);
	return status;
}

static int from_variable(const struct cmd *cmd, const char *name, char *buf, size_t size)
{
	const char *value = getenv(name);

	if (!value) {
		cmd_error(cmd, NULL,
		          cmd->state->pin
		                  ? _("the variable %s is not set, so there is no PIN")
		                  : _("the variable %s is not set, so there is no passphrase"),
		          name);
		return none(cmd, CMD_DENIED);
	}
	if (is_no_pin(cmd, strlen(value))) {
		cmd_error(cmd, NULL, _("the variable %s is empty, so there is no PIN"), name);
		return none(cmd, CMD_INPUT);
	}
	size_t len = strnlen(value, size + 1);
	if (len > size) {
		cmd_error(cmd, NULL, _("the passphrase is too long"));
		return none(cmd, CMD_INPUT);
	}
	memcpy(buf, value, len);
	return (int)len;
}

/* ---- the terminal ---- */

static volatile sig_atomic_t caught; /* while a prompt stands */

static void on_signal(int number)
{
	caught = number;
}

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define N_WATCHED (sizeof watched / sizeof *watched)

static void put(int tty, const char *text)
{
	if (write(tty, text, strlen(text)) < 0) {
		/* the answer can be typed all the same */
	}
}

/* A line typed without echo; -1: given up. */
static int read_hidden(int tty, const char *prompt, char *buf, size_t size)
{
	struct termios old, hidden;
	size_t n = 0;
	bool ended = false;

	if (tcgetattr(tty, &old) != 0)
		return -1;
	hidden = old;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_lflag |= ICANON;
	if (tcsetattr(tty, TCSAFLUSH, &hidden) != 0)
		return -1;
	put(tty, prompt);
	while (!caught && !ended) {
		char c;
		ssize_t got = read(tty, &c, 1);
		if (got <= 0)
			break; /* end of input, or a signal */
		ended = c == '\n';
		if (!ended && n < size)
			buf[n] = c;
		n += !ended;
		c = '\0';
	}
	put(tty, "\n");
	(void)tcsetattr(tty, TCSAFLUSH, &old);
	return ended && n <= size ? (int)n : -1;
}

/* Signals wait until the echo is back; then they do what they do. */
static int from_terminal(const struct cmd *cmd, int tty, const char *what, char *buf, size_t size)
{
	struct sigaction action = {.sa_handler = on_signal}, old[N_WATCHED];
	const bool pin = cmd->state->pin;
	char *raw = cmd_printf(pin ? _("PIN for %s: ") : _("Passphrase for %s: "), what);
	char *prompt = NULL;

	if (edoc_text_safe(raw, &prompt, NULL) != EDOC_OK)
		cmd_die_memory();
	cmd_end_progress(cmd);
	caught = 0;
	for (size_t i = 0; i < N_WATCHED; i++)
		(void)sigaction(watched[i], &action, &old[i]);
	int n = read_hidden(tty, prompt, buf, size);
	for (size_t i = 0; i < N_WATCHED; i++)
		(void)sigaction(watched[i], &old[i], NULL);
	edoc_free(prompt);
	free(raw);
	if (caught)
		(void)raise(caught);
	if (n < 0 || is_no_pin(cmd, (size_t)n)) {
		cmd_error(cmd, NULL, "%s",
		          pin ? _("no PIN was typed") : _("no passphrase was typed"));
		return none(cmd, CMD_DENIED);
	}
	return n;
}

int cmd_passphrase(char *buf, size_t size, const char *what, void *arg)
{
	const struct cmd *cmd = arg;
	const char *file = cmd_value(cmd, "pass-file"), *variable = cmd_value(cmd, "pass-env");

	if (file)
		return from_file(cmd, file, buf, size);
	if (variable)
		return from_variable(cmd, variable, buf, size);
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0) {
		cmd_error(cmd, what, "%s",
		          cmd->state->pin
		                  ? _("a PIN is needed: --pass-file, --pass-env, or a terminal")
		                  : _("a passphrase is needed: --pass-file, --pass-env, or a "
		                      "terminal"));
		return none(cmd, CMD_DENIED);
	}
	int n = from_terminal(cmd, tty, what, buf, size);
	close(tty);
	return n;
}
