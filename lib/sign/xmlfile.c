/* SPDX-License-Identifier: ISC */
/* Bare XAdES: a signature in an XML file of its own, beside a document of any
 * kind, or within the XML document that it signs. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "package/manifest.h"
#include "sign/growth.h"
#include "signature/xades.h"

struct making {
	const char *path, *out;
	bool enveloped;
	const struct edoc_sign_options *options;
	int fd;
	uint64_t size;
	struct ed_arena *arena;
	struct ed_buf document; /* enveloped */
	struct ed_view view;
	struct ed_xades_input input;
	int64_t moment;
};

static enum edoc_code look(struct making *m, struct ed_xades_spec *spec, struct edoc_error *err)
{
	enum edoc_code code = ed_open_read(m->path, &m->fd, &m->size, err);

	if (code == EDOC_OK && m->enveloped && m->size > ED_MAX_XML_BYTES)
		return ed_fail(err, EDOC_ERR_LIMIT, m->path,
		               "is larger than %u MiB, more than one XML document has here: sign "
		               "it without --enveloped",
		               ED_MAX_XML_BYTES >> 20);
	if (code == EDOC_OK && m->size > ED_MAX_ZIP_TOTAL)
		return ed_fail(err, EDOC_ERR_LIMIT, m->path, "is larger than %llu bytes",
		               (unsigned long long)ED_MAX_ZIP_TOTAL);
	ed_view_init(&m->view, m->arena, NULL);
	m->input.name = ed_basename(m->path);
	m->input.media_type = ed_media_type(m->input.name);
	if (code == EDOC_OK)
		code = ed_view_add_file(&m->view, m->input.name, m->fd, err);
	(void)ed_view_data(&m->view);
	if (code == EDOC_OK)
		code = ed_sign_hash(m->options, &spec->hash, err);
	if (code != EDOC_OK)
		return code;
	spec->inputs = &m->input;
	spec->n = 1;
	if (!m->enveloped) {
		spec->packaging = ED_XADES_DETACHED;
		return m->view.data.digest(m->view.data.arg, 0, spec->hash, m->input.digest, err);
	}
	spec->packaging = ED_XADES_ENVELOPED;
	code = ed_read_fd(m->fd, m->path, &m->document, err);
	if (code == EDOC_OK && !m->document.len)
		code = ed_fail(err, EDOC_ERR_INPUT, m->path, "is empty, and no XML document");
	spec->document = m->document.data;
	spec->document_len = m->document.len;
	return code;
}

static enum edoc_code count(const struct making *m, const struct ed_buf *xml, size_t *n,
                            struct edoc_error *err)
{
	struct ed_material material;
	struct ed_ades *sigs = NULL;
	enum edoc_code code;

	ed_material_init(&material, m->arena);
	code = ed_xades_read(xml->data, xml->len, ed_basename(m->out), ED_MAX_XML_BYTES,
	                     m->enveloped ? NULL : &m->view.data, &material, m->arena, &sigs, n,
	                     err);
	ed_ades_clear(sigs, *n);
	return code;
}

/* The new one is the root's last child, so the last that is read. */
static enum edoc_code raise(struct making *m, struct ed_buf *xml, struct edoc_error *err)
{
	struct ed_grow at = {.bytes = xml->data,
	                     .len = xml->len,
	                     .where = ed_basename(m->out),
	                     .data = m->enveloped ? NULL : &m->view.data,
	                     .only = ED_NO_DATA,
	                     .arena = m->arena};
	struct ed_raise r;
	size_t n = 0;
	enum edoc_code code = count(m, xml, &n, err);

	if (code == EDOC_OK && !n)
		code = ed_fail(err, EDOC_ERR_BUG, m->out, "the new signature is not found");
	if (code != EDOC_OK)
		return code;
	at.which = n - 1;
	ed_raise_init(&r, EDOC_XADES, &at, m->options);
	code = ed_raise(&r, m->options->level, err);
	m->moment = r.moment;
	if (code == EDOC_OK && r.steps) {
		ed_buf_clear(xml);
		*xml = r.bytes;
		ed_buf_init(&r.bytes, ED_MAX_ITEM_BYTES);
	}
	ed_raise_clear(&r);
	return code;
}

static enum edoc_code make(struct making *m, struct ed_buf *xml, struct edoc_error *err)
{
	struct ed_xades_spec spec = {.n = 0};
	struct ed_saying saying;
	struct ed_buf token;
	enum edoc_code code = look(m, &spec, err);

	ed_sign_say(&saying, m->options);
	spec.words = saying.words;
	ed_buf_init(&token, ED_MAX_STAMP);
	if (code == EDOC_OK)
		code = ed_sign_stamp_xades(m->options, &spec, m->enveloped ? NULL : &m->view.data,
		                           &token, err);
	if (code == EDOC_OK)
		code = ed_xades_make(&spec, xml, err);
	ed_buf_clear(&token);
	return code == EDOC_OK ? raise(m, xml, err) : code;
}

static enum edoc_code publish(struct making *m, const struct ed_buf *xml, struct edoc_error *err)
{
	const struct edoc_data data = {.name = m->path, .fd = m->fd};
	enum edoc_code code = ed_bare_check(xml, m->out, m->options, m->moment, &data,
	                                    m->enveloped ? 0 : 1, true, err);

	if (code != EDOC_OK || m->options->dry_run)
		return code;
	return ed_write_file(m->out, xml->data, xml->len, m->options->overwrite, err);
}

enum edoc_code edoc_xades_sign(const char *path, const char *out, bool enveloped,
                               const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct making m = {.path = path,
	                   .out = out,
	                   .enveloped = enveloped,
	                   .options = options,
	                   .fd = -1,
	                   .moment = options->at};
	struct ed_buf xml;
	enum edoc_code code = ed_sign_options(path, options, err);
	struct stat st;

	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	ed_buf_init(&m.document, ED_MAX_XML_BYTES);
	m.arena = ed_arena_new();
	if (!m.arena)
		code = ed_fail_memory(err);
	if (code == EDOC_OK && !lstat(out, &st) && !options->overwrite)
		code = ed_fail(err, EDOC_ERR_EXISTS, out, "exists already; -f replaces it");
	if (code == EDOC_OK)
		code = make(&m, &xml, err);
	if (code == EDOC_OK)
		code = publish(&m, &xml, err);
	ed_buf_clear(&xml);
	ed_buf_clear(&m.document);
	ed_arena_free(m.arena);
	if (m.fd >= 0)
		close(m.fd);
	return code;
}
