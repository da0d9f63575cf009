/* SPDX-License-Identifier: ISC */
/*
 * directory.yaml, format edoc-directory/1:
 *
 *   format: edoc-directory/1
 *   version: 3
 *   previous: sha256:...   of version 2's file
 *   issued-by, basis, date
 *   agencies:  [{id, title, ids, parent, links, transport, changes, desk-keys}]
 *                changes:   [{from, state, title, parent, links, transport, reason, basis}]
 *                desk-keys: [{sha256, from, until, rotation, basis}]
 *   people:    [{id, name, ids, changes: [{from, name, basis}],
 *                certificates: [{sha256, from, until}]}]
 *   posts:     [{agency, unit, post, holder, from, until}]
 *   deputies:  [{agency, unit, post, person, from, until, basis}]
 *
 * Days are inclusive; a certificate belongs to one person or desk for ever, and
 * a single identifier to one agency or person.
 */
#include "route/directory.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "door/yaml.h"
#include "route/id.h"

/* What may stand once in a directory, and where it does. */
struct once {
	const char *kind, *key; /* NULL: an empty slot */
	unsigned line;
};

struct parser {
	const char *where;
	struct ed_arena *arena;
	struct edoc_error *err;
	struct ed_directory *d;
	struct ed_arena *tree; /* of what is needed while it is read */
	struct once *once;     /* a hash table, half of it empty at least */
	size_t n_once, cap_once;
};

/* ---- values ---- */

/* The tree of YAML is thrown away when all rows are read. */
static enum edoc_code keep(struct parser *p, const char **text)
{
	if (*text)
		*text = ed_arena_strdup(p->arena, *text);
	return *text ? EDOC_OK : ed_fail_memory(p->err);
}

static enum edoc_code get_date(struct parser *p, const struct ed_yaml *map, const char *key,
                               bool required, struct ed_date *date, bool *present)
{
	const char *text;
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, &text, p->err);

	*present = !code && text;
	if (*present && !ed_date_parse(text, date))
		return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
		                    "\"%s\" is no day such as 2026-03-05", text);
	return code;
}

static enum edoc_code parse_span(struct parser *p, const struct ed_yaml *map, struct ed_span *span)
{
	enum edoc_code code = get_date(p, map, "from", false, &span->from, &span->has_from);

	if (!code)
		code = get_date(p, map, "until", false, &span->until, &span->has_until);
	if (!code && span->has_from && span->has_until &&
	    ed_date_compare(span->from, span->until) > 0)
		code = ed_yaml_fail(ed_yaml_get(map, "until"), p->where, p->err,
		                    "\"until\" lies before \"from\"");
	return code;
}

static enum edoc_code fail_id(struct parser *p, const struct ed_yaml *node, const char *id)
{
	return ed_yaml_fail(node, p->where, p->err,
	                    "\"%s\" is no name: a-z, 0-9 and \"-\", a letter first, 64 at most",
	                    id);
}

static enum edoc_code get_id(struct parser *p, const struct ed_yaml *map, const char *key,
                             bool required, const char **id)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, id, p->err);

	if (code || !*id)
		return code;
	return ed_is_id(*id) ? keep(p, id) : fail_id(p, ed_yaml_get(map, key), *id);
}

static enum edoc_code get_line(struct parser *p, const struct ed_yaml *map, const char *key,
                               bool required, const char **text)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, text, p->err);

	if (!code && *text && (!**text || strlen(*text) > 1000 || strpbrk(*text, "\n\t")))
		return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
		                    "\"%s\" must be one line of at most 1000 bytes", key);
	return code || !*text ? code : keep(p, text);
}

/* "sha256:<64 hex>"; *hex is what follows the colon. */
static enum edoc_code get_digest(struct parser *p, const struct ed_yaml *map, const char *key,
                                 const char **hex)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, false, hex, p->err);

	if (code || !*hex)
		return code;
	if (!ed_is_digest(*hex))
		return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
		                    "\"%s\" must be \"sha256:\" and 64 lower-case hex digits", key);
	*hex += 7;
	return keep(p, hex);
}

