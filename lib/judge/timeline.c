/* SPDX-License-Identifier: ISC */
/*
 * What a signature rests on, drawn over time.  The scale runs over what
 * decides: the signer's certificate, the proofs, the judging.  A root that
 * lives for thirty years is cut at the edges, with an arrow.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/markup.h"

#define WIDTH 760
#define LEFT 206 /* labels */
#define RIGHT 748
#define ROW 21
#define TOP 26
#define LABEL 34 /* characters of a label */
#define MAX_ROWS 60

enum mark { MARK_CERT, MARK_REVOCATION, MARK_STAMP, MARK_CLAIM };

struct row {
	enum mark mark;
	char label[160];
	int64_t from, until; /* the same: a point */
	bool good;
};

struct line {
	struct ed_page *page;
	struct row *rows;
	size_t n, left_out;
	int64_t first, last; /* the scale */
};

static void widen(struct line *l, int64_t t)
{
	if (t == ED_TIME_NONE)
		return;
	if (l->first == ED_TIME_NONE || t < l->first)
		l->first = t;
	if (l->last == ED_TIME_NONE || t > l->last)
		l->last = t;
}

static void add(struct line *l, enum mark mark, const char *what, const char *who, int64_t from,
                int64_t until, bool good)
{
	struct row *row = &l->rows[l->n];

	if (from == ED_TIME_NONE)
		return;
	if (l->n == MAX_ROWS) {
		l->left_out++;
		return;
	}
	l->n++;
	row->mark = mark;
	row->from = from;
	row->until = until == ED_TIME_NONE ? from : until;
	row->good = good;
	(void)snprintf(row->label, sizeof(row->label), "%s%s%s", what, *who ? ": " : "", who);
}

/* The CN of an RFC 4514 name, else all of it; cut in `out`. */
static const char *common_name(const char *subject, char out[128])
{
	const char *cn = strstr(subject, "CN=");
	size_t n;

	if (!cn || (cn > subject && cn[-1] != ',' && cn[-1] != '+'))
		cn = subject;
	else
		cn += 3;
	n = strcspn(cn, ",+");
	(void)snprintf(out, 128, "%.*s", n < 120 ? (int)n : 120, cn);
	return out;
}

static void add_chain(struct line *l, const struct ed_report_link *links, size_t n,
                      const char *leaf)
{
	char cn[128];

	for (size_t i = 0; i < n; i++) {
		add(l, MARK_CERT, i ? ed_page_tr(l->page, N_("authority")) : leaf,
		    common_name(links[i].subject, cn), links[i].not_before, links[i].not_after,
		    true);
		if (links[i].revocation)
			add(l, MARK_REVOCATION, links[i].revocation,
			    links[i].revocation_status
			            ? ed_page_tr(l->page, links[i].revocation_status)
			            : "",
			    links[i].this_update, links[i].next_update,
			    links[i].revoked_at == ED_TIME_NONE);
	}
}

static const char *stamp_word(const struct ed_page *page, const struct ed_report_stamp *stamp)
{
	static const char *const words[][2] = {{"signature", N_("signature time-stamp")},
	                                       {"archive", N_("archive time-stamp")},
	                                       {"content", N_("content time-stamp")},
	                                       {"references", N_("time-stamp of references")},
	                                       {"container", N_("container time-stamp")},
	                                       {"token", N_("time-stamp")}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (stamp->kind && !strcmp(words[i][0], stamp->kind))
			return ed_page_tr(page, words[i][1]);
	}
	return ed_page_tr(page, N_("time-stamp"));
}

static void add_stamp(struct line *l, const struct ed_report_stamp *stamp)
{
	char cn[128];

	add(l, MARK_STAMP, stamp_word(l->page, stamp),
	    common_name(stamp->subject ? stamp->subject : "", cn), stamp->time, stamp->time,
	    stamp->indication == EDOC_TOTAL_PASSED);
	widen(l, stamp->time);
	if (stamp->n_links)
		add(l, MARK_CERT, "TSA", common_name(stamp->links[0].subject, cn),
		    stamp->links[0].not_before, stamp->links[0].not_after, true);
}

