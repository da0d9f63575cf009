/* SPDX-License-Identifier: ISC */
/*
 * Time-stamp tokens: by hand, right in everything but one thing at a time, and
 * by `openssl ts`.  The ids T03, T08 are the attack list's.
 */
#include "signature/tsp.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/limits.h"
#include "base/time.h"
#include "cmskit.h"

#define ID_TST "1.2.840.113549.1.9.16.1.4"
#define POLICY "1.3.6.1.4.1.99999.7"
#define SHA512 "2.16.840.1.101.3.4.2.3"

static struct edoc_key *zarina, *farrukh;

/* ---- TSTInfo ------------------------------------------------------------------------ */

struct info {
	struct bytes version, policy, imprint, serial, time, rest;
};

static struct bytes imprint(const char *algorithm, enum ed_hash h)
{
	return tlv(SEQ, join(alg(algorithm), tlv(OCTETS, hash(h, raw("data", 4)))));
}

static struct bytes at(const char *time)
{
	return tlv(0x18, raw(time, strlen(time)));
}

static struct info good_info(void)
{
	return (struct info){.version = tlv(2, raw("\1", 1)),
	                     .policy = oid(POLICY),
	                     .imprint = imprint(SHA256, ED_SHA256),
	                     .serial = tlv(2, raw("\1\2", 2)),
	                     .time = at("20260305041109Z"),
	                     .rest = none()};
}

static struct bytes put(struct info i)
{
	struct bytes b = join(join(i.version, i.policy), join(i.imprint, i.serial));

	return tlv(SEQ, join(b, join(i.time, i.rest)));
}

/* ---- the token ------------------------------------------------------------------------ */

static struct parts token_of(struct bytes info)
{
	struct bytes digest = attribute(MESSAGE_DIGEST, tlv(OCTETS, hash(ED_SHA256, info)));

	return (struct parts){
	        .key = zarina,
	        .attrs = three(attribute(CONTENT_TYPE, oid(ID_TST)), digest, bound_to(zarina)),
	        .sid = issuer_and_serial(zarina),
	        .digest_alg = alg(SHA256),
	        .signature_alg = alg(ECDSA_SHA256),
	        .encap = join(oid(ID_TST), tlv(0xa0, tlv(OCTETS, info))),
	        .certs = tlv(0xa0, cert(zarina)),
	        .crls = none(),
	        .unsigned_attrs = none(),
	        .type = ID_SIGNED};
}

static struct parts good(void)
{
	return token_of(put(good_info()));
}

static struct ed_material material;

static enum edoc_code look(struct bytes b, struct ed_tst *tst, struct edoc_error *err)
{
	ed_material_init(&material, arena);
	return ed_tst_read(b.p, b.n, "x.tst", &material, arena, tst, err);
}

static void takes(struct bytes b, const char *what)
{
	struct edoc_error err = {0};
	struct ed_tst t;

	if (is_ok(look(b, &t, &err), &err, what)) {
		ok(t.intact && t.bound && t.signer && t.findings.n == 0, "and all is right");
		for (size_t i = 0; i < t.findings.n; i++)
			printf("# %s\n", t.findings.v[i].code);
	}
	ed_tst_clear(&t);
}

static void refused(struct bytes b, const char *word, const char *what)
{
	struct edoc_error err = {0};
	struct ed_tst t;

	fails(look(b, &t, &err), EDOC_ERR_INPUT, &err, word, what);
	is_str(err.where, "x.tst", "at its place");
	ok(!t.signer && !t.intact, "and nothing is left");
}

static void refused_info(struct info i, const char *word, const char *what)
{
	struct parts p = token_of(put(i));

	refused(build(&p), word, what);
}

/* Read, and that finding: the only one. */
static void notes(struct parts p, bool intact, bool bound, const char *code, const char *what)
{
	struct edoc_error err = {0};
	struct ed_tst t;

	if (is_ok(look(build(&p), &t, &err), &err, what)) {
		ok(t.intact == intact && t.bound == bound, "intact or not, bound or not");
		ok(t.findings.n == 1 && ed_findings_have(&t.findings, code), "%s", code);
	}
	ed_tst_clear(&t);
}

