/* SPDX-License-Identifier: ISC */
/*
 * An ASiC or OpenDocument container (EN 319 162-1 and -2, TS 102 918,
 * OpenDocument 1.2 part 3): what stands in META-INF is read by the readers of
 * its form, over what the container's kind says that it is over.
 */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/collect.h"
#include "signature/cades.h"
#include "signature/evidence.h"
#include "signature/xades.h"

static const char *name_of(const struct ed_collect *c, size_t entry)
{
	return c->view.v[c->view.by_entry[entry]].name;
}

/* The findings of what cannot be read; other errors are given back. */
static enum edoc_code not_read(struct ed_collect *c, enum edoc_code code, const char *finding,
                               const char *name, const struct edoc_error *why,
                               struct edoc_error *err)
{
	const char *where = why->where[0] ? why->where : name;

	if (ed_collect_is_input(code) && !ed_collect_is_other_entry(c, why, name)) {
		if (code == EDOC_ERR_LIMIT) /* our limit proves nothing */
			ed_finding(&c->item->findings, "signature.entry-limit", where, why->msg,
			           NULL, NULL);
		else
			ed_finding(&c->item->findings, finding, where, name, why->msg, NULL);
		return EDOC_OK;
	}
	if (err)
		*err = *why;
	return ed_failed(code);
}

/* A view of the manifests' or documents' entries; all are of c->view. */
static enum edoc_code add_entry(struct ed_collect *c, struct ed_view *view, size_t entry,
                                struct edoc_error *err)
{
	return ed_view_add_entry(view, name_of(c, entry), entry, err);
}

static bool is_root_document(const struct ed_collect *c, size_t entry)
{
	return c->asic->kind[entry] == ED_ASIC_DOCUMENT && !strchr(name_of(c, entry), '/');
}

/* ASiC-S: the lone document at the root; in folders only where there is none. */
static enum edoc_code add_simple(struct ed_collect *c, struct ed_view *view, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (int folders = 0; folders < 2 && view->n == 0; folders++)
		for (size_t i = 0; i < ed_zip_count(c->asic->zip) && !code; i++)
			if (c->asic->kind[i] == ED_ASIC_DOCUMENT &&
			    (folders || is_root_document(c, i)))
				code = add_entry(c, view, i, err);
	return code;
}

/* An entry's bytes, in the arena: what is read from them may point into them. */
static enum edoc_code read_bytes(struct ed_collect *c, size_t entry, size_t max, struct ed_buf *buf,
                                 const void **bytes, struct edoc_error *err)
{
	enum edoc_code code;

	ed_buf_init(buf, max);
	code = ed_zip_read_buf(c->asic->zip, entry, buf, err);
	*bytes = code ? NULL
	              : ed_arena_memdup(c->arena, buf->len ? buf->data : (void *)"", buf->len);
	if (!code && !*bytes)
		code = ed_fail_memory(err);
	return code;
}

/* ---- XAdES ---- */

static enum edoc_code add_sigs(struct ed_collect *c, size_t entry, struct ed_ades *sigs, size_t n,
                               struct edoc_error *err)
{
	struct ed_collect_at *at = &c->at[entry];
	enum edoc_code code;

	at->sig = c->item->n_sigs;
	code = ed_collect_add_sigs(c, sigs, n, name_of(c, entry), err);
	at->n_sigs = c->item->n_sigs - at->sig;
	return code;
}

static enum edoc_code read_xades(struct ed_collect *c, size_t entry, struct edoc_error *err)
{
	const char *name = name_of(c, entry);
	struct edoc_error why = {0};
	struct ed_ades *sigs = NULL;
	struct ed_buf xml;
	size_t n = 0;
	enum edoc_code code;

	ed_buf_init(&xml, c->limits.xml_bytes);
	code = ed_zip_read_buf(c->asic->zip, entry, &xml, &why);
	if (!code)
		code = ed_xades_read(xml.data, xml.len, name, c->limits.xml_bytes, &c->view.data,
		                     &c->item->material, c->arena, &sigs, &n, &why);
	ed_buf_clear(&xml);
	return code ? not_read(c, code, "signature.entry-malformed", name, &why, err)
	            : add_sigs(c, entry, sigs, n, err);
}

/* ---- CAdES ---- */

static bool covers(const struct ed_ades *a, const char *name)
{
	for (size_t i = 0; i < a->n_covers; i++)
		if (!strcmp(a->covers[i], name))
			return true;
	return false;
}

