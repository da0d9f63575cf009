/* SPDX-License-Identifier: ISC */
/* route/engine: what may be done, what a ledger may hold. */
#include "route/engine.h"

#include "../tap.h"
#include "door/crypto.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_engine engine;
/* In the second Bob left, Cara's post is vacant; in the third agencies are blocked and closed. */
static struct ed_directory *directories[3];
static struct ed_zone *zone;

static const char route_text[] =
        "format: edoc-route/1\nroute: t.test\nversion: 1\ntitle: {en: T}\ncalendar: xx\n"
        "zone: Asia/Dushanbe\n"
        "roles:\n"
        "  author: {party: initiator, agency: a}\n"
        "  lawyer: {agency: a, post: lawyer}\n"
        "  head: {agency: a, post: head, deputy: [vice]}\n"
        "  clerk: {agency: a, unit: office}\n"
        "  office: {agency: b, unit: office}\n"
        "  doer: {post: doer}\n"
        "separate: [[author, head]]\n"
        "steps:\n"
        "  - {id: agree, do: agree, by: lawyer, within: 2wd,\n"
        "     outcomes: {agreed: {}, refused: {end: refused, reason: [form, law]}}}\n"
        "  - {id: sign, do: sign, by: head, not-by: lawyer, within: 2wd, times: 3,\n"
        "     outcomes: {signed: {}, returned: {then: agree, reason: required, times: 2}}}\n"
        "  - {id: rework, do: edit, by: author, within: 5d}\n"
        "  - {id: register, do: register, by: clerk, within: 1wd, from: submitted,\n"
        "     book: {name: f, number: \"№ {seq:3}-{year}\"}}\n"
        "  - {id: send, do: send, by: clerk, to: office, needs: receipt, within: 1wd}\n"
        "  - {id: acknowledge, do: acknowledge, by: office, within: 1wd, from: received}\n"
        "  - {id: execute, do: execute, by: doer, within: 1mo}\n"
        "  - {id: back, do: send, by: office, to: clerk, needs: receipt}\n"
        "  - {id: get, do: receive, by: clerk, within: 1wd}\n"
        "  - {id: archive, do: archive, by: clerk, within: 1wd, end: executed}\n";

static const char calendar_text[] =
        "format: edoc-calendar/1\ncalendar: xx\nissued-by: us\nbasis: law\ndate: 2026-01-01\n"
        "covers: [2026, 2026]\nweekend: [sat, sun]\n";

/* Certificates are one letter, 64 times. */
static const char *cert(char c)
{
	static char text[16][65];
	char *s = text[c & 15];

	memset(s, c, 64);
	s[64] = '\0';
	return s;
}

enum {
	ANNA = 'a',
	BOB = 'b',
	CARA = 'c',
	DAN = 'd',
	EVE = 'e',
	FAY = 'f',
	GUS = '1',
	HAL = '2',
	DESK_A = '3',
	DESK_B = '4',
	NOBODY = '9'
};

static struct ed_directory *make_directory(int version)
{
	struct ed_directory *d;
	struct ed_buf t;
	static const struct {
		char c;
		const char *id;
	} people[] = {{ANNA, "anna"}, {BOB, "bob"}, {CARA, "cara"}, {DAN, "dan"},
	              {EVE, "eve"},   {FAY, "fay"}, {GUS, "gus"},   {HAL, "hal"}};

	ed_buf_init(&t, 100000);
	ed_buf_printf(&t, "format: edoc-directory/1\nversion: %d\nagencies:\n", version);
	ed_buf_printf(&t, "  - {id: a, title: A, desk-keys: [{sha256: \"%s\"}]%s}\n", cert(DESK_A),
	              version < 3 ? ""
	                          : ", changes: [{from: 2026-03-10, state: blocked, reason: audit}]");
	ed_buf_printf(&t, "  - {id: b, title: B, desk-keys: [{sha256: \"%s\"}]%s}\npeople:\n",
	              cert(DESK_B),
	              version < 3 ? ""
	                          : ", changes: [{from: 2026-03-08, state: closed, reason: merged}]");
	for (size_t i = 0; i < 8; i++)
		ed_buf_printf(&t, "  - {id: %s, name: N, certificates: [{sha256: \"%s\"}]}\n",
		              people[i].id, cert(people[i].c));
	ed_buf_puts(&t, "posts:\n"
	                "  - {agency: a, post: writer, holder: anna}\n"
	                "  - {agency: a, post: vice, holder: dan}\n"
	                "  - {agency: a, unit: office, post: clerk, holder: eve}\n"
	                "  - {agency: b, unit: office, post: clerk, holder: fay}\n"
	                "  - {agency: b, post: doer, holder: gus}\n"
	                "  - {agency: a, post: doer, holder: gus}\n"
	                "  - {agency: a, post: lawyer, holder: hal}\n");
	if (version != 2)
		ed_buf_puts(&t, "  - {agency: a, post: lawyer, holder: bob}\n"
		                "  - {agency: a, post: head, holder: cara}\n"
		                "  - {agency: a, post: vice, holder: hal}\n"
		                "  - {agency: a, post: vice, holder: anna, from: 2026-06-01}\n");
	if (version == 3)
		ed_buf_puts(&t, "deputies:\n"
		                "  - {agency: a, post: head, person: gus, from: 2026-03-05,\n"
		                "     until: 2026-03-06, basis: order 7}\n");
	if (ed_directory_parse(t.data, t.len, "d", arena, &d, &err)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		exit(1);
	}
	ed_buf_clear(&t);
	return d;
}

