/* SPDX-License-Identifier: ISC */
/* route/people: whom an act names, and who may act then. */
#include "route/ledger.h"

#include "../tap.h"
#include "route/whom.h"

static struct ed_arena *arena;
static struct edoc_error err;
static struct ed_engine engine;
static struct ed_directory *directory;
static struct ed_state state;
static int64_t now;

static const char head[] =
        "format: edoc-route/1\nroute: t.test\nversion: 1\ntitle: {en: T}\ncalendar: xx\n"
        "zone: Asia/Dushanbe\n";

static const char roles[] = "roles:\n"
                            "  author: {party: initiator}\n"
                            "  boss: {agency: a, post: head}\n"
                            "  executor: {set-by: resolve, post: officer}\n"
                            "  control: {agency: a, post: clerk}\n"
                            "separate: [[executor, control]]\n";

static const char steps[] =
        "steps:\n"
        "  - {id: resolve, do: resolve, by: boss, within: 2wd,\n"
        "     outcomes: {resolved: {}, refused: {end: refused, reason: required}}}\n"
        "  - {id: execute, do: execute, by: executor, within: 5wd,\n"
        "     delegate: {depth: 2, keep: responsible}}\n"
        "  - {id: release, do: review, by: control, within: 3wd, reassign: {by: boss},\n"
        "     outcomes: {released: {},\n"
        "     again: {then: resolve, times: 2}, returned: {then: execute, times: 2}}}\n"
        "  - {id: archive, do: archive, by: control, end: done}\n";

static const char calendar_text[] =
        "format: edoc-calendar/1\ncalendar: xx\nissued-by: us\nbasis: law\ndate: 2026-01-01\n"
        "covers: [2026, 2026]\nweekend: [sat, sun]\n";

/* A certificate is one digit, 64 times; people by their first letter. */
static const struct {
	const char *id;
	char c;
} people[] = {{"anna", '1'}, {"bob", '2'}, {"cara", '3'}, {"dan", '4'}, {"eve", '5'},
              {"gone", '6'}, {"hal", '7'}, {"ivo", '8'},  {"jan", 'c'}};
#define N_PEOPLE (sizeof(people) / sizeof(*people))

static const char *cert(const char *who)
{
	char text[65];
	size_t i = 0;

	while (i < N_PEOPLE && strcmp(people[i].id, who))
		i++;
	memset(text, i < N_PEOPLE ? people[i].c : !strncmp(who, "desk-", 5) ? who[5] : '9', 64);
	text[64] = '\0';
	return ed_arena_strdup(arena, text);
}

static void make_directory(void)
{
	struct ed_buf t;

	ed_buf_init(&t, 100000);
	ed_buf_puts(&t, "format: edoc-directory/1\nversion: 1\nagencies:\n"
	                "  - {id: a, title: A, desk-keys: [{sha256: \"");
	ed_buf_puts(&t, cert("desk-a"));
	ed_buf_puts(&t, "\"}]}\n  - {id: b, title: B, desk-keys: [{sha256: \"");
	ed_buf_puts(&t, cert("desk-b"));
	ed_buf_puts(&t, "\"}]}\n  - {id: c, title: C}\n"
	                "  - {id: shut, title: S, changes: [{from: 2026-01-01, state: closed,\n"
	                "     reason: merged}]}\npeople:\n");
	for (size_t i = 0; i < N_PEOPLE; i++)
		ed_buf_printf(&t, "  - {id: %s, name: N, certificates: [{sha256: \"%s\"}]}\n",
		              people[i].id, cert(people[i].id));
	ed_buf_puts(&t, "posts:\n"
	                "  - {agency: a, post: head, holder: anna}\n"
	                "  - {agency: a, post: officer, holder: bob}\n"
	                "  - {agency: a, unit: field, post: officer, holder: cara}\n"
	                "  - {agency: a, post: clerk, holder: dan}\n"
	                "  - {agency: a, post: officer, holder: dan}\n"
	                "  - {agency: b, post: officer, holder: eve}\n"
	                "  - {agency: a, post: officer, holder: gone, until: 2026-02-01}\n"
	                "  - {agency: shut, post: officer, holder: hal}\n"
	                "  - {agency: b, post: officer, holder: ivo}\n"
	                "  - {agency: a, post: officer, holder: ivo}\n"
	                "  - {agency: c, post: officer, holder: jan}\n"
	                "deputies:\n"
	                "  - {agency: a, unit: field, post: officer, person: hal,\n"
	                "     from: 2026-03-01, until: 2026-03-06, basis: order 7}\n");
	if (ed_directory_parse(t.data, t.len, "d", arena, &directory, &err)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		exit(1);
	}
	ed_buf_clear(&t);
}

static const struct ed_directory *find(void *arg, const char *sha256)
{
	(void)arg;
	return strcmp(sha256 + 7, directory->sha256) ? NULL : directory;
}

static bool read_route(const char *of_roles, const char *of_steps, struct ed_route **route)
{
	const char *text = ed_arena_printf(arena, "%s%s%s", head, of_roles, of_steps);

	memset(&err, 0, sizeof(err));
	return ed_route_parse(text, strlen(text), "r", arena, route, &err) == EDOC_OK;
}

static void setup(void)
{
	struct ed_calendar *calendar;
	struct ed_route *route = NULL;
	struct ed_zone *zone;

	make_directory();
	if (!read_route(roles, steps, &route) ||
	    ed_calendar_parse(calendar_text, strlen(calendar_text), "c", arena, &calendar, &err) ||
	    ed_zone_load(NULL, "Asia/Dushanbe", &zone, &err)) {
		printf("Bail out! %s %s\n", err.where, err.msg);
		exit(1);
	}
	engine = (struct ed_engine){route, calendar, zone, find, NULL, arena};
}

