/* SPDX-License-Identifier: ISC */
/*
 * Versions of a directory grow: a row may get an end or an earlier one, a dated
 * change, a single identifier more, and other rows may join it.  All else would
 * make what was done under the version before look otherwise than it was.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "route/directory.h"

struct differ {
	struct ed_differences *list;
	struct edoc_error *err;
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_day(bool has_a, struct ed_date a, bool has_b, struct ed_date b)
{
	return has_a == has_b && (!has_a || !ed_date_compare(a, b));
}

static enum edoc_code add(const struct differ *d, struct ed_difference one)
{
	struct ed_differences *list = d->list;
	struct ed_difference *v =
	        ed_arena_grow(list->arena, list->v, list->n, &list->cap, sizeof(*v));

	if (!v || !one.row)
		return ed_fail_memory(d->err);
	list->v = v;
	v[list->n++] = one;
	return EDOC_OK;
}

static enum edoc_code row_is(const struct differ *d, enum ed_differs how, const char *kind,
                             const char *row)
{
	return add(d, (struct ed_difference){
	                      .how = how, .kind = kind, .row = row, .may = how == ED_ADDED});
}

/* A value that must stay as it is. */
static enum edoc_code value(const struct differ *d, const char *kind, const char *row,
                            const char *key, const char *was, const char *is)
{
	if (same(was, is))
		return EDOC_OK;
	return add(d, (struct ed_difference){.how = ED_CHANGED,
	                                     .kind = kind,
	                                     .row = row,
	                                     .key = key,
	                                     .was = was,
	                                     .is = is});
}

static const char *day(const struct differ *d, bool has, struct ed_date date)
{
	char text[ED_TIME_STR];

	if (!has)
		return NULL;
	ed_date_format(text, date);
	return ed_arena_strdup(d->list->arena, text);
}

/* An end may be set or come earlier: a row only ever loses days. */
static enum edoc_code span(const struct differ *d, const char *kind, const char *row,
                           const struct ed_span *old, const struct ed_span *now)
{
	bool earlier =
	        now->has_until && (!old->has_until || ed_date_compare(now->until, old->until) < 0);
	enum edoc_code code = EDOC_OK;

	if (!same_day(old->has_from, old->from, now->has_from, now->from))
		code = value(d, kind, row, "from", day(d, old->has_from, old->from),
		             day(d, now->has_from, now->from));
	if (!code && !same_day(old->has_until, old->until, now->has_until, now->until))
		code = add(d, (struct ed_difference){.how = earlier ? ED_ENDED : ED_CHANGED,
		                                     .kind = kind,
		                                     .row = row,
		                                     .key = "until",
		                                     .was = day(d, old->has_until, old->until),
		                                     .is = day(d, now->has_until, now->until),
		                                     .may = earlier});
	return code;
}

/* ---- what agencies and people have in common ---- */

static const struct ed_directory_id *id_of(const struct ed_directory_id *ids, size_t n,
                                           const char *scheme)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(ids[i].scheme, scheme))
			return &ids[i];
	return NULL;
}

static enum edoc_code ids(const struct differ *d, const char *kind, const char *row,
                          const struct ed_directory_id *old, size_t n_old,
                          const struct ed_directory_id *now, size_t n_now)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n_old && !code; i++) {
		const struct ed_directory_id *one = id_of(now, n_now, old[i].scheme);

		code = value(d, kind, row, old[i].scheme, old[i].value, one ? one->value : NULL);
	}
	for (size_t i = 0; i < n_now && !code; i++)
		if (!id_of(old, n_old, now[i].scheme))
			code = add(d, (struct ed_difference){.how = ED_ADDED,
			                                     .kind = kind,
			                                     .row = row,
			                                     .key = now[i].scheme,
			                                     .is = now[i].value,
			                                     .may = true});
	return code;
}

