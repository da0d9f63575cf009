/* SPDX-License-Identifier: ISC */
/* route/flow: where a case goes, without people: an act is "path=outcome". */
#include "route/flow.h"

#include "../tap.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_engine engine;
static struct ed_state state;
static json_t *fields;
static const char *told; /* the first fault */

static const char head[] =
        "format: edoc-route/1\nroute: t.test\nversion: 1\ntitle: {en: T}\ncalendar: xx\n"
        "zone: Asia/Dushanbe\nbasis: a law\n"
        "fields:\n"
        "  ict: {type: boolean}\n"
        "  sum: {type: integer}\n"
        "  day: {type: date}\n"
        "  kind: {type: choice, values: [a, b, c]}\n"
        "  bodies: {type: agencies}\n"
        "roles:\n"
        "  w: {post: w}\n"
        "  local: {agency: $item, post: w}\n"
        "steps:\n";

static const char calendar_text[] =
        "format: edoc-calendar/1\ncalendar: xx\nissued-by: us\nbasis: law\ndate: 2026-01-01\n"
        "covers: [2026, 2026]\nweekend: [sat, sun]\n";

static void note(void *arg, const char *rule, const char *a0, const char *a1)
{
	(void)arg;
	if (!told)
		told = ed_arena_printf(arena, "%s %s %s", rule, a0 ? a0 : "-", a1 ? a1 : "-");
}

static struct ed_flow flow_at(int64_t hours)
{
	return (struct ed_flow){.engine = &engine,
	                        .state = &state,
	                        .now = 1772683869 + 3600 * hours, /* Thu 5 Mar 2026 */
	                        .fault = note};
}

static bool read_route(const char *steps, struct ed_route **route)
{
	const char *text = ed_arena_printf(arena, "%s%s", head, steps);

	return ed_route_parse(text, strlen(text), "r", arena, route, &err) == EDOC_OK;
}

/* Begins a case of a route with these steps and fields. */
static void begin(const char *steps, const char *values)
{
	struct ed_flow flow = flow_at(0);
	struct ed_route *route;

	if (!read_route(steps, &route)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		exit(1);
	}
	engine.route = route;
	json_decref(fields);
	fields = json_loads(values ? values : "{}", 0, NULL);
	ed_state_init(&state);
	state.phase = ED_PHASE_RUNNING;
	state.submitted = state.received = flow.now;
	state.fields = fields;
	told = NULL;
	ed_flow_begin(&flow);
}

static void act(const char *what)
{
	struct ed_flow flow = flow_at(1);
	const char *equals = strchr(what, '=');
	const char *path = ed_arena_printf(arena, "%.*s", (int)(equals - what), what);
	struct ed_visit *v = ed_state_open(&state, path);

	if (!v || !ed_route_outcome(v->step, equals + 1)) {
		ok(false, "%s: there is no such step or outcome", what);
		return;
	}
	ed_flow_close(&flow, v, ed_route_outcome(v->step, equals + 1));
}

static const char *standing(void)
{
	const char *s = "";

	if (state.phase == ED_PHASE_ENDED)
		return ed_arena_printf(arena, "%sended %s", state.n_open ? "open and " : "",
		                       state.end);
	for (size_t i = 0; i < state.n_open; i++)
		s = ed_arena_printf(arena, "%s%s%s", s, i ? " " : "", state.open[i]->path);
	return s;
}

/* Acts, blanks between them, then where the case stands. */
static void plays(const char *name, const char *steps, const char *values, const char *acts,
                  const char *want)
{
	char *copy = strdup(acts), *save = NULL;

	begin(steps, values);
	for (char *a = strtok_r(copy, " ", &save); a; a = strtok_r(NULL, " ", &save))
		act(a);
	is_str(standing(), want, name);
	if (told && !strstr(name, "fault"))
		ok(false, "%s: %s", name, told);
	free(copy);
}

#define LAST "  - {id: last, do: archive, by: w, end: done}\n"
#define THREE "branches: {a: {do: agree, by: w}, b: {do: agree, by: w}, c: {do: agree, by: w}}"

