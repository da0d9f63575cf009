/* SPDX-License-Identifier: ISC */
/* Reading the structure; the arithmetic is in cmscheck.c. */
#include "signature/cms.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"

#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_OCSP_RESPONSE "1.3.6.1.5.5.7.16.2" /* RFC 5940 2.1 */
#define OID_OCSP_BASIC "1.3.6.1.5.5.7.48.1.1"  /* EN 319 122-1 5.4.2.2 */

struct work {
	const char *where;
	struct ed_material *material; /* NULL: a SignerInfo by itself */
	struct ed_arena *arena;
	struct edoc_error *err;
};

static enum edoc_code broken(struct work *w, const char *part, const char *clause)
{
	return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
	               "the CMS signature's %s is missing or malformed (RFC 5652 %s)", part,
	               clause);
}

static enum edoc_code too_many(struct work *w, unsigned max, const char *what)
{
	return ed_fail(w->err, EDOC_ERR_LIMIT, w->where, "the CMS signature has more than %u %s",
	               max, what);
}

/* Goes into the one that comes next. */
static bool into(struct ed_ber_reader *r, enum ed_ber_class cls, uint32_t tag,
                 struct ed_ber_reader *inside, struct ed_ber *e)
{
	if (!ed_ber_take(r, cls, tag, e))
		return false;
	ed_ber_enter(inside, e, r->depth + 1);
	return !inside->bad;
}

/* ---- SignerInfo (5.3) -------------------------------------------------------- */

static enum edoc_code read_values(struct work *w, const struct ed_ber *set, unsigned depth,
                                  struct ed_cms_attr *attr)
{
	struct ed_ber_reader r;
	size_t cap = 0;
	struct ed_ber e, *v;

	ed_ber_enter(&r, set, depth);
	while (ed_ber_next(&r, &e)) {
		if (attr->n >= ED_MAX_CMS_ATTRIBUTES)
			return too_many(w, ED_MAX_CMS_ATTRIBUTES, "values of one attribute");
		v = ed_arena_grow(w->arena, attr->values, attr->n, &cap, sizeof(*v));
		if (!v)
			return ed_fail_memory(w->err);
		attr->values = v;
		v[attr->n++] = e;
	}
	return ed_ber_done(&r) ? EDOC_OK : broken(w, "attribute", "5.3");
}

static enum edoc_code read_attr(struct work *w, const struct ed_ber *e, unsigned depth,
                                struct ed_cms_attr *attr)
{
	struct ed_ber_reader r;
	struct ed_ber oid, set;

	*attr = (struct ed_cms_attr){.whole = *e};
	ed_ber_enter(&r, e, depth);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &oid) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SET, &set) || !ed_ber_done(&r))
		return broken(w, "attribute", "5.3");
	attr->oid = ed_ber_oid(&oid, w->arena);
	if (!attr->oid)
		return broken(w, "attribute", "5.3");
	return read_values(w, &set, depth + 1, attr);
}

static enum edoc_code read_attrs(struct work *w, const struct ed_ber *set, unsigned depth,
                                 struct ed_cms_attr **attrs, size_t *n)
{
	struct ed_cms_attr *v;
	struct ed_ber_reader r;
	enum edoc_code code = EDOC_OK;
	size_t cap = 0;
	struct ed_ber e;

	if (!set->whole)
		return EDOC_OK;
	ed_ber_enter(&r, set, depth);
	while (code == EDOC_OK && ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e)) {
		if (*n >= ED_MAX_CMS_ATTRIBUTES)
			return too_many(w, ED_MAX_CMS_ATTRIBUTES, "attributes of one signer");
		v = ed_arena_grow(w->arena, *attrs, *n, &cap, sizeof(*v));
		if (!v)
			return ed_fail_memory(w->err);
		*attrs = v;
		code = read_attr(w, &e, depth + 1, &v[(*n)++]);
	}
	if (code != EDOC_OK)
		return code;
	return ed_ber_done(&r) ? EDOC_OK : broken(w, "attributes", "5.3");
}

