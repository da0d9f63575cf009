/* SPDX-License-Identifier: ISC */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

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
	        /* FIPS 202, RFC 1321, the RIPEMD-160 paper */
	        {ED_SHA3_224, "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"},
	        {ED_SHA3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
	        {ED_SHA3_384, "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
	                      "98d88cea927ac7f539f1edf228376d25"},
	        {ED_SHA3_512, "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
	                      "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
	        {ED_SHAKE256, "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739"
	                      "d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4"},
	        {ED_RIPEMD160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"},
	        {ED_MD5, "900150983cd24fb0d6963f7d28e17f72"},
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
		if (ed_hash_xml_uri(t[i].hash))
			is_int(ed_hash_by_xml_uri(ed_hash_xml_uri(t[i].hash)), t[i].hash,
			       "its URI leads back");
	}
	ok(ed_sha256_ref("abc", 3, ref), "a reference");
	is_str(ref, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	       "sha256:<hex>");
	is_int(SIZE(t), ED_N_HASHES - 1, "all of them");
	ok(!ed_hash_xml_uri(ED_SHAKE256), "SHAKE256 has no URI");
	is_int(ed_hash_by_name("MD2"), ED_HASH_NONE, "MD2 is not known");
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
	        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
	        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
	        "http://www.w3.org/2007/05/xmldsig-more#sha3-512-rsa-MGF1",
	        "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256",
	        "http://www.w3.org/2007/05/xmldsig-more#ecdsa-ripemd160",
	        "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
	        "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448",
	        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
	        "http://www.w3.org/2009/xmldsig11#dsa-sha256",
	};
	static const char *const bad[] = {
	        "",
	        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
	        "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519ph",
	        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 ",
	        "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256",
	};

	for (size_t i = 0; i < SIZE(good); i++) {
		ok(ed_sigalg_by_xml_uri(good[i], &alg), "%s", good[i]);
		is_str(ed_sigalg_xml_uri(&alg), good[i], "and back");
	}
	for (size_t i = 0; i < SIZE(bad); i++)
		ok(!ed_sigalg_by_xml_uri(bad[i], &alg), "refused: \"%s\"", bad[i]);
	ok(!ed_sigalg_xml_uri(&alg), "what was refused has no URI");
	ok(ed_sigalg_by_xml_uri("http://www.w3.org/2007/05/xmldsig-more#rsa-pss", &alg) &&
	           alg.kind == ED_SIG_PSS && alg.hash == ED_SHA256 && alg.mgf == ED_SHA256 &&
	           alg.salt == 32,
	   "rsa-pss has defaults");
	alg.salt = 20;
	ok(!ed_sigalg_xml_uri(&alg), "another salt has no URI");
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
	is_ok(ed_sign_value(key, &alg, "abc", 3, &value, &err), &err, "signs");
	is_int((int64_t)value.len, (int64_t)len, "the value's length");
	pkey = ed_key_pkey(key);
	v = value.data;
	ok(ed_verify_digest(pkey, &alg, md, n, v, len), "verifies");
	ok(!ed_verify_digest(ed_key_pkey(other), &alg, md, n, v, len), "not under another key");
	ok(!ed_verify_digest(NULL, &alg, md, n, v, len), "not without a key");
	ok(!ed_verify_digest(pkey, &alg, md, n - 1, v, len), "not with a short digest");
	md[0] ^= 1;
	ok(!ed_verify_digest(pkey, &alg, md, n, v, len), "not with another digest");
	md[0] ^= 1;
	for (size_t i = 0; i < len; i += len / 7) {
		v[i] ^= 0x10;
		ok(!ed_verify_digest(pkey, &alg, md, n, v, len), "not with byte %zu flipped", i);
		v[i] ^= 0x10;
	}
	ok(!ed_verify_digest(pkey, &alg, md, n, v, len - 1), "not a byte shorter");
	ok(!ed_verify_digest(pkey, &alg, md, n, v, 0), "not empty");
	ed_buf_putc(&value, '\0');
	v = value.data;
	ok(!ed_verify_digest(pkey, &alg, md, n, v, len + 1), "not a byte longer");
	wrong = alg;
	wrong.hash = alg.hash == ED_SHA256 ? ED_SHA384 : ED_SHA256;
	ed_hash_bytes(wrong.hash, "abc", 3, wrong_md);
	ok(!ed_verify_digest(pkey, &wrong, wrong_md, ed_hash_size(wrong.hash), v, len),
	   "not under another digest algorithm");
	wrong = alg;
	wrong.kind = alg.kind == ED_SIG_RSA ? ED_SIG_ECDSA : ED_SIG_RSA;
	wrong.type = wrong.kind == ED_SIG_RSA ? ED_KEY_RSA : ED_KEY_OTHER;
	ok(!ed_verify_digest(pkey, &wrong, md, n, v, len), "not under the other family");
	fails(ed_sign_value(key, &wrong, "abc", 3, &value, &err), EDOC_ERR_BUG, &err, "does not fit",
	      "does not sign under the other family");
	ok(ed_verify_digest(pkey, &alg, md, n, v, len), "still verifies");
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
	ok(!ed_verify_digest(ed_key_pkey(key), &alg, md, 32, v, 64), "r = s = 0");
	v[63] = 1;
	ok(!ed_verify_digest(ed_key_pkey(key), &alg, md, 32, v, 64), "r = 0");
	ed_unhex(n, v, 32);
	ok(!ed_verify_digest(ed_key_pkey(key), &alg, md, 32, v, 64), "r = n");
	memset(v, 0xff, sizeof(v));
	ok(!ed_verify_digest(ed_key_pkey(key), &alg, md, 32, v, 64), "r and s above n");
	edoc_key_free(key);
}

