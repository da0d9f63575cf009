/* SPDX-License-Identifier: ISC */
/*
 * What exactly is signed: which documents no signature covers, which
 * signatures do not cover all of them, and whether the container has the shape
 * of its kind (EN 319 162-1 4.3, 4.4).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/collect.h"

static const char *name_of(const struct ed_collect *c, size_t entry)
{
	return c->view.v[c->view.by_entry[entry]].name;
}

/* ---- each signature ---- */

/*
 * The manifest is not signed: a media type that contradicts the signed
 * DataObjectFormat makes somebody's program open the document as something else.
 */
static void compare_media_types(const struct ed_collect *c, struct ed_ades *a)
{
	for (size_t i = 0; i < a->n_formats; i++) {
		const struct ed_ades_format *f = &a->formats[i];
		size_t entry = ed_zip_find(c->asic->zip, f->name);
		const char *other = entry == ED_NO_DATA ? NULL : c->asic->media_type[entry];

		if (other && strcasecmp(other, f->media_type) != 0)
			ed_finding(&a->findings, "manifest.media-type", f->name, f->name, other,
			           f->media_type);
	}
}

/* One signature under two names is one signature. */
static void find_repeated(const struct ed_item *item, size_t i)
{
	static const unsigned char none[ED_HASH_MAX];
	struct ed_ades *a = &item->sigs[i];

	if (!memcmp(a->info, none, sizeof(none)))
		return;
	for (size_t k = 0; k < i; k++) {
		if (memcmp(a->info, item->sigs[k].info, sizeof(none)) != 0)
			continue;
		ed_finding(&a->findings, "signature.repeated", a->where, item->sigs[k].where, NULL,
		           NULL);
		return;
	}
}

/* Our own signatures hold the name of their entry, signed. */
static void compare_name(struct ed_ades *a)
{
	char name[64];

	if (!a->tag)
		return;
	(void)snprintf(name, sizeof(name), "META-INF/signatures-%s.xml", a->tag);
	if (strcmp(name, a->where) != 0)
		ed_finding(&a->findings, "signature.renamed", a->where, name, NULL, NULL);
}

/* ---- documents ---- */

/* By how many signatures each entry is covered.  A signature over nothing but
 * other signatures (a counter-signature in a file of its own) leaves no
 * document out. */
static size_t count_covers(const struct ed_collect *c, size_t *covered, size_t *last)
{
	const struct ed_item *item = c->item;
	size_t all = 0;

	for (size_t i = 0; i < item->n_sigs; i++) {
		const struct ed_ades *a = &item->sigs[i];
		bool documents = false, signatures = false;

		for (size_t k = 0; k < a->n_covers; k++) {
			size_t entry = ed_zip_find(c->asic->zip, a->covers[k]);

			if (entry == ED_NO_DATA || last[entry] == i + 1)
				continue;
			last[entry] = i + 1;
			covered[entry]++;
			documents = documents || c->asic->kind[entry] == ED_ASIC_DOCUMENT;
			signatures = signatures || c->asic->kind[entry] == ED_ASIC_XADES ||
			             c->asic->kind[entry] == ED_ASIC_CADES;
		}
		all += documents || !signatures;
	}
	return all;
}

/* Without signatures: what time-stamps and evidence records protect. */
static void count_proofs(const struct ed_collect *c, const struct ed_object *v, size_t n,
                         size_t *covered)
{
	for (size_t i = 0; i < n; i++) {
		size_t entry = v[i].kind == ED_OBJECT_DATA && v[i].name
		                       ? ed_zip_find(c->asic->zip, v[i].name)
		                       : ED_NO_DATA;

		if (entry != ED_NO_DATA)
			covered[entry]++;
	}
}

static size_t count(const struct ed_collect *c, size_t *covered, size_t *last)
{
	const struct ed_item *item = c->item;

	if (item->n_sigs)
		return count_covers(c, covered, last);
	for (size_t i = 0; i < item->n_stamps; i++)
		count_proofs(c, item->stamps[i].covers, item->stamps[i].n_covers, covered);
	for (size_t i = 0; i < item->n_records; i++)
		count_proofs(c, item->records[i].covers, item->records[i].n_covers, covered);
	return 0;
}

static void note_document(struct ed_collect *c, const char *name, size_t covered, size_t all)
{
	struct ed_item *item = c->item;
	char have[24], of[24];

	if (!item->n_sigs && !item->n_stamps && !item->n_records)
		return; /* said already: signature.none */
	if (!covered) {
		ed_finding(&item->findings,
		           item->n_sigs ? "document.uncovered" : "document.unproved", name, name,
		           NULL, NULL);
	} else if (covered < all) {
		(void)snprintf(have, sizeof(have), "%zu", covered);
		(void)snprintf(of, sizeof(of), "%zu", all);
		ed_finding(&item->findings, "document.partly-covered", name, name, have, of);
	}
}

