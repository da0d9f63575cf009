/* SPDX-License-Identifier: ISC */
/*
 * CAdES grows: what is added holds, and whatever was there before stays as it
 * was, read before and after; what cannot grow is refused and left alone.
 */
#include "cadeskit.h"

#include <unistd.h>

#include "base/der.h"
#include "base/limits.h"
#include "pkikit.h"
#include "signature/grow.h"

#define AT 1780000000
#define DAY1 "20260601120000Z"
#define DAY2 "20270601120000Z"
#define DAY3 "20280601120000Z"

static const char hello[] = "Salom, dunyo!\n";
#define N_HELLO (sizeof hello - 1)

static struct bytes content(void)
{
	return raw(hello, N_HELLO);
}

static struct kit_files files(void)
{
	return (struct kit_files){.v = {content()}, .n = 1};
}

/* ---- TSA --------------------------------------------------------------------- */

struct tsa {
	const char *when;
	enum edoc_code fails;
	bool other_imprint, broken, garbage;
	struct bytes last;
	int asked;
};

/* RFC 3161: by madina, as token() of the kit, over a digest. */
static struct bytes token_over(struct bytes digest, enum ed_hash h, const char *when)
{
	struct spec s = {.key = madina, .type = ID_TST};
	struct bytes info = join(tlv(INT, raw("\1", 1)), oid("1.2.3.4"));

	info = join(info, tlv(SEQ, join(alg(ed_hash_oid(h)), tlv(OCTETS, digest))));
	info = join(info, join(tlv(INT, raw("\5", 1)), text(0x18, when)));
	s.content = tlv(SEQ, info);
	return cades_data(&s);
}

static enum edoc_code give_token(void *arg, enum ed_hash h, const unsigned char *imprint,
                                 struct ed_buf *out, struct edoc_error *err)
{
	struct tsa *tsa = arg;
	struct bytes digest = raw(imprint, ed_hash_size(h));

	(void)err;
	tsa->asked++;
	if (tsa->fails)
		return tsa->fails;
	if (tsa->other_imprint)
		digest.p[0] ^= 1;
	tsa->last = token_over(digest, h, tsa->when);
	if (tsa->broken)
		tsa->last.p[tsa->last.n - 1] ^= 1;
	if (tsa->garbage)
		tsa->last = raw("no token", 8);
	ed_buf_put(out, tsa->last.p, tsa->last.n);
	return EDOC_OK;
}

/* ---- growing --------------------------------------------------------------------- */

struct grown {
	struct bytes b; /* as it was where nothing was added */
	enum edoc_code rc;
	struct edoc_error err;
};

enum step { STAMP, ARCHIVE, VALUES, COUNTER };

struct want {
	enum step step;
	size_t which;
	struct tsa *tsa;
	const struct ed_blob *const *values;
	size_t n_values;
	const struct edoc_key *key;
	struct kit_files *files;
	enum ed_hash hash; /* 0: SHA-256 */
};

static struct grown grow(struct bytes b, struct want w)
{
	struct ed_data data = {.arg = w.files,
	                       .n = w.files ? w.files->n : 0,
	                       .name = kit_name,
	                       .digest = kit_digest,
	                       .read = kit_read};
	struct ed_grow g = {.bytes = b.p,
	                    .len = b.n,
	                    .where = "x.p7m",
	                    .which = w.which,
	                    .data = w.files ? &data : NULL,
	                    .only = ED_NO_DATA,
	                    .arena = arena};
	struct ed_counter_spec counter = {.key = w.key, .at = AT + 1000, .role = "Notary"};
	enum ed_hash h = w.hash ? w.hash : ED_SHA256;
	struct grown r = {.b = b};
	struct ed_buf out;

	ed_buf_init(&out, (size_t)100 << 20);
	switch (w.step) {
	case STAMP:
		r.rc = ed_cades_add_stamp(&g, ED_STAMP_SIGNATURE, h, give_token, w.tsa, &out,
		                          &r.err);
		break;
	case ARCHIVE:
		r.rc = ed_cades_add_stamp(&g, ED_STAMP_ARCHIVE, h, give_token, w.tsa, &out, &r.err);
		break;
	case VALUES:
		r.rc = ed_cades_add_values(&g, ED_NO_STAMP, w.values, w.n_values, &out, &r.err);
		break;
	case COUNTER:
		r.rc = ed_cades_add_counter(&g, &counter, &out, &r.err);
		break;
	}
	if (r.rc == EDOC_OK)
		r.b = raw(out.data, out.len);
	else
		ok(out.len == 0, "nothing is given out where it fails");
	ed_buf_clear(&out);
	return r;
}

static struct bytes must(struct bytes b, struct want w, const char *what)
{
	struct grown r = grow(b, w);

