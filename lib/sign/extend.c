/* SPDX-License-Identifier: ISC */
/* Signatures raised to a level, and countersigned: in packages and bare. */
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/recognise.h"
#include "package/asicmanifest.h"
#include "sign/growth.h"
#include "sign/place.h"
#include "signature/cades.h"
#include "signature/xades.h"

/* ---- one file of signatures ---- */

struct names { /* of its signatures, as they are read */
	struct ed_arena *arena;
	struct named {
		const char *id, *level;
		bool reached; /* what would be asked of it, were it under an archive manifest */
	} * v;
	size_t n;
};

static enum edoc_code list(enum edoc_form form, const struct ed_grow *at, enum edoc_level level,
                           struct names *out, struct edoc_error *err)
{
	struct ed_material material;
	struct ed_cades cades = {0};
	struct ed_ades *sigs = NULL;
	enum edoc_code code;

	ed_material_init(&material, out->arena);
	if (form == EDOC_XADES)
		code = ed_xades_read(at->bytes, at->len, at->where, ED_MAX_XML_BYTES, at->data,
		                     &material, out->arena, &sigs, &out->n, err);
	else
		code = ed_cades_read(at->bytes, at->len, at->where, at->data, at->only, &material,
		                     out->arena, &cades, err);
	if (form == EDOC_CADES) {
		sigs = cades.sigs;
		out->n = cades.n;
	}
	out->v =
	        code == EDOC_OK ? ed_arena_alloc(out->arena, (out->n + 1) * sizeof(*out->v)) : NULL;
	for (size_t i = 0; out->v && i < out->n; i++) {
		out->v[i].id = sigs[i].id ? sigs[i].id : sigs[i].where;
		out->v[i].level = sigs[i].level[0] ? sigs[i].level : sigs[i].form;
		out->v[i].reached = ed_raise_reached(&sigs[i], level);
	}
	if (code == EDOC_OK && !out->v)
		code = ed_fail_memory(err);
	ed_ades_clear(sigs, out->n);
	return code;
}

#define LISTED 160 /* bytes of names in a sentence; edoc-verify -v has the rest */

/* An entry's name is the name of a signature only where it is alone in it. */
static enum edoc_code check_alone(const struct ed_growth *g, const char *where,
                                  const struct names *names, struct edoc_error *err)
{
	struct ed_buf list;

	if ((g->id && strcmp(g->id, where) != 0) || (!g->id && !g->one) || names->n < 2)
		return EDOC_OK;
	ed_buf_init(&list, ED_MAX_ITEM_BYTES);
	for (size_t i = 0; i < names->n; i++) {
		bool fits = list.len + strlen(names->v[i].id) <= LISTED;

		ed_buf_printf(&list, "%s%s", i ? ", " : "", fits ? names->v[i].id : "...");
		if (!fits)
			break;
	}
	(void)ed_fail(err, EDOC_ERR_USAGE, where,
	              "%zu signatures stand in it: say which one by --signature: %s", names->n,
	              ed_buf_str(&list));
	ed_buf_clear(&list);
	return EDOC_ERR_USAGE;
}

static bool chosen(const struct ed_growth *g, const char *where, const char *id)
{
	return !g->id || !strcmp(g->id, where) || (id && !strcmp(g->id, id));
}

/* What an archive manifest has the digest of may not change any more.  A renewed
 * LTA of CAdES is one more manifest, and the last token alone gets what it needs. */
static enum edoc_code leave(const struct ed_growth *g, enum edoc_form form, const char *where,
                            const struct named *sig, struct edoc_error *err)
{
	if (g->one)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "an archive time-stamp of the package protects it, so it cannot be "
		               "changed any more (EN 319 162-1 4.4.5): countersign before level "
		               "LTA");
	if (sig->reached && (form == EDOC_CADES || g->options->level < EDOC_LEVEL_LTA))
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_INPUT, where,
	               "is %s and cannot be raised any more: an archive time-stamp of the package "
	               "protects it (EN 319 162-1 4.4.5); nothing was changed%s",
	               sig->level,
	               g->id || g->options->level < EDOC_LEVEL_LTA
	                       ? ""
	                       : "; --signature renews that time-stamp for another");
}

/* Of a signature under an archive manifest. */
static enum edoc_level inside_of(enum edoc_form form, enum edoc_level level)
{
	return form == EDOC_CADES && level > EDOC_LEVEL_LT ? EDOC_LEVEL_LT : level;
}