/* ---- AlgorithmIdentifiers ------------------------------------------------- */

static size_t unhex(const char *hex, unsigned char *out)
{
	size_t n = strlen(hex) / 2;

	return ed_unhex(hex, out, n) ? n : 0;
}

static void digest_identifiers(void)
{
	static const struct {
		const char *hex;
		enum ed_hash hash;
	} t[] = {
	        {"300b0609608648016503040201", ED_SHA256},
	        {"300d06096086480165030402010500", ED_SHA256},
	        {"308006096086480165030402010000", ED_SHA256},        /* BER */
	        {"300d06096086480165030402010400", ED_HASH_NONE},     /* parameters */
	        {"300e0609608648016503040201050100", ED_HASH_NONE},   /* NULL with contents */
	        {"300f060960864801650304020105000500", ED_HASH_NONE}, /* two of them */
	        {"310b0609608648016503040201", ED_HASH_NONE},         /* a SET */
	        {"0609608648016503040201", ED_HASH_NONE},             /* the OID alone */
	        {"3000", ED_HASH_NONE},
	        {"30020500", ED_HASH_NONE},
	        {"300b0609608648016503040206", ED_HASH_NONE}, /* SHA-512/256 */
	        {"300706052b0e03021a", ED_SHA1},
	        {"300b0609608648016503040208", ED_SHA3_256},
	        {"300b060960864801650304020c", ED_SHAKE256},
	        {"300706052b24030201", ED_RIPEMD160},
	        {"300a06082a864886f70d0205", ED_MD5},
	};
	unsigned char der[64];

	for (size_t i = 0; i < SIZE(t); i++) {
		struct ed_ber e = {0};
		size_t n = unhex(t[i].hex, der);

		ok(n && ed_ber_one(der, n, &e), "%s", t[i].hex);
		is_int(ed_hash_by_der(&e), t[i].hash, "its digest");
	}
	is_int(ed_hash_by_der(&(struct ed_ber){0}), ED_HASH_NONE, "an absent one");
	is_str(ed_hash_oid(ED_SHA384), "2.16.840.1.101.3.4.2.2", "its identifier");
	ok(!ed_hash_oid(ED_HASH_NONE) && !ed_hash_oid(ED_N_HASHES), "none has none");
}

/* RSASSA-PSS with these parameters (hex of them, "" for none at all). */
static bool pss(const char *params, struct ed_sigalg *alg)
{
	unsigned char der[300] = {0x30, 0,    0x06, 0x09, 0x2a, 0x86, 0x48,
	                          0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};
	size_t n = 13 + unhex(params, der + 13);
	struct ed_ber e;

	der[1] = (unsigned char)(n - 2);
	return ed_ber_one(der, n, &e) && ed_sigalg_by_der(&e, ED_SHA256, alg);
}

