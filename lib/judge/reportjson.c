/* SPDX-License-Identifier: ISC */
/* The report as one line of JSON: edoc-report(5), "v":1.  The order of fields
 * is part of the contract. */
#include <stdlib.h>

#include "base/err.h"
#include "base/time.h"
#include "door/json.h"
#include "judge/report.h"

/* What is wanted beside the report itself. */
struct put {
	bool checks;
};

static const char *indication_name(enum edoc_indication indication)
{
	switch (indication) {
	case EDOC_TOTAL_PASSED:
		return "TOTAL-PASSED";
	case EDOC_TOTAL_FAILED:
		return "TOTAL-FAILED";
	case EDOC_INDETERMINATE:
		break;
	}
	return "INDETERMINATE";
}

static const char *severity_name(enum edoc_severity severity)
{
	switch (severity) {
	case EDOC_ERROR:
		return "error";
	case EDOC_WARNING:
		return "warning";
	case EDOC_INFO:
		break;
	}
	return "info";
}

/* Each put_* returns 0, or -1 when memory ran out (as jansson's setters). */

static int put_finding(json_t *list, const struct edoc_finding *f)
{
	json_t *o = json_object();
	char *msg = NULL, *advice = NULL;
	int bad;

	bad = edoc_finding_text(f, "en", &msg, NULL) != EDOC_OK;
	bad |= edoc_finding_advice(f, "en", &advice, NULL) != EDOC_OK;
	bad |= ed_json_str(o, "code", f->code);
	bad |= ed_json_str(o, "severity", severity_name(f->severity));
	bad |= ed_json_str(o, "clause", edoc_finding_clause(f));
	bad |= ed_json_str(o, "where", f->where);
	bad |= ed_json_str(o, "msg", msg);
	bad |= ed_json_str(o, "advice", advice);
	edoc_free(msg);
	edoc_free(advice);
	return json_array_append_new(list, o) | -bad;
}

static int put_findings(json_t *o, const struct ed_findings *findings)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < findings->n; i++)
		bad |= put_finding(list, &findings->v[i]);
	return json_object_set_new(o, "findings", list) | bad;
}

static int put_strings(json_t *o, const char *key, const char *const *v, size_t n)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < n; i++)
		bad |= json_array_append_new(list, json_string(v[i]));
	return json_object_set_new(o, key, list) | bad;
}

static int put_link(json_t *list, const struct ed_report_link *link)
{
	json_t *o = json_object(), *revocation = json_object();
	int bad = 0;

	bad |= ed_json_str(o, "subject", link->subject);
	bad |= ed_json_str(o, "sha256", link->sha256);
	bad |= ed_json_time(o, "not_before", link->not_before);
	bad |= ed_json_time(o, "not_after", link->not_after);
	if (link->revocation) {
		bad |= ed_json_str(revocation, "by", link->revocation);
		bad |= ed_json_str(revocation, "where", link->revocation_where);
		bad |= ed_json_str(revocation, "status", link->revocation_status);
		bad |= ed_json_time(revocation, "this_update", link->this_update);
		bad |= ed_json_time(revocation, "next_update", link->next_update);
		bad |= ed_json_time(revocation, "revoked_at", link->revoked_at);
		bad |= json_object_set(o, "revocation", revocation);
	} else {
		bad |= ed_json_str(o, "revocation", NULL);
	}
	json_decref(revocation);
	return json_array_append_new(list, o) | bad;
}

static int put_links(json_t *o, const char *key, const struct ed_report_link *links, size_t n)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < n; i++)
		bad |= put_link(list, &links[i]);
	return json_object_set_new(o, key, list) | bad;
}

