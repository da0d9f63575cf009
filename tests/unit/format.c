/* SPDX-License-Identifier: ISC */
/* route/format: one form for all ways to write a route, and nothing lost. */
#include "route/format.h"

#include <dirent.h>

#include "../tap.h"
#include "base/io.h"
#include "formkit.h"

static struct ed_buf form;
static struct edoc_error err;

#define HEAD "format: edoc-route/1\nroute: t\nversion: 1\ntitle: {en: T}\ncalendar: tj\nzone: UTC\n"
#define STEP "steps:\n  - id: sign\n    do: sign\n    by: head\n"
#define FORM HEAD "\nroles:\n  head: {agency: a}\n\n" STEP

/* The text has that form. */
static void is_form(const char *text, const char *want, const char *what)
{
	const char *fault = form_fault(text, &form, &err);

	if (!ok(!fault, "%s: its form", what))
		printf("# %s: %s: %s\n", fault, err.where, err.msg);
	is_str(ed_buf_str(&form), want, what);
}

static void one_style(void)
{
	is_form(FORM, FORM, "what is in the form stays");
	is_form("steps: [{by: head, do: sign, id: sign}]\nroles: {head: {agency: \"a\"}}\n"
	        "zone: 'UTC'\ntitle:\n   en: T\ncalendar: tj\nversion: 1\nroute: t\n"
	        "format: edoc-route/1",
	        FORM, "any order, brackets, quotes");
	is_form("{\"format\": \"edoc-route/1\", \"route\": \"t\", \"version\": 1, \"title\": "
	        "{\"en\": \"T\"}, \"calendar\": \"tj\", \"zone\": \"UTC\", \"roles\": {\"head\": "
	        "{\"agency\": \"a\"}}, \"steps\": [{\"id\": \"sign\", \"do\": \"sign\", \"by\": "
	        "\"head\"}]}",
	        FORM, "JSON");
	is_form("\xef\xbb\xbf---\r\n" HEAD "roles:\r\n    head:\r\n        agency: a\r\n" STEP
	        "...\n",
	        FORM, "a byte order mark, other line ends, marks of a document");
	is_form(HEAD "roles:\n  zz: {post: p, agency: a}\n  head: {agency: a}\n" STEP
	             "    outcomes: {signed: {}, back: {times: 2, then: sign}}\n",
	        HEAD "\nroles:\n  zz: {agency: a, post: p}\n  head: {agency: a}\n\n" STEP
	             "    outcomes:\n      signed: {}\n      back: {then: sign, times: 2}\n",
	        "the author's names keep their order");
	is_form(HEAD "roles: {head: {agency: a}, x: {post: a, deputy: [b, c]}}\n"
	             "separate: [[head,\n  x]]\n" STEP,
	        HEAD "\nroles:\n  head: {agency: a}\n  x: {post: a, deputy: [b, c]}\n\n"
	             "separate: [[head, x]]\n\n" STEP,
	        "lists");
}

static void values(void)
{
#define BASIS(text)                                                                                \
	"format: edoc-route/1\nroute: t\nversion: 1\ntitle: {en: T}\nbasis: " text                 \
	"\ncalendar: tj\nzone: UTC\n\nroles:\n  head: {agency: a}\n\n" STEP
	static const char *const same[] = {
	        BASIS("a, b [c] {d}"),   BASIS("\"yes\""),    BASIS("yes"),      BASIS("\"12.50\""),
	        BASIS("12.50"),          BASIS("№ 5"),        BASIS("\"# 5\""),  BASIS("\"a: b\""),
	        BASIS("a:b#c"),          BASIS("\"a #b\""),   BASIS("\"- a\""),  BASIS("\"@a\""),
	        BASIS("\"2026-03-05\""), BASIS("\"18:00\""),  BASIS("\"NULL\""), BASIS("\"~\""),
	        BASIS("\" a\""),         BASIS("a \"b\" \\"), BASIS("\"a:\""),   BASIS("<< b"),
	        BASIS("\"...\""),        BASIS("\"... a\""),  BASIS("\"? a\""),  BASIS("\"%a\"")};

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		char what[32];

		snprintf(what, sizeof(what), "value %zu", i);
		is_form(same[i], same[i], what);
	}
	is_form(BASIS("\"a law\""), BASIS("a law"), "quotes that nothing needs");
	is_form(BASIS("'a: ''b'''"), BASIS("\"a: 'b'\""), "one kind of quotes");
	is_form(BASIS("a\n  law"), BASIS("a law"), "one line");
	is_form(BASIS(">-\n  a\n  law"), BASIS("a law"), "a block of text");
#undef BASIS
}

