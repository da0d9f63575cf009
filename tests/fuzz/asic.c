/* SPDX-License-Identifier: ISC */
/* Any bytes as a container: opened, classified, its manifest read, digested. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "package/asic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct edoc_limits small = {
        .zip_total = 1 << 20, .zip_entries = 64, .zip_ratio = 100, .xml_bytes = 1 << 16};

static void check(struct ed_asic *asic)
{
	unsigned char once[ED_HASH_MAX], again[ED_HASH_MAX];
	size_t documents = 0, xades = 0;
	struct edoc_error err;

	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		documents += asic->kind[i] == ED_ASIC_DOCUMENT;
		xades += asic->kind[i] == ED_ASIC_XADES;
		ed_asic_want(asic, i, ED_SHA512);
		if (ed_asic_digest(asic, i, ED_SHA256, once, &err))
			continue;
		if (ed_asic_digest(asic, i, ED_SHA512, again, &err) ||
		    ed_asic_digest(asic, i, ED_SHA256, again, &err) || memcmp(once, again, 32) != 0)
			abort();
	}
	if (documents != asic->documents || xades != asic->xades || !asic->format)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_findings findings;
	struct ed_asic *asic = NULL;
	struct edoc_error err;
	int fd = memfd_create("asic", 0);

	ed_findings_init(&findings, arena);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!ed_asic_open(fd, "a.asice", &small, arena, &findings, &asic, &err))
		check(asic);
	ed_asic_free(asic);
	ed_arena_free(arena);
	close(fd);
	return 0;
}
