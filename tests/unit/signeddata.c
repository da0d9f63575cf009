/* SPDX-License-Identifier: ISC */
/*
 * lib/signature/cms.c: a SignedData by hand, right in everything but one thing
 * at a time.  The ids C01.. are the attack list's; C11 and C20 are about
 * time-stamps (tests/unit/tsp.c, cades.c).
 */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/limits.h"
#include "cmskit.h"
#include "signature/cms.h"

#define SIGNING_CERT "1.2.840.113549.1.9.16.2.12"
#define PROTECTION "1.2.840.113549.1.9.52"
#define RSA "1.2.840.113549.1.1.1"
#define EC_KEY "1.2.840.10045.2.1"
#define SHA256_RSA "1.2.840.113549.1.1.11"
#define OCSP_RESPONSE "1.3.6.1.5.5.7.16.2"

static const char content[] = "what is signed";
#define LEN (sizeof(content) - 1)

static struct edoc_key *zarina, *farrukh, *anvar;

/* ---- the one that is right -------------------------------------------------------- */

static struct bytes type_attr(const char *type)
{
	return attribute(CONTENT_TYPE, oid(type));
}

static struct bytes digest_attr(void)
{
	return attribute(MESSAGE_DIGEST, tlv(OCTETS, hash(ED_SHA256, raw(content, LEN))));
}

static struct bytes good_attrs(void)
{
	return three(type_attr(ID_DATA), digest_attr(), bound_to(zarina));
}

static struct parts good(void)
{
	return (struct parts){.key = zarina,
	                      .attrs = good_attrs(),
	                      .sid = issuer_and_serial(zarina),
	                      .digest_alg = alg(SHA256),
	                      .signature_alg = alg(ECDSA_SHA256),
	                      .encap =
	                              join(oid(ID_DATA), tlv(0xa0, tlv(OCTETS, raw(content, LEN)))),
	                      .certs = tlv(0xa0, cert(zarina)),
	                      .crls = none(),
	                      .unsigned_attrs = none(),
	                      .type = ID_SIGNED};
}

/* ---- reading them ---------------------------------------------------------------- */

struct result {
	enum edoc_code code;
	struct edoc_error err;
	struct ed_cms cms;
	struct ed_material material;
	struct ed_cert *cert;
	enum ed_ess ess;
	enum ed_hash ess_hash;
	struct ed_cms_checked checked;
	struct ed_findings findings;
};

static struct ed_cert *trusted[2];

static const struct ed_cert *from_trust(const void *hand, size_t i)
{
	struct ed_cert *const *v = hand;

	return i < 2 ? v[i] : NULL;
}

static struct result look_with(struct bytes b, bool trust)
{
	struct result r = {0};
	unsigned char digest[ED_HASH_MAX];
	struct ed_cms_signer *s;
	bool have;

	ed_material_init(&r.material, arena);
	r.material.at_hand = trust ? from_trust : NULL;
	r.material.hand = trusted;
	ed_findings_init(&r.findings, arena);
	r.code = ed_cms_read(b.p, b.n, "x.p7s", &r.material, arena, &r.cms, &r.err);
	if (r.code != EDOC_OK || r.cms.n_signers == 0)
		return r;
	s = &r.cms.signers[0];
	r.code = ed_cms_signer_cert(s, &r.material, arena, &r.cert, &r.err);
	if (r.cert)
		r.ess = ed_cms_ess(s, r.cert, &r.ess_hash);
	have = ed_cms_content_digest(&r.cms, s->digest, digest);
	if (r.code == EDOC_OK)
		r.code = ed_cms_check(&r.cms, s, r.cert, have ? digest : NULL, arena, &r.findings,
		                      &r.checked, &r.err);
	return r;
}

static struct result look(struct bytes b)
{
	return look_with(b, false);
}

static void forget(struct result *r)
{
	ed_cert_clear(r->cert);
}

static bool intact(const struct result *r)
{
	return r->code == EDOC_OK && r->checked.value && r->checked.content_type &&
	       r->checked.message_digest;
}

static void takes(struct parts p, const char *what)
{
	struct result r = look(build(&p));

	ok(intact(&r) && r.ess == ED_ESS_MATCH && r.findings.n == 0, "taken: %s", what);
	if (r.code)
		printf("# %s\n", r.err.msg);
	for (size_t i = 0; i < r.findings.n; i++)
		printf("# %s\n", r.findings.v[i].code);
	forget(&r);
}

/* Intact, with that finding alone. */
static void notes(struct parts p, const char *code, const char *what)
{
	struct result r = look(build(&p));

	ok(intact(&r) && r.findings.n == 1 && ed_findings_have(&r.findings, code), "%s: %s", what,
	   code);
	forget(&r);
}

/* Read, but not intact, and that finding says why. */
static void fails_by(struct parts p, const char *code, const char *what)
{
	struct result r = look(build(&p));

	ok(r.code == EDOC_OK && !intact(&r) && ed_findings_have(&r.findings, code), "%s: %s", what,
	   code);
	forget(&r);
}

static void refused(struct bytes b, enum edoc_code code, const char *word, const char *what)
{
	struct result r = look(b);

	fails(r.code, code, &r.err, word, what);
	is_str(r.err.where, "x.p7s", "at its place");
	forget(&r);
}

/* ---- structure --------------------------------------------------------------------- */

