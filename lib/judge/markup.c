/* SPDX-License-Identifier: ISC */
/* The page around reports, and how text gets into it. */
#include "judge/markup.h"

#include <libintl.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"

const char *ed_page_tr(const struct ed_page *page, const char *s)
{
	return ed_words(page->options->lang, s);
}

enum edoc_code ed_page_make(ed_page_fn *put, const struct edoc_report *report,
                            const struct edoc_text_options *options, char **html,
                            struct edoc_error *err)
{
	static const struct edoc_text_options plain = {0};
	struct ed_page page = {.options = options ? options : &plain};
	enum edoc_code code;

	*html = NULL;
	ed_buf_init(&page.out, ED_HTML_MAX);
	code = put(&page, report, err);
	if (code == EDOC_OK)
		return ed_buf_steal(&page.out, report->name, html, err);
	ed_buf_clear(&page.out);
	return code;
}

static void put_entities(struct ed_buf *out, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			ed_buf_puts(out, "&amp;");
			break;
		case '<':
			ed_buf_puts(out, "&lt;");
			break;
		case '>':
			ed_buf_puts(out, "&gt;");
			break;
		case '"':
			ed_buf_puts(out, "&quot;");
			break;
		case '\'':
			ed_buf_puts(out, "&#39;");
			break;
		default:
			ed_buf_putc(out, *s);
		}
	}
}

void ed_page_text(struct ed_page *page, const char *s)
{
	char piece[4096];

	ed_escape(piece, sizeof(piece), s);
	put_entities(&page->out, piece);
}

void ed_page_lines(struct ed_page *page, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "\n");
		char *line = strndup(s, n);

		ed_page_text(page, line ? line : "?");
		free(line);
		s += n;
		if (*s) {
			ed_buf_putc(&page->out, '\n');
			s++;
		}
	}
}

void ed_page_time(struct ed_page *page, int64_t t)
{
	char s[ED_WHEN];

	ed_words_when(page->options, t, s);
	ed_page_text(page, s);
}

void ed_page_judged(struct ed_page *page, const struct edoc_report *report)
{
	ed_page_text(page, ed_page_tr(page, N_("judged as of")));
	ed_buf_putc(&page->out, ' ');
	ed_page_time(page, report->at);
	ed_buf_putc(&page->out, ' ');
	ed_page_text(page, ed_page_tr(page, N_("under policy")));
	ed_buf_putc(&page->out, ' ');
	ed_page_text(page, report->policy_name);
}

void ed_page_row(struct ed_page *page, const char *label, const char *value)
{
	if (!value || !*value)
		return;
	ed_buf_puts(&page->out, "<tr><th>");
	ed_page_text(page, label);
	ed_buf_puts(&page->out, "</th><td>");
	ed_page_text(page, value);
	ed_buf_puts(&page->out, "</td></tr>\n");
}

const char *ed_page_class(const struct edoc_report *report, enum edoc_indication indication)
{
	if (!report->format || indication == EDOC_TOTAL_FAILED)
		return "failed";
	return indication == EDOC_TOTAL_PASSED ? "passed" : "indeterminate";
}

static enum edoc_code put_finding(struct ed_page *page, const struct edoc_finding *f,
                                  struct edoc_error *err)
{
	static const char *const class[] = {
	        [EDOC_INFO] = "note", [EDOC_WARNING] = "warning", [EDOC_ERROR] = "error"};
	const char *lang = page->options->lang;
	char *msg = NULL, *advice = NULL;
	enum edoc_code code = edoc_finding_text(f, lang, &msg, err);

	if (code == EDOC_OK)
		code = edoc_finding_advice(f, lang, &advice, err);
	if (code == EDOC_OK) {
		ed_buf_printf(&page->out, "<li class=\"%s\"><b>", class[f->severity]);
		ed_page_text(page, ed_words_severity(lang, f->severity));
		ed_buf_puts(&page->out, "</b> ");
		ed_page_text(page, msg);
		if (*advice) {
			ed_buf_puts(&page->out, "<div class=\"advice\">");
			ed_page_text(page, advice);
			ed_buf_puts(&page->out, "</div>");
		}
		ed_buf_printf(&page->out, "<div class=\"code\">%s; %s", f->code,
		              edoc_finding_clause(f));
		if (*f->where) {
			ed_buf_puts(&page->out, "; ");
			ed_page_text(page, f->where);
		}
		ed_buf_puts(&page->out, "</div></li>\n");
	}
	edoc_free(msg);
	edoc_free(advice);
	return code;
}