static const struct ed_directory *find(void *arg, const char *sha256)
{
	(void)arg;
	for (int i = 0; i < 3; i++)
		if (!strcmp(sha256 + 7, directories[i]->sha256))
			return directories[i];
	return NULL;
}

static void setup(void)
{
	struct ed_route *route;
	struct ed_calendar *calendar;

	if (ed_route_parse(route_text, strlen(route_text), "r", arena, &route, &err) ||
	    ed_calendar_parse(calendar_text, strlen(calendar_text), "c", arena, &calendar, &err) ||
	    ed_zone_load(NULL, "Asia/Dushanbe", &zone, &err)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		exit(1);
	}
	directories[0] = make_directory(1);
	directories[1] = make_directory(2);
	directories[2] = make_directory(3);
	engine = (struct ed_engine){route, calendar, zone, find, NULL, arena};
}

/* ---- a case: its ledger, and what would be done next ---- */

#define MAX 64

struct acting { /* one act, in a test's words */
	const char *event;
	char who;
	const char *outcome, *reason;
	int64_t hours; /* after the entry before */
	int directory;
};

static struct world {
	struct ed_state state;
	struct ed_entry v[MAX];
	size_t n;
	int64_t seq; /* register */
} w;

static void begin(void)
{
	for (size_t i = 0; i < w.n; i++)
		ed_entry_clear(&w.v[i]);
	memset(&w, 0, sizeof(w));
	ed_state_init(&w.state);
}

static int64_t now_of(const struct acting *a)
{
	int64_t first = 0;

	/* a Thursday morning */
	return ed_time_parse("2026-03-05T09:00:00+05:00", &first) && w.state.time == ED_TIME_NONE
	               ? first
	               : w.state.time + 3600 * a->hours;
}

static const char *ref(const char *sha256)
{
	return ed_arena_printf(arena, "sha256:%s", sha256);
}

static enum edoc_code decide(const struct acting *a, struct ed_actor *actor)
{
	struct ed_command c = {.event = a->event,
	                       .outcome = a->outcome,
	                       .reason = a->reason,
	                       .actor_cert = cert(a->who),
	                       .desk = !strcmp(a->event, "case.sent") ||
	                               !strcmp(a->event, "case.received"),
	                       .now = now_of(a),
	                       .directory = ref(directories[a->directory]->sha256)};

	memset(&err, 0, sizeof(err));
	return ed_engine_decide(&engine, &w.state, &c, actor, &err);
}

static bool is_desk(const struct acting *a)
{
	return !strcmp(a->event, "case.sent") || !strcmp(a->event, "case.received");
}

static void put_actor(json_t *h, const struct acting *a, const struct ed_actor *actor)
{
	json_t *o = json_object(), *p;

	ed_json_str(o, "cert", cert(a->who));
	ed_json_str(o, "kind", is_desk(a) ? "desk" : "person");
	if (actor->person)
		ed_json_str(o, "person", actor->person->id);
	if (actor->post)
		ed_json_str(o, "post", actor->post->post);
	if (actor->post && actor->post->unit)
		ed_json_str(o, "unit", actor->post->unit);
	if (actor->agency)
		ed_json_str(o, "agency", actor->agency->id);
	if (actor->deputy)
		ed_json_bool(o, "deputy", true);
	json_object_set_new(h, "actor", o);
	if (!actor->principal)
		return;
	p = json_object();
	ed_json_str(p, "person", actor->principal->holder->id);
	ed_json_str(p, "post", actor->principal->post);
	json_object_set_new(h, "acting_for", p);
}

static void put_step(json_t *h, const struct acting *a, int64_t now)
{
	static const char *const units[] = {"", "d", "wd", "mo"};
	const struct ed_visit *v = w.state.n_open ? w.state.open[0] : NULL;
	bool received = !strcmp(a->event, "case.received");
	json_t *o;

	if (!v || (received && v->step->verb != ED_DO_RECEIVE))
		return;
	ed_json_str(h, "step", v->step->id);
	ed_json_int(h, "visit", v->visit);
	ed_json_str(h, "outcome", a->outcome ? a->outcome : v->step->outcomes[0].id);
	if (v->due != ED_TIME_NONE) {
		o = json_object();
		ed_json_str(o, "within",
		            ed_arena_printf(arena, "%d%s", v->step->clock.within.n,
		                            units[v->step->clock.within.unit]));
		ed_json_time(o, "started", v->opened);
		ed_json_time(o, "due", v->due);
		json_object_set_new(h, "clock", o);
		if (now > v->due)
			ed_json_int(h, "late", now - v->due);
	}
	if (v->step->verb == ED_DO_REGISTER) {
		o = json_object();
		ed_json_str(o, "book", "f");
		ed_json_str(o, "number", ed_arena_printf(arena, "№ %03d-2026", (int)++w.seq));
		ed_json_int(o, "year", 2026);
		ed_json_int(o, "seq", w.seq);
		json_object_set_new(h, "register", o);
	}
	if (!strcmp(a->event, "case.sent"))
		ed_json_str(h, "to", v->step->to->agency);
}

