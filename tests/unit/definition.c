/* SPDX-License-Identifier: ISC */
/* route/definition and route/lint: one defect at a time beside a sound route. */
#include "route/definition.h"

#include "../tap.h"
#include "base/io.h"
#include "base/limits.h"
#include "formkit.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_buf form;

static const char base[] =
        "format: edoc-route/1\n"
        "route: tj.test\n"
        "version: 7\n"
        "title: {tg: Санҷиш, en: Test}\n"
        "basis: law\n"
        "issued-by: us\n"
        "date: 2026-01-02\n"
        "calendar: tj\n"
        "zone: Asia/Dushanbe\n"
        "count: {start: same-day, roll: none, cutoff: \"18:30\"}\n"
        "roles:\n"
        "  author: {party: initiator}\n"
        "  lawyer: {agency: a, unit: u, post: p, deputy: [q, r]}\n"
        "  other: {agency: b}\n"
        "separate: [[author, lawyer]]\n"
        "steps:\n"
        "  - id: agree\n"
        "    do: agree\n"
        "    by: lawyer\n"
        "    within: 2wd\n"
        "    from: submitted\n"
        "    times: 3\n"
        "    outcomes:\n"
        "      agreed: {}\n"
        "      refused: {end: refused, notify: author, reason: [x, y]}\n"
        "  - {id: register, do: register, by: lawyer, within: 15d,\n"
        "     book: {name: f, number: \"№ {seq:4}-{year}\"}}\n"
        "  - {id: send, do: send, by: lawyer, to: other, within: 1mo, needs: receipt}\n"
        "  - {id: get, do: receive, by: other}\n"
        "  - {id: sign, do: sign, by: other, not-by: lawyer, within: 1wd, title: T,\n"
        "     visibility: internal}\n"
        "  - {id: archive, do: archive, by: other, within: 1wd, end: executed}\n";

/* base with one text in place of another. */
static char *changed(const char *from, const char *to)
{
	const char *at = strstr(base, from);
	char *text = calloc(1, sizeof(base) + strlen(to) + 1);

	if (!at || !text) {
		printf("Bail out! no \"%s\" in the route\n", from);
		exit(1);
	}
	sprintf(text, "%.*s%s%s", (int)(at - base), base, to, at + strlen(from));
	return text;
}

static enum edoc_code parse(const char *text, struct ed_route **route)
{
	memset(&err, 0, sizeof(err));
	return ed_route_parse(text, strlen(text), "r.yaml", arena, route, &err);
}

static void bad(const char *from, const char *to, const char *word)
{
	char *text = changed(from, to), name[200], *p;
	struct ed_route *route;

	snprintf(name, sizeof(name), "%s -> %s", from, to);
	for (p = name; *p; p++)
		*p = *p == '\n' ? ' ' : *p;
	fails(parse(text, &route), EDOC_ERR_INPUT, &err, word, name);
	ok(!route && strchr(err.where, ':'), "  at %s", err.where);
	free(text);
}

static void good(const char *from, const char *to)
{
	char *text = changed(from, to);
	struct ed_route *route;
	bool fine = !parse(text, &route);

	if (!ok(fine, "good: %.*s", (int)strcspn(to, "\n"), to))
		printf("# %s: %s\n", err.where, err.msg);
	const char *fault = fine ? form_fault(text, &form, &err) : NULL;
	ok(!fault, "  and its form: %s", fault ? fault : "the same");
	free(text);
}

