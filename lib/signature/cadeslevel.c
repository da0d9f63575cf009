/* SPDX-License-Identifier: ISC */
/* Which level a signature is of, by what is there (EN 319 122-1 6.3, EN 319
 * 122-2 5): whether it is any good is not asked, but of evidence records. */
#include <string.h>

#include "base/time.h"
#include "signature/cadespart.h"
#include "signature/unasked.h"

static bool has(const struct ed_cades_sig *sig, const char *oid)
{
	for (size_t i = 0; i < sig->si->n_unsigned; i++)
		if (!strcmp(sig->si->unsigned_attrs[i].oid, oid))
			return true;
	return false;
}

/* A token that could be read. */
static bool stamped(const struct ed_cades_sig *sig, const char *oid)
{
	for (size_t i = 0; i < sig->ades->n_stamps; i++)
		if (!strcmp(sig->tokens[i].attr->oid, oid))
			return true;
	return false;
}

/* An evidence record that holds, arithmetically: its level is that it proves. */
static bool recorded(const struct ed_cades_sig *sig)
{
	for (size_t i = 0; i < sig->ades->n_records; i++)
		if (sig->ades->records[i].intact && sig->ades->records[i].found)
			return true;
	return false;
}

/* Instances of a signed attribute; one with several values is one too many. */
static size_t signed_times(const struct ed_cades_sig *sig, const char *oid)
{
	size_t n;

	if (!ed_cms_attr(sig->si->attrs, sig->si->n_attrs, oid, &n) && n == 1)
		n = 2;
	return n;
}

/* RFC 5652 11.1, 11.2, 11.4: without these it is no signature of any level. */
static bool has_basics(const struct ed_cades_sig *sig)
{
	return signed_times(sig, OID_CONTENT_TYPE) == (sig->parent ? 0 : 1) &&
	       signed_times(sig, OID_MESSAGE_DIGEST) == 1;
}

static bool signer_came_along(const struct ed_cades_sig *sig)
{
	const struct ed_cades_work *work = sig->work;
	const struct ed_ber *certs = &work->cms.certs;

	for (size_t i = 0; sig->ades->signer && i < work->n_places; i++) {
		const struct ed_cades_place *place = &work->places[i];
		if (place->kind == ED_OBJECT_MATERIAL && place->p >= certs->whole &&
		    place->p < certs->whole + certs->whole_len &&
		    !memcmp(place->sha256, sig->ades->signer->sha256, sizeof place->sha256))
			return true;
	}
	return false;
}

/* 6.3: the signed attributes of level B, and the signer's certificate along. */
static bool baseline_b(const struct ed_cades_sig *sig)
{
	const struct ed_ades *ades = sig->ades;

	return signed_times(sig, OID_SIGNING_CERT) + signed_times(sig, OID_SIGNING_CERT_V2) == 1 &&
	       ades->claimed_time != ED_TIME_NONE && sig->work->cms.certs.whole &&
	       signer_came_along(sig) &&
	       (ades->policy_kind != ED_POLICY_EXPLICIT || ades->policy_digest_len > 0);
}

/* 6.3: levels LT and LTA keep everything in SignedData and do without these. */
static bool legacy(const struct ed_cades_sig *sig)
{
	static const char *const none[] = {OID_CERT_REFS,      OID_REVOCATION_REFS,
	                                   OID_CERT_VALUES,    OID_REVOCATION_VALUES,
	                                   OID_ATTR_CERT_REFS, OID_ATTR_REVOCATION_REFS,
	                                   OID_CADES_C_STAMP,  OID_REFS_STAMP,
	                                   OID_ARCHIVE_STAMP,  OID_ARCHIVE_STAMP_V2};

	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (has(sig, none[i]))
			return true;
	return false;
}

/* 6.3: the answers in SignedData.crls, unless there is nobody to ask. */
static bool has_answers(const struct ed_cades_sig *sig)
{
	const struct ed_ber *crls = &sig->work->cms.crls;

	return (crls->whole && crls->len > 0) ||
	       ed_ades_unasked(sig->ades, sig->work->material).stamps;
}

static const char *baseline(const struct ed_cades_sig *sig)
{
	if (!stamped(sig, OID_SIGNATURE_STAMP))
		return "CAdES-BASELINE-B";
	if (!has_answers(sig))
		return "CAdES-BASELINE-T";
	return stamped(sig, OID_ARCHIVE_STAMP_V3) ? "CAdES-BASELINE-LTA" : "CAdES-BASELINE-LT";
}

/* EN 319 122-2 4: each level has what the one before it has. */
static const char *extended(const struct ed_cades_sig *sig)
{
	bool answers = has(sig, OID_REVOCATION_VALUES) ||
	               (sig->work->cms.crls.whole && sig->work->cms.crls.len > 0);
	bool refs = has(sig, OID_CERT_REFS) && has(sig, OID_REVOCATION_REFS);
	bool values = has(sig, OID_CERT_VALUES) && has(sig, OID_REVOCATION_VALUES);
	bool archive = stamped(sig, OID_ARCHIVE_STAMP) || stamped(sig, OID_ARCHIVE_STAMP_V2) ||
	               stamped(sig, OID_ARCHIVE_STAMP_V3);

	if (recorded(sig))
		return "CAdES-E-ERS";
	if (!stamped(sig, OID_SIGNATURE_STAMP))
		return sig->ades->policy_kind == ED_POLICY_EXPLICIT ? "CAdES-EPES" : "CAdES-BES";
	if (archive && answers)
		return "CAdES-A";
	if (refs && values)
		return "CAdES-XL";
	if (refs && (stamped(sig, OID_CADES_C_STAMP) || stamped(sig, OID_REFS_STAMP)))
		return "CAdES-X";
	return refs ? "CAdES-C" : "CAdES-T";
}

const char *ed_cades_level(const struct ed_cades_sig *sig)
{
	if (strcmp(sig->ades->form, "CAdES") != 0 || !has_basics(sig))
		return "";
	if (baseline_b(sig) && !legacy(sig) && !recorded(sig))
		return baseline(sig);
	return extended(sig);
}