#define A0_SHA256 "a00d300b0609608648016503040201"
#define A1_SHA256 "a11a301806092a864886f70d010108300b0609608648016503040201"

static void pss_identifiers(void)
{
	static const char *const bad[] = {
	        "",     /* parameters are due (RFC 4055 3.1) */
	        "0500", /* NULL is none */
	        "3005a003020101",
	        "3005a00305000500",
	        "300b"
	        "a009300706052b0e030299",
	        "3002a000",                               /* nothing in [0] */
	        "3010a00e300c06096086480165030402010000", /* damaged */
	        "300f" A0_SHA256 "0500",                  /* longer than it says */
	        "3011" A0_SHA256 "0500",                  /* something behind */
	        "301c"
	        "a11a301806092a864886f70d010107300b0609608648016503040201", /* not MGF1 */
	        "300f"
	        "a10d300b06092a864886f70d010108", /* MGF1 without its digest */
	        "3005a2030201ff",                 /* salt of -1 */
	        "3006a20402020201",               /* of 513 */
	        "3005a203040120",                 /* no number */
	        "3005a303020102",                 /* trailer field 2 */
	        "300aa303020101a203020114",       /* out of order */
	        "300aa203020114a203020114",       /* twice */
	        "300f"
	        "a00d300b060960864801650304020c", /* SHAKE256 */
	        "310f" A0_SHA256,                 /* a SET */
	};
	struct ed_sigalg alg;
	char text[ED_SIGALG_TEXT];

	ok(pss("3000", &alg) && alg.kind == ED_SIG_PSS && alg.hash == ED_SHA1 &&
	           alg.mgf == ED_SHA1 && alg.salt == 20,
	   "PSS with nothing but defaults");
	ok(pss("3030" A0_SHA256 A1_SHA256 "a203020120", &alg) && alg.hash == ED_SHA256 &&
	           alg.mgf == ED_SHA256 && alg.salt == 32,
	   "PSS with SHA-256");
	ed_sigalg_text(&alg, text);
	is_str(text, "RSA-PSS with SHA-256", "for people");
	ok(ed_sigalg_agrees(&alg, ED_SHA256) && !ed_sigalg_agrees(&alg, ED_SHA384),
	   "agrees with its digest");
	ok(pss("300f" A0_SHA256, &alg) && alg.hash == ED_SHA256 && alg.mgf == ED_SHA1 &&
	           alg.salt == 20,
	   "each has its default");
	ok(pss("300aa20302011ea303020101", &alg) && alg.salt == 30, "a salt of 30, trailer 1");
	ok(pss("3006a20402020200", &alg) && alg.salt == 512, "of 512");
	for (size_t i = 0; i < SIZE(bad); i++)
		ok(!pss(bad[i], &alg) && alg.kind == ED_SIG_NONE, "PSS refused: %s", bad[i]);
}

