/* SPDX-License-Identifier: ISC */
/*
 * A SignedData grows (EN 319 122-1 5.3, 5.5, 6.3): unsigned attributes of a
 * signer, certificates and answers beside all of them.  Whatever was made is read
 * again before it is given out: what was intact has to be intact still, whoever
 * wrote it and whatever it is over.
 */
#include "signature/grow.h"

#include <string.h>

#include "base/der.h"
#include "base/err.h"
#include "base/limits.h"
#include "signature/cadespart.h"

#define OID_OCSP_RESPONSE "1.3.6.1.5.5.7.16.2" /* RFC 5940 2.1 */
#define OID_OCSP_BASIC "1.3.6.1.5.5.7.48.1.1"  /* 5.4.2.2 */
#define MAX_ADDED ((size_t)64 << 20)           /* by one step */

struct growing {
	const char *where;
	struct ed_material material;
	struct ed_cades_work work;
	struct ed_cades cades;
	struct ed_cades_sig *parts, *sig; /* all of them; the one that grows, or NULL */
	struct ed_cades_body body;
	struct ed_cades_edits edits;
	struct edoc_error *err;
};

/* ---- what must not be touched ------------------------------------------------ */

typedef bool type_fn(const char *oid);

/* An unsigned attribute of such a type, of a signer or of who signed that. */
static bool any_attr(const struct ed_cades_sig *sig, type_fn *is)
{
	for (size_t i = 0; i < sig->si->n_unsigned; i++)
		if (is(sig->si->unsigned_attrs[i].oid))
			return true;
	for (size_t i = 0; i < sig->ades->n_counter; i++)
		if (any_attr(&sig->counter[i], is))
			return true;
	return false;
}

static bool anywhere(const struct growing *w, type_fn *is)
{
	for (size_t i = 0; i < w->cades.n; i++)
		if (any_attr(&w->parts[i], is))
			return true;
	return false;
}

/* TS 119 122-3 5: over the whole ContentInfo as it is. */
static bool is_record(const char *oid)
{
	return !strcmp(oid, OID_RECORD_INTERNAL) || !strcmp(oid, OID_RECORD_EXTERNAL);
}

/* TS 101 733 6.4.1: over the signer's other attributes, certificates and answers. */
static bool is_long_term(const char *oid)
{
	return !strcmp(oid, OID_LONG_TERM);
}

/* A.2.4: over certificates, answers and all attributes but its own kind. */
static bool is_old_archive(const char *oid)
{
	return !strcmp(oid, OID_ARCHIVE_STAMP) || !strcmp(oid, OID_ARCHIVE_STAMP_V2);
}

static enum edoc_code check_closed(const struct growing *w)
{
	if (anywhere(w, is_record))
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "an evidence record within protects every byte of it: adding to it "
		               "would break the record (TS 119 122-3 5); renew the record instead");
	if (anywhere(w, is_long_term))
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "a long-term-validation attribute is over what stands there: adding "
		               "to it would break that (TS 101 733 6.4.1)");
	return EDOC_OK;
}

static enum edoc_code fail_old_archive(const struct growing *w)
{
	return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
	               "an archive-time-stamp of an older kind is over all attributes, "
	               "certificates and answers: adding to them would break it (EN 319 122-1 "
	               "A.2.4); only archive time-stamps can be added");
}

/* ---- beginning and ending ------------------------------------------------------ */

static enum edoc_code open_work(struct growing *w, const void *bytes, size_t len,
                                const struct ed_data *data, size_t only, struct ed_arena *arena)
{
	enum edoc_code rc;

	ed_material_init(&w->material, arena);
	w->work = (struct ed_cades_work){.where = w->where,
	                                 .bytes = bytes,
	                                 .len = len,
	                                 .data = data,
	                                 .only = only,
	                                 .material = &w->material,
	                                 .arena = arena};
	w->edits.arena = arena;
	rc = ed_cades_open(&w->work, &w->cades, &w->parts, w->err);
	if (!rc && !ed_cades_body(&w->work.cms.whole, &w->body))
		rc = ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		             "this is no SignedData (RFC 5652 5.1)");
	return rc;
}

