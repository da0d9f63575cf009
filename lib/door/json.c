/* SPDX-License-Identifier: ISC */
#include "door/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/time.h"

/* jansson recurses to depth 2048; ours is asked before. */
static bool too_deep(const char *p, size_t len)
{
	bool string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = p[i];
		if (string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				string = false;
		} else if (c == '"') {
			string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > ED_MAX_JSON_DEPTH)
				return true;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return false;
}

enum edoc_code ed_json_parse(const void *bytes, size_t len, const char *where, json_t **value,
                             struct edoc_error *err)
{
	json_error_t why;

	*value = NULL;
	if (len > ED_MAX_JSON_BYTES)
		return ed_fail(err, EDOC_ERR_LIMIT, where, "more than %u bytes of JSON",
		               ED_MAX_JSON_BYTES);
	if (too_deep(bytes, len))
		return ed_fail(err, EDOC_ERR_LIMIT, where, "JSON nested deeper than %d",
		               ED_MAX_JSON_DEPTH);
	errno = 0;
	json_t *v = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &why);
	if (!v) {
		char place[sizeof err->where];
		/* Its lexer calls it bad syntax, or says nothing. */
		if (errno == ENOMEM)
			return ed_fail_memory(err);
		(void)snprintf(place, sizeof place, "%s:%d:%d", where, why.line, why.column);
		return ed_fail(err, EDOC_ERR_INPUT, place, "not JSON (RFC 8259): %s", why.text);
	}
	*value = v;
	return EDOC_OK;
}

/* ---- canonical form ---- */

static const char *key_fault(const char *key)
{
	if (key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.-")] != '\0')
		return N_("a key with other characters than a-z 0-9 _ . -");
	return NULL;
}

static const char *scalar_fault(const json_t *value)
{
	const json_int_t most = ((json_int_t)1 << 53) - 1;

	if (json_is_real(value))
		return N_("a number that is not an integer");
	if (json_is_integer(value)) {
		json_int_t i = json_integer_value(value);
		return i > most || i < -most ? N_("an integer past 2^53 - 1") : NULL;
	}
	if (json_is_string(value)) {
		const unsigned char *s = (const unsigned char *)json_string_value(value);
		for (size_t i = 0; i < json_string_length(value); i++)
			if (s[i] < 0x20 || s[i] == 0x7f)
				return N_("a control character in a string");
	}
	return NULL;
}

/* Why a value is outside the subset, or NULL.  Depth is bounded by parsing;
 * a value that we built ourselves is bounded by our code, and still checked. */
static const char *canonical_fault(const json_t *value, int depth)
{
	if (depth > ED_MAX_JSON_DEPTH)
		return N_("nested too deep");
	if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			const char *fault = canonical_fault(json_array_get(value, i), depth + 1);
			if (fault)
				return fault;
		}
		return NULL;
	}
	if (!json_is_object(value))
		return scalar_fault(value);
	json_t *object = (json_t *)value; /* the iterator's API forgot const */
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const char *fault = key_fault(json_object_iter_key(it));
		if (!fault)
			fault = canonical_fault(json_object_iter_value(it), depth + 1);
		if (fault)
			return fault;
	}
	return NULL;
}

static int put_to_buf(const char *bytes, size_t len, void *arg)
{
	struct ed_buf *buf = arg;

	ed_buf_put(buf, bytes, len);
	return buf->failed == EDOC_OK ? 0 : -1;
}

/* Not json_dumps(): that forgets a failed append and goes on. */
static enum edoc_code dump(const json_t *value, size_t flags, struct ed_buf *out,
                           struct edoc_error *err)
{
	int bad = json_dump_callback(value, put_to_buf, out, flags);
	enum edoc_code code = ed_buf_check(out, "JSON", err);

	return code == EDOC_OK && bad ? ed_fail_memory(err) : code;
}

enum edoc_code ed_json_canonical(const json_t *value, struct ed_buf *out, struct edoc_error *err)
{
	const char *fault = canonical_fault(value, 0);

	if (fault)
		return ed_fail(err, EDOC_ERR_INPUT, "", "no canonical JSON: %s",
		               dgettext("edoc", fault));
	return dump(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY, out, err);
}

