/* SPDX-License-Identifier: ISC */
/* Evidence of EN 319 522-1 between desks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "route/id.h"
#include "route/pin.h"
#include "route/receipt.h"
#include "signature/xades.h"

#define EVIDENCE_FORMAT "edoc-evidence/1"

void ed_evidence_clear(struct ed_evidence *evidence)
{
	json_decref(evidence->json);
	ed_buf_clear(&evidence->bytes);
	*evidence = (struct ed_evidence){0};
}

void ed_receipt_clear(struct ed_receipt *receipt)
{
	ed_evidence_clear(&receipt->evidence);
	ed_entry_clear(&receipt->entry);
	*receipt = (struct ed_receipt){0};
}

/* ---- evidence.json ---- */

enum edoc_code ed_evidence_id(const char *event, const char *issuer, const char *package,
                              char id[33], struct edoc_error *err)
{
	enum edoc_code code = EDOC_ERR_MEMORY;
	char digest[ED_SHA256_REF];
	json_t *o = json_object();
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	if (!o || ed_json_str(o, "event", event) || ed_json_str(o, "issuer", issuer) ||
	    ed_json_str(o, "package", package))
		ed_fail_memory(err);
	else
		code = ed_json_canonical(o, &bytes, err);
	if (!code && !ed_sha256_ref(bytes.data, bytes.len, digest))
		code = ed_fail_memory(err);
	if (!code)
		snprintf(id, 33, "%.32s", digest + 7);
	ed_buf_clear(&bytes);
	json_decref(o);
	return code;
}

/* Optional keys are many here: only unknown ones are refused. */
static enum edoc_code known_only(json_t *object, const char *where, const char *const *known,
                                 struct edoc_error *err)
{
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const char *const *k = known;
		while (*k && strcmp(*k, json_object_iter_key(it)))
			k++;
		if (!*k)
			return ed_fail(err, EDOC_ERR_INPUT, where,
			               EVIDENCE_FORMAT " knows no key \"%s\"",
			               json_object_iter_key(it));
	}
	return EDOC_OK;
}

/* Takes the strings out and refuses what is not of the format. */
static enum edoc_code evidence_shape(struct ed_evidence *e, const char *where,
                                     struct edoc_error *err)
{
	static const char *const known[] = {"format",  "id",     "event",     "time",
	                                    "issuer",  "sender", "recipient", "case",
	                                    "package", "head",   "reasons",   NULL};
	static const char *const issuer_keys[] = {"agency", "cert", NULL};
	const json_t *issuer = json_object_get(e->json, "issuer");
	const char *format, *time;
	char id[33];

	format = ed_json_get_str(e->json, "format");
	if (!format || strcmp(format, EVIDENCE_FORMAT))
		return ed_fail(err,
		               format && !strncmp(format, "edoc-evidence/", 14) ? EDOC_ERR_VERSION
		                                                                : EDOC_ERR_INPUT,
		               where, "format %s is not " EVIDENCE_FORMAT, format ? format : "");
	enum edoc_code code = known_only(e->json, where, known, err);
	if (!code)
		code = json_is_object(issuer) ? ed_json_only(issuer, where, issuer_keys, err)
		                              : ed_fail(err, EDOC_ERR_INPUT, where, "no issuer");
	if (code)
		return code;
	e->id = ed_json_get_str(e->json, "id");
	e->event = ed_json_get_str(e->json, "event");
	e->issuer = ed_json_get_str(issuer, "agency");
	e->cert = ed_json_get_str(issuer, "cert");
	e->sender = ed_json_get_str(e->json, "sender");
	e->recipient = ed_json_get_str(e->json, "recipient");
	e->case_id = ed_json_get_str(e->json, "case");
	e->package = ed_json_get_str(e->json, "package");
	e->head = ed_json_get_str(e->json, "head");
	time = ed_json_get_str(e->json, "time");
	if (!e->event ||
	    (strcmp(e->event, ED_EVENT_ACCEPTED) && strcmp(e->event, ED_EVENT_REJECTED)))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "event must be RelayAcceptance or RelayRejection of EN 319 522-1");
	e->accepted = !strcmp(e->event, ED_EVENT_ACCEPTED);
	if (!e->issuer || !ed_is_hex(e->cert, 64) || !e->recipient || !ed_is_digest(e->package) ||
	    !time || !ed_time_parse(time, &e->time) || (e->case_id && !ed_is_hex(e->case_id, 32)) ||
	    (e->head && !ed_is_digest(e->head)))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "issuer, recipient, package, time, case or head is missing or has "
		               "not the form of " EVIDENCE_FORMAT);
	if (e->accepted ? !e->case_id || !e->head || json_object_get(e->json, "reasons")
	                : !json_array_size(json_object_get(e->json, "reasons")))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "an acceptance names case and head, a rejection its reasons "
		               "(EN 319 522-1 table 2)");
	code = ed_evidence_id(e->event, e->issuer, e->package, id, err);
	if (!code && (!e->id || strcmp(e->id, id)))
		code = ed_fail(err, EDOC_ERR_INPUT, where,
		               "id is not that of event, issuer and package");
	return code;
}

