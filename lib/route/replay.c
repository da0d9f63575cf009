/* SPDX-License-Identifier: ISC */
/*
 * The proof that a procedure was followed, from a package and anchors alone.
 * Whose CMS it is, what it chains to, what the engine says to each entry, and
 * whether signatures, receipts and pins agree with the ledger.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "judge/certificate.h"
#include "judge/verify.h"
#include "route/generation.h"
#include "route/papers.h"
#include "route/proved.h"
#include "route/receipt.h"
#include "route/replay.h"
#include "route/signstep.h"
#include "route/viewcase.h"
#include "signature/cmsledger.h"
#include "signature/xades.h"

/* ---- the fold ---- */

static const struct ed_directory *find_directory(void *arg, const char *sha256)
{
	const struct ed_pin *pin = ed_pins_find(arg, ED_PIN_DIRECTORY, sha256);

	return pin ? pin->directory : NULL;
}

enum edoc_code ed_replay_init(struct ed_replay *replay, struct edoc_error *err)
{
	*replay = (struct ed_replay){0};
	replay->arena = ed_arena_new();
	if (!replay->arena)
		return ed_fail_memory(err);
	replay->pins.arena = replay->arena;
	ed_findings_init(&replay->findings, replay->arena);
	ed_state_init(&replay->state);
	replay->n_chains = 1;
	return EDOC_OK;
}

void ed_replay_clear(struct ed_replay *replay)
{
	ed_ledger_clear(&replay->ledger);
	ed_zone_free(replay->zone);
	ed_arena_free(replay->arena);
	*replay = (struct ed_replay){0};
}

enum edoc_code ed_replay_start(struct ed_replay *replay, const char *route, const char *calendar,
                               bool *ready, struct edoc_error *err)
{
	const struct ed_pin *r = ed_pins_find(&replay->pins, ED_PIN_ROUTE, route);
	const struct ed_pin *c = ed_pins_find(&replay->pins, ED_PIN_CALENDAR, calendar);

	*ready = false;
	if (!r)
		ed_finding(&replay->findings, "pin.missing", "", "route", route, NULL);
	if (!c)
		ed_finding(&replay->findings, "pin.missing", "", "calendar", calendar, NULL);
	if (!r || !c)
		return EDOC_OK;
	enum edoc_code code = ed_zone_load(NULL, r->route->zone, &replay->zone, err);
	if (code)
		return code;
	replay->engine = (struct ed_engine){.route = r->route,
	                                    .calendar = c->calendar,
	                                    .zone = replay->zone,
	                                    .directory = find_directory,
	                                    .arg = &replay->pins,
	                                    .arena = replay->arena};
	*ready = true;
	return EDOC_OK;
}

enum edoc_code ed_replay_start_ledger(struct ed_replay *replay, bool *ready, struct edoc_error *err)
{
	const json_t *first = replay->ledger.v[0].header;
	const char *route = ed_json_get_str(first, "route");
	const char *calendar = ed_json_get_str(first, "calendar");

	return ed_replay_start(replay, route ? route : "", calendar ? calendar : "", ready, err);
}

struct ed_state *ed_replay_chain(const struct ed_replay *replay, size_t k)
{
	if (replay->state.chain == k)
		return (struct ed_state *)&replay->state;
	for (size_t i = 0; i < replay->n_others; i++)
		if (replay->others[i]->chain == k)
			return replay->others[i];
	return NULL;
}

void ed_replay_choose(struct ed_replay *replay, size_t k)
{
	struct ed_state *other = ed_replay_chain(replay, k), was = replay->state;

	if (!other || other == &replay->state)
		return;
	replay->state = *other;
	*other = was;
}

const struct ed_entry *ed_replay_head(const struct ed_replay *replay)
{
	return *replay->state.head ? ed_ledger_find(&replay->ledger, replay->state.head) : NULL;
}

static const char *before(const struct ed_entry *e, size_t i)
{
	return json_string_value(json_array_get(json_object_get(e->header, "prev"), i));
}

/* The chain that ends with this entry so far: of two, as a branch was just sent
 * away, the one whose turn it is.  NULL: none does. */
static struct ed_state *chain_at(struct ed_replay *r, const char *head, bool awaiting)
{
	struct ed_state *found = NULL, *s;

	for (size_t k = 0; k < r->n_chains; k++) {
		s = ed_replay_chain(r, k);
		if (s && !strcmp(s->head, head) && (!found || s->awaiting_receipt == awaiting))
			found = s;
	}
	return found;
}

/* Another entry has that one before it already: one actor did a step twice, or
 * a case went on at two desks. */
