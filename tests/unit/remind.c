/* SPDX-License-Identifier: ISC */
/* route/remind, reminddef, lintremind: who is told, and when. */
#include "route/remind.h"

#include "../tap.h"
#include "route/flow.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_engine engine;
static struct ed_state state;

static const char calendar_text[] =
        "format: edoc-calendar/1\ncalendar: xx\nissued-by: us\nbasis: law\ndate: 2026-01-01\n"
        "covers: [2026, 2026]\nweekend: [sat, sun]\n";
static const char head[] =
        "format: edoc-route/1\nroute: t.test\nversion: 1\ntitle: {en: T}\ncalendar: xx\n"
        "zone: Asia/Dushanbe\n"
        "roles:\n"
        "  w: {agency: a, post: w}\n"
        "  w2: {agency: a, post: w}\n"
        "  h: {agency: a, post: h}\n"
        "  c: {party: initiator}\n"
        "  i: {agency: $item, post: x}\n";
#define ARCHIVE "  - {id: archive, do: archive, by: h, within: 1wd, end: done}\n"
static const char steps[] =
        "clocks:\n"
        "  answer: {within: 15d, stops-at: work, remind: [-5d, due]}\n"
        "steps:\n"
        "  - {id: work, do: execute, by: w, within: 5wd, stop-on: [x],\n"
        "     remind: [-3wd, -1d, due, +1wd..], overdue: {escalate: [h, initiator], again: "
        "2wd}}\n" ARCHIVE;

static bool read_route(const char *text, struct ed_route **route)
{
	const char *whole = ed_arena_printf(arena, "%s%s", head, text);

	memset(&err, 0, sizeof(err));
	return ed_route_parse(whole, strlen(whole), "r", arena, route, &err) == EDOC_OK;
}

static int64_t at(const char *text)
{
	int64_t t;

	if (!ed_time_parse(text, &t)) {
		printf("Bail out! %s\n", text);
		exit(1);
	}
	return t;
}

/* Thursday 5 March 2026: the work is due on Thursday the 12th. */
static void begin(const char *text)
{
	struct ed_flow flow = {
	        .engine = &engine, .state = &state, .now = at("2026-03-05T09:00:00+05:00")};
	struct ed_route *route;

	if (!read_route(text, &route)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		exit(1);
	}
	engine.route = route;
	ed_state_init(&state);
	state.phase = ED_PHASE_RUNNING;
	state.submitted = state.received = flow.now;
	ed_flow_begin(&flow);
}

static const char *reminds(const struct ed_clock *c, const char *when)
{
	static struct ed_reached rung;

	return ed_remind_reached(c, &engine, at(when), &rung) ? rung.name : "-";
}

static const char *escalates(const struct ed_clock *c, const char *when)
{
	static struct ed_reached rung;

	return ed_overdue_reached(c, &engine, at(when), &rung) ? rung.name : "-";
}

#define WORK (state.visits[0]->clock)

