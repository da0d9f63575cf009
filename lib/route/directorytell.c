/* SPDX-License-Identifier: ISC */
/* A directory for people and for JSON: what it is, who is who, who may act,
 * what another version says otherwise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/json.h"
#include "route/exchange.h"

#define T(s) dgettext("edoc", s)

struct edoc_directory {
	struct ed_arena *arena;
	struct edoc_desk *desk; /* borrowed, or NULL */
	const struct ed_directory *d;
	const char *where;
};

const struct ed_directory *ed_directory_of(const struct edoc_directory *directory)
{
	return directory->d;
}

/* ---- loading ---- */

static enum edoc_code read_yaml(struct edoc_directory *o, struct edoc_error *err)
{
	struct ed_directory *d = NULL;
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_DIRECTORY_BYTES);
	enum edoc_code code = ed_read_path(o->where, &bytes, err);
	if (!code)
		code = ed_directory_parse(bytes.data, bytes.len, o->where, o->arena, &d, err);
	ed_buf_clear(&bytes);
	o->d = d;
	return code;
}

static enum edoc_code read_package(struct edoc_directory *o, int fd, struct edoc_error *err)
{
	struct ed_pin *pin = NULL;

	enum edoc_code code = ed_pin_read(fd, o->where, o->arena, &pin, err);
	if (!code && pin->kind != ED_PIN_DIRECTORY)
		code = ed_fail(err, EDOC_ERR_INPUT, o->where, "it carries a %s, not a directory",
		               ed_pin_name(pin->kind));
	if (!code)
		o->d = pin->directory;
	return code;
}

/* What begins as a ZIP archive does is a package. */
static enum edoc_code read_either(struct edoc_directory *o, struct edoc_error *err)
{
	char magic[2] = "";
	uint64_t size;
	int fd = -1;

	enum edoc_code code = ed_open_read(o->where, &fd, &size, err);
	if (!code && pread(fd, magic, 2, 0) == 2 && !memcmp(magic, "PK", 2))
		code = read_package(o, fd, err);
	else if (!code)
		code = read_yaml(o, err);
	if (fd >= 0)
		close(fd);
	return code;
}

static enum edoc_code open_new(struct edoc_directory **out, struct edoc_error *err)
{
	struct edoc_directory *o = calloc(1, sizeof(*o));

	*out = NULL;
	if (o)
		o->arena = ed_arena_new();
	if (!o || !o->arena) {
		free(o);
		return ed_fail_memory(err);
	}
	*out = o;
	return EDOC_OK;
}

/* Gives the directory away, or frees it when it could not be read. */
static enum edoc_code done(enum edoc_code code, struct edoc_directory **o)
{
	if (code) {
		edoc_directory_free(*o);
		*o = NULL;
	}
	return code;
}

enum edoc_code edoc_directory_load(const char *path, struct edoc_directory **directory,
                                   struct edoc_error *err)
{
	enum edoc_code code = open_new(directory, err);

	if (code)
		return code;
	(*directory)->where = ed_arena_strdup((*directory)->arena, path);
	code = (*directory)->where ? read_either(*directory, err) : ed_fail_memory(err);
	return done(code, directory);
}

enum edoc_code edoc_desk_directory(struct edoc_desk *desk, int64_t now,
                                   struct edoc_directory **directory, struct edoc_error *err)
{
	struct ed_pin *pin = NULL;
	enum edoc_code code = open_new(directory, err);

	if (code)
		return code;
	code = ed_desk_directory(desk, (*directory)->arena, &pin, err);
	if (!code && !pin)
		code = ed_fail(err, EDOC_ERR_CONFIG, desk->path,
		               "no directory is installed: install one, it says who may act");
	if (!code)
		code = ed_desk_believe(desk, pin, now, (*directory)->arena, err);
	if (!code) {
		(*directory)->d = pin->directory;
		(*directory)->where = pin->where;
		(*directory)->desk = desk;
	}
	return done(code, directory);
}

void edoc_directory_free(struct edoc_directory *directory)
{
	if (!directory)
		return;
	ed_arena_free(directory->arena);
	free(directory);
}

enum edoc_code edoc_directory_follows(const struct edoc_directory *old,
                                      const struct edoc_directory *now, struct edoc_error *err)
{
	return ed_directory_follows(old->d, now->d, now->where, now->arena, err);
}

/* ---- what the texts share ---- */