static bool forks(struct ed_replay *r, const struct ed_entry *e)
{
	const char *prev = before(e, 0), *step = e->step ? e->step : "-";
	char name[ED_LEDGER_NAME], other[ED_LEDGER_NAME];
	const struct ed_entry *first = NULL;

	for (size_t i = 0; i < r->folded && prev && !first; i++)
		if (before(&r->ledger.v[i], 0) && !strcmp(before(&r->ledger.v[i], 0), prev))
			first = &r->ledger.v[i];
	if (!first)
		return false;
	ed_ledger_name(name, e, ".json");
	ed_ledger_name(other, first, ".json");
	if (!strcmp(first->actor_cert, e->actor_cert))
		ed_finding(&r->findings, "ledger.equivocation", name, other, step, NULL);
	else
		ed_finding(&r->findings, "ledger.fork", name, other, NULL, NULL);
	return true;
}

static bool add_chain(struct ed_replay *r, struct ed_state *chain)
{
	struct ed_state **v = ed_arena_grow(r->arena, r->others, r->n_others, &r->cap_others,
	                                    sizeof(struct ed_state *));

	if (!v)
		return false;
	r->others = v;
	v[r->n_others++] = chain;
	chain->chain = r->n_chains++;
	return true;
}

static void end_chain(struct ed_replay *r, size_t k)
{
	size_t i = 0;

	while (i < r->n_others && r->others[i]->chain != k)
		i++;
	if (i < r->n_others)
		r->others[i] = r->others[--r->n_others];
}

/* The one that was chosen stays it, unless it ends. */
static bool fold_entry(struct ed_replay *r, const struct ed_entry *e)
{
	const char *prev = before(e, 0), *ended = before(e, 1);
	bool receipt = !strcmp(e->event, "case.received") && !ended;
	struct ed_state *s = chain_at(r, prev ? prev : "", receipt), *other;
	size_t chosen = r->state.chain, k;

	other = ended ? chain_at(r, ended, true) : NULL;
	if (!s && forks(r, e))
		return false;
	s = s ? s : &r->state;
	other = other == s ? NULL : other;
	if (!ed_engine_fold_return(&r->engine, s, other, e, &r->findings))
		return false;
	k = s->chain;
	if (s->left && !add_chain(r, s->left)) {
		r->findings.lost = true;
		return false;
	}
	s->left = NULL;
	if (other) {
		size_t gone = other->chain;

		ed_replay_choose(r, k);
		end_chain(r, gone);
		if (chosen != gone)
			ed_replay_choose(r, chosen);
	}
	return true;
}

bool ed_replay_fold(struct ed_replay *replay)
{
	while (replay->folded < replay->ledger.n) {
		if (!fold_entry(replay, &replay->ledger.v[replay->folded]))
			return false;
		replay->folded++;
	}
	return true;
}

/* ---- pins of a package ---- */

struct package { /* what the checks below read */
	struct ed_replay *replay;
	struct ed_asic *asic;
	const struct edoc_verify_options *options;
	const struct edoc_report *report;
	struct ed_findings *findings;
	bool newer_receipt; /* one that cannot be read, and is no fault */
};

static bool below(const char *name, const char *folder)
{
	return !strncmp(name, folder, strlen(folder));
}

/* An entry of the package that is a package itself. */
static enum edoc_code open_inner(struct package *p, size_t i, int *fd, struct edoc_error *err)
{
	struct ed_buf bytes;

	*fd = -1;
	ed_buf_init(&bytes, ED_MAX_PIN);
	enum edoc_code code = ed_zip_read_buf(p->asic->zip, i, &bytes, err);
	if (!code)
		code = ed_memory_file(bytes.data, bytes.len, fd, err);
	ed_buf_clear(&bytes);
	return code;
}

static bool is_the_input(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT || code == EDOC_ERR_VERSION ||
	       code == EDOC_ERR_CONFIG;
}

static enum edoc_code take_pin(struct package *p, size_t i, struct edoc_error *err)
{
	const char *name = ed_zip_entry(p->asic->zip, i)->name, *why = NULL;
	struct edoc_error trouble = {0};
	struct ed_pin *pin = NULL;
	int fd = -1;

	enum edoc_code code = open_inner(p, i, &fd, &trouble);
	if (!code)
		code = ed_pin_read(fd, name, p->replay->arena, &pin, &trouble);
	if (!code && pin && strncmp(name + strlen(ED_LEDGER_PINNED), pin->package, 8))
		ed_finding(p->findings, "ledger.name", name, pin->package, NULL, NULL);
	if (!code)
		code = ed_pin_judge(fd, pin, p->options, p->replay->arena, &why, NULL, &trouble);
	if (fd >= 0)
		close(fd);
	if (is_the_input(code)) {
		ed_finding(p->findings, "pin.malformed", name, trouble.msg, NULL, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = trouble;
		return code;
	}
	if (pin && why) {
		ed_finding(p->findings, "pin.untrusted", name, ed_pin_name(pin->kind), why, NULL);
		return EDOC_OK;
	}
	return ed_pins_add(&p->replay->pins, pin, err);
}

/* Directories that travel together are versions of one another. */
static enum edoc_code check_directories(struct package *p, struct edoc_error *err)
{
	const struct ed_pins *pins = &p->replay->pins;
	size_t size = (pins->n + 1) * sizeof(void *), n = 0;
	const struct ed_directory **v = ed_arena_alloc(p->replay->arena, size);
	const char **wheres = ed_arena_alloc(p->replay->arena, size);