/*
 * The signature is over the manifest; what the manifest refers to has to be
 * there unchanged as well (EN 319 162-1 4.4.3.3), and is what is signed.
 */
static enum edoc_code follow_manifest(struct ed_collect *c, struct ed_ades *a,
                                      struct ed_collect_manifest *m, struct edoc_error *err)
{
	const char **names;
	size_t n = 0;
	enum edoc_code code = ed_collect_check(c, m, err);

	if (code)
		return code;
	names = ed_arena_alloc(c->arena, (m->m.n + 1) * sizeof(*names));
	a->formats = ed_arena_alloc(c->arena, (m->m.n + 1) * sizeof(*a->formats));
	if (!names || !a->formats)
		return ed_fail_memory(err);
	a->n_formats = 0;
	for (size_t i = 0; i < m->m.n; i++) {
		const struct ed_asicmanifest_ref *ref = &m->m.refs[i];

		if (m->refs[i].state != ED_REF_GOOD)
			continue;
		names[n++] = ref->name;
		if (ref->media_type) {
			a->formats[a->n_formats].name = ref->name;
			a->formats[a->n_formats++].media_type = ref->media_type;
		}
	}
	a->covers = names;
	a->n_covers = n;
	if (!ed_collect_note(m, &a->findings))
		a->intact_data = false;
	if (m->m.n == 0)
		ed_finding(&a->findings, "reference.none", name_of(c, m->entry), NULL, NULL, NULL);
	return EDOC_OK;
}

static enum edoc_code add_uses(struct ed_collect *c, struct ed_ades *a,
                               const struct ed_collect_manifest *m, struct edoc_error *err)
{
	struct ed_use *uses = ed_arena_alloc(c->arena, (a->n_uses + ED_N_HASHES) * sizeof(*uses));
	bool seen[ED_N_HASHES] = {false};

	if (!uses)
		return ed_fail_memory(err);
	if (a->n_uses)
		memcpy(uses, a->uses, a->n_uses * sizeof(*uses));
	a->uses = uses;
	for (size_t i = 0; i < m->m.n; i++) {
		enum ed_hash hash = m->m.refs[i].hash;

		if (hash == ED_HASH_NONE || seen[hash])
			continue;
		seen[hash] = true;
		uses[a->n_uses++] = (struct ed_use){hash, m->m.refs[i].where, "reference"};
	}
	return EDOC_OK;
}

static enum edoc_code follow_manifests(struct ed_collect *c, size_t entry, struct ed_ades *a,
                                       struct edoc_error *err)
{
	const char *name = name_of(c, entry);
	struct ed_collect_manifest *m, *found = NULL;
	enum edoc_code code;
	size_t k;

	for (k = 0; (m = ed_collect_manifest_of(c, entry, k)); k++)
		if (!found && covers(a, name_of(c, m->entry)))
			found = m;
	if (k > 1)
		ed_finding(&a->findings, "asicmanifest.several", name, name, NULL, NULL);
	if (!found) {
		a->intact_data = false;
		return EDOC_OK;
	}
	code = add_uses(c, a, found, err);
	return code ? code : follow_manifest(c, a, found, err);
}

/* What the signature is over: its manifests; the document of ASiC-S. */
static enum edoc_code view_for(struct ed_collect *c, size_t entry, struct ed_view *view,
                               bool *manifests, struct edoc_error *err)
{
	struct ed_collect_manifest *m;
	enum edoc_code code = EDOC_OK;

	ed_view_init(view, c->arena, c->asic);
	for (size_t k = 0; !code && (m = ed_collect_manifest_of(c, entry, k)); k++)
		code = add_entry(c, view, m->entry, err);
	*manifests = view->n > 0;
	if (!code && view->n == 0 && c->asic->type == ED_ASIC_S)
		code = add_simple(c, view, err);
	return code;
}

static enum edoc_code read_cades(struct ed_collect *c, size_t entry, struct edoc_error *err)
{
	const char *name = name_of(c, entry);
	const struct ed_data *data;
	struct ed_cades cades = {0};
	struct edoc_error why = {0};
	struct ed_view view;
	struct ed_buf buf;
	const void *bytes;
	bool manifests;
	enum edoc_code code = view_for(c, entry, &view, &manifests, err);

