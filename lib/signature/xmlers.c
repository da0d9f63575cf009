/* SPDX-License-Identifier: ISC */
/* The XML syntax of evidence records (RFC 6283). */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "signature/record.h"

static enum edoc_code malformed(const struct ed_record_reading *r, const xmlNode *at,
                                const char *what, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, ed_xml_place(r->xml, at, r->arena),
	               "no evidence record (RFC 6283): %s", what);
}

/* ---- children, by their Order attributes (RFC 6283 2.1) ---- */

struct child {
	xmlNodePtr node;
	long order;
};

struct children {
	struct child *v;
	size_t n, cap;
};

static int by_order(const void *a, const void *b)
{
	long x = ((const struct child *)a)->order, y = ((const struct child *)b)->order;

	return (x > y) - (x < y);
}

static bool read_order(const xmlNode *node, struct ed_arena *arena, long *order)
{
	const char *text = ed_xml_attr(node, "Order", arena);
	char *end;

	if (!text || *text < '1' || *text > '9' || strlen(text) > 9)
		return false;
	*order = strtol(text, &end, 10);
	return !*end;
}

/* Two of one Order: nobody can say which comes first. */
static void check_orders(struct ed_record_reading *r, const struct children *list)
{
	for (size_t i = 1; i < list->n; i++)
		if (list->v[i].order == list->v[i - 1].order)
			ed_record_broken(r, ed_xml_place(r->xml, list->v[i].node, r->arena),
			                 "evidence.order-twice",
			                 (const char *)list->v[i].node->name,
			                 ed_arena_printf(r->arena, "%ld", list->v[i].order));
}

static enum edoc_code ordered(struct ed_record_reading *r, const xmlNode *parent, const char *name,
                              struct children *list, struct edoc_error *err)
{
	*list = (struct children){0};
	for (xmlNodePtr p = ed_xml_first(parent); p; p = ed_xml_next(p)) {
		struct child child = {p, 0};

		if (!ed_xml_is(p, ED_NS_ERS, name))
			continue;
		if (!read_order(p, r->arena, &child.order))
			return malformed(r, p, "an Order is missing, or is no number", err);
		list->v = ed_arena_grow(r->arena, list->v, list->n, &list->cap, sizeof(*list->v));
		if (!list->v)
			return ed_fail_memory(err);
		list->v[list->n++] = child;
	}
	if (list->n == 0)
		return malformed(r, parent, "an element lacks what it is there for", err);
	qsort(list->v, list->n, sizeof(*list->v), by_order);
	check_orders(r, list);
	return EDOC_OK;
}

/* Nothing but these stands there; NULL ends them. */
static enum edoc_code only(const struct ed_record_reading *r, const xmlNode *parent,
                           const char *const *names, struct edoc_error *err)
{
	for (xmlNodePtr p = ed_xml_first(parent); p; p = ed_xml_next(p)) {
		size_t i = 0;

		while (names[i] && !ed_xml_is(p, ED_NS_ERS, names[i]))
			i++;
		if (!names[i])
			return malformed(r, p, "an element that the schema does not know", err);
	}
	return EDOC_OK;
}

/* The one child so named; *node is NULL when there is none. */
static enum edoc_code single(const struct ed_record_reading *r, const xmlNode *parent,
                             const char *name, xmlNodePtr *node, struct edoc_error *err)
{
	bool several;

	*node = ed_xml_child(parent, ED_NS_ERS, name, &several);
	return several ? malformed(r, parent, "an element stands twice", err) : EDOC_OK;
}

static enum edoc_code decode(struct ed_record_reading *r, const xmlNode *node, const uint8_t **p,
                             size_t *len, struct edoc_error *err)
{
	struct ed_buf buf;
	enum edoc_code rc;

	*p = NULL;
	ed_buf_init(&buf, ED_MAX_XML_BYTES);
	if (!ed_xml_b64(node, r->arena, &buf) || buf.len == 0) {
		rc = malformed(r, node, "what should be base64 is not", err);
	} else {
		rc = ed_buf_check(&buf, r->record->where, err);
		*len = buf.len;
		*p = ed_arena_memdup(r->arena, buf.data, buf.len);
		if (rc == EDOC_OK && !*p)
			rc = ed_fail_memory(err);
	}
	ed_buf_clear(&buf);
	return rc;
}

