/* SPDX-License-Identifier: ISC */
#include "signature/cmsledger.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/cades.h"
#include "signature/cms.h"

#define OID_DATA "1.2.840.113549.1.7.1"
#define OID_SIGNING_TIME "1.2.840.113549.1.9.5"
#define OID_SIGNING_CERT "1.2.840.113549.1.9.16.2.12"
#define OID_SIGNING_CERT_V2 "1.2.840.113549.1.9.16.2.47"
#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"

#define MAX_ATTRIBUTES 64

struct work {
	const char *where;
	struct ed_arena *arena;
	struct ed_material material;
	struct ed_cms cms;
	const struct ed_cms_signer *s;
	struct ed_cms_facts *facts;
	struct edoc_error *err;
};

static bool in_order(const struct ed_ber *implicit)
{
	struct ed_ber set = ed_cms_set(implicit);

	return !implicit->whole || ed_ber_is_der(&set, true);
}

/* Both version numbers are 1 (RFC 5652 5.1, 5.3: issuer and serial number), and
 * SignedData lists the signer's digest and no other: nobody else looks. */
static bool plain_preamble(const struct work *w)
{
	const struct ed_ber *listed = &w->cms.digest_algs, *own = &w->s->digest_alg;

	return w->cms.version == 1 && w->s->version == 1 && !w->s->key_id.whole &&
	       listed->len == own->whole_len && !memcmp(listed->p, own->whole, listed->len);
}

/* Nobody signs what comes along, and CAdES at large steps over choices that it
 * does not know: here there are certificates and nothing else. */
