/* SPDX-License-Identifier: ISC */
/* A private key with its certificates: of files, of tokens, elsewhere, made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/crypto.h"
#include "door/keyfile.h"
#include "door/keyp11.h"
#include "door/x509.h"

#define MAX_COMMON_NAME 64 /* ub-common-name, RFC 5280 appendix A.1 */

struct edoc_key {
	EVP_PKEY *pkey;
	X509 *cert;
	STACK_OF(X509) *chain;
	char *subject;
	char sha256[65];
	bool pss;
	struct ed_key_elsewhere elsewhere; /* sign NULL: the private key is here */
	struct ed_key_outside *outside;    /* of a certificate only */
};

EVP_PKEY *ed_key_pkey(const struct edoc_key *key)
{
	return key->pkey;
}

X509 *ed_key_cert(const struct edoc_key *key)
{
	return key->cert;
}

STACK_OF(X509) *ed_key_chain(const struct edoc_key *key)
{
	return key->chain;
}

const struct ed_key_elsewhere *ed_key_elsewhere(const struct edoc_key *key)
{
	return key->elsewhere.sign ? &key->elsewhere : NULL;
}

struct ed_key_outside *ed_key_outside(const struct edoc_key *key)
{
	return key->outside;
}

bool ed_key_wants_pss(const struct edoc_key *key)
{
	return key->pss;
}

const char *edoc_key_subject(const struct edoc_key *key)
{
	return key->subject;
}

const char *edoc_key_cert_sha256(const struct edoc_key *key)
{
	return key->sha256;
}

void edoc_key_free(struct edoc_key *key)
{
	if (!key)
		return;
	if (key->elsewhere.free)
		key->elsewhere.free(key->elsewhere.arg);
	EVP_PKEY_free(key->pkey);
	X509_free(key->cert);
	sk_X509_pop_free(key->chain, X509_free);
	free(key->subject);
	free(key);
}

static enum edoc_code read_certs(const char *path, STACK_OF(X509) *certs, struct edoc_error *err)
{
	enum edoc_code rc;
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_KEY_FILE);
	rc = ed_read_path(path, &bytes, err);
	if (rc == EDOC_OK)
		rc = ed_certs_read(bytes.data, bytes.len, path, ed_key_collect, certs, err);
	ed_buf_clear(&bytes);
	return rc;
}

/* ---- putting key and certificate together -------------------------------- */

static enum edoc_code describe(struct edoc_key *key, struct edoc_error *err)
{
	unsigned char sha256[ED_HASH_MAX];
	struct ed_buf text;
	enum edoc_code rc;

	ed_buf_init(&text, ED_MAX_CERT);
	rc = ed_cert_der(key->cert, &text, err);
	if (rc == EDOC_OK && !ed_hash_bytes(ED_SHA256, text.data, text.len, sha256))
		rc = ed_crypto_fail(err, EDOC_ERR_BUG, "", "SHA-256 cannot be computed");
	ed_buf_clear(&text);
	if (rc != EDOC_OK)
		return rc;
	ed_hex(key->sha256, sha256, 32);
	ed_buf_init(&text, ED_MAX_NAME_TEXT);
	ed_name_put(X509_get_subject_name(key->cert), &text);
	return ed_buf_steal(&text, "", &key->subject, err);
}

/* Three files, the last two of which may be NULL, and their certificates. */
struct paths {
	const char *file, *cert, *chain;
};

struct certs {
	STACK_OF(X509) *key, *cert, *chain;
};

/* Which of the certificates is the key's.  A file that was named for it has
 * to hold it: another one in the key's file is not what was asked for. */
static enum edoc_code choose(struct edoc_key *key, const struct certs *certs, const char *path,
                             const char *cert_path, struct edoc_error *err)
{
	STACK_OF(X509) *from = cert_path ? certs->cert : certs->key;
	struct ed_buf subject;

	if (sk_X509_num(from) == 0)
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               "the key file holds no certificate: name the certificate's file");
	for (int i = 0; i < sk_X509_num(from); i++) {
		X509 *x509 = sk_X509_value(from, i);

		if (X509_check_private_key(x509, key->pkey) == 1) {
			key->cert = X509_up_ref(x509) ? x509 : NULL;
			return key->cert ? EDOC_OK : ed_fail_memory(err);
		}
	}
	ed_buf_init(&subject, ED_MAX_NAME_TEXT);
	ed_name_put(X509_get_subject_name(sk_X509_value(from, 0)), &subject);
	(void)ed_fail(err, EDOC_ERR_INPUT, cert_path ? cert_path : path,
	              "the certificate of %.80s is not of the key in %.80s", ed_buf_str(&subject),
	              path);
	ed_buf_clear(&subject);
	return EDOC_ERR_INPUT;
}

