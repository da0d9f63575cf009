/* SPDX-License-Identifier: ISC */
/*
 * What the caller's process and a worker say to each other.  Both ends are of
 * one build, so structs travel as they are; but a worker has read what
 * strangers wrote, and nothing that it says is believed before it is looked at.
 *
 *   task    SOCK_SEQPACKET: items with their descriptors to the worker; what it
 *           asks to be fetched, and the answers, as descriptors too
 *   answer  a pipe: one record an item
 */
#ifndef ED_BATCH_WIRE_H
#define ED_BATCH_WIRE_H

#include "base/limits.h"
#include "edoc.h"

/* ---- to the worker ---- */

enum ed_task_kind { ED_TASK_ITEM = 1, ED_TASK_FETCHED = 2 };

struct ed_task {
	enum ed_task_kind kind;
	enum edoc_code code;          /* FETCHED: what came of it; bytes behind the descriptor */
	uint64_t size;                /* of the bytes behind the descriptor */
	char name[ED_MAX_BATCH_NAME]; /* ITEM: cut behind its NUL */
};

/* ---- from the worker ---- */

struct ed_wish {
	enum edoc_fetch_kind kind;
	uint32_t url_len, body_len; /* both follow; a body of 0: none */
	uint64_t max;
	unsigned char rest[ED_MAX_URL + ED_MAX_FETCH_BODY];
};

enum ed_answer_kind { ED_ANSWER_TEXT = 1, ED_ANSWER_ERROR = 2 };

struct ed_answer {
	enum ed_answer_kind kind;
	int status;   /* TEXT: the item's exit */
	uint32_t len; /* of what follows: the text, or a struct edoc_error */
};

/* One end of a worker's; edoc_batch_worker of the public header. */
struct edoc_batch_worker {
	int task, answer;
	bool fetches; /* the caller fetches for it */
	struct ed_queued {
		char *name;
		int fd;
		uint64_t size;
	} queue[ED_BATCH_DEPTH]; /* come while an answer was waited for */
	size_t n;
};

/* A packet with a descriptor or without (-1).  false with errno. */
bool ed_wire_send(int socket, const void *bytes, size_t len, int fd, int flags);
/* Its length; 0 at the end, -1 with errno.  *fd: -1 when none came. */
ssize_t ed_wire_take(int socket, void *bytes, size_t size, int *fd, int flags);

/* A worker's exit when no box can be made for it. */
#define ED_WORKER_NO_BOX 2

/* The worker's life: never returns. */
_Noreturn void ed_worker_run(struct edoc_batch_worker *worker,
                             const struct edoc_batch_options *options);

/* ---- what the caller believes ---- */

/* A status that edoc(7) knows. */
bool ed_answer_status(int status);
/* UTF-8 that steers no terminal: no control characters but newline and tab; with
 * `color` also "ESC [ digits and ; m". */
bool ed_answer_plain(const char *text, size_t len, bool color);
/* A code that is a failure, texts that end. */
bool ed_answer_error(const struct edoc_error *error);
/* What may be fetched: http or https, printable ASCII, a host, no credentials. */
bool ed_wish_sound(const struct ed_wish *wish, size_t len);

#endif
