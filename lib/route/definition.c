/* SPDX-License-Identifier: ISC */
/*
 * The grammar of edoc-route/1: the sequential part of the route language.
 * Keys of later versions are refused by name, never passed over: a route that
 * asks for a quorum must not run without one.
 */
#include "route/definition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/crypto.h"
#include "door/yaml.h"
#include "route/term.h"

#define FORMAT "edoc-route/"
#define MAX_TIMES 1000

struct parser {
	const char *where;
	struct ed_arena *arena;
	struct edoc_error *err;
	struct ed_route *route;
};

/* The verbs, and what a step of each may end in when it does not say: the
 * first goes on; a refusal gives a reason and ends the case. */
static const struct {
	const char *name, *outcome;
	bool refusable;
} verbs[] = {
        [ED_DO_REVIEW] = {"review", "reviewed", true},
        [ED_DO_AGREE] = {"agree", "agreed", true},
        [ED_DO_SIGN] = {"sign", "signed", true},
        [ED_DO_REGISTER] = {"register", "registered", false},
        [ED_DO_RESOLVE] = {"resolve", "resolved", false},
        [ED_DO_EXECUTE] = {"execute", "executed", false},
        [ED_DO_ACKNOWLEDGE] = {"acknowledge", "acknowledged", false},
        [ED_DO_SEND] = {"send", "sent", false},
        [ED_DO_RECEIVE] = {"receive", "received", false},
        [ED_DO_EDIT] = {"edit", "edited", false},
        [ED_DO_ARCHIVE] = {"archive", "archived", false},
};
#define N_VERBS (sizeof(verbs) / sizeof(*verbs))

/* What routing.md plans and this version does not run. */
static const char *const later[] = {
        "accept",  "fields",   "clocks",   "on-change", "parallel",  "each",  "choose",
        "pick",    "call",     "branches", "join",      "extend",    "fixed", "remind",
        "overdue", "stop-on",  "silent",   "delegate",  "notify",    "if",    "set-by",
        "level",   "document", "forward",  "wait",      "exhausted", "owner", "channels",
        "fee",     "requires", "result",   "retention", "idef0",     NULL};

const char *ed_do_name(enum ed_do verb)
{
	return (size_t)verb < N_VERBS ? verbs[verb].name : "";
}

static bool is_one_of(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(text, *list))
			return true;
	return false;
}

static enum edoc_code only(struct parser *p, const struct ed_yaml *map, const char *const *known)
{
	for (size_t i = 0; map->kind == ED_YAML_MAP && i < map->n; i++)
		if (!is_one_of(map->keys[i]->text, known) && is_one_of(map->keys[i]->text, later))
			return ed_yaml_fail(map->keys[i], p->where, p->err,
			                    "\"%s\" is not in this version of the route language "
			                    "(edoc-route/1)",
			                    map->keys[i]->text);
	return ed_yaml_only(map, p->where, known, p->err);
}

/* Identifiers stand in the ledger for decades: a-z, digits, "-". */
static bool is_id(const char *s)
{
	return *s >= 'a' && *s <= 'z' && strlen(s) <= 64 &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static enum edoc_code check_id(struct parser *p, const struct ed_yaml *node)
{
	if (node->kind == ED_YAML_SCALAR && is_id(node->text))
		return EDOC_OK;
	return ed_yaml_fail(node, p->where, p->err,
	                    "\"%s\" is no name: a-z, 0-9 and \"-\", a letter first, 64 at most",
	                    node->kind == ED_YAML_SCALAR ? node->text : "[...]");
}

/* An optional name under key. */
static enum edoc_code get_id(struct parser *p, const struct ed_yaml *map, const char *key,
                             bool required, const char **out)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, out, p->err);

	return code || !*out ? code : check_id(p, ed_yaml_get(map, key));
}

static enum edoc_code get_text(struct parser *p, const struct ed_yaml *map, const char *key,
                               bool required, const char **out)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, out, p->err);

	if (!code && *out && (!**out || strlen(*out) > 1000 || strpbrk(*out, "\n\t")))
		return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
		                    "\"%s\" must be one line of at most 1000 bytes", key);
	return code;
}

