/* SPDX-License-Identifier: ISC */
#include "judge/dataview.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"

#define CHUNK (128u << 10)

void ed_view_init(struct ed_view *view, struct ed_arena *arena, struct ed_asic *asic)
{
	*view = (struct ed_view){.arena = arena, .asic = asic};
}

static enum edoc_code add(struct ed_view *view, const struct ed_view_object *object,
                          struct edoc_error *err)
{
	struct ed_view_object *v =
	        ed_arena_grow(view->arena, view->v, view->n, &view->cap, sizeof(*v));

	if (!v)
		return ed_fail_memory(err);
	view->v = v;
	v[view->n++] = *object;
	return EDOC_OK;
}

enum edoc_code ed_view_add_entry(struct ed_view *view, const char *name, size_t entry,
                                 struct edoc_error *err)
{
	struct ed_view_object object = {.name = name, .entry = entry, .fd = -1};

	return add(view, &object, err);
}

enum edoc_code ed_view_add_container(struct ed_view *view, struct edoc_error *err)
{
	size_t n = ed_zip_count(view->asic->zip);
	enum edoc_code code = EDOC_OK;

	view->by_entry = ed_arena_alloc(view->arena, (n + 1) * sizeof(*view->by_entry));
	if (!view->by_entry)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n && !code; i++) {
		const struct ed_zip_entry *e = ed_zip_entry(view->asic->zip, i);
		const char *name = e->folder ? NULL : ed_arena_strdup(view->arena, e->name);

		view->by_entry[i] = e->folder ? ED_NO_DATA : view->n;
		if (!e->folder)
			code = name ? ed_view_add_entry(view, name, i, err) : ed_fail_memory(err);
	}
	return code;
}

enum edoc_code ed_view_add_file(struct ed_view *view, const char *name, int fd,
                                struct edoc_error *err)
{
	struct ed_view_object object = {.name = name, .entry = ED_NO_DATA, .fd = fd};
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ed_fail_errno(err, EDOC_ERR_IO, name, "cannot be looked at");
	object.len = (uint64_t)st.st_size;
	return add(view, &object, err);
}

enum edoc_code ed_view_add_bytes(struct ed_view *view, const char *name, const void *p, size_t len,
                                 struct edoc_error *err)
{
	struct ed_view_object object = {
	        .name = name, .entry = ED_NO_DATA, .fd = -1, .p = p, .len = len};

	return add(view, &object, err);
}

static const char *name_of(void *arg, size_t i)
{
	const struct ed_view *view = arg;

	return i < view->n ? view->v[i].name : NULL;
}

static size_t find(void *arg, const char *name)
{
	const struct ed_view *view = arg;
	size_t i = view->by_entry ? ed_zip_find(view->asic->zip, name) : 0;

	if (view->by_entry)
		return i == ED_NO_DATA ? i : view->by_entry[i];
	for (; i < view->n; i++)
		if (!strcmp(view->v[i].name, name))
			return i;
	return ED_NO_DATA;
}

static enum edoc_code no_object(size_t i, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_BUG, "", "no object %zu", i);
}

/* A file, piece by piece, by pread: the descriptor's offset is the caller's. */
static enum edoc_code write_file(const struct ed_view_object *o, ed_sink_fn *sink, void *arg,
                                 struct edoc_error *err)
{
	unsigned char *chunk = malloc(CHUNK);
	enum edoc_code code = chunk ? EDOC_OK : ed_fail_memory(err);

	for (uint64_t at = 0; at < o->len && code == EDOC_OK;) {
		size_t n = o->len - at < CHUNK ? (size_t)(o->len - at) : CHUNK;

		code = ed_pread_full(o->fd, o->name, chunk, n, at, err);
		if (code == EDOC_OK)
			code = sink(arg, chunk, n, err);
		at += n;
	}
	free(chunk);
	return code;
}

/* What is no entry. */
static enum edoc_code write_object(const struct ed_view_object *o, ed_sink_fn *sink, void *arg,
                                   struct edoc_error *err)
{
	return o->fd >= 0 ? write_file(o, sink, arg, err) : sink(arg, o->p, (size_t)o->len, err);
}

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len, struct edoc_error *err)
{
	return ed_digest_update(digest, bytes, len)
	               ? EDOC_OK
	               : ed_fail(err, EDOC_ERR_BUG, "", "the digest failed");
}

static enum edoc_code make_digest(const struct ed_view_object *o, enum ed_hash hash,
                                  unsigned char *out, struct edoc_error *err)
{
	struct ed_digest *running = ed_digest_new(hash);
	enum edoc_code code;

	code = running ? write_object(o, to_digest, running, err) : ed_fail_memory(err);
	if (!code && !ed_digest_final(running, out))
		code = ed_fail(err, EDOC_ERR_BUG, o->name, "the digest failed");
	ed_digest_free(running);
	return code;
}