static int put_signer(json_t *o, const struct ed_report_signature *sig)
{
	json_t *signer = json_object(), *ids = json_object();
	int bad = 0;

	bad |= ed_json_str(signer, "subject", sig->pub.subject);
	bad |= ed_json_str(signer, "issuer", sig->pub.issuer);
	bad |= ed_json_str(signer, "sha256", sig->pub.cert_sha256);
	if (*sig->pinfl)
		bad |= ed_json_str(ids, "pinfl", sig->pinfl);
	if (*sig->inn)
		bad |= ed_json_str(ids, "inn", sig->inn);
	if (*sig->uid)
		bad |= ed_json_str(ids, "uid", sig->uid);
	bad |= json_object_set_new(signer, "ids", ids);
	bad |= put_strings(signer, "chain", sig->chain, sig->n_chain);
	bad |= put_links(signer, "certificates", sig->links, sig->n_links);
	return json_object_set_new(o, "signer", signer) | bad;
}

static const char *outcome_name(enum ed_outcome outcome)
{
	switch (outcome) {
	case ED_YES:
		return "yes";
	case ED_NO:
		return "no";
	case ED_SKIPPED:
		return "skipped";
	case ED_UNSURE:
		break;
	}
	return "unknown";
}

static const char *part_name(enum edoc_indication indication)
{
	switch (indication) {
	case EDOC_TOTAL_PASSED:
		return "PASSED";
	case EDOC_TOTAL_FAILED:
		return "FAILED";
	case EDOC_INDETERMINATE:
		break;
	}
	return "INDETERMINATE";
}

static int put_checks(json_t *o, const struct put *put, const struct ed_report_checks *checks)
{
	json_t *list;
	int bad = 0;

	if (!put->checks)
		return 0;
	list = json_array();
	for (size_t i = 0; i < checks->n; i++) {
		const struct ed_report_check *c = &checks->v[i];
		json_t *check = json_object();

		bad |= ed_json_str(check, "clause", c->clause);
		bad |= ed_json_str(check, "what", c->what);
		bad |= ed_json_str(check, "inputs", c->inputs);
		bad |= ed_json_str(check, "outcome", outcome_name(c->outcome));
		bad |= ed_json_str(check, "rule", c->rule);
		bad |= ed_json_str(check, "finding", c->code);
		bad |= json_array_append_new(list, check);
	}
	return json_object_set_new(o, "checks", list) | bad;
}

static int put_stamp(json_t *list, const struct put *put, const struct ed_report_stamp *stamp)
{
	json_t *o = json_object();
	int bad = 0;

	bad |= ed_json_str(o, "kind", stamp->kind);
	bad |= ed_json_str(o, "type", stamp->type);
	bad |= ed_json_str(o, "id", stamp->id);
	bad |= ed_json_str(o, "where", stamp->where);
	bad |= ed_json_time(o, "time", stamp->time);
	bad |= ed_json_bool(o, "intact", stamp->intact);
	bad |= ed_json_str(o, "indication", part_name(stamp->indication));
	bad |= ed_json_str(o, "subindication", stamp->subindication);
	bad |= ed_json_str(o, "subject", stamp->subject);
	bad |= ed_json_str(o, "policy", stamp->policy);
	bad |= put_links(o, "chain", stamp->links, stamp->n_links);
	bad |= put_checks(o, put, &stamp->checks);
	bad |= put_findings(o, &stamp->findings);
	return json_array_append_new(list, o) | bad;
}

static int put_stamps(json_t *o, const struct put *put, const struct ed_report_stamp *stamps,
                      size_t n)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < n; i++)
		bad |= put_stamp(list, put, &stamps[i]);
	return json_object_set_new(o, "timestamps", list) | bad;
}

static int put_record(json_t *list, const struct put *put, const struct ed_report_record *record,
                      const char *signature)
{
	json_t *o = json_object();
	int bad = 0;

	bad |= ed_json_str(o, "signature", signature);

	bad |= ed_json_str(o, "where", record->where);
	bad |= ed_json_str(o, "form", record->form);
	bad |= ed_json_bool(o, "intact", record->intact);
	bad |= ed_json_bool(o, "found", record->found);
	bad |= ed_json_int(o, "renewals", (int64_t)record->renewals);
	bad |= ed_json_time(o, "oldest_time", record->oldest_time);
	bad |= ed_json_str(o, "indication", part_name(record->indication));
	bad |= ed_json_str(o, "subindication", record->subindication);
	bad |= put_stamps(o, put, record->stamps, record->n_stamps);
	bad |= put_checks(o, put, &record->checks);
	bad |= put_findings(o, &record->findings);
	return json_array_append_new(list, o) | bad;
}