static void facts(void)
{
	struct parts p = good();
	struct bytes b = build(&p);
	struct edoc_error err = {0};
	char text[ED_TIME_STR];
	struct ed_tst t;

	takes(b, "a token");
	is_ok(look(b, &t, &err), &err, "what it says:");
	ed_time_format(text, t.time);
	is_str(text, "2026-03-05T04:11:09Z", "when");
	is_int(t.accuracy, 0, "no accuracy");
	is_str(t.policy, POLICY, "under which policy");
	is_str(t.serial, "258", "its number");
	is_int(t.imprint_hash, ED_SHA256, "over which digest");
	ok(t.imprint_len == 32 && !memcmp(t.imprint, hash(ED_SHA256, raw("data", 4)).p, 32),
	   "of what");
	is_int(t.digest, ED_SHA256, "digested with");
	ok(t.alg.kind == ED_SIG_ECDSA && t.alg.hash == ED_SHA256, "signed with");
	is_int(t.bound_by, ED_SHA256, "bound by");
	is_str(t.signer->hex, edoc_key_cert_sha256(zarina), "by whom");
	is_str(t.where, "x.tst", "where");
	ok(t.len == b.n && !memcmp(t.der, b.p, b.n) && t.der != b.p &&
	           !memcmp(t.sha256, hash(ED_SHA256, b).p, 32),
	   "and its own bytes");
	is_int((int64_t)material.n, 1, "its certificate is at hand");
	ed_tst_clear(&t);
	ed_tst_clear(&t);
	ok(!t.signer, "cleared, twice too");
}

static int64_t accuracy_of(struct bytes accuracy)
{
	struct info i = good_info();
	struct edoc_error err = {0};
	struct parts p;
	struct ed_tst t;
	int64_t v = -1;

	i.rest = accuracy;
	p = token_of(put(i));
	if (look(build(&p), &t, &err) == EDOC_OK && t.intact)
		v = t.accuracy;
	ed_tst_clear(&t);
	return v;
}

static void accuracies(void)
{
	struct bytes two = tlv(2, raw("\2", 1)), millis = tlv(0x80, raw("\1", 1));
	struct bytes micros = tlv(0x81, raw("\2\0", 2));

	is_int(accuracy_of(tlv(SEQ, none())), 0, "an empty accuracy");
	is_int(accuracy_of(tlv(SEQ, two)), 2, "seconds");
	is_int(accuracy_of(tlv(SEQ, millis)), 1, "milliseconds are rounded up");
	is_int(accuracy_of(tlv(SEQ, micros)), 1, "so are microseconds");
	is_int(accuracy_of(tlv(SEQ, join(two, join(millis, micros)))), 3, "all three");
	is_int(accuracy_of(tlv(SEQ, tlv(2, raw("\xff", 1)))), -1, "less than nothing");
	is_int(accuracy_of(tlv(SEQ, tlv(0x80, raw("\3\xe8", 2)))), -1, "1000 milliseconds");
	is_int(accuracy_of(tlv(SEQ, tlv(2, raw("\1\0\0\0\0", 5)))), -1, "longer than ages");
	is_int(accuracy_of(tlv(SEQ, join(micros, millis))), -1, "out of order");
	is_int(accuracy_of(tlv(SEQ, tlv(5, none()))), -1, "something else");
}

static const char *serial_of(struct bytes number)
{
	struct info i = good_info();
	struct edoc_error err = {0};
	struct parts p;
	struct ed_tst t;
	const char *s = NULL;

	i.serial = tlv(2, number);
	p = token_of(put(i));
	if (look(build(&p), &t, &err) == EDOC_OK)
		s = t.serial;
	ed_tst_clear(&t);
	return s;
}

