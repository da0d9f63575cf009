/* SPDX-License-Identifier: ISC */
/* The ASN.1 syntax of evidence records (RFC 4998 3, 4, 5; appendix B: implicit tags). */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/record.h"

static enum edoc_code malformed(const struct ed_record_reading *r, const char *what,
                                struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, r->record->where,
	               "no evidence record (RFC 4998): %s is malformed", what);
}

/* The contents of an AlgorithmIdentifier, whatever its tag.  *name: its dotted
 * text when it is no digest that we know. */
static bool read_algorithm(const struct ed_ber *e, unsigned depth, struct ed_arena *arena,
                           enum ed_hash *hash, const char **name)
{
	enum ed_hash found = ED_SHA1;
	struct ed_ber_reader in;
	struct ed_ber oid, null;

	ed_ber_enter(&in, e, depth);
	if (!ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_OID, &oid))
		return false;
	ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_NULL, &null);
	*name = ed_ber_oid(&oid, arena);
	if (!*name || !ed_ber_done(&in))
		return false;
	while (found < ED_N_HASHES && strcmp(ed_hash_oid(found), *name) != 0)
		found++;
	*hash = found < ED_N_HASHES ? found : ED_HASH_NONE;
	if (*hash)
		*name = ed_hash_name(*hash);
	return true;
}

static enum edoc_code read_list(struct ed_record_reading *r, const struct ed_ber *e, unsigned depth,
                                struct ed_ats *ats, struct edoc_error *err)
{
	struct ed_hashes *list = ed_record_add_list(r, ats);
	struct ed_ber_reader in;
	struct ed_ber value;
	enum edoc_code rc = EDOC_OK;

	if (!list)
		return ed_fail_memory(err);
	ed_ber_enter(&in, e, depth);
	while (rc == EDOC_OK && ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_OCTETS, &value)) {
		const uint8_t *p;
		size_t len;

		if (!ed_ber_octet_slice(&value, r->arena, &p, &len))
			return malformed(r, "a hash value", err);
		rc = ed_record_add_hash(r, list, p, len, err);
	}
	if (rc == EDOC_OK && (!ed_ber_done(&in) || list->n == 0))
		return malformed(r, "a PartialHashtree", err);
	return rc;
}

static enum edoc_code read_tree(struct ed_record_reading *r, const struct ed_ber *e, unsigned depth,
                                struct ed_ats *ats, struct edoc_error *err)
{
	struct ed_ber_reader in;
	struct ed_ber list;
	enum edoc_code rc = EDOC_OK;

	ed_ber_enter(&in, e, depth);
	while (rc == EDOC_OK && ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &list))
		rc = read_list(r, &list, depth + 1, ats, err);
	if (rc == EDOC_OK && (!ed_ber_done(&in) || ats->n_lists == 0))
		return malformed(r, "reducedHashtree", err);
	return rc;
}

/* ArchiveTimeStamp ::= SEQUENCE { [0] digestAlgorithm, [1] attributes, [2]
 * reducedHashtree, timeStamp ContentInfo }, all but the last optional. */
static enum edoc_code read_stamp(struct ed_record_reading *r, const struct ed_ber *e,
                                 unsigned depth, struct ed_ats *ats, struct edoc_error *err)
{
	struct ed_ber_reader in;
	struct ed_ber field;
	enum edoc_code rc;

	ed_ber_enter(&in, e, depth);
	if (ed_ber_take(&in, ED_BER_CONTEXT, 0, &field) &&
	    !read_algorithm(&field, depth + 1, r->arena, &ats->hash, &ats->hash_name))
		return malformed(r, "digestAlgorithm", err);
	ed_ber_take(&in, ED_BER_CONTEXT, 1, &field); /* attributes: none is defined */
	if (ed_ber_take(&in, ED_BER_CONTEXT, 2, &field)) {
		rc = read_tree(r, &field, depth + 1, ats, err);
		if (rc != EDOC_OK)
			return rc;
	}
	if (!ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &field) || !ed_ber_done(&in))
		return malformed(r, "ArchiveTimeStamp", err);
	ats->token = field.whole;
	ats->token_len = field.whole_len;
	return EDOC_OK;
}

