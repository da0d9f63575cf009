/* SPDX-License-Identifier: ISC */
/* What the tools say: languages, messages, results, progress. */
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"

/* ---- languages ---- */

/* What --lang takes, and what gettext calls it. */
static const struct {
	const char *lang, *catalogue;
} languages[] = {
        {"tg", "tg"}, {"uz", "uz"}, {"uz-Cyrl", "uz@cyrillic"}, {"ru", "ru"}, {"en", "en"},
};

static const char *catalogue_of(const char *lang)
{
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
		if (!strcmp(languages[i].lang, lang))
			return languages[i].catalogue;
	return NULL;
}

bool cmd_lang_known(const char *lang)
{
	return catalogue_of(lang) != NULL;
}

const char *cmd_lang(const struct cmd *cmd)
{
	const char *lang = cmd_value(cmd, "lang");

	return lang ? lang : edoc_conf_get(cmd->conf, "lang");
}

/* Catalogues of a build that is not installed stand beside the program. */
static void bind_catalogues(void)
{
	char exe[4096], probe[4200];
	struct stat st;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	bind_textdomain_codeset("edoc", "UTF-8"); /* whatever LC_CTYPE says */
	exe[n < 0 ? 0 : n] = '\0';
	char *slash = strrchr(exe, '/');
	if (slash) {
		*slash = '\0';
		(void)snprintf(probe, sizeof probe, "%s/locale/ru/LC_MESSAGES/edoc.mo", exe);
		bool beside = stat(probe, &st) == 0;
		(void)snprintf(probe, sizeof probe, "%s/locale", exe);
		if (beside && bindtextdomain("edoc", probe))
			return;
	}
	bindtextdomain("edoc", EDOC_LOCALEDIR);
}

void cmd_speak(const char *lang)
{
	const char *catalogue = lang ? catalogue_of(lang) : NULL;

	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	if (catalogue) {
		/* gettext ignores LANGUAGE in the C locale, and tg_TJ is not
		 * generated on a bare Debian: C.UTF-8 is there, and is not "C". */
		bool english = !strcmp(catalogue, "en");
		setlocale(LC_MESSAGES, english ? "C" : "C.UTF-8");
		setenv("LANGUAGE", catalogue, 1);
	}
	bind_catalogues();
}

/* ---- memory ---- */

void cmd_die_memory(void)
{
	static const char msg[] = "edoc: out of memory\n";

	if (write(STDERR_FILENO, msg, sizeof msg - 1) < 0) {
		/* nobody to tell */
	}
	_exit(edoc_code_exit(EDOC_ERR_MEMORY));
}

void *cmd_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		cmd_die_memory();
	return p;
}

void *cmd_grow(void *array, size_t n, size_t size)
{
	void *moved = reallocarray(array, n, size);

	if (!moved)
		cmd_die_memory();
	return moved;
}

char *cmd_strdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		cmd_die_memory();
	return p;
}

char *cmd_printf(const char *fmt, ...)
{
	char *p = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) < 0)
		cmd_die_memory();
	va_end(ap);
	return p;
}

void *cmd_keep(struct cmd *cmd, void *made)
{
	struct cmd_state *state = cmd->state;

	state->kept = cmd_grow(state->kept, state->n_kept + 1, sizeof *state->kept);
	state->kept[state->n_kept++] = made;
	return made;
}

/* ---- messages ---- */

static char *safe(const char *text)
{
	char *made = NULL;

	if (edoc_text_safe(text, &made, NULL) != EDOC_OK)
		cmd_die_memory();
	return made;
}

static void say(const struct cmd *cmd, const char *where, const char *text)
{
	char *place = safe(where ? where : ""), *what = safe(text);

	cmd_end_progress(cmd);
	(void)fflush(stdout); /* keep the order where both go to one place */
	fprintf(stderr, "%s: %s%s%s\n", cmd->tool->name, place, place[0] ? ": " : "", what);
	free(place);
	free(what);
}

__attribute__((format(printf, 3, 0))) static void vsay(const struct cmd *cmd, const char *where,
                                                       const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		cmd_die_memory();
	say(cmd, where, text);
	free(text);
}

void cmd_error(const struct cmd *cmd, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(cmd, where, fmt, ap);
	va_end(ap);
}

void cmd_warn(const struct cmd *cmd, const char *where, const char *fmt, ...)
{
	va_list ap;

	if (cmd->quiet)
		return;
	va_start(ap, fmt);
	vsay(cmd, where, fmt, ap);
	va_end(ap);
}

void cmd_note(const struct cmd *cmd, const char *where, const char *fmt, ...)
{
	va_list ap;

	if (cmd->verbose == 0)
		return;
	va_start(ap, fmt);
	vsay(cmd, where, fmt, ap);
	va_end(ap);
}

int cmd_usage(const struct cmd *cmd, const char *fmt, ...)
{
	const char *tool = cmd->tool->name;
	va_list ap;

	va_start(ap, fmt);
	vsay(cmd, NULL, fmt, ap);
	va_end(ap);
	if (cmd->verb && cmd->verb->name[0])
		fprintf(stderr, _("Try \"%s help %s\".\n"), tool, cmd->verb->name);
	else
		fprintf(stderr, _("Try \"%s --help\".\n"), tool);
	return CMD_USAGE;
}