static void serials(void)
{
	is_str(serial_of(raw("\0", 1)), "0", "number 0");
	is_str(serial_of(raw("\x0a", 1)), "10", "10");
	is_str(serial_of(raw("\xff", 1)), "-1", "-1");
	is_str(serial_of(raw("\x80\0", 2)), "-32768", "-32768");
	is_str(serial_of(raw("\0\xff\xff\xff\xff\xff\xff\xff\xff", 9)), "18446744073709551615",
	       "2^64 - 1");
	is_str(serial_of(raw("\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 21)),
	       "1461501637330902918203684832716283019655932542976", "2^160");
	ok(!serial_of(none()), "none");
	ok(!serial_of(many(raw("\1", 1), ED_MAX_CERT_SERIAL + 1)), "far too long");
}

static void infos(void)
{
	struct info i = good_info();
	struct bytes yes = tlv(1, raw("\xff", 1)), nonce = tlv(2, raw("\1", 1)), name, ext;
	struct parts p;

	i.time = at("20260305041109.123Z");
	p = token_of(put(i));
	takes(build(&p), "a fraction of a second");
	i = good_info();
	i.rest = join(join(tlv(SEQ, nonce), yes), nonce);
	p = token_of(put(i));
	takes(build(&p), "accuracy, ordering, nonce");
	i = good_info();
	i.imprint = imprint(SHA512, ED_SHA512);
	p = token_of(put(i));
	takes(build(&p), "over SHA-512");
	i.imprint = imprint(SHA1, ED_SHA1);
	p = token_of(put(i));
	takes(build(&p), "T08 over SHA-1, for the policy to judge");
	i.imprint = imprint("1.2.3.4", ED_SHA256);
	notes(token_of(put(i)), true, true, "tsp.imprint-unknown", "over who knows what");
	i.imprint = imprint(SHA512, ED_SHA256);
	notes(token_of(put(i)), false, true, "tsp.imprint-length", "over a digest of 32 for 64");
	i = good_info();
	ext = join(oid("1.2.3"), tlv(OCTETS, none()));
	i.rest = tlv(0xa1, tlv(SEQ, ext));
	p = token_of(put(i));
	takes(build(&p), "an extension");
	i.rest = tlv(0xa1, tlv(SEQ, join(oid("1.2.3"), join(yes, tlv(OCTETS, none())))));
	notes(token_of(put(i)), true, true, "tsp.extension", "a critical extension");
	i.rest = tlv(0xa1, tlv(SEQ, oid("1.2.3")));
	refused_info(i, "TSTInfo", "an extension without value");
	i.rest = tlv(0xa1, tlv(5, none()));
	refused_info(i, "TSTInfo", "an extension that is none");
	i.rest = tlv(5, none());
	refused_info(i, "TSTInfo", "something behind");
	i.rest = join(nonce, yes);
	refused_info(i, "TSTInfo", "out of order");
	i = good_info();
	i.version = tlv(2, raw("\2", 1));
	refused_info(i, "version", "version 2");
	i = good_info();
	i.policy = none();
	refused_info(i, "policy", "no policy");
	i = good_info();
	i.time = at("20260305041109");
	refused_info(i, "genTime", "no zone");
	i.time = tlv(0x17, raw("260305041109Z", 13));
	refused_info(i, "genTime", "UTCTime");
	i = good_info();
	i.imprint = tlv(SEQ, alg(SHA256));
	refused_info(i, "messageImprint", "no digest");
	i.imprint = tlv(SEQ, join(tlv(SEQ, none()), tlv(OCTETS, none())));
	refused_info(i, "messageImprint", "no algorithm");
	i = good_info();
	i.serial = none();
	refused_info(i, "serialNumber", "no number");

	i = good_info();
	name = issuer_and_serial(zarina); /* SEQUENCE { Name, INTEGER }: not a name */
	i.rest = tlv(0xa0, tlv(0xa4, name));
	notes(token_of(put(i)), true, true, "tsp.tsa-name", "a maker of another name");
	i.rest = tlv(0xa0, tlv(0x86, raw("http://tsa", 10)));
	p = token_of(put(i));
	takes(build(&p), "a maker by his address");
	{
		unsigned char *der = NULL;
		int n = i2d_X509_NAME(X509_get_subject_name(ed_key_cert(zarina)), &der);

		i.rest = tlv(0xa0, tlv(0xa4, raw(der, (size_t)n)));
		p = token_of(put(i));
		takes(build(&p), "a maker by his own name");
		OPENSSL_free(der);
	}
	i.rest = tlv(0xa0, none());
	refused_info(i, "TSTInfo", "a maker without name");
}

/* ---- the signature ------------------------------------------------------------------------ */

static struct parts with_attrs(struct bytes third)
{
	struct bytes info = put(good_info());
	struct parts p = token_of(info);

	p.attrs = three(attribute(CONTENT_TYPE, oid(ID_TST)),
	                attribute(MESSAGE_DIGEST, tlv(OCTETS, hash(ED_SHA256, info))), third);
	return p;
}

static void signatures(void)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(ed_key_cert(zarina));
	struct bytes digest1 = hash(ED_SHA1, cert(zarina)), twice[2], other;
	struct parts p = good();
	struct edoc_error err = {0};
	struct ed_tst t;

	p.sid = tlv(0x80, raw(ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id)));
	takes(build(&p), "a maker named by key identifier");
	p = with_attrs(attribute("1.2.840.113549.1.9.16.2.12", ess(none(), digest1, none())));
	takes(build(&p), "bound by ESSCertID (RFC 3161)");
	notes(with_attrs(attribute("1.2.3", none())), true, false, "tsp.not-bound",
	      "T03 bound to nobody");
	notes(with_attrs(bound_to(farrukh)), true, false, "tsp.bound-to-another",
	      "T03 bound to another");
	p = good();
	p.certs = none();
	notes(p, false, false, "tsp.signer-missing", "whose certificate is not here");
	p.certs = tlv(0xa0, cert(farrukh));
	notes(p, false, false, "tsp.signer-missing", "nor is another's of use");
	p = good();
	p.value = tlv(OCTETS, sign(zarina, raw("other", 5)));
	notes(p, false, true, "signature.value", "another value");
	p = good();
	other = put((struct info){tlv(2, raw("\1", 1)), oid(POLICY), imprint(SHA256, ED_SHA256),
	                          tlv(2, raw("\1", 1)), at("20200101000000Z"), none()});
	p.encap = join(oid(ID_TST), tlv(0xa0, tlv(OCTETS, other)));
	notes(p, false, true, "tsp.content-differs", "another time than was signed");
	p = good();
	p.attrs.p = NULL;
	p.to_sign = put(good_info());
	is_ok(look(build(&p), &t, &err), &err, "C02 without signed attributes");
	ok(!t.intact && !t.bound && ed_findings_have(&t.findings, "cms.no-signed-attributes"),
	   "is never intact");
	ed_tst_clear(&t);
	p = good();
	twice[0] = signer_info(&p);
	twice[1] = signer_info(&p);
	p.infos = join(twice[0], twice[1]);
	refused(build(&p), "exactly one signer", "two signers");
	p.infos = none();
	refused(build(&p), "exactly one signer", "no signer");
	p = good();
	p.encap = join(oid(ID_DATA), tlv(0xa0, tlv(OCTETS, put(good_info()))));
	refused(build(&p), "no time-stamp: its content", "a signature over something else");
	p.encap = oid(ID_TST);
	refused(build(&p), "content", "no content");
	p.encap = join(oid(ID_TST), tlv(0xa0, tlv(OCTETS, raw("x", 1))));
	refused(build(&p), "TSTInfo", "content that is none");
	p = good();
	p.type = "1.2.840.113549.1.7.3";
	refused(build(&p), "not SignedData", "enveloped");
}

