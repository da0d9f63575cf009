/* SPDX-License-Identifier: ISC */
/* One SignedData: its content, and each SignerInfo as a signature. */
#include "signature/cades.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/cadespart.h"

static bool sha256_of(const void *p, size_t len, unsigned char out[32])
{
	unsigned char digest[ED_HASH_MAX];

	if (!ed_hash_bytes(ED_SHA256, p, len, digest))
		return false;
	memcpy(out, digest, 32);
	return true;
}

/* ---- places and findings ------------------------------------------------- */

bool ed_cades_place(struct ed_cades_work *work, enum ed_object_kind kind, const void *p, size_t len,
                    const unsigned char sha256[32])
{
	struct ed_cades_place *v;

	if (work->n_places >= ED_MAX_CADES_PLACES) { /* what has none is not proved */
		work->exhausted = true;
		return true;
	}
	v = ed_arena_grow(work->arena, work->places, work->n_places, &work->cap_places, sizeof *v);
	if (!v)
		return false;
	work->places = v;
	v += work->n_places++;
	*v = (struct ed_cades_place){.p = p, .len = len, .kind = kind};
	memcpy(v->sha256, sha256, sizeof v->sha256);
	return true;
}

bool ed_cades_spend(struct ed_cades_work *work, size_t bytes)
{
	if (bytes > work->budget) {
		work->exhausted = true;
		return false;
	}
	work->budget -= bytes;
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct ed_cades_place *x = a, *y = b;

	return x->p < y->p ? -1 : x->p > y->p;
}

void ed_cades_finding(const struct ed_cades_sig *sig, const char *code, const char *a0,
                      const char *a1)
{
	ed_finding(&sig->ades->findings, code, sig->ades->where, a0, a1, NULL);
}

enum edoc_code ed_cades_add_material(struct ed_cades_sig *sig, enum ed_material_kind kind,
                                     const struct ed_ber *value, const void *p, size_t len,
                                     struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	size_t i;

	enum edoc_code rc = ed_material_add(work->material, kind, value->whole, value->whole_len,
	                                    work->where, &i, err);
	if (rc)
		return rc;
	if (!ed_cades_place(work, ED_OBJECT_MATERIAL, p, len, work->material->v[i].sha256))
		return ed_fail_memory(err);
	return EDOC_OK;
}

/* ---- one signature ------------------------------------------------------- */

#define NAME_BYTES 4 /* of the SHA-256 of a signature value */

/* SignerInfos are a SET (RFC 5652 5.1), which DER sorts anew when one more signs: what
 * tells them apart is no ordinal but the signature value. */
static const char *place_name(struct ed_cades_sig *sig, size_t i, size_t n)
{
	struct ed_cades_work *work = sig->work;
	char hex[2 * NAME_BYTES + 1];

	if (sig->parent)
		return ed_arena_printf(work->arena, "%s.%zu", sig->parent->ades->id, i + 1);
	if (n == 1)
		return work->where;
	ed_hex(hex, sig->ades->value_sha256, NAME_BYTES);
	return ed_arena_printf(work->arena, "%s#%s", work->where, hex);
}

static bool add_use(struct ed_cades_sig *sig, enum ed_hash hash, const char *what)
{
	struct ed_ades *ades = sig->ades;

	if (!ades->uses)
		ades->uses = ed_arena_alloc(sig->work->arena, 2 * sizeof *ades->uses);
	if (!ades->uses)
		return false;
	ades->uses[ades->n_uses++] = (struct ed_use){hash, ades->where, what};
	return true;
}

