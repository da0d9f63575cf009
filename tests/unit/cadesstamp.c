/* SPDX-License-Identifier: ISC */
/*
 * Time-stamps of CAdES: what each kind is over, and what it proves; then the
 * same over something else, with things added and taken out.
 */
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
	return (struct spec){.key = zarina, .content = content()};
}

static bool has(const struct ed_stamp *t, const char *code)
{
	return ed_findings_have(&t->findings, code);
}

static const struct ed_stamp *stamp(const struct kit_result *r, size_t i)
{
	static const struct ed_stamp none_there;

	if (r->cades.n == 0 || i >= r->cades.sigs->n_stamps) {
		ok(false, "time-stamp %zu is there", i);
		return &none_there;
	}
	return &r->cades.sigs->stamps[i];
}

static bool good(const struct ed_stamp *t)
{
	return t->found && t->intact && t->tst.intact && t->findings.n == 0;
}

static bool covers(const struct ed_stamp *t, enum ed_object_kind kind, struct bytes what)
{
	struct bytes digest = hash(ED_SHA256, what);

	for (size_t i = 0; i < t->n_covers; i++)
		if (t->covers[i].kind == kind && !memcmp(t->covers[i].sha256, digest.p, 32))
			return true;
	return false;
}

static bool covers_data(const struct ed_stamp *t, const char *name)
{
	for (size_t i = 0; i < t->n_covers; i++)
		if (t->covers[i].kind == ED_OBJECT_DATA && !strcmp(t->covers[i].name, name))
			return true;
	return false;
}

/* ---- over the signature value ------------------------------------------------ */

static void test_signature_stamp(void)
{
	struct spec s = plain();
	struct kit_result r;
	const struct ed_stamp *t;
	struct bytes tst;

	(void)signer_fields(&s);
	tst = token(s.value, WHEN, none());
	after(&s, attribute(OID_SIGNATURE_STAMP, tst));
	r = read_cades(keep("level-t.p7m", cades_data(&s)));
	t = stamp(&r, 0);
	ok(good(t), "signature-time-stamp");
	is_str(t->type, "signature-time-stamp", "its name");
	is_int(t->kind, ED_STAMP_SIGNATURE, "its kind");
	is_int(t->tst.time, 1780315200, "its time");
	ok(covers(t, ED_OBJECT_SIGNATURE, s.value), "proves the value");
	ok(covers_data(t, ED_CADES_CONTENT), "and what the value is over");
	ok(covers(t, ED_OBJECT_MATERIAL, cert(zarina)), "and the certificate it names");
	ok(!covers(t, ED_OBJECT_STAMP, tst), "not itself");
	is_str(r.cades.sigs->level, "CAdES-BASELINE-T", "makes it level T");
	ok(r.cades.sigs->n_material == 2, "the authority's certificate comes along");
	forget(&r);
}

static void test_copied_stamp(void)
{
	struct spec s = plain(), other = plain();
	struct kit_result r;

	(void)signer_fields(&other);
	(void)signer_fields(&s);
	after(&s, attribute(OID_SIGNATURE_STAMP, token(s.value, WHEN, none())));
	after(&s, attribute(OID_SIGNATURE_STAMP, token(other.value, WHEN, none())));
	r = read_cades(keep("C11-copied-stamp.p7m", cades_data(&s)));
	ok(good(stamp(&r, 0)), "C11: the signature's own time-stamp");
	ok(stamp(&r, 1)->found && !stamp(&r, 1)->intact &&
	           has(stamp(&r, 1), "cades.stamp-over-other"),
	   "C11: one copied from another signature");
	ok(stamp(&r, 1)->n_covers == 0, "C11: proves nothing");
	ok(r.cades.sigs->intact_signature && r.cades.sigs->findings.n == 0,
	   "C11: the signature stays");
	forget(&r);
}

static void test_two_values(void)
{
	struct spec s = plain();
	struct kit_result r;

	(void)signer_fields(&s);
	after(&s, attribute(OID_SIGNATURE_STAMP,
	                    join(token(s.value, WHEN, none()), token(s.value, LATER, none()))));
	r = read_cades(cades_data(&s));
	ok(good(stamp(&r, 0)) && good(stamp(&r, 1)), "two tokens in one attribute");
	forget(&r);
}

