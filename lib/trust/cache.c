/* SPDX-License-Identifier: ISC */
#include "trust/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"

#define NAME 64 /* hex digits */

struct ed_cache {
	char *dir;
	bool counted; /* files and bytes are known */
	size_t files;
	uint64_t bytes;
};

/* A file of ours, and when it came. */
struct kept {
	char name[NAME + 1];
	int64_t at;
	uint64_t bytes;
};

enum edoc_code ed_cache_open(const char *dir, bool create, struct ed_cache **p_cache,
                             struct edoc_error *err)
{
	struct ed_cache *cache;
	struct stat st;

	*p_cache = NULL;
	if (create) {
		enum edoc_code code = ed_mkdirs(dir, err);

		if (code != EDOC_OK)
			return code;
	} else if (stat(dir, &st) || !S_ISDIR(st.st_mode)) {
		return EDOC_OK;
	}
	cache = calloc(1, sizeof(*cache));
	if (!cache)
		return ed_fail_memory(err);
	cache->dir = strdup(dir);
	if (!cache->dir) {
		free(cache);
		return ed_fail_memory(err);
	}
	*p_cache = cache;
	return EDOC_OK;
}

void ed_cache_free(struct ed_cache *cache)
{
	if (!cache)
		return;
	free(cache->dir);
	free(cache);
}

static char *path_of(const struct ed_cache *cache, const unsigned char key[32])
{
	char name[NAME + 1];

	ed_hex(name, key, 32);
	return ed_path_join(cache->dir, name);
}

bool ed_cache_get(const struct ed_cache *cache, const unsigned char key[32], struct ed_buf *bytes,
                  int64_t *at)
{
	struct edoc_error err;
	struct stat st;
	char *path = cache ? path_of(cache, key) : NULL;
	uint64_t size;
	bool done = false;
	int fd;

	if (!path)
		return false;
	if (ed_open_read(path, &fd, &size, &err) == EDOC_OK) {
		done = ed_read_fd(fd, path, bytes, &err) == EDOC_OK && !fstat(fd, &st);
		if (done)
			*at = st.st_mtime;
		close(fd);
	}
	free(path);
	if (!done)
		ed_buf_clear(bytes);
	return done;
}

/* ---- not for ever more ---- */

static bool is_ours(const char *name)
{
	unsigned char key[32];

	return strlen(name) == NAME && ed_unhex(name, key, 32);
}

static int older_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return memcmp(x->name, y->name, NAME);
}

/* Our files, oldest first; NULL: the folder cannot be read. */
static struct kept *list(struct ed_cache *cache)
{
	struct edoc_error err;
	struct kept *kept = NULL;
	char **names = NULL;
	struct stat st;
	size_t n = 0;

	cache->files = 0;
	cache->bytes = 0;
	if (ed_list_dir(cache->dir, &names, &n, &err) != EDOC_OK)
		return NULL;
	kept = calloc(n + 1, sizeof(*kept));
	for (size_t i = 0; kept && i < n; i++) {
		char *path = is_ours(names[i]) ? ed_path_join(cache->dir, names[i]) : NULL;

		if (path && !lstat(path, &st) && S_ISREG(st.st_mode)) {
			struct kept *k = &kept[cache->files++];

			memcpy(k->name, names[i], NAME + 1);
			k->at = st.st_mtime;
			k->bytes = (uint64_t)st.st_size;
			cache->bytes += k->bytes;
		}
		free(path);
	}
	ed_names_free(names);
	if (kept)
		qsort(kept, cache->files, sizeof(*kept), older_first);
	return kept;
}

static bool is_full(const struct ed_cache *cache, size_t share)
{
	return cache->files > ED_MAX_CACHE_FILES / 4 * share ||
	       cache->bytes > ED_MAX_CACHE_BYTES / 4 * share;
}

/* A quarter goes at once, so that not every new one makes us look at all. */
static void trim(struct ed_cache *cache)
{
	struct kept *kept = list(cache);
	size_t files = cache->files;

	cache->counted = kept != NULL;
	for (size_t i = 0; kept && i < files && is_full(cache, 3); i++) {
		char *path = ed_path_join(cache->dir, kept[i].name);

		if (path && !unlink(path)) {
			cache->files--;
			cache->bytes -= kept[i].bytes;
		}
		free(path);
	}
	free(kept);
}

bool ed_cache_put(struct ed_cache *cache, const unsigned char key[32], const void *bytes,
                  size_t len)
{
	struct edoc_error err;
	char *path = cache ? path_of(cache, key) : NULL;
	bool done;

	if (!path)
		return false;
	done = ed_write_file(path, bytes, len, true, &err) == EDOC_OK;
	free(path);
	cache->files += done;
	cache->bytes += done ? len : 0;
	if (done && (!cache->counted || is_full(cache, 4)))
		trim(cache);
	return done;
}
