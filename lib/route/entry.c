/* SPDX-License-Identifier: ISC */
/*
 * The shape of entries: which keys stand in which event, and what may stand in
 * them.  Whether an entry may follow the one before is the engine's question.
 */
#include "route/entry.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "route/id.h"
#include "route/term.h"

#define MAX_NUMBER ((json_int_t)9007199254740991) /* 2^53 - 1: door/json */

enum event {
	SUBMITTED = 1,
	DONE = 2,
	SENT = 4,
	RECEIVED = 8,
	SILENT = 16,
	CLOCK = 32,
	EXTEND = 64,
	WITHDRAWN = 128,
	DELEGATED = 256,
	REASSIGNED = 512,
	ALWAYS = 1023
};

static const struct {
	const char *name;
	enum event event;
	const char *kind; /* of its actor */
} events[] = {
        {"case.submitted", SUBMITTED, "person"},
        {"step.done", DONE, "person"},
        {"case.sent", SENT, "desk"},
        {"case.received", RECEIVED, "desk"},
        {"step.delegated", DELEGATED, "person"},
        {"step.reassigned", REASSIGNED, "person"},
        {"step.silent", SILENT, "desk"},
        {"clock.extended", EXTEND, "person"},
        {"clock.stopped", CLOCK, "person"},
        {"clock.resumed", CLOCK, "person"},
        {"case.withdrawn", WITHDRAWN, "person"},
};
#define N_EVENTS (sizeof(events) / sizeof(*events))

const char *const ed_channels[] = {"portal", "post", "counter", "paper", NULL};
const char *const ed_relations[] = {"relates", "replies-to", "appeals",
                                    "forwards", "part-of",    NULL};

/* NULL when the value is what it should be, else what it should be. */
typedef const char *check_fn(const json_t *value);

struct key {
	const char *name;
	check_fn *check;
	unsigned must, may; /* in which events */
};

/* ---- values ---- */

static const char *text_of(const json_t *v)
{
	return json_is_string(v) ? json_string_value(v) : "";
}

static const char *is_format(const json_t *v)
{
	return strcmp(text_of(v), "edoc-entry/1") ? N_("\"edoc-entry/1\"") : NULL;
}

static const char *is_body_format(const json_t *v)
{
	return strcmp(text_of(v), "edoc-body/1") ? N_("\"edoc-body/1\"") : NULL;
}

static const char *is_hex32(const json_t *v)
{
	return ed_is_hex(text_of(v), 32) ? NULL : N_("32 lower-case hex digits");
}

static const char *is_hex64(const json_t *v)
{
	return ed_is_hex(text_of(v), 64) ? NULL : N_("64 lower-case hex digits");
}

static const char *is_digest(const json_t *v)
{
	return ed_is_digest(text_of(v)) ? NULL : N_("\"sha256:\" and 64 hex digits");
}

static const char *is_text(const json_t *v)
{
	return *text_of(v) ? NULL : N_("a text that is not empty");
}

static const char *is_id(const json_t *v)
{
	return ed_is_id(text_of(v)) ? NULL : N_("a name of a-z, 0-9 and \"-\"");
}

/* "sign", "agree/justice", "answer/moliya/execute" */
static const char *is_path(const json_t *v)
{
	const char *s = text_of(v);
	bool fine = *s && strlen(s) <= 1000;

	while (fine && *s) {
		size_t n = strcspn(s, "/");

		fine = n && n <= 64 && *s >= 'a' && *s <= 'z' &&
		       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") >= n &&
		       (!s[n] || s[n + 1]);
		s += n + (s[n] == '/');
	}
	return fine ? NULL : N_("a step's name, with \"/\" before those in branches");
}

static bool is_word(const json_t *v)
{
	return json_is_string(v) && *text_of(v) && strlen(text_of(v)) <= 1000;
}

/* Names to texts, numbers, yes and no, or lists of texts: of what type, the
 * route says. */
