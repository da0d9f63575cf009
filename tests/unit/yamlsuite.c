/* SPDX-License-Identifier: ISC */
/*
 * The yaml-test-suite: what is no YAML is refused with line and column, and
 * nothing crashes.  Of what is YAML our subset refuses much on purpose; how
 * much, and for which reason, is printed.
 */
#include <dirent.h>

#include "../tap.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/io.h"
#include "door/yaml.h"

#define CASE (64u << 10)
#define REASONS 64

struct reason {
	char text[256];
	int n;
};

static struct reason reasons[REASONS];
static size_t n_reasons;
static int cases, invalid, accepted, refused;

/* "file:line:column" */
static bool has_place(const char *where)
{
	const char *colon = strrchr(where, ':');
	const char *p = colon;

	while (p && p > where && p[-1] >= '0' && p[-1] <= '9')
		p--;
	return colon && colon[1] >= '0' && colon[1] <= '9' && p < colon && p > where &&
	       p[-1] == ':';
}

/* What it says, without what it quotes. */
static void count_reason(const char *msg)
{
	char text[256];
	size_t i, n = strcspn(msg, ":(\"");

	snprintf(text, sizeof(text), "%.*s", (int)n, msg);
	for (i = 0; i < n_reasons && strcmp(reasons[i].text, text); i++)
		;
	if (i == n_reasons && n_reasons < REASONS)
		snprintf(reasons[n_reasons++].text, sizeof(text), "%s", text);
	if (i < n_reasons)
		reasons[i].n++;
}

static void judge(const char *file, int nth, const struct ed_buf *yaml, bool bad)
{
	struct edoc_error err = {0};
	struct ed_arena *arena = ed_arena_new();
	struct ed_yaml *root;
	enum edoc_code code =
	        ed_yaml_parse(ed_buf_str(yaml), yaml->len, "case", arena, &root, &err);

	cases++;
	if (bad) {
		invalid++;
		ok(code == EDOC_ERR_INPUT && has_place(err.where), "%s/%d is refused", file, nth);
		if (code == EDOC_OK)
			printf("# accepted\n");
		else if (!has_place(err.where))
			printf("# without a place: %s: %s\n", err.where, err.msg);
	} else if (code == EDOC_OK) {
		accepted++;
	} else {
		refused++;
		count_reason(err.msg);
		if (!has_place(err.where))
			ok(false, "%s/%d: no place: %s: %s", file, nth, err.where, err.msg);
	}
	ed_arena_free(arena);
}

/* The suite's own writing of what cannot be seen. */
static void put_line(struct ed_buf *yaml, const char *p, size_t n)
{
	static const struct {
		const char *mark, *text;
	} marks[] = {{"\u2423", " "}, {"\u2190", "\r"}, {"\u21d4", "\xef\xbb\xbf"},
	             {"\u21b5", ""},  {"\u00bb", "\t"}, {"\u2014", ""}};
	const char *end = p + n;

	while (p < end) {
		size_t i;

		for (i = 0; i < sizeof(marks) / sizeof(*marks); i++)
			if ((size_t)(end - p) >= strlen(marks[i].mark) &&
			    !memcmp(p, marks[i].mark, strlen(marks[i].mark)))
				break;
		if (i < sizeof(marks) / sizeof(*marks)) {
			ed_buf_puts(yaml, marks[i].text);
			p += strlen(marks[i].mark);
		} else {
			ed_buf_putc(yaml, *p++);
		}
	}
	ed_buf_putc(yaml, '\n');
}

/* "∎" on the last line: no line feed ends it. */
static void cut_end(struct ed_buf *yaml)
{
	static const char mark[] = "\u220e\n";
	size_t n = sizeof(mark) - 1;

	if (yaml->len >= n && !memcmp(yaml->data + yaml->len - n, mark, n))
		yaml->len -= n;
	if (yaml->data)
		yaml->data[yaml->len] = '\0';
}

/* Items of a list; of each "yaml: |" and "fail: true" count. */
static void run_file(const char *path, const char *name)
{
	struct edoc_error err;
	struct ed_buf text, yaml;
	bool inside = false, bad = false, have = false;
	int nth = 0;

	ed_buf_init(&text, CASE);
	ed_buf_init(&yaml, CASE);
	if (!is_ok(ed_read_path(path, &text, &err), &err, path))
		return;
	for (char *line = (char *)text.data, *next; line && *line; line = next) {
		size_t n = strcspn(line, "\n");

		next = line[n] ? line + n + 1 : line + n;
		if (inside && (n == 0 || !strncmp(line, "    ", 4))) {
			put_line(&yaml, n ? line + 4 : line, n ? n - 4 : 0);
			continue;
		}
		inside = false;
		if (!strncmp(line, "- ", 2)) {
			cut_end(&yaml);
			if (have)
				judge(name, nth++, &yaml, bad);
			bad = false;
			have = false;
			ed_buf_reset(&yaml);
		}
		if (n >= 12 && !strncmp(line + 2, "fail: true", 10))
			bad = true;
		if (n >= 9 && !strncmp(line + 2, "yaml: |", 7))
			inside = have = true;
	}
	cut_end(&yaml);
	if (have)
		judge(name, nth, &yaml, bad);
	ed_buf_clear(&yaml);
	ed_buf_clear(&text);
}

int main(void)
{
	const char *src = getenv("SRCDIR");
	char dir[4096], path[8192];
	struct dirent **v;
	int n;

	snprintf(dir, sizeof(dir), "%s/../shared/corpora/yaml/src", src ? src : ".");
	n = scandir(dir, &v, NULL, alphasort);
	if (n < 0) {
		printf("ok %d # SKIP ../shared/corpora/yaml is absent\n", ++tap_n);
		return done();
	}
	for (int i = 0; i < n; i++) {
		size_t len = strlen(v[i]->d_name);

		if (len > 5 && !strcmp(v[i]->d_name + len - 5, ".yaml")) {
			snprintf(path, sizeof(path), "%s/%s", dir, v[i]->d_name);
			run_file(path, v[i]->d_name);
		}
		free(v[i]);
	}
	free(v);
	printf("# %d cases: %d invalid; of %d valid ones %d are read, %d refused\n", cases, invalid,
	       cases - invalid, accepted, refused);
	for (size_t i = 0; i < n_reasons; i++)
		printf("# %4d  %s\n", reasons[i].n, reasons[i].text);
	ok(accepted > 0, "some are read");
	return done();
}
