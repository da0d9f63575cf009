/* SPDX-License-Identifier: ISC */
/* The time-stamps of a signature: which attributes hold them, and what each
 * kind is over (EN 319 122-1 5.2.8, 5.3, A.1.5). */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/cadespart.h"

enum over { OVER_CONTENT, OVER_VALUE, OVER_CADES_C, OVER_REFS, OVER_ARCHIVE };

static const struct stamp_type {
	const char *oid, *name;
	enum ed_stamp_kind kind;
	enum over over;
	bool is_signed;
} types[] = {
        {OID_CONTENT_STAMP, "content-time-stamp", ED_STAMP_CONTENT, OVER_CONTENT, true},
        {OID_SIGNATURE_STAMP, "signature-time-stamp", ED_STAMP_SIGNATURE, OVER_VALUE, false},
        {OID_CADES_C_STAMP, "CAdES-C-time-stamp", ED_STAMP_REFS, OVER_CADES_C, false},
        {OID_REFS_STAMP, "time-stamped-certs-crls-references", ED_STAMP_REFS, OVER_REFS, false},
        {OID_ARCHIVE_STAMP, "archive-time-stamp", ED_STAMP_ARCHIVE, OVER_ARCHIVE, false},
        {OID_ARCHIVE_STAMP_V2, "archive-time-stamp-v2", ED_STAMP_ARCHIVE, OVER_ARCHIVE, false},
        {OID_ARCHIVE_STAMP_V3, "archive-time-stamp-v3", ED_STAMP_ARCHIVE, OVER_ARCHIVE, false},
};

static const struct stamp_type *type_of(const char *oid, bool is_signed)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].is_signed == is_signed && !strcmp(types[i].oid, oid))
			return &types[i];
	return NULL;
}

/* ---- pieces -------------------------------------------------------------- */

void ed_cades_put(struct ed_cades_pieces *pieces, const void *p, size_t len)
{
	struct ed_cades_piece *v =
	        ed_arena_grow(pieces->work->arena, pieces->v, pieces->n, &pieces->cap, sizeof *v);

	if (!v) {
		pieces->failed = true;
		return;
	}
	pieces->v = v;
	v[pieces->n++] = (struct ed_cades_piece){p, len};
}

void ed_cades_put_element(struct ed_cades_pieces *pieces, const struct ed_ber *e, bool der)
{
	struct ed_buf buf;
	const void *copy;

	if (!e->whole)
		return;
	if (!der || ed_ber_is_der(e, false)) {
		ed_cades_put(pieces, e->whole, e->whole_len);
		return;
	}
	ed_buf_init(&buf, ED_MAX_MATERIAL_BYTES);
	copy = ed_ber_to_der(e, false, &buf)
	               ? ed_arena_memdup(pieces->work->arena, buf.data, buf.len)
	               : NULL;
	if (copy)
		ed_cades_put(pieces, copy, buf.len);
	else
		pieces->failed = true;
	ed_buf_clear(&buf);
}

bool ed_cades_pieces_digest(const struct ed_cades_pieces *pieces, enum ed_hash hash,
                            unsigned char out[ED_HASH_MAX])
{
	struct ed_digest *digest = NULL;
	size_t len = 0;
	bool ok;

	if (!pieces->failed)
		digest = pieces->after ? ed_digest_copy(pieces->after) : ed_digest_new(hash);
	ok = digest != NULL;
	for (size_t i = 0; i < pieces->n; i++)
		len += pieces->v[i].len;
	ok = ok && ed_cades_spend(pieces->work, len);
	for (size_t i = 0; ok && i < pieces->n; i++)
		ok = ed_digest_update(digest, pieces->v[i].p, pieces->v[i].len);
	ok = ok && ed_digest_final(digest, out);
	ed_digest_free(digest);
	return ok;
}