	if (!v || !wheres)
		return ed_fail_memory(err);
	for (size_t i = 0; i < pins->n; i++)
		if (pins->v[i]->kind == ED_PIN_DIRECTORY) {
			v[n] = pins->v[i]->directory;
			wheres[n++] = pins->v[i]->where;
		}
	return ed_directories_agree(v, wheres, n, p->findings, err);
}

static enum edoc_code take_pins(struct package *p, struct edoc_error *err)
{
	for (size_t i = 0; i < ed_zip_count(p->asic->zip); i++) {
		if (!below(ed_zip_entry(p->asic->zip, i)->name, ED_LEDGER_PINNED))
			continue;
		enum edoc_code code = take_pin(p, i, err);
		if (code)
			return code;
	}
	return check_directories(p, err);
}

static enum edoc_code entry_hex(struct package *p, size_t i, char hex[65], struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];

	enum edoc_code code = ed_asic_digest(p->asic, i, ED_SHA256, digest, err);
	if (!code)
		ed_hex(hex, digest, 32);
	return code;
}

/* META-INF/edoc/route.yaml and calendar.yaml are what the first entry says. */
static enum edoc_code check_plain(struct package *p, const char *key, const char *name,
                                  struct edoc_error *err)
{
	const char *pinned = ed_json_get_str(p->replay->ledger.v[0].header, key);
	size_t i = ed_zip_find(p->asic->zip, name);
	char hex[65] = "";

	if (i == (size_t)-1) {
		ed_finding(p->findings, "pin.missing", name, key, pinned, NULL);
		return EDOC_OK;
	}
	enum edoc_code code = entry_hex(p, i, hex, err);
	if (!code && (!pinned || strcmp(pinned + 7, hex)))
		ed_finding(p->findings, "pin.swapped", name, key, pinned, NULL);
	return code;
}

/* ---- who signed an entry ---- */

static bool seen_before(const struct ed_ledger *ledger, size_t i)
{
	for (size_t k = i; k-- > 0;)
		if (!strcmp(ledger->v[k].actor_cert, ledger->v[i].actor_cert))
			return true;
	return false;
}

/* People chain to an anchor; a desk key is believed through the directory,
 * which the engine asks. */
static enum edoc_code check_signer(struct package *p, size_t i, const struct ed_cms_facts *facts,
                                   const char *where, struct edoc_error *err)
{
	const struct ed_entry *e = &p->replay->ledger.v[i];
	const char *kind = ed_entry_get(e, "actor", "kind");

	if (e->time < facts->signer->not_before || e->time > facts->signer->not_after)
		ed_finding(p->findings, "ledger.key-dates", where, facts->signer->subject, NULL,
		           NULL);
	if (seen_before(&p->replay->ledger, i))
		return EDOC_OK;
	if (kind && !strcmp(kind, "desk")) {
		ed_policy_key(p->options->policy, ed_cert_key(facts->signer), p->options->at, where,
		              p->findings);
		return EDOC_OK;
	}
	return ed_judge_certificate(facts->signer, facts->others, p->options, EDOC_FOR_SIGN, where,
	                            p->replay->arena, p->findings, err);
}

/* What the first entry says of its signer's certificate. */
static void check_applicant(struct package *p, const struct ed_entry *e,
                            const struct ed_cert *signer, const char *where)
{
	const char *said = ed_json_get_str(e->header, "applicant");
	const char *is = said ? ed_papers_applicant(signer, p->replay->arena) : NULL;

	if (said && !is)
		p->findings->lost = true;
	else if (said && strcmp(said, is))
		ed_finding(p->findings, "ledger.applicant", where, said, is, NULL);
}

static enum edoc_code check_cms(struct package *p, size_t i, struct edoc_error *err)
{
	const struct ed_entry *e = &p->replay->ledger.v[i];
	struct ed_cms_facts facts = {0};
	struct edoc_error why = {0};
	char where[ED_LEDGER_NAME];

