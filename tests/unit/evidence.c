/* SPDX-License-Identifier: ISC */
/*
 * Evidence records of testdata/records, each beside neighbours with one defect;
 * the E numbers are those of the attack catalogue.  Then what only a machine
 * would write: bombs, cuts, every byte changed.
 */
#include "../tap.h"

#include "base/buf.h"
#include "base/io.h"
#include "base/limits.h"
#include "judge/rules.h"
#include "signature/evidence.h"

static struct edoc_error err;
static char folder[3072];

/* ---- objects ---- */

struct object {
	const char *name, *file;
};

struct objects {
	const struct object *v;
	size_t n, asked; /* how many digests were asked for */
};

static void slurp(const char *file, struct ed_buf *buf)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	if (ed_read_path(path, buf, &err) != EDOC_OK)
		ok(false, "%s is there: %s", path, err.msg);
}

static const char *name(void *arg, size_t i)
{
	return ((struct objects *)arg)->v[i].name;
}

static enum edoc_code read_object(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *e)
{
	(void)e;
	slurp(((struct objects *)arg)->v[i].file, buf);
	return buf->failed;
}

static enum edoc_code digest(void *arg, size_t i, enum ed_hash hash, unsigned char out[ED_HASH_MAX],
                             struct edoc_error *e)
{
	struct objects *objects = arg;
	struct ed_buf buf;
	bool good;

	(void)e;
	objects->asked++;
	ed_buf_init(&buf, 1 << 20);
	slurp(objects->v[i].file, &buf);
	good = ed_hash_bytes(hash, buf.data, buf.len, out);
	ed_buf_clear(&buf);
	return good ? EDOC_OK : EDOC_ERR_MEMORY;
}

static struct ed_data data_of(struct objects *objects)
{
	return (struct ed_data){.arg = objects,
	                        .n = objects->n,
	                        .name = name,
	                        .digest = digest,
	                        .read = read_object};
}

/* ---- reading ---- */

struct reading {
	struct ed_arena *arena;
	struct ed_material material;
	struct ed_record record;
	enum edoc_code rc;
};

static struct reading read_bytes(const void *bytes, size_t len, struct objects *objects)
{
	struct reading r = {.arena = ed_arena_new()};
	struct ed_data data = data_of(objects);

	ed_material_init(&r.material, r.arena);
	r.rc = ed_record_read(bytes, len, "r", &data, &r.material, r.arena, &r.record, &err);
	return r;
}

static struct reading read_file(const char *file, struct objects *objects)
{
	struct reading r;
	struct ed_buf buf;

	ed_buf_init(&buf, 1 << 20);
	slurp(file, &buf);
	r = read_bytes(buf.data, buf.len, objects);
	ed_buf_clear(&buf);
	return r;
}

static void finish(struct reading *r)
{
	ed_record_clear(&r->record);
	ed_arena_free(r->arena);
}

static bool has(const struct ed_record *record, const char *code)
{
	bool found = ed_findings_have(&record->findings, code);

	for (size_t i = 0; i < record->n_stamps && !found; i++)
		found = ed_findings_have(&record->stamps[i].findings, code);
	return found;
}

static const struct object all[] = {{"one.txt", "one.txt"},
                                    {"two.txt", "two.txt"},
                                    {"note.xml", "note.xml"},
                                    {"node.bin", "node.bin"}};
#define ALL                                                                                        \
	(struct objects)                                                                           \
	{                                                                                          \
		all, 4, 0                                                                          \
	}

