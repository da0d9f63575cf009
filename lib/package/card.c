/* SPDX-License-Identifier: ISC */
/*
 * One table says which fields a card has, in which order and what may stand
 * in them; YAML, --set and XML all become items of that table.  card.xsd says
 * the same to others.
 */
#include "package/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/time.h"
#include "door/xml.h"
#include "door/yaml.h"

/* Each gives NULL or what is wrong, in a few words. */
typedef const char *check_fn(const char *value);

struct spec {
	const char *group, *leaf; /* "sender" "name"; group NULL: a field of the card itself */
	bool list;                /* the group (or the leaf without one) may repeat */
	bool required;            /* where its group stands; sender stands always */
	check_fn *check;
};

static const char *one_line(const char *v)
{
	size_t n = strlen(v);

	if (!n)
		return N_("it has no value");
	if (n > ED_MAX_CARD_VALUE)
		return N_("it is too long");
	if (*v == '<' && v[n - 1] == '>')
		return N_("the placeholder of the skeleton is still there");
	if (*v == ' ' || v[n - 1] == ' ')
		return N_("it begins or ends with a space");
	if (!ed_utf8_valid(v, n))
		return N_("it is not UTF-8");
	for (const char *p = v; *p; p++) {
		unsigned char c = (unsigned char)*p;

		/* U+0080..9F are controls too; U+FFFE, FFFF are no XML. */
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)p[1] < 0xa0) ||
		    (c == 0xef && (unsigned char)p[1] == 0xbf && (unsigned char)p[2] > 0xbd))
			return N_("it must be one line without control characters");
	}
	return NULL;
}

static bool only(const char *v, const char *set)
{
	return *v && strspn(v, set) == strlen(v);
}

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char *word(const char *v)
{
	if (strlen(v) > 64 || !only(v, LOWER DIGITS ".-") || strchr(DIGITS ".-", *v))
		return N_(
		        "it must be a word of a-z, 0-9, \".\" and \"-\" that begins with a letter");
	return NULL;
}

static const char *class_name(const char *v)
{
	if (strlen(v) > 64 || !only(v, LOWER UPPER DIGITS "._-") || strchr("._-", *v))
		return N_("it must be a name of A-Z, a-z, 0-9, \".\", \"_\" and \"-\"");
	return NULL;
}

/* BCP 47: tg, uz, uz-Cyrl, ru, en ... */
static const char *language(const char *v)
{
	size_t primary = strspn(v, LOWER), n;
	const char *p = v + primary;

	if (primary < 2 || primary > 3 || strlen(v) > 35)
		return N_("it must be a language tag such as tg, uz, uz-Cyrl, ru or en (BCP 47)");
	for (; *p == '-'; p += n + 1) {
		n = strspn(p + 1, LOWER UPPER DIGITS);
		if (n < 2 || n > 8)
			break;
	}
	return *p ? N_("it must be a language tag such as tg, uz, uz-Cyrl, ru or en (BCP 47)")
	          : NULL;
}

static const char *date(const char *v)
{
	struct ed_date d;

	return ed_date_parse(v, &d) ? NULL : N_("it must be a date such as 2026-03-05");
}

static const char *email(const char *v)
{
	const char *at = strchr(v, '@');

	if (!at || at == v || !at[1] || strchr(at + 1, '@') || strpbrk(v, " <>,;:\"()[]\\"))
		return N_("it must be one e-mail address (name@domain)");
	return NULL;
}

static const char *digest(const char *v)
{
	if (strncmp(v, "sha256:", 7) || strlen(v) != 71 || !only(v + 7, DIGITS "abcdef"))
		return N_("it must be \"sha256:\" and 64 lower-case hex digits");
	return NULL;
}

static bool digits(const char *v, size_t n)
{
	return strlen(v) == n && only(v, DIGITS);
}

static const char *pinfl(const char *v)
{
	return digits(v, 14) ? NULL : N_("a PINFL (JSHSHIR) has 14 digits");
}

static const char *stir(const char *v)
{
	return digits(v, 9) ? NULL : N_("a STIR (INN) has 9 digits");
}

static const char *rma(const char *v)
{
	return digits(v, 9) ? NULL : N_("an RMA has 9 digits");
}

/* Kazakhstan's IIN and BIN: weights 1..11 mod 11; where that gives 10, once
 * more with 3..11, 1, 2; 10 again is never given out. */
