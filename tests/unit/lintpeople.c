/* SPDX-License-Identifier: ISC */
/* route/lintpeople: can today's people do what the route asks for? */
#include "route/directory.h"

#include "../tap.h"
#include "route/lint.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_date today = {2026, 3, 5};

static const char people[] =
        "format: edoc-directory/1\nversion: 1\nagencies:\n  - {id: x, title: X}\n"
        "  - {id: y, title: Y}\n  - {id: shut, title: S, changes: [{from: 2026-01-01, state: "
        "closed, reason: merged}]}\npeople:\n";

/* Six who sign, a to f; g has a certificate from tomorrow on alone. */
static struct ed_directory *directory_of(const char *posts)
{
	struct ed_directory *d = NULL;
	const char *text = people;

	for (char c = 'a'; c <= 'g'; c++)
		text = ed_arena_printf(
		        arena,
		        "%s  - {id: p-%c, name: N, certificates: [{sha256: \"%063d%c\"%s}]}\n",
		        text, c, 0, c < 'g' ? c : '7', c == 'g' ? ", from: 2026-03-06" : "");
	text = ed_arena_printf(arena, "%s%s", text, posts);
	if (ed_directory_parse(text, strlen(text), "d", arena, &d, &err)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		exit(1);
	}
	return d;
}

static struct ed_route *route_of(const char *rest)
{
	struct ed_route *route = NULL;
	const char *text = ed_arena_printf(arena,
	                                   "format: edoc-route/1\nroute: t.test\nversion: 1\n"
	                                   "title: {en: T}\ncalendar: uz\nzone: Asia/Tashkent\n%s",
	                                   rest);

	if (ed_route_parse(text, strlen(text), "r", arena, &route, &err)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		exit(1);
	}
	return route;
}

static const char *says(const struct ed_route *route, const struct ed_directory *d)
{
	struct ed_findings findings;
	struct ed_lint lint = {.where = "r", .findings = &findings};
	const char *list = "";

	ed_findings_init(&findings, arena);
	if (ed_lint_people(route, d, today, &lint, &err))
		return ed_arena_printf(arena, "%s: %s", err.where, err.msg);
	for (size_t i = 0; i < findings.n; i++) {
		const struct edoc_finding *f = &findings.v[i];

		list = ed_arena_printf(arena, "%s%s%s", list, i ? "; " : "", f->code + 6);
		for (int k = 0; k < 3 && f->args[k]; k++)
			list = ed_arena_printf(arena, "%s %s", list, f->args[k]);
	}
	return list;
}

static void lint(const char *route, const char *posts, const char *want, const char *what)
{
	is_str(says(route_of(route), directory_of(posts)), want, what);
}

#define ROLES                                                                                      \
	"roles:\n  author: {party: initiator}\n  head: {post: head, deputy: [vice]}\n"             \
	"  clerk: {post: clerk}\n  lawyer: {post: lawyer}\n"
#define STEPS                                                                                      \
	"steps:\n  - {id: one, do: review, by: clerk}\n  - {id: two, do: agree, by: lawyer}\n"     \
	"  - {id: three, do: sign, by: head, end: done}\n"
#define PAIR ROLES "separate: [[head, clerk]]\n" STEPS
#define THREE ROLES "separate: [[head, clerk], [clerk, lawyer], [lawyer, head]]\n" STEPS
#define P(agency, post, who) "  - {agency: " agency ", post: " post ", holder: p-" who "}\n"
#define LAW P("x", "lawyer", "f")
#define DEPUTIES "deputies:\n"
#define DEP(post, who)                                                                             \
	"  - {agency: x, post: " post ", person: p-" who ", from: 2026-03-01, until: 2026-03-31, " \
	"basis: order}\n"