static X509 *issuer_among(STACK_OF(X509) *certs, X509 *x509)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (X509_check_issued(sk_X509_value(certs, i), x509) == X509_V_OK)
			return sk_X509_value(certs, i);
	}
	return NULL;
}

/* What was named as the chain leads up from our certificate, or begins with it. */
static enum edoc_code check_chain(const struct edoc_key *key, const struct certs *certs,
                                  const char *chain_path, struct edoc_error *err)
{
	X509 *x509 = key->cert;

	for (int i = 0; i < sk_X509_num(certs->chain); i++) {
		if (!X509_cmp(sk_X509_value(certs->chain, i), x509))
			return EDOC_OK;
	}
	for (int depth = 0; x509 && depth < ED_MAX_CHAIN; depth++) {
		X509 *up = NULL;

		if (issuer_among(certs->chain, x509))
			return EDOC_OK;
		up = issuer_among(certs->key, x509);
		x509 = up ? up : issuer_among(certs->cert, x509);
	}
	return ed_fail(err, EDOC_ERR_INPUT, chain_path,
	               "no certificate in it is above that of %.80s", key->subject);
}

/* All but the key's own, of which a file may hold an older one too. */
static enum edoc_code put_chain(struct edoc_key *key, STACK_OF(X509) *from, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	for (int i = 0; rc == EDOC_OK && i < sk_X509_num(from); i++) {
		if (X509_check_private_key(sk_X509_value(from, i), key->pkey) != 1)
			rc = ed_key_collect(key->chain, sk_X509_value(from, i), err);
	}
	return rc;
}

static enum edoc_code check_key(const struct edoc_key *key, const char *path,
                                struct edoc_error *err)
{
	struct ed_sigalg alg;

	if (!ed_key_sigalg(key, &alg))
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               "a key of this kind does not sign: RSA, EC on P-256, P-384, P-521 "
		               "or brainpoolP256r1, P384r1, P512r1, Ed25519 and Ed448 do");
	return EDOC_OK;
}

/* Others' certificates lie beside it too: only what is above ours comes along. */
static enum edoc_code put_above(struct edoc_key *key, STACK_OF(X509) *all, struct edoc_error *err)
{
	X509 *x509 = key->cert;
	enum edoc_code rc = EDOC_OK;

	for (int i = 0; i < ED_MAX_CHAIN && rc == EDOC_OK; i++) {
		X509 *up = issuer_among(all, x509);

		if (!up || !X509_cmp(up, x509))
			break;
		rc = ed_key_collect(key->chain, up, err);
		x509 = up;
	}
	return rc;
}

static enum edoc_code put_certs(struct edoc_key *key, const struct certs *certs,
                                const struct paths *paths, bool alone, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	if (paths->cert)
		rc = read_certs(paths->cert, certs->cert, err);
	if (rc == EDOC_OK)
		rc = choose(key, certs, paths->file, paths->cert, err);
	if (rc == EDOC_OK)
		rc = describe(key, err);
	if (rc == EDOC_OK && paths->chain)
		rc = read_certs(paths->chain, certs->chain, err);
	if (rc == EDOC_OK && paths->chain)
		rc = check_chain(key, certs, paths->chain, err);
	if (rc == EDOC_OK)
		rc = alone ? put_chain(key, certs->key, err) : put_above(key, certs->key, err);
	if (rc == EDOC_OK)
		rc = put_chain(key, certs->cert, err);
	return rc == EDOC_OK ? put_chain(key, certs->chain, err) : rc;
}

