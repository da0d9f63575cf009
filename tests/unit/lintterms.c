/* SPDX-License-Identifier: ISC */
/* route/lintterms: the terms of steps against the clocks of the law. */
#include "base/err.h"

#include "../tap.h"
#include "route/lint.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_calendar *calendar;
static struct ed_zone *zone;

/* Uzbekistan in 2026 as npm's date-holidays has it, by which the numbers that
 * are expected here were counted with another program. */
static const char calendar_text[] =
        "format: edoc-calendar/1\ncalendar: uz\nissued-by: us\nbasis: law\ndate: 2026-01-01\n"
        "covers: [2026, 2027]\nweekend: [sat, sun]\noff:\n"
        "  - {date: 2026-01-01, name: d, note: n}\n  - {date: 2026-03-08, name: d, note: n}\n"
        "  - {date: 2026-03-09, name: d, note: n}\n  - {date: 2026-03-20, name: d, note: n}\n"
        "  - {date: 2026-03-21, name: d, note: n}\n  - {date: 2026-03-23, name: d, note: n}\n"
        "  - {date: 2026-05-09, name: d, note: n}\n  - {date: 2026-05-11, name: d, note: n}\n"
        "  - {date: 2026-05-27, name: d, note: n}\n  - {date: 2026-09-01, name: d, note: n}\n"
        "  - {date: 2026-10-01, name: d, note: n}\n  - {date: 2026-12-08, name: d, note: n}\n"
        "  - {date: 2027-01-01, name: d, note: n}\n";

static const char head[] =
        "format: edoc-route/1\nroute: t.test\nversion: 1\ntitle: {en: T}\ncalendar: uz\n"
        "zone: Asia/Tashkent\nfields:\n  f: {type: boolean}\n"
        "roles:\n  a: {agency: x}\n  b: {agency: y}\n";

/* What lint says of it: "R040 answer 14 of 365 3 d, e.g. from 2026-03-12". */
static const char *says(const char *rest, const struct ed_calendar *by, int year)
{
	const char *text = ed_arena_printf(arena, "%s%s", head, rest), *list = "";
	struct ed_findings findings;
	struct ed_lint lint = {.where = "r", .findings = &findings};
	struct ed_route *route = NULL;

	memset(&err, 0, sizeof(err));
	ed_findings_init(&findings, arena);
	if (ed_route_parse(text, strlen(text), "r", arena, &route, &err) ||
	    ed_lint_terms(route, by, zone, year, &lint, &err))
		return ed_arena_printf(arena, "%s: %s", err.where, err.msg);
	for (size_t i = 0; i < findings.n; i++) {
		const struct edoc_finding *f = &findings.v[i];

		list = ed_arena_printf(arena, "%s%s%s", list, i ? "; " : "", f->code + 6);
		for (int k = 0; k < 3; k++)
			list = ed_arena_printf(arena, "%s %s", list, f->args[k]);
	}
	return list;
}

#define ANSWER "clocks: {answer: {from: received, within: 15d, stops-at: reply}}\nsteps:\n"
#define STEP(id, term) "  - {id: " id ", do: review, by: a, within: " term "}\n"
#define REPLY "  - {id: reply, do: sign, by: a, within: 1wd, end: done}\n"

static void lint(const char *rest, const char *want, const char *what)
{
	is_str(says(rest, calendar, 2026), want, what);
}

static void oracle(void)
{
	lint(ANSWER STEP("x", "8wd") REPLY, "", "nine working days always fit into fifteen days");
	lint(ANSWER STEP("x", "9wd") REPLY, "R040 answer 14 of 365 3 d, e.g. from 2026-03-12",
	     "ten do not on 14 days of the year");
	lint(ANSWER STEP("x", "10wd") REPLY, "R040 answer 112 of 365 5 d, e.g. from 2026-03-04",
	     "nor do eleven on 14 and 98");
	lint(ANSWER STEP("x", "12wd") REPLY, "R040 answer 365 of 365 7 d, e.g. from 2026-03-02",
	     "and thirteen never");
	lint(ANSWER
	     "  - {id: receipt, do: acknowledge, by: a, within: 1wd, from: received}\n"
	     "  - {id: number, do: review, by: a, within: 1wd, from: received}\n" STEP("x", "7wd")
	             REPLY,
	     "", "two that count from receipt run side by side");
	lint(ANSWER STEP("x", "1mo") REPLY, "R040 answer 365 of 365 20 d, e.g. from 2026-07-29",
	     "months");
	lint("count: {cutoff: \"17:00\"}\n" ANSWER STEP("x", "1wd") STEP("y", "1wd")
	             STEP("z", "1wd") STEP("u", "1wd") STEP("v", "1wd") REPLY,
	     "R040 answer 112 of 365 5 d, e.g. from 2026-03-04",
	     "who ends a day late in the evening hands it on for the day after next");
}

