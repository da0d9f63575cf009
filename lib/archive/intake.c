/* SPDX-License-Identifier: ISC */
/* Taking packages over: copied, judged, stored, recorded, in this order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/err.h"
#include "base/io.h"
#include "base/path.h"
#include "base/time.h"
#include "door/crypto.h"
#include "judge/policy.h"

/* ---- what the judge says ---- */

static const char *const indications[] = {"INDETERMINATE", "TOTAL-FAILED", "TOTAL-PASSED"};

void ed_verdict_text(const struct ed_verdict *verdict, char out[ED_VERDICT_MAX])
{
	snprintf(out, ED_VERDICT_MAX, "%s%s%s", indications[verdict->indication],
	         verdict->subindication[0] ? "/" : "", verdict->subindication);
}

int ed_verdict_json(json_t *object, const struct ed_verdict *verdict)
{
	return ed_json_str(object, "indication", indications[verdict->indication]) ||
	       ed_json_str(object, "subindication",
	                   verdict->subindication[0] ? verdict->subindication : NULL) ||
	       ed_json_int(object, "exit", verdict->exit);
}

/* A string of a document as canonical JSON takes it: no control characters. */
static int set_tame(json_t *object, const char *key, const char *value)
{
	char tame[1024];
	ed_escape(tame, sizeof tame, value ? value : "");
	return ed_json_str(object, key, value ? tame : NULL);
}

static bool has_string(const json_t *list, const char *s)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_string_value(json_array_get(list, i)), s))
			return true;
	return false;
}

/* The codes of one place's errors, each once. */
static int add_causes(json_t *causes, const struct edoc_report *report, size_t i)
{
	for (size_t k = 0; k < edoc_report_findings(report, i); k++) {
		const struct edoc_finding *finding = edoc_report_finding(report, i, k);
		if (finding->severity == EDOC_ERROR && !has_string(causes, finding->code) &&
		    json_array_append_new(causes, json_string(finding->code)))
			return -1;
	}
	return 0;
}

static int add_signer(json_t *signers, const struct edoc_signature *signature)
{
	json_t *signer = json_object();
	struct ed_verdict verdict = {.indication = signature->indication};
	if (!signer || set_tame(signer, "subject", signature->subject) ||
	    set_tame(signer, "certificate", signature->cert_sha256) ||
	    set_tame(signer, "level", signature->level) ||
	    ed_json_time(signer, "claimed_time", signature->claimed_time) ||
	    ed_json_str(signer, "indication", indications[verdict.indication]) ||
	    ed_json_str(signer, "subindication", signature->subindication)) {
		json_decref(signer);
		return -1;
	}
	return json_array_append_new(signers, signer);
}

static json_t *causes_of(const struct edoc_report *report)
{
	json_t *causes = json_array();
	int bad = !causes || add_causes(causes, report, EDOC_WHOLE);
	for (size_t i = 0; !bad && i < edoc_report_signatures(report); i++)
		bad = add_causes(causes, report, i);
	if (bad) {
		json_decref(causes);
		return NULL;
	}
	return causes;
}

static json_t *signers_of(const struct edoc_report *report)
{
	json_t *signers = json_array();
	int bad = !signers;
	for (size_t i = 0; !bad && i < edoc_report_signatures(report); i++)
		bad = add_signer(signers, edoc_report_signature(report, i));
	if (bad) {
		json_decref(signers);
		return NULL;
	}
	return signers;
}

