/* SPDX-License-Identifier: ISC */
/*
 * Archive time-stamps: v3 (EN 319 122-1 5.5.3), v2 (A.2.4, RFC 5126 6.4.1) and
 * the first one (RFC 3126 3.12.1; TS 101 733 1.5.1 to 1.6.3 computed it as v2).
 * Bytes are taken as they stand, and in DER where a relay made them BER.
 */
#include <stdio.h>
#include <string.h>

#include "base/der.h"
#include "base/err.h"
#include "base/limits.h"
#include "signature/cadespart.h"

/* The fields of SignerInfo but unsignedAttrs, with tag and length each. */
static void put_signer(struct ed_cades_pieces *pieces, const struct ed_cms_signer *si, bool der)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	ed_ber_enter(&r, &si->whole, 1);
	while (ed_ber_next(&r, &e))
		if (!ed_ber_is(&e, ED_BER_CONTEXT, 1))
			ed_cades_put_element(pieces, &e, der);
}

/* ---- version 3 ----------------------------------------------------------- */

/* 5.5.3: content is its digest. */
static void put_v3(struct ed_cades_pieces *pieces, const struct ed_cades_sig *sig,
                   enum ed_hash hash, const unsigned char *content, const struct ed_ber *index,
                   bool der)
{
	ed_cades_put_element(pieces, &sig->work->type, der);
	ed_cades_put(pieces, content, ed_hash_size(hash));
	put_signer(pieces, sig->si, der);
	ed_cades_put_element(pieces, index, false);
}

/* In DER, which is what others compute of BER too. */
bool ed_cades_archive_imprint(const struct ed_cades_sig *sig, enum ed_hash hash,
                              const unsigned char *content, const struct ed_ber *index,
                              unsigned char out[ED_HASH_MAX])
{
	struct ed_cades_pieces pieces = {.work = sig->work};

	put_v3(&pieces, sig, hash, content, index, true);
	return ed_cades_pieces_digest(&pieces, hash, out);
}

static enum edoc_code archive_v3(struct ed_cades_sig *sig, const struct ed_cades_token *token,
                                 struct ed_cades_cover *c, struct edoc_error *err)
{
	struct ed_stamp *stamp = c->stamp;
	enum ed_hash hash = stamp->tst.imprint_hash;
	unsigned char content[ED_HASH_MAX];
	struct ed_cades_index index;
	bool ok;
	enum edoc_code rc;

	rc = ed_cades_index_read(sig, token, &index, &ok, err);
	if (rc)
		return rc;
	if (!ok) {
		ed_finding(&stamp->findings, "cades.index-malformed", stamp->where, NULL, NULL,
		           NULL);
		return EDOC_OK;
	}
	rc = ed_cades_digest(sig, hash, &stamp->found, content, err);
	for (int der = 0; !rc && stamp->found && !stamp->intact && der < 2; der++) {
		struct ed_cades_pieces pieces = {.work = sig->work};
		put_v3(&pieces, sig, hash, content, index.value, der);
		if (pieces.failed)
			return ed_fail_memory(err);
		stamp->intact = ed_cades_fits(&pieces, &stamp->tst);
	}
	if (rc)
		return rc;
	if (index.n_unmatched > 0) {
		char n[24];
		(void)snprintf(n, sizeof n, "%zu", index.n_unmatched);
		ed_finding(&stamp->findings, "cades.index-unmatched", stamp->where, n, NULL, NULL);
	}
	if (!stamp->intact)
		return EDOC_OK;
	ed_cades_cover_signature(c, hash);
	for (size_t i = 0; i < index.n_matched; i++)
		ed_cades_cover_range(c, index.matched[i].p, index.matched[i].len,
		                     ed_cades_weaker(hash, index.hash));
	return EDOC_OK;
}

/* ---- version 2 ----------------------------------------------------------- */

static const char *const v1_order[] = {
        OID_SIGNATURE_STAMP,   OID_CERT_REFS,     OID_REVOCATION_REFS, OID_CERT_VALUES,
        OID_REVOCATION_VALUES, OID_CADES_C_STAMP, OID_REFS_STAMP,      OID_ARCHIVE_STAMP};

