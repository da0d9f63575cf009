/* SPDX-License-Identifier: ISC */
/*
 * Where a new signature goes, by the kind of container (EN 319 162-1):
 *
 *   ASiC-E  XAdES  META-INF/signatures-<tag>.xml, one a signature       4.4.3.1
 *           CAdES  META-INF/ASiCManifest-<tag>.xml names the documents,
 *                  META-INF/signature-<tag>.p7s signs it                4.4.3.2
 *   ASiC-S  XAdES  META-INF/signatures.xml, all in one                  4.3.3.3
 *           CAdES  META-INF/signature.p7s, a SignerInfo each            4.3.3.2
 */
#include "sign/growth.h"
#include "sign/place.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "package/asicmanifest.h"
#include "package/manifest.h"
#include "sign/raise.h"
#include "signature/cades.h"
#include "signature/xades.h"
#include "signature/xadesnames.h"

#define S_XADES "META-INF/signatures.xml"
#define S_CADES "META-INF/signature.p7s"

enum edoc_code ed_place_form(const struct ed_change *c, enum edoc_form *form,
                             struct edoc_error *err)
{
	const struct ed_asic *asic = c->asic;
	enum edoc_form there = EDOC_FORM_AUTO, wanted = c->options->form;
	size_t n = 0;

	if (asic->type != ED_ASIC_E && asic->type != ED_ASIC_S)
		return ed_fail(err, EDOC_ERR_INPUT, c->path,
		               "this is %s; signatures are added to ASiC-E and ASiC-S only",
		               asic->format);
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		if (asic->kind[i] != ED_ASIC_XADES && asic->kind[i] != ED_ASIC_CADES)
			continue;
		there = asic->kind[i] == ED_ASIC_XADES ? EDOC_XADES : EDOC_CADES;
		n++;
	}
	if (n >= ED_MAX_SIGNATURES)
		return ed_fail(err, EDOC_ERR_LIMIT, c->path, "there are %zu signatures already", n);
	if (there != EDOC_FORM_AUTO && wanted != EDOC_FORM_AUTO && there != wanted)
		return ed_fail(err, EDOC_ERR_INPUT, c->path,
		               "its signatures are %s; a container holds one form only (EN 319 "
		               "162-1 4.4.1): leave the form out",
		               there == EDOC_XADES ? "XAdES" : "CAdES");
	*form = there != EDOC_FORM_AUTO ? there : wanted != EDOC_FORM_AUTO ? wanted : EDOC_XADES;
	return EDOC_OK;
}

/* ---- what a signer says ---- */

void ed_sign_say(struct ed_saying *s, const struct edoc_sign_options *options)
{
	memset(s, 0, sizeof(*s));
	s->roles[0] = options->role;
	s->words = (struct ed_sign_words){.key = options->key,
	                                  .at = options->at,
	                                  .roles = s->roles,
	                                  .commitment = options->commitment,
	                                  .ledger_head = options->ledger_head,
	                                  .place = options->place,
	                                  .policy = options->signed_policy};
}

/* ---- the documents ---- */

enum edoc_code ed_sign_cms_hash(const struct edoc_sign_options *options, enum ed_hash *hash,
                                struct edoc_error *err)
{
	struct ed_sigalg alg;

	if (!ed_key_sigalg(options->key, &alg))
		return ed_fail(err, EDOC_ERR_INPUT, edoc_key_subject(options->key),
		               "this kind of key cannot sign");
	*hash = alg.hash;
	return EDOC_OK;
}

/* SHAKE256, which Ed448 goes with, has no name in XML. */
static enum ed_hash with_uri(enum ed_hash hash)
{
	return ed_hash_xml_uri(hash) ? hash : ED_SHA512;
}

enum edoc_code ed_sign_hash(const struct edoc_sign_options *options, enum ed_hash *hash,
                            struct edoc_error *err)
{
	enum edoc_code code = ed_sign_cms_hash(options, hash, err);

	if (code == EDOC_OK)
		*hash = with_uri(*hash);
	return code;
}

static enum edoc_code list_inputs(struct ed_asic *asic, enum ed_hash hash, struct ed_arena *arena,
                                  struct ed_xades_input **out, size_t *n, struct edoc_error *err)
{
	struct ed_xades_input *inputs =
	        ed_arena_alloc(arena, (asic->documents + 1) * sizeof(*inputs));

	*n = 0;
	if (!inputs)
		return ed_fail_memory(err);
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		struct ed_xades_input *input = &inputs[*n];
		enum edoc_code code;

