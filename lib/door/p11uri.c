/* SPDX-License-Identifier: ISC */
#include "door/p11uri.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"

#define SCHEME "pkcs11:"

struct reading {
	struct ed_p11_uri *uri;
	const char *text;
	unsigned seen; /* bits by place in the table */
	struct edoc_error *err;
};

bool ed_p11_is_uri(const char *text)
{
	return strncmp(text, SCHEME, strlen(SCHEME)) == 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 3986 2.1; all but printing ASCII has to be written as %XX. */
static bool decode(const char *p, size_t len, unsigned char *out, size_t size, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)p[i];

		if (c <= ' ' || c >= 0x7f)
			return false;
		if (c == '%') {
			if (len - i < 3 || digit(p[i + 1]) < 0 || digit(p[i + 2]) < 0)
				return false;
			c = digit(p[i + 1]) * 16 + digit(p[i + 2]);
			i += 2;
		}
		if (*n + 1 >= size)
			return false;
		out[(*n)++] = (unsigned char)c;
	}
	out[*n] = '\0';
	return *n > 0;
}

static enum edoc_code refuse(const struct reading *r, const char *name, size_t len,
                             const char *what)
{
	return ed_fail(r->err, EDOC_ERR_USAGE, "pkcs11:", "%.*s: %s (RFC 7512)",
	               len < 40 ? (int)len : 40, name, dgettext("edoc", what));
}

enum kind { TEXT, ID, TYPE, SLOT, FILE_PATH, PIN_SOURCE, FINAL, PIN_VALUE };

static const struct attribute {
	const char *name;
	enum kind kind;
	bool query;
	size_t offset; /* in the struct, of a text */
} attributes[] = {
        {"token", TEXT, false, offsetof(struct ed_p11_uri, token)},
        {"manufacturer", TEXT, false, offsetof(struct ed_p11_uri, manufacturer)},
        {"serial", TEXT, false, offsetof(struct ed_p11_uri, serial)},
        {"model", TEXT, false, offsetof(struct ed_p11_uri, model)},
        {"slot-description", TEXT, false, offsetof(struct ed_p11_uri, slot_description)},
        {"slot-manufacturer", TEXT, false, offsetof(struct ed_p11_uri, slot_manufacturer)},
        {"object", TEXT, false, offsetof(struct ed_p11_uri, object)},
        {"id", ID, false, 0},
        {"type", TYPE, false, 0},
        {"slot-id", SLOT, false, 0},
        {"module-path", FILE_PATH, true, offsetof(struct ed_p11_uri, module)},
        {"pin-source", PIN_SOURCE, true, 0},
        {"pin-value", PIN_VALUE, true, 0},
        {"x-final-try", FINAL, true, 0},
};
#define N_ATTRIBUTES (sizeof(attributes) / sizeof(*attributes))

static bool is_text(const char *s, size_t n)
{
	return strlen(s) == n && ed_utf8_valid(s, n);
}

static bool set_slot(struct ed_p11_uri *uri, const char *s)
{
	char *end;

	if (strlen(s) > 18 || strspn(s, "0123456789") != strlen(s))
		return false;
	uri->slot = strtoul(s, &end, 10);
	uri->has_slot = true;
	return true;
}

/* "file:/path" (RFC 8089) or the path; another program is never run. */
static bool set_pin_source(struct ed_p11_uri *uri, const char *s)
{
	if (!strncmp(s, "file:", 5))
		s += 5;
	if (!strncmp(s, "///", 3))
		s += 2;
	if (s[0] != '/' || !strncmp(s, "//", 2))
		return false;
	memcpy(uri->pin, s, strlen(s) + 1);
	return true;
}

static bool set_value(struct ed_p11_uri *uri, const struct attribute *a, char *value, size_t n)
{
	if (a->kind != ID && !is_text(value, n))
		return false;
	switch (a->kind) {
	case TEXT:
		if (n >= ED_P11_TEXT)
			return false;
		memcpy((char *)uri + a->offset, value, n + 1);
		return true;
	case ID:
		if (n >= ED_P11_TEXT)
			return false;
		memcpy(uri->id, value, n);
		uri->id_len = n;
		return true;
	case TYPE:
		return !strcmp(value, "private");
	case SLOT:
		return set_slot(uri, value);
	case FILE_PATH:
		memcpy((char *)uri + a->offset, value, n + 1);
		return value[0] == '/';
	case PIN_SOURCE:
		return set_pin_source(uri, value);
	case FINAL:
		uri->final_try = true;
		return !strcmp(value, "yes");
	case PIN_VALUE:
		break;
	}
	return false;
}

static const char *wanted(enum kind kind)
{
	switch (kind) {
	case TYPE:
		return N_("a key that signs is of type private");
	case SLOT:
		return N_("a number is wanted");
	case FILE_PATH:
		return N_("an absolute path is wanted");
	case PIN_SOURCE:
		return N_("the absolute path of a file is wanted");
	case FINAL:
		return N_("can be yes only");
	default:
		return N_("a value of up to 255 bytes is wanted, all but printing ASCII as %XX");
	}
}

static enum edoc_code read_attribute(struct reading *r, const char *p, size_t len, bool query)
{
	const char *equals = memchr(p, '=', len);
	size_t name = equals ? (size_t)(equals - p) : len, n;
	unsigned char value[ED_P11_PATH] = "";

	for (size_t i = 0; i < N_ATTRIBUTES; i++) {
		const struct attribute *a = &attributes[i];

		if (a->query != query || strlen(a->name) != name || memcmp(a->name, p, name) != 0)
			continue;
		if (a->kind == PIN_VALUE)
			return refuse(r, p, name,
			              N_("everybody who lists processes would see the PIN: use "
			                 "pin-source, --pass-file, --pass-env or the terminal"));
		if (r->seen & (1u << i))
			return refuse(r, p, name, N_("stands there twice"));
		r->seen |= 1u << i;
		if (!equals || !decode(equals + 1, len - name - 1, value, sizeof(value), &n) ||
		    !set_value(r->uri, a, (char *)value, n))
			return refuse(r, p, name, wanted(a->kind));
		return EDOC_OK;
	}
	return refuse(r, p, name, N_("this attribute is not understood here"));
}

static enum edoc_code read_part(struct reading *r, const char *p, const char *end, char separator,
                                bool query)
{
	while (p < end) {
		const char *stop = memchr(p, separator, (size_t)(end - p));
		enum edoc_code code;

		if (!stop)
			stop = end;
		code = read_attribute(r, p, (size_t)(stop - p), query);
		if (code != EDOC_OK)
			return code;
		if (stop + 1 == end)
			return refuse(r, p, (size_t)(stop - p), N_("nothing follows it"));
		p = stop + 1;
	}
	return EDOC_OK;
}

enum edoc_code ed_p11_uri_parse(const char *text, struct ed_p11_uri *uri, struct edoc_error *err)
{
	struct reading r = {.uri = uri, .text = text, .err = err};
	const char *path = text + strlen(SCHEME), *end = text + strlen(text);
	const char *query = strchr(text, '?');
	enum edoc_code code;

	memset(uri, 0, sizeof(*uri));
	if (!ed_p11_is_uri(text) || (size_t)(end - text) > 2 * ED_P11_PATH)
		return ed_fail(err, EDOC_ERR_USAGE, "pkcs11:", "not a PKCS#11 URI (RFC 7512)");
	code = read_part(&r, path, query ? query : end, ';', false);
	if (code == EDOC_OK && query)
		code = query + 1 == end ? refuse(&r, query, 1, N_("nothing follows it"))
		                        : read_part(&r, query + 1, end, '&', true);
	return code;
}
