/* SPDX-License-Identifier: ISC */
/* Every finding that the library makes has a rule; every rule is documented. */
#include "../tap.h"

#include "judge/report.h"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *s = NULL;
	long n;

	if (f && !fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0 && !fseek(f, 0, SEEK_SET)) {
		s = calloc(1, (size_t)n + 1);
		if (s && fread(s, 1, (size_t)n, f) != (size_t)n) {
			free(s);
			s = NULL;
		}
	}
	if (f)
		fclose(f);
	return s;
}

/* Codes are made by ed_finding(list, "code", ...) or are a string in a table;
 * grep tells both: "word.word-word" behind ed_finding( in lib. */
static void test_codes_have_rules(const char *src)
{
	char cmd[4096], code[128];
	FILE *p;
	size_t n = 0;

	snprintf(cmd, sizeof(cmd),
		 "cat %s/lib/*/*.c | tr '\\n' ' ' | grep -oE "
		 "'(ed_finding|note|add|found|finding|refuse|tell|broken|report|report_step|"
		 "check_fact|check_pin)\\([^;]*\"[a-z-]+\\.[a-zA-Z0-9-]+\"' | "
		 "grep -oE '\"[a-z-]+\\.[a-zA-Z0-9-]+\"$' | tr -d '\"' | grep -vE '[.](yaml|json)$' | sort -u",
		 src);
	p = popen(cmd, "r");
	while (p && fscanf(p, "%127s", code) == 1) {
		ok(ed_rule(code) != NULL, "%s has a rule", code);
		n++;
	}
	if (p)
		pclose(p);
	ok(n > 20, "found the codes in the source");
}

static void test_rules_are_whole(const char *src)
{
	char path[4096];
	char *page;

	snprintf(path, sizeof(path), "%s/man/edoc-report.5", src);
	page = slurp(path);
	ok(page != NULL, "edoc-report(5) is there");
	for (size_t i = 0; ed_rule_at(i); i++) {
		const struct ed_rule *rule = ed_rule_at(i);

		ok(ed_rule(rule->code) == rule, "%s stands once", rule->code);
		ok(*rule->text && *rule->clause, "%s has a sentence and a clause", rule->code);
		ok(rule->indication != EDOC_TOTAL_PASSED, "%s does not pass", rule->code);
		ok(page && strstr(page, rule->code), "%s is in edoc-report(5)", rule->code);
	}
	free(page);
}

static void test_words(void)
{
	struct edoc_finding f = {.code = "document.partly-covered",
				 .where = "",
				 .args = {"a {1} b", "1", NULL}};
	struct edoc_error err = {0};
	char *text = NULL;

	is_ok(edoc_finding_text(&f, NULL, &text, &err), &err, "a sentence");
	is_str(text, "a {1} b is covered by 1 of - signatures",
	       "arguments are put in once, an absent one is a dash");
	edoc_free(text);
}

int main(void)
{
	const char *src = getenv("SRCDIR") ? getenv("SRCDIR") : ".";

	test_codes_have_rules(src);
	test_rules_are_whole(src);
	test_words();
	return done();
}