static void test_good(void)
{
	static const struct {
		const char *file;
		size_t stamps, covers;
		const char *code; /* of a finding that harms nothing, or NULL */
	} cases[] = {
	        {"good/one.ers", 1, 1, NULL},
	        {"good/one.xml", 1, 1, NULL},
	        {"good/alone.ers", 1, 1, NULL},
	        {"good/alone.xml", 1, 1, NULL},
	        {"good/group.ers", 1, 2, NULL},
	        {"good/group.xml", 1, 2, NULL},
	        {"good/renewed.ers", 2, 2, NULL},
	        {"good/renewed.xml", 2, 2, NULL},
	        {"good/full.ers", 4, 2, NULL},
	        {"good/full.xml", 4, 2, NULL},
	        {"good/ber.ers", 4, 2, NULL},
	        {"good/same-second.ers", 2, 1, NULL},
	        {"good/same-second.xml", 2, 1, NULL},
	        {"good/sorted.ers", 2, 1, NULL},
	        {"good/literal.ers", 1, 1, NULL},
	        {"good/no-field.ers", 1, 1, NULL},
	        {"good/material.xml", 1, 1, NULL},
	        {"good/spaced.xml", 2, 1, NULL},
	        {"good/unordered.xml", 2, 2, NULL},
	        {"good/repeats.ers", 1, 1, "evidence.repeats"},
	        {"good/unlisted.ers", 1, 1, "evidence.algorithm-unlisted"},
	        {"good/canonical.xml", 1, 1, "evidence.object-canonical"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct objects objects = ALL;
		struct reading r = read_file(cases[i].file, &objects);
		const struct ed_record *record = &r.record;

		is_ok(r.rc, &err, cases[i].file);
		ok(record->intact && record->found, "%s is intact", cases[i].file);
		is_int((int64_t)record->n_stamps, (int64_t)cases[i].stamps, "its time-stamps");
		is_int((int64_t)record->renewals, (int64_t)cases[i].stamps - 1, "its renewals");
		is_int((int64_t)record->n_covers, (int64_t)cases[i].covers, "what it covers");
		is_str(record->form, strstr(cases[i].file, ".ers") ? "RFC4998" : "RFC6283", "form");
		for (size_t k = 0; k < record->n_stamps; k++)
			ok(record->stamps[k].intact && record->stamps[k].found &&
			           record->stamps[k].tst.intact,
			   "time-stamp %zu is intact", k + 1);
		ok(cases[i].code ? has(record, cases[i].code) : record->findings.n == 0, "%s: %s",
		   cases[i].file, cases[i].code ? cases[i].code : "nothing to say");
		finish(&r);
	}
}

static void test_bad(void)
{
	static const struct {
		const char *file, *code;
	} cases[] = {
	        {"bad/E01-init", "evidence.root"},
	        {"bad/E02-renewed", "evidence.root"},
	        {"bad/E03-chain", "evidence.root"},
	        {"bad/E04-omits", "evidence.data-not-found"},
	        {"bad/E05-leaf", "evidence.leaf-is-node"},
	        {"bad/E05-length", "evidence.hash-length"},
	        {"bad/E06-renewal", "evidence.renewal"},
	        {"bad/E06-chain", "evidence.chain-renewal"},
	        {"bad/E06-omits", "evidence.renewal-omits"},
	        {"bad/E06-first", "evidence.chain-renewal"},
	        {"bad/E07-algorithm", "evidence.algorithm-differs"},
	        {"bad/E09-stranger", "evidence.data-not-found"},
	        {"bad/changed", "evidence.data-not-found"},
	        {"bad/time-order", "evidence.time-order"},
	        {"bad/encrypted", "evidence.encrypted"},
	        {"bad/malformed-token", "evidence.token-malformed"},
	        {"bad/version", "evidence.version"},
	        {"bad/unknown", "evidence.algorithm-unknown"},
	        {"bad/mixed.ers", "evidence.chain-algorithm"},
	        {"bad/c14n.xml", "evidence.c14n-unknown"},
	        {"bad/order-twice.xml", "evidence.order-twice"},
	        {"bad/token-type.xml", "evidence.token-type"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static const char *const ends[] = {".ers", ".xml"};
		bool one = strrchr(cases[i].file, '.') != NULL;

		for (int k = 0; k < (one ? 1 : 2); k++) {
			struct objects objects = ALL;
			char file[128];
			struct reading r;

			snprintf(file, sizeof(file), "%s%s", cases[i].file, one ? "" : ends[k]);
			r = read_file(file, &objects);
			is_ok(r.rc, &err, file);
			ok(!r.record.intact, "%s is not intact", file);
			ok(has(&r.record, cases[i].code), "%s: %s", file, cases[i].code);
			ok(ed_rule(cases[i].code) && ed_rule(cases[i].code)->severity == EDOC_ERROR,
			   "which is an error");
			finish(&r);
		}
	}
}

/* ---- what it says of the data ---- */

static void test_objects(void)
{
	static const struct object one[] = {{"one.txt", "one.txt"}};
	static const struct object other[] = {{"one.txt", "two.txt"}};
	static const struct object codings[] = {{"sig", "note.xml"}, {"sig", "one.txt"}};
	struct objects none = {NULL, 0, 0}, first = {one, 1, 0}, changed = {other, 1, 0};
	struct objects twice = {codings, 2, 0};
	struct reading r = read_file("good/group.ers", &first);

	ok(r.record.intact, "one object of a group of two");
	ok(ed_record_covers(&r.record, "one.txt") && !ed_record_covers(&r.record, "two.txt"),
	   "is covered, and the other is not");
	ok(has(&r.record, "evidence.objects-missing"), "that one is missing is said");
	is_int((int64_t)first.asked, 1, "and digested once");
	finish(&r);

	r = read_file("good/one.ers", &changed);
	ok(!r.record.intact && !r.record.found && has(&r.record, "evidence.data-changed"),
	   "the one object is another one");
	finish(&r);
	r = read_file("good/group.xml", &none);
	ok(!r.record.intact && !r.record.found && has(&r.record, "evidence.data-not-found"),
	   "E09: no object at all");
	finish(&r);
	r = read_file("good/full.ers", &twice);
	ok(r.record.intact && r.record.n_covers == 1 && ed_record_covers(&r.record, "sig"),
	   "two codings of one object: one is enough, in every chain");
	finish(&r);
	r = read_file("good/full.ers", &first);
	ok(r.record.intact, "and of a group, in every chain");
	finish(&r);
}

static void test_covers(void)
{
	struct objects objects = ALL;
	struct reading r = read_file("good/full.xml", &objects);
	const struct ed_stamp *s = r.record.stamps;

	if (!ok(r.rc == EDOC_OK && r.record.n_stamps == 4, "four time-stamps"))
		return;
	ok(s[0].n_covers == 2 && s[0].covers[0].kind == ED_OBJECT_DATA &&
	           s[0].covers[0].hash == ED_SHA256,
	   "the first covers the data");
	ok(s[1].n_covers >= 2 && s[1].covers[0].kind == ED_OBJECT_STAMP &&
	           !memcmp(s[1].covers[0].sha256, s[0].tst.sha256, 32),
	   "the second covers the first");
	is_int(s[1].covers[1].kind, ED_OBJECT_MATERIAL, "and the certificate in it");
	ok(s[2].n_covers >= 4 && s[2].covers[1].kind == ED_OBJECT_DATA &&
	           s[2].covers[1].hash == ED_SHA512 && s[2].covers[2].kind == ED_OBJECT_STAMP,
	   "the third covers the data again, and both time-stamps");
	ok(s[3].covers[0].kind == ED_OBJECT_STAMP &&
	           !memcmp(s[3].covers[0].sha256, s[2].tst.sha256, 32),
	   "the fourth covers the third");
	finish(&r);

	objects = ALL;
	r = read_file("good/E08-sha1.ers", &objects);
	ok(r.record.intact && r.record.covers[0].hash == ED_SHA1,
	   "E08: that SHA-1 was all there was until the renewal is told");
	is_int(r.record.stamps[1].tst.time, 1780315200, "and when that was");
	finish(&r);
}

/* ---- what only a machine would write ---- */

static void put_header(struct ed_buf *out, unsigned char tag, size_t len)
{
	unsigned char head[] = {tag,
	                        0x84,
	                        (unsigned char)(len >> 24),
	                        (unsigned char)(len >> 16),
	                        (unsigned char)(len >> 8),
	                        (unsigned char)len};

	ed_buf_put(out, head, sizeof(head));
}

static void wrap(struct ed_buf *buf, unsigned char tag)
{
	struct ed_buf out;

	ed_buf_init(&out, buf->max);
	put_header(&out, tag, buf->len);
	ed_buf_put(&out, buf->data, buf->len);
	ed_buf_clear(buf);
	*buf = out;
}

/* version, digestAlgorithms { SHA-256 }, and the chains in buf. */
static void make_record(struct ed_buf *buf)
{
	static const unsigned char head[] = {0x02, 0x01, 0x01, 0x30, 0x0d, 0x30, 0x0b, 0x06, 0x09,
	                                     0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
	struct ed_buf out;

	wrap(buf, 0x30);
	ed_buf_init(&out, buf->max);
	ed_buf_put(&out, head, sizeof(head));
	ed_buf_put(&out, buf->data, buf->len);
	ed_buf_clear(buf);
	*buf = out;
	wrap(buf, 0x30);
}

static void refused(struct ed_buf *buf, enum edoc_code want, const char *what)
{
	struct objects objects = ALL;
	struct reading r = read_bytes(buf->data, buf->len, &objects);

	fails(r.rc, want, &err, NULL, what);
	finish(&r);
	ed_buf_clear(buf);
}

static void test_bombs(void)
{
	static const unsigned char stamp[] = {0x30, 0x06, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03};
	static const unsigned char hash[34] = {0x04, 0x20};
	struct ed_buf buf;

	ed_buf_init(&buf, 8 << 20);
	for (int i = 0; i < 5000; i++)
		ed_buf_put(&buf, "\x30\x80", 2);
	refused(&buf, EDOC_ERR_INPUT, "E10: 5,000 levels");
	for (size_t i = 0; i <= ED_MAX_STAMPS; i++)
		ed_buf_put(&buf, stamp, sizeof(stamp));
	wrap(&buf, 0x30);
	make_record(&buf);
	refused(&buf, EDOC_ERR_LIMIT, "E10: too many time-stamps");
	for (size_t i = 0; i <= ED_MAX_RECORD_CHAINS; i++) {
		ed_buf_put(&buf, "\x30\x08", 2);
		ed_buf_put(&buf, stamp, sizeof(stamp));
	}
	make_record(&buf);
	refused(&buf, EDOC_ERR_LIMIT, "E10: too many chains");
	for (size_t i = 0; i <= ED_MAX_RECORD_HASHES; i++)
		ed_buf_put(&buf, hash, sizeof(hash));
	wrap(&buf, 0x30);
	wrap(&buf, 0xa2);
	ed_buf_put(&buf, stamp + 2, sizeof(stamp) - 2);
	wrap(&buf, 0x30);
	wrap(&buf, 0x30);
	make_record(&buf);
	refused(&buf, EDOC_ERR_LIMIT, "E10: too many hash values");
	ed_buf_puts(&buf, "<EvidenceRecord>");
	for (int i = 0; i < 5000; i++)
		ed_buf_puts(&buf, "<a>");
	refused(&buf, EDOC_ERR_LIMIT, "E10: 5,000 elements within each other");
}

/* A record without its end, with more, or with one byte changed: it is refused,
 * or whatever it covers is what it covered before. */
static void test_changes(const char *file, size_t step)
{
	struct ed_buf buf;
	size_t taken = 0;
	bool good = true;

	ed_buf_init(&buf, 1 << 20);
	slurp(file, &buf);
	for (size_t n = 0; n < buf.len - 1; n += step) {
		struct objects objects = ALL;
		struct reading r = read_bytes(buf.data, n, &objects);

		good = good && r.rc == EDOC_ERR_INPUT;
		finish(&r);
	}
	ok(good, "%s cut short anywhere is refused", file);
	good = true;
	for (size_t n = 0; n < buf.len; n += step) {
		struct objects objects = ALL;
		struct reading r;

		buf.data[n] ^= 1;
		r = read_bytes(buf.data, buf.len, &objects);
		taken += r.rc == EDOC_OK;
		if (r.rc == EDOC_OK && r.record.intact)
			good = good && r.record.n_covers <= 2 && r.record.stamps[0].intact;
		finish(&r);
		buf.data[n] ^= 1;
	}
	ok(good && taken > 0, "%s with one byte changed lies about nothing", file);
	ed_buf_putc(&buf, 'x');
	refused(&buf, EDOC_ERR_INPUT, "a byte more is refused");
}

static void test_recognising(void)
{
	static const char *const der[] = {"good/one.ers", "good/ber.ers", "good/full.ers"};
	static const char *const xml[] = {"good/one.xml", "bad/version.xml"};
	static const char *const neither[] = {"note.xml", "one.txt", "node.bin", "tsa.crt"};
	struct ed_buf buf;

	ed_buf_init(&buf, 1 << 20);
	for (size_t i = 0; i < 3; i++) {
		slurp(der[i], &buf);
		ok(ed_record_is_der(buf.data, 64) && !ed_record_is_xml(buf.data, buf.len),
		   "%s looks like DER", der[i]);
		ed_buf_reset(&buf);
	}
	for (size_t i = 0; i < 2; i++) {
		slurp(xml[i], &buf);
		ok(!ed_record_is_der(buf.data, buf.len) && ed_record_is_xml(buf.data, 64),
		   "%s looks like XML", xml[i]);
		ed_buf_reset(&buf);
	}
	for (size_t i = 0; i < 4; i++) {
		slurp(neither[i], &buf);
		ok(!ed_record_is_der(buf.data, buf.len) && !ed_record_is_xml(buf.data, buf.len),
		   "%s looks like neither", neither[i]);
		ed_buf_reset(&buf);
	}
	ok(!ed_record_is_der("", 0) && !ed_record_is_xml("", 0), "nothing is nothing");
	ed_buf_clear(&buf);
}

/* A record within a document is read where it stands. */
static void test_embedded(void)
{
	struct objects objects = ALL;
	struct ed_data data = data_of(&objects);
	struct ed_arena *arena = ed_arena_new();
	struct ed_material material;
	struct ed_record record = {0};
	struct ed_xml *xml = NULL;
	struct ed_buf record_text, doc;
	const char *body;

	ed_material_init(&material, arena);
	ed_buf_init(&record_text, 1 << 20);
	ed_buf_init(&doc, 1 << 20);
	slurp("good/full.xml", &record_text);
	body = strstr(ed_buf_str(&record_text), "<EvidenceRecord");
	ed_buf_printf(&doc, "<d xmlns='urn:d' xmlns:e='urn:e'>%s</d>", body);
	is_ok(ed_xml_parse(doc.data, doc.len, "d.xml", 1 << 20, &xml, &err), &err, "a document");
	is_ok(ed_record_read_node(xml, ed_xml_first(xmlDocGetRootElement(xml->doc)), "d.xml", &data,
	                          &material, arena, &record, &err),
	      &err, "with a record in it");
	ok(record.intact && record.n_stamps == 4, "which is intact (exclusive canonical XML)");
	ed_record_clear(&record);
	fails(ed_record_read_node(xml, xmlDocGetRootElement(xml->doc), "d.xml", &data, &material,
	                          arena, &record, &err),
	      EDOC_ERR_INPUT, &err, "EvidenceRecord", "another element is no record");
	ed_xml_free(xml);
	ed_buf_clear(&record_text);
	ed_buf_clear(&doc);
	ed_arena_free(arena);
}

int main(void)
{
	const char *src = getenv("SRCDIR");

	snprintf(folder, sizeof(folder), "%s/testdata/records", src ? src : ".");
	test_good();
	test_bad();
	test_objects();
	test_covers();
	test_bombs();
	test_changes("good/alone.ers", 1);
	test_changes("good/alone.xml", 7);
	test_recognising();
	test_embedded();
	return done();
}