enum edoc_code ed_evidence_parse(const void *bytes, size_t len, const char *where,
                                 struct ed_evidence *evidence, struct edoc_error *err)
{
	struct ed_evidence e = {0};

	ed_buf_init(&e.bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_json_parse_canonical(bytes, len, where, &e.json, err);
	if (!code && !json_is_object(e.json))
		code = ed_fail(err, EDOC_ERR_INPUT, where, "an object is expected here");
	if (!code)
		code = evidence_shape(&e, where, err);
	if (!code) {
		char digest[ED_SHA256_REF];
		ed_buf_put(&e.bytes, bytes, len);
		code = ed_buf_check(&e.bytes, where, err);
		if (!code && !ed_sha256_ref(bytes, len, digest))
			code = ed_fail_memory(err);
		if (!code)
			snprintf(e.sha256, sizeof(e.sha256), "%s", digest + 7);
	}
	if (code)
		ed_evidence_clear(&e);
	*evidence = e;
	return code;
}

static int put(json_t *o, const char *key, const char *value)
{
	return value ? ed_json_str(o, key, value) : 0;
}

/* Control characters have no place in canonical JSON: a space for each. */
static int put_reason(json_t *o, const char *reason)
{
	char text[256];
	json_t *list;

	if (!reason)
		return 0;
	snprintf(text, sizeof(text), "%s", reason);
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	list = json_array();
	return json_array_append_new(list, json_string(text)) |
	       json_object_set_new(o, "reasons", list);
}

enum edoc_code ed_evidence_make(const struct ed_evidence_facts *f, struct ed_evidence *evidence,
                                struct edoc_error *err)
{
	const char *event = f->reason ? ED_EVENT_REJECTED : ED_EVENT_ACCEPTED;
	json_t *o = NULL, *issuer = NULL;
	struct ed_buf bytes;
	char id[33];

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_evidence_id(event, f->issuer, f->package, id, err);
	if (code)
		return code;
	o = json_object();
	issuer = json_object();
	if (put(issuer, "agency", f->issuer) | put(issuer, "cert", f->cert) |
	    json_object_set_new(o, "issuer", issuer) | put(o, "format", EVIDENCE_FORMAT) |
	    put(o, "id", id) | put(o, "event", event) | ed_json_time(o, "time", f->time) |
	    put(o, "sender", f->sender) | put(o, "recipient", f->recipient) |
	    put(o, "case", f->case_id) | put(o, "package", f->package) | put(o, "head", f->head) |
	    put_reason(o, f->reason))
		code = ed_fail_memory(err);
	else
		code = ed_json_canonical(o, &bytes, err);
	if (!code)
		code = ed_evidence_parse(bytes.data, bytes.len, "evidence.json", evidence, err);
	ed_buf_clear(&bytes);
	json_decref(o);
	return code;
}

/* ---- writing ---- */

static enum edoc_code write_part(const char *dir, const char *name, const struct ed_buf *bytes,
                                 char **path, struct edoc_error *err)
{
	*path = ed_path_join(dir, name);
	return *path ? ed_write_file(*path, bytes->data, bytes->len, false, err)
	             : ed_fail_memory(err);
}

enum edoc_code ed_receipt_write(const char *out, const char *dir,
                                const struct ed_evidence *evidence, const struct ed_entry *entry,
                                struct edoc_key *key, const struct edoc_policy *policy, int64_t now,
                                struct edoc_error *err)
{
	struct edoc_sign_options options = {
	        .at = now, .key = key, .policy = policy, .commitment = "receipt"};
	struct edoc_new_options card = {0};
	char *paths[3] = {0}, *made = NULL;
	size_t n = entry ? 3 : 1;

