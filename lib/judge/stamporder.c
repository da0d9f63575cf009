/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1 5.5.4 4) e) and 5.6.3.4: time-stamps in an order in which they
 * can have been made.  What a proof covers is older than the proof, whoever is
 * believed by now: every token counts that is over what it says and unchanged.
 */
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/validate.h"

/* A token, or an evidence record as of its first one. */
struct proof {
	const char *title;
	int64_t time, accuracy;
	const struct ed_object *covers;
	size_t n_covers;
};

struct ordering {
	struct ed_judge *j;
	int64_t *issued; /* of each blob of the item's material; NULL: not asked for yet */
	struct edoc_error *err;
	enum edoc_code rc;
	/* of what is being looked at */
	const char *where;
	struct ed_findings *findings;
	size_t compared;
	bool wrong;
};

static struct proof proof_of(const struct ed_stamp *stamp)
{
	return (struct proof){ed_stamp_title(stamp->kind), stamp->tst.time, stamp->tst.accuracy,
	                      stamp->covers, stamp->n_covers};
}

static struct proof proof_of_record(const struct ed_record *record)
{
	const struct ed_tst *first = &record->stamps[0].tst;

	return (struct proof){"evidence record", first->time, first->accuracy, record->covers,
	                      record->n_covers};
}

static bool is_whole(const struct ed_record *record)
{
	return record->intact && record->found && record->n_stamps;
}

/* RFC 3161 2.4.2: within their accuracies two tokens have no order. */
static void compare(struct ordering *o, const char *title, int64_t time, int64_t accuracy,
                    const struct proof *after)
{
	o->compared++;
	if (o->wrong || time - accuracy <= after->time + after->accuracy)
		return;
	o->wrong = true;
	ed_finding(o->findings, "timestamp.order", o->where, title, ed_say_time(o->j, time),
	           after->title);
}

static void compare_stamp(struct ordering *o, const struct ed_stamp *stamp,
                          const struct ed_report_stamp *out, const struct proof *after)
{
	if (out->intact)
		compare(o, ed_stamp_title(stamp->kind), stamp->tst.time, stamp->tst.accuracy,
		        after);
}

/* A CRL or OCSP answer is not older than it says; clocks may differ. */
static void compare_material(struct ordering *o, const struct ed_object *object,
                             const struct proof *after)
{
	const struct ed_material *material = &o->j->item->material;
	size_t blob = ed_material_find(material, object->sha256);

	if (blob == (size_t)-1 || blob >= o->j->n_embedded || material->v[blob].kind == ED_CERT)
		return;
	if (!o->issued)
		o->rc = ed_pool_moments(o->j->pool, &o->issued, o->err);
	if (o->rc == EDOC_OK && o->issued[blob] != ED_TIME_NONE)
		compare(o, material->v[blob].kind == ED_CRL ? "CRL" : "OCSP", o->issued[blob],
		        o->j->policy->tolerance, after);
}

/* ---- one signature ---- */

/* Content, then signature, then what was added later. */
static void order_kinds(struct ordering *o, const struct ed_ades *sig,
                        const struct ed_report_signature *out)
{
	for (size_t i = 0; i < sig->n_stamps; i++) {
		for (size_t k = 0; k < sig->n_stamps && !o->wrong; k++) {
			const struct ed_stamp *a = &sig->stamps[i], *b = &sig->stamps[k];
			struct proof after = proof_of(b);

			if (a->kind < b->kind && b->kind <= ED_STAMP_ARCHIVE &&
			    out->stamps[k].intact)
				compare_stamp(o, a, &out->stamps[i], &after);
		}
	}
}

/* A later property, an attribute with an index: what it covers by digest. */
static void order_covered(struct ordering *o, const struct ed_ades *sig,
                          const struct ed_report_signature *out, const struct proof *after)
{
	for (size_t i = 0; o->rc == EDOC_OK && !o->wrong && i < after->n_covers; i++) {
		const struct ed_object *object = &after->covers[i];

		if (object->kind == ED_OBJECT_MATERIAL)
			compare_material(o, object, after);
		for (size_t k = 0; object->kind == ED_OBJECT_STAMP && k < sig->n_stamps; k++) {
			if (!memcmp(sig->stamps[k].tst.sha256, object->sha256, 32))
				compare_stamp(o, &sig->stamps[k], &out->stamps[k], after);
		}
	}
}

