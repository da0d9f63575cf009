/* SPDX-License-Identifier: ISC */
/*
 * When entries were made, by others' word than their actor's: what an entry
 * quotes was there before it, and what quotes the entry came after it.
 */
#include "route/proved.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "judge/rules.h"
#include "route/headfile.h"
#include "sign/stamp.h"
#include "judge/relied.h"
#include "signature/cmsledger.h"

struct point { /* a checkpoint of the package */
	struct ed_head head;
	const char *where;
	bool believed;   /* signed by a desk key that the directory lists */
	int64_t stamped; /* or ED_TIME_NONE */
	const char *by;
	int64_t upto; /* the newest entry that it holds; 0: none */
	struct point *next;
};

struct proving {
	struct ed_replay *replay;
	struct ed_asic *asic;
	const struct edoc_verify_options *options;
	const struct edoc_report *report;
	struct point *points;
	bool *held;
};

static void find_fault(struct proving *p, const char *code, const char *where, const char *a,
                       const char *b, const char *c)
{
	ed_finding(&p->replay->findings, code, where, a, b, c);
}

static bool is_the_input(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT || code == EDOC_ERR_VERSION;
}

/* The file beside it of another kind; empty: there is none. */
static enum edoc_code read_beside(struct proving *p, const struct ed_head *head, const char *suffix,
                                  size_t max, struct ed_buf *bytes, struct edoc_error *err)
{
	char name[ED_LEDGER_NAME];
	size_t i;

	ed_buf_init(bytes, max);
	snprintf(name, sizeof(name), ED_LEDGER_CHECKPOINTS "%.8s%s", head->sha256, suffix);
	i = ed_zip_find(p->asic->zip, name);
	return i == (size_t)-1 ? EDOC_OK : ed_zip_read_buf(p->asic->zip, i, bytes, err);
}

/* ---- whose it is ---- */

static bool is_a_desk(const struct proving *p, const struct ed_head *head)
{
	const struct ed_pin *pin = ed_pins_directory(&p->replay->pins);
	const struct ed_agency *agency;
	struct ed_date date;

	if (!pin || !ed_date_parse(head->date, &date))
		return false;
	agency = ed_directory_desk(pin->directory, head->cert, date);
	return agency && !strcmp(agency->id, head->agency);
}

static enum edoc_code check_cms(struct proving *p, struct point *point, const struct ed_buf *cms,
                                struct edoc_error *err)
{
	const struct ed_head *head = &point->head;
	struct ed_cms_facts facts = {0};
	struct edoc_error why = {0};