struct teller {
	const struct edoc_directory *o;
	const struct ed_directory *d;
	struct ed_date on;
	struct ed_buf text;
	json_t *json; /* the object of this line */
	int bad;      /* a setter of JSON failed */
};

static struct ed_date day_of(const struct edoc_directory *o, int64_t at)
{
	return ed_zone_civil(o->desk ? o->desk->zone : NULL, at).date;
}

/* Text that came with a package must not steer a terminal. */
static void put_safe(struct ed_buf *out, const char *s)
{
	char safe[4096];

	ed_escape(safe, sizeof(safe), s);
	ed_buf_puts(out, safe);
}

static void put_day(struct ed_buf *out, const char *word, struct ed_date date)
{
	char text[ED_TIME_STR];

	ed_date_format(text, date);
	ed_buf_printf(out, " %s %s", word, text);
}

static void put_span(struct ed_buf *out, const struct ed_span *span)
{
	if (span->has_from)
		put_day(out, T("from"), span->from);
	if (span->has_until)
		put_day(out, T("until"), span->until);
}

static void put_person(struct teller *t, const struct ed_person *person)
{
	put_safe(&t->text, ed_person_name(person, t->on));
	ed_buf_printf(&t->text, " (%s)", person->id);
}

static int json_date(json_t *o, const char *key, bool has, struct ed_date date)
{
	char text[ED_TIME_STR];

	ed_date_format(text, date);
	return has ? ed_json_str(o, key, text) : 0;
}

static int json_span(json_t *o, const struct ed_span *span)
{
	return json_date(o, "from", span->has_from, span->from) |
	       json_date(o, "until", span->has_until, span->until);
}

static int json_said(json_t *o, const char *key, const char *value)
{
	return value ? ed_json_str(o, key, value) : 0;
}

static int json_digest(json_t *o, const char *key, const char *hex)
{
	char ref[ED_SHA256_REF];

	snprintf(ref, sizeof(ref), "sha256:%s", hex ? hex : "");
	return hex ? ed_json_str(o, key, ref) : 0;
}

static int json_ids(json_t *o, const struct ed_directory_id *ids, size_t n)
{
	json_t *map = n ? json_object() : NULL;
	int bad = 0;

	for (size_t i = 0; i < n; i++)
		bad |= ed_json_str(map, ids[i].scheme, ids[i].value);
	return n ? bad | json_object_set_new(o, "ids", map) : 0;
}

/* The line's object, with what each line begins with. */
static json_t *begin(struct teller *t, const char *verb)
{
	t->json = json_object();
	t->bad |= ed_json_int(t->json, "v", 1) | ed_json_str(t->json, "cmd", verb) |
	          ed_json_bool(t->json, "ok", true) |
	          ed_json_int(t->json, "version", t->d->version) |
	          json_digest(t->json, "sha256", t->d->sha256);
	return t->json;
}

/* The line is complete. */
static enum edoc_code end(struct teller *t, struct ed_buf *lines, struct edoc_error *err)
{
	char *line = NULL;
	enum edoc_code code =
	        t->bad || !t->json ? ed_fail_memory(err) : ed_json_line(t->json, &line, err);

	if (!code)
		ed_buf_printf(lines, "%s%s", lines->len ? "\n" : "", line);
	edoc_free(line);
	json_decref(t->json);
	t->json = NULL;
	return code;
}

/* ---- facts ---- */

enum edoc_code edoc_directory_facts(const struct edoc_directory *directory, char **text,
                                    char **json, struct edoc_error *err)
{
	const struct ed_directory *d = directory->d;
	struct teller t = {.o = directory, .d = d};
	struct ed_buf lines;
	json_t *o;

	ed_buf_init(&t.text, 65536);
	ed_buf_init(&lines, 65536);
	put_safe(&t.text, directory->where);
	ed_buf_printf(&t.text,
	              T(": directory %d: %zu agencies, %zu people, %zu posts, %zu deputies; "
	                "sha256:%s\n"),
	              d->version, d->n_agencies, d->n_people, d->n_posts, d->n_deputies, d->sha256);
	o = begin(&t, "directory check");
	t.bad |= json_digest(o, "previous", d->previous) | json_said(o, "issued_by", d->issued_by) |
	         json_date(o, "date", d->has_date, d->date) |
	         ed_json_int(o, "agencies", (int64_t)d->n_agencies) |
	         ed_json_int(o, "people", (int64_t)d->n_people) |
	         ed_json_int(o, "posts", (int64_t)d->n_posts) |
	         ed_json_int(o, "deputies", (int64_t)d->n_deputies);
	enum edoc_code code = end(&t, &lines, err);
	if (!code && text)
		code = ed_buf_steal(&t.text, directory->where, text, err);
	if (!code && json)
		code = ed_buf_steal(&lines, directory->where, json, err);
	ed_buf_clear(&t.text);
	ed_buf_clear(&lines);
	return code;
}

