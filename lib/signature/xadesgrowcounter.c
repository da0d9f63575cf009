/* SPDX-License-Identifier: ISC */
/* A counter-signature put into a XAdES signature (EN 319 132-1 5.2.7.2): a
 * baseline B signature over the value of the one that it stands in. */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/xadesgrow.h"
#include "signature/xadesmake.h"

#define OPEN "<xades:CounterSignature xmlns:xades=\"" ED_NS_XADES "\">"
#define CLOSE "</xades:CounterSignature>\n"

static enum edoc_code to_digest(void *digest, const void *bytes, size_t len)
{
	return ed_digest_update(digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

/* The Id that names this value and nothing else; NULL: none does. */
static const char *value_id(const struct ed_xr *r)
{
	const char *id = ed_xml_attr(r->dsig.value_node, "Id", r->arena);

	return id && ed_xml_by_id(r->xml, id) == r->dsig.value_node ? id : NULL;
}

static enum edoc_code digest_value(const struct ed_xr *r, enum ed_hash hash,
                                   unsigned char digest[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_digest *d = ed_digest_new(hash);
	enum edoc_code code;

	if (!d)
		return ed_fail_memory(err);
	code = ed_c14n(r->xml, r->dsig.value_node, ED_C14N_EXC, false, NULL, NULL, to_digest, d,
	               err);
	if (code == EDOC_OK && !ed_digest_final(d, digest))
		code = ed_fail_memory(err);
	ed_digest_free(d);
	return code;
}

static enum edoc_code put_counter(const struct ed_xr *r, const struct ed_counter_spec *spec,
                                  char id[35], struct ed_buf *text, struct edoc_error *err)
{
	const char *const roles[] = {spec->role, NULL};
	struct ed_xades_spec make = {
	        .words = {.key = spec->key, .at = spec->at, .roles = roles, .place = spec->place}};
	const char *over = value_id(r);
	unsigned char digest[ED_HASH_MAX];
	struct ed_sigalg alg;
	enum edoc_code code;

	if (!over)
		return ed_fail(err, EDOC_ERR_INPUT, r->a->where,
		               "the ds:SignatureValue has no Id of its own, so no "
		               "counter-signature can refer to it (EN 319 132-1 5.2.7.2)");
	if (!ed_key_sigalg(spec->key, &alg))
		return ed_fail(err, EDOC_ERR_INPUT, edoc_key_subject(spec->key),
		               "this kind of key cannot make XML signatures");
	make.hash = ed_hash_xml_uri(alg.hash) ? alg.hash : ED_SHA512;
	code = digest_value(r, make.hash, digest, err);
	if (code == EDOC_OK)
		code = ed_xm_countersign(&make, over, digest, id, text, err);
	if (code == EDOC_OK && ed_xml_by_id(r->xml, id))
		code = ed_fail(err, EDOC_ERR_AGAIN, r->a->where,
		               "the same key has countersigned it in this very second already: "
		               "nothing was changed; try again");
	return code;
}

static enum edoc_code grow(const struct ed_grow *g, struct ed_xr *r, const struct ed_buf *signature,
                           struct ed_buf *grown, struct edoc_error *err)
{
	struct ed_xg_place place = {0};
	struct ed_buf text;
	enum edoc_code code;

	ed_buf_init(&text, ED_MAX_XML_BYTES);
	ed_buf_puts(&text, OPEN);
	ed_buf_put(&text, signature->data, signature->len);
	ed_buf_puts(&text, CLOSE);
	code = ed_buf_check(&text, g->where, err);
	if (code == EDOC_OK)
		code = ed_xg_find(g, r, NULL, &place, err);
	if (code == EDOC_OK)
		code = ed_xg_insert(g->bytes, g->len, g->where, &place, &text, grown, err);
	ed_xg_place_clear(&place);
	ed_buf_clear(&text);
	return code;
}

enum edoc_code ed_xades_add_counter(const struct ed_grow *g, const struct ed_counter_spec *spec,
                                    struct ed_buf *out, struct edoc_error *err)
{
	struct ed_buf signature, grown;
	struct ed_xr_one one;
	enum edoc_code code;
	char id[35];

	code = ed_xr_open(g->bytes, g->len, g->where, g->which, g->data, g->arena, &one, err);
	if (code != EDOC_OK)
		return code;
	ed_buf_init(&signature, ED_MAX_XML_BYTES);
	ed_buf_init(&grown, ED_MAX_XML_BYTES);
	code = put_counter(&one.r, spec, id, &signature, err);
	if (code == EDOC_OK)
		code = grow(g, &one.r, &signature, &grown, err);
	ed_xr_close(&one);
	if (code == EDOC_OK)
		code = ed_xg_finish(g, &grown, id, out, err);
	ed_buf_clear(&signature);
	ed_buf_clear(&grown);
	return code;
}
