/* SPDX-License-Identifier: ISC */
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "../tap.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/path.h"
#include "door/crypto.h"
#include "door/x509.h"

static struct ed_arena *arena;

static const char *pki(const char *name)
{
	static char path[4096];
	const char *src = getenv("SRCDIR");

	snprintf(path, sizeof(path), "%s/testdata/pki/%s", src ? src : ".", name);
	return path;
}

static int say_edoc(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	return snprintf(buf, size, "edoc");
}

static void read_pki(const char *name, struct ed_buf *bytes)
{
	struct edoc_error err = {0};

	ed_buf_init(bytes, 1 << 20);
	is_ok(ed_read_path(pki(name), bytes, &err), &err, name);
}

/* ---- facts ------------------------------------------------------------------ */

static void facts(void)
{
	struct edoc_error err = {0};
	struct ed_cert *cert = NULL;
	struct ed_buf der;
	char hex[65];
	unsigned char value[64];

	read_pki("zarina.der", &der);
	if (!is_ok(ed_cert_parse(der.data, der.len, "z", arena, &cert, &err), &err, "parses"))
		return;
	is_str(cert->subject, "CN=Раҳимова Зарина,O=Вазорати адлия,C=TJ", "subject");
	is_str(cert->issuer, "CN=Маркази сертификатсия,O=Озмоиш,C=TJ", "issuer");
	is_int(cert->not_before, 1767225600, "2026-01-01");
	is_int(cert->not_after, 3029529600, "2066-01-01");
	ok(!cert->self_issued && !cert->is_ca && cert->path_length == -1, "a person's");
	ok(cert->has_key_usage && !cert->has_ext_key_usage, "has a key usage");
	is_int(cert->key_usage, X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION, "to sign");
	ok(ed_cert_unfit(cert, arena) == NULL, "fit to sign");
	ok(strlen(cert->serial) > 10 && strspn(cert->serial, "0123456789") == strlen(cert->serial),
	   "serial number in decimal");
	ed_hash_bytes(ED_SHA256, der.data, der.len, value);
	ed_hex(hex, value, 32);
	is_str(cert->hex, hex, "fingerprint");
	ok(!*cert->pinfl && !*cert->inn && !*cert->uid && !*cert->serial_number, "no identifiers");
	ok(ed_pkey_type(ed_cert_key(cert)) == ED_KEY_EC_P256, "its key");
	is_int(cert->signed_with, ED_SHA256, "signed with SHA-256");
	ok(!cert->names_revocation, "names no revocation");
	ed_cert_clear(cert);
	ed_cert_clear(cert);
	ed_buf_clear(&der);
}

static struct ed_cert *cert_of(const char *p12)
{
	struct edoc_error err = {0};
	struct edoc_key *key = NULL;
	struct ed_cert *cert = NULL;

	is_ok(edoc_key_load(pki(p12), NULL, NULL, say_edoc, NULL, &key, &err), &err, p12);
	if (key)
		is_ok(ed_cert_of(ed_key_cert(key), p12, arena, &cert, &err), &err, "its facts");
	edoc_key_free(key);
	return cert;
}

static void identifiers(void)
{
	struct ed_cert *cert = cert_of("dilnoza.p12");

	is_str(cert->subject,
	       "1.2.860.3.16.1.1=201122919,1.2.860.3.16.1.2=31502861230017,serialNumber=UZ-77,"
	       "UID=201234567,CN=Karimova Dilnoza,O=Adliya vazirligi,C=UZ",
	       "subject, readable");
	is_str(cert->pinfl, "31502861230017", "PINFL");
	is_str(cert->inn, "201122919", "INN");
	is_str(cert->uid, "201234567", "UID");
	is_str(cert->serial_number, "UZ-77", "serialNumber");
	ed_cert_clear(cert);
	cert = cert_of("crl.p12");
	ok(cert->names_revocation, "names a revocation list");
	ed_cert_clear(cert);
	cert = cert_of("unfit.p12");
	is_str(ed_cert_unfit(cert, arena), "keyEncipherment", "unfit, and what it is for");
	ed_cert_clear(cert);
}

/* ---- names that lie ----------------------------------------------------------- */

