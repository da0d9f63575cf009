/* SPDX-License-Identifier: ISC */
#include "package/envelope.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "base/der.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "package/envelopepart.h"

#define RSA_PKCS1 "1.2.840.113549.1.1.1"

static const struct {
	enum ed_hash kdf;
	const char *oid;
} agreements[] = {
        {ED_SHA1, "1.3.133.16.840.63.0.2"}, {ED_SHA224, "1.3.132.1.11.0"},
        {ED_SHA256, "1.3.132.1.11.1"},      {ED_SHA384, "1.3.132.1.11.2"},
        {ED_SHA512, "1.3.132.1.11.3"},
};
#define N_AGREEMENTS (sizeof(agreements) / sizeof(agreements[0]))

enum kind { TRANSPORT, AGREEMENT, ANOTHER };

struct recipient {
	enum kind kind;
	const char *text;
	struct ed_ber issuer, serial, key_id; /* who: the first two, or the third */
	struct ed_ber algorithm, key;
	struct ed_ber point, ukm; /* AGREEMENT */
};

struct ed_envelope {
	int fd;
	const char *name;
	uint64_t size;
	struct ed_arena *arena;
	struct recipient *v;
	size_t n, cap;
	unsigned char nonce[ED_AEAD_NONCE], tag[ED_AEAD_TAG];
	uint8_t *aad; /* authAttrs as a SET OF, or NULL */
	size_t aad_len;
	uint64_t at;  /* where the cipher text's octets begin */
	uint64_t len; /* their number, or of all the pieces with their heads */
	bool pieces;
};

const char *ed_envelope_agreement(enum ed_hash kdf)
{
	for (size_t i = 0; i < N_AGREEMENTS; i++)
		if (agreements[i].kdf == kdf)
			return agreements[i].oid;
	return NULL;
}

void ed_envelope_shared_info(struct ed_buf *out, const struct ed_ber *wrap,
                             const struct ed_ber *ukm)
{
	static const unsigned char bits[] = {0, 0, 1, 0};
	struct ed_der der;

	ed_der_init(&der, out);
	ed_der_open(&der, 0x30);
	ed_der_raw(&der, wrap->whole, wrap->whole_len);
	if (ukm->whole) {
		ed_der_open(&der, 0xa0);
		ed_der_put(&der, 0x04, ukm->p, ukm->len);
		ed_der_close(&der);
	}
	ed_der_open(&der, 0xa2);
	ed_der_put(&der, 0x04, bits, sizeof(bits));
	ed_der_close(&der);
	ed_der_close(&der);
}

/* ---- reading: what stands around the cipher text ------------------------------------ */

#define LEVELS 5 /* ContentInfo, [0], AuthEnvelopedData, its content, [0] */

struct level {
	bool indefinite;
	uint64_t end; /* unless it is indefinite: that of what is around it */
};

/* A window of the file's beginning, or of its end. */
struct walk {
	struct ed_envelope *e;
	const uint8_t *p;
	size_t left;
	uint64_t at; /* of p in the file */
	struct level v[LEVELS];
	size_t n;
};

static enum edoc_code malformed(const struct ed_envelope *e, const char *what,
                                struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, e->name,
	               "no AuthEnvelopedData that is whole (RFC 5083 2.1): %s", what);
}

static enum edoc_code cut(const struct ed_envelope *e, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, e->name,
	               "it was cut or changed on the way: ask for it again");
}

static void skip(struct walk *w, size_t n)
{
	w->p += n;
	w->left -= n;
	w->at += n;
}

/* The octets behind an identifier octet (X.690 8.1.3). */
static bool length_of(struct walk *w, bool *indefinite, uint64_t *len)
{
	unsigned n;

	*len = 0;
	if (!w->left)
		return false;
	n = *w->p;
	skip(w, 1);
	*indefinite = n == 0x80;
	if (n <= 0x80) {
		*len = n & 0x7f;
		return true;
	}
	n &= 0x7f;
	if (n > 8 || n > w->left)
		return false;
	for (; n > 0; n--, skip(w, 1))
		*len = *len << 8 | *w->p;
	return true;
}

static uint64_t end_of(const struct walk *w)
{
	return w->n ? w->v[w->n - 1].end : w->e->size;
}

static enum edoc_code enter(struct walk *w, unsigned tag, struct edoc_error *err)
{
	bool indefinite = false;
	uint64_t len;

	if (!w->left || *w->p != tag)
		return malformed(
		        w->e, w->left ? "an element is not the one it should be" : "it ends", err);
	skip(w, 1);
	if (!length_of(w, &indefinite, &len) || w->at > end_of(w) || len > end_of(w) - w->at)
		return cut(w->e, err);
	if (indefinite && !(tag & 0x20))
		return malformed(w->e, "a length is not allowed where it stands", err);
	w->v[w->n] = (struct level){indefinite, indefinite ? end_of(w) : w->at + len};
	w->n++;
	return EDOC_OK;
}