	is_ok(r.rc, &r.err, what);
	return r.b;
}

static void refused(struct bytes b, struct want w, const char *word, const char *what)
{
	struct grown r = grow(b, w);

	fails(r.rc, EDOC_ERR_INPUT, &r.err, word, what);
}

static struct bytes stamped(struct bytes b, const char *when)
{
	struct tsa tsa = {.when = when};

	return must(b, (struct want){STAMP, .tsa = &tsa}, "a signature-time-stamp");
}

static struct bytes archived(struct bytes b, struct kit_files *f, const char *when)
{
	struct tsa tsa = {.when = when};

	return must(b, (struct want){ARCHIVE, .tsa = &tsa, .files = f}, "an archive-time-stamp");
}

/* ---- material ------------------------------------------------------------------------ */

static struct ed_blob blob(enum ed_material_kind kind, struct bytes b)
{
	struct ed_blob r = {.kind = kind, .p = b.p, .len = b.n, .where = "made"};

	memcpy(r.sha256, hash(ED_SHA256, b).p, 32);
	return r;
}

static struct bytes made_crl(long number)
{
	struct who ca = issue("Some authority", NULL, 1, CA_EXT);
	X509_CRL *crl = new_crl(&ca, T2020, number, "");
	unsigned char *der = NULL;
	struct bytes b;
	int n;

	X509_CRL_sign(crl, ca.key, EVP_sha256());
	n = i2d_X509_CRL(crl, &der);
	b = raw(der, (size_t)n);
	OPENSSL_free(der);
	X509_CRL_free(crl);
	who_free(&ca);
	return b;
}

static struct bytes basic_ocsp(void)
{
	struct who ca = issue("Some authority", NULL, 1, CA_EXT);
	OCSP_BASICRESP *resp = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), ca.x, ca.x);
	ASN1_TIME *t = ASN1_TIME_set(NULL, T2020);
	unsigned char *der = NULL;
	struct bytes b;
	int n;

	OCSP_basic_add1_status(resp, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, t, NULL);
	OCSP_basic_sign(resp, ca.x, ca.key, EVP_sha256(), NULL, 0);
	n = i2d_OCSP_BASICRESP(resp, &der);
	b = raw(der, (size_t)n);
	OPENSSL_free(der);
	ASN1_TIME_free(t);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(resp);
	who_free(&ca);
	return b;
}

/* RFC 6960 4.2.1 */
static struct bytes whole_ocsp(struct bytes basic)
{
	struct bytes b = tlv(SEQ, join(oid("1.3.6.1.5.5.7.48.1.1"), tlv(OCTETS, basic)));

	return tlv(SEQ, join(tlv(0x0a, raw("\0", 1)), tlv(0xa0, b)));
}

/* ---- what is asked of each result ------------------------------------------------------ */

static bool stamp_good(const struct ed_stamp *t)
{
	return t->found && t->intact && t->tst.intact && t->findings.n == 0;
}

static void all_good(struct bytes b, struct kit_files *f, size_t n, const char *what)
{
	struct kit_result r = f ? read_with(b, f, ED_NO_DATA) : read_cades(b);
	size_t bad = 0;

	ok(r.rc == EDOC_OK && r.cades.n == n, "%s: read, %zu of %zu", what, r.cades.n, n);
	for (size_t i = 0; i < r.cades.n; i++) {
		const struct ed_ades *a = &r.cades.sigs[i];

		bad += !a->intact_data || !a->intact_signature || !a->bound || a->findings.n > 0;
		for (size_t k = 0; k < a->findings.n; k++)
			printf("# %s %s\n", a->findings.v[k].code,
			       a->findings.v[k].args[0] ? a->findings.v[k].args[0] : "");
		for (size_t k = 0; k < a->n_stamps; k++)
			bad += !stamp_good(&a->stamps[k]);
		for (size_t k = 0; k < a->n_counter; k++)
			bad += !a->counter[k].intact_data || !a->counter[k].intact_signature ||
			       !a->counter[k].bound || a->counter[k].findings.n > 0;
	}
	ok(bad == 0, "%s: all of it is intact", what);
	forget(&r);
}

static void is_level(struct bytes b, struct kit_files *f, const char *level)
{
	struct kit_result r = f ? read_with(b, f, ED_NO_DATA) : read_cades(b);

	is_str(r.cades.n ? r.cades.sigs->level : NULL, level, level);
	forget(&r);
}

static bool der(struct bytes b)
{
	struct ed_ber e;

	return ed_ber_one(b.p, b.n, &e) && ed_ber_is_der(&e, false);
}

/* Every octet of a stands in b, in order: what was there is there. */
static bool holds_all(struct bytes a, struct bytes b)
{
	return memmem(b.p, b.n, a.p, a.n) != NULL;
}