/* A list, absent, or what is wrong with it. */
static enum edoc_code get_list(struct parser *p, const struct ed_yaml *map, const char *key,
                               const struct ed_yaml **list)
{
	*list = ed_yaml_get(map, key);
	if (*list && (*list)->kind != ED_YAML_LIST)
		return ed_yaml_fail(*list, p->where, p->err, "\"%s\" must be a list", key);
	return EDOC_OK;
}

static enum edoc_code room(struct parser *p, size_t n, size_t size, void **rows)
{
	*rows = ed_arena_alloc(p->arena, (n + 1) * size);
	return *rows ? EDOC_OK : ed_fail_memory(p->err);
}

/* Where it stands in the table, or the empty slot for it (FNV-1a). */
static struct once *slot_of(struct once *table, size_t cap, const char *kind, const char *key)
{
	uint64_t hash = 14695981039346656037u;
	size_t i;

	for (const char *s = kind; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 1099511628211u;
	for (const char *s = key; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 1099511628211u;
	for (i = hash % cap; table[i].kind; i = (i + 1) % cap)
		if (!strcmp(table[i].kind, kind) && !strcmp(table[i].key, key))
			break;
	return &table[i];
}

static enum edoc_code grow_once(struct parser *p)
{
	size_t cap = p->cap_once ? 2 * p->cap_once : 256;
	struct once *table;

	if (2 * (p->n_once + 1) <= p->cap_once)
		return EDOC_OK;
	table = ed_arena_alloc(p->tree, cap * sizeof(*table));
	if (!table)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < p->cap_once; i++)
		if (p->once[i].kind)
			*slot_of(table, cap, p->once[i].kind, p->once[i].key) = p->once[i];
	p->once = table;
	p->cap_once = cap;
	return EDOC_OK;
}

/* What stands above already is refused with both lines. */
static enum edoc_code only_once(struct parser *p, const struct ed_yaml *node, const char *kind,
                                const char *key, const char *what)
{
	enum edoc_code code = grow_once(p);
	struct once *slot;

	if (code)
		return code;
	slot = slot_of(p->once, p->cap_once, kind, key);
	if (slot->kind)
		return ed_yaml_fail(node, p->where, p->err, "%s stands above already, in line %u",
		                    what, slot->line);
	*slot = (struct once){kind, key, node->line};
	p->n_once++;
	return EDOC_OK;
}

/* ---- single identifiers ---- */

/* Those whose form is fixed: PINFL and STIR of Uzbekistan, IIN and BIN of
 * Kazakhstan; other schemes are taken as they are. */
static const struct {
	const char *scheme;
	size_t digits;
} forms[] = {{"pinfl", 14}, {"stir", 9}, {"iin", 12}, {"bin", 12}};

static enum edoc_code check_form(struct parser *p, const struct ed_yaml *node, const char *scheme,
                                 const char *value)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (!strcmp(forms[i].scheme, scheme) &&
		    (strlen(value) != forms[i].digits ||
		     strspn(value, "0123456789") != forms[i].digits))
			return ed_yaml_fail(node, p->where, p->err, "a %s has %zu digits", scheme,
			                    forms[i].digits);
	if (!*value || strlen(value) > 100 ||
	    value[strspn(value, "0123456789abcdefghijklmnopqrstuvwxyz"
	                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ./-")])
		return ed_yaml_fail(node, p->where, p->err,
		                    "an identifier is made of A-Z, a-z, 0-9, \".\", \"/\" and "
		                    "\"-\", 100 at most");
	return EDOC_OK;
}

static enum edoc_code parse_ids(struct parser *p, const struct ed_yaml *map,
                                struct ed_directory_id **ids, size_t *n_ids)
{
	const struct ed_yaml *list = ed_yaml_get(map, "ids");
	struct ed_directory_id *v;
	void *rows;

	*ids = NULL;
	if (!list)
		return EDOC_OK;
	if (list->kind != ED_YAML_MAP)
		return ed_yaml_fail(list, p->where, p->err,
		                    "\"ids\" must be a map of schemes to identifiers, such as "
		                    "{stir: 201122919}");
	enum edoc_code code = room(p, list->n, sizeof(*v), &rows);
	*ids = v = code ? NULL : rows;
	for (size_t i = 0; i < list->n && !code; i++) {
		const char *scheme = list->keys[i]->text, *value = list->items[i]->text, *what;

		if (!ed_is_id(scheme))
			return fail_id(p, list->keys[i], scheme);
		if (list->items[i]->kind != ED_YAML_SCALAR)
			return ed_yaml_fail(list->items[i], p->where, p->err,
			                    "one identifier must stand here");
		code = check_form(p, list->items[i], scheme, value);
		what = ed_arena_printf(p->tree, "%s %s", scheme, value);
		if (!code)
			code = what ? only_once(p, list->items[i], "id", what, what)
			            : ed_fail_memory(p->err);
		if (!code)
			code = keep(p, &scheme);
		if (!code)
			code = keep(p, &value);
		v[i] = (struct ed_directory_id){scheme, value, list->items[i]->line};
		*n_ids += !code;
	}
	return code;
}

/* ---- certificates ---- */

static enum edoc_code parse_key(struct parser *p, const struct ed_yaml *map, bool desk,
                                struct ed_listed_key *key)
{
	static const char *const of_person[] = {"sha256", "from", "until", NULL};
	static const char *const of_desk[] = {"sha256", "from", "until", "rotation", "basis", NULL};
	enum edoc_code code = ed_yaml_only(map, p->where, desk ? of_desk : of_person, p->err);

	if (!code)
		code = ed_yaml_text(map, p->where, "sha256", true, &key->sha256, p->err);
	if (!code && !ed_is_hex(key->sha256, 64))
		code = ed_yaml_fail(ed_yaml_get(map, "sha256"), p->where, p->err,
		                    "\"sha256\" of a certificate has 64 lower-case hex digits");
	if (!code)
		code = keep(p, &key->sha256);
	if (!code)
		code = only_once(p, ed_yaml_get(map, "sha256"), "cert", key->sha256,
		                 "this certificate");
	if (!code)
		code = get_digest(p, map, "rotation", &key->rotation);
	if (!code)
		code = get_line(p, map, "basis", false, &key->basis);
	if (!code && key->rotation && key->basis)
		code = ed_yaml_fail(ed_yaml_get(map, "basis"), p->where, p->err,
		                    "\"basis\" is for a key that no rotation vouches for; this one "
		                    "has a rotation");
	key->line = map->line;
	return code ? code : parse_span(p, map, &key->span);
}

static enum edoc_code parse_keys(struct parser *p, const struct ed_yaml *map, const char *key,
                                 bool desk, struct ed_listed_key **keys, size_t *n)
{
	const struct ed_yaml *list = ed_yaml_get(map, key);
	void *rows;

	if (list && list->kind != ED_YAML_LIST)
		return ed_yaml_fail(list, p->where, p->err,
		                    "a list of certificates must stand here");
	enum edoc_code code = room(p, list ? list->n : 0, sizeof(**keys), &rows);
	*keys = code ? NULL : rows;
	for (size_t i = 0; list && i < list->n && !code; i++) {
		code = parse_key(p, list->items[i], desk, &(*keys)[i]);
		*n += !code;
	}
	return code;
}

/* ---- what changes ---- */

static enum edoc_code parse_state(struct parser *p, const struct ed_yaml *map, struct ed_change *c)
{
	static const char *const states[] = {"closed", "blocked", "active", NULL};
	const char *text, *near;
	enum edoc_code code = ed_yaml_text(map, p->where, "state", false, &text, p->err);

	if (code || !text)
		return code;
	for (int i = 0; states[i]; i++)
		if (!strcmp(states[i], text)) {
			c->has_state = true;
			c->state = (enum ed_agency_state)i;
		}
	if (!c->has_state) {
		near = ed_nearest(text, states);
		return ed_yaml_fail(ed_yaml_get(map, "state"), p->where, p->err,
		                    "\"%s\" is no state: active, blocked or closed%s%s%s", text,
		                    near ? "; did you mean \"" : "", near ? near : "",
		                    near ? "\"?" : "");
	}
	if (c->state != ED_AGENCY_ACTIVE && !c->reason)
		return ed_yaml_fail(ed_yaml_get(map, "state"), p->where, p->err,
		                    "an agency is %s for a \"reason\"", text);
	return EDOC_OK;
}

static enum edoc_code parse_links(struct parser *p, const struct ed_yaml *map,
                                  const char *const **links)
{
	const struct ed_yaml *list;
	const char **v;
	void *rows;
	enum edoc_code code = get_list(p, map, "links", &list);

	if (code || !list)
		return code;
	code = room(p, list->n, sizeof(*v), &rows);
	if (code)
		return code;
	v = rows;
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i]->kind != ED_YAML_SCALAR || !ed_is_id(list->items[i]->text))
			return fail_id(p, list->items[i],
			               list->items[i]->kind == ED_YAML_SCALAR ? list->items[i]->text
			                                                      : "...");
		for (size_t k = 0; k < i; k++)
			if (!strcmp(v[k], list->items[i]->text))
				return ed_yaml_fail(list->items[i], p->where, p->err,
				                    "\"%s\" stands above already, in line %u", v[k],
				                    list->items[k]->line);
		v[i] = list->items[i]->text;
		code = keep(p, &v[i]);
		if (code)
			return code;
	}
	*links = v;
	return EDOC_OK;
}