static json_t *header_of(const struct acting *a, const struct ed_actor *actor)
{
	json_t *h = json_object(), *prev = json_array();
	int64_t now = now_of(a);

	ed_json_str(h, "format", "edoc-entry/1");
	ed_json_str(h, "case", "0123456789abcdef0123456789abcdef");
	ed_json_int(h, "seq", w.state.seq + 1);
	if (*w.state.head)
		json_array_append_new(prev, json_string(w.state.head));
	json_object_set_new(h, "prev", prev);
	ed_json_time(h, "time", now);
	ed_json_str(h, "event", a->event);
	ed_json_str(h, "command", ref(cert('8')));
	ed_json_str(h, "directory", ref(directories[a->directory]->sha256));
	put_actor(h, a, actor);
	if (!strcmp(a->event, "case.submitted")) {
		ed_json_str(h, "route", ref(engine.route->sha256));
		ed_json_str(h, "calendar", ref(engine.calendar->sha256));
		ed_json_str(h, "package", ref(cert('7')));
		json_object_set_new(
		        h, "documents",
		        json_loads("[{\"name\":\"a\",\"sha256\":\"77777777777777777777777777777777"
		                   "77777777777777777777777777777777\"}]",
		                   0, NULL));
	} else {
		put_step(h, a, now);
	}
	if (!strcmp(a->event, "case.received"))
		ed_json_str(h, "evidence", ref(cert('6')));
	return h;
}

static json_t *body_of(const struct acting *a)
{
	json_t *o = json_object();

	ed_json_str(o, "format", "edoc-body/1");
	ed_json_str(o, "salt", "0123456789abcdef0123456789abcdef");
	if (a->reason)
		ed_json_str(o, "reason", a->reason);
	return o;
}

/* Decides, writes the entry, folds it. */
static bool play(const struct acting *a, struct ed_findings *list)
{
	struct ed_actor actor;
	struct ed_entry *e = &w.v[w.n];

	if (w.n == MAX || decide(a, &actor))
		return false;
	if (ed_entry_make(header_of(a, &actor), is_desk(a) ? NULL : body_of(a), e, &err))
		return false;
	w.n++;
	return ed_engine_fold(&engine, &w.state, e, list);
}

static void does(const char *event, char who, const char *outcome, const char *reason)
{
	struct acting a = {event, who, outcome, reason, 1, 0};
	struct ed_findings list;

	ed_findings_init(&list, arena);
	if (!ok(play(&a, &list) && !list.n, "%s by %c", event, who))
		printf("# %s: %s; %s %s %s\n", err.where, err.msg, list.n ? list.v[0].code : "",
		       list.n ? list.v[0].args[0] : "",
		       list.n && list.v[0].args[1] ? list.v[0].args[1] : "");
}

static void refused(const char *event, char who, const char *outcome, const char *reason,
                    enum edoc_code want, const char *word)
{
	struct acting a = {event, who, outcome, reason, 1, 0};
	struct ed_actor actor;
	char name[100];

	snprintf(name, sizeof(name), "refused: %s by %c: %s", event, who, word);
	fails(decide(&a, &actor), want, &err, word, name);
	ok(!actor.person && !actor.agency, "  and nobody acted");
}

/* Submitted, agreed, signed, reworked: at the register. */
static void to_register(void)
{
	begin();
	does("case.submitted", ANNA, NULL, NULL);
	does("step.done", BOB, "agreed", NULL);
	does("step.done", CARA, "signed", NULL);
	does("step.done", ANNA, "edited", NULL);
}