static const char *kz(const char *v)
{
	int sum = 0, again = 0;

	if (!digits(v, 12))
		return N_("an IIN or BIN has 12 digits");
	for (int i = 0; i < 11; i++) {
		sum += (v[i] - '0') * (i + 1);
		again += (v[i] - '0') * (i < 9 ? i + 3 : i - 8);
	}
	sum = sum % 11 == 10 ? again % 11 : sum % 11;
	return sum == v[11] - '0' ? NULL : N_("the check digit of this IIN or BIN is wrong");
}

static const struct spec specs[] = {
        {NULL, "kind", false, true, word},
        {NULL, "title", false, true, one_line},
        {NULL, "language", false, true, language},
        {NULL, "created", false, true, date},
        {"sender", "name", false, true, one_line},
        {"sender", "agency", false, false, word},
        {"sender", "postal-address", false, false, one_line},
        {"sender", "email", false, false, email},
        {"sender", "phone", false, false, one_line},
        {"sender", "pinfl", false, false, pinfl},
        {"sender", "stir", false, false, stir},
        {"sender", "iin", false, false, kz},
        {"sender", "bin", false, false, kz},
        {"sender", "rma", false, false, rma},
        {NULL, "number", false, false, one_line},
        {NULL, "date", false, false, date},
        {"addressee", "name", true, true, one_line},
        {"addressee", "agency", true, false, word},
        {"addressee", "postal-address", true, false, one_line},
        {"addressee", "email", true, false, email},
        {NULL, "replaces", true, false, digest},
        {NULL, "reply-to", false, false, one_line},
        {NULL, "case", true, false, one_line},
        {NULL, "retention", false, false, class_name},
};
#define N_SPECS (sizeof(specs) / sizeof(*specs))

struct item {
	const struct spec *spec;
	unsigned index; /* from 1 in a list, else 0 */
	const char *value, *where;
};

struct items {
	struct ed_arena *arena;
	struct edoc_error *err;
	struct item *v;
	size_t n, cap;
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static const struct spec *find(const char *group, const char *leaf)
{
	for (size_t i = 0; i < N_SPECS; i++)
		if (same(specs[i].group, group) && !strcmp(specs[i].leaf, leaf))
			return &specs[i];
	return NULL;
}

/* The first field of the group so named, or NULL. */
static const struct spec *find_group(const char *group)
{
	for (size_t i = 0; i < N_SPECS; i++)
		if (same(specs[i].group, group))
			return &specs[i];
	return NULL;
}

/* What may stand beside `name`: for "the nearest known one". */
static enum edoc_code unknown(const char *group, const char *name, const char *where,
                              struct edoc_error *err)
{
	const char *known[N_SPECS + 1], *near;
	size_t n = 0;

	for (size_t i = 0; i < N_SPECS; i++)
		if (same(specs[i].group, group))
			known[n++] = specs[i].leaf;
		else if (!group && (!n || strcmp(known[n - 1], specs[i].group)))
			known[n++] = specs[i].group;
	known[n] = NULL;
	near = ed_nearest(name, known);
	if (near)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "a card has no field \"%s\"; the nearest known one is \"%s\"", name,
		               near);
	return ed_fail(err, EDOC_ERR_INPUT, where, "a card has no field \"%s\"", name);
}

enum edoc_code ed_card_known(const char *field, const char *where, struct edoc_error *err)
{
	const char *dot = strchr(field, '.');

	for (size_t i = 0; i < N_SPECS; i++) {
		const char *group = specs[i].group;
		size_t n = group ? strlen(group) : 0;

		if (!group ? !strcmp(specs[i].leaf, field)
		           : !strncmp(field, group, n) && field[n] == '.' &&
		                     !strcmp(specs[i].leaf, field + n + 1))
			return EDOC_OK;
		if (group && dot == field + n && !strncmp(field, group, n) &&
		    (i + 1 == N_SPECS || !same(specs[i + 1].group, group)))
			return unknown(group, dot + 1, where, err);
	}
	return unknown(NULL, field, where, err);
}

static enum edoc_code add(struct items *items, const struct spec *spec, unsigned index,
                          const char *value, const char *where)
{
	items->v = ed_arena_grow(items->arena, items->v, items->n, &items->cap, sizeof(*items->v));
	if (!items->v || !value || !where)
		return ed_fail_memory(items->err);
	items->v[items->n++] = (struct item){spec, index, value, where};
	return EDOC_OK;
}

/* ---- order and checks ---- */

/* Where the item's group begins in the table. */
static size_t rank(const struct item *item)
{
	return (size_t)((item->spec->group ? find_group(item->spec->group) : item->spec) - specs);
}