	enum edoc_code code = write_part(dir, "evidence.json", &evidence->bytes, &paths[0], err);
	if (!code && entry)
		code = write_part(dir, "entry.json", &entry->bytes, &paths[1], err);
	if (!code && entry)
		code = write_part(dir, "entry.cms", &entry->cms, &paths[2], err);
	if (!code)
		code = edoc_package_new(out, (const char *const *)paths, n, &card, &options, &made,
		                        err);
	for (size_t i = 0; i < 3; i++) {
		if (paths[i])
			unlink(paths[i]);
		free(paths[i]);
	}
	edoc_free(made);
	return code;
}

/* ---- reading ---- */

bool ed_receipt_looks(const struct ed_asic *asic)
{
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++)
		if (asic->kind[i] == ED_ASIC_LEDGER)
			return false;
	return ed_zip_find(asic->zip, "evidence.json") != (size_t)-1;
}

/* The certificate of the only signature, as an anchor for itself.  References
 * are judged by edoc_verify_fd(); here only who signed counts. */
static enum edoc_code signer_trust(struct ed_asic *asic, struct ed_arena *arena,
                                   struct edoc_trust **trust, char hex[65], struct edoc_error *err)
{
	const struct ed_data nothing = {.container = true};
	struct ed_material material;
	struct ed_ades *sigs = NULL;
	struct ed_buf xml, der;
	size_t n = 0, found = (size_t)-1;

	ed_material_init(&material, arena);
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	ed_buf_init(&der, ED_MAX_KEY_FILE);
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++)
		if (asic->kind[i] == ED_ASIC_XADES)
			found = i;
	if (asic->xades != 1)
		return ed_fail(err, EDOC_ERR_INPUT, "", "a receipt has one signature, of the desk");
	enum edoc_code code = ed_zip_read_buf(asic->zip, found, &xml, err);
	if (!code)
		code = ed_xades_read(xml.data, xml.len, ed_zip_entry(asic->zip, found)->name,
		                     ED_MAX_XML_BYTES, &nothing, &material, arena, &sigs, &n, err);
	if (!code && (n != 1 || !sigs[0].signer))
		code = ed_fail(err, EDOC_ERR_INPUT, "", "a receipt has one signature, of the desk");
	if (!code)
		code = ed_cert_der(sigs[0].signer->x509, &der, err);
	if (!code)
		code = edoc_trust_new(trust, err);
	if (!code)
		code = edoc_trust_add_memory(*trust, der.data, der.len, EDOC_FOR_SIGN, err);
	if (!code)
		snprintf(hex, 65, "%s", sigs[0].signer->hex);
	ed_ades_clear(sigs, n);
	ed_buf_clear(&xml);
	ed_buf_clear(&der);
	return code;
}

static enum edoc_code read_document(struct ed_asic *asic, const char *name, size_t max,
                                    struct ed_buf *buf, struct edoc_error *err)
{
	size_t i = ed_zip_find(asic->zip, name);

	ed_buf_init(buf, max);
	return i != (size_t)-1
	               ? ed_zip_read_buf(asic->zip, i, buf, err)
	               : ed_fail(err, EDOC_ERR_INPUT, name, "the receipt has no such document");
}

