/* SPDX-License-Identifier: ISC */
/* What both syntaxes of evidence records have in common: RFC 4998 4.3, 5.3 and
 * RFC 6283 3.3, 4.3 in steps. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/record.h"

/* ---- what the readers call ---- */

enum edoc_code ed_record_count_stamp(struct ed_record_reading *r, struct edoc_error *err)
{
	if (++r->stamps > ED_MAX_STAMPS)
		return ed_fail(err, EDOC_ERR_LIMIT, r->record->where,
		               "more than %d time-stamps in one evidence record", ED_MAX_STAMPS);
	if (r->n > ED_MAX_RECORD_CHAINS)
		return ed_fail(err, EDOC_ERR_LIMIT, r->record->where,
		               "more than %d chains in one evidence record", ED_MAX_RECORD_CHAINS);
	return EDOC_OK;
}

/* Each chain is over all before it: a long record is quadratic. */
enum edoc_code ed_record_count_work(struct ed_record_reading *r, uint64_t n, struct edoc_error *err)
{
	r->work += n;
	if (r->work > ED_MAX_RECORD_WORK)
		return ed_fail(err, EDOC_ERR_LIMIT, r->record->where,
		               "the renewals of this evidence record cost too much to check");
	return EDOC_OK;
}

enum edoc_code ed_record_add_hash(struct ed_record_reading *r, struct ed_hashes *list,
                                  const uint8_t *p, size_t len, struct edoc_error *err)
{
	if (++r->hashes > ED_MAX_RECORD_HASHES)
		return ed_fail(err, EDOC_ERR_LIMIT, r->record->where,
		               "more than %d hash values in one evidence record",
		               ED_MAX_RECORD_HASHES);
	list->v = ed_arena_grow(r->arena, list->v, list->n, &list->cap, sizeof(*list->v));
	if (!list->v)
		return ed_fail_memory(err);
	list->v[list->n++] = (struct ed_hash_value){p, len};
	return EDOC_OK;
}

struct ed_hashes *ed_record_add_list(struct ed_record_reading *r, struct ed_ats *ats)
{
	ats->lists = ed_arena_grow(r->arena, ats->lists, ats->n_lists, &ats->lists_cap,
	                           sizeof(*ats->lists));
	if (!ats->lists)
		return NULL;
	ats->lists[ats->n_lists] = (struct ed_hashes){0};
	return &ats->lists[ats->n_lists++];
}

struct ed_ats *ed_record_add_stamp(struct ed_record_reading *r, struct ed_ats_chain *chain)
{
	chain->v = ed_arena_grow(r->arena, chain->v, chain->n, &chain->cap, sizeof(*chain->v));
	if (!chain->v)
		return NULL;
	chain->v[chain->n] = (struct ed_ats){0};
	return &chain->v[chain->n++];
}

struct ed_ats_chain *ed_record_add_chain(struct ed_record_reading *r)
{
	r->chains = ed_arena_grow(r->arena, r->chains, r->n, &r->cap, sizeof(*r->chains));
	if (!r->chains)
		return NULL;
	r->chains[r->n] = (struct ed_ats_chain){0};
	return &r->chains[r->n++];
}

static bool keep_blob(struct ed_record_reading *r, struct ed_ats *ats, size_t blob)
{
	ats->blobs = ed_arena_grow(r->arena, ats->blobs, ats->n_blobs, &ats->blobs_cap,
	                           sizeof(*ats->blobs));
	if (!ats->blobs)
		return false;
	ats->blobs[ats->n_blobs++] = blob;
	return true;
}

enum edoc_code ed_record_add_blob(struct ed_record_reading *r, struct ed_ats *ats,
                                  enum ed_material_kind kind, const void *p, size_t len,
                                  struct edoc_error *err)
{
	size_t blob;
	enum edoc_code rc = ed_material_add(r->material, kind, p, len, ats->where, &blob, err);

	if (rc == EDOC_OK && !keep_blob(r, ats, blob))
		return ed_fail_memory(err);
	return rc;
}

void ed_record_broken(struct ed_record_reading *r, const char *where, const char *code,
                      const char *a0, const char *a1)
{
	ed_finding(&r->record->findings, code, where, a0, a1, NULL);
	r->broken = true;
}

/* ---- the objects at hand, and their digests ---- */

/* The digests of all objects, under one algorithm and, of those that are XML,
 * one canonical form. */
struct shelf {
	enum ed_hash hash;
	enum ed_c14n c14n;
	bool canonical, comments;
	unsigned char (*v)[ED_HASH_MAX];
	enum { UNTRIED, NONE, HAVE } * state;
};

