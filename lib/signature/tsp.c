/* SPDX-License-Identifier: ISC */
/*
 * Findings made here: tsp.signer-missing, tsp.not-bound(subject),
 * tsp.bound-to-another(subject), tsp.content-differs, tsp.imprint-unknown(oid),
 * tsp.imprint-length, tsp.extension(oid), tsp.tsa-name(subject), tsp.wrapped; and those of
 * ed_cms_check().
 */
#include "signature/tsp.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/cms.h"

#define OID_TST_INFO "1.2.840.113549.1.9.16.1.4"

struct work {
	const char *where;
	struct ed_material *material;
	struct ed_arena *arena;
	struct ed_tst *tst;
	struct ed_ber tsa; /* TSTInfo.tsa's GeneralName, or absent */
	struct edoc_error *err;
};

static enum edoc_code broken(struct work *w, const char *part, const char *clause)
{
	return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
	               "the time-stamp's %s is missing or malformed (RFC 3161 %s)", part, clause);
}

static void note(struct work *w, const char *code, const char *arg)
{
	ed_finding(&w->tst->findings, code, w->where, arg, NULL, NULL);
}

/* ---- the token in a response (2.4.2) ------------------------------------------ */

static enum edoc_code read_status(struct work *w, const struct ed_ber *info)
{
	struct ed_ber_reader r;
	struct ed_ber status;
	int64_t v;

	ed_ber_enter(&r, info, 2);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &status) || !ed_ber_int(&status, &v))
		return broken(w, "status", "2.4.2");
	if (v != 0 && v != 1) /* granted, grantedWithMods */
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "the time-stamping authority refused, with status %d (RFC 3161 "
		               "2.4.2): there is no time-stamp",
		               (int)(v & 0xff));
	return EDOC_OK;
}

/* TimeStampResp ::= SEQUENCE { PKIStatusInfo, ContentInfo OPTIONAL }, or the
 * ContentInfo alone, which begins with its type. */
static enum edoc_code find_token(struct work *w, const void *p, size_t len, struct ed_ber *token)
{
	struct ed_ber whole, first;
	struct ed_ber_reader r;
	enum edoc_code code;

	/* Some signers put the token's octets into a string of their own. */
	if (ed_ber_one(p, len, &whole) && ed_ber_is(&whole, ED_BER_UNIVERSAL, ED_BER_OCTETS) &&
	    !whole.constructed) {
		note(w, "tsp.wrapped", NULL);
		p = whole.p;
		len = whole.len;
	}
	if (!ed_ber_one(p, len, &whole) || !ed_ber_is(&whole, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "this is no time-stamp (RFC 3161 2.4.2)");
	*token = whole;
	ed_ber_enter(&r, &whole, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &first))
		return EDOC_OK;
	code = read_status(w, &first);
	if (code != EDOC_OK)
		return code;
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, token) || !ed_ber_done(&r))
		return broken(w, "token", "2.4.2");
	return EDOC_OK;
}

/* ---- TSTInfo (2.4.2) ------------------------------------------------------------ */

/* Of any length: authorities number in 160 bits. */
static const char *decimal(const struct ed_ber *number, struct ed_arena *arena)
{
	unsigned char v[ED_MAX_CERT_SERIAL];
	char text[3 * ED_MAX_CERT_SERIAL + 2], *s = text + sizeof(text);
	size_t n = number->len, first = 0;
	bool negative;

	if (n == 0 || n > sizeof(v))
		return NULL;
	memcpy(v, number->p, n);
	negative = v[0] & 0x80;
	for (size_t i = n, carry = 1; negative && i-- > 0;) { /* two's complement */
		carry += (unsigned char)~v[i];
		v[i] = (unsigned char)carry;
		carry >>= 8;
	}
	*--s = '\0';
	do {
		unsigned rest = 0;

		for (size_t i = first; i < n; i++) {
			rest = rest << 8 | v[i];
			v[i] = (unsigned char)(rest / 10);
			rest %= 10;
		}
		*--s = (char)('0' + rest);
		while (first < n && v[first] == 0)
			first++;
	} while (first < n);
	if (negative)
		*--s = '-';
	return ed_arena_strdup(arena, s);
}

static enum edoc_code read_imprint(struct work *w, struct ed_ber_reader *r)
{
	struct ed_tst *tst = w->tst;
	struct ed_ber imprint, alg, value, oid;
	struct ed_ber_reader inside, of_alg;
	char text[ED_BER_OID_TEXT];

	if (!ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &imprint))
		return broken(w, "messageImprint", "2.4.2");
	ed_ber_enter(&inside, &imprint, 2);
	if (!ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &alg) ||
	    !ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_OCTETS, &value) ||
	    !ed_ber_octet_slice(&value, w->arena, &tst->imprint, &tst->imprint_len) ||
	    !ed_ber_done(&inside))
		return broken(w, "messageImprint", "2.4.2");
	ed_ber_enter(&of_alg, &alg, 3);
	if (!ed_ber_take(&of_alg, ED_BER_UNIVERSAL, ED_BER_OID, &oid) ||
	    !ed_ber_oid_text(&oid, text))
		return broken(w, "messageImprint", "2.4.2");
	tst->imprint_hash = ed_hash_by_der(&alg);
	if (tst->imprint_hash == ED_HASH_NONE)
		note(w, "tsp.imprint-unknown", text);
	else if (tst->imprint_len != ed_hash_size(tst->imprint_hash))
		note(w, "tsp.imprint-length", ed_hash_name(tst->imprint_hash));
	return EDOC_OK;
}

