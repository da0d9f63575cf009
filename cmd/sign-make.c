/* SPDX-License-Identifier: ISC */
/* edoc-sign: packages made, signed, revised. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sign.h"

/* ---- card ---- */

const struct cmd_option sign_card_options[] = {
        {"new", 0, "KIND", N_("print a commented card to fill in"), false},
        {NULL, 0, NULL, NULL, false},
};

int sign_run_card(struct cmd *cmd)
{
	const char *kind = cmd_value(cmd, "new");
	const char *skeleton = kind ? edoc_card_skeleton(kind) : NULL;
	const char *name;

	if (skeleton) {
		fputs(skeleton, stdout);
		return 0;
	}
	if (kind)
		return cmd_usage(cmd, _("no such kind of card: \"%s\"; edoc-sign card lists them"),
		                 kind);
	for (size_t i = 0; (name = edoc_card_kind(i)); i++)
		printf("%s\n", name);
	return 0;
}

/* ---- new ---- */

const struct cmd_option sign_new_options[] = {
        {"output", 'o', "PKG", N_("the package to make (required)"), false},
        {"card", 0, "CARD.yaml", N_("its card, from edoc-sign card --new"), false},
        {"set", 0, "K=V", N_("set a field of the card"), true},
        {NULL, 0, NULL, NULL, false},
};

static bool card_wanted(struct cmd *cmd, struct edoc_new_options *card)
{
	size_t n;

	card->card_path = cmd_value(cmd, "card");
	card->set = cmd_values(cmd, "set", &n);
	if (!n)
		card->set = NULL;
	return card->card_path || n;
}