/* ---- acts ---- */

struct said { /* one act; to: "bob", "officer@a", blanks between them */
	const char *event, *who, *outcome, *to, *reason, *until;
};
static const char *within; /* of the next acts, or NULL */

static const char *ref(const char *hex)
{
	return ed_arena_printf(arena, "sha256:%s", hex);
}

static enum edoc_code decide(const struct said *s, struct ed_command *c, struct ed_actor *actor)
{
	char *copy = strdup(s->to ? s->to : ""), *save = NULL;
	struct ed_whom_said said;
	const char *words[8];
	size_t n = 0;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words[n++] = ed_arena_strdup(arena, w);
	free(copy);
	words[n] = NULL;
	memset(&err, 0, sizeof(err));
	if (ed_whom_list(directory, words, arena, &said, &err))
		return err.code;
	*c = (struct ed_command){.event = s->event,
	                         .outcome = s->outcome,
	                         .reason = s->reason,
	                         .actor_cert = cert(s->who),
	                         .desk = !strcmp(s->event, "case.sent"),
	                         .now = now,
	                         .assign = said.v,
	                         .n_assign = said.n,
	                         .until = s->until,
	                         .within = within,
	                         .directory = ref(directory->sha256)};
	return ed_engine_decide(&engine, &state, c, actor, &err);
}

static const char *reason; /* of what was drafted: into the body */

/* The header that the act would get. */
static json_t *draft(const struct said *s)
{
	struct ed_command c;
	struct ed_actor actor;
	struct ed_draft d = {.case_id = "0123456789abcdef0123456789abcdef",
	                     .state = &state,
	                     .command = &c,
	                     .actor = &actor};
	json_t *h = NULL;

	reason = s->reason;
	if (decide(s, &c, &actor) || ed_draft_header(&d, &h, &err))
		return NULL;
	if (!strcmp(s->event, "case.submitted")) {
		ed_json_str(h, "route", ref(engine.route->sha256));
		ed_json_str(h, "calendar", ref(engine.calendar->sha256));
		ed_json_str(h, "package", ref(cert("anna")));
		json_object_set_new(h, "documents",
		                    json_pack("[{ss ss}]", "name", "a", "sha256", cert("anna")));
	}
	return h;
}

static struct ed_entry kept[200]; /* states borrow from entries */
static size_t n_kept;

/* The codes that folding it gives, "" when it is as it should be. */
static const char *folds(json_t *header, struct ed_state *into)
{
	struct ed_findings list;
	struct ed_entry *e = &kept[n_kept];
	const char *codes = "";
	json_t *body = NULL;

	ed_findings_init(&list, arena);
	memset(&err, 0, sizeof(err));
	if (reason)
		body = json_pack("{ss ss ss}", "format", "edoc-body/1", "salt",
		                 "0123456789abcdef0123456789abcdef", "reason", reason);
	if (ed_entry_make(header, body, e, &err))
		return ed_arena_printf(arena, "no entry: %s", err.msg);
	n_kept += n_kept + 1 < sizeof(kept) / sizeof(*kept);
	ed_engine_fold(&engine, into, e, &list);
	for (size_t i = 0; i < list.n; i++)
		codes = ed_arena_printf(arena, "%s%s%s", codes, i ? " " : "", list.v[i].code);
	return codes;
}

static bool plays(const struct said *s)
{
	json_t *h = draft(s);
	const char *codes = h ? folds(h, &state) : NULL;

	now += 3600;
	if (!ok(codes && !*codes, "%s by %s%s%s", s->outcome ? s->outcome : s->event, s->who,
	        s->to ? ", to " : "", s->to ? s->to : ""))
		printf("# %s %s: %s\n", err.where, err.msg, codes ? codes : "");
	return codes && !*codes;
}

static void refused(const struct said *s, enum edoc_code code, const char *word)
{
	struct ed_command c;
	struct ed_actor actor;
	enum edoc_code got = decide(s, &c, &actor);

	if (!ok(got == code && strstr(err.msg, word), "%s may not %s%s%s: \"%s\"", s->who,
	        s->outcome ? s->outcome : s->event, s->to ? ", to " : "", s->to ? s->to : "", word))
		printf("# %d %s: %s\n", got, err.where, err.msg);
}

/* The act's header after `change`, folded on a copy: that code, among others. */
static void forged(const struct said *s, void (*change)(json_t *h), const char *code,
                   const char *what)
{
	json_t *h = draft(s);
	struct ed_state copy;
	const char *codes;

	if (!ok(h && ed_state_copy(&copy, &state, 0, arena), "an entry to forge")) {
		printf("# %s %s\n", err.where, err.msg);
		return;
	}
	change(h);
	codes = ed_arena_printf(arena, "%s ", folds(h, &copy));
	if (!ok(strstr(codes, code) != NULL, "forged: %s: %s", what, code))
		printf("# %s\n", codes);
}

static void begin(void)
{
	ed_state_init(&state);
	ed_time_parse("2026-03-05T09:00:00+05:00", &now); /* a Thursday */
	plays(&(struct said){"case.submitted", "anna", NULL, NULL, NULL, NULL});
}

#define RESOLVED(to) (&(struct said){"step.done", "anna", "resolved", to, NULL, NULL})
#define DONE(who, outcome) (&(struct said){"step.done", who, outcome, NULL, NULL, NULL})