static void test_no_token(void)
{
	struct spec s = plain();
	struct kit_result r;

	after(&s, attribute(OID_SIGNATURE_STAMP, text(UTF8, "noon")));
	r = read_cades(cades_data(&s));
	ok(r.rc == EDOC_OK && r.cades.sigs->n_stamps == 0 &&
	           ed_findings_have(&r.cades.sigs->findings, "cades.stamp-malformed"),
	   "no token in the attribute");
	is_str(r.cades.sigs->level, "CAdES-BASELINE-B", "no token, no level T");
	forget(&r);
	/* where it is not signed or not unsigned it is no time-stamp */
	s = plain();
	(void)signer_fields(&s);
	after(&s, attribute(OID_CONTENT_STAMP, token(content(), WHEN, none())));
	r = read_cades(cades_data(&s));
	ok(r.cades.sigs->n_stamps == 0, "an unsigned content-time-stamp is none");
	forget(&r);
}

/* ---- over the content --------------------------------------------------------- */

static void test_content_stamp(void)
{
	struct spec s = plain();
	struct kit_files files = {.v = {raw("no", 2), content()}, .n = 2};
	struct kit_result r;
	struct bytes tst = token(content(), WHEN, none()), b;

	also(&s, attribute(OID_CONTENT_STAMP, tst));
	(void)signer_fields(&s);
	after(&s, attribute(OID_SIGNATURE_STAMP, token(s.value, LATER, none())));
	r = read_cades(cades_data(&s));
	ok(good(stamp(&r, 0)), "content-time-stamp");
	is_int(stamp(&r, 0)->kind, ED_STAMP_CONTENT, "its kind");
	ok(covers_data(stamp(&r, 0), ED_CADES_CONTENT), "proves the content");
	ok(!covers(stamp(&r, 0), ED_OBJECT_SIGNATURE, s.value), "not the signature");
	ok(covers(stamp(&r, 1), ED_OBJECT_STAMP, tst), "a signed token is proved by a later one");
	forget(&r);
	s = plain();
	s.detached = true;
	also(&s, attribute(OID_CONTENT_STAMP, tst));
	b = cades_data(&s);
	r = read_with(b, &files, ED_NO_DATA);
	ok(good(stamp(&r, 0)) && covers_data(stamp(&r, 0), "two.txt"),
	   "content-time-stamp of detached content");
	forget(&r);
	r = read_cades(b);
	ok(!stamp(&r, 0)->found && has(stamp(&r, 0), "cades.stamp-data-missing"),
	   "content-time-stamp: no content given");
	forget(&r);
	s = plain();
	also(&s, attribute(OID_CONTENT_STAMP, token(raw("other", 5), WHEN, none())));
	r = read_cades(keep("T02-content-stamp.p7m", cades_data(&s)));
	ok(stamp(&r, 0)->found && !stamp(&r, 0)->intact,
	   "T02: content-time-stamp of other content");
	forget(&r);
}

/* ---- over references (A.1.5) --------------------------------------------------- */

static struct bytes cert_refs(struct bytes c)
{
	struct bytes id = tlv(SEQ, tlv(OCTETS, hash(ED_SHA1, c)));

	return attribute(OID_CERT_REFS, tlv(SEQ, id));
}

static struct bytes no_revocation_refs(void)
{
	return attribute(OID_REVOCATION_REFS, tlv(SEQ, tlv(SEQ, none())));
}

static struct bytes inner(struct bytes attr)
{
	struct ed_ber e;

	if (!ed_ber_one(attr.p, attr.n, &e))
		printf("Bail out! no element\n");
	return raw(e.p, e.len);
}

