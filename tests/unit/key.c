/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "../tap.h"
#include "door/crypto.h"
#include "door/x509.h"

static char dir[] = "/tmp/edoc-key.XXXXXX";

static const char *pki(const char *name)
{
	static char path[4][4096];
	static int turn;
	const char *src = getenv("SRCDIR");

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/testdata/pki/%s", src ? src : ".", name);
	return path[turn];
}

static const char *made(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *write_file(const char *name, const void *bytes, size_t len)
{
	const char *path = made(name);
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
		printf("Bail out! cannot write %s\n", path);
	return path;
}

static size_t read_file(const char *path, char *bytes, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(bytes, 1, size - 1, f) : 0;

	if (f)
		fclose(f);
	bytes[n] = '\0';
	return n;
}

static int asked;

/* arg is the passphrase; NULL gives up */
static int say(char *buf, size_t size, const char *what, void *arg)
{
	asked++;
	if (!what || !*what || !arg)
		return -1;
	return snprintf(buf, size, "%s", (const char *)arg);
}

static int say_too_much(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	memset(buf, 'x', size);
	return (int)size + 1;
}

static void opens(const char *file, const char *cert, const char *chain, const char *pass,
                  const char *subject, int n_chain, int asks)
{
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};

	asked = 0;
	if (!is_ok(edoc_key_load(file, cert, chain, say, (void *)pass, &key, &err), &err, file))
		return;
	is_str(edoc_key_subject(key), subject, "its subject");
	is_int((int64_t)strlen(edoc_key_cert_sha256(key)), 64, "its fingerprint");
	is_int(ed_key_chain(key) ? sk_X509_num(ed_key_chain(key)) : 0, n_chain, "its chain");
	is_int(asked, asks, "how often the passphrase was asked for");
	ok(X509_check_private_key(ed_key_cert(key), ed_key_pkey(key)) == 1, "key and certificate");
	edoc_key_free(key);
}

static void refuses(const char *file, const char *cert, const char *pass, enum edoc_code code,
                    const char *word, const char *what)
{
	struct edoc_key *key = (struct edoc_key *)&dir;
	struct edoc_error err = {0};

	fails(edoc_key_load(file, cert, NULL, say, (void *)pass, &key, &err), code, &err, word,
	      what);
	ok(key == NULL, "and gives nothing");
}

#define ZARINA "CN=Раҳимова Зарина,O=Вазорати адлия,C=TJ"
#define FARRUKH "CN=Ғафуров Фаррух,O=Вазорати молия,C=TJ"
#define ANVAR "CN=Ӯлҷабоев Анвар,O=Вазорати молия,C=TJ"

static void good(void)
{
	opens(pki("zarina.p12"), NULL, NULL, "edoc", ZARINA, 1, 1);
	opens(pki("farrukh.p12"), NULL, NULL, "edoc", FARRUKH, 1, 1);
	opens(pki("legacy.p12"), NULL, NULL, "edoc", ZARINA, 1, 1); /* RC2 */
	opens(pki("deep.p12"), NULL, NULL, "edoc", "CN=Чуқур,O=Озмоиш,C=TJ", 8, 1);
	opens(pki("zarina.pem"), NULL, NULL, NULL, ZARINA, 1, 0);
	opens(pki("zarina-enc.pem"), NULL, NULL, "edoc", ZARINA, 1, 1);
	opens(pki("zarina-enc.pem"), pki("zarina.der"), NULL, "edoc", ZARINA, 1, 1);
	opens(pki("farrukh-enc.key"), pki("farrukh.crt"), NULL, "edoc", FARRUKH, 0, 1);
	opens(pki("farrukh-enc.key"), pki("farrukh.crt"), pki("ca.pem"), "edoc", FARRUKH, 1, 1);
	opens(pki("zarina.p12"), pki("zarina.der"), pki("root.pem"), "edoc", ZARINA, 2, 1);
	opens(pki("farrukh-enc.key"), pki("farrukh.crt"), pki("farrukh.crt"), "edoc", FARRUKH, 0,
	      1);
	opens(pki("anvar.key"), pki("anvar.crt"), NULL, NULL, ANVAR, 0, 0);
	opens(pki("desk-justice.pem"), NULL, NULL, NULL, "CN=desk justice", 0, 0);
}