static enum edoc_code digest_of(void *arg, size_t i, enum ed_hash hash,
                                unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_view *view = arg;
	struct ed_view_object *o = i < view->n ? &view->v[i] : NULL;
	unsigned char *made;
	enum edoc_code code;

	if (!o || hash <= ED_HASH_NONE || hash >= ED_N_HASHES)
		return no_object(i, err);
	if (o->entry != ED_NO_DATA)
		return ed_asic_digest(view->asic, o->entry, hash, out, err);
	if (!o->digest[hash]) {
		made = ed_arena_alloc(view->arena, ED_HASH_MAX);
		code = made ? make_digest(o, hash, made, err) : ed_fail_memory(err);
		if (code)
			return code;
		o->digest[hash] = made;
	}
	memcpy(out, o->digest[hash], ED_HASH_MAX);
	return EDOC_OK;
}

static enum edoc_code read_file(const struct ed_view_object *o, struct ed_buf *buf,
                                struct edoc_error *err)
{
	if (o->len > buf->max)
		return ed_fail(err, EDOC_ERR_LIMIT, o->name,
		               "more than the limit of %zu bytes for what is read whole", buf->max);
	return ed_read_fd(o->fd, o->name, buf, err);
}

static enum edoc_code read_of(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *err)
{
	struct ed_view *view = arg;
	const struct ed_view_object *o = i < view->n ? &view->v[i] : NULL;

	if (!o)
		return no_object(i, err);
	if (o->entry != ED_NO_DATA)
		return ed_zip_read_buf(view->asic->zip, o->entry, buf, err);
	if (o->fd >= 0)
		return read_file(o, buf, err);
	ed_buf_put(buf, o->p, (size_t)o->len);
	return ed_buf_check(buf, o->name, err);
}

static uint64_t length_of(const struct ed_view *view, size_t i)
{
	const struct ed_view_object *o = &view->v[i];

	return o->entry != ED_NO_DATA ? ed_zip_entry(view->asic->zip, o->entry)->usize : o->len;
}

/*
 * Honest content may be long, and an archive time-stamp is over all of it; what
 * is bounded is how often a file can have all that it brings gone through.
 */
static enum edoc_code write_of(void *arg, size_t i, ed_sink_fn *sink, void *sink_arg,
                               struct edoc_error *err)
{
	struct ed_view *view = arg;
	const struct ed_view_object *o = i < view->n ? &view->v[i] : NULL;

	if (!o)
		return no_object(i, err);
	view->written += length_of(view, i);
	if (view->written > ED_DATA_WORK_FREE &&
	    (view->written - ED_DATA_WORK_FREE) / ED_MAX_DATA_PASSES > view->total)
		return ed_fail(err, EDOC_ERR_LIMIT, o->name,
		               "time-stamps that go through all data more than %u times are not "
		               "computed",
		               ED_MAX_DATA_PASSES);
	if (o->entry != ED_NO_DATA)
		return ed_zip_read(view->asic->zip, o->entry, sink, sink_arg, err);
	return write_object(o, sink, sink_arg, err);
}

/* Of the container, one each; NULL: not all are, or no memory. */
static size_t *entries_of(const struct ed_view *view, const size_t *objects, size_t n)
{
	size_t *entries = calloc(n + 1, sizeof(*entries));

	for (size_t i = 0; entries && i < n; i++) {
		entries[i] = objects[i] < view->n ? view->v[objects[i]].entry : ED_NO_DATA;
		if (entries[i] == ED_NO_DATA) {
			free(entries);
			return NULL;
		}
	}
	return entries;
}

/* Goes on from what the container has kept, and leaves it what it makes. */
static enum edoc_code begin_with(void *arg, const size_t *objects, size_t n, enum ed_hash hash,
                                 struct ed_digest **digest, struct edoc_error *err)
{
	struct ed_view *view = arg;
	size_t *entries = entries_of(view, objects, n), have = 0;
	struct ed_digest *kept = entries ? ed_asic_run(view->asic, entries, n, hash, &have) : NULL;
	enum edoc_code code = EDOC_OK;

	if (kept) {
		ed_digest_free(*digest);
		*digest = kept;
	}
	for (size_t i = have; i < n && code == EDOC_OK; i++) {
		code = write_of(view, objects[i], to_digest, *digest, err);
		if (code == EDOC_OK && entries && (i == 0 || i + 1 == n))
			ed_asic_keep_run(view->asic, entries, i + 1, hash, *digest);
	}
	free(entries);
	return code;
}

static bool is_signatures(void *arg, size_t i)
{
	const struct ed_view *view = arg;
	size_t entry = i < view->n ? view->v[i].entry : ED_NO_DATA;

	return entry != ED_NO_DATA && view->asic->kind[entry] == ED_ASIC_XADES;
}

const struct ed_data *ed_view_data(struct ed_view *view)
{
	view->total = 0;
	for (size_t i = 0; i < view->n; i++)
		view->total += length_of(view, i);
	view->data = (struct ed_data){
	        .arg = view,
	        .container = view->asic != NULL,
	        .n = view->n,
	        .name = name_of,
	        .find = find,
	        .digest = digest_of,
	        .read = read_of,
	        .write = write_of,
	        .begin = view->asic ? begin_with : NULL,
	        .signatures = is_signatures,
	};
	return &view->data;
}
