/* SPDX-License-Identifier: ISC */
/* edoc-sign: signing in two steps, and what keys there are. */
#include <string.h>
#include <unistd.h>

#include "sign.h"

/* ---- prepare ---- */

const struct cmd_option sign_prepare_options[] = {
        {"output", 'o', "REQ", N_("the request to make (required)"), false},
        {"raw", 0, "FILE", N_("write the octets to be signed here too"), false},
        {"cert", 0, "FILE", N_("the signer's certificate (required)"), false},
        {"chain", 0, "FILE", N_("more certificates of its chain"), false},
        {"pss", 0, NULL, N_("RSA with PSS padding"), false},
        {"role", 0, "ROLE", N_("the role the signer claims"), false},
        {"commitment", 0, "C",
         N_("what the signature means: approval, origin, receipt, delivery, sender, creation"),
         false},
        {NULL, 0, NULL, NULL, false},
};

/* -v: what will be signed, by whom, when. */
static void show_request(struct cmd *cmd, const char *path, const struct edoc_sign_options *options)
{
	struct edoc_package *package = NULL;
	char t[CMD_TIME];

	if (!cmd->verbose || edoc_package_open(path, NULL, &package, NULL) != EDOC_OK)
		return;
	cmd_time(t, options->at);
	if (options->key)
		cmd_note(cmd, NULL, _("signing as %s at %s:"), edoc_key_subject(options->key), t);
	cmd_note(cmd, NULL, "  %s", path);
	for (size_t i = 0; i < edoc_package_documents(package); i++)
		cmd_note(cmd, NULL, "    %s", edoc_package_document(package, i)->name);
	edoc_package_free(package);
}

/* The octets first: whoever sees the request finds them too. */
static int write_request(struct cmd *cmd, const char *out, const char *request, const char *octets,
                         size_t len)
{
	const char *raw = cmd_value(cmd, "raw");
	struct edoc_error err = {0};

	if (raw && edoc_output_write(raw, octets, len, cmd->force, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	if (edoc_output_write(out, request, strlen(request), cmd->force, &err) != EDOC_OK) {
		if (raw && !cmd->force)
			(void)unlink(raw);
		return cmd_fail(cmd, &err);
	}
	if (!cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	return 0;
}

static int prepare(struct cmd *cmd, const char *out, struct edoc_sign_options *options)
{
	char *request = NULL, *octets = NULL;
	struct edoc_error err = {0};
	size_t len;
	int status;

	show_request(cmd, cmd->operands[0], options);
	if (edoc_package_prepare(cmd->operands[0], options, &request, &octets, &len, &err) !=
	    EDOC_OK)
		return cmd_fail_item(cmd, cmd->operands[0], &err);
	status = write_request(cmd, out, request, octets, len);
	edoc_free(request);
	edoc_free(octets);
	return status;
}

int sign_run_prepare(struct cmd *cmd)
{
	const char *cert = cmd_value(cmd, "cert"), *raw = cmd_value(cmd, "raw"), *out;
	struct edoc_sign_options options = {.at = cmd->now,
	                                    .role = cmd_value(cmd, "role"),
	                                    .commitment = cmd_value(cmd, "commitment")};
	struct edoc_policy *policy = NULL;
	struct edoc_error err = {0};
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (cmd->n != 1 || !out || !cert)
		return cmd_usage(cmd, _("one PKG, --cert and -o REQ are needed"));
	if (raw && strcmp(raw, out) == 0)
		return cmd_usage(cmd, _("-o and --raw are the same file"));
	status = cmd_policy(cmd, &policy);
	options.policy = policy;
	if (!status &&
	    (edoc_key_outside(cert, cmd_value(cmd, "chain"), &options.key, &err) != EDOC_OK ||
	     (cmd_given(cmd, "pss") && edoc_key_use_pss(options.key, &err) != EDOC_OK)))
		status = cmd_fail(cmd, &err);
	if (!status)
		status = prepare(cmd, out, &options);
	edoc_key_free(options.key);
	edoc_policy_free(policy);
	return status;
}

/* ---- attach ---- */

const struct cmd_option sign_attach_options[] = {
        {"request", 0, "REQ", N_("what edoc-sign prepare wrote (required)"), false},
        {"value", 0, "FILE", N_("the signature value, binary or base64 (required)"), false},
        {NULL, 0, NULL, NULL, false},
};

static int attached(struct cmd *cmd, const char *path, bool already, char *made)
{
	const char *pairs[] = {
	        "path", path, "signature", made ? made : "", "attached", already ? "before" : "now",
	        NULL};
	struct edoc_error err = {0};
	char *json = NULL;
	enum edoc_code code = EDOC_OK;

	if (cmd->json)
		code = edoc_result_json(pairs, &json, &err);
	if (json)
		cmd_print(cmd, json);
	else if (code == EDOC_OK && !cmd->quiet && already)
		printf(_("%s: this signature is in it already\n"), cmd_text(cmd, path));
	else if (code == EDOC_OK && !cmd->quiet)
		printf("%s\n", cmd_text(cmd, path));
	edoc_free(made);
	return code == EDOC_OK ? 0 : cmd_fail(cmd, &err);
}

int sign_run_attach(struct cmd *cmd)
{
	const char *request_path = cmd_value(cmd, "request"), *value_path = cmd_value(cmd, "value");
	struct edoc_sign_options options = {.at = cmd->now};
	char *made = NULL;
	struct edoc_policy *policy = NULL;
	struct edoc_error err = {0};
	bool already = false;
	int status;

	if (cmd->n != 1 || !request_path || !value_path)
		return cmd_usage(cmd, _("one PKG, --request and --value are needed"));
	status = cmd_policy(cmd, &policy);
	options.policy = policy;
	if (status)
		return status;
	show_request(cmd, cmd->operands[0], &options);
	if (edoc_package_attach(cmd->operands[0], request_path, value_path, &options, &already,
	                        &made, &err) != EDOC_OK)
		status = cmd_fail_item(cmd, cmd->operands[0], &err);
	else
		status = attached(cmd, cmd->operands[0], already, made);
	edoc_policy_free(policy);
	return status;
}