		if (asic->kind[i] != ED_ASIC_DOCUMENT)
			continue;
		input->name = ed_zip_entry(asic->zip, i)->name;
		input->media_type =
		        asic->media_type[i] ? asic->media_type[i] : ed_media_type(input->name);
		code = ed_asic_digest(asic, i, hash, input->digest, err);
		if (code != EDOC_OK)
			return code;
		++*n;
	}
	if (!*n)
		return ed_fail(err, EDOC_ERR_INPUT, "", "there is no document to sign");
	*out = inputs;
	return EDOC_OK;
}

/* ---- content time-stamps: proved before they are signed ---- */

static enum edoc_code ask_token(const struct edoc_sign_options *options, enum ed_hash hash,
                                const unsigned char imprint[ED_HASH_MAX], struct ed_buf *token,
                                struct ed_sign_words *words, struct edoc_error *err)
{
	struct ed_stamping asking = {.options = options};
	struct ed_key_outside *outside = ed_key_outside(options->key);
	enum edoc_code code = EDOC_OK;

	if (options->dry_run && options->n_tsas)
		return EDOC_OK;
	if (outside && outside->token.len) /* the second of two steps */
		ed_buf_put(token, outside->token.data, outside->token.len);
	else
		code = ed_sign_token(&asking, hash, imprint, token, err);
	if (code == EDOC_OK)
		code = ed_buf_check(token, edoc_key_subject(options->key), err);
	if (code == EDOC_OK && outside && !outside->token.len)
		ed_buf_put(&outside->token, token->data, token->len);
	words->content_token = token->data;
	words->content_token_len = token->len;
	return code;
}

enum edoc_code ed_sign_stamp_xades(const struct edoc_sign_options *options,
                                   struct ed_xades_spec *spec, const struct ed_data *data,
                                   struct ed_buf *token, struct edoc_error *err)
{
	unsigned char imprint[ED_HASH_MAX];
	enum edoc_code code;

	if (!options->content_stamp)
		return EDOC_OK;
	code = ed_xades_content_imprint(spec, data, spec->hash, imprint, err);
	return code == EDOC_OK ? ask_token(options, spec->hash, imprint, token, &spec->words, err)
	                       : code;
}

enum edoc_code ed_sign_stamp_cades(const struct edoc_sign_options *options,
                                   struct ed_cades_spec *spec, struct ed_buf *token,
                                   struct edoc_error *err)
{
	unsigned char imprint[ED_HASH_MAX];
	enum ed_hash hash = with_uri(spec->hash);

	if (!options->content_stamp)
		return EDOC_OK;
	if (!ed_cades_content_imprint(spec, hash, imprint))
		return ed_fail(err, EDOC_ERR_INPUT, edoc_key_subject(options->key),
		               "a content time-stamp cannot be had with this kind of key");
	return ask_token(options, hash, imprint, token, &spec->words, err);
}

/* ---- XAdES ---- */

enum edoc_code ed_sign_make(struct ed_asic *asic, const struct edoc_sign_options *options,
                            const char *name, struct ed_arena *arena, struct ed_buf *xml,
                            struct edoc_error *err)
{
	struct ed_xades_spec spec = {.tag = name ? ed_sign_tag(name) : NULL};
	struct ed_xades_input *inputs = NULL;
	struct ed_saying saying;
	struct ed_view view;
	struct ed_buf token;
	enum edoc_code code;

	ed_sign_say(&saying, options);
	spec.words = saying.words;
	ed_buf_init(&token, ED_MAX_STAMP);
	code = ed_sign_hash(options, &spec.hash, err);
	if (code == EDOC_OK)
		code = list_inputs(asic, spec.hash, arena, &inputs, &spec.n, err);
	spec.inputs = inputs;
	ed_view_init(&view, arena, asic);
	if (code == EDOC_OK)
		code = ed_view_add_container(&view, err);
	if (code == EDOC_OK)
		code = ed_sign_stamp_xades(options, &spec, ed_view_data(&view), &token, err);
	if (code == EDOC_OK)
		code = ed_xades_make(&spec, xml, err);
	ed_buf_clear(&token);
	return code;
}

/* Its one signature moves behind those that are there.  Exclusive
 * canonicalisation: where its namespaces are declared is not signed. */
static enum edoc_code join_xades(const struct ed_buf *there, const struct ed_buf *made,
                                 struct ed_buf *out, struct edoc_error *err)
{
	static const char start[] = "<ds:Signature ", end[] = "</ds:Signature>";
	const char *sig = strstr(ed_buf_str(made), start);
	const char *stop = sig ? strstr(sig, end) : NULL;
	size_t at = there->len;

