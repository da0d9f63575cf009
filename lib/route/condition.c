/* SPDX-License-Identifier: ISC */
#include "route/condition.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "route/grammar.h"
#include "route/id.h"
#include "route/language.h"

static const char *const types[] = {"text", "boolean", "integer", "date", "choice", "agencies"};
#define N_TYPES (sizeof(types) / sizeof(*types))

struct reader {
	const char *where;
	const struct ed_fields *fields;
	struct ed_arena *arena;
	struct edoc_error *err;
};

/* ---- declarations ---- */

/* a-z, 0-9, "-" and "." between words: order.ict */
static bool is_field_id(const char *s)
{
	return *s >= 'a' && *s <= 'z' && strlen(s) <= 64 && !strstr(s, "..") &&
	       s[strlen(s) - 1] != '.' &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0';
}

static enum edoc_code words(struct reader *r, const struct ed_yaml *node, const char *const **out)
{
	const char **list;

	if (node->kind != ED_YAML_LIST || !node->n)
		return ed_yaml_fail(node, r->where, r->err,
		                    "a list such as [a, b] must stand here");
	list = ed_arena_alloc(r->arena, (node->n + 1) * sizeof(*list));
	if (!list)
		return ed_fail_memory(r->err);
	for (size_t i = 0; i < node->n; i++) {
		if (node->items[i]->kind != ED_YAML_SCALAR)
			return ed_yaml_fail(node->items[i], r->where, r->err,
			                    "a word must stand here");
		for (size_t k = 0; k < i; k++)
			if (!strcmp(list[k], node->items[i]->text))
				return ed_yaml_fail(node->items[i], r->where, r->err,
				                    "\"%s\" stands twice in this list", list[k]);
		list[i] = node->items[i]->text;
	}
	*out = list;
	return EDOC_OK;
}

static enum edoc_code field_type(struct reader *r, const struct ed_yaml *map, struct ed_field *f)
{
	const char *known[N_TYPES + 1] = {NULL}, *text, *near;
	enum edoc_code code = ed_yaml_text(map, r->where, "type", true, &text, r->err);

	if (code)
		return code;
	for (size_t i = 0; i < N_TYPES; i++) {
		known[i] = types[i];
		if (!strcmp(types[i], text)) {
			f->type = (enum ed_field_type)i;
			return EDOC_OK;
		}
	}
	near = ed_nearest(text, known);
	return ed_yaml_fail(ed_yaml_get(map, "type"), r->where, r->err,
	                    "a field is text, boolean, integer, date, choice or agencies, not "
	                    "\"%s\"%s%s",
	                    text, near ? "; the nearest is " : "", near ? near : "");
}

static enum edoc_code yes_or_no(struct reader *r, const struct ed_yaml *map, const char *key,
                                bool *yes)
{
	const char *text;
	enum edoc_code code = ed_yaml_text(map, r->where, key, false, &text, r->err);

	if (code || !text)
		return code;
	*yes = !strcmp(text, "yes");
	return *yes || !strcmp(text, "no") ? EDOC_OK
	                                   : ed_yaml_fail(ed_yaml_get(map, key), r->where, r->err,
	                                                  "\"%s\" is yes or no", key);
}

static enum edoc_code field(struct reader *r, const struct ed_yaml *key, const struct ed_yaml *map,
                            struct ed_field *f)
{
	const struct ed_yaml *values;
	enum edoc_code code;

