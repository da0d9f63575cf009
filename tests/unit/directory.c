/* SPDX-License-Identifier: ISC */
/* route/directory: files, and who may act on which day. */
#include "route/directory.h"

#include "base/buf.h"
#include "base/limits.h"

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
        "issued-by: us\n"
        "date: 2026-01-01\n"
        "agencies:\n"
        "  - {id: moliya, title: Молия, desk-keys: [{sha256: " A64 ", from: 2026-01-01}]}\n"
        "  - {id: adliya, title: Адлия}\n"
        "people:\n"
        "  - {id: karim, name: Карим, certificates: [{sha256: " B64 ", until: 2026-06-30},\n"
        "     {sha256: " C64 ", from: 2026-07-01}]}\n"
        "  - {id: zulfiya, name: Зулфия, certificates: [{sha256: " D64 "}]}\n"
        "posts:\n"
        "  - {agency: moliya, unit: кадр, post: сардор, holder: karim, from: 2026-02-01,\n"
        "     until: 2026-08-31}\n"
        "  - {agency: moliya, post: муовин, holder: zulfiya}\n"
        "  - {agency: adliya, post: сардор, holder: zulfiya}\n";

static enum edoc_code parse(const char *text, struct ed_directory **d)
{
	memset(&err, 0, sizeof(err));
	return ed_directory_parse(text, strlen(text), "d.yaml", arena, d, &err);
}

static void change(const char *from, const char *to, enum edoc_code want, const char *word)
{
	const char *at = strstr(base, from);
	char text[4000], shown[200];
	struct ed_directory *d;

	snprintf(text, sizeof(text), "%.*s%s%s", at ? (int)(at - base) : 0, base, to,
	         at ? at + strlen(from) : "");
	snprintf(shown, sizeof(shown), "%s", *to ? to : from);
	shown[strcspn(shown, "\n")] = '\0';
	if (want)
		fails(parse(text, &d), want, &err, word, shown);
	else
		is_ok(parse(text, &d), &err, shown);
}

static void files(void)
{
	struct ed_directory *d;

	if (!is_ok(parse(base, &d), &err, "a directory"))
		exit(1);
	ok(d->version == 4 && d->n_agencies == 2 && d->n_people == 2 && d->n_posts == 3,
	   "its rows");
	is_str(ed_directory_agency(d, "adliya")->title, "Адлия", "an agency");
	ok(!ed_directory_agency(d, "none") && strlen(d->sha256) == 64, "and its digest");
	change("directory/1", "directory/2", EDOC_ERR_VERSION, "edoc-directory/2");
	change("edoc-directory/1", "edoc-route/1", EDOC_ERR_INPUT, "no directory");
	change("version: 4", "version: 0", EDOC_ERR_INPUT, "between");
	change("version: 4", "versin: 4", EDOC_ERR_INPUT, "version");
	change("issued-by: us", "issued: us", EDOC_ERR_INPUT, "issued");
	change("2026-01-01\nag", "x\nag", EDOC_ERR_INPUT, "no day");
	change("agencies:", "agences:", EDOC_ERR_INPUT, "agencies");
	change("people:\n", "people: x\nx:\n", EDOC_ERR_INPUT, "unknown key");
	change("id: adliya", "id: moliya", EDOC_ERR_INPUT, "above already");
	change("id: adliya", "id: Adliya", EDOC_ERR_INPUT, "no name");
	change("title: Адлия", "titel: Адлия", EDOC_ERR_INPUT, "\"title\"");
	change(", title: Адлия", "", EDOC_ERR_INPUT, "title");
	change("id: zulfiya", "id: karim", EDOC_ERR_INPUT, "above already");
	change("name: Зулфия", "name: \"\"", EDOC_ERR_INPUT, "one line");
	change("[{sha256: " D64 "}]", "x", EDOC_ERR_INPUT, "list");
	change("{sha256: " D64 "}", "{sha256: DD}", EDOC_ERR_INPUT, "64");
	change("{sha256: " D64 "}", "{sha256: " A64 "}", EDOC_ERR_INPUT, "above already");
	change("{sha256: " D64 "}", "{sha256: " B64 "}", EDOC_ERR_INPUT, "above already");
	change("{sha256: " D64 "}", "{sha256: " D64 "}, {sha256: " D64 "}", EDOC_ERR_INPUT,
	       "above already");
	change("{sha256: " D64 "}", "{sha: " D64 "}", EDOC_ERR_INPUT, "unknown key");
	change("until: 2026-06-30", "until: 2026-06-31", EDOC_ERR_INPUT, "no day");
	change("until: 2026-08-31", "until: 2026-01-31", EDOC_ERR_INPUT, "before");
	change("agency: adliya, post", "agency: none, post", EDOC_ERR_INPUT, "no agency");
	change("holder: karim", "holder: nobody", EDOC_ERR_INPUT, "no person");
	change("post: муовин, ", "", EDOC_ERR_INPUT, "post");
	change("unit: кадр", "units: кадр", EDOC_ERR_INPUT, "\"unit\"");
	change("agencies:\n", "agencies: []\nagencie:\n", EDOC_ERR_INPUT, "\"agencies\"");
	fails(parse("", &d), EDOC_ERR_INPUT, &err, "format", "an empty file");
}

