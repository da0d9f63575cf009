/* SPDX-License-Identifier: ISC */
/* It remembers, it forgets when full, and NULL is a memo too. */
#include "trust/memo.h"

#include <string.h>

#include "../tap.h"
#include "base/limits.h"

static void number(unsigned char key[32], unsigned n)
{
	memset(key, 0, 32);
	memcpy(key, &n, sizeof(n));
}

int main(void)
{
	struct edoc_error err = {0};
	struct edoc_memo *memo;
	unsigned char a[32], b[32];
	X509 *x = X509_new(), *again;
	size_t held = 0;

	is_ok(edoc_memo_new(&memo, &err), &err, "a memo");
	ok(!ed_memo_cert(memo, "der", 3), "a certificate that was not kept");
	ed_memo_keep_cert(memo, "der", 3, x);
	again = ed_memo_cert(memo, "der", 3);
	ok(again == x, "is the same once it was");
	X509_free(again);
	ok(!ed_memo_cert(memo, "deR", 3) && !ed_memo_cert(memo, "de", 2), "others are not");
	ed_memo_keep_cert(memo, "der", 3, x);

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
		ed_memo_keep_cert(memo, a, sizeof(a), x);
		if (!ed_memo_verified(memo, a, b))
			break;
		held = i + 1;
	}
	is_int((int64_t)held, 3 * ED_MAX_MEMO, "the newest is always there");
	edoc_memo_free(memo);
	X509_free(x);

	ok(!ed_memo_cert(NULL, "der", 3) && !ed_memo_verified(NULL, a, b), "none knows nothing");
	ed_memo_keep_cert(NULL, "der", 3, NULL);
	ed_memo_keep_verified(NULL, a, b);
	edoc_memo_free(NULL);
	return done();
}
