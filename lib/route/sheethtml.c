/* SPDX-License-Identifier: ISC */
/* The certificate of a procedure as a part of a page, for paper A4. */
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "judge/markup.h"
#include "route/sheet.h"

static void put_heading(struct ed_page *page, const char *title)
{
	ed_buf_puts(&page->out, "<h2>");
	ed_page_text(page, ed_page_tr(page, title));
	ed_buf_puts(&page->out, "</h2>\n");
}

/* <tag class=...>text</tag>; class may be "". */
static void put_in(struct ed_page *page, const char *tag, const char *class, const char *s)
{
	ed_buf_printf(&page->out, *class ? "<%s class=\"%s\">" : "<%s>", tag, class);
	ed_page_text(page, s);
	ed_buf_printf(&page->out, "</%s>", tag);
}

static void put_head_row(struct ed_page *page, const char *class, const char *const *labels)
{
	ed_buf_printf(&page->out, "<table class=\"wide%s\">\n<tr>", class);
	for (size_t i = 0; labels[i]; i++)
		put_in(page, "th", "", ed_page_tr(page, labels[i]));
	ed_buf_puts(&page->out, "</tr>\n");
}

static void put_top(struct ed_page *page, const struct ed_sheet *s)
{
	put_in(page, "h1", "", s->title);
	ed_buf_printf(&page->out, "\n<div class=\"banner %s\">", s->class);
	put_in(page, "b", "", s->verdict);
	put_in(page, "div", "", s->sentence);
	if (s->warning)
		put_in(page, "div", "", s->warning);
	ed_buf_puts(&page->out, "</div>\n<table>\n");
	for (size_t i = 0; i < s->n_facts; i++)
		ed_page_row(page, s->facts[i].label, s->facts[i].value);
	ed_buf_puts(&page->out, "</table>\n");
}

static void put_documents(struct ed_page *page, const struct edoc_report *r)
{
	static const char *const labels[] = {N_("Document"), N_("bytes"), "SHA-256", NULL};

	if (!r->n_documents)
		return;
	put_head_row(page, "", labels);
	for (size_t i = 0; i < r->n_documents; i++) {
		const struct ed_report_document *doc = &r->documents[i];

		ed_buf_puts(&page->out, "<tr>");
		put_in(page, "td", "", doc->name);
		ed_buf_printf(&page->out, "<td>%" PRIu64 "</td><td class=\"hash\">%s</td></tr>\n",
		              doc->bytes, doc->sha256);
	}
	ed_buf_puts(&page->out, "</table>\n");
}

static void put_kept(struct ed_page *page, const struct ed_sheet_act *a)
{
	ed_buf_puts(&page->out, "<td class=\"when\">");
	if (a->bad)
		put_in(page, "b", "no", ed_page_tr(page, N_("NOT BELIEVED")));
	else if (a->kept)
		put_in(page, a->late ? "b" : "span", a->late ? "late" : "", a->kept);
	if (a->due) {
		ed_buf_puts(&page->out, a->bad || a->kept ? "<br>" : "");
		put_in(page, "span", "soft", a->due);
	}
	ed_buf_puts(&page->out, "</td>");
}

static void put_proved(struct ed_page *page, const struct ed_sheet_act *a)
{
	ed_buf_puts(&page->out, "<td class=\"soft when\">");
	if (a->after) {
		ed_buf_puts(&page->out, "≥ ");
		ed_page_text(page, a->after);
	}
	if (a->before) {
		ed_buf_puts(&page->out, a->after ? "<br>≤ " : "≤ ");
		ed_page_text(page, a->before);
	}
	ed_buf_puts(&page->out, "</td>");
}

static void put_acts(struct ed_page *page, const struct ed_sheet *s)
{
	static const char *const labels[] = {"№",
	                                     N_("Act"),
	                                     N_("Who, in which post, for whom"),
	                                     N_("Claimed time"),
	                                     N_("Proved"),
	                                     N_("Term"),
	                                     NULL};

	if (!s->n_acts)
		return;
	put_heading(page, N_("Acts"));
	put_head_row(page, " acts", labels);
	for (size_t i = 0; i < s->n_acts; i++) {
		const struct ed_sheet_act *a = &s->acts[i];

		ed_buf_printf(&page->out, "<tr%s><td>%" PRId64 "</td><td>",
		              a->bad ? " class=\"bad\"" : "", a->seq);
		ed_page_text(page, a->what);
		if (a->why) {
			ed_buf_puts(&page->out, "<br>");
			put_in(page, "span", "soft", a->why);
		}
		ed_buf_puts(&page->out, "</td>");
		put_in(page, "td", "", a->who);
		put_in(page, "td", "when", a->when);
		put_proved(page, a);
		put_kept(page, a);
		ed_buf_puts(&page->out, "</tr>\n");
	}
	ed_buf_puts(&page->out, "</table>\n");
}

