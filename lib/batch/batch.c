/* SPDX-License-Identifier: ISC */
/*
 * A pool of workers in boxes.  The caller's process opens, hands out, fetches
 * and believes nothing; a worker that dies or hangs costs the item it had.
 *
 * Work that changes files (options.unboxed) keeps the caller's rights and gets
 * names alone.  It is never cut short: one item at a time, no clock, and who
 * stops waits for what is under way.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "batch/order.h"
#include "batch/wire.h"
#include "door/box.h"

struct item {
	uint64_t number;
	char *name;
	int fd;
	uint64_t size;
};

struct worker {
	pid_t pid; /* 0: none */
	int task, answer;
	struct item items[ED_BATCH_DEPTH]; /* the first is being worked on */
	size_t n;
	unsigned left;    /* seconds that the first still has */
	bool fetched;     /* it waited for us, not for itself */
	struct ed_buf in; /* of an answer that is not whole yet */
};

struct edoc_batch {
	struct edoc_batch_options options;
	struct worker *workers;
	int tick;      /* a timer of one second: no clock is read */
	uint64_t next; /* number of an item */
	struct ed_order order;
	bool stopped;
};

/* ---- results ---- */

static void emit(struct edoc_batch *b, const struct edoc_batch_result *result)
{
	if (!b->stopped)
		b->options.done(b->options.done_arg, result);
}

/* The outcome of an item, which is then forgotten. */
static enum edoc_code finish(struct edoc_batch *b, struct item *item,
                             struct edoc_batch_result *result, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	result->name = item->name;
	if (b->options.ordered)
		code = ed_order_put(&b->order, item->number, result, err);
	else
		emit(b, result);
	for (struct ed_held *h; (h = ed_order_take(&b->order)) != NULL; free(h))
		emit(b, &h->result);
	if (item->fd >= 0)
		close(item->fd);
	free(item->name);
	*item = (struct item){.fd = -1};
	return code;
}

static enum edoc_code finish_error(struct edoc_batch *b, struct item *item,
                                   const struct edoc_error *why, struct edoc_error *err)
{
	struct edoc_batch_result result = {.status = edoc_code_exit(why->code), .error = why};

	return finish(b, item, &result, err);
}

/* The first item of w has its answer: the clock of the second starts. */
static unsigned seconds_for(const struct edoc_batch *b, const struct item *item)
{
	uint64_t more = item->size / ED_BATCH_RATE;
	unsigned base = b->options.seconds ? b->options.seconds : ED_BATCH_SECONDS;

	/* One more, as the timer's next tick may be close. */
	return base + 1 + (unsigned)(more < 86400 ? more : 86400);
}

static void next_item(const struct edoc_batch *b, struct worker *w)
{
	w->n--;
	memmove(w->items, w->items + 1, w->n * sizeof(w->items[0]));
	w->items[w->n] = (struct item){.fd = -1};
	if (w->n)
		w->left = seconds_for(b, &w->items[0]);
}

/* ---- workers ---- */

static void close_worker(struct worker *w)
{
	close(w->task);
	close(w->answer);
	ed_buf_clear(&w->in);
	w->pid = 0;
	w->task = w->answer = -1;
}

/* The caller's ends: nobody would see that they were closed while we hold them. */
static void forget_ends(const struct edoc_batch *b)
{
	for (unsigned i = 0; i < b->options.workers; i++) {
		if (b->workers[i].task < 0)
			continue;
		close(b->workers[i].task);
		close(b->workers[i].answer);
	}
	close(b->tick);
}

