/* SPDX-License-Identifier: ISC */
/* SignedData and time-stamp tokens by hand, right in everything that a test
 * does not set otherwise. */
#ifndef CADESKIT_H
#define CADESKIT_H

#include "cmskit.h"
#include "signature/cadespart.h"

static struct edoc_key *zarina, *farrukh, *anvar, *madina;

__attribute__((unused)) static void kit_open(void)
{
	arena = ed_arena_new();
	zarina = load("zarina.p12");
	farrukh = load("farrukh.p12");
	anvar = load("anvar.p12");
	madina = load("madina.p12");
	if (!zarina || !farrukh || !anvar || !madina) {
		printf("Bail out! no keys\n");
		exit(1);
	}
}

__attribute__((unused)) static void kit_close(void)
{
	edoc_key_free(zarina);
	edoc_key_free(farrukh);
	edoc_key_free(anvar);
	edoc_key_free(madina);
	ed_arena_free(arena);
}

#define INT 0x02
#define UTF8 0x0c
#define ID_TST "1.2.840.113549.1.9.16.1.4"
#define RSA_SHA256 "1.2.840.113549.1.1.11"

/* The same with an indefinite length. */
__attribute__((unused)) static struct bytes loose(int tag, struct bytes v)
{
	unsigned char head[2] = {(unsigned char)tag, 0x80};

	return join(join(raw(head, 2), v), raw("\0", 2));
}

__attribute__((unused)) static struct bytes text(int tag, const char *s)
{
	return tlv(tag, raw(s, strlen(s)));
}

/* ---- SignedData ------------------------------------------------------------ */

#define MAX_ATTRS 16

struct spec {
	const struct edoc_key *key;
	struct bytes content;
	bool detached, counter;
	const char *type;              /* eContentType; NULL: id-data */
	struct bytes extra[MAX_ATTRS]; /* further signed attributes */
	size_t n_extra;
	struct bytes after[MAX_ATTRS]; /* unsigned attributes, in this order */
	size_t n_after;
	struct bytes certs, crls; /* n 0: the signer's certificate; none */
	bool no_certs;
	/* defects */
	bool no_digest, other_digest, no_time, no_binding, other_binding, old_binding, no_type;
	struct bytes value; /* n 0: as it should be */
};

__attribute__((unused)) static void also(struct spec *s, struct bytes attr)
{
	s->extra[s->n_extra++] = attr;
}

__attribute__((unused)) static void after(struct spec *s, struct bytes attr)
{
	s->after[s->n_after++] = attr;
}

__attribute__((unused)) static struct bytes binding(const struct edoc_key *key, bool old)
{
	enum ed_hash h = old ? ED_SHA1 : ED_SHA256;

	return tlv(SEQ, tlv(SEQ, tlv(SEQ, tlv(OCTETS, hash(h, cert(key))))));
}

__attribute__((unused)) static struct bytes signed_attrs(const struct spec *s)
{
	struct bytes a[MAX_ATTRS + 4], all = none(), digest = hash(ED_SHA256, s->content);
	size_t n = 0;

	if (s->other_digest)
		digest.p[0] ^= 1;
	if (!s->no_type && !s->counter)
		a[n++] = attribute(OID_CONTENT_TYPE, oid(s->type ? s->type : ID_DATA));
	if (!s->no_digest)
		a[n++] = attribute(OID_MESSAGE_DIGEST, tlv(OCTETS, digest));
	if (!s->no_time)
		a[n++] = attribute(OID_SIGNING_TIME, text(0x17, "260528202640Z"));
	if (!s->no_binding)
		a[n++] = attribute(s->old_binding ? OID_SIGNING_CERT : OID_SIGNING_CERT_V2,
		                   binding(s->other_binding ? anvar : s->key, s->old_binding));
	for (size_t i = 0; i < s->n_extra; i++)
		a[n++] = s->extra[i];
	qsort(a, n, sizeof a[0], by_der);
	for (size_t i = 0; i < n; i++)
		all = join(all, a[i]);
	return all;
}

/* All of SignerInfo but unsignedAttrs, without the outer tag.  ECDSA draws a
 * number: ask once where the same value is needed again. */
__attribute__((unused)) static struct bytes signer_fields(struct spec *s)
{
	struct bytes attrs = signed_attrs(s), b;
	bool rsa = ed_pkey_type(ed_key_pkey(s->key)) == ED_KEY_RSA;

	if (s->value.n == 0)
		s->value = sign(s->key, tlv(SET, attrs));
	b = join(tlv(INT, raw("\1", 1)), issuer_and_serial(s->key));
	b = join(b, join(alg(SHA256), tlv(0xa0, attrs)));
	b = join(b, rsa ? tlv(SEQ, join(oid(RSA_SHA256), tlv(0x05, none()))) : alg(ECDSA_SHA256));
	return join(b, tlv(OCTETS, s->value));
}

__attribute__((unused)) static struct bytes unsigned_attrs(const struct spec *s)
{
	struct bytes all = none();

	for (size_t i = 0; i < s->n_after; i++)
		all = join(all, s->after[i]);
	return all;
}

__attribute__((unused)) static struct bytes cades_signer(struct spec *s)
{
	struct bytes b = signer_fields(s);

	return tlv(SEQ, s->n_after ? join(b, tlv(0xa1, unsigned_attrs(s))) : b);
}