enum edoc_code ed_page_findings(struct ed_page *page, const struct ed_findings *findings,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (!findings->n)
		return EDOC_OK;
	ed_buf_puts(&page->out, "<ul class=\"findings\">\n");
	for (int severity = EDOC_ERROR; severity >= EDOC_INFO; severity--) {
		for (size_t i = 0; i < findings->n && code == EDOC_OK; i++) {
			if ((int)findings->v[i].severity == severity)
				code = put_finding(page, &findings->v[i], err);
		}
	}
	ed_buf_puts(&page->out, "</ul>\n");
	return code;
}

enum edoc_code ed_page_conditions(struct ed_page *page,
                                  const struct ed_report_condition *conditions, size_t n,
                                  struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (!n)
		return EDOC_OK;
	ed_buf_puts(&page->out, "<table class=\"wide\">\n");
	for (size_t i = 0; i < n && code == EDOC_OK; i++) {
		const struct ed_report_condition *c = &conditions[i];
		char *why = NULL;

		code = ed_report_condition_why(c, page->options->lang, &why, err);
		if (code != EDOC_OK)
			break;
		ed_buf_puts(&page->out, "<tr><td class=\"short\">");
		ed_page_text(page, c->law);
		ed_buf_puts(&page->out, ", ");
		ed_page_text(page, c->article);
		ed_buf_puts(&page->out, "</td><td>");
		ed_page_text(page, ed_page_tr(page, c->what));
		ed_buf_puts(&page->out, "</td><td class=\"short\"><b>");
		ed_page_text(page, ed_words_outcome(page->options->lang, c->met));
		ed_buf_puts(&page->out, "</b></td><td>");
		ed_page_text(page, why);
		ed_buf_puts(&page->out, "</td></tr>\n");
		edoc_free(why);
	}
	ed_buf_puts(&page->out, "</table>\n");
	return code;
}