enum edoc_code ed_json_parse_canonical(const void *bytes, size_t len, const char *where,
                                       json_t **value, struct edoc_error *err)
{
	struct ed_buf again;
	json_t *v = NULL;

	*value = NULL;
	ed_buf_init(&again, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_json_parse(bytes, len, where, &v, err);
	if (code != EDOC_OK)
		goto out;
	code = ed_json_canonical(v, &again, err);
	if (code != EDOC_OK) {
		if (err)
			ed_escape(err->where, sizeof err->where, where);
		goto out;
	}
	if (again.len != len || memcmp(again.data, bytes, len) != 0) {
		code = ed_fail(err, EDOC_ERR_INPUT, where,
		               "JSON that is not in its canonical form (RFC 8785)");
		goto out;
	}
	*value = v;
	v = NULL;
out:
	json_decref(v);
	ed_buf_clear(&again);
	return code;
}

/* ---- reports ---- */

static void put_escape(struct ed_buf *out, uint32_t rune)
{
	static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = rune > 0 && rune < 0x80 ? strchr(named, (int)rune) : NULL;

	if (at)
		ed_buf_printf(out, "\\%c", letters[at - named]);
	else
		ed_buf_printf(out, "\\u%04X", (unsigned)rune);
}

/* Escapes what RFC 8259 7 asks, and what steers a terminal. */
static void put_string(struct ed_buf *out, const char *s, size_t len)
{
	size_t plain = 0, step;

	ed_buf_putc(out, '"');
	for (size_t i = 0; i < len; i += step) {
		uint32_t rune = (unsigned char)s[i];
		step = 1;
		if (rune >= ' ' && rune < 0x7f && rune != '"' && rune != '\\')
			continue;
		if (rune >= 0x80)
			step = ed_utf8_next(s + i, len - i, &rune);
		if (step == 0)
			step = 1;
		else if (rune < 0x80 || ed_rune_steers(rune)) {
			ed_buf_put(out, s + plain, i - plain);
			put_escape(out, rune);
			plain = i + step;
		}
	}
	ed_buf_put(out, s + plain, len - plain);
	ed_buf_putc(out, '"');
}

/* As json_dumps() with JSON_COMPACT, at a fifth of its cost: that looks for
 * loops, which a report has not, by an allocation for each array and object. */
static void put_value(struct ed_buf *out, const json_t *value)
{
	json_t *object = (json_t *)value; /* the iterator's API forgot const */
	const char *comma = "";

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		ed_buf_putc(out, '{');
		for (void *it = json_object_iter(object); it;
		     it = json_object_iter_next(object, it)) {
			const char *key = json_object_iter_key(it);
			ed_buf_puts(out, comma);
			put_string(out, key, strlen(key));
			ed_buf_putc(out, ':');
			put_value(out, json_object_iter_value(it));
			comma = ",";
		}
		ed_buf_putc(out, '}');
		break;
	case JSON_ARRAY:
		ed_buf_putc(out, '[');
		for (size_t i = 0; i < json_array_size(value); i++) {
			ed_buf_puts(out, i ? "," : "");
			put_value(out, json_array_get(value, i));
		}
		ed_buf_putc(out, ']');
		break;
	case JSON_STRING:
		put_string(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		ed_buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		(void)dump(value, JSON_ENCODE_ANY, out, NULL); /* a failed put sticks */
		break;
	case JSON_TRUE:
		ed_buf_puts(out, "true");
		break;
	case JSON_FALSE:
		ed_buf_puts(out, "false");
		break;
	case JSON_NULL:
		ed_buf_puts(out, "null");
		break;
	}
}

enum edoc_code ed_json_line(const json_t *value, char **out, struct edoc_error *err)
{
	struct ed_buf buf;

	*out = NULL;
	ed_buf_init(&buf, SIZE_MAX / 4);
	put_value(&buf, value);
	return ed_buf_steal(&buf, "JSON", out, err);
}

/* ---- members ---- */

/* A path may hold any bytes, JSON only UTF-8: others become U+FFFD. */
static json_t *string_of_bytes(const char *s)
{
	struct ed_buf buf;
	size_t len = strlen(s);

	if (ed_utf8_valid(s, len))
		return json_stringn_nocheck(s, len);
	ed_buf_init(&buf, SIZE_MAX / 4);
	while (len > 0) {
		uint32_t rune;
		size_t n = ed_utf8_next(s, len, &rune);
		if (n > 0)
			ed_buf_put(&buf, s, n);
		else
			ed_buf_puts(&buf, "\xef\xbf\xbd");
		s += n ? n : 1;
		len -= n ? n : 1;
	}
	json_t *v = buf.failed == EDOC_OK ? json_stringn(ed_buf_str(&buf), buf.len) : NULL;
	ed_buf_clear(&buf);
	return v;
}

int ed_json_str(json_t *object, const char *key, const char *value)
{
	return json_object_set_new(object, key, value ? string_of_bytes(value) : json_null());
}

int ed_json_int(json_t *object, const char *key, int64_t value)
{
	return json_object_set_new(object, key, json_integer(value));
}

int ed_json_bool(json_t *object, const char *key, bool value)
{
	return json_object_set_new(object, key, json_boolean(value));
}

int ed_json_time(json_t *object, const char *key, int64_t t)
{
	char text[ED_TIME_STR];

	ed_time_format(text, t);
	return ed_json_str(object, key, t == ED_TIME_NONE ? NULL : text);
}

enum edoc_code ed_json_only(const json_t *object, const char *where, const char *const *known,
                            struct edoc_error *err)
{
	if (!json_is_object(object))
		return ed_fail(err, EDOC_ERR_INPUT, where, "no JSON object");
	json_t *o = (json_t *)object;
	for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it)) {
		const char *key = json_object_iter_key(it);
		size_t i = 0;
		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i])
			return ed_fail(err, EDOC_ERR_INPUT, where, "unknown key \"%s\"", key);
	}
	for (size_t i = 0; known[i]; i++)
		if (!json_object_get(object, known[i]))
			return ed_fail(err, EDOC_ERR_INPUT, where, "the key \"%s\" is missing",
			               known[i]);
	return EDOC_OK;
}

const char *ed_json_get_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}
