/* SPDX-License-Identifier: ISC */
/*
 * Opening an ASiC container (EN 319 162-1) and digesting its entries.
 *
 * Findings made here: container.mimetype-missing, -wrong(content), -late,
 * -deflated, -extra-field, container.unknown-entry(name),
 * container.empty-folder(name), container.old-name(name),
 * manifest.missing, .malformed(why), .omits(name), .names-absent(name),
 * .duplicate(name).
 */
#include "package/asic.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "package/manifest.h"

#define MAX_MIMETYPE 100 /* bytes that are shown of a wrong one */
#define META "META-INF/"
#define COMMENT_TYPE "mimetype="

struct ed_asic_digest {
	unsigned wanted, have;             /* bits 1 << hash */
	unsigned char *value[ED_N_HASHES]; /* ED_HASH_MAX bytes each */
};

struct ed_asic_run {
	struct ed_asic_run *next;
	enum ed_hash hash;
	size_t n;
	const size_t *entries;
	struct ed_digest *running;
};

/* ---- what an entry is -------------------------------------------------- */

/* META-INF/ *word*ending, '*' being anything. */
static bool like(const char *name, const char *word, const char *ending)
{
	const char *found = strstr(name, word);
	size_t len = strlen(name), k = strlen(ending);

	return found && len >= k && !strcmp(name + len - k, ending) &&
	       found + strlen(word) <= name + len - k;
}

/* Long-term material and CAdES manifests (EN 319 162-1 4.4.3.3, 4.4.5, A.7);
 * name: behind META-INF/.  Their names may hold "signatures" too. */
static enum ed_asic_kind evidence_kind(const char *name)
{
	static const struct {
		const char *name;
		enum ed_asic_kind kind;
	} manifests[] = {{"ASiCManifest", ED_ASIC_DATA_MANIFEST},
	                 {"ASiCArchiveManifest", ED_ASIC_ARCHIVE_MANIFEST},
	                 {"ASiCEvidenceRecordManifest", ED_ASIC_RECORD_MANIFEST}};

	for (size_t i = 0; i < sizeof(manifests) / sizeof(*manifests); i++)
		if (!strncmp(name, manifests[i].name, strlen(manifests[i].name)) &&
		    like(name, manifests[i].name, ".xml"))
			return manifests[i].kind;
	if (like(name, "timestamp", ".tst"))
		return ED_ASIC_STAMP;
	if (like(name, "evidencerecord", ".ers") || like(name, "evidencerecord", ".xml"))
		return ED_ASIC_RECORD;
	return ED_ASIC_OTHER;
}

/* Case counts in META-INF (EN 319 162-1 4.4.2). */
static enum ed_asic_kind kind_of(const struct ed_zip_entry *e)
{
	const char *name = e->name;
	enum ed_asic_kind kind;

	if (e->folder)
		return ED_ASIC_FOLDER;
	if (!strcmp(name, "mimetype"))
		return ED_ASIC_MIMETYPE;
	if (strncmp(name, META, sizeof(META) - 1) != 0)
		return ED_ASIC_DOCUMENT;
	if (!strcmp(name, ED_MANIFEST_NAME))
		return ED_ASIC_MANIFEST;
	if (!strncmp(name, ED_LEDGER_DIR, sizeof(ED_LEDGER_DIR) - 1))
		return ED_ASIC_LEDGER;
	name += sizeof(META) - 1;
	kind = evidence_kind(name);
	if (kind != ED_ASIC_OTHER)
		return kind;
	if (like(name, "signatures", ".xml"))
		return ED_ASIC_XADES;
	if (like(name, "signature", ".p7s"))
		return ED_ASIC_CADES;
	return ED_ASIC_OTHER;
}

static bool holds_something(const struct ed_zip *zip, const char *folder)
{
	size_t len = strlen(folder);
	const struct ed_zip_entry *e;

	for (size_t i = 0; (e = ed_zip_entry(zip, i)); i++)
		if (!strncmp(e->name, folder, len) && e->name[len])
			return true;
	return false;
}

