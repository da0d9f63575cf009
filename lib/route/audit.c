/* SPDX-License-Identifier: ISC */
/*
 * A whole desk before an inspector: what its cases, registers and checkpoints say,
 * held against one another.  Nothing is written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/report.h"
#include "judge/rules.h"
#include "route/exchange.h"
#include "route/folder.h"
#include "route/told.h"
#include "signature/cmsledger.h"

#define T(s) dgettext("edoc", s)
#define DAY 86400
#define HOUR 3600 /* after midnight: a number that was claimed before it */

struct given { /* a number, by the entry that names it */
	const char *agency, *book, *case_id;
	int64_t year, seq;
};

struct audit {
	struct edoc_desk *desk;
	const struct edoc_audit *how;
	struct ed_arena *arena;
	struct ed_findings findings;
	struct ed_heads heads;
	bool has_heads; /* they could be read */
	struct ed_directory *directory;
	struct given *given;
	size_t n_given, cap_given, cases;
	struct ed_date from, to; /* where they were given */
	int64_t restored;        /* when the desk was last, or ED_TIME_NONE */
};

static void say(struct audit *a, const char *code, const char *where, const char *x, const char *y,
                const char *z)
{
	ed_finding(&a->findings, code, where, x, y, z);
}

static const char *text_of(struct audit *a, int64_t n)
{
	const char *text = ed_arena_printf(a->arena, "%" PRId64, n);

	return text ? text : "?";
}

static const char *time_of(struct audit *a, int64_t t)
{
	char text[ED_TIME_STR];

	ed_time_format(text, t);
	const char *kept = ed_arena_strdup(a->arena, text);
	return kept ? kept : "?";
}

static bool within(const struct audit *a, int64_t t)
{
	struct ed_date day = ed_zone_civil(a->desk->zone, t).date;

	return (!a->how->from || ed_date_compare(day, a->from) >= 0) &&
	       (!a->how->to || ed_date_compare(day, a->to) <= 0);
}

/* ---- cases: what verify says of each ---- */

static bool is_a_fault(const struct edoc_finding *f)
{
	return f->severity == EDOC_ERROR && strcmp(f->code, "route.unfinished") != 0 &&
	       strcmp(f->code, "chain.expired") != 0;
}

static void tell_fault(struct audit *a, const char *id, const struct edoc_finding *f)
{
	char *text = NULL;

	if (edoc_finding_text(f, NULL, &text, NULL))
		text = NULL;
	const char *where =
	        ed_arena_printf(a->arena, "%.12s%s%s", id, *f->where ? " " : "", f->where);
	say(a, "audit.case", where ? where : id, f->code, text ? text : "", NULL);
	edoc_free(text);
}

/* What stops the inspector is not said of the desk. */
static bool is_ours(enum edoc_code code)
{
	return code == EDOC_ERR_MEMORY || code == EDOC_ERR_EXISTS;
}

static enum edoc_code verify_case(struct audit *a, const char *id, struct edoc_error *err)
{
	struct edoc_verify_options options = ed_desk_options(a->desk, a->how->now);
	struct edoc_report *report = NULL;
	struct edoc_error why = {0};

	enum edoc_code code = edoc_desk_verify(a->desk, id, &options, &report, &why);
	if (code && !is_ours(code)) {
		say(a, "audit.unreadable", id, why.msg, NULL, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = why;
		return code;
	}
	for (size_t s = 0; s <= edoc_report_signatures(report); s++) {
		size_t of = s < edoc_report_signatures(report) ? s : EDOC_WHOLE;

		for (size_t k = 0; k < edoc_report_findings(report, of); k++)
			if (is_a_fault(edoc_report_finding(report, of, k)))
				tell_fault(a, id, edoc_report_finding(report, of, k));
	}
	edoc_report_free(report);
	return EDOC_OK;
}

/* ---- cases: late steps, terms that are over, numbers ---- */

static enum edoc_code note_number(struct audit *a, const char *id, const struct ed_entry *e,
                                  struct edoc_error *err)
{
	const json_t *r = json_object_get(e->header, "register");
	const char *agency = ed_entry_get(e, "actor", "agency");
	struct given *v;

