/* SPDX-License-Identifier: ISC */
/*
 * Two tables by digest, emptied when they are full: in a batch of a million
 * items the few certificates that come again are soon back.
 */
#include "door/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"

struct slot {
	unsigned char key[32];
	struct ed_cert_shared *shared; /* of certs; NULL in pairs */
	bool used;
};

struct table {
	struct slot v[2 * ED_MAX_MEMO]; /* open addressing, at most half full */
	size_t n;
};

struct edoc_memo {
	struct table certs, pairs;
};

void ed_cert_shared_free(struct ed_cert_shared *shared)
{
	if (!shared || --shared->refs > 0)
		return;
	X509_free(shared->cert.x509);
	ed_arena_free(shared->arena);
	free(shared);
}

static void empty(struct table *t)
{
	if (t->n == 0)
		return; /* leaves untouched memory untouched */
	for (size_t i = 0; i < 2 * ED_MAX_MEMO; i++)
		ed_cert_shared_free(t->v[i].shared);
	memset(t, 0, sizeof(*t));
}

/* The key's slot, or the free one where it belongs.  Keys are digests: their
 * first bytes are hash enough. */
static struct slot *slot_of(struct table *t, const unsigned char key[32])
{
	uint32_t h;

	memcpy(&h, key, sizeof(h));
	for (size_t i = h % (2 * ED_MAX_MEMO);; i = (i + 1) % (2 * ED_MAX_MEMO)) {
		if (!t->v[i].used || !memcmp(t->v[i].key, key, 32))
			return &t->v[i];
	}
}

static struct slot *take(struct table *t, const unsigned char key[32])
{
	struct slot *s;

	if (t->n == ED_MAX_MEMO)
		empty(t);
	s = slot_of(t, key);
	if (!s->used) {
		memcpy(s->key, key, 32);
		s->used = true;
		t->n++;
	}
	return s;
}

enum edoc_code edoc_memo_new(struct edoc_memo **memo, struct edoc_error *err)
{
	*memo = calloc(1, sizeof(**memo));
	return *memo ? EDOC_OK : ed_fail_memory(err);
}

void edoc_memo_free(struct edoc_memo *memo)
{
	if (!memo)
		return;
	empty(&memo->certs);
	empty(&memo->pairs);
	free(memo);
}

struct ed_cert_shared *ed_memo_cert(struct edoc_memo *memo, const unsigned char sha256[32])
{
	return memo ? slot_of(&memo->certs, sha256)->shared : NULL;
}

void ed_memo_keep_cert(struct edoc_memo *memo, struct ed_cert_shared *shared)
{
	struct slot *s;

	if (!memo)
		return;
	shared->refs++; /* before an older one goes: it may be the same */
	s = take(&memo->certs, shared->cert.sha256);
	ed_cert_shared_free(s->shared);
	s->shared = shared;
}

static bool pair_key(const unsigned char what[32], const unsigned char by[32],
                     unsigned char key[ED_HASH_MAX])
{
	unsigned char both[64];

	memcpy(both, what, 32);
	memcpy(both + 32, by, 32);
	return ed_hash_bytes(ED_SHA256, both, sizeof(both), key);
}

bool ed_memo_verified(struct edoc_memo *memo, const unsigned char what[32],
                      const unsigned char by[32])
{
	unsigned char key[ED_HASH_MAX];

	return memo && pair_key(what, by, key) && slot_of(&memo->pairs, key)->used;
}

void ed_memo_keep_verified(struct edoc_memo *memo, const unsigned char what[32],
                           const unsigned char by[32])
{
	unsigned char key[ED_HASH_MAX];

	if (memo && pair_key(what, by, key))
		(void)take(&memo->pairs, key);
}
