/* SPDX-License-Identifier: ISC */
/* An envelope made: everything around the cipher text is of definite length. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/der.h"
#include "base/err.h"
#include "base/limits.h"
#include "package/envelopepart.h"

static void put_algorithm(struct ed_der *der, const char *oid, bool null)
{
	ed_der_open(der, 0x30);
	ed_der_oid(der, oid);
	if (null)
		ed_der_null(der);
	ed_der_close(der);
}

/* IssuerAndSerialNumber (RFC 5652 10.2.4). */
static bool put_who(struct ed_der *der, const struct ed_cert *cert)
{
	unsigned char *issuer = NULL, *serial = NULL;
	int n = i2d_X509_NAME(X509_get_issuer_name(cert->x509), &issuer);
	int m = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert->x509), &serial);
	bool good = n > 0 && m > 0;

	ed_der_open(der, 0x30);
	if (good) {
		ed_der_raw(der, issuer, (size_t)n);
		ed_der_raw(der, serial, (size_t)m);
	}
	ed_der_close(der);
	OPENSSL_free(issuer);
	OPENSSL_free(serial);
	return good;
}

/* KeyTransRecipientInfo (RFC 5652 6.2.1, RFC 4055 4.1). */
static bool put_transport(struct ed_der *der, const struct ed_cert *cert,
                          const unsigned char key[ED_AEAD_KEY])
{
	static const struct ed_oaep how = {ED_SHA256, ED_SHA256};
	struct ed_buf wrapped;
	bool good;

	ed_buf_init(&wrapped, ED_MAX_RSA_BITS / 8);
	good = ed_oaep_wrap(ed_cert_key(cert), &how, key, &wrapped) && !wrapped.failed;
	ed_der_open(der, 0x30);
	ed_der_int(der, 0);
	good = put_who(der, cert) && good;
	ed_der_open(der, 0x30);
	ed_der_oid(der, ED_OID_RSA_OAEP);
	ed_der_open(der, 0x30);
	ed_der_open(der, 0xa0);
	put_algorithm(der, ed_hash_oid(how.hash), true);
	ed_der_close(der);
	ed_der_open(der, 0xa1);
	ed_der_open(der, 0x30);
	ed_der_oid(der, ED_OID_MGF1);
	put_algorithm(der, ed_hash_oid(how.mgf), true);
	ed_der_close(der);
	ed_der_close(der);
	ed_der_close(der);
	ed_der_close(der);
	ed_der_put(der, 0x04, wrapped.data, wrapped.len);
	ed_der_close(der);
	ed_buf_clear(&wrapped);
	return good;
}

static enum ed_hash kdf_of(const struct ed_cert *cert)
{
	switch (cert->key_type) {
	case ED_KEY_EC_P521:
		return ED_SHA512;
	case ED_KEY_EC_P384:
		return ED_SHA384;
	default:
		return ED_SHA256;
	}
}

/* OriginatorPublicKey: no parameters, the curve is the recipient's (RFC 5753 3.1.1). */
static void put_originator(struct ed_der *der, const struct ed_ecdh_wrapped *wrapped)
{
	unsigned char bits[1 + ED_ECDH_POINT] = {0};

	memcpy(bits + 1, wrapped->point, wrapped->point_len);
	ed_der_open(der, 0xa0);
	ed_der_open(der, 0xa1);
	put_algorithm(der, ED_OID_EC_PUBLIC_KEY, false);
	ed_der_put(der, 0x03, bits, 1 + wrapped->point_len);
	ed_der_close(der);
	ed_der_close(der);
}

/* KeyAgreeRecipientInfo (RFC 5652 6.2.2, RFC 5753 3.1), one recipient each. */
static bool put_agreement(struct ed_der *der, const struct ed_cert *cert,
                          const unsigned char key[ED_AEAD_KEY])
{
	enum ed_hash kdf = kdf_of(cert);
	struct ed_ecdh_wrapped wrapped = {.point_len = 0};
	struct ed_ber wrap, none = {0};
	struct ed_buf algorithm, info;
	struct ed_ecdh how;
	struct ed_der sub;
	bool good;

	ed_buf_init(&algorithm, 64);
	ed_buf_init(&info, 256);
	ed_der_init(&sub, &algorithm);
	put_algorithm(&sub, ED_OID_AES256_WRAP, false);
	good = ed_ber_one(algorithm.data, algorithm.len, &wrap);
	if (good)
		ed_envelope_shared_info(&info, &wrap, &none);
	how = (struct ed_ecdh){kdf, info.data, info.len};
	good = good && !info.failed && ed_ecdh_wrap(ed_cert_key(cert), &how, key, &wrapped);
	ed_der_open(der, 0xa1);
	ed_der_int(der, 3);
	put_originator(der, &wrapped);
	ed_der_open(der, 0x30);
	ed_der_oid(der, ed_envelope_agreement(kdf));
	ed_der_raw(der, algorithm.data, algorithm.len);
	ed_der_close(der);
	ed_der_open(der, 0x30);
	ed_der_open(der, 0x30);
	good = put_who(der, cert) && good;
	ed_der_put(der, 0x04, wrapped.key, sizeof(wrapped.key));
	ed_der_close(der);
	ed_der_close(der);
	ed_der_close(der);
	ed_buf_clear(&info);
	ed_buf_clear(&algorithm);
	return good;
}