static enum edoc_code read_chain(struct ed_record_reading *r, const struct ed_ber *e,
                                 unsigned depth, struct edoc_error *err)
{
	struct ed_ats_chain *chain = ed_record_add_chain(r);
	struct ed_ber_reader in;
	struct ed_ber stamp;
	enum edoc_code rc = EDOC_OK;

	if (!chain)
		return ed_fail_memory(err);
	chain->ber = *e;
	chain->der = ed_ber_is_der(e, true);
	ed_ber_enter(&in, e, depth);
	while (rc == EDOC_OK && ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &stamp)) {
		struct ed_ats *ats;

		rc = ed_record_count_stamp(r, err);
		if (rc != EDOC_OK)
			return rc;
		ats = ed_record_add_stamp(r, chain);
		if (!ats)
			return ed_fail_memory(err);
		rc = read_stamp(r, &stamp, depth + 1, ats, err);
	}
	if (rc == EDOC_OK && (!ed_ber_done(&in) || chain->n == 0))
		return malformed(r, "ArchiveTimeStampChain", err);
	/* One algorithm a chain (RFC 4998 5.1). */
	for (size_t i = 0; rc == EDOC_OK && i < chain->n && !chain->hash_name; i++) {
		chain->hash = chain->v[i].hash;
		chain->hash_name = chain->v[i].hash_name;
	}
	return rc;
}

static enum edoc_code read_sequence(struct ed_record_reading *r, const struct ed_ber *e,
                                    unsigned depth, struct edoc_error *err)
{
	struct ed_ber_reader in;
	struct ed_ber chain;
	enum edoc_code rc = EDOC_OK;

	ed_ber_enter(&in, e, depth);
	while (rc == EDOC_OK && ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &chain))
		rc = read_chain(r, &chain, depth + 1, err);
	if (rc == EDOC_OK && (!ed_ber_done(&in) || r->n == 0))
		return malformed(r, "archiveTimeStampSequence", err);
	return rc;
}

/* RFC 4998 3.1: digestAlgorithms names them all. */
static void check_listed(struct ed_record_reading *r, const enum ed_hash *listed, size_t n)
{
	for (size_t c = 0; c < r->n; c++) {
		bool met = !r->chains[c].hash;

		for (size_t i = 0; i < n && !met; i++)
			met = listed[i] == r->chains[c].hash;
		if (!met)
			ed_finding(&r->record->findings, "evidence.algorithm-unlisted",
			           r->record->where, r->chains[c].hash_name, NULL, NULL);
	}
}

static bool read_algorithms(const struct ed_ber *e, struct ed_arena *arena, enum ed_hash *listed,
                            size_t *n, size_t max)
{
	struct ed_ber_reader in;
	struct ed_ber algorithm;
	const char *name;

	ed_ber_enter(&in, e, 1);
	for (*n = 0; *n < max && ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &algorithm);
	     ++*n)
		if (!read_algorithm(&algorithm, 2, arena, &listed[*n], &name))
			return false;
	return ed_ber_done(&in);
}

enum edoc_code ed_ers_parse(struct ed_record_reading *r, const void *bytes, size_t len,
                            struct edoc_error *err)
{
	enum ed_hash listed[ED_MAX_RECORD_ALGORITHMS];
	struct ed_ber_reader in;
	struct ed_ber record, field;
	enum edoc_code rc;
	size_t n_listed;
	int64_t version;

	if (!ed_ber_one(bytes, len, &record) ||
	    !ed_ber_is(&record, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return malformed(r, "the outermost SEQUENCE", err);
	ed_ber_enter(&in, &record, 0);
	if (!ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_INTEGER, &field) ||
	    !ed_ber_int(&field, &version))
		return malformed(r, "version", err);
	if (version != 1)
		ed_record_broken(r, r->record->where, "evidence.version",
		                 ed_arena_printf(r->arena, "%lld", (long long)version), NULL);
	if (!ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &field) ||
	    !read_algorithms(&field, r->arena, listed, &n_listed, ED_MAX_RECORD_ALGORITHMS))
		return malformed(r, "digestAlgorithms", err);
	ed_ber_take(&in, ED_BER_CONTEXT, 0, &field); /* cryptoInfos: helps, proves nothing */
	if (ed_ber_take(&in, ED_BER_CONTEXT, 1, &field))
		ed_record_broken(r, r->record->where, "evidence.encrypted", NULL, NULL);
	if (!ed_ber_take(&in, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &field))
		return malformed(r, "archiveTimeStampSequence", err);
	rc = read_sequence(r, &field, 1, err);
	if (rc == EDOC_OK && !ed_ber_done(&in))
		return malformed(r, "what follows archiveTimeStampSequence", err);
	if (rc == EDOC_OK)
		check_listed(r, listed, n_listed);
	return rc;
}