static const char *is_fields(const json_t *v)
{
	json_t *o = (json_t *)v;
	const char *say = N_("an object of texts, numbers, true, false and lists of texts");

	if (!json_is_object(v) || !json_object_size(v) || json_object_size(v) > ED_MAX_ROUTE_FIELDS)
		return say;
	for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it)) {
		const json_t *one = json_object_iter_value(it);

		if (!is_word(one) && !json_is_integer(one) && !json_is_boolean(one) &&
		    !json_is_array(one))
			return say;
		for (size_t i = 0; i < json_array_size(one); i++)
			if (!is_word(json_array_get(one, i)))
				return say;
	}
	return NULL;
}

static const char *is_time(const json_t *v)
{
	char again[ED_TIME_STR];
	int64_t t;

	/* One spelling: UTC, "Z", whole seconds. */
	if (!ed_time_parse(text_of(v), &t))
		return N_("a time such as 2026-03-05T04:11:09Z");
	ed_time_format(again, t);
	return strcmp(again, text_of(v)) ? N_("a time such as 2026-03-05T04:11:09Z") : NULL;
}

static const char *is_count(const json_t *v)
{
	json_int_t n = json_integer_value(v);

	return json_is_integer(v) && n >= 1 && n <= MAX_NUMBER ? NULL : N_("a number from 1 on");
}

static const char *is_year(const json_t *v)
{
	json_int_t n = json_integer_value(v);

	return json_is_integer(v) && n >= 1900 && n <= 9999 ? NULL : N_("a year");
}

static const char *is_true(const json_t *v)
{
	return json_is_true(v) ? NULL : N_("true, or left out");
}

static const char *is_kind(const json_t *v)
{
	return strcmp(text_of(v), "person") && strcmp(text_of(v), "desk")
	               ? N_("\"person\" or \"desk\"")
	               : NULL;
}

static const char *is_channel(const json_t *v)
{
	for (size_t i = 0; ed_channels[i]; i++)
		if (!strcmp(ed_channels[i], text_of(v)))
			return NULL;
	return N_("portal, post, counter or paper");
}

static const char *is_event(const json_t *v)
{
	for (size_t i = 0; i < N_EVENTS; i++)
		if (!strcmp(events[i].name, text_of(v)))
			return NULL;
	return N_("case.submitted, step.done or another event that entries have");
}

/* "15d", "3wd", "1mo" */
static const char *is_term(const json_t *v)
{
	const char *s = text_of(v);
	size_t n = strspn(s, "0123456789");

	if (n >= 1 && n <= 4 && *s != '0' &&
	    (!strcmp(s + n, "d") || !strcmp(s + n, "wd") || !strcmp(s + n, "mo")))
		return NULL;
	return N_("a term such as 15d, 3wd or 1mo");
}

static const char *is_prev(const json_t *v)
{
	size_t n = json_array_size(v);
	bool good = json_is_array(v) && n <= 2;

	for (size_t i = 0; good && i < n; i++)
		good = !is_digest(json_array_get(v, i));
	return good ? NULL : N_("a list of one \"sha256:...\", of two, or an empty one");
}

/* ---- objects ---- */

/* The first fault of an object by a table of keys: *name tells where. */
static const char *object_fault(const json_t *object, const struct key *keys, unsigned event,
                                const char **name)
{
	json_t *o = (json_t *)object;

	*name = "";
	if (!json_is_object(object))
		return N_("an object");
	for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it)) {
		const struct key *k = keys;

		*name = json_object_iter_key(it);
		while (k->name && strcmp(k->name, *name))
			k++;
		if (!k->name)
			return N_("left out: the format knows no such key");
		if (!((k->must | k->may) & event))
			return N_("left out: it has no place in this event");
	}
	for (; keys->name; keys++) {
		const json_t *v = json_object_get(object, keys->name);
		const char *fault = v ? keys->check(v) : NULL;

		*name = keys->name;
		if (fault)
			return fault;
		if (!v && (keys->must & event))
			return N_("there");
	}
	return NULL;
}

