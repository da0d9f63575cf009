/* SPDX-License-Identifier: ISC */
/* A desk says, once a day, how far everything is: signed, time-stamped, and each
 * checkpoint quotes the one before. */
#include "route/heads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "route/folder.h"
#include "route/told.h"
#include "sign/stamp.h"
#include "signature/cmsledger.h"

#define T(s) dgettext("edoc", s)

#define SKEW 60 /* seconds by which a checkpoint may be newer than who lost a race to it */

/* ---- head/ as it is ---- */

void ed_heads_clear(struct ed_heads *heads)
{
	for (size_t i = 0; i < heads->n; i++)
		ed_head_clear(&heads->v[i].head);
	*heads = (struct ed_heads){0};
}

static bool is_there(struct edoc_desk *desk, const char *sha256, const char *suffix)
{
	const char *path = ed_desk_path(desk, "head/%s%s", sha256, suffix);

	return path && !access(path, F_OK);
}

static bool complete(struct edoc_desk *desk, const struct ed_head *head)
{
	return !head->stamp || is_there(desk, head->sha256, ".tst");
}

static enum edoc_code add_line(struct ed_heads *heads, const char *text, size_t len, int64_t seq,
                               struct edoc_error *err)
{
	struct ed_leaf_line *v = ed_arena_grow(heads->arena, heads->lines, heads->n_lines,
	                                       &heads->cap_lines, sizeof(*v));
	char *leaf = ed_arena_strndup(heads->arena, text, len);

	if (!v || !leaf)
		return ed_fail_memory(err);
	heads->lines = v;
	v[heads->n_lines++] =
	        (struct ed_leaf_line){.leaf = leaf, .key = ed_leaf_key(leaf), .seq = seq};
	return EDOC_OK;
}

static enum edoc_code read_lines(struct edoc_desk *desk, struct ed_heads *heads,
                                 const struct ed_head *head, struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "head/%s.leaves", head->sha256);
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_LEAVES);
	enum edoc_code code = path ? ed_read_path(path, &bytes, err) : ed_fail_memory(err);
	const char *p = code ? "" : ed_buf_str(&bytes);
	while (!code && *p) {
		size_t n = strcspn(p, "\n");

		code = add_line(heads, p, n, head->seq, err);
		p += n + (p[n] == '\n');
	}
	ed_buf_clear(&bytes);
	return code;
}

/* *present false: there is no such number. */
static enum edoc_code read_one(struct edoc_desk *desk, int64_t seq, struct ed_head *head,
                               bool *present, struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "head/%06" PRId64, seq);
	struct edoc_error why = {0};
	struct ed_buf bytes;

	*present = false;
	if (!path)
		return ed_fail_memory(err);
	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_read_path(path, &bytes, &why);
	if (!code)
		code = ed_head_parse(bytes.data, bytes.len, path, head, &why);
	ed_buf_clear(&bytes);
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK;
	*present = code == EDOC_OK;
	if (code && err)
		*err = why;
	return code;
}

static enum edoc_code add_head(struct edoc_desk *desk, struct ed_heads *heads, struct ed_head *head,
                               struct edoc_error *err)
{
	const struct ed_head *last = heads->n ? &heads->v[heads->n - 1].head : NULL;
	struct ed_heads_one *v =
	        ed_arena_grow(heads->arena, heads->v, heads->n, &heads->cap, sizeof(*v));

	if (!v)
		return ed_fail_memory(err);
	heads->v = v;
	if (head->seq != (int64_t)heads->n + 1 ||
	    (last && strcmp(head->previous + 7, last->sha256)))
		return ed_fail(err, EDOC_ERR_INPUT, desk->path,
		               "head/%06zu does not follow the checkpoint before it: bring both "
		               "back from a backup",
		               heads->n + 1);
	v[heads->n++] = (struct ed_heads_one){.head = *head, .complete = complete(desk, head)};
	*head = (struct ed_head){0};
	return EDOC_OK;
}