static void sound(void)
{
	const struct ed_route_step *s;
	struct ed_route *r;

	if (!is_ok(parse(base, &r), &err, "a sound route"))
		exit(1);
	is_str(r->id, "tj.test", "id");
	is_int(r->version, 7, "version");
	is_str(r->title_lang[1], "en", "title's language");
	is_str(r->title[0], "Санҷиш", "title");
	ok(!r->title_lang[2] && strlen(r->sha256) == 64, "two titles, a digest");
	is_str(r->zone, "Asia/Dushanbe", "zone");
	ok(r->count.start == ED_START_SAME_DAY && r->count.roll == ED_ROLL_NONE &&
	           r->count.cutoff == 18 * 60 + 30,
	   "count rules");
	ok(r->n_roles == 3 && r->roles[0].initiator && r->n_separate == 1 &&
	           r->separate[0][1] == &r->roles[1],
	   "roles and pairs");
	is_str(r->roles[1].deputies[1], "r", "deputies");
	s = ed_route_step(r, "agree");
	ok(s && s->verb == ED_DO_AGREE && s->by == &r->roles[1] && s->times == 3, "a step");
	ok(s->clock.within.unit == ED_TERM_WORKING_DAYS && s->clock.within.n == 2, "2wd");
	is_str(s->clock.from, "submitted", "from");
	ok(s->line == 17 && s->column == 5, "place %u:%u", s->line, s->column);
	ok(s->n_outcomes == 2 && ed_route_outcome(s, "refused")->reason, "outcomes");
	is_str(ed_route_outcome(s, "refused")->reasons[1], "y", "closed list");
	ok(!ed_route_outcome(s, "agreed")->reason && !ed_route_outcome(s, "agreed")->then,
	   "agreed goes on");
	s = ed_route_step(r, "register");
	is_str(s->number, "№ {seq:4}-{year}", "number");
	ok(s->n_outcomes == 1 && !strcmp(s->outcomes[0].id, "registered"), "default outcome");
	is_str(s->clock.from, "opened", "default from");
	s = ed_route_step(r, "send");
	ok(s->to == &r->roles[2] && s->needs_receipt && s->clock.within.unit == ED_TERM_MONTHS,
	   "send");
	s = ed_route_step(r, "sign");
	ok(s->not_by == &r->roles[1] && s->internal, "sign");
	ok(s->n_outcomes == 2 && !strcmp(s->outcomes[0].id, "signed") &&
	           !strcmp(s->outcomes[1].end, "refused") && s->outcomes[1].reason,
	   "a default refusal ends with a reason");
	s = ed_route_step(r, "archive");
	is_str(s->outcomes[0].end, "executed", "end at the step is the first outcome's");
	ok(!ed_route_step(r, "none") && !ed_route_outcome(s, "none"), "what is not there");
	is_str(ed_do_name(ED_DO_ACKNOWLEDGE), "acknowledge", "name of a verb");
}

static void head(void)
{
	struct ed_route *route;
	char *text;

	text = changed("edoc-route/1", "edoc-route/2");
	fails(parse(text, &route), EDOC_ERR_VERSION, &err, "edoc-route/2", "a newer format");
	free(text);
	bad("edoc-route/1", "edoc-route/x", "no route");
	bad("edoc-route/1", "edoc-calendar/1", "no route");
	bad("format: edoc-route/1\n", "", "format");
	bad("tj.test", "Tj", "a-z");
	bad("tj.test", "tj..x", "a-z");
	bad("version: 7", "version: 0", "between");
	bad("version: 7\n", "", "version");
	bad("title: {tg: Санҷиш, en: Test}\n", "", "title");
	bad("{tg: Санҷиш, en: Test}", "{}", "one language");
	bad("tg: Санҷиш", "xx: Y", "\"xx\"");
	bad("2026-01-02", "2026-02-30", "day");
	bad("calendar: tj\n", "", "calendar");
	bad("zone: Asia/Dushanbe\n", "", "zone");
	bad("same-day", "someday", "one of");
	bad("roll: none", "roll: back", "one of");
	bad("18:30", "24:00", "time of day");
	bad("18:30", "18:60", "time of day");
	bad("18:30", "00:00", "time of day");
	bad("basis: law", "bases: law", "\"basis\"");
	bad("basis: law", "clocks: {}", "names to");
	bad("basis: law", "fields: {}", "names to {type: ...}");
	bad("roles:\n", "basis: x\nroles:\n", "twice");
}