static void four_eyes(void)
{
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "clerk", "b") LAW, "", "two people");
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "clerk", "a") LAW,
	     "R050 head, clerk x p-a", "one who is both");
	lint(ROLES STEPS, "posts:\n" P("x", "head", "a") P("x", "clerk", "a") LAW, "",
	     "unless nothing keeps them apart");
	lint(ROLES "steps:\n  - {id: one, do: review, by: clerk}\n  - {id: two, do: agree, by: "
	           "lawyer}\n  - {id: three, do: sign, by: head, not-by: clerk, end: done}\n",
	     "posts:\n" P("x", "head", "a") P("x", "clerk", "a") LAW, "R050 head, clerk x p-a",
	     "not-by keeps apart");
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "clerk", "a") P("x", "clerk", "g") LAW,
	     "R050 head, clerk x p-a", "who has no certificate yet does not help");
	lint(PAIR,
	     "posts:\n" P("x", "head", "a") P("x", "clerk", "a") LAW
	     "  - {agency: x, post: clerk, holder: p-b, until: 2026-03-04}\n",
	     "R050 head, clerk x p-a", "nor who left yesterday");
	lint(PAIR,
	     "posts:\n" P("x", "head", "a") P("x", "clerk", "a") LAW
	     "  - {agency: x, post: clerk, holder: p-b, until: 2026-03-05}\n",
	     "", "who leaves tonight does");
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "clerk", "a") P("y", "clerk", "b") LAW,
	     "R050 head, clerk x p-a", "people of another agency do not");
	lint(PAIR,
	     "posts:\n" P("x", "head", "a") P("x", "clerk", "b") LAW P("y", "head", "c")
	             P("y", "clerk", "c") P("shut", "head", "d") P("shut", "clerk", "d")
	                     P("shut", "lawyer", "d"),
	     "", "an agency that lacks a role, or is closed, is not asked");
	lint(PAIR,
	     "posts:\n" P("x", "head", "a") P("x", "clerk", "b") LAW P("y", "head", "c")
	             P("y", "clerk", "c") P("y", "lawyer", "d"),
	     "R050 head, clerk y p-c", "each agency for itself");
}

static void in_their_place(void)
{
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "clerk", "a") P("x", "vice", "b") LAW,
	     "R050 head, clerk x p-a, p-b/p-a", "a deputy acts for the head, who is the clerk");
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "clerk", "b") P("x", "vice", "b") LAW, "",
	     "the clerk may be the deputy while the head is there");
	lint(PAIR, "posts:\n" P("x", "vice", "b") P("x", "clerk", "a") LAW, "",
	     "a deputy of nobody acts for himself");
	lint(PAIR, "posts:\n" P("x", "vice", "a") P("x", "clerk", "a") LAW,
	     "R050 head, clerk x p-a", "and is one person");
	lint(PAIR,
	     "posts:\n" P("x", "head", "a") P("x", "clerk", "a") LAW DEPUTIES DEP("clerk", "b"),
	     "R050 head, clerk x p-a, p-b/p-a", "deputies of the directory too");
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "head", "c") P("x", "clerk", "a") LAW, "",
	     "a second head");
}

static void three(void)
{
	lint(THREE, "posts:\n" P("x", "head", "a") P("x", "clerk", "b") P("x", "lawyer", "c"), "",
	     "three people");
	lint(THREE,
	     "posts:\n" P("x", "head", "a") P("x", "head", "b") P("x", "clerk", "a")
	             P("x", "clerk", "b") P("x", "lawyer", "a") P("x", "lawyer", "b"),
	     "R050 head, clerk, lawyer x p-a, p-b", "two for three, though each two could");
	lint(THREE,
	     "posts:\n" P("x", "head", "a") P("x", "head", "b") P("x", "clerk", "a")
	             P("x", "clerk", "b") P("x", "lawyer", "a") P("x", "lawyer", "c"),
	     "", "a third who can be one of them");
	lint(ROLES "separate: [[head, clerk], [clerk, lawyer]]\n" STEPS,
	     "posts:\n" P("x", "head", "a") P("x", "clerk", "b") P("x", "lawyer", "a"), "",
	     "two of three may be one");
}

#define FIXED                                                                                      \
	"roles:\n  author: {party: initiator, agency: x}\n  head: {agency: x, post: head}\n"       \
	"  other: {agency: y, post: head}\nseparate: [[author, head], [head, other]]\nsteps:\n"    \
	"  - {id: one, do: agree, by: head}\n  - {id: two, do: sign, by: other, end: done}\n"

static void fixed(void)
{
	lint(FIXED, "posts:\n" P("x", "head", "a") P("y", "head", "b") P("x", "clerk", "c"), "",
	     "an official submits, another signs");
	lint(FIXED, "posts:\n" P("x", "head", "a") P("y", "head", "b"), "R050 author, head - p-a",
	     "the only one of the agency can not do both");
	lint(FIXED, "posts:\n" P("x", "head", "a") P("y", "head", "a") P("x", "clerk", "c"),
	     "R050 head, other - p-a", "one head of two agencies");
	lint(FIXED, "posts:\n" P("x", "head", "a") P("x", "clerk", "c"), "R053 other two",
	     "a role of nobody");
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "clerk", "b"), "R053 lawyer two",
	     "a role that nobody has anywhere");
	lint(PAIR, "posts:\n" P("x", "head", "a") P("x", "clerk", "b") P("y", "lawyer", "c"), "",
	     "one that somebody has somewhere");
	lint("roles:\n  citizen: {party: initiator}\n  head: {post: head}\n"
	     "separate: [[citizen, head]]\nsteps:\n  - {id: one, do: sign, by: head, end: done}\n",
	     "posts:\n" P("x", "head", "a"), "", "who submits may be anybody");
}