/* RecipientInfos. */
static enum edoc_code put_recipients(struct ed_buf *out, const struct ed_envelope_recipient *to,
                                     size_t n, const unsigned char key[ED_AEAD_KEY],
                                     const char *name, struct edoc_error *err)
{
	struct ed_der der;

	ed_der_init(&der, out);
	ed_der_open(&der, 0x31);
	for (size_t i = 0; i < n; i++) {
		const struct ed_cert *cert = to[i].cert;

		if (!(cert->key_type == ED_KEY_RSA ? put_transport(&der, cert, key)
		                                   : put_agreement(&der, cert, key)))
			return ed_fail(err, EDOC_ERR_INPUT, to[i].where,
			               "nothing can be encrypted for its key %s", cert->key_text);
	}
	ed_der_close_set(&der);
	if (!ed_der_done(&der) && !out->failed)
		return ed_fail(err, EDOC_ERR_BUG, name, "the recipients are not encoded");
	return ed_buf_check(out, name, err);
}

/* All up to the first octet of the cipher text: definite lengths around what is
 * still to come. */
static enum edoc_code put_head(struct ed_buf *out, const struct ed_buf *recipients,
                               const unsigned char nonce[ED_AEAD_NONCE], uint64_t size,
                               const char *name, struct edoc_error *err)
{
	uint8_t octets[ED_DER_HEAD], inner[ED_DER_HEAD], head[ED_DER_HEAD];
	size_t n = ed_der_head(octets, 0x80, size), m, k;
	struct ed_buf start, about; /* up to the recipients; the content's type and cipher */
	struct ed_der der;
	uint64_t len;

	ed_buf_init(&about, 256);
	ed_buf_init(&start, 256);
	ed_der_init(&der, &about);
	ed_der_oid(&der, ED_OID_DATA);
	ed_der_open(&der, 0x30);
	ed_der_oid(&der, ED_OID_AES256_GCM);
	ed_der_open(&der, 0x30);
	ed_der_put(&der, 0x04, nonce, ED_AEAD_NONCE);
	ed_der_int(&der, ED_AEAD_TAG);
	ed_der_close(&der);
	ed_der_close(&der);
	m = ed_der_head(inner, 0x30, about.len + n + size);
	len = 3 + recipients->len + m + about.len + n + size + 2 + ED_AEAD_TAG;
	k = ed_der_head(head, 0x30, len);
	ed_der_init(&der, &start);
	ed_der_oid(&der, ED_OID_AUTH_ENVELOPED);
	ed_buf_put(&start, head, ed_der_head(head, 0xa0, k + len));
	ed_buf_put(&start, head, ed_der_head(head, 0x30, len));
	ed_der_int(&der, 0);
	ed_buf_put(out, head, ed_der_head(head, 0x30, start.len - 3 + len));
	ed_buf_put(out, start.data, start.len);
	ed_buf_put(out, recipients->data, recipients->len);
	ed_buf_put(out, inner, m);
	ed_buf_put(out, about.data, about.len);
	ed_buf_put(out, octets, n);
	if (about.failed || start.failed)
		out->failed = EDOC_ERR_MEMORY;
	ed_buf_clear(&start);
	ed_buf_clear(&about);
	return ed_buf_check(out, name, err);
}

static enum edoc_code put_content(int fd, uint64_t size, const char *name, struct ed_aead *aead,
                                  int out, struct edoc_error *err)
{
	unsigned char *chunk = malloc(ED_ENVELOPE_CHUNK);
	enum edoc_code code = chunk ? EDOC_OK : ed_fail_memory(err);

	for (uint64_t at = 0; at < size && code == EDOC_OK;) {
		size_t n = size - at < ED_ENVELOPE_CHUNK ? (size_t)(size - at) : ED_ENVELOPE_CHUNK;

		code = ed_pread_full(fd, name, chunk, n, at, err);
		if (code == EDOC_OK && !ed_aead_update(aead, chunk, n, chunk))
			code = ed_fail(err, EDOC_ERR_BUG, name, "cannot be encrypted");
		if (code == EDOC_OK)
			code = ed_write_full(out, name, chunk, n, err);
		at += n;
	}
	if (chunk)
		ed_wipe(chunk, ED_ENVELOPE_CHUNK);
	free(chunk);
	return code;
}

