/* SPDX-License-Identifier: ISC */
#include "door/x509.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/time.h"
#include "door/memo.h"
#include "door/x509rev.h"

/* Identifiers of persons in Uzbekistan's certificates (O'z DSt 2295). */
#define OID_INN "1.2.860.3.16.1.1"
#define OID_PINFL "1.2.860.3.16.1.2"
#define OID_UID "0.9.2342.19200300.100.1.1"
#define OID_SERIAL_NUMBER "2.5.4.5"

/* Never revoked: valassured-ST-certs (EN 319 412-1 5.2), noRevAvail (RFC 9608). */
#define OID_SHORT_TERM "0.4.0.194121.2.1"
#define OID_NO_REV_AVAIL "2.5.29.56"

#define MAX_IDENTIFIER 256 /* bytes; longer is no identifier of a person */

/* ---- names ---------------------------------------------------------------- */

static bool print_name(BIO *bio, const X509_NAME *name, unsigned long flags, struct ed_buf *text)
{
	char *bytes;
	long len;

	(void)BIO_reset(bio);
	if (X509_NAME_print_ex(bio, name, 0, flags) < 0)
		return false;
	len = BIO_get_mem_data(bio, &bytes);
	if (len <= 0)
		return len == 0; /* the empty name: there may be no bytes to point at */
	if (memchr(bytes, '\0', (size_t)len) || !ed_utf8_valid(bytes, (size_t)len))
		return false;
	ed_buf_put(text, bytes, (size_t)len);
	return true;
}

void ed_name_put(const X509_NAME *name, struct ed_buf *text)
{
	/* As text also where the type has no short name: a PINFL is for people,
	 * though RFC 4514 2.4 would have it in hex. */
	unsigned long flags = XN_FLAG_RFC2253 &
	                      ~(unsigned long)(ASN1_STRFLGS_ESC_MSB | XN_FLAG_DUMP_UNKNOWN_FIELDS);
	BIO *bio = BIO_new(BIO_s_mem());

	/* A value that is not the text its type promises: all in hex. */
	if (!bio || (!print_name(bio, name, flags, text) &&
	             !print_name(bio, name, flags | ASN1_STRFLGS_DUMP_ALL, text)))
		text->failed = EDOC_ERR_MEMORY;
	BIO_free(bio);
	ERR_clear_error();
}

static X509_NAME *name_of(const void *der, size_t len)
{
	const unsigned char *p = der;
	X509_NAME *name = len <= ED_MAX_CERT ? d2i_X509_NAME(NULL, &p, (long)len) : NULL;

	if (name && p == (const unsigned char *)der + len)
		return name;
	X509_NAME_free(name);
	ERR_clear_error();
	return NULL;
}

bool ed_name_text(const void *der, size_t len, struct ed_buf *text)
{
	X509_NAME *name = name_of(der, len);

	if (name)
		ed_name_put(name, text);
	X509_NAME_free(name);
	return name != NULL;
}

bool ed_name_same(const X509_NAME *name, const void *der, size_t len)
{
	X509_NAME *other = name_of(der, len);
	bool same = other && !X509_NAME_cmp(name, other);

	X509_NAME_free(other);
	ERR_clear_error();
	return same;
}

static const char *name_text(const X509_NAME *name, const char *where, struct ed_arena *arena,
                             enum edoc_code *rc, struct edoc_error *err)
{
	const char *s = NULL;
	struct ed_buf text;

	if (*rc != EDOC_OK)
		return NULL;
	ed_buf_init(&text, ED_MAX_NAME_TEXT);
	ed_name_put(name, &text);
	*rc = ed_buf_check(&text, where, err);
	if (*rc == EDOC_OK) {
		s = ed_arena_strdup(arena, ed_buf_str(&text));
		if (!s)
			*rc = ed_fail_memory(err);
	}
	ed_buf_clear(&text);
	return s;
}

