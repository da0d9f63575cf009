/* SPDX-License-Identifier: ISC */
#include "route/headfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/crypto.h"
#include "route/id.h"

#define FORMAT "edoc-checkpoint/1"
#define INCLUSION "edoc-inclusion/1"
#define MAX_NUMBER ((int64_t)9007199254740991) /* 2^53 - 1: door/json */

static bool get_count(const json_t *o, const char *key, int64_t least, int64_t *n)
{
	const json_t *v = json_object_get(o, key);

	*n = json_integer_value(v);
	return json_is_integer(v) && *n >= least && *n <= MAX_NUMBER;
}

static bool get_hash(const json_t *v, struct ed_merkle_hash *hash)
{
	const char *s = json_string_value(v);

	return ed_is_hex(s, (size_t)2 * ED_MERKLE_HASH) && ed_unhex(s, hash->v, sizeof(hash->v));
}

/* known[] ends with NULL; the keys from `optional` on may be missing. */
static enum edoc_code only(const json_t *o, const char *where, const char *const *known,
                           size_t optional, struct edoc_error *err)
{
	json_t *walk = (json_t *)o;

	if (!json_is_object(o))
		return ed_fail(err, EDOC_ERR_INPUT, where, "an object is expected here");
	for (void *it = json_object_iter(walk); it; it = json_object_iter_next(walk, it)) {
		size_t k = 0;

		while (known[k] && strcmp(known[k], json_object_iter_key(it)))
			k++;
		if (!known[k])
			return ed_fail(err, EDOC_ERR_INPUT, where, "the format knows no key \"%s\"",
			               json_object_iter_key(it));
	}
	for (size_t k = 0; k < optional; k++)
		if (!json_object_get(o, known[k]))
			return ed_fail(err, EDOC_ERR_INPUT, where, "no \"%s\"", known[k]);
	return EDOC_OK;
}

static enum edoc_code check_format(const json_t *o, const char *where, const char *want,
                                   struct edoc_error *err)
{
	const char *format = ed_json_get_str(o, "format");
	size_t family = strcspn(want, "/") + 1;

	if (format && !strcmp(format, want))
		return EDOC_OK;
	return ed_fail(err,
	               format && !strncmp(format, want, family) ? EDOC_ERR_VERSION : EDOC_ERR_INPUT,
	               where, "format %s is not %s", format ? format : "", want);
}

/* ---- checkpoints ---- */

void ed_head_clear(struct ed_head *head)
{
	json_decref(head->json);
	ed_buf_clear(&head->bytes);
	*head = (struct ed_head){0};
}

/* Takes the values out and refuses what is not of the format. */
static enum edoc_code head_shape(struct ed_head *h, const char *where, struct edoc_error *err)
{
	static const char *const known[] = {"format", "agency", "cert",     "seq",   "time", "date",
	                                    "size",   "root",   "previous", "stamp", NULL};
	const json_t *stamp = json_object_get(h->json, "stamp");
	const char *time = ed_json_get_str(h->json, "time");
	char again[ED_TIME_STR];
	struct ed_date date;

	enum edoc_code code = check_format(h->json, where, FORMAT, err);
	if (!code)
		code = only(h->json, where, known, 8, err);
	if (code)
		return code;
	h->agency = ed_json_get_str(h->json, "agency");
	h->cert = ed_json_get_str(h->json, "cert");
	h->date = ed_json_get_str(h->json, "date");
	h->previous = ed_json_get_str(h->json, "previous");
	h->stamp = json_is_true(stamp);
	if (!h->agency || !ed_is_id(h->agency) || !ed_is_hex(h->cert, 64) || !h->date ||
	    !ed_date_parse(h->date, &date) || !get_count(h->json, "seq", 1, &h->seq) ||
	    !get_count(h->json, "size", 0, &h->size) ||
	    !get_hash(json_object_get(h->json, "root"), &h->root) || (stamp && !h->stamp))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "agency, cert, seq, date, size, root or stamp has not the form "
		               "of " FORMAT);
	if (!time || !ed_time_parse(time, &h->time))
		return ed_fail(err, EDOC_ERR_INPUT, where, "\"time\" is no time");
	ed_time_format(again, h->time); /* one spelling */
	if (strcmp(again, time))
		return ed_fail(err, EDOC_ERR_INPUT, where, "\"time\" should be written %s", again);
	if (h->seq == 1 ? json_object_get(h->json, "previous") != NULL : !ed_is_digest(h->previous))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "\"previous\" is the digest of the one before; the first has none");
	return EDOC_OK;
}