static int key_order(const struct ed_leaf_line *line, const char *key, size_t len)
{
	int order = memcmp(line->leaf, key, line->key < len ? line->key : len);

	return order || line->key == len ? order : line->key < len ? -1 : 1;
}

static int by_key(const void *a, const void *b)
{
	const struct ed_leaf_line *x = a, *y = b;
	int order = key_order(x, y->leaf, y->key);

	return order ? order : x->seq < y->seq ? -1 : x->seq > y->seq;
}

const struct ed_leaf_line *ed_heads_of(const struct ed_heads *heads, const char *key, size_t *n)
{
	size_t low = 0, high = heads->n_lines, len = strlen(key);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (key_order(&heads->lines[mid], key, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (*n = 0; low + *n < heads->n_lines && !key_order(&heads->lines[low + *n], key, len);)
		++*n;
	return heads->lines + low;
}

/* The highest number in head/; 0: none. */
static enum edoc_code last_number(struct edoc_desk *desk, int64_t *last, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "head");
	char **names = NULL, *end;
	size_t n;

	*last = 0;
	if (!dir)
		return ed_fail_memory(err);
	if (access(dir, F_OK)) /* made when it is needed */
		return EDOC_OK;
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++) {
		int64_t seq = strtoll(names[i], &end, 10);
		if (!*end && seq > *last)
			*last = seq;
	}
	ed_names_free(names);
	return code;
}

enum edoc_code ed_heads_list(struct edoc_desk *desk, struct ed_arena *arena, struct ed_heads *heads,
                             struct edoc_error *err)
{
	struct ed_head head = {0};
	bool present = true;
	int64_t last;

	*heads = (struct ed_heads){.arena = arena};
	enum edoc_code code = last_number(desk, &last, err);
	for (int64_t seq = 1; !code && seq <= last; seq++) {
		code = read_one(desk, seq, &head, &present, err);
		if (!code && !present)
			code = ed_fail(err, EDOC_ERR_INPUT, desk->path,
			               "head/%06" PRId64 " is missing: bring it back from a backup",
			               seq);
		if (!code)
			code = add_head(desk, heads, &head, err);
		ed_head_clear(&head);
	}
	if (code)
		ed_heads_clear(heads);
	return code;
}

static enum edoc_code read_leaves(struct edoc_desk *desk, struct ed_heads *heads,
                                  struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; !code && i < heads->n; i++)
		code = read_lines(desk, heads, &heads->v[i].head, err);
	if (!code && heads->n_lines)
		qsort(heads->lines, heads->n_lines, sizeof(*heads->lines), by_key);
	return code;
}

enum edoc_code ed_heads_read(struct edoc_desk *desk, struct ed_arena *arena, struct ed_heads *heads,
                             struct edoc_error *err)
{
	enum edoc_code code = ed_heads_list(desk, arena, heads, err);

	if (!code)
		code = read_leaves(desk, heads, err);
	if (code)
		ed_heads_clear(heads);
	return code;
}

static bool same_key(const struct ed_leaf_line *a, const struct ed_leaf_line *b)
{
	return a->key == b->key && !memcmp(a->leaf, b->leaf, a->key);
}

enum edoc_code ed_heads_leaves(struct ed_heads *heads, int64_t seq, const char ***leaves, size_t *n,
                               struct edoc_error *err)
{
	const char **v = ed_arena_alloc(heads->arena, (heads->n_lines + 1) * sizeof(*v));
	const struct ed_leaf_line *before = NULL;

	*n = 0;
	if (!v)
		return ed_fail_memory(err);
	for (size_t i = 0; i < heads->n_lines; i++) {
		const struct ed_leaf_line *line = &heads->lines[i];

		if (line->seq > seq)
			continue;
		if (before && same_key(before, line))
			v[*n - 1] = line->leaf; /* a newer one */
		else
			v[(*n)++] = line->leaf;
		before = line;
	}
	*leaves = v;
	return EDOC_OK;
}