static bool read_identifier(struct ed_ber_reader *r, struct ed_cms_signer *s)
{
	struct ed_ber_reader inside;
	struct ed_ber e;

	if (ed_ber_take(r, ED_BER_CONTEXT, 0, &s->key_id))
		return true;
	return into(r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &inside, &e) &&
	       ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &s->issuer) &&
	       ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_INTEGER, &s->serial) &&
	       s->serial.len > 0 && ed_ber_done(&inside);
}

static enum edoc_code read_signer(struct work *w, const struct ed_ber *e, unsigned depth,
                                  struct ed_cms_signer *s)
{
	struct ed_ber version, value;
	struct ed_ber_reader r;
	enum edoc_code code;

	*s = (struct ed_cms_signer){.where = w->where, .whole = *e};
	if (!ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return broken(w, "SignerInfo", "5.3");
	ed_ber_enter(&r, e, depth);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &version) ||
	    !ed_ber_int(&version, &s->version) || (s->version != 1 && s->version != 3))
		return broken(w, "SignerInfo version", "5.3");
	if (!read_identifier(&r, s))
		return broken(w, "SignerIdentifier", "5.3");
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &s->digest_alg))
		return broken(w, "digestAlgorithm", "5.3");
	(void)ed_ber_take(&r, ED_BER_CONTEXT, 0, &s->signed_attrs);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &s->signature_alg))
		return broken(w, "signatureAlgorithm", "5.3");
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &value) ||
	    !ed_ber_octet_slice(&value, w->arena, &s->value, &s->value_len))
		return broken(w, "signature value", "5.3");
	(void)ed_ber_take(&r, ED_BER_CONTEXT, 1, &s->unsigned_set);
	if (!ed_ber_done(&r))
		return broken(w, "SignerInfo", "5.3");
	s->digest = ed_hash_by_der(&s->digest_alg);
	s->alg_known = ed_sigalg_by_der(&s->signature_alg, s->digest, &s->alg);
	code = read_attrs(w, &s->signed_attrs, depth + 1, &s->attrs, &s->n_attrs);
	if (code == EDOC_OK)
		code = read_attrs(w, &s->unsigned_set, depth + 1, &s->unsigned_attrs,
		                  &s->n_unsigned);
	return code;
}

enum edoc_code ed_cms_signer_read(const struct ed_ber *e, const char *where, struct ed_arena *arena,
                                  struct ed_cms_signer *signer, struct edoc_error *err)
{
	struct work w = {.where = where, .arena = arena, .err = err};

	return read_signer(&w, e, 1, signer);
}

static enum edoc_code read_signers(struct work *w, const struct ed_ber *set, unsigned depth,
                                   struct ed_cms *cms)
{
	struct ed_ber_reader r;
	struct ed_cms_signer *v;
	enum edoc_code code = EDOC_OK;
	size_t cap = 0;
	struct ed_ber e;

	ed_ber_enter(&r, set, depth);
	while (code == EDOC_OK && ed_ber_next(&r, &e)) {
		if (cms->n_signers >= ED_MAX_CMS_SIGNERS)
			return too_many(w, ED_MAX_CMS_SIGNERS, "signers");
		v = ed_arena_grow(w->arena, cms->signers, cms->n_signers, &cap, sizeof(*v));
		if (!v)
			return ed_fail_memory(w->err);
		cms->signers = v;
		code = read_signer(w, &e, depth + 1, &v[cms->n_signers++]);
	}
	if (code != EDOC_OK)
		return code;
	return ed_ber_done(&r) ? EDOC_OK : broken(w, "list of signers", "5.1");
}

/* ---- what came along (10.2) ---------------------------------------------------- */

static enum edoc_code add_der(struct work *w, struct ed_cms *cms, size_t *cap,
                              enum ed_material_kind kind, const void *p, size_t len)
{
	size_t *v = ed_arena_grow(w->arena, cms->blobs, cms->n_blobs, cap, sizeof(*v));
	enum edoc_code code;

	if (!v)
		return ed_fail_memory(w->err);
	cms->blobs = v;
	code = ed_material_add(w->material, kind, p, len, w->where, &v[cms->n_blobs], w->err);
	if (code == EDOC_OK)
		cms->n_blobs++;
	return code;
}

