/* SPDX-License-Identifier: ISC */
/* The report as a part of a page: the verdict first, then why. */
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/markup.h"

static void put_heading(struct ed_page *page, const struct edoc_report *report)
{
	ed_buf_puts(&page->out, "<article>\n<h1>");
	ed_page_text(page, report->name);
	ed_buf_printf(&page->out, "</h1>\n<p><span class=\"verdict %s\">",
	              ed_page_class(report, report->indication));
	ed_page_text(page,
	             ed_words_verdict(page->options->lang, report->format, report->indication));
	ed_buf_puts(&page->out, "</span>");
	if (report->subindication)
		ed_buf_printf(&page->out, "<span class=\"sub\">%s</span>", report->subindication);
	ed_buf_puts(&page->out, "</p>\n<p class=\"soft\">");
	ed_page_text(page, report->format ? report->format : ed_page_tr(page, N_("no format")));
	ed_buf_puts(&page->out, ", ");
	ed_page_judged(page, report);
	ed_buf_puts(&page->out, "; edoc-verify " EDOC_VERSION "</p>\n");
}

static void put_section(struct ed_page *page, const char *title)
{
	ed_buf_puts(&page->out, "<h2>");
	ed_page_text(page, ed_page_tr(page, title));
	ed_buf_puts(&page->out, "</h2>\n");
}

/* "<verdict>/<sub-indication>" of a part. */
static void put_part(struct ed_page *page, const struct edoc_report *report, const char *title,
                     const char *where, enum edoc_indication indication, const char *sub)
{
	ed_buf_puts(&page->out, "<h3>");
	ed_page_text(page, title);
	ed_buf_putc(&page->out, ' ');
	ed_page_text(page, where ? where : "");
	ed_buf_printf(&page->out, " <span class=\"verdict %s\">",
	              ed_page_class(report, indication));
	ed_page_text(page, ed_words_verdict(page->options->lang, report->format, indication));
	ed_buf_puts(&page->out, "</span>");
	if (sub)
		ed_buf_printf(&page->out, "<span class=\"sub\">%s</span>", sub);
	ed_buf_puts(&page->out, "</h3>\n");
}

static void put_time_row(struct ed_page *page, const char *label, int64_t t, const char *note)
{
	if (t == ED_TIME_NONE)
		return;
	ed_buf_puts(&page->out, "<tr><th>");
	ed_page_text(page, ed_page_tr(page, label));
	ed_buf_puts(&page->out, "</th><td>");
	ed_page_time(page, t);
	if (note) {
		ed_buf_puts(&page->out, " <span class=\"soft\">");
		ed_page_text(page, note);
		ed_buf_puts(&page->out, "</span>");
	}
	ed_buf_puts(&page->out, "</td></tr>\n");
}

static void put_list_row(struct ed_page *page, const char *label, const char *const *v, size_t n)
{
	if (!n)
		return;
	ed_buf_puts(&page->out, "<tr><th>");
	ed_page_text(page, ed_page_tr(page, label));
	ed_buf_puts(&page->out, "</th><td>");
	for (size_t i = 0; i < n; i++) {
		ed_buf_puts(&page->out, i ? "<br>" : "");
		ed_page_text(page, v[i]);
	}
	ed_buf_puts(&page->out, "</td></tr>\n");
}

static void put_signer(struct ed_page *page, const struct ed_report_signature *sig)
{
	ed_page_row(page, ed_page_tr(page, N_("signer")), sig->pub.subject);
	ed_page_row(page, "PINFL", sig->pinfl);
	ed_page_row(page, "INN", sig->inn);
	ed_page_row(page, "UID", sig->uid);
	put_list_row(page, N_("issued by"), sig->chain + 1, sig->n_chain ? sig->n_chain - 1 : 0);
	ed_page_row(page, ed_page_tr(page, N_("certificate")), sig->pub.cert_sha256);
	ed_page_row(page, ed_page_tr(page, N_("role")), sig->pub.role);
	ed_page_row(page, ed_page_tr(page, N_("means")),
	            sig->pub.commitment ? ed_page_tr(page, sig->pub.commitment) : NULL);
}