/* In the child: nothing of the caller's is to be had in the box. */
static _Noreturn void live(const struct edoc_batch *b, int task, int answer, pid_t parent)
{
	struct edoc_batch_worker self = {
	        .task = task, .answer = answer, .fetches = b->options.fetch != NULL};
	int keep[ED_MAX_BOX_KEEP];
	struct ed_box box = {.memory = b->options.memory ? b->options.memory : ED_BOX_MEMORY,
	                     .keep = keep};
	struct edoc_error err;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* The terminal's signals go to all; the caller's process answers them. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (b->options.unboxed) {
		forget_ends(b);
		ed_worker_run(&self, &b->options);
	}
	keep[box.n_keep++] = task;
	keep[box.n_keep++] = answer;
	for (size_t i = 0; i < b->options.n_keep; i++)
		keep[box.n_keep++] = b->options.keep[i];
	if (ed_box_enter(&box, &err) != EDOC_OK)
		_exit(ED_WORKER_NO_BOX);
	ed_worker_run(&self, &b->options);
}

static enum edoc_code start_worker(struct edoc_batch *b, struct worker *w, struct edoc_error *err)
{
	int task[2] = {-1, -1}, answer[2] = {-1, -1};
	pid_t parent = getpid(), pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, task) ||
	    pipe2(answer, O_CLOEXEC) || (pid = fork()) < 0) {
		enum edoc_code code = ed_fail_errno(err, EDOC_ERR_IO, "", "cannot start a worker");

		for (int i = 0; i < 2; i++) {
			if (task[i] >= 0)
				close(task[i]);
			if (answer[i] >= 0)
				close(answer[i]);
		}
		return code;
	}
	w->task = task[0];
	w->answer = answer[0];
	if (!pid)
		live(b, task[1], answer[1], parent);
	close(task[1]);
	close(answer[1]);
	w->pid = pid;
	w->n = 0;
	w->fetched = false;
	(void)fcntl(w->answer, F_SETFL, O_NONBLOCK);
	ed_buf_init(&w->in, sizeof(struct ed_answer) + ED_MAX_ANSWER);
	return EDOC_OK;
}

static enum edoc_code hand(struct edoc_batch *b, struct worker *w, struct item *item)
{
	struct ed_task task = {.kind = ED_TASK_ITEM, .size = item->size};
	size_t len = strlen(item->name) + 1;

	memcpy(task.name, item->name, len);
	/* A full socket is a worker that does not take what it must. */
	if (!ed_wire_send(w->task, &task, offsetof(struct ed_task, name) + len, item->fd,
	                  MSG_DONTWAIT))
		return EDOC_ERR_AGAIN;
	w->items[w->n++] = *item;
	if (w->n == 1)
		w->left = seconds_for(b, item);
	*item = (struct item){.fd = -1};
	return EDOC_OK;
}

/* What waits behind an item that is stopped for would be begun, too. */
static size_t depth(const struct edoc_batch *b)
{
	return b->options.unboxed ? 1 : ED_BATCH_DEPTH;
}

/* The worker with the least to do; a new one rather than one that is busy. */
static struct worker *least(const struct edoc_batch *b)
{
	struct worker *best = NULL, *none = NULL;

	for (unsigned i = 0; i < b->options.workers; i++) {
		struct worker *w = &b->workers[i];

		if (!w->pid)
			none = none ? none : w;
		else if (w->n < depth(b) && (!best || w->n < best->n))
			best = w;
	}
	return none && (!best || best->n) ? none : best;
}

static enum edoc_code assign(struct edoc_batch *b, struct item *item, struct edoc_error *err);

/* What a worker changed is whole, but its death does not say whether it was done. */
static void say_died(const struct edoc_batch *b, const char *name, int status,
                     struct edoc_error *told)
{
	const char *so = b->options.unboxed ? "; whether it was done is not known" : "";

	if (WIFSIGNALED(status))
		(void)ed_fail(told, EDOC_ERR_BUG, name,
		              "the worker died on it (signal %d)%s; please report this file",
		              WTERMSIG(status), so);
	else
		(void)ed_fail(told, EDOC_ERR_BUG, name,
		              "the worker left in the middle of it%s; please report this file", so);
}

/*
 * The worker is no more (or shall not be): its first item is told, the others
 * go to somebody else.
 */