#define HANDS(who, to, until) (&(struct said){"step.delegated", who, NULL, to, NULL, until})
#define GIVES(who, to, why) (&(struct said){"step.reassigned", who, NULL, to, why, NULL})

/* ---- set-by ---- */

static void grammar(void)
{
	static const struct {
		const char *role, *steps, *word;
	} bad[] = {
	        {"{set-by: resolv}", steps,
	         "there is no step \"resolv\"; the nearest one is \"resolve\""},
	        {"{set-by: release}", steps, "does not stand before \"execute\""},
	        {"{set-by: execute}", steps, "does not stand before \"execute\""},
	        {"{set-by: Resolve}", steps, "is no name"},
	        {"{set-by: resolve, party: initiator}", steps, "the initiator is whoever submits"},
	        {"{set-by: resolve, agency: $item}", steps, "not \"do: each\""},
	        {"{set-by: out}",
	         "steps:\n  - {id: out, do: send, by: boss, to: boss}\n"
	         "  - {id: x, do: execute, by: executor, end: done}\n",
	         "is not done by people"},
	        {"{set-by: p}",
	         "steps:\n  - {id: p, do: parallel, branches: {q: {do: agree, by: boss}, r: {do: "
	         "agree, by: boss}}}\n"
	         "  - {id: x, do: execute, by: executor, end: done}\n",
	         "is not done by people"},
	        {"{set-by: q}",
	         "steps:\n  - {id: p, do: parallel, branches: {q: {do: agree, by: boss}, r: {do: "
	         "agree, by: boss}}}\n"
	         "  - {id: x, do: execute, by: executor, end: done}\n",
	         "does not stand before \"x\""},
	        {"{set-by: nowhere}", "steps:\n  - {id: x, do: execute, by: boss, end: done}\n",
	         "there is no step \"nowhere\""},
	};
	struct ed_route *route;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *r = ed_arena_printf(
		        arena,
		        "roles:\n  boss: {agency: a, post: head}\n  control: {post: clerk}\n"
		        "  executor: %s\n",
		        bad[i].role);
		bool read = read_route(r, bad[i].steps, &route);

		if (!ok(!read && strstr(err.msg, bad[i].word) && strchr(err.where, ':'), "%s: %s",
		        bad[i].role, bad[i].word))
			printf("# %s: %s\n", err.where, err.msg);
	}
	ok(read_route("roles:\n  boss: {post: head}\n  executor: {set-by: resolve}\n",
	              "steps:\n  - {id: resolve, do: resolve, by: boss}\n"
	              "  - {id: p, do: parallel, branches: {q: {do: agree, by: executor}, r: {do: "
	              "agree, by: boss}}}\n"
	              "  - {id: x, do: execute, by: executor, end: done}\n",
	              &route),
	   "a step before the branches names who acts in them");
	ok(!read_route("roles:\n  boss: {post: head}\n  executor: {set-by: resolve}\n",
	               "basis: law\nsteps:\n  - {id: resolve, do: resolve, by: boss, within: 1d,\n"
	               "     silent: agree}\n  - {id: x, do: execute, by: executor, end: done}\n",
	               &route) &&
	           strstr(err.msg, "silence names nobody"),
	   "silence names nobody");
}

/* ---- to an agency that a step names ---- */

static const char body_roles[] = "roles:\n"
                                 "  author: {party: initiator}\n"
                                 "  boss: {agency: a, post: head}\n"
                                 "  clerk: {agency: a, post: clerk, set-by: other}\n"
                                 "  body: {post: officer, set-by: direct}\n";
static const char body_steps[] =
        "steps:\n"
        "  - {id: other, do: resolve, by: boss, outcomes: {asked: {}, again: {then: forward}}}\n"
        "  - {id: direct, do: resolve, by: boss, then: forward}\n"
        "  - {id: forward, do: send, by: boss, to: body, needs: receipt}\n"
        "  - {id: work, do: execute, by: body, end: done}\n";

static void set_c(json_t *h)
{
	ed_json_str(h, "to", "c");
}

static void named_c(json_t *h)
{
	ed_json_str(json_array_get(json_object_get(h, "assign"), 0), "agency", "c");
}

#define DIRECTED(to) (&(struct said){"step.done", "anna", "resolved", to, NULL, NULL})
#define SENT (&(struct said){"case.sent", "desk-a", "sent", NULL, NULL, NULL})

static void forwarding(void)
{
	static const char *const bad[][2] = {
	        {"forward, do: send, by: clerk", "one step names who sends and to whom"},
	        {"forward, do: parallel, branches: {p: {do: send, by: boss, to: body}, q: {do: "
	         "agree, by: boss}}}\n  - {id: z, do: send, by: boss",
	         "a branch is sent to an agency that the route names"},
	        {"forward, do: send, by: boss, to: author, title: T}\n  - {id: z, do: send, by: "
	         "boss",
	         "names no agency"}};
	const struct ed_route *before = engine.route;
	struct ed_route *route;
	json_t *h;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *text = strdup(body_steps), *at = strstr(text, "forward, do: send");
		const char *rest = strstr(at, ", to: body");

		ok(!read_route(body_roles,
		               ed_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, bad[i][0],
		                               rest),
		               &route) &&
		           strstr(err.msg, bad[i][1]),
		   "%s", bad[i][1]);
		free(text);
	}
	if (!ok(read_route(body_roles, body_steps, &route), "a step names to whom is sent"))
		return;
	engine.route = route;
	begin();
	plays(&(struct said){"step.done", "anna", "again", NULL, NULL, NULL});
	refused(SENT, EDOC_ERR_DENIED, "nobody is named for \"body\"");
	begin();
	plays(&(struct said){"step.done", "anna", "asked", NULL, NULL, NULL});
	refused(DIRECTED(NULL), EDOC_ERR_INPUT, "name the person");
	refused(DIRECTED("a"), EDOC_ERR_DENIED, "the case is there");
	refused(DIRECTED("c"), EDOC_ERR_DENIED, "no desk key");
	refused(DIRECTED("shut"), EDOC_ERR_DENIED, "blocked or closed");
	refused(DIRECTED("eve"), EDOC_ERR_DENIED, "to an agency: name that");
	refused(DIRECTED("officer@b"), EDOC_ERR_DENIED, "to an agency: name that");
	refused(DIRECTED("b b"), EDOC_ERR_DENIED, "to one agency");
	forged(DIRECTED("b"), named_c, "route.assign", "an agency without a desk");
	plays(DIRECTED("b"));
	forged(SENT, set_c, "route.to", "sent to another than was named");
	h = draft(SENT);
	ok(h && !ed_json_str(h, "to", "b") && !*folds(h, &state), "sent to whom was named");
	is_str(state.sent_to, "b", "so it is on its way there");
	engine.route = before;
}