static X509 *with_name(int type, const char *value, size_t len)
{
	X509 *x509 = X509_new();
	X509_NAME *name = X509_NAME_new();
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	ASN1_OBJECT *pinfl = OBJ_txt2obj("1.2.860.3.16.1.2", 1);

	if (!X509_NAME_add_entry_by_NID(name, NID_commonName, type, (const unsigned char *)value,
	                                (int)len, -1, 0) ||
	    !X509_NAME_add_entry_by_OBJ(name, pinfl, type, (const unsigned char *)value, (int)len,
	                                -1, 0) ||
	    !X509_set_version(x509, 2) || !ASN1_INTEGER_set(X509_get_serialNumber(x509), 7) ||
	    !X509_set_subject_name(x509, name) || !X509_set_issuer_name(x509, name) ||
	    !ASN1_TIME_set(X509_getm_notBefore(x509), 0) ||
	    !ASN1_TIME_set(X509_getm_notAfter(x509), 4000000000) || !X509_set_pubkey(x509, key) ||
	    !X509_sign(x509, key, EVP_sha256()))
		printf("Bail out! no certificate\n");
	ASN1_OBJECT_free(pinfl);
	EVP_PKEY_free(key);
	X509_NAME_free(name);
	return x509;
}

static void a_name(int type, const char *value, size_t len, const char *cn, const char *pinfl)
{
	X509 *x509 = with_name(type, value, len);
	struct edoc_error err = {0};
	struct ed_cert *cert = NULL;
	char want[256];

	snprintf(want, sizeof(want), "CN=%s", cn);
	if (is_ok(ed_cert_of(x509, "", arena, &cert, &err), &err, cn)) {
		const char *s = strstr(cert->subject, "CN=");

		is_str(s ? s : "", want, "as text");
		is_str(cert->pinfl, pinfl, "as identifier");
		ok(ed_utf8_valid(cert->subject, strlen(cert->subject)), "in UTF-8");
		ok(cert->self_issued && !cert->has_key_usage, "self-issued, without a key usage");
	}
	ed_cert_clear(cert);
	X509_free(x509);
}

/* A text that is not of its type makes no certificate at all. */
static void no_name(int type, const char *two, const char *what)
{
	X509 *x509 = with_name(type, "QZ", 2);
	unsigned char *der = NULL, *at;
	struct edoc_error err = {0};
	struct ed_cert *cert;
	int n = i2d_X509(x509, &der);

	is_ok(ed_cert_parse(der, (size_t)n, "", arena, &cert, &err), &err, "two letters");
	ed_cert_clear(cert);
	while ((at = memmem(der, (size_t)n, "QZ", 2)))
		memcpy(at, two, 2);
	fails(ed_cert_parse(der, (size_t)n, "", arena, &cert, &err), EDOC_ERR_INPUT, &err,
	      "no X.509", what);
	OPENSSL_free(der);
	X509_free(x509);
}

static void names(void)
{
	a_name(V_ASN1_UTF8STRING, "plain", 5, "plain", "plain");
	a_name(V_ASN1_UTF8STRING, "Ӯ", 2, "Ӯ", "Ӯ");
	a_name(V_ASN1_BMPSTRING, "\x04\xee", 2, "Ӯ", "Ӯ");
	a_name(V_ASN1_T61STRING, "\xe4", 1, "ä", "ä");
	a_name(V_ASN1_UTF8STRING, "a,O=b+c\"\\", 9, "a\\,O=b\\+c\\\"\\\\", "a,O=b+c\"\\");
	a_name(V_ASN1_UTF8STRING, " #a ", 4, "\\ #a\\ ", " #a ");
	a_name(V_ASN1_UTF8STRING, "a\nb\x1b[", 5, "a\\0Ab\\1B[", "a\nb\x1b[");
	a_name(V_ASN1_UTF8STRING, "bank\0.evil", 10, "bank\\00.evil", "");
	a_name(V_ASN1_BIT_STRING, "\xff\xff", 2, "#030300FFFF", "");
	no_name(V_ASN1_UTF8STRING, "\xff\xfe", "bytes that are no UTF-8");
	no_name(V_ASN1_UTF8STRING, "\xc1\x81", "an overlong form");
	no_name(V_ASN1_BMPSTRING, "\xd8\x3d", "half a surrogate pair");
}

/* Purposes: NIDs, 0 at the end */
static void purposes(const int *nids, const char *want, const char *what)
{
	X509 *x509 = with_name(V_ASN1_UTF8STRING, "x", 1);
	EXTENDED_KEY_USAGE *usage = sk_ASN1_OBJECT_new_null();
	struct edoc_error err = {0};
	struct ed_cert *cert = NULL;

	for (; *nids; nids++)
		sk_ASN1_OBJECT_push(usage, OBJ_nid2obj(*nids));
	if (sk_ASN1_OBJECT_num(usage))
		ok(X509_add1_ext_i2d(x509, NID_ext_key_usage, usage, 0, 0) == 1, "%s", what);
	is_ok(ed_cert_of(x509, "", arena, &cert, &err), &err, what);
	is_str(ed_cert_unfit(cert, arena), want, "what it is limited to");
	ed_cert_clear(cert);
	EXTENDED_KEY_USAGE_free(usage);
	X509_free(x509);
}

