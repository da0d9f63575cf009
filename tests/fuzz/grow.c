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
#include "signature/xades.h"

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

/* ---- the forms ------------------------------------------------------------------- */

struct read {
	struct ed_material material;
	struct ed_ades *sigs;
	size_t n;
};

static const struct ed_data *of_container(const void *p, size_t len)
{
	static const struct ed_data entries = {
	        .container = true, .n = 1, .name = name_it, .digest = digest_it, .read = read_it};

	return memmem(p, len, "XAdESSignatures", 15) ? &entries : &beside;
}

static enum edoc_code read_cades(const void *p, size_t len, struct ed_arena *arena, struct read *r)
{
	struct ed_cades cades;
	struct edoc_error err;
	enum edoc_code code = ed_cades_read(p, len, "fuzz", &beside, ED_NO_DATA, &r->material,
	                                    arena, &cades, &err);

	r->sigs = cades.sigs;
	r->n = cades.n;
	return code;
}

static enum edoc_code read_xades(const void *p, size_t len, struct ed_arena *arena, struct read *r)
{
	struct edoc_error err;

	return ed_xades_read(p, len, "fuzz", ED_MAX_XML_BYTES, of_container(p, len), &r->material,
	                     arena, &r->sigs, &r->n, &err);
}

static const struct form {
	enum edoc_code (*read)(const void *p, size_t len, struct ed_arena *arena, struct read *r);
	enum edoc_code (*add_stamp)(const struct ed_grow *g, enum ed_stamp_kind kind,
	                            enum ed_hash hash, ed_token_fn *token, void *arg,
	                            struct ed_buf *out, struct edoc_error *err);
	enum edoc_code (*add_values)(const struct ed_grow *g, size_t about,
	                             const struct ed_blob *const *values, size_t n,
	                             struct ed_buf *out, struct edoc_error *err);
} forms[] = {{read_cades, ed_cades_add_stamp, ed_cades_add_values},
             {read_xades, ed_xades_add_stamp, ed_xades_add_values}};

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
static size_t look(const struct form *form, const void *p, size_t len, struct ed_arena *arena,
                   size_t *n, struct ed_tst *tst)
{
	struct read r = {0};
	size_t good;

	*n = 0;
	ed_material_init(&r.material, arena);
	if (form->read(p, len, arena, &r))
		return 0;
	*n = r.n;
	good = count_good(r.sigs, r.n);
	if (tst && r.n > 0 && r.sigs[0].n_stamps > 0) {
		tst->der = r.sigs[0].stamps[0].tst.der;
		tst->len = r.sigs[0].stamps[0].tst.len;
	}
	ed_ades_clear(r.sigs, r.n);
	return good;
}

static void stamp(const struct form *form, const struct ed_grow *g, struct ed_tst *tst, size_t good)
{
	struct ed_buf out;
	struct edoc_error err;
	size_t n;

	for (int kind = 0; kind < 2; kind++) {
		ed_buf_init(&out, MAX_OUT);
		if (form->add_stamp(g, kind ? ED_STAMP_ARCHIVE : ED_STAMP_SIGNATURE, ED_SHA256,
		                    token, tst->der ? tst : NULL, &out, &err)) {
			if (out.len > 0)
				abort();
		} else if (look(form, out.data, out.len, g->arena, &n, NULL) <= good) {
			abort(); /* one that holds came */
		}
		ed_buf_clear(&out);
	}
}

static void put_values(const struct form *form, const struct ed_grow *g, size_t about, size_t good)
{
	struct ed_buf once, twice;
	struct edoc_error err;
	struct ed_grow again = *g;
	size_t n;

	ed_buf_init(&once, MAX_OUT);
	ed_buf_init(&twice, MAX_OUT);
	if (form->add_values(g, about, values, 3, &once, &err)) {
		if (once.len > 0)
			abort();
	} else {
		if (once.len < g->len || look(form, once.data, once.len, g->arena, &n, NULL) < good)
			abort();
		/* Nothing more comes, so the bytes are those that went in. */
		again.bytes = once.data;
		again.len = once.len;
		if (form->add_values(&again, about, values, 0, &twice, &err) ||
		    twice.len != once.len || memcmp(once.data, twice.data, once.len) != 0)
			abort();
	}
	ed_buf_clear(&once);
	ed_buf_clear(&twice);
}

static void grow(const struct form *form, const uint8_t *data, size_t size, struct ed_arena *arena)
{
	struct ed_tst tst = {0};
	struct ed_grow g = {.bytes = data,
	                    .len = size,
	                    .where = "fuzz",
	                    .data = form->read == read_xades ? of_container(data, size) : &beside,
	                    .only = ED_NO_DATA,
	                    .arena = arena};
	size_t n, good = look(form, data, size, arena, &n, &tst);

	/* The last is not there. */
	for (g.which = 0; g.which <= n && g.which < 4; g.which++) {
		stamp(form, &g, &tst, good);
		put_values(form, &g, ED_NO_STAMP, good);
		put_values(form, &g, 0, good);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct ed_arena *arena = ed_arena_new();

		grow(&forms[i], data, size, arena);
		ed_arena_free(arena);
	}
	return 0;
}