/* ---- from B to LTA and LTA again --------------------------------------------------------- */

static struct bytes made(const struct edoc_key *key, bool detached)
{
	struct ed_cades_spec s = {.words = {.key = key, .at = AT}};
	unsigned char digest[ED_HASH_MAX];
	struct edoc_error err = {0};
	struct ed_sigalg a;
	struct ed_buf out;
	struct bytes b;

	ed_buf_init(&out, 1 << 20);
	s.hash = ed_key_sigalg(key, &a) ? a.hash : ED_HASH_NONE;
	ed_hash_bytes(s.hash, hello, N_HELLO, digest);
	if (detached)
		s.digest = digest;
	s.content = hello;
	s.content_len = N_HELLO;
	is_ok(ed_cades_make(&s, &out, &err), &err, detached ? "detached" : "attached");
	b = raw(out.data, out.len);
	ed_buf_clear(&out);
	return b;
}

static struct bytes with_values(struct bytes b, struct kit_files *f)
{
	struct bytes basic = basic_ocsp();
	const struct ed_blob v[] = {blob(ED_CERT, cert(anvar)), blob(ED_CRL, made_crl(1)),
	                            blob(ED_OCSP, whole_ocsp(basic)), blob(ED_OCSP, basic)};
	const struct ed_blob *const values[] = {&v[0], &v[1], &v[2], &v[0], &v[1]};
	const struct ed_blob *const again[] = {&v[3], &v[2], &v[1], &v[0]};
	struct want w = {VALUES, .values = values, .n_values = 5, .files = f};
	struct kit_result r;
	struct bytes lt, same;

	lt = must(b, w, "certificates and answers");
	for (size_t i = 0; i < 3; i++)
		ok(holds_all(raw(v[i].p, v[i].len), lt), "... each as it is");
	r = f ? read_with(lt, f, ED_NO_DATA) : read_cades(lt);
	for (size_t i = 0; i < 3; i++)
		ok(ed_material_find(&r.material, v[i].sha256) != (size_t)-1, "... and found");
	forget(&r);
	w.values = again;
	w.n_values = 4;
	same = must(lt, w, "the same again, the answer without its envelope");
	ok(same.n == lt.n && !memcmp(same.p, lt.p, lt.n), "... changes nothing");
	w.n_values = 0;
	same = must(lt, w, "nothing at all");
	ok(same.n == lt.n && !memcmp(same.p, lt.p, lt.n), "... changes nothing");
	return lt;
}

static struct bytes signed_data_of(struct bytes b, struct ed_cades_body *body)
{
	struct ed_ber e;

	ok(ed_ber_one(b.p, b.n, &e) && ed_cades_body(&e, body), "SignedData");
	return b;
}

/* What came on top is no matter to others either. */
static bool openssl_takes(struct bytes b, bool detached)
{
	char dir[] = "/tmp/edoc-cadesgrow.XXXXXX", cmd[512];
	bool good = mkdtemp(dir) != NULL;
	const char *const names[] = {"x", "content"};
	const struct bytes what[] = {b, content()};
	FILE *f;

	for (int i = 0; i < 2 && good; i++) {
		snprintf(cmd, sizeof cmd, "%s/%s", dir, names[i]);
		f = fopen(cmd, "wb");
		good = f && fwrite(what[i].p, 1, what[i].n, f) == what[i].n;
		good = f && !fclose(f) && good;
	}
	snprintf(cmd, sizeof cmd,
	         "cd %s && openssl cms -verify -noverify -binary %s -inform DER -in x -out out "
	         "2>log && cmp -s out content",
	         dir, detached ? "-content content" : "");
	good = good && !system(cmd);
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return !system(cmd) && good;
}

static void ladder(const struct edoc_key *key, bool detached)
{
	struct kit_files f = files(), *ff = detached ? &f : NULL;
	struct bytes b = made(key, detached), t, lt, lta, again;
	struct ed_cades_body body;

	t = stamped(b, DAY1);
	all_good(t, ff, 1, "T");
	/* All certificates came along, and none says where to ask (6.3). */
	is_level(t, ff, "CAdES-BASELINE-LT");
	(void)signed_data_of(t, &body);
	ok(body.version.len == 1 && body.version.p[0] == 1, "version 1 still");
	lt = with_values(t, ff);
	all_good(lt, ff, 1, "LT");
	is_level(lt, ff, "CAdES-BASELINE-LT");
	(void)signed_data_of(lt, &body);
	ok(body.version.p[0] == 5, "version 5: there is an answer (RFC 5652 5.1)");
	lta = archived(lt, ff, DAY2);
	all_good(lta, ff, 1, "LTA");
	is_level(lta, ff, "CAdES-BASELINE-LTA");
	again = archived(with_values(lta, ff), ff, DAY3);
	all_good(again, ff, 1, "LTA on LTA");
	ok(der(t) && der(lt) && der(lta) && der(again), "DER stays DER");
	ok(openssl_takes(t, detached) && openssl_takes(again, detached), "openssl takes it");
	again = stamped(again, DAY3);
	(void)keep(detached ? "grown-detached.p7s" : "grown.p7m", again);
	all_good(again, ff, 1, "a late signature-time-stamp breaks nothing");
}

