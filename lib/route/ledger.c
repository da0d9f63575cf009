/* SPDX-License-Identifier: ISC */
/* The ledger as files: names in a package, drafting and signing an entry. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "door/x509.h"
#include "route/ledger.h"
#include "signature/cmsledger.h"

void ed_ledger_clear(struct ed_ledger *ledger)
{
	for (size_t i = 0; i < ledger->n; i++)
		ed_entry_clear(&ledger->v[i]);
	free(ledger->v);
	*ledger = (struct ed_ledger){0};
}

enum edoc_code ed_ledger_add(struct ed_ledger *ledger, struct ed_entry *entry,
                             struct edoc_error *err)
{
	if (ledger->n >= ED_MAX_LEDGER)
		return ed_fail(err, EDOC_ERR_LIMIT, "", "the ledger has more than %d entries",
		               ED_MAX_LEDGER);
	if (ledger->n == ledger->cap) {
		size_t cap = ledger->cap ? ledger->cap * 2 : 16;
		struct ed_entry *v = realloc(ledger->v, cap * sizeof(*v));
		if (!v)
			return ed_fail_memory(err);
		ledger->v = v;
		ledger->cap = cap;
	}
	ledger->v[ledger->n++] = *entry;
	*entry = (struct ed_entry){0};
	return EDOC_OK;
}

const struct ed_entry *ed_ledger_find(const struct ed_ledger *ledger, const char *digest)
{
	if (!strncmp(digest, "sha256:", 7))
		digest += 7;
	for (size_t i = 0; i < ledger->n; i++)
		if (!strcmp(ledger->v[i].sha256, digest))
			return &ledger->v[i];
	return NULL;
}

void ed_ledger_name(char out[ED_LEDGER_NAME], const struct ed_entry *entry, const char *suffix)
{
	snprintf(out, ED_LEDGER_NAME, ED_LEDGER_ENTRIES "%06" PRId64 "-%.8s%s", entry->seq,
	         entry->sha256, suffix);
}

const char *ed_entry_get(const struct ed_entry *entry, const char *object, const char *key)
{
	return ed_json_get_str(json_object_get(entry->header, object), key);
}

/* ---- reading ---- */

/* NNNNNN-xxxxxxxx, what follows in *suffix. */
static bool name_parts(const char *base, int64_t *seq, const char **suffix)
{
	static const char digits[] = "0123456789", hex[] = "0123456789abcdef";

	if (strspn(base, digits) != 6 || base[6] != '-' || strspn(base + 7, hex) < 8)
		return false;
	*seq = strtol(base, NULL, 10);
	*suffix = base + 15;
	return *seq > 0;
}

static bool ledger_suffix(const char *suffix)
{
	return !strcmp(suffix, ".json") || !strcmp(suffix, ".cms") || !strcmp(suffix, ".body.json");
}

static int by_seq(const void *a, const void *b)
{
	const struct ed_entry *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return strcmp(x->sha256, y->sha256);
}

void ed_ledger_sort(struct ed_ledger *ledger)
{
	if (ledger->n)
		qsort(ledger->v, ledger->n, sizeof(*ledger->v), by_seq);
}

/* The one before it most often stands before it. */
static void hold(const struct ed_ledger *ledger, size_t i, const char *digest, bool *held)
{
	while (i-- > 0)
		if (!strcmp(ledger->v[i].sha256, digest)) {
			held[i] = true;
			return;
		}
}

bool ed_ledger_past(const struct ed_ledger *ledger, const char *digest, bool *held)
{
	const struct ed_entry *last = ed_ledger_find(ledger, digest);

	for (size_t i = 0; i < ledger->n; i++)
		held[i] = &ledger->v[i] == last;
	for (size_t i = ledger->n; i-- > 0;) {
		const json_t *prev = json_object_get(ledger->v[i].header, "prev");

		for (size_t k = 0; held[i] && k < json_array_size(prev); k++)
			hold(ledger, i, json_string_value(json_array_get(prev, k)) + 7, held);
	}
	return last != NULL;
}