enum edoc_code ed_head_parse(const void *bytes, size_t len, const char *where, struct ed_head *head,
                             struct edoc_error *err)
{
	struct ed_head h = {0};
	char digest[ED_SHA256_REF];

	ed_buf_init(&h.bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_json_parse_canonical(bytes, len, where, &h.json, err);
	if (!code)
		code = head_shape(&h, where, err);
	if (!code && !ed_sha256_ref(bytes, len, digest))
		code = ed_fail_memory(err);
	if (!code) {
		ed_buf_put(&h.bytes, bytes, len);
		code = ed_buf_check(&h.bytes, where, err);
	}
	if (!code)
		snprintf(h.sha256, sizeof(h.sha256), "%s", digest + 7);
	if (code)
		ed_head_clear(&h);
	*head = h;
	return code;
}

static int put_hash(json_t *o, const char *key, const struct ed_merkle_hash *hash)
{
	char hex[2 * ED_MERKLE_HASH + 1];

	ed_hex(hex, hash->v, sizeof(hash->v));
	return ed_json_str(o, key, hex);
}

enum edoc_code ed_head_make(const struct ed_head_facts *f, struct ed_head *head,
                            struct edoc_error *err)
{
	json_t *o = json_object();
	struct ed_buf bytes;
	int bad = !o;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	bad |= ed_json_str(o, "format", FORMAT) | ed_json_str(o, "agency", f->agency) |
	       ed_json_str(o, "cert", f->cert) | ed_json_int(o, "seq", f->seq) |
	       ed_json_time(o, "time", f->time) | ed_json_str(o, "date", f->date) |
	       ed_json_int(o, "size", f->size) | put_hash(o, "root", &f->root);
	if (f->previous)
		bad |= ed_json_str(o, "previous", f->previous);
	if (f->stamp)
		bad |= ed_json_bool(o, "stamp", true);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_json_canonical(o, &bytes, err);
	if (!code)
		code = ed_head_parse(bytes.data, bytes.len, "checkpoint", head, err);
	ed_buf_clear(&bytes);
	json_decref(o);
	return code;
}

/* ---- leaves ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *list_of(const char *const *texts, size_t n)
{
	const char **sorted = malloc((n + 1) * sizeof(*sorted));
	json_t *list = sorted ? json_array() : NULL;
	int bad = !list;

	for (size_t i = 0; sorted && i < n; i++)
		sorted[i] = texts[i];
	if (sorted && n)
		qsort(sorted, n, sizeof(*sorted), by_text);
	for (size_t i = 0; !bad && i < n; i++)
		bad = json_array_append_new(list, json_string(sorted[i]));
	free(sorted);
	if (bad) {
		json_decref(list);
		list = NULL;
	}
	return list;
}

enum edoc_code ed_leaf_case(const char *id, int64_t entries, const char *const *heads, size_t n,
                            struct ed_buf *out, struct edoc_error *err)
{
	json_t *o = json_object(), *list = list_of(heads, n);
	int bad = !o || !list;

	bad |= ed_json_str(o, "case", id) | ed_json_int(o, "entries", entries);
	bad |= json_object_set_new(o, "heads", list);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_json_canonical(o, out, err);
	json_decref(o);
	return code;
}

enum edoc_code ed_leaf_book(const char *book, const char *numbers, struct ed_buf *out,
                            struct edoc_error *err)
{
	json_t *o = json_object();
	int bad = !o || ed_json_str(o, "book", book) || ed_json_str(o, "numbers", numbers);

	enum edoc_code code = bad ? ed_fail_memory(err) : ed_json_canonical(o, out, err);
	json_decref(o);
	return code;
}

size_t ed_leaf_key(const char *leaf)
{
	return strcspn(leaf, ",");
}

void ed_leaf_read(const char *leaf, char id[ED_CASE_ID], int64_t *entries)
{
	static const char start[] = "{\"case\":\"", middle[] = "\",\"entries\":";
	const char *p = leaf + sizeof(start) - 1;

	*id = '\0';
	*entries = 0;
	if (strncmp(leaf, start, sizeof(start) - 1) || strspn(p, "0123456789abcdef") != 32 ||
	    strncmp(p + 32, middle, sizeof(middle) - 1))
		return;
	snprintf(id, ED_CASE_ID, "%.32s", p);
	*entries = strtoll(p + 32 + sizeof(middle) - 1, NULL, 10);
}

/* ---- inclusions ---- */

void ed_inclusion_clear(struct ed_inclusion *inclusion)
{
	json_decref(inclusion->json);
	*inclusion = (struct ed_inclusion){0};
}

static enum edoc_code read_leaf(struct ed_inclusion *in, const char *where, struct edoc_error *err)
{
	static const char *const known[] = {"case", "entries", "heads", NULL};
	const json_t *leaf = json_object_get(in->json, "leaf");
	struct ed_buf bytes;

