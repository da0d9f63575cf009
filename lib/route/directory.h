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

/* Who is not said to be active may not act. */
enum ed_agency_state { ED_AGENCY_CLOSED = 0, ED_AGENCY_BLOCKED, ED_AGENCY_ACTIVE };

/* A single identifier: the only one of that scheme and value. */
struct ed_directory_id {
	const char *scheme, *value; /* "stir", "201122919" */
	unsigned line;
};

/* What holds from a day on; NULL: as before. */
struct ed_change {
	struct ed_date from;
	bool has_state;
	enum ed_agency_state state;
	const char *name; /* a person's; an agency's title */
	const char *parent;
	const char *const *links;
	const char *transport;
	const char *reason, *basis;
};

struct ed_listed_key {        /* a certificate by its digest */
	const char *sha256;   /* hex */
	const char *rotation; /* of a desk key: sha256 hex of the record, or NULL */
	const char *basis;    /* of a desk key, or NULL */
	struct ed_span span;
	unsigned line;
};

struct ed_agency {
	const char *id, *title;   /* as first said; ed_agency_on() has today's */
	const char *parent;       /* the agency above it, or NULL */
	const char *const *links; /* agencies beside it, NULL-ended, or NULL */
	const char *transport;    /* a name in edoc.conf(5), or NULL */
	struct ed_directory_id *ids;
	size_t n_ids;
	struct ed_change *changes; /* in the order of their days */
	size_t n_changes;
	struct ed_listed_key *keys; /* of its desk */
	size_t n_keys;
	unsigned line;
};

struct ed_person {
	const char *id, *name; /* as first said; ed_person_name() has that of a day */
	struct ed_directory_id *ids;
	size_t n_ids;
	struct ed_change *changes;
	size_t n_changes;
	struct ed_listed_key *certs;
	size_t n_certs;
	unsigned line;
};

struct ed_post {
	const char *agency, *unit, *post; /* unit may be NULL */
	const struct ed_person *holder;
	struct ed_span span;
};

/* Who acts in a post beside its holder; post.holder is the deputy. */
struct ed_deputy {
	struct ed_post post;
	const char *basis; /* the order that says so, or NULL */
};

struct ed_cert_row { /* of a person */
	const struct ed_listed_key *key;
	const struct ed_person *person;
};

struct ed_directory {
	int version;
	const char *previous; /* sha256 hex of the version before, or NULL */
	const char *issued_by, *basis;
	struct ed_date date;
	bool has_date;
	struct ed_agency *agencies;
	size_t n_agencies;
	struct ed_person *people;
	size_t n_people;
	struct ed_post *posts;
	size_t n_posts;
	struct ed_deputy *deputies;
	size_t n_deputies;
	/* directoryindex.c; NULL until those rows are read */
	const struct ed_person **by_id;
	struct ed_cert_row *by_cert;
	size_t n_by_cert;
	const struct ed_post **by_holder;
	char sha256[65]; /* of the file's bytes */
};

/* What a caller's directory holds. */
const struct ed_directory *ed_directory_of(const struct edoc_directory *directory);
enum edoc_code ed_directory_parse(const void *bytes, size_t len, const char *where,
                                  struct ed_arena *arena, struct ed_directory **directory,
                                  struct edoc_error *err) EDOC_CHECK;

/* ---- directoryindex.c ---- */