static void signature_identifiers(void)
{
	static const struct {
		const char *hex;
		enum ed_hash digest; /* of the SignerInfo */
		enum ed_sig_kind kind;
		enum ed_hash hash;
		bool plain;
	} t[] = {
	        {"300d06092a864886f70d01010b0500", ED_SHA256, ED_SIG_RSA, ED_SHA256, false},
	        {"300b06092a864886f70d01010b", ED_SHA1, ED_SIG_RSA, ED_SHA256, false},
	        {"300d06092a864886f70d0101010500", ED_SHA384, ED_SIG_RSA, ED_SHA384, false},
	        {"300d06092a864886f70d0101010500", ED_HASH_NONE, ED_SIG_NONE, ED_HASH_NONE, false},
	        {"300d06092a864886f70d0101010500", ED_SHAKE256, ED_SIG_NONE, ED_HASH_NONE, false},
	        {"300d06092a864886f70d0101010400", ED_SHA256, ED_SIG_NONE, ED_HASH_NONE, false},
	        {"300d06092a864886f70d0101070500", ED_SHA256, ED_SIG_NONE, ED_HASH_NONE, false},
	        {"300a06082a8648ce3d040302", ED_SHA256, ED_SIG_ECDSA, ED_SHA256, false},
	        {"300c06082a8648ce3d0403020500", ED_SHA256, ED_SIG_ECDSA, ED_SHA256, false},
	        {"300906072a8648ce3d0201", ED_SHA512, ED_SIG_ECDSA, ED_SHA512, false},
	        {"301306072a8648ce3d020106082a8648ce3d030107", ED_SHA512, ED_SIG_ECDSA, ED_SHA512,
	         false},
	        {"300b06072a8648ce3d02013000", ED_SHA512, ED_SIG_NONE, ED_HASH_NONE, false},
	        {"300c060a04007f00070101040103", ED_SHA256, ED_SIG_ECDSA, ED_SHA256, true},
	        {"300506032b6570", ED_SHA512, ED_SIG_EDDSA, ED_SHA512, false},
	        {"300706032b65700500", ED_SHA512, ED_SIG_NONE, ED_HASH_NONE, false},
	        {"300506032b6571", ED_SHAKE256, ED_SIG_EDDSA, ED_SHAKE256, false},
	        {"300906072a8648ce380403", ED_SHA1, ED_SIG_DSA, ED_SHA1, false},
	        {"300906072a8648ce380401", ED_SHA1, ED_SIG_DSA, ED_SHA1, false},
	        {"300b060960864801650304030e", ED_SHA3_256, ED_SIG_RSA, ED_SHA3_256, false},
	        {"300a06082a85030202030000", ED_SHA1, ED_SIG_NONE, ED_HASH_NONE, false},
	};
	unsigned char der[64];
	struct ed_sigalg alg;

	for (size_t i = 0; i < SIZE(t); i++) {
		struct ed_ber e = {0};
		size_t n = unhex(t[i].hex, der);

		ok(n && ed_ber_one(der, n, &e), "%s", t[i].hex);
		ok(ed_sigalg_by_der(&e, t[i].digest, &alg) == (t[i].kind != ED_SIG_NONE) &&
		           alg.kind == t[i].kind && alg.hash == t[i].hash &&
		           alg.plain == t[i].plain,
		   "is what it is");
		ok(ed_sigalg_agrees(&alg, t[i].digest) ==
		           (t[i].kind != ED_SIG_NONE && t[i].hash == t[i].digest),
		   "and agrees or not");
	}
}

/* ---- every kind of key ----------------------------------------------------- */

static const char message[] = "a message";
#define M message, sizeof(message) - 1

static EVP_PKEY *make_dsa(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL), *from = NULL;
	EVP_PKEY *params = NULL, *key = NULL;
	size_t bits = 1024, q = 160;
	OSSL_PARAM set[] = {OSSL_PARAM_size_t("pbits", &bits), OSSL_PARAM_size_t("qbits", &q),
	                    OSSL_PARAM_END};

	if (ctx && EVP_PKEY_paramgen_init(ctx) == 1 && EVP_PKEY_CTX_set_params(ctx, set) == 1 &&
	    EVP_PKEY_paramgen(ctx, &params) == 1)
		from = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
	if (!from || EVP_PKEY_keygen_init(from) != 1 || EVP_PKEY_keygen(from, &key) != 1)
		printf("# no DSA key\n");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_CTX_free(from);
	EVP_PKEY_free(params);
	return key;
}

static EVP_PKEY *make_pss(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	if (!ctx || EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 1024) != 1 || EVP_PKEY_keygen(ctx, &key) != 1)
		printf("# no RSA-PSS key\n");
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *make_key(const char *name)
{
	if (!strcmp(name, "DSA"))
		return make_dsa();
	if (!strcmp(name, "RSA-PSS"))
		return make_pss();
	if (!strncmp(name, "RSA", 3))
		return EVP_PKEY_Q_keygen(NULL, NULL, name, (size_t)1024);
	if (!strncmp(name, "ED", 2))
		return EVP_PKEY_Q_keygen(NULL, NULL, name);
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", name);
}

static const char *md_name(enum ed_hash hash)
{
	return hash == ED_RIPEMD160 ? "RIPEMD160" : ed_hash_name(hash);
}