static struct ed_date day(int month, int d)
{
	return (struct ed_date){2026, month, d};
}

static void people(const struct ed_directory *d)
{
	ok(ed_directory_person(d, B64, day(6, 30)) == &d->people[0], "on the last day");
	ok(!ed_directory_person(d, B64, day(7, 1)), "a day later");
	ok(ed_directory_person(d, C64, day(7, 1)) == &d->people[0], "the next certificate");
	ok(!ed_directory_person(d, C64, day(6, 30)), "a day too early");
	ok(ed_directory_person(d, D64, day(1, 1)) == &d->people[1], "without dates");
	ok(!ed_directory_person(d, A64, day(6, 1)), "a desk is no person");
	ok(ed_directory_desk(d, A64, day(1, 1)) == &d->agencies[0], "a desk's key");
	ok(!ed_directory_desk(d, A64, (struct ed_date){2025, 12, 31}), "before its day");
	ok(!ed_directory_desk(d, B64, day(6, 1)), "a person is no desk");
}

static void posts(const struct ed_directory *d)
{
	static const char *const deputies[] = {"муовин", NULL};
	const struct ed_person *karim = &d->people[0], *zulfiya = &d->people[1];
	struct ed_role head = {.agency = "moliya", .post = "сардор", .deputies = deputies};
	struct ed_role any_head = {.post = "сардор"}, unit = {.unit = "кадр"},
	               other_unit = {.unit = "молия", .post = "сардор"};
	const struct ed_post *post;
	bool deputy;

	ok(ed_directory_post(d, karim, &head, day(2, 1), &deputy) == &d->posts[0] && !deputy,
	   "on the first day");
	ok(!ed_directory_post(d, karim, &head, day(1, 31), &deputy), "a day too early");
	ok(ed_directory_post(d, karim, &head, day(8, 31), &deputy) == &d->posts[0], "the last day");
	ok(!ed_directory_post(d, karim, &head, day(9, 1), &deputy), "a day too late");
	post = ed_directory_post(d, zulfiya, &head, day(3, 1), &deputy);
	ok(post == &d->posts[1] && deputy, "a deputy");
	ok(ed_directory_principal(d, &head, post, day(3, 1)) == &d->posts[0], "for the head");
	ok(!ed_directory_principal(d, &head, post, day(9, 1)), "whose post is vacant later");
	ok(ed_directory_post(d, zulfiya, &any_head, day(3, 1), &deputy) == &d->posts[2] && !deputy,
	   "the post in her own agency");
	ok(ed_directory_post(d, karim, &unit, day(3, 1), &deputy) == &d->posts[0], "by unit");
	ok(!ed_directory_post(d, zulfiya, &unit, day(3, 1), &deputy), "of another unit");
	ok(!ed_directory_post(d, karim, &other_unit, day(3, 1), &deputy), "the unit counts");
}

