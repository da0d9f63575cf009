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

static enum edoc_code term_json(struct ed_listing *l, const struct ed_case *c, const struct term *t,
                                bool late, struct edoc_error *err)
{
	json_t *o = json_object();
	char due[ED_TIME_STR];
	enum edoc_code code;

	ed_time_format(due, t->due);
	int bad = ed_json_str(o, "case", c->id) |
	          (c->r.state.number ? ed_json_str(o, "number", c->r.state.number) : 0) |
	          ed_json_str(o, t->step ? "step" : "clock", t->step ? t->step : t->clock) |
	          ed_json_str(o, "due", due) | ed_json_bool(o, "late", late);
	code = bad ? ed_fail_memory(err) : ed_tale_json(&l->tale, "due", o, err);
	json_decref(o);
	return code;
}

static void term_text(struct ed_listing *l, const struct ed_case *c, const struct term *t,
                      bool late)
{
	struct ed_buf *out = &l->tale.text;
	char when[ED_WHEN], safe[512];

	ed_when(when, c->r.zone, t->due, false);
	ed_buf_printf(out, "%-15s  %s  %.12s  ", when, late ? dgettext("edoc", "LATE") : "    ",
	              c->id);
	if (c->r.state.number) {
		ed_escape(safe, sizeof(safe), c->r.state.number);
		ed_buf_printf(out, "%s  ", safe);
	}
	if (t->step)
		ed_escape(safe, sizeof(safe), t->step);
	if (t->step)
		ed_buf_printf(out, "%s\n", safe);
	else
		ed_buf_printf(out, dgettext("edoc", "term %s\n"), t->clock);
}

static enum edoc_code list_term(struct ed_listing *l, const struct ed_case *c, const struct term *t,
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
	if (ask->has_by && ed_date_compare(ed_zone_civil(c->r.zone, t->due).date, ask->by) > 0)
		return EDOC_OK;
	l->n++;
	if (l->tale.want_text)
		term_text(l, c, t, late);
	if (l->tale.want_json)
		code = term_json(l, c, t, late, err);
	return code ? code : ed_tale_row(&l->tale, t->due, err);
}

static enum edoc_code list_due(struct ed_listing *l, struct ed_case *c, struct edoc_error *err)
{
	const struct ed_state *s = &c->r.state;
	enum edoc_code code = EDOC_OK;

	if (!ed_listing_runs(c))
		return EDOC_OK;
	for (size_t i = 0; i < s->n_open && !code; i++) {
		struct term t = {.step = s->open[i]->path, .due = s->open[i]->due};

		code = list_term(l, c, &t, err);
	}
	for (size_t i = 0; s->clocks && i < c->r.engine.route->n_clocks && !code; i++) {
		const struct ed_clock *k = &s->clocks[i];
		struct term t = {.clock = k->def->id, .due = k->due};

		if (k->done == ED_TIME_NONE)
			code = list_term(l, c, &t, err);
	}
	return code;
}

enum edoc_code edoc_desk_due(struct edoc_desk *desk, const char *by, bool overdue, int64_t now,
                             char **text, char **json, size_t *n, struct edoc_error *err)
{
	struct due ask = {.overdue = overdue, .has_by = by != NULL};
	struct ed_listing l = {
	        .desk = desk, .now = now, .verb = "due", .list = list_due, .arg = &ask};

	*n = 0;
	if (by && !ed_date_parse(by, &ask.by))
		return ed_fail(err, EDOC_ERR_USAGE, by, "a day is written 2026-03-31");
	enum edoc_code code = ed_listing_run(&l, text, json, err);
	*n = l.n;
	return code;
}

/* ---- find ---- */

static void add(struct ed_buf *hay, const char *text)
{
	ed_buf_puts(hay, text ? text : "");
	ed_buf_putc(hay, '\n');
}

/* What a person may remember of a case. */
static void gather(const struct ed_case *c, struct ed_buf *hay)
{
	const struct ed_entry *first = &c->r.ledger.v[0];
	const json_t *documents = json_object_get(first->header, "documents");
	const struct ed_route *route = c->r.engine.route;

	add(hay, c->id);
	add(hay, c->r.state.number);
	add(hay, ed_entry_get(first, "actor", "person"));
	add(hay, ed_json_get_str(first->body, "name"));
	add(hay, ed_json_get_str(first->body, "text"));
	for (size_t i = 0; i < json_array_size(documents); i++) {
		const char *name = ed_json_get_str(json_array_get(documents, i), "name");

		if (name && strncmp(name, "META-INF/", 9))
			add(hay, name);
	}
	add(hay, route ? route->id : NULL);
	for (size_t i = 0; route && route->title[i]; i++)
		add(hay, route->title[i]);
}

/* Every word stands somewhere, whatever its case. */
static enum edoc_code fits(const struct ed_case *c, const char *const *words, bool *yes,
                           struct edoc_error *err)
{
	struct ed_buf hay;
	char *folded = NULL, *word;
	bool lost;

	ed_buf_init(&hay, (size_t)1 << 24);
	gather(c, &hay);
	if (hay.len)
		folded = ed_name_fold((const char *)hay.data, hay.len);
	lost = hay.failed || !folded;
	*yes = !lost;
	for (; *words && *yes; words++) {
		word = ed_name_fold(*words, strlen(*words));
		lost = !word;
		*yes = word && strstr(folded, word);
		free(word);
	}
	free(folded);
	ed_buf_clear(&hay);
	return lost ? ed_fail_memory(err) : EDOC_OK;
}

static enum edoc_code list_found(struct ed_listing *l, struct ed_case *c, struct edoc_error *err)
{
	char safe[512];
	json_t *o = NULL;
	bool yes;

	enum edoc_code code = fits(c, l->arg, &yes, err);
	if (code || !yes)
		return code;
	l->n++;
	if (l->tale.want_text) {
		ed_escape(safe, sizeof(safe), c->r.state.number ? c->r.state.number : "-");
		ed_buf_printf(&l->tale.text, "%.12s  %s  ", c->id, safe);
		ed_view_answer(&c->r, &l->tale.text);
		ed_buf_putc(&l->tale.text, '\n');
	}
	if (l->tale.want_json) {
		code = ed_view_json(&c->r, false, &o, err);
		if (!code)
			code = ed_tale_json(&l->tale, "find", o, err);
		json_decref(o);
	}
	return code ? code : ed_tale_row(&l->tale, -c->r.state.submitted, err);
}

enum edoc_code edoc_desk_find(struct edoc_desk *desk, const char *const *words, int64_t now,
                              char **text, char **json, size_t *n, struct edoc_error *err)
{
	struct ed_listing l = {
	        .desk = desk, .now = now, .verb = "find", .list = list_found, .arg = words};

	*n = 0;
	for (const char *const *w = words; *w; w++)
		if (!**w || !ed_utf8_valid(*w, strlen(*w)))
			return ed_fail(err, EDOC_ERR_USAGE, NULL,
			               "words to find are UTF-8, and not empty");
	enum edoc_code code = ed_listing_run(&l, text, json, err);
	*n = l.n;
	return code;
}
