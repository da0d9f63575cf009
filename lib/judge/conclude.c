/* SPDX-License-Identifier: ISC */
/* From findings to conclusions, and what --explain tells about the way. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "judge/validate.h"

#define MAX_INPUTS 2048 /* bytes; longer is cut: it is for people */

struct ed_conclusion ed_conclude(const struct ed_judge *j, struct ed_findings *findings)
{
	struct ed_conclusion c;

	ed_report_fold(findings, j->policy, &c.indication, &c.sub);
	return c;
}

bool ed_concluded(const struct ed_conclusion *c, const char *sub)
{
	return c->indication == EDOC_INDETERMINATE && c->sub && !strcmp(c->sub, sub);
}

void ed_findings_move(struct ed_findings *to, const struct ed_findings *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct edoc_finding *f = &from->v[i];

		ed_finding(to, f->code, f->where, f->args[0], f->args[1], f->args[2]);
	}
	to->lost = to->lost || from->lost;
}

const char *ed_say_time(const struct ed_judge *j, int64_t t)
{
	char text[ED_TIME_STR];
	const char *copy;

	if (t == ED_TIME_NONE)
		return "-";
	if (t == INT64_MAX)
		return "*";
	ed_time_format(text, t);
	copy = ed_arena_strdup(j->arena, text);
	return copy ? copy : "?";
}

void ed_explain(const struct ed_judge *j, struct ed_report_checks *checks, const char *clause,
                const char *what, enum ed_outcome outcome, const char *rule, const char *code,
                const char *inputs, ...)
{
	struct ed_report_check *v;
	char text[MAX_INPUTS];
	const char *copy;
	va_list args;

	if (!j->options->explain || !checks)
		return;
	va_start(args, inputs);
	(void)vsnprintf(text, sizeof(text), inputs, args);
	va_end(args);
	copy = ed_arena_strdup(j->arena, text);
	v = ed_arena_grow(j->arena, checks->v, checks->n, &checks->cap, sizeof(*v));
	if (!copy || !v) { /* an explanation decides nothing, but must not be half told */
		j->report->findings.lost = true;
		return;
	}
	checks->v = v;
	v[checks->n++] = (struct ed_report_check){clause, what, copy, outcome, rule, code};
}
