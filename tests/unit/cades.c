/* SPDX-License-Identifier: ISC */
/*
 * CAdES read from SignedData made by hand: right, and right in everything but
 * one thing at a time.  The ids C03.. are the attack list's.
 */
#include "cadeskit.h"

#include "base/limits.h"
#include "base/time.h"

static const char hello[] = "Salom, dunyo!\n";

static struct bytes content(void)
{
	return raw(hello, sizeof hello - 1);
}

static struct spec plain(void)
{
	return (struct spec){.key = zarina, .content = content()};
}

static bool has(const struct ed_findings *list, const char *code)
{
	return ed_findings_have(list, code);
}

/* One signature, whole and right. */
static bool sound(const struct kit_result *r)
{
	const struct ed_ades *s = r->cades.sigs;

	return r->rc == EDOC_OK && r->cades.n == 1 && s->intact_data && s->intact_signature &&
	       s->bound && s->signer;
}

static void no_findings(const struct kit_result *r, const char *what)
{
	const struct ed_findings *f = &r->cades.sigs[0].findings;

	ok(r->cades.n == 1 && f->n == 0, "%s: nothing to say", what);
	for (size_t i = 0; i < f->n; i++)
		printf("# %s %s\n", f->v[i].code, f->v[i].args[0] ? f->v[i].args[0] : "");
}

/* ---- the content ------------------------------------------------------------ */

static void test_attached(void)
{
	struct spec s = plain();
	struct kit_result r = read_cades(keep("attached.p7m", cades_data(&s)));
	struct ed_ades *a = r.cades.sigs;

	ok(sound(&r), "attached: read and right");
	no_findings(&r, "attached");
	is_str(a->form, "CAdES", "attached: form");
	is_str(a->packaging, "attached", "attached: packaging");
	is_str(a->level, "CAdES-BASELINE-B", "attached: level");
	is_str(a->id, "x.p7m", "attached: id");
	is_int(a->claimed_time, 1780000000, "attached: signing-time");
	is_str(r.cades.content_type, ID_DATA, "attached: content type");
	ok(r.cades.content_len == s.content.n && !memcmp(r.cades.content, s.content.p, s.content.n),
	   "attached: the content is given out");
	ok(a->n_covers == 1 && !strcmp(a->covers[0], ED_CADES_CONTENT), "attached: covers it");
	ok(a->n_material == 1 && !memcmp(a->material[0].sha256, a->signer->sha256, 32),
	   "attached: brings the certificate");
	ok(a->n_uses == 2, "attached: digests for the policy");
	forget(&r);
}

static void test_detached(void)
{
	struct spec s = plain();
	struct kit_files files = {.v = {raw("1", 1), raw("22", 2), content()}, .n = 3};
	struct kit_result r;
	struct bytes b;

	s.detached = true;
	b = keep("detached.p7s", cades_data(&s));
	r = read_with(b, &files, ED_NO_DATA);
	ok(sound(&r) && r.cades.sigs->n_covers == 1 &&
	           !strcmp(r.cades.sigs->covers[0], "three.txt"),
	   "detached: found by its digest");
	is_str(r.cades.sigs->packaging, "detached", "detached: packaging");
	ok(!r.cades.content, "detached: no content inside");
	no_findings(&r, "detached");
	forget(&r);
	r = read_with(b, &files, 2);
	ok(sound(&r), "detached: the one it must be");
	forget(&r);
	r = read_with(b, &files, 1);
	ok(!r.cades.sigs->intact_data && r.cades.sigs->n_covers == 0 &&
	           has(&r.cades.sigs->findings, "cades.content-differs"),
	   "detached: the one it must be, and another was signed");
	ok(r.cades.sigs->intact_signature, "detached: the value is right all the same");
	forget(&r);
	files.n = 2;
	r = read_with(b, &files, ED_NO_DATA);
	ok(!r.cades.sigs->intact_data && has(&r.cades.sigs->findings, "cades.content-not-found"),
	   "detached: none of them was signed");
	forget(&r);
	files.n = 1;
	r = read_with(b, &files, ED_NO_DATA);
	ok(!r.cades.sigs->intact_data && has(&r.cades.sigs->findings, "cades.content-differs"),
	   "detached: the lone file was changed");
	forget(&r);
	r = read_cades(b);
	ok(!r.cades.sigs->intact_data && has(&r.cades.sigs->findings, "cades.content-missing"),
	   "detached: nothing given");
	forget(&r);
}