/* A relay that made all of it BER made its certificates BER too; they were
 * signed as DER. */
static enum edoc_code add_blob(struct work *w, struct ed_cms *cms, size_t *cap,
                               enum ed_material_kind kind, const struct ed_ber *e)
{
	struct ed_buf der;
	enum edoc_code code;

	if (cms->n_blobs >= ED_MAX_CMS_CERTS)
		return too_many(w, ED_MAX_CMS_CERTS, "certificates and revocation lists");
	if (!e->indefinite)
		return add_der(w, cms, cap, kind, e->whole, e->whole_len);
	ed_buf_init(&der, e->whole_len * 2);
	if (ed_ber_to_der(e, false, &der))
		code = add_der(w, cms, cap, kind, der.data, der.len);
	else
		code = broken(w, "certificate or revocation list", "10.2");
	ed_buf_clear(&der);
	return code;
}

/* Attribute certificates and other formats are stepped over. */
static enum edoc_code read_certs(struct work *w, struct ed_cms *cms, size_t *cap, unsigned depth)
{
	struct ed_ber_reader r;
	enum edoc_code code = EDOC_OK;
	struct ed_ber e;

	if (!cms->certs.whole)
		return EDOC_OK;
	ed_ber_enter(&r, &cms->certs, depth);
	while (code == EDOC_OK && ed_ber_next(&r, &e)) {
		if (ed_ber_is(&e, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
			code = add_blob(w, cms, cap, ED_CERT, &e);
	}
	if (code != EDOC_OK)
		return code;
	return ed_ber_done(&r) ? EDOC_OK : broken(w, "list of certificates", "10.2.3");
}

/* OtherRevocationInfoFormat (10.2.1). */
static enum edoc_code read_other(struct work *w, struct ed_cms *cms, size_t *cap,
                                 const struct ed_ber *other, unsigned depth)
{
	struct ed_ber_reader r;
	struct ed_ber format, info;

	ed_ber_enter(&r, other, depth);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &format) || !ed_ber_next(&r, &info) ||
	    !ed_ber_done(&r))
		return broken(w, "revocation information", "10.2.1");
	if (ed_ber_oid_is(&format, OID_OCSP_RESPONSE) || ed_ber_oid_is(&format, OID_OCSP_BASIC))
		return add_blob(w, cms, cap, ED_OCSP, &info);
	return EDOC_OK;
}

static enum edoc_code read_crls(struct work *w, struct ed_cms *cms, size_t *cap, unsigned depth)
{
	struct ed_ber_reader r;
	enum edoc_code code = EDOC_OK;
	struct ed_ber e;

	if (!cms->crls.whole)
		return EDOC_OK;
	ed_ber_enter(&r, &cms->crls, depth);
	while (code == EDOC_OK && ed_ber_next(&r, &e)) {
		if (ed_ber_is(&e, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
			code = add_blob(w, cms, cap, ED_CRL, &e);
		else if (ed_ber_is(&e, ED_BER_CONTEXT, 1))
			code = read_other(w, cms, cap, &e, depth + 1);
	}
	if (code != EDOC_OK)
		return code;
	return ed_ber_done(&r) ? EDOC_OK : broken(w, "list of revocation lists", "10.2.1");
}

/* ---- SignedData (5.1, 5.2) ------------------------------------------------------ */

static enum edoc_code read_content(struct work *w, struct ed_ber_reader *r, struct ed_cms *cms)
{
	struct ed_ber_reader info, inside;
	struct ed_ber e, oid;

	if (!into(r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &info, &e) ||
	    !ed_ber_take(&info, ED_BER_UNIVERSAL, ED_BER_OID, &oid))
		return broken(w, "encapContentInfo", "5.2");
	cms->content_type = ed_ber_oid(&oid, w->arena);
	if (!cms->content_type)
		return broken(w, "eContentType", "5.2");
	if (info.left > 0 &&
	    (!into(&info, ED_BER_CONTEXT, 0, &inside, &e) ||
	     !ed_ber_take(&inside, ED_BER_UNIVERSAL, ED_BER_OCTETS, &cms->content) ||
	     !ed_ber_done(&inside)))
		return broken(w, "eContent", "5.2");
	return ed_ber_done(&info) ? EDOC_OK : broken(w, "encapContentInfo", "5.2");
}

static enum edoc_code read_signed_data(struct work *w, struct ed_ber_reader *r, struct ed_cms *cms)
{
	struct ed_ber version, signers;
	enum edoc_code code;
	size_t cap = 0;

	if (!ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &version) ||
	    !ed_ber_int(&version, &cms->version) || cms->version < 1 || cms->version > 5)
		return broken(w, "version", "5.1");
	if (!ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_SET, &cms->digest_algs))
		return broken(w, "digestAlgorithms", "5.1");
	code = read_content(w, r, cms);
	if (code != EDOC_OK)
		return code;
	(void)ed_ber_take(r, ED_BER_CONTEXT, 0, &cms->certs);
	(void)ed_ber_take(r, ED_BER_CONTEXT, 1, &cms->crls);
	if (!ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_SET, &signers) || !ed_ber_done(r))
		return broken(w, "list of signers", "5.1");
	code = read_certs(w, cms, &cap, r->depth + 1);
	if (code == EDOC_OK)
		code = read_crls(w, cms, &cap, r->depth + 1);
	if (code == EDOC_OK)
		code = read_signers(w, &signers, r->depth + 1, cms);
	return code;
}