/* The i-th key of a file that is read. */
static enum edoc_code take(struct edoc_key *key, const struct certs *certs,
                           const struct ed_key_file *file, size_t i, const struct paths *paths,
                           struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	if (!EVP_PKEY_up_ref(file->keys[i].pkey))
		return ed_fail_memory(err);
	key->pkey = file->keys[i].pkey;
	for (int k = 0; rc == EDOC_OK && k < sk_X509_num(file->certs); k++)
		rc = ed_key_collect(certs->key, sk_X509_value(file->certs, k), err);
	if (rc == EDOC_OK)
		rc = check_key(key, paths->file, err);
	return rc == EDOC_OK ? put_certs(key, certs, paths, file->n == 1, err) : rc;
}

static enum edoc_code load(const struct paths *paths, const char *name, struct ed_passphrase *pass,
                           struct edoc_key *key, const struct certs *certs, struct edoc_error *err)
{
	struct ed_key_file file;
	enum edoc_code rc = ed_key_file_read(paths->file, pass, &file, err);
	size_t which = 0;

	if (rc == EDOC_OK)
		rc = ed_key_file_choose(&file, paths->file, name, &which, err);
	if (rc == EDOC_OK)
		rc = take(key, certs, &file, which, paths, err);
	ed_key_file_clear(&file);
	return rc;
}

/* A key on its way, in our own context. */
struct loading {
	OSSL_LIB_CTX *old;
	struct certs certs;
	struct edoc_key *key;
};

static enum edoc_code begin_loading(struct loading *l, struct edoc_error *err)
{
	memset(l, 0, sizeof(*l));
	l->old = ed_crypto_enter();
	if (!l->old)
		return ed_fail(err, EDOC_ERR_BUG, "", "libcrypto's default provider is not there");
	l->certs = (struct certs){sk_X509_new_null(), sk_X509_new_null(), sk_X509_new_null()};
	l->key = calloc(1, sizeof(*l->key));
	if (l->key)
		l->key->chain = sk_X509_new_null();
	if (l->key && l->key->chain && l->certs.key && l->certs.cert && l->certs.chain)
		return EDOC_OK;
	return ed_fail_memory(err);
}

static void end_loading(struct loading *l, enum edoc_code rc, struct edoc_key **key)
{
	if (rc == EDOC_OK)
		*key = l->key;
	else
		edoc_key_free(l->key);
	sk_X509_pop_free(l->certs.key, X509_free);
	sk_X509_pop_free(l->certs.cert, X509_free);
	sk_X509_pop_free(l->certs.chain, X509_free);
	if (l->old)
		ed_crypto_leave(l->old);
}

/* ---- a key in a token -------------------------------------------------------- */

/* Of several for one key, as after a renewal, the one that ends last. */
static X509 *latest(STACK_OF(X509) *certs)
{
	X509 *best = NULL;

	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *x509 = sk_X509_value(certs, i);

		if (!best ||
		    ASN1_TIME_compare(X509_get0_notAfter(x509), X509_get0_notAfter(best)) > 0)
			best = x509;
	}
	return best;
}

/* certs->key: the token's own for this key; certs->cert: of the named file. */
static enum edoc_code choose_for_token(struct edoc_key *key, const struct certs *certs,
                                       const char *token, const char *cert_path,
                                       struct edoc_error *err)
{
	X509 *own = latest(certs->key), *x509 = cert_path ? sk_X509_value(certs->cert, 0) : own;

	if (!x509)
		return ed_fail(err, EDOC_ERR_INPUT, token,
		               "there is no certificate of the key's id in the token: name the "
		               "certificate's file");
	if (own && EVP_PKEY_eq(X509_get0_pubkey(own), X509_get0_pubkey(x509)) != 1)
		return ed_fail(err, EDOC_ERR_INPUT, cert_path,
		               "the certificate is not of the key in %.80s", token);
	key->cert = X509_up_ref(x509) ? x509 : NULL;
	key->pkey = key->cert ? X509_get_pubkey(key->cert) : NULL;
	if (!key->pkey)
		return ed_crypto_fail(err, EDOC_ERR_INPUT, token,
		                      "the certificate's key cannot be read");
	return EDOC_OK;
}

