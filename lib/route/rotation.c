/* SPDX-License-Identifier: ISC */
/* The keys of desks: how one follows another, and when it ends. */
#include "route/rotation.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "door/json.h"
#include "door/x509.h"
#include "signature/xades.h"

#define RECORD "rotation.json"
#define FORMAT "edoc-rotation/1"

struct record { /* strings borrowed from json */
	json_t *json;
	const char *agency, *old, *new;
	int64_t time;
};

/* ---- reading a record ---- */

static enum edoc_code read_record(const void *bytes, size_t len, struct record *r,
                                  struct edoc_error *err)
{
	static const char *const known[] = {"agency", "format", "new", "old", "time", NULL};
	const char *format, *time;
	enum edoc_code code = ed_json_parse_canonical(bytes, len, RECORD, &r->json, err);

	if (code)
		return code;
	format = ed_json_get_str(r->json, "format");
	if (format && !strncmp(format, "edoc-rotation/", 14) && strcmp(format, FORMAT) != 0)
		return ed_fail(err, EDOC_ERR_VERSION, RECORD,
		               "it is written in %s; this release reads " FORMAT, format);
	code = ed_json_only(r->json, RECORD, known, err);
	r->agency = ed_json_get_str(r->json, "agency");
	r->old = ed_json_get_str(r->json, "old");
	r->new = ed_json_get_str(r->json, "new");
	time = ed_json_get_str(r->json, "time");
	if (!code &&
	    (!format || strcmp(format, FORMAT) != 0 || !r->agency || !ed_is_hex(r->old, 64) ||
	     !ed_is_hex(r->new, 64) || !time || !ed_time_parse(time, &r->time)))
		code = ed_fail(err, EDOC_ERR_INPUT, RECORD,
		               "it is no " FORMAT " with agency, new, old and time");
	return code;
}

/* Who signed one signatures entry; its certificate becomes an anchor when it is
 * one of the two. */
static enum edoc_code take_signer(struct ed_asic *asic, size_t i, struct ed_arena *arena,
                                  const struct record *r, struct edoc_trust *trust, bool by[2],
                                  struct edoc_error *err)
{
	const struct ed_data nothing = {.container = true};
	struct ed_material material;
	struct ed_ades *sigs = NULL;
	struct ed_buf xml, der;
	size_t n = 0;

	ed_material_init(&material, arena);
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	ed_buf_init(&der, ED_MAX_KEY_FILE);
	enum edoc_code code = ed_zip_read_buf(asic->zip, i, &xml, err);
	if (!code)
		code = ed_xades_read(xml.data, xml.len, ed_zip_entry(asic->zip, i)->name,
		                     ED_MAX_XML_BYTES, &nothing, &material, arena, &sigs, &n, err);
	for (size_t k = 0; k < n && !code; k++) {
		const struct ed_cert *signer = sigs[k].signer;
		int which = !signer                        ? -1
		            : !strcmp(signer->hex, r->old) ? 0
		            : !strcmp(signer->hex, r->new) ? 1
		                                           : -1;
		if (which < 0)
			continue;
		by[which] = true;
		ed_buf_clear(&der);
		ed_buf_init(&der, ED_MAX_KEY_FILE);
		code = ed_cert_der(signer->x509, &der, err);
		if (!code)
			code = edoc_trust_add_memory(trust, der.data, der.len, EDOC_FOR_SIGN, err);
	}
	ed_ades_clear(sigs, n);
	ed_buf_clear(&xml);
	ed_buf_clear(&der);
	return code;
}

/* Are there two signatures, of the old key and of the new, and do both hold? */
static enum edoc_code judge_record(int fd, const char *where, struct ed_asic *asic,
                                   const struct record *r,
                                   const struct edoc_verify_options *options,
                                   struct ed_arena *arena, const char **why, struct edoc_error *err)
{
	struct edoc_verify_options own = *options;
	struct edoc_report *report = NULL;
	struct edoc_trust *trust = NULL;
	bool by[2] = {false, false};

