/* SPDX-License-Identifier: ISC */
/* What is in a file of keys, and which of them is meant. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/keyfile.h"
#include "door/keyp11.h"
#include "door/keyrounds.h"
#include "door/x509.h"

/* ---- the passphrase: asked once, wiped ---------------------------------- */

bool ed_passphrase_get(struct ed_passphrase *pass)
{
	int n;

	if (pass->asked)
		return pass->given;
	pass->asked = true;
	if (!pass->ask)
		return false;
	n = pass->ask(pass->text, ED_MAX_PASSPHRASE, pass->what, pass->arg);
	if (n < 0 || n > ED_MAX_PASSPHRASE)
		return false;
	pass->len = (size_t)n;
	pass->text[n] = '\0';
	pass->given = true;
	return true;
}

static int passphrase_for_pem(char *buf, int size, int writing, void *arg)
{
	struct ed_passphrase *pass = arg;

	(void)writing;
	if (!ed_passphrase_get(pass) || pass->len > (size_t)size)
		return -1;
	memcpy(buf, pass->text, pass->len);
	return (int)pass->len;
}

/* Is an algorithm missing (as RC2 and its like of old PKCS#12 files are), or
 * are the bytes bad?  Any entry of the queue may hold the answer; the
 * decoder's own "unsupported" only says that it knows no such structure. */
static bool algorithm_missing(void)
{
	bool missing = false;
	unsigned long e;

	while ((e = ERR_get_error())) {
		int reason = ERR_GET_REASON(e);
		if (ERR_GET_LIB(e) != ERR_LIB_EVP)
			continue;
		if (reason == ERR_R_UNSUPPORTED || reason == EVP_R_UNSUPPORTED_ALGORITHM ||
		    reason == EVP_R_UNKNOWN_PBE_ALGORITHM || reason == EVP_R_UNSUPPORTED_CIPHER)
			missing = true;
	}
	return missing;
}

enum edoc_code ed_key_none(const char *path, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, path,
	               "no private key in it: PKCS#12 (RFC 7292) or PEM is needed");
}

enum edoc_code ed_key_no_passphrase(const char *path, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_DENIED, path,
	               "the key is encrypted and no passphrase was given");
}

enum edoc_code ed_key_undecrypted(const char *path, bool sure, struct edoc_error *err)
{
	if (algorithm_missing())
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               "made with an algorithm OpenSSL 3 keeps in its legacy provider: "
		               "export the key anew: openssl pkcs12 -legacy -in OLD -out PEM; "
		               "openssl pkcs12 -export -in PEM -out NEW");
	if (sure)
		return ed_fail(err, EDOC_ERR_INPUT, path, "the PKCS#12 file is damaged");
	return ed_fail(err, EDOC_ERR_DENIED, path, "wrong passphrase");
}

/* ---- PEM ------------------------------------------------------------------- */

static enum edoc_code spend_pem(const char *name, const unsigned char *der, long len,
                                uint64_t *spent, const char *path, struct edoc_error *err)
{
	const X509_ALGOR *alg = NULL;
	X509_SIG *sig = NULL;
	enum edoc_code rc = EDOC_OK;

	if (strcmp(name, PEM_STRING_PKCS8) != 0)
		return EDOC_OK;
	sig = d2i_X509_SIG(NULL, &der, len);
	if (sig) {
		X509_SIG_get0(sig, &alg, NULL);
		rc = ed_rounds_spend(spent, ed_rounds_of(alg), path, err);
	}
	X509_SIG_free(sig);
	return rc;
}

/* Before one of them is derived. */
static enum edoc_code check_rounds(const struct ed_buf *bytes, const char *path,
                                   struct ed_key_file *file, struct edoc_error *err)
{
	BIO *bio = BIO_new_mem_buf(bytes->data, (int)bytes->len);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	enum edoc_code rc = bio ? EDOC_OK : ed_fail_memory(err);
	long len = 0;

	while (rc == EDOC_OK && PEM_read_bio(bio, &name, &header, &der, &len)) {
		rc = spend_pem(name, der, len, &file->spent, path, err);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
	}
	ERR_clear_error();
	BIO_free(bio);
	return rc;
}

/* One block, and what stands before it. */
static enum edoc_code read_block(const unsigned char *text, long len, bool encrypted,
                                 const char *path, struct ed_passphrase *pass,
                                 struct ed_key_file *file, struct edoc_error *err)
{
	BIO *bio = BIO_new_mem_buf(text, (int)len);
	EVP_PKEY *pkey;

	if (!bio)
		return ed_fail_memory(err);
	pkey = PEM_read_bio_PrivateKey_ex(bio, NULL, passphrase_for_pem, pass, ed_crypto_context(),
	                                  NULL);
	BIO_free(bio);
	if (pkey)
		return ed_key_file_add(file, pkey, NULL, "", err);
	if (encrypted && pass->asked)
		return pass->given ? ed_key_undecrypted(path, false, err)
		                   : ed_key_no_passphrase(path, err);
	file->unread++;
	ERR_clear_error();
	return EDOC_OK;
}