static struct bytes swap_all(struct bytes b, const char *from, const char *to, size_t n)
{
	struct bytes c = raw(b.p, b.n);
	unsigned char *p = memmem(c.p, c.n, from, n);

	if (p)
		memcpy(p, to, n);
	else
		printf("Bail out! nothing to replace\n");
	return c;
}

static void structure(void)
{
	/* C16: nothing inner is parsed, so nothing inner need be there. */
	static const char *const others[] = {ID_DATA,
	                                     "1.2.840.113549.1.7.3",
	                                     "1.2.840.113549.1.7.5",
	                                     "1.2.840.113549.1.7.6",
	                                     "1.2.840.113549.1.9.16.1.23",
	                                     "1.2.840.113549.1.9.16.1.9",
	                                     "1.2.3"};
	struct parts p = good();
	struct bytes b = build(&p), twice;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		p.type = others[i];
		refused(build(&p), EDOC_ERR_INPUT, "not SignedData", "C16 another type");
		refused(tlv(SEQ, join(oid(others[i]), tlv(0xa0, raw("\x30\xff", 2)))),
		        EDOC_ERR_INPUT, "not SignedData", "C16 with rubbish inside");
	}
	refused(join(b, raw("", 1)), EDOC_ERR_INPUT, "bytes follow", "C15 a byte behind");
	refused(join(b, b), EDOC_ERR_INPUT, "bytes follow", "C15 another behind");
	refused(raw(b.p, b.n - 1), EDOC_ERR_INPUT, "no CMS", "cut");
	refused(none(), EDOC_ERR_INPUT, "no CMS", "nothing");
	refused(raw("PK\3\4", 4), EDOC_ERR_INPUT, "no CMS", "a ZIP");
	refused(tlv(SEQ, none()), EDOC_ERR_INPUT, "no CMS", "an empty SEQUENCE");
	refused(tlv(SET, join(oid(ID_SIGNED), none())), EDOC_ERR_INPUT, "no CMS", "a SET");
	refused(tlv(SEQ, oid(ID_SIGNED)), EDOC_ERR_INPUT, "SignedData", "no content");
	p = good();
	refused(tlv(SEQ, join(join(oid(ID_SIGNED), tlv(0xa0, signed_data(&p))), tlv(5, none()))),
	        EDOC_ERR_INPUT, "SignedData", "something behind the content");
	refused(tlv(SEQ, join(oid(ID_SIGNED), tlv(0xa0, join(signed_data(&p), signed_data(&p))))),
	        EDOC_ERR_INPUT, "SignedData", "two contents");
	p.encap = join(oid(ID_DATA), tlv(0xa0, tlv(SEQ, raw(content, LEN))));
	refused(build(&p), EDOC_ERR_INPUT, "eContent", "content that is no OCTET STRING");
	p.encap = join(oid(ID_DATA), tlv(OCTETS, raw(content, LEN)));
	refused(build(&p), EDOC_ERR_INPUT, "eContent", "content that is not tagged");
	p.encap = join(oid(ID_DATA), tlv(0xa0, none()));
	refused(build(&p), EDOC_ERR_INPUT, "eContent", "a tag without content");
	p.encap = join(oid(ID_DATA), tlv(0xa0, join(tlv(OCTETS, none()), tlv(OCTETS, none()))));
	refused(build(&p), EDOC_ERR_INPUT, "eContent", "C12 two contents");
	p.encap = none();
	refused(build(&p), EDOC_ERR_INPUT, "encapContentInfo", "no content type");
	p = good();
	p.infos = raw("\5\0", 2);
	refused(build(&p), EDOC_ERR_INPUT, "SignerInfo", "a signer that is none");
	p.infos = raw("\x30\5", 2);
	refused(build(&p), EDOC_ERR_INPUT, "list of signers", "a signer past the end");
	p = good();
	p.sid = tlv(5, none());
	refused(build(&p), EDOC_ERR_INPUT, "SignerIdentifier", "a signer without name");
	p.sid = tlv(SEQ, join(tlv(SEQ, none()), raw("\2\0", 2)));
	refused(build(&p), EDOC_ERR_INPUT, "SignerIdentifier", "an empty serial number");
	p = good();
	p.digest_alg = none();
	refused(build(&p), EDOC_ERR_INPUT, "digestAlgorithm", "no digest algorithm at all");
	p = good();
	p.signature_alg = none();
	refused(build(&p), EDOC_ERR_INPUT, "signatureAlgorithm", "no signature algorithm");
	p = good();
	p.value = none();
	refused(build(&p), EDOC_ERR_INPUT, "signature value", "no value");
	p.value = tlv(0x03, raw("\0x", 2));
	refused(build(&p), EDOC_ERR_INPUT, "signature value", "a BIT STRING for a value");
	p = good();
	p.unsigned_attrs = tlv(0xa2, none());
	refused(build(&p), EDOC_ERR_INPUT, "SignerInfo", "something behind the signer");
	p.unsigned_attrs = tlv(0xa1, tlv(5, none()));
	refused(build(&p), EDOC_ERR_INPUT, "attributes", "an unsigned attribute that is none");
	p.unsigned_attrs = tlv(0xa1, tlv(SEQ, oid("1.2.3")));
	refused(build(&p), EDOC_ERR_INPUT, "attribute", "an attribute without values");
	p.unsigned_attrs = tlv(0xa1, tlv(SEQ, join(tlv(0x06, none()), tlv(SET, none()))));
	refused(build(&p), EDOC_ERR_INPUT, "attribute", "an attribute without type");
	p = good();
	p.standing = tlv(0x80, p.attrs);
	refused(build(&p), EDOC_ERR_INPUT, "attributes", "signed attributes in one piece");
	p = good();
	p.certs = tlv(0xa0, join(cert(zarina), raw("\x30\x7f", 2)));
	b = build(&p);
	refused(b, EDOC_ERR_INPUT, "certificates", "certificates past their end");
	p = good();
	p.certs = join(tlv(0xa1, none()), tlv(0xa0, cert(zarina)));
	refused(build(&p), EDOC_ERR_INPUT, "list of signers", "certificates behind the CRLs");
	p = good();
	twice = tlv(0xa0, cert(zarina));
	p.certs = join(twice, twice);
	refused(build(&p), EDOC_ERR_INPUT, "list of signers", "certificates twice");
}