static void test_both(void)
{
	struct spec s = plain();
	struct kit_files files = {.v = {content(), raw("other", 5)}, .n = 2};
	struct bytes b = cades_data(&s);
	struct kit_result r = read_with(b, &files, ED_NO_DATA);

	ok(sound(&r) && r.cades.sigs->n_covers == 2, "both: the same content inside and beside");
	forget(&r);
	r = read_with(b, &files, 0);
	ok(sound(&r), "both: the same as the one it must be");
	forget(&r);
	r = read_with(b, &files, 1);
	ok(!r.cades.sigs->intact_data && has(&r.cades.sigs->findings, "cades.content-conflict"),
	   "C12: content inside that is not the file it must be");
	ok(r.cades.sigs->n_covers == 0, "C12: the file is not covered");
	forget(&r);
	files = (struct kit_files){.v = {raw("other", 5)}, .n = 1};
	r = read_with(b, &files, ED_NO_DATA);
	ok(!r.cades.sigs->intact_data && has(&r.cades.sigs->findings, "cades.content-conflict"),
	   "C12: content inside that is not the file given");
	forget(&r);
}

/* The same SignedData in BER: what was signed stays (C14). */
static struct bytes relayed(struct spec *s)
{
	struct bytes pieces =
	        join(tlv(OCTETS, raw(hello, 5)), tlv(OCTETS, raw(hello + 5, sizeof hello - 6)));
	struct bytes b = join(tlv(INT, raw("\1", 1)), loose(SET, alg(SHA256)));

	b = join(b, loose(SEQ, join(oid(ID_DATA), loose(0xa0, loose(0x24, pieces)))));
	b = join(b, loose(0xa0, cert(s->key)));
	b = join(b, loose(SET, cades_signer(s)));
	return loose(SEQ, join(oid(ID_SIGNED), loose(0xa0, loose(SEQ, b))));
}

static void test_ber(void)
{
	struct spec s = plain();
	struct kit_result r = read_cades(keep("indefinite.p7m", relayed(&s)));

	ok(sound(&r), "BER: indefinite lengths, content in pieces");
	ok(r.cades.content_len == sizeof hello - 1 &&
	           !memcmp(r.cades.content, hello, sizeof hello - 1),
	   "BER: the content is put together");
	forget(&r);
}

static void test_not_cms(void)
{
	struct spec s = plain();
	struct bytes b = cades_data(&s);
	struct kit_result r;

	r = read_cades(raw("no", 2));
	is_int(r.rc, EDOC_ERR_INPUT, "no CMS at all");
	r = read_cades(keep("C15-trailing.p7m", join(b, raw("\0", 1))));
	is_int(r.rc, EDOC_ERR_INPUT, "C15: a byte follows");
	r = read_cades(raw(b.p, b.n - 1));
	is_int(r.rc, EDOC_ERR_INPUT, "cut short");
	r = read_cades(keep("C17-no-signer.p7m", content_info(&s, none())));
	ok(r.rc == EDOC_OK && r.cades.n == 0, "C17: certificates only, no signature");
	ok(!r.cades.sigs || r.cades.n == 0, "C17: none given out");
}

/* ---- the signer ------------------------------------------------------------- */