bool ed_ledger_is_checkpoint(const char *name)
{
	static const char *const kinds[] = {".json", ".cms", ".tst", ".path.json"};
	const size_t n = sizeof(ED_LEDGER_CHECKPOINTS) - 1;

	if (strncmp(name, ED_LEDGER_CHECKPOINTS, n) || strspn(name + n, "0123456789abcdef") != 8)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(name + n + 8, kinds[i]))
			return true;
	return false;
}

static bool pinned_name(const char *name)
{
	static const char *const folders[] = {ED_LEDGER_PINNED, ED_LEDGER_EVIDENCE};

	if (!strcmp(name, ED_LEDGER_DIR "route.yaml") ||
	    !strcmp(name, ED_LEDGER_DIR "calendar.yaml") || ed_ledger_is_checkpoint(name))
		return true;
	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(folders[i]);
		if (!strncmp(name, folders[i], n) && strspn(name + n, "0123456789abcdef") == 8 &&
		    !strcmp(name + n + 8, ".asice"))
			return true;
	}
	return false;
}

/* A package entry into a buffer of its own; malformed bytes are a finding. */
static enum edoc_code read_part(struct ed_asic *asic, const char *name, size_t max,
                                struct ed_buf *buf, bool *present, struct edoc_error *err)
{
	size_t i = ed_zip_find(asic->zip, name);

	*present = i != (size_t)-1;
	ed_buf_init(buf, max);
	return *present ? ed_zip_read_buf(asic->zip, i, buf, err) : EDOC_OK;
}

static void note_newer(struct ed_ledger *ledger, struct ed_findings *findings, int64_t seq,
                       const char *name, const struct edoc_error *why)
{
	ed_finding(findings, "ledger.newer", name, why->msg, NULL, NULL);
	if (!ledger->newer || seq < ledger->newer)
		ledger->newer = seq;
}

/* The CMS and the body that belong to a header. */
static enum edoc_code read_company(struct ed_asic *asic, struct ed_findings *findings,
                                   struct ed_ledger *ledger, struct ed_entry *entry,
                                   struct edoc_error *err)
{
	char name[ED_LEDGER_NAME];
	struct ed_buf body;
	bool present;

	ed_ledger_name(name, entry, ".cms");
	enum edoc_code code = read_part(asic, name, ED_MAX_CMS, &entry->cms, &present, err);
	if (code)
		return code;
	if (!present)
		ed_finding(findings, "ledger.unsigned", name, NULL, NULL, NULL);
	ed_ledger_name(name, entry, ".body.json");
	code = read_part(asic, name, ED_MAX_JSON_BYTES, &body, &present, err);
	if (!code && present) {
		struct edoc_error why;
		enum edoc_code bad = ed_entry_set_body(entry, body.data, body.len, name, &why);
		if (bad == EDOC_ERR_VERSION)
			note_newer(ledger, findings, entry->seq, name, &why);
		else if (bad)
			ed_finding(findings, "ledger.body", name, why.msg, NULL, NULL);
	}
	ed_buf_clear(&body);
	return code;
}

/* seq: as the name tells. */
static enum edoc_code read_header(struct ed_asic *asic, size_t i, int64_t seq,
                                  struct ed_findings *findings, struct ed_ledger *ledger,
                                  struct edoc_error *err)
{
	const char *name = ed_zip_entry(asic->zip, i)->name;
	struct ed_entry entry = {0};
	struct edoc_error why;
	struct ed_buf bytes;
	char right[ED_LEDGER_NAME];

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_zip_read_buf(asic->zip, i, &bytes, err);
	if (code)
		goto out;
	enum edoc_code bad = ed_entry_parse(bytes.data, bytes.len, name, &entry, &why);
	if (bad == EDOC_ERR_VERSION)
		note_newer(ledger, findings, seq, name, &why);
	else if (bad)
		ed_finding(findings, "ledger.malformed", name, why.msg, NULL, NULL);
	if (bad)
		goto out;
	ed_ledger_name(right, &entry, ".json");
	if (strcmp(name, right)) {
		ed_finding(findings, "ledger.name", name, right, NULL, NULL);
		goto out;
	}
	code = read_company(asic, findings, ledger, &entry, err);
	if (!code)
		code = ed_ledger_add(ledger, &entry, err);
out:
	ed_entry_clear(&entry);
	ed_buf_clear(&bytes);
	return code;
}

