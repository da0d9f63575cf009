/* SPDX-License-Identifier: ISC */
/*
 * Time-stamps put into a XAdES signature (EN 319 132-1 5.3, 5.5.2).  The
 * property is put in with no token first; what it is over is then found by the
 * code that will verify it, in the very text that it will stand in.
 */
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "signature/xadesgrow.h"
#include "signature/xadesproof.h"

struct growth {
	const struct ed_grow *g;
	enum ed_stamp_kind kind;
	enum ed_hash hash;
	char id[ED_XG_ID];
	struct ed_xg_place place;
	struct ed_buf token, text, grown;
};

/* Namespaces are its own, so it fits under any prefixes; exclusive C14N, so
 * that the imprint stays right when the signature is moved. */
static void put_property(struct growth *w)
{
	bool archive = w->kind == ED_STAMP_ARCHIVE;
	const char *name = archive ? "xades141:ArchiveTimeStamp" : "xades:SignatureTimeStamp";

	ed_buf_reset(&w->text);
	ed_buf_printf(&w->text, "<%s", name);
	if (archive)
		ed_buf_puts(&w->text, " xmlns:xades141=\"" ED_NS_XADES141 "\"");
	ed_buf_printf(&w->text,
	              " xmlns:xades=\"" ED_NS_XADES "\" xmlns:ds=\"" ED_NS_DS "\" Id=\"%s\">"
	              "<ds:CanonicalizationMethod Algorithm=\"%s\"></ds:CanonicalizationMethod>"
	              "<xades:EncapsulatedTimeStamp>",
	              w->id, ed_c14n_uri(ED_C14N_EXC, false));
	ed_b64_put(&w->text, w->token.data, w->token.len);
	ed_buf_printf(&w->text, "</xades:EncapsulatedTimeStamp></%s>\n", name);
}

static enum edoc_code put_in(struct growth *w, struct edoc_error *err)
{
	enum edoc_code code;

	put_property(w);
	code = ed_buf_check(&w->text, w->g->where, err);
	if (code == EDOC_OK)
		code = ed_xg_insert(w->g->bytes, w->g->len, w->g->where, &w->place, &w->text,
		                    &w->grown, err);
	return code;
}

static enum edoc_code find_place(struct growth *w, struct edoc_error *err)
{
	const struct ed_grow *g = w->g;
	struct ed_xr_one one;
	enum edoc_code code;

	code = ed_xr_open(g->bytes, g->len, g->where, g->which, g->data, g->arena, &one, err);
	if (code != EDOC_OK)
		return code;
	code = ed_xg_find(g, &one.r, NULL, &w->place, err);
	if (code == EDOC_OK)
		code = ed_xg_id(g, one.xml, 'T', w->id, err);
	ed_xr_close(&one);
	return code;
}

static enum edoc_code find_imprint(struct growth *w, unsigned char imprint[ED_HASH_MAX],
                                   struct edoc_error *err)
{
	const struct ed_grow *g = w->g;
	struct ed_xr_one one;
	xmlNodePtr property;
	enum edoc_code code;

	code = ed_xr_open(w->grown.data, w->grown.len, g->where, g->which, g->data, g->arena, &one,
	                  err);
	if (code != EDOC_OK)
		return code;
	property = ed_xml_by_id(one.xml, w->id);
	if (!property || property->parent != one.r.unsigned_properties)
		code = ed_fail(err, EDOC_ERR_BUG, g->where, "the time-stamp went elsewhere");
	else
		code = ed_xr_imprint(&one.r, property, w->kind, w->hash, imprint, err);
	ed_xr_close(&one);
	return code;
}

enum edoc_code ed_xades_add_stamp(const struct ed_grow *g, enum ed_stamp_kind kind,
                                  enum ed_hash hash, ed_token_fn *token, void *arg,
                                  struct ed_buf *out, struct edoc_error *err)
{
	struct growth w = {.g = g, .kind = kind, .hash = hash};
	unsigned char imprint[ED_HASH_MAX];
	enum edoc_code code;

	if (kind != ED_STAMP_SIGNATURE && kind != ED_STAMP_ARCHIVE)
		return ed_fail(err, EDOC_ERR_USAGE, g->where,
		               "time-stamps of this kind are not added to a signature");
	ed_buf_init(&w.token, ED_MAX_CMS);
	ed_buf_init(&w.text, ED_MAX_XML_BYTES);
	ed_buf_init(&w.grown, ED_MAX_XML_BYTES);
	code = find_place(&w, err);
	if (code == EDOC_OK)
		code = put_in(&w, err);
	if (code == EDOC_OK)
		code = find_imprint(&w, imprint, err);
	if (code == EDOC_OK)
		code = token(arg, hash, imprint, &w.token, err);
	if (code == EDOC_OK)
		code = put_in(&w, err);
	if (code == EDOC_OK)
		code = ed_xg_finish(g, &w.grown, w.id, out, err);
	ed_xg_place_clear(&w.place);
	ed_buf_clear(&w.token);
	ed_buf_clear(&w.text);
	ed_buf_clear(&w.grown);
	return code;
}
