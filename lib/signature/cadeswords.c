/* SPDX-License-Identifier: ISC */
/* What a CAdES signer says in signed attributes (EN 319 122-1 5.1, 5.2). */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/cadespart.h"

/* RFC 5652 11.1 to 11.3, RFC 5035 5, EN 319 122-1 5.2: one instance, one value. */
static const char *const singles[] = {OID_CONTENT_TYPE, OID_MESSAGE_DIGEST,  OID_SIGNING_TIME,
                                      OID_SIGNING_CERT, OID_SIGNING_CERT_V2, OID_POLICY,
                                      OID_MIME_TYPE,    OID_LOCATION,        OID_CONTENT_HINTS,
                                      OID_SIGNER_ATTR,  OID_SIGNER_ATTR_V2,  OID_CONTENT_REFERENCE};
#define N_BREAK 3 /* of them: twice, nothing can be said of what was signed */

/* ---- text ---------------------------------------------------------------- */

/* X.690 8.23: the character strings that a DirectoryString may be. */
#define TAG_NUMERIC 18u
#define TAG_PRINTABLE 19u
#define TAG_TELETEX 20u
#define TAG_IA5 22u
#define TAG_VISIBLE 26u
#define TAG_UNIVERSAL 28u
#define TAG_BMP 30u

static void put_utf8(struct ed_buf *buf, uint32_t c)
{
	if (c < 0x80) {
		ed_buf_putc(buf, (char)c);
	} else if (c < 0x800) {
		ed_buf_putc(buf, (char)(0xc0 | c >> 6));
		ed_buf_putc(buf, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		ed_buf_putc(buf, (char)(0xe0 | c >> 12));
		ed_buf_putc(buf, (char)(0x80 | (c >> 6 & 0x3f)));
		ed_buf_putc(buf, (char)(0x80 | (c & 0x3f)));
	} else {
		ed_buf_putc(buf, (char)(0xf0 | (c >> 18 & 7)));
		ed_buf_putc(buf, (char)(0x80 | (c >> 12 & 0x3f)));
		ed_buf_putc(buf, (char)(0x80 | (c >> 6 & 0x3f)));
		ed_buf_putc(buf, (char)(0x80 | (c & 0x3f)));
	}
}

/* Characters of `width` octets, big-endian; ISO 8859-1 where it is one. */
static const char *wide(const struct ed_ber *e, size_t width, struct ed_arena *arena)
{
	struct ed_buf buf;
	char *text = NULL;
	uint32_t c;

	if (e->len % width != 0)
		return NULL;
	ed_buf_init(&buf, 4 * ED_MAX_ROLE);
	for (size_t i = 0; i < e->len; i += width) {
		c = 0;
		for (size_t k = 0; k < width; k++)
			c = c << 8 | e->p[i + k];
		if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			goto out;
		put_utf8(&buf, c);
	}
	if (!buf.failed)
		text = ed_arena_strndup(arena, ed_buf_str(&buf), buf.len);
out:
	ed_buf_clear(&buf);
	return text;
}

/* UTF-8 in the arena; NULL: no text, too long, or with a NUL within. */
static const char *text_of(const struct ed_ber *e, struct ed_arena *arena)
{
	if (e->cls != ED_BER_UNIVERSAL || e->constructed || e->len > ED_MAX_ROLE ||
	    (e->len > 0 && memchr(e->p, 0, e->len) && e->tag != TAG_BMP && e->tag != TAG_UNIVERSAL))
		return NULL;
	switch (e->tag) {
	case ED_BER_UTF8:
	case TAG_NUMERIC:
	case TAG_PRINTABLE:
	case TAG_IA5:
	case TAG_VISIBLE:
		return ed_arena_strndup(arena, (const char *)e->p, e->len);
	case TAG_TELETEX:
		return wide(e, 1, arena);
	case TAG_BMP:
		return wide(e, 2, arena);
	case TAG_UNIVERSAL:
		return wide(e, 4, arena);
	default:
		return NULL;
	}
}

/* Adds text to a list "a; b"; NULL stays. */
static const char *join(struct ed_arena *arena, const char *list, const char *text)
{
	if (!text || !*text)
		return list;
	return list ? ed_arena_printf(arena, "%s; %s", list, text) : text;
}

static bool take_seq(struct ed_ber_reader *r, struct ed_ber *e)
{
	return ed_ber_take(r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, e);
}

/* ---- roles (EN 319 122-1 5.2.6) ------------------------------------------ */

struct roles {
	struct ed_cades_sig *sig;
	const char *list;
	size_t n;
	bool others; /* certified attributes, signed assertions */
};

/* RFC 5755 4.4.5: RoleSyntax { roleAuthority [0] OPTIONAL, roleName [1] GeneralName } */
static const char *role_name(const struct ed_ber *value, struct ed_arena *arena)
{
	struct ed_ber_reader r, in;
	struct ed_ber e, name;

	ed_ber_enter(&r, value, 2);
	while (ed_ber_next(&r, &e)) {
		if (!ed_ber_is(&e, ED_BER_CONTEXT, 1))
			continue;
		ed_ber_enter(&in, &e, 3);
		/* rfc822Name, dNSName, uniformResourceIdentifier: IA5String */
		if (ed_ber_next(&in, &name) && !name.constructed && name.len <= ED_MAX_ROLE &&
		    (name.tag == 1 || name.tag == 2 || name.tag == 6) &&
		    (name.len == 0 || !memchr(name.p, 0, name.len)))
			return ed_arena_strndup(arena, (const char *)name.p, name.len);
	}
	return NULL;
}

/* ClaimedAttributes ::= SEQUENCE OF Attribute */
static bool claimed(struct roles *roles, const struct ed_ber *list)
{
	struct ed_arena *arena = roles->sig->work->arena;
	struct ed_ber_reader r, in, values;
	struct ed_ber attr, type, set, v;
	const char *text;

	ed_ber_enter(&r, list, 2);
	while (take_seq(&r, &attr)) {
		ed_ber_enter(&in, &attr, 3);
		if (!ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_OID, &type) ||
		    !ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SET, &set))
			return false;
		ed_ber_enter(&values, &set, 4);
		while (ed_ber_next(&values, &v)) {
			if (roles->n++ == ED_MAX_ROLES)
				return false;
			text = ed_ber_is(&v, ED_BER_UNIVERSAL, ED_BER_SEQUENCE)
			               ? role_name(&v, arena)
			               : text_of(&v, arena);
			roles->list = join(arena, roles->list, text);
		}
		if (!ed_ber_done(&values))
			return false;
	}
	return ed_ber_done(&r);
}

