/* SPDX-License-Identifier: ISC */
/* Verbs, options, help, and the run of a tool. */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* ---- options that the frame knows ---- */

static const struct {
	unsigned flag; /* 0: every verb has it */
	struct cmd_option option;
} shared[] = {
        {CMD_DRY, {"dry-run", 'n', NULL, N_("check everything, change nothing"), false}},
        {CMD_FORCE, {"force", 'f', NULL, N_("an existing regular file may be replaced"), false}},
        {CMD_KEY,
         {"key", 0, "KEY", N_("a name from edoc.conf, a PKCS#12 or PEM file, or pkcs11:URI"),
          false}},
        {CMD_KEY, {"cert", 0, "FILE", N_("the certificate, when the key file holds none"), false}},
        {CMD_KEY, {"chain", 0, "FILE", N_("more certificates of its chain"), false}},
        {CMD_KEY, {"pass-file", 0, "FILE", N_("the passphrase is this file's first line"), false}},
        {CMD_KEY, {"pass-env", 0, "VAR", N_("the passphrase stands in this variable"), false}},
        {CMD_KEY, {"final-try", 0, NULL, N_("spend the last PIN before the token locks"), false}},
        {CMD_TRUST, {"trust", 0, "PATH", N_("a file or folder of trusted certificates"), true}},
        {CMD_POLICY, {"policy", 0, "POLICY", N_("\"strict\", a profile's name, or a file"), false}},
        {CMD_AT, {"at", 0, "TIME", N_("judge as of then (RFC 3339)"), false}},
        {CMD_ITEMS, {"files-from", 0, "FILE", N_("more names, one a line; \"-\" is stdin"), false}},
        {CMD_ITEMS, {"null", '0', NULL, N_("the names in lists end in NUL"), false}},
        {CMD_JSON, {"json", 0, NULL, N_("a line of JSON for each item"), false}},
        {CMD_JOBS, {"jobs", 'j', "N", N_("so many processes; all processors without it"), false}},
        {CMD_JOBS, {"ordered", 0, NULL, N_("results in the order of the items"), false}},
        {CMD_SAYS, {"level", 0, "LEVEL", N_("B, T, LT or LTA (default: B)"), false}},
        {CMD_SAYS, {"pss", 0, NULL, N_("RSA with PSS padding"), false}},
        {CMD_SAYS, {"role", 0, "ROLE", N_("the role the signer claims"), false}},
        {CMD_SAYS,
         {"commitment", 0, "C",
          N_("what the signature means: approval, origin, receipt, delivery, sender, creation"),
          false}},
        {CMD_SAYS,
         {"place", 0, "K=V", N_("where it is made: street, city, region, postal-code, country"),
          true}},
        {CMD_SAYS,
         {"signature-policy", 0, "ID=FILE",
          N_("sign under this policy: its OID or URI, its file"), false}},
        {CMD_SAYS,
         {"signature-policy-url", 0, "URL", N_("where others find that policy"), false}},
        {CMD_SAYS,
         {"content-timestamp", 0, NULL,
          N_("prove that the documents are older than the signature"), false}},
        {CMD_TSA,
         {"tsa", 0, "TSA", N_("ask this time-stamping authority; the first that answers"), true}},
        {CMD_NET, {"online", 0, NULL, N_("ask the network for what is missing"), false}},
        {CMD_NET, {"offline", 0, NULL, N_("never use the network (the default)"), false}},
        {CMD_NET, {"cache", 0, "DIR", N_("the folder of answers from the network"), false}},
        {CMD_COLOR, {"color", 0, "WHEN", N_("auto, always or never"), false}},
        {CMD_PROGRESS, {"progress", 0, "WHEN", N_("auto, always or never"), false}},
        {0, {"config", 0, "FILE", N_("read this edoc.conf first"), false}},
        {0, {"lang", 0, "LANG", N_("tg, uz, uz-Cyrl, ru or en"), false}},
        {0, {"quiet", 'q', NULL, N_("say nothing but errors"), false}},
        {0, {"verbose", 'v', NULL, N_("say more"), true}},
        {0, {"help", 'h', NULL, N_("show this and end"), false}},
        {0, {"version", 0, NULL, N_("show the release and end; -v: the libraries too"), false}},
};