/* No script, no link, no font from elsewhere: the page is kept and printed. */
static const char style[] =
        ":root{color-scheme:only light;--ink:#1b1f24;--soft:#5a6470;--line:#d5dae0;--paper:#fff;"
        "--pass:#146c43;--fail:#b02a37;--wait:#8a5a00}\n"
        "*{box-sizing:border-box}\n"
        "body{margin:0;background:#eef1f4;color:var(--ink);font:15px/1.45 \"Noto Sans\","
        "\"DejaVu Sans\",\"Segoe UI\",Arial,sans-serif}\n"
        "article{background:var(--paper);max-width:210mm;margin:8mm auto;padding:12mm 14mm;"
        "border:1px solid var(--line)}\n"
        "h1{font-size:1.3em;margin:0 0 .2em;overflow-wrap:anywhere}\n"
        "h2{font-size:1.05em;margin:1.6em 0 .4em;border-bottom:1px solid var(--line);"
        "padding-bottom:.2em}\n"
        "h3{font-size:1em;margin:1.2em 0 .3em;overflow-wrap:anywhere}\n"
        ".verdict{display:inline-block;color:#fff;font-weight:700;padding:.15em .6em;"
        "border-radius:3px;margin-right:.5em}\n"
        ".verdict.passed{background:var(--pass)}.verdict.failed{background:var(--fail)}"
        ".verdict.indeterminate{background:var(--wait)}\n"
        ".sub,.code,.soft{color:var(--soft);font-size:.86em;overflow-wrap:anywhere}\n"
        "table{border-collapse:collapse;width:100%;margin:.4em 0}\n"
        "th,td{text-align:left;vertical-align:top;padding:.18em .6em .18em 0;"
        "border-bottom:1px solid #eef1f4;overflow-wrap:anywhere}\n"
        "th{font-weight:600;width:11.5em;color:var(--soft)}\n"
        "table.wide th{width:auto}\n"
        "td.short{white-space:nowrap;overflow-wrap:normal}\n"
        "td.hash{font:.8em/1.3 \"DejaVu Sans Mono\",Menlo,monospace;width:18em}\n"
        "ul.findings{list-style:none;margin:.4em 0;padding:0}\n"
        "ul.findings li{border-left:4px solid var(--line);padding:.15em .7em;margin:.4em 0}\n"
        "li.error{border-color:var(--fail)!important}li.warning{border-color:#d69b00!important}\n"
        "li.error b{color:var(--fail)}li.warning b{color:var(--wait)}\n"
        ".advice:before{content:\"\\2192\\00a0\"}\n"
        "svg{width:100%;height:auto;display:block;margin:.6em 0}\n"
        "svg text{font:11px \"Noto Sans\",\"DejaVu Sans\",Arial,sans-serif;fill:var(--ink)}\n"
        "svg .t{fill:var(--soft)}\n"
        "pre{font:.85em/1.4 \"DejaVu Sans Mono\",Menlo,monospace;white-space:pre-wrap;"
        "overflow-wrap:anywhere}\n"
        ".attest{margin-top:1.5em}.attest td{height:2.6em;border-bottom:1px solid var(--ink)}\n"
        ".attest th{border:0;vertical-align:bottom}\n"
        ".stamp{float:right;width:45mm;height:45mm;border:1px dashed var(--soft);"
        "color:var(--soft);padding:.4em;text-align:center;font-size:.86em}\n"
        ".sheet{font-size:12.5px;line-height:1.26}.sheet.failed{border:3px double var(--fail)}\n"
        ".sheet h1{font-size:1.5em}.sheet h2{margin:.7em 0 .2em;padding:0}.sheet p{margin:.15em 0;"
        "overflow-wrap:anywhere}.sheet th{width:8.5em}.sheet pre{margin:.3em 0}"
        ".sheet th,.sheet td{padding-top:.1em;padding-bottom:.12em}\n"
        ".sheet .wide th,.sheet .wide td{padding-right:.7em}"
        ".sheet td.hash{font-size:.86em;width:auto}"
        ".sheet td.when{white-space:nowrap}.sheet td.when *{overflow-wrap:normal}\n"
        ".acts{table-layout:fixed}.acts th:nth-child(1){width:3.5%}.acts th:nth-child(2){width:30%}"
        ".acts th:nth-child(3){width:28.5%}.acts th:nth-child(4){width:12%}"
        ".acts th:nth-child(5){width:13%}.sheet .acts td.when{white-space:normal;"
        "overflow-wrap:normal}\n"
        ".banner{border:2px solid;border-left-width:10px;padding:.45em .8em;margin:.5em 0;"
        "overflow-wrap:anywhere}.banner b{font-size:1.25em}\n"
        ".banner.passed{color:var(--pass);background:#eef7f1}.banner.failed{color:#fff;"
        "background:var(--fail);border-color:#000}"
        ".banner.indeterminate{color:var(--wait);background:#fdf6e7}\n"
        ".sheet .no,.sheet .late{color:var(--fail)}.sheet tr.bad td{background:#fdecee}\n"
        "@page sheet{size:A4;margin:11mm 13mm}\n"
        "@media print{.sheet{page:sheet;font-size:8.4pt!important}"
        "article.sheet.failed{border:3px double var(--fail)!important;padding:4mm!important}}\n"
        "@media print{body{background:#fff;font-size:10.5pt}article{border:0;margin:0;padding:0;"
        "max-width:none;break-after:page}article:last-of-type{break-after:auto}"
        "section,svg,tr,li{break-inside:avoid}h2,h3{break-after:avoid}"
        "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}@page{size:A4;margin:16mm}}\n";

enum edoc_code edoc_html_head(const char *title, const char *lang, char **html,
                              struct edoc_error *err)
{
	struct edoc_text_options options = {0};
	struct ed_page page = {.options = &options};

	ed_buf_init(&page.out, ED_HTML_MAX);
	ed_buf_puts(&page.out, "<!DOCTYPE html>\n<html");
	if (lang) {
		ed_buf_puts(&page.out, " lang=\"");
		ed_page_text(&page, lang);
		ed_buf_putc(&page.out, '"');
	}
	ed_buf_puts(&page.out, ">\n<head><meta charset=\"utf-8\">\n"
	                       "<meta http-equiv=\"Content-Security-Policy\" "
	                       "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	                       "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	ed_page_text(&page, title);
	ed_buf_puts(&page.out, "</title>\n<style>\n");
	ed_buf_puts(&page.out, style);
	ed_buf_puts(&page.out, "</style></head>\n<body>\n");
	return ed_buf_steal(&page.out, title, html, err);
}

enum edoc_code edoc_html_note(const char *word, const char *text, char **html,
                              struct edoc_error *err)
{
	struct edoc_text_options options = {0};
	struct ed_page page = {.options = &options};

	ed_buf_init(&page.out, ED_HTML_MAX);
	ed_buf_puts(&page.out, "<article>\n<p><span class=\"verdict failed\">");
	ed_page_text(&page, word);
	ed_buf_puts(&page.out, "</span> ");
	ed_page_text(&page, text);
	ed_buf_puts(&page.out, "</p>\n</article>\n");
	return ed_buf_steal(&page.out, word, html, err);
}

const char *edoc_html_tail(void)
{
	return "</body>\n</html>\n";
}