/* The first value of that type in the subject, "" when there is none fit. */
static const char *identifier(const X509_NAME *name, const char *oid, struct ed_arena *arena)
{
	unsigned char *utf8 = NULL;
	const char *s = "";
	char text[64];
	int n;

	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		const ASN1_OBJECT *type = X509_NAME_ENTRY_get_object(entry);

		if (OBJ_obj2txt(text, sizeof(text), type, 1) <= 0 || strcmp(text, oid) != 0)
			continue;
		n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
		if (n > 0 && n <= MAX_IDENTIFIER && !memchr(utf8, '\0', (size_t)n) &&
		    ed_utf8_valid((char *)utf8, (size_t)n))
			s = ed_arena_strndup(arena, (char *)utf8, (size_t)n);
		OPENSSL_free(utf8);
		break;
	}
	return s;
}

/* ---- certificates ---------------------------------------------------------- */

bool ed_asn1_time(const ASN1_TIME *time, int64_t *t)
{
	int64_t days;
	struct tm tm;

	if (!ASN1_TIME_to_tm(time, &tm))
		return false;
	days = ed_days((struct ed_date){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday});
	*t = ((days * 24 + tm.tm_hour) * 60 + tm.tm_min) * 60 + tm.tm_sec;
	return true;
}

static const char *serial_text(const X509 *x509, struct ed_arena *arena)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
	char *decimal = n ? BN_bn2dec(n) : NULL;
	const char *s = decimal ? ed_arena_strdup(arena, decimal) : NULL;

	OPENSSL_free(decimal);
	BN_free(n);
	return s;
}

enum edoc_code ed_cert_der(const X509 *x509, struct ed_buf *der, struct edoc_error *err)
{
	unsigned char *bytes = NULL;
	int n = i2d_X509(x509, &bytes);

	if (n <= 0)
		return ed_crypto_fail(err, EDOC_ERR_MEMORY, "", "the certificate has no encoding");
	ed_buf_put(der, bytes, (size_t)n);
	OPENSSL_free(bytes);
	return ed_buf_check(der, "", err);
}

static enum edoc_code fingerprint(struct ed_cert *cert, const char *where, struct edoc_error *err)
{
	unsigned char value[ED_HASH_MAX];
	struct ed_buf der;
	enum edoc_code rc;

	ed_buf_init(&der, ED_MAX_CERT);
	rc = ed_cert_der(cert->x509, &der, err);
	if (rc == EDOC_OK && !ed_hash_bytes(ED_SHA256, der.data, der.len, value))
		rc = ed_crypto_fail(err, EDOC_ERR_BUG, where, "SHA-256 cannot be computed");
	ed_buf_clear(&der);
	if (rc != EDOC_OK)
		return rc;
	memcpy(cert->sha256, value, 32);
	ed_hex(cert->hex, value, 32);
	return EDOC_OK;
}

static bool has_extension(const X509 *x509, int nid)
{
	return X509_get_ext_by_NID(x509, nid, -1) >= 0;
}

static bool has_extension_oid(const X509 *x509, const char *dotted)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(dotted, 1);
	bool has = oid && X509_get_ext_by_OBJ(x509, oid, -1) >= 0;

	ASN1_OBJECT_free(oid);
	return has;
}

/* NULL-ended; an extension that cannot be read allows nothing. */
static bool read_ext_key_usage(struct ed_cert *cert, struct ed_arena *arena)
{
	int critical = 0;
	EXTENDED_KEY_USAGE *usage =
	        X509_get_ext_d2i(cert->x509, NID_ext_key_usage, &critical, NULL);
	int n = usage ? sk_ASN1_OBJECT_num(usage) : 0;
	bool good = true;
	char text[80];

	if (!usage && !has_extension(cert->x509, NID_ext_key_usage))
		return true;
	cert->has_ext_key_usage = true;
	cert->ext_key_usage_critical = critical == 1;
	cert->ext_key_usage = ed_arena_alloc(arena, ((size_t)n + 1) * sizeof(char *));
	good = cert->ext_key_usage != NULL;
	for (int i = 0; good && i < n; i++) {
		OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(usage, i), 1);
		cert->ext_key_usage[i] = ed_arena_strdup(arena, text);
		good = cert->ext_key_usage[i] != NULL;
	}
	EXTENDED_KEY_USAGE_free(usage);
	return good;
}

