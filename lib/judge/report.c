/* SPDX-License-Identifier: ISC */
/* The report: what it holds, how findings become indications. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/report.h"

enum edoc_code ed_report_new(const char *name, int64_t at, const struct edoc_policy *policy,
                             struct edoc_report **p_report, struct edoc_error *err)
{
	struct edoc_report *report = calloc(1, sizeof(*report));
	enum edoc_code code = EDOC_ERR_MEMORY;

	*p_report = NULL;
	if (!report || !(report->arena = ed_arena_new()))
		goto out;
	report->name = ed_arena_strdup(report->arena, name);
	report->policy_name = ed_arena_strdup(report->arena, edoc_policy_name(policy));
	report->policy_sha256 = ed_arena_strdup(report->arena, ed_policy_sha256(policy));
	if (!report->name || !report->policy_name || !report->policy_sha256)
		goto out;
	report->at = at;
	report->exit = 65;
	ed_findings_init(&report->findings, report->arena);
	*p_report = report;
	report = NULL;
	code = EDOC_OK;
out:
	edoc_report_free(report);
	return code == EDOC_OK ? code : ed_fail_memory(err);
}

void edoc_report_free(struct edoc_report *report)
{
	if (!report)
		return;
	json_decref(report->route);
	ed_arena_free(report->arena);
	free(report);
}

/* FAILED weighs more than INDETERMINATE, that more than PASSED. */
static int weight(enum edoc_indication indication)
{
	switch (indication) {
	case EDOC_TOTAL_FAILED:
		return 2;
	case EDOC_INDETERMINATE:
		return 1;
	case EDOC_TOTAL_PASSED:
		return 0;
	}
	return 2;
}

/*
 * The heaviest error decides; among equals the first that has a
 * sub-indication names it.
 */
static void fold(const struct ed_findings *list, enum edoc_indication *indication,
                 const char **subindication)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct ed_rule *rule = ed_rule(list->v[i].code);
		enum edoc_indication its = rule ? rule->indication : EDOC_INDETERMINATE;

		if (list->v[i].severity != EDOC_ERROR)
			continue;
		if (weight(its) > weight(*indication)) {
			*indication = its;
			*subindication = rule ? rule->subindication : NULL;
		} else if (its == *indication && !*subindication && rule) {
			*subindication = rule->subindication;
		}
	}
	if (list->lost && *indication == EDOC_TOTAL_PASSED)
		*indication = EDOC_INDETERMINATE;
}

static void set_severities(struct ed_findings *list, const struct edoc_policy *policy)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct ed_rule *rule = ed_rule(list->v[i].code);

		list->v[i].severity = ed_policy_severity(policy, list->v[i].code,
		                                         rule ? rule->severity : EDOC_ERROR);
	}
}

void ed_report_fold(struct ed_findings *list, const struct edoc_policy *policy,
                    enum edoc_indication *indication, const char **subindication)
{
	*indication = EDOC_TOTAL_PASSED;
	*subindication = NULL;
	set_severities(list, policy);
	fold(list, indication, subindication);
}

static int exit_of(const struct edoc_report *report)
{
	if (!report->format)
		return 65;
	switch (report->indication) {
	case EDOC_TOTAL_PASSED:
		return 0;
	case EDOC_TOTAL_FAILED:
		return 1;
	case EDOC_INDETERMINATE:
		break;
	}
	return 2;
}

/* Of all that is judged: the heaviest, and the first reason for it. */
struct total {
	enum edoc_indication indication;
	const char *sub;
};

static void add(struct total *all, enum edoc_indication its, const char *why)
{
	if (weight(its) > weight(all->indication)) {
		all->indication = its;
		all->sub = why;
	} else if (its == all->indication && !all->sub) {
		all->sub = why;
	}
}

static void decide_stamp(struct ed_report_stamp *stamp, const struct edoc_policy *policy)
{
	ed_report_fold(&stamp->findings, policy, &stamp->indication, &stamp->subindication);
	if (stamp->indication == EDOC_TOTAL_PASSED && !stamp->intact)
		stamp->indication = EDOC_INDETERMINATE;
}