	if (!e->cms.len)
		return EDOC_OK; /* ledger.unsigned is said */
	ed_ledger_name(where, e, ".cms");
	enum edoc_code code = ed_cms_verify(e->cms.data, e->cms.len, e->bytes.data, e->bytes.len,
	                                    where, p->replay->arena, &facts, &why);
	if (is_the_input(code)) {
		ed_finding(p->findings, "ledger.signature", where, why.msg, NULL, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = why;
		return code;
	}
	if (!facts.signer || !facts.intact_data || !facts.intact_signature || !facts.bound)
		ed_finding(p->findings, "ledger.signature", where,
		           "the CMS is not over these bytes by the certificate it names", NULL,
		           NULL);
	else if (strcmp(facts.signer->hex, e->actor_cert))
		ed_finding(p->findings, "ledger.signer", where, facts.signer->subject, NULL, NULL);
	else
		code = check_signer(p, i, &facts, where, err);
	if (!code && facts.signer)
		check_applicant(p, e, facts.signer, where);
	if (!code && facts.claimed_time != e->time)
		ed_finding(p->findings, "ledger.time", where, NULL, NULL, NULL);
	ed_cms_facts_clear(&facts);
	return code;
}

/* Another machine's clock may be a little ahead of ours. */
static void check_time(struct package *p, const struct ed_entry *e)
{
	char where[ED_LEDGER_NAME], text[ED_TIME_STR];

	if (e->time <= p->options->at + ED_CLOCK_SKEW)
		return;
	ed_ledger_name(where, e, ".json");
	ed_time_format(text, e->time);
	ed_finding(p->findings, "ledger.time-future", where, text, NULL, NULL);
}

/* Only what was written at an internal step stays at home. */
static void check_body(struct package *p, const struct ed_entry *e)
{
	const struct ed_route_step *step =
	        e->step ? ed_route_step(p->replay->engine.route, e->step) : NULL;
	char where[ED_LEDGER_NAME];

	if (e->body || !ed_json_get_str(e->header, "body") || (step && step->internal))
		return;
	ed_ledger_name(where, e, ".body.json");
	if (ed_zip_find(p->asic->zip, where) == (size_t)-1) /* else ledger.body is said */
		ed_finding(p->findings, "ledger.body-missing", where, NULL, NULL, NULL);
}

/* The name in the body is the actor's own word; the directory has another. */
static void check_name(struct package *p, const struct ed_entry *e)
{
	const char *said = e->body ? ed_json_get_str(e->body, "name") : NULL;
	const char *id = ed_entry_get(e, "actor", "person");
	const char *cited = ed_json_get_str(e->header, "directory");
	const struct ed_pin *pin =
	        cited ? ed_pins_find(&p->replay->pins, ED_PIN_DIRECTORY, cited) : NULL;
	const struct ed_person *person =
	        pin && id && said ? ed_directory_person_by_id(pin->directory, id) : NULL;
	const char *name =
	        person ? ed_person_name(person, ed_engine_date(&p->replay->engine, e->time)) : NULL;
	char where[ED_LEDGER_NAME];

	ed_ledger_name(where, e, ".body.json");
	if (name && strcmp(name, said))
		ed_finding(p->findings, "ledger.name-differs", where, said, name, NULL);
}

/* The idempotence key can be made again where the words are known. */
static enum edoc_code check_command(struct package *p, const struct ed_entry *e,
                                    struct edoc_error *err)
{
	char extension[32];
	struct ed_command_key key = ed_entry_key(e, extension);
	const char *said = ed_json_get_str(e->header, "command");
	char right[ED_SHA256_REF], where[ED_LEDGER_NAME];

	if (!e->body && ed_json_get_str(e->header, "body"))
		return EDOC_OK;
	if (e->body) {
		key.reason = ed_json_get_str(e->body, "reason");
		key.text = ed_json_get_str(e->body, "text");
		key.salt = ed_json_get_str(e->body, "salt");
	}
	enum edoc_code code = ed_command_id(&key, right, err);
	if (code || !strcmp(said, right))
		return code;
	ed_ledger_name(where, e, ".json");
	ed_finding(p->findings, "ledger.command", where, said, right, NULL);
	return EDOC_OK;
}

/* ---- what was paid ---- */

static enum edoc_code check_payment(struct package *p, struct edoc_error *err)
{
	const struct ed_ledger *ledger = &p->replay->ledger;
	const json_t *papers = json_object_get(ledger->v[ed_generation(ledger)].header, "papers");
	const struct ed_passport *passport = p->replay->engine.route->passport;
	const char *name, *why;

	enum edoc_code code = ed_papers_payment(p->asic, passport, papers, p->options,
	                                        p->replay->arena, &name, &why, err);
	if (!code && why)
		ed_finding(p->findings, "route.fee-unsigned", name, passport->proof->id, why, NULL);
	return code;
}

/* ---- documents, case id ---- */

static const json_t *find_document(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *own = ed_json_get_str(json_array_get(list, i), "name");
		if (own && !strcmp(own, name))
			return json_array_get(list, i);
	}
	return NULL;
}

/* The judge digested the documents already. */
static enum edoc_code document_hex(struct package *p, size_t i, char hex[65],
                                   struct edoc_error *err)
{
	const char *name = ed_zip_entry(p->asic->zip, i)->name;

	for (size_t k = 0; k < p->report->n_documents; k++)
		if (!strcmp(p->report->documents[k].name, name) &&
		    *p->report->documents[k].sha256) {
			snprintf(hex, 65, "%s", p->report->documents[k].sha256);
			return EDOC_OK;
		}
	return entry_hex(p, i, hex, err);
}

static enum edoc_code check_case_id(struct package *p, struct edoc_error *err)
{
	const json_t *first = p->replay->ledger.v[0].header;
	const char *id = ed_json_get_str(first, "case"), *route = ed_json_get_str(first, "route");
	char right[ED_CASE_ID];