/* `parent: ""` of a change: from now on it stands under nobody. */
static enum edoc_code get_parent(struct parser *p, const struct ed_yaml *map, bool change,
                                 const char **parent)
{
	enum edoc_code code = ed_yaml_text(map, p->where, "parent", false, parent, p->err);

	if (code || !*parent)
		return code;
	if (!ed_is_id(*parent) && !(change && !**parent))
		return fail_id(p, ed_yaml_get(map, "parent"), *parent);
	return keep(p, parent);
}

static enum edoc_code parse_agency_change(struct parser *p, const struct ed_yaml *map,
                                          struct ed_change *c)
{
	static const char *const known[] = {"from",      "state",  "title", "parent", "links",
	                                    "transport", "reason", "basis", NULL};
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = get_line(p, map, "reason", false, &c->reason);
	if (!code)
		code = get_line(p, map, "basis", false, &c->basis);
	if (!code)
		code = parse_state(p, map, c);
	if (!code)
		code = get_line(p, map, "title", false, &c->name);
	if (!code)
		code = get_parent(p, map, true, &c->parent);
	if (!code)
		code = parse_links(p, map, &c->links);
	if (!code)
		code = get_id(p, map, "transport", false, &c->transport);
	if (!code && !c->has_state && !c->name && !c->parent && !c->links && !c->transport)
		code = ed_yaml_fail(
		        map, p->where, p->err,
		        "nothing changes here: state, title, parent, links or transport");
	return code;
}