static enum edoc_code fail_nobody(const struct growing *w)
{
	return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
	               "nobody signed it: it holds certificates alone (RFC 5652 5.1)");
}

static enum edoc_code begin(struct growing *w, const struct ed_grow *g, struct edoc_error *err)
{
	enum edoc_code rc;

	*w = (struct growing){.where = g->where, .err = err};
	rc = open_work(w, g->bytes, g->len, g->data, g->only, g->arena);
	if (rc)
		return rc;
	if (w->cades.n == 0)
		return fail_nobody(w);
	if (g->which >= w->cades.n)
		return ed_fail(err, EDOC_ERR_INPUT, g->where, "it has only %zu signatures",
		               w->cades.n);
	w->sig = &w->parts[g->which];
	return check_closed(w);
}

static void end(struct growing *w)
{
	ed_ades_clear(w->cades.sigs, w->cades.n);
}

static bool stamp_good(const struct ed_stamp *s)
{
	return s->found && s->intact && s->tst.intact;
}

/* Whatever was put beside its signature. */
static bool same_token(const struct ed_tst *a, const struct ed_tst *b)
{
	return a->time == b->time && a->serial && b->serial && !strcmp(a->serial, b->serial) &&
	       a->imprint_len == b->imprint_len && !memcmp(a->imprint, b->imprint, a->imprint_len);
}

/* What broke: its name; NULL: nothing. */
static const char *broken_stamp(const struct ed_ades *before, const struct ed_ades *after)
{
	for (size_t i = 0; i < before->n_stamps; i++) {
		bool held = !stamp_good(&before->stamps[i]);

		for (size_t k = 0; k < after->n_stamps && !held; k++)
			held = stamp_good(&after->stamps[k]) &&
			       !strcmp(before->stamps[i].type, after->stamps[k].type) &&
			       same_token(&before->stamps[i].tst, &after->stamps[k].tst);
		if (!held)
			return before->stamps[i].type;
	}
	return NULL;
}

/* Signatures are known by their values, whatever order they stand in. */
static const char *broken_sigs(const struct ed_ades *before, size_t n, const struct ed_ades *after,
                               size_t n_after)
{
	for (size_t i = 0; i < n; i++) {
		const struct ed_ades *b = &before[i], *a = after;
		const char *what;

		while (a < after + n_after && memcmp(a->value_sha256, b->value_sha256, 32) != 0)
			a++;
		if (a == after + n_after || (b->intact_data && !a->intact_data) ||
		    (b->intact_signature && !a->intact_signature) || (b->bound && !a->bound))
			return "signature";
		what = broken_stamp(b, a);
		if (!what)
			what = broken_sigs(b->counter, b->n_counter, a->counter, a->n_counter);
		if (what)
			return what;
	}
	return NULL;
}

static bool new_stamp_good(const struct growing *before, const struct growing *after,
                           const struct ed_tst *tst)
{
	for (size_t i = 0; i < after->cades.n; i++) {
		const struct ed_ades *a = &after->cades.sigs[i];

		if (memcmp(a->value_sha256, before->sig->ades->value_sha256, 32) != 0)
			continue;
		for (size_t k = 0; k < a->n_stamps; k++)
			if (stamp_good(&a->stamps[k]) && same_token(&a->stamps[k].tst, tst))
				return true;
	}
	return false;
}

/* tst: a time-stamp that came to w->sig, or NULL. */
static enum edoc_code check_grown(const struct growing *w, const unsigned char *bytes, size_t len,
                                  const struct ed_tst *tst)
{
	struct growing now = {.where = w->where, .err = w->err};
	const char *what;
	enum edoc_code rc;

	rc = open_work(&now, bytes, len, w->work.data, w->work.only, w->work.arena);
	if (rc)
		return rc;
	what = broken_sigs(w->cades.sigs, w->cades.n, now.cades.sigs, now.cades.n);
	if (what)
		rc = ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		             "nothing was added: the %s that is there would break", what);
	else if (tst && !new_stamp_good(w, &now, tst))
		rc = ed_fail(
		        w->err, EDOC_ERR_INPUT, w->where,
		        "nothing was added: the new time-stamp does not hold where it was put");
	end(&now);
	return rc;
}