static void ladder(void)
{
	struct ed_pause pause = {at("2026-03-11T09:00:00+05:00"), ED_TIME_NONE};
	struct ed_reached rung;
	char name[40];

	begin(steps);
	is_int(WORK->due, at("2026-03-12T23:59:59+05:00"), "due on Thursday the 12th");
	is_str(reminds(WORK, "2026-03-08T23:59:59+05:00"), "-", "the second before");
	is_str(reminds(WORK, "2026-03-09T00:00:00+05:00"), "-3wd", "Monday is 3wd before");
	is_str(reminds(WORK, "2026-03-10T23:59:59+05:00"), "-3wd", "until the next");
	is_str(reminds(WORK, "2026-03-11T00:00:00+05:00"), "-1d", "the day before");
	is_str(reminds(WORK, "2026-03-12T00:00:00+05:00"), "due", "the day itself");
	is_str(reminds(WORK, "2026-03-12T23:59:59+05:00"), "due", "to its end");
	is_str(reminds(WORK, "2026-03-13T00:00:00+05:00"), "+1wd", "Friday");
	is_str(reminds(WORK, "2026-03-15T23:59:59+05:00"), "+1wd", "no day off counts");
	is_str(reminds(WORK, "2026-03-16T00:00:00+05:00"), "+2wd", "Monday");
	is_str(reminds(WORK, "2026-03-27T12:00:00+05:00"), "+11wd", "and so on");
	ok(ed_remind_reached(WORK, &engine, at("2026-03-27T12:00:00+05:00"), &rung) &&
	           rung.at == at("2026-03-27T00:00:00+05:00"),
	   "at the first moment of its day");
	is_str(reminds(WORK, "2027-03-27T12:00:00+05:00"), "+210wd",
	       "the last one that the calendar can tell");
	is_str(escalates(WORK, "2026-03-12T23:59:59+05:00"), "-", "the last second is in time");
	is_str(escalates(WORK, "2026-03-13T00:00:00+05:00"), "overdue", "the one after is not");
	is_str(escalates(WORK, "2026-03-16T23:59:59+05:00"), "overdue", "until two working days");
	is_str(escalates(WORK, "2026-03-17T00:00:00+05:00"), "overdue+2wd", "after that day");
	is_str(escalates(WORK, "2026-03-19T00:00:00+05:00"), "overdue+4wd", "and again");
	is_str(reminds(&state.clocks[0], "2026-03-14T23:59:59+05:00"), "-", "the case's term");
	is_str(reminds(&state.clocks[0], "2026-03-15T00:00:00+05:00"), "-5d",
	       "has reminders of its own, on a Sunday too");
	is_str(escalates(&state.clocks[0], "2026-06-15T00:00:00+05:00"), "-", "and no others");
	is_int(ed_remind_rung(WORK, &engine, 0, name), at("2026-03-09T00:00:00+05:00"),
	       "the first rung's time");
	is_str(name, "-3wd", "and name");
	is_int(ed_remind_rung(WORK, &engine, 3, name), at("2026-03-13T00:00:00+05:00"),
	       "the first time of what comes again");
	is_str(name, "+1wd..", "as the route writes it");
	WORK->pauses = &pause;
	WORK->n_pauses = 1;
	ok(!ed_clock_compute(&engine, &state, WORK, &err), "stopped");
	is_str(reminds(WORK, "2026-03-20T00:00:00+05:00"), "-", "a clock that stands is silent");
	is_str(escalates(WORK, "2026-03-20T00:00:00+05:00"), "-", "to those above, too");
	is_int(ed_remind_rung(WORK, &engine, 0, name), ED_TIME_NONE, "and has no rungs");
	/* It stopped after its last day: late all the same, and silent. */
	pause.from = at("2026-03-13T09:00:00+05:00");
	ok(!ed_clock_compute(&engine, &state, WORK, &err) && WORK->due != ED_TIME_NONE,
	   "stopped too late");
	is_str(escalates(WORK, "2026-03-20T00:00:00+05:00"), "-", "it stands");
	pause.to = at("2026-03-18T09:00:00+05:00");
	is_str(escalates(WORK, "2026-03-20T00:00:00+05:00"), "overdue+4wd", "it runs");
	WORK->done = at("2026-03-19T00:00:00+05:00");
	is_str(reminds(WORK, "2026-03-20T00:00:00+05:00"), "-", "what is done needs no reminder");
}

static void months(void)
{
	begin("steps:\n"
	      "  - {id: work, do: execute, by: w, within: 26d, remind: [+1mo..]}\n" ARCHIVE);
	is_int(WORK->due, at("2026-03-31T23:59:59+05:00"), "due on the 31st");
	is_str(reminds(WORK, "2026-04-29T23:59:59+05:00"), "-", "no month has passed");
	is_str(reminds(WORK, "2026-04-30T00:00:00+05:00"), "+1mo", "April has 30 days");
	is_str(reminds(WORK, "2026-05-30T23:59:59+05:00"), "+1mo", "May");
	is_str(reminds(WORK, "2026-05-31T00:00:00+05:00"), "+2mo", "has 31");
}

/* ---- what is written wrong ---- */

static void bad(const char *key, const char *word)
{
	const char *text = ed_arena_printf(
	        arena, "steps:\n  - {id: work, do: execute, by: w, within: 5wd, %s}\n" ARCHIVE,
	        key);
	struct ed_route *route;
	bool read = read_route(text, &route);

	ok(!read && err.code == EDOC_ERR_INPUT && strstr(err.msg, word), "%s: %s", key, err.msg);
	ok(strstr(err.where, "r:14:") != NULL, "  at %s", err.where);
}

