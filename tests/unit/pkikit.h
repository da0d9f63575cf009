/* SPDX-License-Identifier: ISC */
/* Authorities, certificates, CRLs and OCSP answers made on the spot. */
#ifndef PKIKIT_H
#define PKIKIT_H

#include <openssl/conf.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "../tap.h"

#define T2020 1577836800
#define DAY 86400
#define YEAR (365 * DAY)

struct who {
	X509 *x;
	EVP_PKEY *key;
};

/* "name = value" lines of extensions, openssl.cnf(5) style; sections may follow. */
static CONF *conf_of(const char *text)
{
	CONF *conf = NCONF_new(NULL);
	BIO *bio = BIO_new_mem_buf(text, -1);
	long line = 0;

	if (NCONF_load_bio(conf, bio, &line) <= 0)
		ok(false, "extensions, line %ld: %s", line, text);
	BIO_free(bio);
	return conf;
}

static X509_NAME *name_of(const char *cn)
{
	X509_NAME *name = X509_NAME_new();

	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Kit", -1, -1,
	                           0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	return name;
}

__attribute__((unused)) static EVP_PKEY *new_key(void)
{
	return EVP_EC_gen("P-256");
}

/* by NULL: itself. */
static struct who issue_with(EVP_PKEY *key, const char *cn, const struct who *by, long serial,
                             int64_t from, int64_t until, const char *extensions)
{
	struct who w = {X509_new(), key};
	X509_NAME *name = name_of(cn);
	X509V3_CTX ctx;
	CONF *conf = conf_of(extensions);

	EVP_PKEY_up_ref(key);
	X509_set_version(w.x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(w.x), serial);
	X509_set_subject_name(w.x, name);
	X509_set_issuer_name(w.x, by ? X509_get_subject_name(by->x) : name);
	ASN1_TIME_set(X509_getm_notBefore(w.x), (time_t)from);
	ASN1_TIME_set(X509_getm_notAfter(w.x), (time_t)until);
	X509_set_pubkey(w.x, key);
	X509V3_set_ctx(&ctx, by ? by->x : w.x, w.x, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	if (X509V3_EXT_add_nconf(conf, &ctx, "default", w.x) != 1)
		ok(false, "extensions of %s", cn);
	X509_sign(w.x, by ? by->key : key, EVP_sha256());
	NCONF_free(conf);
	X509_NAME_free(name);
	return w;
}

__attribute__((unused)) static struct who issue(const char *cn, const struct who *by, long serial,
                                                const char *extensions)
{
	EVP_PKEY *key = new_key();
	struct who w = issue_with(key, cn, by, serial, T2020, T2020 + 10 * YEAR, extensions);

	EVP_PKEY_free(key);
	return w;
}

static void who_free(struct who *w)
{
	X509_free(w->x);
	EVP_PKEY_free(w->key);
}

#define CA_EXT                                                                                     \
	"basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"               \
	"subjectKeyIdentifier=hash\n"
#define PERSON_EXT "keyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\n"
#define RESPONDER_EXT                                                                              \
	"keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n"

/* A CRL without entries, not signed yet. */
__attribute__((unused)) static X509_CRL *new_crl(const struct who *by, int64_t at, long number,
                                                 const char *extensions)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)at),
	          *u = ASN1_TIME_set(NULL, (time_t)(at + DAY));
	CONF *conf = conf_of(extensions);
	X509V3_CTX ctx;

	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(by->x));
	X509_CRL_set1_lastUpdate(crl, t);
	X509_CRL_set1_nextUpdate(crl, u);
	X509V3_set_ctx(&ctx, by->x, NULL, NULL, crl, 0);
	X509V3_set_nconf(&ctx, conf);
	if (X509V3_EXT_CRL_add_nconf(conf, &ctx, "default", crl) != 1)
		ok(false, "extensions of a CRL: %s", extensions);
	if (number >= 0) {
		ASN1_INTEGER *n = ASN1_INTEGER_new();

		ASN1_INTEGER_set(n, number);
		X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0);
		ASN1_INTEGER_free(n);
	}
	NCONF_free(conf);
	ASN1_TIME_free(t);
	ASN1_TIME_free(u);
	return crl;
}

/* reason -1: none; by: certificateIssuer, or NULL. */
__attribute__((unused)) static X509_REVOKED *list(X509_CRL *crl, long serial, int64_t at,
                                                  int reason, const struct who *by)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)at);

	ASN1_INTEGER_set(n, serial);
	X509_REVOKED_set_serialNumber(entry, n);
	X509_REVOKED_set_revocationDate(entry, t);
	if (reason >= 0) {
		ASN1_ENUMERATED *e = ASN1_ENUMERATED_new();

		ASN1_ENUMERATED_set(e, reason);
		X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, e, 0, 0);
		ASN1_ENUMERATED_free(e);
	}
	if (by) {
		GENERAL_NAMES *names = GENERAL_NAMES_new();
		GENERAL_NAME *name = GENERAL_NAME_new();

		GENERAL_NAME_set0_value(name, GEN_DIRNAME,
		                        X509_NAME_dup(X509_get_subject_name(by->x)));
		sk_GENERAL_NAME_push(names, name);
		X509_REVOKED_add1_ext_i2d(entry, NID_certificate_issuer, names, 1, 0);
		GENERAL_NAMES_free(names);
	}
	X509_CRL_add0_revoked(crl, entry);
	ASN1_INTEGER_free(n);
	ASN1_TIME_free(t);
	return entry;
}

#endif