enum edoc_code ed_heads_hashes(struct ed_heads *heads, const char *const *leaves, size_t n,
                               struct ed_merkle_hash **hashes, struct edoc_error *err)
{
	struct ed_merkle_hash *v = ed_arena_alloc(heads->arena, (n + 1) * sizeof(*v));

	for (size_t i = 0; v && i < n; i++)
		if (!ed_merkle_leaf(leaves[i], strlen(leaves[i]), &v[i]))
			return ed_fail_memory(err);
	*hashes = v;
	return v ? EDOC_OK : ed_fail_memory(err);
}

/* An act is held up by nothing here: what cannot be read tick tells, and audit. */
const char *ed_desk_newest_head(struct edoc_desk *desk, struct ed_arena *arena)
{
	const char *ref = NULL;
	int64_t last;

	if (last_number(desk, &last, NULL))
		return NULL;
	for (int64_t seq = last; seq > 0 && !ref; seq--) {
		struct ed_head head = {0};
		bool present;

		if (!read_one(desk, seq, &head, &present, NULL) && present && complete(desk, &head))
			ref = ed_arena_printf(arena, "sha256:%s", head.sha256);
		ed_head_clear(&head);
	}
	return ref;
}

/* ---- how far everything is now ---- */

struct making {
	struct edoc_desk *desk;
	const struct edoc_checkpoint *how;
	struct ed_arena *arena;
	struct ed_heads heads;
	const char **before; /* the leaves of the newest checkpoint */
	size_t n_before;
	struct ed_buf changed; /* lines */
};