/* C18: as many as there may be, and one more. */
static void limits(void)
{
	struct parts p = good();
	struct bytes attr = attribute("1.2.3", none());
	struct result r;

	p.unsigned_attrs = tlv(0xa1, many(attr, ED_MAX_CMS_ATTRIBUTES));
	takes(p, "as many attributes as there may be");
	p.unsigned_attrs = tlv(0xa1, many(attr, ED_MAX_CMS_ATTRIBUTES + 1));
	refused(build(&p), EDOC_ERR_LIMIT, "attributes", "C18 one more");
	p.unsigned_attrs =
	        tlv(0xa1, attribute("1.2.3", many(tlv(5, none()), ED_MAX_CMS_ATTRIBUTES)));
	takes(p, "as many values");
	p.unsigned_attrs =
	        tlv(0xa1, attribute("1.2.3", many(tlv(5, none()), ED_MAX_CMS_ATTRIBUTES + 1)));
	refused(build(&p), EDOC_ERR_LIMIT, "values", "C18 one more");
	p = good();
	p.certs = tlv(0xa0, many(cert(zarina), ED_MAX_CMS_CERTS));
	takes(p, "as many certificates");
	p.certs = tlv(0xa0, many(cert(zarina), ED_MAX_CMS_CERTS + 1));
	refused(build(&p), EDOC_ERR_LIMIT, "certificates", "C18 one more");
	p = good();
	p.crls = tlv(0xa1, many(tlv(SEQ, none()), ED_MAX_CMS_CERTS));
	refused(build(&p), EDOC_ERR_LIMIT, "revocation lists", "C18 CRLs count too");
	p = good();
	p.infos = many(signer_info(&p), ED_MAX_CMS_SIGNERS);
	takes(p, "as many signers");
	p.infos = many(signer_info(&p), ED_MAX_CMS_SIGNERS + 1);
	refused(build(&p), EDOC_ERR_LIMIT, "signers", "C18 one more");
	p.infos = none();
	r = look(build(&p));
	ok(r.code == EDOC_OK && r.cms.n_signers == 0, "C17 nobody signed");
}

static void material(void)
{
	struct parts p = good();
	struct bytes crl = tlv(SEQ, oid("1.2.3")), ocsp = tlv(SEQ, oid("1.2.4"));
	struct result r;

	p.certs = tlv(0xa0, join(join(cert(zarina), tlv(0xa1, none())), cert(anvar)));
	p.crls = tlv(0xa1, join(join(crl, tlv(0xa1, join(oid(OCSP_RESPONSE), ocsp))),
	                        tlv(0xa1, join(oid("1.2.5"), tlv(5, none())))));
	r = look(build(&p));
	ok(intact(&r) && r.material.n == 4 && r.cms.n_blobs == 4, "four things came along");
	if (r.material.n == 4) {
		ok(r.material.v[0].kind == ED_CERT && r.material.v[1].kind == ED_CERT &&
		           r.material.v[2].kind == ED_CRL && r.material.v[3].kind == ED_OCSP,
		   "of their kinds");
		ok(r.material.v[3].len == ocsp.n && !memcmp(r.material.v[3].p, ocsp.p, ocsp.n),
		   "as they stood");
		is_str(r.material.v[2].where, "x.p7s", "known by their place");
	}
	forget(&r);
	p.crls = tlv(0xa1, tlv(0xa1, oid(OCSP_RESPONSE)));
	refused(build(&p), EDOC_ERR_INPUT, "revocation", "an OCSP answer that is none");
}

/* ---- signed attributes --------------------------------------------------------------- */

