/* SPDX-License-Identifier: ISC */
/*
 * What a signature is over (xmldsig-core1 4.4.3): each reference is found,
 * brought into the form that was signed, and digested.  What each finding means
 * stands in judge/rules.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "signature/hashchain.h"
#include "signature/xadesread.h"

enum outcome { ABSENT, WRONG, GOOD, UNREADABLE, REFUSED };

static bool is_the_input(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT;
}

struct counted {
	struct ed_digest *digest;
	struct ed_xr *r;
};

/* Ten thousand references to one large element would digest it as often. */
static enum edoc_code to_digest(void *arg, const void *bytes, size_t len)
{
	struct counted *c = arg;

	c->r->ref_work += len;
	if (c->r->ref_work > ED_MAX_REF_WORK)
		return EDOC_ERR_LIMIT;
	return ed_digest_update(c->digest, bytes, len) ? EDOC_OK : EDOC_ERR_MEMORY;
}

/* ---- the octets ---- */

static bool has_transforms(const struct ed_ref *ref)
{
	const struct ed_transforms *t = &ref->transforms;

	return t->enveloped || t->skip || t->base64 || t->c14n_given;
}

static enum edoc_code write_object(struct ed_xr *r, const struct ed_ref *ref, size_t i,
                                   ed_xml_sink_fn *sink, void *arg, struct edoc_error *err)
{
	struct ed_buf bytes;
	enum edoc_code code;

	ed_buf_init(&bytes, ED_MAX_CMS_CONTENT);
	code = r->data->read(r->data->arg, i, &bytes, err);
	if (code == EDOC_OK)
		code = ed_xmldsig_write_bytes(ref, bytes.data, bytes.len, sink, arg, err);
	ed_buf_clear(&bytes);
	return code;
}

struct plain {
	ed_xml_sink_fn *sink;
	void *arg;
};

static enum edoc_code to_plain(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	struct plain *p = arg;
	enum edoc_code code = len ? p->sink(p->arg, bytes, len) : EDOC_OK;

	return code == EDOC_OK ? code : ed_fail(err, code, "", "the digest failed");
}

/* As it is, of any length: what bounds it is whoever gives the data. */
static enum edoc_code write_plain(struct ed_xr *r, size_t i, ed_xml_sink_fn *sink, void *arg,
                                  struct edoc_error *err)
{
	struct plain p = {sink, arg};
	enum edoc_code code;

	r->in_content = r->data->write != NULL;
	code = ed_data_write(r->data, i, to_plain, &p, err);
	r->in_content = false;
	return code;
}

static bool is_plain(const struct ed_xr_ref *x)
{
	return x->object != ED_NO_DATA && !has_transforms(x->ref) && !x->ref->transforms.value_id;
}

enum edoc_code ed_xr_begin(struct ed_xr *r, enum ed_hash hash, size_t *n, struct ed_digest **digest,
                           struct edoc_error *err)
{
	size_t *objects = calloc(r->dsig.n_refs + 1, sizeof(*objects));
	enum edoc_code code;

	*n = 0;
	if (!objects)
		return ed_fail_memory(err);
	/* Else what is read counts for this signature: reference by reference. */
	for (; r->data && r->data->begin && *n < r->dsig.n_refs; ++*n) {
		const struct ed_xr_ref *x = &r->refs[*n];

		if (x->ref->kind == ED_REF_REFUSED || !is_plain(x))
			break;
		objects[*n] = x->object;
	}
	code = *n ? ed_data_begin(r->data, objects, *n, hash, digest, err) : EDOC_OK;
	free(objects);
	return code;
}

enum edoc_code ed_xr_write(struct ed_xr *r, const struct ed_xr_ref *x,
                           const struct ed_c14n_form *otherwise, ed_xml_sink_fn *sink, void *arg,
                           struct edoc_error *err)
{
	if (is_plain(x))
		return write_plain(r, x->object, sink, arg, err);
	if (x->object != ED_NO_DATA)
		return write_object(r, x->ref, x->object, sink, arg, err);
	return ed_xmldsig_write(r->xml, &r->dsig, x->ref, otherwise, sink, arg, err);
}

