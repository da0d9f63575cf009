/* SPDX-License-Identifier: ISC */
/* AuthEnvelopedData: ours, others' forms of it, every byte changed, and one
 * defect at a time beside what is accepted. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "../tap.h"
#include "base/der.h"
#include "base/limits.h"
#include "door/cipher.h"
#include "package/envelope.h"

static struct ed_arena *arena;
static struct edoc_error err;

static int say_edoc(char *buf, size_t size, const char *what, void *arg)
{
	(void)size;
	(void)what;
	(void)arg;
	memcpy(buf, "edoc", 4);
	return 4;
}

static struct edoc_key *key_of(const char *name)
{
	struct edoc_key *key = NULL;
	char path[512];

	snprintf(path, sizeof(path), "%s/testdata/pki/%s", getenv("SRCDIR"), name);
	is_ok(edoc_key_load(path, NULL, NULL, say_edoc, NULL, &key, &err), &err, name);
	return key;
}

static struct ed_cert *cert_of(const struct edoc_key *key)
{
	struct ed_cert *cert = NULL;

	is_ok(ed_cert_of(ed_key_cert(key), "", arena, &cert, &err), &err, "its certificate");
	return cert;
}

static int file_of(const void *p, size_t len)
{
	int fd = memfd_create("envelope", 0);

	if (fd < 0 || write(fd, p, len) != (ssize_t)len)
		exit(1);
	return fd;
}

static size_t length(int fd)
{
	return (size_t)lseek(fd, 0, SEEK_END);
}

/* Opened and read by a key; what came out, in a file. */
static enum edoc_code open_with(int fd, const struct edoc_key *key, int *out)
{
	struct ed_arena *own = ed_arena_new();
	struct ed_envelope *e;
	enum edoc_code code;

	*out = memfd_create("plain", 0);
	code = ed_envelope_open(fd, length(fd), "e.p7m", own, &e, &err);
	if (code == EDOC_OK)
		code = ed_envelope_read(e, key, *out, &err);
	ed_arena_free(own);
	return code;
}

static bool same_bytes(int fd, const void *p, size_t len)
{
	char *got = malloc(len + 1);
	bool same = length(fd) == len && pread(fd, got, len + 1, 0) == (ssize_t)len &&
	            !memcmp(got, p, len);

	free(got);
	return same;
}

static enum edoc_code open_bytes(const void *p, size_t len, const struct edoc_key *key,
                                 const void *want, size_t want_len, bool *same)
{
	int fd = file_of(p, len), out;
	enum edoc_code code = open_with(fd, key, &out);

	*same = same_bytes(out, want, want_len);
	close(out);
	close(fd);
	return code;
}

/* ---- ours ------------------------------------------------------------------------ */

static void test_round(struct edoc_key *const keys[4], size_t size)
{
	struct ed_envelope_recipient to[3];
	unsigned char *plain = malloc(size + 1);
	int fd, sealed = memfd_create("sealed", 0), out;

	for (size_t i = 0; i < size; i++)
		plain[i] = (unsigned char)(i * 7 + (i >> 8));
	fd = file_of(plain, size);
	for (size_t i = 0; i < 3; i++)
		to[i] = (struct ed_envelope_recipient){"", cert_of(keys[i])};
	is_ok(ed_envelope_write(fd, size, "p", to, 3, sealed, &err), &err, "written");
	for (size_t i = 0; i < 3; i++) {
		is_ok(open_with(sealed, keys[i], &out), &err, "a recipient opens it");
		ok(same_bytes(out, plain, size), "%zu bytes as they were", size);
		close(out);
	}
	fails(open_with(sealed, keys[3], &out), EDOC_ERR_DENIED, &err,
	      "CN=", "somebody else does not, and is told for whom it is");
	is_int((int64_t)length(out), 0, "and gets nothing");
	close(out);
	for (size_t i = 0; i < 3; i++)
		ed_cert_clear(to[i].cert);
	close(sealed);
	close(fd);
	free(plain);
}