static size_t sign_by_openssl(EVP_PKEY *key, const struct ed_sigalg *alg, unsigned char *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = NULL;
	size_t n = 1024;
	bool good = EVP_DigestSignInit_ex(ctx, &p,
	                                  alg->kind == ED_SIG_EDDSA ? NULL : md_name(alg->hash),
	                                  NULL, NULL, key, NULL) == 1;

	if (good && alg->kind == ED_SIG_PSS)
		good = EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(p, (int)alg->salt) == 1 &&
		       EVP_PKEY_CTX_set_rsa_mgf1_md_name(p, md_name(alg->mgf), NULL) == 1;
	good = good && EVP_DigestSign(ctx, out, &n, (const unsigned char *)M) == 1;
	EVP_MD_CTX_free(ctx);
	return good ? n : 0;
}

#define ALG(k, t, h)                                                                               \
	{                                                                                          \
		.kind = (k), .type = (t), .hash = (h)                                              \
	}
#define PSS(h, m, s)                                                                               \
	{                                                                                          \
		.kind = ED_SIG_PSS, .type = ED_KEY_RSA, .hash = (h), .mgf = (m), .salt = (s)       \
	}

static void every_kind(void)
{
	static const struct {
		const char *key;
		struct ed_sigalg alg;
		enum ed_key_type type;
		const char *text;
	} t[] = {
	        {"RSA", ALG(ED_SIG_RSA, ED_KEY_RSA, ED_SHA256), ED_KEY_RSA, "RSA-1024"},
	        {"RSA", ALG(ED_SIG_RSA, ED_KEY_RSA, ED_SHA3_256), ED_KEY_RSA, "RSA-1024"},
	        {"RSA", ALG(ED_SIG_RSA, ED_KEY_RSA, ED_RIPEMD160), ED_KEY_RSA, "RSA-1024"},
	        {"RSA", ALG(ED_SIG_RSA, ED_KEY_RSA, ED_MD5), ED_KEY_RSA, "RSA-1024"},
	        {"RSA", PSS(ED_SHA256, ED_SHA256, 32), ED_KEY_RSA, "RSA-1024"},
	        {"RSA", PSS(ED_SHA384, ED_SHA1, 20), ED_KEY_RSA, "RSA-1024"},
	        {"RSA", PSS(ED_SHA3_256, ED_SHA3_256, 0), ED_KEY_RSA, "RSA-1024"},
	        {"RSA-PSS", PSS(ED_SHA256, ED_SHA256, 32), ED_KEY_RSA, "RSA-1024"},
	        {"P-256", ALG(ED_SIG_ECDSA, ED_KEY_OTHER, ED_SHA256), ED_KEY_EC_P256, "P-256"},
	        {"P-256", ALG(ED_SIG_ECDSA, ED_KEY_OTHER, ED_SHA512), ED_KEY_EC_P256, "P-256"},
	        {"P-521", ALG(ED_SIG_ECDSA, ED_KEY_EC_P521, ED_SHA512), ED_KEY_EC_P521, "P-521"},
	        {"brainpoolP256r1", ALG(ED_SIG_ECDSA, ED_KEY_OTHER, ED_SHA256), ED_KEY_EC_BP256,
	         "brainpoolP256r1"},
	        {"brainpoolP384r1", ALG(ED_SIG_ECDSA, ED_KEY_OTHER, ED_SHA3_384), ED_KEY_EC_BP384,
	         "brainpoolP384r1"},
	        {"brainpoolP512r1", ALG(ED_SIG_ECDSA, ED_KEY_OTHER, ED_SHA512), ED_KEY_EC_BP512,
	         "brainpoolP512r1"},
	        {"secp256k1", ALG(ED_SIG_ECDSA, ED_KEY_OTHER, ED_SHA256), ED_KEY_OTHER,
	         "secp256k1"},
	        {"ED25519", ALG(ED_SIG_EDDSA, ED_KEY_ED25519, ED_SHA512), ED_KEY_ED25519,
	         "Ed25519"},
	        {"ED448", ALG(ED_SIG_EDDSA, ED_KEY_ED448, ED_SHAKE256), ED_KEY_ED448, "Ed448"},
	        {"DSA", ALG(ED_SIG_DSA, ED_KEY_DSA, ED_SHA1), ED_KEY_DSA, "DSA-1024"},
	};
	unsigned char v[1025], plain[256], md[ED_HASH_MAX];

	for (size_t i = 0; i < SIZE(t); i++) {
		EVP_PKEY *key = make_key(t[i].key), *other = make_key("P-384");
		struct ed_sigalg alg = t[i].alg, wrong;
		char text[ED_SIGALG_TEXT], key_text[ED_PKEY_TEXT];
		size_t n = sign_by_openssl(key, &alg, v), h = ed_hash_size(alg.hash);
		bool eddsa = alg.kind == ED_SIG_EDDSA;

		ed_sigalg_text(&alg, text);
		ed_pkey_text(key, key_text);
		is_str(key_text, t[i].text, text);
		is_int(ed_pkey_type(key), t[i].type, "the key's type");
		ok(n && ed_verify_message(key, &alg, M, v, n), "verifies");
		ok(ed_hash_bytes(alg.hash, M, md) &&
		           ed_verify_digest(key, &alg, md, h, v, n) == !eddsa,
		   "by its digest, but for EdDSA");
		ok(!ed_verify_message(key, &alg, M - 1, v, n), "not another message");
		v[n / 2] ^= 1;
		ok(!ed_verify_message(key, &alg, M, v, n), "not a flipped bit");
		v[n / 2] ^= 1;
		v[n] = 0;
		ok(!ed_verify_message(key, &alg, M, v, n + 1) &&
		           !ed_verify_message(key, &alg, M, v, n - 1) &&
		           !ed_verify_message(key, &alg, M, v, 0),
		   "not another length");
		ok(!ed_verify_message(other, &alg, M, v, n) &&
		           !ed_verify_message(NULL, &alg, M, v, n),
		   "not another key, nor none");
		for (int kind = ED_SIG_NONE; kind <= ED_SIG_DSA; kind++) {
			wrong = alg;
			wrong.kind = (enum ed_sig_kind)kind;
			ok(ed_verify_message(key, &wrong, M, v, n) == (wrong.kind == alg.kind),
			   "of its own kind only");
		}
		wrong = alg;
		wrong.mgf = ED_SHA224;
		ok(ed_verify_message(key, &wrong, M, v, n) == (alg.kind != ED_SIG_PSS),
		   "the mask's digest counts for PSS");
		wrong = alg;
		wrong.salt++;
		ok(ed_verify_message(key, &wrong, M, v, n) == (alg.kind != ED_SIG_PSS),
		   "so does the salt's length");
		alg.plain = true;
		ok(alg.kind != ED_SIG_ECDSA || !ed_verify_message(key, &alg, M, v, n),
		   "DER is not r || s");
		if (alg.kind == ED_SIG_ECDSA || alg.kind == ED_SIG_DSA) {
			const unsigned char *p = v;
			ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
			int half = alg.kind == ED_SIG_DSA ? 20 : (EVP_PKEY_get_bits(key) + 7) / 8;

			memset(plain, 0, sizeof(plain));
			BN_bn2binpad(ECDSA_SIG_get0_r(sig), plain + 1, half);
			BN_bn2binpad(ECDSA_SIG_get0_s(sig), plain + 1 + half, half);
			ok(ed_verify_message(key, &alg, M, plain + 1, 2 * (size_t)half), "r || s");
			ok(!ed_verify_message(key, &alg, M, plain + 1, 2 * (size_t)half + 1) &&
			           !ed_verify_message(key, &alg, M, plain, 2 * (size_t)half + 2),
			   "of no other length");
			alg.plain = false;
			ok(!ed_verify_message(key, &alg, M, plain + 1, 2 * (size_t)half),
			   "is not DER");
			ECDSA_SIG_free(sig);
		}
		EVP_PKEY_free(key);
		EVP_PKEY_free(other);
	}
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
	digest_identifiers();
	pss_identifiers();
	signature_identifiers();
	every_kind();
	ok(ed_random(a, 32) && ed_random(b, 32) && memcmp(a, b, 32), "random bytes differ");
	ok(!ed_same_bytes(a, b, 32) && ed_same_bytes(a, a, 32), "same and not the same");
	ed_wipe(a, 32);
	memset(b, 0, 32);
	ok(ed_same_bytes(a, b, 32), "wiped");
	return done();
}