static void attributes(void)
{
	struct parts p = good();
	struct bytes type = type_attr(ID_DATA), digest = digest_attr(), bound = bound_to(zarina);
	struct bytes d = tlv(OCTETS, hash(ED_SHA256, raw(content, LEN)));
	unsigned char sha256[ED_HASH_MAX];
	struct result r;

	takes(p, "all is right");
	r = look(build(&p));
	ok(ed_hash_bytes(ED_SHA256, tlv(SET, p.attrs).p, tlv(SET, p.attrs).n, sha256) &&
	           !memcmp(sha256, r.checked.info, 32),
	   "the digest of what was signed");
	forget(&r);
	p.attrs.p = NULL;
	p.to_sign = raw(content, LEN);
	fails_by(p, "cms.no-signed-attributes", "C02 signed without attributes");
	p = good();
	p.to_sign = tlv(SET, p.attrs);
	p.encap = join(oid(ID_DATA), tlv(0xa0, tlv(OCTETS, p.to_sign)));
	p.attrs.p = NULL;
	fails_by(p, "cms.no-signed-attributes", "C01 signed attributes passed off as content");
	p = good();
	p.attrs = none();
	fails_by(p, "cms.message-digest", "no attribute in them");
	p.attrs = three(type, digest, type);
	fails_by(p, "cms.content-type", "C03 content-type twice");
	p.attrs = four(type, digest, bound, attribute(CONTENT_TYPE, oid(ID_SIGNED)));
	fails_by(p, "cms.content-type", "C03 two content-types");
	p.attrs = three(attribute(CONTENT_TYPE, join(oid(ID_DATA), oid(ID_DATA))), digest, bound);
	fails_by(p, "cms.content-type", "C04 with two values");
	p.attrs = three(attribute(CONTENT_TYPE, none()), digest, bound);
	fails_by(p, "cms.content-type", "C04 with none");
	p.attrs = three(type_attr(ID_SIGNED), digest, bound);
	fails_by(p, "cms.content-type", "C04 another content-type");
	p.attrs = join(digest, bound);
	fails_by(p, "cms.content-type", "C04 no content-type");
	p.attrs = join(type, bound);
	fails_by(p, "cms.message-digest", "C05 no message-digest");
	p.attrs = four(type, digest, digest, bound);
	fails_by(p, "cms.message-digest", "C05 message-digest twice");
	p.attrs = three(type, attribute(MESSAGE_DIGEST, join(d, d)), bound);
	fails_by(p, "cms.message-digest", "C05 two values");
	p.attrs = three(type, attribute(MESSAGE_DIGEST, tlv(OCTETS, raw(d.p + 2, 31))), bound);
	fails_by(p, "cms.message-digest", "C05 a short digest");
	p.attrs = three(type, attribute(MESSAGE_DIGEST, tlv(0x02, raw(d.p + 2, 32))), bound);
	fails_by(p, "cms.message-digest", "C05 an INTEGER");
	p = good();
	p.attrs = three(type, attribute(MESSAGE_DIGEST, tlv(OCTETS, hash(ED_SHA256, raw("x", 1)))),
	                bound);
	r = look(build(&p));
	ok(r.checked.value && !r.checked.message_digest && r.findings.n == 0,
	   "C05 another digest is for the caller to tell");
	forget(&r);
}

/* C06 */
static void encodings(void)
{
	struct parts p = good();
	struct bytes type = type_attr(ID_DATA), digest = digest_attr(), bound = bound_to(zarina);
	struct bytes unsorted = join(bound, join(digest, type));
	struct bytes open = raw("\xa0\x80", 2), close = raw("\0\0", 2);
	struct result r;

	p.standing = tlv(0xa0, unsorted);
	notes(p, "cms.attributes-not-der", "C06 unsorted, signed sorted");
	p.to_sign = tlv(SET, unsorted);
	notes(p, "cms.attributes-not-der", "C06 unsorted, signed so");
	p.standing = join(open, join(unsorted, close));
	notes(p, "cms.attributes-not-der", "C06 unsorted, signed so, relayed in BER");
	p = good();
	p.standing = join(open, join(p.attrs, close));
	notes(p, "cms.attributes-not-der", "C06 sorted, relayed in BER");
	p.to_sign = join(raw("\x31\x80", 2), join(p.attrs, close));
	notes(p, "cms.attributes-not-der", "C06 signed in BER");
	p.to_sign = tlv(0xa0, p.attrs);
	fails_by(p, "signature.value", "C06 signed under the tag [0]");
	p = good();
	p.to_sign = p.attrs;
	fails_by(p, "signature.value", "C06 signed without a tag");
	p = good();
	p.standing = tlv(0xa0, join(p.attrs, attribute("1.2.3", none())));
	fails_by(p, "signature.value", "an attribute more than was signed");
	p = good();
	r = look(swap_all(build(&p), "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03",
	                  "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x09", 11));
	ok(!intact(&r), "an attribute of another type than was signed");
	forget(&r);
}

