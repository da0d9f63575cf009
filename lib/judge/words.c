/* SPDX-License-Identifier: ISC */
/* From a finding's code and arguments to a sentence in somebody's language. */
#include "judge/words.h"

#include <libintl.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"

#define SENTENCE_MAX 8192

const char *ed_words(const char *lang, const char *s)
{
	return !lang || !strcmp(lang, "en") || !*s ? s : dgettext("edoc", s);
}

const char *ed_words_verdict(const char *lang, const char *format, enum edoc_indication indication)
{
	if (!format)
		return ed_words(lang, N_("MALFORMED"));
	switch (indication) {
	case EDOC_TOTAL_PASSED:
		return ed_words(lang, N_("PASSED"));
	case EDOC_TOTAL_FAILED:
		return ed_words(lang, N_("FAILED"));
	case EDOC_INDETERMINATE:
		break;
	}
	return ed_words(lang, N_("INDETERMINATE"));
}

const char *ed_words_severity(const char *lang, enum edoc_severity severity)
{
	static const char *const words[] = {[EDOC_INFO] = N_("note"),
	                                    [EDOC_WARNING] = N_("warning"),
	                                    [EDOC_ERROR] = N_("error")};

	return ed_words(lang, words[severity]);
}

const char *ed_words_outcome(const char *lang, enum ed_outcome outcome)
{
	switch (outcome) {
	case ED_YES:
		return ed_words(lang, N_("yes"));
	case ED_NO:
		return ed_words(lang, N_("no"));
	case ED_SKIPPED:
		return ed_words(lang, N_("not looked at"));
	case ED_UNSURE:
		break;
	}
	return ed_words(lang, N_("unknown"));
}

const char *ed_words_signature(const struct edoc_report *report,
                               const struct ed_report_signature *sig)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n_signatures; i++)
		n += !strcmp(report->signatures[i].pub.where, sig->pub.where);
	return n > 1 && sig->pub.id ? sig->pub.id : sig->pub.where;
}

void ed_words_when(const struct edoc_text_options *options, int64_t t, char out[ED_WHEN])
{
	if (options->time)
		options->time(t, out, ED_WHEN, options->time_arg);
	else
		ed_time_format(out, t);
}

/* Of errors: the first that alone makes the verdict, and the first at all. */
struct reason {
	enum edoc_indication indication;
	const struct edoc_finding *decides, *first;
};

static bool is_proof_alone(const struct edoc_report *report)
{
	return !report->n_signatures && report->n_stamps + report->n_records;
}

static void look_for_reason(struct reason *r, const struct ed_findings *list, bool unsigned_too)
{
	for (size_t i = 0; i < list->n && !r->decides; i++) {
		const struct edoc_finding *f = &list->v[i];
		const struct ed_rule *rule = ed_rule(f->code);

		if (f->severity != EDOC_ERROR ||
		    (!unsigned_too && !strcmp(f->code, "signature.none")))
			continue;
		if (rule && rule->indication == r->indication)
			r->decides = f;
		r->first = r->first ? r->first : f;
	}
}

static void look_at_stamps(struct reason *r, const struct ed_report_stamp *stamps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		look_for_reason(r, &stamps[i].findings, true);
}

const struct edoc_finding *ed_words_reason(const struct edoc_report *report)
{
	struct reason r = {.indication = report->indication};
	bool alone = is_proof_alone(report);

	if (alone)
		look_at_stamps(&r, report->stamps, report->n_stamps);
	for (size_t i = 0; alone && i < report->n_records; i++) {
		look_for_reason(&r, &report->records[i].findings, true);
		look_at_stamps(&r, report->records[i].stamps, report->records[i].n_stamps);
	}
	look_for_reason(&r, &report->findings, !alone);
	for (size_t i = 0; i < report->n_signatures; i++)
		look_for_reason(&r, &report->signatures[i].findings, true);
	if (!r.decides)
		look_for_reason(&r, &report->findings, true);
	return r.decides ? r.decides : r.first;
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
				args[k] = ed_words(lang, args[k]);
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
	return fill(rule ? ed_words(lang, rule->text) : finding->code, args, finding->code, text,
	            err);
}

enum edoc_code edoc_finding_advice(const struct edoc_finding *finding, const char *lang,
                                   char **text, struct edoc_error *err)
{
	const struct ed_rule *rule = ed_rule(finding->code);

	return fill(rule ? ed_words(lang, rule->advice) : "", finding->args, finding->code, text,
	            err);
}

enum edoc_code ed_report_condition_why(const struct ed_report_condition *condition,
                                       const char *lang, char **text, struct edoc_error *err)
{
	/* The second is what proves a time, or a sub-indication: never the user's data. */
	const char *proof = condition->args[1] ? ed_words(lang, condition->args[1]) : NULL;
	const char *const args[3] = {condition->args[0], proof, NULL};

	return fill(ed_words(lang, condition->why ? condition->why : ""), args, condition->law,
	            text, err);
}