/* The type is looked at before what it is the type of (C16). */
static enum edoc_code read_outer(struct work *w, const void *p, size_t len, struct ed_cms *cms,
                                 struct ed_ber_reader *inside)
{
	struct ed_ber_reader r, info, content;
	struct ed_ber oid, e;

	ed_ber_start(&r, p, len);
	if (!into(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &info, &cms->whole) ||
	    !ed_ber_take(&info, ED_BER_UNIVERSAL, ED_BER_OID, &oid))
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where, "this is no CMS (RFC 5652 3)");
	if (!ed_ber_done(&r))
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "bytes follow the end of the CMS signature (RFC 5652 3)");
	if (!ed_ber_oid_is(&oid, OID_SIGNED_DATA))
		return ed_fail(w->err, EDOC_ERR_INPUT, w->where,
		               "this CMS is not signed: its type is not SignedData (RFC 5652 5.1)");
	if (!into(&info, ED_BER_CONTEXT, 0, &content, &e) || !ed_ber_done(&info) ||
	    !into(&content, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, inside, &e) ||
	    !ed_ber_done(&content))
		return broken(w, "SignedData", "3");
	return EDOC_OK;
}

enum edoc_code ed_cms_read(const void *p, size_t len, const char *where,
                           struct ed_material *material, struct ed_arena *arena, struct ed_cms *cms,
                           struct edoc_error *err)
{
	struct work w = {.where = where, .material = material, .arena = arena, .err = err};
	struct ed_ber_reader inside;
	enum edoc_code code;

	*cms = (struct ed_cms){.where = where};
	code = read_outer(&w, p, len, cms, &inside);
	return code == EDOC_OK ? read_signed_data(&w, &inside, cms) : code;
}

/* ---- asking --------------------------------------------------------------------- */

const struct ed_ber *ed_cms_attr(const struct ed_cms_attr *attrs, size_t n, const char *oid,
                                 size_t *count)
{
	const struct ed_cms_attr *found = NULL;
	size_t times = 0;

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(attrs[i].oid, oid)) {
			found = &attrs[i];
			times++;
		}
	}
	if (count)
		*count = times;
	return times == 1 && found->n == 1 ? &found->values[0] : NULL;
}

static bool into_digest(void *arg, const void *p, size_t n)
{
	return ed_digest_update(arg, p, n);
}

bool ed_cms_content_digest(const struct ed_cms *cms, enum ed_hash hash,
                           unsigned char out[ED_HASH_MAX])
{
	struct ed_digest *digest = cms->content.whole ? ed_digest_new(hash) : NULL;
	bool good = digest && ed_ber_octets(&cms->content, into_digest, digest) &&
	            ed_digest_final(digest, out);

	ed_digest_free(digest);
	return good;
}
