/* SPDX-License-Identifier: ISC */
/* Certificates and answers about them in unsigned attributes, and references
 * to them by digest (EN 319 122-1 A.1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/cadespart.h"

/* ---- values -------------------------------------------------------------- */

struct values {
	struct ed_cades_sig *sig;
	const struct ed_ber *place; /* of all of them, or NULL: where each lies */
	bool malformed;
};

static enum edoc_code add(struct values *v, enum ed_material_kind kind, const struct ed_ber *e,
                          struct edoc_error *err)
{
	const struct ed_ber *at = v->place ? v->place : e;

	if (!ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_SEQUENCE)) {
		v->malformed = true;
		return EDOC_OK;
	}
	return ed_cades_add_material(v->sig, kind, e, at->whole, at->whole_len, err);
}

/* SEQUENCE OF */
static enum edoc_code add_all(struct values *v, enum ed_material_kind kind,
                              const struct ed_ber *list, unsigned depth, struct edoc_error *err)
{
	struct ed_ber_reader r;
	struct ed_ber e;
	enum edoc_code rc = EDOC_OK;

	if (!ed_ber_is(list, ED_BER_UNIVERSAL, ED_BER_SEQUENCE)) {
		v->malformed = true;
		return EDOC_OK;
	}
	ed_ber_enter(&r, list, depth);
	while (!rc && ed_ber_next(&r, &e))
		rc = add(v, kind, &e, err);
	v->malformed |= r.bad;
	return rc;
}

/* RevocationValues { crlVals [0], ocspVals [1], otherRevVals [2] } */
static enum edoc_code add_revocation(struct values *v, const struct ed_ber *value,
                                     struct edoc_error *err)
{
	struct ed_ber_reader r, in;
	struct ed_ber e, list;
	enum edoc_code rc = EDOC_OK;

	ed_ber_enter(&r, value, 1);
	while (!rc && ed_ber_next(&r, &e)) {
		if (e.cls != ED_BER_CONTEXT || e.tag > 1)
			continue;
		ed_ber_enter(&in, &e, 2);
		if (ed_ber_next(&in, &list))
			rc = add_all(v, e.tag == 0 ? ED_CRL : ED_OCSP, &list, 3, err);
		else
			v->malformed = true;
	}
	v->malformed |= r.bad;
	return rc;
}

enum edoc_code ed_cades_values(struct ed_cades_sig *sig, const struct ed_cms_attr *attrs, size_t n,
                               const struct ed_ber *place, struct edoc_error *err)
{
	struct values v = {.sig = sig, .place = place};
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; !rc && i < n; i++) {
		bool certs = !strcmp(attrs[i].oid, OID_CERT_VALUES);
		if (!certs && strcmp(attrs[i].oid, OID_REVOCATION_VALUES))
			continue;
		v.malformed = false;
		for (size_t k = 0; !rc && k < attrs[i].n; k++)
			rc = certs ? add_all(&v, ED_CERT, &attrs[i].values[k], 1, err)
			           : add_revocation(&v, &attrs[i].values[k], err);
		if (v.malformed)
			ed_cades_finding(sig, "cades.unsigned-malformed",
			                 certs ? "certificate-values" : "revocation-values", NULL);
	}
	return rc;
}

/* ---- references ---------------------------------------------------------- */

struct refs {
	struct ed_arena *arena;
	ed_cades_ref_fn *fn;
	void *arg;
};

/* OtherHash ::= CHOICE { OCTET STRING of SHA-1, SEQUENCE { algorithm, OCTET STRING } } */
static bool other_hash(const struct refs *refs, const struct ed_ber *e)
{
	enum ed_hash hash = ED_SHA1;
	struct ed_ber value = *e, alg;
	struct ed_ber_reader r;
	const uint8_t *p;
	size_t len;

	if (ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_SEQUENCE)) {
		ed_ber_enter(&r, e, 6);
		if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &alg) ||
		    !ed_ber_next(&r, &value))
			return false;
		hash = ed_hash_by_der(&alg);
	}
	if (!ed_ber_is(&value, ED_BER_UNIVERSAL, ED_BER_OCTETS) ||
	    !ed_ber_octet_slice(&value, refs->arena, &p, &len))
		return false;
	refs->fn(refs->arg, hash, p, len);
	return true;
}

/* CompleteCertificateRefs ::= SEQUENCE OF OtherCertID { otherCertHash, issuerSerial } */
static bool cert_refs(const struct refs *refs, const struct ed_ber *value)
{
	struct ed_ber_reader r, in;
	struct ed_ber id, hash;

	ed_ber_enter(&r, value, 1);
	while (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &id)) {
		ed_ber_enter(&in, &id, 2);
		if (!ed_ber_next(&in, &hash) || !other_hash(refs, &hash))
			return false;
	}
	return ed_ber_done(&r);
}

/* CrlValidatedID { crlHash, crlIdentifier OPTIONAL };
 * OcspResponsesID { ocspIdentifier, ocspRepHash OPTIONAL } */
static bool answer_refs(const struct refs *refs, const struct ed_ber *list, bool ocsp)
{
	struct ed_ber_reader r, ids, in;
	struct ed_ber all, id, hash;

	ed_ber_enter(&r, list, 4);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &all))
		return false;
	ed_ber_enter(&ids, &all, 5);
	while (ed_ber_take(&ids, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &id)) {
		ed_ber_enter(&in, &id, 6);
		if (!ed_ber_next(&in, &hash))
			return false;
		if (ocsp && !ed_ber_next(&in, &hash))
			continue;
		if (!other_hash(refs, &hash))
			return false;
	}
	return ed_ber_done(&ids);
}

