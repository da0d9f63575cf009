/* SPDX-License-Identifier: ISC */
/* edoc-route services: what can be asked for, and how. */
#include <string.h>

#include "route.h"

/* 1: nothing was found. */
static int services(struct cmd *cmd, const struct edoc_services_ask *ask)
{
	const char *folder = cmd_value(cmd, "folder");
	char *text = NULL, *json = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};
	enum edoc_code code;
	size_t found = 0;
	int status = 0;

	if (!folder)
		status = route_open(cmd, &run);
	if (!status) {
		code = edoc_services(run.desk, folder, ask, TEXT(cmd), JSON(cmd), &found, &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
	}
	route_close(&run);
	return status ? status : !found;
}

int route_services(struct cmd *cmd)
{
	struct edoc_services_ask ask = {.owner = cmd_value(cmd, "owner"),
	                                .channel = cmd_value(cmd, "channel"),
	                                .lang = cmd_lang(cmd),
	                                .free = cmd_given(cmd, "free"),
	                                .whole = cmd->verbose > 0,
	                                .now = cmd->now};

	if (cmd->n > 1)
		return cmd_usage(cmd, _("one QUERY at most"));
	ask.query = cmd->n ? cmd->operands[0] : NULL;
	return services(cmd, &ask);
}

int route_services_show(struct cmd *cmd)
{
	struct edoc_services_ask ask = {.lang = cmd_lang(cmd), .whole = true, .now = cmd->now};

	if (cmd->n != 1)
		return cmd_usage(cmd, _("the ID of one service"));
	ask.id = cmd->operands[0];
	return services(cmd, &ask);
}
