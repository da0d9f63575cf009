/* SPDX-License-Identifier: ISC */
/* Any bytes as a route, a calendar and a directory: refused with a place, or
 * a route that lint can walk and whose steps are all known. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "route/directory.h"
#include "route/format.h"
#include "route/term.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A step is found by its path, where "*" stands for whatever it is done for. */
static void check_step(const struct ed_route_step *step, void *arg)
{
	char path[2000];
	size_t n = 0;

	for (const char *p = step->path; *p && n + 1 < sizeof(path); p++)
		path[n++] = *p == '*' ? 'x' : *p;
	path[n] = '\0';
	if (ed_route_step(arg, path) != step)
		abort();
	if (step->verb == ED_DO_CHOOSE ? !step->n_choices : !step->n_outcomes)
		abort();
	if (!step->by != (step->verb == ED_DO_CHOOSE || ed_step_joins(step)))
		abort();
}

static void check_route(const struct ed_route *route, struct ed_arena *arena)
{
	struct ed_findings list;

	ed_findings_init(&list, arena);
	enum edoc_code code = ed_route_lint(route, "f", &list, NULL);
	if ((code && code != EDOC_ERR_LIMIT) || !route->body.n_steps || !route->n_roles)
		abort();
	ed_block_walk(&route->body, check_step, (void *)route);
}

static void check_calendar(const struct ed_calendar *calendar, struct ed_arena *arena)
{
	const int64_t now = 1772683869, day = 86400;
	const struct ed_count_rules rules = {0};
	const struct ed_term term = {ED_TERM_WORKING_DAYS, 3};
	const struct ed_pause pauses[] = {{now + day, now + 4 * day}, {now, now + 2 * day}};
	struct ed_findings list;
	int64_t due, later;

	if (ed_term_due(term, &rules, calendar, NULL, now, &due, NULL) == EDOC_OK && due <= now)
		abort();
	if (due != ED_TIME_NONE &&
	    ed_term_project(term, &rules, calendar, NULL, now, pauses, 2, &later, NULL) == EDOC_OK &&
	    later < due)
		abort();
	for (size_t i = 0; i < calendar->n_off; i++)
		if (ed_calendar_day(calendar, calendar->off[i].date) != &calendar->off[i])
			abort();
	ed_findings_init(&list, arena);
	if (ed_calendar_lint(calendar, "f", now, &list, NULL))
		abort();
}

/* A route has a form, and that is its own form (and says the same, which
 * ed_route_format() sees to). */
static void check_form(const uint8_t *data, size_t size)
{
	struct edoc_error err = {0};
	struct ed_buf form, again;

	ed_buf_init(&form, ED_MAX_YAML_BYTES);
	ed_buf_init(&again, ED_MAX_YAML_BYTES);
	enum edoc_code code = ed_route_format(data, size, "f", &form, &err);
	/* Indentation and quotes may take more than a file may have. */
	if (code && code != EDOC_ERR_LIMIT)
		abort();
	if (!code && (ed_route_format(form.data, form.len, "form", &again, &err) ||
	              again.len != form.len || memcmp(again.data, form.data, form.len) != 0))
		abort();
	ed_buf_clear(&form);
	ed_buf_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct edoc_error err = {0};
	struct ed_directory *directory;
	struct ed_calendar *calendar;
	struct ed_route *route;

	if (!arena)
		return 0;
	if (!ed_route_parse(data, size, "f", arena, &route, &err)) {
		check_route(route, arena);
		check_form(data, size);
	} else if (route || !*err.msg) {
		abort();
	}
	if (!ed_calendar_parse(data, size, "f", arena, &calendar, &err))
		check_calendar(calendar, arena);
	if (!ed_directory_parse(data, size, "f", arena, &directory, &err) && !directory)
		abort();
	ed_arena_free(arena);
	return 0;
}
