/* SPDX-License-Identifier: ISC */
/* edoc-sign: signatures that are there, raised and countersigned; bare CAdES. */
#include <string.h>
#include <time.h>

#include "sign.h"

const struct cmd_option sign_extend_options[] = {
        {"level", 0, "LEVEL", N_("T, LT or LTA (required)"), false},
        {"signature", 0, "ID", N_("only this one (default: all)"), false},
        {"data", 0, "FILE", N_("what a bare, detached signature is over"), true},
        {NULL, 0, NULL, NULL, false},
};

const struct cmd_option sign_counter_options[] = {
        {"signature", 0, "ID", N_("which signature, where there are several"), false},
        {"data", 0, "FILE", N_("what a bare, detached signature is over"), true},
        {"pss", 0, NULL, N_("RSA with PSS padding"), false},
        {"role", 0, "ROLE", N_("the role the signer claims"), false},
        {"place", 0, "K=V", N_("where it is made: street, city, region, postal-code, country"),
         true},
        {NULL, 0, NULL, NULL, false},
};

typedef enum edoc_code grow_fn(const char *path, const char *id,
                               const struct edoc_sign_options *options, struct edoc_error *err);

struct growing {
	struct signing s; /* first: a batch's arg is the one or the other */
	grow_fn *fn;
};

static enum edoc_code grow_one(void *arg, struct edoc_batch_worker *worker, const char *item,
                               int fd, char **text, int *status, struct edoc_error *err)
{
	struct growing *g = arg;
	struct cmd *cmd = g->s.cmd;
	enum edoc_code code;

	(void)worker;
	(void)fd;
	*status = 0;
	g->s.options.at = (int64_t)time(NULL); /* a batch may last */
	code = g->fn(item, cmd_value(cmd, "signature"), &g->s.options, err);
	return code == EDOC_OK ? sign_line(cmd, item, NULL, NULL, text, err) : code;
}

static int grow_all(struct cmd *cmd, grow_fn *fn, bool key, const char *done)
{
	struct growing g = {.fn = fn};
	int status = sign_begin(cmd, &g.s, key);

	g.s.options.dry_run = cmd->dry_run;
	if (!status)
		status = sign_batch(&g.s, grow_one, done);
	sign_end(&g.s);
	return status;
}

int sign_run_extend(struct cmd *cmd)
{
	const char *level = cmd_value(cmd, "level");

	if (!level || !strcmp(level, "B"))
		return cmd_usage(cmd, _("--level says what to raise to: T, LT or LTA"));
	return grow_all(cmd, edoc_extend, false,
	                N_("is raised, and whole; only the line that tells it could not be "
	                   "written"));
}

int sign_run_countersign(struct cmd *cmd)
{
	return grow_all(cmd, edoc_countersign, true,
	                N_("is countersigned, and whole, and the same line would do it again; only "
	                   "the line that tells it could not be written"));
}

/* ---- cms ---- */

const struct cmd_option sign_cms_options[] = {
        {"output", 'o', "FILE.p7s", N_("the signature to make (required)"), false},
        {"attached", 0, NULL, N_("put the content inside (up to 64 MiB)"), false},
        {"base64", 0, NULL, N_("write base64 instead of DER"), false},
        {"beside", 0, "OLD.p7s", N_("a signer more of what OLD.p7s is over, all in one file"),
         false},
        {"audience", 0, "URL", N_("FILE is a challenge: sign it to log in there"), false},
        {NULL, 0, NULL, NULL, false},
};

const struct cmd_option sign_xades_options[] = {
        {"output", 'o', "FILE.xml", N_("the signature to make (required)"), false},
        {"enveloped", 0, NULL, N_("put the signature into a copy of FILE, which is XML"), false},
        {"enveloping", 0, NULL, N_("put FILE into the signature (up to 7 MiB)"), false},
        {"beside", 0, "OLD.xml", N_("a signer more of what OLD.xml is over, all in one file"),
         false},
        {NULL, 0, NULL, NULL, false},
};

static enum edoc_code make_cms(struct cmd *cmd, const char *path, const char *out,
                               const struct edoc_sign_options *options, struct edoc_error *err)
{
	const struct edoc_cms_options how = {.attached = cmd_given(cmd, "attached"),
	                                     .base64 = cmd_given(cmd, "base64"),
	                                     .audience = cmd_value(cmd, "audience"),
	                                     .beside = cmd_value(cmd, "beside")};

	return edoc_cms_sign(path, out, &how, options, err);
}

static enum edoc_code make_xades(struct cmd *cmd, const char *path, const char *out,
                                 const struct edoc_sign_options *options, struct edoc_error *err)
{
	const struct edoc_xades_options how = {.enveloped = cmd_given(cmd, "enveloped"),
	                                       .enveloping = cmd_given(cmd, "enveloping"),
	                                       .beside = cmd_value(cmd, "beside")};

	return edoc_xades_sign(path, out, &how, options, err);
}

typedef enum edoc_code make_fn(struct cmd *cmd, const char *path, const char *out,
                               const struct edoc_sign_options *options, struct edoc_error *err);

static int make_bare(struct cmd *cmd, make_fn *make)
{
	struct signing s = {0};
	struct edoc_error err = {0};
	const char *out;
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (!out || cmd->n != 1)
		return cmd_usage(cmd, _("one FILE and -o are needed"));
	status = cmd_apart(cmd, "-o", out);
	if (status)
		return status;
	status = sign_begin(cmd, &s, true);
	s.options.dry_run = cmd->dry_run;
	if (!status) {
		sign_show_who(cmd, &s);
		cmd_note(cmd, NULL, "  %s", cmd->operands[0]);
		if (make(cmd, cmd->operands[0], out, &s.options, &err) != EDOC_OK)
			status = cmd_fail_item(cmd, cmd->operands[0], &err);
		else
			status = sign_told(cmd, out, NULL);
	}
	sign_end(&s);
	return status;
}

int sign_run_cms(struct cmd *cmd)
{
	if (cmd_given(cmd, "beside") && cmd_given(cmd, "attached"))
		return cmd_usage(cmd,
		                 _("--beside keeps the content where it is: leave out --attached"));
	return make_bare(cmd, make_cms);
}

int sign_run_xades(struct cmd *cmd)
{
	const bool in = cmd_given(cmd, "enveloped"), around = cmd_given(cmd, "enveloping");

	if (in && around)
		return cmd_usage(cmd, _("--enveloped or --enveloping: one of them"));
	if ((in || around) && cmd_given(cmd, "beside"))
		return cmd_usage(cmd, _("--beside keeps the document where it is: leave out --%s"),
		                 in ? "enveloped" : "enveloping");
	return make_bare(cmd, make_xades);
}
