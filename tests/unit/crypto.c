/* SPDX-License-Identifier: ISC */
#include <openssl/evp.h>

#include "../tap.h"
#include "base/hex.h"
#include "door/crypto.h"

#define SIZE(a) (sizeof(a) / sizeof((a)[0]))

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

/* "abc", FIPS 180-2 */
static void digests(void)
{
	static const struct {
		enum ed_hash hash;
		const char *hex;
	} t[] = {
	        {ED_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
	        {ED_SHA224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
	        {ED_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	        {ED_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	                    "8086072ba1e7cc2358baeca134c825a7"},
	        {ED_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	                    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	};
	unsigned char out[ED_HASH_MAX];
	char hex[2 * ED_HASH_MAX + 1], ref[ED_SHA256_REF];

	for (size_t i = 0; i < SIZE(t); i++) {
		struct ed_digest *digest = ed_digest_new(t[i].hash);
		const char *name = ed_hash_name(t[i].hash);

		ok(digest && ed_digest_update(digest, "a", 1) && ed_digest_update(digest, "", 0) &&
		           ed_digest_update(digest, "bc", 2) && ed_digest_final(digest, out),
		   "%s runs", name);
		ed_digest_free(digest);
		ed_hex(hex, out, ed_hash_size(t[i].hash));
		is_str(hex, t[i].hex, name);
		ok(ed_hash_bytes(t[i].hash, "abc", 3, out), "%s at once", name);
		ed_hex(hex, out, ed_hash_size(t[i].hash));
		is_str(hex, t[i].hex, name);
		is_int(ed_hash_by_name(name), t[i].hash, "its name leads back");
		is_int(ed_hash_by_xml_uri(ed_hash_xml_uri(t[i].hash)), t[i].hash,
		       "its URI leads back");
	}
	ok(ed_sha256_ref("abc", 3, ref), "a reference");
	is_str(ref, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	       "sha256:<hex>");
	is_int(ed_hash_by_name("MD5"), ED_HASH_NONE, "MD5 is not known");
	is_int(ed_hash_by_name("sha-256"), ED_HASH_NONE, "names are exact");
	is_int(ed_hash_by_xml_uri("http://www.w3.org/2001/04/xmldsig-more#sha256"), ED_HASH_NONE,
	       "a URI of the wrong family is not known");
	ok(!ed_digest_new(ED_HASH_NONE), "no digest of nothing");
	ok(!ed_digest_new((enum ed_hash)77), "no digest beyond the table");
	ok(!ed_hash_bytes(ED_HASH_NONE, "", 0, out), "no value of nothing");
	is_int((int64_t)ed_hash_size((enum ed_hash)77), 0, "no size beyond the table");
}

static void algorithms(void)
{
	struct ed_sigalg alg;
	static const char *const good[] = {
	        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
	        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
	        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
	};
	static const char *const bad[] = {
	        "",
	        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
	        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
	        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
	        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 ",
	        "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256",
	        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
	};

	for (size_t i = 0; i < SIZE(good); i++) {
		ok(ed_sigalg_by_xml_uri(good[i], &alg), "%s", good[i]);
		is_str(ed_sigalg_xml_uri(&alg), good[i], "and back");
	}
	for (size_t i = 0; i < SIZE(bad); i++)
		ok(!ed_sigalg_by_xml_uri(bad[i], &alg), "refused: \"%s\"", bad[i]);
	ok(!ed_sigalg_xml_uri(&alg), "what was refused has no URI");
}

/* One good value, then one defect at a time. */
static void values(const char *file, size_t len, const char *other_file)
{
	unsigned char md[ED_HASH_MAX], wrong_md[ED_HASH_MAX], *v;
	struct edoc_key *key = NULL, *other = NULL;
	struct edoc_error err = {0};
	struct ed_sigalg alg, wrong;
	struct ed_buf value;
	EVP_PKEY *pkey;
	size_t n;

	is_ok(edoc_key_load(pki(file), NULL, NULL, say_edoc, NULL, &key, &err), &err, file);
	is_ok(edoc_key_load(pki(other_file), NULL, NULL, say_edoc, NULL, &other, &err), &err,
	      other_file);
	if (!key || !other)
		return;
	ok(ed_key_sigalg(key, &alg), "an algorithm for the key");
	ed_hash_bytes(alg.hash, "abc", 3, md);
	n = ed_hash_size(alg.hash);
	ed_buf_init(&value, 4096);
	is_ok(ed_sign_xml(key, &alg, md, n, &value, &err), &err, "signs");
	is_int((int64_t)value.len, (int64_t)len, "the value's length");
	pkey = ed_key_pkey(key);
	v = value.data;
	ok(ed_verify_xml(pkey, &alg, md, n, v, len), "verifies");
	ok(!ed_verify_xml(ed_key_pkey(other), &alg, md, n, v, len), "not under another key");
	ok(!ed_verify_xml(NULL, &alg, md, n, v, len), "not without a key");
	ok(!ed_verify_xml(pkey, &alg, md, n - 1, v, len), "not with a short digest");
	md[0] ^= 1;
	ok(!ed_verify_xml(pkey, &alg, md, n, v, len), "not with another digest");
	md[0] ^= 1;
	for (size_t i = 0; i < len; i += len / 7) {
		v[i] ^= 0x10;
		ok(!ed_verify_xml(pkey, &alg, md, n, v, len), "not with byte %zu flipped", i);
		v[i] ^= 0x10;
	}
	ok(!ed_verify_xml(pkey, &alg, md, n, v, len - 1), "not a byte shorter");
	ok(!ed_verify_xml(pkey, &alg, md, n, v, 0), "not empty");
	ed_buf_putc(&value, '\0');
	v = value.data;
	ok(!ed_verify_xml(pkey, &alg, md, n, v, len + 1), "not a byte longer");
	wrong = alg;
	wrong.hash = alg.hash == ED_SHA256 ? ED_SHA384 : ED_SHA256;
	ed_hash_bytes(wrong.hash, "abc", 3, wrong_md);
	ok(!ed_verify_xml(pkey, &wrong, wrong_md, ed_hash_size(wrong.hash), v, len),
	   "not under another digest algorithm");
	wrong = alg;
	wrong.ec = !alg.ec;
	wrong.type = alg.ec ? ED_KEY_RSA : ED_KEY_OTHER;
	ok(!ed_verify_xml(pkey, &wrong, md, n, v, len), "not under the other family");
	fails(ed_sign_xml(key, &wrong, md, n, &value, &err), EDOC_ERR_BUG, &err, "does not fit",
	      "does not sign under the other family");
	ok(ed_verify_xml(pkey, &alg, md, n, v, len), "still verifies");
	ed_buf_clear(&value);
	edoc_key_free(key);
	edoc_key_free(other);
}

/* r and s out of range, and what ECDSA in DER would take for leading zeros */
static void ecdsa_ranges(void)
{
	struct ed_sigalg alg;
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};
	unsigned char v[64], md[32] = {1};
	/* the order of P-256 */
	static const char n[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

	is_ok(edoc_key_load(pki("zarina.pem"), NULL, NULL, NULL, NULL, &key, &err), &err, "a key");
	if (!key)
		return;
	ed_key_sigalg(key, &alg);
	memset(v, 0, sizeof(v));
	ok(!ed_verify_xml(ed_key_pkey(key), &alg, md, 32, v, 64), "r = s = 0");
	v[63] = 1;
	ok(!ed_verify_xml(ed_key_pkey(key), &alg, md, 32, v, 64), "r = 0");
	ed_unhex(n, v, 32);
	ok(!ed_verify_xml(ed_key_pkey(key), &alg, md, 32, v, 64), "r = n");
	memset(v, 0xff, sizeof(v));
	ok(!ed_verify_xml(ed_key_pkey(key), &alg, md, 32, v, 64), "r and s above n");
	edoc_key_free(key);
}

static void key_types(void)
{
	static const struct {
		const char *file;
		enum ed_key_type type;
		enum ed_hash hash;
		int bits;
		const char *text;
	} t[] = {
	        {"zarina.p12", ED_KEY_EC_P256, ED_SHA256, 256, "P-256"},
	        {"farrukh.p12", ED_KEY_RSA, ED_SHA256, 2048, "RSA-2048"},
	        {"madina.p12", ED_KEY_RSA, ED_SHA256, 3072, "RSA-3072"},
	        {"anvar.p12", ED_KEY_EC_P384, ED_SHA384, 384, "P-384"},
	        {"weak.p12", ED_KEY_RSA, ED_SHA256, 1024, "RSA-1024"},
	};

	for (size_t i = 0; i < SIZE(t); i++) {
		struct edoc_key *key = NULL;
		struct edoc_error err = {0};
		struct ed_sigalg alg;
		char text[ED_PKEY_TEXT];

		is_ok(edoc_key_load(pki(t[i].file), NULL, NULL, say_edoc, NULL, &key, &err), &err,
		      t[i].file);
		if (!key)
			continue;
		is_int(ed_pkey_type(ed_key_pkey(key)), t[i].type, "its type");
		is_int(ed_pkey_bits(ed_key_pkey(key)), t[i].bits, "its size");
		ed_pkey_text(ed_key_pkey(key), text);
		is_str(text, t[i].text, "its name");
		ok(ed_key_sigalg(key, &alg) && alg.hash == t[i].hash, "its digest");
		edoc_key_free(key);
	}
}

int main(void)
{
	unsigned char a[32] = {0}, b[32] = {0};

	digests();
	algorithms();
	key_types();
	values("zarina.p12", 64, "dilnoza.p12");
	values("anvar.p12", 96, "zarina.p12");
	values("farrukh.p12", 256, "madina.p12");
	values("madina.p12", 384, "anvar.p12");
	ecdsa_ranges();
	ok(ed_random(a, 32) && ed_random(b, 32) && memcmp(a, b, 32), "random bytes differ");
	ok(!ed_same_bytes(a, b, 32) && ed_same_bytes(a, a, 32), "same and not the same");
	ed_wipe(a, 32);
	memset(b, 0, 32);
	ok(ed_same_bytes(a, b, 32), "wiped");
	return done();
}
