/* SPDX-License-Identifier: ISC */
#include "signature/data.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"

size_t ed_data_find(const struct ed_data *data, const char *name)
{
	if (data->find)
		return data->find(data->arg, name);
	for (size_t i = 0; i < data->n; i++) {
		const char *is = data->name(data->arg, i);

		if (is && !strcmp(is, name))
			return i;
	}
	return ED_NO_DATA;
}

enum edoc_code ed_data_write(const struct ed_data *data, size_t i, ed_sink_fn *sink, void *arg,
                             struct edoc_error *err)
{
	enum edoc_code code;
	struct ed_buf bytes;

	if (data->write)
		return data->write(data->arg, i, sink, arg, err);
	ed_buf_init(&bytes, ED_MAX_CMS_CONTENT);
	code = data->read(data->arg, i, &bytes, err);
	if (code == EDOC_OK)
		code = sink(arg, bytes.data, bytes.len, err);
	ed_buf_clear(&bytes);
	return code;
}

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len, struct edoc_error *err)
{
	return ed_digest_update(digest, bytes, len)
	               ? EDOC_OK
	               : ed_fail(err, EDOC_ERR_BUG, "", "the digest failed");
}

enum edoc_code ed_data_begin(const struct ed_data *data, const size_t *objects, size_t n,
                             enum ed_hash hash, struct ed_digest **digest, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (data->begin)
		return data->begin(data->arg, objects, n, hash, digest, err);
	for (size_t i = 0; i < n && code == EDOC_OK; i++)
		code = ed_data_write(data, objects[i], to_digest, *digest, err);
	return code;
}
