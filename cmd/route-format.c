/* SPDX-License-Identifier: ISC */
/* edoc-route fmt: one way to write a route. */
#include "route.h"

struct formatting {
	enum edoc_format_how how, told;
};

static int format_one(struct cmd *cmd, const char *item, void *arg)
{
	const struct formatting *f = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	bool differs = false;
	enum edoc_code code = edoc_route_format(item, f->how, TEXT(cmd), JSON(cmd), &differs, &err);
	int status = route_tell(cmd, item, code, &err, text, json);

	return status ? status : differs && f->told == EDOC_FORMAT_CHECK;
}

/* 1: --check, and a file is written otherwise. */
int route_fmt(struct cmd *cmd)
{
	bool check = cmd_given(cmd, "check"), write = cmd_given(cmd, "write");
	struct formatting f = {.how = EDOC_FORMAT_PRINT};

	if (check && write)
		return cmd_usage(cmd, _("--check changes nothing, --write does: one of the two"));
	if (cmd->dry_run && !write)
		return cmd_usage(cmd, _("only --write changes files: --dry-run goes with it"));
	f.told = check ? EDOC_FORMAT_CHECK : write ? EDOC_FORMAT_WRITE : EDOC_FORMAT_PRINT;
	f.how = write && cmd->dry_run ? EDOC_FORMAT_CHECK : f.told;
	return cmd_each(cmd, format_one, &f);
}