	enum edoc_code code = only(leaf, where, known, 3, err);
	if (code)
		return code;
	in->case_id = ed_json_get_str(leaf, "case");
	in->heads = json_object_get(leaf, "heads");
	bool fine = ed_is_hex(in->case_id, 32) && get_count(leaf, "entries", 1, &in->entries) &&
	            json_array_size(in->heads) > 0;
	for (size_t i = 0; fine && i < json_array_size(in->heads); i++)
		fine = ed_is_digest(json_string_value(json_array_get(in->heads, i)));
	if (!fine)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "the leaf is not {case, entries, heads} of a case");
	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	code = ed_json_canonical(leaf, &bytes, err);
	if (!code && !ed_merkle_leaf(bytes.data, bytes.len, &in->leaf))
		code = ed_fail_memory(err);
	ed_buf_clear(&bytes);
	return code;
}

static enum edoc_code inclusion_shape(struct ed_inclusion *in, const char *where,
                                      struct edoc_error *err)
{
	static const char *const known[] = {"format", "checkpoint", "leaf", "index", "path", NULL};
	const json_t *path = json_object_get(in->json, "path");

	enum edoc_code code = check_format(in->json, where, INCLUSION, err);
	if (!code)
		code = only(in->json, where, known, 5, err);
	if (code)
		return code;
	in->checkpoint = ed_json_get_str(in->json, "checkpoint");
	in->n_path = json_array_size(path);
	bool fine = ed_is_digest(in->checkpoint) && get_count(in->json, "index", 0, &in->index) &&
	            json_is_array(path) && in->n_path <= ED_MERKLE_DEPTH;
	for (size_t i = 0; fine && i < in->n_path; i++)
		fine = get_hash(json_array_get(path, i), &in->path[i]);
	if (!fine)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "checkpoint, index or path has not the form of " INCLUSION);
	return read_leaf(in, where, err);
}

enum edoc_code ed_inclusion_parse(const void *bytes, size_t len, const char *where,
                                  struct ed_inclusion *inclusion, struct edoc_error *err)
{
	struct ed_inclusion in = {0};

	enum edoc_code code = ed_json_parse_canonical(bytes, len, where, &in.json, err);
	if (!code)
		code = inclusion_shape(&in, where, err);
	if (code)
		ed_inclusion_clear(&in);
	*inclusion = in;
	return code;
}

enum edoc_code ed_inclusion_make(const char *checkpoint, const char *leaf, size_t index,
                                 const struct ed_merkle_hash *path, size_t n_path,
                                 struct ed_buf *out, struct edoc_error *err)
{
	json_t *o = json_object(), *list = json_array(), *object = NULL;
	char hex[2 * ED_MERKLE_HASH + 1];
	int bad = !o || !list;

	enum edoc_code code = ed_json_parse(leaf, strlen(leaf), "leaf", &object, err);
	if (code) {
		json_decref(o);
		json_decref(list);
		return code;
	}
	for (size_t i = 0; i < n_path && !bad; i++) {
		ed_hex(hex, path[i].v, sizeof(path[i].v));
		bad = json_array_append_new(list, json_string(hex));
	}
	bad |= ed_json_str(o, "format", INCLUSION) | ed_json_str(o, "checkpoint", checkpoint) |
	       ed_json_int(o, "index", (int64_t)index);
	bad |= json_object_set_new(o, "leaf", object) | json_object_set_new(o, "path", list);
	code = bad ? ed_fail_memory(err) : ed_json_canonical(o, out, err);
	json_decref(o);
	return code;
}
