/* SPDX-License-Identifier: ISC */
/* What is due at a desk, and which of its cases fit some words. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "route/list.h"

/* ---- due ---- */

struct due {
	struct ed_date by;
	bool has_by, overdue;
};

/* A term of the case: of a visit, or one of the route's clocks. */
struct term {
	const char *step, *clock; /* one of them */
	int64_t due;
};

static enum edoc_code term_json(struct ed_listing *l, const struct ed_row *c, const struct term *t,
                                bool late, struct edoc_error *err)
{
	json_t *o = json_object();
	char due[ED_TIME_STR];
	enum edoc_code code;

	ed_time_format(due, t->due);
	int bad = ed_json_str(o, "case", c->id) |
	          (c->number ? ed_json_str(o, "number", c->number) : 0) |
	          ed_json_str(o, t->step ? "step" : "clock", t->step ? t->step : t->clock) |
	          ed_json_str(o, "due", due) | ed_json_bool(o, "late", late) |
	          (c->gone ? ed_json_str(o, "gone", c->gone) : 0);
	code = bad ? ed_fail_memory(err) : ed_tale_json(&l->tale, "due", o, err);
	json_decref(o);
	return code;
}

static void term_text(struct ed_listing *l, const struct ed_row *c, const struct term *t, bool late)
{
	struct ed_buf *out = &l->tale.text;
	char when[ED_WHEN], safe[512];

	ed_when(when, c->zone, t->due, false);
	ed_put_column(out, when, 15);
	ed_buf_puts(out, "  ");
	ed_put_late(out, late);
	ed_buf_printf(out, "  %.12s  ", c->id);
	if (c->number) {
		ed_escape(safe, sizeof(safe), c->number);
		ed_buf_printf(out, "%s  ", safe);
	}
	if (t->step)
		ed_escape(safe, sizeof(safe), t->step);
	if (t->step)
		ed_buf_puts(out, safe);
	else
		ed_buf_printf(out, dgettext("edoc", "term %s"), t->clock);
	if (c->gone) {
		ed_escape(safe, sizeof(safe), c->gone);
		ed_when(when, c->zone, c->gone_received, false);
		ed_buf_printf(out, dgettext("edoc", ", no news from %s since %s"), safe, when);
	}
	ed_buf_putc(out, '\n');
}

static enum edoc_code list_term(struct ed_listing *l, const struct ed_row *c, const struct term *t,
                                struct edoc_error *err)
{
	const struct due *ask = l->arg;
	enum edoc_code code = EDOC_OK;
	bool late;

	if (t->due == ED_TIME_NONE)
		return EDOC_OK;
	late = l->now > t->due;
	if (ask->overdue && !late)
		return EDOC_OK;
	if (ask->has_by && ed_date_compare(ed_zone_civil(c->zone, t->due).date, ask->by) > 0)
		return EDOC_OK;
	l->n++;
	if (l->tale.want_text)
		term_text(l, c, t, late);
	if (l->tale.want_json)
		code = term_json(l, c, t, late, err);
	return code ? code : ed_tale_row(&l->tale, t->due, err);
}

static enum edoc_code list_due(struct ed_listing *l, const struct ed_row *row,
                               struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < row->n_steps && !code; i++) {
		struct term t = {.step = row->steps[i].path, .due = row->steps[i].due};

		code = list_term(l, row, &t, err);
	}
	for (size_t i = 0; i < row->n_away && !code; i++) { /* to be back here */
		struct term t = {.step = row->away[i].branch, .due = row->away[i].back};

		code = list_term(l, row, &t, err);
	}
	for (size_t i = 0; i < row->n_terms && !code; i++) {
		struct term t = {.clock = row->terms[i].clock, .due = row->terms[i].due};

		if (!row->terms[i].step) /* of the route: those of steps were told */
			code = list_term(l, row, &t, err);
	}
	return code;
}

enum edoc_code edoc_desk_due(struct edoc_desk *desk, const char *by, bool overdue, int64_t now,
                             char **text, char **json, size_t *n, struct edoc_error *err)
{
	struct due ask = {.overdue = overdue, .has_by = by != NULL};
	struct ed_listing l = {.desk = desk,
	                       .now = now,
	                       .verb = "due",
	                       .set = ED_CASES_DUE,
	                       .list = list_due,
	                       .arg = &ask};

	*n = 0;
	if (by && !ed_date_parse(by, &ask.by))
		return ed_fail(err, EDOC_ERR_USAGE, by, "a day is written 2026-03-31");
	enum edoc_code code = ed_listing_run(&l, text, json, err);
	*n = l.n;
	return code;
}

/* ---- find ---- */

static enum edoc_code list_found(struct ed_listing *l, const struct ed_row *row,
                                 struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	char safe[512];
	json_t *o = NULL;

	l->n++;
	if (l->tale.want_text) {
		ed_escape(safe, sizeof(safe), row->number ? row->number : "-");
		ed_buf_printf(&l->tale.text, "%.12s  %s  ", row->id, safe);
		ed_row_answer(row, &l->tale.text);
		ed_buf_putc(&l->tale.text, '\n');
	}
	if (l->tale.want_json) {
		code = ed_row_json(row, &o, err);
		if (!code)
			code = ed_tale_json(&l->tale, "find", o, err);
		json_decref(o);
	}
	return code ? code : ed_tale_row(&l->tale, -row->submitted, err);
}

enum edoc_code edoc_desk_find(struct edoc_desk *desk, const char *const *words, int64_t now,
                              char **text, char **json, size_t *n, struct edoc_error *err)
{
	struct ed_listing l = {.desk = desk,
	                       .now = now,
	                       .verb = "find",
	                       .set = ED_CASES_ALL,
	                       .words = words,
	                       .list = list_found};

	*n = 0;
	for (const char *const *w = words; *w; w++)
		if (!**w || !ed_utf8_valid(*w, strlen(*w)))
			return ed_fail(err, EDOC_ERR_USAGE, NULL,
			               "words to find are UTF-8, and not empty");
	enum edoc_code code = ed_listing_run(&l, text, json, err);
	*n = l.n;
	return code;
}