static void joins(void)
{
	static const char all[] = "  - {id: p, do: parallel, " THREE "}\n" LAST;
	static const char two[] = "  - {id: p, do: parallel, " THREE ", join: {pass: 2}}\n" LAST;
	static const char finish[] =
	        "  - {id: p, do: parallel, " THREE ", join: {pass: 1, rest: finish}}\n" LAST;
	static const char part[] =
	        "  - {id: p, do: parallel, " THREE ", join: {pass: \"60%\"}}\n" LAST;
	static const char must[] =
	        "  - {id: p, do: parallel, " THREE ", join: {pass: 1, must: [b]}}\n" LAST;
	static const char veto[] =
	        "  - {id: p, do: parallel, " THREE ", join: {pass: 1, refuse: [b]}}\n" LAST;
	static const char any[] =
	        "  - {id: p, do: parallel, " THREE
	        ", join: {pass: 1, refuse: any},\n     outcomes: {agreed: {}, "
	        "refused: {then: back}}}\n" LAST "  - {id: back, do: edit, by: w, end: back}\n";

	plays("WCP-2: all are open at once", all, NULL, "", "p/a p/b p/c");
	plays("WCP-3: two of three wait for the third", all, NULL, "p/a=agreed p/c=agreed", "p/b");
	plays("the last one joins", all, NULL, "p/a=agreed p/c=agreed p/b=agreed", "last");
	plays("all: one refusal refuses, the rest is cancelled", all, NULL, "p/b=refused",
	      "ended refused");
	plays("WCP-32: two are enough", two, NULL, "p/a=agreed p/b=agreed", "last");
	ok(state.visits[3]->cancelled && !strcmp(state.visits[3]->path, "p/c"),
	   "  the third is cancelled");
	plays("one refusal does not decide", two, NULL, "p/a=refused", "p/b p/c");
	plays("a second does: two can not be reached", two, NULL, "p/a=refused p/b=refused",
	      "ended refused");
	plays("WCP-9: one is enough, the rest is finished", finish, NULL, "p/b=agreed",
	      "p/a p/c last");
	plays("for nothing", finish, NULL, "p/b=agreed p/a=refused p/c=refused", "last");
	plays("the case ends over the rest", finish, NULL, "p/b=agreed last=archived",
	      "ended done");
	plays("60% of three are two", part, NULL, "p/b=agreed", "p/a p/c");
	plays("60% of three are two", part, NULL, "p/b=agreed p/c=agreed", "last");
	plays("who must agree has not yet", must, NULL, "p/a=agreed p/c=agreed", "p/b");
	plays("who must agree refuses", must, NULL, "p/a=agreed p/b=refused", "ended refused");
	plays("who must agree agrees", must, NULL, "p/b=agreed", "last");
	plays("a veto", veto, NULL, "p/b=refused", "ended refused");
	plays("no veto", veto, NULL, "p/a=refused p/c=refused", "p/b");
	plays("any refusal sends back", any, NULL, "p/c=refused", "back");
	ok(state.visits[0]->outcome && !strcmp(state.visits[0]->outcome, "refused"),
	   "  the join came to its second outcome");
}

static void branches(void)
{
	static const char deep[] =
	        "  - id: p\n    do: parallel\n    branches:\n"
	        "      a: {steps: [{id: x, do: review, by: w}, {id: y, do: agree, by: w}]}\n"
	        "      b: {do: parallel, branches: {c: {do: agree, by: w}, d: {do: agree, by: "
	        "w}},\n"
	        "          join: {pass: 1}}\n" LAST;
	static const char leaves[] =
	        "  - id: p\n    do: parallel\n    branches:\n"
	        "      a: {steps: [{id: x, do: review, by: w, outcomes: {on: {}, enough: {leave: "
	        "pass},\n             no: {leave: refuse}, off: {end: off}}}, {id: y, do: agree, "
	        "by: "
	        "w}]}\n"
	        "      b: {do: agree, by: w}\n"
	        "    join: {pass: 1, rest: finish}\n" LAST;
	static const char some[] = "  - {id: p, do: parallel, branches: {a: {do: agree, by: w, if: "
	                           "{field: ict, is: yes}}, b: {do: agree, by: w}}}\n" LAST;
	static const char loop[] =
	        "  - {id: p, do: parallel, times: 2, branches: {a: {do: agree, by: w}, b: {do: "
	        "agree, by: w}},\n     outcomes: {agreed: {}, refused: {then: back}}}\n" LAST
	        "  - {id: back, do: edit, by: w, then: p}\n";

	plays("steps and joins in branches", deep, NULL, "", "p/a/x p/b/c p/b/d");
	plays("a branch goes on by itself", deep, NULL, "p/a/x=reviewed", "p/b/c p/b/d p/a/y");
	plays("a join in a join", deep, NULL, "p/b/d=agreed", "p/a/x");
	plays("both", deep, NULL, "p/b/d=agreed p/a/x=reviewed p/a/y=agreed", "last");
	plays("refused inside is refused above", deep, NULL, "p/a/x=refused", "ended refused");
	plays("leave: pass", leaves, NULL, "p/a/x=enough", "p/b last");
	plays("leave: refuse", leaves, NULL, "p/a/x=no", "p/b");
	plays("WCP-43: an end in a branch ends all", leaves, NULL, "p/a/x=off", "ended off");
	plays("but not from a rest that nobody waits for", leaves, NULL, "p/b=agreed p/a/x=off",
	      "last");
	plays("WCP-6: a branch that has a condition", some, "{\"ict\":true}", "", "p/a p/b");
	plays("WCP-7: the join counts what was opened", some, "{\"ict\":false}", "p/b=agreed",
	      "last");
	plays("a field that the case does not have", some, NULL, "", "p/b");
	plays("WCP-10: back and again", loop, NULL, "p/a=refused back=edited p/a=agreed", "p/b");
	is_int(state.open[0]->visit, 2, "  second visit");
	plays("times of a join: a fault", loop, NULL,
	      "p/a=refused back=edited p/a=refused back=edited", "p/a p/b");
	is_str(told, "route.times p 2", "  which rule");
}

