/* SPDX-License-Identifier: ISC */
/*
 * Evidence records in unsigned attributes (RFC 4998 appendix A, TS 119 122-3):
 * over the ContentInfo as it was before the attribute came, in DER or as it
 * stood; an external one over the detached content as well.
 */
#include <string.h>

#include "base/der.h"
#include "base/err.h"
#include "base/limits.h"
#include "signature/cadespart.h"
#include "signature/evidence.h"

/* Which unsigned attributes were not there yet. */
enum cut { CUT_RECORDS, CUT_FROM_HERE, CUT_THIS, N_CUTS };

/* The objects that a record may protect: the ContentInfo in each manner of
 * cutting, as it stands and in DER, then the detached content. */
#define N_FORMS (2 * N_CUTS)
#define N_OBJECTS (N_FORMS + 1)

/* One name: they are one object in several codings (evidence.h). */
static const char form_name[] = "(signature)";

struct guarded {
	struct ed_cades_sig *sig;
	const struct ed_cms_attr *attr; /* that holds the record */
	size_t n;                       /* of the objects: with content or without */
	bool external;
};

static bool is_record(const struct ed_cms_attr *a)
{
	return !strcmp(a->oid, OID_RECORD_INTERNAL) || !strcmp(a->oid, OID_RECORD_EXTERNAL);
}

static bool kept(const struct guarded *p, const struct ed_cms_attr *a, enum cut cut)
{
	if (a == p->attr)
		return false;
	return !is_record(a) || cut == CUT_THIS || (cut == CUT_FROM_HERE && a < p->attr);
}

/* ---- the ContentInfo without them ---------------------------------------- */

struct writer {
	const struct guarded *p;
	enum cut cut;
	struct ed_digest *digest; /* to this, or */
	struct ed_buf *buf;       /* to that */
	bool failed;
};

static void put(struct writer *w, const void *bytes, size_t n)
{
	if (w->digest)
		w->failed |= !ed_digest_update(w->digest, bytes, n);
	else
		ed_buf_put(w->buf, bytes, n);
}

static bool holds_set(const struct writer *w, const struct ed_ber *e)
{
	const uint8_t *set = w->p->sig->si->unsigned_set.whole;

	return set >= e->whole && set < e->whole + e->whole_len;
}

/* All that hold the set have low tags. */
static size_t header(const struct ed_ber *e, size_t contents, uint8_t out[ED_DER_HEAD])
{
	if (!e->indefinite)
		return ed_der_head(out, e->whole[0], contents);
	out[0] = e->whole[0];
	out[1] = 0x80;
	return 2;
}

static size_t cut_size(struct writer *w, const struct ed_ber *e);

/* Contents of an element that holds the set, or is it. */
static size_t contents(struct writer *w, const struct ed_ber *e, bool write);

static size_t emit(struct writer *w, const struct ed_ber *e)
{
	uint8_t head[ED_DER_HEAD];
	size_t n;

	if (!holds_set(w, e)) {
		put(w, e->whole, e->whole_len);
		return e->whole_len;
	}
	n = contents(w, e, false);
	if (n == 0)
		return 0;
	put(w, head, header(e, n, head));
	(void)contents(w, e, true);
	if (e->indefinite)
		put(w, "\0", 2);
	return cut_size(w, e);
}

static size_t cut_size(struct writer *w, const struct ed_ber *e)
{
	uint8_t head[ED_DER_HEAD];
	size_t n;

	if (!holds_set(w, e))
		return e->whole_len;
	n = contents(w, e, false);
	return n == 0 ? 0 : n + header(e, n, head) + (e->indefinite ? 2 : 0);
}

static size_t contents(struct writer *w, const struct ed_ber *e, bool write)
{
	const struct ed_cms_signer *si = w->p->sig->si;
	struct ed_ber_reader r;
	struct ed_ber child;
	size_t n = 0;

	if (e->whole == si->unsigned_set.whole) {
		for (size_t i = 0; i < si->n_unsigned; i++) {
			const struct ed_cms_attr *a = &si->unsigned_attrs[i];
			if (!kept(w->p, a, w->cut))
				continue;
			n += a->whole.whole_len;
			if (write)
				put(w, a->whole.whole, a->whole.whole_len);
		}
		return n;
	}
	ed_ber_enter(&r, e, 1);
	while (ed_ber_next(&r, &child))
		n += write ? emit(w, &child) : cut_size(w, &child);
	return n;
}

