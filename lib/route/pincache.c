/* SPDX-License-Identifier: ISC */
#include "route/pincache.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "door/crypto.h"

struct ed_pin_held {
	struct ed_arena *arena;
	struct ed_pin *pin;
	size_t users;
	struct ed_pin_held *next; /* used less lately */
};

struct ed_pin_cache {
	struct ed_pin_held *first;
};

struct ed_pin_cache *ed_pin_cache_new(void)
{
	return calloc(1, sizeof(struct ed_pin_cache));
}

static void drop(struct ed_pin_held **at)
{
	struct ed_pin_held *gone = *at;

	*at = gone->next;
	ed_arena_free(gone->arena);
	free(gone);
}

void ed_pin_cache_free(struct ed_pin_cache *cache)
{
	while (cache && cache->first)
		drop(&cache->first);
	free(cache);
}

void ed_pin_release(struct ed_pin_held *held)
{
	if (held)
		held->users--;
}

/* What is beyond the limits, from the least used on, unless it is in use. */
static void make_room(struct ed_pin_cache *cache)
{
	size_t n = 0, bytes = 0;

	for (struct ed_pin_held **at = &cache->first; *at;) {
		n++;
		bytes += (*at)->pin->len;
		if ((n > ED_MAX_PIN_CACHE || bytes > ED_MAX_PIN_CACHE_BYTES) && !(*at)->users)
			drop(at);
		else
			at = &(*at)->next;
	}
}

/* Found, it is the one that was used last. */
static struct ed_pin_held *look(struct ed_pin_cache *cache, const char *package)
{
	for (struct ed_pin_held **at = &cache->first; *at; at = &(*at)->next) {
		struct ed_pin_held *held = *at;

		if (strcmp(held->pin->package, package))
			continue;
		*at = held->next;
		held->next = cache->first;
		cache->first = held;
		return held;
	}
	return NULL;
}

static enum edoc_code add(struct ed_pin_cache *cache, int fd, const char *path,
                          struct ed_pin_held **out, struct edoc_error *err)
{
	struct ed_pin_held *held = calloc(1, sizeof(*held));

	if (held)
		held->arena = ed_arena_new();
	if (!held || !held->arena) {
		free(held);
		return ed_fail_memory(err);
	}
	enum edoc_code code = ed_pin_read(fd, path, held->arena, &held->pin, err);
	if (code) {
		ed_arena_free(held->arena);
		free(held);
		return code;
	}
	held->next = cache->first;
	cache->first = held;
	*out = held;
	return EDOC_OK;
}

static enum edoc_code digest_of(int fd, const char *path, char package[65], struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_PIN);
	enum edoc_code code = ed_read_fd(fd, path, &bytes, err);
	if (!code && !ed_hash_bytes(ED_SHA256, bytes.data, bytes.len, digest))
		code = ed_fail_memory(err);
	if (!code)
		ed_hex(package, digest, 32);
	ed_buf_clear(&bytes);
	return code;
}

enum edoc_code ed_pin_cache_read(struct ed_pin_cache *cache, const char *path,
                                 struct ed_arena *arena, struct ed_pin **pin,
                                 struct ed_pin_held **held, struct edoc_error *err)
{
	struct ed_pin_held *found = NULL;
	char package[65];
	uint64_t size;
	int fd = -1;

	*held = NULL;
	enum edoc_code code = ed_open_read(path, &fd, &size, err);
	if (!code)
		code = digest_of(fd, path, package, err);
	if (!code)
		found = look(cache, package);
	if (!code && !found)
		code = add(cache, fd, path, &found, err);
	if (fd >= 0)
		close(fd);
	if (code)
		return code;
	*pin = ed_arena_memdup(arena, found->pin, sizeof(**pin));
	if (!*pin || !((*pin)->where = ed_arena_strdup(arena, path)))
		return ed_fail_memory(err);
	found->users++;
	*held = found;
	make_room(cache);
	return EDOC_OK;
}
