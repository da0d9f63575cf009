/* SPDX-License-Identifier: ISC */
/* The arithmetic of a SignerInfo: whose certificate, and does it hold. */
#include <string.h>

#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/cms.h"

#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define OID_ALGORITHM_PROTECTION "1.2.840.113549.1.9.52"
#define OID_SIGNING_CERT "1.2.840.113549.1.9.16.2.12"
#define OID_SIGNING_CERT_V2 "1.2.840.113549.1.9.16.2.47"

/* ---- signedAttrs as they were signed (RFC 5652 5.4) ---------------------------- */

struct ed_ber ed_cms_set(const struct ed_ber *implicit)
{
	struct ed_ber set = *implicit;

	set.cls = ED_BER_UNIVERSAL;
	set.tag = ED_BER_SET;
	return set;
}

static bool put_as_it_stands(const struct ed_ber *attrs, struct ed_buf *out)
{
	ed_buf_putc(out, 0x31);
	ed_buf_put(out, attrs->whole + 1, attrs->whole_len - 1);
	return out->failed == EDOC_OK;
}

enum form { AS_IT_STANDS, SORTED_DER, UNSORTED_DER, N_FORMS };

static bool put_form(const struct ed_ber *attrs, enum form form, struct ed_buf *out)
{
	struct ed_ber set = ed_cms_set(attrs);

	ed_buf_reset(out);
	if (form == AS_IT_STANDS)
		return put_as_it_stands(attrs, out);
	return ed_ber_to_der(&set, form == SORTED_DER, out);
}

static bool verify_form(const struct ed_cms_signer *s, EVP_PKEY *key, const struct ed_buf *form,
                        unsigned char info[ED_HASH_MAX])
{
	if (!ed_hash_bytes(s->alg.hash, form->data, form->len, info))
		return false;
	if (s->alg.kind == ED_SIG_EDDSA)
		return ed_verify_message(key, &s->alg, form->data, form->len, s->value,
		                         s->value_len);
	return ed_verify_digest(key, &s->alg, info, ed_hash_size(s->alg.hash), s->value,
	                        s->value_len);
}

/*
 * What stands there comes first: many a signer signed his attributes unsorted.
 * The others are for relays that turned DER into BER or sorted it anew.  info:
 * of the form that verifies, else of the one that should have.
 */
static bool verify_attrs(const struct ed_cms_signer *s, EVP_PKEY *key, bool der,
                         unsigned char info[ED_HASH_MAX])
{
	bool good = false;
	struct ed_buf form;

	ed_buf_init(&form, 2 * s->signed_attrs.whole_len + 16);
	for (int i = AS_IT_STANDS; !good && i < (der ? SORTED_DER : N_FORMS); i++)
		good = put_form(&s->signed_attrs, (enum form)i, &form) &&
		       verify_form(s, key, &form, info);
	if (!good && put_form(&s->signed_attrs, SORTED_DER, &form))
		(void)ed_hash_bytes(s->alg.hash, form.data, form.len, info);
	ed_buf_clear(&form);
	return good;
}

static bool attrs_are_der(const struct ed_cms_signer *s)
{
	struct ed_ber set = ed_cms_set(&s->signed_attrs);

	return ed_ber_is_der(&set, true);
}

/* ---- ESSCertID(v2) (RFC 5035 5) -------------------------------------------------- */

/* As numbers: some write serial numbers with octets too many. */
static bool same_number(const struct ed_ber *a, const struct ed_ber *b)
{
	const uint8_t *p = a->p, *q = b->p;
	size_t n = a->len, m = b->len;

	for (; n > 1 && *p == 0; n--)
		p++;
	for (; m > 1 && *q == 0; m--)
		q++;
	return n == m && n > 0 && !memcmp(p, q, n);
}

static bool same_serial(const struct ed_ber *serial, const X509 *x509)
{
	unsigned char *der = NULL;
	int n = i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &der);
	struct ed_ber own;
	bool same = n > 0 && ed_ber_one(der, (size_t)n, &own) && same_number(serial, &own);

	OPENSSL_free(der);
	return same;
}