/* ---- what newer directories say ---- */

static const char grown[] =
        "format: edoc-directory/1\n"
        "version: 5\n"
        "previous: sha256:" A64 "\n"
        "agencies:\n"
        "  - {id: hukumat, title: Ҳукумат}\n"
        "  - id: moliya\n"
        "    title: Молия\n"
        "    ids: {stir: 201122919, code: M-7}\n"
        "    parent: hukumat\n"
        "    links: [adliya]\n"
        "    transport: xroad\n"
        "    changes:\n"
        "      - {from: 2026-04-01, state: blocked, reason: audit, basis: order 5}\n"
        "      - {from: 2026-05-01, state: active, title: Молия ва буҷет}\n"
        "      - {from: 2026-06-01, parent: \"\", links: [], transport: mail}\n"
        "      - {from: 2026-07-01, state: closed, reason: merged}\n"
        "    desk-keys:\n"
        "      - {sha256: " A64 ", until: 2026-06-30}\n"
        "      - {sha256: " B64 ", from: 2026-06-01, rotation: \"sha256:" C64 "\"}\n"
        "  - {id: adliya, title: Адлия, parent: hukumat}\n"
        "  - {id: soliq, title: Андоз, parent: moliya, ids: {stir: 300000001},\n"
        "     changes: [{from: 2026-07-01, parent: adliya}]}\n"
        "people:\n"
        "  - id: karim\n"
        "    name: Карим Раҳимов\n"
        "    ids: {pinfl: 31503860540012}\n"
        "    changes: [{from: 2026-05-01, name: Карим Карим, basis: certificate 8}]\n"
        "    certificates: [{sha256: " C64 "}]\n"
        "  - {id: zulfiya, name: Зулфия}\n"
        "posts:\n"
        "  - {agency: moliya, unit: кадр, post: сардор, holder: karim, until: 2026-05-31}\n"
        "  - {agency: soliq, post: сардор, holder: karim}\n"
        "deputies:\n"
        "  - {agency: moliya, unit: кадр, post: сардор, person: zulfiya, from: 2026-03-01,\n"
        "     until: 2026-06-15, basis: order 12}\n";

static void differs(const char *from, const char *to, enum edoc_code want, const char *word)
{
	const char *at = strstr(grown, from);
	char text[6000], shown[200];
	struct ed_directory *d;

	snprintf(text, sizeof(text), "%.*s%s%s", at ? (int)(at - grown) : 0, grown, to,
	         at ? at + strlen(from) : "");
	snprintf(shown, sizeof(shown), "%s%s", at ? "" : "NOT FOUND: ", *to ? to : from);
	shown[strcspn(shown, "\n")] = '\0';
	if (want)
		fails(parse(text, &d), want, &err, word, shown);
	else
		is_ok(parse(text, &d), &err, shown);
}

static void place(const char *from, const char *to, const char *where)
{
	differs(from, to, EDOC_ERR_INPUT, "");
	is_str(err.where, where, "  at its place");
}

static void head(void)
{
	differs("previous: sha256:" A64 "\n", "", EDOC_OK, "");
	differs("previous: sha256:" A64, "previous: " A64, EDOC_ERR_INPUT, "64 lower-case");
	differs("previous: sha256:aa", "previous: sha256:Aa", EDOC_ERR_INPUT, "64 lower-case");
	differs("version: 5", "version: 1", EDOC_ERR_INPUT, "nothing comes before version 1");
	differs("previous:", "privious:", EDOC_ERR_INPUT, "previous");
	differs("deputies:", "deputys:", EDOC_ERR_INPUT, "deputies");
	differs("deputies:\n", "deputies: x\nx:\n", EDOC_ERR_INPUT, "unknown key");
}

