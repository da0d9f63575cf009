/* SPDX-License-Identifier: ISC */
/*
 * The ledger's signatures: what we make and what OpenSSL says of it; then a
 * CMS built by hand, right in everything but one thing at a time.  The ids
 * C01.. are the attack list's.
 */
#include <openssl/cms.h>
#include <openssl/err.h>

#include "base/time.h"
#include "cmskit.h"
#include "signature/cmsledger.h"

#define AT 1780000000
static const char content[] = "{\"format\":\"edoc-entry/1\"}";
#define LEN (sizeof(content) - 1)

static struct edoc_key *zarina, *farrukh, *anvar, *madina, *dilnoza;

/* ---- a CMS by hand ------------------------------------------------------------ */

enum defect {
	NONE,
	/* refused */
	NO_ATTRIBUTES, /* C02 */
	CONFUSED,      /* C01: signed attributes as content */
	TYPE_TWICE,    /* C03 */
	TIME_TWICE,
	CERT_TWICE,  /* C09 */
	NO_TYPE,     /* C04 */
	OTHER_TYPE,  /* C04 */
	NO_DIGEST,   /* C05 */
	TWO_DIGESTS, /* C05 */
	NO_VALUE,
	ODD_DIGEST, /* an INTEGER */
	NO_TIME,
	BAD_TIME,
	UNSORTED,  /* C06 */
	TWO_CERTS, /* C10 */
	ATTACHED,  /* C12 */
	DISAGREE,  /* C13 */
	PSS,       /* C13 */
	ALG_PARAMETERS,
	UNKNOWN_SIGNATURE,
	INDEFINITE,  /* C14 */
	CONSTRUCTED, /* C14 */
	LONG_LENGTH, /* C14 */
	DEEP,        /* C14 */
	TRAILING,    /* C15 */
	TRAILING_IN,
	CUT,
	ENVELOPED, /* C16 */
	NO_SIGNER, /* C17 */
	TWO_SIGNERS,
	MANY, /* C18 */
	WEAK, /* C19 */
	INNER_TYPE,
	VERSION,
	SIGNER_VERSION,
	OTHER_DIGESTS,
	MORE_DIGESTS,
	OTHER_CHOICE, /* beside the certificate */
	REVOCATION,
	NO_REVOCATION,
	/* read, but not right */
	NO_CERT,
	OTHER_CERT,
	WRONG_DIGEST,
	SHORT_DIGEST,
	WRONG_VALUE,
	NO_BINDING,    /* C07 */
	OTHER_BINDING, /* C08 */
	EMPTY_BINDING,
	/* read and right */
	UNKNOWN_ATTRIBUTE,
	UNSIGNED_ATTRIBUTE,
	EXPLICIT_HASH,
};

static struct bytes binding(enum defect d)
{
	struct bytes id = tlv(OCTETS, hash(ED_SHA256, cert(d == OTHER_BINDING ? anvar : zarina)));

	if (d == EMPTY_BINDING)
		return tlv(SEQ, tlv(SEQ, none()));
	if (d == EXPLICIT_HASH) { /* SHA-256 is the default and must not stand there in DER */
		id = tlv(OCTETS, hash(ED_SHA384, cert(zarina)));
		id = join(alg(SHA384), id);
	}
	return tlv(SEQ, tlv(SEQ, tlv(SEQ, id)));
}

static struct bytes attributes(enum defect d)
{
	struct bytes a[80], all = none(), digest = hash(ED_SHA256, raw(content, LEN));
	struct bytes time = tlv(0x17, raw("260528202640Z", 13));
	size_t n = 0;

