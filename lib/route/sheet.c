/* SPDX-License-Identifier: ISC */
/* What stands on a certificate, taken from a verify report. */
#include "route/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "door/json.h"
#include "route/ledger.h"

/* Bytes: of a name; of what people wrote; of a finding.  The package has the whole. */
#define NAME 160
#define WORDS 240
#define SENTENCE 600

const char *ed_sheet_tr(const struct ed_sheet *s, const char *text)
{
	return ed_words(s->options->lang, text);
}

/* ---- strings ---- */

static const char *own(struct ed_sheet *s, const char *made)
{
	s->failed |= !made;
	return made ? made : "";
}

#define PRINT(s, ...) own((s), ed_arena_printf((s)->arena, __VA_ARGS__))

/* At most so many bytes, whole characters, and that it was cut. */
static const char *cut(struct ed_sheet *s, const char *text, size_t most)
{
	size_t len = text ? strlen(text) : 0, n = 0, step;
	uint32_t rune;

	if (len <= most)
		return text ? text : "";
	while ((step = ed_utf8_next(text + n, len - n, &rune)) + n <= most)
		n += step ? step : 1;
	return PRINT(s, ed_sheet_tr(s, N_("%.*s… (cut, %zu bytes in all)")), (int)n, text, len);
}

static const char *get(const json_t *o, const char *key)
{
	return ed_json_get_str(o, key);
}

static const char *get_in(const json_t *o, const char *key, const char *inner)
{
	return get(json_object_get(o, key), inner);
}

