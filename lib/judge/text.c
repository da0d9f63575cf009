/* SPDX-License-Identifier: ISC */
/* The report for people: one line an item, or the tree at 80 columns. */
#include <libintl.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/words.h"

#define TEXT_MAX (64u << 20)
#define COLUMNS 80

struct text {
	const struct edoc_text_options *options;
	struct ed_buf buf;
	size_t indent; /* of a part's labels: 4, in a time-stamp 6 */
};

__attribute__((format_arg(2))) static const char *tr(const struct text *t, const char *s)
{
	return ed_words(t->options->lang, s);
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
	ed_buf_puts(&t->buf, ed_words_verdict(t->options->lang, format, indication));
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

static void put_time(struct text *t, int64_t when)
{
	char s[ED_WHEN];

	ed_words_when(t->options, when, s);
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

	ed_buf_printf(&t->buf, "%*s%s%*s ", (int)t->indent, "", label, w < 9 ? (int)(9 - w) : 0,
	              "");
	put_wrapped(t, value, t->indent + (w < 9 ? 9 : w) + 1, t->indent + 10);
}

static enum edoc_code put_finding(struct text *t, const struct edoc_finding *f, size_t indent,
                                  struct edoc_error *err)
{
	char *msg = NULL, *advice = NULL, place[1024];
	enum edoc_code code;
	const char *word = ed_words_severity(t->options->lang, f->severity);

	code = edoc_finding_text(f, t->options->lang, &msg, err);
	if (code == EDOC_OK)
		code = edoc_finding_advice(f, t->options->lang, &advice, err);
	if (code == EDOC_OK) {
		ed_buf_printf(&t->buf, "%*s%s: ", (int)indent, "", word);
		put_wrapped(t, msg, indent + columns(word, strlen(word)) + 2, indent + 2);
		(void)snprintf(place, sizeof(place), "[%s; %s] %s", f->code, edoc_finding_clause(f),
		               f->where);
		ed_buf_printf(&t->buf, "%*s", (int)indent + 2, "");
		put_wrapped(t, place, indent + 2, indent + 2);
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

/* "LT": the least of all signatures; "" when one has none. */
static const char *least_level(const struct edoc_report *report)
{
	static const char *const levels[] = {"-LTA", "-LT", "-T", "-B"};
	const char *least = "";
	size_t rank = 0;

	for (size_t i = 0; i < report->n_signatures; i++) {
		const char *level = report->signatures[i].pub.level;
		const char *end = strrchr(level, '-');
		size_t k = 0;

		while (k < 4 && (!end || strcmp(end, levels[k])))
			k++;
		if (k == 4)
			return "";
		if (k >= rank) {
			rank = k;
			least = levels[k] + 1;
		}
	}
	return least;
}

static bool is_new(const struct edoc_report *report, size_t n, size_t k)
{
	const struct ed_report_signature *last = &report->signatures[n];

	for (size_t i = 0; i <= n; i++) {
		const struct ed_report_signature *sig = &report->signatures[i];

		for (size_t j = 0; j < (i < n ? sig->n_covers : k); j++)
			if (!strcmp(sig->covers[j], last->covers[k]))
				return false;
	}
	return true;
}

/* Where the signatures have no files beside them: what they hold, or are held by. */
static size_t count_documents(const struct edoc_report *report)
{
	size_t n = report->n_documents;

	if (n)
		return n;
	for (size_t i = 0; i < report->n_signatures; i++)
		for (size_t k = 0; k < report->signatures[i].n_covers; k++)
			n += is_new(report, i, k);
	return n;
}

/* "2 signature(s), LT, 3 document(s)" when it passed, else why not. */
static enum edoc_code put_summary(struct text *t, const struct edoc_report *report,
                                  struct edoc_error *err)
{
	const struct edoc_finding *why = ed_words_reason(report);
	char *msg = NULL;
	enum edoc_code code;

	if (report->indication == EDOC_TOTAL_PASSED || !why) {
		const char *level = least_level(report);

		ed_buf_printf(&t->buf, tr(t, "%zu signature(s), %zu document(s)"),
		              report->n_signatures, count_documents(report));
		if (*level)
			ed_buf_printf(&t->buf, ", %s", level);
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

static void put_part(struct text *t, const char *indent, const char *what, const char *where,
                     enum edoc_indication indication, const char *subindication)
{
	ed_buf_printf(&t->buf, "\n%s%s ", indent, what);
	put_escaped(t, where);
	ed_buf_puts(&t->buf, ": ");
	put_verdict(t, "", indication);
	if (subindication)
		ed_buf_printf(&t->buf, "/%s", subindication);
	ed_buf_putc(&t->buf, '\n');
}

static void put_labelled_time(struct text *t, const char *label, int64_t when, const char *note)
{
	char s[ED_WHEN], line[ED_WHEN + 256];

	if (when == ED_TIME_NONE)
		return;
	ed_words_when(t->options, when, s);
	(void)snprintf(line, sizeof(line), "%s%s%s", s, note ? " " : "", note ? note : "");
	put_labelled(t, label, line);
}

/* "good by OCSP of 2026-03-05": what was believed of a certificate. */
static void put_link(struct text *t, const struct ed_report_link *link)
{
	char from[ED_WHEN], until[ED_WHEN], update[ED_WHEN], line[4 * ED_WHEN + 512];

	ed_words_when(t->options, link->not_before, from);
	ed_words_when(t->options, link->not_after, until);
	if (link->revocation) {
		ed_words_when(t->options, link->this_update, update);
		(void)snprintf(
		        line, sizeof(line), "%s - %s; %s: %s, %s", from, until, link->revocation,
		        link->revocation_status ? tr(t, link->revocation_status) : "?", update);
	} else {
		(void)snprintf(line, sizeof(line), "%s - %s", from, until);
	}
	put_labelled(t, "", line);
}

static void put_chain(struct text *t, const struct ed_report_signature *sig)
{
	if (*sig->pub.subject)
		put_labelled(t, tr(t, "signer"), sig->pub.subject);
	if (sig->n_links)
		put_link(t, &sig->links[0]);
	for (size_t i = 1; i < sig->n_chain; i++) {
		put_labelled(t, i == 1 ? tr(t, "issued by") : "", sig->chain[i]);
		if (i < sig->n_links)
			put_link(t, &sig->links[i]);
	}
}

/* With detail 2: each constraint, what went in, what decided. */
static void put_checks(struct text *t, const struct ed_report_checks *checks)
{
	static const char *const mark[] = {
	        [ED_UNSURE] = "?", [ED_NO] = "-", [ED_YES] = "+", [ED_SKIPPED] = "."};

	for (size_t i = 0; t->options->detail > 1 && i < checks->n; i++) {
		const struct ed_report_check *c = &checks->v[i];
		char line[1024];

		ed_buf_printf(&t->buf, "%*s%s ", (int)t->indent, "", mark[c->outcome]);
		(void)snprintf(line, sizeof(line), "%s [%s]", tr(t, c->what), c->clause);
		put_wrapped(t, line, t->indent + 2, t->indent + 4);
		if (c->inputs && *c->inputs) {
			ed_buf_printf(&t->buf, "%*s", (int)t->indent + 4, "");
			put_wrapped(t, c->inputs, t->indent + 4, t->indent + 6);
		}
		if (c->rule) {
			(void)snprintf(line, sizeof(line), "%s %s", tr(t, N_("policy:")), c->rule);
			ed_buf_printf(&t->buf, "%*s", (int)t->indent + 4, "");
			put_wrapped(t, line, t->indent + 4, t->indent + 6);
		}
	}
}

static enum edoc_code put_conditions(struct text *t, const struct ed_report_condition *conditions,
                                     size_t n, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n && code == EDOC_OK; i++) {
		const struct ed_report_condition *c = &conditions[i];
		char line[2048], *why = NULL;

		code = ed_report_condition_why(c, t->options->lang, &why, err);
		if (code != EDOC_OK)
			break;
		(void)snprintf(line, sizeof(line), "%s, %s: %s: %s%s%s", c->law, c->article,
		               tr(t, c->what), ed_words_outcome(t->options->lang, c->met),
		               *why ? "; " : "", why);
		put_labelled(t, i ? "" : tr(t, N_("law")), line);
		edoc_free(why);
	}
	return code;
}

static enum edoc_code put_stamp(struct text *t, const struct ed_report_stamp *stamp,
                                struct edoc_error *err)
{
	put_part(t, "    ", stamp->type ? stamp->type : tr(t, N_("time-stamp")),
	         stamp->where ? stamp->where : "", stamp->indication, stamp->subindication);
	t->indent = 6;
	put_labelled_time(t, tr(t, "time"), stamp->time, NULL);
	if (stamp->subject)
		put_labelled(t, tr(t, N_("by")), stamp->subject);
	for (size_t i = 0; i < stamp->n_links; i++) {
		if (i)
			put_labelled(t, i == 1 ? tr(t, "issued by") : "", stamp->links[i].subject);
		put_link(t, &stamp->links[i]);
	}
	put_checks(t, &stamp->checks);
	t->indent = 4;
	return put_findings(t, &stamp->findings, 6, err);
}

static enum edoc_code put_record(struct text *t, const struct ed_report_record *record,
                                 struct edoc_error *err)
{
	enum edoc_code code;

	put_part(t, "    ", tr(t, N_("evidence record")), record->where, record->indication,
	         record->subindication);
	t->indent = 6;
	put_labelled(t, tr(t, N_("form")), record->form);
	put_labelled_time(t, tr(t, N_("since")), record->oldest_time, NULL);
	put_checks(t, &record->checks);
	t->indent = 4;
	code = put_findings(t, &record->findings, 6, err);
	for (size_t i = 0; i < record->n_stamps && code == EDOC_OK; i++)
		code = put_stamp(t, &record->stamps[i], err);
	return code;
}

static enum edoc_code put_parts(struct text *t, const struct ed_report_stamp *stamps,
                                size_t n_stamps, const struct ed_report_record *records,
                                size_t n_records, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n_stamps && code == EDOC_OK; i++)
		code = put_stamp(t, &stamps[i], err);
	for (size_t i = 0; i < n_records && code == EDOC_OK; i++)
		code = put_record(t, &records[i], err);
	return code;
}

static void put_times(struct text *t, const struct ed_report_signature *sig)
{
	if (!sig->proved_by) {
		put_labelled_time(t, tr(t, "time"), sig->pub.claimed_time,
		                  tr(t, "(claimed; no time-stamp proves it)"));
		return;
	}
	put_labelled_time(t, tr(t, "time"), sig->pub.claimed_time, tr(t, N_("(claimed)")));
	put_labelled_time(t, tr(t, N_("proved")), sig->proved_not_after, tr(t, sig->proved_by));
}

/* name: NULL: a counter-signature. */
static enum edoc_code put_signature(struct text *t, const struct ed_report_signature *sig,
                                    const char *name, struct edoc_error *err)
{
	struct ed_buf list;
	enum edoc_code code;

	ed_buf_init(&list, TEXT_MAX);
	put_part(t, "  ", name ? tr(t, "signature") : tr(t, N_("counter-signature")),
	         name ? name : sig->pub.where, sig->pub.indication, sig->pub.subindication);
	put_chain(t, sig);
	if (sig->pub.role)
		put_labelled(t, tr(t, "role"), sig->pub.role);
	if (sig->pub.commitment)
		put_labelled(t, tr(t, "means"), tr(t, sig->pub.commitment));
	put_times(t, sig);
	put_labelled(t, tr(t, "level"),
	             *sig->pub.level ? sig->pub.level : tr(t, "none of the baseline"));
	if (sig->policy_id)
		put_labelled(t, tr(t, N_("policy")), sig->policy_id);
	for (size_t i = 0; i < sig->n_covers; i++) {
		ed_buf_puts(&list, i ? ", " : "");
		ed_buf_puts(&list, sig->covers[i]);
	}
	put_labelled(t, tr(t, "covers"), list.len ? ed_buf_str(&list) : "-");
	ed_buf_clear(&list);
	code = put_conditions(t, sig->conditions, sig->n_conditions, err);
	put_checks(t, &sig->checks);
	if (code == EDOC_OK)
		code = put_findings(t, &sig->findings, 4, err);
	if (code == EDOC_OK)
		code = put_parts(t, sig->stamps, sig->n_stamps, sig->records, sig->n_records, err);
	for (size_t i = 0; i < sig->n_counter && code == EDOC_OK; i++)
		code = put_signature(t, &sig->counter[i], NULL, err);
	return code;
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
		code = put_signature(t, &report->signatures[i],
		                     ed_words_signature(report, &report->signatures[i]), err);
	if (code == EDOC_OK)
		code = put_parts(t, report->stamps, report->n_stamps, report->records,
		                 report->n_records, err);
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
	if (report->findings.n || report->n_conditions)
		ed_buf_putc(&t->buf, '\n');
	if (code == EDOC_OK)
		code = put_conditions(t, report->conditions, report->n_conditions, err);
	return code == EDOC_OK ? put_findings(t, &report->findings, 2, err) : code;
}

enum edoc_code edoc_report_text(const struct edoc_report *report,
                                const struct edoc_text_options *options, char **text,
                                struct edoc_error *err)
{
	static const struct edoc_text_options plain = {0};
	struct text t = {.options = options ? options : &plain, .indent = 4};
	enum edoc_code code;
	const char *word;
	size_t w;

	*text = NULL;
	ed_buf_init(&t.buf, TEXT_MAX);
	put_verdict(&t, report->format, report->indication);
	word = ed_words_verdict(t.options->lang, report->format, report->indication);
	w = columns(word, strlen(word));
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