/* What follows an entry of a newer release hangs on what that one says. */
static void drop_newer(struct ed_ledger *ledger)
{
	while (ledger->newer && ledger->n && ledger->v[ledger->n - 1].seq >= ledger->newer)
		ed_entry_clear(&ledger->v[--ledger->n]);
}

/* Numbers 1..n; chains of branches that were apart have some in common. */
static void check_numbers(struct ed_ledger *ledger, struct ed_findings *findings)
{
	int64_t last = ledger->n ? ledger->v[ledger->n - 1].seq : 0;
	char name[ED_LEDGER_NAME], text[24];

	if (ledger->newer && ledger->newer != last + 1) {
		snprintf(text, sizeof(text), "%" PRId64, last + 1);
		ed_finding(findings, "ledger.gap", ED_LEDGER_ENTRIES, text, NULL, NULL);
	}
	for (size_t i = 0; i < ledger->n; i++) {
		int64_t seq = ledger->v[i].seq, before = i ? ledger->v[i - 1].seq : 0;
		ed_ledger_name(name, &ledger->v[i], ".json");
		if (seq != before && seq != before + 1) {
			snprintf(text, sizeof(text), "%" PRId64, before + 1);
			ed_finding(findings, "ledger.gap", name, text, NULL, NULL);
		}
	}
}

/* A .cms or .body.json whose header is not there. */
static void check_orphans(struct ed_asic *asic, const struct ed_ledger *ledger,
                          struct ed_findings *findings)
{
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		const char *name = ed_zip_entry(asic->zip, i)->name, *suffix;
		char own[ED_LEDGER_NAME];
		int64_t seq;
		bool known = false;

		if (strncmp(name, ED_LEDGER_ENTRIES, strlen(ED_LEDGER_ENTRIES)) ||
		    !name_parts(name + strlen(ED_LEDGER_ENTRIES), &seq, &suffix) ||
		    !strcmp(suffix, ".json") || (ledger->newer && seq >= ledger->newer))
			continue;
		for (size_t k = 0; k < ledger->n && !known; k++) {
			ed_ledger_name(own, &ledger->v[k], suffix);
			known = !strcmp(own, name);
		}
		if (!known)
			ed_finding(findings, "ledger.orphan", name, NULL, NULL, NULL);
	}
}

enum edoc_code ed_ledger_read(struct ed_asic *asic, struct ed_findings *findings,
                              struct ed_ledger *ledger, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < ed_zip_count(asic->zip) && !code; i++) {
		const char *name = ed_zip_entry(asic->zip, i)->name, *suffix;
		int64_t seq;

		if (asic->kind[i] != ED_ASIC_LEDGER)
			continue;
		if (!strncmp(name, ED_LEDGER_ENTRIES, strlen(ED_LEDGER_ENTRIES)) &&
		    name_parts(name + strlen(ED_LEDGER_ENTRIES), &seq, &suffix) &&
		    ledger_suffix(suffix)) {
			if (!strcmp(suffix, ".json"))
				code = read_header(asic, i, seq, findings, ledger, err);
		} else if (!pinned_name(name)) {
			ed_finding(findings, "ledger.stray", name, NULL, NULL, NULL);
		}
	}
	if (code)
		return code;
	ed_ledger_sort(ledger);
	drop_newer(ledger);
	check_numbers(ledger, findings);
	check_orphans(asic, ledger, findings);
	return EDOC_OK;
}

