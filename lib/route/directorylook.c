/* SPDX-License-Identifier: ISC */
/* Who was what on a day.  Nothing here reads a clock: the day is the caller's. */
#include <string.h>

#include "route/directory.h"

bool ed_span_has(const struct ed_span *span, struct ed_date on)
{
	return (!span->has_from || ed_date_compare(on, span->from) >= 0) &&
	       (!span->has_until || ed_date_compare(on, span->until) <= 0);
}

/* ---- agencies ---- */

const struct ed_agency *ed_directory_agency(const struct ed_directory *directory, const char *id)
{
	for (size_t i = 0; i < directory->n_agencies; i++)
		if (!strcmp(directory->agencies[i].id, id))
			return &directory->agencies[i];
	return NULL;
}

/* Is that name the id, or "scheme:value" of one of the single identifiers? */
static bool called(const char *name, const char *id, const struct ed_directory_id *ids, size_t n)
{
	const char *colon = strchr(name, ':');

	if (!strcmp(name, id))
		return true;
	for (size_t i = 0; colon && i < n; i++)
		if (strlen(ids[i].scheme) == (size_t)(colon - name) &&
		    !strncmp(ids[i].scheme, name, (size_t)(colon - name)) &&
		    !strcmp(ids[i].value, colon + 1))
			return true;
	return false;
}

const struct ed_agency *ed_directory_find_agency(const struct ed_directory *directory,
                                                 const char *name)
{
	for (size_t i = 0; i < directory->n_agencies; i++) {
		const struct ed_agency *agency = &directory->agencies[i];

		if (called(name, agency->id, agency->ids, agency->n_ids))
			return agency;
	}
	return NULL;
}

struct ed_agency_facts ed_agency_on(const struct ed_agency *agency, struct ed_date on)
{
	struct ed_agency_facts facts = {.state = ED_AGENCY_ACTIVE,
	                                .title = agency->title,
	                                .parent = agency->parent,
	                                .transport = agency->transport,
	                                .links = agency->links};

	for (size_t i = 0; i < agency->n_changes; i++) {
		const struct ed_change *c = &agency->changes[i];

		if (ed_date_compare(c->from, on) > 0)
			break;
		if (c->has_state) {
			facts.state = c->state;
			facts.since = c;
		}
		facts.title = c->name ? c->name : facts.title;
		facts.parent = c->parent ? c->parent : facts.parent;
		facts.transport = c->transport ? c->transport : facts.transport;
		facts.links = c->links ? c->links : facts.links;
	}
	if (facts.parent && !*facts.parent)
		facts.parent = NULL;
	return facts;
}

enum ed_agency_state ed_agency_state(const struct ed_agency *agency, struct ed_date on,
                                     const struct ed_change **since)
{
	struct ed_agency_facts facts = ed_agency_on(agency, on);

	if (since)
		*since = facts.since;
	return facts.state;
}

const char *ed_agency_state_name(enum ed_agency_state state)
{
	static const char *const names[] = {"closed", "blocked", "active"};

	return names[state];
}

/* The parser calls this to find cycles: it climbs no more often than there are
 * agencies. */
bool ed_directory_below(const struct ed_directory *directory, const char *below, const char *above,
                        struct ed_date on)
{
	const struct ed_agency *agency = ed_directory_agency(directory, below);

	for (size_t i = 0; agency && i < directory->n_agencies; i++) {
		const char *parent = ed_agency_on(agency, on).parent;

		if (!parent)
			return false;
		if (!strcmp(parent, above))
			return true;
		agency = ed_directory_agency(directory, parent);
	}
	return false;
}

static bool names(const char *const *list, const char *one)
{
	for (; list && *list; list++)
		if (!strcmp(*list, one))
			return true;
	return false;
}

bool ed_directory_linked(const struct ed_directory *directory, const char *a, const char *b,
                         struct ed_date on)
{
	const struct ed_agency *one = ed_directory_agency(directory, a);
	const struct ed_agency *other = ed_directory_agency(directory, b);

	return one && other &&
	       (names(ed_agency_on(one, on).links, b) || names(ed_agency_on(other, on).links, a));
}

/* ---- keys and people ---- */

static bool holds(const struct ed_listed_key *keys, size_t n, const char *sha256, struct ed_date on)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(keys[i].sha256, sha256))
			return ed_span_has(&keys[i].span, on);
	return false;
}

const struct ed_agency *ed_directory_desk(const struct ed_directory *directory,
                                          const char *cert_sha256, struct ed_date on)
{
	for (size_t i = 0; i < directory->n_agencies; i++)
		if (holds(directory->agencies[i].keys, directory->agencies[i].n_keys, cert_sha256,
		          on))
			return &directory->agencies[i];
	return NULL;
}

const struct ed_person *ed_directory_find_person(const struct ed_directory *directory,
                                                 const char *name)
{
	for (size_t i = 0; i < directory->n_people; i++) {
		const struct ed_person *person = &directory->people[i];

		if (called(name, person->id, person->ids, person->n_ids))
			return person;
	}
	return NULL;
}