static enum edoc_code certs_of_token(struct ed_token *token, struct edoc_key *key,
                                     const struct ed_buf *id, const struct certs *certs,
                                     const char *cert_path, const char *chain_path,
                                     struct edoc_error *err)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	enum edoc_code rc = all ? EDOC_OK : ed_fail_memory(err);

	if (rc == EDOC_OK && id->len)
		rc = ed_token_certs(token, id, NULL, ed_key_collect, certs->key, err);
	if (rc == EDOC_OK && cert_path)
		rc = read_certs(cert_path, certs->cert, err);
	if (rc == EDOC_OK && chain_path)
		rc = read_certs(chain_path, certs->chain, err);
	if (rc == EDOC_OK)
		rc = choose_for_token(key, certs, ed_token_name(token), cert_path, err);
	if (rc == EDOC_OK)
		rc = describe(key, err);
	if (rc == EDOC_OK)
		rc = check_key(key, ed_token_name(token), err);
	if (rc == EDOC_OK && chain_path)
		rc = check_chain(key, certs, chain_path, err);
	if (rc == EDOC_OK)
		rc = ed_token_certs(token, NULL, NULL, ed_key_collect, all, err);
	if (rc == EDOC_OK)
		rc = put_above(key, all, err);
	if (rc == EDOC_OK)
		rc = put_chain(key, certs->cert, err);
	if (rc == EDOC_OK)
		rc = put_chain(key, certs->chain, err);
	sk_X509_pop_free(all, X509_free);
	return rc;
}

static enum edoc_code load_token(const char *text, const char *cert_path, const char *chain_path,
                                 const struct ed_passphrase *pass, struct edoc_key *key,
                                 const struct certs *certs, struct edoc_error *err)
{
	struct ed_token *token = NULL;
	struct ed_p11_uri uri;
	struct ed_buf id;
	enum edoc_code rc = ed_p11_uri_parse(text, &uri, err);

	ed_buf_init(&id, ED_P11_TEXT);
	if (rc == EDOC_OK)
		rc = ed_token_open(&uri, &token, err);
	if (rc != EDOC_OK)
		return rc;
	key->elsewhere = (struct ed_key_elsewhere){ed_token_sign, ed_token_free, token};
	rc = ed_token_login(token, &uri, pass->ask, pass->arg, err);
	if (rc == EDOC_OK)
		rc = ed_token_find(token, &uri, &id, err);
	if (rc == EDOC_OK)
		rc = certs_of_token(token, key, &id, certs, cert_path, chain_path, err);
	ed_buf_clear(&id);
	return rc;
}

/* ---- a key in a file -------------------------------------------------------- */

size_t edoc_key_path(const char *key)
{
	return ed_key_file_path(key);
}

/* "FILE#NAME" in its two parts; the name is NULL where there is none. */
static enum edoc_code split(const char *path, char **file, const char **name,
                            struct edoc_error *err)
{
	size_t n = ed_key_file_path(path);

	*name = path[n] ? path + n + 1 : NULL;
	*file = strndup(path, n);
	return *file ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code load_file(const char *path, const char *cert_path, const char *chain_path,
                                struct ed_passphrase *pass, const struct loading *l,
                                struct edoc_error *err)
{
	struct paths paths = {NULL, cert_path, chain_path};
	char *file = NULL;
	const char *name;
	enum edoc_code rc = split(path, &file, &name, err);

	paths.file = pass->what = file;
	if (rc == EDOC_OK)
		rc = load(&paths, name, pass, l->key, &l->certs, err);
	free(file);
	return rc;
}

enum edoc_code edoc_key_load(const char *path, const char *cert_path, const char *chain_path,
                             edoc_passphrase_fn *ask, void *arg, struct edoc_key **key,
                             struct edoc_error *err)
{
	struct ed_passphrase pass = {.ask = ask, .arg = arg, .what = path};
	struct loading l;
	enum edoc_code rc = begin_loading(&l, err);

