/* SPDX-License-Identifier: ISC */
/* edoc-sign: packages looked into and taken apart. */
#include <string.h>

#include "sign.h"

/* ---- show ---- */

static int show_text(struct cmd *cmd, struct edoc_package *package, const char *item)
{
	const char *name, *value;

	printf("%s\n", cmd_text(cmd, item));
	for (size_t i = 0; edoc_package_card_field(package, i, &name, &value); i++) {
		printf("  %-24s ", cmd_text(cmd, name));
		printf("%s\n", cmd_text(cmd, value));
	}
	for (size_t i = 0; i < edoc_package_documents(package); i++) {
		const struct edoc_document *doc = edoc_package_document(package, i);

		printf("  %s  %s  ", doc->sha256, cmd_text(cmd, doc->name));
		printf(_("%llu bytes\n"), (unsigned long long)doc->bytes);
	}
	return 0;
}

static int show_one(struct cmd *cmd, const char *item, void *arg)
{
	struct edoc_package *package = NULL;
	struct edoc_error err = {0};
	char *json = NULL;
	enum edoc_code code;

	(void)arg;
	code = edoc_package_open(item, NULL, &package, &err);
	if (code == EDOC_OK)
		code = edoc_package_digest(package, &err);
	if (code == EDOC_OK && cmd->json)
		code = edoc_package_json(package, &json, &err);
	if (code == EDOC_OK && cmd->json)
		cmd_print(cmd, json);
	else if (code == EDOC_OK)
		show_text(cmd, package, item);
	edoc_package_free(package);
	return code == EDOC_OK ? 0 : cmd_fail_item(cmd, item, &err);
}

int sign_run_show(struct cmd *cmd)
{
	return cmd_each(cmd, show_one, NULL);
}

/* ---- extract ---- */

const struct cmd_option sign_extract_options[] = {
        {"directory", 'C', "DIR", N_("write into DIR (default: here)"), false},
        {NULL, 0, NULL, NULL, false},
};

/* With --json the verify report of the package, whatever the verdict. */
static int extracted(struct cmd *cmd, const struct edoc_report *report)
{
	struct edoc_error err = {0};
	char *text = NULL;
	int status = edoc_report_exit(report);

	if (cmd->json) {
		if (edoc_report_json(report, &text, &err) != EDOC_OK)
			return cmd_fail(cmd, &err);
		cmd_print(cmd, text);
	} else if (status && edoc_report_text(report, NULL, &text, NULL) == EDOC_OK) {
		text[strcspn(text, "\n")] = '\0';
		cmd_error(cmd, NULL, _("nothing was written; %s"), text);
		edoc_free(text);
	}
	return status;
}

static int extract(struct cmd *cmd, const struct edoc_verify_options *verify)
{
	const char *dir = cmd_value(cmd, "directory");
	const char *const *names = cmd->n > 1 ? (const char *const *)cmd->operands + 1 : NULL;
	struct edoc_report *report = NULL;
	struct edoc_error err = {0};
	enum edoc_code code;
	int status;

	code = edoc_package_extract(cmd->operands[0], dir ? dir : ".", names,
	                            names ? cmd->n - 1 : 0, verify, cmd->force, cmd->dry_run,
	                            &report, &err);
	status = code == EDOC_OK ? extracted(cmd, report)
	                         : cmd_fail_item(cmd, cmd->operands[0], &err);
	edoc_report_free(report);
	return status;
}

int sign_run_extract(struct cmd *cmd)
{
	struct edoc_verify_options verify = {.at = cmd->at};
	struct edoc_fetcher *fetcher = NULL;
	struct edoc_policy *policy = NULL;
	struct edoc_trust *trust = NULL;
	int status;

	if (!cmd->n)
		return cmd_usage(cmd, _("which package?"));
	status = cmd_trust(cmd, &trust);
	if (!status)
		status = cmd_policy(cmd, &policy);
	if (!status)
		status = cmd_fetcher(cmd, false, &fetcher);
	verify.trust = trust;
	verify.policy = policy;
	verify.fetch = fetcher ? edoc_fetcher_fetch : NULL;
	verify.fetch_arg = fetcher;
	if (!status)
		status = extract(cmd, &verify);
	edoc_fetcher_free(fetcher);
	edoc_policy_free(policy);
	edoc_trust_free(trust);
	return status;
}