static void extended_usage(void)
{
	purposes((int[]){0}, NULL, "no purposes");
	purposes((int[]){NID_time_stamp, 0}, "Time Stamping", "time stamps");
	purposes((int[]){NID_server_auth, NID_code_sign, 0}, "TLS Web Server Authentication",
	         "a server's and code");
	purposes((int[]){NID_server_auth, NID_client_auth, 0}, NULL, "a client's too");
	purposes((int[]){NID_anyExtendedKeyUsage, 0}, NULL, "all purposes");
	purposes((int[]){NID_email_protect, 0}, NULL, "mail");
	purposes((int[]){NID_OCSP_sign, NID_ms_smartcard_login, 0}, NULL, "another purpose");
}

/* ---- what is no certificate ---------------------------------------------------- */

static void bad(const void *p, size_t n, enum edoc_code code, const char *word, const char *what)
{
	struct edoc_error err = {0};
	struct ed_cert *cert = (struct ed_cert *)&err;

	fails(ed_cert_parse(p, n, "there", arena, &cert, &err), code, &err, word, what);
	ok(cert == NULL, "and gives nothing");
}

static void refusals(void)
{
	static unsigned char big[(64 << 10) + 1] = {0x30};
	struct ed_buf der, long_form;
	unsigned char head[] = {0x30, 0x83, 0, 0, 0};
	struct edoc_error err = {0};
	struct ed_cert *cert;
	X509 *x509;
	size_t seen = 0;

	read_pki("zarina.der", &der);
	bad("", 0, EDOC_ERR_INPUT, "empty", "nothing");
	bad("text", 4, EDOC_ERR_INPUT, "no X.509", "text");
	bad(der.data, der.len - 1, EDOC_ERR_INPUT, "no X.509", "a byte short");
	bad(big, sizeof(big), EDOC_ERR_LIMIT, "larger", "over the limit");
	ed_buf_init(&long_form, 1 << 20); /* a length with a needless zero: BER */
	head[3] = der.data[2];
	head[4] = der.data[3];
	ok(der.data[1] == 0x82, "a length of two bytes");
	ed_buf_put(&long_form, head, 5);
	ed_buf_put(&long_form, der.data + 4, der.len - 4);
	bad(long_form.data, long_form.len, EDOC_ERR_INPUT, "not in DER", "BER");
	ed_buf_clear(&long_form);
	ed_buf_putc(&der, 0);
	bad(der.data, der.len, EDOC_ERR_INPUT, "bytes follow", "a byte more");
	for (size_t i = 0; i + 1 < der.len; i++) { /* no flip may break us, most are seen later */
		der.data[i] ^= 0x80;
		seen += ed_cert_parse(der.data, der.len - 1, "", arena, &cert, &err) != EDOC_OK;
		ed_cert_clear(cert);
		der.data[i] ^= 0x80;
	}
	ok(seen > 50, "%zu flips are seen at once", seen);
	ed_buf_clear(&der);

	x509 = with_name(V_ASN1_UTF8STRING, "x", 1);
	memset(big, 0x11, 65);
	ASN1_STRING_set(X509_get_serialNumber(x509), big, 65);
	fails(ed_cert_of(x509, "there", arena, &cert, &err), EDOC_ERR_INPUT, &err, "serial number",
	      "a serial number of 65 bytes");
	ASN1_STRING_set(X509_get_serialNumber(x509), big, 64);
	is_ok(ed_cert_of(x509, "there", arena, &cert, &err), &err, "one of 64");
	ed_cert_clear(cert);
	ASN1_STRING_set(X509_getm_notAfter(x509), "20261301000000Z", 15);
	fails(ed_cert_of(x509, "there", arena, &cert, &err), EDOC_ERR_INPUT, &err, "no time",
	      "a thirteenth month");
	X509_free(x509);
}

/* ---- files ---------------------------------------------------------------------- */

static enum edoc_code count(void *arg, X509 *x509, struct edoc_error *err)
{
	(void)x509;
	(void)err;
	++*(int *)arg;
	return EDOC_OK;
}

static enum edoc_code stop(void *arg, X509 *x509, struct edoc_error *err)
{
	(void)count(arg, x509, err);
	return EDOC_ERR_AGAIN;
}

static void holds(struct ed_buf *bytes, int n, const char *what)
{
	struct edoc_error err = {0};
	int got = 0;

	is_ok(ed_certs_read(bytes->data, bytes->len, "f", count, &got, &err), &err, what);
	is_int(got, n, "how many");
	ed_buf_reset(bytes);
}