/* Says where its revocation could be looked up (CRL, OCSP: RFC 5280 4.2.1.13, 4.2.2.1). */
static bool names_revocation(X509 *x509)
{
	STACK_OF(OPENSSL_STRING) *ocsp = X509_get1_ocsp(x509);
	bool named = sk_OPENSSL_STRING_num(ocsp) > 0 ||
	             X509_get_ext_by_NID(x509, NID_crl_distribution_points, -1) >= 0;

	X509_email_free(ocsp);
	ERR_clear_error();
	return named;
}

static bool read_extensions(struct ed_cert *cert, struct ed_arena *arena)
{
	uint32_t flags = X509_get_extension_flags(cert->x509);

	cert->self_issued = flags & EXFLAG_SI;
	cert->has_key_usage = flags & EXFLAG_KUSAGE;
	cert->key_usage = cert->has_key_usage ? X509_get_key_usage(cert->x509) : 0;
	cert->is_ca = (flags & EXFLAG_BCONS) && (flags & EXFLAG_CA);
	cert->path_length = (int)X509_get_pathlen(cert->x509);
	cert->names_revocation = names_revocation(cert->x509);
	cert->no_check = has_extension(cert->x509, NID_id_pkix_OCSP_noCheck);
	cert->short_term = has_extension_oid(cert->x509, OID_SHORT_TERM) ||
	                   has_extension_oid(cert->x509, OID_NO_REV_AVAIL);
	return read_ext_key_usage(cert, arena);
}

/* The digest under the certificate's own signature; NONE: another one. */
static enum ed_hash signed_with(const X509 *x509)
{
	const X509_ALGOR *algor;
	struct ed_sigalg alg;

	X509_get0_signature(NULL, &algor, x509);
	return ed_sigalg_by_algor(algor, &alg) ? alg.hash : ED_HASH_NONE;
}

/* A key that is not known is a fact, not an error. */
static bool read_key(struct ed_cert *cert, struct ed_arena *arena)
{
	const EVP_PKEY *key = ed_cert_key(cert);
	char text[ED_PKEY_TEXT] = "?";

	cert->signed_with = signed_with(cert->x509);
	if (key) {
		cert->key_type = ed_pkey_type(key);
		cert->key_bits = ed_pkey_bits(key);
		cert->explicit_curve = ed_pkey_explicit_curve(key);
		cert->sham_exponent = ed_pkey_sham_exponent(key);
		ed_pkey_text(key, text);
	}
	cert->key_text = ed_arena_strdup(arena, text);
	return cert->key_text != NULL;
}

/* Of the canonical encoding, as X509_NAME_cmp() compares: case and runs of
 * blanks do not count (RFC 5280 7.1). */
static unsigned long name_hash(const X509_NAME *name)
{
	return X509_NAME_hash_ex(name, ed_crypto_context(), NULL, NULL);
}

static enum edoc_code read_facts(struct ed_cert *cert, const char *where, struct ed_arena *arena,
                                 struct edoc_error *err)
{
	const X509_NAME *subject = X509_get_subject_name(cert->x509);
	enum edoc_code rc;

	if (ASN1_STRING_length(X509_get0_serialNumber(cert->x509)) > ED_MAX_CERT_SERIAL)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "the certificate's serial number is longer than %d bytes "
		               "(RFC 5280 4.1.2.2 allows 20)",
		               ED_MAX_CERT_SERIAL);
	if (!ed_asn1_time(X509_get0_notBefore(cert->x509), &cert->not_before) ||
	    !ed_asn1_time(X509_get0_notAfter(cert->x509), &cert->not_after))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "the certificate's validity is no time (RFC 5280 4.1.2.5)");
	rc = fingerprint(cert, where, err);
	cert->subject = name_text(subject, where, arena, &rc, err);
	cert->issuer = name_text(X509_get_issuer_name(cert->x509), where, arena, &rc, err);
	if (rc != EDOC_OK)
		return rc;
	cert->subject_hash = name_hash(subject);
	cert->issuer_hash = name_hash(X509_get_issuer_name(cert->x509));
	if (!read_extensions(cert, arena) || !read_key(cert, arena))
		return ed_fail_memory(err);
	cert->serial = serial_text(cert->x509, arena);
	cert->pinfl = identifier(subject, OID_PINFL, arena);
	cert->inn = identifier(subject, OID_INN, arena);
	cert->uid = identifier(subject, OID_UID, arena);
	cert->serial_number = identifier(subject, OID_SERIAL_NUMBER, arena);
	if (!cert->serial || !cert->pinfl || !cert->inn || !cert->uid || !cert->serial_number)
		return ed_fail_memory(err);
	return EDOC_OK;
}

