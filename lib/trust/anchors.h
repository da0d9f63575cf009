/* SPDX-License-Identifier: ISC */
/* Who is believed, and for what: struct edoc_trust of the public header. */
#ifndef ED_TRUST_ANCHORS_H
#define ED_TRUST_ANCHORS_H

#include "door/x509.h"

/* When an authority's supervisors stood behind it (TS 119 612 5.5.4, 5.6). */
struct ed_trust_period {
	int64_t from, until; /* until: ED_TIME_NONE open */
};

/* An anchor that a trusted list names: whoever signed it, and in its periods
 * only.  The periods are copied. */
enum edoc_code ed_trust_add_service(struct edoc_trust *trust, X509 *x509, unsigned purposes,
                                    const char *source, const struct ed_trust_period *granted,
                                    size_t n_granted, struct edoc_error *err) EDOC_CHECK;

/* One certificate of the set; one may be in it several times, with other
 * purposes and periods. */
struct ed_trust_entry {
	struct ed_cert *cert;
	const char *source; /* the path it came from, "" from memory */
	unsigned purposes;  /* 0: no anchor; it helps to build paths */
	const struct ed_trust_period *granted;
	size_t n_granted;            /* 0: always */
	int64_t list_due;            /* of its list the next issue, or ED_TIME_NONE */
	struct ed_trust_entry *next; /* of those whose subjects fall together */
};

/* The next entry (first: prev NULL) whose subject has that hash, which says
 * little: compare the names.  trust may be NULL. */
const struct ed_trust_entry *ed_trust_next(const struct edoc_trust *trust,
                                           unsigned long subject_hash,
                                           const struct ed_trust_entry *prev);

/* The i-th entry; NULL after the last. */
const struct ed_trust_entry *ed_trust_at(const struct edoc_trust *trust, size_t i);

/* A list whose services were added, from the same source; copied. */
enum edoc_code ed_trust_keep_list(struct edoc_trust *trust, const struct edoc_list *list,
                                  struct edoc_error *err) EDOC_CHECK;

/* Anchors for a purpose, and certificates that help to build paths; new
 * stacks, freed by the caller with their references (sk_X509_pop_free). */
enum edoc_code ed_trust_stacks(const struct edoc_trust *trust, unsigned purpose,
                               STACK_OF(X509) **anchors, STACK_OF(X509) **others,
                               struct edoc_error *err) EDOC_CHECK;

#endif