static int64_t whole(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static const json_t *procedure(const struct ed_sheet *s)
{
	return json_object_get(s->report->route, "procedure");
}

/* What the directory calls an agency or a person, else the id. */
static const char *named(struct ed_sheet *s, const char *kind, const char *id)
{
	const char *name = id ? get(json_object_get(procedure(s), kind), id) : NULL;

	return cut(s, name ? name : id ? id : "?", NAME);
}

/* "2026-11-23 00:37:59", in the route's zone. */
static const char *moment(struct ed_sheet *s, int64_t t)
{
	struct ed_civil c;
	int now;

	if (t == ED_TIME_NONE)
		return "-";
	c = ed_zone_civil(s->zone, t);
	now = ed_zone_civil(s->zone, s->report->at).offset;
	if (c.offset == now)
		return PRINT(s, "%04d-%02d-%02d %02d:%02d:%02d", c.date.year, c.date.month,
		             c.date.day, c.hour, c.minute, c.second);
	return PRINT(s, "%04d-%02d-%02d %02d:%02d:%02d %c%02d:%02d", c.date.year, c.date.month,
	             c.date.day, c.hour, c.minute, c.second, c.offset < 0 ? '-' : '+',
	             abs(c.offset) / 3600, abs(c.offset) / 60 % 60);
}

/* A term that ends with the day's last second ends that day. */
static const char *last_moment(struct ed_sheet *s, int64_t t)
{
	struct ed_civil c = ed_zone_civil(s->zone, t);

	return t != ED_TIME_NONE && c.hour == 23 && c.minute == 59 && c.second == 59
	               ? PRINT(s, "%04d-%02d-%02d", c.date.year, c.date.month, c.date.day)
	               : moment(s, t);
}

static int64_t instant(const char *text)
{
	int64_t t;

	return text && ed_time_parse(text, &t) ? t : ED_TIME_NONE;
}

static const char *moment_of(struct ed_sheet *s, const char *text)
{
	return moment(s, instant(text));
}

static const char *span(struct ed_sheet *s, int64_t seconds)
{
	long long d = seconds / 86400, h = seconds / 3600 % 24, m = seconds / 60 % 60;

	if (d)
		return PRINT(s, ed_sheet_tr(s, N_("%lld d %lld h")), d, h);
	if (h)
		return PRINT(s, ed_sheet_tr(s, N_("%lld h %lld min")), h, m);
	return PRINT(s, ed_sheet_tr(s, N_("%lld min")), m + 1);
}

static const char *join(struct ed_sheet *s, const char *a, const char *between, const char *b)
{
	if (!b || !*b)
		return a;
	return *a ? PRINT(s, "%s%s%s", a, between, b) : b;
}

/* ---- what a title is in the reader's language ---- */

/* Of the catalogue's own header, where the process's language is asked for. */
static const char *language(struct ed_sheet *s)
{
	static const char header[] = "";
	const char *lang = s->options->lang, *head, *at;

	if (!lang)
		return "en";
	if (*lang)
		return lang;
	head = dgettext("edoc", header);
	at = strstr(head, "Language: ");
	if (!at)
		return "en";
	at += strlen("Language: ");
	lang = own(s, ed_arena_strndup(s->arena, at, strcspn(at, "\n")));
	return strcmp(lang, "uz@cyrillic") ? lang : "uz-Cyrl";
}

static const char *in_language(const struct ed_sheet *s, const json_t *titles)
{
	const char *title = get(titles, s->lang);
	void *first = json_object_iter((json_t *)titles);

	if (!title)
		title = get(titles, "en");
	return title || !first ? title : json_string_value(json_object_iter_value(first));
}

static const char *step_title(struct ed_sheet *s, const char *path)
{
	const char *title = get(json_object_get(procedure(s), "steps"), path);

	return title ? PRINT(s, "%s (%s)", cut(s, title, NAME), path) : path;
}

/* ---- facts ---- */

static void fact(struct ed_sheet *s, const char *label, const char *value)
{
	if (value && *value)
		s->facts[s->n_facts++] =
		        (struct ed_sheet_row){ed_sheet_tr(s, label), cut(s, value, WORDS)};
}

/* Whom the directory does not know, the certificate names. */
static const char *applicant(struct ed_sheet *s, const json_t *first)
{
	const char *cert = get_in(first, "actor", "cert"), *name = get(first, "name");
	const char *agency = get_in(first, "actor", "agency");

	for (size_t i = 0; !name && cert && i < s->report->n_signatures; i++)
		if (!strcmp(s->report->signatures[i].pub.cert_sha256, cert))
			name = s->report->signatures[i].pub.subject;
	name = cut(s, name ? name : "?", NAME);
	return agency ? join(s, name, ", ", named(s, "agencies", agency)) : name;
}

static const char *came(struct ed_sheet *s, const json_t *first)
{
	const char *when = moment_of(s, get(first, "time")), *received = get(first, "received");

	when = join(s, when, ", ", get(first, "channel"));
	return received ? PRINT(s, ed_sheet_tr(s, N_("%s; came %s")), when, moment_of(s, received))
	                : when;
}

static const char *stands(struct ed_sheet *s, const json_t *route)
{
	const char *end = get(route, "end"), *phase = get(route, "phase");

	if (end)
		return PRINT(s, ed_sheet_tr(s, N_("ended: %s")), end);
	if (phase && !strcmp(phase, "running"))
		return PRINT(s, ed_sheet_tr(s, N_("under way, at %s")),
		             named(s, "agencies", get(route, "at")));
	return ed_sheet_tr(s, N_("cannot be told"));
}

static void take_facts(struct ed_sheet *s)
{
	const json_t *route = s->report->route, *pin = json_object_get(route, "route");
	const json_t *first = json_array_get(json_object_get(route, "entries"), 0);
	const char *number = get(route, "number"), *title = NULL;

	if (s->report->card)
		title = ed_card_get(s->report->card, "title");
	fact(s, N_("Matter"), title);
	if (json_is_object(pin)) {
		title = in_language(s, json_object_get(procedure(s), "title"));
		fact(s, N_("Procedure"), title);
		fact(s, N_("Legal basis"), get(procedure(s), "basis"));
	}
	if (number)
		fact(s, N_("Number"), PRINT(s, "%s (%s)", number, get(route, "book")));
	if (first && whole(first, "seq") == 1) {
		fact(s, N_("Applicant"), applicant(s, first));
		fact(s, N_("Submitted"), came(s, first));
	}
	if (route)
		fact(s, N_("State"), stands(s, route));
	fact(s, N_("Case"), get(route, "case"));
	if (json_is_object(pin))
		fact(s, N_("Route"),
		     PRINT(s, ed_sheet_tr(s, N_("%s, version %lld, sha256 %s")), get(pin, "id"),
		           (long long)whole(pin, "version"), get(pin, "sha256")));
	fact(s, N_("Ledger head"), get(route, "head"));
	if (!route)
		fact(s, N_("Package"), s->report->name);
}

/* ---- acts ---- */

static const char *extended(struct ed_sheet *s, const json_t *e)
{
	const char *by = get_in(e, "extension", "by"), *to = get_in(e, "extension", "to");

	if (by)
		return PRINT(s, ed_sheet_tr(s, N_("term extended by %s")), by);
	return PRINT(s, ed_sheet_tr(s, N_("term extended to %s in all")), to ? to : "?");
}

/* What somebody did; of a step its outcome stands behind it. */
static const char *event_words(struct ed_sheet *s, const json_t *e, const char *event)
{
	static const char *const words[][2] = {{"case.submitted", N_("case submitted")},
	                                       {"case.sent", N_("sent")},
	                                       {"case.received", N_("received")},
	                                       {"case.withdrawn", N_("withdrawn")},
	                                       {"clock.stopped", N_("term stopped")},
	                                       {"clock.resumed", N_("term runs on")},
	                                       {"step.delegated", N_("handed on")},
	                                       {"step.reassigned", N_("given to another")},
	                                       {"step.silent", N_("no word within the term")}};

	if (!strcmp(event, "step.done"))
		return "";
	if (!strcmp(event, "clock.extended"))
		return extended(s, e);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i][0], event))
			return ed_sheet_tr(s, words[i][1]);
	return event;
}