/* On any failure out is as it was. */
static enum edoc_code finish(struct growing *w, const struct ed_tst *tst, struct ed_buf *out)
{
	size_t at = out->len;
	enum edoc_code rc = EDOC_OK;

	if (!ed_cades_edit_write(&w->edits, &w->work.cms.whole, out)) {
		if (w->edits.failed)
			rc = ed_fail_memory(w->err);
		else if (out->failed)
			rc = ed_buf_check(out, w->where, w->err);
		else
			rc = ed_fail(w->err, EDOC_ERR_INPUT, w->where,
			             "nothing can be put into it as it is encoded");
	}
	if (!rc && out->len - at > ED_MAX_ITEM_BYTES)
		rc = ed_fail(w->err, EDOC_ERR_LIMIT, w->where,
		             "it would grow over %zu bytes, and nobody would read it",
		             ED_MAX_ITEM_BYTES);
	if (!rc)
		rc = check_grown(w, out->data + at, out->len - at, tst);
	if (rc && out->data) {
		out->len = at;
		out->data[at] = '\0';
	}
	return rc;
}

/* ---- unsigned attributes ------------------------------------------------------- */

/* To the [1] of a SignerInfo, which may not be there yet.  Behind an older
 * archive-time-stamp the order is kept: it is over the others as they stand. */
static void put_attr(struct ed_cades_edits *edits, const struct ed_ber *info,
                     const struct ed_ber *set, bool last, const struct ed_buf *attr)
{
	struct ed_buf whole;
	struct ed_der der;

	if (set->whole && last) {
		ed_cades_edit_insert(edits, set, NULL, attr->data, attr->len);
	} else if (set->whole) {
		ed_cades_edit_set(edits, set, attr->data, attr->len);
	} else {
		ed_buf_init(&whole, attr->len + 16);
		ed_der_init(&der, &whole);
		ed_der_put(&der, 0xa1, attr->data, attr->len);
		if (ed_der_done(&der))
			ed_cades_edit_insert(edits, info, NULL, whole.data, whole.len);
		else
			edits->failed = true;
		ed_buf_clear(&whole);
	}
}

/* Attribute of one value. */
static enum edoc_code make_attr(const struct growing *w, const char *type, const void *value,
                                size_t len, struct ed_buf *attr)
{
	struct ed_der der;

	ed_der_init(&der, attr);
	ed_der_open(&der, 0x30);
	ed_der_oid(&der, type);
	ed_der_put(&der, 0x31, value, len);
	ed_der_close(&der);
	return ed_der_done(&der) ? EDOC_OK : ed_buf_check(attr, w->where, w->err);
}

static enum edoc_code add_attr(struct growing *w, const char *type, const void *value, size_t len)
{
	const struct ed_cms_signer *si = w->sig->si;
	struct ed_buf attr;
	enum edoc_code rc;

	ed_buf_init(&attr, len + 64);
	rc = make_attr(w, type, value, len, &attr);
	if (!rc)
		put_attr(&w->edits, &si->whole, &si->unsigned_set, any_attr(w->sig, is_old_archive),
		         &attr);
	ed_buf_clear(&attr);
	return rc;
}

/* ---- time-stamps ----------------------------------------------------------------- */

/* The token with the index among its own unsigned attributes (5.5.2). */
static enum edoc_code put_index(struct growing *w, const struct ed_tst *tst,
                                const struct ed_buf *index, struct ed_buf *out)
{
	struct ed_cades_edits edits = {.arena = w->work.arena};
	struct ed_ber token, info;
	struct ed_cades_body body;
	struct ed_cms_signer si;
	struct ed_ber_reader r;
	struct ed_buf attr;
	enum edoc_code rc;

	if (!ed_ber_one(tst->der, tst->len, &token) || !ed_cades_body(&token, &body))
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where, "the token is no SignedData");
	ed_ber_enter(&r, &body.signers, 4);
	if (!ed_ber_next(&r, &info) || !ed_ber_done(&r))
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "the token has not exactly one signer (RFC 3161 2.4.2)");
	rc = ed_cms_signer_read(&info, w->where, w->work.arena, &si, w->err);
	if (rc)
		return rc;
	ed_buf_init(&attr, index->len + 64);
	rc = make_attr(w, OID_INDEX_V3, index->data, index->len, &attr);
	if (!rc) {
		put_attr(&edits, &info, &si.unsigned_set, false, &attr);
		if (!ed_cades_edit_write(&edits, &token, out))
			rc = edits.failed ? ed_fail_memory(w->err)
			                  : ed_buf_check(out, w->where, w->err);
	}
	ed_buf_clear(&attr);
	return rc;
}

