/* SPDX-License-Identifier: ISC */
/* The signature policy that a signer names (EN 319 122-1 5.2.9), and the
 * document that may come along (5.2.10). */
#include <string.h>

#include "base/limits.h"
#include "signature/cadespart.h"

/* SigPolicyQualifierInfo { id, qualifier }: only the URI is of use here. */
static void read_qualifiers(struct ed_ades *ades, const struct ed_ber *list, struct ed_arena *arena)
{
	struct ed_ber_reader r, in;
	struct ed_ber q, id, uri;

	ed_ber_enter(&r, list, 2);
	while (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &q)) {
		ed_ber_enter(&in, &q, 3);
		if (ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_OID, &id) &&
		    ed_ber_oid_is(&id, OID_SPURI) && ed_ber_next(&in, &uri) && !uri.constructed &&
		    uri.len > 0 && uri.len <= ED_MAX_ROLE && !memchr(uri.p, 0, uri.len))
			ades->policy_url = ed_arena_strndup(arena, (const char *)uri.p, uri.len);
	}
}

/* A digest of one zero octet says that it is not known (TS 101 733 5.8.1). */
static bool read_hash(struct ed_ades *ades, const struct ed_ber *hash, struct ed_arena *arena)
{
	struct ed_ber_reader r;
	struct ed_ber alg, value;
	const uint8_t *p;
	size_t len;

	ed_ber_enter(&r, hash, 2);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &alg) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &value) || !ed_ber_done(&r) ||
	    !ed_ber_octet_slice(&value, arena, &p, &len))
		return false;
	if (len <= 1)
		return true;
	ades->policy_hash = ed_hash_by_der(&alg);
	ades->policy_digest = ed_arena_memdup(arena, p, len);
	if (!ades->policy_digest)
		return false;
	ades->policy_digest_len = len;
	return true;
}

bool ed_cades_policy(struct ed_cades_sig *sig, const struct ed_ber *value)
{
	struct ed_ades *ades = sig->ades;
	struct ed_arena *arena = sig->work->arena;
	struct ed_ber_reader r;
	struct ed_ber id, e;

	if (ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_NULL)) {
		ades->policy_kind = ED_POLICY_IMPLIED;
		return value->len == 0;
	}
	ed_ber_enter(&r, value, 1);
	if (!ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &id))
		return false;
	ades->policy_id = ed_ber_oid(&id, arena);
	if (!ades->policy_id)
		return false;
	ades->policy_kind = ED_POLICY_EXPLICIT;
	if (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e) && !read_hash(ades, &e, arena))
		return false;
	if (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e))
		read_qualifiers(ades, &e, arena);
	return ed_ber_done(&r);
}

/* RFC 3125 3.2: a policy in ASN.1 is digested without the outer tag and length
 * and without its own signPolicyHash; any other as it stands. */
static bool policy_digest(enum ed_hash hash, const uint8_t *p, size_t len, bool asn1,
                          unsigned char out[ED_HASH_MAX])
{
	struct ed_ber_reader r;
	struct ed_ber whole, alg, info;

	if (!asn1)
		return ed_hash_bytes(hash, p, len, out);
	if (!ed_ber_one(p, len, &whole) || !ed_ber_is(&whole, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return false;
	ed_ber_enter(&r, &whole, 1);
	return ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &alg) &&
	       ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &info) &&
	       ed_hash_bytes(hash, alg.whole, alg.whole_len + info.whole_len, out);
}

static bool document_fits(const struct ed_ades *ades, const uint8_t *p, size_t len)
{
	unsigned char have[ED_HASH_MAX];

	if (ades->policy_digest_len != ed_hash_size(ades->policy_hash))
		return false;
	for (int asn1 = 0; asn1 < 2; asn1++)
		if (policy_digest(ades->policy_hash, p, len, asn1, have) &&
		    !memcmp(have, ades->policy_digest, ades->policy_digest_len))
			return true;
	return false;
}

/* SignaturePolicyStore { spDocSpec, CHOICE { OCTET STRING, UTF8String } } */
bool ed_cades_policy_store(struct ed_cades_sig *sig)
{
	struct ed_ades *ades = sig->ades;
	const struct ed_cms_signer *si = sig->si;
	const struct ed_ber *value;
	struct ed_ber_reader r;
	struct ed_ber spec, doc;
	const uint8_t *p;
	size_t len;

	value = ed_cms_attr(si->unsigned_attrs, si->n_unsigned, OID_POLICY_STORE, NULL);
	if (!value)
		return true;
	ed_ber_enter(&r, value, 1);
	if (!ed_ber_is(value, ED_BER_UNIVERSAL, ED_BER_SEQUENCE) || !ed_ber_next(&r, &spec) ||
	    !ed_ber_next(&r, &doc) || !ed_ber_done(&r)) {
		ed_cades_finding(sig, "cades.unsigned-malformed", "signature-policy-store", NULL);
		return true;
	}
	if (!ed_ber_is(&doc, ED_BER_UNIVERSAL, ED_BER_OCTETS)) /* only its name */
		return true;
	if (!ed_ber_octet_slice(&doc, sig->work->arena, &p, &len))
		return false;
	ades->policy_held = true;
	ades->policy_intact =
	        ades->policy_kind == ED_POLICY_EXPLICIT && document_fits(ades, p, len);
	return true;
}