const char *ed_person_name(const struct ed_person *person, struct ed_date on)
{
	const char *name = person->name;

	for (size_t i = 0; i < person->n_changes; i++)
		if (ed_date_compare(person->changes[i].from, on) <= 0)
			name = person->changes[i].name;
	return name;
}

/* ---- posts ---- */

/* A deputy of the route may sit in another unit of the agency; the named post
 * may not. */
bool ed_post_fits(const struct ed_post *post, const struct ed_role *role, bool as_deputy)
{
	if (role->agency && strcmp(role->agency, post->agency))
		return false;
	if (as_deputy)
		return names(role->deputies, post->post);
	if (role->unit && (!post->unit || strcmp(role->unit, post->unit)))
		return false;
	return !role->post || !strcmp(role->post, post->post);
}

/* Is the post the person's on that day, and fit for the role? */
static bool serves(const struct ed_post *post, const struct ed_person *person,
                   const struct ed_role *role, struct ed_date on, bool as_deputy)
{
	return post->holder == person && ed_span_has(&post->span, on) &&
	       ed_post_fits(post, role, as_deputy);
}

static bool active(const struct ed_directory *d, const struct ed_post *post, struct ed_date on)
{
	const struct ed_agency *agency = ed_directory_agency(d, post->agency);

	return agency && ed_agency_state(agency, on, NULL) == ED_AGENCY_ACTIVE;
}

/* Where one person is meant: it is that one, or who takes that very place. */
static bool is_meant(const struct ed_directory *d, const struct ed_post *post,
                     const struct ed_role *role, struct ed_date on, bool deputy)
{
	if (!role->person)
		return true;
	return deputy ? ed_directory_principal(d, role, post, on) != NULL
	              : !strcmp(post->holder->id, role->person);
}

static const struct ed_post *find_post(const struct ed_directory *d, const struct ed_person *person,
                                       const struct ed_role *role, struct ed_date on, bool any,
                                       bool *deputy)
{
	size_t n;
	const struct ed_post *const *posts = ed_directory_posts_of(d, person, &n);

	for (int as_deputy = 0; as_deputy < 2; as_deputy++)
		for (size_t i = 0; i < n; i++) {
			*deputy = as_deputy == 1;
			if (serves(posts[i], person, role, on, *deputy) &&
			    is_meant(d, posts[i], role, on, *deputy) &&
			    (any || active(d, posts[i], on)))
				return posts[i];
		}
	*deputy = true;
	for (size_t i = 0; i < d->n_deputies; i++)
		if (serves(&d->deputies[i].post, person, role, on, false) &&
		    is_meant(d, &d->deputies[i].post, role, on, true) &&
		    (any || active(d, &d->deputies[i].post, on)))
			return &d->deputies[i].post;
	*deputy = false;
	return NULL;
}

const struct ed_post *ed_directory_post(const struct ed_directory *directory,
                                        const struct ed_person *person, const struct ed_role *role,
                                        struct ed_date on, bool *deputy)
{
	const struct ed_post *post = find_post(directory, person, role, on, false, deputy);

	return post ? post : find_post(directory, person, role, on, true, deputy);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_place(const struct ed_post *a, const struct ed_post *b)
{
	return !strcmp(a->agency, b->agency) && !strcmp(a->post, b->post) &&
	       (!b->unit || same_text(a->unit, b->unit));
}

/* The directory's deputy acts in one post, whatever else the role covers. */
static const struct ed_deputy *deputy_of(const struct ed_directory *d, const struct ed_post *post)
{
	for (size_t i = 0; i < d->n_deputies; i++)
		if (&d->deputies[i].post == post)
			return &d->deputies[i];
	return NULL;
}

const struct ed_post *ed_directory_principal(const struct ed_directory *directory,
                                             const struct ed_role *role,
                                             const struct ed_post *deputy, struct ed_date on)
{
	bool listed = deputy_of(directory, deputy) != NULL;
	struct ed_role same = *role;

	same.agency = deputy->agency;
	for (size_t i = 0; i < directory->n_posts; i++) {
		const struct ed_post *post = &directory->posts[i];

		if (ed_span_has(&post->span, on) &&
		    (!role->person || !strcmp(post->holder->id, role->person)) &&
		    (listed ? same_place(post, deputy) : ed_post_fits(post, &same, false)))
			return post;
	}
	return NULL;
}

const struct ed_deputy *ed_directory_deputies(const struct ed_directory *directory,
                                              const char *agency, const char *unit,
                                              const char *post, struct ed_date on, size_t *next)
{
	while (*next < directory->n_deputies) {
		const struct ed_deputy *deputy = &directory->deputies[(*next)++];

		if (!strcmp(deputy->post.agency, agency) && !strcmp(deputy->post.post, post) &&
		    (!unit || same_text(deputy->post.unit, unit)) &&
		    ed_span_has(&deputy->post.span, on))
			return deputy;
	}
	return NULL;
}