static void classify(struct ed_asic *asic, struct ed_findings *findings)
{
	const struct ed_zip_entry *e;

	for (size_t i = 0; (e = ed_zip_entry(asic->zip, i)); i++) {
		enum ed_asic_kind kind = asic->kind[i] = kind_of(e);
		asic->documents += kind == ED_ASIC_DOCUMENT;
		asic->xades += kind == ED_ASIC_XADES;
		if (kind == ED_ASIC_OTHER)
			ed_finding(findings, "container.unknown-entry", e->name, e->name, NULL,
			           NULL);
		if (kind == ED_ASIC_FOLDER && !holds_something(asic->zip, e->name))
			ed_finding(findings, "container.empty-folder", e->name, e->name, NULL,
			           NULL);
		if (strcmp(e->name, e->raw) != 0)
			ed_finding(findings, "container.old-name", e->name, e->name, NULL, NULL);
	}
}

/* ---- mimetype and format ----------------------------------------------- */

/* EN 319 162-1 A.1; the specifications that ASiC-E grew from, in which
 * packages are kept; OpenDocument 1.2 part 3, 3.3. */
static enum ed_asic_type type_of(const char *text, size_t len)
{
	static const struct {
		const char *type;
		enum ed_asic_type is;
	} types[] = {{ED_MIME_ASICE, ED_ASIC_E},
	             {ED_MIME_ASICS, ED_ASIC_S},
	             {"application/vnd.bdoc-1.0", ED_ASIC_E},
	             {"application/vnd.lt.archyvai.adoc-2008", ED_ASIC_E}};
	static const char office[] = "application/vnd.oasis.opendocument.";

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (len == strlen(types[i].type) && !memcmp(text, types[i].type, len))
			return types[i].is;
	return len >= sizeof(office) && !memcmp(text, office, sizeof(office) - 1) ? ED_ASIC_OFFICE
	                                                                          : ED_ASIC_PLAIN;
}

/* EN 319 162-1 A.1: first, stored, without extra field. */
static enum edoc_code read_mimetype(struct ed_asic *asic, struct ed_findings *findings,
                                    struct edoc_error *err)
{
	size_t i = ed_zip_find(asic->zip, "mimetype");
	const struct ed_zip_entry *e = ed_zip_entry(asic->zip, i);
	struct ed_buf buf;
	enum edoc_code code = EDOC_OK;

	asic->type = ED_ASIC_PLAIN;
	if (!e) {
		ed_finding(findings, "container.mimetype-missing", "", NULL, NULL, NULL);
		return EDOC_OK;
	}
	if (e->header != 0)
		ed_finding(findings, "container.mimetype-late", e->name, NULL, NULL, NULL);
	if (e->method != 0)
		ed_finding(findings, "container.mimetype-deflated", e->name, NULL, NULL, NULL);
	if (e->extra)
		ed_finding(findings, "container.mimetype-extra-field", e->name, NULL, NULL, NULL);
	ed_buf_init(&buf, MAX_MIMETYPE);
	if (e->usize <= MAX_MIMETYPE)
		code = ed_zip_read_buf(asic->zip, i, &buf, err);
	if (!code)
		asic->type = type_of(ed_buf_str(&buf), buf.len);
	if (!code && asic->type == ED_ASIC_PLAIN)
		ed_finding(findings, "container.mimetype-wrong", e->name,
		           e->usize <= MAX_MIMETYPE ? ed_buf_str(&buf) : "...", NULL, NULL);
	ed_buf_clear(&buf);
	return code;
}

/* The names that ASiC-S has for its one signature, token or record (EN 319
 * 162-1 4.3.3.2), and none of the manifests of ASiC-E. */
static bool looks_simple(const struct ed_zip *zip)
{
	static const char *const simple[] = {"signatures.xml", "signature.p7s", "timestamp.tst",
	                                     "evidencerecord.ers", "evidencerecord.xml"};
	bool found = false;
	const struct ed_zip_entry *e;

	for (size_t i = 0; (e = ed_zip_entry(zip, i)); i++) {
		if (strncmp(e->name, META, sizeof(META) - 1) != 0)
			continue;
		if (like(e->name, "anifest", ".xml"))
			return false;
		for (size_t k = 0; k < sizeof(simple) / sizeof(*simple); k++)
			found = found || !strcmp(e->name + sizeof(META) - 1, simple[k]);
	}
	return found;
}

/* Without a usable mimetype: the archive's comment (EN 319 162-1 A.1), then
 * how many documents there are and how the rest is called. */
static enum ed_asic_type guess_type(const struct ed_asic *asic)
{
	const char *comment = ed_zip_comment(asic->zip);
	const struct ed_zip_entry *e;
	size_t roots = 0;