static void whole_way(void)
{
	const struct ed_state *s = &w.state;
	char due[ED_TIME_STR];

	begin();
	ok(s->phase == ED_PHASE_NONE && s->submitted == ED_TIME_NONE, "nothing yet");
	refused("step.done", BOB, "agreed", NULL, EDOC_ERR_DENIED, "begins");
	refused("case.submitted", BOB + 0x10, NULL, NULL, EDOC_ERR_DENIED, "author");
	refused("case.submitted", FAY, NULL, NULL, EDOC_ERR_DENIED, "author");
	does("case.submitted", ANNA, NULL, NULL);
	ok(s->phase == ED_PHASE_RUNNING && !strcmp(s->open[0]->step->id, "agree"),
	   "the first step opens");
	is_str(s->at_agency, "a", "at the initiator's agency");
	is_str(s->initiator_person, "anna", "who is known");
	ed_time_format(due, s->open[0]->due);
	is_str(due, "2026-03-09T18:59:59Z",
	       "2wd after a Thursday: Monday's last second in Dushanbe");
	refused("case.submitted", ANNA, NULL, NULL, EDOC_ERR_DENIED, "once");
	refused("step.done", CARA, "agreed", NULL, EDOC_ERR_DENIED, "lawyer");
	refused("step.done", NOBODY, "agreed", NULL, EDOC_ERR_DENIED, "certificate");
	refused("step.done", BOB, "signed", NULL, EDOC_ERR_DENIED, "not \"sign\"");
	refused("step.done", BOB, "signd", NULL, EDOC_ERR_INPUT, "agreed, refused");
	refused("step.done", BOB, NULL, NULL, EDOC_ERR_INPUT, "no outcome");
	refused("step.done", BOB, "refused", NULL, EDOC_ERR_INPUT, "needs a reason");
	refused("step.done", BOB, "refused", "", EDOC_ERR_INPUT, "needs a reason");
	refused("step.done", BOB, "refused", "taste", EDOC_ERR_INPUT, "form, law");
	refused("case.sent", DESK_A, NULL, NULL, EDOC_ERR_DENIED, "closed by step.done");
	refused("case.received", DESK_B, NULL, NULL, EDOC_ERR_DENIED, "not sent");
	does("step.done", BOB, "agreed", NULL);
	refused("step.done", BOB, "signed", NULL, EDOC_ERR_DENIED, "head");
	refused("step.done", ANNA, "signed", NULL, EDOC_ERR_DENIED, "head");
	does("step.done", CARA, "signed", NULL);
	refused("step.done", BOB, "edited", NULL, EDOC_ERR_DENIED, "submitted the case");
	does("step.done", ANNA, "edited", NULL);
	ok(!s->number, "no number yet");
	does("step.done", EVE, "registered", NULL);
	is_str(s->number, "№ 001-2026", "a number");
	is_str(s->book, "f", "of its book");
	refused("step.done", EVE, "sent", NULL, EDOC_ERR_DENIED, "is done by \"edoc-route send\"");
	refused("case.sent", DESK_B, NULL, NULL, EDOC_ERR_DENIED, "at a");
	refused("case.sent", EVE, NULL, NULL, EDOC_ERR_DENIED, "no desk key");
	does("case.sent", DESK_A, NULL, NULL);
	ok(s->awaiting_receipt && !strcmp(s->sent_to, "b"), "on its way");
	refused("step.done", FAY, "acknowledged", NULL, EDOC_ERR_DENIED, "on its way to b");
	refused("case.received", DESK_A, NULL, NULL, EDOC_ERR_DENIED, "at b");
	does("case.received", DESK_B, NULL, NULL);
	ok(!s->awaiting_receipt && !s->sent_to, "it came");
	is_str(s->at_agency, "b", "to b");
	ok(s->open[0]->opened == s->received && s->open[0]->visit == 1, "the step is open from then on");
	refused("step.done", EVE, "acknowledged", NULL, EDOC_ERR_DENIED, "office");
	does("step.done", FAY, "acknowledged", NULL);
	does("step.done", GUS, "executed", NULL);
	is_str(ed_json_get_str(json_object_get(w.v[w.n - 1].header, "actor"), "agency"), "b",
	       "a role without an agency is the one where the case is");
	does("case.sent", DESK_B, NULL, NULL);
	is_str(s->open[0]->step->id, "get", "a receive step waits");
	does("case.received", DESK_A, NULL, NULL);
	is_str(s->open[0]->step->id, "archive", "and the receipt closed it");
	does("step.done", EVE, "archived", NULL);
	ok(s->phase == ED_PHASE_ENDED && !s->n_open, "the end");
	is_str(s->end, "executed", "by its name");
	refused("step.done", EVE, "archived", NULL, EDOC_ERR_DENIED, "has ended");
}

static void four_eyes(void)
{
	struct acting a = {"step.done", DAN, "signed", NULL, 1, 0};
	struct acting summer = {"step.done", ANNA, "signed", NULL, 24 * 120, 0};
	struct ed_actor actor;

	/* not-by: Hal is a lawyer and deputy of the head */
	begin();
	does("case.submitted", ANNA, NULL, NULL);
	does("step.done", HAL, "agreed", NULL);
	refused("step.done", HAL, "signed", NULL, EDOC_ERR_DENIED, "another person");
	is_ok(decide(&a, &actor), &err, "another deputy may");
	ok(actor.deputy && actor.principal && !strcmp(actor.principal->holder->id, "cara"),
	   "for the head");
	does("step.done", DAN, "signed", NULL);
	is_str(w.state.visits[1]->principal, "cara", "both are remembered");
	/* separate: from June Anna is a deputy of the head, and she submitted */
	begin();
	does("case.submitted", ANNA, NULL, NULL);
	does("step.done", BOB, "agreed", NULL);
	fails(decide(&summer, &actor), EDOC_ERR_DENIED, &err, "author",
	      "who wrote it does not sign it");
	/* the principal counts: Cara submitted, Dan signs in her place */
	begin();
	does("case.submitted", CARA, NULL, NULL);
	does("step.done", BOB, "agreed", NULL);
	refused("step.done", CARA, "signed", NULL, EDOC_ERR_DENIED, "author");
	refused("step.done", DAN, "signed", NULL, EDOC_ERR_DENIED, "author");
}

