/* SPDX-License-Identifier: ISC */
/* Who is believed, and for what: struct edoc_trust of the public header. */
#ifndef ED_TRUST_ANCHORS_H
#define ED_TRUST_ANCHORS_H

#include "door/x509.h"

/* What a trusted list says of a service since a moment, until what it says
 * next (TS 119 612 5.5.4, 5.5.5, 5.6). */
struct ed_trust_status {
	int64_t from;
	const char *word; /* "granted", "withdrawn" */
	bool granted;     /* its supervisors stood behind it, and nothing speaks against */
	const char *why;  /* why the word is not taken, or NULL */
};

struct ed_trust_service {
	const char *name;
	const struct ed_trust_status *status; /* each later than the one before */
	size_t n;
};

/* What is said of that moment, or NULL: nothing yet. */
const struct ed_trust_status *ed_trust_status_at(const struct ed_trust_service *service,
                                                 int64_t at);

/* An anchor that a trusted list names: whoever signed it, and while it is
 * granted only; one that never is stays in the set to say so.  Copied. */
enum edoc_code ed_trust_add_service(struct edoc_trust *trust, X509 *x509, unsigned purposes,
                                    const char *source, const struct ed_trust_service *service,
                                    struct edoc_error *err) EDOC_CHECK;

/* One certificate of the set; one may be in it several times, with other
 * purposes and services. */
struct ed_trust_entry {
	struct ed_cert *cert;
	const char *source; /* the path it came from, "" from memory */
	unsigned purposes;  /* 0: no anchor; it helps to build paths */
	const struct ed_trust_service *service; /* NULL: believed always */
	int64_t list_due;            /* of its list the next issue, or ED_TIME_NONE */
	struct ed_trust_entry *next; /* of those whose subjects fall together */
};

/* The next entry (first: prev NULL) whose subject has that hash, which says
 * little: compare the names.  trust may be NULL. */
const struct ed_trust_entry *ed_trust_next(const struct edoc_trust *trust,
                                           unsigned long subject_hash,
                                           const struct ed_trust_entry *prev);

/* Is anybody believed for one of those purposes? */
bool ed_trust_for(const struct edoc_trust *trust, unsigned purposes);

/* The i-th entry; NULL after the last. */
const struct ed_trust_entry *ed_trust_at(const struct edoc_trust *trust, size_t i);

/* A list whose services were added, from the same source; copied. */
enum edoc_code ed_trust_keep_list(struct edoc_trust *trust, const struct edoc_list *list,
                                  struct edoc_error *err) EDOC_CHECK;

/* Anchors for a purpose that are believed always, and certificates that help to
 * build paths; new stacks, freed by the caller with their references (sk_X509_pop_free). */
enum edoc_code ed_trust_stacks(const struct edoc_trust *trust, unsigned purpose,
                               STACK_OF(X509) **anchors, STACK_OF(X509) **others,
                               struct edoc_error *err) EDOC_CHECK;

#endif