static bool only_certificates(const struct ed_cms *cms)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	if (cms->crls.whole)
		return false;
	if (!cms->certs.whole)
		return true;
	ed_ber_enter(&r, &cms->certs, 0);
	while (ed_ber_next(&r, &e)) {
		if (!ed_ber_is(&e, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
			return false;
	}
	return ed_ber_done(&r);
}

static const char *structure(struct work *w)
{
	const struct ed_cms *cms = &w->cms;

	if (strcmp(cms->content_type, OID_DATA) != 0)
		return N_("what it signs is not of the type id-data (RFC 5652 4)");
	if (cms->content.whole)
		return N_("it carries a content of its own (RFC 5652 5.2: detached is needed)");
	if (cms->n_signers != 1)
		return N_("it has not exactly one signer (RFC 5652 5.1)");
	if (!only_certificates(cms))
		return N_("something other than certificates comes along (RFC 5652 10.2.2)");
	w->s = &cms->signers[0];
	return NULL;
}

/* SET OF unsorted, strings in pieces and the like (C06, C14) */
static const char *encoding(const struct work *w)
{
	if (!ed_ber_is_der(&w->cms.whole, true) || !in_order(&w->cms.certs) ||
	    !in_order(&w->cms.crls) || !in_order(&w->s->signed_attrs) ||
	    !in_order(&w->s->unsigned_set))
		return N_("it is not in DER (EN 319 122-1 4.7.1)");
	return NULL;
}

static bool is_sha2(enum ed_hash hash)
{
	return hash == ED_SHA256 || hash == ED_SHA384 || hash == ED_SHA512;
}

static const char *algorithms(struct work *w)
{
	const struct ed_cms_signer *s = w->s;

	if (!plain_preamble(w))
		return N_("its versions are not 1 or its digests not the signer's (RFC 5652 5.1)");
	if (!is_sha2(s->digest))
		return N_("its digest is none of SHA-256, SHA-384, SHA-512, or has parameters (RFC "
		          "5754 "
		          "2)");
	if (!s->alg_known || s->alg.plain ||
	    (s->alg.kind != ED_SIG_RSA && s->alg.kind != ED_SIG_ECDSA))
		return N_("its signature is neither RSA PKCS#1 v1.5 nor ECDSA (RFC 5754 3)");
	if (!ed_sigalg_agrees(&s->alg, s->digest))
		return N_("digest and signature algorithm do not agree (RFC 5652 5.3)");
	w->facts->hash = s->digest;
	return NULL;
}

static const struct ed_ber *value_of(const struct work *w, const char *oid)
{
	return ed_cms_attr(w->s->attrs, w->s->n_attrs, oid, NULL);
}

/* Each type once and with one value (RFC 5652 5.3, 11; C02 C03 C04 C05 C09). */
static const char *each_once(const struct work *w)
{
	const struct ed_cms_signer *s = w->s;

	if (s->n_attrs == 0)
		return N_("it has no signed attributes (RFC 5652 5.3, EN 319 122-1 6.3)");
	if (s->n_attrs > MAX_ATTRIBUTES)
		return N_("it has more than 64 signed attributes");
	for (size_t i = 0; i < s->n_attrs; i++) {
		size_t times;

		if (s->attrs[i].n != 1)
			return N_("a signed attribute has not exactly one value (RFC 5652 11)");
		(void)ed_cms_attr(s->attrs, s->n_attrs, s->attrs[i].oid, &times);
		if (times > 1)
			return N_("a signed attribute stands twice (RFC 5652 5.3)");
	}
	return NULL;
}

static const char *attributes(struct work *w)
{
	const struct ed_ber *v;
	const char *fault = each_once(w);

	if (fault)
		return fault;
	v = value_of(w, OID_CONTENT_TYPE);
	if (!v || !ed_ber_oid_is(v, OID_DATA))
		return N_("content-type is missing or is not the content's (RFC 5652 11.1)");
	v = value_of(w, OID_MESSAGE_DIGEST);
	if (!v)
		return N_("message-digest is missing (RFC 5652 11.2)");
	if (!ed_ber_is(v, ED_BER_UNIVERSAL, ED_BER_OCTETS))
		return N_("message-digest is malformed (RFC 5652 11.2)");
	v = value_of(w, OID_SIGNING_TIME);
	if (!v)
		return N_("signing-time is missing (EN 319 122-1 6.3)");
	if (!ed_ber_time(v, &w->facts->claimed_time))
		return N_("signing-time is malformed (RFC 5652 11.3)");
	v = value_of(w, OID_SIGNING_CERT_V2);
	if (v && !ed_ber_is(v, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return N_("signing-certificate-v2 is malformed (RFC 5035 3)");
	return NULL;
}

/* ---- who signed, and whether it is true ------------------------------------------ */

static bool keep(STACK_OF(X509) *certs, X509 *x509)
{
	if (!X509_up_ref(x509))
		return false;
	if (sk_X509_push(certs, x509))
		return true;
	X509_free(x509);
	return false;
}

/* All that came along, and which of it is the signer's. */
static enum edoc_code read_certs(struct work *w, bool *several)
{
	struct ed_cms_facts *facts = w->facts;
	enum edoc_code code = EDOC_OK;
	struct ed_cert *cert;

	*several = false;
	facts->others = sk_X509_new_null();
	if (!facts->others)
		return ed_fail_memory(w->err);
	for (size_t i = 0; code == EDOC_OK && i < w->material.n; i++) {
		const struct ed_blob *b = &w->material.v[i];
		bool named;

		if (b->kind != ED_CERT)
			continue;
		code = ed_cert_parse(b->p, b->len, w->where, w->arena, &cert, w->err);
		if (code != EDOC_OK)
			break;
		named = ed_cms_names(w->s, cert);
		*several = *several || (named && facts->signer);
		if (!keep(facts->others, cert->x509))
			code = ed_fail_memory(w->err);
		if (named && !facts->signer)
			facts->signer = cert;
		else
			ed_cert_clear(cert);
	}
	return code;
}

/* RFC 5035 3, and by -v2 alone */
static bool is_bound(const struct work *w)
{
	enum ed_hash hash;

	return value_of(w, OID_SIGNING_CERT_V2) && !value_of(w, OID_SIGNING_CERT) &&
	       ed_cms_ess(w->s, w->facts->signer, &hash) == ED_ESS_MATCH && is_sha2(hash);
}

static enum edoc_code compute(struct work *w, const void *content, size_t len)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_cms_checked checked;
	struct ed_findings findings;
	enum edoc_code code;

	if (!ed_hash_bytes(w->s->digest, content, len, digest))
		return ed_fail(w->err, EDOC_ERR_BUG, w->where, "the digest algorithm failed");
	ed_findings_init(&findings, w->arena);
	code = ed_cms_check(&w->cms, w->s, w->facts->signer, digest, w->arena, &findings, &checked,
	                    w->err);
	if (code != EDOC_OK)
		return code;
	w->facts->intact_data = checked.message_digest;
	w->facts->intact_signature = checked.value && checked.content_type && checked.der;
	w->facts->bound = w->facts->signer && is_bound(w);
	return EDOC_OK;
}

static enum edoc_code refuse(struct work *w, const char *fault)
{
	return ed_fail(w->err, EDOC_ERR_INPUT, w->where, "a CMS signature is refused: %s",
	               dgettext("edoc", fault));
}

static enum edoc_code verify(struct work *w, const void *der, size_t der_len, const void *content,
                             size_t len)
{
	enum edoc_code code;
	const char *fault;
	bool several;

	code = ed_cms_read(der, der_len, w->where, &w->material, w->arena, &w->cms, w->err);
	if (code != EDOC_OK)
		return code;
	fault = structure(w);
	if (!fault)
		fault = algorithms(w);
	if (!fault)
		fault = attributes(w);
	if (!fault)
		fault = encoding(w);
	if (fault)
		return refuse(w, fault);
	code = read_certs(w, &several);
	if (code == EDOC_OK && several)
		code = refuse(w, N_("two of its certificates may be the signer's (RFC 5652 5.3)"));
	return code == EDOC_OK ? compute(w, content, len) : code;
}

enum edoc_code ed_cms_verify(const void *der, size_t der_len, const void *content, size_t len,
                             const char *where, struct ed_arena *arena, struct ed_cms_facts *facts,
                             struct edoc_error *err)
{
	struct work w = {.where = where, .arena = arena, .facts = facts, .err = err};
	enum edoc_code code;

	*facts = (struct ed_cms_facts){.claimed_time = ED_TIME_NONE};
	if (der_len > ED_MAX_CMS)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "a CMS signature is larger than %u bytes", ED_MAX_CMS);
	ed_material_init(&w.material, arena);
	code = verify(&w, der, der_len, content, len);
	if (code != EDOC_OK)
		ed_cms_facts_clear(facts);
	return code;
}

void ed_cms_facts_clear(struct ed_cms_facts *facts)
{
	ed_cert_clear(facts->signer);
	sk_X509_pop_free(facts->others, X509_free);
	*facts = (struct ed_cms_facts){.claimed_time = ED_TIME_NONE};
}

/* ---- making ---------------------------------------------------------------- */

enum edoc_code ed_cms_sign(const struct edoc_key *key, const void *content, size_t len, int64_t at,
                           struct ed_buf *der, struct edoc_error *err)
{
	struct ed_cades_spec spec = {.words = {.key = key, .at = at}};
	unsigned char digest[ED_HASH_MAX];
	struct ed_sigalg alg;

	if (!ed_key_sigalg(key, &alg) || (alg.kind != ED_SIG_RSA && alg.kind != ED_SIG_ECDSA) ||
	    !is_sha2(alg.hash))
		return ed_fail(err, EDOC_ERR_INPUT, edoc_key_subject(key),
		               "ledgers and checkpoints are signed with RSA PKCS#1 v1.5 or ECDSA "
		               "and SHA-2: the key is of another kind");
	if (!ed_hash_bytes(alg.hash, content, len, digest))
		return ed_crypto_fail(err, EDOC_ERR_BUG, "", ed_hash_name(alg.hash));
	spec.hash = alg.hash;
	spec.digest = digest;
	return ed_cades_make(&spec, der, err);
}