static enum edoc_code parse_person_change(struct parser *p, const struct ed_yaml *map,
                                          struct ed_change *c)
{
	static const char *const known[] = {"from", "name", "basis", NULL};
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = get_line(p, map, "name", true, &c->name);
	return code ? code : get_line(p, map, "basis", false, &c->basis);
}

static enum edoc_code parse_changes(struct parser *p, const struct ed_yaml *map, bool agency,
                                    struct ed_change **changes, size_t *n)
{
	const struct ed_yaml *list;
	struct ed_change *v;
	bool present;
	void *rows;
	enum edoc_code code = get_list(p, map, "changes", &list);

	if (code || !list)
		return code;
	code = room(p, list->n, sizeof(*v), &rows);
	*changes = v = code ? NULL : rows;
	for (size_t i = 0; i < list->n && !code; i++) {
		const struct ed_yaml *item = list->items[i];

		code = agency ? parse_agency_change(p, item, &v[i])
		              : parse_person_change(p, item, &v[i]);
		if (!code)
			code = get_date(p, item, "from", true, &v[i].from, &present);
		if (!code && i && ed_date_compare(v[i - 1].from, v[i].from) > 0)
			code = ed_yaml_fail(ed_yaml_get(item, "from"), p->where, p->err,
			                    "it lies before the change above: changes stand in the "
			                    "order of their days");
		if (!code && i && v[i - 1].has_state && v[i - 1].state == ED_AGENCY_CLOSED)
			code = ed_yaml_fail(item, p->where, p->err,
			                    "nothing follows \"closed\": who comes after it is an "
			                    "agency with an id of its own");
		*n += !code;
	}
	return code;
}