static void bounds(void)
{
	begin();
	does("case.submitted", ANNA, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		does("step.done", BOB, "agreed", NULL);
		does("step.done", CARA, "returned", "again");
	}
	is_int(w.state.open[0]->visit, 3, "a third visit");
	does("step.done", BOB, "agreed", NULL);
	refused("step.done", CARA, "returned", "again", EDOC_ERR_DENIED, "2 times");
	does("step.done", CARA, "signed", NULL);
	/* the end by a refusal, with a listed reason */
	begin();
	does("case.submitted", ANNA, NULL, NULL);
	does("step.done", BOB, "refused", "law");
	is_str(w.state.end, "refused", "another end");
}

/* By the third directory, so many hours after the entry before. */
static struct acting third(const char *event, char who, const char *outcome, int64_t hours)
{
	return (struct acting){event, who, outcome, NULL, hours, 2};
}

static bool plays(const char *event, char who, const char *outcome, int64_t hours)
{
	struct acting a = third(event, who, outcome, hours);
	struct ed_findings list;

	ed_findings_init(&list, arena);
	return play(&a, &list) && (!list.n || !strcmp(list.v[0].code, "route.late"));
}

static void may_not(const char *event, char who, const char *outcome, int64_t hours,
                    const char *word)
{
	struct acting a = third(event, who, outcome, hours);
	struct ed_actor actor;

	fails(decide(&a, &actor), EDOC_ERR_DENIED, &err, word, word);
}

/* The case began on March 5 at 9: 110 hours later is the last one of March 9. */
static void states(void)
{
	struct acting a = third("step.done", BOB, "agreed", 110);
	struct ed_actor actor;
	struct ed_findings list;
	struct ed_entry e;

	begin();
	ok(plays("case.submitted", ANNA, NULL, 0), "submitted while all agencies are active");
	may_not("step.done", BOB, "agreed", 111, "the agency a is blocked since 2026-03-10 (audit)");
	is_ok(decide(&a, &actor), &err, "an hour before he may");
	a.hours = 111;
	is_ok(ed_entry_make(header_of(&a, &actor), body_of(&a), &e, &err), &err,
	      "an entry that says he did");
	ed_findings_init(&list, arena);
	ok(ed_engine_fold(&engine, &w.state, &e, &list) && ed_findings_have(&list, "route.agency"),
	   "is found");
	ed_entry_clear(&e);

	begin();
	ok(plays("case.submitted", ANNA, NULL, 0) && plays("step.done", BOB, "agreed", 1),
	   "in time");
	may_not("step.done", GUS, "signed", 38, "may not act as \"head\"");
	a = third("step.done", GUS, "signed", 37);
	is_ok(decide(&a, &actor), &err, "the deputy by order 7, in his last hour");
	ok(actor.deputy && !strcmp(actor.post->post, "head") &&
	           !strcmp(actor.principal->holder->id, "cara"),
	   "acts as the head, for the head");
	ok(plays("step.done", GUS, "signed", 1) && plays("step.done", ANNA, "edited", 1) &&
	           plays("step.done", EVE, "registered", 1) && plays("case.sent", DESK_A, NULL, 1),
	   "on its way to b, at 14 h on March 5");
	may_not("case.received", DESK_B, NULL, 58, "the agency b is closed since 2026-03-08");
	ok(plays("case.received", DESK_B, NULL, 57), "an hour before its desk takes it in");
	begin();
	struct acting new_case = third("case.submitted", ANNA, NULL, 0);
	w.state.time = now_of(&new_case) + 3600 * 111;
	may_not("case.submitted", ANNA, NULL, 0, "blocked since");
}

static void late(void)
{
	struct acting a = {"step.done", BOB, "agreed", NULL, 24 * 30, 0};
	struct ed_findings list;

	begin();
	does("case.submitted", ANNA, NULL, NULL);
	ed_findings_init(&list, arena);
	ok(play(&a, &list), "late, and done");
	ok(list.n == 1 && !strcmp(list.v[0].code, "route.late"), "it is told");
	is_int(json_integer_value(json_object_get(w.v[1].header, "late")),
	       w.v[1].time - w.state.visits[0]->due, "by how much");
}

/* ---- ledgers that somebody changed ---- */

/* Folds all entries anew, entry `i` replaced. */
static bool folds(size_t i, const struct ed_entry *instead, struct ed_findings *list)
{
	struct ed_state s;

	ed_state_init(&s);
	ed_findings_init(list, arena);
	for (size_t k = 0; k < w.n; k++)
		if (!ed_engine_fold(&engine, &s, k == i ? instead : &w.v[k], list))
			return false;
	return true;
}

