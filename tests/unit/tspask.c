/* SPDX-License-Identifier: ISC */
/* What is asked of a TSA, and which of its answers are none. */
#include "signature/tspask.h"

#include <openssl/ts.h>

#include "tsakit.h"

static struct edoc_key *tsa;
static struct ed_tsq tsq;

/* ---- the request, as OpenSSL reads it ---- */

static TS_REQ *request(const struct ed_tsq *q, struct edoc_error *err)
{
	const unsigned char *p;
	struct ed_buf der;
	TS_REQ *req = NULL;

	ed_buf_init(&der, 4096);
	if (ed_tsq_write(q, &der, err) == EDOC_OK) {
		p = der.data;
		req = d2i_TS_REQ(NULL, &p, (long)der.len);
		if (req && p != der.data + der.len)
			ok(false, "bytes behind the request");
	}
	ed_buf_clear(&der);
	return req;
}

static void test_request(void)
{
	struct edoc_error err = {0};
	struct ed_tsq q = tsq;
	TS_REQ *req;
	BIGNUM *n;
	char text[64] = "";

	q.policy = "1.2.3.4.5";
	req = request(&q, &err);
	if (!ok(req != NULL, "a request"))
		return;
	is_int(TS_REQ_get_version(req), 1, "version 1");
	is_int(TS_REQ_get_cert_req(req), 1, "with the certificate");
	is_int(OBJ_obj2nid(TS_MSG_IMPRINT_get_algo(TS_REQ_get_msg_imprint(req))->algorithm),
	       NID_sha256, "SHA-256");
	ok(!memcmp(ASN1_STRING_get0_data(TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(req))),
	           q.imprint, 32),
	   "of what");
	OBJ_obj2txt(text, sizeof(text), TS_REQ_get_policy_id(req), 1);
	is_str(text, "1.2.3.4.5", "the policy");
	n = ASN1_INTEGER_to_BN(TS_REQ_get_nonce(req), NULL);
	ok(n && BN_num_bytes(n) == 16 && !BN_is_negative(n), "a nonce of 128 bits, positive");
	BN_free(n);
	TS_REQ_free(req);
	q.policy = "1.two.3";
	ok(!request(&q, &err) && err.code == EDOC_ERR_CONFIG, "a policy that is no OID");
	req = request(&tsq, &err);
	ok(req && !TS_REQ_get_policy_id(req), "without a policy");
	TS_REQ_free(req);
}

/* ---- answers ---- */

static enum edoc_code judge(const struct ed_tsq *q, struct bytes b, struct bytes *token,
                            struct edoc_error *err)
{
	struct ed_buf out;
	enum edoc_code code;

	ed_buf_init(&out, ED_MAX_STAMP);
	code = ed_tsr_token(q, b.p, b.n, "http://tsa.example/", &out, err);
	if (token)
		*token = raw(ed_buf_str(&out), out.len);
	if (code != EDOC_OK && out.len)
		ok(false, "a token in spite of an error");
	ed_buf_clear(&out);
	return code;
}

static void takes(const struct ed_tsq *q, const struct reply *r, const char *what)
{
	struct bytes token, want = token_in(r);
	struct edoc_error err = {0};
	enum edoc_code code;

	/* ECDSA is random: the token of this answer, not of another. */
	struct bytes b = tlv(SEQ, join(r->status, want));
	code = judge(q, b, &token, &err);
	is_ok(code, &err, what);
	ok(token.n == want.n && !memcmp(token.p, want.p, want.n), "the token as it came");
}

static void refuses_bytes(struct bytes b, enum edoc_code want, const char *word, const char *what)
{
	struct edoc_error err = {0};

	fails(judge(&tsq, b, NULL, &err), want, &err, word, what);
	is_str(err.where, "http://tsa.example/", "whose answer it was");
}

static void refuses(const struct reply *r, const char *word, const char *what)
{
	refuses_bytes(answer_in(r), EDOC_ERR_INPUT, word, what);
}

static void test_good(void)
{
	struct reply r = good_reply(tsa, &tsq);
	struct ed_tsq q = tsq;

	takes(&tsq, &r, "what was asked for");
	r.status = status_info(1);
	takes(&tsq, &r, "granted with modifications");
	r = good_reply(tsa, &tsq);
	q.policy = TSA_POLICY;
	takes(&q, &r, "under the policy that was asked for");
	memset(q.nonce, 0, sizeof(q.nonce));
	r = good_reply(tsa, &q);
	takes(&q, &r, "a nonce of zeros");
	q.nonce[3] = 0x80;
	r = good_reply(tsa, &q);
	takes(&q, &r, "a nonce that begins with zeros");
}

