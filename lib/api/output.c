/* SPDX-License-Identifier: ISC */
/* A small file that the tools write, as carefully as packages. */
#include "base/err.h"
#include "base/io.h"

enum edoc_code edoc_output_check(const char *path, bool overwrite, struct edoc_error *err)
{
	return ed_tmp_check(path, overwrite, err);
}

enum edoc_code edoc_output_write(const char *path, const void *bytes, size_t len, bool overwrite,
                                 struct edoc_error *err)
{
	struct ed_tmp tmp = {.fd = -1};
	enum edoc_code code = ed_tmp_open(&tmp, path, false, err);

	if (code == EDOC_OK)
		code = ed_write_full(tmp.fd, path, bytes, len, err);
	if (code == EDOC_OK)
		code = overwrite ? ed_tmp_rename(&tmp, err) : ed_tmp_link(&tmp, err);
	ed_tmp_clear(&tmp);
	return code;
}
