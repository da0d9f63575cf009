/* SPDX-License-Identifier: ISC */
/*
 * ats-hash-index (EN 319 122-1 5.5.2; its first version TS 101 733 6.4.2): by
 * which digests an archive-time-stamp-v3 is over certificates, answers and
 * unsigned attributes.  What is here and not in the index is not covered; what
 * is in the index and not here makes it invalid.
 */
#include <stdlib.h>
#include <string.h>

#include "base/der.h"
#include "base/err.h"
#include "base/limits.h"
#include "signature/cadespart.h"

struct candidate {
	unsigned char digest[ED_HASH_MAX];
	struct ed_cades_piece piece;
};

struct candidates {
	struct ed_cades_work *work;
	enum ed_hash hash;
	struct candidate *v;
	size_t n, cap;
	bool der; /* in DER alone: an index that is made */
	bool failed;
};

static int by_digest(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return memcmp(x->digest, y->digest, sizeof x->digest);
}

/* Of type (may be NULL) and value, one after the other. */
static void add_digest(struct candidates *list, const struct ed_ber *type,
                       const struct ed_ber *value, bool der)
{
	struct ed_cades_pieces pieces = {.work = list->work};
	struct candidate *v =
	        ed_arena_grow(list->work->arena, list->v, list->n, &list->cap, sizeof *v);
	struct ed_digest *digest = v ? ed_digest_new(list->hash) : NULL;

	if (type)
		ed_cades_put_element(&pieces, type, der);
	ed_cades_put_element(&pieces, value, der);
	list->failed |= !digest || pieces.failed;
	if (v)
		list->v = v;
	if (!list->failed) {
		v += list->n;
		*v = (struct candidate){.piece = {value->whole, value->whole_len}};
		for (size_t i = 0; i < pieces.n; i++)
			list->failed |= !ed_digest_update(digest, pieces.v[i].p, pieces.v[i].len);
		list->failed |= !ed_digest_final(digest, v->digest);
		list->n++;
	}
	ed_digest_free(digest);
}

static void add(struct candidates *list, const struct ed_ber *type, const struct ed_ber *value)
{
	bool is_der = ed_ber_is_der(value, false);

	if (is_der || !list->der)
		add_digest(list, type, value, false);
	if (!is_der)
		add_digest(list, type, value, true);
}

static void add_set(struct candidates *list, const struct ed_ber *set)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	if (!set->whole)
		return;
	ed_ber_enter(&r, set, 4);
	while (!list->failed && ed_ber_next(&r, &e))
		add(list, NULL, &e);
}

/* Version 1 has the digest of an Attribute; later ones of its type and each value. */
static void add_attrs(struct candidates *list, const struct ed_cms_signer *si, bool v1)
{
	struct ed_ber_reader r;
	struct ed_ber type;

	for (size_t i = 0; !list->failed && i < si->n_unsigned; i++) {
		const struct ed_cms_attr *a = &si->unsigned_attrs[i];
		if (v1) {
			add(list, NULL, &a->whole);
			continue;
		}
		ed_ber_enter(&r, &a->whole, 6);
		if (!ed_ber_next(&r, &type))
			continue;
		for (size_t k = 0; !list->failed && k < a->n; k++)
			add(list, &type, &a->values[k]);
	}
}

/* One SEQUENCE OF OCTET STRING against what is here. */
static enum edoc_code match(struct ed_cades_index *index, const struct ed_ber *entries,
                            struct candidates *list, size_t *cap, struct edoc_error *err)
{
	size_t size = ed_hash_size(index->hash);
	struct ed_ber_reader r;
	struct ed_ber e;

	if (list->failed)
		return ed_fail_memory(err);
	if (list->n > 1)
		qsort(list->v, list->n, sizeof *list->v, by_digest);
	ed_ber_enter(&r, entries, 6);
	while (ed_ber_next(&r, &e)) {
		struct candidate key = {0};
		const struct candidate *hit = NULL;
		index->n++;
		if (e.len == size && !e.constructed) {
			memcpy(key.digest, e.p, size);
			hit = list->n ? bsearch(&key, list->v, list->n, sizeof key, by_digest)
			              : NULL;
		}
		if (!hit) {
			index->n_unmatched++;
			continue;
		}
		struct ed_cades_piece *v = ed_arena_grow(list->work->arena, index->matched,
		                                         index->n_matched, cap, sizeof *v);
		if (!v)
			return ed_fail_memory(err);
		index->matched = v;
		v[index->n_matched++] = hit->piece;
	}
	return EDOC_OK;
}