static void test_refused(struct edoc_key *key)
{
	struct ed_envelope_recipient to = {"", cert_of(key)};
	int fd = file_of("abc", 3), out = memfd_create("out", 0);

	fails(ed_envelope_write(fd, 3, "p", &to, 0, out, &err), EDOC_ERR_USAGE, &err, "recipients",
	      "nobody is no recipient");
	fails(ed_envelope_write(fd, ED_MAX_GCM + 1, "p", &to, 1, out, &err), EDOC_ERR_LIMIT, &err,
	      "64 GiB", "more than GCM takes is refused");
	is_int((int64_t)length(out), 0, "before a byte is written");
	fails(ed_envelope_write(fd, 4, "p", &to, 1, out, &err), EDOC_ERR_INPUT, &err, "early",
	      "a file that became shorter");
	fails(ed_envelope_write(fd, 2, "p", &to, 1, out, &err), EDOC_ERR_INPUT, &err, "changed",
	      "or longer");
	ed_cert_clear(to.cert);
	close(out);
	close(fd);
}

/* Each byte changed, each length cut. */
static void test_every_byte(struct edoc_key *key)
{
	static const char plain[] = "the content";
	struct ed_envelope_recipient to = {"", cert_of(key)};
	unsigned char bytes[4096];
	int fd = file_of(plain, sizeof(plain)), sealed = memfd_create("sealed", 0);
	size_t bad = 0, opened = 0, n;
	enum edoc_code code;
	bool same;

	is_ok(ed_envelope_write(fd, sizeof(plain), "p", &to, 1, sealed, &err), &err, "written");
	n = length(sealed);
	ok(pread(sealed, bytes, sizeof(bytes), 0) == (ssize_t)n, "a small one");
	for (size_t i = 0; i < n; i++) {
		bytes[i] ^= 0x21;
		code = open_bytes(bytes, n, key, plain, sizeof(plain), &same);
		opened += code == EDOC_OK;
		if (code == EDOC_OK ? !same
		                    : code != EDOC_ERR_INPUT && code != EDOC_ERR_DENIED &&
		                              code != EDOC_ERR_LIMIT) {
			bad++;
			printf("# byte %zu: code %d\n", i, code);
		}
		bytes[i] ^= 0x21;
	}
	is_int((int64_t)bad, 0, "no byte can be changed so that anything else comes out");
	is_int((int64_t)opened, 0, "nor so that it opens at all");
	for (size_t i = 0; i < n; i++)
		bad += open_bytes(bytes, i, key, plain, sizeof(plain), &same) != EDOC_ERR_INPUT;
	is_int((int64_t)bad, 0, "cut anywhere it is refused");
	bytes[n] = 0;
	fails(open_bytes(bytes, n + 1, key, plain, sizeof(plain), &same), EDOC_ERR_INPUT, &err,
	      "behind", "so it is with a byte more");
	ed_cert_clear(to.cert);
	close(sealed);
	close(fd);
}

/* What comes out is written over what is read: the tag of the second pass tells. */
static void test_changed_between(struct edoc_key *key)
{
	size_t size = (size_t)3 << 20;
	struct ed_envelope_recipient to = {"", cert_of(key)};
	char *plain = calloc(1, size), path[64];
	int fd = file_of(plain, size), sealed = memfd_create("sealed", 0), again;
	struct ed_envelope *e;

	is_ok(ed_envelope_write(fd, size, "p", &to, 1, sealed, &err), &err, "written");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", sealed);
	again = open(path, O_RDWR);
	lseek(again, 1 << 20, SEEK_SET);
	is_ok(ed_envelope_open(sealed, length(sealed), "e", arena, &e, &err), &err, "opened");
	is_ok(ed_envelope_read(e, key, -1, &err), &err, "sound before");
	fails(ed_envelope_read(e, key, again, &err), EDOC_ERR_INPUT, &err, "changed",
	      "a file that changes between the passes is found out");
	ed_cert_clear(to.cert);
	close(again);
	close(sealed);
	close(fd);
	free(plain);
}

/* A token's key: it is told so, and the file is not blamed. */
static void test_elsewhere(struct edoc_key *key)
{
	struct ed_envelope_recipient to = {"", cert_of(key)};
	int fd = file_of("abc", 3), sealed = memfd_create("sealed", 0), out;
	struct edoc_key *token = NULL;
	struct ed_buf der;

	ed_buf_init(&der, 1 << 16);
	is_ok(ed_cert_der(ed_key_cert(key), &der, &err), &err, "a certificate");
	is_ok(ed_key_outside_der(&der, 1, "", &token, &err), &err, "whose key is elsewhere");
	is_ok(ed_envelope_write(fd, 3, "p", &to, 1, sealed, &err), &err, "can be encrypted for");
	fails(open_with(sealed, token, &out), EDOC_ERR_DENIED, &err, "token", "and not decrypted");
	edoc_key_free(token);
	ed_buf_clear(&der);
	ed_cert_clear(to.cert);
	close(out);
	close(sealed);
	close(fd);
}

