/* SPDX-License-Identifier: ISC */
#include "route/told.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/time.h"
#include "judge/rules.h"

#define MAX_TALE ((size_t)64 << 20)

void ed_tale_init(struct ed_tale *tale, bool want_text, bool want_json)
{
	*tale = (struct ed_tale){.want_text = want_text, .want_json = want_json};
	ed_buf_init(&tale->text, MAX_TALE);
	ed_buf_init(&tale->json, MAX_TALE);
}

void ed_tale_clear(struct ed_tale *tale)
{
	ed_buf_clear(&tale->text);
	ed_buf_clear(&tale->json);
	free(tale->rows);
}

enum edoc_code ed_tale_row(struct ed_tale *tale, int64_t key, struct edoc_error *err)
{
	struct ed_tale_row row = {.key = key, .i = tale->n_rows}, *rows;

	if (tale->n_rows) {
		const struct ed_tale_row *last = &tale->rows[tale->n_rows - 1];

		row.text = last->text + last->text_len;
		row.json = last->json + last->json_len;
	}
	row.text_len = tale->text.len - row.text;
	row.json_len = tale->json.len - row.json;
	rows = realloc(tale->rows, (tale->n_rows + 1) * sizeof(*rows));
	if (!rows)
		return ed_fail_memory(err);
	tale->rows = rows;
	tale->rows[tale->n_rows++] = row;
	return EDOC_OK;
}

static int by_key(const void *a, const void *b)
{
	const struct ed_tale_row *x = a, *y = b;
	int64_t kx = x->key == ED_TIME_NONE ? INT64_MAX : x->key;
	int64_t ky = y->key == ED_TIME_NONE ? INT64_MAX : y->key;

	if (kx != ky)
		return kx < ky ? -1 : 1;
	return x->i < y->i ? -1 : 1;
}

enum edoc_code ed_tale_sort(struct ed_tale *tale, struct edoc_error *err)
{
	struct ed_buf text, json;
	enum edoc_code code = ed_buf_check(&tale->text, "text", err);

	if (!code)
		code = ed_buf_check(&tale->json, "json", err);
	if (code)
		return code;
	ed_buf_init(&text, MAX_TALE);
	ed_buf_init(&json, MAX_TALE);
	if (tale->n_rows)
		qsort(tale->rows, tale->n_rows, sizeof(*tale->rows), by_key);
	for (size_t i = 0; i < tale->n_rows; i++) {
		const struct ed_tale_row *r = &tale->rows[i];

		if (r->text_len)
			ed_buf_put(&text, tale->text.data + r->text, r->text_len);
		if (r->json_len)
			ed_buf_put(&json, tale->json.data + r->json, r->json_len);
	}
	if (text.len != tale->text.len || json.len != tale->json.len) {
		ed_buf_clear(&text);
		ed_buf_clear(&json);
		return ed_fail_memory(err);
	}
	ed_buf_clear(&tale->text);
	ed_buf_clear(&tale->json);
	tale->text = text;
	tale->json = json;
	return EDOC_OK;
}

enum edoc_code ed_tale_json(struct ed_tale *tale, const char *verb, json_t *o,
                            struct edoc_error *err)
{
	json_t *whole = json_object();
	char *line = NULL;

	int bad = ed_json_int(whole, "v", 1) | ed_json_str(whole, "cmd", verb) |
	          json_object_update_missing(whole, o);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_json_line(whole, &line, err);
	if (!code) {
		ed_buf_puts(&tale->json, line);
		ed_buf_putc(&tale->json, '\n');
	}
	edoc_free(line);
	json_decref(whole);
	return code;
}

static enum edoc_code put_finding(struct ed_tale *tale, const char *verb,
                                  const struct edoc_finding *f, const char *lang, size_t *errors,
                                  struct edoc_error *err)
{
	static const char *const word[] = {"info", "warning", "error"};
	const struct ed_rule *rule = ed_rule(f->code);
	enum edoc_severity severity = rule ? rule->severity : EDOC_ERROR;
	char *text = NULL;
	json_t *o;

	enum edoc_code code = edoc_finding_text(f, lang, &text, err);
	if (code)
		return code;
	*errors += severity == EDOC_ERROR;
	if (tale->want_text)
		ed_buf_printf(&tale->text, "%s: %s: %s: %s\n", f->where, word[severity], f->code,
		              text);
	if (tale->want_json) {
		o = json_object();
		code = ed_json_str(o, "where", f->where) |
		                       ed_json_str(o, "severity", word[severity]) |
		                       ed_json_str(o, "code", f->code) | ed_json_str(o, "msg", text)
		               ? ed_fail_memory(err)
		               : ed_tale_json(tale, verb, o, err);
		json_decref(o);
	}
	edoc_free(text);
	return code;
}

enum edoc_code ed_tale_findings(struct ed_tale *tale, const char *verb,
                                const struct ed_findings *findings, const char *lang,
                                size_t *errors, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < findings->n && !code; i++)
		code = put_finding(tale, verb, &findings->v[i], lang, errors, err);
	return code;
}

enum edoc_code ed_tale_give(struct ed_tale *tale, char **text, char **json, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (text)
		code = ed_buf_steal(&tale->text, "text", text, err);
	if (!code && json) {
		if (tale->json.len)
			tale->json.data[--tale->json.len] = '\0'; /* the caller ends the line */
		code = ed_buf_steal(&tale->json, "json", json, err);
	}
	return code;
}