static const char *whom(struct ed_sheet *s, const json_t *one)
{
	const char *person = get(one, "person"), *post = get(one, "post");

	if (person)
		return named(s, "people", person);
	return join(s, post ? post : "", ", ", named(s, "agencies", get(one, "agency")));
}

/* To whom it went: an agency, or who acts from here on. */
static const char *towards(struct ed_sheet *s, const json_t *e)
{
	const char *to = get(e, "to"), *until = get_in(e, "delegate", "until");
	const json_t *assign = json_object_get(e, "assign");
	const char *said = to ? named(s, "agencies", to) : "";

	if (json_object_get(e, "delegate"))
		said = join(s, named(s, "people", get_in(e, "delegate", "person")), " – ", until);
	for (size_t i = 0; i < json_array_size(assign); i++)
		said = join(s, said, ", ", whom(s, json_array_get(assign, i)));
	return *said ? PRINT(s, "→ %s", cut(s, said, WORDS)) : "";
}

static const char *what_of(struct ed_sheet *s, const json_t *e)
{
	const char *event = get(e, "event"), *step = get(e, "step"), *outcome = get(e, "outcome");
	const char *number = get_in(e, "register", "number"), *timer = get(e, "timer");
	const char *with = get_in(e, "attached", "kind"), *said;

	event = event ? event : "?";
	said = step ? step_title(s, step) : timer ? timer : "";
	if (step && whole(e, "visit") > 1)
		said = PRINT(s, "%s #%lld", said, (long long)whole(e, "visit"));
	said = join(s, said, ": ", event_words(s, e, event));
	if (!strcmp(event, "step.done") || !strcmp(event, "step.silent"))
		said = join(s, said, ": ", outcome);
	said = join(s, said, " ", towards(s, e));
	if (number)
		said = PRINT(s, "%s, № %s", said, cut(s, number, NAME));
	if (with)
		said = PRINT(s, "%s, + %s %.8s", said, with, get_in(e, "attached", "sha256"));
	return said;
}

