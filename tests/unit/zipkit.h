/* SPDX-License-Identifier: ISC */
/* What the ZIP and ASiC tests share. */
#ifndef ZIPKIT_H
#define ZIPKIT_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "door/zip.h"

static struct edoc_error err;
static struct edoc_limits limits;

/* "$SRCDIR/rest"; static. */
__attribute__((unused)) static const char *src(const char *rest)
{
	static char path[4096];
	const char *dir = getenv("SRCDIR");

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : ".", rest);
	return path;
}

/* A file of our own without a name. */
__attribute__((unused)) static int scratch(void)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir ? dir : "/tmp", O_TMPFILE | O_RDWR, 0600);

	return fd >= 0 ? fd : memfd_create("edoc", 0);
}

__attribute__((unused)) static int scratch_with(const void *bytes, size_t len)
{
	int fd = scratch();

	if (fd >= 0 && pwrite(fd, bytes, len, 0) != (ssize_t)len) {
		close(fd);
		return -1;
	}
	return fd;
}

__attribute__((unused)) static enum edoc_code nothing(void *arg, const void *bytes, size_t len,
                                                      struct edoc_error *e)
{
	(void)bytes;
	(void)e;
	*(uint64_t *)arg += len;
	return EDOC_OK;
}

/* Opens and reads every entry, as a careful caller would. */
__attribute__((unused)) static enum edoc_code read_all(int fd, const char *name)
{
	struct ed_zip *zip;
	uint64_t n = 0;
	enum edoc_code code;

	memset(&err, 0, sizeof(err));
	code = ed_zip_open(fd, name, &limits, &zip, &err);
	for (size_t i = 0; !code && i < ed_zip_count(zip); i++)
		code = ed_zip_read(zip, i, nothing, &n, &err);
	ed_zip_free(zip);
	return code;
}

/* Calls fn for each file of a folder that ends so; their number. */
__attribute__((unused)) static int each(const char *dir, const char *suffix,
                                        void (*fn)(const char *path, const char *name))
{
	char path[8192];
	struct dirent **v;
	int n = scandir(dir, &v, NULL, alphasort), count = 0;

	for (int i = 0; i < n; i++) {
		size_t len = strlen(v[i]->d_name), k = strlen(suffix);
		if (len > k && !strcmp(v[i]->d_name + len - k, suffix)) {
			snprintf(path, sizeof(path), "%s/%s", dir, v[i]->d_name);
			fn(path, v[i]->d_name);
			count++;
		}
		free(v[i]);
	}
	if (n >= 0)
		free(v);
	return count;
}

#endif