static void identifiers(void)
{
	differs("stir: 201122919", "stir: 20112291", EDOC_ERR_INPUT, "a stir has 9 digits");
	differs("stir: 201122919", "stir: 2011229190", EDOC_ERR_INPUT, "a stir has 9 digits");
	differs("stir: 201122919", "stir: 20112291x", EDOC_ERR_INPUT, "a stir has 9 digits");
	differs("stir: 201122919", "rma: 020041234", EDOC_OK, "");
	differs("stir: 201122919", "bin: 201122919", EDOC_ERR_INPUT, "a bin has 12 digits");
	differs("pinfl: 31503860540012", "pinfl: 3150386054001", EDOC_ERR_INPUT, "14 digits");
	differs("code: M-7", "code: \"M 7\"", EDOC_ERR_INPUT, "an identifier is made of");
	differs("code: M-7", "code: \"\"", EDOC_ERR_INPUT, "an identifier is made of");
	differs("code: M-7", "Code: M-7", EDOC_ERR_INPUT, "no name");
	differs("code: M-7", "code: [M-7]", EDOC_ERR_INPUT, "one identifier");
	differs("{stir: 201122919, code: M-7}", "201122919", EDOC_ERR_INPUT, "must be a map");
	differs("stir: 300000001", "stir: 201122919", EDOC_ERR_INPUT,
	        "stir 201122919 stands above already, in line 8");
	differs("pinfl: 31503860540012", "stir: 201122919", EDOC_ERR_INPUT,
	        "stir 201122919 stands above already, in line 8");
	differs("stir: 300000001", "code: \"201122919\"", EDOC_OK, "");
	place("stir: 300000001", "stir: 201122919", "d.yaml:21:59");
	differs("id: soliq", "id: moliya", EDOC_ERR_INPUT,
	        "an agency \"moliya\" stands above already, in line 6");
	differs("id: zulfiya", "id: karim", EDOC_ERR_INPUT,
	        "a person \"karim\" stands above already, in line 24");
	differs("sha256: " B64, "sha256: " A64, EDOC_ERR_INPUT,
	        "this certificate stands above already, in line 18");
}

static void states(void)
{
	differs("state: blocked", "state: blokced", EDOC_ERR_INPUT, "did you mean \"blocked\"");
	differs("state: blocked, reason: audit", "state: blocked", EDOC_ERR_INPUT,
	        "blocked for a \"reason\"");
	differs("state: closed, reason: merged", "state: closed", EDOC_ERR_INPUT,
	        "closed for a \"reason\"");
	differs("from: 2026-04-01, state", "from: 2026-04-31, state", EDOC_ERR_INPUT, "no day");
	differs("from: 2026-04-01, state", "state", EDOC_ERR_INPUT, "from");
	differs("from: 2026-05-01, state", "from: 2026-03-31, state", EDOC_ERR_INPUT,
	        "order of their days");
	differs("from: 2026-05-01, state", "from: 2026-04-01, state", EDOC_OK, "");
	differs("from: 2026-06-01, parent: \"\"", "from: 2026-07-01, parent: \"\"", EDOC_OK, "");
	differs("reason: merged}\n", "reason: merged}\n      - {from: 2026-08-01, title: X}\n",
	        EDOC_ERR_INPUT, "nothing follows \"closed\"");
	differs("state: active, title: Молия ва буҷет", "basis: x", EDOC_ERR_INPUT,
	        "nothing changes here");
	differs("title: Молия ва буҷет", "titel: X", EDOC_ERR_INPUT, "\"title\"");
	differs("name: Карим Карим, ", "", EDOC_ERR_INPUT, "name");
	differs("name: Карим Карим", "state: blocked", EDOC_ERR_INPUT, "unknown key");
	differs("transport: xroad", "transport: \"rsync -a\"", EDOC_ERR_INPUT, "no name");
}

