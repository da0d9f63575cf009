/* SPDX-License-Identifier: ISC */
#include "route/language.h"

#include <string.h>

static const struct ed_shape shape_branch;

/* ---- maps whose names the author gives ---- */

static const struct ed_shape shape_roles = {.name = "roles", .each = &ed_shape_role};
static const struct ed_shape shape_fields = {.name = "fields", .each = &ed_shape_field};
static const struct ed_shape shape_clocks = {.name = "clocks", .each = &ed_shape_clock};
static const struct ed_shape shape_branches = {.name = "branches", .each = &shape_branch};
static const struct ed_shape shape_outcomes = {.name = "outcomes", .each = &ed_shape_outcome};
static const struct ed_shape shape_documents = {.name = "documents", .each = &ed_shape_document};
static const struct ed_shape shape_refusals = {.name = "refusals", .each = &ed_shape_title};

/* ---- the head ---- */

static const struct ed_shape_key route_keys[] = {
        {"format", NULL},
        {"route", NULL},
        {"version", NULL},
        {"title", &ed_shape_title},
        {"basis", NULL},
        {"issued-by", NULL},
        {"date", NULL},
        {"calendar", NULL},
        {"zone", NULL},
        {"count", &ed_shape_count},
        {"service", &ed_shape_service},
        {"fields", &shape_fields},
        {"roles", &shape_roles},
        {"separate", NULL},
        {"clocks", &shape_clocks},
        {"withdraw", &ed_shape_withdraw},
        {"steps", &ed_shape_step},
        {NULL, NULL},
};
const struct ed_shape ed_shape_route = {.name = "route", .keys = route_keys};