	enum edoc_code code =
	        ed_case_id(json_object_get(first, "documents"), route ? route : "", right, err);
	if (!code && (!id || strcmp(id, right)))
		ed_finding(p->findings, "ledger.case-id", "", id, right, NULL);
	return code;
}

static bool listed(const struct ed_entry *e, const char *name)
{
	return find_document(json_object_get(e->header, "documents"), name) != NULL;
}

/* Who handed in a correction signed it, and its card says what it replaces. */
static enum edoc_code check_revised(struct package *p, struct edoc_error *err)
{
	const struct ed_ledger *ledger = &p->replay->ledger;
	size_t newest = ed_generation(ledger);
	const struct ed_entry *e = &ledger->v[newest];
	char right[ED_SHA256_REF], where[ED_LEDGER_NAME];
	bool theirs = false;
	const char *said;

	if (!newest)
		return EDOC_OK;
	enum edoc_code code =
	        ed_generation_digest(&ledger->v[ed_generation_before(ledger, newest)], right, err);
	if (code)
		return code;
	ed_ledger_name(where, e, ".json");
	for (size_t i = 0; i < p->report->n_signatures; i++) {
		const struct edoc_signature *s = &p->report->signatures[i].pub;

		theirs |= !strcmp(s->cert_sha256, e->actor_cert) && listed(e, s->where);
	}
	if (!theirs)
		ed_finding(p->findings, "ledger.revised-signer", where, NULL, NULL, NULL);
	if (!ed_card_replaces(p->report->card, right, &said))
		ed_finding(p->findings, "ledger.replaces", where, said ? said : "-", right, NULL);
	return EDOC_OK;
}

static enum edoc_code check_documents(struct package *p, struct edoc_error *err)
{
	const struct ed_ledger *ledger = &p->replay->ledger;
	const json_t *list, *item;
	const char *name, *want;
	char hex[65];
	enum edoc_code code = check_case_id(p, err);

	if (code)
		return code;
	list = json_object_get(ledger->v[ed_generation(ledger)].header, "documents");
	for (size_t i = 0; i < json_array_size(list); i++) {
		name = ed_json_get_str(json_array_get(list, i), "name");
		if (name && ed_zip_find(p->asic->zip, name) == (size_t)-1)
			ed_finding(p->findings, "ledger.document", name, name, NULL, NULL);
	}
	for (size_t i = 0; i < ed_zip_count(p->asic->zip); i++) {
		name = ed_zip_entry(p->asic->zip, i)->name;
		item = find_document(list, name);
		if (!item && p->asic->kind[i] == ED_ASIC_DOCUMENT)
			ed_finding(p->findings, "ledger.document-added", name, name, NULL, NULL);
		if (!item)
			continue;
		want = ed_json_get_str(item, "sha256");
		code = document_hex(p, i, hex, err);
		if (code)
			return code;
		if (!want || strcmp(want, hex))
			ed_finding(p->findings, "ledger.document", name, name, NULL, NULL);
	}
	return EDOC_OK;
}

/* ---- signatures that quote the ledger ---- */

/* The step entry that names this signatures file, or NULL. */
static const struct ed_entry *step_of(const struct ed_ledger *ledger, const char *name)
{
	for (size_t i = 0; i < ledger->n; i++) {
		const char *own = ed_entry_get(&ledger->v[i], "signature", "name");
		if (own && !strcmp(own, name))
			return &ledger->v[i];
	}
	return NULL;
}

static void check_quote(struct package *p, const struct ed_report_signature *sig,
                        const struct ed_entry *step)
{
	const char *head = sig->ledger_head, *name = sig->pub.where;
	const struct ed_ledger *ledger = &p->replay->ledger;
	bool whole = !ledger->newer; /* else it may be in what was not read */

	if (head && whole && !ledger->n)
		ed_finding(p->findings, "ledger.removed", name, head, NULL, NULL);
	else if (head && whole && !ed_ledger_find(ledger, head))
		ed_finding(p->findings, "ledger.cut", name, head, NULL, NULL);
	else if (head && whole && !step)
		ed_finding(p->findings, "ledger.cut", name, "the entry of the signature", NULL,
		           NULL);
	if (!step)
		return;
	const char *prev =
	        json_string_value(json_array_get(json_object_get(step->header, "prev"), 0));
	if (!head || !prev || strcmp(head, prev))
		ed_finding(p->findings, "ledger.step-head", name, head ? head : "-", prev, NULL);
	if (strcmp(sig->pub.cert_sha256, step->actor_cert))
		ed_finding(p->findings, "ledger.step-signer", name,
		           *sig->pub.subject ? sig->pub.subject : "-", NULL, NULL);
}