static void circles(void)
{
#define TWO "posts:\n" P("x", "head", "a") P("x", "clerk", "b") LAW DEPUTIES
	lint(ROLES STEPS, TWO DEP("head", "b"), "", "one deputy");
	lint(ROLES STEPS, TWO DEP("head", "b") DEP("clerk", "a"), "R051 p-a > p-b > p-a",
	     "two who stand in for each other");
	lint(ROLES STEPS, TWO DEP("head", "a"), "R051 p-a > p-a", "one for himself");
	lint(ROLES STEPS, TWO DEP("head", "b") DEP("clerk", "f") DEP("lawyer", "a"),
	     "R051 p-a > p-b > p-f > p-a", "three in a row");
	lint(ROLES STEPS, TWO DEP("head", "b") DEP("clerk", "f") DEP("lawyer", "c"), "",
	     "a row that ends");
	lint(ROLES STEPS,
	     TWO DEP("head",
	             "b") "  - {agency: x, post: clerk, person: p-a, from: 2026-03-06, until: "
	                  "2026-03-31, basis: order}\n",
	     "", "not yet");
	lint("roles:\n  clerk: {post: clerk}\nsteps:\n  - {id: one, do: review, by: clerk, end: "
	     "d}\n",
	     TWO DEP("head", "b") DEP("clerk", "a"), "",
	     "in a post that the route does not ask for");
}

/* ---- against all assignments, one by one, by what the engine asks ---- */

struct who {
	const struct ed_person *person, *principal;
};

static bool acts(const struct ed_directory *d, const struct ed_role *role,
                 const struct ed_person *p, struct who *who)
{
	bool deputy;
	const struct ed_post *post;

	if (p == &d->people[6])
		return false;
	post = ed_directory_post(d, p, role, today, &deputy);
	*who = (struct who){p, NULL};
	if (post && deputy) {
		post = ed_directory_principal(d, role, post, today);
		who->principal = post ? post->holder : NULL;
		return true;
	}
	return post != NULL;
}

static bool meet(struct who a, struct who b)
{
	return a.person == b.person || a.person == b.principal || a.principal == b.person ||
	       (a.principal && a.principal == b.principal);
}

static bool can(const struct ed_directory *d, const struct ed_route *route)
{
	struct ed_role r[3] = {route->roles[1], route->roles[2], route->roles[3]};
	struct who w[3];

	for (int i = 0; i < 3; i++)
		r[i].agency = "x";
	for (size_t a = 0; a < d->n_people; a++)
		for (size_t b = 0; b < d->n_people && acts(d, &r[0], &d->people[a], &w[0]); b++)
			for (size_t c = 0; c < d->n_people && acts(d, &r[1], &d->people[b], &w[1]);
			     c++)
				if (acts(d, &r[2], &d->people[c], &w[2]) && !meet(w[0], w[1]) &&
				    !meet(w[1], w[2]) && !meet(w[0], w[2]))
					return true;
	return false;
}

static void all_ways(void)
{
	static const char *const posts[] = {"head", "clerk", "lawyer", "vice"};
	const struct ed_route *route = route_of(THREE);
	unsigned seed = 7, good = 0, wrong = 0, n = 0;

	for (int i = 0; i < 3000; i++) {
		const char *text = "posts:\n";
		const struct ed_directory *d;
		const char *said;

		for (int k = 0; k < 5; k++) {
			seed = seed * 1103515245 + 12345;
			text = ed_arena_printf(arena, "%s  - {agency: x, post: %s, holder: p-%c}\n",
			                       text, k < 3 ? posts[k] : posts[(seed >> 8) % 4],
			                       'a' + (seed >> 16) % 4);
		}
		seed = seed * 1103515245 + 12345;
		if (seed & 1u << 20)
			text = ed_arena_printf(
			        arena,
			        "%sdeputies:\n  - {agency: x, post: %s, person: "
			        "p-%c, from: 2026-03-01, until: 2026-03-31, basis: o}\n",
			        text, posts[(seed >> 8) % 3], 'a' + (seed >> 16) % 4);
		if (strstr(text, "(null)"))
			continue;
		d = NULL;
		text = ed_arena_printf(arena, "%s", text);
		memset(&err, 0, sizeof(err));
		d = directory_of(text);
		said = says(route, d);
		n++;
		good += can(d, route);
		wrong += can(d, route) != !strstr(said, "R050");
	}
	ok(wrong == 0 && good > n / 20 && good < n - n / 20,
	   "%u directories: what can be done is told as it is (%u can, %u told wrongly)", n, good,
	   wrong);
}

int main(void)
{
	arena = ed_arena_new();
	four_eyes();
	in_their_place();
	three();
	fixed();
	circles();
	all_ways();
	ed_arena_free(arena);
	return done();
}