static void roles(void)
{
	bad("{party: initiator}", "{party: sender}", "initiator");
	bad("{party: initiator}", "{party: initiator, post: x}", "whoever");
	bad("{party: initiator}", "{}", "says nobody");
	bad("{party: initiator}", "x", "key: value");
	bad("{party: initiator}", "{set-by: resolve}", "there is no step \"resolve\"");
	good("{party: initiator}", "{party: initiator, agency: a}");
	bad("author: {", "Author: {", "no name");
	bad("agency: a,", "agency: Ä,", "no name");
	bad("unit: u", "unti: u", "\"unit\"");
	bad("[q, r]", "q", "list");
	bad("[q, r]", "[]", "list");
	bad("[q, r]", "[q, q]", "twice");
	bad("{agency: b}", "{agency: b, deputy: [x]}", "only a post");
	bad("[[author, lawyer]]", "[author, lawyer]", "two roles");
	bad("[[author, lawyer]]", "[[author]]", "two roles");
	bad("[[author, lawyer]]", "[[author, author]]", "itself");
	bad("[[author, lawyer]]", "[[author, layer]]", "\"lawyer\"");
	bad("by: lawyer\n", "by: layer\n", "\"lawyer\"");
	bad("by: lawyer\n", "by: zz\n", "no role");
	bad("by: lawyer\n", "by: [lawyer]\n", "no role");
	bad("    by: lawyer\n", "", "by");
	bad("not-by: lawyer", "not-by: other", "not act");
}

static void steps(void)
{
	bad("id: agree", "id: Agree", "no name");
	bad("  - id: agree\n    do", "  - do", "id");
	bad("id: register", "id: agree", "above already");
	bad("do: agree", "do: agre", "agree");
	bad("do: agree", "do: parallel", "unknown key \"by\"");
	bad("do: agree", "do: forward", "not in this version");
	bad("    do: agree\n", "", "do");
	bad("within: 2wd", "within: 2w", "no term");
	bad("within: 2wd", "within: 0wd", "no term");
	bad("within: 2wd", "within: 02wd", "no term");
	bad("within: 2wd", "within: P2D", "no term");
	bad("within: 2wd", "within: 2", "no term");
	bad("within: 2wd", "within: 20000d", "no term");
	good("within: 2wd", "within: 9999d");
	bad("    within: 2wd\n", "", "within");
	bad("from: submitted", "from: birth", "one of");
	good("from: submitted", "from: received");
	bad("times: 3", "times: 0", "between");
	bad("times: 3", "fixed: yes", "not in this version");
	bad("times: 3", "extend: {}", "one of the two");
	bad("times: 3", "join: {}", "join");
	bad("times: 3", "tims: 3", "\"times\"");
	bad("times: 3", "end: x", "lists its outcomes");
	bad("times: 3", "then: send", "lists its outcomes");
	bad("agreed: {}", "agreed: {then: send, end: x}", "only one");
	bad("agreed: {}", "agreed:", "map");
	bad("agreed: {}", "agreed: {level: T}", "level");
	bad("do: agree", "do: agree\n    level: T", "makes none");
	bad("do: sign", "do: sign, level: X", "one of");
	bad("do: sign", "do: sign, level: lta", "one of");
	good("do: sign", "do: sign, level: B");
	good("do: sign", "do: sign, level: LTA");
	bad("agreed: {}", "agreed: {thn: send}", "\"then\"");
	bad("agreed: {}", "Agreed: {}", "no name");
	bad("agreed: {}", "agreed: {times: x}", "whole");
	good("agreed: {}", "agreed: {times: 2}");
	bad("reason: [x, y]", "reason: maybe", "closed list");
	bad("reason: [x, y]", "reason: []", "list");
	bad("reason: [x, y]", "reason: [x, X]", "name");
	good("reason: [x, y]", "reason: required");
	bad("visibility: internal", "visibility: secret", "one of");
	bad("title: T", "title: \"a\\nb\"", "one line");
	bad("title: T", "title: \"\"", "one line");
	bad("title: T", "book: {name: f, number: \"{seq}\"}", "only");
	bad("     book: {name: f, number: \"№ {seq:4}-{year}\"}}", "     }", "needs \"book");
	bad("{seq:4}", "{seq:0}", "made of");
	bad("{seq:4}", "4", "made of");
	bad("{seq:4}", "{seq:4", "made of");
	bad("{year}", "{yeer}", "made of");
	bad("{year}", "year}", "made of");
	bad("name: f", "name: F", "no name");
	bad("to: other, ", "", "to");
	bad("to: other", "to: author", "no agency");
	bad("needs: receipt", "needs: report", "needs: receipt");
	bad("title: T", "needs: receipt", "needs: receipt");
	bad("title: T", "to: other", "only");
	bad("do: receive, by: other", "do: receive, by: other, outcomes: {a: {}, b: {}}",
	    "one outcome");
	good("do: receive, by: other", "do: receive, by: other, outcomes: {a: {}}");
	bad("times: 3", "outcomes: {}\n    id: agree", "twice");
}

