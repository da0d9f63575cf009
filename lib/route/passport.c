/* SPDX-License-Identifier: ISC */
/* The grammar of "service:", and which document is which. */
#include "route/passport.h"

#include <string.h>

#include "base/err.h"
#include "base/like.h"
#include "base/limits.h"
#include "route/entry.h"

const char *const ed_idef0_names[] = {"inputs", "controls", "mechanisms", "outputs", NULL};

static enum edoc_code must_be_map(struct ed_def *p, const struct ed_yaml *node, const char *example)
{
	if (node->kind == ED_YAML_MAP && node->n)
		return EDOC_OK;
	return ed_yaml_fail(node, p->where, p->err, "a map must stand here: %s", example);
}

/* {tg: ..., en: ...} */
static enum edoc_code parse_titles(struct ed_def *p, const struct ed_yaml *map,
                                   struct ed_titles *titles)
{
	enum edoc_code code = must_be_map(p, map, "{tg: ..., en: ...}");

	if (!code)
		code = ed_def_only(p, map, &ed_shape_title);
	for (size_t i = 0; !code && i < map->n; i++) {
		titles->lang[i] = map->keys[i]->text;
		code = ed_def_text(p, map, map->keys[i]->text, true, &titles->text[i]);
	}
	return code;
}

static enum edoc_code required_titles(struct ed_def *p, const struct ed_yaml *map,
                                      struct ed_titles *titles)
{
	const struct ed_yaml *node = ed_yaml_get(map, "title");

	return node ? parse_titles(p, node, titles)
	            : ed_yaml_fail(map, p->where, p->err,
	                           "the key \"title\" is missing: {tg: ..., en: ...}");
}

/* A list of lines, or one. */
static enum edoc_code parse_lines(struct ed_def *p, const struct ed_yaml *map, const char *key,
                                  const char *const **out)
{
	const struct ed_yaml *node = ed_yaml_get(map, key);
	const char **one;

	if (!node)
		return EDOC_OK;
	if (node->kind != ED_YAML_SCALAR)
		return ed_def_words(p, node, false, out);
	one = ed_arena_alloc(p->arena, 2 * sizeof(*one));
	*out = one;
	return one ? ed_def_text(p, map, key, true, &one[0]) : ed_fail_memory(p->err);
}

/* A list of words out of known ones. */
static enum edoc_code parse_closed(struct ed_def *p, const struct ed_yaml *map, const char *key,
                                   const char *const *known, const char *const **out)
{
	const struct ed_yaml *node = ed_yaml_get(map, key);
	enum edoc_code code = node ? ed_def_words(p, node, true, out) : EDOC_OK;

	for (size_t i = 0; node && !code && i < node->n; i++) {
		const char *word = node->items[i]->text, *near = ed_nearest(word, known);

		if (!ed_def_one_of(word, known))
			return ed_yaml_fail(node->items[i], p->where, p->err,
			                    "\"%s\" is not known in \"%s\"; the nearest one is "
			                    "\"%s\"",
			                    word, key, near ? near : known[0]);
	}
	return code;
}

/* ---- documents ---- */

static enum edoc_code parse_yes(struct ed_def *p, const struct ed_yaml *map, const char *key,
                                bool *yes)
{
	static const char *const words[] = {"no", "yes", NULL};
	int choice = 0;
	enum edoc_code code = ed_def_choice(p, map, key, words, &choice);

	*yes = choice == 1;
	return code;
}

static enum edoc_code parse_paper(struct ed_def *p, const struct ed_yaml *key,
                                  const struct ed_yaml *map, struct ed_paper *paper)
{
	bool present = false;
	int64_t max = 1;
	enum edoc_code code = ed_def_check_id(p, key);

	paper->id = key->text;
	if (!code)
		code = must_be_map(p, map, "{title: {en: ...}, required: yes}");
	if (!code)
		code = ed_def_only(p, map, &ed_shape_document);
	if (!code)
		code = required_titles(p, map, &paper->title);
	if (!code)
		code = ed_def_text(p, map, "file", false, &paper->file);
	if (!code && paper->file && strchr(paper->file, '/'))
		code = ed_yaml_fail(ed_yaml_get(map, "file"), p->where, p->err,
		                    "\"file\" is a pattern of names without folders: "
		                    "\"passport*.pdf\"");
	if (!code)
		code = parse_yes(p, map, "required", &paper->required);
	if (!code)
		code = ed_yaml_integer(map, p->where, "max", 1, ED_MAX_SERVICE_LIST, &max, &present,
		                       p->err);
	paper->max = present ? (int)max : 1;
	return code;
}

static enum edoc_code parse_papers(struct ed_def *p, const struct ed_yaml *service,
                                   struct ed_passport *passport)
{
	static const char *const words[] = {"refuse", "accept", NULL};
	const struct ed_yaml *map = ed_yaml_get(service, "documents");
	enum edoc_code code;
	int choice = 0;

