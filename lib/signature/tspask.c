/* SPDX-License-Identifier: ISC */
#include "signature/tspask.h"

#include <string.h>

#include "base/der.h"
#include "base/err.h"
#include "base/limits.h"

#define OID_TIME_STAMPING "1.3.6.1.5.5.7.3.8"

/* ---- the request (RFC 3161 2.4.1) ---------------------------------------------- */

enum edoc_code ed_tsq_write(const struct ed_tsq *tsq, struct ed_buf *out, struct edoc_error *err)
{
	const uint8_t yes = 0xff;
	struct ed_der der;

	ed_der_init(&der, out);
	ed_der_open(&der, 0x30);
	ed_der_int(&der, 1);
	ed_der_open(&der, 0x30); /* MessageImprint */
	ed_der_open(&der, 0x30);
	ed_der_oid(&der, ed_hash_oid(tsq->hash));
	ed_der_null(&der);
	ed_der_close(&der);
	ed_der_put(&der, 0x04, tsq->imprint, ed_hash_size(tsq->hash));
	ed_der_close(&der);
	if (tsq->policy)
		ed_der_oid(&der, tsq->policy);
	ed_der_uint(&der, tsq->nonce, sizeof(tsq->nonce));
	ed_der_put(&der, 0x01, &yes, 1); /* certReq */
	ed_der_close(&der);
	if (!ed_der_done(&der))
		return ed_fail(err, EDOC_ERR_CONFIG, tsq->policy ? tsq->policy : "",
		               "no object identifier, as a time-stamping policy has one");
	return ed_buf_check(out, "TimeStampReq", err);
}

/* ---- the answer (RFC 3161 2.4.2) ------------------------------------------------ */

struct work {
	const struct ed_tsq *tsq;
	const char *url;
	struct ed_arena *arena;
	struct edoc_error *err;
};

static enum edoc_code wrong(struct work *w, const char *what)
{
	return ed_fail(w->err, EDOC_ERR_INPUT, w->url, "%s", dgettext("edoc", what));
}

static const char *status_word(int64_t status)
{
	static const char *const words[] = {"granted",           "grantedWithMods",
	                                    "rejection",         "waiting",
	                                    "revocationWarning", "revocationNotification"};

	return status >= 0 && (size_t)status < sizeof(words) / sizeof(words[0]) ? words[status]
	                                                                        : "?";
}

/* PKIFailureInfo: the bits that 2.4.2 names; any other is a number. */
static void put_failures(const struct ed_ber *bits, struct ed_buf *text)
{
	static const struct {
		unsigned bit;
		const char *words;
	} known[] = {{0, N_("it does not know this digest (badAlg)")},
	             {2, N_("this request is not allowed (badRequest)")},
	             {5, N_("it could not read the request (badDataFormat)")},
	             {14, N_("its clock is not available (timeNotAvailable)")},
	             {15, N_("it does not work under this policy (unacceptedPolicy)")},
	             {16, N_("it does not know this extension (unacceptedExtension)")},
	             {17, N_("it lacks what was asked for (addInfoNotAvailable)")},
	             {25, N_("its system failed (systemFailure)")}};

	for (unsigned bit = 0; bits->len > 1 && bit < 8 * (bits->len - 1) && bit < 64; bit++) {
		size_t i = 0;

		if (!(bits->p[1 + bit / 8] & 0x80 >> bit % 8))
			continue;
		while (i < sizeof(known) / sizeof(known[0]) && known[i].bit != bit)
			i++;
		if (i < sizeof(known) / sizeof(known[0]))
			ed_buf_printf(text, ": %s", dgettext("edoc", known[i].words));
		else
			ed_buf_printf(text, ": failInfo %u", bit);
	}
}

/* PKIFreeText, in quotation marks: these are the TSA's words and not ours. */
static bool put_words(const struct ed_ber *list, struct ed_buf *text)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	ed_ber_enter(&r, list, 3);
	while (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_UTF8, &e)) {
		size_t n = e.len < ED_MAX_TSA_WORDS ? e.len : ED_MAX_TSA_WORDS;

		ed_buf_printf(text, ": \"%.*s\"", (int)n, (const char *)e.p);
	}
	return ed_ber_done(&r);
}

static enum edoc_code refused(struct work *w, int64_t status, struct ed_ber_reader *r)
{
	struct ed_ber words = {0}, bits = {0};
	enum edoc_code code;
	struct ed_buf text;
	bool whole = true;

	ed_buf_init(&text, 4 * ED_MAX_TSA_WORDS); /* what is more is not told */
	if (ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &words))
		whole = put_words(&words, &text);
	if (ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_BITS, &bits))
		put_failures(&bits, &text);
	if (!whole || !ed_ber_done(r))
		code = wrong(w, N_("the answer's status is malformed (RFC 3161 2.4.2)"));
	else
		code = ed_fail(w->err, EDOC_ERR_AGAIN, w->url,
		               "the time-stamping authority refused, with status %d (%s)%s",
		               (int)(status & 0xff), status_word(status), ed_buf_str(&text));
	ed_buf_clear(&text);
	return code;
}

/* TimeStampResp ::= SEQUENCE { PKIStatusInfo, ContentInfo OPTIONAL }: all of the
 * bytes, DER without anything behind it. */
static enum edoc_code open_answer(struct work *w, const void *p, size_t len, struct ed_ber *token)
{
	struct ed_ber whole, info, status;
	struct ed_ber_reader r, inside;
	int64_t v;

