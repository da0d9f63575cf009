/* SPDX-License-Identifier: ISC */
/* META-INF/manifest.xml: what is written comes back; what is no manifest is refused. */
#include "../tap.h"
#include "package/manifest.h"

#define NS "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
#define OPEN "<m:manifest xmlns:m=\"" NS "\">"
#define CLOSE "</m:manifest>"
#define ITEM(name) "<m:file-entry m:full-path=\"" name "\" m:media-type=\"text/plain\"/>"

static struct edoc_error err;
static struct ed_arena *arena;
static struct ed_manifest manifest;

static enum edoc_code parse(const char *xml)
{
	memset(&err, 0, sizeof(err));
	return ed_manifest_parse(xml, strlen(xml), "META-INF/manifest.xml", arena, &manifest, &err);
}

static void round_trip(void)
{
	struct ed_manifest_item items[] = {{"фармон & <1>.txt", "text/plain"},
	                                   {"a\"b'.bin", "application/octet-stream"},
	                                   {"metadata/card.xml", "text/xml"}};
	struct ed_buf buf;

	ed_buf_init(&buf, 4096);
	ed_manifest_write(&buf, "application/vnd.etsi.asic-e+zip", items, 3);
	is_ok(ed_buf_check(&buf, "manifest", &err), &err, "written");
	is_ok(parse(ed_buf_str(&buf)), &err, "read back");
	is_int((int64_t)manifest.n, 4, "the package and three documents");
	is_str(manifest.items[0].name, "/", "the package");
	is_str(manifest.items[0].media_type, "application/vnd.etsi.asic-e+zip", "its type");
	is_str(manifest.items[1].name, items[1].name, "quotes");
	is_str(manifest.items[2].name, items[2].name, "a folder");
	is_str(manifest.items[3].name, items[0].name, "markup and Cyrillic");
	is_str(manifest.items[3].media_type, "text/plain", "its type");
	ok(!manifest.duplicate, "none twice");
	ed_buf_clear(&buf);
	ed_buf_init(&buf, 100);
	ed_manifest_write(&buf, "x", items, 3);
	fails(ed_buf_check(&buf, "manifest", &err), EDOC_ERR_LIMIT, &err, NULL,
	      "a full buffer is told");
	ed_buf_clear(&buf);
}

static void accepted(void)
{
	is_ok(parse(OPEN CLOSE), &err, "an empty manifest");
	is_int((int64_t)manifest.n, 0, "holds nothing");
	is_ok(parse("<manifest xmlns=\"" NS
	            "\"><file-entry full-path=\"a\" media-type=\"b\"/></manifest>"),
	      &err, "attributes without a namespace");
	is_str(manifest.items[0].name, "a", "their name");
	is_ok(parse(OPEN "<m:file-entry m:full-path=\"a\"/>" CLOSE), &err, "no media type");
	is_str(manifest.items[0].media_type, "", "is an empty one");
	is_ok(parse(OPEN "<!-- x --><other/>" ITEM("META-INF/") ITEM("a/b") CLOSE), &err,
	      "folders, comments, others' elements");
	is_int((int64_t)manifest.n, 2, "two entries");
	is_ok(parse(OPEN ITEM("a") ITEM("b") ITEM("a") CLOSE), &err, "a name twice");
	is_str(manifest.duplicate, "a", "is told");
	is_ok(parse(OPEN ITEM("a") ITEM("A") CLOSE), &err, "case counts");
	ok(!manifest.duplicate, "so these are two");
}

static void refused(void)
{
	static const struct {
		const char *xml, *word, *what;
	} bad[] = {
	        {"", NULL, "nothing"},
	        {"manifest", NULL, "no XML"},
	        {OPEN, NULL, "cut off"},
	        {"<manifest/>", "root element", "no namespace"},
	        {"<m:manifest xmlns:m=\"urn:x\"/>", "root element", "another namespace"},
	        {"<m:file-entry xmlns:m=\"" NS "\"/>", "root element", "another root"},
	        {OPEN "<m:file-entry m:media-type=\"a\"/>" CLOSE, "full-path", "no name"},
	        {OPEN "<m:file-entry m:full-path=\"a\" full-path=\"b\"/>" CLOSE, "full-path",
	         "two names"},
	        {OPEN ITEM("") CLOSE, "acceptable name", "an empty name"},
	        {OPEN ITEM("../a") CLOSE, "acceptable name", "out of the folder"},
	        {OPEN ITEM("/a") CLOSE, "acceptable name", "absolute"},
	        {OPEN ITEM("a\\b") CLOSE, "acceptable name", "a backslash"},
	        {OPEN ITEM("a&#10;b") CLOSE, "acceptable name", "a newline"},
	        {OPEN ITEM("a&#x202e;b") CLOSE, "acceptable name", "right to left"},
	        {"<!DOCTYPE m>" OPEN CLOSE, NULL, "a DOCTYPE"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		fails(parse(bad[i].xml), EDOC_ERR_INPUT, &err, bad[i].word, bad[i].what);
		is_int((int64_t)manifest.n, 0, "and nothing comes out");
	}
	parse(OPEN "\n\n" ITEM("..") CLOSE);
	is_str(err.where, "META-INF/manifest.xml:3", "the line is told");
}

static void types(void)
{
	is_str(ed_media_type("a/b.pdf"), "application/pdf", "pdf");
	is_str(ed_media_type("B.PDF"), "application/pdf", "case does not count");
	is_str(ed_media_type("order.docx"),
	       "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx");
	is_str(ed_media_type("x.tar.xyz"), "application/octet-stream", "unknown");
	is_str(ed_media_type("pdf"), "application/octet-stream", "no ending");
	is_str(ed_media_type(".pdf"), "application/octet-stream", "a hidden file");
	is_str(ed_media_type("a.pdf/b"), "application/octet-stream", "a folder's ending");
	is_str(ed_media_type("a."), "application/octet-stream", "nothing after the dot");
}

int main(void)
{
	arena = ed_arena_new();
	round_trip();
	accepted();
	refused();
	types();
	ed_arena_free(arena);
	return done();
}