static bool is_list(const struct ed_ber *e)
{
	struct ed_ber_reader r;
	struct ed_ber entry;

	if (!ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, e, 6);
	while (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &entry))
		continue;
	return ed_ber_done(&r);
}

/* { hashIndAlgorithm DEFAULT sha256 (not in version 3), certificates, crls, attributes } */
static bool parse(struct ed_cades_index *index, struct ed_ber lists[3], bool v3)
{
	struct ed_ber_reader r;
	struct ed_ber e[4];
	size_t n = 0;

	if (!ed_ber_is(index->value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, index->value, 5);
	while (n < 4 && ed_ber_next(&r, &e[n]))
		n++;
	if (!ed_ber_done(&r) || n < (v3 ? 4 : 3))
		return false;
	index->hash = n == 4 ? ed_hash_by_der(&e[0]) : ED_SHA256;
	for (size_t i = 0; i < 3; i++) {
		lists[i] = e[n - 3 + i];
		if (!is_list(&lists[i]))
			return false;
	}
	return index->hash != ED_HASH_NONE;
}

enum edoc_code ed_cades_index_read(const struct ed_cades_sig *sig,
                                   const struct ed_cades_token *token, struct ed_cades_index *index,
                                   bool *ok, struct edoc_error *err)
{
	static const char *const versions[] = {OID_INDEX_V3, OID_INDEX_V2, OID_INDEX_V1};
	struct ed_cades_work *work = sig->work;
	struct candidates list[3] = {{.work = work}, {.work = work}, {.work = work}};
	struct ed_ber lists[3];
	size_t cap = 0, k;
	enum edoc_code rc = EDOC_OK;

	*index = (struct ed_cades_index){0};
	*ok = false;
	for (k = 0; k < 3 && !index->value; k++)
		index->value = ed_cms_attr(token->attrs, token->n_attrs, versions[k], NULL);
	if (!index->value || !parse(index, lists, k == 1))
		return EDOC_OK;
	if (!ed_cades_spend(work, work->cms.certs.whole_len + work->cms.crls.whole_len +
	                                  sig->si->unsigned_set.whole_len))
		return EDOC_OK;
	list[0].hash = list[1].hash = list[2].hash = index->hash;
	add_set(&list[0], &sig->work->cms.certs);
	add_set(&list[1], &sig->work->cms.crls);
	add_attrs(&list[2], sig->si, k == 3);
	for (size_t i = 0; !rc && i < 3; i++)
		rc = match(index, &lists[i], &list[i], &cap, err);
	*ok = !rc;
	return rc;
}

/* Each digest once. */
static void put_list(struct ed_der *der, struct candidates *list)
{
	ed_der_open(der, 0x30);
	for (size_t i = 0; i < list->n; i++) {
		bool before = false;

		for (size_t k = 0; k < i && !before; k++)
			before = by_digest(&list->v[k], &list->v[i]) == 0;
		if (!before)
			ed_der_put(der, ED_BER_OCTETS, list->v[i].digest, ed_hash_size(list->hash));
	}
	ed_der_close(der);
}

enum edoc_code ed_cades_index_write(const struct ed_cades_sig *sig, enum ed_hash hash,
                                    struct ed_buf *out, struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	struct candidates list[3] = {{.work = work}, {.work = work}, {.work = work}};
	struct ed_der der;

	for (size_t i = 0; i < 3; i++) {
		list[i].hash = hash;
		list[i].der = true;
	}
	add_set(&list[0], &work->cms.certs);
	add_set(&list[1], &work->cms.crls);
	add_attrs(&list[2], sig->si, false);
	if (list[0].failed || list[1].failed || list[2].failed)
		return ed_fail_memory(err);
	ed_der_init(&der, out);
	ed_der_open(&der, 0x30);
	ed_cades_put_hash(&der, hash);
	for (size_t i = 0; i < 3; i++)
		put_list(&der, &list[i]);
	ed_der_close(&der);
	if (ed_der_done(&der))
		return EDOC_OK;
	return out->failed ? ed_buf_check(out, work->where, err)
	                   : ed_fail(err, EDOC_ERR_BUG, work->where, "the index was not written");
}
