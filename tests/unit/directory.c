/* SPDX-License-Identifier: ISC */
/* route/directory: files, and who may act on which day. */
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

int main(void)
{
	struct ed_directory *d;

	arena = ed_arena_new();
	files();
	if (parse(base, &d))
		return 1;
	people(d);
	posts(d);
	ed_arena_free(arena);
	return done();
}