static void test_refs_stamps(void)
{
	struct spec s = plain();
	struct kit_result r;
	const struct ed_stamp *t;
	struct bytes a[4], over;

	s.certs = join(cert(zarina), cert(anvar));
	(void)signer_fields(&s);
	a[0] = attribute(OID_SIGNATURE_STAMP, token(s.value, WHEN, none()));
	a[1] = cert_refs(cert(anvar));
	a[2] = no_revocation_refs();
	over = join(inner(a[1]), inner(a[2]));
	a[3] = attribute(OID_CADES_C_STAMP,
	                 token(join(s.value, join(inner(a[0]), over)), LATER, none()));
	for (int i = 0; i < 4; i++)
		after(&s, a[i]);
	after(&s, attribute(OID_REFS_STAMP, token(over, LATER, none())));
	r = read_cades(keep("level-x.p7m", cades_data(&s)));
	t = stamp(&r, 1);
	ok(good(t) && t->kind == ED_STAMP_REFS, "CAdES-C-time-stamp");
	ok(covers(t, ED_OBJECT_SIGNATURE, s.value) &&
	           covers(t, ED_OBJECT_STAMP, inner(raw(inner(a[0]).p + 13, inner(a[0]).n - 13))),
	   "proves the value and its time-stamp");
	ok(covers(t, ED_OBJECT_MATERIAL, cert(anvar)), "and what is referred to");
	t = stamp(&r, 2);
	ok(good(t), "time-stamped-certs-crls-references");
	ok(covers(t, ED_OBJECT_MATERIAL, cert(anvar)) && !covers(t, ED_OBJECT_SIGNATURE, s.value),
	   "proves what is referred to, not the value");
	is_str(r.cades.sigs->level, "CAdES-X", "level X");
	forget(&r);
	s.after[1] = cert_refs(cert(zarina));
	r = read_cades(cades_data(&s));
	ok(!stamp(&r, 1)->intact && !stamp(&r, 2)->intact, "the references were exchanged");
	forget(&r);
	s = plain();
	(void)signer_fields(&s);
	after(&s, attribute(OID_REFS_STAMP, token(over, LATER, none())));
	r = read_cades(cades_data(&s));
	ok(!stamp(&r, 0)->found && has(stamp(&r, 0), "cades.stamp-data-missing"),
	   "the references were taken out");
	forget(&r);
}

static void test_values(void)
{
	struct spec s = plain();
	struct kit_result r;

	after(&s, cert_refs(cert(anvar)));
	after(&s, attribute(OID_CERT_VALUES, tlv(SEQ, cert(anvar))));
	r = read_cades(cades_data(&s));
	ok(r.cades.sigs->n_material == 2 && r.cades.sigs->findings.n == 0,
	   "certificate-values: what is referred to is there");
	forget(&r);
	s = plain();
	after(&s, cert_refs(cert(anvar)));
	after(&s, attribute(OID_CERT_VALUES, tlv(SEQ, cert(farrukh))));
	r = read_cades(cades_data(&s));
	ok(ed_findings_have(&r.cades.sigs->findings, "cades.reference-unmatched"),
	   "certificate-values: another one than referred to");
	forget(&r);
	s = plain();
	s.no_certs = true;
	after(&s, attribute(OID_CERT_VALUES, tlv(SEQ, cert(zarina))));
	r = read_cades(cades_data(&s));
	ok(r.cades.sigs->signer && r.cades.sigs->intact_signature,
	   "certificate-values: the signer's is found there");
	is_str(r.cades.sigs->level, "CAdES-BES", "which is not where level B has it");
	forget(&r);
	s = plain();
	after(&s, attribute(OID_CERT_VALUES, tlv(SEQ, text(UTF8, "x"))));
	after(&s, attribute(OID_CERT_REFS, text(UTF8, "x")));
	r = read_cades(cades_data(&s));
	ok(r.cades.sigs->intact_signature &&
	           ed_findings_have(&r.cades.sigs->findings, "cades.unsigned-malformed"),
	   "certificate-values: malformed");
	forget(&r);
}

/* ---- archive-time-stamp-v3 ------------------------------------------------------ */

enum version { V1, V2, V3 };

static struct bytes entry(struct bytes of)
{
	return tlv(OCTETS, hash(ED_SHA256, of));
}

/* The index that an archiver makes for s as it is. */
static struct bytes index_value(const struct spec *s, enum version v, struct bytes further)
{
	struct bytes certs = entry(cert(zarina)), attrs = none();

	for (size_t i = 0; i < s->n_after; i++) {
		struct bytes in = inner(s->after[i]);
		struct ed_ber type, set;
		struct ed_ber_reader r;

		ed_ber_start(&r, in.p, in.n);
		if (!ed_ber_next(&r, &type) || !ed_ber_next(&r, &set))
			printf("Bail out! no attribute\n");
		in = v == V1 ? s->after[i]
		             : join(raw(type.whole, type.whole_len), raw(set.p, set.len));
		attrs = join(attrs, entry(in));
	}
	certs = tlv(SEQ, join(certs, further));
	attrs = join(certs, join(tlv(SEQ, s->crls.n ? entry(s->crls) : none()), tlv(SEQ, attrs)));
	return tlv(SEQ, v == V1 ? attrs : join(alg(SHA256), attrs));
}

static struct bytes v3_over(struct spec *s, struct bytes index)
{
	struct bytes b = join(oid(ID_DATA), hash(ED_SHA256, s->content));