/* How unsigned attributes are taken; later ones were not there yet. */
struct manner {
	bool der;
	bool bare;     /* TS 101 733 K.3 before 2.2.1: without the SET's tag and length */
	bool in_order; /* earlier tokens are those that stand before, not by genTime */
};

static bool is_archive(const char *oid)
{
	return !strcmp(oid, OID_ARCHIVE_STAMP) || !strcmp(oid, OID_ARCHIVE_STAMP_V2) ||
	       !strcmp(oid, OID_ARCHIVE_STAMP_V3);
}

/* TS 119 122-3 5.2: evidence records come after every time-stamp. */
static bool was_there(const struct ed_cades_sig *sig, const struct ed_cms_attr *attr, size_t mine,
                      bool in_order)
{
	const struct ed_cades_token *token = &sig->tokens[mine];
	bool any = false;

	if (attr == token->attr || !strcmp(attr->oid, OID_RECORD_INTERNAL) ||
	    !strcmp(attr->oid, OID_RECORD_EXTERNAL))
		return false;
	if (!is_archive(attr->oid))
		return true;
	if (in_order)
		return attr < token->attr;
	for (size_t i = 0; i < sig->ades->n_stamps; i++) {
		if (sig->tokens[i].attr != attr)
			continue;
		if (sig->ades->stamps[i].tst.time >= sig->ades->stamps[mine].tst.time)
			return false;
		any = true;
	}
	return any;
}

/* The header of [1] IMPLICIT SET OF over n octets, in DER. */
static void put_header(struct ed_cades_pieces *pieces, size_t n)
{
	uint8_t *p = ed_arena_alloc(pieces->work->arena, ED_DER_HEAD);

	if (p)
		ed_cades_put(pieces, p, ed_der_head(p, 0xa1, n));
	else
		pieces->failed = true;
}

static void put_unsigned(struct ed_cades_pieces *pieces, const struct ed_cades_sig *sig,
                         size_t mine, struct manner how)
{
	const struct ed_cms_signer *si = sig->si;
	struct ed_cades_pieces attrs = {.work = pieces->work};
	size_t len = 0;

	for (size_t i = 0; i < si->n_unsigned; i++)
		if (was_there(sig, &si->unsigned_attrs[i], mine, how.in_order))
			ed_cades_put_element(&attrs, &si->unsigned_attrs[i].whole, how.der);
	for (size_t i = 0; i < attrs.n; i++)
		len += attrs.v[i].len;
	if (!how.bare && attrs.n > 0)
		put_header(pieces, len);
	for (size_t i = 0; i < attrs.n; i++)
		ed_cades_put(pieces, attrs.v[i].p, attrs.v[i].len);
	pieces->failed |= attrs.failed;
}

static void cover_v2(struct ed_cades_cover *c, size_t mine, bool in_order)
{
	const struct ed_cades_sig *sig = c->sig;
	const struct ed_cms *cms = &sig->work->cms;
	enum ed_hash hash = c->stamp->tst.imprint_hash;

	ed_cades_cover_content(c, hash);
	ed_cades_cover_signature(c, hash);
	ed_cades_cover_range(c, cms->certs.whole, cms->certs.whole_len, hash);
	ed_cades_cover_range(c, cms->crls.whole, cms->crls.whole_len, hash);
	for (size_t i = 0; i < sig->si->n_unsigned; i++) {
		const struct ed_cms_attr *a = &sig->si->unsigned_attrs[i];
		if (was_there(sig, a, mine, in_order))
			ed_cades_cover_range(c, a->whole.whole, a->whole.whole_len, hash);
	}
}