	*key = NULL;
	if (rc == EDOC_OK && ed_p11_is_uri(path))
		rc = load_token(path, cert_path, chain_path, &pass, l.key, &l.certs, err);
	else if (rc == EDOC_OK)
		rc = load_file(path, cert_path, chain_path, &pass, &l, err);
	end_loading(&l, rc, key);
	ed_wipe(&pass, sizeof(pass));
	return rc;
}

/* One key of a file, told as it would be loaded. */
static enum edoc_code tell(const struct ed_key_file *file, size_t i, const char *path,
                           ed_key_each_fn *fn, void *arg, struct edoc_error *err)
{
	struct paths paths = {path, NULL, NULL};
	const char *name = file->n > 1 ? ed_key_file_name(file, i) : NULL;
	struct edoc_key *key = NULL;
	struct edoc_error why = {0};
	struct loading l;
	char *text = NULL;
	enum edoc_code rc = begin_loading(&l, err);

	if (rc == EDOC_OK && asprintf(&text, "%s%s%s", path, name ? "#" : "", name ? name : "") < 0)
		rc = ed_fail_memory(err);
	end_loading(&l, rc == EDOC_OK ? take(l.key, &l.certs, file, i, &paths, &why) : rc, &key);
	if (rc == EDOC_OK)
		fn(arg, text, key, key ? NULL : why.msg);
	edoc_key_free(key);
	free(text);
	return rc;
}

static enum edoc_code tell_all(const char *path, const char *name, struct ed_passphrase *pass,
                               ed_key_each_fn *fn, void *arg, struct edoc_error *err)
{
	struct ed_key_file file;
	enum edoc_code rc = ed_key_file_read(path, pass, &file, err);
	size_t which = 0;

	if (rc == EDOC_OK && name)
		rc = ed_key_file_choose(&file, path, name, &which, err);
	for (size_t i = 0; rc == EDOC_OK && i < file.n; i++) {
		if (!name || i == which)
			rc = tell(&file, i, path, fn, arg, err);
	}
	ed_key_file_clear(&file);
	return rc;
}

enum edoc_code ed_key_each(const char *path, edoc_passphrase_fn *ask, void *ask_arg,
                           ed_key_each_fn *fn, void *arg, struct edoc_error *err)
{
	struct ed_passphrase pass = {.ask = ask, .arg = ask_arg};
	OSSL_LIB_CTX *old = ed_crypto_enter();
	char *file = NULL;
	const char *name;
	enum edoc_code rc;

	if (!old)
		return ed_fail(err, EDOC_ERR_BUG, "", "libcrypto's default provider is not there");
	rc = split(path, &file, &name, err);
	pass.what = file;
	if (rc == EDOC_OK)
		rc = tell_all(file, name, &pass, fn, arg, err);
	free(file);
	ed_wipe(&pass, sizeof(pass));
	ed_crypto_leave(old);
	return rc;
}

enum edoc_code edoc_key_use_pss(struct edoc_key *key, struct edoc_error *err)
{
	if (ed_pkey_type(key->pkey) != ED_KEY_RSA)
		return ed_fail(err, EDOC_ERR_USAGE, key->subject,
		               "only an RSA key can be padded by PSS (RFC 8017 8.1)");
	key->pss = true;
	return EDOC_OK;
}

/* ---- a key that another program keeps ------------------------------------- */

static enum edoc_code sign_outside(void *arg, const struct edoc_key *key,
                                   const struct ed_sigalg *alg, const void *octets, size_t len,
                                   struct ed_buf *value, struct edoc_error *err)
{
	struct ed_key_outside *o = arg;

	if (!o->value.len) {
		ed_buf_reset(&o->octets);
		ed_buf_put(&o->octets, octets, len);
		o->alg = *alg;
		return ed_fail(err, EDOC_ERR_AGAIN, key->subject,
		               "the key is elsewhere: its value is awaited");
	}
	if (len != o->octets.len || memcmp(octets, o->octets.data, len) != 0)
		return ed_fail(err, EDOC_ERR_INPUT, key->subject,
		               "what would be signed now is not what the value was made for");
	ed_buf_put(value, o->value.data, o->value.len);
	return EDOC_OK;
}

static void free_outside(void *arg)
{
	struct ed_key_outside *o = arg;

	ed_buf_clear(&o->octets);
	ed_buf_clear(&o->value);
	ed_buf_clear(&o->token);
	free(o);
}

static enum edoc_code make_outside(struct edoc_key *key, struct edoc_error *err)
{
	struct ed_key_outside *o = calloc(1, sizeof(*o));