static const char *who_of(struct ed_sheet *s, const json_t *e)
{
	const json_t *actor = json_object_get(e, "actor");
	const char *post = get(actor, "post"), *agency = get(actor, "agency");
	const char *principal = get_in(e, "acting_for", "person"), *kind = get(actor, "kind");
	const char *said = get(e, "name");

	agency = agency ? named(s, "agencies", agency) : "";
	if (kind && !strcmp(kind, "desk"))
		return PRINT(s, ed_sheet_tr(s, N_("the desk of %s")), agency);
	if (!said && whole(e, "seq") == 1)
		said = applicant(s, e);
	else
		said = join(s, join(s, cut(s, said ? said : "?", NAME), ", ", post), ", ", agency);
	if (principal)
		said = PRINT(s, ed_sheet_tr(s, N_("%s, for %s")), said,
		             named(s, "people", principal));
	return said;
}

static void take_term(struct ed_sheet *s, struct ed_sheet_act *act, const json_t *e)
{
	const char *due = get_in(e, "clock", "due"), *event = get(e, "event");
	int64_t late = whole(e, "late");

	if (due)
		act->due = last_moment(s, instant(due));
	if (late > 0) {
		act->late = true;
		s->n_late++;
		act->kept = PRINT(s, ed_sheet_tr(s, N_("late by %s")), span(s, late));
	} else if (due && event && strncmp(event, "clock.", 6) != 0) {
		act->kept = ed_sheet_tr(s, N_("in time"));
	}
}

static const char *bound(struct ed_sheet *s, const json_t *e, const char *key)
{
	const json_t *b = json_object_get(json_object_get(e, "proved"), key);

	return b ? moment_of(s, get(b, "time")) : NULL;
}

/* The entry's number of a finding's place below META-INF/edoc/ledger/, or 0. */
static int64_t entry_of(const char *where)
{
	size_t n = sizeof(ED_LEDGER_ENTRIES) - 1;

	return !strncmp(where, ED_LEDGER_ENTRIES, n) ? strtoll(where + n, NULL, 10) : 0;
}

static bool is_blamed(const struct ed_sheet *s, int64_t seq)
{
	const struct ed_findings *list = &s->report->findings;

	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].severity == EDOC_ERROR && entry_of(list->v[i].where) == seq)
			return true;
	return false;
}

static void take_acts(struct ed_sheet *s)
{
	const json_t *list = json_object_get(s->report->route, "entries");
	const char *phase = get(s->report->route, "phase");
	bool broken = phase && !strcmp(phase, "unknown"), off = false;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);
		struct ed_sheet_act *act = &s->acts[s->n_acts++];
		const char *reason = get(e, "reason"), *text = get(e, "text");

		act->seq = whole(e, "seq");
		act->when = moment_of(s, get(e, "time"));
		act->what = cut(s, what_of(s, e), WORDS);
		act->who = cut(s, who_of(s, e), WORDS);
		if (reason || text)
			act->why = join(s, reason ? cut(s, reason, WORDS) : "", ": ",
			                cut(s, text, WORDS));
		take_term(s, act, e);
		act->after = bound(s, e, "not_before");
		act->before = bound(s, e, "not_after");
		act->bad = is_blamed(s, act->seq);
		off |= broken && act->bad; /* nothing after it was looked at */
		act->bad |= off;
	}
}

/* ---- terms ---- */

