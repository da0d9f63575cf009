/* SPDX-License-Identifier: ISC */
/* What each entry of a container is, which findings it earns, and digests. */
#include "base/hex.h"
#include "package/asic.h"
#include "package/manifest.h"
#include "zipkit.h"

#define HELLO "hello\n"

static struct ed_arena *arena;
static struct ed_findings findings;
static struct ed_asic *asic;
static struct ed_zip_writer *w;
static int fd;

static void begin(const char *type)
{
	arena = ed_arena_new();
	ed_findings_init(&findings, arena);
	memset(&err, 0, sizeof(err));
	asic = NULL;
	fd = scratch();
	if (ed_zip_writer_new(fd, "t", NULL, &w, &err))
		ok(false, "a writer");
	if (type && ed_zip_add_bytes(w, "mimetype", type, strlen(type), &err))
		ok(false, "mimetype");
}

static void add(const char *name, const char *text)
{
	if (ed_zip_add_bytes(w, name, text, strlen(text), &err))
		ok(false, "%s: %s", name, err.msg);
}

/* Names of documents, NULL-ended. */
static void add_manifest(const char *const *names)
{
	struct ed_manifest_item items[8];
	struct ed_buf buf;
	size_t n = 0;

	for (; names[n]; n++)
		items[n] = (struct ed_manifest_item){names[n], "text/plain"};
	ed_buf_init(&buf, 4096);
	ed_manifest_write(&buf, ED_MIME_ASICE, items, n);
	add(ED_MANIFEST_NAME, ed_buf_str(&buf));
	ed_buf_clear(&buf);
}

static bool finish_as(const char *name)
{
	enum edoc_code code = ed_zip_writer_finish(w, &err);

	ed_zip_writer_free(w);
	if (!code)
		code = ed_asic_open(fd, name, &limits, arena, &findings, &asic, &err);
	return is_ok(code, &err, name);
}

static void end(void)
{
	ed_asic_free(asic);
	ed_arena_free(arena);
	close(fd);
}

/* Exactly these findings: "code code ..." in any order. */
static void found(const char *want, const char *what)
{
	char got[1024] = "";
	size_t n = 0;

	for (size_t i = 0; i < findings.n; i++) {
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s ", findings.v[i].code);
		n += strstr(want, findings.v[i].code) != NULL;
	}
	size_t words = 0;
	for (const char *p = want; *p; words++) {
		p += strcspn(p, " ");
		p += strspn(p, " ");
	}
	ok(n == findings.n && findings.n == words, "%s: %s", what, *want ? want : "no finding");
	if (n != findings.n || findings.n != words)
		printf("# got: %s\n", got);
}

static enum ed_asic_kind kind(const char *name)
{
	return asic->kind[ed_zip_find(asic->zip, name)];
}

static void sound(void)
{
	begin(ED_MIME_ASICE);
	add("фармон.txt", HELLO);
	add(ED_CARD_NAME, "<card/>");
	add_manifest((const char *const[]){"фармон.txt", ED_CARD_NAME, NULL});
	add("META-INF/signatures-0a1b2c3d.xml", "<x/>");
	add("META-INF/edoc/route.yaml", "x: y");
	add("META-INF/edoc/ledger/000001-0a1b2c3d.json", "{}");
	if (finish_as("a.asice")) {
		found("", "a sound package");
		is_str(asic->format, "ASiC-E/XAdES", "format");
		is_int((int64_t)asic->documents, 2, "documents");
		is_int((int64_t)asic->xades, 1, "signatures");
		is_int(kind("mimetype"), ED_ASIC_MIMETYPE, "mimetype");
		is_int(kind("фармон.txt"), ED_ASIC_DOCUMENT, "a document");
		is_int(kind(ED_CARD_NAME), ED_ASIC_DOCUMENT, "the card is one");
		is_int(kind(ED_MANIFEST_NAME), ED_ASIC_MANIFEST, "the manifest");
		is_int(kind("META-INF/signatures-0a1b2c3d.xml"), ED_ASIC_XADES, "a signature");
		is_int(kind("META-INF/edoc/route.yaml"), ED_ASIC_LEDGER, "the route");
		is_str(asic->media_type[ed_zip_find(asic->zip, "фармон.txt")], "text/plain",
		       "its type");
		ok(!asic->media_type[0], "mimetype has none");
	}
	end();
}