/* ---- others', by hand --------------------------------------------------------------- */

static const char plain[] = "what a partner's program encrypted";

enum shape { DEFINITE, PIECES, INDEFINITE };

#define NO_ICV 99 /* the field is left out */

/* What is different; zeros are as it should be. */
struct made {
	enum shape shape;
	const char *type, *content, *cipher, *transport; /* dotted */
	unsigned version, ktri, nonce, icv, tag;
	bool attributes, lost_attribute, sha1, label, key_id, nobody, originator, unauthenticated;
	bool trailing, nested, no_end, long_piece;
};

static void put_who(struct ed_der *der, X509 *cert, bool key_id)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert);
	unsigned char *issuer = NULL, *serial = NULL;
	int n = i2d_X509_NAME(X509_get_issuer_name(cert), &issuer);
	int m = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &serial);

	if (key_id) {
		ed_der_put(der, 0x80, ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id));
	} else {
		ed_der_open(der, 0x30);
		ed_der_raw(der, issuer, (size_t)n);
		ed_der_raw(der, serial, (size_t)m);
		ed_der_close(der);
	}
	OPENSSL_free(issuer);
	OPENSSL_free(serial);
}

static void put_oaep(struct ed_der *der, const struct made *m)
{
	ed_der_open(der, 0x30);
	ed_der_oid(der, m->transport ? m->transport : "1.2.840.113549.1.1.7");
	ed_der_open(der, 0x30);
	if (!m->sha1) {
		ed_der_open(der, 0xa0);
		ed_der_open(der, 0x30);
		ed_der_oid(der, "2.16.840.1.101.3.4.2.1");
		ed_der_close(der);
		ed_der_close(der);
		ed_der_open(der, 0xa1);
		ed_der_open(der, 0x30);
		ed_der_oid(der, "1.2.840.113549.1.1.8");
		ed_der_open(der, 0x30);
		ed_der_oid(der, "2.16.840.1.101.3.4.2.1");
		ed_der_null(der);
		ed_der_close(der);
		ed_der_close(der);
		ed_der_close(der);
	}
	if (m->label) {
		ed_der_open(der, 0xa2);
		ed_der_null(der);
		ed_der_close(der);
	}
	ed_der_close(der);
	ed_der_close(der);
}

static void put_recipients(struct ed_der *der, const struct made *m, const struct edoc_key *key,
                           const unsigned char cek[32])
{
	struct ed_oaep how = {m->sha1 ? ED_SHA1 : ED_SHA256, m->sha1 ? ED_SHA1 : ED_SHA256};
	struct ed_buf wrapped;

	ed_buf_init(&wrapped, 4096);
	ok(ed_oaep_wrap(ed_key_pkey(key), &how, cek, &wrapped), "a wrapped key");
	ed_der_open(der, 0x31);
	if (!m->nobody) {
		ed_der_open(der, 0x30);
		ed_der_int(der, m->ktri);
		put_who(der, ed_key_cert(key), m->key_id);
		put_oaep(der, m);
		ed_der_put(der, 0x04, wrapped.data, wrapped.len);
		ed_der_close(der);
	}
	ed_der_close_set(der);
	ed_buf_clear(&wrapped);
}

/* Indefinite lengths by hand: the writer makes none. */
static void start(struct ed_der *der, const struct made *m, unsigned char tag)
{
	if (m->shape == INDEFINITE)
		ed_der_raw(der, (unsigned char[]){tag, 0x80}, 2);
	else
		ed_der_open(der, tag);
}

static void end(struct ed_der *der, const struct made *m)
{
	if (m->shape == INDEFINITE)
		ed_der_raw(der, "\0", 2);
	else
		ed_der_close(der);
}

static void put_octets(struct ed_der *der, const struct made *m, const unsigned char *p, size_t n)
{
	if (m->shape == DEFINITE) {
		ed_der_put(der, 0x80, p, n);
		return;
	}
	start(der, m, 0xa0);
	ed_der_put(der, m->nested ? 0x24 : 0x04, p, 10);
	ed_der_put(der, 0x04, p, 0);
	if (m->long_piece)
		ed_der_raw(der, "\x04\x84\x7f\xff\xff\xff", 6);
	ed_der_put(der, 0x04, p + 10, n - 10);
	if (!m->no_end)
		end(der, m);
}

