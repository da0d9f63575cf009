/* SPDX-License-Identifier: ISC */
#include "route/told.h"

#include "base/err.h"
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
