/* SPDX-License-Identifier: ISC */
/* edoc-route lint: route files against their grammar, a calendar, a directory. */
#include <stdlib.h>
#include <string.h>

#include "route.h"

static int lint_one(struct cmd *cmd, const char *item, void *arg)
{
	const struct edoc_lint_options *options = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	size_t errors = 0;
	enum edoc_code code =
	        edoc_route_lint(item, options, "", TEXT(cmd), JSON(cmd), &errors, &err);
	int status = route_tell(cmd, item, code, &err, text, json);

	return status ? status : errors > 0;
}

/* 0: it is no year. */
static int year_of(const char *text)
{
	return strlen(text) == 4 && strspn(text, "0123456789") == 4 ? (int)strtol(text, NULL, 10)
	                                                            : 0;
}

int route_lint(struct cmd *cmd)
{
	const char *own = edoc_conf_get(cmd->conf, "profiles");
	const char *name = cmd_value(cmd, "calendar"), *year = cmd_value(cmd, "year");
	const char *people = cmd_value(cmd, "directory");
	struct edoc_lint_options options = {.now = cmd->at, .year = year ? year_of(year) : 0};
	struct edoc_directory *directory = NULL;
	struct edoc_calendar *calendar = NULL;
	const struct route_run run = {0};
	struct edoc_error err = {0};
	int status = 0;

	if (year && !options.year)
		return cmd_usage(cmd, _("--year is four digits, as 2026"));
	if (name && route_find_calendar(cmd, &run, name, &calendar, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	if (!status && people && edoc_directory_load(people, &directory, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	options.directory = directory;
	char *folder = own ? cmd_printf("%s/calendars", own) : NULL;
	options.calendar = calendar;
	options.calendars = folder;
	if (!status)
		status = cmd_each(cmd, lint_one, &options);
	edoc_directory_free(directory);
	edoc_calendar_free(calendar);
	free(folder);
	return status;
}