static void test_signer(void)
{
	struct spec s = plain();
	struct kit_result r;

	s.no_binding = true;
	r = read_cades(keep("C07-unbound.p7m", cades_data(&s)));
	is_str(r.cades.sigs->form, "PKCS7", "C07: no signing-certificate: plain PKCS#7");
	ok(r.cades.sigs->intact_data && r.cades.sigs->intact_signature && !r.cades.sigs->bound &&
	           has(&r.cades.sigs->findings, "cades.not-bound"),
	   "C07: computed, and said");
	is_str(r.cades.sigs->level, "", "C07: of no level");
	forget(&r);
	s = plain();
	s.other_binding = true;
	r = read_cades(keep("C08-bound-to-another.p7m", cades_data(&s)));
	ok(r.cades.sigs->intact_signature && !r.cades.sigs->bound &&
	           has(&r.cades.sigs->findings, "cades.bound-to-another"),
	   "C08: the digest of another certificate");
	forget(&r);
	s = plain();
	s.old_binding = true;
	r = read_cades(cades_data(&s));
	ok(sound(&r) && r.cades.sigs->bound_by == ED_SHA1, "signing-certificate, the old one");
	forget(&r);
	s = plain();
	also(&s, attribute(OID_SIGNING_CERT_V2, binding(anvar, false)));
	r = read_cades(keep("C09-two-references.p7m", cades_data(&s)));
	ok(!r.cades.sigs->bound && has(&r.cades.sigs->findings, "cades.attribute-twice"),
	   "C09: two signing-certificate-v2 attributes");
	forget(&r);
	s = plain();
	also(&s, attribute(OID_SIGNING_CERT, binding(anvar, true)));
	r = read_cades(keep("C09-references-disagree.p7m", cades_data(&s)));
	ok(!r.cades.sigs->bound, "C09: the old and the new one disagree");
	forget(&r);
	s = plain();
	also(&s, attribute(OID_SIGNING_CERT, binding(zarina, true)));
	r = read_cades(cades_data(&s));
	ok(sound(&r), "the old and the new one agree (RFC 5035 5)");
	forget(&r);
	s = plain();
	s.no_certs = true;
	r = read_cades(cades_data(&s));
	ok(!r.cades.sigs->signer && !r.cades.sigs->intact_signature &&
	           has(&r.cades.sigs->findings, "cades.signer-missing"),
	   "no certificate");
	forget(&r);
	s = plain();
	s.certs = cert(anvar);
	r = read_cades(cades_data(&s));
	ok(!r.cades.sigs->signer, "only another's certificate");
	forget(&r);
}

static void test_values_of_signature(void)
{
	struct spec s = plain();
	struct kit_result r;

	s.value = sign(zarina, raw("other", 5));
	r = read_cades(cades_data(&s));
	ok(!r.cades.sigs->intact_signature && r.cades.sigs->intact_data, "another value");
	forget(&r);
	s = plain();
	s.other_digest = true;
	r = read_cades(keep("C05-other-digest.p7m", cades_data(&s)));
	ok(!r.cades.sigs->intact_data && has(&r.cades.sigs->findings, "cades.content-differs"),
	   "C05: another message-digest");
	forget(&r);
	s = plain();
	s.no_digest = true;
	r = read_cades(keep("C05-no-digest.p7m", cades_data(&s)));
	ok(!r.cades.sigs->intact_data && r.cades.sigs->n_covers == 0, "C05: no message-digest");
	is_str(r.cades.sigs->level, "", "C05: of no level");
	forget(&r);
	s = plain();
	s.no_type = true;
	r = read_cades(keep("C04-no-type.p7m", cades_data(&s)));
	ok(!r.cades.sigs->intact_signature, "C04: no content-type");
	forget(&r);
	s = plain();
	also(&s, attribute(OID_SIGNING_TIME, text(0x17, "260528202641Z")));
	r = read_cades(keep("C03-two-times.p7m", cades_data(&s)));
	ok(!r.cades.sigs->intact_signature && has(&r.cades.sigs->findings, "cades.attribute-twice"),
	   "C03: two signing-times");
	is_int(r.cades.sigs->claimed_time, ED_TIME_NONE, "C03: neither is believed");
	forget(&r);
	s = plain();
	also(&s, attribute(OID_MESSAGE_DIGEST, tlv(OCTETS, hash(ED_SHA256, raw("~", 1)))));
	r = read_cades(keep("C03-two-digests.p7m", cades_data(&s)));
	ok(!r.cades.sigs->intact_signature && !r.cades.sigs->intact_data,
	   "C03: two message-digests");
	forget(&r);
}

