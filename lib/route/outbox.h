/* SPDX-License-Identifier: ISC */
/* What waits in out/<agency>/new, and what was sent and is not answered. */
#ifndef ED_ROUTE_OUTBOX_H
#define ED_ROUTE_OUTBOX_H

#include "base/limits.h"
#include "route/desk.h"

/*
 * out/<agency>/try/<name>.json, format "edoc-try/1": how often a file was
 * given to a transport.  A cache: without it, or when it cannot be read, the
 * file is simply tried now.
 */
struct ed_try {
	int64_t tries;      /* in vain, since it was last taken */
	int64_t sent;       /* how often it was taken */
	int64_t last, next; /* of the last try, when it is due again; or ED_TIME_NONE */
	char why[ED_MAX_WHY + 1];
};

struct ed_waiting { /* a file of out/<agency>/new */
	const char *agency, *name;
	const char *path;
	int64_t since; /* when it was put there */
	uint64_t bytes;
	struct ed_try state;
};

struct ed_outbox {
	struct ed_arena *arena; /* borrowed */
	struct ed_waiting *v;   /* the oldest first */
	size_t n, cap;
};

enum edoc_code ed_outbox_read(struct edoc_desk *desk, int64_t now, struct ed_outbox *outbox,
                              struct edoc_error *err) EDOC_CHECK;
void ed_try_read(struct edoc_desk *desk, const char *agency, const char *name,
                 struct ed_try *state);

/* Chooses the next chain, from *k on, that this desk sent and that waits for
 * its receipt; false: no other does. */
bool ed_case_unanswered(struct ed_case *c, size_t *k);

struct ed_unanswered { /* such a case */
	const char *agency;
	char sha256[65]; /* of the package that left; "" when it did not yet */
	int64_t since;   /* when the case was sent */
	int64_t handed;  /* when a transport last took it, or since */
	bool waits;      /* it lies in new/ still */
	bool late;       /* no receipt for mail->receipt days since handed */
	struct ed_try state;
};
enum edoc_code ed_case_unanswered_read(struct ed_case *c, const struct edoc_mail *mail,
                                       struct ed_unanswered *u, struct edoc_error *err) EDOC_CHECK;

#endif