enum edoc_code ed_cert_of(X509 *x509, const char *where, struct ed_arena *arena,
                          struct ed_cert **cert, struct edoc_error *err)
{
	struct ed_cert *c = ed_arena_alloc(arena, sizeof(*c));
	OSSL_LIB_CTX *old;
	enum edoc_code rc;

	*cert = NULL;
	if (!c || !X509_up_ref(x509))
		return ed_fail_memory(err);
	c->x509 = x509;
	old = ed_crypto_enter();
	rc = read_facts(c, where, arena, err);
	ed_crypto_leave(old);
	if (rc == EDOC_OK)
		*cert = c;
	else
		ed_cert_clear(c);
	return rc;
}

void ed_cert_clear(struct ed_cert *cert)
{
	if (!cert)
		return;
	if (cert->shared)
		ed_cert_shared_free(cert->shared); /* the X509 is its own */
	else
		X509_free(cert->x509);
	cert->x509 = NULL;
	cert->shared = NULL;
}

bool ed_cert_self_signed(X509 *x509)
{
	OSSL_LIB_CTX *old = ed_crypto_enter();
	bool self = X509_self_signed(x509, 0) == 1;

	ed_crypto_leave(old);
	return self;
}

EVP_PKEY *ed_cert_key(const struct ed_cert *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert->x509);

	if (!key)
		ERR_clear_error();
	return key;
}

/* Purposes of machines: none of them signs documents (RFC 5280 4.2.1.12). */
static bool machine_purpose(const ASN1_OBJECT *purpose)
{
	switch (OBJ_obj2nid(purpose)) {
	case NID_server_auth:
	case NID_code_sign:
	case NID_time_stamp:
	case NID_OCSP_sign:
		return true;
	default:
		return false;
	}
}

static const char *machine_purposes(X509 *x509, struct ed_arena *arena)
{
	EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
	int n = sk_ASN1_OBJECT_num(usage), i = 0;
	const char *s = NULL;
	char text[80];

	while (i < n && machine_purpose(sk_ASN1_OBJECT_value(usage, i)))
		i++;
	if (n > 0 && i == n) {
		OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(usage, 0), 0);
		s = ed_arena_strdup(arena, text);
	}
	EXTENDED_KEY_USAGE_free(usage);
	ERR_clear_error();
	return s;
}

const char *ed_cert_unfit(const struct ed_cert *cert, struct ed_arena *arena)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
	        {X509v3_KU_KEY_ENCIPHERMENT, "keyEncipherment"},
	        {X509v3_KU_DATA_ENCIPHERMENT, "dataEncipherment"},
	        {X509v3_KU_KEY_AGREEMENT, "keyAgreement"},
	        {X509v3_KU_KEY_CERT_SIGN, "keyCertSign"},
	        {X509v3_KU_CRL_SIGN, "cRLSign"},
	};

	if (cert->has_key_usage &&
	    !(cert->key_usage & (X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION))) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (cert->key_usage & names[i].bit)
				return names[i].name;
		}
		return "keyUsage";
	}
	return cert->has_ext_key_usage ? machine_purposes(cert->x509, arena) : NULL;
}

/* Whole and DER: what is fingerprinted is what stood there. */
static enum edoc_code decode(const unsigned char *der, size_t len, const char *where, X509 **x509,
                             struct edoc_error *err)
{
	X509 *x = X509_new_ex(ed_crypto_context(), NULL);
	const unsigned char *p = der;
	unsigned char *again = NULL;
	bool whole, same;
	int n;