static enum edoc_code leave(struct walk *w, struct edoc_error *err)
{
	struct level level = w->v[--w->n];

	if (!level.indefinite)
		return w->at == level.end ? EDOC_OK : malformed(w->e, "a length is wrong", err);
	if (w->left < 2 || w->p[0] || w->p[1] || w->at + 2 > level.end)
		return cut(w->e, err);
	skip(w, 2);
	return EDOC_OK;
}

/* A whole element that lies in the window; absent: *e is zeroed. */
static enum edoc_code take(struct walk *w, enum ed_ber_class cls, uint32_t tag, bool must,
                           struct ed_ber *e, struct edoc_error *err)
{
	struct ed_ber_reader r;
	uint64_t room = end_of(w) - w->at;

	*e = (struct ed_ber){0};
	if (!must && w->left && !*w->p) /* end-of-contents octets: leave() takes them */
		return EDOC_OK;
	ed_ber_start(&r, w->p, w->left < room ? w->left : (size_t)room);
	if (!ed_ber_take(&r, cls, tag, e) && (must || r.bad))
		return malformed(w->e, "an element is missing, or longer than is accepted", err);
	if (e->whole)
		skip(w, e->whole_len);
	return EDOC_OK;
}

/* ---- recipients ------------------------------------------------------------------------- */

static const char *who_text(const struct ed_envelope *e, const struct recipient *r)
{
	char hex[2 * ED_MAX_CERT_SERIAL + 1] = "";
	const struct ed_ber *number = r->serial.whole ? &r->serial : &r->key_id;
	const char *s = NULL;
	struct ed_buf text;

	ed_buf_init(&text, ED_MAX_NAME_TEXT);
	if (number->whole)
		ed_hex(hex, number->p,
		       number->len < ED_MAX_CERT_SERIAL ? number->len : ED_MAX_CERT_SERIAL);
	if (!r->serial.whole)
		ed_buf_puts(&text, "key identifier");
	else if (!ed_name_text(r->issuer.whole, r->issuer.whole_len, &text))
		ed_buf_puts(&text, "?");
	if (!text.failed)
		s = ed_arena_printf(e->arena, "%s %s", ed_buf_str(&text), hex);
	ed_buf_clear(&text);
	return s;
}

/* RecipientIdentifier: IssuerAndSerialNumber, or a subjectKeyIdentifier, which
 * agreement has in a SEQUENCE with more (RFC 5652 6.2.1, 6.2.2). */
static bool read_who(struct ed_ber_reader *r, struct recipient *to)
{
	struct ed_ber_reader in;
	struct ed_ber who;

	if (ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &who)) {
		ed_ber_enter(&in, &who, 1);
		return ed_ber_next(&in, &to->issuer) &&
		       ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_INTEGER, &to->serial) &&
		       ed_ber_done(&in);
	}
	if (!ed_ber_take(r, ED_BER_CONTEXT, 0, &who))
		return false;
	to->key_id = who;
	if (to->kind != AGREEMENT)
		return !who.constructed;
	ed_ber_enter(&in, &who, 1);
	return ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_OCTETS, &to->key_id);
}

static enum edoc_code add_recipient(struct ed_envelope *e, const struct recipient *r,
                                    struct edoc_error *err)
{
	if (e->n == ED_MAX_RECIPIENTS)
		return ed_fail(err, EDOC_ERR_LIMIT, e->name, "more than %d recipients",
		               ED_MAX_RECIPIENTS);
	e->v = ed_arena_grow(e->arena, e->v, e->n, &e->cap, sizeof(*e->v));
	if (!e->v)
		return ed_fail_memory(err);
	e->v[e->n] = *r;
	if (!r->text)
		e->v[e->n].text = who_text(e, r);
	return e->v[e->n++].text ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code read_transport(struct ed_envelope *e, const struct ed_ber *info,
                                     struct edoc_error *err)
{
	struct recipient to = {.kind = TRANSPORT};
	struct ed_ber_reader in;
	struct ed_ber version;
	int64_t v;

	ed_ber_enter(&in, info, 1);
	if (!ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_INTEGER, &version) || !read_who(&in, &to) ||
	    !ed_ber_int(&version, &v) || v != (to.serial.whole ? 0 : 2) ||
	    !ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &to.algorithm) ||
	    !ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_OCTETS, &to.key) || to.key.constructed ||
	    !ed_ber_done(&in))
		return malformed(e, "a KeyTransRecipientInfo (RFC 5652 6.2.1)", err);
	return add_recipient(e, &to, err);
}

/* originatorKey; that the sender has a certificate for agreement is not common
 * (RFC 5753 3.1: it is ephemeral). */
