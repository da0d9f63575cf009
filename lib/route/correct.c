/* SPDX-License-Identifier: ISC */
#include "route/correct.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "judge/verify.h"
#include "route/generation.h"
#include "route/papers.h"
#include "route/pin.h"

enum edoc_code ed_revision_open(struct ed_case *c, const char *path, struct ed_revision *revision,
                                struct edoc_error *err)
{
	*revision = (struct ed_revision){.path = path, .copy = {.fd = -1}};
	return ed_copy_make(c->desk, path, &revision->copy, err);
}

void ed_revision_clear(struct ed_revision *revision)
{
	if (revision->path)
		ed_copy_clear(&revision->copy);
	json_decref(revision->documents);
	json_decref(revision->papers);
	*revision = (struct ed_revision){0};
}

/* ---- may it follow? ---- */

static bool signed_by(const struct edoc_report *report, const char *cert)
{
	for (size_t i = 0; i < edoc_report_signatures(report); i++) {
		const struct edoc_signature *s = edoc_report_signature(report, i);

		if (s->indication == EDOC_TOTAL_PASSED && !strcmp(s->cert_sha256, cert))
			return true;
	}
	return false;
}

static enum edoc_code check_replaces(const struct ed_case *c, const struct ed_revision *revision,
                                     const struct ed_card *card, struct edoc_error *err)
{
	const struct ed_ledger *ledger = &c->r.ledger;
	char right[ED_SHA256_REF];
	const char *said;
	enum edoc_code code = ed_generation_digest(&ledger->v[ed_generation(ledger)], right, err);

	if (!code && !ed_card_replaces(card, right, &said))
		code = ed_fail(
		        err, EDOC_ERR_DENIED, revision->path,
		        "its card does not say that it replaces what the case has "
		        "(replaces: %s): make it of the case's package with edoc-sign revise",
		        right);
	return code;
}

/* What the way of the case was decided by is not changed behind its back. */
static enum edoc_code check_fields(const struct ed_case *c, const struct ed_revision *revision,
                                   const struct ed_card *card, struct edoc_error *err)
{
	const json_t *fields = json_object_get(c->r.ledger.v[0].header, "fields");
	const struct ed_fields *declared = &c->r.engine.route->fields;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < declared->n && !code; i++) {
		const struct ed_field *f = &declared->v[i];
		const json_t *is = json_object_get(fields, f->id);
		json_t *value = NULL;

		if (!f->card)
			continue;
		code = ed_field_of_card(f, card, &value, err);
		if (!code && (!value != !is || (is && !json_equal(value, (json_t *)is))))
			code = ed_fail(
			        err, EDOC_ERR_DENIED, revision->path,
			        "its card says otherwise of \"%s\" (%s) than the case, whose "
			        "way was decided by that: submit it as a case of its own",
			        f->id, f->card);
		json_decref(value);
	}
	return code;
}

static enum edoc_code check_ledger(const struct ed_asic *asic, const struct ed_revision *revision,
                                   struct edoc_error *err)
{
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++)
		if (asic->kind[i] == ED_ASIC_LEDGER)
			return ed_fail(err, EDOC_ERR_INPUT, revision->path,
			               "it has a route ledger already: a correction has none, the "
			               "case's goes on in it");
	return EDOC_OK;
}

static enum edoc_code judge(struct ed_case *c, const struct edoc_act *act,
                            const struct ed_revision *revision, const struct edoc_report *report,
                            struct edoc_error *err)
{
	const char *why = ed_report_why(report, c->r.arena);
	enum edoc_code code = EDOC_OK;

	if (why)
		code = ed_fail(err, EDOC_ERR_DENIED, revision->path,
		               "not accepted: the package is %s", why);
	else if (!signed_by(report, edoc_key_cert_sha256(act->key)))
		code = ed_fail(err, EDOC_ERR_DENIED, revision->path,
		               "you have not signed it: sign it first (edoc-sign sign)");
	if (!code)
		code = check_replaces(c, revision, report->card, err);
	return code ? code : check_fields(c, revision, report->card, err);
}

enum edoc_code ed_revision_judge(struct ed_case *c, const struct edoc_act *act,
                                 struct ed_revision *revision, struct edoc_error *err)
{
	const struct ed_passport *passport = c->r.engine.route->passport;
	struct edoc_verify_options options = ed_desk_options(c->desk, act->now);
	struct edoc_report *report = NULL;
	struct ed_asic *asic = NULL;
	struct ed_findings container;
	const char *path = revision->path;

	ed_findings_init(&container, c->r.arena);
	enum edoc_code code =
	        ed_package_open(revision->copy.fd, path, NULL, c->r.arena, &container, &asic, err);
	if (!code)
		code = check_ledger(asic, revision, err);
	if (!code)
		code = ed_judge_asic(asic, &container, path, &options, &report, err);
	if (!code)
		code = judge(c, act, revision, report, err);
	if (!code)
		code = ed_papers_list(asic, c->r.arena, &revision->documents, err);
	if (!code)
		code = ed_papers_read(act->documents, c->r.arena, &revision->papers, err);
	if (!code)
		code = ed_papers_paid(asic, passport, revision->papers, &options, path, c->r.arena,
		                      err);
	edoc_report_free(report);
	ed_asic_free(asic);
	return code;
}

/* ---- keeping it ---- */

enum edoc_code ed_revision_keep(struct ed_case *c, const struct ed_revision *revision, bool dry,
                                json_t *header, struct edoc_error *err)
{
	char *path = ed_case_path(c, "pkg/%s.asice", revision->copy.sha256), digest[ED_SHA256_REF];
	enum edoc_code code = EDOC_OK;
	bool taken;

	if (!path)
		return ed_fail_memory(err);
	if (!dry)
		code = ed_desk_link(revision->copy.path, path, &taken, err);
	snprintf(digest, sizeof(digest), "sha256:%s", revision->copy.sha256);
	if (!code && (ed_json_str(header, "package", digest) |
	              json_object_set(header, "documents", revision->documents) |
	              (revision->papers ? json_object_set(header, "papers", revision->papers) : 0)))
		code = ed_fail_memory(err);
	return code;
}

/* ---- what lies here of before ---- */

static enum edoc_code check_file(const char *path, const char *sha256, struct edoc_error *err)
{
	uint64_t size;
	char hex[65];
	int fd = -1;

	enum edoc_code code = path ? ed_open_read(path, &fd, &size, err) : ed_fail_memory(err);
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK; /* another desk has it */
	if (!code)
		code = ed_file_sha256(fd, path, hex, err);
	if (!code && strcmp(hex, sha256) != 0)
		code = ed_fail(err, EDOC_ERR_INPUT, path,
		               "it was changed: it is not what the ledger names");
	if (fd >= 0)
		close(fd);
	return code;
}

enum edoc_code ed_generations_check(struct ed_case *c, struct edoc_error *err)
{
	static const char prefix[] = "META-INF/signatures-";
	const struct ed_ledger *ledger = &c->r.ledger;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < ed_generation(ledger) && !code; i++) {
		const struct ed_entry *e = &ledger->v[i];
		const char *package = ed_json_get_str(e->header, "package");
		const char *name = ed_entry_get(e, "signature", "name");
		const char *sha256 = ed_entry_get(e, "signature", "sha256");

		if (package)
			code = check_file(ed_case_path(c, "pkg/%s.asice", package + 7), package + 7,
			                  err);
		if (!code && name && sha256 && !strncmp(name, prefix, sizeof(prefix) - 1))
			code = check_file(ed_case_path(c, "sig/%s", name + sizeof(prefix) - 1),
			                  sha256, err);
	}
	return code;
}