	if (d == WRONG_DIGEST)
		digest.p[31] ^= 1;
	if (d == SHORT_DIGEST)
		digest.n = 31;
	digest = tlv(d == ODD_DIGEST ? 0x02 : OCTETS, digest);
	if (d == BAD_TIME)
		time = tlv(0x17, raw("269928202640Z", 13));
	if (d != NO_TYPE)
		a[n++] = attribute(CONTENT_TYPE, oid(d == OTHER_TYPE ? ID_SIGNED : ID_DATA));
	if (d == TYPE_TWICE)
		a[n++] = attribute(CONTENT_TYPE, oid(ID_DATA));
	if (d == TWO_DIGESTS)
		a[n++] = attribute(MESSAGE_DIGEST,
		                   join(digest, tlv(OCTETS, hash(ED_SHA256, raw("~", 1)))));
	else if (d != NO_DIGEST)
		a[n++] = attribute(MESSAGE_DIGEST, digest);
	if (d != NO_TIME)
		a[n++] = attribute(SIGNING_TIME, d == NO_VALUE ? none() : time);
	if (d == TIME_TWICE)
		a[n++] = attribute(SIGNING_TIME, tlv(0x17, raw("260528202641Z", 13)));
	if (d != NO_BINDING)
		a[n++] = attribute(SIGNING_CERT_V2, binding(d));
	if (d == CERT_TWICE)
		a[n++] = attribute(SIGNING_CERT_V2, binding(OTHER_BINDING));
	if (d == UNKNOWN_ATTRIBUTE)
		a[n++] = attribute("1.3.6.1.4.1.99999.1", tlv(0x05, none()));
	for (int i = 0; d == MANY && i < 61; i++) {
		char type[40];

		snprintf(type, sizeof(type), "1.3.6.1.4.1.99999.%d", i + 1);
		a[n++] = attribute(type, tlv(0x05, none()));
	}
	qsort(a, n, sizeof(a[0]), by_der);
	if (d == UNSORTED) {
		struct bytes t = a[0];

		a[0] = a[1];
		a[1] = t;
	}
	for (size_t i = 0; i < n; i++)
		all = join(all, a[i]);
	return all;
}

static struct bytes info_with(enum defect d)
{
	struct bytes attrs = attributes(d), value, b;
	const char *sig_alg = ECDSA_SHA256;

	if (d == DISAGREE)
		sig_alg = ECDSA_SHA384;
	if (d == PSS)
		sig_alg = RSA_PSS;
	if (d == UNKNOWN_SIGNATURE)
		sig_alg = "1.2.3.4.5";
	value = sign(zarina, d == NO_ATTRIBUTES ? raw(content, LEN) : tlv(SET, attrs));
	if (d == WRONG_VALUE)
		value = sign(zarina, raw("other", 5));
	b = join(tlv(0x02, raw(d == SIGNER_VERSION ? "\3" : "\1", 1)), issuer_and_serial(zarina));
	if (d == ALG_PARAMETERS)
		b = join(b, odd_algorithm());
	else
		b = join(b, alg(d == WEAK ? SHA1 : SHA256));
	if (d != NO_ATTRIBUTES && d != CONFUSED)
		b = join(b, tlv(0xa0, attrs));
	b = join(b, alg(sig_alg));
	if (d == CONSTRUCTED)
		b = join(b, tlv(0x24, tlv(OCTETS, value)));
	else
		b = join(b, tlv(OCTETS, value));
	if (d == UNSIGNED_ATTRIBUTE)
		b = join(b, tlv(0xa1, attribute("1.3.6.1.4.1.99999.2", tlv(0x05, none()))));
	return tlv(SEQ, b);
}

static struct bytes certs(enum defect d)
{
	struct bytes b = cert(zarina), twin;

