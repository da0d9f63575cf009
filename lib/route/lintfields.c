/* SPDX-License-Identifier: ISC */
/*
 * Conditions against each other.  They compare fields with constants, so a
 * field needs few values to stand for all: each constant, what lies beside it,
 * and none.  Every combination of them is tried, so what is found here is so.
 *
 *  route.R008 E  {0}: the condition can never hold
 *  route.R009 E  step {0}: case {1} is never taken, those before it cover it
 *  route.R021 E  step {0}: {1} must pass, and no more than {2} branches may be open
 *  route.R022 W  step {0}: branch {1} must pass, and is not always open
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "route/lint.h"

#define MAX_AROUND (2 * ED_MAX_ROUTE_DEPTH + 4)

struct axis {
	const struct ed_field *field;
	json_t *samples; /* null: the case has no such field */
	size_t at;
};

/* The combinations, one after the other. */
struct worlds {
	struct axis axis[ED_MAX_ROUTE_FIELDS];
	size_t n, total;
	json_t *values; /* the first entry's "fields" in this one */
	bool lost;
};

/* What holds wherever the step is open: conditions of what stands around it. */
struct around {
	const struct ed_condition *v[MAX_AROUND];
	size_t n;
};

static void sample(struct worlds *w, struct axis *a, json_t *value)
{
	for (size_t i = 0; i < json_array_size(a->samples); i++)
		if (value && json_equal(json_array_get(a->samples, i), value)) {
			json_decref(value);
			return;
		}
	w->lost |= json_array_append_new(a->samples, value) != 0;
}

static void sample_integer(struct worlds *w, struct axis *a, const char *text)
{
	int64_t v = strtoll(text, NULL, 10);

	sample(w, a, json_integer(v));
	if (v > INT64_MIN)
		sample(w, a, json_integer(v - 1));
	if (v < INT64_MAX)
		sample(w, a, json_integer(v + 1));
}

static void sample_date(struct worlds *w, struct axis *a, const char *text)
{
	struct ed_date date;
	char day[ED_TIME_STR];

	if (!ed_date_parse(text, &date))
		return;
	for (int i = -1; i <= 1; i++) {
		ed_date_format(day, ed_date_add_days(date, i));
		sample(w, a, json_string(day));
	}
}

/* What a field may be that no condition names. */
static void sample_type(struct worlds *w, struct axis *a)
{
	const struct ed_field *f = a->field;

	if (!f->required)
		sample(w, a, json_null());
	if (f->type == ED_FIELD_BOOLEAN) {
		sample(w, a, json_true());
		sample(w, a, json_false());
	} else if (f->type == ED_FIELD_CHOICE) {
		for (const char *const *v = f->values; *v; v++)
			sample(w, a, json_string(*v));
	} else if (f->type == ED_FIELD_AGENCIES) {
		sample(w, a, json_pack("[s]", "any"));
	} else if (f->type == ED_FIELD_TEXT) {
		sample(w, a, json_string("\x7f")); /* of no constant: YAML has no such text */
	} else if (f->type == ED_FIELD_INTEGER) {
		sample_integer(w, a, "0");
	} else {
		sample_date(w, a, "2000-01-01");
	}
}

static struct axis *find_axis(struct worlds *w, const struct ed_field *field)
{
	struct axis *a;

	for (size_t i = 0; i < w->n; i++)
		if (w->axis[i].field == field)
			return &w->axis[i];
	a = &w->axis[w->n++];
	*a = (struct axis){.field = field, .samples = json_array()};
	sample_type(w, a);
	return a;
}

static void collect(struct worlds *w, const struct ed_condition *c)
{
	struct axis *a = c->field ? find_axis(w, c->field) : NULL;

	for (size_t i = 0; i < c->n_parts; i++)
		collect(w, c->parts[i]);
	if (!a || c->compare == ED_HAS)
		return;
	for (const char *const *v = c->values; *v; v++) {
		if (a->field->type == ED_FIELD_INTEGER)
			sample_integer(w, a, *v);
		else if (a->field->type == ED_FIELD_DATE)
			sample_date(w, a, *v);
		else if (a->field->type == ED_FIELD_TEXT)
			sample(w, a, json_string(*v));
	}
}

static void put(struct worlds *w, const struct axis *a)
{
	json_t *value = json_array_get(a->samples, a->at);

	if (json_is_null(value))
		json_object_del(w->values, a->field->id);
	else
		w->lost |= json_object_set(w->values, a->field->id, value) != 0;
}

/* false: too many combinations, and nothing is said; or no memory. */
static bool first(struct worlds *w)
{
	w->values = json_object();
	w->total = 1;
	w->lost |= !w->values;
	for (size_t i = 0; i < w->n && !w->lost; i++) {
		w->total *= json_array_size(w->axis[i].samples);
		if (!w->total || w->total > ED_MAX_ROUTE_STATES)
			return false;
		put(w, &w->axis[i]);
	}
	return !w->lost;
}

static bool next(struct worlds *w)
{
	for (size_t i = 0; i < w->n && !w->lost; i++) {
		struct axis *a = &w->axis[i];
		bool more = a->at + 1 < json_array_size(a->samples);

		a->at = more ? a->at + 1 : 0;
		put(w, a);
		if (more)
			return !w->lost;
	}
	return false;
}

static void clear(struct worlds *w)
{
	for (size_t i = 0; i < w->n; i++)
		json_decref(w->axis[i].samples);
	json_decref(w->values);
}