/* The index is over all there was, and by the digest that was asked for. */
static void coverage(void)
{
	struct bytes b = with_values(stamped(made(zarina, false), DAY1), NULL);
	struct tsa tsa = {.when = DAY2};
	struct kit_result r;
	const struct ed_stamp *s;
	size_t material = 0, stamps = 0;

	b = must(b, (struct want){ARCHIVE, .tsa = &tsa, .hash = ED_SHA512}, "by SHA-512");
	r = read_cades(b);
	s = r.cades.n && r.cades.sigs->n_stamps == 2 ? &r.cades.sigs->stamps[1] : NULL;
	if (s && s->kind != ED_STAMP_ARCHIVE)
		s = &r.cades.sigs->stamps[0];
	ok(s && stamp_good(s) && s->tst.imprint_hash == ED_SHA512, "archive-time-stamp-v3");
	is_str(s ? s->type : NULL, "archive-time-stamp-v3", "its name");
	for (size_t i = 0; s && i < s->n_covers; i++) {
		material += s->covers[i].kind == ED_OBJECT_MATERIAL;
		stamps += s->covers[i].kind == ED_OBJECT_STAMP;
	}
	ok(material >= 5 && stamps == 1, "covers certificates, answers and the time-stamp");
	forget(&r);
}

/* ---- refusals: nothing changes ----------------------------------------------------------- */

static void bad_tokens(void)
{
	struct bytes b = made(zarina, false);
	struct tsa tsa = {.when = DAY1};
	struct want w = {STAMP, .tsa = &tsa};
	struct grown r;

	for (int archive = 0; archive < 2; archive++) {
		w.step = archive ? ARCHIVE : STAMP;
		tsa = (struct tsa){.when = DAY1, .fails = EDOC_ERR_AGAIN};
		r = grow(b, w);
		ok(r.rc == EDOC_ERR_AGAIN, "a TSA that is silent: its own code");
		tsa = (struct tsa){.when = DAY1, .other_imprint = true};
		refused(b, w, "something else", "a token over something else");
		tsa = (struct tsa){.when = DAY1, .broken = true};
		refused(b, w, "own signature", "a token whose signature is broken");
		tsa = (struct tsa){.when = DAY1, .garbage = true};
		refused(b, w, "", "no token");
	}
}

static void hostile(void)
{
	struct bytes b = made(zarina, false), none_signed;
	struct spec s = {.key = zarina, .content = content()};
	struct ed_blob v = blob(ED_CRL, made_crl(1));
	const struct ed_blob *const values[] = {&v};
	struct tsa tsa = {.when = DAY1};
	struct kit_files f = files();
	struct want w[] = {{STAMP, .tsa = &tsa},
	                   {ARCHIVE, .tsa = &tsa},
	                   {VALUES, .values = values, .n_values = 1},
	                   {COUNTER, .key = anvar}};

	none_signed = content_info(&s, none());
	for (size_t i = 0; i < 4; i++) {
		refused(none_signed, w[i], "nobody", "certificates alone");
		w[i].which = 1;
		refused(b, w[i], "only 1", "a signature that is not there");
		w[i].which = (size_t)-1;
		refused(b, w[i], "only 1", "nor one like this");
		w[i].which = 0;
		refused(join(b, raw("", 1)), w[i], "follow", "a byte behind it");
		refused(raw(b.p, b.n - 1), w[i], "", "a byte less");
		refused(raw("0", 1), w[i], "", "one byte");
		refused(raw("", 0), w[i], "", "nothing");
	}
	ok(tsa.asked == 0, "no TSA was asked for any of it");
	w[1].files = NULL;
	refused(made(zarina, true), w[1], "not at hand", "an archive of content that is not there");
	w[1].files = &f;
	f.v[0] = raw("other", 5);
	ok(grow(made(zarina, true), w[1]).rc == EDOC_OK, "that the lone file differs, others tell");
}

/* Content of an octet more than may be attached. */
static enum edoc_code too_large(struct bytes b, struct ed_buf *out)
{
	struct bytes big = {ed_arena_alloc(arena, ED_MAX_CMS_CONTENT + 1), ED_MAX_CMS_CONTENT + 1};
	struct ed_cades_edits edits = {.arena = arena};
	struct ed_cades_body body;
	struct ed_ber whole, e, octets;
	struct ed_ber_reader r;
	struct ed_buf one;
	struct ed_der d;