/* The file that a sign step names: its bytes, and one signature in it. */
static enum edoc_code check_step_file(struct package *p, size_t i, const struct ed_entry *step,
                                      size_t n, struct edoc_error *err)
{
	const char *name = ed_zip_entry(p->asic->zip, i)->name;
	const char *want = ed_entry_get(step, "signature", "sha256");
	char hex[65];

	enum edoc_code code = entry_hex(p, i, hex, err);
	if (code && !is_the_input(code))
		return code;
	if (code || !want || strcmp(want, hex) || n != 1)
		ed_finding(p->findings, "ledger.step-signature", name, NULL, NULL, NULL);
	return EDOC_OK;
}

/* What the card says is what the route was decided by. */
static void check_card(struct package *p)
{
	const json_t *said = json_object_get(p->replay->ledger.v[0].header, "fields");
	const struct ed_fields *fields = &p->replay->engine.route->fields;
	char where[ED_LEDGER_NAME];

	ed_ledger_name(where, &p->replay->ledger.v[0], ".json");
	for (size_t i = 0; i < fields->n; i++) {
		const struct ed_field *f = &fields->v[i];
		const json_t *is = json_object_get(said, f->id);
		json_t *value = NULL;

		if (!f->card)
			continue;
		if (ed_field_of_card(f, p->report->card, &value, NULL) || !value != !is ||
		    (is && !json_equal(value, (json_t *)is)))
			ed_finding(p->findings, "route.field-card", where, f->id, f->card, NULL);
		json_decref(value);
	}
}

/* A sign step's first outcome is made by signing. */
static void check_step_signed(struct package *p, const struct ed_entry *e)
{
	const struct ed_ledger *ledger = &p->replay->ledger;
	const struct ed_route_step *step =
	        e->step ? ed_route_step(p->replay->engine.route, e->step) : NULL;
	const char *name = ed_entry_get(e, "signature", "name");
	char where[ED_LEDGER_NAME];

	ed_ledger_name(where, e, ".json");
	if (name && e < &ledger->v[ed_generation(ledger)])
		ed_finding(p->findings, "ledger.older-package", where, e->step, name, NULL);
	else if (name && ed_zip_find(p->asic->zip, name) == (size_t)-1)
		ed_finding(p->findings, "ledger.step-signature", name, NULL, NULL, NULL);
	ed_sign_step_check(e, step, p->report, p->findings);
	if (!name && step && step->verb == ED_DO_SIGN && !step->document && step->n_outcomes &&
	    e->outcome && !strcmp(step->outcomes[0].id, e->outcome))
		ed_finding(p->findings, "ledger.step-signature", where, NULL, NULL, NULL);
}

/* What the signatures say is in the report already, as is what is malformed. */
static enum edoc_code check_signatures(struct package *p, struct edoc_error *err)
{
	for (size_t i = 0; i < ed_zip_count(p->asic->zip); i++) {
		const char *name = ed_zip_entry(p->asic->zip, i)->name;
		const struct ed_entry *step = step_of(&p->replay->ledger, name);
		enum edoc_code code = EDOC_OK;
		size_t n = 0;

		if (p->asic->kind[i] != ED_ASIC_XADES)
			continue;
		for (size_t k = 0; k < p->report->n_signatures; k++) {
			if (strcmp(p->report->signatures[k].pub.where, name))
				continue;
			check_quote(p, &p->report->signatures[k], step);
			n++;
		}
		if (step)
			code = check_step_file(p, i, step, n, err);
		if (code)
			return code;
	}
	return EDOC_OK;
}

/* ---- receipts ---- */

static enum edoc_code note_receipt(struct package *p, const char *name, const struct ed_receipt *r,
                                   bool believed, struct edoc_error *err)
{
	struct ed_given *given = ed_arena_alloc(p->replay->arena, sizeof(*given));

	if (!given || !(given->where = ed_arena_strdup(p->replay->arena, name)))
		return ed_fail_memory(err);
	memcpy(given->entry, r->entry.sha256, sizeof(given->entry));
	memcpy(given->evidence, r->evidence.sha256, sizeof(given->evidence));
	if (believed) {
		given->issuer = ed_arena_strdup(p->replay->arena, r->evidence.issuer);
		given->head = ed_arena_strdup(p->replay->arena, r->evidence.head);
		given->time = r->evidence.time;
		if (!given->issuer || !given->head)
			return ed_fail_memory(err);
	}
	given->next = p->replay->receipts;
	p->replay->receipts = given;
	return EDOC_OK;
}

static enum edoc_code check_receipt(struct package *p, size_t i, struct edoc_error *err)
{
	const char *name = ed_zip_entry(p->asic->zip, i)->name, *why = NULL;
	const struct ed_pin *pin = ed_pins_directory(&p->replay->pins);
	struct edoc_error trouble = {0};
	struct ed_receipt r = {0};
	int fd = -1;

