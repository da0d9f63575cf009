/* SPDX-License-Identifier: ISC */
/*
 * Signatures grow, whatever they are: values are put in, and put in again, which
 * changes nothing; a TSA that gives nothing, or the token of another signature,
 * leaves nothing behind.  What was intact before is intact after: the code looks
 * itself, and here it is looked at again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "signature/cades.h"
#include "signature/grow.h"

static const char content[] = "Salom, dunyo!\n";
#define LEN (sizeof content - 1)
#define MAX_OUT ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- what it is over --------------------------------------------------------- */

static const char *name_it(void *arg, size_t i)
{
	(void)arg;
	(void)i;
	return "letter.txt";
}

static enum edoc_code digest_it(void *arg, size_t i, enum ed_hash hash,
                                unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	(void)arg;
	(void)i;
	(void)err;
	return ed_hash_bytes(hash, content, LEN, out) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code read_it(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *err)
{
	(void)arg;
	(void)i;
	ed_buf_put(buf, content, LEN);
	return ed_buf_check(buf, "letter.txt", err);
}

static const struct ed_data beside = {
        .n = 1, .name = name_it, .digest = digest_it, .read = read_it};

/* ---- what comes ---------------------------------------------------------------- */

/* A time-stamp that came with the input, whatever it is over; else none. */
static enum edoc_code token(void *arg, enum ed_hash hash, const unsigned char imprint[ED_HASH_MAX],
                            struct ed_buf *out, struct edoc_error *err)
{
	const struct ed_tst *tst = arg;

	(void)hash;
	(void)imprint;
	(void)err;
	if (!tst)
		return EDOC_ERR_AGAIN;
	ed_buf_put(out, tst->der, tst->len);
	return EDOC_OK;
}

/* No certificate, CRL or answer: elements of any kind are put where they belong. */
static const unsigned char octets[] = {0x30, 0x03, 0x02, 0x01, 0x05};
static const struct ed_blob blobs[] = {
        {.kind = ED_CERT, .p = octets, .len = sizeof octets, .sha256 = {1}, .where = "fuzz"},
        {.kind = ED_CRL, .p = octets, .len = sizeof octets, .sha256 = {2}, .where = "fuzz"},
        {.kind = ED_OCSP, .p = octets, .len = sizeof octets, .sha256 = {3}, .where = "fuzz"},
};
static const struct ed_blob *const values[] = {&blobs[0], &blobs[1], &blobs[2]};

/* ---- CAdES ----------------------------------------------------------------------- */

static size_t count_good(const struct ed_ades *s, size_t n)
{
	size_t good = 0;

	for (size_t i = 0; i < n; i++) {
		good += (size_t)s[i].intact_data + s[i].intact_signature + s[i].bound;
		for (size_t k = 0; k < s[i].n_stamps; k++)
			good += s[i].stamps[k].intact && s[i].stamps[k].tst.intact;
		good += count_good(s[i].counter, s[i].n_counter);
	}
	return good;
}

/* How much of it holds; tst: a token of it, in the arena. */
static size_t read_cades(const void *p, size_t len, struct ed_arena *arena, size_t *n,
                         struct ed_tst *tst)
{
	struct ed_material material;
	struct ed_cades cades;
	struct edoc_error err;
	size_t good;

	*n = 0;
	ed_material_init(&material, arena);
	if (ed_cades_read(p, len, "fuzz", &beside, ED_NO_DATA, &material, arena, &cades, &err))
		return 0;
	*n = cades.n;
	good = count_good(cades.sigs, cades.n);
	if (tst && cades.n > 0 && cades.sigs[0].n_stamps > 0) {
		tst->der = cades.sigs[0].stamps[0].tst.der;
		tst->len = cades.sigs[0].stamps[0].tst.len;
	}
	ed_ades_clear(cades.sigs, cades.n);
	return good;
}

static void stamp(const struct ed_grow *g, struct ed_tst *tst, size_t good)
{
	struct ed_buf out;
	struct edoc_error err;
	size_t n;

	for (int kind = 0; kind < 2; kind++) {
		ed_buf_init(&out, MAX_OUT);
		if (ed_cades_add_stamp(g, kind ? ED_STAMP_ARCHIVE : ED_STAMP_SIGNATURE, ED_SHA256,
		                       token, tst->der ? tst : NULL, &out, &err)) {
			if (out.len > 0)
				abort();
		} else if (read_cades(out.data, out.len, g->arena, &n, NULL) <= good) {
			abort(); /* one that holds came */
		}
		ed_buf_clear(&out);
	}
}

static void put_values(const struct ed_grow *g, size_t good)
{
	struct ed_buf once, twice;
	struct edoc_error err;
	struct ed_grow again = *g;
	size_t n;

	ed_buf_init(&once, MAX_OUT);
	ed_buf_init(&twice, MAX_OUT);
	if (ed_cades_add_values(g, ED_NO_STAMP, values, 3, &once, &err)) {
		if (once.len > 0)
			abort();
	} else {
		if (once.len < g->len || read_cades(once.data, once.len, g->arena, &n, NULL) < good)
			abort();
		/* Nothing more comes, so the bytes are those that went in. */
		again.bytes = once.data;
		again.len = once.len;
		if (ed_cades_add_values(&again, ED_NO_STAMP, values, 0, &twice, &err) ||
		    twice.len != once.len || memcmp(once.data, twice.data, once.len) != 0)
			abort();
	}
	ed_buf_clear(&once);
	ed_buf_clear(&twice);
}

static void grow_cades(const uint8_t *data, size_t size, struct ed_arena *arena)
{
	struct ed_tst tst = {0};
	struct ed_grow g = {.bytes = data,
	                    .len = size,
	                    .where = "fuzz",
	                    .data = &beside,
	                    .only = ED_NO_DATA,
	                    .arena = arena};
	size_t n, good = read_cades(data, size, arena, &n, &tst);

	/* The last is not there. */
	for (g.which = 0; g.which <= n && g.which < 4; g.which++) {
		stamp(&g, &tst, good);
		put_values(&g, good);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();

	grow_cades(data, size, arena);
	ed_arena_free(arena);
	return 0;
}
