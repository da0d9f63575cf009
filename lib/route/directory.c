/* SPDX-License-Identifier: ISC */
/*
 * directory.yaml, format edoc-directory/1:
 *
 *   format: edoc-directory/1
 *   version: 3
 *   issued-by, basis, date
 *   agencies: [{id, title, desk-keys: [{sha256, from, until}]}]
 *   people:   [{id, name, certificates: [{sha256, from, until}]}]
 *   posts:    [{agency, unit, post, holder, from, until}]
 *
 * Days are inclusive; a certificate belongs to one person or desk for ever.
 */
#include "route/directory.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "door/crypto.h"
#include "door/yaml.h"

struct parser {
	const char *where;
	struct ed_arena *arena;
	struct edoc_error *err;
	struct ed_directory *d;
};

static bool in_span(const struct ed_span *span, struct ed_date on)
{
	return (!span->has_from || ed_date_compare(on, span->from) >= 0) &&
	       (!span->has_until || ed_date_compare(on, span->until) <= 0);
}

static enum edoc_code get_date(struct parser *p, const struct ed_yaml *map, const char *key,
                               struct ed_date *date, bool *present)
{
	const char *text;
	enum edoc_code code = ed_yaml_text(map, p->where, key, false, &text, p->err);

	*present = !code && text;
	if (*present && !ed_date_parse(text, date))
		return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
		                    "\"%s\" is no day such as 2026-03-05", text);
	return code;
}

static enum edoc_code parse_span(struct parser *p, const struct ed_yaml *map, struct ed_span *span)
{
	enum edoc_code code = get_date(p, map, "from", &span->from, &span->has_from);

	if (!code)
		code = get_date(p, map, "until", &span->until, &span->has_until);
	if (!code && span->has_from && span->has_until &&
	    ed_date_compare(span->from, span->until) > 0)
		code = ed_yaml_fail(ed_yaml_get(map, "until"), p->where, p->err,
		                    "\"until\" lies before \"from\"");
	return code;
}

/* Ids go into ledgers: what an agency's id in a route may be. */
static enum edoc_code get_id(struct parser *p, const struct ed_yaml *map, const char *key,
                             const char **id)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, true, id, p->err);

	if (code || !*id)
		return code;
	if (**id < 'a' || **id > 'z' || strlen(*id) > 64 ||
	    (*id)[strspn(*id, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return ed_yaml_fail(
		        ed_yaml_get(map, key), p->where, p->err,
		        "\"%s\" is no name: a-z, 0-9 and \"-\", a letter first, 64 at most", *id);
	return EDOC_OK;
}

static enum edoc_code get_line(struct parser *p, const struct ed_yaml *map, const char *key,
                               bool required, const char **text)
{
	enum edoc_code code = ed_yaml_text(map, p->where, key, required, text, p->err);

	if (!code && *text && (!**text || strlen(*text) > 1000 || strpbrk(*text, "\n\t")))
		return ed_yaml_fail(ed_yaml_get(map, key), p->where, p->err,
		                    "\"%s\" must be one line of at most 1000 bytes", key);
	return code;
}

static bool taken(const struct ed_directory *d, const char *const *so_far, const char *sha256)
{
	for (; so_far && *so_far; so_far++)
		if (!strcmp(*so_far, sha256))
			return true;
	for (size_t i = 0; i < d->n_agencies; i++)
		for (size_t k = 0; d->agencies[i].desk_keys[k]; k++)
			if (!strcmp(d->agencies[i].desk_keys[k], sha256))
				return true;
	for (size_t i = 0; i < d->n_people; i++)
		for (size_t k = 0; d->people[i].certs[k]; k++)
			if (!strcmp(d->people[i].certs[k], sha256))
				return true;
	return false;
}

static enum edoc_code parse_cert(struct parser *p, const struct ed_yaml *map,
                                 const char *const *so_far, const char **sha256,
                                 struct ed_span *span)
{
	static const char *const known[] = {"sha256", "from", "until", NULL};
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = ed_yaml_text(map, p->where, "sha256", true, sha256, p->err);
	if (!code && (strlen(*sha256) != 64 || strspn(*sha256, "0123456789abcdef") != 64))
		code = ed_yaml_fail(ed_yaml_get(map, "sha256"), p->where, p->err,
		                    "\"sha256\" of a certificate has 64 lower-case hex digits");
	if (!code && taken(p->d, so_far, *sha256))
		code = ed_yaml_fail(ed_yaml_get(map, "sha256"), p->where, p->err,
		                    "this certificate stands above already");
	return code ? code : parse_span(p, map, span);
}

static enum edoc_code parse_certs(struct parser *p, const struct ed_yaml *list,
                                  const char *const **certs, struct ed_span **spans)
{
	size_t n = list ? list->n : 0;
	const char **v = ed_arena_alloc(p->arena, (n + 1) * sizeof(*v));
	enum edoc_code code = EDOC_OK;

	*spans = ed_arena_alloc(p->arena, (n + 1) * sizeof(**spans));
	*certs = v;
	if (!v || !*spans)
		return ed_fail_memory(p->err);
	if (list && list->kind != ED_YAML_LIST)
		return ed_yaml_fail(list, p->where, p->err,
		                    "a list of certificates must stand here");
	for (size_t i = 0; i < n && !code; i++) {
		const char *sha256 = NULL;

		code = parse_cert(p, list->items[i], v, &sha256, &(*spans)[i]);
		v[i] = code ? NULL : sha256;
	}
	return code;
}

static enum edoc_code parse_agency(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"id", "title", "desk-keys", NULL};
	struct ed_agency *agency = &p->d->agencies[p->d->n_agencies];
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = get_id(p, map, "id", &agency->id);
	if (!code && ed_directory_agency(p->d, agency->id))
		code = ed_yaml_fail(ed_yaml_get(map, "id"), p->where, p->err,
		                    "an agency \"%s\" stands above already", agency->id);
	if (!code)
		code = get_line(p, map, "title", true, &agency->title);
	if (!code)
		code = parse_certs(p, ed_yaml_get(map, "desk-keys"), &agency->desk_keys,
		                   &agency->desk_spans);
	p->d->n_agencies += !code;
	return code;
}

static struct ed_person *person_by_id(const struct ed_directory *d, const char *id)
{
	for (size_t i = 0; i < d->n_people; i++)
		if (!strcmp(d->people[i].id, id))
			return &d->people[i];
	return NULL;
}

static enum edoc_code parse_person(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"id", "name", "certificates", NULL};
	struct ed_person *person = &p->d->people[p->d->n_people];
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = get_id(p, map, "id", &person->id);
	if (!code && person_by_id(p->d, person->id))
		code = ed_yaml_fail(ed_yaml_get(map, "id"), p->where, p->err,
		                    "a person \"%s\" stands above already", person->id);
	if (!code)
		code = get_line(p, map, "name", true, &person->name);
	if (!code)
		code = parse_certs(p, ed_yaml_get(map, "certificates"), &person->certs,
		                   &person->cert_spans);
	p->d->n_people += !code;
	return code;
}