/* Whether the octets have the reference's digest. */
static enum edoc_code compare(struct ed_xr *r, const struct ed_xr_ref *x, bool *same,
                              struct edoc_error *err)
{
	const struct ed_ref *ref = x->ref;
	unsigned char digest[ED_HASH_MAX];
	struct ed_digest *d = NULL;
	enum edoc_code code;

	*same = false;
	if (x->object != ED_NO_DATA && !has_transforms(ref)) {
		code = r->data->digest(r->data->arg, x->object, ref->hash, digest, err);
	} else {
		struct counted counted = {d = ed_digest_new(ref->hash), r};

		if (!d)
			return ed_fail_memory(err);
		if (ref->kind == ED_REF_ROOT || ref->transforms.skip)
			r->ref_work += ED_REF_WORK_WALK;
		code = ed_xr_write(r, x, NULL, to_digest, &counted, err);
		if (code == EDOC_OK && !ed_digest_final(d, digest))
			code = ed_fail_memory(err);
		ed_digest_free(d);
	}
	if (code == EDOC_OK)
		*same = ed_same_bytes(digest, ref->value, ed_hash_size(ref->hash));
	return code;
}

/* ---- objects that are not in the document ---- */

static const char *object_name(const struct ed_xr *r, size_t i)
{
	const char *name = r->data->name(r->data->arg, i);

	return name ? name : "";
}

/* By its name; outside a container, where people rename files and keep them in
 * other folders, by the last part of it. */
static size_t by_name(const struct ed_xr *r, const char *name)
{
	size_t i = ed_data_find(r->data, name);

	if (i != ED_NO_DATA || r->data->container)
		return i;
	name = ed_basename(name);
	for (i = 0; i < r->data->n; i++)
		if (!strcmp(ed_basename(object_name(r, i)), name))
			return i;
	return ED_NO_DATA;
}

/* No name fits: an object with that digest is the one that was signed. */
static enum edoc_code by_digest(struct ed_xr *r, struct ed_xr_ref *x, bool *found,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	*found = false;
	for (size_t i = 0; i < r->data->n && code == EDOC_OK && !*found; i++) {
		x->object = i;
		code = compare(r, x, found, err);
		if (is_the_input(code)) /* not even of that kind */
			code = EDOC_OK;
	}
	if (!*found)
		x->object = ED_NO_DATA;
	return code;
}

/* A value is taken out of another file of signatures, and of nothing else. */
static bool may_be_countersigned(const struct ed_xr *r, size_t i)
{
	return r->data->signatures && r->data->signatures(r->data->arg, i) &&
	       strcmp(object_name(r, i), r->xml->where) != 0;
}

static enum edoc_code check_object(struct ed_xr *r, struct ed_xr_ref *x, enum outcome *out,
                                   struct edoc_error *err)
{
	enum edoc_code code;
	bool same;

	*out = ABSENT;
	if (!r->data || r->data->n == 0)
		return EDOC_OK;
	x->object = x->ref->name ? by_name(r, x->ref->name) : ED_NO_DATA;
	if (x->object == ED_NO_DATA) {
		if (r->data->container)
			return EDOC_OK;
		code = by_digest(r, x, &same, err);
		*out = same ? GOOD : x->ref->name ? ABSENT : WRONG;
		return code;
	}
	if (x->ref->transforms.value_id && !may_be_countersigned(r, x->object)) {
		*out = REFUSED;
		return EDOC_OK;
	}
	code = compare(r, x, &same, err);
	if (code == EDOC_OK)
		*out = same ? GOOD : WRONG;
	return code;
}

/* ---- one reference ---- */

