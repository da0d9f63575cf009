/* SPDX-License-Identifier: ISC */
/*
 * What is no container: a signature, a time-stamp token, an evidence record, a
 * certificate or CRL by itself, over what it holds or over the files given
 * with --data.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/ber.h"
#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"
#include "judge/collect.h"
#include "judge/recognise.h"
#include "signature/cades.h"
#include "signature/evidence.h"
#include "signature/xades.h"

#define HEAD 4096 /* bytes that tell an evidence record */

/* ---- --data ---- */

/* A bare name, unless two files have it. */
static const char *data_name(const struct ed_collect *c, size_t i)
{
	const struct edoc_data *v = c->options->data;
	const char *base = ed_basename(v[i].name);

	for (size_t k = 0; k < c->options->n_data; k++)
		if (k != i && !strcmp(ed_basename(v[k].name), base))
			return v[i].name;
	return base;
}

/* An evidence record among the files is over the item (RFC 4998 3.1). */
static enum edoc_code is_record(const char *name, int fd, bool *record, struct edoc_error *err)
{
	unsigned char head[HEAD];
	struct stat st;
	size_t n;
	enum edoc_code code;

	if (fstat(fd, &st) != 0)
		return ed_fail_errno(err, EDOC_ERR_IO, name, "cannot be looked at");
	n = st.st_size < HEAD ? (size_t)st.st_size : HEAD;
	code = ed_pread_full(fd, name, head, n, 0, err);
	*record = !code && (ed_record_is_der(head, n) || ed_record_is_xml(head, n));
	return code;
}

static enum edoc_code add_data(struct ed_collect *c, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	ed_view_init(&c->view, c->arena, NULL);
	ed_view_init(&c->records, c->arena, NULL);
	for (size_t i = 0; i < c->options->n_data && !code; i++) {
		const char *name = ed_arena_strdup(c->arena, data_name(c, i));
		int fd = c->options->data[i].fd;
		bool record = false;

		if (!name)
			return ed_fail_memory(err);
		if (c->item->kind != ED_ITEM_RECORD)
			code = is_record(name, fd, &record, err);
		if (!code)
			code = ed_view_add_file(record ? &c->records : &c->view, name, fd, err);
	}
	(void)ed_view_data(&c->view);
	(void)ed_view_data(&c->records);
	return code;
}

/* ---- evidence records over the item ---- */

static enum edoc_code read_record(struct ed_collect *c, size_t i, const struct ed_data *over,
                                  struct edoc_error *err)
{
	const struct ed_view_object *o = &c->records.v[i];
	struct ed_record record = {0};
	struct edoc_error why = {0};
	struct ed_buf buf;
	void *bytes = NULL;
	enum edoc_code code;

	ed_buf_init(&buf, ED_MAX_ITEM_BYTES);
	code = c->records.data.read(c->records.data.arg, i, &buf, &why);
	if (!code) {
		bytes = ed_arena_memdup(c->arena, ed_buf_str(&buf), buf.len);
		code = bytes ? ed_record_read(bytes, buf.len, o->name, over, &c->item->material,
		                              c->arena, &record, &why)
		             : ed_fail_memory(&why);
	}
	ed_buf_clear(&buf);
	if (ed_collect_is_input(code)) {
		ed_finding(&c->item->findings, "container.record-malformed",
		           why.where[0] ? why.where : o->name, o->name, why.msg, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = why;
		return code;
	}
	return ed_collect_add_record(c, &record, err);
}

/* The item's bytes as they are, then the other files. */
static enum edoc_code read_records(struct ed_collect *c, int fd, struct edoc_error *err)
{
	struct ed_view over;
	const struct ed_data *data;
	enum edoc_code code;

	if (c->records.n == 0)
		return EDOC_OK;
	ed_view_init(&over, c->arena, NULL);
	code = ed_view_add_file(&over, ed_basename(c->item->name), fd, err);
	for (size_t i = 0; i < c->view.n && !code; i++)
		if (c->view.v[i].fd >= 0)
			code = ed_view_add_file(&over, c->view.v[i].name, c->view.v[i].fd, err);
	data = ed_view_data(&over);
	for (size_t i = 0; i < c->records.n && !code; i++)
		code = read_record(c, i, data, err);
	return code;
}

/* ---- what is signed ---- */

static size_t count_covers(const struct ed_item *item, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < item->n_sigs; i++)
		for (size_t k = 0; k < item->sigs[i].n_covers; k++)
			if (!strcmp(item->sigs[i].covers[k], name)) {
				n++;
				break;
			}
	return n;
}