static void passphrases(void)
{
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};
	static const char *const files[] = {"zarina.p12", "zarina-enc.pem", "farrukh-enc.key"};

	for (size_t i = 0; i < 3; i++) {
		const char *cert = i == 2 ? pki("farrukh.crt") : NULL;

		refuses(pki(files[i]), cert, "Edoc", EDOC_ERR_DENIED, "wrong passphrase", files[i]);
		refuses(pki(files[i]), cert, "", EDOC_ERR_DENIED, NULL, "an empty one");
		refuses(pki(files[i]), cert, NULL, EDOC_ERR_DENIED, "no passphrase",
		        "none, given up");
		fails(edoc_key_load(pki(files[i]), cert, NULL, NULL, NULL, &key, &err),
		      EDOC_ERR_DENIED, &err, "no passphrase", "none, nobody to ask");
		fails(edoc_key_load(pki(files[i]), cert, NULL, say_too_much, NULL, &key, &err),
		      EDOC_ERR_DENIED, &err, "passphrase", "a longer one than there is room for");
	}
}

static void bad_files(void)
{
	static char bytes[65536], copy[65536];
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};
	size_t n = read_file(pki("zarina.p12"), bytes, sizeof(bytes));
	char *p;

	refuses(made("absent"), NULL, NULL, EDOC_ERR_ABSENT, "absent", "no such file");
	refuses(dir, NULL, NULL, EDOC_ERR_INPUT, NULL, "a folder");
	refuses(write_file("k", "", 0), NULL, "edoc", EDOC_ERR_INPUT, "no private key", "empty");
	refuses(write_file("k", "hello\n", 6), NULL, "edoc", EDOC_ERR_INPUT, "no private key",
	        "text");
	refuses(write_file("k", bytes, n - 1), NULL, "edoc", EDOC_ERR_INPUT, "no private key",
	        "PKCS#12 cut by a byte");
	bytes[n] = 'x';
	refuses(write_file("k", bytes, n + 1), NULL, "edoc", EDOC_ERR_INPUT, "no private key",
	        "PKCS#12 and a byte");
	memcpy(copy, bytes, n);
	copy[n / 2] ^= 1;
	refuses(write_file("k", copy, n), NULL, "edoc", EDOC_ERR_DENIED, "wrong passphrase",
	        "PKCS#12 with a flipped byte: its MAC cannot tell it from a wrong passphrase");
	refuses(pki("zarina.crt"), NULL, "edoc", EDOC_ERR_INPUT, "no private key",
	        "a certificate alone");
	refuses(pki("zarina.der"), NULL, "edoc", EDOC_ERR_INPUT, "no private key",
	        "a certificate alone, DER");
	refuses(pki("anvar.key"), NULL, "edoc", EDOC_ERR_INPUT, "holds no certificate",
	        "a key alone");
	refuses(pki("anvar.key"), pki("farrukh.crt"), "edoc", EDOC_ERR_INPUT, "anvar.key",
	        "a certificate of another key: the key's file is named");
	refuses(pki("anvar.key"), pki("farrukh.crt"), "edoc", EDOC_ERR_INPUT, "farrukh.crt",
	        "and the certificate's");
	refuses(pki("zarina.p12"), pki("farrukh.crt"), "edoc", EDOC_ERR_INPUT, "farrukh.crt",
	        "nor is it passed over where the key's file holds the right one");
	refuses(pki("zarina.pem"), pki("farrukh.crt"), "edoc", EDOC_ERR_INPUT, "zarina.pem",
	        "PEM too");
	fails(edoc_key_load(pki("zarina.p12"), NULL, pki("farrukh.crt"), say, (void *)"edoc", &key,
	                    &err),
	      EDOC_ERR_INPUT, &err, "farrukh.crt", "a chain that is not the certificate's");
	refuses(pki("anvar.key"), pki("anvar.key"), "edoc", EDOC_ERR_INPUT, "no certificate",
	        "a certificate file without one");
	refuses(pki("anvar.key"), made("absent"), "edoc", EDOC_ERR_ABSENT, "absent",
	        "no such certificate file");
	refuses(pki("explicit.p12"), NULL, "edoc", EDOC_ERR_INPUT, "of this kind does not sign",
	        "a key on a curve given by numbers");
	n = read_file(pki("zarina.pem"), bytes, sizeof(bytes));
	p = strchr(bytes, '\n');
	p[10] = '!';
	refuses(write_file("k", bytes, n), NULL, NULL, EDOC_ERR_INPUT, "no private key",
	        "PEM with a bad digit");
}