static enum edoc_code check_element(struct ed_xr *r, struct ed_xr_ref *x, enum outcome *out,
                                    struct edoc_error *err)
{
	enum edoc_code code;
	bool same;

	code = compare(r, x, &same, err);
	if (code == EDOC_OK)
		*out = same ? GOOD : WRONG;
	return code;
}

/* The SignedProperties reference digests exactly the element that is read. */
static enum edoc_code check_properties(struct ed_xr *r, struct ed_xr_ref *x, struct edoc_error *err)
{
	enum edoc_code code;

	if (!x->ref->target || (x->ref->target != r->properties && r->qualifying)) {
		ed_xr_spoil(r, "properties.reference-elsewhere", x->ref->node, x->ref->name);
		return EDOC_OK;
	}
	code = compare(r, x, &x->good, err);
	if (is_the_input(code)) {
		x->good = false;
		code = EDOC_OK;
	}
	if (code == EDOC_OK && !x->good)
		ed_xr_note(r, "properties.digest", x->ref->node, NULL, NULL);
	r->properties_signed = x->good && r->properties;
	return code;
}

static bool add_cover(struct ed_xr *r, const char *name)
{
	struct ed_ades *a = r->a;

	a->covers =
	        ed_arena_grow(r->arena, a->covers, a->n_covers, &r->covers_cap, sizeof(*a->covers));
	if (!a->covers) {
		a->n_covers = 0;
		return false;
	}
	a->covers[a->n_covers++] = name;
	return true;
}

const char *ed_xr_cover_name(const struct ed_xr *r, const struct ed_xr_ref *x)
{
	const char *name;

	if (x->object != ED_NO_DATA) {
		name = object_name(r, x->object);
		return *name ? name : x->ref->name;
	}
	if (x->ref->kind == ED_REF_ROOT || x->ref->target == xmlDocGetRootElement(r->xml->doc))
		return r->a->where;
	if (r->parent || ed_xml_within(x->ref->target, r->dsig.key_info) ||
	    ed_xml_is(x->ref->target, ED_NS_DS, "Manifest"))
		return NULL;
	return x->ref->uri;
}

/* URI="" names the file that it stands in; none at all, the one that is given. */
static const char *shown_name(const struct ed_xr *r, const struct ed_ref *ref)
{
	if (ref->kind == ED_REF_ENTRY)
		return ref->name;
	if (ref->kind == ED_REF_ROOT)
		return r->a->where;
	if (ref->kind == ED_REF_NAMELESS && r->data && r->data->n == 1)
		return object_name(r, 0);
	return ref->uri;
}

static enum edoc_code report(struct ed_xr *r, struct ed_xr_ref *x, enum outcome out,
                             const struct edoc_error *why, struct edoc_error *err)
{
	const struct ed_ref *ref = x->ref;
	const char *shown = shown_name(r, ref), *name;

	x->good = out == GOOD;
	if (out == ABSENT)
		ed_xr_note(r, "reference.absent", ref->node, shown, NULL);
	else if (out == WRONG)
		ed_xr_note(r, "reference.digest", ref->node, shown, NULL);
	else if (out == REFUSED)
		ed_xr_note(r, "reference.transform-refused", ref->node, shown, "XPath");
	else if (out == UNREADABLE)
		ed_xr_note(r,
		           why->code == EDOC_ERR_LIMIT ? "reference.limit" : "reference.unreadable",
		           ref->node, shown, why->msg);
	else if ((name = ed_xr_cover_name(r, x)) && !add_cover(r, name))
		return ed_fail_memory(err);
	if (x->good && ref->transforms.value_id)
		ed_xr_note(r, "reference.countersigned", ref->node, ref->transforms.value_id,
		           shown);
	else if (x->good && x->object != ED_NO_DATA && ref->transforms.c14n_given)
		ed_xr_note(r, "reference.canonical", ref->node, shown, NULL);
	if (x->good && x->object != ED_NO_DATA && ref->name && by_name(r, ref->name) != x->object)
		ed_xr_note(r, "reference.renamed", ref->node, ref->name, object_name(r, x->object));
	if (x->good && r->parent && ref->target == r->parent->dsig.value_node)
		r->countersigns = true;
	return EDOC_OK;
}