/* C14 */
static void ber(void)
{
	struct parts p = good();
	struct bytes piece = tlv(OCTETS, raw(content, 5)),
	             rest = tlv(OCTETS, raw(content + 5, LEN - 5));
	struct bytes open = raw("\x30\x80", 2), close = raw("\0\0", 2), b, deep = piece;
	struct result r;

	p.encap = join(oid(ID_DATA), tlv(0xa0, tlv(0x24, join(piece, rest))));
	takes(p, "C14 content in pieces");
	p.encap = join(oid(ID_DATA),
	               tlv(0xa0, join(raw("\x24\x80", 2),
	                              join(join(tlv(0x24, join(piece, tlv(OCTETS, none()))), rest),
	                                   close))));
	takes(p, "C14 of indefinite length, and pieces of pieces");
	b = build(&p);
	p.encap = join(oid(ID_DATA), tlv(0xa0, tlv(0x24, join(rest, piece))));
	r = look(build(&p));
	ok(r.code == EDOC_OK && r.checked.value && !r.checked.message_digest, "in another order");
	forget(&r);
	p.encap = join(oid(ID_DATA), tlv(0xa0, tlv(0x24, join(piece, tlv(5, none())))));
	r = look(build(&p));
	ok(!intact(&r), "a piece that is none");
	forget(&r);
	for (int i = 0; i < 2 * ED_MAX_BER_DEPTH; i++)
		deep = tlv(0x24, deep);
	p.encap = join(oid(ID_DATA), tlv(0xa0, deep));
	r = look(build(&p));
	ok(!intact(&r), "C14 a depth bomb");
	forget(&r);
	p = good();
	p.value = tlv(0x24, tlv(OCTETS, sign(zarina, tlv(SET, p.attrs))));
	takes(p, "C14 a value in pieces");
	p = good();
	b = join(open, join(join(oid(ID_SIGNED), join(raw("\xa0\x80", 2), signed_data(&p))),
	                    join(close, close)));
	r = look(b);
	ok(intact(&r), "C14 indefinite lengths");
	forget(&r);
	refused(raw(b.p, b.n - 2), EDOC_ERR_INPUT, "no CMS", "C14 without end");
	refused(join(b, close), EDOC_ERR_INPUT, "bytes follow", "C15 an end too many");
	/* A certificate that a relay made BER is the one that was signed. */
	b = cert(zarina);
	b = join(open, join(raw(b.p + 4, b.n - 4), close));
	p.certs = tlv(0xa0, b);
	takes(p, "C14 a certificate of indefinite length");
}

/* ---- who signed ----------------------------------------------------------------------- */

static struct bytes names(const struct edoc_key *key, const struct edoc_key *number_of)
{
	struct bytes own = issuer_and_serial(number_of);
	struct bytes other = issuer_and_serial(key), name, number;
	struct ed_ber e;
	struct ed_ber_reader r;

	if (!ed_ber_one(other.p, other.n, &e))
		return none();
	ed_ber_enter(&r, &e, 1);
	ed_ber_next(&r, &e);
	name = raw(e.whole, e.whole_len);
	ed_ber_one(own.p, own.n, &e);
	ed_ber_enter(&r, &e, 1);
	ed_ber_next(&r, &e);
	ed_ber_next(&r, &e);
	number = raw(e.whole, e.whole_len);
	return tlv(SEQ, join(tlv(SEQ, tlv(0xa4, name)), number));
}

static enum ed_ess bound_how(struct bytes attr, enum ed_hash *h)
{
	struct parts p = good();
	struct result r;

	p.attrs = three(type_attr(ID_DATA), digest_attr(), attr);
	r = look(build(&p));
	*h = r.ess_hash;
	ok(intact(&r), "intact whatever it is bound to");
	forget(&r);
	return r.ess;
}

static struct bytes v2(struct bytes value)
{
	return attribute(SIGNING_CERT_V2, value);
}

static void binding(void)
{
	struct bytes own = hash(ED_SHA256, cert(zarina)), own1 = hash(ED_SHA1, cert(zarina));
	struct bytes v1 = attribute(SIGNING_CERT, ess(none(), own1, none()));
	enum ed_hash h;

	is_int(bound_how(attribute("1.2.3", none()), &h), ED_ESS_ABSENT, "C07 bound to none");
	is_int(bound_how(bound_to(zarina), &h), ED_ESS_MATCH, "bound");
	is_int(h, ED_SHA256, "by SHA-256");
	is_int(bound_how(bound_to(farrukh), &h), ED_ESS_WRONG, "C08 to another");
	is_int(bound_how(v1, &h), ED_ESS_MATCH, "by SHA-1");
	is_int(h, ED_SHA1, "which is told");
	is_int(bound_how(join(v1, bound_to(zarina)), &h), ED_ESS_MATCH, "by both");
	is_int(h, ED_SHA1, "of which the weaker is told");
	is_int(bound_how(join(v1, bound_to(farrukh)), &h), ED_ESS_WRONG,
	       "C09 the second to another");
	is_int(bound_how(join(bound_to(zarina), bound_to(zarina)), &h), ED_ESS_WRONG, "C09 twice");
	is_int(bound_how(v2(ess(alg(SHA384), hash(ED_SHA384, cert(zarina)), none())), &h),
	       ED_ESS_MATCH, "by SHA-384");
	is_int(bound_how(v2(ess(alg(SHA256), own, none())), &h), ED_ESS_MATCH,
	       "by SHA-256 in words");
	is_int(bound_how(v2(ess(alg(SHA384), own, none())), &h), ED_ESS_WRONG,
	       "C08 another digest");
	is_int(bound_how(v2(ess(alg("1.2.3"), own, none())), &h), ED_ESS_UNKNOWN,
	       "C08 an unknown one");
	is_int(h, ED_HASH_NONE, "that binds to nothing");
	is_int(bound_how(v2(ess(alg("1.2.3"), own, names(zarina, farrukh))), &h), ED_ESS_WRONG,
	       "C08 an unknown one, but another number");
	is_int(bound_how(join(v1, v2(ess(alg("1.2.3"), own, none()))), &h), ED_ESS_UNKNOWN,
	       "C08 an unknown one beside SHA-1");
	is_int(bound_how(join(attribute(SIGNING_CERT,
	                                ess(none(), hash(ED_SHA1, cert(farrukh)), none())),
	                      v2(ess(alg("1.2.3"), own, none()))),
	                 &h),
	       ED_ESS_WRONG, "C08 an unknown one beside another's SHA-1");
	is_int(bound_how(v2(ess(none(), own1, none())), &h), ED_ESS_WRONG, "C08 a short one");
	is_int(bound_how(v2(ess(none(), own, names(zarina, zarina))), &h), ED_ESS_MATCH,
	       "issuer and number");
	is_int(bound_how(v2(ess(none(), own, names(zarina, farrukh))), &h), ED_ESS_WRONG,
	       "C08 another number");
	is_int(bound_how(v2(ess(none(), own, tlv(SEQ, none()))), &h), ED_ESS_WRONG,
	       "C08 an empty IssuerSerial");
	is_int(bound_how(v2(ess(none(), own, tlv(5, none()))), &h), ED_ESS_WRONG,
	       "C08 something behind");
	is_int(bound_how(v2(tlv(SEQ, tlv(SEQ, none()))), &h), ED_ESS_WRONG, "C08 bound to nobody");
	is_int(bound_how(v2(tlv(SEQ, none())), &h), ED_ESS_WRONG, "C08 an empty attribute");
	is_int(bound_how(v2(tlv(5, none())), &h), ED_ESS_WRONG, "C08 NULL");
	is_int(bound_how(v2(none()), &h), ED_ESS_WRONG, "C08 no value");
}