/* ---- the tree ---- */

static enum edoc_code read_list(struct ed_record_reading *r, const xmlNode *node,
                                struct ed_ats *ats, struct edoc_error *err)
{
	static const char *const names[] = {"DigestValue", NULL};
	struct ed_hashes *list = ed_record_add_list(r, ats);
	enum edoc_code rc;

	if (!list)
		return ed_fail_memory(err);
	rc = only(r, node, names, err);
	for (xmlNodePtr p = ed_xml_first(node); rc == EDOC_OK && p; p = ed_xml_next(p)) {
		const uint8_t *bytes;
		size_t len;

		rc = decode(r, p, &bytes, &len, err);
		if (rc == EDOC_OK)
			rc = ed_record_add_hash(r, list, bytes, len, err);
	}
	if (rc == EDOC_OK && list->n == 0)
		return malformed(r, node, "a Sequence holds no DigestValue", err);
	return rc;
}

static enum edoc_code read_tree(struct ed_record_reading *r, const xmlNode *tree,
                                struct ed_ats *ats, struct edoc_error *err)
{
	static const char *const names[] = {"Sequence", NULL};
	struct children lists;
	enum edoc_code rc = only(r, tree, names, err);

	if (rc == EDOC_OK)
		rc = ordered(r, tree, "Sequence", &lists, err);
	for (size_t i = 0; rc == EDOC_OK && i < lists.n; i++)
		rc = read_list(r, lists.v[i].node, ats, err);
	return rc;
}

/* ---- the time-stamp and what lies beside it ---- */

static enum edoc_code read_information(struct ed_record_reading *r, const xmlNode *list,
                                       struct ed_ats *ats, struct edoc_error *err)
{
	static const struct {
		const char *type;
		enum ed_material_kind kind;
	} kinds[] = {{"CERT", ED_CERT}, {"CRL", ED_CRL}, {"OCSP", ED_OCSP}};
	enum edoc_code rc = EDOC_OK;

	for (xmlNodePtr p = ed_xml_first(list); rc == EDOC_OK && p; p = ed_xml_next(p)) {
		const char *type = ed_xml_attr(p, "Type", r->arena);
		const uint8_t *bytes;
		size_t len;

		if (!ed_xml_is(p, ED_NS_ERS, "CryptographicInformation") || !type)
			return malformed(r, p, "CryptographicInformation is malformed", err);
		for (size_t i = 0; rc == EDOC_OK && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			if (strcmp(type, kinds[i].type) != 0) /* SCVP is left alone */
				continue;
			rc = decode(r, p, &bytes, &len, err);
			if (rc == EDOC_OK)
				rc = ed_record_add_blob(r, ats, kinds[i].kind, bytes, len, err);
		}
	}
	return rc;
}

static enum edoc_code read_token(struct ed_record_reading *r, const xmlNode *stamp,
                                 struct ed_ats *ats, struct edoc_error *err)
{
	static const char *const names[] = {"TimeStampToken", "CryptographicInformationList", NULL};
	enum edoc_code rc = only(r, stamp, names, err);
	xmlNodePtr token, list;
	const char *type;

	if (rc == EDOC_OK)
		rc = single(r, stamp, "TimeStampToken", &token, err);
	if (rc == EDOC_OK)
		rc = single(r, stamp, "CryptographicInformationList", &list, err);
	if (rc != EDOC_OK)
		return rc;
	type = token ? ed_xml_attr(token, "Type", r->arena) : NULL;
	if (!type)
		return malformed(r, stamp, "there is no TimeStampToken with its Type", err);
	if (!strcmp(type, "RFC3161"))
		rc = decode(r, token, &ats->token, &ats->token_len, err);
	else
		ats->token_type = type;
	if (rc == EDOC_OK && list)
		rc = read_information(r, list, ats, err);
	return rc;
}

static enum edoc_code read_stamp(struct ed_record_reading *r, const struct child *child,
                                 struct ed_ats_chain *chain, struct edoc_error *err)
{
	static const char *const names[] = {"HashTree", "TimeStamp", "Attributes", NULL};
	struct ed_ats *ats;
	xmlNodePtr tree;
	enum edoc_code rc = ed_record_count_stamp(r, err);