enum edoc_code ed_growth_file(struct ed_growth *g, enum edoc_form form, const struct ed_grow *at,
                              bool container, struct ed_buf *out, struct edoc_error *err)
{
	struct names names = {.arena = ed_arena_new()};
	struct ed_grow now = *at;
	struct ed_buf made;
	enum edoc_level level = inside_of(form, g->options->level);
	enum edoc_code code =
	        names.arena ? list(form, at, level, &names, err) : ed_fail_memory(err);

	ed_buf_init(&made, ED_MAX_ITEM_BYTES);
	if (code == EDOC_OK)
		code = check_alone(g, at->where, &names, err);
	for (size_t i = 0; code == EDOC_OK && i < names.n; i++) {
		if (!chosen(g, at->where, names.v[i].id))
			continue;
		g->chosen++;
		if (g->sealed) {
			code = leave(g, form, at->where, &names.v[i], err);
			continue;
		}
		now.which = i;
		code = g->fn(g->options, form, &now, container, &made, &g->moment, err);
		g->changes = g->changes || made.len || !names.v[i].reached || g->archive;
		if (code != EDOC_OK || !made.len)
			continue;
		ed_buf_clear(out);
		*out = made;
		ed_buf_init(&made, ED_MAX_ITEM_BYTES);
		now.bytes = out->data;
		now.len = out->len;
	}
	ed_buf_clear(&made);
	ed_arena_free(names.arena);
	return code;
}

enum edoc_code ed_growth_done(const struct ed_growth *g, const char *path, struct edoc_error *err)
{
	if (!g->chosen && g->id)
		return ed_fail(err, EDOC_ERR_ABSENT, path,
		               "it holds no signature \"%s\": edoc-verify -v lists them; a "
		               "counter-signature cannot be chosen",
		               g->id);
	if (!g->chosen)
		return ed_fail(err, EDOC_ERR_INPUT, path, "nobody has signed it");
	if (g->id && g->chosen > 1)
		return ed_fail(err, EDOC_ERR_USAGE, path,
		               "%zu signatures are called \"%s\": which one is meant is not known",
		               g->chosen, g->id);
	if (g->chosen > 1 && g->one)
		return ed_fail(err, EDOC_ERR_USAGE, path,
		               "it holds %zu signatures: say which one by --signature (edoc-verify "
		               "-v lists them)",
		               g->chosen);
	return EDOC_OK;
}

/* What edoc_extend() does to a signature. */
static enum edoc_code raise_one(const struct edoc_sign_options *options, enum edoc_form form,
                                const struct ed_grow *at, bool container, struct ed_buf *out,
                                int64_t *moment, struct edoc_error *err)
{
	return ed_raise(form, at, container, options, out, moment, err);
}

/* ---- a package ---- */

static enum edoc_code grow_entry(struct ed_growth *g, struct ed_change *c, size_t i,
                                 struct edoc_error *err)
{
	bool xades = c->asic->kind[i] == ED_ASIC_XADES;
	const char *name = ed_zip_entry(c->asic->zip, i)->name;
	struct ed_grow at = {
	        .where = name, .data = &c->view.data, .only = ED_NO_DATA, .arena = c->arena};
	const struct ed_buf *there = NULL;
	struct ed_buf out;
	enum edoc_code code = ed_change_get(c, name, &there, err);

	if (code != EDOC_OK)
		return code;
	at.bytes = there->data;
	at.len = there->len;
	code = ed_place_sealed(c, name, &g->sealed, err);
	if (code != EDOC_OK)
		return code;
	ed_buf_init(&out, ED_MAX_ITEM_BYTES);
	code = ed_growth_file(g, xades ? EDOC_XADES : EDOC_CADES, &at,
	                      !xades && c->asic->type == ED_ASIC_E, &out, err);
	if (code == EDOC_OK && out.len)
		code = ed_change_put(c, name, &out, err);
	ed_buf_clear(&out);
	return code;
}

/* All are grown: the container follows, and the result gets its name. */
static enum edoc_code publish(struct ed_growth *g, struct ed_change *c, enum edoc_form form,
                              struct edoc_error *err)
{
	enum edoc_code code = ed_growth_done(g, c->path, err);

	if (g->moment > c->moment)
		c->moment = g->moment;
	if (code == EDOC_OK && g->archive && form == EDOC_CADES && c->asic->type == ED_ASIC_E)
		code = ed_place_archive(c, g->leave, err);
	if (code != EDOC_OK || !g->options->dry_run)
		return code == EDOC_OK ? ed_change_publish(c, err) : code;
	return g->changes ? ed_tmp_check(c->path, true, err) : EDOC_OK;
}

/* id-aa-signatureTimeStampToken (RFC 5126 6.1.1) */
static const unsigned char stamp_oid[] = {0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                          0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e};

/* A guess, by the look of its bytes: wrong, it costs time and nothing else. */
static bool looks_stamped(const struct ed_buf *b)
{
	static const char property[] = "SignatureTimeStamp";

	return memmem(b->data, b->len, property, sizeof(property) - 1) ||
	       memmem(b->data, b->len, stamp_oid, sizeof(stamp_oid));
}

/* Something will be added in any case, or so it seems.  Else what need not grow
 * would be copied for nothing. */