	while (at > 0 && there->data[at - 1] != '<')
		at--;
	if (!stop || at < 2 || there->data[at] != '/')
		return ed_fail(err, EDOC_ERR_INPUT, S_XADES,
		               "does not end with its root's end tag: no signature can be added");
	ed_buf_put(out, there->data, at - 1);
	ed_buf_printf(out, "%sxmlns:ds=\"" ED_NS_DS "\" xmlns:xades=\"" ED_NS_XADES "\" ", start);
	sig += strlen(start);
	ed_buf_put(out, sig, (size_t)(stop - sig) + strlen(end));
	ed_buf_puts(out, "\n");
	ed_buf_put(out, there->data + at - 1, there->len - at + 1);
	return ed_buf_check(out, S_XADES, err);
}

/* Raised to the level, its bytes are made those of the entry. */
static enum edoc_code raise_and_put(struct ed_change *c, enum edoc_form form,
                                    const struct ed_grow *at, struct ed_buf *bytes,
                                    struct edoc_error *err)
{
	bool outside = form == EDOC_CADES && c->asic->type == ED_ASIC_E;
	enum edoc_code code = ed_raise(form, at, outside, c->options, bytes, &c->moment, err);

	return code == EDOC_OK ? ed_change_put(c, c->made, bytes, err) : code;
}

static enum edoc_code place_xades(struct ed_change *c, struct edoc_error *err)
{
	struct ed_grow at = {
	        .where = c->made, .data = &c->view.data, .only = ED_NO_DATA, .arena = c->arena};
	const struct ed_buf *there = NULL;
	struct ed_buf made, joined;
	enum edoc_code code = EDOC_OK;
	bool alone = c->asic->type == ED_ASIC_E;

	ed_buf_init(&made, ED_MAX_XML_BYTES);
	ed_buf_init(&joined, ED_MAX_XML_BYTES);
	if (alone)
		code = ed_sign_entry_name(c->options->key, c->options->at, c->asic->zip, c->made,
		                          err);
	else
		snprintf(c->made, sizeof(c->made), "%s", S_XADES);
	if (code == EDOC_OK)
		code = ed_sign_make(c->asic, c->options, alone ? c->made : NULL, c->arena, &made,
		                    err);
	if (code == EDOC_OK && ed_zip_find(c->asic->zip, c->made) != ED_NO_DATA) {
		code = ed_change_get(c, c->made, &there, err);
		if (code == EDOC_OK) {
			at.bytes = there->data;
			at.len = there->len;
			code = ed_raise_count(EDOC_XADES, &at, &at.which, err);
		}
		if (code == EDOC_OK)
			code = join_xades(there, &made, &joined, err);
		ed_buf_clear(&made);
		made = joined;
		ed_buf_init(&joined, ED_MAX_XML_BYTES);
	}
	at.bytes = made.data;
	at.len = made.len;
	if (code == EDOC_OK)
		code = raise_and_put(c, EDOC_XADES, &at, &made, err);
	ed_buf_clear(&made);
	return code;
}

/* ---- CAdES ---- */

static enum edoc_code write_manifest(struct ed_change *c, enum ed_hash hash, struct ed_buf *out,
                                     struct edoc_error *err)
{
	struct ed_xades_input *inputs = NULL;
	struct ed_asicmanifest_ref *refs;
	size_t n = 0;
	enum edoc_code code = list_inputs(c->asic, hash, c->arena, &inputs, &n, err);

	if (code != EDOC_OK)
		return code;
	refs = ed_arena_alloc(c->arena, n * sizeof(*refs));
	if (!refs)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n; i++) {
		refs[i].name = inputs[i].name;
		refs[i].media_type = inputs[i].media_type;
		refs[i].hash = hash;
		memcpy(refs[i].digest, inputs[i].digest, sizeof(refs[i].digest));
	}
	return ed_asicmanifest_write(out, c->made, "application/pkcs7-signature", refs, n,
	                             ED_NO_ROOT, err);
}

/* What a CAdES signature is over: the manifest's bytes, or the one document. */
struct subject {
	struct ed_view view; /* of the manifest */
	const struct ed_data *data;
	size_t object;
	unsigned char digest[ED_HASH_MAX];
	const char *media_type;
};

static enum edoc_code subject_manifest(struct ed_change *c, struct ed_cades_spec *spec,
                                       struct subject *s, struct edoc_error *err)
{
	char name[ED_SIGN_NAME];
	struct ed_changed *put;
	struct ed_buf xml;
	enum edoc_code code;