/* SignerAttribute (a list of [0] or [1]) and SignerAttributeV2 read alike. */
static bool read_roles(struct ed_cades_sig *sig, const struct ed_ber *value)
{
	struct roles roles = {.sig = sig, .list = sig->ades->role};
	struct ed_ber_reader r, in;
	struct ed_ber e, list;

	if (!ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, value, 1);
	while (ed_ber_next(&r, &e)) {
		if (e.cls != ED_BER_CONTEXT || e.tag > 2)
			return false;
		if (e.tag != 0) {
			roles.others = true;
			continue;
		}
		ed_ber_enter(&in, &e, 2);
		if (!take_seq(&in, &list) || !claimed(&roles, &list))
			return false;
	}
	sig->ades->role = roles.list;
	if (roles.others)
		ed_cades_finding(sig, "cades.role-not-judged", NULL, NULL);
	return ed_ber_done(&r);
}

/* ---- the other words ----------------------------------------------------- */

static bool read_time(struct ed_cades_sig *sig, const struct ed_ber *value)
{
	return ed_ber_time(value, &sig->ades->claimed_time);
}

const char *const ed_cades_commitments[ED_CADES_COMMITMENTS] = {"origin", "receipt",  "delivery",
                                                                "sender", "approval", "creation"};

/* EN 319 122-1 5.2.3: id-cti-ets-proofOf... 1.2.840.113549.1.9.16.6.1 to 6 */
static bool read_commitment(struct ed_cades_sig *sig, const struct ed_ber *value)
{
	static const char prefix[] = OID_COMMITMENT_IS;
	struct ed_arena *arena = sig->work->arena;
	struct ed_ber_reader r;
	struct ed_ber id;
	const char *oid;

	ed_ber_enter(&r, value, 1);
	if (!ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &id))
		return false;
	oid = ed_ber_oid(&id, arena);
	if (!oid)
		return false;
	if (!strncmp(oid, prefix, strlen(prefix)) && strlen(oid) == strlen(prefix) + 1) {
		unsigned char n = (unsigned char)(oid[strlen(prefix)] - '1');
		if (n < ED_CADES_COMMITMENTS)
			oid = ed_cades_commitments[n];
	}
	sig->ades->commitment = join(arena, sig->ades->commitment, oid);
	return true;
}