	if (!ed_ber_one(p, len, &whole) || !ed_ber_is(&whole, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return wrong(w, N_("the answer is no TimeStampResp, or not only one (RFC 3161 "
		                   "2.4.2)"));
	ed_ber_enter(&r, &whole, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &info))
		return wrong(w, N_("the answer has no status (RFC 3161 2.4.2)"));
	ed_ber_enter(&inside, &info, 2);
	if (!ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_INTEGER, &status) ||
	    !ed_ber_int(&status, &v))
		return wrong(w, N_("the answer has no status (RFC 3161 2.4.2)"));
	if (v != 0 && v != 1)
		return refused(w, v, &inside);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, token) || !ed_ber_done(&r))
		return wrong(w, N_("the answer says \"granted\", but holds no token, or more than "
		                   "one (RFC 3161 2.4.2)"));
	return EDOC_OK;
}

/* ---- the token is what was asked for (RFC 3161 2.2, 2.4.2) ------------------------ */

static bool same_nonce(const struct ed_tsq *tsq, const struct ed_tst *tst)
{
	const unsigned char *a = tsq->nonce, *b = tst->nonce;
	size_t n = sizeof(tsq->nonce), m = tst->nonce_len;

	if (!b || !m || b[0] & 0x80)
		return false;
	for (; n > 1 && !*a; a++)
		n--;
	for (; m > 1 && !*b; b++)
		m--;
	return n == m && !memcmp(a, b, n);
}

static enum edoc_code check_asked(struct work *w, const struct ed_tst *tst)
{
	const struct ed_tsq *tsq = w->tsq;

	if (tst->imprint_hash != tsq->hash || tst->imprint_len != ed_hash_size(tsq->hash) ||
	    memcmp(tst->imprint, tsq->imprint, tst->imprint_len) != 0)
		return wrong(w, N_("the token is over something else than what was asked for: its "
		                   "messageImprint differs (RFC 3161 2.4.2)"));
	if (!same_nonce(tsq, tst))
		return wrong(w, N_("the token does not answer this request: its nonce differs or "
		                   "is missing (RFC 3161 2.4.2)"));
	if (tsq->policy && strcmp(tsq->policy, tst->policy) != 0)
		return ed_fail(
		        w->err, EDOC_ERR_INPUT, w->url,
		        "the token was issued under policy %s, and %s was asked for (RFC 3161 "
		        "2.4.2)",
		        tst->policy, tsq->policy);
	return EDOC_OK;
}

/* ---- the token holds (RFC 3161 2.3, RFC 5816 2.2.1) -------------------------------- */

static bool is_stamper(const struct ed_cert *cert)
{
	return cert->has_ext_key_usage && cert->ext_key_usage_critical && cert->ext_key_usage &&
	       cert->ext_key_usage[0] && !strcmp(cert->ext_key_usage[0], OID_TIME_STAMPING) &&
	       !cert->ext_key_usage[1];
}

static enum edoc_code check_sound(struct work *w, const struct ed_tst *tst)
{
	const struct ed_cert *cert = tst->signer;

	if (!cert)
		return wrong(w,
		             N_("the TSA's certificate is not in the token, though certReq asked "
		                "for it (RFC 3161 2.4.2)"));
	if (!tst->intact)
		return wrong(w, N_("the token's own signature does not hold (RFC 5652 5.6)"));
	if (!tst->bound)
		return wrong(w, N_("the token does not name its signer's certificate by "
		                   "ESSCertID or ESSCertIDv2 (RFC 5816 2.2.1)"));
	if (ed_findings_have(&tst->findings, "cms.algorithms-disagree") ||
	    ed_findings_have(&tst->findings, "cms.algorithm-protection"))
		return wrong(w,
		             N_("the token's algorithms do not belong together (RFC 8933 3.1, RFC "
		                "6211 3)"));
	if (ed_findings_have(&tst->findings, "tsp.extension"))
		return wrong(w, N_("the token has a critical extension that is not known here (RFC "
		                   "3161 2.4.2)"));
	if (!is_stamper(cert))
		return ed_fail(
		        w->err, EDOC_ERR_INPUT, w->url,
		        "the certificate of %s is not for time-stamps: id-kp-timeStamping is "
		        "not its only, critical extended key usage (RFC 3161 2.3)",
		        cert->subject);
	if (tst->time < cert->not_before || tst->time > cert->not_after)
		return ed_fail(w->err, EDOC_ERR_INPUT, w->url,
		               "the certificate of %s is not valid at the time that the token says",
		               cert->subject);
	return EDOC_OK;
}

static enum edoc_code judge(struct work *w, const struct ed_ber *token)
{
	struct ed_material material;
	struct ed_tst tst;
	enum edoc_code code;

	ed_material_init(&material, w->arena);
	code = ed_tst_read(token->whole, token->whole_len, w->url, &material, w->arena, &tst,
	                   w->err);
	if (code != EDOC_OK)
		return code;
	if (tst.len != token->whole_len) /* an answer within the answer */
		code = wrong(w, N_("the answer's token is malformed (RFC 3161 2.4.2)"));
	else
		code = check_asked(w, &tst);
	if (code == EDOC_OK)
		code = check_sound(w, &tst);
	ed_tst_clear(&tst);
	return code;
}

enum edoc_code ed_tsr_token(const struct ed_tsq *tsq, const void *der, size_t len, const char *url,
                            struct ed_buf *token, struct edoc_error *err)
{
	struct work w = {.tsq = tsq, .url = url, .err = err, .arena = ed_arena_new()};
	enum edoc_code code;
	struct ed_ber found;

	if (!w.arena)
		return ed_fail_memory(err);
	code = open_answer(&w, der, len, &found);
	if (code == EDOC_OK)
		code = judge(&w, &found);
	if (code == EDOC_OK) {
		ed_buf_put(token, found.whole, found.whole_len);
		code = ed_buf_check(token, url, err);
	}
	ed_arena_free(w.arena);
	return code;
}