/* ---- a shorter term ---- */

static const char term_steps[] =
        "steps:\n"
        "  - {id: resolve, do: resolve, by: boss, sets-term: execute,\n"
        "     outcomes: {resolved: {}, refused: {then: execute}}}\n"
        "  - {id: execute, do: execute, by: boss, within: 5wd}\n"
        "  - {id: check, do: review, by: boss, within: 1wd,\n"
        "     outcomes: {good: {}, again: {then: execute, times: 2}, anew: {then: resolve, times: "
        "2}}}\n"
        "  - {id: archive, do: archive, by: boss, end: done}\n";

static void longer(json_t *h)
{
	ed_json_str(h, "within", "6wd");
}

static void unasked(json_t *h)
{
	ed_json_str(h, "within", "1wd");
}

/* The open step's term, as its entry will say it. */
static void has_term(const char *text)
{
	char term[16];

	ed_term_text(term, state.open[0]->clock->def->within);
	is_str(term, text, "the open step's term");
}

static void set_terms(void)
{
	static const char *const bad[][2] = {
	        {"archive", "has no \"within:\""},
	        {"nowhere", "no such step stands behind"},
	        {"resolve", "no such step stands"},
	        {"Execute", "is no name"},
	        {"execute}\n  - {id: two, do: resolve, by: boss, sets-term: execute",
	         "is set by \"resolve\" already"},
	        {"execute}\n  - {id: s, do: send, by: boss, to: boss, sets-term: execute",
	         "a term is set by a person"}};
	const char *const r = "roles:\n  author: {party: initiator}\n"
	                      "  boss: {agency: a, post: head}\n";
	const struct ed_route *before = engine.route;
	struct ed_route *route;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *text = ed_arena_printf(
		        arena,
		        "steps:\n  - {id: resolve, do: resolve, by: boss, sets-term: %s}\n"
		        "  - {id: execute, do: execute, by: boss, within: 5wd}\n"
		        "  - {id: archive, do: archive, by: boss, end: done}\n",
		        bad[i][0]);

		if (!ok(!read_route(r, text, &route) && strstr(err.msg, bad[i][1]), "%s",
		        bad[i][1]))
			printf("# %s\n", err.msg);
	}
	if (!ok(read_route(r, term_steps, &route), "a step that sets a term"))
		return;
	engine.route = route;
	begin();
	within = "6wd";
	refused(DONE("anna", "resolved"), EDOC_ERR_DENIED, "no shorter term");
	within = "3d";
	refused(DONE("anna", "resolved"), EDOC_ERR_DENIED, "in the same unit");
	within = "3";
	refused(DONE("anna", "resolved"), EDOC_ERR_DENIED, "no shorter term");
	within = "2wd";
	refused(DONE("anna", "refused"), EDOC_ERR_INPUT, "sets no term");
	forged(DONE("anna", "resolved"), longer, "route.term ", "a longer term");
	plays(DONE("anna", "resolved"));
	has_term("2wd");
	refused(DONE("anna", "executed"), EDOC_ERR_INPUT, "sets no term");
	within = NULL;
	forged(DONE("anna", "executed"), unasked, "route.term-unasked ", "a term of its own");
	plays(DONE("anna", "executed"));
	plays(DONE("anna", "again"));
	has_term("2wd");
	plays(DONE("anna", "executed"));
	plays(DONE("anna", "anew"));
	within = "5wd";
	plays(DONE("anna", "resolved"));
	within = NULL;
	has_term("5wd");
	plays(DONE("anna", "executed"));
	plays(DONE("anna", "anew"));
	plays(DONE("anna", "resolved"));
	has_term("5wd");
	begin();
	plays(DONE("anna", "refused"));
	has_term("5wd");
	engine.route = before;
}