	if (code)
		return code;
	data = ed_view_data(&view);
	code = read_bytes(c, entry, ED_MAX_ITEM_BYTES, &buf, &bytes, &why);
	if (!code)
		code = ed_cades_read(bytes, buf.len, name, data, data->n == 1 ? 0 : ED_NO_DATA,
		                     &c->item->material, c->arena, &cades, &why);
	ed_buf_clear(&buf);
	if (code)
		return not_read(c, code, "signature.entry-malformed", name, &why, err);
	if (cades.n == 0)
		ed_finding(&c->item->findings, "signature.entry-malformed", name, name,
		           "it holds no SignerInfo (RFC 5652 5.1)", NULL);
	for (size_t i = 0; i < cades.n && !code; i++) {
		if (cades.content) /* EN 319 162-1 4.4.4.1: detached */
			ed_finding(&cades.sigs[i].findings, "container.attached", name, name, NULL,
			           NULL);
		if (manifests)
			code = follow_manifests(c, entry, &cades.sigs[i], err);
		else if (data->n == 0) {
			ed_finding(&cades.sigs[i].findings, "asicmanifest.missing", name, name,
			           NULL, NULL);
			cades.sigs[i].intact_data = false;
		}
	}
	if (code) {
		ed_ades_clear(cades.sigs, cades.n);
		return code;
	}
	return add_sigs(c, entry, cades.sigs, cades.n, err);
}

/* ---- time-stamps ---- */

/*
 * Nothing refers to the token or record, so it proves nothing.  Whoever holds a
 * package can take long-term material out of it; half of it left behind is a
 * trace, and weighs as anything else in META-INF that nothing explains.
 */
static void orphan(struct ed_collect *c, struct ed_findings *findings, const char *name)
{
	ed_finding(findings, "asicmanifest.missing", name, name, NULL, NULL);
	ed_finding(&c->item->findings, "asicmanifest.orphan", name, name, NULL, NULL);
}

/* What the token is over: the entry whose digest it holds, else the first. */
static enum edoc_code find_stamped(const struct ed_data *data, struct ed_stamp *stamp, size_t *at,
                                   struct edoc_error *err)
{
	const struct ed_tst *tst = &stamp->tst;
	unsigned char digest[ED_HASH_MAX];

	*at = 0;
	stamp->found = data->n > 0;
	if (tst->imprint_hash == ED_HASH_NONE ||
	    tst->imprint_len != ed_hash_size(tst->imprint_hash))
		return EDOC_OK;
	for (size_t i = 0; i < data->n && !stamp->intact; i++) {
		enum edoc_code code = data->digest(data->arg, i, tst->imprint_hash, digest, err);

		if (code)
			return code;
		if (ed_same_bytes(digest, tst->imprint, tst->imprint_len)) {
			stamp->intact = true;
			*at = i;
		}
	}
	return EDOC_OK;
}

/*
 * X-Road's tokens are not over their manifest but over the one thing that it
 * names, the result of a hash chain (its message protocol's batch time-stamps).
 */
static enum edoc_code find_result(struct ed_collect *c, size_t entry,
                                  const struct ed_collect_manifest *m, struct ed_stamp *stamp,
                                  struct edoc_error *err)
{
	struct ed_view view;
	size_t at;
	enum edoc_code code;

	if (m->result == ED_NO_DATA || m->m.n != 1)
		return EDOC_OK;
	ed_view_init(&view, c->arena, c->asic);
	c->at[entry].stamped = m->result;
	code = add_entry(c, &view, m->result, err);
	return code ? code : find_stamped(ed_view_data(&view), stamp, &at, err);
}

/* A chain that leads to nothing of this package proves nothing of it: to its
 * signatures, or where nobody signed, to a document. */
static bool leads_here(const struct ed_collect *c, const struct ed_hashchain *chain)
{
	for (size_t i = 0; i < chain->n; i++) {
		size_t entry = chain->v[i].present ? ed_zip_find(c->asic->zip, chain->v[i].name)
		                                   : ED_NO_DATA;

		if (entry != ED_NO_DATA && !c->at[entry].chain &&
		    (c->at[entry].n_sigs || !c->item->n_sigs))
			return true;
	}
	return false;
}

/* What the token's manifest refers to, and where that leads. */
static enum edoc_code follow_stamped(struct ed_collect *c, size_t entry,
                                     struct ed_collect_manifest *m, struct ed_stamp *stamp,
                                     struct edoc_error *err)
{
	enum edoc_code code = ed_collect_check(c, m, err);