/* EN 319 102-1 5.2.3: who signed, and whether the signature says so itself. */
static enum edoc_code identify(struct ed_cades_sig *sig, struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	struct ed_ades *ades = sig->ades;
	const struct ed_cms_signer *si = sig->si;
	enum ed_ess ess;
	size_t v1, v2;
	enum edoc_code rc;

	rc = ed_cms_signer_cert(si, work->material, work->arena, &ades->signer, err);
	if (rc)
		return rc;
	(void)ed_cms_attr(si->attrs, si->n_attrs, OID_SIGNING_CERT, &v1);
	(void)ed_cms_attr(si->attrs, si->n_attrs, OID_SIGNING_CERT_V2, &v2);
	ades->form = v1 + v2 > 0 ? "CAdES" : "PKCS7";
	if (!ades->signer) {
		ed_cades_finding(sig, "cades.signer-missing", NULL, NULL);
		return EDOC_OK;
	}
	if (v1 > 1 || v2 > 1) /* C09: ed_cades_words() tells */
		return EDOC_OK;
	ess = ed_cms_ess(si, ades->signer, &ades->bound_by);
	ades->bound = ess == ED_ESS_MATCH;
	if (ess == ED_ESS_ABSENT)
		ed_cades_finding(sig, "cades.not-bound", ades->signer->subject, NULL);
	else if (ess == ED_ESS_UNKNOWN)
		ed_cades_finding(sig, "cms.binding-unknown", ades->signer->subject, NULL);
	else if (ess == ED_ESS_WRONG)
		ed_cades_finding(sig, "cades.bound-to-another", ades->signer->subject, NULL);
	if (ades->bound && !add_use(sig, ades->bound_by, "signing certificate reference"))
		return ed_fail_memory(err);
	return EDOC_OK;
}

/*
 * RFC 5652 5.4: the value is over the DER of signedAttrs, sorted, whatever they
 * stand in.  ed_cms_check() tells too when it is over them as they stand.
 */
static bool over_der(struct ed_cades_sig *sig, const struct ed_cms_checked *checked)
{
	const struct ed_cms_signer *si = sig->si;
	struct ed_ber set = si->signed_attrs;
	unsigned char info[ED_HASH_MAX];
	struct ed_buf der;
	bool same;

	if (checked->der)
		return true;
	set.cls = ED_BER_UNIVERSAL;
	set.tag = ED_BER_SET;
	ed_buf_init(&der, 2 * set.whole_len + 16);
	same = ed_ber_to_der(&set, true, &der) &&
	       ed_hash_bytes(si->alg.hash, der.data, der.len, info) &&
	       !memcmp(info, checked->info, ed_hash_size(si->alg.hash));
	ed_buf_clear(&der);
	if (!same)
		ed_cades_finding(sig, "cades.value-not-over-der", NULL, NULL);
	return same;
}

static bool note_covers(struct ed_cades_sig *sig)
{
	struct ed_cades_work *work = sig->work;
	struct ed_ades *ades = sig->ades;
	const char **v = ed_arena_alloc(work->arena, 2 * sizeof *v);

	if (!v)
		return false;
	ades->covers = v;
	if (work->content)
		v[ades->n_covers++] = ED_CADES_CONTENT;
	if (sig->object != ED_NO_DATA)
		v[ades->n_covers++] = work->data->name(work->data->arg, sig->object);
	return true;
}

/* RFC 5652 5.4, 5.6: is it over what is at hand, and does the value verify. */
static enum edoc_code check(struct ed_cades_sig *sig, struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	struct ed_ades *ades = sig->ades;
	unsigned char digest[ED_HASH_MAX];
	struct ed_cms_checked checked;
	bool found, conflict = false;
	enum edoc_code rc = EDOC_OK;

	if (!sig->parent)
		rc = ed_cades_resolve(sig, &conflict, err);
	if (!rc)
		rc = ed_cades_digest(sig, sig->si->digest, &found, digest, err);
	if (!rc)
		rc = ed_cms_check(sig->parent ? NULL : &work->cms, sig->si, ades->signer,
		                  found ? digest : NULL, work->arena, &ades->findings, &checked,
		                  err);
	if (rc)
		return rc;
	memcpy(ades->info, checked.info, sizeof ades->info);
	ades->intact_signature = checked.value && checked.content_type && over_der(sig, &checked);
	ades->intact_data = found && checked.message_digest && !conflict;
	if (conflict)
		ed_cades_finding(sig, "cades.content-conflict", NULL, NULL);
	else if (found && !checked.message_digest && sig->si->signed_attrs.whole &&
	         !ed_findings_have(&ades->findings, "cms.message-digest"))
		ed_cades_finding(sig,
		                 sig->parent ? "cades.counter-differs" : "cades.content-differs",
		                 work->content || sig->parent
		                         ? ED_CADES_CONTENT
		                         : work->data->name(work->data->arg, sig->object),
		                 NULL);
	if (ades->intact_data && !sig->parent && !note_covers(sig))
		return ed_fail_memory(err);
	if (!add_use(sig, sig->si->digest, "message digest"))
		return ed_fail_memory(err);
	return EDOC_OK;
}