/* "adliya moliya" */
static const char *words(const struct differ *d, const char *const *list)
{
	const char *text = list ? "" : NULL;

	for (; list && *list && text; list++)
		text = ed_arena_printf(d->list->arena, "%s%s%s", text, *text ? " " : "", *list);
	return text;
}

/* A change in words, to be compared and to be read. */
static const char *change_text(const struct differ *d, const struct ed_change *c)
{
	const char *const said[][2] = {
	        {"state", c->has_state ? ed_agency_state_name(c->state) : NULL},
	        {"name", c->name},
	        {"parent", c->parent},
	        {"links", words(d, c->links)},
	        {"transport", c->transport},
	        {"reason", c->reason},
	        {"basis", c->basis}};
	const char *text = day(d, true, c->from);

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]) && text; i++)
		if (said[i][1])
			text = ed_arena_printf(d->list->arena, "%s, %s: %s", text, said[i][0],
			                       said[i][1]);
	return text;
}

static enum edoc_code changes(const struct differ *d, const char *kind, const char *row,
                              const struct ed_change *old, size_t n_old,
                              const struct ed_change *now, size_t n_now)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n_old && !code; i++)
		code = value(d, kind, row, "changes", change_text(d, &old[i]),
		             i < n_now ? change_text(d, &now[i]) : NULL);
	for (size_t i = n_old; i < n_now && !code; i++)
		code = add(d, (struct ed_difference){.how = ED_ADDED,
		                                     .kind = kind,
		                                     .row = row,
		                                     .key = "changes",
		                                     .is = change_text(d, &now[i]),
		                                     .may = true});
	return code;
}

static const struct ed_listed_key *key_of(const struct ed_listed_key *keys, size_t n,
                                          const char *sha256)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(keys[i].sha256, sha256))
			return &keys[i];
	return NULL;
}

static const char *key_row(const struct differ *d, const char *owner, const char *sha256)
{
	return ed_arena_printf(d->list->arena, "%s %.16s", owner, sha256);
}

static enum edoc_code keys(const struct differ *d, const char *kind, const char *owner,
                           const struct ed_listed_key *old, size_t n_old,
                           const struct ed_listed_key *now, size_t n_now)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n_old && !code; i++) {
		const struct ed_listed_key *one = key_of(now, n_now, old[i].sha256);
		const char *row = key_row(d, owner, old[i].sha256);

		if (!one) {
			code = row_is(d, ED_REMOVED, kind, row);
			continue;
		}
		code = span(d, kind, row, &old[i].span, &one->span);
		if (!code)
			code = value(d, kind, row, "rotation", old[i].rotation, one->rotation);
		if (!code)
			code = value(d, kind, row, "basis", old[i].basis, one->basis);
	}
	for (size_t i = 0; i < n_now && !code; i++)
		if (!key_of(old, n_old, now[i].sha256))
			code = row_is(d, ED_ADDED, kind, key_row(d, owner, now[i].sha256));
	return code;
}

/* ---- rows ---- */

static enum edoc_code agency(const struct differ *d, const struct ed_agency *old,
                             const struct ed_agency *now)
{
	static const char kind[] = "agency";
	enum edoc_code code = value(d, kind, old->id, "title", old->title, now->title);

	if (!code)
		code = ids(d, kind, old->id, old->ids, old->n_ids, now->ids, now->n_ids);
	if (!code)
		code = value(d, kind, old->id, "parent", old->parent, now->parent);
	if (!code)
		code = value(d, kind, old->id, "links", words(d, old->links), words(d, now->links));
	if (!code)
		code = value(d, kind, old->id, "transport", old->transport, now->transport);
	if (!code)
		code = changes(d, kind, old->id, old->changes, old->n_changes, now->changes,
		               now->n_changes);
	return code ? code
	            : keys(d, "desk key", old->id, old->keys, old->n_keys, now->keys, now->n_keys);
}