static enum edoc_code parse_term(struct parser *p, const struct ed_yaml *node, struct ed_term *term)
{
	const char *text = node->kind == ED_YAML_SCALAR ? node->text : "";

	if (ed_term_parse(text, term))
		return EDOC_OK;
	return ed_yaml_fail(node, p->where, p->err,
	                    "\"%s\" is no term: 15d calendar days, 3wd working days, 1mo months",
	                    text);
}

/* A list of names or texts as a NULL-ended array. */
static enum edoc_code parse_words(struct parser *p, const struct ed_yaml *node, bool ids,
                                  const char *const **out)
{
	const char **words;

	if (node->kind != ED_YAML_LIST || !node->n)
		return ed_yaml_fail(node, p->where, p->err,
		                    "a list such as [a, b] must stand here");
	words = ed_arena_alloc(p->arena, (node->n + 1) * sizeof(*words));
	if (!words)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < node->n; i++) {
		const struct ed_yaml *item = node->items[i];

		if (item->kind != ED_YAML_SCALAR || !*item->text ||
		    (ids && check_id(p, item) != EDOC_OK))
			return ed_yaml_fail(item, p->where, p->err, "a name must stand here");
		if (is_one_of(item->text, words))
			return ed_yaml_fail(item, p->where, p->err,
			                    "\"%s\" stands twice in this list", item->text);
		words[i] = item->text;
	}
	*out = words;
	return EDOC_OK;
}

static enum edoc_code parse_times(struct parser *p, const struct ed_yaml *map, int *times)
{
	int64_t v = 0;
	bool present;
	enum edoc_code code =
	        ed_yaml_integer(map, p->where, "times", 1, MAX_TIMES, &v, &present, p->err);

	*times = !code && present ? (int)v : 0;
	return code;
}

/* One of the words, by its place in the list; absent: 0. */
static enum edoc_code parse_choice(struct parser *p, const struct ed_yaml *map, const char *key,
                                   const char *const *words, int *choice)
{
	const char *text;
	enum edoc_code code = ed_yaml_text(map, p->where, key, false, &text, p->err);

	*choice = 0;
	if (code || !text)
		return code;
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], text)) {
			*choice = i;
			return EDOC_OK;
		}
	return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
	                    "\"%s\" can not be \"%s\"; one of: %s, %s%s%s", key, text, words[0],
	                    words[1], words[2] ? ", " : "", words[2] ? words[2] : "");
}

/* ---- roles ---- */

static struct ed_role *find_role(const struct ed_route *route, const char *id)
{
	for (size_t i = 0; i < route->n_roles; i++)
		if (!strcmp(route->roles[i].id, id))
			return &route->roles[i];
	return NULL;
}

static enum edoc_code parse_role(struct parser *p, const struct ed_yaml *key,
                                 const struct ed_yaml *map, struct ed_role *role)
{
	static const char *const known[] = {"party", "agency", "unit", "post", "deputy", NULL};
	const struct ed_yaml *deputy;
	const char *party;
	enum edoc_code code;

	code = check_id(p, key);
	if (!code)
		code = only(p, map, known);
	if (!code)
		code = ed_yaml_text(map, p->where, "party", false, &party, p->err);
	if (!code)
		code = get_id(p, map, "agency", false, &role->agency);
	if (!code)
		code = get_text(p, map, "unit", false, &role->unit);
	if (!code)
		code = get_text(p, map, "post", false, &role->post);
	if (code)
		return code;
	role->id = key->text;
	role->initiator = party != NULL;
	deputy = ed_yaml_get(map, "deputy");
	if (party && strcmp(party, "initiator"))
		return ed_yaml_fail(ed_yaml_get(map, "party"), p->where, p->err,
		                    "the only party of this version is \"initiator\"");
	if (party && (role->unit || role->post || deputy))
		return ed_yaml_fail(key, p->where, p->err,
		                    "the initiator is whoever submits: no unit, post or deputy");
	if (!party && !role->agency && !role->unit && !role->post)
		return ed_yaml_fail(
		        key, p->where, p->err,
		        "the role \"%s\" says nobody: give an agency, a unit, a post or a party",
		        key->text);
	if (deputy && !role->post)
		return ed_yaml_fail(deputy, p->where, p->err, "only a post has deputies");
	return deputy ? parse_words(p, deputy, false, &role->deputies) : EDOC_OK;
}

