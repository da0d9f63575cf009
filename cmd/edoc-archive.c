/* SPDX-License-Identifier: ISC */
/* edoc-archive(1): packages kept for decades. */
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "edoc.h"

/* What a verb holds while it runs. */
struct job {
	struct cmd *cmd;
	struct edoc_trust *trust;
	struct edoc_policy *policy;
	struct edoc_archive *archive;
	struct edoc_archive_options options;
	const char *root;
	int exit;         /* of all items so far */
	uint64_t told;    /* items */
	unsigned accept;  /* ingest */
	const char *into; /* export */
	char agent[320];
};

/* Set by SIGTERM and SIGINT: the item under way is finished, then we stop. */
static volatile sig_atomic_t asked_to_stop;

static void on_stop(int signal_number)
{
	(void)signal_number;
	asked_to_stop = 1;
}

static void stop_politely(void)
{
	struct sigaction act = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
}

static void take_item(void *arg, int status, const char *text, const char *json)
{
	struct job *job = arg;
	struct cmd *cmd = job->cmd;
	job->exit = cmd_fold(job->exit, status);
	job->told++;
	if (cmd->json)
		printf("%s\n", json);
	else if (status || !cmd->quiet)
		fputs(text, stdout);
	cmd_flush(cmd);
}

static void name_agent(char *agent, size_t size)
{
	char host[256] = "";
	const struct passwd *user = getpwuid(getuid());
	if (gethostname(host, sizeof host - 1) != 0 || !*host)
		snprintf(host, sizeof host, "localhost");
	if (user && user->pw_name)
		snprintf(agent, size, "%.60s@%s", user->pw_name, host);
	else
		snprintf(agent, size, "uid%u@%s", (unsigned)getuid(), host);
}

#define WRITES 1u
#define JUDGES 2u
#define OPENS 4u
#define WHOLE 8u

static int job_begin(struct job *job, struct cmd *cmd, unsigned needs)
{
	struct edoc_error err;
	*job = (struct job){.cmd = cmd};
	job->root = cmd_place(cmd, "EDOC_ARCHIVE", "archive");
	if (!job->root)
		return CMD_CONFIG;
	int status = needs & JUDGES ? cmd_trust(cmd, &job->trust) : 0;
	if (!status && needs & JUDGES)
		status = cmd_policy(cmd, &job->policy);
	if (status)
		return status;
	name_agent(job->agent, sizeof job->agent);
	job->options = (struct edoc_archive_options){.agent = job->agent,
	                                             .write = needs & WRITES,
	                                             .dry = cmd->dry_run,
	                                             .whole = needs & WHOLE,
	                                             .now = cmd->now,
	                                             .trust = job->trust,
	                                             .policy = job->policy,
	                                             .lang = "",
	                                             .item = take_item,
	                                             .arg = job};
	if (!(needs & OPENS))
		return 0;
	return edoc_archive_open(job->root, &job->options, &job->archive, &err) == EDOC_OK
	               ? 0
	               : cmd_fail(cmd, &err);
}

/* status: of the verb itself; items' are folded in. */
static int job_end(struct job *job, int status)
{
	struct edoc_error err;
	if (job->archive && edoc_archive_flush(job->archive, &err) != EDOC_OK)
		status = cmd_fold(status, cmd_fail(job->cmd, &err));
	edoc_archive_free(job->archive);
	edoc_policy_free(job->policy);
	edoc_trust_free(job->trust);
	return cmd_fold(status, job->exit);
}

/* ---- init, rebuild, fsck ---- */