static void put_attributes(struct ed_der *der, unsigned tag, bool lost)
{
	ed_der_open(der, tag);
	ed_der_open(der, 0x30);
	ed_der_oid(der, "1.2.840.113549.1.9.3");
	ed_der_open(der, 0x31);
	ed_der_oid(der, lost ? "1.2.840.113549.1.7.2" : "1.2.840.113549.1.7.1");
	ed_der_close(der);
	ed_der_close(der);
	ed_der_close(der);
}

static void put_all(struct ed_der *der, const struct made *m, const struct edoc_key *key)
{
	static const unsigned char cek[32] = "an example of a key, 32 octets.",
	                           nonce[16] = "nonce of 12";
	unsigned char cipher[sizeof(plain)], tag[20] = {0};
	struct ed_aead *aead = ed_aead_new(cek, nonce, true);
	struct ed_buf aad;
	struct ed_der sub;

	ed_buf_init(&aad, 256);
	ed_der_init(&sub, &aad);
	if (m->attributes)
		put_attributes(&sub, 0x31, false);
	ok(ed_aead_aad(aead, aad.data, aad.len) &&
	           ed_aead_update(aead, plain, sizeof(plain), cipher) && ed_aead_tag(aead, tag),
	   "encrypted");
	ed_aead_free(aead);
	ed_buf_clear(&aad);
	start(der, m, 0x30);
	ed_der_oid(der, m->type ? m->type : "1.2.840.113549.1.9.16.1.23");
	start(der, m, 0xa0);
	start(der, m, 0x30);
	ed_der_int(der, m->version);
	if (m->originator)
		ed_der_put(der, 0xa0, "", 0);
	put_recipients(der, m, key, cek);
	start(der, m, 0x30);
	ed_der_oid(der, m->content ? m->content : "1.2.840.113549.1.7.1");
	ed_der_open(der, 0x30);
	ed_der_oid(der, m->cipher ? m->cipher : "2.16.840.1.101.3.4.1.46");
	ed_der_open(der, 0x30);
	ed_der_put(der, 0x04, nonce, m->nonce ? m->nonce : 12);
	if (m->icv != NO_ICV)
		ed_der_int(der, m->icv ? m->icv : 16);
	ed_der_close(der);
	ed_der_close(der);
	put_octets(der, m, cipher, sizeof(cipher));
	end(der, m);
	if (m->attributes)
		put_attributes(der, 0xa1, m->lost_attribute);
	ed_der_put(der, 0x04, tag, m->tag ? m->tag : 16);
	if (m->unauthenticated)
		put_attributes(der, 0xa2, false);
	end(der, m);
	end(der, m);
	end(der, m);
	if (m->trailing)
		ed_der_null(der);
}

static enum edoc_code open_made(const struct made *m, const struct edoc_key *key, bool *same)
{
	enum edoc_code code;
	struct ed_buf out;
	struct ed_der der;

	ed_buf_init(&out, 1 << 16);
	ed_der_init(&der, &out);
	put_all(&der, m, key);
	code = open_bytes(out.data, out.len, key, plain, sizeof(plain), same);
	ed_buf_clear(&out);
	return code;
}

static void test_accepted(const struct edoc_key *key)
{
	static const struct {
		const char *what;
		struct made m;
	} good[] = {
	        {"definite lengths", {.shape = DEFINITE}},
	        {"the content in pieces", {.shape = PIECES}},
	        {"indefinite lengths", {.shape = INDEFINITE}},
	        {"authenticated attributes", {.attributes = true}},
	        {"the same, indefinite", {.shape = INDEFINITE, .attributes = true}},
	        {"unauthenticated attributes", {.unauthenticated = true}},
	        {"the same, indefinite", {.shape = INDEFINITE, .unauthenticated = true}},
	        {"OriginatorInfo", {.originator = true}},
	        {"OAEP with its defaults", {.sha1 = true}},
	        {"a key identifier", {.key_id = true, .ktri = 2}},
	};
	bool same;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		is_ok(open_made(&good[i].m, key, &same), &err, good[i].what);
		ok(same, "opens to the same bytes");
	}
}

