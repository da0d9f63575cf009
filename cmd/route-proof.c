/* SPDX-License-Identifier: ISC */
/* edoc-route: what proves to others when things were done. */
#include "route.h"

/* The desk says how far everything is.  A TSA that does not answer is told. */
static int checkpoint(struct cmd *cmd, struct route_run *run, bool daily, bool *stamped)
{
	struct edoc_checkpoint how = {.now = cmd->now, .dry = cmd->dry_run, .daily = daily};
	struct edoc_fetcher *fetcher = NULL;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	int status = cmd_tsas(cmd, NULL, &how.tsas, &how.n_tsas);

	if (!status && how.n_tsas)
		status = cmd_fetcher_online(cmd, -1, &fetcher);
	if (status)
		return status;
	how.fetch = fetcher ? edoc_fetcher_fetch : NULL;
	how.fetch_arg = fetcher;
	enum edoc_code code =
	        edoc_desk_checkpoint(run->desk, &how, TEXT(cmd), JSON(cmd), stamped, &err);
	edoc_fetcher_free(fetcher);
	return route_tell(cmd, NULL, code, &err, text, json);
}

int route_checkpoint(struct cmd *cmd)
{
	struct route_run run = {0};
	bool stamped = false;
	int status = route_open(cmd, &run);

	if (!status)
		status = checkpoint(cmd, &run, false, &stamped);
	route_close(&run);
	return status ? status : stamped ? 0 : CMD_AGAIN;
}

int route_checkpoint_daily(struct cmd *cmd, struct route_run *run)
{
	bool stamped;

	return checkpoint(cmd, run, true, &stamped);
}

/* Only when a step needs it: whoever acts at others may not read the login. */
static bool find_tsas(void *arg, struct edoc_stamping *how)
{
	struct route_run *run = arg;
	struct edoc_stamping *s = &run->stamping;
	int status = s->tsas ? 0 : cmd_tsas(run->cmd, NULL, &s->tsas, &s->n_tsas);

	if (!status && s->n_tsas && !run->fetcher)
		status = cmd_fetcher_online(run->cmd, -1, &run->fetcher);
	s->fetch = run->fetcher ? edoc_fetcher_fetch : NULL;
	s->fetch_arg = run->fetcher;
	*how = *s;
	return status == 0;
}

void route_stamping(struct cmd *cmd, struct route_run *run)
{
	run->cmd = cmd;
	run->act.stamping = find_tsas;
	run->act.stamping_arg = run;
	run->act.stamped = cmd_given(cmd, "tsa");
}

int route_audit(struct cmd *cmd)
{
	const struct edoc_audit how = {
	        .now = cmd->at, .from = cmd_value(cmd, "from"), .to = cmd_value(cmd, "to")};
	size_t errors = 0, warnings = 0;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	struct route_run run = {0};
	int status = route_open(cmd, &run);

	if (!status) {
		enum edoc_code code = edoc_desk_audit(run.desk, &how, TEXT(cmd), JSON(cmd), &errors,
		                                      &warnings, &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
	}
	route_close(&run);
	return status ? status : errors ? 1 : warnings ? 2 : 0;
}