	enum edoc_code code = ed_cms_verify(cms->data, cms->len, head->bytes.data, head->bytes.len,
	                                    point->where, p->replay->arena, &facts, &why);
	if (is_the_input(code)) {
		find_fault(p, "checkpoint.signature", point->where, why.msg, NULL, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = why;
		return code;
	}
	if (!facts.signer || !facts.intact_data || !facts.intact_signature || !facts.bound ||
	    strcmp(facts.signer->hex, head->cert) != 0)
		find_fault(p, "checkpoint.signature", point->where,
		           "the CMS is not over these bytes by the certificate they name", NULL,
		           NULL);
	else if (!is_a_desk(p, head))
		find_fault(p, "checkpoint.untrusted", point->where, head->agency, NULL, NULL);
	else
		point->believed = true;
	ed_cms_facts_clear(&facts);
	return EDOC_OK;
}

/* ---- when it was there ---- */

/* *why: what weighs against the token; *time: NONE unless it is over the CMS. */
static enum edoc_code read_token(struct proving *p, const struct point *point,
                                 const struct ed_buf *cms, const struct ed_buf *token,
                                 int64_t *time, const char **by, struct edoc_error *err)
{
	unsigned char imprint[ED_HASH_MAX];
	struct ed_material material;
	struct ed_tst tst = {0};

	*time = ED_TIME_NONE;
	ed_material_init(&material, p->replay->arena);
	enum edoc_code code = ed_tst_read(token->data, token->len, point->where, &material,
	                                  p->replay->arena, &tst, err);
	if (code)
		return code;
	if (!ed_hash_bytes(ED_SHA256, cms->data, cms->len, imprint))
		code = ed_fail_memory(err);
	else if (tst.imprint_hash == ED_SHA256 && tst.imprint_len == 32 &&
	         !memcmp(tst.imprint, imprint, 32) && tst.intact && tst.signer) {
		*time = tst.time;
		*by = ed_arena_printf(p->replay->arena, "%s", tst.signer->subject);
		if (!*by)
			code = ed_fail_memory(err);
	}
	ed_tst_clear(&tst);
	return code;
}

static enum edoc_code judge_token(struct proving *p, const struct point *point,
                                  const struct ed_buf *token, bool *counts, struct edoc_error *err)
{
	const struct edoc_verify_options *o = p->options;
	const struct edoc_sign_options options = {.at = o->at,
	                                          .trust = o->trust,
	                                          .policy = o->policy,
	                                          .limits = o->limits,
	                                          .fetch = o->fetch,
	                                          .fetch_arg = o->fetch_arg};
	struct edoc_report *report = NULL;
	struct ed_relied relied = {0};
	char *text = NULL;

	enum edoc_code code = ed_report_new(point->where, o->at, o->policy, &report, err);
	if (!code)
		code = ed_stamp_relied(&options, o->at, point->where, token->data, token->len, NULL,
		                       report, &relied, err);
	*counts = !code && (relied.good || relied.unanswered);
	if (!code && !relied.good) {
		if (!relied.why || edoc_finding_text(relied.why, NULL, &text, NULL))
			text = NULL;
		find_fault(p, *counts ? "checkpoint.stamp-unanswered" : "checkpoint.stamp",
		           point->where, text ? text : "it does not pass", NULL, NULL);
		edoc_free(text);
	}
	edoc_report_free(report);
	return code;
}

static enum edoc_code check_stamp(struct proving *p, struct point *point, const struct ed_buf *cms,
                                  struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_buf token;
	bool counts = false;
	int64_t time = ED_TIME_NONE;

	enum edoc_code code = read_beside(p, &point->head, ".tst", ED_MAX_STAMP, &token, &why);
	if (code || !token.len)
		goto out;
	code = read_token(p, point, cms, &token, &time, &point->by, &why);
	if (!code && time == ED_TIME_NONE)
		find_fault(p, "checkpoint.stamp", point->where,
		           "it is not over this checkpoint's signature", NULL, NULL);
	if (!code && time != ED_TIME_NONE)
		code = judge_token(p, point, &token, &counts, &why);
	if (counts)
		point->stamped = time;
out:
	ed_buf_clear(&token);
	if (is_the_input(code)) {
		find_fault(p, "checkpoint.stamp", point->where, why.msg, NULL, NULL);
		return EDOC_OK;
	}
	if (code && err)
		*err = why;
	return code;
}

static enum edoc_code take_point(struct proving *p, size_t i, struct edoc_error *err)
{
	struct point *point = ed_arena_alloc(p->replay->arena, sizeof(*point));
	char right[ED_LEDGER_NAME];
	struct edoc_error why = {0};
	struct ed_buf bytes, cms;

	if (!point)
		return ed_fail_memory(err);
	point->stamped = ED_TIME_NONE;
	point->where = ed_zip_entry(p->asic->zip, i)->name;
	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	ed_buf_init(&cms, ED_MAX_CMS);
	enum edoc_code code = ed_zip_read_buf(p->asic->zip, i, &bytes, &why);
	if (!code)
		code = ed_head_parse(bytes.data, bytes.len, point->where, &point->head, &why);
	if (!code)
		code = read_beside(p, &point->head, ".cms", ED_MAX_CMS, &cms, &why);
	if (is_the_input(code)) {
		find_fault(p, code == EDOC_ERR_VERSION ? "ledger.newer" : "checkpoint.malformed",
		           point->where, why.msg, NULL, NULL);
		code = EDOC_OK;
		goto out;
	}
	if (code) {
		if (err)
			*err = why;
		goto out;
	}
	point->next = p->points; /* from here on it is cleared with the others */
	p->points = point;
	snprintf(right, sizeof(right), ED_LEDGER_CHECKPOINTS "%.8s.json", point->head.sha256);
	if (strcmp(point->where, right) != 0)
		find_fault(p, "ledger.name", point->where, right, NULL, NULL);
	else
		code = check_cms(p, point, &cms, err);
	if (!code && point->believed)
		code = check_stamp(p, point, &cms, err);
out:
	ed_buf_clear(&bytes);
	ed_buf_clear(&cms);
	return code;
}

static struct point *find_point(const struct proving *p, const char *digest)
{
	struct point *point = p->points;