static bool read_originator(struct ed_ber_reader *r, struct recipient *to)
{
	struct ed_ber_reader in, key;
	struct ed_ber outer, inner, algorithm, oid;

	if (!ed_ber_take(r, ED_BER_CONTEXT, 0, &outer))
		return false;
	ed_ber_enter(&in, &outer, 1);
	if (!ed_ber_next(&in, &inner) || !ed_ber_done(&in))
		return false;
	if (!ed_ber_is(&inner, ED_BER_CONTEXT, 1))
		return true; /* told when the key is asked for */
	ed_ber_enter(&key, &inner, 2);
	if (!ed_ber_take(&key, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &algorithm) ||
	    !ed_ber_take(&key, ED_BER_UNIVERSAL, ED_BER_BITS, &to->point) || !ed_ber_done(&key))
		return false;
	ed_ber_enter(&in, &algorithm, 3);
	return ed_ber_next(&in, &oid) && ed_ber_oid_is(&oid, ED_OID_EC_PUBLIC_KEY);
}

static bool read_agreement_head(struct ed_ber_reader *in, struct recipient *to)
{
	struct ed_ber_reader ukm;
	struct ed_ber version, outer;
	int64_t v;

	if (!ed_ber_take(in, ED_BER_UNIVERSAL, ED_BER_INTEGER, &version) ||
	    !ed_ber_int(&version, &v) || v != 3 || !read_originator(in, to))
		return false;
	if (ed_ber_take(in, ED_BER_CONTEXT, 1, &outer)) {
		ed_ber_enter(&ukm, &outer, 1);
		if (!ed_ber_take(&ukm, ED_BER_UNIVERSAL, ED_BER_OCTETS, &to->ukm) ||
		    to->ukm.constructed || !ed_ber_done(&ukm))
			return false;
	}
	return ed_ber_take(in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &to->algorithm);
}

static enum edoc_code read_agreement(struct ed_envelope *e, const struct ed_ber *info,
                                     struct edoc_error *err)
{
	struct recipient head = {.kind = AGREEMENT};
	struct ed_ber_reader in, keys, one;
	struct ed_ber list, item;
	enum edoc_code code = EDOC_OK;

	ed_ber_enter(&in, info, 1);
	if (!read_agreement_head(&in, &head) ||
	    !ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &list) || !ed_ber_done(&in))
		return malformed(e, "a KeyAgreeRecipientInfo (RFC 5652 6.2.2)", err);
	ed_ber_enter(&keys, &list, 2);
	while (code == EDOC_OK && ed_ber_take(&keys, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &item)) {
		struct recipient to = head;

		ed_ber_enter(&one, &item, 3);
		if (!read_who(&one, &to) ||
		    !ed_ber_take(&one, ED_BER_UNIVERSAL, ED_BER_OCTETS, &to.key) ||
		    to.key.constructed || !ed_ber_done(&one))
			return malformed(e, "a RecipientEncryptedKey (RFC 5652 6.2.2)", err);
		code = add_recipient(e, &to, err);
	}
	if (code == EDOC_OK && !ed_ber_done(&keys))
		code = malformed(e, "a KeyAgreeRecipientInfo (RFC 5652 6.2.2)", err);
	return code;
}

static enum edoc_code read_recipients(struct ed_envelope *e, const struct ed_ber *set,
                                      struct edoc_error *err)
{
	struct ed_ber_reader in;
	struct ed_ber info;
	enum edoc_code code = EDOC_OK;