struct checking {
	struct ed_record_reading *r;
	struct shelf *shelves;
	size_t n_shelves, shelves_cap;
	size_t n;      /* objects */
	size_t names;  /* how many are not the same object in another coding */
	size_t *same;  /* of each object: the first one of its name */
	bool *found;   /* of each: protected since the first chain */
	bool *now;     /* of each: met in the list that is looked at */
	bool good;     /* nothing is broken so far */
	int64_t last;  /* the time-stamp before */
	uint64_t read; /* bytes of objects */
	struct edoc_error *err;
};

static const char *name_of(const struct checking *k, size_t i)
{
	const char *name = k->r->data->name(k->r->data->arg, i);

	return name ? name : "";
}

static struct shelf *shelf_of(struct checking *k, const struct ed_ats_chain *chain, bool canonical)
{
	struct ed_arena *arena = k->r->arena;
	struct shelf *s;

	for (size_t i = 0; i < k->n_shelves; i++) {
		s = &k->shelves[i];
		if (s->hash == chain->hash && s->canonical == canonical &&
		    (!canonical || (s->c14n == chain->c14n && s->comments == chain->comments)))
			return s;
	}
	k->shelves = ed_arena_grow(arena, k->shelves, k->n_shelves, &k->shelves_cap,
	                           sizeof(*k->shelves));
	if (!k->shelves)
		return NULL;
	s = &k->shelves[k->n_shelves];
	*s = (struct shelf){.hash = chain->hash,
	                    .c14n = chain->c14n,
	                    .comments = chain->comments,
	                    .canonical = canonical,
	                    .v = ed_arena_alloc(arena, k->n * sizeof(*s->v)),
	                    .state = ed_arena_alloc(arena, k->n * sizeof(*s->state))};
	if (!s->v || !s->state)
		return NULL;
	k->n_shelves++;
	return s;
}

