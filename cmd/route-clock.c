/* SPDX-License-Identifier: ISC */
/* edoc-route: extend, stop and resume a term; withdraw a case. */
#include "route.h"

typedef enum edoc_code clock_fn(struct edoc_desk *desk, const char *name,
                                const struct edoc_act *act, char **text, char **json,
                                struct edoc_error *err);

struct clock_run {
	struct route_run run;
	clock_fn *fn;
};

static int one(struct cmd *cmd, const char *item, void *arg)
{
	struct clock_run *c = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code = c->fn(c->run.desk, item, &c->run.act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

static int each(struct cmd *cmd, clock_fn *fn)
{
	struct clock_run c = {.fn = fn};
	int status;

	if (cmd_has(cmd, "step") && cmd_has(cmd, "clock") && cmd_given(cmd, "step") &&
	    cmd_given(cmd, "clock"))
		return cmd_usage(cmd, _("--clock and --step each name a term: one of the two"));
	status = route_open_key(cmd, &c.run);

	c.run.act.step = cmd_has(cmd, "step") ? cmd_value(cmd, "step") : NULL;
	c.run.act.clock = cmd_has(cmd, "clock") ? cmd_value(cmd, "clock") : NULL;
	c.run.act.more = cmd_has(cmd, "more") ? cmd_value(cmd, "more") : NULL;
	c.run.act.reason = cmd_has(cmd, "reason") ? cmd_value(cmd, "reason") : NULL;
	c.run.act.text = cmd_value(cmd, "text");
	if (!status)
		status = cmd_each(cmd, one, &c);
	route_close(&c.run);
	return status;
}

int route_extend(struct cmd *cmd)
{
	return each(cmd, edoc_desk_extend);
}

int route_stop(struct cmd *cmd)
{
	return each(cmd, edoc_desk_stop);
}

int route_resume(struct cmd *cmd)
{
	return each(cmd, edoc_desk_resume);
}

int route_withdraw(struct cmd *cmd)
{
	return each(cmd, edoc_desk_withdraw);
}