/* OpenDocument signs all but the signatures' own file (1.2 part 3, 5). */
static bool must_be_covered(const struct ed_collect *c, size_t entry)
{
	enum ed_asic_kind kind = c->asic->kind[entry];

	return kind == ED_ASIC_DOCUMENT || (c->asic->type == ED_ASIC_OFFICE &&
	                                    (kind == ED_ASIC_MIMETYPE || kind == ED_ASIC_MANIFEST));
}

static enum edoc_code look_at_documents(struct ed_collect *c, size_t *covered, size_t all,
                                        struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < ed_zip_count(c->asic->zip) && !code; i++) {
		if (c->asic->kind[i] == ED_ASIC_DOCUMENT)
			code = ed_collect_add_document(c, c->view.by_entry[i],
			                               c->asic->media_type[i], covered[i], err);
		if (!code && must_be_covered(c, i) && !c->at[i].chain)
			note_document(c, name_of(c, i), covered[i], all);
	}
	return code;
}

/* An entry that a signature covers is explained by it. */
static void drop_explained(struct ed_collect *c, const size_t *covered)
{
	struct ed_findings *list = &c->item->findings;
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		size_t entry = !strcmp(list->v[i].code, "container.unknown-entry")
		                       ? ed_zip_find(c->asic->zip, list->v[i].where)
		                       : ED_NO_DATA;

		if (entry == ED_NO_DATA || !covered[entry])
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
}

/* We make no folder entries; one in a package of ours was put there later. */
static void look_at_folders(struct ed_collect *c)
{
	struct ed_item *item = c->item;
	bool ours = false;

	for (size_t i = 0; i < item->n_sigs; i++)
		ours = ours || item->sigs[i].tag;
	for (size_t i = 0; ours && i < ed_zip_count(c->asic->zip); i++) {
		const char *name = ed_zip_entry(c->asic->zip, i)->name;

		if (c->asic->kind[i] == ED_ASIC_FOLDER &&
		    !ed_findings_have(&item->findings, "container.empty-folder"))
			ed_finding(&item->findings, "container.added-folder", name, name, NULL,
			           NULL);
	}
}

enum edoc_code ed_collect_cover(struct ed_collect *c, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	size_t n = ed_zip_count(c->asic->zip) + 1, all;
	size_t *covered = ed_arena_alloc(c->arena, n * sizeof(*covered));
	size_t *last = ed_arena_alloc(c->arena, n * sizeof(*last));
	enum edoc_code code;

	if (!covered || !last)
		return ed_fail_memory(err);
	for (size_t i = 0; i < item->n_sigs; i++) {
		find_repeated(item, i);
		compare_name(&item->sigs[i]);
		compare_media_types(c, &item->sigs[i]);
	}
	if (!item->n_sigs)
		ed_finding(&item->findings, "signature.none", "", NULL, NULL, NULL);
	all = count(c, covered, last);
	code = look_at_documents(c, covered, all, err);
	if (code)
		return code;
	drop_explained(c, covered);
	look_at_folders(c);
	if (!item->n_documents)
		ed_finding(&item->findings, "container.no-documents", "", NULL, NULL, NULL);
	return EDOC_OK;
}

/* ---- the container's shape ---- */

/* ASiC-S: one document at the root and one file that protects it, of a fixed
 * name (EN 319 162-1 4.3.3.2). */
static void check_simple(struct ed_collect *c)
{
	static const char *const names[] = {"META-INF/signatures.xml", "META-INF/signature.p7s",
	                                    "META-INF/timestamp.tst", "META-INF/evidencerecord.ers",
	                                    "META-INF/evidencerecord.xml"};
	struct ed_findings *findings = &c->item->findings;
	char text[24];

	for (size_t i = 0; i < ed_zip_count(c->asic->zip); i++) {
		enum ed_asic_kind kind = c->asic->kind[i];
		bool fixed = false;

		if (kind == ED_ASIC_DOCUMENT && strchr(name_of(c, i), '/'))
			ed_finding(findings, "container.simple-folder", name_of(c, i),
			           name_of(c, i), NULL, NULL);
		if (kind != ED_ASIC_XADES && kind != ED_ASIC_CADES && kind != ED_ASIC_STAMP &&
		    kind != ED_ASIC_RECORD)
			continue;
		for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
			fixed = fixed || !strcmp(name_of(c, i), names[k]);
		/* Archive time-stamps have manifests and names of their own. */
		if (!fixed && !ed_collect_manifest_of(c, i, 0))
			ed_finding(findings, "container.simple-name", name_of(c, i), name_of(c, i),
			           NULL, NULL);
	}
	if (c->asic->documents != 1) {
		(void)snprintf(text, sizeof(text), "%zu", c->asic->documents);
		ed_finding(findings, "container.simple-documents", "", text, NULL, NULL);
	}
}