static const char *moves(struct ed_sheet *s, const json_t *t)
{
	const json_t *stops = json_object_get(t, "stops"), *more = json_object_get(t, "extensions");
	const char *said = "";

	for (size_t i = 0; i < json_array_size(stops); i++) {
		const json_t *one = json_array_get(stops, i);
		const char *until = get(one, "until");

		said = join(s, said, "; ",
		            PRINT(s, ed_sheet_tr(s, N_("stood still %s – %s")),
		                  moment_of(s, get(one, "from")),
		                  until ? moment_of(s, until) : ""));
	}
	for (size_t i = 0; i < json_array_size(more); i++) {
		const json_t *one = json_array_get(more, i);
		const char *by = get(one, "by");

		said = join(
		        s, said, "; ",
		        by ? PRINT(s, ed_sheet_tr(s, N_("extended by %s")), by)
		           : PRINT(s, ed_sheet_tr(s, N_("extended to %s in all")), get(one, "to")));
	}
	return *said ? said : NULL;
}

static const char *state_of(struct ed_sheet *s, const json_t *t)
{
	int64_t done = instant(get(t, "done")), due = instant(get(t, "due"));
	int64_t at = done == ED_TIME_NONE ? s->report->at : done;

	if (due == ED_TIME_NONE && done == ED_TIME_NONE)
		return ed_sheet_tr(s, N_("stands still"));
	if (due != ED_TIME_NONE && at > due)
		return PRINT(s,
		             done == ED_TIME_NONE ? ed_sheet_tr(s, N_("OVER for %s"))
		                                  : ed_sheet_tr(s, N_("late by %s")),
		             span(s, at - due));
	return done == ED_TIME_NONE ? ed_sheet_tr(s, N_("runs")) : ed_sheet_tr(s, N_("in time"));
}

/* The route's clocks, and what of the steps' is not told by their acts. */
static void take_terms(struct ed_sheet *s)
{
	const json_t *list = json_object_get(procedure(s), "terms");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *t = json_array_get(list, i);
		const char *clock = get(t, "clock"), *moved = moves(s, t);

		if (!clock && !moved && get(t, "done"))
			continue;
		s->terms[s->n_terms++] = (struct ed_sheet_term){
		        .what = clock ? clock : step_title(s, get(t, "step")),
		        .within = get(t, "within"),
		        .since = moment_of(s, get(t, "since")),
		        .due = last_moment(s, instant(get(t, "due"))),
		        .state = state_of(s, t),
		        .moved = moved};
	}
}

/* ---- proofs ---- */

static const char *up_to(struct ed_sheet *s, const json_t *one)
{
	if (!json_is_integer(json_object_get(one, "upto")))
		return "-";
	return PRINT(s, ed_sheet_tr(s, N_("1 to %lld")), (long long)whole(one, "upto"));
}

static void take_proofs(struct ed_sheet *s)
{
	const json_t *receipts = json_object_get(procedure(s), "receipts");
	const json_t *points = json_object_get(procedure(s), "checkpoints");

	for (size_t i = 0; i < json_array_size(receipts); i++) {
		const json_t *one = json_array_get(receipts, i);

		s->proofs[s->n_proofs++] = (struct ed_sheet_proof){
		        PRINT(s, ed_sheet_tr(s, N_("receipt of %s")),
		              named(s, "agencies", get(one, "by"))),
		        moment_of(s, get(one, "time")), up_to(s, one), get(one, "where")};
	}
	for (size_t i = 0; i < json_array_size(points); i++) {
		const json_t *one = json_array_get(points, i);
		const char *by = get(one, "by"), *agency = named(s, "agencies", get(one, "agency"));
		const char *said = PRINT(s, ed_sheet_tr(s, N_("checkpoint %lld of %s")),
		                         (long long)whole(one, "seq"), agency);

		said = by ? PRINT(s, ed_sheet_tr(s, N_("%s, time-stamped by %s")), said,
		                  cut(s, by, NAME))
		          : PRINT(s, ed_sheet_tr(s, N_("%s, no time-stamp")), said);
		s->proofs[s->n_proofs++] = (struct ed_sheet_proof){
		        said, moment_of(s, by ? get(one, "stamped") : get(one, "time")),
		        up_to(s, one), get(one, "where")};
	}
}

