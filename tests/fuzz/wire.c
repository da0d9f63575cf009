/* SPDX-License-Identifier: ISC */
/* What a worker that a document has taken over may say: the first byte chooses. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "batch/wire.h"
#include "door/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool good)
{
	if (!good)
		abort();
}

/* What is believed to be plain shows no escape that is not a colour's. */
static void text(const char *s, size_t len, bool color)
{
	if (!ed_answer_plain(s, len, color))
		return;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		demand(c >= 0x20 || c == '\n' || c == '\t' || (color && c == '\033'));
		demand(c != 0x7f);
	}
}

static void wish(const uint8_t *data, size_t size)
{
	struct ed_wish *w = calloc(1, sizeof(*w));
	char url[ED_MAX_URL + 1], host[ED_HTTP_HOST];

	if (!w)
		return;
	if (size > sizeof(*w))
		size = sizeof(*w);
	memcpy(w, data, size);
	if (ed_wish_sound(w, size)) {
		demand(w->url_len <= ED_MAX_URL && w->body_len <= ED_MAX_FETCH_BODY);
		demand(offsetof(struct ed_wish, rest) + w->url_len + w->body_len == size);
		memcpy(url, w->rest, w->url_len);
		url[w->url_len] = '\0';
		demand(strlen(url) == w->url_len);
		if (ed_http_host(url, host))
			demand(host[0] && !strchr(host, '@') && !strchr(host, '/'));
	}
	free(w);
}

static void address(const char *s, size_t len)
{
	char url[ED_MAX_URL + 2], host[ED_HTTP_HOST];

	if (len >= sizeof(url))
		len = sizeof(url) - 1;
	memcpy(url, s, len);
	url[len] = '\0';
	if (ed_http_host(url, host))
		demand(ed_http_url(url, strlen(url)) && host[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edoc_error error;

	if (!size)
		return 0;
	data++;
	size--;
	switch (data[-1] % 5) {
	case 0:
	case 1:
		text((const char *)data, size, data[-1] % 5);
		break;
	case 2:
		wish(data, size);
		break;
	case 3:
		address((const char *)data, size);
		break;
	default:
		memset(&error, 'x', sizeof(error));
		memcpy(&error, data, size < sizeof(error) ? size : sizeof(error));
		if (ed_answer_error(&error))
			demand(edoc_code_exit(error.code) != 0);
	}
	return 0;
}