static void caps(void)
{
	char *text = calloc(1, ED_MAX_YAML_BYTES);
	const char *at = strstr(base, "  - id: agree");
	struct ed_findings list;
	struct ed_route *route;
	int n;

	n = sprintf(text, "%.*s", (int)(at - base), base);
	for (int i = 0; i <= ED_MAX_ROUTE_STEPS; i++)
		n += sprintf(text + n, "  - {id: s%d, do: agree, by: lawyer}\n", i);
	fails(parse(text, &route), EDOC_ERR_LIMIT, &err, "steps", "too many steps");
	free(text);
	fails(parse("", &route), EDOC_ERR_INPUT, &err, "format", "an empty file");
	fails(parse("- a\n", &route), EDOC_ERR_INPUT, &err, "key: value", "a list");
	fails(ed_route_parse(NULL, 0, "r", arena, &route, &err), EDOC_ERR_INPUT, &err, "format",
	      "nothing");
	bad("steps:\n", "stps:\n", "\"steps\"");
	/* More states than lint walks. */
	text = changed("agreed: {}", "agreed: {times: 1000}\n      b: {times: 1000, end: x}");
	ed_findings_init(&list, arena);
	is_ok(parse(text, &route), &err, "many bounds");
	fails(ed_route_lint(route, "r", &list, &err), EDOC_ERR_LIMIT, &err, "times",
	      "too many for lint");
	free(text);
}

/* Lints base with a change: exactly these codes, in this order. */
static void lint(const char *from, const char *to, const char *codes)
{
	char *text = changed(from, to), got[500] = "";
	struct ed_findings list;
	struct ed_route *route;

	ed_findings_init(&list, arena);
	if (!parse(text, &route)) {
		is_ok(ed_route_lint(route, "r.yaml", &list, &err), &err, "lint runs");
		for (size_t i = 0; i < list.n; i++)
			sprintf(got + strlen(got), "%s%s %s", i ? ", " : "", list.v[i].code + 6,
			        list.v[i].args[0] ? list.v[i].args[0] : "-");
	} else {
		snprintf(got, sizeof(got), "%s %s", err.where, err.msg);
	}
	is_str(got, codes, codes);
	free(text);
}

static void meaning(void)
{
	struct ed_findings list;
	struct ed_route *route;
	char *text;

	lint("basis: law", "basis: law", "");
	lint("agreed: {}", "agreed: {then: nowhere}",
	     "R002 agree, R005 register, R005 send, R005 get, R005 sign, R005 archive");
	lint(", end: executed", "", "R004 archive, R006 archive");
	lint("agreed: {}", "agreed: {then: send}", "R005 register");
	lint(", end: executed", ", then: archive", "R032 archive, R006 archive, R007 archive");
	lint("within: 2wd\n    from: submitted\n", "visibility: parties\n", "R010 agree");
	lint(", needs: receipt", "", "R031 send");
	lint("reason: [x, y]", "times: 1", "R032 agree");
	lint("refused: {end: refused, notify: author, reason: [x, y]}", "again: {then: agree}",
	     "R032 agree");
	lint("do: archive", "do: acknowledge", "R061 -");
	/* A bound on the step, or on the way back, ends the loop. */
	lint("refused: {end: refused, notify: author, reason: [x, y]}",
	     "again: {then: agree, reason: required}", "");
	lint("times: 3\n    outcomes:\n      agreed: {}\n      refused: {end: refused, notify: "
	     "author, reason: [x, "
	     "y]}",
	     "outcomes:\n      agreed: {}\n      again: {then: agree, reason: required, times: 1}",
	     "");
	lint("times: 3\n    outcomes:\n      agreed: {}\n      refused: {end: refused, notify: "
	     "author, reason: [x, "
	     "y]}",
	     "outcomes:\n      agreed: {}\n      again: {then: agree, reason: required}",
	     "R007 agree");
	/* A loop that ends in a dead end: the third way back finds agree closed. */
	lint("title: T,", "outcomes: {signed: {}, returned: {then: agree, reason: required}},", "");
	lint("title: T,", "outcomes: {returned: {then: agree, reason: required}},",
	     "R005 archive, R024 sign");
	lint("title: T,",
	     "outcomes: {signed: {times: 1}, returned: {then: agree, reason: required, times: 1}},",
	     "");
	lint("agreed: {}", "agreed: {times: 2}", "");
	lint("{end: refused, notify: author, reason: [x, y]}",
	     "{then: agree, reason: [x, y], times: 5}", "");
	lint("agreed: {}\n      refused: {end: refused, notify: author, reason: [x, y]}",
	     "again: {then: agree, reason: required}",
	     "R005 register, R005 send, R005 get, R005 sign, R005 archive, R006 agree, R024 agree");
	text = changed("agreed: {}", "agreed: {then: nowhere}");
	ed_findings_init(&list, arena);
	is_ok(parse(text, &route), &err, "parses");
	is_ok(ed_route_lint(route, "r.yaml", &list, &err), &err, "lints");
	is_str(list.v[0].where, "r.yaml:24:7", "a finding has its line and column");
	is_str(list.v[0].args[2], "nowhere", "and what is wrong");
	free(text);
}