static void naming(void)
{
	begin();
	refused(DONE("anna", "resolved"), EDOC_ERR_INPUT, "name the person");
	refused(RESOLVED("anna"), EDOC_ERR_DENIED, "holds no post that fits");
	refused(RESOLVED("nobody"), EDOC_ERR_ABSENT, "no person and no agency");
	refused(RESOLVED("gone"), EDOC_ERR_DENIED, "holds no post that fits");
	refused(RESOLVED("hal"), EDOC_ERR_DENIED, "blocked or closed");
	refused(RESOLVED("head@a"), EDOC_ERR_DENIED, "nobody holds that post, or it does not fit");
	refused(RESOLVED("officer@b/field"), EDOC_ERR_DENIED, "nobody holds that post");
	refused(RESOLVED("officer@"), EDOC_ERR_USAGE, "is no POST@AGENCY");
	refused(RESOLVED("officer@nowhere"), EDOC_ERR_ABSENT, "no agency \"nowhere\"");
	refused(RESOLVED("control=bob"), EDOC_ERR_INPUT, "does not say who is \"control\"");
	refused(RESOLVED("bob bob"), EDOC_ERR_DENIED, "named twice");
	refused(&(struct said){"step.done", "anna", "refused", "bob", "law", NULL}, EDOC_ERR_INPUT,
	        "names nobody");
	refused(&(struct said){"step.done", "bob", "resolved", "bob", NULL, NULL}, EDOC_ERR_DENIED,
	        "may not act as \"boss\"");
	plays(RESOLVED("bob cara"));
	is_str(ed_visit_role(state.open[0]).person, "bob", "the first one answers");
	is_str(ed_visit_named(state.open[0], 1)->person, "cara", "the other is named");
	is_str(ed_visit_named(state.open[0], 1)->agency, "a", "with the agency of the post");
	refused(DONE("cara", "executed"), EDOC_ERR_DENIED, "may not act as \"executor\"");
	refused(&(struct said){"step.done", "bob", "executed", "cara", NULL, NULL}, EDOC_ERR_INPUT,
	        "names nobody");
	plays(DONE("bob", "executed"));
	plays(DONE("dan", "returned"));
	refused(DONE("cara", "executed"), EDOC_ERR_DENIED, "may not act");
	plays(DONE("bob", "executed"));
	plays(DONE("dan", "again"));
	plays(RESOLVED("executor=cara"));
	refused(DONE("bob", "executed"), EDOC_ERR_DENIED, "may not act");
	plays(DONE("hal", "executed")); /* who takes cara's place by the directory */
	is_str(state.visits[6]->person, "hal", "the deputy acted");
	is_str(state.visits[6]->principal, "cara", "for the one who is named");
}

static void posts(void)
{
	begin();
	plays(RESOLVED("officer@a/field"));
	refused(DONE("bob", "executed"), EDOC_ERR_DENIED, "may not act");
	plays(DONE("cara", "executed"));
	begin();
	plays(RESOLVED("officer@a"));
	plays(DONE("cara", "executed"));
	begin();
	plays(RESOLVED("a"));
	plays(DONE("dan", "executed"));
	refused(DONE("dan", "released"), EDOC_ERR_DENIED, "acted as \"executor\"");
}

/* Who fits at another agency alone could not act: the case would be stuck. */
static void elsewhere(void)
{
	begin();
	refused(RESOLVED("eve"), EDOC_ERR_DENIED,
	        "the step \"execute\" is done at a, and the post is one of b");
	refused(RESOLVED("b"), EDOC_ERR_DENIED, "is done at a");
	refused(RESOLVED("officer@b"), EDOC_ERR_DENIED, "is done at a");
	refused(RESOLVED("bob eve"), EDOC_ERR_DENIED, "is done at a");
	plays(RESOLVED("ivo")); /* who is an officer of both, and of b first */
	is_str(ed_visit_named(state.open[0], 0)->agency, "a", "in the post of the right agency");
	refused(GIVES("anna", "eve", "ill"), EDOC_ERR_DENIED, "is done at a");
	refused(GIVES("anna", "b", "ill"), EDOC_ERR_DENIED, "is done at a");
	plays(GIVES("anna", "bob", "ill"));
	plays(GIVES("anna", "ivo", "well again"));
	plays(DONE("ivo", "executed"));
}

#define EXECUTE "  - {id: execute, do: execute, by: executor}\n"