/* Accuracy ::= SEQUENCE { seconds, millis [0], micros [1] }, all OPTIONAL. */
static bool read_accuracy(struct ed_ber_reader *r, int64_t *accuracy)
{
	struct ed_ber e, part;
	struct ed_ber_reader inside;
	int64_t seconds = 0, millis = 0, micros = 0;

	*accuracy = 0;
	if (!ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e))
		return !r->bad;
	ed_ber_enter(&inside, &e, 2);
	if ((ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_INTEGER, &part) &&
	     !ed_ber_int(&part, &seconds)) ||
	    (ed_ber_take(&inside, ED_BER_CONTEXT, 0, &part) && !ed_ber_int(&part, &millis)) ||
	    (ed_ber_take(&inside, ED_BER_CONTEXT, 1, &part) && !ed_ber_int(&part, &micros)))
		return false;
	if (!ed_ber_done(&inside) || seconds < 0 || seconds > INT32_MAX || millis < 0 ||
	    millis > 999 || micros < 0 || micros > 999)
		return false;
	*accuracy = seconds + (millis > 0 || micros > 0);
	return true;
}

/* Extensions ::= SEQUENCE OF { extnID, critical DEFAULT FALSE, extnValue }: a
 * critical one is understood or the token refused (RFC 5280 4.2). */
static bool read_extensions(struct work *w, const struct ed_ber *set)
{
	struct ed_ber extension, oid, critical, value;
	struct ed_ber_reader r, inside;
	char text[ED_BER_OID_TEXT];

	ed_ber_enter(&r, set, 2);
	while (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &extension)) {
		ed_ber_enter(&inside, &extension, 3);
		if (!ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_OID, &oid) ||
		    !ed_ber_oid_text(&oid, text))
			return false;
		if (ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_BOOLEAN, &critical) &&
		    (critical.len != 1 || critical.p[0] != 0))
			note(w, "tsp.extension", text);
		if (!ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_OCTETS, &value) ||
		    !ed_ber_done(&inside))
			return false;
	}
	return ed_ber_done(&r);
}

static bool read_rest(struct work *w, struct ed_ber_reader *r)
{
	struct ed_ber e;
	struct ed_ber_reader inside;

	if (!read_accuracy(r, &w->tst->accuracy))
		return false;
	(void)ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_BOOLEAN, &e); /* ordering */
	if (ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &e)) {
		w->tst->nonce = e.p;
		w->tst->nonce_len = e.len;
	}
	if (ed_ber_take(r, ED_BER_CONTEXT, 0, &e)) {
		ed_ber_enter(&inside, &e, 2);
		if (!ed_ber_next(&inside, &w->tsa) || !ed_ber_done(&inside))
			return false;
	}
	if (ed_ber_take(r, ED_BER_CONTEXT, 1, &e) && !read_extensions(w, &e))
		return false;
	return ed_ber_done(r);
}

static enum edoc_code read_info(struct work *w, const uint8_t *p, size_t len)
{
	struct ed_ber info, version, policy, serial, time;
	struct ed_tst *tst = w->tst;
	struct ed_ber_reader r;
	enum edoc_code code;
	int64_t v;

	if (!ed_ber_one(p, len, &info) || !ed_ber_is(&info, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return broken(w, "TSTInfo", "2.4.2");
	ed_ber_enter(&r, &info, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &version) ||
	    !ed_ber_int(&version, &v) || v != 1)
		return broken(w, "version (1)", "2.4.2");
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &policy))
		return broken(w, "policy", "2.4.2");
	code = read_imprint(w, &r);
	if (code != EDOC_OK)
		return code;
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &serial))
		return broken(w, "serialNumber", "2.4.2");
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_GENTIME, &time) ||
	    !ed_ber_time(&time, &tst->time))
		return broken(w, "genTime", "2.4.2");
	tst->policy = ed_ber_oid(&policy, w->arena);
	tst->serial = decimal(&serial, w->arena);
	if (!tst->policy || !tst->serial)
		return broken(w, "policy or serialNumber", "2.4.2");
	return read_rest(w, &r) ? EDOC_OK : broken(w, "TSTInfo", "2.4.2");
}

/* ---- who signed, and does it hold -------------------------------------------------- */

/* 2.4.2: tsa, when it is there, is one of the names in the certificate. */
static void check_tsa(struct work *w)
{
	const struct ed_cert *cert = w->tst->signer;
	struct ed_ber_reader r;
	struct ed_ber name;

	if (!ed_ber_is(&w->tsa, ED_BER_CONTEXT, 4) || !w->tsa.constructed)
		return; /* another form of name: nothing to hold it against */
	ed_ber_enter(&r, &w->tsa, 3);
	if (!ed_ber_next(&r, &name) || !ed_ber_done(&r) ||
	    !ed_name_same(X509_get_subject_name(cert->x509), name.whole, name.whole_len))
		note(w, "tsp.tsa-name", cert->subject);
}

