/* SPDX-License-Identifier: ISC */
/* Lint as callers have it: a route's file, with a calendar and a directory. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/yaml.h"
#include "route/desk.h"
#include "route/directory.h"
#include "route/lint.h"
#include "route/told.h"

struct linting {
	const struct edoc_lint_options *options;
	struct ed_route *route;
	struct ed_zone *zone;
	struct edoc_calendar *calendar; /* of the route's name, or NULL */
	struct ed_lint lint;
};

/* Of the folder, else the one that is built in; without one *calendar is NULL. */
static enum edoc_code find_calendar(struct linting *l, struct edoc_error *err)
{
	const char *name = l->route->calendar;
	struct edoc_error none = {0};
	enum edoc_code code;
	char path[4096];
	struct stat st;
	int n = 0;

	if (l->options->calendars)
		n = snprintf(path, sizeof(path), "%s/%s.yaml", l->options->calendars, name);
	if (n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0)
		return edoc_calendar_load(path, &l->calendar, err);
	code = edoc_calendar_builtin(name, &l->calendar, &none);
	if (code && code != EDOC_ERR_ABSENT)
		*err = none;
	return code == EDOC_ERR_ABSENT ? EDOC_OK : code;
}

static enum edoc_code lint_terms(struct linting *l, struct edoc_error *err)
{
	const struct edoc_lint_options *o = l->options;
	const struct edoc_calendar *calendar = o->calendar;
	int year = o->year ? o->year : ed_zone_civil(l->zone, o->now).date.year;
	enum edoc_code code = EDOC_OK;

	if (!l->route->n_clocks)
		return EDOC_OK;
	if (!calendar) {
		code = find_calendar(l, err);
		calendar = l->calendar;
	}
	return code ? code
	            : ed_lint_terms(l->route, calendar ? ed_calendar_of(calendar) : NULL, l->zone,
	                            year, &l->lint, err);
}

/* What this machine's tzdata does not know is the route's mistake here, and has its place. */
static enum edoc_code load_zone(struct linting *l, const char *path, struct edoc_error *err)
{
	const struct ed_yaml at = {.line = l->route->zone_line, .column = l->route->zone_column};
	struct edoc_error why = {0};
	enum edoc_code code = ed_zone_load(NULL, l->route->zone, &l->zone, &why);

	if (code == EDOC_ERR_INPUT || code == EDOC_ERR_ABSENT)
		return ed_yaml_fail(&at, path, err, "zone \"%s\": %s", l->route->zone, why.msg);
	if (code && err)
		*err = why;
	return code;
}

static enum edoc_code lint_file(struct linting *l, const char *path, struct ed_arena *arena,
                                struct edoc_error *err)
{
	struct ed_buf yaml;

	ed_buf_init(&yaml, ED_MAX_YAML_BYTES);
	enum edoc_code code = ed_read_path(path, &yaml, err);
	if (!code)
		code = ed_route_parse(yaml.data, yaml.len, path, arena, &l->route, err);
	if (!code)
		code = ed_route_lint(l->route, path, l->lint.findings, err);
	if (!code)
		code = load_zone(l, path, err);
	if (!code)
		code = lint_terms(l, err);
	if (!code && l->options->directory)
		code = ed_lint_people(l->route, ed_directory_of(l->options->directory),
		                      ed_zone_civil(l->zone, l->options->now).date, &l->lint, err);
	ed_buf_clear(&yaml);
	return code;
}

enum edoc_code edoc_route_lint(const char *path, const struct edoc_lint_options *options,
                               const char *lang, char **text, char **json, size_t *errors,
                               struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct linting l = {.options = options};
	struct ed_findings findings;
	struct ed_tale tale;

	*errors = 0;
	if (!arena)
		return ed_fail_memory(err);
	ed_tale_init(&tale, text, json);
	ed_findings_init(&findings, arena);
	l.lint = (struct ed_lint){.where = path, .findings = &findings};
	enum edoc_code code = lint_file(&l, path, arena, err);
	if (!code)
		code = ed_tale_findings(&tale, "lint", &findings, lang, errors, err);
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	ed_tale_clear(&tale);
	edoc_calendar_free(l.calendar);
	ed_zone_free(l.zone);
	ed_arena_free(arena);
	return code;
}
