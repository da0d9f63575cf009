/* SPDX-License-Identifier: ISC */
/* edoc-route calendar: checks calendars, and counts by them. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "route.h"

/* The desk of -C or $EDOC_DESK, and no other: whoever asks a calendar needs no
 * desk.  0 or the exit. */
static int open_named(struct cmd *cmd, struct route_run *run)
{
	const char *env = getenv("EDOC_DESK");

	if (!cmd_value(cmd, "directory") && (!env || !*env))
		return 0;
	return route_open(cmd, run);
}

enum edoc_code route_find_calendar(struct cmd *cmd, const struct route_run *run, const char *name,
                                   struct edoc_calendar **calendar, struct edoc_error *err)
{
	const char *own = edoc_conf_get(cmd->conf, "profiles");
	enum edoc_code code;
	struct stat st;
	char *path;

	if (strchr(name, '/') || strstr(name, ".yaml"))
		return edoc_calendar_load(name, calendar, err);
	if (run->desk)
		return edoc_desk_calendar(run->desk, name, cmd->now, calendar, err);
	path = own ? cmd_printf("%s/calendars/%s.yaml", own, name) : NULL;
	if (path && stat(path, &st) == 0)
		code = edoc_calendar_load(path, calendar, err);
	else
		code = edoc_calendar_builtin(name, calendar, err);
	free(path);
	return code;
}

/* ---- check ---- */

static int check_one(struct cmd *cmd, const char *item, void *arg)
{
	struct edoc_calendar *calendar = NULL;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	size_t errors = 0;
	enum edoc_code code = route_find_calendar(cmd, arg, item, &calendar, &err);

	if (code == EDOC_OK)
		code = edoc_calendar_check(calendar, cmd->at, "", TEXT(cmd), JSON(cmd), &errors,
		                           &err);
	int status = route_tell(cmd, item, code, &err, text, json);
	edoc_calendar_free(calendar);
	return status ? status : errors > 0;
}

int route_calendar_check(struct cmd *cmd)
{
	struct route_run run = {0};
	int status = open_named(cmd, &run);

	if (!status)
		status = cmd_each(cmd, check_one, &run);
	route_close(&run);
	return status;
}

/* ---- ical ---- */

int route_calendar_ical(struct cmd *cmd)
{
	struct edoc_calendar *calendar = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};
	char *text = NULL;

	if (cmd->n != 1)
		return cmd_usage(cmd, _("one calendar is needed"));
	int status = open_named(cmd, &run);
	if (!status && (route_find_calendar(cmd, &run, cmd->operands[0], &calendar, &err) != EDOC_OK ||
	                edoc_calendar_ical(calendar, &text, &err) != EDOC_OK))
		status = cmd_fail(cmd, &err);
	if (text)
		cmd_print(cmd, text);
	edoc_calendar_free(calendar);
	route_close(&run);
	return status;
}

/* ---- import ---- */

int route_calendar_import(struct cmd *cmd)
{
	struct edoc_ical_import how = {.name = cmd_value(cmd, "name"),
	                               .covers = cmd_value(cmd, "covers"),
	                               .weekend = cmd_value(cmd, "weekend"),
	                               .now = cmd->at};
	struct edoc_error err = {0};
	char *text = NULL;

	if (cmd->n != 1)
		return cmd_usage(cmd, _("one iCalendar file is needed"));
	if (!how.name || !how.covers)
		return cmd_usage(cmd, _("import needs --name and --covers"));
	enum edoc_code code = edoc_calendar_import(cmd->operands[0], &how, &text, &err);
	if (code != EDOC_OK)
		return cmd_fail(cmd, &err);
	cmd_print(cmd, text);
	return 0;
}

/* ---- due ---- */

static struct edoc_term_question question(struct cmd *cmd, const struct route_run *run)
{
	return (struct edoc_term_question){
	        .from = cmd_value(cmd, "from"),
	        .within = cmd_value(cmd, "within"),
	        .start = cmd_value(cmd, "start"),
	        .roll = cmd_value(cmd, "roll"),
	        .cutoff = cmd_value(cmd, "cutoff"),
	        .zone = cmd_value(cmd, "zone"),
	        .desk = run->desk,
	        .stopped = cmd_values(cmd, "stopped", NULL),
	        .extended = cmd_values(cmd, "extended", NULL),
	        .days = cmd->verbose > 0,
	};
}

int route_calendar_due(struct cmd *cmd)
{
	const char *name = cmd_value(cmd, "calendar");
	struct edoc_calendar *calendar = NULL;
	char *text = NULL, *json = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};
	enum edoc_code code = EDOC_OK;
	struct edoc_term_answer answer = {.ends = true};

	if (!cmd_given(cmd, "from") || !cmd_given(cmd, "within"))
		return cmd_usage(cmd, _("due needs --from and --within"));
	int status = open_named(cmd, &run);
	if (!status && name)
		code = route_find_calendar(cmd, &run, name, &calendar, &err);
	if (!status && code == EDOC_OK) {
		struct edoc_term_question q = question(cmd, &run);
		code = edoc_calendar_due(calendar, &q, &answer, TEXT(cmd), JSON(cmd), &err);
	}
	if (!status)
		status = route_tell(cmd, NULL, code, &err, text, json);
	if (!status && answer.provisional)
		cmd_warn(cmd, name,
		         _("a day off that is expected, and not announced, moved this "
		           "end: it may change (-v tells which day)"));
	edoc_calendar_free(calendar);
	route_close(&run);
	return status ? status : answer.ends ? 0 : 2;
}

/* ---- count ---- */

int route_calendar_count(struct cmd *cmd)
{
	const char *name = cmd_value(cmd, "calendar");
	struct edoc_calendar *calendar = NULL;
	char *text = NULL, *json = NULL;
	struct route_run run = {0};
	struct edoc_error err = {0};
	enum edoc_code code;

	if (cmd->n != 2 || !name)
		return cmd_usage(cmd, _("two days and --calendar are needed"));
	int status = open_named(cmd, &run);
	if (!status) {
		code = route_find_calendar(cmd, &run, name, &calendar, &err);
		if (code == EDOC_OK)
			code = edoc_calendar_count(calendar, cmd->operands[0], cmd->operands[1],
			                           cmd->verbose > 0, TEXT(cmd), JSON(cmd), &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
	}
	edoc_calendar_free(calendar);
	route_close(&run);
	return status;
}