/* Where the step will be: behind sends, branches, choices and loops. */
static void places(void)
{
	static const char send[] = "  - {id: out, do: send, by: boss, to: other, needs: receipt}\n";
	static const char resolve[] =
	        "steps:\n  - {id: resolve, do: resolve, by: boss, within: 2wd,\n"
	        "     outcomes: {resolved: %s, refused: {then: out, reason: required}}}\n";
	static const struct {
		const char *first, *before, *behind, *fit, *what;
	} t[] = {
	        {"{}", "  - {id: execute, do: execute, by: executor, then: z}\n", "", "bob",
	         "before the send"},
	        {"{}", "", EXECUTE, "eve", "behind the send"},
	        {"{then: execute}", "", EXECUTE, "bob", "past the send"},
	        {"{}",
	         "  - {id: edit, do: edit, by: boss, outcomes: {on: {}, by: {then: execute}}}\n",
	         EXECUTE, "bob eve", "behind it or not: nobody can know"},
	        {"{}", EXECUTE, "  - {id: more, do: execute, by: executor}\n", "",
	         "on both sides: nobody is at both"},
	        {"{}", "",
	         "  - {id: p, do: parallel, branches: {q: {do: agree, by: executor}, r: {do: "
	         "agree, by: boss}}}\n",
	         "eve", "in a branch behind it"},
	        {"{}",
	         "  - {id: p, do: parallel, branches: {q: {do: agree, by: boss}, r: {do: agree, "
	         "by: boss}}}\n",
	         EXECUTE, "eve", "behind branches and a send"},
	        {"{}",
	         "  - {id: p, do: parallel, branches: {q: {steps: [{id: far, do: send, by: boss, "
	         "to: "
	         "other, needs: receipt}, {id: w, do: agree, by: boss}]}, r: {do: agree, by: "
	         "boss}}, then: home}\n  - {id: home, do: execute, by: executor, then: z}\n",
	         "", "bob", "behind branches of which one went away and came back"},
	        {"{}",
	         "  - {id: p, do: parallel, branches: {q: {steps: [{id: far, do: send, by: boss, "
	         "to: "
	         "other, needs: receipt}, {id: w, do: agree, by: executor}]}, r: {do: agree, by: "
	         "boss}}, then: z}\n",
	         "", "eve", "in the branch that went away"},
	        {"{}",
	         "  - {id: c, do: choose,\n     cases: [{if: {field: f, is: yes}, then: out}, "
	         "{then: execute}]}\n",
	         EXECUTE, "bob eve", "by a choice"},
	        {"{}", "", "  - {id: back, do: review, by: boss, then: resolve}\n" EXECUTE,
	         "bob eve", "after another resolution alone: it names anew"},
	};
	const struct ed_route *usual = engine.route;
	struct ed_route *route = NULL;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		const char *format = ed_arena_printf(
		        arena, "fields:\n  f: {type: boolean, required: no}\n%s%s%s%s%s",
		        ed_arena_printf(arena, resolve, t[i].first), t[i].before, send, t[i].behind,
		        "  - {id: z, do: archive, by: control, end: done}\n");
		bool read = read_route("roles:\n  boss: {post: head}\n  control: {post: clerk}\n"
		                       "  executor: {set-by: resolve, post: officer}\n"
		                       "  other: {agency: b}\n",
		                       format, &route);

		if (!ok(read, "a route: %s", t[i].what)) {
			printf("# %s: %s\n", err.where, err.msg);
			continue;
		}
		engine.route = route;
		ed_state_init(&state);
		ed_time_parse("2026-03-05T09:00:00+05:00", &now);
		plays(&(struct said){"case.submitted", "anna", NULL, NULL, NULL, NULL});
		for (const char *who = "bob\0eve\0"; *who; who += 4) {
			struct ed_command c;
			struct ed_actor actor;
			bool fits = strstr(t[i].fit, who);

			if (!ok(!decide(RESOLVED(who), &c, &actor) == fits, "%s: %s %s", t[i].what,
			        who, fits ? "fits" : "does not"))
				printf("# %s: %s\n", err.where, err.msg);
		}
	}
	engine.route = usual;
}

/* What the entry says is not what the desk would write. */
static void nobody_named(json_t *h)
{
	json_object_del(h, "assign");
}
static json_t *first(json_t *h)
{
	return json_array_get(json_object_get(h, "assign"), 0);
}
static void a_stranger(json_t *h)
{
	ed_json_str(first(h), "person", "stranger");
}
static void a_head(json_t *h)
{
	ed_json_str(first(h), "person", "anna");
}
static void other_agency(json_t *h)
{
	ed_json_str(first(h), "agency", "b");
}
static void eve_of_b(json_t *h)
{
	ed_json_str(first(h), "person", "eve");
	ed_json_str(first(h), "agency", "b");
}
static void other_role(json_t *h)
{
	ed_json_str(first(h), "role", "control");
}
static void no_agency(json_t *h)
{
	json_object_del(first(h), "agency");
}
static void person_and_post(json_t *h)
{
	ed_json_str(first(h), "post", "officer");
}
static void twice(json_t *h)
{
	json_array_append(json_object_get(h, "assign"), first(h));
}
static void named_late(json_t *h)
{
	json_object_set_new(
	        h, "assign",
	        json_pack("[{ss ss ss}]", "role", "executor", "person", "cara", "agency", "a"));
}
static void by_cara(json_t *h)
{
	ed_json_str(json_object_get(h, "actor"), "cert", cert("cara"));
	ed_json_str(json_object_get(h, "actor"), "person", "cara");
	ed_json_str(json_object_get(h, "actor"), "unit", "field");
}

static void forgeries(void)
{
	begin();
	forged(RESOLVED("bob"), nobody_named, "route.assign-missing", "nobody is named");
	forged(RESOLVED("bob"), a_stranger, "route.assign", "nobody of the directory");
	forged(RESOLVED("bob"), a_head, "route.assign", "who does not fit");
	forged(RESOLVED("bob"), other_agency, "route.assign", "not of that agency");
	forged(RESOLVED("bob"), eve_of_b, "route.assign", "who fits where the step is not");
	forged(RESOLVED("bob"), other_role, "route.assign-unasked", "another role");
	forged(RESOLVED("bob"), no_agency, "no entry", "without the agency");
	forged(RESOLVED("bob"), person_and_post, "no entry", "a person and a post");
	forged(RESOLVED("bob"), twice, "no entry", "twice");
	plays(RESOLVED("bob"));
	forged(DONE("bob", "executed"), named_late, "route.assign-unasked",
	       "at a step that sets none");
	forged(DONE("bob", "executed"), by_cara, "route.role", "by whom nobody named");
}

/* ---- handed on ---- */