	code = ed_sign_entry_name(c->options->key, c->options->at, c->asic->zip, name, err);
	if (code != EDOC_OK)
		return code;
	snprintf(c->made, sizeof(c->made), "META-INF/signature-%.8s.p7s", ed_sign_tag(name));
	snprintf(name, sizeof(name), "META-INF/ASiCManifest-%.8s.xml", c->made + 19);
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	code = write_manifest(c, with_uri(spec->hash), &xml, err);
	if (code == EDOC_OK)
		code = ed_change_put(c, name, &xml, err);
	ed_buf_clear(&xml);
	if (code != EDOC_OK)
		return code;
	put = &c->v[c->n - 1];
	ed_view_init(&s->view, c->arena, NULL);
	code = ed_view_add_bytes(&s->view, put->name, put->bytes.data, put->bytes.len, err);
	s->data = ed_view_data(&s->view);
	s->object = 0;
	spec->media_type = "text/xml";
	return code;
}

static enum edoc_code subject_document(struct ed_change *c, struct ed_cades_spec *spec,
                                       struct subject *s, struct edoc_error *err)
{
	struct ed_xades_input *inputs = NULL;
	size_t n = 0;
	enum edoc_code code = list_inputs(c->asic, spec->hash, c->arena, &inputs, &n, err);

	if (code != EDOC_OK)
		return code;
	if (n != 1)
		return ed_fail(err, EDOC_ERR_INPUT, c->path,
		               "an ASiC-S container holds one document, this one %zu (EN 319 162-1 "
		               "4.3.3)",
		               n);
	snprintf(c->made, sizeof(c->made), "%s", S_CADES);
	s->data = &c->view.data;
	s->object = ed_data_find(s->data, inputs[0].name);
	spec->media_type = inputs[0].media_type;
	return EDOC_OK;
}

static enum edoc_code make_cades(struct ed_change *c, const struct ed_cades_spec *spec,
                                 struct ed_grow *at, struct ed_buf *der, struct edoc_error *err)
{
	const struct ed_buf *there = NULL;
	enum edoc_code code;
	bool attached;

	if (ed_zip_find(c->asic->zip, c->made) == ED_NO_DATA)
		return ed_cades_make(spec, der, err);
	code = ed_change_get(c, c->made, &there, err);
	return code == EDOC_OK ? ed_cosign(at, there, spec, der, &at->which, &attached, err) : code;
}

static enum edoc_code place_cades(struct ed_change *c, struct edoc_error *err)
{
	struct ed_grow at = {.where = c->made, .arena = c->arena};
	struct ed_cades_spec spec = {.digest = NULL};
	struct subject s = {.object = ED_NO_DATA};
	struct ed_saying saying;
	struct ed_buf der, token;
	enum edoc_code code;

	ed_sign_say(&saying, c->options);
	spec.words = saying.words;
	ed_buf_init(&der, ED_MAX_ITEM_BYTES);
	ed_buf_init(&token, ED_MAX_STAMP);
	code = ed_sign_cms_hash(c->options, &spec.hash, err);
	if (code == EDOC_OK)
		code = c->asic->type == ED_ASIC_E ? subject_manifest(c, &spec, &s, err)
		                                  : subject_document(c, &spec, &s, err);
	if (code == EDOC_OK)
		code = s.data->digest(s.data->arg, s.object, spec.hash, s.digest, err);
	spec.digest = s.digest;
	if (code == EDOC_OK)
		code = ed_sign_stamp_cades(c->options, &spec, &token, err);
	at.data = s.data;
	at.only = s.object;
	if (code == EDOC_OK)
		code = make_cades(c, &spec, &at, &der, err);
	at.bytes = der.data;
	at.len = der.len;
	if (code == EDOC_OK)
		code = raise_and_put(c, EDOC_CADES, &at, &der, err);
	if (code == EDOC_OK && c->asic->type == ED_ASIC_E && c->options->level == EDOC_LEVEL_LTA)
		code = ed_place_archive(c, false, err);
	ed_buf_clear(&token);
	ed_buf_clear(&der);
	return code;
}

enum edoc_code ed_place_signature(struct ed_change *c, struct edoc_error *err)
{
	enum edoc_form form;
	enum edoc_code code = ed_place_form(c, &form, err);

	if (code != EDOC_OK)
		return code;
	return form == EDOC_XADES ? place_xades(c, err) : place_cades(c, err);
}