static enum edoc_code in_der(struct writer *w, struct ed_buf *out, struct edoc_error *err)
{
	const struct ed_cades_work *work = w->p->sig->work;
	struct ed_buf buf;
	struct ed_ber e;
	enum edoc_code rc;

	ed_buf_init(&buf, ED_MAX_RECORD_INPUT);
	w->buf = &buf;
	w->digest = NULL;
	(void)emit(w, &work->cms.whole);
	rc = ed_buf_check(&buf, work->where, err);
	if (!rc && (!ed_ber_one(buf.data, buf.len, &e) || !ed_ber_to_der(&e, true, out)))
		rc = ed_fail(err, EDOC_ERR_INPUT, work->where, "this cannot be put in DER");
	w->buf = NULL;
	ed_buf_clear(&buf);
	return rc;
}

static enum edoc_code form_bytes(const struct guarded *p, size_t i, struct ed_buf *out,
                                 struct edoc_error *err)
{
	struct writer w = {.p = p, .cut = (enum cut)(i % N_CUTS), .buf = out};

	if (i >= N_CUTS)
		return in_der(&w, out, err);
	(void)emit(&w, &p->sig->work->cms.whole);
	return ed_buf_check(out, p->sig->work->where, err);
}

/* ---- as struct ed_data --------------------------------------------------- */

static const char *name(void *arg, size_t i)
{
	const struct guarded *p = arg;
	const struct ed_cades_work *work = p->sig->work;

	return i < N_FORMS ? form_name : work->data->name(work->data->arg, p->sig->object);
}

static enum edoc_code digest(void *arg, size_t i, enum ed_hash hash, unsigned char out[ED_HASH_MAX],
                             struct edoc_error *err)
{
	const struct guarded *p = arg;
	struct ed_cades_work *work = p->sig->work;
	struct writer w = {.p = p, .cut = (enum cut)(i % N_CUTS)};
	struct ed_buf der;
	enum edoc_code rc;

	if (i >= N_FORMS)
		return work->data->digest(work->data->arg, p->sig->object, hash, out, err);
	if (!ed_cades_spend(work, work->len))
		return ed_fail(err, EDOC_ERR_LIMIT, work->where,
		               "there are more evidence records than are looked at");
	if (i >= N_CUTS) {
		ed_buf_init(&der, ED_MAX_RECORD_INPUT);
		rc = in_der(&w, &der, err);
		w.failed = !rc && !ed_hash_bytes(hash, der.data, der.len, out);
		ed_buf_clear(&der);
	} else {
		rc = EDOC_OK;
		w.digest = ed_digest_new(hash);
		w.failed = !w.digest;
		if (w.digest)
			(void)emit(&w, &work->cms.whole);
		w.failed = w.failed || !ed_digest_final(w.digest, out);
		ed_digest_free(w.digest);
	}
	if (w.failed)
		return ed_crypto_fail(err, EDOC_ERR_BUG, work->where, ed_hash_name(hash));
	return rc;
}

static enum edoc_code bytes(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *err)
{
	const struct guarded *p = arg;
	const struct ed_cades_work *work = p->sig->work;

	if (i >= N_FORMS)
		return work->data->read(work->data->arg, p->sig->object, buf, err);
	return form_bytes(p, i, buf, err);
}

/* ---- what a record proves ------------------------------------------------ */

static bool add_object(struct ed_record *record, struct ed_arena *arena, size_t *cap,
                       struct ed_object object)
{
	struct ed_object *v =
	        ed_arena_grow(arena, record->covers, record->n_covers, cap, sizeof *v);

	if (!v)
		return false;
	record->covers = v;
	v[record->n_covers++] = object;
	return true;
}

/* Everything that SignedData holds, and its content.  What other records bring
 * is not among the places, so the manner of cutting makes no difference. */