	ed_ber_enter(&in, set, 0);
	while (code == EDOC_OK && ed_ber_next(&in, &info)) {
		struct recipient other = {.kind = ANOTHER,
		                          .text = "(somebody without a certificate)"};

		if (ed_ber_is(&info, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
			code = read_transport(e, &info, err);
		else if (ed_ber_is(&info, ED_BER_CONTEXT, 1))
			code = read_agreement(e, &info, err);
		else if (info.cls == ED_BER_CONTEXT && info.tag >= 2 && info.tag <= 4)
			code = add_recipient(e, &other, err);
		else
			code = malformed(e, "an unknown RecipientInfo (RFC 5652 6.2)", err);
	}
	if (code == EDOC_OK && !ed_ber_done(&in))
		code = malformed(e, "its recipients", err);
	if (code == EDOC_OK && !e->n)
		code = malformed(e, "it is for nobody", err);
	return code;
}

/* ---- opening ------------------------------------------------------------------------------ */

/* What it is instead, told by its name: EFAIL was about the second. */
static enum edoc_code other_type(const struct ed_envelope *e, const struct ed_ber *oid,
                                 struct edoc_error *err)
{
	char dotted[ED_BER_OID_TEXT];

	if (ed_ber_oid_is(oid, "1.2.840.113549.1.7.3") ||
	    ed_ber_oid_is(oid, "1.2.840.113549.1.7.6"))
		return ed_fail(
		        err, EDOC_ERR_INPUT, e->name,
		        "encrypted without authentication (EnvelopedData): what was changed on "
		        "the way would go unseen; ask for AuthEnvelopedData with AES-256-GCM "
		        "(RFC 5083)");
	if (ed_ber_oid_is(oid, "1.2.840.113549.1.7.2"))
		return ed_fail(err, EDOC_ERR_INPUT, e->name,
		               "signed and not encrypted (SignedData, RFC 5652 5)");
	if (!ed_ber_oid_text(oid, dotted))
		return malformed(e, "no content type", err);
	return ed_fail(err, EDOC_ERR_INPUT, e->name,
	               "CMS of the type %s, which is no AuthEnvelopedData (RFC 5083)", dotted);
}

/* contentEncryptionAlgorithm: AES-256-GCM with a nonce of 12 and a tag of 16 octets. */
static bool read_cipher(struct ed_envelope *e, const struct ed_ber *algorithm)
{
	struct ed_ber_reader in, params;
	struct ed_ber oid, seq, nonce, icv;
	int64_t n = 12; /* RFC 5084 3.2: the default */

	ed_ber_enter(&in, algorithm, 0);
	if (!ed_ber_next(&in, &oid) || !ed_ber_oid_is(&oid, ED_OID_AES256_GCM) ||
	    !ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &seq) || !ed_ber_done(&in))
		return false;
	ed_ber_enter(&params, &seq, 1);
	if (!ed_ber_take(&params, ED_BER_UNIVERSAL, ED_BER_OCTETS, &nonce) || nonce.constructed ||
	    nonce.len != ED_AEAD_NONCE)
		return false;
	if (ed_ber_take(&params, ED_BER_UNIVERSAL, ED_BER_INTEGER, &icv) && !ed_ber_int(&icv, &n))
		return false;
	memcpy(e->nonce, nonce.p, ED_AEAD_NONCE);
	return n == ED_AEAD_TAG && ed_ber_done(&params);
}

/* EncryptedContentInfo up to the first octet of the cipher text. */
static enum edoc_code read_content_head(struct walk *w, struct edoc_error *err)
{
	struct ed_envelope *e = w->e;
	struct ed_ber type, algorithm;
	enum edoc_code code = enter(w, 0x30, err);

	if (code == EDOC_OK)
		code = take(w, ED_BER_UNIVERSAL, ED_BER_OID, true, &type, err);
	if (code == EDOC_OK)
		code = take(w, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, true, &algorithm, err);
	if (code != EDOC_OK)
		return code;
	if (!ed_ber_oid_is(&type, ED_OID_DATA))
		return malformed(e, "its content is not of the type id-data", err);
	if (!read_cipher(e, &algorithm))
		return ed_fail(err, EDOC_ERR_INPUT, e->name,
		               "its cipher is not AES-256-GCM with a nonce of 12 and a tag of 16 "
		               "octets (RFC 5084 3.2)");
	e->pieces = w->left && *w->p == 0xa0;
	code = enter(w, e->pieces ? 0xa0 : 0x80, err);
	e->at = w->at;
	return code;
}

static enum edoc_code read_head(struct walk *w, struct edoc_error *err)
{
	struct ed_envelope *e = w->e;
	struct ed_ber type, version, set, originator;
	int64_t v = -1;
	enum edoc_code code;

	if (!w->left || *w->p != 0x30)
		return ed_fail(err, EDOC_ERR_INPUT, e->name,
		               "no CMS in BER or DER, so not encrypted for anybody (RFC 5652 3)");
	code = enter(w, 0x30, err);
	if (code == EDOC_OK)
		code = take(w, ED_BER_UNIVERSAL, ED_BER_OID, true, &type, err);
	if (code == EDOC_OK && !ed_ber_oid_is(&type, ED_OID_AUTH_ENVELOPED))
		code = other_type(e, &type, err);
	if (code == EDOC_OK)
		code = enter(w, 0xa0, err);
	if (code == EDOC_OK)
		code = enter(w, 0x30, err);
	if (code == EDOC_OK)
		code = take(w, ED_BER_UNIVERSAL, ED_BER_INTEGER, true, &version, err);
	if (code == EDOC_OK && (!ed_ber_int(&version, &v) || v != 0))
		code = malformed(e, "its version is not 0", err);
	if (code == EDOC_OK)
		code = take(w, ED_BER_CONTEXT, 0, false, &originator, err);
	if (code == EDOC_OK)
		code = take(w, ED_BER_UNIVERSAL, ED_BER_SET, true, &set, err);
	if (code == EDOC_OK)
		code = read_recipients(e, &set, err);
	return code == EDOC_OK ? read_content_head(w, err) : code;
}

/* authAttrs are authenticated as a SET OF in DER (RFC 5083 2.2). */
static enum edoc_code read_tail(struct walk *w, struct edoc_error *err)
{
	struct ed_envelope *e = w->e;
	struct ed_ber attrs, mac, unauth;
	enum edoc_code code = leave(w, err);