/* The last entry with "a.b" set to a JSON value; the finding that tells. */
static void forged(const char *path, const char *value, const char *code)
{
	const struct ed_entry *last = &w.v[w.n - 1];
	json_t *h = json_deep_copy(last->header), *in = h, *v;
	const char *dot = strchr(path, '.');
	struct ed_findings list;
	struct ed_entry e;
	char key[32], name[200];

	snprintf(name, sizeof(name), "%s = %.80s: %s", path, value ? value : "(gone)", code);
	snprintf(key, sizeof(key), "%.*s", dot ? (int)(dot - path) : 31, path);
	if (dot && !json_object_get(h, key))
		json_object_set_new(h, key, json_object());
	in = dot ? json_object_get(h, key) : h;
	v = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
	if (value)
		json_object_set_new(in, dot ? dot + 1 : path, v);
	else
		json_object_del(in, dot ? dot + 1 : path);
	if (!is_ok(ed_entry_make(h, NULL, &e, &err), &err, name))
		return;
	if (last->body && json_object_get(e.header, "body"))
		e.body = json_incref(last->body);
	folds(w.n - 1, &e, &list);
	ok(ed_findings_have(&list, code), "  is found");
	if (!ed_findings_have(&list, code))
		for (size_t i = 0; i < list.n; i++)
			printf("# %s %s\n", list.v[i].code, list.v[i].args[0]);
	ed_entry_clear(&e);
}

static const char *quoted(const char *text)
{
	return ed_arena_printf(arena, "\"%s\"", text);
}

/* The last entry so many seconds before the one before it. */
static bool bears_earlier(int64_t seconds)
{
	json_t *h = json_deep_copy(w.v[w.n - 1].header);
	struct ed_findings list;
	struct ed_entry e;

	ed_json_time(h, "time", w.v[w.n - 2].time - seconds);
	json_object_del(h, "late");
	if (!is_ok(ed_entry_make(h, NULL, &e, &err), &err, "an earlier entry"))
		return false;
	folds(w.n - 1, &e, &list);
	ed_entry_clear(&e);
	return !ed_findings_have(&list, "ledger.time-order");
}

static void forgeries(void)
{
	begin();
	does("case.submitted", ANNA, NULL, NULL);
	forged("route", quoted(ref(cert('5'))), "ledger.route");
	forged("calendar", quoted(ref(cert('5'))), "ledger.calendar");
	forged("actor.person", "\"bob\"", "route.actor");
	forged("actor.agency", "\"b\"", "route.actor");
	forged("actor.cert", quoted(cert(BOB)), "route.actor");
	forged("actor.cert", quoted(cert(FAY)), "route.role");
	forged("directory", quoted(ref(cert('5'))), "route.directory");
	does("step.done", BOB, "agreed", NULL);
	forged("seq", "3", "ledger.sequence");
	forged("prev", ed_arena_printf(arena, "[\"%s\"]", ref(cert('5'))), "ledger.prev");
	forged("case", "\"ffffffffffffffffffffffffffffffff\"", "ledger.case");
	forged("time", "\"2026-03-05T03:00:00Z\"", "ledger.time-order");
	ok(bears_earlier(0) && !bears_earlier(1), "one desk has one clock");
	forged("step", "\"sign\"", "route.order");
	forged("visit", "2", "route.visit");
	forged("outcome", "\"signed\"", "route.outcome");
	forged("outcome", "\"refused\"", "route.reason");
	forged("actor.cert", quoted(cert(NOBODY)), "route.person");
	forged("actor.cert", quoted(cert(CARA)), "route.role");
	forged("actor.post", "\"head\"", "route.actor");
	forged("actor.post", NULL, "route.actor");
	forged("actor.unit", "\"office\"", "route.actor");
	forged("actor.deputy", "true", "route.actor");
	forged("clock.within", "\"3wd\"", "route.clock");
	forged("clock.started", "\"2026-03-05T05:00:00Z\"", "route.clock");
	forged("clock.due", "\"2026-03-10T18:59:59Z\"", "route.clock-zone");
	forged("clock.due", "\"2026-03-10T19:00:00Z\"", "route.clock");
	forged("clock.due", "\"2026-03-08T18:59:58Z\"", "route.clock");
	forged("clock", NULL, "route.clock");
	forged("late", "1", "route.clock");
	forged("time", "\"2026-03-09T19:00:00Z\"", "route.clock");
	forged("signature", ed_arena_printf(arena, "{\"name\":\"x\",\"sha256\":\"%s\"}", cert('5')),
	       "route.signature");
	forged("register", "{\"book\":\"f\",\"number\":\"1\",\"year\":2026,\"seq\":1}",
	       "route.register");
	does("step.done", DAN, "signed", NULL);
	forged("acting_for.person", "\"bob\"", "route.actor");
	forged("acting_for.post", "\"vice\"", "route.actor");
	forged("acting_for", NULL, "route.actor");
	does("step.done", ANNA, "edited", NULL);
	forged("actor.cert", quoted(cert(BOB)), "route.initiator");
	does("step.done", EVE, "registered", NULL);
	forged("register", NULL, "route.register");
	forged("register.book", "\"g\"", "route.register");
	forged("register.number", "\"№ 002-2026\"", "route.register");
	forged("register.seq", "2", "route.register");
	forged("register.year", "2025", "route.register");
	does("case.sent", DESK_A, NULL, NULL);
	forged("to", "\"a\"", "route.to");
	forged("actor.cert", quoted(cert(DESK_B)), "route.elsewhere");
	forged("actor.cert", quoted(cert(EVE)), "route.desk");
	forged("actor.agency", "\"b\"", "route.actor");
	ok(!bears_earlier(1), "who sends has the same clock");
	does("case.received", DESK_B, NULL, NULL);
	forged("actor.cert", quoted(cert(DESK_A)), "route.elsewhere");
	ok(bears_earlier(300), "another desk's clock may be five minutes behind");
	ok(!bears_earlier(301), "and not more");
	does("step.done", FAY, "acknowledged", NULL);
	does("step.done", GUS, "executed", NULL);
	does("case.sent", DESK_B, NULL, NULL);
	does("case.received", DESK_A, NULL, NULL);
	forged("visit", "2", "route.visit");
}