static void good(const char *key)
{
	const char *text = ed_arena_printf(
	        arena, "steps:\n  - {id: work, do: execute, by: w, within: 5wd, %s}\n" ARCHIVE,
	        key);
	struct ed_route *route;

	ok(read_route(text, &route), "%s %s", key, err.msg);
}

static void refusals(void)
{
	static const char *const instead[] = {
	        "steps:\n  - {id: work, do: execute, by: w, remind: [due]}\n" ARCHIVE,
	        "steps:\n  - {id: work, do: execute, by: w, overdue: {escalate: h}}\n" ARCHIVE,
	        "steps:\n  - {id: s, do: send, by: w, to: h, within: 1d, remind: [due]}\n" ARCHIVE,
	        "steps:\n  - {id: s, do: receive, by: w, within: 1d, overdue: {escalate: "
	        "h}}\n" ARCHIVE,
	        "clocks: {a: {within: 5d, stops-at: archive, remind: [soon]}}\nsteps:\n" ARCHIVE,
	        "clocks: {a: {within: 5d, stops-at: archive, overdue: {escalate: i}}}\n"
	        "steps:\n" ARCHIVE,
	        "clocks: {a: {within: 5d, stops-at: archive, notify: h}}\nsteps:\n" ARCHIVE,
	        "steps:\n  - {id: c, do: choose, notify: h, cases: [{then: archive}]}\n" ARCHIVE};
	struct ed_route *route;
	char many[200] = "remind: [";

	good("remind: [due]");
	good("remind: [-3wd, -1d, due, +1d, +1mo..]");
	good("remind: [+1wd..]");
	bad("remind: due", "is a list");
	bad("remind: []", "is a list");
	bad("remind: [soon]", "no reminder");
	bad("remind: [3wd]", "no reminder");
	bad("remind: [-3]", "no reminder");
	bad("remind: [-0wd]", "no reminder");
	bad("remind: [--3wd]", "no reminder");
	bad("remind: [-3wd..]", "no reminder");
	bad("remind: [due..]", "no reminder");
	bad("remind: [+..]", "no reminder");
	bad("remind: [+1wd...]", "no reminder");
	bad("remind: [+12345678901234567890wd]", "no reminder");
	bad("remind: [[due]]", "no reminder");
	bad("remind: [due, due]", "order of time");
	bad("remind: [due, -1wd]", "order of time");
	bad("remind: [-1wd, -3wd]", "order of time");
	bad("remind: [+3wd, +1wd]", "order of time");
	bad("remind: [-1wd, -1wd]", "order of time");
	bad("remind: [+1wd.., +5wd]", "again and again");
	for (int i = 17; i > 0; i--)
		sprintf(many + strlen(many), "-%dd%s", i, i > 1 ? ", " : "]");
	bad(many, "at most 16");
	good("overdue: {escalate: h}");
	good("overdue: {escalate: [h, c], again: 1wd}");
	bad("overdue: h", "is written");
	bad("overdue: {again: 1wd}", "\"escalate\" is missing");
	bad("overdue: {escalate: []}", "a role");
	bad("overdue: {escalate: head}", "no role \"head\"");
	bad("overdue: {escalate: [h, hh]}", "no role \"hh\"");
	bad("overdue: {escalate: [h, h]}", "twice");
	bad("overdue: {escalate: i}", "is in none");
	bad("overdue: {escalate: h, again: 1}", "no term");
	bad("overdue: {escalate: h, agin: 1wd}", "agin");
	good("notify: c");
	good("notify: initiator");
	good("notify: [c, h]");
	good("outcomes: {executed: {notify: [h, initiator]}}");
	good("extend: {by: h, more: 2wd, notify: initiator}");
	bad("notify: [c, c]", "twice");
	bad("notify: nobody", "no role \"nobody\"");
	bad("notify: {c: h}", "a role, or a list");
	bad("notify: i", "is in none");
	bad("outcomes: {executed: {notify: x}}", "no role \"x\"");
	bad("extend: {by: h, more: 2wd, notify: x}", "no role \"x\"");
	for (size_t i = 0; i < sizeof(instead) / sizeof(*instead); i++) {
		bool read = read_route(instead[i], &route);

		ok(!read && strchr(err.where, ':'), "refused: %s: %s", err.where, err.msg);
	}
	begin("steps:\n  - {id: look, do: review, by: w, within: 5wd}\n" ARCHIVE);
	ok(engine.route->body.steps[0].outcomes[1].notify.n == 1 &&
	           engine.route->body.steps[0].outcomes[1].notify.v[0]->initiator,
	   "a refusal that the route does not write tells whoever began it");
	begin("fields: {to: {type: agencies}}\n"
	      "steps:\n  - {id: all, do: each, in: to, within: 5wd, overdue: {escalate: h}, step: "
	      "{do: agree, by: i, notify: i}}\n" ARCHIVE);
	ok(engine.route->body.steps[0].clock.reminders.escalate.n == 1, "a join has a ladder, too");
}