/* ---- what renewals are over ---- */

/* As it stands, then as DER: the writer of a BER record digested one of them. */
static enum edoc_code put_element(const struct ed_ber *e, unsigned way, struct ed_buf *out,
                                  struct edoc_error *err)
{
	if (way == 0)
		ed_buf_put(out, e->whole, e->whole_len);
	else if (!ed_ber_to_der(e, true, out))
		return ed_fail(err, EDOC_ERR_INPUT, "", "an element has no DER form (X.690)");
	return EDOC_OK;
}

static enum edoc_code digest_buf(struct ed_record_reading *r, enum ed_hash hash,
                                 const struct ed_buf *buf, unsigned char *out, bool *have,
                                 struct edoc_error *err)
{
	enum edoc_code rc = ed_buf_check(buf, r->record->where, err);

	if (rc == EDOC_OK)
		rc = ed_record_count_work(r, buf->len, err);
	if (rc != EDOC_OK)
		return rc;
	*have = ed_hash_bytes(hash, buf->data, buf->len, out);
	return EDOC_OK;
}

/* The timeStamp field, a ContentInfo (RFC 4998 5.2, 1). */
static enum edoc_code stamp_digest(struct ed_record_reading *r, size_t chain,
                                   const struct ed_ats *ats, unsigned way,
                                   unsigned char out[ED_HASH_MAX], bool *have,
                                   struct edoc_error *err)
{
	struct ed_ber token;
	struct ed_buf buf;
	enum edoc_code rc;

	*have = false;
	if (way > 1 || !ed_ber_one(ats->token, ats->token_len, &token) ||
	    (way == 1 && ed_ber_is_der(&token, true)))
		return EDOC_OK;
	ed_buf_init(&buf, ED_MAX_RECORD_BYTES);
	rc = put_element(&token, way, &buf, NULL);
	if (rc == EDOC_OK)
		rc = digest_buf(r, r->chains[chain].hash, &buf, out, have, err);
	else
		rc = EDOC_OK;
	ed_buf_clear(&buf);
	return rc;
}

/* A header of our own: the sequence had fewer chains then. */
static void put_header(struct ed_buf *out, size_t len)
{
	unsigned bytes = 0;

	ed_buf_putc(out, 0x30);
	for (size_t rest = len; rest; rest >>= 8)
		bytes++;
	if (len >= 0x80)
		ed_buf_putc(out, (char)(0x80 | bytes));
	for (unsigned i = len >= 0x80 ? bytes : 1; i-- > 0;)
		ed_buf_putc(out, (char)(len >> (8 * i)));
}

/* false: the second way is the first, or one of them has no DER form. */
static bool put_chains(const struct ed_record_reading *r, size_t chain, unsigned way,
                       struct ed_buf *out)
{
	bool der = true;

	for (size_t i = 0; i < chain; i++)
		der = der && r->chains[i].der;
	if (way == 1 && der)
		return false;
	for (size_t i = 0; i < chain; i++)
		if (put_element(&r->chains[i].ber, way, out, NULL) != EDOC_OK)
			return false;
	return true;
}

/* atsc: the DER of the sequence of the chains before (RFC 4998 5.2, 3). */
static enum edoc_code sequence_digest(struct ed_record_reading *r, size_t chain, unsigned way,
                                      unsigned char out[ED_HASH_MAX], bool *have,
                                      struct edoc_error *err)
{
	struct ed_buf inner, whole;
	enum edoc_code rc = EDOC_OK;

	*have = false;
	if (way > 1)
		return EDOC_OK;
	ed_buf_init(&inner, ED_MAX_RECORD_BYTES);
	ed_buf_init(&whole, ED_MAX_RECORD_BYTES);
	if (put_chains(r, chain, way, &inner)) {
		put_header(&whole, inner.len);
		ed_buf_put(&whole, inner.data, inner.len);
		rc = ed_buf_check(&inner, r->record->where, err);
		if (rc == EDOC_OK)
			rc = digest_buf(r, r->chains[chain].hash, &whole, out, have, err);
	}
	ed_buf_clear(&inner);
	ed_buf_clear(&whole);
	return rc;
}

const struct ed_record_form ed_ers_form = {"RFC4998", true, stamp_digest, sequence_digest};