static enum edoc_code read_signature(struct ed_cades_sig *sig, size_t i, size_t n,
                                     struct edoc_error *err);

/* RFC 5652 11.4: each value of each attribute is a SignerInfo over our value. */
static enum edoc_code read_counter(struct ed_cades_sig *sig, const struct ed_ber *value, size_t n,
                                   struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	struct ed_ades *ades = sig->ades;
	struct ed_cms_signer *si = ed_arena_alloc(work->arena, sizeof *si);
	size_t k = ades->n_counter;
	struct edoc_error why;

	if (!si)
		return ed_fail_memory(err);
	enum edoc_code rc = ed_cms_signer_read(value, ades->where, work->arena, si, &why);
	if (rc == EDOC_ERR_INPUT) {
		ed_cades_finding(sig, "cades.counter-malformed", why.msg, NULL);
		return EDOC_OK;
	}
	if (rc) {
		*err = why;
		return rc;
	}
	sig->counter[k] = (struct ed_cades_sig){
	        .work = work, .si = si, .parent = sig, .depth = sig->depth + 1};
	sig->counter[k].ades = &ades->counter[k];
	ades->n_counter++;
	return read_signature(&sig->counter[k], k, n, err);
}

static enum edoc_code read_counters(struct ed_cades_sig *sig, struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	const struct ed_cms_signer *si = sig->si;
	size_t n = 0;
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; i < si->n_unsigned; i++)
		if (!strcmp(si->unsigned_attrs[i].oid, OID_COUNTER_SIGNATURE))
			n += si->unsigned_attrs[i].n;
	if (n == 0)
		return EDOC_OK;
	if (sig->depth == ED_MAX_COUNTER || work->n_signatures + n > ED_MAX_SIGNATURES) {
		ed_cades_finding(sig, "cades.counter-too-many", NULL, NULL);
		return EDOC_OK;
	}
	work->n_signatures += n;
	sig->ades->counter = ed_arena_alloc(work->arena, n * sizeof *sig->ades->counter);
	sig->counter = ed_arena_alloc(work->arena, n * sizeof *sig->counter);
	if (!sig->ades->counter || !sig->counter)
		return ed_fail_memory(err);
	for (size_t i = 0; !rc && i < si->n_unsigned; i++) {
		const struct ed_cms_attr *a = &si->unsigned_attrs[i];
		if (strcmp(a->oid, OID_COUNTER_SIGNATURE))
			continue;
		for (size_t k = 0; !rc && k < a->n; k++)
			rc = read_counter(sig, &a->values[k], n, err);
	}
	return rc;
}

static enum edoc_code read_signature(struct ed_cades_sig *sig, size_t i, size_t n,
                                     struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	const struct ed_cms_signer *si = sig->si;
	struct ed_ades *ades = sig->ades;
	enum edoc_code rc;

	ed_findings_init(&ades->findings, work->arena);
	ades->claimed_time = ED_TIME_NONE;
	ades->form = "CAdES";
	ades->packaging = sig->parent     ? "counter-signature"
	                  : work->content ? "attached"
	                                  : "detached";
	ades->level = "";
	ades->where = work->where;
	ades->alg = si->alg;
	ades->alg_known = si->alg_known;
	sig->object = ED_NO_DATA;
	if (!sha256_of(si->value, si->value_len, ades->value_sha256))
		return ed_crypto_fail(err, EDOC_ERR_BUG, ades->where, "SHA-256");
	ades->id = place_name(sig, i, n);
	if (!ades->id)
		return ed_fail_memory(err);
	if (!ed_cades_place(work, ED_OBJECT_SIGNATURE, si->value, si->value_len,
	                    ades->value_sha256))
		return ed_fail_memory(err);
	rc = ed_cades_values(sig, si->unsigned_attrs, si->n_unsigned, NULL, err);
	if (!rc)
		rc = ed_cades_tokens(sig, err);
	if (!rc)
		rc = identify(sig, err);
	if (!rc)
		rc = check(sig, err);
	if (!rc)
		rc = ed_cades_words(sig, err);
	if (!rc)
		rc = read_counters(sig, err);
	return rc;
}