/* The same issuer and number, one octet behind them is another. */
static struct bytes twin(void)
{
	struct bytes b = cert(zarina), c = raw(b.p, b.n);

	c.p[c.n - 1] ^= 1;
	return c;
}

/* What is at hand counts where nothing came along that fits, and only then. */
static void signers_at_hand(void)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(ed_key_cert(zarina));
	struct bytes key_id = raw(ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id));
	struct parts p = good();
	struct edoc_error err = {0};
	struct result r;

	is_ok(ed_cert_of(ed_key_cert(farrukh), "", arena, &trusted[0], &err), &err, "another's");
	is_ok(ed_cert_of(ed_key_cert(zarina), "", arena, &trusted[1], &err), &err, "the signer's");
	p.certs = none();
	r = look_with(build(&p), true);
	ok(intact(&r) && r.ess == ED_ESS_MATCH, "the signer's certificate is at hand");
	is_int(r.material.n, 0, "it did not come along");
	forget(&r);
	p.sid = tlv(0x80, key_id);
	r = look_with(build(&p), true);
	ok(intact(&r), "known by its key");
	forget(&r);
	p = good();
	p.certs = none();
	p.sid = issuer_and_serial(farrukh);
	r = look_with(build(&p), true);
	ok(r.cert && r.ess == ED_ESS_WRONG && !r.checked.value, "another's fits the name alone");
	forget(&r);
	p = good();
	p.certs = tlv(0xa0, twin());
	r = look_with(build(&p), true);
	ok(r.cert && r.ess == ED_ESS_WRONG, "a false one that came along is not passed over");
	forget(&r);
	ed_cert_clear(trusted[0]);
	trusted[0] = NULL; /* the end of the list */
	p.certs = none();
	r = look_with(build(&p), true);
	ok(!r.cert, "none at hand");
	ed_cert_clear(trusted[1]);
}

static void signers(void)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(ed_key_cert(zarina));
	struct bytes key_id = raw(ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id));
	struct parts p = good();
	struct result r;

	p.sid = tlv(0x80, key_id);
	takes(p, "named by key identifier");
	p.sid = tlv(0xa0, join(tlv(OCTETS, raw(key_id.p, 3)),
	                       tlv(OCTETS, raw(key_id.p + 3, key_id.n - 3))));
	takes(p, "in pieces");
	p.sid = tlv(0x80, raw(key_id.p, key_id.n - 1));
	r = look(build(&p));
	ok(r.code == EDOC_OK && !r.cert && !r.checked.value,
	   "a part of the identifier is nobody's");
	p.sid = tlv(0x80, none());
	r = look(build(&p));
	ok(r.code == EDOC_OK && !r.cert && !r.checked.value, "an empty one is nobody's");
	p = good();
	p.certs = none();
	r = look(build(&p));
	ok(r.code == EDOC_OK && !r.cert && !r.checked.value && r.checked.message_digest &&
	           r.findings.n == 0,
	   "no certificate at all");
	p.certs = tlv(0xa0, cert(farrukh));
	r = look(build(&p));
	ok(r.code == EDOC_OK && !r.cert && !r.checked.value, "another's certificate");
	p.certs = tlv(0xa0, tlv(SEQ, none()));
	r = look(build(&p));
	ok(r.code == EDOC_OK && !r.cert, "a certificate that is none");
	p = good();
	p.sid = issuer_and_serial(farrukh);
	p.certs = tlv(0xa0, join(cert(zarina), cert(farrukh)));
	fails_by(p, "signature.value", "another is named");
	p = good();
	p.certs = tlv(0xa0, join(cert(zarina), twin()));
	takes(p, "C10 two certificates fit: the bound one");
	p.certs = tlv(0xa0, join(twin(), cert(zarina)));
	takes(p, "C10 in whatever order");
	p.attrs = join(type_attr(ID_DATA), digest_attr());
	r = look(build(&p));
	ok(intact(&r) && r.cert && r.ess == ED_ESS_ABSENT, "C10 bound to none: whose key signed");
	forget(&r);
	p = good();
	p.attrs = three(type_attr(ID_DATA), digest_attr(),
	                v2(ess(none(), hash(ED_SHA256, twin()), none())));
	p.certs = tlv(0xa0, join(cert(zarina), twin()));
	r = look(build(&p));
	ok(r.ess == ED_ESS_MATCH && r.cert &&
	           !memcmp(r.cert->sha256, hash(ED_SHA256, twin()).p, 32),
	   "C10 the bound one, though it is the second");
	forget(&r);
}