/* Of `edoc-sign --help` and `edoc-sign --version -v`. */
static const struct cmd_verb bare = {.name = ""};

/* The verb's own options, then the frame's that it takes. */
static void gather(struct cmd *cmd)
{
	const struct cmd_option **all = cmd->state->options;
	size_t n = 0;

	for (const struct cmd_option *o = cmd->verb->options; o && o->name; o++)
		if (n < CMD_MAX_OPTIONS - 1)
			all[n++] = o;
	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
		if ((!shared[i].flag || (cmd->verb->flags & shared[i].flag)) &&
		    n < CMD_MAX_OPTIONS - 1)
			all[n++] = &shared[i].option;
	all[n] = NULL;
}

static const struct cmd_option *by_name(const struct cmd *cmd, const char *name, size_t len)
{
	for (size_t i = 0; cmd->state->options[i]; i++) {
		const struct cmd_option *o = cmd->state->options[i];
		if (strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
	}
	return NULL;
}

static _Noreturn void bug(const struct cmd *cmd, const char *name)
{
	cmd_error(cmd, NULL, "a bug: no table holds the option --%s", name);
	exit(CMD_BUG);
}

static const struct cmd_seen *seen(const struct cmd *cmd, const char *name)
{
	if (!by_name(cmd, name, strlen(name)))
		bug(cmd, name);
	for (size_t i = 0; i < cmd->state->n_seen; i++)
		if (!strcmp(cmd->state->seen[i].option->name, name))
			return &cmd->state->seen[i];
	return NULL;
}

bool cmd_given(const struct cmd *cmd, const char *name)
{
	return seen(cmd, name) != NULL;
}

const char *cmd_value(const struct cmd *cmd, const char *name)
{
	const struct cmd_seen *s = seen(cmd, name);

	return s ? s->value : NULL;
}

const char *const *cmd_values(const struct cmd *cmd, const char *name, size_t *n)
{
	const struct cmd_state *state = cmd->state;
	const char **values = cmd_alloc((state->n_seen + 1) * sizeof *values);
	size_t count = 0;

	if (!by_name(cmd, name, strlen(name)))
		bug(cmd, name);
	for (size_t i = 0; i < state->n_seen; i++)
		if (!strcmp(state->seen[i].option->name, name))
			values[count++] = state->seen[i].value;
	if (n)
		*n = count;
	return cmd_keep((struct cmd *)cmd, values);
}

/* ---- help ---- */

#define WIDTH 80
#define HELP_COLUMN 28

/* Prints text wrapped into the columns from `indent` on; at: where we are. */
static void wrapped(const char *text, int at, int indent)
{
	while (*text) {
		size_t word = strcspn(text, " ");
		int columns = 0;
		for (size_t i = 0; i < word; i++)
			columns += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (at > indent && at + 1 + columns > WIDTH) {
			printf("\n%*s", indent, "");
			at = indent;
		} else if (at > indent) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)word, text);
		at += columns;
		text += word;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void help_line(const char *left, const char *help)
{
	int n = (int)strlen(left);

	fputs(left, stdout);
	if (n + 2 > HELP_COLUMN) {
		putchar('\n');
		n = 0;
	}
	printf("%*s", HELP_COLUMN - n, "");
	wrapped(help, HELP_COLUMN, HELP_COLUMN);
}

static void help_option(const struct cmd_option *o)
{
	char dash[8] = "    ";

	if (o->letter)
		(void)snprintf(dash, sizeof dash, "-%c, ", o->letter);
	char *left =
	        cmd_printf("  %s--%s%s%s%s", dash, o->name, o->argument ? " " : "",
	                   o->argument ? o->argument : "", o->list && o->argument ? "..." : "");
	help_line(left, _(o->help));
	free(left);
}

static void usage_line(const struct cmd *cmd, const struct cmd_verb *verb)
{
	char *head = cmd_printf("%s %s%s%s", _("usage:"), cmd->tool->name, verb->name[0] ? " " : "",
	                        verb->name);
	char *line = cmd_printf("%s [%s] %s", head, _("options"), verb->synopsis);

	wrapped(line, 0, 0);
	free(line);
	free(head);
}

static void help_verb(const struct cmd *cmd)
{
	usage_line(cmd, cmd->verb);
	printf("\n");
	wrapped(_(cmd->verb->help), 0, 0);
	printf("\n");
	for (size_t i = 0; cmd->state->options[i]; i++)
		help_option(cmd->state->options[i]);
}

static void help_tool(const struct cmd *cmd)
{
	const char *name = cmd->tool->name;

	printf(_("usage: %s VERB [options] ...\n"), name);
	printf("\n");
	wrapped(_(cmd->tool->help), 0, 0);
	printf("\n");
	for (const struct cmd_verb *v = cmd->tool->verbs; v->name; v++) {
		char *left = cmd_printf("  %s", v->name);
		help_line(left, _(v->help));
		free(left);
	}
	printf("\n");
	char *hint = cmd_printf(
	        _("\"%s help VERB\" shows a verb's options; edoc(7) the exit codes."), name);
	wrapped(hint, 0, 0);
	free(hint);
}

static int show_help(const struct cmd *cmd)
{
	if (cmd->verb == &bare)
		help_tool(cmd);
	else
		help_verb(cmd);
	return 0;
}

static int show_version(const struct cmd *cmd)
{
	struct edoc_error err = {0};
	char *text = NULL;

	printf("%s %s\n", cmd->tool->name, edoc_version());
	if (cmd->verbose == 0)
		return 0;
	if (edoc_version_details(&text, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	fputs(text, stdout);
	edoc_free(text);
	return 0;
}

/* ---- reading the command line ---- */

static bool takes(const struct cmd *cmd, unsigned flags)
{
	return (cmd->verb->flags & flags) != 0;
}

/* Whether the verb writes or signs something. */
static bool acts(const struct cmd *cmd)
{
	return takes(cmd, CMD_DRY | CMD_FORCE | CMD_KEY | CMD_TSA);
}

/* A long option as it stands: getopt's abbreviations would change their
 * meaning when a release adds an option.  0, or 64 with the message said. */
static int check_long(const struct cmd *cmd, const char *token)
{
	const char *name = token + 2;
	size_t len = strcspn(name, "=");
	const struct cmd_option *o = by_name(cmd, name, len);

	if (o && !o->argument && name[len])
		return cmd_usage(cmd, _("the option --%s takes no value"), o->name);
	if (o)
		return 0;
	if (len == 2 && !memcmp(name, "at", 2) && acts(cmd))
		return cmd_usage(cmd, _("verbs that act take no --at: nobody backdates"));
	return cmd_usage(cmd, _("unknown option --%.*s"), (int)len, name);
}

static int note_option(struct cmd *cmd, const struct cmd_option *o, const char *value)
{
	struct cmd_state *state = cmd->state;

	if (o->argument && !value[0]) /* a variable that is not set, mostly */
		return cmd_usage(cmd, _("the option --%s wants a value, not an empty one"),
		                 o->name);
	if (!strcmp(o->name, "output") && !strcmp(value, "-"))
		return cmd_usage(cmd, _("-o names a file; nothing is written to stdout by \"-\", "
		                        "and a file of that name is ./-"));
	if (!o->list)
		for (size_t i = 0; i < state->n_seen; i++)
			if (state->seen[i].option == o)
				return cmd_usage(cmd, _("the option --%s is given twice"), o->name);
	state->seen = cmd_grow(state->seen, state->n_seen + 1, sizeof *state->seen);
	state->seen[state->n_seen++] = (struct cmd_seen){o, value};
	return 0;
}

/* getopt's tables from ours: val is the index past the letters. */
#define INDEX_BASE (UCHAR_MAX + 1)

static void make_tables(const struct cmd *cmd, char *letters, struct option *longs)
{
	size_t n = 0, i = 0;

	letters[n++] = '-'; /* operands come in their order */
	letters[n++] = ':';
	for (; cmd->state->options[i]; i++) {
		const struct cmd_option *o = cmd->state->options[i];
		longs[i] = (struct option){o->name, o->argument ? required_argument : no_argument,
		                           NULL, INDEX_BASE + (int)i};
		if (o->letter) {
			letters[n++] = o->letter;
			if (o->argument)
				letters[n++] = ':';
		}
	}
	letters[n] = '\0';
	longs[i] = (struct option){NULL, 0, NULL, 0};
}

static const struct cmd_option *option_of(const struct cmd *cmd, int c)
{
	const struct cmd_option *const *all = cmd->state->options;

	if (c >= INDEX_BASE)
		return all[c - INDEX_BASE];
	for (size_t i = 0; all[i]; i++)
		if (all[i]->letter == c)
			return all[i];
	return NULL;
}

static int bad_option(const struct cmd *cmd, int c, int which)
{
	const struct cmd_option *o = option_of(cmd, which);

	if (c == ':' && o)
		return cmd_usage(cmd, _("the option --%s wants a value"), o->name);
	return cmd_usage(cmd, _("unknown option -%c"), which);
}

static int note_operand(struct cmd *cmd, const char *operand)
{
	if (!operand[0])
		return cmd_usage(cmd, _("an empty name; is a variable not set?"));
	cmd->operands[cmd->n++] = operand;
	return 0;
}

/* argv[0] is the verb's place.  0 or 64. */
static int read_line(struct cmd *cmd, int argc, char **argv)
{
	char letters[2 * CMD_MAX_OPTIONS + 3];
	struct option longs[CMD_MAX_OPTIONS];
	int c, status = 0;

	make_tables(cmd, letters, longs);
	cmd->operands = cmd_alloc((size_t)(argc + 1) * sizeof *cmd->operands);
	opterr = 0;
	optind = 1;
	for (;;) {
		const char *next = optind < argc ? argv[optind] : "";
		if (!strncmp(next, "--", 2) && next[2])
			status = check_long(cmd, next);
		if (status != 0)
			return status;
		c = getopt_long(argc, argv, letters, longs, NULL);
		if (c == -1)
			break;
		if (c == 1)
			status = note_operand(cmd, optarg);
		else if (option_of(cmd, c))
			status = note_option(cmd, option_of(cmd, c), optarg);
		else /* '?' or ':' */
			return bad_option(cmd, c, optopt);
		if (status != 0)
			return status;
	}
	while (status == 0 && optind < argc) /* after "--" */
		status = note_operand(cmd, argv[optind++]);
	return status;
}

/* What the shared options say.  0 or 64. */
static int settle(struct cmd *cmd)
{
	const char *lang = cmd_value(cmd, "lang");
	const char *at = takes(cmd, CMD_AT) ? cmd_value(cmd, "at") : NULL;

	for (size_t i = 0; i < cmd->state->n_seen; i++)
		cmd->verbose += !strcmp(cmd->state->seen[i].option->name, "verbose");
	cmd->quiet = cmd_given(cmd, "quiet");
	cmd->json = takes(cmd, CMD_JSON) && cmd_given(cmd, "json");
	cmd->dry_run = takes(cmd, CMD_DRY) && cmd_given(cmd, "dry-run");
	cmd->force = takes(cmd, CMD_FORCE) && cmd_given(cmd, "force");
	if (lang && !cmd_lang_known(lang))
		return cmd_usage(cmd, _("--lang is one of tg, uz, uz-Cyrl, ru, en, not \"%s\""),
		                 lang);
	if (cmd->quiet && cmd->verbose > 0)
		return cmd_usage(cmd, _("-q and -v contradict each other"));
	if (at && !edoc_time_parse(at, &cmd->at))
		return cmd_usage(
		        cmd, _("--at wants a time like 2026-03-05T09:11:09+05:00, not \"%s\""), at);
	if (takes(cmd, CMD_COLOR) &&
	    !cmd_when(cmd_value(cmd, "color"), STDOUT_FILENO, &cmd->state->color))
		return cmd_usage(cmd, _("--%s is auto, always or never"), "color");
	if (takes(cmd, CMD_PROGRESS) &&
	    !cmd_when(cmd_value(cmd, "progress"), STDERR_FILENO, &cmd->state->progress))
		return cmd_usage(cmd, _("--%s is auto, always or never"), "progress");
	if (takes(cmd, CMD_PROGRESS) && cmd->quiet)
		cmd->state->progress = false;
	return 0;
}

/* ---- configuration ---- */

static int load_conf(struct cmd *cmd, const char *path, bool must)
{
	const char *home = getenv("HOME");
	struct edoc_error err = {0};

	if (!must && access(path, F_OK) != 0)
		return 0;
	if (edoc_conf_load(cmd->conf, path, home, &err) == EDOC_OK)
		return 0;
	return cmd_fail(cmd, &err);
}

/* edoc.conf(5): what comes first wins, the others fill in. */
static int configure(struct cmd *cmd)
{
	const char *named = cmd_value(cmd, "config"), *env = getenv("EDOC_CONF");
	const char *home = getenv("HOME");
	struct edoc_error err = {0};
	int status = 0;

	if (edoc_conf_new(&cmd->conf, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	if (named)
		status = load_conf(cmd, named, true);
	if (status == 0 && env && env[0])
		status = load_conf(cmd, env, true);
	if (status == 0 && home && home[0]) {
		char *path = cmd_printf("%s/.config/edoc/edoc.conf", home);
		status = load_conf(cmd, path, false);
		free(path);
	}
	if (status == 0)
		status = load_conf(cmd, "/etc/edoc/edoc.conf", false);
	const char *lang = edoc_conf_get(cmd->conf, "lang");
	if (status == 0 && lang && !cmd_given(cmd, "lang"))
		cmd_speak(lang);
	return status;
}

/* ---- the run ---- */

/* A closed descriptor would be taken by the next file we open, and a report
 * would go into it. */
static void hold_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		/* The wrong way round, so that using it still fails; all but stderr. */
		int flags = fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY;
		if (open("/dev/null", flags) != fd)
			_exit(CMD_IO);
	}
}

/* A package of many documents holds each open until it is written. */
static void more_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* --lang has to work for the complaints about the rest of the line. */
static const char *early_lang(int argc, char **argv)
{
	for (int i = 1; i < argc && argv[i] && strcmp(argv[i], "--") != 0; i++) {
		const char *lang = NULL;
		if (!strncmp(argv[i], "--lang=", 7))
			lang = argv[i] + 7;
		else if (!strcmp(argv[i], "--lang") && i + 1 < argc)
			lang = argv[i + 1];
		if (lang && cmd_lang_known(lang))
			return lang;
	}
	return NULL;
}

/* The verb that argv[1] names, or argv[1] and argv[2] ("calendar due"); *words
 * tells how many.  NULL: none. */
static const struct cmd_verb *find_verb(const struct cmd_tool *tool, int argc, char **argv,
                                        int *words)
{
	for (const struct cmd_verb *v = tool->verbs; v->name; v++) {
		size_t first = strcspn(v->name, " ");
		bool two = v->name[first] != '\0';

		*words = two ? 2 : 1;
		if (strncmp(v->name, argv[1], first) != 0 || argv[1][first])
			continue;
		if (!two || (argc > 2 && !strcmp(v->name + first + 1, argv[2])))
			return v;
	}
	return NULL;
}

/* Says that there is no such verb, or which second words there are; 64. */
static int no_verb(struct cmd *cmd, const char *word)
{
	size_t len = strlen(word);
	char *list = NULL;

	for (const struct cmd_verb *v = cmd->tool->verbs; v->name; v++) {
		if (strncmp(v->name, word, len) != 0 || v->name[len] != ' ')
			continue;
		char *longer = cmd_printf("%s%s%s", list ? list : "", list ? ", " : "",
		                          v->name + len + 1);
		free(list);
		list = longer;
	}
	int status = list ? cmd_usage(cmd, _("%s what? One of: %s"), word, list)
	                  : cmd_usage(cmd, _("unknown verb \"%s\""), word);
	free(list);
	return status;
}

/* `TOOL help [VERB] [--lang LANG]`; argv[0] is "help". */
static int help_by_name(struct cmd *cmd, int argc, char **argv)
{
	int words;

	if (argc > 1 && argv[1][0] != '-') {
		cmd->verb = find_verb(cmd->tool, argc, argv, &words);
		if (!cmd->verb) {
			cmd->verb = &bare;
			return no_verb(cmd, argv[1]);
		}
		gather(cmd);
		argc -= words;
		argv += words;
	}
	int status = read_line(cmd, argc, argv);
	if (status == 0 && cmd->n > 0)
		status = cmd_usage(cmd, _("help takes one verb"));
	return status != 0 ? status : show_help(cmd);
}

static int run_verb(struct cmd *cmd, int argc, char **argv)
{
	int status;

	gather(cmd);
	status = read_line(cmd, argc, argv);
	if (status == 0 && cmd_given(cmd, "help"))
		return show_help(cmd);
	if (status == 0)
		status = settle(cmd);
	if (status == 0 && cmd_given(cmd, "version"))
		return show_version(cmd);
	if (status == 0 && cmd->verb == &bare)
		return cmd_usage(cmd, _("the verb is missing"));
	if (status == 0 && takes(cmd, CMD_NO_OPERANDS) && cmd->n > 0)
		return cmd_usage(cmd, _("\"%s\" is one word too many"), cmd->operands[0]);
	if (status == 0)
		status = configure(cmd);
	return status != 0 ? status : cmd->verb->run(cmd);
}

static int dispatch(struct cmd *cmd, int argc, char **argv)
{
	if (!cmd->tool->verbs) {
		cmd->verb = cmd->tool->only;
		return run_verb(cmd, argc, argv);
	}
	cmd->verb = &bare;
	gather(cmd);
	if (argc < 2)
		return cmd_usage(cmd, _("the verb is missing"));
	if (argv[1][0] == '-')
		return run_verb(cmd, argc, argv);
	if (!strcmp(argv[1], "help"))
		return help_by_name(cmd, argc - 1, argv + 1);
	int words;
	const struct cmd_verb *verb = find_verb(cmd->tool, argc, argv, &words);
	if (!verb)
		return no_verb(cmd, argv[1]);
	cmd->verb = verb;
	return run_verb(cmd, argc - words, argv + words);
}

static void free_cmd(struct cmd *cmd)
{
	struct cmd_state *state = cmd->state;

	cmd_free_texts(cmd);
	for (size_t i = 0; i < state->n_kept; i++)
		free(state->kept[i]);
	for (size_t i = 0; i < state->n_items; i++)
		free(state->items[i]);
	free(state->kept);
	free(state->items);
	free(state->seen);
	free(cmd->operands);
	edoc_conf_free(cmd->conf);
}

/* A report that did not reach its reader is no success. */
static int close_stdout(const struct cmd *cmd, int status)
{
	bool lost = ferror(stdout) != 0;

	errno = 0;
	if (fclose(stdout) != 0)
		lost = true;
	if (!lost)
		return status;
	cmd_tell_lost(cmd, errno ? errno : EIO);
	return CMD_IO;
}

int cmd_main(const struct cmd_tool *tool, int argc, char **argv)
{
	struct cmd_state state = {.n_seen = 0};
	struct cmd cmd = {.tool = tool, .state = &state, .now = (int64_t)time(NULL)};

	hold_descriptors();
	more_descriptors();
	/* A reader that went away is an error of writing, told by the exit;
	 * dying in the middle of a file is not. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* as a full disk: EFBIG */
	cmd_speak(early_lang(argc, argv));
	cmd.at = cmd.now;
	int status = dispatch(&cmd, argc, argv);
	cmd_end_progress(&cmd);
	status = close_stdout(&cmd, status);
	free_cmd(&cmd);
	return status;
}