static enum edoc_code check_one(struct ed_xr *r, struct ed_xr_ref *x, enum outcome *out,
                                struct edoc_error *err)
{
	bool transformed = has_transforms(x->ref) || x->ref->target;
	struct edoc_error why = {0};
	enum edoc_code code;

	if (x->ref->kind == ED_REF_ENTRY || x->ref->kind == ED_REF_NAMELESS)
		code = check_object(r, x, out, &why);
	else
		code = check_element(r, x, out, &why);
	if (is_the_input(code) && (transformed || x->ref->kind == ED_REF_ROOT)) {
		*out = UNREADABLE;
		code = EDOC_OK;
	}
	if (code != EDOC_OK) {
		if (err)
			*err = why;
		return code;
	}
	return report(r, x, *out, &why, err);
}

/* ---- manifests (xmldsig-core1 5.1) ---- */

static bool is_manifest(const struct ed_ref *ref)
{
	return ref->kind == ED_REF_ELEMENT && ref->target &&
	       (ed_xml_is(ref->target, ED_NS_DS, "Manifest") ||
	        (ref->type && !strcmp(ref->type, ED_NS_DS "Manifest")));
}

static struct ed_xr_ref *add_entry(struct ed_xr *r, xmlNodePtr node)
{
	struct ed_xr_ref *x;

	r->entries = ed_arena_grow(r->arena, r->entries, r->n_entries, &r->entries_cap,
	                           sizeof(*r->entries));
	if (!r->entries) {
		r->n_entries = 0;
		return NULL;
	}
	x = &r->entries[r->n_entries++];
	*x = (struct ed_xr_ref){ed_arena_alloc(r->arena, sizeof(*x->ref)), ED_NO_DATA, false};
	if (x->ref)
		ed_xmldsig_reference(r->xml, &r->dsig, node, r->data && r->data->container,
		                     r->arena, &r->a->findings, x->ref);
	return x->ref ? x : NULL;
}

/* What it lists is signed with it.  An entry that is not at hand leaves the
 * signature as it is, and is told; one that has changed is changed data. */
static enum edoc_code check_manifest(struct ed_xr *r, xmlNodePtr manifest, unsigned depth,
                                     bool *broken, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (!ed_xml_is(manifest, ED_NS_DS, "Manifest")) /* a ds:Object around it */
		manifest = ed_xml_child(manifest, ED_NS_DS, "Manifest", NULL);
	if (!manifest || depth > ED_MAX_COUNTER) {
		ed_xr_note(r, "reference.malformed", r->dsig.signed_info, "", "ds:Manifest");
		*broken = true;
		return EDOC_OK;
	}
	for (xmlNodePtr p = ed_xml_first(manifest); p && code == EDOC_OK; p = ed_xml_next(p)) {
		enum outcome out = ABSENT;
		struct ed_xr_ref *x;

		if (!ed_xml_is(p, ED_NS_DS, "Reference"))
			continue;
		if (r->n_entries > ED_MAX_ZIP_ENTRIES)
			return ed_fail(err, EDOC_ERR_LIMIT, ed_xr_place(r, p),
			               "manifests of more than %d references are not read",
			               ED_MAX_ZIP_ENTRIES);
		x = add_entry(r, p);
		if (!x)
			return ed_fail_memory(err);
		if (x->ref->kind == ED_REF_REFUSED) { /* at hand, so not absent */
			*broken = *broken || x->ref->uri[0] == '#';
			continue;
		}
		code = check_one(r, x, &out, err);
		*broken = *broken || out == WRONG || out == UNREADABLE;
		if (code == EDOC_OK && out == GOOD && is_manifest(x->ref))
			code = check_manifest(r, x->ref->target, depth + 1, broken, err);
	}
	return code;
}