/* ---- algorithms -------------------------------------------------------------------------- */

static struct bytes pss_params(int salt)
{
	unsigned char s = (unsigned char)salt;
	struct bytes mgf = tlv(SEQ, join(oid("1.2.840.113549.1.1.8"), alg(SHA256)));

	return tlv(SEQ, join(join(tlv(0xa0, alg(SHA256)), tlv(0xa1, mgf)),
	                     tlv(0xa2, tlv(0x02, raw(&s, 1)))));
}

static struct bytes protection(struct bytes digest, struct bytes signature)
{
	signature = raw(signature.p, signature.n);
	signature.p[0] = 0xa1;
	return attribute(PROTECTION, tlv(SEQ, join(digest, signature)));
}

static struct parts protected_by(struct bytes attr)
{
	struct parts p = good();

	p.attrs = four(type_attr(ID_DATA), digest_attr(), bound_to(zarina), attr);
	return p;
}

static struct parts by_rsa(const char *algorithm)
{
	struct parts p = good();

	p.key = farrukh;
	p.attrs = three(type_attr(ID_DATA), digest_attr(), bound_to(farrukh));
	p.sid = issuer_and_serial(farrukh);
	p.certs = tlv(0xa0, cert(farrukh));
	p.signature_alg = alg(algorithm);
	return p;
}

/* C13 */
static void algorithms(void)
{
	struct bytes null = tlv(5, none()), with_null = tlv(SEQ, join(oid(SHA256), null));
	struct bytes own = alg(ECDSA_SHA256);
	struct parts p = good();

	p.signature_alg = alg(EC_KEY);
	takes(p, "a bare key: the SignerInfo's digest");
	takes(by_rsa(SHA256_RSA), "RSA with SHA-256");
	takes(by_rsa(RSA), "bare RSA");
	p = by_rsa(SHA256_RSA);
	p.digest_alg = with_null;
	p.signature_alg = tlv(SEQ, join(oid(SHA256_RSA), null));
	takes(p, "with NULLs");
	p = good();
	p.signature_alg = alg(ECDSA_SHA384);
	fails_by(p, "cms.algorithms-disagree", "C13 digest and signature disagree");
	p.signature_alg = alg(SHA256_RSA);
	fails_by(p, "signature.value", "C13 an algorithm of other keys");
	p.signature_alg = alg(RSA_PSS);
	fails_by(p, "cms.algorithm-unknown", "C13 PSS without parameters");
	p.signature_alg = tlv(SEQ, join(oid(RSA_PSS), null));
	fails_by(p, "cms.algorithm-unknown", "C13 PSS with NULL");
	p.signature_alg = alg("1.2.3.4.5");
	fails_by(p, "cms.algorithm-unknown", "C13 a signature nobody knows");
	p = good();
	p.digest_alg = odd_algorithm();
	fails_by(p, "cms.algorithm-unknown", "C13 a digest with parameters");
	p.digest_alg = alg("1.2.3.4.5");
	fails_by(p, "cms.algorithm-unknown", "C13 a digest nobody knows");
	p = by_rsa(SHA256_RSA);
	p.signature_alg = tlv(SEQ, join(oid(RSA_PSS), pss_params(32)));
	fails_by(p, "signature.value", "C13 PKCS#1 passed off as PSS");
	takes(protected_by(protection(alg(SHA256), own)), "RFC 6211: protected");
	takes(protected_by(protection(with_null, own)), "NULL or none is the same");
	fails_by(protected_by(protection(alg(SHA384), own)), "cms.algorithm-protection",
	         "C13 another digest was protected");
	fails_by(protected_by(protection(alg(SHA256), alg(ECDSA_SHA384))),
	         "cms.algorithm-protection", "C13 another signature was protected");
	fails_by(protected_by(protection(alg(SHA256), alg("1.2.3"))), "cms.algorithm-protection",
	         "C13 an unknown one was protected");
	fails_by(protected_by(attribute(PROTECTION, tlv(SEQ, alg(SHA256)))),
	         "cms.algorithm-protection", "C13 half a protection");
	fails_by(protected_by(attribute(PROTECTION, null)), "cms.algorithm-protection",
	         "C13 a protection that is none");
	fails_by(protected_by(join(protection(alg(SHA256), own), protection(alg(SHA256), own))),
	         "cms.algorithm-protection", "C13 protected twice");
}

/* C19: it is computed; what it is worth is the policy's. */
static void weak(void)
{
	struct bytes d = tlv(OCTETS, hash(ED_SHA1, raw(content, LEN)));
	struct parts p = by_rsa(RSA);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char sig[512];
	size_t n = sizeof(sig);
	struct bytes set;

	p.digest_alg = alg(SHA1);
	p.attrs = three(type_attr(ID_DATA), attribute(MESSAGE_DIGEST, d), bound_to(farrukh));
	set = tlv(SET, p.attrs);
	ok(EVP_DigestSignInit_ex(ctx, NULL, "SHA1", NULL, NULL, ed_key_pkey(farrukh), NULL) == 1 &&
	           EVP_DigestSign(ctx, sig, &n, set.p, set.n) == 1,
	   "signed with SHA-1");
	EVP_MD_CTX_free(ctx);
	p.value = tlv(OCTETS, raw(sig, n));
	takes(p, "C19 SHA-1, for the policy to judge");
}