static void tree(void)
{
	differs("parent: hukumat\n", "parent: hukumt\n", EDOC_ERR_INPUT,
	        "no agency \"hukumt\" in this directory; did you mean \"hukumat\"?");
	differs("parent: hukumat\n", "parent: Hukumat\n", EDOC_ERR_INPUT, "no name");
	differs("parent: hukumat\n", "parent: \"\"\n", EDOC_ERR_INPUT, "no name");
	differs("parent: hukumat\n", "parent: moliya\n", EDOC_ERR_INPUT,
	        "\"moliya\" would stand under itself");
	differs("parent: hukumat\n", "parent: soliq\n", EDOC_ERR_INPUT, "under itself");
	place("parent: hukumat\n", "parent: soliq\n", "d.yaml:9:13");
	differs("parent: adliya}", "parent: nobody}", EDOC_ERR_INPUT, "no agency \"nobody\"");
	differs("Ҳукумат}", "Ҳукумат, changes: [{from: 2026-05-01, parent: soliq}]}",
	        EDOC_ERR_INPUT, "\"hukumat\" would stand under itself");
	differs("Ҳукумат}", "Ҳукумат, changes: [{from: 2026-06-01, parent: moliya}]}", EDOC_OK, "");
	differs("Ҳукумат}", "Ҳукумат, changes: [{from: 2026-05-31, parent: moliya}]}",
	        EDOC_ERR_INPUT, "under itself");
	differs("links: [adliya]", "links: [adlia]", EDOC_ERR_INPUT, "did you mean \"adliya\"?");
	differs("links: [adliya]", "links: [moliya]", EDOC_ERR_INPUT, "beside itself");
	differs("links: [adliya]", "links: [adliya, adliya]", EDOC_ERR_INPUT, "in line 10");
	differs("links: [adliya]", "links: adliya", EDOC_ERR_INPUT, "must be a list");
	differs("links: [adliya]", "links: [[adliya]]", EDOC_ERR_INPUT, "no name");
}

static void stands_in(void)
{
	differs("person: zulfiya, from", "person: zulfia, from", EDOC_ERR_INPUT,
	        "did you mean \"zulfiya\"?");
	differs("post: сардор, person", "post: сардо, person", EDOC_ERR_INPUT,
	        "there is no post \"сардо\" in this directory; did you mean");
	differs("unit: кадр, post: сардор, person", "unit: бино, post: сардор, person",
	        EDOC_ERR_INPUT, "no post");
	differs("unit: кадр, post: сардор, person", "post: сардор, person", EDOC_OK, "");
	differs("from: 2026-03-01,", "", EDOC_ERR_INPUT, "from");
	differs("until: 2026-06-15", "until: 2026-02-28", EDOC_ERR_INPUT, "before");
	differs("until: 2026-06-15, ", "", EDOC_OK, "");
	differs(", basis: order 12", "", EDOC_ERR_INPUT, "basis");
	differs("person: zulfiya", "holder: zulfiya", EDOC_ERR_INPUT, "unknown key");
	differs("rotation: \"sha256:" C64 "\"", "rotation: " C64, EDOC_ERR_INPUT, "64 lower-case");
	differs("rotation: \"sha256:" C64 "\"", "rotation: \"sha256:" C64 "\", basis: x",
	        EDOC_ERR_INPUT, "has a rotation");
	differs("until: 2026-06-30}", "until: 2026-06-30, basis: lost}", EDOC_OK, "");
	differs("certificates: [{sha256: " C64, "certificates: [{basis: x, sha256: " C64,
	        EDOC_ERR_INPUT, "unknown key");
}