/* ---- making ---- */

static int put(json_t *object, const char *key, const char *value)
{
	return value && *value ? ed_json_str(object, key, value) : 0;
}

/* "sha256:..." of an object's canonical form. */
static enum edoc_code digest_of(const json_t *object, char out[ED_SHA256_REF],
                                struct edoc_error *err)
{
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_json_canonical(object, &bytes, err);
	if (!code && !ed_sha256_ref(bytes.data, bytes.len, out))
		code = ed_fail_memory(err);
	ed_buf_clear(&bytes);
	return code;
}

enum edoc_code ed_case_id(const json_t *documents, const char *route, char id[ED_CASE_ID],
                          struct edoc_error *err)
{
	enum edoc_code code = EDOC_ERR_MEMORY;
	char digest[ED_SHA256_REF];
	json_t *o = json_object();

	if (!o || ed_json_str(o, "format", "edoc-case/1") || ed_json_str(o, "route", route) ||
	    json_object_set_new(o, "documents", json_deep_copy(documents))) {
		ed_fail_memory(err);
		goto out;
	}
	code = digest_of(o, digest, err);
	if (!code)
		snprintf(id, ED_CASE_ID, "%.32s", digest + 7);
out:
	json_decref(o);
	return code;
}

enum edoc_code ed_command_id(const struct ed_command_key *key, char out[ED_SHA256_REF],
                             struct edoc_error *err)
{
	bool words = (key->reason && *key->reason) || (key->text && *key->text);
	enum edoc_code code = EDOC_ERR_MEMORY;
	json_t *o = json_object();

	if (!o || put(o, "actor", key->actor) || put(o, "case", key->case_id) ||
	    put(o, "event", key->event) || put(o, "outcome", key->outcome) ||
	    put(o, "reason", key->reason) || put(o, "step", key->step) ||
	    put(o, "text", key->text) || put(o, "within", key->within) ||
	    (words && put(o, "salt", key->salt)) ||
	    (key->delegate && json_object_set(o, "delegate", (json_t *)key->delegate)) ||
	    (key->assign && json_object_set(o, "assign", (json_t *)key->assign)) ||
	    (key->visit && ed_json_int(o, "visit", key->visit)))
		ed_fail_memory(err);
	else
		code = digest_of(o, out, err);
	json_decref(o);
	return code;
}

void ed_extension_text(char out[32], const struct ed_extension *extension)
{
	char term[16];

	ed_term_text(term, extension->term);
	snprintf(out, 32, "%s %s", extension->kind == ED_EXTEND_TO ? "to" : "by", term);
}

struct ed_command_key ed_entry_key(const struct ed_entry *entry, char extension[32])
{
	struct ed_command_key key = {.case_id = ed_json_get_str(entry->header, "case"),
	                             .event = entry->event,
	                             .step = entry->step,
	                             .outcome = entry->outcome,
	                             .actor = entry->actor_cert,
	                             .assign = json_object_get(entry->header, "assign"),
	                             .delegate = json_object_get(entry->header, "delegate"),
	                             .within = ed_json_get_str(entry->header, "within"),
	                             .visit = entry->visit};
	struct ed_extension e;

	if (!key.step)
		key.step = ed_json_get_str(entry->header, "timer");
	if (ed_entry_extension(entry, &e)) {
		ed_extension_text(extension, &e);
		key.outcome = extension;
	}
	return key;
}

static int put_actor(json_t *header, const struct ed_draft *draft)
{
	const struct ed_actor *actor = draft->actor;
	const struct ed_post *post = actor->post;
	json_t *o = json_object();
	int bad = !o;

	bad |= put(o, "cert", draft->command->actor_cert);
	bad |= put(o, "kind", draft->command->desk ? "desk" : "person");
	bad |= put(o, "person", actor->person ? actor->person->id : NULL);
	bad |= put(o, "post", post ? post->post : NULL);
	bad |= put(o, "unit", post ? post->unit : NULL);
	bad |= put(o, "agency", actor->agency ? actor->agency->id : post ? post->agency : NULL);
	if (actor->deputy)
		bad |= ed_json_bool(o, "deputy", true);
	if (actor->delegated)
		bad |= ed_json_bool(o, "delegated", true);
	return json_object_set_new(header, "actor", o) | bad;
}

