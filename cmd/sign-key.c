/* SPDX-License-Identifier: ISC */
/* edoc-sign: signing in two steps, and what keys there are. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sign.h"

/* ---- prepare ---- */

const struct cmd_option sign_prepare_options[] = {
        {"output", 'o', "REQ", N_("the request to make (required)"), false},
        {"raw", 0, "FILE", N_("write the octets to be signed here too"), false},
        {"cert", 0, "FILE", N_("the signer's certificate (required)"), false},
        {"chain", 0, "FILE", N_("more certificates of its chain"), false},
        {"pss", 0, NULL, N_("RSA with PSS padding"), false},
        {"format", 0, "FORM", N_("xades or cades (default: as the package has, else xades)"),
         false},
        {"role", 0, "ROLE", N_("the role the signer claims"), false},
        {"commitment", 0, "C",
         N_("what the signature means: approval, origin, receipt, delivery, sender, creation"),
         false},
        {"place", 0, "K=V", N_("where it is made: street, city, region, postal-code, country"),
         true},
        {"signature-policy", 0, "ID=FILE", N_("sign under this policy: its OID or URI, its file"),
         false},
        {"signature-policy-url", 0, "URL", N_("where others find that policy"), false},
        {"content-timestamp", 0, NULL, N_("prove that the documents are older than the signature"),
         false},
        {"profile", 0, "PROFILE", N_("by the agency's rules: a name or a file; \"none\""), false},
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

static int check_free(struct cmd *cmd, const char *path)
{
	struct edoc_error err = {0};

	if (!path || edoc_output_check(path, cmd->force, &err) == EDOC_OK)
		return 0;
	return cmd_fail(cmd, &err);
}

/* The octets first: whoever sees the request finds them too. */
static int write_request(struct cmd *cmd, const char *out, const char *request, const char *octets,
                         size_t len)
{
	const char *raw = cmd_value(cmd, "raw");
	struct edoc_error err = {0};
	int status;

	status = check_free(cmd, out);
	status = status ? status : check_free(cmd, raw);
	if (!status && cmd->dry_run && !cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	if (status || cmd->dry_run)
		return status;
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

/* All that the profile misses, of the signer and of the package, in one run. */
static int conform(struct cmd *cmd, const struct signing *s)
{
	struct edoc_error err = {0};
	int status = 0;

	if (edoc_signing_profile_signer(&s->options, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	if (edoc_signing_profile_package(cmd->operands[0], &s->options, &err) != EDOC_OK)
		status = cmd_fold(status, cmd_fail_item(cmd, cmd->operands[0], &err));
	return status;
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
	struct signing s = {0};
	struct edoc_error err = {0};
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (cmd->n != 1 || !out || !cert)
		return cmd_usage(cmd, _("one PKG, --cert and -o REQ are needed"));
	if (raw && strcmp(raw, out) == 0)
		return cmd_usage(cmd, _("-o and --raw are the same file"));
	status = cmd_apart(cmd, "-o", out);
	if (!status)
		status = cmd_apart(cmd, "--raw", raw);
	if (status)
		return status;
	status = sign_begin(cmd, &s, false);
	s.options.dry_run = cmd->dry_run;
	if (!status && (edoc_key_outside(cert, cmd_value(cmd, "chain"), &s.key, &err) != EDOC_OK ||
	                (cmd_given(cmd, "pss") && edoc_key_use_pss(s.key, &err) != EDOC_OK)))
		status = cmd_fail(cmd, &err);
	s.options.key = s.key;
	if (!status)
		sign_note_end(&s);
	if (!status)
		status = conform(cmd, &s);
	if (!status)
		status = prepare(cmd, out, &s.options);
	sign_end(&s);
	return status;
}

/* ---- attach ---- */

const struct cmd_option sign_attach_options[] = {
        {"request", 0, "REQ", N_("what edoc-sign prepare wrote (required)"), false},
        {"level", 0, "LEVEL", N_("B, T, LT or LTA (default: B)"), false},
        {"signature-policy", 0, "ID=FILE", N_("the file of the policy that the request is under"),
         false},
        {"signature-policy-url", 0, "URL", N_("where others find that policy"), false},
        {"profile", 0, "PROFILE", N_("by the agency's rules: a name or a file; \"none\""), false},
        {"value", 0, "FILE", N_("the signature value, binary or base64 (required)"), false},
        {NULL, 0, NULL, NULL, false},
};

static int attached(struct cmd *cmd, const char *path, enum edoc_signed what, char *made)
{
	static const char *const words[] = {"now", "before", "raised"};
	const char *pairs[] = {"path",      path, "attached", words[what],
	                       "signature", made, NULL}; /* the last only of a new one */
	struct edoc_error err = {0};
	char *json = NULL;
	enum edoc_code code = EDOC_OK;

	if (!made)
		pairs[4] = NULL;
	if (cmd->json)
		code = edoc_result_json(pairs, &json, &err);
	if (json)
		cmd_print(cmd, json);
	else if (code == EDOC_OK && !cmd->quiet && what == EDOC_SIGNED_RAISED)
		printf(_("%s: this signature is in it already, and was raised\n"),
		       cmd_text(cmd, path));
	else if (code == EDOC_OK && !cmd->quiet && what == EDOC_SIGNED_BEFORE)
		printf(_("%s: this signature is in it already\n"), cmd_text(cmd, path));
	else if (code == EDOC_OK && !cmd->quiet)
		printf("%s\n", cmd_text(cmd, path));
	edoc_free(made);
	return code == EDOC_OK ? 0 : cmd_fail(cmd, &err);
}

/* -v: by whom, too: of the request. */
static int show_attached(struct cmd *cmd, const char *request, struct signing *s)
{
	struct edoc_sign_options of_request = {.key = NULL};
	struct edoc_error err = {0};

	if (edoc_request_signer(request, &s->key, &of_request.at, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	of_request.key = s->key;
	show_request(cmd, cmd->operands[0], &of_request);
	return 0;
}

int sign_run_attach(struct cmd *cmd)
{
	const char *request = cmd_value(cmd, "request"), *value = cmd_value(cmd, "value");
	struct edoc_error err = {0};
	struct signing s = {0};
	enum edoc_signed what = EDOC_SIGNED_NOW;
	char *made = NULL;
	int status;

	if (cmd->n != 1 || !request || !value)
		return cmd_usage(cmd, _("one PKG, --request and --value are needed"));
	status = sign_begin(cmd, &s, false);
	if (!status && cmd->verbose)
		status = show_attached(cmd, request, &s);
	if (!status && edoc_package_attach(cmd->operands[0], request, value, &s.options, &what,
	                                   &made, &err) != EDOC_OK)
		status = cmd_fail_item(cmd, cmd->operands[0], &err);
	else if (!status)
		status = attached(cmd, cmd->operands[0], what, made);
	sign_end(&s);
	return status;
}

/* ---- keys ---- */

const struct cmd_option sign_keys_options[] = {
        {"pass-file", 0, "FILE", N_("the passphrase is this file's first line"), false},
        {"pass-env", 0, "VAR", N_("the passphrase stands in this variable"), false},
        {"module", 0, "PATH", N_("list the tokens of this PKCS#11 module too"), false},
        {NULL, 0, NULL, NULL, false},
};

struct listing {
	struct cmd *cmd;
	const char *name; /* in edoc.conf; NULL: of a module */
	int status;
};

static const char *fitness(const struct edoc_key_facts *facts)
{
	return facts->unfit ? "no" : facts->subject ? "yes" : "unknown";
}

static void list_json(struct listing *l, const struct edoc_key_facts *facts)
{
	time_t t = (time_t)facts->not_after;
	char until[CMD_TIME];
	const char *pairs[26];
	struct tm tm = {0};
	struct edoc_error err = {0};
	char *json = NULL;
	size_t n = 0;
	const char *const all[][2] = {
	        {"name", l->name},
	        {"token", facts->token},
	        {"place", facts->place},
	        {"pin", facts->pin},
	        {"key", facts->key},
	        {"subject", facts->subject},
	        {"serial", facts->serial},
	        {"sha256", facts->sha256},
	        {"kind", facts->kind},
	        {"until", facts->subject ? until : NULL},
	        {"fit", facts->key ? fitness(facts) : NULL},
	        {"why", facts->unfit},
	};

	(void)gmtime_r(&t, &tm);
	(void)strftime(until, sizeof until, "%Y-%m-%dT%H:%M:%SZ", &tm);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (all[i][1]) {
			pairs[n++] = all[i][0];
			pairs[n++] = all[i][1];
		}
	}
	pairs[n] = NULL;
	if (edoc_result_json(pairs, &json, &err) == EDOC_OK)
		cmd_print(l->cmd, json);
	else
		l->status = cmd_fold(l->status, cmd_fail(l->cmd, &err));
}

static const char *pin_text(const char *pin)
{
	static const struct {
		const char *state, *text;
	} t[] = {
	        {"low", N_("a wrong PIN was given")},
	        {"final", N_("one more wrong PIN locks it")},
	        {"locked", N_("its PIN is locked")},
	        {"unset", N_("it has no PIN yet")},
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if (pin && strcmp(t[i].state, pin) == 0)
			return _(t[i].text);
	return NULL;
}

static void list_text(struct listing *l, const struct edoc_key_facts *facts)
{
	char until[CMD_TIME];

	if (!facts->key) {
		printf(_("token %s"), cmd_text(l->cmd, facts->token));
		printf("  %s", cmd_text(l->cmd, facts->place));
		if (pin_text(facts->pin))
			printf(": %s", pin_text(facts->pin));
		printf("\n");
		return;
	}
	if (l->name)
		printf("%s\n", cmd_text(l->cmd, l->name));
	printf("  %s\n", cmd_text(l->cmd, facts->key));
	if (facts->subject) {
		cmd_time(until, facts->not_after);
		printf("    %s\n", cmd_text(l->cmd, facts->subject));
		printf(_("    %s, until %s\n"), facts->kind, until);
	} else if (!facts->unfit) {
		printf("    %s\n", _("more is seen with its passphrase only"));
	}
	if (facts->unfit)
		printf(_("    cannot sign: %s\n"), cmd_text(l->cmd, facts->unfit));
}

static void list_one(void *arg, const struct edoc_key_facts *facts)
{
	struct listing *l = arg;

	if (l->cmd->json)
		list_json(l, facts);
	else
		list_text(l, facts);
}

/* A key whose file is gone stands in the list, with the reason. */
static void list_named(struct listing *l, const char *name, const struct edoc_policy *policy)
{
	struct cmd_key_paths paths = {NULL, NULL, NULL};
	struct edoc_error err = {0};

	l->name = name;
	cmd_key_named(l->cmd, name, &paths);
	if (edoc_key_look(paths.file, paths.cert, l->cmd->now, policy, list_one, l, &err) !=
	    EDOC_OK) {
		const struct edoc_key_facts facts = {.key = paths.file, .unfit = err.msg};

		list_one(l, &facts);
	}
}

static void list_file(struct listing *l, const char *path, const struct edoc_policy *policy)
{
	struct cmd *cmd = l->cmd;
	struct edoc_error err = {0};

	cmd->state->no_passphrase = 0;
	cmd->state->pin = false;
	if (edoc_key_list(path, cmd_passphrase, cmd, cmd->now, policy, list_one, l, &err) ==
	    EDOC_OK) {
		cmd_warn_open_key(cmd, path);
		return;
	}
	if (err.code == EDOC_ERR_DENIED && cmd->state->no_passphrase)
		l->status = cmd_fold(l->status, cmd->state->no_passphrase); /* said already */
	else
		l->status = cmd_fold(l->status, cmd_fail_item(cmd, path, &err));
}

/* Those of edoc.conf, and of a module. */
static void list_known(struct listing *l, const struct edoc_policy *policy)
{
	const char *module = cmd_value(l->cmd, "module"), *name;
	struct edoc_error err = {0};

	for (size_t i = 0; (name = edoc_conf_item(l->cmd->conf, "keys", i)); i++)
		list_named(l, name, policy);
	if (!module)
		module = edoc_conf_get(l->cmd->conf, "pkcs11-module");
	l->name = NULL;
	if (module && edoc_token_list(module, l->cmd->now, policy, list_one, l, &err) != EDOC_OK)
		l->status = cmd_fold(l->status, cmd_fail(l->cmd, &err));
}

int sign_run_keys(struct cmd *cmd)
{
	struct listing l = {.cmd = cmd};
	struct edoc_policy *policy = NULL;
	int status = cmd_policy(cmd, &policy);

	if (!status && cmd_given(cmd, "pass-file") && cmd_given(cmd, "pass-env"))
		status = cmd_usage(cmd, _("--pass-file and --pass-env contradict each other"));
	if (!status && cmd->n && cmd_given(cmd, "module"))
		status = cmd_usage(cmd, _("--module or files: one of them"));
	if (!status && !cmd->n && (cmd_given(cmd, "pass-file") || cmd_given(cmd, "pass-env")))
		status = cmd_usage(cmd, _("a passphrase is for a FILE that is named"));
	for (size_t i = 0; !status && i < cmd->n; i++)
		list_file(&l, cmd->operands[i], policy);
	if (!status && !cmd->n)
		list_known(&l, policy);
	edoc_policy_free(policy);
	return status ? status : l.status;
}