	*x509 = NULL;
	if (!x)
		return ed_fail_memory(err);
	if (!d2i_X509(&x, &p, (long)len)) /* frees x */
		return ed_crypto_fail(err, EDOC_ERR_INPUT, where,
		                      "this is no X.509 certificate (RFC 5280 4.1)");
	whole = p == der + len;
	n = i2d_X509(x, &again);
	same = n > 0 && (size_t)n == len && !memcmp(again, der, len);
	OPENSSL_free(again);
	if (whole && same) {
		*x509 = x;
		return EDOC_OK;
	}
	X509_free(x);
	ERR_clear_error();
	if (!whole)
		return ed_fail(err, EDOC_ERR_INPUT, where, "bytes follow the certificate's end");
	return ed_fail(err, EDOC_ERR_INPUT, where, "the certificate is not in DER (RFC 5280 4.1)");
}

static enum edoc_code decode_limited(const void *der, size_t len, const char *where, X509 **x509,
                                     struct edoc_error *err)
{
	OSSL_LIB_CTX *old;
	enum edoc_code rc;

	*x509 = NULL;
	if (len == 0)
		return ed_fail(err, EDOC_ERR_INPUT, where, "the certificate is empty");
	if (len > ED_MAX_CERT)
		return ed_fail(err, EDOC_ERR_LIMIT, where,
		               "the certificate is larger than %u bytes", ED_MAX_CERT);
	old = ed_crypto_enter();
	rc = decode(der, len, where, x509, err);
	ed_crypto_leave(old);
	return rc;
}

enum edoc_code ed_cert_parse(const void *der, size_t len, const char *where, struct ed_arena *arena,
                             struct ed_cert **cert, struct edoc_error *err)
{
	enum edoc_code rc;
	X509 *x509;

	*cert = NULL;
	rc = decode_limited(der, len, where, &x509, err);
	if (rc == EDOC_OK)
		rc = ed_cert_of(x509, where, arena, cert, err);
	X509_free(x509);
	return rc;
}

/* Parsed into memory of its own, which the memo and this item share. */
static enum edoc_code parse_shared(const void *der, size_t len, const char *where,
                                   struct ed_cert_shared **p_shared, struct edoc_error *err)
{
	struct ed_cert_shared *shared = calloc(1, sizeof(*shared));
	struct ed_cert *cert = NULL;
	enum edoc_code rc;

	*p_shared = NULL;
	if (!shared)
		return ed_fail_memory(err);
	shared->refs = 1;
	shared->arena = ed_arena_new();
	rc = shared->arena ? ed_cert_parse(der, len, where, shared->arena, &cert, err)
	                   : ed_fail_memory(err);
	if (rc != EDOC_OK) {
		ed_cert_shared_free(shared);
		return rc;
	}
	shared->cert = *cert;
	shared->cert.shared = shared;
	*p_shared = shared;
	return EDOC_OK;
}

enum edoc_code ed_cert_parse_memo(struct edoc_memo *memo, const void *der, size_t len,
                                  const unsigned char *sha256, const char *where,
                                  struct ed_arena *arena, struct ed_cert **cert,
                                  struct edoc_error *err)
{
	struct ed_cert_shared *shared;
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code rc;

	*cert = NULL;
	if (!memo)
		return ed_cert_parse(der, len, where, arena, cert, err);
	if (!sha256 && !ed_hash_bytes(ED_SHA256, der, len, digest))
		return ed_crypto_fail(err, EDOC_ERR_BUG, where, "SHA-256 cannot be computed");
	shared = ed_memo_cert(memo, sha256 ? sha256 : digest);
	if (shared) {
		shared->refs++;
	} else {
		rc = parse_shared(der, len, where, &shared, err);
		if (rc != EDOC_OK)
			return rc;
		ed_memo_keep_cert(memo, shared);
	}
	*cert = ed_arena_memdup(arena, &shared->cert, sizeof(shared->cert));
	if (*cert)
		return EDOC_OK;
	ed_cert_shared_free(shared);
	return ed_fail_memory(err);
}

/* ---- files of certificates --------------------------------------------------- */

static enum edoc_code read_block(const char *name, const unsigned char *der, long len,
                                 const char *where, ed_cert_fn *fn, void *arg, size_t *n,
                                 struct edoc_error *err)
{
	enum edoc_code rc;
	X509 *x509;