static enum edoc_code parse_post(struct parser *p, const struct ed_yaml *map)
{
	static const char *const known[] = {"agency", "unit",  "post", "holder",
	                                    "from",   "until", NULL};
	struct ed_post *post = &p->d->posts[p->d->n_posts];
	const char *holder;
	enum edoc_code code = ed_yaml_only(map, p->where, known, p->err);

	if (!code)
		code = get_id(p, map, "agency", &post->agency);
	if (!code && !ed_directory_agency(p->d, post->agency))
		code = ed_yaml_fail(ed_yaml_get(map, "agency"), p->where, p->err,
		                    "there is no agency \"%s\" in this directory", post->agency);
	if (!code)
		code = get_line(p, map, "unit", false, &post->unit);
	if (!code)
		code = get_line(p, map, "post", true, &post->post);
	if (!code)
		code = get_id(p, map, "holder", &holder);
	if (!code)
		code = parse_span(p, map, &post->span);
	if (code)
		return code;
	post->holder = person_by_id(p->d, holder);
	if (!post->holder)
		return ed_yaml_fail(ed_yaml_get(map, "holder"), p->where, p->err,
		                    "there is no person \"%s\" in this directory", holder);
	p->d->n_posts++;
	return EDOC_OK;
}

/* The named list, and zeroed room for its rows. */
static enum edoc_code open_rows(struct parser *p, const struct ed_yaml *root, const char *key,
                                size_t size, const struct ed_yaml **list, void **rows)
{
	*list = ed_yaml_get(root, key);
	if (!*list || (*list)->kind != ED_YAML_LIST)
		return ed_yaml_fail(*list ? *list : root, p->where, p->err,
		                    "a directory needs the list \"%s\"", key);
	*rows = ed_arena_alloc(p->arena, ((*list)->n + 1) * size);
	return *rows ? EDOC_OK : ed_fail_memory(p->err);
}

static enum edoc_code parse_rows(struct parser *p, const struct ed_yaml *root)
{
	const struct ed_yaml *agencies = NULL, *people = NULL, *posts = NULL;
	void *rows = NULL;
	enum edoc_code code;

	code = open_rows(p, root, "agencies", sizeof(*p->d->agencies), &agencies, &rows);
	p->d->agencies = rows;
	for (size_t i = 0; !code && rows && i < agencies->n; i++)
		code = parse_agency(p, agencies->items[i]);
	if (!code)
		code = open_rows(p, root, "people", sizeof(*p->d->people), &people, &rows);
	p->d->people = rows;
	for (size_t i = 0; !code && rows && i < people->n; i++)
		code = parse_person(p, people->items[i]);
	if (!code)
		code = open_rows(p, root, "posts", sizeof(*p->d->posts), &posts, &rows);
	p->d->posts = rows;
	for (size_t i = 0; !code && rows && i < posts->n; i++)
		code = parse_post(p, posts->items[i]);
	return code;
}

