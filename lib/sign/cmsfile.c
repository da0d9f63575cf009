/* SPDX-License-Identifier: ISC */
/* Bare CAdES: a signature in a file of its own, beside the content or around it. */
#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "package/manifest.h"
#include "sign/challenge.h"
#include "sign/growth.h"
#include "signature/cades.h"

static enum edoc_code look(struct ed_bare *b, const struct edoc_cms_options *how,
                           struct ed_cades_spec *spec, unsigned char digest[ED_HASH_MAX],
                           struct edoc_error *err)
{
	enum edoc_code code;

	if (b->inside && b->size > ED_MAX_CMS_CONTENT)
		return ed_fail(err, EDOC_ERR_LIMIT, b->path,
		               "is larger than %zu MiB, more than one CMS holds: sign it detached, "
		               "without --attached",
		               ED_MAX_CMS_CONTENT >> 20);
	code = ed_challenge_refuse(&b->view.data, 0, how->audience, b->path, err);
	if (code == EDOC_OK)
		code = ed_sign_cms_hash(b->options, &spec->hash, err);
	if (code != EDOC_OK)
		return code;
	spec->media_type = ed_media_type(ed_basename(b->path));
	if (!b->inside) {
		spec->digest = digest;
		return b->view.data.digest(b->view.data.arg, 0, spec->hash, digest, err);
	}
	b->content.max = ED_MAX_CMS_CONTENT;
	code = ed_read_fd(b->fd, b->path, &b->content, err);
	spec->content = b->content.data;
	spec->content_len = b->content.len;
	return code;
}

/* Whether the content is in it is for the others to say. */
static enum edoc_code join(struct ed_bare *b, const struct ed_cades_spec *spec,
                           struct edoc_error *err)
{
	const struct ed_grow at = {
	        .where = ed_basename(b->out), .data = &b->view.data, .only = 0, .arena = b->arena};

	return ed_cosign(&at, &b->there, spec, &b->made, &b->which, &b->inside, err);
}

static enum edoc_code make(struct ed_bare *b, const struct edoc_cms_options *how,
                           struct edoc_error *err)
{
	struct ed_cades_spec spec = {.digest = NULL};
	unsigned char digest[ED_HASH_MAX];
	struct ed_saying saying;
	struct ed_buf token;
	enum edoc_code code = look(b, how, &spec, digest, err);

	ed_sign_say(&saying, b->options);
	spec.words = saying.words;
	ed_buf_init(&token, ED_MAX_STAMP);
	if (code == EDOC_OK)
		code = ed_sign_stamp_cades(b->options, &spec, &token, err);
	if (code == EDOC_OK)
		code = how->beside ? join(b, &spec, err) : ed_cades_make(&spec, &b->made, err);
	ed_buf_clear(&token);
	return code;
}

static enum edoc_code write_base64(const struct ed_bare *b, struct edoc_error *err)
{
	struct ed_buf text;
	enum edoc_code code;

	ed_buf_init(&text, 2 * ED_MAX_ITEM_BYTES);
	ed_b64_put(&text, b->made.data, b->made.len);
	ed_buf_puts(&text, "\n");
	code = ed_buf_check(&text, b->out, err);
	if (code == EDOC_OK)
		code = ed_bare_write(b, &text, err);
	ed_buf_clear(&text);
	return code;
}

enum edoc_code edoc_cms_sign(const char *path, const char *out, const struct edoc_cms_options *how,
                             const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct ed_bare b = {.path = path,
	                    .out = out,
	                    .options = options,
	                    .inside = how->attached && !how->beside};
	enum edoc_code code = ed_bare_begin(&b, err);

	if (code == EDOC_OK && how->beside)
		code = ed_bare_beside(&b, how->beside, EDOC_CADES, err);
	if (code == EDOC_OK && how->beside)
		code = ed_bare_sound(&b, how->beside, err);
	if (code == EDOC_OK)
		code = make(&b, how, err);
	if (code == EDOC_OK)
		code = ed_bare_raise(&b, EDOC_CADES, err);
	if (code == EDOC_OK)
		code = how->base64 ? write_base64(&b, err) : ed_bare_write(&b, &b.made, err);
	ed_bare_end(&b);
	return code;
}