/* A container is of one form: XAdES, or CAdES and time-stamps over manifests. */
static void check_mixed(struct ed_collect *c)
{
	const char *xades = NULL, *cades = NULL, *stamp = NULL, *record = NULL;
	struct ed_findings *findings = &c->item->findings;

	for (size_t i = 0; i < ed_zip_count(c->asic->zip); i++) {
		enum ed_asic_kind kind = c->asic->kind[i];

		if (kind == ED_ASIC_XADES && !xades)
			xades = name_of(c, i);
		if (kind == ED_ASIC_CADES && !cades)
			cades = name_of(c, i);
		if (kind == ED_ASIC_STAMP && !stamp && !ed_collect_manifest_of(c, i, 0))
			stamp = name_of(c, i);
		if (kind == ED_ASIC_RECORD && !record)
			record = name_of(c, i);
	}
	if (xades && cades)
		ed_finding(findings, "container.mixed", xades, xades, cades, NULL);
	if (c->asic->type != ED_ASIC_S)
		return;
	if (stamp && (xades || cades))
		ed_finding(findings, "container.mixed", stamp, stamp, xades ? xades : cades, NULL);
	if (record && (xades || cades || stamp))
		ed_finding(findings, "container.mixed-record", record, record,
		           xades   ? xades
		           : cades ? cades
		                   : stamp,
		           NULL);
}

static void archive_omits(struct ed_collect *c, const struct ed_collect_manifest *archive,
                          const char *what, const char *because)
{
	const char *where = name_of(c, archive->entry);

	ed_finding(&c->item->findings, "asicmanifest.archive-omits", where, where, what, because);
}

/* What a manifest in the archive's care refers to is in its care as well. */
static void check_refs(struct ed_collect *c, const struct ed_collect_manifest *archive,
                       const struct ed_collect_manifest *m, const bool *held)
{
	for (size_t i = 0; i < m->m.n; i++) {
		size_t entry = ed_zip_find(c->asic->zip, m->m.refs[i].name);

		if (entry != ED_NO_DATA && !held[entry])
			archive_omits(c, archive, m->m.refs[i].name, name_of(c, m->entry));
	}
}

/*
 * An archive time-stamp protects a signature together with its manifest and
 * the documents (EN 319 162-1 4.4.5): else their digests are only as good as
 * the signature's own.
 */
static void check_archive(struct ed_collect *c, const struct ed_collect_manifest *archive,
                          bool *held)
{
	for (size_t i = 0; i < archive->m.n; i++) {
		size_t entry = ed_zip_find(c->asic->zip, archive->m.refs[i].name);

		if (entry != ED_NO_DATA)
			held[entry] = true;
	}
	for (size_t i = 0; i < archive->m.n; i++) {
		size_t entry = ed_zip_find(c->asic->zip, archive->m.refs[i].name);
		const struct ed_collect_manifest *m;

		if (entry == ED_NO_DATA)
			continue;
		for (size_t k = 0; (m = ed_collect_manifest_of(c, entry, k)); k++)
			if (m != archive && !held[m->entry])
				archive_omits(c, archive, name_of(c, m->entry), name_of(c, entry));
		if (c->at[entry].has_manifest)
			check_refs(c, archive, &c->manifests[c->at[entry].manifest], held);
	}
}

/* The last ASiCArchiveManifest has a fixed name (EN 319 162-1 4.4.5). */
static enum edoc_code check_archives(struct ed_collect *c, struct edoc_error *err)
{
	size_t n = ed_zip_count(c->asic->zip) + 1;
	bool any = false, *held = NULL;

	for (size_t i = 0; i < c->n_manifests; i++) {
		if (c->manifests[i].kind != ED_ASIC_ARCHIVE_MANIFEST)
			continue;
		any = true;
		if (!held)
			held = ed_arena_alloc(c->arena, n * sizeof(*held));
		if (!held)
			return ed_fail_memory(err);
		memset(held, 0, n * sizeof(*held));
		check_archive(c, &c->manifests[i], held);
	}
	if (any && ed_zip_find(c->asic->zip, "META-INF/ASiCArchiveManifest.xml") == ED_NO_DATA)
		ed_finding(&c->item->findings, "asicmanifest.archive-last", "", NULL, NULL, NULL);
	return EDOC_OK;
}

enum edoc_code ed_collect_shape(struct ed_collect *c, struct edoc_error *err)
{
	if (c->asic->type == ED_ASIC_S)
		check_simple(c);
	check_mixed(c);
	return check_archives(c, err);
}