	switch (d) {
	case NO_CERT:
		return tlv(0xa0, cert(madina));
	case TWO_CERTS: { /* the same issuer and number, another signature */
		struct bytes both[2];

		twin = raw(b.p, b.n);
		twin.p[twin.n - 1] ^= 1;
		both[0] = b;
		both[1] = twin;
		qsort(both, 2, sizeof(both[0]), by_der);
		return tlv(0xa0, join(both[0], both[1]));
	}
	case OTHER_CERT: /* only its key is another's: the digits of the point differ */
		twin = raw(b.p, b.n);
		for (size_t i = 0; i + 3 < twin.n; i++) {
			if (!memcmp(twin.p + i, "\x03\x42\x00\x04", 4)) {
				unsigned char point[65], *p = point;
				size_t n = 0;

				EVP_PKEY_get_octet_string_param(ed_key_pkey(dilnoza),
				                                "encoded-pub-key", point,
				                                sizeof(point), &n);
				memcpy(twin.p + i + 3, p, 65);
			}
		}
		return tlv(0xa0, twin);
	case OTHER_CHOICE: /* CertificateChoices knows [0] to [3] */
		return tlv(0xa0, join(b, tlv(0xb9, none())));
	case REVOCATION: /* OtherRevocationInfoFormat */
		return join(tlv(0xa0, b), tlv(0xa1, tlv(0xa1, join(oid("1.2.3"), tlv(5, none())))));
	case NO_REVOCATION:
		return join(tlv(0xa0, b), tlv(0xa1, none()));
	default:
		return tlv(0xa0, b);
	}
}

static struct bytes build_with(enum defect d)
{
	struct bytes info = info_with(d), b, encap = oid(d == INNER_TYPE ? ID_SIGNED : ID_DATA);
	struct bytes deep = none();

	if (d == ATTACHED)
		encap = join(encap, tlv(0xa0, tlv(OCTETS, raw("something else", 14))));
	if (d == DEEP) {
		for (int i = 0; i < 40; i++)
			deep = tlv(0xa0, deep);
		encap = join(encap, tlv(0xa0, deep));
	}
	b = tlv(0x02, raw(d == VERSION ? "\3" : "\1", 1));
	if (d == MORE_DIGESTS)
		b = join(b, tlv(SET, join(alg(SHA256), alg(SHA384))));
	else if (d == ALG_PARAMETERS)
		b = join(b, tlv(SET, odd_algorithm()));
	else
		b = join(b, tlv(SET, alg(d == WEAK ? SHA1 : d == OTHER_DIGESTS ? SHA384 : SHA256)));
	b = join(b, tlv(SEQ, encap));
	b = join(b, certs(d));
	if (d == NO_SIGNER)
		info = none();
	if (d == TWO_SIGNERS) { /* ECDSA's values differ each time: bring them in order */
		struct bytes two[2] = {info, info_with(NONE)};

		qsort(two, 2, sizeof(two[0]), by_der);
		info = join(two[0], two[1]);
	}
	if (d == TRAILING_IN)
		info = join(info, tlv(0x05, none()));
	b = join(b, tlv(SET, info));
	b = tlv(0xa0, tlv(SEQ, b));
	b = join(oid(d == ENVELOPED ? "1.2.840.113549.1.7.3" : ID_SIGNED), b);
	if (d == INDEFINITE)
		return join(join(raw("\x30\x80", 2), b), raw("\0\0", 2));
	if (d == LONG_LENGTH) {
		unsigned char head[] = {
		        0x30, 0x84, 0, 0, (unsigned char)(b.n >> 8), (unsigned char)b.n};
		return join(raw(head, 6), b);
	}
	b = tlv(SEQ, b);
	if (d == TRAILING)
		b = join(b, raw("", 1));
	if (d == CUT)
		b.n--;
	return b;
}

/* Does OpenSSL itself take it, without looking at the chain? */
static bool openssl_takes(struct bytes der, struct bytes what)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	BIO *bio = BIO_new_mem_buf(what.p, (int)what.n);
	bool good = cms && CMS_verify(cms, NULL, NULL, bio, NULL,
	                              CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;

	BIO_free(bio);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return good;
}

