/* SPDX-License-Identifier: ISC */
/* What an item is, and who reads it. */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "judge/collect.h"
#include "judge/recognise.h"
#include "trust/anchors.h"

bool ed_collect_is_input(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT || code == EDOC_ERR_VERSION;
}

bool ed_collect_is_other_entry(const struct ed_collect *c, const struct edoc_error *why,
                               const char *name)
{
	return strcmp(why->where, name) != 0 && ed_zip_find(c->asic->zip, why->where) != ED_NO_DATA;
}

/* ---- lists ---- */

enum edoc_code ed_collect_add_sigs(struct ed_collect *c, struct ed_ades *sigs, size_t n,
                                   const char *where, struct edoc_error *err)
{
	struct ed_item *item = c->item;

	for (size_t i = 0; i < n; i++) {
		struct ed_ades *v = NULL;

		if (item->n_sigs < ED_MAX_SIGNATURES)
			v = ed_arena_grow(c->arena, item->sigs, item->n_sigs, &c->sigs_cap,
			                  sizeof(*v));
		else
			ed_finding(&item->findings, "signature.too-many", where, "1000", NULL,
			           NULL);
		if (!v) {
			ed_ades_clear(sigs + i, n - i);
			return item->n_sigs < ED_MAX_SIGNATURES ? ed_fail_memory(err) : EDOC_OK;
		}
		item->sigs = v;
		v[item->n_sigs++] = sigs[i];
	}
	return EDOC_OK;
}

static bool one_more(struct ed_collect *c, size_t n, const char *where)
{
	if (n >= ED_MAX_STAMPS)
		ed_finding(&c->item->findings, "container.too-many", where, "1000", NULL, NULL);
	return n < ED_MAX_STAMPS;
}

enum edoc_code ed_collect_add_stamp(struct ed_collect *c, const struct ed_stamp *stamp,
                                    struct edoc_error *err)
{
	struct ed_item *item = c->item;
	struct ed_stamp gone = *stamp, *v = NULL;
	bool room = one_more(c, item->n_stamps, stamp->where);

	if (room)
		v = ed_arena_grow(c->arena, item->stamps, item->n_stamps, &c->stamps_cap,
		                  sizeof(*v));
	if (!v) {
		ed_stamp_clear(&gone);
		return room ? ed_fail_memory(err) : EDOC_OK;
	}
	item->stamps = v;
	v[item->n_stamps++] = *stamp;
	return EDOC_OK;
}

enum edoc_code ed_collect_add_record(struct ed_collect *c, const struct ed_record *record,
                                     struct edoc_error *err)
{
	struct ed_item *item = c->item;
	struct ed_record gone = *record, *v = NULL;
	bool room = one_more(c, item->n_records, record->where);

	if (room)
		v = ed_arena_grow(c->arena, item->records, item->n_records, &c->records_cap,
		                  sizeof(*v));
	if (!v) {
		ed_record_clear(&gone);
		return room ? ed_fail_memory(err) : EDOC_OK;
	}
	item->records = v;
	v[item->n_records++] = *record;
	return EDOC_OK;
}

enum edoc_code ed_collect_add_document(struct ed_collect *c, size_t object, const char *media_type,
                                       size_t covered, struct edoc_error *err)
{
	struct ed_item *item = c->item;
	const struct ed_data *data = &c->view.data;
	const struct ed_view_object *o = &c->view.v[object];
	struct ed_item_document *v = ed_arena_grow(c->arena, item->documents, item->n_documents,
	                                           &c->documents_cap, sizeof(*v));
	unsigned char digest[ED_HASH_MAX];
	enum edoc_code code;

	if (!v)
		return ed_fail_memory(err);
	item->documents = v;
	v = &v[item->n_documents];
	*v = (struct ed_item_document){.name = o->name, .covered = covered, .bytes = o->len};
	if (o->entry != ED_NO_DATA)
		v->bytes = ed_zip_entry(c->asic->zip, o->entry)->usize;
	v->media_type = ed_arena_strdup(c->arena, media_type ? media_type : "");
	code = v->media_type ? data->digest(data->arg, object, ED_SHA256, digest, err)
	                     : ed_fail_memory(err);
	if (code)
		return code;
	memcpy(v->sha256, digest, sizeof(v->sha256));
	v->digested = true;
	item->n_documents++;
	return EDOC_OK;
}