/* The fields of a case, and a first step, before those of base. */
static void lint_if(const char *step, const char *codes)
{
	char text[1500];

	snprintf(text, sizeof(text),
	         "fields:\n"
	         "  yes: {type: boolean, required: yes}\n"
	         "  may: {type: boolean}\n"
	         "  sum: {type: integer}\n"
	         "  day: {type: date, required: yes}\n"
	         "  kind: {type: choice, values: [a, b, c], required: yes}\n"
	         "  word: {type: text}\n"
	         "steps:\n"
	         "  - {id: first, %s}\n",
	         step);
	lint("steps:\n", text, codes);
}

#define DO "do: agree, by: lawyer, within: 1d"
#define IF DO ", if: "
#define CASES "do: choose, cases: "

static void conditions(void)
{
	lint_if(IF "{field: sum, below: 10}", "");
	lint_if(IF "{all: [{field: sum, above: 8}, {field: sum, below: 10}]}", "");
	lint_if(IF "{all: [{field: sum, above: 9}, {field: sum, below: 10}]}", "R008 first");
	lint_if(IF "{all: [{field: sum, at-least: 9}, {field: sum, at-most: 9}]}", "");
	lint_if(IF "{all: [{field: day, above: 2026-02-28}, {field: day, below: 2026-03-02}]}", "");
	lint_if(IF "{all: [{field: day, above: 2026-02-28}, {field: day, below: 2026-03-01}]}",
	        "R008 first");
	lint_if(IF "{all: [{field: kind, in: [a, b]}, {field: kind, in: [b, c]}]}", "");
	lint_if(IF "{all: [{field: kind, is: a}, {field: kind, in: [b, c]}]}", "R008 first");
	lint_if(IF "{not: {field: kind, in: [a, b]}}", "");
	lint_if(IF "{not: {field: kind, in: [a, b, c]}}", "R008 first");
	lint_if(IF "{not: {field: word, in: [a, b, c]}}", "");
	lint_if(IF "{all: [{field: word, is: a}, {field: word, is: b}]}", "R008 first");
	/* A field that need not be there is neither yes nor no. */
	lint_if(IF "{not: {any: [{field: may, is: yes}, {field: may, is: no}]}}", "");
	lint_if(IF "{not: {any: [{field: yes, is: yes}, {field: yes, is: no}]}}", "R008 first");
	lint_if(IF "{field: may, has: no}", "");
	lint_if(IF "{field: yes, has: no}", "R008 first");
}

static void cases(void)
{
	lint_if(CASES "[{if: {field: sum, below: 5}, then: sign}, {if: {field: sum, below: 9}, "
	              "then: send}, {then: agree}]",
	        "");
	lint_if(CASES "[{if: {field: sum, below: 9}, then: sign}, {if: {field: sum, below: 5}, "
	              "then: send}, {then: agree}]",
	        "R009 first");
	lint_if(CASES "[{if: {field: kind, in: [a, b]}, then: sign}, {if: {field: kind, is: b}, "
	              "then: send}, {then: agree}]",
	        "R009 first");
	lint_if(CASES "[{if: {not: {field: kind, in: [a, b, c]}}, then: sign}, {then: agree}]",
	        "R008 first");
	/* Two before it, which only together cover it. */
	lint_if(CASES "[{if: {field: yes, is: yes}, then: sign}, {if: {field: kind, is: a}, then: "
	              "send}, {if: {all: [{field: yes, is: no}, {field: kind, is: a}]}, then: "
	              "send}, {then: agree}]",
	        "R009 first");
}

