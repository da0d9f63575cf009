/* SPDX-License-Identifier: ISC */
/* Floor 0's small readers and the JSON door: the first byte chooses. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/path.h"
#include "base/time.h"
#include "door/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_OUT ((size_t)1 << 20)

static void demand(bool good)
{
	if (!good)
		abort();
}

/* What is canonical is its own canonical form. */
static void json(const char *text, size_t len)
{
	struct edoc_error err;
	struct ed_buf again;
	json_t *v = NULL;
	char *line = NULL;

	if (ed_json_parse(text, len, "fuzz", &v, &err) != EDOC_OK) {
		demand(!v && err.msg[0]);
		return;
	}
	ed_buf_init(&again, MAX_OUT);
	if (ed_json_canonical(v, &again, &err) == EDOC_OK) {
		json_t *w = NULL;
		demand(ed_json_parse_canonical(again.data, again.len, "fuzz", &w, &err) == EDOC_OK);
		demand(json_equal(v, w));
		json_decref(w);
	}
	if (ed_json_line(v, &line, &err) == EDOC_OK) {
		json_t *w = NULL;
		for (const char *p = line; *p; p++)
			demand((unsigned char)*p >= 0x20 && *p != 0x7f);
		demand(ed_json_parse(line, strlen(line), "fuzz", &w, &err) == EDOC_OK);
		json_decref(w);
	}
	edoc_free(line);
	ed_buf_clear(&again);
	json_decref(v);
}

static void base64(const char *text, size_t len)
{
	struct ed_buf bytes, again, twice;

	ed_buf_init(&bytes, MAX_OUT);
	ed_buf_init(&again, MAX_OUT);
	ed_buf_init(&twice, MAX_OUT);
	if (ed_b64_get(text, len, &bytes)) {
		ed_b64_put(&again, ed_buf_str(&bytes), bytes.len);
		demand(ed_b64_get(ed_buf_str(&again), again.len, &twice));
		demand(twice.len == bytes.len &&
		       !memcmp(ed_buf_str(&twice), ed_buf_str(&bytes), bytes.len));
	}
	ed_buf_clear(&bytes);
	ed_buf_clear(&again);
	ed_buf_clear(&twice);
}

/* Folding twice is folding once (of UTF-8: elsewhere what is left out may bring
 * two halves together); a good name survives as a reference. */
static void name(const char *text, size_t len)
{
	char *key = ed_name_fold(text, len), *again, uri[4096], back[2048];

	demand(key != NULL);
	again = ed_name_fold(key, strlen(key));
	demand(again &&
	       (!ed_utf8_valid(text, len) || memchr(text, '\0', len) || !strcmp(key, again)));
	free(again);
	free(key);
	if (ed_name_fault(text, len))
		return;
	char *copy = strndup(text, len);
	demand(copy != NULL && ed_utf8_valid(copy, len));
	ed_uri_encode(copy, uri, sizeof uri);
	demand(ed_uri_decode(uri, back, sizeof back) && !strcmp(back, copy));
	free(copy);
}

static void text(const char *bytes, size_t len)
{
	char *copy = strndup(bytes, len), out[256], again[ED_TIME_STR];
	int64_t t, u;

	demand(copy != NULL);
	ed_escape(out, sizeof out, copy);
	demand(ed_utf8_valid(out, strlen(out)));
	for (const char *p = out; *p; p++)
		demand((unsigned char)*p >= 0x20 && *p != 0x7f);
	(void)ed_uri_decode(copy, out, sizeof out);
	if (ed_time_parse(copy, &t)) {
		ed_time_format(again, t);
		demand(again[0] == '-' || strlen(again) > 20 ||
		       (ed_time_parse(again, &u) && t == u));
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const char *, size_t) = {json, base64, name, text};

	if (size > 0 && size < 8192)
		readers[data[0] % 4]((const char *)data + 1, size - 1);
	return 0;
}