	enum edoc_code code = open_inner(p, i, &fd, &trouble);
	if (!code)
		code = ed_receipt_read(fd, name, pin ? pin->directory : NULL, p->options,
		                       p->replay->arena, &r, &why, &trouble);
	if (fd >= 0)
		close(fd);
	if (is_the_input(code)) {
		p->newer_receipt |= code == EDOC_ERR_VERSION;
		ed_finding(p->findings,
		           code == EDOC_ERR_VERSION ? "ledger.newer" : "evidence.malformed", name,
		           trouble.msg, NULL, NULL);
		return EDOC_OK;
	}
	if (code) {
		if (err)
			*err = trouble;
		return code;
	}
	if (why)
		ed_finding(p->findings, "evidence.untrusted", name, why, NULL, NULL);
	else if (r.evidence.accepted && !p->replay->ledger.newer &&
	         !ed_ledger_find(&p->replay->ledger, r.entry.sha256))
		ed_finding(p->findings, "ledger.cut", name, r.evidence.head, NULL, NULL);
	code = r.evidence.accepted ? note_receipt(p, name, &r, !why, err) : EDOC_OK;
	ed_receipt_clear(&r);
	return code;
}

/* Who received the case gave a receipt, and keeps a copy of it. */
static void check_cited(struct package *p, const struct ed_entry *e)
{
	const char *cited = ed_json_get_str(e->header, "evidence");
	const struct ed_given *given = p->replay->receipts;
	char where[ED_LEDGER_NAME];

	if (!cited || p->newer_receipt)
		return;
	while (given && strcmp(given->evidence, cited + 7))
		given = given->next;
	if (given)
		return;
	ed_ledger_name(where, e, ".json");
	ed_finding(p->findings, "evidence.missing", where, cited, NULL, NULL);
}

static enum edoc_code check_receipts(struct package *p, struct edoc_error *err)
{
	for (size_t i = 0; i < ed_zip_count(p->asic->zip); i++) {
		if (!below(ed_zip_entry(p->asic->zip, i)->name, ED_LEDGER_EVIDENCE))
			continue;
		enum edoc_code code = check_receipt(p, i, err);
		if (code)
			return code;
	}
	for (size_t i = 0; i < p->replay->ledger.n; i++)
		check_cited(p, &p->replay->ledger.v[i]);
	return EDOC_OK;
}

/* ---- all of it ---- */

static enum edoc_code check_ledger(struct package *p, struct edoc_error *err)
{
	struct ed_replay *r = p->replay;
	struct ed_buf answer;
	bool ready = false;

	enum edoc_code code = take_pins(p, err);
	if (!code)
		code = check_plain(p, "route", ED_LEDGER_DIR "route.yaml", err);
	if (!code)
		code = check_plain(p, "calendar", ED_LEDGER_DIR "calendar.yaml", err);
	if (!code)
		code = check_documents(p, err);
	if (!code)
		code = check_revised(p, err);
	for (size_t i = 0; i < r->ledger.n && !code; i++) {
		check_time(p, &r->ledger.v[i]);
		code = check_cms(p, i, err);
	}
	if (!code)
		code = check_receipts(p, err);
	if (!code)
		code = ed_replay_start_ledger(r, &ready, err);
	if (code || !ready)
		return code;
	check_card(p);
	code = check_payment(p, err);
	if (code)
		return code;
	for (size_t i = 0; i < r->ledger.n; i++) {
		check_step_signed(p, &r->ledger.v[i]);
		check_body(p, &r->ledger.v[i]);
		check_name(p, &r->ledger.v[i]);
		code = check_command(p, &r->ledger.v[i], err);
		if (code)
			return code;
	}
	code = ed_proved_package(r, p->asic, p->options, p->report, err);
	if (code || !ed_replay_fold(r) || r->state.phase == ED_PHASE_ENDED || r->ledger.newer)
		return code;
	ed_buf_init(&answer, 512);
	ed_view_answer(r, &answer);
	ed_finding(p->findings, "route.unfinished", "", ed_buf_str(&answer), NULL, NULL);
	ed_buf_clear(&answer);
	return EDOC_OK;
}

enum edoc_code ed_replay_package(struct ed_replay *replay, struct ed_asic *asic,
                                 const struct edoc_verify_options *options,
                                 const struct edoc_report *report, struct edoc_error *err)
{
	struct package p = {.replay = replay,
	                    .asic = asic,
	                    .options = options,
	                    .report = report,
	                    .findings = &replay->findings};

	enum edoc_code code = ed_ledger_read(asic, &replay->findings, &replay->ledger, err);
	if (!code)
		code = check_signatures(&p, err);
	if (code || !replay->ledger.n)
		return code;
	/* A ledger without its beginning names no route to be held against. */
	if (replay->ledger.v[0].seq != 1)
		return EDOC_OK;
	return check_ledger(&p, err);
}

const struct edoc_finding *ed_replay_fault(const struct ed_replay *replay)
{
	for (size_t i = 0; i < replay->findings.n; i++) {
		const struct edoc_finding *f = &replay->findings.v[i];
		const struct ed_rule *rule = ed_rule(f->code);
		bool bearable = !strcmp(f->code, "route.unfinished") ||
		                !strcmp(f->code, "route.level-unproven") ||
		                !strcmp(f->code, "route.clock-zone");
		if (!bearable && (!rule || rule->severity == EDOC_ERROR))
			return f;
	}
	return NULL;
}

