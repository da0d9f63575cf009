/* SPDX-License-Identifier: ISC */
#include "base/finding.h"

#include <string.h>

#include "base/limits.h"

void ed_findings_init(struct ed_findings *list, struct ed_arena *arena)
{
	*list = (struct ed_findings){.arena = arena};
}

static void add(struct ed_findings *list, const char *code, const char *where,
                const char *const args[3])
{
	struct edoc_finding f = {0};

	f.code = ed_arena_strdup(list->arena, code);
	f.where = ed_arena_strdup(list->arena, where ? where : "");
	bool whole = f.code && f.where;
	for (int i = 0; i < 3 && args[i]; i++) {
		f.args[i] = ed_arena_strdup(list->arena, args[i]);
		whole = whole && f.args[i];
	}
	struct edoc_finding *v =
	        ed_arena_grow(list->arena, list->v, list->n, &list->cap, sizeof *list->v);
	if (!whole || !v) {
		list->lost = true;
		return;
	}
	list->v = v;
	list->v[list->n++] = f;
}

/* How many of that code there are, this one too; 0: memory ran out. */
static size_t count(struct ed_findings *list, const char *code)
{
	struct ed_alike *v;

	for (size_t i = 0; i < list->n_alike; i++)
		if (!strcmp(list->alike[i].code, code))
			return ++list->alike[i].n;
	v = ed_arena_grow(list->arena, list->alike, list->n_alike, &list->alike_cap, sizeof *v);
	if (!v)
		return 0;
	list->alike = v;
	v[list->n_alike] = (struct ed_alike){ed_arena_strdup(list->arena, code), 1};
	if (!v[list->n_alike].code)
		return 0;
	list->n_alike++;
	return 1;
}

/*
 * A hostile file does not make a report of gigabytes.  More of what is there
 * already changes no verdict.
 */
void ed_finding(struct ed_findings *list, const char *code, const char *where, const char *a0,
                const char *a1, const char *a2)
{
	const char *args[3] = {a0, a0 ? a1 : NULL, a0 && a1 ? a2 : NULL};
	const char *cut[3] = {code, NULL, NULL};
	size_t n = count(list, code);

	if (n == 0)
		list->lost = true;
	else if (n <= ED_MAX_ALIKE)
		add(list, code, where, args);
	else if (n == ED_MAX_ALIKE + 1)
		add(list, "report.cut", "", cut);
}

bool ed_findings_have(const struct ed_findings *list, const char *code)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].code, code))
			return true;
	return false;
}
