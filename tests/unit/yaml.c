/* SPDX-License-Identifier: ISC */
/* door/yaml: the subset, one refusal at a time, and the yaml-test-suite. */
#include "door/yaml.h"

#include <dirent.h>

#include "../tap.h"
#include "base/limits.h"

static struct ed_arena *arena;
static struct edoc_error err;

static enum edoc_code parse_n(const void *bytes, size_t len, struct ed_yaml **root)
{
	memset(&err, 0, sizeof(err));
	return ed_yaml_parse(bytes, len, "f", arena, root, &err);
}

static struct ed_yaml *good(const char *text)
{
	struct ed_yaml *root;
	enum edoc_code code = parse_n(text, strlen(text), &root);

	if (!ok(!code, "good: %.*s", (int)strcspn(text, "\r\n"), text)) {
		printf("# %s: %s\n", err.where, err.msg);
		exit(1);
	}
	return root;
}

/* Refused, at that place, with that word. */
static void bad(const char *text, const char *where, const char *word, const char *what)
{
	struct ed_yaml *root;
	enum edoc_code code = parse_n(text, strlen(text), &root);

	fails(code, EDOC_ERR_INPUT, &err, word, what);
	is_str(err.where, where, what);
	ok(!root, "%s: no tree", what);
}

static void tree(void)
{
	struct ed_yaml *root = good("# route\n"
	                            "a: 1\n"
	                            "\"b\": 'two # not a comment'\n"
	                            "list:\n"
	                            "- x\n"
	                            "- {y: z, \"q\": [1, 2]}\n"
	                            "text: |\n"
	                            "  x\tone\n"
	                            "  two # kept\n"
	                            "long: \"one\n"
	                            "  two\"\n"
	                            "url: http://x#y\n");
	const struct ed_yaml *v;
	const char *text;
	int64_t n = 0;
	bool present;

	is_int((int64_t)root->n, 6, "six keys");
	v = ed_yaml_get(root, "a");
	is_str(v->text, "1", "a number is text");
	ok(v->plain && v->line == 2 && v->column == 4, "plain, with its place");
	v = ed_yaml_get(root, "b");
	is_str(v->text, "two # not a comment", "quoted text");
	ok(!v->plain && root->keys[1]->line == 3 && root->keys[1]->column == 1, "place of a key");
	v = ed_yaml_get(root, "list");
	ok(v->kind == ED_YAML_LIST && v->n == 2 && !v->keys, "a list");
	v = v->items[1];
	ok(v->kind == ED_YAML_MAP && v->line == 6 && v->column == 3, "a map in the list");
	is_int((int64_t)ed_yaml_get(v, "q")->n, 2, "a list in the map in the list");
	is_str(ed_yaml_get(root, "text")->text, "x\tone\ntwo # kept\n", "block text keeps its tab");
	is_str(ed_yaml_get(root, "long")->text, "one two", "lines are folded");
	is_str(ed_yaml_get(root, "url")->text, "http://x#y", "# inside a word");
	ok(!ed_yaml_get(root, "none") && !ed_yaml_get(v->keys[0], "x") && !ed_yaml_get(NULL, "x"),
	   "what is not there is NULL");
	is_ok(ed_yaml_text(root, "f", "none", false, &text, &err), &err, "optional");
	ok(!text, "absent is NULL");
	is_ok(ed_yaml_integer(root, "f", "a", 0, 1, &n, NULL, &err), &err, "integer");
	is_int(n, 1, "its value");
	is_ok(ed_yaml_integer(root, "f", "none", 0, 1, &n, &present, &err), &err, "no integer");
	ok(!present, "is not present");
	fails(ed_yaml_text(root, "f", "none", true, &text, &err), EDOC_ERR_INPUT, &err, "none",
	      "required");
	fails(ed_yaml_text(root, "f", "list", true, &text, &err), EDOC_ERR_INPUT, &err, "f:5:1",
	      "a list where one value is wanted");
	fails(ed_yaml_integer(root, "f", "url", 0, 9, &n, NULL, &err), EDOC_ERR_INPUT, &err,
	      "whole", "not a number");
	fails(ed_yaml_integer(root, "f", "none", 0, 9, &n, NULL, &err), EDOC_ERR_INPUT, &err,
	      "missing", "required number");
}