static const char *plain_fault(const json_t *object, const struct key *keys, const char *else_say)
{
	const char *name;

	return object_fault(object, keys, ALWAYS, &name) ? else_say : NULL;
}

static const char *is_file(const json_t *v)
{
	static const struct key keys[] = {
	        {"name", is_text, ALWAYS, 0}, {"sha256", is_hex64, ALWAYS, 0}, {NULL, NULL, 0, 0}};

	return plain_fault(v, keys, N_("{name, sha256}"));
}

static const char *is_documents(const json_t *v)
{
	const char *before = "";

	if (!json_is_array(v) || !json_array_size(v))
		return N_("a list of {name, sha256}");
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *file = json_array_get(v, i);

		if (is_file(file))
			return N_("a list of {name, sha256}");
		if (strcmp(before, text_of(json_object_get(file, "name"))) >= 0)
			return N_("sorted by name, each name once");
		before = text_of(json_object_get(file, "name"));
	}
	return NULL;
}

/* Which of the documents that a service lists a file is. */
static const char *is_papers(const json_t *v)
{
	static const struct key keys[] = {
	        {"id", is_id, ALWAYS, 0}, {"name", is_text, ALWAYS, 0}, {NULL, NULL, 0, 0}};
	const char *before = "", *say = N_("a list of {id, name}, sorted by name, each name once");

	if (!json_is_array(v) || !json_array_size(v))
		return say;
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *one = json_array_get(v, i);
		const char *name = text_of(json_object_get(one, "name"));

		if (plain_fault(one, keys, say) || strcmp(before, name) >= 0)
			return say;
		before = name;
	}
	return NULL;
}

static const char *is_relation(const json_t *v)
{
	for (size_t i = 0; ed_relations[i]; i++)
		if (!strcmp(ed_relations[i], text_of(v)))
			return NULL;
	return N_("relates, replies-to, appeals, forwards or part-of");
}

/* Other cases that this one names. */
static const char *is_links(const json_t *v)
{
	static const struct key keys[] = {{"case", is_hex32, ALWAYS, 0},
	                                  {"relation", is_relation, ALWAYS, 0},
	                                  {NULL, NULL, 0, 0}};
	const char *say = N_("a list of {case, relation}, sorted by both, each once");
	const char *id = "", *relation = "";

	if (!json_is_array(v) || !json_array_size(v) || json_array_size(v) > ED_MAX_LINKS)
		return say;
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *one = json_array_get(v, i);
		int d;

		if (plain_fault(one, keys, say))
			return say;
		d = strcmp(id, text_of(json_object_get(one, "case")));
		id = text_of(json_object_get(one, "case"));
		if (d > 0 || (!d && strcmp(relation, text_of(json_object_get(one, "relation"))) >= 0))
			return say;
		relation = text_of(json_object_get(one, "relation"));
	}
	return NULL;
}

static bool links_to(const json_t *h, const char *id)
{
	const json_t *links = json_object_get(h, "links");

	for (size_t i = 0; i < json_array_size(links); i++)
		if (!strcmp(text_of(json_object_get(json_array_get(links, i), "case")), id))
			return true;
	return false;
}

static const char *is_applicant(const json_t *v)
{
	return strcmp(text_of(v), "person") && strcmp(text_of(v), "entity")
	               ? N_("\"person\" or \"entity\"")
	               : NULL;
}

static const char *is_actor(const json_t *v)
{
	static const struct key keys[] = {{"cert", is_hex64, ALWAYS, 0},
	                                  {"kind", is_kind, ALWAYS, 0},
	                                  {"person", is_id, 0, ALWAYS},
	                                  {"post", is_text, 0, ALWAYS},
	                                  {"unit", is_text, 0, ALWAYS},
	                                  {"agency", is_id, 0, ALWAYS},
	                                  {"deputy", is_true, 0, ALWAYS},
	                                  {"delegated", is_true, 0, ALWAYS},
	                                  {NULL, NULL, 0, 0}};
	const char *fault = plain_fault(
	        v, keys, N_("{cert, kind, person, post, unit, agency, deputy} as entries have it"));

	if (!fault && !strcmp(text_of(json_object_get(v, "kind")), "desk") &&
	    (json_object_size(v) != 3 || !json_object_get(v, "agency")))
		return N_("{cert, kind, agency} of a desk");
	return fault;
}