/* SignerLocation { countryName [0], localityName [1], postalAddress [2] SEQUENCE OF } */
static bool read_location(struct ed_cades_sig *sig, const struct ed_ber *value)
{
	struct ed_arena *arena = sig->work->arena;
	struct ed_ber_reader r, in;
	struct ed_ber e, line;
	const char *place = NULL, *text;
	size_t n = 0;

	ed_ber_enter(&r, value, 1);
	if (!ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	while (ed_ber_next(&r, &e)) {
		if (e.cls != ED_BER_CONTEXT || e.tag > 2)
			return false;
		ed_ber_enter(&in, &e, 2);
		if (!ed_ber_next(&in, &line))
			return false;
		if (ed_ber_is(&line, ED_BER_UNIVERSAL, ED_BER_SEQUENCE)) {
			ed_ber_enter(&in, &line, 3);
			if (!ed_ber_next(&in, &line))
				continue;
		}
		do {
			text = text_of(&line, arena);
			if (!text || n++ == ED_MAX_ROLES)
				return false;
			place = place ? ed_arena_printf(arena, "%s, %s", place, text) : text;
		} while (ed_ber_next(&in, &line));
	}
	sig->ades->place = place;
	return ed_ber_done(&r);
}

/* EN 319 122-1 5.2.5.2, and RFC 2634 2.9: only for people. */
static bool read_mime(struct ed_cades_sig *sig, const struct ed_ber *value)
{
	struct ed_ades *ades = sig->ades;
	const char *type = text_of(value, sig->work->arena);

	if (!type)
		return false;
	if (ades->n_covers == 0)
		return true;
	ades->formats = ed_arena_alloc(sig->work->arena, sizeof *ades->formats);
	if (ades->formats)
		ades->formats[ades->n_formats++] =
		        (struct ed_ades_format){ades->covers[ades->n_covers - 1], type};
	return true;
}

/* ContentHints { contentDescription UTF8String OPTIONAL, contentType } */
static bool read_hints(struct ed_cades_sig *sig, const struct ed_ber *value)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	(void)sig;
	ed_ber_enter(&r, value, 1);
	(void)ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_UTF8, &e);
	return ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE) &&
	       ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &e) && ed_ber_done(&r);
}

/* ContentReference { contentType, signedContentIdentifier, originatorSignatureValue } */
static bool read_reference(struct ed_cades_sig *sig, const struct ed_ber *value)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	(void)sig;
	ed_ber_enter(&r, value, 1);
	return ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE) &&
	       ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &e) &&
	       ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &e) &&
	       ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &e) && ed_ber_done(&r);
}

/* ---- all of them --------------------------------------------------------- */

static const struct word {
	const char *oid, *name;
	bool (*read)(struct ed_cades_sig *sig, const struct ed_ber *value);
} words[] = {
        {OID_SIGNING_TIME, "signing-time", read_time},
        {OID_COMMITMENT, "commitment-type-indication", read_commitment},
        {OID_LOCATION, "signer-location", read_location},
        {OID_SIGNER_ATTR, "signer-attributes", read_roles},
        {OID_SIGNER_ATTR_V2, "signer-attributes-v2", read_roles},
        {OID_POLICY, "signature-policy-identifier", ed_cades_policy},
        {OID_MIME_TYPE, "mime-type", read_mime},
        {OID_CONTENT_HINTS, "content-hints", read_hints},
        {OID_CONTENT_REFERENCE, "content-reference", read_reference},
};

/* C03, C09: what stands there twice can be read two ways. */
static void check_singles(struct ed_cades_sig *sig)
{
	const struct ed_cms_signer *si = sig->si;

	for (size_t k = 0; k < sizeof singles / sizeof *singles; k++) {
		size_t n = 0;
		for (size_t i = 0; i < si->n_attrs; i++)
			if (!strcmp(si->attrs[i].oid, singles[k]))
				n += si->attrs[i].n == 1 ? 1 : 2;
		if (n <= 1)
			continue;
		ed_cades_finding(sig, "cades.attribute-twice", singles[k], NULL);
		if (k < N_BREAK)
			sig->ades->intact_signature = false;
	}
}

/* commitment-type-indication alone may come more than once (EN 319 122-1 6.3). */
static void read_word(struct ed_cades_sig *sig, const struct word *word)
{
	const struct ed_cms_signer *si = sig->si;
	bool several = word->read == read_commitment, ok = true;
	size_t count;

	(void)ed_cms_attr(si->attrs, si->n_attrs, word->oid, &count);
	if (count > 1 && !several)
		return;
	for (size_t i = 0; i < si->n_attrs; i++) {
		const struct ed_cms_attr *a = &si->attrs[i];
		if (strcmp(a->oid, word->oid) != 0 || (a->n != 1 && !several))
			continue;
		for (size_t k = 0; k < a->n && k < ED_MAX_ROLES; k++)
			ok = word->read(sig, &a->values[k]) && ok;
	}
	if (!ok)
		ed_cades_finding(sig, "cades.attribute-malformed", word->name, NULL);
}

enum edoc_code ed_cades_words(struct ed_cades_sig *sig, struct edoc_error *err)
{
	const struct ed_cms_signer *si = sig->si;
	size_t count;

	check_singles(sig);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		read_word(sig, &words[i]);
	(void)ed_cms_attr(si->unsigned_attrs, si->n_unsigned, OID_LONG_TERM, &count);
	if (count > 0)
		ed_cades_finding(sig, "cades.long-term-validation", NULL, NULL);
	if (ed_cades_policy_store(sig))
		return EDOC_OK;
	return ed_fail_memory(err);
}