static enum edoc_code parse_roles(struct parser *p, const struct ed_yaml *map)
{
	struct ed_route *route = p->route;
	enum edoc_code code = EDOC_OK;

	if (!map || map->kind != ED_YAML_MAP || !map->n)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a route needs \"roles:\" with who is who");
	if (map->n > ED_MAX_ROUTE_ROLES)
		return ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a route may have %d roles",
		               ED_MAX_ROUTE_ROLES);
	route->roles = ed_arena_alloc(p->arena, map->n * sizeof(*route->roles));
	if (!route->roles)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < map->n && !code; i++, route->n_roles++)
		code = parse_role(p, map->keys[i], map->items[i], &route->roles[i]);
	return code;
}

/* An error, not a finding of lint (R003 of the list): a step without its role
 * means nothing. */
static enum edoc_code role_by_name(struct parser *p, const struct ed_yaml *node,
                                   const struct ed_role **role)
{
	const char *known[ED_MAX_ROUTE_ROLES + 1], *near, *text;
	size_t n = 0;

	text = node->kind == ED_YAML_SCALAR ? node->text : "";
	*role = find_role(p->route, text);
	if (*role)
		return EDOC_OK;
	for (; n < p->route->n_roles && n < ED_MAX_ROUTE_ROLES; n++)
		known[n] = p->route->roles[n].id;
	known[n] = NULL;
	near = ed_nearest(text, known);
	if (near)
		return ed_yaml_fail(node, p->where, p->err,
		                    "there is no role \"%s\"; the nearest one is \"%s\"", text,
		                    near);
	return ed_yaml_fail(node, p->where, p->err, "there is no role \"%s\"", text);
}

static enum edoc_code get_role(struct parser *p, const struct ed_yaml *map, const char *key,
                               bool required, const struct ed_role **role)
{
	const struct ed_yaml *node = ed_yaml_get(map, key);

	if (!node && required)
		return ed_yaml_fail(map, p->where, p->err, "the key \"%s\" is missing", key);
	return node ? role_by_name(p, node, role) : EDOC_OK;
}

static enum edoc_code parse_separate(struct parser *p, const struct ed_yaml *list)
{
	struct ed_route *route = p->route;
	enum edoc_code code = EDOC_OK;

	if (!list)
		return EDOC_OK;
	if (list->kind != ED_YAML_LIST || !list->n)
		return ed_yaml_fail(list, p->where, p->err,
		                    "\"separate\" is a list of pairs: [[author, head]]");
	route->separate = ed_arena_alloc(p->arena, list->n * sizeof(*route->separate));
	if (!route->separate)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++, route->n_separate++) {
		const struct ed_yaml *pair = list->items[i];

		if (pair->kind != ED_YAML_LIST || pair->n != 2)
			return ed_yaml_fail(pair, p->where, p->err, "two roles must stand here");
		code = role_by_name(p, pair->items[0], &route->separate[i][0]);
		if (!code)
			code = role_by_name(p, pair->items[1], &route->separate[i][1]);
		if (!code && route->separate[i][0] == route->separate[i][1])
			code = ed_yaml_fail(pair, p->where, p->err,
			                    "a role can not be separate from itself");
	}
	return code;
}

/* ---- steps ---- */

static enum edoc_code parse_flow(struct parser *p, const struct ed_yaml *map,
                                 struct ed_route_outcome *outcome)
{
	enum edoc_code code = get_id(p, map, "then", false, &outcome->then);

	if (!code)
		code = get_id(p, map, "end", false, &outcome->end);
	if (!code && outcome->then && outcome->end)
		return ed_yaml_fail(ed_yaml_get(map, "end"), p->where, p->err,
		                    "\"then\" goes on, \"end\" ends: only one of the two");
	return code;
}