/* Asks for it, and looks at what came: sound, and over what was asked for. */
static enum edoc_code get_token(struct growing *w, enum ed_hash hash, const unsigned char *imprint,
                                ed_token_fn *fn, void *arg, struct ed_tst *tst)
{
	struct ed_material material;
	struct ed_buf token;
	enum edoc_code rc;

	*tst = (struct ed_tst){0};
	ed_material_init(&material, w->work.arena);
	ed_buf_init(&token, MAX_ADDED);
	rc = fn(arg, hash, imprint, &token, w->err);
	if (!rc)
		rc = ed_buf_check(&token, w->where, w->err);
	if (!rc)
		rc = ed_tst_read(ed_buf_str(&token), token.len, w->where, &material, w->work.arena,
		                 tst, w->err);
	if (!rc && (tst->imprint_hash != hash || tst->imprint_len != ed_hash_size(hash) ||
	            memcmp(tst->imprint, imprint, tst->imprint_len) != 0))
		rc = ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		             "the time-stamp is over something else than was asked for");
	if (!rc && !tst->intact)
		rc = ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		             "the time-stamp's own signature does not hold, or its certificate did "
		             "not come along");
	ed_buf_clear(&token);
	return rc;
}

static enum edoc_code signature_stamp(struct growing *w, enum ed_hash hash, ed_token_fn *fn,
                                      void *arg, struct ed_tst *tst)
{
	const struct ed_cms_signer *si = w->sig->si;
	unsigned char imprint[ED_HASH_MAX];
	enum edoc_code rc;

	if (any_attr(w->sig, is_old_archive))
		return fail_old_archive(w);
	if (!ed_hash_bytes(hash, si->value, si->value_len, imprint))
		return ed_crypto_fail(w->err, EDOC_ERR_BUG, w->where, ed_hash_name(hash));
	rc = get_token(w, hash, imprint, fn, arg, tst);
	return rc ? rc : add_attr(w, OID_SIGNATURE_STAMP, tst->der, tst->len);
}

/* 5.5.3: what it is over is computed by what reads it. */
static enum edoc_code archive_imprint(struct growing *w, enum ed_hash hash, struct ed_buf *index,
                                      unsigned char imprint[ED_HASH_MAX])
{
	unsigned char content[ED_HASH_MAX];
	struct ed_ber e;
	bool found;
	enum edoc_code rc;

	rc = ed_cades_digest(w->sig, hash, &found, content, w->err);
	if (!rc && !found)
		rc = ed_fail(
		        w->err, EDOC_ERR_INPUT, w->where,
		        "an archive time-stamp is over the content as well, and the content is "
		        "not at hand (EN 319 122-1 5.5.3)");
	if (!rc)
		rc = ed_cades_index_write(w->sig, hash, index, w->err);
	if (!rc && (!ed_ber_one(index->data, index->len, &e) ||
	            !ed_cades_archive_imprint(w->sig, hash, content, &e, imprint)))
		rc = ed_fail(w->err, EDOC_ERR_LIMIT, w->where,
		             "there is too much for one more archive time-stamp");
	return rc;
}

static enum edoc_code archive_stamp(struct growing *w, enum ed_hash hash, ed_token_fn *fn,
                                    void *arg, struct ed_tst *tst)
{
	unsigned char imprint[ED_HASH_MAX];
	struct ed_buf index, token;
	enum edoc_code rc;

	ed_buf_init(&index, MAX_ADDED);
	ed_buf_init(&token, MAX_ADDED);
	rc = archive_imprint(w, hash, &index, imprint);
	if (!rc)
		rc = get_token(w, hash, imprint, fn, arg, tst);
	if (!rc)
		rc = put_index(w, tst, &index, &token);
	if (!rc)
		rc = add_attr(w, OID_ARCHIVE_STAMP_V3, token.data, token.len);
	ed_buf_clear(&index);
	ed_buf_clear(&token);
	return rc;
}