/* With detail 2: each constraint, what went in, what came out. */
static void put_checks(struct ed_page *page, const struct ed_report_checks *checks)
{
	if (page->options->detail < 2 || !checks->n)
		return;
	ed_buf_puts(&page->out, "<table class=\"wide soft\">\n");
	for (size_t i = 0; i < checks->n; i++) {
		const struct ed_report_check *c = &checks->v[i];

		ed_buf_puts(&page->out, "<tr><td>");
		ed_page_text(page, c->clause);
		ed_buf_puts(&page->out, "</td><td>");
		ed_page_text(page, ed_page_tr(page, c->what));
		if (c->inputs && *c->inputs) {
			ed_buf_puts(&page->out, "<br>");
			ed_page_text(page, c->inputs);
		}
		ed_buf_puts(&page->out, "</td><td>");
		ed_page_text(page, c->rule ? c->rule : "");
		ed_buf_puts(&page->out, "</td><td><b>");
		ed_page_text(page, ed_words_outcome(page->options->lang, c->outcome));
		ed_buf_puts(&page->out, "</b></td></tr>\n");
	}
	ed_buf_puts(&page->out, "</table>\n");
}

static enum edoc_code put_stamp(struct ed_page *page, const struct edoc_report *report,
                                const struct ed_report_stamp *stamp, struct edoc_error *err)
{
	put_part(page, report, stamp->type, stamp->where, stamp->indication, stamp->subindication);
	ed_buf_puts(&page->out, "<table>\n");
	put_time_row(page, N_("time"), stamp->time, NULL);
	ed_page_row(page, ed_page_tr(page, N_("by")), stamp->subject);
	ed_buf_puts(&page->out, "</table>\n");
	put_checks(page, &stamp->checks);
	return ed_page_findings(page, &stamp->findings, err);
}

static enum edoc_code put_record(struct ed_page *page, const struct edoc_report *report,
                                 const struct ed_report_record *record, struct edoc_error *err)
{
	enum edoc_code code;

	put_part(page, report, ed_page_tr(page, N_("evidence record")), record->where,
	         record->indication, record->subindication);
	ed_buf_puts(&page->out, "<table>\n");
	ed_page_row(page, ed_page_tr(page, N_("form")), record->form);
	put_time_row(page, N_("proves since"), record->oldest_time, NULL);
	ed_buf_puts(&page->out, "</table>\n");
	code = ed_page_findings(page, &record->findings, err);
	for (size_t i = 0; i < record->n_stamps && code == EDOC_OK; i++)
		code = put_stamp(page, report, &record->stamps[i], err);
	return code;
}

static enum edoc_code put_parts(struct ed_page *page, const struct edoc_report *report,
                                const struct ed_report_stamp *stamps, size_t n_stamps,
                                const struct ed_report_record *records, size_t n_records,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n_stamps && code == EDOC_OK; i++)
		code = put_stamp(page, report, &stamps[i], err);
	for (size_t i = 0; i < n_records && code == EDOC_OK; i++)
		code = put_record(page, report, &records[i], err);
	return code;
}

static enum edoc_code put_signature(struct ed_page *page, const struct edoc_report *report,
                                    const struct ed_report_signature *sig, bool counter,
                                    struct edoc_error *err)
{
	const char *word = counter ? N_("counter-signature") : N_("signature");
	enum edoc_code code;