/* ---- show ---- */

static void show_keys(struct teller *t, const char *word, const char *name,
                      const struct ed_listed_key *keys, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		ed_buf_printf(&t->text, "  %s %.16s...", word, keys[i].sha256);
		put_span(&t->text, &keys[i].span);
		if (!ed_span_has(&keys[i].span, t->on))
			ed_buf_puts(&t->text, T(", not on that day"));
		ed_buf_putc(&t->text, '\n');
		t->bad |= ed_json_str(o, "sha256", keys[i].sha256) | json_span(o, &keys[i].span) |
		          json_digest(o, "rotation", keys[i].rotation) |
		          json_said(o, "basis", keys[i].basis) |
		          ed_json_bool(o, "in_force", ed_span_has(&keys[i].span, t->on)) |
		          json_array_append_new(list, o);
	}
	t->bad |= json_object_set_new(t->json, name, list);
}

static void show_ids(struct teller *t, const struct ed_directory_id *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ed_buf_printf(&t->text, "  %s %s\n", ids[i].scheme, ids[i].value);
	t->bad |= json_ids(t->json, ids, n);
}

/* A post or a deputy that holds on that day. */
static json_t *post_json(struct teller *t, const struct ed_post *post, const char *basis)
{
	json_t *o = json_object();

	t->bad |= ed_json_str(o, "agency", post->agency) | json_said(o, "unit", post->unit) |
	          ed_json_str(o, "post", post->post) | ed_json_str(o, "person", post->holder->id) |
	          ed_json_str(o, "name", ed_person_name(post->holder, t->on)) |
	          json_span(o, &post->span) | json_said(o, "basis", basis);
	return o;
}

static void put_post(struct teller *t, const struct ed_post *post, bool agency)
{
	if (agency)
		ed_buf_printf(&t->text, "%s/", post->agency);
	if (post->unit) {
		put_safe(&t->text, post->unit);
		ed_buf_putc(&t->text, '/');
	}
	put_safe(&t->text, post->post);
}

/* Those of one agency, or of one person. */
static bool wanted(const struct ed_post *post, const struct ed_agency *agency,
                   const struct ed_person *person)
{
	return agency ? !strcmp(post->agency, agency->id) : post->holder == person;
}

static void show_posts(struct teller *t, const struct ed_agency *agency,
                       const struct ed_person *person)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->d->n_posts; i++) {
		const struct ed_post *post = &t->d->posts[i];

		if (!wanted(post, agency, person) || !ed_span_has(&post->span, t->on))
			continue;
		ed_buf_puts(&t->text, "  ");
		put_post(t, post, !agency);
		if (agency) {
			ed_buf_puts(&t->text, "  ");
			put_person(t, post->holder);
		}
		put_span(&t->text, &post->span);
		ed_buf_putc(&t->text, '\n');
		t->bad |= json_array_append_new(list, post_json(t, post, NULL));
	}
	t->bad |= json_object_set_new(t->json, "posts", list);
}

static void show_deputies(struct teller *t, const struct ed_agency *agency,
                          const struct ed_person *person)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->d->n_deputies; i++) {
		const struct ed_deputy *deputy = &t->d->deputies[i];

		if (!wanted(&deputy->post, agency, person) ||
		    !ed_span_has(&deputy->post.span, t->on))
			continue;
		ed_buf_puts(&t->text, "  ");
		put_post(t, &deputy->post, !agency);
		ed_buf_puts(&t->text, "  ");
		ed_buf_puts(&t->text, T("deputy"));
		ed_buf_putc(&t->text, ' ');
		put_person(t, deputy->post.holder);
		put_span(&t->text, &deputy->post.span);
		ed_buf_puts(&t->text, ", ");
		put_safe(&t->text, deputy->basis);
		ed_buf_putc(&t->text, '\n');
		t->bad |= json_array_append_new(list, post_json(t, &deputy->post, deputy->basis));
	}
	t->bad |= json_object_set_new(t->json, "deputies", list);
}