/* ---- into a report ---- */

static bool has_ledger_folder(const struct ed_asic *asic)
{
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++)
		if (asic->kind[i] == ED_ASIC_LEDGER)
			return true;
	return false;
}

static enum edoc_code fill_report(struct edoc_report *report, const struct ed_replay *replay,
                                  struct edoc_error *err)
{
	struct ed_buf text;

	enum edoc_code code = ed_view_json(replay, true, &report->route, err);
	if (code)
		return code;
	if (ed_view_procedure(replay, report->route))
		return ed_fail_memory(err);
	ed_buf_init(&text, ED_MAX_JSON_BYTES);
	for (size_t i = 0; i < replay->ledger.n; i++)
		ed_view_entry(replay, &replay->ledger.v[i], &text);
	ed_buf_puts(&text, "  ");
	ed_view_answer(replay, &text);
	ed_buf_putc(&text, '\n');
	code = ed_buf_check(&text, "the route's report", err);
	if (!code) {
		report->route_text = ed_arena_strdup(report->arena, ed_buf_str(&text));
		if (!report->route_text)
			code = ed_fail_memory(err);
	}
	ed_buf_clear(&text);
	return code;
}

/* Nothing of a route in it: no entries, and no signature that quotes a ledger. */
static bool has_no_route(const struct edoc_report *report)
{
	for (size_t i = 0; i < report->n_signatures; i++)
		if (report->signatures[i].ledger_head)
			return false;
	return !report->has_ledger;
}

/* required: a package without a ledger is a finding. */
static enum edoc_code judge(int fd, const struct edoc_verify_options *options, bool required,
                            struct edoc_report *report, struct edoc_error *err)
{
	struct ed_replay replay;
	struct ed_asic *asic = NULL;
	struct ed_findings container;

	if (!report->format)
		return EDOC_OK;     /* malformed: the report says so */
	if (has_no_route(report)) { /* what is no package, too */
		if (required) {
			ed_finding(&report->findings, "route.none", "", NULL, NULL, NULL);
			ed_report_decide(report, options->policy);
		}
		return EDOC_OK;
	}
	enum edoc_code code = ed_replay_init(&replay, err);
	if (code)
		return code;
	ed_findings_init(&container, replay.arena);
	code = ed_package_open(fd, report->name, options->limits, replay.arena, &container, &asic,
	                       err);
	if (!code)
		code = ed_replay_package(&replay, asic, options, report, err);
	if (code)
		goto out;
	if (!replay.ledger.n && !replay.ledger.newer && has_ledger_folder(asic))
		ed_finding(&replay.findings, "ledger.empty", ED_LEDGER_DIR, NULL, NULL, NULL);
	else if (!replay.ledger.n && !replay.ledger.newer && required)
		ed_finding(&replay.findings, "route.none", "", NULL, NULL, NULL);
	if (replay.ledger.n)
		code = fill_report(report, &replay, err);
	for (size_t i = 0; i < replay.findings.n; i++) {
		const struct edoc_finding *f = &replay.findings.v[i];
		ed_finding(&report->findings, f->code, f->where, f->args[0], f->args[1],
		           f->args[2]);
	}
	if (replay.findings.lost)
		report->findings.lost = true;
	ed_report_drop(report, "route.not-replayed");
	report->has_ledger = false;
	ed_report_decide(report, options->policy);
out:
	ed_asic_free(asic);
	ed_replay_clear(&replay);
	return code;
}

enum edoc_code edoc_route_judge(int fd, const struct edoc_verify_options *options,
                                struct edoc_report *report, struct edoc_error *err)
{
	return judge(fd, options, false, report, err);
}

enum edoc_code edoc_route_verify_fd(int fd, const char *name, bool needed,
                                    const struct edoc_verify_options *options,
                                    struct edoc_report **report, struct edoc_error *err)
{
	struct edoc_error why = {0};
	enum edoc_code code = edoc_verify_fd(fd, name, options, report, err);

	if (code)
		return code;
	code = judge(fd, options, needed, *report, &why);
	if (!code)
		return EDOC_OK;
	edoc_report_free(*report);
	/* A part that only the replay reads, as a ledger entry with a wrong CRC. */
	return ed_judge_unreadable("container.malformed", name, options, code, &why, report, err);
}

enum edoc_code edoc_route_verify(const char *path, bool needed,
                                 const struct edoc_verify_options *options,
                                 struct edoc_report **report, struct edoc_error *err)
{
	uint64_t size;
	int fd;

	*report = NULL;
	enum edoc_code code = ed_open_read(path, &fd, &size, err);
	if (code)
		return code;
	code = edoc_route_verify_fd(fd, path, needed, options, report, err);
	close(fd);
	return code;
}

const char *edoc_report_route_text(const struct edoc_report *report)
{
	return report->route_text;
}