/* IssuerSerial: GeneralNames with one directoryName, and a serial number. */
static bool issuer_serial_fits(const struct ed_ber *e, const X509 *x509)
{
	struct ed_ber_reader r, names, name;
	struct ed_ber general, directory, issuer, serial;

	ed_ber_enter(&r, e, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &general) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &serial) || !ed_ber_done(&r) ||
	    !same_serial(&serial, x509))
		return false;
	ed_ber_enter(&names, &general, 2);
	if (!ed_ber_take(&names, ED_BER_CONTEXT, 4, &directory))
		return false;
	ed_ber_enter(&name, &directory, 3);
	return ed_ber_next(&name, &issuer) && ed_ber_done(&name) &&
	       ed_name_same(X509_get_issuer_name(x509), issuer.whole, issuer.whole_len);
}

static bool digest_of_cert(const struct ed_cert *cert, enum ed_hash hash,
                           unsigned char out[ED_HASH_MAX])
{
	struct ed_buf der;
	bool good;

	if (hash == ED_SHA256) {
		memcpy(out, cert->sha256, 32);
		return true;
	}
	ed_buf_init(&der, ED_MAX_CERT);
	good = ed_cert_der(cert->x509, &der, NULL) == EDOC_OK &&
	       ed_hash_bytes(hash, der.data, der.len, out);
	ed_buf_clear(&der);
	return good;
}

/* The first ESSCertID of SigningCertificate(V2) names the signer. */
static bool first_id(const struct ed_ber *value, struct ed_ber_reader *id)
{
	struct ed_ber_reader r, list;
	struct ed_ber certs, first;

	if (!ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, value, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &certs))
		return false;
	ed_ber_enter(&list, &certs, 2);
	if (!ed_ber_take(&list, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &first))
		return false;
	ed_ber_enter(id, &first, 3);
	return true;
}

static enum ed_ess id_fits(const struct ed_ber *value, bool v2, const struct ed_cert *cert,
                           enum ed_hash *hash)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_ber alg, own, serial;
	struct ed_ber_reader id;
	bool known;

	*hash = v2 ? ED_SHA256 : ED_SHA1; /* DEFAULT id-sha256 */
	if (!value || !first_id(value, &id))
		return ED_ESS_WRONG;
	if (v2 && ed_ber_take(&id, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &alg))
		*hash = ed_hash_by_der(&alg);
	known = *hash != ED_HASH_NONE;
	if (!ed_ber_take(&id, ED_BER_UNIVERSAL, ED_BER_OCTETS, &own) || own.constructed)
		return ED_ESS_WRONG;
	if (known && (own.len != ed_hash_size(*hash) || !digest_of_cert(cert, *hash, digest) ||
	              memcmp(own.p, digest, own.len) != 0))
		return ED_ESS_WRONG;
	if (ed_ber_take(&id, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &serial) &&
	    !issuer_serial_fits(&serial, cert->x509))
		return ED_ESS_WRONG;
	if (!ed_ber_done(&id))
		return ED_ESS_WRONG;
	return known ? ED_ESS_MATCH : ED_ESS_UNKNOWN;
}

enum ed_ess ed_cms_ess(const struct ed_cms_signer *signer, const struct ed_cert *cert,
                       enum ed_hash *hash)
{
	enum ed_ess e1 = ED_ESS_MATCH, e2 = ED_ESS_MATCH;
	enum ed_hash h1 = ED_HASH_NONE, h2 = ED_HASH_NONE;
	const struct ed_ber *v1, *v2;
	size_t n1, n2;

	v1 = ed_cms_attr(signer->attrs, signer->n_attrs, OID_SIGNING_CERT, &n1);
	v2 = ed_cms_attr(signer->attrs, signer->n_attrs, OID_SIGNING_CERT_V2, &n2);
	*hash = ED_HASH_NONE;
	if (n1 + n2 == 0)
		return ED_ESS_ABSENT;
	if (n1 > 0)
		e1 = id_fits(v1, false, cert, &h1);
	if (n2 > 0)
		e2 = id_fits(v2, true, cert, &h2);
	if (e1 == ED_ESS_MATCH && e2 == ED_ESS_MATCH)
		*hash = n1 > 0 ? h1 : h2;
	return e1 < e2 ? e1 : e2;
}

/* ---- whose certificate (RFC 5652 5.3) -------------------------------------------- */