	*f = (struct ed_field){.id = key->text, .line = key->line, .column = key->column};
	if (!is_field_id(f->id))
		return ed_yaml_fail(key, r->where, r->err,
		                    "\"%s\" is no field: a-z, 0-9, \"-\", with \".\" between words",
		                    f->id);
	code = ed_shape_only(&ed_shape_field, map, r->where, r->err);
	if (!code)
		code = field_type(r, map, f);
	values = ed_yaml_get(map, "values");
	if (!code && (f->type == ED_FIELD_CHOICE) != (values != NULL))
		return ed_yaml_fail(values ? values : map, r->where, r->err,
		                    values ? "only \"type: choice\" lists its values"
		                           : "\"type: choice\" needs \"values: [a, b]\"");
	if (!code && values)
		code = words(r, values, &f->values);
	if (!code)
		code = ed_yaml_text(map, r->where, "card", false, &f->card, r->err);
	if (!code && f->card && f->type == ED_FIELD_AGENCIES)
		return ed_yaml_fail(ed_yaml_get(map, "card"), r->where, r->err,
		                    "a card names no agencies of the directory");
	if (!code && f->card)
		code = ed_card_known(f->card, r->where, r->err);
	return code ? code : yes_or_no(r, map, "required", &f->required);
}

enum edoc_code ed_fields_parse(const struct ed_yaml *map, const char *where, struct ed_arena *arena,
                               struct ed_fields *fields, struct edoc_error *err)
{
	struct reader r = {where, fields, arena, err};
	enum edoc_code code = EDOC_OK;

	*fields = (struct ed_fields){0};
	if (!map)
		return EDOC_OK;
	if (map->kind != ED_YAML_MAP || !map->n)
		return ed_yaml_fail(map, where, err, "\"fields\" is a map of names to {type: ...}");
	if (map->n > ED_MAX_ROUTE_FIELDS)
		return ed_fail(err, EDOC_ERR_LIMIT, where, "a route may have %d fields",
		               ED_MAX_ROUTE_FIELDS);
	fields->v = ed_arena_alloc(arena, map->n * sizeof(*fields->v));
	if (!fields->v)
		return ed_fail_memory(err);
	for (size_t i = 0; i < map->n && !code; i++) {
		code = field(&r, map->keys[i], map->items[i], &fields->v[i]);
		fields->n += !code;
	}
	return code;
}

const struct ed_field *ed_field(const struct ed_fields *fields, const char *id)
{
	for (size_t i = 0; i < fields->n; i++)
		if (!strcmp(fields->v[i].id, id))
			return &fields->v[i];
	return NULL;
}

/* ---- values ---- */

/* A whole number as JSON has it, without sign games and leading zeros. */
static bool is_integer(const char *s, int64_t *n)
{
	const char *digits = s + (*s == '-');
	size_t len = strlen(digits);

	if (!len || len > 15 || strspn(digits, "0123456789") != len || (*digits == '0' && len > 1))
		return false;
	*n = strtoll(s, NULL, 10);
	return true;
}

static const char *text_fault(const struct ed_field *f, const char *s)
{
	struct ed_date date;
	int64_t n;

	switch (f->type) {
	case ED_FIELD_BOOLEAN:
		return !strcmp(s, "yes") || !strcmp(s, "no") ? NULL : N_("yes or no");
	case ED_FIELD_INTEGER:
		return is_integer(s, &n) ? NULL : N_("a whole number");
	case ED_FIELD_DATE:
		return ed_date_parse(s, &date) ? NULL : N_("a day such as 2026-03-05");
	case ED_FIELD_CHOICE:
		return ed_def_one_of(s, f->values) ? NULL
		                                   : N_("one of the values that the route lists");
	case ED_FIELD_AGENCIES:
		return ed_is_id(s) ? NULL : N_("names of agencies, with commas between them");
	default:
		return s[strspn(s, " ")] && strlen(s) <= 1000 ? NULL
		                                              : N_("a text of at most 1000 bytes");
	}
}