#define JOIN(ifs, join)                                                                            \
	"do: parallel, within: 5d, branches: {x: {do: agree, by: lawyer" ifs                       \
	"}, y: {do: agree, by: other}}, join: " join

static void joins(void)
{
	lint_if(JOIN("", "{pass: 2, must: [x]}"), "");
	lint_if(JOIN(", if: {field: may, is: yes}", "{pass: 1}"), "");
	lint_if(JOIN(", if: {field: may, is: yes}", "{pass: all}"), "");
	lint_if(JOIN(", if: {field: may, is: yes}", "{pass: 2}"), "R021 first");
	lint_if(JOIN(", if: {field: may, is: yes}", "{must: [y]}"), "");
	lint_if(JOIN(", if: {field: may, is: yes}", "{must: [x]}"), "R022 first");
	lint_if(JOIN(", if: {field: yes, has: yes}", "{pass: 2, must: [x]}"), "");
	/* What stands around a branch holds in it. */
	lint_if(JOIN(", if: {field: may, is: yes}", "{must: [x]}, if: {field: may, is: yes}"), "");
	lint_if(JOIN(", if: {field: may, is: yes}", "{pass: 1}, if: {field: may, is: no}"),
	        "R008 x");
	lint_if(JOIN("", "{pass: 1, refuse: 2}"), "");
	lint_if(JOIN("", "{pass: all, refuse: 2}"), "R023 first");
	lint_if(JOIN("", "{pass: \"50%\", refuse: 2}"), "");
	lint_if(JOIN("", "{pass: \"51%\", refuse: 2}"), "R023 first");
	lint_if(DO ", extend: {by: other, to: 5d}", "");
	lint_if(DO ", extend: {by: lawyer, to: 5d}", "R012 first");
	lint("steps:\n",
	     "clocks: {c: {within: 9d, stops-at: sign, extend: {by: lawyer, more: 2d}}}\n"
	     "steps:\n",
	     "");
	lint("steps:\n",
	     "clocks: {c: {within: 9d, stops-at: sign, extend: {by: other, more: 2d}}}\n"
	     "steps:\n",
	     "");
}

/* Every file of profiles/routes. */
static void shipped(void)
{
	const char *src = getenv("SRCDIR");
	char dir[4096], path[8192], **names;
	size_t n;

	snprintf(dir, sizeof(dir), "%s/profiles/routes", src ? src : ".");
	if (!is_ok(ed_list_dir(dir, &names, &n, &err), &err, dir))
		return;
	ok(n >= 2, "%zu routes", n);
	for (size_t i = 0; i < n; i++) {
		struct ed_findings list;
		struct ed_route *route;
		struct ed_buf buf;

		ed_buf_init(&buf, ED_MAX_YAML_BYTES);
		ed_findings_init(&list, arena);
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		is_ok(ed_read_path(path, &buf, &err), &err, names[i]);
		if (is_ok(ed_route_parse(buf.data, buf.len, path, arena, &route, &err), &err,
		          "parses"))
			is_ok(ed_route_lint(route, path, &list, &err), &err, "lints");
		is_int((int64_t)list.n, 0, "without a finding");
		for (size_t k = 0; k < list.n; k++)
			printf("# %s %s\n", list.v[k].where, list.v[k].code);
		ok(route && route->issued_by && route->basis && route->date,
		   "and says who issued it, by what, when");
		ed_buf_clear(&buf);
	}
	ed_names_free(names);
}

int main(void)
{
	arena = ed_arena_new();
	ed_buf_init(&form, ED_MAX_YAML_BYTES);
	sound();
	head();
	roles();
	steps();
	caps();
	meaning();
	conditions();
	cases();
	joins();
	shipped();
	ed_buf_clear(&form);
	ed_arena_free(arena);
	return done();
}