/* Those that signatures carry, too: they name theirs. */
static int put_carried(json_t *list, const struct put *put, const struct ed_report_signature *sig)
{
	int bad = 0;

	for (size_t i = 0; i < sig->n_records; i++)
		bad |= put_record(list, put, &sig->records[i], sig->pub.id);
	for (size_t i = 0; i < sig->n_counter; i++)
		bad |= put_carried(list, put, &sig->counter[i]);
	return bad;
}

static int put_records(json_t *o, const struct put *put, const struct edoc_report *report)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < report->n_records; i++)
		bad |= put_record(list, put, &report->records[i], NULL);
	for (size_t i = 0; i < report->n_signatures; i++)
		bad |= put_carried(list, put, &report->signatures[i]);
	return json_object_set_new(o, "evidence_records", list) | bad;
}

/* What a law asks for, in its words: only under a policy that knows the law. */
static int put_conditions(json_t *o, const struct ed_report_condition *conditions, size_t n)
{
	json_t *list;
	int bad = 0;

	if (!n)
		return 0;
	list = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *c = json_object();
		char *why = NULL;

		bad |= ed_report_condition_why(&conditions[i], "en", &why, NULL) != EDOC_OK;
		bad |= ed_json_str(c, "law", conditions[i].law);
		bad |= ed_json_str(c, "article", conditions[i].article);
		bad |= ed_json_str(c, "what", conditions[i].what);
		bad |= ed_json_str(c, "outcome", outcome_name(conditions[i].met));
		bad |= ed_json_str(c, "why", why);
		bad |= json_array_append_new(list, c);
		edoc_free(why);
	}
	return json_object_set_new(o, "conditions", list) | bad;
}

static int put_proved_time(json_t *o, const struct ed_report_signature *sig)
{
	json_t *proved;
	int bad = 0;

	if (!sig->proved_by)
		return ed_json_str(o, "proved_time", NULL);
	proved = json_object();
	bad |= ed_json_time(proved, "not_after", sig->proved_not_after);
	bad |= ed_json_str(proved, "by", sig->proved_by);
	bad |= ed_json_str(proved, "where", sig->proved_where);
	return json_object_set_new(o, "proved_time", proved) | bad;
}

/* Counter-signatures stand behind the one they sign, and name it. */
static int put_signature(json_t *list, const struct put *put, const struct ed_report_signature *sig,
                         const char *countersigns)
{
	json_t *o = json_object(), *intact = json_object();
	int bad = 0;

	bad |= ed_json_str(o, "id", sig->pub.id);
	bad |= ed_json_str(o, "where", sig->pub.where);
	bad |= ed_json_str(o, "form", sig->pub.form);
	bad |= ed_json_str(o, "packaging", sig->packaging);
	bad |= ed_json_str(o, "level", *sig->pub.level ? sig->pub.level : NULL);
	bad |= ed_json_str(o, "indication", indication_name(sig->pub.indication));
	bad |= ed_json_str(o, "subindication", sig->pub.subindication);
	bad |= ed_json_bool(intact, "data", sig->pub.intact_data);
	bad |= ed_json_bool(intact, "signature", sig->pub.intact_signature);
	bad |= json_object_set_new(o, "intact", intact);
	bad |= put_signer(o, sig);
	bad |= ed_json_time(o, "claimed_time", sig->pub.claimed_time);
	bad |= put_proved_time(o, sig);
	bad |= put_strings(o, "covers", sig->covers, sig->n_covers);
	bad |= ed_json_str(o, "commitment", sig->pub.commitment);
	bad |= ed_json_str(o, "role", sig->pub.role);
	bad |= ed_json_str(o, "signature_policy", sig->policy_id);
	bad |= put_stamps(o, put, sig->stamps, sig->n_stamps);
	bad |= ed_json_str(o, "countersigns", countersigns);
	bad |= put_conditions(o, sig->conditions, sig->n_conditions);
	bad |= put_checks(o, put, &sig->checks);
	bad |= put_findings(o, &sig->findings);
	bad |= json_array_append_new(list, o);
	for (size_t i = 0; i < sig->n_counter; i++)
		bad |= put_signature(list, put, &sig->counter[i], sig->pub.id);
	return bad;
}