static void gather(struct line *l, const struct edoc_report *report,
                   const struct ed_report_signature *sig)
{
	widen(l, report->at);
	if (sig) {
		if (sig->n_links) {
			widen(l, sig->links[0].not_before);
			widen(l, sig->links[0].not_after);
			widen(l, sig->links[0].this_update);
		}
		widen(l, sig->pub.claimed_time);
		add_chain(l, sig->links, sig->n_links, ed_page_tr(l->page, N_("signer")));
		add(l, MARK_CLAIM, ed_page_tr(l->page, N_("claimed signing time")), "",
		    sig->pub.claimed_time, ED_TIME_NONE, true);
	}
	for (size_t i = 0; i < (sig ? sig->n_stamps : report->n_stamps); i++)
		add_stamp(l, sig ? &sig->stamps[i] : &report->stamps[i]);
	for (size_t i = 0; i < (sig ? sig->n_records : report->n_records); i++) {
		const struct ed_report_record *r = sig ? &sig->records[i] : &report->records[i];

		for (size_t k = 0; k < r->n_stamps; k++)
			add_stamp(l, &r->stamps[k]);
	}
}

static double x_of(const struct line *l, int64_t t)
{
	return LEFT + (double)(t - l->first) / (double)(l->last - l->first) * (RIGHT - LEFT);
}

/* ---- ticks ---- */

static struct ed_date next_tick(struct ed_date d, int months, int days)
{
	return months ? ed_date_add_months(d, months) : ed_date_add_days(d, days);
}

/* Steps of a length that gives at most eight of them. */
static void put_ticks(struct line *l, int height)
{
	static const struct {
		int months, days;
	} steps[] = {{0, 1}, {0, 7}, {1, 0}, {3, 0}, {12, 0}, {24, 0}, {60, 0}, {120, 0}, {600, 0}};
	int64_t days = (l->last - l->first) / 86400 + 1;
	struct ed_date d = ed_date_of(ed_days(ed_date_of(l->first / 86400)));
	size_t s = 0;

	while (s + 1 < sizeof(steps) / sizeof(steps[0]) &&
	       days / (steps[s].months ? steps[s].months * 30 : steps[s].days) > 8)
		s++;
	if (steps[s].months)
		d.day = 1;
	if (steps[s].months >= 12) {
		d.month = 1;
		d.year -= d.year % (steps[s].months / 12);
	}
	for (int guard = 0; guard < 20; guard++, d = next_tick(d, steps[s].months, steps[s].days)) {
		int64_t t = ed_days(d) * 86400;
		double x;

		if (t < l->first)
			continue;
		if (t > l->last)
			break;
		x = x_of(l, t);
		ed_buf_printf(
		        &l->page->out,
		        "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#e3e7eb\"/>", x,
		        TOP - 6, x, height - 22);
		if (steps[s].months >= 12)
			ed_buf_printf(&l->page->out,
			              "<text class=\"t\" x=\"%.1f\" y=\"14\">%d</text>\n", x - 12,
			              d.year);
		else if (x < RIGHT - 50)
			ed_buf_printf(
			        &l->page->out,
			        "<text class=\"t\" x=\"%.1f\" y=\"14\">%04d-%02d-%02d</text>\n",
			        x - 26, d.year, d.month, d.day);
	}
}

/* ---- rows ---- */

static void put_label(struct line *l, const struct row *row, int y)
{
	char cut[LABEL * 4 + 4];
	size_t n = 0, letters = 0;

	while (row->label[n] && letters < LABEL) {
		n++;
		while (((unsigned char)row->label[n] & 0xc0) == 0x80)
			n++;
		letters++;
	}
	(void)snprintf(cut, sizeof(cut), "%.*s%s", (int)n, row->label, row->label[n] ? "…" : "");
	ed_buf_printf(&l->page->out, "<text x=\"0\" y=\"%d\">", y + 4);
	ed_page_text(l->page, cut);
	ed_buf_puts(&l->page->out, "</text>");
}

static void put_title(struct line *l, const struct row *row)
{
	ed_buf_puts(&l->page->out, "<title>");
	ed_page_text(l->page, row->label);
	ed_buf_puts(&l->page->out, ", ");
	ed_page_time(l->page, row->from);
	if (row->until != row->from) {
		ed_buf_puts(&l->page->out, " – ");
		ed_page_time(l->page, row->until);
	}
	ed_buf_puts(&l->page->out, "</title>");
}