static void agencies(const struct ed_directory *d)
{
	const struct ed_agency *moliya = ed_directory_agency(d, "moliya");
	const struct ed_change *since;

	ok(ed_agency_state(moliya, day(3, 31), &since) == ED_AGENCY_ACTIVE && !since,
	   "active on the last day before");
	ok(ed_agency_state(moliya, day(4, 1), &since) == ED_AGENCY_BLOCKED, "blocked on the first");
	is_str(since->reason, "audit", "for a reason");
	ok(ed_agency_state(moliya, day(4, 30), NULL) == ED_AGENCY_BLOCKED, "on the last");
	ok(ed_agency_state(moliya, day(5, 1), &since) == ED_AGENCY_ACTIVE && since, "active again");
	ok(ed_agency_state(moliya, day(7, 1), NULL) == ED_AGENCY_CLOSED &&
	           ed_agency_state(moliya, (struct ed_date){2050, 1, 1}, NULL) == ED_AGENCY_CLOSED,
	   "closed for good");
	is_str(ed_agency_state_name(ED_AGENCY_BLOCKED), "blocked", "by its name");
	is_str(ed_agency_on(moliya, day(4, 30)).title, "Молия", "its title");
	is_str(ed_agency_on(moliya, day(5, 1)).title, "Молия ва буҷет", "and its new one");
	is_str(ed_agency_on(moliya, day(5, 31)).transport, "xroad", "its transport");
	is_str(ed_agency_on(moliya, day(6, 1)).transport, "mail", "and its new one");
	ok(!ed_agency_on(moliya, day(6, 1)).parent, "it stands alone then");
	ok(ed_directory_find_agency(d, "stir:201122919") == moliya, "by its single identifier");
	ok(ed_directory_find_agency(d, "moliya") == moliya, "by its id");
	ok(!ed_directory_find_agency(d, "sti:201122919") && !ed_directory_find_agency(d, "stir:2"),
	   "by no other");
	ok(ed_directory_below(d, "soliq", "hukumat", day(5, 31)), "two levels below");
	ok(!ed_directory_below(d, "soliq", "hukumat", day(6, 1)), "until that is cut");
	ok(ed_directory_below(d, "soliq", "hukumat", day(7, 1)), "and joined elsewhere");
	ok(ed_directory_below(d, "soliq", "adliya", day(7, 1)) &&
	           !ed_directory_below(d, "soliq", "moliya", day(7, 1)),
	   "under another");
	ok(!ed_directory_below(d, "hukumat", "soliq", day(5, 1)), "not the other way");
	ok(!ed_directory_below(d, "moliya", "moliya", day(5, 1)), "nor under itself");
	ok(!ed_directory_below(d, "none", "moliya", day(5, 1)), "nor what is not there");
	ok(ed_directory_linked(d, "moliya", "adliya", day(5, 31)) &&
	           ed_directory_linked(d, "adliya", "moliya", day(5, 31)),
	   "side by side, from either side");
	ok(!ed_directory_linked(d, "adliya", "moliya", day(6, 1)), "until it ends");
	ok(!ed_directory_linked(d, "adliya", "soliq", day(5, 1)), "others are not");
}