/* C06: in the order that the signer wrote them, and signed in it. */
static void test_unsorted(void)
{
	struct spec s = plain();
	struct bytes attrs = signed_attrs(&s), first, rest, info;
	struct ed_ber_reader r;
	struct ed_ber e;
	struct kit_result k;

	ed_ber_start(&r, attrs.p, attrs.n);
	(void)ed_ber_next(&r, &e);
	first = raw(e.whole, e.whole_len);
	rest = raw(attrs.p + first.n, attrs.n - first.n);
	for (int sorted_too = 0; sorted_too < 2; sorted_too++) {
		s.value = sign(zarina, tlv(SET, sorted_too ? attrs : join(rest, first)));
		info = join(tlv(INT, raw("\1", 1)), issuer_and_serial(zarina));
		info = join(info, join(alg(SHA256), tlv(0xa0, join(rest, first))));
		info = join(info, join(alg(ECDSA_SHA256), tlv(OCTETS, s.value)));
		k = read_cades(keep(sorted_too ? "C06-unsorted.p7m" : "C06-signed-unsorted.p7m",
		                    content_info(&s, tlv(SEQ, info))));
		ok(k.cades.sigs->intact_signature == sorted_too, "C06: unsorted, signed %s",
		   sorted_too ? "as DER" : "as they stand");
		ok(has(&k.cades.sigs->findings, "cades.value-not-over-der") == !sorted_too,
		   "C06: and it is said");
		forget(&k);
	}
}

static void test_two_signers(void)
{
	struct spec s = plain(), t = plain();
	struct kit_result r;

	s.certs = join(cert(zarina), cert(farrukh));
	t.key = farrukh;
	t.other_digest = true;
	r = read_cades(keep("two-signers.p7m",
	                    content_info(&s, join(cades_signer(&s), cades_signer(&t)))));
	ok(r.rc == EDOC_OK && r.cades.n == 2, "two signers");
	ok(r.cades.sigs[0].intact_data && !r.cades.sigs[1].intact_data,
	   "two signers: each by itself");
	for (size_t i = 0; i < 2; i++) {
		const unsigned char *v = r.cades.sigs[i].value_sha256;
		char name[32];

		snprintf(name, sizeof(name), "x.p7m#%02x%02x%02x%02x", v[0], v[1], v[2], v[3]);
		is_str(r.cades.sigs[i].id, name, "two signers: each is called by its value");
	}
	ok(r.cades.sigs[1].n_material == 2, "two signers: certificates serve both");
	forget(&r);
}

/* ---- words ------------------------------------------------------------------ */

static struct bytes claimed_role(const char *s)
{
	return tlv(SEQ, tlv(0xa0, tlv(SEQ, attribute("2.5.4.72", text(UTF8, s)))));
}

static struct kit_result with(struct bytes attr)
{
	struct spec s = plain();

	also(&s, attr);
	return read_cades(cades_data(&s));
}

static void test_roles(void)
{
	struct kit_result r = with(attribute(OID_SIGNER_ATTR_V2, claimed_role("head of office")));
	struct bytes two, syntax;

	ok(sound(&r), "role: right");
	is_str(r.cades.sigs->role, "head of office", "role: signer-attributes-v2");
	no_findings(&r, "role");
	forget(&r);
	r = with(attribute(OID_SIGNER_ATTR, claimed_role("notary")));
	is_str(r.cades.sigs->role, "notary", "role: signer-attributes");
	forget(&r);
	syntax = tlv(SEQ, tlv(0xa1, text(0x86, "urn:role:clerk")));
	two = tlv(SEQ,
	          tlv(0xa0, tlv(SEQ, attribute("2.5.4.72", join(text(0x1e, "\x04\x14"), syntax)))));
	r = with(attribute(OID_SIGNER_ATTR_V2, two));
	is_str(r.cades.sigs->role, "\xd0\x94; urn:role:clerk", "role: BMPString and RoleSyntax");
	forget(&r);
	two = tlv(SEQ, join(tlv(0xa0, tlv(SEQ, attribute("2.5.4.72", text(UTF8, "x")))),
	                    tlv(0xa1, tlv(SEQ, none()))));
	r = with(attribute(OID_SIGNER_ATTR_V2, two));
	ok(has(&r.cades.sigs->findings, "cades.role-not-judged"), "role: a certified one is said");
	forget(&r);
	r = with(attribute(OID_SIGNER_ATTR_V2, tlv(SEQ, tlv(0xa0, text(UTF8, "x")))));
	ok(has(&r.cades.sigs->findings, "cades.attribute-malformed"), "role: malformed");
	forget(&r);
	two = none();
	for (int i = 0; i <= ED_MAX_ROLES; i++)
		two = join(two, text(UTF8, "r"));
	r = with(attribute(OID_SIGNER_ATTR_V2,
	                   tlv(SEQ, tlv(0xa0, tlv(SEQ, attribute("2.5.4.72", two))))));
	ok(has(&r.cades.sigs->findings, "cades.attribute-malformed"), "role: too many");
	forget(&r);
}