	while (point && strcmp(point->head.sha256, digest + 7) != 0)
		point = point->next;
	return point;
}

/* ---- bounds ---- */

static void not_after(struct ed_bound *bound, int64_t time, const char *by, const char *where)
{
	if (bound->time == ED_TIME_NONE || time < bound->time)
		*bound = (struct ed_bound){time, by, where};
}

static void not_before(struct ed_bound *bound, int64_t time, const char *by, const char *where)
{
	if (bound->time == ED_TIME_NONE || time > bound->time)
		*bound = (struct ed_bound){time, by, where};
}

/* That entry and all before it were there at that time.  issuer: what an agency
 * says of its own entries proves nothing; NULL: a TSA says it. */
static void there_by(struct proving *p, const char *digest, int64_t time, const char *by,
                     const char *where, const char *issuer)
{
	const struct ed_ledger *ledger = &p->replay->ledger;

	if (!ed_ledger_past(ledger, digest, p->held))
		return;
	for (size_t i = 0; i < ledger->n; i++) {
		const char *agency = ed_entry_get(&ledger->v[i], "actor", "agency");

		if (p->held[i] && (!issuer || !agency || strcmp(agency, issuer) != 0))
			not_after(&p->replay->proved[i].before, time, by, where);
	}
}

/* A copy of one of several chains has not what the others hold. */
static void check_heads(struct proving *p, const struct ed_inclusion *in, const char *where)
{
	const char *only = json_array_size(in->heads) == 1
	                           ? json_string_value(json_array_get(in->heads, 0))
	                           : NULL;

	if (only && !p->replay->ledger.newer && !ed_ledger_find(&p->replay->ledger, only))
		find_fault(p, "ledger.cut", where, only, NULL, NULL);
}

static void note_held(struct proving *p, const struct ed_inclusion *in, struct point *point)
{
	for (size_t i = 0; i < json_array_size(in->heads); i++) {
		const struct ed_entry *e = ed_ledger_find(
		        &p->replay->ledger, json_string_value(json_array_get(in->heads, i)));

		if (e && e->seq > point->upto)
			point->upto = e->seq;
	}
}

static void use_inclusion(struct proving *p, const struct ed_inclusion *in, const char *where)
{
	const char *id = ed_json_get_str(p->replay->ledger.v[0].header, "case");
	struct point *point = find_point(p, in->checkpoint);

	if (!id || strcmp(id, in->case_id) != 0 || !point ||
	    !ed_merkle_proves(&in->leaf, (size_t)in->index, (size_t)point->head.size, in->path,
	                      in->n_path, &point->head.root)) {
		find_fault(p, "checkpoint.inclusion", where, in->checkpoint, NULL, NULL);
		return;
	}
	if (!point->believed)
		return;
	check_heads(p, in, where);
	note_held(p, in, point);
	for (size_t i = 0; point->stamped != ED_TIME_NONE && i < json_array_size(in->heads); i++)
		there_by(p, json_string_value(json_array_get(in->heads, i)), point->stamped,
		         point->by, point->where, NULL);
}

static enum edoc_code take_inclusion(struct proving *p, size_t i, struct edoc_error *err)
{
	const char *where = ed_zip_entry(p->asic->zip, i)->name;
	struct ed_inclusion in = {0};
	struct edoc_error why = {0};
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_zip_read_buf(p->asic->zip, i, &bytes, &why);
	if (!code)
		code = ed_inclusion_parse(bytes.data, bytes.len, where, &in, &why);
	if (!code)
		use_inclusion(p, &in, where);
	else if (is_the_input(code))
		find_fault(p, code == EDOC_ERR_VERSION ? "ledger.newer" : "checkpoint.malformed",
		           where, why.msg, NULL, NULL);
	ed_inclusion_clear(&in);
	ed_buf_clear(&bytes);
	if (!code || is_the_input(code))
		return EDOC_OK;
	if (err)
		*err = why;
	return code;
}

static void use_quotes(struct proving *p)
{
	const struct ed_ledger *ledger = &p->replay->ledger;

	for (size_t i = 0; i < ledger->n; i++) {
		const char *ref = ed_json_get_str(ledger->v[i].header, "checkpoint");
		const struct point *point = ref ? find_point(p, ref) : NULL;
		char where[ED_LEDGER_NAME];

		ed_ledger_name(where, &ledger->v[i], ".json");
		if (ref && !point)
			find_fault(p, "checkpoint.missing", where, ref, NULL, NULL);
		if (point && point->stamped != ED_TIME_NONE)
			not_before(&p->replay->proved[i].after, point->stamped, point->by,
			           point->where);
	}
}

/* Signatures that answer the ledger, and receipts of others. */
static void use_others(struct proving *p)
{
	for (size_t i = 0; i < p->report->n_signatures; i++) {
		const struct ed_report_signature *s = &p->report->signatures[i];

		if (s->ledger_head && s->proved_by && s->proved_not_after != ED_TIME_NONE)
			there_by(p, s->ledger_head, s->proved_not_after, s->proved_by, s->pub.where,
			         NULL);
	}
	for (const struct ed_given *g = p->replay->receipts; g; g = g->next)
		if (g->issuer)
			there_by(p, g->head, g->time, g->issuer, g->where, g->issuer);
}

/* What holds for an entry holds for all that follow it. */
static void hand_down(struct proving *p)
{
	const struct ed_ledger *ledger = &p->replay->ledger;

	for (size_t i = 0; i < ledger->n; i++) {
		const json_t *prev = json_object_get(ledger->v[i].header, "prev");

		for (size_t k = 0; k < json_array_size(prev); k++) {
			const struct ed_entry *e =
			        ed_ledger_find(ledger, json_string_value(json_array_get(prev, k)));
			const struct ed_bound *b =
			        e ? &p->replay->proved[e - ledger->v].after : NULL;

			if (b && b->time != ED_TIME_NONE)
				not_before(&p->replay->proved[i].after, b->time, b->by, b->where);
		}
	}
}

static void check_times(struct proving *p)
{
	const struct ed_ledger *ledger = &p->replay->ledger;
	char where[ED_LEDGER_NAME], said[ED_TIME_STR], is[ED_TIME_STR];

	for (size_t i = 0; i < ledger->n; i++) {
		const struct ed_proved *proved = &p->replay->proved[i];
		int64_t t = ledger->v[i].time;
		bool early = proved->after.time != ED_TIME_NONE &&
		             t < proved->after.time - ED_CLOCK_SKEW;
		bool late = proved->before.time != ED_TIME_NONE &&
		            t > proved->before.time + ED_CLOCK_SKEW;

		ed_ledger_name(where, &ledger->v[i], ".json");
		ed_time_format(said, t);
		if (early) {
			ed_time_format(is, proved->after.time);
			find_fault(p, "ledger.time-early", where, said, is, proved->after.where);
		}
		if (late) {
			ed_time_format(is, proved->before.time);
			find_fault(p, "ledger.time-late", where, said, is, proved->before.where);
		}
	}
}

/* For whoever tells of them: in the order of their times. */
static enum edoc_code tell_points(struct proving *p, struct edoc_error *err)
{
	struct ed_arena *arena = p->replay->arena;

