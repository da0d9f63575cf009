/* SPDX-License-Identifier: ISC */
/* Evidence records in unsigned attributes: over the signature as it was before
 * they came, in DER or as it stood, and over the content beside it. */
#include "cadeskit.h"

#include "base/limits.h"

#define WHEN "20260601120000Z"
#define LATER "20270601120000Z"

static const char hello[] = "Salom, dunyo!\n";

static struct bytes content(void)
{
	return raw(hello, sizeof hello - 1);
}

static struct spec plain(void)
{
	struct spec s = {.key = zarina, .content = content()};

	(void)signer_fields(&s); /* one value for all copies */
	return s;
}

/* One ArchiveTimeStamp; tree: reducedHashtree, or none. */
static struct bytes record(struct bytes tree, struct bytes stamped, const char *when)
{
	struct bytes ats = tlv(SEQ, join(tree, token(stamped, when, none())));
	struct bytes b = join(tlv(INT, raw("\1", 1)), tlv(SEQ, alg(SHA256)));

	return tlv(SEQ, join(b, tlv(SEQ, tlv(SEQ, ats))));
}

/* Two objects in one group (RFC 4998 4.2.2): their digests in order. */
static struct bytes group(struct bytes a, struct bytes b, const char *when)
{
	struct bytes v[2] = {hash(ED_SHA256, a), hash(ED_SHA256, b)}, both;
	struct bytes list;

	qsort(v, 2, sizeof v[0], by_der);
	both = join(v[0], v[1]);
	list = tlv(SEQ, join(tlv(OCTETS, v[0]), tlv(OCTETS, v[1])));
	return record(tlv(0xa2, list), both, when);
}

static const struct ed_record *first(const struct kit_result *r)
{
	static const struct ed_record none_there;

	if (r->cades.n == 0 || r->cades.sigs->n_records == 0) {
		ok(false, "a record is there");
		return &none_there;
	}
	return r->cades.sigs->records;
}

static bool covers(const struct ed_record *record, enum ed_object_kind kind, struct bytes what)
{
	struct bytes digest = hash(ED_SHA256, what);

	for (size_t i = 0; i < record->n_covers; i++)
		if (record->covers[i].kind == kind &&
		    !memcmp(record->covers[i].sha256, digest.p, 32))
			return true;
	return false;
}

static bool covers_data(const struct ed_record *record, const char *name)
{
	for (size_t i = 0; i < record->n_covers; i++)
		if (record->covers[i].kind == ED_OBJECT_DATA &&
		    !strcmp(record->covers[i].name, name))
			return true;
	return false;
}

static void test_internal(void)
{
	struct spec s = plain();
	struct kit_result r;
	const struct ed_record *e;

	after(&s, attribute(OID_SIGNATURE_STAMP, token(s.value, WHEN, none())));
	after(&s, attribute(OID_RECORD_INTERNAL, record(none(), cades_data(&s), LATER)));
	r = read_cades(keep("record-internal.p7m", cades_data(&s)));
	e = first(&r);
	ok(e->intact && e->found && e->n_stamps == 1, "internal: over the signature before it");
	ok(covers(e, ED_OBJECT_SIGNATURE, s.value) && covers_data(e, ED_CADES_CONTENT) &&
	           covers(e, ED_OBJECT_MATERIAL, cert(zarina)) &&
	           covers(e, ED_OBJECT_MATERIAL, cert(madina)),
	   "internal: proves all of it");
	is_str(r.cades.sigs->level, "CAdES-E-ERS", "internal: level");
	forget(&r);
	after(&s, attribute(OID_CERT_VALUES, tlv(SEQ, cert(anvar))));
	r = read_cades(cades_data(&s));
	ok(!first(&r)->intact && first(&r)->n_covers == 0, "internal: an attribute came later");
	is_str(r.cades.sigs->level, "CAdES-T", "what is broken gives no level");
	ok(r.cades.sigs->intact_signature, "the signature stays");
	forget(&r);
}

static void test_over_other(void)
{
	struct spec s = plain();
	struct kit_result r;

	after(&s, attribute(OID_RECORD_INTERNAL, record(none(), raw("other", 5), LATER)));
	r = read_cades(cades_data(&s));
	ok(!first(&r)->intact && first(&r)->n_covers == 0, "E09: over something else");
	ok(r.cades.sigs->intact_signature && r.cades.sigs->intact_data, "the signature stays");
	is_str(r.cades.sigs->level, "CAdES-BASELINE-B", "and its level");
	forget(&r);
	s = plain(); /* in a tree of several it could be of something that is not here */
	after(&s, attribute(OID_RECORD_INTERNAL, group(raw("other", 5), raw("more", 4), LATER)));
	r = read_cades(cades_data(&s));
	ok(!first(&r)->intact && ed_findings_have(&first(&r)->findings, "cades.record-omits"),
	   "E09: over other things, and the signature is here");
	is_str(r.cades.sigs->level, "CAdES-BASELINE-B", "gives no level");
	forget(&r);
	s = plain();
	after(&s, attribute(OID_RECORD_INTERNAL, text(UTF8, "x")));
	r = read_cades(cades_data(&s));
	ok(r.cades.sigs->n_records == 0 &&
	           ed_findings_have(&r.cades.sigs->findings, "cades.record-malformed"),
	   "no record in the attribute");
	forget(&r);
}