static enum edoc_code read_parts(struct ed_asic *asic, struct ed_receipt *r, struct edoc_error *err)
{
	struct ed_buf bytes;

	enum edoc_code code = read_document(asic, "evidence.json", ED_MAX_JSON_BYTES, &bytes, err);
	if (!code)
		code = ed_evidence_parse(bytes.data, bytes.len, "evidence.json", &r->evidence, err);
	ed_buf_clear(&bytes);
	if (code || !r->evidence.accepted)
		return code;
	code = read_document(asic, "entry.json", ED_MAX_JSON_BYTES, &bytes, err);
	if (!code)
		code = ed_entry_parse(bytes.data, bytes.len, "entry.json", &r->entry, err);
	ed_buf_clear(&bytes);
	if (code)
		return code;
	r->has_entry = true;
	ed_buf_clear(&r->entry.cms);
	return read_document(asic, "entry.cms", ED_MAX_CMS, &r->entry.cms, err);
}

/* The entry says the same as the evidence, by the same desk. */
static bool entry_agrees(const struct ed_receipt *r)
{
	const json_t *h = r->entry.header, *prev = json_object_get(h, "prev");
	const char *evidence = ed_json_get_str(h, "evidence"), *id = ed_json_get_str(h, "case");
	const char *package = ed_json_get_str(h, "package");

	return !strcmp(r->entry.event, "case.received") && evidence &&
	       !strcmp(evidence + 7, r->evidence.sha256) && id &&
	       !strcmp(id, r->evidence.case_id) && package &&
	       !strcmp(package, r->evidence.package) &&
	       !strcmp(r->entry.actor_cert, r->evidence.cert) && json_array_size(prev) &&
	       !strcmp(json_string_value(json_array_get(prev, json_array_size(prev) - 1)),
	               r->evidence.head); /* of a return the chain that came back */
}

static enum edoc_code judge(int fd, const char *where, struct ed_asic *asic,
                            const struct ed_directory *directory,
                            const struct edoc_verify_options *options, struct ed_arena *arena,
                            const struct ed_receipt *r, const char **why, struct edoc_error *err)
{
	struct edoc_verify_options own = *options;
	const struct ed_agency *agency;
	struct edoc_report *report = NULL;
	struct edoc_trust *trust = NULL;
	char hex[65] = "";

	enum edoc_code code = signer_trust(asic, arena, &trust, hex, err);
	if (code)
		goto out;
	agency = directory ? ed_directory_desk(directory, hex, ed_date_of(r->evidence.time / 86400))
	                   : NULL;
	if (strcmp(hex, r->evidence.cert) || !agency || strcmp(agency->id, r->evidence.issuer)) {
		*why = ed_arena_printf(arena,
		                       "the directory lists no desk key %.16s... of %s on that day",
		                       hex, r->evidence.issuer);
		goto out;
	}
	own.trust = trust;
	code = edoc_verify_fd(fd, where, &own, &report, err);
	if (!code)
		*why = ed_report_why(report, arena);
	if (!code && !*why && r->has_entry && !entry_agrees(r))
		*why = "its entry and its evidence do not say the same";
out:
	edoc_report_free(report);
	edoc_trust_free(trust);
	return code;
}

enum edoc_code ed_receipt_read(int fd, const char *where, const struct ed_directory *directory,
                               const struct edoc_verify_options *options, struct ed_arena *arena,
                               struct ed_receipt *receipt, const char **why, struct edoc_error *err)
{
	struct ed_findings ignored;
	struct ed_asic *asic = NULL;

	*receipt = (struct ed_receipt){0};
	*why = NULL;
	ed_findings_init(&ignored, arena);
	enum edoc_code code =
	        ed_package_open(fd, where, options->limits, arena, &ignored, &asic, err);
	if (!code)
		code = read_parts(asic, receipt, err);
	if (!code)
		code = judge(fd, where, asic, directory, options, arena, receipt, why, err);
	ed_asic_free(asic);
	if (code)
		ed_receipt_clear(receipt);
	return code;
}