static enum edoc_code parse_head(struct parser *p, const struct ed_yaml *root)
{
	static const char *const said[] = {"issued-by", "basis"};
	const char *format, *text;
	struct ed_date date;
	bool present;
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
	for (size_t i = 0; i < 2 && !code; i++)
		code = get_line(p, root, said[i], false, &text);
	return code ? code : get_date(p, root, "date", &date, &present);
}

enum edoc_code ed_directory_parse(const void *bytes, size_t len, const char *where,
                                  struct ed_arena *arena, struct ed_directory **directory,
                                  struct edoc_error *err)
{
	static const char *const known[] = {"format",   "version", "issued-by", "basis", "date",
	                                    "agencies", "people",  "posts",     NULL};
	struct parser p = {where, arena, err, ed_arena_alloc(arena, sizeof(*p.d))};
	char ref[ED_SHA256_REF];
	struct ed_yaml *root;
	enum edoc_code code;

	*directory = NULL;
	if (!p.d || !ed_sha256_ref(bytes ? bytes : "", len, ref))
		return ed_fail_memory(err);
	memcpy(p.d->sha256, ref + 7, 65);
	code = ed_yaml_parse(bytes, len, where, arena, &root, err);
	if (!code && root->kind != ED_YAML_MAP)
		code = ed_yaml_fail(root, where, err,
		                    "a directory is made of \"key: value\" lines");
	if (!code)
		code = parse_head(&p, root);
	if (!code)
		code = ed_yaml_only(root, where, known, err);
	if (!code)
		code = parse_rows(&p, root);
	if (!code)
		*directory = p.d;
	return code;
}

const struct ed_agency *ed_directory_agency(const struct ed_directory *directory, const char *id)
{
	for (size_t i = 0; i < directory->n_agencies; i++)
		if (!strcmp(directory->agencies[i].id, id))
			return &directory->agencies[i];
	return NULL;
}

static bool listed(const char *const *certs, const struct ed_span *spans, const char *sha256,
                   struct ed_date on)
{
	for (size_t i = 0; certs[i]; i++)
		if (!strcmp(certs[i], sha256))
			return in_span(&spans[i], on);
	return false;
}

const struct ed_agency *ed_directory_desk(const struct ed_directory *directory,
                                          const char *cert_sha256, struct ed_date on)
{
	for (size_t i = 0; i < directory->n_agencies; i++)
		if (listed(directory->agencies[i].desk_keys, directory->agencies[i].desk_spans,
		           cert_sha256, on))
			return &directory->agencies[i];
	return NULL;
}

const struct ed_person *ed_directory_person(const struct ed_directory *directory,
                                            const char *cert_sha256, struct ed_date on)
{
	for (size_t i = 0; i < directory->n_people; i++)
		if (listed(directory->people[i].certs, directory->people[i].cert_spans, cert_sha256,
		           on))
			return &directory->people[i];
	return NULL;
}

static bool named(const char *post, const char *const *posts)
{
	for (; posts && *posts; posts++)
		if (!strcmp(*posts, post))
			return true;
	return false;
}

/* A deputy may sit in another unit of the agency; the named post may not. */
static bool fits(const struct ed_post *post, const struct ed_role *role, bool as_deputy)
{
	if (role->agency && strcmp(role->agency, post->agency))
		return false;
	if (as_deputy)
		return named(post->post, role->deputies);
	if (role->unit && (!post->unit || strcmp(role->unit, post->unit)))
		return false;
	return !role->post || !strcmp(role->post, post->post);
}

const struct ed_post *ed_directory_post(const struct ed_directory *directory,
                                        const struct ed_person *person, const struct ed_role *role,
                                        struct ed_date on, bool *deputy)
{
	for (int as_deputy = 0; as_deputy < 2; as_deputy++)
		for (size_t i = 0; i < directory->n_posts; i++) {
			const struct ed_post *post = &directory->posts[i];

			if (post->holder != person || !in_span(&post->span, on) ||
			    !fits(post, role, as_deputy == 1))
				continue;
			*deputy = as_deputy == 1;
			return post;
		}
	*deputy = false;
	return NULL;
}

const struct ed_post *ed_directory_principal(const struct ed_directory *directory,
                                             const struct ed_role *role,
                                             const struct ed_post *deputy, struct ed_date on)
{
	struct ed_role same = *role;

	same.agency = deputy->agency;
	for (size_t i = 0; i < directory->n_posts; i++) {
		const struct ed_post *post = &directory->posts[i];

		if (in_span(&post->span, on) && fits(post, &same, false))
			return post;
	}
	return NULL;
}
