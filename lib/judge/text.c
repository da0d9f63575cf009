/* SPDX-License-Identifier: ISC */
/* The report for people: one line an item, or the tree at 80 columns. */
#include <libintl.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/report.h"

#define TEXT_MAX (64u << 20)
#define COLUMNS 80

struct text {
	const struct edoc_text_options *options;
	struct ed_buf buf;
};

/* The words are looked up for the asked language, as findings are. */
__attribute__((format_arg(2))) static const char *tr(const struct text *t, const char *s)
{
	const char *lang = t->options->lang;

	return !lang || !strcmp(lang, "en") ? s : dgettext("edoc", s);
}


static const char *verdict(const struct text *t, const char *format,
                           enum edoc_indication indication)
{
	if (!format)
		return tr(t, N_("MALFORMED"));
	switch (indication) {
	case EDOC_TOTAL_PASSED:
		return tr(t, N_("PASSED"));
	case EDOC_TOTAL_FAILED:
		return tr(t, N_("FAILED"));
	case EDOC_INDETERMINATE:
		break;
	}
	return tr(t, N_("INDETERMINATE"));
}

static void put_verdict(struct text *t, const char *format, enum edoc_indication indication)
{
	static const char *const colour[] = {
	        [EDOC_INDETERMINATE] = "\033[33m",
	        [EDOC_TOTAL_FAILED] = "\033[31m",
	        [EDOC_TOTAL_PASSED] = "\033[32m",
	};

	if (t->options->color)
		ed_buf_puts(&t->buf, colour[format ? indication : EDOC_TOTAL_FAILED]);
	ed_buf_puts(&t->buf, verdict(t, format, indication));
	if (t->options->color)
		ed_buf_puts(&t->buf, "\033[0m");
}

static void put_escaped(struct text *t, const char *s)
{
	char piece[1024];

	/* ed_escape() cuts at the buffer; names and subjects are shorter. */
	ed_escape(piece, sizeof(piece), s);
	ed_buf_puts(&t->buf, piece);
}

#define WHEN 64

static void say_time(const struct text *t, int64_t when, char s[WHEN])
{
	if (t->options->time)
		t->options->time(when, s, WHEN, t->options->time_arg);
	else
		ed_time_format(s, when);
}

static void put_time(struct text *t, int64_t when)
{
	char s[WHEN];

	say_time(t, when, s);
	ed_buf_puts(&t->buf, s);
}

/* Columns that UTF-8 text takes, a letter each. */
static size_t columns(const char *s, size_t n)
{
	size_t c = 0;

	for (size_t i = 0; i < n; i++)
		c += ((unsigned char)s[i] & 0xc0) != 0x80;
	return c;
}

/* Words broken at 80 columns; `indent` blanks before each line but the
 * first, which the caller has begun at column `at`. */