	return join(join(b, signer_fields(s)), index);
}

static void archive_v3(struct spec *s, enum version v, struct bytes further, const char *when)
{
	static const char *const oids[] = {OID_INDEX_V1, OID_INDEX_V2, OID_INDEX_V3};
	struct bytes index = index_value(s, v, further);

	after(s, attribute(OID_ARCHIVE_STAMP_V3,
	                   token(v3_over(s, index), when, attribute(oids[v], index))));
}

static struct spec level_t(void)
{
	struct spec s = plain();

	(void)signer_fields(&s);
	after(&s, attribute(OID_SIGNATURE_STAMP, token(s.value, WHEN, none())));
	return s;
}

static void test_archive_v3(void)
{
	for (enum version v = V1; v <= V3; v++) {
		struct spec s = level_t();
		struct bytes tst = inner(s.after[0]);
		struct kit_result r;
		const struct ed_stamp *t;

		archive_v3(&s, v, none(), LATER);
		r = read_cades(cades_data(&s));
		t = stamp(&r, 1);
		ok(good(t) && t->kind == ED_STAMP_ARCHIVE, "archive-time-stamp-v3, index %d",
		   v + 1);
		ok(covers(t, ED_OBJECT_SIGNATURE, s.value) && covers_data(t, ED_CADES_CONTENT) &&
		           covers(t, ED_OBJECT_MATERIAL, cert(zarina)) &&
		           covers(t, ED_OBJECT_MATERIAL, cert(madina)),
		   "proves all that is in the index, and what stands in it");
		tst = inner(raw(tst.p + 13, tst.n - 13));
		ok(covers(t, ED_OBJECT_STAMP, tst), "proves the time-stamp");
		forget(&r);
	}
}

static void test_archive_v3_later(void)
{
	struct spec s = level_t();
	struct kit_result r;

	archive_v3(&s, V3, none(), LATER);
	s.certs = join(cert(zarina), cert(anvar));
	after(&s, attribute(OID_CERT_VALUES, tlv(SEQ, cert(farrukh))));
	r = read_cades(keep("level-lta.p7m", cades_data(&s)));
	ok(good(stamp(&r, 1)), "archive-time-stamp-v3: what came later does not hurt");
	ok(covers(stamp(&r, 1), ED_OBJECT_MATERIAL, cert(zarina)) &&
	           !covers(stamp(&r, 1), ED_OBJECT_MATERIAL, cert(anvar)) &&
	           !covers(stamp(&r, 1), ED_OBJECT_MATERIAL, cert(farrukh)),
	   "and is not proved");
	forget(&r);
	s = level_t();
	archive_v3(&s, V3, none(), LATER);
	archive_v3(&s, V3, none(), "20280601120000Z");
	r = read_cades(cades_data(&s));
	ok(good(stamp(&r, 1)) && good(stamp(&r, 2)), "archived twice");
	ok(stamp(&r, 2)->n_covers > stamp(&r, 1)->n_covers, "the later proves the earlier");
	forget(&r);
}

static void test_archive_v3_defects(void)
{
	struct spec s = level_t();
	struct kit_result r;
	struct bytes index;

	archive_v3(&s, V3, entry(raw("gone", 4)), LATER);
	r = read_cades(keep("C20-index.p7m", cades_data(&s)));
	ok(stamp(&r, 1)->intact && has(stamp(&r, 1), "cades.index-unmatched"),
	   "C20: the index holds what is not there");
	ok(stamp(&r, 0)->findings.n == 0, "C20: the signature's own time-stamp is as it was");
	forget(&r);
	s = level_t();
	archive_v3(&s, V3, none(), LATER);
	s.after[0] = attribute(OID_SIGNATURE_STAMP, token(s.value, "20250601120000Z", none()));
	r = read_cades(keep("C20-exchanged.p7m", cades_data(&s)));
	ok(has(stamp(&r, 1), "cades.index-unmatched"), "C20: an attribute was exchanged");
	ok(!covers(stamp(&r, 1), ED_OBJECT_STAMP, s.after[0]), "C20: and is not proved");
	forget(&r);
	s = level_t();
	after(&s, attribute(OID_ARCHIVE_STAMP_V3, token(v3_over(&s, none()), LATER, none())));
	r = read_cades(cades_data(&s));
	ok(!stamp(&r, 1)->intact && has(stamp(&r, 1), "cades.index-malformed"), "no index");
	forget(&r);
	s = level_t();
	index = tlv(SEQ, text(UTF8, "x"));
	after(&s, attribute(OID_ARCHIVE_STAMP_V3,
	                    token(v3_over(&s, index), LATER, attribute(OID_INDEX_V3, index))));
	r = read_cades(cades_data(&s));
	ok(!stamp(&r, 1)->intact && has(stamp(&r, 1), "cades.index-malformed"), "no index in it");
	forget(&r);
	s = level_t();
	index = index_value(&s, V3, none());
	after(&s, attribute(OID_ARCHIVE_STAMP_V3, token(join(v3_over(&s, index), raw("", 1)), LATER,
	                                                attribute(OID_INDEX_V3, index))));
	r = read_cades(cades_data(&s));
	ok(stamp(&r, 1)->found && !stamp(&r, 1)->intact &&
	           has(stamp(&r, 1), "cades.stamp-over-other") && stamp(&r, 1)->n_covers == 0,
	   "over something else");
	forget(&r);
	s = level_t();
	s.detached = true;
	archive_v3(&s, V3, none(), LATER);
	r = read_cades(cades_data(&s));
	ok(!stamp(&r, 1)->found && has(stamp(&r, 1), "cades.stamp-data-missing"),
	   "the content is not here");
	forget(&r);
}