enum edoc_code ed_cades_add_stamp(const struct ed_grow *g, enum ed_stamp_kind kind,
                                  enum ed_hash hash, ed_token_fn *token, void *arg,
                                  struct ed_buf *out, struct edoc_error *err)
{
	struct ed_tst tst = {0};
	struct growing w;
	enum edoc_code rc;

	rc = begin(&w, g, err);
	if (!rc && kind == ED_STAMP_SIGNATURE)
		rc = signature_stamp(&w, hash, token, arg, &tst);
	else if (!rc && kind == ED_STAMP_ARCHIVE)
		rc = archive_stamp(&w, hash, token, arg, &tst);
	else if (!rc)
		rc = ed_fail(err, EDOC_ERR_BUG, g->where, "no such time-stamp is added");
	if (!rc)
		rc = finish(&w, &tst, out);
	ed_tst_clear(&tst);
	end(&w);
	return rc;
}

/* ---- certificates and answers ---------------------------------------------------- */

/* Where those of one step go: the SignedData itself, or a token's. */
struct place {
	struct growing *w;
	const struct ed_cades_body *body;
	const struct ed_ber *token; /* NULL: the SignedData */
	struct ed_buf certs, crls;  /* for a SET that is not there yet */
	bool other;                 /* an answer in RFC 5940's form came */
};

static bool within(const struct ed_cades_place *p, const struct ed_ber *e)
{
	return e->whole && p->p >= e->whole && p->p < e->whole + e->whole_len;
}

/* The same answer, with RFC 6960's envelope or without it. */
static bool same_answer(const struct ed_blob *a, const struct ed_blob *b)
{
	const uint8_t *p = a->p, *q = b->p;
	size_t n = a->len, m = b->len;

	(void)ed_cades_basic_response(a, &p, &n);
	(void)ed_cades_basic_response(b, &q, &m);
	return n == m && !memcmp(p, q, n);
}

/* Beside all signers, or else with this one: not in somebody else's attributes,
 * which no archive time-stamp of this one will be over. */
static bool held(const struct growing *w, const struct ed_blob *blob, bool beside)
{
	for (size_t i = 0; i < w->work.n_places; i++) {
		const struct ed_cades_place *p = &w->work.places[i];
		size_t k;

		if (p->kind != ED_OBJECT_MATERIAL ||
		    (!within(p, &w->body.certs) && !within(p, &w->body.crls) &&
		     (beside || !within(p, &w->sig->si->whole))))
			continue;
		if (!memcmp(p->sha256, blob->sha256, 32))
			return true;
		k = blob->kind == ED_OCSP ? ed_material_find(&w->material, p->sha256) : (size_t)-1;
		if (k != (size_t)-1 && w->material.v[k].kind == ED_OCSP &&
		    same_answer(&w->material.v[k], blob))
			return true;
	}
	return false;
}

static bool given_before(const struct ed_blob *const *values, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!memcmp(values[k]->sha256, values[i]->sha256, 32))
			return true;
	return false;
}

/* RevocationInfoChoice (RFC 5652 10.2.1, RFC 5940 2.1): [1] for an answer. */
static void put_answer(struct ed_buf *out, const struct ed_blob *blob)
{
	const uint8_t *p;
	struct ed_der der;
	size_t len;

	ed_der_init(&der, out);
	ed_der_open(&der, 0xa1);
	ed_der_oid(&der,
	           ed_cades_basic_response(blob, &p, &len) ? OID_OCSP_RESPONSE : OID_OCSP_BASIC);
	ed_der_raw(&der, blob->p, blob->len);
	ed_der_close(&der);
}