static void test_words(void)
{
	struct kit_result r;
	struct spec s;
	struct bytes lines;

	r = with(attribute(OID_COMMITMENT, tlv(SEQ, oid("1.2.840.113549.1.9.16.6.5"))));
	is_str(r.cades.sigs->commitment, "approval", "commitment: by its word");
	forget(&r);
	r = with(attribute(OID_COMMITMENT, tlv(SEQ, oid("1.2.3"))));
	is_str(r.cades.sigs->commitment, "1.2.3", "commitment: an unknown one");
	forget(&r);
	s = plain();
	also(&s, attribute(OID_COMMITMENT, tlv(SEQ, oid("1.2.840.113549.1.9.16.6.1"))));
	also(&s, attribute(OID_COMMITMENT, tlv(SEQ, oid("1.2.840.113549.1.9.16.6.5"))));
	r = read_cades(cades_data(&s));
	is_str(r.cades.sigs->commitment, "origin; approval", "commitment: several");
	no_findings(&r, "commitment: several");
	forget(&r);
	s = plain();
	also(&s, attribute(OID_MIME_TYPE, text(UTF8, "text/plain")));
	also(&s, attribute(OID_MIME_TYPE, text(UTF8, "text/html")));
	r = read_cades(cades_data(&s));
	ok(r.cades.sigs->n_formats == 0 && has(&r.cades.sigs->findings, "cades.attribute-twice") &&
	           r.cades.sigs->intact_signature,
	   "C03: two mime-types");
	forget(&r);
	r = with(attribute(OID_COMMITMENT, tlv(SEQ, none())));
	ok(has(&r.cades.sigs->findings, "cades.attribute-malformed"), "commitment: empty");
	forget(&r);
	lines = tlv(SEQ, join(text(UTF8, "Amir Temur 1"), text(UTF8, "100000")));
	r = with(attribute(OID_LOCATION, tlv(SEQ, join(tlv(0xa0, text(0x13, "UZ")),
	                                               join(tlv(0xa1, text(UTF8, "Toshkent")),
	                                                    tlv(0xa2, lines))))));
	is_str(r.cades.sigs->place, "UZ, Toshkent, Amir Temur 1, 100000", "signer-location");
	forget(&r);
	r = with(attribute(OID_LOCATION, tlv(SEQ, tlv(0xa0, tlv(INT, raw("\1", 1))))));
	ok(has(&r.cades.sigs->findings, "cades.attribute-malformed"), "signer-location: a number");
	forget(&r);
	r = with(attribute(OID_MIME_TYPE, text(UTF8, "text/plain")));
	ok(r.cades.sigs->n_formats == 1 &&
	           !strcmp(r.cades.sigs->formats[0].media_type, "text/plain") &&
	           !strcmp(r.cades.sigs->formats[0].name, ED_CADES_CONTENT),
	   "mime-type");
	forget(&r);
	r = with(attribute(OID_CONTENT_HINTS, tlv(SEQ, join(text(UTF8, "letter"), oid(ID_DATA)))));
	no_findings(&r, "content-hints");
	forget(&r);
	r = with(attribute(OID_CONTENT_HINTS, tlv(SEQ, text(UTF8, "letter"))));
	ok(has(&r.cades.sigs->findings, "cades.attribute-malformed"), "content-hints: no type");
	forget(&r);
	r = with(attribute(
	        OID_CONTENT_REFERENCE,
	        tlv(SEQ, join(oid(ID_DATA), join(text(OCTETS, "id"), text(OCTETS, "v"))))));
	no_findings(&r, "content-reference");
	forget(&r);
	r = with(attribute("1.3.6.1.4.1.99999.1", tlv(0x05, none())));
	no_findings(&r, "an unknown signed attribute");
	forget(&r);
}

