/* SPDX-License-Identifier: ISC */
/*
 * Two tables by digest, emptied when they are full: in a batch of a million
 * items the few certificates that come again are soon back.
 */
#include "trust/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"

struct slot {
	unsigned char key[32];
	X509 *x509; /* of certs; NULL in pairs */
	bool used;
};

struct table {
	struct slot v[2 * ED_MAX_MEMO]; /* open addressing, at most half full */
	size_t n;
};

struct edoc_memo {
	struct table certs, pairs;
};

static void empty(struct table *t)
{
	for (size_t i = 0; i < 2 * ED_MAX_MEMO; i++)
		X509_free(t->v[i].x509);
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

X509 *ed_memo_cert(struct edoc_memo *memo, const void *der, size_t len)
{
	unsigned char key[ED_HASH_MAX];
	struct slot *s;

	if (!memo || !ed_hash_bytes(ED_SHA256, der, len, key))
		return NULL;
	s = slot_of(&memo->certs, key);
	return s->used && X509_up_ref(s->x509) ? s->x509 : NULL;
}

void ed_memo_keep_cert(struct edoc_memo *memo, const void *der, size_t len, X509 *x509)
{
	unsigned char key[ED_HASH_MAX];
	struct slot *s;

	if (!memo || !ed_hash_bytes(ED_SHA256, der, len, key) || !X509_up_ref(x509))
		return;
	s = take(&memo->certs, key);
	X509_free(s->x509);
	s->x509 = x509;
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