static void deputies(const struct ed_directory *d)
{
	const struct ed_person *karim = ed_directory_find_person(d, "pinfl:31503860540012");
	const struct ed_person *zulfiya = ed_directory_person_by_id(d, "zulfiya");
	struct ed_role head = {.agency = "moliya", .post = "сардор"}, anybody = {.unit = "кадр"};
	const struct ed_post *post;
	size_t next = 0;
	bool deputy;

	ok(karim == &d->people[0], "a person by a single identifier");
	is_str(ed_person_name(karim, day(4, 30)), "Карим Раҳимов", "the name");
	is_str(ed_person_name(karim, day(5, 1)), "Карим Карим", "and the new one");
	ok(!ed_directory_post(d, zulfiya, &head, day(2, 28), &deputy) && !deputy,
	   "no deputy a day too early");
	post = ed_directory_post(d, zulfiya, &head, day(3, 1), &deputy);
	ok(post == &d->deputies[0].post && deputy, "a deputy on the first day");
	ok(ed_directory_principal(d, &head, post, day(3, 1)) == &d->posts[0], "for the holder");
	ok(ed_directory_principal(d, &anybody, post, day(3, 1)) == &d->posts[0],
	   "of that post, whatever the role covers");
	ok(ed_directory_post(d, zulfiya, &head, day(6, 15), &deputy) == post, "on the last day");
	ok(!ed_directory_principal(d, &head, post, day(6, 15)), "when the post is vacant");
	ok(!ed_directory_post(d, zulfiya, &head, day(6, 16), &deputy), "a day too late");
	ok(ed_directory_deputies(d, "moliya", NULL, "сардор", day(3, 1), &next) ==
	                   &d->deputies[0] &&
	           !ed_directory_deputies(d, "moliya", NULL, "сардор", day(3, 1), &next),
	   "the deputies of a post");
	next = 0;
	ok(!ed_directory_deputies(d, "moliya", "бино", "сардор", day(3, 1), &next),
	   "none of another unit");
	next = 0;
	ok(!ed_directory_deputies(d, "moliya", "кадр", "сардор", day(2, 28), &next), "none before");
	next = 0;
	ok(!ed_directory_deputies(d, "soliq", NULL, "сардор", day(3, 1), &next),
	   "none of another agency");
	/* Who holds the post in two agencies acts for the one that is active. */
	head.agency = NULL;
	ok(ed_directory_post(d, karim, &head, day(3, 31), &deputy) == &d->posts[0],
	   "the first of two posts");
	ok(ed_directory_post(d, karim, &head, day(4, 1), &deputy) == &d->posts[1],
	   "the other while its agency is blocked");
	head.agency = "moliya";
	ok(ed_directory_post(d, karim, &head, day(4, 1), &deputy) == &d->posts[0],
	   "the engine says why the blocked one does not count");
}

static void many(void)
{
	struct ed_directory *d;
	char deep[4000] = "agencies: ", alias[] = "format: &a edoc-directory/1\nversion: *a\n";

	memset(deep + 10, '[', 2000);
	fails(parse(deep, &d), EDOC_ERR_LIMIT, &err, "32 deep", "deep nesting");
	fails(parse(alias, &d), EDOC_ERR_INPUT, &err, "anchor", "anchors");
}

/* ---- a nation ---- */

#define AGENCIES 120
#define PEOPLE 20000

/* twice: which person, certificate or PINFL stands a second time; -1: none */
static void put_nation(struct ed_buf *t, int person, int cert, int pinfl)
{
	ed_buf_puts(t, "format: edoc-directory/1\nversion: 1\nagencies:\n");
	for (int i = 0; i < AGENCIES; i++)
		ed_buf_printf(t, "  - {id: agency-%d, title: A}\n", i);
	ed_buf_puts(t, "people:\n");
	for (int i = 0; i < PEOPLE; i++)
		ed_buf_printf(t,
		              "  - {id: p-%d, name: N, ids: {pinfl: \"%014d\"}, certificates: "
		              "[{sha256: \"%064d\", from: 2026-03-01}]}\n",
		              i == PEOPLE - 1 && person >= 0 ? person : i,
		              i == PEOPLE - 1 && pinfl >= 0 ? pinfl : i,
		              i == PEOPLE - 1 && cert >= 0 ? cert : i);
	/* Everybody has a post; the odd ones another one, of a higher number. */
	ed_buf_puts(t, "posts:\n");
	for (int i = 0; i < PEOPLE + PEOPLE / 2; i++)
		ed_buf_printf(t, "  - {agency: agency-%d, post: %s, holder: p-%d}\n", i % AGENCIES,
		              i < PEOPLE ? "officer" : "head",
		              i < PEOPLE ? i : 2 * (i - PEOPLE) + 1);
}

static enum edoc_code nation(int person, int cert, int pinfl, struct ed_directory **d)
{
	struct ed_buf t;
	enum edoc_code code;

	ed_buf_init(&t, ED_MAX_DIRECTORY_BYTES);
	put_nation(&t, person, cert, pinfl);
	memset(&err, 0, sizeof(err));
	code = ed_directory_parse(t.data, t.len, "d.yaml", arena, d, &err);
	ed_buf_clear(&t);
	return code;
}