static enum edoc_code to_digest(void *arg, const void *bytes, size_t len)
{
	return ed_digest_update(arg, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code digest_canonical(const struct shelf *s, const struct ed_buf *bytes,
                                       const char *name, unsigned char *out, bool *have,
                                       struct edoc_error *err)
{
	struct ed_digest *digest = NULL;
	struct ed_xml *xml = NULL;
	enum edoc_code rc =
	        ed_xml_parse(bytes->data, bytes->len, name, ED_MAX_XML_BYTES, &xml, NULL);

	if (rc == EDOC_OK && !(digest = ed_digest_new(s->hash)))
		rc = ed_fail_memory(err);
	if (rc == EDOC_OK)
		rc = ed_c14n(xml, NULL, s->c14n, s->comments, NULL, NULL, to_digest, digest, NULL);
	if (rc == EDOC_OK)
		*have = ed_digest_final(digest, out);
	ed_digest_free(digest);
	ed_xml_free(xml);
	return rc == EDOC_ERR_MEMORY ? ed_fail_memory(err) : EDOC_OK;
}

/* Reads an object of at most `max` bytes; *have: it is not longer. */
static enum edoc_code read_object(struct checking *k, size_t i, size_t max, struct ed_buf *bytes,
                                  bool *have)
{
	const struct ed_data *data = k->r->data;
	enum edoc_code rc;

	ed_buf_init(bytes, max);
	*have = false;
	if (!data->read || k->read > ED_MAX_RECORD_READ)
		return EDOC_OK;
	rc = data->read(data->arg, i, bytes, k->err);
	k->read += bytes->len;
	*have = rc == EDOC_OK && bytes->len > 0;
	return rc == EDOC_ERR_LIMIT || rc == EDOC_ERR_ABSENT ? EDOC_OK : rc;
}

static enum edoc_code try_canonical(struct checking *k, struct shelf *s, size_t i)
{
	struct ed_buf bytes;
	bool have;
	enum edoc_code rc = read_object(k, i, ED_MAX_XML_BYTES, &bytes, &have);

	if (rc == EDOC_OK && have && memchr(bytes.data, '<', bytes.len < 64 ? bytes.len : 64)) {
		have = false;
		rc = digest_canonical(s, &bytes, name_of(k, i), s->v[i], &have, k->err);
	} else {
		have = false;
	}
	s->state[i] = have ? HAVE : NONE;
	ed_buf_clear(&bytes);
	return rc;
}

/* The digest of an object; *out NULL: there is none of that kind. */
static enum edoc_code digest_of(struct checking *k, const struct ed_ats_chain *chain, size_t i,
                                bool canonical, const unsigned char **out)
{
	const struct ed_data *data = k->r->data;
	struct shelf *s = shelf_of(k, chain, canonical);
	enum edoc_code rc = EDOC_OK;

	*out = NULL;
	if (!s)
		return ed_fail_memory(k->err);
	if (s->state[i] == UNTRIED && canonical) {
		rc = try_canonical(k, s, i);
	} else if (s->state[i] == UNTRIED) {
		rc = data->digest(data->arg, i, chain->hash, s->v[i], k->err);
		s->state[i] = rc == EDOC_OK ? HAVE : NONE;
		rc = rc == EDOC_ERR_ABSENT ? EDOC_OK : rc;
	}
	if (rc == EDOC_OK && s->state[i] == HAVE)
		*out = s->v[i];
	return rc;
}

/* ---- telling ---- */

static void broken(struct checking *k, struct ed_stamp *stamp, const char *code, const char *a0,
                   const char *a1)
{
	ed_finding(&stamp->findings, code, stamp->where, a0, a1, NULL);
	k->good = false;
}

static bool add_object(struct ed_arena *arena, struct ed_object **v, size_t *n, size_t *cap,
                       struct ed_object object)
{
	*v = ed_arena_grow(arena, *v, *n, cap, sizeof(**v));
	if (!*v)
		return false;
	(*v)[(*n)++] = object;
	return true;
}

struct cover {
	struct checking *k;
	struct ed_stamp *stamp;
	enum ed_hash hash;
	size_t cap;
};

static bool cover_data(struct cover *cover, size_t i)
{
	struct ed_object object = {
	        .kind = ED_OBJECT_DATA,
	        .name = ed_arena_strdup(cover->k->r->arena, name_of(cover->k, i)),
	        .hash = cover->hash};

	return object.name && add_object(cover->k->r->arena, &cover->stamp->covers,
	                                 &cover->stamp->n_covers, &cover->cap, object);
}

/* A time-stamp before this one, with all that lies in and beside it. */
static bool cover_stamp(struct cover *cover, const struct ed_stamp *before,
                        const struct ed_ats *ats)
{
	const struct ed_material *material = cover->k->r->material;
	struct ed_arena *arena = cover->k->r->arena;
	struct ed_object object = {.kind = ED_OBJECT_STAMP, .hash = cover->hash};
	bool good;

	memcpy(object.sha256, before->tst.sha256, 32);
	good = add_object(arena, &cover->stamp->covers, &cover->stamp->n_covers, &cover->cap,
	                  object);
	object.kind = ED_OBJECT_MATERIAL;
	for (size_t i = 0; good && i < ats->n_blobs; i++) {
		memcpy(object.sha256, material->v[ats->blobs[i]].sha256, 32);
		good = add_object(arena, &cover->stamp->covers, &cover->stamp->n_covers,
		                  &cover->cap, object);
	}
	return good;
}

/* ---- objects in a list ---- */

/* H(H(data) || H(sequence)) (RFC 4998 5.2, 4); `sorted` as figure 4 has it. */
static bool join(enum ed_hash hash, const unsigned char *data, const unsigned char *sequence,
                 bool sorted, unsigned char out[ED_HASH_MAX])
{
	size_t n = ed_hash_size(hash);
	unsigned char both[2 * ED_HASH_MAX];
	bool turn = sorted && memcmp(data, sequence, n) > 0;

	memcpy(both, turn ? sequence : data, n);
	memcpy(both + n, turn ? data : sequence, n);
	return ed_hash_bytes(hash, both, 2 * n, out);
}

/* An object that is digests in ascending order and no text is, to all
 * appearance, an inner node of the tree, which anybody can make of a record
 * for something else (attack E05). */
static bool is_like_node(const struct ed_buf *bytes, size_t size)
{
	bool text = true;

	if (bytes->len < 2 * size || bytes->len % size)
		return false;
	for (size_t i = size; i < bytes->len; i += size)
		if (memcmp(bytes->data + i - size, bytes->data + i, size) > 0)
			return false;
	for (size_t i = 0; i < bytes->len; i++)
		text = text && (bytes->data[i] >= 0x20 || strchr("\t\n\r", bytes->data[i])) &&
		       bytes->data[i] != 0x7f;
	return !text;
}

static enum edoc_code check_leaf(struct checking *k, const struct ed_ats_chain *chain, size_t i)
{
	struct ed_buf bytes;
	bool have;
	enum edoc_code rc = read_object(k, i, ED_MAX_NODE_LIKE, &bytes, &have);

	if (rc == EDOC_OK && have && is_like_node(&bytes, ed_hash_size(chain->hash))) {
		ed_record_broken(k->r, k->r->record->where, "evidence.leaf-is-node", name_of(k, i),
		                 NULL);
		k->good = false;
	}
	ed_buf_clear(&bytes);
	return rc;
}

static enum edoc_code meet_plain(struct checking *k, const struct ed_ats_chain *chain,
                                 struct ed_hash_set *set, const unsigned char *sequence,
                                 bool sorted)
{
	size_t size = ed_hash_size(chain->hash);

	for (size_t i = 0; i < k->n; i++) {
		unsigned char joined[ED_HASH_MAX];
		const unsigned char *digest;
		enum edoc_code rc = digest_of(k, chain, i, false, &digest);

		if (rc != EDOC_OK)
			return rc;
		if (digest && sequence)
			digest =
			        join(chain->hash, digest, sequence, sorted, joined) ? joined : NULL;
		if (digest && ed_hash_set_meet(set, digest, size))
			k->now[k->same[i]] = true;
	}
	return EDOC_OK;
}

/* Data that is XML may have been digested in its canonical form. */
static enum edoc_code meet_canonical(struct checking *k, const struct ed_ats_chain *chain,
                                     struct ed_hash_set *set)
{
	size_t size = ed_hash_size(chain->hash);

	for (size_t i = 0; i < k->n && ed_hash_set_unmet(set) > 0; i++) {
		const unsigned char *digest;
		enum edoc_code rc;

		if (k->now[k->same[i]])
			continue;
		rc = digest_of(k, chain, i, true, &digest);
		if (rc != EDOC_OK)
			return rc;
		if (!digest || !ed_hash_set_meet(set, digest, size))
			continue;
		k->now[k->same[i]] = true;
		ed_finding(&k->r->record->findings, "evidence.object-canonical",
		           k->r->record->where, name_of(k, i), chain->c14n_uri, NULL);
	}
	return EDOC_OK;
}

/* Which objects does the list hold?  k->now tells; *n: how many. */
static enum edoc_code meet_objects(struct checking *k, const struct ed_ats_chain *chain,
                                   struct ed_hash_set *set, const unsigned char *sequence,
                                   bool sorted, size_t *n)
{
	enum edoc_code rc;

	*n = 0;
	if (!ed_hash_size(chain->hash) || k->n == 0)
		return EDOC_OK;
	memset(k->now, 0, k->n * sizeof(*k->now));
	rc = meet_plain(k, chain, set, sequence, sorted);
	if (rc == EDOC_OK && chain->c14n_known && !sequence)
		rc = meet_canonical(k, chain, set);
	for (size_t i = 0; i < k->n; i++)
		*n += k->now[i];
	return rc;
}

/* ---- the three kinds of time-stamps ---- */

/* Nothing before it: it is over the data (RFC 4998 4.3, 1). */
static enum edoc_code check_first(struct checking *k, const struct ed_ats_chain *chain,
                                  struct ed_stamp *stamp, struct ed_hash_set *set)
{
	struct cover cover = {k, stamp, chain->hash, 0};
	struct ed_record *record = k->r->record;
	size_t n, missing;
	enum edoc_code rc = meet_objects(k, chain, set, NULL, false, &n);

	for (size_t i = 0; rc == EDOC_OK && i < k->n; i++) {
		if (k->now[k->same[i]])
			rc = check_leaf(k, chain, i);
		if (rc != EDOC_OK || !k->now[i])
			continue;
		k->found[i] = true;
		if (!cover_data(&cover, i))
			rc = ed_fail_memory(k->err);
	}
	if (rc != EDOC_OK)
		return rc;
	missing = ed_hash_set_unmet(set);
	stamp->found = record->found = n > 0;
	if (n == 0 && k->names == 1 && set->n == 1)
		ed_finding(&record->findings, "evidence.data-changed", record->where, name_of(k, 0),
		           NULL, NULL);
	else if (n == 0)
		ed_finding(&record->findings, "evidence.data-not-found", record->where, NULL, NULL,
		           NULL);
	else if (missing)
		ed_finding(&record->findings, "evidence.objects-missing", record->where,
		           ed_arena_printf(k->r->arena, "%zu", missing),
		           ed_arena_printf(k->r->arena, "%zu", set->n), NULL);
	return EDOC_OK;
}

/* Time-stamp renewal: over the time-stamp before (RFC 4998 5.2, RFC 6283 4.2.1). */
static enum edoc_code check_renewal(struct checking *k, size_t c, size_t a, struct ed_stamp *stamp,
                                    struct ed_hash_set *set)
{
	const struct ed_ats_chain *chain = &k->r->chains[c];
	struct cover cover = {k, stamp, chain->hash, 0};
	size_t size = ed_hash_size(chain->hash);

	for (unsigned way = 0; way < ED_RECORD_WAYS && size && !stamp->found; way++) {
		unsigned char digest[ED_HASH_MAX];
		bool have = false;
		enum edoc_code rc = EDOC_OK;

		if (chain->v[a - 1].token)
			rc = k->r->form->stamp(k->r, c, &chain->v[a - 1], way, digest, &have,
			                       k->err);
		if (rc != EDOC_OK)
			return rc;
		stamp->found = have && ed_hash_set_meet(set, digest, size);
	}
	if (!stamp->found)
		broken(k, stamp, "evidence.renewal", NULL, NULL);
	else if (!cover_stamp(&cover, stamp - 1, &chain->v[a - 1]))
		return ed_fail_memory(k->err);
	return EDOC_OK;
}

/* Both digests side by side, or one made of both: is it over the chains before,
 * and *n of the objects? */
static enum edoc_code meet_sequence(struct checking *k, size_t c, struct ed_hash_set *set,
                                    bool *met, size_t *n)
{
	const struct ed_ats_chain *chain = &k->r->chains[c];
	const struct ed_record_form *form = k->r->form;
	size_t size = ed_hash_size(chain->hash);
	enum edoc_code rc = EDOC_OK;

	*met = false;
	*n = 0;
	for (unsigned way = 0; rc == EDOC_OK && size && way < ED_RECORD_WAYS && !*met; way++) {
		unsigned char digest[ED_HASH_MAX];
		bool have = false;

		rc = form->sequence(k->r, c, way, digest, &have, k->err);
		if (rc != EDOC_OK || !have)
			continue;
		if (!form->joined) {
			*met = ed_hash_set_meet(set, digest, size);
			continue;
		}
		for (int sorted = 0; rc == EDOC_OK && sorted < 2 && *n == 0; sorted++)
			rc = meet_objects(k, chain, set, digest, sorted, n);
		*met = *n > 0;
	}
	if (rc == EDOC_OK && !form->joined)
		rc = meet_objects(k, chain, set, NULL, false, n);
	return rc;
}

/* Hash-tree renewal: over the data again and all chains before (RFC 4998 5.2,
 * RFC 6283 4.2.2). */
static enum edoc_code check_new_chain(struct checking *k, size_t c, struct ed_stamp *stamp,
                                      struct ed_hash_set *set)
{
	struct cover cover = {k, stamp, k->r->chains[c].hash, 0};
	const struct ed_stamp *before = k->r->record->stamps;
	enum edoc_code rc;
	bool good = true;
	size_t n;

	if (k->r->form->joined && !k->r->record->found)
		return EDOC_OK; /* of what, nobody can say */
	rc = meet_sequence(k, c, set, &stamp->found, &n);
	if (rc != EDOC_OK)
		return rc;
	if (!stamp->found) {
		broken(k, stamp, "evidence.chain-renewal", NULL, NULL);
		return EDOC_OK;
	}
	for (size_t i = 0; good && i < k->n; i++) {
		if (k->found[i] && !(n && k->now[i]))
			broken(k, stamp, "evidence.renewal-omits", name_of(k, i), NULL);
		else if (k->found[i])
			good = cover_data(&cover, i);
	}
	for (size_t i = 0; i < c; i++)
		for (size_t a = 0; good && a < k->r->chains[i].n; a++)
			good = cover_stamp(&cover, before++, &k->r->chains[i].v[a]);
	return good ? EDOC_OK : ed_fail_memory(k->err);
}

/* ---- one time-stamp ---- */

static enum edoc_code read_token(struct checking *k, struct ed_ats *ats, struct ed_stamp *stamp)
{
	struct ed_record_reading *r = k->r;
	struct edoc_error why = {0};
	enum edoc_code rc;

	stamp->tst.where = stamp->where;
	stamp->tst.time = ED_TIME_NONE;
	ed_findings_init(&stamp->tst.findings, r->arena);
	if (!ats->token) {
		broken(k, stamp, "evidence.token-type", ats->token_type, NULL);
		return EDOC_OK;
	}
	rc = ed_tst_read(ats->token, ats->token_len, stamp->where, r->material, r->arena,
	                 &stamp->tst, &why);
	if (rc == EDOC_ERR_INPUT) {
		stamp->tst = (struct ed_tst){.where = stamp->where, .time = ED_TIME_NONE};
		ed_findings_init(&stamp->tst.findings, r->arena);
		broken(k, stamp, "evidence.token-malformed", why.msg, NULL);
		return EDOC_OK;
	}
	if (rc != EDOC_OK)
		return ed_fail(k->err, rc, why.where, "%s", why.msg);
	k->good = k->good && stamp->tst.intact;
	for (size_t i = 0; i < stamp->tst.n_blobs; i++)
		if (!keep_blob(r, ats, stamp->tst.blobs[i]))
			return ed_fail_memory(k->err);
	return EDOC_OK;
}

/* One algorithm for the tree, its chain and the token's imprint (RFC 4998 4.3, 5.1). */
static void check_algorithm(struct checking *k, struct ed_ats_chain *chain, struct ed_ats *ats,
                            struct ed_stamp *stamp)
{
	const struct ed_tst *tst = &stamp->tst;

	if (!ats->hash_name && tst->imprint) {
		ats->hash = tst->imprint_hash;
		ats->hash_name = ats->hash ? ed_hash_name(ats->hash) : "";
	}
	if (!chain->hash_name) {
		chain->hash = ats->hash;
		chain->hash_name = ats->hash_name;
	}
	if (!ats->hash)
		broken(k, stamp, "evidence.algorithm-unknown", ats->hash_name, NULL);
	else if (ats->hash != chain->hash)
		broken(k, stamp, "evidence.chain-algorithm", ats->hash_name, chain->hash_name);
	else if (tst->imprint && tst->imprint_hash != ats->hash)
		broken(k, stamp, "evidence.algorithm-differs", ats->hash_name,
		       tst->imprint_hash ? ed_hash_name(tst->imprint_hash) : "");
	if (chain->c14n_uri && !chain->c14n_known)
		broken(k, stamp, "evidence.c14n-unknown", chain->c14n_uri, NULL);
}

/* Does the tree lead to what the token is over?  Without a tree, that is all
 * there is. */
static void check_tree(struct checking *k, const struct ed_ats *ats, struct ed_stamp *stamp)
{
	const struct ed_tst *tst = &stamp->tst;
	struct ed_arena *arena = k->r->arena;
	size_t size = ed_hash_size(ats->hash);
	unsigned char root[ED_HASH_MAX];

	if (!size || !tst->imprint || tst->imprint_hash != ats->hash || tst->imprint_len != size)
		return;
	if (!ed_hashtree_sizes(ats->hash, ats->lists, ats->n_lists)) {
		broken(k, stamp, "evidence.hash-length", ats->hash_name, NULL);
		return;
	}
	if (ed_hashtree_repeats(ats->lists, ats->n_lists, arena))
		ed_finding(&stamp->findings, "evidence.repeats", stamp->where, NULL, NULL, NULL);
	for (int alone = 1; alone >= 0 && !stamp->intact && ats->n_lists; alone--)
		stamp->intact =
		        ed_hashtree_root(ats->hash, ats->lists, ats->n_lists, alone, arena, root) &&
		        !memcmp(root, tst->imprint, size);
	if (!ats->n_lists)
		stamp->intact = true;
	else if (!stamp->intact)
		broken(k, stamp, "evidence.root", NULL, NULL);
}

/* RFC 4998 5.1: chains and sequences are in order of time. */
static void check_time(struct checking *k, struct ed_stamp *stamp)
{
	char now[ED_TIME_STR], before[ED_TIME_STR];

	if (stamp->tst.time == ED_TIME_NONE)
		return;
	if (k->last != ED_TIME_NONE && stamp->tst.time < k->last) {
		ed_time_format(now, stamp->tst.time);
		ed_time_format(before, k->last);
		broken(k, stamp, "evidence.time-order", now, before);
	}
	k->last = stamp->tst.time;
}

static enum edoc_code check_stamp(struct checking *k, size_t c, size_t a, struct ed_stamp *stamp)
{
	struct ed_ats_chain *chain = &k->r->chains[c];
	struct ed_ats *ats = &chain->v[a];
	struct ed_hash_value imprint;
	struct ed_hashes bare = {&imprint, 1, 1};
	struct ed_hash_set set;
	enum edoc_code rc = read_token(k, ats, stamp);

	if (rc != EDOC_OK)
		return rc;
	check_algorithm(k, chain, ats, stamp);
	check_tree(k, ats, stamp);
	check_time(k, stamp);
	imprint = (struct ed_hash_value){stamp->tst.imprint, stamp->tst.imprint_len};
	if (!stamp->tst.imprint)
		bare.n = 0;
	if (!ed_hash_set_make(&set, ats->n_lists ? &ats->lists[0] : &bare, k->r->arena))
		return ed_fail_memory(k->err);
	if (a > 0)
		rc = check_renewal(k, c, a, stamp, &set);
	else if (c > 0)
		rc = check_new_chain(k, c, stamp, &set);
	else
		rc = check_first(k, chain, stamp, &set);
	k->good = k->good && stamp->found && stamp->intact;
	return rc;
}

/* ---- all of it ---- */

struct named {
	const char *name;
	size_t i;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->i > y->i) - (x->i < y->i);
}

/* Which objects are one object in several codings? */
static bool find_names(struct checking *k)
{
	struct named *v = ed_arena_alloc(k->r->arena, (k->n + 1) * sizeof(*v));

	if (!v)
		return false;
	for (size_t i = 0; i < k->n; i++)
		v[i] = (struct named){name_of(k, i), i};
	qsort(v, k->n, sizeof(*v), by_name);
	for (size_t i = 0; i < k->n; i++) {
		bool again = i > 0 && !strcmp(v[i].name, v[i - 1].name);

		k->same[v[i].i] = again ? k->same[v[i - 1].i] : v[i].i;
		k->names += !again;
	}
	return true;
}

static bool prepare(struct checking *k)
{
	struct ed_record_reading *r = k->r;
	struct ed_record *record = r->record;

	k->n = r->data ? r->data->n : 0;
	k->same = ed_arena_alloc(r->arena, (k->n + 1) * sizeof(*k->same));
	k->found = ed_arena_alloc(r->arena, k->n + 1);
	k->now = ed_arena_alloc(r->arena, k->n + 1);
	record->stamps = ed_arena_alloc(r->arena, r->stamps * sizeof(*record->stamps));
	if (!k->same || !k->found || !k->now || !record->stamps)
		return false;
	return find_names(k);
}

static bool start_stamp(struct checking *k, const struct ed_ats *ats)
{
	struct ed_record *record = k->r->record;
	struct ed_stamp *stamp = &record->stamps[record->n_stamps++];

	stamp->kind = ED_STAMP_ARCHIVE;
	stamp->type = "ArchiveTimeStamp";
	stamp->where = ats->where;
	if (!stamp->where)
		stamp->where = k->r->stamps == 1 ? record->where
		                                 : ed_arena_printf(k->r->arena, "%s#%zu",
		                                                   record->where, record->n_stamps);
	ed_findings_init(&stamp->findings, k->r->arena);
	return stamp->where != NULL;
}

static enum edoc_code check(struct ed_record_reading *r, struct edoc_error *err)
{
	struct ed_record *record = r->record;
	struct checking k = {.r = r, .last = ED_TIME_NONE, .err = err, .good = !r->broken};
	enum edoc_code rc = prepare(&k) ? EDOC_OK : ed_fail_memory(err);