/* ---- rows ---- */

static enum edoc_code parse_agency(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"id",        "title",   "ids",       "parent", "links",
	                                    "transport", "changes", "desk-keys", NULL};
	struct ed_agency *agency = &p->d->agencies[p->d->n_agencies];
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);
	const char *what;

	if (!code)
		code = get_id(p, map, "id", true, &agency->id);
	what = code ? "" : ed_arena_printf(p->tree, "an agency \"%s\"", agency->id);
	if (!code)
		code = what ? only_once(p, ed_yaml_get(map, "id"), "agency", agency->id, what)
		            : ed_fail_memory(p->err);
	if (!code)
		code = get_line(p, map, "title", true, &agency->title);
	if (!code)
		code = parse_ids(p, map, &agency->ids, &agency->n_ids);
	if (!code)
		code = get_parent(p, map, false, &agency->parent);
	if (!code)
		code = parse_links(p, map, &agency->links);
	if (!code)
		code = get_id(p, map, "transport", false, &agency->transport);
	if (!code)
		code = parse_changes(p, map, true, &agency->changes, &agency->n_changes);
	if (!code)
		code = parse_keys(p, map, "desk-keys", true, &agency->keys, &agency->n_keys);
	agency->line = map->line;
	p->d->n_agencies += !code;
	return code;
}

static enum edoc_code parse_person(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"id", "name", "ids", "changes", "certificates", NULL};
	struct ed_person *person = &p->d->people[p->d->n_people];
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);
	const char *what;

	if (!code)
		code = get_id(p, map, "id", true, &person->id);
	what = code ? "" : ed_arena_printf(p->tree, "a person \"%s\"", person->id);
	if (!code)
		code = what ? only_once(p, ed_yaml_get(map, "id"), "person", person->id, what)
		            : ed_fail_memory(p->err);
	if (!code)
		code = get_line(p, map, "name", true, &person->name);
	if (!code)
		code = parse_ids(p, map, &person->ids, &person->n_ids);
	if (!code)
		code = parse_changes(p, map, false, &person->changes, &person->n_changes);
	if (!code)
		code = parse_keys(p, map, "certificates", false, &person->certs, &person->n_certs);
	person->line = map->line;
	p->d->n_people += !code;
	return code;
}

/* Names an id that is not there, and the one that is probably meant. */
static enum edoc_code fail_unknown(struct parser *p, const struct ed_yaml *node, const char *kind,
                                   const char *id, const char *const *known)
{
	const char *near = ed_nearest(id, known);

	return ed_yaml_fail(node, p->where, p->err, "there is no %s \"%s\" in this directory%s%s%s",
	                    kind, id, near ? "; did you mean \"" : "", near ? near : "",
	                    near ? "\"?" : "");
}