	ed_buf_puts(&page->out, "<section>\n");
	put_part(page, report, ed_page_tr(page, word),
	         counter ? sig->pub.where : ed_words_signature(report, sig), sig->pub.indication,
	         sig->pub.subindication);
	ed_buf_puts(&page->out, "<table>\n");
	put_signer(page, sig);
	put_time_row(page, N_("claimed signing time"), sig->pub.claimed_time,
	             sig->proved_by ? NULL : ed_page_tr(page, N_("nothing proves it")));
	if (sig->proved_by)
		put_time_row(page, N_("proved to exist at"), sig->proved_not_after,
		             ed_page_tr(page, sig->proved_by));
	ed_page_row(page, ed_page_tr(page, N_("level")),
	            *sig->pub.level ? sig->pub.level
	                            : ed_page_tr(page, N_("none of the baseline")));
	ed_page_row(page, ed_page_tr(page, N_("signature policy")), sig->policy_id);
	put_list_row(page, N_("covers"), sig->covers, sig->n_covers);
	ed_buf_puts(&page->out, "</table>\n</section>\n");
	code = ed_timeline(page, report, sig, err);
	if (code == EDOC_OK)
		code = ed_page_conditions(page, sig->conditions, sig->n_conditions, err);
	if (code == EDOC_OK)
		code = ed_page_findings(page, &sig->findings, err);
	put_checks(page, &sig->checks);
	if (code == EDOC_OK)
		code = put_parts(page, report, sig->stamps, sig->n_stamps, sig->records,
		                 sig->n_records, err);
	for (size_t i = 0; i < sig->n_counter && code == EDOC_OK; i++)
		code = put_signature(page, report, &sig->counter[i], true, err);
	return code;
}

static void put_documents(struct ed_page *page, const struct edoc_report *report)
{
	if (!report->n_documents)
		return;
	put_section(page, N_("Documents"));
	ed_buf_puts(&page->out, "<table class=\"wide\">\n<tr><th>");
	ed_page_text(page, ed_page_tr(page, N_("name")));
	ed_buf_puts(&page->out, "</th><th>");
	ed_page_text(page, ed_page_tr(page, N_("bytes")));
	ed_buf_puts(&page->out, "</th><th>SHA-256</th><th>");
	ed_page_text(page, ed_page_tr(page, N_("signed by")));
	ed_buf_puts(&page->out, "</th></tr>\n");
	for (size_t i = 0; i < report->n_documents; i++) {
		const struct ed_report_document *doc = &report->documents[i];

		ed_buf_puts(&page->out, "<tr><td>");
		ed_page_text(page, doc->name);
		ed_buf_printf(
		        &page->out,
		        "</td><td>%llu</td><td class=\"hash\">%s</td><td>%zu / %zu</td></tr>\n",
		        (unsigned long long)doc->bytes, doc->sha256, doc->covered,
		        report->n_signatures);
	}
	ed_buf_puts(&page->out, "</table>\n");
}

static enum edoc_code put_article(struct ed_page *page, const struct edoc_report *report,
                                  struct edoc_error *err)
{
	enum edoc_code code;

	put_heading(page, report);
	code = ed_page_conditions(page, report->conditions, report->n_conditions, err);
	if (code == EDOC_OK)
		code = ed_page_findings(page, &report->findings, err);
	if (report->n_signatures)
		put_section(page, N_("Signatures"));
	for (size_t i = 0; i < report->n_signatures && code == EDOC_OK; i++)
		code = put_signature(page, report, &report->signatures[i], false, err);
	if (report->n_stamps || report->n_records) {
		put_section(page, N_("Time-stamps and evidence records"));
		if (code == EDOC_OK)
			code = ed_timeline(page, report, NULL, err);
		if (code == EDOC_OK)
			code = put_parts(page, report, report->stamps, report->n_stamps,
			                 report->records, report->n_records, err);
	}
	put_documents(page, report);
	if (report->route_text) {
		put_section(page, N_("The procedure"));
		ed_buf_puts(&page->out, "<pre>");
		ed_page_lines(page, report->route_text);
		ed_buf_puts(&page->out, "</pre>\n");
	}
	ed_buf_puts(&page->out, "</article>\n");
	return code;
}

enum edoc_code edoc_report_html(const struct edoc_report *report,
                                const struct edoc_text_options *options, char **html,
                                struct edoc_error *err)
{
	return ed_page_make(put_article, report, options, html, err);
}