	for (size_t c = 0; rc == EDOC_OK && c < r->n; c++) {
		for (size_t a = 0; rc == EDOC_OK && a < r->chains[c].n; a++) {
			rc = start_stamp(&k, &r->chains[c].v[a]) ? EDOC_OK : ed_fail_memory(err);
			if (rc == EDOC_OK)
				rc = check_stamp(&k, c, a, &record->stamps[record->n_stamps - 1]);
		}
	}
	if (rc != EDOC_OK)
		return rc;
	record->renewals = record->n_stamps - 1;
	record->covers = record->stamps[0].covers;
	record->n_covers = record->stamps[0].n_covers;
	record->intact = k.good && record->found;
	return EDOC_OK;
}

static enum edoc_code start(struct ed_record_reading *r, const struct ed_record_form *form,
                            const char *where, struct edoc_error *err)
{
	*r->record = (struct ed_record){.form = form->name};
	r->form = form;
	r->record->where = ed_arena_strdup(r->arena, where);
	ed_findings_init(&r->record->findings, r->arena);
	return r->record->where ? EDOC_OK : ed_fail_memory(err);
}

static bool digest_record(struct ed_record *record, const void *bytes, size_t len)
{
	unsigned char sha256[ED_HASH_MAX];

	if (!ed_hash_bytes(ED_SHA256, bytes, len, sha256))
		return false;
	memcpy(record->sha256, sha256, sizeof(record->sha256));
	return true;
}

static enum edoc_code finish(struct ed_record_reading *r, enum edoc_code rc, struct edoc_error *err)
{
	if (rc == EDOC_OK)
		rc = check(r, err);
	if (rc != EDOC_OK) {
		ed_record_clear(r->record);
		*r->record = (struct ed_record){0};
	}
	return rc;
}

static enum edoc_code read_der(struct ed_record_reading *r, const void *bytes, size_t len,
                               const char *where, struct edoc_error *err)
{
	enum edoc_code rc;

	if (len > ED_MAX_RECORD_BYTES)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "an evidence record of more than %zu bytes", ED_MAX_RECORD_BYTES);
	rc = start(r, &ed_ers_form, where, err);
	if (rc == EDOC_OK && !digest_record(r->record, bytes, len))
		rc = ed_fail_memory(err);
	if (rc == EDOC_OK)
		rc = ed_ers_parse(r, bytes, len, err);
	return finish(r, rc, err);
}

