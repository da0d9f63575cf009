/* SPDX-License-Identifier: ISC */
/* edoc-route: a desk is copied, and comes back from its copy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "route.h"

#define GAP 1000 /* numbers of a register that are left out */

int route_backup(struct cmd *cmd)
{
	char *text = NULL, *json = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};

	if (cmd->n != 1)
		return cmd_usage(cmd, _("one folder to make is needed"));
	int status = route_open(cmd, &run);
	if (!status) {
		enum edoc_code code = edoc_desk_backup(run.desk, cmd->operands[0], cmd->now,
		                                       TEXT(cmd), JSON(cmd), &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
	}
	route_close(&run);
	return status;
}

int route_restore(struct cmd *cmd)
{
	const char *place = cmd_place(cmd, "EDOC_DESK", "desk"), *gap = cmd_value(cmd, "gap");
	struct edoc_policy *policy = NULL;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};

	if (cmd->n != 1)
		return cmd_usage(cmd, _("one backup is needed"));
	if (gap && (!*gap || *gap == '0' || strlen(gap) > 9 || gap[strspn(gap, "0123456789")]))
		return cmd_usage(cmd, _("--gap takes a number from 1"));
	if (!place)
		return CMD_CONFIG;
	enum edoc_code code = edoc_policy_strict(&policy, &err);
	if (code == EDOC_OK)
		code = edoc_desk_restore(cmd->operands[0], place, policy,
		                         gap ? strtol(gap, NULL, 10) : GAP, cmd->now, TEXT(cmd),
		                         JSON(cmd), &err);
	edoc_policy_free(policy);
	return route_tell(cmd, NULL, code, &err, text, json);
}

static int confirm_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_desk_confirm(run->desk, item, &run->act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

int route_confirm(struct cmd *cmd)
{
	bool named = cmd->n || cmd_given(cmd, "files-from"), all = cmd_given(cmd, "all");
	struct route_run run = {0};

	if (named == all)
		return cmd_usage(cmd, _("the cases are needed, or --all"));
	int status = route_open(cmd, &run);
	if (!status)
		status = named ? cmd_each(cmd, confirm_one, &run) : confirm_one(cmd, NULL, &run);
	route_close(&run);
	return status;
}
