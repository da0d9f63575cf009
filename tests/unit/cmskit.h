/* SPDX-License-Identifier: ISC */
/* What the tests of CMS and time-stamps share: DER put together by hand. */
#ifndef CMSKIT_H
#define CMSKIT_H

#include <openssl/evp.h>

#include "../tap.h"
#include "door/crypto.h"
#include "door/x509.h"

static struct ed_arena *arena;

__attribute__((unused)) static const char *pki(const char *name)
{
	static char path[4096];
	const char *src = getenv("SRCDIR");

	snprintf(path, sizeof(path), "%s/testdata/pki/%s", src ? src : ".", name);
	return path;
}

__attribute__((unused)) static int say_edoc(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	return snprintf(buf, size, "edoc");
}

__attribute__((unused)) static struct edoc_key *load(const char *name)
{
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};

	is_ok(edoc_key_load(pki(name), NULL, NULL, say_edoc, NULL, &key, &err), &err, name);
	return key;
}

/* ---- bytes that live in the arena ------------------------------------------ */

struct bytes {
	unsigned char *p;
	size_t n;
};

__attribute__((unused)) static struct bytes raw(const void *p, size_t n)
{
	return (struct bytes){ed_arena_memdup(arena, p, n ? n : 1), n};
}

__attribute__((unused)) static struct bytes join(struct bytes a, struct bytes b)
{
	struct bytes c = {ed_arena_alloc(arena, a.n + b.n + 1), a.n + b.n};

	memcpy(c.p, a.p, a.n);
	memcpy(c.p + a.n, b.p, b.n);
	return c;
}

__attribute__((unused)) static struct bytes none(void)
{
	return raw("", 0);
}

__attribute__((unused)) static struct bytes tlv(int tag, struct bytes v)
{
	unsigned char head[6] = {(unsigned char)tag};
	size_t n = 1;

	if (v.n < 0x80) {
		head[n++] = (unsigned char)v.n;
	} else if (v.n < 0x100) {
		head[n++] = 0x81;
		head[n++] = (unsigned char)v.n;
	} else if (v.n < 0x10000) {
		head[n++] = 0x82;
		head[n++] = (unsigned char)(v.n >> 8);
		head[n++] = (unsigned char)v.n;
	} else {
		head[n++] = 0x83;
		head[n++] = (unsigned char)(v.n >> 16);
		head[n++] = (unsigned char)(v.n >> 8);
		head[n++] = (unsigned char)v.n;
	}
	return join(raw(head, n), v);
}

__attribute__((unused)) static struct bytes oid(const char *dotted)
{
	ASN1_OBJECT *o = OBJ_txt2obj(dotted, 1);
	unsigned char *der = NULL;
	int n = i2d_ASN1_OBJECT(o, &der);
	struct bytes b = raw(der, (size_t)n);

	OPENSSL_free(der);
	ASN1_OBJECT_free(o);
	return b;
}

#define SEQ 0x30
#define SET 0x31
#define OCTETS 0x04
#define ID_DATA "1.2.840.113549.1.7.1"
#define ID_SIGNED "1.2.840.113549.1.7.2"
#define SHA256 "2.16.840.1.101.3.4.2.1"
#define SHA384 "2.16.840.1.101.3.4.2.2"
#define SHA1 "1.3.14.3.2.26"
#define ECDSA_SHA256 "1.2.840.10045.4.3.2"
#define ECDSA_SHA384 "1.2.840.10045.4.3.3"
#define RSA_PSS "1.2.840.113549.1.1.10"
#define CONTENT_TYPE "1.2.840.113549.1.9.3"
#define MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define SIGNING_TIME "1.2.840.113549.1.9.5"
#define SIGNING_CERT_V2 "1.2.840.113549.1.9.16.2.47"

__attribute__((unused)) static struct bytes alg(const char *o)
{
	return tlv(SEQ, oid(o));
}

__attribute__((unused)) static struct bytes odd_algorithm(void)
{
	return tlv(SEQ, join(oid(SHA256), tlv(OCTETS, none())));
}

__attribute__((unused)) static struct bytes hash(enum ed_hash h, struct bytes b)
{
	unsigned char value[ED_HASH_MAX];

	ed_hash_bytes(h, b.p, b.n, value);
	return raw(value, ed_hash_size(h));
}

__attribute__((unused)) static struct bytes cert(const struct edoc_key *key)
{
	struct ed_buf der;
	struct bytes b;

	ed_buf_init(&der, 65536);
	if (ed_cert_der(ed_key_cert(key), &der, NULL) != EDOC_OK)
		printf("Bail out! no certificate\n");
	b = raw(der.data, der.len);
	ed_buf_clear(&der);
	return b;
}