static void put_bar(struct line *l, const struct row *row, int y)
{
	const char *fill = row->mark == MARK_CERT ? "#9db8d6" : row->good ? "#7fb895" : "#d98b92";
	bool before = row->from<l->first, after = row->until> l->last;
	double a, b;

	if (row->until < l->first || row->from > l->last) { /* all of it lies elsewhere */
		a = row->until < l->first ? LEFT : RIGHT - 3;
		b = a + 3;
	} else {
		a = before ? LEFT : x_of(l, row->from);
		b = after ? RIGHT : x_of(l, row->until);
	}
	if (b - a < 3)
		b = a + 3;
	ed_buf_printf(&l->page->out,
	              "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"9\" rx=\"2\" fill=\"%s\">",
	              a, y - 5, b - a, fill);
	put_title(l, row);
	ed_buf_puts(&l->page->out, "</rect>");
	if (before)
		ed_buf_printf(&l->page->out, "<path d=\"M%d %d l7 -4 v8 z\" fill=\"#2d4a6b\"/>",
		              LEFT, y);
	if (after)
		ed_buf_printf(&l->page->out, "<path d=\"M%d %d l-7 -4 v8 z\" fill=\"#2d4a6b\"/>",
		              RIGHT, y);
}

static void put_point(struct line *l, const struct row *row, int y)
{
	double x = x_of(l, row->from);

	if (row->mark == MARK_CLAIM)
		ed_buf_printf(
		        &l->page->out,
		        "<circle cx=\"%.1f\" cy=\"%d\" r=\"5\" fill=\"#fff\" stroke=\"#5a6470\" "
		        "stroke-width=\"1.6\" stroke-dasharray=\"2 1.5\">",
		        x, y);
	else
		ed_buf_printf(&l->page->out,
		              "<path d=\"M%.1f %d l6 6 l-6 6 l-6 -6 z\" fill=\"%s\">", x, y - 6,
		              row->good ? "#146c43" : "#b02a37");
	put_title(l, row);
	ed_buf_puts(&l->page->out, row->mark == MARK_CLAIM ? "</circle>" : "</path>");
}

static void put_moment(struct line *l, int64_t t, const char *what, const char *colour, int height,
                       int drop)
{
	double x = x_of(l, t);

	ed_buf_printf(&l->page->out,
	              "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" "
	              "stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>",
	              x, TOP - 6, x, height - 22, colour);
	ed_buf_printf(&l->page->out,
	              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" style=\"fill:%s\">",
	              x < LEFT + 80    ? LEFT
	              : x > RIGHT - 80 ? RIGHT
	                               : x,
	              height - 10 + drop,
	              x < LEFT + 80    ? "start"
	              : x > RIGHT - 80 ? "end"
	                               : "middle",
	              colour);
	ed_page_text(l->page, what);
	ed_buf_puts(&l->page->out, "</text>\n");
}

static void draw(struct line *l, const struct edoc_report *report,
                 const struct ed_report_signature *sig)
{
	bool proved = sig && sig->proved_by;
	int height = TOP + (int)l->n * ROW + (proved ? 38 : 24);

	ed_buf_printf(&l->page->out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
	              height + 4);
	ed_page_text(l->page, ed_page_tr(l->page, N_("time line of proofs")));
	ed_buf_puts(&l->page->out, "\">\n");
	put_ticks(l, height - (proved ? 14 : 0));
	for (size_t i = 0; i < l->n; i++) {
		int y = TOP + (int)i * ROW + 8;

		put_label(l, &l->rows[i], y);
		if (l->rows[i].from == l->rows[i].until)
			put_point(l, &l->rows[i], y);
		else
			put_bar(l, &l->rows[i], y);
		ed_buf_putc(&l->page->out, '\n');
	}
	if (proved)
		put_moment(l, sig->proved_not_after, ed_page_tr(l->page, N_("proved to exist")),
		           "#146c43", height - 14, 0);
	put_moment(l, report->at, ed_page_tr(l->page, N_("judged as of")), "#b02a37",
	           height - (proved ? 14 : 0), proved ? 14 : 0);
	ed_buf_puts(&l->page->out, "</svg>\n");
	if (l->left_out)
		ed_buf_printf(
		        &l->page->out,
		        ed_page_tr(l->page, N_("<p class=\"soft\">%zu more are not drawn.</p>\n")),
		        l->left_out);
}

enum edoc_code ed_timeline(struct ed_page *page, const struct edoc_report *report,
                           const struct ed_report_signature *sig, struct edoc_error *err)
{
	struct line l = {.page = page, .first = ED_TIME_NONE, .last = ED_TIME_NONE};
	int64_t margin;

	l.rows = ed_arena_alloc(report->arena, MAX_ROWS * sizeof(*l.rows));
	if (!l.rows)
		return ed_fail_memory(err);
	gather(&l, report, sig);
	if (!l.n)
		return EDOC_OK;
	margin = (l.last - l.first) / 25;
	if (margin < 3600)
		margin = 3600;
	l.first -= margin;
	l.last += margin;
	draw(&l, report, sig);
	return EDOC_OK;
}
