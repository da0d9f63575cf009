/* SPDX-License-Identifier: ISC */
/* The table of findings: what each code means, in one place. */
#ifndef ED_JUDGE_RULES_H
#define ED_JUDGE_RULES_H

#include "edoc.h"

struct ed_rule {
	const char *code;
	enum edoc_severity severity;
	bool weighed;                    /* a policy may make it lighter */
	enum edoc_indication indication; /* what an error of this code makes of it */
	const char *subindication;       /* EN 319 102-1 5.1.3, or NULL */
	const char *clause;
	const char *text;   /* English, {0} {1} {2} */
	const char *advice; /* what the user can do, or "" */
};

const struct ed_rule *ed_rule(const char *code); /* NULL: unknown, which a test forbids */
const struct ed_rule *ed_rule_at(size_t i);      /* NULL after the last */

#endif