static void show_state(struct teller *t, const struct ed_agency_facts *facts)
{
	const struct ed_change *since = facts->since;

	ed_buf_printf(&t->text, "  %s", ed_agency_state_name(facts->state));
	t->bad |= ed_json_str(t->json, "state", ed_agency_state_name(facts->state));
	if (since) {
		put_day(&t->text, T("since"), since->from);
		t->bad |= json_date(t->json, "since", true, since->from) |
		          json_said(t->json, "reason", since->reason) |
		          json_said(t->json, "basis", since->basis);
	}
	if (since && since->reason) {
		ed_buf_puts(&t->text, ": ");
		put_safe(&t->text, since->reason);
	}
	ed_buf_putc(&t->text, '\n');
}

static void show_stand(struct teller *t, const struct ed_agency_facts *facts)
{
	json_t *links = json_array();

	if (facts->parent)
		ed_buf_printf(&t->text, "  %s %s\n", T("under"), facts->parent);
	for (size_t i = 0; facts->links && facts->links[i]; i++) {
		ed_buf_printf(&t->text, "  %s %s\n", T("beside"), facts->links[i]);
		t->bad |= json_array_append_new(links, json_string(facts->links[i]));
	}
	if (facts->transport)
		ed_buf_printf(&t->text, "  %s %s\n", T("transport"), facts->transport);
	t->bad |= json_said(t->json, "parent", facts->parent) |
	          json_object_set_new(t->json, "links", links) |
	          json_said(t->json, "transport", facts->transport);
}

static enum edoc_code show_agency(struct teller *t, const struct ed_agency *agency,
                                  struct ed_buf *lines, struct edoc_error *err)
{
	struct ed_agency_facts facts = ed_agency_on(agency, t->on);

	begin(t, "directory show");
	t->bad |= json_date(t->json, "on", true, t->on) |
	          ed_json_str(t->json, "agency", agency->id) |
	          ed_json_str(t->json, "title", facts.title);
	ed_buf_printf(&t->text, "%s  ", agency->id);
	put_safe(&t->text, facts.title);
	ed_buf_putc(&t->text, '\n');
	show_state(t, &facts);
	show_ids(t, agency->ids, agency->n_ids);
	show_stand(t, &facts);
	show_keys(t, T("desk key"), "desk_keys", agency->keys, agency->n_keys);
	show_posts(t, agency, NULL);
	show_deputies(t, agency, NULL);
	return end(t, lines, err);
}

static enum edoc_code show_person(struct teller *t, const struct ed_person *person,
                                  struct ed_buf *lines, struct edoc_error *err)
{
	begin(t, "directory show");
	t->bad |= json_date(t->json, "on", true, t->on) |
	          ed_json_str(t->json, "person", person->id) |
	          ed_json_str(t->json, "name", ed_person_name(person, t->on));
	put_person(t, person);
	ed_buf_putc(&t->text, '\n');
	show_ids(t, person->ids, person->n_ids);
	show_keys(t, T("certificate"), "certificates", person->certs, person->n_certs);
	show_posts(t, NULL, person);
	show_deputies(t, NULL, person);
	return end(t, lines, err);
}

static enum edoc_code show_named(struct teller *t, const char *name, struct ed_buf *lines,
                                 struct edoc_error *err)
{
	const struct ed_agency *agency = ed_directory_find_agency(t->d, name);
	const struct ed_person *person = ed_directory_find_person(t->d, name);
	enum edoc_code code = EDOC_OK;

	if (!agency && !person)
		return ed_fail(err, EDOC_ERR_ABSENT, name,
		               "no agency and no person of the directory: an id, or "
		               "scheme:identifier");
	if (agency)
		code = show_agency(t, agency, lines, err);
	return code || !person ? code : show_person(t, person, lines, err);
}

/* What was told, as text and as JSON. */
static enum edoc_code give(struct teller *t, struct ed_buf *lines, enum edoc_code code, char **text,
                           char **json, struct edoc_error *err)
{
	if (!code && text)
		code = ed_buf_steal(&t->text, t->o->where, text, err);
	if (!code && json)
		code = ed_buf_steal(lines, t->o->where, json, err);
	ed_buf_clear(&t->text);
	ed_buf_clear(lines);
	return code;
}

static struct teller teller_of(const struct edoc_directory *o, int64_t at, struct ed_buf *lines)
{
	struct teller t = {.o = o, .d = o->d, .on = day_of(o, at)};

	ed_buf_init(&t.text, ED_MAX_JSON_BYTES);
	ed_buf_init(lines, ED_MAX_JSON_BYTES);
	return t;
}

