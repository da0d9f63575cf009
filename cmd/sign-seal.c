/* SPDX-License-Identifier: ISC */
/* edoc-sign: packages encrypted for some, and decrypted. */
#include <string.h>

#include "sign.h"

/* ---- encrypt ---- */

const struct cmd_option sign_encrypt_options[] = {
        {"to", 0, "CERT", N_("a file with a recipient's certificate"), true},
        {"output", 'o', "OUT", N_("the encrypted file to make (required)"), false},
        {NULL, 0, NULL, NULL, false},
};

static int done(struct cmd *cmd, const char *out)
{
	const char *pairs[] = {"path", out, NULL};
	struct edoc_error err = {0};
	char *json = NULL;

	if (cmd->json && edoc_result_json(pairs, &json, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	if (json)
		cmd_print(cmd, json);
	else if (!cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	return 0;
}

/* -v: who will be able to open it. */
static void show_who(const struct cmd *cmd, char *who)
{
	for (char *line = strtok_r(who, "\n", &who); line; line = strtok_r(NULL, "\n", &who))
		cmd_note(cmd, NULL, _("for %s"), line);
}

static int encrypt(struct cmd *cmd, const char *out, const struct edoc_encrypt_options *options)
{
	size_t n;
	const char *const *to = cmd_values(cmd, "to", &n);
	struct edoc_error err = {0};
	char *who = NULL;

	if (!edoc_trust_count(options->trust))
		cmd_note(cmd, NULL,
		         _("no trust is given: whose the certificates are is not checked"));
	if (edoc_package_encrypt(cmd->operands[0], out, to, options, &who, &err) != EDOC_OK)
		return cmd_fail_item(cmd, cmd->operands[0], &err);
	show_who(cmd, who);
	edoc_free(who);
	return done(cmd, out);
}

int sign_run_encrypt(struct cmd *cmd)
{
	struct edoc_encrypt_options options = {
	        .at = cmd->now, .overwrite = cmd->force, .dry_run = cmd->dry_run};
	struct edoc_fetcher *fetcher = NULL;
	struct edoc_policy *policy = NULL;
	struct edoc_trust *trust = NULL;
	const char *out;
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (!out || cmd->n != 1 || !cmd_given(cmd, "to"))
		return cmd_usage(cmd, _("--to CERT, one PKG and -o OUT are needed"));
	status = cmd_trust(cmd, &trust);
	if (!status)
		status = cmd_policy(cmd, &policy);
	if (!status)
		status = cmd_fetcher(cmd, false, &fetcher);
	options.trust = trust;
	options.policy = policy;
	options.fetch = fetcher ? edoc_fetcher_fetch : NULL;
	options.fetch_arg = fetcher;
	if (!status)
		status = encrypt(cmd, out, &options);
	edoc_fetcher_free(fetcher);
	edoc_policy_free(policy);
	edoc_trust_free(trust);
	return status;
}

/* ---- decrypt ---- */

const struct cmd_option sign_decrypt_options[] = {
        {"output", 'o', "PKG", N_("what to write it to (required)"), false},
        {NULL, 0, NULL, NULL, false},
};

int sign_run_decrypt(struct cmd *cmd)
{
	struct edoc_error err = {0};
	struct edoc_key *key = NULL;
	const char *out;
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (!out || cmd->n != 1)
		return cmd_usage(cmd, _("one file IN and -o PKG are needed"));
	status = cmd_key(cmd, &key);
	if (status)
		return status;
	if (edoc_package_decrypt(cmd->operands[0], out, key, cmd->force, cmd->dry_run, &err) !=
	    EDOC_OK)
		status = cmd_fail_item(cmd, cmd->operands[0], &err);
	else
		status = done(cmd, out);
	edoc_key_free(key);
	return status;
}