static enum edoc_code read_xml(struct ed_record_reading *r, const void *bytes, size_t len,
                               const char *where, struct edoc_error *err)
{
	struct ed_xml *xml;
	enum edoc_code rc = ed_xml_parse(bytes, len, where, ED_MAX_XML_BYTES, &xml, err);

	if (rc != EDOC_OK)
		return rc;
	r->xml = xml;
	rc = start(r, &ed_xmlers_form, where, err);
	if (rc == EDOC_OK && !digest_record(r->record, bytes, len))
		rc = ed_fail_memory(err);
	if (rc == EDOC_OK)
		rc = ed_xmlers_parse(r, xmlDocGetRootElement(xml->doc), err);
	rc = finish(r, rc, err);
	ed_xml_free(xml);
	return rc;
}

enum edoc_code ed_record_read(const void *bytes, size_t len, const char *where,
                              const struct ed_data *data, struct ed_material *material,
                              struct ed_arena *arena, struct ed_record *record,
                              struct edoc_error *err)
{
	struct ed_record_reading r = {
	        .arena = arena, .material = material, .data = data, .record = record};

	*record = (struct ed_record){0};
	return ed_record_is_xml(bytes, len) ? read_xml(&r, bytes, len, where, err)
	                                    : read_der(&r, bytes, len, where, err);
}

