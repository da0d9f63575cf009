/* SPDX-License-Identifier: ISC */
/*
 * The door to tokens (PKCS#11 2.40), by their module's own functions: no
 * engine or provider stands between, whose state would be the process's and
 * whose keys would live in another library context than ours.
 */
#ifndef ED_DOOR_KEYP11_H
#define ED_DOOR_KEYP11_H

#include "door/p11uri.h"
#include "door/x509.h"

struct ed_token;

/* Loads the module and opens a session with the one token that fits; nobody is
 * logged in.  What can be seen of it is seen without a PIN. */
enum edoc_code ed_token_open(const struct ed_p11_uri *uri, struct ed_token **token,
                             struct edoc_error *err) EDOC_CHECK;
void ed_token_free(void *token);
const char *ed_token_name(const struct ed_token *token); /* its label, for people */

/* What stands in a token, and how it is with its PIN. */
struct ed_token_facts {
	unsigned long slot;
	char label[33], manufacturer[33], model[17], serial[17];
	const char *pin; /* "good", "low", "final", "locked", "unset"; "none": wants none */
};
typedef enum edoc_code ed_token_fn(void *arg, const struct ed_token_facts *facts,
                                   struct edoc_error *err);
enum edoc_code ed_token_each(const char *module, ed_token_fn *fn, void *arg,
                             struct edoc_error *err) EDOC_CHECK;

/* By pin-source, else ask(); the token's own keypad where it has one.  A wrong
 * PIN is EDOC_ERR_DENIED and not tried again; so is a token that says it is the
 * last try, unless the URI allows it. */
enum edoc_code ed_token_login(struct ed_token *token, const struct ed_p11_uri *uri,
                              edoc_passphrase_fn *ask, void *arg,
                              struct edoc_error *err) EDOC_CHECK;
/* The one private key that fits, and its CKA_ID (which may be empty). */
enum edoc_code ed_token_find(struct ed_token *token, const struct ed_p11_uri *uri,
                             struct ed_buf *id, struct edoc_error *err) EDOC_CHECK;
/* Its X.509 certificates, those of that CKA_ID or (NULL) all; none is no error.
 * Their own CKA_ID goes to `its`, before fn is called; or NULL. */
enum edoc_code ed_token_certs(struct ed_token *token, const struct ed_buf *id, struct ed_buf *its,
                              ed_cert_fn *fn, void *arg, struct edoc_error *err) EDOC_CHECK;
/* The sign of struct ed_key_elsewhere; arg is the token. */
enum edoc_code ed_token_sign(void *arg, const struct edoc_key *key, const struct ed_sigalg *alg,
                             const void *octets, size_t len, struct ed_buf *value,
                             struct edoc_error *err) EDOC_CHECK;

#endif