static int compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	size_t rx = rank(x), ry = rank(y);

	if (rx != ry)
		return rx < ry ? -1 : 1;
	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return x->spec < y->spec ? -1 : x->spec > y->spec;
}

static const char *path_of(const struct item *item, char *buf, size_t size)
{
	const struct spec *s = item->spec;
	char index[16] = "";

	if (s->list)
		snprintf(index, sizeof(index), "[%u]", item->index);
	if (s->group)
		snprintf(buf, size, "%s%s.%s", s->group, index, s->leaf);
	else
		snprintf(buf, size, "%s%s", s->leaf, index);
	return buf;
}

static bool has(const struct items *items, const struct spec *spec, unsigned index)
{
	for (size_t i = 0; i < items->n; i++)
		if (items->v[i].spec == spec && items->v[i].index == index)
			return true;
	return false;
}

static enum edoc_code check_required(const struct items *items, const char *where)
{
	char path[64];

	for (size_t i = 0; i < N_SPECS; i++) {
		struct item want = {&specs[i], specs[i].list, NULL, NULL};

		if (specs[i].required && !specs[i].list && !has(items, &specs[i], 0))
			return ed_fail(items->err, EDOC_ERR_INPUT, where,
			               "the card needs the field \"%s\"",
			               path_of(&want, path, sizeof(path)));
	}
	for (size_t i = 0; i < items->n; i++) {
		const struct item *it = &items->v[i];
		struct item want = *it;

		if (!it->spec->group || !it->spec->list)
			continue;
		want.spec = find_group(it->spec->group); /* its first field is its name */
		if (!has(items, want.spec, it->index))
			return ed_fail(items->err, EDOC_ERR_INPUT, it->where,
			               "the card needs the field \"%s\"",
			               path_of(&want, path, sizeof(path)));
	}
	return EDOC_OK;
}

/* Lists count 1, 2, 3 without gaps; sorted items. */
static enum edoc_code check_lists(const struct items *items)
{
	unsigned last = 0;

	for (size_t i = 0; i < items->n; i++) {
		const struct item *it = &items->v[i];

		if (!i || rank(it) != rank(it - 1))
			last = 0;
		if (it->spec->list && it->index > last + 1)
			return ed_fail(items->err, EDOC_ERR_INPUT, it->where,
			               "number %u of the list \"%s\" comes after number %u",
			               it->index,
			               it->spec->group ? it->spec->group : it->spec->leaf, last);
		last = it->index;
	}
	return EDOC_OK;
}

/* Sorts, checks every value, hands the fields over. */
static enum edoc_code finish(struct items *items, const char *where, struct ed_card *card)
{
	struct ed_card_field *fields;
	enum edoc_code code;
	char path[64];

	if (items->n)
		qsort(items->v, items->n, sizeof(*items->v), compare);
	for (size_t i = 0; i < items->n; i++) {
		const char *fault = one_line(items->v[i].value);

		if (!fault)
			fault = items->v[i].spec->check(items->v[i].value);
		if (fault)
			return ed_fail(items->err, EDOC_ERR_INPUT, items->v[i].where, "%s: %s",
			               path_of(&items->v[i], path, sizeof(path)),
			               dgettext("edoc", fault));
	}
	code = check_required(items, where);
	if (!code)
		code = check_lists(items);
	if (code)
		return code;
	fields = ed_arena_alloc(items->arena, (items->n + 1) * sizeof(*fields));
	if (!fields)
		return ed_fail_memory(items->err);
	for (size_t i = 0; i < items->n; i++) {
		fields[i].name =
		        ed_arena_strdup(items->arena, path_of(&items->v[i], path, sizeof(path)));
		fields[i].value = ed_arena_strdup(items->arena, items->v[i].value);
		if (!fields[i].name || !fields[i].value)
			return ed_fail_memory(items->err);
	}
	card->fields = fields;
	card->n = items->n;
	return EDOC_OK;
}

/* ---- --set ---- */