/* ---- what is open ---- */

static const char *since_due(struct ed_sheet *s, const char *said, const json_t *one)
{
	int64_t due = instant(get(one, "due"));

	said = PRINT(s, ed_sheet_tr(s, N_("%s, since %s")), said, moment_of(s, get(one, "since")));
	if (due == ED_TIME_NONE)
		return said;
	said = PRINT(s, ed_sheet_tr(s, N_("%s, due %s")), said, last_moment(s, due));
	if (s->report->at > due)
		said = PRINT(s, ed_sheet_tr(s, N_("%s: OVER for %s")), said,
		             span(s, s->report->at - due));
	return said;
}

static const char *waits_for(struct ed_sheet *s, const json_t *one)
{
	const char *post = get(one, "post"), *unit = get(one, "unit"), *agency = get(one, "agency");
	const char *role = get(one, "role");
	const char *who = get(one, "person") ? named(s, "people", get(one, "person"))
	                  : post             ? post
	                  : unit             ? unit
	                  : role             ? role
	                                     : "?";

	if (agency)
		who = join(s, who, ", ", named(s, "agencies", agency));
	return PRINT(s, ed_sheet_tr(s, N_("%s waits for %s")), step_title(s, get(one, "step")),
	             who);
}

static void take_open(struct ed_sheet *s)
{
	const json_t *route = s->report->route;
	const json_t *open = json_object_get(route, "open"), *away = json_object_get(route, "away");

	for (size_t i = 0; i < json_array_size(open); i++) {
		const json_t *one = json_array_get(open, i);

		s->open[s->n_open++] = since_due(s, waits_for(s, one), one);
	}
	for (size_t i = 0; i < json_array_size(away); i++) {
		const json_t *one = json_array_get(away, i);
		const char *to = get(one, "sent_to"), *at = to ? to : get(one, "at");

		s->open[s->n_open++] =
		        since_due(s,
		                  PRINT(s,
		                        to ? ed_sheet_tr(s, N_("%s is on its way to %s"))
		                           : ed_sheet_tr(s, N_("%s is at %s")),
		                        get(one, "branch"), named(s, "agencies", at)),
		                  one);
	}
	if (json_is_true(json_object_get(route, "awaiting_receipt")))
		s->open[s->n_open++] =
		        ed_sheet_tr(s, N_("the receipt of the agency that it was sent to"));
}

/* ---- findings ---- */

static void take_finding(struct ed_sheet *s, const struct edoc_finding *f)
{
	struct ed_sheet_finding *to = &s->findings[s->n_findings];
	const char *lang = s->options->lang;
	int64_t seq = entry_of(f->where);
	char *text = NULL, *advice = NULL;

	/* Both are told by tables of their own. */
	if (!strcmp(f->code, "route.late") || !strcmp(f->code, "route.unfinished"))
		return;
	if (edoc_finding_text(f, lang, &text, NULL) ||
	    edoc_finding_advice(f, lang, &advice, NULL)) {
		s->failed = true;
	} else {
		to->severity = f->severity;
		to->place = seq ? PRINT(s, ed_sheet_tr(s, N_("entry %lld")), (long long)seq)
		                : cut(s, strcmp(f->where, s->report->name) ? f->where : "", NAME);
		to->text = cut(s, PRINT(s, "%s", text), SENTENCE);
		to->advice = cut(s, PRINT(s, "%s", advice), SENTENCE);
		s->n_findings++;
	}
	edoc_free(text);
	edoc_free(advice);
}