/* ---- archive-time-stamp and -v2 ---------------------------------------------------- */

static struct bytes v2_over(struct spec *s, bool bare)
{
	struct bytes b = encap(s), attrs = unsigned_attrs(s);

	if (s->detached)
		b = join(b, s->content);
	b = join(b, join(certs_of(s), join(crls_of(s), signer_fields(s))));
	return join(b, bare ? attrs : tlv(0xa1, attrs));
}

static void test_archive_v2(void)
{
	struct kit_files files = {.v = {content()}, .n = 1};
	struct kit_result r;
	struct spec s;
	struct bytes b;

	for (int bare = 0; bare < 2; bare++) {
		s = level_t();
		after(&s, attribute(OID_ARCHIVE_STAMP_V2, token(v2_over(&s, bare), LATER, none())));
		r = read_cades(cades_data(&s));
		ok(good(stamp(&r, 1)), "archive-time-stamp-v2, %s",
		   bare ? "without the SET's tag and length" : "with them");
		ok(covers(stamp(&r, 1), ED_OBJECT_SIGNATURE, s.value) &&
		           covers(stamp(&r, 1), ED_OBJECT_MATERIAL, cert(zarina)) &&
		           covers(stamp(&r, 1), ED_OBJECT_MATERIAL, cert(madina)),
		   "proves all that was there");
		forget(&r);
	}
	after(&s, attribute(OID_ARCHIVE_STAMP_V2,
	                    token(v2_over(&s, false), "20280601120000Z", none())));
	r = read_cades(keep("archive-v2.p7m", cades_data(&s)));
	ok(good(stamp(&r, 1)) && good(stamp(&r, 2)), "archived twice");
	forget(&r);
	s.certs = join(cert(zarina), cert(anvar));
	r = read_cades(cades_data(&s));
	ok(!stamp(&r, 1)->intact && has(stamp(&r, 1), "cades.stamp-over-other"),
	   "a certificate that came later breaks it");
	forget(&r);
	s = level_t();
	s.detached = true;
	after(&s, attribute(OID_ARCHIVE_STAMP_V2, token(v2_over(&s, false), LATER, none())));
	b = cades_data(&s);
	r = read_with(b, &files, ED_NO_DATA);
	ok(good(stamp(&r, 1)) && covers_data(stamp(&r, 1), "one.txt"), "with detached content");
	forget(&r);
	r = read_cades(b);
	ok(!stamp(&r, 1)->found, "the content is not here");
	forget(&r);
	files.large = true;
	r = read_with(b, &files, ED_NO_DATA);
	ok(!stamp(&r, 1)->found && stamp(&r, 0)->intact, "the content is too large to be read");
	forget(&r);
	files.pieces = true;
	r = read_with(b, &files, ED_NO_DATA);
	ok(good(stamp(&r, 1)) && covers_data(stamp(&r, 1), "one.txt"), "but comes in pieces");
	forget(&r);
	files.too_often = true;
	r = read_with(b, &files, ED_NO_DATA);
	ok(!stamp(&r, 1)->found && stamp(&r, 0)->intact, "as often as who gives it likes");
	forget(&r);
}