static enum edoc_code need_agency(struct parser *p, const struct ed_yaml *node, const char *id)
{
	const char **known;

	if (ed_directory_agency(p->d, id))
		return EDOC_OK;
	known = ed_arena_alloc(p->arena, (p->d->n_agencies + 1) * sizeof(*known));
	if (!known)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < p->d->n_agencies; i++)
		known[i] = p->d->agencies[i].id;
	return fail_unknown(p, node, "agency", id, known);
}

static enum edoc_code need_person(struct parser *p, const struct ed_yaml *map, const char *key,
                                  const struct ed_person **person)
{
	const char **known, *id;
	enum edoc_code code = get_id(p, map, key, true, &id);

	if (code)
		return code;
	*person = ed_directory_person_by_id(p->d, id);
	if (*person)
		return EDOC_OK;
	known = ed_arena_alloc(p->arena, (p->d->n_people + 1) * sizeof(*known));
	if (!known)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < p->d->n_people; i++)
		known[i] = p->d->people[i].id;
	return fail_unknown(p, ed_yaml_get(map, key), "person", id, known);
}

/* Agency, unit, post and days, which posts and deputies have in common. */
static enum edoc_code parse_place(struct parser *p, const struct ed_yaml *map, const char *who,
                                  struct ed_post *post)
{
	enum edoc_code code = get_id(p, map, "agency", true, &post->agency);

	if (!code)
		code = need_agency(p, ed_yaml_get(map, "agency"), post->agency);
	if (!code)
		code = get_line(p, map, "unit", false, &post->unit);
	if (!code)
		code = get_line(p, map, "post", true, &post->post);
	if (!code)
		code = need_person(p, map, who, &post->holder);
	return code ? code : parse_span(p, map, &post->span);
}

static enum edoc_code parse_post(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"agency", "unit",  "post", "holder",
	                                    "from",   "until", NULL};
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = parse_place(p, map, "holder", &p->d->posts[p->d->n_posts]);
	p->d->n_posts += !code;
	return code;
}

/* A post that nobody ever held is a slip of the pen. */
static enum edoc_code need_post(struct parser *p, const struct ed_yaml *map,
                                const struct ed_post *place)
{
	const char **known = ed_arena_alloc(p->tree, (p->d->n_posts + 1) * sizeof(*known));
	size_t n = 0;

	if (!known)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < p->d->n_posts; i++) {
		const struct ed_post *post = &p->d->posts[i];

		if (strcmp(post->agency, place->agency) ||
		    (place->unit && (!post->unit || strcmp(post->unit, place->unit))))
			continue;
		if (!strcmp(post->post, place->post))
			return EDOC_OK;
		known[n++] = post->post;
	}
	return fail_unknown(p, ed_yaml_get(map, "post"), "post", place->post, known);
}

static enum edoc_code parse_deputy(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"agency", "unit",  "post",  "person",
	                                    "from",   "until", "basis", NULL};
	struct ed_deputy *deputy = &p->d->deputies[p->d->n_deputies];
	bool present;
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = parse_place(p, map, "person", &deputy->post);
	if (!code)
		code = need_post(p, map, &deputy->post);
	if (!code)
		code = get_date(p, map, "from", true, &deputy->post.span.from, &present);
	if (!code)
		code = get_line(p, map, "basis", true, &deputy->basis);
	p->d->n_deputies += !code;
	return code;
}

/* ---- lists of rows ---- */

typedef enum edoc_code row_fn(struct parser *p, const struct ed_yaml *map);

/* The named list, and zeroed room for its rows. */
static enum edoc_code open_rows(struct parser *p, const struct ed_yaml *root, const char *key,
                                bool required, size_t size, void **rows)
{
	const struct ed_yaml *list = ed_yaml_get(root, key);

	if (list ? list->kind != ED_YAML_LIST : required)
		return ed_yaml_fail(list ? list : root, p->where, p->err,
		                    "a directory needs the list \"%s\"", key);
	return room(p, list ? list->n : 0, size, rows);
}