static enum edoc_code parse_outcome(struct parser *p, const struct ed_yaml *key,
                                    const struct ed_yaml *map, struct ed_route_outcome *outcome)
{
	static const char *const known[] = {"then", "end", "reason", "times", NULL};
	const struct ed_yaml *reason;
	enum edoc_code code;

	code = check_id(p, key);
	if (!code && map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, p->where, p->err,
		                    "the outcome \"%s\" is a map; \"%s: {}\" simply goes on",
		                    key->text, key->text);
	if (!code)
		code = only(p, map, known);
	if (!code)
		code = parse_flow(p, map, outcome);
	if (!code)
		code = parse_times(p, map, &outcome->times);
	if (code)
		return code;
	outcome->id = key->text;
	outcome->line = key->line;
	outcome->column = key->column;
	reason = ed_yaml_get(map, "reason");
	if (!reason)
		return EDOC_OK;
	outcome->reason = true;
	if (reason->kind == ED_YAML_LIST)
		return parse_words(p, reason, true, &outcome->reasons);
	if (reason->kind != ED_YAML_SCALAR || strcmp(reason->text, "required"))
		return ed_yaml_fail(reason, p->where, p->err,
		                    "\"reason\" is \"required\" or a closed list: [a, b]");
	return EDOC_OK;
}

static enum edoc_code default_outcomes(struct parser *p, const struct ed_yaml *map,
                                       struct ed_route_step *step)
{
	step->outcomes = ed_arena_alloc(p->arena, 2 * sizeof(*step->outcomes));
	if (!step->outcomes)
		return ed_fail_memory(p->err);
	step->n_outcomes = verbs[step->verb].refusable ? 2 : 1;
	step->outcomes[0].id = verbs[step->verb].outcome;
	step->outcomes[1] =
	        (struct ed_route_outcome){.id = "refused", .end = "refused", .reason = true};
	for (size_t i = 0; i < 2; i++) {
		step->outcomes[i].line = map->line;
		step->outcomes[i].column = map->column;
	}
	return parse_flow(p, map, &step->outcomes[0]);
}

static enum edoc_code parse_outcomes(struct parser *p, const struct ed_yaml *map,
                                     struct ed_route_step *step)
{
	const struct ed_yaml *list = ed_yaml_get(map, "outcomes");
	static const char *const flow[] = {"then", "end"};
	enum edoc_code code = EDOC_OK;

	if (!list)
		return default_outcomes(p, map, step);
	for (size_t i = 0; i < 2; i++)
		if (ed_yaml_get(map, flow[i]))
			return ed_yaml_fail(
			        ed_yaml_get(map, flow[i]), p->where, p->err,
			        "the step lists its outcomes: write \"%s\" at one of them",
			        flow[i]);
	if (list->kind != ED_YAML_MAP || !list->n)
		return ed_yaml_fail(list, p->where, p->err,
		                    "outcomes are written {agreed: {}, refused: {end: refused}}");
	if (list->n > 1 && (step->verb == ED_DO_SEND || step->verb == ED_DO_RECEIVE))
		return ed_yaml_fail(list, p->where, p->err,
		                    "a desk does this by itself: there is one outcome");
	step->outcomes = ed_arena_alloc(p->arena, list->n * sizeof(*step->outcomes));
	if (!step->outcomes)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++, step->n_outcomes++)
		code = parse_outcome(p, list->keys[i], list->items[i], &step->outcomes[i]);
	return code;
}

/* Everything between braces must be {seq}, {seq:1..9} or {year}. */
static bool good_pattern(const char *s)
{
	bool seq = false;

	for (; *s; s++) {
		if (*s == '}')
			return false;
		if (*s != '{')
			continue;
		if (!strncmp(s, "{year}", 6)) {
			s += 5;
		} else if (!strncmp(s, "{seq}", 5)) {
			seq = true;
			s += 4;
		} else if (!strncmp(s, "{seq:", 5) && s[5] >= '1' && s[5] <= '9' && s[6] == '}') {
			seq = true;
			s += 6;
		} else {
			return false;
		}
	}
	return seq;
}