static void test_defects(const struct edoc_key *key)
{
	static const struct {
		const char *what, *says;
		enum edoc_code code;
		struct made m;
	} bad[] = {
	        {"EnvelopedData",
	         "without authentication",
	         EDOC_ERR_INPUT,
	         {.type = "1.2.840.113549.1.7.3"}},
	        {"SignedData",
	         "signed and not encrypted",
	         EDOC_ERR_INPUT,
	         {.type = "1.2.840.113549.1.7.2"}},
	        {"DigestedData", "1.7.5", EDOC_ERR_INPUT, {.type = "1.2.840.113549.1.7.5"}},
	        {"another version", "version", EDOC_ERR_INPUT, {.version = 1}},
	        {"another content", "id-data", EDOC_ERR_INPUT, {.content = "1.2.840.113549.1.7.2"}},
	        {"AES-128-GCM",
	         "AES-256-GCM",
	         EDOC_ERR_INPUT,
	         {.cipher = "2.16.840.1.101.3.4.1.6"}},
	        {"AES-256-CBC",
	         "AES-256-GCM",
	         EDOC_ERR_INPUT,
	         {.cipher = "2.16.840.1.101.3.4.1.42"}},
	        {"a nonce of 16", "nonce of 12", EDOC_ERR_INPUT, {.nonce = 16}},
	        {"a tag of 12", "tag of 16", EDOC_ERR_INPUT, {.icv = 12}},
	        {"a tag of 12 by default", "tag of 16", EDOC_ERR_INPUT, {.icv = NO_ICV}},
	        {"a shorter mac", "tag", EDOC_ERR_INPUT, {.tag = 15}},
	        {"a longer mac", "tag", EDOC_ERR_INPUT, {.tag = 17}},
	        {"nobody", "for nobody", EDOC_ERR_INPUT, {.nobody = true}},
	        {"an attribute changed",
	         "changed on the way",
	         EDOC_ERR_INPUT,
	         {.attributes = true, .lost_attribute = true}},
	        {"PKCS #1 v1.5", "v1.5", EDOC_ERR_INPUT, {.transport = "1.2.840.113549.1.1.1"}},
	        {"an unknown transport",
	         "not known",
	         EDOC_ERR_INPUT,
	         {.transport = "1.2.840.113549.1.1.99"}},
	        {"OAEP with a label", "not known", EDOC_ERR_INPUT, {.label = true}},
	        {"a version for the other identifier",
	         "KeyTransRecipientInfo",
	         EDOC_ERR_INPUT,
	         {.ktri = 2}},
	        {"an identifier for the other version",
	         "KeyTransRecipientInfo",
	         EDOC_ERR_INPUT,
	         {.key_id = true}},
	        {"bytes behind it", "behind", EDOC_ERR_INPUT, {.trailing = true}},
	        {"bytes behind it, indefinite",
	         "behind",
	         EDOC_ERR_INPUT,
	         {.shape = INDEFINITE, .trailing = true}},
	        {"pieces of pieces", "piece", EDOC_ERR_INPUT, {.shape = PIECES, .nested = true}},
	        {"pieces of pieces, indefinite",
	         "piece",
	         EDOC_ERR_INPUT,
	         {.shape = INDEFINITE, .nested = true}},
	        {"a piece longer than the file",
	         "cut",
	         EDOC_ERR_INPUT,
	         {.shape = PIECES, .long_piece = true}},
	        {"pieces without an end",
	         NULL,
	         EDOC_ERR_INPUT,
	         {.shape = INDEFINITE, .no_end = true}},
	};
	bool same;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fails(open_made(&bad[i].m, key, &same), bad[i].code, &err, bad[i].says,
		      bad[i].what);
		ok(!same, "and nothing comes out");
	}
}

int main(void)
{
	static const char *const names[] = {"zarina.p12", "madina.p12", "anvar.p12", "farrukh.p12"};
	struct edoc_key *keys[4];
	bool same;

	arena = ed_arena_new();
	for (size_t i = 0; i < 4; i++)
		keys[i] = key_of(names[i]);
	test_round(keys, 0);
	test_round(keys, 1);
	test_round(keys, 127);
	test_round(keys, 300001);
	test_refused(keys[0]);
	test_every_byte(keys[0]);
	test_changed_between(keys[0]);
	test_elsewhere(keys[1]);
	test_accepted(keys[3]);
	test_defects(keys[3]);
	fails(open_bytes("", 0, keys[0], "", 1, &same), EDOC_ERR_INPUT, &err, "no CMS",
	      "an empty file");
	fails(open_bytes("PK\3\4", 4, keys[0], "", 1, &same), EDOC_ERR_INPUT, &err, "no CMS",
	      "a package");
	for (size_t i = 0; i < 4; i++)
		edoc_key_free(keys[i]);
	ed_arena_free(arena);
	return done();
}