static void put_value(struct place *to, const struct ed_blob *blob)
{
	bool cert = blob->kind == ED_CERT;
	const struct ed_ber *set = cert ? &to->body->certs : &to->body->crls;
	struct ed_buf one;

	ed_buf_init(&one, blob->len + 64);
	if (blob->kind == ED_OCSP) {
		put_answer(&one, blob);
		to->other = true;
	} else {
		ed_buf_put(&one, blob->p, blob->len);
	}
	if (one.failed)
		to->w->edits.failed = true;
	else if (set->whole)
		ed_cades_edit_set(&to->w->edits, set, one.data, one.len);
	else
		ed_buf_put(cert ? &to->certs : &to->crls, one.data, one.len);
	ed_buf_clear(&one);
}

/* [0] or [1] where there was none, in order. */
static void put_new_set(struct place *to, unsigned tag, const struct ed_buf *elements,
                        const struct ed_ber *before)
{
	struct ed_cades_edits *edits = &to->w->edits;
	struct ed_buf set;
	struct ed_der der;

	if (elements->len == 0)
		return;
	ed_buf_init(&set, elements->len + 16);
	ed_der_init(&der, &set);
	ed_der_open(&der, tag);
	ed_der_raw(&der, elements->data, elements->len);
	ed_der_close_set(&der);
	if (ed_der_done(&der))
		ed_cades_edit_insert(edits, &to->body->data, before, set.data, set.len);
	else
		edits->failed = true;
	ed_buf_clear(&set);
}

/* RFC 5652 5.1: 5 where revocation information of another format is there. */
static void put_version(struct place *to)
{
	int64_t now;

	if (to->other && ed_ber_int(&to->body->version, &now) && now < 5)
		ed_cades_edit_replace(&to->w->edits, &to->body->data, &to->body->version,
		                      "\x02\x01\x05", 3);
}

/* The token that nothing is over yet: the newest, an archive time-stamp before
 * what may be as old. */
static const struct ed_ber *open_token(const struct growing *w)
{
	const struct ed_ades *a = w->sig->ades;
	size_t best = ED_NO_DATA;

	for (size_t i = 0; i < a->n_stamps; i++) {
		const struct ed_stamp *s = &a->stamps[i];

		if (s->kind == ED_STAMP_CONTENT)
			continue;
		if (best == ED_NO_DATA || s->tst.time > a->stamps[best].tst.time ||
		    (s->tst.time == a->stamps[best].tst.time && s->kind == ED_STAMP_ARCHIVE))
			best = i;
	}
	return best == ED_NO_DATA ? NULL : w->sig->tokens[best].value;
}

/* beside: a signer's certificates, which 6.3 wants beside all signers. */
static enum edoc_code put_values(struct growing *w, const struct ed_blob *const *values, size_t n,
                                 bool beside)
{
	size_t added = 0;
	bool closed = anywhere(w, is_old_archive);
	struct ed_cades_body inner;
	struct place to = {.w = w, .body = &w->body};

	if (closed) {
		to.token = beside ? NULL : open_token(w);
		to.body = &inner;
	}
	ed_buf_init(&to.certs, MAX_ADDED);
	ed_buf_init(&to.crls, MAX_ADDED);
	for (size_t i = 0; i < n; i++) {
		if (held(w, values[i], beside) || given_before(values, i))
			continue;
		if (closed && added == 0 && (!to.token || !ed_cades_body(to.token, &inner)))
			return fail_old_archive(w);
		put_value(&to, values[i]);
		added++;
	}
	if (added > 0) {
		w->edits.failed |= to.certs.failed || to.crls.failed;
		put_new_set(&to, 0xa0, &to.certs,
		            to.body->crls.whole ? &to.body->crls : &to.body->signers);
		put_new_set(&to, 0xa1, &to.crls, &to.body->signers);
		put_version(&to);
	}
	ed_buf_clear(&to.certs);
	ed_buf_clear(&to.crls);
	return EDOC_OK;
}

enum edoc_code ed_cades_add_values(const struct ed_grow *g, size_t about,
                                   const struct ed_blob *const *values, size_t n,
                                   struct ed_buf *out, struct edoc_error *err)
{
	struct growing w;
	enum edoc_code rc;

	rc = begin(&w, g, err);
	if (!rc && about != ED_NO_STAMP && about >= w.sig->ades->n_stamps)
		rc = ed_fail(err, EDOC_ERR_BUG, g->where, "no such time-stamp is there");
	if (!rc)
		rc = put_values(&w, values, n, false);
	if (!rc)
		rc = finish(&w, NULL, out);
	end(&w);
	return rc;
}