	if (!map && ed_yaml_get(service, "others"))
		return ed_yaml_fail(ed_yaml_get(service, "others"), p->where, p->err,
		                    "\"others\" are documents that are not in \"documents:\": "
		                    "write that list");
	if (!map)
		return EDOC_OK;
	code = must_be_map(p, map, "{application: {title: {en: ...}, required: yes}}");
	if (!code && map->n > ED_MAX_SERVICE_LIST)
		code = ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a service may list %d documents",
		               ED_MAX_SERVICE_LIST);
	if (code)
		return code;
	passport->papers = ed_arena_alloc(p->arena, map->n * sizeof(*passport->papers));
	if (!passport->papers)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < map->n && !code; i++, passport->n_papers++)
		code = parse_paper(p, map->keys[i], map->items[i], &passport->papers[i]);
	if (!code)
		code = ed_def_choice(p, service, "others", words, &choice);
	passport->others = choice == 1;
	return code;
}

const struct ed_paper *ed_passport_paper(const struct ed_passport *passport, const char *name)
{
	const char *slash = strrchr(name, '/'), *dot;
	size_t stem;

	name = slash ? slash + 1 : name;
	dot = strrchr(name, '.');
	stem = dot && dot > name ? (size_t)(dot - name) : strlen(name);
	for (size_t i = 0; i < passport->n_papers; i++) {
		const struct ed_paper *paper = &passport->papers[i];

		if (paper->file ? ed_like(paper->file, name)
		                : strlen(paper->id) == stem && !memcmp(paper->id, name, stem))
			return paper;
	}
	return NULL;
}

const struct ed_paper *ed_passport_find(const struct ed_passport *passport, const char *id)
{
	for (size_t i = 0; id && i < passport->n_papers; i++)
		if (!strcmp(passport->papers[i].id, id))
			return &passport->papers[i];
	return NULL;
}

const struct ed_paper *ed_passport_said(const struct ed_passport *passport, const json_t *papers,
                                        const char *name)
{
	for (size_t i = 0; i < json_array_size(papers); i++) {
		const json_t *one = json_array_get(papers, i);
		const char *said = ed_json_get_str(one, "name");

		if (said && !strcmp(said, name))
			return ed_passport_find(passport, ed_json_get_str(one, "id"));
	}
	return ed_passport_paper(passport, name);
}

bool ed_passport_asks_kind(const struct ed_passport *passport)
{
	return passport->applicants && (ed_def_one_of("person", passport->applicants) ||
	                                ed_def_one_of("entity", passport->applicants));
}

/* ---- fee ---- */

/* "30", "30.00": no sign, no leading zero, two digits behind the point. */
static bool is_amount(const char *s)
{
	size_t n = strspn(s, "0123456789");

	if (!n || n > 12 || (*s == '0' && n > 1))
		return false;
	return !s[n] || (s[n] == '.' && strspn(s + n + 1, "0123456789") == 2 && !s[n + 3]);
}

static enum edoc_code find_proof(struct ed_def *p, const struct ed_yaml *map,
                                 struct ed_passport *passport)
{
	const struct ed_yaml *node = ed_yaml_get(map, "proof");
	const char *id = NULL;
	enum edoc_code code = ed_def_id(p, map, "proof", false, &id);

	if (code || !node)
		return code;
	if (passport->fee_after)
		return ed_yaml_fail(node, p->where, p->err,
		                    "what is paid afterwards is not proved at the submission");
	passport->proof = ed_passport_find(passport, id);
	return passport->proof
	               ? EDOC_OK
	               : ed_yaml_fail(node, p->where, p->err, "\"documents:\" lists no \"%s\"", id);
}

static enum edoc_code parse_fee(struct ed_def *p, const struct ed_yaml *map,
                                struct ed_passport *passport)
{
	static const char *const words[] = {"before", "after", NULL};
	enum edoc_code code;
	int choice = 0;

	if (!map)
		return EDOC_OK;
	code = must_be_map(p, map, "{amount: \"30.00\", currency: TJS, proof: receipt}");
	if (!code)
		code = ed_def_only(p, map, &ed_shape_fee);
	if (!code)
		code = ed_def_text(p, map, "amount", true, &passport->amount);
	if (!code && !is_amount(passport->amount))
		code = ed_yaml_fail(ed_yaml_get(map, "amount"), p->where, p->err,
		                    "\"amount\" is written \"30\" or \"30.00\"");
	if (!code)
		code = ed_def_text(p, map, "currency", true, &passport->currency);
	if (!code && (strlen(passport->currency) != 3 ||
	              strspn(passport->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3))
		code = ed_yaml_fail(ed_yaml_get(map, "currency"), p->where, p->err,
		                    "\"currency\" is one of ISO 4217: TJS, UZS");
	if (!code)
		code = ed_def_choice(p, map, "when", words, &choice);
	passport->fee_after = choice == 1;
	if (!code)
		code = find_proof(p, map, passport);
	if (!code)
		code = parse_yes(p, map, "signed", &passport->proof_signed);
	return !code && passport->proof_signed && !passport->proof
	               ? ed_yaml_fail(ed_yaml_get(map, "signed"), p->where, p->err,
	                              "\"signed\" is said of a \"proof\": name that document")
	               : code;
}

bool ed_passport_free(const struct ed_passport *passport)
{
	return !passport->amount || !passport->amount[strspn(passport->amount, "0.")];
}

/* ---- refusals ---- */

static enum edoc_code parse_refusals(struct ed_def *p, const struct ed_yaml *service,
                                     struct ed_passport *passport)
{
	const struct ed_yaml *map = ed_yaml_get(service, "refusals");
	enum edoc_code code;