static enum edoc_code read_rows(struct parser *p, const struct ed_yaml *root, const char *key,
                                row_fn *row)
{
	const struct ed_yaml *list = ed_yaml_get(root, key);
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; list && i < list->n && !code; i++)
		code = row(p, list->items[i]);
	return code;
}

static enum edoc_code parse_rows(struct parser *p, const struct ed_yaml *root)
{
	struct ed_directory *d = p->d;
	void *rows = NULL;
	enum edoc_code code;

	code = open_rows(p, root, "agencies", true, sizeof(*d->agencies), &rows);
	d->agencies = rows;
	if (!code && rows)
		code = read_rows(p, root, "agencies", parse_agency);
	if (!code)
		code = open_rows(p, root, "people", true, sizeof(*d->people), &rows);
	d->people = rows;
	if (!code && rows)
		code = read_rows(p, root, "people", parse_person);
	if (!code)
		code = ed_directory_index_people(d, p->arena, p->err);
	if (!code)
		code = open_rows(p, root, "posts", true, sizeof(*d->posts), &rows);
	d->posts = rows;
	if (!code && rows)
		code = read_rows(p, root, "posts", parse_post);
	if (!code)
		code = ed_directory_index_posts(d, p->arena, p->err);
	if (!code)
		code = open_rows(p, root, "deputies", false, sizeof(*d->deputies), &rows);
	d->deputies = rows;
	return code || !rows ? code : read_rows(p, root, "deputies", parse_deputy);
}

/* ---- how agencies stand to each other ---- */

/* Every cycle begins on the day on which one of its agencies gets its parent:
 * to climb from there on that day finds it. */
static enum edoc_code check_climb(struct parser *p, const struct ed_yaml *map,
                                  const struct ed_agency *agency, struct ed_date on)
{
	return ed_directory_below(p->d, agency->id, agency->id, on)
	               ? ed_yaml_fail(ed_yaml_get(map, "parent"), p->where, p->err,
	                              "\"%s\" would stand under itself", agency->id)
	               : EDOC_OK;
}

static enum edoc_code check_stand(struct parser *p, const struct ed_yaml *map,
                                  const struct ed_agency *agency, const char *parent,
                                  const char *const *links)
{
	enum edoc_code code = EDOC_OK;
	const struct ed_yaml *list = ed_yaml_get(map, "links");

	if (parent && *parent)
		code = need_agency(p, ed_yaml_get(map, "parent"), parent);
	for (size_t i = 0; links && links[i] && !code; i++) {
		code = need_agency(p, list->items[i], links[i]);
		if (!code && !strcmp(links[i], agency->id))
			code = ed_yaml_fail(list->items[i], p->where, p->err,
			                    "\"%s\" would stand beside itself", agency->id);
	}
	return code;
}

static enum edoc_code check_agency(struct parser *p, const struct ed_yaml *map,
                                   const struct ed_agency *agency)
{
	static const struct ed_date first = {1, 1, 1};
	const struct ed_yaml *changes = ed_yaml_get(map, "changes");
	enum edoc_code code = check_stand(p, map, agency, agency->parent, agency->links);

	for (size_t i = 0; i < agency->n_changes && !code; i++)
		code = check_stand(p, changes->items[i], agency, agency->changes[i].parent,
		                   agency->changes[i].links);
	if (!code && agency->parent)
		code = check_climb(p, map, agency, first);
	return code;
}

static enum edoc_code check_changes(struct parser *p, const struct ed_yaml *map,
                                    const struct ed_agency *agency)
{
	const struct ed_yaml *changes = ed_yaml_get(map, "changes");
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < agency->n_changes && !code; i++)
		if (agency->changes[i].parent)
			code = check_climb(p, changes->items[i], agency, agency->changes[i].from);
	return code;
}