static void comments(void)
{
	is_form("# the head\n# of it\n\n# and more\n" FORM,
	        "# the head\n# of it\n\n# and more\n" FORM, "the head");
	is_form("# top\nroute: t # its id\n# of what\nformat: edoc-route/1 # one\nversion: 1\n"
	        "title: # in languages\n  {en: T}\ncalendar: tj\nzone: UTC\n"
	        "roles: # who\n  # one\n  head: {agency: a} # the head\n  # none\n" STEP
	        "# the end\n\n  # of all\n",
	        "# top\n# of what\nformat: edoc-route/1  # one\nroute: t  # its id\nversion: 1\n"
	        "title: {en: T}  # in languages\ncalendar: tj\nzone: UTC\n\nroles:  # who\n  # "
	        "one\n"
	        "  head: {agency: a}  # the head\n\n# none\nsteps:\n  - id: sign\n    do: sign\n"
	        "    by: head\n# the end\n\n# of all\n",
	        "above, behind and below; they move with what they stand at");
	is_form(HEAD "roles:\n  head: {agency: a, # the agency\n    unit: u} # and unit\n" STEP,
	        HEAD
	        "\nroles:\n  head:  # and unit\n    agency: a  # the agency\n    unit: u\n\n" STEP,
	        "inside brackets");
	is_form(HEAD "roles:\n  head:\n    agency: a\n    post: p\n    deputy: # who\n      # the "
	             "first\n      - b # b\n      - # c\n        c\n" STEP,
	        HEAD
	        "\nroles:\n  head:\n    agency: a\n    post: p\n    deputy:  # who\n      # the "
	        "first\n      - b  # b\n      # c\n      - c\n\n" STEP,
	        "in a list");
	is_form(HEAD "roles:\n  head: {agency: a}\nsteps:\n  - # about the step\n    # about do\n"
	             "    do: sign # do\n    # about id\n    id: sign # id\n    by: head\n",
	        HEAD "\nroles:\n  head: {agency: a}\n\nsteps:\n  # about the step\n  # about do\n"
	             "  # about id\n  - id: sign  # id\n    do: sign  # do\n    by: head\n",
	        "at a dash");
	is_form(HEAD "roles:\n  head: {agency: a}\n  b: {agency: b}\nseparate:\n  - # the pair\n"
	             "    - head # one\n    - b\n" STEP,
	        HEAD "\nroles:\n  head: {agency: a}\n  b: {agency: b}\n\nseparate:\n  # the pair\n"
	             "  - - head  # one\n    - b\n\n" STEP,
	        "a list in a list");
	is_form("--- # a\nbasis: >- # b\n  a law\n  or not one\n# d\n" HEAD
	        "roles: {head: {agency: a}}\n" STEP "... # c\n",
	        "# a\n# d\nformat: edoc-route/1\nroute: t\nversion: 1\ntitle: {en: T}\n"
	        "basis: a law or not one  # b\ncalendar: tj\nzone: UTC\n\nroles:\n"
	        "  head: {agency: a}\n\n" STEP "# c\n",
	        "marks and blocks of text");
}

/* Lines of the file in turn get a comment above, or behind with one below. */
static void everywhere(const char *name, const char *text)
{
	static const char *const above[] = {"# A\n", "    # B\n", "          # C\n\n# D\n", ""};
	char *more = malloc(strlen(text) + 100);
	size_t n = 0, kept = 0;

	for (const char *p = text; more && *p; p += strcspn(p, "\n") + 1, n++) {
		size_t at = (size_t)(p - text), len = strcspn(p, "\n");

		sprintf(more, "%.*s%s%.*s%s\n%s", (int)at, text, above[n % 4], (int)len, p,
		        *above[n % 4] ? "" : " # E\n# F", p + len + (p[len] == '\n'));
		kept += !form_fault(more, &form, &err);
	}
	ok(n > 20 && kept == n, "%s: a comment anywhere is kept (%zu of %zu)", name, kept, n);
	free(more);
}

static void files(const char *folder, bool hostile)
{
	char path[600];
	struct ed_buf text;
	char **names;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", getenv("SRCDIR"), folder);
	if (!is_ok(ed_list_dir(path, &names, &n, &err), &err, folder))
		return;
	for (size_t i = 0; i < n; i++) {
		struct edoc_error e = {0};

		ed_buf_init(&text, ED_MAX_YAML_BYTES);
		snprintf(path, sizeof(path), "%s/%s/%s", getenv("SRCDIR"), folder, names[i]);
		if (ed_read_path(path, &text, &e) || !strstr(ed_buf_str(&text), "edoc-route/"))
			continue;
		const char *fault = form_fault(ed_buf_str(&text), &form, &e);
		if (!ok(!fault, "%s", names[i]))
			printf("# %s: %s: %s\n", fault, e.where, e.msg);
		if (hostile)
			everywhere(names[i], ed_buf_str(&text));
		ed_buf_clear(&text);
	}
	ed_names_free(names);
}

static void refused(void)
{
	static const char broken[] = HEAD "roles: {head: {agency: a}}\nsteps: []\n";

	ed_buf_reset(&form);
	fails(ed_route_format("a: 1\n", 5, "f", &form, &err), EDOC_ERR_INPUT, &err, "format",
	      "no route");
	fails(ed_route_format(broken, strlen(broken), "f", &form, &err), EDOC_ERR_INPUT, &err,
	      "steps", "a route with a defect");
	ok(!form.len, "nothing is written of them");
}

int main(void)
{
	ed_buf_init(&form, ED_MAX_YAML_BYTES);
	one_style();
	values();
	comments();
	refused();
	files("profiles/routes", true);
	files("testdata/route", false);
	ed_buf_clear(&form);
	return done();
}