static void each(void)
{
	static const char plain[] =
	        "  - {id: ask, do: each, in: bodies, step: {do: execute, by: local}}\n" LAST;
	static const char steps[] =
	        "  - {id: ask, do: each, in: bodies, join: {pass: 2, must: [adliya]},\n"
	        "     steps: [{id: take, do: acknowledge, by: local}, {id: work, do: agree, by: "
	        "local}]}\n" LAST;

	plays("WCP-14: as many as the case names", plain, "{\"bodies\":[\"moliya\",\"adliya\"]}",
	      "", "ask/moliya ask/adliya");
	is_str(ed_visit_role(state.open[1]).agency, "adliya", "  each at its agency");
	plays("all of them", plain, "{\"bodies\":[\"moliya\",\"adliya\"]}",
	      "ask/adliya=executed ask/moliya=executed", "last");
	plays("none: nothing to wait for", plain, NULL, "", "last");
	plays("several steps each", steps, "{\"bodies\":[\"moliya\",\"adliya\",\"sogliq\"]}",
	      "ask/moliya/take=acknowledged ask/moliya/work=agreed "
	      "ask/sogliq/take=acknowledged ask/sogliq/work=agreed",
	      "ask/adliya/take");
	plays("WCP-35: enough, and who must", steps,
	      "{\"bodies\":[\"moliya\",\"adliya\",\"sogliq\"]}",
	      "ask/moliya/take=acknowledged ask/moliya/work=agreed "
	      "ask/adliya/take=acknowledged ask/adliya/work=agreed",
	      "last");
	ok(ed_route_step(engine.route, "ask/sogliq/work") ==
	           ed_route_step(engine.route, "ask/moliya/work"),
	   "  one step, whatever it stands at");
}

static void choices(void)
{
	static const char by_sum[] =
	        "  - {id: c, do: choose, cases: [{if: {field: sum, below: 100}, then: small},\n"
	        "       {if: {any: [{field: kind, in: [b, c]}, {field: sum, at-least: 1000}]}, "
	        "end: "
	        "big},\n"
	        "       {then: last}]}\n"
	        "  - {id: small, do: sign, by: w}\n" LAST;
	static const char passed[] =
	        "  - {id: a, do: agree, by: w, if: {not: {field: day, below: 2026-03-01}}}\n"
	        "  - {id: b, do: agree, by: w, if: {all: [{field: ict, has: yes}, {field: ict, is: "
	        "no}]}}\n" LAST;
	static const char circle[] =
	        "  - {id: c, do: choose, cases: [{if: {field: sum, is: 1}, then: last}, {then: "
	        "c}]}\n" LAST;

	plays("WCP-4: the first case", by_sum, "{\"sum\":99}", "", "small");
	plays("the second", by_sum, "{\"sum\":100,\"kind\":\"c\"}", "", "ended big");
	plays("by number", by_sum, "{\"sum\":1000,\"kind\":\"a\"}", "", "ended big");
	plays("else", by_sum, "{\"sum\":999,\"kind\":\"a\"}", "", "last");
	plays("a step without its condition is passed over", passed,
	      "{\"day\":\"2026-02-28\",\"ict\":true}", "", "last");
	plays("on the day itself it is not", passed, "{\"day\":\"2026-03-01\"}", "", "a");
	plays("two conditions", passed, "{\"day\":\"2026-02-28\",\"ict\":false}", "", "b");
	plays("a circle of choices is a fault", circle, NULL, "", "");
	is_str(told, "route.target c c", "  which rule");
}