/* ---- who reads it ---- */

static enum edoc_code read_container(struct ed_collect *c, int fd, const char *name,
                                     struct edoc_error *err)
{
	struct ed_item *item = c->item;
	enum edoc_code code =
	        ed_asic_open(fd, name, &c->limits, c->arena, &item->findings, &item->asic, err);

	if (code)
		return code;
	item->owns_asic = true;
	c->asic = item->asic;
	return ed_collect_container(c, err);
}

static enum edoc_code read_kind(struct ed_collect *c, int fd, const char *name,
                                const struct ed_recognised *what, struct edoc_error *err)
{
	switch (what->kind) {
	case ED_ITEM_ZIP:
		return read_container(c, fd, name, err);
	case ED_ITEM_CMS:
		return ed_collect_cms(c, fd, err);
	case ED_ITEM_XML:
		return ed_collect_xml(c, fd, err);
	case ED_ITEM_TST:
		return ed_collect_token(c, fd, err);
	case ED_ITEM_RECORD:
		return ed_collect_record(c, err);
	case ED_ITEM_CERT:
	case ED_ITEM_CRL:
		return ed_collect_x509(c, err);
	case ED_ITEM_UNKNOWN:
		break;
	}
	return ed_fail(err, EDOC_ERR_INPUT, ed_basename(name),
	               "this is %s, and neither a package nor a signature, time-stamp, evidence "
	               "record, certificate or CRL; give the file that holds one",
	               what->looks);
}

static const struct ed_cert *trusted(const void *trust, size_t i)
{
	const struct ed_trust_entry *entry = trust ? ed_trust_at(trust, i) : NULL;

	return entry ? entry->cert : NULL;
}

static void start(struct ed_collect *c, struct ed_item *item, const char *name,
                  const struct edoc_verify_options *options, struct ed_arena *arena)
{
	memset(item, 0, sizeof(*item));
	item->arena = arena;
	item->name = name;
	ed_findings_init(&item->findings, arena);
	ed_material_init(&item->material, arena);
	item->material.memo = options->memo;
	item->material.at_hand = trusted;
	item->material.hand = options->trust;
	ed_buf_init(&item->bytes, ED_MAX_ITEM_BYTES);
	*c = (struct ed_collect){.item = item, .options = options, .arena = arena};
	c->limits = options->limits ? *options->limits : edoc_limits_default();
}

enum edoc_code ed_item_collect(int fd, const char *name, const struct edoc_verify_options *options,
                               struct ed_arena *arena, struct ed_item *item, struct edoc_error *err)
{
	struct ed_collect c;
	struct ed_recognised what;
	enum edoc_code code;

	start(&c, item, name, options, arena);
	code = ed_item_recognise(fd, ed_basename(name), &item->bytes, &what, err);
	if (code)
		return code;
	item->kind = what.kind;
	if (what.text_behind)
		ed_finding(&item->findings, "item.text-behind", ed_basename(name), NULL, NULL,
		           NULL);
	return read_kind(&c, fd, name, &what, err);
}

enum edoc_code ed_item_collect_asic(struct ed_asic *asic, const struct ed_findings *container,
                                    const char *name, const struct edoc_verify_options *options,
                                    struct ed_arena *arena, struct ed_item *item,
                                    struct edoc_error *err)
{
	struct ed_collect c;

	start(&c, item, name, options, arena);
	item->kind = ED_ITEM_ZIP;
	item->asic = c.asic = asic;
	for (size_t i = 0; i < container->n; i++) {
		const struct edoc_finding *f = &container->v[i];

		ed_finding(&item->findings, f->code, f->where, f->args[0], f->args[1], f->args[2]);
	}
	return ed_collect_container(&c, err);
}

void ed_item_clear(struct ed_item *item)
{
	ed_ades_clear(item->sigs, item->n_sigs);
	for (size_t i = 0; i < item->n_stamps; i++)
		ed_stamp_clear(&item->stamps[i]);
	for (size_t i = 0; i < item->n_records; i++)
		ed_record_clear(&item->records[i]);
	if (item->owns_asic)
		ed_asic_free(item->asic);
	ed_buf_clear(&item->bytes);
	item->n_sigs = item->n_stamps = item->n_records = 0;
	item->asic = NULL;
}