static void add(struct around *a, const struct ed_condition *c)
{
	if (c && a->n < MAX_AROUND)
		a->v[a->n++] = c;
}

/* Of the block, and of the steps and branches that it stands in. */
static struct around around(const struct ed_route_block *b)
{
	struct around a = {.n = 0};

	for (; b; b = b->owner ? b->owner->block : NULL) {
		add(&a, b->when);
		add(&a, b->owner ? b->owner->when : NULL);
	}
	return a;
}

static void collect_around(struct worlds *w, const struct around *a)
{
	for (size_t i = 0; i < a->n; i++)
		collect(w, a->v[i]);
}

static bool holds_around(const struct worlds *w, const struct around *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (!ed_condition_holds(a->v[i], w->values))
			return false;
	return true;
}

/* Never where one gets that far: what stands around it has its own finding. */
static bool never(struct ed_lint *l, const struct around *a, const struct ed_condition *c)
{
	struct worlds w = {.n = 0};
	bool here = false, holds = false;

	collect_around(&w, a);
	collect(&w, c);
	for (bool more = first(&w); more && !holds; more = next(&w)) {
		bool in = holds_around(&w, a);

		here |= in;
		holds = in && ed_condition_holds(c, w.values);
	}
	l->lost |= w.lost;
	holds |= w.total > ED_MAX_ROUTE_STATES;
	clear(&w);
	return here && !holds;
}

static void lint_if(struct ed_lint *l, const struct around *a, const struct ed_condition *c,
                    const char *name, unsigned line, unsigned column)
{
	if (c && never(l, a, c))
		ed_lint_report(l, "route.R008", line, column, name, NULL, NULL);
}

/* Which case of choose is taken in this world; the last has no condition. */
static size_t taken(const struct ed_route_step *s, const json_t *values)
{
	size_t k = 0;

	while (k + 1 < s->n_choices && s->choices[k].when &&
	       !ed_condition_holds(s->choices[k].when, values))
		k++;
	return k;
}

static void lint_cases(struct ed_lint *l, const struct around *a, const struct ed_route_step *s)
{
	struct worlds w = {.n = 0};
	bool *seen = calloc(s->n_choices, sizeof(*seen));
	bool all, here = false;
	char number[24];

	l->lost |= !seen;
	collect_around(&w, a);
	for (size_t k = 0; k + 1 < s->n_choices; k++)
		collect(&w, s->choices[k].when);
	all = seen && first(&w);
	for (bool more = all; more; more = next(&w))
		if (holds_around(&w, a)) {
			seen[taken(s, w.values)] = true;
			here = true;
		}
	for (size_t k = 0; all && here && k + 1 < s->n_choices; k++) {
		const struct ed_choice *c = &s->choices[k];

		snprintf(number, sizeof(number), "%zu", k + 1);
		if (!seen[k] && never(l, a, c->when))
			ed_lint_report(l, "route.R008", c->line, c->column, s->path, NULL, NULL);
		else if (!seen[k])
			ed_lint_report(l, "route.R009", c->line, c->column, s->path, number, NULL);
	}
	l->lost |= w.lost;
	clear(&w);
	free(seen);
}

static bool must(const struct ed_route_step *s, size_t k)
{
	for (const char *const *m = s->join.must; m && *m; m++)
		if (!strcmp(*m, s->branches[k].id))
			return true;
	return false;
}

/* A number that must pass does not shrink when branches are not opened. */
static void lint_open(struct ed_lint *l, const struct around *a, const struct ed_route_step *s)
{
	bool off[ED_MAX_ROUTE_BRANCHES] = {false};
	struct worlds w = {.n = 0};
	size_t least = s->n_branches;
	char need[24], have[24];

	collect_around(&w, a);
	for (size_t k = 0; k < s->n_branches; k++)
		if (s->branches[k].when)
			collect(&w, s->branches[k].when);
	for (bool more = first(&w); more; more = next(&w)) {
		size_t open = 0;

		if (!holds_around(&w, a))
			continue;
		for (size_t k = 0; k < s->n_branches; k++) {
			const struct ed_condition *c = s->branches[k].when;
			bool on = !c || ed_condition_holds(c, w.values);

			open += on;
			off[k] |= !on;
		}
		least = open < least ? open : least;
	}
	l->lost |= w.lost;
	clear(&w);
	snprintf(need, sizeof(need), "%d", s->join.pass);
	snprintf(have, sizeof(have), "%zu", least);
	if (!s->join.percent && (size_t)s->join.pass > least)
		ed_lint_report(l, "route.R021", s->line, s->column, s->path, need, have);
	for (size_t k = 0; k < s->n_branches; k++)
		if (off[k] && must(s, k))
			ed_lint_report(l, "route.R022", s->branches[k].line, s->branches[k].column,
			               s->path, s->branches[k].id, NULL);
}

void ed_lint_fields(struct ed_lint *l, const struct ed_route_step *s)
{
	struct around a = around(s->block);

	lint_if(l, &a, s->when, s->path, s->line, s->column);
	add(&a, s->when);
	if (s->n_choices)
		lint_cases(l, &a, s);
	for (size_t k = 0; k < s->n_branches; k++)
		lint_if(l, &a, s->branches[k].when, s->branches[k].id ? s->branches[k].id : s->path,
		        s->branches[k].line, s->branches[k].column);
	if (s->verb == ED_DO_PARALLEL)
		lint_open(l, &a, s);
}
