/* SPDX-License-Identifier: ISC */
/*
 * What the four tools share.  A tool is a table of verbs, a verb is a table of
 * options and a function; the frame reads the command line by the tables,
 * prints the help from them, and turns what the function returns into the exit
 * status of edoc(7).
 *
 *	static const struct cmd_option sign_options[] = {
 *		{"output", 'o', "PKG", N_("make and sign a new package"), false},
 *		{"role", 0, "ROLE", N_("the role the signer claims"), false},
 *		{NULL, 0, NULL, NULL, false},
 *	};
 *	static const struct cmd_verb verbs[] = {
 *		{"sign", "[--key K] PKG...", N_("sign packages"), sign_options,
 *		 CMD_ITEMS | CMD_KEY | CMD_FORCE | CMD_DRY, run_sign},
 *		{NULL, NULL, NULL, NULL, 0, NULL},
 *	};
 *	int main(int argc, char **argv)
 *	{
 *		static const struct cmd_tool tool = {
 *			"edoc-sign", N_("make and sign document packages"), verbs, NULL};
 *		return cmd_main(&tool, argc, argv);
 *	}
 */
#ifndef CMD_H
#define CMD_H

#include <libintl.h>
#include <stdio.h>

#include "edoc.h"

#define _(text) dgettext("edoc", text)
#define N_(text) (text)

/* ---- tables ---- */

struct cmd;

/* An option of a verb; name NULL ends a table. */
struct cmd_option {
	const char *name;     /* "output" for --output */
	char letter;          /* 'o' for -o, or 0 */
	const char *argument; /* its placeholder in the help, or NULL: a flag */
	const char *help;     /* N_(): a few words */
	bool list;            /* may be given again */
};

/* Options that many verbs share; the frame adds them to the verb's own. */
#define CMD_ITEMS 0x001u       /* --files-from FILE|-, -0; operands are items */
#define CMD_JSON 0x002u        /* --json: cmd->json */
#define CMD_DRY 0x004u         /* -n, --dry-run: cmd->dry_run */
#define CMD_AT 0x008u          /* --at TIME: cmd->at; without this flag --at is 64 */
#define CMD_KEY 0x010u         /* --key --cert --chain --pass-file --pass-env: cmd_key() */
#define CMD_TRUST 0x020u       /* --trust PATH (list): cmd_trust() */
#define CMD_POLICY 0x040u      /* --policy P: cmd_policy() */
#define CMD_FORCE 0x080u       /* -f, --force: cmd->force */
#define CMD_COLOR 0x100u       /* --color WHEN: cmd_verdict() */
#define CMD_PROGRESS 0x200u    /* --progress WHEN: cmd_progress() */
#define CMD_JOBS 0x800u        /* -j N, --ordered: cmd_batch() */
#define CMD_NET 0x1000u        /* --online, --offline, --cache: cmd_fetcher() */
#define CMD_TSA 0x2000u        /* --tsa TSA (list): cmd_tsas() */
#define CMD_SAYS 0x4000u       /* --level --pss and what else a signature says */
#define CMD_NO_OPERANDS 0x400u /* the frame refuses operands */

struct cmd_verb {
	const char *name;     /* one word or two, as "calendar due"; NULL ends a table */
	const char *synopsis; /* what follows the verb: "[-o PKG] FILE..." */
	const char *help;     /* N_(): one line */
	const struct cmd_option *options; /* or NULL */
	unsigned flags;                   /* CMD_* */
	int (*run)(struct cmd *cmd);      /* returns the exit status */
};

struct cmd_tool {
	const char *name;
	const char *help;             /* N_(): one line */
	const struct cmd_verb *verbs; /* NULL for a tool without verbs ... */
	const struct cmd_verb *only;  /* ... whose one "verb" is this (name "") */
};

struct cmd {
	const struct cmd_tool *tool;
	const struct cmd_verb *verb;
	size_t n;              /* operands as given; a verb with CMD_ITEMS uses */
	const char **operands; /* cmd_each() or cmd_items() instead; NULL-ended */
	bool quiet, json, dry_run, force;
	int verbose;             /* how many -v */
	int64_t now;             /* the clock, read once */
	int64_t at;              /* --at, else now */
	struct edoc_conf *conf;  /* never NULL in run(); maybe empty */
	struct cmd_state *state; /* the frame's own */
};