static void refusals(void)
{
	static const struct {
		enum defect d;
		const char *word;
	} t[] = {
	        {NO_ATTRIBUTES, "no signed attributes"},
	        {TYPE_TWICE, "stands twice"},
	        {TIME_TWICE, "stands twice"},
	        {CERT_TWICE, "stands twice"},
	        {NO_TYPE, "content-type is missing"},
	        {OTHER_TYPE, "content-type is missing or"},
	        {NO_DIGEST, "message-digest is missing"},
	        {TWO_DIGESTS, "exactly one value"},
	        {NO_VALUE, "exactly one value"},
	        {ODD_DIGEST, "message-digest is malformed"},
	        {NO_TIME, "signing-time is missing"},
	        {BAD_TIME, "signing-time is malformed"},
	        {UNSORTED, "not in DER"},
	        {TWO_CERTS, "two of its certificates"},
	        {ATTACHED, "content of its own"},
	        {DISAGREE, "do not agree"},
	        {PSS, "neither RSA"},
	        {ALG_PARAMETERS, "has parameters"},
	        {UNKNOWN_SIGNATURE, "neither RSA"},
	        {INDEFINITE, "not in DER"},
	        {CONSTRUCTED, "not in DER"},
	        {LONG_LENGTH, "not in DER"},
	        {DEEP, "eContent"},
	        {TRAILING, "bytes follow"},
	        {TRAILING_IN, "malformed"},
	        {CUT, "no CMS"},
	        {ENVELOPED, "not SignedData"},
	        {NO_SIGNER, "exactly one signer"},
	        {TWO_SIGNERS, "exactly one signer"},
	        {MANY, "more than 64"},
	        {WEAK, "none of SHA-256"},
	        {INNER_TYPE, "id-data"},
	        {OTHER_CHOICE, "other than certificates"},
	        {REVOCATION, "other than certificates"},
	        {NO_REVOCATION, "other than certificates"},
	};
	struct ed_cms_facts facts;
	struct edoc_error err = {0};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct bytes der = build_with(t[i].d);

		fails(ed_cms_verify(der.p, der.n, content, LEN, "x.cms", arena, &facts, &err),
		      EDOC_ERR_INPUT, &err, t[i].word, t[i].word);
		ok(!facts.signer && !facts.intact_data && !facts.intact_signature && !facts.bound &&
		           !facts.others,
		   "and no fact is left");
	}
	fails(ed_cms_verify("", 0, content, LEN, "x.cms", arena, &facts, &err), EDOC_ERR_INPUT,
	      &err, "no CMS", "nothing");
	fails(ed_cms_verify("0", 1, content, LEN, "x.cms", arena, &facts, &err), EDOC_ERR_INPUT,
	      &err, "no CMS", "one byte");
	fails(ed_cms_verify("{}", 2, content, LEN, "x.cms", arena, &facts, &err), EDOC_ERR_INPUT,
	      &err, "no CMS", "something else");
	fails(ed_cms_verify(NULL, (1 << 20) + 1, content, LEN, "x.cms", arena, &facts, &err),
	      EDOC_ERR_LIMIT, &err, "larger", "over the limit");
}

/* C01: OpenSSL takes the attributes' encoding for content; we do not. */
static void confusion(void)
{
	struct bytes der = build_with(CONFUSED), what = tlv(SET, attributes(CONFUSED));
	struct ed_cms_facts facts;
	struct edoc_error err = {0};

	ok(openssl_takes(der, what), "OpenSSL takes signed attributes for content");
	fails(ed_cms_verify(der.p, der.n, what.p, what.n, "x.cms", arena, &facts, &err),
	      EDOC_ERR_INPUT, &err, "no signed attributes", "we do not");
}