/* RFC 3126 leaves certificates and answers of SignedData out. */
static void cover_v1(struct ed_cades_cover *c, size_t mine)
{
	const struct ed_cades_sig *sig = c->sig;
	enum ed_hash hash = c->stamp->tst.imprint_hash;

	ed_cades_cover_content(c, hash);
	ed_cades_cover_signature(c, hash);
	for (size_t k = 0; k < sizeof v1_order / sizeof *v1_order; k++)
		for (size_t i = 0; i < sig->si->n_unsigned; i++) {
			const struct ed_cms_attr *a = &sig->si->unsigned_attrs[i];
			if (!strcmp(a->oid, v1_order[k]) && was_there(sig, a, mine, false))
				ed_cades_cover_range(c, a->whole.whole, a->whole.whole_len, hash);
		}
}

/* head: of encapContentInfo and the content. */
static bool try_v2(struct ed_cades_sig *sig, size_t mine, struct manner how,
                   const struct ed_digest *head, bool *memory)
{
	const struct ed_cades_work *work = sig->work;
	struct ed_cades_pieces pieces = {.work = sig->work, .after = head};
	bool fits;

	ed_cades_put_element(&pieces, &work->cms.certs, how.der);
	ed_cades_put_element(&pieces, &work->cms.crls, how.der);
	put_signer(&pieces, sig->si, how.der);
	put_unsigned(&pieces, sig, mine, how);
	fits = ed_cades_fits(&pieces, &sig->ades->stamps[mine].tst);
	*memory |= pieces.failed;
	return fits;
}

/* RFC 3126 3.12.1: values without tag and length, in this order.  head: of the
 * content. */
static bool try_v1(struct ed_cades_sig *sig, size_t mine, const struct ed_digest *head,
                   bool *memory)
{
	const struct ed_cms_signer *si = sig->si;
	struct ed_cades_pieces pieces = {.work = sig->work, .after = head};
	bool fits;

	ed_cades_put(&pieces, si->signed_attrs.p, si->signed_attrs.len);
	ed_cades_put(&pieces, si->value, si->value_len);
	for (size_t k = 0; k < sizeof v1_order / sizeof *v1_order; k++)
		for (size_t i = 0; i < si->n_unsigned; i++)
			if (!strcmp(si->unsigned_attrs[i].oid, v1_order[k]) &&
			    was_there(sig, &si->unsigned_attrs[i], mine, false))
				ed_cades_put(&pieces, si->unsigned_attrs[i].whole.p,
				             si->unsigned_attrs[i].whole.len);
	fits = ed_cades_fits(&pieces, &sig->ades->stamps[mine].tst);
	*memory |= pieces.failed;
	return fits;
}

struct reading {
	struct ed_digest *digest;
	size_t len;
};

static enum edoc_code to_digest(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	struct reading *r = arg;

	r->len += len;
	if (ed_digest_update(r->digest, bytes, len))
		return EDOC_OK;
	return ed_crypto_fail(err, EDOC_ERR_BUG, "", "the digest failed");
}

/* Content that is not attached is digested with the rest, piece by piece: who
 * gives it bounds how often.  Where it can only be read whole that is our budget. */
static enum edoc_code digest_external(struct ed_cades_sig *sig, struct ed_digest *digest,
                                      bool *found, struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	const struct ed_cades_sig *parent = sig->parent;
	struct reading r = {.digest = digest};
	struct edoc_error why;
	enum edoc_code rc;

	if (parent)
		return to_digest(&r, parent->si->value, parent->si->value_len, err);
	*found = sig->object != ED_NO_DATA &&
	         (work->data->write || ed_cades_spend(work, sig->external_len));
	if (!*found)
		return EDOC_OK;
	rc = ed_data_write(work->data, sig->object, to_digest, &r, &why);
	if (!rc && !work->data->write && sig->external_len == 0) {
		sig->external_len = r.len; /* what lies beside counts as well */
		work->budget += r.len * ED_MAX_CADES_WORK;
	}
	*found = rc != EDOC_ERR_LIMIT;
	if (!*found)
		return EDOC_OK;
	if (rc)
		*err = why;
	return rc;
}

/* What all manners begin with is digested once: encapContentInfo as it stands
 * or in DER and what is beside it; bare: the content alone. */