	if (!strcmp(comment, COMMENT_TYPE ED_MIME_ASICE))
		return ED_ASIC_E;
	if (!strcmp(comment, COMMENT_TYPE ED_MIME_ASICS))
		return ED_ASIC_S;
	for (size_t i = 0; (e = ed_zip_entry(asic->zip, i)); i++)
		roots += asic->kind[i] == ED_ASIC_DOCUMENT && !strchr(e->name, '/');
	return roots == 1 && looks_simple(asic->zip) ? ED_ASIC_S : ED_ASIC_E;
}

/* Neither mimetype nor META-INF: nothing makes it an ASiC. */
static void set_format(struct ed_asic *asic)
{
	/* By the type, then by what it holds. */
	static const char *const names[][5] = {
	        [ED_ASIC_E] = {"ASiC-E/XAdES", "ASiC-E/CAdES", "ASiC-E/TST", "ASiC-E/ERS",
	                       "ASiC-E"},
	        [ED_ASIC_S] = {"ASiC-S/XAdES", "ASiC-S/CAdES", "ASiC-S/TST", "ASiC-S/ERS",
	                       "ASiC-S"},
	        [ED_ASIC_OFFICE] = {"ODF/XAdES", "ODF/CAdES", "ODF/TST", "ODF/ERS", "ODF"},
	};
	size_t n = ed_zip_count(asic->zip), cades = 0, stamps = 0, records = 0, inside = 0;

	for (size_t i = 0; i < n; i++) {
		cades += asic->kind[i] == ED_ASIC_CADES;
		stamps += asic->kind[i] == ED_ASIC_STAMP;
		records += asic->kind[i] == ED_ASIC_RECORD;
		inside += asic->kind[i] != ED_ASIC_DOCUMENT && asic->kind[i] != ED_ASIC_FOLDER;
	}
	asic->format = "ZIP";
	if (inside == 0)
		return;
	if (asic->type == ED_ASIC_PLAIN)
		asic->type = guess_type(asic);
	asic->format = names[asic->type][asic->xades ? 0
	                                 : cades     ? 1
	                                 : stamps    ? 2
	                                 : records   ? 3
	                                             : 4];
}

/* ---- the manifest ------------------------------------------------------ */

/* What it says against what is there (EN 319 162-1 4.4.3.2). */
static void compare(struct ed_asic *asic, const struct ed_manifest *manifest,
                    struct ed_findings *findings)
{
	const struct ed_zip_entry *e;

	if (manifest->duplicate)
		ed_finding(findings, "manifest.duplicate", ED_MANIFEST_NAME, manifest->duplicate,
		           NULL, NULL);
	for (size_t k = 0; k < manifest->n; k++) {
		const char *name = manifest->items[k].name;
		size_t i = ed_zip_find(asic->zip, name);
		if (i != (size_t)-1)
			asic->media_type[i] = manifest->items[k].media_type;
		else if (name[strlen(name) - 1] != '/') /* folders need no entry */
			ed_finding(findings, "manifest.names-absent", ED_MANIFEST_NAME, name, NULL,
			           NULL);
	}
	for (size_t i = 0; (e = ed_zip_entry(asic->zip, i)); i++)
		if (asic->kind[i] == ED_ASIC_DOCUMENT && !asic->media_type[i])
			ed_finding(findings, "manifest.omits", e->name, e->name, NULL, NULL);
}

/* XAdES in ASiC-E, and OpenDocument; ASiC-S needs none, CAdES, time-stamps and
 * evidence records have manifests of their own (EN 319 162-1 4.3.3.2, 4.4.3.3). */
static bool needs_manifest(const struct ed_asic *asic)
{
	return !strcmp(asic->format, "ASiC-E/XAdES") || !strcmp(asic->format, "ASiC-E") ||
	       asic->type == ED_ASIC_OFFICE;
}

static enum edoc_code read_manifest(struct ed_asic *asic, const struct edoc_limits *limits,
                                    struct ed_findings *findings, struct edoc_error *err)
{
	size_t i = ed_zip_find(asic->zip, ED_MANIFEST_NAME);
	struct ed_manifest manifest;
	struct edoc_error why = {0};
	struct ed_buf buf;
	enum edoc_code code;