static enum edoc_code parse_book(struct parser *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	static const char *const known[] = {"name", "number", NULL};
	const struct ed_yaml *book = ed_yaml_get(map, "book");
	enum edoc_code code;

	if ((step->verb == ED_DO_REGISTER) != (book != NULL))
		return ed_yaml_fail(
		        book ? book : map, p->where, p->err,
		        book ? "only \"do: register\" has a book"
		             : "\"do: register\" needs \"book: {name: ..., number: ...}\"");
	if (!book)
		return EDOC_OK;
	code = only(p, book, known);
	if (!code)
		code = get_id(p, book, "name", true, &step->book);
	if (!code)
		code = get_text(p, book, "number", true, &step->number);
	if (!code && !good_pattern(step->number))
		return ed_yaml_fail(
		        ed_yaml_get(book, "number"), p->where, p->err,
		        "a number is made of {seq} or {seq:4}, and {year}: \"№ {seq}-{year}\"");
	return code;
}

static enum edoc_code parse_exchange(struct parser *p, const struct ed_yaml *map,
                                     struct ed_route_step *step)
{
	bool send = step->verb == ED_DO_SEND;
	const char *needs;
	enum edoc_code code = get_role(p, map, "to", send, &step->to);

	if (!code)
		code = ed_yaml_text(map, p->where, "needs", false, &needs, p->err);
	if (code)
		return code;
	if (!send && step->to)
		return ed_yaml_fail(ed_yaml_get(map, "to"), p->where, p->err,
		                    "only \"do: send\" goes to somebody");
	if (send && !step->to->agency)
		return ed_yaml_fail(ed_yaml_get(map, "to"), p->where, p->err,
		                    "the role \"%s\" names no agency to send to", step->to->id);
	if (needs && (!send || strcmp(needs, "receipt")))
		return ed_yaml_fail(ed_yaml_get(map, "needs"), p->where, p->err,
		                    "\"needs: receipt\" of \"do: send\" is all this version knows");
	step->needs_receipt = needs != NULL;
	return EDOC_OK;
}

static enum edoc_code parse_time(struct parser *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	static const char *const from[] = {"opened", "submitted", "received", NULL};
	static const char *const visibility[] = {"parties", "internal", NULL};
	const struct ed_yaml *within = ed_yaml_get(map, "within");
	enum edoc_code code = EDOC_OK;
	int choice = 0;

	if (within)
		code = parse_term(p, within, &step->within);
	if (!code)
		code = parse_choice(p, map, "from", from, &choice);
	if (code)
		return code;
	step->from = from[choice];
	if (ed_yaml_get(map, "from") && !within)
		return ed_yaml_fail(ed_yaml_get(map, "from"), p->where, p->err,
		                    "\"from\" says where \"within\" begins, and that is missing");
	code = parse_choice(p, map, "visibility", visibility, &choice);
	step->internal = choice == 1;
	return code ? code : parse_times(p, map, &step->times);
}

static enum edoc_code parse_verb(struct parser *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	const char *names[N_VERBS + 1] = {NULL}, *text, *near;
	enum edoc_code code = ed_yaml_text(map, p->where, "do", true, &text, p->err);

	if (code)
		return code;
	for (size_t i = 0; i < N_VERBS; i++) {
		names[i] = verbs[i].name;
		if (!strcmp(names[i], text)) {
			step->verb = (enum ed_do)i;
			return EDOC_OK;
		}
	}
	if (is_one_of(text, later))
		return ed_yaml_fail(ed_yaml_get(map, "do"), p->where, p->err,
		                    "\"do: %s\" is not in this version of the route language "
		                    "(edoc-route/1)",
		                    text);
	near = ed_nearest(text, names);
	return ed_yaml_fail(ed_yaml_get(map, "do"), p->where, p->err, "there is no \"do: %s\"%s%s",
	                    text, near ? "; the nearest is " : "", near ? near : "");
}

static enum edoc_code parse_step(struct parser *p, const struct ed_yaml *map,
                                 struct ed_route_step *step)
{
	static const char *const known[] = {
	        "id",   "do",    "by",         "not-by", "title",    "within", "from", "to",
	        "book", "needs", "visibility", "times",  "outcomes", "then",   "end",  NULL};
	enum edoc_code code = only(p, map, known);