/* "moliya, adliya": in the order in which they are told, each once. */
static enum edoc_code agencies(const struct ed_field *f, const char *text, json_t *list,
                               struct edoc_error *err)
{
	while (*text) {
		size_t n = strcspn(text, ", ");
		char id[65];

		if (n && n < sizeof(id)) {
			memcpy(id, text, n);
			id[n] = '\0';
			if (!ed_is_id(id))
				n = sizeof(id);
		}
		if (n >= sizeof(id))
			return ed_fail(err, EDOC_ERR_USAGE, f->id, "it must be %s",
			               dgettext("edoc", text_fault(f, "")));
		for (size_t i = 0; n && i < json_array_size(list); i++)
			if (!strcmp(json_string_value(json_array_get(list, i)), id))
				return ed_fail(err, EDOC_ERR_USAGE, f->id, "%s is named twice", id);
		if (n && json_array_append_new(list, json_string(id)))
			return ed_fail_memory(err);
		text += n;
		text += strspn(text, ", ");
	}
	return json_array_size(list) ? EDOC_OK
	                             : ed_fail(err, EDOC_ERR_USAGE, f->id, "no agency is named");
}

enum edoc_code ed_field_value(const struct ed_field *field, const char *text, json_t **value,
                              struct edoc_error *err)
{
	const char *fault = field->type == ED_FIELD_AGENCIES ? NULL : text_fault(field, text);
	enum edoc_code code = EDOC_OK;
	int64_t n = 0;

	*value = NULL;
	if (fault)
		return ed_fail(err, EDOC_ERR_USAGE, field->id, "it must be %s, not \"%s\"",
		               dgettext("edoc", fault), text);
	if (field->type == ED_FIELD_AGENCIES)
		*value = json_array();
	else if (field->type == ED_FIELD_BOOLEAN)
		*value = json_boolean(!strcmp(text, "yes"));
	else if (field->type == ED_FIELD_INTEGER && is_integer(text, &n))
		*value = json_integer(n);
	else
		*value = json_string(text);
	if (!*value)
		return ed_fail(err, EDOC_ERR_USAGE, field->id, "not UTF-8");
	if (field->type == ED_FIELD_AGENCIES)
		code = agencies(field, text, *value, err);
	if (code) {
		json_decref(*value);
		*value = NULL;
	}
	return code;
}

enum edoc_code ed_field_of_card(const struct ed_field *field, const struct ed_card *card,
                                json_t **value, struct edoc_error *err)
{
	const char *text = card && field->card ? ed_card_get(card, field->card) : NULL;

	*value = NULL;
	return text ? ed_field_value(field, text, value, err) : EDOC_OK;
}

const char *ed_field_fault(const struct ed_field *field, const json_t *value)
{
	if (field->type == ED_FIELD_BOOLEAN)
		return json_is_boolean(value) ? NULL : N_("true or false");
	if (field->type == ED_FIELD_INTEGER)
		return json_is_integer(value) ? NULL : N_("a whole number");
	if (field->type != ED_FIELD_AGENCIES)
		return json_is_string(value) ? text_fault(field, json_string_value(value))
		                             : N_("a text");
	if (!json_is_array(value) || !json_array_size(value))
		return N_("a list of agencies");
	for (size_t i = 0; i < json_array_size(value); i++) {
		const char *id = json_string_value(json_array_get(value, i));

		if (!id || !ed_is_id(id))
			return N_("a list of agencies");
		for (size_t k = 0; k < i; k++)
			if (!strcmp(json_string_value(json_array_get(value, k)), id))
				return N_("a list of agencies, each once");
	}
	return NULL;
}

/* ---- conditions ---- */

static const struct {
	const char *key;
	enum ed_compare compare;
} compares[] = {{"is", ED_IS},      {"in", ED_IN},
                {"below", ED_LESS}, {"at-most", ED_LESS_OR_IS},
                {"above", ED_MORE}, {"at-least", ED_MORE_OR_IS},
                {"has", ED_HAS},    {"all", ED_ALL},
                {"any", ED_ANY},    {"not", ED_NOT}};
#define N_COMPARES (sizeof(compares) / sizeof(*compares))

static enum edoc_code parse(struct reader *r, const struct ed_yaml *node, int depth,
                            const struct ed_condition **out);