static void decide_record(struct ed_report_record *record, const struct edoc_policy *policy)
{
	struct total all;

	for (size_t i = 0; i < record->n_stamps; i++)
		decide_stamp(&record->stamps[i], policy);
	ed_report_fold(&record->findings, policy, &all.indication, &all.sub);
	for (size_t i = 0; i < record->n_stamps; i++)
		add(&all, record->stamps[i].indication, record->stamps[i].subindication);
	if (all.indication == EDOC_TOTAL_PASSED && !record->intact)
		all.indication = EDOC_INDETERMINATE;
	record->indication = all.indication;
	record->subindication = all.sub;
}

static void decide_signature(struct ed_report_signature *sig, const struct edoc_policy *policy,
                             struct total *all)
{
	enum edoc_indication its;
	const char *why;

	for (size_t i = 0; i < sig->n_stamps; i++)
		decide_stamp(&sig->stamps[i], policy);
	for (size_t i = 0; i < sig->n_records; i++)
		decide_record(&sig->records[i], policy);
	ed_report_fold(&sig->findings, policy, &its, &why);
	/* The arithmetic has the last word, whatever a policy says. */
	if (its == EDOC_TOTAL_PASSED && (!sig->pub.intact_data || !sig->pub.intact_signature))
		its = EDOC_INDETERMINATE;
	sig->pub.indication = its;
	sig->pub.subindication = why;
	if (all)
		add(all, its, why);
	/* Anybody can put one there: it changes nothing for the one it signs. */
	for (size_t i = 0; i < sig->n_counter; i++)
		decide_signature(&sig->counter[i], policy, NULL);
}

/*
 * Time-stamps and records weigh on the whole where nothing else is there; on
 * signatures they weigh by what they prove, and by findings of their own.
 */
void ed_report_decide(struct edoc_report *report, const struct edoc_policy *policy)
{
	struct total all, proofs = {EDOC_TOTAL_PASSED, NULL};

	ed_report_fold(&report->findings, policy, &all.indication, &all.sub);
	for (size_t i = 0; i < report->n_stamps; i++) {
		decide_stamp(&report->stamps[i], policy);
		add(&proofs, report->stamps[i].indication, report->stamps[i].subindication);
	}
	for (size_t i = 0; i < report->n_records; i++) {
		decide_record(&report->records[i], policy);
		add(&proofs, report->records[i].indication, report->records[i].subindication);
	}
	for (size_t i = 0; i < report->n_signatures; i++)
		decide_signature(&report->signatures[i], policy, &all);
	if (!report->n_signatures && report->n_stamps + report->n_records)
		add(&all, proofs.indication, proofs.sub);
	if (!report->n_signatures && all.indication == EDOC_TOTAL_PASSED)
		all.indication = EDOC_INDETERMINATE;
	report->indication = all.indication;
	report->subindication = all.sub;
	report->exit = exit_of(report);
}

void ed_report_drop(struct edoc_report *report, const char *code)
{
	struct ed_findings *list = &report->findings;
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->v[i].code, code))
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
}

/* ---- what the public header shows ---- */

const char *edoc_report_name(const struct edoc_report *report)
{
	return report->name;
}

const char *edoc_report_format(const struct edoc_report *report)
{
	return report->format;
}

enum edoc_indication edoc_report_indication(const struct edoc_report *report)
{
	return report->indication;
}

const char *edoc_report_subindication(const struct edoc_report *report)
{
	return report->subindication;
}

int edoc_report_exit(const struct edoc_report *report)
{
	return report->exit;
}

bool edoc_report_has_ledger(const struct edoc_report *report)
{
	return report->has_ledger;
}

size_t edoc_report_signatures(const struct edoc_report *report)
{
	return report->n_signatures;
}

const struct edoc_signature *edoc_report_signature(const struct edoc_report *report, size_t i)
{
	return i < report->n_signatures ? &report->signatures[i].pub : NULL;
}

static const struct ed_findings *findings_of(const struct edoc_report *report, size_t i)
{
	if (i == EDOC_WHOLE)
		return &report->findings;
	return i < report->n_signatures ? &report->signatures[i].findings : NULL;
}

size_t edoc_report_findings(const struct edoc_report *report, size_t i)
{
	const struct ed_findings *list = findings_of(report, i);

	return list ? list->n : 0;
}

const struct edoc_finding *edoc_report_finding(const struct edoc_report *report, size_t i, size_t k)
{
	const struct ed_findings *list = findings_of(report, i);

	return list && k < list->n ? &list->v[k] : NULL;
}
