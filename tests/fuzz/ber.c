/* SPDX-License-Identifier: ISC */
/* Every element, as deep as it goes; what becomes DER is DER and stays so. */
#include <stdlib.h>
#include <string.h>

#include "base/ber.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count(void *arg, const void *p, size_t n)
{
	(void)p;
	*(size_t *)arg += n;
	return true;
}

/* Our own identifiers are compared with arcs below 2^63 and 60 octets. */
static bool small_arcs(const char *oid)
{
	size_t digits = 0;

	for (const char *s = oid; *s; s++) {
		digits = *s == '.' ? 0 : digits + 1;
		if (digits > 18)
			return false;
	}
	return strlen(oid) < 54;
}

static void values(const struct ed_ber *e, struct ed_arena *arena)
{
	const char *oid = ed_ber_oid(e, arena);
	size_t total = 0, len;
	const uint8_t *p;
	int64_t v;

	if (oid && small_arcs(oid) && !ed_ber_oid_is(e, oid))
		abort();
	(void)ed_ber_int(e, &v);
	(void)ed_ber_time(e, &v);
	if (ed_ber_octets(e, count, &total) &&
	    (!ed_ber_octet_slice(e, arena, &p, &len) || len != total))
		abort();
}

static void walk(struct ed_ber_reader *r, struct ed_arena *arena, size_t *left)
{
	struct ed_ber_reader inside;
	const uint8_t *end = r->p + r->left;
	struct ed_ber e;

	while (*left > 0 && ed_ber_next(r, &e)) {
		--*left;
		if (e.whole + e.whole_len > end || e.p < e.whole ||
		    e.p + e.len > e.whole + e.whole_len)
			abort();
		values(&e, arena);
		if (!e.constructed)
			continue;
		ed_ber_enter(&inside, &e, r->depth + 1);
		walk(&inside, arena, left);
	}
}

static void der(const struct ed_ber *e, bool sets, size_t size)
{
	struct ed_buf once, twice;
	struct ed_ber again;

	ed_buf_init(&once, 2 * size + 64);
	ed_buf_init(&twice, 2 * size + 64);
	if (ed_ber_is_der(e, sets) && (!ed_ber_to_der(e, sets, &once) || once.len != e->whole_len ||
	                               memcmp(once.data, e->whole, once.len) != 0))
		abort(); /* DER is its own DER */
	ed_buf_reset(&once);
	if (ed_ber_to_der(e, sets, &once)) {
		if (!ed_ber_one(once.data, once.len, &again) || !ed_ber_is_der(&again, sets))
			abort();
		if (!ed_ber_to_der(&again, sets, &twice) || twice.len != once.len ||
		    memcmp(once.data, twice.data, once.len) != 0)
			abort();
	}
	ed_buf_clear(&once);
	ed_buf_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_ber_reader r;
	size_t left = 10000;
	struct ed_ber e;

	if (!arena)
		return 0;
	ed_ber_start(&r, data, size);
	walk(&r, arena, &left);
	if (ed_ber_one(data, size, &e)) {
		der(&e, true, size);
		der(&e, false, size);
	}
	ed_arena_free(arena);
	return 0;
}