	(void)signed_data_of(b, &body);
	ed_ber_enter(&r, &body.encap, 1);
	(void)ed_ber_next(&r, &e);
	(void)ed_ber_next(&r, &e);
	ed_ber_enter(&r, &e, 1);
	(void)ed_ber_next(&r, &octets);
	ed_buf_init(&one, big.n + 16);
	ed_der_init(&d, &one);
	ed_der_put(&d, OCTETS, big.p, big.n);
	ed_cades_edit_replace(&edits, &e, &octets, one.data, one.len);
	ed_buf_clear(&one);
	ed_buf_reset(out);
	return ed_ber_one(b.p, b.n, &whole) && ed_cades_edit_write(&edits, &whole, out)
	               ? EDOC_OK
	               : EDOC_ERR_BUG;
}

/* As large as attached content may be, and as what is read whole. */
static void large(void)
{
	struct ed_cades_spec s = {.words = {.key = zarina, .at = AT}, .hash = ED_SHA256};
	unsigned char *big = calloc(1, ED_MAX_CMS_CONTENT);
	struct edoc_error err = {0};
	struct tsa tsa = {.when = DAY1};
	struct want w = {STAMP, .tsa = &tsa};
	const struct ed_blob crl = {.kind = ED_CRL, .p = big, .len = (size_t)33 << 20};
	const struct ed_blob *const values[] = {&crl};
	struct ed_buf out;
	struct bytes b;
	struct grown r;

	ed_buf_init(&out, ED_MAX_ITEM_BYTES);
	s.content = big;
	s.content_len = ED_MAX_CMS_CONTENT;
	is_ok(ed_cades_make(&s, &out, &err), &err, "64 MiB attached");
	b = raw(out.data, out.len);
	r = grow(b, w);
	is_ok(r.rc, &r.err, "they are raised");
	all_good(r.b, NULL, 1, "64 MiB");
	big[0] = 0x30;
	big[1] = 0x84;
	for (int i = 0; i < 4; i++)
		big[2 + i] = (unsigned char)((crl.len - 6) >> 8 * (3 - i));
	w = (struct want){VALUES, .values = values, .n_values = 1};
	r = grow(b, w);
	fails(r.rc, EDOC_ERR_LIMIT, &r.err, "", "over 96 MiB nobody would read it");
	is_ok(too_large(b, &out), &err, "an octet more, by hand");
	r = grow(raw(out.data, out.len), (struct want){STAMP, .tsa = &tsa});
	fails(r.rc, EDOC_ERR_LIMIT, &r.err, "detached", "is refused as it is read");
	ed_buf_clear(&out);
	free(big);
}

/* ---- several signers ------------------------------------------------------------------------ */

static struct grown cosigned(struct bytes b, const struct edoc_key *key, bool detached,
                             const char *what)
{
	struct ed_cades_spec s = {.words = {.key = key, .at = AT + 5}};
	struct grown r = {.b = b};
	struct ed_sigalg a;
	struct ed_buf out;

	ed_buf_init(&out, 1 << 20);
	s.hash = ed_key_sigalg(key, &a) ? a.hash : ED_HASH_NONE;
	if (detached && what) {
		s.content = what;
		s.content_len = strlen(what);
	} else if (what) {
		s.digest = hash(s.hash, raw(what, strlen(what))).p;
	}
	r.rc = ed_cades_cosign(b.p, b.n, "x.p7m", &s, &out, &r.err);
	if (r.rc == EDOC_OK)
		r.b = raw(out.data, out.len);
	else
		ok(out.len == 0, "nothing is given out where it fails");
	ed_buf_clear(&out);
	return r;
}

static size_t index_of(struct bytes b, const struct edoc_key *key, struct kit_files *f)
{
	struct kit_result r = f ? read_with(b, f, ED_NO_DATA) : read_cades(b);
	size_t i;

	for (i = 0; i < r.cades.n; i++)
		if (!strcmp(r.cades.sigs[i].signer->hex, edoc_key_cert_sha256(key)))
			break;
	forget(&r);
	return i;
}

static struct bytes signer_bytes(struct bytes b, size_t i)
{
	struct ed_cades_body body;
	struct ed_ber_reader r;
	struct ed_ber e = {0};

	(void)signed_data_of(b, &body);
	ed_ber_enter(&r, &body.signers, 4);
	for (size_t k = 0; k <= i && ed_ber_next(&r, &e); k++)
		continue;
	return raw(e.whole ? e.whole : (const uint8_t *)"", e.whole_len);
}