/* The second pass: everything that can be covered is known. */
static enum edoc_code prove(struct ed_cades_sig *sig, struct edoc_error *err)
{
	enum edoc_code rc = ed_cades_prove(sig, err);

	if (!rc)
		rc = ed_cades_records(sig, err);
	for (size_t i = 0; !rc && i < sig->ades->n_counter; i++)
		rc = prove(&sig->counter[i], err);
	if (rc)
		return rc;
	ed_cades_check_refs(sig);
	return EDOC_OK;
}

/* The last: what came along is known as a whole. */
static void find_level(struct ed_cades_sig *sig)
{
	for (size_t i = 0; i < sig->ades->n_counter; i++)
		find_level(&sig->counter[i]);
	sig->ades->level = ed_cades_level(sig);
}

/* ---- the SignedData ------------------------------------------------------ */

/* Slices that ed_cms does not keep: what archive time-stamps are over. */
static bool find_parts(struct ed_cades_work *work)
{
	struct ed_cades_body body;
	struct ed_ber_reader r;

	if (!ed_cades_body(&work->cms.whole, &body))
		return false;
	work->encap = body.encap;
	ed_ber_enter(&r, &work->encap, 4);
	return ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &work->type);
}

static int by_digest(const void *a, const void *b)
{
	const struct ed_object *x = a, *y = b;

	return memcmp(x->sha256, y->sha256, sizeof x->sha256);
}

/* Certificates, CRLs and answers of one SignedData serve all its signers: one
 * list, each once. */
static bool share_material(struct ed_cades_work *work, struct ed_ades *ades, size_t n_ades)
{
	struct ed_object *v = ed_arena_alloc(work->arena, work->n_places * sizeof *v);
	size_t n = 0, kept = 0;

	if (!v)
		return false;
	for (size_t i = 0; i < work->n_places; i++) {
		if (work->places[i].kind != ED_OBJECT_MATERIAL)
			continue;
		v[n].kind = ED_OBJECT_MATERIAL;
		memcpy(v[n++].sha256, work->places[i].sha256, sizeof v->sha256);
	}
	if (n > 1)
		qsort(v, n, sizeof *v, by_digest);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || by_digest(&v[kept - 1], &v[i]))
			v[kept++] = v[i];
	for (size_t i = 0; i < n_ades; i++) {
		ades[i].material = v;
		ades[i].n_material = kept;
	}
	return true;
}

/* As ed_cms_read() keeps it: DER where a relay made it BER. */
static bool sha256_in_der(const struct ed_ber *e, unsigned char out[32])
{
	struct ed_buf der;
	bool ok;

	if (!e->indefinite)
		return sha256_of(e->whole, e->whole_len, out);
	ed_buf_init(&der, 2 * e->whole_len);
	ok = ed_ber_to_der(e, false, &der) && sha256_of(der.data, der.len, out);
	ed_buf_clear(&der);
	return ok;
}

/* CertificateChoices, RevocationInfoChoice: where each of them stands. */
static bool place_set(struct ed_cades_work *work, const struct ed_ber *set)
{
	unsigned char sha256[32];
	struct ed_ber_reader r;
	struct ed_ber e;

	if (!set->whole)
		return true;
	ed_ber_enter(&r, set, 4);
	while (ed_ber_next(&r, &e)) {
		struct ed_ber it = e;
		if (ed_ber_is(&e, ED_BER_CONTEXT, 1)) { /* RFC 5652 10.2.1: other */
			struct ed_ber_reader in;
			ed_ber_enter(&in, &e, 5);
			if (!ed_ber_next(&in, &it) || !ed_ber_next(&in, &it))
				continue;
		}
		if (!sha256_in_der(&it, sha256))
			return false;
		if (ed_material_find(work->material, sha256) == (size_t)-1)
			continue;
		if (!ed_cades_place(work, ED_OBJECT_MATERIAL, e.whole, e.whole_len, sha256))
			return false;
	}
	return true;
}

