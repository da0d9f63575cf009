/* SPDX-License-Identifier: ISC */
/* route/directorydiff: what a later version may say otherwise, one thing at a time. */
#include "route/directory.h"

#include "../tap.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C64 "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define D64 "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

static struct ed_arena *arena;
static struct edoc_error err;

static const char base[] =
        "format: edoc-directory/1\n"
        "version: 4\n"
        "agencies:\n"
        "  - id: moliya\n"
        "    title: Finance\n"
        "    ids: {stir: 201122919}\n"
        "    parent: adliya\n"
        "    links: [aloqa]\n"
        "    transport: mail\n"
        "    changes: [{from: 2026-04-01, state: blocked, reason: audit}]\n"
        "    desk-keys: [{sha256: " A64 ", from: 2026-01-01, until: 2026-12-31}]\n"
        "  - {id: adliya, title: Justice}\n"
        "  - {id: aloqa, title: Digital}\n"
        "people:\n"
        "  - id: karim\n"
        "    name: Karim\n"
        "    certificates: [{sha256: " B64 "}]\n"
        "  - {id: zulfiya, name: Zulfiya}\n"
        "posts:\n"
        "  - {agency: moliya, unit: hr, post: head, holder: karim, from: 2026-02-01}\n"
        "  - {agency: moliya, unit: hr, post: head, holder: karim, from: 2026-02-01}\n"
        "  - {agency: adliya, post: head, holder: zulfiya, until: 2026-08-31}\n"
        "deputies:\n"
        "  - {agency: adliya, post: head, person: karim, from: 2026-03-01, basis: order 1}\n";

static struct ed_directory *parse(const char *text)
{
	struct ed_directory *d = NULL;

	memset(&err, 0, sizeof(err));
	if (ed_directory_parse(text, strlen(text), "d", arena, &d, &err))
		printf("# %s: %s\n", err.where, err.msg);
	return d;
}

/* base as version 5, with that change. */
static struct ed_directory *changed(const char *from, const char *to)
{
	static char text[6000];
	const char *at = strstr(base, from);
	size_t n = at ? (size_t)(at - base) : 0;

	snprintf(text, sizeof(text), "%.*s%s%s", (int)n, base, to, at ? at + strlen(from) : "");
	memcpy(strstr(text, "version: 4"), "version: 5", 10);
	return at ? parse(text) : NULL;
}

/* Just one difference, and this one. */
static void differs(const char *from, const char *to, enum ed_differs how, bool may,
                    const char *said)
{
	struct ed_differences list = {.arena = arena};
	struct ed_directory *old = parse(base), *now = changed(from, to);
	char shown[200];

	if (!ok(now && !ed_directory_compare(old, now, &list, &err) && list.n == 1, "%s: one", to))
		printf("# %zu differences\n", list.n);
	if (!list.n)
		return;
	snprintf(shown, sizeof(shown), "%s %s%s%s", list.v[0].kind, list.v[0].row,
	         list.v[0].key ? " " : "", list.v[0].key ? list.v[0].key : "");
	is_str(shown, said, "  it is named");
	ok(list.v[0].how == how && list.v[0].may == may, "  %s", may ? "may be" : "may not be");
	ok(!ed_differences_broken(&list) == may, "  and is found so");
	ok((ed_directory_follows(old, now, "d", arena, &err) == EDOC_OK) == may,
	   "  by install too");
}

static void may_be(void)
{
	differs("from: 2026-02-01}\n", "from: 2026-02-01, until: 2026-05-01}\n", ED_ENDED, true,
	        "post moliya/hr/head karim from 2026-02-01 until");
	differs("until: 2026-08-31", "until: 2026-08-30", ED_ENDED, true,
	        "post adliya/head zulfiya until");
	differs("until: 2026-12-31", "until: 2026-12-30", ED_ENDED, true,
	        "desk key moliya aaaaaaaaaaaaaaaa until");
	differs("{sha256: " B64 "}", "{sha256: " B64 ", until: 2026-12-30}", ED_ENDED, true,
	        "certificate karim bbbbbbbbbbbbbbbb until");
	differs("from: 2026-03-01, basis", "from: 2026-03-01, until: 2026-04-01, basis", ED_ENDED,
	        true, "deputy adliya/head karim from 2026-03-01 until");
	differs("{sha256: " B64 "}", "{sha256: " B64 "}, {sha256: " C64 "}", ED_ADDED, true,
	        "certificate karim cccccccccccccccc");
	differs("until: 2026-12-31}", "until: 2026-12-31}, {sha256: " C64 "}", ED_ADDED, true,
	        "desk key moliya cccccccccccccccc");
	differs("{stir: 201122919}", "{stir: 201122919, code: M7}", ED_ADDED, true,
	        "agency moliya code");
	differs("name: Zulfiya", "name: Zulfiya, ids: {pinfl: 31503860540012}", ED_ADDED, true,
	        "person zulfiya pinfl");
	differs("reason: audit}", "reason: audit}, {from: 2026-05-01, state: active}", ED_ADDED,
	        true, "agency moliya changes");
	differs("name: Zulfiya", "name: Zulfiya, changes: [{from: 2026-05-01, name: Z}]", ED_ADDED,
	        true, "person zulfiya changes");
	differs("people:\n", "  - {id: new, title: New}\npeople:\n", ED_ADDED, true, "agency new");
	differs("posts:\n", "  - {id: new, name: New}\nposts:\n", ED_ADDED, true, "person new");
	differs("deputies:\n", "  - {agency: aloqa, post: head, holder: karim}\ndeputies:\n",
	        ED_ADDED, true, "post aloqa/head karim");
	differs("basis: order 1}\n",
	        "basis: order 1}\n  - {agency: adliya, post: head, person: karim,\n"
	        "     from: 2026-03-01, basis: order 2}\n",
	        ED_ADDED, true, "deputy adliya/head karim from 2026-03-01");
}