static bool is_proved(const struct ed_object *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].kind == ED_OBJECT_DATA && v[i].name && !strcmp(v[i].name, name))
			return true;
	return false;
}

static bool proved(const struct ed_item *item, const char *name)
{
	for (size_t i = 0; i < item->n_stamps; i++)
		if (is_proved(item->stamps[i].covers, item->stamps[i].n_covers, name))
			return true;
	for (size_t i = 0; i < item->n_records; i++)
		if (is_proved(item->records[i].covers, item->records[i].n_covers, name))
			return true;
	return false;
}

/* The readers name one file; another with the same content is signed or
 * proved as well, whatever its name: out here names are the user's. */
static const struct ed_item_document *original_of(const struct ed_item *item,
                                                  const struct ed_item_document *copy)
{
	for (size_t i = 0; i < item->n_documents; i++) {
		const struct ed_item_document *doc = &item->documents[i];

		if (doc != copy && !memcmp(doc->sha256, copy->sha256, sizeof(doc->sha256)) &&
		    (count_covers(item, doc->name) || proved(item, doc->name)))
			return doc;
	}
	return NULL;
}

/* Whoever gives a file wants to know of that file: one that nothing here is
 * over must not look signed. */
static enum edoc_code look_at_data(struct ed_collect *c, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < c->view.n && !code; i++)
		code = ed_collect_add_document(c, i, NULL, count_covers(item, c->view.v[i].name),
		                               err);
	for (size_t i = 0; i < item->n_documents && !code; i++) {
		struct ed_item_document *doc = &item->documents[i];
		const struct ed_item_document *original;

		if (doc->covered || proved(item, doc->name))
			continue;
		original = original_of(item, doc);
		if (original) {
			doc->covered = original->covered;
			ed_finding(&item->findings, "document.copy", doc->name, original->name,
			           doc->name, NULL);
		} else {
			ed_finding(&item->findings,
			           item->n_sigs ? "document.uncovered" : "document.unproved",
			           doc->name, doc->name, NULL, NULL);
		}
	}
	return code;
}

/* ---- CMS ---- */

enum edoc_code ed_collect_cms(struct ed_collect *c, int fd, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	struct ed_cades cades = {0};
	enum edoc_code code = add_data(c, err);

	if (!code)
		code = ed_cades_read(item->bytes.data, item->bytes.len, ed_basename(item->name),
		                     c->view.n ? &c->view.data : NULL,
		                     c->view.n == 1 ? 0 : ED_NO_DATA, &item->material, c->arena,
		                     &cades, err);
	if (code)
		return code;
	item->format = cades.n && !strcmp(cades.sigs[0].form, "CAdES") ? "CAdES" : "CMS";
	code = ed_collect_add_sigs(c, cades.sigs, cades.n, ed_basename(item->name), err);
	if (!item->n_sigs)
		ed_finding(&item->findings, "signature.none", "", NULL, NULL, NULL);
	if (!code)
		code = read_records(c, fd, err);
	if (!code && cades.content) {
		code = ed_view_add_bytes(&c->view, ED_CADES_CONTENT, cades.content,
		                         cades.content_len, err);
		(void)ed_view_data(&c->view);
	}
	return code ? code : look_at_data(c, err);
}

/* ---- XML ---- */

enum edoc_code ed_collect_xml(struct ed_collect *c, int fd, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	struct ed_ades *sigs = NULL;
	size_t n = 0;
	enum edoc_code code = add_data(c, err);

	if (!code)
		code = ed_xades_read(item->bytes.data, item->bytes.len, ed_basename(item->name),
		                     c->limits.xml_bytes, &c->view.data, &item->material, c->arena,
		                     &sigs, &n, err);
	if (code)
		return code;
	item->format = n && !strcmp(sigs[0].form, "XAdES") ? "XAdES" : "XML-DSig";
	code = ed_collect_add_sigs(c, sigs, n, ed_basename(item->name), err);
	if (!code)
		code = read_records(c, fd, err);
	return code ? code : look_at_data(c, err);
}

/* ---- time-stamp tokens ---- */