/* The worst first. */
static void take_findings(struct ed_sheet *s)
{
	const struct edoc_report *r = s->report;

	for (int severity = EDOC_ERROR; severity >= EDOC_INFO; severity--) {
		for (size_t k = 0; k <= r->n_signatures; k++) {
			const struct ed_findings *list =
			        k ? &r->signatures[k - 1].findings : &r->findings;

			for (size_t i = 0; i < list->n; i++)
				if ((int)list->v[i].severity == severity)
					take_finding(s, &list->v[i]);
		}
	}
}

/* ---- the verdict ---- */

static const char *reason(struct ed_sheet *s)
{
	const struct edoc_finding *f = ed_words_reason(s->report);
	int64_t seq = f ? entry_of(f->where) : 0;
	char *text = NULL;
	const char *said;

	if (!f)
		return ed_sheet_tr(s, N_("nothing in it proves anything"));
	if (edoc_finding_text(f, s->options->lang, &text, NULL)) {
		s->failed = true;
		return "";
	}
	said = cut(s, PRINT(s, "%s", text), SENTENCE);
	edoc_free(text);
	if (seq)
		return PRINT(s, ed_sheet_tr(s, N_("entry %lld: %s")), (long long)seq, said);
	return said;
}

/* "8 act(s), each by somebody who might do it then; all in time." */
static const char *all_good(struct ed_sheet *s)
{
	const char *said =
	        PRINT(s, ed_sheet_tr(s, N_("%zu act(s), each by somebody who might do it then")),
	              s->n_acts);

	if (!s->n_late)
		return PRINT(s, ed_sheet_tr(s, N_("%s; all in time.")), said);
	return PRINT(s, ed_sheet_tr(s, N_("%s; %zu of them late.")), said, s->n_late);
}

/* Nothing is wrong but that it goes on. */
static bool is_unfinished(const struct edoc_report *r)
{
	const struct ed_findings *list = &r->findings;
	bool unfinished = false;

	for (size_t i = 0; i < r->n_signatures; i++)
		if (r->signatures[i].pub.indication != EDOC_TOTAL_PASSED)
			return false;
	for (size_t i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i].code, "route.unfinished"))
			unfinished = true;
		else if (list->v[i].severity == EDOC_ERROR)
			return false;
	}
	return unfinished && !list->lost && r->indication == EDOC_INDETERMINATE;
}

static void certify(struct ed_sheet *s)
{
	bool passed = s->report->indication == EDOC_TOTAL_PASSED;

	s->title = ed_sheet_tr(s, N_("Certificate of the procedure"));
	s->class = passed ? "passed" : "indeterminate";
	s->verdict = passed ? ed_sheet_tr(s, N_("The procedure was followed"))
	                    : ed_sheet_tr(s, N_("The procedure is not finished; so far it was "
	                                        "followed"));
	s->sentence = all_good(s);
}

static void deny(struct ed_sheet *s)
{
	const struct edoc_report *r = s->report;

	s->title = ed_sheet_tr(s, N_("NO CERTIFICATE"));
	s->class = "failed";
	s->verdict = !r->format  ? ed_sheet_tr(s, N_("There is nothing that can be read"))
	             : !r->route ? ed_sheet_tr(s, N_("There is no procedure that can be proved"))
	             : r->indication == EDOC_TOTAL_FAILED
	                     ? ed_sheet_tr(s, N_("The procedure was NOT followed, or its record "
	                                         "was changed"))
	                     : ed_sheet_tr(s, N_("It is NOT PROVED that the procedure was "
	                                         "followed"));
	s->sentence = reason(s);
	if (r->route)
		s->warning = ed_sheet_tr(s, N_("What stands below is what the package says of "
		                               "itself. Do not rely on it."));
}

/* ---- how to check it ---- */