static void elsewhere(void)
{
	struct ed_command c = {.event = "step.done",
	                       .step = "sign",
	                       .outcome = "agreed",
	                       .actor_cert = cert(BOB),
	                       .directory = ref(directories[0]->sha256)};
	struct acting gone = {"step.done", BOB, "agreed", NULL, 1, 1};
	struct acting deputy = {"step.done", DAN, "signed", NULL, 1, 1};
	struct acting later = {"step.done", ANNA, "edited", NULL, 1, 1};
	struct ed_findings list;
	struct ed_actor actor;

	begin();
	does("case.submitted", ANNA, NULL, NULL);
	c.now = w.state.time + 1;
	fails(ed_engine_decide(&engine, &w.state, &c, &actor, &err), EDOC_ERR_DENIED, &err,
	      "open step is \"agree\"", "another step than the open one");
	c.step = "agree";
	is_ok(ed_engine_decide(&engine, &w.state, &c, &actor, &err), &err, "the open one");
	c.directory = ref(cert('5'));
	fails(ed_engine_decide(&engine, &w.state, &c, &actor, &err), EDOC_ERR_CONFIG, &err,
	      "not installed", "a directory that is not here");
	c.directory = ref(directories[0]->sha256);
	c.now = w.state.time - 1;
	fails(ed_engine_decide(&engine, &w.state, &c, &actor, &err), EDOC_ERR_CONFIG, &err, "clock",
	      "a clock that runs behind");
	c.now = w.state.time + (int64_t)360 * 86400;
	fails(ed_engine_decide(&engine, &w.state, &c, &actor, &err), EDOC_ERR_CONFIG, &err,
	      "covers", "a term beyond the calendar");
	c.desk = true;
	fails(ed_engine_decide(&engine, &w.state, &c, &actor, &err), EDOC_ERR_DENIED, &err, "desk",
	      "a desk does no step");
	fails(decide(&gone, &actor), EDOC_ERR_DENIED, &err, "lawyer",
	      "who left by the directory in force");
	does("step.done", BOB, "agreed", NULL);
	is_ok(decide(&deputy, &actor), &err, "a deputy of a vacant post");
	ok(actor.deputy && !actor.principal, "acts for nobody");
	/* Bob left by version 2: no entry after it may cite version 1 */
	ed_findings_init(&list, arena);
	ok(play(&deputy, &list) && !list.n, "an entry under version 2");
	refused("step.done", ANNA, "edited", NULL, EDOC_ERR_CONFIG, "install");
	ok(play(&later, &list) && !list.n, "another under version 2");
	forged("directory", quoted(ref(directories[0]->sha256)), "route.directory-old");
}

/* A whole entry left out, doubled, or put elsewhere. */
static void reorderings(void)
{
	struct ed_findings list;
	struct ed_state s;

	to_register();
	for (size_t gone = 0; gone + 1 < w.n; gone++) {
		bool whole = true;

		ed_state_init(&s);
		ed_findings_init(&list, arena);
		for (size_t k = 0; k < w.n && whole; k++)
			if (k != gone)
				whole = ed_engine_fold(&engine, &s, &w.v[k], &list);
		ok(!whole && list.n, "without entry %zu", gone + 1);
	}
	ok(!ed_engine_fold(&engine, &w.state, &w.v[w.n - 1], &list) &&
	           ed_findings_have(&list, "ledger.sequence"),
	   "the last entry twice");
	is_str(list.v[0].where[0] ? "told" : "", "told", "with its place");
	ok(strstr(list.v[0].where, "META-INF/edoc/ledger/00000") == list.v[0].where, "%s",
	   list.v[0].where);
	is_int(w.state.seq, 4, "and the state is as before");
}

static void hidden_bodies(void)
{
	struct ed_findings list;
	struct ed_entry e;

	begin();
	does("case.submitted", ANNA, NULL, NULL);
	does("step.done", BOB, "refused", "law");
	is_ok(ed_entry_parse(w.v[1].bytes.data, w.v[1].bytes.len, "x", &e, &err), &err,
	      "an entry whose body stayed at home");
	ok(folds(1, &e, &list) && !list.n, "its reason can not be asked for");
	ed_entry_clear(&e);
	forged("body", NULL, "route.reason");
}

/* ---- properties ---- */

static unsigned long long seed = 88172645463325252ull;