__attribute__((unused)) static struct bytes encap(const struct spec *s)
{
	struct bytes b = oid(s->type ? s->type : ID_DATA);

	return tlv(SEQ, s->detached ? b : join(b, tlv(0xa0, tlv(OCTETS, s->content))));
}

__attribute__((unused)) static struct bytes certs_of(const struct spec *s)
{
	if (s->no_certs)
		return none();
	return tlv(0xa0, s->certs.n ? s->certs : cert(s->key));
}

__attribute__((unused)) static struct bytes crls_of(const struct spec *s)
{
	return s->crls.n ? tlv(0xa1, s->crls) : none();
}

/* With the SignerInfos given. */
__attribute__((unused)) static struct bytes content_info(const struct spec *s, struct bytes infos)
{
	struct bytes b = join(tlv(INT, raw(s->type ? "\3" : "\1", 1)), tlv(SET, alg(SHA256)));

	b = join(join(b, encap(s)), join(certs_of(s), crls_of(s)));
	b = join(b, tlv(SET, infos));
	return tlv(SEQ, join(oid(ID_SIGNED), tlv(0xa0, tlv(SEQ, b))));
}

__attribute__((unused)) static struct bytes cades_data(struct spec *s)
{
	return content_info(s, cades_signer(s));
}

/* ---- tokens ---------------------------------------------------------------- */

/* By madina, over what; index: an unsigned attribute of the token, or none. */
__attribute__((unused)) static struct bytes token(struct bytes what, const char *when,
                                                  struct bytes index)
{
	struct spec s = {.key = madina, .type = ID_TST};
	struct bytes info = join(tlv(INT, raw("\1", 1)), oid("1.2.3.4"));

	info = join(info, tlv(SEQ, join(alg(SHA256), tlv(OCTETS, hash(ED_SHA256, what)))));
	info = join(info, join(tlv(INT, raw("\5", 1)), text(0x18, when)));
	s.content = tlv(SEQ, info);
	if (index.n)
		after(&s, index);
	return cades_data(&s);
}

/* ---- reading --------------------------------------------------------------- */

struct kit_files {
	struct bytes v[4];
	size_t n;
	bool large;     /* too large to be read whole */
	bool pieces;    /* there is write() */
	bool too_often; /* which has had enough */
};

static const char *const kit_names[] = {"one.txt", "two.txt", "three.txt", "four.txt"};

__attribute__((unused)) static const char *kit_name(void *arg, size_t i)
{
	(void)arg;
	return kit_names[i];
}

__attribute__((unused)) static enum edoc_code kit_digest(void *arg, size_t i, enum ed_hash h,
                                                         unsigned char *out, struct edoc_error *err)
{
	const struct kit_files *f = arg;

	(void)err;
	return ed_hash_bytes(h, f->v[i].p, f->v[i].n, out) ? EDOC_OK : EDOC_ERR_BUG;
}

__attribute__((unused)) static enum edoc_code kit_read(void *arg, size_t i, struct ed_buf *buf,
                                                       struct edoc_error *err)
{
	const struct kit_files *f = arg;

	if (f->large)
		return EDOC_ERR_LIMIT;
	ed_buf_put(buf, f->v[i].p, f->v[i].n);
	return ed_buf_check(buf, kit_names[i], err);
}

__attribute__((unused)) static enum edoc_code kit_write(void *arg, size_t i, ed_sink_fn *sink,
                                                        void *sink_arg, struct edoc_error *err)
{
	const struct kit_files *f = arg;
	enum edoc_code rc = f->too_often ? EDOC_ERR_LIMIT : EDOC_OK;

	for (size_t k = 0; k < f->v[i].n && !rc; k++)
		rc = sink(sink_arg, f->v[i].p + k, 1, err);
	return rc;
}

/*
 * CADES_KEEP=testdata/cades build/tests/unit/cades.t writes the files that
 * other tests and the fuzz target start from.
 */
__attribute__((unused)) static struct bytes keep(const char *name, struct bytes b)
{
	const char *folder = getenv("CADES_KEEP");
	char path[4096];
	FILE *f;

	if (!folder)
		return b;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "wb");
	if (!f || fwrite(b.p, 1, b.n, f) != b.n || fclose(f))
		printf("Bail out! cannot write %s\n", path);
	return b;
}

struct kit_result {
	struct ed_material material;
	struct ed_cades cades;
	struct edoc_error err;
	enum edoc_code rc;
};

__attribute__((unused)) static struct kit_result read_with(struct bytes b, struct kit_files *files,
                                                           size_t only)
{
	struct ed_data data = {.arg = files,
	                       .n = files ? files->n : 0,
	                       .name = kit_name,
	                       .digest = kit_digest,
	                       .read = kit_read,
	                       .write = files && files->pieces ? kit_write : NULL};
	struct kit_result r = {0};

	ed_material_init(&r.material, arena);
	r.rc = ed_cades_read(b.p, b.n, "x.p7m", files ? &data : NULL, only, &r.material, arena,
	                     &r.cades, &r.err);
	return r;
}

__attribute__((unused)) static struct kit_result read_cades(struct bytes b)
{
	return read_with(b, NULL, ED_NO_DATA);
}

__attribute__((unused)) static void forget(struct kit_result *r)
{
	ed_ades_clear(r->cades.sigs, r->cades.n);
	r->cades.n = 0;
}

#endif