/* The signer's own and its chain. */
static enum edoc_code put_key_certs(struct growing *w, const struct edoc_key *key)
{
	const STACK_OF(X509) *chain = ed_key_chain(key);
	size_t n = (size_t)(chain ? sk_X509_num(chain) : 0) + 1;
	const struct ed_blob **values = ed_arena_alloc(w->work.arena, n * sizeof(void *));
	struct ed_blob *blobs = ed_arena_alloc(w->work.arena, n * sizeof *blobs);
	enum edoc_code rc = values && blobs ? EDOC_OK : ed_fail_memory(w->err);

	for (size_t i = 0; i < n && !rc; i++) {
		const X509 *x509 = i ? sk_X509_value(chain, (int)i - 1) : ed_key_cert(key);
		unsigned char sha256[ED_HASH_MAX];
		struct ed_buf der;

		ed_buf_init(&der, ED_MAX_KEY_FILE);
		rc = ed_cert_der(x509, &der, w->err);
		if (!rc && !ed_hash_bytes(ED_SHA256, der.data, der.len, sha256))
			rc = ed_crypto_fail(w->err, EDOC_ERR_BUG, w->where, "SHA-256");
		if (!rc) {
			blobs[i] = (struct ed_blob){
			        .kind = ED_CERT,
			        .p = ed_arena_memdup(w->work.arena, der.data, der.len),
			        .len = der.len};
			memcpy(blobs[i].sha256, sha256, sizeof blobs[i].sha256);
			values[i] = &blobs[i];
			rc = blobs[i].p ? EDOC_OK : ed_fail_memory(w->err);
		}
		ed_buf_clear(&der);
	}
	return rc ? rc : put_values(w, values, n, true);
}

/* ---- counter-signatures (RFC 5652 11.4, 5.2.7) ------------------------------------- */

static enum edoc_code put_counter(struct growing *w, const struct ed_counter_spec *spec)
{
	const char *const roles[] = {spec->role, NULL};
	struct ed_sign_words words = {.key = spec->key,
	                              .at = spec->at,
	                              .roles = spec->role ? roles : NULL,
	                              .place = spec->place};
	const struct ed_cms_signer *si = w->sig->si;
	unsigned char digest[ED_HASH_MAX];
	struct ed_cades_signer signer = {.words = &words, .digest = digest};
	struct ed_buf info;
	enum edoc_code rc;

	rc = ed_cades_signer_alg(spec->key, &signer.alg, w->err);
	if (!rc && !ed_hash_bytes(signer.alg.hash, si->value, si->value_len, digest))
		rc = ed_crypto_fail(w->err, EDOC_ERR_BUG, w->where, ed_hash_name(signer.alg.hash));
	if (rc)
		return rc;
	ed_buf_init(&info, MAX_ADDED);
	rc = ed_cades_signer_write(&signer, &info, w->err);
	if (!rc)
		rc = add_attr(w, OID_COUNTER_SIGNATURE, info.data, info.len);
	ed_buf_clear(&info);
	return rc ? rc : put_key_certs(w, spec->key);
}

enum edoc_code ed_cades_add_counter(const struct ed_grow *g, const struct ed_counter_spec *spec,
                                    struct ed_buf *out, struct edoc_error *err)
{
	struct growing w;
	enum edoc_code rc;

	rc = begin(&w, g, err);
	if (!rc && any_attr(w.sig, is_old_archive))
		rc = fail_old_archive(&w);
	if (!rc)
		rc = put_counter(&w, spec);
	if (!rc)
		rc = finish(&w, NULL, out);
	end(&w);
	return rc;
}

/* ---- one more signer ----------------------------------------------------------------- */

/* What comes along decides, and what the caller says has to agree with it. */
static enum edoc_code cosign_digest(struct growing *w, const struct ed_cades_spec *spec,
                                    enum ed_hash hash, unsigned char out[ED_HASH_MAX])
{
	bool given = spec->digest || spec->content, attached = w->work.cms.content.whole;
	unsigned char said[ED_HASH_MAX];