static void several(bool detached)
{
	struct kit_files f = files(), *ff = detached ? &f : NULL;
	struct bytes one = made(zarina, detached), two, other, now;
	struct grown r = cosigned(one, anvar, detached, hello);
	struct tsa tsa = {.when = DAY1};
	struct ed_cades_body body;
	size_t n = 0;

	is_ok(r.rc, &r.err, detached ? "cosigned, detached" : "cosigned, attached");
	two = r.b;
	all_good(two, ff, 2, "two signers");
	ok(openssl_takes(two, detached), "openssl takes both");
	ok(holds_all(signer_bytes(one, 0), two), "the first one's bytes are the same");
	ok(der(two), "DER stays DER");
	(void)signed_data_of(two, &body);
	ok(body.digests.len > 2 + 11, "SHA-256 and SHA-384 are both listed");
	r = cosigned(two, farrukh, detached, hello);
	is_ok(r.rc, &r.err, "a third one");
	all_good(r.b, ff, 3, "three signers");
	(void)signed_data_of(r.b, &body);
	n = body.digests.len;
	(void)signed_data_of(two, &body);
	ok(n == body.digests.len, "no digest is listed twice");
	/* one is raised, the other stays */
	other = signer_bytes(two, index_of(two, anvar, ff));
	now = must(
	        two,
	        (struct want){STAMP, .which = index_of(two, zarina, ff), .tsa = &tsa, .files = ff},
	        "one of the two is raised");
	all_good(now, ff, 2, "raised");
	now = archived(with_values(now, ff), ff, DAY2);
	all_good(keep(detached ? "grown-one-of-two.p7s" : "grown-one-of-two.p7m", now), ff, 2,
	         "archived");
	ok(holds_all(other, now), "the other one's bytes are the same");
	/* what is refused */
	if (!detached) {
		r = cosigned(one, anvar, false, "another\n");
		fails(r.rc, EDOC_ERR_INPUT, &r.err, "another content", "over another content");
	}
	r = cosigned(one, madina, detached, "another\n");
	fails(r.rc, EDOC_ERR_INPUT, &r.err, "another content", "over another content, same digest");
	r = cosigned(one, anvar, detached, NULL);
	if (detached)
		fails(r.rc, EDOC_ERR_INPUT, &r.err, "not given", "nothing to sign");
	else
		is_ok(r.rc, &r.err, "the attached content is what is signed");
}

/* ---- counter-signatures ------------------------------------------------------------------------
 */

static void counters(void)
{
	struct bytes b =
	        archived(with_values(stamped(made(zarina, false), DAY1), NULL), NULL, DAY2);
	struct want w = {COUNTER, .key = anvar};
	struct kit_result r;
	struct bytes one = must(b, w, "counter-signed"), two;
	const struct ed_ades *c;
	size_t n;

	all_good(one, NULL, 1, "counter-signed");
	r = read_cades(one);
	c = r.cades.n && r.cades.sigs->n_counter == 1 ? r.cades.sigs->counter : NULL;
	if (ok(c != NULL, "one counter-signature")) {
		ok(c->intact_data && c->intact_signature && c->bound, "... right");
		is_str(c->level, "CAdES-BASELINE-B", "... baseline B");
		is_str(c->role, "Notary", "... its role");
		is_int(c->claimed_time, AT + 1000, "... its time");
		is_str(c->signer->hex, edoc_key_cert_sha256(anvar), "... its signer");
	}
	n = r.cades.n ? r.cades.sigs->n_material : 0;
	forget(&r);
	w.key = farrukh;
	two = must(one, w, "by another one too");
	all_good(two, NULL, 1, "counter-signed twice");
	r = read_cades(two);
	is_int(r.cades.n ? (int64_t)r.cades.sigs->n_counter : 0, 2, "two of them");
	ok(r.cades.n && r.cades.sigs->n_material > n, "whose certificate came along");
	forget(&r);
	all_good(keep("grown-counter.p7m", archived(two, NULL, DAY3)), NULL, 1,
	         "and archived with them");
}

/* ---- what older kinds of archives stand
 * ----------------------------------------------------------- */

/* archive-time-stamp-v2 over all there is (A.2.4), by hand. */
static struct bytes with_v2(struct spec *s, const char *when)
{
	struct bytes fields = signer_fields(s), unsig = unsigned_attrs(s), over;

	over = join(join(encap(s), certs_of(s)), join(crls_of(s), fields));
	if (s->n_after)
		over = join(over, tlv(0xa1, unsig));
	after(s, attribute(OID_ARCHIVE_STAMP_V2, token(over, when, none())));
	return cades_data(s);
}

