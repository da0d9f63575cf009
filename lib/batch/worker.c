/* SPDX-License-Identifier: ISC */
/* The worker's side: takes an item, works, answers, until nobody is there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "batch/wire.h"

/* A sanitizer looks for leaks at the end of main, which a worker does not see. */
#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
void __lsan_do_leak_check(void);
static void leave(void)
{
	__lsan_do_leak_check();
}
#else
static void leave(void)
{
}
#endif

/* Items of one size come one after the other: memory that goes back to the
 * kernel between them is only to be zeroed again.  The box bounds it. */
#ifdef __GLIBC__
#include <malloc.h>
static void keep_heap(void)
{
	(void)mallopt(M_TRIM_THRESHOLD, ED_WORKER_HEAP);
	(void)mallopt(M_TOP_PAD, ED_WORKER_HEAP / 64);
	(void)mallopt(M_MMAP_THRESHOLD, ED_WORKER_HEAP / 16);
}
#else
static void keep_heap(void)
{
}
#endif

static bool write_all(int fd, const void *bytes, size_t len)
{
	struct edoc_error err;

	return ed_write_full(fd, "", bytes, len, &err) == EDOC_OK;
}

static bool answer(const struct edoc_batch_worker *w, enum ed_answer_kind kind, int status,
                   const void *bytes, size_t len)
{
	struct ed_answer head = {.kind = kind, .status = status, .len = (uint32_t)len};

	return write_all(w->answer, &head, sizeof(head)) && write_all(w->answer, bytes, len);
}

/* Its memory is bounded by the box: running out of it is the item's doing. */
static void blame(const struct edoc_batch_options *options, const char *name, enum edoc_code code,
                  struct edoc_error *err)
{
	if (code == EDOC_ERR_MEMORY && !options->unboxed)
		(void)ed_fail(err, EDOC_ERR_LIMIT, name,
		              "takes more memory than one item may; was it made to?");
	else
		err->code = code;
}

static bool work(struct edoc_batch_worker *w, const struct edoc_batch_options *options,
                 const struct ed_queued *item)
{
	struct edoc_error err = {0};
	char *text = NULL;
	int status = -1;
	enum edoc_code code;
	bool sent;

	code = options->work(options->work_arg, w, item->name, item->fd, &text, &status, &err);
	if (code == EDOC_OK && text && strlen(text) > ED_MAX_ANSWER)
		code = ed_fail(&err, EDOC_ERR_LIMIT, item->name,
		               "the report is longer than 64 MiB");
	if (code == EDOC_OK) {
		sent = answer(w, ED_ANSWER_TEXT, status, text ? text : "", text ? strlen(text) : 0);
	} else {
		blame(options, item->name, code, &err);
		sent = answer(w, ED_ANSWER_ERROR, 0, &err, sizeof(err));
	}
	free(text);
	return sent;
}

/* One packet: an item is queued, the outcome of a fetch goes to *fetched.  false:
 * nobody is there any more. */
static bool take(struct edoc_batch_worker *w, struct ed_task *task, int *fetched)
{
	int fd;
	ssize_t n = ed_wire_take(w->task, task, sizeof(*task), &fd, 0);

	if (n < (ssize_t)offsetof(struct ed_task, name))
		return false;
	if (task->kind == ED_TASK_FETCHED) {
		*fetched = fd;
		return true;
	}
	if (w->n == ED_BATCH_DEPTH)
		return false;
	struct ed_queued *last = &w->queue[w->n];
	*last = (struct ed_queued){strdup(task->name), fd, task->size};
	if (!last->name)
		return false;
	w->n++;
	return true;
}

void ed_worker_run(struct edoc_batch_worker *w, const struct edoc_batch_options *options)
{
	struct ed_task task;
	int none = -1;

	keep_heap();
	for (;;) {
		while (!w->n)
			if (!take(w, &task, &none)) {
				leave();
				_exit(0);
			}
		struct ed_queued item = w->queue[0];
		memmove(w->queue, w->queue + 1, --w->n * sizeof(w->queue[0]));
		if (!work(w, options, &item))
			_exit(1);
		free(item.name);
		if (item.fd >= 0)
			close(item.fd);
	}
}

/* ---- fetching ---- */

static enum edoc_code ask(struct edoc_batch_worker *w, const struct edoc_fetch *what,
                          struct edoc_error *err)
{
	size_t url = strlen(what->url), head = offsetof(struct ed_wish, rest);
	struct ed_wish *wish;
	bool sent;

	if (url > ED_MAX_URL || what->body_len > ED_MAX_FETCH_BODY)
		return ed_fail(err, EDOC_ERR_LIMIT, what->url, "too long an address or request");
	wish = calloc(1, sizeof(*wish));
	if (!wish)
		return ed_fail_memory(err);
	wish->kind = what->kind;
	wish->url_len = (uint32_t)url;
	wish->body_len = (uint32_t)what->body_len;
	wish->max = what->max < ED_MAX_FETCH ? what->max : ED_MAX_FETCH;
	memcpy(wish->rest, what->url, url);
	if (what->body_len)
		memcpy(wish->rest + url, what->body, what->body_len);
	sent = ed_wire_send(w->task, wish, head + url + what->body_len, -1, 0);
	free(wish);
	return sent ? EDOC_OK : ed_fail(err, EDOC_ERR_AGAIN, what->url, "nobody fetches");
}

enum edoc_code edoc_batch_fetch(void *arg, const struct edoc_fetch *what, void **bytes, size_t *len,
                                struct edoc_error *err)
{
	struct edoc_batch_worker *w = arg;
	struct ed_task task = {0};
	enum edoc_code code;
	int fd = -1;

	*bytes = NULL;
	*len = 0;
	if (!w->fetches)
		return ed_fail(err, EDOC_ERR_AGAIN, what->url, "nobody fetches");
	code = ask(w, what, err);
	if (code != EDOC_OK)
		return code;
	do {
		if (!take(w, &task, &fd))
			return ed_fail(err, EDOC_ERR_AGAIN, what->url, "nobody fetches");
	} while (task.kind != ED_TASK_FETCHED);
	if (task.code != EDOC_OK) {
		code = ed_fail(err, task.code, what->url, "%s", task.name);
	} else {
		*bytes = malloc(task.size ? task.size : 1);
		code = *bytes ? ed_pread_full(fd, what->url, *bytes, task.size, 0, err)
		              : ed_fail_memory(err);
		*len = task.size;
	}
	if (fd >= 0)
		close(fd);
	if (code != EDOC_OK) {
		free(*bytes);
		*bytes = NULL;
		*len = 0;
	}
	return code;
}