	if (!code && !stamp->intact)
		code = find_result(c, entry, m, stamp, err);
	if (code)
		return code;
	if (m->kind == ED_ASIC_ARCHIVE_MANIFEST)
		stamp->kind = ED_STAMP_ARCHIVE;
	(void)ed_collect_note(m, &stamp->findings);
	if (m->result != ED_NO_DATA && m->chain.intact && !leads_here(c, &m->chain))
		ed_finding(&stamp->findings, "hashchain.elsewhere", name_of(c, m->result),
		           name_of(c, m->result), NULL, NULL);
	return EDOC_OK;
}

static enum edoc_code follow_stamp(struct ed_collect *c, size_t entry, struct ed_stamp *stamp,
                                   struct edoc_error *err)
{
	const char *name = stamp->where;
	struct ed_view view;
	const struct ed_data *data;
	bool manifests;
	size_t at;
	enum edoc_code code = view_for(c, entry, &view, &manifests, err);

	if (code)
		return code;
	data = ed_view_data(&view);
	code = find_stamped(data, stamp, &at, err);
	if (!code && stamp->found)
		c->at[entry].stamped = view.v[at].entry;
	if (!code && manifests)
		code = follow_stamped(c, entry, ed_collect_manifest_of(c, entry, at), stamp, err);
	if (code)
		return code;
	if (!stamp->found)
		orphan(c, &stamp->findings, name);
	else if (!stamp->intact)
		ed_finding(&stamp->findings, "stamp.imprint", name, data->name(data->arg, at), NULL,
		           NULL);
	if (manifests && data->n > 1)
		ed_finding(&stamp->findings, "asicmanifest.several", name, name, NULL, NULL);
	return EDOC_OK;
}

static enum edoc_code read_stamp(struct ed_collect *c, size_t entry, struct edoc_error *err)
{
	const char *name = name_of(c, entry);
	struct ed_stamp stamp = {.kind = ED_STAMP_CONTAINER, .type = "timestamp", .where = name};
	struct edoc_error why = {0};
	struct ed_buf buf;
	const void *bytes;
	enum edoc_code code = read_bytes(c, entry, ED_MAX_ITEM_BYTES, &buf, &bytes, &why);

	ed_findings_init(&stamp.findings, c->arena);
	if (!code)
		code = ed_tst_read(bytes, buf.len, name, &c->item->material, c->arena, &stamp.tst,
		                   &why);
	ed_buf_clear(&buf);
	if (code)
		return not_read(c, code, "container.stamp-malformed", name, &why, err);
	code = follow_stamp(c, entry, &stamp, err);
	if (code) {
		ed_stamp_clear(&stamp);
		return code;
	}
	c->at[entry].stamp = c->item->n_stamps;
	code = ed_collect_add_stamp(c, &stamp, err);
	c->at[entry].has_stamp = c->item->n_stamps > c->at[entry].stamp;
	return code;
}

/* Once all is read: what each stamp proves. */
static enum edoc_code protect_stamp(struct ed_collect *c, size_t entry, struct edoc_error *err)
{
	const struct ed_collect_at *at = &c->at[entry];
	struct ed_stamp *stamp = at->has_stamp ? &c->item->stamps[at->stamp] : NULL;

	if (!stamp || !stamp->intact)
		return EDOC_OK;
	return ed_collect_protect(c, at->stamped, stamp->tst.imprint_hash, &stamp->covers,
	                          &stamp->n_covers, err);
}

/* ---- evidence records ---- */

/*
 * A record is over the files themselves that its manifest names; in ASiC-S,
 * where the standard has no such manifest, over the document (EN 319 162-1
 * 4.3.3.2, 4.4.3.3).
 */
static enum edoc_code view_for_record(struct ed_collect *c, size_t entry, struct ed_view *view,
                                      struct edoc_error *err)
{
	struct ed_collect_manifest *m;
	enum edoc_code code = EDOC_OK;