/* "FILE#NAME": by any name that is one key's alone. */
static void several(void)
{
	static const struct {
		const char *name, *subject;
	} t[] = {
	        {"zarina", ZARINA},
	        {"farrukh", FARRUKH},
	        {"321806542773519381523400442897973904438954165848", FARRUKH},
	        {"6aca64d82b24b40f205ab4513b02b8c3a090bce1", ZARINA},
	        {"0461117b47d1ed1fb3f3ac44fcc19ffe315581a819e6c0b4f9473d160b5b9dfb", FARRUKH},
	        {ZARINA, ZARINA},
	};
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};
	char path[4300];

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		snprintf(path, sizeof(path), "%s#%s", pki("several.p12"), t[i].name);
		is_int((int64_t)edoc_key_path(path), (int64_t)strlen(pki("several.p12")),
		       "the file's part");
		opens(path, NULL, NULL, "edoc", t[i].subject, 1, 1);
	}
	refuses(pki("several.p12"), NULL, "edoc", EDOC_ERR_USAGE, "#zarina, #farrukh",
	        "none is named");
	refuses(pki("several.p12#anvar"), NULL, "edoc", EDOC_ERR_ABSENT,
	        "\"anvar\"; there is #zarina, #farrukh", "one that is not there");
	refuses(pki("several.p12#"), NULL, "edoc", EDOC_ERR_ABSENT, "there is #zarina", "no name");
	refuses(pki("several.p12#Zarina"), NULL, "edoc", EDOC_ERR_ABSENT, "no key in it",
	        "case counts");
	opens(pki("zarina.p12#zarina"), NULL, NULL, "edoc", ZARINA, 1, 1);
	refuses(pki("zarina.p12#farrukh"), NULL, "edoc", EDOC_ERR_ABSENT, "there is #zarina",
	        "of a file with one key too");
	opens(pki("zarina.pem#" ZARINA), NULL, NULL, NULL, ZARINA, 1, 0);
	refuses(pki("zarina.pem#farrukh"), NULL, NULL, EDOC_ERR_ABSENT, "no key in it", "PEM too");
	refuses(pki("several.p12#zarina"), pki("farrukh.crt"), "edoc", EDOC_ERR_INPUT,
	        "farrukh.crt", "another's certificate");
	refuses(pki("nowhere.p12#zarina"), NULL, "edoc", EDOC_ERR_ABSENT, "nowhere.p12#zarina",
	        "no such file");
	/* What is called that is the file, whatever it is called. */
	is_int(symlink(pki("zarina.p12"), made("a#b")), 0, "a file with # in its name");
	opens(made("a#b"), NULL, NULL, "edoc", ZARINA, 1, 1);
	snprintf(path, sizeof(path), "%s#zarina", made("a#b"));
	opens(path, NULL, NULL, "edoc", ZARINA, 1, 1);
	fails(edoc_key_load(pki("several.p12#zarina"), NULL, pki("root.pem"), say, (void *)"edoc",
	                    &key, &err),
	      EDOC_OK, &err, NULL, "a chain that goes on");
	is_int(key ? sk_X509_num(ed_key_chain(key)) : 0, 2, "comes along");
	edoc_key_free(key);
}

/* Cut and flipped wherever: refused, or the same key. */
static void ber(void)
{
	static char bytes[65536];
	size_t n = read_file(pki("ber.p12"), bytes, sizeof(bytes)), opened = 0, wrong = 0;
	struct edoc_key *key = NULL;

	ok((unsigned char)bytes[1] == 0x80 && (unsigned char)bytes[n - 1] == 0,
	   "of indefinite length");
	opens(pki("ber.p12"), NULL, NULL, "edoc", FARRUKH, 1, 1);
	refuses(pki("ber.p12"), NULL, "Edoc", EDOC_ERR_DENIED, "wrong passphrase", "BER");
	for (size_t i = 0; i < n; i += i < 300 || i + 100 > n ? 1 : 5) {
		if (edoc_key_load(write_file("k", bytes, i), NULL, NULL, say, (void *)"edoc", &key,
		                  NULL) == EDOC_OK)
			opened++;
		edoc_key_free(key);
	}
	is_int((int64_t)opened, 0, "none that is cut opens");
	for (size_t i = 0; i < n; i += i < 300 || i + 100 > n ? 1 : 5) {
		bytes[i] ^= 1;
		if (edoc_key_load(write_file("k", bytes, n), NULL, NULL, say, (void *)"edoc", &key,
		                  NULL) == EDOC_OK)
			wrong += strcmp(edoc_key_subject(key), FARRUKH) != 0;
		edoc_key_free(key);
		bytes[i] ^= 1;
	}
	is_int((int64_t)wrong, 0, "none that is flipped opens as another's");
}