	for (const struct point *point = p->points; point; point = point->next) {
		struct ed_told_point *told = ed_arena_alloc(arena, sizeof(*told));
		struct ed_told_point **at = &p->replay->points;

		if (!told)
			return ed_fail_memory(err);
		*told = (struct ed_told_point){.where = ed_arena_strdup(arena, point->where),
		                               .agency = ed_arena_strdup(arena, point->head.agency),
		                               .seq = point->head.seq,
		                               .time = point->head.time,
		                               .stamped = point->stamped,
		                               .by = point->by,
		                               .upto = point->upto};
		if (!told->where || !told->agency)
			return ed_fail_memory(err);
		if (!point->believed)
			continue;
		while (*at && ((*at)->time < told->time ||
		               ((*at)->time == told->time && strcmp((*at)->where, told->where) < 0)))
			at = &(*at)->next;
		told->next = *at;
		*at = told;
	}
	return EDOC_OK;
}

/* ---- all of it ---- */

static bool ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);

	return n >= k && !strcmp(name + n - k, suffix);
}

/* The checkpoints first: the proofs are about them. */
static enum edoc_code take_files(struct proving *p, bool proofs, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < ed_zip_count(p->asic->zip) && !code; i++) {
		const char *name = ed_zip_entry(p->asic->zip, i)->name;
		bool proof = ends_with(name, ".path.json");

		if (strncmp(name, ED_LEDGER_CHECKPOINTS, sizeof(ED_LEDGER_CHECKPOINTS) - 1) ||
		    !ends_with(name, ".json") || proof != proofs)
			continue;
		code = proof ? take_inclusion(p, i, err) : take_point(p, i, err);
	}
	return code;
}

enum edoc_code ed_proved_package(struct ed_replay *replay, struct ed_asic *asic,
                                 const struct edoc_verify_options *options,
                                 const struct edoc_report *report, struct edoc_error *err)
{
	struct proving p = {.replay = replay, .asic = asic, .options = options, .report = report};
	size_t n = replay->ledger.n;

	replay->proved = ed_arena_alloc(replay->arena, (n + 1) * sizeof(*replay->proved));
	p.held = ed_arena_alloc(replay->arena, n + 1);
	if (!replay->proved || !p.held)
		return ed_fail_memory(err);
	for (size_t i = 0; i < n; i++)
		replay->proved[i].after.time = replay->proved[i].before.time = ED_TIME_NONE;
	enum edoc_code code = take_files(&p, false, err);
	if (!code)
		code = take_files(&p, true, err);
	if (!code) {
		use_quotes(&p);
		use_others(&p);
		hand_down(&p);
		check_times(&p);
		code = tell_points(&p, err);
	}
	for (struct point *point = p.points; point; point = point->next)
		ed_head_clear(&point->head);
	return code;
}