static json_t *policy_of(const struct edoc_policy *policy)
{
	json_t *object = json_object();
	if (!object || set_tame(object, "name", edoc_policy_name(policy)) ||
	    ed_json_str(object, "sha256", ed_policy_sha256(policy))) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* Of the report without its member `tool`: another release that judges alike
 * makes the same one. */
enum edoc_code ed_report_digest(const char *json, char digest[ED_SHA256_REF],
                                struct edoc_error *err)
{
	json_t *report = NULL;
	char *rest = NULL;
	enum edoc_code code = ed_json_parse(json, strlen(json), "report", &report, err);
	if (code == EDOC_OK && json_object_del(report, "tool") != 0)
		code = ed_fail(err, EDOC_ERR_BUG, "report", "does not name its tool");
	if (code == EDOC_OK)
		code = ed_json_line(report, &rest, err); /* keeps the order */
	if (code == EDOC_OK && !ed_sha256_ref(rest, strlen(rest), digest))
		code = ed_fail_memory(err);
	edoc_free(rest);
	json_decref(report);
	return code;
}

/* Facts that a later reader needs; the whole report can be made again, for
 * the same bytes, trust, policy and time give the same one: its digest here
 * tells whether it is. */
static enum edoc_code set_facts(const struct edoc_archive_options *options, int64_t at,
                                struct ed_intake *intake, struct edoc_error *err)
{
	char digest[ED_SHA256_REF];
	char trust[65];
	char *json = NULL;
	enum edoc_code code = edoc_report_json(intake->report, &json, err);
	if (code == EDOC_OK)
		code = ed_report_digest(json, digest, err);
	if (code == EDOC_OK)
		code = edoc_trust_digest(options->trust, trust, err);
	edoc_free(json);
	if (code != EDOC_OK)
		return code;
	intake->facts = json_object();
	if (!intake->facts || ed_json_str(intake->facts, "trust", trust) ||
	    ed_verdict_json(intake->facts, &intake->verdict) ||
	    ed_json_time(intake->facts, "at", at) ||
	    ed_json_str(intake->facts, "format", edoc_report_format(intake->report)) ||
	    ed_json_str(intake->facts, "report", digest) ||
	    json_object_set_new(intake->facts, "policy", policy_of(options->policy)) ||
	    json_object_set_new(intake->facts, "causes", causes_of(intake->report)) ||
	    json_object_set_new(intake->facts, "signers", signers_of(intake->report)))
		code = ed_fail_memory(err);
	return code;
}

enum edoc_code ed_intake_judge(const struct edoc_archive_options *options, int fd, const char *name,
                               int64_t at, struct ed_intake *intake, struct edoc_error *err)
{
	const struct edoc_limits defaults = edoc_limits_default();
	struct edoc_verify_options verify = {.at = at,
	                                     .trust = options->trust,
	                                     .policy = options->policy,
	                                     .limits =
	                                             options->limits ? options->limits : &defaults};
	*intake = (struct ed_intake){.report = NULL};
	enum edoc_code code = edoc_verify_fd(fd, name, &verify, &intake->report, err);
	/* As edoc-verify does: an unfinished route is not TOTAL-PASSED. */
	if (code == EDOC_OK)
		code = edoc_route_judge(fd, &verify, intake->report, err);
	if (code != EDOC_OK) {
		ed_intake_clear(intake);
		return code;
	}
	const char *sub = edoc_report_subindication(intake->report);
	intake->verdict.indication = edoc_report_indication(intake->report);
	intake->verdict.exit = edoc_report_exit(intake->report);
	snprintf(intake->verdict.subindication, sizeof intake->verdict.subindication, "%s",
	         sub ? sub : "");
	code = set_facts(options, at, intake, err);
	if (code != EDOC_OK)
		ed_intake_clear(intake);
	return code;
}

void ed_intake_clear(struct ed_intake *intake)
{
	edoc_report_free(intake->report);
	json_decref(intake->facts);
	*intake = (struct ed_intake){.report = NULL};
}

enum edoc_code ed_report_lines(const struct edoc_archive_options *options,
                               const struct edoc_report *report, char **text)
{
	struct edoc_text_options how = {.detail = 1, .lang = options->lang};
	enum edoc_code code = edoc_report_text(report, &how, text, NULL);
	/* Its first line says again what the item's own line says. */
	char *rest = code == EDOC_OK ? strchr(*text, '\n') : NULL;
	if (rest)
		memmove(*text, rest + 1, strlen(rest));
	return code;
}

/* ---- keeping ---- */

enum edoc_code ed_intake_record(struct edoc_archive *archive, const struct ed_object *object,
                                const struct ed_intake *intake, int64_t now, bool adopted,
                                struct edoc_error *err)
{
	json_t *facts = json_copy(intake->facts); /* shallow: what is added is ours */
	enum edoc_code code = EDOC_ERR_MEMORY;
	if (!facts || ed_json_str(facts, "name", object->name) ||
	    ed_json_int(facts, "bytes", (int64_t)object->bytes) ||
	    ed_json_str(facts, "sha512", object->sha512) ||
	    ed_json_str(facts, "inventory", object->inventory) ||
	    ed_json_bool(facts, "adopted", adopted))
		code = ed_fail_memory(err);
	else {
		struct ed_event event = {.event = "ingest",
		                         .id = object->id,
		                         .outcome = intake->verdict.exit ? "warning" : "success",
		                         .agent = archive->options->agent,
		                         .facts = facts,
		                         .time = now};
		code = ed_archive_record(archive, &event, err);
	}
	json_decref(facts);
	return code;
}

/* Publishes a received copy with a verdict that was accepted. */
static enum edoc_code publish(struct edoc_archive *archive, struct ed_object *object,
                              const struct ed_intake *intake, int64_t now, struct edoc_error *err)
{
	enum edoc_code code =
	        ed_store_stage(archive->root, object, now, archive->options->agent, err);
	if (code == EDOC_OK)
		code = ed_store_publish(archive->root, object, err);
	if (code == EDOC_OK)
		code = ed_intake_record(archive, object, intake, now, false, err);
	return code;
}

/* ---- one package ---- */

static bool accepted(const struct ed_verdict *verdict, unsigned accept)
{
	switch (verdict->exit) {
	case 0:
		return verdict->indication == EDOC_TOTAL_PASSED;
	case 1:
		return accept & EDOC_ACCEPT_FAILED;
	case 2:
		return accept & EDOC_ACCEPT_INDETERMINATE;
	default:
		return false; /* what is no package at all is never kept as one */
	}
}

/* The outcome's line for people.  The report's own lines follow a refusal. */
static char *item_text(const struct edoc_archive *archive, const char *word, const char *id,
                       const char *path, const struct ed_verdict *verdict,
                       const struct edoc_report *report)
{
	char name[512];
	char judged[ED_VERDICT_MAX];
	char *text = NULL;
	char *detail = NULL;
	ed_escape(name, sizeof name, path);
	ed_verdict_text(verdict, judged);
	if (report && ed_report_lines(archive->options, report, &detail) != EDOC_OK)
		return NULL;
	if (asprintf(&text, "%s  %s  %s  %s\n%s", word, id, judged, name, detail ? detail : "") < 0)
		text = NULL;
	edoc_free(detail);
	return text;
}

static json_t *item_json(const char *outcome, const char *id, const char *path, int status,
                         const struct ed_verdict *verdict, const json_t *causes)
{
	json_t *line = json_object();
	json_t *judged = json_object();
	if (!line || !judged || ed_json_int(line, "v", 1) || ed_json_str(line, "path", path) ||
	    ed_json_str(line, "id", id) || ed_json_str(line, "outcome", outcome) ||
	    ed_json_int(line, "exit", status) || ed_verdict_json(judged, verdict) ||
	    json_object_update_missing(line, judged) ||
	    json_object_set_new(line, "causes", causes ? json_deep_copy(causes) : json_array())) {
		json_decref(line);
		line = NULL;
	}
	json_decref(judged);
	return line;
}

/* The same bytes under another name: that name must find them too. */
static enum edoc_code record_name(struct edoc_archive *archive, const struct ed_object *object,
                                  int64_t now, struct edoc_error *err)
{
	bool known = false;
	enum edoc_code code =
	        ed_catalogue_named(archive->catalogue, object->id, object->name, &known, err);
	if (code != EDOC_OK || known || archive->options->dry)
		return code;
	json_t *facts = json_object();
	struct ed_event event = {.event = "naming",
	                         .id = object->id,
	                         .outcome = "success",
	                         .agent = archive->options->agent,
	                         .facts = facts,
	                         .time = now};
	if (!facts || ed_json_str(facts, "name", object->name))
		code = ed_fail_memory(err);
	else
		code = ed_archive_record(archive, &event, err);
	json_decref(facts);
	return code;
}

static enum edoc_code tell_kept_already(struct edoc_archive *archive, const char *path,
                                        const struct ed_known *known, struct edoc_error *err)
{
	return ed_archive_item(
	        archive, 0, path, NULL,
	        item_text(archive, ed_archive_word(archive->options, N_("already kept")),
	                  known->object.id, path, &known->accepted, NULL),
	        item_json("already-kept", known->object.id, path, 0, &known->accepted, NULL), err);
}

static enum edoc_code tell_judged(struct edoc_archive *archive, const char *path, const char *id,
                                  const struct ed_intake *intake, bool keep, struct edoc_error *err)
{
	const struct edoc_archive_options *options = archive->options;
	int status = keep ? 0 : intake->verdict.exit;
	const char *outcome = !keep ? "refused" : options->dry ? "would-keep" : "kept";
	const char *word = !keep ? N_("REFUSED") : options->dry ? N_("would keep") : N_("kept");
	return ed_archive_item(archive, status, path, keep && !options->dry ? id : NULL,
	                       item_text(archive, ed_archive_word(options, word), id, path,
	                                 &intake->verdict, keep ? NULL : intake->report),
	                       item_json(outcome, id, path, status, &intake->verdict,
	                                 json_object_get(intake->facts, "causes")),
	                       err);
}

/* What the journal knows of it; an object that it does not know is adopted. */
static enum edoc_code find_known(struct edoc_archive *archive, const char *id, bool *found,
                                 struct ed_known *known, struct edoc_error *err)
{
	enum edoc_code code = ed_catalogue_get(archive->catalogue, id, found, known, err);
	if (code != EDOC_OK || *found || archive->options->dry || !ed_store_has(archive->root, id))
		return code;
	code = ed_archive_adopt(archive, id, err);
	return code == EDOC_OK ? ed_catalogue_get(archive->catalogue, id, found, known, err) : code;
}

/* fd: the source, or its staged copy. */
static enum edoc_code take(struct edoc_archive *archive, const char *path, int fd,
                           struct ed_object *object, unsigned accept, int64_t now,
                           struct edoc_error *err)
{
	struct ed_intake intake = {.facts = NULL};
	struct ed_known known = {.kept = 0};
	bool found = false;
	enum edoc_code code = find_known(archive, object->id, &found, &known, err);
	if (code == EDOC_OK && found && !ed_store_has(archive->root, object->id)) {
		ed_known_clear(&known);
		return ed_fail(err, EDOC_ERR_INPUT, path,
		               "the journal knows it and its object %.16s is gone; bring it back "
		               "from a backup",
		               object->id);
	}
	if (code == EDOC_OK && found) {
		code = record_name(archive, object, now, err);
		if (code == EDOC_OK)
			code = tell_kept_already(archive, path, &known, err);
		ed_known_clear(&known);
		return code;
	}
	if (code == EDOC_OK)
		code = ed_intake_judge(archive->options, fd, object->name, now, &intake, err);
	if (code != EDOC_OK)
		return code;
	bool keep = accepted(&intake.verdict, accept);
	if (keep && !archive->options->dry)
		code = publish(archive, object, &intake, now, err);
	if (code == EDOC_OK)
		code = tell_judged(archive, path, object->id, &intake, keep, err);
	ed_intake_clear(&intake);
	return code;
}

enum edoc_code edoc_archive_ingest(struct edoc_archive *archive, const char *path, unsigned accept,
                                   int64_t now, struct edoc_error *err)
{
	struct ed_object object = {.name = NULL};
	const struct edoc_limits *limits = archive->options->limits;
	const uint64_t most = limits ? limits->zip_total : ED_MAX_ZIP_TOTAL;
	uint64_t size;
	int fd = -1;
	int copy = -1;
	if (archive->broken || !archive->options->write)
		return ed_fail(err, archive->broken ? EDOC_ERR_IO : EDOC_ERR_USAGE, path,
		               "the archive takes nothing more in this run; run it again");
	enum edoc_code code = ed_open_read(path, &fd, &size, err);
	if (code == EDOC_OK && size > most)
		code = ed_fail(err, EDOC_ERR_LIMIT, path,
		               "larger than %llu bytes, which no package may be",
		               (unsigned long long)most);
	if (code != EDOC_OK) {
		if (fd >= 0)
			close(fd);
		return code;
	}
	if (archive->options->dry) {
		code = ed_store_digest(fd, path, &object, err);
		if (code == EDOC_OK)
			code = take(archive, path, fd, &object, accept, now, err);
	} else {
		/* The copy is judged: the source may change under our hands. */
		code = ed_store_receive(archive->root, fd, path, &object, &copy, err);
		if (code == EDOC_OK)
			code = take(archive, path, copy, &object, accept, now, err);
		/* What was not kept; a failure leaves it to the next opening. */
		if (code == EDOC_OK)
			code = ed_store_settle(archive->root, "incoming", err);
	}
	ed_object_clear(&object);
	if (copy >= 0)
		close(copy);
	close(fd);
	return code;
}