/* CompleteRevocationRefs ::= SEQUENCE OF CrlOcspRef { crlids [0], ocspids [1], otherRev [2] } */
static bool revocation_refs(const struct refs *refs, const struct ed_ber *value)
{
	struct ed_ber_reader r, in, deeper;
	struct ed_ber ref, e, list;

	ed_ber_enter(&r, value, 1);
	while (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &ref)) {
		ed_ber_enter(&in, &ref, 2);
		while (ed_ber_next(&in, &e)) {
			if (e.cls != ED_BER_CONTEXT || e.tag > 1)
				continue;
			ed_ber_enter(&deeper, &e, 3);
			if (!ed_ber_take(&deeper, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &list) ||
			    !answer_refs(refs, &list, e.tag == 1))
				return false;
		}
		if (!ed_ber_done(&in))
			return false;
	}
	return ed_ber_done(&r);
}

bool ed_cades_refs(const struct ed_cms_attr *attrs, size_t n, struct ed_arena *arena,
                   ed_cades_ref_fn *fn, void *arg)
{
	const struct refs refs = {arena, fn, arg};
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		bool certs = !strcmp(attrs[i].oid, OID_CERT_REFS) ||
		             !strcmp(attrs[i].oid, OID_ATTR_CERT_REFS);
		if (!certs && strcmp(attrs[i].oid, OID_REVOCATION_REFS) &&
		    strcmp(attrs[i].oid, OID_ATTR_REVOCATION_REFS))
			continue;
		for (size_t k = 0; k < attrs[i].n; k++)
			ok &= certs ? cert_refs(&refs, &attrs[i].values[k])
			            : revocation_refs(&refs, &attrs[i].values[k]);
	}
	return ok;
}

/* ---- what a reference names ---------------------------------------------- */

struct entry {
	unsigned char digest[ED_HASH_MAX];
	size_t blob;
};

/* All material under one digest, sorted. */
struct ed_cades_table {
	struct ed_cades_table *next;
	enum ed_hash hash;
	struct entry *v;
	size_t n;
};

static int by_digest(const void *a, const void *b)
{
	return memcmp(a, b, ED_HASH_MAX);
}

/* Which references are over. */
bool ed_cades_basic_response(const struct ed_blob *blob, const uint8_t **p, size_t *len)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	if (!ed_ber_one(blob->p, blob->len, &e))
		return false;
	ed_ber_enter(&r, &e, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_ENUM, &e) ||
	    !ed_ber_take(&r, ED_BER_CONTEXT, 0, &e))
		return false;
	ed_ber_enter(&r, &e, 2);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e))
		return false;
	ed_ber_enter(&r, &e, 3);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &e) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &e) || e.constructed)
		return false;
	*p = e.p;
	*len = e.len;
	return true;
}

static struct ed_cades_table *make_table(struct ed_cades_work *work, enum ed_hash hash)
{
	const struct ed_material *m = work->material;
	struct ed_cades_table *t = ed_arena_alloc(work->arena, sizeof *t);
	const uint8_t *p;
	size_t len;

	if (!t)
		return NULL;
	t->hash = hash;
	t->v = ed_arena_alloc(work->arena, (2 * m->n + 1) * sizeof *t->v);
	if (!t->v)
		return NULL;
	for (size_t i = 0; i < m->n; i++) {
		const struct ed_blob *b = &m->v[i];
		t->v[t->n].blob = i;
		t->n += ed_hash_bytes(hash, b->p, b->len, t->v[t->n].digest);
		if (b->kind != ED_OCSP || !ed_cades_basic_response(b, &p, &len))
			continue;
		t->v[t->n].blob = i;
		t->n += ed_hash_bytes(hash, p, len, t->v[t->n].digest);
	}
	qsort(t->v, t->n, sizeof *t->v, by_digest);
	t->next = work->tables;
	work->tables = t;
	return t;
}

/* Called once all is found, so a table stays true. */
size_t ed_cades_ref_blob(struct ed_cades_work *work, enum ed_hash hash, const uint8_t *digest,
                         size_t len)
{
	struct ed_cades_table *t = work->tables;
	struct entry key = {0};
	const struct entry *e;

	if (hash == ED_HASH_NONE || len != ed_hash_size(hash))
		return (size_t)-1;
	while (t && t->hash != hash)
		t = t->next;
	if (!t)
		t = make_table(work, hash);
	if (!t)
		return (size_t)-1;
	memcpy(key.digest, digest, len);
	e = bsearch(&key, t->v, t->n, sizeof key, by_digest);
	return e ? e->blob : (size_t)-1;
}

struct unmatched {
	struct ed_cades_work *work;
	size_t n;
};

static void count_unmatched(void *arg, enum ed_hash hash, const uint8_t *digest, size_t len)
{
	struct unmatched *u = arg;

	u->n += ed_cades_ref_blob(u->work, hash, digest, len) == (size_t)-1;
}

/* A.1.1.2: where values came along, what is referred to is among them. */
void ed_cades_check_refs(struct ed_cades_sig *sig)
{
	const struct ed_cms_signer *si = sig->si;
	struct unmatched u = {.work = sig->work};
	char number[24];
	size_t values;

	if (!ed_cades_refs(si->unsigned_attrs, si->n_unsigned, sig->work->arena, count_unmatched,
	                   &u)) {
		ed_cades_finding(sig, "cades.unsigned-malformed", "references", NULL);
		return;
	}
	(void)ed_cms_attr(si->unsigned_attrs, si->n_unsigned, OID_CERT_VALUES, &values);
	if (u.n == 0 || values == 0)
		return;
	(void)snprintf(number, sizeof number, "%zu", u.n);
	ed_cades_finding(sig, "cades.reference-unmatched", number, NULL);
}