static void holds_none(struct ed_buf *bytes, const char *word, const char *what)
{
	struct edoc_error err = {0};
	int got = 0;

	fails(ed_certs_read(bytes->data, bytes->len, "f", count, &got, &err), EDOC_ERR_INPUT, &err,
	      word, what);
	ed_buf_reset(bytes);
}

static void files(void)
{
	struct ed_buf root, ca, der, key, all, crlf;
	struct edoc_error err = {0};
	int got = 0;

	read_pki("root.pem", &root);
	read_pki("ca.pem", &ca);
	read_pki("zarina.der", &der);
	read_pki("anvar.key", &key);
	ed_buf_init(&all, 1 << 20);
	ed_buf_init(&crlf, 1 << 20);
	ed_buf_puts(&all, ed_buf_str(&root));
	holds(&all, 1, "one");
	ed_buf_puts(&all, "The root, by post\n");
	ed_buf_puts(&all, ed_buf_str(&root));
	ed_buf_puts(&all, "\nand the other\n\n");
	ed_buf_puts(&all, ed_buf_str(&ca));
	ed_buf_puts(&all, "bye");
	holds(&all, 2, "two between other text");
	ed_buf_puts(&all, ed_buf_str(&key));
	ed_buf_puts(&all, ed_buf_str(&ca));
	holds(&all, 1, "one behind a key");
	ed_buf_puts(&all, "\xef\xbb\xbf");
	ed_buf_puts(&all, ed_buf_str(&ca));
	holds(&all, 1, "one behind a byte order mark");
	for (size_t i = 0; i < ca.len; i++) {
		if (ca.data[i] == '\n')
			ed_buf_putc(&crlf, '\r');
		ed_buf_putc(&crlf, (char)ca.data[i]);
	}
	holds(&crlf, 1, "one with CR LF");
	ed_buf_put(&all, der.data, der.len);
	holds(&all, 1, "DER");
	ed_buf_put(&all, der.data, der.len);
	ed_buf_put(&all, der.data, der.len);
	holds_none(&all, "bytes follow", "DER twice");
	holds_none(&all, "no certificate", "empty");
	ed_buf_puts(&all, "\xef\xbb\xbf");
	holds_none(&all, "no certificate", "a byte order mark");
	ed_buf_puts(&all, "hello\n");
	holds_none(&all, "no certificate", "text");
	ed_buf_puts(&all, ed_buf_str(&key));
	holds_none(&all, "no certificate", "a key");
	ed_buf_puts(&all, ed_buf_str(&ca));
	all.data[40] = '!';
	holds_none(&all, "damaged", "a bad digit");
	ed_buf_put(&all, ca.data, ca.len / 2);
	holds_none(&all, "damaged", "cut in the middle");
	ed_buf_puts(&all, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	holds_none(&all, "no X.509", "something else in the block");
	ed_buf_puts(&all, ed_buf_str(&root));
	ed_buf_puts(&all, ed_buf_str(&ca));
	fails(ed_certs_read(all.data, all.len, "f", stop, &got, &err), EDOC_ERR_AGAIN, NULL, NULL,
	      "who asks may stop");
	is_int(got, 1, "after the first");
	ed_buf_clear(&root);
	ed_buf_clear(&ca);
	ed_buf_clear(&der);
	ed_buf_clear(&key);
	ed_buf_clear(&all);
	ed_buf_clear(&crlf);
}

/* RFC 5035's own decoder reads what we write. */
static void issuer_serial(void)
{
	struct ed_cert *cert = cert_of("zarina.p12");
	struct edoc_error err = {0};
	const unsigned char *p;
	ESS_ISSUER_SERIAL *is;
	unsigned char *again = NULL;
	struct ed_buf der;
	int n;

	ed_buf_init(&der, 4096);
	is_ok(ed_cert_issuer_serial(cert->x509, &der, &err), &err, "IssuerSerial");
	p = der.data;
	is = d2i_ESS_ISSUER_SERIAL(NULL, &p, (long)der.len);
	ok(is && p == der.data + der.len, "is one");
	n = i2d_ESS_ISSUER_SERIAL(is, &again);
	ok(n == (int)der.len && !memcmp(again, der.data, der.len), "in DER");
	OPENSSL_free(again);
	ESS_ISSUER_SERIAL_free(is);
	ed_buf_clear(&der);
	ed_buf_init(&der, 8);
	fails(ed_cert_issuer_serial(cert->x509, &der, &err), EDOC_ERR_LIMIT, NULL, NULL, "no room");
	ed_buf_clear(&der);
	ed_cert_clear(cert);
}

int main(void)
{
	arena = ed_arena_new();
	facts();
	identifiers();
	names();
	extended_usage();
	refusals();
	files();
	issuer_serial();
	ed_arena_free(arena);
	return done();
}