	if (code == EDOC_OK)
		code = take(w, ED_BER_CONTEXT, 1, false, &attrs, err);
	if (code == EDOC_OK)
		code = take(w, ED_BER_UNIVERSAL, ED_BER_OCTETS, true, &mac, err);
	if (code == EDOC_OK)
		code = take(w, ED_BER_CONTEXT, 2, false, &unauth, err);
	if (code == EDOC_OK)
		code = leave(w, err);
	if (code == EDOC_OK)
		code = leave(w, err);
	if (code == EDOC_OK)
		code = leave(w, err);
	if (code != EDOC_OK)
		return code;
	if (w->at != e->size)
		return malformed(e, "there is something behind it", err);
	if (mac.constructed || mac.len != ED_AEAD_TAG)
		return malformed(e, "its tag is not of 16 octets", err);
	memcpy(e->tag, mac.p, ED_AEAD_TAG);
	if (!attrs.whole)
		return EDOC_OK;
	e->aad = ed_arena_memdup(e->arena, attrs.whole, attrs.whole_len);
	if (!e->aad)
		return ed_fail_memory(err);
	e->aad[0] = 0x31;
	e->aad_len = attrs.whole_len;
	return EDOC_OK;
}

/* ---- the cipher text, octets or pieces of them ---------------------------------------------- */

/* Bytes of the file in their order, read ahead. */
struct source {
	const struct ed_envelope *e;
	unsigned char *chunk;
	size_t have, used;
	uint64_t at, end; /* of what comes after the chunk */
};

/* At most want bytes; 0: the end. */
static enum edoc_code more(struct source *s, uint64_t want, const unsigned char **p, size_t *n,
                           struct edoc_error *err)
{
	if (s->used == s->have) {
		s->used = 0;
		s->have = s->end - s->at < ED_ENVELOPE_CHUNK ? (size_t)(s->end - s->at)
		                                             : ED_ENVELOPE_CHUNK;
		if (s->have) {
			enum edoc_code code =
			        ed_pread_full(s->e->fd, s->e->name, s->chunk, s->have, s->at, err);

			if (code != EDOC_OK)
				return code;
		}
		s->at += s->have;
	}
	*p = s->chunk + s->used;
	*n = s->have - s->used < want ? s->have - s->used : (size_t)want;
	s->used += *n;
	return EDOC_OK;
}

static enum edoc_code octet(struct source *s, unsigned *c, struct edoc_error *err)
{
	const unsigned char *p;
	size_t n;
	enum edoc_code code = more(s, 1, &p, &n, err);

	if (code == EDOC_OK && !n)
		return cut(s->e, err);
	if (code == EDOC_OK)
		*c = *p;
	return code;
}

/* The next OCTET STRING of a constructed one; *last: its end-of-contents. */
static enum edoc_code piece(struct source *s, uint64_t *len, bool *last, struct edoc_error *err)
{
	unsigned tag = 0, n = 0, c = 0;
	enum edoc_code code = octet(s, &tag, err);

	if (code == EDOC_OK)
		code = octet(s, &n, err);
	if (code != EDOC_OK)
		return code;
	*last = tag == 0 && n == 0;
	*len = n;
	if (*last)
		return EDOC_OK;
	if (tag != 0x04 || n == 0x80 || n > 0x88)
		return malformed(s->e, "a piece of the content is no OCTET STRING", err);
	if (n < 0x80)
		return EDOC_OK;
	*len = 0;
	for (n &= 0x7f; n > 0 && code == EDOC_OK; n--) {
		code = octet(s, &c, err);
		*len = *len << 8 | c;
	}
	return code;
}

/* Steps over what is not looked at. */
static enum edoc_code step_over(struct source *s, uint64_t len, struct edoc_error *err)
{
	uint64_t here = s->have - s->used;

	if (len > here + (s->end - s->at))
		return cut(s->e, err);
	if (len <= here) {
		s->used += (size_t)len;
		return EDOC_OK;
	}
	s->at += len - here;
	s->used = s->have = 0;
	return EDOC_OK;
}

/* Where the pieces end, and that they are no more than GCM takes. */
static enum edoc_code measure(struct ed_envelope *e, const struct level *level, uint64_t *after,
                              struct edoc_error *err)
{
	struct source s = {
	        .e = e, .chunk = calloc(1, ED_ENVELOPE_CHUNK), .at = e->at, .end = level->end};
	enum edoc_code code = s.chunk ? EDOC_OK : ed_fail_memory(err);
	uint64_t total = 0, len;
	bool last = false;