enum edoc_code edoc_directory_show(const struct edoc_directory *directory, const char *name,
                                   int64_t at, char **text, char **json, struct edoc_error *err)
{
	struct ed_buf lines;
	struct teller t = teller_of(directory, at, &lines);
	enum edoc_code code = EDOC_OK;

	if (name)
		code = show_named(&t, name, &lines, err);
	for (size_t i = 0; !name && i < t.d->n_agencies && !code; i++)
		code = show_agency(&t, &t.d->agencies[i], &lines, err);
	return give(&t, &lines, code, text, json, err);
}

const char *edoc_directory_transport(const struct edoc_directory *directory, const char *agency,
                                     int64_t at)
{
	const struct ed_agency *one = ed_directory_agency(directory->d, agency);

	return one ? ed_agency_on(one, day_of(directory, at)).transport : NULL;
}

/* ---- who ---- */

/* "[AGENCY/[UNIT/]]POST" */
static enum edoc_code parse_place(const struct edoc_directory *o, const char *name,
                                  struct ed_role *role, struct edoc_error *err)
{
	char *copy = ed_arena_strdup(o->arena, name), *slash, *last;

	if (!copy)
		return ed_fail_memory(err);
	slash = strchr(copy, '/');
	last = strrchr(copy, '/');
	*role = (struct ed_role){.id = name, .post = last ? last + 1 : copy};
	if (slash) {
		*slash = '\0';
		role->agency = copy;
	}
	if (last && last != slash) {
		*last = '\0';
		role->unit = slash + 1;
	}
	if (role->agency && !ed_directory_agency(o->d, role->agency))
		return ed_fail(err, EDOC_ERR_ABSENT, name, "there is no agency \"%s\"",
		               role->agency);
	return EDOC_OK;
}

/* An id that is installed at the desk, else a file. */
static enum edoc_code load_route(const struct edoc_directory *o, const char *name,
                                 struct ed_route **route, struct edoc_error *err)
{
	struct ed_pin *pin = NULL;
	struct ed_buf bytes;
	enum edoc_code code = EDOC_OK;

	if (o->desk && !strchr(name, '/') && access(name, F_OK) != 0) {
		code = ed_desk_route(o->desk, name, o->arena, &pin, err);
		if (!code && !pin)
			code = ed_fail(err, EDOC_ERR_ABSENT, name, "no such route at this desk");
		*route = pin ? pin->route : NULL;
		return code;
	}
	ed_buf_init(&bytes, ED_MAX_YAML_BYTES);
	code = ed_read_path(name, &bytes, err);
	if (!code)
		code = ed_route_parse(bytes.data, bytes.len, name, o->arena, route, err);
	ed_buf_clear(&bytes);
	return code;
}

static enum edoc_code find_role(const struct edoc_directory *o, const char *name,
                                const char *route_name, struct ed_role *role,
                                struct edoc_error *err)
{
	struct ed_route *route = NULL;
	enum edoc_code code = load_route(o, route_name, &route, err);

	for (size_t i = 0; !code && i < route->n_roles; i++)
		if (!strcmp(route->roles[i].id, name)) {
			*role = route->roles[i];
			return EDOC_OK;
		}
	return code ? code
	            : ed_fail(err, EDOC_ERR_ABSENT, name, "the route %s has no such role",
	                      route->id);
}

static bool has_certificate(const struct ed_person *person, struct ed_date on)
{
	for (size_t i = 0; i < person->n_certs; i++)
		if (ed_span_has(&person->certs[i].span, on))
			return true;
	return false;
}

/* One who serves the role, if on that day; deputy: the directory's, or NULL. */
static enum edoc_code who_line(struct teller *t, const struct ed_role *role,
                               const struct ed_post *post, const struct ed_deputy *deputy,
                               bool as_deputy, struct ed_buf *lines, size_t *n,
                               struct edoc_error *err)
{
	const struct ed_agency *agency = ed_directory_agency(t->d, post->agency);
	bool able = has_certificate(post->holder, t->on);
	const struct ed_post *principal = NULL;