static enum edoc_code bury(struct edoc_batch *b, struct worker *w, const struct edoc_error *why,
                           struct edoc_error *err)
{
	struct item items[ED_BATCH_DEPTH];
	size_t n = w->n;
	enum edoc_code code = EDOC_OK;
	struct edoc_error told = {0};
	int status = 0;

	(void)kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	memcpy(items, w->items, sizeof(items));
	w->n = 0;
	close_worker(w);
	if (!why && WIFEXITED(status) && WEXITSTATUS(status) == ED_WORKER_NO_BOX)
		code = ed_fail(err, EDOC_ERR_IO, "",
		               "no box can be made to read strangers' files in; see edoc(7)");
	if (!n)
		return code;
	if (why)
		(void)ed_fail(&told, why->code, items[0].name, "%s", why->msg);
	else
		say_died(b, items[0].name, status, &told);
	if (code == EDOC_OK)
		code = finish_error(b, &items[0], &told, err);
	for (size_t i = 0; i < n; i++) {
		if (!items[i].name)
			continue;
		if (code == EDOC_OK)
			code = assign(b, &items[i], err);
		if (items[i].fd >= 0)
			close(items[i].fd);
		free(items[i].name);
	}
	return code;
}

static enum edoc_code assign(struct edoc_batch *b, struct item *item, struct edoc_error *err)
{
	enum edoc_code code;

	for (unsigned tries = 0; tries < 3; tries++) {
		struct worker *w = least(b);

		if (!w)
			return ed_fail(err, EDOC_ERR_BUG, item->name, "no worker has room");
		if (!w->pid) {
			code = start_worker(b, w, err);
			if (code != EDOC_OK)
				return code;
		}
		if (hand(b, w, item) == EDOC_OK)
			return EDOC_OK;
		code = bury(b, w, NULL, err);
		if (code != EDOC_OK)
			return code;
	}
	return ed_fail(err, EDOC_ERR_AGAIN, item->name, "workers die before they begin");
}

/* ---- what workers say ---- */

static enum edoc_code distrust(struct edoc_batch *b, struct worker *w, struct edoc_error *err)
{
	struct edoc_error why = {0};

	(void)ed_fail(&why, EDOC_ERR_BUG, "",
	              "the worker's answer makes no sense; please report this file");
	return bury(b, w, &why, err);
}

static enum edoc_code fetch(struct edoc_batch *b, struct worker *w, const struct ed_wish *wish)
{
	char url[ED_MAX_URL + 1];
	struct edoc_fetch what = {.kind = wish->kind,
	                          .url = url,
	                          .body = wish->body_len ? wish->rest + wish->url_len : NULL,
	                          .body_len = wish->body_len,
	                          .max = wish->max};
	struct ed_task task = {.kind = ED_TASK_FETCHED};
	struct edoc_error why = {0};
	void *bytes = NULL;
	size_t len = 0;
	int fd = -1;
	bool sent;

	memcpy(url, wish->rest, wish->url_len);
	url[wish->url_len] = '\0';
	task.code = b->options.fetch(b->options.fetch_arg, &what, &bytes, &len, &why);
	if (task.code == EDOC_OK && len > wish->max)
		task.code = ed_fail(&why, EDOC_ERR_LIMIT, url, "more bytes than are taken");
	if (task.code == EDOC_OK) {
		fd = memfd_create("edoc", MFD_CLOEXEC);
		if (fd < 0)
			task.code = ed_fail_errno(&why, EDOC_ERR_AGAIN, url, "memfd_create");
		else
			task.code = ed_write_full(fd, url, bytes, len, &why);
		task.size = len;
	}
	free(bytes);
	if (task.code != EDOC_OK)
		memcpy(task.name, why.msg, sizeof(why.msg));
	sent = ed_wire_send(w->task, &task, offsetof(struct ed_task, name) + sizeof(why.msg), fd,
	                    MSG_DONTWAIT);
	if (fd >= 0)
		close(fd);
	w->fetched = true;
	return sent ? EDOC_OK : EDOC_ERR_AGAIN;
}