static enum edoc_code parse_parts(struct reader *r, const struct ed_yaml *node, int depth,
                                  struct ed_condition *c)
{
	size_t n = node->kind == ED_YAML_LIST ? node->n : 1;
	const struct ed_condition **parts;
	enum edoc_code code = EDOC_OK;

	if (c->compare != ED_NOT && (node->kind != ED_YAML_LIST || !node->n))
		return ed_yaml_fail(node, r->where, r->err, "a list of conditions must stand here");
	if (c->compare == ED_NOT && node->kind != ED_YAML_MAP)
		return ed_yaml_fail(node, r->where, r->err, "one condition must stand here");
	parts = ed_arena_alloc(r->arena, n * sizeof(struct ed_condition *));
	if (!parts)
		return ed_fail_memory(r->err);
	for (size_t i = 0; i < n && !code; i++)
		code = parse(r, node->kind == ED_YAML_LIST ? node->items[i] : node, depth + 1,
		             &parts[i]);
	c->parts = parts;
	c->n_parts = n;
	return code;
}

static enum edoc_code find_field(struct reader *r, const struct ed_yaml *map,
                                 struct ed_condition *c)
{
	const char *known[ED_MAX_ROUTE_FIELDS + 1], *text, *near;
	enum edoc_code code = ed_yaml_text(map, r->where, "field", true, &text, r->err);
	size_t n = 0;

	if (code)
		return code;
	c->field = ed_field(r->fields, text);
	if (c->field)
		return EDOC_OK;
	for (; n < r->fields->n; n++)
		known[n] = r->fields->v[n].id;
	known[n] = NULL;
	near = ed_nearest(text, known);
	return ed_yaml_fail(ed_yaml_get(map, "field"), r->where, r->err,
	                    "the route declares no field \"%s\" under \"fields:\"%s%s", text,
	                    near ? "; the nearest is " : "", near ? near : "");
}

/* The comparison fits the field's type, and so does what it is compared with. */
static enum edoc_code check_types(struct reader *r, const struct ed_yaml *node,
                                  const struct ed_condition *c)
{
	const struct ed_field yes_no = {.type = ED_FIELD_BOOLEAN};
	const struct ed_field *f = c->compare == ED_HAS ? &yes_no : c->field;
	bool order = c->compare >= ED_LESS && c->compare <= ED_MORE_OR_IS;

	if (order && f->type != ED_FIELD_INTEGER && f->type != ED_FIELD_DATE)
		return ed_yaml_fail(node, r->where, r->err,
		                    "only numbers and days are before or after each other; "
		                    "\"%s\" is of type %s",
		                    f->id, types[f->type]);
	if (f->type == ED_FIELD_AGENCIES)
		return ed_yaml_fail(node, r->where, r->err,
		                    "a list of agencies is only asked \"has: yes\"");
	for (const char *const *v = c->values; *v; v++)
		if (text_fault(f, *v))
			return ed_yaml_fail(node, r->where, r->err,
			                    "\"%s\" is compared with \"%s\": it must be %s",
			                    c->field->id, *v, dgettext("edoc", text_fault(f, *v)));
	return EDOC_OK;
}

static enum edoc_code parse_values(struct reader *r, const struct ed_yaml *map,
                                   const struct ed_yaml *node, struct ed_condition *c)
{
	const char **one;
	enum edoc_code code = find_field(r, map, c);

	if (code)
		return code;
	if (c->compare == ED_IN) {
		code = words(r, node, &c->values);
	} else if (node->kind != ED_YAML_SCALAR) {
		return ed_yaml_fail(node, r->where, r->err, "one value must stand here");
	} else {
		one = ed_arena_alloc(r->arena, 2 * sizeof(*one));
		if (!one)
			return ed_fail_memory(r->err);
		one[0] = node->text;
		c->values = one;
	}
	return code ? code : check_types(r, node, c);
}

