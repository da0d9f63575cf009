/* SPDX-License-Identifier: ISC */
/* Is there anybody to ask about who signed and who stamped? */
#include "pkikit.h"

#include <string.h>

#include "base/limits.h"
#include "signature/unasked.h"

#define ASKED "crlDistributionPoints=URI:http://example.com/a.crl\n"

enum { ROOT, CA, ASKED_CA, PERSON, ASKED_PERSON, BELOW_ASKED, TSA, ASKED_TSA, SELF, WHO };
static struct who all[WHO];

/* Some of them beside a signature by one, and time-stamps by others. */
struct scene {
	struct ed_arena *arena;
	struct ed_material pool;
	struct ed_ades a;
	struct ed_stamp stamps[2];
	struct ed_object along[ED_MAX_UNASKED + 8];
};

static struct ed_cert *cert(struct scene *s, const X509 *x)
{
	struct ed_cert *made = NULL;
	unsigned char *der = NULL;
	struct edoc_error err;
	int n = i2d_X509(x, &der);

	if (ed_cert_parse(der, (size_t)n, "", s->arena, &made, &err) != EDOC_OK)
		ok(false, "a certificate: %s", err.msg);
	OPENSSL_free(der);
	return made;
}

static size_t bring(struct scene *s, const void *der, size_t len)
{
	struct edoc_error err;
	size_t blob = 0;

	if (ed_material_add(&s->pool, ED_CERT, der, len, "blob", &blob, &err) != EDOC_OK)
		ok(false, "material: %s", err.msg);
	return blob;
}

static void along(struct scene *s, const X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	size_t blob = bring(s, der, (size_t)n);

	memcpy(s->along[s->a.n_material++].sha256, s->pool.v[blob].sha256, 32);
	OPENSSL_free(der);
}

static void begin(struct scene *s, const struct who *signer)
{
	memset(s, 0, sizeof(*s));
	s->arena = ed_arena_new();
	ed_material_init(&s->pool, s->arena);
	s->a.material = s->along;
	s->a.stamps = s->stamps;
	s->a.signer = signer ? cert(s, signer->x) : NULL;
}

static void stamp(struct scene *s, const struct who *by, enum ed_stamp_kind kind)
{
	struct ed_stamp *made = &s->stamps[s->a.n_stamps++];

	made->kind = kind;
	made->tst.signer = by ? cert(s, by->x) : NULL;
}

/* signer, stamps: what is expected of them. */
static void is(struct scene *s, bool signer, bool stamps, const char *what)
{
	struct ed_unasked got = ed_ades_unasked(&s->a, &s->pool);

	ok(got.signer == signer && got.stamps == stamps, "%s", what);
	ed_cert_clear(s->a.signer);
	for (size_t i = 0; i < s->a.n_stamps; i++)
		ed_cert_clear(s->stamps[i].tst.signer);
	ed_arena_free(s->arena);
}

/* By that person, with such an authority and the root. */
static void one(int person, int ca, bool expected, const char *what)
{
	struct scene s;

	begin(&s, &all[person]);
	along(&s, all[person].x);
	if (ca < WHO)
		along(&s, all[ca].x);
	along(&s, all[ROOT].x);
	is(&s, expected, expected, what);
}

static void signers(void)
{
	struct scene s;

	one(PERSON, CA, true, "nobody to ask, all certificates");
	one(ASKED_PERSON, CA, false, "the signer can be asked about");
	one(BELOW_ASKED, ASKED_CA, false, "an authority can be asked about");
	one(PERSON, WHO, false, "the authority is not there");
	one(PERSON, ASKED_CA, false, "another one is");
	one(SELF, WHO, true, "an anchor by itself is not asked about");

	begin(&s, NULL);
	along(&s, all[CA].x);
	is(&s, false, false, "no signer");
	begin(&s, &all[PERSON]);
	is(&s, false, false, "nothing came along");
	begin(&s, &all[BELOW_ASKED]);
	along(&s, all[ASKED_CA].x);
	is(&s, true, true, "the last that came along is the anchor: nobody asks about it");
	begin(&s, &all[PERSON]);
	bring(&s, "\x30\x03\x02\x01\x01", 5);
	memcpy(s.along[s.a.n_material++].sha256, s.pool.v[0].sha256, 32);
	is(&s, false, false, "what is no certificate is none");
}

static void stampers(void)
{
	struct scene s;

	for (int i = 0; i < 4; i++) {
		begin(&s, &all[PERSON]);
		along(&s, all[CA].x);
		stamp(&s, &all[TSA], ED_STAMP_SIGNATURE);
		if (i == 1)
			stamp(&s, &all[ASKED_TSA], ED_STAMP_SIGNATURE);
		else if (i == 2)
			stamp(&s, &all[ASKED_TSA], ED_STAMP_ARCHIVE);
		else if (i == 3)
			stamp(&s, NULL, ED_STAMP_SIGNATURE);
		is(&s, true, i == 0 || i == 2,
		   i == 0   ? "nor about the TSA"
		   : i == 1 ? "one of two TSAs can be asked about"
		   : i == 2 ? "an archive time-stamp's is for the next one"
		            : "a TSA that is not there");
	}
}

/* Two that issued each other; more than anybody needs. */
static void hostile(void)
{
	struct who left = issue("Left", NULL, 1, CA_EXT), right = issue("Right", NULL, 2, CA_EXT);
	struct who up = issue_with(left.key, "Left", &right, 3, T2020, T2020 + YEAR, CA_EXT);
	struct who down = issue_with(right.key, "Right", &left, 4, T2020, T2020 + YEAR, CA_EXT);
	struct who person = issue("Person", &up, 5, PERSON_EXT);
	struct scene s;

	begin(&s, &person);
	along(&s, up.x);
	along(&s, down.x);
	is(&s, false, false, "a ring of authorities has no end");
	for (size_t more = 0; more < 2; more++) {
		begin(&s, &all[PERSON]);
		along(&s, all[CA].x);
		for (size_t i = 1; i < ED_MAX_UNASKED + more; i++) {
			struct who other = issue_with(left.key, "Other", NULL, (long)i + 9, T2020,
			                              T2020 + YEAR, CA_EXT);

			along(&s, other.x);
			who_free(&other);
		}
		is(&s, !more, !more,
		   more ? "one certificate too many" : "as many as are looked at");
	}
	who_free(&left);
	who_free(&right);
	who_free(&up);
	who_free(&down);
	who_free(&person);
}

int main(void)
{
	all[ROOT] = issue("Root", NULL, 1, CA_EXT);
	all[CA] = issue("CA", &all[ROOT], 2, CA_EXT);
	all[ASKED_CA] = issue("Asked CA", &all[ROOT], 3, CA_EXT ASKED);
	all[PERSON] = issue("Person", &all[CA], 4, PERSON_EXT);
	all[ASKED_PERSON] = issue("Asked", &all[CA], 5, PERSON_EXT ASKED);
	all[BELOW_ASKED] = issue("Below", &all[ASKED_CA], 6, PERSON_EXT);
	all[TSA] = issue("TSA", &all[CA], 7, PERSON_EXT);
	all[ASKED_TSA] = issue("Asked TSA", &all[CA], 8, PERSON_EXT ASKED);
	all[SELF] = issue("Self", NULL, 9, PERSON_EXT ASKED);
	signers();
	stampers();
	hostile();
	for (int i = 0; i < WHO; i++)
		who_free(&all[i]);
	return done();
}
