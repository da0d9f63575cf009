/* SPDX-License-Identifier: ISC */
/* The certificate of a procedure as lines of text. */
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "route/sheet.h"

#define TEXT_MAX (64u << 20)

struct lines {
	const struct ed_sheet *sheet;
	struct ed_buf out;
};

__attribute__((format_arg(2))) static const char *tr(const struct lines *l, const char *s)
{
	return ed_sheet_tr(l->sheet, s);
}

static void put(struct lines *l, const char *s)
{
	char safe[8192];

	ed_escape(safe, sizeof(safe), s);
	ed_buf_puts(&l->out, safe);
}

static void put_line(struct lines *l, const char *before, const char *s)
{
	ed_buf_puts(&l->out, before);
	put(l, s);
	ed_buf_putc(&l->out, '\n');
}

static void put_heading(struct lines *l, const char *title)
{
	ed_buf_putc(&l->out, '\n');
	put_line(l, "", tr(l, title));
}

static void put_top(struct lines *l)
{
	const struct ed_sheet *s = l->sheet;
	const char *rule = s->warning || !strcmp(s->class, "failed") ? "!" : "=";

	for (size_t i = 0; i < 72; i++)
		ed_buf_puts(&l->out, rule);
	ed_buf_putc(&l->out, '\n');
	put_line(l, "", s->title);
	put_line(l, "", s->verdict);
	put_line(l, "  ", s->sentence);
	if (s->warning)
		put_line(l, "  ", s->warning);
	for (size_t i = 0; i < 72; i++)
		ed_buf_puts(&l->out, rule);
	ed_buf_putc(&l->out, '\n');
	for (size_t i = 0; i < s->n_facts; i++) {
		ed_buf_printf(&l->out, "%s: ", s->facts[i].label);
		put_line(l, "", s->facts[i].value);
	}
}

static void put_documents(struct lines *l)
{
	const struct edoc_report *r = l->sheet->report;

	if (!r->n_documents)
		return;
	put_heading(l, N_("Documents"));
	for (size_t i = 0; i < r->n_documents; i++) {
		ed_buf_puts(&l->out, "  sha256 ");
		put(l, r->documents[i].sha256);
		ed_buf_printf(&l->out, "  %" PRIu64 "  ", r->documents[i].bytes);
		put_line(l, "", r->documents[i].name);
	}
}

static void put_act(struct lines *l, const struct ed_sheet_act *a)
{
	ed_buf_printf(&l->out, "%s%3" PRId64 "  %s  ", a->bad ? "!" : " ", a->seq, a->when);
	put(l, a->what);
	ed_buf_puts(&l->out, "; ");
	put(l, a->who);
	if (a->due)
		ed_buf_printf(&l->out, tr(l, N_("; due %s")), a->due);
	if (a->kept)
		ed_buf_printf(&l->out, ", %s", a->kept);
	ed_buf_putc(&l->out, '\n');
	if (a->bad)
		put_line(l, "      ", tr(l, N_("not believed, see the findings")));
	if (a->why)
		put_line(l, "      ", a->why);
	if (!a->after && !a->before)
		return;
	ed_buf_printf(&l->out, "      %s", tr(l, N_("proved:")));
	if (a->after)
		ed_buf_printf(&l->out, " ≥ %s", a->after);
	if (a->before)
		ed_buf_printf(&l->out, " ≤ %s", a->before);
	ed_buf_putc(&l->out, '\n');
}

static void put_terms(struct lines *l)
{
	const struct ed_sheet *s = l->sheet;

	if (s->n_terms)
		put_heading(l, N_("Terms"));
	for (size_t i = 0; i < s->n_terms; i++) {
		const struct ed_sheet_term *t = &s->terms[i];

		ed_buf_puts(&l->out, "  ");
		put(l, t->what);
		ed_buf_printf(&l->out, ": %s, %s – %s, %s%s", t->within, t->since, t->due, t->state,
		              t->moved ? "; " : "");
		put_line(l, "", t->moved ? t->moved : "");
	}
}

static void put_proofs(struct lines *l)
{
	const struct ed_sheet *s = l->sheet;

	if (s->n_proofs)
		put_heading(l, N_("What proves the times"));
	for (size_t i = 0; i < s->n_proofs; i++) {
		const struct ed_sheet_proof *p = &s->proofs[i];

		ed_buf_printf(&l->out, "  %s  ", p->when);
		put(l, p->what);
		ed_buf_printf(&l->out, tr(l, N_("; entries %s; ")), p->of);
		put_line(l, "", p->where);
	}
}

static void put_findings(struct lines *l)
{
	const struct ed_sheet *s = l->sheet;

	if (s->n_findings)
		put_heading(l, N_("Findings"));
	for (size_t i = 0; i < s->n_findings; i++) {
		const struct ed_sheet_finding *f = &s->findings[i];

		ed_buf_printf(&l->out, "  %s: ", ed_words_severity(s->options->lang, f->severity));
		if (*f->place) {
			put(l, f->place);
			ed_buf_puts(&l->out, ": ");
		}
		put_line(l, "", f->text);
		if (*f->advice)
			put_line(l, "    -> ", f->advice);
	}
}

static void put_all(struct lines *l)
{
	const struct ed_sheet *s = l->sheet;

	put_top(l);
	put_documents(l);
	if (s->n_acts)
		put_heading(l, N_("Acts"));
	for (size_t i = 0; i < s->n_acts; i++)
		put_act(l, &s->acts[i]);
	if (s->n_open)
		put_heading(l, N_("Open"));
	for (size_t i = 0; i < s->n_open; i++)
		put_line(l, "  ", s->open[i]);
	put_terms(l);
	put_proofs(l);
	put_findings(l);
	put_heading(l, N_("Check it yourself"));
	for (size_t i = 0; i < s->n_check; i++)
		put_line(l, "  ", s->check[i]);
	put_line(l, "  ", s->times);
}

enum edoc_code edoc_route_certificate_text(const struct edoc_report *report,
                                           const struct edoc_text_options *options, char **text,
                                           struct edoc_error *err)
{
	static const struct edoc_text_options plain = {0};
	struct ed_sheet sheet;
	struct lines l = {.sheet = &sheet};

	*text = NULL;
	enum edoc_code code = ed_sheet_make(report, options ? options : &plain, &sheet, err);
	if (code)
		return code;
	ed_buf_init(&l.out, TEXT_MAX);
	put_all(&l);
	ed_sheet_clear(&sheet);
	return ed_buf_steal(&l.out, report->name, text, err);
}