/* TBSCertificate (RFC 5280 4.1): its first members. */
static bool cert_names(const struct ed_blob *blob, struct ed_ber *serial, struct ed_ber *issuer)
{
	struct ed_ber cert, tbs, e;
	struct ed_ber_reader r;

	if (!ed_ber_one(blob->p, blob->len, &cert))
		return false;
	ed_ber_enter(&r, &cert, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &tbs))
		return false;
	ed_ber_enter(&r, &tbs, 2);
	(void)ed_ber_take(&r, ED_BER_CONTEXT, 0, &e);
	return ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, serial) &&
	       ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e) &&
	       ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, issuer);
}

/* Cheaply, before anything is parsed. */
static bool may_be(const struct ed_cms_signer *s, const struct ed_blob *blob,
                   const struct ed_ber *key_id, struct ed_ber *issuer)
{
	struct ed_ber serial;

	if (blob->kind != ED_CERT)
		return false;
	if (key_id->whole)
		return memmem(blob->p, blob->len, key_id->p, key_id->len) != NULL;
	return cert_names(blob, &serial, issuer) && same_number(&serial, &s->serial);
}

/* key_id: the signer's, in one piece.  Names are the same in most files to the octet. */
static bool is_meant(const struct ed_cms_signer *s, const struct ed_cert *cert,
                     const struct ed_ber *key_id, const struct ed_ber *issuer)
{
	const ASN1_OCTET_STRING *own;

	if (!key_id->whole)
		return (issuer->whole && s->issuer.whole &&
		        issuer->whole_len == s->issuer.whole_len &&
		        !memcmp(issuer->whole, s->issuer.whole, issuer->whole_len)) ||
		       ed_name_same(X509_get_issuer_name(cert->x509), s->issuer.whole,
		                    s->issuer.whole_len);
	own = X509_get0_subject_key_id(cert->x509);
	return own && (size_t)ASN1_STRING_length(own) == key_id->len &&
	       !memcmp(ASN1_STRING_get0_data(own), key_id->p, key_id->len);
}

bool ed_cms_names(const struct ed_cms_signer *signer, const struct ed_cert *cert)
{
	struct ed_ber none = {0};

	if (signer->key_id.whole)
		return !signer->key_id.constructed &&
		       is_meant(signer, cert, &signer->key_id, &none);
	return same_serial(&signer->serial, cert->x509) &&
	       ed_name_same(X509_get_issuer_name(cert->x509), signer->issuer.whole,
	                    signer->issuer.whole_len);
}

struct candidates {
	struct ed_cert *v[ED_MAX_CMS_CANDIDATES];
	size_t n;
};

static enum edoc_code collect(const struct ed_cms_signer *s, const struct ed_material *material,
                              const struct ed_ber *key_id, struct ed_arena *arena,
                              struct candidates *found, struct edoc_error *err)
{
	for (size_t i = 0; i < material->n && found->n < ED_MAX_CMS_CANDIDATES; i++) {
		const struct ed_blob *b = &material->v[i];
		struct ed_ber issuer = {0};
		struct ed_cert *cert;
		enum edoc_code code;

		if (!may_be(s, b, key_id, &issuer))
			continue;
		code = ed_cert_parse_memo(material->memo, b->p, b->len, b->sha256, b->where, arena,
		                          &cert, err);
		if (code == EDOC_ERR_MEMORY || code == EDOC_ERR_BUG)
			return code;
		if (code != EDOC_OK) /* unreadable, so nobody's */
			continue;
		if (is_meant(s, cert, key_id, &issuer))
			found->v[found->n++] = cert;
		else
			ed_cert_clear(cert);
	}
	return EDOC_OK;
}

/* Those of the trust set: the signer's own may be given there. */
static enum edoc_code collect_at_hand(const struct ed_cms_signer *s,
                                      const struct ed_material *material, struct ed_arena *arena,
                                      struct candidates *found, struct edoc_error *err)
{
	const struct ed_cert *cert;

	for (size_t i = 0;
	     found->n < ED_MAX_CMS_CANDIDATES && (cert = material->at_hand(material->hand, i));
	     i++) {
		enum edoc_code code;

		if (!ed_cms_names(s, cert))
			continue;
		code = ed_cert_of(cert->x509, "", arena, &found->v[found->n], err);
		if (code != EDOC_OK)
			return code;
		found->n++;
	}
	return EDOC_OK;
}