/* ---- signature policy -------------------------------------------------------- */

static struct bytes policy(struct bytes digest)
{
	struct bytes uri = text(0x16, "https://example.org/policy");
	struct bytes q = tlv(SEQ, tlv(SEQ, join(oid("1.2.840.113549.1.9.16.5.1"), uri)));

	return tlv(SEQ, join(oid("1.2.3.4.5"),
	                     join(tlv(SEQ, join(alg(SHA256), tlv(OCTETS, digest))), q)));
}

static struct kit_result with_store(struct bytes digest, struct bytes document)
{
	struct spec s = plain();

	also(&s, attribute(OID_POLICY, policy(digest)));
	after(&s, attribute(OID_POLICY_STORE, tlv(SEQ, join(oid("1.2.3.9"), document))));
	also(&s, attribute(OID_SIGNER_ATTR_V2, claimed_role("clerk")));
	also(&s, attribute(OID_LOCATION, tlv(SEQ, tlv(0xa0, text(0x13, "UZ")))));
	also(&s, attribute(OID_COMMITMENT, tlv(SEQ, oid("1.2.840.113549.1.9.16.6.5"))));
	return read_cades(keep("words.p7m", cades_data(&s)));
}

static void test_policy(void)
{
	static const char text_policy[] = "We sign what we read.";
	struct bytes doc = raw(text_policy, sizeof text_policy - 1), parts;
	struct kit_result r = with(attribute(OID_POLICY, tlv(0x05, none())));

	is_int(r.cades.sigs->policy_kind, ED_POLICY_IMPLIED, "policy: implied");
	forget(&r);
	r = with(attribute(OID_POLICY, policy(hash(ED_SHA256, doc))));
	is_int(r.cades.sigs->policy_kind, ED_POLICY_EXPLICIT, "policy: explicit");
	is_str(r.cades.sigs->policy_id, "1.2.3.4.5", "policy: its id");
	is_str(r.cades.sigs->policy_url, "https://example.org/policy", "policy: its place");
	ok(r.cades.sigs->policy_hash == ED_SHA256 && r.cades.sigs->policy_digest_len == 32,
	   "policy: its digest");
	ok(!r.cades.sigs->policy_held, "policy: did not come along");
	forget(&r);
	r = with(attribute(OID_POLICY, policy(raw("\0", 1))));
	ok(r.cades.sigs->policy_hash == ED_HASH_NONE && r.cades.sigs->policy_digest_len == 0,
	   "policy: a digest that says nothing");
	forget(&r);
	r = with(attribute(OID_POLICY, tlv(SEQ, text(UTF8, "x"))));
	ok(has(&r.cades.sigs->findings, "cades.attribute-malformed"), "policy: malformed");
	forget(&r);
	r = with_store(hash(ED_SHA256, doc), tlv(OCTETS, doc));
	ok(r.cades.sigs->policy_held && r.cades.sigs->policy_intact, "policy store: the document");
	no_findings(&r, "policy store");
	forget(&r);
	r = with_store(hash(ED_SHA256, doc), text(OCTETS, "another"));
	ok(r.cades.sigs->policy_held && !r.cades.sigs->policy_intact,
	   "policy store: another document");
	forget(&r);
	parts = join(alg(SHA256), tlv(SEQ, text(UTF8, "info")));
	r = with_store(hash(ED_SHA256, parts),
	               tlv(OCTETS, tlv(SEQ, join(parts, text(OCTETS, "its own digest")))));
	ok(r.cades.sigs->policy_intact, "policy store: an ASN.1 policy (RFC 3125)");
	forget(&r);
	r = with_store(hash(ED_SHA256, doc), text(UTF8, "https://example.org"));
	ok(!r.cades.sigs->policy_held, "policy store: only a name");
	forget(&r);
}

/* ---- counter-signatures ------------------------------------------------------- */

/* By farrukh over the value of s; the chance to spoil it first. */
static struct spec counter_to(struct spec *s)
{
	(void)signer_fields(s);
	return (struct spec){.key = farrukh, .content = s->value, .counter = true};
}