__attribute__((unused)) static struct bytes sign(const struct edoc_key *key, struct bytes what)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char sig[512];
	size_t n = sizeof(sig);

	if (!EVP_DigestSignInit_ex(ctx, NULL, "SHA256", ed_crypto_context(), NULL, ed_key_pkey(key),
	                           NULL) ||
	    !EVP_DigestSign(ctx, sig, &n, what.p, what.n))
		printf("Bail out! cannot sign\n");
	EVP_MD_CTX_free(ctx);
	return raw(sig, n);
}

__attribute__((unused)) static int by_der(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return c ? c : (x->n > y->n) - (x->n < y->n);
}

__attribute__((unused)) static struct bytes attribute(const char *type, struct bytes values)
{
	return tlv(SEQ, join(oid(type), tlv(SET, values)));
}

__attribute__((unused)) static struct bytes issuer_and_serial(const struct edoc_key *key)
{
	X509 *x = ed_key_cert(key);
	unsigned char *name = NULL, *serial = NULL;
	int n = i2d_X509_NAME(X509_get_issuer_name(x), &name);
	int m = i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &serial);
	struct bytes b = tlv(SEQ, join(raw(name, (size_t)n), raw(serial, (size_t)m)));

	OPENSSL_free(name);
	OPENSSL_free(serial);
	return b;
}

/* ---- a SignedData of parts, each of which a test may replace ------------------- */

struct parts {
	const struct edoc_key *key;
	struct bytes attrs;    /* contents of the SET; p NULL: none at all */
	struct bytes standing; /* the whole [0] as it stands; p NULL: of attrs */
	struct bytes to_sign;  /* p NULL: the SET of attrs */
	struct bytes sid, digest_alg, signature_alg, value;
	struct bytes encap, certs, crls, unsigned_attrs;
	struct bytes infos; /* p NULL: the one */
	const char *type;   /* of ContentInfo */
};

__attribute__((unused)) static struct bytes sorted(struct bytes *v, size_t n)
{
	struct bytes all = none();

	qsort(v, n, sizeof(*v), by_der);
	for (size_t i = 0; i < n; i++)
		all = join(all, v[i]);
	return all;
}

/* ESSCertID(v2) with anything before and behind the digest. */
__attribute__((unused)) static struct bytes ess(struct bytes before, struct bytes digest,
                                                struct bytes behind)
{
	return tlv(SEQ, tlv(SEQ, tlv(SEQ, join(before, join(tlv(OCTETS, digest), behind)))));
}

__attribute__((unused)) static struct bytes bound_to(const struct edoc_key *key)
{
	return attribute(SIGNING_CERT_V2, ess(none(), hash(ED_SHA256, cert(key)), none()));
}

__attribute__((unused)) static struct bytes three(struct bytes a, struct bytes b, struct bytes c)
{
	struct bytes v[] = {a, b, c};

	return sorted(v, 3);
}

__attribute__((unused)) static struct bytes four(struct bytes a, struct bytes b, struct bytes c,
                                                 struct bytes d)
{
	struct bytes v[] = {a, b, c, d};

	return sorted(v, 4);
}

__attribute__((unused)) static struct bytes signer_info(const struct parts *p)
{
	struct bytes b = join(tlv(0x02, raw("\1", 1)), p->sid), value = p->value;

	if (!value.p)
		value = tlv(OCTETS, sign(p->key, p->to_sign.p ? p->to_sign : tlv(SET, p->attrs)));
	b = join(b, p->digest_alg);
	if (p->standing.p)
		b = join(b, p->standing);
	else if (p->attrs.p)
		b = join(b, tlv(0xa0, p->attrs));
	b = join(join(b, p->signature_alg), value);
	return tlv(SEQ, join(b, p->unsigned_attrs));
}

__attribute__((unused)) static struct bytes signed_data(const struct parts *p)
{
	struct bytes b = join(tlv(0x02, raw("\1", 1)), tlv(SET, p->digest_alg));

	b = join(join(b, tlv(SEQ, p->encap)), join(p->certs, p->crls));
	return tlv(SEQ, join(b, tlv(SET, p->infos.p ? p->infos : signer_info(p))));
}

__attribute__((unused)) static struct bytes build(const struct parts *p)
{
	return tlv(SEQ, join(oid(p->type), tlv(0xa0, signed_data(p))));
}

__attribute__((unused)) static struct bytes many(struct bytes one, size_t n)
{
	struct bytes b = {ed_arena_alloc(arena, one.n * n + 1), one.n * n};

	for (size_t i = 0; i < n; i++)
		memcpy(b.p + i * one.n, one.p, one.n);
	return b;
}

#endif