static void may_not_be(void)
{
	differs("title: Finance", "title: Money", ED_CHANGED, false, "agency moliya title");
	differs("{stir: 201122919}", "{stir: 201122918}", ED_CHANGED, false, "agency moliya stir");
	differs("{stir: 201122919}", "{}", ED_CHANGED, false, "agency moliya stir");
	differs("parent: adliya", "parent: aloqa", ED_CHANGED, false, "agency moliya parent");
	differs("    parent: adliya\n", "", ED_CHANGED, false, "agency moliya parent");
	differs("links: [aloqa]", "links: [adliya]", ED_CHANGED, false, "agency moliya links");
	differs("transport: mail", "transport: xroad", ED_CHANGED, false,
	        "agency moliya transport");
	differs("title: Digital", "title: Digital, parent: adliya", ED_CHANGED, false,
	        "agency aloqa parent");
	differs("reason: audit", "reason: other", ED_CHANGED, false, "agency moliya changes");
	differs("from: 2026-04-01, state", "from: 2026-04-02, state", ED_CHANGED, false,
	        "agency moliya changes");
	differs("    changes: [{from: 2026-04-01, state: blocked, reason: audit}]\n", "",
	        ED_CHANGED, false, "agency moliya changes");
	differs("until: 2026-12-31", "until: 2027-01-01", ED_CHANGED, false,
	        "desk key moliya aaaaaaaaaaaaaaaa until");
	differs(", until: 2026-12-31", "", ED_CHANGED, false,
	        "desk key moliya aaaaaaaaaaaaaaaa until");
	differs("from: 2026-01-01", "from: 2026-01-02", ED_CHANGED, false,
	        "desk key moliya aaaaaaaaaaaaaaaa from");
	differs("until: 2026-12-31}", "until: 2026-12-31, basis: x}", ED_CHANGED, false,
	        "desk key moliya aaaaaaaaaaaaaaaa basis");
	differs("until: 2026-12-31}", "until: 2026-12-31, rotation: \"sha256:" D64 "\"}",
	        ED_CHANGED, false, "desk key moliya aaaaaaaaaaaaaaaa rotation");
	differs("    desk-keys: [{sha256: " A64 ", from: 2026-01-01, until: 2026-12-31}]\n", "",
	        ED_REMOVED, false, "desk key moliya aaaaaaaaaaaaaaaa");
	differs("    certificates: [{sha256: " B64 "}]\n", "", ED_REMOVED, false,
	        "certificate karim bbbbbbbbbbbbbbbb");
	differs("{sha256: " B64 "}", "{sha256: " B64 ", from: 2026-01-01}", ED_CHANGED, false,
	        "certificate karim bbbbbbbbbbbbbbbb from");
	differs("name: Karim", "name: Karima", ED_CHANGED, false, "person karim name");
	differs("until: 2026-08-31", "until: 2026-09-01", ED_CHANGED, false,
	        "post adliya/head zulfiya until");
	differs("deputies:\n"
	        "  - {agency: adliya, post: head, person: karim, from: 2026-03-01, basis: order "
	        "1}\n",
	        "", ED_REMOVED, false, "deputy adliya/head karim from 2026-03-01");
	differs("  - {agency: moliya, unit: hr, post: head, holder: karim, from: 2026-02-01}\n", "",
	        ED_REMOVED, false, "post moliya/hr/head karim from 2026-02-01");
}