static void integers(void)
{
	static const char *const bad_ones[] = {
	        "+1", "01", "1e3", "0x1", "-0", "-", "1.0", "\" 1\"", "99999999999999999999",
	        "10", "-6", "\"\""};
	char text[64];
	struct ed_yaml *root;
	int64_t n = 7;

	root = good("n: -5\n");
	is_ok(ed_yaml_integer(root, "f", "n", -5, 9, &n, NULL, &err), &err, "the least");
	is_int(n, -5, "is -5");
	for (size_t i = 0; i < sizeof(bad_ones) / sizeof(*bad_ones); i++) {
		snprintf(text, sizeof(text), "n: %s\n", bad_ones[i]);
		if (parse_n(text, strlen(text), &root))
			ok(!strcmp(bad_ones[i], "-"), "\"%s\" is no value at all", bad_ones[i]);
		else
			fails(ed_yaml_integer(root, "f", "n", -5, 9, &n, NULL, &err),
			      EDOC_ERR_INPUT, &err, "f:1:4", bad_ones[i]);
	}
	root = good("n:\n");
	fails(ed_yaml_integer(root, "f", "n", -5, 9, &n, NULL, &err), EDOC_ERR_INPUT, &err,
	      "no value", "an empty value");
}

static void refusals(void)
{
	bad("a: &x 1\n", "f:1:4", "anchor", "anchor");
	bad("a: &x [1]\n", "f:1:4", "anchor", "anchor of a list");
	bad("a: *x\n", "f:1:4", "alias", "alias");
	bad("a: !!str 1\n", "f:1:4", "tag", "tag");
	bad("a: ! 1\n", "f:1:4", "tag", "the non-specific tag");
	bad("a: !x {}\n", "f:1:4", "tag", "tag of a map");
	bad("a: 1\nb: 2\na: 3\n", "f:3:1", "twice", "duplicate key");
	bad("a: 1\nb: {c: 1, \"c\": 3}\n", "f:2:11", "line 2", "duplicate key, quoted");
	bad("<<: {a: 1}\n", "f:1:1", "merge", "merge key");
	good("\"<<\": 1\n");
	bad("? [a]\n: 1\n", "f:1:3", "a key must", "a list as key");
	bad("{a: 1}: 1\n", "f:1:1", "a key must", "a map as key");
	bad("? |\n  a\n: 1\n", "f:1:3", "a key must", "block text as key");
	bad("a: 1\n: 1\n", "f:2:1", "not YAML", "no key");
	bad("\"\": 1\n", "f:1:1", "key is missing", "empty key");
	bad("%YAML 1.1\n---\na: 1\n", "f:1:1", "directive", "directive");
	bad("%TAG ! x:\n---\na: 1\n", "f:1:1", "directive", "tag directive");
	bad("a: 1\n---\nb: 1\n", "f:2:1", "second document", "two documents");
	good("---\na: 1\n...\n");
	bad("\xff\xfe"
	    "a",
	    "f:1:1", "UTF-16", "UTF-16");
	bad("a: \xc3(\n", "f:1:4", "UTF-8", "not UTF-8");
	bad("a: \xc0\xaf\n", "f:1:4", "UTF-8", "overlong UTF-8");
	bad("a: \xed\xa0\x80\n", "f:1:4", "UTF-8", "a surrogate");
	bad("a: \xf4\x90\x80\x80\n", "f:1:4", "UTF-8", "past U+10FFFF");
	bad("a: \xd2", "f:1:4", "UTF-8", "a cut character");
	bad("a: \x1b[2J\n", "f:1:4", "control", "escape sequence");
	bad("a: \xc2\x9b\n", "f:1:4", "control", "C1 control");
	bad("\xd2\xb2: 1\rb: 2\n", "f:1:5", "control",
	    "a lone carriage return; columns are characters");
	bad("a: \xe2\x80\xa8\n", "f:1:4", "separator", "U+2028");
	bad("a: \xef\xbb\xbf\n", "f:1:4", "byte order", "BOM inside");
	bad("a: \xef\xbf\xbf\n", "f:1:4", "nonchar", "U+FFFF");
	bad("a: \"\\0\"\n", "f:1:4", "escape", "NUL by escape");
	bad("a: \"\\x1b\"\n", "f:1:4", "escape", "ESC by escape");
	bad("a: \"\\uffff\"\n", "f:1:4", "escape", "noncharacter by escape");
	good("a: \"\\t\\u04b3\"\n");
	good("\xef\xbb\xbf"
	     "a: 1\r\nb: 2\r\n");
	bad("a: [1, 2]#x\n", "f:1:10", "white space", "# glued to a bracket");
	good("a: [1, 2] #x\n");
	bad("a: \"x\"#x\n", "f:1:7", "white space", "# glued to a quote");
	bad("a: |#x\n  y\n", "f:1:5", "white space", "# glued to |");
	bad("a: [1,\n2]\n", "f:2:1", "indented", "brackets not indented");
	bad("a:\n  b: [1,\n  2]\n", "f:3:3", "indented", "brackets indented as their key");
	good("a:\n  b: [1,\n   2]\n");
	bad("a: \"x\ny\"\n", "f:2:1", "indented", "quotes not indented");
	bad("a: [\n\t1]\n", "f:2:2", "tab", "a tab in brackets");
	bad("a:\n\tb: 1\n", "f:2:1", "not YAML", "a tab before a key");
	bad("a: [-]\n", "f:1:5", "lone", "a lone dash");
	bad("a: |\n   \n # x\n", "f:1:4", "without text", "block text without text");
	bad("a: [1\n", "f:2:1", "not YAML", "an open bracket");
	bad("a: 'x\n", "f:2:1", "not YAML", "an open quote");
	bad("a: b: c\n", "f:1:5", "not YAML", "two values in a line");
}

