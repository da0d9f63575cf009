/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a ZIP file: scanned, every entry read, and where the scan takes
 * them, an entry added: the result must be taken too, old bytes kept.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "door/zipscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct edoc_limits small = {
        .zip_total = 1 << 20, .zip_entries = 64, .zip_ratio = 100, .xml_bytes = 1 << 16};
static const struct edoc_limits larger = {
        .zip_total = 2 << 20, .zip_entries = 65, .zip_ratio = 100, .xml_bytes = 1 << 16};

static enum edoc_code count(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	(void)err;
	/* Look at each byte, so that the sanitizers do. */
	for (size_t i = 0; i < len; i++)
		*(uint64_t *)arg += 1 + (((const uint8_t *)bytes)[i] & 0);
	return EDOC_OK;
}

static void append(struct ed_zip *base, const uint8_t *data)
{
	struct ed_zip_writer *w = NULL;
	struct ed_zip *zip = NULL;
	struct edoc_error err;
	uint8_t *old = malloc((size_t)base->directory + 1);
	size_t len = (size_t)base->directory;
	int fd = memfd_create("appended", 0);
	enum edoc_code code = ed_zip_writer_new(fd, "appended", base, &w, &err);

	if (!code)
		code = ed_zip_add_bytes(w, "META-INF/fuzz.xml", "fuzz", 4, &err);
	if (!code)
		code = ed_zip_writer_finish(w, &err);
	/* A twin of the name is the one thing that may stop it. */
	if (code && code != EDOC_ERR_USAGE && code != EDOC_ERR_INPUT)
		abort();
	if (!code && ed_zip_open(fd, "appended", &larger, &zip, &err))
		abort();
	if (!code && (pread(fd, old, len, 0) != (ssize_t)len || memcmp(old, data, len) != 0))
		abort();
	ed_zip_free(zip);
	ed_zip_writer_free(w);
	close(fd);
	free(old);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_zip *zip = NULL;
	struct edoc_error err;
	uint64_t total = 0;
	int fd = memfd_create("zip", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!ed_zip_open(fd, "zip", &small, &zip, &err)) {
		for (size_t i = 0; i < ed_zip_count(zip); i++) {
			uint64_t n = 0;
			const struct ed_zip_entry *e = ed_zip_entry(zip, i);
			if (ed_zip_find(zip, e->name) != i || e->end > zip->directory)
				abort();
			if (!ed_zip_read(zip, i, count, &n, &err) ? n != e->usize : n > e->usize)
				abort();
			total += n;
		}
		if (total > small.zip_total)
			abort();
		append(zip, data);
	} else if (!err.code || !err.msg[0]) {
		abort();
	}
	ed_zip_free(zip);
	close(fd);
	return 0;
}