	if (!o)
		return ed_fail_memory(err);
	ed_buf_init(&o->octets, ED_MAX_XML_BYTES);
	ed_buf_init(&o->value, ED_MAX_KEY_FILE);
	ed_buf_init(&o->token, ED_MAX_STAMP);
	key->outside = o;
	key->elsewhere = (struct ed_key_elsewhere){sign_outside, free_outside, o};
	return EDOC_OK;
}

/* The first certificate of the file is the signer's, as in RFC 8446 4.4.2. */
static enum edoc_code put_public(struct edoc_key *key, const struct certs *certs, const char *path,
                                 const char *chain_path, struct edoc_error *err)
{
	X509 *x509 = sk_X509_value(certs->cert, 0);
	enum edoc_code rc;

	key->cert = x509 && X509_up_ref(x509) ? x509 : NULL;
	key->pkey = key->cert ? X509_get_pubkey(key->cert) : NULL;
	if (!key->pkey)
		return ed_crypto_fail(err, EDOC_ERR_INPUT, path,
		                      "the certificate's key cannot be read");
	rc = describe(key, err);
	if (rc == EDOC_OK)
		rc = check_key(key, path, err);
	if (rc == EDOC_OK && chain_path)
		rc = check_chain(key, certs, chain_path, err);
	if (rc == EDOC_OK)
		rc = put_chain(key, certs->cert, err);
	return rc == EDOC_OK ? put_chain(key, certs->chain, err) : rc;
}

static enum edoc_code load_outside(struct edoc_key *key, const struct certs *certs,
                                   const char *cert_path, const char *chain_path,
                                   struct edoc_error *err)
{
	enum edoc_code rc = read_certs(cert_path, certs->cert, err);

	if (rc == EDOC_OK && chain_path)
		rc = read_certs(chain_path, certs->chain, err);
	if (rc == EDOC_OK)
		rc = put_public(key, certs, cert_path, chain_path, err);
	return rc == EDOC_OK ? make_outside(key, err) : rc;
}

/* What is in the request comes into the signature: nothing that is not above
 * the signer's certificate. */
static enum edoc_code check_above(const struct edoc_key *key, const char *where,
                                  struct edoc_error *err)
{
	for (int i = 0; i < sk_X509_num(key->chain); i++) {
		X509 *up = sk_X509_value(key->chain, i);
		bool above = X509_check_issued(up, key->cert) == X509_V_OK;

		for (int k = 0; k < sk_X509_num(key->chain) && !above; k++)
			above = k != i &&
			        X509_check_issued(up, sk_X509_value(key->chain, k)) == X509_V_OK;
		if (!above)
			return ed_fail(err, EDOC_ERR_INPUT, where,
			               "a certificate comes along that is not above that of %.80s",
			               key->subject);
	}
	return EDOC_OK;
}

enum edoc_code ed_key_outside_der(const struct ed_buf *der, size_t n, const char *where,
                                  struct edoc_key **key, struct edoc_error *err)
{
	struct loading l;
	enum edoc_code rc = begin_loading(&l, err);

	*key = NULL;
	for (size_t i = 0; rc == EDOC_OK && i < n; i++)
		rc = ed_certs_read(der[i].data, der[i].len, where, ed_key_collect, l.certs.cert,
		                   err);
	if (rc == EDOC_OK)
		rc = put_public(l.key, &l.certs, where, NULL, err);
	if (rc == EDOC_OK)
		rc = check_above(l.key, where, err);
	if (rc == EDOC_OK)
		rc = make_outside(l.key, err);
	end_loading(&l, rc, key);
	return rc;
}

enum edoc_code edoc_key_outside(const char *cert_path, const char *chain_path,
                                struct edoc_key **key, struct edoc_error *err)
{
	struct loading l;
	enum edoc_code rc = begin_loading(&l, err);

	*key = NULL;
	if (rc == EDOC_OK)
		rc = load_outside(l.key, &l.certs, cert_path, chain_path, err);
	end_loading(&l, rc, key);
	return rc;
}

/* ---- making a desk's key -------------------------------------------------- */

static bool set_name(X509 *cert, const char *name)
{
	X509_NAME *n = X509_get_subject_name(cert);

	return X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
	                                  -1, 0) &&
	       X509_set_issuer_name(cert, n);
}

static bool set_serial(X509 *cert)
{
	unsigned char bytes[16];
	BIGNUM *n;
	bool good;

	if (!ed_random(bytes, sizeof(bytes)))
		return false;
	bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40); /* positive, always 16 bytes */
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	good = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	return good;
}