	ed_view_init(view, c->arena, c->asic);
	for (size_t k = 0; !code && (m = ed_collect_manifest_of(c, entry, k)); k++) {
		code = ed_collect_check(c, m, err);
		for (size_t i = 0; !code && i < m->m.n; i++)
			if (m->refs[i].entry != ED_NO_DATA &&
			    c->view.by_entry[m->refs[i].entry] != ED_NO_DATA)
				code = add_entry(c, view, m->refs[i].entry, err);
	}
	if (!code && view->n == 0 && c->asic->type == ED_ASIC_S)
		code = add_simple(c, view, err);
	return code;
}

/* The manifest's digests are those that the record began with: others say
 * nothing of what it protects (EN 319 162-1 4.4.3.3). */
static bool same_digest(struct ed_record *record, const struct ed_collect_manifest *m)
{
	for (size_t i = 0; i < m->m.n; i++) {
		const struct ed_asicmanifest_ref *ref = &m->m.refs[i];

		if (record->n_stamps == 0 || record->stamps[0].tst.imprint_hash == ED_HASH_NONE ||
		    ref->hash == record->stamps[0].tst.imprint_hash)
			continue;
		ed_finding(&record->findings, "asicmanifest.record-digest", ref->where, ref->name,
		           ref->hash ? ed_hash_name(ref->hash) : ref->algorithm,
		           ed_hash_name(record->stamps[0].tst.imprint_hash));
		return false;
	}
	return true;
}

static void note_record(struct ed_collect *c, size_t entry, struct ed_record *record)
{
	struct ed_collect_manifest *m;
	size_t k;

	for (k = 0; (m = ed_collect_manifest_of(c, entry, k)); k++) {
		bool good = ed_collect_note(m, &record->findings);

		if (c->asic->type != ED_ASIC_S && (!good || !same_digest(record, m)))
			record->intact = false;
	}
	if (k == 0 && c->asic->type != ED_ASIC_S)
		orphan(c, &record->findings, record->where);
	if (k > 1)
		ed_finding(&record->findings, "asicmanifest.several", record->where, record->where,
		           NULL, NULL);
}

static enum edoc_code read_record(struct ed_collect *c, size_t entry, struct edoc_error *err)
{
	const char *name = name_of(c, entry);
	struct ed_record record = {0};
	struct edoc_error why = {0};
	struct ed_view view;
	struct ed_buf buf;
	const void *bytes;
	enum edoc_code code = view_for_record(c, entry, &view, err);

	if (code)
		return code;
	code = read_bytes(c, entry, ED_MAX_ITEM_BYTES, &buf, &bytes, &why);
	if (!code)
		code = ed_record_read(bytes, buf.len, name, ed_view_data(&view), &c->item->material,
		                      c->arena, &record, &why);
	ed_buf_clear(&buf);
	if (code)
		return not_read(c, code, "container.record-malformed", name, &why, err);
	note_record(c, entry, &record);
	c->at[entry].record = c->item->n_records;
	code = ed_collect_add_record(c, &record, err);
	c->at[entry].has_record = c->item->n_records > c->at[entry].record;
	return code;
}

/* Once all is read: what protected signatures and tokens hold is protected too. */
static enum edoc_code protect_record(struct ed_collect *c, size_t entry, struct edoc_error *err)
{
	struct ed_record *record;
	struct ed_object *all = NULL;
	size_t n = 0;
	enum edoc_code code = EDOC_OK;

	if (!c->at[entry].has_record)
		return EDOC_OK;
	record = &c->item->records[c->at[entry].record];
	for (size_t i = 0; i < record->n_covers && !code; i++) {
		const struct ed_object *o = &record->covers[i];
		size_t file = o->kind == ED_OBJECT_DATA && o->name
		                      ? ed_zip_find(c->asic->zip, o->name)
		                      : ED_NO_DATA;

		if (file != ED_NO_DATA)
			code = ed_collect_protect(c, file, o->hash, &all, &n, err);
	}
	record->covers = all;
	record->n_covers = n;
	return code;
}

/* ---- all of it ---- */

static enum edoc_code read_card(struct ed_collect *c, size_t entry, struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_card *card = ed_arena_alloc(c->arena, sizeof(*card));
	struct ed_buf xml;
	enum edoc_code code;

	if (!card)
		return ed_fail_memory(err);
	ed_buf_init(&xml, c->limits.xml_bytes);
	code = ed_zip_read_buf(c->asic->zip, entry, &xml, &why);
	if (!code)
		code = ed_card_from_xml(xml.data, xml.len, ED_CARD_NAME, c->arena, card, &why);
	ed_buf_clear(&xml);
	if (!code)
		c->item->card = card;
	else
		ed_finding(&c->item->findings, "card.malformed",
		           why.where[0] ? why.where : ED_CARD_NAME, why.msg, NULL, NULL);
	return EDOC_OK;
}

