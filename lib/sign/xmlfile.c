/* SPDX-License-Identifier: ISC */
/* Bare XAdES: a signature in an XML file of its own, beside a document of any
 * kind, or within the XML document that it signs. */
#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "package/manifest.h"
#include "sign/challenge.h"
#include "sign/growth.h"
#include "signature/xades.h"

static enum edoc_code look(struct ed_bare *b, struct ed_xades_spec *spec,
                           struct ed_xades_input *input, struct edoc_error *err)
{
	enum edoc_code code;

	if (b->inside && b->size > ED_MAX_XML_BYTES)
		return ed_fail(err, EDOC_ERR_LIMIT, b->path,
		               "is larger than %u MiB, more than one XML document has here: sign "
		               "it without --enveloped",
		               ED_MAX_XML_BYTES >> 20);
	code = ed_challenge_refuse(&b->view.data, 0, NULL, b->path, err);
	if (code == EDOC_OK)
		code = ed_sign_hash(b->options, &spec->hash, err);
	if (code != EDOC_OK)
		return code;
	input->name = ed_basename(b->path);
	input->media_type = ed_media_type(input->name);
	spec->inputs = input;
	spec->n = 1;
	if (!b->inside) {
		spec->packaging = ED_XADES_DETACHED;
		return b->view.data.digest(b->view.data.arg, 0, spec->hash, input->digest, err);
	}
	spec->packaging = ED_XADES_ENVELOPED;
	b->content.max = ED_MAX_XML_BYTES;
	code = ed_read_fd(b->fd, b->path, &b->content, err);
	if (code == EDOC_OK && !b->content.len)
		code = ed_fail(err, EDOC_ERR_INPUT, b->path, "is empty, and no XML document");
	spec->document = b->content.data;
	spec->document_len = b->content.len;
	return code;
}

static enum edoc_code make(struct ed_bare *b, struct edoc_error *err)
{
	struct ed_xades_spec spec = {.n = 0};
	struct ed_xades_input input;
	struct ed_saying saying;
	struct ed_buf token;
	enum edoc_code code = look(b, &spec, &input, err);

	ed_sign_say(&saying, b->options);
	spec.words = saying.words;
	ed_buf_init(&token, ED_MAX_STAMP);
	b->made.max = ED_MAX_XML_BYTES;
	if (code == EDOC_OK)
		code = ed_sign_stamp_xades(b->options, &spec, b->inside ? NULL : &b->view.data,
		                           &token, err);
	if (code == EDOC_OK)
		code = ed_xades_make(&spec, &b->made, err);
	ed_buf_clear(&token);
	return code;
}

enum edoc_code edoc_xades_sign(const char *path, const char *out, bool enveloped,
                               const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct ed_bare b = {.path = path, .out = out, .options = options, .inside = enveloped};
	enum edoc_code code = ed_bare_begin(&b, err);

	if (code == EDOC_OK)
		code = make(&b, err);
	if (code == EDOC_OK)
		code = ed_bare_raise(&b, EDOC_XADES, err);
	if (code == EDOC_OK)
		code = ed_bare_write(&b, &b.made, err);
	ed_bare_end(&b);
	return code;
}