static void hand_grammar(void)
{
	static const struct {
		const char *keys, *word;
	} bad[] = {
	        {"delegate: yes", "is written {depth: 1, keep: responsible}"},
	        {"delegate: {depth: 0, keep: responsible}", "depth"},
	        {"delegate: {depth: 6, keep: responsible}", "depth"},
	        {"delegate: {depth: 1}", "keep"},
	        {"delegate: {depth: 1, keep: nothing}", "who delegates still answers"},
	        {"delegate: {depht: 1, keep: responsible}", "depth"},
	        {"reassign: boss", "is written {by: head}"},
	        {"reassign: {}", "is written {by: head}"},
	        {"reassign: {by: []}", "is written {by: head}"},
	        {"reassign: {by: bos}", "the nearest one is \"boss\""},
	        {"reassign: {by: author}", "who submitted the case"},
	        {"reassign: {by: executor}", "is itself named by a step"},
	        {"reassign: {by: boss, to: boss}", "\"to\""},
	};
	struct ed_route *route;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *text =
		        ed_arena_printf(arena,
		                        "steps:\n  - {id: resolve, do: resolve, by: boss}\n"
		                        "  - {id: x, do: execute, by: executor, end: done, %s}\n",
		                        bad[i].keys);

		if (!ok(!read_route(roles, text, &route) && strstr(err.msg, bad[i].word), "%s: %s",
		        bad[i].keys, bad[i].word))
			printf("# %s: %s\n", err.where, err.msg);
	}
	ok(!read_route("roles:\n  boss: {agency: a, post: head}\n",
	               "steps:\n  - {id: x, do: send, by: boss, to: boss,\n"
	               "     delegate: {depth: 1, keep: responsible}}\n",
	               &route) &&
	           strstr(err.msg, "nobody hands it on"),
	   "what a desk does is not handed on");
	ok(!read_route("roles:\n  author: {party: initiator}\n",
	               "steps:\n  - {id: x, do: edit, by: author, end: done,\n"
	               "     delegate: {depth: 1, keep: responsible}}\n",
	               &route) &&
	           strstr(err.msg, "nobody hands it on"),
	   "nor what the initiator does");
}

static void resolved(const char *to)
{
	begin();
	plays(RESOLVED(to));
}

static void day(const char *text)
{
	ed_time_parse(ed_arena_printf(arena, "%sT12:00:00+05:00", text), &now);
}

static void handing(void)
{
	json_t *h;

	begin();
	refused(HANDS("anna", "bob", NULL), EDOC_ERR_DENIED, "the step has no \"delegate:\"");
	resolved("bob");
	refused(HANDS("cara", "dan", NULL), EDOC_ERR_DENIED, "may not act as \"executor\"");
	refused(HANDS("bob", "eve", NULL), EDOC_ERR_DENIED, "holds no post at this agency");
	refused(HANDS("bob", "gone", NULL), EDOC_ERR_DENIED, "holds no post at this agency");
	refused(HANDS("bob", "bob", NULL), EDOC_ERR_DENIED, "in whose place");
	refused(HANDS("bob", "dan", "2026-03-04"), EDOC_ERR_DENIED, "that day is over");
	refused(HANDS("bob", "dan", "tomorrow"), EDOC_ERR_DENIED, "it is no day");
	refused(DONE("dan", "executed"), EDOC_ERR_DENIED, "may not act");
	plays(HANDS("bob", "dan", "2026-03-06"));
	ok(ed_state_open(&state, "execute") != NULL, "the step stays open");
	refused(HANDS("dan", "bob", NULL), EDOC_ERR_DENIED, "in whose place");
	refused(HANDS("dan", "dan", NULL), EDOC_ERR_DENIED, "in whose place");
	refused(HANDS("dan", "anna", "2026-03-07"), EDOC_ERR_DENIED, "himself until 2026-03-06");
	h = draft(HANDS("dan", "anna", NULL));
	is_str(ed_json_get_str(json_object_get(h, "delegate"), "until"), "2026-03-06",
	       "no longer than one's own");
	is_str(ed_json_get_str(json_object_get(h, "acting_for"), "person"), "bob",
	       "who is handed it acts for whom it is done");
	json_decref(h);
	plays(HANDS("dan", "anna", NULL));
	refused(HANDS("anna", "cara", NULL), EDOC_ERR_DENIED, "may be handed on 2 times, not 3");
	day("2026-03-06");
	plays(DONE("anna", "executed"));
	is_str(state.visits[1]->principal, "bob", "for him");
	is_str(state.visits[1]->behind[0], "dan", "through him");
	refused(DONE("dan", "released"), EDOC_ERR_DENIED, "acted as \"executor\"");
	resolved("bob");
	plays(HANDS("bob", "dan", "2026-03-06"));
	plays(DONE("bob", "executed")); /* keep: responsible */
	is_str(state.visits[1]->principal, NULL, "for nobody else");
}

static void ends_of_handing(void)
{
	resolved("bob");
	plays(HANDS("bob", "dan", "2026-03-06"));
	day("2026-03-07");
	refused(DONE("dan", "executed"), EDOC_ERR_DENIED, "was handed to dan until 2026-03-06");
	refused(HANDS("dan", "anna", NULL), EDOC_ERR_DENIED, "was handed to dan until");
	resolved("cara");
	plays(HANDS("hal", "dan", NULL)); /* cara's deputy until 6 March */
	is_ok(decide(DONE("dan", "executed"), &(struct ed_command){0}, &(struct ed_actor){0}), &err,
	      "while the deputy is one");
	day("2026-03-07");
	refused(DONE("dan", "executed"), EDOC_ERR_DENIED, "by hal, who may not do it today");
	resolved("bob");
	plays(HANDS("bob", "dan", NULL));
	plays(HANDS("bob", "anna", NULL));
	refused(DONE("dan", "executed"), EDOC_ERR_DENIED, "may not act as");
	plays(DONE("anna", "executed"));
	plays(DONE("dan", "returned"));
	refused(DONE("anna", "executed"), EDOC_ERR_DENIED, "may not act as"); /* another visit */
}

/* ---- given to another ---- */