int ed_report_document_json(json_t *list, const char *name, const char *media_type, uint64_t bytes,
                            const char *sha256)
{
	json_t *d = json_object();
	int bad = 0;

	bad |= ed_json_str(d, "name", name);
	bad |= ed_json_str(d, "media_type", *media_type ? media_type : NULL);
	bad |= ed_json_int(d, "bytes", (int64_t)bytes);
	bad |= ed_json_str(d, "sha256", sha256);
	return json_array_append_new(list, d) | bad;
}

static int put_documents(json_t *o, const struct edoc_report *report)
{
	json_t *uncovered = json_array(), *documents = json_array();
	int bad = 0;

	for (size_t i = 0; i < report->n_documents; i++) {
		const struct ed_report_document *doc = &report->documents[i];

		bad |= ed_report_document_json(documents, doc->name, doc->media_type, doc->bytes,
		                               doc->sha256);
		if (doc->covered < report->n_signatures || !report->n_signatures)
			bad |= json_array_append_new(uncovered, json_string(doc->name));
	}
	bad |= json_object_set_new(o, "uncovered", uncovered);
	return json_object_set_new(o, "documents", documents) | bad;
}

static enum edoc_code write_report(const struct edoc_report *report, const struct put *put,
                                   char **json, struct edoc_error *err)
{
	json_t *o = json_object(), *policy = json_object(), *sigs = json_array();
	enum edoc_code code;
	int bad = 0;

	*json = NULL;
	bad |= ed_json_int(o, "v", 1);
	bad |= ed_json_str(o, "path", report->name);
	bad |= ed_json_str(o, "format", report->format);
	bad |= ed_json_str(o, "indication", indication_name(report->indication));
	bad |= ed_json_str(o, "subindication", report->subindication);
	bad |= ed_json_int(o, "exit", report->exit);
	bad |= ed_json_time(o, "at", report->at);
	bad |= ed_json_str(policy, "name", report->policy_name);
	bad |= ed_json_str(policy, "sha256", report->policy_sha256);
	bad |= json_object_set_new(o, "policy", policy);
	bad |= ed_json_str(o, "tool", "edoc-verify " EDOC_VERSION);
	for (size_t i = 0; i < report->n_signatures; i++)
		bad |= put_signature(sigs, put, &report->signatures[i], NULL);
	bad |= json_object_set_new(o, "signatures", sigs);
	bad |= put_stamps(o, put, report->stamps, report->n_stamps);
	bad |= put_records(o, put, report);
	bad |= put_documents(o, report);
	bad |= report->route ? json_object_set(o, "route", report->route)
	                     : ed_json_str(o, "route", NULL);
	bad |= put_conditions(o, report->conditions, report->n_conditions);
	bad |= put_findings(o, &report->findings);
	code = bad ? ed_fail_memory(err) : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

enum edoc_code edoc_report_json(const struct edoc_report *report, char **json,
                                struct edoc_error *err)
{
	static const struct put brief = {false};

	return write_report(report, &brief, json, err);
}

enum edoc_code edoc_report_json_explained(const struct edoc_report *report, char **json,
                                          struct edoc_error *err)
{
	static const struct put explained = {true};

	return write_report(report, &explained, json, err);
}