static int put_principal(json_t *header, const struct ed_actor *actor)
{
	const struct ed_post *post = actor->principal;
	json_t *o;

	if ((!actor->deputy && !actor->delegated) || !post)
		return 0;
	o = json_object();
	return put(o, "person", post->holder->id) | put(o, "post", post->post) |
	       json_object_set_new(header, "acting_for", o);
}

/* The term of the step that this act closes. */
static int put_clock(json_t *header, const struct ed_visit *visit, int64_t now)
{
	char term[16];
	json_t *o;
	int bad;

	if (!visit->clock || visit->due == ED_TIME_NONE)
		return 0;
	ed_term_text(term, visit->clock->def->within);
	o = json_object();
	bad = !o || ed_json_str(o, "within", term) ||
	      ed_json_time(o, "started", visit->clock->opened) ||
	      ed_json_time(o, "due", visit->due);
	bad |= json_object_set_new(header, "clock", o);
	if (now > visit->due)
		bad |= ed_json_int(header, "late", now - visit->due);
	return bad;
}

/* Who does later steps; NULL: nobody is named, or no memory (*bad). */
static json_t *assign_json(const struct ed_actor *actor, int *bad)
{
	json_t *list = actor->n_assign ? json_array() : NULL;

	*bad |= actor->n_assign && !list;
	for (size_t i = 0; i < actor->n_assign; i++) {
		const struct ed_named *n = &actor->assign[i];
		json_t *o = json_object();

		*bad |= put(o, "role", n->role) | put(o, "person", n->person) |
		        put(o, "post", n->post) | put(o, "unit", n->unit) |
		        put(o, "agency", n->agency);
		*bad |= json_array_append_new(list, o);
	}
	return list;
}

/* To whom a step is handed on; NULL: it is not, or no memory (*bad). */
static json_t *delegate_json(const struct ed_draft *draft, int *bad)
{
	const struct ed_actor *actor = draft->actor;
	json_t *o;

	if (strcmp(draft->command->event, "step.delegated") || !actor->n_assign)
		return NULL;
	o = json_object();
	*bad |= put(o, "person", actor->assign[0].person) | put(o, "until", actor->until);
	return o;
}

/* Above all that it follows. */
static int64_t next_seq(const struct ed_draft *draft)
{
	const struct ed_state *other = draft->command->returned;
	int64_t seq = draft->state->seq;

	return (other && other->seq > seq ? other->seq : seq) + 1;
}

/* Of a person's words and name: the header tells only digests with it. */
static enum edoc_code make_salt(struct ed_draft *draft, struct edoc_error *err)
{
	unsigned char salt[16];

	if (draft->command->desk)
		return EDOC_OK;
	if (!ed_random(salt, sizeof(salt)))
		return ed_fail(err, EDOC_ERR_IO, "", "no random bytes to be had");
	ed_hex(draft->salt, salt, sizeof(salt));
	return EDOC_OK;
}

enum edoc_code ed_draft_header(struct ed_draft *draft, json_t **header, struct edoc_error *err)
{
	const struct ed_command *c = draft->command;
	const struct ed_visit *visit = draft->actor->visit;
	const struct ed_clock *clock = draft->actor->clock;
	bool extends = clock && !strcmp(c->event, "clock.extended");
	char extension[32];
	struct ed_command_key key = {.case_id = draft->case_id,
	                             .event = c->event,
	                             .step = visit   ? visit->path
	                                     : clock ? clock->def->id
	                                             : NULL,
	                             .outcome = extends ? extension : c->outcome,
	                             .reason = c->reason,
	                             .text = draft->text,
	                             .actor = c->actor_cert,
	                             .within = c->within,
	                             .salt = draft->salt,
	                             .visit = visit ? visit->visit : 0};
	json_t *h, *prev, *assign, *delegate;
	int bad = 0;