/* "addressee[2].name" -> spec and index; the name is cut up in place. */
static enum edoc_code parse_path(char *path, const char *where, const struct spec **spec,
                                 unsigned *index, struct edoc_error *err)
{
	char *dot = strchr(path, '.'), *open, *end;
	char *leaf = dot ? dot + 1 : path, *group = dot ? path : NULL;
	long n = 0;

	if (dot)
		*dot = '\0';
	open = strchr(path, '[');
	if (open) {
		n = strtol(open + 1, &end, 10);
		if (!strchr("123456789", open[1]) || !open[1] || n > ED_MAX_CARD_LIST ||
		    strcmp(end, "]"))
			return ed_fail(err, EDOC_ERR_INPUT, where,
			               "a place in a list is written [1] to [%d]",
			               ED_MAX_CARD_LIST);
		*open = '\0';
	}
	if (group && !find_group(group))
		return unknown(NULL, group, where, err);
	*spec = find(group, leaf);
	if (!*spec && !group && find_group(leaf))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "\"%s\" has fields of its own; name one, as in %s.name", leaf, leaf);
	if (!*spec)
		return unknown(group, leaf, where, err);
	if (!(*spec)->list && open)
		return ed_fail(err, EDOC_ERR_INPUT, where, "\"%s\" is no list; leave the [...] out",
		               path);
	if ((*spec)->list && group && !open)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "\"%s\" is a list; say which, by [1] after its name", path);
	*index = (unsigned)n;
	return EDOC_OK;
}

static void take_away(struct items *items, const struct spec *spec)
{
	size_t n = 0;

	for (size_t i = 0; i < items->n; i++)
		if (items->v[i].spec != spec)
			items->v[n++] = items->v[i];
	items->n = n;
}

/* "K=V" puts a value in place of the old one; "K=" takes the field away.  A
 * list without [N] is replaced by the one value. */
static enum edoc_code set_one(struct items *items, const char *pair)
{
	const char *eq = strchr(pair, '=');
	const struct spec *spec = NULL;
	unsigned index = 0;
	enum edoc_code code;
	char *path;
	size_t i;

	if (!eq || eq == pair)
		return ed_fail(items->err, EDOC_ERR_USAGE, pair, "a field is set by NAME=VALUE");
	path = ed_arena_strndup(items->arena, pair, (size_t)(eq - pair));
	if (!path)
		return ed_fail_memory(items->err);
	code = parse_path(path, pair, &spec, &index, items->err);
	if (code || !spec)
		return code;
	if (spec->list && !index) {
		take_away(items, spec);
		index = 1;
	}
	for (i = 0; i < items->n; i++)
		if (items->v[i].spec == spec && items->v[i].index == index)
			break;
	if (eq[1] && i < items->n) {
		items->v[i].value = eq + 1;
		items->v[i].where = pair;
		return EDOC_OK;
	}
	if (eq[1])
		return add(items, spec, index, eq + 1, pair);
	if (i < items->n)
		items->v[i] = items->v[--items->n];
	return EDOC_OK;
}

static enum edoc_code set_all(struct items *items, const char *const *set)
{
	enum edoc_code code = EDOC_OK;

	for (; set && *set && !code; set++)
		code = set_one(items, *set);
	return code;
}

/* ---- YAML ---- */

static enum edoc_code yaml_leaf(struct items *items, const struct spec *spec, unsigned index,
                                const struct ed_yaml *node, const char *file)
{
	char path[64];
	struct item it = {spec, index, NULL, NULL};

	if (node->kind != ED_YAML_SCALAR)
		return ed_yaml_fail(node, file, items->err, "\"%s\" must be one value",
		                    path_of(&it, path, sizeof(path)));
	return add(items, spec, index, node->text,
	           ed_arena_printf(items->arena, "%s:%u:%u", file, node->line, node->column));
}

static enum edoc_code yaml_group(struct items *items, const char *group, unsigned index,
                                 const struct ed_yaml *node, const char *file)
{
	enum edoc_code code = EDOC_OK;

	if (node->kind != ED_YAML_MAP)
		return ed_yaml_fail(node, file, items->err,
		                    "\"%s\" has fields of its own: name: ... and more", group);
	for (size_t i = 0; i < node->n && !code; i++) {
		const struct ed_yaml *key = node->keys[i];
		const struct spec *spec = find(group, key->text);

		code = spec ? yaml_leaf(items, spec, index, node->items[i], file)
		            : unknown(group, key->text,
		                      ed_arena_printf(items->arena, "%s:%u:%u", file, key->line,
		                                      key->column),
		                      items->err);
	}
	return code;
}

static enum edoc_code yaml_member(struct items *items, const char *key, unsigned index,
                                  const struct ed_yaml *node, const char *file)
{
	const struct spec *spec = find(NULL, key);

	return spec ? yaml_leaf(items, spec, index, node, file)
	            : yaml_group(items, key, index, node, file);
}