static void old_archives(void)
{
	struct spec s = {.key = zarina, .content = content()};
	struct ed_blob v[] = {blob(ED_CRL, made_crl(7)), blob(ED_CERT, cert(anvar))};
	const struct ed_blob *const values[] = {&v[0], &v[1]};
	struct want w = {VALUES, .values = values, .n_values = 2};
	struct tsa tsa = {.when = DAY3};
	struct ed_cades_body before, now;
	struct bytes b, grown_b;
	struct kit_result r;

	(void)signer_fields(&s);
	after(&s, attribute(OID_SIGNATURE_STAMP, token(s.value, DAY1, none())));
	b = with_v2(&s, DAY2);
	all_good(b, NULL, 1, "archive-time-stamp-v2");
	grown_b = must(b, w, "values under an archive-time-stamp-v2");
	all_good(grown_b, NULL, 1, "it holds");
	(void)signed_data_of(b, &before);
	(void)signed_data_of(grown_b, &now);
	ok(now.certs.whole_len == before.certs.whole_len && !now.crls.whole,
	   "certificates and answers beside the signers are as they were");
	r = read_cades(grown_b);
	ok(ed_material_find(&r.material, v[0].sha256) != (size_t)-1 &&
	           ed_material_find(&r.material, v[1].sha256) != (size_t)-1,
	   "the token brings them");
	forget(&r);
	refused(b, (struct want){STAMP, .tsa = &tsa}, "older kind",
	        "one more signature-time-stamp");
	refused(b, (struct want){COUNTER, .key = anvar}, "older kind", "a counter-signature");
	ok(tsa.asked == 0, "no TSA was asked");
	grown_b = archived(grown_b, NULL, DAY3);
	all_good(keep("grown-on-v2.p7m", grown_b), NULL, 1, "an archive-time-stamp-v3 on it");
	r = read_cades(grown_b);
	is_int(r.cades.n ? (int64_t)r.cades.sigs->n_stamps : 0, 3, "all three are there");
	forget(&r);
	all_good(must(grown_b, w, "the same values"), NULL, 1, "and again");
	ok(cosigned(b, anvar, false, NULL).rc == EDOC_ERR_INPUT,
	   "another signer's certificate would break it");
}

/* CAdES-C-time-stamp (A.1.5.1): over every signature-time-stamp there is. */
static void references(void)
{
	struct spec s = {.key = zarina, .content = content()};
	struct tsa tsa = {.when = DAY3};
	struct bytes tst, over, b;

	(void)signer_fields(&s);
	tst = token(s.value, DAY1, none());
	after(&s, attribute(OID_SIGNATURE_STAMP, tst));
	over = join(s.value, join(oid(OID_SIGNATURE_STAMP), tlv(SET, tst)));
	after(&s, attribute(OID_CADES_C_STAMP, token(over, DAY2, none())));
	b = cades_data(&s);
	all_good(b, NULL, 1, "CAdES-C-time-stamp");
	refused(b, (struct want){STAMP, .tsa = &tsa}, "CAdES-C-time-stamp",
	        "a signature-time-stamp that would break it");
	all_good(archived(with_values(b, NULL), NULL, DAY3), NULL, 1, "what does not is added");
}

static void sealed(void)
{
	struct spec s = {.key = zarina, .content = content()};
	struct tsa tsa = {.when = DAY1};
	struct want w = {STAMP, .tsa = &tsa};

	after(&s, attribute(OID_RECORD_INTERNAL, tlv(SEQ, none())));
	refused(cades_data(&s), w, "evidence record", "an evidence record within");
	s.n_after = 0;
	after(&s, attribute(OID_LONG_TERM, tlv(SEQ, none())));
	refused(cades_data(&s), w, "long-term-validation", "long-term-validation");
	s.n_after = 0;
	after(&s, attribute("1.2.3.4", tlv(SEQ, none())));
	ok(grow(cades_data(&s), w).rc == EDOC_OK, "an attribute of an unknown kind is no matter");
}

/* ---- BER
 * ------------------------------------------------------------------------------------------ */

/* As E-IMZO: indefinite all the way down to the signers. */
static struct bytes ber_data(struct spec *s)
{
	struct bytes b = join(tlv(INT, raw("\1", 1)), loose(SET, alg(SHA256)));
	struct bytes piece = loose(
	        0x24, join(tlv(OCTETS, raw(hello, 5)), tlv(OCTETS, raw(hello + 5, N_HELLO - 5))));

	b = join(b, loose(SEQ, join(oid(ID_DATA), loose(0xa0, piece))));
	b = join(b, loose(0xa0, cert(s->key)));
	b = join(b, loose(SET, loose(SEQ, signer_fields(s))));
	return loose(SEQ, join(oid(ID_SIGNED), loose(0xa0, loose(SEQ, b))));
}