	if (!r || !agency)
		return EDOC_OK;
	v = ed_arena_grow(a->arena, a->given, a->n_given, &a->cap_given, sizeof(*v));
	if (!v)
		return ed_fail_memory(err);
	a->given = v;
	v[a->n_given] =
	        (struct given){.agency = ed_arena_strdup(a->arena, agency),
	                       .book = ed_arena_strdup(a->arena, ed_json_get_str(r, "book")),
	                       .case_id = ed_arena_strdup(a->arena, id),
	                       .year = json_integer_value(json_object_get(r, "year")),
	                       .seq = json_integer_value(json_object_get(r, "seq"))};
	if (!v[a->n_given].agency || !v[a->n_given].book || !v[a->n_given].case_id)
		return ed_fail_memory(err);
	a->n_given++;
	return EDOC_OK;
}

static const char *place(struct audit *a, const char *id, const char *step)
{
	const char *where = ed_arena_printf(a->arena, "%.12s %s", id, step ? step : "");

	return where ? where : id;
}

static void note_late(struct audit *a, const char *id, const struct ed_entry *e)
{
	int64_t late = json_integer_value(json_object_get(e->header, "late"));
	const char *person = ed_entry_get(e, "actor", "person"),
	           *agency = ed_entry_get(e, "actor", "agency");
	const char *span;

	if (late <= 0 || !within(a, e->time))
		return;
	if (late >= DAY)
		span = ed_arena_printf(a->arena, "%" PRId64 " d %" PRId64 " h", late / DAY,
		                       late % DAY / HOUR);
	else
		span = ed_arena_printf(a->arena, "%" PRId64 " h %" PRId64 " min", late / HOUR,
		                       late % HOUR / 60);
	say(a, "audit.late", place(a, id, e->step), person ? person : "-", agency ? agency : "-",
	    span ? span : "?");
}

static void note_overdue(struct audit *a, struct ed_case *c)
{
	const struct ed_state *s = &c->r.state;

	for (size_t i = 0; s->phase == ED_PHASE_RUNNING && i < s->n_open; i++) {
		const struct ed_visit *v = s->open[i];

		if (v->due != ED_TIME_NONE && v->due < a->how->now)
			say(a, "audit.overdue", place(a, c->id, v->path), time_of(a, v->due), NULL,
			    NULL);
	}
}

/* ---- checkpoints and what the case is now ---- */

static const struct ed_leaf_line *lines_of(const struct ed_heads *heads, const char *what,
                                           const char *name, size_t *n)
{
	char key[ED_PATH_MAX];

	snprintf(key, sizeof(key), "{\"%s\":\"%s\"", what, name);
	return ed_heads_of(heads, key, n);
}

static int64_t known(const struct ed_heads *heads, const char *id, int64_t seq)
{
	size_t n;
	const struct ed_leaf_line *lines = lines_of(heads, "case", id, &n);
	char of[ED_CASE_ID];
	int64_t entries, most = 0;

	for (size_t i = 0; i < n && lines[i].seq <= seq; i++) {
		ed_leaf_read(lines[i].leaf, of, &entries);
		if (entries > most)
			most = entries;
	}
	return most;
}

/* The oldest checkpoint that claims to be later than that. */
static const struct ed_head *next_head(const struct ed_heads *heads, int64_t time)
{
	for (size_t k = 0; k < heads->n; k++)
		if (heads->v[k].head.time > time)
			return &heads->v[k].head;
	return NULL;
}

/* What this desk's people wrote stands in the next checkpoint, or it was not
 * there yet: the time that it claims is not when it was made. */
static void note_backdated(struct audit *a, struct ed_case *c)
{
	for (size_t i = 0; i < c->r.ledger.n; i++) {
		const struct ed_entry *e = &c->r.ledger.v[i];
		const char *agency = ed_entry_get(e, "actor", "agency");
		const struct ed_head *head = next_head(&a->heads, e->time + ED_CLOCK_SKEW);

		if (!head || !agency || strcmp(agency, a->desk->agency) != 0 ||
		    (a->restored != ED_TIME_NONE && head->time > a->restored))
			continue;
		if (known(&a->heads, c->id, head->seq) <= (int64_t)i && c->r.n_chains <= 1)
			say(a, "audit.backdated", place(a, c->id, text_of(a, e->seq)),
			    time_of(a, e->time), text_of(a, head->seq), time_of(a, head->time));
	}
}

/* Every head that any checkpoint holds is still in the ledger. */
static enum edoc_code note_heads(struct audit *a, struct ed_case *c, struct edoc_error *err)
{
	size_t n;
	const struct ed_leaf_line *line = lines_of(&a->heads, "case", c->id, &n);

