/* SPDX-License-Identifier: ISC */
/*
 * The certified-copy sheet: what an official staples to a printed copy.  The
 * requisites of the card, who signed, when, what proves it; room for the one
 * who attests.  It attests nothing by itself, and says so.
 */
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/markup.h"

struct word {
	const char *field, *label;
};

/* Card fields in the order of a letterhead; "addressee[1].name" is matched
 * without its number. */
static const struct word words[] = {
        {"kind", N_("kind")},
        {"title", N_("title")},
        {"language", N_("language")},
        {"created", N_("created")},
        {"sender.name", N_("sender")},
        {"sender.agency", N_("agency")},
        {"sender.postal-address", N_("postal address")},
        {"sender.email", N_("e-mail")},
        {"sender.phone", N_("telephone")},
        {"sender.pinfl", "PINFL"},
        {"sender.stir", "STIR"},
        {"sender.iin", "IIN"},
        {"sender.bin", "BIN"},
        {"sender.rma", "РМА"},
        {"number", N_("number")},
        {"date", N_("date")},
        {"addressee.name", N_("addressee")},
        {"addressee.agency", N_("agency")},
        {"addressee.postal-address", N_("postal address")},
        {"addressee.email", N_("e-mail")},
        {"replaces", N_("replaces")},
        {"reply-to", N_("reply to")},
        {"case", N_("case")},
        {"retention", N_("retention class")},
};

/* "addressee[2].name" is an "addressee.name". */
static bool is_field(const char *name, const char *field)
{
	for (; *name && *field; name++, field++) {
		while (*name == '[')
			name += strcspn(name, "]") + (strchr(name, ']') != NULL);
		if (*name != *field)
			return false;
	}
	return !*name && !*field;
}

static void put_requisites(struct ed_page *page, const struct ed_card *card)
{
	ed_buf_puts(&page->out, "<h2>");
	ed_page_text(page, ed_page_tr(page, N_("Requisites")));
	ed_buf_puts(&page->out, "</h2>\n<table>\n");
	for (size_t i = 0; i < card->n; i++) {
		const char *label = card->fields[i].name;

		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			if (is_field(card->fields[i].name, words[k].field))
				label = ed_page_tr(page, words[k].label);
		}
		ed_page_row(page, label, card->fields[i].value);
	}
	ed_buf_puts(&page->out, "</table>\n");
}

static void put_cell(struct ed_page *page, const char *s)
{
	ed_buf_puts(&page->out, "<td>");
	ed_page_text(page, s);
	ed_buf_puts(&page->out, "</td>");
}

static void put_documents(struct ed_page *page, const struct edoc_report *report)
{
	ed_buf_puts(&page->out, "<h2>");
	ed_page_text(page, ed_page_tr(page, N_("Documents")));
	ed_buf_puts(&page->out, "</h2>\n<table class=\"wide\">\n");
	for (size_t i = 0; i < report->n_documents; i++) {
		const struct ed_report_document *doc = &report->documents[i];

		ed_buf_puts(&page->out, "<tr>");
		put_cell(page, doc->name);
		ed_buf_printf(&page->out, "<td>%llu ", (unsigned long long)doc->bytes);
		ed_page_text(page, ed_page_tr(page, N_("bytes")));
		ed_buf_printf(&page->out, "</td><td class=\"hash\">SHA-256 %s</td></tr>\n",
		              doc->sha256);
	}
	ed_buf_puts(&page->out, "</table>\n");
}

static void put_times(struct ed_page *page, const struct ed_report_signature *sig)
{
	char when[ED_WHEN];

	if (sig->pub.claimed_time != ED_TIME_NONE) {
		ed_words_when(page->options, sig->pub.claimed_time, when);
		ed_page_row(page, ed_page_tr(page, N_("claimed signing time")), when);
	}
	ed_buf_puts(&page->out, "<tr><th>");
	ed_page_text(page, ed_page_tr(page, N_("proved by")));
	ed_buf_puts(&page->out, "</th><td>");
	if (sig->proved_by) {
		ed_page_text(page, ed_page_tr(page, sig->proved_by));
		ed_buf_puts(&page->out, ", ");
		ed_page_time(page, sig->proved_not_after);
	} else {
		ed_page_text(page, ed_page_tr(page, N_("nothing proves the time; only that it "
		                                       "existed when it was verified")));
	}
	ed_buf_puts(&page->out, "</td></tr>\n");
}

static const struct edoc_finding *first_error(const struct ed_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		if (findings->v[i].severity == EDOC_ERROR)
			return &findings->v[i];
	}
	return NULL;
}

static enum edoc_code put_why(struct ed_page *page, const struct ed_findings *findings,
                              struct edoc_error *err)
{
	const struct edoc_finding *f = first_error(findings);
	char *msg = NULL;
	enum edoc_code code;

	if (!f)
		return EDOC_OK;
	code = edoc_finding_text(f, page->options->lang, &msg, err);
	if (code == EDOC_OK)
		ed_page_row(page, ed_page_tr(page, N_("why")), msg);
	edoc_free(msg);
	return code;
}

