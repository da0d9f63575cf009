/* SPDX-License-Identifier: ISC */
/* Any text as the name of a key in a token: refused with a reason, or values that
 * say the same when they are written again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/path.h"
#include "door/p11uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct ed_buf *out, const char *name, const void *value, size_t len)
{
	const unsigned char *p = value;

	if (!len)
		return;
	ed_buf_printf(out, "%s=", name);
	for (size_t i = 0; i < len; i++)
		ed_buf_printf(out, "%%%02X", p[i]);
	ed_buf_putc(out, ';');
}

static void put_text(struct ed_buf *out, const char *name, const char *value, size_t size)
{
	if (strnlen(value, size) == size || !ed_utf8_valid(value, strlen(value)))
		abort();
	put(out, name, value, strlen(value));
}

/* The path part of the same meaning. */
static void write_again(const struct ed_p11_uri *uri, struct ed_buf *out)
{
	ed_buf_puts(out, "pkcs11:");
	put_text(out, "token", uri->token, sizeof(uri->token));
	put_text(out, "manufacturer", uri->manufacturer, sizeof(uri->manufacturer));
	put_text(out, "serial", uri->serial, sizeof(uri->serial));
	put_text(out, "model", uri->model, sizeof(uri->model));
	put_text(out, "slot-description", uri->slot_description, sizeof(uri->slot_description));
	put_text(out, "slot-manufacturer", uri->slot_manufacturer, sizeof(uri->slot_manufacturer));
	put_text(out, "object", uri->object, sizeof(uri->object));
	put(out, "id", uri->id, uri->id_len);
	if (uri->has_slot)
		ed_buf_printf(out, "slot-id=%lu;", uri->slot);
	if (out->data[out->len - 1] == ';')
		out->data[--out->len] = '\0';
}

static void check(const struct ed_p11_uri *uri)
{
	static struct ed_p11_uri again;
	struct edoc_error err = {0};
	struct ed_buf text;

	if ((uri->module[0] && uri->module[0] != '/') || (uri->pin[0] && uri->pin[0] != '/') ||
	    strnlen(uri->module, ED_P11_PATH) == ED_P11_PATH ||
	    strnlen(uri->pin, ED_P11_PATH) == ED_P11_PATH)
		abort();
	ed_buf_init(&text, 16 * ED_P11_PATH);
	write_again(uri, &text);
	if (text.len <= (size_t)2 * ED_P11_PATH) {
		if (ed_p11_uri_parse(ed_buf_str(&text), &again, &err) != EDOC_OK)
			abort();
		memcpy(again.module, uri->module, sizeof(again.module));
		memcpy(again.pin, uri->pin, sizeof(again.pin));
		again.final_try = uri->final_try;
		if (memcmp(&again, uri, sizeof(again)) != 0)
			abort();
	}
	ed_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ed_p11_uri uri;
	struct edoc_error err = {0};
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (ed_p11_uri_parse(text, &uri, &err) == EDOC_OK)
		check(&uri);
	else if (err.code != EDOC_ERR_USAGE || !*err.msg)
		abort();
	free(text);
	return 0;
}
