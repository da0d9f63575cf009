/* SPDX-License-Identifier: ISC */
/* The report as one line of JSON: edoc-report(5), "v":1.  The order of fields
 * is part of the contract. */
#include <stdlib.h>

#include "base/err.h"
#include "base/time.h"
#include "door/json.h"
#include "judge/report.h"

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
	return json_object_set_new(o, "signer", signer) | bad;
}

static int put_signature(json_t *list, const struct ed_report_signature *sig)
{
	json_t *o = json_object(), *intact = json_object();
	int bad = 0;

	bad |= ed_json_str(o, "id", sig->pub.id);
	bad |= ed_json_str(o, "where", sig->pub.where);
	bad |= ed_json_str(o, "form", sig->pub.form);
	bad |= ed_json_str(o, "level", *sig->pub.level ? sig->pub.level : NULL);
	bad |= ed_json_str(o, "indication", indication_name(sig->pub.indication));
	bad |= ed_json_str(o, "subindication", sig->pub.subindication);
	bad |= ed_json_bool(intact, "data", sig->pub.intact_data);
	bad |= ed_json_bool(intact, "signature", sig->pub.intact_signature);
	bad |= json_object_set_new(o, "intact", intact);
	bad |= put_signer(o, sig);
	bad |= ed_json_time(o, "claimed_time", sig->pub.claimed_time);
	bad |= ed_json_str(o, "proved_time", NULL);
	bad |= put_strings(o, "covers", sig->covers, sig->n_covers);
	bad |= ed_json_str(o, "commitment", sig->pub.commitment);
	bad |= ed_json_str(o, "role", sig->pub.role);
	bad |= json_object_set_new(o, "timestamps", json_array());
	bad |= put_findings(o, &sig->findings);
	return json_array_append_new(list, o) | bad;
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

enum edoc_code edoc_report_json(const struct edoc_report *report, char **json,
                                struct edoc_error *err)
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
		bad |= put_signature(sigs, &report->signatures[i]);
	bad |= json_object_set_new(o, "signatures", sigs);
	bad |= json_object_set_new(o, "timestamps", json_array());
	bad |= json_object_set_new(o, "evidence_records", json_array());
	bad |= put_documents(o, report);
	bad |= report->route ? json_object_set(o, "route", report->route)
	                     : ed_json_str(o, "route", NULL);
	bad |= put_findings(o, &report->findings);
	code = bad ? ed_fail_memory(err) : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}