static void readable(enum defect d, bool data, bool signature, bool bound, bool signer,
                     const char *what)
{
	struct bytes der = build_with(d);
	struct ed_cms_facts facts;
	struct edoc_error err = {0};

	if (!is_ok(ed_cms_verify(der.p, der.n, content, LEN, "x.cms", arena, &facts, &err), &err,
	           what))
		return;
	ok(facts.intact_data == data, "its data %s", data ? "is right" : "is wrong");
	ok(facts.intact_signature == signature, "its signature %s",
	   signature ? "is right" : "is wrong");
	ok(facts.bound == bound, "its signer is %s", bound ? "bound" : "not bound");
	ok(!facts.signer == !signer, "the certificate is %s", signer ? "there" : "not there");
	is_int(facts.claimed_time, AT, "its time");
	is_int(facts.hash, ED_SHA256, "its digest");
	ed_cms_facts_clear(&facts);
}

static void by_hand(void)
{
	struct bytes der = build_with(NONE);

	ok(openssl_takes(der, raw(content, LEN)), "OpenSSL takes what is built by hand");
	readable(NONE, true, true, true, true, "by hand");
	readable(UNKNOWN_ATTRIBUTE, true, true, true, true, "with an attribute more");
	readable(UNSIGNED_ATTRIBUTE, true, true, true, true, "with an unsigned attribute");
	readable(EXPLICIT_HASH, true, true, true, true, "bound by another digest");
	readable(NO_CERT, true, false, false, false, "without the signer's certificate");
	readable(OTHER_CERT, true, false, false, true, "with another key in the certificate");
	readable(WRONG_DIGEST, false, true, true, true, "with a wrong message-digest");
	readable(SHORT_DIGEST, false, true, true, true, "with a short message-digest");
	readable(WRONG_VALUE, true, false, true, true, "with another signature's value");
	readable(NO_BINDING, true, true, false, true, "without signing-certificate-v2");
	readable(OTHER_BINDING, true, true, false, true, "bound to another");
	readable(EMPTY_BINDING, true, true, false, true, "bound to nobody");
}

/* ---- what we make ----------------------------------------------------------------- */

static bool still_good(const struct edoc_key *key, const struct ed_buf *der)
{
	struct ed_cms_facts facts;
	bool good;

	if (ed_cms_verify(der->data, der->len, content, LEN, "x.cms", arena, &facts, NULL) !=
	    EDOC_OK)
		return false;
	good = facts.intact_data && facts.intact_signature && facts.bound &&
	       !strcmp(facts.signer->hex, edoc_key_cert_sha256(key));
	ed_cms_facts_clear(&facts);
	return good;
}

/* Every flipped bit is refused or seen, but for the certificate of the
 * authority: the chain's own signatures guard it. */
static void flips(const struct edoc_key *key, struct ed_buf *der)
{
	unsigned char *ca = NULL;
	size_t bad = 0, n = 0;
	struct ed_buf other;

	ed_buf_init(&other, 65536);
	if (ed_cert_der(sk_X509_value(ed_key_chain(key), 0), &other, NULL) == EDOC_OK)
		ca = memmem(der->data, der->len, other.data, other.len);
	ok(ca != NULL, "the authority's certificate is in it");
	for (size_t i = 0; i < der->len; i++) {
		if (ca && der->data + i >= ca && der->data + i < ca + other.len)
			continue;
		n++;
		der->data[i] ^= 1;
		if (still_good(key, der)) {
			printf("# byte %zu\n", i);
			bad++;
		}
		der->data[i] ^= 1;
	}
	ok(n > 1000 && bad == 0, "%zu of %zu flips go unseen", bad, n);
	ed_buf_clear(&other);
}