	if (!code)
		code = get_id(p, map, "id", true, &step->id);
	if (!code && ed_route_step(p->route, step->id))
		code = ed_yaml_fail(ed_yaml_get(map, "id"), p->where, p->err,
		                    "a step \"%s\" stands above already", step->id);
	if (!code)
		code = parse_verb(p, map, step);
	if (!code)
		code = get_role(p, map, "by", true, &step->by);
	if (!code)
		code = get_role(p, map, "not-by", false, &step->not_by);
	if (!code && step->not_by == step->by)
		code = ed_yaml_fail(ed_yaml_get(map, "not-by"), p->where, p->err,
		                    "the same role can not act and not act");
	if (!code)
		code = get_text(p, map, "title", false, &step->title);
	if (!code)
		code = parse_time(p, map, step);
	if (!code)
		code = parse_book(p, map, step);
	if (!code)
		code = parse_exchange(p, map, step);
	if (!code)
		code = parse_outcomes(p, map, step);
	step->line = map->line;
	step->column = map->column;
	return code;
}

static enum edoc_code parse_steps(struct parser *p, const struct ed_yaml *list)
{
	struct ed_route *route = p->route;
	enum edoc_code code = EDOC_OK;

	if (!list || list->kind != ED_YAML_LIST || !list->n)
		return ed_yaml_fail(list, p->where, p->err, "a route needs \"steps:\", a list");
	if (list->n > ED_MAX_ROUTE_STEPS)
		return ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a route may have %d steps",
		               ED_MAX_ROUTE_STEPS);
	route->steps = ed_arena_alloc(p->arena, list->n * sizeof(*route->steps));
	if (!route->steps)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < list->n && !code; i++) {
		code = parse_step(p, list->items[i], &route->steps[i]);
		route->n_steps += !code;
	}
	return code;
}

/* ---- the head of the file ---- */

static enum edoc_code parse_title(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"tg", "uz", "uz-Cyrl", "ru", "en", NULL};
	struct ed_route *route = p->route;
	enum edoc_code code;

	if (!map)
		return ed_yaml_fail(map, p->where, p->err,
		                    "a route needs \"title: {tg: ..., en: ...}\"");
	code = only(p, map, known);
	for (size_t i = 0; !code && i < map->n; i++) {
		route->title_lang[i] = map->keys[i]->text;
		code = get_text(p, map, map->keys[i]->text, true, &route->title[i]);
	}
	if (!code && !map->n)
		code = ed_yaml_fail(map, p->where, p->err, "a title in one language at least");
	return code;
}

static enum edoc_code parse_count(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"start", "roll", "cutoff", NULL};
	struct ed_count_rules *count = &p->route->count;
	const char *cutoff = NULL;
	enum edoc_code code;
	int choice = 0;

	if (!map)
		return EDOC_OK;
	code = only(p, map, known);
	if (!code)
		code = parse_choice(p, map, "start", ed_start_names, &choice);
	count->start = choice == 1   ? ED_START_SAME_DAY
	               : choice == 2 ? ED_START_NEXT_WORKING_DAY
	                             : ED_START_NEXT_DAY;
	if (!code)
		code = parse_choice(p, map, "roll", ed_roll_names, &choice);
	count->roll = choice == 1 ? ED_ROLL_PREVIOUS : choice == 2 ? ED_ROLL_NONE : ED_ROLL_NEXT;
	if (!code)
		code = ed_yaml_text(map, p->where, "cutoff", false, &cutoff, p->err);
	if (!code && cutoff && !ed_clock_parse(cutoff, &count->cutoff))
		return ed_yaml_fail(ed_yaml_get(map, "cutoff"), p->where, p->err,
		                    "\"cutoff\" is a time of day such as \"18:00\"");
	return code;
}

static enum edoc_code parse_format(struct parser *p, const struct ed_yaml *root)
{
	const char *format, *digits;
	enum edoc_code code = ed_yaml_text(root, p->where, "format", true, &format, p->err);

