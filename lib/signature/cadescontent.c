/* SPDX-License-Identifier: ISC */
/* What a signature is over: content that came with it, one of the objects at
 * hand, or, for a counter-signature, its parent's value. */
#include <string.h>

#include "signature/cadespart.h"

static bool attached_digest(struct ed_cades_work *work, enum ed_hash hash,
                            unsigned char out[ED_HASH_MAX])
{
	if ((unsigned)hash >= ED_N_HASHES)
		return false;
	if (!work->digested[hash]) {
		if (!ed_hash_bytes(hash, work->content, work->content_len, work->digests[hash]))
			return false;
		work->digested[hash] = true;
	}
	memcpy(out, work->digests[hash], ED_HASH_MAX);
	return true;
}

enum edoc_code ed_cades_digest(const struct ed_cades_sig *sig, enum ed_hash hash, bool *found,
                               unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	enum edoc_code rc;

	*found = false;
	if (hash == ED_HASH_NONE)
		return EDOC_OK;
	if (sig->parent) {
		*found = ed_hash_bytes(hash, sig->parent->si->value, sig->parent->si->value_len,
		                       out);
	} else if (work->content) {
		*found = attached_digest(work, hash, out);
	} else if (sig->object != ED_NO_DATA) {
		rc = work->data->digest(work->data->arg, sig->object, hash, out, err);
		if (rc)
			return rc;
		*found = true;
	}
	return EDOC_OK;
}

/* The first object with that digest. */
static enum edoc_code find_object(struct ed_cades_sig *sig, const unsigned char *digest, size_t len,
                                  struct edoc_error *err)
{
	const struct ed_data *data = sig->work->data;
	enum ed_hash hash = sig->si->digest;
	unsigned char have[ED_HASH_MAX];
	enum edoc_code rc;

	sig->object = ED_NO_DATA;
	for (size_t i = 0; i < data->n; i++) {
		rc = data->digest(data->arg, i, hash, have, err);
		if (rc)
			return rc;
		if (ed_hash_size(hash) == len && !memcmp(have, digest, len)) {
			sig->object = i;
			return EDOC_OK;
		}
	}
	return EDOC_OK;
}

/* RFC 5652 5.2: content that comes along and is given as well must be the same. */
static enum edoc_code resolve_attached(struct ed_cades_sig *sig, bool *conflict,
                                       struct edoc_error *err)
{
	struct ed_cades_work *work = sig->work;
	enum ed_hash hash = sig->si->digest;
	unsigned char own[ED_HASH_MAX], have[ED_HASH_MAX];
	enum edoc_code rc;

	if (!work->data || work->data->n == 0)
		return EDOC_OK;
	*conflict = true;
	if (!attached_digest(work, hash, own))
		return EDOC_OK;
	if (work->only == ED_NO_DATA) {
		rc = find_object(sig, own, ed_hash_size(hash), err);
		if (rc)
			return rc;
		*conflict = sig->object == ED_NO_DATA;
		return EDOC_OK;
	}
	rc = work->data->digest(work->data->arg, work->only, hash, have, err);
	if (rc)
		return rc;
	*conflict = memcmp(own, have, ed_hash_size(hash)) != 0;
	if (!*conflict)
		sig->object = work->only;
	return EDOC_OK;
}

static enum edoc_code resolve_detached(struct ed_cades_sig *sig, struct edoc_error *err)
{
	const struct ed_cades_work *work = sig->work;
	const struct ed_cms_signer *si = sig->si;
	const struct ed_ber *e;
	const uint8_t *p;
	size_t len;
	enum edoc_code rc;

	if (!work->data || work->data->n == 0) {
		ed_cades_finding(sig, "cades.content-missing", NULL, NULL);
		return EDOC_OK;
	}
	sig->object = work->only;
	if (work->only != ED_NO_DATA)
		return EDOC_OK;
	e = ed_cms_attr(si->attrs, si->n_attrs, OID_MESSAGE_DIGEST, NULL);
	if (e && ed_ber_octet_slice(e, work->arena, &p, &len)) {
		rc = find_object(sig, p, len, err);
		if (rc)
			return rc;
	}
	if (sig->object == ED_NO_DATA && work->data->n == 1)
		sig->object = 0;
	else if (sig->object == ED_NO_DATA)
		ed_cades_finding(sig, "cades.content-not-found", NULL, NULL);
	return EDOC_OK;
}

enum edoc_code ed_cades_resolve(struct ed_cades_sig *sig, bool *conflict, struct edoc_error *err)
{
	*conflict = false;
	return sig->work->content ? resolve_attached(sig, conflict, err)
	                          : resolve_detached(sig, err);
}