int cmd_fail(const struct cmd *cmd, const struct edoc_error *err)
{
	say(cmd, err->where, err->msg);
	return edoc_code_exit(err->code);
}

int cmd_fail_item(const struct cmd *cmd, const char *item, const struct edoc_error *err)
{
	char *name = safe(item);
	/* A long path may be cut in err->where. */
	bool named = err->where[0] && !strncmp(err->where, name, sizeof err->where / 2);
	char *json = NULL;

	if (named)
		say(cmd, err->where, err->msg);
	else if (err->where[0]) {
		char *place = cmd_printf("%s: %s", item, err->where);
		say(cmd, place, err->msg);
		free(place);
	} else {
		say(cmd, item, err->msg);
	}
	if (cmd->json) {
		if (edoc_error_json(item, err, &json, NULL) != EDOC_OK)
			cmd_die_memory();
		puts(json);
		edoc_free(json);
	}
	free(name);
	return edoc_code_exit(err->code);
}

/* ---- results ---- */

const char *cmd_text(struct cmd *cmd, const char *s)
{
	struct cmd_state *state = cmd->state;

	state->texts = cmd_grow(state->texts, state->n_texts + 1, sizeof *state->texts);
	return state->texts[state->n_texts++] = safe(s);
}

void cmd_free_texts(struct cmd *cmd)
{
	struct cmd_state *state = cmd->state;

	for (size_t i = 0; i < state->n_texts; i++)
		free(state->texts[i]);
	free(state->texts);
	state->texts = NULL;
	state->n_texts = 0;
}

void cmd_put(struct cmd *cmd, const char *text, size_t len)
{
	cmd_end_progress(cmd);
	(void)fwrite(text, 1, len, stdout);
	if (len > 0 && text[len - 1] != '\n')
		putchar('\n');
}

void cmd_print(struct cmd *cmd, char *made)
{
	cmd_put(cmd, made, strlen(made));
	edoc_free(made);
}

static int columns_of(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

bool cmd_color(const struct cmd *cmd)
{
	return cmd->state->color;
}

void cmd_verdict(struct cmd *cmd, int status, const char *word, int width)
{
	const char *colour = status == 0 ? "32" : status == 2 ? "33" : "31";

	if (cmd->state->color)
		printf("\033[%sm%s\033[0m", colour, word);
	else
		fputs(word, stdout);
	for (int n = columns_of(word); n < width; n++)
		putchar(' ');
}

void cmd_untold(struct cmd *cmd, const char *path, const char *what)
{
	cmd->state->untold_path = path;
	cmd->state->untold = what;
}

/* Who closed the pipe knows; all others must hear that the report is lost. */
void cmd_tell_lost(const struct cmd *cmd, int error)
{
	const struct cmd_state *state = cmd->state;

	if (state->untold)
		cmd_error(cmd, state->untold_path, "%s: %s", _(state->untold), strerror(error));
	else if (error != EPIPE)
		cmd_error(cmd, NULL, _("cannot write the result: %s"), strerror(error));
}

void cmd_flush(struct cmd *cmd)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return;
	cmd_tell_lost(cmd, errno);
	exit(CMD_IO);
}

void cmd_time(char out[CMD_TIME], int64_t t)
{
	struct tm tm;
	time_t when = (time_t)t;

	if (t == INT64_MIN || !localtime_r(&when, &tm) ||
	    strftime(out, CMD_TIME, "%Y-%m-%d %H:%M:%S %z", &tm) == 0)
		(void)snprintf(out, CMD_TIME, "-");
}

int cmd_fold(int a, int b)
{
	static const int order[] = {64, 70, 74, 1, 65, 66, 77, 73, 78, 75, 2, 0};

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return CMD_BUG;
}

/* ---- progress ---- */

bool cmd_when(const char *when, int fd, bool *on)
{
	const char *no = getenv("NO_COLOR"); /* no-color.org */

	if (!when || !strcmp(when, "auto"))
		*on = isatty(fd) && (fd != STDOUT_FILENO || !no || !no[0]);
	else if (!strcmp(when, "always") || !strcmp(when, "never"))
		*on = when[0] == 'a';
	else
		return false;
	return true;
}

static int64_t milliseconds(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void cmd_end_progress(const struct cmd *cmd)
{
	if (!cmd->state || !cmd->state->bar)
		return;
	fputs("\r\033[K", stderr);
	cmd->state->bar = false;
}

void cmd_progress(struct cmd *cmd, uint64_t done, uint64_t total)
{
	struct cmd_state *state = cmd->state;
	int64_t now = milliseconds();

	if (!state->progress)
		return;
	if (state->started == 0)
		state->started = now;
	int64_t spent = now - state->started;
	if (spent < 1000 || now - state->last_bar < 200)
		return;
	state->last_bar = now;
	state->bar = true;
	double rate = (double)done * 1000 / (double)spent;
	fprintf(stderr, "\r\033[K%llu", (unsigned long long)done);
	if (total > 0)
		fprintf(stderr, "/%llu", (unsigned long long)total);
	fprintf(stderr, _(", %.1f a second"), rate);
	if (total > done && rate > 0) {
		unsigned long long left = (unsigned long long)((double)(total - done) / rate);
		fprintf(stderr, _(", %llu:%02llu left"), left / 60, left % 60);
	}
	(void)fflush(stderr);
}
