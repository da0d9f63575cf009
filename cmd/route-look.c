/* SPDX-License-Identifier: ISC */
/* edoc-route: due and find; 1 when there is nothing. */
#include "route.h"

static int told(struct cmd *cmd, enum edoc_code code, const struct edoc_error *err, char *text,
                char *json, size_t n)
{
	int status = route_tell(cmd, NULL, code, err, text, json);

	return status ? status : !n;
}

int route_due(struct cmd *cmd)
{
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	struct route_run run = {0};
	size_t n = 0;
	int status = route_open_lists(cmd, &run);

	if (!status) {
		enum edoc_code code =
		        edoc_desk_due(run.desk, cmd_value(cmd, "by"), cmd_given(cmd, "overdue"),
		                      cmd->at, TEXT(cmd), JSON(cmd), &n, &err);
		status = told(cmd, code, &err, text, json, n);
	}
	route_close(&run);
	return status;
}

int route_find(struct cmd *cmd)
{
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	struct route_run run = {0};
	size_t n = 0;

	if (!cmd->n)
		return cmd_usage(cmd, _("which words?"));
	int status = route_open_lists(cmd, &run);
	if (!status) {
		enum edoc_code code = edoc_desk_find(run.desk, (const char *const *)cmd->operands,
		                                     cmd->now, TEXT(cmd), JSON(cmd), &n, &err);
		status = told(cmd, code, &err, text, json, n);
	}
	route_close(&run);
	return status;
}