static enum edoc_code hear_wish(struct edoc_batch *b, struct worker *w, struct edoc_error *err)
{
	struct ed_wish wish = {.kind = EDOC_FETCH_CRL};
	int fd;
	ssize_t n = ed_wire_take(w->task, &wish, sizeof(wish), &fd, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return EDOC_OK;
	if (fd >= 0)
		close(fd);
	if (n == 0) /* the end; the pipe says so too, after the last answer */
		return EDOC_OK;
	if (n < 0 || !w->n || !b->options.fetch || !ed_wish_sound(&wish, (size_t)n))
		return distrust(b, w, err);
	if (fetch(b, w, &wish) != EDOC_OK)
		return distrust(b, w, err);
	return EDOC_OK;
}

static bool sound(const struct edoc_batch *b, const struct worker *w, const struct ed_answer *head)
{
	if (!w->n)
		return false;
	if (head->kind == ED_ANSWER_ERROR)
		return head->len == sizeof(struct edoc_error);
	return head->kind == ED_ANSWER_TEXT && ed_answer_status(head->status) &&
	       head->len <= ED_MAX_ANSWER && b->options.done;
}

/* A whole record; *taken says how long, 0: it is not whole yet. */
static enum edoc_code hear_record(struct edoc_batch *b, struct worker *w, size_t from,
                                  size_t *taken, struct edoc_error *err)
{
	const unsigned char *record = w->in.data + from;
	const char *text = (const char *)record + sizeof(struct ed_answer);
	struct edoc_batch_result result = {.status = 70};
	struct edoc_error why;
	struct ed_answer head;
	enum edoc_code code;

	*taken = 0;
	if (w->in.len - from < sizeof(head))
		return EDOC_OK;
	memcpy(&head, record, sizeof(head));
	if (!sound(b, w, &head))
		return distrust(b, w, err);
	if (w->in.len - from - sizeof(head) < head.len)
		return EDOC_OK;
	if (head.kind == ED_ANSWER_ERROR) {
		memcpy(&why, text, sizeof(why));
		if (!ed_answer_error(&why))
			return distrust(b, w, err);
		code = finish_error(b, &w->items[0], &why, err);
	} else {
		if (!ed_answer_plain(text, head.len, b->options.color))
			return distrust(b, w, err);
		result.status = head.status;
		result.text = text;
		result.len = head.len;
		code = finish(b, &w->items[0], &result, err);
	}
	next_item(b, w);
	*taken = sizeof(head) + head.len;
	return code;
}

/* All records that are whole; the rest waits in front of the buffer. */
static enum edoc_code hear_records(struct edoc_batch *b, struct worker *w, struct edoc_error *err)
{
	size_t from = 0, taken = 1;
	enum edoc_code code = EDOC_OK;

	while (code == EDOC_OK && taken && w->pid) {
		code = hear_record(b, w, from, &taken, err);
		from += taken;
	}
	if (w->pid && from) {
		memmove(w->in.data, w->in.data + from, w->in.len - from);
		w->in.len -= from;
		if (!w->in.len && w->in.cap > (1u << 20))
			ed_buf_clear(&w->in); /* one long report is not kept */
	}
	return code;
}

static enum edoc_code hear_answer(struct edoc_batch *b, struct worker *w, struct edoc_error *err)
{
	unsigned char bytes[1u << 16];
	ssize_t n;

