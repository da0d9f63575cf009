/* SPDX-License-Identifier: ISC */
/* What holds for the canonical form of any route (route/format). */
#ifndef FORMKIT_H
#define FORMKIT_H

#include "base/limits.h"
#include "door/yaml.h"
#include "route/format.h"

/* The comments of a text that has "#" nowhere else, a line each, sorted. */
static int form_by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t form_comments(const char *text, char *lines[], size_t max)
{
	size_t n = 0;

	for (const char *p = strchr(text, '#'); p && n < max; p = strchr(p, '#')) {
		size_t len = strcspn(p, "\n");

		while (len && (p[len - 1] == ' ' || p[len - 1] == '\t' || p[len - 1] == '\r'))
			len--;
		lines[n++] = strndup(p, len);
		p += strcspn(p, "\n");
	}
	if (n)
		qsort(lines, n, sizeof(*lines), form_by_text);
	return n;
}

static bool form_keeps(const char *was, const char *is)
{
	static char *a[4096], *b[4096];
	size_t n = form_comments(was, a, 4096), m = form_comments(is, b, 4096);
	bool same = n == m;

	for (size_t i = 0; i < n && same; i++)
		same = !strcmp(a[i], b[i]);
	for (size_t i = 0; i < n; i++)
		free(a[i]);
	for (size_t i = 0; i < m; i++)
		free(b[i]);
	return same;
}

/* It has a form, which is its own form, and every comment is in it.  NULL, or
 * what does not hold.  That the form says the same is looked at by
 * ed_route_format() itself. */
static const char *form_fault(const char *text, struct ed_buf *is, struct edoc_error *err)
{
	struct ed_buf again;
	const char *fault = NULL;

	ed_buf_reset(is);
	ed_buf_init(&again, ED_MAX_YAML_BYTES);
	if (ed_route_format(text, strlen(text), "r.yaml", is, err))
		fault = "it has no form";
	else if (ed_route_format(is->data, is->len, "form", &again, err))
		fault = "its form has none";
	else if (again.len != is->len || memcmp(again.data, is->data, is->len) != 0)
		fault = "the form of its form is another";
	else if (!form_keeps(text, ed_buf_str(is)))
		fault = "a comment is lost";
	ed_buf_clear(&again);
	return fault;
}

#endif