static enum edoc_code check_tree(struct parser *p, const struct ed_yaml *root)
{
	const struct ed_yaml *list = ed_yaml_get(root, "agencies");
	const struct ed_agency *v = p->d->agencies;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; v && i < p->d->n_agencies && !code; i++)
		code = check_agency(p, list->items[i], &v[i]);
	for (size_t i = 0; v && i < p->d->n_agencies && !code; i++)
		code = check_changes(p, list->items[i], &v[i]);
	return code;
}

/* ---- the whole ---- */

static enum edoc_code parse_head(struct parser *p, const struct ed_yaml *root)
{
	const char *format;
	int64_t version = 0;
	enum edoc_code code = ed_yaml_text(root, p->where, "format", true, &format, p->err);

	if (!code && strncmp(format, "edoc-directory/", 15))
		return ed_yaml_fail(ed_yaml_get(root, "format"), p->where, p->err,
		                    "\"%s\" is no directory; \"format: edoc-directory/1\" is one",
		                    format);
	if (!code && strcmp(format, "edoc-directory/1"))
		return ed_fail(
		        p->err, EDOC_ERR_VERSION, p->where,
		        "the directory is written in %s; this release reads edoc-directory/1",
		        format);
	if (!code)
		code = ed_yaml_integer(root, p->where, "version", 1, 1000000000, &version, NULL,
		                       p->err);
	p->d->version = (int)version;
	if (!code)
		code = get_digest(p, root, "previous", &p->d->previous);
	if (!code && p->d->previous && version == 1)
		code = ed_yaml_fail(ed_yaml_get(root, "previous"), p->where, p->err,
		                    "nothing comes before version 1");
	if (!code)
		code = get_line(p, root, "issued-by", false, &p->d->issued_by);
	if (!code)
		code = get_line(p, root, "basis", false, &p->d->basis);
	return code ? code : get_date(p, root, "date", false, &p->d->date, &p->d->has_date);
}

static enum edoc_code parse_root(struct parser *p, const struct ed_yaml *root)
{
	static const char *const known[] = {"format", "version",  "previous", "issued-by",
	                                    "basis",  "date",     "agencies", "people",
	                                    "posts",  "deputies", NULL};
	enum edoc_code code;

	if (root->kind != ED_YAML_MAP)
		return ed_yaml_fail(root, p->where, p->err,
		                    "a directory is made of \"key: value\" lines");
	code = parse_head(p, root);
	if (!code)
		code = ed_yaml_only(root, p->where, known, p->err);
	if (!code)
		code = parse_rows(p, root);
	return code ? code : check_tree(p, root);
}

enum edoc_code ed_directory_parse(const void *bytes, size_t len, const char *where,
                                  struct ed_arena *arena, struct ed_directory **directory,
                                  struct edoc_error *err)
{
	static const struct ed_yaml_limits limits = {ED_MAX_DIRECTORY_BYTES,
	                                             ED_MAX_DIRECTORY_NODES};
	struct parser p = {.where = where,
	                   .arena = arena,
	                   .err = err,
	                   .tree = ed_arena_new(),
	                   .d = ed_arena_alloc(arena, sizeof(*p.d))};
	char ref[ED_SHA256_REF];
	struct ed_yaml *root;
	enum edoc_code code = EDOC_OK;

	*directory = NULL;
	if (!p.d || !p.tree || !ed_sha256_ref(bytes ? bytes : "", len, ref))
		code = ed_fail_memory(err);
	if (!code)
		memcpy(p.d->sha256, ref + 7, 65);
	if (!code)
		code = ed_yaml_parse_within(bytes, len, &limits, where, p.tree, &root, err);
	if (!code)
		code = parse_root(&p, root);
	if (!code)
		*directory = p.d;
	ed_arena_free(p.tree);
	return code;
}