static void big_file(void)
{
	static char bytes[(1 << 20) + 1];
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};

	memset(bytes, 'a', sizeof(bytes));
	fails(edoc_key_load(write_file("k", bytes, sizeof(bytes)), NULL, NULL, NULL, NULL, &key,
	                    &err),
	      EDOC_ERR_LIMIT, &err, NULL, "a file over the limit");
}

static void generates(void)
{
	static const char tajik[] = "мизи Вазорати адлия";
	struct edoc_error err = {0};
	struct edoc_key *key = NULL;
	struct ed_arena *arena = ed_arena_new();
	struct ed_cert *cert = NULL;
	char name[200];
	struct stat st;

	is_ok(edoc_key_generate(made("desk"), tajik, 1767225600, 2525000000, &err), &err,
	      "makes a desk's key");
	ok(!stat(made("desk"), &st) && (st.st_mode & 07777) == 0600, "mode 0600");
	opens(made("desk"), NULL, NULL, NULL, "CN=мизи Вазорати адлия", 0, 0);
	is_ok(edoc_key_load(made("desk"), NULL, NULL, NULL, NULL, &key, &err), &err, "loads");
	is_ok(ed_cert_of(ed_key_cert(key), "", arena, &cert, &err), &err, "facts");
	is_int(cert->not_before, 1767225600, "begins");
	is_int(cert->not_after, 2525000000, "ends, after 2049");
	ok(cert->self_issued && !cert->is_ca && cert->path_length == -1, "self-issued, no CA");
	is_int(cert->key_usage, X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION,
	       "may sign");
	ok(X509_verify(ed_key_cert(key), ed_key_pkey(key)) == 1, "signed by itself");
	ed_cert_clear(cert);
	edoc_key_free(key);
	fails(edoc_key_generate(made("desk"), "again", 0, 1, &err), EDOC_ERR_EXISTS, &err, "desk",
	      "never over a file");
	opens(made("desk"), NULL, NULL, NULL, "CN=мизи Вазорати адлия", 0, 0);
	fails(edoc_key_generate(made("k2"), "", 0, 1, &err), EDOC_ERR_USAGE, &err, "1 to 64",
	      "no name");
	memset(name, 'n', 65);
	name[65] = '\0';
	fails(edoc_key_generate(made("k2"), name, 0, 1, &err), EDOC_ERR_USAGE, &err, "1 to 64",
	      "65 characters");
	fails(edoc_key_generate(made("k2"), "\xff", 0, 1, &err), EDOC_ERR_USAGE, &err, "UTF-8",
	      "a name not in UTF-8");
	fails(edoc_key_generate(made("k2"), "desk", 5, 5, &err), EDOC_ERR_USAGE, &err, "end before",
	      "no time between");
	ok(access(made("k2"), F_OK) && errno == ENOENT, "what failed left nothing");
	is_ok(edoc_key_generate(made("k2"), name + 1, 0, 1, &err), &err, "64 characters");
	ed_arena_free(arena);
}

/* ---- what each kind of key signs with ---------------------------------------- */