	for (; n; n--, line++) {
		json_t *leaf = NULL;
		enum edoc_code code =
		        ed_json_parse(line->leaf, strlen(line->leaf), "head", &leaf, err);
		if (code)
			return code;
		const json_t *heads = json_object_get(leaf, "heads");
		for (size_t k = 0; k < json_array_size(heads); k++) {
			const char *ref = json_string_value(json_array_get(heads, k));
			if (ref && !ed_ledger_find(&c->r.ledger, ref))
				say(a, "audit.head-gone", c->id, text_of(a, line->seq), ref, NULL);
		}
		json_decref(leaf);
	}
	return EDOC_OK;
}

static bool has_head(const struct audit *a, const char *ref)
{
	for (size_t k = 0; k < a->heads.n; k++)
		if (!strcmp(a->heads.v[k].head.sha256, ref + 7))
			return true;
	return false;
}

/* What our own people quoted is there, unless a restoration forgot it. */
static void note_quotes(struct audit *a, struct ed_case *c)
{
	for (size_t i = 0; i < c->r.ledger.n; i++) {
		const struct ed_entry *e = &c->r.ledger.v[i];
		const char *ref = ed_json_get_str(e->header, "checkpoint"),
		           *agency = ed_entry_get(e, "actor", "agency");

		if (ref && agency && !strcmp(agency, a->desk->agency) && !has_head(a, ref))
			say(a, "audit.checkpoint-gone", place(a, c->id, text_of(a, e->seq)), ref,
			    NULL, NULL);
	}
}

static enum edoc_code audit_case(struct audit *a, const char *id, struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_case c;

	enum edoc_code code = ed_case_load(a->desk, id, &c, &why);
	if (code && !is_ours(code)) {
		a->cases++;
		say(a, "audit.unreadable", id, why.msg, NULL, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = why;
		return code;
	}
	if (!c.exists) {
		ed_case_clear(&c);
		return EDOC_OK;
	}
	a->cases++;
	code = verify_case(a, id, err);
	for (size_t i = 0; i < c.r.ledger.n && !code; i++) {
		note_late(a, id, &c.r.ledger.v[i]);
		code = note_number(a, id, &c.r.ledger.v[i], err);
	}
	note_overdue(a, &c);
	if (!code && a->has_heads) {
		note_backdated(a, &c);
		note_quotes(a, &c);
		code = note_heads(a, &c, err);
	}
	ed_case_clear(&c);
	return code;
}

/* Cases that stood in a checkpoint and are no more; both are sorted by id. */
static void gone_cases(struct audit *a, char **ids)
{
	char of[ED_CASE_ID], before[ED_CASE_ID] = "";
	int64_t entries;
	size_t k = 0;

	for (size_t i = 0; i < a->heads.n_lines; i++) {
		const char *path;

		ed_leaf_read(a->heads.lines[i].leaf, of, &entries);
		if (!*of || !strcmp(of, before))
			continue;
		memcpy(before, of, sizeof(before));
		while (ids[k] && strcmp(ids[k], of) < 0)
			k++;
		path = ed_desk_path(a->desk, "case/%.2s/%s/log/000001", of, of);
		if (!ids[k] || strcmp(ids[k], of) != 0 || !path || access(path, F_OK))
			say(a, "audit.case-gone", of, text_of(a, a->heads.lines[i].seq), NULL,
			    NULL);
	}
}

/* ---- registers ---- */

static bool in_ranges(const char *ranges, int64_t n)
{
	char *end;

	for (const char *p = ranges; *p; p = *end ? end + 1 : end) {
		int64_t low = strtoll(p, &end, 10), high = low;

		if (*end == '-')
			high = strtoll(end + 1, &end, 10);
		if (n >= low && n <= high)
			return true;
		if (end == p)
			break;
	}
	return false;
}

/* How far the numbers from n on are all in the ranges, or all are not. */
static int64_t same_until(const char *ranges, int64_t n, bool *in)
{
	int64_t until = INT64_MAX;
	char *end;

	*in = false;
	for (const char *p = ranges; *p && !*in; p = *end ? end + 1 : end) {
		int64_t low = strtoll(p, &end, 10), high = low;

		if (*end == '-')
			high = strtoll(end + 1, &end, 10);
		if (end == p)
			break;
		*in = low <= n && n <= high;
		if (*in)
			until = high;
		else if (low > n && low - 1 < until)
			until = low - 1;
	}
	return until;
}

static void put_range(struct ed_buf *out, int64_t low, int64_t high)
{
	ed_buf_printf(out, "%s%" PRId64, out->len ? ", " : "", low);
	if (high > low)
		ed_buf_printf(out, "-%" PRId64, high);
}

#define MISSING_MAX 400 /* bytes that a finding lists; then three dots */

/* Ranges of one that the other does not have. */
static const char *missing_of(struct audit *a, const char *ranges, const char *from)
{
	struct ed_buf out;
	char *end;

	ed_buf_init(&out, MISSING_MAX + 100);
	for (const char *p = ranges; *p && out.len < MISSING_MAX; p = *end ? end + 1 : end) {
		int64_t low = strtoll(p, &end, 10), high = low;

		if (*end == '-')
			high = strtoll(end + 1, &end, 10);
		if (end == p)
			break;
		for (int64_t n = low, until; n <= high; n = until + 1) {
			bool in;

			until = same_until(from, n, &in);
			until = until < high ? until : high;
			if (!in && out.len < MISSING_MAX)
				put_range(&out, n, until);
			else if (!in)
				break;
			if (until == INT64_MAX)
				break;
		}
	}
	if (out.len >= MISSING_MAX)
		ed_buf_puts(&out, ", ...");
	const char *text = out.len ? ed_arena_strdup(a->arena, ed_buf_str(&out)) : NULL;
	ed_buf_clear(&out);
	return text;
}

/* What a leaf of that year of a book says; NULL: it is of something else. */
static const char *numbers_in(struct audit *a, const struct ed_leaf_line *line, const char *name)
{
	const char *said = NULL, *book;
	json_t *leaf = NULL;

	if (ed_json_parse(line->leaf, strlen(line->leaf), "head", &leaf, NULL))
		return NULL;
	book = ed_json_get_str(leaf, "book");
	if (book && !strcmp(book, name) && ed_json_get_str(leaf, "numbers"))
		said = ed_arena_strdup(a->arena, ed_json_get_str(leaf, "numbers"));
	json_decref(leaf);
	return said;
}

/* A year is closed by the first checkpoint after its end. */
static const struct ed_head *closed_by(const struct audit *a, int64_t year)
{
	for (size_t k = 0; k < a->heads.n; k++)
		if (ed_zone_civil(a->desk->zone, a->heads.v[k].head.time - HOUR).date.year > year)
			return &a->heads.v[k].head;
	return NULL;
}

static void against_heads(struct audit *a, const char *name, int64_t year, const char *numbers)
{
	const struct ed_head *closed = closed_by(a, year);
	const char *at_close = closed ? "" : NULL, *ever = NULL, *gone, *late;

	size_t n;
	const struct ed_leaf_line *line = lines_of(&a->heads, "book", name, &n);

	for (; n; n--, line++) {
		const char *said = numbers_in(a, line, name);

		if (said && closed && line->seq <= closed->seq)
			at_close = said;
		if (said)
			ever = said;
	}
	gone = ever ? missing_of(a, ever, numbers) : NULL;
	late = at_close ? missing_of(a, numbers, at_close) : NULL;
	if (gone)
		say(a, "audit.number-gone", name, gone, NULL, NULL);
	if (late)
		say(a, "audit.number-closed", name, late, text_of(a, closed->seq),
		    time_of(a, closed->time));
}

static int by_number(const void *x, const void *y)
{
	const struct given *a = x, *b = y;
	int order = strcmp(a->agency, b->agency);

	if (!order)
		order = strcmp(a->book, b->book);
	if (order || a->year != b->year)
		return order ? order : a->year < b->year ? -1 : 1;
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	return strcmp(a->case_id, b->case_id);
}

/* Where they begin in the sorted list. */
static size_t first_given(const struct audit *a, const char *book, int64_t year)
{
	const struct given wanted = {.agency = a->desk->agency,
	                             .book = book,
	                             .case_id = "",
	                             .year = year,
	                             .seq = INT64_MIN};
	size_t low = 0, high = a->n_given;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_number(&a->given[mid], &wanted) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Of the numbers that entries name: two cases with one, and names without claim. */
static void against_entries(struct audit *a, const char *book, int64_t year, const char *numbers)
{
	const char *name = ed_arena_printf(a->arena, "%s/%" PRId64, book, year);
	const struct given *before = NULL;

	for (size_t i = first_given(a, book, year); name && i < a->n_given; i++) {
		const struct given *g = &a->given[i];

		if (strcmp(g->agency, a->desk->agency) != 0 || strcmp(g->book, book) != 0 ||
		    g->year != year)
			break;
		if (before && before->seq == g->seq && strcmp(before->case_id, g->case_id) != 0)
			say(a, "audit.number-double", name, text_of(a, g->seq), before->case_id,
			    g->case_id);
		if (!in_ranges(numbers, g->seq))
			say(a, "audit.number-unclaimed", name, text_of(a, g->seq), g->case_id,
			    NULL);
		before = g;
	}
}

static enum edoc_code audit_year(void *arg, const char *book, const char *year,
                                 struct edoc_error *err)
{
	struct audit *a = arg;
	const char *name = ed_arena_printf(a->arena, "%s/%s", book, year), *numbers, *gaps;
	char whole[32], *end;
	const char *comma;
	int64_t last;

	enum edoc_code code = ed_book_numbers(a->desk, book, year, a->arena, &numbers, err);
	if (code || !name)
		return code ? code : ed_fail_memory(err);
	comma = strrchr(numbers, ',');
	last = strtoll(comma ? comma + 1 : numbers, &end, 10);
	if (*end == '-')
		last = strtoll(end + 1, &end, 10);
	snprintf(whole, sizeof(whole), "1-%" PRId64, last);
	gaps = last ? missing_of(a, whole, numbers) : NULL;
	if (gaps)
		say(a, "audit.number-gap", name, gaps, NULL, NULL);
	against_entries(a, book, strtoll(year, NULL, 10), numbers);
	if (a->has_heads)
		against_heads(a, name, strtoll(year, NULL, 10), numbers);
	return EDOC_OK;
}

/* Numbers that other desks gave: two cases with one, as of a desk that was copied. */
static void against_each_other(struct audit *a)
{
	for (size_t i = 1; i < a->n_given; i++) {
		const struct given *was = &a->given[i - 1], *g = &a->given[i];
		const char *name;

		if (!strcmp(g->agency, a->desk->agency) || strcmp(was->agency, g->agency) != 0 ||
		    strcmp(was->book, g->book) != 0 || was->year != g->year || was->seq != g->seq ||
		    !strcmp(was->case_id, g->case_id))
			continue;
		name = ed_arena_printf(a->arena, "%s: %s/%" PRId64, g->agency, g->book, g->year);
		say(a, "audit.number-double", name ? name : g->agency, text_of(a, g->seq),
		    was->case_id, g->case_id);
	}
}

static enum edoc_code audit_registers(struct audit *a, struct edoc_error *err)
{
	if (a->n_given)
		qsort(a->given, a->n_given, sizeof(*a->given), by_number);
	against_each_other(a);
	return ed_books(a->desk, audit_year, a, err);
}

/* ---- checkpoints ---- */

static bool is_our_key(const struct audit *a, const struct ed_head *head)
{
	const struct ed_agency *agency;
	struct ed_date date;

	if (!a->directory || !ed_date_parse(head->date, &date))
		return false;
	agency = ed_directory_desk(a->directory, head->cert, date);
	return agency && !strcmp(agency->id, head->agency) &&
	       !strcmp(head->agency, a->desk->agency);
}

static enum edoc_code check_signed(struct audit *a, const struct ed_head *head, const char *where,
                                   struct edoc_error *err)
{
	const char *path = ed_desk_path(a->desk, "head/%s.cms", head->sha256);
	struct ed_cms_facts facts = {0};
	struct edoc_error why = {0};
	struct ed_buf cms;

	if (!path)
		return ed_fail_memory(err);
	ed_buf_init(&cms, ED_MAX_CMS);
	enum edoc_code code = ed_read_path(path, &cms, &why);
	if (!code)
		code = ed_cms_verify(cms.data, cms.len, head->bytes.data, head->bytes.len, path,
		                     a->arena, &facts, &why);
	if (code && code != EDOC_ERR_MEMORY)
		say(a, "audit.checkpoint-signature", where, why.msg, NULL, NULL);
	else if (!code && (!facts.signer || !facts.intact_data || !facts.intact_signature ||
	                   !facts.bound || strcmp(facts.signer->hex, head->cert) != 0))
		say(a, "audit.checkpoint-signature", where, T("it is of another key"), NULL, NULL);
	else if (!code && !is_our_key(a, head))
		say(a, "audit.checkpoint-signature", where,
		    T("the directory lists no such key of this desk on that day"), NULL, NULL);
	ed_cms_facts_clear(&facts);
	ed_buf_clear(&cms);
	if (code == EDOC_ERR_MEMORY && err)
		*err = why;
	return code == EDOC_ERR_MEMORY ? code : EDOC_OK;
}

static enum edoc_code check_tree(struct audit *a, const struct ed_head *head, const char *where,
                                 struct edoc_error *err)
{
	struct ed_merkle_hash *hashes = NULL, root;
	const char **leaves = NULL;
	size_t n = 0;

	enum edoc_code code = ed_heads_leaves(&a->heads, head->seq, &leaves, &n, err);
	if (!code)
		code = ed_heads_hashes(&a->heads, leaves, n, &hashes, err);
	if (!code && !ed_merkle_root(hashes, n, &root))
		code = ed_fail_memory(err);
	if (!code && ((int64_t)n != head->size || memcmp(&root, &head->root, sizeof(root)) != 0))
		say(a, "audit.checkpoint-tree", where, NULL, NULL, NULL);
	return code;
}

static void day_gap(struct audit *a, int64_t after, int64_t until)
{
	char first[ED_TIME_STR], last[ED_TIME_STR];

	if (a->how->from && after + 1 < ed_days(a->from))
		after = ed_days(a->from) - 1;
	if (a->how->to && until - 1 > ed_days(a->to))
		until = ed_days(a->to) + 1;
	if (after + 1 >= until)
		return;
	ed_date_format(first, ed_date_of(after + 1));
	ed_date_format(last, ed_date_of(until - 1));
	say(a, "audit.day-missing", "head/", first, last, NULL);
}

/* From the first one on there is one each day. */
static void check_days(struct audit *a)
{
	int64_t today = ed_days(ed_zone_civil(a->desk->zone, a->how->now).date), before = 0;
	struct ed_date date;

	for (size_t k = 0; k < a->heads.n; k++) {
		if (!ed_date_parse(a->heads.v[k].head.date, &date))
			continue;
		if (k)
			day_gap(a, before, ed_days(date));
		before = ed_days(date);
	}
	if (a->heads.n)
		day_gap(a, before, today);
	else
		say(a, "audit.no-checkpoint", "head/", NULL, NULL, NULL);
}

static enum edoc_code audit_heads(struct audit *a, struct edoc_error *err)
{
	struct edoc_error why = {0};
	enum edoc_code code = ed_heads_read(a->desk, a->arena, &a->heads, &why);

	if (code && code != EDOC_ERR_MEMORY) {
		say(a, "audit.checkpoint", why.where, why.msg, NULL, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = why;
		return code;
	}
	a->has_heads = true;
	for (size_t k = 0; k < a->heads.n && !code; k++) {
		const struct ed_head *head = &a->heads.v[k].head;
		const char *where = ed_arena_printf(a->arena, "head/%06" PRId64, head->seq);

		if (!where)
			return ed_fail_memory(err);
		code = check_signed(a, head, where, err);
		if (!code)
			code = check_tree(a, head, where, err);
		if (!code && !a->heads.v[k].complete)
			say(a, "audit.unstamped", where, head->date, NULL, NULL);
	}
	check_days(a);
	return code;
}

/* ---- restorations ---- */

static enum edoc_code audit_epoch(struct audit *a, struct edoc_error *err)
{
	const char *path = ed_desk_path(a->desk, "conf/epoch.json"), *restored, *backup;
	struct edoc_error why = {0};
	struct ed_buf bytes;
	json_t *o = NULL;

	if (!path)
		return ed_fail_memory(err);
	if (access(path, F_OK))
		return EDOC_OK;
	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_read_path(path, &bytes, &why);
	if (!code)
		code = ed_json_parse(bytes.data, bytes.len, path, &o, &why);
	ed_buf_clear(&bytes);
	restored = ed_json_get_str(o, "restored");
	backup = ed_json_get_str(o, "backup");
	if (code || !restored || !backup || !ed_time_parse(restored, &a->restored))
		say(a, "audit.unreadable", path, why.msg, NULL, NULL);
	else
		say(a, "audit.restored", "conf/epoch.json", restored, backup, NULL);
	json_decref(o);
	return EDOC_OK;
}

/* ---- told ---- */

/* Words of at most 80 columns a line, behind the first line's own. */
static void put_wrapped(struct ed_buf *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " "), width = 0;

		for (size_t i = 0; i < n; i++)
			width += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (!column || column + 1 + width > 80) {
			ed_buf_puts(out, column ? "\n    " : "    ");
			column = 4;
		} else {
			ed_buf_putc(out, ' ');
			column++;
		}
		ed_buf_put(out, text, n);
		column += width;
		text += n + strspn(text + n, " ");
	}
	ed_buf_putc(out, '\n');
}

static enum edoc_code tell_text(struct audit *a, struct ed_tale *tale, struct edoc_error *err)
{
	static const char *const word[] = {N_("note"), N_("warning"), N_("error")};

	for (size_t i = 0; i < a->findings.n; i++) {
		const struct edoc_finding *f = &a->findings.v[i];
		const struct ed_rule *rule = ed_rule(f->code);
		char safe[1024], *text = NULL;
		enum edoc_code code = edoc_finding_text(f, "", &text, err);

		if (code)
			return code;
		ed_escape(safe, sizeof(safe), f->where);
		ed_buf_printf(&tale->text, "%s: %s: %s\n", safe,
		              T(word[rule ? rule->severity : EDOC_ERROR]), f->code);
		put_wrapped(&tale->text, text);
		edoc_free(text);
	}
	return EDOC_OK;
}

static void count(const struct audit *a, size_t n[3])
{
	for (size_t i = 0; i < a->findings.n; i++) {
		const struct ed_rule *rule = ed_rule(a->findings.v[i].code);

		n[rule ? rule->severity : EDOC_ERROR]++;
	}
}

static enum edoc_code tell(struct audit *a, size_t n[3], struct ed_tale *tale,
                           struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	size_t errors = 0;
	json_t *o;

	count(a, n);
	if (tale->want_text)
		code = tell_text(a, tale, err);
	if (!code && tale->want_text)
		ed_buf_printf(
		        &tale->text,
		        T("%zu cases, %zu checkpoints: %zu errors, %zu warnings, %zu notes\n"),
		        a->cases, a->heads.n, n[EDOC_ERROR], n[EDOC_WARNING], n[EDOC_INFO]);
	if (code || !tale->want_json)
		return code;
	bool text = tale->want_text;
	tale->want_text = false;
	code = ed_tale_findings(tale, "audit", &a->findings, NULL, &errors, err);
	tale->want_text = text;
	if (code)
		return code;
	o = json_object();
	code = ed_json_bool(o, "ok", !n[EDOC_ERROR]) | ed_json_str(o, "agency", a->desk->agency) |
	                       ed_json_time(o, "at", a->how->now) |
	                       ed_json_int(o, "cases", (int64_t)a->cases) |
	                       ed_json_int(o, "checkpoints", (int64_t)a->heads.n) |
	                       ed_json_int(o, "errors", (int64_t)n[EDOC_ERROR]) |
	                       ed_json_int(o, "warnings", (int64_t)n[EDOC_WARNING]) |
	                       ed_json_int(o, "notes", (int64_t)n[EDOC_INFO])
	               ? ed_fail_memory(err)
	               : ed_tale_json(tale, "audit", o, err);
	json_decref(o);
	return code;
}

static enum edoc_code look(struct audit *a, struct edoc_error *err)
{
	struct ed_pin *pin = NULL;
	char **ids = NULL;

	enum edoc_code code = ed_desk_directory(a->desk, a->arena, &pin, err);
	if (!code && pin && !ed_desk_believe(a->desk, pin, a->how->now, a->arena, NULL))
		a->directory = pin->directory;
	if (!code)
		code = audit_epoch(a, err);
	if (!code)
		code = audit_heads(a, err);
	if (!code)
		code = ed_case_list(a->desk, &ids, NULL, err);
	for (size_t i = 0; !code && ids[i]; i++)
		code = audit_case(a, ids[i], err);
	if (!code && a->has_heads)
		gone_cases(a, ids);
	ed_names_free(ids);
	return code ? code : audit_registers(a, err);
}

static enum edoc_code read_day(const char *text, struct ed_date *day, struct edoc_error *err)
{
	return !text || ed_date_parse(text, day)
	               ? EDOC_OK
	               : ed_fail(err, EDOC_ERR_USAGE, text, "no day such as 2026-03-31");
}

enum edoc_code edoc_desk_audit(struct edoc_desk *desk, const struct edoc_audit *how, char **text,
                               char **json, size_t *errors, size_t *warnings,
                               struct edoc_error *err)
{
	struct audit a = {
	        .desk = desk, .how = how, .arena = ed_arena_new(), .restored = ED_TIME_NONE};
	struct ed_tale tale;
	size_t n[3] = {0};

	*errors = *warnings = 0;
	if (!a.arena)
		return ed_fail_memory(err);
	ed_findings_init(&a.findings, a.arena);
	ed_tale_init(&tale, text != NULL, json != NULL);
	enum edoc_code code = read_day(how->from, &a.from, err);
	if (!code)
		code = read_day(how->to, &a.to, err);
	if (!code && how->from && how->to && ed_date_compare(a.to, a.from) < 0)
		code = ed_fail(err, EDOC_ERR_USAGE, how->to,
		               "the day --to is before the day --from");
	if (!code)
		code = look(&a, err);
	if (!code)
		code = tell(&a, n, &tale, err);
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	*errors = n[EDOC_ERROR];
	*warnings = n[EDOC_WARNING];
	ed_tale_clear(&tale);
	ed_heads_clear(&a.heads);
	ed_arena_free(a.arena);
	return code;
}