	while (code == EDOC_OK) {
		e->len = s.at - (s.have - s.used) - e->at;
		if (!level->indefinite && e->len == level->end - e->at)
			break;
		code = piece(&s, &len, &last, err);
		if (code == EDOC_OK && last)
			break;
		if (code == EDOC_OK)
			code = step_over(&s, len, err);
		total += len;
		if (code == EDOC_OK && total > ED_MAX_GCM)
			code = ed_fail(err, EDOC_ERR_LIMIT, e->name,
			               "larger than AES-GCM allows (SP 800-38D 5.2.1.1)");
	}
	if (code == EDOC_OK && last && !level->indefinite)
		code = malformed(e, "an end that does not belong there", err);
	*after = e->at + e->len; /* leave() takes the end-of-contents */
	free(s.chunk);
	return code;
}

static enum edoc_code open_content(struct walk *w, uint64_t *after, struct edoc_error *err)
{
	struct ed_envelope *e = w->e;
	const struct level *level = &w->v[w->n - 1];

	if (e->pieces)
		return measure(e, level, after, err);
	e->len = level->end - e->at;
	*after = level->end;
	if (e->len > ED_MAX_GCM)
		return ed_fail(err, EDOC_ERR_LIMIT, e->name,
		               "larger than AES-GCM allows (SP 800-38D 5.2.1.1)");
	return EDOC_OK;
}

/* A window over the file, in the arena: what is read of it stays. */
static enum edoc_code look(struct walk *w, uint64_t at, size_t len, struct edoc_error *err)
{
	uint8_t *p = ed_arena_alloc(w->e->arena, len + 1);

	if (!p)
		return ed_fail_memory(err);
	w->p = p;
	w->left = len;
	w->at = at;
	return ed_pread_full(w->e->fd, w->e->name, p, len, at, err);
}

enum edoc_code ed_envelope_open(int fd, uint64_t size, const char *name, struct ed_arena *arena,
                                struct ed_envelope **envelope, struct edoc_error *err)
{
	struct ed_envelope *e = ed_arena_alloc(arena, sizeof(*e));
	struct walk w = {.e = e};
	uint64_t after = 0;
	enum edoc_code code;

	*envelope = NULL;
	if (!e)
		return ed_fail_memory(err);
	e->fd = fd;
	e->name = name;
	e->size = size;
	e->arena = arena;
	code = look(&w, 0, size < ED_MAX_ENVELOPE_HEAD ? (size_t)size : ED_MAX_ENVELOPE_HEAD, err);
	if (code == EDOC_OK)
		code = read_head(&w, err);
	if (code == EDOC_OK)
		code = open_content(&w, &after, err);
	if (code == EDOC_OK && size - after > ED_MAX_ENVELOPE_TAIL)
		code = ed_fail(err, EDOC_ERR_LIMIT, name, "more than %u bytes behind its content",
		               ED_MAX_ENVELOPE_TAIL);
	if (code == EDOC_OK)
		code = look(&w, after, (size_t)(size - after), err);
	if (code == EDOC_OK)
		code = leave(&w, err);
	if (code == EDOC_OK)
		code = read_tail(&w, err);
	if (code == EDOC_OK)
		*envelope = e;
	return code;
}

size_t ed_envelope_recipients(const struct ed_envelope *envelope)
{
	return envelope->n;
}

const char *ed_envelope_recipient(const struct ed_envelope *envelope, size_t i)
{
	return envelope->v[i].text;
}

/* ---- the key ------------------------------------------------------------------------------------
 */

static bool is_for(const struct recipient *r, X509 *cert)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert);
	unsigned char *serial = NULL;
	bool same;
	int n;

	if (r->kind == ANOTHER)
		return false;
	if (!r->serial.whole)
		return id && (size_t)ASN1_STRING_length(id) == r->key_id.len &&
		       !memcmp(ASN1_STRING_get0_data(id), r->key_id.p, r->key_id.len);
	n = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &serial);
	same = n > 0 && (size_t)n == r->serial.whole_len &&
	       !memcmp(serial, r->serial.whole, r->serial.whole_len) &&
	       ed_name_same(X509_get_issuer_name(cert), r->issuer.whole, r->issuer.whole_len);
	OPENSSL_free(serial);
	return same;
}

