/* SPDX-License-Identifier: ISC */
/* The door to ciphers: AES-256-GCM against SP 800-38D's vectors, keys wrapped
 * and unwrapped, and what must not unwrap. */
#include "base/hex.h"
#include "door/cipher.h"
#include "../tap.h"

#include <openssl/evp.h>

/* The GCM specification's test cases 14 and 16. */
static void test_vectors(void)
{
	unsigned char key[32] = {0}, nonce[12] = {0}, zero[16] = {0}, out[64], tag[16], want[64];
	unsigned char k16[32], n16[12], aad[20], plain[60];
	struct ed_aead *aead = ed_aead_new(key, nonce, true);

	ok(aead && ed_aead_update(aead, zero, 16, out), "case 14 encrypts");
	ok(ed_unhex("cea7403d4d606b6e074ec5d3baf39d18", want, 16) && !memcmp(out, want, 16),
	   "to what the specification says");
	ok(ed_aead_tag(aead, tag) && ed_unhex("d0d1c8a799996bf0265b98b5d48ab919", want, 16) &&
	           !memcmp(tag, want, 16),
	   "with its tag");
	ok(!ed_aead_check(aead, tag), "an encrypting one checks nothing");
	ed_aead_free(aead);

	ok(ed_unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", k16, 32) &&
	           ed_unhex("cafebabefacedbaddecaf888", n16, 12) &&
	           ed_unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2", aad, 20) &&
	           ed_unhex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e"
	                    "48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
	                    want, 60) &&
	           ed_unhex("76fc6ece0f4e1768cddf8853bb2d551b", tag, 16),
	   "case 16");
	aead = ed_aead_new(k16, n16, false);
	ok(aead && ed_aead_aad(aead, aad, 20) && ed_aead_update(aead, want, 7, plain) &&
	           ed_aead_update(aead, want + 7, 53, plain + 7),
	   "decrypts in two pieces");
	ok(!memcmp(plain, "\xd9\x31\x32\x25", 4), "to the plain text");
	ok(ed_aead_check(aead, tag), "and its tag is right");
	ok(!ed_aead_tag(aead, out), "a decrypting one makes no tag");
	ed_aead_free(aead);

	tag[15] ^= 1;
	aead = ed_aead_new(k16, n16, false);
	ok(aead && ed_aead_aad(aead, aad, 20) && ed_aead_update(aead, want, 60, plain) &&
	           !ed_aead_check(aead, tag),
	   "a tag with one bit changed is not");
	ed_aead_free(aead);
	tag[15] ^= 1;
	aead = ed_aead_new(k16, n16, false);
	ok(aead && ed_aead_aad(aead, aad, 19) && ed_aead_update(aead, want, 60, plain) &&
	           !ed_aead_check(aead, tag),
	   "nor one over other authenticated data");
	ed_aead_free(aead);
}

static void test_oaep(EVP_PKEY *rsa, EVP_PKEY *ec)
{
	static const struct ed_oaep ways[] = {
	        {ED_SHA256, ED_SHA256}, {ED_SHA1, ED_SHA1}, {ED_SHA512, ED_SHA256}};
	static const struct ed_oaep other = {ED_SHA384, ED_SHA384};
	unsigned char key[32] = "0123456789abcdef0123456789abcde", got[32];
	struct ed_buf wrapped;

	ed_buf_init(&wrapped, 4096);
	for (size_t i = 0; i < 3; i++) {
		ed_buf_reset(&wrapped);
		memset(got, 0, sizeof(got));
		ok(ed_oaep_wrap(rsa, &ways[i], key, &wrapped) && wrapped.len == 256,
		   "a key is wrapped by OAEP, way %zu", i);
		ok(ed_oaep_unwrap(rsa, &ways[i], wrapped.data, wrapped.len, got) &&
		           !memcmp(key, got, 32),
		   "and unwrapped");
		ok(!ed_oaep_unwrap(rsa, &other, wrapped.data, wrapped.len, got),
		   "but not by other digests");
		ok(!ed_oaep_unwrap(rsa, &ways[i], wrapped.data, wrapped.len - 1, got),
		   "nor when it is shorter");
		wrapped.data[100] ^= 1;
		ok(!ed_oaep_unwrap(rsa, &ways[i], wrapped.data, wrapped.len, got),
		   "nor with a bit changed");
	}
	ok(!ed_oaep_wrap(ec, &ways[0], key, &wrapped), "no OAEP for an EC key");
	ed_buf_clear(&wrapped);
}

static void test_curve(const char *curve, size_t point)
{
	EVP_PKEY *own = EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "EC", curve);
	EVP_PKEY *other = EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "EC", "P-384");
	struct ed_ecdh how = {ED_SHA256, "info", 4}, wrong = {ED_SHA256, "inf0", 4};
	struct ed_ecdh wrong_kdf = {ED_SHA512, "info", 4};
	unsigned char key[32] = "0123456789abcdef0123456789abcde", got[32] = {0};
	struct ed_ecdh_wrapped w = {.point_len = 0}, bad;

	ok(own && ed_ecdh_wrap(own, &how, key, &w) && w.point_len == point,
	   "%s: a key is wrapped", curve);
	ok(ed_ecdh_unwrap(own, &how, &w, got) && !memcmp(key, got, 32), "and unwrapped");
	ok(!ed_ecdh_unwrap(own, &wrong, &w, got), "not with other shared info");
	ok(!ed_ecdh_unwrap(own, &wrong_kdf, &w, got), "nor another digest");
	ok(!ed_ecdh_unwrap(other, &how, &w, got), "nor by another's key");
	bad = w;
	bad.key[20] ^= 1;
	ok(!ed_ecdh_unwrap(own, &how, &bad, got), "nor with a bit of the key changed");
	bad = w;
	bad.point[point - 1] ^= 1;
	ok(!ed_ecdh_unwrap(own, &how, &bad, got), "a point that is not on the curve is refused");
	bad = w;
	bad.point_len = 1;
	bad.point[0] = 0;
	ok(!ed_ecdh_unwrap(own, &how, &bad, got), "so is the point at infinity");
	bad = w;
	bad.point_len = 0;
	ok(!ed_ecdh_unwrap(own, &how, &bad, got), "and none");
	EVP_PKEY_free(other);
	EVP_PKEY_free(own);
}

int main(void)
{
	EVP_PKEY *rsa = EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "RSA", (size_t)2048);
	EVP_PKEY *odd = EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "EC", "secp256k1");
	struct ed_ecdh how = {ED_SHA256, "", 0};
	struct ed_ecdh_wrapped w;
	unsigned char key[32] = {0};

	test_vectors();
	test_oaep(rsa, odd);
	test_curve("P-256", 65);
	test_curve("P-384", 97);
	test_curve("P-521", 133);
	ok(!ed_ecdh_wrap(odd, &how, key, &w), "no agreement on other curves");
	ok(!ed_ecdh_wrap(rsa, &how, key, &w), "nor with RSA");
	EVP_PKEY_free(odd);
	EVP_PKEY_free(rsa);
	return done();
}