static void test_two(void)
{
	struct spec s = plain(), t;
	struct kit_result r;

	after(&s, attribute(OID_RECORD_INTERNAL, record(none(), cades_data(&s), WHEN)));
	t = s;
	after(&s, attribute(OID_RECORD_INTERNAL, record(none(), cades_data(&s), LATER)));
	r = read_cades(cades_data(&s));
	ok(r.cades.sigs->n_records == 2 && r.cades.sigs->records[0].intact &&
	           r.cades.sigs->records[1].intact,
	   "a second record over the first");
	forget(&r);
	t.after[0] = attribute(
	        OID_RECORD_INTERNAL,
	        join(record(none(), content_info(&s, tlv(SEQ, signer_fields(&s))), WHEN),
	             record(none(), content_info(&s, tlv(SEQ, signer_fields(&s))), LATER)));
	r = read_cades(cades_data(&t));
	ok(r.cades.sigs->n_records == 2 && r.cades.sigs->records[0].intact &&
	           r.cades.sigs->records[1].intact,
	   "two records in one attribute");
	forget(&r);
}

/* The outer two in BER; a record over the DER holds (TS 119 122-3), and over
 * the very bytes (RFC 4998). */
static struct bytes relayed(struct spec *s)
{
	struct bytes der = cades_data(s), in = raw(der.p, der.n);
	struct ed_ber e, type;
	struct ed_ber_reader r;

	if (!ed_ber_one(in.p, in.n, &e))
		printf("Bail out! no ContentInfo\n");
	ed_ber_enter(&r, &e, 1);
	if (!ed_ber_next(&r, &type) || !ed_ber_next(&r, &e))
		printf("Bail out! no SignedData\n");
	return loose(SEQ, join(raw(type.whole, type.whole_len), loose(0xa0, raw(e.p, e.len))));
}

static void test_codings(void)
{
	struct kit_result r;
	struct spec s;

	for (int der = 0; der < 2; der++) {
		s = plain();
		after(&s, attribute(OID_RECORD_INTERNAL,
		                    record(none(), der ? cades_data(&s) : relayed(&s), LATER)));
		r = read_cades(relayed(&s));
		ok(first(&r)->intact, "BER: a record over %s", der ? "its DER" : "its bytes");
		forget(&r);
	}
}

static void test_external(void)
{
	struct kit_files files = {.v = {content(), raw("other", 5)}, .n = 1};
	struct spec s = plain();
	struct kit_result r;
	struct bytes b;

	s.detached = true;
	after(&s, attribute(OID_RECORD_EXTERNAL, group(cades_data(&s), content(), LATER)));
	b = keep("record-external.p7s", cades_data(&s));
	r = read_with(b, &files, ED_NO_DATA);
	ok(first(&r)->intact && covers_data(first(&r), "one.txt") &&
	           covers(first(&r), ED_OBJECT_SIGNATURE, s.value),
	   "external: over signature and content");
	forget(&r);
	r = read_cades(b);
	ok(first(&r)->intact && covers(first(&r), ED_OBJECT_SIGNATURE, s.value) &&
	           !covers_data(first(&r), "one.txt"),
	   "external: the content is not at hand");
	forget(&r);
	s.n_after = 0;
	after(&s, attribute(OID_RECORD_EXTERNAL, group(raw("other", 5), raw("more", 4), LATER)));
	r = read_with(cades_data(&s), &files, ED_NO_DATA);
	ok(!first(&r)->intact && ed_findings_have(&first(&r)->findings, "cades.record-omits"),
	   "external: over neither");
	forget(&r);
	r = read_cades(cades_data(&s));
	ok(!first(&r)->intact && !ed_findings_have(&first(&r)->findings, "cades.record-omits"),
	   "external: it could be over the content, which is not here");
	forget(&r);
	s.n_after = 0;
	after(&s, attribute(OID_RECORD_EXTERNAL, record(none(), cades_data(&s), LATER)));
	r = read_with(cades_data(&s), &files, ED_NO_DATA);
	ok(!first(&r)->intact && ed_findings_have(&first(&r)->findings, "cades.record-omits"),
	   "external: over the signature alone");
	forget(&r);
	s.n_after = 0;
	after(&s, attribute(OID_RECORD_EXTERNAL, record(none(), content(), LATER)));
	r = read_with(cades_data(&s), &files, ED_NO_DATA);
	ok(!first(&r)->intact && ed_findings_have(&first(&r)->findings, "cades.record-omits"),
	   "external: over the content alone");
	forget(&r);
}

int main(void)
{
	kit_open();
	test_internal();
	test_over_other();
	test_two();
	test_codings();
	test_external();
	kit_close();
	return done();
}