static enum edoc_code agencies(const struct differ *d, const struct ed_directory *old,
                               const struct ed_directory *now)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < old->n_agencies && !code; i++) {
		const struct ed_agency *one = ed_directory_agency(now, old->agencies[i].id);

		code = one ? agency(d, &old->agencies[i], one)
		           : row_is(d, ED_REMOVED, "agency", old->agencies[i].id);
	}
	for (size_t i = 0; i < now->n_agencies && !code; i++)
		if (!ed_directory_agency(old, now->agencies[i].id))
			code = row_is(d, ED_ADDED, "agency", now->agencies[i].id);
	return code;
}

static enum edoc_code person(const struct differ *d, const struct ed_person *old,
                             const struct ed_person *now)
{
	static const char kind[] = "person";
	enum edoc_code code = value(d, kind, old->id, "name", old->name, now->name);

	if (!code)
		code = ids(d, kind, old->id, old->ids, old->n_ids, now->ids, now->n_ids);
	if (!code)
		code = changes(d, kind, old->id, old->changes, old->n_changes, now->changes,
		               now->n_changes);
	return code ? code
	            : keys(d, "certificate", old->id, old->certs, old->n_certs, now->certs,
	                   now->n_certs);
}

static enum edoc_code people(const struct differ *d, const struct ed_directory *old,
                             const struct ed_directory *now)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < old->n_people && !code; i++) {
		const struct ed_person *one = ed_directory_person_by_id(now, old->people[i].id);

		code = one ? person(d, &old->people[i], one)
		           : row_is(d, ED_REMOVED, "person", old->people[i].id);
	}
	for (size_t i = 0; i < now->n_people && !code; i++)
		if (!ed_directory_person_by_id(old, now->people[i].id))
			code = row_is(d, ED_ADDED, "person", now->people[i].id);
	return code;
}

/* Posts have no ids: a row is known by all that must stay in it, and the same
 * row again by its turn. */
struct place {
	const struct ed_post *post;
	const char *basis; /* of a deputy */
	size_t at, twin;   /* twin: its row in the other version, or NONE */
};

#define NONE ((size_t)-1)