/* ---- wrappings --------------------------------------------------------------------------------
 */

static void wrappings(void)
{
	struct bytes open = raw("\x30\x80", 2), close = raw("\0\0", 2), token, granted;
	struct parts p = good();
	struct bytes one = tlv(2, raw("\1", 1)), text;
	struct edoc_error err = {0};
	struct ed_tst t;

	token = build(&p);
	granted = tlv(SEQ, tlv(2, raw("\0", 1)));
	takes(tlv(SEQ, join(granted, token)), "a response");
	takes(tlv(SEQ, join(tlv(SEQ, one), token)), "granted with modifications");
	text = tlv(SEQ, tlv(0x0c, raw("ok", 2)));
	takes(tlv(SEQ, join(tlv(SEQ, join(one, text)), token)), "and with words");
	is_ok(look(tlv(SEQ, join(granted, token)), &t, &err), &err, "of a response");
	ok(t.len == token.n && !memcmp(t.der, token.p, token.n), "the token alone is kept");
	ed_tst_clear(&t);
	refused(tlv(SEQ, tlv(SEQ, tlv(2, raw("\2", 1)))), "refused, with status 2", "a refusal");
	refused(tlv(SEQ, join(tlv(SEQ, tlv(2, raw("\2", 1))), token)), "status 2",
	        "a refusal with a token");
	refused(tlv(SEQ, join(tlv(SEQ, tlv(2, raw("\xff", 1))), token)), "status 255", "status -1");
	refused(tlv(SEQ, granted), "token", "granted, without a token");
	refused(tlv(SEQ, join(join(granted, token), one)), "token", "something behind the token");
	refused(tlv(SEQ, join(tlv(SEQ, none()), token)), "status", "no status");
	refused(join(token, raw("", 1)), "no time-stamp", "a byte behind");
	refused(none(), "no time-stamp", "nothing");
	refused(tlv(SEQ, none()), "no CMS", "an empty SEQUENCE");
	refused(raw(token.p, token.n - 1), "no time-stamp", "cut");
	takes(join(open, join(join(oid(ID_SIGNED), join(raw("\xa0\x80", 2), signed_data(&p))),
	                      join(close, close))),
	      "in BER");
	is_ok(look(tlv(OCTETS, token), &t, &err), &err, "in a string");
	ok(t.intact && ed_findings_have(&t.findings, "tsp.wrapped"), "which is noted");
	ed_tst_clear(&t);
	refused(tlv(OCTETS, tlv(OCTETS, token)), "no time-stamp", "in a string in a string");
}