static void of_a_nation(void)
{
	struct ed_role head = {.post = "head"}, officer = {.post = "officer"};
	struct ed_directory *d;
	const struct ed_post *const *posts;
	unsigned wrong = 0;
	char text[80];
	size_t n;

	if (!is_ok(nation(-1, -1, -1, &d), &err, "20,000 people of 120 agencies"))
		return;
	for (int i = 0; i < PEOPLE; i++) {
		const struct ed_person *p = &d->people[i];
		bool deputy;

		snprintf(text, sizeof(text), "p-%d", i);
		wrong += ed_directory_person_by_id(d, text) != p;
		snprintf(text, sizeof(text), "%064d", i);
		wrong += ed_directory_person(d, text, day(3, 1)) != p;
		wrong += ed_directory_person(d, text, day(2, 28)) != NULL;
		posts = ed_directory_posts_of(d, p, &n);
		wrong += n != 1u + i % 2 || posts[0] != &d->posts[i];
		wrong += i % 2 && posts[1] != &d->posts[PEOPLE + i / 2];
		wrong += ed_directory_post(d, p, &officer, day(3, 1), &deputy) != posts[0];
		wrong += ed_directory_post(d, p, &head, day(3, 1), &deputy) !=
		         (i % 2 ? posts[1] : NULL);
	}
	is_int(wrong, 0, "each is found as if one had gone through the rows");
	ok(!ed_directory_person_by_id(d, "p-20000") && !ed_directory_person_by_id(d, "p") &&
	           !ed_directory_person_by_id(d, "") && !ed_directory_person(d, "", day(3, 1)),
	   "nobody else is");
	fails(nation(7, -1, -1, &d), EDOC_ERR_INPUT, &err,
	      "a person \"p-7\" stands above already, in line 132", "the same person far below");
	fails(nation(-1, 7, -1, &d), EDOC_ERR_INPUT, &err,
	      "this certificate stands above already, in line 132", "the same certificate");
	fails(nation(-1, -1, 7, &d), EDOC_ERR_INPUT, &err, "stands above already, in line 132",
	      "the same identifier");
}

/* So many bytes of `item` in a list of nothing. */
static enum edoc_code fill(const char *item, size_t bytes)
{
	struct ed_directory *d;
	struct ed_buf t;
	enum edoc_code code;

	ed_buf_init(&t, bytes + 100);
	ed_buf_puts(&t, "agencies: [\n");
	while (t.len + strlen(item) + 2 <= bytes)
		ed_buf_puts(&t, item);
	ed_buf_puts(&t, " ]");
	memset(&err, 0, sizeof(err));
	code = ed_directory_parse(t.data, t.len, "d.yaml", arena, &d, &err);
	ed_buf_clear(&t);
	return code;
}

static void limits(void)
{
	fails(fill(" # 64 bytes of nothing at all, which take no room in the tree..\n",
	           ED_MAX_DIRECTORY_BYTES),
	      EDOC_ERR_INPUT, &err, "format", "as many bytes as there may be");
	fails(fill(" # 64 bytes of nothing at all, which take no room in the tree..\n",
	           ED_MAX_DIRECTORY_BYTES + 128),
	      EDOC_ERR_LIMIT, &err, "may have 16777216 bytes", "and more");
	fails(fill(" a,\n", 4 * ED_MAX_DIRECTORY_NODES + 100), EDOC_ERR_LIMIT, &err,
	      "more than 2000000 values", "too many values");
}

int main(void)
{
	struct ed_directory *d;

	arena = ed_arena_new();
	files();
	if (parse(base, &d))
		return 1;
	people(d);
	posts(d);
	head();
	identifiers();
	states();
	tree();
	stands_in();
	many();
	of_a_nation();
	limits();
	if (!is_ok(parse(grown, &d), &err, "a directory that has grown"))
		return 1;
	agencies(d);
	deputies(d);
	ed_arena_free(arena);
	return done();
}
