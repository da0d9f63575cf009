/* SPDX-License-Identifier: ISC */
/* From a finding's code and arguments to a sentence in somebody's language. */
#include <libintl.h>
#include <string.h>

#include "base/err.h"
#include "judge/report.h"

#define SENTENCE_MAX 8192

static const char *translated(const char *s, const char *lang)
{
	if (!lang || !strcmp(lang, "en") || !*s)
		return s;
	return dgettext("edoc", s);
}

/* {0}..{2} stand for the arguments; an absent one is a dash. */
static enum edoc_code fill(const char *text, const char *const args[3], const char *where,
                           char **out, struct edoc_error *err)
{
	struct ed_buf buf;

	ed_buf_init(&buf, SENTENCE_MAX);
	for (const char *p = text; *p; p++) {
		if (p[0] == '{' && p[1] >= '0' && p[1] <= '2' && p[2] == '}') {
			const char *arg = args[p[1] - '0'];

			ed_buf_puts(&buf, arg ? arg : "-");
			p += 2;
		} else {
			ed_buf_putc(&buf, *p);
		}
	}
	return ed_buf_steal(&buf, where, out, err);
}

/* Of these findings an argument is a phrase of ours, not of the user's data. */
static const struct phrase {
	const char *code;
	bool ours[3];
} phrases[] = {
        {"law.not-met", {false, false, true}},
        {"law.unknown", {false, false, true}},
        {"timestamp.order", {true, false, true}},
};

static void translate_phrases(const struct edoc_finding *finding, const char *lang,
                              const char *args[3])
{
	memcpy(args, finding->args, sizeof(finding->args));
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (strcmp(phrases[i].code, finding->code) != 0)
			continue;
		for (size_t k = 0; k < 3; k++) {
			if (phrases[i].ours[k] && args[k])
				args[k] = translated(args[k], lang);
		}
	}
}

const char *edoc_finding_clause(const struct edoc_finding *finding)
{
	const struct ed_rule *rule = ed_rule(finding->code);

	return rule ? rule->clause : "";
}

enum edoc_code edoc_finding_text(const struct edoc_finding *finding, const char *lang, char **text,
                                 struct edoc_error *err)
{
	const struct ed_rule *rule = ed_rule(finding->code);
	const char *args[3];

	translate_phrases(finding, lang, args);
	return fill(rule ? translated(rule->text, lang) : finding->code, args, finding->code, text,
	            err);
}

enum edoc_code edoc_finding_advice(const struct edoc_finding *finding, const char *lang,
                                   char **text, struct edoc_error *err)
{
	const struct ed_rule *rule = ed_rule(finding->code);

	return fill(rule ? translated(rule->advice, lang) : "", finding->args, finding->code, text,
	            err);
}

enum edoc_code ed_report_condition_why(const struct ed_report_condition *condition,
                                       const char *lang, char **text, struct edoc_error *err)
{
	/* The second is what proves a time, or a sub-indication: never the user's data. */
	const char *proof = condition->args[1] ? translated(condition->args[1], lang) : NULL;
	const char *const args[3] = {condition->args[0], proof, NULL};

	return fill(translated(condition->why ? condition->why : "", lang), args, condition->law,
	            text, err);
}
