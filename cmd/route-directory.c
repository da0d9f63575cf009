/* SPDX-License-Identifier: ISC */
/* edoc-route directory: who may act, and what a version says otherwise. */
#include "route.h"

/* The directory of --file, else the one in force at the desk. */
static int find(struct cmd *cmd, struct route_run *run, struct edoc_directory **directory)
{
	const char *file = cmd_value(cmd, "file");
	struct edoc_error err = {0};
	enum edoc_code code;
	int status = file ? 0 : route_open(cmd, run);

	if (status)
		return status;
	code = file ? edoc_directory_load(file, directory, &err)
	            : edoc_desk_directory(run->desk, cmd->now, directory, &err);
	return code == EDOC_OK ? 0 : cmd_fail(cmd, &err);
}

/* ---- check ---- */

static int check_one(struct cmd *cmd, const char *item, void *arg)
{
	const struct edoc_directory *against = arg;
	struct edoc_directory *directory = NULL;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code = edoc_directory_load(item, &directory, &err);

	if (code == EDOC_OK && against)
		code = edoc_directory_follows(against, directory, &err);
	if (code == EDOC_OK)
		code = edoc_directory_facts(directory, TEXT(cmd), JSON(cmd), &err);
	edoc_directory_free(directory);
	return route_tell(cmd, item, code, &err, text, json);
}

int route_directory_check(struct cmd *cmd)
{
	const char *old = cmd_value(cmd, "against");
	struct edoc_directory *against = NULL;
	struct edoc_error err = {0};
	int status;

	if (old && edoc_directory_load(old, &against, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	status = cmd_each(cmd, check_one, against);
	edoc_directory_free(against);
	return status;
}

/* ---- show ---- */

static int show_one(struct cmd *cmd, const struct edoc_directory *directory, const char *name)
{
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_directory_show(directory, name, cmd->at, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, name, code, &err, text, json);
}

int route_directory_show(struct cmd *cmd)
{
	struct edoc_directory *directory = NULL;
	struct route_run run = {0};
	int status = find(cmd, &run, &directory);

	if (!status && !cmd->n)
		status = show_one(cmd, directory, NULL);
	else if (!status)
		for (size_t i = 0; i < cmd->n; i++)
			status = cmd_fold(status, show_one(cmd, directory, cmd->operands[i]));
	edoc_directory_free(directory);
	route_close(&run);
	return status;
}

/* ---- who ---- */

int route_directory_who(struct cmd *cmd)
{
	struct edoc_directory *directory = NULL;
	char *text = NULL, *json = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};
	size_t n = 0;

	if (cmd->n != 1)
		return cmd_usage(cmd, _("one post or role is needed"));
	int status = find(cmd, &run, &directory);
	if (!status) {
		enum edoc_code code =
		        edoc_directory_who(directory, cmd->operands[0], cmd_value(cmd, "route"),
		                           cmd->at, TEXT(cmd), JSON(cmd), &n, &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
		if (!status && !n)
			status = 1;
	}
	edoc_directory_free(directory);
	route_close(&run);
	return status;
}

/* ---- diff ---- */

int route_directory_diff(struct cmd *cmd)
{
	struct edoc_directory *old = NULL, *now = NULL;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	size_t broken = 0;

	if (cmd->n != 2)
		return cmd_usage(cmd, _("two directories are needed: OLD NEW"));
	enum edoc_code code = edoc_directory_load(cmd->operands[0], &old, &err);
	if (code == EDOC_OK)
		code = edoc_directory_load(cmd->operands[1], &now, &err);
	if (code == EDOC_OK)
		code = edoc_directory_diff(old, now, TEXT(cmd), JSON(cmd), &broken, &err);
	int status = route_tell(cmd, NULL, code, &err, text, json);
	edoc_directory_free(old);
	edoc_directory_free(now);
	return status ? status : broken > 0;
}

/* ---- rotate ---- */

int route_directory_rotate(struct cmd *cmd)
{
	struct edoc_rotation what = {.key_path = cmd_value(cmd, "new-key"),
	                             .overwrite = cmd->force};
	bool finish = cmd_given(cmd, "finish");
	char *text = NULL, *json = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};
	enum edoc_code code;
	int status = cmd_output(cmd, &what.out);

	if (status)
		return status;
	if (finish == (what.out != NULL))
		return cmd_usage(cmd, _("-o PKG to begin with, --finish to end with"));
	status = route_open(cmd, &run);
	if (!status) {
		code = finish ? edoc_desk_rekey(run.desk, &what, &run.act, TEXT(cmd), JSON(cmd),
		                                &err)
		              : edoc_desk_rotate(run.desk, &what, &run.act, TEXT(cmd), JSON(cmd),
		                                 &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
	}
	route_close(&run);
	return status;
}