static void take_check(struct ed_sheet *s)
{
	const char *head = get(s->report->route, "head");
	char at[ED_TIME_STR];

	ed_time_format(at, s->report->at);
	s->times = PRINT(
	        s,
	        ed_sheet_tr(s, N_("All times are of %s; ≥ proved to be not before, ≤ not after.")),
	        s->zone ? get(procedure(s), "zone") : "UTC");
	s->check[s->n_check++] = PRINT(
	        s, "edoc-route certificate --trust ANCHORS --at %s%s%s PACKAGE", at,
	        strcmp(s->report->policy_name, "strict") ? " --policy " : "",
	        strcmp(s->report->policy_name, "strict") ? cut(s, s->report->policy_name, NAME)
	                                                 : "");
	s->check[s->n_check++] = "edoc-verify --trust ANCHORS --explain PACKAGE";
	s->check[s->n_check++] = PRINT(
	        s,
	        ed_sheet_tr(s, N_("ANCHORS are the certificates of the authorities, from "
	                          "themselves; PACKAGE is the case. No network and no desk is "
	                          "needed. The head of its ledger is to be %s.")),
	        head ? head : "-");
	s->check[s->n_check++] =
	        PRINT(s,
	              ed_sheet_tr(s, N_("Judged as of %s under policy %s (sha256 %s) by "
	                                "%s. This sheet is no proof by itself: the package "
	                                "is.")),
	              moment(s, s->report->at), cut(s, s->report->policy_name, NAME),
	              s->report->policy_sha256, "edoc-route " EDOC_VERSION);
}

/* ---- all of it ---- */

static void *list(struct ed_sheet *s, size_t n, size_t size)
{
	void *made = ed_arena_alloc(s->arena, (n + 1) * size);

	s->failed |= !made;
	return made;
}

static bool make_room(struct ed_sheet *s)
{
	const struct edoc_report *r = s->report;
	const json_t *route = r->route, *p = procedure(s);
	size_t findings = r->findings.n;

	for (size_t i = 0; i < r->n_signatures; i++)
		findings += r->signatures[i].findings.n;
	s->facts = list(s, 12, sizeof(*s->facts));
	s->acts = list(s, json_array_size(json_object_get(route, "entries")), sizeof(*s->acts));
	s->terms = list(s, json_array_size(json_object_get(p, "terms")), sizeof(*s->terms));
	s->proofs = list(s,
	                 json_array_size(json_object_get(p, "receipts")) +
	                         json_array_size(json_object_get(p, "checkpoints")),
	                 sizeof(*s->proofs));
	s->findings = list(s, findings, sizeof(*s->findings));
	s->open = list(s,
	               json_array_size(json_object_get(route, "open")) +
	                       json_array_size(json_object_get(route, "away")) + 1,
	               sizeof(*s->open));
	s->check = list(s, 4, sizeof(*s->check));
	return !s->failed;
}

static void fill(struct ed_sheet *s)
{
	take_facts(s);
	take_acts(s);
	take_terms(s);
	take_proofs(s);
	take_open(s);
	take_findings(s);
	take_check(s);
	if (s->report->route &&
	    (s->report->indication == EDOC_TOTAL_PASSED || is_unfinished(s->report)))
		certify(s);
	else
		deny(s);
}

enum edoc_code ed_sheet_make(const struct edoc_report *report,
                             const struct edoc_text_options *options, struct ed_sheet *sheet,
                             struct edoc_error *err)
{
	const char *zone;

	*sheet = (struct ed_sheet){.arena = ed_arena_new(), .report = report, .options = options};
	if (!sheet->arena)
		return ed_fail_memory(err);
	zone = get(procedure(sheet), "zone");
	if (zone && ed_zone_load(NULL, zone, &sheet->zone, NULL))
		sheet->zone = NULL;
	sheet->lang = language(sheet);
	if (make_room(sheet))
		fill(sheet);
	if (!sheet->failed)
		return EDOC_OK;
	ed_sheet_clear(sheet);
	return ed_fail_memory(err);
}

void ed_sheet_clear(struct ed_sheet *sheet)
{
	ed_zone_free(sheet->zone);
	ed_arena_free(sheet->arena);
	*sheet = (struct ed_sheet){0};
}
