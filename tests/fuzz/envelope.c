/* SPDX-License-Identifier: ISC */
/*
 * An encrypted file, for a key that the seeds are for: what opens is of the
 * length that the file has room for, and nothing opens in one pass that does
 * not in two.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/err.h>

#include "package/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Made once: loading it costs more than an input. */
static struct edoc_key *the_key(void)
{
	static struct edoc_key *key;
	const char *src = getenv("SRCDIR");
	char path[4096];

	if (key)
		return key;
	snprintf(path, sizeof(path), "%s/testdata/pki/zarina.pem", src ? src : ".");
	if (edoc_key_load(path, NULL, NULL, NULL, NULL, &key, NULL) != EDOC_OK)
		abort();
	return key;
}

static void check(struct ed_envelope *e, size_t size)
{
	int out = memfd_create("plain", MFD_CLOEXEC);
	enum edoc_code dry, code;

	if (out < 0)
		abort();
	for (size_t i = 0; i < ed_envelope_recipients(e); i++)
		if (!ed_envelope_recipient(e, i))
			abort();
	if (!ed_envelope_recipients(e))
		abort(); /* for nobody */
	dry = ed_envelope_read(e, the_key(), -1, NULL);
	code = ed_envelope_read(e, the_key(), out, NULL);
	if (dry != code)
		abort();
	if (lseek(out, 0, SEEK_END) > (off_t)size || (code && lseek(out, 0, SEEK_END)))
		abort(); /* given out before it was found sound */
	close(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	int fd = memfd_create("sealed", MFD_CLOEXEC);
	struct ed_envelope *e;

	if (!arena || fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (ed_envelope_open(fd, size, "f", arena, &e, NULL) == EDOC_OK)
		check(e, size);
	else if (e)
		abort();
	if (ERR_peek_error())
		abort(); /* an error left behind */
	close(fd);
	ed_arena_free(arena);
	return 0;
}