static bool imprint_is(const struct ed_tst *tst, const unsigned char *digest)
{
	return tst->imprint_hash != ED_HASH_NONE &&
	       tst->imprint_len == ed_hash_size(tst->imprint_hash) &&
	       !memcmp(tst->imprint, digest, tst->imprint_len);
}

bool ed_cades_fits(const struct ed_cades_pieces *pieces, const struct ed_tst *tst)
{
	unsigned char digest[ED_HASH_MAX];

	return ed_cades_pieces_digest(pieces, tst->imprint_hash, digest) && imprint_is(tst, digest);
}

/* ---- tokens -------------------------------------------------------------- */

/* The token's own unsigned attributes (an index, values), and what it brings. */
static enum edoc_code look_inside(struct ed_cades_sig *sig, struct ed_cades_token *token,
                                  struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	const struct ed_ber *e = token->value;
	struct ed_cms cms;

	enum edoc_code rc = ed_cms_read(e->whole, e->whole_len, work->where, work->material,
	                                work->arena, &cms, err);
	if (rc)
		return rc == EDOC_ERR_INPUT ? EDOC_OK : rc;
	for (size_t i = 0; i < cms.n_blobs; i++)
		if (!ed_cades_place(work, ED_OBJECT_MATERIAL, e->whole, e->whole_len,
		                    work->material->v[cms.blobs[i]].sha256))
			return ed_fail_memory(err);
	if (cms.n_signers != 1)
		return EDOC_OK;
	token->attrs = cms.signers[0].unsigned_attrs;
	token->n_attrs = cms.signers[0].n_unsigned;
	return ed_cades_values(sig, token->attrs, token->n_attrs, e, err);
}

static enum edoc_code read_token(struct ed_cades_sig *sig, const struct stamp_type *type,
                                 const struct ed_cms_attr *attr, const struct ed_ber *value,
                                 struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	struct ed_ades *ades = sig->ades;
	struct ed_stamp *stamp = &ades->stamps[ades->n_stamps];
	struct ed_cades_token *token = &sig->tokens[ades->n_stamps];
	struct edoc_error why;
	enum edoc_code rc;

	/* What it brings first: its signer may be among a value's certificates. */
	*token = (struct ed_cades_token){.attr = attr, .value = value};
	rc = look_inside(sig, token, err);
	if (rc)
		return rc;
	*stamp = (struct ed_stamp){.kind = type->kind, .type = type->name, .where = ades->where};
	ed_findings_init(&stamp->findings, work->arena);
	rc = ed_tst_read(value->whole, value->whole_len, ades->where, work->material, work->arena,
	                 &stamp->tst, &why);
	if (rc == EDOC_ERR_INPUT) {
		ed_cades_finding(sig, "cades.stamp-malformed", type->name, why.msg);
		return EDOC_OK;
	}
	if (rc) {
		*err = why;
		return rc;
	}
	ades->n_stamps++;
	if (!ed_cades_place(work, ED_OBJECT_STAMP, value->whole, value->whole_len,
	                    stamp->tst.sha256))
		return ed_fail_memory(err);
	return EDOC_OK;
}

static size_t count(const struct ed_cms_attr *attrs, size_t n, bool is_signed)
{
	size_t stamps = 0;

	for (size_t i = 0; i < n; i++)
		if (type_of(attrs[i].oid, is_signed))
			stamps += attrs[i].n;
	return stamps;
}

static enum edoc_code read_tokens(struct ed_cades_sig *sig, const struct ed_cms_attr *attrs,
                                  size_t n, bool is_signed, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; !rc && i < n; i++) {
		const struct stamp_type *type = type_of(attrs[i].oid, is_signed);
		for (size_t k = 0; type && !rc && k < attrs[i].n; k++)
			rc = read_token(sig, type, &attrs[i], &attrs[i].values[k], err);
	}
	return rc;
}