static const char *is_attached(const json_t *v)
{
	static const struct key keys[] = {
	        {"kind", is_id, ALWAYS, 0}, {"sha256", is_hex64, ALWAYS, 0}, {NULL, NULL, 0, 0}};

	return plain_fault(v, keys, N_("{kind, sha256}"));
}

static const char *is_principal(const json_t *v)
{
	static const struct key keys[] = {
	        {"person", is_id, ALWAYS, 0}, {"post", is_text, ALWAYS, 0}, {NULL, NULL, 0, 0}};

	return plain_fault(v, keys, N_("{person, post}"));
}

static const char *is_register(const json_t *v)
{
	static const struct key keys[] = {{"book", is_id, ALWAYS, 0},
	                                  {"number", is_text, ALWAYS, 0},
	                                  {"year", is_year, ALWAYS, 0},
	                                  {"seq", is_count, ALWAYS, 0},
	                                  {NULL, NULL, 0, 0}};

	return plain_fault(v, keys, N_("{book, number, year, seq}"));
}

static const char *is_clock(const json_t *v)
{
	static const struct key keys[] = {{"within", is_term, ALWAYS, 0},
	                                  {"started", is_time, ALWAYS, 0},
	                                  {"due", is_time, ALWAYS, 0},
	                                  {NULL, NULL, 0, 0}};

	return plain_fault(v, keys, N_("{within, started, due}"));
}

/* Who does later steps: each is a person or a post of an agency, or an agency. */
static const char *is_assign(const json_t *v)
{
	static const struct key keys[] = {
	        {"role", is_id, ALWAYS, 0},   {"person", is_id, 0, ALWAYS},
	        {"post", is_text, 0, ALWAYS}, {"unit", is_text, 0, ALWAYS},
	        {"agency", is_id, ALWAYS, 0}, {NULL, NULL, 0, 0}};
	const char *say = N_("a list of {role, agency} with a person or a post");

	if (!json_is_array(v) || !json_array_size(v) || json_array_size(v) > ED_MAX_NAMED)
		return say;
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *one = json_array_get(v, i);

		if (plain_fault(one, keys, say) ||
		    (json_object_get(one, "person") && json_object_get(one, "post")) ||
		    (json_object_get(one, "unit") && !json_object_get(one, "post")))
			return say;
		for (size_t k = 0; k < i; k++)
			if (json_equal(one, json_array_get(v, k)))
				return N_("a list that names each once");
	}
	return NULL;
}

/* {"to": "1mo"} or {"by": "5wd"} */
static const char *is_extension(const json_t *v)
{
	static const struct key keys[] = {
	        {"to", is_term, 0, ALWAYS}, {"by", is_term, 0, ALWAYS}, {NULL, NULL, 0, 0}};

	return json_object_size(v) == 1 ? plain_fault(v, keys, N_("{to} or {by} and a term"))
	                                : N_("{to} or {by} and a term");
}

bool ed_entry_extension(const struct ed_entry *entry, struct ed_extension *extension)
{
	const json_t *e = json_object_get(entry->header, "extension");
	const json_t *to = json_object_get(e, "to");

	extension->kind = to ? ED_EXTEND_TO : ED_EXTEND_BY;
	return e && ed_term_parse(text_of(to ? to : json_object_get(e, "by")), &extension->term);
}

static const char *is_day(const json_t *v)
{
	struct ed_date date;

	return ed_date_parse(text_of(v), &date) ? NULL : N_("a day such as 2026-03-05");
}