enum edoc_code ed_directory_index_people(struct ed_directory *directory, struct ed_arena *arena,
                                         struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_directory_index_posts(struct ed_directory *directory, struct ed_arena *arena,
                                        struct edoc_error *err) EDOC_CHECK;
/* Whose certificate that is on that day, or NULL. */
const struct ed_person *ed_directory_person(const struct ed_directory *directory,
                                            const char *cert_sha256, struct ed_date on);
const struct ed_person *ed_directory_person_by_id(const struct ed_directory *directory,
                                                  const char *id);
/* The posts of a person, on any day, in the order of the file. */
const struct ed_post *const *ed_directory_posts_of(const struct ed_directory *directory,
                                                   const struct ed_person *person, size_t *n);

/* ---- directorylook.c: who was what on a day; all pure ---- */

bool ed_span_has(const struct ed_span *span, struct ed_date on);
const char *ed_person_name(const struct ed_person *person, struct ed_date on);
/* The post under which the person may act in the role on that day; deputies'
 * posts count after the named one, deputies of the directory last (*deputy
 * tells), and posts of agencies that are not active after all others.  NULL:
 * none. */
const struct ed_post *ed_directory_post(const struct ed_directory *directory,
                                        const struct ed_person *person, const struct ed_role *role,
                                        struct ed_date on, bool *deputy);
/* Does the post serve the role, as the named one or as a deputy of the route's? */
bool ed_post_fits(const struct ed_post *post, const struct ed_role *role, bool as_deputy);
/* Whose place that deputy takes in the role on that day (the first holder in
 * the file's order), or NULL when the post is vacant. */
const struct ed_post *ed_directory_principal(const struct ed_directory *directory,
                                             const struct ed_role *role,
                                             const struct ed_post *deputy, struct ed_date on);
/* Who acts for the holders of that post on that day, by the directory: from
 * *next on, which starts at 0; unit NULL: any.  NULL: no more. */
const struct ed_deputy *ed_directory_deputies(const struct ed_directory *directory,
                                              const char *agency, const char *unit,
                                              const char *post, struct ed_date on, size_t *next);
/* The agency whose desk key that certificate is on that day, or NULL. */
const struct ed_agency *ed_directory_desk(const struct ed_directory *directory,
                                          const char *cert_sha256, struct ed_date on);
const struct ed_agency *ed_directory_agency(const struct ed_directory *directory, const char *id);
/* By id, or by a single identifier: "stir:201122919". */
const struct ed_agency *ed_directory_find_agency(const struct ed_directory *directory,
                                                 const char *name);
const struct ed_person *ed_directory_find_person(const struct ed_directory *directory,
                                                 const char *name);

/* What holds for an agency on a day. */
struct ed_agency_facts {
	enum ed_agency_state state;
	const struct ed_change *since; /* what made the state, or NULL: active from the start */
	const char *title, *parent, *transport;
	const char *const *links; /* NULL-ended, or NULL */
};
struct ed_agency_facts ed_agency_on(const struct ed_agency *agency, struct ed_date on);
/* since (may be NULL): as in the facts. */
enum ed_agency_state ed_agency_state(const struct ed_agency *agency, struct ed_date on,
                                     const struct ed_change **since);
const char *ed_agency_state_name(enum ed_agency_state state); /* "blocked" */
/* Does `below` stand under `above` on that day, at any depth?  An agency does
 * not stand under itself. */
bool ed_directory_below(const struct ed_directory *directory, const char *below, const char *above,
                        struct ed_date on);
/* Do the two stand side by side on that day, by the word of either? */
bool ed_directory_linked(const struct ed_directory *directory, const char *a, const char *b,
                         struct ed_date on);

/* ---- directorydiff.c: what one version says otherwise than another ---- */

enum ed_differs { ED_REMOVED = 0, ED_CHANGED, ED_ADDED, ED_ENDED };

struct ed_difference {
	enum ed_differs how;
	const char *kind;     /* "agency", "person", "desk key", "certificate", "post", "deputy" */
	const char *row;      /* its name: "moliya", "adliya/lawyer karim" */
	const char *key;      /* what is other in it: "until"; NULL: the row itself */
	const char *was, *is; /* the values, or NULL */
	bool may;             /* rows only get an end, a change, or a neighbour */
};

struct ed_differences {
	struct ed_arena *arena; /* borrowed */
	struct ed_difference *v;
	size_t n, cap;
};

/* In the order of the rows: all that `now` says otherwise than `old`. */
enum edoc_code ed_directory_compare(const struct ed_directory *old, const struct ed_directory *now,
                                    struct ed_differences *list, struct edoc_error *err) EDOC_CHECK;
/* The first of them that may not be, or NULL. */
const struct ed_difference *ed_differences_broken(const struct ed_differences *list);
/* May `now` come after `old`?  EDOC_ERR_DENIED: it is no later version, a fork,
 * or a row was changed. */
enum edoc_code ed_directory_follows(const struct ed_directory *old, const struct ed_directory *now,
                                    const char *where, struct ed_arena *arena,
                                    struct edoc_error *err) EDOC_CHECK;
/*
 * The same of versions that travel together, as findings at wheres[i]:
 *  directory.fork      two texts of version {0}: {1} and {2}
 *  directory.previous  version {0} follows {1}; the version before it here is {2}
 *  directory.changed   {0} of version {1} is otherwise in version {2}
 */
enum edoc_code ed_directories_agree(const struct ed_directory *const *v, const char *const *wheres,
                                    size_t n, struct ed_findings *findings,
                                    struct edoc_error *err) EDOC_CHECK;

#endif