static bool signed_by(const struct ed_cms_signer *s, const struct ed_cert *cert)
{
	EVP_PKEY *key = ed_cert_key(cert);
	unsigned char info[ED_HASH_MAX];

	return key && s->alg_known && s->signed_attrs.whole &&
	       verify_attrs(s, key, attrs_are_der(s), info);
}

/* The one that the signer bound, among equals the one whose key signed (C10). */
static size_t choose(const struct ed_cms_signer *s, const struct candidates *found)
{
	size_t best = 0;
	int most = -1;

	for (size_t i = 0; found->n > 1 && most < 3 && i < found->n; i++) {
		enum ed_hash hash;
		int points = ed_cms_ess(s, found->v[i], &hash) == ED_ESS_MATCH ? 2 : 0;

		if (points + 1 > most) /* computed only where it decides */
			points += signed_by(s, found->v[i]);
		if (points > most) {
			most = points;
			best = i;
		}
	}
	return best;
}

enum edoc_code ed_cms_signer_cert(const struct ed_cms_signer *signer,
                                  const struct ed_material *material, struct ed_arena *arena,
                                  struct ed_cert **cert, struct edoc_error *err)
{
	struct ed_ber key_id = signer->key_id;
	struct candidates found = {.n = 0};
	enum edoc_code code;
	size_t best;

	*cert = NULL;
	if (key_id.whole &&
	    (!ed_ber_octet_slice(&signer->key_id, arena, &key_id.p, &key_id.len) || !key_id.len))
		return EDOC_OK;
	code = collect(signer, material, &key_id, arena, &found, err);
	if (code == EDOC_OK && found.n == 0 && material->at_hand)
		code = collect_at_hand(signer, material, arena, &found, err);
	best = code == EDOC_OK ? choose(signer, &found) : 0;
	for (size_t i = 0; i < found.n; i++) {
		if (code == EDOC_OK && i == best)
			*cert = found.v[i];
		else
			ed_cert_clear(found.v[i]);
	}
	return code;
}

/* ---- the check --------------------------------------------------------------------- */

struct check {
	const struct ed_cms *cms; /* NULL: a counter-signature */
	const struct ed_cms_signer *s;
	const struct ed_cert *cert;
	struct ed_arena *arena;
	struct ed_findings *findings;
	const char *where;
};

static void note(struct check *c, const char *code, const char *arg)
{
	ed_finding(c->findings, code, c->where, arg, NULL, NULL);
}

/* RFC 5652 11.1, 11.4 (C04). */
static bool check_content_type(struct check *c)
{
	const struct ed_ber *value;
	bool good;
	size_t n;

	value = ed_cms_attr(c->s->attrs, c->s->n_attrs, OID_CONTENT_TYPE, &n);
	if (c->cms)
		good = value && ed_ber_oid_is(value, c->cms->content_type);
	else
		good = n == 0;
	if (!good)
		note(c, "cms.content-type", c->cms ? c->cms->content_type : "");
	return good;
}

/* RFC 5652 11.2 (C05). */
static bool check_message_digest(struct check *c, const unsigned char *content_digest)
{
	const struct ed_ber *value;
	const uint8_t *p;
	size_t len;

	value = ed_cms_attr(c->s->attrs, c->s->n_attrs, OID_MESSAGE_DIGEST, NULL);
	if (!value || !ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_OCTETS) ||
	    !ed_ber_octet_slice(value, c->arena, &p, &len) ||
	    (c->s->digest != ED_HASH_NONE && len != ed_hash_size(c->s->digest))) {
		note(c, "cms.message-digest", NULL);
		return false;
	}
	return content_digest && c->s->digest != ED_HASH_NONE &&
	       ed_same_bytes(p, content_digest, len);
}

static void note_unknown(struct check *c, const struct ed_ber *alg)
{
	char oid[ED_BER_OID_TEXT] = "?";
	struct ed_ber_reader r;
	struct ed_ber e;

	ed_ber_enter(&r, alg, 1);
	if (ed_ber_next(&r, &e))
		(void)ed_ber_oid_text(&e, oid);
	note(c, "cms.algorithm-unknown", oid);
}

static bool same_sigalg(const struct ed_sigalg *a, const struct ed_sigalg *b)
{
	return a->kind == b->kind && a->type == b->type && a->hash == b->hash && a->mgf == b->mgf &&
	       a->salt == b->salt && a->plain == b->plain;
}