/* The leaf of the same thing in the newest checkpoint, or NULL. */
static const char *leaf_before(const struct making *m, const char *key, size_t len)
{
	size_t low = 0, high = m->n_before;

	while (low < high) {
		size_t mid = low + (high - low) / 2, k = ed_leaf_key(m->before[mid]);
		int order = memcmp(m->before[mid], key, k < len ? k : len);

		if (!order)
			order = k < len ? -1 : k > len;
		if (!order)
			return m->before[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static enum edoc_code note_leaf(struct making *m, const struct ed_buf *leaf, struct edoc_error *err)
{
	const char *text = ed_buf_str(leaf), *before = leaf_before(m, text, ed_leaf_key(text));

	if (before && !strcmp(before, text))
		return EDOC_OK;
	ed_buf_put(&m->changed, text, leaf->len);
	ed_buf_putc(&m->changed, '\n');
	enum edoc_code code = ed_buf_check(&m->changed, "head", err);
	return code ? code : add_line(&m->heads, text, leaf->len, (int64_t)m->heads.n + 1, err);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Entries of a log, and what they follow. */
struct log {
	const char **entries, **prev;
	size_t n, n_prev, cap, cap_prev;
};

static enum edoc_code read_header(struct making *m, const char *path, struct log *log,
                                  struct edoc_error *err)
{
	struct ed_buf bytes;
	char digest[ED_SHA256_REF];
	json_t *header = NULL;
	const json_t *prev;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = path ? ed_read_path(path, &bytes, err) : ed_fail_memory(err);
	if (!code)
		code = ed_json_parse(bytes.data, bytes.len, path, &header, err);
	if (!code && !ed_sha256_ref(bytes.data, bytes.len, digest))
		code = ed_fail_memory(err);
	ed_buf_clear(&bytes);
	if (code)
		return code;
	log->entries = ed_arena_grow(m->arena, log->entries, log->n, &log->cap, sizeof(char *));
	prev = json_object_get(header, "prev");
	if (!log->entries || !(log->entries[log->n++] = ed_arena_strdup(m->arena, digest)))
		code = ed_fail_memory(err);
	for (size_t i = 0; i < json_array_size(prev) && !code; i++) {
		const char *one = json_string_value(json_array_get(prev, i));

		log->prev = ed_arena_grow(m->arena, log->prev, log->n_prev, &log->cap_prev,
		                          sizeof(char *));
		if (!log->prev ||
		    !(log->prev[log->n_prev++] = ed_arena_strdup(m->arena, one ? one : "")))
			code = ed_fail_memory(err);
	}
	json_decref(header);
	return code;
}

/* Those that no other follows, moved to the front. */
static size_t keep_heads(struct log *log)
{
	size_t n = 0;

	if (log->n_prev)
		qsort(log->prev, log->n_prev, sizeof(char *), by_text);
	for (size_t i = 0; i < log->n; i++)
		if (!log->n_prev ||
		    !bsearch(&log->entries[i], log->prev, log->n_prev, sizeof(char *), by_text))
			log->entries[n++] = log->entries[i];
	return n;
}

/* A case whose log grew is read; what stood in a checkpoint once is said again
 * as long as it did not, whatever became of the files. */
static enum edoc_code look_at_case(struct making *m, const char *id, struct edoc_error *err)
{
	const char *dir = ed_desk_path(m->desk, "case/%.2s/%s/log", id, id), *before;
	char key[64], of[ED_CASE_ID];
	struct log log = {0};
	int64_t last, was = 0;
	struct ed_buf leaf;

	enum edoc_code code = ed_last_number(dir, &last, err);
	snprintf(key, sizeof(key), "{\"case\":\"%s\"", id);
	before = leaf_before(m, key, strlen(key));
	if (before)
		ed_leaf_read(before, of, &was);
	if (code || last <= was)
		return code;
	for (int64_t seq = 1; seq <= last && !code; seq++)
		code = read_header(m, ed_arena_printf(m->arena, "%s/%06" PRId64, dir, seq), &log,
		                   err);
	if (code == EDOC_ERR_INPUT || code == EDOC_ERR_ABSENT)
		return EDOC_OK; /* broken: status tells, and it stops no other */
	ed_buf_init(&leaf, ED_MAX_JSON_BYTES);
	if (!code)
		code = ed_leaf_case(id, last, log.entries, keep_heads(&log), &leaf, err);
	if (!code)
		code = note_leaf(m, &leaf, err);
	ed_buf_clear(&leaf);
	return code;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void put_ranges(struct ed_buf *out, const int64_t *v, size_t n)
{
	for (size_t i = 0, k; i < n; i = k + 1) {
		for (k = i; k + 1 < n && v[k + 1] == v[k] + 1; k++)
			;
		ed_buf_printf(out, "%s%" PRId64, i ? "," : "", v[i]);
		if (k > i)
			ed_buf_printf(out, "-%" PRId64, v[k]);
	}
}

enum edoc_code ed_book_numbers(struct edoc_desk *desk, const char *book, const char *year,
                               struct ed_arena *arena, const char **numbers, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "reg/%s/%s", book, year);
	char **names = NULL, *end;
	size_t n = 0, given = 0;
	int64_t *v = NULL;
	struct ed_buf out;

	*numbers = NULL;
	if (!dir)
		return ed_fail_memory(err);
	ed_buf_init(&out, ED_MAX_LEAVES);
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	if (!code && !(v = calloc(n + 1, sizeof(*v))))
		code = ed_fail_memory(err);
	for (size_t i = 0; !code && names[i]; i++) {
		int64_t seq = strtoll(names[i], &end, 10);
		if (!*end && seq > 0)
			v[given++] = seq;
	}
	if (!code) {
		if (given)
			qsort(v, given, sizeof(*v), by_number);
		put_ranges(&out, v, given);
		code = ed_buf_check(&out, dir, err);
	}
	if (!code && !(*numbers = ed_arena_strdup(arena, ed_buf_str(&out))))
		code = ed_fail_memory(err);
	free(v);
	ed_buf_clear(&out);
	ed_names_free(names);
	return code;
}

static enum edoc_code look_at_book(void *arg, const char *book, const char *year,
                                   struct edoc_error *err)
{
	struct making *m = arg;
	const char *name = ed_arena_printf(m->arena, "%s/%s", book, year), *numbers;
	struct ed_buf leaf;

	if (!name)
		return ed_fail_memory(err);
	ed_buf_init(&leaf, ED_MAX_LEAVES);
	enum edoc_code code = ed_book_numbers(m->desk, book, year, m->arena, &numbers, err);
	if (!code)
		code = ed_leaf_book(name, numbers, &leaf, err);
	if (!code)
		code = note_leaf(m, &leaf, err);
	ed_buf_clear(&leaf);
	return code;
}

static enum edoc_code look(struct making *m, struct edoc_error *err)
{
	char **ids = NULL;

	enum edoc_code code =
	        ed_heads_leaves(&m->heads, (int64_t)m->heads.n, &m->before, &m->n_before, err);
	if (!code)
		code = ed_case_list(m->desk, &ids, NULL, err);
	for (size_t i = 0; !code && ids[i]; i++)
		code = look_at_case(m, ids[i], err);
	ed_names_free(ids);
	return code ? code : ed_books(m->desk, look_at_book, m, err);
}

/* ---- signed, and under its number ---- */

static enum edoc_code tree(struct making *m, struct ed_head_facts *facts, struct edoc_error *err)
{
	struct ed_merkle_hash *hashes = NULL;
	const char **leaves = NULL;
	size_t n = 0;

	if (m->heads.n_lines)
		qsort(m->heads.lines, m->heads.n_lines, sizeof(*m->heads.lines), by_key);
	enum edoc_code code = ed_heads_leaves(&m->heads, facts->seq, &leaves, &n, err);
	if (!code)
		code = ed_heads_hashes(&m->heads, leaves, n, &hashes, err);
	if (!code && !ed_merkle_root(hashes, n, &facts->root))
		code = ed_fail_memory(err);
	facts->size = (int64_t)n;
	return code;
}

static enum edoc_code put_object(struct making *m, const char *sha256, const char *suffix,
                                 const struct ed_buf *bytes, bool *taken, struct edoc_error *err)
{
	const char *path = ed_desk_path(m->desk, "head/%s%s", sha256, suffix);

	return path ? ed_desk_put(m->desk, path, bytes->data, bytes->len, taken, err)
	            : ed_fail_memory(err);
}

/* Takes back what nobody names, unless another process wrote the same. */
static void drop_object(struct making *m, const char *sha256, const char *suffix, bool taken)
{
	const char *path = taken ? NULL : ed_desk_path(m->desk, "head/%s%s", sha256, suffix);

	if (path)
		unlink(path);
}

/* Another process made the very same one in the same second: it is ours as well. */
static bool is_ours(struct making *m, const struct ed_head *head)
{
	struct ed_head there = {0};
	bool present, same;

	same = !read_one(m->desk, head->seq, &there, &present, NULL) && present &&
	       !strcmp(there.sha256, head->sha256);
	ed_head_clear(&there);
	return same;
}

/* Objects first, then the number: the commit.  *lost: another has it. */
static enum edoc_code store(struct making *m, const struct ed_head *head, const struct ed_buf *cms,
                            bool *lost, struct edoc_error *err)
{
	const char *dir = ed_desk_path(m->desk, "head"),
	           *path = ed_desk_path(m->desk, "head/%06" PRId64, head->seq);
	bool cms_taken = true, leaves_taken = true;

	*lost = false;
	enum edoc_code code = dir && path ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	if (!code)
		code = put_object(m, head->sha256, ".cms", cms, &cms_taken, err);
	if (!code)
		code = put_object(m, head->sha256, ".leaves", &m->changed, &leaves_taken, err);
	if (!code)
		code = ed_desk_put(m->desk, path, head->bytes.data, head->bytes.len, lost, err);
	if (!code && *lost && is_ours(m, head))
		*lost = false;
	if (!code && *lost) {
		drop_object(m, head->sha256, ".cms", cms_taken);
		drop_object(m, head->sha256, ".leaves", leaves_taken);
	}
	return code;
}

static enum edoc_code make(struct making *m, const char *date, struct ed_head *head, bool *lost,
                           struct edoc_error *err)
{
	const struct ed_head *last = m->heads.n ? &m->heads.v[m->heads.n - 1].head : NULL;
	struct ed_head_facts facts = {.agency = m->desk->agency,
	                              .date = date,
	                              .seq = (int64_t)m->heads.n + 1,
	                              .time = m->how->now,
	                              .stamp = m->how->n_tsas > 0};
	char previous[ED_SHA256_REF];
	struct edoc_key *key;
	struct ed_buf cms;

	if (last && m->how->now < last->time) /* a moment: another was quicker */
		return ed_fail(err,
		               last->time - m->how->now < SKEW ? EDOC_ERR_AGAIN : EDOC_ERR_CONFIG,
		               m->desk->path,
		               "the machine's clock is behind the newest checkpoint: set it right");
	if (last)
		snprintf(previous, sizeof(previous), "sha256:%s", last->sha256);
	facts.previous = last ? previous : NULL;
	ed_buf_init(&cms, ED_MAX_CMS);
	enum edoc_code code = ed_desk_key(m->desk, &key, err);
	if (!code)
		code = look(m, err);
	if (!code)
		code = tree(m, &facts, err);
	facts.cert = code ? NULL : edoc_key_cert_sha256(key);
	if (!code)
		code = ed_head_make(&facts, head, err);
	if (!code)
		code = ed_cms_sign(key, head->bytes.data, head->bytes.len, m->how->now, &cms, err);
	if (!code && !m->how->dry)
		code = store(m, head, &cms, lost, err);
	ed_buf_clear(&cms);
	return code;
}

/* ---- its time-stamp ---- */

/* A TSA that does not answer stops nobody: *why tells, and it is asked again. */
static enum edoc_code stamp(struct making *m, const struct ed_head *head, const char **why,
                            struct edoc_error *err)
{
	struct edoc_sign_options options = {.at = m->how->now,
	                                    .trust = m->desk->trust,
	                                    .policy = m->desk->policy,
	                                    .tsas = m->how->tsas,
	                                    .n_tsas = m->how->n_tsas,
	                                    .fetch = m->how->fetch,
	                                    .fetch_arg = m->how->fetch_arg};
	struct ed_stamping stamping = {.options = &options};
	const char *path = ed_desk_path(m->desk, "head/%s.cms", head->sha256);
	unsigned char imprint[ED_HASH_MAX];
	struct edoc_error trouble = {0};
	struct ed_buf cms, token;
	bool taken;

	*why = NULL;
	ed_buf_init(&cms, ED_MAX_CMS);
	ed_buf_init(&token, ED_MAX_STAMP);
	enum edoc_code code = path ? ed_read_path(path, &cms, err) : ed_fail_memory(err);
	if (!code && !ed_hash_bytes(ED_SHA256, cms.data, cms.len, imprint))
		code = ed_fail_memory(err);
	if (!code && ed_sign_token(&stamping, ED_SHA256, imprint, &token, &trouble)) {
		*why = ed_arena_printf(m->arena, "%s%s%s", trouble.where,
		                       *trouble.where ? ": " : "", trouble.msg);
		code = *why ? EDOC_OK : ed_fail_memory(err);
	} else if (!code) {
		code = put_object(m, head->sha256, ".tst", &token, &taken, err);
	}
	ed_buf_clear(&token);
	ed_buf_clear(&cms);
	return code;
}

/* ---- told ---- */

static enum edoc_code tell(const struct making *m, const struct ed_head *head, bool made,
                           bool stamped, const char *why, struct ed_tale *tale,
                           struct edoc_error *err)
{
	json_t *o;

	/* What is only tried has no digest yet: its signature's time is in it. */
	if (tale->want_text && made && m->how->dry)
		ed_buf_printf(&tale->text,
		              T("checkpoint %" PRId64 " of %s would be made: %" PRId64
		                " cases and registers\n"),
		              head->seq, head->date, head->size);
	else if (tale->want_text && made)
		ed_buf_printf(&tale->text,
		              T("checkpoint %" PRId64 " of %s: %" PRId64
		                " cases and registers, sha256:%s%s\n"),
		              head->seq, head->date, head->size, head->sha256,
		              stamped ? T(", time-stamped") : "");
	if (tale->want_text && why)
		ed_buf_printf(&tale->text,
		              T("checkpoint %" PRId64
		                " has no time-stamp yet, the next tick asks again: %s\n"),
		              head->seq, why);
	if (!tale->want_json || (!made && !why))
		return EDOC_OK;
	o = json_object();
	int bad = ed_json_bool(o, "ok", !why) | ed_json_bool(o, "dry_run", m->how->dry) |
	          ed_json_int(o, "seq", head->seq) | ed_json_str(o, "date", head->date) |
	          ed_json_int(o, "size", head->size) | ed_json_str(o, "sha256", head->sha256) |
	          ed_json_bool(o, "made", made) | ed_json_bool(o, "stamped", stamped);
	if (why)
		bad |= ed_json_str(o, "why", why);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_tale_json(tale, "checkpoint", o, err);
	json_decref(o);
	return code;
}

/* One, or the stamp that the newest still lacks.  *lost: somebody was quicker. */
static enum edoc_code once(struct making *m, struct ed_tale *tale, bool *lost, bool *stamped,
                           struct edoc_error *err)
{
	const struct ed_heads_one *last;
	struct ed_head head = {0};
	const char *why = NULL;
	char today[ED_TIME_STR];

	enum edoc_code code = ed_heads_list(m->desk, m->arena, &m->heads, err);
	if (code)
		return code;
	ed_date_format(today, ed_zone_civil(m->desk->zone, m->how->now).date);
	last = m->heads.n ? &m->heads.v[m->heads.n - 1] : NULL;
	bool wanted = !m->how->daily || !last || strcmp(last->head.date, today) < 0;
	bool asks = wanted ? m->how->n_tsas > 0 : !last->complete && m->how->n_tsas > 0;
	if (wanted)
		code = read_leaves(m->desk, &m->heads, err);
	if (wanted && !code)
		code = make(m, today, &head, lost, err);
	const struct ed_head *of = wanted ? &head : &last->head;
	if (!code && !*lost && asks && !m->how->dry)
		code = stamp(m, of, &why, err);
	*stamped = !why;
	/* Of what is done day by day only trouble is told. */
	if (!code && !*lost)
		code = tell(m, of, wanted && !m->how->daily, asks && !why && !m->how->dry, why,
		            tale, err);
	ed_head_clear(&head);
	return code;
}

enum edoc_code edoc_desk_checkpoint(struct edoc_desk *desk, const struct edoc_checkpoint *how,
                                    char **text, char **json, bool *stamped, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct ed_tale tale;
	bool lost = true;

	*stamped = false;
	ed_tale_init(&tale, text != NULL, json != NULL);
	for (int i = 0; i < ED_TRIES && lost && !code; i++) {
		struct making m = {.desk = desk, .how = how, .arena = ed_arena_new()};

		ed_buf_init(&m.changed, ED_MAX_LEAVES);
		lost = false;
		code = m.arena ? once(&m, &tale, &lost, stamped, err) : ed_fail_memory(err);
		ed_buf_clear(&m.changed);
		ed_heads_clear(&m.heads);
		ed_arena_free(m.arena);
	}
	if (!code && lost)
		code = ed_fail(err, EDOC_ERR_AGAIN, desk->path,
		               "others make checkpoints faster than we can; try again");
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	ed_tale_clear(&tale);
	return code;
}