static void caps(void)
{
	char *text = calloc(1, ED_MAX_YAML_BYTES + 2);
	struct ed_yaml *root;
	size_t n;

	is_ok(parse_n("", 0, &root), &err, "an empty file");
	ok(root && root->kind == ED_YAML_MAP && !root->n, "is an empty map");
	is_ok(parse_n(NULL, 0, &root), &err, "no bytes");
	is_ok(parse_n("# x\n", 4, &root), &err, "only a comment");
	fails(parse_n("a: \0b\n", 6, &root), EDOC_ERR_INPUT, &err, "NUL", "NUL byte");

	memset(text, ' ', ED_MAX_YAML_BYTES + 1);
	text[0] = '#';
	is_ok(parse_n(text, ED_MAX_YAML_BYTES, &root), &err, "as long as may be");
	fails(parse_n(text, ED_MAX_YAML_BYTES + 1, &root), EDOC_ERR_LIMIT, &err, "bytes",
	      "one byte too long");

	memset(text, '[', ED_MAX_YAML_DEPTH + 1);
	memset(text + ED_MAX_YAML_DEPTH, ']', ED_MAX_YAML_DEPTH);
	is_ok(parse_n(text, 2 * ED_MAX_YAML_DEPTH, &root), &err, "as deep as may be");
	memset(text, '[', ED_MAX_YAML_BYTES);
	fails(parse_n(text, ED_MAX_YAML_BYTES, &root), EDOC_ERR_LIMIT, &err, "f:1:33", "too deep");

	for (n = 0; n < ED_MAX_YAML_NODES - 1; n++)
		memcpy(text + 4 * n, "- x\n", 4);
	is_ok(parse_n(text, 4 * n, &root), &err, "as many values as may be");
	is_int((int64_t)root->n, (int64_t)n, "all of them");
	memcpy(text + 4 * n, "- x\n", 4);
	fails(parse_n(text, 4 * n + 4, &root), EDOC_ERR_LIMIT, &err, "values",
	      "one value too many");

	for (n = 0; n < (ED_MAX_YAML_NODES - 1) / 2; n++)
		sprintf(text + 8 * n, "k%05zu:\n", n);
	memset(text + 8 * n - 8, 'k', 1);
	memcpy(text + 8 * (n - 1), "k00007:\n", 8);
	fails(parse_n(text, 8 * n, &root), EDOC_ERR_INPUT, &err, "twice",
	      "a duplicate among thousands");
	free(text);
}