static void ber(void)
{
	struct spec s = {.key = zarina, .content = content()};
	struct bytes b = ber_data(&s), t, lta;
	struct ed_cades_body body, before;
	struct grown r;

	(void)signed_data_of(b, &before);
	all_good(b, NULL, 1, "BER");
	t = stamped(b, DAY1);
	all_good(t, NULL, 1, "T of BER");
	(void)signed_data_of(t, &body);
	ok(body.data.indefinite && body.signers.indefinite && body.certs.indefinite,
	   "indefinite lengths stay");
	ok(body.certs.whole_len == before.certs.whole_len &&
	           !memcmp(body.certs.whole, before.certs.whole, body.certs.whole_len) &&
	           !memcmp(body.encap.whole, before.encap.whole, body.encap.whole_len),
	   "and what did not grow is the same");
	ok(t.p[1] == 0x80 && !memcmp(t.p + t.n - 2, "\0\0", 2), "to the end");
	lta = archived(with_values(t, NULL), NULL, DAY2);
	all_good(lta, NULL, 1, "LTA of BER");
	is_level(lta, NULL, "CAdES-BASELINE-LTA");
	lta = archived(with_values(lta, NULL), NULL, DAY3);
	all_good(lta, NULL, 1, "LTA on LTA of BER");
	r = cosigned(lta, anvar, false, NULL);
	is_ok(r.rc, &r.err, "cosigned");
	all_good(keep("grown-ber.p7m", r.b), NULL, 2, "two signers of BER");
}

/* Lengths that need no octet more than they had, or one: around 127, 255, 65535. */
static void lengths(void)
{
	struct ed_cades_edits edits;
	struct ed_buf out;
	struct ed_ber e, inner;
	struct ed_ber_reader r;
	static const size_t sizes[] = {0,   1,   120, 124, 125,   126,  127,
	                               128, 250, 255, 256, 65530, 65536};
	struct bytes fill = many(raw("x", 1), 65536), b;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		b = tlv(SEQ, join(tlv(0xa0, tlv(OCTETS, raw(fill.p, sizes[i]))),
		                  tlv(INT, raw("\5", 1))));
		ok(ed_ber_one(b.p, b.n, &e), "%zu octets", sizes[i]);
		ed_ber_enter(&r, &e, 1);
		ok(ed_ber_next(&r, &inner), "... and an element");
		edits = (struct ed_cades_edits){.arena = arena};
		ed_cades_edit_insert(&edits, &inner, NULL, "\x05\x00", 2);
		ed_buf_init(&out, 1 << 20);
		ok(ed_cades_edit_write(&edits, &e, &out), "... grows");
		b = tlv(SEQ, join(tlv(0xa0,
		                      join(tlv(OCTETS, raw(fill.p, sizes[i])), raw("\x05\x00", 2))),
		                  tlv(INT, raw("\5", 1))));
		ok(out.len == b.n && !memcmp(out.data, b.p, b.n), "... in DER");
		ed_buf_clear(&out);
	}
}

/* Unsigned attributes that stood in order stand in order; others stay as they are. */
static void order(void)
{
	struct bytes sorted_attrs[] = {attribute("1.2.3.4", tlv(INT, raw("\1", 1))),
	                               attribute("2.5.4.3", tlv(SEQ, many(raw("\5\0", 2), 300)))};
	struct spec s = {.key = zarina, .content = content()};
	struct bytes b, one;

	after(&s, sorted_attrs[0]);
	after(&s, sorted_attrs[1]);
	b = stamped(cades_data(&s), DAY1);
	ok(memmem(b.p, b.n, join(sorted_attrs[0], sorted_attrs[1]).p,
	          sorted_attrs[0].n + sorted_attrs[1].n) != NULL,
	   "a larger one comes behind both");
	b = stamped(b, DAY2);
	one = signer_bytes(b, 0);
	ok(one.n > 0 && der(b), "... and one more");
	s.n_after = 0;
	after(&s, sorted_attrs[1]);
	after(&s, sorted_attrs[0]);
	b = stamped(cades_data(&s), DAY1);
	ok(memmem(b.p, b.n, join(sorted_attrs[1], sorted_attrs[0]).p,
	          sorted_attrs[0].n + sorted_attrs[1].n) != NULL,
	   "what stood in no order is not put in order");
	all_good(b, NULL, 1, "in no order");
}

int main(void)
{
	kit_open();
	lengths();
	order();
	ladder(zarina, false);
	ladder(farrukh, true);
	ladder(anvar, true);
	coverage();
	bad_tokens();
	hostile();
	large();
	several(false);
	several(true);
	counters();
	old_archives();
	references();
	sealed();
	ber();
	kit_close();
	return done();
}