static void test_not_asked(void)
{
	struct reply r = good_reply(tsa, &tsq);
	struct ed_tsq q = tsq;
	unsigned char other[ED_HASH_MAX];

	memcpy(other, tsq.imprint, 32);
	other[31] ^= 1;
	r.imprint = imprint_of(SHA256, other, 32);
	refuses(&r, "messageImprint", "over something else");
	r.imprint = imprint_of(SHA384, tsq.imprint, 48);
	refuses(&r, "messageImprint", "by another digest");
	r = good_reply(tsa, &tsq);
	r.nonce = none();
	refuses(&r, "nonce", "no nonce");
	r.nonce = number((const unsigned char *)"\1\2\3", 3);
	refuses(&r, "nonce", "another nonce");
	r.nonce = tlv(INTEGER, raw(tsq.nonce, sizeof(tsq.nonce)));
	refuses(&r, "nonce", "the same bits, but negative");
	r.nonce = number(tsq.nonce, sizeof(tsq.nonce) - 1);
	refuses(&r, "nonce", "its beginning");
	r = good_reply(tsa, &tsq);
	q.policy = "1.2.3.4";
	struct edoc_error err = {0};
	fails(judge(&q, answer_in(&r), NULL, &err), EDOC_ERR_INPUT, &err, "1.2.3.4 was asked for",
	      "another policy");
}

static void test_unsound(void)
{
	struct reply r = good_reply(tsa, &tsq);
	struct edoc_key *other = key_of("Other", TSA_EXT);
	struct bytes b;

	b = answer_in(&r);
	b.p[b.n - 3] ^= 1; /* the signature's value is last */
	refuses_bytes(b, EDOC_ERR_INPUT, "signature does not hold", "a flipped bit");
	r.ess = bound_to(other);
	refuses(&r, "ESSCertID", "bound to another certificate");
	r.ess = attribute(SIGNING_TIME, tlv(0x17, raw("260305041109Z", 13)));
	refuses(&r, "ESSCertID", "not bound");
	edoc_key_free(other);
	r = good_reply(tsa, &tsq);
	r.bare = true;
	refuses(&r, "not in the token", "without its certificate");
	r = good_reply(tsa, &tsq);
	r.time = "20310101000000Z";
	refuses(&r, "not valid at the time", "after the certificate's end");
	r.time = "20190101000000Z";
	refuses(&r, "not valid at the time", "before its beginning");
	r = good_reply(tsa, &tsq);
	r.extensions = tlv(
	        0xa1, tlv(SEQ, join(oid("1.2.3"), join(raw("\1\1\xff", 3), tlv(OCTETS, none())))));
	refuses(&r, "critical extension", "a critical extension");
	r.extensions = tlv(0xa1, tlv(SEQ, join(oid("1.2.3"), tlv(OCTETS, none()))));
	takes(&tsq, &r, "one that is not critical");
}

static void test_unfit(void)
{
	static const char *const bad[] = {
	        "keyUsage=critical,digitalSignature\n",
	        "extendedKeyUsage=timeStamping\n",
	        "extendedKeyUsage=critical,timeStamping,emailProtection\n",
	        "extendedKeyUsage=critical,emailProtection,timeStamping\n",
	        "extendedKeyUsage=critical,emailProtection\n",
	        "extendedKeyUsage=critical,anyExtendedKeyUsage\n"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct edoc_key *key = key_of("Unfit", bad[i]);
		struct reply r = good_reply(key, &tsq);

		refuses(&r, "CN=Unfit", bad[i]);
		edoc_key_free(key);
	}
}

/* PKIStatusInfo with words and failInfo bits. */
static struct bytes status_of(int status, const char *const *words, int bit)
{
	unsigned char v = (unsigned char)status, bits[5] = {0};
	struct bytes b = tlv(INTEGER, raw(&v, 1)), texts = none();

	for (size_t i = 0; words && words[i]; i++)
		texts = join(texts, tlv(0x0c, raw(words[i], strlen(words[i]))));
	if (words)
		b = join(b, tlv(SEQ, texts));
	if (bit >= 0) {
		bits[1 + bit / 8] = (unsigned char)(0x80 >> bit % 8);
		b = join(b, tlv(0x03, raw(bits, 5)));
	}
	return tlv(SEQ, b);
}

