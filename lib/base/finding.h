/* SPDX-License-Identifier: ISC */
/* A list of findings: codes with places and arguments.  What a code means
 * (severity, clause, words, verdict) stands in judge/rules.c alone. */
#ifndef ED_BASE_FINDING_H
#define ED_BASE_FINDING_H

#include "base/arena.h"
#include "edoc.h"

struct ed_alike {
	const char *code;
	size_t n;
};

struct ed_findings {
	struct ed_arena *arena; /* borrowed; holds the strings */
	struct edoc_finding *v;
	size_t n, cap;
	struct ed_alike *alike; /* how many of each code */
	size_t n_alike, alike_cap;
	bool lost; /* memory ran out: the verdict must not be "passed" */
};

void ed_findings_init(struct ed_findings *list, struct ed_arena *arena);
/* At most ED_MAX_ALIKE of one code, then report.cut.  a0..a2 fill {0}..{2}; NULL ends early.  Strings are copied. */
void ed_finding(struct ed_findings *list, const char *code, const char *where, const char *a0,
		const char *a1, const char *a2);
bool ed_findings_have(const struct ed_findings *list, const char *code);

#endif