static int run_init(struct cmd *cmd)
{
	struct job job;
	struct edoc_error err;
	struct edoc_key *key = NULL;
	int status = job_begin(&job, cmd, 0);
	if (!status && cmd_given(cmd, "key"))
		status = cmd_key(cmd, &key);
	if (!status && edoc_archive_init(job.root, &job.options, key, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	edoc_key_free(key);
	return job_end(&job, status);
}

static int run_rebuild(struct cmd *cmd)
{
	struct job job;
	struct edoc_error err;
	int status = job_begin(&job, cmd, 0);
	if (!status && edoc_archive_rebuild(job.root, &job.options, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	return job_end(&job, status);
}

static int run_fsck(struct cmd *cmd)
{
	struct job job;
	struct edoc_error err;
	int status = job_begin(&job, cmd, 0);
	if (!status &&
	    edoc_archive_fsck(job.root, &job.options, cmd_value(cmd, "against"), &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	return job_end(&job, status);
}

/* ---- ingest ---- */

static int ingest_one(struct cmd *cmd, const char *path, void *arg)
{
	struct job *job = arg;
	struct edoc_error err;
	if (asked_to_stop)
		return CMD_AGAIN;
	cmd_progress(cmd, job->told, 0);
	if (edoc_archive_ingest(job->archive, path, job->accept, (int64_t)time(NULL), &err) !=
	    EDOC_OK)
		return cmd_fail_item(cmd, path, &err);
	return 0;
}

static int run_ingest(struct cmd *cmd)
{
	struct job job;
	int status = job_begin(&job, cmd, WRITES | JUDGES | OPENS);
	if (cmd_given(cmd, "accept-indeterminate"))
		job.accept |= EDOC_ACCEPT_INDETERMINATE;
	if (cmd_given(cmd, "accept-failed"))
		job.accept |= EDOC_ACCEPT_FAILED;
	stop_politely();
	if (!status)
		status = cmd_each_file(cmd, ingest_one, &job);
	return job_end(&job, status);
}

/* ---- verify ---- */

static int verify_one(struct cmd *cmd, const char *name, void *arg)
{
	struct job *job = arg;
	struct edoc_error err;
	char id[65];
	if (asked_to_stop)
		return CMD_AGAIN;
	if (edoc_archive_resolve(job->archive, name, id, &err) != EDOC_OK ||
	    edoc_archive_verify(job->archive, id, (int64_t)time(NULL), &err) != EDOC_OK)
		return cmd_fail_item(cmd, name, &err);
	return 0;
}

/* All, the one that was verified longest ago first. */
static int verify_all(struct job *job)
{
	struct edoc_error err;
	int64_t cursor = 0;
	bool more = true;
	int status = 0;
	char id[65];
	uint64_t n = 0;
	for (;;) {
		if (edoc_archive_next(job->archive, &cursor, id, &more, &err) != EDOC_OK)
			return cmd_fold(status, cmd_fail(job->cmd, &err));
		if (!more)
			break;
		if (asked_to_stop)
			return cmd_fold(status, CMD_AGAIN);
		cmd_progress(job->cmd, n++, 0);
		status = cmd_fold(status, verify_one(job->cmd, id, job));
	}
	if (n)
		return status;
	cmd_error(job->cmd, job->root, _("the archive is empty"));
	return CMD_ABSENT;
}

static int run_verify(struct cmd *cmd)
{
	struct job job;
	int status = job_begin(&job, cmd, WRITES | JUDGES | OPENS | WHOLE);
	stop_politely();
	if (!status)
		status = cmd->n || cmd_given(cmd, "files-from") ? cmd_each(cmd, verify_one, &job)
		                                                : verify_all(&job);
	return job_end(&job, status);
}

/* ---- show, export ---- */

static int show_one(struct cmd *cmd, const char *name, void *arg)
{
	struct job *job = arg;
	struct edoc_error err;
	char *made = NULL;
	char id[65];
	if (edoc_archive_resolve(job->archive, name, id, &err) != EDOC_OK ||
	    edoc_archive_show(job->archive, id, cmd->json ? NULL : &made, cmd->json ? &made : NULL,
	                      &err) != EDOC_OK)
		return cmd_fail_item(cmd, name, &err);
	cmd_print(cmd, made);
	return 0;
}

static int run_show(struct cmd *cmd)
{
	struct job job;
	int status = job_begin(&job, cmd, OPENS);
	if (!status)
		status = cmd_each(cmd, show_one, &job);
	return job_end(&job, status);
}

static int export_one(struct cmd *cmd, const char *name, void *arg)
{
	struct job *job = arg;
	struct edoc_error err;
	char id[65];
	if (asked_to_stop)
		return CMD_AGAIN;
	if (edoc_archive_resolve(job->archive, name, id, &err) != EDOC_OK ||
	    edoc_archive_export(job->archive, id, job->into, cmd->force, (int64_t)time(NULL),
	                        &err) != EDOC_OK)
		return cmd_fail_item(cmd, name, &err);
	return 0;
}

static int run_export(struct cmd *cmd)
{
	struct job job;
	const char *as = cmd_value(cmd, "as");
	const char *into = cmd_value(cmd, "output");
	if (!into)
		return cmd_usage(cmd, _("where to? -o DIR"));
	if (as && strcmp(as, "dir") != 0)
		return cmd_usage(cmd, _("--as knows: dir"));
	int status = job_begin(&job, cmd, WRITES | JUDGES | OPENS);
	job.into = into;
	stop_politely();
	if (!status)
		status = cmd_each(cmd, export_one, &job);
	return job_end(&job, status);
}

/* ---- checkpoint ---- */

static int print_checkpoint(struct job *job, const struct edoc_key *key)
{
	struct cmd *cmd = job->cmd;
	struct edoc_error err;
	char *line = NULL;
	if (edoc_archive_checkpoint(job->archive, key, cmd->now, cmd_value(cmd, "output"),
	                            cmd->force, &line, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	cmd_print(cmd, line);
	return 0;
}

static int run_checkpoint(struct cmd *cmd)
{
	struct job job;
	struct edoc_key *key = NULL;
	const char *out;
	if (cmd_given(cmd, "key") && !cmd_given(cmd, "output"))
		return cmd_usage(cmd, _("a signed checkpoint is a file: -o FILE"));
	int status = cmd_output(cmd, &out);
	if (status)
		return status;
	status = job_begin(&job, cmd, OPENS);
	if (!status && cmd_given(cmd, "key"))
		status = cmd_key(cmd, &key);
	if (!status)
		status = print_checkpoint(&job, key);
	edoc_key_free(key);
	return job_end(&job, status);
}

/* ---- the table ---- */

#define ROOT                                                                                       \
	{                                                                                          \
		"directory", 'C', "ROOT", N_("the archive (else $EDOC_ARCHIVE or edoc.conf)"),     \
		        false                                                                      \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, 0, NULL, NULL, false                                                         \
	}

static const struct cmd_option plain_options[] = {ROOT, END};
static const struct cmd_option ingest_options[] = {
        ROOT,
        {"accept-indeterminate", 0, NULL, N_("also keep what cannot be decided"), false},
        {"accept-failed", 0, NULL, N_("also keep what is TOTAL-FAILED"), false},
        END,
};
static const struct cmd_option export_options[] = {
        ROOT,
        {"output", 'o', "DIR", N_("a folder; each package gets one of its own in it"), false},
        {"as", 0, "FORM", N_("dir: the package, its report and its journal lines"), false},
        END,
};
static const struct cmd_option fsck_options[] = {
        ROOT,
        {"against", 0, "LINE", N_("a checkpoint's line: was the journal rewritten since?"), false},
        END,
};
static const struct cmd_option checkpoint_options[] = {
        ROOT,
        {"output", 'o', "FILE", N_("write it there too; with --key the signature to FILE.p7s"),
         false},
        END,
};

static const struct cmd_verb verbs[] = {
        {"init", "[-C ROOT] [--key K]", N_("make an archive"), plain_options,
         CMD_DRY | CMD_KEY | CMD_NO_OPERANDS, run_init},
        {"ingest", "PKG...", N_("verify packages and take them over"), ingest_options,
         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_TRUST | CMD_POLICY | CMD_PROGRESS, run_ingest},
        {"verify", "[ID...]", N_("verify what is kept, bits and signatures"), plain_options,
         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_TRUST | CMD_POLICY | CMD_PROGRESS, run_verify},
        {"show", "ID...", N_("show what is known of packages, and their history"), plain_options,
         CMD_ITEMS | CMD_JSON, run_show},
        {"export", "-o DIR ID...", N_("give out copies of packages"), export_options,
         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_TRUST | CMD_POLICY | CMD_FORCE, run_export},
        {"checkpoint", "[-o FILE] [--key K]", N_("print the journal's head on one line"),
         checkpoint_options, CMD_KEY | CMD_FORCE | CMD_NO_OPERANDS, run_checkpoint},
        {"fsck", "[--against LINE]", N_("check the whole journal and every stored byte"),
         fsck_options, CMD_JSON | CMD_NO_OPERANDS, run_fsck},
        {"rebuild", "", N_("make the catalogue again from the journal"), plain_options,
         CMD_JSON | CMD_DRY | CMD_NO_OPERANDS, run_rebuild},
        {NULL, NULL, NULL, NULL, 0, NULL},
};

int main(int argc, char **argv)
{
	static const struct cmd_tool tool = {"edoc-archive",
	                                     N_("keep document packages for decades"), verbs, NULL};
	return cmd_main(&tool, argc, argv);
}