static void put_wrapped(struct text *t, const char *s, size_t at, size_t indent)
{
	char piece[1024];
	const char *p = piece;
	bool first = true;

	ed_escape(piece, sizeof(piece), s);
	while (*p) {
		size_t n = strcspn(p, " "), w = columns(p, n);

		if (!first && at + 1 + w > COLUMNS) {
			ed_buf_printf(&t->buf, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			ed_buf_putc(&t->buf, ' ');
			at++;
		}
		ed_buf_put(&t->buf, p, n);
		at += w;
		first = false;
		p += n;
		p += strspn(p, " ");
	}
	ed_buf_putc(&t->buf, '\n');
}

static void put_labelled(struct text *t, const char *label, const char *value)
{
	size_t w = columns(label, strlen(label));

	ed_buf_printf(&t->buf, "    %s%*s ", label, w < 9 ? (int)(9 - w) : 0, "");
	put_wrapped(t, value, 4 + (w < 9 ? 9 : w) + 1, 14);
}

static enum edoc_code put_finding(struct text *t, const struct edoc_finding *f, size_t indent,
                                  struct edoc_error *err)
{
	static const char *const mark[] = {
	        [EDOC_INFO] = "note", [EDOC_WARNING] = "warning", [EDOC_ERROR] = "error"};
	char *msg = NULL, *advice = NULL;
	enum edoc_code code;
	const char *word = tr(t, mark[f->severity]);

	code = edoc_finding_text(f, t->options->lang, &msg, err);
	if (code == EDOC_OK)
		code = edoc_finding_advice(f, t->options->lang, &advice, err);
	if (code == EDOC_OK) {
		ed_buf_printf(&t->buf, "%*s%s: ", (int)indent, "", word);
		put_wrapped(t, msg, indent + columns(word, strlen(word)) + 2, indent + 2);
		ed_buf_printf(&t->buf, "%*s[%s; %s]", (int)indent + 2, "", f->code,
		              edoc_finding_clause(f));
		if (*f->where) {
			ed_buf_puts(&t->buf, " ");
			put_escaped(t, f->where);
		}
		ed_buf_putc(&t->buf, '\n');
		if (*advice) {
			ed_buf_printf(&t->buf, "%*s-> ", (int)indent + 2, "");
			put_wrapped(t, advice, indent + 5, indent + 5);
		}
	}
	edoc_free(msg);
	edoc_free(advice);
	return code;
}

static enum edoc_code put_findings(struct text *t, const struct ed_findings *list, size_t indent,
                                   struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < list->n && code == EDOC_OK; i++)
		code = put_finding(t, &list->v[i], indent, err);
	return code;
}

/* The first error: of the item, else of a signature. */
static const struct edoc_finding *main_reason(const struct edoc_report *report)
{
	const struct edoc_finding *first = NULL;

	for (size_t i = 0; i <= report->n_signatures; i++) {
		const struct ed_findings *list =
		        i ? &report->signatures[i - 1].findings : &report->findings;

		for (size_t k = 0; k < list->n; k++) {
			const struct ed_rule *rule = ed_rule(list->v[k].code);

			if (list->v[k].severity != EDOC_ERROR)
				continue;
			if (rule && rule->indication == report->indication)
				return &list->v[k];
			first = first ? first : &list->v[k];
		}
	}
	return first;
}

/* "2 signatures, B" when it passed, else why not. */
static enum edoc_code put_summary(struct text *t, const struct edoc_report *report,
                                  struct edoc_error *err)
{
	const struct edoc_finding *why = main_reason(report);
	char *msg = NULL;
	enum edoc_code code;

	if (report->indication == EDOC_TOTAL_PASSED || !why) {
		ed_buf_printf(&t->buf, tr(t, "%zu signature(s), %zu document(s)"),
		              report->n_signatures, report->n_documents);
		for (size_t i = 0; i < report->n_signatures; i++) {
			ed_buf_puts(&t->buf, i ? "; " : ": ");
			put_escaped(t, report->signatures[i].pub.subject);
		}
		return EDOC_OK;
	}
	code = edoc_finding_text(why, t->options->lang, &msg, err);
	if (code != EDOC_OK)
		return code;
	put_escaped(t, msg);
	if (report->subindication)
		ed_buf_printf(&t->buf, " (%s)", report->subindication);
	edoc_free(msg);
	return EDOC_OK;
}

static enum edoc_code put_signature(struct text *t, const struct ed_report_signature *sig,
                                    struct edoc_error *err)
{
	struct ed_buf list;

