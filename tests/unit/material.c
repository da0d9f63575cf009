/* SPDX-License-Identifier: ISC */
#include "signature/material.h"

#include "../tap.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "signature/ades.h"

static void kept(struct ed_arena *arena)
{
	struct ed_material m;
	unsigned char sha256[ED_HASH_MAX];
	struct edoc_error err = {0};
	char text[] = "one";
	size_t at = 9, again = 9;

	ed_material_init(&m, arena);
	ok(ed_hash_bytes(ED_SHA256, "one", 3, sha256), "its digest");
	ok(ed_material_find(&m, sha256) == (size_t)-1, "nothing is there");
	is_ok(ed_material_add(&m, ED_CERT, text, 3, "a.p7s", &at, &err), &err, "the first");
	is_int((int64_t)at, 0, "is number 0");
	text[0] = 'x';
	ok(m.v[0].kind == ED_CERT && m.v[0].len == 3 && !memcmp(m.v[0].p, "one", 3) &&
	           !memcmp(m.v[0].sha256, sha256, 32),
	   "a copy of it");
	is_str(m.v[0].where, "a.p7s", "and where it was");
	is_ok(ed_material_add(&m, ED_CERT, "two", 3, "b.p7s", NULL, &err), &err, "another");
	is_ok(ed_material_add(&m, ED_CERT, "one", 3, "c.p7s", &again, &err), &err,
	      "the first again");
	ok(again == 0 && m.n == 2, "stands once");
	is_str(m.v[0].where, "a.p7s", "at its first place");
	ok(ed_material_find(&m, sha256) == 0, "and is found");
	is_ok(ed_material_add(&m, ED_CRL, "", 0, "", &at, &err), &err, "nothing is a blob too");
	is_int((int64_t)m.bytes, 6, "all bytes are counted");
}

static void limits(struct ed_arena *arena)
{
	struct ed_material m;
	struct edoc_error err = {0};
	enum edoc_code code = EDOC_OK;
	unsigned char sha256[ED_HASH_MAX];
	bool found = true;
	uint32_t i;

	ed_material_init(&m, arena);
	for (i = 0; code == EDOC_OK && i < ED_MAX_MATERIAL; i++)
		code = ed_material_add(&m, ED_OCSP, &i, sizeof(i), "x", NULL, &err);
	is_ok(code, &err, "as many as there may be");
	for (i = 0; i < ED_MAX_MATERIAL; i++)
		found = found && ed_hash_bytes(ED_SHA256, &i, sizeof(i), sha256) &&
		        ed_material_find(&m, sha256) == i;
	ok(found, "each is found");
	i = 5;
	is_ok(ed_material_add(&m, ED_OCSP, &i, sizeof(i), "x", NULL, &err), &err, "one of them");
	i = ED_MAX_MATERIAL;
	fails(ed_material_add(&m, ED_OCSP, &i, sizeof(i), "x.crl", NULL, &err), EDOC_ERR_LIMIT,
	      &err, "x.crl", "one more");

	ed_material_init(&m, arena);
	is_ok(ed_material_add(&m, ED_CERT, "one", 3, "x", NULL, &err), &err, "a small one");
	m.bytes = ED_MAX_MATERIAL_BYTES - 3;
	is_ok(ed_material_add(&m, ED_CERT, "two", 3, "x", NULL, &err), &err, "the last that fits");
	fails(ed_material_add(&m, ED_CERT, "4", 1, "x", NULL, &err), EDOC_ERR_LIMIT, &err, "bytes",
	      "a byte more");
}

static const char *name(void *arg, size_t i)
{
	return ((const char **)arg)[i];
}

static void data(void)
{
	const char *names[] = {"a.txt", NULL, "A.txt", "a.txt"};
	struct ed_data d = {.arg = names, .n = 4, .name = name};

	ok(ed_data_find(&d, "a.txt") == 0 && ed_data_find(&d, "A.txt") == 2, "the exact name");
	ok(ed_data_find(&d, "a.tx") == ED_NO_DATA && ed_data_find(&d, "") == ED_NO_DATA, "or none");
}

/* OpenSSL's objects are given back, however deep they stand; twice is once. */
static void cleared(void)
{
	X509 *x[5];
	struct ed_cert c[5] = {0};
	struct ed_stamp stamps[2] = {0}, of_record[1] = {0};
	struct ed_record record = {.stamps = of_record, .n_stamps = 1};
	struct ed_ades counter = {0}, sig = {0};
	bool freed = true;

	for (int i = 0; i < 5; i++)
		c[i].x509 = x[i] = X509_new();
	sig.signer = &c[0];
	stamps[0].tst.signer = &c[1];
	sig.stamps = stamps;
	sig.n_stamps = 2;
	counter.signer = &c[2];
	counter.stamps = &(struct ed_stamp){.tst.signer = &c[3]};
	counter.n_stamps = 1;
	sig.counter = &counter;
	sig.n_counter = 1;
	of_record[0].tst.signer = &c[4];
	sig.records = &record;
	sig.n_records = 1;
	ed_ades_clear(&sig, 1);
	ed_ades_clear(&sig, 1);
	ed_ades_clear(NULL, 0);
	for (int i = 0; i < 5; i++)
		freed = freed && x[i] && !c[i].x509;
	ok(freed, "all are cleared");
}

int main(void)
{
	struct ed_arena *arena = ed_arena_new();

	kept(arena);
	limits(arena);
	data();
	cleared();
	ed_arena_free(arena);
	return done();
}