/* Does everything: locale, options, help, configuration, run, flush. */
int cmd_main(const struct cmd_tool *tool, int argc, char **argv);

/* The verb's options by their long names; asking for one that no table holds
 * is a bug and ends the program with 70. */
bool cmd_given(const struct cmd *cmd, const char *name);
bool cmd_has(const struct cmd *cmd, const char *name); /* whether it has such an option */
const char *cmd_value(const struct cmd *cmd, const char *name); /* NULL: not given */
/* A list option's values, NULL-ended (also when none was given). */
const char *const *cmd_values(const struct cmd *cmd, const char *name, size_t *n);

/* ---- exit ---- */

#define CMD_USAGE 64
#define CMD_INPUT 65
#define CMD_ABSENT 66
#define CMD_BUG 70
#define CMD_EXISTS 73
#define CMD_IO 74
#define CMD_AGAIN 75
#define CMD_DENIED 77
#define CMD_CONFIG 78

/* Of two items' exits the one that a batch tells: the first of 70 74 1 65 66
 * 77 73 78 75 2 0 (64 comes before all).  Start from 0. */
int cmd_fold(int a, int b);

/* ---- talk: stderr, "edoc-sign: WHERE: WHAT" ---- */

/* where: "" or NULL for none.  Arguments are escaped for terminals. */
void cmd_error(const struct cmd *cmd, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void cmd_warn(const struct cmd *cmd, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))); /* not with -q */
void cmd_note(const struct cmd *cmd, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))); /* only with -v */
/* Says what is wrong with the command line and where the help is; returns 64. */
int cmd_usage(const struct cmd *cmd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A library error; returns its exit. */
int cmd_fail(const struct cmd *cmd, const struct edoc_error *err);
/* The same for one item of a batch: with --json a line of its own on stdout
 * too ({"v":1,"path":...,"exit":66,"error":{...}}), and err->where gets the
 * item's name in front when it lacks it. */
int cmd_fail_item(const struct cmd *cmd, const char *item, const struct edoc_error *err);

/* ---- stdout: printf(3) as usual, the frame checks at the end ---- */

/* s with terminal-steering bytes as \xNN: for everything that came from a
 * document, a file name or a partner.  Lives until the next item. */
const char *cmd_text(struct cmd *cmd, const char *s);
/* Prints a string that the library has already made safe (edoc_*_text,
 * edoc_*_json) and a newline when it lacks one; frees it. */
void cmd_print(struct cmd *cmd, char *made);
/* The same with a text that stays the caller's. */
void cmd_put(struct cmd *cmd, const char *text, size_t len);
/* A verdict's word, padded to width, in colour when that is on:
 * exit 0 green, 2 yellow, others red. */
void cmd_verdict(struct cmd *cmd, int status, const char *word, int width);
/* Whether the library's texts for people are to be coloured. */
bool cmd_color(const struct cmd *cmd);
/* Until the next call: if stdout fails, stderr says that this is so of that file
 * all the same.  NULL: nothing is. */
void cmd_untold(struct cmd *cmd, const char *path, const char *what);
/* Pushes stdout out; a failure ends the program with 74 at once.  The item
 * loops call it after each item. */
void cmd_flush(struct cmd *cmd);
/* "2026-03-05 09:11:09 +0500" in the local zone; "-" for INT64_MIN. */
#define CMD_TIME 48
void cmd_time(char out[CMD_TIME], int64_t t);
/* On stderr when that is a terminal (or --progress always) and the work has
 * lasted a second: done of total (0: unknown), rate, time left. */
void cmd_progress(struct cmd *cmd, uint64_t done, uint64_t total);

/* ---- items ---- */

typedef int cmd_item_fn(struct cmd *cmd, const char *item, void *arg);

/*
 * Calls fn for each item: the operands in their order, "-" standing for a
 * list on stdin, then those of --files-from.  Returns the folded exit; 64
 * when nothing was named, 66 when the lists were empty.
 */
int cmd_each(struct cmd *cmd, cmd_item_fn *fn, void *arg);
/* The same with folders walked: fn sees regular files, each folder's names in
 * byte order; symbolic links inside are not followed.  A path that is absent
 * still goes to fn, whose error it is. */
int cmd_each_file(struct cmd *cmd, cmd_item_fn *fn, void *arg);
/* The same with idle called before more of a list is waited for. */
typedef void cmd_idle_fn(struct cmd *cmd, int fd, void *arg);
int cmd_each_while(struct cmd *cmd, cmd_item_fn *fn, cmd_idle_fn *idle, void *arg);
int cmd_each_file_while(struct cmd *cmd, cmd_item_fn *fn, cmd_idle_fn *idle, void *arg);
/* How many files that will be; 0: a list says, and it is not read twice. */
uint64_t cmd_count_files(const struct cmd *cmd);
/* All items at once, NULL-ended, living as long as cmd.  0, or the exit. */
int cmd_items(struct cmd *cmd, const char *const **items, size_t *n);

/* For reading what may be a pipe, as a shell's <(...): one that nobody writes
 * to ends instead of hanging.  -1 with errno; a folder is EISDIR. */
int cmd_open(const char *path);
/* The exit for errno after that. */
int cmd_open_exit(int error);

/* ---- batches ---- */

/*
 * The items (folders walked) worked on by -j processes in boxes: `work` runs
 * there; its texts are printed here, its statuses folded, its errors said by
 * cmd_fail_item().  SIGINT, SIGTERM and SIGHUP stop all, and end the program
 * by that signal; a second one does not wait for what is being printed.
 */
struct cmd_batch {
	const char *head; /* printed before the items; NULL: nothing */
	/* Prints what follows them; cut: not all of them were judged.  Or NULL. */
	void (*end)(struct cmd *cmd, uint64_t done, bool cut);
	edoc_batch_work_fn *work;
	void *arg;
	edoc_fetch_fn *fetch; /* or NULL */
	void *fetch_arg;
	const int *keep; /* descriptors for work */
	size_t n_keep;
	uint64_t memory; /* of one process; 0: the default */
	unsigned seconds; /* of one item; 0: the default */
	/* Work writes the items: in no box (edoc.h, unboxed), folders are none, an
	 * item that is named twice is worked on once.  What is under way when a
	 * signal comes is finished.  One process is ours, which a signal ends. */
	bool writes;
	bool alone; /* in one process, and -j is refused: the key cannot be shared */
	/* What is so of an item whose line could not be written; NULL: nothing is. */
	const char *done;
};
int cmd_batch(struct cmd *cmd, const struct cmd_batch *what);
/* -j, or what makes sense where work writes: 1 is this process.  0 or the exit. */
int cmd_jobs(const struct cmd *cmd, unsigned *n);
/* A descriptor that is readable once a signal said stop; -1: none can be had. */
int cmd_stop(void);

/* ---- keys, trust, policy, places ---- */

/* An edoc_passphrase_fn, arg is the cmd: --pass-file, --pass-env, else the
 * terminal.  Says what is missing when there is none of them. */
int cmd_passphrase(char *buf, size_t size, const char *what, void *arg);
/* Warns when others can get at a file that holds a secret. */
void cmd_warn_open(const struct cmd *cmd, const char *path);
/* The same of --key, which may be FILE#NAME. */
void cmd_warn_open_key(const struct cmd *cmd, const char *key);
/* "user:password" from a file's first line; lives as long as cmd.  78 when
 * others can read the file.  0 or the exit. */
int cmd_login(struct cmd *cmd, const char *path, const char **login);
/* --key (a name of edoc.conf or a file), else edoc.conf's default.  0 or the exit. */
int cmd_key(struct cmd *cmd, struct edoc_key **key);
/* The paths behind the same choice, for calls that load the key themselves. */
struct cmd_key_paths {
	const char *file, *cert, *chain; /* cert, chain: NULL when inside file */
};
int cmd_key_paths(struct cmd *cmd, struct cmd_key_paths *paths);
/* Those of one of edoc.conf's keys. */
void cmd_key_named(struct cmd *cmd, const char *name, struct cmd_key_paths *paths);
/* --trust paths for all purposes, else edoc.conf's; may be empty. */
int cmd_trust(struct cmd *cmd, struct edoc_trust **trust);
/* --policy: "strict", a name in the profiles folder, or a file. */
int cmd_policy(struct cmd *cmd, struct edoc_policy **policy);
int cmd_policy_of(struct cmd *cmd, const char *name, struct edoc_policy **policy);
/* A signing profile, found as a policy is. */
int cmd_signing_profile(struct cmd *cmd, const char *name, struct edoc_signing_profile **profile);
/* What fetches for the library, by --online, --cache and edoc.conf; *fetcher is
 * NULL when it could give nothing.  anew: revocation is never what was kept.  0 or
 * the exit. */
int cmd_fetcher(struct cmd *cmd, bool anew, struct edoc_fetcher **fetcher);
/* The same for verbs that cannot do without the network: levels above B. */
int cmd_fetcher_online(struct cmd *cmd, int stop, struct edoc_fetcher **fetcher);
/* The time-stamping authorities of --tsa (addresses, or names of edoc.conf), else
 * edoc.conf's "tsa:", in their order; the list lives as long as cmd.  0 or the exit. */
int cmd_tsas(struct cmd *cmd, const struct edoc_signing_profile *profile,
             const struct edoc_tsa **tsas, size_t *n);
/* -o, or NULL when it is not given; 64 when -f would write over a file that
 * another option or edoc.conf names. */
int cmd_output(struct cmd *cmd, const char **out);
/* 64 when -o is that path, which reader names; path may be NULL. */
int cmd_spares(struct cmd *cmd, const char *path, const char *reader);
/* cmd_output()'s check of what that option names; 64 when it is an operand, too. */
int cmd_apart(struct cmd *cmd, const char *option, const char *out);
/* A folder by option -C ("directory" in the table), $env, or edoc.conf's key:
 * cmd_place(cmd, "EDOC_DESK", "desk").  NULL, with the message said: exit 78. */
const char *cmd_place(struct cmd *cmd, const char *env, const char *key);

/* ---- memory ---- */

/* Ends the program with 75 when memory is out: for strings of the tools. */
void *cmd_alloc(size_t size); /* zeroed */
char *cmd_strdup(const char *s);
char *cmd_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Moves an array to where n elements have room. */
void *cmd_grow(void *array, size_t n, size_t size);
_Noreturn void cmd_die_memory(void);

/* ---- the frame's own: cmd/cmd.c, talk.c, items.c ---- */

struct cmd_seen {
	const struct cmd_option *option;
	const char *value; /* NULL: a flag */
};

#define CMD_MAX_OPTIONS 64
struct cmd_state {
	const struct cmd_option *options[CMD_MAX_OPTIONS]; /* of this verb, NULL-ended */
	struct cmd_seen *seen;                             /* as given */
	size_t n_seen;
	char **texts; /* of cmd_text() */
	size_t n_texts;
	char **items; /* of cmd_items() */
	size_t n_items;
	void **kept; /* of cmd_values() and cmd_keep() */
	size_t n_kept;
	bool color, progress, stdin_read;
	const char *untold_path, *untold; /* of cmd_untold() */
	bool halt; /* no more items: somebody said stop, or nothing works any more */
	int no_passphrase;         /* its exit, once the reason is said */
	bool pin;                  /* it is a token's PIN that is asked for */
	bool bar;                  /* a progress line stands on stderr */
	int64_t started, last_bar; /* monotonic milliseconds */
};

void cmd_speak(const char *lang); /* the language of messages; NULL: the environment's */
/* What --lang or edoc.conf asked for; NULL: the environment decides. */
const char *cmd_lang(const struct cmd *cmd);
bool cmd_lang_known(const char *lang);
void cmd_free_texts(struct cmd *cmd);
void cmd_end_progress(const struct cmd *cmd);
void cmd_tell_lost(const struct cmd *cmd, int error);
bool cmd_when(const char *when, int fd, bool *on); /* auto, always, never */
void *cmd_keep(struct cmd *cmd, void *made);       /* freed with cmd */

#endif