static void put_lines(struct ed_page *page, const char *title, const char *const *lines, size_t n)
{
	if (!n)
		return;
	put_heading(page, title);
	for (size_t i = 0; i < n; i++) {
		put_in(page, "p", "", lines[i]);
		ed_buf_putc(&page->out, '\n');
	}
}

static void put_terms(struct ed_page *page, const struct ed_sheet *s)
{
	static const char *const labels[] = {N_("Term"), N_("within"), N_("since"),
	                                     N_("due"),  N_("state"),  N_("stops and extensions"),
	                                     NULL};

	if (!s->n_terms)
		return;
	put_heading(page, N_("Terms"));
	put_head_row(page, "", labels);
	for (size_t i = 0; i < s->n_terms; i++) {
		const struct ed_sheet_term *t = &s->terms[i];

		ed_buf_puts(&page->out, "<tr>");
		put_in(page, "td", "", t->what);
		put_in(page, "td", "", t->within);
		put_in(page, "td", "when", t->since);
		put_in(page, "td", "when", t->due);
		put_in(page, "td", "", t->state);
		put_in(page, "td", "", t->moved ? t->moved : "");
		ed_buf_puts(&page->out, "</tr>\n");
	}
	ed_buf_puts(&page->out, "</table>\n");
}

static void put_proofs(struct ed_page *page, const struct ed_sheet *s)
{
	static const char *const labels[] = {N_("Who says so"), N_("when"), N_("entries"),
	                                     N_("where it is"), NULL};

	if (!s->n_proofs)
		return;
	put_heading(page, N_("What proves the times"));
	put_head_row(page, "", labels);
	for (size_t i = 0; i < s->n_proofs; i++) {
		const struct ed_sheet_proof *p = &s->proofs[i];

		ed_buf_puts(&page->out, "<tr>");
		put_in(page, "td", "", p->what);
		put_in(page, "td", "when", p->when);
		put_in(page, "td", "", p->of);
		put_in(page, "td", "soft", p->where);
		ed_buf_puts(&page->out, "</tr>\n");
	}
	ed_buf_puts(&page->out, "</table>\n");
}

static void put_findings(struct ed_page *page, const struct ed_sheet *s)
{
	static const char *const class[] = {
	        [EDOC_INFO] = "note", [EDOC_WARNING] = "warning", [EDOC_ERROR] = "error"};

	if (!s->n_findings)
		return;
	put_heading(page, N_("Findings"));
	ed_buf_puts(&page->out, "<ul class=\"findings\">\n");
	for (size_t i = 0; i < s->n_findings; i++) {
		const struct ed_sheet_finding *f = &s->findings[i];

		ed_buf_printf(&page->out, "<li class=\"%s\">", class[f->severity]);
		put_in(page, "b", "", ed_words_severity(s->options->lang, f->severity));
		ed_buf_putc(&page->out, ' ');
		if (*f->place) {
			put_in(page, "span", "soft", f->place);
			ed_buf_puts(&page->out, ": ");
		}
		ed_page_text(page, f->text);
		if (*f->advice)
			put_in(page, "div", "advice", f->advice);
		ed_buf_puts(&page->out, "</li>\n");
	}
	ed_buf_puts(&page->out, "</ul>\n");
}

static void put_check(struct ed_page *page, const struct ed_sheet *s)
{
	put_heading(page, N_("Check it yourself"));
	ed_buf_puts(&page->out, "<pre>");
	for (size_t i = 0; i < 2; i++) {
		ed_page_text(page, s->check[i]);
		ed_buf_putc(&page->out, '\n');
	}
	ed_buf_puts(&page->out, "</pre>\n");
	for (size_t i = 2; i < s->n_check; i++) {
		put_in(page, "p", "soft", s->check[i]);
		ed_buf_putc(&page->out, '\n');
	}
	put_in(page, "p", "soft", s->times);
	ed_buf_putc(&page->out, '\n');
}

static enum edoc_code put_sheet(struct ed_page *page, const struct edoc_report *report,
                                struct edoc_error *err)
{
	struct ed_sheet s;
	enum edoc_code code = ed_sheet_make(report, page->options, &s, err);

	if (code)
		return code;
	ed_buf_printf(&page->out, "<article class=\"sheet %s\">\n", s.class);
	put_top(page, &s);
	put_documents(page, report);
	put_acts(page, &s);
	put_lines(page, N_("Open"), s.open, s.n_open);
	put_terms(page, &s);
	put_proofs(page, &s);
	put_findings(page, &s);
	put_check(page, &s);
	ed_buf_puts(&page->out, "</article>\n");
	ed_sheet_clear(&s);
	return EDOC_OK;
}

enum edoc_code edoc_route_certificate_html(const struct edoc_report *report,
                                           const struct edoc_text_options *options, char **html,
                                           struct edoc_error *err)
{
	return ed_page_make(put_sheet, report, options, html, err);
}