static const char *is_delegate(const json_t *v)
{
	static const struct key keys[] = {
	        {"person", is_id, ALWAYS, 0}, {"until", is_day, 0, ALWAYS}, {NULL, NULL, 0, 0}};

	return plain_fault(v, keys, N_("{person, until}"));
}

#define HAND (DELEGATED | REASSIGNED) /* the step stays open */
#define STEP (DONE | SILENT)

static const struct key header_keys[] = {
        {"format", is_format, ALWAYS, 0},
        {"case", is_hex32, ALWAYS, 0},
        {"seq", is_count, ALWAYS, 0},
        {"prev", is_prev, ALWAYS, 0},
        {"time", is_time, ALWAYS, 0},
        {"event", is_event, ALWAYS, 0},
        {"command", is_digest, ALWAYS, 0},
        {"actor", is_actor, ALWAYS, 0},
        {"directory", is_digest, ALWAYS, 0},
        {"body", is_digest, 0, ALWAYS},
        {"checkpoint", is_digest, 0, ALWAYS},
        {"route", is_digest, SUBMITTED, 0},
        {"calendar", is_digest, SUBMITTED, 0},
        {"documents", is_documents, SUBMITTED, DONE},
        {"package", is_digest, SUBMITTED, RECEIVED | DONE},
        {"fields", is_fields, 0, SUBMITTED},
        {"channel", is_channel, 0, SUBMITTED},
        {"at", is_id, 0, SUBMITTED},
        {"papers", is_papers, 0, SUBMITTED | DONE},
        {"applicant", is_applicant, 0, SUBMITTED},
        {"links", is_links, 0, SUBMITTED},
        {"received", is_time, 0, SUBMITTED},
        {"step", is_path, STEP | HAND, SENT | RECEIVED | CLOCK | EXTEND},
        {"visit", is_count, STEP | HAND, SENT | RECEIVED | CLOCK | EXTEND},
        {"timer", is_id, 0, CLOCK | EXTEND},
        {"extension", is_extension, EXTEND, 0},
        {"outcome", is_id, STEP, SENT | RECEIVED},
        {"acting_for", is_principal, 0, DONE | HAND | CLOCK | EXTEND | WITHDRAWN},
        {"assign", is_assign, REASSIGNED, DONE},
        {"within", is_term, 0, DONE},
        {"delegate", is_delegate, DELEGATED, 0},
        {"signature", is_file, 0, DONE},
        {"attached", is_attached, 0, SUBMITTED | DONE},
        {"register", is_register, 0, DONE},
        {"clock", is_clock, 0, STEP | SENT | RECEIVED | CLOCK | EXTEND},
        {"late", is_count, 0, STEP | SENT | RECEIVED},
        {"to", is_id, SENT, 0},
        {"evidence", is_digest, RECEIVED, 0},
        {NULL, NULL, 0, 0},
};

static const struct key body_keys[] = {
        {"format", is_body_format, ALWAYS, 0}, {"salt", is_hex32, ALWAYS, 0},
        {"reason", is_text, 0, ALWAYS},        {"text", is_text, 0, ALWAYS},
        {"name", is_text, 0, ALWAYS},          {NULL, NULL, 0, 0},
};

/* ---- what stands together ---- */

static bool on_paper(const json_t *h)
{
	const char *channel = text_of(json_object_get(h, "channel"));

	return *channel && strcmp(channel, ed_channels[0]) != 0;
}

