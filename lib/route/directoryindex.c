/* SPDX-License-Identifier: ISC */
/* Who is found how in a directory of a nation: by id, by certificate, by the
 * posts that somebody holds.  Without an index (while a directory is being
 * read) rows are gone through one by one, with the same result. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "route/directory.h"

static int by_id(const void *a, const void *b)
{
	return strcmp((*(const struct ed_person *const *)a)->id,
	              (*(const struct ed_person *const *)b)->id);
}

static int by_sha256(const void *a, const void *b)
{
	return strcmp(((const struct ed_cert_row *)a)->key->sha256,
	              ((const struct ed_cert_row *)b)->key->sha256);
}

/* Posts of one holder stay in the order of the file, which says who comes first. */
static int by_holder(const void *a, const void *b)
{
	const struct ed_post *p = *(const struct ed_post *const *)a;
	const struct ed_post *q = *(const struct ed_post *const *)b;

	if (p->holder != q->holder)
		return p->holder < q->holder ? -1 : 1;
	return p < q ? -1 : p > q;
}

enum edoc_code ed_directory_index_people(struct ed_directory *d, struct ed_arena *arena,
                                         struct edoc_error *err)
{
	const struct ed_person **people =
	        ed_arena_alloc(arena, (d->n_people + 1) * sizeof(struct ed_person *));
	struct ed_cert_row *certs;
	size_t n = 0;

	for (size_t i = 0; i < d->n_people; i++)
		n += d->people[i].n_certs;
	certs = ed_arena_alloc(arena, (n + 1) * sizeof(*certs));
	if (!people || !certs)
		return ed_fail_memory(err);
	n = 0;
	for (size_t i = 0; i < d->n_people; i++) {
		const struct ed_person *p = &d->people[i];

		people[i] = p;
		for (size_t k = 0; k < p->n_certs; k++)
			certs[n++] = (struct ed_cert_row){&p->certs[k], p};
	}
	if (d->n_people)
		qsort(people, d->n_people, sizeof(struct ed_person *), by_id);
	if (n)
		qsort(certs, n, sizeof(*certs), by_sha256);
	d->by_id = people;
	d->by_cert = certs;
	d->n_by_cert = n;
	return EDOC_OK;
}

enum edoc_code ed_directory_index_posts(struct ed_directory *d, struct ed_arena *arena,
                                        struct edoc_error *err)
{
	const struct ed_post **posts =
	        ed_arena_alloc(arena, (d->n_posts + 1) * sizeof(struct ed_post *));

	if (!posts)
		return ed_fail_memory(err);
	for (size_t i = 0; i < d->n_posts; i++)
		posts[i] = &d->posts[i];
	if (d->n_posts)
		qsort(posts, d->n_posts, sizeof(struct ed_post *), by_holder);
	d->by_holder = posts;
	return EDOC_OK;
}

static int id_compare(const void *id, const void *person)
{
	return strcmp(id, (*(const struct ed_person *const *)person)->id);
}

const struct ed_person *ed_directory_person_by_id(const struct ed_directory *d, const char *id)
{
	const struct ed_person **found;

	if (d->by_id) {
		found = bsearch(id, d->by_id, d->n_people, sizeof(struct ed_person *), id_compare);
		return found ? *found : NULL;
	}
	for (size_t i = 0; i < d->n_people; i++)
		if (!strcmp(d->people[i].id, id))
			return &d->people[i];
	return NULL;
}

static int sha256_compare(const void *sha256, const void *row)
{
	return strcmp(sha256, ((const struct ed_cert_row *)row)->key->sha256);
}

/* A certificate is one person's: it stands once. */
const struct ed_person *ed_directory_person(const struct ed_directory *d, const char *cert_sha256,
                                            struct ed_date on)
{
	const struct ed_cert_row *row = d->n_by_cert
	                                        ? bsearch(cert_sha256, d->by_cert, d->n_by_cert,
	                                                  sizeof(*row), sha256_compare)
	                                        : NULL;

	return row && ed_span_has(&row->key->span, on) ? row->person : NULL;
}

const struct ed_post *const *ed_directory_posts_of(const struct ed_directory *d,
                                                   const struct ed_person *person, size_t *n)
{
	size_t low = 0, high = d->n_posts;

	*n = 0;
	while (low < high) { /* the first of that holder's */
		size_t mid = low + (high - low) / 2;

		if (d->by_holder[mid]->holder < person)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + *n < d->n_posts && d->by_holder[low + *n]->holder == person)
		++*n;
	return d->by_holder + low;
}
