/* SPDX-License-Identifier: ISC */
/* Files of keys: PKCS#12 (RFC 7292), in which there may be several, and PEM. */
#ifndef ED_DOOR_KEYFILE_H
#define ED_DOOR_KEYFILE_H

#include <openssl/x509.h>

#include "base/arena.h"
#include "base/buf.h"

/* Asked for once, and wiped by who owns it. */
#define ED_MAX_PASSPHRASE 1024
struct ed_passphrase {
	edoc_passphrase_fn *ask;
	void *arg;
	const char *what;
	bool asked, given;
	size_t len;
	char text[ED_MAX_PASSPHRASE + 1];
};
bool ed_passphrase_get(struct ed_passphrase *pass);

/* By which a key of a file is asked for: its friendlyName, that of its
 * certificate, its localKeyId in hex, its certificate's serial number (decimal),
 * subject and SHA-256; NULL-ended. */
#define ED_KEY_NAMES 6
struct ed_file_key {
	EVP_PKEY *pkey;
	const char *names[ED_KEY_NAMES + 1];
};

struct ed_key_file {
	struct ed_arena *arena;
	struct ed_file_key *keys; /* no two alike */
	size_t n, cap;
	STACK_OF(X509) *certs; /* each once; their alias is their friendlyName */
	size_t unread;         /* blocks of PEM that may hold a key, and cannot be read */
	uint64_t spent;        /* rounds of deriving from its passphrase */
};

/* At least one key, or it is refused.  In ed_crypto_enter(). */
enum edoc_code ed_key_file_read(const char *path, struct ed_passphrase *pass,
                                struct ed_key_file *file, struct edoc_error *err) EDOC_CHECK;
void ed_key_file_clear(struct ed_key_file *file);
/* The key of that name; name NULL: the only one.  Refused where it could be
 * another one too. */
enum edoc_code ed_key_file_choose(const struct ed_key_file *file, const char *path,
                                  const char *name, size_t *which,
                                  struct edoc_error *err) EDOC_CHECK;
/* The first of its names that is no other's; NULL: it has none. */
const char *ed_key_file_name(const struct ed_key_file *file, size_t i);

/* How much of "FILE" or "FILE#NAME" is the file's name: all of it where there
 * is such a file, else what stands before the first # up to which there is one. */
size_t ed_key_file_path(const char *path);

/* Into a stack, each once: CMS refuses a certificate given twice.  An
 * ed_cert_fn, arg is the stack. */
enum edoc_code ed_key_collect(void *arg, X509 *x509, struct edoc_error *err);

/* keyp12.c: all that is in PKCS#12 bytes.  The names are ed_key_file_read()'s. */
enum edoc_code ed_p12_read(const struct ed_buf *bytes, const char *path, struct ed_passphrase *pass,
                           struct ed_key_file *file, struct edoc_error *err) EDOC_CHECK;
/* One more, unless it is in it; takes pkey, also when it fails. */
enum edoc_code ed_key_file_add(struct ed_key_file *file, EVP_PKEY *pkey, const char *friendly,
                               const char *id, struct edoc_error *err) EDOC_CHECK;
/* What was to be decrypted was not; sure: the passphrase is known to be right. */
enum edoc_code ed_key_undecrypted(const char *path, bool sure, struct edoc_error *err);
enum edoc_code ed_key_no_passphrase(const char *path, struct edoc_error *err);
enum edoc_code ed_key_none(const char *path, struct edoc_error *err);

#endif