static enum edoc_code yaml_key(struct items *items, const struct ed_yaml *key,
                               const struct ed_yaml *value, const char *file)
{
	const struct spec *spec = find(NULL, key->text);
	enum edoc_code code = EDOC_OK;

	if (!spec)
		spec = find_group(key->text);
	if (!spec)
		return unknown(
		        NULL, key->text,
		        ed_arena_printf(items->arena, "%s:%u:%u", file, key->line, key->column),
		        items->err);
	if (!spec->list)
		return yaml_member(items, key->text, 0, value, file);
	if (value->kind != ED_YAML_LIST)
		return ed_yaml_fail(value, file, items->err,
		                    "\"%s\" is a list; begin each with \"- \"", key->text);
	if (value->n > ED_MAX_CARD_LIST)
		return ed_fail(items->err, EDOC_ERR_LIMIT, file, "more than %d entries in \"%s\"",
		               ED_MAX_CARD_LIST, key->text);
	for (size_t i = 0; i < value->n && !code; i++)
		code = yaml_member(items, key->text, (unsigned)i + 1, value->items[i], file);
	return code;
}

enum edoc_code ed_card_from_yaml(const void *bytes, size_t len, const char *where,
                                 const char *const *set, struct ed_arena *arena,
                                 struct ed_card *card, struct edoc_error *err)
{
	struct items items = {.arena = arena, .err = err};
	struct ed_yaml *root;
	enum edoc_code code;

	*card = (struct ed_card){0};
	code = ed_yaml_parse(bytes, len, where, arena, &root, err);
	if (code)
		return code;
	if (root->kind != ED_YAML_MAP)
		return ed_yaml_fail(root, where, err, "a card is made of \"field: value\" lines");
	for (size_t i = 0; i < root->n && !code; i++)
		code = yaml_key(&items, root->keys[i], root->items[i], where);
	if (!code)
		code = set_all(&items, set);
	return code ? code : finish(&items, where, card);
}

enum edoc_code ed_card_set(struct ed_card *card, const char *const *set, struct ed_arena *arena,
                           struct edoc_error *err)
{
	struct items items = {.arena = arena, .err = err};
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < card->n && !code; i++) {
		const struct spec *spec = NULL;
		unsigned index = 0;
		char *path = ed_arena_strdup(arena, card->fields[i].name);

		code = path ? parse_path(path, card->fields[i].name, &spec, &index, err)
		            : ed_fail_memory(err);
		if (!code)
			code = add(&items, spec, index, card->fields[i].value,
			           card->fields[i].name);
	}
	if (!code)
		code = set_all(&items, set);
	return code ? code : finish(&items, "card", card);
}

/* ---- XML ---- */

/* An element of elements: nothing else but white space, no attributes. */
static bool bare(const xmlNode *node)
{
	if (node->properties)
		return false;
	for (const xmlNode *c = node->children; c; c = c->next) {
		if (c->type == XML_ELEMENT_NODE)
			continue;
		if (c->type != XML_TEXT_NODE || !c->content ||
		    strspn((const char *)c->content, " \t\r\n") != strlen((const char *)c->content))
			return false;
	}
	return true;
}

static enum edoc_code xml_leaf(struct items *items, const struct ed_xml *xml,
                               const struct spec *spec, unsigned index, xmlNodePtr node)
{
	const char *place = ed_xml_place(xml, node, items->arena);
	const char *text = node->properties ? NULL : ed_xml_text(node, items->arena);

	if (!text)
		return ed_fail(items->err, EDOC_ERR_INPUT, place ? place : "",
		               "<%s> must hold text and nothing else", spec->leaf);
	return add(items, spec, index, text, place);
}

static enum edoc_code xml_element(struct items *items, const struct ed_xml *xml, xmlNodePtr node,
                                  const char *group, unsigned index)
{
	const char *name = (const char *)node->name, *place = ed_xml_place(xml, node, items->arena);
	const struct spec *spec = find(group, name), *in = group ? NULL : find_group(name);
	enum edoc_code code = EDOC_OK;

	if (!place)
		return ed_fail_memory(items->err);
	if (!ed_xml_is(node, ED_NS_CARD, name) || (!spec && !in))
		return unknown(group, name, place, items->err);
	if (spec)
		return xml_leaf(items, xml, spec, index, node);
	if (!bare(node) || !ed_xml_first(node))
		return ed_fail(items->err, EDOC_ERR_INPUT, place, "<%s> must hold its fields",
		               name);
	for (xmlNodePtr c = ed_xml_first(node); c && !code; c = ed_xml_next(c))
		code = xml_element(items, xml, c, name, index);
	return code;
}

