#!/bin/sh
# SPDX-License-Identifier: ISC
# The table of findings in edoc-report(5), made from lib/judge/rules.c between
# the page's two marks.  With --check it changes nothing: is the page up to date?
set -eu
cd "$(dirname "$0")/.."
page=man/edoc-report.5
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
trap 'exit 129' HUP INT TERM

cat >"$w/table.c" <<'END'
#include <stdio.h>
#include "judge/rules.c"

/* Text as mdoc(7): no line begins with a macro, sentences begin lines. */
static void put(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == ' ' && (s[-1] == '.' || s[-1] == '?') && s[1] >= 'A' && s[1] <= 'Z')
			putchar('\n');
		else
			putchar(*s);
	}
}

int main(void)
{
	static const char *const severity[] = {"info", "warning", "error"};
	static const char *const indication[] = {"INDETERMINATE", "TOTAL-FAILED", "TOTAL-PASSED"};

	for (size_t i = 0; ed_rule_at(i); i++) {
		const struct ed_rule *r = ed_rule_at(i);

		printf(".It Li %s\n%s%s; %s%s%s; ", r->code, severity[r->severity],
		       r->weighed && r->severity == EDOC_ERROR ? " by default" : "",
		       indication[r->indication], r->subindication ? "/" : "",
		       r->subindication ? r->subindication : "");
		put(r->clause);
		printf(".\n.br\n");
		put(r->text);
		printf(".\n");
		if (*r->advice) {
			printf(".br\n\\(-> ");
			put(r->advice);
			printf(".\n");
		}
	}
	return 0;
}
END
${CC:-cc} -Ilib -o "$w/table" "$w/table.c"
"$w/table" >"$w/rows"
awk -v rows="$w/rows" '
	/^\.\\" findings begin/ { print; while ((getline line <rows) > 0) print line; skip = 1; seen++ }
	/^\.\\" findings end/ { skip = 0; seen++ }
	!skip { print }
	END { exit seen != 2 }' "$page" >"$w/page"

if [ "${1:-}" = --check ]; then
	cmp -s "$w/page" "$page" || {
		echo "$page is not what lib/judge/rules.c says: run sh man/mk-findings.sh" >&2
		exit 1
	}
else
	cat "$w/page" >"$page"
fi