static int text_order(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int place_order(const struct place *a, const struct place *b)
{
	const struct ed_span *x = &a->post->span, *y = &b->post->span;
	int c = strcmp(a->post->holder->id, b->post->holder->id);

	c = c ? c : strcmp(a->post->agency, b->post->agency);
	c = c ? c : strcmp(a->post->post, b->post->post);
	c = c ? c : text_order(a->post->unit, b->post->unit);
	c = c ? c : text_order(a->basis, b->basis);
	c = c ? c : (int)x->has_from - (int)y->has_from;
	return c || !x->has_from ? c : ed_date_compare(x->from, y->from);
}

static int place_then_turn(const void *a, const void *b)
{
	const struct place *x = *(const struct place *const *)a;
	const struct place *y = *(const struct place *const *)b;
	int c = place_order(x, y);

	return c ? c : x->at < y->at ? -1 : x->at > y->at;
}

static const char *post_row(const struct differ *d, const struct ed_post *post)
{
	const char *from = day(d, post->span.has_from, post->span.from);

	return ed_arena_printf(d->list->arena, "%s/%s%s%s %s%s%s", post->agency,
	                       post->unit ? post->unit : "", post->unit ? "/" : "", post->post,
	                       post->holder->id, from ? " from " : "", from ? from : "");
}

/* Both sorted: equal ones meet, each in its turn. */
static void meet(struct place **old, size_t n_old, struct place **now, size_t n_now)
{
	for (size_t i = 0, k = 0; i < n_old && k < n_now;) {
		int c = place_order(old[i], now[k]);

		if (!c) {
			old[i]->twin = now[k]->at;
			now[k]->twin = old[i]->at;
		}
		i += c <= 0;
		k += c >= 0;
	}
}

static struct place **sorted(const struct differ *d, struct place *v, size_t n)
{
	struct place **list = ed_arena_alloc(d->list->arena, (n + 1) * sizeof(struct place *));

	for (size_t i = 0; list && i < n; i++)
		list[i] = &v[i];
	if (list && n)
		qsort(list, n, sizeof(struct place *), place_then_turn);
	return list;
}

static enum edoc_code places(const struct differ *d, const char *kind, struct place *old,
                             size_t n_old, struct place *now, size_t n_now)
{
	struct place **was = sorted(d, old, n_old), **is = sorted(d, now, n_now);
	enum edoc_code code = was && is ? EDOC_OK : ed_fail_memory(d->err);

	if (!code)
		meet(was, n_old, is, n_now);
	for (size_t i = 0; i < n_old && !code; i++) {
		const char *row = post_row(d, old[i].post);
		const struct place *twin = old[i].twin == NONE ? NULL : &now[old[i].twin];

		code = twin ? span(d, kind, row, &old[i].post->span, &twin->post->span)
		            : row_is(d, ED_REMOVED, kind, row);
	}
	for (size_t i = 0; i < n_now && !code; i++)
		if (now[i].twin == NONE)
			code = row_is(d, ED_ADDED, kind, post_row(d, now[i].post));
	return code;
}

static struct place *posts_of(const struct differ *d, const struct ed_directory *v)
{
	struct place *list = ed_arena_alloc(d->list->arena, (v->n_posts + 1) * sizeof(*list));

	for (size_t i = 0; list && i < v->n_posts; i++)
		list[i] = (struct place){&v->posts[i], NULL, i, NONE};
	return list;
}

static struct place *deputies_of(const struct differ *d, const struct ed_directory *v)
{
	struct place *list = ed_arena_alloc(d->list->arena, (v->n_deputies + 1) * sizeof(*list));

	for (size_t i = 0; list && i < v->n_deputies; i++)
		list[i] = (struct place){&v->deputies[i].post, v->deputies[i].basis, i, NONE};
	return list;
}

static enum edoc_code posts(const struct differ *d, const struct ed_directory *old,
                            const struct ed_directory *now)
{
	struct place *was = posts_of(d, old), *is = posts_of(d, now);

	return was && is ? places(d, "post", was, old->n_posts, is, now->n_posts)
	                 : ed_fail_memory(d->err);
}

static enum edoc_code deputies(const struct differ *d, const struct ed_directory *old,
                               const struct ed_directory *now)
{
	struct place *was = deputies_of(d, old), *is = deputies_of(d, now);

	return was && is ? places(d, "deputy", was, old->n_deputies, is, now->n_deputies)
	                 : ed_fail_memory(d->err);
}

enum edoc_code ed_directory_compare(const struct ed_directory *old, const struct ed_directory *now,
                                    struct ed_differences *list, struct edoc_error *err)
{
	struct differ d = {list, err};
	enum edoc_code code = agencies(&d, old, now);

	if (!code)
		code = people(&d, old, now);
	if (!code)
		code = posts(&d, old, now);
	return code ? code : deputies(&d, old, now);
}

/* ---- versions ---- */

const struct ed_difference *ed_differences_broken(const struct ed_differences *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!list->v[i].may)
			return &list->v[i];
	return NULL;
}

static enum edoc_code refuse_change(const struct ed_difference *one, int version, const char *where,
                                    struct edoc_error *err)
{
	if (one->how == ED_REMOVED)
		return ed_fail(err, EDOC_ERR_DENIED, where,
		               "%s %s of version %d is missing: give it an end, do not take it out",
		               one->kind, one->row, version);
	return ed_fail(err, EDOC_ERR_DENIED, where,
	               "%s %s: \"%s\" was \"%s\" in version %d and is \"%s\": a row only gets an "
	               "earlier end or a dated change, never another text",
	               one->kind, one->row, one->key, one->was ? one->was : "", version,
	               one->is ? one->is : "");
}