static void ways(void)
{
#define SLOW "9wd"
#define FIRST "R040 answer 14 of 365 3 d, e.g. from 2026-03-12"
	lint(ANSWER
	     "  - {id: x, do: review, by: a, within: 1wd,\n     outcomes: {ok: {}, no: {then: "
	     "slow, reason: required}}}\n" STEP("y", "1wd")
	             REPLY STEP("slow", SLOW) "  - {id: z, do: archive, by: a, then: reply}\n",
	     "", "other outcomes than the first are not counted");
	lint(ANSWER
	     "  - {id: x, do: review, by: a, within: 1wd,\n     outcomes: {no: {then: slow, "
	     "reason: required}, ok: {}}}\n" STEP("y", "1wd")
	             REPLY STEP("slow", "8wd") "  - {id: z, do: archive, by: a, then: reply}\n",
	     FIRST, "the first is");
#define CHOOSE(to)                                                                                 \
	"  - {id: c, do: choose, cases: [{if: {field: f, is: yes}, then: " to "}, {then: "         \
	"fast}]}\n"
	lint(ANSWER CHOOSE("slow") STEP("slow", SLOW) STEP("fast", "1d") REPLY,
	     "R040 answer 112 of 365 5 d, e.g. from 2026-03-04", "each case of choose");
	lint(ANSWER CHOOSE("fast") STEP("slow", SLOW) STEP("fast", "1d") REPLY, "",
	     "but not a step that no case leads to");
	lint(ANSWER STEP("fast", "1wd") CHOOSE("fast") REPLY, "", "a circle is no way");
	lint(ANSWER "  - {id: x, do: review, by: a, within: " SLOW
	            ", if: {field: f, is: yes}}\n" REPLY,
	     FIRST, "a step that may be passed over is counted");
	lint(ANSWER STEP("x", SLOW) "  - {id: y, do: review, by: a, end: done}\n" REPLY, "",
	     "a clock that first outcomes never stop");
	lint("clocks: {answer: {from: submitted, within: 15d, stops-at: x}}\nsteps:\n" STEP(
	             "x", "10wd") REPLY,
	     FIRST, "what comes after the stop is not counted");
	lint(ANSWER "  - {id: x, do: review, by: a}\n" STEP("y", SLOW) REPLY, FIRST,
	     "a step without a term takes no time");
}

#define PARALLEL(keys, one, two)                                                                   \
	"  - id: p\n    do: parallel\n" keys "    branches:\n      q: {do: agree, by: a" one       \
	"}\n      r:\n        steps:\n" two
#define IN(id, term) "          - {id: " id ", do: review, by: a" term "}\n"

static void joins(void)
{
	lint(ANSWER PARALLEL("", ", within: 8wd", IN("m", ", within: 4wd") IN("n", ", within: 4wd"))
	             REPLY,
	     "", "branches run side by side");
	lint(ANSWER PARALLEL("", ", within: 8wd", IN("m", ", within: 4wd") IN("n", ", within: 5wd"))
	             REPLY,
	     FIRST, "the slowest counts");
	lint(ANSWER PARALLEL("    within: 8wd\n", "", IN("m", "") IN("n", "")) REPLY, "",
	     "the join's term is theirs, once");
	lint(ANSWER PARALLEL("    within: 9wd\n", "", IN("m", "") IN("n", "")) REPLY, FIRST,
	     "and counts");
	lint(ANSWER PARALLEL("    within: 1wd\n", "", IN("m", ", within: 9wd") IN("n", "")) REPLY,
	     FIRST, "not that of a step with one of its own");
	lint("clocks: {answer: {from: received, within: 15d, stops-at: p}}\nsteps:\n" PARALLEL(
	             "", ", within: 10wd", IN("m", ", within: 9wd")) REPLY,
	     FIRST, "a join stops a clock too");
}