static enum edoc_code start(struct ed_cades_work *work, struct ed_cades *cades,
                            struct edoc_error *err)
{
	struct ed_cms *cms = &work->cms;
	enum edoc_code rc;

	rc = ed_cms_read(work->bytes, work->len, work->where, work->material, work->arena, cms,
	                 err);
	if (rc)
		return rc;
	if (!find_parts(work))
		return ed_fail(err, EDOC_ERR_INPUT, work->where,
		               "this is no SignedData (RFC 5652 5.1)");
	if (cms->n_signers > ED_MAX_SIGNATURES)
		return ed_fail(err, EDOC_ERR_LIMIT, work->where, "more than %u signatures",
		               ED_MAX_SIGNATURES);
	if (cms->content.whole) {
		if (cms->content.len > ED_MAX_CMS_CONTENT)
			return ed_fail(err, EDOC_ERR_LIMIT, work->where,
			               "attached content is over %zu bytes: it has to be detached",
			               ED_MAX_CMS_CONTENT);
		if (!ed_ber_octet_slice(&cms->content, work->arena, &work->content,
		                        &work->content_len))
			return ed_fail(err, EDOC_ERR_INPUT, work->where,
			               "the content is no octet string (RFC 5652 5.2)");
	}
	work->budget = ED_CADES_WORK_FREE + work->len * ED_MAX_CADES_WORK;
	work->digests = ed_arena_alloc(work->arena, ED_N_HASHES * sizeof *work->digests);
	work->digested = ed_arena_alloc(work->arena, ED_N_HASHES * sizeof *work->digested);
	if (!work->digests || !work->digested || !place_set(work, &cms->certs) ||
	    !place_set(work, &cms->crls))
		return ed_fail_memory(err);
	cades->content_type = cms->content_type;
	cades->content = work->content;
	cades->content_len = work->content_len;
	return EDOC_OK;
}

enum edoc_code ed_cades_open(struct ed_cades_work *work, struct ed_cades *cades,
                             struct ed_cades_sig **parts, struct edoc_error *err)
{
	struct ed_cades_sig *sigs;
	enum edoc_code rc;
	size_t n;

	*cades = (struct ed_cades){0};
	rc = start(work, cades, err);
	if (rc)
		return rc;
	n = work->n_signatures = work->cms.n_signers;
	sigs = ed_arena_alloc(work->arena, n * sizeof *sigs);
	cades->sigs = ed_arena_alloc(work->arena, n * sizeof *cades->sigs);
	if (!sigs || !cades->sigs)
		return ed_fail_memory(err);
	for (; !rc && cades->n < n; cades->n++) {
		sigs[cades->n].work = work;
		sigs[cades->n].si = &work->cms.signers[cades->n];
		sigs[cades->n].ades = &cades->sigs[cades->n];
		rc = read_signature(&sigs[cades->n], cades->n, n, err);
	}
	if (work->n_places > 0)
		qsort(work->places, work->n_places, sizeof *work->places, by_place);
	for (size_t i = 0; !rc && i < n; i++)
		rc = prove(&sigs[i], err);
	if (!rc && !share_material(work, cades->sigs, n))
		rc = ed_fail_memory(err);
	for (size_t i = 0; !rc && i < n; i++)
		find_level(&sigs[i]);
	if (!rc) {
		*parts = sigs;
		return EDOC_OK;
	}
	ed_ades_clear(cades->sigs, cades->n);
	*cades = (struct ed_cades){0};
	return rc;
}

enum edoc_code ed_cades_read(const void *bytes, size_t len, const char *where,
                             const struct ed_data *data, size_t only, struct ed_material *material,
                             struct ed_arena *arena, struct ed_cades *cades, struct edoc_error *err)
{
	struct ed_cades_work work = {.where = where,
	                             .bytes = bytes,
	                             .len = len,
	                             .data = data,
	                             .only = only,
	                             .material = material,
	                             .arena = arena};
	struct ed_cades_sig *sigs;

	return ed_cades_open(&work, cades, &sigs, err);
}