static void clocks(void)
{
	char text[ED_TIME_STR];

	begin("  - {id: p, do: parallel, within: 3wd, branches: {a: {do: agree, by: w}, b: {do: "
	      "agree, by: w, within: 1wd}, c: {steps: [{id: x, do: agree, by: w}]}}}\n" LAST,
	      NULL);
	ed_time_format(text, state.open[0]->due);
	is_str(text, "2026-03-10T18:59:59Z", "a branch has the term of the join");
	ok(state.open[0]->clock->visit == state.visits[0] &&
	           state.open[2]->clock == state.visits[0]->clock,
	   "  and its clock");
	ed_time_format(text, state.open[1]->due);
	is_str(text, "2026-03-06T18:59:59Z", "or its own");
	ok(ed_state_urgent(&state) == state.open[1], "which is due first");
}

static void copies(void)
{
	struct ed_state copy, kept;

	begin("  - {id: p, do: parallel, " THREE "}\n" LAST, NULL);
	kept = state;
	ok(ed_state_copy(&copy, &state, 0, arena), "a copy");
	state = copy;
	act("p/a=agreed");
	act("p/b=agreed");
	act("p/c=agreed");
	is_str(standing(), "last", "goes its own way");
	state = kept;
	is_str(standing(), "p/a p/b p/c", "the first one stands where it stood");
	ok(state.visits[1]->done == ED_TIME_NONE && !state.visits[0]->outcome, "untouched");
}

/* ---- what a route may not say ---- */

static void bad(const char *steps, const char *place, const char *word)
{
	struct ed_route *route;
	bool fine = read_route(steps, &route);

	if (!ok(!fine && strstr(err.msg, word), "refused: %s", word))
		printf("# %s: %s\n", err.where, fine ? "accepted" : err.msg);
	is_str(fine ? "" : err.where, place, "  where");
}

#define P "  - {id: p, do: parallel, "
#define TWO "branches: {a: {do: agree, by: w}, b: {do: agree, by: w}}"