	if (i == (size_t)-1) {
		if (needs_manifest(asic))
			ed_finding(findings, "manifest.missing", "", NULL, NULL, NULL);
		return EDOC_OK;
	}
	ed_buf_init(&buf, limits->xml_bytes);
	code = ed_zip_read_buf(asic->zip, i, &buf, &why);
	if (!code)
		code = ed_manifest_parse(buf.data, buf.len, ED_MANIFEST_NAME, asic->arena,
		                         &manifest, &why);
	ed_buf_clear(&buf);
	if (!code) {
		compare(asic, &manifest, findings);
	} else if (code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT) {
		ed_finding(findings,
		           code == EDOC_ERR_LIMIT ? "manifest.limit" : "manifest.malformed",
		           why.where, why.msg, NULL, NULL);
		code = EDOC_OK;
	} else if (err) {
		*err = why;
	}
	return code;
}

/* ---- opening ----------------------------------------------------------- */

static enum edoc_code look_inside(struct ed_asic *asic, const struct edoc_limits *limits,
                                  struct ed_findings *findings, struct edoc_error *err)
{
	size_t n = ed_zip_count(asic->zip) + 1; /* an empty archive has tables too */
	enum edoc_code code;

	asic->kind = ed_arena_alloc(asic->arena, n * sizeof(*asic->kind));
	asic->media_type = ed_arena_alloc(asic->arena, n * sizeof(*asic->media_type));
	asic->digests = ed_arena_alloc(asic->arena, n * sizeof(*asic->digests));
	if (!asic->kind || !asic->media_type || !asic->digests)
		return ed_fail_memory(err);
	classify(asic, findings);
	code = read_mimetype(asic, findings, err);
	if (code)
		return code;
	set_format(asic);
	return read_manifest(asic, limits, findings, err);
}

enum edoc_code ed_asic_open(int fd, const char *name, const struct edoc_limits *limits,
                            struct ed_arena *arena, struct ed_findings *findings,
                            struct ed_asic **out, struct edoc_error *err)
{
	struct ed_asic *asic = ed_arena_alloc(arena, sizeof(*asic));
	enum edoc_code code;

	*out = NULL;
	if (!asic)
		return ed_fail_memory(err);
	asic->arena = arena;
	code = ed_zip_open(fd, name, limits, &asic->zip, err);
	if (!code)
		code = look_inside(asic, limits, findings, err);
	if (code) {
		ed_asic_free(asic);
		return code;
	}
	*out = asic;
	return EDOC_OK;
}

void ed_asic_free(struct ed_asic *asic)
{
	if (!asic)
		return;
	for (; asic->runs; asic->runs = asic->runs->next)
		ed_digest_free(asic->runs->running);
	ed_zip_free(asic->zip);
	asic->zip = NULL; /* the rest is the arena's */
}

/* ---- running digests --------------------------------------------------- */

static bool worth_keeping(const struct ed_asic *asic, const size_t *entries, size_t n)
{
	uint64_t bytes = 0;

	/* What single entries are kept for is mostly their first one. */
	if (asic->n_runs >= (n > 1 ? ED_MAX_RUNS : ED_MAX_RUNS / 2))
		return false;
	for (size_t i = 0; i < n; i++)
		bytes += ed_zip_entry(asic->zip, entries[i])->usize;
	return bytes >= ED_RUN_FROM;
}

/* Where memory lacks there is one less to go on from. */
void ed_asic_keep_run(struct ed_asic *asic, const size_t *entries, size_t n, enum ed_hash hash,
                      const struct ed_digest *running)
{
	struct ed_asic_run *run;

	if (!worth_keeping(asic, entries, n))
		return;
	run = ed_arena_alloc(asic->arena, sizeof(*run));
	if (!run)
		return;
	run->hash = hash;
	run->n = n;
	run->entries = ed_arena_memdup(asic->arena, entries, n * sizeof(*entries));
	run->running = run->entries ? ed_digest_copy(running) : NULL;
	if (!run->running)
		return;
	run->next = asic->runs;
	asic->runs = run;
	asic->n_runs++;
}

struct ed_digest *ed_asic_run(const struct ed_asic *asic, const size_t *entries, size_t n,
                              enum ed_hash hash, size_t *have)
{
	const struct ed_asic_run *best = NULL;
	struct ed_digest *copy;

	for (const struct ed_asic_run *run = asic->runs; run; run = run->next) {
		if (run->hash == hash && run->n <= n && (!best || run->n > best->n) &&
		    !memcmp(run->entries, entries, run->n * sizeof(*entries)))
			best = run;
	}
	copy = best ? ed_digest_copy(best->running) : NULL;
	*have = copy ? best->n : 0;
	return copy;
}