/* mac. */
static enum edoc_code put_tag(struct ed_aead *aead, const char *name, int out,
                              struct edoc_error *err)
{
	unsigned char tag[2 + ED_AEAD_TAG] = {0x04, ED_AEAD_TAG};

	if (!ed_aead_tag(aead, tag + 2))
		return ed_fail(err, EDOC_ERR_BUG, name, "cannot be encrypted");
	return ed_write_full(out, name, tag, sizeof(tag), err);
}

/* What was written is read back: the same file, its tag right. */
static enum edoc_code check_written(int out, const char *name, const unsigned char key[ED_AEAD_KEY],
                                    struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_envelope *e = NULL;
	enum edoc_code code = EDOC_OK;
	struct stat st;

	if (!arena)
		return ed_fail_memory(err);
	if (fstat(out, &st) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, name, N_("cannot read"));
	if (code == EDOC_OK)
		code = ed_envelope_open(out, (uint64_t)st.st_size, name, arena, &e, err);
	if (code == EDOC_OK)
		code = ed_envelope_pass(e, key, -1, err);
	if (code == EDOC_ERR_INPUT)
		code = ed_fail(err, EDOC_ERR_IO, name,
		               "what was written does not read back: the disk or the memory is "
		               "faulty");
	ed_arena_free(arena);
	return code;
}

static enum edoc_code write_with(int fd, uint64_t size, const char *name,
                                 const struct ed_envelope_recipient *to, size_t n, int out,
                                 const unsigned char key[ED_AEAD_KEY], struct edoc_error *err)
{
	unsigned char nonce[ED_AEAD_NONCE];
	struct ed_buf recipients, head;
	struct ed_aead *aead = NULL;
	enum edoc_code code;
	struct stat st;

	ed_buf_init(&recipients, ED_MAX_ENVELOPE_HEAD / 2);
	ed_buf_init(&head, ED_MAX_ENVELOPE_HEAD);
	code = put_recipients(&recipients, to, n, key, name, err);
	if (code == EDOC_OK && !ed_random(nonce, sizeof(nonce)))
		code = ed_fail(err, EDOC_ERR_BUG, name, "no random numbers to be had");
	if (code == EDOC_OK)
		code = put_head(&head, &recipients, nonce, size, name, err);
	if (code == EDOC_OK && !(aead = ed_aead_new(key, nonce, true)))
		code = ed_fail(err, EDOC_ERR_BUG, name, "AES-256-GCM is not there");
	if (code == EDOC_OK)
		code = ed_write_full(out, name, head.data, head.len, err);
	if (code == EDOC_OK)
		code = put_content(fd, size, name, aead, out, err);
	if (code == EDOC_OK)
		code = put_tag(aead, name, out, err);
	if (code == EDOC_OK && (fstat(fd, &st) != 0 || (uint64_t)st.st_size != size))
		code = ed_fail(err, EDOC_ERR_INPUT, name, "was changed while it was read");
	ed_aead_free(aead);
	ed_buf_clear(&head);
	ed_buf_clear(&recipients);
	return code == EDOC_OK ? check_written(out, name, key, err) : code;
}

enum edoc_code ed_envelope_write(int fd, uint64_t size, const char *name,
                                 const struct ed_envelope_recipient *to, size_t n, int out,
                                 struct edoc_error *err)
{
	unsigned char key[ED_AEAD_KEY];
	enum edoc_code code;

	if (n == 0 || n > ED_MAX_RECIPIENTS)
		return ed_fail(err, EDOC_ERR_USAGE, name, "1 to %d recipients, not %zu",
		               ED_MAX_RECIPIENTS, n);
	if (size > ED_MAX_GCM)
		return ed_fail(err, EDOC_ERR_LIMIT, name,
		               "larger than the 64 GiB that AES-GCM takes under one key (SP "
		               "800-38D 5.2.1.1): make several packages");
	if (!ed_random(key, sizeof(key)))
		return ed_fail(err, EDOC_ERR_BUG, name, "no random numbers to be had");
	code = write_with(fd, size, name, to, n, out, key, err);
	ed_wipe(key, sizeof(key));
	return code;
}
