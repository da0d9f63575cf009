/* SPDX-License-Identifier: ISC */
/* Signatures that are files of their own: CAdES made, CAdES and XAdES grown. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "judge/recognise.h"
#include "package/manifest.h"
#include "sign/growth.h"
#include "signature/cades.h"

/* Our own result, judged as everybody will judge it, with its document at hand. */
static enum edoc_code check(const struct ed_buf *bytes, const char *name,
                            const struct edoc_sign_options *options, int64_t moment,
                            const struct edoc_data *data, size_t n_data, bool ours,
                            struct edoc_error *err)
{
	struct edoc_verify_options verify = {.at = moment,
	                                     .trust = options->trust,
	                                     .policy = options->policy,
	                                     .limits = options->limits,
	                                     .data = data,
	                                     .n_data = n_data};
	struct edoc_report *report = NULL;
	struct edoc_trust *none = NULL;
	enum edoc_code code = edoc_trust_new(&none, err);

	if (code != EDOC_OK)
		return code;
	if (!verify.trust)
		verify.trust = none;
	code = edoc_verify_memory(bytes->data, bytes->len, name, &verify, &report, err);
	if (code == EDOC_OK)
		code = ed_sign_refuse(report, ours, err);
	edoc_report_free(report);
	edoc_trust_free(none);
	return code;
}

/* ---- growing ---- */

struct bare {
	const char *path;
	int fd;
	struct ed_arena *arena;
	struct ed_buf bytes; /* PEM and base64 undone */
	struct ed_recognised what;
	const char *label; /* of PEM, or NULL: base64 alone */
	struct ed_view view;
};

static enum edoc_code read_bare(struct bare *b, const struct edoc_sign_options *options,
                                struct edoc_error *err)
{
	enum edoc_code code =
	        ed_item_recognise(b->fd, ed_basename(b->path), &b->bytes, &b->what, err);

	ed_view_init(&b->view, b->arena, NULL);
	for (size_t i = 0; code == EDOC_OK && i < options->n_data; i++)
		code = ed_view_add_file(&b->view, ed_basename(options->data[i].name),
		                        options->data[i].fd, err);
	(void)ed_view_data(&b->view);
	if (code == EDOC_OK && b->what.armoured)
		code = ed_fail(err, EDOC_ERR_INPUT, b->path,
		               "is PEM or base64, which is not written back: make DER of it first "
		               "(openssl cms -cmsout -inform PEM -outform DER)");
	return code;
}

static enum edoc_code grow_bare(struct ed_growth *g, struct bare *b, struct edoc_error *err)
{
	const struct edoc_sign_options *options = g->options;
	struct ed_grow at = {.where = ed_basename(b->path),
	                     .data = options->n_data ? &b->view.data : NULL,
	                     .only = ED_NO_DATA,
	                     .arena = b->arena};
	struct ed_buf out;
	enum edoc_code code = read_bare(b, options, err);

	ed_buf_init(&out, ED_MAX_ITEM_BYTES);
	if (code == EDOC_OK)
		code = check(&b->bytes, b->path, options, g->moment, options->data, options->n_data,
		             false, err);
	at.bytes = b->bytes.data;
	at.len = b->bytes.len;
	if (code == EDOC_OK)
		code = ed_growth_file(g, b->what.kind == ED_ITEM_XML ? EDOC_XADES : EDOC_CADES, &at,
		                      false, &out, err);
	if (code == EDOC_OK)
		code = ed_growth_done(g, b->path, err);
	if (code == EDOC_OK && out.len)
		code = check(&out, b->path, options, g->moment, options->data, options->n_data,
		             true, err);
	if (code == EDOC_OK && out.len && !options->dry_run)
		code = ed_write_file(b->path, out.data, out.len, true, err);
	ed_buf_clear(&out);
	return code;
}

enum edoc_code ed_growth_bare(struct ed_growth *g, const char *path, struct edoc_error *err)
{
	struct bare b = {.path = path, .fd = -1, .arena = ed_arena_new()};
	enum edoc_code code = b.arena ? EDOC_OK : ed_fail_memory(err);

	ed_buf_init(&b.bytes, ED_MAX_ITEM_BYTES);
	if (code == EDOC_OK)
		code = ed_change_lock(path, &b.fd, err);
	if (code == EDOC_OK)
		code = grow_bare(g, &b, err);
	ed_buf_clear(&b.bytes);
	ed_arena_free(b.arena);
	if (b.fd >= 0)
		close(b.fd);
	return code;
}

/* ---- making ---- */

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
	enum edoc_code code = check(der, m->out, m->options, m->moment, &data,
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
