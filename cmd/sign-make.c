/* SPDX-License-Identifier: ISC */
/* edoc-sign: packages made, signed, revised. */
#include <string.h>

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
        {"level", 0, "LEVEL", N_("B, T, LT or LTA (default: B)"), false},
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

static int sign_one(struct cmd *cmd, const char *item, void *arg)
{
	struct signing *s = arg;
	struct edoc_error err = {0};
	char *made = NULL;
	enum edoc_code code;

	show_package(cmd, s, item);
	code = cmd->dry_run ? edoc_package_preflight(item, &s->options, &err)
	                    : edoc_package_sign(item, &s->options, &made, &err);
	if (code != EDOC_OK)
		return cmd_fail_item(cmd, item, &err);
	return sign_told(cmd, item, made);
}

static int sign_new(struct cmd *cmd, struct signing *s, const char *out)
{
	struct edoc_new_options card = {0};
	const char *const *files;
	struct edoc_error err = {0};
	char *made = NULL;
	size_t n;
	int status = cmd_items(cmd, &files, &n);

	if (status)
		return status;
	card_wanted(cmd, &card);
	card.single = cmd_given(cmd, "asic-s");
	show_what(cmd, s, files, n);
	s->options.dry_run = cmd->dry_run;
	if (edoc_package_new(out, files, n, &card, &s->options, &made, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	return sign_told(cmd, out, made);
}

int sign_run_sign(struct cmd *cmd)
{
	struct edoc_new_options card = {0};
	struct signing s = {0};
	const char *out;
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (!out && card_wanted(cmd, &card))
		return cmd_usage(cmd,
		                 _("--card and --set go with -o: a signed card is not changed"));
	status = sign_begin(cmd, &s, true);
	if (!status)
		status = out ? sign_new(cmd, &s, out) : cmd_each(cmd, sign_one, &s);
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
	if (!cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	return 0;
}
