/* SPDX-License-Identifier: ISC */
/* edoc-route: who does an open step: handed on, or given to another. */
#include "route.h"

typedef enum edoc_code hand_fn(struct edoc_desk *desk, const char *name, const struct edoc_act *act,
                               char **text, char **json, struct edoc_error *err);

struct handing {
	struct route_run run;
	hand_fn *fn;
};

static int hand_one(struct cmd *cmd, const char *item, void *arg)
{
	struct handing *h = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code = h->fn(h->run.desk, item, &h->run.act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

static int hand(struct cmd *cmd, hand_fn *fn)
{
	struct handing h = {.fn = fn};
	size_t n;
	int status;

	if (!cmd_given(cmd, "to"))
		return cmd_usage(cmd, _("to whom? --to"));
	status = route_open_key(cmd, &h.run);
	h.run.act.to = cmd_values(cmd, "to", &n);
	h.run.act.step = cmd_value(cmd, "step");
	h.run.act.reason = cmd_value(cmd, "reason");
	if (fn == edoc_desk_delegate)
		h.run.act.until = cmd_value(cmd, "until");
	if (!status)
		status = cmd_each(cmd, hand_one, &h);
	route_close(&h.run);
	return status;
}

int route_delegate(struct cmd *cmd)
{
	return hand(cmd, edoc_desk_delegate);
}

int route_reassign(struct cmd *cmd)
{
	if (!cmd_given(cmd, "reason"))
		return cmd_usage(cmd, _("reassign needs --reason"));
	return hand(cmd, edoc_desk_reassign);
}