static bool same_bytes(const struct ed_ber *a, const struct ed_ber *b)
{
	return a->len == b->len && !memcmp(a->p, b->p, a->len);
}

/* RFC 6211 3: CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, [1]
 * signatureAlgorithm }; the same in meaning, if not in every octet. */
static bool protection_fits(const struct ed_cms_signer *s, const struct ed_ber *value)
{
	struct ed_ber digest, signature;
	struct ed_ber_reader r;
	struct ed_sigalg alg;

	if (!ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, value, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &digest) ||
	    !ed_ber_take(&r, ED_BER_CONTEXT, 1, &signature) || !ed_ber_done(&r))
		return false;
	if (!same_bytes(&digest, &s->digest_alg) &&
	    (s->digest == ED_HASH_NONE || ed_hash_by_der(&digest) != s->digest))
		return false;
	if (same_bytes(&signature, &s->signature_alg))
		return true;
	signature.cls = ED_BER_UNIVERSAL; /* [1] IMPLICIT */
	signature.tag = ED_BER_SEQUENCE;
	return s->alg_known && ed_sigalg_by_der(&signature, s->digest, &alg) &&
	       same_sigalg(&alg, &s->alg);
}

/* C13: each algorithm is known, they belong together, and are what was meant. */
static bool check_algorithms(struct check *c)
{
	const struct ed_cms_signer *s = c->s;
	const struct ed_ber *value;
	char text[ED_SIGALG_TEXT];
	struct ed_sigalg alg;
	bool good = true;
	size_t n;

	if (s->digest == ED_HASH_NONE)
		note_unknown(c, &s->digest_alg);
	/* Those that name a key only are as unknown as the digest. */
	if (!s->alg_known && !ed_sigalg_by_der(&s->signature_alg, ED_SHA256, &alg))
		note_unknown(c, &s->signature_alg);
	if (s->digest != ED_HASH_NONE && s->alg_known && !ed_sigalg_agrees(&s->alg, s->digest)) {
		bool pure = s->alg.kind == ED_SIG_EDDSA;

		ed_sigalg_text(&s->alg, text);
		ed_finding(c->findings, pure ? "cms.digest-unusual" : "cms.algorithms-disagree",
		           c->where, ed_hash_name(s->digest), text, NULL);
		good = pure;
	}
	value = ed_cms_attr(s->attrs, s->n_attrs, OID_ALGORITHM_PROTECTION, &n);
	if (n > 0 && (!value || !protection_fits(s, value))) {
		note(c, "cms.algorithm-protection", NULL);
		good = false;
	}
	return good && s->digest != ED_HASH_NONE && s->alg_known;
}

static bool check_value(struct check *c, struct ed_cms_checked *out)
{
	EVP_PKEY *key = c->cert ? ed_cert_key(c->cert) : NULL;
	bool good;

	if (c->cert && !key) {
		note(c, "signature.key-unknown", c->cert->subject);
		return false;
	}
	if (!key || !c->s->alg_known)
		return false;
	good = verify_attrs(c->s, key, out->der, out->info);
	if (!good)
		note(c, "signature.value", c->cert->subject);
	return good;
}

enum edoc_code ed_cms_check(const struct ed_cms *cms, const struct ed_cms_signer *signer,
                            const struct ed_cert *cert, const unsigned char *content_digest,
                            struct ed_arena *arena, struct ed_findings *findings,
                            struct ed_cms_checked *out, struct edoc_error *err)
{
	struct check c = {.cms = cms,
	                  .s = signer,
	                  .cert = cert,
	                  .arena = arena,
	                  .findings = findings,
	                  .where = signer->where};
	bool algorithms, value;

	*out = (struct ed_cms_checked){0};
	if (!signer->signed_attrs.whole) {
		note(&c, "cms.no-signed-attributes", NULL); /* C01, C02 */
		return findings->lost ? ed_fail_memory(err) : EDOC_OK;
	}
	out->der = attrs_are_der(signer);
	if (!out->der)
		note(&c, "cms.attributes-not-der", NULL);
	out->content_type = check_content_type(&c);
	out->message_digest = check_message_digest(&c, content_digest);
	algorithms = check_algorithms(&c);
	value = check_value(&c, out);
	out->value = algorithms && value;
	return findings->lost ? ed_fail_memory(err) : EDOC_OK;
}
