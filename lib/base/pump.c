/* SPDX-License-Identifier: ISC */
/* A ring of slots between two threads. */
#include "base/pump.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define SLOT (128u << 10)
#define SLOTS 4u

struct pump {
	ed_source_fn *source;
	void *source_arg;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t filled, drained; /* slots, since the start; both under lock */
	bool over;              /* source has returned, or sink will take no more */
	enum edoc_code code;    /* source's */
	struct edoc_error why;
	size_t len[SLOTS];
	unsigned char *slots;
};

/* The other side has moved on, or nothing will move any more. */
static bool wait_for_room(struct pump *p)
{
	bool over;

	pthread_mutex_lock(&p->lock);
	while (p->filled - p->drained == SLOTS && !p->over)
		pthread_cond_wait(&p->moved, &p->lock);
	over = p->over;
	pthread_mutex_unlock(&p->lock);
	return !over;
}

static bool wait_for_bytes(struct pump *p)
{
	bool some;

	pthread_mutex_lock(&p->lock);
	while (p->filled == p->drained && !p->over)
		pthread_cond_wait(&p->moved, &p->lock);
	some = p->filled != p->drained;
	pthread_mutex_unlock(&p->lock);
	return some;
}

static void move(struct pump *p, size_t *count)
{
	pthread_mutex_lock(&p->lock);
	(*count)++;
	pthread_cond_signal(&p->moved);
	pthread_mutex_unlock(&p->lock);
}

static void end(struct pump *p)
{
	pthread_mutex_lock(&p->lock);
	p->over = true;
	pthread_cond_signal(&p->moved);
	pthread_mutex_unlock(&p->lock);
}

/* The source's sink.  The code is never seen: the real sink's own stands. */
static enum edoc_code fill(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	struct pump *p = arg;
	const unsigned char *from = bytes;

	while (len > 0) {
		size_t n = len < SLOT ? len : SLOT;

		if (!wait_for_room(p))
			return ed_fail(err, EDOC_ERR_BUG, "", "nobody takes the bytes");
		memcpy(p->slots + p->filled % SLOTS * SLOT, from, n);
		p->len[p->filled % SLOTS] = n;
		move(p, &p->filled);
		from += n;
		len -= n;
	}
	return EDOC_OK;
}

static void *run(void *arg)
{
	struct pump *p = arg;

	p->code = p->source(p->source_arg, fill, p, &p->why);
	end(p);
	return NULL;
}

/* Signals are for the thread that the caller knows. */
static bool start(struct pump *p, pthread_t *thread)
{
	sigset_t all, old;
	int failed;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &old))
		return false;
	failed = pthread_create(thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return !failed;
}

static enum edoc_code drain(struct pump *p, ed_sink_fn *sink, void *arg, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	while (!code && wait_for_bytes(p)) {
		size_t slot = p->drained % SLOTS;

		code = sink(arg, p->slots + slot * SLOT, p->len[slot], err);
		move(p, &p->drained);
	}
	return code;
}

enum edoc_code ed_pump(ed_source_fn *source, void *source_arg, ed_sink_fn *sink, void *arg,
                       struct edoc_error *err)
{
	struct pump p = {.source = source,
	                 .source_arg = source_arg,
	                 .lock = PTHREAD_MUTEX_INITIALIZER,
	                 .moved = PTHREAD_COND_INITIALIZER};
	enum edoc_code code;
	pthread_t thread;

	p.slots = malloc((size_t)SLOTS * SLOT);
	if (!p.slots)
		return ed_fail_memory(err);
	if (!start(&p, &thread)) {
		free(p.slots);
		return source(source_arg, sink, arg, err);
	}
	code = drain(&p, sink, arg, err);
	end(&p);
	pthread_join(thread, NULL);
	free(p.slots);
	if (code || !p.code)
		return code;
	if (err)
		*err = p.why;
	return p.code;
}