	ed_buf_init(&list, TEXT_MAX);
	ed_buf_puts(&t->buf, "\n  ");
	ed_buf_puts(&t->buf, tr(t, "signature"));
	ed_buf_puts(&t->buf, " ");
	put_escaped(t, sig->pub.where);
	ed_buf_puts(&t->buf, ": ");
	put_verdict(t, "", sig->pub.indication);
	if (sig->pub.subindication)
		ed_buf_printf(&t->buf, "/%s", sig->pub.subindication);
	ed_buf_putc(&t->buf, '\n');
	if (*sig->pub.subject)
		put_labelled(t, tr(t, "signer"), sig->pub.subject);
	for (size_t i = 1; i < sig->n_chain; i++)
		put_labelled(t, i == 1 ? tr(t, "issued by") : "", sig->chain[i]);
	if (sig->pub.role)
		put_labelled(t, tr(t, "role"), sig->pub.role);
	if (sig->pub.commitment)
		put_labelled(t, tr(t, "means"), sig->pub.commitment);
	if (sig->pub.claimed_time != ED_TIME_NONE) {
		char when[WHEN];

		say_time(t, sig->pub.claimed_time, when);
		ed_buf_printf(&list, "%s %s", when, tr(t, "(claimed; no time-stamp proves it)"));
		put_labelled(t, tr(t, "time"), ed_buf_str(&list));
		ed_buf_clear(&list);
	}
	put_labelled(t, tr(t, "level"),
	             *sig->pub.level ? sig->pub.level : tr(t, "none of the baseline"));
	for (size_t i = 0; i < sig->n_covers; i++) {
		ed_buf_puts(&list, i ? ", " : "");
		ed_buf_puts(&list, sig->covers[i]);
	}
	put_labelled(t, tr(t, "covers"), list.len ? ed_buf_str(&list) : "-");
	ed_buf_clear(&list);
	return put_findings(t, &sig->findings, 4, err);
}

static enum edoc_code put_tree(struct text *t, const struct edoc_report *report,
                               struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	ed_buf_printf(&t->buf, "  %s, ", report->format ? report->format : tr(t, "no format"));
	ed_buf_puts(&t->buf, tr(t, "judged as of"));
	ed_buf_puts(&t->buf, " ");
	put_time(t, report->at);
	ed_buf_printf(&t->buf, " %s %s\n", tr(t, "under policy"), report->policy_name);
	for (size_t i = 0; i < report->n_signatures && code == EDOC_OK; i++)
		code = put_signature(t, &report->signatures[i], err);
	if (report->n_documents)
		ed_buf_printf(&t->buf, "\n  %s\n", tr(t, "documents"));
	for (size_t i = 0; i < report->n_documents; i++) {
		ed_buf_puts(&t->buf, "    ");
		put_escaped(t, report->documents[i].name);
		ed_buf_printf(&t->buf, "  %llu %s\n      sha256 %s\n",
		              (unsigned long long)report->documents[i].bytes, tr(t, "bytes"),
		              report->documents[i].sha256);
	}
	if (report->route_text)
		ed_buf_printf(&t->buf, "\n%s", report->route_text);
	if (report->findings.n)
		ed_buf_putc(&t->buf, '\n');
	return code == EDOC_OK ? put_findings(t, &report->findings, 2, err) : code;
}

enum edoc_code edoc_report_text(const struct edoc_report *report,
                                const struct edoc_text_options *options, char **text,
                                struct edoc_error *err)
{
	static const struct edoc_text_options plain = {0};
	struct text t = {.options = options ? options : &plain};
	enum edoc_code code;
	size_t w;

	*text = NULL;
	ed_buf_init(&t.buf, TEXT_MAX);
	put_verdict(&t, report->format, report->indication);
	w = strlen(verdict(&t, report->format, report->indication));
	w = columns(verdict(&t, report->format, report->indication), w);
	ed_buf_printf(&t.buf, "%*s", w < 14 ? (int)(14 - w) : 1, "");
	put_escaped(&t, report->name);
	ed_buf_puts(&t.buf, "  ");
	code = put_summary(&t, report, err);
	ed_buf_putc(&t.buf, '\n');
	if (code == EDOC_OK && t.options->detail > 0)
		code = put_tree(&t, report, err);
	if (code == EDOC_OK)
		return ed_buf_steal(&t.buf, report->name, text, err);
	ed_buf_clear(&t.buf);
	return code;
}