	enum edoc_code code = edoc_trust_new(&trust, err);
	for (size_t i = 0; i < ed_zip_count(asic->zip) && !code; i++)
		if (asic->kind[i] == ED_ASIC_XADES)
			code = take_signer(asic, i, arena, r, trust, by, err);
	if (!code && (!by[0] || !by[1]))
		*why = by[0]   ? "the new key did not sign it"
		       : by[1] ? "the old key did not sign it"
		               : "neither of the two keys signed it";
	own.trust = trust;
	own.at = r->time; /* the old certificate may have ended since */
	if (!code && !*why)
		code = edoc_verify_fd(fd, where, &own, &report, err);
	if (!code && !*why)
		*why = ed_report_why(report, arena);
	edoc_report_free(report);
	edoc_trust_free(trust);
	return code;
}

/* What the record says, once both signatures hold; *why: what is wrong. */
static enum edoc_code open_record(int fd, const char *where,
                                  const struct edoc_verify_options *options, struct ed_arena *arena,
                                  struct record *r, const char **why, struct edoc_error *err)
{
	struct ed_findings ignored;
	struct ed_asic *asic = NULL;
	struct ed_buf bytes;
	size_t i = (size_t)-1;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	ed_findings_init(&ignored, arena);
	enum edoc_code code =
	        ed_package_open(fd, where, options->limits, arena, &ignored, &asic, err);
	if (!code)
		i = ed_zip_find(asic->zip, RECORD);
	if (!code && i == (size_t)-1)
		code = ed_fail(err, EDOC_ERR_INPUT, where, "there is no " RECORD " in it");
	if (!code)
		code = ed_zip_read_buf(asic->zip, i, &bytes, err);
	if (!code)
		code = read_record(bytes.data, bytes.len, r, err);
	if (!code)
		code = judge_record(fd, where, asic, r, options, arena, why, err);
	ed_asic_free(asic);
	ed_buf_clear(&bytes);
	return code;
}

/* ---- records in a directory's package ---- */

/* A document of the package, by its digest, as a file of its own; -1: none. */
static enum edoc_code find_document(int fd, const char *where, const char *hex,
                                    struct ed_arena *arena, int *out, struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_findings ignored;
	struct ed_asic *asic = NULL;
	struct ed_buf bytes;
	char text[65];

	*out = -1;
	ed_buf_init(&bytes, ED_MAX_PIN);
	ed_findings_init(&ignored, arena);
	enum edoc_code code = ed_package_open(fd, where, NULL, arena, &ignored, &asic, err);
	for (size_t i = 0; !code && *out < 0 && i < ed_zip_count(asic->zip); i++) {
		if (asic->kind[i] != ED_ASIC_DOCUMENT)
			continue;
		code = ed_asic_digest(asic, i, ED_SHA256, digest, err);
		ed_hex(text, digest, 32);
		if (code || strcmp(text, hex) != 0)
			continue;
		code = ed_zip_read_buf(asic->zip, i, &bytes, err);
		if (!code)
			code = ed_memory_file(bytes.data, bytes.len, out, err);
	}
	ed_asic_free(asic);
	ed_buf_clear(&bytes);
	return code;
}

static const struct ed_listed_key *key_of(const struct ed_agency *agency, const char *sha256)
{
	for (size_t i = 0; agency && i < agency->n_keys; i++)
		if (!strcmp(agency->keys[i].sha256, sha256))
			return &agency->keys[i];
	return NULL;
}

/* What the record must say of this key. */
static const char *check_record(const struct record *r, const struct ed_agency *old,
                                const struct ed_agency *now, const struct ed_listed_key *key)
{
	const struct ed_listed_key *before = key_of(old, r->old), *after = key_of(now, r->old);
	struct ed_date day = ed_date_of(r->time / 86400);

	if (strcmp(r->agency, now->id) != 0)
		return "its record is of another agency";
	if (strcmp(r->new, key->sha256) != 0)
		return "its record is of another key";
	if (!before || !after)
		return "the old key of its record is not listed for the agency";
	if (!ed_span_has(&before->span, day) || !ed_span_has(&after->span, day))
		return "the old key of its record was not in force on that day";
	return NULL;
}

static enum edoc_code refuse_key(const char *where, const struct ed_agency *agency,
                                 const struct ed_listed_key *key, const char *why,
                                 struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_DENIED, where,
	               "the desk key %.16s... of %s (line %u) may not follow: %s", key->sha256,
	               agency->id, key->line, why);
}

