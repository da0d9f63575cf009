/* SPDX-License-Identifier: ISC */
/*
 * Fields that a route declares, and comparisons on them: `if:` and `choose`.
 * Words, for YAML keeps ">" to itself.  No expressions: a clerk reads them, lint can see through
 * them, and every verifier comes to the same answer from the first entry alone.
 *
 *   fields:
 *     order.ict: {type: boolean, required: yes}
 *     sum:       {type: integer, card: amount}
 *     kind:      {type: choice, values: [ariza, shikoyat]}
 *     bodies:    {type: agencies}
 *   if: {all: [{field: order.ict, is: yes}, {not: {field: sum, below: 100}}]}
 */
#ifndef ED_ROUTE_CONDITION_H
#define ED_ROUTE_CONDITION_H

#include "base/arena.h"
#include "door/json.h"
#include "door/yaml.h"
#include "package/card.h"

enum ed_field_type {
	ED_FIELD_TEXT = 0,
	ED_FIELD_BOOLEAN, /* yes, no */
	ED_FIELD_INTEGER,
	ED_FIELD_DATE,    /* 2026-03-05 */
	ED_FIELD_CHOICE,  /* one of values */
	ED_FIELD_AGENCIES /* names of the directory: what `each` goes over */
};

struct ed_field {
	const char *id;
	enum ed_field_type type;
	const char *const *values; /* choice: NULL-ended */
	const char *card;          /* the card's field that it repeats, or NULL */
	bool required;
	unsigned line, column;
};

struct ed_fields {
	struct ed_field *v;
	size_t n;
};

enum ed_compare {
	ED_IS = 0,
	ED_IN,
	ED_LESS,
	ED_LESS_OR_IS,
	ED_MORE,
	ED_MORE_OR_IS,
	ED_HAS, /* the case has the field, or (value "no") has it not */
	ED_ALL,
	ED_ANY,
	ED_NOT
};

struct ed_condition {
	enum ed_compare compare;
	const struct ed_field *field; /* not for ALL, ANY, NOT */
	const char *const *values;    /* NULL-ended; one, but for IN */
	const struct ed_condition *const *parts;
	size_t n_parts;
};

/* The map under "fields:"; map NULL: none. */
enum edoc_code ed_fields_parse(const struct ed_yaml *map, const char *where, struct ed_arena *arena,
                               struct ed_fields *fields, struct edoc_error *err) EDOC_CHECK;
const struct ed_field *ed_field(const struct ed_fields *fields, const char *id);
/* What is typed into a value of that type; *value is owned by the caller. */
enum edoc_code ed_field_value(const struct ed_field *field, const char *text, json_t **value,
                              struct edoc_error *err) EDOC_CHECK;
/* What the card says of the field; *value NULL: nothing.  A text that is not of
 * the field's type is EDOC_ERR_USAGE. */
enum edoc_code ed_field_of_card(const struct ed_field *field, const struct ed_card *card,
                                json_t **value, struct edoc_error *err) EDOC_CHECK;
/* NULL when the value is of the field's type, else what it should be. */
const char *ed_field_fault(const struct ed_field *field, const json_t *value);

/* Types are checked here: what parses can be decided. */
enum edoc_code ed_condition_parse(const struct ed_yaml *node, const char *where,
                                  const struct ed_fields *fields, struct ed_arena *arena,
                                  const struct ed_condition **condition,
                                  struct edoc_error *err) EDOC_CHECK;
/* values: the first entry's "fields", or NULL.  A comparison with a field that
 * the case does not have is false. */
bool ed_condition_holds(const struct ed_condition *condition, const json_t *values);

#endif
