/* SPDX-License-Identifier: ISC */
/* Any bytes as a PKCS#12 file: refused with a reason, or keys each of which is
 * found by the name that is told for it. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "door/crypto.h"
#include "door/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int say(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	if (size < 4)
		abort();
	memcpy(buf, "edoc", 4);
	return 4;
}

static void check(const struct ed_key_file *file)
{
	struct edoc_error err = {0};
	size_t which;

	if (!file->n || file->spent > ED_MAX_KEY_ROUNDS)
		abort();
	for (size_t i = 0; i < file->n; i++) {
		const char *name = ed_key_file_name(file, i);

		if (!file->keys[i].pkey)
			abort();
		if (name && (ed_key_file_choose(file, "f", name, &which, &err) || which != i))
			abort();
	}
	if ((ed_key_file_choose(file, "f", NULL, &which, &err) == EDOC_OK) != (file->n == 1))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A fifth of a second at most. */
	struct ed_key_file file = {.arena = ed_arena_new(),
	                           .certs = sk_X509_new_null(),
	                           .spent = ED_MAX_KEY_ROUNDS - 200000};
	struct ed_passphrase pass = {.ask = say, .what = "f"};
	OSSL_LIB_CTX *old = ed_crypto_enter();
	struct edoc_error err = {0};
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_KEY_FILE);
	ed_buf_put(&bytes, data, size);
	if (file.arena && file.certs && old && !bytes.failed) {
		if (ed_p12_read(&bytes, "f", &pass, &file, &err) == EDOC_OK)
			check(&file);
		else if (!*err.msg)
			abort();
	}
	ed_buf_clear(&bytes);
	ed_key_file_clear(&file);
	if (old)
		ed_crypto_leave(old);
	return 0;
}