/* What must go with what it names. */
static void more(const char *from, const char *to, size_t n, const char *kind, const char *what)
{
	struct ed_differences list = {.arena = arena};
	struct ed_directory *now = changed(from, to);
	const struct ed_difference *broken;

	ok(now && !ed_directory_compare(parse(base), now, &list, &err) && list.n == n,
	   "%s: %zu differences", what, n);
	broken = ed_differences_broken(&list);
	is_str(broken ? broken->kind : NULL, kind, "  the first that may not be");
}

static void rows(void)
{
	more("version: 4", "version: 4", 0, NULL, "the same rows");
	more("  - {id: adliya, title: Justice}\n  - {id: aloqa, title: Digital}\n",
	     "  - {id: aloqa, title: Digital}\n  - {id: adliya, title: Justice}\n", 0, NULL,
	     "in another order");
	more("    certificates: [{sha256: " B64 "}]\n  - {id: zulfiya, name: Zulfiya}\n",
	     "  - {id: zulfiya, name: Zulfiya, certificates: [{sha256: " B64 "}]}\n", 2,
	     "certificate", "a certificate that goes to somebody else");
	more("post: head, holder: zulfiya", "post: head, holder: karim", 2, "post",
	     "a post that gets another holder");
	more("basis: order 1}", "basis: order 2}", 2, "deputy", "a deputy by another order");
	more("from: 2026-02-01}\n", "from: 2026-01-01}\n", 2, "post", "a post from another day");
	more("from: 2026-02-01}\n",
	     "from: 2026-02-01}\n  - {agency: moliya, unit: hr, post: head, "
	     "holder: karim, from: 2026-02-01}\n",
	     1, NULL, "a third row of the same");
}

static void follows(const char *old, const char *now, enum edoc_code want, const char *word)
{
	struct ed_directory *a = parse(old), *b = parse(now);
	enum edoc_code code = ed_directory_follows(a, b, "d", arena, &err);

	if (want)
		fails(code, want, &err, word, word);
	else
		is_ok(code, &err, word);
}

static const char *numbered(const char *version, const char *previous)
{
	char *s = ed_arena_printf(arena,
	                          "format: edoc-directory/1\nversion: %s\n%s%s%sagencies: []\n"
	                          "people: []\nposts: []\n",
	                          version, previous ? "previous: sha256:" : "",
	                          previous ? previous : "", previous ? "\n" : "");

	return s ? s : "";
}

static void versions(void)
{
	struct ed_directory *three = parse(numbered("3", NULL));
	struct ed_findings list;
	const struct ed_directory *v[3] = {parse(numbered("4", C64)), three,
	                                   parse(numbered("4", three->sha256))};
	const char *const wheres[] = {"a", "b", "c"};

	follows(numbered("3", NULL), numbered("3", NULL), EDOC_OK, "the same again");
	follows(numbered("3", NULL), numbered("4", NULL), EDOC_OK, "the next");
	follows(numbered("3", NULL), numbered("4", three->sha256), EDOC_OK, "and what it follows");
	follows(numbered("3", NULL), numbered("5", C64), EDOC_OK, "with a gap");
	follows(numbered("3", NULL), numbered("4", C64), EDOC_ERR_DENIED,
	        "a fork: it follows sha256:" C64);
	follows(numbered("3", NULL), numbered("3", C64), EDOC_ERR_DENIED, "a fork: version 3");
	follows(numbered("3", NULL), numbered("2", NULL), EDOC_ERR_DENIED, "not newer");
	follows(numbered("3", C64), numbered("4", NULL), EDOC_ERR_INPUT,
	        "does not say what came before");
	ed_findings_init(&list, arena);
	is_ok(ed_directories_agree(v, wheres, 3, &list, &err), &err, "three that travel together");
	ok(ed_findings_have(&list, "directory.fork") &&
	           ed_findings_have(&list, "directory.previous") &&
	           !ed_findings_have(&list, "directory.changed") && list.n == 2,
	   "a fork and a false past are found");
	ed_findings_init(&list, arena);
	is_ok(ed_directories_agree(v + 1, wheres, 2, &list, &err), &err, "without the false one");
	is_int((int64_t)list.n, 0, "nothing is found");
	v[0] = parse(base);
	v[1] = changed("title: Finance", "title: Money");
	ed_findings_init(&list, arena);
	is_ok(ed_directories_agree(v, wheres, 2, &list, &err), &err, "an edited row");
	ok(list.n == 1 && !strcmp(list.v[0].code, "directory.changed") &&
	           !strcmp(list.v[0].where, "b"),
	   "is found where it is");
	is_str(list.v[0].args[0], "agency moliya, title", "and named");
}

int main(void)
{
	arena = ed_arena_new();
	may_be();
	may_not_be();
	rows();
	versions();
	ed_arena_free(arena);
	return done();
}