static enum edoc_code xml_root(struct items *items, const struct ed_xml *xml)
{
	xmlNodePtr root = xmlDocGetRootElement(xml->doc);
	const char *before = "";
	enum edoc_code code = EDOC_OK;
	unsigned index = 0;

	if (!ed_xml_is(root, ED_NS_CARD, "card") || !bare(root))
		return ed_fail(items->err, EDOC_ERR_INPUT, xml->where,
		               "a card is <card xmlns=\"%s\"> with its fields", ED_NS_CARD);
	for (xmlNodePtr c = ed_xml_first(root); c && !code; c = ed_xml_next(c)) {
		const char *name = (const char *)c->name;
		const struct spec *spec = find(NULL, name);

		spec = spec ? spec : find_group(name);
		index = strcmp(before, name) ? 1 : index + 1;
		if (index > ED_MAX_CARD_LIST)
			return ed_fail(items->err, EDOC_ERR_LIMIT, xml->where,
			               "more than %d entries in \"%s\"", ED_MAX_CARD_LIST, name);
		code = xml_element(items, xml, c, NULL, spec && spec->list ? index : 0);
		before = name;
	}
	for (size_t i = 1; i < items->n && !code; i++) {
		const struct item *it = &items->v[i];

		if (compare(it - 1, it) >= 0)
			code = ed_fail(items->err, EDOC_ERR_INPUT, it->where,
			               "<%s> stands twice or out of the order of card.xsd",
			               it->spec->leaf);
	}
	return code;
}

enum edoc_code ed_card_from_xml(const void *bytes, size_t len, const char *where,
                                struct ed_arena *arena, struct ed_card *card,
                                struct edoc_error *err)
{
	struct items items = {.arena = arena, .err = err};
	struct ed_xml *xml = NULL;
	enum edoc_code code;

	*card = (struct ed_card){0};
	code = ed_xml_parse(bytes, len, where, ED_MAX_XML_BYTES, &xml, err);
	if (!code)
		code = xml_root(&items, xml);
	if (!code)
		code = finish(&items, where, card);
	ed_xml_free(xml);
	return code;
}

enum edoc_code ed_card_write(const struct ed_card *card, struct ed_buf *xml, struct edoc_error *err)
{
	char group[64] = "";

	ed_buf_puts(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<card xmlns=\"" ED_NS_CARD
	                 "\">\n");
	for (size_t i = 0; i < card->n; i++) {
		const char *name = card->fields[i].name, *dot = strchr(name, '.');
		size_t in = dot ? (size_t)(dot - name) : 0; /* "addressee[2]" */
		const char *leaf = dot ? dot + 1 : name;
		int n = (int)strcspn(leaf, "[");

		if (*group && (strlen(group) != in || strncmp(group, name, in))) {
			ed_buf_printf(xml, "  </%.*s>\n", (int)strcspn(group, "["), group);
			*group = '\0';
		}
		if (in && !*group) {
			snprintf(group, sizeof(group), "%.*s", (int)in, name);
			ed_buf_printf(xml, "  <%.*s>\n", (int)strcspn(group, "["), group);
		}
		ed_buf_printf(xml, "%s<%.*s>", in ? "    " : "  ", n, leaf);
		ed_xml_put_text(xml, card->fields[i].value);
		ed_buf_printf(xml, "</%.*s>\n", n, leaf);
	}
	if (*group)
		ed_buf_printf(xml, "  </%.*s>\n", (int)strcspn(group, "["), group);
	ed_buf_puts(xml, "</card>\n");
	return ed_buf_check(xml, "card", err);
}

const char *ed_card_get(const struct ed_card *card, const char *name)
{
	for (size_t i = 0; i < card->n; i++)
		if (!strcmp(card->fields[i].name, name))
			return card->fields[i].value;
	return NULL;
}

/* ---- skeletons ---- */

static const char *const kinds[] = {"application", "order", "reply"}; /* a test compares */

const char *edoc_card_kind(size_t i)
{
	return i < sizeof(kinds) / sizeof(*kinds) ? kinds[i] : NULL;
}

const char *edoc_card_skeleton(const char *kind)
{
	char name[64];

	if (strlen(kind) > 32)
		return NULL;
	snprintf(name, sizeof(name), "cards/%s.yaml", kind);
	for (const struct ed_embedded *e = ed_embedded_table; e->name; e++)
		if (!strcmp(e->name, name))
			return (const char *)e->bytes;
	return NULL;
}