/* Also "RSA PRIVATE KEY" and its like. */
static bool is_key(const char *name)
{
	static const char label[] = "PRIVATE KEY";
	size_t len = strlen(name), n = sizeof(label) - 1;

	return len >= n && !strcmp(name + len - n, label);
}

/* All of them: who has put two into a file has not said that he means the first. */
static enum edoc_code read_blocks(const struct ed_buf *bytes, const char *path,
                                  struct ed_passphrase *pass, struct ed_key_file *file,
                                  struct edoc_error *err)
{
	BIO *bio = BIO_new_mem_buf(bytes->data, (int)bytes->len);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	enum edoc_code rc = bio ? EDOC_OK : ed_fail_memory(err);
	long len = 0, at = 0, end;

	for (size_t n = 0; rc == EDOC_OK && PEM_read_bio(bio, &name, &header, &der, &len);
	     at = end) {
		end = BIO_tell(bio);
		if (end <= at)
			rc = ed_crypto_fail(err, EDOC_ERR_BUG, path, "BIO_tell");
		else if (is_key(name) && ++n > ED_MAX_KEY_BAGS)
			rc = ed_fail(err, EDOC_ERR_LIMIT, path,
			             "there are more than %d keys and certificates in it",
			             ED_MAX_KEY_BAGS);
		else if (is_key(name))
			rc = read_block(bytes->data + at, end - at,
			                header[0] || !strcmp(name, PEM_STRING_PKCS8), path, pass,
			                file, err);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		file->unread++; /* a block that is damaged: it may have been one */
	ERR_clear_error();
	BIO_free(bio);
	return rc;
}

static enum edoc_code read_pem(const struct ed_buf *bytes, const char *path,
                               struct ed_passphrase *pass, struct ed_key_file *file,
                               struct edoc_error *err)
{
	enum edoc_code rc = check_rounds(bytes, path, file, err);

	if (rc == EDOC_OK)
		rc = read_blocks(bytes, path, pass, file, err);
	if (rc == EDOC_OK && !file->n)
		return ed_key_none(path, err);
	if (rc == EDOC_OK && file->unread)
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               "there may be another private key in it, which cannot be read "
		               "(RFC 7468): take it out");
	if (rc != EDOC_OK || !strstr(ed_buf_str(bytes), "CERTIFICATE-----"))
		return rc;
	return ed_certs_read(bytes->data, bytes->len, path, ed_key_collect, file->certs, err);
}

/* ---- what a file holds -------------------------------------------------------- */

enum edoc_code ed_key_collect(void *arg, X509 *x509, struct edoc_error *err)
{
	STACK_OF(X509) *certs = arg;

	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (!X509_cmp(sk_X509_value(certs, i), x509))
			return EDOC_OK;
	}
	if (!X509_up_ref(x509))
		return ed_fail_memory(err);
	if (sk_X509_push(certs, x509))
		return EDOC_OK;
	X509_free(x509);
	return ed_fail_memory(err);
}

/* Nobody can ask for a name that steers terminals, and for none. */
static void put_name(struct ed_file_key *key, const char *name)
{
	size_t n = 0;

	if (!name || !name[0] || !ed_utf8_valid(name, strlen(name)))
		return;
	for (const char *p = name; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return;
	}
	while (key->names[n] && strcmp(key->names[n], name) != 0)
		n++;
	if (n < ED_KEY_NAMES)
		key->names[n] = name;
}

enum edoc_code ed_key_file_add(struct ed_key_file *file, EVP_PKEY *pkey, const char *friendly,
                               const char *id, struct edoc_error *err)
{
	const char *names[2] = {friendly ? friendly : "", id};
	struct ed_file_key *key = NULL;

	for (size_t i = 0; i < file->n && !key; i++) {
		if (EVP_PKEY_eq(file->keys[i].pkey, pkey) == 1)
			key = &file->keys[i];
	}
	ERR_clear_error();
	if (key) {
		EVP_PKEY_free(pkey);
	} else {
		key = ed_arena_grow(file->arena, file->keys, file->n, &file->cap, sizeof(*key));
		if (!key) {
			EVP_PKEY_free(pkey);
			return ed_fail_memory(err);
		}
		file->keys = key;
		key = &file->keys[file->n++];
		*key = (struct ed_file_key){.pkey = pkey};
	}
	for (size_t i = 0; i < 2; i++) {
		const char *name = ed_arena_strdup(file->arena, names[i]);

		if (!name)
			return ed_fail_memory(err);
		put_name(key, name);
	}
	return EDOC_OK;
}

/* Its certificate's, as door/key chooses it; one that cannot be read is told
 * when it is used. */
static enum edoc_code name_by_cert(struct ed_key_file *file, struct ed_file_key *key,
                                   struct edoc_error *err)
{
	struct ed_cert *cert = NULL;
	const char *names[4];
	X509 *x509 = NULL;