static enum edoc_code check_rotation(int fd, const struct ed_pin *pin, const struct ed_agency *old,
                                     const struct ed_agency *now, const struct ed_listed_key *key,
                                     const struct edoc_verify_options *options,
                                     struct ed_arena *arena, struct edoc_error *err)
{
	struct record r = {0};
	const char *why = NULL;
	int inner = -1;

	enum edoc_code code = find_document(fd, pin->where, key->rotation, arena, &inner, err);
	if (!code && inner < 0)
		return refuse_key(
		        pin->where, now, key,
		        "its record is no document of this package: sign the package with "
		        "it",
		        err);
	if (!code)
		code = open_record(inner, pin->where, options, arena, &r, &why, err);
	if (!code && !why)
		why = check_record(&r, old, now, key);
	if (!code && why)
		code = refuse_key(pin->where, now, key, why, err);
	json_decref(r.json);
	if (inner >= 0)
		close(inner);
	return code;
}

/* A key whose predecessor is lost: nobody can sign for that one, so it ends. */
static const char *check_basis(const struct ed_agency *old, const struct ed_agency *now,
                               const struct ed_listed_key *key)
{
	if (!key->span.has_from)
		return "one that is listed for a \"basis\" has a day \"from\" which on";
	for (size_t i = 0; i < now->n_keys; i++)
		if (key_of(old, now->keys[i].sha256) &&
		    (!now->keys[i].span.has_until ||
		     ed_date_compare(now->keys[i].span.until, key->span.from) >= 0))
			return "for a \"basis\" alone, when the keys before it have ended";
	return NULL;
}

static enum edoc_code check_key(int fd, const struct ed_pin *pin, const struct ed_agency *old,
                                const struct ed_agency *now, const struct ed_listed_key *key,
                                const struct edoc_verify_options *options, struct ed_arena *arena,
                                struct edoc_error *err)
{
	const char *why;

	if (key->rotation)
		return check_rotation(fd, pin, old, now, key, options, arena, err);
	why = key->basis ? check_basis(old, now, key)
	                 : "it needs a \"rotation\", which the old key and the new one sign "
	                   "(edoc-route directory rotate), or a \"basis\" and an end of the old "
	                   "ones";
	return why ? refuse_key(pin->where, now, key, why, err) : EDOC_OK;
}

enum edoc_code ed_rotations_check(int fd, const struct ed_pin *pin,
                                  const struct ed_directory *installed,
                                  const struct edoc_verify_options *options, struct ed_arena *arena,
                                  struct edoc_error *err)
{
	const struct ed_directory *d = pin->directory;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < d->n_agencies && !code; i++) {
		const struct ed_agency *now = &d->agencies[i];
		const struct ed_agency *old = ed_directory_agency(installed, now->id);

		for (size_t k = 0; old && old->n_keys && k < now->n_keys && !code; k++)
			if (!key_of(old, now->keys[k].sha256))
				code = check_key(fd, pin, old, now, &now->keys[k], options, arena,
				                 err);
	}
	return code;
}

/* ---- until when ---- */

enum edoc_code ed_desk_key_until(struct edoc_desk *desk, int64_t now, struct ed_key_end *end,
                                 struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct edoc_key *key = NULL;
	struct ed_cert *cert = NULL;
	struct ed_pin *pin = NULL;
	const struct ed_listed_key *row = NULL;
	struct ed_civil last = {.hour = 23, .minute = 59, .second = 59};

	*end = (struct ed_key_end){.until = ED_TIME_NONE};
	if (!arena)
		return ed_fail_memory(err);
	enum edoc_code code = ed_desk_key(desk, &key, err);
	if (!code)
		code = ed_cert_of(ed_key_cert(key), edoc_key_subject(key), arena, &cert, err);
	if (!code)
		code = ed_desk_directory(desk, arena, &pin, err);
	if (code)
		goto out;
	end->until = cert->not_after;
	if (pin)
		row = key_of(ed_directory_agency(pin->directory, desk->agency), cert->hex);
	end->listed = row && ed_span_has(&row->span, ed_zone_civil(desk->zone, now).date);
	if (row && row->span.has_until) {
		last.date = row->span.until;
		end->by_directory = ed_zone_instant(desk->zone, last) < end->until;
		end->until = end->by_directory ? ed_zone_instant(desk->zone, last) : end->until;
	}
out:
	ed_cert_clear(cert);
	ed_arena_free(arena);
	return code;
}
