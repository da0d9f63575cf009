/* SPDX-License-Identifier: ISC */
/*
 * Level LTA of ASiC-E with CAdES (EN 319 162-1 4.4.5, A.7): an archive manifest
 * with the digests of all there is, and a time-stamp over that.  The newest is
 * always META-INF/ASiCArchiveManifest.xml; the one before it gets a number, and
 * its token what judging it will need, since from now on both are protected.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/relied.h"
#include "package/asicmanifest.h"
#include "package/manifest.h"
#include "sign/place.h"
#include "sign/raise.h"
#include "signature/cades.h"

#define NEWEST "META-INF/ASiCArchiveManifest.xml"
#define MAX_NUMBER 1000

static bool taken(const struct ed_change *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].put && !strcmp(c->v[i].name, name))
			return true;
	}
	return ed_zip_find(c->asic->zip, name) != ED_NO_DATA;
}

static enum edoc_code free_name(const struct ed_change *c, const char *begin, const char *end,
                                char name[ED_SIGN_NAME], struct edoc_error *err)
{
	for (int i = 1; i < MAX_NUMBER; i++) {
		snprintf(name, ED_SIGN_NAME, "%s%03d%s", begin, i, end);
		if (!taken(c, name))
			return EDOC_OK;
	}
	return ed_fail(err, EDOC_ERR_LIMIT, c->path, "there are %d archive time-stamps already",
	               MAX_NUMBER - 1);
}

/* ---- what it seals ---- */

static enum edoc_code names_it(struct ed_change *c, const char *manifest, const char *name,
                               bool *sealed, struct edoc_error *err)
{
	struct ed_asicmanifest m = {0};
	const struct ed_buf *xml = NULL;
	struct ed_findings findings;
	enum edoc_code code = ed_change_get(c, manifest, &xml, err);

	ed_findings_init(&findings, c->arena);
	if (code == EDOC_OK)
		code = ed_asicmanifest_parse(xml->data, xml->len, manifest, ED_MAX_XML_BYTES,
		                             c->arena, &findings, &m, err);
	for (size_t i = 0; code == EDOC_OK && i < m.n; i++)
		*sealed |= !strcmp(m.refs[i].name, name);
	return code;
}

enum edoc_code ed_place_sealed(struct ed_change *c, const char *name, bool *sealed,
                               struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	*sealed = false;
	for (size_t i = 0; code == EDOC_OK && !*sealed && i < ed_zip_count(c->asic->zip); i++) {
		if (c->asic->kind[i] == ED_ASIC_ARCHIVE_MANIFEST)
			code = names_it(c, ed_zip_entry(c->asic->zip, i)->name, name, sealed, err);
	}
	return code;
}

/* What another moment, or other anchors, will not make good in the same run. */
static bool may_stay(enum edoc_code code)
{
	return code == EDOC_ERR_DENIED || code == EDOC_ERR_CONFIG || code == EDOC_ERR_INPUT;
}

static enum edoc_code tell(struct ed_change *c, const char *where, const char *why,
                           struct edoc_error *err)
{
	struct ed_beside *v =
	        ed_arena_grow(c->arena, c->beside, c->n_beside, &c->beside_cap, sizeof(*v));

	if (!v)
		return ed_fail_memory(err);
	c->beside = v;
	v += c->n_beside++;
	v->where = where;
	v->why = why ? ed_arena_strdup(c->arena, why) : NULL;
	return why && !v->why ? ed_fail_memory(err) : EDOC_OK;
}

/* One that is below LT, whose file at->bytes are. */
static enum edoc_code raise_one(struct ed_change *c, struct ed_grow *at, bool leave,
                                struct edoc_error *err)
{
	struct edoc_error why = {.code = EDOC_OK};
	struct ed_buf made;
	enum edoc_code code;

	ed_buf_init(&made, ED_MAX_ITEM_BYTES);
	code = ed_raise(EDOC_CADES, at, true, c->options, &made, &c->moment, &why);
	if (code == EDOC_OK && made.len)
		code = ed_change_put(c, at->where, &made, &why);
	ed_buf_clear(&made);
	if (code == EDOC_OK)
		return tell(c, at->where, NULL, err);
	if (leave && may_stay(code))
		return tell(c, at->where, why.msg, err);
	if (may_stay(code))
		return ed_fail(err, code, why.where,
		               "an archive time-stamp would keep it below level LT for ever, so "
		               "LTA is not made (--level LT is): %s",
		               why.msg);
	return ed_fail(err, code, why.where, "%s", why.msg);
}

/* The first that is below LT from *which on; n: none. */
static enum edoc_code next_low(struct ed_change *c, struct ed_grow *at, size_t *n,
                               struct edoc_error *err)
{
	struct ed_cades cades = {0};
	struct ed_material material;
	enum edoc_code code;

