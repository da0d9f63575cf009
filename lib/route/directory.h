/* SPDX-License-Identifier: ISC */
/* Agencies, people, posts, certificates, deputies and desk keys, with dates:
 * directory.yaml of a signed package (format: edoc-directory/1). */
#ifndef ED_ROUTE_DIRECTORY_H
#define ED_ROUTE_DIRECTORY_H

#include "base/time.h"
#include "route/definition.h"

struct ed_span { /* [from, until], days; open ends allowed */
	struct ed_date from, until;
	bool has_from, has_until;
};

struct ed_agency {
	const char *id, *title;
	const char *const *desk_keys; /* certificates' sha256 hex, NULL-ended */
	struct ed_span *desk_spans;   /* one a key */
};

struct ed_person {
	const char *id, *name;
	const char *const *certs; /* sha256 hex, NULL-ended */
	struct ed_span *cert_spans;
};

struct ed_post {
	const char *agency, *unit, *post; /* unit may be NULL */
	const struct ed_person *holder;
	struct ed_span span;
};

struct ed_directory {
	int version;
	struct ed_agency *agencies;
	size_t n_agencies;
	struct ed_person *people;
	size_t n_people;
	struct ed_post *posts;
	size_t n_posts;
	char sha256[65]; /* of the file's bytes */
};

enum edoc_code ed_directory_parse(const void *bytes, size_t len, const char *where,
                                  struct ed_arena *arena, struct ed_directory **directory,
                                  struct edoc_error *err) EDOC_CHECK;
const struct ed_person *ed_directory_person(const struct ed_directory *directory,
                                            const char *cert_sha256, struct ed_date on);
/* The post under which the person may act in the role on that day; deputies'
 * posts count after the named one (*deputy tells).  NULL: none. */
const struct ed_post *ed_directory_post(const struct ed_directory *directory,
                                        const struct ed_person *person, const struct ed_role *role,
                                        struct ed_date on, bool *deputy);
/* Whose place that deputy takes in the role on that day (the first holder in
 * the file's order), or NULL when the post is vacant. */
const struct ed_post *ed_directory_principal(const struct ed_directory *directory,
                                             const struct ed_role *role,
                                             const struct ed_post *deputy, struct ed_date on);
/* The agency whose desk key that certificate is on that day, or NULL. */
const struct ed_agency *ed_directory_desk(const struct ed_directory *directory,
                                          const char *cert_sha256, struct ed_date on);
const struct ed_agency *ed_directory_agency(const struct ed_directory *directory, const char *id);

#endif