/* EN 319 102-1 5.2.3, RFC 5816 2.2.1 */
static enum edoc_code identify(struct work *w, const struct ed_cms_signer *s)
{
	struct ed_tst *tst = w->tst;
	enum edoc_code code;
	enum ed_ess ess;

	code = ed_cms_signer_cert(s, w->material, w->arena, &tst->signer, w->err);
	if (code != EDOC_OK)
		return code;
	if (!tst->signer) {
		note(w, "tsp.signer-missing", NULL);
		return EDOC_OK;
	}
	ess = ed_cms_ess(s, tst->signer, &tst->bound_by);
	tst->bound = ess == ED_ESS_MATCH;
	if (ess == ED_ESS_ABSENT)
		note(w, "tsp.not-bound", tst->signer->subject);
	else if (ess == ED_ESS_UNKNOWN)
		note(w, "cms.binding-unknown", tst->signer->subject);
	else if (ess == ED_ESS_WRONG)
		note(w, "tsp.bound-to-another", tst->signer->subject);
	check_tsa(w);
	return EDOC_OK;
}

static enum edoc_code check(struct work *w, const struct ed_cms *cms)
{
	const struct ed_cms_signer *s = &cms->signers[0];
	struct ed_tst *tst = w->tst;
	unsigned char digest[ED_HASH_MAX];
	struct ed_cms_checked checked;
	enum edoc_code code = identify(w, s);
	bool have;

	if (code != EDOC_OK)
		return code;
	tst->alg = s->alg;
	tst->digest = s->digest;
	have = ed_cms_content_digest(cms, s->digest, digest);
	code = ed_cms_check(cms, s, tst->signer, have ? digest : NULL, w->arena, &tst->findings,
	                    &checked, w->err);
	if (code != EDOC_OK)
		return code;
	if (have && s->signed_attrs.whole && !checked.message_digest &&
	    !ed_findings_have(&tst->findings, "cms.message-digest"))
		note(w, "tsp.content-differs", NULL);
	tst->intact = checked.value && checked.content_type && checked.message_digest &&
	              !ed_findings_have(&tst->findings, "tsp.imprint-length");
	return tst->findings.lost ? ed_fail_memory(w->err) : EDOC_OK;
}

/* ---- the whole ------------------------------------------------------------------------ */

static enum edoc_code read_token(struct work *w)
{
	struct ed_tst *tst = w->tst;
	enum edoc_code code;
	struct ed_cms cms;
	const uint8_t *info;
	size_t len;

	code = ed_cms_read(tst->der, tst->len, w->where, w->material, w->arena, &cms, w->err);
	if (code != EDOC_OK)
		return code;
	tst->blobs = cms.blobs;
	tst->n_blobs = cms.n_blobs;
	if (strcmp(cms.content_type, OID_TST_INFO) != 0)
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "this is signed, but no time-stamp: its content is of type %s "
		               "(RFC 3161 2.4.2)",
		               cms.content_type);
	if (cms.n_signers != 1)
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "a time-stamp has exactly one signer, this one has %zu (RFC 3161 "
		               "2.4.2)",
		               cms.n_signers);
	if (!cms.content.whole || !ed_ber_octet_slice(&cms.content, w->arena, &info, &len))
		return broken(w, "content", "2.4.2");
	code = read_info(w, info, len);
	return code == EDOC_OK ? check(w, &cms) : code;
}

enum edoc_code ed_tst_read(const void *der, size_t len, const char *where,
                           struct ed_material *material, struct ed_arena *arena, struct ed_tst *tst,
                           struct edoc_error *err)
{
	struct work w = {
	        .where = where, .material = material, .arena = arena, .tst = tst, .err = err};
	unsigned char sha256[ED_HASH_MAX];
	struct ed_ber token;
	enum edoc_code code;

	*tst = (struct ed_tst){.where = where, .time = ED_TIME_NONE};
	ed_findings_init(&tst->findings, arena);
	code = find_token(&w, der, len, &token);
	if (code != EDOC_OK)
		return code;
	tst->der = ed_arena_memdup(arena, token.whole, token.whole_len);
	tst->len = token.whole_len;
	if (!tst->der)
		return ed_fail_memory(err);
	if (!ed_hash_bytes(ED_SHA256, tst->der, tst->len, sha256))
		return ed_fail(err, EDOC_ERR_BUG, where, "SHA-256 cannot be computed");
	memcpy(tst->sha256, sha256, sizeof(tst->sha256));
	code = read_token(&w);
	if (code != EDOC_OK)
		ed_tst_clear(tst);
	return code;
}

void ed_tst_clear(struct ed_tst *tst)
{
	ed_cert_clear(tst->signer);
	tst->signer = NULL;
}
