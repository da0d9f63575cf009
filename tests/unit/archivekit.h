/* SPDX-License-Identifier: ISC */
/* A folder of one's own that is removed at the end, and files in it. */
#ifndef ARCHIVEKIT_H
#define ARCHIVEKIT_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"

static char scratch[256];

__attribute__((unused)) static int kit_remove(const char *path, const struct stat *st, int type,
                                              struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

__attribute__((unused)) static void kit_end(void)
{
	nftw(scratch, kit_remove, 16, FTW_DEPTH | FTW_PHYS);
}

__attribute__((unused)) static void kit_begin(void)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(scratch, sizeof scratch, "%s/edoc-archive.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(scratch)) {
		perror(scratch);
		exit(1);
	}
	atexit(kit_end);
}

/* scratch/name; the last four stay valid. */
__attribute__((unused, format(printf, 1, 2))) static char *kit_path(const char *fmt, ...)
{
	static char ring[4][1024];
	static unsigned turn;
	char *path = ring[turn++ % 4];
	va_list ap;
	int n = snprintf(path, sizeof ring[0], "%s/", scratch);
	va_start(ap, fmt);
	vsnprintf(path + n, sizeof ring[0] - (size_t)n, fmt, ap);
	va_end(ap);
	return path;
}

__attribute__((unused)) static void kit_put(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "w");
	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
		ok(false, "cannot write %s", path);
}

/* Flips one bit of byte `at` (from the end when negative). */
__attribute__((unused)) static void kit_flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+");
	int c = f && fseek(f, at, at < 0 ? SEEK_END : SEEK_SET) == 0 ? fgetc(f) : EOF;
	if (c == EOF || fseek(f, -1, SEEK_CUR) != 0 || fputc(c ^ 1, f) == EOF || fclose(f) != 0)
		ok(false, "cannot flip a bit of %s", path);
}

__attribute__((unused)) static bool kit_there(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

#endif