static enum edoc_code put_signer(struct ed_page *page, const struct edoc_report *report,
                                 const struct ed_report_signature *sig, size_t number,
                                 struct edoc_error *err)
{
	enum edoc_code code;

	ed_buf_printf(&page->out, "<section><h3>%zu. <span class=\"verdict %s\">", number,
	              ed_page_class(report, sig->pub.indication));
	ed_page_text(page,
	             ed_words_verdict(page->options->lang, report->format, sig->pub.indication));
	ed_buf_puts(&page->out, "</span></h3>\n<table>\n");
	ed_page_row(page, ed_page_tr(page, N_("signer")), sig->pub.subject);
	ed_page_row(page, "PINFL", sig->pinfl);
	ed_page_row(page, "INN", sig->inn);
	ed_page_row(page, ed_page_tr(page, N_("role")), sig->pub.role);
	ed_page_row(page, ed_page_tr(page, N_("means")),
	            sig->pub.commitment ? ed_page_tr(page, sig->pub.commitment) : NULL);
	ed_page_row(page, ed_page_tr(page, N_("issued by")), sig->pub.issuer);
	if (sig->n_links) {
		char from[ED_WHEN], until[ED_WHEN], both[2 * ED_WHEN + 8];

		ed_words_when(page->options, sig->links[0].not_before, from);
		ed_words_when(page->options, sig->links[0].not_after, until);
		(void)snprintf(both, sizeof(both), "%s – %s", from, until);
		ed_page_row(page, ed_page_tr(page, N_("certificate valid")), both);
	}
	put_times(page, sig);
	ed_page_row(page, ed_page_tr(page, N_("level")), sig->pub.level);
	code = put_why(page, &sig->findings, err);
	ed_buf_puts(&page->out, "</table>\n");
	if (code == EDOC_OK)
		code = ed_page_conditions(page, sig->conditions, sig->n_conditions, err);
	ed_buf_puts(&page->out, "</section>\n");
	return code;
}

static void put_attest(struct ed_page *page)
{
	static const char *const lines[] = {N_("post"), N_("full name"), N_("date"),
	                                    N_("signature")};

	ed_buf_puts(&page->out, "<section><h2>");
	ed_page_text(page, ed_page_tr(page, N_("Attestation")));
	ed_buf_puts(&page->out, "</h2>\n<p>");
	ed_page_text(page, ed_page_tr(page, N_("The printed pages agree with the electronic "
	                                       "document named above. This sheet is no proof by "
	                                       "itself: the package is.")));
	ed_buf_puts(&page->out, "</p>\n<div class=\"stamp\">");
	ed_page_text(page, ed_page_tr(page, N_("place of the seal")));
	ed_buf_puts(&page->out, "</div>\n<table class=\"attest\" style=\"width:65%\">\n");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ed_buf_puts(&page->out, "<tr><th>");
		ed_page_text(page, ed_page_tr(page, lines[i]));
		ed_buf_puts(&page->out, "</th><td></td></tr>\n");
	}
	ed_buf_puts(&page->out, "</table></section>\n");
}

static enum edoc_code put_sheet(struct ed_page *page, const struct edoc_report *report,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	ed_buf_puts(&page->out, "<article>\n<h1>");
	ed_page_text(page, ed_page_tr(page, N_("Copy of an electronic document")));
	ed_buf_puts(&page->out, "</h1>\n<p class=\"soft\">");
	ed_page_text(page, report->name);
	ed_buf_puts(&page->out, "</p>\n");
	if (report->card)
		put_requisites(page, report->card);
	put_documents(page, report);
	ed_buf_puts(&page->out, "<h2>");
	ed_page_text(page, ed_page_tr(page, N_("Signatures")));
	ed_buf_puts(&page->out, "</h2>\n");
	for (size_t i = 0; i < report->n_signatures && code == EDOC_OK; i++)
		code = put_signer(page, report, &report->signatures[i], i + 1, err);
	ed_buf_puts(&page->out, "<h2>");
	ed_page_text(page, ed_page_tr(page, N_("Verification")));
	ed_buf_printf(&page->out, "</h2>\n<p><span class=\"verdict %s\">",
	              ed_page_class(report, report->indication));
	ed_page_text(page,
	             ed_words_verdict(page->options->lang, report->format, report->indication));
	ed_buf_puts(&page->out, "</span> ");
	ed_page_judged(page, report);
	ed_buf_puts(&page->out, ", edoc-verify " EDOC_VERSION "</p>\n<table>\n");
	if (code == EDOC_OK)
		code = put_why(page, &report->findings, err);
	ed_buf_puts(&page->out, "</table>\n");
	if (code == EDOC_OK)
		code = ed_page_conditions(page, report->conditions, report->n_conditions, err);
	put_attest(page);
	ed_buf_puts(&page->out, "</article>\n");
	return code;
}

enum edoc_code edoc_report_copy(const struct edoc_report *report,
                                const struct edoc_text_options *options, char **html,
                                struct edoc_error *err)
{
	return ed_page_make(put_sheet, report, options, html, err);
}