enum edoc_code ed_cades_tokens(struct ed_cades_sig *sig, struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	const struct ed_cms_signer *si = sig->si;
	size_t n = count(si->attrs, si->n_attrs, true) +
	           count(si->unsigned_attrs, si->n_unsigned, false);
	enum edoc_code rc;

	if (n == 0)
		return EDOC_OK;
	work->n_stamps += n;
	if (work->n_stamps > ED_MAX_STAMPS)
		return ed_fail(err, EDOC_ERR_LIMIT, work->where, "more than %u time-stamps",
		               ED_MAX_STAMPS);
	sig->ades->stamps = ed_arena_alloc(work->arena, n * sizeof *sig->ades->stamps);
	sig->tokens = ed_arena_alloc(work->arena, n * sizeof *sig->tokens);
	if (!sig->ades->stamps || !sig->tokens)
		return ed_fail_memory(err);
	rc = read_tokens(sig, si->attrs, si->n_attrs, true, err);
	if (!rc)
		rc = read_tokens(sig, si->unsigned_attrs, si->n_unsigned, false, err);
	return rc;
}

/* ---- what each is over --------------------------------------------------- */

/* 5.2.8: the digest of the content, without its tag and length. */
static enum edoc_code prove_content(struct ed_cades_cover *c, struct edoc_error *err)
{
	struct ed_stamp *stamp = c->stamp;
	unsigned char digest[ED_HASH_MAX];

	enum edoc_code rc =
	        ed_cades_digest(c->sig, stamp->tst.imprint_hash, &stamp->found, digest, err);
	if (rc)
		return rc;
	stamp->intact = stamp->found && imprint_is(&stamp->tst, digest);
	if (stamp->intact)
		ed_cades_cover_content(c, stamp->tst.imprint_hash);
	return EDOC_OK;
}

/* Type and values of each such attribute, without the outer tag and length
 * (TS 101 733 6.3.5, note 2); they are covered with what they hold. */
static bool put_attrs(struct ed_cades_pieces *pieces, const struct ed_cades_sig *sig,
                      const char *oid, bool der)
{
	const struct ed_cms_signer *si = sig->si;
	struct ed_ber_reader r;
	struct ed_ber e;
	bool any = false;

	for (size_t i = 0; i < si->n_unsigned; i++) {
		if (strcmp(si->unsigned_attrs[i].oid, oid) != 0)
			continue;
		any = true;
		ed_ber_enter(&r, &si->unsigned_attrs[i].whole, 1);
		while (ed_ber_next(&r, &e))
			ed_cades_put_element(pieces, &e, der);
	}
	return any;
}

static void cover_attrs(struct ed_cades_cover *c, const char *oid)
{
	const struct ed_cms_signer *si = c->sig->si;

	for (size_t i = 0; i < si->n_unsigned; i++)
		if (!strcmp(si->unsigned_attrs[i].oid, oid))
			ed_cades_cover_range(c, si->unsigned_attrs[i].whole.whole,
			                     si->unsigned_attrs[i].whole.whole_len,
			                     c->stamp->tst.imprint_hash);
}

struct referred {
	struct ed_cades_cover *cover;
	enum ed_hash hash;
};

static void cover_referred(void *arg, enum ed_hash hash, const uint8_t *digest, size_t len)
{
	struct referred *r = arg;
	struct ed_cades_work *work = r->cover->sig->work;
	size_t blob = ed_cades_ref_blob(work, hash, digest, len);

	if (blob != (size_t)-1)
		ed_cades_cover_object(r->cover, ED_OBJECT_MATERIAL, work->material->v[blob].sha256,
		                      NULL, ed_cades_weaker(r->hash, hash));
}

/* A.1.5.1 and A.1.5.2. */
static enum edoc_code prove_refs(struct ed_cades_cover *c, bool with_value, struct edoc_error *err)
{
	static const char *const parts[] = {OID_SIGNATURE_STAMP, OID_CERT_REFS,
	                                    OID_REVOCATION_REFS};
	struct ed_cades_sig *sig = c->sig;
	struct ed_stamp *stamp = c->stamp;
	struct ed_cades_pieces pieces;
	struct referred referred = {c, stamp->tst.imprint_hash};