static void kinds(void)
{
	static const struct {
		const char *name;
		enum ed_asic_kind kind;
	} all[] = {
	        {"META-INF/signatures.xml", ED_ASIC_XADES},
	        {"META-INF/edoc-signatures-S1.xml", ED_ASIC_XADES},
	        {"META-INF/signatures/signatures0.xml", ED_ASIC_XADES},
	        {"META-INF/signature.xml", ED_ASIC_OTHER},
	        {"META-INF/Signatures2.xml", ED_ASIC_OTHER},
	        {"META-INF/signatures.xml.bak", ED_ASIC_OTHER},
	        {"META-INF/signature001.p7s", ED_ASIC_CADES},
	        {"META-INF/a.p7s", ED_ASIC_OTHER},
	        {"META-INF/ASiCManifest.xml", ED_ASIC_DATA_MANIFEST},
	        {"META-INF/ASiCManifest-signatures.xml", ED_ASIC_DATA_MANIFEST},
	        {"META-INF/ASiCArchiveManifest1.xml", ED_ASIC_ARCHIVE_MANIFEST},
	        {"META-INF/ASiCEvidenceRecordManifest.xml", ED_ASIC_RECORD_MANIFEST},
	        {"META-INF/timestamp.tst", ED_ASIC_STAMP},
	        {"META-INF/evidencerecord.ers", ED_ASIC_RECORD},
	        {"META-INF/manifest.xml.old", ED_ASIC_OTHER},
	        {"META-INF/edocx", ED_ASIC_OTHER},
	        {"meta-inf/signatures9.xml", ED_ASIC_DOCUMENT},
	        {"sub/META-INF/signatures.xml", ED_ASIC_DOCUMENT},
	        {"sub/mimetype", ED_ASIC_DOCUMENT},
	};
	size_t n = sizeof(all) / sizeof(*all), other = 0;

	begin(ED_MIME_ASICE);
	/* META-INF and meta-inf are twins: they cannot be in one package. */
	for (size_t i = 0; i < n; i++)
		if (strncmp(all[i].name, "meta", 4) != 0)
			add(all[i].name, "x");
	if (finish_as("a.asice")) {
		for (size_t i = 0; i < n; i++)
			if (strncmp(all[i].name, "meta", 4) != 0)
				is_int(kind(all[i].name), all[i].kind, all[i].name);
		for (size_t i = 0; i < findings.n; i++)
			other += !strcmp(findings.v[i].code, "container.unknown-entry");
		is_int((int64_t)other, 6, "unknown entries are findings");
		ok(ed_findings_have(&findings, "manifest.missing"), "and the missing manifest");
	}
	end();
	begin(ED_MIME_ASICE);
	add("meta-inf/signatures9.xml", "x");
	if (finish_as("a.asice"))
		is_int(kind("meta-inf/signatures9.xml"), ED_ASIC_DOCUMENT,
		       "case counts in META-INF");
	end();
}

struct form {
	const char *type, *file, *one, *two, *meta, *format, *findings;
};

