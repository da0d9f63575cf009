/* SPDX-License-Identifier: ISC */
/* route/clock, clockdef: what happens to a term under way. */
#include "../tap.h"
#include "route/decide.h"
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
        "  h: {agency: a, post: h}\n"
        "  c: {party: initiator}\n";
static const char steps[] =
        "clocks:\n"
        "  answer: {from: received, within: 15d, stops-at: reply,\n"
        "           extend: {by: h, to: 1mo, reason: [study, papers]}}\n"
        "steps:\n"
        "  - {id: work, do: execute, by: w, within: 3wd,\n"
        "     extend: {by: h, more: 5wd, times: 2}, stop-on: [papers, court], stop-by: h}\n"
        "  - {id: reply, do: sign, by: h, within: 1wd, end: answered}\n";

static bool read_route(const char *text, struct ed_route **route)
{
	const char *whole = ed_arena_printf(arena, "%s%s", head, text);

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

/* The rule that the act breaks, or NULL: it is done. */
static const char *moves(const char *event, const char *timer, const char *step,
                         const struct ed_extension *extension, const char *when)
{
	struct ed_decision j = {.engine = &engine, .state = &state};

	j.act = (struct ed_asked){.event = event,
	                          .timer = timer,
	                          .step = step,
	                          .extension = extension,
	                          .time = at(when)};
	if (!ed_check_clock_act(&j) || j.rule)
		return j.which ? j.which : j.rule;
	return ed_apply_clock_act(&j, &state) ? j.rule : "lost";
}

static const char *due(const struct ed_clock *c)
{
	static char text[ED_TIME_STR];

	if (c->due == ED_TIME_NONE)
		return "-";
	ed_time_format(text, c->due);
	return text;
}

#define WORK (state.visits[0]->clock)
#define ANSWER (&state.clocks[0])

static void extend(void)
{
	const struct ed_extension five = {ED_EXTEND_BY, {ED_TERM_WORKING_DAYS, 5}};
	const struct ed_extension two = {ED_EXTEND_BY, {ED_TERM_WORKING_DAYS, 2}};
	const struct ed_extension six = {ED_EXTEND_BY, {ED_TERM_WORKING_DAYS, 6}};
	const struct ed_extension days = {ED_EXTEND_BY, {ED_TERM_DAYS, 2}};
	const struct ed_extension month = {ED_EXTEND_TO, {ED_TERM_MONTHS, 1}};
	const struct ed_extension year = {ED_EXTEND_TO, {ED_TERM_MONTHS, 12}};

	begin(steps);
	is_str(due(WORK), "2026-03-10T18:59:59Z", "three working days");
	is_str(due(ANSWER), "2026-03-20T18:59:59Z", "fifteen days for the whole case");
	is_str(moves("clock.extended", "answer", NULL, &year, "2026-03-10T09:00:00+05:00"),
	       "route.extension", "not more than the route gives");
	is_str(moves("clock.extended", "answer", NULL, &five, "2026-03-10T09:00:00+05:00"),
	       "route.extension", "nor in another way");
	is_str(moves("clock.extended", "answer", NULL, NULL, "2026-03-10T09:00:00+05:00"), NULL,
	       "what the route gives");
	is_str(due(ANSWER), "2026-04-06T18:59:59Z", "a month in all, Sunday rolled on");
	is_str(moves("clock.extended", "answer", NULL, &month, "2026-03-11T09:00:00+05:00"),
	       "route.times", "once");
	is_str(moves("clock.extended", NULL, "work", &six, "2026-03-10T09:00:00+05:00"),
	       "route.extension", "6wd of 5wd");
	is_str(moves("clock.extended", NULL, "work", &days, "2026-03-10T09:00:00+05:00"),
	       "route.extension", "other days");
	is_str(moves("clock.extended", NULL, "work", &two, "2026-03-10T23:59:59+05:00"), NULL,
	       "in the last second");
	is_str(due(WORK), "2026-03-12T18:59:59Z", "two more");
	ok(state.open[0]->due == WORK->due, "the step is due then");
	is_str(moves("clock.extended", NULL, "work", &five, "2026-03-13T00:00:00+05:00"),
	       "route.clock-over", "a second too late");
	is_str(moves("clock.extended", NULL, "work", NULL, "2026-03-12T09:00:00+05:00"), NULL,
	       "the most, unsaid");
	is_str(due(WORK), "2026-03-19T18:59:59Z", "five more");
	is_str(moves("clock.extended", NULL, "work", &two, "2026-03-12T10:00:00+05:00"),
	       "route.times", "twice");
}

static void stand(void)
{
	begin(steps);
	is_str(moves("clock.resumed", NULL, "work", NULL, "2026-03-05T10:00:00+05:00"),
	       "route.clock-runs", "what runs is not resumed");
	is_str(moves("clock.stopped", NULL, "work", NULL, "2026-03-06T10:00:00+05:00"), NULL,
	       "stopped on Friday");
	is_str(due(WORK), "-", "no end while it stands");
	ok(ed_clock_stands(WORK) && state.open[0]->due == ED_TIME_NONE, "nor of the step");
	is_str(moves("clock.stopped", NULL, "work", NULL, "2026-03-06T10:00:00+05:00"),
	       "route.clock-stands", "what stands is not stopped");
	is_str(moves("clock.resumed", NULL, NULL, NULL, "2026-03-11T10:00:00+05:00"), NULL,
	       "resumed on Wednesday");
	is_str(due(WORK), "2026-03-12T18:59:59Z", "Monday and Tuesday did not count");
	is_str(moves("clock.stopped", NULL, "work", NULL, "2026-03-13T00:00:00+05:00"),
	       "route.clock-over", "a stop does not mend what is late");
	is_str(moves("clock.stopped", "answer", NULL, NULL, "2026-03-06T10:00:00+05:00"),
	       "route.clock-none", "a term that may not be stopped");
	is_str(moves("clock.stopped", NULL, "reply", NULL, "2026-03-06T10:00:00+05:00"),
	       "route.clock-unknown", "a step that is not open");
	is_str(moves("clock.extended", NULL, NULL, NULL, "2026-03-06T10:00:00+05:00"),
	       "--clock answer, --step work", "two may be meant");
	is_str(moves("clock.extended", "reply", NULL, NULL, "2026-03-06T10:00:00+05:00"),
	       "route.clock-unknown", "no such clock");
}

static void ends(void)
{
	struct ed_flow flow = {
	        .engine = &engine, .state = &state, .now = at("2026-03-06T09:00:00+05:00")};
	struct ed_state copy, kept;

	begin(steps);
	kept = state;
	ok(ed_state_copy(&copy, &state, 1, arena), "a copy");
	state = copy;
	moves("clock.stopped", NULL, "work", NULL, "2026-03-06T10:00:00+05:00");
	moves("clock.extended", "answer", NULL, NULL, "2026-03-06T10:00:00+05:00");
	state = kept;
	ok(!ed_clock_stands(WORK) && !ANSWER->n_extensions, "does not move the first one's clocks");
	ed_flow_close(&flow, state.open[0], &state.open[0]->step->outcomes[0]);
	ok(WORK->done == flow.now && ANSWER->done == ED_TIME_NONE, "the step's term is over");
	is_str(moves("clock.stopped", NULL, "work", NULL, "2026-03-06T10:00:00+05:00"),
	       "route.clock-unknown", "and is moved no more");
	ed_flow_close(&flow, state.open[0], &state.open[0]->step->outcomes[0]);
	ok(ANSWER->done == flow.now, "the reply ends the case's term");
}

static void bad(const char *text, const char *word)
{
	struct ed_route *route;
	bool fine = read_route(text, &route);

	if (!ok(!fine && strstr(err.msg, word), "refused: %s", word))
		printf("# %s: %s\n", err.where, fine ? "accepted" : err.msg);
	ok(fine || !strncmp(err.where, "r:1", 3), "  with its place: %s", err.where);
}

#define S(more) "steps:\n  - {id: a, do: archive, by: w, end: e, " more "}\n"
#define C(clock) "clocks: {x: " clock "}\n" S("within: 1d")

static void refusals(void)
{
	bad(S("extend: {by: h, to: 1mo}"), "nothing to extend");
	bad(S("within: 5d, extend: {by: h}"), "one of the two");
	bad(S("within: 5d, extend: {by: h, to: 9d, more: 3d}"), "one of the two");
	bad(S("within: 5d, extend: {by: h, to: 5d}"), "no more than");
	bad(S("within: 5d, extend: {to: 6d}"), "\"by\" is missing");
	bad(S("within: 5d, extend: {by: x, to: 6d}"), "no role \"x\"");
	bad(S("within: 5d, extend: {by: h, to: soon}"), "no term");
	bad(S("within: 5d, extend: {by: h, to: 6d, times: 0}"), "times");
	bad(S("within: 5d, extend: {by: h, to: 6d, before: never}"), "due");
	bad(S("within: 5d, extend: {by: h, to: 6d, reason: []}"), "list");
	bad(S("within: 5d, extend: {by: h, up: 6d}"), "unknown key");
	bad(S("within: 5d, extend: yes"), "is written");
	bad(S("stop-on: [court]"), "no term to stop");
	bad(S("within: 5d, stop-by: h"), "for which reasons");
	bad(S("within: 5d, stop-on: [court, court]"), "twice");
	bad(C("{within: 5d}"), "stops-at");
	bad(C("{stops-at: a}"), "\"within\" is missing");
	bad(C("{within: 5d, stops-at: b}"), "no step \"b\"");
	bad(C("{within: 5d, stops-at: a, from: opened}"), "received");
	bad(C("{within: 5d, stops-at: a, stop-on: [court]}"), "stop-by: ROLE");
	bad(C("15d"), "a clock is written");
	bad("withdraw: {by: x}\n" S("within: 1d"), "no role");
	bad("withdraw: {by: c, before: z}\n" S("within: 1d"), "no step \"z\"");
	bad("withdraw: {by: c, reason: []}\n" S("within: 1d"), "list");
	bad("withdraw: {before: a}\n" S("within: 1d"), "\"by\" is missing");
	bad("withdraw: yes\n" S("within: 1d"), "is written");
	bad("clocks: {}\n" S("within: 1d"), "names to");
}

int main(void)
{
	struct ed_calendar *calendar;
	struct ed_zone *zone;

	arena = ed_arena_new();
	if (ed_calendar_parse(calendar_text, strlen(calendar_text), "c", arena, &calendar, &err) ||
	    ed_zone_load(NULL, "Asia/Dushanbe", &zone, &err)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		return 1;
	}
	engine = (struct ed_engine){.calendar = calendar, .zone = zone, .arena = arena};
	extend();
	stand();
	ends();
	refusals();
	ed_zone_free(zone);
	ed_arena_free(arena);
	return done();
}