/* A self-signed certificate, and with it the key where `secret`. */
static const char *make_pem(EVP_PKEY *pkey, bool secret)
{
	X509 *x509 = X509_new_ex(ed_crypto_context(), NULL);
	FILE *f = fopen(made("kind.pem"), "wb");
	EVP_PKEY *signer = EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "EC", "P-256");
	X509_NAME *name = X509_get_subject_name(x509);

	if (!f || !signer || !X509_set_version(x509, 2) ||
	    !ASN1_INTEGER_set(X509_get_serialNumber(x509), 7) ||
	    !X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"Kind",
	                                -1, -1, 0) ||
	    !X509_set_issuer_name(x509, name) || !X509_gmtime_adj(X509_getm_notBefore(x509), 0) ||
	    !X509_gmtime_adj(X509_getm_notAfter(x509), 1000) || !X509_set_pubkey(x509, pkey) ||
	    !X509_sign(x509, signer, EVP_sha256()) || !PEM_write_X509(f, x509) ||
	    (secret && !PEM_write_PKCS8PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL)) || fclose(f))
		printf("Bail out! no key can be made\n");
	X509_free(x509);
	EVP_PKEY_free(signer);
	return made("kind.pem");
}

static EVP_PKEY *make_pss(const char *md, int bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(ed_crypto_context(), "RSA-PSS", NULL);
	EVP_PKEY *pkey = NULL;

	if (!ctx || EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) != 1 ||
	    (md && (EVP_PKEY_CTX_set_rsa_pss_keygen_md_name(ctx, md, NULL) != 1 ||
	            EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md_name(ctx, md) != 1)) ||
	    EVP_PKEY_keygen(ctx, &pkey) != 1)
		printf("Bail out! no PSS key\n");
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static struct edoc_key *load_kind(EVP_PKEY *pkey)
{
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};

	is_ok(edoc_key_load(make_pem(pkey, true), NULL, NULL, NULL, NULL, &key, &err), &err,
	      "loads");
	EVP_PKEY_free(pkey);
	return key;
}

static void signs_as(struct edoc_key *key, const char *what)
{
	struct edoc_error err = {0};
	struct ed_sigalg alg = {0};
	char text[ED_SIGALG_TEXT];
	struct ed_buf value;

	if (!key)
		return;
	ok(ed_key_sigalg(key, &alg), "%s", what);
	ed_sigalg_text(&alg, text);
	is_str(text, what, "its algorithm");
	ok(ed_sigalg_xml_uri(&alg) != NULL, "which XML can name");
	for (int plain = 0; plain < 2; plain++) {
		if (plain && alg.kind != ED_SIG_ECDSA)
			break;
		alg.plain = plain;
		ed_buf_init(&value, 4096);
		is_ok(ed_sign_value(key, &alg, "abc", 3, &value, &err), &err, "signs");
		ok(ed_verify_message(ed_key_pkey(key), &alg, "abc", 3, value.data, value.len),
		   "and it verifies");
		ok(!ed_verify_message(ed_key_pkey(key), &alg, "abd", 3, value.data, value.len),
		   "over these octets only");
		ed_buf_clear(&value);
	}
}

static void kinds(void)
{
	static const struct {
		const char *type, *group, *alg;
	} t[] = {
	        {"EC", "P-521", "ECDSA with SHA-512"},
	        {"EC", "brainpoolP256r1", "ECDSA with SHA-256"},
	        {"EC", "brainpoolP384r1", "ECDSA with SHA-384"},
	        {"EC", "brainpoolP512r1", "ECDSA with SHA-512"},
	        {"ED25519", NULL, "Ed25519"},
	        {"ED448", NULL, "Ed448"},
	};
	struct edoc_error err = {0};
	struct edoc_key *key;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		key = load_kind(
		        EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, t[i].type, t[i].group));
		signs_as(key, t[i].alg);
		fails(edoc_key_use_pss(key, &err), EDOC_ERR_USAGE, &err, "RSA", "no PSS for it");
		edoc_key_free(key);
	}
	key = load_kind(EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "RSA", (size_t)2048));
	signs_as(key, "RSA with SHA-256");
	is_ok(edoc_key_use_pss(key, &err), &err, "PSS is asked for");
	signs_as(key, "RSA-PSS with SHA-256");
	edoc_key_free(key);
	key = load_kind(make_pss(NULL, 2048));
	signs_as(key, "RSA-PSS with SHA-256");
	edoc_key_free(key);
	key = load_kind(make_pss("SHA512", 2048));
	signs_as(key, "RSA-PSS with SHA-512");
	edoc_key_free(key);
}