	if (rc != EDOC_OK)
		return rc;
	ats = ed_record_add_stamp(r, chain);
	if (!ats)
		return ed_fail_memory(err);
	ats->where = ed_xml_place(r->xml, child->node, r->arena);
	ats->order = child->order;
	ats->hash = chain->hash;
	ats->hash_name = chain->hash_name;
	rc = only(r, child->node, names, err);
	if (rc == EDOC_OK)
		rc = single(r, child->node, "HashTree", &tree, err);
	if (rc == EDOC_OK && tree)
		rc = read_tree(r, tree, ats, err);
	if (rc == EDOC_OK)
		rc = single(r, child->node, "TimeStamp", &ats->node, err);
	if (rc == EDOC_OK && !ats->node)
		return malformed(r, child->node, "an ArchiveTimeStamp holds no TimeStamp", err);
	return rc == EDOC_OK ? read_token(r, ats->node, ats, err) : rc;
}

/* ---- chains ---- */

static enum edoc_code read_methods(struct ed_record_reading *r, struct ed_ats_chain *chain,
                                   struct edoc_error *err)
{
	xmlNodePtr digest, c14n;
	enum edoc_code rc = single(r, chain->node, "DigestMethod", &digest, err);

	if (rc == EDOC_OK)
		rc = single(r, chain->node, "CanonicalizationMethod", &c14n, err);
	if (rc != EDOC_OK)
		return rc;
	if (!digest || !c14n)
		return malformed(r, chain->node, "a chain lacks its methods (3.1)", err);
	chain->hash_name = ed_xml_attr(digest, "Algorithm", r->arena);
	chain->c14n_uri = ed_xml_attr(c14n, "Algorithm", r->arena);
	if (!chain->hash_name || !chain->c14n_uri)
		return malformed(r, chain->node, "a method lacks its Algorithm", err);
	chain->hash = ed_hash_by_xml_uri(chain->hash_name);
	chain->c14n_known = ed_c14n_by_uri(chain->c14n_uri, &chain->c14n, &chain->comments);
	return EDOC_OK;
}

static enum edoc_code read_chain(struct ed_record_reading *r, const struct child *child,
                                 struct edoc_error *err)
{
	static const char *const names[] = {"DigestMethod", "CanonicalizationMethod",
	                                    "ArchiveTimeStamp", NULL};
	struct ed_ats_chain *chain = ed_record_add_chain(r);
	struct children stamps;
	enum edoc_code rc;

	if (!chain)
		return ed_fail_memory(err);
	chain->node = child->node;
	chain->order = child->order;
	rc = only(r, child->node, names, err);
	if (rc == EDOC_OK)
		rc = read_methods(r, chain, err);
	if (rc == EDOC_OK)
		rc = ordered(r, child->node, "ArchiveTimeStamp", &stamps, err);
	for (size_t i = 0; rc == EDOC_OK && i < stamps.n; i++)
		rc = read_stamp(r, &stamps.v[i], chain, err);
	return rc;
}

enum edoc_code ed_xmlers_parse(struct ed_record_reading *r, xmlNodePtr root, struct edoc_error *err)
{
	static const char *const names[] = {"EncryptionInformation", "SupportingInformationList",
	                                    "ArchiveTimeStampSequence", NULL};
	static const char *const chains_only[] = {"ArchiveTimeStampChain", NULL};
	struct children chains;
	const char *version;
	xmlNodePtr encryption;
	enum edoc_code rc;

	if (!ed_xml_is(root, ED_NS_ERS, "EvidenceRecord"))
		return malformed(r, root, "the root is no EvidenceRecord of " ED_NS_ERS, err);
	version = ed_xml_attr(root, "Version", r->arena);
	if (!version || strcmp(version, "1.0") != 0)
		ed_record_broken(r, r->record->where, "evidence.version", version ? version : "",
		                 NULL);
	rc = only(r, root, names, err);
	if (rc == EDOC_OK)
		rc = single(r, root, "EncryptionInformation", &encryption, err);
	if (rc == EDOC_OK)
		rc = single(r, root, "ArchiveTimeStampSequence", &r->sequence, err);
	if (rc != EDOC_OK)
		return rc;
	if (encryption)
		ed_record_broken(r, r->record->where, "evidence.encrypted", NULL, NULL);
	if (!r->sequence)
		return malformed(r, root, "there is no ArchiveTimeStampSequence", err);
	rc = only(r, r->sequence, chains_only, err);
	if (rc == EDOC_OK)
		rc = ordered(r, r->sequence, "ArchiveTimeStampChain", &chains, err);
	for (size_t i = 0; rc == EDOC_OK && i < chains.n; i++)
		rc = read_chain(r, &chains.v[i], err);
	return rc;
}