static void keys(void)
{
	static const char *const known[] = {"outcomes", "within", "by", "then", NULL};
	struct ed_yaml *root = good("within: 1\nwithn: 2\n");

	fails(ed_yaml_only(root, "f", known, &err), EDOC_ERR_INPUT, &err, "\"within\"",
	      "the nearest known key");
	is_str(err.where, "f:2:1", "at the unknown one");
	root = good("zebra: 1\n");
	fails(ed_yaml_only(root, "f", known, &err), EDOC_ERR_INPUT, &err, "zebra", "nothing near");
	ok(!strstr(err.msg, "nearest"), "and no guess");
	root = good("by: 1\nthen: 2\n");
	is_ok(ed_yaml_only(root, "f", known, &err), &err, "known keys");
	root = good("- by\n");
	fails(ed_yaml_only(root, "f", known, &err), EDOC_ERR_INPUT, &err, "key: value", "a list");
	is_str(ed_nearest("whitin", known), "within", "two letters swapped");
	is_str(ed_nearest("outcome", known), "outcomes", "one letter short");
	ok(!ed_nearest("x", known) && !ed_nearest("", known), "a short word is near nothing");
	ok(!ed_nearest("withoutanything", known), "four away is far");
}

/* ---- the yaml-test-suite ---- */

/* The suite writes white space in visible characters. */
static char *unescape(const char *s)
{
	static const struct {
		const char *from, *to;
	} map[] = {{"\u2423", " "},  {"\u00bb", "\t"},     {"\u2014", ""},  {"\u21b5", ""},
	           {"\u2190", "\r"}, {"\u21d4", "\ufeff"}, {"\u220e\n", ""}};
	char *out = calloc(1, strlen(s) + 1), *o = out;

	while (*s) {
		size_t i = 0;

		while (i < 7 && strncmp(s, map[i].from, strlen(map[i].from)))
			i++;
		if (i == 7) {
			*o++ = *s++;
			continue;
		}
		s += strlen(map[i].from);
		o = stpcpy(o, map[i].to);
	}
	return out;
}

static int suite_refused, suite_parsed, suite_subset, suite_wrong;

static void suite_case(const char *file, size_t i, bool fail, const char *yaml)
{
	static const char *const rules[] = {"anchor",
	                                    "alias",
	                                    "tags",
	                                    "directive",
	                                    "second document",
	                                    "key must",
	                                    "key is missing",
	                                    "control",
	                                    "without text",
	                                    "escape makes",
	                                    "not YAML",
	                                    "byte order",
	                                    "twice",
	                                    NULL};
	char *text = unescape(yaml);
	enum edoc_code code;
	struct ed_yaml *root;
	int k = 0;

	code = parse_n(text, strlen(text), &root);
	free(text);
	if (!code)
		suite_parsed += !fail;
	else if (fail)
		suite_refused++;
	else
		suite_subset++;
	while (code && rules[k] && !strstr(err.msg, rules[k]))
		k++;
	if ((!code && fail) || (code && !fail && !rules[k]) || (code && !strchr(err.where, ':'))) {
		suite_wrong++;
		printf("# %s case %zu: %s %s: %s\n", file, i, fail ? "invalid" : "valid", err.where,
		       err.msg);
	}
}

static void suite_file(const char *dir, const char *name)
{
	static char bytes[ED_MAX_YAML_BYTES];
	const char *yaml = NULL, *text;
	struct ed_yaml *root;
	char path[8192];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
	if (f)
		fclose(f);
	if (!n || parse_n(bytes, n, &root)) {
		ok(false, "%s: %s %s", name, err.where, err.msg);
		return;
	}
	for (size_t i = 0; i < root->n; i++) {
		const struct ed_yaml *fail = ed_yaml_get(root->items[i], "fail");

		if (!ed_yaml_text(root->items[i], name, "yaml", false, &text, NULL) && text)
			yaml = text;
		if (yaml)
			suite_case(name, i, fail && !strcmp(fail->text, "true"), yaml);
	}
}

static void suite(void)
{
	const char *src = getenv("SRCDIR");
	char dir[4096];
	struct dirent *e;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/../shared/corpora/yaml/src", src ? src : ".");
	d = opendir(dir);
	if (!d) {
		ok(true, "yaml-test-suite # SKIP no ../shared/corpora/yaml");
		return;
	}
	while ((e = readdir(d)))
		if (strstr(e->d_name, ".yaml"))
			suite_file(dir, e->d_name);
	closedir(d);
	is_int(suite_wrong, 0, "yaml-test-suite: none wrong");
	is_int(suite_refused, 94, "every invalid case is refused");
	ok(suite_parsed >= 160, "valid: %d parsed, %d refused by a rule of the subset",
	   suite_parsed, suite_subset);
}

int main(void)
{
	arena = ed_arena_new();
	tree();
	integers();
	refusals();
	caps();
	keys();
	suite();
	ed_arena_free(arena);
	return done();
}