static enum edoc_code check_order(const struct ed_directory *old, const struct ed_directory *now,
                                  const char *where, struct edoc_error *err)
{
	if (now->version == old->version)
		return ed_fail(err, EDOC_ERR_DENIED, where,
		               "a fork: version %d is installed as sha256:%s, and this is another "
		               "version %d; ask who issues the directory which one is right",
		               old->version, old->sha256, now->version);
	if (now->version < old->version)
		return ed_fail(err, EDOC_ERR_DENIED, where,
		               "version %d is not newer than version %d, which is installed: "
		               "nothing goes back",
		               now->version, old->version);
	if (now->previous && now->version == old->version + 1 &&
	    strcmp(now->previous, old->sha256) != 0)
		return ed_fail(err, EDOC_ERR_DENIED, where,
		               "a fork: it follows sha256:%s, and version %d here is sha256:%s",
		               now->previous, old->version, old->sha256);
	if (old->previous && !now->previous)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "it does not say what came before it, as version %d does: "
		               "\"previous: sha256:%s\"",
		               old->version,
		               now->version == old->version + 1 ? old->sha256 : "...");
	return EDOC_OK;
}

enum edoc_code ed_directory_follows(const struct ed_directory *old, const struct ed_directory *now,
                                    const char *where, struct ed_arena *arena,
                                    struct edoc_error *err)
{
	struct ed_differences list = {.arena = arena};
	const struct ed_difference *broken;
	enum edoc_code code;

	if (!strcmp(old->sha256, now->sha256))
		return EDOC_OK;
	code = check_order(old, now, where, err);
	if (!code)
		code = ed_directory_compare(old, now, &list, err);
	broken = code ? NULL : ed_differences_broken(&list);
	return broken ? refuse_change(broken, old->version, where, err) : code;
}

static enum edoc_code agree(const struct ed_directory *old, const struct ed_directory *now,
                            const char *where, struct ed_findings *findings, struct edoc_error *err)
{
	struct ed_differences list = {.arena = findings->arena};
	const struct ed_difference *broken;
	const char *a = ed_arena_printf(findings->arena, "%d", old->version);
	const char *b = ed_arena_printf(findings->arena, "%d", now->version);
	enum edoc_code code = a && b ? EDOC_OK : ed_fail_memory(err);

	if (!code && old->version == now->version)
		ed_finding(findings, "directory.fork", where, a, old->sha256, now->sha256);
	else if (!code && now->previous && now->version == old->version + 1 &&
	         strcmp(now->previous, old->sha256) != 0)
		ed_finding(findings, "directory.previous", where, b, now->previous, old->sha256);
	if (!code)
		code = ed_directory_compare(old, now, &list, err);
	broken = code ? NULL : ed_differences_broken(&list);
	if (broken) {
		const char *row =
		        ed_arena_printf(findings->arena, "%s %s%s%s", broken->kind, broken->row,
		                        broken->key ? ", " : "", broken->key ? broken->key : "");

		ed_finding(findings, "directory.changed", where, row ? row : "-", a, b);
	}
	return code;
}

/* Does v[a] stand below v[b]?  Of equal versions the one that came first. */
static bool below(const struct ed_directory *const *v, size_t a, size_t b)
{
	return v[a]->version != v[b]->version ? v[a]->version < v[b]->version : a < b;
}

/* The one that stands next below v[at], or n. */
static size_t before(const struct ed_directory *const *v, size_t n, size_t at)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++)
		if (below(v, i, at) && (best == n || below(v, best, i)))
			best = i;
	return best;
}

enum edoc_code ed_directories_agree(const struct ed_directory *const *v, const char *const *wheres,
                                    size_t n, struct ed_findings *findings, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n && !code; i++) {
		size_t k = before(v, n, i);

		if (k < n)
			code = agree(v[k], v[i], wheres[i], findings, err);
	}
	return code;
}