static struct kit_result countered(struct spec *s, struct spec *c, const char *name)
{
	after(s, attribute(OID_COUNTER_SIGNATURE, cades_signer(c)));
	s->certs = join(cert(zarina), cert(farrukh));
	return read_cades(keep(name, cades_data(s)));
}

static void test_counter(void)
{
	struct spec s = plain(), c = counter_to(&s), d;
	struct kit_result r = countered(&s, &c, "counter.p7m");
	struct ed_ades *k = r.cades.sigs->counter;

	ok(sound(&r) && r.cades.sigs->n_counter == 1, "counter-signature: there");
	ok(k->intact_data && k->intact_signature && k->bound, "counter-signature: right");
	is_str(k->id, "x.p7m.1", "counter-signature: its place");
	is_str(k->level, "CAdES-BASELINE-B", "counter-signature: level");
	ok(k->findings.n == 0 && r.cades.sigs->findings.n == 0, "counter-signature: no findings");
	ok(k->n_covers == 0, "counter-signature: covers no document");
	forget(&r);

	s = plain();
	c = counter_to(&s);
	c.other_digest = true;
	r = countered(&s, &c, "counter-elsewhere.p7m");
	k = r.cades.sigs->counter;
	ok(!k->intact_data && has(&k->findings, "cades.counter-differs"),
	   "counter-signature over another signature");
	ok(sound(&r) && r.cades.sigs->findings.n == 0, "its parent is not affected");
	forget(&r);

	s = plain();
	c = counter_to(&s);
	also(&c, attribute(OID_CONTENT_TYPE, oid(ID_DATA)));
	r = countered(&s, &c, "counter-content-type.p7m");
	k = r.cades.sigs->counter;
	ok(!k->intact_signature && has(&k->findings, "cms.content-type"),
	   "counter-signature with a content-type (RFC 5652 11.4)");
	ok(sound(&r), "its parent is not affected");
	forget(&r);

	s = plain();
	(void)signer_fields(&s);
	after(&s, attribute(OID_COUNTER_SIGNATURE, text(UTF8, "x")));
	r = read_cades(cades_data(&s));
	ok(sound(&r) && r.cades.sigs->n_counter == 0 &&
	           has(&r.cades.sigs->findings, "cades.counter-malformed"),
	   "counter-signature that is none");
	forget(&r);

	s = plain();
	c = counter_to(&s);
	d = counter_to(&c);
	after(&c, attribute(OID_COUNTER_SIGNATURE, cades_signer(&d)));
	r = countered(&s, &c, "counter-of-counter.p7m");
	k = r.cades.sigs->counter;
	ok(k->n_counter == 1 && k->counter->intact_data && k->counter->intact_signature,
	   "a counter-signature of a counter-signature");
	is_str(k->counter->id, "x.p7m.1.1", "and its place");
	forget(&r);
}

static void test_deep_counters(void)
{
	struct spec chain[ED_MAX_COUNTER + 3];
	struct kit_result r;
	struct ed_ades *k;
	unsigned depth = 0;

	chain[0] = plain();
	for (int i = 1; i < ED_MAX_COUNTER + 3; i++)
		chain[i] = counter_to(&chain[i - 1]);
	for (int i = ED_MAX_COUNTER + 2; i > 0; i--)
		after(&chain[i - 1], attribute(OID_COUNTER_SIGNATURE, cades_signer(&chain[i])));
	chain[0].certs = join(cert(zarina), cert(farrukh));
	r = read_cades(cades_data(&chain[0]));
	for (k = r.cades.sigs; k->n_counter; k = k->counter)
		depth++;
	is_int(depth, ED_MAX_COUNTER, "counter-signatures: so deep and no deeper");
	ok(has(&k->findings, "cades.counter-too-many"), "and it is said");
	forget(&r);
}

int main(void)
{
	kit_open();
	test_attached();
	test_detached();
	test_both();
	test_ber();
	test_not_cms();
	test_signer();
	test_values_of_signature();
	test_unsorted();
	test_two_signers();
	test_roles();
	test_words();
	test_policy();
	test_counter();
	test_deep_counters();
	kit_close();
	return done();
}