static void short_keys(void)
{
	struct edoc_key *key =
	        load_kind(EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "RSA", (size_t)2040));
	struct edoc_error err = {0};
	struct ed_sigalg alg;
	struct ed_buf value;

	ed_buf_init(&value, 4096);
	ok(key && ed_key_sigalg(key, &alg), "RSA-2040");
	fails(ed_sign_value(key, &alg, "abc", 3, &value, &err), EDOC_ERR_DENIED, &err, "2048",
	      "is too short to sign");
	is_int((int64_t)value.len, 0, "and gives nothing");
	ed_buf_clear(&value);
	edoc_key_free(key);
}

/* A key of a certificate: asked, it keeps the octets; given their value, it
 * gives that, and for nothing else. */
static void outside(const char *type, const char *group)
{
	EVP_PKEY *pkey = strcmp(type, "RSA") == 0
	                         ? EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, type, (size_t)2048)
	                         : EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, type, group);
	struct edoc_key *key = NULL, *here;
	struct ed_key_outside *o;
	struct edoc_error err = {0};
	struct ed_sigalg alg, der;
	struct ed_buf value;

	is_ok(edoc_key_outside(make_pem(pkey, true), NULL, &key, &err), &err, type);
	here = load_kind(pkey);
	if (!key || !here)
		return;
	ed_buf_init(&value, 4096);
	o = ed_key_outside(key);
	ok(o && !ed_key_outside(here) && !ed_key_elsewhere(here), "it alone is outside");
	ok(ed_key_sigalg(key, &alg), "its algorithm is that of its certificate");
	fails(ed_sign_value(key, &alg, "abc", 3, &value, &err), EDOC_ERR_AGAIN, &err, "awaited",
	      "stops");
	ok(o->octets.len == 3 && !memcmp(o->octets.data, "abc", 3) && o->alg.kind == alg.kind,
	   "and keeps the octets");
	der = alg;
	der.plain = false;
	is_ok(ed_sign_value(here, &der, "abc", 3, &o->value, &err), &err, "the other program");
	fails(ed_sign_value(key, &alg, "abd", 3, &value, &err), EDOC_ERR_INPUT, &err, "not what",
	      "not for other octets");
	fails(ed_sign_value(key, &alg, "abcd", 4, &value, &err), EDOC_ERR_INPUT, &err, "not what",
	      "nor for more of them");
	is_ok(ed_sign_value(key, &alg, "abc", 3, &value, &err), &err, "for these");
	ok(ed_verify_message(ed_key_pkey(key), &alg, "abc", 3, value.data, value.len),
	   "in the shape that is wanted");
	o->value.data[o->value.len - 1] ^= 1;
	ed_buf_reset(&value);
	fails(ed_sign_value(key, &alg, "abc", 3, &value, &err), EDOC_ERR_IO, &err,
	      "does not verify", "a value that is wrong");
	is_int((int64_t)value.len, 0, "is not given on");
	ed_buf_clear(&value);
	edoc_key_free(key);
	edoc_key_free(here);
}

static void outside_files(void)
{
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};

	is_ok(edoc_key_outside(pki("farrukh.crt"), pki("ca.pem"), &key, &err), &err, "a chain");
	is_str(key ? edoc_key_subject(key) : "", FARRUKH, "whose it is");
	is_int(key ? sk_X509_num(ed_key_chain(key)) : 0, 1, "the chain comes along");
	edoc_key_free(key);
	fails(edoc_key_outside(pki("zarina.der"), pki("farrukh.crt"), &key, &err), EDOC_ERR_INPUT,
	      &err, "farrukh.crt", "a chain that is not its own");
	ok(key == NULL, "gives nothing");
	fails(edoc_key_outside(pki("anvar.key"), NULL, &key, &err), EDOC_ERR_INPUT, &err,
	      "anvar.key", "no certificate");
	fails(edoc_key_outside(made("none"), NULL, &key, &err), EDOC_ERR_ABSENT, &err, "none",
	      "no file");
}

int main(void)
{
	char cmd[64];

	if (!mkdtemp(dir))
		return 1;
	good();
	passphrases();
	bad_files();
	several();
	ber();
	big_file();
	generates();
	kinds();
	short_keys();
	outside("RSA", NULL);
	outside("EC", "P-256");
	outside("EC", "P-384");
	outside("ED25519", NULL);
	outside_files();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (system(cmd))
		return 1;
	return done();
}