static unsigned dice(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

/* A random legal walk: acts are proposed at random, decide() chooses. */
static void walk(void)
{
	static const char people[] = {ANNA, BOB, CARA, DAN, EVE, FAY, GUS, HAL, DESK_A, DESK_B};
	static const char *const events[] = {"case.submitted", "step.done", "step.done",
	                                     "step.done",      "case.sent", "case.received"};
	static const char *const outcomes[] = {"agreed",   "signed",     "returned",
	                                       "edited",   "registered", "acknowledged",
	                                       "executed", "archived"};
	struct ed_findings list;

	begin();
	for (int tries = 0; tries < 3000 && w.state.phase != ED_PHASE_ENDED; tries++) {
		struct acting a = {events[dice(6)],         people[dice(10)], outcomes[dice(8)],
		                   dice(2) ? "form" : NULL, dice(60),         0};

		if (strcmp(a.event, "step.done"))
			a.outcome = NULL;
		ed_findings_init(&list, arena);
		play(&a, &list);
	}
}

/* Another value of the same shape. */
static json_t *other(const json_t *v, const char *key)
{
	char text[300];
	size_t n;
	int64_t t;

	if (json_is_integer(v))
		return json_integer(json_integer_value(v) + 1);
	if (json_is_true(v))
		return json_false();
	snprintf(text, sizeof(text), "%s", json_string_value(v) ? json_string_value(v) : "");
	if (ed_time_parse(text, &t)) {
		ed_time_format(text, t + 1);
		return json_string(text);
	}
	n = strlen(text);
	if (!strcmp(key, "within"))
		return json_string("9wd");
	text[n - 1] = text[n - 1] == 'a' ? 'b' : 'a';
	return json_string(text);
}

static int mutants, survivors;

static void mutate(size_t i, json_t *h, const char *name)
{
	struct ed_findings list;
	struct ed_entry e;
	bool whole;

	mutants++;
	if (ed_entry_make(h, NULL, &e, &err))
		return; /* refused by its shape */
	if (w.v[i].body && json_object_get(e.header, "body"))
		e.body = json_incref(w.v[i].body);
	whole = folds(i, &e, &list);
	for (size_t k = 0; whole && k < list.n; k++)
		whole = !strcmp(list.v[k].code, "route.late");
	if (whole) {
		survivors++;
		printf("# survives: entry %zu of %zu, %s\n", i + 1, w.n, name);
	}
	ed_entry_clear(&e);
}

/* What only the signature over the entry protects while nothing follows it. */
static bool by_signature(const char *key)
{
	static const char *const keys[] = {"time", "command",   "package", "evidence",
	                                   "body", "documents", "case",    NULL};

	for (int i = 0; keys[i]; i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static void mutate_entry(size_t i)
{
	bool last = i + 1 == w.n;
	const char *key, *inner;
	json_t *v, *x, *h;

	json_object_foreach(w.v[i].header, key, v)
	{
		if (last && by_signature(key) && strcmp(key, "case"))
			continue;
		if (json_is_object(v)) {
			json_object_foreach(v, inner, x)
			{
				h = json_deep_copy(w.v[i].header);
				json_object_set_new(json_object_get(h, key), inner,
				                    other(x, inner));
				mutate(i, h, inner);
			}
		} else if (json_is_array(v) && !json_array_size(v)) {
			continue; /* prev of the first: its shape refuses more */
		} else if (json_is_array(v)) {
			h = json_deep_copy(w.v[i].header);
			json_array_clear(json_object_get(h, key));
			mutate(i, h, key);
		} else {
			h = json_deep_copy(w.v[i].header);
			json_object_set_new(h, key, other(v, key));
			mutate(i, h, key);
		}
		h = json_deep_copy(w.v[i].header);
		json_object_del(h, key);
		mutate(i, h, key);
	}
}

static void properties(void)
{
	int whole = 0, ended = 0;

	for (int round = 0; round < 40; round++) {
		struct ed_findings list;
		bool good;

		walk();
		ended += w.state.phase == ED_PHASE_ENDED;
		good = folds(MAX, NULL, &list);
		for (size_t k = 0; good && k < list.n; k++)
			good = !strcmp(list.v[k].code, "route.late");
		whole += good;
		for (size_t i = 0; i < w.n && round < 8; i++)
			mutate_entry(i);
	}
	is_int(whole, 40, "random legal walks fold without findings");
	ok(ended >= 10, "%d of them to an end", ended);
	is_int(survivors, 0, "any single changed field is found");
	ok(mutants > 500, "in %d changed entries", mutants);
}

static void numbers(void)
{
	is_str(ed_register_number(arena, "№ {seq:4}-{year}", 2026, 7), "№ 0007-2026", "padded");
	is_str(ed_register_number(arena, "{year}/{seq}", 2026, 12345), "2026/12345", "plain");
	is_str(ed_register_number(arena, "{seq:2}{seq}", 2026, 123), "123123",
	       "longer than its pad");
}

int main(void)
{
	arena = ed_arena_new();
	setup();
	whole_way();
	elsewhere();
	four_eyes();
	bounds();
	states();
	late();
	forgeries();
	reorderings();
	hidden_bodies();
	properties();
	numbers();
	begin();
	ed_zone_free(zone);
	ed_arena_free(arena);
	return done();
}