/* RFC 5280 4.2.1.2, 4.2.1.3, 4.2.1.9 */
static bool set_extensions(X509 *cert)
{
	static unsigned char usage[] = {0x80 | 0x40}; /* digitalSignature, nonRepudiation */
	BASIC_CONSTRAINTS *bc = BASIC_CONSTRAINTS_new();
	ASN1_BIT_STRING *ku = ASN1_BIT_STRING_new();
	ASN1_OCTET_STRING *ski = ASN1_OCTET_STRING_new();
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len;
	bool good;

	good = bc && ku && ski && ASN1_BIT_STRING_set(ku, usage, sizeof(usage)) &&
	       X509_pubkey_digest(cert, EVP_sha1(), hash, &len) &&
	       ASN1_OCTET_STRING_set(ski, hash, (int)len) &&
	       X509_add1_ext_i2d(cert, NID_basic_constraints, bc, 1, 0) &&
	       X509_add1_ext_i2d(cert, NID_key_usage, ku, 1, 0) &&
	       X509_add1_ext_i2d(cert, NID_subject_key_identifier, ski, 0, 0);
	BASIC_CONSTRAINTS_free(bc);
	ASN1_BIT_STRING_free(ku);
	ASN1_OCTET_STRING_free(ski);
	return good;
}

static bool make_self_signed(EVP_PKEY *pkey, const char *name, int64_t not_before,
                             int64_t not_after, X509 *cert)
{
	return X509_set_version(cert, X509_VERSION_3) && set_serial(cert) && set_name(cert, name) &&
	       ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)not_before) &&
	       ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)not_after) &&
	       X509_set_pubkey(cert, pkey) && set_extensions(cert) &&
	       X509_sign(cert, pkey, EVP_sha256()) > 0;
}

static enum edoc_code write_secret(const char *path, const void *bytes, size_t len,
                                   struct edoc_error *err)
{
	struct ed_tmp tmp = {.fd = -1};
	enum edoc_code rc = ed_tmp_open(&tmp, path, true, err);

	if (rc == EDOC_OK)
		rc = ed_write_full(tmp.fd, path, bytes, len, err);
	if (rc == EDOC_OK)
		rc = ed_tmp_link(&tmp, err);
	ed_tmp_clear(&tmp);
	return rc;
}

static enum edoc_code generate(const char *path, const char *name, int64_t not_before,
                               int64_t not_after, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_ERR_BUG;
	/* Secure memory is not asked for: the file itself is not encrypted. */
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *cert = X509_new_ex(ed_crypto_context(), NULL);
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(ed_crypto_context(), NULL, "EC", "P-256");
	char *bytes = NULL;
	long len = 0;

	if (!bio || !cert || !pkey || !make_self_signed(pkey, name, not_before, not_after, cert) ||
	    !PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) ||
	    !PEM_write_bio_X509(bio, cert)) {
		rc = ed_crypto_fail(err, EDOC_ERR_BUG, path, "the key cannot be made");
		goto out;
	}
	len = BIO_get_mem_data(bio, &bytes);
	rc = write_secret(path, bytes, (size_t)len, err);
out:
	ed_wipe(bytes, (size_t)len);
	EVP_PKEY_free(pkey);
	X509_free(cert);
	BIO_free(bio);
	return rc;
}

/* Characters, not bytes, are limited. */
static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

enum edoc_code edoc_key_generate(const char *path, const char *name, int64_t not_before,
                                 int64_t not_after, struct edoc_error *err)
{
	OSSL_LIB_CTX *old;
	enum edoc_code rc;

	if (!ed_utf8_valid(name, strlen(name)) || characters(name) < 1 ||
	    characters(name) > MAX_COMMON_NAME)
		return ed_fail(err, EDOC_ERR_USAGE, name,
		               "a key's name is 1 to %d characters of UTF-8 (RFC 5280 A.1)",
		               MAX_COMMON_NAME);
	if (not_before >= not_after)
		return ed_fail(err, EDOC_ERR_USAGE, name,
		               "the certificate would end before it begins");
	old = ed_crypto_enter();
	if (!old)
		return ed_fail(err, EDOC_ERR_BUG, "", "libcrypto's default provider is not there");
	rc = generate(path, name, not_before, not_after, err);
	ed_crypto_leave(old);
	return rc;
}