/* RSAES-OAEP-params, all defaults of SHA-1 (RFC 4055 4.1); the label is empty. */
static bool read_oaep(const struct ed_ber *algorithm, struct ed_oaep *how)
{
	struct ed_ber_reader in, params, sub;
	struct ed_ber oid, seq, outer, alg, mgf;

	*how = (struct ed_oaep){ED_SHA1, ED_SHA1};
	ed_ber_enter(&in, algorithm, 0);
	if (!ed_ber_next(&in, &oid) || !ed_ber_oid_is(&oid, ED_OID_RSA_OAEP) ||
	    !ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &seq) || !ed_ber_done(&in))
		return false;
	ed_ber_enter(&params, &seq, 1);
	if (ed_ber_take(&params, ED_BER_CONTEXT, 0, &outer)) {
		ed_ber_enter(&sub, &outer, 2);
		if (!ed_ber_next(&sub, &alg) || !ed_ber_done(&sub))
			return false;
		how->hash = ed_hash_by_der(&alg);
	}
	if (ed_ber_take(&params, ED_BER_CONTEXT, 1, &outer)) {
		ed_ber_enter(&sub, &outer, 2);
		if (!ed_ber_next(&sub, &mgf) || !ed_ber_done(&sub))
			return false;
		ed_ber_enter(&sub, &mgf, 3);
		if (!ed_ber_next(&sub, &oid) || !ed_ber_oid_is(&oid, ED_OID_MGF1) ||
		    !ed_ber_next(&sub, &alg) || !ed_ber_done(&sub))
			return false;
		how->mgf = ed_hash_by_der(&alg);
	}
	return ed_ber_done(&params) && how->hash && how->mgf;
}

static bool is_pkcs1(const struct ed_ber *algorithm)
{
	struct ed_ber_reader in;
	struct ed_ber oid;

	ed_ber_enter(&in, algorithm, 0);
	return ed_ber_next(&in, &oid) && ed_ber_oid_is(&oid, RSA_PKCS1);
}

static enum edoc_code wont_open(const struct ed_envelope *e, const struct recipient *r,
                                struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, e->name,
	               "the content key for %.120s does not open: changed on the way, or the "
	               "sender's program is faulty",
	               r->text);
}

static enum edoc_code open_transport(const struct ed_envelope *e, const struct recipient *r,
                                     EVP_PKEY *own, unsigned char key[ED_AEAD_KEY],
                                     struct edoc_error *err)
{
	struct ed_oaep how;

	if (is_pkcs1(&r->algorithm))
		return ed_fail(err, EDOC_ERR_INPUT, e->name,
		               "the content key came by RSA PKCS #1 v1.5, which is not opened (RFC "
		               "8017 7.2.2): ask for RSAES-OAEP");
	if (!read_oaep(&r->algorithm, &how))
		return ed_fail(err, EDOC_ERR_INPUT, e->name,
		               "the content key came by an algorithm that is not known; RSAES-OAEP "
		               "is (RFC 4055 4.1)");
	return ed_oaep_unwrap(own, &how, r->key.p, r->key.len, key) ? EDOC_OK
	                                                            : wont_open(e, r, err);
}

/* *wrap: the KeyWrapAlgorithm, which goes into what the key is derived from. */
static bool read_ecdh(const struct ed_ber *algorithm, enum ed_hash *kdf, struct ed_ber *wrap)
{
	struct ed_ber_reader in, sub;
	struct ed_ber oid;

	ed_ber_enter(&in, algorithm, 0);
	if (!ed_ber_next(&in, &oid) || !ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, wrap) ||
	    !ed_ber_done(&in))
		return false;
	*kdf = ED_HASH_NONE;
	for (size_t i = 0; i < N_AGREEMENTS; i++)
		if (ed_ber_oid_is(&oid, agreements[i].oid))
			*kdf = agreements[i].kdf;
	ed_ber_enter(&sub, wrap, 1);
	return *kdf && ed_ber_next(&sub, &oid) && ed_ber_oid_is(&oid, ED_OID_AES256_WRAP);
}

static enum edoc_code open_agreement(const struct ed_envelope *e, const struct recipient *r,
                                     EVP_PKEY *own, unsigned char key[ED_AEAD_KEY],
                                     struct edoc_error *err)
{
	struct ed_ecdh_wrapped wrapped = {.point_len = 0};
	struct ed_ecdh how;
	struct ed_ber wrap;
	struct ed_buf info;
	bool good;

	if (!read_ecdh(&r->algorithm, &how.kdf, &wrap) || !r->point.whole)
		return ed_fail(err, EDOC_ERR_INPUT, e->name,
		               "the content key came by an algorithm that is not known; ephemeral "
		               "ECDH with AES-256 key wrap is (RFC 5753 3.1)");
	if (r->point.constructed || r->point.len < 2 || r->point.p[0] != 0 ||
	    r->point.len - 1 > ED_ECDH_POINT || r->key.len != ED_ECDH_WRAPPED)
		return wont_open(e, r, err);
	wrapped.point_len = r->point.len - 1;
	memcpy(wrapped.point, r->point.p + 1, wrapped.point_len);
	memcpy(wrapped.key, r->key.p, ED_ECDH_WRAPPED);
	ed_buf_init(&info, ED_MAX_ENVELOPE_HEAD);
	ed_envelope_shared_info(&info, &wrap, &r->ukm);
	how.info = info.data;
	how.info_len = info.len;
	good = !info.failed && ed_ecdh_unwrap(own, &how, &wrapped, key);
	ed_buf_clear(&info);
	return good ? EDOC_OK : wont_open(e, r, err);
}