static void giving(void)
{
	begin();
	refused(GIVES("anna", "bob", "ill"), EDOC_ERR_DENIED, "no step set who does it");
	plays(RESOLVED("bob"));
	plays(HANDS("bob", "dan", NULL));
	refused(GIVES("bob", "cara", "ill"), EDOC_ERR_DENIED, "bob may not give");
	refused(GIVES("anna", "cara", NULL), EDOC_ERR_INPUT, "needs a reason");
	refused(GIVES("anna", "anna", "ill"), EDOC_ERR_DENIED, "holds no post that fits");
	refused(GIVES("anna", "control=dan", "ill"), EDOC_ERR_INPUT, "does not say who is");
	plays(GIVES("anna", "cara", "ill"));
	refused(DONE("bob", "executed"), EDOC_ERR_DENIED, "may not act as");
	refused(DONE("dan", "executed"), EDOC_ERR_DENIED, "may not act as");
	plays(DONE("cara", "executed"));
	refused(GIVES("dan", "officer@a", "ill"), EDOC_ERR_DENIED, "dan may not give");
	plays(GIVES("anna", "clerk@a", "ill"));
	plays(DONE("dan", "returned"));
	refused(DONE("bob", "executed"), EDOC_ERR_DENIED, "may not act as");
	plays(DONE("cara", "executed")); /* whoever it was given to keeps it */
}

/* ---- forged ---- */

static void set_delegate(json_t *h, const char *person)
{
	ed_json_str(h, "event", "step.delegated");
	json_object_del(h, "outcome");
	json_object_del(h, "clock");
	json_object_set_new(h, "delegate", json_pack("{ss}", "person", person));
}
static void delegates_to_cara(json_t *h)
{
	set_delegate(h, "cara");
}
static void to_stranger(json_t *h)
{
	ed_json_str(json_object_get(h, "delegate"), "person", "stranger");
}
static void to_himself(json_t *h)
{
	ed_json_str(json_object_get(h, "delegate"), "person", "bob");
}
static void to_nobody(json_t *h)
{
	json_object_del(h, "delegate");
}
static void until_yesterday(json_t *h)
{
	ed_json_str(json_object_get(h, "delegate"), "until", "2026-03-04");
}
static void until_never(json_t *h)
{
	json_object_del(json_object_get(h, "delegate"), "until");
}
static void until_word(json_t *h)
{
	ed_json_str(json_object_get(h, "delegate"), "until", "soon");
}
static void a_day_later(json_t *h)
{
	ed_json_str(h, "time", "2026-03-07T05:00:00Z");
}
static void for_cara(json_t *h)
{
	ed_json_str(json_object_get(h, "acting_for"), "person", "cara");
}
static void for_nobody(json_t *h)
{
	json_object_del(h, "acting_for");
	json_object_del(json_object_get(h, "actor"), "delegated");
}
static void with_outcome(json_t *h)
{
	ed_json_str(h, "outcome", "executed");
}
static void no_reason(json_t *h)
{
	(void)h;
	reason = NULL;
}
static void given_by_bob(json_t *h)
{
	json_t *actor = json_object_get(h, "actor");

	ed_json_str(actor, "cert", cert("bob"));
	ed_json_str(actor, "person", "bob");
	ed_json_str(actor, "post", "officer");
}

static void hand_forgeries(void)
{
	resolved("bob");
	forged(HANDS("bob", "dan", NULL), to_stranger, "route.delegate-who", "to nobody known");
	forged(HANDS("bob", "dan", NULL), to_himself, "route.delegate-cycle", "to himself");
	forged(HANDS("bob", "dan", NULL), until_yesterday, "route.delegate-until", "until before");
	forged(HANDS("bob", "dan", NULL), until_word, "no entry", "until soon");
	forged(HANDS("bob", "dan", NULL), to_nobody, "no entry", "to nobody");
	forged(HANDS("bob", "dan", NULL), by_cara, "route.role", "by whom it is not");
	forged(GIVES("anna", "cara", "ill"), given_by_bob, "route.reassign-who",
	       "by the one before");
	forged(GIVES("anna", "cara", "ill"), a_stranger, "route.assign", "to nobody known");
	forged(GIVES("anna", "cara", "ill"), other_role, "route.assign-unasked", "another role");
	forged(GIVES("anna", "cara", "ill"), no_reason, "route.reason", "for no reason");
	plays(HANDS("bob", "dan", "2026-03-06"));
	forged(HANDS("dan", "anna", NULL), until_never, "route.delegate-until", "beyond his own");
	forged(HANDS("dan", "anna", NULL), with_outcome, "no entry", "with an outcome");
	forged(DONE("dan", "executed"), a_day_later, "route.delegate-over", "after the last day");
	forged(DONE("dan", "executed"), for_cara, "route.actor", "for somebody else");
	forged(DONE("dan", "executed"), for_nobody, "route.actor", "for himself");
	plays(HANDS("dan", "anna", NULL));
	forged(DONE("anna", "executed"), delegates_to_cara, "route.delegate-depth", "too deep");
	plays(DONE("bob", "executed"));
	forged(DONE("dan", "returned"), delegates_to_cara, "route.delegate ",
	       "where the route allows none");
}

int main(void)
{
	arena = ed_arena_new();
	setup();
	grammar();
	forwarding();
	set_terms();
	naming();
	posts();
	elsewhere();
	places();
	forgeries();
	hand_grammar();
	handing();
	ends_of_handing();
	giving();
	hand_forgeries();
	for (size_t i = 0; i <= n_kept; i++)
		ed_entry_clear(&kept[i]);
	ed_zone_free((struct ed_zone *)engine.zone);
	ed_arena_free(arena);
	return done();
}