/* ---- what is odd ---- */

static void lint(const char *key, const char *codes)
{
	const char *text = ed_arena_printf(
	        arena, "steps:\n  - {id: work, do: execute, by: w, %s}\n" ARCHIVE, key);
	struct ed_findings list;
	struct ed_route *route;
	char got[200] = "";

	ed_findings_init(&list, arena);
	if (read_route(text, &route))
		is_ok(ed_route_lint(route, "r", &list, &err), &err, "lint runs");
	else
		snprintf(got, sizeof(got), "%.150s", err.msg);
	for (size_t i = 0; i < list.n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s %s", i ? ", " : "",
		         list.v[i].code + 6, list.v[i].args[1] ? list.v[i].args[1] : "-");
	is_str(got, codes, key);
}

static void odd(void)
{
	lint("within: 5wd, remind: [-4wd]", "");
	lint("within: 5wd, remind: [-5wd]", "R011 -5wd");
	lint("within: 5wd, remind: [-9wd, -4wd, due, +9wd]", "R011 -9wd");
	lint("within: 5wd, remind: [-6d]", "");
	lint("within: 5wd, remind: [-7d]", "R011 -7d");
	lint("within: 15d, remind: [-14wd]", "");
	lint("within: 15d, remind: [-15wd]", "R011 -15wd");
	lint("within: 1mo, remind: [-30d]", "");
	lint("within: 1mo, remind: [-31d]", "R011 -31d");
	lint("within: 15d, remind: [-1mo]", "R011 -1mo");
	lint("within: 5wd, overdue: {escalate: h}", "");
	lint("within: 5wd, overdue: {escalate: w}", "R052 w");
	lint("within: 5wd, overdue: {escalate: [h, w]}", "R052 w");
	lint("within: 5wd, overdue: {escalate: w2}", "R052 w2");
	lint("within: 5wd, outcomes: {executed: {}, impossible: {end: not-done, reason: required}}",
	     "R030 impossible");
	lint("within: 5wd, outcomes: {executed: {}, impossible: {end: x, reason: required, notify: "
	     "[h, c]}}",
	     "");
	lint("within: 5wd, outcomes: {executed: {end: refused}, ok: {}}", "R030 executed");
	lint("within: 5wd, outcomes: {executed: {end: refused, notify: initiator}, ok: {}}", "");
	lint("within: 5wd, outcomes: {executed: {end: refused, notify: h}, ok: {}}",
	     "R030 executed");
}

int main(void)
{
	struct ed_calendar *calendar;
	struct ed_zone *zone = NULL;

	arena = ed_arena_new();
	engine.arena = arena;
	if (!is_ok(ed_calendar_parse(calendar_text, sizeof(calendar_text) - 1, "c", arena,
	                             &calendar, &err),
	           &err, "a calendar") ||
	    !is_ok(ed_zone_load(NULL, "Asia/Dushanbe", &zone, &err), &err, "a zone"))
		return done();
	engine.calendar = calendar;
	engine.zone = zone;
	ladder();
	months();
	refusals();
	odd();
	ed_zone_free(zone);
	ed_arena_free(arena);
	return done();
}
