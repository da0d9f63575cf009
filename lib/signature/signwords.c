/* SPDX-License-Identifier: ISC */
#include "signature/signwords.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ber.h"
#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"
#include "signature/xadesnames.h"

#define CHUNK (64u << 10)
#define OID_URN "urn:oid:"

/* Something, in UTF-8, that no terminal or page takes for an order. */
static bool is_plain(const char *s)
{
	size_t len = strlen(s), n;
	uint32_t rune;

	if (len == 0 || len > ED_MAX_ROLE)
		return false;
	for (; len; s += n, len -= n) {
		n = ed_utf8_next(s, len, &rune);
		if (n == 0 || ed_rune_steers(rune))
			return false;
	}
	return true;
}

static enum edoc_code check_roles(const char *const *roles, struct edoc_error *err)
{
	for (size_t n = 0; roles && roles[n]; n++) {
		if (n == ED_MAX_ROLES)
			return ed_fail(err, EDOC_ERR_USAGE, "", "more than %d roles are not signed",
			               ED_MAX_ROLES);
		if (!is_plain(roles[n]))
			return ed_fail(err, EDOC_ERR_USAGE, "",
			               "the role is empty, longer than %d bytes, not UTF-8 or "
			               "holds a control character",
			               ED_MAX_ROLE);
	}
	return EDOC_OK;
}

static enum edoc_code check_commitment(const struct ed_sign_words *words, struct edoc_error *err)
{
	if (words->commitment && !ed_commitment_uri(words->commitment))
		return ed_fail(err, EDOC_ERR_USAGE, "",
		               "no commitment \"%s\": it is approval, origin, receipt, delivery, "
		               "sender or creation",
		               words->commitment);
	if (words->ledger_head && !words->commitment)
		return ed_fail(err, EDOC_ERR_USAGE, "",
		               "a ledger head qualifies a commitment, and none is given");
	return EDOC_OK;
}

static enum edoc_code check_place(const struct edoc_sign_place *place, struct edoc_error *err)
{
	const char *const parts[] = {place->street, place->city, place->region, place->postal_code,
	                             place->country};
	bool any = false;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		any = any || parts[i];
		if (parts[i] && !is_plain(parts[i]))
			return ed_fail(err, EDOC_ERR_USAGE, "",
			               "a part of the place is empty, longer than %d bytes, not "
			               "UTF-8 or holds a control character",
			               ED_MAX_ROLE);
	}
	if (!any)
		return ed_fail(err, EDOC_ERR_USAGE, "", "the place has no part");
	return EDOC_OK;
}

static bool is_oid(const char *s)
{
	uint8_t octets[ED_BER_OID_OCTETS];

	return ed_ber_oid_octets(s, octets) > 0;
}

/* RFC 3986 3.1: what a URI begins with; white space is in none. */
static bool is_uri(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return n > 1 && s[n] == ':' && s[n + 1] && !strpbrk(s, " \t\r\n\"<>\\^`{|}") && is_plain(s);
}

const char *ed_sign_policy_oid(const struct edoc_sign_policy *policy)
{
	const char *id = policy->id;

	if (!strncmp(id, OID_URN, strlen(OID_URN)))
		id += strlen(OID_URN);
	return is_oid(id) ? id : NULL;
}

static enum edoc_code check_policy(const struct edoc_sign_policy *policy, struct edoc_error *err)
{
	const char *id = policy->id;

	if (!id || (!ed_sign_policy_oid(policy) &&
	            (!is_uri(id) || !strncmp(id, OID_URN, strlen(OID_URN)))))
		return ed_fail(err, EDOC_ERR_USAGE, id ? id : "",
		               "the signature policy's identifier is neither an OID nor a URI");
	if (!policy->path || !*policy->path)
		return ed_fail(err, EDOC_ERR_USAGE, id,
		               "the digest of the signature policy is signed, so its file is "
		               "needed");
	if (policy->url && !is_uri(policy->url))
		return ed_fail(err, EDOC_ERR_USAGE, policy->url,
		               "where the signature policy can be found is a URI");
	return EDOC_OK;
}

enum edoc_code ed_sign_words_check(const struct ed_sign_words *words, struct edoc_error *err)
{
	enum edoc_code code = check_roles(words->roles, err);

	if (code == EDOC_OK)
		code = check_commitment(words, err);
	if (code == EDOC_OK && words->place)
		code = check_place(words->place, err);
	if (code == EDOC_OK && words->policy)
		code = check_policy(words->policy, err);
	return code;
}

static enum edoc_code digest_file(int fd, uint64_t size, const char *path, enum ed_hash hash,
                                  unsigned char *out, struct edoc_error *err)
{
	struct ed_digest *digest = ed_digest_new(hash);
	unsigned char *chunk = malloc(CHUNK);
	enum edoc_code code = digest && chunk ? EDOC_OK : ed_fail_memory(err);

	for (uint64_t at = 0; at < size && code == EDOC_OK;) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

		code = ed_pread_full(fd, path, chunk, n, at, err);
		if (code == EDOC_OK && !ed_digest_update(digest, chunk, n))
			code = ed_fail(err, EDOC_ERR_BUG, path, "the digest failed");
		at += n;
	}
	if (code == EDOC_OK && !ed_digest_final(digest, out))
		code = ed_fail(err, EDOC_ERR_BUG, path, "the digest failed");
	ed_digest_free(digest);
	free(chunk);
	return code;
}

enum edoc_code ed_sign_policy_digest(const struct edoc_sign_policy *policy, enum ed_hash hash,
                                     unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	uint64_t size;
	enum edoc_code code;
	int fd;

	code = ed_open_read(policy->path, &fd, &size, err);
	if (code != EDOC_OK)
		return code;
	code = size <= ED_MAX_ITEM_BYTES
	               ? digest_file(fd, size, policy->path, hash, out, err)
	               : ed_fail(err, EDOC_ERR_LIMIT, policy->path,
	                         "a file of more than %zu bytes is no signature policy",
	                         ED_MAX_ITEM_BYTES);
	close(fd);
	return code;
}