/* ---- a container: its own proofs cover files ---- */

static void order_file(struct ordering *o, const struct ed_ades *sig,
                       const struct ed_report_signature *out, const struct proof *after)
{
	for (size_t i = 0; i < sig->n_stamps; i++)
		compare_stamp(o, &sig->stamps[i], &out->stamps[i], after);
	for (size_t i = 0; o->rc == EDOC_OK && i < sig->n_material; i++)
		compare_material(o, &sig->material[i], after);
}

/* The proofs of the container that cover the signature's file. */
static void order_files(struct ordering *o, const struct ed_ades *sig,
                        const struct ed_report_signature *out, const struct proof *after)
{
	for (size_t i = 0; o->rc == EDOC_OK && !o->wrong && i < after->n_covers; i++) {
		const struct ed_object *object = &after->covers[i];

		if (object->kind == ED_OBJECT_DATA && !strcmp(object->name, sig->where))
			order_file(o, sig, out, after);
	}
}

enum edoc_code ed_order_signature(struct ed_judge *j, const struct ed_ades *sig,
                                  struct ed_report_signature *out, struct edoc_error *err)
{
	struct ordering o = {.j = j, .err = err, .where = sig->where, .findings = &out->findings};
	const struct ed_item *item = j->item;
	struct proof after;

	order_kinds(&o, sig, out);
	for (size_t i = 0; i < sig->n_stamps; i++) {
		after = proof_of(&sig->stamps[i]);
		if (out->stamps[i].intact)
			order_covered(&o, sig, out, &after);
	}
	for (size_t i = 0; i < sig->n_records; i++) {
		if (is_whole(&sig->records[i])) {
			after = proof_of_record(&sig->records[i]);
			order_covered(&o, sig, out, &after);
		}
	}
	for (size_t i = 0; i < item->n_stamps; i++) {
		after = proof_of(&item->stamps[i]);
		if (j->report->stamps[i].intact)
			order_files(&o, sig, out, &after);
	}
	for (size_t i = 0; i < item->n_records; i++) {
		if (is_whole(&item->records[i])) {
			after = proof_of_record(&item->records[i]);
			order_files(&o, sig, out, &after);
		}
	}
	if (o.compared)
		ed_explain(j, &out->checks, "EN 319 102-1 5.5.4 4) e)",
		           N_("the time-stamps are in the order in which they can be made"),
		           o.wrong ? ED_UNSURE : ED_YES, NULL, o.wrong ? "timestamp.order" : NULL,
		           "pairs=%zu", o.compared);
	return o.rc;
}

/* Of the container's own tokens, those that another one covers. */
static void order_tokens(struct ordering *o, const struct proof *after)
{
	const struct ed_item *item = o->j->item;

	for (size_t i = 0; !o->wrong && i < after->n_covers; i++) {
		const struct ed_object *object = &after->covers[i];

		for (size_t k = 0; object->kind == ED_OBJECT_DATA && k < item->n_stamps; k++) {
			o->where = item->stamps[k].where;
			if (!strcmp(object->name, o->where))
				compare_stamp(o, &item->stamps[k], &o->j->report->stamps[k], after);
		}
	}
}

void ed_order_item(struct ed_judge *j)
{
	struct ordering o = {.j = j, .findings = &j->report->findings};
	const struct ed_item *item = j->item;
	struct proof after;

	for (size_t i = 0; i < item->n_stamps; i++) {
		after = proof_of(&item->stamps[i]);
		if (j->report->stamps[i].intact)
			order_tokens(&o, &after);
	}
	for (size_t i = 0; i < item->n_records; i++) {
		if (is_whole(&item->records[i])) {
			after = proof_of_record(&item->records[i]);
			order_tokens(&o, &after);
		}
	}
}
