/* SPDX-License-Identifier: ISC */
/* edoc-route: copies of a case that went on apart become one. */
#include "route.h"

/* The operand that is no file; 64 when there are two. */
static int find_case(struct cmd *cmd, const char **name)
{
	*name = NULL;
	for (size_t i = 0; i < cmd->n; i++) {
		if (route_is_file(cmd->operands[i]))
			continue;
		if (*name)
			return cmd_usage(cmd,
			                 _("\"%s\" and \"%s\" are no packages: one CASE at most"),
			                 *name, cmd->operands[i]);
		*name = cmd->operands[i];
	}
	return 0;
}

static int unite(struct cmd *cmd, const char *out)
{
	struct edoc_merge what = {.paths = cmd->operands,
	                          .n = cmd->n,
	                          .out = out,
	                          .overwrite = cmd->force,
	                          .dry = cmd->dry_run};
	struct route_judging j = {.run = {0}};
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	bool sound = false;
	int status = route_judge(cmd, &j);

	if (!status) {
		enum edoc_code code =
		        edoc_route_merge(&what, &j.options, TEXT(cmd), JSON(cmd), &sound, &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
		status = status ? status : !sound;
	}
	route_judge_close(&j);
	return status;
}

/* Into the desk, as receive does it: one package after the other. */
static int bring_up(struct cmd *cmd, const char *name)
{
	struct route_run run = {0};
	int status = route_open(cmd, &run);

	for (size_t i = 0; i < cmd->n && run.desk; i++) {
		const char *item = cmd->operands[i];
		char *text = NULL, *json = NULL;
		struct edoc_error err = {0};

		if (item == name)
			continue;
		enum edoc_code code =
		        edoc_desk_merge(run.desk, name, item, &run.act, TEXT(cmd), JSON(cmd), &err);
		status = cmd_fold(status, route_tell(cmd, item, code, &err, text, json));
		cmd_flush(cmd);
	}
	route_close(&run);
	return status;
}

int route_merge(struct cmd *cmd)
{
	const char *out, *name = NULL;
	int status = cmd_output(cmd, &out);

	if (!status)
		status = cmd_apart(cmd, "-o", out);
	if (!status && !out)
		status = find_case(cmd, &name);
	if (status)
		return status;
	if (cmd->n < 1 + (name != NULL))
		return cmd_usage(cmd, _("merge which packages? PKG..., with -o NEW or a CASE"));
	if (!name && !out)
		return cmd_usage(cmd,
		                 _("name the package to write, -o NEW, or the CASE of the desk"));
	return name ? bring_up(cmd, name) : unite(cmd, out);
}