static enum edoc_code find_stamped(struct ed_collect *c, struct ed_stamp *stamp,
                                   struct edoc_error *err)
{
	const struct ed_tst *tst = &stamp->tst;
	unsigned char digest[ED_HASH_MAX];

	if (tst->imprint_hash == ED_HASH_NONE ||
	    tst->imprint_len != ed_hash_size(tst->imprint_hash))
		return EDOC_OK;
	for (size_t i = 0; i < c->view.n; i++) {
		struct ed_object *covers;
		enum edoc_code code =
		        c->view.data.digest(c->view.data.arg, i, tst->imprint_hash, digest, err);

		if (code)
			return code;
		if (!ed_same_bytes(digest, tst->imprint, tst->imprint_len))
			continue;
		covers = ed_arena_alloc(c->arena, sizeof(*covers));
		if (!covers)
			return ed_fail_memory(err);
		*covers = (struct ed_object){.kind = ED_OBJECT_DATA,
		                             .name = c->view.v[i].name,
		                             .hash = tst->imprint_hash};
		stamp->covers = covers;
		stamp->n_covers = 1;
		stamp->intact = true;
		return EDOC_OK;
	}
	return EDOC_OK;
}

enum edoc_code ed_collect_token(struct ed_collect *c, int fd, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	const char *where = ed_basename(item->name);
	struct ed_stamp stamp = {.kind = ED_STAMP_BARE, .type = "token", .where = where};
	enum edoc_code code = add_data(c, err);

	ed_findings_init(&stamp.findings, c->arena);
	if (!code)
		code = ed_tst_read(item->bytes.data, item->bytes.len, where, &item->material,
		                   c->arena, &stamp.tst, err);
	if (code)
		return code;
	item->format = "TST";
	code = find_stamped(c, &stamp, err);
	stamp.found = c->view.n > 0;
	if (!stamp.found)
		ed_finding(&stamp.findings, "stamp.data-missing", where, NULL, NULL, NULL);
	else if (!stamp.intact)
		ed_finding(&stamp.findings, "stamp.imprint", where, c->view.v[0].name, NULL, NULL);
	if (code) {
		ed_stamp_clear(&stamp);
		return code;
	}
	ed_finding(&item->findings, "signature.none", "", NULL, NULL, NULL);
	code = ed_collect_add_stamp(c, &stamp, err);
	if (!code)
		code = read_records(c, fd, err);
	return code ? code : look_at_data(c, err);
}

/* ---- evidence records ---- */

enum edoc_code ed_collect_record(struct ed_collect *c, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	struct ed_record record = {0};
	enum edoc_code code = add_data(c, err);

	if (!code)
		code = ed_record_read(item->bytes.data, item->bytes.len, ed_basename(item->name),
		                      &c->view.data, &item->material, c->arena, &record, err);
	if (code)
		return code;
	item->format = "ERS";
	ed_finding(&item->findings, "signature.none", "", NULL, NULL, NULL);
	code = ed_collect_add_record(c, &record, err);
	return code ? code : look_at_data(c, err);
}

/* ---- certificates and CRLs ---- */

/* The first is judged; what stands behind it helps to build the path. */
enum edoc_code ed_collect_x509(struct ed_collect *c, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	const char *where = ed_basename(item->name);
	struct ed_ber_reader r;
	struct ed_ber e;

	item->format = item->kind == ED_ITEM_CERT ? "X.509" : "CRL";
	ed_ber_start(&r, item->bytes.data, item->bytes.len);
	while (ed_ber_next(&r, &e)) {
		enum ed_item_kind kind = ed_item_kind_of(e.whole, e.whole_len);
		enum edoc_code code;

		if (kind != ED_ITEM_CERT && kind != ED_ITEM_CRL)
			return ed_fail(err, EDOC_ERR_INPUT, where,
			               "something else than certificates and CRLs stands behind "
			               "the first of them; give them one by one");
		code = ed_material_add(&item->material, kind == ED_ITEM_CERT ? ED_CERT : ED_CRL,
		                       e.whole, e.whole_len, where, NULL, err);
		if (code)
			return code;
	}
	return ed_ber_done(&r) ? EDOC_OK
	                       : ed_fail(err, EDOC_ERR_INPUT, where,
	                                 "the certificate or CRL is damaged or does not end "
	                                 "where the file ends (X.690 8.1); get an unchanged copy");
}