/* The first rule between keys that is broken, or NULL. */
static const char *together(const json_t *h, size_t event)
{
	bool first = json_integer_value(json_object_get(h, "seq")) == 1;
	bool step = json_object_get(h, "step"), visit = json_object_get(h, "visit");
	const json_t *actor = json_object_get(h, "actor");

	if (first != (events[event].event == SUBMITTED))
		return N_("case.submitted is the first entry, and no other is");
	if (first != (json_array_size(json_object_get(h, "prev")) == 0))
		return N_("only the first entry has nothing before it");
	if (json_array_size(json_object_get(h, "prev")) > 1 && events[event].event != RECEIVED)
		return N_("only a receipt has two entries before it");
	if (strcmp(text_of(json_object_get(actor, "kind")), events[event].kind))
		return N_("a person submits and does steps, a desk sends, receives and tells of "
		          "silence");
	if (first && (!json_object_get(h, "received") != !json_object_get(h, "attached") ||
	              (json_object_get(h, "received") && !on_paper(h))))
		return N_("when it came stands with the evidence of it, and not for the portal");
	if (links_to(h, text_of(json_object_get(h, "case"))))
		return N_("a case is not linked to itself");
	if (events[event].event == DONE &&
	    (!json_object_get(h, "documents") != !json_object_get(h, "package") ||
	     (json_object_get(h, "papers") && !json_object_get(h, "documents"))))
		return N_(
		        "a corrected package has documents and package, and papers only with them");
	if (events[event].event & (CLOCK | EXTEND)) {
		if (step != visit || step == (json_object_get(h, "timer") != NULL))
			return N_("a timer, or step and visit, say whose clock it is");
		return json_object_get(h, "acting_for") && !json_object_get(actor, "deputy")
		               ? N_("only a deputy acts for somebody")
		               : NULL;
	}
	if (step != visit ||
	    (!(events[event].event & HAND) && step != (json_object_get(h, "outcome") != NULL)))
		return N_("step, visit and outcome stand together");
	if (json_object_get(h, "clock") && !step)
		return N_("a clock belongs to a step");
	if (json_object_get(h, "late") && !json_object_get(h, "clock"))
		return N_("who is late has a clock");
	if (json_object_get(h, "acting_for") && !json_object_get(actor, "deputy") &&
	    !json_object_get(actor, "delegated"))
		return N_("only a deputy acts for somebody");
	return NULL;
}

static enum edoc_code check_header(const json_t *header, const char *where, struct edoc_error *err)
{
	const char *format = text_of(json_object_get(header, "format")), *name, *fault;
	const char *event = text_of(json_object_get(header, "event"));
	size_t i = 0;

	if (!strncmp(format, "edoc-entry/", 11) && strcmp(format, "edoc-entry/1"))
		return ed_fail(err, EDOC_ERR_VERSION, where,
		               "the entry is written in %s; this release reads edoc-entry/1",
		               format);
	while (i < N_EVENTS && strcmp(events[i].name, event))
		i++;
	fault = object_fault(header, header_keys, i < N_EVENTS ? events[i].event : ALWAYS, &name);
	if (fault)
		return ed_fail(err, EDOC_ERR_INPUT, where, "ledger entry: \"%s\" must be %s", name,
		               dgettext("edoc", fault));
	fault = together(header, i);
	if (fault)
		return ed_fail(err, EDOC_ERR_INPUT, where, "ledger entry: %s",
		               dgettext("edoc", fault));
	return EDOC_OK;
}

static enum edoc_code check_body(const json_t *body, const char *where, struct edoc_error *err)
{
	const char *format = text_of(json_object_get(body, "format")), *name, *fault;

	if (!strncmp(format, "edoc-body/", 10) && strcmp(format, "edoc-body/1"))
		return ed_fail(err, EDOC_ERR_VERSION, where,
		               "the body is written in %s; this release reads edoc-body/1", format);
	fault = object_fault(body, body_keys, ALWAYS, &name);
	if (fault)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "body of a ledger entry: \"%s\" must be %s", name,
		               dgettext("edoc", fault));
	return EDOC_OK;
}

/* ---- entries ---- */

static void start(struct ed_entry *entry)
{
	*entry = (struct ed_entry){0};
	ed_buf_init(&entry->bytes, ED_MAX_JSON_BYTES);
	ed_buf_init(&entry->cms, ED_MAX_CMS);
	ed_buf_init(&entry->body_bytes, ED_MAX_JSON_BYTES);
}

/* Checks entry->header, and fills what is read out of it and its bytes. */
static enum edoc_code fill(struct ed_entry *entry, const char *where, struct edoc_error *err)
{
	json_t *h = entry->header;
	char ref[ED_SHA256_REF];
	enum edoc_code code = check_header(h, where, err);