static void made_by(const struct edoc_key *key, enum ed_hash h)
{
	struct ed_cms_facts facts;
	struct edoc_error err = {0};
	struct ed_buf der;

	ed_buf_init(&der, 1 << 20);
	is_ok(ed_cms_sign(key, content, LEN, AT, &der, &err), &err, edoc_key_subject(key));
	ok(openssl_takes(raw(der.data, der.len), raw(content, LEN)), "OpenSSL takes it");
	if (is_ok(ed_cms_verify(der.data, der.len, content, LEN, "x.cms", arena, &facts, &err),
	          &err, "so do we")) {
		ok(facts.intact_data && facts.intact_signature && facts.bound, "all is right");
		is_int(facts.claimed_time, AT, "the moment is the caller's");
		is_int(facts.hash, h, "the digest is the key's");
		is_str(facts.signer->hex, edoc_key_cert_sha256(key), "the certificate");
		is_int(sk_X509_num(facts.others), sk_X509_num(ed_key_chain(key)) + 1,
		       "and the chain came along");
		ed_cms_facts_clear(&facts);
	}
	if (is_ok(ed_cms_verify(der.data, der.len, content, LEN - 1, "x.cms", arena, &facts, &err),
	          &err, "another content")) {
		ok(!facts.intact_data && facts.intact_signature, "is seen");
		ed_cms_facts_clear(&facts);
	}
	flips(key, &der);
	ed_buf_clear(&der);
}

static void put(const char *dir, const char *name, const void *p, size_t n)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (!f || fwrite(p, 1, n, f) != n || fclose(f))
		printf("Bail out! cannot write %s\n", path);
}

/* The command that anybody can check a ledger with. */
static void by_openssl(const struct edoc_key *key)
{
	char dir[] = "/tmp/edoc-cms.XXXXXX", cmd[8192];
	struct edoc_error err = {0};
	struct ed_buf der;

	ed_buf_init(&der, 1 << 20);
	is_ok(ed_cms_sign(key, content, LEN, AT, &der, &err), &err, edoc_key_subject(key));
	if (!mkdtemp(dir))
		return;
	put(dir, "x.cms", der.data, der.len);
	put(dir, "header.json", content, LEN);
	put(dir, "other.json", content, LEN - 1);
	snprintf(cmd, sizeof(cmd),
	         "cd %s && openssl cms -verify -binary -cades -content header.json -inform DER "
	         "-in x.cms -CAfile %s -attime %d -out /dev/null 2>log",
	         dir, pki("root.pem"), AT);
	ok(!system(cmd), "openssl cms -verify takes it, with its chain");
	snprintf(cmd, sizeof(cmd),
	         "cd %s && ! openssl cms -verify -binary -content other.json -inform DER "
	         "-in x.cms -CAfile %s -attime %d -out /dev/null 2>log",
	         dir, pki("root.pem"), AT);
	ok(!system(cmd), "but not for another header");
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ok(!system(cmd), "cleaned");
	ed_buf_clear(&der);
}

int main(void)
{
	struct ed_buf der;
	struct edoc_error err = {0};

	arena = ed_arena_new();
	zarina = load("zarina.p12");
	farrukh = load("farrukh.p12");
	anvar = load("anvar.p12");
	madina = load("madina.p12");
	dilnoza = load("dilnoza.p12");
	if (!zarina || !farrukh || !anvar || !madina || !dilnoza)
		return 1;
	by_hand();
	refusals();
	confusion();
	made_by(zarina, ED_SHA256);
	made_by(farrukh, ED_SHA256);
	made_by(anvar, ED_SHA384);
	by_openssl(zarina);
	by_openssl(farrukh);
	by_openssl(anvar);
	ed_buf_init(&der, 1 << 20);
	is_ok(ed_cms_sign(zarina, "", 0, 2600000000, &der, &err), &err, "nothing, after 2050");
	ok(openssl_takes(raw(der.data, der.len), none()), "OpenSSL takes it");
	ed_buf_clear(&der);
	ed_buf_init(&der, 10);
	fails(ed_cms_sign(zarina, "", 0, AT, &der, &err), EDOC_ERR_LIMIT, &err, "", "no room");
	ed_buf_clear(&der);
	edoc_key_free(zarina);
	edoc_key_free(farrukh);
	edoc_key_free(anvar);
	edoc_key_free(madina);
	edoc_key_free(dilnoza);
	ed_arena_free(arena);
	return done();
}