	ed_material_init(&material, c->arena);
	code = ed_cades_read(at->bytes, at->len, at->where, at->data, at->only, &material, c->arena,
	                     &cades, err);
	*n = cades.n;
	while (code == EDOC_OK && at->which < cades.n &&
	       ed_raise_reached(&cades.sigs[at->which], EDOC_LEVEL_LT))
		at->which++;
	ed_ades_clear(cades.sigs, cades.n);
	return code;
}

static enum edoc_code raise_entry(struct ed_change *c, const char *name, bool leave,
                                  struct edoc_error *err)
{
	struct ed_grow at = {
	        .where = name, .data = &c->view.data, .only = ED_NO_DATA, .arena = c->arena};
	const struct ed_buf *there = NULL;
	enum edoc_code code;
	size_t n = 0;

	do {
		code = ed_change_get(c, name, &there, err);
		if (code != EDOC_OK)
			return code;
		at.bytes = there->data;
		at.len = there->len;
		code = next_low(c, &at, &n, err);
		if (code == EDOC_OK && at.which < n)
			code = raise_one(c, &at, leave, err);
		at.which++;
	} while (code == EDOC_OK && at.which < n);
	return code;
}

/* What has a digest in the manifest may not change any more: who is below LT now
 * would stay there, and could not be judged in some years. */
static enum edoc_code raise_others(struct ed_change *c, bool leave, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	bool sealed;

	for (size_t i = 0; code == EDOC_OK && i < ed_zip_count(c->asic->zip); i++) {
		const char *name = ed_zip_entry(c->asic->zip, i)->name;

		if (c->asic->kind[i] != ED_ASIC_CADES)
			continue;
		code = ed_place_sealed(c, name, &sealed, err);
		if (code == EDOC_OK && !sealed)
			code = raise_entry(c, name, leave, err);
	}
	return code;
}

/* ---- the one before ---- */

/* It holds today, and what that leaned on is put into it. */
static enum edoc_code complete(struct ed_change *c, const char *name, struct edoc_error *err)
{
	const struct ed_material anew = {.n = 0};
	struct ed_grow at = {.where = name, .only = ED_NO_DATA, .arena = c->arena};
	struct ed_relied relied = {0};
	struct edoc_report *report = NULL;
	const struct ed_buf *token = NULL;
	const struct ed_blob **values = NULL;
	struct ed_buf out;
	enum edoc_code code = ed_change_get(c, name, &token, err);

	ed_buf_init(&out, ED_MAX_ITEM_BYTES);
	if (code == EDOC_OK)
		code = ed_report_new(c->path, c->moment, c->options->policy, &report, err);
	if (code == EDOC_OK) /* the package was sound before we came here */
		code = ed_stamp_relied(c->options, c->moment, name, token->data, token->len, &anew,
		                       report, &relied, err);
	if (code == EDOC_OK && !relied.good)
		code = ed_raise_refuse(name, &relied, err);
	if (code == EDOC_OK) {
		values = ed_arena_alloc(c->arena, (relied.n + 1) * sizeof(const struct ed_blob *));
		code = values ? EDOC_OK : ed_fail_memory(err);
	}
	for (size_t i = 0; code == EDOC_OK && i < relied.n; i++)
		values[i] = &relied.v[i];
	if (code == EDOC_OK) {
		at.bytes = token->data;
		at.len = token->len;
		code = ed_cades_add_values(&at, ED_NO_STAMP, values, relied.n, &out, err);
	}
	if (code == EDOC_OK)
		code = ed_change_put(c, name, &out, err);
	ed_buf_clear(&out);
	edoc_report_free(report);
	return code;
}

/* The newest so far becomes an older one; *kept is its name from now on. */
static enum edoc_code retire(struct ed_change *c, char kept[ED_SIGN_NAME], struct edoc_error *err)
{
	struct ed_asicmanifest m;
	const struct ed_buf *xml = NULL;
	struct ed_findings findings;
	struct ed_buf copy;
	enum edoc_code code = ed_change_get(c, NEWEST, &xml, err);

	kept[0] = '\0';
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK;
	ed_findings_init(&findings, c->arena);
	if (code == EDOC_OK)
		code = ed_asicmanifest_parse(xml->data, xml->len, NEWEST, ED_MAX_XML_BYTES,
		                             c->arena, &findings, &m, err);
	if (code == EDOC_OK)
		code = complete(c, m.target, err);
	if (code == EDOC_OK)
		code = free_name(c, "META-INF/ASiCArchiveManifest", ".xml", kept, err);
	if (code == EDOC_OK)
		code = ed_change_get(c, NEWEST, &xml, err);
	if (code != EDOC_OK)
		return code;
	ed_buf_init(&copy, ED_MAX_XML_BYTES);
	ed_buf_put(&copy, xml->data, xml->len);
	code = ed_buf_check(&copy, kept, err);
	if (code == EDOC_OK)
		code = ed_change_put(c, kept, &copy, err);
	ed_buf_clear(&copy);
	return code;
}

/* ---- the new one ---- */