	for (int der = 0; der < 2 && !stamp->intact; der++) {
		bool refs = true;
		pieces = (struct ed_cades_pieces){.work = sig->work};
		if (with_value)
			ed_cades_put(&pieces, sig->si->value, sig->si->value_len);
		for (size_t i = with_value ? 0 : 1; i < 3; i++)
			refs = put_attrs(&pieces, sig, parts[i], der) && refs;
		if (pieces.failed)
			return ed_fail_memory(err);
		stamp->found = refs || (with_value && pieces.n > 1);
		stamp->intact = stamp->found && ed_cades_fits(&pieces, &stamp->tst);
	}
	if (!stamp->intact)
		return EDOC_OK;
	if (with_value)
		ed_cades_cover_signature(c, stamp->tst.imprint_hash);
	for (size_t i = with_value ? 0 : 1; i < 3; i++)
		cover_attrs(c, parts[i]);
	(void)ed_cades_refs(sig->si->unsigned_attrs, sig->si->n_unsigned, sig->work->arena,
	                    cover_referred, &referred);
	return EDOC_OK;
}

/* 5.3: the octets of the signature value. */
static enum edoc_code prove_value(struct ed_cades_cover *c, struct edoc_error *err)
{
	const struct ed_cms_signer *si = c->sig->si;
	struct ed_stamp *stamp = c->stamp;
	struct ed_cades_pieces pieces = {.work = c->sig->work};

	ed_cades_put(&pieces, si->value, si->value_len);
	if (pieces.failed)
		return ed_fail_memory(err);
	stamp->found = true;
	stamp->intact = ed_cades_fits(&pieces, &stamp->tst);
	if (stamp->intact)
		ed_cades_cover_signature(c, stamp->tst.imprint_hash);
	return EDOC_OK;
}

static enum edoc_code prove_one(struct ed_cades_sig *sig, size_t i, size_t *archives,
                                struct edoc_error *err)
{
	struct ed_stamp *stamp = &sig->ades->stamps[i];
	struct ed_cades_cover c = {.sig = sig, .stamp = stamp};
	const struct stamp_type *type =
	        type_of(sig->tokens[i].attr->oid, stamp->kind == ED_STAMP_CONTENT);
	enum edoc_code rc = EDOC_OK;

	if (!type) /* a stamp has one, or would not be here */
		return ed_fail(err, EDOC_ERR_BUG, stamp->where, "a time-stamp of no type");
	switch (type->over) {
	case OVER_CONTENT:
		rc = prove_content(&c, err);
		break;
	case OVER_VALUE:
		rc = prove_value(&c, err);
		break;
	case OVER_CADES_C:
	case OVER_REFS:
		rc = prove_refs(&c, type->over == OVER_CADES_C, err);
		break;
	case OVER_ARCHIVE:
		if ((*archives)++ < ED_MAX_ARCHIVE_STAMPS)
			rc = ed_cades_archive(sig, i, &c, err);
		if (sig->work->exhausted && !stamp->intact)
			stamp->found = false;
		break;
	}
	if (!rc && c.memory)
		rc = ed_fail_memory(err);
	if (!rc && !stamp->found)
		ed_finding(&stamp->findings, "cades.stamp-data-missing", stamp->where, stamp->type,
		           NULL, NULL);
	else if (!rc && !stamp->intact)
		ed_finding(&stamp->findings, "cades.stamp-over-other", stamp->where, stamp->type,
		           NULL, NULL);
	return rc;
}

enum edoc_code ed_cades_prove(struct ed_cades_sig *sig, struct edoc_error *err)
{
	size_t archives = 0;
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; !rc && i < sig->ades->n_stamps; i++)
		rc = prove_one(sig, i, &archives, err);
	if (archives > ED_MAX_ARCHIVE_STAMPS || sig->work->exhausted)
		ed_cades_finding(sig, "cades.archive-too-many", NULL, NULL);
	return rc;
}
