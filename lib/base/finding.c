/* SPDX-License-Identifier: ISC */
#include "base/finding.h"

#include <string.h>

void ed_findings_init(struct ed_findings *list, struct ed_arena *arena)
{
	*list = (struct ed_findings){.arena = arena};
}

void ed_finding(struct ed_findings *list, const char *code, const char *where, const char *a0,
                const char *a1, const char *a2)
{
	const char *args[3] = {a0, a0 ? a1 : NULL, a0 && a1 ? a2 : NULL};
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

bool ed_findings_have(const struct ed_findings *list, const char *code)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].code, code))
			return true;
	return false;
}