static enum edoc_code parse(struct reader *r, const struct ed_yaml *node, int depth,
                            const struct ed_condition **out)
{
	struct ed_condition *c = ed_arena_alloc(r->arena, sizeof(*c));
	const struct ed_yaml *value = NULL;
	enum edoc_code code;

	if (!c)
		return ed_fail_memory(r->err);
	if (node->kind != ED_YAML_MAP || depth > ED_MAX_ROUTE_DEPTH)
		return ed_yaml_fail(node, r->where, r->err,
		                    "a condition is written {field: NAME, is: VALUE}, or with "
		                    "all, any, not; at most %d deep",
		                    ED_MAX_ROUTE_DEPTH);
	code = ed_shape_only(&ed_shape_condition, node, r->where, r->err);
	for (size_t i = 0; i < N_COMPARES && !code; i++) {
		const struct ed_yaml *v = ed_yaml_get(node, compares[i].key);

		if (v && value)
			return ed_yaml_fail(v, r->where, r->err,
			                    "one comparison at a time: put them under \"all:\"");
		if (v) {
			value = v;
			c->compare = compares[i].compare;
		}
	}
	if (code)
		return code;
	if (!value)
		return ed_yaml_fail(
		        node, r->where, r->err,
		        "what is compared? is, in, below, at-most, above, at-least, has");
	if (c->compare >= ED_ALL && ed_yaml_get(node, "field"))
		return ed_yaml_fail(ed_yaml_get(node, "field"), r->where, r->err,
		                    "\"all\", \"any\" and \"not\" hold conditions, not a field");
	code = c->compare >= ED_ALL ? parse_parts(r, value, depth, c)
	                            : parse_values(r, node, value, c);
	*out = c;
	return code;
}

enum edoc_code ed_condition_parse(const struct ed_yaml *node, const char *where,
                                  const struct ed_fields *fields, struct ed_arena *arena,
                                  const struct ed_condition **condition, struct edoc_error *err)
{
	struct reader r = {where, fields, arena, err};

	return parse(&r, node, 1, condition);
}

static bool is(const struct ed_field *f, const json_t *value, const char *text)
{
	if (f->type == ED_FIELD_BOOLEAN)
		return json_is_true(value) == !strcmp(text, "yes");
	if (f->type == ED_FIELD_INTEGER)
		return json_integer_value(value) == strtoll(text, NULL, 10);
	return !strcmp(json_string_value(value), text);
}

/* Below 0, 0, above 0; days compare as they are written. */
static int order(const struct ed_field *f, const json_t *value, const char *text)
{
	int64_t a = json_integer_value(value), b;

	if (f->type == ED_FIELD_DATE)
		return strcmp(json_string_value(value), text);
	b = strtoll(text, NULL, 10);
	return (a > b) - (a < b);
}

static bool compare(const struct ed_condition *c, const json_t *value)
{
	switch (c->compare) {
	case ED_LESS:
		return order(c->field, value, c->values[0]) < 0;
	case ED_LESS_OR_IS:
		return order(c->field, value, c->values[0]) <= 0;
	case ED_MORE:
		return order(c->field, value, c->values[0]) > 0;
	case ED_MORE_OR_IS:
		return order(c->field, value, c->values[0]) >= 0;
	default:
		for (const char *const *v = c->values; *v; v++)
			if (is(c->field, value, *v))
				return true;
		return false;
	}
}

bool ed_condition_holds(const struct ed_condition *c, const json_t *values)
{
	const json_t *value = c->field ? json_object_get(values, c->field->id) : NULL;

	if (c->compare == ED_HAS)
		return (value != NULL) == !strcmp(c->values[0], "yes");
	if (c->field)
		return value && !ed_field_fault(c->field, value) && compare(c, value);
	for (size_t i = 0; i < c->n_parts; i++) {
		bool holds = ed_condition_holds(c->parts[i], values);

		if (c->compare == ED_NOT)
			return !holds;
		if (holds != (c->compare == ED_ALL))
			return holds;
	}
	return c->compare == ED_ALL;
}
