/* SPDX-License-Identifier: ISC */
/*
 * A step's octets are the DER of
 *
 *   DigestList ::= SEQUENCE OF SEQUENCE {
 *       digest     OCTET STRING,
 *       algorithm  UTF8String,   -- the URI
 *       transforms SEQUENCE OF UTF8String }
 *
 * and their digest is the input of the step that refers to it, or the result.
 * Every step is reached once at most, which bounds the work and ends loops.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/xml.h"
#include "signature/hashchain.h"

#define NS "http://cyber.ee/hashchain"

struct file {
	const char *name;
	struct ed_xml *xml;
	size_t steps, used;
	enum ed_hash weakest; /* of the ways that led to its steps */
};

struct walk {
	const struct ed_data *data;
	struct ed_arena *arena;
	struct ed_findings *findings;
	struct ed_hashchain *chain;
	struct file files[ED_MAX_HASHCHAIN_FILES];
	size_t n_files, cap, n_steps;
	enum ed_hash weakest; /* of the steps that are being gone through */
	struct edoc_error *err;
	enum edoc_code code; /* of memory and reading; what is wrong is a finding */
};

/* Says what is wrong, and is false. */
static bool wrong(struct walk *w, const char *code, const char *where, const char *what)
{
	ed_finding(w->findings, code, where, what, NULL, NULL);
	return false;
}

static bool fail(struct walk *w, enum edoc_code code)
{
	w->code = code;
	return false;
}

static enum ed_hash weaker(enum ed_hash a, enum ed_hash b)
{
	return ed_hash_size(a) <= ed_hash_size(b) ? a : b;
}

static bool add_link(struct walk *w, const char *name, enum ed_hash hash, bool present)
{
	struct ed_hashchain *c = w->chain;

	c->v = ed_arena_grow(w->arena, c->v, c->n, &w->cap, sizeof(*c->v));
	if (!c->v) {
		c->n = 0;
		return fail(w, ed_fail_memory(w->err));
	}
	c->v[c->n++] = (struct ed_hashlink){name, weaker(hash, w->weakest), present};
	return true;
}

/* ---- DER ---- */

static void put_tlv(struct ed_buf *out, unsigned char tag, const void *bytes, size_t len)
{
	ed_buf_putc(out, (char)tag);
	if (len < 128) {
		ed_buf_putc(out, (char)len);
	} else {
		unsigned n = len < 0x100 ? 1 : len < 0x10000 ? 2 : len < 0x1000000 ? 3 : 4;

		ed_buf_putc(out, (char)(0x80 | n));
		while (n-- > 0)
			ed_buf_putc(out, (char)(len >> (8 * n)));
	}
	ed_buf_put(out, bytes, len);
}

static void put_digest(struct ed_buf *list, const unsigned char *digest, size_t len,
                       const char *algorithm)
{
	struct ed_buf one;

	ed_buf_init(&one, ED_MAX_XML_BYTES);
	put_tlv(&one, 0x04, digest, len);
	put_tlv(&one, 0x0c, algorithm, strlen(algorithm));
	put_tlv(&one, 0x30, "", 0);
	put_tlv(list, 0x30, one.data, one.len);
	if (one.failed != EDOC_OK)
		list->failed = one.failed;
	ed_buf_clear(&one);
}

/* ---- files ---- */

/* "/a%20b.xml": container-absolute, as X-Road writes it. */
static const char *entry_name(struct walk *w, const char *uri, size_t len)
{
	char *copy, *out;

	if (len > 0 && *uri == '/') {
		uri++;
		len--;
	}
	copy = ed_arena_strndup(w->arena, uri, len);
	out = ed_arena_alloc(w->arena, len + 1);
	if (!copy || !out || len == 0 || !ed_uri_decode(copy, out, len + 1) ||
	    ed_name_fault(out, strlen(out)))
		return NULL;
	return out;
}

static struct ed_xml *open_file(struct walk *w, const char *name)
{
	size_t i = ed_data_find(w->data, name);
	struct edoc_error why = {0};
	struct ed_xml *xml = NULL;
	struct ed_buf bytes;
	enum edoc_code code;

	if (i == ED_NO_DATA) {
		wrong(w, "hashchain.absent-file", name, name);
		return NULL;
	}
	ed_buf_init(&bytes, ED_MAX_XML_BYTES);
	code = w->data->read(w->data->arg, i, &bytes, &why);
	if (code == EDOC_OK)
		code = ed_xml_parse(bytes.data, bytes.len, name, ED_MAX_XML_BYTES, &xml, &why);
	ed_buf_clear(&bytes);
	if (code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT) {
		wrong(w, "hashchain.malformed", why.where[0] ? why.where : name, why.msg);
	} else if (code != EDOC_OK) {
		if (w->err)
			*w->err = why;
		fail(w, code);
	}
	return xml;
}