	do {
		n = read(w->answer, bytes, sizeof(bytes));
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return EDOC_OK;
	if (n <= 0)
		return bury(b, w, NULL, err);
	ed_buf_put(&w->in, bytes, (size_t)n);
	if (w->in.failed == EDOC_ERR_MEMORY)
		return ed_fail_memory(err);
	if (w->in.failed)
		return distrust(b, w, err);
	return hear_records(b, w, err);
}

/* A second has gone by (or more, when a fetch held us). */
static enum edoc_code tick(struct edoc_batch *b, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct edoc_error why = {0};
	uint64_t times;

	if (read(b->tick, &times, sizeof(times)) != sizeof(times) || b->options.unboxed)
		return EDOC_OK;
	for (unsigned i = 0; i < b->options.workers && code == EDOC_OK; i++) {
		struct worker *w = &b->workers[i];

		if (!w->pid || !w->n)
			continue;
		if (w->fetched) { /* what it waited for us is not its own */
			w->fetched = false;
		} else if (--w->left == 0) {
			(void)ed_fail(&why, EDOC_ERR_LIMIT, "",
			              "takes longer than %u seconds, more than one item may",
			              seconds_for(b, &w->items[0]) - 1);
			code = bury(b, w, &why, err);
		}
	}
	return code;
}

/* ---- the loop ---- */

static size_t outstanding(const struct edoc_batch *b)
{
	size_t n = 0;

	for (unsigned i = 0; i < b->options.workers; i++)
		n += b->workers[i].pid ? b->workers[i].n : 0;
	return n;
}

/*
 * Waits until something happens and sees to it.  stop, also (-1: none):
 * descriptors of the caller's that end the waiting too; *stopped, *ready tell.
 */
static enum edoc_code wait_once(struct edoc_batch *b, int stop, int also, bool *stopped,
                                bool *ready, struct edoc_error *err)
{
	struct pollfd fds[2 * ED_MAX_WORKERS + 3];
	unsigned n = b->options.workers;
	enum edoc_code code = EDOC_OK;

	for (unsigned i = 0; i < n; i++) { /* poll(2) passes over -1 */
		fds[2 * i] = (struct pollfd){.fd = b->workers[i].answer, .events = POLLIN};
		fds[2 * i + 1] = (struct pollfd){.fd = b->workers[i].task, .events = POLLIN};
	}
	fds[2 * n] = (struct pollfd){.fd = b->tick, .events = POLLIN};
	fds[2 * n + 1] = (struct pollfd){.fd = stop, .events = POLLIN};
	fds[2 * n + 2] = (struct pollfd){.fd = also, .events = POLLIN};
	if (poll(fds, 2 * n + 3, -1) < 0)
		return errno == EINTR
		               ? EDOC_OK
		               : ed_fail_errno(err, EDOC_ERR_IO, "", "cannot wait for workers");
	*stopped = fds[2 * n + 1].revents != 0;
	if (*stopped)
		return EDOC_OK;
	for (unsigned i = 0; i < n && code == EDOC_OK; i++) {
		struct worker *w = &b->workers[i];
		pid_t pid = w->pid; /* it may go, and another come, meanwhile */

		/* An answer written before a wish may have come a moment after we looked. */
		if ((fds[2 * i].revents || fds[2 * i + 1].revents & POLLIN) && pid)
			code = hear_answer(b, w, err);
		if (code == EDOC_OK && fds[2 * i + 1].revents & POLLIN && pid && w->pid == pid)
			code = hear_wish(b, w, err);
	}
	if (code == EDOC_OK && fds[2 * n].revents)
		code = tick(b, err);
	if (ready)
		*ready = fds[2 * n + 2].revents != 0;
	return code;
}

/* The same; a stop ends it, once what changes files has come to its end. */
static enum edoc_code step(struct edoc_batch *b, int also, bool *ready, struct edoc_error *err)
{
	bool stop = false, none;
	enum edoc_code code = wait_once(b, b->options.stop, also, &stop, ready, err);