static void refusals(void)
{
	bad(P "branches: {a: {do: agree, by: w}}}\n" LAST, "r:18:37", "two at least");
	bad(P TWO ", by: w}\n" LAST, "r:18:85", "unknown key");
	bad(P TWO ", join: {pass: 3}}\n" LAST, "r:18:98", "there are 2 branches");
	bad(P TWO ", join: {pass: 0}}\n" LAST, "r:18:98", "\"pass\" is");
	bad(P TWO ", join: {pass: \"101%\"}}\n" LAST, "r:18:98", "\"pass\" is");
	bad(P TWO ", join: {must: [d]}}\n" LAST, "r:18:99", "no branch \"d\"");
	bad(P TWO ", join: {refuse: none}}\n" LAST, "r:18:100", "\"refuse\" is");
	bad(P TWO ", join: {refuse: [a, a]}}\n" LAST, "r:18:104", "twice");
	bad(P TWO ", join: {rest: wait}}\n" LAST, "r:18:98", "cancel");
	bad(P TWO ", join: {quorum: 2}}\n" LAST, "r:18:92", "unknown key");
	bad(P TWO ", join: {silent: agree}}\n" LAST, "r:18:100", "needs a term");
	bad(P "branches: {a: {steps: [{id: s, do: review, by: w}]}, b: {do: agree, by: w}}, "
	      "within: 1d, join: {silent: agree}}\n" LAST,
	    "r:18:131", "several steps");
	bad(P TWO ", outcomes: {yes: {}, no: {end: n}, hm: {end: h}}}\n" LAST, "r:18:95",
	    "two outcomes");
	bad(P TWO ", outcomes: {yes: {}, no: {end: n, reason: required}}}\n" LAST, "r:18:126",
	    "gives the reason");
	bad(P "branches: {a: {id: z, do: agree, by: w}, b: {do: agree, by: w}}}\n" LAST, "r:18:46",
	    "lends its step the name");
	bad(P "branches: {a: {do: receive, by: w}, b: {do: agree, by: w}}}\n" LAST, "r:18:41",
	    "goes on by itself");
	bad(P "branches: {a: {do: send, by: w, to: w}, b: {do: agree, by: w}}}\n" LAST, "r:18:63",
	    "names no agency");
	bad("  - {id: s, do: send, by: w, to: local}\n" LAST, "r:18:34", "is in none");
	bad(P "branches: {a: {steps: []}, b: {do: agree, by: w}}}\n" LAST, "r:18:49", "a list");
	bad(P "branches: {a: [x], b: {do: agree, by: w}}}\n" LAST, "r:18:41", "a branch is");
	bad("  - {id: e, do: each, in: bodys, step: {do: agree, by: local}}\n" LAST, "r:18:27",
	    "no field \"bodys\"");
	bad("  - {id: e, do: each, in: sum, step: {do: agree, by: local}}\n" LAST, "r:18:27",
	    "type: agencies");
	bad("  - {id: e, do: each, in: bodies}\n" LAST, "r:18:5", "one of the two");
	bad("  - {id: e, do: agree, by: local}\n" LAST, "r:18:28", "is in none");
	bad("  - {id: c, do: choose, cases: [{then: last}]}\n" LAST, "r:18:32", "two at least");
	bad("  - {id: c, do: choose, cases: [{if: {field: ict, is: yes}, then: last}, {if: {field: "
	    "ict, is: no}, end: n}]}\n" LAST,
	    "r:18:74", "the last case");
	bad("  - {id: c, do: choose, cases: [{then: last}, {end: n}]}\n" LAST, "r:18:33",
	    "only the last case");
	bad("  - {id: a, do: agree, by: w, if: {field: itc, is: yes}}\n" LAST, "r:18:43",
	    "the nearest is ict");
	bad("  - {id: a, do: agree, by: w, if: {field: ict, is: maybe}}\n" LAST, "r:18:52",
	    "yes or no");
	bad("  - {id: a, do: agree, by: w, if: {field: ict, below: 3}}\n" LAST, "r:18:55",
	    "only numbers and days");
	bad("  - {id: a, do: agree, by: w, if: {field: kind, in: [a, d]}}\n" LAST, "r:18:53",
	    "one of the values");
	bad("  - {id: a, do: agree, by: w, if: {field: ict}}\n" LAST, "r:18:35",
	    "what is compared");
	bad("  - {id: a, do: agree, by: w, if: {field: sum, below: 1, above: 3}}\n" LAST, "r:18:65",
	    "one comparison at a time");
	bad("  - {id: a, do: agree, by: w, silent: agree}\n" LAST, "r:18:5", "needs a term");
	bad("  - {id: a, do: register, by: w, book: {name: b, number: \"{seq}\"}, within: 1d, "
	    "silent: refuse}\n" LAST,
	    "r:18:5", "second outcome");
	bad("  - {id: a, do: sign, by: w, within: 1d, silent: agree}\n" LAST, "r:18:5",
	    "silence makes no");
	bad("  - {id: a, do: review, by: w, within: 1d, document: reply, silent: agree}\n" LAST,
	    "r:18:5", "silence makes no");
	bad("  - {id: a, do: agree, by: w, within: 1d, silent: \"\"}\n" LAST, "r:18:51",
	    "one of: agree, refuse");
	bad(P "within: 1d, branches: {a: {do: sign, by: w}, b: {do: agree, by: w}}, join: {silent: "
	      "agree}}\n" LAST,
	    "r:18:111", "silence makes no");
	bad(P "branches: {a: {steps: [{id: x, do: agree, by: w, outcomes: {on: {leave: \"\"}}}]}, "
	      "b: {do: agree, by: w}}}\n" LAST,
	    "r:18:99", "one of: pass, refuse");
	bad("  - {id: a, do: agree, by: w, outcomes: {on: {leave: pass}}}\n" LAST, "r:18:54",
	    "only a branch is left");
}

/* Deep nesting is refused, not followed. */
static void depth(void)
{
	struct ed_buf b;
	struct ed_route *route;

	ed_buf_init(&b, 100000);
	ed_buf_puts(&b, head);
	ed_buf_puts(&b, "  - {id: p, ");
	for (int i = 0; i < 9; i++)
		ed_buf_puts(&b, "do: parallel, branches: {a: {do: agree, by: w}, b: {");
	ed_buf_puts(&b, "do: agree, by: w");
	for (int i = 0; i < 9; i++)
		ed_buf_puts(&b, "}}");
	ed_buf_puts(&b, "}\n" LAST);
	ok(ed_route_parse(b.data, b.len, "r", arena, &route, &err) && strstr(err.msg, "deep"),
	   "nine joins in each other: %s", err.msg);
	ed_buf_clear(&b);
}