static struct file *chain_file(struct walk *w, const char *name)
{
	struct file *f;
	xmlNodePtr root;

	for (size_t i = 0; i < w->n_files; i++)
		if (!strcmp(w->files[i].name, name))
			return &w->files[i];
	if (w->n_files == ED_MAX_HASHCHAIN_FILES) {
		wrong(w, "hashchain.malformed", name, "too many files");
		return NULL;
	}
	f = &w->files[w->n_files];
	f->name = name;
	f->xml = open_file(w, name);
	if (!f->xml)
		return NULL;
	w->n_files++;
	root = xmlDocGetRootElement(f->xml->doc);
	if (!ed_xml_is(root, NS, "HashChain")) {
		wrong(w, "hashchain.malformed", name, "HashChain");
		return NULL;
	}
	for (xmlNodePtr p = ed_xml_first(root); p; p = ed_xml_next(p))
		f->steps += ed_xml_is(p, NS, "HashStep");
	return f;
}

/* ---- steps ---- */

static bool step(struct walk *w, const char *uri, struct file *current, enum ed_hash hash,
                 unsigned depth, unsigned char out[ED_HASH_MAX]);

/* Its own DigestMethod, or the chain's. */
static const char *algorithm(struct walk *w, const xmlNode *node, const struct file *f,
                             enum ed_hash *hash)
{
	xmlNodePtr own = ed_xml_child(node, ED_NS_DS, "DigestMethod", NULL);
	const char *uri;

	if (!own)
		own = ed_xml_child(xmlDocGetRootElement(f->xml->doc), NS, "DefaultDigestMethod",
		                   NULL);
	uri = ed_xml_attr(own, "Algorithm", w->arena);
	*hash = uri ? ed_hash_by_xml_uri(uri) : ED_HASH_NONE;
	return uri ? uri : "";
}

static bool digest_value(struct walk *w, const xmlNode *node, enum ed_hash hash,
                         unsigned char out[ED_HASH_MAX])
{
	struct ed_buf value;
	bool good;

	ed_buf_init(&value, ED_HASH_MAX);
	good = ed_xml_b64(ed_xml_child(node, ED_NS_DS, "DigestValue", NULL), w->arena, &value) &&
	       value.len == ed_hash_size(hash);
	if (good)
		memcpy(out, value.data, value.len);
	ed_buf_clear(&value);
	return good;
}

/* A document: at hand it must have the digest; else the digest stands for it. */
static bool data_ref(struct walk *w, const xmlNode *node, const char *where, enum ed_hash hash,
                     const unsigned char digest[ED_HASH_MAX])
{
	const char *uri = ed_xml_attr(node, "URI", w->arena);
	const char *name = uri ? entry_name(w, uri, strlen(uri)) : NULL;
	unsigned char got[ED_HASH_MAX];
	enum edoc_code code;
	size_t i;

	if (!name || ed_xml_child(node, ED_NS_DS, "Transforms", NULL))
		return wrong(w, "hashchain.malformed", where, uri ? uri : "DataRef");
	i = ed_data_find(w->data, name);
	if (i == ED_NO_DATA) {
		ed_finding(w->findings, "hashchain.absent", name, name, NULL, NULL);
		return add_link(w, name, hash, false);
	}
	code = w->data->digest(w->data->arg, i, hash, got, w->err);
	if (code != EDOC_OK)
		return fail(w, code);
	if (!ed_same_bytes(got, digest, ed_hash_size(hash)))
		return wrong(w, "hashchain.digest", name, name);
	return add_link(w, name, hash, true);
}

static bool input(struct walk *w, const xmlNode *node, struct file *f, unsigned depth,
                  struct ed_buf *list)
{
	const char *where = ed_xml_place(f->xml, node, w->arena), *uri;
	unsigned char digest[ED_HASH_MAX];
	enum ed_hash hash;

	uri = algorithm(w, node, f, &hash);
	if (hash == ED_HASH_NONE)
		return wrong(w, "hashchain.malformed", where, uri);
	if (ed_xml_is(node, NS, "StepRef")) {
		const char *to = ed_xml_attr(node, "URI", w->arena);

		if (!to || !step(w, to, f, hash, depth + 1, digest))
			return to ? false : wrong(w, "hashchain.malformed", where, "StepRef");
	} else if (!digest_value(w, node, hash, digest)) {
		return wrong(w, "hashchain.malformed", where, "DigestValue");
	} else if (ed_xml_is(node, NS, "DataRef")) {
		if (!data_ref(w, node, where, hash, digest))
			return false;
	} else if (!ed_xml_is(node, NS, "HashValue") ||
	           ed_xml_child(node, ED_NS_DS, "Transforms", NULL)) {
		return wrong(w, "hashchain.malformed", where, (const char *)node->name);
	}
	put_digest(list, digest, ed_hash_size(hash), uri);
	return true;
}