enum edoc_code ed_record_read_node(const struct ed_xml *xml, xmlNodePtr node, const char *where,
                                   const struct ed_data *data, struct ed_material *material,
                                   struct ed_arena *arena, struct ed_record *record,
                                   struct edoc_error *err)
{
	struct ed_record_reading r = {
	        .arena = arena, .material = material, .data = data, .record = record, .xml = xml};
	struct ed_digest *digest = ed_digest_new(ED_SHA256);
	unsigned char sha256[ED_HASH_MAX];
	enum edoc_code rc = start(&r, &ed_xmlers_form, where, err);

	if (rc == EDOC_OK && !digest)
		rc = ed_fail_memory(err);
	if (rc == EDOC_OK)
		rc = ed_c14n(xml, node, ED_C14N_EXC, true, NULL, NULL, to_digest, digest, err);
	if (rc == EDOC_OK && !ed_digest_final(digest, sha256))
		rc = ed_fail_memory(err);
	ed_digest_free(digest);
	if (rc == EDOC_OK) {
		memcpy(record->sha256, sha256, sizeof(record->sha256));
		rc = ed_xmlers_parse(&r, node, err);
	}
	return finish(&r, rc, err);
}

bool ed_record_covers(const struct ed_record *record, const char *name)
{
	for (size_t i = 0; i < record->n_covers; i++)
		if (record->covers[i].kind == ED_OBJECT_DATA &&
		    !strcmp(record->covers[i].name, name))
			return true;
	return false;
}