static const struct ed_shape_key title_keys[] = {{"tg", NULL}, {"uz", NULL}, {"uz-Cyrl", NULL},
                                                 {"ru", NULL}, {"en", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_title = {.name = "title", .keys = title_keys};

static const struct ed_shape_key count_keys[] = {
        {"start", NULL}, {"roll", NULL}, {"cutoff", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_count = {.name = "count", .keys = count_keys};

static const struct ed_shape_key field_keys[] = {
        {"type", NULL}, {"values", NULL}, {"card", NULL}, {"required", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_field = {.name = "field", .keys = field_keys};

static const struct ed_shape_key condition_keys[] = {
        {"field", NULL},
        {"is", NULL},
        {"in", NULL},
        {"below", NULL},
        {"at-most", NULL},
        {"above", NULL},
        {"at-least", NULL},
        {"has", NULL},
        {"all", &ed_shape_condition},
        {"any", &ed_shape_condition},
        {"not", &ed_shape_condition},
        {NULL, NULL},
};
const struct ed_shape ed_shape_condition = {.name = "condition", .keys = condition_keys};

static const struct ed_shape_key role_keys[] = {{"party", NULL}, {"agency", NULL}, {"unit", NULL},
                                                {"post", NULL},  {"deputy", NULL}, {"set-by", NULL},
                                                {NULL, NULL}};
const struct ed_shape ed_shape_role = {.name = "role", .keys = role_keys};

static const struct ed_shape_key withdraw_keys[] = {
        {"by", NULL}, {"before", NULL}, {"reason", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_withdraw = {.name = "withdraw", .keys = withdraw_keys};

/* ---- terms ---- */

static const struct ed_shape_key clock_keys[] = {
        {"from", NULL},    {"within", NULL},  {"stops-at", NULL}, {"extend", &ed_shape_extend},
        {"stop-on", NULL}, {"stop-by", NULL}, {"remind", NULL},   {"overdue", &ed_shape_overdue},
        {NULL, NULL}};
const struct ed_shape ed_shape_clock = {.name = "clock", .keys = clock_keys};

static const struct ed_shape_key extend_keys[] = {
        {"by", NULL},     {"to", NULL},     {"more", NULL},   {"times", NULL},
        {"before", NULL}, {"reason", NULL}, {"notify", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_extend = {.name = "extend", .keys = extend_keys};

static const struct ed_shape_key overdue_keys[] = {
        {"escalate", NULL}, {"again", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_overdue = {.name = "overdue", .keys = overdue_keys};

/* ---- steps ---- */

static const struct ed_shape_key work_keys[] = {
        {"id", NULL},
        {"title", NULL},
        {"do", NULL},
        {"if", &ed_shape_condition},
        {"by", NULL},
        {"not-by", NULL},
        {"to", NULL},
        {"delegate", &ed_shape_delegate},
        {"reassign", &ed_shape_reassign},
        {"sets-term", NULL},
        {"within", NULL},
        {"from", NULL},
        {"extend", &ed_shape_extend},
        {"stop-on", NULL},
        {"stop-by", NULL},
        {"remind", NULL},
        {"overdue", &ed_shape_overdue},
        {"silent", NULL},
        {"book", &ed_shape_book},
        {"document", NULL},
        {"level", NULL},
        {"needs", NULL},
        {"visibility", NULL},
        {"notify", NULL},
        {"times", NULL},
        {"outcomes", &shape_outcomes},
        {"then", NULL},
        {"end", NULL},
        {NULL, NULL},
};
const struct ed_shape ed_shape_work = {.name = "work", .keys = work_keys};

static const struct ed_shape_key parallel_keys[] = {
        {"id", NULL},
        {"title", NULL},
        {"do", NULL},
        {"if", &ed_shape_condition},
        {"within", NULL},
        {"from", NULL},
        {"extend", &ed_shape_extend},
        {"stop-on", NULL},
        {"stop-by", NULL},
        {"remind", NULL},
        {"overdue", &ed_shape_overdue},
        {"branches", &shape_branches},
        {"join", &ed_shape_join},
        {"notify", NULL},
        {"times", NULL},
        {"outcomes", &shape_outcomes},
        {"then", NULL},
        {"end", NULL},
        {NULL, NULL},
};
const struct ed_shape ed_shape_parallel = {.name = "parallel", .keys = parallel_keys};

static const struct ed_shape_key each_keys[] = {
        {"id", NULL},
        {"title", NULL},
        {"do", NULL},
        {"if", &ed_shape_condition},
        {"in", NULL},
        {"within", NULL},
        {"from", NULL},
        {"extend", &ed_shape_extend},
        {"stop-on", NULL},
        {"stop-by", NULL},
        {"remind", NULL},
        {"overdue", &ed_shape_overdue},
        {"step", &ed_shape_step},
        {"steps", &ed_shape_step},
        {"join", &ed_shape_join},
        {"notify", NULL},
        {"times", NULL},
        {"outcomes", &shape_outcomes},
        {"then", NULL},
        {"end", NULL},
        {NULL, NULL},
};
const struct ed_shape ed_shape_each = {.name = "each", .keys = each_keys};

static const struct ed_shape_key choose_keys[] = {
        {"id", NULL}, {"title", NULL}, {"do", NULL}, {"cases", &ed_shape_case}, {NULL, NULL}};
const struct ed_shape ed_shape_choose = {.name = "choose", .keys = choose_keys};

static const struct ed_shape_key case_keys[] = {
        {"if", &ed_shape_condition}, {"then", NULL}, {"end", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_case = {.name = "case", .keys = case_keys};

static const struct ed_shape_key steps_keys[] = {
        {"if", &ed_shape_condition}, {"steps", &ed_shape_step}, {NULL, NULL}};
const struct ed_shape ed_shape_steps = {.name = "steps", .keys = steps_keys};

static const struct ed_shape_key join_keys[] = {
        {"pass", NULL},   {"must", NULL},      {"refuse", NULL}, {"rest", NULL},
        {"silent", NULL}, {"on-change", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_join = {.name = "join", .keys = join_keys};

static const struct ed_shape_key outcome_keys[] = {
        {"then", NULL},   {"end", NULL},   {"leave", NULL}, {"reason", NULL},
        {"notify", NULL}, {"times", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_outcome = {.name = "outcome", .keys = outcome_keys};

static const struct ed_shape_key book_keys[] = {{"name", NULL}, {"number", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_book = {.name = "book", .keys = book_keys};

static const struct ed_shape_key delegate_keys[] = {{"depth", NULL}, {"keep", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_delegate = {.name = "delegate", .keys = delegate_keys};

static const struct ed_shape_key reassign_keys[] = {{"by", NULL}, {NULL, NULL}};
const struct ed_shape ed_shape_reassign = {.name = "reassign", .keys = reassign_keys};

static const struct ed_shape *pick_step(const struct ed_yaml *map)
{
	const struct ed_yaml *verb = ed_yaml_get(map, "do");
	const char *text = verb && verb->kind == ED_YAML_SCALAR ? verb->text : "";

	if (!strcmp(text, "parallel"))
		return &ed_shape_parallel;
	if (!strcmp(text, "each"))
		return &ed_shape_each;
	return strcmp(text, "choose") ? &ed_shape_work : &ed_shape_choose;
}

const struct ed_shape ed_shape_step = {.name = "step", .pick = pick_step};

/* A branch is a step, or {if: ..., steps: [...]}; an each has steps, too. */
static const struct ed_shape *pick_branch(const struct ed_yaml *map)
{
	return ed_yaml_get(map, "do") ? pick_step(map) : &ed_shape_steps;
}

static const struct ed_shape shape_branch = {.name = "branch", .pick = pick_branch};

/* ---- the service ---- */

static const struct ed_shape_key service_keys[] = {
        {"owner", NULL},
        {"basis", NULL},
        {"channels", NULL},
        {"enter-within", NULL},
        {"applicants", NULL},
        {"documents", &shape_documents},
        {"others", NULL},
        {"fee", &ed_shape_fee},
        {"result", &ed_shape_result},
        {"retention", NULL},
        {"refusals", &shape_refusals},
        {"standard", NULL},
        {"idef0", &ed_shape_idef0},
        {NULL, NULL},
};
const struct ed_shape ed_shape_service = {.name = "service", .keys = service_keys};

static const struct ed_shape_key document_keys[] = {{"title", &ed_shape_title},
                                                    {"file", NULL},
                                                    {"required", NULL},
                                                    {"max", NULL},
                                                    {NULL, NULL}};
const struct ed_shape ed_shape_document = {.name = "document", .keys = document_keys};

static const struct ed_shape_key fee_keys[] = {{"amount", NULL}, {"currency", NULL},
                                               {"proof", NULL},  {"signed", NULL},
                                               {"when", NULL},   {NULL, NULL}};
const struct ed_shape ed_shape_fee = {.name = "fee", .keys = fee_keys};

static const struct ed_shape_key result_keys[] = {
        {"form", NULL}, {"title", &ed_shape_title}, {NULL, NULL}};
const struct ed_shape ed_shape_result = {.name = "result", .keys = result_keys};

static const struct ed_shape_key idef0_keys[] = {{"inputs", NULL},
                                                 {"controls", NULL},
                                                 {"mechanisms", NULL},
                                                 {"outputs", NULL},
                                                 {NULL, NULL}};
const struct ed_shape ed_shape_idef0 = {.name = "idef0", .keys = idef0_keys};

const struct ed_shape *const ed_shapes[] = {
        &ed_shape_route,    &ed_shape_title,     &ed_shape_count,
        &ed_shape_field,    &ed_shape_condition, &ed_shape_role,
        &ed_shape_withdraw, &ed_shape_clock,     &ed_shape_extend,
        &ed_shape_overdue,  &ed_shape_work,      &ed_shape_parallel,
        &ed_shape_each,     &ed_shape_choose,    &ed_shape_case,
        &ed_shape_steps,    &ed_shape_join,      &ed_shape_outcome,
        &ed_shape_book,     &ed_shape_delegate,  &ed_shape_reassign,
        &ed_shape_service,  &ed_shape_document,  &ed_shape_fee,
        &ed_shape_result,   &ed_shape_idef0,     NULL};

void ed_shape_names(const struct ed_shape *shape, const char *names[ED_MAX_SHAPE_KEYS + 1])
{
	size_t n = 0;

	for (; n < ED_MAX_SHAPE_KEYS && shape->keys[n].name; n++)
		names[n] = shape->keys[n].name;
	names[n] = NULL;
}

enum edoc_code ed_shape_only(const struct ed_shape *shape, const struct ed_yaml *map,
                             const char *where, struct edoc_error *err)
{
	const char *names[ED_MAX_SHAPE_KEYS + 1];

	ed_shape_names(shape, names);
	return ed_yaml_only(map, where, names, err);
}

const struct ed_shape *ed_shape_of(const struct ed_shape *shape, const struct ed_yaml *map)
{
	return shape && shape->pick && map->kind == ED_YAML_MAP ? shape->pick(map) : shape;
}

const struct ed_shape *ed_shape_below(const struct ed_shape *shape, const char *key)
{
	if (!shape || !shape->keys)
		return shape ? shape->each : NULL;
	for (size_t i = 0; shape->keys[i].name; i++)
		if (!strcmp(shape->keys[i].name, key))
			return shape->keys[i].below;
	return NULL;
}