	if (strcmp(name, PEM_STRING_X509) != 0 && strcmp(name, PEM_STRING_X509_OLD) != 0)
		return EDOC_OK; /* a key, a CRL: not ours */
	if (++*n > ED_MAX_CERTS)
		return ed_fail(err, EDOC_ERR_LIMIT, where, "more than %d certificates",
		               ED_MAX_CERTS);
	rc = decode_limited(der, (size_t)len, where, &x509, err);
	if (rc == EDOC_OK)
		rc = fn(arg, x509, err);
	X509_free(x509);
	return rc;
}

static enum edoc_code read_pem(BIO *bio, const char *where, ed_cert_fn *fn, void *arg,
                               struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;
	char *name, *header;
	unsigned char *der;
	size_t n = 0;
	long len;

	while (rc == EDOC_OK && PEM_read_bio(bio, &name, &header, &der, &len)) {
		rc = read_block(name, der, len, where, fn, arg, &n, err);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len); /* it may be a private key */
	}
	if (rc != EDOC_OK)
		return rc;
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return ed_crypto_fail(err, EDOC_ERR_INPUT, where,
		                      "a PEM block is damaged (RFC 7468)");
	ERR_clear_error();
	if (n == 0)
		return ed_fail(err, EDOC_ERR_INPUT, where, "no certificate in it (PEM or DER)");
	return EDOC_OK;
}

enum edoc_code ed_certs_read(const void *bytes, size_t len, const char *where, ed_cert_fn *fn,
                             void *arg, struct edoc_error *err)
{
	const unsigned char *p = bytes;
	enum edoc_code rc;
	X509 *x509;
	BIO *bio;

	if (len > 0 && p[0] == 0x30) { /* SEQUENCE; '0' begins no PEM of ours */
		rc = decode_limited(bytes, len, where, &x509, err);
		if (rc == EDOC_OK)
			rc = fn(arg, x509, err);
		X509_free(x509);
		return rc;
	}
	if (len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) { /* Windows editors put it there */
		p += 3;
		len -= 3;
	}
	if (len > ED_MAX_KEY_FILE)
		return ed_fail(err, EDOC_ERR_LIMIT, where, "larger than %u bytes", ED_MAX_KEY_FILE);
	if (len == 0)
		return ed_fail(err, EDOC_ERR_INPUT, where, "no certificate in it (PEM or DER)");
	bio = BIO_new_mem_buf(p, (int)len);
	if (!bio)
		return ed_fail_memory(err);
	rc = read_pem(bio, where, fn, arg, err);
	BIO_free(bio);
	return rc;
}

/* ---- RFC 5035 5 ----------------------------------------------------------------- */

/* IssuerSerial ::= SEQUENCE { SEQUENCE { [4] EXPLICIT Name }, INTEGER } */
enum edoc_code ed_cert_issuer_serial(const X509 *x509, struct ed_buf *der, struct edoc_error *err)
{
	unsigned char *name = NULL, *serial = NULL, head[32], *p = head;
	int name_len = i2d_X509_NAME(X509_get_issuer_name(x509), &name);
	int serial_len = i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &serial);
	int general, names;

	if (name_len > 0 && serial_len > 0) {
		general = ASN1_object_size(1, name_len, 4);
		names = ASN1_object_size(1, general, V_ASN1_SEQUENCE);
		ASN1_put_object(&p, 1, names + serial_len, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
		ASN1_put_object(&p, 1, general, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
		ASN1_put_object(&p, 1, name_len, 4, V_ASN1_CONTEXT_SPECIFIC);
		ed_buf_put(der, head, (size_t)(p - head));
		ed_buf_put(der, name, (size_t)name_len);
		ed_buf_put(der, serial, (size_t)serial_len);
	}
	OPENSSL_free(name);
	OPENSSL_free(serial);
	if (name_len <= 0 || serial_len <= 0)
		return ed_crypto_fail(err, EDOC_ERR_MEMORY, "",
		                      "the certificate's issuer has no encoding");
	return ed_buf_check(der, "", err);
}