/* The step of that chain with that id. */
static xmlNodePtr find_step(struct walk *w, struct file *f, const char *id)
{
	for (xmlNodePtr p = ed_xml_first(xmlDocGetRootElement(f->xml->doc)); p;
	     p = ed_xml_next(p)) {
		const char *is = ed_xml_attr(p, "id", w->arena);

		if (is && !strcmp(is, id) && ed_xml_is(p, NS, "HashStep"))
			return p;
	}
	return NULL;
}

static bool step(struct walk *w, const char *uri, struct file *current, enum ed_hash hash,
                 unsigned depth, unsigned char out[ED_HASH_MAX])
{
	const char *fragment = strchr(uri, '#'), *name;
	struct ed_buf inner, list;
	struct file *f = current;
	const enum ed_hash before = w->weakest;
	xmlNodePtr node;
	bool good = true;

	if (fragment && fragment != uri) {
		name = entry_name(w, uri, (size_t)(fragment - uri));
		f = name ? chain_file(w, name) : NULL;
		if (!f)
			return name ? false : wrong(w, "hashchain.malformed", uri, uri);
	}
	node = fragment && f ? find_step(w, f, fragment + 1) : NULL;
	if (!node || depth > ED_MAX_HASHCHAIN_DEPTH || node->_private == w ||
	    ++w->n_steps > ED_MAX_HASHCHAIN_STEPS)
		return wrong(w, "hashchain.malformed", f ? f->name : uri, uri);
	node->_private = w;
	w->weakest = weaker(before, hash);
	f->weakest = f->used++ ? weaker(f->weakest, w->weakest) : w->weakest;
	ed_buf_init(&inner, ED_MAX_XML_BYTES);
	ed_buf_init(&list, ED_MAX_XML_BYTES);
	for (xmlNodePtr p = ed_xml_first(node); p && good; p = ed_xml_next(p))
		good = input(w, p, f, depth, &inner);
	put_tlv(&list, 0x30, inner.data, inner.len);
	if (good && (inner.failed != EDOC_OK || list.failed != EDOC_OK ||
	             !ed_hash_bytes(hash, list.data, list.len, out)))
		good = fail(w, ed_fail_memory(w->err));
	ed_buf_clear(&list);
	ed_buf_clear(&inner);
	w->weakest = before;
	return good;
}

/* ---- the result ---- */

static bool follow(struct walk *w, const struct ed_xml *xml, const char *where)
{
	xmlNodePtr root = xmlDocGetRootElement(xml->doc);
	xmlNodePtr method = ed_xml_child(root, ED_NS_DS, "DigestMethod", NULL);
	const char *uri = ed_xml_attr(root, "URI", w->arena);
	const char *alg = ed_xml_attr(method, "Algorithm", w->arena);
	enum ed_hash hash = alg ? ed_hash_by_xml_uri(alg) : ED_HASH_NONE;
	unsigned char want[ED_HASH_MAX], got[ED_HASH_MAX];

	if (!ed_xml_is(root, NS, "HashChainResult") || !uri || hash == ED_HASH_NONE ||
	    !digest_value(w, root, hash, want))
		return wrong(w, "hashchain.malformed", where, "HashChainResult");
	w->weakest = hash;
	if (!step(w, uri, NULL, hash, 0, got))
		return false;
	if (!ed_same_bytes(want, got, ed_hash_size(hash)))
		return wrong(w, "hashchain.result", where, uri);
	/* The file of a chain whose every step counts is protected by the result. */
	for (size_t i = 0; i < w->n_files; i++)
		if (w->files[i].used == w->files[i].steps &&
		    !add_link(w, w->files[i].name, w->files[i].weakest, true))
			return false;
	return true;
}

enum edoc_code ed_hashchain_follow(const struct ed_data *data, const char *result,
                                   struct ed_arena *arena, struct ed_findings *findings,
                                   struct ed_hashchain *chain, struct edoc_error *err)
{
	struct walk w = {.data = data, .arena = arena, .findings = findings, .chain = chain};
	struct ed_xml *xml;

	w.err = err;
	memset(chain, 0, sizeof(*chain));
	xml = open_file(&w, result);
	chain->intact = xml && follow(&w, xml, result) && w.code == EDOC_OK;
	ed_xml_free(xml);
	for (size_t i = 0; i < w.n_files; i++)
		ed_xml_free(w.files[i].xml);
	return w.code;
}
