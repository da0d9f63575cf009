/* SPDX-License-Identifier: ISC */
/* Bare CAdES: a signature in a file of its own, beside the content or around it. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "package/manifest.h"
#include "sign/challenge.h"
#include "sign/growth.h"
#include "signature/cades.h"

struct making {
	const char *path, *out;
	const struct edoc_cms_options *how;
	const struct edoc_sign_options *options;
	int fd;
	uint64_t size;
	struct ed_arena *arena;
	struct ed_buf content; /* attached */
	struct ed_view view;   /* of the document */
	unsigned char digest[ED_HASH_MAX];
	int64_t moment;
};

static enum edoc_code look(struct making *m, struct ed_cades_spec *spec, struct edoc_error *err)
{
	const char *name = ed_basename(m->path);
	enum edoc_code code = ed_open_read(m->path, &m->fd, &m->size, err);

	if (code == EDOC_OK && m->size > ED_MAX_ZIP_TOTAL)
		return ed_fail(err, EDOC_ERR_LIMIT, m->path, "is larger than %llu bytes",
		               (unsigned long long)ED_MAX_ZIP_TOTAL);
	if (code == EDOC_OK && m->how->attached && m->size > ED_MAX_CMS_CONTENT)
		return ed_fail(err, EDOC_ERR_LIMIT, m->path,
		               "is larger than %zu MiB, more than one CMS holds: sign it detached, "
		               "without --attached",
		               ED_MAX_CMS_CONTENT >> 20);
	ed_view_init(&m->view, m->arena, NULL);
	if (code == EDOC_OK)
		code = ed_view_add_file(&m->view, name, m->fd, err);
	(void)ed_view_data(&m->view);
	if (code == EDOC_OK)
		code = ed_challenge_refuse(&m->view.data, 0, m->how->audience, m->path, err);
	if (code == EDOC_OK)
		code = ed_sign_hash(m->options, &spec->hash, err);
	if (code != EDOC_OK)
		return code;
	spec->media_type = ed_media_type(name);
	if (m->how->attached) {
		code = ed_read_fd(m->fd, m->path, &m->content, err);
		spec->content = m->content.data;
		spec->content_len = m->content.len;
		return code;
	}
	spec->digest = m->digest;
	return m->view.data.digest(m->view.data.arg, 0, spec->hash, m->digest, err);
}

static enum edoc_code make(struct making *m, struct ed_buf *der, struct edoc_error *err)
{
	struct ed_cades_spec spec = {.digest = NULL};
	struct ed_saying saying;
	struct ed_raise r;
	struct ed_grow at = {.where = ed_basename(m->out), .arena = m->arena, .only = ED_NO_DATA};
	struct ed_buf token;
	enum edoc_code code = look(m, &spec, err);

	ed_sign_say(&saying, m->options);
	spec.words = saying.words;
	ed_buf_init(&token, ED_MAX_STAMP);
	if (code == EDOC_OK)
		code = ed_sign_stamp_cades(m->options, &spec, &token, err);
	if (code == EDOC_OK)
		code = ed_cades_make(&spec, der, err);
	ed_buf_clear(&token);
	if (code != EDOC_OK)
		return code;
	at.bytes = der->data;
	at.len = der->len;
	at.data = m->how->attached ? NULL : &m->view.data;
	ed_raise_init(&r, EDOC_CADES, &at, m->options);
	code = ed_raise(&r, m->options->level, err);
	m->moment = r.moment;
	if (code == EDOC_OK && r.steps) {
		ed_buf_clear(der);
		*der = r.bytes;
		ed_buf_init(&r.bytes, ED_MAX_ITEM_BYTES);
	}
	ed_raise_clear(&r);
	return code;
}

static enum edoc_code publish(struct making *m, const struct ed_buf *der, struct edoc_error *err)
{
	const struct edoc_data data = {.name = m->path, .fd = m->fd};
	struct ed_buf text;
	enum edoc_code code = ed_bare_check(der, m->out, m->options, m->moment, &data,
	                                    m->how->attached ? 0 : 1, true, err);

	if (code != EDOC_OK || m->options->dry_run)
		return code;
	if (!m->how->base64)
		return ed_write_file(m->out, der->data, der->len, m->options->overwrite, err);
	ed_buf_init(&text, 2 * ED_MAX_ITEM_BYTES);
	ed_b64_put(&text, der->data, der->len);
	ed_buf_puts(&text, "\n");
	code = ed_buf_check(&text, m->out, err);
	if (code == EDOC_OK)
		code = ed_write_file(m->out, text.data, text.len, m->options->overwrite, err);
	ed_buf_clear(&text);
	return code;
}

enum edoc_code edoc_cms_sign(const char *path, const char *out, const struct edoc_cms_options *how,
                             const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct making m = {.path = path, .out = out, .how = how, .options = options, .fd = -1};
	struct ed_buf der;
	enum edoc_code code = ed_sign_options(path, options, err);
	struct stat st;

	ed_buf_init(&der, ED_MAX_ITEM_BYTES);
	ed_buf_init(&m.content, ED_MAX_CMS_CONTENT);
	m.arena = ed_arena_new();
	if (!m.arena)
		code = ed_fail_memory(err);
	if (code == EDOC_OK && !lstat(out, &st) && !options->overwrite)
		code = ed_fail(err, EDOC_ERR_EXISTS, out, "exists already; -f replaces it");
	if (code == EDOC_OK)
		code = make(&m, &der, err);
	if (code == EDOC_OK)
		code = publish(&m, &der, err);
	ed_buf_clear(&der);
	ed_buf_clear(&m.content);
	ed_arena_free(m.arena);
	if (m.fd >= 0)
		close(m.fd);
	return code;
}