static void formats(void)
{
	static const struct form all[] = {
	        {ED_MIME_ASICE, "a", "d", NULL, "META-INF/signature.p7s", "ASiC-E/CAdES", ""},
	        {ED_MIME_ASICS, "a", "d", NULL, "META-INF/signature.p7s", "ASiC-S/CAdES", ""},
	        {ED_MIME_ASICS, "a", "d", NULL, "META-INF/signatures.xml", "ASiC-S/XAdES", ""},
	        {ED_MIME_ASICE, "a.asics", "d", NULL, "META-INF/signatures.xml", "ASiC-E/XAdES",
	         "manifest.missing"},
	        {ED_MIME_ASICE, "a", "d", NULL, NULL, "ASiC-E", "manifest.missing"},
	        {ED_MIME_ASICS, "a", "d", NULL, NULL, "ASiC-S", ""},
	        {NULL, "a", "d", NULL, "META-INF/signatures.xml", "ASiC-S/XAdES",
	         "container.mimetype-missing"},
	        {NULL, "a", "d", NULL, "META-INF/signatures0.xml", "ASiC-E/XAdES",
	         "container.mimetype-missing manifest.missing"},
	        {NULL, "a", "d", NULL, "META-INF/ASiCManifest.xml", "ASiC-E",
	         "container.mimetype-missing manifest.missing"},
	        {ED_MIME_ASICE, "a", "d", NULL, "META-INF/timestamp.tst", "ASiC-E/TST", ""},
	        {ED_MIME_ASICS, "a", "d", NULL, "META-INF/timestamp.tst", "ASiC-S/TST", ""},
	        {ED_MIME_ASICS, "a", "d", NULL, "META-INF/evidencerecord.ers", "ASiC-S/ERS", ""},
	        {"application/vnd.bdoc-1.0", "a", "d", NULL, "META-INF/signature.p7s",
	         "ASiC-E/CAdES", ""},
	        {"application/vnd.oasis.opendocument.text", "a", "d", NULL,
	         "META-INF/documentsignatures.xml", "ODF/XAdES", "manifest.missing"},
	        {"application/vnd.oasis.opendocument.", "a", "d", NULL, "META-INF/signature.p7s",
	         "ASiC-S/CAdES", "container.mimetype-wrong"},
	        {NULL, "a.asice", "d", NULL, "META-INF/signatures.xml", "ASiC-S/XAdES",
	         "container.mimetype-missing"},
	        {NULL, "a.scs", "d", NULL, "META-INF/signatures.xml", "ASiC-S/XAdES",
	         "container.mimetype-missing"},
	        {NULL, "a.scs", "d", "e", "META-INF/signatures.xml", "ASiC-E/XAdES",
	         "container.mimetype-missing manifest.missing"},
	        {NULL, "a", "d", "e", NULL, "ZIP", "container.mimetype-missing"},
	        {"text/plain", "a", "d", "e", "META-INF/signature.p7s", "ASiC-E/CAdES",
	         "container.mimetype-wrong"},
	        {ED_MIME_ASICE "\n", "a", "d", "e", "META-INF/signature.p7s", "ASiC-E/CAdES",
	         "container.mimetype-wrong"},
	        {"application/vnd.etsi.asic-E+zip", "a", "d", "e", "META-INF/signature.p7s",
	         "ASiC-E/CAdES", "container.mimetype-wrong"},
	        {"", "a", "d", "e", "META-INF/signature.p7s", "ASiC-E/CAdES",
	         "container.mimetype-wrong"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		const struct form *f = &all[i];
		begin(f->type);
		add(f->one, HELLO);
		if (f->two)
			add(f->two, HELLO);
		if (f->meta)
			add(f->meta, "<x/>");
		if (finish_as(f->file)) {
			is_str(asic->format, f->format, "format");
			found(f->findings, "with");
		}
		end();
	}
}

static void with_file(const char *path)
{
	begin(NULL);
	ed_zip_writer_free(w);
	close(fd);
	fd = open(path, O_RDONLY);
	is_ok(ed_asic_open(fd, "a", &limits, arena, &findings, &asic, &err), &err, path);
}

static void mimetypes(void)
{
	with_file(src("testdata/good/zip/mimetype-last.zip"));
	ok(ed_findings_have(&findings, "container.mimetype-late"), "late");
	end();
	with_file(src("testdata/good/zip/mimetype-deflated.zip"));
	ok(ed_findings_have(&findings, "container.mimetype-deflated"), "deflated");
	end();
	with_file(src("testdata/good/zip/mimetype-extra.zip"));
	ok(ed_findings_have(&findings, "container.mimetype-extra-field"), "with an extra field");
	end();
	with_file(src("testdata/good/zip/plain.zip"));
	found("manifest.missing", "a plain one has none of these");
	end();
	with_file(src("testdata/good/zip/archive-comment.zip"));
	is_str(asic->format, "ASiC-E", "a comment is no harm");
	end();
	with_file(src("testdata/good/zip/comment-only-type.zip"));
	is_str(asic->format, "ASiC-S", "the comment tells the type");
	end();
	with_file(src("testdata/good/zip/cp437-name.zip"));
	ok(ed_findings_have(&findings, "container.old-name"), "a name of an old code page");
	end();
	with_file(src("testdata/good/zip/empty.zip"));
	is_str(asic->format, "ZIP", "nothing at all");
	found("container.mimetype-missing", "nothing at all");
	end();
	with_file(src("testdata/good/zip/empty-folder.zip"));
	found("container.empty-folder manifest.missing", "an empty folder");
	end();
	with_file(src("testdata/good/zip/folder.zip"));
	found("container.unknown-entry manifest.missing", "a folder that holds something");
	end();
	begin(NULL);
	ed_zip_writer_free(w);
	close(fd);
	fd = open(src("testdata/bad/zip/gap-between.zip"), O_RDONLY);
	fails(ed_asic_open(fd, "a", &limits, arena, &findings, &asic, &err), EDOC_ERR_INPUT, &err,
	      "belong to nothing", "no acceptable ZIP");
	ok(!asic, "is no container");
	end();
}

static void manifests(void)
{
	const char *const ab[] = {"a", "b", NULL}, *const abc[] = {"a", "b", "c", NULL},
	                  *const a[] = {"a", NULL}, *const aab[] = {"a", "a", "b", NULL},
	                  *const folder[] = {"a", "b", "x/", NULL};
	static const char *const wants[] = {
	        "", "manifest.names-absent", "manifest.omits", "manifest.duplicate",
	        "", "manifest.malformed"};
	static const char *const places[] = {"", ED_MANIFEST_NAME, "b", ED_MANIFEST_NAME,
	                                     "", ED_MANIFEST_NAME};
	static const char *const args[] = {NULL, "c", "b", "a", NULL, NULL};
	const char *const *lists[] = {ab, abc, a, aab, folder};

	for (size_t i = 0; i < 6; i++) {
		begin(ED_MIME_ASICE);
		add("a", HELLO);
		add("b", HELLO);
		if (i < 5)
			add_manifest(lists[i]);
		else
			add(ED_MANIFEST_NAME, "<no-manifest/>");
		add("META-INF/signatures0.xml", "<x/>");
		if (finish_as("a.asice")) {
			found(wants[i], "manifest");
			if (*wants[i] && findings.n == 1) {
				is_str(findings.v[0].where, places[i], "where");
				if (args[i])
					is_str(findings.v[0].args[0], args[i], "which");
			}
		}
		end();
	}
	begin(ED_MIME_ASICE);
	add("a", HELLO);
	add_manifest(a);
	limits.xml_bytes = 50;
	if (finish_as("a.asice"))
		found("manifest.limit", "a manifest past the limit");
	limits = edoc_limits_default();
	end();
}

static void digests(void)
{
	/* printf 'hello\n' | sha256sum; sha512sum */
	static const char want256[] =
	        "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
	static const char want512[] =
	        "e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1acb299d1c3b7f931"
	        "f94aae41edda2c2b207a36e10f8bcb8d45223e54878f5b316e7ce3b6bc019629";
	unsigned char out[ED_HASH_MAX], byte = 'J';
	char hex[2 * ED_HASH_MAX + 1];
	size_t i;

	begin(ED_MIME_ASICE);
	add("a", HELLO);
	add("b", HELLO);
	if (finish_as("a.asice")) {
		i = ed_zip_find(asic->zip, "a");
		ed_asic_want(asic, i, ED_SHA512);
		ed_asic_want(asic, 99, ED_SHA512);
		is_ok(ed_asic_digest(asic, i, ED_SHA256, out, &err), &err, "digest");
		ed_hex(hex, out, 32);
		is_str(hex, want256, "SHA-256");
		/* The bytes are read once: changing them now changes nothing. */
		ok(pwrite(fd, &byte, 1, (off_t)ed_zip_entry(asic->zip, i)->data) == 1,
		   "a byte changes");
		is_ok(ed_asic_digest(asic, i, ED_SHA512, out, &err), &err, "the one wanted before");
		ed_hex(hex, out, 64);
		is_str(hex, want512, "SHA-512");
		is_ok(ed_asic_digest(asic, i, ED_SHA256, out, &err), &err, "again");
		ed_hex(hex, out, 32);
		is_str(hex, want256, "from the cache");
		fails(ed_asic_digest(asic, i, ED_SHA384, out, &err), EDOC_ERR_INPUT, &err, "CRC-32",
		      "a third reads, and notices");
		fails(ed_asic_digest(asic, i, ED_SHA384, out, &err), EDOC_ERR_INPUT, &err, "CRC-32",
		      "a failure is not cached as a value");
		fails(ed_asic_digest(asic, i, ED_HASH_NONE, out, &err), EDOC_ERR_BUG, &err, NULL,
		      "none");
		fails(ed_asic_digest(asic, 99, ED_SHA256, out, &err), EDOC_ERR_BUG, &err, "99",
		      "no entry");
	}
	end();
}

/* The crafted containers: a strange mimetype is a finding. */
static void corpus_file(const char *path, const char *name)
{
	bool strange = !strncmp(name, "d4-mimetype", 11);

	if (!strange && strncmp(name, "00-", 3) != 0 && strncmp(name, "01-", 3) != 0)
		return;
	with_file(path);
	ok(strange == (ed_findings_have(&findings, "container.mimetype-late") ||
	               ed_findings_have(&findings, "container.mimetype-deflated") ||
	               ed_findings_have(&findings, "container.mimetype-wrong")),
	   "%s: mimetype", name);
	end();
}

int main(void)
{
	limits = edoc_limits_default();
	sound();
	kinds();
	formats();
	mimetypes();
	manifests();
	digests();
	if (each(src("../shared/corpora/zip"), ".asice", corpus_file) == 0)
		printf("ok %d # SKIP ../shared/corpora/zip is absent\n", ++tap_n);
	return done();
}