int sign_run_new(struct cmd *cmd)
{
	struct edoc_sign_options none = {.at = cmd->now, .overwrite = cmd->force};
	struct edoc_new_options card = {0};
	const char *const *files;
	struct edoc_error err = {0};
	const char *out;
	size_t n;
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (!out)
		return cmd_usage(cmd, _("-o PKG names the package to make"));
	card_wanted(cmd, &card);
	status = cmd_items(cmd, &files, &n);
	if (status)
		return status;
	none.dry_run = cmd->dry_run;
	if (edoc_package_new(out, files, n, &card, &none, NULL, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	if (!cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	return 0;
}

/* ---- sign ---- */

const struct cmd_option sign_sign_options[] = {
        {"output", 'o', "PKG", N_("make this package of the FILEs and sign it"), false},
        {"card", 0, "CARD.yaml", N_("with -o: its card"), false},
        {"set", 0, "K=V", N_("with -o: set a field of the card"), true},
        {"asic-s", 0, NULL, N_("with -o: an ASiC-S container, for one document"), false},
        {"format", 0, "FORM", N_("xades or cades (default: as the package has, else xades)"),
         false},
        {"profile", 0, "PROFILE", N_("by the agency's rules: a name or a file; \"none\""), false},
        {"skip-signed", 0, NULL, N_("pass over what this certificate has signed already"), false},
        {NULL, 0, NULL, NULL, false},
};

/* -v: what will be signed, and by whom, before the key is used. */
static void show_what(struct cmd *cmd, const struct signing *s, const char *const *names, size_t n)
{
	sign_show_who(cmd, s);
	for (size_t i = 0; i < n; i++)
		cmd_note(cmd, NULL, "  %s", names[i]);
}

static void show_package(struct cmd *cmd, const struct signing *s, const char *path)
{
	struct edoc_package *package = NULL;

	if (!cmd->verbose || edoc_package_open(path, NULL, &package, NULL) != EDOC_OK)
		return;
	show_what(cmd, s, &path, 1);
	for (size_t i = 0; i < edoc_package_documents(package); i++)
		cmd_note(cmd, NULL, "    %s", edoc_package_document(package, i)->name);
	edoc_package_free(package);
}

/* -n tells what would be done, too. */
static enum edoc_code sign_once(const struct signing *s, const char *item, char **made,
                                const char **done, struct edoc_error *err)
{
	enum edoc_signed what;
	enum edoc_code code = edoc_package_sign_once(item, &s->options, &what, made, err);

	*done = what == EDOC_SIGNED_BEFORE   ? _("already signed")
	        : what == EDOC_SIGNED_RAISED ? _("already signed, raised")
	                                     : NULL;
	return code;
}

static enum edoc_code sign_one(void *arg, struct edoc_batch_worker *worker, const char *item,
                               int fd, char **text, int *status, struct edoc_error *err)
{
	static char said[1u << 16]; /* stderr's, whose own is taken once it was written to */
	struct signing *s = arg;
	struct cmd *cmd = s->cmd;
	const char *done = NULL;
	char *made = NULL;
	enum edoc_code code;

	(void)fd;
	*status = 0;
	s->options.at = (int64_t)time(NULL); /* a batch may last */
	if (worker) /* what is said of an item in one piece, beside others */
		(void)setvbuf(stderr, said, _IOFBF, sizeof said);
	show_package(cmd, s, item);
	if (cmd_given(cmd, "skip-signed"))
		code = sign_once(s, item, &made, &done, err);
	else
		code = cmd->dry_run ? edoc_package_preflight(item, &s->options, err)
		                    : edoc_package_sign(item, &s->options, &made, err);
	if (code == EDOC_OK)
		code = sign_line(cmd, item, made, done, text, err);
	edoc_free(made);
	cmd_free_texts(cmd);
	(void)fflush(stderr);
	return code;
}

/* Before the key is asked for: a clerk's one package, or what is to be one. */
static int conform(struct cmd *cmd, struct signing *s, const char *out,
                   const struct edoc_new_options *card, const char *const *files, size_t n)
{
	struct edoc_sign_options dry = s->options;
	struct edoc_error err = {0};
	enum edoc_code code;
	int status;

	if (!s->profile)
		return 0;
	status = sign_signer(s);
	dry.dry_run = true;
	code = out ? edoc_package_new(out, files, n, card, &dry, NULL, &err)
	           : edoc_signing_profile_package(files[0], &dry, &err);
	if (code != EDOC_OK)
		status = cmd_fold(status, cmd_fail_item(cmd, out ? out : files[0], &err));
	return status;
}

static int choose_container(struct signing *s, bool *single)
{
	struct cmd *cmd = s->cmd;
	const char *container = NULL;
	int status = sign_choose(s, "asic-s", "container", &container);

	*single = cmd_given(cmd, "asic-s") || (container && !strcmp(container, "asic-s"));
	return status;
}

static int sign_new(struct cmd *cmd, struct signing *s, const char *out)
{
	struct edoc_new_options card = {0};
	const char *const *files;
	struct edoc_error err = {0};
	char *made = NULL;
	size_t n;
	int status = cmd_items(cmd, &files, &n);

	card_wanted(cmd, &card);
	if (!status)
		status = choose_container(s, &card.single);
	if (!status)
		status = conform(cmd, s, out, &card, files, n);
	if (!status)
		status = sign_unlock(s);
	if (status)
		return status;
	show_what(cmd, s, files, n);
	s->options.dry_run = cmd->dry_run;
	if (edoc_package_new(out, files, n, &card, &s->options, &made, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	return sign_told(cmd, out, made);
}

static int sign_all(struct cmd *cmd, struct signing *s)
{
	static const char done[] = N_("is signed, and whole, and the same line with --skip-signed "
	                              "signs what is left; only the line that tells it could not "
	                              "be written");
	bool one =
	        cmd->n == 1 && strcmp(cmd->operands[0], "-") != 0 && !cmd_value(cmd, "files-from");
	int status = one ? conform(cmd, s, NULL, NULL, cmd->operands, 1) : 0;

	if (!status)
		status = sign_unlock(s);
	s->options.dry_run = cmd->dry_run;
	return status ? status : sign_batch(s, sign_one, done);
}

/* Which options go together. */
static int check_options(struct cmd *cmd, const char *out)
{
	static const char *const batch[] = {"jobs", "ordered", "skip-signed"};
	struct edoc_new_options card = {0};

	if (!out && (card_wanted(cmd, &card) || cmd_given(cmd, "asic-s")))
		return cmd_usage(cmd, _("--card, --set and --asic-s go with -o: a signed card is "
		                        "not changed"));
	for (size_t i = 0; out && i < 3; i++)
		if (cmd_given(cmd, batch[i]))
			return cmd_usage(cmd,
			                 _("--%s goes with packages that are there, not with -o"),
			                 batch[i]);
	return 0;
}

int sign_run_sign(struct cmd *cmd)
{
	struct signing s = {0};
	const char *out;
	int status = cmd_output(cmd, &out);

	if (!status)
		status = check_options(cmd, out);
	if (status)
		return status;
	status = sign_begin(cmd, &s, false);
	if (!status)
		status = out ? sign_new(cmd, &s, out) : sign_all(cmd, &s);
	sign_end(&s);
	return status;
}

/* ---- revise ---- */

const struct cmd_option sign_revise_options[] = {
        {"output", 'o', "NEW", N_("the successor to make (required)"), false},
        {"add", 0, "FILE", N_("a document more, or instead of one of its name"), true},
        {"remove", 0, "NAME", N_("a document less"), true},
        {"set", 0, "K=V", N_("set a field of the card"), true},
        {NULL, 0, NULL, NULL, false},
};

/* Nothing of it is signed in the successor; but what was changed in it goes on. */
static void warn_failed(const struct cmd *cmd, const char *path)
{
	struct edoc_verify_options how = {.at = cmd->now};
	struct edoc_trust *nobody = NULL;
	struct edoc_policy *policy = NULL;
	struct edoc_report *report = NULL;
	struct edoc_error err = {0};
	enum edoc_code code = edoc_trust_new(&nobody, &err);

	if (code == EDOC_OK)
		code = edoc_policy_strict(&policy, &err);
	how.trust = nobody;
	how.policy = policy;
	if (code == EDOC_OK)
		code = edoc_verify_path(path, &how, &report, &err);
	if (code != EDOC_OK)
		cmd_warn(cmd, err.where, "%s", err.msg);
	else if (edoc_report_indication(report) == EDOC_TOTAL_FAILED)
		cmd_warn(cmd, path,
		         _("does not hold, and its documents were taken over as they are: look at "
		           "them, and at what edoc-verify says of it"));
	edoc_report_free(report);
	edoc_policy_free(policy);
	edoc_trust_free(nobody);
}

int sign_run_revise(struct cmd *cmd)
{
	struct edoc_revise_options options = {.overwrite = cmd->force, .dry_run = cmd->dry_run};
	struct edoc_error err = {0};
	const char *out;
	size_t n;
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (!out || cmd->n != 1)
		return cmd_usage(cmd, _("one PKG and -o NEW are needed"));
	options.add = cmd_values(cmd, "add", &n);
	options.remove = cmd_values(cmd, "remove", &n);
	options.set = cmd_values(cmd, "set", &n);
	if (!n)
		options.set = NULL;
	if (edoc_package_revise(cmd->operands[0], out, &options, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	warn_failed(cmd, cmd->operands[0]);
	if (!cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	return 0;
}