	if (code)
		return code;
	digits = format + strlen(FORMAT);
	if (strncmp(format, FORMAT, strlen(FORMAT)) || !*digits ||
	    digits[strspn(digits, "0123456789")])
		return ed_yaml_fail(ed_yaml_get(root, "format"), p->where, p->err,
		                    "\"%s\" is no route; \"format: edoc-route/1\" is one", format);
	if (strcmp(digits, "1"))
		return ed_fail(p->err, EDOC_ERR_VERSION, p->where,
		               "the route is written in %s; this release reads edoc-route/1",
		               format);
	return EDOC_OK;
}

static bool is_route_id(const char *s)
{
	return *s >= 'a' && *s <= 'z' && strlen(s) <= 128 && !strstr(s, "..") &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0';
}

static enum edoc_code parse_head(struct parser *p, const struct ed_yaml *root)
{
	struct ed_route *route = p->route;
	struct ed_date date;
	int64_t version = 0;
	enum edoc_code code;

	code = get_text(p, root, "route", true, &route->id);
	if (!code && !is_route_id(route->id))
		code = ed_yaml_fail(
		        ed_yaml_get(root, "route"), p->where, p->err,
		        "a route's id is made of a-z, 0-9, \".\" and \"-\": tj.farmoish");
	if (!code)
		code = ed_yaml_integer(root, p->where, "version", 1, 1000000, &version, NULL,
		                       p->err);
	route->version = (int)version;
	if (!code)
		code = parse_title(p, ed_yaml_get(root, "title"));
	if (!code)
		code = get_text(p, root, "basis", false, &route->basis);
	if (!code)
		code = get_text(p, root, "issued-by", false, &route->issued_by);
	if (!code)
		code = get_text(p, root, "date", false, &route->date);
	if (!code && route->date && !ed_date_parse(route->date, &date))
		code = ed_yaml_fail(ed_yaml_get(root, "date"), p->where, p->err,
		                    "\"date\" is a day such as 2026-03-05");
	if (!code)
		code = get_id(p, root, "calendar", true, &route->calendar);
	if (!code)
		code = get_text(p, root, "zone", true, &route->zone);
	return code ? code : parse_count(p, ed_yaml_get(root, "count"));
}

enum edoc_code ed_route_parse(const void *bytes, size_t len, const char *where,
                              struct ed_arena *arena, struct ed_route **route,
                              struct edoc_error *err)
{
	static const char *const known[] = {"format",    "route",    "version",  "title", "basis",
	                                    "issued-by", "date",     "calendar", "zone",  "count",
	                                    "roles",     "separate", "steps",    NULL};
	struct parser p = {.where = where, .arena = arena, .err = err};
	char ref[ED_SHA256_REF];
	struct ed_yaml *root;
	enum edoc_code code;

	*route = NULL;
	p.route = ed_arena_alloc(arena, sizeof(*p.route));
	if (!p.route || !ed_sha256_ref(bytes ? bytes : "", len, ref))
		return ed_fail_memory(err);
	memcpy(p.route->sha256, ref + 7, 65);
	code = ed_yaml_parse(bytes, len, where, arena, &root, err);
	if (!code && root->kind != ED_YAML_MAP)
		code = ed_yaml_fail(root, where, err, "a route is made of \"key: value\" lines");
	if (!code)
		code = parse_format(&p, root);
	if (!code)
		code = only(&p, root, known);
	if (!code)
		code = parse_head(&p, root);
	if (!code)
		code = parse_roles(&p, ed_yaml_get(root, "roles"));
	if (!code)
		code = parse_separate(&p, ed_yaml_get(root, "separate"));
	if (!code)
		code = parse_steps(&p, ed_yaml_get(root, "steps"));
	if (!code)
		*route = p.route;
	return code;
}

const struct ed_route_step *ed_route_step(const struct ed_route *route, const char *id)
{
	for (size_t i = 0; i < route->n_steps; i++)
		if (!strcmp(route->steps[i].id, id))
			return &route->steps[i];
	return NULL;
}

const struct ed_route_outcome *ed_route_outcome(const struct ed_route_step *step, const char *id)
{
	for (size_t i = 0; i < step->n_outcomes; i++)
		if (!strcmp(step->outcomes[i].id, id))
			return &step->outcomes[i];
	return NULL;
}
