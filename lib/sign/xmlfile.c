/* SPDX-License-Identifier: ISC */
/* Bare XAdES: a signature in an XML file of its own, beside a document of any kind
 * or around it, or within the XML document that it signs; or beside others'. */
#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "package/manifest.h"
#include "sign/challenge.h"
#include "sign/growth.h"
#include "signature/xades.h"

/* Within it stands what is to be XML, or to fit into base64. */
static enum edoc_code look_size(const struct ed_bare *b, bool enveloping, struct edoc_error *err)
{
	const unsigned max = enveloping ? ED_MAX_XML_CONTENT : ED_MAX_XML_BYTES;

	if (!b->inside || b->size <= max)
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_LIMIT, b->path,
	               "is larger than %u MiB, more than one XML document has here: sign "
	               "it without %s",
	               max >> 20, enveloping ? "--enveloping" : "--enveloped");
}

static enum edoc_code read_content(struct ed_bare *b, struct edoc_error *err)
{
	enum edoc_code code;

	if (b->size > ED_MAX_XML_BYTES)
		return ed_fail(err, EDOC_ERR_LIMIT, b->path,
		               "is larger than %u MiB, more than one XML document has here",
		               ED_MAX_XML_BYTES >> 20);
	b->content.max = ED_MAX_XML_BYTES;
	code = ed_read_fd(b->fd, b->path, &b->content, err);
	return code == EDOC_OK && !b->content.len
	               ? ed_fail(err, EDOC_ERR_INPUT, b->path, "is empty, and no XML document")
	               : code;
}

/* What they sign is where it is: beside their file, or in it and then the same. */
static enum edoc_code look_there(struct ed_bare *b, const char *path, struct ed_xades_spec *spec,
                                 struct ed_xades_there **there, struct edoc_error *err)
{
	enum edoc_code code = ed_bare_beside(b, path, EDOC_XADES, err);

	if (code == EDOC_OK)
		code = ed_xades_there_open(b->there.data, b->there.len, path, b->arena, there, err);
	if (code != EDOC_OK)
		return code;
	spec->packaging = ED_XADES_BESIDE;
	spec->there = *there;
	b->inside = ed_xades_there_inside(*there);
	spec->beside = b->inside ? NULL : &b->view.data;
	code = ed_bare_sound(b, path, err);
	if (code == EDOC_OK && b->inside)
		code = read_content(b, err);
	if (code == EDOC_OK && b->inside)
		code = ed_xades_there_same(*there, b->content.data, b->content.len, b->path, err);
	return code;
}

static enum edoc_code look(struct ed_bare *b, const struct edoc_xades_options *how,
                           struct ed_xades_spec *spec, struct ed_xades_input *input,
                           struct ed_xades_there **there, struct edoc_error *err)
{
	enum edoc_code code = look_size(b, how->enveloping, err);

	if (code == EDOC_OK)
		code = ed_challenge_refuse(&b->view.data, 0, NULL, b->path, err);
	if (code == EDOC_OK)
		code = ed_sign_hash(b->options, &spec->hash, err);
	if (code != EDOC_OK)
		return code;
	input->name = ed_basename(b->path);
	input->media_type = ed_media_type(input->name);
	spec->inputs = input;
	spec->n = 1;
	spec->packaging = !b->inside        ? ED_XADES_DETACHED
	                  : how->enveloping ? ED_XADES_ENVELOPING
	                                    : ED_XADES_ENVELOPED;
	if (how->beside)
		code = look_there(b, how->beside, spec, there, err);
	else if (b->inside)
		code = read_content(b, err);
	if (code != EDOC_OK)
		return code;
	spec->document = b->content.data;
	spec->document_len = b->content.len;
	return b->view.data.digest(b->view.data.arg, 0, spec->hash, input->digest, err);
}

static enum edoc_code make(struct ed_bare *b, const struct edoc_xades_options *how,
                           struct edoc_error *err)
{
	struct ed_xades_spec spec = {.n = 0};
	struct ed_xades_there *there = NULL;
	struct ed_xades_input input;
	struct ed_saying saying;
	struct ed_buf token;
	enum edoc_code code = look(b, how, &spec, &input, &there, err);

	ed_sign_say(&saying, b->options);
	spec.words = saying.words;
	ed_buf_init(&token, ED_MAX_STAMP);
	b->made.max = ED_MAX_XML_BYTES;
	if (code == EDOC_OK)
		code = ed_sign_stamp_xades(b->options, &spec, &b->view.data, &token, err);
	if (code == EDOC_OK)
		code = ed_xades_make(&spec, &b->made, err);
	ed_xades_there_free(there);
	ed_buf_clear(&token);
	return code;
}

enum edoc_code edoc_xades_sign(const char *path, const char *out,
                               const struct edoc_xades_options *how,
                               const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct ed_bare b = {.path = path,
	                    .out = out,
	                    .options = options,
	                    .inside = (how->enveloped || how->enveloping) && !how->beside};
	enum edoc_code code = ed_bare_begin(&b, err);

	if (code == EDOC_OK)
		code = make(&b, how, err);
	if (code == EDOC_OK)
		code = ed_bare_raise(&b, EDOC_XADES, err);
	if (code == EDOC_OK)
		code = ed_bare_write(&b, &b.made, err);
	ed_bare_end(&b);
	return code;
}