	if (given && spec->hash != hash)
		return ed_fail(w->err, EDOC_ERR_BUG, w->where,
		               "the content's digest is not of the key's algorithm");
	if (!attached && !given)
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "the signature is detached, and what it is over is not given");
	if (given && !ed_cades_content_imprint(spec, hash, said))
		return ed_crypto_fail(w->err, EDOC_ERR_BUG, w->where, ed_hash_name(hash));
	if (!attached)
		memcpy(out, said, ed_hash_size(hash));
	else if (!ed_cms_content_digest(&w->work.cms, hash, out))
		return ed_crypto_fail(w->err, EDOC_ERR_BUG, w->where, ed_hash_name(hash));
	if (attached && given && memcmp(out, said, ed_hash_size(hash)) != 0)
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "it carries another content than the one to be signed");
	return EDOC_OK;
}

/* Nobody joins those who signed something else; by another algorithm nobody can tell. */
static enum edoc_code check_same_content(const struct growing *w, enum ed_hash hash,
                                         const unsigned char *digest)
{
	for (size_t i = 0; i < w->cades.n; i++) {
		const struct ed_cms_signer *si = w->parts[i].si;
		const struct ed_ber *e =
		        ed_cms_attr(si->attrs, si->n_attrs, OID_MESSAGE_DIGEST, NULL);

		if (si->digest == hash && e && !e->constructed &&
		    (e->len != ed_hash_size(hash) || memcmp(e->p, digest, e->len) != 0))
			return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
			               "those who signed it signed another content");
	}
	return EDOC_OK;
}

/* RFC 5652 5.1: all digests that signers use are listed. */
static void put_digest_alg(struct growing *w, enum ed_hash hash)
{
	struct ed_ber_reader r;
	struct ed_buf one;
	struct ed_der der;
	struct ed_ber e;

	ed_ber_enter(&r, &w->body.digests, 4);
	while (ed_ber_next(&r, &e))
		if (ed_hash_by_der(&e) == hash)
			return;
	ed_buf_init(&one, 64);
	ed_der_init(&der, &one);
	ed_cades_put_hash(&der, hash);
	if (ed_der_done(&der))
		ed_cades_edit_set(&w->edits, &w->body.digests, one.data, one.len);
	else
		w->edits.failed = true;
	ed_buf_clear(&one);
}

static enum edoc_code put_signer(struct growing *w, const struct ed_cades_spec *spec)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_cades_signer signer = {.words = &spec->words,
	                                 .digest = digest,
	                                 .content_type = w->cades.content_type,
	                                 .media_type = spec->media_type};
	struct ed_buf info;
	enum edoc_code rc;

	rc = ed_cades_signer_alg(spec->words.key, &signer.alg, w->err);
	if (!rc)
		rc = cosign_digest(w, spec, signer.alg.hash, digest);
	if (!rc)
		rc = check_same_content(w, signer.alg.hash, digest);
	if (rc)
		return rc;
	ed_buf_init(&info, MAX_ADDED);
	rc = ed_cades_signer_write(&signer, &info, w->err);
	if (!rc) {
		put_digest_alg(w, signer.alg.hash);
		ed_cades_edit_set(&w->edits, &w->body.signers, info.data, info.len);
	}
	ed_buf_clear(&info);
	return rc ? rc : put_key_certs(w, spec->words.key);
}

enum edoc_code ed_cades_cosign(const void *bytes, size_t len, const char *where,
                               const struct ed_cades_spec *spec, struct ed_buf *out,
                               struct edoc_error *err)
{
	struct growing w = {.where = where, .err = err};
	struct ed_arena *arena = ed_arena_new();
	enum edoc_code rc;

	if (!arena)
		return ed_fail_memory(err);
	rc = open_work(&w, bytes, len, NULL, ED_NO_DATA, arena);
	if (!rc && w.cades.n == 0)
		rc = fail_nobody(&w);
	if (!rc)
		rc = check_closed(&w);
	if (!rc)
		rc = put_signer(&w, spec);
	if (!rc)
		rc = finish(&w, NULL, out);
	end(&w);
	ed_arena_free(arena);
	return rc;
}