/* An empty folder for it too: entries were there. */
static bool is_ledger(const struct ed_collect *c, size_t entry)
{
	const char *name = ed_zip_entry(c->asic->zip, entry)->name;

	return !strncmp(name, ED_LEDGER_DIR, strlen(ED_LEDGER_DIR));
}

static enum edoc_code look_around(struct ed_collect *c, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < ed_zip_count(c->asic->zip) && !code; i++) {
		if (c->asic->kind[i] == ED_ASIC_DOCUMENT)
			ed_asic_want(c->asic, i, ED_SHA256); /* for the report */
		if (is_ledger(c, i) && !c->item->has_ledger) {
			c->item->has_ledger = true;
			ed_finding(&c->item->findings, "route.not-replayed",
			           ed_zip_entry(c->asic->zip, i)->name, NULL, NULL, NULL);
		}
		if (c->asic->kind[i] == ED_ASIC_DOCUMENT && !strcmp(name_of(c, i), ED_CARD_NAME))
			code = read_card(c, i, err);
	}
	return code;
}

typedef enum edoc_code entry_fn(struct ed_collect *c, size_t entry, struct edoc_error *err);

static enum edoc_code each(struct ed_collect *c, enum ed_asic_kind kind, entry_fn *fn,
                           struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < ed_zip_count(c->asic->zip) && !code; i++)
		if (c->asic->kind[i] == kind)
			code = fn(c, i, err);
	return code;
}

static bool stamp_covers(const struct ed_stamp *stamp, const char *name)
{
	for (size_t i = 0; i < stamp->n_covers; i++) {
		if (stamp->covers[i].kind == ED_OBJECT_DATA &&
		    !strcmp(stamp->covers[i].name, name))
			return true;
	}
	return false;
}

/* EN 319 162-1 4.4.5: there the archive time-stamp of a CAdES signature is one over
 * the container, so the level that the form speaks of is not all in its file. */
static void find_archived(struct ed_collect *c)
{
	for (size_t i = 0; i < c->item->n_stamps; i++) {
		const struct ed_stamp *stamp = &c->item->stamps[i];

		if (stamp->kind != ED_STAMP_ARCHIVE || !stamp->found || !stamp->intact ||
		    !stamp->tst.intact)
			continue;
		for (size_t k = 0; k < c->item->n_sigs; k++) {
			struct ed_ades *sig = &c->item->sigs[k];

			if (!strcmp(sig->level, "CAdES-BASELINE-LT") && stamp_covers(stamp, sig->where))
				sig->level = "CAdES-BASELINE-LTA";
		}
	}
}

enum edoc_code ed_collect_container(struct ed_collect *c, struct edoc_error *err)
{
	static const struct {
		enum ed_asic_kind kind;
		entry_fn *fn;
	} steps[] = {
	        {ED_ASIC_XADES, read_xades},    {ED_ASIC_CADES, read_cades},
	        {ED_ASIC_STAMP, read_stamp},    {ED_ASIC_RECORD, read_record},
	        {ED_ASIC_STAMP, protect_stamp}, {ED_ASIC_RECORD, protect_record},
	};
	enum edoc_code code;

	c->item->format = ed_arena_strdup(c->arena, c->asic->format);
	c->at = ed_arena_alloc(c->arena, (ed_zip_count(c->asic->zip) + 1) * sizeof(*c->at));
	if (!c->item->format || !c->at)
		return ed_fail_memory(err);
	ed_view_init(&c->view, c->arena, c->asic);
	code = ed_view_add_container(&c->view, err);
	(void)ed_view_data(&c->view);
	for (size_t i = 0; i < c->options->n_data; i++)
		ed_finding(&c->item->findings, "document.not-used", c->options->data[i].name,
		           c->options->data[i].name, NULL, NULL);
	if (!code)
		code = look_around(c, err);
	if (!code)
		code = ed_collect_manifests(c, err);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !code; i++)
		code = each(c, steps[i].kind, steps[i].fn, err);
	if (!code)
		find_archived(c);
	if (!code)
		code = ed_collect_shape(c, err);
	return code ? code : ed_collect_cover(c, err);
}