	enum edoc_code code = make_salt(draft, err);
	if (code)
		return code;
	if (extends)
		ed_extension_text(extension, &draft->actor->extension);
	key.delegate = delegate = delegate_json(draft, &bad);
	key.assign = assign = delegate ? NULL : assign_json(draft->actor, &bad);
	code = bad ? ed_fail_memory(err) : ed_command_id(&key, draft->command_id, err);
	if (code) {
		json_decref(assign);
		json_decref(delegate);
		return code;
	}
	h = json_object();
	prev = json_array();
	bad = !h || !prev;
	if (*draft->state->head)
		bad |= json_array_append_new(prev, json_string(draft->state->head));
	if (c->returned)
		bad |= json_array_append_new(prev, json_string(c->returned->head));
	bad |= json_object_set_new(h, "prev", prev);
	bad |= put(h, "format", "edoc-entry/1") | put(h, "case", draft->case_id) |
	       put(h, "event", c->event) | put(h, "command", draft->command_id) |
	       put(h, "directory", c->directory) | put(h, "checkpoint", c->checkpoint);
	bad |= ed_json_int(h, "seq", next_seq(draft)) | ed_json_time(h, "time", c->now);
	bad |= put_actor(h, draft) | put_principal(h, draft->actor);
	if (delegate)
		bad |= json_object_set_new(h, "delegate", delegate);
	if (assign)
		bad |= json_object_set_new(h, "assign", assign);
	bad |= put(h, "within", c->within);
	if (visit && draft->actor->clock) {
		bad |= put(h, "step", visit->path) | ed_json_int(h, "visit", visit->visit);
	} else if (visit) {
		bad |= put(h, "step", visit->path) | put(h, "outcome", c->outcome) |
		       ed_json_int(h, "visit", visit->visit);
		if (!ed_hand_event(c->event))
			bad |= put_clock(h, visit, c->now);
	}
	if (bad) {
		json_decref(h);
		return ed_fail_memory(err);
	}
	*header = h;
	return EDOC_OK;
}

static enum edoc_code make_body(const struct ed_draft *draft, json_t **body, struct edoc_error *err)
{
	json_t *o;

	*body = NULL;
	if (!*draft->salt)
		return EDOC_OK;
	o = json_object();
	if (!o || put(o, "format", "edoc-body/1") || put(o, "salt", draft->salt) ||
	    put(o, "reason", draft->command->reason) || put(o, "text", draft->text) ||
	    put(o, "name", draft->actor->name)) {
		json_decref(o);
		return ed_fail_memory(err);
	}
	*body = o;
	return EDOC_OK;
}

enum edoc_code ed_draft_sign(const struct ed_draft *draft, json_t *header,
                             const struct edoc_key *key, struct ed_entry *entry,
                             struct edoc_error *err)
{
	char digest[ED_SHA256_REF];
	json_t *body = NULL;

	*entry = (struct ed_entry){0};
	enum edoc_code code = make_body(draft, &body, err);
	if (!code && body)
		code = digest_of(body, digest, err);
	if (!code && body && ed_json_str(header, "body", digest))
		code = ed_fail_memory(err);
	if (code) {
		json_decref(body);
		json_decref(header);
		return code;
	}
	code = ed_entry_make(header, body, entry, err);
	if (!code) {
		ed_buf_init(&entry->cms, ED_MAX_CMS);
		code = ed_cms_sign(key, entry->bytes.data, entry->bytes.len, draft->command->now,
		                   &entry->cms, err);
	}
	if (code)
		ed_entry_clear(entry);
	return code;
}