static void test_archive_v1(void)
{
	struct spec s = level_t();
	struct kit_result r;
	struct bytes b;

	after(&s, attribute(OID_ARCHIVE_STAMP, token(v2_over(&s, false), LATER, none())));
	r = read_cades(cades_data(&s));
	ok(good(stamp(&r, 1)), "archive-time-stamp as TS 101 733 1.5.1 has it");
	forget(&r);
	s = level_t();
	b = join(s.content, join(signed_attrs(&s), s.value));
	b = join(b, inner(s.after[0]));
	after(&s, attribute(OID_ARCHIVE_STAMP, token(b, LATER, none())));
	r = read_cades(keep("archive-v1.p7m", cades_data(&s)));
	ok(good(stamp(&r, 1)), "archive-time-stamp as RFC 3126 has it");
	ok(covers(stamp(&r, 1), ED_OBJECT_SIGNATURE, s.value) &&
	           !covers(stamp(&r, 1), ED_OBJECT_MATERIAL, cert(anvar)),
	   "proves the value");
	forget(&r);
	s.after[1] = attribute(OID_ARCHIVE_STAMP_V2, token(b, LATER, none()));
	r = read_cades(cades_data(&s));
	ok(!stamp(&r, 1)->intact, "which is not how version 2 is made");
	forget(&r);
}

static void test_long_term(void)
{
	struct spec s = plain();
	struct kit_result r;

	after(&s, attribute(OID_LONG_TERM, tlv(SEQ, text(0x18, WHEN))));
	r = read_cades(cades_data(&s));
	ok(ed_findings_have(&r.cades.sigs->findings, "cades.long-term-validation"),
	   "long-term-validation is said");
	forget(&r);
}

static void test_too_many(void)
{
	struct spec s = level_t();
	struct bytes one = token(raw("x", 1), LATER, none()), all = none();
	struct kit_result r;

	for (int i = 0; i < ED_MAX_ARCHIVE_STAMPS; i++)
		all = join(all, one);
	after(&s, attribute(OID_ARCHIVE_STAMP_V2, all));
	after(&s, attribute(OID_ARCHIVE_STAMP_V2, one));
	r = read_cades(cades_data(&s));
	ok(r.rc == EDOC_OK && ed_findings_have(&r.cades.sigs->findings, "cades.archive-too-many"),
	   "too many archive time-stamps");
	forget(&r);
}

/* Each try digests all there is. */
static void test_costly(void)
{
	struct spec s = {.key = zarina, .content = raw(ed_arena_alloc(arena, 3000000), 3000000)};
	struct bytes one = token(raw("x", 1), LATER, none());
	struct kit_result r;

	(void)signer_fields(&s);
	after(&s, attribute(OID_SIGNATURE_STAMP, token(s.value, WHEN, none())));
	after(&s, attribute(OID_ARCHIVE_STAMP_V2, many(one, 90)));
	r = read_cades(cades_data(&s));
	ok(r.rc == EDOC_OK && good(stamp(&r, 0)) && stamp(&r, 1)->found && !stamp(&r, 90)->found,
	   "time-stamps that cost too much are not looked at");
	ok(ed_findings_have(&r.cades.sigs->findings, "cades.archive-too-many"), "and it is said");
	ok(r.cades.sigs->intact_data && r.cades.sigs->intact_signature, "the signature stays");
	forget(&r);
}

/* 100,000 empty certificates in a file of 200 KB. */
static void test_crowded(void)
{
	struct spec s = level_t();
	struct kit_result r;

	after(&s,
	      attribute(OID_CERT_VALUES, tlv(SEQ, many(tlv(SEQ, none()), ED_MAX_CADES_PLACES))));
	archive_v3(&s, V3, none(), LATER);
	r = read_cades(cades_data(&s));
	ok(r.rc == EDOC_OK && r.cades.sigs->n_material == 2 &&
	           ed_findings_have(&r.cades.sigs->findings, "cades.archive-too-many"),
	   "more places than are kept");
	ok(r.cades.sigs->intact_signature, "the signature stays");
	forget(&r);
}

int main(void)
{
	kit_open();
	test_signature_stamp();
	test_copied_stamp();
	test_two_values();
	test_no_token();
	test_content_stamp();
	test_refs_stamps();
	test_values();
	test_archive_v3();
	test_archive_v3_later();
	test_archive_v3_defects();
	test_archive_v2();
	test_archive_v1();
	test_long_term();
	test_too_many();
	test_costly();
	test_crowded();
	kit_close();
	return done();
}
