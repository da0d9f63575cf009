/* SPDX-License-Identifier: ISC */
/* It remembers, it forgets when full, and NULL is a memo too. */
#include "door/memo.h"

#include <string.h>

#include "../tap.h"
#include "base/limits.h"

static void number(unsigned char key[32], unsigned n)
{
	memset(key, 0, 32);
	memcpy(key, &n, sizeof(n));
}

static struct ed_cert_shared *one(unsigned n)
{
	struct ed_cert_shared *shared = calloc(1, sizeof(*shared));

	shared->refs = 1;
	shared->arena = ed_arena_new();
	shared->cert.x509 = X509_new();
	number(shared->cert.sha256, n);
	return shared;
}

int main(void)
{
	struct edoc_error err = {0};
	struct edoc_memo *memo;
	unsigned char a[32], b[32];
	struct ed_cert_shared *x = one(1), *next;
	size_t held = 0;

	is_ok(edoc_memo_new(&memo, &err), &err, "a memo");
	number(a, 1);
	ok(!ed_memo_cert(memo, a), "a certificate that was not kept");
	ed_memo_keep_cert(memo, x);
	ok(ed_memo_cert(memo, a) == x, "is the same once it was");
	is_int((int64_t)x->refs, 2, "and held twice");
	ed_memo_keep_cert(memo, x);
	is_int((int64_t)x->refs, 2, "not more when it is kept again");
	number(a, 2);
	ok(!ed_memo_cert(memo, a), "others are not");

	number(a, 1);
	number(b, 2);
	ok(!ed_memo_verified(memo, a, b), "not verified");
	ed_memo_keep_verified(memo, a, b);
	ok(ed_memo_verified(memo, a, b), "verified");
	ok(!ed_memo_verified(memo, b, a), "not the other way round");
	ok(!ed_memo_verified(memo, a, a), "nor by itself");

	for (unsigned i = 0; i < 3 * ED_MAX_MEMO; i++) {
		number(a, i);
		ed_memo_keep_verified(memo, a, b);
		next = one(i);
		ed_memo_keep_cert(memo, next);
		ed_cert_shared_free(next);
		if (!ed_memo_verified(memo, a, b) || ed_memo_cert(memo, a) != next)
			break;
		held = i + 1;
	}
	is_int((int64_t)held, 3 * ED_MAX_MEMO, "the newest is always there");
	edoc_memo_free(memo);
	is_int((int64_t)x->refs, 1, "what is forgotten lives as long as somebody holds it");

	ok(!ed_memo_cert(NULL, a) && !ed_memo_verified(NULL, a, b), "none knows nothing");
	ed_memo_keep_cert(NULL, x);
	ed_cert_shared_free(x);
	ed_memo_keep_verified(NULL, a, b);
	edoc_memo_free(NULL);
	return done();
}
