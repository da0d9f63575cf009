/* SPDX-License-Identifier: ISC */
/*
 * What a signature can be over: a container's entries, the files given with
 * --data, or nothing.  Whoever reads signatures asks here and nowhere else.
 */
#ifndef ED_SIGNATURE_DATA_H
#define ED_SIGNATURE_DATA_H

#include "base/pump.h"
#include "door/crypto.h"

struct ed_data {
	void *arg;
	bool container; /* names are entry names; else they are hints only */
	size_t n;
	const char *(*name)(void *arg, size_t i);
	/* Faster than going through all of them; NULL: go. */
	size_t (*find)(void *arg, const char *name);
	/* Made once an object and algorithm, in one pass for all that are wanted. */
	enum edoc_code (*digest)(void *arg, size_t i, enum ed_hash hash,
	                         unsigned char out[ED_HASH_MAX], struct edoc_error *err);
	/* Whole, up to buf->max: for transforms and attached content. */
	enum edoc_code (*read)(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *err);
	/* The same piece by piece, of any length: for time-stamps over content.
	 * EDOC_ERR_LIMIT: asked too often.  NULL: only read() can. */
	enum edoc_code (*write)(void *arg, size_t i, ed_sink_fn *sink, void *sink_arg,
	                        struct edoc_error *err);
	/* Puts objects one after another, as write() gives them, into a digest
	 * that is fresh and may become another.  NULL: write() is how. */
	enum edoc_code (*begin)(void *arg, const size_t *objects, size_t n, enum ed_hash hash,
	                        struct ed_digest **digest, struct edoc_error *err);
	/* A container's file of XAdES signatures; NULL: none is known. */
	bool (*signatures)(void *arg, size_t i);
};

#define ED_NO_DATA ((size_t)-1)
/* By write(), or where there is none by read(), up to ED_MAX_CMS_CONTENT. */
enum edoc_code ed_data_write(const struct ed_data *data, size_t i, ed_sink_fn *sink, void *arg,
                             struct edoc_error *err) EDOC_CHECK;
/* By begin(), or where there is none by ed_data_write().  *digest: the caller's. */
enum edoc_code ed_data_begin(const struct ed_data *data, const size_t *objects, size_t n,
                             enum ed_hash hash, struct ed_digest **digest,
                             struct edoc_error *err) EDOC_CHECK;
size_t ed_data_find(const struct ed_data *data, const char *name); /* exact, or ED_NO_DATA */

#endif
