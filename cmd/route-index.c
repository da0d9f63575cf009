/* SPDX-License-Identifier: ISC */
/* edoc-route: the index that lists of many cases are told from. */
#include "route.h"

int route_open_lists(struct cmd *cmd, struct route_run *run)
{
	int status = route_open(cmd, run);

	if (!status)
		edoc_desk_use_index(run->desk, !cmd_given(cmd, "no-index"));
	return status;
}

int route_index(struct cmd *cmd)
{
	bool rebuild = cmd_given(cmd, "rebuild"), check = cmd_given(cmd, "check");
	char *text = NULL, *json = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};
	size_t differ = 0;

	if (rebuild && check)
		return cmd_usage(cmd, _("--rebuild and --check contradict each other"));
	int status = route_open(cmd, &run);
	if (!status) {
		enum edoc_index_what what = rebuild ? EDOC_INDEX_REBUILD
		                            : check ? EDOC_INDEX_CHECK
		                                    : EDOC_INDEX_UPDATE;
		enum edoc_code code =
		        edoc_desk_index(run.desk, what, TEXT(cmd), JSON(cmd), &differ, &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
	}
	route_close(&run);
	return status ? status : differ > 0;
}

int route_mend_index(struct cmd *cmd, struct route_run *run)
{
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	size_t differ;

	if (cmd->dry_run)
		return 0;
	enum edoc_code code =
	        edoc_desk_index(run->desk, EDOC_INDEX_MEND, TEXT(cmd), JSON(cmd), &differ, &err);
	/* Another does it. */
	return code == EDOC_ERR_AGAIN ? 0 : route_tell(cmd, NULL, code, &err, text, json);
}