	if (!ed_span_has(&post->span, t->on) ||
	    ed_agency_state(agency, t->on, NULL) != ED_AGENCY_ACTIVE)
		return EDOC_OK;
	*n += able;
	if (as_deputy || deputy)
		principal = ed_directory_principal(t->d, role, post, t->on);
	begin(t, "directory who");
	t->bad |= json_date(t->json, "on", true, t->on);
	json_t *who = post_json(t, post, deputy ? deputy->basis : NULL);
	t->bad |= json_object_update(t->json, who) |
	          ed_json_bool(t->json, "deputy", as_deputy || deputy) |
	          json_said(t->json, "for", principal ? principal->holder->id : NULL) |
	          ed_json_bool(t->json, "certificate", able);
	json_decref(who);
	put_person(t, post->holder);
	ed_buf_puts(&t->text, ", ");
	put_post(t, post, true);
	if (as_deputy || deputy)
		ed_buf_printf(&t->text, ", %s%s%s", T("deputy"), principal ? T(" for ") : "",
		              principal ? principal->holder->id : "");
	if (deputy) {
		ed_buf_puts(&t->text, ", ");
		put_safe(&t->text, deputy->basis);
	}
	put_span(&t->text, &post->span);
	if (!able)
		ed_buf_puts(&t->text, T("; no certificate on that day: may not act"));
	ed_buf_putc(&t->text, '\n');
	return end(t, lines, err);
}

/* In the order in which ed_directory_post() looks for them. */
static enum edoc_code who(struct teller *t, const struct ed_role *role, struct ed_buf *lines,
                          size_t *n, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (int as_deputy = 0; as_deputy < 2; as_deputy++)
		for (size_t i = 0; i < t->d->n_posts && !code; i++)
			if (ed_post_fits(&t->d->posts[i], role, as_deputy == 1))
				code = who_line(t, role, &t->d->posts[i], NULL, as_deputy == 1,
				                lines, n, err);
	for (size_t i = 0; i < t->d->n_deputies && !code; i++)
		if (ed_post_fits(&t->d->deputies[i].post, role, false))
			code = who_line(t, role, &t->d->deputies[i].post, &t->d->deputies[i], false,
			                lines, n, err);
	return code;
}

enum edoc_code edoc_directory_who(const struct edoc_directory *directory, const char *name,
                                  const char *route, int64_t at, char **text, char **json,
                                  size_t *n, struct edoc_error *err)
{
	struct ed_buf lines;
	struct teller t = teller_of(directory, at, &lines);
	struct ed_role role = {0};
	enum edoc_code code = route ? find_role(directory, name, route, &role, err)
	                            : parse_place(directory, name, &role, err);

	*n = 0;
	if (!code && role.initiator && !role.agency)
		code = ed_fail(err, EDOC_ERR_INPUT, name,
		               "whoever submits the case has that role, without a post");
	if (!code)
		code = who(&t, &role, &lines, n, err);
	return give(&t, &lines, code, text, json, err);
}

/* ---- diff ---- */

static enum edoc_code diff_line(struct teller *t, const struct ed_difference *one,
                                struct ed_buf *lines, struct edoc_error *err)
{
	static const char *const how[] = {"removed", "changed", "added", "ended"};

	ed_buf_printf(&t->text, "%s %s %s ", one->may ? " " : "!", how[one->how], one->kind);
	put_safe(&t->text, one->row);
	if (one->key)
		ed_buf_printf(&t->text, ", %s", one->key);
	if (one->was || one->is) {
		ed_buf_puts(&t->text, ": ");
		put_safe(&t->text, one->was ? one->was : "-");
		ed_buf_puts(&t->text, " -> ");
		put_safe(&t->text, one->is ? one->is : "-");
	}
	ed_buf_putc(&t->text, '\n');
	begin(t, "directory diff");
	t->bad |= ed_json_str(t->json, "how", how[one->how]) |
	          ed_json_str(t->json, "kind", one->kind) | ed_json_str(t->json, "row", one->row) |
	          json_said(t->json, "key", one->key) | json_said(t->json, "was", one->was) |
	          json_said(t->json, "is", one->is) | ed_json_bool(t->json, "may", one->may);
	return end(t, lines, err);
}

enum edoc_code edoc_directory_diff(const struct edoc_directory *old,
                                   const struct edoc_directory *now, char **text, char **json,
                                   size_t *broken, struct edoc_error *err)
{
	struct ed_differences list = {.arena = now->arena};
	struct ed_buf lines;
	struct teller t = teller_of(now, 0, &lines);
	enum edoc_code code = ed_directory_compare(old->d, now->d, &list, err);

	*broken = 0;
	for (size_t i = 0; i < list.n && !code; i++) {
		*broken += !list.v[i].may;
		code = diff_line(&t, &list.v[i], &lines, err);
	}
	return give(&t, &lines, code, text, json, err);
}