/* No bit of it, but where nothing is signed, goes unseen. */
static void flips(void)
{
	struct parts p = good();
	struct bytes info = put(good_info()), b, watched[3];
	struct edoc_error err = {0};
	size_t bad = 0, n = 0;

	p.value = tlv(OCTETS, sign(zarina, tlv(SET, p.attrs)));
	b = build(&p);
	watched[0] = info;
	watched[1] = p.attrs;
	watched[2] = p.value;
	for (size_t w = 0; w < 3; w++) {
		unsigned char *at_byte = memmem(b.p, b.n, watched[w].p, watched[w].n);

		for (size_t i = 0; at_byte && i < watched[w].n; i++, n++) {
			struct ed_tst t;

			at_byte[i] ^= 1;
			bad += look(b, &t, &err) == EDOC_OK && t.intact && t.bound;
			ed_tst_clear(&t);
			at_byte[i] ^= 1;
		}
	}
	ok(n > 250 && bad == 0, "%zu of %zu flips go unseen", bad, n);
}

/* ---- openssl ts ---------------------------------------------------------------------------------
 */

static bool slurp(const char *dir, const char *name, struct bytes *b)
{
	static unsigned char buf[65536];
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (!f)
		return false;
	*b = raw(buf, fread(buf, 1, sizeof(buf), f));
	fclose(f);
	return b->n > 0;
}

static void by_openssl(void)
{
	static const char script[] =
	        "cd %s && printf data >data && cat >cnf <<'END' &&\n"
	        "[req]\ndistinguished_name=dn\n[dn]\n[tsa]\ndefault_tsa=t\n[t]\nserial=serial\n"
	        "default_policy=1.2.3.4.1\ndigests=sha256,sha512\nclock_precision_digits=3\n"
	        "accuracy=secs:1,millisecs:500\nordering=yes\ntsa_name=yes\n"
	        "ess_cert_id_chain=no\ness_cert_id_alg=%s\nsigner_digest=sha256\n"
	        "[x]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
	        "END\n"
	        "echo 1F >serial && openssl req -config cnf -x509 -newkey ec -pkeyopt "
	        "ec_paramgen_curve:P-256 -nodes -keyout key -out crt -subj /CN=TSA -extensions x "
	        "2>log && openssl ts -query -config cnf -data data -sha512 -cert -out q 2>log && "
	        "openssl ts -reply -config cnf -queryfile q -signer crt -inkey key -out tsr 2>log "
	        "&& openssl ts -reply -config cnf -in tsr -token_out -out tst 2>log";
	static const char *const ids[] = {"sha1", "sha256", "sha384"};
	static const enum ed_hash hashes[] = {ED_SHA1, ED_SHA256, ED_SHA384};
	char dir[] = "/tmp/edoc-tsp.XXXXXX", cmd[2048];
	struct edoc_error err = {0};
	struct ed_tst t;
	struct bytes b;

	if (!mkdtemp(dir))
		return;
	for (size_t i = 0; i < 3; i++) {
		snprintf(cmd, sizeof(cmd), script, dir, ids[i]);
		ok(!system(cmd), "openssl makes a time-stamp, bound by %s", ids[i]);
		ok(slurp(dir, "tst", &b), "a token");
		takes(b, "read");
		ok(slurp(dir, "tsr", &b), "and the response");
		is_ok(look(b, &t, &err), &err, "read");
		ok(t.intact && t.bound && t.bound_by == hashes[i], "intact, and bound by that");
		is_int(t.accuracy, 2, "1.5 seconds");
		is_int(t.imprint_hash, ED_SHA512, "over SHA-512");
		ok(t.imprint_len == 64 && !memcmp(t.imprint, hash(ED_SHA512, raw("data", 4)).p, 64),
		   "of the data");
		is_str(t.policy, "1.2.3.4.1", "its policy");
		ok(t.signer && t.signer->ext_key_usage_critical && t.signer->ext_key_usage[0] &&
		           !strcmp(t.signer->ext_key_usage[0], "1.3.6.1.5.5.7.3.8") &&
		           !t.signer->ext_key_usage[1],
		   "made by who may");
		ed_tst_clear(&t);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ok(!system(cmd), "cleaned");
}

int main(void)
{
	arena = ed_arena_new();
	zarina = load("zarina.p12");
	farrukh = load("farrukh.p12");
	if (!zarina || !farrukh)
		return 1;
	facts();
	accuracies();
	serials();
	infos();
	signatures();
	wrappings();
	flips();
	by_openssl();
	ok(!ERR_peek_error(), "no error is left behind");
	edoc_key_free(zarina);
	edoc_key_free(farrukh);
	ed_arena_free(arena);
	return done();
}