static enum edoc_code not_for(const struct ed_envelope *e, const struct edoc_key *key,
                              struct edoc_error *err)
{
	struct ed_buf all;
	enum edoc_code code;

	ed_buf_init(&all, ED_MAX_ENVELOPE_HEAD);
	for (size_t i = 0; i < e->n && all.len < sizeof(err->msg); i++)
		ed_buf_printf(&all, "%s%s", i ? "; " : "", e->v[i].text);
	code = ed_fail(err, EDOC_ERR_DENIED, e->name, "not for the key of %.60s, but for %s",
	               edoc_key_subject(key), ed_buf_str(&all));
	ed_buf_clear(&all);
	return code;
}

static enum edoc_code find_key(const struct ed_envelope *e, const struct edoc_key *own,
                               unsigned char key[ED_AEAD_KEY], struct edoc_error *err)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct recipient *r = &e->v[i];

		if (!is_for(r, ed_key_cert(own)))
			continue;
		if (ed_key_elsewhere(own))
			return ed_fail(
			        err, EDOC_ERR_DENIED, e->name,
			        "the private key of %.80s is on a token or in another program, "
			        "and none of them is asked to decrypt: use a key in a file",
			        edoc_key_subject(own));
		return r->kind == TRANSPORT ? open_transport(e, r, ed_key_pkey(own), key, err)
		                            : open_agreement(e, r, ed_key_pkey(own), key, err);
	}
	return not_for(e, own, err);
}

/* ---- the two passes
 * ------------------------------------------------------------------------------ */

static enum edoc_code decrypt_some(struct source *s, struct ed_aead *aead, uint64_t len,
                                   unsigned char *plain, int out, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	const unsigned char *p;
	size_t n;

	for (; len > 0 && code == EDOC_OK; len -= n) {
		n = 0;
		code = more(s, len, &p, &n, err);
		if (code == EDOC_OK && !n)
			code = cut(s->e, err);
		if (code == EDOC_OK && !ed_aead_update(aead, p, n, plain))
			code = ed_fail(err, EDOC_ERR_BUG, s->e->name, "cannot be decrypted");
		if (code == EDOC_OK && out >= 0)
			code = ed_write_full(out, s->e->name, plain, n, err);
	}
	return code;
}

static enum edoc_code decrypt_all(struct source *s, struct ed_aead *aead, unsigned char *plain,
                                  int out, struct edoc_error *err)
{
	const struct ed_envelope *e = s->e;
	enum edoc_code code = EDOC_OK;
	uint64_t len;
	bool last;

	if (e->aad && !ed_aead_aad(aead, e->aad, e->aad_len))
		return ed_fail(err, EDOC_ERR_BUG, e->name, "cannot be decrypted");
	if (!e->pieces)
		return decrypt_some(s, aead, e->len, plain, out, err);
	while (code == EDOC_OK && s->at - (s->have - s->used) < e->at + e->len) {
		code = piece(s, &len, &last, err);
		if (code == EDOC_OK)
			code = last ? cut(e, err) : decrypt_some(s, aead, len, plain, out, err);
	}
	return code;
}

enum edoc_code ed_envelope_pass(const struct ed_envelope *e, const unsigned char key[ED_AEAD_KEY],
                                int out, struct edoc_error *err)
{
	struct source s = {
	        .e = e, .chunk = calloc(1, ED_ENVELOPE_CHUNK), .at = e->at, .end = e->at + e->len};
	struct ed_aead *aead = ed_aead_new(key, e->nonce, false);
	unsigned char *plain = malloc(ED_ENVELOPE_CHUNK);
	enum edoc_code code;

	if (!s.chunk || !aead || !plain)
		code = ed_fail_memory(err);
	else
		code = decrypt_all(&s, aead, plain, out, err);
	if (code == EDOC_OK && !ed_aead_check(aead, e->tag))
		code = ed_fail(err, EDOC_ERR_INPUT, e->name,
		               "it was changed on the way: its tag is not that of its content (RFC "
		               "5084 3.2); ask for it again");
	if (plain)
		ed_wipe(plain, ED_ENVELOPE_CHUNK);
	free(plain);
	ed_aead_free(aead);
	free(s.chunk);
	return code;
}

enum edoc_code ed_envelope_read(struct ed_envelope *envelope, const struct edoc_key *key, int out,
                                struct edoc_error *err)
{
	unsigned char cek[ED_AEAD_KEY] = {0};
	enum edoc_code code = find_key(envelope, key, cek, err);

	if (code == EDOC_OK)
		code = ed_envelope_pass(envelope, cek, -1, err);
	/* Somebody may write to the file meanwhile: the tag is checked again. */
	if (code == EDOC_OK && out >= 0)
		code = ed_envelope_pass(envelope, cek, out, err);
	ed_wipe(cek, sizeof(cek));
	return code;
}