static bool will_grow(const struct ed_growth *g, struct ed_change *c)
{
	struct edoc_error why = {0};
	bool will = true;

	for (size_t i = 0; will && i < ed_zip_count(c->asic->zip); i++) {
		const char *name = ed_zip_entry(c->asic->zip, i)->name;
		const struct ed_buf *bytes = NULL;

		if (c->asic->kind[i] == ED_ASIC_XADES || c->asic->kind[i] == ED_ASIC_CADES)
			will = g->archive || g->one ||
			       (ed_change_get(c, name, &bytes, &why) == EDOC_OK &&
			        !looks_stamped(bytes));
	}
	return will && !g->options->dry_run;
}

static enum edoc_code grow_all(struct ed_growth *g, struct ed_change *c, struct edoc_error *err)
{
	enum edoc_form form;
	enum edoc_code code = ed_place_form(c, &form, err);

	if (code == EDOC_OK && will_grow(g, c))
		code = ed_change_copy(c, err);
	if (code == EDOC_OK)
		code = ed_sign_sound(c->asic, &c->findings, c->path, c->options, c->moment, false,
		                     err);
	for (size_t i = 0; code == EDOC_OK && i < ed_zip_count(c->asic->zip); i++) {
		if (c->asic->kind[i] == ED_ASIC_XADES || c->asic->kind[i] == ED_ASIC_CADES)
			code = grow_entry(g, c, i, err);
	}
	return code == EDOC_OK ? publish(g, c, form, err) : code;
}

enum edoc_code ed_growth_raise(struct ed_change *c, const char *where, const char *id,
                               struct edoc_error *err)
{
	struct ed_growth g = {.options = c->options,
	                      .id = id,
	                      .fn = raise_one,
	                      .archive = c->options->level == EDOC_LEVEL_LTA,
	                      .moment = c->moment};
	size_t i = ed_zip_find(c->asic->zip, where);
	enum edoc_code code;

	if (i == ED_NO_DATA)
		return ed_fail(err, EDOC_ERR_BUG, where, "the signature is in no entry");
	code = grow_entry(&g, c, i, err);
	return code == EDOC_OK
	               ? publish(&g, c, c->asic->kind[i] == ED_ASIC_XADES ? EDOC_XADES : EDOC_CADES,
	                         err)
	               : code;
}

enum edoc_code ed_growth_package(struct ed_growth *g, const char *path, struct edoc_error *err)
{
	struct ed_change change;
	enum edoc_code code = ed_change_open(&change, path, g->options, err);

	if (code == EDOC_OK)
		code = grow_all(g, &change, err);
	ed_change_clear(&change);
	return code;
}

/* ---- the verbs ---- */

static enum edoc_code grow(struct ed_growth *g, const char *path, struct edoc_error *err)
{
	struct ed_recognised what = {0};
	struct ed_buf bytes;
	enum edoc_code code;
	uint64_t size;
	int fd;

	ed_buf_init(&bytes, ED_MAX_ITEM_BYTES);
	code = ed_open_read(path, &fd, &size, err);
	if (code != EDOC_OK)
		return code;
	code = ed_item_recognise(fd, path, &bytes, &what, err);
	close(fd);
	ed_buf_clear(&bytes);
	if (code != EDOC_OK)
		return code;
	switch (what.kind) {
	case ED_ITEM_ZIP:
		if (g->options->n_data)
			return ed_fail(err, EDOC_ERR_USAGE, path,
			               "what a package's signatures are over is in it: leave out "
			               "--data");
		return ed_growth_package(g, path, err);
	case ED_ITEM_CMS:
	case ED_ITEM_XML:
		return ed_growth_bare(g, path, err);
	default:
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               "neither a package nor a signature: there is nothing to raise");
	}
}

enum edoc_code edoc_extend(const char *path, const char *id,
                           const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct ed_growth g = {.options = options, .id = id, .fn = raise_one, .moment = options->at};

	g.archive = options->level == EDOC_LEVEL_LTA;
	g.leave = id != NULL;
	if (options->level < EDOC_LEVEL_T || options->level > EDOC_LEVEL_LTA)
		return ed_fail(err, EDOC_ERR_USAGE, path, "signatures are raised to T, LT or LTA");
	return grow(&g, path, err);
}

static enum edoc_code counter_one(const struct edoc_sign_options *options, enum edoc_form form,
                                  const struct ed_grow *at, bool container, struct ed_buf *out,
                                  int64_t *moment, struct edoc_error *err)
{
	const struct ed_counter_spec spec = {.key = options->key,
	                                     .at = options->at,
	                                     .role = options->role,
	                                     .place = options->place};

	(void)container;
	(void)moment;
	return form == EDOC_XADES ? ed_xades_add_counter(at, &spec, out, err)
	                          : ed_cades_add_counter(at, &spec, out, err);
}

enum edoc_code edoc_countersign(const char *path, const char *id,
                                const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct ed_growth g = {.options = options,
	                      .id = id,
	                      .one = true,
	                      .fn = counter_one,
	                      .moment = options->at};
	enum edoc_code code = ed_sign_options(path, options, err);

	return code == EDOC_OK ? grow(&g, path, err) : code;
}