/* ---- all of them ---- */

/* X-Road: a signed file that holds the last digest of a chain. */
static bool is_chain_result(const struct ed_xr *r, const struct ed_ref *ref)
{
	static const char suffix[] = "hashchainresult.xml";
	size_t n;

	if (ref->kind != ED_REF_ENTRY || !r->data->container || ref->transforms.value_id)
		return false;
	n = strlen(ref->name);
	return (ref->media_type && !strcmp(ref->media_type, "application/hash-chain-result")) ||
	       (n >= sizeof(suffix) - 1 && !strcmp(ref->name + n - (sizeof(suffix) - 1), suffix));
}

static enum edoc_code follow_chain(struct ed_xr *r, const char *name, bool *broken,
                                   struct edoc_error *err)
{
	struct ed_hashchain chain;
	enum edoc_code code =
	        ed_hashchain_follow(r->data, name, r->arena, &r->a->findings, &chain, err);

	if (code != EDOC_OK)
		return code;
	*broken = *broken || !chain.intact;
	for (size_t i = 0; i < chain.n; i++)
		if (chain.intact && chain.v[i].present &&
		    (!add_cover(r, chain.v[i].name) || !ed_xr_use(r, chain.v[i].hash, "reference")))
			return ed_fail_memory(err);
	/* A step digests the digest and its algorithm, never the URI. */
	if (chain.intact && chain.n)
		ed_finding(&r->a->findings, "hashchain.names", name, NULL, NULL, NULL);
	return EDOC_OK;
}

static enum edoc_code check_reference(struct ed_xr *r, struct ed_xr_ref *x, bool *broken,
                                      struct edoc_error *err)
{
	enum outcome out = ABSENT;
	enum edoc_code code;

	if (!ed_xr_use(r, x->ref->hash, "reference"))
		return ed_fail_memory(err);
	code = check_one(r, x, &out, err);
	if (code != EDOC_OK || out != GOOD)
		return code;
	if (is_manifest(x->ref))
		return check_manifest(r, x->ref->target, 0, broken, err);
	if (is_chain_result(r, x->ref))
		return follow_chain(r, x->ref->name, broken, err);
	return EDOC_OK;
}

enum edoc_code ed_xr_references(struct ed_xr *r, struct edoc_error *err)
{
	size_t n = r->dsig.n_refs, n_good = 0, n_properties = 0, n_others = 0;
	bool container = r->data && r->data->container;
	enum edoc_code code = EDOC_OK;
	bool broken = false;

	r->refs = ed_arena_alloc(r->arena, n * sizeof(*r->refs));
	if (!r->refs)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n && code == EDOC_OK; i++) {
		struct ed_xr_ref *x = &r->refs[i];

		*x = (struct ed_xr_ref){&r->dsig.refs[i], ED_NO_DATA, false};
		if (x->ref->kind == ED_REF_PROPERTIES) {
			if (n_properties++ == 0)
				code = check_properties(r, x, err);
			if (!ed_xr_use(r, x->ref->hash, "reference"))
				return ed_fail_memory(err);
		} else if (x->ref->kind != ED_REF_REFUSED) {
			n_others += !container || x->ref->kind == ED_REF_ENTRY || r->parent;
			code = check_reference(r, x, &broken, err);
		}
		n_good += x->good;
	}
	if (n_properties == 0 && r->qualifying)
		ed_xr_spoil(r, "properties.reference-missing", r->dsig.signed_info, NULL);
	if (n_properties > 1)
		ed_xr_spoil(r, "properties.several", r->dsig.signed_info, "ds:Reference");
	if (n_others == 0)
		ed_xr_spoil(r, "reference.none", r->dsig.signed_info, NULL);
	r->a->intact_data = code == EDOC_OK && n_good > 0 && n_good == n && !broken;
	return code;
}