static bool cover_signature(struct ed_record *record, const struct guarded *p, enum ed_hash hash,
                            size_t *cap)
{
	const struct ed_cades_sig *sig = p->sig;
	struct ed_cades_work *work = sig->work;
	struct ed_object o = {.kind = ED_OBJECT_DATA, .hash = hash};
	bool ok = true;

	if (!work->content)
		o.hash = ed_cades_weaker(hash, sig->si->digest);
	for (size_t i = 0; sig->ades->intact_data && i < sig->ades->n_covers; i++) {
		o.name = sig->ades->covers[i];
		ok &= add_object(record, work->arena, cap, o);
	}
	for (size_t i = 0; ok && i < work->n_places; i++) {
		if (work->n_covers++ >= ED_MAX_STAMP_COVERS) /* the rest is not proved */
			break;
		o = (struct ed_object){.kind = work->places[i].kind, .hash = hash};
		memcpy(o.sha256, work->places[i].sha256, sizeof o.sha256);
		ok = add_object(record, work->arena, cap, o);
	}
	return ok;
}

/* The reader names our made-up object: say what it is.  An external record has
 * to protect the content too (TS 119 122-3 5.3). */
static bool translate(struct ed_record *record, const struct guarded *p)
{
	const struct ed_object *covers = record->covers;
	size_t n = record->n_covers, cap = 0;
	bool signature = false, content = p->n < N_OBJECTS, missed = false, ok = true;

	record->covers = NULL;
	record->n_covers = 0;
	for (size_t i = 0; ok && i < n; i++) {
		if (covers[i].kind != ED_OBJECT_DATA || !covers[i].name ||
		    strcmp(covers[i].name, form_name) != 0) {
			content |= covers[i].kind == ED_OBJECT_DATA;
			ok = add_object(record, p->sig->work->arena, &cap, covers[i]);
		} else if (!signature) {
			signature = true;
			ok = cover_signature(record, p, covers[i].hash, &cap);
		}
	}
	/* All that it could be of is here, and it is of something else. */
	if (ed_findings_have(&record->findings, "evidence.data-not-found") &&
	    (p->n == N_OBJECTS || !p->external))
		missed = true;
	if ((record->found || missed) && !(signature && content)) {
		record->intact = false;
		ed_finding(&record->findings, "cades.record-omits", record->where,
		           signature ? "the content" : "the signature", NULL, NULL);
	}
	return ok;
}

static enum edoc_code read_record(struct ed_cades_sig *sig, const struct ed_cms_attr *attr,
                                  const struct ed_ber *value, struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	struct ed_ades *ades = sig->ades;
	struct ed_record *record = &ades->records[ades->n_records];
	struct guarded p = {
	        .sig = sig, .attr = attr, .external = !strcmp(attr->oid, OID_RECORD_EXTERNAL)};
	struct ed_data data = {.arg = &p, .name = name, .digest = digest, .read = bytes};
	struct edoc_error why;
	enum edoc_code rc;

	/* DER is another form only where it does not stand in DER. */
	data.n = ed_ber_is_der(&work->cms.whole, true) ? N_CUTS : N_FORMS;
	if (p.external && !work->content && !sig->parent && sig->object != ED_NO_DATA)
		data.n = N_OBJECTS;
	p.n = data.n;
	rc = ed_record_read(value->whole, value->whole_len, ades->where, &data, work->material,
	                    work->arena, record, &why);
	if (rc == EDOC_ERR_INPUT) {
		ed_cades_finding(sig, "cades.record-malformed", why.msg, NULL);
		return EDOC_OK;
	}
	if (rc) {
		*err = why;
		return rc;
	}
	ades->n_records++;
	return translate(record, &p) ? EDOC_OK : ed_fail_memory(err);
}

enum edoc_code ed_cades_records(struct ed_cades_sig *sig, struct edoc_error *err)
{
	const struct ed_cms_signer *si = sig->si;
	enum edoc_code rc = EDOC_OK;
	size_t n = 0;

	for (size_t i = 0; i < si->n_unsigned; i++)
		if (is_record(&si->unsigned_attrs[i]))
			n += si->unsigned_attrs[i].n;
	if (n == 0)
		return EDOC_OK;
	if (n > ED_MAX_ARCHIVE_STAMPS) {
		ed_cades_finding(sig, "cades.archive-too-many", NULL, NULL);
		return EDOC_OK;
	}
	sig->ades->records = ed_arena_alloc(sig->work->arena, n * sizeof *sig->ades->records);
	if (!sig->ades->records)
		return ed_fail_memory(err);
	for (size_t i = 0; !rc && i < si->n_unsigned; i++) {
		const struct ed_cms_attr *a = &si->unsigned_attrs[i];
		for (size_t k = 0; is_record(a) && !rc && k < a->n; k++)
			rc = read_record(sig, a, &a->values[k], err);
	}
	return rc;
}