	if (!map)
		return EDOC_OK;
	code = must_be_map(p, map, "{incomplete: {tg: ..., en: ...}}");
	if (!code && map->n > ED_MAX_SERVICE_LIST)
		code = ed_fail(p->err, EDOC_ERR_LIMIT, p->where, "a service may list %d grounds",
		               ED_MAX_SERVICE_LIST);
	if (code)
		return code;
	passport->refusals = ed_arena_alloc(p->arena, map->n * sizeof(*passport->refusals));
	if (!passport->refusals)
		return ed_fail_memory(p->err);
	for (size_t i = 0; i < map->n && !code; i++, passport->n_refusals++) {
		passport->refusals[i].id = map->keys[i]->text;
		code = ed_def_check_id(p, map->keys[i]);
		if (!code)
			code = parse_titles(p, map->items[i], &passport->refusals[i].title);
	}
	return code;
}

/* Nobody is turned away without a ground of the closed list. */
static enum edoc_code find_standard(struct ed_def *p, const struct ed_yaml *service,
                                    struct ed_passport *passport)
{
	bool asks = passport->papers || passport->channels || passport->applicants;
	const struct ed_yaml *node = ed_yaml_get(service, "standard");
	const char *id;
	enum edoc_code code = ed_def_id(p, service, "standard", false, &id);

	if (code)
		return code;
	if (!node && asks)
		return ed_yaml_fail(service, p->where, p->err,
		                    "a service that asks for documents, channels or applicants "
		                    "needs \"refusals:\", and \"standard:\", the one of them that "
		                    "is told who is turned away");
	for (size_t i = 0; node && i < passport->n_refusals; i++)
		if (!strcmp(passport->refusals[i].id, id))
			passport->standard = &passport->refusals[i];
	return !node || passport->standard
	               ? EDOC_OK
	               : ed_yaml_fail(node, p->where, p->err, "\"refusals:\" lists no \"%s\"", id);
}

/* ---- the rest ---- */

static enum edoc_code parse_result(struct ed_def *p, const struct ed_yaml *map,
                                   struct ed_passport *passport)
{
	enum edoc_code code;

	if (!map)
		return EDOC_OK;
	code = must_be_map(p, map, "{form: document, title: {en: ...}}");
	if (!code)
		code = ed_def_only(p, map, &ed_shape_result);
	if (!code)
		code = ed_def_text(p, map, "form", true, &passport->result_form);
	return code ? code : required_titles(p, map, &passport->result);
}

static enum edoc_code parse_idef0(struct ed_def *p, const struct ed_yaml *map,
                                  struct ed_passport *passport)
{
	enum edoc_code code;

	if (!map)
		return EDOC_OK;
	code = must_be_map(p, map, "{inputs: [...], controls: [...]}");
	if (!code)
		code = ed_def_only(p, map, &ed_shape_idef0);
	for (size_t i = 0; !code && ed_idef0_names[i]; i++)
		code = parse_lines(p, map, ed_idef0_names[i], &passport->idef0[i]);
	return code;
}

enum edoc_code ed_def_passport(struct ed_def *p, const struct ed_yaml *root)
{
	static const char *const applicants[] = {"citizen", "person", "entity", "agency", NULL};
	const struct ed_yaml *map = ed_yaml_get(root, "service");
	struct ed_passport *passport;
	enum edoc_code code;

	if (!map)
		return EDOC_OK;
	passport = ed_arena_alloc(p->arena, sizeof(*passport));
	if (!passport)
		return ed_fail_memory(p->err);
	p->route->passport = passport;
	code = must_be_map(p, map, "{owner: adliya, channels: [portal]}");
	if (!code)
		code = ed_def_only(p, map, &ed_shape_service);
	if (!code)
		code = ed_def_id(p, map, "owner", true, &passport->owner);
	if (!code)
		code = parse_lines(p, map, "basis", &passport->basis);
	if (!code)
		code = parse_closed(p, map, "channels", ed_channels, &passport->channels);
	if (!code && ed_yaml_get(map, "enter-within"))
		code = ed_def_term(p, ed_yaml_get(map, "enter-within"), &passport->enter_within);
	if (!code)
		code = parse_closed(p, map, "applicants", applicants, &passport->applicants);
	if (!code)
		code = parse_papers(p, map, passport);
	if (!code)
		code = parse_fee(p, ed_yaml_get(map, "fee"), passport);
	if (!code)
		code = parse_result(p, ed_yaml_get(map, "result"), passport);
	if (!code)
		code = ed_def_id(p, map, "retention", false, &passport->retention);
	if (!code)
		code = parse_refusals(p, map, passport);
	if (!code)
		code = parse_idef0(p, ed_yaml_get(map, "idef0"), passport);
	return code ? code : find_standard(p, map, passport);
}