static const char *type_of(const struct ed_change *c, const char *name, size_t entry)
{
	size_t len = strlen(name);

	if (len > 4 && !strcmp(name + len - 4, ".tst"))
		return "application/vnd.etsi.timestamp-token";
	if (len > 4 && !strcmp(name + len - 4, ".p7s"))
		return "application/pkcs7-signature";
	if (!strncmp(name, "META-INF/", 9))
		return "text/xml";
	return entry != ED_NO_DATA && c->asic->media_type[entry] ? c->asic->media_type[entry]
	                                                         : ed_media_type(name);
}

/* Not what a later program may rightly change: the ODF manifest, a ledger. */
static bool protectable(enum ed_asic_kind kind)
{
	switch (kind) {
	case ED_ASIC_MIMETYPE:
	case ED_ASIC_MANIFEST:
	case ED_ASIC_LEDGER:
	case ED_ASIC_FOLDER:
	case ED_ASIC_OTHER:
		return false;
	default:
		return true;
	}
}

struct listing {
	struct ed_asicmanifest_ref *refs;
	size_t n, root;
	enum ed_hash hash;
};

static void add_ref(struct ed_change *c, struct listing *l, const char *name, size_t entry)
{
	struct ed_asicmanifest_ref *ref = &l->refs[l->n++];

	ref->name = name;
	ref->media_type = type_of(c, name, entry);
	ref->hash = l->hash;
}

static enum edoc_code list_put(struct ed_change *c, struct listing *l, const char *kept,
                               struct edoc_error *err)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct ed_changed *changed = &c->v[i];

		if (!changed->put || !strcmp(changed->name, NEWEST))
			continue;
		if (!strcmp(changed->name, kept))
			l->root = l->n;
		add_ref(c, l, changed->name, ED_NO_DATA);
		if (!ed_hash_bytes(l->hash, changed->bytes.data, changed->bytes.len,
		                   l->refs[l->n - 1].digest))
			return ed_fail_memory(err);
	}
	return EDOC_OK;
}

static bool is_put(const struct ed_change *c, size_t entry)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].put && c->v[i].entry == entry)
			return true;
	}
	return false;
}

static enum edoc_code list_all(struct ed_change *c, struct listing *l, const char *kept,
                               struct edoc_error *err)
{
	size_t all = ed_zip_count(c->asic->zip);
	enum edoc_code code = EDOC_OK;

	l->hash = ED_SHA256;
	l->root = ED_NO_ROOT;
	l->refs = ed_arena_alloc(c->arena, (all + c->n + 1) * sizeof(*l->refs));
	if (!l->refs)
		return ed_fail_memory(err);
	for (size_t i = 0; i < all && code == EDOC_OK; i++) {
		const char *name = ed_zip_entry(c->asic->zip, i)->name;

		if (!protectable(c->asic->kind[i]) || is_put(c, i) || !strcmp(name, NEWEST))
			continue;
		add_ref(c, l, name, i);
		code = ed_asic_digest(c->asic, i, l->hash, l->refs[l->n - 1].digest, err);
	}
	return code == EDOC_OK ? list_put(c, l, kept, err) : code;
}

static enum edoc_code stamp(struct ed_change *c, const char *name, const struct ed_buf *xml,
                            enum ed_hash hash, struct edoc_error *err)
{
	struct ed_stamping asking = {.options = c->options};
	unsigned char imprint[ED_HASH_MAX];
	struct ed_buf token;
	enum edoc_code code;

	if (c->options->dry_run && c->options->n_tsas)
		return EDOC_OK;
	if (!ed_hash_bytes(hash, xml->data, xml->len, imprint))
		return ed_fail_memory(err);
	ed_buf_init(&token, ED_MAX_STAMP);
	code = ed_sign_token(&asking, hash, imprint, &token, err);
	if (code == EDOC_OK && asking.time > c->moment)
		c->moment = asking.time;
	if (code == EDOC_OK)
		code = ed_change_put(c, name, &token, err);
	ed_buf_clear(&token);
	return code;
}

enum edoc_code ed_place_archive(struct ed_change *c, bool leave, struct edoc_error *err)
{
	struct listing l = {0};
	char kept[ED_SIGN_NAME], name[ED_SIGN_NAME];
	struct ed_buf xml;
	enum edoc_code code = raise_others(c, leave, err);

	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	if (code == EDOC_OK)
		code = retire(c, kept, err);
	if (code == EDOC_OK)
		code = list_all(c, &l, kept, err);
	if (code == EDOC_OK)
		code = free_name(c, "META-INF/timestamp", ".tst", name, err);
	if (code == EDOC_OK)
		code = ed_asicmanifest_write(&xml, name, "application/vnd.etsi.timestamp-token",
		                             l.refs, l.n, l.root, err);
	if (code == EDOC_OK)
		code = stamp(c, name, &xml, l.hash, err);
	if (code == EDOC_OK)
		code = ed_change_put(c, NEWEST, &xml, err);
	ed_buf_clear(&xml);
	return code;
}