#define SEND(term) "  - {id: out, do: send, by: a, to: b, within: " term ", needs: receipt}\n"

static void sends(void)
{
	static const char behind[] = STEP("w", "9wd") SEND("9wd") STEP("x", "8wd") REPLY;

	lint(ANSWER STEP("w", "9wd") SEND("9wd") STEP("x", "8wd") REPLY, "",
	     "a clock from receipt begins anew where the case arrives");
	lint(ANSWER STEP("w", "1wd") SEND("1wd") STEP("x", "9wd") REPLY, FIRST,
	     "and is missed there or not");
	lint(ed_arena_printf(arena,
	                     "clocks: {answer: {from: submitted, within: 40d, stops-at: reply}}"
	                     "\nsteps:\n%s",
	                     behind),
	     "R040 answer 42 of 365 2 d, e.g. from 2026-02-12", "one from the submission runs on");
	lint("clocks: {answer: {from: submitted, within: 15d, stops-at: reply}}\nsteps:\n" SEND(
	             "5wd") "  - {id: x, do: review, by: a, within: 4wd, from: received}\n" REPLY,
	     FIRST, "a step from receipt counts from the arrival");
	lint("clocks: {answer: {from: submitted, within: 15d, stops-at: reply}}\nsteps:\n" SEND(
	             "5wd") "  - {id: x, do: review, by: a, within: 9wd, from: submitted}\n" REPLY,
	     FIRST, "one from the submission does not");
	lint(ANSWER
	     "  - {id: x, do: review, by: a, within: 8wd,\n     outcomes: {ok: {}, no: {then: "
	     "out, reason: required}}}\n" REPLY SEND("5d")
	             STEP("y", "9wd") "  - {id: z, do: archive, by: a, then: reply}\n",
	     FIRST, "a send on another outcome leads to another body, and its clock");
	lint(ANSWER STEP("x", "1wd") "  - {id: reply, do: sign, by: a, within: 1wd}\n" SEND("5d")
	             STEP("y", "9wd") "  - {id: z, do: archive, by: a, then: x}\n",
	     "", "a send behind the end begins nothing");
}

static void calendars(void)
{
	const char *fits = ANSWER STEP("x", "8wd") REPLY;

	is_str(says(fits, calendar, 2027), "R041 uz 15 of 365 2027-12-17",
	       "a calendar that ends is told");
	is_str(says(fits, calendar, 2028), "R041 uz 366 of 366 2028-01-01",
	       "a year that it does not have, a leap year");
	is_str(says(fits, calendar, 2025), "R041 uz 364 of 365 2025-01-01",
	       "one before it, but for the days whose terms lie behind");
	is_str(says(fits, NULL, 2026), "R041 uz 365 of 365 2026-01-01", "no calendar at all");
	is_str(says("steps:\n" REPLY, NULL, 2026), "", "no clock, no question");
	is_str(says("count: {roll: none}\nclocks: {a: {from: received, within: 5d, stops-at: x}}\n"
	            "steps:\n  - {id: x, do: sign, by: a, within: 5d, end: done}\n",
	            calendar, 2030),
	       "", "days that do not roll need no calendar");
	is_str(says("clocks:\n  a: {from: received, within: 14d, stops-at: reply}\n"
	            "  b: {from: received, within: 15d, stops-at: reply}\nsteps:\n" STEP("x", "9wd")
	                    REPLY,
	            calendar, 2026),
	       "R040 a 77 of 365 5 d, e.g. from 2026-03-05; R040 b 14 of 365 3 d, e.g. from "
	       "2026-03-12",
	       "each clock for itself");
}

int main(void)
{
	arena = ed_arena_new();
	if (ed_calendar_parse(calendar_text, strlen(calendar_text), "c", arena, &calendar, &err) ||
	    ed_zone_load(NULL, "Asia/Tashkent", &zone, &err)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		return 1;
	}
	oracle();
	ways();
	joins();
	sends();
	calendars();
	ed_zone_free(zone);
	ed_arena_free(arena);
	return done();
}