	if (code)
		return code;
	if (!ed_sha256_ref(entry->bytes.data, entry->bytes.len, ref))
		return ed_fail_memory(err);
	memcpy(entry->sha256, ref + 7, 65);
	entry->event = ed_json_get_str(h, "event");
	entry->step = ed_json_get_str(h, "step");
	entry->outcome = ed_json_get_str(h, "outcome");
	entry->actor_cert = ed_json_get_str(json_object_get(h, "actor"), "cert");
	entry->seq = json_integer_value(json_object_get(h, "seq"));
	entry->visit = json_integer_value(json_object_get(h, "visit"));
	/* is_time() has parsed it once already */
	return ed_time_parse(ed_json_get_str(h, "time"), &entry->time)
	               ? EDOC_OK
	               : ed_fail(err, EDOC_ERR_BUG, where, "time");
}

enum edoc_code ed_entry_parse(const void *bytes, size_t len, const char *where,
                              struct ed_entry *entry, struct edoc_error *err)
{
	enum edoc_code code;

	start(entry);
	code = ed_json_parse_canonical(bytes, len, where, &entry->header, err);
	if (code)
		return code;
	ed_buf_put(&entry->bytes, bytes, len);
	code = ed_buf_check(&entry->bytes, where, err);
	if (!code)
		code = fill(entry, where, err);
	if (code)
		ed_entry_clear(entry);
	return code;
}

enum edoc_code ed_entry_set_body(struct ed_entry *entry, const void *bytes, size_t len,
                                 const char *where, struct edoc_error *err)
{
	const char *named = ed_json_get_str(entry->header, "body");
	char ref[ED_SHA256_REF];
	json_t *body = NULL;
	enum edoc_code code;

	if (!named)
		return ed_fail(err, EDOC_ERR_INPUT, where, "the ledger entry names no body");
	if (!ed_sha256_ref(bytes ? bytes : "", len, ref))
		return ed_fail_memory(err);
	if (strcmp(ref, named))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "these are not the bytes of the body that the ledger entry names");
	code = ed_json_parse_canonical(bytes, len, where, &body, err);
	if (!code)
		code = check_body(body, where, err);
	if (code) {
		json_decref(body);
		return code;
	}
	ed_buf_reset(&entry->body_bytes);
	ed_buf_put(&entry->body_bytes, bytes, len);
	json_decref(entry->body);
	entry->body = body;
	return ed_buf_check(&entry->body_bytes, where, err);
}

enum edoc_code ed_entry_make(json_t *header, json_t *body, struct ed_entry *entry,
                             struct edoc_error *err)
{
	const char *named = ed_json_get_str(header, "body");
	char ref[ED_SHA256_REF];
	enum edoc_code code = EDOC_OK;

	start(entry);
	entry->header = header;
	entry->body = body;
	if (body) {
		code = check_body(body, "", err);
		if (!code)
			code = ed_json_canonical(body, &entry->body_bytes, err);
		if (!code && !ed_sha256_ref(entry->body_bytes.data, entry->body_bytes.len, ref))
			code = ed_fail_memory(err);
		if (!code && !named && ed_json_str(header, "body", ref))
			code = ed_fail_memory(err);
		if (!code && named && strcmp(named, ref))
			code = ed_fail(err, EDOC_ERR_BUG, "", "the header names another body");
	}
	if (!code)
		code = ed_json_canonical(header, &entry->bytes, err);
	if (!code)
		code = fill(entry, "", err);
	if (code)
		ed_entry_clear(entry);
	return code;
}

void ed_entry_clear(struct ed_entry *entry)
{
	json_decref(entry->header);
	json_decref(entry->body);
	ed_buf_clear(&entry->bytes);
	ed_buf_clear(&entry->cms);
	ed_buf_clear(&entry->body_bytes);
	*entry = (struct ed_entry){0};
}