	for (int i = 0; i < sk_X509_num(file->certs) && !x509; i++) {
		if (X509_check_private_key(sk_X509_value(file->certs, i), key->pkey) == 1)
			x509 = sk_X509_value(file->certs, i);
	}
	ERR_clear_error();
	if (!x509 || ed_cert_of(x509, "", file->arena, &cert, NULL) != EDOC_OK)
		return EDOC_OK;
	names[0] = (const char *)X509_alias_get0(x509, NULL);
	names[1] = cert->serial;
	names[2] = cert->subject;
	names[3] = cert->hex;
	for (size_t i = 0; i < 4; i++) {
		const char *name = ed_arena_strdup(file->arena, names[i] ? names[i] : "");

		if (!name) {
			ed_cert_clear(cert);
			return ed_fail_memory(err);
		}
		put_name(key, name);
	}
	ed_cert_clear(cert);
	return EDOC_OK;
}

enum edoc_code ed_key_file_read(const char *path, struct ed_passphrase *pass,
                                struct ed_key_file *file, struct edoc_error *err)
{
	struct ed_buf bytes;
	enum edoc_code rc;

	*file = (struct ed_key_file){.arena = ed_arena_new(), .certs = sk_X509_new_null()};
	if (!file->arena || !file->certs)
		return ed_fail_memory(err);
	ed_buf_init(&bytes, ED_MAX_KEY_FILE);
	rc = ed_read_path(path, &bytes, err);
	if (rc == EDOC_OK) {
		if (strstr(ed_buf_str(&bytes), "-----BEGIN "))
			rc = read_pem(&bytes, path, pass, file, err);
		else
			rc = ed_p12_read(&bytes, path, pass, file, err);
	}
	ed_buf_clear(&bytes);
	for (size_t i = 0; rc == EDOC_OK && i < file->n; i++)
		rc = name_by_cert(file, &file->keys[i], err);
	return rc;
}

void ed_key_file_clear(struct ed_key_file *file)
{
	for (size_t i = 0; i < file->n; i++)
		EVP_PKEY_free(file->keys[i].pkey);
	sk_X509_pop_free(file->certs, X509_free);
	ed_arena_free(file->arena);
	*file = (struct ed_key_file){0};
}

/* ---- which one ---------------------------------------------------------------- */

#define HEX_SHA256 64 /* which others print in capitals */

static bool has_name(const struct ed_file_key *key, const char *name)
{
	for (size_t i = 0; key->names[i]; i++) {
		if (!strcmp(key->names[i], name) ||
		    (strlen(name) == HEX_SHA256 && !strcasecmp(key->names[i], name)))
			return true;
	}
	return false;
}

static size_t count(const struct ed_key_file *file, const char *name, size_t *first)
{
	size_t n = 0;

	for (size_t i = 0; i < file->n; i++) {
		if (name && !has_name(&file->keys[i], name))
			continue;
		if (!n++)
			*first = i;
	}
	return n;
}

const char *ed_key_file_name(const struct ed_key_file *file, size_t i)
{
	const struct ed_file_key *key = &file->keys[i];
	size_t first;

	for (size_t k = 0; key->names[k]; k++) {
		if (count(file, key->names[k], &first) == 1)
			return key->names[k];
	}
	return NULL;
}

/* As many as a sentence holds; edoc-sign keys has the rest. */
static void list_names(const struct ed_key_file *file, const char *name, struct ed_buf *list)
{
	for (size_t i = 0; i < file->n; i++) {
		const char *own = ed_key_file_name(file, i);

		if (!own || (name && !has_name(&file->keys[i], name)))
			continue;
		if (list->len + strlen(own) > 120) {
			ed_buf_puts(list, ", ...");
			return;
		}
		ed_buf_printf(list, "%s#%s", list->len ? ", " : "", own);
	}
}

enum edoc_code ed_key_file_choose(const struct ed_key_file *file, const char *path,
                                  const char *name, size_t *which, struct edoc_error *err)
{
	struct ed_buf list;
	size_t n = count(file, name, which);

	if (n == 1)
		return EDOC_OK;
	ed_buf_init(&list, 4096);
	list_names(file, n ? name : NULL, &list);
	if (n && !list.len)
		(void)ed_fail(err, EDOC_ERR_USAGE, path,
		              "there are %zu private keys in it without a certificate that would "
		              "name them: give each a file of its own",
		              n);
	else if (n)
		(void)ed_fail(err, EDOC_ERR_USAGE, path,
		              "there are %zu such keys in it, add the name of one: %s "
		              "(edoc-sign keys FILE tells more)",
		              n, ed_buf_str(&list));
	else
		(void)ed_fail(err, EDOC_ERR_ABSENT, path,
		              "no key in it is called \"%.64s\"; there is %s", name,
		              ed_buf_str(&list));
	ed_buf_clear(&list);
	return n ? EDOC_ERR_USAGE : EDOC_ERR_ABSENT;
}

size_t ed_key_file_path(const char *path)
{
	struct stat st;

	if (ed_p11_is_uri(path) || stat(path, &st) == 0)
		return strlen(path);
	for (const char *p = strchr(path, '#'); p; p = strchr(p + 1, '#')) {
		char *file = strndup(path, (size_t)(p - path));
		bool there = file && stat(file, &st) == 0 && S_ISREG(st.st_mode);

		free(file);
		if (there)
			return (size_t)(p - path);
	}
	return strlen(path);
}