static enum edoc_code begin_digest(struct ed_cades_sig *sig, enum ed_hash hash, bool der, bool bare,
                                   struct ed_digest **digest, bool *found, struct edoc_error *err)
{
	const struct ed_cades_work *work = sig->work;
	struct ed_cades_pieces pieces = {.work = sig->work};
	enum edoc_code rc = EDOC_OK;
	size_t len = 0;

	*digest = ed_digest_new(hash);
	if (!bare)
		ed_cades_put_element(&pieces, &work->encap, der);
	else if (work->content)
		ed_cades_put(&pieces, work->content, work->content_len);
	if (!*digest || pieces.failed)
		return ed_fail_memory(err);
	for (size_t i = 0; i < pieces.n; i++)
		len += pieces.v[i].len;
	*found = ed_cades_spend(sig->work, len);
	for (size_t i = 0; i < pieces.n && *found && !rc; i++)
		if (!ed_digest_update(*digest, pieces.v[i].p, pieces.v[i].len))
			rc = ed_crypto_fail(err, EDOC_ERR_BUG, work->where, ed_hash_name(hash));
	if (!rc && *found && !work->content)
		rc = digest_external(sig, *digest, found, err);
	return rc;
}

/* Four manners over one beginning. */
static enum edoc_code manners_v2(struct ed_cades_sig *sig, size_t mine, struct ed_cades_cover *c,
                                 bool der, struct edoc_error *err)
{
	struct ed_stamp *stamp = c->stamp;
	struct ed_digest *head = NULL;
	bool memory = false;
	enum edoc_code rc;

	rc = begin_digest(sig, stamp->tst.imprint_hash, der, false, &head, &stamp->found, err);
	for (unsigned i = 0; !rc && !memory && stamp->found && !stamp->intact && i < 4; i++) {
		struct manner how = {.der = der, .bare = i & 1, .in_order = i & 2};

		stamp->intact = try_v2(sig, mine, how, head, &memory);
		if (stamp->intact)
			cover_v2(c, mine, how.in_order);
	}
	ed_digest_free(head);
	return !rc && memory ? ed_fail_memory(err) : rc;
}

static enum edoc_code manner_v1(struct ed_cades_sig *sig, size_t mine, struct ed_cades_cover *c,
                                struct edoc_error *err)
{
	struct ed_stamp *stamp = c->stamp;
	struct ed_digest *head = NULL;
	bool memory = false;
	enum edoc_code rc;

	rc = begin_digest(sig, stamp->tst.imprint_hash, false, true, &head, &stamp->found, err);
	if (!rc && stamp->found && try_v1(sig, mine, head, &memory)) {
		stamp->intact = true;
		cover_v1(c, mine);
	}
	ed_digest_free(head);
	return !rc && memory ? ed_fail_memory(err) : rc;
}

static enum edoc_code archive_v2(struct ed_cades_sig *sig, size_t mine, struct ed_cades_cover *c,
                                 bool first, struct edoc_error *err)
{
	bool is_der = ed_ber_is_der(&sig->work->cms.whole, false);
	struct ed_stamp *stamp = c->stamp;
	enum edoc_code rc;

	stamp->found = sig->work->content || sig->parent || sig->object != ED_NO_DATA;
	if (!stamp->found || stamp->tst.imprint_hash == ED_HASH_NONE)
		return EDOC_OK;
	rc = manners_v2(sig, mine, c, false, err);
	if (!rc && stamp->found && !stamp->intact && !is_der)
		rc = manners_v2(sig, mine, c, true, err);
	if (!rc && stamp->found && !stamp->intact && first)
		rc = manner_v1(sig, mine, c, err);
	return rc;
}

enum edoc_code ed_cades_archive(struct ed_cades_sig *sig, size_t i, struct ed_cades_cover *cover,
                                struct edoc_error *err)
{
	const struct ed_cades_token *token = &sig->tokens[i];

	if (!strcmp(token->attr->oid, OID_ARCHIVE_STAMP_V3))
		return archive_v3(sig, token, cover, err);
	return archive_v2(sig, i, cover, !strcmp(token->attr->oid, OID_ARCHIVE_STAMP), err);
}