/* ---- what renewals are over ---- */

struct sink {
	struct ed_record_reading *r;
	struct ed_digest *digest;
	struct edoc_error *err;
};

static enum edoc_code to_digest(void *arg, const void *bytes, size_t len)
{
	struct sink *sink = arg;
	enum edoc_code rc = ed_record_count_work(sink->r, len, sink->err);

	if (rc == EDOC_OK && !ed_digest_update(sink->digest, bytes, len))
		return EDOC_ERR_MEMORY;
	return rc;
}

/* The canonical form of a node of the record under the chain's method; without
 * the nodes of `without`. */
static enum edoc_code digest_node(struct ed_record_reading *r, const struct ed_ats_chain *chain,
                                  xmlNodePtr node, const xmlNode *const *without, size_t n,
                                  unsigned char out[ED_HASH_MAX], bool *have,
                                  struct edoc_error *err)
{
	struct sink sink = {r, ed_digest_new(chain->hash), err};
	enum edoc_code rc;

	if (!sink.digest)
		return EDOC_OK; /* an algorithm that we do not know */
	rc = ed_c14n_without(r->xml, node, chain->c14n, chain->comments, NULL, without, n,
	                     to_digest, &sink, err);
	if (rc == EDOC_OK)
		*have = ed_digest_final(sink.digest, out);
	ed_digest_free(sink.digest);
	if (rc == EDOC_ERR_LIMIT)
		return ed_record_count_work(r, 0, err); /* says it better */
	return rc == EDOC_ERR_INPUT ? EDOC_OK : rc;
}

/* The TimeStamp element (RFC 6283 4.2.1). */
static enum edoc_code stamp_digest(struct ed_record_reading *r, size_t chain,
                                   const struct ed_ats *ats, unsigned way,
                                   unsigned char out[ED_HASH_MAX], bool *have,
                                   struct edoc_error *err)
{
	*have = false;
	if (way > 0 || !r->chains[chain].c14n_known)
		return EDOC_OK;
	return digest_node(r, &r->chains[chain], ats->node, NULL, 0, out, have, err);
}

static bool is_later(const struct ed_record_reading *r, size_t chain, const xmlNode *node)
{
	for (size_t i = chain; i < r->n; i++)
		if (r->chains[i].node == node)
			return true;
	return false;
}

/* What did not stand in the sequence yet when the chain was made: the chains
 * from it on; the second way, the white space that came with them too. */
static size_t later_nodes(const struct ed_record_reading *r, size_t chain, unsigned way,
                          const xmlNode **out)
{
	const xmlNode *last = NULL;
	bool after = false;
	size_t n = 0;

	for (const xmlNode *p = ed_xml_first(r->sequence); p; p = ed_xml_next(p))
		if (!is_later(r, chain, p))
			last = p;
	for (const xmlNode *p = r->sequence->children; p; p = p->next) {
		if (p->type == XML_ELEMENT_NODE ? is_later(r, chain, p)
		                                : way == 1 && after && p->next)
			out[n++] = p;
		after = after || p == last;
	}
	return n;
}

/* ArchiveTimeStampSequence with the chains before (RFC 6283 4.2.2). */
static enum edoc_code sequence_digest(struct ed_record_reading *r, size_t chain, unsigned way,
                                      unsigned char out[ED_HASH_MAX], bool *have,
                                      struct edoc_error *err)
{
	const xmlNode **without;
	size_t n = 0;

	*have = false;
	if (way > 1 || !r->chains[chain].c14n_known)
		return EDOC_OK;
	for (xmlNodePtr p = r->sequence->children; p; p = p->next)
		n++;
	without = ed_arena_alloc(r->arena, n * sizeof(xmlNodePtr));
	if (!without)
		return ed_fail_memory(err);
	n = later_nodes(r, chain, way, without);
	return digest_node(r, &r->chains[chain], r->sequence, without, n, out, have, err);
}

const struct ed_record_form ed_xmlers_form = {"RFC6283", false, stamp_digest, sequence_digest};