/* ---- branches at other agencies ---- */

#define AWAY(join)                                                                                 \
	"  - {id: ask, do: each, in: bodies, within: 2d, " join ", steps: [{id: send, do: send, "  \
	"by: w, to: local, needs: receipt}, {id: op, do: agree, by: local, within: 1d}]}\n"         \
	"  - {id: last, do: archive, by: w, end: done}\n"

/* That branch is sent: the chain that it goes on as. */
static struct ed_state *sent(const char *path)
{
	struct ed_visit *v = ed_state_open(&state, path);
	struct ed_state *left = ed_arena_alloc(arena, sizeof(*left));
	struct ed_flow flow = flow_at(1);

	if (!v || !left || !ed_state_copy(left, &state, engine.route->n_clocks, arena)) {
		printf("Bail out! %s is not sent\n", path);
		exit(1);
	}
	ed_flow_leave(&flow, v, &v->step->outcomes[0], left);
	return left;
}

/* There it comes to that outcome, and comes back. */
static void answers(struct ed_state *there, size_t outcome)
{
	struct ed_flow flow = flow_at(2);
	struct ed_visit *v = there->open[0];

	flow.state = there;
	ed_flow_close(&flow, v, &v->step->outcomes[outcome]);
	flow.state = &state;
	ed_flow_return(&flow, there);
}

/* Whether silence may be said of it, and what follows. */
static bool unheard(int64_t after)
{
	struct ed_visit *v = ed_state_join(&state, "ask");
	struct ed_flow flow = flow_at(0);

	if (!v || !ed_visit_silent(v, v->due + after))
		return false;
	flow.now = v->due + after;
	ed_flow_silence(&flow, v);
	return true;
}

static void silence(void)
{
	static const char three[] = "{\"bodies\": [\"a\", \"b\", \"c\"]}";
	struct ed_state *a, *b, copy;

	begin(AWAY("join: {silent: agree}"), "{\"bodies\": [\"a\", \"b\"]}");
	ok(!unheard(1), "nothing is away: no silence");
	a = sent("ask/a/send");
	ok(!unheard(0), "not within the term");
	ok(unheard(1), "a second after it");
	is_str(standing(), "ask/b/send", "what was not sent is still waited for");
	ok(!ed_visit_misses(ed_state_join(&state, "ask")), "and nobody else");
	b = sent("ask/b/send");
	ok(ed_state_copy(&copy, &state, engine.route->n_clocks, arena) &&
	           ed_visit_misses(ed_state_join(&copy, "ask")),
	   "sent after the term: missed by a copy, too");
	answers(a, 1);
	is_str(standing(), "", "a refusal that comes after the silence changes nothing");
	answers(b, 0);
	is_str(standing(), "last", "the other is heard");

	begin(AWAY("join: {silent: refuse}"), "{\"bodies\": [\"a\", \"b\"]}");
	a = sent("ask/a/send");
	b = sent("ask/b/send");
	answers(a, 0);
	ok(unheard(1), "one of two has answered");
	is_str(standing(), "ended refused", "the other's silence refuses");
	answers(b, 0);
	is_str(standing(), "ended refused", "for good");

	begin(AWAY("join: {pass: 2, silent: agree}"), three);
	a = sent("ask/a/send");
	b = sent("ask/b/send");
	ok(unheard(1), "two of three");
	is_str(standing(), "last", "are enough, and cancel the third");
	ok(!ed_state_join(&state, "ask"), "the join is decided");

	begin(AWAY("join: {pass: 1, rest: finish, silent: agree}"), three);
	a = sent("ask/a/send");
	b = sent("ask/b/send");
	answers(a, 0);
	is_str(standing(), "ask/c/send last", "the rest is finished");
	ok(!unheard(1), "of a join that is decided there is no silence");

	begin(AWAY("join: {refuse: any}"), three);
	a = sent("ask/a/send");
	ok(!unheard(1), "nor where the route gives it no meaning");
	bad("  - {id: ask, do: each, in: bodies, join: {silent: agree}, steps: [{id: send, do: send, "
	    "by: w, to: local}, {id: op, do: agree, by: local}]}\n" LAST,
	    "r:18:52", "a term of its join");
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
	joins();
	branches();
	each();
	choices();
	clocks();
	copies();
	refusals();
	depth();
	silence();
	json_decref(fields);
	ed_zone_free(zone);
	ed_arena_free(arena);
	return done();
}