static void edwards(void)
{
	struct ed_sigalg got;
	struct parts p = good();
	struct bytes b, set = tlv(SET, p.attrs);
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	X509 *x = X509_dup(ed_key_cert(zarina));
	unsigned char sig[64];
	size_t n = sizeof(sig);
	unsigned char *der = NULL;
	struct result r;
	int len;

	ok(X509_set_pubkey(x, key) == 1 && X509_sign(x, key, NULL) > 0, "a certificate");
	len = i2d_X509(x, &der);
	p.certs = tlv(0xa0, raw(der, (size_t)len));
	ok(EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
	           EVP_DigestSign(ctx, sig, &n, set.p, set.n) == 1,
	   "signed with Ed25519");
	p.value = tlv(OCTETS, raw(sig, n));
	p.signature_alg = alg("1.3.101.112");
	b = build(&p);
	r = look(b);
	got = r.cms.signers[0].alg;
	ok(intact(&r) && got.kind == ED_SIG_EDDSA, "verifies");
	ok(ed_findings_have(&r.findings, "cms.digest-unusual") && r.findings.n == 1,
	   "RFC 8419 asks for SHA-512, which is noted");
	forget(&r);
	b.p[b.n - 1] ^= 1;
	r = look(b);
	ok(!intact(&r) && ed_findings_have(&r.findings, "signature.value"), "but for a bit");
	forget(&r);
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	X509_free(x);
}

/* ---- counter-signatures (RFC 5652 11.4) ---------------------------------------------------- */

static void counter(void)
{
	struct parts p = good();
	struct bytes parent = raw("a signature value", 17), info;
	struct bytes d = attribute(MESSAGE_DIGEST, tlv(OCTETS, hash(ED_SHA256, parent)));
	unsigned char digest[ED_HASH_MAX];
	struct ed_cms_checked checked;
	struct ed_findings findings;
	struct ed_cms_signer s;
	struct edoc_error err = {0};
	struct ed_cert *c = NULL;
	struct ed_ber e;

	for (int with_type = 0; with_type < 2; with_type++) {
		p.attrs = with_type ? three(d, bound_to(zarina), type_attr(ID_DATA))
		                    : join(d, bound_to(zarina));
		info = signer_info(&p);
		ed_findings_init(&findings, arena);
		ok(ed_ber_one(info.p, info.n, &e), "a SignerInfo by itself");
		is_ok(ed_cms_signer_read(&e, "x#1", arena, &s, &err), &err, "is read");
		is_ok(ed_cert_of(ed_key_cert(zarina), "x", arena, &c, &err), &err, "its signer");
		ok(ed_hash_bytes(ED_SHA256, parent.p, parent.n, digest), "what it is over");
		is_ok(ed_cms_check(NULL, &s, c, digest, arena, &findings, &checked, &err), &err,
		      "is checked");
		ok(checked.value && checked.message_digest, "and verifies");
		ok(checked.content_type == !with_type &&
		           ed_findings_have(&findings, "cms.content-type") == with_type,
		   "content-type must be absent");
		ed_cert_clear(c);
	}
	is_str(findings.v[0].where, "x#1", "it is told where");
	ok(ed_ber_one("\x31\x00", 2, &e), "a SET");
	fails(ed_cms_signer_read(&e, "x#1", arena, &s, &err), EDOC_ERR_INPUT, &err, "SignerInfo",
	      "is no SignerInfo");
}

/* ---- bits ------------------------------------------------------------------------------------ */

/* No flip in what is signed, in the value or in the certificate goes unseen. */
static void flips(void)
{
	struct parts p = good();
	struct bytes b, certs = cert(zarina), set = p.attrs;
	size_t bad = 0, n = 0;

	p.value = tlv(OCTETS, sign(zarina, tlv(SET, p.attrs)));
	b = build(&p);
	struct bytes watched[] = {certs, set, p.value, raw(content, LEN)};
	for (size_t w = 0; w < sizeof(watched) / sizeof(*watched); w++) {
		unsigned char *at = memmem(b.p, b.n, watched[w].p, watched[w].n);

		for (size_t i = 0; at && i < watched[w].n; i++, n++) {
			struct result r;

			at[i] ^= 1;
			r = look(b);
			bad += intact(&r) && r.ess == ED_ESS_MATCH;
			forget(&r);
			at[i] ^= 1;
		}
	}
	ok(n > certs.n + set.n && bad == 0, "%zu of %zu flips go unseen", bad, n);
}

int main(void)
{
	arena = ed_arena_new();
	zarina = load("zarina.p12");
	farrukh = load("farrukh.p12");
	anvar = load("anvar.p12");
	if (!zarina || !farrukh || !anvar)
		return 1;
	structure();
	limits();
	material();
	attributes();
	encodings();
	ber();
	binding();
	signers();
	signers_at_hand();
	algorithms();
	weak();
	edwards();
	counter();
	flips();
	ok(!ERR_peek_error(), "no error is left behind");
	edoc_key_free(zarina);
	edoc_key_free(farrukh);
	edoc_key_free(anvar);
	ed_arena_free(arena);
	return done();
}