/* ---- recognising ---- */

/* Past the tag and length at p; 0: not that tag, or cut off. */
static size_t past_header(const unsigned char *p, size_t len, unsigned char tag)
{
	size_t n;

	if (len < 2 || p[0] != tag)
		return 0;
	n = p[1] > 0x80 ? 2 + (size_t)(p[1] & 0x7f) : 2;
	return n <= len && p[1] <= 0x84 ? n : 0;
}

/* SEQUENCE { INTEGER, SEQUENCE { SEQUENCE { OID: nothing else begins so. */
bool ed_record_is_der(const void *bytes, size_t len)
{
	static const unsigned char tags[] = {0x30, 0x30, 0x06};
	const unsigned char *p = bytes;
	size_t n = past_header(p, len, 0x30), at = n;

	if (!n || len - at < 3 || p[at] != 0x02 || p[at + 1] != 1)
		return false;
	at += 3;
	for (size_t i = 0; i < sizeof(tags); i++) {
		n = past_header(p + at, len - at, tags[i]);
		if (!n)
			return false;
		at += n;
	}
	return true;
}

/* The first element's local name. */
bool ed_record_is_xml(const void *bytes, size_t len)
{
	static const char name[] = "EvidenceRecord";
	const char *p = bytes, *end = p + len;

	for (; p && p < end && (p = memchr(p, '<', (size_t)(end - p))) && end - p > 1; p++) {
		const char *colon;
		size_t n = 0;

		if (p[1] == '?' || p[1] == '!')
			continue;
		for (p++; p + n < end && !strchr(" \t\r\n/>", p[n]) && p[n]; n++)
			;
		colon = memchr(p, ':', n);
		if (colon) {
			n -= (size_t)(colon + 1 - p);
			p = colon + 1;
		}
		return n == sizeof(name) - 1 && !memcmp(p, name, n);
	}
	return false;
}