	if (code != EDOC_OK || !stop)
		return code;
	while (code == EDOC_OK && b->options.unboxed && outstanding(b))
		code = wait_once(b, -1, -1, &none, NULL, err);
	b->stopped = true;
	return code == EDOC_OK ? ed_fail(err, EDOC_ERR_AGAIN, "", "stopped") : code;
}

static bool is_full(const struct edoc_batch *b)
{
	if (b->options.ordered &&
	    (b->next - b->order.turn >= ED_BATCH_WINDOW || b->order.bytes >= ED_BATCH_HELD))
		return b->next != b->order.turn; /* somebody's turn will come */
	return !least(b);
}

/* ---- public ---- */

enum edoc_code edoc_batch_new(const struct edoc_batch_options *options, struct edoc_batch **p_batch,
                              struct edoc_error *err)
{
	const struct itimerspec second = {{1, 0}, {1, 0}};
	struct edoc_batch *b = NULL;
	enum edoc_code code = EDOC_OK;

	*p_batch = NULL;
	if (!options->work || !options->done || options->n_keep > ED_MAX_BOX_KEEP - 2)
		return ed_fail(err, EDOC_ERR_USAGE, "", "a batch wants to know what to do");
	b = calloc(1, sizeof(*b));
	if (!b)
		return ed_fail_memory(err);
	b->options = *options;
	b->tick = -1;
	if (!b->options.workers)
		b->options.workers = 1;
	if (b->options.workers > ED_MAX_WORKERS)
		b->options.workers = ED_MAX_WORKERS;
	b->workers = calloc(b->options.workers, sizeof(*b->workers));
	if (!b->workers) {
		code = ed_fail_memory(err);
		goto out;
	}
	for (unsigned i = 0; i < b->options.workers; i++)
		b->workers[i].task = b->workers[i].answer = -1;
	b->tick = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (b->tick < 0 || timerfd_settime(b->tick, 0, &second, NULL)) {
		code = ed_fail_errno(err, EDOC_ERR_IO, "", "cannot make a timer");
		goto out;
	}
	ed_box_warm();
	*p_batch = b;
	b = NULL;
out:
	edoc_batch_free(b);
	return code;
}

enum edoc_code edoc_batch_add(struct edoc_batch *b, const char *name, struct edoc_error *err)
{
	struct item item = {.fd = -1};
	struct edoc_error why = {0};
	enum edoc_code code = EDOC_OK;

	while (code == EDOC_OK && is_full(b))
		code = step(b, -1, NULL, err);
	if (code != EDOC_OK)
		return code;
	item.name = strdup(name);
	if (!item.name)
		return ed_fail_memory(err);
	item.number = b->next++;
	if (strlen(name) >= ED_MAX_BATCH_NAME)
		code = ed_fail(&why, EDOC_ERR_ABSENT, name, "a name longer than any file's");
	else if (!b->options.unboxed)
		code = ed_open_read(name, &item.fd, &item.size, &why);
	if (code != EDOC_OK) {
		item.fd = -1;
		return finish_error(b, &item, &why, err);
	}
	code = assign(b, &item, err);
	if (item.fd >= 0)
		close(item.fd);
	free(item.name);
	return code;
}

enum edoc_code edoc_batch_wait(struct edoc_batch *b, int fd, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	bool ready = false;

	while (code == EDOC_OK && !ready && outstanding(b))
		code = step(b, fd, &ready, err);
	return code;
}

void edoc_batch_free(struct edoc_batch *b)
{
	if (!b)
		return;
	for (unsigned i = 0; b->workers && i < b->options.workers; i++) {
		struct worker *w = &b->workers[i];
		bool busy = w->n > 0;

		if (!w->pid)
			continue;
		if (busy)
			(void)kill(w->pid, SIGKILL);
		for (size_t k = 0; k < w->n; k++) {
			if (w->items[k].fd >= 0)
				close(w->items[k].fd);
			free(w->items[k].name);
		}
		pid_t pid = w->pid;
		close_worker(w); /* an idle one sees the end, and goes */
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	ed_order_clear(&b->order);
	if (b->tick >= 0)
		close(b->tick);
	free(b->workers);
	free(b);
}