static void test_refusals(void)
{
	static const char *const words[] = {"no \33[31mway", "ask tomorrow", NULL};
	static const struct {
		int bit;
		const char *word;
	} bits[] = {{0, "badAlg"},
	            {2, "badRequest"},
	            {5, "badDataFormat"},
	            {14, "timeNotAvailable"},
	            {15, "unacceptedPolicy"},
	            {16, "unacceptedExtension"},
	            {17, "addInfoNotAvailable"},
	            {25, "systemFailure"},
	            {7, "failInfo 7"}};
	static const char *const names[] = {"rejection", "waiting", "revocationWarning",
	                                    "revocationNotification"};
	struct reply r = good_reply(tsa, &tsq);
	static char many[5000];
	const char *const longest[] = {many, many, NULL};

	for (int i = 2; i <= 5; i++)
		refuses_bytes(tlv(SEQ, status_info(i)), EDOC_ERR_AGAIN, names[i - 2], "refused");
	refuses_bytes(tlv(SEQ, status_info(99)), EDOC_ERR_AGAIN, "status 99", "in another way");
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		refuses_bytes(tlv(SEQ, status_of(2, NULL, bits[i].bit)), EDOC_ERR_AGAIN,
		              bits[i].word, "and why");
	refuses_bytes(tlv(SEQ, status_of(2, words, 0)), EDOC_ERR_AGAIN, "\\x1b[31mway\"",
	              "in its own words, harmless");
	refuses_bytes(tlv(SEQ, status_of(2, words, 0)), EDOC_ERR_AGAIN, "\"ask tomorrow\"",
	              "all of them");
	memset(many, 'x', sizeof(many) - 1);
	refuses_bytes(tlv(SEQ, status_of(2, longest, 0)), EDOC_ERR_AGAIN, "xxx", "cut");
	r.status = status_info(2);
	refuses_bytes(answer_in(&r), EDOC_ERR_AGAIN, "rejection", "a refusal with a token is one");
	refuses_bytes(tlv(SEQ, tlv(SEQ, join(tlv(INTEGER, raw("\2", 1)), tlv(0x04, none())))),
	              EDOC_ERR_INPUT, "status is malformed", "a status with something else");
	refuses_bytes(
	        tlv(SEQ, tlv(SEQ, join(tlv(INTEGER, raw("\2", 1)), tlv(SEQ, tlv(4, none()))))),
	        EDOC_ERR_INPUT, "status is malformed", "words that are none");
}

static void test_malformed(void)
{
	struct reply r = good_reply(tsa, &tsq);
	struct bytes b = answer_in(&r);

	refuses_bytes(none(), EDOC_ERR_INPUT, "no TimeStampResp", "nothing");
	refuses_bytes(raw("<html>", 6), EDOC_ERR_INPUT, "no TimeStampResp", "a page");
	refuses_bytes(raw(b.p, b.n - 1), EDOC_ERR_INPUT, "no TimeStampResp", "cut");
	refuses_bytes(join(b, raw("", 1)), EDOC_ERR_INPUT, "not only one", "a byte behind it");
	refuses_bytes(token_in(&r), EDOC_ERR_INPUT, "no status", "the bare token");
	refuses_bytes(tlv(SEQ, none()), EDOC_ERR_INPUT, "no status", "an empty answer");
	refuses_bytes(tlv(SEQ, tlv(SEQ, none())), EDOC_ERR_INPUT, "no status", "an empty status");
	refuses_bytes(tlv(SEQ, status_info(0)), EDOC_ERR_INPUT, "no token", "granted, but nothing");
	refuses_bytes(tlv(SEQ, join(status_info(0), tlv(OCTETS, token_in(&r)))), EDOC_ERR_INPUT,
	              "no token", "a token in a string");
	refuses_bytes(tlv(SEQ, join(status_info(0), b)), EDOC_ERR_INPUT, "malformed",
	              "an answer in an answer");
	refuses_bytes(tlv(SEQ, join(status_info(0), tlv(SEQ, oid(ID_DATA)))), EDOC_ERR_INPUT, NULL,
	              "no SignedData");
	r.behind = token_in(&r);
	refuses(&r, "more than one", "two tokens");
}

/* Nothing that differs by one byte is taken, but for granted (0, 1) and what
 * nobody signs: SignedData's list of digests, a hint (RFC 5652 5.1). */
static void test_flips(void)
{
	struct reply r = good_reply(tsa, &tsq);
	struct bytes b = answer_in(&r);
	size_t taken = 0;

	for (size_t i = 0; i < b.n; i++) {
		struct edoc_error err = {0};

		b.p[i] ^= 0x01;
		if (judge(&tsq, b, NULL, &err) == EDOC_OK && i != 8 && (i < 37 || i >= 50))
			taken++;
		b.p[i] ^= 0x01;
	}
	is_int((int64_t)taken, 0, "no flipped byte passes");
}

int main(void)
{
	arena = ed_arena_new();
	tsa = key_of("TSA", TSA_EXT);
	tsq.hash = ED_SHA256;
	for (int i = 0; i < ED_HASH_MAX; i++)
		tsq.imprint[i] = (unsigned char)(i * 7);
	for (int i = 0; i < 16; i++)
		tsq.nonce[i] = (unsigned char)(0x90 + i);
	test_request();
	test_good();
	test_not_asked();
	test_unsound();
	test_unfit();
	test_refusals();
	test_malformed();
	test_flips();
	edoc_key_free(tsa);
	ed_arena_free(arena);
	return done();
}