/* ---- digests ----------------------------------------------------------- */

struct pass {
	struct ed_digest *running[ED_N_HASHES];
	const char *name;
};

static enum edoc_code no_digest(const char *name, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_BUG, name, "the digest algorithm failed");
}

static enum edoc_code into_digests(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	struct pass *p = arg;

	for (size_t h = 0; h < ED_N_HASHES; h++)
		if (p->running[h] && !ed_digest_update(p->running[h], bytes, len))
			return no_digest(p->name, err);
	return EDOC_OK;
}

static enum edoc_code start_pass(struct ed_asic *asic, struct ed_asic_digest *d, struct pass *p,
                                 struct edoc_error *err)
{
	for (size_t h = 1; h < ED_N_HASHES; h++) {
		if (!(d->wanted & ~d->have & 1u << h))
			continue;
		d->value[h] = ed_arena_alloc(asic->arena, ED_HASH_MAX);
		p->running[h] = ed_digest_new((enum ed_hash)h);
		if (!d->value[h] || !p->running[h])
			return ed_fail_memory(err);
	}
	return EDOC_OK;
}

static enum edoc_code run_pass(struct ed_asic *asic, size_t i, struct edoc_error *err)
{
	struct ed_asic_digest *d = &asic->digests[i];
	struct pass p = {.name = ed_zip_entry(asic->zip, i)->name};
	enum edoc_code code = start_pass(asic, d, &p, err);

	if (!code)
		code = ed_zip_read(asic->zip, i, into_digests, &p, err);
	for (size_t h = 1; h < ED_N_HASHES; h++) {
		if (!code && p.running[h]) {
			ed_asic_keep_run(asic, &i, 1, (enum ed_hash)h, p.running[h]);
			if (ed_digest_final(p.running[h], d->value[h]))
				d->have |= 1u << h;
			else
				code = no_digest(p.name, err);
		}
		ed_digest_free(p.running[h]);
	}
	return code;
}

void ed_asic_want(struct ed_asic *asic, size_t i, enum ed_hash hash)
{
	if (i < ed_zip_count(asic->zip) && hash > ED_HASH_NONE && hash < ED_N_HASHES)
		asic->digests[i].wanted |= 1u << hash;
}

enum edoc_code ed_asic_digest(struct ed_asic *asic, size_t i, enum ed_hash hash,
                              unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	struct ed_asic_digest *d;
	enum edoc_code code;

	if (i >= ed_zip_count(asic->zip) || hash <= ED_HASH_NONE || hash >= ED_N_HASHES)
		return ed_fail(err, EDOC_ERR_BUG, "", "no entry %zu, or no algorithm %d", i,
		               (int)hash);
	d = &asic->digests[i];
	if (!(d->have & 1u << hash)) {
		ed_asic_want(asic, i, hash);
		code = run_pass(asic, i, err);
		if (code)
			return code;
	}
	memcpy(out, d->value[hash], ED_HASH_MAX);
	return EDOC_OK;
}

/* Entry i of both, untouched. */
static bool stands(const struct ed_asic *to, const struct ed_asic *from, size_t i, uint64_t end)
{
	const struct ed_zip_entry *a = ed_zip_entry(to->zip, i), *b = ed_zip_entry(from->zip, i);

	return a && b && b->end <= end && !strcmp(a->name, b->name) && a->data == b->data &&
	       a->csize == b->csize;
}

static void inherit_digests(struct ed_asic *to, const struct ed_asic *from, size_t i)
{
	struct ed_asic_digest *d = &to->digests[i];

	for (size_t h = 1; h < ED_N_HASHES; h++) {
		if (!(from->digests[i].have & 1u << h))
			continue;
		d->value[h] = ed_arena_memdup(to->arena, from->digests[i].value[h], ED_HASH_MAX);
		if (d->value[h])
			d->have |= 1u << h;
	}
}

void ed_asic_inherit(struct ed_asic *to, const struct ed_asic *from, uint64_t end)
{
	for (size_t i = 0; i < ed_zip_count(from->zip); i++) {
		if (stands(to, from, i, end))
			inherit_digests(to, from, i);
	}
	for (const struct ed_asic_run *run = from->runs; run; run = run->next) {
		size_t k = 0;

		while (k < run->n && stands(to, from, run->entries[k], end))
			k++;
		if (k == run->n)
			ed_asic_keep_run(to, run->entries, run->n, run->hash, run->running);
	}
}
